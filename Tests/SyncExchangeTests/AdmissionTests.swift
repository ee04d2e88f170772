import SyncCore
import SyncExchange
import SyncProtocol
import SyncTesting
import Testing

@Suite("admission")
struct AdmissionTests {
    let device = ReplicaID(high: 1, low: 1)
    let person = PersonID(high: 2, low: 2)
    let epoch = EpochID(high: 3, low: 3)
    let house = RecordID(high: 4, low: 4)
    let scope = ScopeID(high: 5, low: 5)

    /// A change set of the device with these changes.
    private func set(
        _ changes: [RecordChange], author: PersonID? = nil, trunk: UInt64 = 0,
        schema: SchemaVersion = Schema.test.version, replica: ReplicaID? = nil
    ) -> ChangeSet {
        ChangeSet(
            name: ChangeSetName(replica ?? device, .first), previous: .none,
            author: author ?? person, grant: GrantID(high: 0, low: 1),
            trunk: Trunk(epoch: epoch, position: LogPosition(trunk)!),
            time: WriteTime(
                timestamp: HybridTimestamp(milliseconds: 1, counter: 0)!, wall_ms: 1,
                monotonic_ms: 1, boot: 1, offset_ms: nil, offsetAge_ms: nil),
            intent: Text("visit"), schema: schema, saltSeed: SaltSeed(high: 0, low: 0),
            changes: changes)!
    }

    private func grant(ended: UInt64? = nil, ended_ms: Int64? = nil, areas: Set<UInt32> = [7])
        -> Admission.Grant
    {
        Admission.Grant(
            id: GrantID(high: 0, low: 1), areas: areas, ended: ended.map { LogPosition($0)! },
            ended_ms: ended_ms)
    }

    private func decide(
        _ set: ChangeSet, size: Int = 100, isHub: Bool = false, isRevoked: Bool = false,
        grants: [Admission.Grant]? = nil, arrived_ms: Int64 = 1_000_000,
        record: Admission.RecordFacts? = nil
    ) -> Admission.Verdict {
        let fresh = Admission.RecordFacts(area: 7, state: nil, missing: nil, behind: nil)
        return Admission.decide(
            Admission.Facts(
                changeSet: set, size: size, isHub: isHub, owner: person, isRevoked: isRevoked,
                grants: grants ?? [grant()], trunk: set.trunk.position, arrived_ms: arrived_ms,
                records: set.changes.map { _ in record ?? fresh }), schema: .test)
    }

    /// A house that others have written: its count by two who did not know of each other.
    private func disputed() -> RecordState {
        var state = RecordState(record: house, collection: .house)
        for other in [UInt64(8), 9] {
            state.merge(
                .set(house, House.count, .integer(Int64(other))),
                from: Origin(
                    name: ChangeSetName(ReplicaID(high: 0, low: other), .first),
                    author: person, time: CorrectedTime(clamping: 1), position: LogPosition(other),
                    shown: nil)
            ) { _ in false }
        }
        return state
    }

    @Test("U+0000 in what a change set says of itself is set aside, as a device refuses it")
    func forbiddenCharacter() {
        let plain = set([.set(house, House.count, .integer(1))])
        for (intent, form, reason) in [
            ("vi\u{0}sit", nil, nil), ("visit", "f\u{0}", nil), ("visit", nil, "\u{0}"),
        ] as [(String, String?, String?)] {
            let set = ChangeSet(
                name: plain.name, previous: .none, author: person, grant: plain.grant,
                trunk: plain.trunk, time: plain.time, intent: Text(intent),
                form: form.map { FormVersion(form: Text($0), version: 1) },
                reason: reason.map { Text($0) }, schema: plain.schema, saltSeed: plain.saltSeed,
                changes: plain.changes)!
            #expect(decide(set) == .quarantined(.schema))
        }
        #expect(decide(plain) == .merge(late: false))
    }

    @Test("what fits is merged")
    func plain() {
        #expect(decide(set([.house(house, in: scope)])) == .merge(late: false))
    }

