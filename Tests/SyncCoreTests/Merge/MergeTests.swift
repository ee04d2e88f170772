import SyncCore
import SyncTesting
import Testing

/// The merge, told as what happens to people's work. Units are 16 (set), 17 (elements).
@Suite("merge")
struct MergeTests {
    static let deviceA = ReplicaID(high: 0, low: 1)
    static let deviceB = ReplicaID(high: 0, low: 2)
    static let hub = ReplicaID(high: 1 << 63, low: 3)

    static func name(_ replica: ReplicaID, _ number: UInt64) -> ChangeSetName {
        ChangeSetName(replica, ChangeSetNumber(number)!)
    }

    static func set(
        _ replica: ReplicaID, _ number: UInt64, to value: Int64,
        replacing names: [ChangeSetName] = []
    ) -> History.Entry {
        .setting(name(replica, number), .integer(value), replacing: names)
    }

    static func change(
        _ replica: ReplicaID, _ number: UInt64, adding: [Value] = [],
        removing: [Write.Removal] = []
    ) -> History.Entry {
        History.Entry(
            origin: .sample(name(replica, number)),
            change: .sample([
                Write(unit: UnitID(17), operation: .change(adding: adding, removing: removing))
            ]))
    }

    static func state(_ entries: [History.Entry]) -> RecordState {
        History(entries).state(mergedIn: Array(entries.indices))
    }

    static func register(_ entries: [History.Entry]) throws -> Register {
        guard case .register(let register)? = state(entries)[UnitID(16)] else {
            throw Missing()
        }
        return register
    }
    struct Missing: Error {}

    @Test("a write that names what it saw takes its place")
    func named() throws {
        let register = try Self.register([
            Self.set(Self.deviceA, 1, to: 1),
            Self.set(Self.deviceB, 1, to: 2, replacing: [Self.name(Self.deviceA, 1)]),
        ])
        #expect(register.heads.map(\.value) == [.integer(2)])
        #expect(register.early.isEmpty)
    }

    @Test("writes that did not see each other stay side by side")
    func concurrent() throws {
        let register = try Self.register([
            Self.set(Self.deviceA, 1, to: 1), Self.set(Self.deviceB, 1, to: 2),
        ])
        #expect(register.heads.map(\.value) == [.integer(1), .integer(2)])
    }

    @Test("a device's later write covers its earlier ones without naming them; a hub's does not")
    func sameReplica() throws {
        let device = try Self.register([
            Self.set(Self.deviceA, 1, to: 1), Self.set(Self.deviceA, 2, to: 2),
        ])
        #expect(device.heads.map(\.value) == [.integer(2)])
        let hub = try Self.register([
            Self.set(Self.hub, 1, to: 1), Self.set(Self.hub, 2, to: 2),
        ])
        #expect(hub.heads.map(\.value) == [.integer(1), .integer(2)])
    }

    @Test("what was replaced before it arrived is covered when it comes, and still covers")
    func early() throws {
        let entries = [
            Self.set(Self.deviceA, 1, to: 1),
            Self.set(Self.hub, 1, to: 3, replacing: [Self.name(Self.deviceA, 2)]),
            Self.set(Self.deviceA, 2, to: 2),
        ]
        let before = try Self.register(Array(entries.prefix(2)))
        #expect(before.heads.map(\.value) == [.integer(1), .integer(3)])
        #expect(before.early == [Self.name(Self.deviceA, 2)])
        let after = try Self.register(entries)
        #expect(after.heads.map(\.value) == [.integer(3)])
        #expect(after.early.isEmpty)
    }

    @Test("a resolution names the sides it saw; a side that arrives meanwhile stays")
    func resolution() throws {
        let register = try Self.register([
            Self.set(Self.deviceA, 1, to: 1), Self.set(Self.deviceB, 1, to: 2),
            Self.set(ReplicaID(high: 0, low: 9), 1, to: 4),
            Self.set(
                Self.hub, 1, to: 3,
                replacing: [Self.name(Self.deviceA, 1), Self.name(Self.deviceB, 1)]),
        ])
        #expect(register.heads.map(\.value) == [.integer(4), .integer(3)])
    }

