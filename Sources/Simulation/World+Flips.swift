internal import Fieldwork
internal import SyncClient
internal import SyncCore
internal import SyncExchange
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// Bits that flip on a disk, of which nothing tells but the digest beside the record.

extension World {
    /// A bit of the hub's that is another than was written.
    struct Flip {
        let record: RecordID
        let collection: CollectionID
        /// The state as it is now.
        var state: [UInt8]
        /// Which bit of it.
        let place: Int
    }

    private static let hubFile = "hub.sqlite"
    private static let deviceFile = Fleet.folder + "/store.sqlite"

    private func pickWanted(_ chance: inout SeededGenerator) -> SyncResponse.Wanted? {
        let isTree = chance.next() % 4 == 0
        return pick(isTree ? trees : plots, &chance).map {
            SyncResponse.Wanted($0.id, isTree ? .tree : .plot)
        }
    }

    /// Flips a bit of a record that a device holds.
    func flip(on device: Device, _ luck: UInt64) throws {
        // So that the others' choices stay as they are.
        if (luck >> 40) % 4 == 2 { return try flipWork(on: device, luck) }
        var chance = SeededGenerator(seed: luck)
        let store = try device.opened()
        guard let wanted = pickWanted(&chance),
            let copy = try store.copies(of: [wanted]).first
        else { return }
        let place = Int(chance.next() % UInt64(copy.state.count * 8))
        device.store = nil
        try store.close()
        let isFlipped = device.disk.flip(place, of: copy.state, in: Self.deviceFile)
        device.store = try DeviceStore.open(
            Fleet.folder, schema: device.schema, on: device.disk)
        guard isFlipped else { return }
        device.flipped.insert(wanted.record)
        note(Fault.deviceFlip)
        note(.bitFlipped)
        // Half of them are met before the next sync.
        guard chance.next() % 2 == 0 else { return }
        checks += 1
        do {
            _ = try device.opened().shown(wanted.record)
        } catch StoreError.damagedRecord {
            note(.flipRead)
            return
        }
        throw Violation("a damaged record is shown to nobody", "\(wanted.record)")
    }

    /// Flips a bit of a change set that is only on a device.
    private func flipWork(on device: Device, _ luck: UInt64) throws {
        var chance = SeededGenerator(seed: luck)
        let store = try device.opened()
        let unsent = try store.outbox(onlyOpen: true).filter { $0.state == .unsent && !$0.isLost }
        guard !unsent.isEmpty else { return }
        let entry = unsent[Int(chance.next() % UInt64(unsent.count))]
        let bytes = KeptChangeSet.encode(try store.changeSet(entry.number).changeSet).bytes
        let place = Int(chance.next() % UInt64(bytes.count * 8))
        device.store = nil
        try store.close()
        let isFlipped = device.disk.flip(place, of: bytes, in: Self.deviceFile)
        device.store = try DeviceStore.open(
            Fleet.folder, schema: device.schema, on: device.disk)
        guard isFlipped else { return }
        device.flippedWork.insert(entry.hash)
        note(Fault.deviceFlip)
        note(.workFlipped)
        // Half of them are met before the next sync: the others can be worked on.
        guard chance.next() % 2 == 0 else { return }
        for record in entry.records {
            checks += 1
            let name = ChangeSetName(try device.opened().identity().replica, entry.number)
            let shown = try device.opened().shown(record.record)
            guard shown?.laidOver.contains(name.number) != true else {
                throw Violation("what is damaged is shown to nobody", "\(name)")
            }
        }
    }

    /// Flips a bit of a record of the hub's that some device holds as well.
    func flipAtHub(_ luck: UInt64) throws {
        var chance = SeededGenerator(seed: luck)
        guard let wanted = pickWanted(&chance), hubFlips[wanted.record] == nil,
            let stored = try running().store.read({ tx in
                try tx.record(wanted.record, in: wanted.collection)
            }), try isHeld(wanted, stored.digest)
        else { return }
        let place = Int(chance.next() % UInt64(stored.state.count * 8))
        let isFlipped = try atRest { $0.flip(place, of: stored.state, in: Self.hubFile) }
        guard isFlipped else { return }
        var state = stored.state
        state[place / 8] ^= 1 << (place % 8)
        hubFlips[wanted.record] = Flip(
            record: wanted.record, collection: wanted.collection, state: state, place: place)
        hasFlippedAtHub = true
        note(Fault.hubFlip)
        note(.hubBitFlipped)
    }

