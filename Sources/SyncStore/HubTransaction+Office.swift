internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol

/// An area of the district with what is kept of it.
public struct StoredArea: Hashable, Sendable {
    public let number: UInt32
    public let scope: ScopeID
    public let parent: UInt32?
    public let name: String
    public var digest: StateDigest
    public var records: Int
    /// Where a record of it was last changed, entered or left.
    public var position: LogPosition
    /// Whether it holds what everybody reads and nobody writes from a device.
    public let isReference: Bool

    public init(
        number: UInt32, scope: ScopeID, parent: UInt32?, name: String, digest: StateDigest,
        records: Int, position: LogPosition, isReference: Bool = false
    ) {
        self.number = number
        self.scope = scope
        self.parent = parent
        self.name = name
        self.digest = digest
        self.records = records
        self.position = position
        self.isReference = isReference
    }
}

public struct StoredPerson: Hashable, Sendable {
    public let id: PersonID
    public let name: String
    /// Words joined by spaces, rising.
    public let roles: String
    public let password: String?
    /// Whether they have any authority at all; nobody is deleted, for they are authors.
    public let isActive: Bool

    public init(
        id: PersonID, name: String, roles: String, password: String?, isActive: Bool = true
    ) {
        (self.id, self.name, self.roles, self.password) = (id, name, roles, password)
        self.isActive = isActive
    }
}

public struct StoredGrant: Hashable, Sendable {
    public let id: GrantID
    public let person: PersonID
    public let area: UInt32
    public let began: LogPosition
    /// `nil` while it holds.
    public let ended: LogPosition?
    public let ended_ms: Int64?
}

extension StoredArea {
    /// The sum of its row: worked out here, for each upload writes many.
    fileprivate var sum: Int64 {
        var sum = RowSum()
        sum.add(Int64(number))
        sum.add(.blob, scope.bytes)
        if let parent { sum.add(Int64(parent)) } else { sum.add(.null, EmptyCollection()) }
        sum.add(.text, name.utf8)
        sum.add(Int64(bitPattern: digest.high))
        sum.add(Int64(bitPattern: digest.low))
        sum.add(Int64(records))
        sum.add(Int64(position.value))
        sum.add(isReference ? 1 : 0)
        return sum.value
    }
}

extension HubTransaction {
    // MARK: Areas

    /// All areas, parents before children.
    public func areas() throws -> [StoredArea] {
        try Row.fetchAll(
            db.cachedStatement(
                sql: """
                    SELECT number, scope, parent, name, digest_high, digest_low, records,
                        position, is_reference FROM areas ORDER BY number
                    """)
        ).map { row in
            StoredArea(
                number: try row.small(0), scope: try identifier(row, 1),
                parent: try row.intOrNil(2).map { UInt32(clamping: $0) }, name: try row.read(3),
                digest: StateDigest(
                    high: UInt64(bitPattern: try row.int(4)),
                    low: UInt64(bitPattern: try row.int(5))),
                records: try row.read(6), position: try position(row.read(7)),
                isReference: try row.read(8))
        }
    }

