import Fieldwork
import SyncCore
import SyncProtocol

/// What a change set does, in words and in JSON.
struct WriteLines {
    let values: ShownValue
    let titles: Titles

    private var language: Language { values.formats.language }

    /// One line per write: the unit, and what is set, added or taken away.
    func lines(of change: RecordChange) -> [Line] {
        let key = factKey(of: change)
        return change.writes.map { write in
            let label = Vocabulary.unit(write.unit, of: change.collection).text(in: language)
            return "\(label, .dim): \(text(of: write, in: change.collection, key: key))"
        }
    }

    /// What one write sets, adds or takes away.
    func text(of write: Write, in collection: CollectionID, key: String? = nil) -> String {
        func text(_ value: Value) -> String { self.text(value, write.unit, collection, key) }
        return switch write.operation {
        case .set(let value, _): text(value)
        case .change(let adding, let removing):
            (adding.map { "+ " + text($0) } + removing.map { "− " + text($0.element) })
                .joined(separator: "  ")
        case .increment(let delta): delta < 0 ? "\(delta)" : "+\(delta)"
        case .append(let values): values.map { "+ " + text($0) }.joined(separator: "  ")
        }
    }

    private func factKey(of change: RecordChange) -> String? {
        guard change.collection == .fact else { return nil }
        for write in change.writes where write.unit == Fact.Field.key.id {
            if case .set(.text(let key), _) = write.operation { return key.string }
        }
        return nil
    }

    func json(_ change: RecordChange) -> JSON {
        .object([
            "record": .string("\(change.record)"),
            "collection": .string(
                Schema.fieldwork.collection(change.collection)?.name
                    ?? "#\(change.collection.value)"),
            "creates": .bool(change.creates),
            "units": .array(
                change.writes.map { write in
                    .string(
                        Schema.fieldwork.unit(write.unit, of: change.collection)?.name
                            ?? "#\(write.unit.value)")
                }),
        ])
    }

    private func text(
        _ value: Value, _ unit: UnitID, _ collection: CollectionID, _ key: String?
    ) -> String {
        guard let declaration = Schema.fieldwork.unit(unit, of: collection) else { return "…" }
        return values.text(
            value, FactKey.shown(declaration, of: collection, key: key), of: collection)
    }

    /// What differs between two states of a record: the unit, before and after.
    func differences(
        from old: RecordState?, to new: RecordState, as declaration: CollectionDeclaration
    ) -> [(unit: UnitDeclaration, before: UnitSheet, after: UnitSheet)] {
        let empty = RecordState(record: new.record, collection: new.collection)
        return declaration.units.compactMap { unit in
            let before = UnitSheet(values: values, titles: titles, unit: unit, in: old ?? empty)
            let after = UnitSheet(values: values, titles: titles, unit: unit, in: new)
            guard before.json != after.json,
                before.short != after.short || before.isDisputed != after.isDisputed
            else { return nil }
            return (unit, before, after)
        }
    }
}
