internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

// What is asked of a change set as a whole: what it stands on, that it came late, that it could not
// be merged, or that it was lost.

extension Judgement {
    /// What of a change set still holds: its settings that nobody has replaced.
    private func holding(
        _ set: ChangeSet, _ tx: borrowing HubTransaction
    ) throws -> [OpenConflict.Evidence] {
        var holding: [OpenConflict.Evidence] = []
        for change in set.changes {
            guard let state = try state(change.record, change.collection, tx) else { continue }
            for write in change.writes {
                let place = OpenConflict.Place(
                    record: change.record, collection: change.collection, unit: write.unit)
                guard case .register(let register)? = state[write.unit],
                    let head = try register.heads.first(where: {
                        try says($0, write, of: set, at: place, tx)
                    })
                else { continue }
                holding.append(
                    OpenConflict.Evidence(
                        place: place, value: head.value, origins: [head.origin]))
            }
        }
        return holding
    }

    /// Whether anything of a change set still holds.
    func holds(_ name: ChangeSetName, _ tx: borrowing HubTransaction) throws -> Bool {
        guard let (set, _, _) = try memory.log.changeSet(name, tx) else { return false }
        return try !holding(set, tx).isEmpty
    }

    /// Where the office let a change set stand; `nil` if it did not. It said so of something that
    /// the change set wrote, which others may have written over since.
    private func standing(
        _ set: ChangeSet, _ tx: borrowing HubTransaction
    ) throws -> LogPosition? {
        var last: LogPosition?
        for change in set.changes {
            guard let state = try state(change.record, change.collection, tx) else { continue }
            for write in change.writes {
                guard let position = state.standing(of: write.unit, for: set.name) else { continue }
                last = max(last ?? position, position)
            }
        }
        return last
    }

    func premiseFinding(
        _ name: ChangeSetName, _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        guard let (set, entry, _) = try memory.log.changeSet(name, tx),
            let decided = entry.position
        else { return nil }
        guard let decision = try holding(set, tx).first else { return nil }
        var sides = [decision]
        var base: OpenConflict.Evidence?
        for premise in set.premises {
            guard let collection = try tx.collection(of: premise.record),
                let state = try state(premise.record, collection, tx),
                case .register(let register)? = state[premise.unit]
            else { continue }
            var changed: [Head] = []
            // Who knew of the decision changed the fact afterwards, which is life; and what its own
            // device wrote since is nobody else's.
            for head in register.heads {
                let source = try source(of: head, premise.record, premise.unit, tx)
                if source.replica != name.replica, !premise.heads.contains(source),
                    try !knew(source, of: decided, tx)
                {
                    changed.append(head)
                }
            }
            guard !changed.isEmpty else { continue }
            let place = OpenConflict.Place(
                record: premise.record, collection: collection, unit: premise.unit)
            var before: LoggedWrite?
            if let head = premise.heads.first {
                before = try memory.log.write(head, premise.record, premise.unit, tx)
            }
            // Said again, it is still what the decision was computed from.
            if let before, changed.allSatisfy({ $0.value.agrees(with: before.value) }) { continue }
            if base == nil {
                base = before.map {
                    OpenConflict.Evidence(place: place, value: $0.value, origins: [$0.origin])
                }
            }
            sides.append(
                OpenConflict.Evidence(
                    place: place, value: changed[0].value, origins: changed.map(\.origin)))
        }
        guard sides.count > 1 else { return nil }
        let latest = sides.flatMap(\.origins).compactMap(\.position).max() ?? .start
        if let standing = try standing(set, tx), standing >= latest { return nil }
        if try isReplaced(set, knowing: latest, tx) { return nil }
        return OpenConflict(
            kind: .premise, place: decision.place,
            area: try working(decision.place.record, decision.place.collection, tx)?.area ?? 0,
            base: base, sides: sides, shown: decision.value,
            related: Set(set.changes.map(\.record)))
    }

    /// Whether anything that a change set wrote was since written anew by somebody who knew what
    /// lies at a position: a decision that was made again stands on what is known now.
    private func isReplaced(
        _ set: ChangeSet, knowing position: LogPosition, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        for change in set.changes {
            guard let state = try state(change.record, change.collection, tx) else { continue }
            for write in change.writes {
                guard case .register(let register)? = state[write.unit] else { continue }
                for head in register.heads where head.origin.name != set.name {
                    if try knew(head.origin.name, of: position, tx) { return true }
                }
            }
        }
        return false
    }

