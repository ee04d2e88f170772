internal import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

// Many conflicts decided at once: shown first, one change set, one undo.

extension ConflictKind {
    /// The rules by which many of this kind may be decided at once; none where each has to be
    /// looked at by itself, for the reason that the words of the kind give. To make records void is
    /// none: that is high-stakes in every schema.
    public var bulkRules: [BulkRequest.Rule] {
        switch self {
        case .value, .group, .states: [.newest, .oldest, .previous]
        case .contestation: [.stand, .newest, .oldest]
        case .deletion: [.valid]
        case .reference: [.bringBack, .stand]
        case .late: [.stand, .putBack]
        case .capacity, .premise, .duplicate: [.stand]
        case .key, .fork, .schema, .failure, .loss: []
        }
    }

    /// Whether what the rules of this kind decide takes nothing from anybody, so that it may be
    /// decided of many whatever the stakes are: that a record holds, that two records are two.
    public var isHarmlessInBulk: Bool { self == .deletion || self == .duplicate }
}

extension Hub {
    /// What a bulk decision would change. High stakes are never part of it.
    ///
    /// Throws `.badChoice` for a rule that is none of this kind.
    public func preview(
        _ request: BulkRequest, by session: Session
    ) throws(Problem) -> BulkPreview {
        try require(.conflictAdministrator, session)
        let now = clock()
        return try serving { memory in
            try self.store.read { [memory] tx in
                // Nobody knows yet how long the reason will be.
                let reason = String(repeating: "-", count: Limits.reasonBytes)
                return try self.bulk(
                    request, reason, Judgement(memory, schema: self.schema, now_ms: now), tx
                ).preview
            }
        }
    }

    /// Carries a bulk decision out, as one change set, which one undo takes back.
    ///
    /// Throws `.staleView` where it is not any more what the preview showed.
    public func resolve(
        _ request: BulkRequest, token: String, reason: String, by session: Session
    ) throws(Problem) -> BulkPreview {
        try require(.conflictAdministrator, session)
        try Self.check(reason)
        let now = clock()
        return try serving { memory in
            let (preview, after) = try self.store.write { [memory] tx in
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                let many = try self.bulk(request, reason, judgement, tx)
                guard many.preview.token == token else { throw Problem(.staleView) }
                guard !many.decisions.isEmpty else { throw Problem(.alreadyResolved) }
                for decision in many.decisions {
                    judgement.deciding.insert(decision.conflict.row.id)
                }
                let name = try judgement.write(
                    try many.pending.changes(judgement, tx), intent: "resolution",
                    author: session.person, reason: reason, tx)
                for decision in many.decisions {
                    let conflict = decision.conflict
                    try judgement.close(
                        conflict.row, conflict.told(decision.request), decision.request,
                        decision.value, name, by: session.person, approvedBy: nil, tx)
                    judgement.docket.ask(conflict.question)
                }
                try judgement.flush(tx)
                try tx.audit(
                    "conflict.bulk", "\(name)", reason: reason, by: session.person, at_ms: now)
                return (many.preview, judgement.memory)
            }
            memory = after
            return preview
        }
    }

    /// One of many decisions.
    private struct Decision {
        let conflict: ConflictInHand
        let request: ResolutionRequest
        let value: Value?
    }

