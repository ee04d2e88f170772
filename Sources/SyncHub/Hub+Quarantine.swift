public import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

// What is stored, not merged, and waits for a person: admit it, return it, or, by two people,
// discard it. The bytes stay in the legal log whatever is decided.

/// A quarantined change set as an administrator sees it.
public struct QuarantineView: Hashable, Sendable {
    public enum Stage: String, Hashable, Sendable {
        /// Nobody has looked at it.
        case waiting
        /// The author was asked.
        case returned
        /// One person wants it discarded; another has to agree.
        case discarding
    }
    public struct Record: Hashable, Sendable {
        public let record: RecordID
        public let collection: CollectionID
        public let title: String
        /// Where it lies; empty where it does not exist.
        public let area: [String]
        public let creates: Bool
        public let units: [UnitID]
    }
    public let name: ChangeSetName
    public let author: PersonID
    public let authorName: String
    public let deviceName: String
    public let intent: String
    /// A code of `protocol/errors.md`.
    public let reason: String
    public let arrived_ms: Int64
    public let written_ms: Int64
    public let records: [Record]
    public let stage: Stage
    /// Who returned it or wants it discarded, and why.
    public let by: PersonID?
    public let note: String
}

extension Hub {
    /// Everything in quarantine, and what has been held for so long that people are asked; what
    /// arrived first in front.
    public func quarantine(by session: Session) throws(Problem) -> [QuarantineView] {
        try require(.conflictAdministrator, session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                let now = self.clock()
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                return try tx.unmerged().filter { $0.isForPeople(now) }
                    .map { try self.view($0, judgement, memory, tx) }
                    .sorted { ($0.arrived_ms, $0.name) < ($1.arrived_ms, $1.name) }
            }
        }
    }

    /// Merges a quarantined change set by the administrator's authority, as it is.
    ///
    /// Throws `.notAdmissible` where no authority helps: what does not fit the schema, say.
    public func admit(
        _ name: ChangeSetName, reason: String, by session: Session
    ) throws(Problem) {
        try decide(name, "quarantine.admit", reason, session) { waiting, judgement, tx in
            guard try judgement.judgeAgain(waiting, admits: true, tx) else {
                throw Problem(.notAdmissible)
            }
            try judgement.releaseWaiting(tx)
            return nil
        }
    }

    /// Asks the author: it stays where it is, and is shown to them as returned, with the question.
    public func returnToAuthor(
        _ name: ChangeSetName, question: String, by session: Session
    ) throws(Problem) {
        try decide(name, "quarantine.return", question, session) { waiting, judgement, tx in
            try tx.keepStage(
                HubTransaction.Stage(
                    word: QuarantineView.Stage.returned.rawValue, by: session.person,
                    note: question), replica: waiting.replica, number: waiting.number)
            return (.returned, question)
        }
    }

    /// Takes a change set out of the queue for good. The first person only says so; when another
    /// says so too, it is done. Returns whether it is.
    public func discard(
        _ name: ChangeSetName, reason: String, by session: Session
    ) throws(Problem) -> Bool {
        var isDone = false
        try decide(name, "quarantine.discard", reason, session) { waiting, judgement, tx in
            let stage = try tx.stage(replica: waiting.replica, number: waiting.number)
            guard let stage, stage.word == QuarantineView.Stage.discarding.rawValue else {
                try tx.keepStage(
                    HubTransaction.Stage(
                        word: QuarantineView.Stage.discarding.rawValue, by: session.person,
                        note: reason), replica: waiting.replica, number: waiting.number)
                return nil
            }
            guard stage.by != session.person else { throw Problem(.secondPersonRequired) }
            try tx.release(replica: waiting.replica, number: waiting.number)
            try judgement.releaseWaiting(tx)
            isDone = true
            return (.discarded, reason)
        }
        return isDone
    }

    /// Runs `body` on a quarantined change set, and writes down who did what. What `body` returns
    /// the author is told.
    private func decide(
        _ name: ChangeSetName, _ act: String, _ reason: String, _ session: Session,
        _ body: (HubTransaction.Unmerged, Judgement, borrowing HubTransaction) throws -> (
            kind: SyncResponse.Notice.Kind, words: String
        )?
    ) throws(Problem) {
        try require(.conflictAdministrator, session)
        try requireReason(reason)
        let now = clock()
        try serving { memory in
            memory = try self.store.write { [memory] tx in
                guard let replica = try tx.replica(name.replica),
                    let waiting = try tx.unmerged(of: replica.rid).first(where: {
                        $0.number == name.number.value && $0.isForPeople(now)
                    })
                else { throw Problem(.noSuchChangeSet) }
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                let told = try body(waiting, judgement, tx)
                if let told, let set = try judgement.changeSet(waiting, tx) {
                    let change = set.changes[0]
                    try tx.addNotice(to: set.author) { number in
                        SyncResponse.Notice(
                            number: number, kind: told.kind, at_ms: UInt64(max(0, now)),
                            by: session.person, record: change.record,
                            collection: change.collection, unit: nil,
                            value: .integer(Int64(clamping: name.number.value)), yours: nil,
                            reason: Text(told.words)
                        ).stored
                    }
                }
                try tx.audit(act, "\(name)", reason: reason, by: session.person, at_ms: now)
                try judgement.flush(tx)
                return judgement.memory
            }
        }
    }

    private func view(
        _ waiting: HubTransaction.Unmerged, _ judgement: Judgement, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws -> QuarantineView {
        guard let set = try judgement.changeSet(waiting, tx),
            let replica = try tx.replica(rid: waiting.replica)
        else { throw StoreFault(.damaged, "what is in quarantine can't be read") }
        let stage = try tx.stage(replica: waiting.replica, number: waiting.number)
        return QuarantineView(
            name: set.name, author: set.author, authorName: try tx.person(set.author)?.name ?? "",
            deviceName: replica.name, intent: set.intent.string, reason: waiting.reason,
            arrived_ms: waiting.since_ms, written_ms: set.time.wall_ms,
            records: try set.changes.map { change in
                QuarantineView.Record(
                    record: change.record, collection: change.collection,
                    title: try tx.title(of: change.record, in: change.collection),
                    area: try tx.soundArea(of: change.record).map { memory.path($0) } ?? [],
                    creates: change.creates, units: change.writes.map(\.unit))
            },
            stage: stage.flatMap { QuarantineView.Stage(rawValue: $0.word) } ?? .waiting,
            by: stage?.by, note: stage?.note ?? "")
    }
}

extension Judgement {
    /// The change set that waits, from the legal log.
    func changeSet(
        _ waiting: HubTransaction.Unmerged, _ tx: borrowing HubTransaction
    ) throws -> ChangeSet? {
        guard let upload = try tx.upload(waiting.upload) else { return nil }
        return try memory.log.read(upload, tx)[waiting.number]?.set
    }

    /// Judges once more what was set aside for these reasons. For want of authority: a grant was
    /// given, or a record has come where one holds.
    ///
    /// - Parameter sparesDamage: whether what needs a damaged record stays as it is, until that is
    ///   healed and this is done again.
    /// - Complexity: linear in what is in quarantine for these reasons.
    func reconsider(
        _ reasons: [Admission.Reason], sparesDamage: Bool = true, _ tx: borrowing HubTransaction
    ) throws {
        guard try tx.hasUnmerged() else { return }
        let reasons = reasons.map(\.rawValue)
        var hasMerged = false
        for waiting in try tx.unmerged()
        where waiting.disposition == .quarantined && reasons.contains(waiting.reason) {
            if try judgeAgain(waiting, sparesDamage: sparesDamage, tx) { hasMerged = true }
        }
        if hasMerged { try releaseWaiting(tx) }
    }
}
