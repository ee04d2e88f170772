internal import SyncCore
internal import SyncProtocol
internal import SyncStore

// States that a device jumped from: where the schema has no step to what it wrote, what it wrote
// over is stated again beside it, so that both are sides of a conflict. So is a decision that a
// device would outrun from a side that was not chosen.

extension Judgement {
    /// The units that go from state to state.
    static func steppedUnits(of schema: Schema) -> [CollectionID: [UnitID: UnitDeclaration]] {
        var stepped: [CollectionID: [UnitID: UnitDeclaration]] = [:]
        for collection in schema.collections {
            for unit in collection.units where !schema.isSuperseded(unit.id, of: collection.id) {
                guard case .states = unit.policy else { continue }
                stepped[collection.id, default: [:]][unit.id] = unit
            }
        }
        return stepped
    }

    /// What a device's change jumps from, by unit, in a record as it is before the change is
    /// merged.
    ///
    /// - Complexity: one look into a table for most changes; into the log only where a change
    ///   names what is no head any more.
    func jumps(
        of change: RecordChange, in set: ChangeSet, over state: RecordState,
        _ tx: borrowing HubTransaction
    ) throws -> [UnitID: Head] {
        guard let units = stepped[change.collection], !set.name.replica.isHub else { return [:] }
        var jumps: [UnitID: Head] = [:]
        for write in change.writes {
            guard let unit = units[write.unit] else { continue }
            let place = OpenConflict.Place(
                record: change.record, collection: change.collection, unit: unit.id)
            // Once it is to be asked, everything up to that is one question.
            guard jumped[place] == nil, case .register(let register)? = state[unit.id] else {
                continue
            }
            jumps[unit.id] = try jump(write, of: set, at: place, under: unit, from: register, tx)
        }
        return jumps
    }

    /// Keeps in mind what a change set jumped from, and what jumped from it before it arrived, in
    /// a record as it is after the change was merged. Returns whether there is anything.
    func keep(
        _ jumps: [UnitID: Head], of change: RecordChange, in set: ChangeSet,
        over before: [UnitID], in state: RecordState, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        var isDisputed = false
        func keep(_ head: Head, _ unit: UnitID) {
            let place = OpenConflict.Place(
                record: change.record, collection: change.collection, unit: unit)
            if jumped[place] == nil { jumped[place] = head }
            isDisputed = true
        }
        for (unit, head) in jumps.sorted(by: { $0.key < $1.key }) { keep(head, unit) }
        for unit in before {
            guard let declaration = stepped[change.collection]?[unit],
                case .register(let register)? = state[unit]
            else { continue }
            let place = OpenConflict.Place(
                record: change.record, collection: change.collection, unit: unit)
            if let head = try jump(over: set, at: place, under: declaration, in: register, tx) {
                keep(head, unit)
            }
        }
        return isDisputed
    }

    /// The units of which somebody has replaced what this change sets before it arrived.
    func replacedEarly(
        _ change: RecordChange, by set: ChangeSet, in state: RecordState
    ) -> [UnitID] {
        guard let units = stepped[change.collection] else { return [] }
        return change.writes.map(\.unit).filter { unit in
            guard units[unit] != nil, case .register(let register)? = state[unit] else {
                return false
            }
            return register.early.contains(set.name)
        }
    }

    /// States again what devices jumped from, in its author's name, as undo does: it and where they
    /// went stand side by side.
    func stateJumpedFromAgain(_ tx: borrowing HubTransaction) throws {
        let all = jumped.sorted { ($0.key.record, $0.key.unit) < ($1.key.record, $1.key.unit) }
        jumped = [:]
        for (place, head) in all {
            guard let unit = stepped[place.collection]?[place.unit],
                case .register(let register)? = try state(place.record, place.collection, tx)?[
                    place.unit]
            else { continue }
            // It is for people already, or was taken back in the same upload.
            if case .disputed? = UnitState.register(register).outcome(under: unit) { continue }
            if register.heads.allSatisfy({ $0.value.agrees(with: head.value) }) { continue }
            // What is done again from a journal has it already.
            let isSaid = register.heads.contains {
                $0.origin.name.replica.isHub && $0.origin.name != head.origin.name
                    && $0.origin.author == head.origin.author && $0.value.agrees(with: head.value)
            }
            if isSaid { continue }
            let isCommon = try register.heads.allSatisfy {
                try memory.log.ancestors(of: $0.origin.name, place.record, place.unit, tx)
                    .contains(head.origin.name)
            }
            if isCommon {
                try restate(head.value, of: head.origin, at: place, naming: [head.origin.name], tx)
                continue
            }
            // Where somebody did not name it, it comes to lie before all sides: they are compared
            // with what all of them name.
            let names = register.heads.map(\.origin.name) + [head.origin.name]
            let before = try restate(head.value, of: head.origin, at: place, naming: names, tx)
            try restate(head.value, of: head.origin, at: place, naming: [before], tx)
            for side in register.sides where !side.value.agrees(with: head.value) {
                try restate(side.value, of: side.origins[0], at: place, naming: [before], tx)
            }
        }
    }

