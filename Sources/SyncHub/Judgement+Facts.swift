internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

// What admission is told of a change set: where its records lie and lay, what is missing, who may
// write there, and what went before.

extension Judgement {
    func decide(
        _ hashed: HashedChangeSet, _ replica: StoredReplica, arrived_ms: Int64,
        isAdmitted: Bool = false, _ tx: borrowing HubTransaction
    ) throws -> Admission.Verdict {
        let set = hashed.changeSet
        let isHub = replica.id.isHub
        // What was copied from a revoked device is no better than it.
        var machine = replica
        while let branch = machine.branch, branch.trunk < machine.rid {
            machine = try self.replica(branch.trunk, tx)
        }
        let isRevoked = machine.state == DeviceState.revoked.rawValue
        var facts: [Admission.RecordFacts] = []
        let hasUnmerged = try self.hasUnmerged(tx)
        for change in set.changes {
            facts.append(try recordFacts(change, hashed, replica, hasUnmerged: hasUnmerged, tx))
        }
        return Admission.decide(
            Admission.Facts(
                changeSet: set, size: hashed.size, isHub: isHub, isAdmitted: isAdmitted,
                owner: replica.person,
                isRevoked: isRevoked,
                lacksOffice: isHub || isAdmitted
                    ? false : try set.changes.contains { try lacksOffice($0, set.author, tx) },
                grants: isHub ? [] : try grants(of: set.author, tx), trunk: memory.known(set.trunk),
                arrived_ms: arrived_ms, records: facts), schema: schema)
    }

    private func recordFacts(
        _ change: RecordChange, _ hashed: HashedChangeSet, _ replica: StoredReplica,
        hasUnmerged: Bool, _ tx: borrowing HubTransaction
    ) throws -> Admission.RecordFacts {
        let set = hashed.changeSet
        var behind: UInt64?
        if hasUnmerged {
            behind = try tx.waitsBehind(
                change.record, replica: replica.rid, before: set.name.number.value)
            let own = try mergedNumbers(replica.id, tx)
            try change.forEachReplacedName { name in
                if name.replica == replica.id, name.number < set.name.number,
                    !own.contains(name.number),
                    // What was discarded never comes.
                    try tx.isUnmerged(replica: replica.rid, number: name.number.value)
                {
                    behind = max(behind ?? 0, name.number.value)
                }
            }
        }
        let isSurelyNew =
            change.creates && working[change.record] == nil && tx.isSurelyNew(change.record)
        if isSurelyNew { absent[change.record] = change.collection }
        if let state = try working(change.record, change.collection, tx) {
            var bytes = state.bytes + hashed.size
            if bytes > Limits.stateBytes {
                // Seldom, so that it is counted only here: others' records have a part in `size`.
                bytes =
                    StateCoding.encode(state.state, writers: &memory.writers).count
                    + ChangeSetCoding.payload(change).count
            }
            let past = try past(of: change.record, in: state.area, set, replica, tx)
            let isPublished = try !replica.id.isHub && goesToEverybody(change, in: set, tx)
            return Admission.RecordFacts(
                area: isPublished ? nil : state.area, former: past.former,
                isHidden: past.isHidden, state: state.state, bytesAfter: bytes, missing: nil,
                behind: behind)
        }
        guard change.creates else {
            return Admission.RecordFacts(
                area: nil, state: nil, missing: change.record, behind: behind)
        }
        // What lies with a record, and where it has lain, is found by its name alone: nobody gives
        // that to a record of another collection. The hub draws its own.
        if !replica.id.isHub, !isSurelyNew,
            let area = try tx.area(of: change.record),
            let collection = try tx.collection(of: change.record)
        {
            let past = try past(of: change.record, in: area, set, replica, tx)
            return Admission.RecordFacts(
                area: area, former: past.former, isHidden: past.isHidden,
                state: RecordState(record: change.record, collection: collection), missing: nil,
                behind: behind)
        }
        switch try home(of: change, in: set, depth: 0, tx) {
        case .area(let area, of: let home):
            guard let area, let home else {
                return Admission.RecordFacts(area: area, state: nil, missing: nil, behind: behind)
            }
            let past = try past(of: home, in: area, set, replica, tx)
            return Admission.RecordFacts(
                area: area, former: past.former, isHidden: past.isHidden, state: nil,
                missing: nil, behind: behind)
        case .missing(let record):
            return Admission.RecordFacts(area: nil, state: nil, missing: record, behind: behind)
        }
    }

    /// Whether a change would lay its record where everybody reads it: nobody's grant covers that,
    /// and no person may admit it.
    private func goesToEverybody(
        _ change: RecordChange, in set: ChangeSet, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        guard let unit = schema.collection(change.collection)?.home.unit,
            change.writes.contains(where: { $0.unit == unit }),
            case .area(let area?, _) = try home(of: change, in: set, depth: 0, tx)
        else { return false }
        return memory.area(area)?.isReference ?? false
    }

