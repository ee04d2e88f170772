import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("work carried as a file")
struct BundleHubTests {
    private let house = RecordID(high: 700, low: 1)

    private func scene() async throws -> (HubFixture, FieldDevice, FieldDevice) {
        let fixture = try HubFixture()
        let author = try FieldDevice(1, person: "Li Na", at: fixture)
        let courier = try FieldDevice(2, person: "Wang Fang", at: fixture)
        for device in [author, courier] { try await device.sync() }
        try author.record([.house(house, in: HubFixture.north, count: 3)])
        try author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        return (fixture, author, courier)
    }

    private func export(_ device: FieldDevice) throws -> [UInt8] {
        try #require(try SyncClient.bundle(of: device.store)).bytes
    }

    @Test("a bundle handed in ten times has one effect, and the same receipts each time")
    func repeated() async throws {
        let (fixture, author, _) = try await scene()
        let bundle = try export(author)
        let file = try fixture.hub.take(bundle: bundle)
        let after = try fixture.hub.status()
        for _ in 0..<9 { #expect(try fixture.hub.take(bundle: bundle) == file) }
        #expect(try fixture.hub.status() == after)
        #expect(after.position == LogPosition(2))

        // The device itself offers the same; it counts once.
        let summary = try await author.sync()
        #expect(summary.sent == 2)
        #expect(try fixture.hub.status().position == LogPosition(2))
        #expect(try await author.sync().digestMatches == true)
    }

    @Test("a carried bundle counts against the limit on bytes, and stays where it does not fit")
    func limited() async throws {
        let (fixture, author, courier) = try await scene()
        let bundle = try export(author)
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        try courier.store.carry(bundle, now: now)
        let small = try await courier.sync(SyncOptions(maximumBytes: bundle.count + 100))
        #expect(small.delivered == 0 && small.undelivered == 1 && small.isCutShort)
        #expect(small.bytes <= bundle.count + 100)
        #expect(try fixture.hub.status().records == 0)
        let large = try await courier.sync(SyncOptions(maximumBytes: bundle.count + 4000))
        #expect(large.delivered == 1 && large.undelivered == 0 && !large.isCutShort)
        #expect(large.bytesUp > bundle.count)
        #expect(large.bytes <= bundle.count + 4000)
        #expect(large.roundTrips == 2)
    }

    @Test("what is no bundle, is damaged, or is for another hub is refused, and nothing is stored")
    func noBundle() async throws {
        let (fixture, author, _) = try await scene()
        let before = try fixture.hub.status()
        let bundle = try export(author)
        func changed(_ place: Int) -> [UInt8] {
            var bytes = bundle
            bytes[place] ^= 1
            return bytes
        }
        // The magic, the hub, the key, the content.
        let damaged = [0, 4, 20, 60, bundle.count - 1].map(changed)
        for bytes in [[], Array(bundle.prefix(52)), Array(bundle.dropLast())] + damaged {
            let error = #expect(throws: Problem.self) { try fixture.hub.take(bundle: bytes) }
            #expect(error?.code == .badBundle)
        }
        #expect(try fixture.hub.status() == before)
    }

    @Test("receipts that travel back as a file tell the author what is safe")
    func receiptsBack() async throws {
        let (fixture, author, _) = try await scene()
        let file = try ReceiptFile.decode(fixture.hub.take(bundle: export(author)).encode())
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        #expect(try author.store.keep(file, now: now).count == 2)
        #expect(try author.store.status().unsent == 0)
        #expect(try author.value(House.count, of: house) == .integer(4))
        let summary = try await author.sync()
        #expect(summary.sent == 0)
        #expect(try await author.sync().digestMatches == true)
        #expect(try author.store.shown(house)?.laidOver == [])
    }

    @Test("receipts in a file, of a log that was then put back unnoticed, are not believed")
    func receiptsOfALostLog() async throws {
        let (fixture, author, _) = try await scene()
        let (copy, running) = try fixture.copied(fixture.hub)
        let file = try running.take(bundle: export(author))
        let restored = try fixture.putBack(copy, insteadOf: running)
        author.line.connect(restored)
        let old = restored.epoch
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        #expect(try author.store.keep(file, now: now).count == 2)
        // The hub has forgotten all of it, and nothing tells it but this device.
        #expect(try restored.status().records == 0)
        let summary = try await author.sync()
        #expect(restored.epoch != old)
        #expect(summary.sent == 2)
        #expect(try restored.status().records == 1)
        #expect(try await author.sync().digestMatches == true)
        // A file of the life that ended says nothing any more.
        #expect(throws: StoreError.badAnswer(.foreignReceipt)) {
            try author.store.keep(file, now: now)
        }
    }

