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
        let receipts = try fixture.hub.take(bundle: bundle)
        let after = try fixture.hub.status()
        for _ in 0..<9 { #expect(try fixture.hub.take(bundle: bundle) == receipts) }
        #expect(try fixture.hub.status() == after)
        #expect(after.position == LogPosition(2))

        // The device itself offers the same; it counts once.
        let summary = try await author.sync()
        #expect(summary.sent == 2)
        #expect(try fixture.hub.status().position == LogPosition(2))
        #expect(try await author.sync().digestMatches == true)
    }

    @Test("receipts that travel back as a file tell the author what is safe")
    func receiptsBack() async throws {
        let (fixture, author, _) = try await scene()
        let receipts = try fixture.hub.take(bundle: export(author))
        let file = try ReceiptFile.decode(ReceiptFile.encode(receipts))
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        #expect(try author.store.keep(file, now: now).count == 2)
        #expect(try author.store.status().unsent == 0)
        #expect(try author.value(House.count, of: house) == .integer(4))
        let summary = try await author.sync()
        #expect(summary.sent == 0)
        #expect(try await author.sync().digestMatches == true)
        #expect(try author.store.shown(house)?.laidOver == [])
    }

    @Test("a courier's next sync hands the bundle in, and then lets go of it")
    func courier() async throws {
        let (fixture, author, courier) = try await scene()
        let bundle = try export(author)
        let now = ClockReading(wall_ms: 1_790_000_000_000, monotonic_ms: 5, boot: 3)
        for _ in 0..<2 { try courier.store.carry(bundle, now: now) }
        #expect(try courier.store.carried().count == 1)
        // The line breaks: it is still carried.
        courier.line.expect(.fine, .answerLost)
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
        let set = try author.store.changeSets(.first...ChangeSetNumber(2)!)
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
        let receipts = try fixture.hub.take(bundle: bundle)
        let receipt = try #require(receipts.first?.verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.count == 2)
    }
}