    private func bulk(
        _ request: BulkRequest, _ reason: String, _ judgement: Judgement,
        _ tx: borrowing HubTransaction
    ) throws -> (preview: BulkPreview, decisions: [Decision], pending: PendingWrites) {
        guard let unit = schema.unit(request.unit, of: request.collection),
            unit.stakes < .high || request.kind.isHarmlessInBulk,
            request.kind.bulkRules.contains(request.rule)
        else { throw Problem(.badChoice) }
        var lines: [BulkPreview.Line] = []
        var decisions: [Decision] = []
        var pending = PendingWrites()
        var (left, bytes) = (0, 0)
        var versions = ByteWriter()
        for row in try tx.conflicts(state: nil)
        where row.collection == request.collection && row.unit == request.unit
            && row.kind == request.kind.rawValue
        {
            guard let conflict = try self.conflict(row, judgement, tx),
                let choice = conflict.choice(by: request.rule)
            else { continue }
            let decision = ResolutionRequest(
                version: conflict.finding.version, choice: choice, reason: reason)
            guard try judgement.mayBeOneOfMany(conflict, decision, tx) else { continue }
            // The change set says why, once for all.
            let (writes, value) = try conflict.writes(decision, saying: "", tx)
            let size = try writes.changes(judgement, tx).reduce(0) {
                $0 + ChangeSetCoding.payload($1).count + 64
            }
            guard decisions.count < Self.bulkLimit, bytes + size <= Limits.changeSetBytes * 3 / 4,
                pending.count + writes.count <= Limits.changesPerChangeSet,
                !writes.contradicts(pending)
            else {
                left += 1
                continue
            }
            bytes += size
            pending.add(writes)
            let isShown = request.rule != .putBack
            // What would become of it otherwise is no part of what is decided.
            let putsBack =
                isShown ? [] : try putsBack(row, conflict.finding, judgement, tx)
            lines.append(
                BulkPreview.Line(
                    view: try view(row, conflict.finding, judgement, tx),
                    before: isShown ? conflict.finding.shown : putsBack.first?.before,
                    after: isShown ? value : putsBack.first?.after,
                    putsBack: putsBack))
            decisions.append(Decision(conflict: conflict, request: decision, value: value))
            versions.text(conflict.finding.version)
            versions.optional(value) { $0.value($1) }
            for line in putsBack {
                versions.value(line.before)
                versions.value(line.after)
            }
        }
        versions.text(request.rule.rawValue)
        return (
            BulkPreview(
                lines: lines, left: left,
                token: String(Digests.sha256(versions.bytes).description.prefix(20))),
            decisions, pending
        )
    }

    private func conflict(
        _ row: StoredConflict, _ judgement: Judgement, _ tx: borrowing HubTransaction
    ) throws -> ConflictInHand? {
        // What somebody proposed, or has said in the field, is looked at by itself.
        guard row.proposal == nil, let question = Question(bytes: row.question),
            row.kind != ConflictKind.duplicate.rawValue
                || row.state != ConflictState.proposed.rawValue,
            let finding = try judgement.find(question, tx),
            // A decision that its author objected to has one.
            finding.kind == .capacity || finding.sides.count > 1
        else { return nil }
        return ConflictInHand(
            judgement: judgement, row: row, question: question, finding: finding, isOpen: true)
    }

    /// Conflicts in one bulk decision: their change set stays below its limits with room to spare.
    static let bulkLimit = 500
}

extension Judgement {
    /// Whether nothing that is high-stakes hangs on a decision beside its own unit.
    fileprivate func mayBeOneOfMany(
        _ conflict: ConflictInHand, _ request: ResolutionRequest,
        _ tx: borrowing HubTransaction
    ) throws -> Bool {
        if case .late(let name) = conflict.question, request.act == .putBack {
            return try puttingBack(name, because: "", tx).lines.allSatisfy {
                stakes(of: $0.place) < .high
            }
        }
        return true
    }
}

extension ConflictInHand {
    /// What a rule says of this one; `nil` where it says nothing.
    fileprivate func choice(by rule: BulkRequest.Rule) -> ResolutionRequest.Choice? {
        func byTime() -> [(origin: Origin, value: Value, key: String)] {
            finding.sides.enumerated().flatMap { index, side in
                side.origins.map { ($0, side.value, OpenConflict.sideKey(index)) }
            }.sorted { ($0.origin.time, $0.origin.name) < ($1.origin.time, $1.origin.name) }
        }
        return switch rule {
        case .newest: byTime().last.map { .compose($0.value) }
        case .oldest: byTime().first.map { .compose($0.value) }
        case .previous: finding.base.map { .compose($0.value) }
        case .stand: .stand
        case .putBack: finding.canBePutBack ? .putBack : nil
        case .valid: byTime().last { $0.value == .absent }.map { .keep($0.key) }
        case .bringBack: .keep(OpenConflict.sideKey(0))
        }
    }
}
