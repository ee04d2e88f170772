import Fieldwork
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
    private func registeredTwice() async throws -> (RecordID, RecordID, DuplicateView) {
        let left = RecordID(high: 500, low: 1)
        let right = RecordID(high: 500, low: 2)
        try await anna.sync()
        try await bert.sync()
        try anna.record([household(left, "张伟", phone: "13800004444")])
        try bert.record([household(right, "章玮", phone: "+86 138 0000 4444")])
        try await anna.sync()
        try await bert.sync()
        let pairs = try fixture.hub.duplicates(state: nil, by: fixture.admin)
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

    private func merge(_ pair: DuplicateView) throws {
        _ = try fixture.hub.mergeDuplicate(pair.id, reason: "Same door.", by: fixture.admin)
        _ = try fixture.hub.mergeDuplicate(pair.id, reason: "I agree.", by: second)
    }

    @Test("two devices that register one household the same day are both accepted and asked about")
    func registeredSameDay() async throws {
        let (left, right, pair) = try await registeredTwice()
        #expect(pair.sides.map(\.record) == [left, right])
        #expect(pair.state == .open)
        #expect(pair.reasons.map(\.code) == ["sounds-alike", "same-address", "same-phone"])
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("a household is made one only when two people say so")
    func secondPerson() async throws {
        let (left, _, pair) = try await registeredTwice()
        let once = try fixture.hub.mergeDuplicate(
            pair.id, reason: "Same door.", by: fixture.admin)
        #expect(once.state == .proposed)
        #expect(once.proposer == fixture.admin.person)
        let again = try fixture.hub.mergeDuplicate(
            pair.id, reason: "Same door, again.", by: fixture.admin)
        #expect(again.state == .proposed)
        try await anna.sync()
        #expect(try anna.store.shown(left)?.parts.count == 1)
        let twice = try fixture.hub.mergeDuplicate(pair.id, reason: "I agree.", by: second)
        #expect(twice.state == .merged)
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
        #expect(try fixture.hub.duplicate(pair.id, by: fixture.admin).state == .proposed)
        let merged = try fixture.hub.mergeDuplicate(pair.id, reason: "Yes.", by: fixture.admin)
        #expect(merged.state == .merged)
    }

    @Test("a device that pairs records by itself is set aside: it may propose")
    func deviceMayNot() async throws {
        let (left, right, _) = try await registeredTwice()
        try await anna.sync()
        try anna.edit(left) { try $0.change(.aliases, adding: [.reference(right)]) }
        try await anna.sync()
        #expect(try anna.store.status().quarantined == 1)
        #expect(try fixture.hub.duplicates(state: .merged, by: fixture.admin) == [])
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

    @Test("taken back, every visit is with the household it was addressed to")
    func unmerged() async throws {
        let (left, right, pair) = try await registeredTwice()
        let (first, later) = (RecordID(high: 600, low: 1), RecordID(high: 600, low: 2))
        try anna.record([visit(first, on: left)])
        try await anna.sync()
        try merge(pair)
        try bert.record([visit(later, on: right)])
        try await bert.sync()
        _ = try fixture.hub.unmergeDuplicate(pair.id, reason: "Two brothers.", by: second)
        for device in [anna, bert] {
            try await device.sync()
            #expect(try device.store.children(of: left, in: .visit).map(\.record) == [first])
            #expect(try device.store.children(of: right, in: .visit).map(\.record) == [later])
            #expect(try device.store.list(.household).map(\.record) == [left, right])
        }
        #expect(try fixture.hub.duplicate(pair.id, by: second).state == .open)
    }

    @Test("one pair, whichever way it is asked for")
    func bothDirections() async throws {
        let (left, right, pair) = try await registeredTwice()
        #expect(Hub.duplicateID(left, right) == pair.id)
        #expect(Hub.duplicateID(right, left) == pair.id)
        try merge(pair)
        #expect(throws: Problem(.alreadyResolved)) {
            _ = try fixture.hub.mergeDuplicate(pair.id, reason: "Too late.", by: fixture.admin)
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

    @Test("«different» is never asked again, on no device and not after another look")
    func distinct() async throws {
        let (left, right, pair) = try await registeredTwice()
        try await anna.sync()
        try anna.record([
            change(left, adding: right), change(right, adding: left),
        ])
        try await anna.sync()
        try await bert.sync()
        #expect(try fixture.hub.duplicate(pair.id, by: second).state == .distinct)
        #expect(try fixture.hub.scanDuplicates(by: second) == 0)
        #expect(try bert.store.duplicates() == [])
        // Nor when one of them changes.
        try bert.edit(right) { try $0.set(Household.Field.headName, to: .text("张伟")) }
        try await bert.sync()
        #expect(try fixture.hub.duplicates(state: nil, by: second) == [])
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
        let pairs = try fixture.hub.duplicates(state: nil, by: fixture.admin)
        try merge(#require(pairs.first))
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
        let pairs = try fixture.hub.duplicates(state: nil, by: second)
        #expect(pairs.map { $0.sides.map(\.record.low) } == [[10, 11]])
        #expect(pairs.first?.reasons.contains(LikenessReason("same-number")) == true)
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
        let across = try fixture.hub.duplicate(
            Hub.duplicateID(left, other), by: fixture.admin)
        try merge(across)
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
}
