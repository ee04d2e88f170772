internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

/// A conflict as it stands: found from states and the log, and never kept.
struct OpenConflict {
    var kind: ConflictKind
    /// The record and unit that it is listed under; `nil` where nothing was merged.
    var place: Place?
    /// The leaf area of that record; 0 if there is none.
    var area: UInt32 = 0
    /// What the sides last had in common.
    var base: Evidence?
    /// What is at odds. A conflict of heads has at least two.
    var sides: [Evidence]
    /// What is seen meanwhile.
    var shown: Value?
    /// Where a decision is written: in every record of those that are shown as one. Empty where it
    /// is no unit that is in conflict.
    var places: [Place] = []
    /// What else was on the page.
    var seen: [ChangeSetName] = []
    /// What putting it back would write, in bytes; empty where that is not the question.
    var puttingBack: [UInt8] = []
    /// Whether it can be put back here: not what a newer program wrote in units unknown here.
    var canBePutBack = true
    /// Other records whose changes may end it.
    var related: Set<RecordID> = []

    struct Place: Hashable {
        let record: RecordID
        let collection: CollectionID
        let unit: UnitID
    }

    struct Evidence {
        let place: Place
        let value: Value
        /// The writes that say so.
        let origins: [Origin]
    }

    /// Every record that has a part in it.
    var records: Set<RecordID> {
        Set(
            (sides + [base].compactMap(\.self)).map(\.place.record)
                + [place?.record].compactMap(\.self) + places.map(\.record)
        ).union(related)
    }

    /// Names everything that was on the page: whatever else comes in has another version.
    var version: String {
        var writer = ByteWriter()
        writer.byte(kind.rawValue)
        for side in sides {
            writer.identifier(side.place.record)
            writer.varint(UInt64(side.place.unit.value))
            writer.value(side.value)
            for origin in side.origins { writer.name(origin.name) }
        }
        if kind == .capacity, let shown { writer.value(shown) }
        for name in seen { writer.name(name) }
        writer.raw(puttingBack)
        return String(Digests.sha256(writer.bytes).description.prefix(20))
    }

    /// `a`, `b` … `z`, `s26`, `s27` …
    static func sideKey(_ index: Int) -> String {
        index < 26
            ? String(UnicodeScalar(UInt8(ascii: "a") + UInt8(index))) : "s\(index)"
    }

    func side(_ key: String) -> Evidence? {
        sides.indices.first { Self.sideKey($0) == key }.map { sides[$0] }
    }
}

extension Judgement {
    /// Finds out whether there is a conflict; `nil` if its cause is gone or was let stand.
    ///
    /// - Complexity: a few records read, and a few entries of the log.
    func find(_ question: Question, _ tx: borrowing HubTransaction) throws -> OpenConflict? {
        switch question {
        case .unit(let record, let collection, let unit):
            try unitFinding(
                OpenConflict.Place(record: record, collection: collection, unit: unit), tx)
        case .key(let collection, let unit, let key): try keyFinding(collection, unit, key, tx)
        case .home(let collection, let record): try homeFinding(collection, record, tx)
        case .premises(let name): try premiseFinding(name, tx)
        case .late(let name): try lateFinding(name, tx)
        case .unmerged(let name): try unmergedFinding(name, tx)
        case .branch: OpenConflict(kind: .fork, sides: [])
        case .pair(let collection, let first, let second):
            try pairFinding(collection, first, second, tx)
        case .gap(let name): try gapFinding(name, tx)
        case .shares(let collection, let record, let unit):
            try shareFinding(collection, record, unit, tx)
        }
    }

    // MARK: One record

    private func unitFinding(
        _ place: OpenConflict.Place, _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        guard let record = try working(place.record, place.collection, tx),
            let (state, places) = try seen(at: place, tx)
        else { return nil }
        func evidence(_ value: Value, _ origins: [Origin]) throws -> OpenConflict.Evidence {
            try self.evidence(value, origins, of: place, in: places, tx)
        }
        if let dispute = state.conflicts(under: schema).first(where: { $0.unit == place.unit })?
            .dispute
        {
            var sides = try dispute.sides.map { try evidence($0.value, $0.origins) }
            if case .total(let total)? = state[place.unit] {
                for part in total.parts where part.amount != 0 {
                    sides.append(try evidence(.integer(part.amount), latest(part, tx)))
                }
            }
            // Two records have nothing in common that somebody saw.
            let base = places.count > 1 ? nil : dispute.base
            return OpenConflict(
                kind: ConflictKind(dispute.kind), place: place, area: record.area,
                base: try base.map { try evidence($0.value, [$0.origin]) }, sides: sides,
                shown: dispute.shown, places: places)
        }
        guard let decision = state.objected(place.unit) else { return nil }
        let isGroup = schema.unit(place.unit, of: place.collection)?.isGroup ?? false
        return OpenConflict(
            kind: isGroup ? .group : .value, place: place, area: record.area,
            sides: [try evidence(decision.value, [decision.origin])], shown: decision.value,
            places: places)
    }

