public import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

// Conflicts: what people see of them, and who works on them.

extension Hub {
    /// The conflicts in a state, or all that are not resolved, oldest first.
    public func conflicts(
        state: ConflictState?, by session: Session
    ) throws(Problem) -> [ConflictView] {
        try require(.conflictAdministrator, session)
        return try serving { memory in
            memory = try self.store.write { [memory] tx in
                let judgement = Judgement(memory, schema: self.schema, now_ms: self.clock())
                try judgement.askOfTime(tx)
                return judgement.memory
            }
            return try self.store.read { [memory] tx in
                let reader = Judgement(memory, schema: self.schema, now_ms: self.clock())
                return try tx.conflicts(state: state?.rawValue).map { row in
                    // Of a damaged record the queue tells what its own row says.
                    let finding = try StoreFault.unlessDamaged { try reader.finding(of: row, tx) }
                    return try self.view(row, finding, reader, tx)
                }
            }
        }
    }

    /// Everything about one conflict.
    public func conflict(_ id: RecordID, by session: Session) throws(Problem) -> ConflictDetail {
        try require(.conflictAdministrator, session)
        return try serving { memory in
            try self.store.read { [memory] tx in try self.detail(id, memory, tx) }
        }
    }

    // MARK: Who works on it

    /// Takes a conflict on. One that somebody else holds changes hands.
    public func claim(_ id: RecordID, by session: Session) throws(Problem) -> ConflictDetail {
        try assign(id, to: session.person, due_ms: nil, "claimed", by: session)
    }

    /// Gives a conflict to somebody, and perhaps another day to be done by.
    ///
    /// Throws `.noSuchPerson` for who may not decide conflicts.
    public func assign(
        _ id: RecordID, to name: String, due_ms: Int64?, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try require(.conflictAdministrator, session)
        let person = try serving { _ in
            try self.store.read { tx in
                guard let person = try tx.person(named: name), person.isActive,
                    person.roleSet.contains(.conflictAdministrator)
                else { throw Problem(.noSuchPerson) }
                return person.id
            }
        }
        return try assign(id, to: person, due_ms: due_ms, "assigned", by: session)
    }

    /// The names of those to whom a conflict can be given, sorted.
    public func colleagues(by session: Session) throws(Problem) -> [String] {
        try require(.conflictAdministrator, session)
        return try serving { _ in
            try self.store.read { tx in
                try tx.people()
                    .filter { $0.isActive && $0.roleSet.contains(.conflictAdministrator) }
                    .map(\.name)
            }
        }
    }

    private func assign(
        _ id: RecordID, to person: PersonID, due_ms: Int64?, _ act: String, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try require(.conflictAdministrator, session)
        let now = clock()
        return try serving { memory in
            try self.store.write { [memory] tx in
                guard var row = try tx.conflict(id) else { throw Problem(.noSuchConflict) }
                guard row.state != ConflictState.resolved.rawValue else {
                    throw Problem(.alreadyResolved)
                }
                let before = row.owner
                row.owner = person
                if let due_ms { row.due_ms = due_ms }
                if row.state == ConflictState.open.rawValue {
                    row.state = ConflictState.assigned.rawValue
                }
                try tx.put(row)
                try tx.add(
                    ConflictStep(
                        at_ms: now, person: session.person, act: act,
                        text: try self.personName(person, tx)), to: id)
                try tx.audit("conflict.claim", "\(id)", by: session.person, at_ms: now)
                // Whoever did it knows.
                if person != session.person {
                    try self.tell(person, of: row, due_ms: row.due_ms, by: session.person, tx)
                }
                if let before, before != person, before != session.person {
                    try self.tell(before, of: row, due_ms: nil, by: session.person, tx)
                }
                return try self.detail(id, memory, tx)
            }
        }
    }

    /// Tells somebody that a conflict is theirs to decide, and by when; or theirs no longer.
    private func tell(
        _ person: PersonID, of row: StoredConflict, due_ms: Int64?, by giver: PersonID,
        _ tx: borrowing HubTransaction
    ) throws {
        let kind = ConflictKind(rawValue: row.kind) ?? .failure
        try tx.addNotice(to: person) { number in
            SyncResponse.Notice(
                number: number, kind: .assigned, at_ms: UInt64(max(0, self.clock())), by: giver,
                record: row.record, collection: row.collection, unit: row.unit,
                value: due_ms.map { .integer($0) }, yours: nil, reason: Text(kind.word)
            ).stored
        }
    }

    // MARK: Views

