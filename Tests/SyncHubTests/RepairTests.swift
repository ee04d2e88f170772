import Foundation
import GRDB
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("a record that is not the same at both ends")
struct RepairTests {
    let house = RecordID(high: 100, low: 1)

    /// A hub with many records, and a device that has them all.
    private func district(
        records: UInt64 = 600
    ) async throws -> (HubFixture, FieldDevice) {
        let fixture = try HubFixture()
        try fixture.hub.load(
            (1...records).map { number in
                [
                    .house(
                        RecordID(high: 100, low: number),
                        in: number.isMultiple(of: 3) ? HubFixture.south : HubFixture.north,
                        title: "House \(number)", count: 3)
                ]
            }, intent: "load")
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        #expect(try await device.sync().digestMatches == true)
        return (fixture, device)
    }

    /// Changes a closed file by hand.
    private func tamper(_ path: String, _ sql: String, _ arguments: StatementArguments = []) throws
    {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        try queue.write { db in
            try db.execute(sql: sql, arguments: arguments)
            #expect(db.changesCount > 0)
        }
    }

    /// Flips one bit of a blob, in the middle of what it says.
    private func flip(_ path: String, _ table: String, _ column: String, _ id: RecordID) throws {
        let queue = try DatabaseQueue(path: path)
        defer { try? queue.close() }
        try queue.write { db in
            let before = try Data.fetchOne(
                db, sql: "SELECT \(column) FROM \(table) WHERE id = ?", arguments: [Data(id.bytes)])
            var bytes = try #require(before)
            bytes[bytes.startIndex + bytes.count - 2] ^= 1
            try db.execute(
                sql: "UPDATE \(table) SET \(column) = ? WHERE id = ?",
                arguments: [bytes, Data(id.bytes)])
        }
    }

    private func tamper(_ device: FieldDevice, _ body: (String) throws -> Void) throws {
        try device.store.close()
        try body(device.store.path + "/store.sqlite")
        try device.store.reopen()
    }

    @Test("a bit flipped on a device's disk is found when the record is read, and healed by a sync")
    func readThenHealed() async throws {
        let (fixture, device) = try await district()
        try tamper(device) { try flip($0, "house", "state", house) }
        #expect(throws: StoreError.damagedRecord(house)) { try device.store.shown(house) }
        // All others can be read.
        #expect(try device.value(House.count, of: RecordID(high: 100, low: 2)) == .integer(3))
        let summary = try await device.sync()
        #expect(summary.isRepaired)
        #expect(summary.digestMatches == true)
        #expect(summary.received <= Limits.stretchRecords)
        #expect(try device.value(House.title, of: house) == .text("House 1"))
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        let alarm = try device.store.lastAlarm()
        #expect(alarm?.damaged == 1)
        #expect(alarm?.fetched == 1)
        #expect(alarm?.agreed_ms != nil)
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
    }

    @Test("one record of six hundred that differs costs a few round trips and a few records")
    func costsWhatDiffers() async throws {
        let (_, device) = try await district()
        try tamper(device) { try flip($0, "house", "state", house) }
        _ = try device.store.doctor()
        let summary = try await device.sync()
        #expect(summary.digestMatches == true)
        // The digest; each area; one cut; its records; the digest again.
        #expect(summary.roundTrips <= 5)
        #expect(summary.bytesDown < 4000)
        #expect(summary.received == 1)
    }

