public import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

// Records that may be one: who is asked, and how they become one and two again.

extension Hub {
    /// The pairs in a state, or those that wait for people, the most alike first.
    public func duplicates(
        state: DuplicateState?, by session: Session
    ) throws(Problem) -> [DuplicateView] {
        try require(.conflictAdministrator, session)
        let states = state.map { [$0] } ?? [.proposed, .open]
        return try serving { memory in
            try self.store.read { [memory] tx in
                try tx.duplicates(in: states.map(\.rawValue)).map {
                    try self.view($0, memory, isFull: false, tx)
                }
            }
        }
    }

    /// One pair, side by side.
    public func duplicate(_ id: RecordID, by session: Session) throws(Problem) -> DuplicateView {
        try require(.conflictAdministrator, session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                guard let pair = try tx.duplicate(id) else { throw Problem(.noSuchConflict) }
                return try self.view(pair, memory, isFull: true, tx)
            }
        }
    }

    /// The name of the pair of two records, whether it was found alike or not.
    public static func duplicateID(_ first: RecordID, _ second: RecordID) -> RecordID {
        DuplicateSearch.pairID(first, second)
    }

    /// Looks once more for records that may be one, over everything there is. Returns how many
    /// pairs wait for people.
    ///
    /// - Complexity: in bounded steps for each record; the hub serves nobody meanwhile.
    public func scanDuplicates(by session: Session) throws(Problem) -> Int {
        try require(.conflictAdministrator, session)
        let now = clock()
        return try serving { memory in
            let secret = try self.store.write { tx in
                let secret = try tx.setting("likeness") ?? memory.bytes(16)
                try tx.set("likeness", secret)
                return secret
            }
            return try self.store.write { [memory] tx in
                let search = DuplicateSearch(
                    schema: self.schema, writers: memory.writers, now_ms: now,
                    position: memory.position, secret: secret)
                var states: [RecordState] = []
                try tx.allRecords { stored in
                    guard self.schema.collection(stored.collection)?.duplicates != nil else {
                        return
                    }
                    states.append(
                        self.schema.upcast(
                            try StateCoding.decode(
                                stored.state, record: stored.record,
                                collection: stored.collection, writers: memory.writers)))
                }
                for state in states {
                    if let rule = self.schema.collection(state.collection)?.duplicates {
                        try search.search(state, rule, isForced: true, tx)
                    }
                }
                try tx.audit("duplicate.scan", "\(states.count)", by: session.person, at_ms: now)
                return try tx.duplicates(
                    in: [DuplicateState.open, .proposed].map(\.rawValue)
                ).count
            }
        }
    }

    /// Says that the two records of a pair are one.
    ///
    /// Where the schema asks for a second person, the first one's word is kept as a proposal in the
    /// record, and the pair is made when somebody else says the same. Throws `.alreadyResolved`
    /// where they are one, and `.reasonRequired`.
    public func mergeDuplicate(
        _ id: RecordID, reason: String, by session: Session
    ) throws(Problem) -> DuplicateView {
        try decide(id, reason, "alias", session) { pair, states, judgement, tx in
            guard !states[0].isOne(with: states[1]) else { throw Problem(.alreadyResolved) }
            let rule = self.schema.collection(pair.collection)?.duplicates
            let isAgreed = pair.proposer.map { $0 != session.person } ?? false
            if rule?.needsSecondPerson ?? true, !isAgreed {
                let entry = Value.group([
                    .integer(Int64(UnitID.aliases.value)), .text("proposal"),
                    .text("\(pair.second)"), .text(reason),
                ])
                return [
                    try self.change(
                        states[0],
                        [Write(unit: .discussion, operation: .append([entry]))], judgement)
                ]
            }
            return try self.pairing(states, judgement) { state, other in
                var writes = [
                    Write(
                        unit: .aliases,
                        operation: .change(adding: [.reference(other)], removing: []))
                ]
                let removals = state.removals(of: other, from: .distinct)
                if !removals.isEmpty {
                    writes.append(
                        Write(
                            unit: .distinct, operation: .change(adding: [], removing: removals)))
                }
                return writes
            }
        }
    }

    /// Takes back that two records are one: each has its own writes again.
    public func unmergeDuplicate(
        _ id: RecordID, reason: String, by session: Session
    ) throws(Problem) -> DuplicateView {
        try decide(id, reason, "unalias", session) { _, states, judgement, _ in
            guard states[0].isOne(with: states[1]) else { throw Problem(.alreadyResolved) }
            return try self.pairing(states, judgement) { state, other in
                let removals = state.removals(of: other, from: .aliases)
                return removals.isEmpty
                    ? []
                    : [
                        Write(
                            unit: .aliases, operation: .change(adding: [], removing: removals))
                    ]
            }
        }
    }

    /// Says that two records are not one. Nobody is asked again, here or on any device.
    public func separateDuplicate(
        _ id: RecordID, reason: String, by session: Session
    ) throws(Problem) -> DuplicateView {
        try decide(id, reason, "distinct", session) { _, states, judgement, _ in
            guard !states[0].isDecided(against: states[1]) else { throw Problem(.alreadyResolved) }
            return try self.pairing(states, judgement) { _, other in
                [
                    Write(
                        unit: .distinct,
                        operation: .change(adding: [.reference(other)], removing: []))
                ]
            }
        }
    }

    // MARK: Writing

    private func decide(
        _ id: RecordID, _ reason: String, _ intent: String, _ session: Session,
        _ changes: (
            StoredDuplicate, [RecordState], Judgement, borrowing HubTransaction
        ) throws -> [RecordChange]
    ) throws(Problem) -> DuplicateView {
        try require(.conflictAdministrator, session)
        guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= Limits.reasonBytes,
            !reason.utf8.contains(0)
        else { throw Problem(.reasonRequired) }
        let now = clock()
        return try serving { memory in
            let (view, after) = try self.store.write { [memory] tx in
                guard let pair = try tx.duplicate(id) else { throw Problem(.noSuchConflict) }
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                let states = try [pair.first, pair.second].compactMap {
                    try judgement.state($0, pair.collection, tx)
                }
                guard states.count == 2 else { throw Problem(.noSuchConflict) }
                let made = try changes(pair, states, judgement, tx)
                let name = try judgement.write(
                    made, intent: made.count == 2 ? intent : "proposal", author: session.person,
                    reason: reason, tx)
                try judgement.flush(tx)
                if made.count == 2 { try self.tell(pair, states, intent, reason, session, now, tx) }
                try tx.audit(
                    "duplicate.\(made.count == 2 ? intent : "propose")", "\(id) \(name)",
                    reason: reason, by: session.person, at_ms: now)
                guard let after = try tx.duplicate(id) else { throw Problem(.noSuchConflict) }
                return (
                    try self.view(after, judgement.memory, isFull: true, tx), judgement.memory
                )
            }
            memory = after
            return view
        }
    }

    /// The same change of both records, so that whoever holds one of them hears of it.
    private func pairing(
        _ states: [RecordState], _ judgement: Judgement,
        _ writes: (RecordState, RecordID) -> [Write]
    ) throws -> [RecordChange] {
        try zip(states, states.reversed()).map { state, other in
            try change(state, writes(state, other.record), judgement)
        }
    }

    private func change(
        _ state: RecordState, _ writes: [Write], _ judgement: Judgement
    ) throws -> RecordChange {
        guard
            let change = RecordChange(
                record: state.record, collection: state.collection, creates: false,
                writes: writes, shown: judgement.working[state.record]?.position)
        else { throw Problem(.alreadyResolved) }
        return change
    }

    /// Tells whoever registered the records.
    private func tell(
        _ pair: StoredDuplicate, _ states: [RecordState], _ intent: String, _ reason: String,
        _ session: Session, _ now: Int64, _ tx: borrowing HubTransaction
    ) throws {
        var told: Set<PersonID> = [.hub, session.person]
        for (state, other) in zip(states, states.reversed()) {
            guard let author = state.created?.author, told.insert(author).inserted else { continue }
            try tx.addNotice(to: author) { number in
                SyncResponse.Notice(
                    number: number, kind: .decision, at_ms: UInt64(max(0, now)),
                    by: session.person, record: state.record, collection: state.collection,
                    unit: intent == "distinct" ? .distinct : .aliases,
                    value: intent == "unalias" ? .absent : .reference(other.record), yours: nil,
                    reason: Text(reason)
                ).stored
            }
        }
    }

    // MARK: Views

    private func view(
        _ pair: StoredDuplicate, _ memory: HubMemory, isFull: Bool, _ tx: borrowing HubTransaction
    ) throws -> DuplicateView {
        let collection = schema.collection(pair.collection)
        let sides = try [pair.first, pair.second].map { record in
            let stored = try tx.record(record, in: pair.collection)
            var units: [UnitID: [Value]] = [:]
            if isFull, let stored, let collection {
                let state = schema.upcast(
                    try StateCoding.decode(
                        stored.state, record: record, collection: pair.collection,
                        writers: memory.writers))
                for unit in collection.units where unit.id != .discussion {
                    units[unit.id] = state[unit.id]?.outcome(under: unit)?.values
                }
            }
            return DuplicateView.Side(
                record: record, title: try tx.title(of: record, in: pair.collection),
                area: stored.map { memory.path($0.area).joined(separator: " / ") } ?? "",
                units: units)
        }
        return DuplicateView(
            id: pair.id, collection: pair.collection,
            state: DuplicateState(rawValue: pair.state) ?? .open, score: pair.score,
            reasons: pair.reasons, found_ms: pair.found_ms,
            needsSecondPerson: collection?.duplicates?.needsSecondPerson ?? true,
            proposer: pair.proposer,
            proposerName: try pair.proposer.map { try tx.person($0)?.name ?? "\($0)" },
            sides: sides)
    }
}

extension Outcome {
    /// Everything it shows: one value, the elements of a set, or the sides of a dispute.
    fileprivate var values: [Value] {
        switch self {
        case .settled(let value, _, _), .chosen(let value, _, _), .computed(let value): [value]
        case .combined(let text, _, _): [.text(text)]
        case .total(let amount): [.integer(amount)]
        case .elements(let elements): elements
        case .entries(let entries): entries.map(\.value)
        case .disputed(let dispute): dispute.sides.map(\.value)
        }
    }
}

extension RecordState {
    fileprivate func isOne(with other: RecordState) -> Bool {
        aliases.contains(other.record) || other.aliases.contains(record)
    }

    /// What takes a record out of one of the sets of others.
    fileprivate func removals(of other: RecordID, from unit: UnitID) -> [Write.Removal] {
        guard case .elements(let elements)? = self[unit],
            let entry = elements.entries.first(where: { $0.element == .reference(other) })
        else { return [] }
        return [Write.Removal(element: entry.element, adds: entry.adds.map(\.name))]
    }
}
