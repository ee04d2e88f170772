import Foundation
import GRDB
import SyncCore
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("what is left of a damaged store")
struct RescueTests {
    private let file: String
    private let device: TestDevice

    /// A closed store with six change sets that the hub does not have.
    init() throws {
        var hub = PaperHub()
        device = try TestDevice.enrolled(&hub)
        for number in 1...6 as ClosedRange<UInt64> {
            try device.record([
                .house(.test(number), in: HubFixture.north, title: "house \(number)")
            ])
        }
        try device.store.close()
        file = device.path + "/store.sqlite"
    }

    private func change(_ sql: String) throws {
        let queue = try DatabaseQueue(path: file)
        try queue.writeWithoutTransaction { db in
            try db.execute(sql: "PRAGMA writable_schema = ON; " + sql)
            _ = try db.checkpoint(.truncate)
        }
        try queue.close()
    }

    private func numbers() throws -> (found: [UInt64], lost: Int) {
        let work = try DeviceStore.rescue(device.path)
        return (work.changeSets.map(\.changeSet.name.number.value), work.lost)
    }

    @Test("a store that can't be opened gives what was written in it, and stays as it is")
    func schema() throws {
        try change("UPDATE sqlite_schema SET sql = 'CREATE TABLE (' WHERE name = 'sync_notices'")
        #expect(throws: StoreError.self) {
            try DeviceStore.open(device.path, schema: .test)
        }
        let before = FileManager.default.contents(atPath: file)
        let (found, lost) = try numbers()
        #expect(found == [1, 2, 3, 4, 5, 6] && lost == 0)
        #expect(FileManager.default.contents(atPath: file) == before)
    }

    @Test("what is not what was written is left behind, and counted")
    func altered() throws {
        try change(
            """
            UPDATE sync_outbox SET bytes = x'00' WHERE number = 2;
            DELETE FROM sync_outbox WHERE number = 5;
            """)
        // One letter of the fourth, which can be read all the same.
        var bytes = try #require(FileManager.default.contents(atPath: file))
        var start = bytes.startIndex
        while let place = bytes.range(of: Data("house 4".utf8), in: start..<bytes.endIndex) {
            start = place.upperBound
            bytes[start - 1] ^= 1
        }
        try bytes.write(to: URL(fileURLWithPath: file))
        let (found, lost) = try numbers()
        #expect(found == [1, 3, 6] && lost == 3)
    }

    @Test("a change set is believed if only the hash beside it is damaged: the next one names it")
    func hash() throws {
        try change("UPDATE sync_outbox SET hash = zeroblob(32) WHERE number IN (3, 6)")
        let (found, lost) = try numbers()
        // Nothing speaks for the last one.
        #expect(found == [1, 2, 3, 4, 5] && lost == 1)
    }

    @Test("what is in a verified backup is not saved once more")
    func anchored() throws {
        try change("UPDATE sync_outbox SET is_anchored = 1 WHERE number <= 4")
        let (found, lost) = try numbers()
        #expect(found == [5, 6] && lost == 0)
    }

    @Test("rows behind a torn page are found")
    func torn() throws {
        var bytes = try #require(FileManager.default.contents(atPath: file))
        // Whichever page it is, what lies in others is found.
        var most = 0
        for page in 1..<bytes.count / 4096 {
            let place = page * 4096
            let kept = bytes[place..<place + 4096]
            bytes.replaceSubrange(place..<place + 4096, with: Data(repeating: 0xA5, count: 4096))
            try bytes.write(to: URL(fileURLWithPath: file))
            do {
                let (found, lost) = try numbers()
                #expect(found.count + lost <= 6)
                most = max(most, found.count)
            } catch is StoreError {
                // The page said whose store it is.
            }
            bytes.replaceSubrange(place..<place + 4096, with: kept)
        }
        #expect(most == 6)
    }

    @Test("a store of nobody, a missing key and no store at all are told apart")
    func refused() throws {
        #expect(throws: StoreError.noStore(path: device.path + "/none")) {
            try DeviceStore.rescue(device.path + "/none")
        }
        try FileManager.default.removeItem(atPath: device.path + "/key")
        #expect(throws: StoreError.keyMissing) { try DeviceStore.rescue(device.path) }
        let other = try TestDevice()
        try other.store.close()
        #expect(throws: StoreError.notEnrolled) { try DeviceStore.rescue(other.path) }
    }

    @Test("the doctor makes a damaged index of records anew, and leaves those of other tables")
    func index() throws {
        var bytes = try #require(FileManager.default.contents(atPath: file))
        let id = Data(RecordID.test(3).bytes)
        // An id stands in its row and in the index; the page of an index begins with 10.
        var start = bytes.startIndex
        var mended = 0
        while let place = bytes.range(of: id, in: start..<bytes.endIndex)?.lowerBound {
            start = place + 16
            guard bytes[place / 4096 * 4096] == 10 else { continue }
            bytes[place + 15] ^= 1
            try bytes.write(to: URL(fileURLWithPath: file))
            let store = try DeviceStore.open(device.path, schema: .test)
            let findings = try store.doctor()
            if findings.contains(where: { $0.text.hasPrefix("An index was damaged") }) {
                mended += 1
                #expect(findings.allSatisfy { $0.severity < .warning })
                #expect(try store.doctor().allSatisfy { $0.severity == .fine })
                #expect(try store.shown(.test(3)) != nil)
            }
            try store.close()
            bytes[place + 15] ^= 1
            try bytes.write(to: URL(fileURLWithPath: file))
        }
        #expect(mended == 1)
    }
}