    @Test("an edit begun before a resolution and saved after it stands against the resolution")
    func staleEdit() throws {
        let register = try Self.register([
            Self.set(Self.deviceA, 1, to: 1), Self.set(Self.deviceB, 1, to: 2),
            Self.set(
                Self.hub, 1, to: 3,
                replacing: [Self.name(Self.deviceA, 1), Self.name(Self.deviceB, 1)]),
            Self.set(Self.deviceA, 2, to: 5, replacing: [Self.name(Self.deviceA, 1)]),
        ])
        #expect(register.heads.map(\.value) == [.integer(5), .integer(3)])
    }

    @Test("a write that names its own device's later write does not make both vanish")
    func ownLater() throws {
        let register = try Self.register([
            Self.set(Self.deviceA, 1, to: 1, replacing: [Self.name(Self.deviceA, 2)]),
            Self.set(Self.deviceA, 2, to: 2),
        ])
        #expect(register.heads.map(\.value) == [.integer(2)])
        #expect(register.early.isEmpty)
    }

    @Test("a change set released from quarantine is covered by a later one that still stands")
    func released() throws {
        let register = try Self.register([
            Self.set(Self.deviceA, 3, to: 3), Self.set(Self.deviceA, 1, to: 1),
            Self.set(Self.deviceA, 2, to: 2),
        ])
        #expect(register.heads.map(\.value) == [.integer(3)])
    }

