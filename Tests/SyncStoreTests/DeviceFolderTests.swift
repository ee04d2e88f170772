import Foundation
import GRDB
import SyncCore
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("the folder of a device")
struct DeviceFolderTests {
    let house = RecordID.test(1)

    private func mode(_ path: String) throws -> Int {
        let attributes = try FileManager.default.attributesOfItem(atPath: path)
        return (attributes[.posixPermissions] as? NSNumber)?.intValue ?? 0
    }

    @Test("folder and files are for their owner only, and opened-up files are closed again")
    func permissions() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        #expect(try mode(device.path) == 0o700)
        for name in ["store.sqlite", "store.sqlite-wal", "key", "lock", "ca.pem"] {
            #expect(try mode(device.path + "/" + name) == 0o600, "\(name)")
        }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: device.path + "/store.sqlite")
        try device.reopen()
        #expect(try mode(device.path + "/store.sqlite") == 0o600)
    }

    @Test("a second store on the folder is refused, told how often it tried, and let in afterwards")
    func lock() throws {
        let device = try TestDevice()
        var attempts = 0
        #expect(throws: StoreError.inUse) {
            _ = try DeviceStore.open(device.path, schema: .test) { attempt in
                attempts = attempt
                return attempt < 5
            }
        }
        #expect(attempts == 5)
        // Whoever waits gets it once it is free.
        let second = try DeviceStore.open(device.path, schema: .test) { _ in
            do { try device.store.close() } catch { return false }
            return true
        }
        #expect(try second.identity().replica != ReplicaID(high: 0, low: 0))
        try second.close()
    }

    @Test("a lock held by another process is respected")
    func lockOfAnotherProcess() throws {
        let device = try TestDevice()
        try device.store.close()
        let process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments = ["flock", device.path + "/lock", "sh", "-c", "echo held; read line"]
        let (input, output) = (Pipe(), Pipe())
        process.standardInput = input
        process.standardOutput = output
        try process.run()
        #expect(try output.fileHandleForReading.read(upToCount: 5) == Data("held\n".utf8))
        #expect(throws: StoreError.inUse) {
            _ = try DeviceStore.open(device.path, schema: .test)
        }
        try input.fileHandleForWriting.close()
        process.waitUntilExit()
        _ = try DeviceStore.open(device.path, schema: .test)
    }

    @Test("where no store was made there is none, and opening makes none")
    func noStore() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("nothing")
        #expect(throws: StoreError.noStore(path: path)) {
            _ = try DeviceStore.open(path, schema: .test)
        }
        #expect(!FileManager.default.fileExists(atPath: path))
        #expect(throws: StoreError.noStore(path: folder.path)) {
            _ = try DeviceStore.open(folder.path, schema: .test)
        }
        #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).isEmpty)
    }

    @Test("making a store where one is keeps the one that is")
    func createTwice() throws {
        let device = try TestDevice()
        let replica = try device.replica
        let key = try device.store.signingKey()
        try device.store.close()
        var generator = TestGenerator(Seed(99))
        let again = try DeviceStore.create(device.path, schema: .test, using: &generator)
        #expect(try again.identity().replica == replica)
        #expect(try again.signingKey().seed == key.seed)
    }

    @Test("a half-made store, ended before it had its name, is finished by the next attempt")
    func halfMade() throws {
        let folder = try TemporaryFolder()
        let path = folder.file("store")
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: false,
            attributes: [.posixPermissions: 0o700])
        #expect(FileManager.default.createFile(atPath: path + "/store.sqlite", contents: nil))
        #expect(throws: StoreError.noStore(path: path)) {
            _ = try DeviceStore.open(path, schema: .test)
        }
        var generator = TestGenerator(Seed(1))
        let store = try DeviceStore.create(path, schema: .test, using: &generator)
        #expect(try store.signingKey().seed.count == 32)
    }

    @Test("a link, a folder or a pipe in place of the database is not followed")
    func noPlainFile() throws {
        let device = try TestDevice()
        try device.store.close()
        let file = device.path + "/store.sqlite"
        let elsewhere = device.folder.file("elsewhere")
        try FileManager.default.moveItem(atPath: file, toPath: elsewhere)
        let refusal = StoreError.unsafePath(path: file, reason: .notAFile)
        try FileManager.default.createSymbolicLink(atPath: file, withDestinationPath: elsewhere)
        #expect(throws: refusal) { _ = try DeviceStore.open(device.path, schema: .test) }
        try FileManager.default.removeItem(atPath: file)
        try FileManager.default.createDirectory(atPath: file, withIntermediateDirectories: false)
        #expect(throws: refusal) { _ = try DeviceStore.open(device.path, schema: .test) }
        try FileManager.default.removeItem(atPath: file)
        #expect(mkfifo(file, 0o600) == 0)
        #expect(throws: refusal) { _ = try DeviceStore.open(device.path, schema: .test) }
    }

    @Test("a folder that others may write is refused")
    func openFolder() throws {
        let device = try TestDevice()
        try device.store.close()
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o777], ofItemAtPath: device.path)
        #expect(throws: StoreError.unsafePath(path: device.path, reason: .openToOthers)) {
            _ = try DeviceStore.open(device.path, schema: .test)
        }
    }

    @Test("a folder that can't be written is told as such")
    func readOnly() throws {
        // Rights don't bind root, but the kernel's own file systems do.
        var generator = TestGenerator(Seed(1))
        do {
            _ = try DeviceStore.create("/sys/hazama-test", schema: .test, using: &generator)
            Issue.record("it was made")
        } catch {
            #expect(
                error == .unsafePath(path: "/sys/hazama-test", reason: .readOnly))
        }
    }

    @Test("a store from a newer program is refused and not touched")
    func future() throws {
        let device = try TestDevice()
        try device.store.close()
        let file = device.path + "/store.sqlite"
        try change(file, "PRAGMA user_version = 99")
        let before = FileManager.default.contents(atPath: file)
        #expect(throws: StoreError.fromTheFuture(version: 99)) {
            _ = try DeviceStore.open(device.path, schema: .test)
        }
        #expect(FileManager.default.contents(atPath: file) == before)
    }

    @Test(
        "a database of another program, or one with what we never make, is refused",
        arguments: [
            "PRAGMA application_id = 7",
            "CREATE TRIGGER t AFTER INSERT ON house BEGIN DELETE FROM sync_outbox; END",
            "CREATE VIEW v AS SELECT 1",
            "CREATE VIRTUAL TABLE v USING fts5(a)",
        ])
    func foreign(sql: String) throws {
        let device = try TestDevice()
        try device.store.close()
        try change(device.path + "/store.sqlite", sql)
        do {
            _ = try DeviceStore.open(device.path, schema: .test)
            Issue.record("it was opened")
        } catch {
            guard case .notOurs = error else { throw error }
        }
    }

    @Test("text in place of the database is damage")
    func noDatabase() throws {
        let device = try TestDevice()
        try device.store.close()
        let file = device.path + "/store.sqlite"
        try Data(repeating: 65, count: 5000).write(to: URL(fileURLWithPath: file))
        do {
            _ = try DeviceStore.open(device.path, schema: .test)
            Issue.record("it was opened")
        } catch {
            guard case .fault(let fault) = error else { throw error }
            #expect(fault.kind == .damaged)
        }
    }

    /// What may become of a file on a bad disk, and of a folder put together from two.
    enum Mishap: String, CaseIterable {
        case cutInHalf, cutOff, emptied, otherHead, flippedPages, otherLog, lostLog
    }

    @Test(
        "a file that was cut, altered or mixed with another is told, and never taken for whole",
        arguments: Mishap.allCases)
    func mishaps(mishap: Mishap) throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        for number in 1...40 {
            try device.record([.house(.test(UInt64(number)), in: HubFixture.north)])
        }
        let file = device.path + "/store.sqlite"
        // As the power's end leaves them: the last commits are in the log only.
        let log = try #require(FileManager.default.contents(atPath: file + "-wal"))
        try device.store.close()
        var bytes = try #require(FileManager.default.contents(atPath: file))
        switch mishap {
        case .cutInHalf: bytes.removeLast(bytes.count / 2)
        case .cutOff: bytes.removeLast(4096)
        case .emptied: bytes = Data()
        case .otherHead: bytes.replaceSubrange(0..<100, with: Data(repeating: 0x41, count: 100))
        case .flippedPages:
            for place in stride(from: 4096 * 3 + 7, to: bytes.count, by: 64) { bytes[place] ^= 16 }
        case .otherLog:
            let other = try TestDevice.enrolled(&hub, Seed(2))
            try other.record([.house(.test(999), in: HubFixture.north)])
            let foreign = FileManager.default.contents(atPath: other.path + "/store.sqlite-wal")
            try #require(foreign).write(to: URL(fileURLWithPath: file + "-wal"))
        case .lostLog: #expect(!log.isEmpty)
        }
        try bytes.write(to: URL(fileURLWithPath: file))
        do {
            device.store = try DeviceStore.open(device.path, schema: .test)
        } catch {
            switch error {
            case .noStore, .fault, .notOurs: return
            default: throw error
            }
        }
        let findings: [Finding]
        // What can't even be looked over is told as well.
        do { findings = try device.store.doctor() } catch { return }
        let isTold = findings.contains { $0.severity == .broken }
        // A log that is gone had been emptied into the file.
        if mishap == .lostLog {
            #expect(try !isTold && device.store.outbox().count == 40)
        } else {
            #expect(isTold)
        }
    }

    @Test("a lost key is told, and the store stays readable")
    func lostKey() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        try FileManager.default.removeItem(atPath: device.path + "/key")
        try device.reopen()
        #expect(throws: StoreError.keyMissing) { try device.store.signingKey() }
        #expect(try device.store.list(.house).count == 1)
        #expect(try device.store.doctor().first?.severity == .broken)
    }

    @Test(
        "on a full disk nothing is half written, what was saved stays, and it goes on when there is room"
    )
    func full() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        try device.store.limit(pages: device.store.pages() + 2)
        let large = String(repeating: "n", count: 4000)
        var saved = 0
        var fault: StoreFault?
        while fault == nil, saved < 100 {
            do {
                try device.edit(house) { try $0.append([.text(large)], to: House.notes) }
                saved += 1
            } catch StoreError.fault(let found) {
                fault = found
            }
        }
        #expect(fault?.kind == .full)
        #expect(try device.store.outbox().count == saved + 1)
        #expect(throws: StoreError.self) {
            try device.apply(
                { () -> SyncResponse in
                    for number in 2...400 {
                        hub.write([
                            .house(
                                .test(UInt64(number)), in: HubFixture.north,
                                title: large.prefix(200).description)
                        ])
                    }
                    return try hub.answer(to: device.replica)
                }())
        }
        #expect(try device.store.list(.house).count == 1)
        #expect(try device.store.grants()[0].cursor == .start)

        try device.store.limit(pages: 1 << 20)
        try device.edit(house) { try $0.append([.text(large)], to: House.notes) }
        try device.reopen()
        #expect(try device.store.outbox().count == saved + 2)
        #expect(try device.store.verifyReceipts().faults == [])
        try device.sync(&hub)
        #expect(try device.store.totalDigest() == hub.digest)
    }

    @Test("doctor names what was altered behind our back")
    func doctor() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        try device.record([.house(.test(2), in: HubFixture.north)])
        try device.sync(&hub)
        #expect(try device.store.doctor().allSatisfy { $0.severity == .fine })
        try device.store.close()
        try change(
            device.path + "/store.sqlite",
            """
            UPDATE sync_outbox SET hash = zeroblob(32) WHERE number = 2;
            UPDATE house SET state = x'00' WHERE rid = 1;
            UPDATE sync_receipts SET signature = zeroblob(64);
            """)
        device.store = try DeviceStore.open(device.path, schema: .test)
        let broken = try device.store.doctor().filter { $0.severity == .broken }
        #expect(Set(broken.map(\.check)) == ["outbox", "states", "digests", "receipts"])
    }

    private func change(_ file: String, _ sql: String) throws {
        let queue = try DatabaseQueue(path: file)
        try queue.writeWithoutTransaction { db in try db.execute(sql: sql) }
        try queue.writeWithoutTransaction { db in _ = try db.checkpoint(.truncate) }
        try queue.close()
    }
}
