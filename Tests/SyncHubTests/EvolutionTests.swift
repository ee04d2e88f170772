import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Programs of two versions at one hub: `Schema.test` is the older, `Schema.next` the newer one.
@Suite("versions of a schema")
struct EvolutionTests {
    let house = RecordID(high: 100, low: 1)
    let visitor = RecordID(high: 100, low: 2)

    /// A house that an older device registered, and a newer device knows.
    private func household(
        hub: Schema, title: String = "Elm 5, Hull"
    ) async throws -> (fixture: HubFixture, old: FieldDevice, new: FieldDevice) {
        let fixture = try HubFixture(schema: hub)
        let old = try FieldDevice(1, person: "Li Na", at: fixture, schema: .test)
        let new = try FieldDevice(2, person: "Wang Fang", at: fixture, schema: .next)
        try await old.sync()
        try old.record([.house(house, in: HubFixture.north, title: title, count: 3)])
        try await old.sync()
        try await new.sync()
        return (fixture, old, new)
    }

    private func agree(_ hub: Hub, _ devices: FieldDevice...) async throws {
        for device in devices { try await device.sync() }
        let digest = try hub.status().digest
        for device in devices {
            #expect(try device.store.totalDigest() == digest)
            #expect(try await device.sync().digestMatches == true)
            #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
        }
        #expect(try hub.doctor().isEmpty)
    }

