import SyncClient
import SyncCore
import SyncExchange
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("a hub that was put back")
struct EpochTests {
    let house = RecordID(high: 100, low: 1)

    /// What has to hold once everybody has synced: same states, nothing waiting, nothing broken.
    private func expectWhole(_ devices: [FieldDevice], _ hub: Hub) async throws {
        for _ in 0..<2 { for device in devices { try await device.sync() } }
        let digest = try hub.status().digest
        for device in devices {
            let summary = try await device.sync()
            #expect(summary.digestMatches == true)
            #expect(try device.store.totalDigest() == digest)
            #expect(try device.store.status().unsent == 0)
            #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
            #expect(try device.store.verifyReceipts().missing == [])
        }
        #expect(try hub.doctor() == [])
    }

    @Test(
        "server restored from backup: a folder put back by hand is found out by the first device, and nothing is lost"
    )
    func putBack() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        try await device.sync()
        let (copy, running) = try fixture.copied(fixture.hub)
        device.line.connect(running)
        for _ in 0..<3 {
            try device.record([.write(house, House.minutes, .increment(10))])
            try await device.sync()
        }
        for _ in 0..<4 { try device.record([.write(house, House.minutes, .increment(1))]) }

        let restored = try fixture.putBack(copy, insteadOf: running)
        device.line.connect(restored)
        let old = restored.epoch
        #expect(try restored.status().changeSets == 1)
        let summary = try await device.sync()

