internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol

/// A replica as a hub knows it.
public struct StoredReplica: Sendable {
    public let rid: Int64
    public let id: ReplicaID
    public let key: VerifyingKey
    public let person: PersonID
    public let name: String
    public var state: String
    public let enrolled_ms: Int64
    public var synced_ms: Int64?
    public var pending: Int64
    public var skew_ms: Int64
    /// The number up to which all change sets are in the log, judged or not.
    public var stored: UInt64
    /// The hash of that one.
    public var head: ContentHash
    /// The numbers that are merged.
    public var merged: NumberSet
    /// Where it parted from another replica, for the branch of a copied device.
    public let branch: Branch?
    /// Whether it held other records than the hub when that was last compared.
    public var isApart: Bool

    public struct Branch: Hashable, Sendable {
        /// The row of the replica with which it has most of its history in common: the device's own
        /// or, for a copy of a copy, another branch of it.
        public let trunk: Int64
        /// The first number that is its own.
        public let first: UInt64
    }
}

/// One run in the legal log, as it came.
public struct StoredUpload: Sendable {
    public enum State: Int64, Sendable {
        /// Stored, not looked at.
        case waiting = 0
        /// Every change set has a disposition.
        case judged = 1
        /// Its predecessor is missing.
        case gap = 2
        /// Another branch of a copied device; kept for people.
        case branch = 3
    }
    public let id: Int64
    public let replica: Int64
    /// The first number that was new when it came; the run may begin earlier.
    public let first: UInt64
    public let last: UInt64
    public let head: ContentHash
    public let received_ms: Int64
    /// What the device's clocks showed when it sent this.
    public let sent: ClockReading
    public let state: State
    public let attempts: Int64
    /// The receipt for `first ... last`, once judged.
    public let receipt: [UInt8]?
    /// What the hub said of these numbers in an earlier epoch, as its device showed it.
    public let earlier: [SignedReceipt]
    private let signature: Signature
    /// The run, compressed.
    private let packed: [UInt8]

    /// Whether it holds a number as new. The run may reach further, both ways.
    public func holds(_ number: UInt64) -> Bool { number >= first && number <= last }

    /// The run as it came.
    public var run: SignedRun {
        get throws {
            SignedRun(
                bytes: try Zstd.decompress(packed, maximumBytes: Limits.requestBytesUnpacked),
                signature: signature)
        }
    }

    init(_ row: Row) throws {
        guard let head = ContentHash(bytes: try row.bytes(4)),
            let state = State(rawValue: try row.read(9)),
            let signature = Signature(bytes: try row.bytes(12))
        else { throw StoreFault(.damaged, "an upload's row can't be read") }
        id = try row.read(0)
        replica = try row.read(1)
        first = try row.count(2)
        last = try row.count(3)
        self.head = head
        received_ms = try row.read(5)
        sent = ClockReading(
            wall_ms: try row.read(6), monotonic_ms: UInt64(bitPattern: try row.int(7)),
            boot: UInt64(bitPattern: try row.int(8)))
        self.state = state
        attempts = try row.read(10)
        receipt = try row.optionalBytes(11)
        self.signature = signature
        packed = try row.bytes(13)
        earlier = try StoredUpload.receipts(try row.bytes(14))
    }
}

extension HubTransaction {
    // MARK: Replicas

    public func replica(_ id: ReplicaID) throws -> StoredReplica? {
        try replicas("WHERE id = ?", [id.bytes.data]).first
    }

    public func replica(rid: Int64) throws -> StoredReplica? {
        try replicas("WHERE rid = ?", [rid]).first
    }

    /// The numbers of a replica that are merged; none of one that is not known.
    public func mergedNumbers(of id: ReplicaID) throws -> NumberSet {
        let row = try HotStatement("SELECT merged FROM replicas WHERE id = ?", db)
        row.bind(id, at: 1)
        defer { row.reset() }
        guard try row.step() else { return NumberSet() }
        guard let merged = NumberSet(stored: row.bytes(0)) else {
            throw StoreFault(.damaged, "a replica's row can't be read")
        }
        return merged
    }

