/// All units of one record, as far as their writes have arrived. The truth, on the hub and on
/// devices.
///
/// Invariants: `units` rise by number, none of them empty of writes. Equal sets of merged change
/// sets give equal states, in whatever order they came.
public struct RecordState: Hashable, Sendable {
    public let record: RecordID
    public let collection: CollectionID
    /// The change set that created it; the smallest name, should two claim to.
    public private(set) var created: Origin?
    public private(set) var units: [Unit]

    public struct Unit: Hashable, Sendable {
        public let id: UnitID
        public var state: UnitState
        public init(id: UnitID, state: UnitState) { (self.id, self.state) = (id, state) }
    }

    /// The state before any write.
    public init(record: RecordID, collection: CollectionID) {
        (self.record, self.collection, created, units) = (record, collection, nil, [])
    }

    /// Makes a state from stored parts; `nil` if the units don't rise.
    public init?(record: RecordID, collection: CollectionID, created: Origin?, units: [Unit]) {
        for place in units.indices.dropFirst() where units[place - 1].id >= units[place].id {
            return nil
        }
        self.record = record
        self.collection = collection
        self.created = created
        self.units = units
    }

    /// Puts in place what several records show as one; see `joining(_:in:)`.
    mutating func show(created: Origin?, units: [Unit]) {
        (self.created, self.units) = (created, units)
    }

    /// The state of one unit; `nil` if nobody has written it: *unknown*, which is not empty.
    public subscript(unit: UnitID) -> UnitState? {
        let place = place(of: unit)
        return place < units.count && units[place].id == unit ? units[place].state : nil
    }

    /// Whether a unit holds settings of which none covers another.
    public func hasSeveralHeads(_ unit: UnitID) -> Bool {
        let place = place(of: unit)
        guard place < units.count, units[place].id == unit else { return false }
        return units[place].state.hasSeveralHeads
    }

    /// Calls one of two closures with each unit, rising: `plain` for a register that is nothing but
    /// one head, which nearly all are, and `other` for the rest. Whoever looks at all units of a
    /// thousand records should not be handed a copy of each.
    public func forEachUnit(plain: (UnitID, Head) -> Void, other: (UnitID, UnitState) -> Void) {
        let units = units.span
        for place in units.indices {
            let id = units[place].id
            let isPlain = units[place].state.visitPlain { plain(id, $0) }
            if !isPlain { other(id, units[place].state) }
        }
    }

    /// The one value that `outcome(under:)` shows of a unit, without what else that says.
    public func value(under unit: UnitDeclaration) -> Value? {
        let place = place(of: unit.id)
        guard place < units.count, units[place].id == unit.id else { return nil }
        var value: Value?
        let isPlain = units[place].state.visitPlain { value = $0.value }
        return isPlain ? value : units[place].state.outcome(under: unit)?.value
    }

    /// Where a unit is, or would be. By hand, for a closure would be handed copies.
    private func place(of unit: UnitID) -> Int {
        var (low, high) = (0, units.count)
        while low < high {
            let middle = (low + high) / 2
            if units[middle].id < unit { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Merges what one change set does to this record: the only merge in the package.
    ///
    /// Commutes, associates and is idempotent. Each device's change sets come in their order; one
    /// that was set aside and comes later than that says in `overtaken` what it missed. A replaced
    /// name whose change set comes without writing the unit stays in `early`. Does nothing for a
    /// change set already merged, and nothing to a unit whose held kind is not the write's
    /// (`accepts(_:)` tells beforehand).
    ///
    /// - Parameters:
    ///   - overtaken: the units that a later change set of the same device has set, and that was
    ///     merged before this one. It covers this one's settings there, also where it is no head
    ///     any more. Empty where a device's own order is kept.
    ///   - hasMerged: whether this replica has merged that change set. A replaced name that it has
    ///     not is remembered until it comes.
    /// - Complexity: linear in the heads of the units written.
    public mutating func merge(
        _ change: RecordChange, from origin: Origin, overtaken: Set<UnitID> = [],
        hasMerged: (ChangeSetName) -> Bool
    ) {
        assert(change.record == record && change.collection == collection)
        guard !hasMerged(origin.name) else { return }
        if change.creates, created.map({ origin.name < $0.name }) ?? true { created = origin }
        if units.isEmpty { units.reserveCapacity(change.writes.count) }
        for write in change.writes {
            let place = place(of: write.unit)
            if place == units.count || units[place].id != write.unit {
                if let first = UnitState(
                    first: write.operation, from: origin,
                    isOvertaken: overtaken.contains(write.unit), hasMerged: hasMerged)
                {
                    insert(Unit(id: write.unit, state: first), at: place)
                    continue
                }
                insert(Unit(id: write.unit, state: .empty(write.operation.kind)), at: place)
            }
            units[place].state.merge(
                write.operation, from: origin, isOvertaken: overtaken.contains(write.unit),
                hasMerged: hasMerged)
        }
    }

    /// A new record's units come rising: that no place is made for them is most of what it costs.
    private mutating func insert(_ unit: Unit, at place: Int) {
        if place == units.count { units.append(unit) } else { units.insert(unit, at: place) }
    }

    /// Whether `change` is of this record in this collection, and every write of the kind its unit
    /// holds.
    public func accepts(_ change: RecordChange) -> Bool {
        guard change.record == record, change.collection == collection else { return false }
        return change.writes.allSatisfy { write in
            self[write.unit].map { $0.kind == write.operation.kind } ?? true
        }
    }

    /// Puts in place the base that was found for a unit with several heads. With fewer there is
    /// none.
    public mutating func setBase(_ base: Head?, of unit: UnitID) {
        let place = place(of: unit)
        guard place < units.count, units[place].id == unit,
            case .register(var register) = units[place].state, register.heads.count > 1,
            register.base != base
        else { return }
        register.base = base
        units[place].state = .register(register)
    }
}

extension UnitState {
    /// The state of a unit after a first setting that replaces nothing which has not arrived; `nil`
    /// for everything else.
    fileprivate init?(
        first operation: Write.Operation, from origin: Origin, isOvertaken: Bool,
        hasMerged: (ChangeSetName) -> Bool
    ) {
        guard case .set(let value, let names) = operation, !isOvertaken,
            names.allSatisfy(hasMerged)
        else { return nil }
        self = .register(Register(Head(origin: origin, value: value)))
    }

    /// Whether it holds settings of which none covers another.
    var hasSeveralHeads: Bool {
        if case .register(let register) = self { register.hasSeveralHeads } else { false }
    }

    mutating func merge(
        _ operation: Write.Operation, from origin: Origin, isOvertaken: Bool,
        hasMerged: (ChangeSetName) -> Bool
    ) {
        switch (self, operation) {
        case (.register(var register), .set(let value, let names)):
            // Gives up the second reference, so that the arrays aren't copied.
            self = .total(Total())
            register.merge(
                value, replacing: names, from: origin, isOvertaken: isOvertaken,
                hasMerged: hasMerged)
            self = .register(register)
        case (.elements(var elements), .change(let adding, let removing)):
            self = .total(Total())
            elements.merge(
                adding: adding, removing: removing, from: origin, hasMerged: hasMerged)
            self = .elements(elements)
        case (.total(var total), .increment(let delta)):
            total.merge(delta, from: origin.name)
            self = .total(total)
        case (.log(var log), .append(let values)):
            self = .total(Total())
            log.merge(values, from: origin)
            self = .log(log)
        default: break
        }
    }
}
