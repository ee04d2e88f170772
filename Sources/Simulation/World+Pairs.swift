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
        guard let pair = try pair(in: nil, administrator, &chance) else { return }
        let after = try running().resolve(
            pair.view.id,
            ResolutionRequest(version: pair.version, choice: .join, reason: "simulated"),
            by: fleet.administrators[administrator % 3])
        if after.view.state == .resolved { note(.joined) }
    }

    func part(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        guard let pair = try pair(in: .resolved, administrator, &chance),
            pair.decision?.act == .join
        else { return }
        _ = try running().undo(
            pair.view.id, reason: "simulated", by: fleet.administrators[administrator % 3])
        note(.parted)
    }

    private func pair(
        in state: ConflictState?, _ administrator: Int, _ chance: inout SeededGenerator
    ) throws -> ConflictDetail? {
        let hub = try running()
        let session = fleet.administrators[administrator % 3]
        let pairs = try queue(state, administrator).filter { $0.kind == .duplicate }
        guard !pairs.isEmpty else { return nil }
        return try hub.conflict(pairs[Int(chance.next() % UInt64(pairs.count))].id, by: session)
    }
}
