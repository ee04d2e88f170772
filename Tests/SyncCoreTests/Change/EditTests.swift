import SyncCore
import Testing

@Suite("edit")
struct EditTests {
    // MARK: review

    @Test("an edit of a settled unit names all its heads, also those that agree")
    func settledReview() throws {
        let state = State().set(unit.review, .text("a"), by: ann).set(
            unit.review, .text("a "), by: bea)
        let write = try state.record.setting(unit.review, to: .text("b"), by: cyr.replica)
        #expect(write == Write(unit: review, set: .text("b"), replacing: [ann.first, bea.first]))
    }

    @Test("the first edit of a unit names nothing")
    func unknown() throws {
        for unit in [unit.review, unit.latest, unit.maximum, unit.minimum, unit.immutable] {
            let value = unit.id == review ? Value.text("1") : .integer(1)
            let write = try State().record.setting(unit, to: value, by: ann.replica)
            #expect(write.operation == .set(value, replacing: []))
        }
    }

    @Test("an edit of a disputed unit names one side, and all of that side", arguments: 0...2)
    func oneSide(chosen: Int) throws {
        let state = disputed.record
        let register = try #require(state.register(review))
        let write = try state.setting(
            unit.review, to: .text("new"), correcting: chosen, by: outsider)
        #expect(write.replaced == register.sides[chosen].names)
        // Ann's side has two supporters, so this is no accident of single heads.
        #expect(register.sides.map(\.names.count) == [2, 1, 1])
    }

    @Test("after an ordinary edit the other sides are still there")
    func othersStay() throws {
        for chosen in 0...2 {
            var state = disputed
            let sides = try #require(state.record.register(review)).sides
            let write = try state.record.setting(
                unit.review, to: .text("new"), correcting: chosen, by: outsider)
            state.merge(write, by: Author(outsider))
            let left = try #require(state.record.register(review)).sides.map(\.value)
            var expected = sides.map(\.value)
            expected.remove(at: chosen)
            #expect(Set(left) == Set(expected + [.text("new")]))
        }
    }

