internal import GRDB
internal import SyncCore

extension DeviceStore {
    /// How many of its newest change sets a device keeps whole, wherever else they are: they can
    /// be looked at and taken back.
    static let contentsKept = 200

    /// Deletes the contents of own change sets that are in a verified backup of the hub, and that
    /// the records here contain by the hub's word. Their names and hashes stay, and the receipts of
    /// all others.
    func trim(_ db: Database) throws {
        try db.run(
            """
            INSERT INTO sync_trimmed(number, hash)
            SELECT number, hash FROM sync_outbox
            WHERE is_anchored = 1 AND is_settled = 1 AND era = ?
                AND number <= (SELECT max(number) FROM sync_outbox) - ?
            """, [try era(db), Self.contentsKept])
        guard db.changesCount > 0 else { return }
        for table in ["sync_outbox", "sync_outbox_records"] {
            try db.run("DELETE FROM \(table) WHERE number IN (SELECT number FROM sync_trimmed)")
        }
        try db.run(
            """
            DELETE FROM sync_receipts WHERE NOT EXISTS (
                SELECT 1 FROM sync_outbox
                WHERE number BETWEEN sync_receipts.first AND sync_receipts.last)
            """)
    }

    /// Whether the contents of an own change set are gone from here.
    func isTrimmed(_ number: ChangeSetNumber, _ db: Database) throws -> Bool {
        try db.first(
            "SELECT 1 FROM sync_trimmed WHERE number = ?", [Int64(number.value)]
        ) { _ in true } ?? false
    }
}
