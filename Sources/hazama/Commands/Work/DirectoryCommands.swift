import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct StationCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "station", abstract: "Service stations, their sessions and bookings.",
        subcommands: [
            RecordList<Station>.self, RecordShow<Station>.self, SessionCommand.self,
            StationBook.self, BookingCommand.self,
        ])
}

struct SessionCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "Sessions at the stations.",
        subcommands: [RecordList<StationSession>.self, RecordShow<StationSession>.self])
}

struct BookingCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "booking", abstract: "Who has a place at a session.",
        subcommands: [RecordList<Booking>.self, RecordShow<Booking>.self, RecordStep<Booking>.self])
}

struct PartnerCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partner", abstract: "Who outside the office helps, and with what.",
        subcommands: [RecordList<Partner>.self, RecordShow<Partner>.self])
}

struct ResourceCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resource", abstract: "What can be given, and what is left of it.",
        subcommands: [RecordList<Resource>.self, RecordShow<Resource>.self, ResourceFind.self])
}

extension Station: Listed {
    static var command: String { "station" }
    var listedDay: CalendarDate? { nil }
    func line(at desk: Desk, _: Titles) -> String {
        ([name ?? ""] + services.map { desk.spoken($0) }).joined(separator: " · ")
    }
}

extension StationSession: Listed {
    static var command: String { "session" }
    var listedDay: CalendarDate? { day }
    func line(at desk: Desk, _ titles: Titles) -> String {
        [station.map(titles.title(of:)), desk.spoken(kind), time, capacity.map { "\($0)" }]
            .compactMap(\.self).joined(separator: " · ")
    }
}

extension Booking: Listed {
    static var command: String { "booking" }
    var listedDay: CalendarDate? { nil }
    func line(at _: Desk, _ titles: Titles) -> String { session.map(titles.title(of:)) ?? "" }
}

extension Partner: Listed {
    static var command: String { "partner" }
    var listedDay: CalendarDate? { nil }
    func line(at desk: Desk, _: Titles) -> String {
        [name ?? "", desk.spoken(kind), contact ?? ""].filter { !$0.isEmpty }
            .joined(separator: " · ")
    }
}

extension Resource: Listed {
    static var command: String { "resource" }
    var listedDay: CalendarDate? { until }
    func line(at desk: Desk, _ titles: Titles) -> String {
        [
            title, desk.spoken(kind), capacity.map { "\($0 - used) \(unit ?? "")" },
            provider.map(titles.title(of:)),
        ].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
    }
}

struct StationBook: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "book", abstract: "Book a place at a session; a full one has a waiting list.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The session's id, or the end of it.")
    var session: String
    @Argument(help: "The household's id, or the end of it.")
    var household: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let session = try desk.record(session, StationSession.self)
        let home = try desk.resolve(household, as: .household).0
        let draft = Booking.Draft(household: home, session: session.id)
        if try desk.store().shown(draft.id) == nil {
            try desk.file("booking", [draft.creation])
        } else {
            try desk.tellKnown(draft.id)
        }
        let seats = session.seats(try desk.records(Booking.self).map(\.record))
        let waits = seats.waiting.contains { $0.id == draft.id }
        desk.console.hint(
            waits ? WorkPhrase.waitlisted : .seated, ["n": "\(session.capacity ?? 0)"])
        desk.console.summarise(["waiting": .bool(waits)])
        return .done
    }
}

struct ResourceFind: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "What there is for a kind of need, with what is left.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The kind of need.")
    var need: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let kind = try desk.typed.word(need, NeedKind.self)
        let items = try desk.records(PlanItem.self).map(\.record)
        let titles = try desk.titles()
        let found = try desk.records(Resource.self).map(\.record)
            .filter { $0.needKinds.contains(kind) && ($0.until.map { $0 >= desk.today } ?? true) }
            .sorted { ($0.title ?? "", $0.id) < ($1.title ?? "", $1.id) }
        for resource in found {
            let free = resource.free(after: items)
            let left =
                free.map { "\($0) \(resource.unit ?? "")" } ?? desk.console.text(.noCapacity)
            let line = resource.line(at: desk, titles)
            desk.console.result("\(resource.id.short(), .strong)  \(line)  \(left)")
            desk.console.item(
                "resource",
                [
                    "record": .string("\(resource.id)"), "id": .string(resource.id.short()),
                    "title": .string(resource.title ?? ""),
                    "free": free.map { .integer(Int64($0)) } ?? .null,
                ])
        }
        if found.isEmpty { desk.console.hint(.nothingFound) }
        desk.console.summarise(["count": .integer(Int64(found.count))])
        return .done
    }
}
