import ArgumentParser
import Fieldwork
import SyncCore

// Who outside the office helps, and with what.

struct DirectoryPartner: DirectoryKind {
    static let kind = "partner"
    static let collection = CollectionID.partner
    static let columns = ["name", "kind", "state", "reach", "contact"]
}

struct AdminPartner: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "partner", abstract: "Who outside the office helps.",
        subcommands: [
            DirectoryList<DirectoryPartner>.self, DirectoryShow<DirectoryPartner>.self,
            AdminPartnerAdd.self, AdminPartnerEdit.self, AdminPartnerVerify.self,
            AdminPartnerActivate.self, AdminPartnerRest.self, AdminPartnerEnd.self,
            DirectoryRemove<DirectoryPartner>.self,
        ])
}

struct PartnerOptions: ParsableArguments {
    @Option(help: "An area they help in, by name or id; again for each; none for no limit.")
    var reach: [String] = []
    @Option(help: "How they are reached.")
    var contact: String?

    func fill(_ units: inout Saying) {
        units.set("reach", all: reach)
        units.set("contact", contact)
    }
}

struct AdminPartnerAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Note somebody who offers to help; verify them later.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What they are called.")
    var name: String
    @Option(
        help: "publicBody, socialOrganisation, firm, school, residentGroup, informal or person.")
    var kind: String
    @OptionGroup var options: PartnerOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        var units = Saying()
        units.set("name", name)
        units.set("kind", kind)
        options.fill(&units)
        return try await Directory(desk).put(units, DirectoryPartner.self, at: desk)
    }
}

struct AdminPartnerEdit: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change what is known of a partner.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its name, or the end of its id.")
    var partner: String
    @Option(help: "What they are called.")
    var name: String?
    @Option(help: "What they are.")
    var kind: String?
    @OptionGroup var options: PartnerOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        var units = Saying()
        units.set("name", name)
        units.set("kind", kind)
        options.fill(&units)
        return try await directory.put(
            units, to: directory.one(partner, DirectoryPartner.self, at: desk),
            DirectoryPartner.self, at: desk)
    }
}

/// A step of a partner's work, each a command of its own.
protocol PartnerStep: DeskCommand {
    static var state: Partner.Progress { get }
    var partner: String { get }
    var because: String? { get }
}

extension PartnerStep {
    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        let record = try await directory.one(partner, DirectoryPartner.self, at: desk)
        try check(record, at: desk)
        var units = Saying()
        units.set("state", Self.state.rawValue)
        return try await directory.put(
            units, to: record, because: because, DirectoryPartner.self, at: desk)
    }

    /// Refuses what the hub would, in the person's language.
    private func check(_ record: JSON, at desk: Desk) throws {
        guard let id = record["record"]?.string.flatMap({ RecordID($0) }) else {
            throw desk.oddAnswer()
        }
        let now = record["units"]?["state"]?.string.flatMap { Partner.Progress(rawValue: $0) }
        if let now, !now.next.contains(Self.state) {
            throw desk.failure(
                for: StepRefusal.noWay(
                    from: now.rawValue, to: Self.state.rawValue,
                    instead: now.next.map(\.rawValue)), id)
        }
        if Self.state.needsReason, because?.isEmpty ?? true {
            throw desk.failure(for: StepRefusal.reasonMissing(to: Self.state.rawValue), id)
        }
    }
}

struct AdminPartnerVerify: PartnerStep {
    static let state = Partner.Progress.verified
    static let configuration = CommandConfiguration(
        commandName: "verify", abstract: "Say that they are who they say. Then they may be told.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its name, or the end of its id.")
    var partner: String
    @Option(help: "How that was found out.")
    var because: String?
}

struct AdminPartnerActivate: PartnerStep {
    static let state = Partner.Progress.active
    static let configuration = CommandConfiguration(
        commandName: "activate", abstract: "They help from now on, or again.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its name, or the end of its id.")
    var partner: String
    @Option(help: "Why.")
    var because: String?
}

struct AdminPartnerRest: PartnerStep {
    static let state = Partner.Progress.resting
    static let configuration = CommandConfiguration(
        commandName: "rest", abstract: "They pause for a while.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its name, or the end of its id.")
    var partner: String
    @Option(help: "Why.")
    var because: String?
}

struct AdminPartnerEnd: PartnerStep {
    static let state = Partner.Progress.ended
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "They help no more, for good.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its name, or the end of its id.")
    var partner: String
    @Option(help: "Why; it must be said.")
    var because: String?
}

// MARK: What they offer

struct DirectoryResource: DirectoryKind {
    static let kind = "resource"
    static let collection = CollectionID.resource
    static let columns = ["title", "kind", "capacity", "used", "unit", "need_kinds", "until"]
}

struct AdminResource: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "resource", abstract: "What partners and departments can give.",
        subcommands: [
            DirectoryList<DirectoryResource>.self, DirectoryShow<DirectoryResource>.self,
            AdminResourceAdd.self, AdminResourceEdit.self,
            DirectoryRemove<DirectoryResource>.self,
        ])
}

struct ResourceOptions: ParsableArguments {
    @Option(help: "How much there is of it.")
    var capacity: Int?
    @Option(help: "In what it is counted: hours, places, parcels.")
    var unit: String?
    @Option(help: "A kind of need it serves: tutoring, meals …; again for each.")
    var need: [String] = []
    @Option(help: "An area it is for, by name or id; again for each; none for no limit.")
    var reach: [String] = []
    @Option(help: "The last day it is offered.")
    var until: String?

    func fill(_ units: inout Saying, at desk: Desk) throws {
        units.set("capacity", capacity)
        units.set("unit", unit)
        units.set("need_kinds", all: need)
        units.set("reach", all: reach)
        units.set("until", try until.map { "\(try desk.typed.day($0))" })
    }
}

struct AdminResourceAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Note what somebody can give.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What it is.")
    var title: String
    @Option(help: "Who gives it: a partner's name, or a department's code.")
    var from: String
    @Option(help: "money, goods, hours, skill, knowledge or place.")
    var kind: String
    @OptionGroup var options: ResourceOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        let departments = try await directory.records(DirectoryDepartment.kind)
        let giver =
            if let department = departments.first(where: { $0["units"]?["code"]?.string == from }) {
                department
            } else {
                try await directory.one(from, DirectoryPartner.self, at: desk)
            }
        var units = Saying()
        units.set("provider", giver["record"]?.string)
        units.set("title", title)
        units.set("kind", kind)
        try options.fill(&units, at: desk)
        return try await directory.put(units, DirectoryResource.self, at: desk)
    }
}

struct AdminResourceEdit: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change what is offered, or how much of it was given out.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its title, or the end of its id.")
    var resource: String
    @Option(help: "What it is.")
    var title: String?
    @Option(help: "What the giver gave out itself, in all; measures count their own.")
    var used: Int?
    @OptionGroup var options: ResourceOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        var units = Saying()
        units.set("title", title)
        units.set("used", used)
        try options.fill(&units, at: desk)
        return try await directory.put(
            units, to: directory.one(resource, DirectoryResource.self, at: desk),
            DirectoryResource.self, at: desk)
    }
}
