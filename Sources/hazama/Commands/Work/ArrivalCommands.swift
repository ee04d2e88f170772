import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct IntakeCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "intake", abstract: "Somebody came and asked: a name is enough.",
        subcommands: [
            IntakeNew.self, RecordList<Intake>.self, RecordShow<Intake>.self, IntakeLink.self,
            RecordStep<Intake>.self,
        ])
}

struct ClueCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "clue", abstract: "Hints that somebody may need help.",
        subcommands: [
            ClueNew.self, RecordList<Clue>.self, RecordShow<Clue>.self, ClueClaim.self,
            RecordStep<Clue>.self,
        ])
}

struct TaskCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "task", abstract: "What somebody is to do.",
        subcommands: [
            TaskAdd.self, RecordList<WorkTask>.self, RecordShow<WorkTask>.self,
            RecordStep<WorkTask>.self,
        ])
}

struct AlertCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "alert", abstract: "Warnings of the rules, and what became of them.",
        subcommands: [RecordList<Alert>.self, RecordShow<Alert>.self, RecordStep<Alert>.self])
}

extension Intake: Listed {
    static var command: String { "intake" }
    var listedDay: CalendarDate? { day }
    var households: [RecordID] { household.map { [$0] } ?? [] }
    func line(at _: Desk, _: Titles) -> String {
        [name, said.first].compactMap(\.self).joined(separator: " · ")
    }
}

extension Clue: Listed {
    static var command: String { "clue" }
    var listedDay: CalendarDate? { due ?? foundOn }
    var households: [RecordID] { household.map { [$0] } ?? [] }
    func line(at desk: Desk, _ titles: Titles) -> String {
        let what: String?
        // Whoever lists clues meets the same fault of the store, and is told.
        do { what = try desk.what(of: self) } catch { what = nil }
        return [desk.spoken(origin), what, owner.map(titles.person)].compactMap(\.self)
            .joined(separator: " · ")
    }
}

extension WorkTask: Listed {
    static var command: String { "task" }
    var listedDay: CalendarDate? { due }
    func line(at _: Desk, _: Titles) -> String { what ?? "" }
}

extension Alert: Listed {
    static var command: String { "alert" }
    var listedDay: CalendarDate? { due ?? raisedOn }
    func line(at desk: Desk, _: Titles) -> String {
        [
            about(in: desk.console.language), severity.map { String(repeating: "!", count: $0) },
            cause,
        ].compactMap(\.self)
            .joined(separator: " · ")
    }
}

struct IntakeNew: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Record who came, with a task to follow it up.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What they call themselves.")
    var name: String
    @Option(help: "What they came for, in their words.")
    var said: String?
    @Option(help: "A telephone number; repeat for more.")
    var phone: [String] = []
    @Option(help: "The station they came to: its id.")
    var station: String?
    @Option(help: "The household they are of, if you know it.")
    var household: String?
    @Option(help: "The area, by name or id.")
    var area: String?
    @Option(help: "By when somebody sees to it; left out, in two days.")
    var due: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let me = try desk.author().person
        let home = try household.map { try desk.resolve($0, as: .household).0 }
        var draft = Intake.Draft(
            area: try desk.area(area, of: home), day: desk.today, by: me, name: name)
        draft.station = try station.map { try desk.resolve($0, as: .station).0 }
        draft.phones = phone
        draft.said = said
        draft.household = home
        let intake = desk.newRecord()
        var task = WorkTask.Draft(about: intake, what: name)
        task.owner = Appointment(me, by: .advisor, effective: desk.today)
        task.due = try due.map(desk.typed.day) ?? desk.today.adding(days: 2)
        try desk.file(
            "intake", [draft.creation(id: intake), task.creation(id: desk.newRecord())])
        return .done
    }
}

struct IntakeLink: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "link", abstract: "Say which household they turned out to be of.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The intake's id, or the end of it.")
    var id: String
    @Argument(help: "The household's id, or the end of it.")
    var household: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let home = try desk.resolve(household, as: .household).0
        var editing = try desk.edit(try desk.resolve(id, as: .intake).0)
        if Intake(editing.seen)?.progress == .open {
            try desk.step(&editing, Intake.self, to: .linked)
        }
        try editing.edit.set(Intake.Field.household, to: .reference(home))
        try desk.seal("intake", [editing])
        return .done
    }
}

struct ClueNew: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Record a hint.",
        discussion: "Origins: " + Clue.Origin.allCases.map(\.rawValue).joined(separator: ", ")
            + ".")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What was said or seen.")
    var text: String
    @Option(help: "Where it comes from.")
    var origin: String?
    @Option(help: "The household it is about, if you know it.")
    var household: String?
    @Option(help: "The area, by name or id.")
    var area: String?
    @Option(help: "By when somebody sees to it; left out, in two days.")
    var due: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let home = try household.map { try desk.resolve($0, as: .household).0 }
        var draft = Clue.Draft(
            area: try desk.area(area, of: home),
            origin: try origin.map { try desk.typed.word($0, Clue.Origin.self) } ?? .advisor,
            foundOn: desk.today)
        draft.text = text
        draft.household = home
        draft.due = try due.map(desk.typed.day) ?? desk.today.adding(days: 2)
        try desk.file("clue", [draft.creation(id: desk.newRecord())])
        return .done
    }
}

struct ClueClaim: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "claim", abstract: "Say that you see to it.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The clue's id, or the end of it.")
    var id: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let me = try desk.author().person
        var editing = try desk.edit(try desk.resolve(id, as: .clue).0)
        let before = Clue(editing.now.state)
        if before?.progress == .found {
            try desk.step(&editing, Clue.self, to: .claimed)
        }
        try editing.edit.append(
            [Beginning(by: me, on: desk.today).value], to: Clue.Field.claims)
        try desk.seal("clue", [editing])
        if let before, before.owner == nil {
            // What somebody sees to has a day, and is on their list.
            let what = try desk.what(of: before) ?? desk.spoken(before.origin)
            var task = WorkTask.Draft(about: before.id, what: what)
            task.owner = Appointment(me, by: .advisor, effective: desk.today)
            task.due = before.due ?? desk.today.adding(workingDays: 5)
            try desk.record("task", [task.creation(id: desk.newRecord())])
        }
        if let owner = before?.owner, owner != me {
            desk.console.hint(
                WorkPhrase.claimedBefore, ["who": try desk.titles().person(owner)])
        }
        return .done
    }
}

struct TaskAdd: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Note something to do about a household, intake or clue.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What it is about: an id, or the end of one.")
    var about: String
    @Argument(help: "What is to be done.")
    var what: String
    @Option(help: "By when: 2026-12-01, tomorrow or +7.")
    var due: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        var draft = WorkTask.Draft(about: try desk.resolve(about).0, what: what)
        draft.owner = Appointment(
            try desk.author().person, by: .advisor, effective: desk.today)
        draft.due = try due.map(desk.typed.day)
        try desk.file("task", [draft.creation(id: desk.newRecord())])
        return .done
    }
}
