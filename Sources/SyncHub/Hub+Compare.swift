internal import SyncCore
internal import SyncProtocol
internal import SyncStore

// What a device is told whose records are others than the hub's: digests of ever shorter stretches,
// and in the end the records of those that differ. See `protocol/messages.md#11-comparison`.

extension Hub {
    /// Whether a device that believes it lacks nothing has other states than the hub; `nil` where
    /// that can't be compared now.
    func digestDiffers(
        _ request: SyncRequest, _ replica: StoredReplica, _ memory: HubMemory
    ) throws -> Bool? {
        guard let digest = request.digest else { return nil }
        let territory =
            try memory.territories[replica.person]
            ?? store.read { tx in try self.territory(of: replica.person, memory, tx) }
        let cursors = request.cursorList
        guard request.grantsVersion == territory.grants.version,
            cursors.count == territory.areas.count,
            memory.leaves[replica.rid] == nil
        else { return nil }
        var sum = StateDigest.zero
        var seen: Set<UInt32> = []
        for (areas, cursor) in zip(territory.areas, cursors) {
            for number in areas {
                guard let area = memory.area(number) else { continue }
                // Something lies after the cursor: the two are not meant to be equal now.
                if area.position > cursor { return nil }
                if seen.insert(number).inserted { sum += area.digest }
            }
        }
        return sum != digest
    }

    /// Keeps that a device was found to hold other records than the hub, or no longer does.
    func note(_ differs: Bool?, of replica: StoredReplica, _ now: Int64) throws {
        guard let differs, differs != replica.isApart else { return }
        try store.write { tx in
            guard var row = try tx.replica(replica.id) else { return }
            row.isApart = differs
            try tx.update(row)
            try tx.audit(
                differs ? "digest differs" : "digest agrees", "\(replica.id)",
                reason: differs
                    ? "what the device has not sent is safe there; it fetches what differs" : "",
                by: nil, at_ms: now)
        }
    }

    /// Adds to an answer, which brings the device up to the hub's present position, what is needed
    /// to find where the two differ.
    func addComparison(
        to response: inout SyncResponse, _ request: SyncRequest, _ territory: Territory,
        _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws {
        guard !request.isDryRun, !response.hasMore else { return }
        let granted = territory.areas.reduce(into: Set<UInt32>()) { $0.formUnion($1) }
        if response.digestDiffers {
            response.comparison = granted.sorted().prefix(Limits.stretchesPerAnswer).compactMap {
                guard let area = memory.area($0) else { return nil }
                return SyncResponse.Compared(
                    Stretch(all: $0), records: area.records, digest: area.digest, isWhole: false)
            }
        } else if request.runs.isEmpty {
            try addStretches(to: &response, request.stretches, granted, memory, tx)
        }
    }

    /// Asks a device for what is damaged here and lent to it. Where a record's place is not what
    /// was written either, nobody knows to whom it is lent: then only who is lent everything is
    /// asked.
    func addWanted(
        to response: inout SyncResponse, _ territory: Territory, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws {
        let granted = territory.areas.reduce(into: Set<UInt32>()) { $0.formUnion($1) }
        let isAll = memory.areas.allSatisfy { $0.records == 0 || granted.contains($0.number) }
        for (record, collection) in store.damage.all {
            guard response.wanted.count < Limits.copiesPerRequest else { return }
            guard try tx.soundArea(of: record).map(granted.contains) ?? isAll else { continue }
            response.wanted.append(SyncResponse.Wanted(record, collection))
        }
        addLost(to: &response, granted)
    }

    /// Puts right what is damaged here by copies of a device's, and judges what waited for it.
    func take(
        _ copies: [StateCopy], from replica: StoredReplica, _ now: Int64,
        _ memory: inout HubMemory
    ) throws {
        guard !copies.isEmpty else { return }
        let (healed, areas) = try store.write { [memory] tx in
            var memory = memory
            var healed: [RecordID] = []
            for copy in copies {
                let right = try tx.heal(copy, writers: memory.writers, now: memory.position) {
                    memory.area($0)?.digest
                }
                guard let right else { continue }
                if right.position == memory.position {
                    try Self.bringUp(right.area, &memory, tx)
                }
                healed.append(copy.record)
                try tx.audit(
                    "record healed", "\(copy.record)", reason: "as device \(replica.id) holds it",
                    by: nil, at_ms: now)
            }
            for record in try self.recover(copies, &memory, tx) {
                healed.append(record)
                try tx.audit(
                    "record healed", "\(record)",
                    reason: "it was gone; as device \(replica.id) holds it", by: nil, at_ms: now)
            }
            return (healed, memory.areas)
        }
        guard !healed.isEmpty else { return }
        memory.areas = areas
        try store.read { tx in tx.forgetDamage(of: healed) }
        try goOn(&memory)
    }

    private func addStretches(
        to response: inout SyncResponse, _ stretches: [Stretch], _ granted: Set<UInt32>,
        _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws {
        var held: (area: UInt32, records: [HeldDigest]?)?
        var sent: [SyncResponse.PageRecord] = []
        var bytes = 0
        for stretch in stretches where granted.contains(stretch.area) {
            guard let area = memory.area(stretch.area) else { continue }
            if held?.area != stretch.area {
                let records = try tx.digests(of: stretch.area)
                // Where the table has lost a row, or the sum is wrong, it can't be the measure.
                let sum = records.reduce(into: StateDigest.zero) { $0 += $1.digest }
                let isSound = sum == area.digest && records.count == area.records
                if !isSound { store.damage.suspect(stretch.area) }
                held = (stretch.area, isSound ? records : nil)
            }
            guard let records = held?.records?.filter({ stretch.contains($0.record) }) else {
                continue
            }
            guard records.count <= Limits.stretchRecords else {
                response.comparison += stretch.parts(
                    of: records.map { ($0.record, $0.digest) }, count: Limits.stretchParts)
                continue
            }
            guard bytes < Limits.defaultDownBytes / 2 else { break }
            let states: [StoredRecord]
            do {
                states = try records.compactMap { try tx.record($0.record, in: $0.collection) }
            } catch let fault as StoreFault where fault.kind == .damaged {
                continue
            }
            bytes += states.reduce(0) { $0 + $1.state.count }
            sent += states.map {
                SyncResponse.PageRecord(
                    collection: $0.collection, record: $0.record, area: $0.area,
                    position: $0.position, state: $0.state)
            }
            response.comparison.append(
                SyncResponse.Compared(
                    stretch, records: records.count,
                    digest: records.reduce(into: .zero) { $0 += $1.digest }, isWhole: true))
        }
        guard response.comparison.contains(where: \.isWhole) else { return }
        sent.sort { ($0.collection, $0.position) < ($1.collection, $1.position) }
        response.pages.append(
            SyncResponse.Page(grants: [], through: memory.position, records: sent))
    }
}
