/// Why a write can't be made from what was shown. Told before anything is sealed.
///
/// Carries numbers and never a value: what a household said must not end in a log.
public enum EditRefusal: Error, Hashable, Sendable {
    /// The schema does not know this unit.
    case unknownUnit(CollectionID, UnitID)
    /// The unit's writes so far are of another kind than the schema now says; a newer program may
    /// know.
    case heldOtherwise(UnitID, UnitKind)
    /// An immutable unit has its value. What is wrong in it is said in a correction.
    case alreadySet(UnitID)
    /// Several sides are open: the person says which of them they correct.
    case sideNotChosen(UnitID, sides: Int)
    /// There is no such side in what was shown.
    case noSuchSide(UnitID, Int)
    /// This device's own earlier write is another side, at this place. A device's later write
    /// covers its earlier ones, so correcting a second side would close the conflict: that is a
    /// resolution.
    case wouldWithdrawOwnSide(UnitID, own: Int)
    /// A resolution of what nobody disputes: the page is old, or the unit was never in conflict.
    case notDisputed(UnitID)
    /// An element was to be taken out that was not shown in the set.
    case notInSet(UnitID)
    /// An element was to be added and taken out in one write.
    case addedAndRemoved(UnitID)
    /// Nothing to add, to take out or to append.
    case nothingToWrite(UnitID)
    /// The value does not fit the schema.
    case invalid(SchemaViolation)
}

/// Writes made from what was shown: the one place that decides which heads a write names.
///
/// Here `self` is the state that was *on the screen when the edit began*. It is kept with the draft
/// and never replaced by a newer one: a name says "I have seen this", so a name taken from what
/// came in later would be a lie, and would cover somebody's work unseen.
///
/// | policy | an edit names | because |
/// |---|---|---|
/// | immutable | nothing, and only once | what was signed stands |
/// | latest, maximum, minimum | all heads | nothing is disputed; the writer saw the whole |
/// | the others, settled or chosen | all heads | as above |
/// | the others, disputed | the heads of *one* side | the others were not theirs to close |
/// | any disputed, as a resolution | all heads | an administrator decides, with a reason |
/// | addWins | per element taken out, its adds | an add made meanwhile stays |
/// | sum, append | nothing | contributions never cover each other |
extension RecordState {
    /// Returns the setting of `unit` to `value`, naming what an ordinary edit may name.
    ///
    /// - Parameters:
    ///   - side: where the unit is disputed, the place in `Register.sides` of the side that is
    ///     corrected. Left out, it is the side that holds this device's own write, the only one it
    ///     could correct; if there is none, the edit is refused. Without meaning for other
    ///     policies.
    ///   - replica: the replica that will write.
    public func setting(
        _ unit: UnitDeclaration, to value: Value, correcting side: Int? = nil,
        by replica: ReplicaID
    ) throws(EditRefusal) -> Write {
        let register = try shownRegister(unit)
        let names: [ChangeSetName]
        switch unit.policy {
        case .immutable:
            // Refused although it would name nothing: by the rule of one device's order a second
            // setting from here would still cover the first.
            guard register.heads.isEmpty else { throw .alreadySet(unit.id) }
            names = []
        case _ where unit.policy.asksForSide:
            if let side, !register.sides.indices.contains(side) {
                throw .noSuchSide(unit.id, side)
            }
            if case .disputed? = register.outcome(under: unit) {
                names = try register.namesOfOneSide(side, by: replica, unit.id)
            } else {
                names = register.heads.map(\.origin.name)
            }
        default: names = register.heads.map(\.origin.name)
        }
        return try unit.write(.set(value, replacing: names))
    }

    /// Returns a resolution: the setting of `unit` that names every head shown, and so closes the
    /// conflict. Whoever seals it has the authority and gives the reason.
    ///
    /// A side that arrives meanwhile is not named: it stays, and the conflict is open again with
    /// the decision as one side.
    public func resolving(
        _ unit: UnitDeclaration, to value: Value
    ) throws(EditRefusal) -> Write {
        let register = try shownRegister(unit)
        if unit.policy == .immutable, !register.heads.isEmpty { throw .alreadySet(unit.id) }
        guard register.sides.count > 1 else { throw .notDisputed(unit.id) }
        return try unit.write(.set(value, replacing: register.heads.map(\.origin.name)))
    }

