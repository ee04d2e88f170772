import SyncCore
import SyncTesting
import Testing

@Suite("records shown as one")
struct JoinedStateTests {
    static let collection = CollectionDeclaration(
        id: CollectionID(1), name: "home", home: .scope(area),
        units: [
            UnitDeclaration(area, "area", .reference, .immutable, .open),
            UnitDeclaration(note, "note", .text(maximumBytes: 80), .latest, .open),
            UnitDeclaration(
                income, "income", .integer(0...9999), .review(shown: .previous), .special),
            UnitDeclaration(phones, "phones", .text(maximumBytes: 40), .addWins, .personal),
            UnitDeclaration(minutes, "minutes", .integer(0...9999), .sum, .open),
            UnitDeclaration(diary, "diary", .text(maximumBytes: 80), .append, .open),
        ])
    static let (area, note, income) = (UnitID(16), UnitID(17), UnitID(18))
    static let (phones, minutes, diary) = (UnitID(19), UnitID(20), UnitID(21))

    private let first = RecordID(high: 1, low: 1)
    private let second = RecordID(high: 1, low: 2)
    private let ann = ReplicaID(high: 1, low: 0)
    private let bea = ReplicaID(high: 2, low: 0)

    @Test("pairs made in both directions, and in a ring, join the same records once")
    func noCycle() {
        let third = RecordID(high: 1, low: 3)
        let pairs = [first: [second], second: [first, third], third: [first]]
        for start in [first, second, third] {
            let joined = RecordState.joined(with: start) { pairs[$0] ?? [] }
            #expect(joined == [first, second, third])
        }
    }

    @Test("units hold what all records hold, in whatever order they are given")
    func union() throws {
        var left = state(first)
        var right = state(second)
        merge(&left, ann, 1, [set(Self.income, .integer(100)), add(Self.phones, "1"), inc(20)])
        merge(&right, bea, 1, [set(Self.income, .integer(200)), add(Self.phones, "2"), inc(10)])
        merge(&right, bea, 2, [Write(unit: Self.diary, operation: .append([.text("seen")]))])
        let joined = RecordState.joining([right, left], in: Self.collection)
        #expect(joined == RecordState.joining([left, right], in: Self.collection))
        #expect(joined.record == first)
        #expect(outcome(joined, Self.phones) == .elements([.text("1"), .text("2")]))
        #expect(outcome(joined, Self.minutes) == .total(30))
        guard case .disputed(let dispute)? = outcome(joined, Self.income) else {
            Issue.record("two incomes are not disputed")
            return
        }
        #expect(dispute.sides.map(\.value) == [.integer(100), .integer(200)])
        #expect(dispute.shown == .integer(100))
    }

