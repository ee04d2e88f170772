import Foundation
import HubServer
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("a backup")
struct BackupTests {
    let house = RecordID(high: 100, low: 1)

    /// A hub with one house, and a folder with the files that go into a backup.
    private func hub() throws -> (HubFixture, String) {
        let fixture = try HubFixture()
        var device = try fixture.device(1, person: "Li Na")
        try fixture.sync(&device)
        device.seal([.house(house, in: HubFixture.north)])
        try fixture.syncAll(&device)
        let folder = fixture.folder.file("files")
        try FileManager.default.createDirectory(atPath: folder, withIntermediateDirectories: false)
        for name in Backup.names {
            #expect(
                FileManager.default.createFile(
                    atPath: "\(folder)/\(name)",
                    contents: Data(name == "receipt.key" ? fixture.key.seed : Array(name.utf8))))
        }
        return (fixture, folder)
    }

    private func backup(_ fixture: HubFixture, _ folder: String, at now_ms: Int64) throws -> Backup
    {
        let copy = fixture.folder.file("copy-\(now_ms).sqlite")
        try fixture.hub.copy(to: copy)
        let store = try HubStore(path: copy, schema: .test)
        let contents = try StoreContents(of: store)
        try store.close()
        return try Backup.make(
            of: contents, database: copy, folder: folder, in: fixture.folder.path, now_ms: now_ms)
    }

    @Test("made while the hub works, read again, and restored as the same store")
    func roundTrip() throws {
        let (fixture, folder) = try hub()
        let made = try backup(fixture, folder, at: 1)
        let read = try Backup(path: made.path)
        #expect(read.json == made.json)
        #expect(try Backup.all(in: fixture.folder.path).backups.map(\.path) == [made.path])
        let place = fixture.folder.file("restored")
        try read.unpack(to: place)
        let store = try HubStore(path: "\(place)/hub.sqlite", schema: .test)
        let restored = try Hub(
            store: store, key: fixture.key, clock: { 0 }, random: TestGenerator(Seed(5)))
        #expect(try restored.doctor() == [])
        #expect(try restored.status().digest == fixture.hub.status().digest)
        #expect(
            FileManager.default.contents(atPath: "\(place)/receipt.key")
                == Data(fixture.key.seed))
    }

    @Test("the bytes of files are in it, and come back to their places")
    func files() throws {
        let (fixture, keys) = try hub()
        var device = try fixture.device(2, person: "Wang Fang")
        let photograph = Array("a photograph".utf8)
        let file = AttachedFile(
            hash: Digests.sha256(photograph), size: photograph.count, type: Text("image/jpeg"),
            name: Text("letter"))
        device.seal([.write(house, .files, .change(adding: [file.value], removing: []))])
        try fixture.syncAll(&device)
        _ = try fixture.hub.file(
            FileRequest(
                replica: device.replica, hash: file.hash, offset: 0, act: .put(photograph)
            ).encode(hub: fixture.hub.id, key: device.key))
        for name in Backup.names {
            try FileManager.default.copyItem(
                atPath: "\(keys)/\(name)", toPath: fixture.folder.file(name))
        }
        let made = try backup(fixture, fixture.folder.path, at: 1)
        let place = fixture.folder.file("restored")
        try Backup(path: made.path).unpack(to: place)
        let store = try HubStore(path: "\(place)/hub.sqlite", schema: .test)
        #expect(try store.files.bytes(of: file.hash, from: 0, count: 100) == photograph)
        let restored = try Hub(
            store: store, key: fixture.key, clock: { 0 }, random: TestGenerator(Seed(5)))
        #expect(try restored.doctor() == [])
    }

    @Test(
        "only a whole one moves the anchor, and only forward; devices are told with the next answer"
    )
    func anchor() throws {
        let (fixture, folder) = try hub()
        var device = try fixture.device(2, person: "Wang Fang")
        try fixture.sync(&device)
        let first = try backup(fixture, folder, at: 1)
        #expect(try fixture.hub.anchor(first.place) == .moved(first.place.position))
        #expect(try fixture.hub.anchor(first.place) == .known(first.place.position))
        let foreign = LogPlace(
            position: first.place.position, link: first.place.link,
            hash: ContentHash(bytes: [UInt8](repeating: 1, count: 32))!)
        #expect(try fixture.hub.anchor(foreign) == .foreign)
        // Nothing else is new for this device.
        let answer = try fixture.sync(&device)
        let mark = try #require(answer.mark?.verified(by: fixture.key.verifying))
        #expect(mark.anchored == first.place.position)
        #expect(try fixture.sync(&device).mark == nil)
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("one flipped bit anywhere in its files is found before anything is restored")
    func flipped() throws {
        let (fixture, folder) = try hub()
        let made = try backup(fixture, folder, at: 1)
        var generator = TestGenerator(Seed(3))
        for round in 0..<40 {
            let path = "\(made.path)/hub.sqlite.zst"
            let whole = try Data(contentsOf: URL(filePath: path))
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << (round % 8)
            try bytes.write(to: URL(filePath: path))
            let place = fixture.folder.file("restored-\(round)")
            #expect(throws: FileFault.self) { try Backup(path: made.path).unpack(to: place) }
            #expect(!FileManager.default.fileExists(atPath: place))
            try whole.write(to: URL(filePath: path))
        }
    }

    @Test("says exactly what a later state has and it has not")
    func lacks() throws {
        let (fixture, folder) = try hub()
        let made = try backup(fixture, folder, at: 1)
        let replica = ReplicaID(high: 1, low: 1)
        var later = made.stored
        later[replica] = 4
        let lacking = made.lacks(later)
        #expect(lacking.map(\.replica) == [replica])
        #expect(lacking.map(\.numbers) == [2...4])
        #expect(made.lacks(made.stored).isEmpty)
    }
}