    @Test("an element stays while one add of it was not seen by who took it away")
    func addWins() {
        let removal = Write.Removal(
            element: .integer(7), adds: [Self.name(Self.deviceA, 1)])
        let state = Self.state([
            Self.change(Self.deviceA, 1, adding: [.integer(7), .integer(8)]),
            Self.change(Self.deviceB, 1, adding: [.integer(7)]),
            Self.change(Self.hub, 1, removing: [removal]),
        ])
        guard case .elements(let elements)? = state[UnitID(17)] else {
            Issue.record("no elements")
            return
        }
        #expect(
            elements.entries == [
                .init(element: .integer(7), adds: [.sample(Self.name(Self.deviceB, 1))]),
                .init(element: .integer(8), adds: [.sample(Self.name(Self.deviceA, 1))]),
            ])
        #expect(elements.early.isEmpty)
    }

    @Test("an element that one write adds twice is taken away once for all, in either order")
    func addedTwice() {
        let add = Self.change(Self.deviceA, 1, adding: [.integer(7), .integer(7)])
        let remove = Self.change(
            Self.deviceB, 1,
            removing: [.init(element: .integer(7), adds: [Self.name(Self.deviceA, 1)])])
        let states = [[add, remove], [remove, add]].map { Self.state($0)[UnitID(17)] }
        #expect(states == [.elements(Elements()), .elements(Elements())])
    }

    @Test("a removal that names its own device's later add takes nothing away")
    func ownLaterAdd() {
        let remove = Self.change(
            Self.deviceA, 1,
            removing: [.init(element: .integer(7), adds: [Self.name(Self.deviceA, 2)])])
        let add = Self.change(Self.deviceA, 2, adding: [.integer(7)])
        let element = Elements.Entry(element: .integer(7), adds: [add.origin])
        #expect(
            Self.state([remove, add])[UnitID(17)]
                == Elements(entries: [element], early: []).map(UnitState.elements))
    }

    @Test("one write may take an element away and add it again")
    func renewed() {
        let state = Self.state([
            Self.change(Self.deviceA, 1, adding: [.integer(7)]),
            Self.change(
                Self.deviceA, 2, adding: [.integer(7)],
                removing: [.init(element: .integer(7), adds: [Self.name(Self.deviceA, 1)])]),
        ])
        guard case .elements(let elements)? = state[UnitID(17)] else {
            Issue.record("no elements")
            return
        }
        #expect(
            elements.entries == [
                .init(element: .integer(7), adds: [.sample(Self.name(Self.deviceA, 2))])
            ])
    }

    @Test("of two that claim to have created a record, the smaller name did, in either order")
    func createdTwice() {
        let entries = [Self.set(Self.deviceA, 2, to: 1), Self.set(Self.deviceB, 1, to: 2)]
        for order in [[0, 1], [1, 0]] {
            let state = History(entries).state(mergedIn: order)
            #expect(state.created?.name == Self.name(Self.deviceA, 2))
        }
    }

    @Test("a write of another kind is refused beforehand, and changes nothing where it is not")
    func otherKind() {
        var state = Self.state([Self.set(Self.deviceA, 1, to: 1)])
        let before = state
        let change = RecordChange.sample(
            [Write(unit: UnitID(16), operation: .increment(1))], creates: false)
        #expect(!state.accepts(change))
        #expect(state.accepts(Self.set(Self.deviceB, 1, to: 1).change))
        #expect(state.accepts(Self.change(Self.deviceB, 1, adding: [.absent]).change))
        state.merge(change, from: .sample(Self.name(Self.deviceB, 1))) { _ in false }
        #expect(state == before)
    }

    @Test(
        "a change of another record, or of the record in another collection, is refused beforehand")
    func otherRecord() throws {
        let state = Self.state([Self.set(Self.deviceA, 1, to: 1)])
        for (record, collection) in [
            (RecordID(high: 7, low: 8), History.collection), (History.record, CollectionID(2)),
        ] {
            let change = RecordChange(
                record: record, collection: collection, creates: true, writes: [], shown: nil)
            #expect(!state.accepts(try #require(change)))
        }
    }

    @Test("the base goes as soon as one head is left, and one head takes none")
    func base() {
        let base = Head(origin: .sample(Self.name(Self.hub, 9)), value: .integer(0))
        var state = Self.state([
            Self.set(Self.deviceA, 1, to: 1), Self.set(Self.deviceB, 1, to: 2),
        ])
        state.setBase(base, of: UnitID(16))
        guard case .register(let disputed)? = state[UnitID(16)] else {
            Issue.record("no register")
            return
        }
        #expect(disputed.base == base)
        let resolution = Self.set(
            Self.hub, 1, to: 3,
            replacing: [Self.name(Self.deviceA, 1), Self.name(Self.deviceB, 1)])
        state.merge(resolution.change, from: resolution.origin) { $0 != resolution.origin.name }
        let settled = state
        state.setBase(base, of: UnitID(16))
        #expect(state == settled)
        guard case .register(let register)? = state[UnitID(16)] else {
            Issue.record("no register")
            return
        }
        #expect(register.base == nil)
    }

    @Test("setting the base of a unit that is not set does nothing")
    func baseOfNothing() {
        var state = Self.state([Self.change(Self.deviceA, 1, adding: [.absent])])
        let before = state
        state.setBase(nil, of: UnitID(16))
        state.setBase(Head(origin: .sample(Self.name(Self.hub, 9)), value: .absent), of: UnitID(17))
        #expect(state == before)
    }

    @Test("conflicts are the disputed units the schema knows, rising by unit")
    func conflicts() throws {
        let schema = try SchemaTests.make()
        let entries = [Self.deviceA, Self.deviceB].map { replica in
            History.Entry(
                origin: .sample(Self.name(replica, 1)),
                change: .sample(
                    [UnitID.void, UnitID(16), UnitID(20), UnitID(99)].map {
                        Write(
                            unit: $0, operation: .set(.integer(Int64(replica.low)), replacing: []))
                    }))
        }
        let conflicts = Self.state(entries).conflicts(under: schema)
        // 16 is `.latest`: chosen. 99 is unknown: kept, and shown by no rule.
        #expect(conflicts.map(\.unit) == [.void, UnitID(20)])
        #expect(conflicts.map(\.dispute.kind) == [.deletion, .value])
    }
}

@Suite("states made from stored parts")
struct StoredStateTests {
    static func head(_ replica: ReplicaID, _ number: UInt64) -> Head {
        Head(origin: .sample(MergeTests.name(replica, number)), value: .absent)
    }

