internal import GRDB
public import SyncCore
public import SyncProtocol

extension DeviceStore {
    /// Keeps another device's bundle until the hub has it. Keeping it again changes nothing.
    public func carry(_ bundle: [UInt8], now: ClockReading) throws(StoreError) {
        try write { db in try self.carry(bundle, now, db) }
    }

    func carry(_ bundle: [UInt8], _ now: ClockReading, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO sync_carried(hash, arrived_ms, bytes) VALUES (?, ?, ?)
            ON CONFLICT(hash) DO NOTHING
            """,
            [Digests.sha256(bundle).bytes.stored, now.wall_ms, bundle.stored])
    }

    /// Returns the names of bundles that the hub does not have in its present epoch, as far as is
    /// known here, oldest first.
    public func carried() throws(StoreError) -> [ContentHash] {
        try read { db in
            var found: [ContentHash] = []
            try db.each(
                """
                SELECT hash FROM sync_carried WHERE refusal IS NULL AND era IS NOT ?
                ORDER BY arrived_ms, hash
                """, [try self.era(db)]
            ) { found.append(try $0.contentHash(0)) }
            return found
        }
    }

    /// Returns a carried bundle; `nil` if it is here no longer.
    public func carriedBundle(_ hash: ContentHash) throws(StoreError) -> [UInt8]? {
        try read { db in
            try db.first("SELECT bytes FROM sync_carried WHERE hash = ?", [hash.bytes.stored]) {
                try $0.blob(0)
            }
        }
    }

    /// Keeps with a bundle why the hub will never take it. What was read of it is not shown any
    /// more.
    public func refuse(_ hash: ContentHash, _ refusal: String) throws(StoreError) {
        try write { db in
            try db.run(
                "UPDATE sync_carried SET refusal = ? WHERE hash = ?",
                [refusal, hash.bytes.stored])
            try self.dropCarried(in: hash, db)
        }
    }

    /// Notes that the hub has a bundle, by what it answered. The bundle stays until the hub's log
    /// is in a verified backup up to there: should the hub lose it before, it is handed in again.
    ///
    /// - Returns: `false` where the hub lives another life than is known here, or gave no receipt;
    ///   then it counts as not handed in.
    /// - Throws: `.badAnswer` for what is not the hub's.
    public func deliver(_ hash: ContentHash, _ file: ReceiptFile) throws(StoreError) -> Bool {
        try write { db in
            let identity = try self.identity(db)
            guard let key = identity.receiptKey, let hub = identity.hub else {
                throw StoreError.notEnrolled
            }
            let receipts = file.receipts.compactMap { $0.verified(by: key) }
            guard receipts.count == file.receipts.count, receipts.allSatisfy({ $0.hub == hub }),
                let mark = file.mark.verified(by: key), mark.hub == hub
            else { throw StoreError.badAnswer(.badReceiptSignature) }
            // One that the hub has stored and can't judge yet, because a record that it needs is
            // damaged there, has no receipt.
            guard !receipts.isEmpty, mark.epoch == identity.epoch,
                receipts.allSatisfy({ $0.epoch == mark.epoch })
            else { return false }
            let era = try self.era(db)
            try self.keep(file.mark, era, db)
            let entries = receipts.flatMap(\.entries)
            let positions = entries.compactMap(\.position)
            // Where one that waits will lie nobody knows yet.
            let last = positions.count == entries.count ? positions.max() : nil
            try db.run(
                "UPDATE sync_carried SET era = ?, position = ? WHERE hash = ?",
                [era, last.map { Int64($0.value) }, hash.bytes.stored])
            try self.letGoOfAnchored(era, db)
            try self.note(receipts, db)
            return true
        }
    }

    /// Drops the bundles of which a verified backup holds everything.
    func letGoOfAnchored(_ era: Int64, _ db: Database) throws {
        try db.run(
            """
            DELETE FROM sync_carried
            WHERE era = ? AND position <= (SELECT anchored FROM sync_replica)
            """, [era])
    }

    /// Keeps receipts that came in a file, and first how far the hub's log had come when it gave
    /// them. What they name is not sent again; that it is in the hub's states, only a sync tells.
    ///
    /// - Returns: the change sets they name.
    @discardableResult
    public func keep(
        _ file: ReceiptFile, now: ClockReading
    ) throws(StoreError) -> Set<ChangeSetNumber> {
        try write { db in
            let epoch = try self.identity(db).epoch
            try self.verify(file.mark, epoch: epoch, db)
            let receipts = try self.verified(file.receipts, epoch: epoch, db)
            let era = try self.era(db)
            try self.keep(file.mark, era, db)
            var changed: Set<ChangeSetNumber> = []
            var named: Set<ChangeSetNumber> = []
            for (receipt, signed) in zip(receipts, file.receipts) {
                changed.formUnion(try self.keep(receipt, signed, era, now, db))
                for number in receipt.first.value...receipt.last.value {
                    named.insert(ChangeSetNumber(number)!)
                }
            }
            try self.settle(changed, NumberSet(), db)
            return named
        }
    }
}
