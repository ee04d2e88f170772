internal import SyncCore
internal import SyncProtocol
internal import SyncStore

// A change set that came late is put back: what it did and still holds is undone by another.

extension Judgement {
    /// What putting a change set back does to one unit.
    struct PutBack {
        let place: OpenConflict.Place
        /// What it says now, and what it would.
        let before: Value
        let after: Value
    }

    /// What puts a change set back, as far as it holds. Entries of a log stay.
    ///
    /// | written | put back by |
    /// |---|---|
    /// | creation | voiding the record |
    /// | set | the latest of what it replaced; what others say beside it, where they do |
    /// | elements | removing what it added, adding what it removed |
    /// | increment | the opposite increment |
    func puttingBack(
        _ name: ChangeSetName, because reason: String, _ tx: borrowing HubTransaction
    ) throws -> (pending: PendingWrites, lines: [PutBack]) {
        var pending = PendingWrites()
        var lines: [PutBack] = []
        guard let (set, _, _) = try memory.log.changeSet(name, tx) else { return (pending, []) }
        for change in set.changes {
            guard let state = try state(change.record, change.collection, tx),
                let collection = schema.collection(change.collection)
            else { continue }
            func place(_ unit: UnitID) -> OpenConflict.Place {
                OpenConflict.Place(
                    record: change.record, collection: change.collection, unit: unit)
            }
            if change.creates {
                guard !state.isVoid(in: collection) else { continue }
                let void = place(.void)
                pending.set(void, .text(reason), replacing: try heads(void, tx).map(\.origin))
                lines.append(PutBack(place: void, before: .absent, after: .text(reason)))
                continue
            }
            for write in change.writes {
                lines += try putBack(
                    write, at: place(write.unit), of: set, in: state, &pending, tx)
            }
        }
        return (pending, lines)
    }

    private func putBack(
        _ write: Write, at place: OpenConflict.Place, of set: ChangeSet, in state: RecordState,
        _ pending: inout PendingWrites, _ tx: borrowing HubTransaction
    ) throws -> [PutBack] {
        switch (write.operation, state[place.unit]) {
        case (.set(_, let replaced), .register(let register)?):
            let own = try register.heads.filter { try says($0, write, of: set, at: place, tx) }
            guard let head = own.first else { return [] }
            let names = own.map(\.origin.name)
            let value: Value
            if let other = register.heads.first(where: { !names.contains($0.origin.name) }) {
                value = other.value
            } else {
                value =
                    try replaced.compactMap {
                        try memory.log.write($0, place.record, place.unit, tx)
                    }.max { ($0.origin.time, $0.origin.name) < ($1.origin.time, $1.origin.name) }?
                    .value ?? .absent
            }
            pending.set(place, value, naming: names)
            return [PutBack(place: place, before: head.value, after: value)]
        case (.change(let adding, let removing), .elements(let elements)?):
            var mine: [Elements.Entry] = []
            for entry in elements.entries where adding.contains(entry.element) {
                let adds = try entry.adds.filter {
                    try $0.name == set.name || isRestating($0.name, tx)
                }
                if !adds.isEmpty { mine.append(Elements.Entry(element: entry.element, adds: adds)) }
            }
            let gone = removing.map(\.element).filter { element in
                !elements.entries.contains { $0.element == element }
            }
            pending.change(
                place, adding: gone,
                removing: mine.map {
                    Write.Removal(element: $0.element, adds: $0.adds.map(\.name))
                })
            // What others have added as well is there as before.
            return mine.filter(elements.entries.contains).map {
                PutBack(place: place, before: $0.element, after: .absent)
            } + gone.map { PutBack(place: place, before: .absent, after: $0) }
        case (.increment(let delta), .total(let total)?):
            pending.increment(place, by: 0 - delta)
            return [
                PutBack(
                    place: place, before: .integer(total.amount),
                    after: .integer(total.amount.subtractingClamped(delta)))
            ]
        default: return []
        }
    }

    /// Whether a head is what a change set wrote: itself, or the hub's stating it again in its
    /// author's name.
    func says(
        _ head: Head, _ write: Write, of set: ChangeSet, at place: OpenConflict.Place,
        _ tx: borrowing HubTransaction
    ) throws -> Bool {
        if head.origin.name == set.name { return true }
        guard head.origin.author == set.author, case .set(let value, _) = write.operation,
            head.value.agrees(with: value), try isRestating(head.origin.name, tx)
        else { return false }
        return try memory.log.ancestors(of: head.origin.name, place.record, place.unit, tx)
            .contains(set.name)
    }

    /// The write that a head says: its own, or what the hub stated again with it. What its author
    /// knew is asked of that: the hub knows everything.
    func source(
        of head: Head, _ record: RecordID, _ unit: UnitID, _ tx: borrowing HubTransaction
    ) throws -> ChangeSetName {
        guard try isRestating(head.origin.name, tx) else { return head.origin.name }
        let before = try memory.log.ancestors(of: head.origin.name, record, unit, tx)
        return try before.sorted().first { name in
            guard !name.replica.isHub,
                let write = try memory.log.write(name, record, unit, tx)
            else { return false }
            return write.origin.author == head.origin.author && write.value.agrees(with: head.value)
        } ?? head.origin.name
    }

    /// Whether the hub stated with this what somebody had written before.
    func isRestating(
        _ name: ChangeSetName, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        guard name.replica.isHub, let (set, _, _) = try memory.log.changeSet(name, tx) else {
            return false
        }
        return Self.restating.contains(set.intent.string)
    }

    private static let restating: Set<String> = ["undo", "restatement"]
}
