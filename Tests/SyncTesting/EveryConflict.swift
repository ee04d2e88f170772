public import SyncCore
public import SyncHub
internal import SyncProtocol

extension Schema {
    /// The test schema, with jobs: things that go from state to state, and may be one where they
    /// are called alike.
    public static let everyConflict = Schema(
        version: Schema.test.version,
        collections: Schema.test.collections + [
            CollectionDeclaration(
                id: .job, name: "job", home: .scope(Job.area),
                units: [
                    UnitDeclaration(
                        Job.area, "area", .reference, .review(shown: .previous), .open),
                    UnitDeclaration(
                        Job.title, "title", .text(maximumBytes: 200), .latest, .open,
                        column: true),
                    UnitDeclaration(
                        Job.stage, "stage", .choice(Job.stages.keys.sorted()),
                        .states(StateMachine(Job.stages)), .open),
                ], duplicates: Job.likeness)
        ])
}

extension CollectionID {
    public static let job = CollectionID(3)
}

/// The units of a job.
public enum Job {
    public static let area = UnitID(16)
    public static let title = UnitID(17)
    public static let stage = UnitID(18)

    public static let stages = [
        "new": ["open", "dropped"], "open": ["done", "dropped"], "done": [], "dropped": [],
    ]

    static let likeness = DuplicateRule(
        needsSecondPerson: true, threshold: 50, relatives: { _ in [] }, recognisedBy: { _ in [] },
        keys: { subject in text(subject.state).map { [LikenessKey(1, $0)] } ?? [] },
        likeness: { one, other in
            guard let title = text(one.state), title == text(other.state) else { return nil }
            return Likeness(score: 60, reasons: [])
        })

    private static func text(_ state: RecordState) -> String? {
        guard case .register(let register)? = state[title],
            case .text(let text)? = register.heads.last?.value
        else { return nil }
        return text.string
    }

    public static func new(_ id: RecordID, _ title: String, _ stage: String = "new") -> RecordChange
    {
        let north = RecordID(high: HubFixture.north.high, low: HubFixture.north.low)
        return RecordChange(
            record: id, collection: .job, creates: true,
            writes: [
                Write(unit: Job.area, operation: .set(.reference(north), replacing: [])),
                Write(unit: Job.title, operation: .set(.text(title), replacing: [])),
                Write(unit: Job.stage, operation: .set(.text(stage), replacing: [])),
            ], shown: nil)!
    }
}

/// A hub with conflicts of every kind, as devices make them.
public struct EveryConflict: Sendable {
    public let fixture: HubFixture
    /// How many there are of each kind of which many may be decided at once; one of each other.
    public let copies: Int

    public init(copies: Int = 1) throws {
        fixture = try HubFixture(schema: .everyConflict)
        self.copies = copies
        try makeRecordConflicts()
        try makeDeviceConflicts()
    }

    public func open(_ kind: ConflictKind) throws -> [ConflictView] {
        try fixture.hub.conflicts(state: nil, by: fixture.admin).filter { $0.kind == kind }
    }

    /// The record of one kind and copy.
    private static func record(_ kind: ConflictKind, _ copy: Int, _ part: Int = 0) -> RecordID {
        RecordID(
            high: 100 + UInt64(kind.rawValue), low: UInt64(copy) * 10 + UInt64(part) + 1)
    }

    private func makeRecordConflicts() throws {
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        var c = try fixture.device(3, person: "Chen Jie")
        try fixture.sync(&a)
        let houses: [ConflictKind] = [
            .value, .group, .contestation, .deletion, .capacity, .reference, .premise, .late,
        ]
        var born: [RecordID: ChangeSetName] = [:]
        for copy in 0..<copies {
            for kind in houses {
                let id = Self.record(kind, copy)
                born[id] = a.seal([
                    .house(id, in: HubFixture.north, title: kind.word, count: 3)
                ])
            }
            let job = Self.record(.states, copy)
            born[job] = a.seal([Job.new(job, "stage \(copy)")])
        }
        try fixture.syncAll(&a)
        try fixture.sync(&b)
        try fixture.sync(&c)
        let before = UInt64(a.sealed.count)
        for copy in 0..<copies {
            try clash(copy, born, &a, &b, &c)
        }
        try fixture.sync(&a, [a.run(from: before + 1)])
        for grant in try fixture.hub.grants(by: fixture.admin)
        where grant.personName == "Chen Jie" {
            try fixture.hub.endGrant(grant.id, reason: "moved", by: fixture.admin)
        }
        try fixture.syncAll(&b)
        try fixture.syncAll(&c)
    }