    func view(
        _ row: StoredConflict, _ finding: OpenConflict?, _ reader: Judgement,
        _ tx: borrowing HubTransaction
    ) throws -> ConflictView {
        var authors: [String] = []
        for origin in (finding?.sides ?? []).flatMap(\.origins) {
            let name = try personName(origin.author, tx)
            if !authors.contains(name) { authors.append(name) }
        }
        let stakes = reader.stakes(of: row)
        var title = ""
        if let record = row.record, let collection = row.collection {
            title = try reader.title(of: record, in: collection, tx)
        }
        switch Question(bytes: row.question) {
        case .branch(let replica)?: title = try tx.replica(replica)?.name ?? ""
        case .unmerged(let name)?: title = try tx.replica(name.replica)?.name ?? ""
        case .gap(let name)?:
            title = "\(try tx.replica(name.replica)?.name ?? "") / \(name.number)"
        case .pair(let collection, let first, let second)?:
            title = try [first, second].map { try tx.title(of: $0, in: collection) }
                .filter { !$0.isEmpty }.joined(separator: " / ")
        default: break
        }
        return ConflictView(
            id: row.id, kind: ConflictKind(rawValue: row.kind) ?? .failure, record: row.record,
            collection: row.collection, unit: row.unit,
            state: ConflictState(rawValue: row.state) ?? .open,
            severity: Severity(rawValue: row.severity) ?? .normal, isHighStakes: stakes >= .high,
            needsTwoPersons: stakes >= .twoPersons,
            area: reader.memory.path(finding?.area ?? row.area).joined(separator: " / "),
            title: title, opened_ms: row.opened_ms, due_ms: row.due_ms, owner: row.owner,
            ownerName: try row.owner.map { try personName($0, tx) }, authors: authors,
            sides: finding?.sides.count ?? 0, proposals: row.proposals,
            timesReopened: row.reopened)
    }

