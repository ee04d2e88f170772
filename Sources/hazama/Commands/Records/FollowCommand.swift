import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct FollowCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "follow", abstract: "Keep track of what has to be looked after again.",
        subcommands: [FollowAdd.self, FollowList.self, FollowDone.self])
}

struct FollowAdd: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Schedule a follow-up for a household.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Argument(help: "What to look after.")
    var what: [String] = []
    @Option(help: "When: 2026-11-20, tomorrow or +7.")
    var due: String?
    @Option(help: "Every so many days from then on.")
    var every: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try desk.author()
        let (home, _) = try desk.resolve(household, as: .household)
        var what = what.joined(separator: " ").trimmed
        if what.isEmpty { what = try desk.prompt.text(.askWhat, flag: "WHAT") }
        let day: CalendarDate
        if let due {
            day = try desk.typed.day(due)
        } else {
            day = try desk.prompt.ask(.askDue, flag: "--due", read: desk.typed.day) ?? desk.today
        }
        let every = try every.map { Int(try desk.typed.number($0, in: 1...3660)) }
        let id = desk.newRecord()
        let draft = FollowUp.Draft(household: home, what: what, due: day, cadenceDays: every)
        try desk.record("follow-up", [draft.creation(id: id)])
        try desk.remember(desk.shown(id))
        let text = desk.console.text(.followAdded, ["day": "\(day)", "what": what])
        desk.console.result("\(id.short(), .strong)  \(text)")
        desk.console.item(
            "followUp",
            [
                "record": .string("\(id)"), "id": .string(id.short()),
                "household": .string("\(home)"), "due": .string("\(day)"),
            ])
        return .done
    }
}

struct FollowList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List follow-ups by the day they are due.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A household's id; left out, all.")
    var household: String?
    @Flag(help: "Also those done and cancelled.")
    var all = false
    @Option(help: "Only those due until then: 2026-11-20, tomorrow or +7.")
    var until: String?
    @Option(help: "At most so many.", transform: lineLimit)
    var limit = 100

    func run(at desk: Desk) async throws -> ExitStatus {
        var filters: [ColumnFilter] = []
        if let household { filters.append(.home(try desk.resolve(household, as: .household).0)) }
        if let until {
            filters.append(.atMost(FollowUp.Field.due.id, .day(try desk.typed.day(until))))
        }
        var rows = try desk.store().list(
            .followUp, where: filters, by: FollowUp.Field.due.id, limit: all ? limit : .max)
        if !all { rows = Array(rows.filter(\.isScheduled).prefix(limit)) }
        let titles = try desk.titles()
        let length = ShortID.length(telling: rows.map(\.record))
        var table = Table([
            .init(title: ""), .init(title: "id"), .init(title: desk.label(FollowUp.Field.due)),
            .init(title: desk.label(FollowUp.Field.household), minimum: 12),
            .init(title: desk.label(FollowUp.Field.what), minimum: 12),
            .init(title: desk.label(FollowUp.Field.progress)),
        ])
        for row in rows {
            let followUp = try desk.seen(row.record).flatMap { FollowUp($0.state) }
            let due = row.day(FollowUp.Field.due.id)
            let isOverdue = row.isScheduled && (due.map { $0 < desk.today } ?? false)
            table.add([
                row.marks, Line(row.record.short(length), .strong),
                Line(due.map(\.description) ?? "", isOverdue ? .attention : .plain),
                Line(row.home.map(titles.title(of:)) ?? ""), Line(followUp?.what ?? ""),
                Line(desk.progress(of: row, isOverdue: isOverdue)),
            ])
            desk.console.item(
                "followUp",
                [
                    "record": .string("\(row.record)"), "id": .string(row.record.short(length)),
                    "household": row.home.map { .string("\($0)") } ?? .null,
                    "due": due.map { .string("\($0)") } ?? .null,
                    "what": followUp?.what.map { .string($0) } ?? .null,
                    "state": row.text(FollowUp.Field.progress.id).map { .string($0) } ?? .null,
                    "overdue": .bool(isOverdue),
                ])
        }
        desk.console.result(table)
        if rows.isEmpty { desk.console.hint(.nothingFound) }
        desk.console.summarise(["count": .integer(Int64(rows.count))])
        return .done
    }
}

extension RecordRow {
    /// Whether a follow-up is still to be done. One that is disputed stays on the list.
    var isScheduled: Bool {
        let state = text(FollowUp.Field.progress.id)
        return state == nil || state == FollowUp.Progress.scheduled.rawValue
    }
}

extension Desk {
    func progress(of row: RecordRow, isOverdue: Bool) -> String {
        if isOverdue { return console.text(.overdue) }
        let word = row.text(FollowUp.Field.progress.id).flatMap(FollowUp.Progress.init(rawValue:))
        return word?.spoken.text(in: console.language) ?? console.text(.undecided)
    }
}

struct FollowDone: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "done",
        abstract: "Mark a follow-up as done; a repeated one is scheduled again.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The follow-up's id, or the end of it.")
    var id: String
    @Option(help: "The day it was done, if it was not today.")
    var on: String?
    @Option(help: "What came of it.")
    var note: String?
    @Flag(help: "It is not needed any more, rather than done.")
    var cancelled = false
    @OptionGroup var correction: CorrectionOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(id, as: .followUp)
        var editing = try desk.edit(record)
        let day = try on.map(desk.typed.day) ?? desk.today
        let progress: FollowUp.Progress = cancelled ? .cancelled : .done
        try editing.edit.set(
            FollowUp.Field.progress, to: .text(progress.rawValue),
            correcting: try correction.index(desk))
        if !cancelled { try editing.edit.set(FollowUp.Field.doneOn, to: .day(day)) }
        if let note { try editing.edit.append([.text(note)], to: FollowUp.Field.notes) }
        var next: [RecordChange] = []
        let id = desk.newRecord()
        if !cancelled, let followUp = FollowUp(editing.seen),
            let every = followUp.cadenceDays,
            let home = followUp.household, let due = day.adding(days: Int64(every))
        {
            let draft = FollowUp.Draft(
                household: home, what: followUp.what ?? "", due: due, cadenceDays: every)
            next.append(try draft.creation(id: id))
            desk.console.hint(.followNext, ["id": id.short(), "day": "\(due)"])
            desk.console.summarise(["next": .string("\(id)")])
        }
        try desk.seal("follow-up", [editing], creating: next, reason: correction.reason)
        return .done
    }
}
