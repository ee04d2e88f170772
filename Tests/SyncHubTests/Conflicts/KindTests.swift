import SyncCore
import SyncExchange
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Two devices at one house, which both have seen.
struct Pair {
    let fixture: HubFixture
    let a: FieldDevice
    let b: FieldDevice
    let house = RecordID(high: 100, low: 1)

    init(count: Int64? = 3) async throws {
        fixture = try HubFixture()
        a = try FieldDevice(1, person: "Li Na", at: fixture)
        b = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await a.sync()
        try await b.sync()
        try a.record([.house(house, in: HubFixture.north, title: "Zhang", count: count)])
        try await a.sync()
        try await b.sync()
    }

    var hub: Hub { fixture.hub }
    var admin: Session { fixture.admin }

    /// Another administrator.
    func colleague(_ name: String = "Zhou Min") throws -> Session {
        let person = try hub.makePerson(
            name: name, roles: [.conflictAdministrator], password: nil, by: admin)
        return try hub.session(
            token: hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40))
    }

    func syncBoth() async throws {
        try await a.sync()
        try await b.sync()
        try await a.sync()
    }

    var open: [ConflictView] {
        get throws { try hub.conflicts(state: nil, by: admin) }
    }

    /// The one conflict that is open.
    func only() throws -> ConflictDetail {
        let open = try open
        try #require(open.count == 1)
        return try hub.conflict(open[0].id, by: admin)
    }

    /// The letter of the side that says a value: letters follow the names of writes, which follow
    /// the devices'.
    func side(_ value: Value, of record: RecordID? = nil) throws -> String {
        try #require(
            try only().sides.first { side in
                side.value.agrees(with: value) && (record.map { $0 == side.record } ?? true)
            }
        ).key
    }

    @discardableResult
    func decide(
        _ choice: ResolutionRequest.Choice, reason: String = "why"
    ) throws -> ConflictDetail {
        let detail = try only()
        return try hub.resolve(
            detail.view.id,
            ResolutionRequest(version: detail.version, choice: choice, reason: reason), by: admin)
    }

    func isVoid(on device: FieldDevice) throws -> Bool {
        let state = try #require(try device.store.shown(house)?.state)
        return try #require(state.outcome(of: Schema.test.unit(.void, of: .house)!)).value
            != .absent
    }
}

@Suite("kinds of conflict")
struct KindTests {
    // MARK: Values