    @Test(
        "whatever of a record is altered on a device's disk, the doctor finds it and a sync heals it",
        arguments: [
            "UPDATE house SET u_title = 'somebody else' WHERE id = ?",
            "UPDATE house SET is_void = 1 WHERE id = ?",
            "UPDATE house SET digest = zeroblob(16) WHERE id = ?",
            "UPDATE house SET area = 3 WHERE id = ?",
            "UPDATE house SET era = 0 WHERE id = ?",
            "UPDATE house SET state = x'00' WHERE id = ?",
            "UPDATE house SET position = 0 WHERE id = ?",
            "UPDATE house SET position = position + 65536 WHERE id = ?",
            "UPDATE house SET position = -position WHERE id = ?",
            "UPDATE house SET position = position | (1 << 60) WHERE id = ?",
            "DELETE FROM house WHERE id = ?",
        ])
    func anything(_ sql: String) async throws {
        let (fixture, device) = try await district(records: 40)
        try tamper(device) { try tamper($0, sql, [Data(house.bytes)]) }
        #expect(try device.store.doctor().contains { $0.severity == .broken })
        _ = try await device.sync()
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try device.value(House.title, of: house) == .text("House 1"))
    }

    @Test("what a device has not sent stays over a damaged record, and is sent with the same sync")
    func unsentStays() async throws {
        let (fixture, device) = try await district(records: 40)
        try device.edit(house) { try $0.set(House.count, to: .integer(7)) }
        try tamper(device) { try flip($0, "house", "state", house) }
        #expect(throws: StoreError.damagedRecord(house)) { try device.store.shown(house) }
        let summary = try await device.sync()
        #expect(summary.unsent == 0)
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.value(House.count, of: house) == .integer(7))
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
    }

    @Test("a record that a device holds and the hub does not lend is taken off")
    func strange() async throws {
        let (fixture, device) = try await district(records: 40)
        let stranger = RecordID(high: 100, low: 5000)
        try tamper(device) {
            try tamper(
                $0,
                """
                INSERT INTO house(id, area, position, era, applied_ms, key, digest, state)
                SELECT ?, area, position, era, applied_ms, key, digest, state
                FROM house WHERE id = ?
                """, [Data(stranger.bytes), Data(house.bytes)])
            // As whole as if it had come from the hub.
            let queue = try DatabaseQueue(path: $0)
            defer { try? queue.close() }
            try queue.write { db in
                let state = try Data.fetchOne(
                    db, sql: "SELECT state FROM house WHERE id = ?", arguments: [Data(house.bytes)])
                let digest = StateDigest.of(stranger, state: Array(try #require(state)))
                var bytes: [UInt8] = []
                for lane in [digest.high, digest.low] {
                    withUnsafeBytes(of: lane.bigEndian) { bytes += $0 }
                }
                try db.execute(
                    sql: "UPDATE house SET digest = ? WHERE id = ?",
                    arguments: [Data(bytes), Data(stranger.bytes)])
            }
        }
        _ = try device.store.doctor()
        _ = try await device.sync()
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.store.shown(stranger) == nil)
        #expect(try device.store.lastAlarm()?.removed == 1)
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
    }

    @Test("hundreds of records that differ are all fetched again in one sync")
    func many() async throws {
        let (fixture, device) = try await district()
        try tamper(device) {
            try tamper($0, "UPDATE house SET state = x'00' WHERE rowid % 2 = 0")
        }
        _ = try device.store.doctor()
        #expect(try await device.sync().digestMatches == true)
        #expect(try device.store.totalDigest() == fixture.hub.status().digest)
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
    }

    @Test("the hub says which devices held other records, and that they don't any more")
    func hubKnows() async throws {
        let (fixture, device) = try await district(records: 40)
        try device.store.alterDigests()
        _ = try await device.sync()
        #expect(try fixture.hub.status().devicesApart == 0)
        try fixture.hub.store.close()
        let queue = try DatabaseQueue(path: fixture.folder.file("hub.sqlite"))
        let audit = try await queue.read { db in
            try String.fetchAll(db, sql: "SELECT act FROM audit ORDER BY number DESC LIMIT 2")
        }
        #expect(audit == ["digest agrees", "digest differs"])
    }

    /// The hub after one bit of a record's state was flipped on its disk.
    private func damaged(_ fixture: HubFixture, _ hub: Hub, _ id: RecordID) throws -> Hub {
        try hub.store.close()
        try flip(fixture.folder.file("hub.sqlite"), "c_house", "state", id)
        return try fixture.reopened(hub)
    }

    @Test("a record damaged at the hub is given to nobody, and taken off no device")
    func damagedAtHub() async throws {
        let (fixture, _) = try await district(records: 40)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        let hub = try damaged(fixture, fixture.hub, house)
        other.line.connect(hub)
        let findings = try hub.doctor().filter { $0.severity == .damage }
        #expect(findings.count == 1)
        #expect(findings.first?.text.contains("\(house)") == true)
        for _ in 0..<3 { try await other.sync() }
        #expect(try other.store.shown(house) == nil)
        #expect(try other.value(House.title, of: RecordID(high: 100, low: 2)) == .text("House 2"))
        #expect(try hub.status().devicesApart == 1)
    }

    @Test("a record damaged at the hub is healed from a device that holds it, and then reaches all")
    func healedFromDevice() async throws {
        let (fixture, device) = try await district(records: 40)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        let hub = try damaged(fixture, fixture.hub, house)
        other.line.connect(hub)
        try await other.sync()
        device.line.connect(hub)
        // Its change to the damaged record is stored, and judged as soon as that is right again.
        try device.edit(house) { try $0.set(House.count, to: .integer(7)) }
        try await device.sync()
        try await device.sync()
        #expect(try device.store.status().unsent == 0)
        #expect(try hub.doctor().map(\.code) == ["healed"])
        #expect(try await device.sync().digestMatches == true)
        for _ in 0..<2 { try await other.sync() }
        #expect(try await other.sync().digestMatches == true)
        #expect(try other.value(House.count, of: house) == .integer(7))
        #expect(try hub.status().devicesApart == 0)
    }

    @Test("what is held and needs a damaged record keeps nothing else from being judged")
    func heldForDamaged() async throws {
        let (fixture, device) = try await district(records: 40)
        var a = try fixture.device(8, person: "Zhao Lei")
        var b = try fixture.device(9, person: "Wang Fang")
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        let missing = RecordID(high: 200, low: 1)
        a.seal([
            .write(house, House.minutes, .increment(20)),
            .call(RecordID(high: 201, low: 1), on: missing, story: "nobody there"),
        ])
        try fixture.syncAll(&a)
        #expect(!a.merged.contains(.first))
        let hub = try damaged(fixture, fixture.hub, house)
        b.seal([.house(missing, in: HubFixture.north)])
        _ = try fixture.sync(&b, [b.run()], through: hub)
        #expect(b.merged.contains(.first))
        device.line.connect(hub)
        for _ in 0..<2 { try await device.sync() }
        _ = try fixture.sync(&a, through: hub)
        #expect(a.merged.contains(.first))
        #expect(try device.value(House.minutes, of: house) == .integer(20))
    }

    @Test("a record damaged at the hub keeps no other conflict from the office's queue")
    func damagedInQueue() async throws {
        let (fixture, device) = try await district(records: 40)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await other.sync()
        let houses = [house, RecordID(high: 100, low: 2)]
        for house in houses {
            try device.edit(house) { try $0.set(House.count, to: .integer(7)) }
            try other.edit(house) { try $0.set(House.count, to: .integer(8)) }
        }
        try await device.sync()
        try await other.sync()
        let hub = try damaged(fixture, fixture.hub, house)
        let queue = try hub.conflicts(state: nil, by: fixture.admin)
        #expect(Set(queue.compactMap(\.record)) == Set(houses))
        // Of the damaged one there is no side to be had; the other is decided as ever.
        #expect(queue.first { $0.record == house }?.sides == 0)
        let view = try #require(queue.first { $0.record == houses[1] })
        #expect(view.sides == 2)
        let page = try hub.conflict(view.id, by: fixture.admin)
        let after = try hub.resolve(
            view.id, ResolutionRequest(version: page.version, choice: .keep("a"), reason: "why"),
            by: fixture.admin)
        #expect(after.view.state == .resolved)
        for device in [device, other] {
            device.line.connect(hub)
            for _ in 0..<3 { try await device.sync() }
        }
        let left = try hub.conflicts(state: nil, by: fixture.admin)
        #expect(left.map(\.record) == [house])
        #expect(left.map(\.sides) == [2])
    }

    @Test(
        "a record that is gone from a device is missed at the first sync of a day, and comes back")
    func goneFromDevice() async throws {
        let (fixture, device) = try await district(records: 40)
        try tamper(device) { try tamper($0, "DELETE FROM house WHERE id = ?", [Data(house.bytes)]) }
        fixture.clock.advance(by: 24 * 3_600_000)
        let summary = try await device.sync()
        #expect(summary.isRepaired)
        #expect(summary.digestMatches == true)
        #expect(try device.value(House.title, of: house) == .text("House 1"))
        #expect(try device.store.lastAlarm()?.fetched == 1)
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
    }

    /// The hub after somebody changed its file by hand.
    private func tampered(
        _ fixture: HubFixture, _ sql: String, _ id: RecordID
    ) throws -> Hub {
        try fixture.hub.store.close()
        try tamper(fixture.folder.file("hub.sqlite"), sql, [Data(id.bytes)])
        return try fixture.reopened(fixture.hub)
    }

    private func audited(_ fixture: HubFixture, _ hub: Hub, _ act: String) throws -> Int {
        try hub.store.close()
        let queue = try DatabaseQueue(path: fixture.folder.file("hub.sqlite"))
        defer { try? queue.close() }
        return try queue.read { db in
            try Int.fetchOne(
                db, sql: "SELECT count(*) FROM audit WHERE act = ?", arguments: [act]) ?? 0
        }
    }

    @Test(
        "a record whose place was altered at the hub is put right by the hub itself, with an alarm",
        arguments: [
            "position = position - 1", "position = position + 1048576", "position = -1",
            "position = position | (1 << 60)", "area = 2", "area = 3", "area = 0", "area = 4000000",
            "place = place + 1",
        ])
    func placeAtHub(_ change: String) async throws {
        let (fixture, device) = try await district(records: 40)
        let second = RecordID(high: 100, low: 2)
        let third = RecordID(high: 100, low: 3)
        // One in each street: what is its own area for one is another's for the other.
        let moved = change == "area = 2" ? third : second
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try fixture.hub.store.close()
        try tamper(
            fixture.folder.file("hub.sqlite"), "UPDATE c_house SET \(change) WHERE id = ?",
            [Data(moved.bytes)])
        let hub = try fixture.reopened(fixture.hub)
        #expect(try hub.doctor().map(\.code) == ["healed"])
        for device in [device, other] {
            device.line.connect(hub)
            try await device.sync()
            try device.edit(moved) { try $0.set(House.count, to: .integer(7)) }
            for _ in 0..<2 { try await device.sync() }
        }
        try await device.sync()
        for device in [device, other] {
            #expect(try await device.sync().digestMatches == true)
            #expect(try device.value(House.title, of: moved) != nil)
        }
        #expect(try hub.status().devicesApart == 0)
        #expect(try audited(fixture, hub, "record healed") == 1)
    }

    @Test("a row that is gone at the hub is found at its start, and brought back by a device")
    func goneAtHub() async throws {
        let (fixture, device) = try await district(records: 40)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        let hub = try tampered(fixture, "DELETE FROM c_house WHERE id = ?", house)
        let damage = try hub.doctor().filter { $0.severity == .damage }
        #expect(Set(damage.map(\.code)) == ["digest", "lost"])
        #expect(damage.contains { $0.text.contains("\(house)") })
        other.line.connect(hub)
        try await other.sync()
        #expect(try other.store.shown(house) == nil)
        // A change to it waits for it, and is merged when it is back.
        device.line.connect(hub)
        try device.edit(house) { try $0.set(House.count, to: .integer(7)) }
        for _ in 0..<3 { try await device.sync() }
        #expect(try hub.doctor().filter { $0.severity == .damage } == [])
        for _ in 0..<2 { try await other.sync() }
        #expect(try other.value(House.count, of: house) == .integer(7))
        for device in [device, other] {
            #expect(try await device.sync().digestMatches == true)
            #expect(try device.store.status().unsent == 0)
        }
        #expect(try audited(fixture, hub, "records lost") == 1)
    }

    @Test("a row whose name was altered is none, and the record it was comes back from a device")
    func renamedAtHub() async throws {
        let (fixture, device) = try await district(records: 40)
        let hub = try tampered(
            fixture, "UPDATE c_house SET id = x'00000000000000640000000000009999' WHERE id = ?",
            house)
        #expect(try hub.doctor().contains { $0.code == "lost" && $0.text.contains("\(house)") })
        device.line.connect(hub)
        for _ in 0..<3 { try await device.sync() }
        #expect(try await device.sync().digestMatches == true)
        #expect(try hub.doctor().filter { $0.severity == .damage } == [])
        #expect(try audited(fixture, hub, "record dropped") == 1)
    }

    @Test("a row of which state and place were altered comes back from a device, and goes to all")
    func bothAtHub() async throws {
        let (fixture, device) = try await district(records: 40)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        let hub = try tampered(
            fixture, "UPDATE c_house SET state = x'00', position = 1048576 WHERE id = ?", house)
        #expect(try hub.doctor().contains { $0.code == "state" && $0.text.contains("\(house)") })
        for device in [device, other, device, other, other] {
            device.line.connect(hub)
            try await device.sync()
        }
        #expect(try other.value(House.title, of: house) == .text("House 1"))
        for device in [device, other] {
            #expect(try await device.sync().digestMatches == true)
        }
        #expect(try hub.doctor().filter { $0.severity == .damage } == [])
    }

    @Test("what no device can bring back is told, and is taken off no device")
    func goneForGood() async throws {
        let (fixture, device) = try await district(records: 40)
        let other = try FieldDevice(
            2, person: "Wang Fang", at: fixture, areas: [HubFixture.north])
        try await other.sync()
        // In two streets, of which this one holds one.
        let hub = try tampered(
            fixture, "DELETE FROM c_house WHERE id = ? OR id = x'00000000000000640000000000000003'",
            house)
        other.line.connect(hub)
        for _ in 0..<3 { try await other.sync() }
        #expect(try hub.doctor().filter { $0.code == "lost" }.count == 2)
        #expect(try other.store.shown(house) != nil)
        // Who holds the whole district has both.
        device.line.connect(hub)
        for _ in 0..<3 { try await device.sync() }
        #expect(try hub.doctor().filter { $0.severity == .damage } == [])
        #expect(try await device.sync().digestMatches == true)
    }

    @Test("a device is updated with a damaged record, which the next sync heals in its new form")
    func updatedDevice() async throws {
        let fixture = try HubFixture(schema: .next)
        let old = try FieldDevice(1, person: "Li Na", at: fixture, schema: .test)
        try await old.sync()
        try old.record([.house(house, in: HubFixture.north, title: "Elm 5, Hull", count: 3)])
        try await old.sync()
        try old.store.close()
        try flip(old.store.path + "/store.sqlite", "house", "state", house)
        let new = try FieldDevice(updating: old, to: .next, at: fixture)
        #expect(throws: StoreError.damagedRecord(house)) { try new.store.shown(house) }
        #expect(try await new.sync().isRepaired)
        #expect(try new.value(NextHouse.town, of: house) == .text("Hull"))
        #expect(try new.store.doctor().allSatisfy { $0.severity <= .note })
    }

    @Test("a hub is updated with a damaged record, and follows once a device has healed it")
    func updatedHub() async throws {
        let fixture = try HubFixture()
        let old = try FieldDevice(1, person: "Li Na", at: fixture, schema: .test)
        let new = try FieldDevice(2, person: "Wang Fang", at: fixture, schema: .next)
        try await old.sync()
        try old.record([.house(house, in: HubFixture.north, title: "Elm 5, Hull", count: 3)])
        try await old.sync()
        try await new.sync()
        try new.edit(house) { try $0.set(NextHouse.street, to: .text("Elm 5a")) }
        try old.edit(house) { try $0.set(House.title, to: .text("Oak 9, York")) }
        try await old.sync()
        try await new.sync()
        try await new.sync()
        try fixture.hub.store.close()
        try flip(fixture.folder.file("hub.sqlite"), "c_house", "state", house)
        let hub = try fixture.reopened(schema: .next)
        for device in [old, new] { device.line.connect(hub) }
        for device in [new, old, new] { try await device.sync() }
        #expect(try hub.doctor().map(\.code) == ["healed"])
        #expect(try new.store.disputes().map(\.unit) == [NextHouse.street])
        #expect(try await new.sync().digestMatches == true)
        #expect(try new.value(NextHouse.town, of: house) == .text("York"))
    }

    @Test("what waits for a damaged record is no poison, however often the hub is started")
    func waitsThroughStarts() async throws {
        let (fixture, device) = try await district(records: 40)
        var other = try fixture.device(2, person: "Wang Fang")
        other.seal([.set(house, House.title, .text("House one"), replacing: [])])
        try fixture.hub.store.write { tx in
            var replica = try #require(try tx.replica(other.replica))
            _ = try tx.appendUpload(
                other.run(), replica: replica.rid, first: 1, last: 1, head: other.head,
                received_ms: fixture.clock.now_ms, sent: other.request().clock, state: .waiting)
            replica.stored = 1
            replica.head = other.head
            try tx.update(replica)
        }
        var hub = try damaged(fixture, fixture.hub, house)
        for _ in 0..<4 { hub = try fixture.reopened(hub) }
        device.line.connect(hub)
        for _ in 0..<3 { try await device.sync() }
        #expect(try hub.quarantine(by: fixture.admin).isEmpty)
        #expect(try hub.doctor().map(\.code) == ["healed"])
        #expect(try device.value(House.title, of: house) == .text("House one"))
    }

    @Test("the hub takes no copy but of what was written")
    func forgedCopy() async throws {
        let (fixture, device) = try await district(records: 40)
        let hub = try damaged(fixture, fixture.hub, house)
        _ = try hub.doctor()
        let next = RecordID(high: 100, low: 2)
        let copies = try device.store.copies(of: [
            SyncResponse.Wanted(house, .house), SyncResponse.Wanted(next, .house),
        ])
        #expect(copies.map(\.record) == [house, next])
        var altered = copies[0].state
        altered[altered.count - 1] ^= 1
        for state in [altered, copies[1].state, []] {
            let healed = try hub.store.write { tx in
                let areas = try tx.areas()
                return try tx.heal(
                    StateCopy(house, .house, state: state), writers: tx.writers(), now: .start,
                    sum: { number in areas.first { $0.number == number }?.digest })
            }
            #expect(healed == nil)
        }
        #expect(try hub.doctor().contains { $0.severity == .damage })
    }

    @Test("a stretch of an area that nobody granted is not answered")
    func foreignStretch() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na", areas: [HubFixture.north])
        a.seal([.house(house, in: HubFixture.north)])
        try fixture.syncAll(&a)
        try fixture.sync(&a)
        let south = try #require(
            try fixture.hub.store.read { tx in try tx.areas() }.first {
                $0.scope == HubFixture.south
            })
        var request = a.request()
        request.stretches = [Stretch(all: south.number), Stretch(all: 9999)]
            .sorted { $0.area < $1.area }
        let answer = try SyncResponse.decode(fixture.hub.sync(a.bytes(request)))
        #expect(answer.comparison == [])
        let records = answer.pages.flatMap(\.records)
        #expect(records.isEmpty)
    }
}