    /// Returns a change of the set `unit`.
    ///
    /// A removal takes out every element that reads the same as the one given, and names exactly
    /// the adds shown. What reads the same as an element shown is added in its spelling, so that
    /// two keyboards don't make twins. Elements are in order, each once.
    public func changing(
        _ unit: UnitDeclaration, adding: [Value] = [], removing: [Value] = []
    ) throws(EditRefusal) -> Write {
        let entries: [Elements.Entry] =
            switch try shownState(unit) {
            case .elements(let elements)?: elements.entries
            default: []
            }
        var removals: [Write.Removal] = []
        for element in removing {
            let found = entries.filter { $0.element.agrees(with: element) }
            guard !found.isEmpty else { throw .notInSet(unit.id) }
            for entry in found where !removals.contains(where: { $0.element == entry.element }) {
                removals.append(
                    Write.Removal(element: entry.element, adds: entry.adds.map(\.name)))
            }
        }
        var added: [Value] = []
        for element in adding {
            if removing.contains(where: { $0.agrees(with: element) }) {
                throw .addedAndRemoved(unit.id)
            }
            let spelling = entries.first { $0.element.agrees(with: element) }?.element ?? element
            if !added.contains(where: { $0.agrees(with: spelling) }) { added.append(spelling) }
        }
        guard !added.isEmpty || !removals.isEmpty else { throw .nothingToWrite(unit.id) }
        return try unit.write(
            .change(
                adding: added.sorted(),
                removing: removals.sorted { $0.element < $1.element }))
    }

    /// Returns an addition of entries to the log `unit`, in the order given.
    public func appending(
        _ values: [Value], to unit: UnitDeclaration
    ) throws(EditRefusal) -> Write {
        _ = try shownState(unit)
        guard !values.isEmpty else { throw .nothingToWrite(unit.id) }
        return try unit.write(.append(values))
    }

    /// Returns a change of the total `unit` by `delta`, which may be negative but not 0.
    public func incrementing(
        _ unit: UnitDeclaration, by delta: Int64
    ) throws(EditRefusal) -> Write {
        _ = try shownState(unit)
        guard delta != 0 else { throw .nothingToWrite(unit.id) }
        return try unit.write(.increment(delta))
    }

    private func shownState(_ unit: UnitDeclaration) throws(EditRefusal) -> UnitState? {
        guard let state = self[unit.id] else { return nil }
        if let kind = unit.policy.kind, state.kind != kind {
            throw .heldOtherwise(unit.id, state.kind)
        }
        return state
    }

    fileprivate func shownRegister(_ unit: UnitDeclaration) throws(EditRefusal) -> Register {
        if case .register(let register)? = try shownState(unit) { return register }
        return Register()
    }
}

extension Register {
    fileprivate func namesOfOneSide(
        _ chosen: Int?, by replica: ReplicaID, _ unit: UnitID
    ) throws(EditRefusal) -> [ChangeSetName] {
        let sides = sides
        let own = sides.firstIndex { side in
            // Between two writes of a hub only names count, so it has no side of its own.
            !replica.isHub && side.names.contains { $0.replica == replica }
        }
        guard let corrected = chosen ?? own else {
            throw .sideNotChosen(unit, sides: sides.count)
        }
        if let own, own != corrected { throw .wouldWithdrawOwnSide(unit, own: own) }
        return sides[corrected].names
    }

    /// The heads here of a side that several records show together. Where there is none, all of
    /// them; but what is disputed here, and decided only by what another record says, stays.
    fileprivate func names(
        of side: Side?, by replica: ReplicaID, _ unit: UnitDeclaration
    ) throws(EditRefusal) -> [ChangeSetName] {
        guard let side else {
            if unit.policy.asksForSide, case .disputed? = outcome(under: unit) { return [] }
            return heads.map(\.origin.name)
        }
        let names = heads.filter {
            side.names.contains($0.origin.name) && $0.value.agrees(with: side.value)
        }.map(\.origin.name)
        // A write here would cover what this device wrote here before, though it is another side.
        if !names.isEmpty, !replica.isHub,
            let own = heads.first(where: {
                $0.origin.name.replica == replica && !names.contains($0.origin.name)
            }), let place = sides.firstIndex(where: { $0.value.agrees(with: own.value) })
        {
            throw .wouldWithdrawOwnSide(unit.id, own: place)
        }
        return names
    }
}

extension MergePolicy {
    /// Whether writes can stand side by side until people decide: then an edit corrects one side.
    fileprivate var asksForSide: Bool {
        switch self {
        case .review, .text, .ranked, .states, .withdrawalWins, .raiseWins: true
        case .immutable, .latest, .maximum, .minimum, .addWins, .sum, .append, .derived: false
        }
    }
}

