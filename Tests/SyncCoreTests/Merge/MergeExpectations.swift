import SyncCore
import SyncTesting
import Testing

/// The merge that all of this is about.
func realMerge(
    _ state: inout RecordState, _ change: RecordChange, _ origin: Origin,
    _ arrived: Arrived
) {
    state.merge(change, from: origin, arrived)
}

/// Histories in a space that is small enough to try all of it.
protocol HistorySpace {
    func visitHistories(_ body: (History) -> Bool) -> Int
}

extension SmallScope: HistorySpace {}
extension SmallFleet: HistorySpace {}

/// Expects the laws to hold in every history of a small space. Returns how many there were.
@discardableResult
func expectLaws(
    in scope: some HistorySpace, of merge: Merging = realMerge,
    sourceLocation: SourceLocation = #_sourceLocation
) -> Int {
    var violation: LawViolation?
    let tried = scope.visitHistories { history in
        violation = history.firstViolation(of: merge)
        return violation == nil
    }
    if let violation { Issue.record(violation, sourceLocation: sourceLocation) }
    #expect(tried > 0, "an empty scope proves nothing", sourceLocation: sourceLocation)
    return tried
}

/// Expects the laws to hold in each of `histories`.
func expectLaws(
    over histories: [History], of merge: Merging = realMerge,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    if let violation = firstViolation(over: histories, of: merge) {
        Issue.record(violation, sourceLocation: sourceLocation)
    }
}

/// Expects the laws to catch `broken`.
func expectCaught(
    in scope: SmallScope = SmallScope(writes: [2, 1, 1], units: [.register]),
    sourceLocation: SourceLocation = #_sourceLocation, _ broken: Merging
) {
    withKnownIssue(sourceLocation: sourceLocation) { expectLaws(in: scope, of: broken) }
}

/// Expects the laws to catch `broken` among `histories`.
func expectCaught(
    over histories: [History], sourceLocation: SourceLocation = #_sourceLocation,
    _ broken: Merging
) {
    withKnownIssue(sourceLocation: sourceLocation) { expectLaws(over: histories, of: broken) }
}

extension History {
    var everything: EntrySet { entries.indices.reduce(EntrySet()) { $0.with($1) } }

    /// The state after merging in this order, whether or not it keeps each replica's own.
    func state(mergedIn order: [Int]) -> RecordState {
        var names: Set<ChangeSetName> = []
        var merged = EntrySet()
        var state = Self.nothing
        for place in order {
            let entry = entries[place]
            state.merge(
                entry.change, from: entry.origin, overtaken: overtaken(place, by: merged),
                hasMerged: names.contains)
            names.insert(entry.origin.name)
            merged.insert(place)
        }
        return state
    }

    /// The same history as far as it contributes and sets nothing.
    var withoutRegisters: History {
        History(
            entries.compactMap { entry in
                let writes = entry.change.writes.filter { $0.operation.kind != .register }
                guard !writes.isEmpty || entry.change.creates else { return nil }
                return Entry(origin: entry.origin, change: entry.change.with(writes: writes))
            })
    }
}

extension History.Entry {
    /// A setting of unit 16.
    static func setting(
        _ name: ChangeSetName, _ value: Value, replacing names: [ChangeSetName], at time: Int64 = 1
    ) -> History.Entry {
        History.Entry(
            origin: .sample(name, at: time),
            change: .sample([Write(unit: UnitID(16), operation: .set(value, replacing: names))]))
    }
}

extension Origin {
    static func sample(
        _ name: ChangeSetName, at time: Int64 = 1, position: UInt64? = nil
    ) -> Origin {
        Origin(
            name: name, author: PersonID(high: 0, low: 1), time: CorrectedTime(clamping: time),
            position: position.flatMap(LogPosition.init), shown: nil)
    }
}

extension RecordChange {
    static func sample(_ writes: [Write], creates: Bool = true) -> RecordChange {
        RecordChange(
            record: History.record, collection: History.collection, creates: creates,
            writes: writes, shown: nil)!
    }

    /// All names that its settings replace.
    var names: [ChangeSetName] {
        writes.flatMap { write -> [ChangeSetName] in
            if case .set(_, let names) = write.operation { names } else { [] }
        }
    }

    /// Only these writes. Without any it creates, for a change must do something.
    func with(writes: [Write]) -> RecordChange {
        RecordChange(
            record: record, collection: collection, creates: creates || writes.isEmpty,
            writes: writes, shown: shown)!
    }

    func creating(_ creates: Bool) -> RecordChange {
        RecordChange(
            record: record, collection: collection, creates: creates, writes: writes, shown: shown)!
    }

    /// The same settings, naming what `names` says of each unit.
    func replacing(_ names: (UnitID) -> [ChangeSetName]) -> RecordChange {
        with(
            writes: writes.map { write in
                guard case .set(let value, _) = write.operation else { return write }
                return Write(
                    unit: write.unit, operation: .set(value, replacing: names(write.unit)))
            })
    }

    /// The same, each removal naming every add there is in `state`.
    func removingAll(in state: RecordState) -> RecordChange {
        with(
            writes: writes.map { write in
                guard case .change(let adding, let removing) = write.operation,
                    case .elements(let elements)? = state[write.unit]
                else { return write }
                return Write(
                    unit: write.unit,
                    operation: .change(
                        adding: adding,
                        removing: removing.map { removal in
                            let held = elements.entries.first { $0.element == removal.element }
                            return Write.Removal(
                                element: removal.element,
                                adds: removal.adds + (held?.adds.map(\.name) ?? []))
                        }))
            })
    }
}

extension RecordState {
    mutating func merge(_ change: RecordChange, from origin: Origin, _ arrived: Arrived) {
        merge(
            change, from: origin, overtaken: arrived.overtaken, hasMerged: arrived.hasMerged)
    }

    /// The names of the heads of a register.
    func heads(of unit: UnitID) -> [ChangeSetName] { origins(of: unit).map(\.name) }

    func origins(of unit: UnitID) -> [Origin] {
        if case .register(let register)? = self[unit] { register.heads.map(\.origin) } else { [] }
    }

    /// The same state with other registers.
    func mappingRegisters(_ transform: (Register) -> Register) -> RecordState {
        RecordState(
            record: record, collection: collection, created: created,
            units: units.map { unit in
                guard case .register(let register) = unit.state else { return unit }
                return Unit(id: unit.id, state: .register(transform(register)))
            })!
    }
}
