import SyncCore
import SyncTesting
import Testing

/// A field that version 3 split: an address of a street and a town.
@Suite("upcasts")
struct UpcastTests {
    static let (address, street, town) = (UnitID(16), UnitID(17), UnitID(18))

    static func schema(_ version: UInt32) -> Schema {
        let text = ValueType.text(maximumBytes: 80)
        let shown = MergePolicy.review(shown: .previous)
        let old = [UnitDeclaration(address, "address", text, shown, .personal)]
        let new = [
            UnitDeclaration(street, "street", text, shown, .personal, aliases: ["road"]),
            UnitDeclaration(town, "town", text, shown, .personal),
        ]
        func half(_ index: Int) -> @Sendable (Value) -> Value? {
            { value in
                guard case .text(let text) = value else { return nil }
                let parts = text.string.split(separator: ", ", maxSplits: 1).map(String.init)
                return parts.count == 2 ? .text(parts[index]) : nil
            }
        }
        return Schema(
            version: SchemaVersion(version),
            collections: [
                CollectionDeclaration(
                    id: History.collection, name: "house", home: .scope(address),
                    units: version < 3 ? old : old + new)
            ],
            upcasts: version < 3
                ? []
                : [
                    Upcast(
                        to: SchemaVersion(3), History.collection, address,
                        parts: [
                            Upcast.Part(street, value: half(0)), Upcast.Part(town, value: half(1)),
                        ])
                ])
    }