    /// All replicas, in the order in which they were enrolled.
    public func replicas() throws -> [StoredReplica] { try replicas("ORDER BY rid", []) }

    private func replicas(_ rest: String, _ arguments: StatementArguments) throws -> [StoredReplica]
    {
        let statement = try db.cachedStatement(
            sql: """
                SELECT rid, id, key, person, name, state, enrolled_ms, synced_ms, pending, skew_ms,
                    stored, head, merged, branch_of, branch_from, is_apart FROM replicas \(rest)
                """)
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            guard let key = VerifyingKey(bytes: try row.bytes(2)),
                let head = ContentHash(bytes: try row.bytes(11)),
                let merged = NumberSet(stored: try row.bytes(12))
            else { throw StoreFault(.damaged, "a replica's row can't be read") }
            return StoredReplica(
                rid: try row.read(0), id: try identifier(row, 1), key: key,
                person: try identifier(row, 3),
                name: try row.read(4), state: try row.read(5), enrolled_ms: try row.read(6),
                synced_ms: try row.read(7),
                pending: try row.read(8), skew_ms: try row.read(9),
                stored: try row.count(10), head: head, merged: merged,
                branch: try row.intOrNil(13).map {
                    StoredReplica.Branch(trunk: $0, first: try row.count(14))
                }, isApart: try row.read(15))
        }
    }

    /// The branches of a replica and those of its branches, in the order in which they came.
    public func branches(of trunk: Int64) throws -> [StoredReplica] {
        try replicas(
            """
            WHERE rid IN (
                WITH RECURSIVE branches(rid) AS (
                    SELECT rid FROM replicas WHERE branch_of = ?
                    UNION
                    SELECT r.rid FROM replicas AS r JOIN branches AS b ON r.branch_of = b.rid)
                SELECT rid FROM branches)
            ORDER BY rid
            """, [trunk])
    }

    /// Enters a branch of a replica, which begins after `shared`.
    public func insertBranch(
        _ id: ReplicaID, of trunk: StoredReplica, after shared: ChainHead?, state: String,
        now_ms: Int64
    ) throws {
        let last = shared?.number.value ?? 0
        try insertReplica(
            id, key: trunk.key, person: trunk.person, name: trunk.name, state: state,
            now_ms: now_ms)
        let merged = NumberSet(
            ranges: trunk.merged.ranges.compactMap { range in
                range.lowerBound > last
                    ? nil : range.lowerBound...min(range.upperBound, last)
            })
        try db.cachedStatement(
            sql: """
                UPDATE replicas SET branch_of = ?, branch_from = ?, stored = ?, head = ?, merged = ?
                WHERE id = ?
                """
        ).execute(arguments: [
            trunk.rid, Int64(last + 1), Int64(last), (shared?.hash ?? .none).bytes.data,
            (merged ?? NumberSet()).storedBytes.data, id.bytes.data,
        ])
        try putSum(of: id)
    }

    /// Enters a replica, whose log is empty.
    public func insertReplica(
        _ id: ReplicaID, key: VerifyingKey, person: PersonID, name: String, state: String,
        now_ms: Int64
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO replicas(id, key, person, name, state, enrolled_ms, head, merged)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            id.bytes.data, key.bytes.data, person.bytes.data, name, state, now_ms,
            ContentHash.none.bytes.data, Data(),
        ])
        try putSum(of: id)
    }

    private func putSum(of replica: ReplicaID) throws {
        try db.cachedStatement(
            sql: "UPDATE replicas SET sum = \(SummedTable.replicas.sum()) WHERE id = ?"
        ).execute(arguments: [replica.bytes.data])
    }

    private static let replicaSum = SummedTable.replicas.sum([
        "state": "?1", "synced_ms": "?2", "pending": "?3", "skew_ms": "?4", "stored": "?5",
        "head": "?6", "merged": "?7", "is_apart": "?8",
    ])

    /// Keeps what changes of a replica.
    public func update(_ replica: StoredReplica) throws {
        let statement = try db.cachedStatement(
            sql: """
                UPDATE replicas SET state = ?1, synced_ms = ?2, pending = ?3, skew_ms = ?4,
                    stored = ?5, head = ?6, merged = ?7, is_apart = ?8, sum = \(Self.replicaSum)
                WHERE rid = ?9
                """)
        statement.setUncheckedArguments([
            replica.state, replica.synced_ms, replica.pending, replica.skew_ms,
            Int64(replica.stored), replica.head.bytes.data,
            replica.merged.storedBytes.data, replica.isApart, replica.rid,
        ])
        try statement.execute()
    }

    // MARK: The legal log

    /// Appends a run to the legal log, as it came. Returns its row.
    public func appendUpload(
        _ run: SignedRun, replica: Int64, first: UInt64, last: UInt64, head: ContentHash,
        received_ms: Int64, sent: ClockReading, earlier: [SignedReceipt] = [],
        state: StoredUpload.State
    ) throws -> Int64 {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO uploads(replica, first, last, head, received_ms, wall_ms, monotonic_ms,
                    boot, state, earlier, signature)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """)
        statement.setUncheckedArguments([
            replica, Int64(first), Int64(last), head.bytes.data, received_ms, sent.wall_ms,
            Int64(bitPattern: sent.monotonic_ms), Int64(bitPattern: sent.boot), state.rawValue,
            earlier.isEmpty ? nil : StoredUpload.stored(earlier).data,
            run.signature.bytes.data,
        ])
        try statement.execute()
        let upload = db.lastInsertedRowID
        // Apart from the row, which is written again when it is judged.
        let bytes = try HotStatement("INSERT INTO runs(upload, bytes) VALUES (?, ?)", db)
        bytes.bind(upload, at: 1)
        // Made for every upload while its device waits: quickly, rather than as small as can be.
        bytes.bind(Zstd.compress(run.bytes, level: 1), at: 2)
        try bytes.run()
        try link(
            .stored, upload,
            Self.content(run, replica, first, last, head, received_ms, sent, earlier))
        return upload
    }

    /// The upload that holds a number of a replica as new; branches, and what waits for its
    /// predecessor, are never found here. Of a gap that was filled it is what filled it.
    public func upload(of replica: Int64, holding number: UInt64) throws -> StoredUpload? {
        try uploads(
            """
            WHERE replica = ? AND last >= ? AND first <= ? AND state < 2
            ORDER BY last, id DESC LIMIT 1
            """,
            [replica, Int64(number), Int64(number)]
        ).first
    }

    /// The row of that upload, without reading it.
    public func uploadID(of replica: Int64, holding number: UInt64) throws -> Int64? {
        let row = try HotStatement(
            """
            SELECT id FROM uploads
            WHERE replica = ? AND last >= ? AND first <= ? AND state < 2
            ORDER BY last, id DESC LIMIT 1
            """, db)
        row.bind(replica, at: 1)
        row.bind(Int64(number), at: 2)
        row.bind(Int64(number), at: 3)
        defer { row.reset() }
        return try row.step() ? row.int(0) : nil
    }

    public func upload(_ id: Int64) throws -> StoredUpload? {
        try uploads("WHERE id = ?", [id]).first
    }

    /// The uploads of a replica that hold any of these numbers as new, rising.
    public func uploads(
        of replica: Int64, first: UInt64, last: UInt64
    ) throws -> [StoredUpload] {
        try uploads(
            "WHERE replica = ? AND last >= ? AND first <= ? AND state <> 3 ORDER BY last",
            [replica, Int64(first), Int64(last)])
    }

    /// The receipts of these uploads, as they lie there, each with its row.
    public func receipts(
        of replica: Int64, first: UInt64, last: UInt64
    ) throws -> [(upload: Int64, receipt: [UInt8]?)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, receipt FROM uploads
                WHERE replica = ? AND last >= ? AND first <= ? AND state <> 3
                ORDER BY EXISTS (
                    SELECT 1 FROM gaps WHERE replica = uploads.replica AND upload = uploads.id), last
                """)
        return try Row.fetchAll(
            statement, arguments: [replica, Int64(first), Int64(last)]
        ).map { (upload: $0[0], receipt: try $0.optionalBytes(1)) }
    }

    /// The uploads in a state that is not `judged`, each replica's in the order of their numbers.
    public func unjudgedUploads(_ state: StoredUpload.State) throws -> [StoredUpload] {
        try uploads("WHERE state = ? AND state <> 1 ORDER BY replica, first", [state.rawValue])
    }

    /// Whether anything is stored and not judged. Reads an index only.
    public func isAnyWaiting() throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM uploads WHERE state = 0 AND state <> 1 LIMIT 1")
        return try Row.fetchOne(statement) != nil
    }

    /// Calls `body` with every upload of the legal log, each replica's in the order of its numbers:
    /// what came before its predecessor is in its place.
    public func allUploads(_ body: (StoredUpload) throws -> Void) throws {
        var place: StatementArguments = [0, 0, 0]
        let next = "WHERE (replica, last, id) > (?, ?, ?) ORDER BY replica, last, id LIMIT 1"
        while let upload = try uploads(next, place).first {
            try body(upload)
            place = [upload.replica, Int64(upload.last), upload.id]
        }
    }

    private func uploads(_ rest: String, _ arguments: StatementArguments) throws -> [StoredUpload] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, replica, first, last, head, received_ms, wall_ms, monotonic_ms, boot,
                    state, attempts, receipt, signature, bytes, earlier
                FROM uploads LEFT JOIN runs ON upload = id \(rest)
                """)
        return try Row.fetchAll(statement, arguments: arguments).map { try StoredUpload($0) }
    }

    /// Forgets the tries at judging an upload.
    public func forgetAttempts(_ upload: Int64) throws {
        try db.cachedStatement(sql: "UPDATE uploads SET attempts = 0 WHERE id = ?")
            .execute(arguments: [upload])
    }

    /// Counts one more try at judging an upload; after a crash in the middle the count tells.
    public func countAttempt(_ upload: Int64) throws {
        try db.cachedStatement(sql: "UPDATE uploads SET attempts = attempts + 1 WHERE id = ?")
            .execute(arguments: [upload])
    }

    /// Closes an upload with its receipt, or sets it aside.
    public func finishUpload(
        _ id: Int64, state: StoredUpload.State, position: LogPosition?, receipt: [UInt8]?
    ) throws {
        let statement = try db.cachedStatement(
            sql: "UPDATE uploads SET state = ?, position = ?, receipt = ? WHERE id = ?")
        statement.setUncheckedArguments([
            state.rawValue, position.map { Int64($0.value) }, receipt?.data, id,
        ])
        try statement.execute()
        try link(.judged, id, receipt.map { Digests.sha256($0) } ?? .none)
    }

    /// Takes away an upload whose change sets are all in others.
    public func deleteUpload(_ id: Int64) throws {
        try db.cachedStatement(sql: "DELETE FROM uploads WHERE id = ?").execute(arguments: [id])
        try db.cachedStatement(sql: "DELETE FROM runs WHERE upload = ?").execute(arguments: [id])
        try link(.dropped, id, .none)
    }

    public func uploadCount() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM uploads") ?? 0
    }

    // MARK: Gaps

    /// Enters a number that its device can't produce any more.
    public func putGap(_ number: UInt64, _ hash: ContentHash, of replica: Int64) throws {
        try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO gaps(replica, number, hash) VALUES (?, ?, ?)"
        ).execute(arguments: [replica, Int64(number), hash.bytes.data])
    }

    /// The gaps of a replica that nothing has filled, rising.
    public func gaps(
        of replica: Int64, first: UInt64, last: UInt64
    ) throws -> [(number: UInt64, hash: ContentHash)] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, hash FROM gaps
                WHERE replica = ? AND number BETWEEN ? AND ? AND upload IS NULL ORDER BY number
                """)
        return try Row.fetchAll(
            statement, arguments: [replica, Int64(first), Int64(last)]
        ).map { row in
            guard let hash = ContentHash(bytes: try row.bytes(1)) else {
                throw StoreFault(.damaged, "a gap's row can't be read")
            }
            return (try row.count(0), hash)
        }
    }

    /// Notes the upload that holds what had been a gap.
    public func fill(_ number: UInt64, of replica: Int64, with upload: Int64) throws {
        try db.cachedStatement(
            sql: "UPDATE gaps SET upload = ? WHERE replica = ? AND number = ?"
        ).execute(arguments: [upload, replica, Int64(number)])
    }

    /// The uploads that hold what had been a gap.
    public func fillings() throws -> Set<Int64> {
        try Set(
            Int64.fetchAll(db, sql: "SELECT upload FROM gaps WHERE upload IS NOT NULL"))
    }

    // MARK: What is stored and not merged

    /// A change set that waits: for something to arrive, or for a person.
    public struct Unmerged: Sendable {
        public let replica: Int64
        public let number: UInt64
        public let upload: Int64
        public let disposition: Disposition
        public let reason: String
        /// The record or change set it waits for, as bytes.
        public let missing: [UInt8]?
        public let since_ms: Int64

        public init(
            replica: Int64, number: UInt64, upload: Int64, disposition: Disposition,
            reason: String, missing: [UInt8]?, since_ms: Int64
        ) {
            self.replica = replica
            self.number = number
            self.upload = upload
            self.disposition = disposition
            self.reason = reason
            self.missing = missing
            self.since_ms = since_ms
        }
    }

    /// Sets a change set aside, and remembers what it touches.
    ///
    /// - Parameter records: each with whether the replica's later writes on it wait for this one.
    public func setAside(
        _ unmerged: Unmerged, touching records: [(record: RecordID, blocks: Bool)]
    ) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO unmerged
                    (replica, number, upload, disposition, reason, missing, since_ms)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            unmerged.replica, Int64(unmerged.number), unmerged.upload,
            Int64(unmerged.disposition.rawValue), unmerged.reason, unmerged.missing?.data,
            unmerged.since_ms,
        ])
        for (record, blocks) in records {
            try db.cachedStatement(
                sql: """
                    INSERT OR REPLACE INTO unmerged_records(record, replica, number, blocks)
                    VALUES (?, ?, ?, ?)
                    """
            ).execute(arguments: [
                record.bytes.data, unmerged.replica, Int64(unmerged.number), blocks,
            ])
        }
    }

    /// The change sets that are stored and not merged, all or of one replica, by replica and
    /// number.
    public func unmerged(of replica: Int64? = nil) throws -> [Unmerged] {
        let sql = """
            SELECT replica, number, upload, disposition, reason, missing, since_ms FROM unmerged
            WHERE ?1 IS NULL OR replica = ?1 ORDER BY replica, number
            """
        return try Row.fetchAll(db.cachedStatement(sql: sql), arguments: [replica]).map { row in
            guard let disposition = Disposition(rawValue: try row.small(3)) else {
                throw StoreFault(.damaged, "an unmerged row can't be read")
            }
            return Unmerged(
                replica: try row.read(0), number: try row.count(1), upload: try row.read(2),
                disposition: disposition, reason: try row.read(4),
                missing: try row.optionalBytes(5),
                since_ms: try row.read(6))
        }
    }

    /// Whether anything is stored and not merged; nearly always not, and then nothing more is
    /// asked.
    public func hasUnmerged() throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM unmerged LIMIT 1")
        return try Row.fetchOne(statement) != nil
    }

    /// Whether this change set is stored and waits: not merged, and not discarded.
    public func isUnmerged(replica: Int64, number: UInt64) throws -> Bool {
        let statement = try db.cachedStatement(
            sql: "SELECT 1 FROM unmerged WHERE replica = ? AND number = ?")
        return try Row.fetchOne(statement, arguments: [replica, Int64(number)]) != nil
    }

    /// The last change set of this replica before `number` for which its later writes on the record
    /// wait.
    public func waitsBehind(
        _ record: RecordID, replica: Int64, before number: UInt64
    ) throws -> UInt64? {
        let statement = try db.cachedStatement(
            sql: """
                SELECT max(number) FROM unmerged_records
                WHERE record = ? AND replica = ? AND number < ? AND blocks
                """)
        return try Int64.fetchOne(
            statement, arguments: [record.bytes.data, replica, Int64(number)]
        ).map { UInt64($0) }
    }

    /// Takes a change set out of those that wait: it is merged now.
    public func release(replica: Int64, number: UInt64) throws {
        try db.cachedStatement(sql: "DELETE FROM unmerged WHERE replica = ? AND number = ?")
            .execute(arguments: [replica, Int64(number)])
        try db.cachedStatement(
            sql: "DELETE FROM unmerged_records WHERE replica = ? AND number = ?"
        ).execute(arguments: [replica, Int64(number)])
        try db.cachedStatement(sql: "DELETE FROM stages WHERE replica = ? AND number = ?")
            .execute(arguments: [replica, Int64(number)])
    }

    /// What a person did with a change set in quarantine.
    public struct Stage: Hashable, Sendable {
        public let word: String
        public let by: PersonID
        public let note: String

        public init(word: String, by: PersonID, note: String) {
            (self.word, self.by, self.note) = (word, by, note)
        }
    }

    /// Keeps what a person did last with a change set in quarantine.
    public func keepStage(_ stage: Stage, replica: Int64, number: UInt64) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO stages(replica, number, word, person, note)
                VALUES (?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            replica, Int64(number), stage.word, stage.by.bytes.data, stage.note,
        ])
    }

    public func stage(replica: Int64, number: UInt64) throws -> Stage? {
        let row = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT word, person, note FROM stages WHERE replica = ? AND number = ?"),
            arguments: [replica, Int64(number)])
        return try row.map { Stage(word: $0[0], by: try identifier($0, 1), note: $0[2]) }
    }

    // MARK: Writers

    public func writers() throws -> WriterTable {
        var table = WriterTable()
        for row in try Row.fetchAll(
            db, sql: "SELECT number, replica, author FROM writers ORDER BY number")
        {
            table.insert(
                Writer(replica: try identifier(row, 1), author: try identifier(row, 2)),
                number: try row.small(0))
        }
        return table
    }

    /// Keeps the writers numbered from `first` on.
    public func keepWriters(_ table: WriterTable, from first: Int) throws {
        for number in first...max(first, table.writers.count) {
            guard let writer = table[UInt32(number)] else { continue }
            try db.cachedStatement(
                sql: "INSERT OR IGNORE INTO writers(number, replica, author) VALUES (?, ?, ?)"
            ).execute(arguments: [number, writer.replica.bytes.data, writer.author.bytes.data])
        }
    }
}

extension NumberSet {
    /// Ranges as varints; empty for none.
    var storedBytes: [UInt8] {
        var writer = ByteWriter()
        for range in ranges {
            writer.varint(range.lowerBound)
            writer.varint(range.upperBound - range.lowerBound)
        }
        return writer.bytes
    }

    init?(stored bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        var ranges: [ClosedRange<UInt64>] = []
        do {
            while !reader.isAtEnd {
                let lower = try reader.number()
                ranges.append(
                    lower.value...lower.value
                        + (try reader.varint(upTo: ChangeSetNumber.maximum - lower.value)))
            }
        } catch { return nil }
        self.init(ranges: ranges)
    }
}
