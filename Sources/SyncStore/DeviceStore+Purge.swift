internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol
internal import Synchronization

// What this device may hold no longer. From the moment that is known a record counts in no digest;
// it stays until everything this device wrote on it has a receipt, its files have arrived, and no
// half-filled form is about it; then it goes, row, earlier states, forms and notices, and a signed
// receipt says so.
//
// Each step is one transaction over a few records, so that a device that is switched off in between
// goes on where it was. The receipt is signed after the log is emptied into the file, where deleted
// content is overwritten with zeros.

extension DeviceStore {
    /// Notes what the hub says has left. A record that was never here needs nothing but a receipt.
    ///
    /// Returns how many leaves are news.
    func note(_ leaves: [SyncResponse.Leave], _ db: Database) throws -> Int {
        var news = 0
        for leave in leaves {
            let (record, collection, grant): (RecordID?, CollectionID?, GrantID?) =
                switch leave.subject {
                case .record(let record, let collection): (record, collection, nil)
                case .grant(let grant): (nil, nil, grant)
                }
            try db.run(
                """
                INSERT INTO sync_leaves(number, reason, record, collection, grant_id)
                VALUES (?, ?, ?, ?, ?) ON CONFLICT(number) DO NOTHING
                """,
                [
                    Int64(leave.number), Int64(leave.reason.rawValue), record?.stored,
                    collection.map { Int64($0.value) }, grant?.stored,
                ])
            if db.changesCount > 0 { news += 1 }
            if let record, let collection { try self.leave(record, collection, db) }
        }
        return news
    }

    /// Notes that everything which no grant in force covers has left.
    func leaveUngranted(_ db: Database) throws {
        let territory = try territory(db)
        for (number, _) in territory.areas where !territory.isGranted(number) {
            for table in tables {
                var records: [RecordID] = []
                try db.each(
                    """
                    SELECT id FROM \(table.name)
                    WHERE area = ? AND id NOT IN
                        (SELECT record FROM sync_left WHERE NOT is_damaged)
                    """, [Int64(number)]
                ) { records.append(try $0.name(0)) }
                for record in records { try leave(record, table.collection.id, db) }
            }
            var unknown: [(RecordID, CollectionID)] = []
            try db.each(
                """
                SELECT id, collection FROM sync_unknown
                WHERE area = ? AND id NOT IN
                        (SELECT record FROM sync_left WHERE NOT is_damaged)
                """, [Int64(number)]
            ) { row in
                unknown.append(
                    (try row.name(0), CollectionID(UInt16(clamping: try row.int(1)))))
            }
            for (record, collection) in unknown { try leave(record, collection, db) }
        }
    }

    /// Notes that records have left of which only own work is here, and all of that is merged,
    /// although the hub has said nothing.
    ///
    /// The hub tells a replica once that a record has left. Of two copies of one laptop the other
    /// may have been told, and have signed for it: then nothing would ever come of the record
    /// here. To be called where the digests agreed and the cursors have come to one place: then
    /// whatever lies in a granted area and is no newer than that is here.
    func leave(merged alone: [RecordID: CollectionID], _ db: Database) throws {
        let era = try era(db)
        let cursor = try territory(db).current.map { Int64($0.cursor.value) }.min() ?? .max
        for (record, collection) in alone.sorted(by: { $0.key < $1.key }) {
            // What was set aside is shown until somebody has looked at it.
            let isWaiting = try db.first(
                """
                SELECT 1 WHERE EXISTS (
                    SELECT 1 FROM sync_outbox_records AS r
                    JOIN sync_outbox AS o ON o.number = r.number
                    WHERE r.record = ?1
                        AND (o.era IS NOT ?2 OR o.position IS NULL OR o.position > ?3))
                OR EXISTS (SELECT 1 FROM sync_carried_records WHERE record = ?1 AND is_laid)
                """, [record.stored, era, cursor]
            ) { _ in true }
            if isWaiting != true { try leave(record, collection, db) }
        }
    }

