import Foundation
import GRDB
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("work that a device has lost")
struct GapTests {
    let house = RecordID(high: 100, low: 1)

    /// A device with four change sets that nobody has: a house, and three entries on it.
    private func scene() async throws -> (HubFixture, FieldDevice) {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north, title: "Zhang Guilan")])
        for minutes in [Int64(1), 10, 100] {
            try device.record([.write(house, House.minutes, .increment(minutes))])
        }
        return (fixture, device)
    }

    /// Does something to a device's file while nobody has it open.
    private func alter(
        _ device: FieldDevice, _ body: (Database) throws -> Void
    ) throws {
        try device.store.close()
        let queue = try DatabaseQueue(path: device.store.path + "/store.sqlite")
        try queue.write { db in
            try body(db)
            #expect(db.changesCount == 1)
        }
        try queue.close()
        try device.store.reopen()
    }

    /// Flips a bit of what lies there for a number, at a part of it in thousandths.
    private func flip(
        _ number: Int, at part: Int = 700, column: String = "bytes", _ device: FieldDevice
    ) throws {
        try alter(device) { db in
            let found = try Data.fetchOne(
                db, sql: "SELECT \(column) FROM sync_outbox WHERE number = ?", arguments: [number])
            var bytes = try #require(found)
            bytes[bytes.startIndex + bytes.count * part / 1000] ^= 4
            try db.execute(
                sql: "UPDATE sync_outbox SET \(column) = ? WHERE number = ?",
                arguments: [bytes, number])
        }
    }

    private func losses(_ fixture: HubFixture) throws -> [ConflictView] {
        try fixture.hub.conflicts(state: nil, by: fixture.admin).filter { $0.kind == .loss }
    }

    private func number(_ value: UInt64) throws -> ChangeSetNumber {
        try #require(ChangeSetNumber(value))
    }

    @Test(
        "a bit flipped in unsent work takes that change set alone: the others arrive, and everybody is told",
        arguments: [0, 20, 60, 150, 250, 400, 550, 700, 850, 999])
    func passed(at part: Int) async throws {
        let (fixture, device) = try await scene()
        try flip(3, at: part, device)
        let summary = try await device.sync()

        #expect(summary.unsent == 0)
        #expect(summary.lost == 1)
        #expect(try device.store.lost() == [number(3)])
        #expect(try device.value(House.minutes, of: house) == .integer(101))
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        let entries = try device.store.outbox().reversed()
        #expect(entries.map(\.state)[2] == .received(.gap))
        #expect(entries.map(\.reason)[2] == "HZ-5201")
        #expect(entries.map(\.isLost) == [false, false, true, false])
        let findings = try device.store.doctor().filter { $0.severity > .note }
        #expect(findings.map(\.check) == ["outbox"])
        #expect(findings.first?.text.contains("Own change set 3") == true)
        #expect(try device.store.verifyReceipts().faults == [])
        #expect(try device.store.verifyReceipts().missing == [])

        let loss = try #require(try losses(fixture).first)
        #expect(loss.title == "laptop / 3")
        #expect(loss.severity == .high)
        #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
        let again = try await device.sync()
        #expect(again.sent == 0)
        #expect(again.digestMatches == true)
        try device.record([.write(house, House.minutes, .increment(1000))])
        #expect(try await device.sync().sent == 1)
        #expect(try device.value(House.minutes, of: house) == .integer(1101))
        #expect(try losses(fixture).count == 1)
        _ = try fixture.hub.resolve(
            loss.id,
            ResolutionRequest(
                version: fixture.hub.conflict(loss.id, by: fixture.admin).version,
                choice: .stand, reason: "entered again"), by: fixture.admin)
        #expect(try losses(fixture).filter { $0.state != .resolved } == [])
    }

    @Test("whichever number is lost, first, last or several, the others arrive")
    func anywhere() async throws {
        for lost in [[1], [4], [2, 3], [1, 4], [1, 2, 3, 4]] as [[UInt64]] {
            let (fixture, device) = try await scene()
            for number in lost { try flip(Int(number), device) }
            let summary = try await device.sync()
            #expect(summary.unsent == 0)
            #expect(try device.store.lost() == lost.map(number))
            #expect(try losses(fixture).count == lost.count)
            #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
            #expect(try await device.sync().digestMatches == true)
            // The chain goes on from what was lost.
            try device.record([.house(RecordID(high: 100, low: 2), in: HubFixture.north)])
            #expect(try await device.sync().unsent == 0)
            #expect(try fixture.hub.status().records == (lost.contains(1) ? 1 : 2))
            #expect(try device.store.verifyReceipts().faults == [])
        }
    }

    @Test("what builds on a record that was lost waits for it, and nothing else does")
    func missingRecord() async throws {
        let (_, device) = try await scene()
        try device.record([.house(RecordID(high: 100, low: 2), in: HubFixture.north)])
        try flip(1, device)
        let summary = try await device.sync()
        #expect(summary.held == 3)
        let entries = try device.store.outbox().reversed()
        #expect(entries.map(\.reason) == ["HZ-5201", "HZ-5101", "HZ-5101", "HZ-5101", ""])
    }

    @Test("a row that is gone is a gap; a hash that has rotted beside whole work is mended")
    func otherDamage() async throws {
        let (fixture, device) = try await scene()
        try alter(device) { try $0.execute(sql: "DELETE FROM sync_outbox WHERE number = 2") }
        try flip(4, column: "hash", device)
        let summary = try await device.sync()
        #expect(summary.unsent == 0)
        #expect(try device.store.lost() == [number(2)])
        #expect(try device.value(House.minutes, of: house) == .integer(110))
        #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
        #expect(try device.store.verifyReceipts().faults == [])
    }

    @Test("what is damaged is shown to nobody, and keeps nobody from working on, without a line")
    func offline() async throws {
        let (_, device) = try await scene()
        try flip(3, device)
        #expect(try device.value(House.minutes, of: house) == .integer(101))
        try device.edit(house) { try $0.set(House.title, to: .text("Zhang Xiuying")) }
        #expect(try device.store.outbox().count == 5)
        #expect(try device.store.status().lost == 1)
        let second = RecordID(high: 100, low: 2)
        try device.record([.house(second, in: HubFixture.north)])
        try flip(6, device)
        #expect(try device.store.shown(second) == nil)
        #expect(try device.store.list(.house).count == 1)
    }

    @Test("a copy of what was lost is taken when it turns up, once, and nobody is told any more")
    func copy() async throws {
        let (fixture, device) = try await scene()
        let bundle = try #require(try SyncClient.bundle(of: device.store)).bytes
        for number in [2, 4] { try flip(number, device) }
        try await device.sync()
        #expect(try losses(fixture).count == 2)
        #expect(try device.value(House.minutes, of: house) == .integer(10))
        for _ in 0..<2 { _ = try fixture.hub.take(bundle: bundle) }
        #expect(try losses(fixture).filter { $0.state != .resolved } == [])
        #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
        let summary = try await device.sync()
        #expect(summary.lost == 0)
        #expect(try device.value(House.minutes, of: house) == .integer(111))
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try await device.sync().digestMatches == true)
        #expect(try fixture.hub.status().position == LogPosition(4))
    }

    @Test("what the hub has by another way is not lost, whatever its device says")
    func hadAlready() async throws {
        let (fixture, device) = try await scene()
        let bundle = try #require(try SyncClient.bundle(of: device.store)).bytes
        _ = try fixture.hub.take(bundle: bundle)
        for number in [2, 4] { try flip(number, device) }
        let summary = try await device.sync()
        #expect(summary.lost == 0)
        #expect(try losses(fixture) == [])
        #expect(try device.value(House.minutes, of: house) == .integer(111))
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
    }

    @Test("nobody but its device can make a gap of a change set, or put another before it")
    func forged() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north)])
        a.seal([.write(house, House.minutes, .increment(1))])
        a.seal([.write(house, House.minutes, .increment(10))])
        func gapped(_ first: HashedChangeSet) -> HashedRun {
            HashedRun(
                replica: a.replica, first: .first, previous: .none,
                changeSets: [first, a.sealed[2]],
                gaps: [
                    RunGap(
                        a.sealed[1].changeSet.name.number, previous: first.hash,
                        hash: a.sealed[1].hash)
                ])
        }
        var twin = a
        twin.sealed = []
        twin.wall_ms += 5
        twin.seal([.house(RecordID(high: 100, low: 9), in: HubFixture.north)])
        let own = SignedRun.make(gapped(a.sealed[0]), key: a.key)
        let forgeries = [
            SignedRun(
                bytes: RunCoding.encode(gapped(a.sealed[0])), signature: a.run().signature),
            SignedRun(
                bytes: RunCoding.encode(gapped(twin.sealed[0])), signature: own.signature),
        ]
        for run in forgeries {
            #expect(throws: Problem(.badSignature)) { try fixture.sync(&a, [run]) }
        }
        #expect(try fixture.hub.status().position == .start)
        let answer = try fixture.sync(&a, [own])
        let receipt = try #require(answer.receipts[0].verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.disposition) == [.applied, .gap, .applied])
        #expect(try fixture.sync(&a, [own]).receipts == answer.receipts)
    }
}
