internal import SyncCore
internal import SyncProtocol
internal import SyncStore

// Where a record lies follows from its state: from the area it names, or from the record it names
// as its home. While that is disputed it stays where it is.

extension Judgement {
    /// Lays the records of a change set where their states now say, and what follows them too.
    func relocate(
        _ set: ChangeSet, _ position: LogPosition, _ tx: borrowing HubTransaction
    ) throws {
        for change in set.changes {
            guard let collection = schema.collection(change.collection),
                change.writes.contains(where: { $0.unit == collection.home.unit }),
                let record = working[change.record]
            else { continue }
            if case .with = collection.home, let home = record.state.settledHome(in: collection) {
                homes[home, default: []].insert(change.record)
            }
            guard let area = try area(of: record.state, in: collection, tx), area != record.area
            else { continue }
            try move(change.record, change.collection, to: area, position, depth: 0, tx)
        }
        // Nobody knows a name of the hub's before it is there.
        guard !set.name.replica.isHub else { return }
        for change in set.changes where change.creates {
            guard case .scope? = schema.collection(change.collection)?.home,
                let area = working[change.record]?.area
            else { continue }
            try gather(change.record, in: area, position, depth: 0, tx)
        }
    }

    /// The area that a state names, or its home's; `nil` while that is disputed or not known here.
    private func area(
        of state: RecordState, in collection: CollectionDeclaration, _ tx: borrowing HubTransaction
    ) throws -> UInt32? {
        guard let home = state.settledHome(in: collection) else { return nil }
        switch collection.home {
        case .scope: return memory.area(ScopeID(high: home.high, low: home.low))?.number
        case .with: return try working[home]?.area ?? area(of: home, tx)
        }
    }

    /// Lays a record, and all that lies where it does, into another area.
    ///
    /// - Complexity: linear in the bytes of the records that move, and in the devices that have to
    ///   take them off.
    private func move(
        _ id: RecordID, _ collection: CollectionID, to area: UInt32, _ position: LogPosition,
        depth: Int, _ tx: borrowing HubTransaction
    ) throws {
        // A chain of homes is as long as the schema has collections; a longer one goes in a circle.
        guard depth <= schema.collections.count else { return }
        let old: UInt32
        if let record = working[id] {
            guard record.area != area else { return }
            old = record.area
            record.area = area
            record.position = max(record.position, position)
            record.isDirty = true
        } else {
            guard var stored = try tx.record(id, in: collection), stored.area != area else {
                return
            }
            old = stored.area
            memory.areas[Int(old) - 1].digest -= stored.digest
            memory.areas[Int(old) - 1].records -= 1
            memory.areas[Int(area) - 1].digest += stored.digest
            memory.areas[Int(area) - 1].records += 1
            stored.area = area
            stored.position = max(stored.position, position)
            try tx.move(stored)
            knownAreas = [:]
            try tx.moveConflicts(of: id, to: area)
        }
        for number in [old, area] {
            let index = Int(number) - 1
            memory.areas[index].position = max(memory.areas[index].position, position)
            touchedAreas.insert(number)
        }
        try tx.keepMove(of: id, StoredMove(from: old, position: position, at_ms: now_ms))
        try tell(id, collection, from: old, to: area, tx)
        moved.insert(id)
        try gather(id, in: area, position, depth: depth, tx)
    }

    /// Lays what names a record as its home where that lies: it may have been put with it before
    /// that had arrived.
    private func gather(
        _ id: RecordID, in area: UInt32, _ position: LogPosition, depth: Int,
        _ tx: borrowing HubTransaction
    ) throws {
        var followers = try tx.followers(of: id)
        // In an order that is the same each time: leaves are numbered by it.
        for follower in (homes[id] ?? []).sorted() {
            guard let record = working[follower], !followers.contains(where: { $0.0 == follower })
            else { continue }
            followers.append((follower, record.state.collection))
        }
        for (follower, its) in followers {
            // Its row may be older than what was merged here.
            if let record = working[follower], let declaration = schema.collection(its),
                record.state.settledHome(in: declaration) != id
            {
                continue
            }
            try move(follower, its, to: area, position, depth: depth + 1, tx)
        }
    }

    /// Says to the devices that lose a record that they have to take it off, and takes that back
    /// from those to whom it returns.
    private func tell(
        _ id: RecordID, _ collection: CollectionID, from old: UInt32, to area: UInt32,
        _ tx: borrowing HubTransaction
    ) throws {
        let holders = try holders(tx)
        if !memory.leaves.isEmpty {
            for stored in try tx.leaves(of: id)
            where holders.devices.contains(where: {
                $0.rid == stored.replica && $0.areas.contains(area)
            }) {
                try tx.deleteLeave(stored.leave.number, of: stored.replica)
                leavesHaveGone = true
            }
        }
        for device in holders.losing(from: old, to: area) {
            try tx.addLeave(
                .record(id, collection), .reassigned, of: device.rid, at_ms: now_ms)
            memory.leaves[device.rid, default: 0] += 1
        }
    }

    private func holders(_ tx: borrowing HubTransaction) throws -> Holders {
        if let known = knownHolders { return known }
        let holders = try Holders(memory, tx)
        knownHolders = holders
        return holders
    }
}

extension CollectionDeclaration.Home {
    /// The unit that says where a record lies.
    var unit: UnitID {
        switch self {
        case .scope(let unit), .with(let unit): unit
        }
    }
}

extension RecordState {
    /// What the unit that says where the record lies refers to; `nil` while that is disputed.
    func settledHome(in collection: CollectionDeclaration) -> RecordID? {
        guard let unit = collection.unit(collection.home.unit),
            let outcome = self[unit.id]?.outcome(under: unit)
        else { return nil }
        if case .disputed = outcome { return nil }
        guard case .reference(let home)? = outcome.value else { return nil }
        return home
    }
}