    @Test(
        "a field that was split: an old edit of the whole and a new one of a part conflict in the part, readable on both"
    )
    func split() async throws {
        let (fixture, old, new) = try await household(hub: .next)
        #expect(try new.value(NextHouse.street, of: house) == .text("Elm 5"))
        try old.edit(house) { try $0.set(House.title, to: .text("Oak 9, York")) }
        try new.edit(house) { try $0.set(NextHouse.town, to: .text("Leeds")) }
        #expect(try await old.sync().quarantined == 0)
        #expect(try await new.sync().quarantined == 0)
        try await agree(fixture.hub, old, new)
        let disputes = try new.store.disputes()
        #expect(disputes.map(\.unit) == [NextHouse.town])
        #expect(disputes[0].dispute.sides.map(\.value) == [.text("York"), .text("Leeds")])
        #expect(disputes[0].dispute.base?.value == .text("Hull"))
        #expect(try new.value(NextHouse.street, of: house) == .text("Oak 9"))
        #expect(try old.value(House.title, of: house) == .text("Oak 9, York"))
        #expect(try old.store.disputes().isEmpty)
        // An old program that goes on names what it was shown, and covers its own in both forms.
        try old.edit(house) { try $0.set(House.title, to: .text("Ash 1, Hull")) }
        try await agree(fixture.hub, old, new)
        #expect(
            try new.store.disputes()[0].dispute.sides.map(\.value) == [
                .text("Hull"), .text("Leeds"),
            ])
    }

    @Test("an old device edits a record that has newer units: their bytes are the same afterwards")
    func roundTrip() async throws {
        let (fixture, old, new) = try await household(hub: .next)
        try new.edit(house) {
            try $0.set(NextHouse.pets, to: .integer(2))
            try $0.change(NextHouse.friends, adding: [.text("Zhang Guilan")])
        }
        try await agree(fixture.hub, new, old)
        let before = try new.store.shown(house)!.state
        try old.edit(house) { try $0.set(House.count, to: .integer(5)) }
        try await agree(fixture.hub, old, new)
        for device in [old, new] {
            let state = try device.store.shown(house)!.state
            #expect(state[NextHouse.pets] == before[NextHouse.pets])
            #expect(state[NextHouse.friends] == before[NextHouse.friends])
        }
        #expect(try new.value(House.count, of: house) == .integer(5))
    }

    @Test(
        "a newer device at an older hub: unknown units merge by kind, keep all heads, wait for nobody"
    )
    func newerDevice() async throws {
        let (fixture, old, new) = try await household(hub: .test)
        let other = try FieldDevice(3, person: "Zhao Lei", at: fixture, schema: .next)
        try await other.sync()
        try new.edit(house) {
            try $0.set(NextHouse.pets, to: .integer(2))
            try $0.change(NextHouse.friends, adding: [.text("Zhang Guilan")])
        }
        try other.edit(house) {
            try $0.set(NextHouse.pets, to: .integer(3))
            try $0.change(NextHouse.friends, adding: [.text("Chen Jie")])
        }
        for device in [new, other] { #expect(try await device.sync().quarantined == 0) }
        #expect(try fixture.hub.status().openConflicts == 0)
        try await agree(fixture.hub, new, other, old)
        // Who knows the unit sees that two disagree; the hub and who doesn't keep both.
        for device in [new, other] {
            #expect(try device.store.disputes().map(\.unit) == [NextHouse.pets])
        }
        #expect(try old.store.disputes().isEmpty)
        guard case .register(let pets)? = try old.store.shown(house)?.state[NextHouse.pets],
            case .elements(let friends)? = try old.store.shown(house)?.state[NextHouse.friends]
        else {
            Issue.record("the units are not on the older device")
            return
        }
        #expect(pets.heads.map(\.value) == [.integer(2), .integer(3)])
        #expect(friends.entries.count == 2)
    }

    @Test(
        "a hub that is updated takes what waited for its version, and asks about what it now knows")
    func updatedHub() async throws {
        let (fixture, old, new) = try await household(hub: .test)
        let other = try FieldDevice(3, person: "Zhao Lei", at: fixture, schema: .next)
        try await other.sync()
        try new.edit(house) { try $0.set(NextHouse.pets, to: .integer(2)) }
        try other.edit(house) { try $0.set(NextHouse.pets, to: .integer(3)) }
        // A value that was not allowed, a collection that was not there, and what depends on it.
        try new.edit(house) { try $0.set(House.count, to: .integer(150)) }
        try new.record([.visitor(visitor, of: house, name: "Chen Jie")])
        try new.edit(visitor) { try $0.set(Visitor.name, to: .text("Chen Jie jr.")) }
        #expect(try await new.sync().quarantined == 3)
        try await other.sync()
        #expect(
            try fixture.hub.quarantine(by: fixture.admin).map(\.reason)
                == ["HZ-5006", "HZ-5006", "HZ-5006"])
        #expect(try new.value(House.count, of: house) == .integer(3))
        #expect(try new.value(Visitor.name, of: visitor) == .text("Chen Jie jr."))

        let hub = try fixture.reopened(schema: .next)
        for device in [old, new, other] { device.line.connect(hub) }
        #expect(try hub.quarantine(by: fixture.admin).isEmpty)
        #expect(try hub.status().openConflicts == 1)
        try await agree(hub, new, other, old)
        #expect(try new.value(House.count, of: house) == .integer(150))
        #expect(try other.value(Visitor.name, of: visitor) == .text("Chen Jie jr."))
        #expect(try old.value(House.count, of: house) == .integer(150))
        #expect(try new.store.returned().isEmpty)
    }

    @Test("what waited for the hub's version and may not be merged then is told for what it is")
    func updatedTooLate() async throws {
        let (fixture, _, new) = try await household(hub: .test)
        try new.record([.visitor(visitor, of: house, name: "Chen Jie")])
        for grant in try fixture.hub.grants(by: fixture.admin)
        where grant.personName == "Wang Fang" {
            try fixture.hub.endGrant(grant.id, reason: "moved on", by: fixture.admin)
        }
        fixture.clock.advance(by: 31 * 24 * 3_600_000)
        try await new.sync()
        #expect(try new.store.returned().map(\.reason) == ["HZ-5006"])
        let hub = try fixture.reopened(schema: .next)
        new.line.connect(hub)
        #expect(try hub.quarantine(by: fixture.admin).map(\.reason) == ["HZ-5004"])
        try await new.sync()
        #expect(try new.store.returned().map(\.reason) == ["HZ-5004"])
    }

    @Test(
        "what waited for the hub's version waits then for what it lies with, and goes on by itself")
    func updatedTooEarly() throws {
        let fixture = try HubFixture(schema: .test)
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        b.schema = Schema.next.version
        b.seal([.visitor(visitor, of: house, name: "Chen Jie")])
        try fixture.syncAll(&b)
        #expect(try fixture.hub.quarantine(by: fixture.admin).map(\.reason) == ["HZ-5006"])
        let hub = try fixture.reopened(schema: .next)
        #expect(try hub.quarantine(by: fixture.admin).isEmpty)
        a.seal([.house(house, in: HubFixture.north, title: "Elm 5, Hull")])
        _ = try fixture.sync(&a, [a.run()], through: hub)
        _ = try fixture.sync(&b, through: hub)
        #expect(b.merged.contains(.first))
        #expect(b.states[visitor] != nil)
    }

    @Test(
        "what an old program wrote while the hub did not know the new units is in them after its update"
    )
    func adopted() async throws {
        let (fixture, old, new) = try await household(hub: .test)
        let second = RecordID(high: 100, low: 3)
        try old.record([.house(second, in: HubFixture.north, title: "Elm 6, Hull")])
        try await old.sync()
        try await new.sync()
        try new.edit(house) { try $0.set(NextHouse.street, to: .text("Elm 5a")) }
        try new.edit(second) { try $0.set(NextHouse.street, to: .text("Elm 6a")) }
        try old.edit(house) { try $0.set(House.title, to: .text("Oak 9, York")) }
        try await old.sync()
        try await new.sync()

        let hub = try fixture.reopened(schema: .next)
        for device in [old, new] { device.line.connect(hub) }
        try await agree(hub, new, old)
        let disputes = try new.store.disputes()
        #expect(disputes.map(\.record) == [house])
        #expect(disputes[0].dispute.sides.map(\.value) == [.text("Oak 9"), .text("Elm 5a")])
        #expect(disputes[0].dispute.base?.value == .text("Elm 5"))
        #expect(try new.value(NextHouse.town, of: house) == .text("York"))
        // Nobody had written to this one unseen: what was covered does not come back.
        #expect(try new.value(NextHouse.street, of: second) == .text("Elm 6a"))
        // Opened once more, there is nothing to do.
        let position = try hub.status().position
        let again = try fixture.reopened(hub, schema: .next)
        #expect(try again.status().position == position)
        #expect(try again.doctor().isEmpty)
    }

    @Test("a device is updated with work unsent: it is shown in the new units and taken")
    func updatedDevice() async throws {
        let (fixture, old, new) = try await household(hub: .next)
        try old.edit(house) { try $0.set(House.title, to: .text("Oak 9, York")) }
        let updated = try FieldDevice(updating: old, to: .next, at: fixture)
        #expect(try updated.value(NextHouse.town, of: house) == .text("York"))
        #expect(try updated.store.status().unsent == 1)
        try updated.edit(house) { try $0.set(NextHouse.town, to: .text("Leeds")) }
        #expect(try await updated.sync().sent == 2)
        try await agree(fixture.hub, updated, new)
        #expect(try new.value(NextHouse.street, of: house) == .text("Oak 9"))
        #expect(try new.value(NextHouse.town, of: house) == .text("Leeds"))
        #expect(try new.store.disputes().isEmpty)
    }

    @Test("a program that let go of the store does not take it back once a newer one has it")
    func updatedMeanwhile() async throws {
        let (fixture, old, _) = try await household(hub: .next)
        try old.store.close()
        let updated = try FieldDevice(updating: old, to: .next, at: fixture)
        try updated.store.close()
        #expect(throws: StoreError.fromTheFuture(version: 4)) { try old.store.reopen() }
        // Nor does it keep the folder from others.
        try updated.store.reopen()
        #expect(try updated.store.shown(house) != nil)
    }

    @Test("a half-filled form outlives an update of the program, byte for byte")
    func halfFilled() async throws {
        let (fixture, old, _) = try await household(hub: .next)
        // Answers to a form of the old program; what they mean only who wrote them knows.
        let form = Array(#"{"v":1,"answers":[{"question":"asked no more"}]}"#.utf8)
        try old.store.putDraft(
            "visit/1", form, about: house, isWork: true,
            now: ClockReading(wall_ms: fixture.clock.now_ms, monotonic_ms: 1, boot: 3))
        let updated = try FieldDevice(updating: old, to: .next, at: fixture)
        #expect(try updated.store.draft("visit/1")?.bytes == form)
        try await updated.sync()
        #expect(try updated.store.drafts().map(\.bytes) == [form])
        #expect(try updated.store.doctor().allSatisfy { $0.severity <= .note })
    }

    @Test("what can't be read in the new units is set aside, whole and readable")
    func unreadable() async throws {
        let (fixture, old, new) = try await household(hub: .next)
        let set = try old.edit(house) { try $0.set(House.title, to: .text("?")) }
        try old.edit(house) {
            try $0.set(House.due, to: .day(CalendarDate(year: 2026, month: 12, day: 1)!))
        }
        #expect(try await old.sync().quarantined == 1)
        let waiting = try fixture.hub.quarantine(by: fixture.admin)
        #expect(waiting.map(\.name) == [set.changeSet.name])
        #expect(waiting.map(\.reason) == ["HZ-5005"])
        #expect(waiting[0].records.map(\.units) == [[House.title]])
        try await agree(fixture.hub, old, new)
        #expect(try new.value(NextHouse.street, of: house) == .text("Elm 5"))
    }

    @Test("a field is found by the name it had, and its column is filled from what was there")
    func renamed() async throws {
        let (fixture, old, _) = try await household(hub: .next)
        let updated = try FieldDevice(updating: old, to: .next, at: fixture)
        let unit = try #require(Schema.next.collection(.house)?.unit(named: "count"))
        #expect(unit.id == House.count && unit.name == "residents")
        let rows = try updated.store.list(
            .house, where: [.equals(House.count, .integer(3))])
        #expect(rows.map(\.record) == [house])
        #expect(rows.map { $0[NextHouse.street] } == [.text("Elm 5")])
    }

    @Test("a word that the newer schema no longer lists is taken, and shown as it is")
    func removedWord() async throws {
        func schema(_ version: UInt32, _ words: [String]) -> Schema {
            Schema(
                version: SchemaVersion(version),
                collections: [
                    CollectionDeclaration(
                        id: .house, name: "house", home: .scope(House.area),
                        units: [
                            UnitDeclaration(
                                House.area, "area", .reference, .review(shown: .previous), .open),
                            UnitDeclaration(
                                House.title, "title", .choice(words), .latest, .open, column: true),
                        ])
                ])
        }
        let fixture = try HubFixture(schema: schema(2, ["flat"]))
        let old = try FieldDevice(
            1, person: "Li Na", at: fixture, schema: schema(1, ["flat", "barge"]))
        let new = try FieldDevice(
            2, person: "Wang Fang", at: fixture, schema: schema(2, ["flat"]))
        try await old.sync()
        try old.record([.house(house, in: HubFixture.north, title: "barge")])
        #expect(try await old.sync().quarantined == 0)
        try await agree(fixture.hub, new, old)
        #expect(try new.value(House.title, of: house) == .text("barge"))
    }

    /// Requests as programs of other versions sent them, byte for byte. They are never made anew:
    /// what is in the field does not change either.
    @Test(
        "requests recorded from older and newer programs are answered as then",
        arguments: RecordedRequest.all)
    func recorded(_ recorded: RecordedRequest) async throws {
        let fixture = try HubFixture(schema: .next)
        try recorded.enrol(at: fixture)
        let first = try SyncResponse.decode(fixture.hub.sync(recorded.bytes))
        let again = try SyncResponse.decode(fixture.hub.sync(recorded.bytes))
        let receipt = try #require(first.receipts.first?.verified(by: fixture.key.verifying))
        #expect(receipt.entries.map(\.disposition) == recorded.dispositions)
        #expect(again.receipts.map(\.bytes) == first.receipts.map(\.bytes))
        let reader = try FieldDevice(9, person: "Wang Fang", at: fixture, schema: .next)
        try await agree(fixture.hub, reader)
        for (unit, value) in recorded.shown {
            #expect(try reader.value(unit, of: RecordedRequest.house) == value)
        }
    }

    @Test("an older program does not open what a newer one wrote, and leaves it as it is")
    func downgrade() async throws {
        let (fixture, _, new) = try await household(hub: .next)
        try new.edit(house) { try $0.set(NextHouse.pets, to: .integer(2)) }
        try new.store.close()
        #expect(throws: StoreError.fromTheFuture(version: 4)) {
            try DeviceStore.open(new.store.path, schema: .test)
        }
        try new.store.reopen()
        #expect(try new.store.status().unsent == 1)
        #expect { try fixture.reopened(schema: .test) } throws: {
            ($0 as? StoreFault)?.kind == .fromTheFuture
        }
    }
}
