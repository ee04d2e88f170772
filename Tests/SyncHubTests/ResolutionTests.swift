import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@Suite("resolution")
struct ResolutionTests {
    let house = RecordID(high: 100, low: 1)

    /// Two advisors who disagree on how many live in a house, and the conflict of it.
    private func disagreement() throws -> (HubFixture, ScriptedDevice, ScriptedDevice, ConflictView)
    {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        a.seal([.house(house, in: HubFixture.north, title: "Zhang", count: 3)])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        let base = try a.heads(house, House.count)
        a.seal([.set(house, House.count, .integer(4), replacing: base)])
        b.seal([.set(house, House.count, .integer(5), replacing: base)])
        try fixture.sync(&a, [a.run(from: 2)])
        try fixture.sync(&b, [b.run()])
        let conflict = try fixture.hub.conflicts(state: nil, by: fixture.admin)[0]
        return (fixture, a, b, conflict)
    }

    @Test("the detail shows base, sides, authors, and what each author saw")
    func detail() throws {
        let (fixture, _, _, conflict) = try disagreement()
        let detail = try fixture.hub.conflict(conflict.id, by: fixture.admin)
        #expect(detail.view.title == "Zhang")
        #expect(detail.view.area == "Test / North")
        #expect(detail.base?.value == .integer(3))
        #expect(detail.sides.map(\.key) == ["a", "b"])
        #expect(detail.sides.map(\.value) == [.integer(4), .integer(5)])
        #expect(detail.sides.flatMap(\.writes).map(\.authorName) == ["Li Na", "Wang Fang"])
        #expect(detail.sides.flatMap(\.writes).map(\.shownValue) == [.integer(3), .integer(3)])
    }

    @Test("keeping a side settles the unit everywhere, and both authors are told why")
    func keep() throws {
        var (fixture, a, b, conflict) = try disagreement()
        let detail = try fixture.hub.conflict(conflict.id, by: fixture.admin)
        let after = try fixture.hub.resolve(
            conflict.id,
            ResolutionRequest(
                version: detail.version, choice: .keep("b"), reason: "Seen on Monday."),
            by: fixture.admin)
        #expect(after.view.state == .resolved)
        #expect(after.decision?.value == .integer(5))
        try fixture.sync(&a)
        try fixture.sync(&b)
        #expect(a.digest == b.digest)
        #expect(try a.state(house)?.conflicts(under: .test) == [])
        for device in [a, b] {
            #expect(device.notices.map(\.kind) == [.decision])
            #expect(device.notices[0].value == .integer(5))
            #expect(device.notices[0].by == fixture.admin.person)
            #expect(device.notices[0].reason == Text("Seen on Monday."))
        }
        #expect(a.notices[0].yours == .integer(4))
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("who may read the record no longer is told only that it was decided")
    func toldNoMore() throws {
        var (fixture, a, b, conflict) = try disagreement()
        let detail = try fixture.hub.conflict(conflict.id, by: fixture.admin)
        _ = try fixture.hub.resolve(
            conflict.id,
            ResolutionRequest(
                version: detail.version, choice: .keep("b"), reason: "Seen on Monday."),
            by: fixture.admin)
        let grant = try #require(
            try fixture.hub.grants(by: fixture.admin).first { $0.personName == "Li Na" })
        try fixture.hub.endGrant(grant.id, reason: "moved on", by: fixture.admin)
        try fixture.hub.revoke(b.replica, by: fixture.admin)
        try fixture.sync(&a)
        let answer = try fixture.sync(&b)
        for device in [a, b] {
            #expect(device.notices.map(\.kind) == [.decision])
            #expect(device.notices[0].value == nil && device.notices[0].by == nil)
            #expect(device.notices[0].reason == Text(""))
        }
        // The one has what she wrote herself; the other may be in anybody's hands.
        #expect(a.notices[0].yours == .integer(4))
        #expect(b.notices[0].yours == nil)
        #expect(answer.writers.isEmpty && answer.people.isEmpty)
    }

