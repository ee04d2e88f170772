import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Synchronization
import Testing

@Suite("an answer's echo")
struct EchoTests {
    let house = RecordID(high: 100, low: 1)
    let other = RecordID(high: 100, low: 2)

    /// Answers as they came, decoded.
    private final class Answers: Sendable {
        private let list = Mutex<[SyncResponse]>([])
        var all: [SyncResponse] { list.withLock { $0 } }

        /// A line that hands answers on as they are, or changed, and keeps what came.
        func weather(
            _ change: @escaping @Sendable (inout SyncResponse) -> Void = { _ in }
        ) -> HubLine.Weather {
            .altered { [self] bytes in
                guard var answer = try? SyncResponse.decode(bytes) else { return bytes }
                list.withLock { $0.append(answer) }
                change(&answer)
                return answer.encode()
            }
        }
    }

    /// A device that has two houses, one of them in each street.
    private func fixture(
        _ schema: Schema = .test
    ) async throws -> (HubFixture, FieldDevice, Answers) {
        let fixture = try HubFixture(schema: schema)
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north, title: "Zhang", count: 3)])
        try device.record([.house(other, in: HubFixture.south, title: "Wu", count: 1)])
        try await device.sync()
        return (fixture, device, Answers())
    }

    private func expectSame(_ device: FieldDevice, _ fixture: HubFixture) async throws {
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
        #expect(try await device.sync().digestMatches == true)
    }

    @Test("what only the device wrote is not sent back to it, and it comes to the hub's bytes")
    func ownWork() async throws {
        let (fixture, device, answers) = try await fixture()
        let third = RecordID(high: 100, low: 3)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try device.edit(house) { try $0.set(House.count, to: .integer(5)) }
        try device.record([.write(house, House.minutes, .increment(10))])
        try device.record([.house(third, in: HubFixture.north, title: "Li", count: 2)])
        device.line.expect(answers.weather())
        let summary = try await device.sync()
        #expect(summary.roundTrips == 1)
        #expect(answers.all[0].echo?.records == 2)
        #expect(answers.all[0].pages.flatMap(\.records) == [])
        #expect(try device.value(House.count, of: house) == .integer(5))
        #expect(try device.store.shown(house)?.laidOver == [])
        #expect(try device.store.shown(third)?.laidOver == [])
        try await expectSame(device, fixture)
    }

    @Test("a record that somebody else changed since the cursor is sent, the others are echoed")
    func changedBetween() async throws {
        let (fixture, device, answers) = try await fixture()
        let second = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await second.sync()
        try second.edit(house) { try $0.set(House.title, to: .text("Zhang Guilan")) }
        try await second.sync()
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try device.edit(other) { try $0.set(House.count, to: .integer(2)) }
        device.line.expect(answers.weather())
        try await device.sync()
        #expect(answers.all[0].echo?.records == 1)
        #expect(answers.all[0].pages.flatMap(\.records).map(\.record) == [house])
        #expect(try device.value(House.title, of: house) == .text("Zhang Guilan"))
        try await expectSame(device, fixture)
    }

    @Test("a conflict is sent: its base was looked up in the log")
    func conflict() async throws {
        let (fixture, device, answers) = try await fixture()
        let second = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await second.sync()
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try second.edit(house) { try $0.set(House.count, to: .integer(5)) }
        try await device.sync()
        second.line.expect(answers.weather())
        let summary = try await second.sync()
        #expect(summary.conflicts == 1)
        #expect(answers.all[0].echo == nil)
        #expect(try second.store.disputes().first?.dispute.base?.value == .integer(3))
        // A write beside the conflict leaves the base where it is, and can be worked out.
        try second.edit(house) { try $0.set(House.title, to: .text("Zhang Guilan")) }
        second.line.expect(answers.weather())
        try await second.sync()
        #expect(answers.all[1].echo?.records == 1)
        #expect(try second.store.disputes().first?.dispute.base?.value == .integer(3))
        try await expectSame(second, fixture)
    }

    @Test("an echo of other bytes than the device's: the receipts hold, no state is kept, it asks")
    func disagreement() async throws {
        let (fixture, device, answers) = try await fixture()
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        device.line.expect(
            answers.weather { answer in
                answer.echo = SyncResponse.Echo(records: 1, digest: .zero)
            }, answers.weather())
        let summary = try await device.sync()
        #expect(summary.roundTrips == 2)
        #expect(summary.sent == 1)
        #expect(answers.all[1].echo == nil)
        #expect(answers.all[1].pages.flatMap(\.records).map(\.record) == [house])
        #expect(try device.value(House.count, of: house) == .integer(4))
        #expect(try device.store.verifyReceipts().missing == [])
        try await expectSame(device, fixture)
    }

    @Test("between an echo that is not believed and the states, own work stays to be seen")
    func interruptedDisagreement() async throws {
        let (fixture, device, answers) = try await fixture()
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        device.line.expect(
            answers.weather { answer in
                answer.echo = SyncResponse.Echo(records: 7, digest: answer.echo!.digest)
            }, .down)
        #expect(await device.failure() == .transport(.unreachable("no route")))
        #expect(try device.value(House.count, of: house) == .integer(4))
        #expect(try device.store.status().unsent == 0)
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
        try await device.sync()
        try await expectSame(device, fixture)
    }

    @Test("after a lost answer the states are sent: the hub no longer knows what is new to whom")
    func lostAnswer() async throws {
        let (fixture, device, answers) = try await fixture()
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        device.line.expect(.answerLost)
        #expect(await device.failure() == .transport(.timedOut))
        // Written meanwhile, and merged into the same record with what was lost.
        try device.edit(house) { try $0.set(House.count, to: .integer(5)) }
        try device.edit(other) { try $0.set(House.count, to: .integer(2)) }
        device.line.expect(answers.weather())
        let summary = try await device.sync()
        #expect(summary.roundTrips == 1)
        #expect(answers.all[0].pages.flatMap(\.records).map(\.record) == [house])
        #expect(answers.all[0].echo?.records == 1)
        #expect(try device.value(House.count, of: house) == .integer(5))
        try await expectSame(device, fixture)
    }

    @Test("with another grant that has not arrived yet, nothing is echoed")
    func severalGrants() async throws {
        let fixture = try HubFixture()
        let all = try FieldDevice(9, person: "Sun Wei", at: fixture)
        try await all.sync()
        try all.record([.house(other, in: HubFixture.south, title: "Wu", count: 1)])
        try await all.sync()
        let device = try FieldDevice(
            1, person: "Li Na", at: fixture, areas: [HubFixture.north])
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north, title: "Zhang", count: 3)])
        // The same person is granted the other street with a second device.
        _ = try FieldDevice(
            2, person: "Li Na", at: fixture, areas: [HubFixture.north, HubFixture.south])
        let answers = Answers()
        device.line.expect(answers.weather(), answers.weather(), answers.weather())
        try await device.sync()
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try await device.sync()
        #expect(answers.all[0].echo == nil)
        #expect(answers.all[1].echo == nil)
        #expect(answers.all[2].echo?.records == 1)
        #expect(try device.value(House.title, of: other) == .text("Wu"))
        #expect(try await device.sync().digestMatches == true)
    }

    @Test("units that the device's program does not know are worked out as they were")
    func unknownUnit() async throws {
        let known = Schema.test.collections[0]
        let unit = UnitDeclaration(
            UnitID(999), "pet", .text(maximumBytes: 80), .latest, .personal)
        let newer = Schema(
            version: SchemaVersion(Schema.test.version.value + 1),
            collections: [
                CollectionDeclaration(
                    id: known.id, name: known.name, home: known.home,
                    units: known.units.filter { $0.id.value >= 16 } + [unit])
            ] + Schema.test.collections.dropFirst())
        let (fixture, device, answers) = try await fixture(newer)
        var other = try fixture.device(5, person: "Zhao Lei")
        other.schema = newer.version
        try fixture.sync(&other)
        other.seal([.write(house, unit.id, .set(.text("a dog"), replacing: []))])
        try fixture.syncAll(&other)
        try await device.sync()
        try #require(device.store.shown(house)?.state[unit.id] != nil)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        device.line.expect(answers.weather())
        try await device.sync()
        #expect(answers.all[0].echo?.records == 1)
        #expect(try device.store.shown(house)?.state[unit.id] != nil)
        try await expectSame(device, fixture)
    }

    // MARK: Where others have a hand in it

    @Test("work that came late on a household that has moved is no echo, nor is what came with it")
    func lateWork() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture, areas: [HubFixture.north])
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north, title: "Zhang", count: 3)])
        try device.record([.house(other, in: HubFixture.north, title: "Wu", count: 1)])
        try await device.sync()
        try device.record([.write(house, House.minutes, .increment(10))])
        try device.edit(other) { try $0.set(House.count, to: .integer(2)) }
        _ = try fixture.hub.move(
            [house], to: HubFixture.south, reason: "closer", by: fixture.admin)
        let answers = Answers()
        device.line.expect(answers.weather())
        let summary = try await device.sync()
        #expect(summary.sent == 2 && summary.takenOff == 1)
        #expect(answers.all[0].echo == nil)
        #expect(answers.all[0].pages.flatMap(\.records).map(\.record) == [other])
        #expect(try device.store.outbox().contains { $0.state == .received(.late) })
        #expect(try device.value(House.count, of: other) == .integer(2))
        #expect(try await device.sync().digestMatches == true)
        let next = try FieldDevice(2, person: "Wang Fang", at: fixture, areas: [HubFixture.south])
        try await next.sync()
        #expect(try next.value(House.minutes, of: house) == .integer(10))
    }

    @Test(
        "a household that was moved between two own streets is sent, with the work done meanwhile")
    func movedMeanwhile() async throws {
        let (fixture, device, answers) = try await fixture()
        try device.record([.write(house, House.minutes, .increment(10))])
        try device.record([.write(other, House.minutes, .increment(5))])
        _ = try fixture.hub.move(
            [house], to: HubFixture.south, reason: "closer", by: fixture.admin)
        device.line.expect(answers.weather())
        try await device.sync()
        #expect(answers.all[0].pages.flatMap(\.records).map(\.record) == [house])
        #expect(answers.all[0].echo?.records == 1)
        #expect(try device.value(House.minutes, of: house) == .integer(10))
        try await expectSame(device, fixture)
    }

    @Test("a household that the device itself moves is sent, and lies where the hub says")
    func movedByItself() async throws {
        let (fixture, device, answers) = try await fixture()
        let south = RecordID(high: HubFixture.south.high, low: HubFixture.south.low)
        try device.edit(house) {
            try $0.set(House.area, to: .reference(south))
            try $0.set(House.count, to: .integer(4))
        }
        device.line.expect(answers.weather())
        try await device.sync()
        #expect(answers.all[0].echo == nil)
        #expect(answers.all[0].pages.flatMap(\.records).map(\.record) == [house])
        #expect(try device.value(House.count, of: house) == .integer(4))
        try await expectSame(device, fixture)
    }

    @Test("what a person released behind a later own write is sent, with what came meanwhile")
    func overtaken() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(
            1, person: "Li Na", at: fixture, areas: [HubFixture.north, HubFixture.south])
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north, title: "Zhang", count: 3)])
        try device.record([.house(other, in: HubFixture.south, title: "Wu", count: 1)])
        try await device.sync()
        // Set aside, because the authority over one of its records had ended too long ago; what
        // follows it on the other goes on.
        try device.record([
            .write(house, House.title, .set(.text("early"), replacing: [])),
            .write(other, House.title, .set(.text("early"), replacing: [])),
        ])
        let grant = try #require(
            try fixture.hub.grants(by: fixture.admin).first { $0.scope == HubFixture.south })
        try fixture.hub.endGrant(grant.id, reason: "moved on", by: fixture.admin)
        fixture.clock.advance(by: 31 * 24 * 3_600_000)
        try device.record([.write(house, House.title, .set(.text("later"), replacing: []))])
        #expect(try await device.sync().quarantined == 1)
        try device.record([.write(house, House.minutes, .increment(10))])
        let waiting = try #require(try fixture.hub.quarantine(by: fixture.admin).first)
        try fixture.hub.admit(waiting.name, reason: "she was there", by: fixture.admin)
        let answers = Answers()
        device.line.expect(answers.weather())
        try await device.sync()
        #expect(answers.all[0].echo == nil)
        #expect(answers.all[0].pages.flatMap(\.records).map(\.record) == [house])
        #expect(try device.value(House.title, of: house) == .text("later"))
        #expect(try device.value(House.minutes, of: house) == .integer(10))
        #expect(try await device.sync().digestMatches == true)
    }

    @Test("a copy of a device gets no echo, and the work of both meets as that of two devices")
    func copy() async throws {
        let (fixture, device, answers) = try await fixture()
        let copy = try FieldDevice(copyOf: device, at: fixture)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try await device.sync()
        try copy.edit(house) { try $0.set(House.count, to: .integer(5)) }
        copy.line.expect(answers.weather())
        try await copy.sync()
        #expect(answers.all[0].receipts.count == 1 && answers.all[0].echo == nil)
        try await device.sync()
        #expect(try device.store.disputes().first?.dispute.sides.count == 2)
        try await expectSame(device, fixture)
    }

    @Test("a hub put back from a backup echoes what is new to it, and sends what it had")
    func putBack() async throws {
        let (fixture, device, answers) = try await fixture()
        let (copy, running) = try fixture.copied(fixture.hub)
        device.line.connect(running)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try await device.sync()
        let third = RecordID(high: 100, low: 3)
        try device.record([.house(third, in: HubFixture.north, title: "Li", count: 2)])
        try await device.sync()
        try device.edit(third) { try $0.set(House.count, to: .integer(6)) }
        let restored = try fixture.putBack(copy, insteadOf: running)
        device.line.connect(restored)
        try device.edit(house) { try $0.set(House.count, to: .integer(5)) }
        device.line.expect(
            answers.weather(), answers.weather(), answers.weather(), answers.weather())
        try await device.sync()
        #expect(try device.value(House.count, of: house) == .integer(5))
        #expect(try device.value(House.count, of: third) == .integer(6))
        #expect(try device.store.totalDigest() == restored.status().digest)
        #expect(try device.store.verifyReceipts().missing == [])
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
        #expect(try restored.doctor() == [])
        #expect(try await device.sync().digestMatches == true)
    }

    // MARK: Many pages, and lines that break

    /// Gives the device so much to fetch that it takes several pages, and work of its own.
    private func longNews(
        _ fixture: HubFixture, _ device: FieldDevice, count: UInt64 = 400
    ) async throws -> FieldDevice {
        let second = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await second.sync()
        var generator = TestGenerator(.first)
        let letters = Array("abcdefghijklmnopqrstuvwxyz")
        for number in 1...count {
            let note = String((0..<1500).map { _ in generator.pick(letters) })
            try second.record([
                .house(RecordID(high: 100, low: 5000 + number), in: HubFixture.north)
            ])
            try second.record([
                .write(
                    RecordID(high: 100, low: 5000 + number), House.notes,
                    .append([.text(Text(note))]))
            ])
        }
        try await second.sync()
        return second
    }

    @Test("own work comes last: it is echoed where the pages reach it, and shown until then")
    func severalAnswers() async throws {
        let (fixture, device, answers) = try await fixture()
        _ = try await longNews(fixture, device)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let budget = SyncOptions(maximumBytes: 70_000)
        for _ in 0..<40 {
            device.line.expect(answers.weather(), answers.weather(), answers.weather())
            _ = await device.failure(budget)
            #expect(try device.value(House.count, of: house) == .integer(4))
            if answers.all.last?.hasMore == false { break }
        }
        #expect(answers.all.count > 2)
        #expect(answers.all.allSatisfy { $0.echo == nil })
        #expect(answers.all.last?.pages.flatMap(\.records).map(\.record).last == house)
        #expect(try device.store.shown(house)?.laidOver == [])
        try await expectSame(device, fixture)
    }

    @Test("behind many pages of others the own work is echoed all the same, in one answer")
    func behindPages() async throws {
        let (fixture, device, answers) = try await fixture()
        let second = try await longNews(fixture, device, count: 100)
        try second.edit(other) { try $0.set(House.level, to: .integer(5)) }
        try await second.sync()
        try device.edit(house) { try $0.set(House.level, to: .integer(7)) }
        device.line.expect(answers.weather())
        let summary = try await device.sync()
        #expect(summary.roundTrips == 1)
        #expect(answers.all[0].echo?.records == 1)
        // What is urgent stands on a page of its own before the others; an echo does not.
        let first = try #require(answers.all[0].pages.first)
        #expect(first.grants.isEmpty && first.records.map(\.record) == [other])
        #expect(try device.value(House.level, of: house) == .integer(7))
        #expect(try device.value(House.level, of: other) == .integer(5))
        try await expectSame(device, fixture)
    }

    @Test("own work stays to be seen wherever the line breaks, and is the hub's in the end")
    func cutAnywhere() async throws {
        let (fixture, device, _) = try await fixture()
        let second = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await second.sync()
        let length = Mutex(1)
        var place = 0
        var count: Int64 = 4
        while place < length.withLock({ $0 }) {
            count = count % 90 + 1
            try device.edit(house) { try $0.set(House.count, to: .integer(count)) }
            try device.record([.write(house, House.minutes, .increment(1))])
            try second.edit(other) { try $0.set(House.count, to: .integer(count)) }
            try await second.sync()
            let minutes = try device.value(House.minutes, of: house)
            device.line.expect(.cut(after: place))
            _ = await device.failure()
            #expect(try device.value(House.count, of: house) == .integer(count))
            #expect(try device.value(House.minutes, of: house) == minutes)
            #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
            device.line.expect(
                .altered { body in
                    length.withLock { $0 = max($0, body.count) }
                    return body
                })
            #expect(try await device.sync().unsent == 0)
            #expect(try device.value(House.count, of: house) == .integer(count))
            #expect(try device.store.totalDigest() == fixture.hub.status().digest)
            place += 7
        }
        #expect(place > 100)
        try await expectSame(device, fixture)
    }
}