    /// Takes a record out of what is held, without taking it off yet.
    ///
    /// - Parameter isDamaged: whether only because it can't be read any more. Then it stays, with
    ///   all that is known of it, until the hub was asked for it.
    func leave(
        _ record: RecordID, _ collection: CollectionID, isDamaged: Bool = false, _ db: Database
    ) throws {
        struct Held {
            let area: UInt32?
            let era: Int64
            let home: RecordID?
            let digest: StateDigest?
        }
        let held: Held?
        if let table = table(collection) {
            held = try db.first(
                "SELECT area, era, home, digest FROM \(table.name) WHERE id = ?",
                [record.stored]
            ) { row in
                Held(
                    area: try row.intOrNil(0).map { UInt32(clamping: $0) }, era: try row.int(1),
                    home: try row.nameOrNil(2),
                    digest: try row.blobOrNil(3) == nil ? nil : try row.stateDigest(3))
            }
        } else {
            held = try db.first(
                "SELECT area, era, digest FROM sync_unknown WHERE collection = ? AND id = ?",
                [Int64(collection.value), record.stored]
            ) { row in
                Held(
                    area: UInt32(clamping: try row.int(0)), era: try row.int(1), home: nil,
                    digest: try row.stateDigest(2))
            }
        }
        if !isDamaged {
            // Also of a damaged one that shows nothing any more: it waits for no copy now.
            try db.run("UPDATE sync_left SET is_damaged = 0 WHERE record = ?", [record.stored])
        }
        guard let held else { return }
        try db.run(
            """
            INSERT INTO sync_left(record, collection, home, is_damaged) VALUES (?, ?, ?, ?)
            ON CONFLICT(record) DO NOTHING
            """, [record.stored, Int64(collection.value), held.home?.stored, isDamaged])
        guard db.changesCount > 0 else { return }
        memory.withLock { $0.left = nil }
        if let digest = held.digest, let area = held.area, held.era == (try era(db)) {
            var delta = CountedDigest()
            delta.digest -= digest
            delta.records -= 1
            try add([area: delta], db)
        }
    }

    /// The records that have left and are still here.
    func left(_ db: Database) throws -> Set<RecordID> {
        if let known = memory.withLock({ $0.left }) { return known }
        var left: Set<RecordID> = []
        try db.each("SELECT record FROM sync_left") { left.insert(try $0.name(0)) }
        memory.withLock { [left] in $0.left = left }
        return left
    }

    /// Notes that a record has come back before it was taken off.
    func comeBack(_ record: RecordID, _ db: Database) throws {
        try db.run("DELETE FROM sync_left WHERE record = ?", [record.stored])
        try db.run("DELETE FROM sync_leaves WHERE record = ?", [record.stored])
        memory.withLock { $0.left = nil }
    }

    // MARK: Taking off

    /// Takes off what has left and holds nothing unsent, and signs for it. Returns how many records
    /// went, by why; of those that the hub did not name it is that a grant ended, if one did.
    ///
    /// To be called after an answer was applied. Ended anywhere, the next call goes on.
    ///
    /// - Parameter steps: how many transactions at most, for tests of being ended in between.
    @discardableResult
    public func purge(
        now: ClockReading, steps: Int = .max
    ) throws(StoreError) -> [SyncResponse.Leave.Reason: Int] {
        let isIdle = try read { db in
            try db.first(
                """
                SELECT 1 WHERE EXISTS (SELECT 1 FROM sync_leaves)
                    OR EXISTS (SELECT 1 FROM sync_left)
                """
            ) { _ in false } ?? true
        }
        if isIdle { return [:] }
        var gone: [SyncResponse.Leave.Reason: Int] = [:]
        var steps = steps
        while true {
            guard steps > 0 else { return gone }
            steps -= 1
            let reasons = try write { db in try self.purgeSome(db) }
            if reasons.isEmpty { break }
            for reason in reasons { gone[reason, default: 0] += 1 }
        }
        // What was deleted lies in the write-ahead log as it was until that is emptied.
        if !gone.isEmpty { try outside { db in _ = try db.checkpoint(.truncate) } }
        try signPurges(now)
        return gone
    }

    /// How many records are taken off in one transaction.
    private static let recordsPerStep = 200

