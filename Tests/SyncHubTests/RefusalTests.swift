import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@Suite("what the hub will not take")
struct RefusalTests {
    let house = RecordID(high: 100, low: 1)

    private func code(_ body: () throws -> Void) -> Problem.Code? {
        do { try body() } catch let problem as Problem { return problem.code } catch {}
        return nil
    }

    @Test("every truncation and every flipped bit of a request is refused, and nothing is stored")
    func damaged() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north, count: 2)])
        let bytes = a.bytes(a.request([a.run()]))
        let before = try fixture.hub.status()
        for count in bytes.indices {
            #expect(code { _ = try fixture.hub.sync(Array(bytes[..<count])) } != nil)
        }
        for index in bytes.indices {
            var flipped = bytes
            flipped[index] ^= 1 << UInt8(index % 8)
            #expect(code { _ = try fixture.hub.sync(flipped) } != nil)
        }
        #expect(try fixture.hub.status() == before)
        #expect(code { _ = try fixture.hub.sync(bytes) } == nil)
    }

    @Test("an unknown device, another key, another epoch and another hub are told apart")
    func identity() throws {
        let fixture = try HubFixture()
        let known = try fixture.device(1, person: "Li Na")
        var other = known
        other.replica = ReplicaID(high: 77, low: 77)
        #expect(code { _ = try fixture.hub.sync(other.bytes(other.request())) } == .unknownReplica)
        other = known
        other.key = SigningKey(seed: [UInt8](repeating: 200, count: 32))!
        #expect(code { _ = try fixture.hub.sync(other.bytes(other.request())) } == .badSignature)
        other = known
        other.hub = HubID(high: 5, low: 5)
        #expect(code { _ = try fixture.hub.sync(other.bytes(other.request())) } == .badSignature)
        other = known
        other.epoch = EpochID(high: 5 << 32, low: 5)
        #expect(code { _ = try fixture.hub.sync(other.bytes(other.request())) } == .wrongEpoch)
    }

    @Test("a run signed by another device is refused")
    func foreignRun() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        let b = try fixture.device(2, person: "Wang Fang")
        a.seal([.house(house, in: HubFixture.north)])
        #expect(code { _ = try fixture.hub.sync(b.bytes(b.request([a.run()]))) } == .badSignature)
    }

    @Test("before approval nothing is taken, after revocation work is stored and nothing is sent")
    func approval() throws {
        let fixture = try HubFixture()
        let key = SigningKey(seed: [UInt8](repeating: 3, count: 32))!
        let replica = ReplicaID(high: 3, low: 3)
        let answer = try fixture.enrol(
            replica, key, person: "Li Na", areas: [HubFixture.district])
        #expect(answer.state == .pending)
        var a = ScriptedDevice(
            replica: replica, key: key, person: answer.person, hub: fixture.hub.id,
            wall_ms: fixture.clock.now_ms)
        #expect(code { _ = try fixture.hub.sync(a.bytes(a.request())) } == .awaitingApproval)
        try fixture.hub.approve(replica, by: fixture.admin)
        a.seal([.house(house, in: HubFixture.north)])
        try fixture.syncAll(&a)
        try fixture.hub.revoke(replica, by: fixture.admin)
        a.seal([.write(house, House.minutes, .increment(1))])
        let drained = try fixture.sync(&a, [a.run(from: 2)])
        let receipt = try #require(drained.receipts.first?.verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.reason) == [Text("HZ-5011")])
        #expect(drained.pages.isEmpty && drained.grants?.grants == [] && drained.lease_ms == 0)
    }

    @Test("a code works once, for fifteen minutes, and for one device")
    func codes() throws {
        let fixture = try HubFixture()
        let key = SigningKey(seed: [UInt8](repeating: 3, count: 32))!
        func enrol(_ secret: [UInt8], _ replica: ReplicaID, _ key: SigningKey) throws {
            _ = try fixture.hub.enrol(
                EnrolmentRequest(
                    secret: secret, replica: replica, key: key.verifying, deviceName: "x",
                    signature: key.sign(
                        Hub.enrolmentBytes(
                            secret: secret, replica: replica, key: key.verifying, deviceName: "x"),
                        for: .enrolment)))
        }
        let one = ReplicaID(high: 3, low: 3)
        let code = try fixture.hub.makeCode(
            person: "Li Na", areas: [HubFixture.north], by: fixture.admin)
        try enrol(code.secret, one, key)
        try enrol(code.secret, one, key)
        #expect(self.code { try enrol(code.secret, ReplicaID(high: 4, low: 4), key) } == .badCode)
        let other = SigningKey(seed: [UInt8](repeating: 4, count: 32))!
        #expect(self.code { try enrol(code.secret, one, other) } == .replicaTaken)
        #expect(
            self.code { try enrol([UInt8](repeating: 0, count: 16), one, key) } == .badCode)
        let late = try fixture.hub.makeCode(
            person: "Li Na", areas: [HubFixture.north], by: fixture.admin)
        fixture.clock.advance(by: Limits.codeLife_ms + 1)
        #expect(
            self.code { try enrol(late.secret, ReplicaID(high: 5, low: 5), key) } == .badCode)
    }

    @Test("a full disk is told, and what was stored before is whole")
    func fullDisk() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north, count: 2)])
        try fixture.syncAll(&a)
        var generator = TestGenerator(Seed(3))
        for number in 2...60 {
            let noise = String(
                (0..<180).map { _ in "abcdefghijkl".randomElement(using: &generator)! })
            a.seal([
                .house(
                    RecordID(high: 100, low: UInt64(number)), in: HubFixture.north, title: noise),
                .write(house, House.notes, .append([.text(noise + noise + noise)])),
            ])
        }
        let cramped = try fixture.reopened(spare: 6)
        var found: Problem.Code?
        for number in UInt64(2)...60 where found == nil {
            found = code {
                try fixture.sync(&a, [a.run(from: number, through: number)], through: cramped)
            }
        }
        #expect(found == .storageFull)
        #expect(try cramped.doctor().filter { $0.severity == .damage } == [])
        let hub = try fixture.reopened(cramped)
        try fixture.sync(&a, [a.run(from: 2)], through: hub)
        #expect(a.merged == NumberSet(ranges: [1...60]))
        #expect(try hub.doctor() == [])
    }
}
