public import SyncCore

/// The units of one kind of record, as a closed list: what in it wins or loses together.
///
/// The raw value is the unit's number on the wire and in every store. It is never changed and never
/// used again for something else. Every property is an exhaustive `switch`: a new unit does not
/// compile until someone has decided its policy and who is harmed when it is seen.
public protocol RecordUnit: RawRepresentable<UInt16>, CaseIterable, Hashable, Sendable {
    /// The collection whose unit this is.
    static var collection: CollectionID { get }
    /// Lower-case ASCII words joined by `_`; the key for catalogues, columns and JSON. As stable as
    /// the number.
    var name: String { get }
    var content: UnitContent { get }
    /// How concurrent writes become one.
    var mergePolicy: MergePolicy { get }
    var sensitivity: Sensitivity { get }
    /// Whether a store keeps the value as a column to list and filter by.
    var isColumn: Bool { get }
    /// What a wrong decision costs.
    var stakes: Stakes { get }
}

/// What a unit holds.
public enum UnitContent: Sendable {
    case field(ValueType)
    /// At least two members. They never change: a changed group is a new unit.
    case group([Member])
}

extension RecordUnit {
    public var id: UnitID { UnitID(rawValue) }

    /// Finds the unit with this number; `nil` for the units every record has, and for a newer
    /// schema's.
    public init?(_ id: UnitID) { self.init(rawValue: id.value) }

    /// The unit as the schema declares it.
    public var declaration: UnitDeclaration {
        switch content {
        case .field(let type):
            UnitDeclaration(
                id, name, type, mergePolicy, sensitivity, column: isColumn, stakes: stakes)
        case .group(let members):
            UnitDeclaration(id, name, members, mergePolicy, sensitivity, stakes: stakes)
        }
    }
}

extension CollectionDeclaration {
    /// - Parameter urgent: units of which any content makes a record travel before others.
    init<Field: RecordUnit>(
        _ name: String, home: Home, _: Field.Type, duplicates: DuplicateRule? = nil,
        urgent: [Field] = [], rules: [RecordRule] = []
    ) {
        self.init(
            id: Field.collection, name: name, home: home,
            units: Field.allCases.map(\.declaration), duplicates: duplicates,
            urgent: urgent.map(\.id), rules: rules)
    }
}

/// A closed list of words a unit may hold. A word of a newer schema is kept, and read as `nil`
/// here.
public protocol ChoiceWord: RawRepresentable<String>, CaseIterable, Hashable, Sendable {}

extension ChoiceWord {
    static var type: ValueType { .choice(allCases.map(\.rawValue)) }
}