    /// What was left by a step that was none, where these writes stood side by side for that; `nil`
    /// where they did not.
    func jumpedFrom(
        _ names: [ChangeSetName], at place: OpenConflict.Place, _ tx: borrowing HubTransaction
    ) throws -> Head? {
        guard stepped[place.collection]?[place.unit] != nil else { return nil }
        let heads = try names.sorted().compactMap { name in
            try memory.log.write(name, place.record, place.unit, tx).map {
                Head(origin: $0.origin, value: $0.value)
            }
        }
        let base = try memory.log.base(of: heads, place.record, place.unit, tx)
        let register = Register(heads: heads, early: [], base: base)
        return register?.isStatedAgain ?? false ? base : nil
    }

    /// States a value again in its author's name.
    @discardableResult
    func restate(
        _ value: Value, of origin: Origin, at place: OpenConflict.Place,
        naming names: [ChangeSetName], _ tx: borrowing HubTransaction
    ) throws -> ChangeSetName {
        var pending = PendingWrites()
        pending.set(place, value, naming: names)
        return try write(
            try pending.changes(self, shown: [place.record: origin.shown], tx),
            intent: "restatement", author: origin.author, reason: nil, tx)
    }

    // MARK: What its writer knew

    /// What a write jumps from; `nil` where it does not, or where that can't be known.
    ///
    /// It is held against what it names, whatever has come meanwhile: to say what becomes of two
    /// who went apart is the merge's. And against what its own device wrote last, if that is later
    /// than all it names.
    private func jump(
        _ write: Write, of set: ChangeSet, at place: OpenConflict.Place,
        under unit: UnitDeclaration, from register: Register, _ tx: borrowing HubTransaction
    ) throws -> Head? {
        guard case .set(let value, let replaced) = write.operation, isJudged(set, under: unit),
            !register.heads.isEmpty
        else { return nil }
        if let plain = register.plain, replaced == [plain.origin.name] {
            // Nearly every one.
            guard unit.jump(to: value, from: [plain]) != nil else { return nil }
        }
        if case .disputed? = UnitState.register(register).outcome(under: unit) { return nil }
        // What it had not written yet no device has seen.
        let names = replaced.filter { $0.replica != set.name.replica || $0 < set.name }
        guard let named = try heads(names, at: place, in: register, before: set, tx) else {
            return nil
        }
        let own = try lastOwn(of: set, at: place, in: register, beside: names, tx)
        var found: Head?
        if let own, try !mayCorrectASide([own.name], register, [], place, tx) {
            found = unit.jump(to: value, from: [own.head])
        }
        // What its own write took the place of is over, on however old a page it stands.
        let known = named.filter { !(own?.covers($0.origin.name) ?? false) }
        let beside = own.map { [$0.head] } ?? []
        if found == nil, !known.isEmpty,
            try !mayCorrectASide(names, register, beside, place, tx)
        {
            found = unit.jump(to: value, from: known)
        }
        if found == nil {
            found = try overruled(by: value, from: known + beside, set, place, unit, register, tx)
        }
        guard let found,
            try !takesBack(value, names + beside.map(\.origin.name), set, place, tx),
            try !isOneWithAnother(place, tx)
        else { return nil }
        return found
    }