    /// Enters or changes an area.
    public func put(_ area: StoredArea) throws {
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO areas(number, scope, parent, name, digest_high, digest_low, records,
                    position, is_reference, sum)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                ON CONFLICT(number) DO UPDATE SET name = excluded.name,
                    digest_high = excluded.digest_high, digest_low = excluded.digest_low,
                    records = excluded.records, position = excluded.position, sum = excluded.sum
                """)
        statement.setUncheckedArguments([
            Int64(area.number), area.scope.bytes.data, area.parent.map { Int64($0) }, area.name,
            Int64(bitPattern: area.digest.high), Int64(bitPattern: area.digest.low), area.records,
            Int64(area.position.value), area.isReference, area.sum,
        ])
        try statement.execute()
    }

    // MARK: People and grants

    public func people() throws -> [StoredPerson] {
        try Row.fetchAll(
            db, sql: "SELECT id, name, roles, password, is_active FROM people ORDER BY name"
        )
        .map { row in
            StoredPerson(
                id: try identifier(row, 0), name: try row.read(1), roles: try row.read(2),
                password: try row.read(3),
                isActive: try row.read(4))
        }
    }

    public func person(named name: String) throws -> StoredPerson? {
        try people("name = ?", name)
    }

    public func person(_ id: PersonID) throws -> StoredPerson? {
        try people("id = ?", id.bytes.data)
    }

    private func people(
        _ condition: String, _ argument: any DatabaseValueConvertible
    ) throws -> StoredPerson? {
        let statement = try db.cachedStatement(
            sql: "SELECT id, name, roles, password, is_active FROM people WHERE \(condition)")
        guard let row = try Row.fetchOne(statement, arguments: [argument]) else { return nil }
        return StoredPerson(
            id: try identifier(row, 0), name: try row.read(1), roles: try row.read(2),
            password: try row.read(3),
            isActive: try row.read(4))
    }

    public func put(_ person: StoredPerson) throws {
        try db.execute(
            sql: """
                INSERT INTO people(id, name, roles, password, is_active) VALUES (?, ?, ?, ?, ?)
                ON CONFLICT(id) DO UPDATE SET roles = excluded.roles,
                    password = excluded.password, is_active = excluded.is_active
                """,
            arguments: [
                person.id.bytes.data, person.name, person.roles, person.password, person.isActive,
            ])
        try putSum(of: .people, where: person.id.bytes.data)
        try journal(.person(person))
    }

    /// The grants of a person, ended ones too, in the order by which cursors count.
    public func grants(of person: PersonID) throws -> [StoredGrant] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, person, area, began_at, ended_at, ended_ms FROM grants WHERE person = ?
                ORDER BY rowid
                """)
        return try Row.fetchAll(statement, arguments: [person.bytes.data]).map { row in
            StoredGrant(
                id: try identifier(row, 0), person: try identifier(row, 1),
                area: try row.small(2), began: try position(row.read(3)),
                ended: try row.intOrNil(4).map { try position($0) }, ended_ms: try row.read(5))
        }
    }

    public func insertGrant(
        _ id: GrantID, person: PersonID, area: UInt32, began: LogPosition
    ) throws {
        try db.execute(
            sql: "INSERT INTO grants(id, person, area, began_at) VALUES (?, ?, ?, ?)",
            arguments: [id.bytes.data, person.bytes.data, Int64(area), Int64(began.value)])
        try putSum(of: .grants, where: id.bytes.data)
        try journal(grant: id)
    }

    // MARK: Enrolment codes

    public struct Code: Sendable {
        public let person: PersonID
        public let areas: [UInt32]
        public let expires_ms: Int64
        public let usedBy: ReplicaID?
    }

    public func insertCode(
        hash: ContentHash, person: PersonID, areas: [UInt32], expires_ms: Int64, by: PersonID
    ) throws {
        try db.execute(
            sql:
                "INSERT INTO codes(hash, person, areas, expires_ms, made_by) VALUES (?, ?, ?, ?, ?)",
            arguments: [
                hash.bytes.data, person.bytes.data, areas.map { String($0) }.joined(separator: " "),
                expires_ms, by.bytes.data,
            ])
        try putSum(of: .codes, where: hash.bytes.data)
    }

    public func code(_ hash: ContentHash) throws -> Code? {
        guard
            let row = try Row.fetchOne(
                db, sql: "SELECT person, areas, expires_ms, used_by FROM codes WHERE hash = ?",
                arguments: [hash.bytes.data])
        else { return nil }
        return Code(
            person: try identifier(row, 0),
            areas: try row.text(1).split(separator: " ").compactMap { UInt32(String($0)) },
            expires_ms: try row.read(2),
            usedBy: try row.optionalBytes(3).flatMap { ReplicaID(bytes: $0) })
    }

    /// The unused codes: for whom, and until when.
    public func openCodes(now_ms: Int64) throws -> [Code] {
        try Row.fetchAll(
            db,
            sql: """
                SELECT person, areas, expires_ms FROM codes
                WHERE used_by IS NULL AND expires_ms > ? ORDER BY expires_ms
                """, arguments: [now_ms]
        ).map { row in
            Code(
                person: try identifier(row, 0),
                areas: try row.text(1).split(separator: " ").compactMap { UInt32(String($0)) },
                expires_ms: try row.read(2), usedBy: nil)
        }
    }

    /// The areas named by the code that a device used.
    public func codeAreas(usedBy replica: ReplicaID) throws -> [UInt32] {
        let areas = try String.fetchOne(
            db, sql: "SELECT areas FROM codes WHERE used_by = ?", arguments: [replica.bytes.data])
        return (areas ?? "").split(separator: " ").compactMap { UInt32(String($0)) }
    }

    public func useCode(_ hash: ContentHash, by replica: ReplicaID) throws {
        try db.execute(
            sql: "UPDATE codes SET used_by = ? WHERE hash = ?",
            arguments: [replica.bytes.data, hash.bytes.data])
        try putSum(of: .codes, where: hash.bytes.data)
    }

    // MARK: Sessions

    /// Keeps a session, by the hash of its token, and forgets those that have ended.
    ///
    /// - Parameter most: how many a person may hold; the one that rested longest makes room.
    public func insertSession(
        hash: ContentHash, person: PersonID, now_ms: Int64, life_ms: Int64, idle_ms: Int64,
        most: Int
    ) throws {
        try db.execute(
            sql: "DELETE FROM sessions WHERE ends_ms < ? OR seen_ms + idle_ms < ?",
            arguments: [now_ms, now_ms])
        try db.execute(
            sql: """
                DELETE FROM sessions WHERE hash IN
                    (SELECT hash FROM sessions WHERE person = ?
                    ORDER BY seen_ms DESC, hash LIMIT -1 OFFSET ?)
                """, arguments: [person.bytes.data, most - 1])
        try db.execute(
            sql: """
                INSERT INTO sessions(hash, person, began_ms, seen_ms, ends_ms, idle_ms)
                VALUES (?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                hash.bytes.data, person.bytes.data, now_ms, now_ms, now_ms + life_ms, idle_ms,
            ])
    }

    /// The person of a session that has not ended; seeing it puts its idle end off.
    public func touchSession(
        _ hash: ContentHash, now_ms: Int64, isIdle: Bool
    ) throws -> PersonID? {
        guard
            let row = try Row.fetchOne(
                db,
                sql: """
                    SELECT person, seen_ms FROM sessions
                    WHERE hash = ? AND ends_ms > ? AND seen_ms + idle_ms > ?
                    """, arguments: [hash.bytes.data, now_ms, now_ms])
        else { return nil }
        // Once a minute is enough; a read should rarely be a write.
        if !isIdle, now_ms.subtractingClamped(try row.int(1)) > 60_000 {
            try db.execute(
                sql: "UPDATE sessions SET seen_ms = ? WHERE hash = ?",
                arguments: [now_ms, hash.bytes.data])
        }
        return try identifier(row, 0) as PersonID
    }

    /// Ends every session.
    public func deleteSessions() throws { try db.execute(sql: "DELETE FROM sessions") }

    /// Ends every session of a person.
    public func deleteSessions(of person: PersonID) throws {
        try db.execute(
            sql: "DELETE FROM sessions WHERE person = ?", arguments: [person.bytes.data])
    }

    public func deleteSession(_ hash: ContentHash) throws {
        try db.execute(
            sql: "DELETE FROM sessions WHERE hash = ?", arguments: [hash.bytes.data])
    }

    // MARK: Notices

    /// Adds news for a person; `make` is given its number.
    public func addNotice(to person: PersonID, _ make: (UInt64) -> [UInt8]) throws {
        let last = try Int64.fetchOne(
            db, sql: "SELECT max(number) FROM notices WHERE person = ?",
            arguments: [person.bytes.data])
        let number = (last ?? 0) + 1
        try db.execute(
            sql: "INSERT INTO notices(person, number, bytes) VALUES (?, ?, ?)",
            arguments: [person.bytes.data, number, make(UInt64(number)).data])
    }

    /// The news for a person after a number, oldest first.
    public func notices(of person: PersonID, after number: UInt64) throws -> [[UInt8]] {
        let statement = try db.cachedStatement(
            sql:
                "SELECT bytes FROM notices WHERE person = ? AND number > ? ORDER BY number LIMIT 1000"
        )
        return try Row.fetchAll(statement, arguments: [person.bytes.data, Int64(number)])
            .map { try $0.bytes(0) }
    }

    // MARK: Audit

    /// One act of a person, in a chain: each entry's hash covers the one before it.
    public struct AuditEntry: Hashable, Sendable {
        public let number: UInt64
        public let at_ms: Int64
        public let person: PersonID?
        public let act: String
        public let subject: String
        public let reason: String
        public let hash: ContentHash
    }

    /// Writes down what a person did. In the transaction of the act itself, so that neither is
    /// without the other.
    public func audit(
        _ act: String, _ subject: String, reason: String = "", by person: PersonID?, at_ms: Int64
    ) throws {
        let last = try Row.fetchOne(
            db.cachedStatement(
                sql: "SELECT number, hash FROM audit ORDER BY number DESC LIMIT 1"))
        let number = (last.map { $0[0] as Int64 } ?? 0) + 1
        let previous = try last.map { try $0.bytes(1) } ?? ContentHash.none.bytes
        let hash = Self.auditHash(
            previous, UInt64(number), at_ms, person, act, subject, reason)
        try db.execute(
            sql: """
                INSERT INTO audit(number, at_ms, person, act, subject, reason, hash)
                VALUES (?, ?, ?, ?, ?, ?, ?)
                """,
            arguments: [
                number, at_ms, person?.bytes.data, act, subject, reason, hash.bytes.data,
            ])
        try link(.act, number, hash)
        guard let person, act != "session.open" else { return }
        try journal(.act(act, subject, reason: reason, by: person, at_ms: at_ms))
    }

    /// The number of the first audit entry that does not fit its chain; `nil` if all do.
    public func firstBrokenAuditEntry() throws -> UInt64? {
        var previous = ContentHash.none.bytes
        var expected: UInt64 = 1
        let cursor = try Row.fetchCursor(
            db,
            sql:
                "SELECT number, at_ms, person, act, subject, reason, hash FROM audit ORDER BY number"
        )
        while let row = try cursor.next() {
            let number = UInt64(bitPattern: try row.int(0))
            let hash = Self.auditHash(
                previous, number, try row.read(1),
                try row.optionalBytes(2).flatMap { PersonID(bytes: $0) },
                try row.read(3), try row.read(4), try row.read(5))
            let stored = try row.bytes(6)
            if number != expected || hash.bytes != stored { return number }
            previous = hash.bytes
            expected += 1
        }
        return nil
    }

    private static func auditHash(
        _ previous: [UInt8], _ number: UInt64, _ at_ms: Int64, _ person: PersonID?, _ act: String,
        _ subject: String, _ reason: String
    ) -> ContentHash {
        var writer = ByteWriter()
        writer.raw(previous)
        writer.varint(number)
        writer.zigzag(at_ms)
        writer.optional(person) { $0.identifier($1) }
        writer.text(act)
        writer.text(subject)
        writer.text(reason)
        return Digests.sha256(writer.bytes)
    }

    // MARK: Epochs

    /// Begins an epoch; the one before ends at `position`.
    public func beginEpoch(_ id: EpochID, at position: LogPosition, now_ms: Int64) throws {
        try db.execute(
            sql: """
                UPDATE epochs SET ended_at = ?1, sum = \(SummedTable.epochs.sum(["ended_at": "?1"]))
                WHERE ended_at IS NULL
                """,
            arguments: [Int64(position.value)])
        try db.execute(
            sql: "INSERT INTO epochs(id, began_ms) VALUES (?, ?)",
            arguments: [id.bytes.data, now_ms])
        try putSum(of: .epochs, where: id.bytes.data)
        try link(.epoch, now_ms, Digests.sha256(id.bytes))
    }

    /// The epochs with the last position of each, the present one last.
    public func epochs() throws -> [(id: EpochID, ended: LogPosition?)] {
        try Row.fetchAll(
            db, sql: "SELECT id, ended_at FROM epochs ORDER BY ended_at IS NULL, ended_at, began_ms"
        ).map { row in
            (id: try identifier(row, 0), ended: try row.intOrNil(1).map { try position($0) })
        }
    }

    // MARK: Integrity

    /// What SQLite itself finds wrong; empty if nothing.
    public func integrityFindings() throws -> [String] {
        try String.fetchAll(db, sql: "PRAGMA integrity_check(20)").filter { $0 != "ok" }
    }
}
