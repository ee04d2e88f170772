import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Cases that are easily got wrong, through whole devices at a real hub.
@Suite("two advisors and one household")
struct FieldCaseTests {
    let house = RecordID(high: 100, low: 1)

    /// Two devices that hold the same house, and the hub.
    private func pair() async throws -> (HubFixture, FieldDevice, FieldDevice) {
        let fixture = try HubFixture()
        let a = try FieldDevice(1, person: "Li Na", at: fixture)
        let b = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await a.sync()
        try a.record([.house(house, in: HubFixture.north, title: "Zhang", count: 1)])
        try await a.sync()
        try await b.sync()
        return (fixture, a, b)
    }

    /// Syncs until nobody has news, and checks that all hold the same.
    private func settle(_ fixture: HubFixture, _ devices: FieldDevice...) async throws {
        for device in devices + devices { try await device.sync() }
        let digest = try fixture.hub.status().digest
        for device in devices { #expect(try device.store.totalDigest() == digest) }
    }

    private func income(_ amount: Int64, _ evidence: String) -> Value {
        .group([.integer(amount), .text(evidence)])
    }

    @Test("an amount never stands with another's evidence")
    func groups() async throws {
        let (fixture, a, b) = try await pair()
        let written = [income(1840, "pension book"), income(2310, "payslip")]
        try a.edit(house) { try $0.set(House.income, to: written[0]) }
        try b.edit(house) { try $0.set(House.income, to: written[1]) }
        for device in [a, b, a] {
            try await device.sync()
            for each in [a, b] {
                let shown = try each.value(House.income, of: house)
                #expect(shown == nil || written.contains(shown!))
            }
        }
        try await settle(fixture, a, b)
        let conflict = try #require(try a.store.disputes().first)
        #expect(conflict.unit == House.income)
        #expect(conflict.dispute.sides.map(\.value) == written)
    }

    @Test("one word in two normal forms, or with other spaces, is no conflict")
    func spellings() async throws {
        let (fixture, a, b) = try await pair()
        try a.edit(house) { try $0.set(House.income, to: income(900, "lettre du caf\u{e9}")) }
        try b.edit(house) { try $0.set(House.income, to: income(900, "lettre  du cafe\u{301} ")) }
        try await settle(fixture, a, b)
        #expect(try a.store.disputes().isEmpty)
        #expect(try b.store.disputes().isEmpty)
    }

    @Test("of two fields edited offline only the one that had moved on is disputed")
    func chain() async throws {
        let (fixture, a, b) = try await pair()
        try b.edit(house) { try $0.set(House.count, to: .integer(5)) }
        try await b.sync()
        try a.edit(house) { try $0.set(House.title, to: .text("Zhang Guilan")) }
        try a.edit(house) { try $0.set(House.count, to: .integer(2)) }
        // Its direct predecessor is this device's own: the base is what all had seen all the same.
        try a.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try await settle(fixture, a, b)
        #expect(try b.value(House.title, of: house) == .text("Zhang Guilan"))
        let disputes = try b.store.disputes()
        #expect(disputes.map(\.unit) == [House.count])
        #expect(Set(disputes[0].dispute.sides.map(\.value)) == [.integer(4), .integer(5)])
        #expect(try b.value(House.count, of: house) == .integer(1))
    }

    @Test("a disputed value corrected before the decision arrives stands against the decision")
    func lateCorrection() async throws {
        let (fixture, a, b) = try await pair()
        try a.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try b.edit(house) { try $0.set(House.count, to: .integer(5)) }
        try await settle(fixture, a, b)
        let conflict = try fixture.hub.conflicts(state: nil, by: fixture.admin)[0]
        let detail = try fixture.hub.conflict(conflict.id, by: fixture.admin)
        _ = try fixture.hub.resolve(
            conflict.id,
            ResolutionRequest(version: detail.version, choice: .keep("b"), reason: "Seen."),
            by: fixture.admin)
        // She has not heard of it, and counts again.
        try a.edit(house) { try $0.set(House.count, to: .integer(6)) }
        try await settle(fixture, a, b)
        let dispute = try #require(try b.store.disputes().first?.dispute)
        #expect(Set(dispute.sides.map(\.value)) == [.integer(5), .integer(6)])
    }

    @Test("a record and what lies with it, made together, are nowhere seen apart")
    func together() async throws {
        let (fixture, a, b) = try await pair()
        var chance = TestGenerator(.first)
        for number in 10..<90 as Range<UInt64> {
            let id = RecordID(high: 100, low: number)
            // What compresses well would come in one piece.
            let story = (0..<60).map { _ in String(UInt64.random(in: 0 ... .max, using: &chance)) }
            try a.record([
                .house(id, in: HubFixture.north),
                .call(RecordID(high: 200, low: number), on: id, story: story.joined()),
            ])
        }
        try await a.sync()
        var sessions = 0
        while try await b.sync(SyncOptions(maximumBytes: 1500)).isCutShort, sessions < 500 {
            sessions += 1
            let houses = try b.store.list(.house).map(\.record.low)
            let calls = try b.store.list(.call).map(\.record.low)
            #expect(Set(houses).subtracting([1]) == Set(calls))
        }
        #expect(sessions > 3 && sessions < 500)
        try await settle(fixture, a, b)
        #expect(try b.store.list(.call).count == 80)
    }

    @Test("while many write at once, who reads skips nothing")
    func noneSkipped() async throws {
        let fixture = try HubFixture()
        let reader = try FieldDevice(99, person: "Chen Jie", at: fixture)
        let writers = try (1...6 as ClosedRange<UInt8>).map {
            try fixture.device($0, person: "Advisor \($0)")
        }
        try await withThrowingTaskGroup(of: Void.self) { group in
            for (index, writer) in writers.enumerated() {
                group.addTask {
                    var writer = writer
                    try fixture.sync(&writer)
                    for number in 1...30 as ClosedRange<UInt64> {
                        let low = UInt64(index) * 1000 + number
                        writer.seal([
                            .house(RecordID(high: 100, low: low), in: HubFixture.north)
                        ])
                        try fixture.sync(&writer, [writer.run(from: number)])
                    }
                }
            }
            group.addTask {
                for _ in 0..<60 { try await reader.sync() }
            }
            try await group.waitForAll()
        }
        try await reader.sync()
        #expect(try reader.store.list(.house).count == 180)
        #expect(try reader.store.totalDigest() == fixture.hub.status().digest)
    }

    @Test("a month later, with nothing new, one round trip of less than a kilobyte is all")
    func monthLater() async throws {
        let (fixture, a, b) = try await pair()
        for number in 10..<500 as Range<UInt64> {
            try a.record([.house(RecordID(high: 100, low: number), in: HubFixture.north)])
        }
        try await settle(fixture, a, b)
        fixture.clock.advance(by: 30 * 86_400_000)
        let summary = try await b.sync()
        #expect(summary.roundTrips == 1)
        #expect(summary.received == 0 && summary.digestMatches == true)
        #expect(summary.bytesUp + summary.bytesDown < 1000)
    }
}