        #expect(restored.epoch != old)
        #expect(summary.sent == 7)
        #expect(try restored.status().changeSets == 8)
        #expect(try device.value(House.minutes, of: house) == .integer(34))
        try await expectWhole([device], restored)
    }

    @Test("a hub put back from a copy older than a verified backup is offered what that held")
    func olderThanTheAnchor() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        try await device.sync()
        let (copy, running) = try fixture.copied(fixture.hub)
        device.line.connect(running)
        try device.record([.write(house, House.minutes, .increment(10))])
        try await device.sync()
        _ = try running.anchor(StoreContents(of: running.store).place)
        try await device.sync()
        #expect(try device.store.outbox().allSatisfy(\.isAnchored))
        try device.record([.write(house, House.minutes, .increment(1))])

        let restored = try fixture.putBack(copy, insteadOf: running)
        device.line.connect(restored)
        #expect(try await device.sync().sent == 2)
        #expect(try restored.status().changeSets == 3)
        #expect(try restored.status().held == 0)
        #expect(try device.value(House.minutes, of: house) == .integer(11))
        try await expectWhole([device], restored)
    }

    @Test("a device that only reads notices a hub put back, too, and gets what is there")
    func reader() async throws {
        let fixture = try HubFixture()
        let writer = try FieldDevice(1, person: "Li Na", at: fixture)
        let reader = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await writer.sync()
        try await reader.sync()
        let (copy, running) = try fixture.copied(fixture.hub)
        writer.line.connect(running)
        reader.line.connect(running)
        try writer.record([.house(house, in: HubFixture.north)])
        try await writer.sync()
        try await reader.sync()
        let restored = try fixture.putBack(copy, insteadOf: running)
        writer.line.connect(restored)
        reader.line.connect(restored)
        let old = restored.epoch
        try await reader.sync()
        #expect(restored.epoch != old)
        #expect(try reader.store.shown(house) != nil)
        try await expectWhole([writer, reader], restored)
        #expect(try restored.status().records == 1)
    }

    @Test(
        "a hub that has grown past a device's place since it was put back is found out all the same"
    )
    func grown() async throws {
        let fixture = try HubFixture()
        let first = try FieldDevice(1, person: "Li Na", at: fixture)
        let second = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await first.sync()
        try await second.sync()
        let (copy, running) = try fixture.copied(fixture.hub)
        for device in [first, second] { device.line.connect(running) }
        try first.record([.house(house, in: HubFixture.north)])
        try await first.sync()
        let restored = try fixture.putBack(copy, insteadOf: running)
        for device in [first, second] { device.line.connect(restored) }
        // The second knows of nothing that is gone, and writes far past the first one's place.
        let old = restored.epoch
        for low in 10..<20 {
            try second.record([.house(RecordID(high: 100, low: UInt64(low)), in: HubFixture.south)])
            try await second.sync()
        }
        #expect(restored.epoch == old)
        let summary = try await first.sync()
        #expect(restored.epoch != old)
        #expect(summary.sent == 1)
        try await expectWhole([first, second], restored)
        #expect(try restored.status().records == 11)
    }

    @Test("a purge receipt of a lost life of the log takes nothing off the list of the next")
    func leavesOfALostLife() async throws {
        let fixture = try HubFixture()
        let other = RecordID(high: 100, low: 2)
        let device = try FieldDevice(
            1, person: "Li Na", at: fixture, areas: [HubFixture.north])
        try await device.sync()
        for id in [house, other] { try device.record([.house(id, in: HubFixture.north)]) }
        try await device.sync()
        let (copy, running) = try fixture.copied(fixture.hub)
        device.line.connect(running)
        _ = try running.move(
            [house], to: HubFixture.south, reason: "closer", by: fixture.admin)
        // It is taken off, and the line breaks before that is told.
        device.line.expect(.fine, .down)
        _ = await device.failure()
        #expect(try device.store.shown(house) == nil)
        #expect(try device.store.purgeReceipts().count == 1)

        let restored = try fixture.putBack(copy, insteadOf: running, isNoticed: true)
        device.line.connect(restored)
        _ = try restored.move(
            [other], to: HubFixture.south, reason: "closer", by: fixture.admin)
        try await device.sync()
        #expect(try device.store.shown(other) == nil && device.store.shown(house) != nil)
        #expect(try restored.outstandingCopies(by: fixture.admin) == [:])
        #expect(try restored.doctor() == [])
    }

    @Test("an enrolled device can't begin an epoch without the hub's own signature")
    func forged() throws {
        let fixture = try HubFixture()
        var device = try fixture.device(1, person: "Li Na")
        try fixture.sync(&device)
        let epoch = fixture.hub.epoch
        func code(_ device: ScriptedDevice, _ proof: SignedMark?) -> Problem.Code? {
            var request = device.request()
            request.proof = proof
            do throws(Problem) {
                _ = try fixture.hub.sync(device.bytes(request))
                return nil
            } catch {
                return error.code
            }
        }
        let far = LogMark(
            hub: fixture.hub.id, epoch: epoch, number: 900,
            hash: ContentHash(bytes: [UInt8](repeating: 7, count: 32))!, anchored: .start)
        device.mark = far.sign
        #expect(code(device, nil) == .unknownMark)
        #expect(code(device, SignedMark(far, key: device.key)) == .malformed)
        // Another epoch than the request's: shown for something it does not prove.
        let other = LogMark(
            hub: fixture.hub.id, epoch: EpochID(high: 1, low: 1), number: 900, hash: far.hash,
            anchored: .start)
        #expect(code(device, SignedMark(other, key: fixture.key)) == .malformed)
        #expect(fixture.hub.epoch == epoch)
        #expect(code(device, SignedMark(far, key: fixture.key)) == .wrongEpoch)
        #expect(fixture.hub.epoch != epoch)
    }

    @Test("the hub is a new replica in every epoch, and times come back from receipts")
    func times() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        let (copy, running) = try fixture.copied(fixture.hub)
        device.line.connect(running)
        let set = try device.record([.house(house, in: HubFixture.north)])
        try await device.sync()
        let number = set.changeSet.name.number
        let before = try #require(
            try device.store.outbox().first { $0.number == number })
        let restored = try fixture.putBack(copy, insteadOf: running, isNoticed: true)
        #expect(restored.replica != running.replica)
        device.line.connect(restored)
        // Weeks later the offset that was measured then says nothing any more.
        fixture.clock.advance(by: 40 * 24 * 3_600_000)
        try await device.sync()
        let after = try #require(
            try device.store.outbox().first { $0.number == number })
        #expect(after.corrected == before.corrected)
        try await expectWhole([device], restored)
    }

    @Test(
        "restores of older and older copies, twice over, with lost answers between, lose and double nothing",
        arguments: 1...12)
    func history(seed: Int) async throws {
        var generator = TestGenerator(Seed(UInt64(seed)))
        let fixture = try HubFixture()
        var devices: [FieldDevice] = []
        for number in 1...3 {
            devices.append(
                try FieldDevice(UInt8(number), person: "Person \(number)", at: fixture))
        }
        try await devices[0].sync()
        try devices[0].record([.house(house, in: HubFixture.north)])
        for device in devices { try await device.sync() }
        var hub = fixture.hub
        var copies: [String] = []
        var minutes: Int64 = 0
        var made = 1
        for _ in 0..<60 {
            let device = devices[Int.random(in: 0..<3, using: &generator)]
            switch Int.random(in: 0..<12, using: &generator) {
            case 0..<4:
                minutes += 1
                try device.record([.write(house, House.minutes, .increment(1))])
                made += 1
            case 4..<6:
                try device.edit(house) {
                    try $0.set(
                        House.title, to: .text("\(UInt64.random(in: 0..<9, using: &generator))"))
                }
                made += 1
            case 6:
                device.line.expect(.answerLost)
                _ = await device.failure()
                device.line.expect()
            case 7:
                let (copy, running) = try fixture.copied(hub)
                copies.append(copy)
                hub = running
            case 8 where !copies.isEmpty:
                let copy = copies[Int.random(in: 0..<copies.count, using: &generator)]
                hub = try fixture.putBack(
                    copy, insteadOf: hub, isNoticed: Bool.random(using: &generator))
            default: try await device.sync()
            }
            for device in devices { device.line.connect(hub) }
        }
        try await expectWhole(devices, hub)
        #expect(try hub.status().changeSets == UInt64(made))
        for device in devices {
            #expect(try device.value(House.minutes, of: house) == .integer(minutes))
        }
    }
}
