import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("life of a conflict")
struct LifeTests {
    /// Two devices that disagree on a number.
    private func disagreement(_ unit: UnitID = House.count) async throws -> Pair {
        let pair = try await Pair()
        func value(_ number: Int64) -> Value {
            unit == House.count ? .integer(number) : .text("\(number)")
        }
        try pair.a.edit(pair.house) { try $0.set(unit, to: value(4)) }
        try pair.b.edit(pair.house) { try $0.set(unit, to: value(5)) }
        try await pair.syncBoth()
        return pair
    }

    private func code(_ body: () throws -> Void) -> Problem.Code? {
        do {
            try body()
            return nil
        } catch { return (error as? Problem)?.code }
    }

    @Test("it is assigned to who may decide it, with a day to be done by")
    func assigned() async throws {
        let pair = try await disagreement()
        let detail = try pair.only()
        #expect(detail.view.severity == .normal)
        #expect(detail.view.due_ms - detail.view.opened_ms == 14 * 24 * 3_600_000)
        _ = try pair.colleague()
        let after = try pair.hub.assign(
            detail.view.id, to: "Zhou Min", due_ms: detail.view.opened_ms + 1, by: pair.admin)
        #expect(after.view.ownerName == "Zhou Min")
        #expect(after.view.state == .assigned)
        #expect(after.view.due_ms == detail.view.opened_ms + 1)
        #expect(
            code {
                _ = try pair.hub.assign(
                    detail.view.id, to: "Li Na", due_ms: nil, by: pair.admin)
            } == .noSuchPerson)
    }

    @Test("whoever is given a conflict is told by when, and told when it is given on")
    func givenOn() async throws {
        let pair = try await disagreement()
        let detail = try pair.only()
        try pair.hub.setRoles(
            [.advisor, .conflictAdministrator], ofPersonNamed: "Li Na", by: pair.admin)
        _ = try pair.colleague()
        for (name, due_ms) in [("Li Na", 5_000), ("Zhou Min", nil)] as [(String, Int64?)] {
            _ = try pair.hub.assign(detail.view.id, to: name, due_ms: due_ms, by: pair.admin)
        }
        try await pair.a.sync()
        let told = try pair.a.store.notices().map(\.notice).sorted { $0.number < $1.number }
        #expect(told.map(\.kind) == [.assigned, .assigned])
        #expect(told.map(\.value) == [.integer(5_000), nil])
        #expect(told.map(\.unit) == [House.count, House.count])
        #expect(told.map(\.reason) == [Text("value"), Text("value")])
        #expect(told.map(\.by) == [pair.admin.person, pair.admin.person])
        // Who takes one on knows.
        _ = try pair.hub.claim(detail.view.id, by: pair.admin)
        try await pair.a.sync()
        #expect(try pair.a.store.notices().count == 2)
    }

    @Test("where two persons have to, a decision waits, and the proposer can't approve it")
    func twoPersons() async throws {
        let pair = try await disagreement(House.number)
        let proposed = try pair.decide(
            .keep(pair.side(.text("4"))), reason: "The card says so.")
        #expect(proposed.view.state == .proposed)
        #expect(proposed.proposal?.byName == "Sun Wei")
        #expect(try pair.a.store.disputeCount() == 1)
        #expect(
            code {
                _ = try pair.hub.approve(
                    proposed.view.id, version: proposed.version, by: pair.admin)
            } == .secondPersonRequired)
        let done = try pair.hub.approve(
            proposed.view.id, version: proposed.version, by: pair.colleague())
        #expect(done.view.state == .resolved)
        #expect(done.decision?.byName == "Sun Wei")
        #expect(done.decision?.approvedByName == "Zhou Min")
        #expect(
            code {
                _ = try pair.hub.approve(
                    proposed.view.id, version: proposed.version, by: pair.colleague("Bo Chen"))
            } == .noProposal)
        try await pair.syncBoth()
        #expect(try pair.b.value(House.number, of: pair.house) == .text("4"))
        #expect(try pair.b.store.disputeCount() == 0)
    }

    @Test("a side that comes after a proposal keeps it from being approved")
    func staleProposal() async throws {
        let pair = try await disagreement(House.number)
        let proposed = try pair.decide(.keep(pair.side(.text("4"))))
        try pair.b.edit(pair.house) { try $0.set(House.number, to: .text("6")) }
        try await pair.b.sync()
        let colleague = try pair.colleague()
        #expect(
            code {
                _ = try pair.hub.approve(
                    proposed.view.id, version: proposed.version, by: colleague)
            } == .staleView)
        #expect(
            try pair.hub.conflict(proposed.view.id, by: colleague).proposal?.isFresh == false)
    }

    @Test("of two administrators who decide at once one wins, and the other is told")
    func twoAdministrators() async throws {
        let pair = try await disagreement()
        let detail = try pair.only()
        let colleague = try pair.colleague()
        try pair.decide(.keep("a"))
        #expect(
            code {
                _ = try pair.hub.resolve(
                    detail.view.id,
                    ResolutionRequest(
                        version: detail.version, choice: .keep("b"), reason: "no"), by: colleague)
            } == .alreadyResolved)
        #expect(
            try pair.hub.conflict(detail.view.id, by: colleague).decision?.byName == "Sun Wei")
    }

    @Test("a decision taken back puts every side where it was, in its author's name")
    func undone() async throws {
        let pair = try await disagreement()
        let id = try pair.only().view.id
        try pair.decide(.keep(pair.side(.integer(5))))
        try await pair.syncBoth()
        let undone = try pair.hub.undo(id, reason: "the wrong house", by: pair.admin)
        #expect(undone.view.state == .open)
        #expect(undone.view.timesReopened == 1)
        #expect(Set(undone.sides.map(\.value)) == [.integer(4), .integer(5)])
        #expect(
            Set(undone.sides.flatMap(\.writes).map(\.authorName)) == ["Li Na", "Wang Fang"])
        try await pair.syncBoth()
        #expect(try pair.a.store.disputeCount() == 1)
        #expect(
            undone.history.map(\.act)
                == ["opened", "decided", "undone", "reopened"])
    }

    @Test("a decision that somebody has written over can't be taken back")
    func undoneTooLate() async throws {
        let pair = try await disagreement()
        let id = try pair.only().view.id
        #expect(
            code { _ = try pair.hub.undo(id, reason: "why", by: pair.admin) } == .notDecided)
        try pair.decide(.keep(pair.side(.integer(5))))
        try await pair.syncBoth()
        try pair.a.edit(pair.house) { try $0.set(House.count, to: .integer(6)) }
        try await pair.a.sync()
        #expect(
            code { _ = try pair.hub.undo(id, reason: "why", by: pair.admin) } == .staleView)
    }

    @Test("an author who objects opens the conflict again; confirmed, it is closed")
    func objection() async throws {
        let pair = try await disagreement()
        try pair.decide(.keep(pair.side(.integer(5))))
        try await pair.syncBoth()
        try pair.a.edit(pair.house) {
            try $0.append(
                [Remark(of: House.count, .objection, text: "I counted twice.").value],
                to: .discussion)
        }
        try await pair.a.sync()
        let reopened = try pair.only()
        #expect(reopened.view.timesReopened == 1)
        #expect(reopened.sides.map(\.value) == [.integer(5)])
        #expect(reopened.discussion.map(\.act) == [.objection])
        try pair.decide(.keep("a"), reason: "Seen by two colleagues.")
        #expect(try pair.open == [])
    }

    @Test("a question comes to the inbox of who wrote the side, and a comment answers it")
    func question() async throws {
        let pair = try await disagreement()
        let detail = try pair.only()
        _ = try pair.hub.ask(
            detail.view.id, side: pair.side(.integer(4)), "With the grandmother?", by: pair.admin)
        try await pair.syncBoth()
        let notices = try pair.a.store.notices()
        #expect(notices.map(\.notice.kind) == [.question])
        #expect(notices.first?.notice.reason == Text("With the grandmother?"))
        #expect(try pair.b.store.notices().isEmpty)
        try pair.a.edit(pair.house) {
            try $0.append(
                [Remark(of: House.count, .comment, text: "Yes.").value], to: .discussion)
        }
        try await pair.a.sync()
        #expect(try pair.only().discussion.map(\.act) == [.question, .comment])
        #expect(try pair.only().discussion.map(\.keep) == [pair.side(.integer(4)), ""])
    }

    @Test("where there are sides one of them is asked, and nobody for all of them")
    func askedOfNobody() async throws {
        let pair = try await disagreement()
        let detail = try pair.only()
        #expect(detail.asks == nil)
        #expect(
            code { _ = try pair.hub.ask(detail.view.id, side: nil, "which?", by: pair.admin) }
                == .badChoice)
    }

    @Test("a side split off becomes a record of its own, and the other holds")
    func split() async throws {
        let pair = try await disagreement()
        try pair.decide(.split(pair.side(.integer(5))))
        try await pair.syncBoth()
        #expect(try pair.open == [])
        #expect(try pair.a.value(House.count, of: pair.house) == .integer(4))
        let houses = try pair.a.store.list(.house).map(\.record).filter { $0 != pair.house }
        try #require(houses.count == 1)
        #expect(try pair.a.value(House.count, of: houses[0]) == .integer(5))
        #expect(try pair.a.value(House.title, of: houses[0]) == .text("Zhang"))
    }

    @Test("the author of a side is told what was decided, and by whom")
    func told() async throws {
        let pair = try await disagreement()
        try pair.decide(.keep(pair.side(.integer(5))))
        try await pair.a.sync()
        let notice = try #require(try pair.a.store.notices().first?.notice)
        #expect(notice.value == .integer(5))
        #expect(notice.yours == .integer(4))
        #expect(notice.by == pair.admin.person)
    }

    @Test("500 conflicts of one field are one decision, shown before, that one undo takes back")
    func bulk() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        let houses = (1...500).map { RecordID(high: 100, low: UInt64($0)) }
        for house in houses { a.seal([.house(house, in: HubFixture.north, count: 3)]) }
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        for house in houses {
            let names = try b.heads(house, House.count)
            b.seal([.set(house, House.count, .integer(5), replacing: names)])
        }
        try fixture.syncAll(&b)
        for house in houses {
            a.seal([
                .set(
                    house, House.count, .integer(4),
                    replacing: [a.sealed[Int(house.low) - 1].changeSet.name])
            ])
        }
        try fixture.sync(&a, [a.run(from: 501)])
        let hub = fixture.hub
        let request = BulkRequest(
            collection: .house, unit: House.count, kind: .value, rule: .previous)
        let preview = try hub.preview(request, by: fixture.admin)
        #expect(preview.lines.count == 500)
        #expect(preview.lines.allSatisfy { $0.after == .integer(3) })
        #expect(
            code {
                _ = try hub.resolve(
                    BulkRequest(
                        collection: .house, unit: House.count, kind: .value, rule: .newest),
                    token: preview.token, reason: "why", by: fixture.admin)
            } == .staleView)
        let before = try hub.status().changeSets
        _ = try hub.resolve(
            request, token: preview.token, reason: "a bad release", by: fixture.admin)
        #expect(try hub.status().changeSets == before + 1)
        #expect(try hub.conflicts(state: nil, by: fixture.admin) == [])
        try fixture.sync(&a)
        try fixture.sync(&b)
        #expect(a.digest == b.digest)
        _ = try hub.undo(preview.lines[7].view.id, reason: "no", by: fixture.admin)
        let again = try hub.conflicts(state: nil, by: fixture.admin)
        #expect(again.count == 500)
        #expect(again.allSatisfy { $0.sides == 2 })
        #expect(try hub.doctor() == [])
    }

    @Test("of long texts as many are decided at once as fit, and what was decided is taken back")
    func bulkOfLongTexts() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        let house = RecordID(high: 100, low: 1)
        a.seal([.house(house, in: HubFixture.north)])
        let calls = (1...60).map { RecordID(high: 200, low: UInt64($0)) }
        for call in calls { a.seal([.call(call, on: house, story: "short")]) }
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        #expect(try b.heads(calls[0], Call.story).count == 1)
        func edit(_ call: RecordID, _ letter: String, _ names: [ChangeSetName]) -> RecordChange {
            let story = String(repeating: letter, count: 6000) + "\(call.low)"
            return RecordChange(
                record: call, collection: .call, creates: false,
                writes: [
                    Write(
                        unit: Call.story, operation: .set(.text(story), replacing: names))
                ], shown: nil)!
        }
        for call in calls {
            let names = try b.heads(call, Call.story)
            b.seal([edit(call, "b", names)])
            a.seal([edit(call, "a", names)])
        }
        try fixture.syncAll(&b)
        try fixture.sync(&a, [a.run(from: 62)])
        let hub = fixture.hub
        func request(_ rule: BulkRequest.Rule) -> BulkRequest {
            BulkRequest(collection: .call, unit: Call.story, kind: .value, rule: rule)
        }
        func decide(_ rule: BulkRequest.Rule) throws -> BulkPreview {
            let preview = try hub.preview(request(rule), by: fixture.admin)
            return try hub.resolve(
                request(rule), token: preview.token, reason: "why", by: fixture.admin)
        }
        #expect(try hub.conflicts(state: nil, by: fixture.admin).count == 60)
        // Decided in few words, and said again in many.
        let previous = try decide(.previous)
        #expect(previous.lines.count == 60 && previous.left == 0)
        #expect(try hub.conflicts(state: nil, by: fixture.admin) == [])
        _ = try hub.undo(previous.lines[0].view.id, reason: "no", by: fixture.admin)
        let again = try hub.conflicts(state: nil, by: fixture.admin)
        #expect(again.count == 60)
        #expect(again.allSatisfy { $0.sides == 2 })

        let newest = try decide(.newest)
        #expect(newest.left > 0 && newest.lines.count + newest.left == 60)
        #expect(try hub.conflicts(state: nil, by: fixture.admin).count == newest.left)
        _ = try hub.undo(newest.lines[0].view.id, reason: "no", by: fixture.admin)
        #expect(try hub.conflicts(state: nil, by: fixture.admin).count == 60)
        #expect(try hub.doctor() == [])
    }

    @Test("what is high-stakes is never decided in bulk")
    func noBulk() async throws {
        let pair = try await disagreement(House.number)
        #expect(
            code {
                _ = try pair.hub.preview(
                    BulkRequest(
                        collection: .house, unit: House.number, kind: .value, rule: .newest),
                    by: pair.admin)
            } == .badChoice)
    }

    @Test("what was decided, and what is watched, outlives a restart of the hub")
    func restart() async throws {
        let pair = try await Pair()
        try pair.a.record([.call(RecordID(high: 200, low: 1), on: pair.house, story: "in")])
        try pair.b.edit(pair.house) { try $0.void(because: "moved away") }
        try await pair.syncBoth()
        let id = try pair.only().view.id
        let hub = try pair.fixture.reopened()
        pair.a.line.connect(hub)
        pair.b.line.connect(hub)
        try pair.b.edit(pair.house) { try $0.set(.void, to: .absent) }
        try await pair.b.sync()
        #expect(try hub.conflict(id, by: pair.admin).view.state == .resolved)
    }
}
