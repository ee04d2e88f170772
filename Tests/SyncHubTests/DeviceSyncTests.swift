import SyncClient
import SyncCore
import SyncExchange
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Synchronization
import Testing

@Suite("a device and its hub")
struct DeviceSyncTests {
    let house = RecordID(high: 100, low: 1)

    @Test("two devices that worked apart hold the same after a sync each, as does the hub")
    func converges() async throws {
        let fixture = try HubFixture()
        let a = try FieldDevice(1, person: "Li Na", at: fixture)
        let b = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await a.sync()
        try await b.sync()
        try a.record([.house(house, in: HubFixture.north, title: "Zhang", count: 3)])
        try await a.sync()
        try await b.sync()
        try a.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try b.edit(house) { try $0.set(House.count, to: .integer(5)) }
        try b.edit(house) { try $0.set(House.title, to: .text("Zhang Guilan")) }
        let first = try await a.sync()
        let second = try await b.sync()
        let third = try await a.sync()

        #expect(first.roundTrips == 1)
        #expect(first.sent == 1)
        #expect(first.conflicts == 0)
        #expect(second.sent == 2)
        #expect(second.conflicts == 1)
        #expect(second.receiptThrough?.value == 2)
        #expect(third.conflicts == 1)
        #expect(third.received == 1)
        let digest = try fixture.hub.status().digest
        #expect(try a.store.totalDigest() == digest)
        #expect(try b.store.totalDigest() == digest)
        #expect(try a.value(House.count, of: house) == .integer(3))
        #expect(try a.value(House.title, of: house) == .text("Zhang Guilan"))
        for device in [a, b] {
            #expect(try device.store.disputes().first?.dispute.sides.count == 2)
            #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
            #expect(try await device.sync().digestMatches == true)
        }
    }

