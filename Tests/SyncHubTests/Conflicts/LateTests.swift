import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("late work at the office")
struct LateTests {
    /// A device whose authority ended while it worked, and another that worked on meanwhile.
    ///
    /// - Parameter unit: what the late work sets in the house, beside all else.
    private func late(
        _ pair: Pair, _ unit: UnitID = House.count, to value: Value = .integer(4)
    ) async throws -> RecordID {
        let call = RecordID(high: 200, low: 1)
        try pair.a.edit(pair.house) {
            try $0.set(unit, to: value)
            try $0.increment(House.minutes, by: 20)
            try $0.change(House.phones, adding: [.text("139")])
            try $0.append([.text("they were in")], to: House.notes)
        }
        try pair.a.record([.call(call, on: pair.house, story: "a visit")])
        for grant in try pair.hub.grants(by: pair.admin) where grant.personName == "Li Na" {
            try pair.hub.endGrant(grant.id, reason: "moved", by: pair.admin)
        }
        try pair.b.edit(pair.house) { try $0.set(House.due, to: .day(CalendarDate("2027-01-01")!)) }
        try await pair.b.sync()
        try await pair.a.sync()
        try await pair.b.sync()
        return call
    }

    private func count(_ pair: Pair) throws -> Value? {
        try pair.b.value(House.count, of: pair.house)
    }

