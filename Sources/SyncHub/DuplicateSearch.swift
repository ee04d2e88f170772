internal import SyncCore
internal import SyncProtocol
internal import SyncStore

/// What a hub knows of records that may be one, kept up while records are written.
///
/// Invariants: the keys of a record are those of its newest state; a pair is asked about while it
/// is alike enough, or while somebody asked; a pair that people have decided follows the records.
struct DuplicateSearch {
    let schema: Schema
    let writers: WriterTable
    let now_ms: Int64
    /// Where the log is: decisions are compared with it.
    let position: LogPosition
    /// Keys are hashed under it, for one of them is the identity number.
    let secret: [UInt8]
    /// The pairs that were found, changed or dropped.
    private(set) var touched: Set<Question> = []

    init(
        schema: Schema, writers: WriterTable, now_ms: Int64, position: LogPosition,
        secret: [UInt8]
    ) {
        (self.schema, self.writers, self.now_ms) = (schema, writers, now_ms)
        (self.position, self.secret) = (position, secret)
    }

    /// Brings keys and pairs up to records that were just written.
    ///
    /// - Complexity: per record at most `DuplicateRule.maximumComparisons` comparisons, none where
    ///   what it is looked up by did not change.
    mutating func renew(_ written: [RecordState], _ tx: borrowing HubTransaction) throws {
        var due: [RecordID: (RecordState, DuplicateRule)] = [:]
        for state in written {
            guard let rule = schema.collection(state.collection)?.duplicates else { continue }
            due[state.record] = (state, rule)
        }
        for state in written {
            guard let rule = schema.collection(state.collection)?.duplicates else { continue }
            for other in rule.recognisedBy(state) where due[other] == nil {
                due[other] = try known(other, tx)
            }
        }
        for record in due.keys.sorted() {
            guard let (state, rule) = due[record] else { continue }
            try search(state, rule, tx)
        }
        for state in written { try settle(state, tx) }
    }

    /// Looks for what a record may be the same as, if what it is looked up by has changed.
    private mutating func search(
        _ state: RecordState, _ rule: DuplicateRule, _ tx: borrowing HubTransaction
    ) throws {
        let subject = try subject(state, rule, tx)
        let keys = keys(subject, rule)
        guard try tx.likenessKeys(of: state.record) != Set(keys) else { return }
        try tx.setLikenessKeys(Set(keys), of: state.record)
        var seen: Set<RecordID> = [state.record]
        var alike: Set<RecordID> = []
        for key in keys {
            for other in try tx.records(under: key, limit: DuplicateRule.maximumPerKey)
            where seen.count <= DuplicateRule.maximumComparisons && seen.insert(other).inserted {
                guard let theirs = try self.state(other, state.collection, tx),
                    let likeness = rule.likeness(subject, try self.subject(theirs, rule, tx)),
                    likeness.score >= rule.threshold, !state.isDecided(against: theirs),
                    !isVoid(state) || !isVoid(theirs)
                else { continue }
                alike.insert(other)
                var pair = try pair(state, other, tx)
                (pair.score, pair.reasons) = (likeness.score, likeness.reasons)
                try put(pair, tx)
            }
        }
        for pair in try tx.duplicates(of: state.record)
        where pair.state == DuplicateState.open.rawValue && !pair.isAsked
            && !alike.contains(pair.other(than: state.record))
        {
            try tx.removeDuplicate(pair.id)
            touched.insert(.pair(pair.collection, pair.first, pair.second))
        }
    }

    private func keys(_ subject: LikenessSubject, _ rule: DuplicateRule) -> [Int64] {
        var keys = rule.keys(subject).map(hash)
        // Of two voided records there is nothing to decide. So a voiding is a reason to look again,
        // and so is its end.
        if isVoid(subject.state) {
            keys.append(hash(LikenessKey(.max, "\(subject.state.record)")))
        }
        return keys
    }

