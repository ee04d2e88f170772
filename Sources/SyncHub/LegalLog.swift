internal import SyncCore
internal import SyncProtocol
internal import SyncStore

/// A judged upload of the legal log, decoded, and read as the present schema reads it.
struct LoggedUpload: Sendable {
    /// The row of the replica that wrote it.
    let replica: Int64
    /// The number of the first of `entries`, which follow each other without gaps.
    let first: UInt64
    /// Not hashed: they were when they came. Rising; where there was a gap, none.
    let sets: [ChangeSet]
    let entries: [ReceiptEntry]
    let received_ms: Int64
    /// What it costs to keep: the bytes of the run.
    let size: Int

    /// A change set with what its receipt says; `nil` if there is none of this number, or no
    /// receipt.
    subscript(number: UInt64) -> (set: ChangeSet, entry: ReceiptEntry)? {
        guard number >= first, number - first < UInt64(entries.count) else { return nil }
        var place = min(Int(number - first), sets.count - 1)
        while place >= 0, sets[place].name.number.value > number { place -= 1 }
        guard place >= 0, sets[place].name.number.value == number else { return nil }
        return (sets[place], entries[Int(number - first)])
    }
}

/// A setting of a unit as the legal log holds it.
struct LoggedWrite: Sendable {
    let origin: Origin
    let value: Value
    let replaced: [ChangeSetName]
}

/// The legal log as it is looked back into: what a change set said, and what heads had in common.
///
/// The uploads that were looked into lately are kept decoded. A conflict's base lies in one of a
/// few weeks ago, and many conflicts of an area have theirs in the same few uploads.
///
/// Invariant: an upload is here only as it stands in the log; whoever changes its receipt forgets
/// it.
struct LegalLog: Sendable {
    /// Of runs as they came, decompressed. Decoded they take many times as much memory.
    static let maximumBytes = 8 << 20

    /// Signed the receipts in the log.
    private let key: VerifyingKey
    private let schema: Schema
    private var uploads: [Int64: (upload: LoggedUpload, asked: UInt64)] = [:]
    /// The rows of those kept by replica, each replica's rising by their first numbers.
    private var rows: [Int64: [(first: UInt64, id: Int64)]] = [:]
    private var bytes = 0
    private var asked: UInt64 = 0
    /// The rows of replicas, as far as they were asked for; they never change.
    private var rids: [ReplicaID: Int64] = [:]

    init(key: VerifyingKey, schema: Schema) { (self.key, self.schema) = (key, schema) }

    // MARK: Looking back

    /// Finds a merged change set, with its entry and when it was received.
    mutating func changeSet(
        _ name: ChangeSetName, _ tx: borrowing HubTransaction
    ) throws -> (ChangeSet, ReceiptEntry, Int64)? {
        guard let rid = try rid(of: name.replica, tx) else { return nil }
        let number = name.number.value
        // Each number is in one upload: it need not be asked which, where it is at hand.
        if let id = row(of: rid, holding: number), let log = kept(id), let found = log[number] {
            return (found.set, found.entry, log.received_ms)
        }
        guard let id = try tx.uploadID(of: rid, holding: number), let upload = try tx.upload(id)
        else { return nil }
        let log = try read(upload, tx)
        return log[number].map { ($0.set, $0.entry, log.received_ms) }
    }

    /// Finds a setting of a unit; `nil` if it is not there or not merged.
    mutating func write(
        _ name: ChangeSetName, _ record: RecordID, _ unit: UnitID, _ tx: borrowing HubTransaction
    ) throws -> LoggedWrite? {
        guard let (set, entry, _) = try changeSet(name, tx),
            let change = set.changes.first(where: { $0.record == record }),
            let write = change.writes.first(where: { $0.unit == unit }),
            case .set(let value, let names) = write.operation
        else { return nil }
        return LoggedWrite(
            origin: Origin(
                name: name, author: set.author, time: entry.time(of: set), position: entry.position,
                shown: change.shown),
            value: value, replaced: names)
    }

    /// The latest write, by position, that all of these heads of a unit cover.
    mutating func base(
        of heads: [Head], _ record: RecordID, _ unit: UnitID, _ tx: borrowing HubTransaction
    ) throws -> Head? {
        var common: Set<ChangeSetName>?
        for head in heads {
            let ancestors = try self.ancestors(of: head.origin.name, record, unit, tx)
            common = common?.intersection(ancestors) ?? ancestors
        }
        var latest: Head?
        for name in (common ?? []).sorted() {
            guard let write = try self.write(name, record, unit, tx) else { continue }
            if latest.map({ ($0.origin.position ?? .start) < (write.origin.position ?? .start) })
                ?? true
            {
                latest = Head(origin: write.origin, value: write.value)
            }
        }
        return latest
    }

    /// The writes that one write covers through any number of steps, at most 200 of them.
    mutating func ancestors(
        of name: ChangeSetName, _ record: RecordID, _ unit: UnitID, _ tx: borrowing HubTransaction
    ) throws -> Set<ChangeSetName> {
        var found: Set<ChangeSetName> = []
        var next = [name]
        while let name = next.popLast(), found.count < 200 {
            guard let write = try self.write(name, record, unit, tx) else { continue }
            for replaced in write.replaced where found.insert(replaced).inserted {
                next.append(replaced)
            }
        }
        return found
    }

