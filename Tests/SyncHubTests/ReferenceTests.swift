import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("what the office writes by the hub")
struct ReferenceTests {
    private static let directory = ScopeID(high: 1, low: 90)
    private let fixture: HubFixture
    private let firm = RecordID(high: 300, low: 1)

    init() throws {
        fixture = try HubFixture(schema: .fieldwork)
        try fixture.hub.addAreas(
            [(scope: Self.directory, parent: nil, name: "Directory")], areReference: true)
    }

    private func partner(
        _ id: RecordID, in area: ScopeID = directory, name: String = "Firm"
    ) throws -> RecordChange {
        try Partner.Draft(area: area, kind: .firm, name: name).creation(id: id)
    }

    private func session(_ roles: Set<Role>) throws -> Session {
        let hub = fixture.hub
        let person = try hub.makePerson(name: "Lin", roles: roles, password: nil, by: nil)
        return try hub.session(
            token: hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40))
    }

    private func refusal(_ body: () throws -> Void) -> Problem.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? Problem)?.code }
    }

    @Test("all of it is written or nothing, and what would be set aside is refused")
    func whole() throws {
        let hub = fixture.hub
        let before = try hub.status()
        let stranger = try #require(
            RecordChange(
                record: RecordID(high: 9, low: 9), collection: .partner, creates: false,
                writes: [
                    Write(
                        unit: Partner.Field.name.id,
                        operation: .set(.text("x"), replacing: []))
                ], shown: nil))
        let nowhere = try partner(RecordID(high: 300, low: 2), in: ScopeID(high: 7, low: 7))
        for (bad, code) in [
            (stranger, Problem.Code.noSuchRecord), (nowhere, .badValue),
            (try partner(RecordID(high: 300, low: 3), in: HubFixture.north), .notAllowed),
        ] {
            let found = refusal {
                try hub.write(
                    [[partner(firm)], [bad]], intent: "t", act: "t", onlyReference: true,
                    by: fixture.admin)
            }
            #expect(found == code)
            #expect(try hub.status() == before)
        }
    }

    @Test("what is there is made once: again it is refused, or left out where that is asked for")
    func once() throws {
        let hub = fixture.hub
        let other = RecordID(high: 300, low: 2)
        try hub.write([[partner(firm)]], intent: "t", act: "t", by: fixture.admin)
        #expect(
            refusal {
                try hub.write([[partner(firm)]], intent: "t", act: "t", by: fixture.admin)
            } == .staleView)
        let both = try [[partner(firm, name: "Other")], [partner(other)]]
        #expect(
            try hub.write(
                both, intent: "t", act: "t", skipsKnown: true, by: fixture.admin) == 1)
        let position = hub.position
        #expect(
            try hub.write(
                both, intent: "t", act: "t", skipsKnown: true, by: fixture.admin) == 0)
        #expect(hub.position == position)
        #expect(
            try hub.reference(.partner, by: fixture.admin).compactMap { Partner($0.state)?.name }
                == ["Firm", "Firm"])
    }

    @Test("an advisor has no part in it, and an area's administrator none in households")
    func roles() throws {
        let hub = fixture.hub
        let advisor = try session([.advisor])
        #expect(
            refusal {
                try hub.write(
                    [[partner(firm)]], intent: "t", act: "t", onlyReference: true, by: advisor)
            } == .notAllowed)
        #expect(refusal { _ = try hub.reference(.partner, by: advisor) } == .notAllowed)
        let keeper = try session([.areaAdministrator])
        let home = RecordID(high: 500, low: 1)
        try hub.load(
            [[Household.Draft(area: HubFixture.north, headName: "张").creation(id: home)]],
            intent: "first load")
        #expect(refusal { _ = try hub.record(home, in: .household, by: keeper) } == .notAllowed)
        #expect(
            refusal {
                try hub.write([[partner(firm)]], intent: "t", act: "t", by: keeper)
            } == .notAllowed)
    }

    @Test("devices read what lies there and write nothing of it")
    func devices() async throws {
        let device = try FieldDevice(
            1, person: "Anna", at: fixture, areas: [HubFixture.north], schema: .fieldwork)
        try fixture.hub.write([[partner(firm)]], intent: "t", act: "t", by: fixture.admin)
        try await device.sync()
        #expect(try device.store.shown(firm) != nil)
        let area = try device.store.areas().first { $0.scope == Self.directory }
        #expect(area?.isGranted == true)
        #expect(area?.isWritable == false)
        // A code for it would be a grant of what is no one's.
        #expect(
            refusal {
                _ = try fixture.hub.makeCode(
                    person: "Bert", areas: [Self.directory], by: fixture.admin)
            } == .noSuchArea)
    }
}
