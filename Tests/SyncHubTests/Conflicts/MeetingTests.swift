import Fieldwork
import SyncCore
import SyncHub
import SyncTesting
import Testing

/// What two people do with one record at the same time, in the words of the work: what is seen
/// meanwhile, on every device, whoever syncs first.
@Suite("work that meets")
struct MeetingTests {
    private let fixture: HubFixture
    private let anna: FieldDevice
    private let bert: FieldDevice
    private let home = RecordID(high: 500, low: 1)
    private let record = RecordID(high: 500, low: 2)

    init() throws {
        fixture = try HubFixture(schema: .fieldwork)
        anna = try FieldDevice(1, person: "Anna", at: fixture, schema: .fieldwork)
        bert = try FieldDevice(2, person: "Bert", at: fixture, schema: .fieldwork)
    }

    /// Both hold a household and a record with it.
    private func begin(with creation: RecordChange) async throws {
        try await anna.sync()
        try await bert.sync()
        try anna.record([
            Household.Draft(area: HubFixture.north, headName: "张伟").creation(id: home), creation,
        ])
        try await anna.sync()
        try await bert.sync()
    }

    /// Syncs both, `first` before the other, until both know everything.
    private func meet(_ isAnnaFirst: Bool) async throws {
        for device in isAnnaFirst ? [anna, bert, anna] : [bert, anna, bert] {
            try await device.sync()
        }
    }

    private func open() throws -> [ConflictView] {
        try fixture.hub.conflicts(state: nil, by: fixture.admin)
    }

    @Test(
        "a case that one ends and another completes is for people, and shows as neither",
        arguments: [true, false])
    func states(isAnnaFirst: Bool) async throws {
        let due = try #require(CalendarDate("2026-12-01"))
        try await begin(
            with: FollowUp.Draft(household: home, what: "call", due: due).creation(id: record))
        try anna.edit(record) {
            try $0.set(FollowUp.Field.progress, to: .word(FollowUp.Progress.done))
        }
        try bert.edit(record) {
            try $0.set(FollowUp.Field.progress, to: .word(FollowUp.Progress.cancelled))
        }
        try await meet(isAnnaFirst)
        #expect(try open().map(\.kind) == [.states])
        for device in [anna, bert] {
            #expect(
                try device.value(FollowUp.Field.progress.id, of: record)
                    == .word(FollowUp.Progress.scheduled))
        }
    }

    @Test(
        "consent that one takes back and another gives is taken back everywhere, and people look",
        arguments: [true, false])
    func consent(isAnnaFirst: Bool) async throws {
        try await begin(with: Person.Draft(household: home, name: "李玉兰").creation(id: record))
        let sharing = Person.Field.sharing
        try anna.edit(record) { try $0.set(sharing, to: .word(Consent.Act.withdrawn)) }
        try bert.edit(record) { try $0.set(sharing, to: .word(Consent.Act.given)) }
        try await meet(isAnnaFirst)
        #expect(try open().map(\.unit) == [sharing.id])
        #expect(try open().map(\.isHighStakes) == [true])
        for device in [anna, bert] {
            #expect(
                try device.value(sharing.id, of: record) == .word(Consent.Act.withdrawn))
        }
    }

    @Test(
        "an objection raised offline is not cleared by a later clock that knew nothing of it",
        arguments: [true, false])
    func objection(isAnnaFirst: Bool) async throws {
        let day = try #require(CalendarDate("2026-11-01"))
        try await begin(
            with: Fact.Draft(
                household: home, subject: home, key: "h.status",
                statement: Fact.Statement(
                    .word("none"), effective: day, source: .resident, confidence: .stated)
            ).creation(id: record))
        let flag = Fact.Field.isDisputed
        try anna.edit(record) { try $0.set(flag, to: .bool(true)) }
        fixture.clock.advance(by: 3_600_000)
        try bert.edit(record) { try $0.set(flag, to: .bool(false)) }
        try await meet(isAnnaFirst)
        #expect(try open().map(\.unit) == [flag.id])
        for device in [anna, bert] {
            #expect(try device.value(flag.id, of: record) == .bool(true))
        }
    }
}

@Suite("a policy that changes")
struct ChangedPolicyTests {
    /// The schema of the tests, with another policy for the title of a house.
    private static func schema(_ policy: MergePolicy) -> Schema {
        let collections = Schema.test.collections.map { collection -> CollectionDeclaration in
            guard collection.id == .house else { return collection }
            return CollectionDeclaration(
                id: collection.id, name: collection.name, home: collection.home,
                units: collection.units.filter { !$0.id.isOfEveryRecord }.map { unit in
                    unit.id == House.title
                        ? UnitDeclaration(
                            House.title, "title", .text(maximumBytes: 200), policy, .open,
                            column: true)
                        : unit
                }, urgent: collection.urgent, rules: collection.rules)
        }
        return Schema(version: Schema.test.version, collections: collections)
    }

    @Test("what was written when the latest won is judged by the rule that holds on arrival")
    func onArrival() async throws {
        let fixture = try HubFixture(schema: Self.schema(.review(shown: .previous)))
        let old = Self.schema(.latest)
        let a = try FieldDevice(1, person: "Li Na", at: fixture, schema: old)
        let b = try FieldDevice(2, person: "Wang Fang", at: fixture, schema: old)
        let house = RecordID(high: 100, low: 1)
        for device in [a, b] { try await device.sync() }
        try a.record([.house(house, in: HubFixture.north, title: "Zhang")])
        for device in [a, b] { try await device.sync() }
        try a.edit(house) { try $0.set(House.title, to: .text("Zhang Wei")) }
        try b.edit(house) { try $0.set(House.title, to: .text("Zhang Min")) }
        for device in [a, b] { try await device.sync() }
        let open = try fixture.hub.conflicts(state: nil, by: fixture.admin)
        #expect(open.map(\.unit) == [House.title])
        let detail = try fixture.hub.conflict(open[0].id, by: fixture.admin)
        #expect(detail.shown == .text("Zhang"))
        #expect(detail.sides.map(\.value) == [.text("Zhang Wei"), .text("Zhang Min")])
    }
}
