public import SyncCore

/// The units of one kind of record, as a closed list: what in it wins or loses together.
///
/// The raw value is the unit's number on the wire and in every store. It is never changed and never
/// used again for something else. The declaration is an exhaustive `switch`: a new unit does not
/// compile until someone has decided its policy and who is harmed when it is seen.
public protocol RecordUnit: RawRepresentable<UInt16>, CaseIterable, Hashable, Sendable {
    /// The collection whose unit this is.
    static var collection: CollectionID { get }
    /// The unit as the schema has it: name, content, policy, sensitivity. Its name is lower-case
    /// ASCII words joined by `_`, the key for words, columns and JSON, and as stable as the number.
    var declaration: UnitDeclaration { get }
}

extension RecordUnit {
    public var id: UnitID { UnitID(rawValue) }

    /// Finds the unit with this number; `nil` for the units every record has, and for a newer
    /// schema's.
    public init?(_ id: UnitID) { self.init(rawValue: id.value) }

    /// A unit of one value.
    ///
    /// - Parameters:
    ///   - column: whether a store keeps the value as a column to list and filter by.
    ///   - stakes: what a wrong decision costs.
    func field(
        _ name: String, _ type: ValueType, _ policy: MergePolicy, _ sensitivity: Sensitivity,
        column: Bool = false, stakes: Stakes = .ordinary
    ) -> UnitDeclaration {
        UnitDeclaration(id, name, type, policy, sensitivity, column: column, stakes: stakes)
    }

    /// A unit of several values that never mix, at least two. Its members never change: a changed
    /// group is a new unit.
    func group(
        _ name: String, _ members: [Member], _ policy: MergePolicy, _ sensitivity: Sensitivity,
        stakes: Stakes = .ordinary
    ) -> UnitDeclaration {
        UnitDeclaration(id, name, members, policy, sensitivity, stakes: stakes)
    }

    /// The unit that says with which household a record lies, for ever.
    func home() -> UnitDeclaration { field("household", .reference, .immutable, .open) }

    /// The unit that says in which area a record lies, for ever; a `ScopeID`.
    func place() -> UnitDeclaration { field("area", .reference, .immutable, .open) }
}

extension CollectionDeclaration {
    /// - Parameter urgent: units of which any content makes a record travel before others.
    convenience init<Field: RecordUnit>(
        _ name: String, home: Home, _: Field.Type, duplicates: DuplicateRule? = nil,
        urgent: [Field] = [], rules: [RecordRule] = []
    ) {
        self.init(
            id: Field.collection, name: name, home: home,
            units: Field.allCases.map(\.declaration), duplicates: duplicates,
            urgent: urgent.map(\.id), rules: rules)
    }
}

extension ValueType {
    /// A code: of a rule, a programme, a department.
    static let code = ValueType.text(maximumBytes: 120)
    /// A line: a name, an address, a reason.
    static let line = ValueType.text(maximumBytes: 400)
    /// What somebody writes at length.
    static let note = ValueType.text(maximumBytes: 4000)
    /// How many, or how many of something: hours, places, minutes.
    static let count = ValueType.integer(0...1_000_000_000)
    static let money = ValueType.integer(Money.range)
}

/// A closed list of words a unit may hold. A word of a newer schema is kept, and read as `nil`
/// here.
public protocol ChoiceWord: RawRepresentable<String>, CaseIterable, Hashable, Sendable {
    /// The word as people read it.
    var spoken: Wording { get }
}

extension ChoiceWord {
    static var type: ValueType { .choice(allCases.map(\.rawValue)) }
}