    /// What holds of a unit that is in no conflict, as that of `row` shows it once it is settled.
    func settledFinding(
        _ place: OpenConflict.Place, _ row: StoredConflict, _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        guard let own = try state(place.record, place.collection, tx) else { return nil }
        // What is listed under another record by now still tells what became of this one.
        var (state, places) = try seen(at: place, tx) ?? (own, [place])
        if state[place.unit] == nil {
            (state, places) = try hidden(at: place, tx) ?? (own, [place])
        }
        guard case .register(let register)? = state[place.unit] else { return nil }
        return OpenConflict(
            kind: ConflictKind(rawValue: row.kind) ?? .value, place: place, area: row.area,
            sides: try register.sides.map {
                try evidence($0.value, $0.origins, of: place, in: places, tx)
            }, places: places)
    }

    /// A side of the unit at `place`, in that of the records it lies in where it was written.
    private func evidence(
        _ value: Value, _ origins: [Origin], of place: OpenConflict.Place,
        in places: [OpenConflict.Place], _ tx: borrowing HubTransaction
    ) throws -> OpenConflict.Evidence {
        let own = try places.first { place in
            try heads(place, tx).contains {
                $0.origin.name == origins.first?.name && $0.value.agrees(with: value)
            }
        }
        return OpenConflict.Evidence(place: own ?? place, value: value, origins: origins)
    }

    /// What is seen of a unit, in all records that are one, and in which of them it lies; `nil` for
    /// one that is listed under another.
    private func seen(
        at place: OpenConflict.Place, _ tx: borrowing HubTransaction
    ) throws -> (RecordState, [OpenConflict.Place])? {
        guard let collection = schema.collection(place.collection),
            let own = try state(place.record, place.collection, tx)
        else { return nil }
        let parts = try parts(of: place.record, place.collection, tx)
        // Each record lies where it lies, and is made void by itself.
        let isOwn =
            switch collection.home {
            case .scope(place.unit), .with(place.unit): true
            default: place.unit == .void
            }
        guard !isOwn, parts.count > 1 else { return (own, [place]) }
        guard parts.first == place.record else { return nil }
        let states = try parts.compactMap { try state($0, place.collection, tx) }
        let alive = states.filter { !$0.isVoid(in: collection) }
        let places = (alive.isEmpty ? states : alive).filter { $0[place.unit] != nil }.map {
            OpenConflict.Place(
                record: $0.record, collection: place.collection, unit: place.unit)
        }
        return (.joining(states, in: collection), places)
    }

    /// What is not seen of a unit because the records that have it are void, and are one with
    /// others that have not: a voiding had waited for work that was done unaware of it, and a
    /// decision on that work has let it act.
    private func hidden(
        at place: OpenConflict.Place, _ tx: borrowing HubTransaction
    ) throws -> (RecordState, [OpenConflict.Place])? {
        guard let collection = schema.collection(place.collection) else { return nil }
        let states = try parts(of: place.record, place.collection, tx)
            .compactMap { try state($0, place.collection, tx) }
            .filter { $0[place.unit] != nil }
        guard !states.isEmpty else { return nil }
        return (
            .joining(states, in: collection),
            states.map {
                OpenConflict.Place(
                    record: $0.record, collection: place.collection, unit: place.unit)
            }
        )
    }

    /// The latest contribution of a replica to a total.
    private func latest(
        _ part: Total.Part, _ tx: borrowing HubTransaction
    ) throws -> [Origin] {
        guard let last = part.counted.ranges.last?.upperBound,
            let number = ChangeSetNumber(last)
        else { return [] }
        return try origin(ChangeSetName(part.replica, number), shown: nil, tx).map { [$0] } ?? []
    }

    func origin(
        _ name: ChangeSetName, shown: LogPosition?, _ tx: borrowing HubTransaction
    ) throws -> Origin? {
        try memory.log.changeSet(name, tx).map { set, entry, _ in
            Origin(
                name: name, author: set.author, time: entry.time(of: set),
                position: entry.position, shown: shown)
        }
    }

    // MARK: Several records

    private func keyFinding(
        _ collection: CollectionID, _ unit: UnitID, _ key: [UInt8],
        _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        var sides: [OpenConflict.Evidence] = []
        var claimants: [RecordState] = []
        var area: UInt32 = 0
        for id in try tx.claimants(of: key, collection, unit) {
            guard let record = try working(id, collection, tx),
                case .register(let register)? = record.state[unit]
            else { continue }
            // What is one record to people claims once.
            let one = try parts(of: id, collection, tx)
            if claimants.contains(where: { one.contains($0.record) }) { continue }
            let heads = register.heads.filter { Question.key(of: $0.value) == key }
            guard !heads.isEmpty else { continue }
            if claimants.isEmpty { area = record.area }
            claimants.append(record.state)
            sides.append(
                OpenConflict.Evidence(
                    place: OpenConflict.Place(record: id, collection: collection, unit: unit),
                    value: heads[0].value, origins: heads.map(\.origin)))
        }
        guard sides.count > 1 else { return nil }
        let latest = sides.flatMap(\.origins).compactMap(\.position).max() ?? .start
        let areStanding = claimants.allSatisfy { state in
            state.standing(of: unit).map { $0 >= latest } ?? false
        }
        guard !areStanding else { return nil }
        return OpenConflict(
            kind: .key, place: sides[0].place, area: area, sides: sides, shown: sides[0].value)
    }

