internal import SyncCore
internal import SyncProtocol
internal import SyncStore

/// What is to be asked again because of what a judgement merged. Records of collections without
/// rules, in which nobody disagrees and that no open conflict looks at, put nothing here.
struct Docket {
    private(set) var questions: Set<Question> = []

    mutating func ask(_ question: Question) { questions.insert(question) }

    /// The questions in an order that is the same each time.
    var inOrder: [Question] { questions.sorted { $0.id < $1.id } }
}

extension Judgement {
    // MARK: Asking

    /// Asks what a written record raises: by itself, by the rules of its collection, and as a part
    /// of conflicts that are open.
    func ask(about record: Working, _ tx: borrowing HubTransaction) throws {
        let id = record.state.record
        try askOfUnits(record, tx)
        if record.state.units.first?.id == .void { try askOfVoid(record, tx) }
        if let rules = ruled[record.state.collection] { try askOfRules(rules, record, tx) }
        if memory.watched.contains(id) {
            for bytes in try tx.questions(about: id) {
                if let question = Question(bytes: bytes) { docket.ask(question) }
            }
            for name in try tx.premised(on: id) { docket.ask(.premises(name)) }
        }
    }

    private func askOfUnits(_ record: Working, _ tx: borrowing HubTransaction) throws {
        let open = record.state.conflicts(under: schema)
        guard !open.isEmpty || record.wasDisputed || !record.remarks.isEmpty else { return }
        let (id, collection) = (record.state.record, record.state.collection)
        for conflict in open { docket.ask(.unit(id, collection, conflict.unit)) }
        for row in try tx.conflicts(of: id) where row.state != ConflictState.resolved.rawValue {
            if let question = Question(bytes: row.question) { docket.ask(question) }
        }
        for (unit, acts) in record.remarks where acts.contains(.objection) {
            docket.ask(.unit(id, collection, unit))
        }
    }

    /// Notes whether a record shows as void now, and asks of what was put with it unaware.
    private func askOfVoid(_ record: Working, _ tx: borrowing HubTransaction) throws {
        let id = record.state.record
        guard let declaration = schema.unit(.void, of: record.state.collection) else { return }
        let value = record.state.outcome(of: declaration)?.value ?? .absent
        let isVoid = value != .absent
        guard isVoid != memory.voided.contains(id) else { return }
        try tx.setVoid(id, isVoid)
        if isVoid { memory.voided.insert(id) } else { memory.voided.remove(id) }
        guard isVoid, case .register(let register)? = record.state[.void] else { return }
        var known = LogPosition.start
        for head in register.heads {
            guard let (set, _, _) = try memory.log.changeSet(head.origin.name, tx),
                set.trunk.epoch == memory.epoch
            else { continue }
            known = max(known, set.trunk.position)
        }
        for (collection, rules) in ruled where rules.contains(.livingHome) {
            guard case .with(let unit)? = schema.collection(collection)?.home else { continue }
            try tx.records(of: collection, in: record.area, after: known) { stored in
                let state = try StateCoding.decode(
                    stored.state, record: stored.record, collection: collection,
                    writers: memory.writers)
                if state.reference(unit) == id { docket.ask(.home(collection, stored.record)) }
            }
        }
    }

    private func askOfRules(
        _ rules: [RecordRule], _ record: Working, _ tx: borrowing HubTransaction
    ) throws {
        let (id, collection) = (record.state.record, record.state.collection)
        for rule in rules {
            switch rule {
            case .unique(let unit):
                guard !record.written.isDisjoint(with: [unit, .void, .aliases]) else { continue }
                let before = try tx.claims(of: id, unit)
                var now: Set<[UInt8]> = []
                if !memory.voided.contains(id), case .register(let register)? = record.state[unit] {
                    for head in register.heads where head.value != .absent {
                        now.insert(Question.key(of: head.value))
                    }
                }
                for key in before.subtracting(now) {
                    try tx.deleteClaim(key, collection, unit, by: id)
                }
                for key in now.subtracting(before) {
                    try tx.putClaim(key, collection, unit, by: id)
                }
                for key in before.union(now) { docket.ask(.key(collection, unit, key)) }
            case .share(let unit, let share):
                try askOfShare(unit, share, record, tx)
            case .total(let unit, _, .unit(let bound)?):
                guard !record.written.isDisjoint(with: [unit, bound, .void, .discussion]) else {
                    continue
                }
                docket.ask(.shares(collection, id, unit))
            case .livingHome:
                guard record.stored == nil, !memory.voided.isEmpty,
                    case .with(let unit)? = schema.collection(collection)?.home,
                    let parent = record.state.reference(unit), memory.voided.contains(parent)
                else { continue }
                docket.ask(.home(collection, id))
            case .total, .office: break
            }
        }
    }