    /// The decision of the office that a write would outrun which goes on from a side that was not
    /// chosen, and comes to where no step leads from what was; `nil` if there is none.
    private func overruled(
        by value: Value, from before: [Head], _ set: ChangeSet, _ place: OpenConflict.Place,
        _ unit: UnitDeclaration, _ register: Register, _ tx: borrowing HubTransaction
    ) throws -> Head? {
        for decision in register.heads where decision.origin.name.replica.isHub {
            guard unit.jump(to: value, from: [decision]) != nil,
                try !isRestating(decision.origin.name, tx),
                let write = try memory.log.write(
                    decision.origin.name, place.record, place.unit, tx),
                // What else the office writes chooses nothing.
                write.replaced.count > 1
            else { continue }
            let goesOn = try before.contains { head in
                try !head.value.agrees(with: decision.value)
                    && write.replaced.contains { side in
                        try side == head.origin.name
                            || isRestating(side, tx)
                                && line(of: side, place, upTo: set, tx).contains(head.origin.name)
                                && logged(side, place, upTo: set, tx)?.value
                                    .agrees(with: head.value) ?? false
                    }
            }
            guard goesOn else { continue }
            let own = Head(
                origin: Origin(
                    name: set.name, author: set.author, time: CorrectedTime(clamping: 0),
                    position: nil, shown: nil),
                value: value)
            let both = [decision, own].sorted { $0.origin.name < $1.origin.name }
            if case .chosen(let shown, _, _)? = Register(heads: both, early: [], base: nil)
                .flatMap({ UnitState.register($0).outcome(under: unit) }),
                shown.agrees(with: value)
            {
                return decision
            }
        }
        return nil
    }

    /// What a device wrote last of a unit, and is not on the page that it writes from.
    private struct OwnWrite {
        let head: Head
        /// What it took the place of, through any number of steps.
        let line: Set<ChangeSetName>

        var name: ChangeSetName { head.origin.name }

        func covers(_ other: ChangeSetName) -> Bool {
            name.followsOnSameDevice(other) || line.contains(other)
        }
    }

    /// The last own write before a change set, as the hub knows it; `nil` if there is none, and if
    /// one of these names is as late.
    private func lastOwn(
        of set: ChangeSet, at place: OpenConflict.Place, in register: Register,
        beside names: [ChangeSetName], _ tx: borrowing HubTransaction
    ) throws -> OwnWrite? {
        var seen = Set(names)
        for name in names { seen.formUnion(try line(of: name, place, upTo: set, tx)) }
        var all = Set(register.heads.map(\.origin.name))
        for head in register.heads {
            all.formUnion(try line(of: head.origin.name, place, upTo: set, tx))
        }
        // A lost one that is named comes after what is left, too.
        let own = all.union(seen).filter { set.name.followsOnSameDevice($0) }
        guard let last = own.max(), !seen.contains(last),
            let head = try heads([last], at: place, in: register, before: set, tx)?.first
        else { return nil }
        return OwnWrite(head: head, line: try line(of: last, place, upTo: set, tx))
    }

    /// The writes that one write covers through any number of steps, also those of the upload in
    /// hand.
    private func line(
        of name: ChangeSetName, _ place: OpenConflict.Place, upTo set: ChangeSet,
        _ tx: borrowing HubTransaction
    ) throws -> Set<ChangeSetName> {
        var found: Set<ChangeSetName> = []
        var next = [name]
        while let name = next.popLast(), found.count < 200 {
            guard let write = try logged(name, place, upTo: set, tx) else { continue }
            for replaced in write.replaced where found.insert(replaced).inserted {
                next.append(replaced)
            }
        }
        return found
    }

    /// What jumped from a change set that has only now arrived.
    private func jump(
        over set: ChangeSet, at place: OpenConflict.Place, under unit: UnitDeclaration,
        in register: Register, _ tx: borrowing HubTransaction
    ) throws -> Head? {
        if case .disputed? = UnitState.register(register).outcome(under: unit) { return nil }
        var names = Set(register.heads.map(\.origin.name))
        for head in register.heads {
            names.formUnion(
                try memory.log.ancestors(of: head.origin.name, place.record, place.unit, tx))
        }
        for name in names.sorted() where !name.replica.isHub && name != set.name {
            guard let (later, _, _) = try memory.log.changeSet(name, tx),
                isJudged(later, under: unit),
                let write = try memory.log.write(name, place.record, place.unit, tx),
                write.replaced.contains(set.name),
                let known = try heads(write.replaced, at: place, in: register, upTo: set, tx),
                let head = unit.jump(to: write.value, from: known),
                try !mayCorrectASide(write.replaced, register, [], place, tx),
                try !takesBack(write.value, write.replaced, later, place, tx),
                try !isOneWithAnother(place, tx)
            else { continue }
            return head
        }
        return nil
    }

