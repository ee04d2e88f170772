internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

// What the hub does about records that are not what was written, or not where, or gone. See
// `docs/decisions/0064-a-row-has-a-place-and-a-name.md`.

extension Hub {
    /// Puts right what the hub can by itself, and works out what it needs devices for. Costs
    /// nothing where nothing new was found.
    ///
    /// - Parameter looks: whether to look at every row's place anyhow, as at the start.
    /// - Returns: whether what waited for a record may go on.
    func mend(_ memory: inout HubMemory, looks: Bool = false) throws -> Bool {
        guard store.damage.takeNews() || looks else { return false }
        do { return try lookInto(&memory) } catch let fault as StoreFault
            where fault.kind == .damaged
        {
            // Of what can't even be read the doctor tells; everything else goes on.
            return false
        }
    }

    /// Keeps that rows of the office were put right when the store was opened.
    func noteMendedRows() throws {
        let rows = store.damage.mendedRows
        guard !rows.isEmpty else { return }
        let now = clock()
        try store.write { tx in
            for row in rows {
                try tx.audit(
                    "row healed", "\(row.table) \(row.key)", reason: "one bit of it was another",
                    by: nil, at_ms: now)
            }
        }
    }

    private func lookInto(_ memory: inout HubMemory) throws -> Bool {
        let now = clock()
        var held = try store.read { tx in try tx.lookOver() }
        var isMended = false
        if !store.damage.all.isEmpty {
            (isMended, memory.areas) = try store.write { [memory] tx in
                try self.replace(memory, now, tx)
            }
            held = try store.read { tx in try tx.lookOver() }
        }
        var loss = DamagedRecords.Loss()
        loss.areas = Self.unsound(memory.areas, held)
        let hasStrange = try store.read { tx in
            try store.damage.all.contains { try tx.isStrange($0.record, in: $0.collection) }
        }
        if !loss.areas.isEmpty || hasStrange {
            let names = try store.read { [memory] tx in try self.createdNames(memory, tx) }
            if hasStrange {
                try store.write { tx in try self.dropStrange(names, now, tx) }
                held = try store.read { tx in try tx.lookOver() }
                loss.areas = Self.unsound(memory.areas, held)
            }
            loss.records = try store.read { tx in
                try names.filter { try tx.collection(of: $0.key) == nil }
            }
        }
        let before = store.damage.loss
        loss.copies = before.copies.filter { loss.records[$0.key] != nil }
        store.damage.loss = loss
        if !loss.records.isEmpty, loss.records.keys != before.records.keys {
            try store.write { tx in
                try tx.audit(
                    "records lost", "\(loss.records.count)",
                    reason: "in the log and in no table; devices are asked for them", by: nil,
                    at_ms: now)
            }
        }
        // That damage was looked into is no news.
        _ = store.damage.takeNews()
        return isMended
    }

    /// Judges what waited for a record that was damaged or gone.
    func goOn(_ memory: inout HubMemory) throws {
        try followSchema(&memory)
        if try store.read({ tx in try tx.isAnyWaiting() }) { try judgeEverything(&memory) }
        memory = try store.write { [memory] tx in
            let judgement = Judgement(memory, schema: self.schema, now_ms: self.clock())
            try judgement.reconsider([.outOfScope, .tooLate], tx)
            try judgement.releaseWaiting(tx)
            try judgement.flush(tx)
            return judgement.memory
        }
    }

    /// The areas that do not hold what they should.
    private static func unsound(
        _ areas: [StoredArea], _ held: [UInt32: (digest: StateDigest, records: Int)]
    ) -> Set<UInt32> {
        Set(
            areas.filter { area in
                let (digest, records) = held[area.number] ?? (.zero, 0)
                return digest != area.digest || records != area.records
            }.map(\.number))
    }

    private func replace(
        _ memory: HubMemory, _ now: Int64, _ tx: borrowing HubTransaction
    ) throws -> (isMended: Bool, areas: [StoredArea]) {
        var memory = memory
        var isMended = false
        let numbers = memory.areas.map(\.number)
        for (record, collection) in store.damage.all {
            let area = try tx.putInPlace(
                record, in: collection, areas: numbers, now: memory.position)
            guard let area else { continue }
            isMended = true
            try Self.bringUp(area, &memory, tx)
            try tx.audit(
                "record healed", "\(record)", reason: "it lay elsewhere than was written", by: nil,
                at_ms: now)
        }
        return (isMended, memory.areas)
    }

