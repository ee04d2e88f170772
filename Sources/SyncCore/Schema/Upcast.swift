/// How what was written to a unit of an older schema is read in a newer one: a field that was
/// split, a group that was changed.
///
/// The old unit stays declared, and what was written to it stays there, for older programs; the new
/// units hold the same writes, under the same names, with their values made over. So an edit of an
/// old program and one of a new program of the same thing are heads side by side in the new unit.
public struct Upcast: Sendable {
    /// The version that made the change: what was written under an earlier one is made over.
    public let version: SchemaVersion
    public let collection: CollectionID
    public let old: UnitID
    /// Rising by unit, and above `old`'s number.
    public let parts: [Part]

    /// A unit of the newer schema, and its value.
    public struct Part: Sendable {
        public let unit: UnitID
        /// Pure. `nil` for a value that can't be made over: the change set is for people, then.
        public let value: @Sendable (Value) -> Value?

        public init(_ unit: UnitID, value: @escaping @Sendable (Value) -> Value?) {
            (self.unit, self.value) = (unit, value)
        }
    }

    public init(
        to version: SchemaVersion, _ collection: CollectionID, _ old: UnitID, parts: [Part]
    ) {
        self.version = version
        self.collection = collection
        self.old = old
        self.parts = parts
    }
}

/// A value of an older schema that can't be read in a newer one.
public struct UpcastFailure: Error, Hashable, Sendable {
    public let unit: UnitID

    public init(unit: UnitID) { self.unit = unit }
}

extension Schema {
    /// The change set as this schema reads it; `nil` where that is itself, and where it can't be
    /// read: `upcast(_:)` tells.
    public func reading(_ set: ChangeSet) -> ChangeSet? {
        guard set.schema < version, !upcasts.isEmpty else { return nil }
        do { return try upcast(set) } catch { return nil }
    }

    /// Returns a change set as this schema reads it; itself, where it was written under this one.
    ///
    /// Its name, its hash and what the log holds stay as they are: this is a reading.
    public func upcast(_ set: ChangeSet) throws(UpcastFailure) -> ChangeSet {
        guard set.schema < version, !upcasts.isEmpty else { return set }
        var changes: [RecordChange] = []
        for change in set.changes { changes.append(try upcast(change, from: set.schema)) }
        return set.reading(changes)
    }

    private func upcast(
        _ change: RecordChange, from version: SchemaVersion
    ) throws(UpcastFailure) -> RecordChange {
        var writes = change.writes
        // In the order of versions: what one makes, the next may make over.
        for upcast in upcasts
        where upcast.collection == change.collection && upcast.version > version {
            guard let old = writes.first(where: { $0.unit == upcast.old }) else { continue }
            for part in upcast.parts where !writes.contains(where: { $0.unit == part.unit }) {
                writes.append(try old.made(into: part))
            }
        }
        guard writes.count > change.writes.count else { return change }
        writes.sort { $0.unit < $1.unit }
        return RecordChange(
            record: change.record, collection: change.collection, creates: change.creates,
            writes: writes, shown: change.shown) ?? change
    }

    /// Returns a state as this schema reads it: the new units of what was written before there was
    /// anybody who knew them. Itself, where they are there already.
    ///
    /// A head whose value can't be made over is left out of the new units, and stays in the old.
    public func upcast(_ state: RecordState) -> RecordState {
        var units = state.units
        for upcast in upcasts where upcast.collection == state.collection {
            guard let old = units.first(where: { $0.id == upcast.old }) else { continue }
            for part in upcast.parts where !units.contains(where: { $0.id == part.unit }) {
                guard let made = old.state.made(into: part) else { continue }
                let place = units.firstIndex { $0.id > part.unit } ?? units.count
                units.insert(RecordState.Unit(id: part.unit, state: made), at: place)
            }
        }
        guard units.count > state.units.count else { return state }
        return RecordState(
            record: state.record, collection: state.collection, created: state.created,
            units: units) ?? state
    }

