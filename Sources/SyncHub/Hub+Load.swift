public import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

// What the hub writes itself: the area tree, first loads, resolutions.

extension Hub {
    /// Adds areas. Parents come before their children, and a known scope keeps its place.
    ///
    /// - Parameter areReference: whether everybody reads what lies there, and no device writes it.
    public func addAreas(
        _ areas: [(scope: ScopeID, parent: ScopeID?, name: String)], areReference: Bool = false
    ) throws {
        try locked { memory in
            var added: [StoredArea] = []
            var all = memory.areas
            for area in areas where !all.contains(where: { $0.scope == area.scope }) {
                let parent = try area.parent.map { scope in
                    guard let parent = all.first(where: { $0.scope == scope }) else {
                        throw StoreFault(.other, "an area comes before its parent")
                    }
                    return parent.number
                }
                let stored = StoredArea(
                    number: UInt32(all.count + 1), scope: area.scope, parent: parent,
                    name: area.name, digest: .zero, records: 0, position: .start,
                    isReference: areReference)
                all.append(stored)
                added.append(stored)
            }
            try store.write { [added, all] tx in
                for area in added {
                    try tx.put(area)
                    try tx.journal(
                        .area(
                            area.scope, parent: area.parent.map { all[Int($0) - 1].scope },
                            name: area.name, isReference: areReference))
                }
            }
            memory.areas = all
            memory.territories = [:]
        }
    }

    /// How many change sets of a first load make one run. Later conflicts look for their base
    /// there, which decodes a run.
    fileprivate static let changeSetsPerLoadedRun = 250

    /// Adds advisors who have no password yet. Who is known keeps what they have.
    public func addAdvisors(_ people: [(id: PersonID, name: String)]) throws {
        try locked { _ in
            try store.write { tx in
                for person in people where try tx.person(person.id) == nil {
                    try tx.put(
                        StoredPerson(
                            id: person.id, name: person.name, roles: Role.advisor.rawValue,
                            password: nil,
                            isActive: true))
                }
            }
        }
    }

    /// Writes change sets by the hub's own replica, each of these lists one, all in one
    /// transaction: they are stored, judged and receipted like anybody's.
    public func load(
        _ changeSets: [[RecordChange]], intent: String, author: PersonID = .hub
    ) throws {
        try judging { judgement, tx in
            try judgement.write(inRuns: changeSets, intent: intent, author: author, tx)
        }
    }

    /// Writes the change sets of a new hub, of which only one part is in memory, each part in one
    /// transaction.
    ///
    /// What is registered twice is looked for once, when all is there. What is found is the same as
    /// if each part had been searched, provided that names rise from part to part.
    public func firstLoad(
        _ parts: some Sequence<[[RecordChange]]>, intent: String, author: PersonID = .hub
    ) throws {
        for part in parts {
            try judging { judgement, tx in
                judgement.asksOfPairs = false
                try judgement.write(inRuns: part, intent: intent, author: author, tx)
            }
        }
        try judging { judgement, tx in try judgement.askOfAllPairs(tx) }
    }

    private func judging(
        _ body: (Judgement, borrowing HubTransaction) throws -> Void
    ) throws {
        let now = clock()
        try locked { memory in
            memory = try store.write { [memory] tx in
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                try body(judgement, tx)
                try judgement.flush(tx)
                return judgement.memory
            }
        }
    }
}

extension Judgement {
    fileprivate func write(
        inRuns changeSets: [[RecordChange]], intent: String, author: PersonID,
        _ tx: borrowing HubTransaction
    ) throws {
        var rest = changeSets[...]
        while !rest.isEmpty {
            let run = Array(rest.prefix(Hub.changeSetsPerLoadedRun))
            rest = rest.dropFirst(run.count)
            try write(run, intent: intent, author: author, reason: nil, tx)
        }
    }

    /// Seals one change set by the hub's replica, stores it and merges it. Returns its name.
    @discardableResult
    func write(
        _ changes: [RecordChange], intent: String, author: PersonID, reason: String?,
        _ tx: borrowing HubTransaction
    ) throws -> ChangeSetName {
        try write([changes], intent: intent, author: author, reason: reason, tx)
    }

    /// Seals change sets by the hub's replica as one run, stores and merges them. Returns the last
    /// one's name. Throws `.tooLarge` for one that is larger than a change set may be.
    @discardableResult
    func write(
        _ changeSets: [[RecordChange]], intent: String, author: PersonID, reason: String?,
        _ tx: borrowing HubTransaction
    ) throws -> ChangeSetName {
        guard var replica = try tx.replica(memory.replica), !changeSets.isEmpty else {
            throw StoreFault(.damaged, "the hub has no replica of its own")
        }
        let seed: SaltSeed = memory.identifier()
        let first = replica.stored + 1
        var sealed: [ChangeSet] = []
        for (offset, changes) in changeSets.enumerated() {
            guard let number = ChangeSetNumber(first + UInt64(offset)),
                let timestamp = HybridTimestamp(
                    milliseconds: UInt64(max(0, now_ms)), counter: 0),
                let set = ChangeSet(
                    name: ChangeSetName(replica.id, number), previous: replica.head,
                    author: author, grant: .hub,
                    trunk: Trunk(epoch: memory.epoch, position: memory.position),
                    time: WriteTime(
                        timestamp: timestamp, wall_ms: now_ms, monotonic_ms: 0, boot: 0,
                        offset_ms: 0, offsetAge_ms: 0),
                    intent: Text(intent), reason: reason.map { Text($0) },
                    schema: schema.version, saltSeed: seed,
                    changes: changes.sorted { $0.record < $1.record })
            else { throw StoreFault(.other, "the hub's change set is malformed") }
            let hashed = HashedChangeSet(hashing: set)
            // Set aside, it would say that something was done which was not.
            guard hashed.size <= Limits.changeSetBytes,
                set.changes.count <= Limits.changesPerChangeSet
            else { throw Problem(.tooLarge) }
            sealed.append(set)
            replica.head = hashed.hash
        }
        replica.stored = sealed[sealed.count - 1].name.number.value
        let run = SignedRun.make(sealed, head: replica.head, key: memory.key)
        try tx.journal(.run(run, by: replica.id, received_ms: now_ms))
        let upload = try tx.appendUpload(
            run, replica: replica.rid,
            first: first, last: replica.stored, head: replica.head, received_ms: now_ms,
            sent: ClockReading(wall_ms: now_ms, monotonic_ms: 0, boot: 0), state: .waiting)
        try tx.update(replica)
        guard let stored = try tx.upload(upload) else {
            throw StoreFault(.other, "an upload was lost in its own transaction")
        }
        forget(replica.rid)
        try judge(stored, tx)
        return sealed[sealed.count - 1].name
    }
}
