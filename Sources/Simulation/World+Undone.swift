internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// Decisions that the office takes back.

extension World {
    /// What counts at the hub.
    func standingAtHub() throws -> [Int: Oracle.Standing] {
        try learnFromHub()
        var standing: [Int: Oracle.Standing] = [:]
        for (hash, it) in try readLog().merged {
            if let place = oracle.places[hash] { standing[place] = it }
        }
        return standing
    }

    func takeBack(_ administrator: Int, _ chance: inout SeededGenerator) async throws {
        var settled = try settled(administrator)
        if settled.isEmpty {
            try decide(administrator, &chance)
            settled = try self.settled(administrator)
        }
        guard !settled.isEmpty else { return }
        let view = settled[Int(chance.next() % UInt64(settled.count))]
        if chance.next() % 3 == 0 {
            try await work(on: view, &chance)
            guard hub.hub != nil else { return }
        }
        _ = try undo(view.id, administrator)
    }

    /// What people have decided, and nobody has taken back.
    private func settled(_ administrator: Int) throws -> [ConflictView] {
        let views = try queue(.resolved, administrator).filter {
            Self.settledBySide.contains($0.kind) || $0.kind == .capacity
        }
        return try running().store.read { tx in
            try views.filter { try tx.conflict($0.id)?.decidedBy != nil }
        }
    }

    /// Somebody writes the unit of a conflict, and syncs at the office.
    func work(on view: ConflictView, _ chance: inout SeededGenerator) async throws {
        let able = devices.filter(\.isInService)
        guard let unit = view.unit, view.kind != .duplicate, !able.isEmpty,
            let known = (plots + trees).first(where: { $0.id == view.record })
        else { return }
        let device = able[Int(chance.next() % UInt64(able.count))]
        guard let shown = try device.opened().shown(known.id) else { return }
        try record(try changes(of: unit, known, shown, device, &chance), device, &chance)
        try await syncAtOffice(device)
    }

    /// Takes a decision back: what it ended is said again, by whom it was said, and nothing that
    /// came after it is touched. Returns whether it was.
    func undo(_ id: RecordID, _ administrator: Int) throws -> Bool {
        let hub = try running()
        guard let decision = try hub.store.read({ tx in try tx.conflict(id)?.decidedBy }) else {
            return false
        }
        let standing = try standingAtHub()
        let must = oracle.undoing(decision, standing)
        let count = oracle.entries.count
        checks += 1
        do {
            _ = try hub.undo(
                id, reason: "simulated", by: fleet.administrators[administrator % 3])
        } catch {
            guard error.code == .staleView, must == nil else { throw error }
            try learnFromHub()
            guard oracle.entries.count == count else {
                throw Violation("a decision is taken back whole or not", "\(decision)")
            }
            note(.undoRefused)
            return false
        }
        guard let must else {
            throw Violation("what came after a decision stays", "\(decision)")
        }
        let after = try standingAtHub()
        if let complaint = oracle.complaint(aboutUndoOf: decision, must, after, since: count) {
            throw Violation("a decision taken back says its sides again", complaint)
        }
        if try hub.conflict(id, by: fleet.administrators[0]).view.state != .resolved {
            note(.reopenedByUndo)
        }
        note(.undone)
        return true
    }
}
