import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

/// A whole record, as it is printed and as JSON.
struct RecordSheet {
    let titles: Titles
    let declaration: CollectionDeclaration
    let state: RecordState
    let units: [UnitSheet]
    private let look: Language

    /// - Parameters:
    ///   - unsent: own change sets on it that only this machine has.
    ///   - carried: those of others that the hub has not confirmed yet.
    init(
        _ state: RecordState, as declaration: CollectionDeclaration, values: ShownValue,
        titles: Titles, unsent: Set<ChangeSetName>, carried: Set<ChangeSetName> = []
    ) {
        self.titles = titles
        self.declaration = declaration
        self.state = state
        look = values.formats.language
        units = declaration.units.map {
            UnitSheet(
                values: values, titles: titles, unit: $0, in: state, unsent: unsent,
                carried: carried)
        }
    }

    /// Prints every unit that somebody has written, one below the other.
    ///
    /// - Parameter isFull: whether to say who wrote each unit, and when.
    func print(to console: Console, isFull: Bool) {
        // What was said of a conflict is shown beside it.
        let written = units.filter {
            $0.outcome != nil && ![.discussion, .files, .arrivals].contains($0.unit.id)
        }
        let labels = written.map { label($0.unit) }
        let width = labels.map(\.columns).max() ?? 0
        for (sheet, label) in zip(written, labels) {
            let space = String(repeating: " ", count: width - label.columns)
            var lines = sheet.lines()
            if lines.isEmpty { lines = [""] }
            if isFull, !sheet.testimony.isEmpty {
                lines[0] = "\(lines[0]) \(sheet.testimony, .dim)"
            }
            let mark = sheet.mark.isEmpty ? " " : sheet.mark
            console.result("\(mark) \(label, .dim)\(space)  \(lines[0])", hanging: width + 4)
            let indent = String(repeating: " ", count: width + 4)
            for line in lines.dropFirst() {
                console.result("\(indent)\(line)", hanging: width + 4)
            }
        }
        for (file, _, standing) in state.files {
            let place: FilePlace =
                switch standing {
                case .here: .office
                case .lost: .lost
                case nil: .awaited
                }
            let size = Formats.bytes(Int64(file.size))
            console.result(
                "\(place.mark) \(file.name.string) (\(size)): \(console.text(place.phrase))",
                hanging: 4)
        }
    }

    /// Members for JSON: each written unit by its name.
    var json: [JSONMember] {
        [
            JSONMember("record", .string("\(state.record)")),
            JSONMember("id", .string(state.record.short())),
            JSONMember("collection", .string(declaration.name)),
            JSONMember(
                "units",
                .object(
                    units.filter { $0.outcome != nil }.map { JSONMember($0.unit.name, $0.json) })),
        ]
    }

    private func label(_ unit: UnitDeclaration) -> String {
        Vocabulary.unit(unit.id, of: declaration.id).text(in: look)
    }
}
