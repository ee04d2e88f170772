internal import SyncCore
internal import SyncProtocol
internal import SyncStore

/// A conflict in the hands of somebody.
struct ConflictInHand {
    let judgement: Judgement
    let row: StoredConflict
    let question: Question
    let finding: OpenConflict
    let isOpen: Bool

    func check(_ request: ResolutionRequest) throws {
        guard isOpen else { throw Problem(.alreadyResolved) }
        guard finding.version == request.version else { throw Problem(.staleView) }
        guard judgement.acts(on: finding).contains(request.act) else { throw Problem(.badChoice) }
        _ = try value(request)
    }

    /// What would hold; `nil` where sides are let stand.
    private func value(_ request: ResolutionRequest) throws -> Value? {
        switch request.choice {
        case .keep(let key), .split(let key):
            guard let side = finding.side(key) else { throw Problem(.badChoice) }
            return side.value
        case .stand, .join, .putBack: return nil
        case .compose(let value):
            guard let place = finding.place,
                let unit = judgement.schema.unit(place.unit, of: place.collection)
            else { throw Problem(.badChoice) }
            do {
                if case .integer(let sum) = value, unit.policy.kind == .total,
                    case .integer(let now)? = finding.shown
                {
                    try unit.validate(.increment(sum.subtractingClamped(now)))
                } else {
                    try unit.validate(.set(value, replacing: []), mayReplaceImmutable: true)
                }
            } catch { throw Problem(.badValue) }
            return value
        }
    }

    /// Whether one person's decision waits for another's.
    func needsSecond(
        _ request: ResolutionRequest, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        if case .late(let name) = question, request.act == .putBack {
            return try judgement.puttingBack(name, because: "", tx).lines.contains {
                judgement.stakes(of: $0.place) >= .twoPersons
            }
        }
        // That two records are two is what everybody assumes anyway.
        return judgement.stakes(of: row) >= .twoPersons
            && !(finding.kind == .duplicate && request.act == .stand)
    }

    func propose(
        _ request: ResolutionRequest, by person: PersonID, _ tx: borrowing HubTransaction
    ) throws {
        if case .pair(_, _, let second) = question, request.act == .join, let place = finding.place
        {
            var pending = PendingWrites()
            pending.say(
                Remark(of: .aliases, .proposal, keep: "\(second)", text: request.reason),
                at: place)
            try judgement.write(
                try pending.changes(judgement, tx), intent: "proposal", author: person,
                reason: request.reason, tx)
        }
        var row = row
        row.proposal =
            StoredProposal(by: person, at_ms: judgement.now_ms, request: request).bytes
        row.state = ConflictState.proposed.rawValue
        try tx.put(row)
        try tx.add(
            ConflictStep(
                at_ms: judgement.now_ms, person: person, act: "proposed", text: request.reason),
            to: row.id)
        try tx.audit(
            "conflict.propose", "\(row.id)", reason: request.reason, by: person,
            at_ms: judgement.now_ms)
    }

    /// Adds a remark to the record; about what has none, a step alone.
    func say(
        _ act: Remark.Act, _ keep: String, _ text: String, by person: PersonID,
        _ tx: borrowing HubTransaction
    ) throws {
        if let place = finding.place, try judgement.state(place.record, place.collection, tx) != nil
        {
            var pending = PendingWrites()
            pending.say(Remark(of: place.unit, act, keep: keep, text: text), at: place)
            try judgement.write(
                try pending.changes(judgement, tx), intent: act.rawValue, author: person,
                reason: nil, tx)
        }
        try tx.add(
            ConflictStep(
                at_ms: judgement.now_ms, person: person, act: act.rawValue, text: text),
            to: row.id)
        try tx.audit(
            "conflict.\(act.rawValue)", "\(row.id)", reason: text, by: person,
            at_ms: judgement.now_ms)
    }

    func decide(
        _ request: ResolutionRequest, by person: PersonID, approvedBy second: PersonID?,
        _ tx: borrowing HubTransaction
    ) throws {
        var (pending, value) = try writes(request, saying: request.reason, tx)
        if second != nil, let place = finding.place, !pending.isEmpty {
            pending.say(
                Remark(of: place.unit, .approval, keep: "\(person)", text: request.reason),
                at: place)
        }
        judgement.deciding.insert(row.id)
        var name: ChangeSetName?
        if !pending.isEmpty {
            name = try judgement.write(
                try pending.changes(judgement, tx), intent: "resolution",
                author: second ?? person, reason: request.reason, tx)
        }
        try judgement.close(
            row, told(request), request, value, name, by: person, approvedBy: second, tx)
        if name == nil {
            // About no record: the decision is that it was seen.
            guard var closed = try tx.conflict(row.id) else { return }
            closed.state = ConflictState.resolved.rawValue
            try tx.put(closed)
            try tx.watch([], for: row.id)
        } else {
            judgement.docket.ask(question)
        }
        try tx.audit(
            "conflict.resolve", "\(row.id) \(name.map { "\($0)" } ?? "")", reason: request.reason,
            by: second ?? person, at_ms: judgement.now_ms)
    }

