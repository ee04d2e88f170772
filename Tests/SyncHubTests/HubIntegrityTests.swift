import Foundation
import GRDB
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("a flipped bit in a hub's store")
struct HubIntegrityTests {
    let house = RecordID(high: 100, low: 1)

    /// A hub with some work in it, closed: the path of its database.
    private func database() throws -> (HubFixture, String) {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        a.seal([.house(house, in: HubFixture.north, title: "Zhang", count: 3)])
        try fixture.syncAll(&a)
        try fixture.sync(&b)
        for low in 2..<6 {
            a.seal([.house(RecordID(high: 100, low: UInt64(low)), in: HubFixture.south, count: 2)])
        }
        try fixture.sync(&a, [a.run(from: 2)])
        b.seal([.write(house, House.minutes, .increment(20))])
        try fixture.syncAll(&b)
        #expect(try fixture.hub.doctor() == [])
        try fixture.hub.store.close()
        return (fixture, fixture.folder.file("hub.sqlite"))
    }

    /// Flips one bit of one value of a column. Returns what it was and became; `nil` where there is
    /// nothing to flip.
    private func flip(
        _ table: String, _ column: String, in path: String, using generator: inout TestGenerator
    ) throws -> String? {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        // What it is found by, where it has no number.
        let place =
            ["people": "id", "codes": "hash", "epochs": "id", "settings": "name"][table]
            .map { "hex(\($0))" } ?? "rowid"
        return try queue.write { db in
            let rows = try Row.fetchAll(
                db,
                sql: """
                    SELECT \(place) AS place, \(column) AS value, typeof(\(column)) AS kind
                    FROM \(table)
                    WHERE \(column) IS NOT NULL AND length(CAST(\(column) AS BLOB)) > 0
                    """)
            guard let row = rows.randomElement(using: &generator) else { return nil }
            let rowid: DatabaseValue = row["place"]
            switch row["kind"] as String {
            case "integer":
                let value: Int64 = row["value"]
                let flipped = value ^ (1 << Int64.random(in: 0..<16, using: &generator))
                try db.execute(
                    sql: "UPDATE \(table) SET \(column) = ? WHERE \(place) = ?",
                    arguments: [flipped, rowid])
                return "\(table).\(column)[\(rowid)] \(value) → \(flipped)"
            case "blob":
                var bytes: Data = row["value"]
                let bit = Int.random(in: 0..<bytes.count * 8, using: &generator)
                bytes[bytes.startIndex + bit / 8] ^= 1 << (bit % 8)
                try db.execute(
                    sql: "UPDATE \(table) SET \(column) = ? WHERE \(place) = ?",
                    arguments: [bytes, rowid])
                return "\(table).\(column)[\(rowid)] bit \(bit)"
            default:
                var text = Array((row["value"] as String).utf8)
                // Stays a text.
                text[Int.random(in: 0..<text.count, using: &generator)] ^= 1
                try db.execute(
                    sql: "UPDATE \(table) SET \(column) = ? WHERE \(place) = ?",
                    arguments: [String(decoding: text, as: UTF8.self), rowid])
                return "\(table).\(column)[\(rowid)] a letter"
            }
        }
    }

    private static let log = [
        (
            "uploads",
            [
                "replica", "first", "last", "head", "received_ms", "wall_ms", "monotonic_ms",
                "boot",
                "receipt", "signature",
            ]
        ),
        ("runs", ["bytes"]),
        ("links", ["kind", "subject", "content", "hash"]),
        ("audit", ["at_ms", "person", "act", "subject", "reason", "hash"]),
    ]
    private static let records = [
        ("c_house", ["id", "area", "position", "place", "digest", "state"]),
        ("areas", ["digest_high", "digest_low", "records"]),
        ("replicas", ["key", "stored", "head", "merged"]),
        ("writers", ["replica", "author"]),
    ]

