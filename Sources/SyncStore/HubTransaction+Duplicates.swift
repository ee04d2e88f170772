internal import Foundation
internal import GRDB
public import SyncCore
internal import SyncProtocol

/// Two records that may be one, with what became of the question.
public struct StoredDuplicate: Hashable, Sendable {
    public let id: RecordID
    /// The smaller name.
    public let first: RecordID
    public let second: RecordID
    public let collection: CollectionID
    /// A word; the hub knows which.
    public var state: String
    public var score: Int
    public var reasons: [LikenessReason]
    public let found_ms: Int64
    /// Whether somebody asked, so that the question stays however little they are alike.
    public var isAsked: Bool
    /// Who said that they are one, where a second person has to agree.
    public var proposer: PersonID?
    /// The position after the last decision: what was said before it is settled.
    public var decided: LogPosition

    public init(
        id: RecordID, first: RecordID, second: RecordID, collection: CollectionID, state: String,
        score: Int, reasons: [LikenessReason], found_ms: Int64, isAsked: Bool = false,
        proposer: PersonID? = nil, decided: LogPosition = .start
    ) {
        self.id = id
        self.first = first
        self.second = second
        self.collection = collection
        self.state = state
        self.score = score
        self.reasons = reasons
        self.found_ms = found_ms
        self.isAsked = isAsked
        self.proposer = proposer
        self.decided = decided
    }

    public func other(than record: RecordID) -> RecordID { record == first ? second : first }
}

extension HubTransaction {
    // MARK: What records are looked up by

    /// The hashed keys a record is found by.
    public func likenessKeys(of record: RecordID) throws -> Set<Int64> {
        let statement = try db.cachedStatement(sql: "SELECT key FROM likeness WHERE record = ?")
        return Set(try Int64.fetchAll(statement, arguments: [record.bytes.data]))
    }

    public func setLikenessKeys(_ keys: Set<Int64>, of record: RecordID) throws {
        try db.cachedStatement(sql: "DELETE FROM likeness WHERE record = ?")
            .execute(arguments: [record.bytes.data])
        let insert = try db.cachedStatement(
            sql: "INSERT INTO likeness(key, record) VALUES (?, ?)")
        for key in keys.sorted() { try insert.execute(arguments: [key, record.bytes.data]) }
    }

    /// Whether any record is found by a key.
    public func hasLikenessKeys() throws -> Bool {
        let statement = try db.cachedStatement(sql: "SELECT 1 FROM likeness LIMIT 1")
        return try Row.fetchOne(statement) != nil
    }

    /// Keeps keys of records that have none yet. Quick where they come in order.
    public func addLikenessKeys(_ rows: [(key: Int64, record: RecordID)]) throws {
        let insert = try HotStatement("INSERT INTO likeness(key, record) VALUES (?, ?)", db)
        for row in rows {
            insert.bind(row.key, at: 1)
            insert.bind(row.record, at: 2)
            _ = try insert.step()
            insert.reset()
        }
    }

    /// The records under a key, the newest first.
    public func records(under key: Int64, limit: Int) throws -> [RecordID] {
        let statement = try db.cachedStatement(
            sql: "SELECT record FROM likeness WHERE key = ? ORDER BY record DESC LIMIT ?")
        return try Row.fetchAll(statement, arguments: [key, limit]).map { try identifier($0, 0) }
    }

    // MARK: Pairs that are one

    /// Keeps what a record's state says it is one with.
    public func setAliases(_ others: [RecordID], of record: RecordID) throws {
        try db.cachedStatement(sql: "DELETE FROM aliases WHERE record = ?")
            .execute(arguments: [record.bytes.data])
        let insert = try db.cachedStatement(
            sql: "INSERT INTO aliases(record, other) VALUES (?, ?)")
        for other in others {
            try insert.execute(arguments: [record.bytes.data, other.bytes.data])
        }
    }

    /// The records paired with one, in either direction.
    public func aliases(of record: RecordID) throws -> [RecordID] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT other FROM aliases WHERE record = ?1
                UNION SELECT record FROM aliases WHERE other = ?1
                """)
        return try Row.fetchAll(statement, arguments: [record.bytes.data]).map {
            try identifier($0, 0)
        }
    }

    // MARK: Questions

    public func duplicate(_ id: RecordID) throws -> StoredDuplicate? {
        try duplicates("WHERE id = ?", [id.bytes.data]).first
    }

    public func duplicates(of record: RecordID) throws -> [StoredDuplicate] {
        try duplicates(
            "WHERE first = ?1 OR second = ?1 ORDER BY first, second", [record.bytes.data])
    }

    /// The pairs in one of these states, the most alike first.
    public func duplicates(in states: [String]) throws -> [StoredDuplicate] {
        try duplicates(
            """
            WHERE state IN (\(Array(repeating: "?", count: states.count).joined(separator: ", ")))
            ORDER BY score DESC, first, second
            """, StatementArguments(states))
    }

    private func duplicates(
        _ rest: String, _ arguments: StatementArguments
    ) throws -> [StoredDuplicate] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, first, second, collection, state, score, reasons, found_ms, is_asked,
                    proposer, decided FROM duplicates \(rest)
                """)
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            StoredDuplicate(
                id: try identifier(row, 0), first: try identifier(row, 1),
                second: try identifier(row, 2), collection: CollectionID(try row.small(3)),
                state: try row.read(4), score: try row.read(5),
                reasons: try JSON.parse(row.bytes(6)).array?.compactMap { reason in
                    guard let words = reason.array?.compactMap(\.string), let code = words.first
                    else { return nil }
                    return LikenessReason(code, Array(words.dropFirst()))
                } ?? [], found_ms: try row.read(7), isAsked: try row.int(8) != 0,
                proposer: try row.blobOrNil(9) == nil ? nil : try identifier(row, 9),
                decided: try position(row.read(10)))
        }
    }

    public func put(_ pair: StoredDuplicate) throws {
        let reasons = JSON.array(
            pair.reasons.map { .array([.string($0.code)] + $0.values.map { .string($0) }) })
        try db.cachedStatement(
            sql: """
                INSERT INTO duplicates(id, first, second, collection, state, score, reasons,
                    found_ms, is_asked, proposer, decided)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT(id) DO UPDATE SET state = excluded.state, score = excluded.score,
                    reasons = excluded.reasons, is_asked = excluded.is_asked,
                    proposer = excluded.proposer, decided = excluded.decided
                """
        ).execute(arguments: [
            pair.id.bytes.data, pair.first.bytes.data, pair.second.bytes.data,
            Int64(pair.collection.value), pair.state, pair.score, reasons.bytes().data,
            pair.found_ms, pair.isAsked, pair.proposer?.bytes.data, Int64(pair.decided.value),
        ])
    }

    public func removeDuplicate(_ id: RecordID) throws {
        try db.cachedStatement(sql: "DELETE FROM duplicates WHERE id = ?")
            .execute(arguments: [id.bytes.data])
    }
}
