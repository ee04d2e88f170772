internal import Foundation
internal import GRDB

// Rows of the office: who may what, where, and what the hub knows of itself. Nothing else tells
// what they said, so each has a sum beside it. See
// `docs/decisions/0085-what-is-noted-is-held-against-its-source.md`.

/// A row that was found not to be what was written.
public struct DamagedRow: Hashable, Sendable {
    public let table: String
    /// What the row is found by; no personal value.
    public let key: String
}

/// A table whose rows have a sum over their columns.
struct SummedTable {
    let name: String
    /// The columns that a row is found by; they come first.
    let keys: [String]
    let columns: [String]

    private init(_ name: String, _ keys: [String], _ others: [String]) {
        (self.name, self.keys, columns) = (name, keys, keys + others)
    }

    static let areas = SummedTable(
        "areas", ["number"],
        [
            "scope", "parent", "name", "digest_high", "digest_low", "records", "position",
            "is_reference",
        ])
    static let people = SummedTable("people", ["id"], ["name", "roles", "password", "is_active"])
    static let grants = SummedTable(
        "grants", ["id"], ["person", "area", "began_at", "ended_at", "ended_ms"])
    static let codes = SummedTable(
        "codes", ["hash"], ["person", "areas", "expires_ms", "made_by", "used_by"])
    static let epochs = SummedTable("epochs", ["id"], ["began_ms", "ended_at"])
    static let replicas = SummedTable(
        "replicas", ["rid"],
        [
            "id", "key", "person", "name", "state", "enrolled_ms", "synced_ms", "pending",
            "skew_ms", "stored", "head", "merged", "branch_of", "branch_from", "is_apart",
        ])
    static let settings = SummedTable("settings", ["name"], ["value"])

    static let all = [areas, people, grants, codes, epochs, replicas, settings]

    /// The SQL that gives the table its sums.
    static let migration = all.map { table in
        """
        ALTER TABLE \(table.name) ADD COLUMN sum INTEGER NOT NULL DEFAULT 0;
        UPDATE \(table.name) SET sum = \(table.sum());
        """
    }.joined(separator: "\n")

    /// The SQL expression of a row's sum, with other values for some columns.
    func sum(_ values: [String: String] = [:]) -> String {
        "row_sum(\(columns.map { values[$0] ?? $0 }.joined(separator: ", ")))"
    }
}

/// The values of a row as they lie in the file: what has another kind by accident, or is no text
/// any more, is what it is.
struct RowBytes {
    enum Kind: UInt8 {
        case null, integer, real, text, blob
    }
    struct Value: Equatable {
        var kind: Kind
        var bytes: [UInt8]
    }
    var values: [Value]

    var sum: Int64 {
        var sum = RowSum()
        for value in values { sum.add(value.kind, value.bytes) }
        return sum.value
    }
}

/// The sum of a row, column by column. Other bytes have another one: each step can be undone, so
/// that what differs in one byte never comes out the same.
struct RowSum {
    private var hash: UInt64 = 0xcbf2_9ce4_8422_2325

    var value: Int64 { Int64(bitPattern: hash) }

    private mutating func add(_ byte: UInt8) {
        hash = (hash ^ UInt64(byte)) &* 0x0000_0100_0000_01b3
    }

    mutating func add(_ kind: RowBytes.Kind, _ bytes: some Collection<UInt8>) {
        add(kind.rawValue)
        for place in 0..<4 { add(UInt8(truncatingIfNeeded: bytes.count >> (8 * place))) }
        for byte in bytes { add(byte) }
    }

    mutating func add(_ number: Int64, _ kind: RowBytes.Kind = .integer) {
        withUnsafeBytes(of: number.littleEndian) { add(kind, $0) }
    }

    mutating func add(_ value: DatabaseValue) {
        switch value.storage {
        case .null: add(.null, EmptyCollection())
        case .int64(let number): add(number)
        case .double(let number): add(Int64(bitPattern: number.bitPattern), .real)
        case .string(let text): add(.text, text.utf8)
        case .blob(let data): add(.blob, data)
        }
    }

    /// As SQL's `row_sum`.
    static let function = DatabaseFunction("row_sum", pure: true) { values in
        var sum = RowSum()
        for value in values { sum.add(value) }
        return sum.value
    }
}

extension RowBytes.Value {
    init(_ value: DatabaseValue) {
        switch value.storage {
        case .null: self.init(kind: .null, bytes: [])
        case .int64(let number): self.init(kind: .integer, bytes: Self.bytes(number))
        case .double(let number):
            self.init(kind: .real, bytes: Self.bytes(Int64(bitPattern: number.bitPattern)))
        case .string(let text): self.init(kind: .text, bytes: Array(text.utf8))
        case .blob(let data): self.init(kind: .blob, bytes: Array(data))
        }
    }

    private static func bytes(_ number: Int64) -> [UInt8] {
        (0..<8).map { UInt8(truncatingIfNeeded: number >> (8 * $0)) }
    }

    /// As it is bound; a text goes as its bytes.
    var bound: DatabaseValue {
        switch kind {
        case .null: .null
        case .integer, .real:
            bytes.enumerated().reduce(Int64(0)) { $0 | Int64($1.element) << (8 * $1.offset) }
                .databaseValue
        case .text, .blob: Data(bytes).databaseValue
        }
    }
}