    /// Looks through all records at once, where nothing was looked for before.
    ///
    /// Each is compared with those whose names come before its own: what `renew` does where records
    /// are written in the order of their names. One reading, and the keys in the order of their
    /// table, instead of several questions for each record.
    mutating func searchAll(in areas: [UInt32], _ tx: borrowing HubTransaction) throws {
        guard try !tx.hasLikenessKeys() else {
            throw StoreFault(.other, "a first load comes before any other record of its kind")
        }
        let collections = schema.collections.filter { $0.duplicates != nil }
        var states: [RecordID: RecordState] = [:]
        for collection in collections {
            for area in areas {
                try tx.records(of: collection.id, in: area, after: .start) { stored in
                    states[stored.record] = schema.upcast(
                        try StateCoding.decode(
                            stored.state, record: stored.record, collection: collection.id,
                            writers: writers))
                }
            }
        }
        var rows: [(key: Int64, record: RecordID)] = []
        let records = states.keys.sorted()
        for collection in collections {
            guard let rule = collection.duplicates else { continue }
            let subjects = records.compactMap { states[$0] }
                .filter { $0.collection == collection.id }
                .map { state in
                    LikenessSubject(
                        state,
                        relatives: rule.relatives(state).prefix(DuplicateRule.maximumRelatives)
                            .compactMap { states[$0] })
                }
            try compare(subjects, rule, &rows, tx)
        }
        try tx.addLikenessKeys(rows.sorted { ($0.key, $0.record) < ($1.key, $1.record) })
        for record in records {
            if let state = states[record] { try settle(state, tx) }
        }
    }

    private mutating func compare(
        _ subjects: [LikenessSubject], _ rule: DuplicateRule,
        _ rows: inout [(key: Int64, record: RecordID)], _ tx: borrowing HubTransaction
    ) throws {
        var places: [Int64: [Int]] = [:]
        for (place, subject) in subjects.enumerated() {
            let keys = keys(subject, rule)
            for key in Set(keys) {
                places[key, default: []].append(place)
                rows.append((key, subject.state.record))
            }
            var seen: Set<Int> = [place]
            for key in keys {
                for other in (places[key] ?? []).suffix(DuplicateRule.maximumPerKey).reversed()
                where seen.count <= DuplicateRule.maximumComparisons && seen.insert(other).inserted
                {
                    let theirs = subjects[other]
                    guard let likeness = rule.likeness(subject, theirs),
                        likeness.score >= rule.threshold,
                        !subject.state.isDecided(against: theirs.state),
                        !isVoid(subject.state) || !isVoid(theirs.state)
                    else { continue }
                    var pair = try pair(subject.state, theirs.state.record, tx)
                    (pair.score, pair.reasons) = (likeness.score, likeness.reasons)
                    try put(pair, tx)
                }
            }
        }
    }

    private mutating func put(_ pair: StoredDuplicate, _ tx: borrowing HubTransaction) throws {
        try tx.put(pair)
        touched.insert(.pair(pair.collection, pair.first, pair.second))
    }

    private func isVoid(_ state: RecordState) -> Bool {
        schema.collection(state.collection).map { state.isVoid(in: $0) } ?? false
    }

