import SyncCore
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("contents that a verified backup holds")
struct DeviceTrimTests {
    let house = RecordID.test(1)

    @Test("over a year with a backup each night, outbox and receipts stay as large as a month's")
    func year() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        var rows = 0
        var receipts = 0
        for _ in 0..<250 {
            for _ in 0..<8 { try device.record([.write(house, House.minutes, .increment(1))]) }
            try device.sync(&hub)
            hub.anchored = hub.position
            rows = max(rows, try device.store.outbox(limit: .max).count)
            receipts = max(receipts, try device.store.receipts(limit: .max).count)
        }
        #expect(rows <= 200 + 2 * 8)
        #expect(receipts <= 200 / 8 + 3)
        #expect(try device.value(House.minutes, of: house) == .integer(2000))
        let check = try device.store.verifyReceipts()
        #expect(check.faults == [])
        #expect(check.missing == [])
        #expect(check.through == ChangeSetNumber(2001)!)
        try device.reopen()
        #expect(try device.store.doctor().allSatisfy { $0.severity == .fine })
        #expect(try device.store.status().receiptThrough == ChangeSetNumber(2001)!)
        #expect(throws: StoreError.trimmed(.first)) { try device.store.outboxEntry(.first) }
        #expect(throws: UndoRefusal.store(.trimmed(.first))) {
            try device.store.undoDraft(of: .first)
        }
        try device.record([.write(house, House.minutes, .increment(1))])
        #expect(try device.store.syncState(limit: 10).offers.map(\.number.value) == [2002])
    }

    @Test(
        "nothing is trimmed that is not in a verified backup, whatever the hub says and loses",
        arguments: [1, 2, 3, 4].map { Seed($0) })
    func onlyAnchored(seed: Seed) throws {
        var generator = TestGenerator(seed)
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub, seed)
        try device.record([.house(house, in: HubFixture.north)])
        try device.sync(&hub)
        var places: [ChangeSetNumber: LogPosition] = [:]
        var backups: [(hub: PaperHub, through: ChainHead)] = []
        var safe: Set<ChangeSetNumber> = [.first]
        var last = ChangeSetNumber.first
        for round in 1...160 {
            for _ in 0..<Int.random(in: 1...6, using: &generator) {
                last = try device.record([.write(house, House.minutes, .increment(1))])
                    .changeSet.name.number
            }
            let state = try device.store.syncState(limit: 10_000)
            var signed: [SignedReceipt] = []
            if let first = state.offers.first?.number, let end = state.offers.last?.number {
                for set in try device.store.changeSets(first...end) {
                    let isAside = Int.random(in: 0..<12, using: &generator) == 0
                    signed.append(
                        hub.take(
                            [set], isAside ? .quarantined : .applied,
                            reason: isAside ? "HZ-5003" : ""))
                    places[set.changeSet.name.number] = isAside ? nil : hub.position
                    if end == set.changeSet.name.number {
                        backups.append((hub, ChainHead(number: end, hash: set.hash)))
                    }
                }
            }
            // Not every answer arrives.
            if Int.random(in: 0..<4, using: &generator) > 0 {
                try device.apply(
                    hub.answer(
                        to: device.replica, after: state.cursors.first ?? .start,
                        tells: state.grantsVersion == 0, receipts: signed))
            }
            if Int.random(in: 0..<5, using: &generator) == 0 {
                hub.anchored = hub.position
                for (number, place) in places where place <= hub.anchored { safe.insert(number) }
            }
            let backup = backups.filter { $0.hub.position >= hub.anchored }
                .randomElement(using: &generator)
            if round % 40 == 0, let backup {
                // A proper restore: from a backup not older than the anchor.
                hub = backup.hub.restored(round, anchored: hub.anchored)
                for number in places.keys where number > backup.through.number {
                    places[number] = nil
                }
                try device.store.adopt(
                    hub.epoch, stored: .through(backup.through), now: device.clock)
            }
            for value in 1...last.value {
                let number = ChangeSetNumber(value)!
                do { _ = try device.store.changeSet(number) } catch {
                    #expect(error == .trimmed(number))
                    #expect(safe.contains(number), "\(number) is gone from here alone")
                }
            }
        }
        #expect(try device.store.outbox(limit: .max).count < Int(last.value) - 100)
        #expect(try device.store.doctor().allSatisfy { $0.severity == .fine })
    }

    @Test("a hub restored with loss is offered again what it says to lack and is still here")
    func loss() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        let first = try device.record([.house(house, in: HubFixture.north)])
        try device.sync(&hub)
        let old = hub
        for _ in 0..<3 { try device.record([.write(house, House.minutes, .increment(1))]) }
        hub.anchored = hub.position
        try device.sync(&hub)
        hub.anchored = hub.position
        try device.record([.write(house, House.minutes, .increment(1))])
        try device.sync(&hub)
        #expect(try device.store.outboxEntry(ChangeSetNumber(4)!)?.isAnchored == true)

        hub = old.restored(1, anchored: .start)
        try device.store.adopt(
            hub.epoch,
            stored: .through(ChainHead(number: first.changeSet.name.number, hash: first.hash)),
            now: device.clock)
        #expect(try device.store.syncState(limit: 10).offers.map(\.number.value) == [2, 3, 4, 5])
        try device.sync(&hub)
        #expect(try device.value(House.minutes, of: house) == .integer(4))
        hub = old.restored(2, anchored: .start)
        try device.store.adopt(hub.epoch, stored: .nothing, now: device.clock)
        #expect(try device.store.syncState(limit: 10).offers.count == 5)
    }
}

extension PaperHub {
    /// The same hub in a new epoch.
    fileprivate func restored(_ number: Int, anchored: LogPosition) -> PaperHub {
        var hub = self
        hub.epoch = EpochID(high: UInt64(number + 9) << 32, low: 2)
        hub.anchored = anchored
        return hub
    }
}