    @Test("a file of receipts with another's mark, or none of this hub's, is refused whole")
    func forgedMark() async throws {
        let (fixture, author, courier) = try await scene()
        let file = try fixture.hub.take(bundle: export(author))
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        let forged = ReceiptFile(
            mark: SignedMark(
                bytes: file.mark.bytes,
                signature: try courier.store.signingKey().sign(file.mark.bytes, for: .mark)),
            receipts: file.receipts)
        #expect(throws: StoreError.badAnswer(.badReceiptSignature)) {
            try author.store.keep(forged, now: now)
        }
        #expect(try author.store.status().unsent == 2)
    }

    @Test("what a hub lost that was put back is handed in again by who carried it")
    func carriedOnceMore() async throws {
        let (fixture, author, courier) = try await scene()
        let (copy, running) = try fixture.copied(fixture.hub)
        courier.line.connect(running)
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        try courier.store.carry(export(author), now: now)
        #expect(try await courier.sync().delivered == 1)
        #expect(try running.status().records == 1)
        // The author's laptop is at the bottom of a river.
        let restored = try fixture.putBack(copy, insteadOf: running)
        courier.line.connect(restored)
        #expect(try await courier.sync().delivered == 1)
        #expect(try restored.status().records == 1)
        #expect(try await courier.sync().delivered == 0)
        #expect(try courier.value(House.count, of: house) == .integer(4))
    }

    @Test("what a hub lost that was put back unaware is found out by who carries something there")
    func courierOfALostLog() async throws {
        let (fixture, author, courier) = try await scene()
        let (copy, running) = try fixture.copied(fixture.hub)
        courier.line.connect(running)
        try courier.record([.house(RecordID(high: 700, low: 2), in: HubFixture.south)])
        try await courier.sync()
        let restored = try fixture.putBack(copy, insteadOf: running)
        courier.line.connect(restored)
        let old = restored.epoch
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        // With it the log grows past where the courier has seen it.
        try courier.store.carry(export(author), now: now)
        let summary = try await courier.sync()
        #expect(restored.epoch != old)
        #expect(summary.sent == 1 && summary.delivered == 1)
        #expect(try restored.status().records == 2)
        #expect(try await courier.sync().digestMatches == true)
    }

    @Test("a carried bundle goes once a verified backup of the hub holds all of it, not before")
    func carriedUntilAnchored() async throws {
        let (fixture, author, courier) = try await scene()
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        let bundle = try export(author)
        try courier.store.carry(bundle, now: now)
        try await courier.sync()
        #expect(try courier.store.carriedBundle(Digests.sha256(bundle)) == bundle)
        _ = try fixture.hub.anchor(StoreContents(of: fixture.hub.store).place)
        try await courier.sync()
        #expect(try courier.store.carriedBundle(Digests.sha256(bundle)) == nil)
    }

    @Test("a courier's next sync hands the bundle in, once")
    func courier() async throws {
        let (fixture, author, courier) = try await scene()
        let bundle = try export(author)
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        for _ in 0..<2 { try courier.store.carry(bundle, now: now) }
        #expect(try courier.store.carried().count == 1)
        // The line breaks as it is handed in, and breaks again: it is still carried.
        courier.line.expect(.answerLost, .answerLost)
        #expect(await courier.failure() == .transport(.timedOut))
        #expect(try courier.store.carried().count == 1)
        let summary = try await courier.sync()
        #expect(summary.delivered == 1)
        #expect(try courier.store.carried().isEmpty)
        #expect(try fixture.hub.status().position == LogPosition(2))
        #expect(try author.store.status().unsent == 2)
        try await author.sync()
        #expect(try author.store.status().unsent == 0)
    }

    @Test("what the hub will never take is kept by the courier, and not offered for ever")
    func refused() async throws {
        let (_, author, courier) = try await scene()
        var bundle = try export(author)
        bundle[bundle.count - 1] ^= 1
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        try courier.store.carry(bundle, now: now)
        let summary = try await courier.sync()
        #expect(summary.refused == 1)
        #expect(try courier.store.carried().isEmpty)
        #expect(try courier.store.carriedBundle(Digests.sha256(bundle)) == bundle)
    }

    @Test(
        "of a damaged bundle, one of a stranger and one with another's signature nothing is stored")
    func nothingHalf() async throws {
        let (fixture, author, courier) = try await scene()
        let before = try fixture.hub.status()
        let bundle = try export(author)
        for place in stride(from: 0, to: bundle.count, by: 7) {
            var altered = bundle
            altered[place] ^= 0x40
            #expect(throws: Problem.self) { try fixture.hub.take(bundle: altered) }
        }
        let set = try author.store.run(.first...ChangeSetNumber(2)!).changeSets
        let identity = try author.store.identity()
        let hub = try #require(identity.hub)
        let hubKey = try #require(identity.sealingKey)
        let own = SignedRun.make(
            [set[0].changeSet], head: set[0].hash, key: try author.store.signingKey())
        let forged = SignedRun.make(
            [set[1].changeSet], head: set[1].hash, key: try courier.store.signingKey())
        let mixed = try SealedBundle(replica: identity.replica, runs: [own, forged])
            .sealed(for: hub, key: hubKey)
        #expect { try fixture.hub.take(bundle: mixed) } throws: {
            ($0 as? Problem)?.code == .badSignature
        }
        let stranger = try SealedBundle(replica: ReplicaID(high: 9, low: 9), runs: [own])
            .sealed(for: hub, key: hubKey)
        #expect { try fixture.hub.take(bundle: stranger) } throws: {
            ($0 as? Problem)?.code == .unknownReplica
        }
        #expect(try fixture.hub.status() == before)
    }

    @Test("17: a revoked device's outbox, delivered by a technician, is taken and nothing is sent")
    func revoked() async throws {
        let (fixture, author, _) = try await scene()
        let bundle = try export(author)
        try fixture.hub.revoke(try author.store.identity().replica, by: fixture.admin)
        let file = try fixture.hub.take(bundle: bundle)
        let receipt = try #require(file.receipts.first?.verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.count == 2)
    }
}