    @Test("it is put back: what it set, added and counted; what others did since stays")
    func putBack() async throws {
        let pair = try await Pair()
        _ = try await late(pair)
        #expect(try count(pair) == .integer(4))
        let detail = try pair.only()
        #expect(detail.view.kind == .late)
        #expect(detail.acts == [.stand, .putBack])
        #expect(
            detail.putsBack.map { [$0.before, $0.after] } == [
                [.integer(4), .integer(3)], [.text("139"), .absent], [.integer(20), .integer(0)],
            ])
        let done = try pair.decide(.putBack, reason: "She had moved on.")
        #expect(done.view.state == .resolved)
        #expect(done.decision?.act == .putBack)
        #expect(done.decision?.value == .integer(3))
        try await pair.b.sync()
        #expect(try count(pair) == .integer(3))
        #expect(try pair.b.value(House.minutes, of: pair.house) == .integer(0))
        #expect(
            try pair.b.value(House.due, of: pair.house) == .day(CalendarDate("2027-01-01")!))
        let phones = try #require(try pair.b.store.shown(pair.house)?.state[House.phones])
        #expect(phones == .elements(Elements()))
        #expect(try pair.open == [])
        #expect(try pair.hub.doctor() == [])
    }

    @Test("taken back, it is there again and asked about again, and can be let stand")
    func undone() async throws {
        let pair = try await Pair()
        _ = try await late(pair)
        let id = try pair.only().view.id
        try pair.decide(.putBack)
        let undone = try pair.hub.undo(id, reason: "It was right.", by: pair.admin)
        #expect(undone.view.state == .open)
        #expect(undone.putsBack.count == 3)
        try await pair.b.sync()
        #expect(try count(pair) == .integer(4))
        #expect(try pair.b.value(House.minutes, of: pair.house) == .integer(20))
        #expect(undone.sides.first?.writes.map(\.authorName) == ["Li Na"])
        try pair.decide(.stand)
        #expect(try pair.open == [])
    }

    @Test("a record made by the same intent becomes void, and comes back when that is undone")
    func created() async throws {
        let pair = try await Pair()
        let (call, other) = (RecordID(high: 200, low: 1), RecordID(high: 200, low: 2))
        try pair.a.record([
            .set(
                pair.house, House.count, .integer(4),
                replacing: try heads(of: House.count, at: pair)),
            .call(call, on: pair.house, story: "a visit"),
        ])
        try pair.a.record([.call(other, on: pair.house, story: "another")])
        for grant in try pair.hub.grants(by: pair.admin) where grant.personName == "Li Na" {
            try pair.hub.endGrant(grant.id, reason: "moved", by: pair.admin)
        }
        try pair.b.edit(pair.house) { try $0.set(House.due, to: .day(CalendarDate("2027-01-01")!)) }
        try await pair.b.sync()
        try await pair.a.sync()
        func isVoid(_ record: RecordID) async throws -> Bool {
            try await pair.b.sync()
            let state = try #require(try pair.b.store.shown(record)?.state)
            return state.isVoid(in: Schema.test.collection(.call)!)
        }
        let id = try pair.only().view.id
        try pair.decide(.putBack, reason: "not hers any more")
        #expect(try await isVoid(call))
        #expect(try await !isVoid(other))
        _ = try pair.hub.undo(id, reason: "It was right.", by: pair.admin)
        #expect(try await !isVoid(call))
    }

    private func heads(
        of unit: UnitID, at pair: Pair, _ record: RecordID? = nil
    ) throws -> [ChangeSetName] {
        guard
            case .register(let register)? = try pair.a.store.shown(record ?? pair.house)?
                .state[unit]
        else { return [] }
        return register.heads.map(\.origin.name)
    }

    /// Late work of one intent on two houses, in both of which somebody has worked meanwhile.
    private func lateAtTwo(_ pair: Pair, alsoSets unit: UnitID, to value: Value) async throws {
        let other = RecordID(high: 100, low: 2)
        try pair.a.record([.house(other, in: HubFixture.north, title: "Wang", count: 3)])
        try await pair.syncBoth()
        let shown = try #require(try pair.a.store.shown(pair.house))
        var edit = Edit(
            of: shown.parts, by: try pair.a.store.identity().replica,
            as: Schema.test.collection(.house)!)
        try edit.set(House.count, to: .integer(4))
        try edit.set(unit, to: value)
        try pair.a.record(
            edit.recordChanges + [
                .set(
                    other, House.count, .integer(5),
                    replacing: try heads(of: House.count, at: pair, other))
            ])
        for grant in try pair.hub.grants(by: pair.admin) where grant.personName == "Li Na" {
            try pair.hub.endGrant(grant.id, reason: "moved", by: pair.admin)
        }
        for house in [pair.house, other] {
            try pair.b.edit(house) { try $0.set(House.room, to: .integer(2)) }
        }
        try await pair.b.sync()
        try await pair.a.sync()
    }

    @Test("it is let stand as a whole: what one intent wrote to several records and units")
    func letStand() async throws {
        let pair = try await Pair()
        try await lateAtTwo(
            pair, alsoSets: House.due, to: .day(CalendarDate("2027-02-02")!))
        let detail = try pair.only()
        // Each record is there once, with what another did in it.
        #expect(
            detail.sides.map(\.value) == [.integer(4), .integer(2), .integer(5), .integer(2)])
        #expect(Set(detail.view.authors) == ["Li Na", "Wang Fang"])
        let done = try pair.decide(.stand)
        #expect(done.view.state == .resolved)
        #expect(try pair.open == [])
        // Where it was said somebody writes something new: nothing is asked again.
        try await pair.b.sync()
        try pair.b.edit(pair.house) { try $0.set(House.count, to: .integer(6)) }
        try await pair.b.sync()
        #expect(try pair.open == [])
        _ = try pair.hub.undo(detail.view.id, reason: "too soon", by: pair.admin)
        #expect(try pair.open.map(\.kind) == [.late])
    }

    @Test("two persons let it stand where any of it takes two, and the page is listed under that")
    func letStandByTwo() async throws {
        let pair = try await Pair()
        try await lateAtTwo(pair, alsoSets: House.number, to: .text("31"))
        let detail = try pair.only()
        #expect(detail.view.unit == House.number)
        #expect(detail.view.needsTwoPersons)
        #expect(
            detail.sides.map(\.value) == [.text("31"), .integer(2), .integer(5), .integer(2)])
        let proposed = try pair.decide(.stand)
        #expect(proposed.view.state == .proposed)
        _ = try pair.hub.approve(
            proposed.view.id, version: proposed.version, by: pair.colleague())
        #expect(try pair.open == [])
    }

    @Test("it is put back as the page said, or not: also where only another unit of it has changed")
    func putBackAsShown() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) {
            try $0.set(House.title, to: .text("Zhang, at the mill"))
            try $0.set(House.count, to: .integer(4))
        }
        for grant in try pair.hub.grants(by: pair.admin) where grant.personName == "Li Na" {
            try pair.hub.endGrant(grant.id, reason: "moved", by: pair.admin)
        }
        try pair.b.edit(pair.house) { try $0.set(House.due, to: .day(CalendarDate("2027-01-01")!)) }
        try await pair.b.sync()
        try await pair.a.sync()
        try await pair.b.sync()
        let page = try pair.only()
        #expect(page.putsBack.map(\.unit) == [House.title, House.count])
        try pair.b.edit(pair.house) { try $0.set(House.count, to: .integer(9)) }
        try await pair.b.sync()
        let request = ResolutionRequest(
            version: page.version, choice: .putBack, reason: "She had moved on.")
        let refusal = #expect(throws: Problem.self) {
            try pair.hub.resolve(page.view.id, request, by: pair.admin)
        }
        #expect(refusal?.code == .staleView)
        #expect(try pair.only().putsBack.map(\.unit) == [House.title])
    }

    @Test("let stand with others like it, it does not matter what putting it back would do by now")
    func standsInBulk() async throws {
        let pair = try await Pair()
        _ = try await late(pair)
        let view = try pair.only().view
        let request = BulkRequest(
            collection: .house, unit: try #require(view.unit), kind: .late, rule: .stand)
        let preview = try pair.hub.preview(request, by: pair.admin)
        try pair.b.edit(pair.house) { try $0.increment(House.minutes, by: 3) }
        try await pair.b.sync()
        let done = try pair.hub.resolve(
            request, token: preview.token, reason: "why", by: pair.admin)
        #expect(done.lines.map(\.view.id) == [view.id])
        #expect(try pair.open == [])
    }

    @Test("where others have written beside it, theirs holds")
    func contested() async throws {
        let pair = try await Pair()
        try pair.b.edit(pair.house) { try $0.set(House.count, to: .integer(9)) }
        _ = try await late(pair)
        let late = try #require(try pair.open.first { $0.kind == .late })
        let detail = try pair.hub.conflict(late.id, by: pair.admin)
        _ = try pair.hub.resolve(
            late.id, ResolutionRequest(version: detail.version, choice: .putBack, reason: "why"),
            by: pair.admin)
        try await pair.b.sync()
        #expect(try count(pair) == .integer(9))
        #expect(try pair.open == [])
    }

    @Test("of what two persons change it is put back by two")
    func byTwo() async throws {
        let pair = try await Pair()
        _ = try await late(pair, House.number, to: .text("7"))
        let proposed = try pair.decide(.putBack)
        #expect(proposed.view.state == .proposed)
        let done = try pair.hub.approve(
            proposed.view.id, version: proposed.version, by: pair.colleague())
        #expect(done.view.state == .resolved)
        try await pair.b.sync()
        #expect(try pair.b.value(House.number, of: pair.house) == .absent)
    }

    @Test("its author is told; whose work it met is told nothing of a value that is not theirs")
    func told() async throws {
        let pair = try await Pair()
        _ = try await late(pair)
        try pair.decide(.putBack)
        try await pair.a.sync()
        try await pair.b.sync()
        #expect(try pair.a.store.notices().map(\.notice.kind) == [.decision])
        #expect(try pair.b.store.notices().isEmpty)
    }
}