    /// Takes over what people said in a record: that it is one with another, that it is not, or
    /// that somebody should look.
    private mutating func settle(_ state: RecordState, _ tx: borrowing HubTransaction) throws {
        if state[.aliases] != nil { try tx.setAliases(state.aliases, of: state.record) }
        for (other, entry) in state.questions {
            guard let theirs = try self.state(other, state.collection, tx),
                !state.isDecided(against: theirs)
            else { continue }
            var pair = try pair(state, other, tx)
            guard let position = entry.origin.position, position > pair.decided else { continue }
            pair.isAsked = true
            if entry.isProposal, pair.proposer == nil {
                pair.proposer = entry.origin.author
                pair.state = DuplicateState.proposed.rawValue
            }
            if pair.reasons.isEmpty, let rule = schema.collection(state.collection)?.duplicates,
                let likeness = rule.likeness(
                    try subject(state, rule, tx), try subject(theirs, rule, tx))
            {
                (pair.score, pair.reasons) = (likeness.score, likeness.reasons)
            }
            try put(pair, tx)
        }
        guard state[.aliases] != nil || state[.distinct] != nil else { return }
        for other in Set(state.aliases + state.distinct).sorted() {
            if try self.state(other, state.collection, tx) != nil {
                try put(try pair(state, other, tx), tx)
            }
        }
        for var pair in try tx.duplicates(of: state.record) {
            guard
                let theirs = try self.state(
                    pair.other(than: state.record), state.collection, tx)
            else { continue }
            let isOne =
                state.aliases.contains(theirs.record) || theirs.aliases.contains(state.record)
            let isDistinct =
                state.distinct.contains(theirs.record) || theirs.distinct.contains(state.record)
            let decision: DuplicateState? = isOne ? .merged : isDistinct ? .distinct : nil
            let known = DuplicateState(rawValue: pair.state)
            guard decision != known, decision != nil || known == .merged || known == .distinct
            else { continue }
            pair.state = (decision ?? .open).rawValue
            pair.proposer = nil
            pair.decided = position
            // What was taken back is asked again, by a person and not by likeness.
            pair.isAsked = decision == nil
            try put(pair, tx)
        }
    }

    private func pair(
        _ state: RecordState, _ other: RecordID, _ tx: borrowing HubTransaction
    ) throws -> StoredDuplicate {
        let ids = [state.record, other].sorted()
        let id = Question.pair(state.collection, ids[0], ids[1]).id
        return try tx.duplicate(id)
            ?? StoredDuplicate(
                id: id, first: ids[0], second: ids[1], collection: state.collection,
                state: DuplicateState.open.rawValue, score: 0, reasons: [], found_ms: now_ms)
    }

    private func subject(
        _ state: RecordState, _ rule: DuplicateRule, _ tx: borrowing HubTransaction
    ) throws -> LikenessSubject {
        var relatives: [RecordState] = []
        for relative in rule.relatives(state).prefix(DuplicateRule.maximumRelatives) {
            if let (state, _) = try known(relative, tx) { relatives.append(state) }
        }
        return LikenessSubject(state, relatives: relatives)
    }

    private func known(
        _ record: RecordID, _ tx: borrowing HubTransaction
    ) throws -> (RecordState, DuplicateRule)? {
        for collection in schema.collections {
            guard let rule = collection.duplicates else { continue }
            if let state = try state(record, collection.id, tx) { return (state, rule) }
        }
        return nil
    }

    private func state(
        _ record: RecordID, _ collection: CollectionID, _ tx: borrowing HubTransaction
    ) throws -> RecordState? {
        guard let stored = try tx.record(record, in: collection) else { return nil }
        return schema.upcast(
            try StateCoding.decode(
                stored.state, record: record, collection: collection, writers: writers))
    }

    private func hash(_ key: LikenessKey) -> Int64 {
        let hash = Digests.sha256(secret + [key.kind] + Array(key.text.utf8)).bytes
        return Int64(bitPattern: hash.prefix(8).reduce(0) { $0 << 8 | UInt64($1) })
    }
}

extension RecordState {
    /// What was said of this record and another being one, in the record's discussion.
    fileprivate var questions: [(RecordID, Doubt)] {
        guard case .log(let log)? = self[.discussion] else { return [] }
        return log.entries.compactMap { entry in
            guard case .group(let members) = entry.value, members.count == 4,
                members[0] == .integer(Int64(UnitID.aliases.value)),
                case .text(let text) = members[2], let other = RecordID(text.string),
                other != record
            else { return nil }
            return (
                other,
                Doubt(origin: entry.origin, isProposal: members[1] == .text("proposal"))
            )
        }
    }
}

private struct Doubt {
    let origin: Origin
    let isProposal: Bool
}
