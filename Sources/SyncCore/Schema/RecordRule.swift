/// What must hold beyond one unit, and can be broken by two writers each of whom was right.
///
/// Breaking one refuses nothing: what was recorded is kept, and people are asked. A collection that
/// declares none costs nothing.
public enum RecordRule: Hashable, Sendable {
    /// No two records claim the same value of this register. Void records claim nothing, and
    /// records that are aliases of each other claim as one. Every side of a disputed unit is a
    /// claim.
    case unique(UnitID)
    /// The total `unit` stays between two bounds; `nil` for none.
    case total(UnitID, atLeast: Bound?, atMost: Bound?)
    /// This total is a part of a total of another record, which is bounded by its own rule: all
    /// parts together stay within that bound. Void records take no part.
    case share(UnitID, Share)
    /// The record lies with one that is not void, or was void before it was made.
    case livingHome
    /// This register is set only by who holds an office. The one rule that sets work aside: what
    /// nobody was entitled to write is not to count until people have looked.
    case office(UnitID, Office)

    public enum Bound: Hashable, Sendable {
        case number(Int64)
        /// Whatever this register of integers shows; no bound while it shows nothing.
        case unit(UnitID)
    }
}

/// Of which record's total another total is a part.
public struct Share: Hashable, Sendable {
    /// The register that names the other record: a reference, or a group with one.
    public let register: UnitID
    /// Where in the group the reference is; `nil` where the register is one.
    public let member: Int?
    public let collection: CollectionID
    /// Bounded above, by what a register of its record says.
    public let total: UnitID

    public init(
        namedBy register: UnitID, member: Int? = nil, in collection: CollectionID, of total: UnitID
    ) {
        (self.register, self.member) = (register, member)
        (self.collection, self.total) = (collection, total)
    }

    /// The record that a state names; `nil` if it names none.
    public func record(named state: RecordState, in declaration: CollectionDeclaration) -> RecordID?
    {
        guard let unit = declaration.unit(register), let value = state.outcome(of: unit)?.value
        else { return nil }
        guard let member else {
            if case .reference(let record) = value { return record }
            return nil
        }
        guard case .group(let members) = value, members.indices.contains(member),
            case .reference(let record) = members[member]
        else { return nil }
        return record
    }
}

/// What entitles somebody to set a unit: what a register says of them, which everybody reads and no
/// device writes. Two are the same when their names are.
public struct Office: Hashable, Sendable {
    public let name: String
    /// The register's collection; its records count only where they lie in a reference area.
    public let collection: CollectionID
    /// Where somebody's entry is.
    public let entry: @Sendable (PersonID) -> RecordID
    /// Pure. Whether somebody with this entry, `nil` for who has none, may set the unit to this.
    public let allows: @Sendable (PersonID, RecordState?, Value) -> Bool

    public init(
        _ name: String, by collection: CollectionID,
        entry: @escaping @Sendable (PersonID) -> RecordID,
        allows: @escaping @Sendable (PersonID, RecordState?, Value) -> Bool
    ) {
        (self.name, self.collection) = (name, collection)
        (self.entry, self.allows) = (entry, allows)
    }

    public static func == (left: Self, right: Self) -> Bool { left.name == right.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}

/// What a wrong decision on a unit costs, and so who may take it and how.
public enum Stakes: UInt8, Hashable, Comparable, Sendable {
    case ordinary = 0
    /// Never decided by time and never in bulk.
    case high = 1
    /// As high; and a second person approves each decision.
    case twoPersons = 2

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
