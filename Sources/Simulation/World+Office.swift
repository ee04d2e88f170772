internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// What administrators do.

extension World {
    /// Conflicts that end by keeping a side; the others have their own tests.
    static let settledBySide: [ConflictKind] = [
        .value, .group, .contestation, .deletion, .states,
    ]

    /// The conflicts in a state: whatever is damaged, all of them are listed.
    func queue(_ state: ConflictState?, _ administrator: Int) throws -> [ConflictView] {
        let hub = try running()
        let session = fleet.administrators[administrator % 3]
        do { return try hub.conflicts(state: state, by: session) } catch {
            if error.code == .failed, !hubDisk.hasFailed, !hubDisk.isDead {
                throw Violation(
                    "a damaged record keeps nobody from the queue", "\(hubFlips.count)")
            }
            throw error
        }
    }

    private func conflict(
        _ administrator: Int, _ chance: inout SeededGenerator
    ) throws -> ConflictDetail? {
        let hub = try running()
        let session = fleet.administrators[administrator % 3]
        let open = try queue(nil, administrator).filter {
            Self.settledBySide.contains($0.kind)
        }
        guard !open.isEmpty else { return nil }
        let detail = try hub.conflict(
            open[Int(chance.next() % UInt64(open.count))].id, by: session)
        if detail.sides.count > 2 { note(.threeSides) }
        if detail.view.timesReopened > 0 { note(.reopened) }
        if detail.view.kind == .deletion { note(.deletionConflict) }
        if detail.view.kind == .group { note(.groupConflict) }
        try checkPage(detail)
        return detail
    }

    func decide(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        guard let detail = try conflict(administrator, &chance) else { return }
        try resolve(detail, administrator, &chance)
        note(.decided)
    }

    func openPage(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        guard let detail = try conflict(administrator, &chance) else { return }
        pages[administrator] = (detail.view.id, detail)
    }

    func decideOnPage(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        guard let page = pages.removeValue(forKey: administrator) else { return }
        do {
            try resolve(page.detail, administrator, &chance)
            note(.staleAccepted)
        } catch let problem as Problem
            where problem.code == .staleView || problem.code == .alreadyResolved
        {
            note(.staleRefused)
        }
    }

    /// Decides on a page that somebody's work has come between.
    func decideOverrun(_ administrator: Int, _ chance: inout SeededGenerator) async throws {
        try openPage(administrator, &chance)
        let able = devices.filter(\.isInService)
        guard let view = pages[administrator]?.detail.view, let unit = view.unit, !able.isEmpty,
            let known = (plots + trees).first(where: { $0.id == view.record })
        else { return }
        let device = able[Int(chance.next() % UInt64(able.count))]
        guard let shown = try device.opened().shown(known.id) else { return }
        try record(try changes(of: unit, known, shown, device, &chance), device, &chance)
        try await syncAtOffice(device)
        guard hub.hub != nil else { return }
        try decideOnPage(administrator, &chance)
    }

    private func resolve(
        _ page: ConflictDetail, _ administrator: Int, _ chance: inout SeededGenerator
    ) throws {
        let hub = try running()
        let session = fleet.administrators[administrator % 3]
        let side = page.sides[Int(chance.next() % UInt64(page.sides.count))]
        var choice = ResolutionRequest.Choice.keep(side.key)
        var value = side.value
        if page.view.unit == Plot.count, chance.next() % 3 == 0 {
            value = integer(&chance)
            choice = .compose(value)
        }
        if page.view.needsTwoPersons { try learnFromHub() }
        let after = try hub.resolve(
            page.view.id,
            ResolutionRequest(version: page.version, choice: choice, reason: "simulated"),
            by: session)
        if page.view.needsTwoPersons {
            try checkProposal(page, after)
            // Others wait until somebody has time.
            if chance.next() % 3 == 0 {
                try approve(after, administrator + Int(chance.next() % 3))
            }
            return
        }
        if case .compose = choice { note(.composed) }
        try noteDecision(page, value, after)
    }

    func noteDecision(
        _ page: ConflictDetail, _ value: Value, _ after: ConflictDetail,
        in records: [RecordID]? = nil
    ) throws {
        let hub = try running()
        try checkDecision(page, value, after, in: records)
        for side in page.sides {
            for write in side.writes {
                guard let author = try hub.store.read({ tx in try tx.replica(write.name.replica) })
                else { continue }
                if author.person != .hub {
                    decisions.append((author.person, Set(page.sides.map(\.record)), side.unit))
                }
            }
        }
    }

    func claim(_ administrator: Int, _ chance: inout SeededGenerator) throws {
        guard let detail = try conflict(administrator, &chance) else { return }
        _ = try running().claim(detail.view.id, by: fleet.administrators[administrator % 3])
        note(.claimed)
    }

    func revoke(_ chance: inout SeededGenerator) throws {
        let device = devices[Int(chance.next() % UInt64(devices.count))]
        guard device.isInService, devices.count(where: \.isInService) > 2 else { return }
        try running().revoke(try replica(device), by: fleet.administrators[0])
        try learnRevoked()
        guard device.isRevoked else {
            throw Violation("a revoked device is revoked", "device \(device.person)")
        }
        note(.revoked)
    }

    /// Takes down which devices the hub has revoked, and what it had not got from them: an act that
    /// failed may have been done.
    func learnRevoked() throws {
        let revoked = try running().store.read { tx in
            try tx.replicas().filter { $0.state == DeviceState.revoked.rawValue }.map(\.id)
        }
        let log = try readLog()
        // Its copies bear the same name.
        for device in devices where !device.isLost && !device.isRevoked {
            guard try revoked.contains(replica(device)) else { continue }
            device.isRevoked = true
            revokedWork.formUnion(
                device.recorded.filter { log.merged[$0] == nil && log.aside[$0] == nil })
        }
    }
}
