import Foundation
import SyncCore

/// What SQLite alone takes for the rows that an upload and a captured change write, by direct calls
/// with kept statements: nothing is hashed, coded, judged, merged or sent.
struct Floor {
    private let base: [Operation]
    private let weeks: [[Operation]]
    private let scratch: String

    static func run(_ options: Options) throws {
        let scratch = options.scratch + "/hazama-floor-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let outcome = Result { try measure(options, scratch) }
        try FileManager.default.removeItem(atPath: scratch)
        try outcome.get()
    }

    private static func measure(_ options: Options, _ scratch: String) throws {
        let workload = Workload(script: options.script, households: 12_000)
        let floor = Floor(
            base: try workload.base(), weeks: try (0..<20).map { try workload.week(of: $0) },
            scratch: scratch)
        let upload_s = try floor.uploads()
        print(
            "hub: \(rounded(upload_s * 1000)) ms of CPU for the rows of an upload of 600",
            "operations, in two durable transactions")
        let operations = Array(floor.weeks[..<4].joined())
        let plain = try Capture.plain(floor.base, operations, path: scratch + "/plain.sqlite")
        let ours = try floor.captures(operations)
        print(
            "device: the rows of a captured insert \(rounded(ours.inserts_s / plain.inserts_s)),",
            "of an update \(rounded(ours.updates_s / plain.updates_s)) times a plain one")
    }

    private static func rounded(_ number: Double) -> Double { (number * 100).rounded() / 100 }

    // MARK: The hub

    /// The tables of the hub's store that an upload writes, with its settings.
    private func hubTables() throws -> PlainDatabase {
        let database = try PlainDatabase(scratch + "/hub.sqlite")
        for pragma in [
            "locking_mode = EXCLUSIVE", "secure_delete = ON", "cache_size = -32768",
            "mmap_size = 1073741824", "wal_autocheckpoint = 2000",
        ] { try database.run("PRAGMA \(pragma)") }
        try database.run(
            "CREATE TABLE uploads(id INTEGER PRIMARY KEY, run BLOB, receipt BLOB)")
        for collection in VisitDay.schema.collections {
            let name = collection.name
            try database.run(
                """
                CREATE TABLE \(name)(rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, area INTEGER,
                    position INTEGER, home BLOB, title ANY, place INTEGER, digest BLOB, state BLOB)
                """)
            try database.run("CREATE INDEX \(name)_stream ON \(name)(area, position)")
            if case .with = collection.home {
                try database.run("CREATE INDEX \(name)_home ON \(name)(home)")
            }
        }
        return database
    }

