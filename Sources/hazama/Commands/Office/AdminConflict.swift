import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol

struct AdminConflict: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflict", abstract: "Decide what software must not.",
        subcommands: [
            AdminConflictList.self, AdminConflictShow.self, AdminConflictClaim.self,
            AdminConflictResolve.self, AdminConflictPropose.self, AdminConflictApprove.self,
            AdminConflictAssign.self, AdminConflictComment.self, AdminConflictUndo.self,
            AdminConflictBulk.self,
        ])
}

struct AdminConflictList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List conflicts, oldest first, with the day each is due.")

    @OptionGroup var global: GlobalOptions
    @Option(help: "open, assigned, proposed, resolved, unresolved or all.")
    var state = "unresolved"

    func run(at desk: Desk) async throws -> ExitStatus {
        let allowed = ["open", "assigned", "proposed", "resolved", "unresolved", "all"]
        guard allowed.contains(state) else {
            throw desk.fail(
                .usage, .badInput, .badWord,
                ["text": state, "words": allowed.joined(separator: ", ")])
        }
        let answer = try await desk.office().get("/v1/admin/conflicts?state=\(state)")
        let conflicts = answer["conflicts"]?.array ?? []
        let console = desk.console
        var table = Table([
            .init(title: ""), .init(title: "id"), .init(title: console.text(.record), minimum: 8),
            .init(title: console.text(.unit), minimum: 8),
            .init(title: console.text(.kindOfConflict), minimum: 8),
            .init(title: console.text(.authors), minimum: 8),
            .init(title: console.text(.age), isRight: true),
            .init(title: console.text(ConflictPhrase.due)),
            .init(title: console.text(.state), minimum: 6),
            .init(title: console.text(.area), minimum: 8),
        ])
        let ids = conflicts.compactMap { $0["id"]?.string.flatMap(RecordID.init) }
        let length = ShortID.length(telling: ids)
        for conflict in conflicts {
            let authors = (conflict["authors"]?.array ?? []).compactMap(\.string)
            table.add([
                conflict["state"]?.string == "resolved" ? Line(.durable) : Line(.conflict),
                Line(String((conflict["id"]?.string ?? "").suffix(length)), .strong),
                Line(conflict["title"]?.string ?? ""),
                Line(
                    ConflictJSON.label(conflict, console.language),
                    conflict["isHighStakes"]?.bool == true ? .strong : .plain),
                Line(ConflictJSON.kind(conflict).text(in: console.language)),
                Line(authors.joined(separator: ", ")),
                Line(desk.formats.age(since: conflict["opened_ms"]?.integer ?? 0)),
                ConflictJSON.due(conflict, desk),
                Line(ConflictJSON.state(conflict, desk)), Line(conflict["area"]?.string ?? ""),
            ])
            console.item("conflict", conflict.members ?? [])
        }
        console.result(table)
        if conflicts.isEmpty { console.hint(.noConflicts) }
        console.summarise(["count": .integer(Int64(conflicts.count))])
        return .done
    }
}

/// What the hub tells of a conflict, in words.
enum ConflictJSON {
    static func declaration(_ conflict: JSON) -> (CollectionID, UnitDeclaration)? {
        guard let name = conflict["collection"]?.string,
            let collection = Schema.fieldwork.collection(named: name),
            let unit = conflict["unit"]?.string.flatMap(collection.unit(named:))
        else { return nil }
        return (collection.id, unit)
    }

    static func label(_ conflict: JSON, _ language: Language) -> String {
        guard let (collection, unit) = declaration(conflict) else {
            return conflict["unit"]?.string ?? ""
        }
        return Vocabulary.unit(unit.id, of: collection).text(in: language)
    }

    static func kind(_ conflict: JSON) -> Wording {
        let word = conflict["kind"]?.string ?? ""
        return Words.conflict(word)
    }

    static func state(_ conflict: JSON, _ desk: Desk) -> String {
        let phrase: Phrase? =
            switch conflict["state"]?.string {
            case "open": .stateOpen
            case "assigned": .stateAssigned
            case "proposed": .stateProposed
            case "resolved": .stateResolved
            default: nil
            }
        let word = phrase.map { desk.console.text($0) } ?? conflict["state"]?.string ?? ""
        guard let owner = conflict["ownerName"]?.string else { return word }
        return "\(word), \(owner)"
    }