    /// Whether the steps that this program knows are those by which a change set was written.
    private func isJudged(_ set: ChangeSet, under unit: UnitDeclaration) -> Bool {
        guard case .states(let machine) = unit.policy else { return false }
        return machine.since <= set.schema && set.schema <= schema.version
    }

    /// The writes of these names; `nil` if one of them has not been merged.
    private func heads(
        _ names: [ChangeSetName], at place: OpenConflict.Place, in register: Register,
        before set: ChangeSet? = nil, upTo last: ChangeSet? = nil, _ tx: borrowing HubTransaction
    ) throws -> [Head]? {
        var heads: [Head] = []
        for name in names {
            if let head = register.heads.first(where: { $0.origin.name == name }) {
                heads.append(head)
            } else if let write = try logged(name, place, upTo: last ?? set, tx) {
                heads.append(Head(origin: write.origin, value: write.value))
            } else {
                return nil
            }
        }
        return heads
    }

    /// A write of the log, or of the upload in hand as far as it is judged.
    private func logged(
        _ name: ChangeSetName, _ place: OpenConflict.Place, upTo set: ChangeSet?,
        _ tx: borrowing HubTransaction
    ) throws -> LoggedWrite? {
        if let write = try memory.log.write(name, place.record, place.unit, tx) { return write }
        guard let set, name.replica == set.name.replica, name.number <= set.name.number,
            name == set.name || isMerged(name),
            let earlier = inHand.first(where: { $0.changeSet.name == name })?.changeSet,
            let change = earlier.changes.first(where: { $0.record == place.record }),
            let write = change.writes.first(where: { $0.unit == place.unit }),
            case .set(let value, let names) = write.operation
        else { return nil }
        return LoggedWrite(
            origin: Origin(
                name: name, author: earlier.author, time: CorrectedTime(clamping: 0), position: nil,
                shown: change.shown),
            value: value, replaced: names)
    }

    /// Whether its writer may have had several sides before them, and corrected one of them: then
    /// what it names does not say what it came from. They had if what it names ever stood beside
    /// something else, or if the office has decided since.
    private func mayCorrectASide(
        _ names: [ChangeSetName], _ register: Register, _ own: [Head],
        _ place: OpenConflict.Place, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        func line(_ name: ChangeSetName) throws -> Set<ChangeSetName> {
            try memory.log.ancestors(of: name, place.record, place.unit, tx)
        }
        var before = Set(names)
        for name in names { before.formUnion(try line(name)) }
        var since: Set<ChangeSetName> = []
        for head in register.heads where !own.contains(head) {
            since.formUnion(try line(head.origin.name).union([head.origin.name]))
        }
        return try since.subtracting(before).sorted().contains { name in
            try name.replica.isHub || !line(name).isSuperset(of: names)
        }
    }

    /// Whether an undo goes back to what its author's own write had replaced.
    private func takesBack(
        _ value: Value, _ names: [ChangeSetName], _ set: ChangeSet, _ place: OpenConflict.Place,
        _ tx: borrowing HubTransaction
    ) throws -> Bool {
        guard set.intent.string == "undo" else { return false }
        for name in names {
            guard let write = try logged(name, place, upTo: set, tx),
                write.origin.author == set.author
            else { continue }
            if write.replaced.isEmpty, value == .absent { return true }
            for replaced in write.replaced {
                let before = try logged(replaced, place, upTo: set, tx)
                if before?.value.agrees(with: value) ?? true { return true }
            }
        }
        return false
    }

    /// Whether what is seen of the unit is seen of several records as one: then only all of them
    /// together say what its writer came from.
    private func isOneWithAnother(
        _ place: OpenConflict.Place, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        try parts(of: place.record, place.collection, tx).contains { part in
            try part != place.record && state(part, place.collection, tx)?[place.unit] != nil
        }
    }
}
