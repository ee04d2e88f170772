internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// Work that came late over what others did meanwhile: let stand at the office, or put back.

extension World {
    private func openLate(_ administrator: Int) throws -> [ConflictView] {
        try queue(nil, administrator).filter { $0.kind == .late }
    }

    func judgeLate(_ administrator: Int, _ chance: inout SeededGenerator) async throws {
        var open = try openLate(administrator)
        if open.isEmpty {
            try await overstay(&chance)
            guard hub.hub != nil else { return }
            open = try openLate(administrator)
        }
        guard !open.isEmpty else { return }
        let session = fleet.administrators[administrator % 3]
        let page = try running().conflict(
            open[Int(chance.next() % UInt64(open.count))].id, by: session)
        if chance.next() % 3 == 0 {
            try await workOn(page, &chance)
            guard hub.hub != nil else { return }
        }
        let wanted: ResolutionRequest.Choice = chance.next() % 3 == 0 ? .stand : .putBack
        // Not what a newer program wrote, where the hub does not know it.
        let choice = page.acts.contains(.putBack) ? wanted : .stand
        let request = ResolutionRequest(
            version: page.version, choice: choice, reason: "simulated")
        let before = try standingAtHub()
        let count = oracle.entries.count
        let hub = try running()
        let after: ConflictDetail
        checks += 1
        do {
            after = try hub.resolve(page.view.id, request, by: session)
        } catch {
            guard [.staleView, .alreadyResolved].contains(error.code),
                try hub.conflict(page.view.id, by: session).version != page.version
            else { throw error }
            return note(.lateStale)
        }
        if choice == .stand {
            try learnFromHub()
            guard after.view.state == (page.view.needsTwoPersons ? .proposed : .resolved),
                oracle.entries[count...].allSatisfy({ entry in
                    entry.changes.flatMap(\.writes).allSatisfy { $0.unit == .discussion }
                })
            else { throw Violation("what is let stand stays as it is", "\(page.view.id)") }
            return note(.lateStood)
        }
        let needsTwo = page.putsBack.contains { $0.unit == Plot.deed }
        if after.view.state == .proposed {
            guard needsTwo else {
                throw Violation("late work is put back", "\(page.view.id)")
            }
            guard chance.next() % 2 == 0 else { return }
            _ = try hub.approve(
                page.view.id, version: page.version,
                by: fleet.administrators[(administrator + 1) % 3])
        } else if needsTwo {
            throw Violation(
                "two persons settle what two persons change", "\(page.view.id)")
        }
        try checkPutBack(page, before, since: count)
        note(.latePutBack)
        if chance.next() % 3 == 0, try undo(page.view.id, administrator) { note(.lateAgain) }
    }

    /// Somebody works on, unaware that a plot has moved away from them, over what another did.
    ///
    /// - Parameter days: for so long they do not sync.
    func overstay(days: Int64 = 0, _ chance: inout SeededGenerator) async throws {
        let able = devices.filter { $0.isInService && $0.hasSynced }
        guard let plot = pick(plots, &chance) else { return }
        let here = street(of: plot)
        guard
            let away = fleet.streets.indices.first(where: { street in
                able.contains { $0.streets.contains(here) && !$0.streets.contains(street) }
            }),
            let author = able.first(where: {
                $0.streets.contains(here) && !$0.streets.contains(away)
            }),
            let other = able.first(where: {
                $0.person != author.person && $0.streets.contains(here)
            })
        else { return }
        for device in [other, author] {
            for _ in 0...(device === author ? 2 : 0) {
                guard let shown = try device.opened().shown(plot.id) else { return }
                let units = Plot.edited + [Plot.deed]
                let unit = units[Int(chance.next() % UInt64(units.count))]
                try record(try changes(of: unit, plot, shown, device, &chance), device, &chance)
            }
        }
        try await syncAtOffice(other)
        guard let hub = hub.hub,
            try hub.store.read({ try $0.area(of: plot.id) }) != nil
        else { return }
        firstMove_ms = firstMove_ms ?? now_ms
        hasMovedGrants = true
        scopeChanges += 1
        _ = try hub.move(
            [plot.id], to: fleet.streets[away], reason: "simulated", by: fleet.administrators[0])
        try learnFromHub()
        if days > 0 { pass(days * 86_400_000) }
        try await syncAtOffice(author)
    }

    /// Somebody writes what putting late work back would change, and syncs at the office.
    private func workOn(_ page: ConflictDetail, _ chance: inout SeededGenerator) async throws {
        let able = devices.filter(\.isInService)
        guard !page.putsBack.isEmpty, !able.isEmpty else { return }
        let line = page.putsBack[Int(chance.next() % UInt64(page.putsBack.count))]
        // Not what a tree takes: that has acts of its own.
        guard line.collection == .plot || Tree.edited.contains(line.unit) else { return }
        guard let known = (plots + trees).first(where: { $0.id == line.record }) else { return }
        let start = Int(chance.next() % UInt64(able.count))
        for offset in able.indices {
            let device = able[(start + offset) % able.count]
            guard let shown = try device.opened().shown(known.id) else { continue }
            try record(
                try changes(of: line.unit, known, shown, device, &chance), device, &chance)
            return try await syncAtOffice(device)
        }
    }

    /// What was put back is all that the late work did and still held, as the page said, and
    /// nothing else.
    private func checkPutBack(
        _ page: ConflictDetail, _ before: [Int: Oracle.Standing], since count: Int
    ) throws {
        checks += 1
        guard let name = try lateName(page) else {
            throw Violation("late work is put back", "\(page.view.id)")
        }
        let after = try standingAtHub()
        if let complaint = oracle.complaint(
            aboutPuttingBack: name, before, after, since: count, page.putsBack)
        {
            throw Violation("late work is put back, and nothing else", complaint)
        }
    }

    /// The change set that a page of late work is about.
    private func lateName(_ page: ConflictDetail) throws -> ChangeSetName? {
        let row = try running().store.read { tx in try tx.conflict(page.view.id) }
        var reader = ByteReader(Array((row?.question ?? []).dropFirst()))
        return try? reader.name()
    }
}