    /// Keeps what a record takes of another's total, and asks whether that is too much where it
    /// takes more or less, or of another one.
    private func askOfShare(
        _ unit: UnitID, _ share: Share, _ record: Working, _ tx: borrowing HubTransaction
    ) throws {
        guard !record.written.isDisjoint(with: [unit, share.register, .void]) else { return }
        let (id, collection) = (record.state.record, record.state.collection)
        var now: StoredShare?
        if !memory.voided.contains(id), case .total(let total)? = record.state[unit],
            total.amount != 0, let declaration = schema.collection(collection),
            let whole = share.record(named: record.state, in: declaration)
        {
            now = StoredShare(
                whole: whole, total: share.total, part: id, collection: collection, unit: unit,
                amount: total.amount)
        }
        let before = try tx.share(of: id, unit)
        guard now != before else { return }
        if let before {
            try tx.deleteShare(before)
            docket.ask(.shares(share.collection, before.whole, before.total))
        }
        if let now {
            try tx.put(now)
            docket.ask(.shares(share.collection, now.whole, now.total))
        }
    }

    /// Asks of a change set that was just merged or set aside.
    func ask(of set: ChangeSet, late: Bool, _ tx: borrowing HubTransaction) throws {
        if late { docket.ask(.late(set.name)) }
        for premise in set.premises {
            try tx.putPremise(premise.record, of: set.name)
            memory.watched.insert(premise.record)
        }
        if !set.premises.isEmpty { docket.ask(.premises(set.name)) }
    }

    // MARK: Answering

    /// Answers everything that is to be asked: opens, reopens and closes conflicts.
    func answerDocket(_ tx: borrowing HubTransaction) throws {
        // Answering reads, and writes no record, so it raises nothing more.
        for question in docket.inOrder { try answer(question, tx) }
        docket = Docket()
    }

    /// Brings the row of one conflict to what is found.
    func answer(_ question: Question, _ tx: borrowing HubTransaction) throws {
        let id = question.id
        let old = try tx.conflict(id)
        guard let finding = try find(question, tx) else {
            if case .premises(let name) = question, try !holds(name, tx) {
                try tx.dropPremises(of: name)
            }
            guard var row = old, row.state != ConflictState.resolved.rawValue else { return }
            row.state = ConflictState.resolved.rawValue
            row.proposal = nil
            try tx.put(row)
            try tx.watch([], for: id)
            if !deciding.contains(id) {
                try tx.add(
                    ConflictStep(at_ms: now_ms, person: nil, act: "closed", text: ""), to: id)
            }
            return
        }
        let stakes = finding.place.flatMap { schema.unit($0.unit, of: $0.collection)?.stakes }
        let severity = Severity(finding.kind, stakes ?? .ordinary)
        var row =
            old
            ?? StoredConflict(
                id: id, question: question.bytes, kind: finding.kind.rawValue,
                severity: severity.rawValue, record: finding.place?.record,
                collection: finding.place?.collection, unit: finding.place?.unit,
                area: finding.area, state: ConflictState.open.rawValue, opened_ms: now_ms,
                due_ms: now_ms + severity.term_ms)
        if old == nil {
            try tx.add(ConflictStep(at_ms: now_ms, person: nil, act: "opened", text: ""), to: id)
        } else if row.state == ConflictState.resolved.rawValue {
            row.state = ConflictState.open.rawValue
            (row.opened_ms, row.due_ms) = (now_ms, now_ms + severity.term_ms)
            row.reopened += 1
            (row.owner, row.proposals, row.proposal) = (nil, 0, nil)
            try tx.add(
                ConflictStep(at_ms: now_ms, person: nil, act: "reopened", text: ""), to: id)
        }
        (row.kind, row.severity) = (finding.kind.rawValue, severity.rawValue)
        (row.record, row.collection) = (finding.place?.record, finding.place?.collection)
        (row.unit, row.area) = (finding.place?.unit, finding.area)
        let proposals = Set([finding.place].compactMap(\.self) + finding.places).map { place in
            working[place.record]?.remarks[place.unit]?.count { $0 == .proposal } ?? 0
        }.reduce(0, +)
        if proposals > 0 {
            row.proposals += proposals
            row.state = ConflictState.proposed.rawValue
        }
        if row != old { try tx.put(row) }
        let records = finding.records
        // One record asks by itself.
        if case .unit(_, let collection, _) = question, records.count == 1 {
            if schema.collection(collection)?.duplicates != nil { try tx.watch([], for: id) }
            return
        }
        try tx.watch(records, for: id)
        if !records.isSubset(of: memory.watched) { memory.watched.formUnion(records) }
    }
}