    /// Returns why each record that it took off had left.
    private func purgeSome(_ db: Database) throws -> [SyncResponse.Leave.Reason] {
        var ready: [(record: RecordID, collection: CollectionID)] = []
        var reasons: [SyncResponse.Leave.Reason] = []
        try db.each(
            """
            SELECT record, collection, ifnull(
                (SELECT max(reason) FROM sync_leaves AS v WHERE v.record = l.record),
                (SELECT max(reason) FROM sync_leaves WHERE record IS NULL))
            FROM sync_left AS l
            WHERE NOT EXISTS (
                SELECT 1 FROM sync_outbox_records AS r JOIN sync_outbox AS o ON o.number = r.number
                WHERE r.record = l.record AND o.era IS NOT ?1)
            AND NOT EXISTS (
                SELECT 1 FROM sync_drafts AS d
                WHERE d.is_work AND (d.record = l.record OR d.record = l.home))
            AND NOT (l.is_damaged
                AND EXISTS (SELECT 1 FROM sync_alarms WHERE agreed_ms IS NULL))
            AND \(Self.hasSentFiles)
            ORDER BY record LIMIT ?2
            """, [try era(db), Self.recordsPerStep]
        ) { row in
            ready.append((try row.name(0), CollectionID(UInt16(clamping: try row.int(1)))))
            let reason = try row.intOrNil(2).map { UInt8(clamping: $0) }
            reasons.append(
                reason.flatMap(SyncResponse.Leave.Reason.init(rawValue:)) ?? .reassigned)
        }
        for (record, collection) in ready {
            // Only what is read here: what was carried is in the bundle, for the hub alone.
            try dropCarried(on: record, db)
            if let table = table(collection) {
                try db.run("DELETE FROM \(table.name) WHERE id = ?", [record.stored])
            }
            // What this device added to it and the hub has not sent goes with it.
            for table in tables {
                guard case .with = table.collection.home else { continue }
                try db.run(
                    """
                    INSERT INTO sync_left(record, collection, home)
                    SELECT id, ?1, home FROM \(table.name) WHERE home = ?2 AND state IS NULL
                    ON CONFLICT(record) DO NOTHING
                    """, [Int64(table.collection.id.value), record.stored])
            }
            for sql in [
                "DELETE FROM sync_unknown WHERE id = ?",
                "DELETE FROM sync_history WHERE record = ?",
                "DELETE FROM sync_disputes WHERE record = ?",
                "DELETE FROM sync_aliases WHERE record = ?",
                "DELETE FROM sync_drafts WHERE record = ?",
                "DELETE FROM sync_left WHERE record = ?",
            ] {
                try db.run(sql, [record.stored])
            }
            try purgeNotices(of: record, db)
            try purgeFiles(of: record, db)
        }
        if !ready.isEmpty { memory.withLock { $0.left = nil } }
        return reasons
    }

    /// Signs for the leaves of which nothing is here any more. A record that only can't be read any
    /// more waits for the hub to compare, which that does once everything is signed for.
    private func signPurges(_ now: ClockReading) throws(StoreError) {
        let identity = try identity()
        guard let hub = identity.hub else { return }
        let key = try signingKey()
        try write { db in
            var done: [UInt64] = []
            try db.each(
                """
                SELECT number FROM sync_leaves AS v WHERE CASE
                    WHEN record IS NULL THEN NOT EXISTS (
                        SELECT 1 FROM sync_left WHERE NOT is_damaged AND record NOT IN
                            (SELECT record FROM sync_leaves WHERE record IS NOT NULL))
                    ELSE NOT EXISTS (SELECT 1 FROM sync_left AS l WHERE l.record = v.record) END
                ORDER BY number LIMIT ?
                """, [Limits.leavesPerPurge]
            ) { done.append(UInt64(clamping: try $0.int(0))) }
            guard !done.isEmpty else { return }
            let signed = SignedPurge(
                Purge(hub: hub, replica: identity.replica, at_ms: now.wall_ms, leaves: done),
                key: key)
            try db.run(
                "INSERT INTO sync_purges(signature, bytes) VALUES (?, ?)",
                [signed.signature.bytes.stored, signed.bytes.stored])
            for number in done {
                try db.run("DELETE FROM sync_leaves WHERE number = ?", [Int64(number)])
            }
        }
    }

    /// Returns the receipts of what was taken off that the hub may not have yet, oldest first.
    public func purgeReceipts() throws(StoreError) -> [SignedPurge] {
        try read { db in
            var receipts: [SignedPurge] = []
            try db.each(
                "SELECT signature, bytes FROM sync_purges ORDER BY id LIMIT ?",
                [Limits.runsPerRequest]
            ) { row in
                guard let signature = Signature(bytes: try row.blob(0)) else {
                    throw StoreFault(.damaged, "a signature is not 64 bytes long")
                }
                receipts.append(SignedPurge(bytes: try row.blob(1), signature: signature))
            }
            return receipts
        }
    }

    /// Forgets receipts that the hub has answered for.
    public func forget(_ receipts: [SignedPurge]) throws(StoreError) {
        guard !receipts.isEmpty else { return }
        try write { db in
            for receipt in receipts {
                try db.run("DELETE FROM sync_purges WHERE bytes = ?", [receipt.bytes.stored])
            }
        }
    }

    /// Returns how many records have left and wait to be taken off.
    public func leavingCount() throws(StoreError) -> Int {
        try read { db in try self.left(db).count }
    }
}
