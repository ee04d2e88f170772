import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

extension Desk {
    /// What a unit is called.
    func label<Field: RecordUnit>(_ field: Field) -> String {
        Vocabulary.unit(field.id, of: Field.collection).text(in: console.language)
    }

    /// Prints a record as it is seen here, and remembers it as seen.
    func printRecord(_ record: RecordID, isFull: Bool) throws {
        guard try !isLapsed(store()) else {
            console.result("\(record.short(), .strong)")
            return console.hint(Line(console.text(LeasePhrase.hidden)))
        }
        let shown = try shown(record)
        let titles = try titles()
        let declaration = try declaration(shown.collection)
        let replica = try store().identity().replica
        let sheet = RecordSheet(
            shown.state, as: declaration, values: values(titles), titles: titles,
            unsent: Set(shown.unsent.map { ChangeSetName(replica, $0) }),
            carried: Set(shown.carried))
        let kind = Vocabulary.collection(shown.collection).text(in: console.language)
        console.result(
            "\(record.short(), .strong)  \(titles.title(of: record), .strong)  \(kind, .dim)")
        sheet.print(to: console, isFull: isFull)
        console.item(
            "record",
            sheet.json + [
                JSONMember("position", shown.position.map { .integer(Int64($0.value)) } ?? .null),
                JSONMember("unsent", .integer(Int64(shown.unsent.count))),
                JSONMember("carried", .integer(Int64(shown.carried.count))),
                JSONMember("held", .integer(Int64(shown.held.count))),
                JSONMember("quarantined", .integer(Int64(shown.quarantined.count))),
            ])
        if !shown.carried.isEmpty {
            console.hint("\(Mark.carried) \(console.text(.recordCarried))")
        }
        if !shown.held.isEmpty { console.hint(.partlySent, .recordHeld) }
        if !shown.quarantined.isEmpty {
            console.hint(.quarantined, .recordSetAside)
        }
        if shown.isStale { console.hint(.recordStale) }
        if !shown.state.conflicts(under: .fieldwork).isEmpty {
            console.hint(.conflict, .recordDisputed, ["id": record.short()])
        }
        // A machine without a person can look, but has nobody to remember it for.
        try remember(shown)
    }
}

extension RecordRow {
    /// What a text column shows; `nil` for unknown.
    func text(_ unit: UnitID) -> String? {
        if case .text(let text)? = self[unit] { text.string } else { nil }
    }

    /// What a day column shows; `nil` for unknown.
    func day(_ unit: UnitID) -> CalendarDate? {
        if case .day(let day)? = self[unit] { day } else { nil }
    }
}