extension UnitDeclaration {
    fileprivate func write(_ operation: Write.Operation) throws(EditRefusal) -> Write {
        do { try validate(operation) } catch { throw .invalid(error) }
        return Write(unit: id, operation: operation)
    }
}

/// An edit of one record in the making: the state that was shown, and what is to become of it.
///
/// Records that are shown as one are edited as one, and every write still belongs to one of them:
/// a value is set in each record whose heads it names, an element is taken out of each that has it;
/// whatever names nothing goes to the record that was addressed.
///
/// At most one write per record and unit; a later call for the same unit takes the place of the
/// earlier one. A refused call changes nothing.
public struct Edit: Sendable {
    /// One record as it was on the screen when the edit began.
    public struct Seen: Hashable, Sendable {
        public var state: RecordState
        /// The hub position of that state; `nil` where the hub has not been heard of yet.
        public let position: LogPosition?

        public init(_ state: RecordState, at position: LogPosition?) {
            (self.state, self.position) = (state, position)
        }
    }

    /// The record that was addressed, first, and those that are one with it. Never refreshed.
    public let seen: [Seen]
    /// The replica that will write.
    public let replica: ReplicaID
    /// Per record of `seen`: rising by unit, each once.
    private var writes: [[Write]]
    private let collection: CollectionDeclaration

    /// The state of the record that was addressed.
    public var shown: RecordState { seen[0].state }

    /// Begins an edit. `collection` declares the record's collection; another one is a fault of the
    /// caller.
    public init(
        of shown: RecordState, at position: LogPosition?, by replica: ReplicaID,
        as collection: CollectionDeclaration
    ) {
        self.init(of: [Seen(shown, at: position)], by: replica, as: collection)
    }

    /// Begins an edit of records that are one. The first is the one that was addressed.
    public init(of seen: [Seen], by replica: ReplicaID, as collection: CollectionDeclaration) {
        precondition(
            !seen.isEmpty && seen.allSatisfy { $0.state.collection == collection.id },
            "a record of another collection")
        self.seen = seen
        self.replica = replica
        self.collection = collection
        writes = Array(repeating: [], count: seen.count)
    }

    /// Sets a unit, as `RecordState.setting(_:to:correcting:by:)`.
    public mutating func set(
        _ unit: UnitID, to value: Value, correcting side: Int? = nil
    ) throws(EditRefusal) {
        let declaration = try declaration(unit)
        let places = holding(unit)
        guard places.count > 1 else {
            let place = places.first ?? 0
            return put(
                try seen[place].state.setting(
                    declaration, to: value, correcting: side, by: replica), place)
        }
        if declaration.policy == .immutable { throw .alreadySet(unit) }
        // The side is one of those shown, so it is looked up in what all records show together.
        let corrected = try correctedSide(declaration, side)
        var made: [(Write, Int)] = []
        for place in places {
            let names = try seen[place].state.shownRegister(declaration)
                .names(of: corrected, by: replica, declaration)
            guard !names.isEmpty else { continue }
            made.append((try declaration.write(.set(value, replacing: names)), place))
        }
        for (write, place) in made { put(write, place) }
    }

    /// Resolves a unit, as `RecordState.resolving(_:to:)`; in every record that has it.
    public mutating func resolve(_ unit: UnitID, to value: Value) throws(EditRefusal) {
        let declaration = try declaration(unit)
        let places = holding(unit)
        guard places.count > 1 else {
            let place = places.first ?? 0
            return put(try seen[place].state.resolving(declaration, to: value), place)
        }
        guard register(unit).sides.count > 1 else { throw .notDisputed(unit) }
        if declaration.policy == .immutable { throw .alreadySet(unit) }
        for place in places {
            guard case .register(let register)? = seen[place].state[unit] else { continue }
            put(
                try declaration.write(
                    .set(value, replacing: register.heads.map(\.origin.name))), place)
        }
    }

