import GRDB
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("what several records take of one")
struct ShareTests {
    /// A stay takes places of a house.
    private enum Stay {
        static let collection = CollectionID(3)
        static let home = UnitID(16)
        static let offer = UnitID(17)
        static let takes = UnitID(18)
    }

    private static let schema = Schema(
        version: Schema.test.version,
        collections: Schema.test.collections + [
            CollectionDeclaration(
                id: Stay.collection, name: "stay", home: .with(Stay.home),
                units: [
                    UnitDeclaration(
                        Stay.home, "home", .reference, .review(shown: .previous), .open),
                    UnitDeclaration(
                        Stay.offer, "offer",
                        [
                            Member("what", .text(maximumBytes: 40)),
                            Member("house", .reference),
                        ], .latest, .open),
                    UnitDeclaration(
                        Stay.takes, "takes", .integer(-1000...1000), .sum, .open),
                ],
                rules: [
                    .share(
                        Stay.takes,
                        Share(
                            namedBy: Stay.offer, member: 1, in: .house, of: House.places))
                ])
        ])

    private let house = RecordID(high: 100, low: 1)
    private let other = RecordID(high: 100, low: 2)

    private static func offer(_ house: RecordID) -> Value {
        .group([.text("a bed"), .reference(house)])
    }

    private static func stay(
        _ id: RecordID, at house: RecordID, takes amount: Int64
    ) -> RecordChange {
        RecordChange(
            record: id, collection: Stay.collection, creates: true,
            writes: [
                Write(unit: Stay.home, operation: .set(.reference(house), replacing: [])),
                Write(unit: Stay.offer, operation: .set(offer(house), replacing: [])),
                Write(unit: Stay.takes, operation: .increment(amount)),
            ], shown: nil)!
    }

    private static func stayID(_ low: UInt64) -> RecordID { RecordID(high: 300, low: low) }

    /// Two who both know a house with some room, and another one.
    private struct Scene {
        let fixture: HubFixture
        let a: FieldDevice
        let b: FieldDevice

        func syncBoth() async throws {
            try await a.sync()
            try await b.sync()
            try await a.sync()
        }

        func open(_ hub: Hub? = nil) throws -> [ConflictView] {
            try (hub ?? fixture.hub).conflicts(state: nil, by: fixture.admin)
        }

        func only() throws -> ConflictDetail {
            let open = try open()
            try #require(open.count == 1)
            return try fixture.hub.conflict(open[0].id, by: fixture.admin)
        }

        func decide(_ choice: ResolutionRequest.Choice) throws {
            let detail = try only()
            _ = try fixture.hub.resolve(
                detail.view.id,
                ResolutionRequest(version: detail.version, choice: choice, reason: "why"),
                by: fixture.admin)
        }
    }

    private func scene(room: Int64) async throws -> Scene {
        let fixture = try HubFixture(schema: Self.schema)
        let a = try FieldDevice(1, person: "Li Na", at: fixture, schema: Self.schema)
        let b = try FieldDevice(2, person: "Wang Fang", at: fixture, schema: Self.schema)
        try await a.sync()
        try await b.sync()
        for id in [house, other] {
            try a.record([.house(id, in: HubFixture.north, title: "Zhang")])
            try a.edit(id) { try $0.set(House.room, to: .integer(room)) }
        }
        try await a.sync()
        try await b.sync()
        return Scene(fixture: fixture, a: a, b: b)
    }

    /// Both take the last place, and neither knows.
    private func overbooked() async throws -> Scene {
        let scene = try await scene(room: 1)
        try scene.a.record([Self.stay(Self.stayID(1), at: house, takes: 1)])
        try scene.b.record([Self.stay(Self.stayID(2), at: house, takes: 1)])
        try await scene.syncBoth()
        return scene
    }

