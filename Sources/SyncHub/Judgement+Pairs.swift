internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

// Records that may be one, and records that are: what is asked about them, and how they become one
// and two again.

extension Judgement {
    // MARK: Asking

    /// Asks of the records written here whether they are registered twice, and what those disagree
    /// on that are one.
    func askOfPairs(_ tx: borrowing HubTransaction) throws {
        guard schema.collections.contains(where: { $0.duplicates != nil }) else { return }
        let written = working.keys.sorted().compactMap { id -> Working? in
            guard let record = working[id], record.isDirty,
                schema.collection(record.state.collection)?.duplicates != nil
            else { return nil }
            return record
        }
        guard !written.isEmpty else { return }
        var search = try duplicateSearch(tx)
        try search.renew(written.map(\.state), tx)
        for pair in search.touched { docket.ask(pair) }
        for record in written { try askOfJoined(record, tx) }
    }

    /// Asks of all records whether they are registered twice, where nobody has asked of any.
    func askOfAllPairs(_ tx: borrowing HubTransaction) throws {
        var search = try duplicateSearch(tx)
        try search.searchAll(in: memory.areas.map(\.number), tx)
        for pair in search.touched { docket.ask(pair) }
    }

    private func duplicateSearch(_ tx: borrowing HubTransaction) throws -> DuplicateSearch {
        var secret = try tx.setting("likeness") ?? []
        if secret.isEmpty {
            secret = memory.bytes(16)
            try tx.set("likeness", secret)
        }
        return DuplicateSearch(
            schema: schema, writers: memory.writers, now_ms: now_ms, position: memory.position,
            secret: secret)
    }

    func askOfJoined(_ record: Working, _ tx: borrowing HubTransaction) throws {
        let (id, collection) = (record.state.record, record.state.collection)
        let parts = try parts(of: id, collection, tx)
        guard parts.count > 1, let first = parts.first,
            let declaration = schema.collection(collection)
        else { return }
        let states = try parts.compactMap { try state($0, collection, tx) }
        for conflict in RecordState.joining(states, in: declaration).conflicts(under: schema) {
            docket.ask(.unit(first, collection, conflict.unit))
        }
        for (unit, acts) in record.remarks where acts.contains(.objection) {
            docket.ask(.unit(first, collection, unit))
        }
        for row in try parts.flatMap({ try tx.conflicts(of: $0) })
        where row.state != ConflictState.resolved.rawValue {
            if let question = Question(bytes: row.question) { docket.ask(question) }
        }
    }

    /// The records that are one with `record`, itself among them, rising.
    func parts(
        of record: RecordID, _ collection: CollectionID, _ tx: borrowing HubTransaction
    ) throws -> [RecordID] {
        guard schema.collection(collection)?.duplicates != nil else { return [record] }
        return try RecordState.joined(with: record) { part in
            try tx.aliases(of: part).filter { try working($0, collection, tx) != nil }
        }
    }

    // MARK: Answering

    func pairFinding(
        _ collection: CollectionID, _ first: RecordID, _ second: RecordID,
        _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        let id = Question.pair(collection, first, second).id
        let waiting: [DuplicateState] = [.open, .proposed]
        guard let pair = try tx.duplicate(id), waiting.map(\.rawValue).contains(pair.state),
            !memory.voided.isSuperset(of: [first, second]),
            // Through a third record they may be one already.
            try !parts(of: first, collection, tx).contains(second)
        else { return nil }
        return try pairEvidence(collection, first, second, tx)
    }

    /// Both records of a pair, whatever was decided of it.
    func pairEvidence(
        _ collection: CollectionID, _ first: RecordID, _ second: RecordID,
        _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        let records = try [first, second].compactMap { try working($0, collection, tx) }
        guard records.count == 2 else { return nil }
        let sides = records.map { record in
            OpenConflict.Evidence(
                place: OpenConflict.Place(
                    record: record.state.record, collection: collection, unit: .aliases),
                value: .reference(record.state.record),
                origins: [record.state.created].compactMap(\.self))
        }
        return OpenConflict(
            kind: .duplicate, place: sides[0].place, area: records[0].area, sides: sides,
            places: sides.map(\.place),
            seen: records.flatMap { $0.state.heads.map(\.head.origin.name) })
    }

    // MARK: Deciding

    /// Who else said that the two records of a pair are one; `nil` if nobody did.
    func proposer(
        of question: Question, but person: PersonID, _ tx: borrowing HubTransaction
    ) throws -> PersonID? {
        guard let proposer = try tx.duplicate(question.id)?.proposer, proposer != person else {
            return nil
        }
        return proposer
    }

    /// Says of each record of a pair that it is the other, or that it is not. Both are written, so
    /// that whoever holds one of them hears of it.
    func pair(
        _ finding: OpenConflict, in unit: UnitID, _ pending: inout PendingWrites,
        _ tx: borrowing HubTransaction
    ) throws {
        for (side, other) in zip(finding.sides, finding.sides.reversed()) {
            let place = side.place.in(unit)
            pending.change(place, adding: [other.value])
            let contrary = place.in(unit == .aliases ? .distinct : .aliases)
            pending.change(contrary, removing: try removals(of: other.value, from: contrary, tx))
        }
    }

    /// Takes back what was said of a pair: each record has its own writes again, and people are
    /// asked anew.
    func part(
        _ row: StoredConflict, _ finding: OpenConflict, _ reason: String, by person: PersonID,
        _ tx: borrowing HubTransaction
    ) throws {
        var pending = PendingWrites()
        for (side, other) in zip(finding.sides, finding.sides.reversed()) {
            for unit in [UnitID.aliases, .distinct] {
                let place = side.place.in(unit)
                pending.change(place, removing: try removals(of: other.value, from: place, tx))
            }
        }
        guard !pending.isEmpty else { throw Problem(.notDecided) }
        let name = try write(
            try pending.changes(self, tx), intent: "undo", author: person, reason: reason, tx)
        var row = row
        row.decidedBy = nil
        try tx.put(row)
        try tx.add(
            ConflictStep(at_ms: now_ms, person: person, act: "undone", text: reason), to: row.id)
        try tell(finding, .aliases, nil, reason, by: person, tx)
        try tx.audit("conflict.undo", "\(name)", reason: reason, by: person, at_ms: now_ms)
    }

    /// What takes an element out of a set.
    private func removals(
        of element: Value, from place: OpenConflict.Place, _ tx: borrowing HubTransaction
    ) throws -> [Write.Removal] {
        guard
            case .elements(let elements)? = try state(place.record, place.collection, tx)?[
                place.unit]
        else { return [] }
        return elements.entries.filter { $0.element == element }.map {
            Write.Removal(element: $0.element, adds: $0.adds.map(\.name))
        }
    }
}

extension OpenConflict.Place {
    /// Another unit of the same record.
    func `in`(_ unit: UnitID) -> Self { Self(record: record, collection: collection, unit: unit) }
}