    /// What a decision writes, and what holds then; `nil` where sides are let stand.
    ///
    /// - Parameter text: what is said to it in the record, where something has to be.
    func writes(
        _ request: ResolutionRequest, saying text: String, _ tx: borrowing HubTransaction
    ) throws -> (PendingWrites, Value?) {
        var value = try value(request)
        var pending = PendingWrites()
        switch request.choice {
        case .putBack:
            let lines: [Judgement.PutBack]
            (pending, lines) = try putBack(request, tx)
            value = lines.first { $0.place == finding.place }?.after
        case .keep(let key): try keep(key, request, &pending, tx)
        case .compose(let composed): try compose(composed, &pending, tx)
        case .stand: try stand(text, &pending, tx)
        case .join: try judgement.pair(finding, in: .aliases, &pending, tx)
        case .split(let key): try split(key, &pending, tx)
        }
        return (pending, value)
    }

    /// Whom a decision is told: whose work late work met is as it was, and not what was decided.
    func told(_ request: ResolutionRequest) -> OpenConflict {
        guard request.act == .putBack else { return finding }
        var told = finding
        told.sides = Array(finding.sides.prefix(1))
        return told
    }

    private func keep(
        _ key: String, _ request: ResolutionRequest, _ pending: inout PendingWrites,
        _ tx: borrowing HubTransaction
    ) throws {
        guard let kept = finding.side(key), let place = finding.place else {
            throw Problem(.badChoice)
        }
        switch finding.kind {
        case .key:
            // The others give the value up; their records stay.
            for side in finding.sides where side.place != kept.place {
                pending.set(side.place, .absent, replacing: side.origins)
            }
        case .reference:
            // Either the record it lies with comes back, or it is made void as well.
            let parent = finding.sides[1]
            if kept.place == parent.place {
                let place = OpenConflict.Place(
                    record: place.record, collection: place.collection, unit: .void)
                pending.set(
                    place, .text(request.reason),
                    replacing: try judgement.heads(place, tx).map(\.origin))
            } else {
                pending.set(parent.place, .absent, replacing: parent.origins)
            }
        default:
            try pending.set(finding.places, kept.value, judgement, tx)
        }
    }

    private func putBack(
        _ request: ResolutionRequest, _ tx: borrowing HubTransaction
    ) throws -> (PendingWrites, [Judgement.PutBack]) {
        guard case .late(let name) = question else { throw Problem(.badChoice) }
        return try judgement.puttingBack(name, because: request.reason, tx)
    }

    private func compose(
        _ value: Value, _ pending: inout PendingWrites, _ tx: borrowing HubTransaction
    ) throws {
        guard let place = finding.place else { return }
        if case .integer(let sum) = value, finding.kind == .capacity,
            judgement.schema.unit(place.unit, of: place.collection)?.policy.kind == .total,
            case .integer(let now)? = finding.shown
        {
            pending.increment(place, by: sum.subtractingClamped(now))
        } else {
            try pending.set(finding.places, value, judgement, tx)
        }
    }

    private func stand(
        _ text: String, _ pending: inout PendingWrites, _ tx: borrowing HubTransaction
    ) throws {
        func stand(_ place: OpenConflict.Place, _ keep: String) {
            pending.say(
                Remark(of: place.unit, .standing, keep: keep, text: text), at: place)
        }
        guard let place = finding.place else { return }
        switch question {
        case .unit: stand(place, finding.kind == .capacity ? finding.shown?.number ?? "" : "")
        case .shares: stand(place, finding.shown?.number ?? "")
        case .key: for side in finding.sides { stand(side.place, "") }
        case .premises(let name), .late(let name): stand(place, "\(name)")
        case .home: stand(place, "")
        case .pair: try judgement.pair(finding, in: .distinct, &pending, tx)
        case .unmerged, .branch, .gap: break
        }
    }

    /// The side becomes a record of its own, with what else the record says; the other side holds.
    private func split(
        _ key: String, _ pending: inout PendingWrites, _ tx: borrowing HubTransaction
    ) throws {
        guard let place = finding.place, let side = finding.side(key), finding.sides.count == 2,
            let collection = judgement.schema.collection(place.collection),
            let state = try judgement.state(place.record, place.collection, tx),
            let other = finding.sides.first(where: { $0.value != side.value })
        else { throw Problem(.badChoice) }
        let unique = collection.rules.compactMap { rule -> UnitID? in
            if case .unique(let unit) = rule { unit } else { nil }
        }
        var writes: [Write] = []
        for unit in collection.units where !unit.id.isOfEveryRecord && !unique.contains(unit.id) {
            let value: Value? =
                if unit.id == place.unit {
                    side.value
                } else if unit.policy.kind == .register {
                    state.outcome(of: unit)?.value
                } else { nil }
            if let value {
                writes.append(Write(unit: unit.id, operation: .set(value, replacing: [])))
            }
        }
        pending.set(place, other.value, replacing: finding.sides.flatMap(\.origins))
        pending.create(judgement.memory.record(at: judgement.now_ms), place.collection, writes)
    }
}

extension HubMemory {
    /// A name for a record made now.
    mutating func record(at now_ms: Int64) -> RecordID {
        RecordID.make(milliseconds: UInt64(max(0, now_ms)), using: &random)
    }
}

extension Value {
    fileprivate var number: String? {
        if case .integer(let number) = self { "\(number)" } else { nil }
    }
}
