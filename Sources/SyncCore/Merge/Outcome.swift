/// What a unit's writes amount to under its policy: what a person sees.
public enum Outcome: Hashable, Sendable {
    /// One value that nobody contradicts, and who else said the same.
    case settled(Value, by: Origin, support: [Origin])
    /// The policy chose among differing values; the others are kept and shown in the history.
    case chosen(Value, by: Origin, over: [Side])
    /// Two texts put together, which changed different sentences of the base. Nobody wrote it, so
    /// it is never written.
    case combined(Text, from: [Side], base: Head)
    /// People must decide.
    case disputed(Dispute)
    /// The elements of a set, in order.
    case elements([Value])
    case total(Int64)
    /// The entries of a log, by time.
    case entries([Log.Entry])
    /// Worked out from the record's other units.
    case computed(Value)

    /// The value to show: the settled, chosen, combined, computed or provisional one. `nil` for
    /// what is no single value, and while a dispute has nothing to show.
    public var value: Value? {
        switch self {
        case .settled(let value, _, _), .chosen(let value, _, _), .computed(let value): value
        case .combined(let text, _, _): .text(text)
        case .disputed(let dispute): dispute.shown
        case .total(let amount): .integer(amount)
        case .elements, .entries: nil
        }
    }
}

/// One of several differing values, with everyone who wrote it.
public struct Side: Hashable, Sendable {
    public let value: Value
    /// The writes that say so, rising by name; at least one.
    public let origins: [Origin]

    public init(value: Value, origins: [Origin]) { (self.value, self.origins) = (value, origins) }

    /// The writes' names: what a resolution must name to have seen this side.
    public var names: [ChangeSetName] { origins.map(\.name) }
}

/// Differing concurrent writes of one unit, side by side.
public struct Dispute: Hashable, Sendable {
    /// Why it is for people.
    public let kind: Kind
    /// What all sides last had in common; `nil` if nothing, or if it is not known here yet.
    public let base: Head?
    /// At least two, by the smallest name of each; none where contributions disagree with a bound.
    public let sides: [Side]
    /// What is seen meanwhile; `nil` where there is nothing safe to show.
    public let shown: Value?

    public enum Kind: UInt8, Hashable, Sendable {
        /// Two values of one field.
        case value = 0
        /// Two values of a group of fields that never mix.
        case group = 1
        /// Something signed is contradicted.
        case contestation = 2
        /// One voided the record or brought it back while others did otherwise.
        case deletion = 3
        /// A total went beyond what it may be. Both contributions are kept; it has no sides.
        case capacity = 4
        /// Two moves of a state machine parted.
        case states = 5
    }
}

/// An open conflict of a record, derived from its heads.
public struct Conflict: Hashable, Sendable {
    public let record: RecordID
    public let collection: CollectionID
    public let unit: UnitID
    public let dispute: Dispute
}

extension UnitState {
    /// Works out what is seen under `policy`; `nil` if nothing has been written.
    public func outcome(under unit: UnitDeclaration) -> Outcome? {
        switch self {
        case .register(let register): register.outcome(under: unit)
        case .elements(let elements): .elements(elements.entries.map(\.element))
        case .total(let total): .total(total.amount)
        case .log(let log): .entries(log.entries)
        }
    }
}

extension Register {
    /// The differing values, by the smallest name of each; heads that agree are one side.
    public var sides: [Side] {
        if let plain { return [Side(value: plain.value, origins: [plain.origin])] }
        var sides: [Side] = []
        for head in heads {
            if let place = sides.firstIndex(where: { $0.value.agrees(with: head.value) }) {
                sides[place] = Side(
                    value: sides[place].value, origins: sides[place].origins + [head.origin])
            } else {
                sides.append(Side(value: head.value, origins: [head.origin]))
            }
        }
        return sides
    }

