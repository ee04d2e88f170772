internal import GRDB
public import SyncCore

/// What is kept of a conflict beside the truth it is derived from: who works on it, until when, and
/// what was decided.
public struct StoredConflict: Hashable, Sendable {
    public let id: RecordID
    /// What it is about, as its hub writes it.
    public let question: [UInt8]
    public var kind: UInt8
    public var severity: UInt8
    /// The record and the unit that it is listed under; `nil` where nothing was merged.
    public var record: RecordID?
    public var collection: CollectionID?
    public var unit: UnitID?
    /// The area it was opened in; 0 where it lies in none.
    public var area: UInt32
    public var state: String
    public var opened_ms: Int64
    public var due_ms: Int64
    public var owner: PersonID?
    public var proposals: Int
    public var reopened: Int
    /// What an administrator proposed and another has to approve.
    public var proposal: [UInt8]?
    /// What was decided last.
    public var decision: [UInt8]?
    /// The change set that decided it, perhaps with others.
    public var decidedBy: ChangeSetName?

    public init(
        id: RecordID, question: [UInt8], kind: UInt8, severity: UInt8, record: RecordID?,
        collection: CollectionID?, unit: UnitID?, area: UInt32, state: String, opened_ms: Int64,
        due_ms: Int64
    ) {
        self.id = id
        self.question = question
        self.kind = kind
        self.severity = severity
        self.record = record
        self.collection = collection
        self.unit = unit
        self.area = area
        self.state = state
        self.opened_ms = opened_ms
        self.due_ms = due_ms
        (owner, proposals, reopened) = (nil, 0, 0)
        (proposal, decision, decidedBy) = (nil, nil, nil)
    }
}

/// One step in the life of a conflict.
public struct ConflictStep: Hashable, Sendable {
    public let at_ms: Int64
    /// `nil` where it was the hub by itself.
    public let person: PersonID?
    public let act: String
    public let text: String

    public init(at_ms: Int64, person: PersonID?, act: String, text: String) {
        (self.at_ms, self.person, self.act, self.text) = (at_ms, person, act, text)
    }
}

/// What a record takes of another's total.
public struct StoredShare: Hashable, Sendable {
    public let whole: RecordID
    public let total: UnitID
    public let part: RecordID
    public let collection: CollectionID
    public let unit: UnitID
    public let amount: Int64

    public init(
        whole: RecordID, total: UnitID, part: RecordID, collection: CollectionID, unit: UnitID,
        amount: Int64
    ) {
        (self.whole, self.total, self.part) = (whole, total, part)
        (self.collection, self.unit, self.amount) = (collection, unit, amount)
    }
}

extension HubTransaction {
    public func conflict(_ id: RecordID) throws -> StoredConflict? {
        try conflicts("WHERE id = ?", [id.bytes.data]).first
    }

    /// The conflicts listed under a record, whatever their state.
    public func conflicts(of record: RecordID) throws -> [StoredConflict] {
        try conflicts("WHERE record = ? ORDER BY unit, id", [record.bytes.data])
    }

    /// The conflicts in one state, or all that are not resolved, oldest first.
    public func conflicts(state: String?) throws -> [StoredConflict] {
        try conflicts(
            "WHERE (?1 IS NULL AND state <> 'resolved') OR state = ?1 ORDER BY opened_ms, id",
            [state])
    }

    /// The conflicts that a change set decided.
    public func conflicts(decidedBy name: ChangeSetName) throws -> [StoredConflict] {
        try conflicts(
            "WHERE decided_by = ? AND decided_number = ? ORDER BY id",
            [name.replica.bytes.data, Int64(name.number.value)])
    }

