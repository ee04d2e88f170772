import Casework
import SyncCore
import Testing

@testable import hazama

@Suite("Policy commands")
struct PolicyTests {
    let district: SmallDistrict
    private let path: String

    init() throws {
        district = try SmallDistrict()
        // Removed with the district's own files.
        path = district.folder + "/ca.pem"
    }

    private func check(
        _ lines: [String], _ words: String..., language: Language = .english
    ) async throws -> (status: hazama.ExitStatus, screen: Screen) {
        try Files.writeSecret(Array(lines.joined(separator: "\n").utf8), to: path)
        return try await district.run(
            ["policy", "check", "--facts", path, "--as-of", "2021-11-01"] + words,
            language: language)
    }

    private func json(_ text: String) throws -> [JSON] {
        try text.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
    }

    @Test("check answers each household of a file, with what is missing")
    func answers() async throws {
        let (status, screen) = try await check(
            [
                #"{"id":7,"facts":{"h.status":"dibao","h.size":1,"h.minors":null},"persons":[{"id":"a","facts":{"p.age":59,"p.hukou":"shanghai","p.sex":"male"}}]}"#,
                "", #"{"id":"empty"}"#,
            ], "--json")
        #expect(status == .done)
        let lines = try json(screen.result)
        #expect(lines.count == 3)
        #expect(lines[0]["id"] == 7)
        let person = lines[0]["persons"]?.array?.first
        #expect(person?["id"] == "a")
        #expect(person?["programmes"]?["P10"] == JSON.object(["answer": "yes", "missing": []]))
        #expect(
            person?["programmes"]?["P18"]
                == JSON.object(["answer": "unknown", "missing": ["p.disabilityGrade"]]))
        #expect(lines[0]["score"]?["low"] == 0)
        #expect(lines[0]["level"] == "pending")
        #expect(lines[1]["id"] == "empty")
        #expect(lines[1]["persons"] == [])
        #expect(lines[2]["type"] == "summary")
        #expect(lines[2]["households"] == 2)
        #expect(lines[2]["asOf"] == "2021-11-01")
        #expect(lines[2]["catalogue"] == .string("\(FactKey.catalogue.digest)"))
    }

    @Test(
        "a line that can't be read is left out and named, and all others are answered",
        arguments: [
            (#"{"id":1"#, "no JSON"),
            (#"{"facts":{}}"#, "id: expected"),
            (#"{"id":1,"facts":{"h.size":"two"}}"#, "facts.h.size: no value of this fact"),
            (#"{"id":1,"facts":{"h.incomeYear":0.001}}"#, "facts.h.incomeYear: finer than a fen"),
            (
                #"{"id":1,"persons":[{"id":1,"facts":{"p.sex":"f"}}]}"#,
                "persons[0].facts.p.sex: no value"
            ),
            (#"{"id":1,"facts":{"p.age":3}}"#, "facts.p.age: expected a fact of a person"),
            (#"{"id":1,"facts":{"h.size":1e400}}"#, "facts.h.size: not a whole number"),
        ] as [(String, String)])
    func bad(line: String, words: String) async throws {
        let (status, screen) = try await check(
            [#"{"id":"good"}"#, line, #"{"id":"last"}"#], "--json")
        #expect(status == .partly)
        let lines = try json(screen.result)
        #expect(lines.compactMap { $0["id"]?.string } == ["good", "last"])
        let error = try #require(json(screen.talk).first)
        #expect(error["code"] == "HZ-7501")
        #expect(error["message"]?.string?.contains("Line 2") == true)
        #expect(error["message"]?.string?.contains(words) == true)
    }

    @Test("keys the catalogue does not have are named, for a typing error must show")
    func unknownKeys() async throws {
        let (status, screen) = try await check([#"{"id":1,"facts":{"h.siez":2}}"#])
        #expect(status == .done)
        #expect(screen.talk.contains("h.siez"))
    }

    @Test("a day before the standards begin is refused, with the first that can be asked for")
    func early() async throws {
        let (status, screen) = try await district.run(
            "policy", "check", "--facts", "-", "--as-of", "2018-01-01")
        #expect(status == .failed)
        #expect(screen.talk.contains("HZ-7502"))
        #expect(screen.talk.contains("'minimum living standard'"))
        #expect(screen.talk.contains("--as-of 2019"))
    }

    @Test("a catalogue that does not hold together answers nothing, and says where it fails")
    func catalogue() async throws {
        let text = Casework.Catalogue.shippedText.replacing(
            #""param": "pension.minYears""#, with: #""param": "pension.years""#)
        try Files.writeSecret(Array(text.utf8), to: path)
        let (status, screen) = try await district.run("policy", "list", "--catalogue", path)
        #expect(status == .failed)
        #expect(screen.result == "")
        #expect(screen.talk.contains("HZ-7504"))
        #expect(screen.talk.contains("programmes.P14.rule.all[3].value.param"))
    }

    @Test("list and show speak the language of the person", arguments: Language.allCases)
    func languages(language: Language) async throws {
        let names: (list: String, rule: String) =
            switch language {
            case .english: ("Care for women in difficulty", "all of:")
            case .chinese: ("困难妇女关爱", "全部满足：")
            case .japanese: ("困難な女性の支援", "すべて：")
            }
        let list = try await district.run(["policy", "list"], language: language)
        #expect(list.status == .done)
        #expect(list.screen.result.contains(names.list))
        let show = try await district.run(["policy", "show", "p20"], language: language)
        #expect(show.screen.result.contains(names.list))
        #expect(show.screen.result.contains(names.rule))
    }

    @Test("list finds by department, by kind and by what a rule asks for")
    func search() async throws {
        let summary = try json(
            try await district.run(
                "policy", "list", "--department", "mi", "--as-of", "2021-11-01", "--json"
            ).screen.result
        ).last
        #expect(summary?["programmes"] == 2)
        let found = try json(
            try await district.run(
                "policy", "list", "--search", "womenCancer", "--json"
            ).screen.result)
        #expect(found.first?["id"] == "P20")
        let nothing = try await district.run("policy", "show", "P99")
        #expect(nothing.status == .failed)
        #expect(nothing.screen.talk.contains("HZ-7503"))
    }

    @Test("changes names the standards that rise in July, and whom they newly reach")
    func changes() async throws {
        try Files.writeSecret(
            Array(
                #"""
                {"id":"near","facts":{"h.incomePerCapita":1400,"h.status":"none","h.hasLocalHukou":true,"h.size":1,"h.financialPerCapita":0,"h.vehicles":0,"h.nonResidentialProperty":false,"h.homes":1},"persons":[{"id":1}]}
                """#.utf8), to: path)
        let lines = try json(
            try await district.run(
                "policy", "changes", "--from", "2021-11-01", "--to", "2022-07-01", "--facts", path,
                "--json"
            ).screen.result)
        let dibao = lines.first { $0["key"] == "dibao.month" }
        #expect(dibao?["before"] == "1,330")
        #expect(dibao?["after"] == "1,420")
        let change = lines.first { $0["type"] == "change" }
        #expect(change?["programme"] == "P01")
        #expect(change?["before"] == "no")
        #expect(change?["after"] == "yes")
        #expect(lines.last?["households"] == 1)
    }

    @Test("19: match works by what was found at the door, asks for the rest, and can suppose")
    func match() async throws {
        let zhang = SmallDistrict.zhang.short()
        _ = try await district.run("person", "add", zhang, "--name", "张桂兰", "--birth", "1940-01-01")
        _ = try await district.run("visit", "start", zhang)
        for (key, value) in [
            ("h.status", "none"), ("h.hasLocalHukou", "yes"), ("h.incomePerCapita", "900"),
            ("h.vehicles", "0"), ("h.nonResidentialProperty", "no"), ("h.homes", "1"),
        ] {
            let answered = try await district.run("visit", "answer", key, value, "--fact", key)
            #expect(answered.status == .done)
        }
        let wrong = try await district.run("visit", "answer", "?", "poor", "--fact", "h.status")
        #expect(wrong.status == .usage)
        #expect(wrong.screen.talk.contains("tekun"))
        #expect(
            try await district.run("visit", "end", "--outcome", "met", "--minutes", "25").status
                == .done)

        let (status, screen) = try await district.run("match", zhang, "--explain")
        #expect(status == .done)
        #expect(screen.result.contains("P01"))
        #expect(screen.result.contains("assets a head unknown"))
        #expect(screen.result.contains("Ask next:"))

        let lines = try json(
            try await district.run(
                "match", zhang, "--what-if", "h.financialPerCapita=1000", "--json"
            ).screen.result)
        let programme = lines.first { $0["type"] == "match" }?["programmes"]?["P01"]
        #expect(programme?["answer"] == "yes")
        #expect(programme?["standing"] == "proposed")
        #expect(lines.last?["facts"]?.string != nil)
        // Supposed, and not recorded.
        let after = try json(try await district.run("match", zhang, "--json").screen.result)
        #expect(
            after.first { $0["type"] == "match" }?["programmes"]?["P01"]?["answer"] == "unknown")

        let refused = try await district.run("match", zhang, "--what-if", "h.siez=1")
        #expect(refused.status == .usage)
        #expect(refused.screen.talk.contains("HZ-7503"))
    }

    @Test("a key of the catalogue as the question states the fact, and asks whose it is")
    func keyAsQuestion() async throws {
        let zhang = SmallDistrict.zhang.short()
        _ = try await district.run("visit", "start", zhang)
        let nobody = try await district.run("visit", "answer", "p.employment", "retired")
        #expect(nobody.status == .usage)
        #expect(nobody.screen.talk.contains("--about"))
        _ = try await district.run("person", "add", zhang, "--name", "张桂兰", "--birth", "1940-01-01")
        for (key, value) in [("h.vehicles", "0"), ("p.employment", "retired")] {
            let answered = try await district.run("visit", "answer", key, value)
            #expect(answered.screen.talk.contains(key))
        }
        #expect(try await district.run("visit", "answer", "h.homes", "--unknown").status == .done)
        let wrong = try await district.run("visit", "answer", "h.status", "poor")
        #expect(wrong.screen.talk.contains("tekun"))
        let ended = try json(
            try await district.run("visit", "end", "--outcome", "met", "--json").screen.result)
        #expect(ended.first?["facts"] == 2)
        let lines = try json(try await district.run("match", zhang, "--json").screen.result)
        let asked = lines.filter { $0["type"] == "question" }.compactMap { $0["fact"]?.string }
        #expect(!asked.contains("h.vehicles") && !asked.contains("p.employment"))
        #expect(asked.contains("h.homes"))
    }

    @Test("assess gives a range while facts are missing, and what to ask")
    func assess() async throws {
        let zhang = SmallDistrict.zhang.short()
        let (status, screen) = try await district.run("assess", zhang, "--json")
        #expect(status == .done)
        let lines = try json(screen.result)
        let assessment = lines.first { $0["type"] == "assessment" }
        #expect(assessment?["level"] == "pending")
        #expect(assessment?["score"]?["low"] == 0)
        #expect(lines.contains { $0["type"] == "question" })
    }
}