    @Test("a register's heads and early names rise, and none covers another")
    func register() {
        let a = Self.head(MergeTests.deviceA, 1)
        let a2 = Self.head(MergeTests.deviceA, 2)
        let b = Self.head(MergeTests.deviceB, 1)
        let (hub, hub2) = (Self.head(MergeTests.hub, 1), Self.head(MergeTests.hub, 2))
        func make(_ heads: [Head], _ early: [Head] = []) -> Register? {
            Register(heads: heads, early: early.map(\.origin.name), base: nil)
        }
        #expect(make([a, b, hub, hub2], [a2])?.heads == [a, b, hub, hub2])
        #expect(make([b, a]) == nil)
        #expect(make([a, a]) == nil)
        #expect(make([a, a2]) == nil)
        #expect(make([], [b, a]) == nil)
        #expect(make([], [a, a]) == nil)
        #expect(make([a], [a]) == nil)
    }

    @Test("a set's elements and adds rise, none without an add or early and there")
    func elements() {
        let a = Origin.sample(MergeTests.name(MergeTests.deviceA, 1))
        let b = Origin.sample(MergeTests.name(MergeTests.deviceB, 1))
        func make(
            _ entries: [(Int64, [Origin])], _ early: [(Int64, Origin)] = []
        ) -> Elements? {
            Elements(
                entries: entries.map { .init(element: .integer($0.0), adds: $0.1) },
                early: early.map { .init(element: .integer($0.0), add: $0.1.name) })
        }
        #expect(
            make([(1, [a, b]), (2, [a])], [(1, .sample(MergeTests.name(MergeTests.hub, 1)))]) != nil
        )
        #expect(make([(2, [a]), (1, [a])]) == nil)
        #expect(make([(1, [a]), (1, [b])]) == nil)
        #expect(make([(1, [])]) == nil)
        #expect(make([(1, [b, a])]) == nil)
        #expect(make([(1, [a, a])]) == nil)
        #expect(make([], [(2, a), (1, a)]) == nil)
        #expect(make([(1, [a])], [(1, a)]) == nil)
        #expect(make([(1, [a])], [(2, a)]) != nil)
    }

    @Test("a total's parts rise, a log's entries rise, a record's units rise")
    func others() {
        let part = { (replica: ReplicaID) in
            Total.Part(replica: replica, amount: 1, counted: NumberSet())
        }
        #expect(Total(parts: [part(MergeTests.deviceA), part(MergeTests.deviceB)])?.amount == 2)
        #expect(Total(parts: [part(MergeTests.deviceB), part(MergeTests.deviceA)]) == nil)
        #expect(Total(parts: [part(MergeTests.deviceA), part(MergeTests.deviceA)]) == nil)
        let lines = [0, 1].map {
            Log.Entry(
                origin: .sample(MergeTests.name(MergeTests.deviceA, 1)), index: $0, value: .absent)
        }
        #expect(Log(entries: lines)?.entries == lines)
        #expect(Log(entries: lines.reversed()) == nil)
        #expect(Log(entries: [lines[0], lines[0]]) == nil)
        let units = [16, 17].map {
            RecordState.Unit(id: UnitID($0), state: .empty(.log))
        }
        func record(_ units: [RecordState.Unit]) -> RecordState? {
            RecordState(
                record: History.record, collection: History.collection, created: nil, units: units)
        }
        #expect(record(units)?.units == units)
        #expect(record(units.reversed()) == nil)
        #expect(record([units[0], units[0]]) == nil)
    }

    @Test("what the merge makes can be made again from its parts", arguments: Seed.all)
    func remade(seed: Seed) {
        for history in History.samples(seed, count: 10) {
            let state = history.state(mergedIn: Array(history.entries.indices))
            let units = state.units.compactMap { unit -> RecordState.Unit? in
                let again: UnitState? =
                    switch unit.state {
                    case .register(let register):
                        Register(heads: register.heads, early: register.early, base: register.base)
                            .map(UnitState.register)
                    case .elements(let elements):
                        Elements(entries: elements.entries, early: elements.early)
                            .map(UnitState.elements)
                    case .total(let total): Total(parts: total.parts).map(UnitState.total)
                    case .log(let log): Log(entries: log.entries).map(UnitState.log)
                    }
                return again.map { RecordState.Unit(id: unit.id, state: $0) }
            }
            #expect(units == state.units)
        }
    }
}