    @Test("canary: naming two sides makes one vanish, and the checks above see it")
    func canary() throws {
        var state = disputed
        let names = try #require(state.record.register(review)).sides.prefix(2).flatMap(\.names)
        state.merge(Write(unit: review, set: .text("new"), replacing: names), by: Author(outsider))
        let left = try #require(state.record.register(review)).sides.map(\.value)
        withKnownIssue { #expect(left.contains(.text("a"))) }
        withKnownIssue { #expect(left.count == 3) }
    }

    @Test("who is on no side must say which one they correct")
    func sideNotChosen() {
        #expect(throws: EditRefusal.sideNotChosen(review, sides: 3)) {
            try disputed.record.setting(unit.review, to: .text("new"), by: outsider)
        }
    }

    @Test("there is no side but those shown", arguments: [-1, 3, .max])
    func noSuchSide(side: Int) {
        #expect(throws: EditRefusal.noSuchSide(review, side)) {
            try disputed.record.setting(
                unit.review, to: .text("new"), correcting: side, by: outsider)
        }
        #expect(throws: EditRefusal.noSuchSide(review, 1)) {
            try State().set(unit.review, .text("a"), by: ann).record
                .setting(unit.review, to: .text("b"), correcting: 1, by: outsider)
        }
    }

    @Test("an author corrects their own side without choosing")
    func ownSide() throws {
        let write = try disputed.record.setting(unit.review, to: .text("new"), by: bea.replica)
        #expect(write.replaced == [bea.first])
    }

    @Test("an author can't correct a second side: the device's order would cover its own as well")
    func ownSideStays() throws {
        #expect(throws: EditRefusal.wouldWithdrawOwnSide(review, own: 1)) {
            try disputed.record.setting(
                unit.review, to: .text("new"), correcting: 2, by: bea.replica)
        }
        // Why: this is what the write would have done.
        var state = disputed
        state.merge(
            Write(unit: review, set: .text("new"), replacing: [cyr.first]), by: bea, number: 2)
        #expect(state.record.register(review)?.sides.map(\.value).contains(.text("b")) == false)
    }

    @Test("a hub has no side of its own: between its writes only names count")
    func hub() throws {
        let hub = Author(ReplicaID(high: 1 << 63, low: 1))
        let state = State().set(unit.review, .text("a"), by: hub).set(
            unit.review, .text("b"), by: ann)
        #expect(throws: EditRefusal.sideNotChosen(review, sides: 2)) {
            try state.record.setting(unit.review, to: .text("c"), by: hub.replica)
        }
        let write = try state.record.setting(
            unit.review, to: .text("c"), correcting: 0, by: hub.replica)
        #expect(write.replaced == [ann.first])
    }

    // MARK: resolution

    @Test("a resolution names every head shown and settles the unit")
    func resolution() throws {
        var state = disputed
        let write = try state.record.resolving(unit.review, to: .text("b"))
        #expect(write.replaced == [ann.first, bea.first, cyr.first, dan.first])
        state.merge(write, by: Author(ReplicaID(high: 1 << 63, low: 1)))
        #expect(state.record.register(review)?.heads.map(\.value) == [.text("b")])
    }

    @Test("a side that arrives after the page was shown stays")
    func lateSide() throws {
        var state = disputed
        let write = try state.record.resolving(unit.review, to: .text("b"))
        let eve = Author(ReplicaID(high: 5, low: 0))
        state.merge(Write(unit: review, set: .text("late"), replacing: []), by: eve)
        state.merge(write, by: Author(ReplicaID(high: 1 << 63, low: 1)))
        #expect(
            Set(state.record.register(review)?.sides.map(\.value) ?? []) == [
                .text("late"), .text("b"),
            ])
    }

    @Test("what nobody disputes can't be resolved")
    func notDisputed() {
        let agreed = State().set(unit.review, .text("a"), by: ann).set(
            unit.review, .text("a"), by: bea)
        for state in [State(), agreed] {
            #expect(throws: EditRefusal.notDisputed(review)) {
                try state.record.resolving(unit.review, to: .text("b"))
            }
        }
    }

    // MARK: the other registers

    @Test("an edit under latest, maximum and minimum names all heads")
    func allHeads() throws {
        for unit in [unit.latest, unit.maximum, unit.minimum] {
            let state = State().set(unit, .integer(1), by: ann).set(unit, .integer(2), by: bea)
            let write = try state.record.setting(unit, to: .integer(0), by: cyr.replica)
            #expect(
                write
                    == Write(unit: unit.id, set: .integer(0), replacing: [ann.first, bea.first]))
        }
    }

    @Test("an immutable unit is set once, by whomever")
    func immutable() {
        let state = State().set(unit.immutable, .integer(1), by: ann)
        for replica in [ann.replica, bea.replica] {
            #expect(throws: EditRefusal.alreadySet(unit.immutable.id)) {
                try state.record.setting(unit.immutable, to: .integer(2), by: replica)
            }
        }
        #expect(throws: EditRefusal.alreadySet(unit.immutable.id)) {
            try state.set(unit.immutable, .integer(3), by: bea).record
                .resolving(unit.immutable, to: .integer(3))
        }
    }

    @Test("a value that does not fit is told before anything is written")
    func invalid() {
        #expect(
            throws: EditRefusal.invalid(.tooLong(review, member: "review", maximumBytes: 10))
        ) {
            try State().record.setting(unit.review, to: .text("12345678901"), by: ann.replica)
        }
        #expect(
            throws: EditRefusal.invalid(.wrongKind(unit.log.id, expected: .log, found: .register))
        ) {
            try State().record.setting(unit.log, to: .text("x"), by: ann.replica)
        }
    }

    // MARK: contributions

    @Test("a removal names the adds that were shown, so a later add stays")
    func removal() throws {
        var state = State()
        state.merge(Write(unit: unit.elements.id, adding: [.text("x"), .text("y")]), by: ann)
        state.merge(Write(unit: unit.elements.id, adding: [.text("x")]), by: bea)
        let write = try state.record.changing(unit.elements, removing: [.text("x")])
        #expect(
            write.operation
                == .change(
                    adding: [],
                    removing: [.init(element: .text("x"), adds: [ann.first, bea.first])]))
        state.merge(Write(unit: unit.elements.id, adding: [.text("x")]), by: cyr)
        state.merge(write, by: dan)
        #expect(
            state.record[unit.elements.id]?.outcome(under: unit.elements)
                == .elements([.text("x"), .text("y")]))
    }

    @Test("canary: naming an add that was not shown takes away somebody's unseen work")
    func removalCanary() throws {
        var state = State()
        state.merge(Write(unit: unit.elements.id, adding: [.text("x")]), by: ann)
        state.merge(Write(unit: unit.elements.id, adding: [.text("x")]), by: cyr)
        let removal = Write.Removal(element: .text("x"), adds: [ann.first, cyr.first])
        state.merge(
            Write(unit: unit.elements.id, operation: .change(adding: [], removing: [removal])),
            by: dan)
        withKnownIssue {
            #expect(
                state.record[unit.elements.id]?.outcome(under: unit.elements)
                    == .elements([.text("x")]))
        }
    }

    @Test("elements are in order, each once, and in the spelling shown")
    func elements() throws {
        var state = State()
        state.merge(
            Write(unit: unit.elements.id, adding: [.text("caf\u{e9}"), .text("k")]), by: ann)
        let write = try state.record.changing(
            unit.elements, adding: [.text("z"), .text("cafe\u{301}"), .text("b"), .text("z")],
            removing: [.text("k")])
        #expect(
            write.operation
                == .change(
                    adding: [.text("b"), .text("caf\u{e9}"), .text("z")],
                    removing: [.init(element: .text("k"), adds: [ann.first])]))
    }

    @Test("a change of a set that can't be meant is refused")
    func elementRefusals() {
        var state = State()
        state.merge(Write(unit: unit.elements.id, adding: [.text("x")]), by: ann)
        let id = unit.elements.id
        #expect(throws: EditRefusal.notInSet(id)) {
            try state.record.changing(unit.elements, removing: [.text("w")])
        }
        #expect(throws: EditRefusal.addedAndRemoved(id)) {
            try state.record.changing(unit.elements, adding: [.text("x")], removing: [.text("x")])
        }
        #expect(throws: EditRefusal.nothingToWrite(id)) {
            try state.record.changing(unit.elements)
        }
        #expect(throws: EditRefusal.nothingToWrite(unit.log.id)) {
            try state.record.appending([], to: unit.log)
        }
        #expect(throws: EditRefusal.nothingToWrite(unit.total.id)) {
            try state.record.incrementing(unit.total, by: 0)
        }
    }

    @Test("entries and increments name nothing")
    func contributions() throws {
        #expect(
            try State().record.appending([.text("a"), .text("b")], to: unit.log)
                == Write(unit: unit.log.id, operation: .append([.text("a"), .text("b")])))
        #expect(
            try State().record.incrementing(unit.total, by: -2)
                == Write(unit: unit.total.id, operation: .increment(-2)))
    }

    @Test("a unit whose writes are of another kind is left alone")
    func otherKind() {
        var state = State()
        state.merge(Write(unit: review, adding: [.text("x")]), by: ann)
        #expect(throws: EditRefusal.heldOtherwise(review, .elements)) {
            try state.record.setting(unit.review, to: .text("y"), by: bea.replica)
        }
    }

    // MARK: a whole edit

    @Test("an edit holds one write per unit, rising, the last call counting")
    func wholeEdit() throws {
        let state = State().set(unit.review, .text("a"), by: ann)
        var edit = Edit(of: state.record, at: LogPosition(7), by: bea.replica, as: collection)
        #expect(edit.recordChange == nil)
        try edit.append([.text("n")], to: unit.log.id)
        try edit.set(review, to: .text("first"))
        try edit.set(review, to: .text("second"))
        try edit.void(because: "twice recorded")
        #expect(
            edit.recordChange
                == RecordChange(
                    record: state.record.record, collection: collection.id, creates: false,
                    writes: [
                        Write(unit: .void, set: .text("twice recorded"), replacing: []),
                        Write(unit: review, set: .text("second"), replacing: [ann.first]),
                        Write(unit: unit.log.id, operation: .append([.text("n")])),
                    ], shown: LogPosition(7)))
    }

    @Test("a refused call changes nothing, and an unknown unit is refused")
    func refusedCall() throws {
        var edit = Edit(of: disputed.record, at: nil, by: bea.replica, as: collection)
        try edit.set(review, to: .text("mine"))
        let before = edit.recordChange
        #expect(throws: EditRefusal.wouldWithdrawOwnSide(review, own: 1)) {
            try edit.set(review, to: .text("theirs"), correcting: 0)
        }
        #expect(throws: EditRefusal.unknownUnit(collection.id, UnitID(99))) {
            try edit.set(UnitID(99), to: .text("x"))
        }
        #expect(edit.recordChange == before)
    }
}

