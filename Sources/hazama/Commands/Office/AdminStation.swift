import ArgumentParser
import Fieldwork
import SyncCore

// Departments, stations with their sessions, and the register of advisors.

struct ContactOptions: ParsableArguments {
    @Option(help: "The telephone.")
    var phone: String?
    @Option(help: "The address.")
    var address: String?
    @Option(help: "The day from which that holds; left out, today.")
    var effective: String?

    func saying(name: String?, at desk: Desk) throws -> Saying {
        var parts = Saying()
        parts.set("name", name)
        parts.set("phone", phone)
        parts.set("address", address)
        parts.set("effective", try effective.map { "\(try desk.typed.day($0))" })
        return parts
    }
}

// MARK: Departments

struct DirectoryDepartment: DirectoryKind {
    static let kind = "department"
    static let collection = CollectionID.department
    static let columns = ["code", "contact"]
}

struct AdminDepartment: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "department", abstract: "The departments, and how they are reached.",
        subcommands: [
            DirectoryList<DirectoryDepartment>.self, DirectoryShow<DirectoryDepartment>.self,
            AdminDepartmentAdd.self, AdminDepartmentEdit.self,
        ])
}

struct AdminDepartmentAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a department.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its code, for good, as the catalogue has it: CA.")
    var code: String
    @Argument(help: "What it is called.")
    var name: String
    @OptionGroup var contact: ContactOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        var units = Saying()
        units.set("code", code)
        try units.set("contact", parts: contact.saying(name: name, at: desk))
        return try await Directory(desk).put(units, DirectoryDepartment.self, at: desk)
    }
}

struct AdminDepartmentEdit: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change how a department is reached.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its code or name.")
    var department: String
    @Option(help: "What it is called.")
    var name: String?
    @OptionGroup var contact: ContactOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        var units = Saying()
        try units.set("contact", parts: contact.saying(name: name, at: desk))
        return try await directory.put(
            units, to: directory.one(department, DirectoryDepartment.self, at: desk),
            DirectoryDepartment.self, at: desk)
    }
}

// MARK: Stations and sessions

struct DirectoryStation: DirectoryKind {
    static let kind = "station"
    static let collection = CollectionID.station
    static let columns = ["name", "street", "services", "contact"]
}

struct DirectorySession: DirectoryKind {
    static let kind = "session"
    static let collection = CollectionID.session
    static let columns = ["day", "time", "kind", "capacity", "station"]
}

struct AdminStation: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "station", abstract: "Service stations and their sessions.",
        subcommands: [
            DirectoryList<DirectoryStation>.self, DirectoryShow<DirectoryStation>.self,
            AdminStationAdd.self, AdminStationEdit.self, DirectoryRemove<DirectoryStation>.self,
            AdminSession.self,
        ])
}

struct StationOptions: ParsableArguments {
    @Option(
        help:
            "What is done there: help, training, caseAnalysis, counselling, skills; again for each."
    )
    var service: [String] = []
    @OptionGroup var contact: ContactOptions

    func fill(_ units: inout Saying, name: String?, at desk: Desk) throws {
        units.set("services", all: service)
        var parts = try contact.saying(name: nil, at: desk)
        if !parts.members.isEmpty {
            parts.set("name", name)
            units.set("contact", parts: parts)
        }
    }
}

struct AdminStationAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a station.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What it is called.")
    var name: String
    @Option(help: "The street it is for, by name or id.")
    var street: String
    @OptionGroup var options: StationOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        var units = Saying()
        units.set("name", name)
        units.set("street", street)
        try options.fill(&units, name: name, at: desk)
        return try await Directory(desk).put(units, DirectoryStation.self, at: desk)
    }
}

struct AdminStationEdit: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change what is known of a station.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its name, or the end of its id.")
    var station: String
    @Option(help: "What it is called.")
    var name: String?
    @Option(help: "The street it is for, by name or id.")
    var street: String?
    @OptionGroup var options: StationOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        let station = try await directory.one(station, DirectoryStation.self, at: desk)
        var units = Saying()
        units.set("name", name)
        units.set("street", street)
        try options.fill(&units, name: name ?? station["units"]?["name"]?.string, at: desk)
        return try await directory.put(units, to: station, DirectoryStation.self, at: desk)
    }
}

struct AdminSession: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "session", abstract: "When a station is open for what, and for how many.",
        subcommands: [
            DirectoryList<DirectorySession>.self, DirectoryShow<DirectorySession>.self,
            AdminSessionAdd.self, AdminSessionEdit.self, DirectoryRemove<DirectorySession>.self,
        ])
}

struct AdminSessionAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a session at a station.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The station's name, or the end of its id.")
    var station: String
    @Argument(help: "The day.")
    var day: String
    @Option(help: "help, training, caseAnalysis, counselling or skills.")
    var kind: String
    @Option(help: "How many places there are.")
    var capacity: Int
    @Option(help: "The hour, as people say it: 14:00.")
    var time: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        let station = try await directory.one(station, DirectoryStation.self, at: desk)
        var units = Saying()
        units.set("station", station["record"]?.string)
        units.set("kind", kind)
        units.set("day", "\(try desk.typed.day(day))")
        units.set("capacity", capacity)
        units.set("time", time)
        return try await directory.put(units, DirectorySession.self, at: desk)
    }
}

