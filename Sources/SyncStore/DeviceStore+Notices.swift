internal import Foundation
internal import GRDB
public import SyncCore
internal import SyncProtocol

extension DeviceStore {
    /// Returns the news for this device's person, newest first.
    public func notices(onlyUnread: Bool = false) throws(StoreError) -> [KeptNotice] {
        try read { db in
            var notices: [KeptNotice] = []
            try db.each(
                "SELECT id, is_read, key, bytes FROM sync_notices"
                    + (onlyUnread ? " WHERE is_read = 0" : "") + " ORDER BY id DESC"
            ) { row in
                let bytes = try self.seal.open(try row.blob(3), keyID: try row.int(2))
                do {
                    notices.append(
                        KeptNotice(
                            id: try row.int(0), notice: try NoticeForm.decode(bytes),
                            isRead: try row.int(1) != 0))
                } catch let error as CodecError {
                    throw StoreError.unreadable("a notice: \(error)")
                }
            }
            return notices
        }
    }

    /// Marks notices as read; those that are not there are passed over.
    public func markRead(_ ids: [Int64]) throws(StoreError) {
        try write { db in
            for id in ids { try db.run("UPDATE sync_notices SET is_read = 1 WHERE id = ?", [id]) }
        }
    }

    /// Keeps a notice; one that is there already, perhaps from an earlier life of the hub, is
    /// passed over.
    func keep(_ notice: SyncResponse.Notice, _ db: Database) throws -> Bool {
        // Without its number, which a restored hub may give again to the same news.
        let hash = Digests.sha256(NoticeForm.encode(notice, numbered: false))
        try db.run(
            """
            INSERT INTO sync_notices(hash, key, bytes) VALUES (?, ?, ?)
            ON CONFLICT(hash) DO NOTHING
            """,
            [
                hash.bytes.stored, seal.keyID,
                seal.seal(NoticeForm.encode(notice, numbered: true)).stored,
            ])
        return db.changesCount > 0
    }

    /// Takes a change set that the office discarded off what is shown. It stays in the outbox, as
    /// it was signed.
    func discard(_ notice: SyncResponse.Notice, _ db: Database) throws {
        guard case .integer(let number)? = notice.value else { return }
        try db.run(
            """
            UPDATE sync_outbox SET is_discarded = 1
            WHERE number = ? AND is_discarded = 0 AND disposition = ?
            """, [number, Int64(Disposition.quarantined.rawValue)])
        guard db.changesCount > 0 else { return }
        try showWithout(number, db)
    }

    /// Deletes the notices about a record. What the office said of a change set of this device's
    /// stays: that is own work, which stays too, and tells nothing of what others wrote.
    func purgeNotices(of record: RecordID, _ db: Database) throws {
        var found: [Int64] = []
        try db.each("SELECT id, key, bytes FROM sync_notices") { row in
            let bytes = try self.seal.open(try row.blob(2), keyID: try row.int(1))
            let notice = try NoticeForm.decode(bytes)
            if notice.record == record, !notice.kind.isOfOwnWork { found.append(try row.int(0)) }
        }
        for id in found { try db.run("DELETE FROM sync_notices WHERE id = ?", [id]) }
    }

    // MARK: Open conflicts

    /// Returns the units that people must decide, with their sides as they are shown here.
    public func disputes() throws(StoreError) -> [Conflict] {
        try read { db in try self.disputes(db) }
    }

    /// Returns how many units people must decide. Reads an index only, where no records are one.
    public func disputeCount() throws(StoreError) -> Int {
        try read { db in try self.disputeCount(db) }
    }

    func disputeCount(_ db: Database) throws -> Int {
        if try hasPairs(db) { return try disputes(db).count }
        return Int(try db.first("SELECT count(*) FROM sync_disputes") { try $0.int(0) } ?? 0)
    }

    private func disputes(_ db: Database) throws -> [Conflict] {
        var records: [RecordID] = []
        // Records that are one can disagree although each of them is settled.
        try db.each(
            "SELECT record FROM sync_disputes UNION SELECT record FROM sync_aliases ORDER BY 1"
        ) { records.append(try $0.name(0)) }
        var seen: Set<RecordID> = []
        return try records.flatMap { record -> [Conflict] in
            let shown =
                try unlessDamaged { try shownJoined(record, db) }
                ?? unlessDamaged { try self.shown(record, db) }
            guard let shown, seen.insert(shown.record).inserted else { return [] }
            return shown.state.conflicts(under: schema)
        }
    }