    private static let office = [
        (
            "areas",
            [
                "number", "scope", "parent", "name", "digest_high", "records", "position",
                "is_reference", "sum",
            ]
        ),
        ("people", ["name", "roles", "password", "is_active", "sum"]),
        ("grants", ["id", "person", "area", "began_at", "ended_at", "ended_ms", "sum"]),
        ("codes", ["person", "areas", "expires_ms", "made_by", "used_by", "sum"]),
        ("epochs", ["began_ms", "ended_at", "sum"]),
        (
            "replicas",
            [
                "id", "key", "person", "name", "state", "enrolled_ms", "synced_ms", "pending",
                "skew_ms", "stored", "head", "merged", "branch_of", "is_apart", "sum",
            ]
        ),
        ("settings", ["value", "sum"]),
    ]

    private func campaign(_ targets: [(String, [String])], seed: UInt64) throws {
        let (fixture, path) = try database()
        let whole = try Data(contentsOf: URL(filePath: path))
        var generator = TestGenerator(Seed(seed))
        var flips = 0
        var silent: [String] = []
        for (table, columns) in targets {
            for column in columns {
                for _ in 0..<4 {
                    for suffix in ["-wal", "-shm"] {
                        try? FileManager.default.removeItem(atPath: path + suffix)
                    }
                    try whole.write(to: URL(filePath: path))
                    guard let what = try flip(table, column, in: path, using: &generator) else {
                        continue
                    }
                    flips += 1
                    do {
                        let store = try HubStore(path: path, schema: .test)
                        defer { try? store.close() }
                        let hub = try Hub(
                            store: store, key: fixture.key, clock: { fixture.clock.now_ms },
                            random: TestGenerator(Seed(7)))
                        // What the hub could put right by itself it tells all the same.
                        if try !hub.doctor().contains(where: {
                            $0.severity == .damage || $0.code == "healed"
                        }) {
                            silent.append(what)
                        }
                    } catch {
                        // Found when it was opened or read.
                    }
                }
            }
        }
        #expect(flips > 15)
        #expect(silent == [], "\(silent.count) of \(flips) flips went unnoticed")
    }

    @Test("one flipped bit anywhere in the log is found by the doctor")
    func log() throws { try campaign(Self.log, seed: 1) }