    /// Returns a state of a hub that knew no better, as this schema reads it: newer programs had
    /// written to the new units already, while what older ones wrote stayed in the old.
    ///
    /// Asked once, when the hub learns of the new units. From then on every write of an old program
    /// goes to them as it comes.
    ///
    /// - Parameter isCovered: whether a head of the old unit is covered by one of this new unit's
    ///   heads; only the log can tell.
    public func adopting(
        _ state: RecordState, isCovered: (Head, UnitID) throws -> Bool
    ) rethrows -> RecordState {
        var units = upcast(state).units
        for upcast in upcasts where upcast.collection == state.collection {
            guard let old = units.first(where: { $0.id == upcast.old })?.state else { continue }
            for part in upcast.parts where state[part.unit] != nil {
                guard let made = old.made(into: part),
                    let place = units.firstIndex(where: { $0.id == part.unit })
                else { continue }
                try units[place].state.adopt(made) { try isCovered($0, part.unit) }
            }
        }
        return RecordState(
            record: state.record, collection: state.collection, created: state.created,
            units: units) ?? state
    }
}

extension UnitState {
    /// Takes in what was made over of an old unit, as if it had come now.
    fileprivate mutating func adopt(
        _ made: UnitState, isCovered: (Head) throws -> Bool
    ) rethrows {
        switch (self, made) {
        case (.register(var register), .register(let old)):
            for head in old.heads {
                if register.heads.contains(where: { $0.origin.name == head.origin.name }) {
                    continue
                }
                if try isCovered(head) { continue }
                register.merge(
                    head.value, replacing: [], from: head.origin, isOvertaken: false
                ) { _ in true }
            }
            self = .register(register)
        case (.elements(var elements), .elements(let old)):
            // What a newer program took out comes back: it can be taken out again, and seen.
            for entry in old.entries {
                for add in entry.adds {
                    elements.merge(adding: [entry.element], removing: [], from: add) { _ in true }
                }
            }
            self = .elements(elements)
        case (.log(var log), .log(let old)):
            // A change set's entries were made over together, and stand together.
            var entries = old.entries[...]
            while let first = entries.first {
                let own = entries.prefix { $0.origin.name == first.origin.name }
                log.merge(own.map(\.value), from: first.origin)
                entries = entries.dropFirst(own.count)
            }
            self = .log(log)
        default: break
        }
    }
}

extension Write {
    fileprivate func made(into part: Upcast.Part) throws(UpcastFailure) -> Write {
        func made(_ value: Value) throws(UpcastFailure) -> Value {
            if value == .absent { return .absent }
            guard let value = part.value(value) else { throw UpcastFailure(unit: unit) }
            return value
        }
        func made(_ values: [Value]) throws(UpcastFailure) -> [Value] {
            var all: [Value] = []
            for value in values { all.append(try made(value)) }
            return all
        }
        let operation: Operation
        switch self.operation {
        case .set(let value, let names): operation = .set(try made(value), replacing: names)
        case .change(let adding, let removing):
            var removals: [Removal] = []
            for removal in removing {
                removals.append(Removal(element: try made(removal.element), adds: removal.adds))
            }
            operation = .change(adding: try made(adding), removing: removals)
        case .append(let values): operation = .append(try made(values))
        case .increment(let delta): operation = .increment(delta)
        }
        return Write(unit: part.unit, operation: operation)
    }
}

extension UnitState {
    fileprivate func made(into part: Upcast.Part) -> UnitState? {
        func made(_ value: Value) -> Value? { value == .absent ? .absent : part.value(value) }
        switch self {
        case .register(let register):
            let heads = register.heads.compactMap { head in
                made(head.value).map { Head(origin: head.origin, value: $0) }
            }
            let base = register.base.flatMap { base in
                made(base.value).map { Head(origin: base.origin, value: $0) }
            }
            return Register(
                heads: heads, early: register.early, base: heads.count > 1 ? base : nil
            ).map(UnitState.register)
        case .elements(let elements):
            var entries: [Value: [Origin]] = [:]
            for entry in elements.entries {
                guard let element = made(entry.element) else { continue }
                entries[element, default: []] += entry.adds
            }
            let early = Set(
                elements.early.compactMap { removal in
                    made(removal.element).map {
                        Elements.EarlyRemoval(element: $0, add: removal.add)
                    }
                })
            return Elements(
                entries: entries.sorted { $0.key < $1.key }.map { element, adds in
                    var each: [Origin] = []
                    for add in adds.sorted(by: { $0.name < $1.name })
                    where each.last?.name != add.name { each.append(add) }
                    return Elements.Entry(element: element, adds: each)
                }, early: early.sorted()
            ).map(UnitState.elements)
        case .log(let log):
            return Log(
                entries: log.entries.compactMap { entry in
                    made(entry.value).map {
                        Log.Entry(origin: entry.origin, index: entry.index, value: $0)
                    }
                }
            ).map(UnitState.log)
        case .total: return nil
        }
    }
}
