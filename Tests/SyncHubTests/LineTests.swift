import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Synchronization
import Testing

@Suite("bad lines")
struct LineTests {
    /// A district in which somebody has worked, and a device with work of its own.
    private func scene() async throws -> (HubFixture, FieldDevice) {
        let fixture = try HubFixture()
        let other = try FieldDevice(1, person: "Li Na", at: fixture)
        try await other.sync()
        for number in 1...6 as ClosedRange<UInt64> {
            try other.record([.house(.test(number), in: HubFixture.north, count: 3)])
        }
        try await other.sync()
        let device = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await device.sync()
        try device.edit(.test(1)) { try $0.set(House.count, to: .integer(4)) }
        try other.edit(.test(1)) { try $0.set(House.count, to: .integer(5)) }
        try other.edit(.test(2)) { try $0.set(House.title, to: .text("theirs")) }
        try await other.sync()
        return (fixture, device)
    }

    private func expectConverged(_ fixture: HubFixture, _ device: FieldDevice) async throws {
        let summary = try await device.sync()
        #expect(summary.unsent == 0)
        #expect(summary.conflicts == 1)
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try fixture.hub.status().position == LogPosition(9))
    }

    @Test("an answer cut at any byte is applied as far as it came, and nothing is done twice")
    func answerCutAnywhere() async throws {
        let fixture = try HubFixture()
        let other = try FieldDevice(1, person: "Li Na", at: fixture)
        let device = try FieldDevice(2, person: "Wang Fang", at: fixture)
        for each in [device, other] { try await each.sync() }
        let length = Mutex((shortest: Int.max, longest: 1))
        var place = 0
        while place < length.withLock({ $0.longest }) {
            // Each time both have written, so that an answer has receipts, states and a cursor.
            let number = UInt64(place)
            try device.record([.house(.test(1000 + number), in: HubFixture.north)])
            try other.record([.house(.test(5000 + number), in: HubFixture.north)])
            try await other.sync()
            device.line.expect(.cut(after: place))
            let failure = await device.failure()
            // Compressed, one answer is some bytes longer than another; a cut beyond it is none.
            #expect(
                failure == .transport(.timedOut)
                    || failure == nil && place >= length.withLock { $0.shortest })
            device.line.expect(
                .altered { body in
                    length.withLock {
                        $0 = (min($0.shortest, body.count), max($0.longest, body.count))
                    }
                    return body
                })
            #expect(try await device.sync().unsent == 0)
            #expect(try device.store.totalDigest() == fixture.hub.status().digest)
            place += 1
        }
        #expect(place > 100)
        #expect(try fixture.hub.status().position == LogPosition(UInt64(2 * place)))
        #expect(try device.store.list(.house, limit: .max).count == 2 * place)
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.store.doctor().allSatisfy { $0.severity == .fine })
    }

    @Test("a request cut at any byte has no effect, and the next one has it once")
    func requestCutAnywhere() async throws {
        let (fixture, device) = try await scene()
        let before = try fixture.hub.status()
        var place = 0
        while device.line.requests.count < 10_000 {
            device.line.expect(.requestCut(after: place))
            guard await device.failure() != nil else { break }
            #expect(try fixture.hub.status() == before)
            place += 1
        }
        #expect(place > 200)
        try await expectConverged(fixture, device)
    }

    @Test("sessions that break after a few kilobytes each bring something, and in the end all")
    func shortSessions() async throws {
        let fixture = try HubFixture()
        let other = try FieldDevice(1, person: "Li Na", at: fixture)
        try await other.sync()
        var generator = TestGenerator(.first)
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for number in 1...400 as ClosedRange<UInt64> {
            let note = String((0..<2000).map { _ in generator.pick(letters) })
            try other.record([
                .house(.test(number), in: HubFixture.north)
            ])
            try other.record([.write(.test(number), House.notes, .append([.text(Text(note))]))])
        }
        try await other.sync()
        let device = try FieldDevice(2, person: "Wang Fang", at: fixture)
        var cursors: [LogPosition] = [.start]
        var sessions = 0
        while cursors[cursors.count - 1] < LogPosition(800)!, sessions < 40 {
            // 40 seconds at 20 kbit/s carry 100 kB; a page takes less than that.
            device.line.expect(.cut(after: 90_000))
            _ = await device.failure()
            sessions += 1
            let reached = try device.store.grants().first?.cursor ?? .start
            #expect(reached > cursors[cursors.count - 1] || sessions == 1)
            cursors.append(reached)
        }
        #expect(sessions < 20)
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.store.list(.house).count == 400)
    }

    @Test("over a line that always breaks after 20 kB a new device gets everything in the end")
    func alwaysCut() async throws {
        let fixture = try HubFixture()
        let other = try FieldDevice(1, person: "Li Na", at: fixture)
        try await other.sync()
        var generator = TestGenerator(.first)
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for number in 1...100 as ClosedRange<UInt64> {
            let note = String((0..<2000).map { _ in generator.pick(letters) })
            try other.record([.house(.test(number), in: HubFixture.north)])
            try other.record([.write(.test(number), House.notes, .append([.text(Text(note))]))])
            // What is urgent comes first, as far as there is room for it.
            if number % 2 == 0 {
                try other.edit(.test(number)) { try $0.set(House.level, to: .integer(5)) }
            }
        }
        try await other.sync()
        let device = try FieldDevice(2, person: "Wang Fang", at: fixture)
        device.line.expect(always: .cut(after: 20_000))
        #expect(await device.failure() == .transport(.timedOut))
        #expect(try device.store.syncState(limit: 1).answerLoad == 16 << 10)
        var sessions = 1
        while await device.failure() != nil, sessions < 60 { sessions += 1 }
        #expect(sessions < 60)
        #expect(try device.store.list(.house).count == 100)
        #expect(try await device.sync().digestMatches == true)
    }

    @Test("what is urgent arrives in the first session, however short, and is not told twice")
    func urgentFirst() async throws {
        let fixture = try HubFixture()
        let other = try FieldDevice(1, person: "Li Na", at: fixture)
        try await other.sync()
        var generator = TestGenerator(.first)
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for number in 1...300 as ClosedRange<UInt64> {
            let note = String((0..<2000).map { _ in generator.pick(letters) })
            try other.record([.house(.test(number), in: HubFixture.north)])
            try other.record([.write(.test(number), House.notes, .append([.text(Text(note))]))])
        }
        try other.record([.house(.test(999), in: HubFixture.south)])
        try other.edit(.test(999)) { try $0.set(House.level, to: .integer(5)) }
        try await other.sync()
        let device = try FieldDevice(2, person: "Wang Fang", at: fixture)
        device.line.expect(.cut(after: 3000))
        #expect(await device.failure() == .transport(.timedOut))
        #expect(try device.value(House.level, of: .test(999)) == .integer(5))
        #expect(try device.store.grants().first?.cursor == .start)

        // Told again, for that answer did not come whole; and then no more.
        let told = Mutex<[Bool]>([])
        func look() -> HubLine.Weather {
            .altered { body in
                let pages = (try? SyncResponse.decode(body).pages) ?? []
                told.withLock { $0.append(pages.contains { $0.grants.isEmpty }) }
                return body
            }
        }
        device.line.expect(look(), look())
        _ = await device.failure(SyncOptions(maximumBytes: 60_000))
        device.line.expect(look())
        _ = await device.failure(SyncOptions(maximumBytes: 60_000))
        #expect(told.withLock { Array($0.prefix(2)) } == [true, false])
        try await device.sync()
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.store.doctor().allSatisfy { $0.severity == .fine })
    }

    @Test("an upload that the line does not carry goes in smaller parts, and that is remembered")
    func smallerParts() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        for number in 1...100 as ClosedRange<UInt64> {
            try device.record([
                .house(
                    .test(number), in: HubFixture.north,
                    title: String(repeating: "n", count: 180))
            ])
        }
        let whole = try device.store.syncState(limit: 1000).offers.reduce(0) { $0 + $1.bytes }
        device.line.expect(.down)
        #expect(await device.failure() != nil)
        let load = try device.store.syncState(limit: 1).load
        #expect(load == 96 << 10)
        device.line.expect(.down)
        #expect(await device.failure() != nil)
        #expect(try device.store.syncState(limit: 1).load == 24 << 10)
        #expect(whole > 24 << 10)
        let summary = try await device.sync()
        #expect(summary.roundTrips > 1)
        #expect(summary.unsent == 0)
    }

    @Test("a disk that fills up while pages are applied leaves no half page, and own work stays")
    func fullDisk() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        for each in [device, other] { try await each.sync() }
        for number in 1...300 as ClosedRange<UInt64> {
            try other.record([
                .house(
                    .test(number), in: HubFixture.north,
                    title: String(repeating: "n", count: 190))
            ])
        }
        try await other.sync()
        try device.record([.house(.test(999), in: HubFixture.south)])
        try device.store.limit(pages: device.store.pages() + 8)
        guard case .store(.fault(let fault)) = await device.failure() else {
            Issue.record("the disk was not full")
            return
        }
        #expect(fault.kind == .full)
        #expect(try device.store.list(.house).map(\.record) == [.test(999)])
        #expect(try device.store.status().unsent == 1)
        #expect(try device.store.grants().first?.cursor == .start)

        try device.store.limit(pages: 1 << 30)
        let summary = try await device.sync()
        #expect(summary.unsent == 0)
        #expect(try device.store.list(.house).count == 301)
        #expect(try await device.sync().digestMatches == true)
    }

    @Test("while a sync waits for the line, another process records, and that is sent as well")
    func storeIsFree() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(.test(1), in: HubFixture.north)])
        let path = device.store.path
        let wasRecorded = Mutex(false)
        device.line.expect(
            .waiting {
                // The store is let go as soon as the client waits.
                for _ in 0..<100_000 {
                    await Task.yield()
                    do {
                        let second = try DeviceStore.open(path, schema: .test)
                        var generator = TestGenerator(Seed(9))
                        try second.record(
                            ChangeSetDraft(
                                intent: "visit",
                                changes: [.house(.test(2), in: HubFixture.south)]),
                            now: ClockReading(
                                wall_ms: 1_790_000_000_000, monotonic_ms: 1, boot: 9),
                            using: &generator)
                        try second.close()
                        wasRecorded.withLock { $0 = true }
                        return
                    } catch StoreError.inUse {
                        continue
                    } catch {
                        Issue.record(error)
                        return
                    }
                }
            })
        let summary = try await device.hastyClient().sync()
        #expect(wasRecorded.withLock { $0 })
        #expect(summary.unsent == 0)
        #expect(summary.sent == 2)
        #expect(try device.store.list(.house).count == 2)
    }
}

extension RecordID {
    /// A name for a test, with its number at the end.
    fileprivate static func test(_ number: UInt64) -> RecordID {
        RecordID(high: 500, low: number << 8)
    }
}
