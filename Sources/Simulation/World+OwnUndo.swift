internal import Fieldwork
internal import SyncCore
internal import SyncProtocol
internal import SyncStore

// What people take back on their own devices, sent or not.

extension World {
    func undoOwn(_ device: Device, _ chance: inout SeededGenerator) throws {
        let last = min(6, device.recorded.count)
        guard last > 0 else { return }
        let place = device.recorded.count - 1 - Int(chance.next() % UInt64(last))
        guard let number = ChangeSetNumber(UInt64(place + 1)),
            let entry = oracle.places[device.recorded[place]].map({ oracle.entries[$0] })
        else { return }
        let store = try device.opened()
        let draft: ChangeSetDraft
        checks += 1
        do {
            draft = try store.undoDraft(of: number)
        } catch {
            return try checkRefusal(error, of: entry, device)
        }
        guard draft.intent == Oracle.undo else {
            throw Violation("an undo says that it is one", "\(draft.intent)")
        }
        let before = try standingOnDevice(device)
        let shown = try entry.changes.map { try store.shown($0.record)?.parts.first?.state }
        let isSent = try store.outboxEntry(number)?.state != .unsent
        let count = device.recorded.count
        try record(draft.changes, device, intent: draft.intent, &chance)
        // It has heard meanwhile that it holds the record no more.
        guard device.recorded.count > count else { return }
        for (change, state) in zip(entry.changes, shown) {
            guard let state, let now = try store.shown(change.record)?.parts.first?.state else {
                throw Violation("own work is seen at once", "\(change.record) is not there")
            }
            if let complaint = oracle.complaint(
                aboutTakingBack: change, from: state, to: now, before,
                by: ChangeSetName(try replica(device), ChangeSetNumber(UInt64(count + 1))!))
            {
                throw Violation("what is taken back is as it was", complaint)
            }
        }
        note(.undoneOwn)
        if isSent { note(.undoneOwnSent) }
    }

    /// What counts on a device, under the names it knows: what the hub has, and its own.
    private func standingOnDevice(_ device: Device) throws -> [Int: Oracle.Standing] {
        var standing = try standingAtHub()
        let replica = try replica(device)
        for (index, hash) in device.recorded.enumerated() {
            guard let place = oracle.places[hash], let number = ChangeSetNumber(UInt64(index + 1))
            else { continue }
            standing[place] = Oracle.Standing(name: ChangeSetName(replica, number))
        }
        return standing
    }

    /// Nothing is refused without the reason that it gives.
    private func checkRefusal(
        _ refusal: UndoRefusal, of entry: Oracle.Entry, _ device: Device
    ) throws {
        func wrote(
            _ record: RecordID, _ unit: UnitID, _ isMeant: (Write.Operation) -> Bool
        ) -> Bool {
            entry.changes.contains { change in
                change.record == record
                    && change.writes.contains { $0.unit == unit && isMeant($0.operation) }
            }
        }
        let isTrue: Bool
        switch refusal {
        case .store(let error):
            switch error {
            case .unknownRecord:
                // It was taken off, or was created in what the disk has lost.
                isTrue =
                    hasMovedGrants || device.isRevoked || device.isCopied || hasForked
                    || !device.flippedWork.isEmpty || device.hasLeft || hasRolledBack
            // While something is amiss, what is not there may be what is damaged; nor can be read
            // what is to be taken back.
            case .damagedRecord where hasFlippedAtHub || faults[Fault.deviceFlip.rawValue] != nil,
                .unreadable where !device.flippedWork.isEmpty:
                isTrue = true
            default: throw error
            }
        case .appended(let record, let unit):
            isTrue = wrote(record, unit) { if case .append = $0 { true } else { false } }
        case .immutable(let record, let unit):
            isTrue = unit == Plot.area || unit == Plot.seal && wrote(record, unit) { _ in true }
        case .severalValues(let record, let unit):
            isTrue = wrote(record, unit) {
                if case .set(_, let names) = $0 { names.count > 1 } else { false }
            }
        case .movedOn(let record, let unit):
            isTrue = wrote(record, unit) { _ in true }
            note(.undoOwnOvertaken)
        case .unknownValue(let record, let unit):
            isTrue = wrote(record, unit) {
                if case .set(_, let names) = $0 { !names.isEmpty } else { false }
            }
        case .nothingLeft, .refused: isTrue = true
        }
        guard isTrue else { throw Violation("an undo is refused for a reason", "\(refusal)") }
        note(.undoOwnRefused)
    }
}
