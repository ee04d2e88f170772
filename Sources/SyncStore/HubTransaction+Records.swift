internal import Foundation
internal import GRDB
public import SyncCore
internal import SyncProtocol

/// A record as a hub's table holds it.
public struct StoredRecord: Sendable {
    public let record: RecordID
    public let collection: CollectionID
    /// The number of the leaf area it lies in.
    public var area: UInt32
    /// Where it was last changed.
    public var position: LogPosition
    /// The form of `StateCoding`.
    public var state: [UInt8]

    public init(
        record: RecordID, collection: CollectionID, area: UInt32, position: LogPosition,
        state: [UInt8]
    ) {
        self.record = record
        self.collection = collection
        self.area = area
        self.position = position
        self.state = state
    }
}

extension HubTransaction {
    /// Returns a record; `nil` if it was never created here.
    public func record(_ id: RecordID, in collection: CollectionID) throws -> StoredRecord? {
        guard let declaration = schema.collection(collection) else { return nil }
        let statement = try db.cachedStatement(
            sql: "SELECT area, position, state FROM \(declaration.tableName) WHERE id = ?")
        statement.setUncheckedArguments([id.bytes.data])
        guard let row = try Row.fetchOne(statement) else { return nil }
        return StoredRecord(
            record: id, collection: collection, area: UInt32(row[0] as Int64),
            position: try position(row[1]), state: try row.bytes(2))
    }

    /// The leaf area of a record, whatever its collection; `nil` if there is none.
    public func area(of id: RecordID) throws -> UInt32? {
        for declaration in schema.collections {
            let statement = try db.cachedStatement(
                sql: "SELECT area FROM \(declaration.tableName) WHERE id = ?")
            statement.setUncheckedArguments([id.bytes.data])
            if let row = try Row.fetchOne(statement) { return UInt32(row[0] as Int64) }
        }
        return nil
    }

    /// Keeps the newest state of a record, with its typed columns as they are shown.
    public func put(_ stored: StoredRecord, _ state: RecordState) throws {
        guard let declaration = schema.collection(stored.collection) else {
            throw StoreFault(.other, "a record of an unknown collection")
        }
        let columns = declaration.units.filter(\.isColumn)
        let names = columns.map { $0.name.quoted }
        let statement = try db.cachedStatement(
            sql: """
                INSERT INTO \(declaration.tableName)
                    (id, area, position, \(names.map { $0 + ", " }.joined())state)
                VALUES (?, ?, ?, \(String(repeating: "?, ", count: names.count))?)
                ON CONFLICT(id) DO UPDATE SET area = excluded.area, position = excluded.position,
                    \(names.map { "\($0) = excluded.\($0), " }.joined())state = excluded.state
                """)
        var arguments: StatementArguments = [
            stored.record.bytes.data, Int64(stored.area), Int64(stored.position.value),
        ]
        for unit in columns {
            let shown = state[unit.id].flatMap { $0.outcome(under: unit) }?.value
            arguments += [shown?.column]
        }
        arguments += [stored.state.data]
        statement.setUncheckedArguments(arguments)
        try statement.execute()
    }

    /// Calls `body` with every record of these areas changed after one position and up to another,
    /// by collection and position.
    public func records(
        of areas: [UInt32], after: LogPosition, through: LogPosition,
        _ body: (StoredRecord) throws -> Void
    ) throws {
        for declaration in schema.collections {
            let statement = try db.cachedStatement(
                sql: """
                    SELECT id, position, state FROM \(declaration.tableName)
                    WHERE area = ? AND position > ? AND position <= ? ORDER BY position
                    """)
            for area in areas {
                statement.setUncheckedArguments([
                    Int64(area), Int64(after.value), Int64(through.value),
                ])
                let cursor = try Row.fetchCursor(statement)
                while let row = try cursor.next() {
                    try body(
                        StoredRecord(
                            record: try identifier(row, 0), collection: declaration.id, area: area,
                            position: try position(row[1]), state: try row.bytes(2)))
                }
            }
        }
    }

    /// Calls `body` with every record of the store.
    public func allRecords(_ body: (StoredRecord) throws -> Void) throws {
        for declaration in schema.collections {
            let cursor = try Row.fetchCursor(
                db, sql: "SELECT id, position, state, area FROM \(declaration.tableName)")
            while let row = try cursor.next() {
                try body(
                    StoredRecord(
                        record: try identifier(row, 0), collection: declaration.id,
                        area: UInt32(row[3] as Int64), position: try position(row[1]),
                        state: try row.bytes(2)))
            }
        }
    }

    /// The typed columns of a record by name, as text for a title; empty where they hold nothing.
    public func title(of id: RecordID, in collection: CollectionID) throws -> String {
        guard let declaration = schema.collection(collection) else { return "" }
        let columns = declaration.units.filter {
            if case .text = $0.members[0].type { $0.isColumn } else { false }
        }
        guard let column = columns.first else { return "" }
        let statement = try db.cachedStatement(
            sql: "SELECT \(column.name.quoted) FROM \(declaration.tableName) WHERE id = ?")
        return try String.fetchOne(statement, arguments: [id.bytes.data]) ?? ""
    }

    func position(_ value: Int64) throws -> LogPosition {
        guard value >= 0, let position = LogPosition(UInt64(value)) else {
            throw StoreFault(.damaged, "a position is out of range")
        }
        return position
    }

    func identifier<ID: Identifier>(_ row: Row, _ index: Int) throws -> ID {
        guard let id = ID(bytes: try row.bytes(index)) else {
            throw StoreFault(.damaged, "a name is not 16 bytes long")
        }
        return id
    }
}

extension Value {
    /// The value as a typed column holds it, to filter and to sort by; groups are no columns.
    var column: (any DatabaseValueConvertible)? {
        switch self {
        case .absent, .group: nil
        case .bool(let flag): flag
        case .integer(let number): number
        case .text(let text): text.string
        case .bytes(let bytes): bytes.data
        case .day(let date): date.description
        case .reference(let record): record.bytes.data
        }
    }
}