    // MARK: Half-filled forms

    /// Keeps a half-filled form; the one kept under this key before is replaced.
    ///
    /// - Parameters:
    ///   - record: what it is about. When that is taken off the device, so is the form.
    ///   - isWork: whether it holds what a person entered. Then the record stays until the form is
    ///     gone.
    public func putDraft(
        _ key: String, _ bytes: [UInt8], about record: RecordID? = nil, isWork: Bool = false,
        now: ClockReading
    ) throws(StoreError) {
        try write { db in
            try db.run(
                """
                INSERT INTO sync_drafts(name, saved_ms, record, is_work, key, bytes)
                VALUES (?, ?, ?, ?, ?, ?)
                ON CONFLICT(name) DO UPDATE SET saved_ms = excluded.saved_ms,
                    record = excluded.record, is_work = excluded.is_work, key = excluded.key,
                    bytes = excluded.bytes
                """,
                [
                    key, now.wall_ms, record?.stored, isWork, self.seal.keyID,
                    self.seal.seal(bytes).stored,
                ])
        }
    }

    /// Returns a half-filled form; `nil` if none is kept under this key.
    public func draft(_ key: String) throws(StoreError) -> KeptDraft? {
        try read { db in
            try db.first(
                "SELECT name, saved_ms, key, bytes FROM sync_drafts WHERE name = ?", [key]
            ) { try self.keptDraft($0) }
        }
    }

    /// Returns the half-filled forms whose keys begin with `prefix`, in order of their keys.
    public func drafts(prefix: String = "") throws(StoreError) -> [KeptDraft] {
        try read { db in
            var drafts: [KeptDraft] = []
            try db.each("SELECT name, saved_ms, key, bytes FROM sync_drafts ORDER BY name") {
                let draft = try self.keptDraft($0)
                if draft.key.hasPrefix(prefix) { drafts.append(draft) }
            }
            return drafts
        }
    }

    public func deleteDraft(_ key: String) throws(StoreError) {
        try write { db in try db.run("DELETE FROM sync_drafts WHERE name = ?", [key]) }
    }

    private func keptDraft(_ row: Row) throws -> KeptDraft {
        KeptDraft(
            key: try row.text(0), saved_ms: try row.int(1),
            bytes: try seal.open(try row.blob(3), keyID: try row.int(2)))
    }
}

/// A notice as it lies in the store.
private enum NoticeForm {
    static func encode(_ notice: SyncResponse.Notice, numbered: Bool) -> [UInt8] {
        var writer = ByteWriter()
        writer.varint(numbered ? notice.number : 0)
        writer.byte(notice.kind.rawValue)
        writer.varint(notice.at_ms)
        writer.optional(notice.by) { $0.identifier($1) }
        writer.optional(notice.record) { $0.identifier($1) }
        writer.optional(notice.collection) { $0.varint(UInt64($1.value)) }
        writer.optional(notice.unit) { $0.varint(UInt64($1.value)) }
        writer.optional(notice.value) { $0.value($1) }
        writer.optional(notice.yours) { $0.value($1) }
        writer.text(notice.reason.string)
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws(CodecError) -> SyncResponse.Notice {
        var reader = ByteReader(bytes)
        let number = try reader.varint()
        let place = reader.index
        guard let kind = SyncResponse.Notice.Kind(rawValue: try reader.byte()) else {
            throw .unknownTag(at: place)
        }
        let notice = SyncResponse.Notice(
            number: number, kind: kind, at_ms: try reader.varint(),
            by: try reader.optional { reader throws(CodecError) in
                try reader.identifier(PersonID.self)
            },
            record: try reader.optional { reader throws(CodecError) in
                try reader.identifier(RecordID.self)
            },
            collection: try reader.optional { reader throws(CodecError) in
                try reader.collectionID()
            },
            unit: try reader.optional { reader throws(CodecError) in try reader.unitID() },
            value: try reader.optional { reader throws(CodecError) in try reader.value() },
            yours: try reader.optional { reader throws(CodecError) in try reader.value() },
            reason: Text(try reader.text()))
        try reader.finish()
        return notice
    }
}

extension SyncResponse.Notice.Kind {
    /// Whether it says what becomes of a change set, and not of a record.
    fileprivate var isOfOwnWork: Bool {
        switch self {
        case .returned, .discarded, .fork: true
        case .decision, .question, .assigned: false
        }
    }
}