    @Test("a stale page, a missing reason, a foreign choice and a second decision are refused")
    func refused() throws {
        var (fixture, a, _, conflict) = try disagreement()
        let hub = fixture.hub
        let detail = try hub.conflict(conflict.id, by: fixture.admin)
        func code(_ version: String, _ choice: ResolutionRequest.Choice, _ reason: String)
            -> Problem.Code?
        {
            do {
                _ = try hub.resolve(
                    conflict.id,
                    ResolutionRequest(version: version, choice: choice, reason: reason),
                    by: fixture.admin)
                return nil
            } catch { return error.code }
        }
        #expect(code(detail.version, .keep("a"), " ") == .reasonRequired)
        #expect(code(detail.version, .keep("c"), "why") == .badChoice)
        #expect(code(detail.version, .compose(.text("many")), "why") == .badValue)
        #expect(code(detail.version, .compose(.integer(101)), "why") == .badValue)
        // A corrects its own side meanwhile.
        a.seal([.set(house, House.count, .integer(6), replacing: try a.heads(house, House.count))])
        try fixture.sync(&a, [a.run(from: 3)])
        #expect(code(detail.version, .keep("a"), "why") == .staleView)
        let fresh = try hub.conflict(conflict.id, by: fixture.admin)
        #expect(fresh.sides.map(\.value) == [.integer(6), .integer(5)])
        #expect(code(fresh.version, .compose(.integer(7)), "why") == nil)
        #expect(code(fresh.version, .keep("a"), "why") == .alreadyResolved)
    }

    @Test(
        "a side that arrives after the decision reopens the conflict, with the decision as a side")
    func reopened() throws {
        var (fixture, a, b, conflict) = try disagreement()
        let before = try b.heads(house, House.count)
        let detail = try fixture.hub.conflict(conflict.id, by: fixture.admin)
        _ = try fixture.hub.resolve(
            conflict.id,
            ResolutionRequest(version: detail.version, choice: .keep("a"), reason: "why"),
            by: fixture.admin)
        // Written before the decision was seen: it names b's own side.
        b.seal([.set(house, House.count, .integer(8), replacing: before)])
        try fixture.sync(&b, [b.run(from: 2)])
        let reopened = try fixture.hub.conflict(conflict.id, by: fixture.admin)
        #expect(reopened.view.state == .open)
        #expect(reopened.view.timesReopened == 1)
        #expect(Set(reopened.sides.map(\.value)) == [.integer(4), .integer(8)])
        try fixture.sync(&a)
        try fixture.sync(&b)
        #expect(a.digest == b.digest)
    }

    @Test("an ordinary write may not settle a conflict that it is no resolution of")
    func authority() throws {
        var (fixture, a, b, _) = try disagreement()
        try fixture.sync(&a)
        a.seal([.set(house, House.count, .integer(9), replacing: try a.heads(house, House.count))])
        let answer = try fixture.sync(&a, [a.run(from: 3)])
        let receipt = try #require(answer.receipts.first?.verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.reason) == [Text("HZ-5009")])
        try fixture.sync(&b)
        #expect(try b.state(house)?.conflicts(under: .test).count == 1)
    }

    @Test("a proposal travels with the record and shows which side it is for")
    func proposal() throws {
        var (fixture, a, b, conflict) = try disagreement()
        let side = b.sealed[0].changeSet.name
        b.seal([
            .write(
                house, .discussion,
                .append([
                    .group([
                        .integer(Int64(House.count.value)), .text("proposal"), .text("\(side)"),
                        .text("I counted them."),
                    ])
                ]))
        ])
        try fixture.sync(&b, [b.run(from: 2)])
        let detail = try fixture.hub.conflict(conflict.id, by: fixture.admin)
        #expect(detail.view.state == .proposed)
        #expect(detail.view.proposals == 1)
        #expect(detail.discussion.map(\.keep) == ["b"])
        #expect(detail.discussion.map(\.text) == ["I counted them."])
        try fixture.sync(&a)
        #expect(a.digest == b.digest || a.states.count == b.states.count)
    }

    @Test("nobody without the role sees or decides anything")
    func roles() throws {
        let (fixture, _, _, conflict) = try disagreement()
        let nobody = Session(person: PersonID(high: 9, low: 9), name: "x", roles: [.advisor])
        #expect(throws: Problem.self) { try fixture.hub.conflicts(state: nil, by: nobody) }
        #expect(throws: Problem.self) { try fixture.hub.conflict(conflict.id, by: nobody) }
        #expect(throws: Problem.self) { try fixture.hub.devices(by: nobody) }
        #expect(throws: Problem.self) {
            try fixture.hub.makeCode(person: "x", areas: [HubFixture.north], by: nobody)
        }
    }
}
