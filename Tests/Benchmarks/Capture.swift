import Foundation
import GRDBSQLite
import SyncCore
import SyncHub
import SyncStore

/// The cost of recording on a device, beside the same rows written to plain SQLite.
struct Capture: Sendable {
    /// CPU seconds of all inserts, and of all updates.
    var inserts_s = 0.0
    var updates_s = 0.0
    var bytes = 0

    /// Runs `body` and adds its CPU to `sum`.
    static func adding(_ sum: inout Double, _ body: () throws -> Void) throws {
        let before = Clocks.nanoseconds(CLOCK_PROCESS_CPUTIME_ID)
        try body()
        sum += Double(Clocks.nanoseconds(CLOCK_PROCESS_CPUTIME_ID) - before) / 1e9
    }

    /// Records each operation by itself; what was on the screen is read before the clock starts.
    static func recording(_ operations: [Operation], on device: FieldDevice) throws -> Capture {
        var capture = Capture()
        var generator = SystemRandomNumberGenerator()
        for operation in operations {
            let intent = Intent([operation])
            let draft = try device.draft(intent)
            func record() throws {
                try device.store.record(draft, now: device.reading(intent), using: &generator)
            }
            if operation.isInsert {
                try adding(&capture.inserts_s, record)
            } else {
                try adding(&capture.updates_s, record)
            }
        }
        return capture
    }

    /// Writes the same to plain tables: a text key, a column per field, no capture; durable at each
    /// commit.
    static func plain(_ base: [Operation], _ operations: [Operation], path: String) throws
        -> Capture
    {
        let database = try PlainDatabase(path)
        try database.run("BEGIN")
        for operation in base { try database.write(operation) }
        try database.run("COMMIT")
        var capture = Capture()
        for operation in operations {
            func write() throws {
                try database.run("BEGIN IMMEDIATE")
                try database.write(operation)
                try database.run("COMMIT")
            }
            if operation.isInsert {
                try adding(&capture.inserts_s, write)
            } else {
                try adding(&capture.updates_s, write)
            }
        }
        try database.run("PRAGMA wal_checkpoint(TRUNCATE)")
        capture.bytes = try FileManager.default.size(path)
        return capture
    }
}

extension FileManager {
    func size(_ path: String) throws -> Int {
        guard let size = try attributesOfItem(atPath: path)[.size] as? Int else {
            throw BenchmarkFault("\(path) has no size")
        }
        return size
    }
}

/// SQLite without anything of ours: what a program would do that keeps its own tables.
private final class PlainDatabase {
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
        for collection in VisitDay.schema.collections {
            let columns = collection.units.filter { $0.id.value >= 16 }.map(\.name)
            try run(
                """
                CREATE TABLE \(collection.name)(
                    id TEXT PRIMARY KEY, \(columns.joined(separator: ", ")))
                """)
        }
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
        case .absent, .bool, .bytes, .group: sqlite3_bind_null(statement, index)
        }
    }
}
