import Foundation
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
        for collection in VisitDay.schema.collections {
            let columns = collection.units.filter { $0.id.value >= 16 }.map(\.name)
            try database.run(
                """
                CREATE TABLE \(collection.name)(
                    id TEXT PRIMARY KEY, \(columns.joined(separator: ", ")))
                """)
        }
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