    @Test("records that agree are settled, and one that says nothing leaves the other's word")
    func agreement() {
        var left = state(first)
        var right = state(second)
        merge(&left, ann, 1, [set(Self.income, .integer(100))])
        merge(&right, bea, 1, [set(Self.income, .integer(100)), set(Self.note, .text("late"))])
        let joined = RecordState.joining([left, right], in: Self.collection)
        #expect(outcome(joined, Self.income)?.value == .integer(100))
        #expect(
            joined.conflicts(under: Schema(version: .init(1), collections: [Self.collection])) == []
        )
        #expect(outcome(joined, Self.note)?.value == .text("late"))
    }

    @Test("each record's own base stays with it when they are joined and parted")
    func ownBases() {
        var left = state(first)
        merge(&left, ann, 1, [set(Self.income, .integer(100))])
        let before = left
        let joined = RecordState.joining([left, state(second)], in: Self.collection)
        #expect(joined[Self.income] == before[Self.income])
        #expect(left == before)
    }

    @Test("an edit of what all agree on is written to each record, naming that record's heads only")
    func editOfAll() throws {
        var (left, right) = (state(first), state(second))
        merge(&left, ann, 1, [set(Self.income, .integer(100))])
        merge(&right, bea, 1, [set(Self.income, .integer(100))])
        var edit = edit(of: right, left)
        try edit.set(Self.income, to: .integer(300))
        let changes = edit.recordChanges
        #expect(changes.map(\.record) == [first, second])
        #expect(
            changes.map { $0.writes.map(\.operation) } == [
                [.set(.integer(300), replacing: [ChangeSetName(ann, .first)])],
                [.set(.integer(300), replacing: [ChangeSetName(bea, .first)])],
            ])
        // Merged, nothing is disputed.
        let mine = origin(ReplicaID(high: 3, low: 0), 1)
        left.merge(changes[0], from: mine) { $0 != mine.name }
        right.merge(changes[1], from: mine) { $0 != mine.name }
        let joined = RecordState.joining([left, right], in: Self.collection)
        #expect(outcome(joined, Self.income)?.value == .integer(300))
    }

    @Test("the correction of one side is written to the records that hold it, and to no other")
    func editOfOneSide() throws {
        var (left, right) = (state(first), state(second))
        merge(&left, ann, 1, [set(Self.income, .integer(100))])
        merge(&right, bea, 1, [set(Self.income, .integer(200))])
        var edit = edit(of: left, right)
        #expect(throws: EditRefusal.sideNotChosen(Self.income, sides: 2)) {
            try edit.set(Self.income, to: .integer(300))
        }
        try edit.set(Self.income, to: .integer(300), correcting: 1)
        #expect(edit.recordChanges.map(\.record) == [second])
        #expect(edit.recordChange == nil)
    }

    @Test("a step that was none in one of them is for people in both")
    func statedAgain() throws {
        let unit = UnitDeclaration(
            UnitID(30), "stage", .choice(["new", "open", "done"]),
            .states(StateMachine(["new": ["open"], "open": ["done"], "done": []])), .open)
        let collection = CollectionDeclaration(
            id: Self.collection.id, name: "home", home: .scope(Self.area), units: [unit])
        var (left, right) = (state(first), state(second))
        merge(&left, ann, 1, [set(unit.id, .text("new"))])
        merge(&right, bea, 1, [set(unit.id, .text("new"))])
        let base = try #require(register(right, unit.id)?.heads.first)
        let names = [base.origin.name]
        for (replica, stage) in [(bea, "done"), (ReplicaID(high: 1 << 63, low: 1), "new")] {
            merge(
                &right, replica, 2,
                [Write(unit: unit.id, operation: .set(.text(Text(stage)), replacing: names))])
        }
        right.setBase(base, of: unit.id)
        var third = state(RecordID(high: 1, low: 3))
        merge(&third, ann, 2, [set(unit.id, .text("new"))])
        for others in [[left], [third], [left, third]] {
            let joined = RecordState.joining(others + [right], in: collection)
            guard case .disputed(let dispute)? = joined[unit.id]?.outcome(under: unit) else {
                Issue.record("the further state is shown")
                continue
            }
            #expect(dispute.sides.map(\.value) == [.text("new"), .text("done")])
            #expect(dispute.shown == .text("new"))
        }
    }

    private func register(_ state: RecordState, _ unit: UnitID) -> Register? {
        if case .register(let register)? = state[unit] { register } else { nil }
    }

    /// Of each policy under which people decide: what two records say, and whether that is for
    /// people.
    static let sides: [(UnitDeclaration, Value, Value, isDisputed: Bool)] = [
        (
            UnitDeclaration(
                UnitID(16), "review", .integer(0...9), .review(shown: .previous), .open),
            .integer(1), .integer(2), true
        ),
        (PolicyTests.story, .text("X. B."), .text("Y. B."), true),
        (
            PolicyTests.address, address("street", "2026-01-02"),
            address("court", "2026-01-01"), true
        ),
        (
            PolicyTests.address, address("street", "2026-01-01"),
            address("court", "2026-01-02"), false
        ),
        (PolicyTests.plan, .text("granted"), .text("refused"), true),
        (PolicyTests.plan, .text("draft"), .text("granted"), false),
        (PolicyTests.consent, .text("given"), .text("withdrawn"), true),
        (PolicyTests.danger, .bool(true), .bool(false), true),
    ]

    private static func address(_ source: String, _ day: String) -> Value {
        .group([.text("1 Lane"), .text(Text(source)), .day(CalendarDate(day)!)])
    }

    @Test(
        "under every policy an edit of a dispute corrects one side, and of what is none all",
        arguments: sides)
    func policies(_ unit: UnitDeclaration, _ one: Value, _ other: Value, isDisputed: Bool) throws {
        let collection = CollectionDeclaration(
            id: CollectionID(1), name: "home", home: .scope(UnitID(30)),
            units: [unit, UnitDeclaration(UnitID(30), "area", .reference, .immutable, .open)])
        var (left, right) = (state(first), state(second))
        merge(&left, ann, 1, [set(unit.id, one)])
        merge(&right, bea, 1, [set(unit.id, other)])
        var edit = Edit(
            of: [left, right].map { Edit.Seen($0, at: nil) }, by: ReplicaID(high: 3, low: 0),
            as: collection)
        if isDisputed {
            #expect(throws: EditRefusal.sideNotChosen(unit.id, sides: 2)) {
                try edit.set(unit.id, to: one)
            }
            #expect(throws: EditRefusal.noSuchSide(unit.id, 2)) {
                try edit.set(unit.id, to: one, correcting: 2)
            }
            try edit.set(unit.id, to: one, correcting: 1)
            #expect(edit.recordChanges.map(\.record) == [second])
        } else {
            try edit.set(unit.id, to: one)
            #expect(edit.recordChanges.map(\.record) == [first, second])
        }
    }

    @Test("what is disputed in one record is not closed by an edit that another record decides")
    func hiddenDispute() throws {
        let collection = CollectionDeclaration(
            id: CollectionID(1), name: "home", home: .scope(UnitID(30)),
            units: [
                PolicyTests.address,
                UnitDeclaration(UnitID(30), "area", .reference, .immutable, .open),
            ])
        let unit = PolicyTests.address.id
        var (left, right) = (state(first), state(second))
        merge(&left, ann, 1, [set(unit, Self.address("street", "2026-01-02"))])
        merge(&left, bea, 1, [set(unit, Self.address("court", "2026-01-01"))])
        merge(&right, bea, 2, [set(unit, Self.address("court", "2026-01-03"))])
        var edit = Edit(
            of: [left, right].map { Edit.Seen($0, at: nil) }, by: ReplicaID(high: 3, low: 0),
            as: collection)
        try edit.set(unit, to: Self.address("court", "2026-01-04"))
        #expect(edit.recordChanges.map(\.record) == [second])
    }

    @Test("a resolution is written to every record whose heads it names")
    func resolution() throws {
        var (left, right) = (state(first), state(second))
        merge(&left, ann, 1, [set(Self.income, .integer(100))])
        merge(&right, bea, 1, [set(Self.income, .integer(200))])
        var edit = edit(of: left, right)
        try edit.resolve(Self.income, to: .integer(200))
        #expect(edit.recordChanges.map(\.record) == [first, second])
        let mine = origin(ReplicaID(high: 3, low: 0), 1)
        left.merge(edit.recordChanges[0], from: mine) { $0 != mine.name }
        right.merge(edit.recordChanges[1], from: mine) { $0 != mine.name }
        let joined = RecordState.joining([left, right], in: Self.collection)
        #expect(outcome(joined, Self.income)?.value == .integer(200))
    }

    @Test("what names nothing goes to the record that was addressed; an element goes from all")
    func addressed() throws {
        var (left, right) = (state(first), state(second))
        merge(&left, ann, 1, [add(Self.phones, "1")])
        merge(&right, bea, 1, [add(Self.phones, "1")])
        var edit = edit(of: right, left)
        try edit.append([.text("seen")], to: Self.diary)
        try edit.set(Self.note, to: .text("late"))
        #expect(edit.recordChanges.map(\.record) == [second])
        try edit.change(Self.phones, adding: [.text("2")], removing: [.text("1")])
        #expect(edit.recordChanges.map(\.record) == [first, second])
        #expect(throws: EditRefusal.notInSet(Self.phones)) {
            try edit.change(Self.phones, removing: [.text("9")])
        }
    }

    @Test("a voided record adds nothing to one that is not, and its name still leads there")
    func voided() throws {
        var (left, right) = (state(first), state(second))
        merge(&left, ann, 1, [set(Self.note, .text("old"))])
        merge(&left, ann, 2, [set(.void, .text("typed twice"))])
        merge(&right, bea, 1, [set(Self.income, .integer(200))])
        let joined = RecordState.joining([left, right], in: Self.collection)
        #expect(joined.record == first)
        #expect(!joined.isVoid(in: Self.collection))
        #expect(joined[Self.note] == nil)
        #expect(RecordState.joining([left], in: Self.collection).isVoid(in: Self.collection))
    }

    // MARK: Small records

    private func state(_ record: RecordID) -> RecordState {
        RecordState(record: record, collection: Self.collection.id)
    }

    private func origin(_ replica: ReplicaID, _ number: UInt64) -> Origin {
        Origin(
            name: ChangeSetName(replica, ChangeSetNumber(number)!),
            author: PersonID(high: 1, low: 1),
            time: CorrectedTime(clamping: Int64(number)), position: LogPosition(number), shown: nil)
    }

    private func merge(
        _ state: inout RecordState, _ replica: ReplicaID, _ number: UInt64, _ writes: [Write]
    ) {
        let origin = origin(replica, number)
        let change = RecordChange(
            record: state.record, collection: state.collection, creates: false,
            writes: writes.sorted { $0.unit < $1.unit }, shown: nil)!
        state.merge(change, from: origin) { $0 != origin.name }
    }

    private func set(_ unit: UnitID, _ value: Value) -> Write {
        Write(unit: unit, operation: .set(value, replacing: []))
    }

    private func add(_ unit: UnitID, _ text: String) -> Write {
        Write(unit: unit, operation: .change(adding: [.text(text)], removing: []))
    }

    private func inc(_ delta: Int64) -> Write {
        Write(unit: Self.minutes, operation: .increment(delta))
    }

    private func outcome(_ state: RecordState, _ unit: UnitID) -> Outcome? {
        Self.collection.unit(unit).flatMap { state[unit]?.outcome(under: $0) }
    }

    private func edit(of states: RecordState...) -> Edit {
        Edit(
            of: states.map { Edit.Seen($0, at: nil) }, by: ReplicaID(high: 3, low: 0),
            as: Self.collection)
    }
}
