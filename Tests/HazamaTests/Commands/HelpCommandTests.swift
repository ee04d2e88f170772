import Casework
import Fieldwork
import Glibc
import SyncCore
import SyncProtocol
import SyncStore
import Testing

@testable import hazama

/// Two families on one machine: the illness of Xu, and a boy whose father died.
@Suite("Help on the doorstep")
struct HelpCommandTests {
    let district: SmallDistrict
    /// The household of Xu and his wife.
    private let home = SmallDistrict.zhang
    private let xu = RecordID(high: 80, low: 1)
    private let wife = RecordID(high: 80, low: 2)
    /// That of the boy and his mother.
    private let guos = SmallDistrict.chen
    private let today = SmallDistrict.today

    init() throws { district = try SmallDistrict() }

    private static let xuHome = """
        {"h.size":2,"h.hasLocalHukou":true,"h.incomePerCapita":1900,"h.incomeYearPerCapita":22800,\
        "h.financialPerCapita":12000,"h.vehicles":0,"h.nonResidentialProperty":false,"h.homes":1,\
        "h.areaPerCapita":25,"h.livingAreaPerCapita":14,"h.medicalYear":42000,"h.educationYear":0,\
        "h.incomeYear":45600,"h.status":"none","h.minors":0,"h.under16":0,"h.singleParent":false,\
        "h.employedCount":0,"h.disabledCount":1,"h.emergency":"none","h.headSchoolYears":5,\
        "h.contactsPerWeek":1,"h.emergencyDays":0,"h.allElderly":false}
        """
    private static let xuHimself = """
        {"p.sex":"male","p.hukou":"shanghai","p.disabilityKind":"none","p.disabilityGrade":0,\
        "p.employment":"inactive","p.unemployedMonths":0,"p.pensionYears":24,\
        "p.pensionType":"employee","p.medicalInsurance":"employee","p.seriousIllness":true,\
        "p.medicalOOPYear":39000,"p.careLevel":0,"p.eduStage":"none","p.guardian":"notMinor",\
        "p.noObligor":false,"p.livesAlone":false,"p.fpSpecial":false,"p.severeMental":false,\
        "p.womenCancer":false,"p.unionMember":false}
        """
    private static let xuWife = """
        {"p.sex":"female","p.hukou":"shanghai","p.disabilityKind":"multiple",\
        "p.disabilityGrade":2,"p.employment":"inactive","p.unemployedMonths":0,\
        "p.monthlyIncome":800,"p.pensionYears":16,"p.pensionType":"resident",\
        "p.medicalInsurance":"resident","p.seriousIllness":false,"p.medicalOOPYear":3000,\
        "p.careLevel":0,"p.eduStage":"none","p.guardian":"notMinor","p.noObligor":false,\
        "p.livesAlone":false,"p.fpSpecial":false,"p.severeMental":false,"p.womenCancer":false,\
        "p.unionMember":false}
        """
    private static let guoHome = """
        {"h.size":2,"h.hasLocalHukou":true,"h.incomePerCapita":950,"h.incomeYearPerCapita":11400,\
        "h.financialPerCapita":4000,"h.vehicles":0,"h.nonResidentialProperty":false,"h.homes":1,\
        "h.areaPerCapita":22,"h.livingAreaPerCapita":12,"h.medicalYear":800,\
        "h.educationYear":3000,"h.incomeYear":22800,"h.status":"none","h.minors":1,\
        "h.singleParent":true,"h.employedCount":1,"h.disabledCount":0,"h.emergency":"none",\
        "h.headSchoolYears":9,"h.contactsPerWeek":4,"h.emergencyDays":0,"h.allElderly":false}
        """
    private static let guoBoy = """
        {"p.hukou":"shanghai","p.disabilityKind":"none","p.disabilityGrade":0,\
        "p.employment":"student","p.unemployedMonths":0,"p.pensionYears":0,\
        "p.pensionType":"none","p.medicalInsurance":"resident","p.seriousIllness":false,\
        "p.medicalOOPYear":0,"p.careLevel":0,"p.eduStage":"junior","p.guardian":"singleParent",\
        "p.noObligor":false,"p.livesAlone":false,"p.fpSpecial":false,"p.severeMental":false,\
        "p.womenCancer":false,"p.unionMember":false}
        """
    private static let guoMother = """
        {"p.hukou":"other","p.disabilityKind":"none","p.disabilityGrade":0,\
        "p.employment":"flexible","p.unemployedMonths":0,"p.pensionYears":3,\
        "p.pensionType":"employee","p.medicalInsurance":"none","p.seriousIllness":false,\
        "p.medicalOOPYear":0,"p.careLevel":0,"p.eduStage":"none","p.guardian":"notMinor",\
        "p.noObligor":false,"p.livesAlone":false,"p.fpSpecial":false,"p.severeMental":false,\
        "p.womenCancer":false,"p.unionMember":false}
        """

