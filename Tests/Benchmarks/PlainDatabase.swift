import GRDBSQLite
import SyncCore

/// SQLite without anything of ours: what a program would do that keeps its own tables.
final class PlainDatabase {
    private let handle: OpaquePointer
    private var statements: [String: OpaquePointer] = [:]

    init(_ path: String) throws {
        var handle: OpaquePointer?
        guard sqlite3_open(path, &handle) == SQLITE_OK, let handle else {
            throw BenchmarkFault("SQLite can't open \(path)")
        }
        self.handle = handle
        try run("PRAGMA journal_mode = WAL")
        try run("PRAGMA synchronous = FULL")
    }

    deinit {
        for statement in statements.values { sqlite3_finalize(statement) }
        sqlite3_close(handle)
    }

    func write(_ operation: Operation) throws {
        let collection = operation.collection
        let names = operation.values.compactMap { collection.unit($0.unit)?.name }
        let values = operation.values.map(\.value)
        let id = Value.text(operation.record.description)
        if operation.isInsert {
            try run(
                """
                INSERT INTO \(collection.name)(id, \(names.joined(separator: ", ")))
                VALUES (?\(String(repeating: ", ?", count: names.count)))
                """, [id] + values)
        } else {
            try run("UPDATE \(collection.name) SET \(names[0]) = ? WHERE id = ?", values + [id])
        }
    }

    func run(_ sql: String, _ values: [Value] = []) throws {
        let statement: OpaquePointer
        if let known = statements[sql] {
            statement = known
        } else {
            var made: OpaquePointer?
            guard sqlite3_prepare_v2(handle, sql, -1, &made, nil) == SQLITE_OK, let made else {
                throw BenchmarkFault("SQLite: \(String(cString: sqlite3_errmsg(handle)))")
            }
            statement = made
            statements[sql] = made
        }
        for (index, value) in values.enumerated() { bind(value, statement, Int32(index + 1)) }
        var result = sqlite3_step(statement)
        while result == SQLITE_ROW { result = sqlite3_step(statement) }
        sqlite3_reset(statement)
        guard result == SQLITE_DONE else {
            throw BenchmarkFault("SQLite: \(String(cString: sqlite3_errmsg(handle)))")
        }
    }

    private func bind(_ value: Value, _ statement: OpaquePointer, _ index: Int32) {
        // SQLITE_TRANSIENT, a macro that Swift does not import: SQLite copies the text.
        let copies = unsafeBitCast(-1, to: sqlite3_destructor_type.self)
        switch value {
        case .integer(let number): sqlite3_bind_int64(statement, index, number)
        case .text(let text): sqlite3_bind_text(statement, index, text.string, -1, copies)
        case .day(let day): sqlite3_bind_text(statement, index, day.description, -1, copies)
        case .reference(let record):
            sqlite3_bind_text(statement, index, record.description, -1, copies)
        case .bytes(let bytes):
            sqlite3_bind_blob(statement, index, bytes, Int32(bytes.count), copies)
        case .absent, .bool, .group: sqlite3_bind_null(statement, index)
        }
    }
}