    func detail(
        _ id: RecordID, _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> ConflictDetail {
        guard let row = try tx.conflict(id) else { throw Problem(.noSuchConflict) }
        let reader = Judgement(memory, schema: schema, now_ms: clock())
        let finding = try reader.finding(of: row, tx)
        var sides: [ConflictDetail.SideView] = []
        for (index, side) in (finding?.sides ?? []).enumerated() {
            sides.append(try sideView(OpenConflict.sideKey(index), side, finding, reader, tx))
        }
        let version = finding?.version ?? ""
        let base = try finding?.base.map { try sideView("base", $0, finding, reader, tx) }
        return ConflictDetail(
            view: try view(row, finding, reader, tx),
            base: base,
            sides: sides,
            names: try reader.names(of: [base].compactMap(\.self) + sides, finding?.shown, tx),
            shown: finding?.shown, version: version,
            acts: finding.map { reader.acts(on: $0) } ?? [],
            discussion: try remarks(row, finding, reader, tx),
            proposal: try row.proposal.flatMap { StoredProposal(bytes: $0) }.map {
                ConflictDetail.Proposal(
                    by: $0.by, byName: try personName($0.by, tx), at_ms: $0.at_ms,
                    request: $0.request, isFresh: $0.request.version == version)
            },
            decision: try row.decision.flatMap { StoredDecision(bytes: $0) }.map {
                ConflictDetail.Decision(
                    byName: try personName($0.by, tx),
                    approvedByName: try $0.approvedBy.map { try personName($0, tx) },
                    at_ms: $0.at_ms, act: $0.act, value: $0.value, reason: $0.reason)
            },
            likeness: row.kind == ConflictKind.duplicate.rawValue
                ? try tx.duplicate(id).map { Likeness(score: $0.score, reasons: $0.reasons) } : nil,
            putsBack: try putsBack(row, finding, reader, tx),
            asks: try Question(bytes: row.question).flatMap { try reader.owner(of: $0, tx) }
                .map { try personName($0, tx) },
            dependents: try dependents(row, reader, tx),
            history: try tx.steps(of: id).map { step in
                ConflictDetail.Step(
                    at_ms: step.at_ms, personName: try step.person.map { try personName($0, tx) },
                    act: step.act, text: step.text)
            })
    }

    func putsBack(
        _ row: StoredConflict, _ finding: OpenConflict?, _ reader: Judgement,
        _ tx: borrowing HubTransaction
    ) throws -> [ConflictDetail.PutBack] {
        guard finding != nil, case .late(let name)? = Question(bytes: row.question) else {
            return []
        }
        return try reader.puttingBack(name, because: "", tx).lines.map { line in
            ConflictDetail.PutBack(
                record: line.place.record, collection: line.place.collection,
                unit: line.place.unit,
                title: try reader.title(of: line.place.record, in: line.place.collection, tx),
                before: line.before, after: line.after)
        }
    }

    private func sideView(
        _ key: String, _ side: OpenConflict.Evidence, _ finding: OpenConflict?,
        _ reader: Judgement, _ tx: borrowing HubTransaction
    ) throws -> ConflictDetail.SideView {
        ConflictDetail.SideView(
            key: key, record: side.place.record, collection: side.place.collection,
            unit: side.place.unit,
            title: try reader.title(of: side.place.record, in: side.place.collection, tx),
            value: side.value,
            units: finding?.kind == .duplicate ? try shownUnits(side.place, reader, tx) : [],
            writes: try side.origins.map { origin in
                // What several records say stands in each of them.
                let place = try finding?.places.first { place in
                    try reader.memory.log.write(origin.name, place.record, place.unit, tx) != nil
                }
                return try authorship(origin, place ?? side.place, reader, tx)
            })
    }

    /// All that the record of a place shows.
    private func shownUnits(
        _ place: OpenConflict.Place, _ reader: Judgement, _ tx: borrowing HubTransaction
    ) throws -> [ConflictDetail.ShownUnit] {
        guard let collection = schema.collection(place.collection),
            let state = try reader.state(place.record, place.collection, tx)
        else { return [] }
        return collection.units.filter { $0.id != .discussion }.compactMap { unit in
            guard let values = state.outcome(of: unit)?.values, !values.isEmpty else { return nil }
            return ConflictDetail.ShownUnit(unit: unit.id, values: values)
        }
    }

    private func authorship(
        _ origin: Origin, _ place: OpenConflict.Place, _ reader: Judgement,
        _ tx: borrowing HubTransaction
    ) throws -> ConflictDetail.Authorship {
        let logged = try reader.memory.log.changeSet(origin.name, tx)
        let write = try reader.memory.log.write(origin.name, place.record, place.unit, tx)
        // What a writer saw of this unit are the heads that the write names.
        var seen: [Value] = []
        for name in write?.replaced ?? [] {
            if let value = try reader.memory.log.write(name, place.record, place.unit, tx)?.value {
                seen.append(value)
            }
        }
        return ConflictDetail.Authorship(
            name: origin.name, authorName: try personName(origin.author, tx),
            deviceName: try tx.replica(origin.name.replica)?.name ?? "",
            madeAt_ms: logged?.0.time.wall_ms ?? Int64(origin.time.milliseconds),
            corrected_ms: Int64(origin.time.milliseconds),
            received_ms: logged?.2 ?? Int64(origin.time.milliseconds),
            position: origin.position ?? .start, shown: origin.shown,
            shownValue: seen.count == 1 ? seen[0] : nil,
            intent: logged?.0.intent.string ?? "", reason: logged?.0.reason?.string)
    }

    private func remarks(
        _ row: StoredConflict, _ finding: OpenConflict?, _ reader: Judgement,
        _ tx: borrowing HubTransaction
    ) throws -> [ConflictDetail.RemarkView] {
        guard let record = row.record, let collection = row.collection, let unit = row.unit
        else { return [] }
        let records = Set([record] + (finding?.places.map(\.record) ?? [])).sorted()
        let remarks = try records.flatMap {
            try reader.state($0, collection, tx)?.remarks(of: unit) ?? []
        }
        let inOrder = remarks.sorted {
            ($0.origin.time, $0.origin.name) < ($1.origin.time, $1.origin.name)
        }
        return try inOrder.map { remark, origin in
            // A side is named by a change set of it: letters are given anew for each page.
            let index = finding?.sides.firstIndex { side in
                side.origins.contains { "\($0.name)" == remark.keep.string }
            }
            return ConflictDetail.RemarkView(
                authorName: try personName(origin.author, tx),
                corrected_ms: Int64(origin.time.milliseconds), act: remark.act,
                keep: index.map(OpenConflict.sideKey) ?? "", text: remark.text.string)
        }
    }

    /// The decisions that were computed from the unit of a conflict.
    private func dependents(
        _ row: StoredConflict, _ reader: Judgement, _ tx: borrowing HubTransaction
    ) throws -> [ConflictDetail.Authorship] {
        guard let record = row.record, let collection = row.collection, let unit = row.unit else {
            return []
        }
        var found: [ConflictDetail.Authorship] = []
        for name in try tx.premised(on: record) {
            guard let (set, entry, _) = try reader.memory.log.changeSet(name, tx),
                set.premises.contains(where: { $0.record == record && $0.unit == unit })
            else { continue }
            found.append(
                try authorship(
                    Origin(
                        name: name, author: set.author, time: entry.time(of: set),
                        position: entry.position, shown: nil),
                    OpenConflict.Place(record: record, collection: collection, unit: unit), reader,
                    tx))
        }
        return found
    }

    func personName(_ id: PersonID, _ tx: borrowing HubTransaction) throws -> String {
        try tx.person(id)?.name ?? (id == .hub ? district : "\(id)")
    }
}

extension Judgement {
    /// What a record is called: by its own name, or by that of the record it lies with.
    func title(
        of record: RecordID, in collection: CollectionID, _ tx: borrowing HubTransaction
    ) throws -> String {
        let own = try tx.title(of: record, in: collection)
        guard own.isEmpty, case .with(let unit)? = schema.collection(collection)?.home,
            let declaration = schema.unit(unit, of: collection),
            case .reference(let home)? = try StoreFault.unlessDamaged({
                try state(record, collection, tx)?.outcome(of: declaration)?.value
            })
        else { return own }
        return try name(of: home, tx) ?? ""
    }