    /// When it is to be decided; what is late, or does harm by waiting, stands out.
    static func due(_ conflict: JSON, _ desk: Desk) -> Line {
        guard let due_ms = conflict["due_ms"]?.integer else { return Line("") }
        let isOpen = conflict["state"]?.string != "resolved"
        let isPressing =
            conflict["severity"]?.string == "high" || due_ms < desk.formats.now_ms
        return Line(desk.formats.moment(due_ms), isOpen && isPressing ? .attention : .plain)
    }

    /// Prints everything that is needed to decide one conflict.
    static func print(_ detail: JSON, desk: Desk) {
        guard let conflict = detail["conflict"] else { return }
        let console = desk.console
        func string(_ json: JSON?) -> String { json?.string ?? "" }
        let id = string(conflict["id"]).suffix(5)
        let mark: Mark = string(conflict["state"]) == "resolved" ? .durable : .conflict
        let heading: Line = "\(mark) \(id, .strong)  \(string(conflict["title"]), .strong)"
        let unit = label(conflict, console.language)
        let rest: Line = "\(state(conflict, desk), .dim)  \(string(conflict["area"]), .dim)"
        console.result("\(heading)  \(unit)  \(rest)")
        let explanation = Words.explanation(string(conflict["kind"]))
        console.result("  \(explanation.text(in: console.language), .dim)")
        let reopened = conflict["timesReopened"]?.integer ?? 0
        let marks = [
            conflict["isHighStakes"]?.bool == true ? console.text(ConflictPhrase.highStakes) : nil,
            conflict["needsTwoPersons"]?.bool == true
                ? console.text(ConflictPhrase.needsTwoPersons) : nil,
            reopened > 0 ? console.text(ConflictPhrase.reopenedTimes, ["n": "\(reopened)"]) : nil,
        ].compactMap(\.self).joined(separator: "; ")
        console.result(
            "  \(console.text(ConflictPhrase.due), .dim): \(due(conflict, desk))  \(marks, .dim)")
        if let base = detail["base"], !base.isNull {
            console.result("  \(console.text(.base), .dim): \(text(base["value"], base, desk))")
            for write in base["writes"]?.array ?? [] { print(write, base, desk) }
        }
        for side in detail["sides"]?.array ?? [] {
            let value = text(side["value"], side, desk)
            var place = ""
            if side["record"]?.string != conflict["record"]?.string {
                place = " [" + string(side["record"]).suffix(5) + "] " + string(side["title"])
            }
            console.result("  \(string(side["key"]), .strong)  \(value, .strong)\(place)")
            for shown in side["units"]?.array ?? [] { print(unit: shown, side, desk) }
            for write in side["writes"]?.array ?? [] { print(write, side, desk) }
        }
        if let likeness = detail["likeness"] {
            let reasons = (likeness["reasons"]?.array ?? []).map { reason in
                Words.likeness(string(reason["code"])).text(in: console.language)
            }
            let score = likeness["score"]?.integer ?? 0
            console.result(
                "  \(console.text(.duplicateScore), .dim): \(score)  \(reasons.joined(separator: "; "))"
            )
        }
        if let shown = detail["shown"] {
            console.result(
                "  \(console.text(.shownMeanwhile), .dim): \(text(shown, conflict, desk))")
        }
        for line in detail["putsBack"]?.array ?? [] {
            let values = "\(text(line["before"], line, desk)) → \(text(line["after"], line, desk))"
            let place = "\(string(line["title"])) \(label(line, console.language))"
            console.result(
                "  \(console.text(ConflictPhrase.putsBack), .dim): \(place)  \(values)")
        }
        if let person = detail["asks"]?.string {
            console.result("  \(console.text(ConflictPhrase.canBeAsked, ["name": person]), .dim)")
        }
        for write in detail["dependents"]?.array ?? [] {
            let intent = Words.intent(string(write["intent"])).text(in: console.language)
            let at = desk.formats.moment(write["corrected_ms"]?.integer ?? 0)
            console.result(
                "  \(console.text(ConflictPhrase.restsOnIt), .dim): \(intent), \(string(write["authorName"])), \(at)"
            )
        }
        for remark in detail["discussion"]?.array ?? [] {
            let keep = remark["keep"]?.string ?? ""
            let at = desk.formats.moment(remark["corrected_ms"]?.integer ?? 0)
            let side = keep.isEmpty ? "" : " → " + keep
            let author = string(remark["authorName"])
            let act = Words.step(string(remark["act"])).text(in: console.language)
            console.result(
                "  \(at, .dim) \(author) \(act, .dim)\(side): “\(string(remark["text"]))”")
        }
        if let proposal = detail["proposal"], !proposal.isNull {
            let what =
                proposal["value"].map { text($0, conflict, desk) }
                ?? proposal["side"]?.string
                ?? act(proposal, conflict, desk)
            let words = console.text(
                .proposedDecision,
                [
                    "by": string(proposal["byName"]), "what": what,
                    "reason": string(proposal["reason"]),
                ])
            console.result("  \(Mark.partlySent) \(words)")
        }
        if let decision = detail["decision"], !decision.isNull {
            let words = console.text(
                .decidedBy,
                [
                    "by": string(decision["byName"]),
                    "time": desk.formats.moment(decision["at_ms"]?.integer ?? 0),
                    "value": decision["value"].map { text($0, conflict, desk) }
                        ?? act(decision, conflict, desk),
                    "reason": string(decision["reason"]),
                ])
            console.result("  \(Mark.durable) \(words)")
            if let second = decision["approvedByName"]?.string {
                console.result(
                    "    \(console.text(ConflictPhrase.approvedBy, ["name": second]), .dim)")
            }
        }
        for step in detail["history"]?.array ?? [] {
            let at = desk.formats.moment(step["at_ms"]?.integer ?? 0)
            let act = Words.step(string(step["act"])).text(in: console.language)
            let name = step["personName"]?.string ?? console.text(ConflictPhrase.theHub)
            let text = string(step["text"])
            console.result(
                "  \("\(at)  \(act)  \(name)\(text.isEmpty ? "" : ": " + text)", .dim)")
        }
    }

