import Fieldwork
import SyncCore

/// `protocol/schema.md`, made from the schema, so that the two can't part.
enum SchemaDocument {
    static var text: String {
        let schema = Schema.fieldwork
        var text = """
            # Schema

            The records of this work, version \(schema.version.value). Collections and units are numbers on
            the wire; a number is never used again for something else. A text says its most bytes, a
            number its range, a choice its words (another word, from a newer version, is kept and
            shown as it is). Every member of a group, and every unit, can also be *absent*. What the
            policies do is told in [merging.md](merging.md). This file is made by
            `make vectors WRITE=1`.

            A record that is created has its *home*: a unit that names the area it lies in, or the
            record it lies with, set as a reference in the creating change set. It lies there for ever.
            U+0000 is in no text.

            """
        for collection in schema.collections {
            let home =
                switch collection.home {
                case .scope(let unit): "the area in unit \(unit.value)"
                case .with(let unit): "with the record in unit \(unit.value)"
                }
            text += """

                ## \(collection.id.value) \(collection.name)

                Home: \(home).\(urgent(collection))

                | unit | name | kind | holds | policy | sensitivity |
                |---|---|---|---|---|---|

                """
            for unit in collection.units {
                let holds =
                    unit.isGroup
                    ? "group: "
                        + unit.members.map { "\($0.name) (\(words($0.type)))" }
                        .joined(separator: ", ")
                    : words(unit.members[0].type)
                text +=
                    "| \(unit.id.value) | \(unit.name) | "
                    + "\(unit.policy.kind.map { "\($0)" } ?? "none") | \(holds) | "
                    + "\(unit.policy.word) | \(unit.sensitivity) |\n"
            }
        }
        return text
    }

    private static func urgent(_ collection: CollectionDeclaration) -> String {
        guard !collection.urgent.isEmpty else { return "" }
        let units = collection.urgent.map { "\($0.value)" }.joined(separator: ", ")
        return " Urgent with anything in unit \(units): such a record travels before others."
    }

    private static func words(_ type: ValueType) -> String {
        switch type {
        case .bool: "yes or no"
        case .integer(let range): "integer \(range.lowerBound) … \(range.upperBound)"
        case .text(let maximum): "text of \(maximum)"
        case .choice(let words): "choice: " + words.joined(separator: " ")
        case .bytes(let maximum): "bytes, \(maximum)"
        case .day: "day"
        case .reference: "reference"
        }
    }
}