    /// Lets something happen to the hub's disk while the hub stands still.
    private func atRest<Result>(_ body: (SimulatedDisk) -> Result) throws -> Result {
        let store = try running().store
        hub.replace(with: nil)
        try store.close()
        let result = body(hubDisk)
        try startHub()
        return result
    }

    /// Whether somebody could give the hub a record as it was: the hub asks nobody for what they
    /// may not hold any more.
    private func isHeld(_ wanted: SyncResponse.Wanted, _ digest: StateDigest) throws -> Bool {
        let street = street(of: wanted.record)
        return try devices.contains { device in
            guard device.isInService, street.map(device.streets.contains) ?? false else {
                return false
            }
            return try device.opened().copies(of: [wanted]).contains {
                StateDigest.of($0.record, state: $0.state) == digest
            }
        }
    }

    /// Whether an error says only that a flipped bit was met.
    func isOfFlip(_ error: any Error) -> Bool {
        switch error {
        case let error as StoreError:
            guard case .damagedRecord(let record) = error else { return false }
            return devices.contains { $0.flipped.contains(record) }
        case let interruption as SyncInterruption:
            switch interruption.failure {
            case .store(let error): return isOfFlip(error)
            // What it sent is stored, and judged once the damaged record is whole.
            case .stopped(.noProgress): return !hubFlips.isEmpty
            default: return false
            }
        case let problem as Problem: return problem.code == .failed && !hubFlips.isEmpty
        case let fault as StoreFault: return fault.kind == .damaged && !hubFlips.isEmpty
        default: return false
        }
    }

    /// Takes down what of the hub's flipped records is as it was written again.
    func learnHealed() throws {
        for flip in hubFlips.values.sorted(by: { $0.record < $1.record }) {
            do {
                _ = try running().store.read { tx in
                    try tx.record(flip.record, in: flip.collection)
                }
            } catch let fault as StoreFault where fault.kind == .damaged {
                continue
            }
            hubFlips[flip.record] = nil
            note(.hubFlipHealed)
        }
    }

    /// What a sync has put right on a device.
    func learnHealed(_ summary: SyncSummary, _ device: Device) throws {
        guard !device.flipped.isEmpty, summary.digestMatches == true else { return }
        let store = try device.opened()
        let whole = try device.flipped.filter { record in
            let isPlot = plots.contains { $0.id == record }
            return try !store.copies(of: [SyncResponse.Wanted(record, isPlot ? .plot : .tree)])
                .isEmpty
        }
        device.flipped.subtract(whole)
        guard !whole.isEmpty, summary.isRepaired else { return }
        checks += 1
        guard let alarm = try store.lastAlarm(), alarm.agreed_ms != nil else {
            throw Violation("a damaged record raises an alarm", "device \(device.person)")
        }
        note(.flipHealed)
    }

    /// Looks everything over, as people do who keep a hub and a device, and puts back from a backup
    /// what no device has any more.
    func lookOver() throws {
        for device in devices where !device.isLost && !device.flipped.isEmpty {
            _ = try device.opened().doctor()
        }
        guard !hubFlips.isEmpty else { return }
        checks += 1
        let findings = try running().doctor().filter { $0.severity == .damage }
        for flip in hubFlips.values.sorted(by: { $0.record < $1.record }) {
            guard findings.contains(where: { $0.text.contains("\(flip.record)") }) else {
                throw Violation("a damaged record is found at the hub", "\(flip.record)")
            }
            var state = flip.state
            state[flip.place / 8] ^= 1 << (flip.place % 8)
            let wanted = SyncResponse.Wanted(flip.record, flip.collection)
            if try isHeld(wanted, .of(flip.record, state: state)) { continue }
            guard try atRest({ $0.flip(flip.place, of: flip.state, in: Self.hubFile) }) else {
                throw Violation("the world is sound", "\(flip.record) lies elsewhere")
            }
            hubFlips[flip.record] = nil
        }
        _ = try running().doctor()
    }
}