    /// Whether all that records take of one total is more than there is.
    ///
    /// - Complexity: linear in what takes a part of this total, by an index; reads a few records.
    private func shareFinding(
        _ collection: CollectionID, _ id: RecordID, _ unit: UnitID, _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        guard let declaration = schema.collection(collection),
            let bound = declaration.bound(of: unit).flatMap({ declaration.unit($0) }),
            !memory.voided.contains(id), let record = try working(id, collection, tx),
            case .integer(let most)? = record.state.outcome(of: bound)?.value
        else { return nil }
        let shares = try tx.shares(of: id, unit, newest: Self.sharesShown)
        // What it says of itself alone is a question of its own.
        guard shares.count > 0 else { return nil }
        var own = Total()
        if case .total(let total)? = record.state[unit] { own = total }
        let sum = own.amount.addingClamped(shares.sum)
        guard sum > most else { return nil }
        if let standing = record.state.standingAmount(of: bound.id), sum <= standing { return nil }
        let place = OpenConflict.Place(record: id, collection: collection, unit: bound.id)
        var sides: [OpenConflict.Evidence] = []
        for share in shares.newest {
            guard let part = try working(share.part, share.collection, tx),
                case .total(let total)? = part.state[share.unit]
            else { continue }
            let origins = try total.parts.filter { $0.amount != 0 }.flatMap { try latest($0, tx) }
            sides.append(
                OpenConflict.Evidence(
                    place: OpenConflict.Place(
                        record: share.part, collection: share.collection, unit: share.unit),
                    value: .integer(share.amount), origins: origins))
        }
        for part in own.parts where part.amount != 0 {
            sides.append(
                OpenConflict.Evidence(
                    place: OpenConflict.Place(record: id, collection: collection, unit: unit),
                    value: .integer(part.amount), origins: try latest(part, tx)))
        }
        return OpenConflict(
            kind: .capacity, place: place, area: record.area, sides: sides, shown: .integer(sum),
            places: [place])
    }

    /// How many of those that take a part are named: who came last, and whom they met.
    private static let sharesShown = 20

    private func homeFinding(
        _ collection: CollectionID, _ id: RecordID, _ tx: borrowing HubTransaction
    ) throws -> OpenConflict? {
        guard let declaration = schema.collection(collection),
            case .with(let unit) = declaration.home,
            let child = try working(id, collection, tx), !memory.voided.contains(id),
            let created = child.state.created, let parent = child.state.reference(unit),
            memory.voided.contains(parent), let home = try tx.collection(of: parent),
            let state = try self.state(parent, home, tx),
            case .register(let voiding)? = state[.void]
        else { return nil }
        for head in voiding.heads {
            // Whoever voided the record and knew what lies with it meant that, too.
            let name = try source(of: head, parent, .void, tx)
            if try knew(name, of: created.position, tx) { return nil }
        }
        let latest = voiding.heads.compactMap(\.origin.position).max() ?? .start
        if let standing = child.state.standing(of: unit), standing >= latest { return nil }
        let place = OpenConflict.Place(record: id, collection: collection, unit: unit)
        return OpenConflict(
            kind: .reference, place: place, area: child.area,
            sides: [
                OpenConflict.Evidence(
                    place: place, value: .reference(parent), origins: [created]),
                OpenConflict.Evidence(
                    place: OpenConflict.Place(record: parent, collection: home, unit: .void),
                    value: voiding.heads[0].value, origins: voiding.heads.map(\.origin)),
            ])
    }

    /// Whether the writer of a change set had applied what lies at a position.
    func knew(
        _ name: ChangeSetName, of position: LogPosition?, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        guard let position, let (set, _, _) = try memory.log.changeSet(name, tx) else {
            return false
        }
        return memory.known(set.trunk).map { $0 >= position } ?? false
    }
}

extension RecordState {
    /// The settings that hold, rising by unit.
    var heads: [(unit: UnitID, head: Head)] {
        units.flatMap { unit -> [(unit: UnitID, head: Head)] in
            guard case .register(let register) = unit.state else { return [] }
            return register.heads.map { (unit.id, $0) }
        }
    }

    /// The record that a register of one head refers to.
    func reference(_ unit: UnitID) -> RecordID? {
        guard case .register(let register)? = self[unit],
            case .reference(let target)? = register.heads.first?.value
        else { return nil }
        return target
    }

    /// A decision of the hub's that still holds, and that one of its authors has objected to since.
    func objected(_ unit: UnitID) -> Head? {
        guard case .register(let register)? = self[unit], register.sides.count == 1,
            register.heads.allSatisfy({ $0.origin.name.replica.isHub }),
            let decided = register.heads.compactMap(\.origin.position).max()
        else { return nil }
        let isObjected = remarks(of: unit).contains { remark, origin in
            remark.act == .objection && (origin.position ?? .start) > decided
        }
        return isObjected ? register.heads[0] : nil
    }
}