// MARK: - A small record and its authors

private struct Author {
    let replica: ReplicaID
    init(_ replica: ReplicaID) { self.replica = replica }
    var first: ChangeSetName { ChangeSetName(replica, .first) }
}

private let ann = Author(ReplicaID(high: 1, low: 0))
private let bea = Author(ReplicaID(high: 2, low: 0))
private let cyr = Author(ReplicaID(high: 3, low: 0))
private let dan = Author(ReplicaID(high: 4, low: 0))
private let outsider = ReplicaID(high: 9, low: 0)

private let unit = (
    review: UnitDeclaration(
        UnitID(20), "review", .text(maximumBytes: 10), .review(shown: .previous), .open),
    latest: UnitDeclaration(UnitID(21), "latest", .integer(0...9), .latest, .open),
    maximum: UnitDeclaration(UnitID(22), "maximum", .integer(0...9), .maximum, .open),
    minimum: UnitDeclaration(UnitID(23), "minimum", .integer(0...9), .minimum, .open),
    immutable: UnitDeclaration(UnitID(24), "immutable", .integer(0...9), .immutable, .open),
    elements: UnitDeclaration(UnitID(25), "elements", .text(maximumBytes: 10), .addWins, .open),
    log: UnitDeclaration(UnitID(26), "log", .text(maximumBytes: 10), .append, .open),
    total: UnitDeclaration(UnitID(27), "total", .integer(0...9), .sum, .open)
)

