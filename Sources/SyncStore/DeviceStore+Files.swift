internal import Foundation
internal import GRDB
public import SyncCore
internal import SyncProtocol

/// The bytes of a file as far as this device has them.
public struct HeldFile: Hashable, Sendable {
    public let hash: ContentHash
    public let size: Int
    /// How many of the bytes are here, from the first on.
    public let received: Int
    /// Whether they came from this device's own user.
    public let isOwn: Bool
    /// Whether the hub has said that it has them.
    public let isSent: Bool
    /// Whether somebody here asked for them.
    public let isWanted: Bool

    public var isWhole: Bool { received == size }
}

/// What of files is to travel.
public struct FileErrands: Hashable, Sendable {
    /// Own ones that the hub lacks, the oldest first.
    public var toSend: [HeldFile] = []
    /// Those that somebody here asked for and the hub has, with how much of each is here.
    public var toFetch: [HeldFile] = []

    public var bytesToSend: Int { toSend.reduce(0) { $0 + $1.size } }
}

// The bytes lie in the store, in pieces: so they are written whole or not at all, overwritten when
// they go, and closed with it while a sync waits.
//
// Invariant: own bytes stay until the record that names them has left, and that waits until the hub
// has them.

extension DeviceStore {
    /// Keeps the bytes of a file that is to be named in a record; to be called before that is
    /// recorded. Doing so again changes nothing. Returns their hash.
    public func keep(
        file bytes: [UInt8], for record: RecordID
    ) throws(StoreError) -> ContentHash {
        let hash = Digests.sha256(bytes)
        try write { db in
            try db.run("DELETE FROM sync_file_parts WHERE hash = ?", [hash.bytes.stored])
            for start in stride(from: 0, to: bytes.count, by: Self.pieceBytes) {
                try self.keepPiece(
                    Array(bytes[start..<min(start + Self.pieceBytes, bytes.count)]), hash, start, db
                )
            }
            try db.run(
                """
                INSERT INTO sync_files(hash, size, is_own) VALUES (?, ?, 1)
                ON CONFLICT(hash) DO UPDATE SET is_own = 1, is_sent = 0
                """, [hash.bytes.stored, Int64(bytes.count)])
            try self.link(hash, record, db)
        }
        return hash
    }

    /// Asks for the bytes of a file that a record names: they come with the next sync.
    public func want(_ file: AttachedFile, of record: RecordID) throws(StoreError) {
        try write { db in
            try db.run(
                """
                INSERT INTO sync_files(hash, size, is_wanted) VALUES (?, ?, 1)
                ON CONFLICT(hash) DO UPDATE SET is_wanted = 1
                """, [file.hash.bytes.stored, Int64(file.size)])
            try self.link(file.hash, record, db)
        }
    }

    /// What is here of a file; `nil` if nothing was ever kept or asked for.
    public func file(_ hash: ContentHash) throws(StoreError) -> HeldFile? {
        try read { db in try self.files("WHERE f.hash = ?", [hash.bytes.stored], db).first }
    }

    /// Bytes of a file from an offset on, as many as are here.
    public func bytes(
        ofFile hash: ContentHash, from offset: Int = 0, count: Int = .max
    ) throws(StoreError) -> [UInt8] {
        try read { db in
            var bytes: [UInt8] = []
            let end = offset.addingReportingOverflow(count)
            let last = end.overflow ? Int.max : end.partialValue
            try db.each(
                """
                SELECT start, key, bytes FROM sync_file_parts
                WHERE hash = ? AND start < ? AND start + size > ? ORDER BY start
                """, [hash.bytes.stored, Int64(last), Int64(offset)]
            ) { row in
                let start = Int(try row.int(0))
                let piece = try self.seal.open(try row.blob(2), keyID: try row.int(1))
                bytes += piece[max(0, offset - start)..<min(piece.count, last - start)]
            }
            return bytes
        }
    }

    /// What of files is to travel now: those whose records say so.
    ///
    /// - Complexity: reads the records of the files that are not where they should be.
    public func fileErrands() throws(StoreError) -> FileErrands {
        try read { db in
            var errands = FileErrands()
            let open = try self.files(
                "WHERE (is_own AND NOT is_sent) OR (is_wanted AND received < f.size)", [], db)
            for file in open {
                switch try self.standing(of: file.hash, db) {
                case .unnamed: break
                case .named where file.isOwn && file.isWhole && !file.isSent:
                    errands.toSend.append(file)
                case .named(.here) where !file.isWhole: errands.toFetch.append(file)
                case .named: break
                }
            }
            return errands
        }
    }

    private enum Named {
        case unnamed
        case named(AttachedFile.Standing?)
    }