    private func set(
        _ name: ChangeSetName, _ version: UInt32, _ writes: [Write]
    ) throws -> ChangeSet {
        let clock = try #require(HybridTimestamp(milliseconds: 1, counter: 0))
        return try #require(
            ChangeSet(
                name: name, previous: .none, author: PersonID(high: 0, low: 1),
                grant: GrantID(high: 0, low: 1), trunk: .none,
                time: WriteTime(
                    timestamp: clock,
                    wall_ms: 1, monotonic_ms: 1, boot: 1, offset_ms: nil, offsetAge_ms: nil),
                intent: Text("visit"), schema: SchemaVersion(version),
                saltSeed: SaltSeed(high: 0, low: 0), changes: [.sample(writes)]))
    }

    private func write(
        _ unit: UnitID, _ text: String, replacing names: [ChangeSetName] = []
    ) -> Write {
        Write(unit: unit, operation: .set(.text(text), replacing: names))
    }

    private let a = ChangeSetName(ReplicaID(high: 0, low: 1), .first)
    private let b = ChangeSetName(ReplicaID(high: 0, low: 2), .first)
    private let c = ChangeSetName(ReplicaID(high: 0, low: 3), .first)

    @Test("an old program's write is in the new units as well, under its name")
    func oldWrite() throws {
        let old = try set(a, 1, [write(Self.address, "Elm 5, Hull", replacing: [b])])
        let read = try Self.schema(3).upcast(old)
        #expect(read.name == old.name)
        #expect(read.schema == old.schema)
        #expect(
            read.changes[0].writes == [
                write(Self.address, "Elm 5, Hull", replacing: [b]),
                write(Self.street, "Elm 5", replacing: [b]),
                write(Self.town, "Hull", replacing: [b]),
            ])
    }

    @Test("what was written under this version is read as it is")
    func newWrite() throws {
        let new = try set(a, 3, [write(Self.address, "Elm 5, Hull")])
        #expect(try Self.schema(3).upcast(new) == new)
        let old = try set(a, 1, [write(Self.address, "Elm 5, Hull")])
        #expect(try Self.schema(2).upcast(old) == old)
    }

    @Test("what can't be made over is said, and nothing is made up")
    func unreadable() throws {
        let old = try set(a, 1, [write(Self.address, "somewhere")])
        #expect(throws: UpcastFailure(unit: Self.address)) { try Self.schema(3).upcast(old) }
        let empty = try set(
            a, 1, [Write(unit: Self.address, operation: .set(.absent, replacing: []))])
        #expect(
            try Self.schema(3).upcast(empty).changes[0].writes.map(\.operation) == [
                .set(.absent, replacing: []), .set(.absent, replacing: []),
                .set(.absent, replacing: []),
            ])
    }

    @Test("an old edit of the address and a new one of the town conflict in the town only")
    func splitField() throws {
        let schema = Self.schema(3)
        var state = History.nothing
        var merged: Set<ChangeSetName> = []
        func merge(_ set: ChangeSet) throws {
            let read = try schema.upcast(set)
            state = schema.upcast(state)
            state.merge(read.changes[0], from: .sample(set.name)) { merged.contains($0) }
            merged.insert(set.name)
        }
        // Before there was a version 3.
        let first = try set(a, 1, [write(Self.address, "Elm 5, Hull")])
        state.merge(first.changes[0], from: .sample(a)) { _ in false }
        merged.insert(a)
        try merge(set(b, 1, [write(Self.address, "Oak 9, York", replacing: [a])]))
        try merge(set(c, 3, [write(Self.town, "Leeds", replacing: [a])]))
        let shown = [Self.address, Self.street, Self.town].map { unit -> Value? in
            schema.unit(unit, of: History.collection).flatMap { state.outcome(of: $0) }?.value
        }
        #expect(shown[0] == .text("Oak 9, York"), "what an old program shows")
        #expect(shown[1] == .text("Oak 9"))
        let conflicts = state.conflicts(under: schema)
        #expect(conflicts.map(\.unit) == [Self.town])
        #expect(conflicts[0].dispute.sides.map(\.value) == [.text("York"), .text("Leeds")])
    }

    @Test("a state is read the same whether it was made over before or after a write")
    func order() throws {
        let schema = Self.schema(3)
        let (old, next) = (
            try set(a, 1, [write(Self.address, "Elm 5, Hull")]),
            try set(b, 1, [write(Self.address, "Oak 9, York", replacing: [a])])
        )
        var late = History.nothing
        late.merge(old.changes[0], from: .sample(a)) { _ in false }
        late.merge(next.changes[0], from: .sample(b)) { $0 == a }
        var early = History.nothing
        early.merge(try schema.upcast(old).changes[0], from: .sample(a)) { _ in false }
        early.merge(try schema.upcast(next).changes[0], from: .sample(b)) { $0 == a }
        #expect(schema.upcast(late) == early)
        #expect(schema.upcast(early) == early)
    }

    @Test("sets and logs are made over as well")
    func others() throws {
        let unit = [UnitID(16), UnitID(17), UnitID(18), UnitID(19)]
        let schema = Schema(
            version: SchemaVersion(2),
            collections: [
                CollectionDeclaration(
                    id: History.collection, name: "house", home: .scope(UnitID(20)),
                    units: [
                        UnitDeclaration(unit[0], "a", .integer(0...9), .addWins, .open),
                        UnitDeclaration(unit[1], "b", .integer(0...90), .addWins, .open),
                        UnitDeclaration(unit[2], "c", .integer(0...9), .append, .open),
                        UnitDeclaration(unit[3], "d", .integer(0...90), .append, .open),
                    ])
            ],
            upcasts: [(0, 1), (2, 3)].map { from, to in
                Upcast(
                    to: SchemaVersion(2), History.collection, unit[from],
                    parts: [
                        Upcast.Part(unit[to]) { value in
                            if case .integer(let number) = value {
                                .integer(number * 10)
                            } else {
                                nil
                            }
                        }
                    ])
            })
        let old = try set(
            a, 1,
            [
                Write(
                    unit: unit[0],
                    operation: .change(
                        adding: [.integer(1)], removing: [.init(element: .integer(2), adds: [b])])),
                Write(unit: unit[2], operation: .append([.integer(3)])),
            ])
        var late = History.nothing
        late.merge(old.changes[0], from: .sample(a)) { _ in false }
        var early = History.nothing
        early.merge(try schema.upcast(old).changes[0], from: .sample(a)) { _ in false }
        #expect(schema.upcast(late) == early)
        #expect(early[unit[1]].map { "\($0)".contains("10") } == true)
        #expect(early.units.count == 4)
    }

    @Test("a unit is found by the name it had, and an upcast of what is not declared is a fault")
    func names() async {
        let house = Self.schema(3).collection(History.collection)
        #expect(house?.unit(named: "road")?.id == Self.street)
        await #expect(processExitsWith: .failure) {
            _ = Schema(
                version: SchemaVersion(2), collections: [],
                upcasts: [Upcast(to: SchemaVersion(2), CollectionID(1), UnitID(16), parts: [])])
        }
    }
}
