/// What a unit's writes amount to under its policy: what a person sees.
public enum Outcome: Hashable, Sendable {
    /// One value that nobody contradicts, and who else said the same.
    case settled(Value, by: Origin, support: [Origin])
    /// The policy chose among differing values; the others are kept and shown in the history.
    case chosen(Value, by: Origin, over: [Side])
    /// People must decide.
    case disputed(Dispute)
    /// The elements of a set, in order.
    case elements([Value])
    case total(Int64)
    /// The entries of a log, by time.
    case entries([Log.Entry])

    /// The value to show: the settled, chosen or provisional one. `nil` for what is no single
    /// value, and while a dispute has nothing to show.
    public var value: Value? {
        switch self {
        case .settled(let value, _, _), .chosen(let value, _, _): value
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
    /// At least two, by the smallest name of each.
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
        let sides = sides
        guard let first = sides.first else { return nil }
        if sides.count == 1 {
            return .settled(
                first.value, by: first.origins[0], support: Array(first.origins.dropFirst()))
        }
        switch unit.policy {
        case .immutable:
            let stands = side { $0.origin.wasReceived(before: $1.origin) }
            return .disputed(
                Dispute(kind: .contestation, base: base, sides: sides, shown: stands.value))
        case .review(let provisional):
            let shown: Value? =
                switch provisional {
                case .previous: base?.value
                case .newest: side { $0.origin.isLater(than: $1.origin) }.value
                case .mostProtective: side { $0.value > $1.value }.value
                }
            let kind: Dispute.Kind =
                unit.id == .void ? .deletion : unit.isGroup ? .group : .value
            return .disputed(Dispute(kind: kind, base: base, sides: sides, shown: shown))
        case .maximum: return chosen { ($0.value, $1.origin.name) > ($1.value, $0.origin.name) }
        case .minimum:
            // Stated to be empty is not early: it loses to every value.
            return chosen {
                ($0.value == .absent ? 1 : 0, $0.value, $0.origin.name)
                    < ($1.value == .absent ? 1 : 0, $1.value, $1.origin.name)
            }
        case .latest, .addWins, .sum, .append:
            return chosen { $0.origin.isLater(than: $1.origin) }
        }
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

extension RecordState {
    /// The record's open conflicts, rising by unit. Units the schema does not know keep all their
    /// heads and are shown by no rule, so they are none.
    public func conflicts(under schema: Schema) -> [Conflict] {
        guard let collection = schema.collection(self.collection) else { return [] }
        return units.compactMap { unit in
            guard case .register(let register) = unit.state, register.heads.count > 1,
                let declaration = collection.unit(unit.id),
                case .disputed(let dispute)? = register.outcome(under: declaration)
            else { return nil }
            return Conflict(
                record: record, collection: self.collection, unit: unit.id, dispute: dispute)
        }
    }
}
