internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol

/// When a record left an area, and which one.
public struct StoredMove: Hashable, Sendable {
    /// The number of the area it left.
    public let from: UInt32
    /// Where in the log it entered the next one.
    public let position: LogPosition
    public let at_ms: Int64

    public init(from: UInt32, position: LogPosition, at_ms: Int64) {
        (self.from, self.position, self.at_ms) = (from, position, at_ms)
    }
}

/// What a device has to take off and has not said to be gone.
public struct StoredLeave: Hashable, Sendable {
    public let replica: Int64
    public let leave: SyncResponse.Leave
    public let at_ms: Int64
}

extension HubTransaction {
    // MARK: Where records lie

    /// Lays a record into another area, from a position on. Its state stays as it is.
    public func move(_ stored: StoredRecord) throws {
        guard let table = tables[stored.collection] else {
            throw StoreFault(.other, "a record of an unknown collection")
        }
        let statement = try db.cachedStatement(sql: table.moveSQL)
        statement.setUncheckedArguments([
            Int64(stored.area), Int64(stored.position.value), stored.place,
            stored.record.bytes.data,
        ])
        try statement.execute()
    }

    /// The records that lie where this one does because they refer to it as their home.
    public func followers(of home: RecordID) throws -> [(RecordID, CollectionID)] {
        var found: [(RecordID, CollectionID)] = []
        for declaration in schema.collections {
            guard let sql = tables[declaration.id]?.followersSQL else { continue }
            let statement = try db.cachedStatement(sql: sql)
            statement.setUncheckedArguments([home.bytes.data])
            for row in try Row.fetchAll(statement) {
                found.append((try identifier(row, 0), declaration.id))
            }
        }
        return found
    }

    /// The records that lie in an area by their own unit, by name.
    public func residents(of area: UInt32) throws -> [(RecordID, CollectionID)] {
        var found: [(RecordID, CollectionID)] = []
        for declaration in schema.collections {
            guard case .scope = declaration.home else { continue }
            let statement = try db.cachedStatement(
                sql: "SELECT id FROM \(declaration.tableName) WHERE area = ? ORDER BY id")
            statement.setUncheckedArguments([Int64(area)])
            for row in try Row.fetchAll(statement) {
                found.append((try identifier(row, 0), declaration.id))
            }
        }
        return found
    }

    /// The records that lie in some areas and have left others, by collection and name.
    ///
    /// - Complexity: linear in the moves there ever were.
    public func records(
        in areas: Set<UInt32>, thatLeft others: Set<UInt32>
    ) throws -> [(RecordID, CollectionID)] {
        guard !areas.isEmpty, !others.isEmpty else { return [] }
        func list(_ areas: Set<UInt32>) -> String {
            areas.sorted().map(String.init).joined(separator: ", ")
        }
        var found: [(RecordID, CollectionID)] = []
        for declaration in schema.collections {
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT DISTINCT t.id FROM moves AS m
                    CROSS JOIN \(declaration.tableName) AS t ON t.id = m.record
                    WHERE m.area IN (\(list(others))) AND t.area IN (\(list(areas))) ORDER BY t.id
                    """)
            for row in rows { found.append((try identifier(row, 0), declaration.id)) }
        }
        return found
    }

    /// Remembers that a record has left an area.
    public func keepMove(of record: RecordID, _ move: StoredMove) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO moves(record, position, area, at_ms) VALUES (?, ?, ?, ?)
                ON CONFLICT(record, position) DO NOTHING
                """)
        statement.setUncheckedArguments([
            record.bytes.data, Int64(move.position.value), Int64(move.from), move.at_ms,
        ])
        try statement.execute()
    }

    /// The areas that a record has left, oldest first.
    public func moves(of record: RecordID) throws -> [StoredMove] {
        let statement = try db.cachedStatement(
            sql: "SELECT area, position, at_ms FROM moves WHERE record = ? ORDER BY position")
        statement.setUncheckedArguments([record.bytes.data])
        return try Row.fetchAll(statement).map { row in
            StoredMove(
                from: try row.small(0), position: try position(row.read(1)), at_ms: try row.read(2))
        }
    }

    /// Lays the conflicts of a record into its area.
    public func moveConflicts(of record: RecordID, to area: UInt32) throws {
        try db.cachedStatement(sql: "UPDATE conflicts SET area = ? WHERE record = ? AND area <> ?")
            .execute(arguments: [Int64(area), record.bytes.data, Int64(area)])
    }

    // MARK: What devices have to take off