    /// What is decided beside a value.
    private static func act(_ decision: JSON, _ conflict: JSON, _ desk: Desk) -> String {
        let words =
            switch decision["act"]?.string {
            case "join": Words.areOne
            case "putBack": Words.putBack
            case "split": Words.areApart
            default: Words.standing(conflict["kind"]?.string ?? "")
            }
        return words.text(in: desk.console.language)
    }

    /// One line of all that a record shows.
    private static func print(unit shown: JSON, _ side: JSON, _ desk: Desk) {
        let place: JSON = .object([
            "collection": side["collection"] ?? .null, "unit": shown["unit"] ?? .null,
        ])
        let values = (shown["values"]?.array ?? []).map { text($0, place, desk) }
        desk.console.result(
            "       \(label(place, desk.console.language), .dim): \(values.joined(separator: "; "))"
        )
    }

    private static func print(_ write: JSON, _ conflict: JSON, _ desk: Desk) {
        let moment = desk.formats.moment
        let (made, received) = (
            write["corrected_ms"]?.integer ?? 0, write["received_ms"]?.integer ?? 0
        )
        let words = desk.console.text(
            .writtenBy,
            [
                "by": write["authorName"]?.string ?? "",
                "device": write["deviceName"]?.string ?? "", "made": moment(made),
                "received": moment(received),
            ])
        desk.console.result("       \(words, .dim)")
        let skew = (write["madeAt_ms"]?.integer ?? made).subtractingClamped(made)
        if skew.magnitude > 120_000 {
            let duration = desk.formats.duration(Int64(clamping: skew.magnitude))
            let words = desk.console.text(
                skew > 0 ? .clockAhead : .clockBehind, ["time": duration])
            desk.console.result("       \(words, .attention)")
        }
        if let saw = write["shownValue"] {
            let words = desk.console.text(.sawBefore, ["value": text(saw, conflict, desk)])
            desk.console.result("       \(words, .dim)")
        }
        if let reason = write["reason"]?.string { desk.console.result("       “\(reason)”") }
    }

    static func text(_ json: JSON?, _ conflict: JSON, _ desk: Desk) -> String {
        guard let json, let value = HubValue.value(json),
            let (collection, unit) = declaration(conflict)
        else { return json?.text ?? "" }
        return ShownValue(formats: desk.formats) { _ in nil }.text(value, unit, of: collection)
    }
}

extension Desk {
    /// The whole name of a conflict somebody typed the end of.
    func conflictPath(_ typed: String, _ office: Office) async throws -> (
        RecordID, String
    ) {
        guard let id = ShortID(typed) else {
            throw fail(.usage, .badInput, .badID, ["text": typed])
        }
        if let whole = RecordID(id.text) { return (whole, "/v1/admin/conflicts/\(whole)") }
        var all = try await office.get("/v1/admin/conflicts")["conflicts"]?.array ?? []
        // One that is decided can still be looked at.
        all += try await office.get("/v1/admin/conflicts?state=resolved")["conflicts"]?.array ?? []
        let found = all.compactMap { $0["id"]?.string.flatMap(RecordID.init) }.filter(id.matches)
        guard let first = found.first else { throw Problem(.noSuchConflict) }
        guard found.count == 1 else {
            let ids = found.map(\.description).joined(separator: ", ")
            throw fail(.usage, .ambiguousID, .ambiguousID, ["id": typed, "ids": ids])
        }
        return (first, "/v1/admin/conflicts/\(first)")
    }

