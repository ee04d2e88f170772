import Foundation
import GRDB
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("what a device notes of what the hub has signed")
struct NotedTests {
    let house = RecordID(high: 100, low: 1)
    let other = RecordID(high: 100, low: 2)

    /// A device with two change sets in a verified backup, two that are merged, and two that
    /// nobody else has.
    private func device() async throws -> (HubFixture, FieldDevice) {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        try device.record([.house(house, in: HubFixture.north)])
        try device.record([.house(other, in: HubFixture.south)])
        try await device.sync()
        _ = try fixture.hub.anchor(StoreContents(of: fixture.hub.store).place)
        try device.record([.write(house, House.minutes, .increment(1))])
        try device.record([.write(house, House.minutes, .increment(2))])
        try await device.sync()
        try device.record([.write(house, House.minutes, .increment(4))])
        try device.record([
            .write(house, House.minutes, .increment(8)),
            .write(other, House.minutes, .increment(3)),
        ])
        return (fixture, device)
    }

    private func tamper(_ device: FieldDevice, _ sql: String) throws {
        try device.store.close()
        let queue = try DatabaseQueue(path: device.store.path + "/store.sqlite")
        try queue.write { db in
            try db.execute(sql: sql)
            #expect(db.changesCount > 0)
        }
        try queue.close()
        try device.store.reopen()
    }

    private func noted(_ device: FieldDevice) throws -> [Row] {
        try device.store.close()
        let queue = try DatabaseQueue(path: device.store.path + "/store.sqlite")
        let rows = try queue.read { db in try Row.fetchAll(db, sql: "SELECT * FROM sync_outbox") }
        try queue.close()
        try device.store.reopen()
        return rows
    }

