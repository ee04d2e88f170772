import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore
import Testing

@testable import hazama

@Suite("The office's rules on a device, and the alerts they lead to")
struct RuleTests {
    let district: SmallDistrict
    private let zhang = SmallDistrict.zhang

    init() throws { district = try SmallDistrict() }

    private func lines(_ words: String...) async throws -> [JSON] {
        let (status, screen) = try await district.run(words + ["--json"])
        #expect(status == .done, "\(words): \(screen.result) \(screen.talk)")
        return try screen.result.split(separator: "\n").map { try JSON.parse(Array($0.utf8)) }
    }

    private func add(_ changes: [RecordChange]) throws {
        let store = try DeviceStore.open(district.folder, schema: .fieldwork)
        var chance = Chance()
        try store.record(
            ChangeSetDraft(intent: "test", changes: changes), now: SmallDistrict.morning,
            using: &chance)
        try store.close()
    }

    /// The rules as they come with a sync.
    private func publish(_ text: String, _ version: Int, digest: ContentHash? = nil) throws {
        let bytes = Array(text.utf8)
        try add([
            try PublishedRules.Draft(
                area: SmallDistrict.area, version: version, publishedOn: SmallDistrict.today,
                digest: digest ?? Digests.sha256(bytes), packed: Zstd.compress(bytes, level: 19)
            ).creation
        ])
    }

    /// The shipped catalogue, in which the Dibao line has another name.
    private static func renamed(_ name: String) -> String {
        Catalogue.shippedText.replacing(
            #""en": "minimum living standard", "#, with: #""en": "\#(name)", "#)
    }

    private typealias Catalogue = Casework.Catalogue

    @Test("capability 40: a device answers by the newest rules it has heard of, and says by which")
    func newest() async throws {
        let (_, own) = try await district.run("policy", "versions")
        #expect(own.result.contains("the program's own"))
        let before = try await lines("policy", "show", "P01").last
        #expect(before?["rules"] == nil)
        try publish(Self.renamed("first line"), 1)
        try publish(Self.renamed("second line"), 2)
        let (status, screen) = try await district.run("policy", "show", "P01")
        #expect(status == .done)
        #expect(screen.result.contains("second line"))
        #expect(screen.talk.contains("version 2 of 2026-11-16"))
        let after = try await lines("policy", "show", "P01").last
        #expect(after?["rules"]?.integer == 2)
        #expect(after?["catalogue"] != before?["catalogue"])
        // What was answered by older rules can be answered by them again.
        let (_, older) = try await district.run("policy", "show", "P01", "--rules", "1")
        #expect(older.result.contains("first line"))
        let (_, oldest) = try await district.run("policy", "show", "P01", "--rules", "0")
        #expect(oldest.result.contains("minimum living standard"))
        let (unknown, said) = try await district.run("policy", "show", "P01", "--rules", "9")
        #expect(unknown == .failed && said.talk.contains("HZ-7503"))
        let match = try await lines("match", zhang.short()).last
        #expect(match?["rules"]?.integer == 2)
        #expect(try await lines("policy", "versions").count == 4)
    }

    @Test("rules that are not what their digest says answer nothing")
    func damaged() async throws {
        try publish(Self.renamed("x"), 1, digest: Digests.sha256([]))
        let (status, screen) = try await district.run("match", zhang.short())
        #expect(status == .integrity)
        #expect(screen.talk.contains("HZ-7504"))
    }

    @Test("capability 13: what the rules warn of is written once, by today or assess")
    func alerts() async throws {
        let person = RecordID(high: 90, low: 1)
        var draft = Person.Draft(household: zhang, name: "张伟")
        draft.birth = CalendarDate(year: 1967, month: 3, day: 1)
        draft.sex = .male
        let day = try #require(CalendarDate(year: 2026, month: 1, day: 1))
        func fact(_ key: String, _ content: Fact.Content, _ number: UInt64) throws -> RecordChange {
            try Fact.Draft(
                household: zhang, subject: person, key: key,
                statement: Fact.Statement(
                    content, effective: day, source: .advisor, confidence: .stated)
            ).creation(id: RecordID(high: 91, low: number))
        }
        try add(
            try [
                draft.creation(id: person), fact("p.pensionYears", .number(11_500), 1),
                fact("p.pensionType", .word("employee"), 2),
                fact("p.employment", .word("employed"), 3),
            ])
        let assessed = try await lines("assess", zhang.short()).last
        #expect(assessed?["newAlerts"]?.integer == 1)
        #expect(try await lines("assess", zhang.short()).last?["newAlerts"] == nil)
        let alert = try #require(try await lines("alert", "list").first)
        #expect(alert["what"]?.string?.contains("W01 too few pension years") == true)
        #expect(try await lines("alert", "list").count == 2)

        // One line for one thing: its clue, then the task of whoever claimed it.
        func due() async throws -> [JSON] {
            try await lines("today", "--week").filter { $0["type"] == "due" }
        }
        #expect(try await due().count { $0["clue"] != nil } == 1)
        #expect(try await due().count { $0["alert"] != nil } == 0)
        let clue = try #require(try await lines("clue", "list").first?["id"]?.string)
        #expect(try await district.run("clue", "claim", clue).status == .done)
        #expect(try await due().count { $0["clue"] != nil } == 0)
        #expect(try await due().count { $0["task"] != nil } == 1)
    }

    @Test("capability 14: a clue nobody claims in two working days is on everybody's list")
    func unclaimed() async throws {
        // Thursday; today is Monday.
        var draft = Clue.Draft(
            area: SmallDistrict.area, origin: .neighbour,
            foundOn: try #require(CalendarDate(year: 2026, month: 11, day: 11)))
        draft.text = "no light for days"
        draft.due = CalendarDate(year: 2026, month: 12, day: 24)
        try add([draft.creation(id: RecordID(high: 92, low: 1))])
        let due = try await lines("today").filter { $0["type"] == "due" }
        #expect(
            due.first?["what"]?.string
                == "clue: no light for days, nobody has claimed it since 2026-11-11")
    }
}
