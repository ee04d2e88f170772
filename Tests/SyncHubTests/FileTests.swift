import Foundation
import SyncClient
import SyncCore
import SyncExchange
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("files of records")
struct FileTests {
    let house = RecordID(high: 100, low: 1)

    private func photograph(_ size: Int = 100_000, seed: UInt64 = 1) -> [UInt8] {
        var generator = TestGenerator(Seed(seed))
        return (0..<size).map { _ in UInt8.random(in: .min ... .max, using: &generator) }
    }

    /// A house that two devices hold; `a` has put a file with it, and nothing of that was sent.
    private func attached(
        _ bytes: [UInt8], areas: [ScopeID] = [HubFixture.district]
    ) async throws -> (fixture: HubFixture, a: FieldDevice, b: FieldDevice, file: AttachedFile) {
        let fixture = try HubFixture()
        let a = try FieldDevice(1, person: "Li Na", at: fixture)
        let b = try FieldDevice(2, person: "Wang Fang", at: fixture, areas: areas)
        try await a.sync()
        try a.record([.house(house, in: HubFixture.north)])
        try await a.sync()
        try await b.sync()
        return (fixture, a, b, try attach(bytes, a))
    }

    private func attach(
        _ bytes: [UInt8], _ device: FieldDevice, name: String = "letter.jpg"
    ) throws -> AttachedFile {
        let hash = try device.store.keep(file: bytes, for: house)
        let file = AttachedFile(
            hash: hash, size: bytes.count, type: Text("image/jpeg"), name: Text(name))
        try device.edit(house) { try $0.change(.files, adding: [file.value]) }
        return file
    }

    private func standing(_ device: FieldDevice) throws -> [AttachedFile.Standing?] {
        try device.store.shown(house)!.state.files.map(\.standing)
    }