    @Test("each offence is set aside with its own reason")
    func offences() {
        let change = RecordChange.house(house, in: scope)
        #expect(
            decide(set([change]), size: Limits.changeSetBytes + 1) == .quarantined(.tooLarge))
        #expect(
            decide(set([change], author: PersonID(high: 9, low: 9)))
                == .quarantined(.foreignAuthor))
        #expect(decide(set([change]), isRevoked: true) == .quarantined(.revoked))
        #expect(
            decide(
                set([.set(house, House.count, .integer(101))], schema: SchemaVersion(4)))
                == .quarantined(.newerSchema))
        #expect(
            decide(set([.set(house, House.title, .integer(1))])) == .quarantined(.schema))
        #expect(
            decide(set([.set(house, House.count, .integer(101))])) == .quarantined(.schema))
        #expect(decide(set([change]), grants: []) == .quarantined(.outOfScope))
        #expect(
            decide(set([change]), grants: [grant(areas: [8])]) == .quarantined(.outOfScope))
    }

    @Test("a unit that only a newer schema knows is merged, within the limits of any write")
    func unknownUnits() {
        func decide(_ operation: Write.Operation, schema: UInt32) -> Admission.Verdict {
            self.decide(
                set([.write(house, UnitID(200), operation)], schema: SchemaVersion(schema)))
        }
        let text = Value.group([.text(Text("a\u{0}b")), .integer(1)])
        #expect(decide(.set(.integer(1), replacing: []), schema: 4) == .merge(late: false))
        #expect(decide(.append([.bool(true)]), schema: 4) == .merge(late: false))
        #expect(decide(.set(.integer(1), replacing: []), schema: 3) == .quarantined(.schema))
        #expect(decide(.append([text]), schema: 4) == .quarantined(.newerSchema))
        #expect(decide(.increment(1 << 43), schema: 4) == .quarantined(.newerSchema))
        #expect(
            decide(.append((0..<1025).map { .integer($0) }), schema: 4)
                == .quarantined(.newerSchema))
    }

    @Test("what is missing is waited for")
    func waiting() {
        let change = RecordChange.set(house, House.count, .integer(1))
        #expect(
            decide(
                set([change]),
                record: Admission.RecordFacts(area: nil, state: nil, missing: house, behind: nil))
                == .held(missing: house))
        #expect(
            decide(
                set([change]),
                record: Admission.RecordFacts(area: 7, state: nil, missing: nil, behind: 3))
                == .behind(3))
    }

    @Test("a unit that holds its writes in another way takes none of this kind")
    func kind() {
        var state = RecordState(record: house, collection: .house)
        state.merge(
            .write(house, House.minutes, .append([.text("x")])),
            from: Origin(
                name: ChangeSetName(ReplicaID(high: 0, low: 8), .first), author: person,
                time: CorrectedTime(clamping: 1), position: nil, shown: nil)
        ) { _ in false }
        #expect(
            decide(
                set([.write(house, House.minutes, .increment(1))]),
                record: Admission.RecordFacts(area: 7, state: state, missing: nil, behind: nil))
                == .quarantined(.kind))
    }

    @Test("an ordinary write of a disputed unit corrects one side; naming both needs authority")
    func resolution() {
        let state = disputed()
        let names = [8, 9].map { ChangeSetName(ReplicaID(high: 0, low: $0), .first) }
        let record = Admission.RecordFacts(area: 7, state: state, missing: nil, behind: nil)
        func verdict(_ names: [ChangeSetName], isHub: Bool = false, replica: ReplicaID? = nil)
            -> Admission.Verdict
        {
            decide(
                set(
                    [.set(house, House.count, .integer(1), replacing: names)], replica: replica),
                isHub: isHub, record: record)
        }
        #expect(verdict([names[0]]) == .merge(late: false))
        #expect(verdict([]) == .merge(late: false))
        #expect(verdict(names) == .quarantined(.resolution))
        #expect(verdict(names, isHub: true) == .merge(late: false))
        // Its own side is covered by the order of its numbers, named or not.
        #expect(
            verdict([names[1]], replica: names[0].replica) == .quarantined(.resolution))
        #expect(verdict([names[0]], replica: names[0].replica) == .merge(late: false))
    }

    private let call = RecordID(high: 4, low: 9)

    private func day(_ number: Int) -> Value {
        .day(CalendarDate(year: 2026, month: 11, day: number)!)
    }

    private func call(
        on day: Value, replacing names: [ChangeSetName] = [], creates: Bool = false
    ) -> RecordChange {
        let home = Write(unit: Call.house, operation: .set(.reference(house), replacing: []))
        let write = Write(unit: Call.day, operation: .set(day, replacing: names))
        return RecordChange(
            record: call, collection: .call, creates: creates,
            writes: creates ? [home, write] : [write], shown: nil)!
    }

    /// A call with a day written by each of these, in the order in which they were received.
    private func called(_ days: [(ReplicaID, Value)]) -> Admission.RecordFacts {
        var state = RecordState(record: call, collection: .call)
        for (place, (replica, day)) in days.enumerated() {
            state.merge(
                call(on: day, creates: place == 0),
                from: Origin(
                    name: ChangeSetName(replica, .first), author: person,
                    time: CorrectedTime(clamping: 1), position: LogPosition(UInt64(place) + 1)!,
                    shown: nil)
            ) { _ in false }
        }
        return Admission.RecordFacts(area: 7, state: state, missing: nil, behind: nil)
    }

    @Test("what never changes is not written otherwise by the same device, nor replaced by anybody")
    func immutable() {
        let other = ReplicaID(high: 1, low: 2)
        let record = called([(device, day(2))])
        #expect(decide(set([call(on: day(3))]), record: record) == .quarantined(.immutable))
        // Somebody else contests it.
        #expect(
            decide(set([call(on: day(3))], replica: other), record: record)
                == .merge(late: false))
        let replacing = call(on: day(2), replacing: [ChangeSetName(device, .first)])
        #expect(
            decide(set([replacing], replica: other), record: record) == .quarantined(.immutable))
        #expect(decide(set([replacing]), record: record) == .quarantined(.immutable))
        #expect(decide(set([replacing]), isHub: true, record: record) == .merge(late: false))
    }

    @Test("the same value once more, by whatever way it came, is no other")
    func immutableAgain() {
        let record = called([(device, day(2))])
        #expect(decide(set([call(on: day(2))]), record: record) == .merge(late: false))
        let supported = called([(device, day(2)), (ReplicaID(high: 1, low: 2), day(2))])
        #expect(decide(set([call(on: day(2))]), record: supported) == .merge(late: false))
    }

    @Test("while it is contested, the same value once more may not change which one stands")
    func immutableContested() {
        let other = ReplicaID(high: 1, low: 2)
        let third = ReplicaID(high: 1, low: 3)
        // It would be received after the other, and that would stand.
        let first = called([(device, day(2)), (other, day(3))])
        #expect(decide(set([call(on: day(2))]), record: first) == .quarantined(.immutable))
        let second = called([(other, day(3)), (device, day(2))])
        #expect(decide(set([call(on: day(2))]), record: second) == .merge(late: false))
        let held = called([(device, day(2)), (third, day(2)), (other, day(3))])
        #expect(decide(set([call(on: day(2))]), record: held) == .merge(late: false))
    }

    @Test(
        "work under an ended grant is late within the grace, and set aside after it or if it was known"
    )
    func late() {
        let change = RecordChange.house(house, in: scope)
        let grace = Admission.grace_ms
        func verdict(trunk: UInt64, after: Int64) -> Admission.Verdict {
            decide(
                set([change], trunk: trunk), grants: [grant(ended: 10, ended_ms: 0)],
                arrived_ms: after)
        }
        #expect(verdict(trunk: 9, after: grace) == .merge(late: true))
        #expect(verdict(trunk: 9, after: grace + 1) == .quarantined(.tooLate))
        #expect(verdict(trunk: 10, after: 1) == .quarantined(.outOfScope))
        // Another grant that still holds makes nothing late.
        #expect(
            decide(
                set([change], trunk: 9), grants: [grant(ended: 10, ended_ms: 0), grant()],
                arrived_ms: 1) == .merge(late: false))
    }

    @Test("where a record lay as far as the writer knew counts; how long ago it left decides")
    func moved() {
        let change = RecordChange.set(house, House.title, .text("x"))
        let grace = Admission.grace_ms
        func verdict(_ former: [Admission.Former], after: Int64) -> Admission.Verdict {
            decide(
                set([change]), grants: [grant(areas: [7])], arrived_ms: after,
                record: Admission.RecordFacts(
                    area: 8, former: former, state: nil, missing: nil, behind: nil))
        }
        let left = [Admission.Former(area: 7, left_ms: 0)]
        #expect(verdict(left, after: grace) == .merge(late: true))
        #expect(verdict(left, after: grace + 1) == .quarantined(.tooLate))
        #expect(verdict([], after: 1) == .quarantined(.outOfScope))
        // Through several areas: the last time it lay where the author had authority.
        let often = [
            Admission.Former(area: 7, left_ms: 0), Admission.Former(area: 9, left_ms: 5),
            Admission.Former(area: 7, left_ms: 10),
        ]
        #expect(verdict(often, after: grace + 10) == .merge(late: true))
        #expect(verdict(often, after: grace + 11) == .quarantined(.tooLate))
    }

    @Test("a record its author never held is hidden from them, and a person may admit even that")
    func hidden() {
        let change = RecordChange.set(house, House.title, .text("x"))
        let record = Admission.RecordFacts(
            area: 8, isHidden: true, state: nil, missing: nil, behind: nil)
        #expect(decide(set([change]), record: record) == .hidden)
        #expect(
            Admission.decide(
                Admission.Facts(
                    changeSet: set([change]), size: 1, isHub: false, isAdmitted: true,
                    owner: person, isRevoked: true, grants: [], trunk: nil, arrived_ms: 1,
                    records: [record]), schema: .test) == .merge(late: false))
    }

    @Test("several grants together may cover what none covers alone")
    func together() {
        let other = RecordID(high: 4, low: 5)
        let set = set([.house(house, in: scope), .house(other, in: scope)])
        func verdict(_ grants: [Admission.Grant]) -> Admission.Verdict {
            Admission.decide(
                Admission.Facts(
                    changeSet: set, size: 1, isHub: false, owner: person, isRevoked: false,
                    grants: grants, trunk: .start, arrived_ms: 1,
                    records: [7, 8].map {
                        Admission.RecordFacts(area: $0, state: nil, missing: nil, behind: nil)
                    }), schema: .test)
        }
        #expect(verdict([grant(areas: [7]), grant(areas: [8])]) == .merge(late: false))
        #expect(verdict([grant(areas: [7])]) == .quarantined(.outOfScope))
    }
}