    @Test(
        "whatever somebody does to the audit, the doctor names the place",
        arguments: [
            "DELETE FROM audit WHERE number = 2",
            "DELETE FROM audit WHERE number = (SELECT max(number) FROM audit)",
            "DELETE FROM audit",
            "UPDATE audit SET number = -1 WHERE number = 2; UPDATE audit SET number = 2 "
                + "WHERE number = 3; UPDATE audit SET number = 3 WHERE number = -1",
            "UPDATE audit SET reason = 'nothing' WHERE number = 3",
            "UPDATE audit SET person = NULL WHERE number = (SELECT max(number) FROM audit)",
            "INSERT INTO audit SELECT max(number) + 1, 0, NULL, 'device.approve', 'x', '', "
                + "zeroblob(32) FROM audit",
        ])
    func audit(_ sql: String) throws {
        let (fixture, path) = try database()
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in try db.execute(sql: sql) }
        try queue.close()
        let hub = try fixture.reopened()
        let codes = try hub.doctor().filter { $0.severity == .damage }.map(\.code)
        #expect(codes.contains { $0 == "audit" || $0 == "log" })
    }

    @Test(
        "one flipped bit of a state, a digest, a chain's end or a writer is found by the doctor")
    func records() throws { try campaign(Self.records, seed: 1) }

    @Test("one flipped bit of what the office keeps is found by the doctor")
    func office() throws { try campaign(Self.office, seed: 1) }

    @Test(
        "a row of the office in which one bit is another is put right at the next start",
        arguments: [
            ("areas", "name = 'Norti'", "number = 2"),
            ("areas", "parent = 3", "number = 2"),
            ("areas", "parent = NULL", "number = 2"),
            ("areas", "position = position + 4096", "number = 2"),
            ("areas", "records = records | 8", "number = 2"),
            ("areas", "is_reference = 1", "number = 2"),
            ("areas", "sum = sum + 1 - 2 * (sum & 1)", "number = 2"),
            ("people", "is_active = 0", "name = 'Li Na'"),
            ("people", "roles = 'adwisor'", "name = 'Li Na'"),
            ("grants", "area = area + 2 - 4 * (area / 2 % 2)", "1"),
            ("grants", "ended_at = 0", "1"),
            ("replicas", "state = 'approvee'", "state = 'approved'"),
            ("replicas", "name = 'huc'", "state = 'hub'"),
            ("settings", "value = CAST(x'55' || substr(value, 2) AS BLOB)", "name = 'district'"),
        ])
    func mended(_ table: String, _ change: String, _ which: String) throws {
        let (fixture, path) = try database()
        let before = try contents(path)
        let queue = try DatabaseQueue(path: path)
        let count = try queue.write { db in
            try db.execute(sql: "UPDATE \(table) SET \(change) WHERE \(which)")
            return db.changesCount
        }
        try queue.close()
        let hub = try fixture.reopened()
        let findings = try hub.doctor()
        #expect(findings.filter { $0.severity == .damage } == [])
        #expect(findings.filter { $0.code == "healed" }.count == count)
        try hub.store.close()
        var after = try contents(path)
        // That it was put right is kept.
        #expect(after["audit"]?.count == (before["audit"]?.count ?? 0) + count)
        for table in ["audit", "links"] { after[table] = before[table] }
        #expect(after == before)
        #expect(try fixture.reopened().doctor() == [])
    }

    @Test("a row that one bit does not explain is told, with what is safe and what to do")
    func unexplained() throws {
        let (fixture, path) = try database()
        let queue = try DatabaseQueue(path: path)
        try queue.write { db in
            try db.execute(sql: "UPDATE areas SET name = 'Elsewhere' WHERE number = 2")
        }
        try queue.close()
        let findings = try fixture.reopened().doctor()
        #expect(findings.map(\.code) == ["row"])
        #expect(findings.first?.severity == .damage)
        #expect(findings.first?.text.contains("row 2 of areas") == true)
    }

    @Test("a store of a version without sums is given them when it is opened")
    func older() throws {
        let (fixture, path) = try database()
        let before = try contents(path)
        let queue = try DatabaseQueue(path: path)
        try queue.writeWithoutTransaction { db in
            for table in [
                "areas", "people", "grants", "codes", "epochs", "replicas", "settings",
            ] { try db.execute(sql: "ALTER TABLE \(table) DROP COLUMN sum") }
            try db.execute(sql: "DROP TABLE shares; PRAGMA user_version = 1")
        }
        try queue.close()
        let hub = try fixture.reopened()
        #expect(try hub.doctor() == [])
        try hub.store.close()
        #expect(try contents(path) == before)
    }

    @Test("a sector that is gone, wherever it is, ends no hub: it is told, or held nothing")
    func sectors() throws {
        let (fixture, path) = try database()
        let whole = try Data(contentsOf: URL(filePath: path))
        let rows = try contents(path)
        var told = 0
        for start in stride(from: 0, to: whole.count, by: 512) {
            var damaged = whole
            damaged.replaceSubrange(start..<start + 512, with: Data(count: 512))
            guard damaged != whole else { continue }
            for suffix in ["-wal", "-shm"] {
                try? FileManager.default.removeItem(atPath: path + suffix)
            }
            try damaged.write(to: URL(filePath: path))
            do {
                let store = try HubStore(path: path, schema: .test)
                defer { try? store.close() }
                let hub = try Hub(
                    store: store, key: fixture.key, clock: { fixture.clock.now_ms },
                    random: TestGenerator(Seed(7)))
                guard try !hub.doctor().isEmpty else {
                    try store.close()
                    #expect(try contents(path) == rows, "the sector at \(start)")
                    continue
                }
            } catch is StoreFault {
                // Told when it was opened.
            } catch is Problem {
                // Told when it was read.
            }
            told += 1
        }
        #expect(told > 50)
    }

    /// Every row of every table; but for the token that each start makes.
    private func contents(_ path: String) throws -> [String: [Row]] {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        return try queue.read { db in
            let names = try String.fetchAll(
                db, sql: "SELECT name FROM sqlite_schema WHERE type = 'table'")
            return try Dictionary(
                uniqueKeysWithValues: names.map { name in
                    let rows = try Row.fetchAll(db, sql: "SELECT * FROM \(name)")
                    return (
                        name, rows.filter { $0["name"] as DatabaseValue? != "start".databaseValue }
                    )
                })
        }
    }
}
