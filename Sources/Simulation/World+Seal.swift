internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// What people put their names under, going by what they were shown: it never changes. Where two do
// so apart, or what they went by was another by then, the office is asked.

extension World {
    /// Somebody seals a plot, mostly while somebody else does, and what it went by is counted anew.
    func seal(_ device: Device, _ chance: inout SeededGenerator) async throws {
        guard let plot = pick(plots, &chance) else { return }
        let others = devices.filter { $0 !== device && !$0.isLost }
        var people = [device]
        if !others.isEmpty, chance.next() % 4 != 0 {
            people.append(others[Int(chance.next() % UInt64(others.count))])
        }
        for one in people {
            guard let shown = try one.opened().shown(plot.id) else { continue }
            var premises: [Premise] = []
            if case .register(let counts)? = shown.parts[0].state[Plot.count] {
                premises = [
                    Premise(
                        record: shown.parts[0].state.record, unit: Plot.count,
                        heads: counts.heads.map(\.origin.name))
                ]
            }
            try record(
                try changes(of: Plot.seal, plot, shown, one, &chance), one, premises: premises,
                &chance)
        }
        if chance.next() % 2 == 0, let last = people.last,
            let shown = try last.opened().shown(plot.id)
        {
            try record(try changes(of: Plot.count, plot, shown, last, &chance), last, &chance)
        }
        guard chance.next() % 2 == 0 else { return }
        for one in people {
            guard hub.hub != nil else { return }
            try await syncAtOffice(one)
        }
    }

    private func openSeals(_ administrator: Int) throws -> [ConflictView] {
        try queue(nil, administrator).filter { [.contestation, .premise].contains($0.kind) }
    }

    /// Lets stand what was sealed: for that one question, and nothing else asked of it.
    func letStand(_ administrator: Int, _ chance: inout SeededGenerator) async throws {
        var open = try openSeals(administrator)
        if open.isEmpty, let device = devices.first(where: \.isInService) {
            try await seal(device, &chance)
            guard hub.hub != nil else { return }
            open = try openSeals(administrator)
        }
        guard !open.isEmpty else { return }
        let session = fleet.administrators[administrator % 3]
        let page = try running().conflict(
            open[Int(chance.next() % UInt64(open.count))].id, by: session)
        if chance.next() % 3 == 0, let device = devices.first(where: \.isInService) {
            try await seal(device, &chance)
            guard hub.hub != nil else { return }
        }
        let hub = try running()
        let before = try Set(openSeals(administrator).map(\.id))
        try learnFromHub()
        let count = oracle.entries.count
        let after: ConflictDetail
        checks += 1
        do {
            after = try hub.resolve(
                page.view.id,
                ResolutionRequest(version: page.version, choice: .stand, reason: "simulated"),
                by: session)
        } catch {
            guard [.staleView, .alreadyResolved].contains(error.code),
                try hub.conflict(page.view.id, by: session).version != page.version
            else { throw error }
            return note(.standStale)
        }
        try learnFromHub()
        guard after.view.state == .resolved,
            oracle.entries[count...].allSatisfy({ entry in
                entry.changes.flatMap(\.writes).allSatisfy { $0.unit == .discussion }
            })
        else { throw Violation("what is let stand stays as it is", "\(page.view.id)") }
        guard try Set(openSeals(administrator).map(\.id)) == before.subtracting([page.view.id])
        else {
            throw Violation("what is let stand is one question", "\(page.view.id)")
        }
        note(page.view.kind == .premise ? .premiseStood : .contestationStood)
        if chance.next() % 3 == 0, try undo(page.view.id, administrator) {
            guard try Set(openSeals(administrator).map(\.id)) == before else {
                throw Violation("what is let stand is one question", "\(page.view.id)")
            }
            note(.standTakenBack)
        }
    }
}
