import SyncClient
import SyncCore
import SyncExchange
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Rows L1 to L4 and 38 to 49 of the edge cases, at a real hub with real devices.
@Suite("who holds what")
struct ScopeTests {
    let house = RecordID(high: 100, low: 1)
    let other = RecordID(high: 100, low: 2)
    let call = RecordID(high: 200, low: 1)

    /// Two advisors, each in a street, and a house in the north with a call on it.
    private func streets(
        _ fixture: HubFixture
    ) async throws -> (north: FieldDevice, south: FieldDevice) {
        let a = try FieldDevice(1, person: "Li Na", at: fixture, areas: [HubFixture.north])
        let b = try FieldDevice(2, person: "Wang Fang", at: fixture, areas: [HubFixture.south])
        try await a.sync()
        try await b.sync()
        try a.record([
            .house(house, in: HubFixture.north, title: "Zhang", count: 3),
            .call(call, on: house, story: "first"),
        ])
        try await a.sync()
        return (a, b)
    }

    private func move(_ fixture: HubFixture, _ house: RecordID, to scope: ScopeID) throws {
        _ = try fixture.hub.move([house], to: scope, reason: "closer", by: fixture.admin)
    }

    private func agree(_ fixture: HubFixture, _ devices: FieldDevice...) async throws {
        for device in devices {
            try await device.sync()
            #expect(try await device.sync().digestMatches == true)
            #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
        }
        #expect(try fixture.hub.doctor() == [])
        #expect(try fixture.hub.outstandingCopies(by: fixture.admin) == [:])
    }

