import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol

struct AdminConflictPropose: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose", abstract: "Propose a decision, for somebody else to approve.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or the end of it.")
    var id: String
    @OptionGroup var choice: DecisionOptions
    @Option(help: "Why. Its authors will read it.")
    var reason: String?
    @Option(
        help: "The version you decide on, from 'show --json'; left out, what you were last shown.")
    var seen: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let (id, path) = try await desk.conflictPath(id, office)
        _ = try await desk.decide(
            id, path + "/propose", choice, reason: reason, seen: seen, office)
        desk.console.hint(.waitsForSecond)
        return .done
    }
}

struct AdminConflictApprove: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "approve", abstract: "Carry out what somebody else proposed.",
        discussion: "Approves what you were last shown, and shows it first if you were not.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or the end of it.")
    var id: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let (id, path) = try await desk.conflictPath(id, office)
        var version = try desk.login().seen[id]
        if version == nil {
            let detail = try await office.get(path)
            try desk.show(detail, id)
            version = detail["version"]?.string
        }
        guard let version else { throw desk.oddAnswer() }
        do {
            try desk.show(
                try await office.post(
                    path + "/approve", .object([JSONMember("version", .string(version))])), id)
        } catch let problem as Problem where problem.code == .staleView {
            try desk.show(try await office.get(path), id)
            throw problem
        }
        desk.console.hint(.resolved)
        return .done
    }
}

struct AdminConflictAssign: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "assign", abstract: "Give a conflict to somebody.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or the end of it.")
    var id: String
    @Option(help: "Their name.")
    var to: String
    @Option(help: "The day by which it should be done: 2026-12-01.")
    var due: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let (id, path) = try await desk.conflictPath(id, office)
        var body = [JSONMember("person", .string(to))]
        if let due {
            let day = try desk.typed.day(due)
            body.append(JSONMember("due_ms", .integer((day.ordinal + 1) * 86_400_000)))
        }
        try desk.show(try await office.post(path + "/assign", .object(body)), id)
        return .done
    }
}

struct AdminConflictComment: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "comment", abstract: "Say something about a conflict, or ask its author.",
        discussion: "It travels with the record. With --ask it comes to the inbox of that author.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or the end of it.")
    var id: String
    @Argument(help: "The words.")
    var text: String
    @Option(
        help: "The side whose author is asked: a, b …; or device, where there is no side.")
    var ask: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let (id, path) = try await desk.conflictPath(id, office)
        var body = [JSONMember("text", .string(text))]
        if let side = ask?.trimmed.lowercased(), side != "device" {
            body.append(JSONMember("side", .string(side)))
        }
        try desk.show(
            try await office.post(path + (ask == nil ? "/comment" : "/ask"), .object(body)), id)
        return .done
    }
}

struct AdminConflictUndo: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Take a decision back.",
        discussion: """
            The sides it ended are stated again, in their authors' names; nothing is erased. Of a \
            bulk decision all of it is taken back.
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or the end of it.")
    var id: String
    @Option(help: "Why.")
    var reason: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let (id, path) = try await desk.conflictPath(id, office)
        try desk.show(
            try await office.post(
                path + "/undo", .object([JSONMember("reason", .string(reason))])), id)
        return .done
    }
}

struct AdminConflictBulk: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "bulk", abstract: "Decide many conflicts of one field and kind by one rule.",
        discussion: """
            Lists every record it would change; with --reason and the token of that list it is \
            done, as one change set that one 'undo' takes back. Never for what is high-stakes.

            Rules by kind: value, group, states: newest, oldest, previous. contestation: stand, \
            newest, oldest. deletion: valid. reference: bringBack, stand. late: stand, putBack. \
            capacity, premise, duplicate: stand. Others are decided one by one.
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The field: household.member_count.")
    var field: String
    @Option(help: "The kind: value, late, duplicate …")
    var kind = "value"
    @Option(help: "newest, oldest, previous, stand …")
    var rule: String
    @Flag(help: "Only list what would change.")
    var preview = false
    @Option(help: "The token of the list you decide on.")
    var token: String?
    @Option(help: "Why. Its authors will read it.")
    var reason: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let parts = field.split(separator: ".", maxSplits: 1).map(String.init)
        guard parts.count == 2 else {
            throw desk.fail(.usage, .badInput, .badWord, ["text": field, "words": "household.…"])
        }
        var body = [
            JSONMember("collection", .string(parts[0])), JSONMember("unit", .string(parts[1])),
            JSONMember("kind", .string(kind)), JSONMember("rule", .string(rule)),
        ]
        let found: JSON
        if !preview, let token, let reason {
            body += [JSONMember("token", .string(token)), JSONMember("reason", .string(reason))]
            found = try await office.post("/v1/admin/bulk/resolve", .object(body))
            desk.console.hint(.resolved)
        } else {
            found = try await office.post("/v1/admin/bulk/preview", .object(body))
        }
        let lines = found["lines"]?.array ?? []
        for line in lines {
            guard let conflict = line["conflict"] else { continue }
            let id = (conflict["id"]?.string ?? "").suffix(5)
            let before = line["before"].map { ConflictJSON.text($0, conflict, desk) } ?? ""
            let after =
                line["after"].map { ConflictJSON.text($0, conflict, desk) }
                ?? Words.standing(kind).text(in: desk.console.language)
            let title = conflict["title"]?.string ?? ""
            desk.console.result("\(String(id), .strong)  \(title)  \(before) → \(after, .strong)")
            for one in line["putsBack"]?.array ?? [] {
                let unit = ConflictJSON.label(one, desk.console.language)
                let was = ConflictJSON.text(one["before"], one, desk)
                let will = ConflictJSON.text(one["after"], one, desk)
                desk.console.result("         \(unit, .dim): \(was) → \(will)")
            }
            desk.console.item("line", line.members ?? [])
        }
        let word = found["token"]?.string ?? ""
        if preview || reason == nil, !lines.isEmpty {
            desk.console.hint(.bulkNext, ["n": "\(lines.count)", "token": word])
        }
        desk.console.summarise([
            "count": .integer(Int64(lines.count)), "left": found["left"] ?? .integer(0),
            "token": .string(word),
        ])
        return .done
    }
}
