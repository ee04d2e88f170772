import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct CompanionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "service", abstract: "Companion services that took place.",
        subcommands: [
            CompanionAdd.self, RecordList<Companionship>.self, RecordShow<Companionship>.self,
            Attend<Companionship>.self,
        ])
}

struct GroupCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "group", abstract: "Group activities, and who came.",
        subcommands: [
            GroupAdd.self, RecordList<GroupActivity>.self, RecordShow<GroupActivity>.self,
            Attend<GroupActivity>.self,
        ])
}

extension Companionship: Listed, Attended {
    static var command: String { "service" }
    static var attendanceUnit: Field { .attendance }
    var listedDay: CalendarDate? { day }
    var households: [RecordID] { attendance }

    func line(at desk: Desk, _: Titles) -> String {
        "\(desk.spoken(kind)) · \(attendance.count)"
    }
}

extension GroupActivity: Listed, Attended {
    static var command: String { "group" }
    static var attendanceUnit: Field { .attendance }
    var listedDay: CalendarDate? { day }
    var households: [RecordID] { attendance }

    func line(at _: Desk, _: Titles) -> String {
        let places = capacity.map { "/\($0)" } ?? ""
        return "\(topic ?? "") · \(attendance.count)\(places)"
    }
}

/// An event with a list of the households that came.
protocol Attended: Listed {
    static var attendanceUnit: Field { get }
}

extension Desk {
    /// The households somebody typed the ids of.
    func households(_ typed: [String]) throws -> [RecordID] {
        try typed.map { try resolve($0, as: .household).0 }
    }

    /// The leaf area a record lies in: the one named, else that of the first household.
    func area(_ typed: String?, of household: RecordID?) throws -> ScopeID {
        if typed == nil, let household, let area = try store().row(household)?.area {
            return area
        }
        return try leafArea(typed).scope
    }
}

struct CompanionAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Record a companion service that took place.",
        discussion: "Kinds: " + CompanionKind.allCases.map(\.rawValue).joined(separator: ", ")
            + ".")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The kind of service.")
    var kind: String
    @Argument(help: "The households that took part: their ids.")
    var household: [String]
    @Option(help: "The day, if it was not today.")
    var on: String?
    @Option(help: "How long, in minutes.")
    var minutes: String?
    @Option(help: "The partner who gave it: their id; left out, you.")
    var partner: String?
    @Option(help: "The area it took place in, by name or id.")
    var area: String?
    @Option(help: "What is worth keeping.")
    var note: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let homes = try desk.households(household)
        let me = try desk.author().person
        var draft = Companionship.Draft(
            area: try desk.area(area, of: homes.first),
            kind: try desk.typed.word(kind, CompanionKind.self),
            day: try on.map(desk.typed.day) ?? desk.today, attendance: homes)
        draft.provider =
            try partner.map { try desk.resolve($0, as: .partner).0 }
            ?? RecordID(high: me.high, low: me.low)
        draft.minutes = try minutes.map { Int(try desk.typed.number($0, in: 0...1440)) }
        draft.note = note
        try desk.file("service", [draft.creation(id: desk.newRecord())])
        return .done
    }
}

struct GroupAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Plan a group activity, or record one.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What it is about.")
    var topic: String
    @Argument(help: "The households that came: their ids.")
    var household: [String] = []
    @Option(help: "The day: 2026-12-01, tomorrow or +7; left out, today.")
    var on: String?
    @Option(help: "Where.")
    var place: String?
    @Option(help: "How many places there are.")
    var capacity: String?
    @Option(help: "How long, in minutes.")
    var minutes: String?
    @Option(help: "The area it takes place in, by name or id.")
    var area: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let homes = try desk.households(household)
        var draft = GroupActivity.Draft(
            area: try desk.area(area, of: homes.first), topic: topic,
            day: try on.map(desk.typed.day) ?? desk.today)
        draft.place = place
        draft.capacity = try capacity.map { Int(try desk.typed.number($0, in: 1...100_000)) }
        draft.minutes = try minutes.map { Int(try desk.typed.number($0, in: 0...1440)) }
        draft.attendance = homes
        try desk.file("group", [draft.creation(id: desk.newRecord())])
        return .done
    }
}

struct Attend<Record: Attended>: DeskCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "attend", abstract: "Add households that came; other lists are kept.")
    }

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its id, or the end of it.")
    var id: String
    @Argument(help: "The households that came: their ids.")
    var household: [String]

    func run(at desk: Desk) async throws -> ExitStatus {
        var editing = try desk.edit(try desk.resolve(id, as: Record.Field.collection).0)
        try editing.edit.change(
            Record.attendanceUnit, adding: desk.households(household).map(Value.reference))
        try desk.seal(Record.command, [editing])
        return .done
    }
}