    /// Has devices look for news in an area: what was put right there is new to some.
    static func bringUp(
        _ number: UInt32, _ memory: inout HubMemory, _ tx: borrowing HubTransaction
    ) throws {
        memory.areas[Int(number) - 1].position = memory.position
        try tx.put(memory.areas[Int(number) - 1])
    }

    private func dropStrange(
        _ names: [RecordID: CollectionID], _ now: Int64, _ tx: borrowing HubTransaction
    ) throws {
        for (record, collection) in store.damage.all where names[record] == nil {
            guard try tx.isStrange(record, in: collection) else { continue }
            try tx.drop(record, in: collection)
            try tx.audit(
                "record dropped", "\(record)", reason: "a name that nobody ever gave", by: nil,
                at_ms: now)
        }
    }

    /// Every record that was ever created here, by the log.
    ///
    /// - Complexity: linear in the log.
    private func createdNames(
        _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> [RecordID: CollectionID] {
        var log = LegalLog(key: memory.key.verifying, schema: schema)
        var names: [RecordID: CollectionID] = [:]
        try tx.allUploads { upload in
            guard upload.state == .judged else { return }
            let read: LoggedUpload
            do { read = try log.read(upload, tx) } catch is CodecError { return }
            for set in read.sets {
                guard read[set.name.number.value]?.entry.disposition.isMerged == true else {
                    continue
                }
                for change in set.changes where change.creates {
                    names[change.record] = change.collection
                }
            }
        }
        return names
    }

    // MARK: From devices

    /// Adds the records that are gone to what a device is asked for, if all that misses something
    /// is lent to it: where exactly they lay is not known before they are back.
    func addLost(to response: inout SyncResponse, _ granted: Set<UInt32>) {
        let loss = store.damage.loss
        guard !loss.records.isEmpty, loss.areas.isSubset(of: granted) else { return }
        // Also those of which there is a copy: it may have been an old one.
        for (record, collection) in loss.records.sorted(by: { $0.key < $1.key })
        where response.wanted.count < Limits.copiesPerRequest {
            response.wanted.append(SyncResponse.Wanted(record, collection))
        }
    }

    /// Writes again what was gone, once the copies that devices have brought make an area whole: so
    /// none of them need be believed. Returns what is back.
    func recover(
        _ copies: [StateCopy], _ memory: inout HubMemory, _ tx: borrowing HubTransaction
    ) throws -> [RecordID] {
        var loss = store.damage.loss
        for copy in copies where loss.records[copy.record] == copy.collection {
            loss.copies[copy.record] = copy
        }
        var groups: [UInt32: [(stored: StoredRecord, state: RecordState)]] = [:]
        for (record, copy) in loss.copies.sorted(by: { $0.key < $1.key }) {
            let state: RecordState
            do {
                state = schema.upcast(
                    try StateCoding.decode(
                        copy.state, record: record, collection: copy.collection,
                        writers: memory.writers))
            } catch {
                loss.copies[record] = nil
                continue
            }
            guard let area = try area(of: state, loss, memory, tx) else { continue }
            groups[area, default: []].append(
                (
                    StoredRecord(
                        record: record, collection: copy.collection, area: area,
                        position: memory.position, state: copy.state,
                        digest: .of(record, state: copy.state)), state
                ))
        }
        var found: [RecordID] = []
        for (number, group) in groups.sorted(by: { $0.key < $1.key }) {
            let rows = try tx.digests(of: number).map(\.digest) + group.map(\.stored.digest)
            guard let area = memory.area(number), rows.count == area.records,
                rows.reduce(into: .zero, { $0 += $1 }) == area.digest
            else { continue }
            for (stored, state) in group {
                try tx.put(stored, state)
                loss.records[stored.record] = nil
                loss.copies[stored.record] = nil
                found.append(stored.record)
            }
            loss.areas.remove(number)
            try Self.bringUp(number, &memory, tx)
        }
        store.damage.loss = loss
        return found
    }

    /// Where a record that is gone lay, by what it says itself.
    private func area(
        of state: RecordState, _ loss: DamagedRecords.Loss, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws -> UInt32? {
        var area: UInt32?
        if let collection = schema.collection(state.collection),
            let home = state.settledHome(in: collection)
        {
            switch collection.home {
            case .scope: area = memory.area(ScopeID(high: home.high, low: home.low))?.number
            case .with: area = try tx.soundArea(of: home)
            }
        }
        return area ?? (loss.areas.count == 1 ? loss.areas.first : nil)
    }
}
