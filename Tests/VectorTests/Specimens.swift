import SyncCore
import SyncProtocol

/// Names, keys and change sets that the vectors are made of: chosen so that one sees in the bytes
/// what is what.
enum Specimen {
    /// Sixteen times the same byte.
    static func id<ID: Identifier>(_ byte: UInt8) -> ID {
        ID(bytes: [UInt8](repeating: byte, count: 16))!
    }

    static let alice: ReplicaID = id(0x0a)
    static let bob: ReplicaID = id(0x0b)
    static let carol: ReplicaID = id(0x0c)
    static let hubReplica: ReplicaID = id(0x88)
    static let hub: HubID = id(0x44)
    static let epoch: EpochID = id(0xe1)
    static let wei: PersonID = id(0x5a)
    static let jie: PersonID = id(0x5b)
    static let sun: PersonID = id(0x5c)
    static let grant: GrantID = id(0x67)
    static let scope: ScopeID = id(0x5c)
    static let home: RecordID = id(0x01)
    static let other: RecordID = id(0x02)

    static let aliceKey = SigningKey(seed: [UInt8](repeating: 0x0a, count: 32))!
    static let hubKey = SigningKey(seed: [UInt8](repeating: 0x88, count: 32))!

    static let house = CollectionID(1)

    /// 2026-11-21 09:00:00 UTC.
    static let morning: Int64 = 1_795_251_600_000

    static func name(_ replica: ReplicaID, _ number: UInt64) -> ChangeSetName {
        ChangeSetName(replica, ChangeSetNumber(number)!)
    }

    static func time(_ after: Int64, counter: UInt16 = 0, offset: Int64? = -1500) -> WriteTime {
        let wall = morning + after
        return WriteTime(
            timestamp: HybridTimestamp(milliseconds: UInt64(wall), counter: counter)!,
            wall_ms: wall, monotonic_ms: UInt64(3_600_000 + after), boot: 0xb007,
            offset_ms: offset, offsetAge_ms: offset == nil ? nil : UInt64(1_800_000 + after))
    }

    static func change(
        _ record: RecordID, creates: Bool = false, shown: UInt64? = nil, _ writes: [Write]
    ) -> RecordChange {
        RecordChange(
            record: record, collection: house, creates: creates, writes: writes,
            shown: shown.map { LogPosition($0)! })!
    }

    static func set(
        _ unit: UInt16, _ value: Value, replacing: [ChangeSetName] = []
    ) -> Write { Write(unit: UnitID(unit), operation: .set(value, replacing: replacing)) }

    /// The first change set of a device: as little as there can be.
    static let smallest = ChangeSet(
        name: name(alice, 1), previous: .none, author: wei, grant: grant, trunk: .none,
        time: time(0, offset: nil), intent: Text("visit"), schema: SchemaVersion(1),
        saltSeed: id(0x5e), changes: [change(home, creates: true, [])])!

    /// The second: every kind of write and of value, a form, a reason, a premise.
    static let everything = ChangeSet(
        name: name(alice, 2), previous: ChangeSetCoding.hash(smallest), author: wei, grant: grant,
        trunk: Trunk(epoch: epoch, position: LogPosition(300)!), time: time(60_000, counter: 3),
        intent: Text("assessment"), form: FormVersion(form: Text("hardship"), version: 4),
        reason: Text("第二次走访"), schema: SchemaVersion(1),
        premises: [
            Premise(record: other, unit: UnitID(22), heads: [name(bob, 7), name(hubReplica, 12)])
        ], saltSeed: id(0x5e),
        changes: [
            change(
                home, shown: 300,
                [
                    set(16, .reference(id(0x5c))),
                    set(17, .text("e\u{301}"), replacing: [name(alice, 1), name(bob, 7)]),
                    Write(
                        unit: UnitID(18),
                        operation: .change(
                            adding: [.text("13800000000"), .bytes([0, 255])],
                            removing: [
                                Write.Removal(element: .bool(true), adds: [name(bob, 5)])
                            ])),
                    Write(unit: UnitID(19), operation: .increment(-90)),
                    Write(
                        unit: UnitID(20),
                        operation: .append([.text("first"), .absent, .text("second")])),
                ]),
            change(
                other, creates: true,
                [
                    set(16, .reference(home)), set(21, .day(CalendarDate("2026-11-21")!)),
                    set(22, .group([.integer(320_000), .bool(false), .absent, .text("工资条")])),
                ]),
        ])!

    /// The third: much like the one before, as the changes of a day are.
    static let alike = ChangeSet(
        name: name(alice, 3), previous: ChangeSetCoding.hash(everything), author: wei, grant: grant,
        trunk: Trunk(epoch: epoch, position: LogPosition(300)!), time: time(120_000),
        intent: Text("assessment"), form: FormVersion(form: Text("hardship"), version: 4),
        reason: Text("visit"), schema: SchemaVersion(1), saltSeed: id(0x5e),
        changes: [
            change(
                other, shown: 301,
                [set(22, .group([.integer(330_000), .bool(false), .absent, .text("工资条")]))])
        ])!

    /// The ends of every range, and text that is easily damaged.
    static let extremes = ChangeSet(
        name: name(bob, ChangeSetNumber.maximum - 1), previous: ContentHash.none,
        author: id(0xff), grant: id(0x00),
        trunk: Trunk(epoch: id(0xff), position: LogPosition(LogPosition.maximum)!),
        time: WriteTime(
            timestamp: HybridTimestamp(
                milliseconds: HybridTimestamp.maximumMilliseconds, counter: .max)!,
            wall_ms: .min, monotonic_ms: .max, boot: .max, offset_ms: .min, offsetAge_ms: .max),
        intent: Text("v"), form: FormVersion(form: Text(""), version: .max), reason: Text(""),
        schema: SchemaVersion(.max), saltSeed: id(0xff),
        changes: [
            RecordChange(
                record: id(0xff), collection: CollectionID(.max), creates: true,
                writes: [
                    set(0, .integer(.min)), set(1, .integer(.max)),
                    set(16, .day(CalendarDate(year: 1, month: 1, day: 1)!)),
                    set(17, .day(CalendarDate(year: 9999, month: 12, day: 31)!)),
                    set(18, .text("\u{e9}\u{65}\u{301}\u{0}\u{1F468}\u{200D}\u{1F469}\u{20000}")),
                    set(19, .group([])),
                    Write(unit: UnitID(.max), operation: .increment(-(1 << 42))),
                ], shown: LogPosition(LogPosition.maximum)!)!
        ])!
}