    func lateFinding(
        _ name: ChangeSetName, _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        guard let (set, entry, _) = try memory.log.changeSet(name, tx),
            let merged = entry.position
        else { return nil }
        if let standing = try standing(set, tx), standing > merged { return nil }
        let seen = memory.known(set.trunk) ?? .start
        // Of each record what matters most of what was written, and what another did there.
        var pairs: [[OpenConflict.Evidence]] = []
        var known: [RecordID: Int] = [:]
        for evidence in try holding(set, tx) {
            let place = evidence.place
            if let pair = known[place.record] {
                if stakes(of: place) > stakes(of: pairs[pair][0].place) {
                    pairs[pair][0] = evidence
                }
                continue
            }
            guard let state = try state(place.record, place.collection, tx) else { continue }
            // Its author could not see what others did in the record meanwhile.
            let meanwhile = state.heads.first { unit, head in
                guard let position = head.origin.position else { return false }
                return position > seen && position < merged
                    && head.origin.author != set.author
            }
            guard let (unit, head) = meanwhile else { continue }
            known[place.record] = pairs.count
            pairs.append([
                evidence,
                OpenConflict.Evidence(
                    place: OpenConflict.Place(
                        record: place.record, collection: place.collection, unit: unit),
                    value: head.value, origins: [head.origin]),
            ])
        }
        // It is decided as a whole, and so by as many persons as any of it takes.
        guard
            let stakes = pairs.map({ self.stakes(of: $0[0].place) }).max(),
            let most = pairs.firstIndex(where: { self.stakes(of: $0[0].place) == stakes })
        else { return nil }
        pairs.insert(pairs.remove(at: most), at: 0)
        let sides = pairs.flatMap(\.self)
        let first = sides[0]
        return OpenConflict(
            kind: .late, place: first.place,
            area: try working(first.place.record, first.place.collection, tx)?.area ?? 0,
            sides: sides, shown: first.value, puttingBack: try bytes(puttingBack: set, tx),
            canBePutBack: set.changes.allSatisfy { change in
                change.writes.allSatisfy { schema.unit($0.unit, of: change.collection) != nil }
            })
    }

    /// What putting a change set back would write now, whatever else its records say meanwhile.
    private func bytes(
        puttingBack set: ChangeSet, _ tx: borrowing HubTransaction
    ) throws -> [UInt8] {
        let shown = [RecordID: LogPosition?](
            set.changes.map { ($0.record, nil) }, uniquingKeysWith: { first, _ in first })
        return try puttingBack(set.name, because: "", tx).pending.changes(self, shown: shown, tx)
            .flatMap { ChangeSetCoding.payload($0) }
    }

    func unmergedFinding(
        _ name: ChangeSetName, _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        guard let rid = try tx.replica(name.replica)?.rid,
            let waiting = try tx.unmerged(of: rid).first(where: { $0.number == name.number.value }),
            // What a copied device wrote is one question: its fork.
            waiting.reason != Admission.Reason.copied.rawValue,
            waiting.isForPeople(now_ms),
            let (set, _, _) = try memory.log.changeSet(name, tx),
            let origin = try origin(name, shown: nil, tx)
        else { return nil }
        let kind: ConflictKind =
            switch Admission.Reason(rawValue: waiting.reason) {
            case .schema, .newerSchema, .kind: .schema
            default: .failure
            }
        let change = set.changes[0]
        return OpenConflict(
            kind: kind,
            sides: [
                OpenConflict.Evidence(
                    place: OpenConflict.Place(
                        record: change.record, collection: change.collection,
                        unit: change.writes.first?.unit ?? .void),
                    value: .text(waiting.reason), origins: [origin])
            ])
    }

    /// A gap is one until a copy of what was lost turns up. What it said nobody here knows.
    func gapFinding(
        _ name: ChangeSetName, _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        let number = name.number.value
        guard let rid = try tx.replica(name.replica)?.rid,
            try !tx.gaps(of: rid, first: number, last: number).isEmpty
        else { return nil }
        return OpenConflict(kind: .loss, sides: [])
    }
}

extension HubTransaction.Unmerged {
    /// How long a change set is held before people are asked: 7 days, in milliseconds.
    private static let patience_ms: Int64 = 7 * 24 * 3_600_000

    /// Whether people decide what becomes of it: at once where it is in quarantine, after a while
    /// where it waits for something that may never come.
    func isForPeople(_ now_ms: Int64) -> Bool {
        disposition == .quarantined || now_ms.subtractingClamped(since_ms) > Self.patience_ms
    }
}
