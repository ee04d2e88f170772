import SyncCore
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("recording on a device")
struct DeviceRecordTests {
    let house = RecordID.test(1)

    @Test("numbers have no gaps, each names its predecessor's hash, and reopening changes nothing")
    func chain() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        let first = try device.record([.house(house, in: HubFixture.north)])
        try device.reopen()
        let second = try device.edit(house) { try $0.set(House.title, to: .text("another")) }
        try device.reopen()

        #expect(first.changeSet.name.number == .first)
        #expect(first.changeSet.previous == .none)
        #expect(second.changeSet.name.number.value == 2)
        #expect(second.changeSet.previous == first.hash)
        #expect(second.changeSet.time.timestamp > first.changeSet.time.timestamp)
        #expect(try device.store.changeSet(.first) == first)
        let entries = try device.store.outbox()
        #expect(entries.map(\.number.value) == [2, 1])
        #expect(entries.map(\.hash) == [second.hash, first.hash])
        #expect(entries.allSatisfy { $0.state == .unsent })
        #expect(entries[0].records == [OutboxRecord(record: house, collection: .house)])
    }

    @Test("an own write is shown at once, marked, in the record and in its columns")
    func shownAtOnce() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.south, title: "Zhang", count: 3)])

        let shown = try #require(try device.store.shown(house))
        #expect(shown.laidOver == [.first])
        #expect(shown.unsent == [.first])
        #expect(shown.position == nil)
        #expect(shown.area == HubFixture.south)
        let row = try #require(try device.store.list(.house).first)
        #expect(row.hasOwn)
        #expect(row[House.title] == .text("Zhang"))
        #expect(row[House.count] == .integer(3))
        #expect(try device.value(House.count, of: house) == .integer(3))
    }

    @Test(
        "a change set names the epoch, the newest position applied, its grant and the offset measured"
    )
    func envelope() throws {
        var hub = PaperHub()
        hub.write([.house(.test(9), in: HubFixture.north)])
        let device = try TestDevice.enrolled(&hub)
        let set = try device.record([.house(house, in: HubFixture.north)]).changeSet

        #expect(set.trunk == Trunk(epoch: hub.epoch, position: LogPosition(1)!))
        #expect(set.grant == hub.grants.grants[0].id)
        #expect(set.author == hub.person)
        #expect(set.time.offset_ms == 0)
        #expect(set.time.offsetAge_ms == 1000)
        #expect(set.schema == Schema.test.version)
    }

    @Test("the seed of the salts stays until a sync and is another after it")
    func salt() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        let first = try device.record([.house(.test(1), in: HubFixture.north)]).changeSet
        let second = try device.record([.house(.test(2), in: HubFixture.north)]).changeSet
        try device.sync(&hub)
        let third = try device.record([.house(.test(3), in: HubFixture.north)]).changeSet
        #expect(first.saltSeed == second.saltSeed)
        #expect(third.saltSeed != first.saltSeed)
    }

    @Test(
        "a change is laid over what is here: not over what was read before a sync, nor before another change"
    )
    func laidOverWhatIsHere() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, title: "Zhang")])
        let device = try TestDevice.enrolled(&hub)
        try device.sync(&hub)
        let read = try #require(try device.store.shown(house))
        hub.write([.set(house, House.count, .integer(5))])
        try device.sync(&hub)
        try device.record([.set(house, House.level, .integer(2))])
        var row = try #require(try device.store.list(.house).first)
        #expect(row[House.count] == .integer(5))

        #expect(try device.store.shown(house)?.state != read.state)
        try device.edit(house) { try $0.set(House.count, to: .integer(6)) }
        try device.edit(house) { try $0.set(House.title, to: .text("Li")) }
        try device.record([.set(house, House.level, .integer(3))])
        row = try #require(try device.store.list(.house).first)
        #expect(row[House.count] == .integer(6))
        #expect(row[House.title] == .text("Li"))
        #expect(try device.store.shown(house)?.laidOver.count == 4)
        #expect(try device.store.doctor().allSatisfy { $0.severity != .broken })
        #expect(try device.store.verifyReceipts().faults == [])
    }

    @Test("what the hub would refuse is refused before it is sealed, and leaves nothing")
    func refusals() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        func refused(_ changes: [RecordChange], intent: String = "visit") -> StoreError? {
            do {
                try device.record(changes, intent: intent)
                return nil
            } catch {
                return error as? StoreError
            }
        }
        #expect(refused([]) == .nothingToRecord)
        #expect(refused([.house(house, in: HubFixture.north)]) == .recordExists(house))
        #expect(
            refused([.set(.test(7), House.title, .text("x"))]) == .unknownRecord(.test(7)))
        #expect(
            refused([.house(.test(2), in: ScopeID(high: 9, low: 9))])
                == .outsideGrants(.test(2)))
        #expect(
            refused([.set(house, House.count, .integer(101))])
                == .invalid(house, .outOfRange(House.count, member: "count")))
        #expect(
            refused([.set(house, House.title, .text("a\u{0}b"))])
                == .invalid(house, .forbiddenCharacter(House.title, member: "title")))
        #expect(
            refused([
                .set(house, House.title, .text("a")), .set(house, House.count, .integer(1)),
            ]) == .recordTwice(house))
        let long = String(repeating: "x", count: 41)
        #expect(
            refused([.set(house, House.title, .text("a"))], intent: long)
                == .tooLarge(part: .intentBytes, count: 41, maximum: 40))
        #expect(
            refused([.set(house, House.title, .text("a"))], intent: "vi\u{0}sit")
                == .forbiddenCharacter(.intentBytes))
        #expect(try device.store.outbox().count == 1)
    }

    @Test("a change set of more than 256 kB is refused, and one just below is not")
    func size() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        func notes(_ count: Int) -> RecordChange {
            .write(
                house, House.notes,
                .append(Array(repeating: .text(String(repeating: "n", count: 4000)), count: count)))
        }
        try device.record([notes(65)])
        do {
            try device.record([notes(66)])
            Issue.record("it was sealed")
        } catch let error as StoreError {
            guard case .tooLarge(.changeSetBytes, let count, Limits.changeSetBytes) = error else {
                throw error
            }
            #expect(count > Limits.changeSetBytes)
        }
        #expect(try device.store.outbox().count == 2)
    }

    @Test("several records of one intent are one change set, and lie where their house does")
    func severalRecords() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        // The call comes first by name, and its house lies nowhere yet.
        try device.record([
            .house(.test(2), in: HubFixture.south),
            .call(.test(1), on: .test(2), story: "a talk"),
        ])
        #expect(try device.store.outbox().count == 1)
        #expect(try device.store.shown(.test(1))?.area == HubFixture.south)
        #expect(try device.store.children(of: .test(2)).map(\.record) == [.test(1)])
        try device.sync(&hub)
        #expect(try device.store.children(of: .test(2)).map(\.record) == [.test(1)])
    }

    @Test("without enrolment nothing is recorded")
    func notEnrolled() throws {
        let device = try TestDevice()
        #expect(throws: StoreError.notEnrolled) {
            try device.record([.house(house, in: HubFixture.north)])
        }
    }

    @Test(
        "a clock at any time orders change sets by their numbers",
        arguments: [
            -1, 0, 4_291_747_200_000, Int64.max, Int64.min,
        ])
    func clocks(wall: Int64) throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        device.clock = ClockReading(wall_ms: wall, monotonic_ms: 5, boot: 8)
        let first = try device.store.record(
            ChangeSetDraft(
                intent: "visit", changes: [.write(house, House.minutes, .increment(1))]),
            now: device.clock, using: &device.generator)
        let second = try device.store.record(
            ChangeSetDraft(
                intent: "visit", changes: [.write(house, House.minutes, .increment(1))]),
            now: ClockReading(wall_ms: 0, monotonic_ms: 6, boot: 8), using: &device.generator)
        #expect(second.changeSet.time.timestamp > first.changeSet.time.timestamp)
        #expect(first.changeSet.time.wall_ms == wall)
        #expect(first.changeSet.time.offsetAge_ms == nil)
        try device.reopen()
        #expect(try device.store.verifyReceipts().faults == [])
        #expect(try device.value(House.minutes, of: house) == .integer(2))
    }

    @Test("a clock at the end of its range is refused, and does not end the program")
    func endOfTime() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        let end = ClockReading(wall_ms: .max, monotonic_ms: 5, boot: 8)
        func record() throws {
            try device.store.record(
                ChangeSetDraft(
                    intent: "visit", changes: [.write(house, House.minutes, .increment(1))]),
                now: end, using: &device.generator)
        }
        try record()
        try device.store.setLastClock(counter: .max)
        #expect(throws: StoreError.clockExhausted) { try record() }
    }

    @Test("half-filled forms are kept, replaced, listed by key and deleted")
    func drafts() throws {
        let device = try TestDevice()
        try device.store.putDraft("visit/1", [1], now: device.clock)
        try device.store.putDraft("visit/1", [1, 2], now: device.clock)
        try device.store.putDraft("form/1", [3], now: device.clock)
        try device.reopen()
        #expect(try device.store.draft("visit/1")?.bytes == [1, 2])
        #expect(try device.store.drafts().map(\.key) == ["form/1", "visit/1"])
        #expect(try device.store.drafts(prefix: "visit/").map(\.key) == ["visit/1"])
        try device.store.deleteDraft("visit/1")
        #expect(try device.store.draft("visit/1") == nil)
    }
}