    /// CPU seconds of the middle of 20 uploads.
    private func uploads() throws -> Double {
        let database = try hubTables()
        let statements = Statements { name in
            Statements.Three(
                insert: """
                    INSERT INTO \(name)(area, position, title, place, digest, state, id, home)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                select: "SELECT area, position, state, digest, place FROM \(name) WHERE id = ?",
                update: """
                    UPDATE \(name) SET area = ?, position = ?, title = ?, place = ?, digest = ?,
                        state = ? WHERE id = ?
                    """)
        }
        var areas: [RecordID: Int64] = [:]
        var position: Int64 = 0
        func insert(_ operation: Operation) throws {
            let home = operation.home
            let area = home.flatMap { areas[$0] } ?? Int64(areas.count % 18 + 1)
            areas[operation.record] = area
            try database.run(
                statements[operation].insert,
                [
                    .integer(area), .integer(position), .text(Text("a title")),
                    .integer(position), .noise(16), .noise(240), .bytes(operation.record.bytes),
                    home.map { .bytes($0.bytes) } ?? .absent,
                ])
        }
        try database.run("BEGIN")
        for operation in base {
            position += 1
            try insert(operation)
        }
        try database.run("COMMIT")
        try database.run("PRAGMA wal_checkpoint(TRUNCATE)")
        var spent: [Double] = []
        for week in weeks {
            var seconds = 0.0
            try Capture.adding(&seconds) {
                try database.run("BEGIN IMMEDIATE")
                // What a run takes once it is compressed.
                try database.run("INSERT INTO uploads(run) VALUES (?)", [.noise(30_000)])
                try database.run("COMMIT")
                try database.run("BEGIN IMMEDIATE")
                var written: Set<RecordID> = []
                for operation in week where written.insert(operation.record).inserted {
                    position += 1
                    let id = Value.bytes(operation.record.bytes)
                    try database.run(statements[operation].select, [id])
                    if operation.isInsert {
                        try insert(operation)
                        continue
                    }
                    try database.run(
                        statements[operation].update,
                        [
                            .integer(areas[operation.record] ?? 1), .integer(position),
                            .text(Text("a title")), .integer(position), .noise(16), .noise(260), id,
                        ])
                }
                try database.run(
                    "UPDATE uploads SET receipt = ? WHERE id = (SELECT max(id) FROM uploads)",
                    [.noise(600)])
                try database.run("COMMIT")
            }
            spent.append(seconds)
        }
        return spent.sorted()[spent.count / 2]
    }

    // MARK: The device

    /// The rows that a device writes for each operation, in a transaction of its own.
    private func captures(_ operations: [Operation]) throws -> Capture {
        let database = try PlainDatabase(scratch + "/device.sqlite")
        for pragma in [
            "locking_mode = EXCLUSIVE", "secure_delete = ON", "cache_size = -16384",
            "wal_autocheckpoint = 2000",
        ] { try database.run("PRAGMA \(pragma)") }
        try database.run(
            """
            CREATE TABLE outbox(number INTEGER PRIMARY KEY, hash BLOB, made_ms INTEGER, intent TEXT,
                bytes BLOB)
            """)
        try database.run(
            """
            CREATE TABLE outbox_records(record BLOB, number INTEGER, collection INTEGER,
                PRIMARY KEY (record, number)) WITHOUT ROWID
            """)
        for collection in VisitDay.schema.collections {
            try database.run(
                """
                CREATE TABLE \(collection.name)(rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE,
                    area INTEGER, position INTEGER, own INTEGER, home BLOB, first ANY, second ANY,
                    third ANY, digest BLOB, state BLOB)
                """)
            if case .with = collection.home {
                try database.run(
                    "CREATE INDEX home_of_\(collection.name) ON \(collection.name)(home)")
            }
        }
        let statements = Statements { name in
            Statements.Three(
                insert: """
                    INSERT INTO \(name)(area, position, own, home, first, second, third, digest,
                        state, id)
                    VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
                    """,
                select: "SELECT area, position, own, state, digest FROM \(name) WHERE id = ?",
                update: "UPDATE \(name) SET own = ?, first = ?, second = ?, third = ? WHERE id = ?")
        }
        func insert(_ operation: Operation, _ state: [Value]) throws {
            try database.run(
                statements[operation].insert,
                [
                    .integer(1), .integer(1), .integer(0),
                    operation.home.map { .bytes($0.bytes) } ?? .absent,
                    .text(Text("a first column")), .integer(3), .text(Text("2024-05-06")),
                ] + state + [.bytes(operation.record.bytes)])
        }
        try database.run("BEGIN")
        for operation in base { try insert(operation, [.noise(16), .noise(150)]) }
        try database.run("COMMIT")
        var capture = Capture()
        var number: Int64 = 0
        for operation in operations {
            let id = Value.bytes(operation.record.bytes)
            func record() throws {
                try database.run("BEGIN IMMEDIATE")
                // The end of the chain, and what the record was.
                try database.run(
                    "SELECT number, hash FROM outbox ORDER BY number DESC LIMIT 1")
                try database.run(statements[operation].select, [id])
                number += 1
                try database.run(
                    "INSERT INTO outbox VALUES (?, ?, ?, ?, ?)",
                    [
                        .integer(number), .noise(32), .integer(operation.wall_ms),
                        .text(Text("visit")), .noise(operation.isInsert ? 320 : 220),
                    ])
                try database.run(
                    "INSERT INTO outbox_records VALUES (?, ?, ?)",
                    [id, .integer(number), .integer(1)])
                if operation.isInsert {
                    try insert(operation, [.absent, .absent])
                } else {
                    try database.run(
                        statements[operation].update,
                        [
                            .integer(1), .text(Text("another first")), .integer(4),
                            .text(Text("2024-05-06")), id,
                        ])
                }
                try database.run("COMMIT")
            }
            if operation.isInsert {
                try Capture.adding(&capture.inserts_s, record)
            } else {
                try Capture.adding(&capture.updates_s, record)
            }
        }
        return capture
    }
}

/// The statements for each collection's table, put together once.
private struct Statements {
    struct Three {
        let insert: String
        let select: String
        let update: String
    }

    private let all: [CollectionID: Three]

    init(_ make: (String) -> Three) {
        all = Dictionary(
            uniqueKeysWithValues: VisitDay.schema.collections.map { ($0.id, make($0.name)) })
    }

    subscript(operation: Operation) -> Three { all[operation.collection.id]! }
}

extension Operation {
    /// With which record this one lies.
    fileprivate var home: RecordID? {
        guard case .with(let unit) = collection.home else { return nil }
        for (id, value) in values where id == unit {
            if case .reference(let home) = value { return home }
        }
        return nil
    }
}

extension Value {
    /// Bytes that are as long as what they stand for.
    fileprivate static func noise(_ count: Int) -> Value {
        .bytes([UInt8](repeating: 0xa5, count: count))
    }
}