    private func conflicts(
        _ rest: String, _ arguments: StatementArguments
    ) throws -> [StoredConflict] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, question, kind, severity, record, collection, unit, area, state,
                    opened_ms, due_ms, owner, proposals, reopened, proposal, decision,
                    decided_by, decided_number
                FROM conflicts \(rest)
                """)
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            var conflict = StoredConflict(
                id: try identifier(row, 0), question: try row.bytes(1),
                kind: try row.small(2), severity: try row.small(3),
                record: try row.optionalBytes(4).flatMap { RecordID(bytes: $0) },
                collection: try row.intOrNil(5) == nil ? nil : CollectionID(try row.small(5)),
                unit: try row.intOrNil(6) == nil ? nil : UnitID(try row.small(6)),
                area: try row.small(7),
                state: try row.read(8), opened_ms: try row.read(9), due_ms: try row.read(10))
            conflict.owner = try row.optionalBytes(11).flatMap { PersonID(bytes: $0) }
            conflict.proposals = try row.read(12)
            conflict.reopened = try row.read(13)
            conflict.proposal = try row.optionalBytes(14)
            conflict.decision = try row.optionalBytes(15)
            if let replica = try row.optionalBytes(16).flatMap({ ReplicaID(bytes: $0) }),
                try row.intOrNil(17) != nil, let number = ChangeSetNumber(try row.count(17))
            {
                conflict.decidedBy = ChangeSetName(replica, number)
            }
            return conflict
        }
    }

    public func put(_ conflict: StoredConflict) throws {
        try db.cachedStatement(
            sql: """
                INSERT OR REPLACE INTO conflicts(id, question, kind, severity, record, collection,
                    unit, area, state, opened_ms, due_ms, owner, proposals, reopened, proposal,
                    decision, decided_by, decided_number)
                VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            conflict.id.bytes.data, conflict.question.data, Int64(conflict.kind),
            Int64(conflict.severity), conflict.record?.bytes.data,
            conflict.collection.map { Int64($0.value) }, conflict.unit.map { Int64($0.value) },
            Int64(conflict.area), conflict.state, conflict.opened_ms, conflict.due_ms,
            conflict.owner?.bytes.data, conflict.proposals, conflict.reopened,
            conflict.proposal?.data, conflict.decision?.data,
            conflict.decidedBy?.replica.bytes.data,
            conflict.decidedBy.map { Int64($0.number.value) },
        ])
    }

    public func openConflictCount() throws -> Int {
        try Int.fetchOne(db, sql: "SELECT count(*) FROM conflicts WHERE state <> 'resolved'") ?? 0
    }

    // MARK: Their life

    /// Adds a step to the life of a conflict. Steps are never changed.
    public func add(_ step: ConflictStep, to conflict: RecordID) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO conflict_steps(conflict, at_ms, person, act, text)
                VALUES (?, ?, ?, ?, ?)
                """
        ).execute(arguments: [
            conflict.bytes.data, step.at_ms, step.person?.bytes.data, step.act, step.text,
        ])
    }

    /// The life of a conflict so far.
    public func steps(of conflict: RecordID) throws -> [ConflictStep] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT at_ms, person, act, text FROM conflict_steps WHERE conflict = ? ORDER BY id
                """)
        return try Row.fetchAll(statement, arguments: [conflict.bytes.data]).map { row in
            ConflictStep(
                at_ms: try row.read(0),
                person: try row.optionalBytes(1).flatMap { PersonID(bytes: $0) },
                act: try row.read(2), text: try row.read(3))
        }
    }

    /// The number of the last step in the life of a conflict, or of any; 0 before the first.
    public func lastStep(of conflict: RecordID?) throws -> Int64 {
        guard let conflict else {
            let statement = try db.cachedStatement(sql: "SELECT max(id) FROM conflict_steps")
            return try Int64.fetchOne(statement) ?? 0
        }
        let statement = try db.cachedStatement(
            sql: "SELECT max(id) FROM conflict_steps WHERE conflict = ?")
        return try Int64.fetchOne(statement, arguments: [conflict.bytes.data]) ?? 0
    }

    // MARK: What is asked again when a record changes

    /// Every record that an open conflict across records looks at.
    public func watchedRecords() throws -> Set<RecordID> {
        var records: Set<RecordID> = []
        let cursor = try Row.fetchCursor(
            db, sql: "SELECT record FROM conflict_records UNION SELECT record FROM premises")
        while let row = try cursor.next() { records.insert(try identifier(row, 0)) }
        return records
    }

    /// What is asked of this record: the questions of open conflicts that look at it.
    public func questions(about record: RecordID) throws -> [[UInt8]] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT question FROM conflict_records JOIN conflicts ON id = conflict
                WHERE conflict_records.record = ?
                """)
        return try Row.fetchAll(statement, arguments: [record.bytes.data]).map { try $0.bytes(0) }
    }

    /// Sets which records a conflict looks at; none once it is resolved.
    public func watch(_ records: Set<RecordID>, for conflict: RecordID) throws {
        try db.cachedStatement(sql: "DELETE FROM conflict_records WHERE conflict = ?")
            .execute(arguments: [conflict.bytes.data])
        for record in records.sorted() {
            try db.cachedStatement(
                sql: "INSERT INTO conflict_records(record, conflict) VALUES (?, ?)"
            ).execute(arguments: [record.bytes.data, conflict.bytes.data])
        }
    }

    /// Remembers that a change set was computed from this record.
    public func putPremise(_ record: RecordID, of name: ChangeSetName) throws {
        try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO premises(record, replica, number) VALUES (?, ?, ?)"
        ).execute(arguments: [
            record.bytes.data, name.replica.bytes.data, Int64(name.number.value),
        ])
    }

    /// The change sets that were computed from this record and still hold somewhere.
    public func premised(on record: RecordID) throws -> [ChangeSetName] {
        let statement = try db.cachedStatement(
            sql: "SELECT replica, number FROM premises WHERE record = ?")
        return try Row.fetchAll(statement, arguments: [record.bytes.data]).map { row in
            guard let number = ChangeSetNumber(try row.count(1)) else {
                throw StoreFault(.damaged, "a premise's row can't be read")
            }
            return ChangeSetName(try identifier(row, 0), number)
        }
    }

    /// Forgets what a change set was computed from: nothing of it holds any more.
    public func dropPremises(of name: ChangeSetName) throws {
        try db.cachedStatement(sql: "DELETE FROM premises WHERE replica = ? AND number = ?")
            .execute(arguments: [name.replica.bytes.data, Int64(name.number.value)])
    }

    // MARK: Unique keys

    /// The keys that a record claims, as hashes of their values.
    public func claims(of record: RecordID, _ unit: UnitID) throws -> Set<[UInt8]> {
        let statement = try db.cachedStatement(
            sql: "SELECT key FROM claims WHERE record = ? AND unit = ?")
        return Set(
            try Row.fetchAll(statement, arguments: [record.bytes.data, Int64(unit.value)])
                .map { try $0.bytes(0) })
    }

    /// The records that claim a key, rising.
    public func claimants(
        of key: [UInt8], _ collection: CollectionID, _ unit: UnitID
    ) throws -> [RecordID] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT record FROM claims WHERE collection = ? AND unit = ? AND key = ?
                ORDER BY record
                """)
        return try Row.fetchAll(
            statement, arguments: [Int64(collection.value), Int64(unit.value), key.data]
        ).map { try identifier($0, 0) }
    }

    public func putClaim(
        _ key: [UInt8], _ collection: CollectionID, _ unit: UnitID, by record: RecordID
    ) throws {
        try db.cachedStatement(
            sql: "INSERT OR IGNORE INTO claims(collection, unit, key, record) VALUES (?, ?, ?, ?)"
        ).execute(arguments: [
            Int64(collection.value), Int64(unit.value), key.data, record.bytes.data,
        ])
    }

    public func deleteClaim(
        _ key: [UInt8], _ collection: CollectionID, _ unit: UnitID, by record: RecordID
    ) throws {
        try db.cachedStatement(
            sql: """
                DELETE FROM claims WHERE collection = ? AND unit = ? AND key = ? AND record = ?
                """
        ).execute(arguments: [
            Int64(collection.value), Int64(unit.value), key.data, record.bytes.data,
        ])
    }

    // MARK: Shares

    /// What a record takes by one of its totals; `nil` if nothing.
    public func share(of part: RecordID, _ unit: UnitID) throws -> StoredShare? {
        let statement = try db.cachedStatement(
            sql: "SELECT \(Self.shareColumns) FROM shares WHERE part = ? AND unit = ?")
        return try Row.fetchOne(statement, arguments: [part.bytes.data, Int64(unit.value)])
            .map { try share($0) }
    }

    /// What is taken of one total: how often, how much, and the newest records that take it.
    public func shares(
        of whole: RecordID, _ total: UnitID, newest: Int
    ) throws -> (count: Int, sum: Int64, newest: [StoredShare]) {
        let key: StatementArguments = [whole.bytes.data, Int64(total.value)]
        let statement = try db.cachedStatement(
            sql: "SELECT amount FROM shares WHERE whole = ? AND total = ?")
        // SQL's sum fails where it is too large; ours stays at the end.
        let amounts = try Row.fetchAll(statement, arguments: key).map { try $0.int(0) }
        let rows = try db.cachedStatement(
            sql: """
                SELECT \(Self.shareColumns) FROM shares WHERE whole = ? AND total = ?
                ORDER BY part DESC, unit LIMIT \(newest)
                """)
        return (
            amounts.count, amounts.reduce(0) { $0.addingClamped($1) },
            try Row.fetchAll(rows, arguments: key).map { try share($0) }
        )
    }

    public func put(_ share: StoredShare) throws {
        try db.cachedStatement(
            sql: "INSERT INTO shares(\(Self.shareColumns)) VALUES (?, ?, ?, ?, ?, ?)"
        ).execute(arguments: [
            share.whole.bytes.data, Int64(share.total.value), share.part.bytes.data,
            Int64(share.unit.value), Int64(share.collection.value), share.amount,
        ])
    }

    public func deleteShare(_ share: StoredShare) throws {
        try db.cachedStatement(sql: "DELETE FROM shares WHERE part = ? AND unit = ?")
            .execute(arguments: [share.part.bytes.data, Int64(share.unit.value)])
    }

    private static let shareColumns = "whole, total, part, unit, collection, amount"

    private func share(_ row: Row) throws -> StoredShare {
        StoredShare(
            whole: try identifier(row, 0), total: UnitID(try row.small(1)),
            part: try identifier(row, 2), collection: CollectionID(try row.small(4)),
            unit: UnitID(try row.small(3)), amount: try row.int(5))
    }

    // MARK: Void records

    /// The records that show as void.
    public func voidRecords() throws -> Set<RecordID> {
        var records: Set<RecordID> = []
        let cursor = try Row.fetchCursor(db, sql: "SELECT record FROM voided")
        while let row = try cursor.next() { records.insert(try identifier(row, 0)) }
        return records
    }

    /// Remembers whether a record shows as void.
    public func setVoid(_ record: RecordID, _ isVoid: Bool) throws {
        try db.cachedStatement(
            sql: isVoid
                ? "INSERT OR IGNORE INTO voided(record) VALUES (?)"
                : "DELETE FROM voided WHERE record = ?"
        ).execute(arguments: [record.bytes.data])
    }
}