struct AdminSessionEdit: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Move a session, or change how many places it has.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The end of its id.")
    var session: String
    @Option(help: "The day.")
    var day: String?
    @Option(help: "The hour, as people say it: 14:00.")
    var time: String?
    @Option(help: "How many places there are.")
    var capacity: Int?
    @Option(help: "What it is for.")
    var kind: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        var units = Saying()
        units.set("day", try day.map { "\(try desk.typed.day($0))" })
        units.set("time", time)
        units.set("capacity", capacity)
        units.set("kind", kind)
        return try await directory.put(
            units, to: directory.one(session, DirectorySession.self, at: desk),
            DirectorySession.self, at: desk)
    }
}

// MARK: Advisors

struct DirectoryAdvisor: DirectoryKind {
    static let kind = "advisor"
    static let collection = CollectionID.advisor
    static let columns = ["name", "posting", "roles", "neighbourhoods", "training", "service"]
}

struct AdminAdvisor: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "advisor",
        abstract: "The register of advisors: street, station, roles, training.",
        subcommands: [
            DirectoryList<DirectoryAdvisor>.self, DirectoryShow<DirectoryAdvisor>.self,
            AdminAdvisorAdd.self, AdminAdvisorEdit.self, AdminAdvisorLeave.self,
            AdminAdvisorCheck.self,
        ])
}

struct AdvisorOptions: ParsableArguments {
    @Option(help: "The station they serve at, by name or the end of its id.")
    var station: String?
    @Option(help: "A neighbourhood they see to, by name or id; again for each.")
    var neighbourhood: [String] = []
    @Option(help: "advisor, stationLead, streetManager, volunteer; again for each.")
    var role: [String] = []
    @Option(help: "A course they finished; again for each.")
    var training: [String] = []

    func fill(_ units: inout Saying, street: String?, _ directory: Directory, _ desk: Desk)
        async throws
    {
        units.set("neighbourhoods", all: neighbourhood)
        units.set("roles", all: role)
        units.set("training", all: training)
        var posting = Saying()
        posting.set("street", street)
        if let station {
            let found = try await directory.one(station, DirectoryStation.self, at: desk)
            posting.set("station", found["record"]?.string)
        }
        units.set("posting", parts: posting)
    }
}

struct AdminAdvisorAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Enter somebody the hub knows into the register.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Who, by their name at the hub.")
    var person: String
    @Option(help: "The street they serve in, by name or id.")
    var street: String
    @Option(help: "What they are called; left out, as at the hub.")
    var name: String?
    @OptionGroup var options: AdvisorOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        var units = Saying()
        units.set("worker", person)
        units.set("name", name ?? person)
        var options = options
        if options.role.isEmpty { options.role = [Advisor.Role.advisor.rawValue] }
        try await options.fill(&units, street: street, directory, desk)
        return try await directory.put(units, DirectoryAdvisor.self, at: desk)
    }
}

struct AdminAdvisorEdit: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit",
        abstract: "Change where an advisor serves, as what, and what they know.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Their name, or the end of the entry's id.")
    var advisor: String
    @Option(help: "The street they serve in, by name or id.")
    var street: String?
    @Option(help: "What they are called.")
    var name: String?
    @OptionGroup var options: AdvisorOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        var units = Saying()
        units.set("name", name)
        try await options.fill(&units, street: street, directory, desk)
        return try await directory.put(
            units, to: directory.one(advisor, DirectoryAdvisor.self, at: desk),
            DirectoryAdvisor.self, at: desk)
    }
}

struct AdminAdvisorLeave: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "leave",
        abstract:
            "Say that somebody serves no more. Their rights end with: admin person deactivate.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Their name, or the end of the entry's id.")
    var advisor: String
    @Option(help: "Why.")
    var reason: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        var units = Saying()
        units.set("service", Advisor.Tenure.left.rawValue)
        return try await directory.put(
            units, to: directory.one(advisor, DirectoryAdvisor.self, at: desk), because: reason,
            DirectoryAdvisor.self, at: desk)
    }
}

struct AdminAdvisorCheck: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "check", abstract: "Which streets have fewer advisors than they must.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let answer = try await desk.office().get("/v1/admin/staffing")
        let streets = answer["streets"]?.array ?? []
        let console = desk.console
        desk.list(
            "street", streets,
            [
                .init(title: console.text(.area), minimum: 10),
                .init(title: console.text(DirectoryPhrase.advisorsTitle), isRight: true),
                .init(title: console.text(DirectoryPhrase.enoughTitle)),
            ]
        ) { street in
            let isEnough = street["isEnough"]?.bool == true
            return [
                Line(street["name"]?.string ?? ""),
                Line(Formats.grouped(street["advisors"]?.integer ?? 0)),
                Line(console.text(isEnough ? DirectoryPhrase.enough : .tooFew)),
            ]
        }
        let failing = streets.count { $0["isEnough"]?.bool != true }
        console.summarise(["failing": .integer(Int64(failing))])
        guard failing > 0 else { return .done }
        console.hint(
            Line(
                console.text(
                    DirectoryPhrase.tooFewNext,
                    ["n": "\(failing)", "least": "\(answer["least"]?.integer ?? 0)"])))
        return .decisionNeeded
    }
}
