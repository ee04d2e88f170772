import ArgumentParser
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
                Line(set["reason"]?.string ?? ""), Line(titles.joined(separator: ", ")),
                Line(stage.map { console.text($0) } ?? ""),
            ]
        }
        return .done
    }
}

extension Desk {
    /// Does something with one change set in quarantine. Returns what the hub answered.
    fileprivate func decide(_ typed: String, _ act: String, _ reason: String) async throws -> JSON {
        let office = try office()
        let waiting = try await office.get("/v1/admin/quarantine")["changeSets"]?.array ?? []
        let id = try one(waiting, "id", endingWith: typed)["id"]?.string ?? ""
        let answer = try await office.post(
            "/v1/admin/quarantine/\(id)/\(act)", .object(["reason": .string(reason)]))
        console.summarise(["changeSet": .string(id), "done": answer["done"] ?? .null])
        return answer
    }
}

struct AdminQuarantineAdmit: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "admit", abstract: "Merge it by your own authority, as it is.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its id, or the end of it.")
    var id: String
    @Option(help: "Why.")
    var reason: String

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try await desk.decide(id, "admit", reason)
        return .done
    }
}

struct AdminQuarantineReturn: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "return", abstract: "Ask its author; they see it under Returned to me.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its id, or the end of it.")
    var id: String
    @Option(help: "What you want to know.")
    var question: String

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try await desk.decide(id, "return", question)
        return .done
    }
}

struct AdminQuarantineDiscard: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "discard",
        abstract: "Take it out of the queue for good. A second person has to do the same.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its id, or the end of it.")
    var id: String
    @Option(help: "Why.")
    var reason: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let answer = try await desk.decide(id, "discard", reason)
        guard answer["done"]?.bool == true else {
            desk.console.hint(.secondPersonNext)
            return .decisionNeeded
        }
        return .done
    }
}