    /// Whether a change sets what only the holder of an office sets, and the register does not say
    /// that its author is one.
    private func lacksOffice(
        _ change: RecordChange, _ author: PersonID, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        for case .office(let unit, let office) in schema.collection(change.collection)?.rules ?? []
        {
            for write in change.writes where write.unit == unit {
                guard case .set(let value, _) = write.operation else { continue }
                let entry = try working(office.entry(author), office.collection, tx)
                // Whoever could write the register could write themselves into it.
                let isRegister = entry.flatMap { memory.area($0.area)?.isReference } ?? false
                if !office.allows(author, isRegister ? entry?.state : nil, value) { return true }
            }
        }
        return false
    }

    /// Where a record lay since the writer last heard, where the author's present grants don't
    /// reach it; and whether no grant of theirs ever did.
    private func past(
        of record: RecordID, in area: UInt32, _ set: ChangeSet, _ replica: StoredReplica,
        _ tx: borrowing HubTransaction
    ) throws -> (former: [Admission.Former], isHidden: Bool) {
        if replica.id.isHub { return ([], false) }
        let grants = try grants(of: set.author, tx)
        if grants.contains(where: { $0.ended == nil && $0.areas.contains(area) }) {
            return ([], false)
        }
        let heard = memory.known(set.trunk) ?? .start
        let (moves, unheard) = try moves(of: record, unheardBy: replica.rid, since: heard, 0, tx)
        let isReference = memory.area(area)?.isReference ?? false
        let isHidden =
            !isReference
            && !grants.contains { grant in
                grant.areas.contains(area) || moves.contains { grant.areas.contains($0.from) }
            }
        return (
            unheard.map { Admission.Former(area: $0.from, left_ms: $0.at_ms) }, isHidden
        )
    }

    /// Every move of a record, and those that a device had not heard of. What was created with a
    /// record that had moved, which its author could not know, lay for them where that had lain.
    ///
    /// - Complexity: a few rows for the record, and for each that it lies with.
    private func moves(
        of record: RecordID, unheardBy replica: Int64, since heard: LogPosition, _ depth: Int,
        _ tx: borrowing HubTransaction
    ) throws -> (all: [StoredMove], unheard: [StoredMove]) {
        var all = try tx.moves(of: record)
        // The line may have broken after the page that moved its cursor, and before the leave.
        let holds = try tx.leaves(of: record).contains { $0.replica == replica }
        var unheard = all.filter { holds || $0.position > heard }
        let known = try working[record]?.state.collection ?? tx.collection(of: record)
        guard depth < schema.collections.count, let collection = known.flatMap(schema.collection),
            case .with = collection.home,
            let state = try state(record, collection.id, tx),
            let created = state.created?.position, let home = state.settledHome(in: collection)
        else { return (all, unheard) }
        let before = try moves(of: home, unheardBy: replica, since: heard, depth + 1, tx)
        all += before.all.filter { $0.position < created }
        unheard += before.unheard.filter { $0.position < created }
        return (all, unheard)
    }

    enum HomeFinding {
        /// `of` is the record there already that it lies with; `nil` where it names the area, or
        /// what it lies with is created with it.
        case area(UInt32?, of: RecordID?)
        case missing(RecordID)
    }

    /// Where a record that is being created lies: in the area it names, or where the record lies
    /// that it names.
    func home(
        of change: RecordChange, in set: ChangeSet, depth: Int, _ tx: borrowing HubTransaction
    ) throws -> HomeFinding {
        guard let collection = schema.collection(change.collection), depth < 4 else {
            return .area(nil, of: nil)
        }
        guard let write = change.writes.first(where: { $0.unit == collection.home.unit }),
            case .set(.reference(let target), _) = write.operation
        else { return .area(nil, of: nil) }
        if case .scope = collection.home {
            return .area(
                memory.area(ScopeID(high: target.high, low: target.low))?.number, of: nil)
        }
        if let known = working[target] { return .area(known.area, of: target) }
        if let created = set.changes.first(where: { $0.record == target && $0.creates }) {
            return try home(of: created, in: set, depth: depth + 1, tx)
        }
        if let area = try area(of: target, tx) { return .area(area, of: target) }
        return .missing(target)
    }

    /// The area in which a record lies that is not worked on; asked of the store once.
    func area(of record: RecordID, _ tx: borrowing HubTransaction) throws -> UInt32? {
        if let known = knownAreas[record] { return known }
        let area = try tx.area(of: record)
        knownAreas[record] = area
        return area
    }
}