    /// Prints a conflict, and keeps its version: a decision has to say which sides were on the
    /// screen.
    func show(_ detail: JSON, _ id: RecordID) throws {
        ConflictJSON.print(detail, desk: self)
        console.summarise(detail.members ?? [])
        guard let version = detail["version"]?.string else { throw oddAnswer() }
        var login = try login()
        login.seen[id] = version
        try keep(login)
    }
}

struct AdminConflictShow: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show the sides of a conflict: who, when, and what they saw."
    )

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or the end of it.")
    var id: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let (id, path) = try await desk.conflictPath(id, office)
        try desk.show(try await office.get(path), id)
        desk.console.hint(.resolveNext, ["id": id.short()])
        return .done
    }
}

struct AdminConflictClaim: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "claim", abstract: "Take a conflict on, so that nobody else does.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or the end of it.")
    var id: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let (id, path) = try await desk.conflictPath(id, office)
        try desk.show(try await office.post(path + "/claim"), id)
        desk.console.hint(.claimed)
        return .done
    }
}

struct AdminConflictResolve: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "resolve", abstract: "Decide a conflict, with a reason.",
        discussion: """
            Decides on the sides you were last shown. If another has come since, nothing is \
            decided and you are shown the conflict as it is now.
            """)

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
        let (detail, _) = try await desk.decide(
            id, path + "/resolve", choice, reason: reason, seen: seen, office)
        let isWaiting = detail["conflict"]?["state"]?.string == "proposed"
        desk.console.hint(isWaiting ? .waitsForSecond : .resolved)
        return .done
    }
}

/// What is decided: one of six.
struct DecisionOptions: ParsableArguments {
    @Option(help: "Keep this side: a, b …")
    var keep: String?
    @Option(help: "Set another value: 2310, 2026-10-01, a text, or a group as JSON.")
    var value: String?
    @Option(help: "Make this side a record of its own; the other one holds.")
    var split: String?
    @Flag(help: "Let all sides stand as they are.")
    var stand = false
    @Flag(help: "Of two records that may be one: they are.")
    var join = false
    @Flag(help: "Undo what late work changed.")
    var putBack = false
}

extension Desk {
    /// Sends a decision, or the proposal of one, on what was last shown.
    func decide(
        _ id: RecordID, _ path: String, _ choice: DecisionOptions, reason given: String?,
        seen: String?, _ office: Office
    ) async throws -> (JSON, RecordID) {
        let desk = self
        let (keep, value) = (choice.keep, choice.value)
        let count =
            [keep, value, choice.split].count { $0 != nil } + (choice.stand ? 1 : 0)
            + (choice.join ? 1 : 0) + (choice.putBack ? 1 : 0)
        guard count == 1 else { throw desk.fail(.usage, .badUsage, .keepOrValue) }
        let show = "/v1/admin/conflicts/\(id)"
        let before = try await office.get(show)
        var version = try seen ?? desk.login().seen[id]
        if version == nil {
            // Never shown: then it is shown now, and decided on what is on the screen.
            try desk.show(before, id)
            version = before["version"]?.string
        }
        guard let version else { throw desk.oddAnswer() }
        let reason: String
        if let given {
            reason = given
        } else {
            reason = try desk.prompt.text(.askReason, flag: "--reason")
        }
        var body = [JSONMember("version", .string(version)), JSONMember("reason", .string(reason))]
        if let keep { body.append(JSONMember("keep", .string(keep.trimmed.lowercased()))) }
        if let split = choice.split {
            body.append(JSONMember("split", .string(split.trimmed.lowercased())))
        }
        if choice.stand { body.append(JSONMember("stand", .bool(true))) }
        if choice.join { body.append(JSONMember("join", .bool(true))) }
        if choice.putBack { body.append(JSONMember("putBack", .bool(true))) }
        if let value {
            guard let conflict = before["conflict"],
                let (_, unit) = ConflictJSON.declaration(conflict)
            else { throw desk.oddAnswer() }
            body.append(JSONMember("value", HubValue.json(try desk.typed.value(value, of: unit))))
        }
        do {
            let detail = try await office.post(path, .object(body))
            try desk.show(detail, id)
            return (detail, id)
        } catch let problem as Problem
            where [.staleView, .alreadyResolved].contains(problem.code)
        {
            try desk.show(try await office.get(show), id)
            throw problem
        }
    }
}