extension HubTransaction {
    /// Writes the sum of a row that was just written.
    func putSum(of table: SummedTable, where key: any DatabaseValueConvertible) throws {
        try db.cachedStatement(
            sql: "UPDATE \(table.name) SET sum = \(table.sum()) WHERE \(table.keys[0]) = ?"
        ).execute(arguments: [key])
    }

    /// The rows of the office that are not what was written.
    public func damagedRows() throws -> [DamagedRow] {
        var damaged: [DamagedRow] = []
        for table in SummedTable.all {
            for row in try broken(table) { damaged.append(row.name) }
        }
        return damaged
    }

    private struct BrokenRow {
        let name: DamagedRow
        let row: RowBytes
        let sum: Int64?
    }

    private func broken(_ table: SummedTable) throws -> [BrokenRow] {
        var found: [BrokenRow] = []
        let columns = table.columns.map {
            "typeof(\($0)), CASE typeof(\($0)) WHEN 'text' THEN CAST(\($0) AS BLOB) ELSE \($0) END"
        }
        let cursor = try Row.fetchCursor(
            db, sql: "SELECT sum, \(columns.joined(separator: ", ")) FROM \(table.name)")
        while let row = try cursor.next() {
            let values = table.columns.indices.map { index in
                var value = RowBytes.Value(row[2 + 2 * index] as DatabaseValue)
                if row[1 + 2 * index] == "text".databaseValue { value.kind = .text }
                return value
            }
            let bytes = RowBytes(values: values)
            let sum = Int64.fromDatabaseValue(row[0])
            guard sum != bytes.sum else { continue }
            found.append(
                BrokenRow(
                    name: DamagedRow(table: table.name, key: Self.word(values[0])), row: bytes,
                    sum: sum))
        }
        return found
    }

    private static func word(_ value: RowBytes.Value) -> String {
        switch value.kind {
        case .null: "NULL"
        case .integer, .real: "\(Int64.fromDatabaseValue(value.bound) ?? 0)"
        case .text: String(decoding: value.bytes, as: UTF8.self)
        case .blob:
            value.bytes.prefix(8).map { String(format: "%02x", $0) }.joined()
        }
    }

    /// Puts right the rows of the office in which one bit is another: of all that a row could have
    /// been before, only what was written has its sum. Returns those.
    func mendRows() throws -> [DamagedRow] {
        var mended: [DamagedRow] = []
        for table in SummedTable.all {
            for broken in try broken(table) {
                do {
                    try db.inSavepoint {
                        guard try mend(broken, of: table) else { return .rollback }
                        mended.append(broken.name)
                        return .commit
                    }
                } catch is DatabaseError {
                    // The table itself is damaged: the doctor tells.
                }
            }
        }
        return mended
    }

    /// What is tried out of a row; one that is larger holds no authority.
    private static let triedBytes = 2048

    private func mend(_ broken: BrokenRow, of table: SummedTable) throws -> Bool {
        let found = broken.row.sum
        let key = broken.row.values[..<table.keys.count].map(\.bound)
        let which = zip(table.keys, broken.row.values)
            .map { "\($0) IS \($1.kind == .text ? "CAST(? AS TEXT)" : "?")" }
            .joined(separator: " AND ")
        // An index of it may be what is right; the table has its sums.
        try db.execute(sql: "REINDEX \(table.name)")
        if let sum = broken.sum, (sum ^ found).nonzeroBitCount == 1 {
            try db.execute(
                sql: "UPDATE \(table.name) SET sum = ? WHERE \(which)",
                arguments: StatementArguments([found.databaseValue] + key))
            return db.changesCount == 1
        }
        guard broken.row.values.reduce(0, { $0 + $1.bytes.count }) <= Self.triedBytes else {
            return false
        }
        for index in table.keys.count..<table.columns.count {
            guard let value = right(index, of: broken) else { continue }
            let column = table.columns[index]
            try db.execute(
                sql: """
                    UPDATE \(table.name)
                    SET \(column) = \(value.kind == .text ? "CAST(? AS TEXT)" : "?") WHERE \(which)
                    """, arguments: StatementArguments([value.bound] + key))
            return db.changesCount == 1
        }
        return false
    }

    /// What a column must have been for the row's sum to be right; `nil` where nothing is that
    /// differs in one bit, or in whether anything was there.
    private func right(_ index: Int, of broken: BrokenRow) -> RowBytes.Value? {
        var row = broken.row
        let value = row.values[index]
        func fits(_ other: RowBytes.Value) -> Bool {
            row.values[index] = other
            return row.sum == broken.sum
        }
        for place in value.bytes.indices {
            for bit in 0..<8 {
                var other = value
                other.bytes[place] ^= 1 << bit
                if fits(other) { return other }
            }
        }
        // How long a number is, and whether it is one, stands elsewhere in the row.
        let plain = [DatabaseValue.null, Int64(0).databaseValue, Int64(1).databaseValue]
        return plain.map { RowBytes.Value($0) }.first(where: fits)
    }
}