private let review = unit.review.id

private let collection = CollectionDeclaration(
    id: CollectionID(1), name: "thing", home: .scope(UnitID(24)),
    units: [
        unit.review, unit.latest, unit.maximum, unit.minimum, unit.immutable, unit.elements,
        unit.log, unit.total,
    ])

/// Three sides of the unit in review: «a» by Ann and Dan, «b» by Bea, «c» by Cyr.
private let disputed = State().set(unit.review, .text("a"), by: ann).set(
    unit.review, .text("b"), by: bea
)
.set(unit.review, .text("c"), by: cyr).set(unit.review, .text("a"), by: dan)

/// A record's state, and what was merged into it.
private struct State {
    var record = RecordState(record: RecordID(high: 0, low: 1), collection: CollectionID(1))
    private var merged: Set<ChangeSetName> = []

    /// Sets a unit without having seen anything.
    func set(_ unit: UnitDeclaration, _ value: Value, by author: Author) -> State {
        var copy = self
        copy.merge(Write(unit: unit.id, set: value, replacing: []), by: author)
        return copy
    }

    mutating func merge(_ write: Write, by author: Author, number: UInt64 = 1) {
        guard let number = ChangeSetNumber(number),
            let change = RecordChange(
                record: record.record, collection: record.collection, creates: false,
                writes: [write], shown: nil)
        else { preconditionFailure("a number of 0") }
        let name = ChangeSetName(author.replica, number)
        let merged = merged
        record.merge(
            change,
            from: Origin(
                name: name, author: PersonID(high: 0, low: 0),
                time: CorrectedTime(clamping: 0), position: nil, shown: nil),
            hasMerged: { merged.contains($0) })
        self.merged.insert(name)
    }
}

extension RecordState {
    fileprivate func register(_ unit: UnitID) -> Register? {
        if case .register(let register)? = self[unit] { register } else { nil }
    }
}

extension Write {
    fileprivate init(unit: UnitID, set value: Value, replacing names: [ChangeSetName]) {
        self.init(unit: unit, operation: .set(value, replacing: names))
    }

    fileprivate init(unit: UnitID, adding elements: [Value]) {
        self.init(unit: unit, operation: .change(adding: elements, removing: []))
    }

    fileprivate var replaced: [ChangeSetName]? {
        if case .set(_, let names) = operation { names } else { nil }
    }
}