    /// What two do who don't know of each other, and one whose authority ends meanwhile.
    private func clash(
        _ copy: Int, _ born: [RecordID: ChangeSetName], _ a: inout ScriptedDevice,
        _ b: inout ScriptedDevice, _ c: inout ScriptedDevice
    ) throws {
        func house(_ kind: ConflictKind) -> RecordID { Self.record(kind, copy) }
        func names(_ kind: ConflictKind) -> [ChangeSetName] { born[house(kind)].map { [$0] } ?? [] }
        func stage(_ stage: String) -> RecordChange {
            RecordChange(
                record: house(.states), collection: .job, creates: false,
                writes: [
                    Write(
                        unit: Job.stage,
                        operation: .set(.text(stage), replacing: names(.states)))
                ], shown: nil)!
        }
        a.seal([.set(house(.value), House.count, .integer(4), replacing: names(.value))])
        b.seal([.set(house(.value), House.count, .integer(5), replacing: names(.value))])
        a.seal([.set(house(.group), House.income, .group([.integer(100), .text("slip")]))])
        b.seal([.set(house(.group), House.income, .group([.integer(200), .text("book")]))])
        a.seal([.set(house(.contestation), House.seal, .text("one"))])
        b.seal([.set(house(.contestation), House.seal, .text("two"))])
        a.seal([.set(house(.deletion), House.count, .integer(4), replacing: names(.deletion))])
        b.seal([.set(house(.deletion), .void, .text("moved away"))])
        a.seal([.write(house(.capacity), House.places, .increment(-1))])
        a.seal([stage("open")])
        a.seal([
            RecordChange(
                record: house(.states), collection: .job, creates: false,
                writes: [
                    Write(
                        unit: Job.stage,
                        operation: .set(.text("done"), replacing: [a.sealed.last!.changeSet.name]))
                ], shown: nil)!
        ])
        b.seal([stage("dropped")])
        for part in 0..<2 {
            let id = Self.record(.key, copy, part)
            a.seal([.house(id, in: HubFixture.north, title: "key \(part)")])
            a.seal([.set(id, House.number, .text("31 \(copy)"))])
        }
        a.seal([.call(Self.record(.reference, copy, 1), on: house(.reference), story: "in")])
        b.seal([
            RecordChange(
                record: house(.reference), collection: .house, creates: false,
                writes: [
                    Write(unit: .void, operation: .set(.text("moved away"), replacing: []))
                ], shown: b.trunk.position)!
        ])
        a.seal(
            [.call(Self.record(.premise, copy, 1), on: house(.premise), story: "eligible")],
            premises: [
                Premise(record: house(.premise), unit: House.count, heads: names(.premise))
            ])
        b.seal([.set(house(.premise), House.count, .integer(9), replacing: names(.premise))])
        c.seal([.set(house(.late), House.count, .integer(4), replacing: names(.late))])
        b.seal([.set(house(.late), House.due, .day(CalendarDate("2027-01-01")!))])
        for part in 0..<2 {
            a.seal([Job.new(Self.record(.duplicate, copy, part), "twice \(copy)")])
        }
    }

    private func makeDeviceConflicts() throws {
        var copied = try fixture.device(4, person: "Wu Yan")
        let id = Self.record(.fork, 0)
        copied.seal([.house(id, in: HubFixture.north, title: "fork")])
        try fixture.syncAll(&copied)
        var other = copied
        copied.seal([.write(id, House.minutes, .increment(1))])
        other.seal([.write(id, House.minutes, .increment(2))])
        try fixture.syncAll(&copied)
        try fixture.sync(&other, [other.run(from: 2)])

        var newer = try fixture.device(5, person: "He Lan")
        newer.schema = SchemaVersion(99)
        try fixture.sync(&newer)
        newer.seal([.house(Self.record(.schema, 0), in: HubFixture.south, count: 900)])
        try fixture.syncAll(&newer)

        var narrow = try fixture.device(6, person: "Xu Ning", areas: [HubFixture.north])
        try fixture.sync(&narrow)
        narrow.seal([.house(Self.record(.failure, 0), in: HubFixture.south)])
        try fixture.syncAll(&narrow)

        var lossy = try fixture.device(7, person: "Ma Li")
        try fixture.sync(&lossy)
        let lost = Self.record(.loss, 0)
        lossy.seal([.house(lost, in: HubFixture.north, title: "loss")])
        let gone = lossy.seal([.write(lost, House.minutes, .increment(1))])
        lossy.seal([.write(lost, House.minutes, .increment(2))])
        try fixture.sync(&lossy, [lossy.run(without: gone.number)])
    }
}