    @Test(
        "whatever is noted otherwise than it was signed, the doctor tells it and a sync puts it right",
        arguments: [
            // Of what is merged.
            "UPDATE sync_outbox SET era = NULL WHERE number = 3",
            "UPDATE sync_outbox SET era = era + 1 WHERE number = 3",
            "UPDATE sync_outbox SET era = era - 1 WHERE number = 1",
            "UPDATE sync_outbox SET disposition = 2 WHERE number = 3",
            "UPDATE sync_outbox SET disposition = 4 WHERE number = 3",
            "UPDATE sync_outbox SET disposition = 77 WHERE number = 3",
            "UPDATE sync_outbox SET position = position + 16 WHERE number = 3",
            "UPDATE sync_outbox SET position = NULL WHERE number = 3",
            "UPDATE sync_outbox SET shift_ms = shift_ms + 4096 WHERE number = 3",
            "UPDATE sync_outbox SET received_ms = received_ms - 4096 WHERE number = 3",
            "UPDATE sync_outbox SET reason = 'HZ-5001' WHERE number = 3",
            "UPDATE sync_outbox SET is_anchored = 1 WHERE number = 3",
            "UPDATE sync_outbox SET is_anchored = 0 WHERE number = 1",
            "UPDATE sync_outbox SET is_lost = 1 WHERE number = 3",
            "UPDATE sync_outbox SET is_discarded = 1 WHERE number = 3",
            // Of what nobody else has.
            "UPDATE sync_outbox SET era = (SELECT era FROM sync_replica) WHERE number = 5",
            """
            UPDATE sync_outbox SET era = (SELECT era FROM sync_replica), disposition = 0,
                position = 1 WHERE number = 5
            """,
            "UPDATE sync_outbox SET is_settled = 1 WHERE number = 5",
            "UPDATE sync_outbox SET is_anchored = 1 WHERE number = 5",
            "UPDATE sync_outbox SET is_discarded = 1 WHERE number = 5",
            "UPDATE sync_replica SET settled = settled + 64",
            "UPDATE sync_replica SET anchored = anchored + 64",
            "UPDATE sync_replica SET mark_number = mark_number + 64",
            "UPDATE sync_replica SET mark = zeroblob(100)",
            // Copies of what a change set says.
            "UPDATE sync_outbox SET intent = 'vizit' WHERE number = 5",
            "UPDATE sync_outbox SET made_ms = made_ms + 4096 WHERE number = 5",
            "UPDATE sync_outbox SET clock_ms = clock_ms + 4096 WHERE number = 5",
            "UPDATE sync_outbox SET size = size + 64 WHERE number = 5",
            "UPDATE sync_receipts SET first = first + 64",
            "UPDATE sync_receipts SET last = last - 64",
            "UPDATE sync_outbox_records SET collection = 2 WHERE number = 5",
            "UPDATE sync_outbox_records SET record = zeroblob(16) WHERE number = 5",
            "UPDATE sync_outbox_records SET is_laid = 0 WHERE number = 5",
            "UPDATE sync_outbox_records SET is_laid = 1 WHERE number = 3",
            "DELETE FROM sync_outbox_records WHERE number = 6",
        ])
    func anything(_ sql: String) async throws {
        let (fixture, device) = try await device()
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
        try tamper(device, sql)
        let told = try device.store.doctor().filter { $0.check == "notes" }
        #expect(!told.isEmpty && told.allSatisfy { $0.severity == .broken })
        for _ in 0..<3 { try await device.sync() }

        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
        #expect(try device.store.verifyReceipts().faults == [])
        #expect(try device.store.verifyReceipts().missing == [])
        #expect(try device.store.status().unsent == 0)
        let outbox = try device.store.outbox()
        #expect(outbox.map(\.state) == Array(repeating: .received(.applied), count: 6))
        #expect(outbox.map(\.intent) == Array(repeating: "visit", count: 6))
        #expect(try fixture.hub.status().changeSets == 6)
        #expect(try device.value(House.minutes, of: house) == .integer(15))
        #expect(try device.value(House.minutes, of: other) == .integer(3))
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("what nobody was told of is put right within a day")
    func unasked() async throws {
        let (fixture, device) = try await device()
        try await device.sync()
        try device.record([.write(house, House.minutes, .increment(16))])
        // Believed to be at the hub: it would never be sent.
        try tamper(
            device,
            """
            UPDATE sync_outbox SET era = (SELECT era FROM sync_replica), disposition = 0,
                position = 1, is_settled = 1 WHERE number = 7
            """)
        fixture.clock.advance(by: 24 * 3_600_000)
        for _ in 0..<2 { try await device.sync() }
        #expect(try fixture.hub.status().changeSets == 7)
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
        #expect(try device.store.lastAlarm()?.damaged == 1)
        #expect(try device.value(House.minutes, of: house) == .integer(31))
    }

    @Test("what was noted is the same after it was put right")
    func theSame() async throws {
        let (_, device) = try await device()
        try await device.sync()
        let before = try noted(device)
        try tamper(
            device,
            """
            UPDATE sync_outbox SET disposition = 3, position = NULL, shift_ms = 0, reason = 'x',
                received_ms = 1, is_anchored = 1 - is_anchored, made_ms = 1, size = 1
            """)
        _ = try device.store.doctor()
        for _ in 0..<2 { try await device.sync() }
        #expect(try noted(device) == before)
    }

    @Test("where no receipt is genuine any more, nothing is done to what they said")
    func otherKey() async throws {
        let (_, device) = try await device()
        try tamper(device, "UPDATE sync_receipts SET signature = zeroblob(64)")
        let findings = try device.store.doctor()
        #expect(findings.contains { $0.check == "receipts" && $0.severity == .broken })
        #expect(!findings.contains { $0.check == "notes" })
    }

    @Test(
        "a hash that has rotted beside whole work changes nothing that is shown",
        arguments: [1, 3, 5, 6])
    func rotted(_ number: Int) async throws {
        let (fixture, device) = try await device()
        let before = try device.store.outbox()
        let shown = try device.store.shown(house)
        let rows = try noted(device)
        for reading in [true, false] {
            try tamper(
                device,
                """
                UPDATE sync_outbox SET hash = CAST(substr(hash, 1, 4)
                    || char(CASE substr(hash, 5, 1) WHEN x'41' THEN 67 ELSE 65 END)
                    || substr(hash, 6) AS BLOB) WHERE number = \(number)
                """)
            if reading {
                #expect(try device.store.outbox() == before)
            } else {
                #expect(try device.store.shown(house) == shown)
                #expect(try device.store.outbox() == before)
            }
            // And it is put right.
            #expect(try noted(device) == rows)
        }
        for _ in 0..<2 { try await device.sync() }
        #expect(try fixture.hub.status().changeSets == 6)
        #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
    }
}