    @Test("a dry run estimates what its lane would send, files without asking the hub")
    func estimates() async throws {
        let (_, a, _, file) = try await attached(photograph())
        let files = try await a.sync(SyncOptions(isDryRun: true, only: .files))
        var wanted = SyncSummary.Estimate(changeSets: 0, bytesUp: 0, records: 0, bytesDown: 0)
        (wanted.files, wanted.fileBytes) = (1, file.size)
        #expect(files.estimate == wanted && files.roundTrips == 0)
        let records = try #require(
            try await a.sync(SyncOptions(isDryRun: true, only: .records)).estimate)
        #expect(records.changeSets == 1 && records.files == 0 && records.fileBytes == 0)
        let all = try #require(try await a.sync(SyncOptions(isDryRun: true)).estimate)
        #expect(all.changeSets == 1 && all.files == 1 && all.fileBytes == file.size)
    }

    @Test(
        "the bytes follow their record; whoever holds it sees that they are awaited, and then here")
    func arrives() async throws {
        let bytes = photograph()
        let (fixture, a, b, file) = try await attached(bytes)
        let records = try await a.sync(SyncOptions(only: .records))
        #expect(records.filesSent == 0 && records.filesUnsent == 1)
        #expect(records.fileBytesUnsent == bytes.count)
        try await b.sync()
        #expect(try standing(b) == [nil])
        let files = try await a.sync(SyncOptions(only: .files))
        #expect(files.filesSent == 1 && files.filesUnsent == 0 && files.sent == 0)
        try await b.sync()
        #expect(try standing(b) == [.here])
        #expect(try b.store.file(file.hash) == nil)
        try b.store.want(file, of: house)
        #expect(try await b.sync().filesReceived == 1)
        #expect(try b.store.bytes(ofFile: file.hash) == bytes)
        for device in [a, b] {
            try await device.sync()
            #expect(try await device.sync().digestMatches == true)
        }
        #expect(try fixture.hub.doctor().isEmpty)
    }

    @Test("what a copied device has named it brings, under the name that it knows")
    func ofACopy() async throws {
        let fixture = try HubFixture()
        let a = try FieldDevice(1, person: "Li Na", at: fixture)
        try await a.sync()
        try a.record([.house(house, in: HubFixture.north)])
        try await a.sync()
        let copy = try FieldDevice(copyOf: a, at: fixture)
        try a.record([.write(house, House.minutes, .increment(1))])
        try await a.sync()
        _ = try attach(photograph(), copy)
        #expect(try await copy.sync().filesSent == 1)
        #expect(try copy.store.identity().enrolment == .copied)
        try await a.sync()
        #expect(try standing(a) == [.here])
        #expect(try fixture.hub.doctor().isEmpty)
    }

    @Test("a line that breaks after any number of parts costs one part, up and down")
    func resumes() async throws {
        let bytes = photograph(300_000)
        let (fixture, a, b, file) = try await attached(bytes)
        try await a.sync(SyncOptions(only: .records))
        var syncs = 0
        while try a.store.fileErrands().toSend.count > 0 {
            // One question and one part, then nothing.
            a.line.expect(.fine, .fine, .answerLost)
            _ = await a.failure(SyncOptions(only: .files))
            syncs += 1
            try #require(syncs < 20)
        }
        #expect(syncs > 1)
        try await b.sync()
        try b.store.want(file, of: house)
        var had = -1
        while let held = try b.store.file(file.hash), !held.isWhole {
            #expect(held.received > had)
            had = held.received
            b.line.expect(.fine, .down)
            _ = await b.failure(SyncOptions(only: .files))
        }
        #expect(try b.store.bytes(ofFile: file.hash) == bytes)
        #expect(try fixture.hub.doctor().isEmpty)
    }

    @Test("a limit on bytes ends between two parts, and the next sync goes on")
    func budget() async throws {
        let (fixture, a, _, _) = try await attached(photograph(200_000))
        let first = try await a.sync(SyncOptions(maximumBytes: 60_000))
        #expect(first.sent == 1 && first.filesSent == 0 && first.isCutShort)
        #expect(first.bytesUp + first.bytesDown <= 60_000)
        let second = try await a.sync()
        #expect(second.filesSent == 1)
        #expect(second.bytesUp < 200_000)
        #expect(try fixture.hub.doctor().isEmpty)
    }

    @Test("two devices with the same bytes each bring them, and each learns nothing of the other")
    func twins() async throws {
        let bytes = photograph(50_000)
        let (fixture, a, b, file) = try await attached(bytes)
        try await a.sync()
        // B knows the hash and no more: naming it in a house of its own opens nothing.
        let own = RecordID(high: 100, low: 9)
        try b.record([.house(own, in: HubFixture.south)])
        try b.edit(own) { try $0.change(.files, adding: [file.value]) }
        try await b.sync()
        let other = try FieldDevice(
            3, person: "Zhao Lei", at: fixture, areas: [HubFixture.south])
        try await other.sync()
        try other.store.want(file, of: own)
        #expect(try await other.sync().filesReceived == 0)
        #expect(try other.store.shown(own)!.state.files.map(\.standing) == [nil])
        // With the bytes it does.
        _ = try b.store.keep(file: bytes, for: own)
        #expect(try await b.sync().filesSent == 1)
        #expect(try await other.sync().filesReceived == 1)
        #expect(try other.store.bytes(ofFile: file.hash) == bytes)
        #expect(try fixture.hub.doctor().isEmpty)
    }

    @Test(
        "bytes that are not what the record names are refused and dropped, and the right ones taken"
    )
    func wrongBytes() async throws {
        let bytes = photograph(1000)
        let (fixture, a, _, file) = try await attached(bytes)
        try await a.sync(SyncOptions(only: .records))
        let identity = try a.store.identity()
        func put(_ bytes: [UInt8], at offset: Int = 0) throws -> FileResponse {
            let request = FileRequest(
                replica: identity.replica, hash: file.hash, offset: offset, act: .put(bytes))
            return try FileResponse.decode(
                fixture.hub.file(
                    request.encode(hub: fixture.hub.id, key: try a.store.signingKey())))
        }
        #expect(throws: Problem(.wrongBytes)) { try put(photograph(1000, seed: 2)) }
        #expect(throws: Problem(.wrongBytes)) { try put(bytes + [0]) }
        #expect(try put([]).offset == 0)
        // A part that does not begin where the hub's end is not kept.
        #expect(try put(Array(bytes[500...]), at: 500).offset == 0)
        #expect(try put(Array(bytes[..<500])).offset == 500)
        #expect(try put(Array(bytes[..<500])).offset == 500)
        #expect(try put(Array(bytes[500...]), at: 500).isWhole)
        #expect(try put([]).isWhole)
    }

    @Test("nothing is said of a file that no record of the person names, nor to anybody unknown")
    func authority() async throws {
        let (fixture, a, b, file) = try await attached(
            photograph(1000), areas: [HubFixture.south])
        try await a.sync()
        func ask(
            _ act: FileRequest.Act, hash: ContentHash, by device: FieldDevice
        ) throws -> [UInt8] {
            let request = FileRequest(
                replica: try device.store.identity().replica, hash: hash, offset: 0, act: act)
            return try fixture.hub.file(
                request.encode(hub: fixture.hub.id, key: try device.store.signingKey()))
        }
        for act in [FileRequest.Act.put([1]), .get(maximumBytes: 10)] {
            for hash in [file.hash, ContentHash.none] {
                #expect(throws: Problem(.noSuchFile)) { try ask(act, hash: hash, by: b) }
            }
        }
        #expect(throws: Problem(.malformed)) { try fixture.hub.file([]) }
        let stranger = FileRequest(
            replica: ReplicaID(high: 3, low: 3), hash: file.hash, offset: 0,
            act: .get(maximumBytes: 1)
        ).encode(hub: fixture.hub.id, key: try a.store.signingKey())
        #expect(throws: Problem(.unknownReplica)) { try fixture.hub.file(stranger) }
        let forged = FileRequest(
            replica: try a.store.identity().replica, hash: file.hash, offset: 0,
            act: .get(maximumBytes: 1)
        ).encode(hub: fixture.hub.id, key: try b.store.signingKey())
        #expect(throws: Problem(.badSignature)) { try fixture.hub.file(forged) }
        // A device writes what files there are, and never that they have come.
        try a.edit(house) {
            try $0.change(.arrivals, adding: [AttachedFile.Standing.lost.value(of: file.hash)])
        }
        #expect(try await a.sync().quarantined == 1)
    }

    @Test(
        "a device that is given up marks what it had as lost; what it brings all the same is here")
    func lost() async throws {
        let (fixture, a, b, _) = try await attached(photograph(1000))
        try await a.sync(SyncOptions(only: .records))
        try fixture.hub.revoke(a.store.identity().replica, by: fixture.admin)
        try await b.sync()
        #expect(try standing(b) == [.lost])
        #expect(try await a.sync(SyncOptions(only: .files)).filesSent == 1)
        try await b.sync()
        #expect(try standing(b) == [.here])
    }

    @Test("a record that has left stays until its file has arrived, then both go")
    func leaves() async throws {
        let (fixture, a, _, file) = try await attached(photograph(40_000))
        try await a.sync(SyncOptions(only: .records))
        let grant = try #require(
            try fixture.hub.grants(by: fixture.admin).first { $0.personName == "Li Na" })
        try fixture.hub.endGrant(grant.id, reason: "moved on", by: fixture.admin)
        #expect(try await a.sync(SyncOptions(only: .records)).takenOff == 0)
        #expect(try a.store.shown(house) != nil)
        #expect(try await a.sync(SyncOptions(only: .files)).filesSent == 1)
        #expect(try await a.sync().takenOff == 1)
        #expect(try a.store.file(file.hash) == nil)
        #expect(try a.store.bytes(ofFile: file.hash).isEmpty)
    }

    @Test("a hub's full disk keeps nothing half, and the file goes later")
    func fullDisk() async throws {
        let bytes = photograph(1000)
        let (fixture, a, _, file) = try await attached(bytes)
        try await a.sync(SyncOptions(only: .records))
        // What is no folder takes no file.
        let folder = fixture.folder.file("files")
        try Data().write(to: URL(filePath: folder))
        let failure = await a.failure(SyncOptions(only: .files))
        guard case .stopped(.problem(let problem))? = failure else {
            Issue.record("the file was taken")
            return
        }
        #expect([.failed, .storageFull].contains(problem.code))
        #expect(try a.store.fileErrands().toSend.map(\.hash) == [file.hash])
        try FileManager.default.removeItem(atPath: folder)
        #expect(try await a.sync().filesSent == 1)
    }

    @Test("the hub's doctor finds a file that is gone or was changed")
    func scrub() async throws {
        let (fixture, a, _, file) = try await attached(photograph(1000))
        try await a.sync()
        #expect(try fixture.hub.doctor().isEmpty)
        let name = "\(file.hash)"
        let path = fixture.folder.file("files/\(name.prefix(2))/\(name)")
        var bytes = try Data(contentsOf: URL(filePath: path))
        bytes[500] ^= 1
        try bytes.write(to: URL(filePath: path))
        #expect(try fixture.hub.doctor().map(\.code) == ["file"])
        try FileManager.default.removeItem(atPath: path)
        #expect(try fixture.hub.doctor().map(\.code) == ["file"])
    }

    @Test("a hub that has its records from the journal and not the bytes is brought them again")
    func broughtAgain() async throws {
        let (fixture, a, _, file) = try await attached(photograph(1000))
        let journal = fixture.folder.file("elsewhere.journal")
        _ = try fixture.hub.follow(JournalFile(path: journal, hub: fixture.hub.id))
        let elsewhere = try TemporaryFolder()
        try fixture.hub.copy(to: elsewhere.file("hub.sqlite"))
        #expect(try await a.sync().filesSent == 1)
        try await a.sync()
        #expect(try standing(a) == [.here])
        let id = fixture.hub.id
        try fixture.hub.store.close()

        let restored = try Hub(
            store: HubStore(path: elsewhere.file("hub.sqlite"), schema: .test), key: fixture.key,
            clock: { [clock = fixture.clock] in clock.now_ms }, random: TestGenerator(Seed(9)),
            isPutBack: true)
        #expect(try restored.follow(JournalFile(path: journal, hub: id)) > 0)
        a.line.connect(restored)
        #expect(try await a.sync().filesSent == 1)
        #expect(try restored.store.files.isIntact(file.hash))
        try await a.sync()
        #expect(try standing(a) == [.here])
    }

    @Test("what one device may bring has a limit")
    func quota() async throws {
        let (fixture, a, _, _) = try await attached(photograph(1000))
        try await a.sync()
        // As many bytes as a device may bring, and one.
        _ = try attach(photograph(1000, seed: 3), a, name: "second.jpg")
        try fixture.hub.store.write { tx in
            let replica = try #require(try tx.replica(try a.store.identity().replica))
            try tx.setFiles(
                [(ContentHash.none, Limits.fileBytesPerDevice, [replica.rid])],
                of: RecordID(high: 100, low: 77), in: .house)
            try tx.setState(.here, of: .none, by: replica.rid)
        }
        let summary = try await a.sync()
        #expect(summary.filesRefused == 1 && summary.filesUnsent == 1)
    }
}
