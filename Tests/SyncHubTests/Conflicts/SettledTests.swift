import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Units of which the schema says that two persons change them.
@Suite("what takes two persons to change")
struct SettledTests {
    /// Two devices that disagreed on a house's number, and what two persons decided.
    private func settled(on number: String = "4") async throws -> Pair {
        let pair = try await Pair()
        try pair.a.edit(pair.house) { try $0.set(House.number, to: .text("4")) }
        try pair.b.edit(pair.house) { try $0.set(House.number, to: .text("5")) }
        try await pair.syncBoth()
        try approved(pair.decide(.keep(pair.side(.text(number)))), at: pair)
        try await pair.syncBoth()
        return pair
    }

    @discardableResult
    private func approved(
        _ proposed: ConflictDetail, by name: String = "Zhou Min", at pair: Pair
    ) throws -> ConflictDetail {
        try #require(proposed.view.state == .proposed)
        return try pair.hub.approve(
            proposed.view.id, version: proposed.version, by: pair.colleague(name))
    }

    private func enter(_ number: String, on device: FieldDevice, _ house: RecordID) throws
        -> ChangeSetNumber
    {
        try device.edit(house) { try $0.set(House.number, to: .text(number)) }.changeSet.name.number
    }

    @Test("a number that two persons decided, and a device changes, is for two persons again")
    func changedAfterDecision() async throws {
        let pair = try await settled()
        let number = try enter("7", on: pair.b, pair.house)
        try await pair.b.sync()
        let asked = try pair.only()
        #expect(Set(asked.sides.map(\.value)) == [.text("4"), .text("7")])
        #expect(asked.shown == .text("4"))
        #expect(asked.view.needsTwoPersons)
        #expect(asked.view.timesReopened == 1)
        #expect(try pair.b.store.outboxEntry(number)?.state == .received(.conflicted))
        try await pair.syncBoth()
        for device in [pair.a, pair.b] {
            #expect(try device.value(House.number, of: pair.house) == .text("4"))
            #expect(try device.store.disputeCount() == 1)
        }
        try approved(pair.decide(.keep(pair.side(.text("7")))), by: "Bo Chen", at: pair)
        try await pair.syncBoth()
        #expect(try pair.open == [])
        #expect(try pair.a.value(House.number, of: pair.house) == .text("7"))
        #expect(try pair.hub.doctor() == [])
    }

    @Test("neither typing the decided number again nor many changes in a row get around it")
    func againAndAgain() async throws {
        let pair = try await settled()
        _ = try enter(" 4", on: pair.a, pair.house)
        try await pair.syncBoth()
        #expect(try pair.open == [])
        _ = try enter("8", on: pair.a, pair.house)
        _ = try enter("9", on: pair.a, pair.house)
        try await pair.syncBoth()
        #expect(Set(try pair.only().sides.map(\.value)) == [.text("4"), .text("9")])
        // Of the sides it was shown, a device corrects its own.
        _ = try enter("10", on: pair.a, pair.house)
        try await pair.syncBoth()
        #expect(Set(try pair.only().sides.map(\.value)) == [.text("4"), .text("10")])
        // Whoever takes their change back agrees with what was decided.
        _ = try enter("4", on: pair.a, pair.house)
        try await pair.syncBoth()
        #expect(try pair.open == [])
    }

    @Test("a number that somebody else entered, and a device changes, is for two persons")
    func changedByAnother() async throws {
        let pair = try await Pair()
        // To enter one where there was none changes none; nor is one's own slip anybody's.
        _ = try enter("4", on: pair.a, pair.house)
        try await pair.syncBoth()
        _ = try enter("44", on: pair.a, pair.house)
        try await pair.syncBoth()
        #expect(try pair.open == [])
        _ = try enter("45", on: pair.b, pair.house)
        try await pair.b.sync()
        let asked = try pair.only()
        #expect(Set(asked.sides.map(\.value)) == [.text("44"), .text("45")])
        #expect(
            Set(asked.sides.flatMap(\.writes).map(\.authorName)) == ["Li Na", "Wang Fang"])
        #expect(asked.shown == .text("44"))
        try await pair.syncBoth()
        try approved(pair.decide(.keep(pair.side(.text("45")))), at: pair)
        try await pair.syncBoth()
        #expect(try pair.b.value(House.number, of: pair.house) == .text("45"))
    }

    @Test("a change that arrives before what it changes is for two persons all the same")
    func changeArrivesFirst() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        let house = RecordID(high: 100, low: 1)
        a.seal([.house(house, in: HubFixture.north)])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        func number(_ text: String, replacing names: [ChangeSetName]) -> RecordChange {
            RecordChange(
                record: house, collection: .house, creates: false,
                writes: [
                    Write(unit: House.number, operation: .set(.text(text), replacing: names))
                ], shown: nil)!
        }
        // Somebody carried the first device's work to the second.
        let first = a.seal([number("4", replacing: [])])
        b.seal([number("5", replacing: [first])])
        try fixture.syncAll(&b)
        #expect(try fixture.hub.conflicts(state: nil, by: fixture.admin) == [])
        try fixture.sync(&a, [a.run(from: 2)])
        let open = try fixture.hub.conflicts(state: nil, by: fixture.admin)
        try #require(open.count == 1)
        let detail = try fixture.hub.conflict(open[0].id, by: fixture.admin)
        #expect(Set(detail.sides.map(\.value)) == [.text("4"), .text("5")])
        #expect(try fixture.hub.doctor() == [])
    }
}
