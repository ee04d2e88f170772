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

    /// What a device sends that has lost some of its numbers.
    private func run(
        _ numbers: ClosedRange<UInt64>, of device: ScriptedDevice, without lost: Set<UInt64>
    ) throws -> SignedRun {
        func before(_ value: UInt64) -> ContentHash {
            value == 1 ? .none : device.sealed[Int(value) - 2].hash
        }
        let run = HashedRun(
            replica: device.replica, first: try number(numbers.lowerBound),
            previous: before(numbers.lowerBound),
            changeSets: device.sealed.filter {
                let value = $0.changeSet.name.number.value
                return numbers.contains(value) && !lost.contains(value)
            },
            gaps: try lost.sorted().map {
                RunGap(try number($0), previous: before($0), hash: before($0 + 1))
            })
        return SignedRun.make(run, key: device.key)
    }

    @Test("what a change set is for is read from what its hash stands for, not from beside it")
    func besides() async throws {
        let (_, device) = try await scene()
        let before = try device.store.outbox().map(\.intent)
        try alter(device) { db in
            try db.execute(
                sql: "UPDATE sync_outbox SET intent = '$iscover', made_ms = 7 WHERE number = 1")
        }
        #expect(try device.store.outbox().map(\.intent) == before)
        #expect(try device.store.outbox().allSatisfy { $0.made_ms > 7 })
    }

    @Test(
        "a bit flipped in unsent work takes that change set alone: the others arrive, and everybody is told",
        arguments: [0, 20, 60, 150, 250, 400, 550, 700, 850, 999])
    func passed(at part: Int) async throws {
        let (fixture, device) = try await scene()
        try flip(3, at: part, device)
        // Whoever looks before the next sync is told as well; afterwards it is no damage.
        let isLost = try device.store.outbox().reversed().map(\.isLost)
        #expect(isLost == [false, false, true, false])
        #expect(try device.store.doctor().map(\.severity).max() == .broken)
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
        #expect(findings.first?.severity == .warning)
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
        // Who read that it is lost would enter it twice.
        let entries = try device.store.outbox().reversed()
        #expect(entries.map(\.state) == Array(repeating: .received(.applied), count: 4))
        #expect(entries.map(\.reason) == ["", "", "", ""])
        #expect(try device.value(House.minutes, of: house) == .integer(111))
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try await device.sync().digestMatches == true)
        #expect(try fixture.hub.status().position == LogPosition(4))
    }

    @Test("a machine put back from before brings what it had lost, and is no copy")
    func putBack() async throws {
        let (fixture, device) = try await scene()
        let before = try FieldDevice(copyOf: device, at: fixture)
        for number in [2, 4] { try flip(number, device) }
        try await device.sync()
        #expect(try losses(fixture).count == 2)
        let summary = try await before.sync()
        #expect(summary.unsent == 0 && summary.lost == 0)
        #expect(try before.store.identity().enrolment == .approved)
        let entries = try before.store.outbox()
        #expect(entries.allSatisfy { $0.state == .received(.applied) && $0.position != nil })
        #expect(try before.value(House.minutes, of: house) == .integer(111))
        #expect(try losses(fixture).filter { $0.state != .resolved } == [])
        #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
        try before.record([.write(house, House.minutes, .increment(1000))])
        #expect(try await before.sync().digestMatches == true)
        #expect(try before.value(House.minutes, of: house) == .integer(1111))
    }

    @Test("a copy that went its own way brings what the first had lost, beside its own work")
    func branch() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north)])
        for minutes in [Int64(1), 10, 100] {
            a.seal([.write(house, House.minutes, .increment(minutes))])
        }
        var copy = a
        a.seal([.write(house, House.minutes, .increment(1000))])
        copy.seal([.write(house, House.minutes, .increment(20_000))])
        try fixture.sync(&a, [run(1...5, of: a, without: [3])])
        #expect(try losses(fixture).count == 1)
        try fixture.sync(&copy, [copy.run()])
        #expect(try losses(fixture).count == 0)
        try fixture.sync(&a)
        #expect(a.merged.contains(try number(3)))
        #expect(try fixture.hub.status().position == LogPosition(6))
        #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
    }

    @Test("what a copy has lost is a gap of the copy, not of the first")
    func gapOfBranch() async throws {
        let (fixture, device) = try await scene()
        let copy = try FieldDevice(copyOf: device, at: fixture)
        try await device.sync()
        for minutes in [Int64(1000), 20_000, 300_000] {
            try copy.record([.write(house, House.minutes, .increment(minutes))])
        }
        try device.record([.write(house, House.minutes, .increment(4_000_000))])
        try await device.sync()
        try flip(2, copy)
        try flip(6, copy)
        _ = await copy.failure()
        #expect(try copy.store.identity().enrolment == .copied)
        #expect(try losses(fixture).count == 1)
        try await device.sync()
        #expect(try device.value(House.minutes, of: house) == .integer(4_301_111))
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
    }

    @Test("what came too early and waits is not lost, though its device has lost it since")
    func waiting() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north)])
        for minutes in [Int64(1), 10, 100, 1000] {
            a.seal([.write(house, House.minutes, .increment(minutes))])
        }
        let early = try fixture.sync(&a, [a.run(from: 3, through: 4)])
        let held = try #require(early.receipts[0].verified(by: fixture.hub.receiptKey))
        #expect(held.entries.map(\.disposition) == [.held, .held])
        try fixture.sync(&a, [run(1...5, of: a, without: [2, 3])])
        try fixture.sync(&a)
        #expect(a.merged.contains(try number(3)))
        #expect(!a.merged.contains(try number(2)))
        #expect(try losses(fixture).map(\.title) == ["laptop / 2"])
        #expect(try fixture.hub.status().position == LogPosition(4))
        #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
    }

    @Test("a colleague carries the gap to the hub, and reads what stands before it")
    func carried() async throws {
        let (fixture, device) = try await scene()
        let courier = try FieldDevice(2, person: "Wang Fang", at: fixture)
        for device in [device, courier, device] { try await device.sync() }
        for count in 5...7 as ClosedRange<Int64> {
            try device.edit(house) { try $0.set(House.count, to: .integer(count)) }
        }
        try flip(6, device)
        let now = ClockReading(wall_ms: fixture.clock.now_ms, monotonic_ms: 5, boot: 9)
        let card = try DeviceCard.decode(SyncClient.card(of: courier.store, now: now).encode())
        let file = try #require(try SyncClient.bundle(of: device.store, for: card, now: now))
        let taken = try SyncClient.take(shared: file.bytes, into: courier.store, now: now).taken
        #expect(taken.shown == 1 && taken.waiting == 0 && taken.closed == 0)
        #expect(try courier.value(House.count, of: house) == .integer(5))
        try await courier.sync()
        try await courier.sync()
        #expect(try courier.value(House.count, of: house) == .integer(7))
        #expect(try losses(fixture).map(\.title) == ["laptop / 6"])
        #expect(try await device.sync().lost == 1)
        #expect(try device.store.outbox().first?.state == .received(.applied))
        for device in [device, courier] {
            #expect(try await device.sync().digestMatches == true)
            #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        }
        #expect(try losses(fixture).count == 1)
    }

    @Test("who works on the device that has lost something is asked, and so is who made a copy")
    func asked() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        try fixture.sync(&a)
        a.seal([.house(house, in: HubFixture.north)])
        var copy = a
        for minutes in [Int64(1), 10] {
            a.seal([.write(house, House.minutes, .increment(minutes))])
        }
        copy.seal([.write(house, House.minutes, .increment(100))])
        try fixture.sync(&a, [run(1...3, of: a, without: [2])])
        try fixture.sync(&copy, [copy.run(from: 2)])
        try fixture.sync(&a)
        let open = try fixture.hub.conflicts(state: nil, by: fixture.admin)
        #expect(Set(open.map(\.kind)) == [.loss, .fork])
        for view in open {
            #expect(try fixture.hub.conflict(view.id, by: fixture.admin).asks == "Li Na")
            let after = try fixture.hub.ask(
                view.id, side: nil, "Which \(view.kind.word)?", by: fixture.admin)
            #expect(after.history.map(\.act) == ["opened", "question"])
        }
        let asked = try fixture.sync(&a).notices.filter { $0.kind == .question }
        #expect(Set(asked.map(\.reason)) == [Text("Which loss?"), Text("Which fork?")])
        #expect(asked.map(\.record) == [nil, nil])
    }

    @Test("what follows a gap is judged as it would be without: taken, late or set aside")
    func judged() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na", areas: [HubFixture.north])
        try fixture.sync(&a)
        a.seal([.house(house, in: HubFixture.north)])
        for minutes in [Int64(1), 10] {
            a.seal([.write(house, House.minutes, .increment(minutes))])
        }
        a.seal([.house(RecordID(high: 100, low: 2), in: HubFixture.south)])
        for minutes in [Int64(100), 1000, 20_000] {
            a.seal([.write(house, House.minutes, .increment(minutes))])
        }
        func send(_ range: ClosedRange<UInt64>, without lost: UInt64) throws -> [Disposition] {
            let answer = try fixture.sync(&a, [run(range, of: a, without: [lost])])
            return try #require(answer.receipts.first?.verified(by: fixture.hub.receiptKey))
                .entries.map(\.disposition)
        }
        #expect(try send(1...5, without: 2) == [.applied, .gap, .applied, .quarantined, .applied])
        try fixture.hub.endGrant(a.grant, reason: "moved", by: fixture.admin)
        #expect(try send(6...7, without: 6) == [.gap, .late])
        // What turns up is judged by what held when it was written.
        let found = try fixture.sync(&a, [a.run()])
        // The last that names a number is what its device goes by.
        #expect(
            try found.receipts.map {
                try #require($0.verified(by: fixture.hub.receiptKey)).first.value
            } == [1, 6, 2, 6])
        try fixture.sync(&a)
        for value in [1, 2, 3, 5, 6, 7] as [UInt64] {
            #expect(a.merged.contains(try number(value)))
        }
        #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
    }

    @Test("what is saved from a store that can't be opened is one run, with a gap for what is lost")
    func rescued() async throws {
        let (fixture, device) = try await scene()
        for minutes in [Int64(1000), 20_000, 300_000] {
            try device.record([.write(house, House.minutes, .increment(minutes))])
        }
        for number in [3, 5] { try flip(number, device) }
        try device.store.close()
        let bundles = try SyncClient.bundles(of: DeviceStore.rescue(device.store.path))
        #expect(bundles.count == 1)
        let file = try fixture.hub.take(bundle: bundles[0])
        let receipts = try file.receipts.map {
            try #require($0.verified(by: fixture.hub.receiptKey))
        }
        #expect(
            receipts.map { $0.entries.map(\.disposition) } == [
                [.applied, .applied, .gap, .applied, .gap, .applied, .applied]
            ])
        #expect(try losses(fixture).count == 2)
        #expect(try fixture.hub.doctor().filter { $0.severity == .damage }.isEmpty)
    }

    @Test("what was only read wrongly, once, is read again before it is told as lost")
    func readAgain() async throws {
        let (_, device) = try await scene()
        let file = URL(filePath: device.store.path + "/store.sqlite")
        try device.store.close()
        let pages = try Data(contentsOf: file)
        try device.store.reopen()
        try flip(3, device)
        // The store has it in its memory as it was while the bit was another.
        #expect(try !device.store.verifyReceipts().faults.isEmpty)
        let damaged = try Data(contentsOf: file)
        let handle = try FileHandle(forWritingTo: file)
        for page in 1..<damaged.count / 4096 {
            let range = page * 4096..<(page + 1) * 4096
            guard pages[range] != damaged[range] else { continue }
            try handle.seek(toOffset: UInt64(range.lowerBound))
            try handle.write(contentsOf: pages[range])
        }
        try handle.close()
        let summary = try await device.sync()
        #expect(summary.unsent == 0 && summary.lost == 0)
        #expect(try device.value(House.minutes, of: house) == .integer(111))
    }

    @Test("a hash that has rotted beside the newest work takes nothing with it, whatever follows")
    func rottenHash() async throws {
        let (_, device) = try await scene()
        try flip(4, column: "hash", device)
        try device.record([.write(house, House.minutes, .increment(1000))])
        let summary = try await device.sync()
        #expect(summary.unsent == 0 && summary.lost == 0)
        #expect(try device.value(House.minutes, of: house) == .integer(1111))
        #expect(try device.store.verifyReceipts().faults == [])
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
