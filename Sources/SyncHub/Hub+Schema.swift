internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

// What a hub does once when it is opened with a newer schema than before.

extension Hub {
    /// Reads with the present schema what was stored under an older one: columns, conflicts, units
    /// that were unknown, and change sets that waited for this version.
    ///
    /// Each step is a transaction, and the version is kept last: one that breaks off is begun again
    /// and finds half of it done. Where a damaged record ends it, the hub runs nevertheless, and
    /// begins again when a device has healed that.
    func followSchema(_ memory: inout HubMemory) throws {
        do {
            try followInSteps(&memory)
        } catch let fault as StoreFault where fault.kind == .damaged {
            guard !store.damage.all.isEmpty else { throw fault }
        }
    }

    private static let sharesAsked = "shares"

    private func followInSteps(_ memory: inout HubMemory) throws {
        let known = try store.read { tx in try tx.schemaVersion() }
        // Stores of before there were shares are asked once for those.
        let hasShares = try store.read { tx in try tx.setting(Self.sharesAsked) != nil }
        guard known != schema.version || !hasShares else { return }
        let now = clock()
        for collection in known == nil ? [] : schema.collections.map(\.id) {
            let records = try store.read { tx in try tx.names(in: collection) }
            for start in stride(from: 0, to: records.count, by: 500) {
                memory = try store.write { [memory] tx in
                    let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                    for record in records[start..<min(start + 500, records.count)] {
                        try judgement.follow(record, collection, tx)
                    }
                    try judgement.flush(tx)
                    return judgement.memory
                }
            }
        }
        memory = try store.write { [memory] tx in
            let judgement = Judgement(memory, schema: self.schema, now_ms: now)
            try judgement.reconsider([.newerSchema], sparesDamage: false, tx)
            try judgement.flush(tx)
            try tx.keepSchemaVersion()
            try tx.set(Self.sharesAsked, [1])
            return judgement.memory
        }
    }
}

extension Judgement {
    /// Reads a record with the present schema. Where that makes another state of it than a device
    /// makes by itself, it takes a position and goes out once more.
    fileprivate func follow(
        _ id: RecordID, _ collection: CollectionID, _ tx: borrowing HubTransaction
    ) throws {
        guard let stored = try tx.record(id, in: collection),
            let record = try working(id, collection, tx)
        else { return }
        let state = try StateCoding.decode(
            stored.state, record: id, collection: collection, writers: memory.writers)
        let adopted = try schema.adopting(state) { head, unit in
            try self.isCovered(head.origin.name, in: unit, of: state, tx)
        }
        // Whatever the rules ask of a record was not asked of these units.
        record.written = Set(adopted.units.map(\.id))
        if adopted != record.state {
            memory.position = memory.position.next
            record.state = adopted
            record.position = memory.position
            record.isDirty = true
            record.contested = record.written
        } else {
            // A unit that has given way asks nobody any more, whatever it asked before.
            record.wasDisputed = true
            try tx.put(stored, record.state)
            try ask(about: record, tx)
            // What is stored stays as it was. What those disagree on that are one is known only
            // now.
            try askOfJoined(record, tx)
        }
    }

    /// Whether one of a unit's heads was written by somebody who had seen this write.
    private func isCovered(
        _ name: ChangeSetName, in unit: UnitID, of state: RecordState,
        _ tx: borrowing HubTransaction
    ) throws -> Bool {
        guard case .register(let register)? = state[unit] else { return false }
        for head in register.heads {
            let newer = head.origin.name
            let seen = try memory.log.ancestors(of: newer, state.record, unit, tx)
            if newer.followsOnSameDevice(name) || seen.contains(name)
                || seen.contains(where: { $0.followsOnSameDevice(name) })
            {
                return true
            }
        }
        return false
    }
}
