internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// What two persons change: written on devices like anything else, decided by two at the office.

extension World {
    func writeDeed(_ device: Device, _ chance: inout SeededGenerator) throws {
        guard let known = pick(plots, &chance),
            let shown = try device.opened().shown(known.id)
        else { return }
        try record(
            try changes(of: Plot.deed, known, shown, device, &chance), device, &chance)
        let others = devices.filter { $0 !== device && !$0.isLost }
        guard chance.next() % 2 == 0, !others.isEmpty else { return }
        let other = others[Int(chance.next() % UInt64(others.count))]
        guard let seen = try other.opened().shown(known.id) else { return }
        try record(try changes(of: Plot.deed, known, seen, other, &chance), other, &chance)
    }

    func approve(_ administrator: Int, _ chance: inout SeededGenerator) async throws {
        let waiting = try queue(.proposed, administrator).filter {
            $0.needsTwoPersons && World.settledBySide.contains($0.kind)
        }
        guard !waiting.isEmpty else { return }
        let view = waiting[Int(chance.next() % UInt64(waiting.count))]
        // Somebody's work on it may come between.
        let able = devices.filter(\.isInService)
        if chance.next() % 2 == 0, !able.isEmpty,
            let known = plots.first(where: { $0.id == view.record })
        {
            let device = able[Int(chance.next() % UInt64(able.count))]
            if let shown = try device.opened().shown(known.id) {
                try record(
                    try changes(of: Plot.deed, known, shown, device, &chance), device, &chance)
                try await syncAtOffice(device)
                guard hub.hub != nil else { return }
            }
        }
        let page = try running().conflict(
            view.id, by: fleet.administrators[administrator % 3])
        try approve(page, administrator)
    }

    /// Approves what a page says was proposed: nobody their own, and nobody what was proposed of
    /// other sides.
    func approve(_ page: ConflictDetail, _ administrator: Int) throws {
        guard let proposal = page.proposal else { return }
        let session = fleet.administrators[administrator % 3]
        let value: Value? =
            switch proposal.request.choice {
            case .keep(let key): page.sides.first { $0.key == key }?.value
            case .compose(let value): value
            default: nil
            }
        checks += 1
        try learnFromHub()
        let hub = try running()
        let after: ConflictDetail
        do {
            after = try hub.approve(
                page.view.id, version: proposal.request.version, by: session)
        } catch {
            switch error.code {
            case .secondPersonRequired where proposal.by == session.person:
                note(.approvalRefused)
            case .staleView where !proposal.isFresh: note(.approvalStale)
            default: throw error
            }
            return
        }
        guard proposal.by != session.person, proposal.isFresh, let value else {
            throw Violation("two persons settle what two persons change", "\(page.view.id)")
        }
        note(.approved)
        try noteDecision(page, value, after)
    }

    /// What one person decides there is no decision yet.
    func checkProposal(_ page: ConflictDetail, _ after: ConflictDetail) throws {
        checks += 1
        let count = oracle.entries.count
        try learnFromHub()
        guard oracle.entries.count == count, after.view.state == .proposed,
            after.sides.map(\.value) == page.sides.map(\.value)
        else {
            throw Violation("two persons settle what two persons change", "\(page.view.id)")
        }
        note(.secondAsked)
    }

    /// Nothing that two persons change was ever replaced by one.
    func checkGuarded(_ records: [RecordID], _ standing: [Int: Oracle.Standing]) throws {
        for record in records where oracle.collection(of: record) == .plot {
            checks += 1
            if let complaint = oracle.complaint(aboutGuarded: Plot.deed, of: record, standing) {
                throw Violation(
                    "two persons settle what two persons change", "\(record): \(complaint)")
            }
        }
    }
}
