import Fieldwork
import Foundation
import GRDB
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Records registered twice: found where they meet, shown as one, and two again when that was
/// wrong. Real hub, real device stores, the schema of the work.
@Suite("duplicates")
struct DuplicateTests {
    private let fixture: HubFixture
    private let second: Session
    private let anna: FieldDevice
    private let bert: FieldDevice

    init() throws {
        fixture = try HubFixture(schema: .fieldwork)
        let person = try fixture.hub.makePerson(
            name: "Zhou Min", roles: [.conflictAdministrator], password: nil, by: nil)
        second = try fixture.hub.session(
            token: fixture.hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40))
        anna = try FieldDevice(1, person: "Anna", at: fixture, schema: .fieldwork)
        bert = try FieldDevice(2, person: "Bert", at: fixture, schema: .fieldwork)
    }

    /// Both register the same family, and sync.
    private func registeredTwice() async throws -> (RecordID, RecordID, ConflictDetail) {
        let left = RecordID(high: 500, low: 1)
        let right = RecordID(high: 500, low: 2)
        try await anna.sync()
        try await bert.sync()
        try anna.record([household(left, "张伟", phone: "13800004444")])
        try bert.record([household(right, "章玮", phone: "+86 138 0000 4444")])
        try await anna.sync()
        try await bert.sync()
        let pairs = try pairs()
        let pair = try #require(pairs.first)
        #expect(pairs.count == 1)
        return (left, right, pair)
    }

    private func household(_ id: RecordID, _ name: String, phone: String) throws -> RecordChange {
        var draft = Household.Draft(area: HubFixture.north, headName: name)
        draft.address = "仙霞路123弄4号501室"
        draft.phones = [phone]
        return try draft.creation(id: id)
    }

    private func visit(_ id: RecordID, on home: RecordID) throws -> RecordChange {
        let day = try #require(CalendarDate(year: 2026, month: 11, day: 20))
        var draft = Visit.Draft(household: home, day: day, advisor: PersonID(high: 1, low: 1))
        draft.outcome = .met
        return try draft.creation(id: id)
    }

    /// The pairs that people are asked about.
    private func pairs() throws -> [ConflictDetail] {
        try fixture.hub.conflicts(state: nil, by: fixture.admin)
            .filter { $0.kind == .duplicate }
            .map { try fixture.hub.conflict($0.id, by: fixture.admin) }
    }

    private func state(_ pair: ConflictDetail) throws -> ConflictState {
        try fixture.hub.conflict(pair.view.id, by: second).view.state
    }

    @discardableResult
    private func decide(
        _ pair: ConflictDetail, _ choice: ResolutionRequest.Choice, by session: Session
    ) throws -> ConflictDetail {
        let version = try fixture.hub.conflict(pair.view.id, by: session).version
        return try fixture.hub.resolve(
            pair.view.id,
            ResolutionRequest(version: version, choice: choice, reason: "Same door."), by: session)
    }

    private func merge(_ pair: ConflictDetail) throws {
        let proposed = try decide(pair, .join, by: fixture.admin)
        _ = try fixture.hub.approve(pair.view.id, version: proposed.version, by: second)
    }

    @Test(
        "21: two devices that register one household the same day are both accepted and asked about"
    )
    func registeredSameDay() async throws {
        let (left, right, pair) = try await registeredTwice()
        #expect(pair.sides.map(\.record) == [left, right])
        #expect(pair.view.state == .open)
        #expect(pair.view.authors == ["Anna", "Bert"])
        #expect(pair.acts == [.join, .stand])
        #expect(
            pair.likeness?.reasons.map(\.code) == ["sounds-alike", "same-address", "same-phone"])
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("a household is made one only when two people say so")
    func secondPerson() async throws {
        let (left, _, pair) = try await registeredTwice()
        let once = try decide(pair, .join, by: fixture.admin)
        #expect(once.view.state == .proposed)
        #expect(once.proposal?.by == fixture.admin.person)
        #expect(try decide(pair, .join, by: fixture.admin).view.state == .proposed)
        try await anna.sync()
        #expect(try anna.store.shown(left)?.parts.count == 1)
        #expect(throws: Problem(.secondPersonRequired)) {
            _ = try fixture.hub.approve(
                pair.view.id, version: once.version, by: fixture.admin)
        }
        let twice = try fixture.hub.approve(pair.view.id, version: once.version, by: second)
        #expect(twice.view.state == .resolved)
        #expect(twice.decision?.approvedByName == "Zhou Min")
        try await anna.sync()
        #expect(try anna.store.shown(left)?.parts.count == 2)
    }

    @Test("a damaged record that is one with another keeps no list from anybody, and is healed")
    func damagedPart() async throws {
        let (left, right, pair) = try await registeredTwice()
        try merge(pair)
        try await anna.sync()
        #expect(try anna.store.list(.household).count == 1)
        try anna.store.close()
        let queue = try DatabaseQueue(path: anna.store.path + "/store.sqlite")
        try await queue.write { db in
            try db.execute(
                sql: "UPDATE household SET digest = zeroblob(16) WHERE id = ?",
                arguments: [Data(left.bytes)])
        }
        try queue.close()
        try anna.store.reopen()
        // Each shows by itself what its columns say.
        #expect(try anna.store.list(.household).map(\.record) == [left, right])
        #expect(try anna.store.status().records == 2)
        #expect(try anna.store.disputes() == [])
        #expect(try anna.store.duplicates() == [])
        #expect(throws: StoreError.damagedRecord(left)) { try anna.store.shown(right) }
        let summary = try await anna.sync()
        #expect(summary.isRepaired)
        #expect(summary.digestMatches == true)
        #expect(try anna.store.list(.household).count == 1)
        #expect(try anna.store.shown(right)?.parts.count == 2)
    }

    @Test("a pair that changed since it was proposed can't be approved unseen")
    func changedSince() async throws {
        let (left, _, pair) = try await registeredTwice()
        let proposed = try decide(pair, .join, by: fixture.admin)
        try anna.edit(left) { try $0.set(Household.Field.memberCount, to: .integer(4)) }
        try await anna.sync()
        #expect(throws: Problem(.staleView)) {
            _ = try fixture.hub.approve(pair.view.id, version: proposed.version, by: second)
        }
    }

    @Test("what an advisor proposes needs one more person, and counts as the first")
    func proposedInTheField() async throws {
        let (left, right, pair) = try await registeredTwice()
        try await anna.sync()
        let entry = Value.group([
            .integer(Int64(UnitID.aliases.value)), .text("proposal"), .text("\(right)"),
            .text("Same family, I was there."),
        ])
        try anna.edit(left) { try $0.append([entry], to: .discussion) }
        try await anna.sync()
        #expect(try state(pair) == .proposed)
        let merged = try decide(pair, .join, by: fixture.admin)
        #expect(merged.view.state == .resolved)
        #expect(merged.decision?.byName == "Anna")
        #expect(merged.decision?.approvedByName == "Sun Wei")
    }

    @Test("a device that pairs records by itself is set aside: it may propose")
    func deviceMayNot() async throws {
        let (left, right, pair) = try await registeredTwice()
        try await anna.sync()
        try anna.edit(left) { try $0.change(.aliases, adding: [.reference(right)]) }
        try await anna.sync()
        #expect(try anna.store.status().quarantined == 1)
        #expect(try state(pair) == .open)
    }

    @Test("records that are one are shown and listed once, under the smaller name")
    func shownAsOne() async throws {
        let (left, right, pair) = try await registeredTwice()
        try merge(pair)
        try await anna.sync()
        try await bert.sync()
        for device in [anna, bert] {
            #expect(try device.store.shown(right)?.record == left)
            #expect(try device.store.list(.household).map(\.record) == [left])
            #expect(try device.store.find("章玮", in: .household).map(\.record) == [left])
            #expect(try device.store.shown(left)?.parts.map(\.state.record) == [left, right])
        }
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("a visit added offline to the merged-away name lands on the survivor, and keeps its name")
    func offlineVisit() async throws {
        let (left, right, pair) = try await registeredTwice()
        try merge(pair)
        // Bert has not heard of it.
        let call = RecordID(high: 600, low: 1)
        try bert.record([visit(call, on: right)])
        try await bert.sync()
        try await anna.sync()
        #expect(try anna.store.children(of: left, in: .visit).map(\.record) == [call])
        let shown = try #require(try anna.store.shown(call).flatMap { Visit($0.state) })
        #expect(shown.household == right)
    }

    @Test("an edit to the merged-away name counts however late, and stays its own when they part")
    func offlineEdit() async throws {
        let (left, right, pair) = try await registeredTwice()
        let note = Household.Field.riskNote
        try merge(pair)
        // Bert has not heard of it; when he has, he may still say the old name.
        try bert.edit(right) { try $0.set(note, to: .text("Steep stairs.")) }
        try await bert.sync()
        try bert.edit(right) { try $0.set(note, to: .text("Steep stairs, no light.")) }
        try await bert.sync()
        try await anna.sync()
        #expect(try anna.value(note.id, of: left) == .text("Steep stairs, no light."))
        _ = try fixture.hub.undo(pair.view.id, reason: "Two brothers.", by: second)
        try await anna.sync()
        #expect(try anna.value(note.id, of: left) == nil)
        #expect(try anna.value(note.id, of: right) == .text("Steep stairs, no light."))
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("taken back, every visit is with the household it was addressed to")
    func unmerged() async throws {
        let (left, right, pair) = try await registeredTwice()
        let (first, later) = (RecordID(high: 600, low: 1), RecordID(high: 600, low: 2))
        try anna.record([visit(first, on: left)])
        try await anna.sync()
        try merge(pair)
        try bert.record([visit(later, on: right)])
        try await bert.sync()
        _ = try fixture.hub.undo(pair.view.id, reason: "Two brothers.", by: second)
        for device in [anna, bert] {
            try await device.sync()
            #expect(try device.store.children(of: left, in: .visit).map(\.record) == [first])
            #expect(try device.store.children(of: right, in: .visit).map(\.record) == [later])
            #expect(try device.store.list(.household).map(\.record) == [left, right])
        }
        let again = try fixture.hub.conflict(pair.view.id, by: second)
        #expect(again.view.state == .open)
        #expect(
            again.history.map(\.act)
                == ["opened", "proposed", "decided", "approved", "undone", "reopened"])
    }

    @Test("one pair, whichever way it is asked for")
    func bothDirections() async throws {
        let (left, right, pair) = try await registeredTwice()
        try await anna.sync()
        for (record, other) in [(left, right), (right, left)] {
            try anna.edit(record) {
                try $0.append(
                    [Remark(of: .aliases, .proposal, keep: "\(other)", text: "Same.").value],
                    to: .discussion)
            }
        }
        try await anna.sync()
        #expect(try pairs().map(\.view.id) == [pair.view.id])
        try decide(pair, .join, by: fixture.admin)
        #expect(throws: Problem(.alreadyResolved)) {
            try decide(pair, .join, by: second)
        }
    }

    @Test("pending edits of one unit in both records are a conflict, each side with its own record")
    func pendingEdits() async throws {
        let (left, right, pair) = try await registeredTwice()
        try anna.edit(left) { try $0.set(Household.Field.memberCount, to: .integer(4)) }
        try bert.edit(right) { try $0.set(Household.Field.memberCount, to: .integer(5)) }
        try merge(pair)
        for device in [anna, bert, anna] { try await device.sync() }
        for device in [anna, bert] {
            let disputes = try device.store.disputes()
            let count = try #require(
                disputes.first { $0.unit == Household.Field.memberCount.id })
            #expect(count.record == left)
            #expect(count.dispute.sides.map(\.value) == [.integer(4), .integer(5)])
            #expect(count.dispute.shown == .integer(4))
        }
        // Bert corrects his own side: it is written where it was written before.
        let sealed = try bert.edit(left) {
            try $0.set(Household.Field.memberCount, to: .integer(6), correcting: 1)
        }
        #expect(sealed.changeSet.changes.map(\.record) == [right])
    }

    @Test("what two records that are one disagree on is one conflict, decided in both")
    func joinedDisagreement() async throws {
        let (left, right, pair) = try await registeredTwice()
        let count = Household.Field.memberCount
        try anna.edit(left) { try $0.set(count, to: .integer(4)) }
        try bert.edit(right) { try $0.set(count, to: .integer(5)) }
        for device in [anna, bert] { try await device.sync() }
        let hub = fixture.hub
        func open() throws -> [ConflictDetail] {
            try hub.conflicts(state: nil, by: second)
                .filter { $0.unit == count.id }
                .map { try hub.conflict($0.id, by: second) }
        }
        #expect(try open().isEmpty)
        try merge(pair)
        let found = try #require(try open().first)
        #expect(found.view.record == left)
        #expect(found.sides.map(\.record) == [left, right])
        #expect(found.sides.flatMap(\.writes).map(\.authorName) == ["Anna", "Bert"])
        #expect(found.base == nil)
        #expect(found.acts == [.keep, .compose])
        for device in [anna, bert] {
            try await device.sync()
            #expect(try device.store.disputes().contains { $0.unit == count.id })
        }
        _ = try hub.resolve(
            found.view.id,
            ResolutionRequest(version: found.version, choice: .keep("b"), reason: "Counted."),
            by: second)
        #expect(try open().isEmpty)
        for device in [anna, bert] {
            try await device.sync()
            #expect(try !device.store.disputes().contains { $0.unit == count.id })
            #expect(try device.value(count.id, of: right) == .integer(5))
        }
        // Taken back, each record says again what it said.
        _ = try hub.undo(found.view.id, reason: "The wrong door.", by: second)
        #expect(
            try open().map { Set($0.sides.map(\.value)) } == [[.integer(4), .integer(5)]])
        _ = try hub.undo(pair.view.id, reason: "Two brothers.", by: second)
        #expect(try open().isEmpty)
        #expect(try hub.doctor() == [])
    }

    @Test("two records of which both are void are not suggested, on the hub and on a device")
    func bothVoid() async throws {
        let (left, right, pair) = try await registeredTwice()
        for device in [anna, bert] { try await device.sync() }
        try anna.edit(left) { try $0.void(because: "typed twice") }
        try await anna.sync()
        #expect(try pairs().map(\.view.id) == [pair.view.id])
        #expect(try anna.store.duplicates().count == 1)
        try anna.edit(right) { try $0.void(because: "typed twice") }
        try await anna.sync()
        #expect(try pairs().isEmpty)
        #expect(try anna.store.duplicates().isEmpty)
        // One of them is back: then there is something to decide.
        try anna.edit(right) { try $0.set(.void, to: .absent) }
        try await anna.sync()
        #expect(try pairs().map(\.view.id) == [pair.view.id])
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("one person of the office says that two records are two, and may take it back")
    func separated() async throws {
        let (left, right, pair) = try await registeredTwice()
        let decided = try decide(pair, .stand, by: fixture.admin)
        #expect(decided.view.state == .resolved)
        for device in [anna, bert] {
            try await device.sync()
            #expect(try device.store.duplicates().isEmpty)
        }
        #expect(try anna.store.shown(left)?.parts.count == 1)
        _ = try fixture.hub.undo(pair.view.id, reason: "Look again.", by: second)
        #expect(try pairs().map { $0.sides.map(\.record) } == [[left, right]])
    }

    @Test("«different» is never asked again, on no device and not after another change")
    func distinct() async throws {
        let (left, right, pair) = try await registeredTwice()
        try await anna.sync()
        try anna.record([
            change(left, adding: right), change(right, adding: left),
        ])
        try await anna.sync()
        try await bert.sync()
        #expect(try state(pair) == .resolved)
        #expect(try bert.store.duplicates() == [])
        // Nor when one of them changes.
        try bert.edit(right) { try $0.set(Household.Field.headName, to: .text("张伟")) }
        try await bert.sync()
        #expect(try pairs().isEmpty)
    }

    private func change(_ record: RecordID, adding other: RecordID) -> RecordChange {
        RecordChange(
            record: record, collection: .household, creates: false,
            writes: [
                Write(
                    unit: .distinct,
                    operation: .change(adding: [.reference(other)], removing: []))
            ], shown: nil)!
    }

    @Test("one who was voided and is registered again is not brought back")
    func voidedAndAgain() async throws {
        let (left, right) = (RecordID(high: 500, low: 1), RecordID(high: 500, low: 2))
        try await anna.sync()
        try anna.record([household(left, "张伟", phone: "13800004444")])
        try anna.edit(left) { try $0.void(because: "moved away") }
        try await anna.sync()
        try await bert.sync()
        #expect(try bert.store.shown(left)?.state.isVoid(in: Household.declaration) == true)
        // Whoever writes is told at the door, and the office is asked.
        try bert.record([household(right, "章玮", phone: "13800004444")])
        #expect(try bert.store.duplicates().map(\.first) == [left])
        try await bert.sync()
        try merge(#require(try pairs().first))
        try await bert.sync()
        // One again by hand: the living record shows, and nothing of the voided one.
        let shown = try #require(try bert.store.shown(right))
        #expect(Household(shown.state)?.headName == "章玮")
        #expect(!shown.state.isVoid(in: Household.declaration))
    }

    @Test("one identity number on two people is asked about, and both stay")
    func sameNumber() async throws {
        let home = RecordID(high: 500, low: 1)
        let today = try #require(CalendarDate(year: 2026, month: 11, day: 20))
        let number = try IdentityNumber("11010519491231002X", asOf: today)
        try await anna.sync()
        var changes = [try household(home, "王建国", phone: "13800001111")]
        for (low, name) in [(10, "王建国"), (11, "李玉兰")] as [(UInt64, String)] {
            var draft = Person.Draft(household: home, name: name)
            draft.identityNumber = number
            changes.append(try draft.creation(id: RecordID(high: 500, low: low)))
        }
        try anna.record(changes)
        try await anna.sync()
        let pairs = try pairs()
        #expect(pairs.map { $0.sides.map(\.record.low) } == [[10, 11]])
        #expect(pairs.first?.likeness?.reasons.contains(LikenessReason("same-number")) == true)
        #expect(try anna.store.list(.person).count == 2)
    }

    @Test("a holder of one area is shown only the part that lies there")
    func partialScope() async throws {
        let (left, right, pair) = try await registeredTwice()
        let other = RecordID(high: 500, low: 3)
        var draft = Household.Draft(area: HubFixture.south, headName: "张伟")
        draft.address = "仙霞路123弄4号501室"
        draft.phones = ["13800004444"]
        try bert.record([try draft.creation(id: other)])
        try await bert.sync()
        try merge(pair)
        let across = try pairs().first { $0.sides.map(\.record) == [left, other] }
        try merge(#require(across))
        // The third pair is one through the other two.
        #expect(try pairs().isEmpty)
        let cyr = try FieldDevice(
            3, person: "Cyr", at: fixture, areas: [HubFixture.south], schema: .fieldwork)
        try await cyr.sync()
        #expect(try cyr.store.shown(other)?.parts.map(\.state.record) == [other])
        #expect(try cyr.store.shown(left) == nil)
        try await bert.sync()
        #expect(
            try bert.store.shown(right)?.state.record == left
                && bert.store.shown(other)?.parts.count == 3)
    }

    @Test("a registration is compared with what the device holds before anything is recorded")
    func atRegistration() async throws {
        let (left, right, _) = try await registeredTwice()
        try await anna.sync()
        let change = try household(RecordID(high: 900, low: 1), "Zhang Wei", phone: "1")
        let found = try anna.store.duplicates(of: [change.alone])
        #expect(found.map(\.record) == [left, right])
        #expect(found.first?.likeness.reasons.first?.code == "sounds-alike")
    }

    @Test("a first load finds what is registered twice as if each part had been searched")
    func firstLoad() throws {
        let district = ReferenceDistrict(asOf: try #require(CalendarDate("2021-11-01")))
        // Homes among which some persons are there twice; facts have no part in it.
        let parts = stride(from: 9000, to: 9360, by: 60).map { first in
            (first..<first + 60).map { place in
                district.home(place).changes.filter {
                    $0.collection == .household || $0.collection == .person
                }
            }
        }
        func found(_ load: (Hub) throws -> Void) throws -> [ConflictDetail] {
            let fixture = try HubFixture(schema: .fieldwork)
            try fixture.hub.addAreas(district.areas.map { ($0.id, $0.parent, $0.name) })
            try load(fixture.hub)
            #expect(try fixture.hub.doctor() == [])
            return try fixture.hub.conflicts(state: nil, by: fixture.admin)
                .filter { $0.kind == .duplicate }
                .map { try fixture.hub.conflict($0.id, by: fixture.admin) }
                .sorted { $0.view.id < $1.view.id }
        }
        let inTurn = try found { hub in
            for part in parts { try hub.load(part, intent: "first load") }
        }
        let atOnce = try found { try $0.firstLoad(parts, intent: "first load") }
        #expect(inTurn.count > 20)
        #expect(atOnce.map(\.view.id) == inTurn.map(\.view.id))
        #expect(atOnce.map { $0.sides.map(\.record) } == inTurn.map { $0.sides.map(\.record) })
        #expect(atOnce.map { $0.likeness?.reasons } == inTurn.map { $0.likeness?.reasons })
    }
}
