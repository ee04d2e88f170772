internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// Plots that are one: proposed on a device, decided at the office.

extension World {
    func proposePair(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let first = pick(plots, &chance), let second = pick(plots, &chance),
            first.id != second.id, let unit = Schema.simulated.unit(.discussion, of: .plot),
            let shown = try device.opened().shown(first.id)?.parts.first,
            try device.opened().shown(second.id) != nil
        else { return }
        let write = try shown.state.appending(
            [
                .group([
                    .integer(Int64(UnitID.aliases.value)), .text("proposal"), .text("\(second.id)"),
                    .text("alike"),
                ])
            ], to: unit)
        try record(
            [
                RecordChange(
                    record: first.id, collection: .plot, creates: false, writes: [write],
                    shown: shown.position)!
            ], device, &chance)
        note(.pairProposed)
    }

    func join(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        let hub = try running()
        let session = fleet.administrators[administrator % 3]
        let pairs = try hub.duplicates(state: nil, by: session)
        guard !pairs.isEmpty else { return }
        let pair = pairs[Int(chance.next() % UInt64(pairs.count))]
        let after = try hub.mergeDuplicate(pair.id, reason: "simulated", by: session)
        if after.state == .merged { note(.joined) }
    }

    func part(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        let hub = try running()
        let session = fleet.administrators[administrator % 3]
        let pairs = try hub.duplicates(state: .merged, by: session)
        guard !pairs.isEmpty else { return }
        let pair = pairs[Int(chance.next() % UInt64(pairs.count))]
        _ = try hub.unmergeDuplicate(pair.id, reason: "simulated", by: session)
        note(.parted)
    }
}
