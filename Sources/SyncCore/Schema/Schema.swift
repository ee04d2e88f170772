/// A collection's place in a schema; names on the wire are numbers, never reused.
public struct CollectionID: Hashable, Comparable, Sendable {
    public let value: UInt16
    public init(_ value: UInt16) { self.value = value }
    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// A unit's place in its collection: what wins or loses together. Numbers are never reused.
///
/// 0 … 15 are kept for units that every record has.
public struct UnitID: Hashable, Comparable, Sendable {
    public let value: UInt16
    public init(_ value: UInt16) { self.value = value }
    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }

    /// Whether the record is void, and why: text, or absent. A voided record is kept, and can come
    /// back.
    public static let void = UnitID(0)
    /// What people said of the record's conflicts: comments and proposals, in order.
    public static let discussion = UnitID(1)
    /// The records that are the same thing, registered twice: all are shown as one. Each pair
    /// stands in both records, so that whoever holds only one of them hears of it, too.
    public static let aliases = UnitID(2)
    /// The records that only look like this one: people said so, and nobody is asked again.
    public static let distinct = UnitID(3)
    /// The record's files, as `AttachedFile` reads them. Their bytes travel by themselves.
    public static let files = UnitID(4)
    /// What the hub says of the bytes of the record's files: whether they have come. Nobody else
    /// writes it.
    public static let arrivals = UnitID(5)
}

/// What records there are, what in them wins or loses together, and by which rule.
///
/// Handed to every room below: none of them knows a household. Additive from version to version;
/// a name or number is never used again for something else.
public struct Schema: Sendable {
    public let version: SchemaVersion
    /// Rising by number.
    public let collections: [CollectionDeclaration]
    /// How what was written under earlier versions is read, rising by version.
    public let upcasts: [Upcast]
    private let places: NumberIndex

    /// Makes a schema. Traps on a double name or number, on an index of a group, and on an upcast
    /// of what is not declared: faults of whoever wrote it.
    public init(
        version: SchemaVersion, collections: [CollectionDeclaration], upcasts: [Upcast] = []
    ) {
        precondition(
            Set(collections.map(\.id)).count == collections.count
                && Set(collections.map(\.name)).count == collections.count,
            "two collections of one name")
        self.version = version
        self.collections = collections.sorted { $0.id < $1.id }
        places = NumberIndex(self.collections.map(\.id.value))
        self.upcasts = upcasts.sorted { $0.version < $1.version }
        for collection in collections {
            for case .share(_, let share) in collection.rules {
                precondition(
                    self.collection(share.collection)?.bound(of: share.total) != nil,
                    "a part of a total that no register bounds")
            }
        }
        for upcast in upcasts {
            let kind = unit(upcast.old, of: upcast.collection)?.policy.kind
            precondition(
                kind != nil && kind != .total && upcast.version <= version
                    && upcast.parts.allSatisfy {
                        unit($0.unit, of: upcast.collection)?.policy.kind == kind
                    }, "an upcast of units that are not declared alike")
        }
    }

    /// Whether a unit has given way to others: nobody writes it any more but older programs, and it
    /// asks nobody anything.
    public func isSuperseded(_ unit: UnitID, of collection: CollectionID) -> Bool {
        upcasts.contains { $0.collection == collection && $0.old == unit }
    }

    /// The declaration of a collection; `nil` if this version does not know it.
    public func collection(_ id: CollectionID) -> CollectionDeclaration? {
        places[id.value].map { collections[$0] }
    }

    /// The declaration with this name.
    public func collection(named name: String) -> CollectionDeclaration? {
        collections.first { $0.name == name }
    }

    /// The declaration of a unit; `nil` if this version does not know it.
    public func unit(_ unit: UnitID, of collection: CollectionID) -> UnitDeclaration? {
        self.collection(collection)?.unit(unit)
    }
}

/// One kind of record.
///
/// A class, as the declaration of a unit is, for both are looked up with every write.
public final class CollectionDeclaration: Sendable {
    public let id: CollectionID
    /// Lower-case ASCII words joined by `_`; the table's name in a store.
    public let name: String
    /// How a record finds the scope it lies in.
    public let home: Home
    /// Rising by number; the units every record has come first.
    public let units: [UnitDeclaration]
    /// How its records are found to be one; `nil` where they are never looked at in pairs.
    public let duplicates: DuplicateRule?
    /// Units of which any content makes a record travel before all others: what endangers people.
    public let urgent: [UnitID]
    /// What must hold beyond one unit.
    public let rules: [RecordRule]
    private let places: NumberIndex

