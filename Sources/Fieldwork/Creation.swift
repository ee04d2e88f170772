import SyncCore

/// A record coming into being: the first write of each unit that is known. What is `nil` or empty
/// is not written, so it stays *unknown*.
struct Creation<Field: RecordUnit> {
    private let record: RecordID
    private var writes: [Write] = []

    init(_ record: RecordID) { self.record = record }

    mutating func set(_ field: Field, _ value: Value?) {
        guard let value else { return }
        writes.append(Write(unit: field.id, operation: .set(value, replacing: [])))
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