    @Test("two fields of one record set apart are both applied, and no conflict")
    func fields() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) { try $0.set(House.count, to: .integer(4)) }
        try pair.b.edit(pair.house) { try $0.set(House.due, to: .day(CalendarDate("2027-01-01")!)) }
        try await pair.syncBoth()
        #expect(try pair.open == [])
        for device in [pair.a, pair.b] {
            #expect(try device.value(House.count, of: pair.house) == .integer(4))
            #expect(
                try device.value(House.due, of: pair.house)
                    == .day(CalendarDate("2027-01-01")!))
        }
    }

    @Test("two members of one group set apart are one conflict of whole groups, never mixed")
    func group() async throws {
        let pair = try await Pair()
        func income(_ amount: Int64, _ evidence: String) -> Value {
            .group([.integer(amount), .text(evidence)])
        }
        try pair.a.edit(pair.house) { try $0.set(House.income, to: income(100, "slip")) }
        try await pair.syncBoth()
        try pair.a.edit(pair.house) { try $0.set(House.income, to: income(200, "slip")) }
        try pair.b.edit(pair.house) { try $0.set(House.income, to: income(100, "book")) }
        try await pair.syncBoth()
        let detail = try pair.only()
        #expect(detail.view.kind == .group)
        #expect(
            Set(detail.sides.map(\.value)) == [income(200, "slip"), income(100, "book")])
        for device in [pair.a, pair.b] {
            #expect(try device.value(House.income, of: pair.house) == income(100, "slip"))
        }
    }

    @Test("the same text typed on two keyboards is no conflict")
    func keyboards() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) { try $0.set(House.seal, to: .text("Caf\u{e9} 1")) }
        try pair.b.edit(pair.house) { try $0.set(House.seal, to: .text("Cafe\u{301}  1 ")) }
        try await pair.syncBoth()
        #expect(try pair.open == [])
    }

    @Test("a value set and set back is a side against what another wrote meanwhile")
    func setBack() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) { try $0.set(House.count, to: .integer(2)) }
        try pair.a.edit(pair.house) { try $0.set(House.count, to: .integer(3)) }
        try pair.b.edit(pair.house) { try $0.set(House.count, to: .integer(7)) }
        try await pair.syncBoth()
        let detail = try pair.only()
        #expect(Set(detail.sides.map(\.value)) == [.integer(3), .integer(7)])
        #expect(detail.base?.value == .integer(3))
    }

    @Test("a third value is a third side of the same conflict, and an equal one its support")
    func thirdSide() async throws {
        let pair = try await Pair()
        let c = try FieldDevice(3, person: "Chen Jie", at: pair.fixture)
        let d = try FieldDevice(4, person: "Wu Yan", at: pair.fixture)
        try await c.sync()
        try await d.sync()
        for (device, count) in [(pair.a, 4), (pair.b, 5), (c, 6), (d, 4)] as [(FieldDevice, Int64)]
        {
            try device.edit(pair.house) { try $0.set(House.count, to: .integer(count)) }
        }
        for device in [pair.a, pair.b, c, d] { try await device.sync() }
        let detail = try pair.only()
        #expect(Set(detail.sides.map(\.value)) == [.integer(4), .integer(5), .integer(6)])
        for side in detail.sides {
            #expect(side.writes.count == (side.value == .integer(4) ? 2 : 1))
        }
    }

    @Test("what is contested may stand as it is, and is no conflict on any device")
    func contestation() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) { try $0.set(House.seal, to: .text("one")) }
        try pair.b.edit(pair.house) { try $0.set(House.seal, to: .text("two")) }
        try await pair.syncBoth()
        #expect(try pair.only().view.kind == .contestation)
        try pair.decide(.stand)
        #expect(try pair.open == [])
        try await pair.syncBoth()
        for device in [pair.a, pair.b] {
            #expect(try device.store.disputeCount() == 0)
            #expect(try device.value(House.seal, of: pair.house) == .text("one"))
        }
        // Who has not heard of it says a third thing: nobody let that stand.
        let c = try FieldDevice(3, person: "Chen Jie", at: pair.fixture)
        try await c.sync()
        #expect(try c.store.disputeCount() == 0)
    }

    // MARK: Void

    @Test("work done unaware of a voiding is kept beside it, and the record stays void")
    func editAfterVoid() async throws {
        let pair = try await Pair()
        try pair.b.edit(pair.house) { try $0.void(because: "moved away") }
        try await pair.b.sync()
        let work = try pair.a.edit(pair.house) { try $0.set(House.count, to: .integer(4)) }
        try await pair.a.sync()
        try await pair.b.sync()
        let detail = try pair.only()
        #expect(detail.view.kind == .deletion)
        #expect(Set(detail.sides.map(\.value)) == [.text("moved away"), .absent])
        for device in [pair.a, pair.b] {
            #expect(try pair.isVoid(on: device))
            #expect(try device.value(House.count, of: pair.house) == .integer(4))
            #expect(try device.store.disputes().map(\.unit) == [.void])
        }
        // Its author hears that there is a conflict.
        #expect(
            try pair.a.store.outboxEntry(work.changeSet.name.number)?.state
                == .received(.conflicted))
    }

    @Test("a voiding over work that was not seen waits, and is not applied")
    func voidAfterEdit() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) { try $0.append([.text("they are back")], to: House.notes) }
        try await pair.a.sync()
        try pair.b.edit(pair.house) { try $0.void(because: "moved away") }
        try await pair.b.sync()
        try await pair.a.sync()
        #expect(try pair.only().view.kind == .deletion)
        for device in [pair.a, pair.b] { #expect(try !pair.isVoid(on: device)) }
        let detail = try pair.only()
        let key = try #require(detail.sides.first { $0.value == .absent }).key
        try pair.decide(.keep(key))
        try await pair.syncBoth()
        for device in [pair.a, pair.b] {
            #expect(try !pair.isVoid(on: device))
            #expect(try device.store.disputeCount() == 0)
        }
        #expect(try pair.open == [])
    }

    @Test("a voiding that its author decided on all there was is no conflict")
    func informedVoid() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) { try $0.set(House.count, to: .integer(4)) }
        try await pair.syncBoth()
        try pair.b.edit(pair.house) { try $0.void(because: "entered twice") }
        try await pair.syncBoth()
        #expect(try pair.open == [])
        #expect(try pair.isVoid(on: pair.a))
        // Registered again under another name it is another record; this one stays void.
        try pair.a.record([
            .house(RecordID(high: 100, low: 2), in: HubFixture.north, title: "Zhang")
        ])
        try await pair.syncBoth()
        #expect(try pair.isVoid(on: pair.b))
    }

    @Test("a record made void and brought back is there at every receiver")
    func voidAndBack() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) { try $0.void(because: "a slip") }
        try pair.a.edit(pair.house) { try $0.set(.void, to: .absent) }
        try await pair.syncBoth()
        #expect(try pair.open == [])
        #expect(try !pair.isVoid(on: pair.b))
    }

    // MARK: References

    @Test(
        "what is recorded with a record that somebody voided is kept, and people are asked",
        arguments: [true, false])
    func orphan(voidFirst: Bool) async throws {
        let pair = try await Pair()
        let call = RecordID(high: 200, low: 1)
        try pair.a.record([.call(call, on: pair.house, story: "They were in.")])
        try pair.b.edit(pair.house) { try $0.void(because: "moved away") }
        if voidFirst {
            try await pair.b.sync()
            try await pair.a.sync()
        } else {
            try await pair.a.sync()
            try await pair.b.sync()
        }
        try await pair.syncBoth()
        let detail = try pair.only()
        #expect(detail.view.kind == .reference)
        #expect(detail.sides.map(\.record) == [call, pair.house])
        #expect(try pair.b.store.shown(call) != nil)
        // The record it lies with comes back; then the cause is gone.
        try pair.decide(.keep("a"))
        #expect(try pair.open == [])
        try await pair.syncBoth()
        #expect(try !pair.isVoid(on: pair.b))
    }

    @Test("a broken reference closes by itself when the record it lies with comes back")
    func orphanReturns() async throws {
        let pair = try await Pair()
        try pair.a.record([
            .call(RecordID(high: 200, low: 1), on: pair.house, story: "They were in.")
        ])
        try pair.b.edit(pair.house) { try $0.void(because: "moved away") }
        try await pair.syncBoth()
        let id = try pair.only().view.id
        try pair.b.edit(pair.house) { try $0.set(.void, to: .absent) }
        try await pair.b.sync()
        let closed = try pair.hub.conflict(id, by: pair.admin)
        #expect(closed.view.state == .resolved)
        #expect(closed.history.map(\.act) == ["opened", "closed"])
    }

    // MARK: Totals

    @Test("two bookings beyond what there is are both kept, and the balance is disputed")
    func overbooked() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) {
            try $0.set(House.room, to: .integer(10))
            try $0.increment(House.places, by: 5)
        }
        try await pair.syncBoth()
        try pair.a.edit(pair.house) { try $0.increment(House.places, by: -3) }
        try pair.b.edit(pair.house) { try $0.increment(House.places, by: -4) }
        try await pair.syncBoth()
        let detail = try pair.only()
        #expect(detail.view.kind == .capacity)
        #expect(detail.shown == .integer(-2))
        #expect(Set(detail.sides.map(\.value)) == [.integer(2), .integer(-4)])
        for device in [pair.a, pair.b] {
            #expect(try device.store.disputes().map(\.unit) == [House.places])
        }
        // Let stand, it stays shut until it gets worse.
        try pair.decide(.stand)
        try await pair.syncBoth()
        #expect(try pair.a.store.disputeCount() == 0)
        try pair.a.edit(pair.house) { try $0.increment(House.places, by: -1) }
        try await pair.syncBoth()
        #expect(try pair.only().view.timesReopened == 1)
        try pair.decide(.compose(.integer(0)))
        try await pair.syncBoth()
        #expect(try pair.open == [])
        #expect(try pair.b.value(House.places, of: pair.house) == .integer(0))
    }

    @Test("an overbooking closes by itself when there is more room")
    func moreRoom() async throws {
        let pair = try await Pair()
        try pair.a.edit(pair.house) {
            try $0.set(House.room, to: .integer(1))
            try $0.increment(House.places, by: 2)
        }
        try await pair.syncBoth()
        #expect(try pair.only().view.kind == .capacity)
        try pair.b.edit(pair.house) { try $0.set(House.room, to: .integer(2)) }
        try await pair.syncBoth()
        #expect(try pair.open == [])
    }

    // MARK: Keys

    @Test("a number entered for two records is one conflict, and both registrations are kept")
    func uniqueKey() async throws {
        let pair = try await Pair()
        let other = RecordID(high: 100, low: 2)
        try pair.a.edit(pair.house) { try $0.set(House.number, to: .text("31 01")) }
        try pair.b.record([.house(other, in: HubFixture.south, title: "Wang")])
        try pair.b.edit(other) { try $0.set(House.number, to: .text("31  01")) }
        try await pair.syncBoth()
        let detail = try pair.only()
        #expect(detail.view.kind == .key)
        #expect(detail.sides.map(\.record) == [pair.house, other])
        #expect(detail.view.needsTwoPersons)
        // Corrected at one of them, it closes by itself.
        try pair.b.edit(other) { try $0.set(House.number, to: .text("31 02")) }
        try await pair.b.sync()
        #expect(try pair.open == [])
        #expect(
            try pair.hub.conflict(detail.view.id, by: pair.admin).history.map(\.act)
                == ["opened", "closed"])
    }

    @Test("keeping a number for one record takes it from the others, by two persons")
    func keyKept() async throws {
        let pair = try await Pair()
        let other = RecordID(high: 100, low: 2)
        try pair.a.edit(pair.house) { try $0.set(House.number, to: .text("31")) }
        try pair.b.record([.house(other, in: HubFixture.south, title: "Wang")])
        try pair.b.edit(other) { try $0.set(House.number, to: .text("31")) }
        try await pair.syncBoth()
        let proposed = try pair.decide(.keep(pair.side(.text("31"), of: other)))
        #expect(proposed.view.state == .proposed)
        _ = try pair.hub.approve(
            proposed.view.id, version: proposed.version, by: pair.colleague())
        #expect(try pair.open == [])
        try await pair.syncBoth()
        #expect(try pair.a.value(House.number, of: pair.house) == .absent)
        #expect(try pair.a.value(House.number, of: other) == .text("31"))
    }

    // MARK: Change sets

    @Test(
        "a decision computed from what another changed meanwhile is a conflict of no field",
        arguments: [true, false])
    func premise(factFirst: Bool) async throws {
        let pair = try await Pair()
        let call = RecordID(high: 200, low: 1)
        guard case .register(let count)? = try pair.a.store.shown(pair.house)?.state[House.count]
        else { return }
        try pair.a.record(
            [.call(call, on: pair.house, story: "eligible")],
            premises: [
                Premise(
                    record: pair.house, unit: House.count, heads: count.heads.map(\.origin.name))
            ])
        try pair.b.edit(pair.house) { try $0.set(House.count, to: .integer(9)) }
        if factFirst {
            try await pair.b.sync()
            try await pair.a.sync()
        } else {
            try await pair.a.sync()
            try await pair.b.sync()
        }
        let detail = try pair.only()
        #expect(detail.view.kind == .premise)
        #expect(detail.base?.value == .integer(3))
        #expect(detail.sides.map(\.value).last == .integer(9))
        // A later change by somebody who knew of the decision is no news.
        try pair.decide(.stand)
        try await pair.syncBoth()
        try pair.b.edit(pair.house) { try $0.set(House.count, to: .integer(10)) }
        try await pair.b.sync()
        #expect(try pair.open == [])
    }

    @Test("what a device changed itself after it decided is no question, nor once it decides anew")
    func decidedAgain() async throws {
        let pair = try await Pair()
        let call = RecordID(high: 200, low: 1)
        guard case .register(let count)? = try pair.a.store.shown(pair.house)?.state[House.count]
        else { return }
        let premise = Premise(
            record: pair.house, unit: House.count, heads: count.heads.map(\.origin.name))
        try pair.a.record([.call(call, on: pair.house, story: "eligible")], premises: [premise])
        try pair.a.edit(pair.house) { try $0.set(House.count, to: .integer(4)) }
        try await pair.a.sync()
        #expect(try pair.open == [])
        try await pair.syncBoth()

        let other = RecordID(high: 200, low: 2)
        try pair.a.record([.call(other, on: pair.house, story: "eligible")], premises: [premise])
        try pair.b.edit(pair.house) { try $0.set(House.count, to: .integer(9)) }
        try await pair.b.sync()
        try await pair.a.sync()
        #expect(try pair.only().view.kind == .premise)
        // It was there to be seen when the decision was made anew.
        try pair.a.edit(other) { try $0.set(Call.story, to: .text("not eligible")) }
        try await pair.a.sync()
        #expect(try pair.open == [])
    }

    @Test("a change set that can't be taken up stays in the queue until somebody closes it")
    func failure() async throws {
        let fixture = try HubFixture()
        var device = try fixture.device(1, person: "Li Na", areas: [HubFixture.north])
        try fixture.syncAll(&device)
        device.seal([.house(RecordID(high: 1, low: 1), in: HubFixture.south)])
        try fixture.syncAll(&device)
        let view = try #require(try fixture.hub.conflicts(state: nil, by: fixture.admin).first)
        #expect(view.kind == .failure)
        #expect(view.severity == .high)
        let detail = try fixture.hub.conflict(view.id, by: fixture.admin)
        #expect(detail.sides.map(\.value) == [.text("HZ-5003")])
        fixture.clock.advance(by: 400 * 24 * 3_600_000)
        #expect(try fixture.hub.conflicts(state: nil, by: fixture.admin).map(\.id) == [view.id])
        _ = try fixture.hub.resolve(
            view.id,
            ResolutionRequest(version: detail.version, choice: .stand, reason: "talked to her"),
            by: fixture.admin)
        #expect(try fixture.hub.conflicts(state: nil, by: fixture.admin) == [])
        // Taken back, it is a question again.
        _ = try fixture.hub.undo(view.id, reason: "too soon", by: fixture.admin)
        #expect(try fixture.hub.conflicts(state: nil, by: fixture.admin).map(\.id) == [view.id])
        #expect(throws: Problem(.notDecided)) {
            try fixture.hub.undo(view.id, reason: "again", by: fixture.admin)
        }
    }

    @Test("what does not fit the schema is a conflict of its own kind")
    func schema() throws {
        let fixture = try HubFixture()
        var device = try fixture.device(1, person: "Li Na")
        device.schema = SchemaVersion(99)
        try fixture.syncAll(&device)
        device.seal([.house(RecordID(high: 1, low: 1), in: HubFixture.south, count: 900)])
        try fixture.syncAll(&device)
        let views = try fixture.hub.conflicts(state: nil, by: fixture.admin)
        #expect(views.map(\.kind) == [.schema])
    }

    @Test("what has waited seven days for what never comes is discarded by two")
    func heldForEver() throws {
        let fixture = try HubFixture()
        var b = try fixture.device(2, person: "Wang Fang")
        try fixture.syncAll(&b)
        let call = RecordID(high: 2, low: 1)
        let name = b.seal([.call(call, on: RecordID(high: 1, low: 1), story: "a visit")])
        try fixture.syncAll(&b)
        func discard(_ session: Session) throws -> Bool {
            try fixture.hub.discard(name, reason: "nobody knows that house", by: session)
        }
        #expect(throws: Problem(.noSuchChangeSet)) { try discard(fixture.admin) }
        fixture.clock.advance(by: 8 * 24 * 3_600_000)
        #expect(throws: Problem(.notAdmissible)) {
            try fixture.hub.admit(name, reason: "why not", by: fixture.admin)
        }
        let person = try fixture.hub.makePerson(
            name: "Zhou Min", roles: [.conflictAdministrator], password: nil, by: fixture.admin)
        let other = try fixture.hub.session(
            token: fixture.hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40))
        #expect(try !discard(fixture.admin))
        #expect(try discard(other))
        #expect(try fixture.hub.conflicts(state: nil, by: fixture.admin) == [])
        #expect(try fixture.hub.quarantine(by: fixture.admin) == [])
    }

    @Test("what has waited seven days for something comes to people, and goes when it arrives")
    func held() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        let house = RecordID(high: 1, low: 1)
        b.seal([.call(RecordID(high: 2, low: 1), on: house, story: "a visit")])
        try fixture.syncAll(&b)
        #expect(try fixture.hub.conflicts(state: nil, by: fixture.admin) == [])
        fixture.clock.advance(by: 8 * 24 * 3_600_000)
        #expect(
            try fixture.hub.conflicts(state: nil, by: fixture.admin).map(\.kind) == [.failure])
        // What the page offers can be done: the author is asked.
        let waiting = try fixture.hub.quarantine(by: fixture.admin)
        #expect(waiting.map(\.reason) == [Admission.Wait.record.rawValue])
        try fixture.hub.returnToAuthor(waiting[0].name, question: "which?", by: fixture.admin)
        a.seal([.house(house, in: HubFixture.north)])
        try fixture.syncAll(&a)
        #expect(try fixture.hub.conflicts(state: nil, by: fixture.admin) == [])
    }
}