    public enum Home: Hashable, Sendable {
        /// This unit names the scope itself, as a reference.
        case scope(UnitID)
        /// The record lies where the record is that this unit refers to.
        case with(UnitID)
    }

    /// Makes a declaration. Traps on double names or numbers, on numbers below 16, and on a rule of
    /// a unit that is not of the kind it is for.
    public init(
        id: CollectionID, name: String, home: Home, units: [UnitDeclaration],
        duplicates: DuplicateRule? = nil, urgent: [UnitID] = [], rules: [RecordRule] = []
    ) {
        precondition(units.allSatisfy { $0.id.value >= 16 }, "units 0 to 15 are every record's")
        let all = Self.common + units.sorted { $0.id < $1.id }
        let names = all.flatMap { [$0.name] + $0.aliases }
        precondition(
            Set(all.map(\.id)).count == all.count && Set(names).count == names.count,
            "two units of one name")
        self.id = id
        self.name = name
        self.home = home
        self.units = all
        places = NumberIndex(all.map(\.id.value))
        self.duplicates = duplicates
        self.urgent = urgent
        self.rules = rules
        for rule in rules {
            switch rule {
            case .unique(let unit):
                precondition(self.unit(unit)?.policy.kind == .register, "no register to be unique")
            case .total(let unit, _, _):
                precondition(self.unit(unit)?.policy.kind == .total, "no total to be bounded")
            case .share(let unit, let share):
                precondition(
                    self.unit(unit)?.policy.kind == .total
                        && self.unit(share.register)?.policy.kind == .register,
                    "no total to be a part, or no register to name the whole")
            case .livingHome:
                guard case .with = home else { preconditionFailure("it lies with no record") }
            case .office(let unit, _):
                precondition(self.unit(unit)?.policy.kind == .register, "no register to be set")
            }
        }
    }

    /// The register that says how large a total may be; `nil` where none does.
    public func bound(of total: UnitID) -> UnitID? {
        for case .total(total, _, .unit(let bound)?) in rules { return bound }
        return nil
    }

    /// Whether a record in this state travels before others.
    public func isUrgent(_ state: RecordState) -> Bool {
        urgent.contains { unit in
            switch state[unit] {
            case .register(let register)?:
                register.heads.contains { $0.value != .absent && $0.value != .bool(false) }
            case .elements(let elements)?: !elements.entries.isEmpty
            case .log(let log)?: !log.entries.isEmpty
            case .total(let total)?: total.amount != 0
            case nil: false
            }
        }
    }

    /// The declaration of a unit; `nil` if this version does not know it.
    public func unit(_ id: UnitID) -> UnitDeclaration? { places[id.value].map { units[$0] } }

    /// The unit that has this name, or once had it.
    public func unit(named name: String) -> UnitDeclaration? {
        units.first { $0.name == name } ?? units.first { $0.aliases.contains(name) }
    }

    private static let common: [UnitDeclaration] = [
        UnitDeclaration(
            .void, "void", .text(maximumBytes: 2000), .review(shown: .previous), .open,
            stakes: .high),
        UnitDeclaration(
            .discussion, "discussion",
            [
                Member("unit", .integer(0...Int64(UInt16.max))),
                Member("kind", .text(maximumBytes: 40)),
                Member("keep", .text(maximumBytes: 80)),
                Member("text", .text(maximumBytes: 4000)),
            ], .append, .personal),
        UnitDeclaration(.aliases, "aliases", .reference, .addWins, .open),
        UnitDeclaration(.distinct, "distinct", .reference, .addWins, .open),
        UnitDeclaration(
            .files, "files",
            [
                Member("hash", .bytes(maximumBytes: 32)),
                Member("size", .integer(1...AttachedFile.maximumBytes)),
                Member("type", .text(maximumBytes: 80)),
                Member("name", .text(maximumBytes: 200)),
            ], .addWins, .personal),
        UnitDeclaration(
            .arrivals, "arrivals",
            [
                Member("hash", .bytes(maximumBytes: 32)),
                Member("said", .choice(AttachedFile.Standing.allCases.map(\.rawValue))),
            ], .addWins, .open),
    ]
}

/// Where in a list the thing of a number is.
private struct NumberIndex: Sendable {
    /// By number; negative where there is none.
    private let places: [Int32]

