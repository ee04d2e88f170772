internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol

extension DeviceStore {
    /// Returns the figures of `status`. No socket, no key.
    public func status() throws(StoreError) -> StoreStatus {
        try read { db in
            let era = try self.era(db)
            var unsent = 0
            var unsentBytes = 0
            var oldest: Int64?
            try db.each(
                """
                SELECT count(*), ifnull(sum(size), 0), min(made_ms) FROM sync_outbox
                WHERE \(Self.unsent)
                """, [era]
            ) { row in
                unsent = Int(try row.int(0))
                unsentBytes = Int(try row.int(1))
                oldest = try row.intOrNil(2)
            }
            func count(_ disposition: Disposition) throws -> Int {
                Int(
                    try db.first(
                        """
                        SELECT count(*) FROM sync_outbox
                        WHERE \(Self.open) AND era = ? AND disposition = ? AND is_discarded = 0
                        """,
                        [era, Int64(disposition.rawValue)]
                    ) { try $0.int(0) } ?? 0)
            }
            func count(_ sql: String) throws -> Int {
                Int(try db.first(sql) { try $0.int(0) } ?? 0)
            }
            var records = 0
            for table in tables { records += try count("SELECT count(*) FROM \(table.name)") }
            let last = try self.lastSealed(db).number
            let through = try self.receiptThrough(era, last, db)
            let status = try db.first(
                """
                SELECT synced_ms, synced_hub_ms, is_complete, lease_ms, offset_ms
                FROM sync_replica
                """
            ) { row in
                StoreStatus(
                    unsent: unsent, unsentBytes: unsentBytes, oldestUnsent_ms: oldest,
                    held: try count(.held), quarantined: try count(.quarantined),
                    lost: try self.lost(db).count,
                    conflicts: try self.disputeCount(db),
                    unreadNotices: try count(
                        "SELECT count(*) FROM sync_notices WHERE is_read = 0"),
                    records: records, receiptThrough: through.number,
                    receiptPosition: through.position, receiptTime_ms: through.received_ms,
                    lastSync_ms: try row.intOrNil(0),
                    lastSyncHub_ms: try row.intOrNil(1).map { UInt64(clamping: $0) },
                    isComplete: try row.int(2) != 0,
                    alarm_ms: try db.first(
                        "SELECT found_ms FROM sync_alarms WHERE agreed_ms IS NULL"
                    ) { try $0.int(0) },
                    lease_ms: try row.intOrNil(3).map { UInt64(clamping: $0) },
                    offset_ms: try row.intOrNil(4), lastNumber: last)
            }
            guard let status else { throw StoreFault(.damaged, "the store does not know its name") }
            return status
        }
    }

    struct ReceiptMark {
        var number: ChangeSetNumber?
        var position: LogPosition?
        var received_ms: UInt64?
    }

    /// The last change set before the first one without a receipt, and where and when the hub took
    /// it.
    func receiptThrough(
        _ era: Int64, _ last: ChangeSetNumber?, _ db: Database
    ) throws -> ReceiptMark {
        let firstUnsent = try db.first(
            """
            SELECT number FROM sync_outbox WHERE \(Self.unsent) ORDER BY number LIMIT 1
            """, [era]
        ) { try $0.changeSetNumber(0).value }
        guard let end = firstUnsent.map({ $0 - 1 }) ?? last?.value, end > 0 else {
            return ReceiptMark()
        }
        return try db.first(
            """
            SELECT number, position, received_ms FROM sync_outbox WHERE number = ?
            """, [Int64(end)]
        ) { row in
            ReceiptMark(
                number: try row.changeSetNumber(0), position: try row.logPositionOrNil(1),
                received_ms: try row.intOrNil(2).map { UInt64(clamping: $0) })
        } ?? ReceiptMark()
    }

    // MARK: Digests

    /// Returns the digest of each leaf area with records, by name, as kept while pages were
    /// applied.
    public func digests() throws(StoreError) -> [AreaDigest] {
        try read { db in
            let territory = try self.territory(db)
            var digests: [AreaDigest] = []
            try db.each("SELECT area, high, low, records FROM sync_digests") { row in
                let number = UInt32(clamping: try row.int(0))
                digests.append(
                    AreaDigest(
                        number: number, scope: territory.areas[number]?.scope,
                        name: territory.areas[number]?.name ?? "",
                        digest: StateDigest(
                            high: UInt64(bitPattern: try row.int(1)),
                            low: UInt64(bitPattern: try row.int(2))),
                        records: Int(try row.int(3))))
            }
            return digests.sorted { ($0.name, $0.number) < ($1.name, $1.number) }
        }
    }

    /// Returns the digest of all confirmed states within the grants in force: what the hub has to
    /// agree with.
    public func totalDigest() throws(StoreError) -> StateDigest {
        try read { db in try self.totalDigest(db) }
    }

