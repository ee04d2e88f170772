internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

// What becomes of a decision: it is kept, its authors are told, and it can be taken back.

extension Judgement {
    func heads(
        _ place: OpenConflict.Place, _ tx: borrowing HubTransaction
    ) throws -> [Head] {
        guard
            case .register(let register)? = try state(place.record, place.collection, tx)?[
                place.unit]
        else { return [] }
        return register.heads
    }

    /// Keeps what was decided, and tells the authors of the sides.
    func close(
        _ row: StoredConflict, _ finding: OpenConflict, _ request: ResolutionRequest,
        _ value: Value?,
        _ name: ChangeSetName?, by person: PersonID, approvedBy second: PersonID?,
        _ tx: borrowing HubTransaction
    ) throws {
        var row = row
        row.decision =
            StoredDecision(
                by: person, approvedBy: second, at_ms: now_ms, act: request.act, value: value,
                reason: request.reason, name: name
            ).bytes
        row.decidedBy = name
        row.owner = second ?? person
        row.proposals = 0
        row.proposal = nil
        try tx.put(row)
        try tx.add(
            ConflictStep(at_ms: now_ms, person: person, act: "decided", text: request.reason),
            to: row.id)
        if let second {
            try tx.add(
                ConflictStep(at_ms: now_ms, person: second, act: "approved", text: ""), to: row.id)
        }
        let unit = finding.kind == .duplicate && request.act == .stand ? UnitID.distinct : nil
        try tell(finding, unit, value, request.reason, by: second ?? person, tx)
    }

    /// Tells every author of a side what was decided, by whom and why; who may not read the record
    /// any more, only that it was.
    ///
    /// - Parameter unit: what was decided on, where it is not the sides' own unit.
    func tell(
        _ finding: OpenConflict, _ unit: UnitID?, _ value: Value?, _ reason: String,
        by person: PersonID, _ tx: borrowing HubTransaction
    ) throws {
        var told: Set<PersonID> = [.hub]
        for (side, other) in zip(finding.sides, finding.sides.reversed()) {
            let isPair = finding.kind == .duplicate
            for origin in side.origins where told.insert(origin.author).inserted {
                let area = try working(side.place.record, side.place.collection, tx)?.area
                let mayRead = try grants(of: origin.author, tx).contains { grant in
                    grant.ended == nil && area.map { grant.areas.contains($0) } ?? false
                }
                try tx.addNotice(to: origin.author) { number in
                    SyncResponse.Notice(
                        number: number, kind: .decision, at_ms: UInt64(max(0, now_ms)),
                        by: mayRead ? person : nil, record: side.place.record,
                        collection: side.place.collection, unit: unit ?? side.place.unit,
                        value: mayRead ? isPair ? other.value : value : nil,
                        yours: isPair ? nil : side.value,
                        reason: Text(mayRead ? reason : "")
                    ).stored
                }
            }
        }
    }

    /// States again what a decision ended.
    func undo(
        _ row: StoredConflict, _ reason: String, by person: PersonID,
        _ tx: borrowing HubTransaction
    ) throws {
        guard let name = row.decidedBy else { return try reopen(row, reason, by: person, tx) }
        guard let (set, _, _) = try memory.log.changeSet(name, tx) else {
            throw Problem(.notDecided)
        }
        // One change set can set a unit once. So the first sides go into one, the second into
        // another; none names the other, and all stand side by side as before.
        var rounds: [Round: (pending: PendingWrites, shown: [RecordID: LogPosition?])] = [:]
        for change in set.changes {
            for write in change.writes {
                let place = OpenConflict.Place(
                    record: change.record, collection: change.collection, unit: write.unit)
                try undo(write, name, at: place, isNew: change.creates, reason, person, &rounds, tx)
            }
        }
        for (round, entry) in rounds.sorted(by: { $0.key < $1.key }) {
            // What was decided in few words may have been said in many.
            for changes in Self.parts(try entry.pending.changes(self, shown: entry.shown, tx)) {
                try write(
                    changes, intent: "undo", author: round.author, reason: reason, tx)
            }
        }
        for var row in try tx.conflicts(decidedBy: name) {
            row.decidedBy = nil
            try tx.put(row)
            try tx.add(
                ConflictStep(at_ms: now_ms, person: person, act: "undone", text: reason),
                to: row.id)
            if let question = Question(bytes: row.question) { docket.ask(question) }
        }
        try tx.audit("conflict.undo", "\(name)", reason: reason, by: person, at_ms: now_ms)
    }