    @Test("two who take the last place apart are both kept, and both are named")
    func lastPlace() async throws {
        let scene = try await scene(room: 1)
        try scene.a.record([Self.stay(Self.stayID(1), at: house, takes: 1)])
        try await scene.a.sync()
        #expect(try scene.open() == [])
        try scene.b.record([Self.stay(Self.stayID(2), at: house, takes: 1)])
        try await scene.b.sync()
        let detail = try scene.only()
        #expect(detail.view.kind == .capacity)
        #expect(detail.view.record == house && detail.view.unit == House.room)
        #expect(detail.view.title == "Zhang")
        #expect(detail.shown == .integer(2))
        #expect(detail.sides.map(\.value) == [.integer(1), .integer(1)])
        #expect(Set(detail.sides.map(\.record)) == [Self.stayID(1), Self.stayID(2)])
        #expect(
            Set(detail.sides.flatMap(\.writes).map(\.authorName)) == ["Li Na", "Wang Fang"])
        #expect(detail.acts == [.compose, .stand])
        #expect(try scene.fixture.hub.doctor() == [])
    }

    @Test("what a record says itself counts, and what another one is named for does not")
    func sums() async throws {
        let scene = try await scene(room: 5)
        try scene.a.edit(house) { try $0.increment(House.places, by: 3) }
        try scene.a.record([Self.stay(Self.stayID(1), at: house, takes: 2)])
        try scene.b.record([Self.stay(Self.stayID(2), at: other, takes: 5)])
        try await scene.syncBoth()
        #expect(try scene.open() == [])
        try scene.b.edit(Self.stayID(1)) { try $0.increment(Stay.takes, by: 1) }
        try await scene.syncBoth()
        let detail = try scene.only()
        #expect(detail.shown == .integer(6))
        #expect(Set(detail.sides.map(\.value)) == [.integer(3)])
        #expect(Set(detail.sides.map(\.record)) == [Self.stayID(1), house])
        // It takes them of the other now, where they are too many.
        try scene.a.edit(Self.stayID(1)) { try $0.set(Stay.offer, to: Self.offer(other)) }
        try await scene.syncBoth()
        #expect(try scene.only().view.record == other)
        #expect(try scene.only().shown == .integer(8))
    }

    @Test("one that is withdrawn, less that is taken, or more room ends it; and it begins again")
    func ends() async throws {
        let scene = try await overbooked()
        try scene.b.edit(Self.stayID(2)) { try $0.set(.void, to: .text("she stays at home")) }
        try await scene.syncBoth()
        #expect(try scene.open() == [])
        try scene.b.edit(Self.stayID(2)) { try $0.set(.void, to: .absent) }
        try await scene.syncBoth()
        #expect(try scene.only().view.timesReopened == 1)
        try scene.a.edit(Self.stayID(1)) { try $0.increment(Stay.takes, by: -1) }
        try await scene.syncBoth()
        #expect(try scene.open() == [])
        try scene.a.record([Self.stay(Self.stayID(3), at: house, takes: 1)])
        try await scene.syncBoth()
        #expect(try scene.only().view.timesReopened == 2)
        try scene.a.edit(house) { try $0.set(House.room, to: .integer(2)) }
        try await scene.syncBoth()
        #expect(try scene.open() == [])
        try scene.b.edit(house) { try $0.set(House.room, to: .integer(1)) }
        try await scene.syncBoth()
        #expect(try scene.only().view.timesReopened == 3)
    }

    @Test("what is let stand stays so when something else asked of the same unit is let stand too")
    func decisionLetStand() async throws {
        let scene = try await overbooked()
        try scene.a.edit(house) { try $0.set(House.count, to: .integer(3)) }
        try await scene.syncBoth()
        try scene.decide(.stand)
        try await scene.syncBoth()
        // How many places there are was decided on how many live there, and they are more.
        guard
            case .register(let count)? = try scene.a.store.shown(house)?.state[House.count]
        else { return }
        try scene.a.edit(
            house,
            on: [
                Premise(record: house, unit: House.count, heads: count.heads.map(\.origin.name))
            ]
        ) { try $0.set(House.room, to: .integer(0)) }
        try scene.b.edit(house) { try $0.set(House.count, to: .integer(9)) }
        try await scene.syncBoth()
        #expect(try scene.only().view.kind == .premise)
        try scene.decide(.stand)
        #expect(try scene.open() == [])
    }

    @Test("the office makes room, or lets it stand until more is taken")
    func decided() async throws {
        let scene = try await overbooked()
        try scene.decide(.stand)
        try await scene.syncBoth()
        #expect(try scene.open() == [])
        try scene.a.record([Self.stay(Self.stayID(3), at: house, takes: 1)])
        try await scene.syncBoth()
        #expect(try scene.only().shown == .integer(3))
        #expect(try scene.only().view.timesReopened == 1)
        try scene.decide(.compose(.integer(3)))
        try await scene.syncBoth()
        #expect(try scene.open() == [])
        #expect(try scene.b.value(House.room, of: house) == .integer(3))
        #expect(try scene.b.value(House.places, of: house) == nil)
    }

    /// As a hub of before there were shares has left it.
    private func forgetShares(_ path: String) throws {
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            try db.execute(
                sql: """
                    DROP TABLE shares;
                    DELETE FROM settings WHERE name = 'shares';
                    DELETE FROM conflicts;
                    PRAGMA user_version = 2;
                    """)
        }
        try queue.close()
    }

    @Test("a store of before there were shares is asked once when it is opened")
    func older() async throws {
        let scene = try await overbooked()
        try scene.fixture.hub.store.close()
        try forgetShares(scene.fixture.folder.file("hub.sqlite"))
        let hub = try scene.fixture.reopened(schema: Self.schema)
        #expect(try scene.open(hub).map(\.kind) == [.capacity])
        #expect(try hub.doctor() == [])
    }

    @Test("of many that take a part the newest are named, and all count")
    func many() async throws {
        let scene = try await scene(room: 29)
        for low in 1...30 as ClosedRange<UInt64> {
            try scene.a.record([Self.stay(Self.stayID(low), at: house, takes: 1)])
        }
        try await scene.a.sync()
        let detail = try scene.only()
        #expect(detail.shown == .integer(30))
        #expect(detail.sides.map(\.record) == (11...30).reversed().map { Self.stayID($0) })
    }
}