    /// What the records say of a file; the worst news where they don't agree.
    private func standing(of hash: ContentHash, _ db: Database) throws -> Named {
        var records: [RecordID] = []
        try db.each("SELECT record FROM sync_file_records WHERE hash = ?", [hash.bytes.stored]) {
            records.append(try $0.name(0))
        }
        var found = Named.unnamed
        for record in records {
            let state = try unlessDamaged { try shown(record, db)?.state }
            for file in state?.files ?? [] where file.file.hash == hash {
                if case .named(let known) = found, known != .here { continue }
                found = .named(file.standing)
            }
        }
        return found
    }

    /// Notes that the hub has a file.
    public func noteSent(_ hash: ContentHash) throws(StoreError) {
        try write { db in
            try db.run(
                "UPDATE sync_files SET is_sent = 1 WHERE hash = ?", [hash.bytes.stored])
        }
    }

    /// Keeps bytes of a file that came. Returns `false`, and drops what came, if all of them are
    /// here now and are not what the hash says.
    public func keep(
        _ bytes: [UInt8], ofFile hash: ContentHash, at offset: Int
    ) throws(StoreError) -> Bool {
        try write { db in
            guard let file = try self.files("WHERE f.hash = ?", [hash.bytes.stored], db).first,
                !file.isWhole, file.received == offset
            else { return }
            for start in stride(from: 0, to: bytes.count, by: Self.pieceBytes) {
                try self.keepPiece(
                    Array(bytes[start..<min(start + Self.pieceBytes, bytes.count)]), hash,
                    offset + start, db)
            }
        }
        return try isIntact(hash)
    }

    /// Whether a file's bytes, where all are here, are what its name says; they are dropped if not.
    private func isIntact(_ hash: ContentHash) throws(StoreError) -> Bool {
        guard let file = try file(hash), file.received >= file.size else { return true }
        let isRight = try Digests.sha256(bytes(ofFile: hash)) == hash
        if !isRight {
            try write { db in
                try db.run("DELETE FROM sync_file_parts WHERE hash = ?", [hash.bytes.stored])
            }
        }
        return isRight
    }

    /// Takes off the bytes that only a record names that has gone.
    func purgeFiles(of record: RecordID, _ db: Database) throws {
        try db.run("DELETE FROM sync_file_records WHERE record = ?", [record.stored])
        for table in ["sync_files", "sync_file_parts"] {
            try db.run(
                "DELETE FROM \(table) WHERE hash NOT IN (SELECT hash FROM sync_file_records)")
        }
    }

    /// A condition on the record `l`: none of its files is only on this machine. One that its
    /// records name no longer is nobody's business at the hub.
    static let hasSentFiles = """
        NOT EXISTS (
            SELECT 1 FROM sync_file_records AS r JOIN sync_files AS f ON f.hash = r.hash
            WHERE r.record = l.record AND f.is_own AND NOT f.is_sent)
        """

    /// Counts own files as sent that no record names any more: the hub would not take them. That a
    /// record says its file is there is not enough: a hub that was put back has the record from its
    /// journal, and not the bytes. Asking it costs less than a part.
    public func settleFiles() throws(StoreError) {
        try write { db in
            for file in try self.files("WHERE is_own AND NOT is_sent", [], db) {
                guard case .unnamed = try self.standing(of: file.hash, db) else { continue }
                try db.run(
                    "UPDATE sync_files SET is_sent = 1 WHERE hash = ?",
                    [file.hash.bytes.stored])
            }
        }
    }

    private static let pieceBytes = 1 << 18

    private func keepPiece(
        _ bytes: [UInt8], _ hash: ContentHash, _ start: Int, _ db: Database
    ) throws {
        try db.run(
            "INSERT INTO sync_file_parts(hash, start, size, key, bytes) VALUES (?, ?, ?, ?, ?)",
            [
                hash.bytes.stored, Int64(start), Int64(bytes.count), seal.keyID,
                seal.seal(bytes).stored,
            ])
    }

    private func link(_ hash: ContentHash, _ record: RecordID, _ db: Database) throws {
        try db.run(
            """
            INSERT INTO sync_file_records(hash, record) VALUES (?, ?) ON CONFLICT DO NOTHING
            """, [hash.bytes.stored, record.stored])
    }

    private func files(
        _ condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> [HeldFile] {
        var found: [HeldFile] = []
        try db.each(
            """
            SELECT * FROM (
                SELECT f.rowid, f.hash, f.size, f.is_own, f.is_sent, f.is_wanted, ifnull((
                    SELECT sum(p.size) FROM sync_file_parts AS p WHERE p.hash = f.hash), 0)
                    AS received
                FROM sync_files AS f) AS f \(condition) ORDER BY rowid
            """, arguments
        ) { row in
            found.append(
                HeldFile(
                    hash: try row.contentHash(1), size: Int(try row.int(2)),
                    received: Int(try row.int(6)), isOwn: try row.int(3) != 0,
                    isSent: try row.int(4) != 0, isWanted: try row.int(5) != 0))
        }
        return found
    }
}