    /// Asks again what was let stand without a word in any record, where it still is to be asked.
    private func reopen(
        _ row: StoredConflict, _ reason: String, by person: PersonID,
        _ tx: borrowing HubTransaction
    ) throws {
        guard row.state == ConflictState.resolved.rawValue,
            let question = Question(bytes: row.question), try find(question, tx) != nil
        else { throw Problem(.notDecided) }
        try tx.add(
            ConflictStep(at_ms: now_ms, person: person, act: "undone", text: reason), to: row.id)
        docket.ask(question)
        try tx.audit("conflict.undo", "\(row.id)", reason: reason, by: person, at_ms: now_ms)
    }

    /// Cuts changes into as many change sets as hold them.
    private static func parts(_ changes: [RecordChange]) -> [[RecordChange]] {
        var parts: [[RecordChange]] = []
        var bytes = 0
        for change in changes {
            // Its payload, and what the envelope says of the record.
            let size = ChangeSetCoding.payload(change).count + 64
            if parts.isEmpty || bytes + size > Limits.changeSetBytes * 3 / 4
                || parts[parts.count - 1].count == Limits.changesPerChangeSet
            {
                parts.append([])
                bytes = 0
            }
            parts[parts.count - 1].append(change)
            bytes += size
        }
        return parts
    }

    /// Which change set of an undo a side goes into.
    private struct Round: Hashable, Comparable {
        let number: Int
        let author: PersonID
        static func < (left: Self, right: Self) -> Bool {
            (left.number, left.author) < (right.number, right.author)
        }
    }

    private func undo(
        _ write: Write, _ name: ChangeSetName, at place: OpenConflict.Place, isNew: Bool,
        _ reason: String, _ person: PersonID,
        _ rounds: inout [Round: (pending: PendingWrites, shown: [RecordID: LogPosition?])],
        _ tx: borrowing HubTransaction
    ) throws {
        func add(
            _ number: Int, _ author: PersonID, shown: LogPosition?? = .none,
            _ body: (inout PendingWrites) -> Void
        ) {
            let round = Round(number: number, author: author)
            var entry = rounds[round] ?? (PendingWrites(), [:])
            body(&entry.pending)
            if let shown { entry.shown[place.record] = shown }
            rounds[round] = entry
        }
        switch write.operation {
        case .set(_, let replaced) where !isNew:
            let heads = try heads(place, tx)
            guard heads.map(\.origin.name) == [name] else { throw Problem(.staleView) }
            var sides: [LoggedWrite] = []
            for name in replaced {
                guard let side = try memory.log.write(name, place.record, place.unit, tx),
                    !sides.contains(where: { $0.value.agrees(with: side.value) })
                else { continue }
                sides.append(side)
            }
            if sides.isEmpty {
                add(0, person) { $0.set(place, .absent, replacing: heads.map(\.origin)) }
            }
            var before = heads.map(\.origin.name)
            // A step that was none is one again only where what it left is stated again, over what
            // the sides have in common: so that is stated first.
            if let left = try jumpedFrom(replaced, at: place, tx) {
                before = [try restate(left.value, of: left.origin, at: place, naming: before, tx)]
            }
            for (number, side) in sides.enumerated() {
                add(number, side.origin.author, shown: side.origin.shown) {
                    $0.set(place, side.value, naming: before)
                }
            }
        case .set:
            // A record that was split off goes.
            let place = OpenConflict.Place(
                record: place.record, collection: place.collection, unit: .void)
            let heads = try heads(place, tx)
            add(0, person) { $0.set(place, .text(reason), replacing: heads.map(\.origin)) }
        case .increment(let delta): add(0, person) { $0.increment(place, by: -delta) }
        case .append(let values):
            for remark in values.compactMap({ Remark($0) }) where remark.act == .standing {
                add(0, person) {
                    $0.say(
                        Remark(
                            of: remark.unit, .reopening, keep: remark.keep.string, text: reason),
                        at: place)
                }
            }
        case .change(let adding, let removing):
            guard
                case .elements(let elements)? = try state(place.record, place.collection, tx)?[
                    place.unit]
            else { return }
            let mine = elements.entries.filter { entry in
                adding.contains(entry.element) && entry.adds.contains { $0.name == name }
            }
            let gone = removing.map(\.element).filter { element in
                !elements.entries.contains { $0.element == element }
            }
            add(0, person) {
                $0.change(
                    place, adding: gone,
                    removing: mine.map { Write.Removal(element: $0.element, adds: [name]) })
            }
        }
    }
}