    /// The units of the records of `set` that later change sets of its device have set, as far as
    /// those were `merged`: before it, for it had been set aside.
    ///
    /// - Complexity: constant where a device's order is kept; else linear in what it wrote since.
    mutating func settings(
        after set: ChangeSet, merged: NumberSet, _ tx: borrowing HubTransaction
    ) throws -> [RecordID: Set<UnitID>] {
        let own = set.name
        guard !own.replica.isHub, merged.last > own.number.value,
            let rid = try rid(of: own.replica, tx)
        else { return [:] }
        let records = Set(set.changes.map(\.record))
        var units: [RecordID: Set<UnitID>] = [:]
        for upload in try tx.uploads(of: rid, first: own.number.value + 1, last: merged.last) {
            for later in try read(upload, tx).sets
            where later.name.number > own.number && merged.contains(later.name.number) {
                for change in later.changes where records.contains(change.record) {
                    for write in change.writes where write.operation.kind == .register {
                        units[change.record, default: []].insert(write.unit)
                    }
                }
            }
        }
        return units
    }

    private mutating func rid(
        of id: ReplicaID, _ tx: borrowing HubTransaction
    ) throws -> Int64? {
        if let rid = rids[id] { return rid }
        let rid = try tx.replica(id)?.rid
        rids[id] = rid
        return rid
    }

    /// An upload, decoded.
    mutating func read(
        _ upload: StoredUpload, _ tx: borrowing HubTransaction
    ) throws -> LoggedUpload {
        if let log = kept(upload.id) { return log }
        let receipt = upload.receipt.flatMap({ SignedReceipt(stored: $0) })?.verified(by: key)
        let names = try branchNames(upload, tx)
        let bytes = try upload.run.bytes
        let log = LoggedUpload(
            replica: upload.replica, first: upload.first,
            sets: try RunCoding.decodeUnhashed(bytes).filter {
                upload.holds($0.name.number.value)
            }.map { set in
                let set = names?.renamed(set) ?? set
                return schema.reading(set) ?? set
            },
            entries: receipt?.first.value == upload.first ? receipt?.entries ?? [] : [],
            received_ms: upload.received_ms, size: bytes.count)
        // What waits for its predecessor will be judged, and have another receipt.
        if upload.state == .judged { keep(log, upload.id) }
        return log
    }

    /// One change set of an upload as it was signed, and as the present schema reads it; `nil` if
    /// there is none of this number.
    func signed(
        _ number: UInt64, of upload: StoredUpload, _ tx: borrowing HubTransaction
    ) throws -> HashedChangeSet? {
        let names = try branchNames(upload, tx)
        return try RunCoding.decodeRun(upload.run.bytes).changeSet(number).map {
            (names?.renamed($0) ?? $0).read(by: schema)
        }
    }

    private func branchNames(
        _ upload: StoredUpload, _ tx: borrowing HubTransaction
    ) throws -> BranchNames? {
        try tx.replica(rid: upload.replica).flatMap { try BranchNames(of: $0, tx) }
    }

    // MARK: What is kept at hand

    private mutating func kept(_ id: Int64) -> LoggedUpload? {
        guard let known = uploads[id]?.upload else { return nil }
        asked += 1
        uploads[id]?.asked = asked
        return known
    }

    /// Keeps an upload, and drops those not asked for longest until all fit. The newest always
    /// stays.
    mutating func keep(_ upload: LoggedUpload, _ id: Int64) {
        forget(id)
        asked += 1
        uploads[id] = (upload, asked)
        bytes += upload.size
        let place = place(of: upload.first, among: rows[upload.replica] ?? [])
        rows[upload.replica, default: []].insert((upload.first, id), at: place)
        while bytes > Self.maximumBytes, uploads.count > 1,
            let oldest = uploads.min(by: { $0.value.asked < $1.value.asked })
        {
            forget(oldest.key)
        }
    }

    mutating func forget(_ id: Int64) {
        guard let gone = uploads.removeValue(forKey: id)?.upload else { return }
        bytes -= gone.size
        rows[gone.replica]?.removeAll { $0.id == id }
    }

    /// The one of those kept that would hold a number of this replica. Where a device had lost that
    /// number, what it found again is elsewhere.
    private func row(of replica: Int64, holding number: UInt64) -> Int64? {
        guard let known = rows[replica] else { return nil }
        let place = place(of: number, among: known)
        return place > 0 ? known[place - 1].id : nil
    }

    /// How many of them begin with this number or before it.
    private func place(of number: UInt64, among known: [(first: UInt64, id: Int64)]) -> Int {
        var (low, high) = (0, known.count)
        while low < high {
            let middle = (low + high) / 2
            if known[middle].first <= number { low = middle + 1 } else { high = middle }
        }
        return low
    }
}

extension HashedChangeSet {
    /// The same as a schema reads it, with the hash of what was written; itself where it can't be
    /// read.
    func read(by schema: Schema) -> HashedChangeSet {
        guard let read = schema.reading(changeSet) else { return self }
        return self.read(as: read)
    }
}
