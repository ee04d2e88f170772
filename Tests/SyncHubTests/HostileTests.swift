import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

/// Rows of `docs/proof/bad-inputs.md` that are a device's doing: wrong numbers, clocks and sizes.
@Suite("what a device of ours would never send")
struct HostileTests {
    let house = RecordID(high: 100, low: 1)

    private func entries(
        _ answer: SyncResponse, _ fixture: HubFixture
    ) throws -> [ReceiptEntry] {
        try answer.receipts.flatMap {
            try #require($0.verified(by: fixture.hub.receiptKey)).entries
        }
    }

    @Test(
        "a number far beyond the next is kept and waits, costs no memory, and keeps nothing back",
        arguments: [2, 1_000_000_000, ChangeSetNumber.maximum - 1])
    func jump(number: UInt64) throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north, count: 2)])
        let first = a.run()
        let set = a.sealed[0].changeSet
        let far = HashedChangeSet(
            hashing: ChangeSet(
                name: ChangeSetName(a.replica, ChangeSetNumber(number)!), previous: a.head,
                author: set.author, grant: set.grant, trunk: set.trunk, time: set.time,
                intent: set.intent, schema: set.schema, saltSeed: set.saltSeed,
                changes: [.house(RecordID(high: 100, low: 2), in: HubFixture.north)])!)
        let run = SignedRun.make([far.changeSet], head: far.hash, key: a.key)
        let ahead = try fixture.sync(&a, [run])
        #expect(try entries(ahead, fixture).map(\.disposition) == [.held])
        #expect(try entries(fixture.sync(&a, [first]), fixture).map(\.disposition) == [.applied])
        // What follows at once is merged with what it waited for.
        #expect(try fixture.hub.status().records == (number == 2 ? 2 : 1))
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("one change set twice in a request counts once; two of one number are kept as branches")
    func twice() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var copy = a
        a.seal([.house(house, in: HubFixture.north, count: 2)])
        let once = try fixture.sync(&a, [a.run(), a.run()])
        #expect(try entries(once, fixture).map(\.disposition) == [.applied])
        #expect(try fixture.hub.status().changeSets == 1)
        copy.seal([.house(RecordID(high: 100, low: 2), in: HubFixture.north, count: 5)])
        copy.epoch = a.epoch
        let answer = try fixture.sync(&copy, [a.run(), copy.run()])
        #expect(try entries(answer, fixture).map(\.reason) == [Text(""), Text("HZ-5010")])
        #expect(try fixture.hub.status().records == 2)
        #expect(try fixture.hub.doctor() == [])
    }

    @Test(
        "however much or little a device asks to be sent at once, it gets everything in the end",
        arguments: [0, 1, 5000, UInt64.max])
    func budget(bytes: UInt64) throws {
        let fixture = try HubFixture()
        try fixture.hub.load(
            (1...50).map { [.house(RecordID(high: 100, low: $0), in: HubFixture.north)] },
            intent: "load")
        var a = try fixture.device(1, person: "Li Na")
        for _ in 0..<200 {
            var request = a.request()
            request.maximumDownBytes = bytes
            let answer = try SyncResponse.decode(fixture.hub.sync(a.bytes(request)))
            a.apply(answer)
            if !answer.hasMore { break }
        }
        #expect(try a.digest == fixture.hub.status().digest)
    }

    @Test(
        "a clock set back to backdate a visit changes neither order nor moment, and the skew is told"
    )
    func backdated() throws {
        let day_ms: Int64 = 24 * 3_600_000
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north, count: 2)])
        try fixture.syncAll(&a)
        a.setBy_ms = -30 * day_ms
        a.seal([.write(house, House.minutes, .increment(20))])
        let answer = try fixture.sync(&a, [a.run(from: 2)])
        let entry = try #require(try entries(answer, fixture).first)
        let made = Int64(entry.time(of: a.sealed[1].changeSet).milliseconds)
        // Taken as it is: what the clock said stays in it, beside when it was.
        #expect(entry.disposition == .applied)
        #expect(abs(made - fixture.clock.now_ms) < 10_000)
        #expect(a.sealed[1].changeSet.time.wall_ms < fixture.clock.now_ms - 29 * day_ms)
        let device = try #require(try fixture.hub.devices(by: fixture.admin).first)
        #expect(abs(device.clockSkew_ms + 30 * day_ms) < 60_000)
    }

    private static let day_ms: Int64 = 24 * 3_600_000

    /// How far the clocks of two devices are set: back, before 1970, into the next century, apart.
    static let clocks: [(Int64, Int64)] = [
        (-30 * day_ms, 0), (0, -60 * 365 * day_ms), (80 * 365 * day_ms, -1),
        (3_600_000, -3_600_000),
    ]

    @Test(
        "whatever their clocks say, the same work comes to the same states, answers and conflicts",
        arguments: clocks)
    func anyClock(first: Int64, second: Int64) throws {
        let (right, other) = (try work(0, 0), try work(first, second))
        #expect(right.answers.contains("conflicted") && right.conflicts.count == 1)
        #expect(other.digest == right.digest)
        #expect(other.answers == right.answers)
        #expect(other.conflicts == right.conflicts)
    }

    /// What the hub makes of a day of two devices whose clocks are set by so much.
    private func work(
        _ first: Int64, _ second: Int64
    ) throws -> (digest: StateDigest, answers: [String], conflicts: [String]) {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        (a.setBy_ms, b.setBy_ms) = (first, second)
        var answers: [String] = []
        func note(_ answer: SyncResponse) throws {
            answers += try entries(answer, fixture).map { "\($0.disposition)" }
        }
        a.seal([.house(house, in: HubFixture.north, count: 2)])
        try note(fixture.syncAll(&a))
        try fixture.sync(&b)
        let seen = try b.heads(house, House.count)
        a.seal([.set(house, House.count, .integer(4), replacing: seen)])
        b.seal([.set(house, House.count, .integer(5), replacing: seen)])
        b.seal([.write(house, House.minutes, .increment(20))])
        // The later one wins, by the hub's clock: that of a.
        b.seal([.set(house, House.title, .text("by b"))])
        try note(fixture.syncAll(&b))
        a.seal([.set(house, House.title, .text("by a"))])
        try note(fixture.sync(&a, [a.run(from: 2)]))
        let conflicts = try fixture.hub.conflicts(state: nil, by: fixture.admin)
        return (
            digest: try fixture.hub.status().digest, answers: answers,
            conflicts: conflicts.map { "\($0.id) \($0.kind) \($0.due_ms)" }
        )
    }

    static let texts = [
        "👨‍👩‍👧‍👦🏳️‍🌈", "𠮷野家 𪚥 𰻞", "བོད་ཡིག ئۇيغۇرچە ᠮᠣᠩᠭᠣᠯ", "\u{202e}gnp.exe\u{202c} \u{2066}a\u{2069}",
        "a" + String(repeating: "\u{334}\u{32a}", count: 900), "e\u{301} \u{e9} \u{fb01} \u{2126}",
        "=cmd|' /C calc'!A0", "\u{1b}]52;c;aGk=\u{7}\u{1b}[2J\u{9b}31m", "<script>{{7*7}}</script>",
        "'; DROP TABLE c_house; --", "\u{feff}\u{200b}\u{fffd}\u{10ffff}\t\r\n",
    ]
    @Test("whatever is typed arrives byte for byte on another device", arguments: texts)
    func typed(text: String) throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        a.seal([.house(house, in: HubFixture.north)])
        a.seal([.write(house, House.notes, .append([.text(text)]))])
        #expect(try entries(fixture.syncAll(&a), fixture).allSatisfy { $0.disposition == .applied })
        try fixture.sync(&b)
        guard case .log(let log)? = try b.state(house)?[House.notes],
            case .text(let arrived)? = log.entries.first?.value
        else {
            Issue.record("no note arrived")
            return
        }
        #expect(arrived.string.utf8.elementsEqual(text.utf8))
    }

    @Test(
        "of the sessions of one person the one that rested longest makes room, nobody else's does")
    func sessions() throws {
        let fixture = try HubFixture()
        let hub = fixture.hub
        func open(_ person: PersonID) throws -> String {
            fixture.clock.advance(by: 1)
            return try hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40)
        }
        let other = try hub.makePerson(name: "Lin", roles: [], password: nil, by: nil)
        let theirs = try open(other)
        let person = try hub.makePerson(name: "Bo", roles: [], password: nil, by: nil)
        let tokens = try (0...Hub.sessionsPerPerson).map { _ in try open(person) }
        #expect(throws: Problem.self) { try hub.session(token: tokens[0]) }
        for token in tokens.dropFirst() + [theirs] { _ = try hub.session(token: token) }
    }
}