    @Test("a household moves with all that lies with it, and what is sent is no more than that")
    func moves() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        try a.record([.house(other, in: HubFixture.north, title: "Chen")])
        try await a.sync()
        try move(fixture, house, to: HubFixture.south)
        let left = try await a.sync()
        let entered = try await b.sync()
        #expect(left.takenOff == 2 && left.received == 0)
        #expect(entered.received == 2 && entered.takenOff == 0)
        #expect(try a.store.shown(house) == nil && a.store.shown(call) == nil)
        #expect(try a.store.shown(other) != nil && a.store.history(house).isEmpty)
        #expect(try b.value(House.count, of: house) == .integer(3))
        #expect(try b.store.shown(call) != nil)
        try await agree(fixture, a, b)
        #expect(try await a.sync().roundTrips == 1)
    }

    @Test("a household that moves to a street which is then ended is taken off without a repair")
    func movedThenEnded() async throws {
        let fixture = try HubFixture()
        let (a, _) = try await streets(fixture)
        let grant = try fixture.hub.giveGrant(
            person: "Li Na", area: HubFixture.south, by: fixture.admin)
        try await agree(fixture, a)
        try move(fixture, house, to: HubFixture.south)
        try fixture.hub.endGrant(grant, reason: "moved on", by: fixture.admin)
        let summary = try await a.sync()
        #expect(summary.takenOff == 2 && !summary.isRepaired)
        #expect(try a.store.shown(house) == nil && a.store.shown(call) == nil)
        try await agree(fixture, a)
    }

    @Test("what left a street while it was taken from somebody is gone once they have it again")
    func leftMeanwhile() async throws {
        let fixture = try HubFixture()
        let (a, _) = try await streets(fixture)
        let grant = try #require(
            try fixture.hub.grants(by: fixture.admin).first { $0.scope == HubFixture.north })
        try fixture.hub.endGrant(grant.id, reason: "on leave", by: fixture.admin)
        try move(fixture, house, to: HubFixture.south)
        _ = try fixture.hub.giveGrant(
            person: "Li Na", area: HubFixture.north, by: fixture.admin)
        // The device hears of all three at once.
        let summary = try await a.sync()
        #expect(summary.takenOff == 2 && !summary.isRepaired)
        #expect(try a.store.shown(house) == nil && a.store.shown(call) == nil)
        try await agree(fixture, a)
    }

    @Test("what was to be taken off and may be held again before the device hears of it stays")
    func heldAgain() async throws {
        let fixture = try HubFixture()
        let (a, _) = try await streets(fixture)
        try a.record([.write(house, House.minutes, .increment(5))])
        try move(fixture, house, to: HubFixture.south)
        _ = try fixture.hub.giveGrant(
            person: "Li Na", area: HubFixture.south, by: fixture.admin)
        let summary = try await a.sync()
        #expect(summary.takenOff == 0 && !summary.isRepaired)
        #expect(try a.value(House.minutes, of: house) == .integer(5))
        try await agree(fixture, a)
        #expect(try a.store.shown(call) != nil)
    }

    @Test(
        "work unsent when a household moved is taken late, the new advisor sees it, and only then is it taken off"
    )
    func moveWithUnsentWork() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        for minutes in 1...5 as ClosedRange<Int64> {
            try a.record([.write(house, House.minutes, .increment(minutes))])
        }
        try move(fixture, house, to: HubFixture.south)
        a.line.expect(.answerLost)
        #expect(await a.failure() == .transport(.timedOut))
        #expect(try a.store.shown(house) != nil)
        let drained = try await a.sync()
        #expect(drained.sent == 5 && drained.takenOff == 2)
        #expect(
            try a.store.outbox().prefix(5).allSatisfy { $0.state == .received(.late) })
        try await b.sync()
        #expect(try b.value(House.minutes, of: house) == .integer(15))
        try await agree(fixture, a, b)
        #expect(try a.store.verifyReceipts().missing == [])
    }

    @Test(
        "what was begun with a household that had moved is late as a whole, its corrections too, and raises no alert"
    )
    func begunAfterTheMove() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        try move(fixture, house, to: HubFixture.south)
        let visit = RecordID(high: 200, low: 9)
        try a.record([.call(visit, on: house, story: "a visit")])
        try a.edit(visit) { try $0.set(Call.story, to: .text("a visit, and a word more")) }
        try await a.sync()
        #expect(
            try a.store.outbox().prefix(2).map(\.state) == [.received(.late), .received(.late)])
        #expect(try fixture.hub.quarantine(by: fixture.admin).isEmpty)
        try await b.sync()
        try await agree(fixture, a, b)
    }

    @Test(
        "work of weeks on a household that had moved is kept whole, and beyond the grace a person looks at it"
    )
    func weeksAfterTheMove() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        try move(fixture, house, to: HubFixture.south)
        for week in 1...3 as ClosedRange<Int64> {
            fixture.clock.advance(by: 7 * 24 * 3_600_000)
            try a.record([.write(house, House.minutes, .increment(week))])
        }
        try await a.sync()
        try await b.sync()
        #expect(try b.value(House.minutes, of: house) == .integer(6))
        try await agree(fixture, a, b)

        let late = try FieldDevice(3, person: "Zhao Lei", at: fixture, areas: [HubFixture.south])
        try await late.sync()
        try move(fixture, house, to: HubFixture.north)
        try late.record([.write(house, House.minutes, .increment(100))])
        fixture.clock.advance(by: 31 * 24 * 3_600_000)
        let summary = try await late.sync()
        #expect(summary.quarantined == 1 && summary.takenOff == 2)
        #expect(try late.store.returned().map(\.reason) == ["HZ-5004"])
        let waiting = try fixture.hub.quarantine(by: fixture.admin)
        #expect(waiting.map(\.reason) == ["HZ-5004"])
        try fixture.hub.admit(waiting[0].name, reason: "she was there", by: fixture.admin)
        try await a.sync()
        #expect(try a.value(House.minutes, of: house) == .integer(106))
        for _ in 0..<2 { try await late.sync() }
        #expect(try late.store.returned().isEmpty)
    }

    @Test(
        "a household that went and came back while a device was away: nothing taken off, nothing doubled, nothing late"
    )
    func thereAndBack() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        try move(fixture, house, to: HubFixture.south)
        try a.record([.write(house, House.minutes, .increment(7))])
        try move(fixture, house, to: HubFixture.north)
        let summary = try await a.sync()
        #expect(summary.takenOff == 0 && summary.sent == 1)
        #expect(try a.store.outbox().first?.state == .received(.applied))
        #expect(try a.value(House.minutes, of: house) == .integer(7))
        try await agree(fixture, a, b)
        try move(fixture, house, to: HubFixture.south)
        try await b.sync()
        try move(fixture, house, to: HubFixture.north)
        try await agree(fixture, b, a)
        #expect(try b.store.shown(house) == nil && a.store.shown(house) != nil)
    }

    @Test("a record seen through two grants stays when one is lost, and goes with the second")
    func twoGrants() async throws {
        let fixture = try HubFixture()
        let a = try FieldDevice(
            1, person: "Li Na", at: fixture, areas: [HubFixture.district, HubFixture.north])
        try await a.sync()
        try a.record([.house(house, in: HubFixture.north, count: 3)])
        try await a.sync()
        let grants = try fixture.hub.grants(by: fixture.admin)
        let street = try #require(grants.first { $0.scope == HubFixture.north })
        try fixture.hub.endGrant(street.id, reason: "one is enough", by: fixture.admin)
        #expect(try await a.sync().takenOff == 0)
        #expect(try a.value(House.count, of: house) == .integer(3))
        #expect(try a.store.grants().filter { !$0.hasEnded }.map(\.scope) == [HubFixture.district])
        try await agree(fixture, a)
        let district = try #require(grants.first { $0.scope == HubFixture.district })
        try fixture.hub.endGrant(district.id, reason: "left", by: fixture.admin)
        #expect(try await a.sync().takenOff == 1)
        #expect(try a.store.shown(house) == nil)
        #expect(try fixture.hub.outstandingCopies(by: fixture.admin) == [:])
    }

    @Test(
        "who moves to a household outside the scope goes, the household stays, and nothing of the new one is told"
    )
    func memberMoves() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        try b.record([.house(other, in: HubFixture.south, title: "secret")])
        try await b.sync()
        let shown = try #require(try a.store.shown(call))
        var edit = Edit(
            of: shown.state, at: shown.position, by: try a.store.identity().replica,
            as: Schema.test.collection(.call)!)
        try edit.set(Call.house, to: .reference(other))
        try a.record([edit.recordChange!])
        let summary = try await a.sync()
        #expect(summary.takenOff == 1)
        #expect(try a.store.shown(call) == nil && a.store.shown(house) != nil)
        #expect(try a.store.shown(other) == nil)
        try await b.sync()
        #expect(try b.store.shown(call) != nil)
        try await agree(fixture, a, b)
    }

    @Test(
        "work that was set aside for want of authority is taken by itself once that is given again")
    func regained() async throws {
        let fixture = try HubFixture()
        let (a, _) = try await streets(fixture)
        let grant = try #require(
            try fixture.hub.grants(by: fixture.admin).first { $0.scope == HubFixture.north })
        try fixture.hub.endGrant(grant.id, reason: "moved on", by: fixture.admin)
        try a.record([.write(house, House.minutes, .increment(7))])
        fixture.clock.advance(by: 31 * 24 * 3_600_000)
        #expect(try await a.sync().quarantined == 1)
        _ = try fixture.hub.giveGrant(
            person: "Li Na", area: HubFixture.north, by: fixture.admin)
        #expect(try fixture.hub.quarantine(by: fixture.admin).isEmpty)
        try await a.sync()
        #expect(try a.store.returned().isEmpty)
        #expect(try a.value(House.minutes, of: house) == .integer(7))
        try await agree(fixture, a)
    }

    @Test("the preview of a moved boundary says for each device what then comes, goes and stays")
    func boundary() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        let c = try FieldDevice(3, person: "Zhao Lei", at: fixture)
        for number in 10..<40 as Range<UInt64> {
            try a.record([.house(RecordID(high: 100, low: number), in: HubFixture.north)])
        }
        try await a.sync()
        try await c.sync()
        let scope = try fixture.hub.addArea(
            name: "Middle", in: HubFixture.south, by: fixture.admin)
        for device in [a, b, c] { try await device.sync() }
        try a.record([.write(house, House.minutes, .increment(1))])
        let moving = try fixture.hub.residents(of: HubFixture.north, by: fixture.admin)
            .map(\.record).prefix(12)
        let preview = try fixture.hub.previewMove(of: Array(moving), to: scope, by: fixture.admin)
        let effect = try fixture.hub.move(
            Array(moving), to: scope, reason: "the street was divided", by: fixture.admin)
        #expect(preview == effect)
        #expect(effect.households == 12 && effect.records == 13)
        #expect(effect.devices.map(\.leaves) == [13, 0, 0])
        #expect(effect.devices.map(\.enters) == [0, 13, 0])
        #expect(effect.devices.map(\.stays) == [0, 0, 13])
        let (left, entered, stayed) = (try await a.sync(), try await b.sync(), try await c.sync())
        // The house that A has just written to is one of them.
        #expect(left.takenOff == 13 && left.received == 0)
        #expect(entered.received == 13 && stayed.received == 13)
        #expect(entered.bytesDown < 8_000)
        try await agree(fixture, a, b, c)
    }

    @Test(
        "a deactivated person reads nothing more, and what was written before is judged by the authority of then"
    )
    func deactivated() async throws {
        let fixture = try HubFixture()
        let (a, _) = try await streets(fixture)
        try a.record([.write(house, House.minutes, .increment(7))])
        try fixture.hub.deactivate(
            personNamed: "Li Na", reason: "has left", by: fixture.admin)
        let summary = try await a.sync()
        #expect(summary.sent == 1 && summary.takenOff == 2 && summary.quarantined == 0)
        #expect(try a.store.outbox().first?.state == .received(.late))
        #expect(try a.store.shown(house) == nil)
        #expect(try a.store.identity().enrolment == .revoked)
        #expect(try fixture.hub.outstandingCopies(by: fixture.admin) == [:])
    }

    @Test(
        "a revoked device delivers, gets nothing, gives back what it holds, and its copies are listed until it does"
    )
    func revoked() async throws {
        let fixture = try HubFixture()
        let (a, _) = try await streets(fixture)
        let replica = try a.store.identity().replica
        try a.record([.write(house, House.minutes, .increment(7))])
        try fixture.hub.revoke(replica, by: fixture.admin)
        #expect(
            try fixture.hub.outstandingCopies(by: fixture.admin)[replica]?.map(\.leave.reason)
                == [.revoked])
        let summary = try await a.sync()
        #expect(summary.sent == 1 && summary.received == 0 && summary.takenOff == 2)
        #expect(try a.store.returned().map(\.reason) == ["HZ-5011"])
        #expect(try a.store.status().records == 0)
        #expect(try fixture.hub.outstandingCopies(by: fixture.admin) == [:])
        let waiting = try #require(try fixture.hub.quarantine(by: fixture.admin).first)
        try fixture.hub.admit(waiting.name, reason: "brought in by Chen", by: fixture.admin)
        for _ in 0..<2 { try await a.sync() }
        #expect(try a.store.returned().isEmpty)
    }

    @Test(
        "a write to a record never held is set aside with an alert, and answered like one to a record that is not there"
    )
    func forged() async throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na", areas: [HubFixture.north])
        var b = try fixture.device(2, person: "Wang Fang", areas: [HubFixture.south])
        b.seal([.house(house, in: HubFixture.south, title: "hidden")])
        try fixture.syncAll(&b)
        try fixture.sync(&a)
        a.seal([.set(house, House.title, .text("mine"))])
        a.seal([.set(other, House.title, .text("mine"))])
        a.seal([.set(house, House.title, .text("again"))])
        a.seal([.set(other, House.title, .text("again"))])
        a.seal([.call(call, on: house, story: "x")])
        a.seal([.call(RecordID(high: 200, low: 2), on: other, story: "x")])
        let answer = try fixture.syncAll(&a)
        let receipt = try #require(answer.receipts.first?.verified(by: fixture.hub.receiptKey))
        let answers = receipt.entries.map { "\($0.disposition) \($0.reason.string)" }
        #expect(answers == Array(repeating: "held HZ-5101", count: 6))
        #expect(answer.notices.isEmpty)
        let waiting = try fixture.hub.quarantine(by: fixture.admin)
        #expect(waiting.map(\.reason) == ["HZ-5003", "HZ-5003", "HZ-5003"])
        #expect(throws: Problem.self) {
            try fixture.hub.admit(
                ChangeSetName(a.replica, ChangeSetNumber(2)!), reason: "x", by: fixture.admin)
        }
    }

    @Test("discarding takes two people, returning tells the author, and the bytes stay")
    func quarantine() async throws {
        let fixture = try HubFixture()
        let (a, _) = try await streets(fixture)
        try a.record([.write(house, House.minutes, .increment(7))])
        try fixture.hub.revoke(a.store.identity().replica, by: fixture.admin)
        try await a.sync()
        let waiting = try #require(try fixture.hub.quarantine(by: fixture.admin).first)
        try fixture.hub.returnToAuthor(
            waiting.name, question: "Was that you?", by: fixture.admin)
        #expect(try fixture.hub.quarantine(by: fixture.admin).first?.stage == .returned)
        try await a.sync()
        #expect(
            try a.store.notices().contains { $0.notice.reason.string == "Was that you?" })
        #expect(try !fixture.hub.discard(waiting.name, reason: "no", by: fixture.admin))
        #expect(throws: Problem(.secondPersonRequired)) {
            try fixture.hub.discard(waiting.name, reason: "no", by: fixture.admin)
        }
        let person = try fixture.hub.makePerson(
            name: "Chen Jie", roles: [.conflictAdministrator], password: nil, by: fixture.admin)
        let second = try fixture.hub.session(
            token: fixture.hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40))
        #expect(try a.store.status().quarantined == 1)
        #expect(try fixture.hub.discard(waiting.name, reason: "no", by: second))
        #expect(try await a.sync().quarantined == 0)
        #expect(try a.store.notices().contains { $0.notice.kind == .discarded })
        #expect(try a.store.outbox().first?.isDiscarded == true)
        #expect(try a.store.verifyReceipts().faults == [])
        #expect(try fixture.hub.quarantine(by: fixture.admin).isEmpty)
        #expect(throws: Problem(.noSuchChangeSet)) {
            try fixture.hub.admit(waiting.name, reason: "x", by: fixture.admin)
        }
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("what waited behind a change set that is discarded goes on without it")
    func behindDiscarded() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north, count: 3)])
        let forged = a.seal(
            [.set(house, House.count, .integer(4))], author: PersonID(high: 1, low: 1))
        a.seal([.set(house, House.count, .integer(5), replacing: [forged])])
        let answer = try fixture.syncAll(&a)
        let receipt = try #require(answer.receipts.first?.verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.reason.string) == ["", "HZ-5002", "HZ-5102"])
        let person = try fixture.hub.makePerson(
            name: "Chen Jie", roles: [.conflictAdministrator], password: nil, by: fixture.admin)
        let second = try fixture.hub.session(
            token: fixture.hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40))
        #expect(try !fixture.hub.discard(forged, reason: "not hers", by: fixture.admin))
        #expect(try fixture.hub.discard(forged, reason: "not hers", by: second))
        #expect(try fixture.hub.status().held == 0)
        try fixture.sync(&a)
        #expect(a.merged == NumberSet(ranges: [1...1, 3...3]))
        #expect(try a.heads(house, House.count).map(\.number.value) == [3])
        #expect(try fixture.hub.doctor() == [])
    }

    @Test(
        "taking off, ended after any step, goes on where it was, and is signed for only when all is gone"
    )
    func purgeInSteps() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        for number in 10..<500 as Range<UInt64> {
            try a.record([.house(RecordID(high: 100, low: number), in: HubFixture.north)])
        }
        try await a.sync()
        let replica = try a.store.identity().replica
        let all = try fixture.hub.residents(of: HubFixture.north, by: fixture.admin).map(\.record)
        let now = ClockReading(wall_ms: 1, monotonic_ms: 1, boot: 1)
        for id in all { try a.store.putDraft("\(id)", [1], about: id, isWork: true, now: now) }
        _ = try fixture.hub.move(all, to: HubFixture.south, reason: "merged", by: fixture.admin)
        #expect(try await a.sync().takenOff == 0)
        let count = try a.store.leavingCount()
        #expect(count == 492)
        for id in all { try a.store.deleteDraft("\(id)") }
        var device = a
        var left = count
        while left > 0 {
            // The power fails after each step; the disk is what is left.
            _ = try device.store.purge(now: now, steps: 1)
            device = try FieldDevice(copyOf: device, at: fixture)
            #expect(try device.store.leavingCount() < left)
            #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
            #expect(try device.store.purgeReceipts().isEmpty)
            left = try device.store.leavingCount()
        }
        #expect(try fixture.hub.outstandingCopies(by: fixture.admin)[replica]?.count == 492)
        try await device.sync()
        #expect(try device.store.status().records == 0)
        try await agree(fixture, device, b)
    }

    /// Half a form about the house.
    private func beginForm(_ device: FieldDevice) throws {
        let now = ClockReading(wall_ms: 1, monotonic_ms: 1, boot: 1)
        try device.store.putDraft("visit/1", [1, 2], about: house, isWork: true, now: now)
    }

    @Test("a half-filled form about a household that has left keeps it here until the form is done")
    func openVisit() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        let now = ClockReading(wall_ms: 1, monotonic_ms: 1, boot: 1)
        try beginForm(a)
        try a.store.putDraft("seen/1", [1, 2], about: house, now: now)
        try move(fixture, house, to: HubFixture.south)
        #expect(try await a.sync().takenOff == 0)
        #expect(try a.store.shown(house) != nil && a.store.leavingCount() == 2)
        #expect(try !fixture.hub.outstandingCopies(by: fixture.admin).isEmpty)
        try a.store.deleteDraft("visit/1")
        #expect(try await a.sync().takenOff == 2)
        #expect(try a.store.drafts().isEmpty)
        try await agree(fixture, a, b)
    }

    @Test("the name of a record of another kind is not given twice, and nothing follows who tries")
    func nameOfAnother() async throws {
        let fixture = try HubFixture()
        let east = ScopeID(high: 1, low: 3)
        try fixture.hub.addAreas([(scope: east, parent: HubFixture.district, name: "East")])
        let (a, b) = try await streets(fixture)
        var c = try fixture.device(4, person: "Zhao Lei", areas: [HubFixture.south, east])
        try fixture.sync(&c)
        let near = RecordID(high: 300, low: 1)
        let far = RecordID(high: 300, low: 2)
        c.seal([.house(near, in: HubFixture.south), .house(far, in: east)])
        // The house in the north, as a call of c's own that then goes east.
        let taken = c.seal([.call(house, on: near, story: "mine")])
        c.seal([
            RecordChange(
                record: house, collection: .call, creates: false,
                writes: [
                    Write(unit: Call.house, operation: .set(.reference(far), replacing: [taken]))
                ], shown: nil)!
        ])
        let answer = try fixture.syncAll(&c)
        let receipt = try #require(answer.receipts.first?.verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.disposition) == [.applied, .held, .held])
        #expect(c.states.keys.sorted() == [near, far])
        #expect(try await a.sync().takenOff == 0)
        #expect(try a.store.shown(call) != nil)
        try await agree(fixture, a, b)
    }

    @Test("work after an answer that broke off before its leaves is late, and not set aside")
    func leaveCutOff() async throws {
        let fixture = try HubFixture()
        let (_, b) = try await streets(fixture)
        var c = try fixture.device(4, person: "Zhao Lei", areas: [HubFixture.north])
        try fixture.sync(&c)
        try move(fixture, house, to: HubFixture.south)
        let bytes = try fixture.hub.sync(c.bytes(c.request()))
        let whole = try SyncResponse.decode(bytes)
        #expect(whole.leaves.count == 2 && !whole.pages.isEmpty)
        // The last length at which the leaves had not come whole.
        var cut = whole
        for length in (0..<bytes.count).reversed() where !cut.leaves.isEmpty {
            cut = try SyncResponse.decode(Array(bytes.prefix(length)), isCut: true)
        }
        #expect(cut.pages == whole.pages)
        c.apply(cut)
        c.seal([.write(house, House.minutes, .increment(7))])
        let answer = try fixture.syncAll(&c)
        let receipt = try #require(answer.receipts.first?.verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.disposition) == [.late])
        try await b.sync()
        #expect(try b.value(House.minutes, of: house) == .integer(7))
    }

    @Test("a form that was open when its household left is taken late when it is done")
    func openFormDone() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        try beginForm(a)
        try move(fixture, house, to: HubFixture.south)
        try await a.sync()
        try a.record([.write(house, House.minutes, .increment(7))])
        try a.store.deleteDraft("visit/1")
        let summary = try await a.sync()
        #expect(summary.quarantined == 0 && summary.takenOff == 2)
        try await b.sync()
        #expect(try b.value(House.minutes, of: house) == .integer(7))
        try await agree(fixture, a, b)
    }

    @Test("while something that has left is still here, the digests are not said to agree")
    func notCompared() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        try beginForm(a)
        try move(fixture, house, to: HubFixture.south)
        try await a.sync()
        #expect(try await a.sync().digestMatches == nil)
        try a.store.deleteDraft("visit/1")
        try await a.sync()
        try await agree(fixture, a, b)
    }

    @Test("everybody reads the reference scope, and nobody writes it from a device")
    func reference() async throws {
        let fixture = try HubFixture()
        let catalogue = ScopeID(high: 2, low: 0)
        try fixture.hub.addAreas(
            [(scope: catalogue, parent: nil, name: "Catalogue")], areReference: true)
        try fixture.hub.load([[.house(other, in: catalogue, title: "a rule")]], intent: "load")
        let (a, b) = try await streets(fixture)
        for device in [a, b] {
            #expect(try device.value(House.title, of: other) == .text("a rule"))
            #expect(throws: StoreError.outsideGrants(other)) {
                try device.edit(other) { try $0.set(House.title, to: .text("mine")) }
            }
        }
        var c = try fixture.device(4, person: "Zhao Lei", areas: [HubFixture.north])
        try fixture.sync(&c)
        c.seal([.set(other, House.title, .text("mine"))])
        try fixture.syncAll(&c)
        #expect(try await a.sync().received == 0)
        try await agree(fixture, a, b)
    }

    @Test("no device lays a record where everybody would read it, or beside what lies there")
    func published() async throws {
        let fixture = try HubFixture()
        let catalogue = ScopeID(high: 2, low: 0)
        try fixture.hub.addAreas(
            [(scope: catalogue, parent: nil, name: "Catalogue")], areReference: true)
        try fixture.hub.load([[.house(other, in: catalogue, title: "a rule")]], intent: "load")
        let (a, b) = try await streets(fixture)
        var c = try fixture.device(4, person: "Zhao Lei", areas: [HubFixture.north])
        try fixture.sync(&c)
        let place = Value.reference(RecordID(high: catalogue.high, low: catalogue.low))
        c.seal([.set(house, House.area, place, replacing: try c.heads(house, House.area))])
        c.seal([
            RecordChange(
                record: call, collection: .call, creates: false,
                writes: [
                    Write(
                        unit: Call.house,
                        operation: .set(
                            .reference(other), replacing: try c.heads(call, Call.house)))
                ], shown: nil)!
        ])
        let answer = try fixture.syncAll(&c)
        let receipt = try #require(answer.receipts.first?.verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.reason) == [Text("HZ-5003"), Text("HZ-5003")])
        for held in try fixture.hub.quarantine(by: fixture.admin) {
            // Nobody can take the responsibility for that.
            #expect(throws: Problem.self) {
                try fixture.hub.admit(held.name, reason: "no", by: fixture.admin)
            }
        }
        #expect(try await b.sync().received == 0)
        #expect(try b.store.shown(house) == nil && b.store.shown(call) == nil)
        try await agree(fixture, a, b)
    }

    @Test("a household may be given to a street one does not hold, and none taken from there")
    func given() async throws {
        let fixture = try HubFixture()
        let (a, b) = try await streets(fixture)
        try b.record([.house(other, in: HubFixture.south, title: "Chen")])
        try await b.sync()
        var c = try fixture.device(4, person: "Zhao Lei", areas: [HubFixture.north])
        try fixture.sync(&c)
        func place(_ scope: ScopeID) -> Value {
            .reference(RecordID(high: scope.high, low: scope.low))
        }
        c.seal([
            .set(
                house, House.area, place(HubFixture.south),
                replacing: try c.heads(house, House.area))
        ])
        c.seal([.set(other, House.area, place(HubFixture.north))])
        let answer = try fixture.syncAll(&c)
        let receipt = try #require(answer.receipts.first?.verified(by: fixture.hub.receiptKey))
        // The second is answered like a write to a record that is not there.
        #expect(receipt.entries.map(\.disposition) == [.applied, .held])
        #expect(answer.pages.flatMap(\.records).isEmpty)
        #expect(try await a.sync().takenOff == 2)
        #expect(try await b.sync().received == 2)
        #expect(try b.value(House.title, of: other) == .text("Chen"))
        #expect(try a.store.shown(other) == nil)
    }

    @Test("a record that moves away between two pages of a first load is in none that follow")
    func betweenPages() async throws {
        let fixture = try HubFixture()
        try fixture.hub.load(
            (1...400).map { number in
                [
                    .house(
                        RecordID(high: 100, low: number), in: HubFixture.north,
                        title: String(repeating: "title \(number) ", count: 12))
                ]
            }, intent: "load")
        var c = try fixture.device(4, person: "Zhao Lei", areas: [HubFixture.north])
        try fixture.sync(&c)
        c.states = [:]
        c.cursors = [.start]
        var request = c.request()
        request.maximumDownBytes = 2000
        let first = try SyncResponse.decode(fixture.hub.sync(c.bytes(request)))
        c.apply(first)
        #expect(first.hasMore && (1..<400).contains(c.states.count))
        let late = RecordID(high: 100, low: 400)
        #expect(c.states[late] == nil)
        try move(fixture, late, to: HubFixture.south)
        while true {
            var request = c.request()
            request.maximumDownBytes = 2000
            let answer = try SyncResponse.decode(fixture.hub.sync(c.bytes(request)))
            c.apply(answer)
            guard answer.hasMore else { break }
        }
        #expect(c.states.count == 399 && c.states[late] == nil)
    }

    @Test("an advisor's device may read fourteen days without contact, everybody else's one day")
    func leases() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        let day: UInt64 = 24 * 3_600_000
        let first = try fixture.sync(&a)
        #expect(first.lease_ms - first.hub_ms == 14 * day)
        try fixture.hub.setRoles([], ofPersonNamed: "Li Na", by: fixture.admin)
        let second = try fixture.sync(&a)
        #expect(second.lease_ms - second.hub_ms == day)
    }
}
