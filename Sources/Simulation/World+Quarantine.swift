internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore

// What waits for a person: taken up, returned to its author, or discarded by two.

extension World {
    /// What became of a change set that had waited for a person.
    struct Sifted {
        let hash: ContentHash
        let author: PersonID
        let number: UInt64
        let kind: SyncResponse.Notice.Kind
    }

    func sift(_ administrator: Int, _ chance: inout SeededGenerator) async throws {
        let session = fleet.administrators[administrator % 3]
        var waiting = try running().quarantine(by: session)
        if waiting.isEmpty {
            // Beyond the grace.
            try await overstay(days: 31, &chance)
            guard hub.hub != nil else { return }
            waiting = try running().quarantine(by: session)
        }
        guard !waiting.isEmpty else { return }
        let view = waiting[Int(chance.next() % UInt64(waiting.count))]
        switch chance.next() % 4 {
        case 0, 1: try admit(view, session)
        case 2: try giveBack(view, session)
        default:
            let second = administrator + Int(chance.next() % 3)
            try discard(view, session, and: fleet.administrators[second % 3])
        }
    }

    private func admit(_ view: QuarantineView, _ session: Session) throws {
        let hub = try running()
        let hash = try hash(of: view)
        checks += 1
        // Should the hub end in between, it may have been done.
        let isRevoked = revokedWork.remove(hash) != nil
        do {
            try hub.admit(view.name, reason: "simulated", by: session)
        } catch {
            guard error.code == .notAdmissible else { throw error }
            if isRevoked { revokedWork.insert(hash) }
            note(.notAdmissible)
            guard try hub.quarantine(by: session).contains(view) else {
                throw Violation("what is not admitted waits", "\(view.name)")
            }
            return
        }
        try learnFromHub()
        guard try readLog().merged[hash] != nil,
            try !hub.quarantine(by: session).contains(where: { $0.name == view.name })
        else { throw Violation("what is admitted is merged", "\(view.name)") }
        note(.admitted)
    }

    private func giveBack(_ view: QuarantineView, _ session: Session) throws {
        let hub = try running()
        checks += 1
        try hub.returnToAuthor(view.name, question: "simulated", by: session)
        let after = try hub.quarantine(by: session).first { $0.name == view.name }
        guard after?.stage == .returned, after?.by == session.person else {
            throw Violation("what is returned waits for its author", "\(view.name)")
        }
        try keep(view, .returned)
        note(.returned)
    }

    private func discard(
        _ view: QuarantineView, _ session: Session, and second: Session
    ) throws {
        let hub = try running()
        let isSecond = view.stage == .discarding && view.by != session.person
        checks += 1
        if !isSecond, view.stage != .discarding {
            guard try !hub.discard(view.name, reason: "simulated", by: session) else {
                throw Violation("two persons discard", "\(view.name)")
            }
            note(.discardProposed)
        }
        let last = isSecond ? session : second
        let first = isSecond ? view.by : view.stage == .discarding ? view.by : session.person
        // Should the hub end in between, it may have been done.
        let hash = try hash(of: view)
        doomed.insert(hash)
        do {
            guard try hub.discard(view.name, reason: "simulated", by: last), last.person != first
            else { throw Violation("two persons discard", "\(view.name)") }
        } catch let problem as Problem {
            guard problem.code == .secondPersonRequired, last.person == first,
                try hub.quarantine(by: session).contains(where: { $0.name == view.name })
            else { throw problem }
            return note(.discardRefused)
        }
        guard try !hub.quarantine(by: session).contains(where: { $0.name == view.name }) else {
            throw Violation("what two persons discard waits no longer", "\(view.name)")
        }
        discarded.insert(hash)
        try keep(view, .discarded)
        note(.discarded)
    }

    private func keep(_ view: QuarantineView, _ kind: SyncResponse.Notice.Kind) throws {
        sifted.append(
            Sifted(
                hash: try hash(of: view), author: view.author, number: view.name.number.value,
                kind: kind))
    }

    private func hash(of view: QuarantineView) throws -> ContentHash {
        let found = try running().store.read { tx -> ContentHash? in
            guard let replica = try tx.replica(view.name.replica) else { return nil }
            let number = view.name.number.value
            return try tx.uploads(of: replica.rid, first: number, last: number)
                .flatMap { try RunCoding.decodeRun($0.run.bytes).changeSets }
                .first { $0.changeSet.name.number.value == number }?.hash
        }
        guard let found else { throw Violation("what waits is in the log", "\(view.name)") }
        return found
    }

    /// What was discarded is in no record, and whose it was is told; who decides conflicts is asked
    /// of what waits, and of nothing that waits no longer.
    func checkSifted(_ log: Log) throws {
        checks += 1
        for hash in discarded.sorted() where log.merged[hash] != nil {
            throw Violation("what two persons discard is in no record", "\(hash)")
        }
        let hub = try running()
        let session = fleet.administrators[0]
        let asked = try hub.conflicts(state: nil, by: session).count {
            $0.kind == .schema || $0.kind == .failure
        }
        let waiting = try hub.quarantine(by: session).count { $0.reason != "HZ-5010" }
        guard asked == waiting else {
            throw Violation(
                "what waits for a person is in the queue", "\(asked) instead of \(waiting)")
        }
        // Also of what was taken off: it is their work.
        for device in devices where device.isInService {
            let store = try device.opened()
            guard let person = try store.identity().person else { continue }
            let told = try store.notices().map(\.notice)
            for one in sifted
            where one.author == person && device.recorded.contains(one.hash) {
                checks += 1
                guard
                    told.contains(where: {
                        $0.kind == one.kind && $0.value == .integer(Int64(one.number))
                    })
                else {
                    throw Violation(
                        "authors are told what becomes of their work", "device \(device.person)")
                }
                note(.toldOfSifting)
            }
        }
    }
}
