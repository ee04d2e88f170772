internal import Foundation
internal import GRDB
internal import SyncCore
internal import SyncProtocol

/// Reading rows of our own tables. What is not as we wrote it is damage, and said so.
extension Row {
    func blob(_ index: Int) throws -> [UInt8] {
        guard let bytes = try blobOrNil(index) else {
            throw StoreFault(.damaged, "a blob is missing")
        }
        return bytes
    }

    func blobOrNil(_ index: Int) throws -> [UInt8]? {
        try withUnsafeData(atIndex: index) { $0.map { Array($0) } }
    }

    func name<ID: Identifier>(_ index: Int) throws -> ID {
        guard let id: ID = try nameOrNil(index) else {
            throw StoreFault(.damaged, "a name is missing")
        }
        return id
    }

    func nameOrNil<ID: Identifier>(_ index: Int) throws -> ID? {
        guard let bytes = try blobOrNil(index) else { return nil }
        guard let id = ID(bytes: bytes) else {
            throw StoreFault(.damaged, "a name is not 16 bytes long")
        }
        return id
    }

    func int(_ index: Int) throws -> Int64 {
        guard let number = try intOrNil(index) else {
            throw StoreFault(.damaged, "a number is missing")
        }
        return number
    }

    /// A column of whatever kind is asked for. GRDB's own subscript ends the program where a
    /// damaged file holds another kind of value.
    func read<Value: DatabaseValueConvertible>(_ index: Int) throws -> Value {
        guard let value = Value.fromDatabaseValue(self[index]) else {
            throw StoreFault(.damaged, "a column holds another kind of value")
        }
        return value
    }

    func intOrNil(_ index: Int) throws -> Int64? {
        switch (self[index] as DatabaseValue).storage {
        case .int64(let number): return number
        case .null: return nil
        default: throw StoreFault(.damaged, "a number is none")
        }
    }

    func text(_ index: Int) throws -> String {
        guard let text = try textOrNil(index) else {
            throw StoreFault(.damaged, "a text is missing")
        }
        return text
    }

    func textOrNil(_ index: Int) throws -> String? {
        switch (self[index] as DatabaseValue).storage {
        case .string(let text): return text
        case .null: return nil
        default: throw StoreFault(.damaged, "a text is none")
        }
    }

    func changeSetNumber(_ index: Int) throws -> ChangeSetNumber {
        guard let number = ChangeSetNumber(UInt64(clamping: try int(index))) else {
            throw StoreFault(.damaged, "a number is out of range")
        }
        return number
    }

    func logPosition(_ index: Int) throws -> LogPosition {
        guard let position = LogPosition(UInt64(clamping: try int(index))) else {
            throw StoreFault(.damaged, "a position is out of range")
        }
        return position
    }

    func logPositionOrNil(_ index: Int) throws -> LogPosition? {
        try intOrNil(index) == nil ? nil : try logPosition(index)
    }

    func stateDigest(_ index: Int) throws -> StateDigest {
        guard let digest = StateDigest(bytes: try blob(index)) else {
            throw StoreFault(.damaged, "a digest is not 16 bytes long")
        }
        return digest
    }

    func contentHash(_ index: Int) throws -> ContentHash {
        guard let hash = ContentHash(bytes: try blob(index)) else {
            throw StoreFault(.damaged, "a hash is not 32 bytes long")
        }
        return hash
    }
}

extension Database {
    /// Runs one statement, kept prepared, with arguments that are known to fit it.
    func run(_ sql: String, _ arguments: StatementArguments = []) throws {
        let statement = try cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        try statement.execute()
    }

    /// Calls `body` with each row of one statement, kept prepared.
    func each(
        _ sql: String, _ arguments: StatementArguments = [], _ body: (Row) throws -> Void
    ) throws {
        let statement = try cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        let cursor = try Row.fetchCursor(statement)
        while let row = try cursor.next() { try body(row) }
    }

    /// Returns what `body` makes of the first row of one statement, kept prepared.
    func first<Result>(
        _ sql: String, _ arguments: StatementArguments = [], _ body: (Row) throws -> Result
    ) throws -> Result? {
        let statement = try cachedStatement(sql: sql)
        statement.setUncheckedArguments(arguments)
        let cursor = try Row.fetchCursor(statement)
        // A cursor that is let go resets the statement, and the row with it.
        return try withExtendedLifetime(cursor) { try cursor.next().map(body) }
    }
}

extension Identifier {
    /// As it lies in a row.
    var stored: Data { Data(bytes) }
}

extension [UInt8] {
    /// As it lies in a row.
    var stored: Data { Data(self) }
}

extension StateDigest {
    /// As it lies in a row.
    var stored: Data {
        var writer = ByteWriter()
        writer.fixed64(high)
        writer.fixed64(low)
        return Data(writer.bytes)
    }
}

extension Value {
    /// As it lies in a typed column; nothing for what no column holds.
    var stored: (any DatabaseValueConvertible)? {
        switch self {
        case .absent, .group: nil
        case .bool(let flag): flag ? 1 : 0
        case .integer(let number): number
        case .text(let text): text.string
        case .bytes(let bytes): Data(bytes)
        case .day(let date): date.description
        case .reference(let record): record.stored
        }
    }
}

extension Row {
    /// Reads a typed column back; `nil` for NULL.
    func value(_ index: Int, as type: ValueType) throws -> SyncCore.Value? {
        if hasNull(atIndex: index) { return nil }
        switch type {
        case .bool: return .bool(try int(index) != 0)
        case .integer: return .integer(try int(index))
        case .text, .choice: return .text(try text(index))
        case .bytes: return .bytes(try blob(index))
        case .day:
            guard let day = CalendarDate(try text(index)) else {
                throw StoreFault(.damaged, "a column holds no day")
            }
            return .day(day)
        case .reference: return .reference(try name(index))
        }
    }

    private func hasNull(atIndex index: Int) -> Bool {
        (self[index] as DatabaseValue).isNull
    }
}

/// A set of numbers as it lies in a row: per range its first number and how many follow.
enum NumberSetForm {
    static func encode(_ set: NumberSet) -> [UInt8] {
        var writer = ByteWriter()
        for range in set.ranges {
            writer.varint(range.lowerBound)
            writer.varint(range.upperBound - range.lowerBound)
        }
        return writer.bytes
    }

    static func decode(_ bytes: [UInt8]) throws -> NumberSet {
        var reader = ByteReader(bytes)
        var ranges: [ClosedRange<UInt64>] = []
        while !reader.isAtEnd {
            let first = try reader.varint(upTo: ChangeSetNumber.maximum)
            let more = try reader.varint(upTo: ChangeSetNumber.maximum - first)
            ranges.append(first...first + more)
        }
        guard let set = NumberSet(ranges: ranges) else {
            throw StoreFault(.damaged, "numbers do not rise")
        }
        return set
    }
}