    func outcome(under unit: UnitDeclaration) -> Outcome? {
        if let plain { return .settled(plain.value, by: plain.origin, support: []) }
        let sides = sides
        guard let first = sides.first else { return nil }
        if sides.count == 1 {
            return .settled(
                first.value, by: first.origins[0], support: Array(first.origins.dropFirst()))
        }
        switch unit.policy {
        case .immutable:
            let stands = side { $0.origin.wasReceived(before: $1.origin) }
            return dispute(sides, .contestation, shown: stands.value)
        case .review(.previous): return dispute(sides, unit, shown: base?.value)
        case .review(.newest):
            return dispute(sides, unit, shown: side { $0.origin.isLater(than: $1.origin) }.value)
        case .review(.mostProtective):
            return dispute(
                sides, unit, shown: side { unit.orders($1.value, before: $0.value) }.value)
        case .text:
            guard let text = combined(sides, unit), let base else {
                return dispute(sides, unit, shown: base?.value)
            }
            return .combined(text, from: sides, base: base)
        case .ranked(let ranking):
            return sides.first { side in
                sides.allSatisfy { unit.ranks(side.value, above: $0.value, ranking) }
            }.map { chosen($0, among: sides) } ?? dispute(sides, unit, shown: base?.value)
        case .states(let machine):
            // What the hub states again was jumped from: that a path leads on from it says nothing.
            if isStatedAgain { return dispute(sides, unit, shown: base?.value) }
            return sides.first { side in
                sides.allSatisfy { $0 == side || machine.leads($0.value, onlyTo: side.value) }
            }.map { chosen($0, among: sides) } ?? dispute(sides, unit, shown: base?.value)
        case .withdrawalWins(let given):
            let other = heads.filter { $0.value != .text(given) }.map(\.value)
            return other.count == heads.count
                ? chosen { unit.orders($1.value, before: $0.value) }
                : dispute(sides, unit, shown: other.max(by: unit.orders))
        case .raiseWins:
            return heads.contains { $0.value == .bool(true) }
                ? dispute(sides, unit, shown: .bool(true))
                : chosen { $0.value > $1.value }
        case .maximum:
            return chosen {
                unit.orders($1.value, before: $0.value)
                    || $0.value == $1.value && $0.origin.name < $1.origin.name
            }
        case .minimum:
            // Stated to be empty is not early: it loses to every value.
            return chosen {
                if ($0.value == .absent) != ($1.value == .absent) { return $1.value == .absent }
                return unit.orders($0.value, before: $1.value)
                    || $0.value == $1.value && $0.origin.name < $1.origin.name
            }
        case .latest, .addWins, .sum, .append, .derived:
            return chosen { $0.origin.isLater(than: $1.origin) }
        }
    }

    /// Whether people would have to decide among these of its heads if there were no others.
    ///
    /// Where a text has more heads, what two of them have in common is not known here: two may then
    /// be put together.
    public func isDisputed(_ names: [ChangeSetName], under unit: UnitDeclaration) -> Bool {
        let some = heads.filter { names.contains($0.origin.name) }
        guard let register = Register(heads: some, early: [], base: base) else { return false }
        if case .text = unit.policy, some.count < heads.count { return register.sides.count > 2 }
        if case .disputed? = register.outcome(under: unit) { return true }
        return false
    }

    /// Whether a head is the hub's stating again of what all heads took the place of: the base, in
    /// its author's name, on the page that they had.
    ///
    /// A decision of the office for what was before is none, even by the base's author: its page is
    /// a later one.
    public var isStatedAgain: Bool {
        // Of two records shown as one the first stands for what was before.
        guard let base, !heads.contains(base) else { return false }
        return heads.contains {
            $0.origin.name.replica.isHub && $0.origin.author == base.origin.author
                && $0.origin.shown == base.origin.shown && $0.value.agrees(with: base.value)
        }
    }

    private func dispute(_ sides: [Side], _ unit: UnitDeclaration, shown: Value?) -> Outcome {
        let kind: Dispute.Kind =
            if unit.id == .void {
                .deletion
            } else if case .states = unit.policy {
                .states
            } else {
                unit.isGroup ? .group : .value
            }
        return dispute(sides, kind, shown: shown)
    }

    private func dispute(_ sides: [Side], _ kind: Dispute.Kind, shown: Value?) -> Outcome {
        .disputed(Dispute(kind: kind, base: base, sides: sides, shown: shown))
    }

    private func combined(_ sides: [Side], _ unit: UnitDeclaration) -> Text? {
        // Of two records shown as one the first stands for what was before: nobody wrote from it.
        guard sides.count == 2, let base, !heads.contains(base),
            case .text(let left) = sides[0].value,
            case .text(let right) = sides[1].value, case .text(let base) = base.value,
            case .text(let maximum) = unit.members[0].type,
            let text = TextMerge.merged(left, right, from: base)
        else { return nil }
        return text.string.utf8.count <= maximum ? text : nil
    }

    private func chosen(_ side: Side, among sides: [Side]) -> Outcome {
        .chosen(side.value, by: side.origins[0], over: sides.filter { $0 != side })
    }

    private func side(_ isBetter: (Head, Head) -> Bool) -> Head {
        heads.dropFirst().reduce(heads[0]) { isBetter($1, $0) ? $1 : $0 }
    }

    private func chosen(_ isBetter: (Head, Head) -> Bool) -> Outcome {
        let winner = side(isBetter)
        return .chosen(
            winner.value, by: winner.origin,
            over: sides.filter { !$0.value.agrees(with: winner.value) })
    }
}

extension UnitDeclaration {
    /// The order of values: choices as the schema lists them, others as values are ordered. A word
    /// it does not list, from a newer schema, comes after those it does.
    func orders(_ left: Value, before right: Value) -> Bool {
        guard !isGroup, case .choice(let words) = members[0].type,
            case .text(let one) = left, case .text(let other) = right
        else { return left < right }
        let (place, otherPlace) = (
            words.firstIndex(of: one.string) ?? words.count,
            words.firstIndex(of: other.string) ?? words.count
        )
        return place == otherPlace ? one < other : place < otherPlace
    }