    /// What everything is called that sides refer to.
    func names(
        of sides: [ConflictDetail.SideView], _ shown: Value?, _ tx: borrowing HubTransaction
    ) throws -> [RecordID: String] {
        let values = sides.flatMap { [$0.value] + $0.units.flatMap(\.values) } + [shown ?? .absent]
        var names: [RecordID: String] = [:]
        for record in values.flatMap(\.references) where names[record] == nil {
            names[record] = try name(of: record, tx)
        }
        return names
    }

    /// What a record, an area or a person is called; `nil` for what is not known here.
    private func name(
        of record: RecordID, _ tx: borrowing HubTransaction
    ) throws -> String? {
        let name: String? =
            if let collection = try tx.collection(of: record) {
                try tx.title(of: record, in: collection)
            } else if let area = memory.area(ScopeID(high: record.high, low: record.low)) {
                area.name
            } else {
                try tx.person(PersonID(high: record.high, low: record.low))?.name
            }
        return name.flatMap { $0.isEmpty ? nil : $0 }
    }

    func finding(
        of row: StoredConflict, _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        guard let question = Question(bytes: row.question) else { return nil }
        let finding = try find(question, tx)
        if let finding { return finding }
        // What was decided is one side: the value that holds.
        if case .pair(let collection, let first, let second) = question {
            return try pairEvidence(collection, first, second, tx)
        }
        guard case .unit(let record, let collection, let unit) = question else { return nil }
        return try settledFinding(
            OpenConflict.Place(record: record, collection: collection, unit: unit), row, tx)
    }

    /// Whose device a conflict is about, where it is about no record.
    func owner(of question: Question, _ tx: borrowing HubTransaction) throws -> PersonID? {
        switch question {
        case .branch(let replica): try tx.replica(replica)?.person
        case .gap(let name): try tx.replica(name.replica)?.person
        case .unit, .key, .home, .premises, .late, .unmerged, .pair, .shares: nil
        }
    }

    func stakes(of place: OpenConflict.Place) -> Stakes {
        schema.unit(place.unit, of: place.collection)?.stakes ?? .ordinary
    }

    func stakes(of row: StoredConflict) -> Stakes {
        guard let unit = row.unit, let collection = row.collection else { return .ordinary }
        if row.kind == ConflictKind.duplicate.rawValue {
            let rule = schema.collection(collection)?.duplicates
            return rule?.needsSecondPerson ?? true ? .twoPersons : .high
        }
        return schema.unit(unit, of: collection)?.stakes ?? .ordinary
    }

    /// What time alone brings to people, and what left quarantine by another door.
    func askOfTime(_ tx: borrowing HubTransaction) throws {
        for waiting in try tx.unmerged() {
            guard let replica = try tx.replica(rid: waiting.replica),
                let number = ChangeSetNumber(waiting.number)
            else { continue }
            let question = Question.unmerged(ChangeSetName(replica.id, number))
            if try tx.conflict(question.id) == nil { docket.ask(question) }
        }
        for row in try tx.conflicts(state: nil) {
            if let question = Question(bytes: row.question), case .unmerged = question {
                docket.ask(question)
            }
        }
        // What asks of a damaged record is asked again when next somebody looks.
        for question in docket.inOrder {
            _ = try StoreFault.unlessDamaged { try answer(question, tx) }
        }
        docket = Docket()
    }

    /// What may be decided on a conflict.
    func acts(on finding: OpenConflict) -> Set<ResolutionRequest.Act> {
        let unit = finding.place.flatMap { schema.unit($0.unit, of: $0.collection) }
        let canWrite = unit?.policy.kind == .register
        switch finding.kind {
        case .value, .group, .states:
            // What people said is one record is not split by one of its units.
            return !canWrite
                ? [] : finding.places.count > 1 ? [.keep, .compose] : [.keep, .compose, .split]
        case .contestation: return [.keep, .compose, .stand]
        case .deletion: return [.keep]
        case .capacity: return [.compose, .stand]
        case .key, .reference: return [.keep, .stand]
        case .late: return finding.canBePutBack ? [.stand, .putBack] : [.stand]
        case .premise, .fork, .schema, .failure, .loss: return [.stand]
        case .duplicate: return [.join, .stand]
        }
    }
}

extension Value {
    fileprivate var references: [RecordID] {
        switch self {
        case .reference(let record): [record]
        case .group(let members): members.flatMap(\.references)
        default: []
        }
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