    /// Adds something that a device has to take off. Returns its number.
    @discardableResult
    public func addLeave(
        _ subject: SyncResponse.Leave.Subject, _ reason: SyncResponse.Leave.Reason,
        of replica: Int64, at_ms: Int64
    ) throws -> UInt64 {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO leaves(replica, reason, record, collection, grant_id, at_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                """)
        var (record, collection, grant): (Data?, Int64?, Data?)
        switch subject {
        case .record(let id, let its): (record, collection) = (id.bytes.data, Int64(its.value))
        case .grant(let id): grant = id.bytes.data
        }
        statement.setUncheckedArguments([
            replica, Int64(reason.rawValue), record, collection, grant, at_ms,
        ])
        try statement.execute()
        return UInt64(db.lastInsertedRowID)
    }

    /// What a device has to take off, rising by number.
    public func leaves(of replica: Int64, limit: Int) throws -> [StoredLeave] {
        try leaves("WHERE replica = ? ORDER BY number LIMIT ?", [replica, limit])
    }

    /// What devices have to take off of one record.
    public func leaves(of record: RecordID) throws -> [StoredLeave] {
        try leaves("WHERE record = ? ORDER BY number", [record.bytes.data])
    }

    private func leaves(_ rest: String, _ arguments: StatementArguments) throws -> [StoredLeave] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT number, replica, reason, record, collection, grant_id, at_ms
                FROM leaves \(rest)
                """)
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            let subject: SyncResponse.Leave.Subject =
                try row.optionalBytes(3) == nil
                ? .grant(try identifier(row, 5))
                : .record(try identifier(row, 3), CollectionID(try row.small(4)))
            guard let reason = SyncResponse.Leave.Reason(rawValue: try row.small(2)) else {
                throw StoreFault(.damaged, "a leave's row can't be read")
            }
            return StoredLeave(
                replica: try row.read(1),
                leave: SyncResponse.Leave(
                    number: try row.count(0), reason: reason, subject: subject),
                at_ms: try row.read(6))
        }
    }

    /// How many leaves each device owes a receipt for.
    public func outstandingLeaves() throws -> [Int64: Int] {
        var found: [Int64: Int] = [:]
        for row in try Row.fetchAll(
            db, sql: "SELECT replica, count(*) FROM leaves GROUP BY replica")
        {
            found[try row.int(0)] = Int(clamping: try row.int(1))
        }
        return found
    }

    /// Forgets a leave: the record has come back, or the device has said that it is gone.
    public func deleteLeave(_ number: UInt64, of replica: Int64) throws {
        try db.cachedStatement(sql: "DELETE FROM leaves WHERE number = ? AND replica = ?")
            .execute(arguments: [Int64(number), replica])
    }

    /// Forgets what a device was to take off of an ended grant that holds again.
    public func deleteLeaves(of grant: GrantID) throws {
        try db.cachedStatement(sql: "DELETE FROM leaves WHERE grant_id = ?")
            .execute(arguments: [grant.bytes.data])
    }

    /// Keeps a device's word that something is gone, once.
    public func keepPurge(_ purge: SignedPurge, of replica: Int64, received_ms: Int64) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO purges(replica, received_ms, signature, bytes)
                SELECT ?1, ?2, ?3, ?4
                WHERE NOT EXISTS (SELECT 1 FROM purges WHERE replica = ?1 AND bytes = ?4)
                """
        ).execute(arguments: [
            replica, received_ms, purge.signature.bytes.data, purge.bytes.data,
        ])
    }

    /// A device's words that something is gone, oldest first.
    public func purges(of replica: Int64) throws -> [(received_ms: Int64, purge: SignedPurge)] {
        try Row.fetchAll(
            db,
            sql: "SELECT received_ms, signature, bytes FROM purges WHERE replica = ? ORDER BY id",
            arguments: [replica]
        ).map { row in
            guard let signature = Signature(bytes: try row.bytes(1)) else {
                throw StoreFault(.damaged, "a purge receipt's row can't be read")
            }
            return (
                received_ms: try row.read(0),
                purge: SignedPurge(bytes: try row.bytes(2), signature: signature)
            )
        }
    }

    // MARK: Grants

    /// Ends a grant at a position. Does nothing where it has ended.
    public func endGrant(_ id: GrantID, at position: LogPosition, now_ms: Int64) throws {
        try db.execute(
            sql: "UPDATE grants SET ended_at = ?, ended_ms = ? WHERE id = ? AND ended_at IS NULL",
            arguments: [Int64(position.value), now_ms, id.bytes.data])
        try putSum(of: .grants, where: id.bytes.data)
        try journal(grant: id)
    }

    /// A grant; `nil` if there is none of that name.
    public func grant(_ id: GrantID) throws -> StoredGrant? {
        guard
            let person = try Row.fetchOne(
                db, sql: "SELECT person FROM grants WHERE id = ?", arguments: [id.bytes.data])
        else { return nil }
        let owner: PersonID = try identifier(person, 0)
        return try grants(of: owner).first { $0.id == id }
    }
}
