public import SyncCore

/// A record coming into being: the first write of each unit that is known. What is `nil` or empty
/// is not written, so it stays *unknown*.
public struct Creation<Field: RecordUnit> {
    private let record: RecordID
    private var writes: [Write] = []

    init(_ record: RecordID) { self.record = record }

    mutating func set(_ field: Field, _ value: Value?) {
        guard let value else { return }
        writes.append(Write(unit: field.id, operation: .set(value, replacing: [])))
    }

    mutating func set(_ field: Field, _ text: String?) { set(field, text.map(Value.text)) }
    mutating func set(_ field: Field, _ day: CalendarDate?) { set(field, day.map(Value.day)) }
    mutating func set(_ field: Field, _ record: RecordID?) {
        set(field, record.map(Value.reference))
    }
    mutating func set(_ field: Field, _ worker: PersonID?) { set(field, worker.map(Value.worker)) }
    mutating func set(_ field: Field, _ area: ScopeID?) { set(field, area.map(Value.area)) }
    mutating func set(_ field: Field, _ number: Int?) {
        set(field, number.map { .integer(Int64($0)) })
    }
    mutating func set(_ field: Field, _ money: Money?) {
        set(field, money.map { .integer($0.fen) })
    }
    mutating func set(_ field: Field, _ word: (some ChoiceWord)?) {
        set(field, word.map(Value.word))
    }

    mutating func add(_ field: Field, _ elements: [Value]) {
        guard !elements.isEmpty else { return }
        var each: [Value] = []
        for element in elements.sorted() where !each.contains(where: { $0.agrees(with: element) }) {
            each.append(element)
        }
        writes.append(Write(unit: field.id, operation: .change(adding: each, removing: [])))
    }

    mutating func append(_ field: Field, _ entries: [Value]) {
        guard !entries.isEmpty else { return }
        writes.append(Write(unit: field.id, operation: .append(entries)))
    }

    /// The change, not yet checked against the schema.
    var unchecked: RecordChange {
        let change = RecordChange(
            record: record, collection: Field.collection, creates: true,
            writes: writes.sorted { $0.unit < $1.unit }, shown: nil)
        guard let change else { preconditionFailure("a unit was written twice") }
        return change
    }

    /// The change. Throws what does not fit the schema: too long a text, a count out of range.
    var checked: RecordChange {
        get throws(SchemaViolation) {
            let change = unchecked
            try Schema.fieldwork.validate(change)
            return change
        }
    }
}

/// What is known of a record when it is made. `nil` and empty stay unknown.
public protocol RecordDraft: Hashable, Sendable {
    associatedtype Field: RecordUnit
    /// Writes what is known.
    func fill(_ creation: inout Creation<Field>)
}

extension RecordDraft {
    /// Returns the change that creates the record. Throws what does not fit the schema.
    public func creation(id: RecordID) throws(SchemaViolation) -> RecordChange {
        try creation(id).checked
    }

    func creation(_ id: RecordID) -> Creation<Field> {
        var creation = Creation<Field>(id)
        fill(&creation)
        return creation
    }
}

/// What is known of a record of which there can be one alone for what it is about: two devices that
/// make it apart make the same one, and the merge makes one of what they wrote.
public protocol NamedDraft: RecordDraft {
    /// Worked out from what it is about, never drawn.
    var id: RecordID { get }
}

extension NamedDraft {
    /// Returns the change that creates the record. Throws what does not fit the schema.
    public var creation: RecordChange {
        get throws(SchemaViolation) { try creation(id: id) }
    }
}
