public import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

// Conflicts: what people see of them, and how one ends.

extension Hub {
    /// The name of the conflict of one unit of one record; the same each time it is opened again.
    static func conflictID(_ record: RecordID, _ unit: UnitID) -> RecordID {
        let bytes = record.bytes + [UInt8(unit.value >> 8), UInt8(unit.value & 0xff)]
        return RecordID(bytes: Digests.sha256(bytes).bytes.prefix(16))!
    }

    /// The conflicts in a state, or all that are not resolved, oldest first.
    public func conflicts(
        state: ConflictState?, by session: Session
    ) throws(Problem) -> [ConflictView] {
        try require(.conflictAdministrator, session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                let reader = Judgement(memory, schema: self.schema, now_ms: self.clock())
                return try tx.conflicts(state: state?.rawValue).map { row in
                    try self.view(row, reader, memory, tx)
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

    /// Takes a conflict on. One that somebody else holds changes hands.
    public func claim(_ id: RecordID, by session: Session) throws(Problem) -> ConflictDetail {
        try require(.conflictAdministrator, session)
        let now = clock()
        return try serving { memory in
            try self.store.write { [memory] tx in
                guard var row = try tx.conflict(id) else { throw Problem(.noSuchConflict) }
                guard row.state != ConflictState.resolved.rawValue else {
                    throw Problem(.alreadyResolved)
                }
                row.owner = session.person
                if row.state == ConflictState.open.rawValue {
                    row.state = ConflictState.assigned.rawValue
                }
                try tx.put(row)
                try tx.audit("conflict.claim", "\(id)", by: session.person, at_ms: now)
                return try self.detail(id, memory, tx)
            }
        }
    }

    /// Decides a conflict: an ordinary change set of the hub's, naming every side that was on the
    /// page.
    ///
    /// Throws `.staleView` where the sides have changed since, `.alreadyResolved` where none are
    /// left, `.reasonRequired`, `.badChoice` and `.badValue`; then nothing was changed.
    public func resolve(
        _ id: RecordID, _ request: ResolutionRequest, by session: Session
    ) throws(Problem) -> ConflictDetail {
        try require(.conflictAdministrator, session)
        let isBlank = request.reason.allSatisfy(\.isWhitespace)
        guard !isBlank, request.reason.utf8.count <= Limits.reasonBytes,
            !request.reason.utf8.contains(0)
        else { throw Problem(.reasonRequired) }
        let now = clock()
        return try serving { memory in
            let (result, after) = try self.store.write { [memory] tx in
                guard let row = try tx.conflict(id) else { throw Problem(.noSuchConflict) }
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                guard let unit = self.schema.unit(row.unit, of: row.collection),
                    let state = try judgement.state(row.record, row.collection, tx)
                else { throw Problem(.noSuchConflict) }
                guard case .register(let register)? = state[row.unit],
                    case .disputed(let dispute)? = state[row.unit]?.outcome(under: unit)
                else { throw Problem(.alreadyResolved) }
                guard Self.version(of: register) == request.version else {
                    throw Problem(.staleView)
                }
                let value = try self.value(request.choice, dispute, unit)
                let change = RecordChange(
                    record: row.record, collection: row.collection, creates: false,
                    writes: [
                        Write(
                            unit: row.unit,
                            operation: .set(value, replacing: register.heads.map(\.origin.name)))
                    ], shown: judgement.positionShown(of: state))!
                let name = try judgement.write(
                    [change], intent: "resolution", author: session.person,
                    reason: request.reason, tx)
                var decided = row
                decided.decision =
                    StoredDecision(
                        by: session.person, at_ms: now, value: value, reason: request.reason,
                        name: name
                    ).bytes
                decided.owner = session.person
                try judgement.flush(tx)
                // `flush` has closed the row; keep that, and add who decided.
                if let closed = try tx.conflict(id) { decided.state = closed.state }
                decided.proposals = 0
                try tx.put(decided)
                try self.tell(dispute, row, value, request.reason, session, now, tx)
                try tx.audit(
                    "conflict.resolve", "\(id) \(name)", reason: request.reason,
                    by: session.person, at_ms: now)
                return (try self.detail(id, judgement.memory, tx), judgement.memory)
            }
            memory = after
            return result
        }
    }

    private func value(
        _ choice: ResolutionRequest.Choice, _ dispute: Dispute, _ unit: UnitDeclaration
    ) throws(Problem) -> Value {
        switch choice {
        case .keep(let key):
            guard let index = dispute.sides.indices.first(where: { Self.sideKey($0) == key }) else {
                throw Problem(.badChoice)
            }
            return dispute.sides[index].value
        case .compose(let value):
            do {
                try unit.validate(.set(value, replacing: []), mayReplaceImmutable: true)
            } catch {
                throw Problem(.badValue)
            }
            return value
        }
    }

    /// Tells every author of a side what was decided, by whom and why.
    private func tell(
        _ dispute: Dispute, _ row: StoredConflict, _ value: Value, _ reason: String,
        _ session: Session, _ now: Int64, _ tx: borrowing HubTransaction
    ) throws {
        var told: Set<PersonID> = []
        for side in dispute.sides {
            for origin in side.origins where origin.author != .hub {
                guard told.insert(origin.author).inserted else { continue }
                try tx.addNotice(to: origin.author) { number in
                    SyncResponse.Notice(
                        number: number, kind: .decision, at_ms: UInt64(max(0, now)),
                        by: session.person, record: row.record, collection: row.collection,
                        unit: row.unit, value: value, yours: side.value, reason: Text(reason)
                    ).stored
                }
            }
        }
    }

    /// `a`, `b` … `z`, `s26`, `s27` …
    static func sideKey(_ index: Int) -> String {
        index < 26
            ? String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index))) : "s\(index)"
    }