    private func add(_ changes: [RecordChange]) throws {
        let store = try DeviceStore.open(district.folder, schema: .fieldwork)
        var chance = Chance()
        try store.record(
            ChangeSetDraft(intent: "test", changes: changes), now: SmallDistrict.morning,
            using: &chance)
        try store.close()
    }

    private func facts(
        _ text: String, of subject: RecordID, in home: RecordID, _ number: UInt64
    ) throws -> [RecordChange] {
        let members = try #require(JSON.parse(Array(text.utf8)).members)
        return try members.enumerated().map { place, member in
            let facts = FactKey.catalogue.facts
            let kind = facts[try #require(facts.slot(of: member.key))].kind
            let content: Fact.Content =
                switch (kind, try kind.parts(member.value)) {
                case (.flag, let parts): .flag(parts == 1)
                case (.choice(let words), let parts): .word(words[Int(parts)])
                case (_, let parts): .number(parts)
                }
            return try Fact.Draft(
                household: home, subject: subject, key: member.key,
                statement: Fact.Statement(
                    content, effective: try #require(today.adding(days: -10)), source: .advisor,
                    confidence: .credible)
            ).creation(id: RecordID(high: 81, low: number << 8 | UInt64(place)))
        }
    }

    private func person(
        _ id: RecordID, _ name: String, _ birth: Int, _ sex: Sex, in home: RecordID
    ) throws -> RecordChange {
        var draft = Person.Draft(household: home, name: name)
        (draft.birth, draft.sex) = (CalendarDate(year: birth, month: 3, day: 4), sex)
        draft.phones = ["13900000000"]
        return try draft.creation(id: id)
    }

    private func moveInXu() throws {
        try add(
            [
                person(xu, "许建国", 1968, .male, in: home),
                person(wife, "林小妹", 1969, .female, in: home),
            ] + facts(Self.xuHome, of: home, in: home, 1)
                + facts(Self.xuHimself, of: xu, in: home, 2)
                + facts(Self.xuWife, of: wife, in: home, 3))
    }

    private func moveInGuo() throws {
        let (boy, mother) = (RecordID(high: 82, low: 2), RecordID(high: 82, low: 1))
        try add(
            [
                person(mother, "周梅", 1985, .female, in: guos),
                person(boy, "小郭", 2011, .male, in: guos),
            ] + facts(Self.guoHome, of: guos, in: guos, 4)
                + facts(Self.guoBoy, of: boy, in: guos, 5)
                + facts(Self.guoMother, of: mother, in: guos, 6))
    }

    private func json(_ text: String) throws -> [JSON] {
        try text.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
    }

    private func lines(_ words: String...) async throws -> [JSON] {
        let (status, screen) = try await district.run(words + ["--json"])
        #expect(status == .done, "\(words): \(screen.talk)")
        return try json(screen.result)
    }

    private func refused(
        _ words: String..., as status: hazama.ExitStatus = .failed, saying text: String
    ) async throws {
        let (found, screen) = try await district.run(words)
        #expect(found == status, "\(words): \(screen.talk)")
        #expect(screen.talk.contains(text), "\(words): \(screen.talk)")
    }

    private func shown<Record: FieldworkRecord>(_ id: RecordID, _: Record.Type) throws -> Record {
        let store = try DeviceStore.open(district.folder, schema: .fieldwork)
        let record = try #require(try store.shown(id).flatMap { Record($0.state) })
        try store.close()
        return record
    }

    private func kinds(_ lines: [JSON], _ type: String, _ key: String) -> [String] {
        lines.filter { $0["type"] == .string(type) }.compactMap { $0[key]?.string }
    }

    /// Answers each open field once, records the consent and all papers.
    private func complete(_ lines: [JSON]) async throws {
        for field in lines where field["type"] == "field" && field["answer"]?.isNull ?? true {
            guard let key = field["key"]?.string, key != "consent",
                let subject = field["subject"]?.string
            else { continue }
            var words = ["package", "answer", home.short(), key, "答"]
            if subject != home.description {
                words += ["--about", subject == xu.description ? xu.short() : wife.short()]
            }
            let (status, screen) = try await district.run(words)
            #expect(status == .done, "\(words): \(screen.talk)")
        }
        let agreed = try await district.run(
            "person", "edit", xu.short(), "--consent", "meansCheck", "--consent-how", "signed")
        #expect(agreed.status == .done)
        let papers = kinds(lines, "paper", "key")
        let there = try await district.run(["package", "papers", home.short()] + papers)
        #expect(there.status == .done)
    }

    @Test(
        "22: one command drafts all seven applications of Xu's household, with the papers missing")
    func drafted() async throws {
        try moveInXu()
        let made = try await lines("package", "new", home.short())
        #expect(
            kinds(made, "form", "programme")
                == ["P03", "P04", "P06", "P07", "P11", "P18", "P22"])
        #expect(kinds(made, "form", "state") == [String](repeating: "draft", count: 7))
        let fixed = made.first { $0["programme"] == "P06" && $0["type"] == "form" }
        #expect(fixed?["subject"]?.string == wife.description)
        #expect(fixed?["amount_fen"]?.integer ?? 0 > 0)
        #expect(kinds(made, "paper", "key").contains("disabilityCard"))
        // Ten working days on.
        #expect(fixed?["due"] == "2026-11-30")
        // What is known is shown with its source; what is not is open.
        let income = made.first { $0["type"] == "field" && $0["key"] == "income" }
        #expect(income?["answer"]?.string?.hasSuffix("1900 元") == true)
        #expect(income?["source"] == "advisor 2026-11-06")
        let bank = made.filter { $0["type"] == "field" && $0["key"] == "bank" }
        #expect(bank.count == 2 && bank.allSatisfy { $0["answer"]?.isNull ?? false })
        // Twice is once.
        let again = try await lines("package", "new", home.short())
        #expect(kinds(again, "form", "application") == kinds(made, "form", "application"))
        #expect(try await lines("package", "list").count == 2)
    }