    init(_ numbers: [UInt16]) {
        var places = [Int32](repeating: -1, count: Int(numbers.max() ?? 0) + 1)
        for (place, number) in numbers.enumerated() { places[Int(number)] = Int32(place) }
        self.places = places
    }

    subscript(number: UInt16) -> Int? {
        guard Int(number) < places.count, places[Int(number)] >= 0 else { return nil }
        return Int(places[Int(number)])
    }
}

/// What wins or loses together: a field, or a group of fields that never mix.
public final class UnitDeclaration: Sendable {
    public let id: UnitID
    /// Lower-case ASCII words joined by `_`.
    public let name: String
    /// One for a field; several for a group. They never change: a changed group is a new unit.
    public let members: [Member]
    public let policy: MergePolicy
    /// How it holds its writes; `nil` where there are none.
    public let kind: UnitKind?
    public let sensitivity: Sensitivity
    /// Whether a store keeps the value as a typed column to filter and list by.
    public let isColumn: Bool
    public let stakes: Stakes
    /// Names it had in earlier versions; they are never used for something else.
    public let aliases: [String]

    /// Declares a field. Traps on a policy that its type can't have.
    public init(
        _ id: UnitID, _ name: String, _ type: ValueType, _ policy: MergePolicy,
        _ sensitivity: Sensitivity, column: Bool = false, stakes: Stakes = .ordinary,
        aliases: [String] = []
    ) {
        self.aliases = aliases
        self.id = id
        self.name = name
        members = [Member(name, type)]
        self.policy = policy
        kind = policy.kind
        self.sensitivity = sensitivity
        isColumn = column
        self.stakes = stakes
        checkPolicy()
    }

    /// Declares a group. It has at least two members, and can't be a column.
    public init(
        _ id: UnitID, _ name: String, _ members: [Member], _ policy: MergePolicy,
        _ sensitivity: Sensitivity, stakes: Stakes = .ordinary, aliases: [String] = []
    ) {
        self.aliases = aliases
        precondition(members.count >= 2, "a group of one is a field")
        self.id = id
        self.name = name
        self.members = members
        self.policy = policy
        kind = policy.kind
        self.sensitivity = sensitivity
        isColumn = false
        self.stakes = stakes
        checkPolicy()
    }

    private func checkPolicy() {
        let fits =
            switch (policy, members[0].type) {
            case (.text, .text), (.raiseWins, .bool): !isGroup
            case (.withdrawalWins(let given), .choice(let words)):
                !isGroup && words.contains(given)
            case (.states(let machine), .choice(let words)):
                !isGroup && Set(machine.next.keys) == Set(words)
                    && machine.next.values.joined().allSatisfy(words.contains)
            case (.text, _), (.raiseWins, _), (.withdrawalWins, _), (.states, _): false
            case (.ranked(let ranking), _): isGroup && places(of: ranking) != nil
            default: true
            }
        precondition(fits, "unit \(name) can't be merged that way")
    }

    /// Where a group has its source, with the sources from the highest on, and its day.
    func places(of ranking: Ranking) -> (source: Int, order: [String], effective: Int)? {
        guard let source = members.firstIndex(where: { $0.name == ranking.source }),
            case .choice(let order) = members[source].type,
            let effective = members.firstIndex(where: { $0.name == ranking.effective }),
            members[effective].type == .day
        else { return nil }
        return (source, order, effective)
    }

    public var isGroup: Bool { members.count > 1 }
}

/// One field within a unit.
public struct Member: Sendable {
    public let name: String
    public let type: ValueType
    public init(_ name: String, _ type: ValueType) { (self.name, self.type) = (name, type) }
}

/// What a field may hold, `absent` apart, which every field may.
public enum ValueType: Hashable, Sendable {
    case bool
    case integer(ClosedRange<Int64>)
    case text(maximumBytes: Int)
    /// One of these words. Another word, from a newer schema, is kept and shown as it is.
    case choice([String])
    case bytes(maximumBytes: Int)
    case day
    case reference
}

/// Who is harmed when it is seen.
public enum Sensitivity: UInt8, Hashable, Comparable, Sendable {
    /// Needed to find and list a record at all.
    case open = 0
    /// Personal: names, addresses, numbers.
    case personal = 1
    /// Special: health, disability, money, guardianship, violence.
    case special = 2

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}