    /// Names all heads of a unit: another set of heads has another version.
    static func version(of register: Register) -> String {
        var bytes: [UInt8] = []
        for head in register.heads {
            bytes += head.origin.name.replica.bytes
            bytes += head.origin.name.number.value.settingBytes
        }
        return String(Digests.sha256(bytes).description.prefix(20))
    }

    // MARK: Views

    private func view(
        _ row: StoredConflict, _ reader: Judgement, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws -> ConflictView {
        let unit = schema.unit(row.unit, of: row.collection)
        let state = try reader.state(row.record, row.collection, tx)
        var sides: [Side] = []
        if case .register(let register)? = state?[row.unit] { sides = register.sides }
        var authors: [String] = []
        for side in sides {
            for origin in side.origins {
                let name = try personName(origin.author, tx)
                if !authors.contains(name) { authors.append(name) }
            }
        }
        return ConflictView(
            id: row.id, record: row.record, collection: row.collection, unit: row.unit,
            kind: Dispute.Kind(rawValue: row.kind) ?? .value,
            state: ConflictState(rawValue: row.state) ?? .open,
            isHighStakes: unit?.sensitivity == .special,
            area: memory.path(row.area).joined(separator: " / "),
            title: try tx.title(of: row.record, in: row.collection), opened_ms: row.opened_ms,
            owner: row.owner, ownerName: try row.owner.map { try personName($0, tx) },
            authors: authors, sides: sides.count, proposals: row.proposals,
            timesReopened: row.reopened)
    }

    private func detail(
        _ id: RecordID, _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> ConflictDetail {
        guard let row = try tx.conflict(id) else { throw Problem(.noSuchConflict) }
        let reader = Judgement(memory, schema: schema, now_ms: clock())
        guard let unit = schema.unit(row.unit, of: row.collection),
            let state = try reader.state(row.record, row.collection, tx),
            case .register(let register)? = state[row.unit]
        else { throw Problem(.noSuchConflict) }
        var base: Head? = register.base
        var sides = register.sides
        var shown: Value?
        if case .disputed(let dispute)? = state[row.unit]?.outcome(under: unit) {
            (base, sides, shown) = (dispute.base, dispute.sides, dispute.shown)
        }
        var views: [ConflictDetail.SideView] = []
        for (index, side) in sides.enumerated() {
            views.append(
                ConflictDetail.SideView(
                    key: Self.sideKey(index), value: side.value,
                    writes: try side.origins.map {
                        try authorship($0, row.record, row.unit, reader, tx)
                    }))
        }
        return ConflictDetail(
            view: try view(row, reader, memory, tx),
            base: try base.map {
                ConflictDetail.SideView(
                    key: "base", value: $0.value,
                    writes: [try authorship($0.origin, row.record, row.unit, reader, tx)])
            }, sides: views, shown: shown, version: Self.version(of: register),
            discussion: try remarks(state, row.unit, sides, tx),
            decision: try row.decision.flatMap { StoredDecision(bytes: $0) }.map {
                ConflictDetail.Decision(
                    byName: try personName($0.by, tx), at_ms: $0.at_ms, value: $0.value,
                    reason: $0.reason)
            })
    }

    private func authorship(
        _ origin: Origin, _ record: RecordID, _ unit: UnitID, _ reader: Judgement,
        _ tx: borrowing HubTransaction
    ) throws -> ConflictDetail.Authorship {
        let logged = try reader.memory.log.changeSet(origin.name, tx)
        let write = try reader.memory.log.write(origin.name, record, unit, tx)
        // What a writer saw of this unit are the heads that the write names.
        var seen: [Value] = []
        for name in write?.replaced ?? [] {
            if let value = try reader.memory.log.write(name, record, unit, tx)?.value {
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
        _ state: RecordState, _ unit: UnitID, _ sides: [Side], _ tx: borrowing HubTransaction
    ) throws -> [ConflictDetail.Remark] {
        guard case .log(let log)? = state[.discussion] else { return [] }
        var remarks: [ConflictDetail.Remark] = []
        for entry in log.entries {
            guard case .group(let members) = entry.value, members.count == 4,
                case .integer(Int64(unit.value)) = members[0], case .text(let kind) = members[1],
                case .text(let text) = members[3]
            else { continue }
            // A proposal names the change set of the side to keep.
            var keep = ""
            if case .text(let name) = members[2],
                let index = sides.firstIndex(where: { side in
                    side.names.contains { "\($0)" == name.string }
                })
            {
                keep = Self.sideKey(index)
            }
            remarks.append(
                ConflictDetail.Remark(
                    authorName: try personName(entry.origin.author, tx),
                    corrected_ms: Int64(entry.origin.time.milliseconds),
                    isProposal: kind == Text("proposal"), keep: keep, text: text.string))
        }
        return remarks
    }

    private func personName(_ id: PersonID, _ tx: borrowing HubTransaction) throws -> String {
        try tx.person(id)?.name ?? (id == .hub ? district : "\(id)")
    }
}

/// The last decision of a conflict, as its row keeps it.
struct StoredDecision {
    let by: PersonID
    let at_ms: Int64
    let value: Value
    let reason: String
    let name: ChangeSetName

    init(by: PersonID, at_ms: Int64, value: Value, reason: String, name: ChangeSetName) {
        (self.by, self.at_ms, self.value, self.reason, self.name) = (by, at_ms, value, reason, name)
    }

    var bytes: [UInt8] {
        var writer = ByteWriter()
        writer.identifier(by)
        writer.zigzag(at_ms)
        writer.value(value)
        writer.text(reason)
        writer.name(name)
        return writer.bytes
    }

    init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do {
            by = try reader.identifier()
            at_ms = try reader.zigzag()
            value = try reader.value()
            reason = try reader.text()
            name = try reader.name()
        } catch { return nil }
    }
}