    @Test(
        "a fact that is objected to is not known until somebody has looked, and says what was seen")
    func objection() async throws {
        try moveInXu()
        func answer() async throws -> JSON? {
            try await lines("match", home.short()).first { $0["type"] == "match" }?["programmes"]?[
                "P04"]?["answer"]
        }
        #expect(try await answer() == "yes")
        let facts = try await lines("fact", "list", home.short(), "--limit", "200")
        let assets = try #require(
            facts.first { $0["what"]?.string?.contains("12,000") == true }?["id"]?.string)
        try await refused("fact", "object", assets, as: .usage, saying: "--because")
        try await refused("fact", "lift", assets, "--because", "x", saying: "Nobody objects")
        _ = try await lines("fact", "object", assets, "--because", "a second account")
        #expect(try await answer() == "unknown")
        let (_, listed) = try await district.run(
            ["fact", "list", home.short(), "--limit", "200"], language: .chinese)
        #expect(listed.result.contains("有异议"))
        try await refused("fact", "lift", assets, as: .usage, saying: "--because")
        _ = try await lines("fact", "lift", assets, "--because", "saw the statement")
        #expect(try await answer() == "yes")
        let id = try #require(
            facts.first { $0["id"]?.string == assets }?["record"]?.string.flatMap(RecordID.init))
        let fact = try shown(id, Fact.self)
        #expect(fact.objections == ["a second account", "saw the statement"])
    }

    @Test("what is chosen is called in the language of whoever reads, and typed in it")
    func choices() async throws {
        try moveInXu()
        _ = try await lines("visit", "start", home.short())
        let typed = try await district.run(
            ["visit", "answer", "p.employment", "灵活就业", "--about", xu.short()],
            language: .chinese)
        #expect(typed.status == .done, "\(typed.screen.talk)")
        let wrong = try await district.run(
            ["visit", "answer", "p.employment", "忙", "--about", xu.short()], language: .chinese)
        #expect(wrong.status == .usage)
        #expect(wrong.screen.talk.contains("registeredUnemployed (登记失业)"))
        _ = try await lines("visit", "end", "--outcome", "met", "--minutes", "5")
        let (_, said) = try await district.run(
            ["match", home.short(), "--explain"], language: .chinese)
        #expect(said.result.contains("灵活就业"))
        #expect(!said.result.contains("flexible"))
    }

    @Test("38: what the rules answer with no is not offered and can't be drafted")
    func refusedProgramme() async throws {
        try moveInXu()
        try await refused(
            "package", "new", home.short(), "--programme", "P01", saying: "--explain")
        for unknown in ["P99", ""] {
            try await refused(
                "package", "new", home.short(), "--programme", unknown, saying: "HZ-7503")
        }
        let one = try await lines("package", "new", home.short(), "--programme", "p11")
        #expect(kinds(one, "form", "programme") == ["P11"])
        #expect(!kinds(one, "offer", "programme").contains("P01"))
        let more = try await lines("package", "new", home.short())
        #expect(kinds(more, "form", "programme").count == 7)
    }

    @Test(
        "37: signed offline, and submitted only when the hub has it; an incomplete one is not signed"
    )
    func signed() async throws {
        try moveInXu()
        let made = try await lines("package", "new", home.short())
        try await refused(
            "package", "sign", home.short(), "--how", "on paper", saying: "Nothing of it")
        try await refused("package", "submit", home.short(), saying: "package sign")
        try await complete(made)
        let signed = try await lines("package", "sign", home.short(), "--how", "on paper")
        #expect(signed.count { $0["type"] == "signed" } == 7)
        let id = try #require(kinds(made, "form", "application").first.flatMap(RecordID.init))
        let application = try shown(id, Application.self)
        #expect(application.progress == .signed)
        #expect(application.steps.map(\.to) == [.ready, .signed])
        #expect(application.signature?.person == xu)
        #expect(application.signature?.agent == nil)
        let form = try #require(application.form)
        #expect(form.contains("name\t许建国\n"))
        #expect(form.contains("agent\t本人办理\n"))
        #expect(form.split(separator: "\n").count == 18)
        try await refused(
            "package", "submit", home.short(), as: .offline, saying: "hazama sync")
        let later = try await lines("package", "sign", home.short(), "--how", "on paper")
        #expect(later.last?["signed"] == 0)
    }

    @Test("39: an agent without authority is refused; with it, it is kept with the visit")
    func agent() async throws {
        try moveInXu()
        try await complete(try await lines("package", "new", home.short()))
        let sign = ["package", "sign", home.short(), "--how", "on paper", "--agent"]
        let without = try await district.run(sign)
        #expect(without.status == .failed)
        #expect(without.screen.talk.contains("--authority"))
        let right = sign + ["--authority", "委托书", "--from", xu.short()]
        let unproven = try await district.run(right)
        #expect(unproven.status == .failed)
        #expect(unproven.screen.talk.contains("hazama visit start"))
        let started = try await lines("visit", "start", home.short())
        let visit = try #require(kinds(started, "visit", "record").first.flatMap(RecordID.init))
        let (status, screen) = try await district.run(right + ["--json"])
        #expect(status == .done)
        let signed = try json(screen.result)
        let id = try #require(kinds(signed, "signed", "application").first.flatMap(RecordID.init))
        let application = try shown(id, Application.self)
        #expect(application.authority?.agent == SmallDistrict.me)
        #expect(application.authority?.given == xu)
        #expect(application.authority?.evidence == visit)
        #expect(application.signature?.agent == SmallDistrict.me)
        #expect(application.form?.contains("agent\t王芳\n") == true)
    }

    @Test("a field about several persons asks whose it is, and a consent is not typed")
    func fields() async throws {
        try moveInXu()
        _ = try await lines("package", "new", home.short())
        try await refused(
            "package", "answer", home.short(), "bank", "工行", as: .usage, saying: "--about")
        try await refused(
            "package", "answer", home.short(), "consent", "yes", as: .usage,
            saying: "meansCheck")
        try await refused(
            "package", "answer", home.short(), "unionNo", "1", as: .usage,
            saying: "package show")
        let told = try await lines(
            "package", "answer", home.short(), "reason", "病")
        #expect(told.last?["places"] == 7)
    }

    @Test("31: who was told and did not apply within ten working days is on the list")
    func overdue() async throws {
        try moveInXu()
        try await refused(
            "match", home.short(), "--save", "--what-if", "h.homes=1", as: .usage,
            saying: "supposed")
        let told = try await lines("match", home.short(), "--save")
        #expect(told.last?["due"] == "2026-11-30")
        func due(_ days: Int64) async throws -> [JSON] {
            let (_, screen) = try await district.run(
                "today", "--json", later_ms: days * 86_400_000)
            return try json(screen.result).filter { $0["type"] == "due" }
        }
        #expect(try await due(13).isEmpty)
        let late = try await due(15)
        #expect(late.count == 1)
        #expect(late.first?["what"]?.string?.contains("P04, P06, P07, P11, P18, P22") == true)
        _ = try await lines("package", "new", home.short())
        // Drafted now, and not submitted: each by itself.
        #expect(try await due(15).compactMap { $0["application"] }.count == 7)
    }

    @Test("20: Guo's card lists six items, and nothing that is not theirs to read")
    func card() async throws {
        try moveInXu()
        try moveInGuo()
        let note = try await district.run(
            "household", "edit", guos.short(), "--risk-note", "父亲去年去世，别提")
        #expect(note.status == .done)
        let card = try await lines("card", guos.short())
        #expect(
            kinds(card, "card", "programme")
                == ["P01", "P10", "P15", "P20", "P21", "P09"])
        #expect(kinds(card, "card", "after").count == 1)
        for language in Language.allCases {
            let text = try await district.run(["card", guos.short()], language: language)
            #expect(text.status == .done)
            for secret in ["许建国", "去世", "P01", "h.", "high", "medium"] {
                #expect(!text.screen.result.contains(secret), "\(secret)")
            }
            #expect(text.screen.result.contains("小郭"))
        }
        let path = district.folder + "/store.sqlite-shm"
        let page = try await district.run(
            ["card", guos.short(), "--html", path], language: .chinese)
        #expect(page.status == .done)
        let html = try Files.text(path, limit: 100_000)
        #expect(html.contains("<li><h3>最低生活保障</h3>"))
        #expect(html.contains("size: A4"))
        for outside in ["http", "src=", "<script", "去世", "许建国"] {
            #expect(!html.contains(outside), "\(outside)")
        }
    }

    @Test("what is no file is not replaced by one: a card is not written over a link or a folder")
    func notAFile() async throws {
        try moveInGuo()
        let link = district.folder + "/link.html"
        #expect(symlink("/dev/null", link) == 0)
        for place in [link, district.folder] {
            try await refused("card", guos.short(), "--html", place, saying: place)
        }
        var entry = stat()
        #expect(lstat(link, &entry) == 0 && entry.st_mode & S_IFMT == S_IFLNK)
    }

    @Test("a name on the card is text, whatever it holds")
    func markup() async throws {
        try moveInGuo()
        try add([person(RecordID(high: 82, low: 9), "<b>\"&\u{1B}", 2015, .male, in: guos)])
        let path = district.folder + "/store.sqlite-shm"
        _ = try await district.run("card", guos.short(), "--html", path)
        let html = try Files.text(path, limit: 100_000)
        #expect(!html.contains("<b>"))
        #expect(!html.contains("\u{1B}"))
    }

    @Test("29: an assessment is kept with its basis, and the needs it proposes wait for a person")
    func assessed() async throws {
        try moveInXu()
        let looked = try await lines("assess", home.short(), "--dry-run")
        #expect(looked.last?["record"] == nil)
        #expect(try await lines("assess", "list").count == 1)
        let kept = try await lines("assess", home.short())
        #expect(kept.last?["stored"] == true)
        let id = try #require(kept.last?["record"]?.string.flatMap(RecordID.init))
        let assessment = try shown(id, Assessment.self)
        #expect(assessment.result == .init(score: 530...530, level: .high))
        #expect(assessment.basis?.asOf == today)
        #expect(
            assessment.basis?.inputs
                == kept.last?["facts"]?.string.flatMap {
                    ContentHash(bytes: Base32.decode($0) ?? [])
                }?
                .bytes)
        #expect(
            kinds(kept, "need", "kind")
                == ["medicalCost", "rehabilitation", "work", "training", "company"])
        let needs = try await lines("need", "list", home.short())
        #expect(needs.compactMap { $0["state"]?.string }.allSatisfy { $0 == "suggested" })
        let again = try await lines("assess", home.short())
        #expect(again.last?["stored"] == false)
    }

    @Test("35: what changed between two assessments is told indicator by indicator")
    func changes() async throws {
        try moveInXu()
        _ = try await lines("assess", home.short())
        try await refused("assess", "changes", home.short(), saying: "hazama assess")
        _ = try await lines("visit", "start", home.short())
        _ = try await lines("visit", "answer", "h.employedCount", "1")
        _ = try await lines("visit", "end", "--outcome", "met", "--minutes", "10")
        let second = try await lines("assess", home.short())
        #expect(kinds(second, "change", "indicator") == ["I06"])
        let told = try await lines("assess", "changes", home.short())
        #expect(told.first?["before"] == "yes")
        #expect(told.first?["after"] == "no")
        #expect(try await lines("assess", "list").count == 2)
        #expect(try await lines("assess", "list", "--all").count == 3)
    }

    @Test("a street manager sets a level with a reason; an advisor is refused and told why")
    func override() async throws {
        try moveInXu()
        _ = try await lines("assess", home.short())
        try await refused(
            "assess", "override", home.short(), "low", "--because", "x", saying: "advisor")
        var entry = Advisor.Draft(
            area: SmallDistrict.area, worker: SmallDistrict.me, name: "王芳",
            posting: Posting(SmallDistrict.area, by: .decision, effective: today))
        entry.roles = [.streetManager]
        try add([entry.creation])
        try await refused("assess", "override", home.short(), "low", saying: "--because")
        try await refused(
            "assess", "override", home.short(), "pending", "--because", "x", saying: "Pending")
        let set = try await district.run(
            "assess", "override", home.short(), "medium", "--because", "儿子已回家")
        #expect(set.status == .done, "\(set.screen.talk)")
        let listed = try await lines("assess", "list")
        #expect(listed.first?["what"]?.string?.contains("儿子已回家") == true)
        let objected = try await district.run(
            "assess", "object", String(listed.first?["id"]?.string ?? ""), "i05", "no",
            "--because", "读过夜校")
        #expect(objected.status == .done, "\(objected.screen.talk)")
    }

    @Test(
        "43: of two needs and one place the higher level gets it; the other waits and is told why")
    func places() async throws {
        let partner = RecordID(high: 90, low: 1)
        let hours = RecordID(high: 94, low: 1)
        var resource = Resource.Draft(
            area: SmallDistrict.area, provider: partner, kind: .hours, title: "课业辅导")
        (resource.capacity, resource.needKinds) = (1, [.tutoring])
        var changes = try [
            Partner.Draft(area: SmallDistrict.area, kind: .school, name: "一小").creation(
                id: partner), resource.creation(id: hours),
        ]
        for (place, (home, level)) in [(home, Level.medium), (guos, .high)].enumerated() {
            let basis = Basis(asOf: today, catalogue: [1], inputs: [2])
            let score = level == .high ? 600 : 300
            changes.append(
                try Assessment.Draft(
                    household: home, basis: basis,
                    result: .init(score: score...score, level: level), indicators: []
                ).creation)
            var need = Need.Draft(
                household: home, kind: .tutoring,
                foundOn: try #require(today.adding(days: Int64(place) - 5)))
            need.isConfirmed = true
            changes.append(try need.creation(id: RecordID(high: 95, low: UInt64(place))))
        }
        try add(changes)
        let found = try await lines("need", "match").filter { $0["type"] == "place" }
        #expect(found.compactMap { $0["level"]?.string } == ["high", "medium"])
        #expect(found.first?["resource"]?.string == hours.description)
        #expect(found.last?["reason"] == "given")
        #expect(found.last?["why"]?.string?.contains("high") == true)
        #expect(found.last?["why"]?.string?.contains("陈") == false)

        // The package of the one drafts the referral, that of the other does not.
        try moveInGuo()
        try moveInXu()
        let guo = try await lines("package", "new", guos.short())
        #expect(guo.count { $0["type"] == "referral" } == 1)
        let again = try await lines("package", "new", guos.short())
        #expect(again.count { $0["type"] == "referral" } == 0)
        let xu = try await lines("package", "new", home.short())
        #expect(xu.count { $0["type"] == "referral" } == 0)
        let referrals = try await lines("refer", "list")
        #expect(referrals.first?["state"] == "draft")
    }

    @Test("a child's application is signed by a grown-up")
    func minor() async throws {
        try moveInGuo()
        let made = try await lines("package", "new", guos.short(), "--programme", "P21")
        let boy = try #require(kinds(made, "form", "subject").first)
        for field in made where field["type"] == "field" && field["answer"]?.isNull ?? true {
            guard let key = field["key"]?.string else { continue }
            _ = try await district.run("package", "answer", guos.short(), key, "答")
        }
        let papers = kinds(made, "paper", "key")
        _ = try await district.run(["package", "papers", guos.short()] + papers)
        try await refused(
            "package", "sign", guos.short(), "--how", "on paper", saying: "grown-up")
        let mother = RecordID(high: 82, low: 1)
        let signed = try await lines(
            "package", "sign", guos.short(), "--how", "on paper", "--by", mother.short())
        #expect(signed.count { $0["type"] == "signed" } == 1)
        #expect(boy != mother.description)
    }
}
