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
            if conflict.judgement.stakes(of: conflict.row) >= .twoPersons {
                try conflict.propose(request, by: session.person, tx)
            } else {
                try conflict.decide(request, by: session.person, approvedBy: nil, tx)
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
    public func ask(
        _ id: RecordID, side key: String, _ text: String, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try act(on: id, text, by: session) { conflict, tx in
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
            try conflict.judgement.undo(conflict.row, reason, by: session.person, tx)
        }
    }

    // MARK: Many at once

    /// What a bulk decision would change. High stakes are never part of it.
    public func preview(
        _ request: BulkRequest, by session: Session
    ) throws(Problem) -> BulkPreview {
        try require(.conflictAdministrator, session)
        let now = clock()
        return try serving { memory in
            try self.store.read { [memory] tx in
                try self.bulk(
                    request, Judgement(memory, schema: self.schema, now_ms: now), tx
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
                let (preview, rows) = try self.bulk(request, judgement, tx)
                guard preview.token == token else { throw Problem(.staleView) }
                guard !rows.isEmpty else { throw Problem(.alreadyResolved) }
                var pending = PendingWrites()
                for (line, (row, finding)) in zip(preview.lines, rows) {
                    pending.set(
                        finding.place!, line.after, replacing: finding.sides.flatMap(\.origins))
                    judgement.deciding.insert(row.id)
                }
                let name = try judgement.write(
                    try pending.changes(judgement, tx), intent: "resolution",
                    author: session.person, reason: reason, tx)
                for (line, (row, finding)) in zip(preview.lines, rows) {
                    let request = ResolutionRequest(
                        version: finding.version, choice: .compose(line.after), reason: reason)
                    try judgement.close(
                        row, finding, request, line.after, name, by: session.person,
                        approvedBy: nil, tx)
                }
                try judgement.flush(tx)
                try tx.audit(
                    "conflict.bulk", "\(name)", reason: reason, by: session.person, at_ms: now)
                return (preview, judgement.memory)
            }
            memory = after
            return preview
        }
    }

    private func bulk(
        _ request: BulkRequest, _ judgement: Judgement, _ tx: borrowing HubTransaction
    ) throws -> (preview: BulkPreview, rows: [(StoredConflict, OpenConflict)]) {
        guard let unit = schema.unit(request.unit, of: request.collection),
            unit.stakes < .high, [.value, .group, .states].contains(request.kind)
        else { throw Problem(.badChoice) }
        var lines: [BulkPreview.Line] = []
        var rows: [(StoredConflict, OpenConflict)] = []
        var left = 0
        var versions = ByteWriter()
        for row in try tx.conflicts(state: nil)
        where row.collection == request.collection && row.unit == request.unit
            && row.kind == request.kind.rawValue
        {
            guard let question = Question(bytes: row.question),
                let finding = try judgement.find(question, tx), finding.sides.count > 1
            else { continue }
            let byTime = finding.sides.flatMap { side in side.origins.map { ($0, side.value) } }
                .sorted { ($0.0.time, $0.0.name) < ($1.0.time, $1.0.name) }
            let value: Value? =
                switch request.rule {
                case .newest: byTime.last?.1
                case .oldest: byTime.first?.1
                case .previous: finding.base?.value
                }
            guard let value else { continue }
            guard rows.count < Self.bulkLimit else {
                left += 1
                continue
            }
            lines.append(
                BulkPreview.Line(
                    view: try view(row, finding, judgement, tx), before: finding.shown,
                    after: value))
            rows.append((row, finding))
            versions.text(finding.version)
            versions.value(value)
        }
        return (
            BulkPreview(
                lines: lines, left: left,
                token: String(Digests.sha256(versions.bytes).description.prefix(20))), rows
        )
    }

    /// Conflicts in one bulk decision: their change set stays below its limits with room to spare.
    static let bulkLimit = 500

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

    private static func check(_ reason: String) throws(Problem) {
        let isBlank = reason.allSatisfy(\.isWhitespace)
        guard !isBlank, reason.utf8.count <= Limits.reasonBytes, !reason.utf8.contains(0) else {
            throw Problem(.reasonRequired)
        }
    }
}

/// A conflict in the hands of somebody.
private struct ConflictInHand {
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
        case .stand: return nil
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

    func propose(
        _ request: ResolutionRequest, by person: PersonID, _ tx: borrowing HubTransaction
    ) throws {
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
        let value = try value(request)
        var pending = PendingWrites()
        switch request.choice {
        case .keep(let key): try keep(key, request, &pending, tx)
        case .compose(let composed): compose(composed, &pending)
        case .stand: stand(request, &pending)
        case .split(let key): try split(key, &pending, tx)
        }
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
            row, finding, request, value, name, by: person, approvedBy: second, tx)
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
            // Work done unaware of a voiding is a side of it, but no head of the unit.
            pending.set(
                place, kept.value, replacing: try judgement.heads(place, tx).map(\.origin))
        }
    }

    private func compose(_ value: Value, _ pending: inout PendingWrites) {
        guard let place = finding.place else { return }
        if case .integer(let sum) = value, finding.kind == .capacity,
            case .integer(let now)? = finding.shown
        {
            pending.increment(place, by: sum.subtractingClamped(now))
        } else {
            pending.set(place, value, replacing: finding.sides.flatMap(\.origins))
        }
    }

    private func stand(_ request: ResolutionRequest, _ pending: inout PendingWrites) {
        func stand(_ place: OpenConflict.Place, _ keep: String) {
            pending.say(
                Remark(of: place.unit, .standing, keep: keep, text: request.reason), at: place)
        }
        guard let place = finding.place else { return }
        switch question {
        case .unit: stand(place, finding.kind == .capacity ? finding.shown?.number ?? "" : "")
        case .key: for side in finding.sides { stand(side.place, "") }
        case .premises(let name), .late(let name): stand(place, "\(name)")
        case .home: stand(place, "")
        case .unmerged, .branch: break
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

/// What a decision writes, record by record.
struct PendingWrites {
    private var records: [RecordID: (collection: CollectionID, creates: Bool, writes: [Write])] =
        [:]

    var isEmpty: Bool { records.isEmpty }

    mutating func set(_ place: OpenConflict.Place, _ value: Value, replacing origins: [Origin]) {
        add(
            Write(
                unit: place.unit,
                operation: .set(value, replacing: Set(origins.map(\.name)).sorted())), at: place)
    }

    mutating func increment(_ place: OpenConflict.Place, by delta: Int64) {
        add(Write(unit: place.unit, operation: .increment(delta)), at: place)
    }

    /// Adds to the record's discussion.
    mutating func say(_ remark: Remark, at place: OpenConflict.Place) {
        var values = [remark.value]
        if let old = records[place.record]?.writes.first(where: { $0.unit == .discussion }),
            case .append(let before) = old.operation
        {
            values = before + values
        }
        add(
            Write(unit: .discussion, operation: .append(values)),
            at: OpenConflict.Place(
                record: place.record, collection: place.collection, unit: .discussion))
    }

    mutating func create(_ record: RecordID, _ collection: CollectionID, _ writes: [Write]) {
        records[record] = (collection, true, writes)
    }

    private mutating func add(_ write: Write, at place: OpenConflict.Place) {
        var entry = records[place.record] ?? (place.collection, false, [])
        entry.writes.removeAll { $0.unit == write.unit }
        entry.writes.append(write)
        entry.writes.sort { $0.unit < $1.unit }
        records[place.record] = entry
    }

    /// The changes, each on the state that was on the page, or as `shown` says.
    func changes(
        _ judgement: Judgement, shown: [RecordID: LogPosition?] = [:],
        _ tx: borrowing HubTransaction
    ) throws -> [RecordChange] {
        try records.sorted { $0.key < $1.key }.map { record, entry in
            RecordChange(
                record: record, collection: entry.collection, creates: entry.creates,
                writes: entry.writes,
                shown: try shown[record] ?? judgement.position(of: record, entry.collection, tx))!
        }
    }
}

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
    fileprivate func close(
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
        try tell(finding, value, request.reason, by: second ?? person, tx)
    }

    /// Tells every author of a side what was decided, by whom and why; who may not read the record
    /// any more, only that it was.
    private func tell(
        _ finding: OpenConflict, _ value: Value?, _ reason: String, by person: PersonID,
        _ tx: borrowing HubTransaction
    ) throws {
        var told: Set<PersonID> = [.hub]
        for side in finding.sides {
            for origin in side.origins where told.insert(origin.author).inserted {
                let area = try working(side.place.record, side.place.collection, tx)?.area
                let mayRead = try grants(of: origin.author, tx).contains { grant in
                    grant.ended == nil && area.map { grant.areas.contains($0) } ?? false
                }
                try tx.addNotice(to: origin.author) { number in
                    SyncResponse.Notice(
                        number: number, kind: .decision, at_ms: UInt64(max(0, now_ms)),
                        by: mayRead ? person : nil, record: side.place.record,
                        collection: side.place.collection, unit: side.place.unit,
                        value: mayRead ? value : nil, yours: side.value,
                        reason: Text(mayRead ? reason : "")
                    ).stored
                }
            }
        }
    }

    /// States again what a decision ended.
    fileprivate func undo(
        _ row: StoredConflict, _ reason: String, by person: PersonID,
        _ tx: borrowing HubTransaction
    ) throws {
        guard let name = row.decidedBy, let (set, _, _) = try memory.log.changeSet(name, tx) else {
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
            try write(
                try entry.pending.changes(self, shown: entry.shown, tx), intent: "undo",
                author: round.author, reason: reason, tx)
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
            for (number, side) in sides.enumerated() {
                add(number, side.origin.author, shown: side.origin.shown) {
                    $0.set(place, side.value, replacing: heads.map(\.origin))
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
                    $0.say(Remark(of: remark.unit, .reopening, text: reason), at: place)
                }
            }
        case .change: break
        }
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