    /// Whether a group comes from as high a source as another, and holds from as late a day. No
    /// rank is known of a source that is not listed; a day that is not said is before all.
    fileprivate func ranks(_ value: Value, above other: Value, _ ranking: Ranking) -> Bool {
        guard let (source, order, effective) = places(of: ranking),
            case .group(let mine) = value, case .group(let theirs) = other,
            mine.count == members.count, theirs.count == members.count
        else { return value == other }
        if value == other { return true }
        guard let height = order.height(mine[source]),
            let otherHeight = order.height(theirs[source])
        else { return false }
        let isEqual = height == otherHeight && mine[effective] == theirs[effective]
        return !isEqual && height <= otherHeight && mine[effective] >= theirs[effective]
    }
}

extension [String] {
    /// The place of a word, 0 being the highest.
    fileprivate func height(_ value: Value) -> Int? {
        if case .text(let word) = value { firstIndex(of: word.string) } else { nil }
    }
}

extension StateMachine {
    /// Whether a path leads from one state to the other, and none back.
    fileprivate func leads(_ from: Value, onlyTo to: Value) -> Bool {
        guard case .text(let start) = from, case .text(let goal) = to else { return false }
        return reaches(goal.string, from: start.string)
            && !reaches(start.string, from: goal.string)
    }
}

extension RecordState {
    /// What a unit's writes amount to, or what it is computed as; `nil` if nothing has been
    /// written, if it can't be told, and if the writes are of another kind than the schema says.
    /// A voiding does not act over work that its author could not see.
    public func outcome(of unit: UnitDeclaration) -> Outcome? {
        if case .derived(let derivation) = unit.policy {
            return derivation.value(self).map(Outcome.computed)
        }
        guard let state = self[unit.id], state.kind == unit.kind else { return nil }
        let outcome = state.outcome(under: unit)
        guard unit.id == .void, case .settled(let value, _, _)? = outcome, value != .absent,
            let dispute = deletion(value)
        else { return outcome }
        return .disputed(dispute)
    }

    /// The record's open conflicts, rising by unit. Units the schema does not know keep all their
    /// heads and are shown by no rule, so they are none.
    public func conflicts(under schema: Schema) -> [Conflict] {
        guard let collection = schema.collection(self.collection) else { return [] }
        var conflicts: [Conflict] = []
        for place in units.indices
        where units[place].id == .void || units[place].state.hasSeveralHeads {
            let unit = units[place]
            guard unit.state.kind == .register, let declaration = collection.unit(unit.id),
                !schema.isSuperseded(unit.id, of: self.collection),
                case .disputed(let dispute)? = outcome(of: declaration), !isStanding(dispute, unit)
            else { continue }
            conflicts.append(
                Conflict(
                    record: record, collection: self.collection, unit: unit.id, dispute: dispute))
        }
        for case .total(let unit, let lower, let upper) in collection.rules {
            guard let dispute = excess(of: unit, lower, upper, collection) else { continue }
            conflicts.append(
                Conflict(
                    record: record, collection: self.collection, unit: unit, dispute: dispute))
            conflicts.sort { $0.unit < $1.unit }
        }
        return conflicts
    }

    /// Whether the office let all sides of a contestation stand.
    private func isStanding(_ dispute: Dispute, _ unit: Unit) -> Bool {
        guard dispute.kind == .contestation, let standing = standing(of: unit.id) else {
            return false
        }
        return dispute.sides.allSatisfy { side in
            side.origins.allSatisfy { $0.position.map { $0 <= standing } ?? false }
        }
    }

    /// How a total breaks its bounds; `nil` if it does not, or no further than was let stand.
    private func excess(
        of unit: UnitID, _ lower: RecordRule.Bound?, _ upper: RecordRule.Bound?,
        _ collection: CollectionDeclaration
    ) -> Dispute? {
        guard case .total(let total)? = self[unit] else { return nil }
        func number(_ bound: RecordRule.Bound?) -> Int64? {
            switch bound {
            case nil: return nil
            case .number(let number)?: return number
            case .unit(let unit)?:
                guard let declaration = collection.unit(unit),
                    case .integer(let number)? = outcome(of: declaration)?.value
                else { return nil }
                return number
            }
        }
        let amount = total.amount
        let least = number(lower).map { amount < $0 } ?? false
        let most = number(upper).map { amount > $0 } ?? false
        guard least || most else { return nil }
        if let standing = standingAmount(of: unit),
            least ? amount >= standing : amount <= standing
        {
            return nil
        }
        return Dispute(kind: .capacity, base: nil, sides: [], shown: .integer(amount))
    }
}
