public import SyncCore

/// A record of the work as it is seen: its state, read with the types of the work.
///
/// A property is `nil` where nothing is known, where it was stated to be empty, where people still
/// have to decide and nothing safe can be shown, and where a newer program wrote what this one
/// can't read. `outcome(of:)` tells these apart.
public protocol FieldworkRecord: Hashable, Sendable {
    associatedtype Field: RecordUnit
    static var declaration: CollectionDeclaration { get }
    var state: RecordState { get }
    /// Reads a state; `nil` if it is of another collection.
    init?(_ state: RecordState)
}

extension FieldworkRecord {
    public var id: RecordID { state.record }

    /// What the unit's writes amount to; `nil` if nobody has written it: *unknown*, which is not
    /// empty.
    public func outcome(of field: Field) -> Outcome? {
        Self.declaration.unit(field.id).flatMap(state.outcome(of:))
    }

    /// Whether people must decide this unit.
    public func isDisputed(_ field: Field) -> Bool {
        if case .disputed? = outcome(of: field) { true } else { false }
    }

    /// The units people must decide, rising by number.
    public var disputed: [Field] { Field.allCases.filter(isDisputed) }

    /// Why the record is void; `nil` if it is not.
    public var voidReason: String? {
        guard let unit = Self.declaration.unit(.void) else { return nil }
        return state.outcome(of: unit)?.value?.string
    }

    /// Begins an edit of what is shown here.
    ///
    /// - Parameters:
    ///   - position: the hub position of this state.
    ///   - replica: the replica that will write.
    public func edit(at position: LogPosition?, by replica: ReplicaID) -> Edit {
        Edit(of: state, at: position, by: replica, as: Self.declaration)
    }

    func value(_ field: Field) -> Value? { outcome(of: field)?.value }

    func elements<Element>(_ field: Field, _ read: (Value) -> Element?) -> [Element] {
        guard case .elements(let values)? = outcome(of: field) else { return [] }
        return values.compactMap(read)
    }

    func entries(_ field: Field) -> [Log.Entry] {
        guard case .entries(let entries)? = outcome(of: field) else { return [] }
        return entries
    }

    func word<Word: ChoiceWord>(_ field: Field) -> Word? { value(field)?.word() }
    func count(_ field: Field) -> Int? { value(field)?.integer.map { Int($0) } }
    func money(_ field: Field) -> Money? { value(field)?.integer.flatMap(Money.init(fen:)) }
}

extension Edit {
    /// Sets a unit; see `RecordState.setting(_:to:correcting:by:)`.
    public mutating func set(
        _ field: some RecordUnit, to value: Value, correcting side: Int? = nil
    ) throws(EditRefusal) {
        try set(unit(field), to: value, correcting: side)
    }

    /// Resolves a unit; see `RecordState.resolving(_:to:)`.
    public mutating func resolve(
        _ field: some RecordUnit, to value: Value
    ) throws(EditRefusal) {
        try resolve(unit(field), to: value)
    }

    /// Changes a set; see `RecordState.changing(_:adding:removing:)`.
    public mutating func change(
        _ field: some RecordUnit, adding: [Value] = [], removing: [Value] = []
    ) throws(EditRefusal) {
        try change(unit(field), adding: adding, removing: removing)
    }

    /// Adds entries to a log.
    public mutating func append(
        _ values: [Value], to field: some RecordUnit
    ) throws(EditRefusal) {
        try append(values, to: unit(field))
    }

    /// Numbers mean something only within their collection: a visit's unit 17 is not a household's.
    private func unit<Field: RecordUnit>(_ field: Field) throws(EditRefusal) -> UnitID {
        guard Field.collection == shown.collection else {
            throw .unknownUnit(Field.collection, field.id)
        }
        return field.id
    }
}

extension Value {
    var string: String? { if case .text(let text) = self { text.string } else { nil } }
    var integer: Int64? { if case .integer(let number) = self { number } else { nil } }
    var flag: Bool? { if case .bool(let flag) = self { flag } else { nil } }
    var day: CalendarDate? { if case .day(let day) = self { day } else { nil } }
    var record: RecordID? { if case .reference(let record) = self { record } else { nil } }
    func word<Word: ChoiceWord>() -> Word? { string.flatMap(Word.init(rawValue:)) }

    /// The members of a group of exactly `count`.
    func members(_ count: Int) -> [Value]? {
        if case .group(let values) = self, values.count == count { values } else { nil }
    }

    /// A value for what may be left open within a group.
    init<Content>(_ content: Content?, _ make: (Content) -> Value) {
        self = content.map(make) ?? .absent
    }

    /// A choice: `.word(ContactOutcome.met)`.
    public static func word(_ word: some ChoiceWord) -> Value { .text(word.rawValue) }

    /// Refers to a person who works with the system.
    public static func worker(_ person: PersonID) -> Value {
        .reference(RecordID(high: person.high, low: person.low))
    }

    /// Refers to a node of the area tree.
    public static func area(_ scope: ScopeID) -> Value {
        .reference(RecordID(high: scope.high, low: scope.low))
    }
}

extension RecordID {
    var worker: PersonID { PersonID(high: high, low: low) }
    var area: ScopeID { ScopeID(high: high, low: low) }
}
