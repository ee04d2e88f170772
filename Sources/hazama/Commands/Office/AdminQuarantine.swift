import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol

struct AdminQuarantine: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "quarantine",
        abstract: "Work that was stored and not merged, and waits for a person.",
        subcommands: [
            AdminQuarantineList.self, AdminQuarantineAdmit.self, AdminQuarantineReturn.self,
            AdminQuarantineDiscard.self,
        ])
}

struct AdminQuarantineList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what waits: whose it is, why, and what it touches.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let waiting =
            try await desk.office().get("/v1/admin/quarantine")["changeSets"]?.array ?? []
        let console = desk.console
        desk.list(
            "quarantined", waiting,
            [
                .init(title: "id"), .init(title: console.text(.person), minimum: 6),
                .init(title: console.text(.machine), minimum: 6),
                .init(title: console.text(.received)), .init(title: console.text(.why)),
                .init(title: console.text(.record), minimum: 8),
                .init(title: console.text(.state), minimum: 6),
            ]
        ) { set in
            let titles = (set["records"]?.array ?? []).map { record in
                let title = record["title"]?.string ?? ""
                return title.isEmpty ? record["collection"]?.string ?? "" : title
            }
            let code = set["reason"]?.string ?? ""
            let why = "\(code): \(Words.aside(code).text(in: console.language))"
            let stage: Phrase? =
                switch set["stage"]?.string {
                case "returned": .stageReturned
                case "discarding": .stageDiscarding
                default: nil
                }
            return [
                desk.short(set["id"]), Line(set["authorName"]?.string ?? ""),
                Line(set["deviceName"]?.string ?? ""),
                Line(desk.formats.moment(set["arrived_ms"]?.integer ?? 0)),
                Line(why), Line(titles.joined(separator: ", ")),
                Line(stage.map { console.text($0) } ?? ""),
            ]
        }
        return .done
    }
}

/// What an administrator decides about one change set in quarantine.
private protocol QuarantineDecision: DeskCommand {
    /// The hub's word for it.
    static var act: String { get }
    static var outcome: Phrase { get }
    var id: String { get }
    /// What its author or the next reader is told.
    var words: String { get }
}

extension QuarantineDecision {
    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let waiting = try await office.get("/v1/admin/quarantine")["changeSets"]?.array ?? []
        let set = try desk.one(waiting, "id", endingWith: id)
        let name = set["id"]?.string ?? ""
        let answer = try await office.post(
            "/v1/admin/quarantine/\(name)/\(Self.act)", .object(["reason": .string(words)]))
        desk.console.summarise(["changeSet": .string(name), "done": answer["done"] ?? .null])
        guard answer["done"]?.bool == true else {
            desk.console.result(.quarantined, .secondPersonNext)
            return .decisionNeeded
        }
        desk.console.result(Self.outcome, ["name": set["authorName"]?.string ?? ""])
        return .done
    }
}

struct AdminQuarantineAdmit: QuarantineDecision {
    static let configuration = CommandConfiguration(
        commandName: "admit", abstract: "Merge it by your own authority, as it is.")
    fileprivate static let act = "admit"
    fileprivate static let outcome = Phrase.quarantineAdmitted

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its id, or the end of it.")
    var id: String
    @Option(name: .customLong("reason"), help: "Why.")
    var words: String
}

struct AdminQuarantineReturn: QuarantineDecision {
    static let configuration = CommandConfiguration(
        commandName: "return", abstract: "Ask its author; they see it under Returned to me.")
    fileprivate static let act = "return"
    fileprivate static let outcome = Phrase.quarantineReturned

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its id, or the end of it.")
    var id: String
    @Option(name: .customLong("question"), help: "What you want to know.")
    var words: String
}

struct AdminQuarantineDiscard: QuarantineDecision {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Take it out of the queue for good. A second person has to do the same.")
    fileprivate static let act = "discard"
    fileprivate static let outcome = Phrase.quarantineDiscarded

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its id, or the end of it.")
    var id: String
    @Option(name: .customLong("reason"), help: "Why.")
    var words: String
}