    /// Changes a set, as `RecordState.changing(_:adding:removing:)`.
    public mutating func change(
        _ unit: UnitID, adding: [Value] = [], removing: [Value] = []
    ) throws(EditRefusal) {
        let declaration = try declaration(unit)
        guard holding(unit).count > 1 else {
            let place = removing.isEmpty ? 0 : holding(unit).first ?? 0
            return put(
                try seen[place].state.changing(declaration, adding: adding, removing: removing),
                place)
        }
        var made: [(Write, Int)] = []
        for value in removing {
            guard seen.contains(where: { $0.state.holds(value, in: unit) }) else {
                throw .notInSet(unit)
            }
        }
        for place in seen.indices {
            let state = seen[place].state
            let removed = removing.filter { state.holds($0, in: unit) }
            let added = place == 0 ? adding : []
            if place == 0 {
                for value in adding where removing.contains(where: { $0.agrees(with: value) }) {
                    throw .addedAndRemoved(unit)
                }
            }
            guard !removed.isEmpty || !added.isEmpty else { continue }
            made.append(
                (try state.changing(declaration, adding: added, removing: removed), place))
        }
        guard !made.isEmpty else { throw .nothingToWrite(unit) }
        for (write, place) in made { put(write, place) }
    }

    /// Adds entries to a log.
    public mutating func append(_ values: [Value], to unit: UnitID) throws(EditRefusal) {
        put(try shown.appending(values, to: declaration(unit)), 0)
    }

    /// Changes a total.
    public mutating func increment(_ unit: UnitID, by delta: Int64) throws(EditRefusal) {
        put(try shown.incrementing(declaration(unit), by: delta), 0)
    }

    /// Voids the record, which is kept and can come back. An ordinary edit of the unit `void`, and
    /// of every record that is one with it.
    public mutating func void(because reason: String) throws(EditRefusal) {
        let declaration = try declaration(.void)
        let made = try seen.map { seen throws(EditRefusal) in
            try seen.state.setting(declaration, to: .text(reason), by: replica)
        }
        for (place, write) in made.enumerated() { put(write, place) }
    }

    /// What goes into the change set, rising by record; nothing if nothing was written.
    public var recordChanges: [RecordChange] {
        zip(seen, writes).compactMap { seen, writes in
            RecordChange(
                record: seen.state.record, collection: seen.state.collection, creates: false,
                writes: writes, shown: seen.position)
        }.sorted { $0.record < $1.record }
    }

    /// What goes into the change set for the record that was addressed; `nil` if that is nothing.
    public var recordChange: RecordChange? {
        recordChanges.first { $0.record == shown.record }
    }

    private func declaration(_ unit: UnitID) throws(EditRefusal) -> UnitDeclaration {
        guard let declaration = collection.unit(unit) else {
            throw .unknownUnit(collection.id, unit)
        }
        return declaration
    }

    /// The records that have something in a unit. The home is each record's own.
    private func holding(_ unit: UnitID) -> [Int] {
        switch collection.home {
        case .scope(unit), .with(unit): return [0]
        default: break
        }
        return seen.indices.filter { place in
            switch seen[place].state[unit] {
            case .register(let register)?: !register.heads.isEmpty
            case .elements(let elements)?: !elements.entries.isEmpty
            case .total?, .log?, nil: false
            }
        }
    }

    /// What all records together show of a unit, as it was shown.
    private func register(_ unit: UnitID) -> Register {
        let joined = RecordState.joining(seen.map(\.state), in: collection)
        return if case .register(let register)? = joined[unit] { register } else { Register() }
    }

    /// The side that an edit of several records corrects; `nil` where nobody has to choose.
    private func correctedSide(
        _ unit: UnitDeclaration, _ chosen: Int?
    ) throws(EditRefusal) -> Side? {
        guard unit.policy.asksForSide else { return nil }
        let register = register(unit.id)
        if let chosen, !register.sides.indices.contains(chosen) {
            throw .noSuchSide(unit.id, chosen)
        }
        guard case .disputed? = register.outcome(under: unit) else { return nil }
        let own = register.sides.firstIndex { $0.names.contains { $0.replica == replica } }
        guard let corrected = chosen ?? own else {
            throw .sideNotChosen(unit.id, sides: register.sides.count)
        }
        return register.sides[corrected]
    }

    private mutating func put(_ write: Write, _ place: Int) {
        let rank =
            writes[place].firstIndex { $0.unit >= write.unit } ?? writes[place].count
        if rank < writes[place].count, writes[place][rank].unit == write.unit {
            writes[place][rank] = write
        } else {
            writes[place].insert(write, at: rank)
        }
    }
}

extension RecordState {
    fileprivate func holds(_ value: Value, in unit: UnitID) -> Bool {
        guard case .elements(let elements)? = self[unit] else { return false }
        return elements.entries.contains { $0.element.agrees(with: value) }
    }
}