    func totalDigest(_ db: Database) throws -> StateDigest {
        let territory = try self.territory(db)
        var total = StateDigest.zero
        for (area, digest) in try storedDigests(db) where territory.isGranted(area) {
            total += digest.digest
        }
        return total
    }

    struct CountedDigest: Equatable {
        var digest = StateDigest.zero
        var records: Int64 = 0

        mutating func add(_ record: StateDigest) {
            digest += record
            records += 1
        }
    }

    func storedDigests(_ db: Database) throws -> [UInt32: CountedDigest] {
        var digests: [UInt32: CountedDigest] = [:]
        try db.each("SELECT area, high, low, records FROM sync_digests") { row in
            digests[UInt32(clamping: try row.int(0))] = CountedDigest(
                digest: StateDigest(
                    high: UInt64(bitPattern: try row.int(1)),
                    low: UInt64(bitPattern: try row.int(2))), records: try row.int(3))
        }
        return digests
    }

    /// Works the digests out again from the states, without touching the kept ones.
    ///
    /// - Complexity: reads and hashes every record.
    public func recomputeDigests() throws(StoreError) -> [UInt32: StateDigest] {
        try read { db in try self.recomputedDigests(db).mapValues(\.digest) }
    }

    func recomputedDigests(_ db: Database) throws -> [UInt32: CountedDigest] {
        let era = try era(db)
        var digests: [UInt32: CountedDigest] = [:]
        func add(_ row: Row) throws {
            let area = UInt32(clamping: try row.int(1))
            let state = try seal.open(try row.blob(3), keyID: try row.int(2))
            digests[area, default: CountedDigest()].add(.of(try row.name(0), state: state))
        }
        for table in tables {
            try db.each(
                """
                SELECT id, area, key, state FROM \(table.name)
                WHERE state IS NOT NULL AND area IS NOT NULL AND era = ?
                    AND id NOT IN (SELECT record FROM sync_left)
                """, [era], add)
        }
        try db.each(
            "SELECT id, area, key, state FROM sync_unknown WHERE era = ? AND id NOT IN (SELECT record FROM sync_left)",
            [era], add)
        return digests
    }

    // MARK: History

    /// Returns the states a record had on this device, oldest first; the last is what is shown now.
    ///
    /// What others changed twice between two syncs was never here: the hub knows more.
    public func history(_ record: RecordID) throws(StoreError) -> [HistoryEntry] {
        try read { db in
            for table in tables {
                guard let held = try held(record, table, db) else { continue }
                return try self.history(record, table, held, db)
            }
            return []
        }
    }

    /// The hub's states of a record that were here, oldest first.
    func statesHere(
        _ record: RecordID, _ table: DeviceTable, _ db: Database
    ) throws -> [RecordState] {
        guard let held = try held(record, table, db) else { return [] }
        return try history(record, table, held, db).map(\.state)
    }

    private func history(
        _ record: RecordID, _ table: DeviceTable, _ held: HeldRecord, _ db: Database
    ) throws -> [HistoryEntry] {
        struct Kept {
            let position: LogPosition
            let era: Int64
            let applied_ms: Int64
            let state: [UInt8]
        }
        var kept: [Kept] = []
        try db.each(
            """
            SELECT position, era, applied_ms, key, state FROM sync_history
            WHERE record = ? AND collection = ? ORDER BY id
            """, [record.stored, Int64(table.collection.id.value)]
        ) { row in
            kept.append(
                Kept(
                    position: try row.logPosition(0), era: try row.int(1),
                    applied_ms: try row.int(2),
                    state: try self.seal.open(try row.blob(4), keyID: try row.int(3))))
        }
        if let state = held.state, let position = held.position {
            kept.append(
                Kept(
                    position: position, era: held.era, applied_ms: held.applied_ms ?? 0,
                    state: state))
        }
        var entries: [HistoryEntry] = []
        for one in kept {
            let old = HeldRecord(
                area: nil, position: one.position, era: one.era, own: 0, conflicts: 0,
                applied_ms: nil, state: one.state, digest: .of(record, state: one.state))
            guard let state = try old.confirmed(record, table, self, db) else { continue }
            entries.append(
                HistoryEntry(
                    position: one.position, from_ms: one.applied_ms, state: state, own: nil))
        }
        // Own writes each as they were laid over the newest confirmed state.
        let own = try ownChanges(of: record, db).filter(\.isLaid)
        let carried = try carriedChanges(of: record, db).filter(\.isLaid)
        let confirmed = try held.confirmed(record, table, self, db)
        for end in own.indices {
            let overlay = Overlay(over: confirmed, pending: carried + own[...end])
            guard let state = overlay.state, overlay.laid.last == own[end].number else { continue }
            entries.append(
                HistoryEntry(
                    position: nil, from_ms: own[end].made_ms, state: state,
                    own: own[end].number))
        }
        return entries
    }
}
