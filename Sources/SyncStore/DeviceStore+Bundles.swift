internal import GRDB
public import SyncCore
public import SyncProtocol

extension DeviceStore {
    /// Keeps another device's bundle until the hub has it. Keeping it again changes nothing.
    public func carry(_ bundle: [UInt8], now: ClockReading) throws(StoreError) {
        try write { db in
            try db.run(
                """
                INSERT INTO sync_carried(hash, arrived_ms, bytes) VALUES (?, ?, ?)
                ON CONFLICT(hash) DO NOTHING
                """,
                [Digests.sha256(bundle).bytes.stored, now.wall_ms, bundle.stored])
        }
    }

    /// Returns the names of bundles that the hub may still take, oldest first.
    public func carried() throws(StoreError) -> [ContentHash] {
        try read { db in
            var found: [ContentHash] = []
            try db.each(
                "SELECT hash FROM sync_carried WHERE refusal IS NULL ORDER BY arrived_ms, hash"
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

    /// Lets go of a bundle that the hub has taken, or keeps with it why it did not.
    public func settleCarried(_ hash: ContentHash, refusal: String?) throws(StoreError) {
        try write { db in
            if let refusal {
                try db.run(
                    "UPDATE sync_carried SET refusal = ? WHERE hash = ?",
                    [refusal, hash.bytes.stored])
            } else {
                try db.run("DELETE FROM sync_carried WHERE hash = ?", [hash.bytes.stored])
            }
        }
    }

    /// Keeps receipts that came in a file. What they name is not sent again; that it is in the
    /// hub's states, only a sync tells.
    ///
    /// - Returns: the change sets they name.
    @discardableResult
    public func keep(
        _ signed: [SignedReceipt], now: ClockReading
    ) throws(StoreError) -> Set<ChangeSetNumber> {
        try write { db in
            let receipts = try self.verified(signed, epoch: self.identity(db).epoch, db)
            let era = try self.era(db)
            var changed: Set<ChangeSetNumber> = []
            var named: Set<ChangeSetNumber> = []
            for (receipt, signed) in zip(receipts, signed) {
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
