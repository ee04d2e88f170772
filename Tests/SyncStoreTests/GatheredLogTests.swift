import CGatheredLog
import CSimulatedDisk
import Foundation
import GRDB
import SyncTesting
import Testing

@testable import SyncStore

/// The log as it lies on the disk while a connection still has it open is what a killed process
/// leaves: the tests copy it at that moment.
@Suite("the log that is written in long pieces")
struct GatheredLogTests {
    private func open(_ path: String) throws -> DatabaseQueue {
        let configuration = Configuration(of: "test", "PRAGMA synchronous = EXTRA;")
        let queue = try DatabaseQueue(path: DatabaseAddress.of(path), configuration: configuration)
        try queue.writeWithoutTransaction { db in
            _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
            try db.execute(sql: "CREATE TABLE IF NOT EXISTS t(id INTEGER PRIMARY KEY, b BLOB)")
        }
        return queue
    }

    private func insert(_ count: Int, of size: Int, from first: Int = 0, _ db: Database) throws {
        for id in first..<first + count {
            try db.execute(
                sql: "INSERT INTO t VALUES (?, ?)",
                arguments: [id, Data(repeating: UInt8(id % 251), count: size)])
        }
    }

    private func rows(_ queue: DatabaseQueue) throws -> Int {
        try queue.read { db in
            try #expect(String.fetchOne(db, sql: "PRAGMA integrity_check") == "ok")
            let wrong = try Row.fetchAll(db, sql: "SELECT id, b FROM t").filter { row in
                let (id, bytes): (Int, Data) = (row["id"], row["b"])
                return bytes.contains { $0 != UInt8(id % 251) }
            }
            #expect(wrong.isEmpty)
            return try Int.fetchOne(db, sql: "SELECT count(*) FROM t") ?? -1
        }
    }

    /// What another process would find, were this one gone.
    private func left(_ path: String) throws -> Int {
        let folder = try TemporaryFolder()
        let copy = folder.file("copy")
        for suffix in ["", "-wal"] {
            try FileManager.default.copyItem(atPath: path + suffix, toPath: copy + suffix)
        }
        let queue = try DatabaseQueue(path: copy)
        let count = try rows(queue)
        try queue.close()
        return count
    }

    @Test(
        "what was committed lies in the file, what was not does not count",
        arguments: [1, 40, 31 * 8, 4_000])
    func commits(count: Int) throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.sqlite")
        let queue = try open(path)
        try queue.writeWithoutTransaction { db in
            // Pages are spilled into the log long before the commit, and read from there again.
            try db.execute(sql: "PRAGMA cache_size = 20; PRAGMA wal_autocheckpoint = 1000000")
            try db.inTransaction(.immediate) {
                try insert(count, of: 500, db)
                try #expect(left(path) == 0)
                try #expect(
                    Int.fetchOne(db, sql: "SELECT sum(length(b)) FROM t") == 500 * count)
                return .commit
            }
        }
        #expect(try left(path) == count)
        try queue.writeWithoutTransaction { db in
            try db.inTransaction(.immediate) {
                try insert(count, of: 500, from: count, db)
                return .rollback
            }
        }
        #expect(try left(path) == count)
        #expect(try rows(queue) == count)
        // The log begins anew over the old one.
        try queue.writeWithoutTransaction { db in
            _ = try db.checkpoint(.restart)
            try insert(3, of: 500, from: count, db)
        }
        #expect(try left(path) == count + 3)
        try queue.close()
        #expect(try rows(open(path)) == count + 3)
    }

    @Test("a page as large as SQLite has them, and a value of a megabyte")
    func largePages() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("a.sqlite")
        let made = try DatabaseQueue(path: path)
        try made.writeWithoutTransaction { try $0.execute(sql: "PRAGMA page_size = 65536; VACUUM") }
        try made.close()
        let queue = try open(path)
        try queue.write { try insert(5, of: 1 << 20, $0) }
        #expect(try left(path) == 5)
    }

    /// Registered once for the process: a name is.
    private static let isOverADiskInMemory =
        simulated_disk_register() == 0
        && gathered_log_register(strdup("gathered-tested"), "simulated") == 0

    @Test("where a piece can't be written the transaction is gone, not only the statement")
    func fullDisk() throws {
        try #require(Self.isOverADiskInMemory)
        let disk = simulated_disk_make()
        defer { simulated_disk_remove(disk) }
        let queue = try DatabaseQueue(
            path: "file:/\(disk)/a.sqlite?vfs=gathered-tested",
            configuration: Configuration(
                of: "test", "PRAGMA synchronous = EXTRA; PRAGMA temp_store = MEMORY;"))
        try queue.writeWithoutTransaction { db in
            _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
            try db.execute(
                sql: """
                    PRAGMA cache_size = 20;
                    CREATE TABLE t(id INTEGER PRIMARY KEY, b BLOB, u INTEGER UNIQUE);
                    BEGIN IMMEDIATE
                    """)
            // Some of its pages wait to be written, and the next statement reads them again. It has
            // a journal of its own: a row in the middle of it may be refused.
            for id in 0..<200 {
                try db.execute(
                    sql: "INSERT INTO t VALUES (?, ?, ?)",
                    arguments: [id, Data(repeating: UInt8(id % 251), count: 800), id])
            }
            simulated_disk_arm(disk, simulated_fault_full, 1, 1)
            let error = #expect(throws: DatabaseError.self) {
                try db.execute(sql: "UPDATE t SET u = u + 1000 WHERE id < 100")
            }
            #expect(error?.resultCode == .SQLITE_FULL)
            simulated_disk_disarm(disk)
            #expect(!db.isInsideTransaction)
            if db.isInsideTransaction { try db.execute(sql: "COMMIT") }
        }
        #expect(try rows(queue) == 0)
        try queue.close()
    }

    @Test(
        "a file is found by its name, whatever is in it",
        arguments: ["a b", "50%25", "what?vfs=none", "#1", "村 户", "a&b=c", "file:x"])
    func names(name: String) throws {
        let folder = try TemporaryFolder()
        let path = folder.file(name)
        try open(path).close()
        #expect(FileManager.default.fileExists(atPath: path))
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).count == 1)
    }
}
