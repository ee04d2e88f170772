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
        change.writes.map { write in
            let label = Vocabulary.unit(write.unit, of: change.collection).text(in: language)
            let text: Line =
                switch write.operation {
                case .set(let value, _): Line(self.text(value, write.unit, change.collection))
                case .change(let adding, let removing):
                    Line(
                        (adding.map { "+ " + self.text($0, write.unit, change.collection) }
                            + removing.map {
                                "− " + self.text($0.element, write.unit, change.collection)
                            }).joined(separator: "  "))
                case .increment(let delta): Line(delta < 0 ? "\(delta)" : "+\(delta)")
                case .append(let values):
                    Line(
                        values.map { "+ " + self.text($0, write.unit, change.collection) }
                            .joined(separator: "  "))
                }
            return "\(label, .dim): \(text)"
        }
    }

    func json(_ change: RecordChange) -> JSON {
        .object([
            "record": .string("\(change.record)"),
            "collection": .string(
                Schema.fieldwork.collection(change.collection)?.name ?? "#\(change.collection.value)"),
            "creates": .bool(change.creates),
            "units": .array(
                change.writes.map { write in
                    .string(
                        Schema.fieldwork.unit(write.unit, of: change.collection)?.name
                            ?? "#\(write.unit.value)")
                }),
        ])
    }

    private func text(_ value: Value, _ unit: UnitID, _ collection: CollectionID) -> String {
        guard let declaration = Schema.fieldwork.unit(unit, of: collection) else { return "…" }
        return values.text(value, declaration, of: collection)
    }

    /// What differs between two states of a record: the unit, before and after.
    func differences(
        from old: RecordState?, to new: RecordState, as declaration: CollectionDeclaration
    ) -> [(unit: UnitDeclaration, before: UnitSheet, after: UnitSheet)] {
        let empty = RecordState(record: new.record, collection: new.collection)
        return declaration.units.compactMap { unit in
            let before = UnitSheet(values: values, titles: titles, unit: unit, in: old ?? empty)
            let after = UnitSheet(values: values, titles: titles, unit: unit, in: new)
            guard before.json != after.json, before.short != after.short || before.isDisputed != after.isDisputed
            else { return nil }
            return (unit, before, after)
        }
    }
}
