public import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

// How a conflict ends: a decision is an ordinary change set of the hub's, naming what was on the
// page. There is no other way.

extension Hub {
    /// Decides a conflict. Where two persons have to, the decision waits for another's approval.
    ///
    /// Throws `.staleView` where the sides have changed since, `.alreadyResolved` where none are
    /// left, `.reasonRequired`, `.badChoice` and `.badValue`; then nothing was changed.
    public func resolve(
        _ id: RecordID, _ request: ResolutionRequest, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try act(on: id, request.reason, by: session) { conflict, tx in
            try conflict.check(request)
            guard try conflict.needsSecond(request, tx) else {
                return try conflict.decide(request, by: session.person, approvedBy: nil, tx)
            }
            // In the field somebody may have said the same.
            if case .pair = conflict.question,
                let first = try conflict.judgement.proposer(
                    of: conflict.question, but: session.person, tx)
            {
                try conflict.decide(request, by: first, approvedBy: session.person, tx)
            } else {
                try conflict.propose(request, by: session.person, tx)
            }
        }
    }

    /// Proposes a decision, which whoever approves it carries out.
    public func propose(
        _ id: RecordID, _ request: ResolutionRequest, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try act(on: id, request.reason, by: session) { conflict, tx in
            try conflict.check(request)
            try conflict.propose(request, by: session.person, tx)
        }
    }

    /// Carries out what somebody else proposed.
    ///
    /// Throws `.secondPersonRequired` for the proposer, `.noProposal`, and `.staleView` where the
    /// sides are not those that the proposer saw.
    public func approve(
        _ id: RecordID, version: String, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try act(on: id, nil, by: session) { conflict, tx in
            guard let proposal = conflict.row.proposal.flatMap({ StoredProposal(bytes: $0) }) else {
                throw Problem(.noProposal)
            }
            guard proposal.by != session.person else { throw Problem(.secondPersonRequired) }
            guard version == proposal.request.version else { throw Problem(.staleView) }
            try conflict.check(proposal.request)
            try conflict.decide(
                proposal.request, by: proposal.by, approvedBy: session.person, tx)
        }
    }

    /// Says something about a conflict. It travels with the record.
    public func comment(
        _ id: RecordID, _ text: String, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try act(on: id, text, by: session) { conflict, tx in
            try conflict.say(.comment, "", text, by: session.person, tx)
        }
    }

    /// Sends a conflict back to the authors of a side with a question, which comes to their inbox.
    ///
    /// - Parameter key: the side; `nil` where there is none, and who works on the device is asked.
    public func ask(
        _ id: RecordID, side key: String?, _ text: String, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try act(on: id, text, by: session) { conflict, tx in
            guard let key else {
                guard let person = try conflict.judgement.owner(of: conflict.question, tx) else {
                    throw Problem(.badChoice)
                }
                try conflict.say(.question, "", text, by: session.person, tx)
                return try tx.addNotice(to: person) { number in
                    SyncResponse.Notice(
                        number: number, kind: .question,
                        at_ms: UInt64(max(0, conflict.judgement.now_ms)), by: session.person,
                        record: nil, collection: nil, unit: nil, value: nil, yours: nil,
                        reason: Text(text)
                    ).stored
                }
            }
            guard let side = conflict.finding.side(key), let name = side.origins.first?.name else {
                throw Problem(.badChoice)
            }
            try conflict.say(.question, "\(name)", text, by: session.person, tx)
            for author in Set(side.origins.map(\.author)).sorted() where author != .hub {
                try tx.addNotice(to: author) { number in
                    SyncResponse.Notice(
                        number: number, kind: .question,
                        at_ms: UInt64(max(0, conflict.judgement.now_ms)), by: session.person,
                        record: side.place.record, collection: side.place.collection,
                        unit: side.place.unit, value: nil, yours: side.value, reason: Text(text)
                    ).stored
                }
            }
        }
    }

    /// Takes a decision back: sides that it ended are stated again, each in its author's name, by
    /// the hub. Nothing is erased. Of a bulk decision all of it is taken back.
    ///
    /// Throws `.staleView` where somebody has written over the decision since: that would take
    /// their work away.
    public func undo(
        _ id: RecordID, reason: String, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try act(on: id, reason, by: session) { conflict, tx in
            let many = try conflict.row.decidedBy.map { try tx.conflicts(decidedBy: $0).count } ?? 0
            if case .pair = conflict.question, many < 2 {
                try conflict.judgement.part(
                    conflict.row, conflict.finding, reason, by: session.person, tx)
            } else {
                try conflict.judgement.undo(conflict.row, reason, by: session.person, tx)
            }
        }
    }

    // MARK: One at a time

    /// Runs `body` on a conflict as it stands, in one transaction, and returns what came of it.
    private func act(
        on id: RecordID, _ reason: String?, by session: Session,
        _ body: (ConflictInHand, borrowing HubTransaction) throws -> Void
    ) throws(Problem) -> ConflictDetail {
        try require(.conflictAdministrator, session)
        if let reason { try Self.check(reason) }
        let now = clock()
        return try serving { memory in
            let (detail, after) = try self.store.write { [memory] tx in
                guard let row = try tx.conflict(id), let question = Question(bytes: row.question)
                else { throw Problem(.noSuchConflict) }
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                let found = try judgement.find(question, tx)
                let finding: OpenConflict
                if let found {
                    finding = found
                } else if let settled = try judgement.finding(of: row, tx) {
                    finding = settled
                } else {
                    finding = OpenConflict(
                        kind: ConflictKind(rawValue: row.kind) ?? .failure, sides: [])
                }
                let conflict = ConflictInHand(
                    judgement: judgement, row: row, question: question, finding: finding,
                    isOpen: found != nil && row.state != ConflictState.resolved.rawValue)
                try body(conflict, tx)
                try judgement.flush(tx)
                return (try self.detail(id, judgement.memory, tx), judgement.memory)
            }
            memory = after
            return detail
        }
    }

    static func check(_ reason: String) throws(Problem) {
        let isBlank = reason.allSatisfy(\.isWhitespace)
        guard !isBlank, reason.utf8.count <= Limits.reasonBytes, !reason.utf8.contains(0) else {
            throw Problem(.reasonRequired)
        }
    }
}