    @Test(
        "with nothing new a sync is one round trip of at most 400 bytes both ways, and the digests are compared"
    )
    func nothingNew() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        try await device.sync()
        let summary = try await device.sync()
        #expect(summary.roundTrips == 1)
        #expect(summary.digestMatches == true)
        #expect(summary.received == 0)
        #expect(summary.sent == 0)
        // The heads of HTTP come on top of these.
        #expect(summary.bytesUp + summary.bytesDown <= 260)
    }

    @Test("a lost answer, then the same again: one effect, one receipt")
    func answerLost() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        try device.record([.write(house, House.minutes, .increment(10))])
        device.line.expect(.answerLost, .answerLost)
        #expect(await device.failure() == .transport(.timedOut))
        #expect(try device.store.status().unsent == 2)
        #expect(try device.value(House.minutes, of: house) == .integer(10))
        #expect(await device.failure() == .transport(.timedOut))
        try device.record([.write(house, House.minutes, .increment(5))])
        let summary = try await device.sync()
        #expect(summary.sent == 3)
        #expect(try device.value(House.minutes, of: house) == .integer(15))
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try device.store.verifyReceipts().missing == [])
        #expect(try fixture.hub.status().records == 1)
    }

    @Test("a captive portal, a proxy or a broken answer is not the hub, and nothing counts as sent")
    func notTheHub() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        let page = Array("<html>Welcome to our Wi-Fi</html>".utf8)
        let cases: [(HubLine.Weather, DeviceExchange.Stop)] = [
            (.portal(status: 200, contentType: "text/html", body: page), .notOurHub(status: 200)),
            (
                .portal(status: 200, contentType: SyncRequest.mediaType, body: page),
                .notOurHub(status: 200)
            ),
            (
                .portal(status: 302, contentType: nil, body: []), .notOurHub(status: 302)
            ),
            (
                .portal(
                    status: 403, contentType: "application/json",
                    body: Array(#"{"error":"login"}"#.utf8)), .notOurHub(status: 403)
            ),
            (
                .portal(
                    status: 429, contentType: "application/json",
                    body: Array(#"{"code":"HZ-9876","text":"no"}"#.utf8)),
                .unknownProblem(code: "HZ-9876", status: 429, text: "no", retryAfter_s: nil)
            ),
            (
                .altered {
                    var bytes = $0
                    bytes[4] ^= 1
                    return bytes
                }, .otherRequest
            ),
            (
                .altered {
                    var bytes = $0
                    bytes[2] = 9
                    return bytes
                }, .newerHub(version: 9)
            ),
        ]
        for (weather, stop) in cases {
            device.line.expect(weather)
            #expect(await device.failure() == .stopped(stop))
            #expect(try device.store.status().unsent == 1)
        }
        device.line.expect(.altered { $0.dropLast(3) })
        guard case .stopped(.garbled)? = await device.failure() else {
            Issue.record("a cut answer was taken")
            return
        }
        #expect(try await device.sync().sent == 1)
    }

    @Test(
        "an answer cut off at any byte, or with any bit flipped, leaves a store that the next sync completes"
    )
    func alteredAnywhere() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await device.sync()
        try await other.sync()
        try other.record([.house(house, in: HubFixture.north, count: 1)])
        try await other.sync()
        var length = 400
        var place = 0
        var done = 0
        while place < length {
            let at = place
            try device.record([
                .house(RecordID(high: 200, low: UInt64(place)), in: HubFixture.south)
            ])
            let size = Mutex(0)
            device.line.expect(
                .altered { bytes in
                    size.withLock { $0 = bytes.count }
                    guard at < bytes.count else { return bytes }
                    if at.isMultiple(of: 2) { return Array(bytes[..<at]) }
                    var bytes = bytes
                    bytes[at] ^= 1 << UInt8(at % 8)
                    return bytes
                })
            if await device.failure() == nil { done += 1 }
            length = min(length, size.withLock { $0 })
            place += 1
        }
        #expect(place > 100)
        // Beneath TLS nothing flips. Should it, what can't be seen at once the digest tells, and it
        // is repaired.
        _ = await device.failure()
        for _ in 0..<3 { try await device.sync() }
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try device.store.status().unsent == 0)
        #expect(try device.store.verifyReceipts().faults == [])
    }

    @Test("a device whose sums were altered finds that by itself, and fetches nothing")
    func repairs() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north, count: 3)])
        try await device.sync()
        try device.store.alterDigests()
        let events = Mutex<[SyncEvent]>([])
        let summary = try await device.sync { event in events.withLock { $0.append(event) } }
        #expect(events.withLock { $0.contains(.repairing) })
        #expect(summary.isRepaired)
        #expect(summary.digestMatches == true)
        #expect(summary.received == 0)
        #expect(try device.store.lastAlarm()?.agreed_ms != nil)
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.value(House.count, of: house) == .integer(3))
        #expect(try device.store.status().unsent == 0)
    }

    @Test("with a limit on bytes only what fits goes, in order, and the rest follows")
    func limited() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        for number in 0..<20 {
            try device.record([
                .write(
                    house, House.notes,
                    .append([.text(String(repeating: "n", count: 400 + number))]))
            ])
        }
        let first = try await device.sync(SyncOptions(maximumBytes: 4000))
        #expect(first.isCutShort || first.unsent > 0)
        #expect(first.sent > 2)
        #expect(first.bytesUp + first.bytesDown < 8000)
        #expect(first.receiptThrough?.value == UInt64(first.sent))
        let second = try await device.sync()
        #expect(first.sent + second.sent == 21)
        #expect(second.unsent == 0)
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        let none = try await device.sync(SyncOptions(maximumBytes: 0))
        #expect(none.roundTrips == 0)
        #expect(none.isCutShort)
    }

    @Test("a change set larger than what may be spent stays, and the summary says so")
    func tooLargeForTheLimit() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([
            .house(house, in: HubFixture.north, title: String(repeating: "n", count: 190))
        ])
        try device.edit(house) {
            let note = Text(String(repeating: "n", count: 1500))
            try $0.append([.text(note)], to: House.notes)
        }
        try await device.sync(SyncOptions(maximumBytes: 1000))
        let summary = try await device.sync(SyncOptions(maximumBytes: 1000))
        #expect(summary.unsent == 1 && summary.sent == 0)
        #expect(summary.isCutShort)
    }

    @Test("a dry run tells what would move, and moves nothing")
    func dryRun() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await device.sync()
        try await other.sync()
        try other.record([.house(house, in: HubFixture.north)])
        try await other.sync()
        try device.record([.house(RecordID(high: 100, low: 2), in: HubFixture.north)])
        let before = try fixture.hub.status()
        let summary = try await device.sync(SyncOptions(isDryRun: true))
        let estimate = try #require(summary.estimate)
        #expect(estimate.changeSets == 1)
        #expect(estimate.records == 1)
        #expect(estimate.bytesUp > 0)
        #expect(summary.roundTrips == 1)
        #expect(try device.store.list(.house).count == 1)
        #expect(try device.store.status().unsent == 1)
        #expect(try fixture.hub.status() == before)
    }

    @Test("a dry run also tells what would come by a grant that is new, and takes it not")
    func dryRunOfGrant() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture, areas: [HubFixture.north])
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await other.sync()
        for low in 0..<20 as Range<UInt64> {
            let area = low < 15 ? HubFixture.south : HubFixture.north
            try other.record([.house(RecordID(high: 300, low: low), in: area)])
        }
        try await other.sync()
        try await device.sync()
        try other.record([.house(house, in: HubFixture.north)])
        try await other.sync()
        _ = try fixture.hub.giveGrant(
            person: "Li Na", area: HubFixture.south, by: fixture.admin)
        let grants = try device.store.grants()
        let summary = try await device.sync(SyncOptions(isDryRun: true))
        // All that lies in the south, and what is new in the north.
        #expect(summary.estimate?.records == 16)
        #expect(summary.roundTrips == 2)
        #expect(try device.store.grants() == grants)
        #expect(try await device.sync().received == 16)
    }

    @Test("an estimate is of everything, not of what one answer holds")
    func dryRunOfMuch() async throws {
        let fixture = try HubFixture()
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await other.sync()
        // What does not shrink in a page: each has 15 kB of its own among its neighbours.
        var generator = TestGenerator(.first)
        let letters = Array("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_".utf8)
        let pool = (0..<200_000).map { _ in generator.pick(letters) }
        func note(_ number: Int) -> Value {
            let start = number * 3900 % (pool.count - 3900)
            return .text(Text(String(decoding: pool[start..<(start + 3900)], as: UTF8.self)))
        }
        for block in 0..<40 {
            for place in (block * 20)..<(block * 20 + 20) {
                let id = RecordID(high: 300, low: UInt64(place))
                try other.record([.house(id, in: HubFixture.north)])
                let notes = (0..<4).map { note(place * 4 + $0) }
                try other.record([.write(id, House.notes, .append(notes))])
            }
            try await other.sync()
        }
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        let estimate = try #require(try await device.sync(SyncOptions(isDryRun: true)).estimate)
        #expect(estimate.records == 800)
        #expect(estimate.bytesDown > Limits.defaultDownBytes)
    }

    @Test("a snapshot in many pages and answers is complete, and cut off in between goes on")
    func snapshot() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await other.sync()
        var generator = TestGenerator(.first)
        // What does not shrink in a frame.
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for block in 0..<20 {
            let ids = (0..<20).map { RecordID(high: 300, low: UInt64(block * 20 + $0)) }
            try other.record(
                ids.map {
                    .house($0, in: $0.low.isMultiple(of: 2) ? HubFixture.north : HubFixture.south)
                })
            try other.record(
                ids.map { id in
                    let note = String((0..<400).map { _ in generator.pick(letters) })
                    return .write(id, House.notes, .append([.text(Text(note))]))
                })
        }
        try await other.sync()
        #expect(await device.failure(SyncOptions(maximumBytes: 20_000)) == nil)
        #expect((1..<400).contains(try device.store.list(.house).count))
        device.line.expect(.down)
        #expect(await device.failure() == .transport(.unreachable("no route")))
        try await device.sync()
        #expect(try device.store.list(.house).count == 400)
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try await device.sync().digestMatches == true)
    }

    @Test("a change set written while the answer was on its way is sent in the same run")
    func meanwhile() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        let late = house
        device.line.expect(
            .meanwhile {
                do {
                    try device.record([.write(late, House.minutes, .increment(3))])
                } catch {
                    Issue.record(error)
                }
            })
        let summary = try await device.sync()
        #expect(summary.sent == 2)
        #expect(summary.unsent == 0)
        #expect(try device.value(House.minutes, of: house) == .integer(3))
    }

    @Test("giving up leaves everything as it was")
    func cancelled() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        device.line.expect(.cancelled)
        #expect(await device.failure() == .cancelled)
        let task = Task { await device.failure() }
        task.cancel()
        let ending = await task.value
        #expect(ending == .cancelled || ending == nil)
        try await device.sync()
        #expect(try device.store.status().unsent == 0)
    }

    @Test("a device waiting for approval is told so and keeps its work")
    func pending() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture, isApproved: false)
        #expect(await device.failure() == .stopped(.problem(Problem(.awaitingApproval))))
        #expect(try device.store.identity().enrolment == .pending)
    }

    @Test("the first sync after the approval tells the device, and a revocation does too")
    func standing() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture, isApproved: false)
        let replica = try device.store.identity().replica
        try fixture.hub.approve(replica, by: fixture.admin)
        try await device.sync()
        #expect(try device.store.identity().enrolment == .approved)

        try device.record([.house(house, in: HubFixture.north)])
        try fixture.hub.revoke(replica, by: fixture.admin)
        let summary = try await device.sync()
        #expect(summary.sent == 1)
        #expect(summary.quarantined == 1)
        #expect(summary.received == 0)
        #expect(try device.store.identity().enrolment == .revoked)
        #expect(try device.store.returned().map(\.reason) == ["HZ-5011"])
        // It reads nothing any more; its own work stays in the outbox.
        #expect(try device.store.shown(house) == nil)
    }

    @Test("a copied device that wrote on its own is told, and its work is kept at the hub")
    func copied() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        try await device.sync()
        let copy = try FieldDevice(copyOf: device, at: fixture)
        try device.record([.write(house, House.minutes, .increment(1))])
        try copy.record([.write(house, House.minutes, .increment(2))])
        try await device.sync()
        let summary = try await copy.sync()
        #expect(summary.quarantined == 0)
        #expect(try copy.store.identity().enrolment == .copied)
        #expect(try copy.store.verifyReceipts().faults == [])
        // The first to come stays what it was, and has the work of both.
        try await device.sync()
        #expect(try device.store.identity().enrolment == .approved)
        #expect(try device.value(House.minutes, of: house) == .integer(3))
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("a device put back from an old copy is noticed before it writes anything")
    func putBack() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        let copy = try FieldDevice(copyOf: device, at: fixture)
        try device.record([.write(house, House.minutes, .increment(1))])
        try await device.sync()
        #expect(
            await copy.failure()
                == .store(.badAnswer(.receiptOfOther(ChangeSetNumber(2)!))))
        #expect(try copy.store.identity().enrolment == .copied)
        #expect(try copy.store.outbox().count == 1)
    }

    @Test("a copy with nothing to send is noticed too, and what it writes then is seen on it")
    func putBackIdle() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north, count: 3)])
        try await device.sync()
        let copy = try FieldDevice(copyOf: device, at: fixture)
        for count in 4...6 as ClosedRange<Int64> {
            try device.edit(house) { try $0.set(House.count, to: .integer(count)) }
        }
        try await device.sync()
        let summary = try await copy.sync()
        #expect(summary.received == 0)
        #expect(try copy.store.identity().enrolment == .copied)
        // Under the same name the other's third would cover it.
        try copy.edit(house) { try $0.set(House.count, to: .integer(9)) }
        #expect(try copy.value(House.count, of: house) == .integer(9))
        #expect(try await copy.sync().sent == 1)
        #expect(try copy.value(House.count, of: house) == .integer(9))
        #expect(try copy.store.status().unsent == 0)
        #expect(try device.store.identity().enrolment == .approved)
        try await device.sync()
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try fixture.hub.doctor() == [])
    }
}
