import ArgumentParser
import Casework
import SyncCore
import SyncProtocol

struct AdminPolicy: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "policy",
        abstract: "Keep the rules: import a draft, try it, and publish it for everybody.",
        discussion: """
            A catalogue is a file of JSON as `hazama policy export` writes it, with test households
            whose answers you know. What is published never changes; other rules are another version.
            """,
        subcommands: [
            AdminPolicyList.self, AdminPolicyImport.self, AdminPolicyTest.self,
            AdminPolicyDiff.self, AdminPolicyReevaluate.self, AdminPolicyPublish.self,
        ])
}

struct AdminPolicyList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the versions published so far, and the draft.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let answer = try await desk.office().get("/v1/admin/policy")
        let console = desk.console
        desk.list(
            "version", answer["versions"]?.array ?? [],
            [
                .init(title: console.text(RulePhrase.version), isRight: true),
                .init(title: console.text(RulePhrase.published)),
                .init(title: console.text(PolicyPhrase.programme), isRight: true),
                .init(title: console.text(PolicyPhrase.document), isRight: true),
                .init(title: console.text(RulePhrase.testHouseholds), isRight: true),
                .init(title: ""),
            ]
        ) { version in
            [
                Line("\(version["version"]?.integer ?? 0)", .strong),
                Line(
                    version["published_on"]?.string ?? console.text(RulePhrase.ownRules)),
                Line("\(version["programmes"]?.integer ?? 0)"),
                Line("\(version["documents"]?.integer ?? 0)"),
                Line("\(version["households"]?.integer ?? 0)"),
                Line(String((version["digest"]?.string ?? "").prefix(12)), .dim),
            ]
        }
        if let draft = answer["draft"]?.string {
            console.hint(
                Line(console.text(RulePhrase.draftIs, ["digest": String(draft.prefix(12))])))
        }
        console.summarise(["draft": answer["draft"] ?? .null])
        return .done
    }
}

struct AdminPolicyImport: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "import",
        abstract: "Check a catalogue and keep it at the hub as the draft; nobody goes by it yet.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The file.")
    var file: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let text = try Files.read(file, limit: Casework.Catalogue.maximumBytes)
        // Here first: every defect is told with its place, and nothing travels.
        let pack = try desk.readPack(text)
        let answer = try await desk.office().post("/v1/admin/policy", text: text)
        let digest = answer["digest"]?.string ?? ""
        desk.console.result(
            Line(
                desk.console.text(
                    RulePhrase.imported,
                    [
                        "digest": String(digest.prefix(12)),
                        "programmes": "\(pack.catalogue.programmes.count)",
                        "documents": "\(pack.catalogue.documents.count)",
                        "households": "\(pack.households.count)",
                    ])))
        desk.console.hint(Line("hazama admin policy test", .dim))
        desk.console.summarise(answer.members ?? [])
        return .done
    }
}

/// The draft, or a version by its number or the beginning of its digest.
struct PackName: ParsableArguments {
    @Argument(help: "The draft; or a version, by its number or digest.")
    var pack = "draft"
}

extension Desk {
    /// Gets a catalogue from the hub.
    fileprivate func pack(_ name: String) async throws -> RulePack {
        try readPack(try await office().text("/v1/admin/policy/\(name)"))
    }
}

struct AdminPolicyTest: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "test",
        abstract: "Ask a catalogue for its own test households, and tell what comes out otherwise.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var name: PackName

    func run(at desk: Desk) async throws -> ExitStatus {
        let pack = try await desk.pack(name.pack)
        let failures = try pack.failures()
        let console = desk.console
        for failure in failures {
            let question = failure.programme ?? console.text(PolicyPhrase.level)
            let who = [failure.household, failure.person].compactMap(\.self)
                .joined(separator: " · ")
            let text = console.text(
                RulePhrase.expectedFound,
                ["expected": failure.expected, "found": failure.found])
            console.result("\(who, .strong)  \(question)  \(text)", hanging: 2)
            console.item(
                "failure",
                [
                    "household": .string(failure.household),
                    "person": failure.person.map { .string($0) } ?? .null,
                    "programme": failure.programme.map { .string($0) } ?? .null,
                    "expected": .string(failure.expected), "found": .string(failure.found),
                    "missing": .array(failure.missing.map { .string($0) }),
                ])
        }
        let count = pack.households.count
        console.result(
            Line(
                console.text(
                    RulePhrase.tested,
                    [
                        "n": "\(count)", "bad": "\(Set(failures.map(\.household)).count)",
                        "digest": String("\(pack.catalogue.digest)".prefix(12)),
                    ])))
        console.summarise([
            "households": .integer(Int64(count)), "failures": .integer(Int64(failures.count)),
            "digest": .string("\(pack.catalogue.digest)"),
        ])
        return failures.isEmpty && count > 0 ? .done : .failed
    }
}

struct AdminPolicyDiff: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "Say in words what differs from the rules that everybody goes by now.",
        discussion:
            "Standards with the day from which they are others, then programmes and the rest.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var name: PackName
    @Option(help: "Compare with this version, and not with the one that holds.")
    var since: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let versions = try await desk.office().get("/v1/admin/policy")["versions"]?.array ?? []
        let held = "\(versions.last?["version"]?.integer ?? 0)"
        let old = try await desk.pack(since ?? held).catalogue
        let new = try await desk.pack(name.pack).catalogue
        let changes = new.changes(since: old)
        let words = RuleDifference(old: old, new: new, console: desk.console)
        for change in changes { words.tell(change) }
        if changes.isEmpty { desk.console.hint(Line(desk.console.text(RulePhrase.sameRules))) }
        desk.console.summarise([
            "changes": .integer(Int64(changes.count)), "before": .string("\(old.digest)"),
            "after": .string("\(new.digest)"),
        ])
        return .done
    }
}

struct AdminPolicyReevaluate: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "reevaluate",
        abstract: "List the decisions that would differ: of each household, programme and level.",
        discussion: """
            With the rules that hold now as of --from beside the named ones as of --as-of; what is
            known of the households stays as it is. Two days and the rules that hold show what a new
            standard does: reevaluate 0 --from 2022-06-30 --as-of 2022-07-01
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var name: PackName
    @Option(help: "The day of the rules that hold; left out, that of --as-of.")
    var from: String?
    @Option(help: "The day of the other rules: 2022-07-01. Left out, today.")
    var asOf: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        var query: [String] = []
        if let from { query.append("from=\(try desk.typed.day(from))") }
        if let asOf { query.append("as_of=\(try desk.typed.day(asOf))") }
        let path = "/v1/admin/policy/\(name.pack)/reevaluation"
        let found = try await desk.office().get(
            query.isEmpty ? path : path + "?" + query.joined(separator: "&"))
        let console = desk.console
        var table = Table([
            .init(title: console.text(PolicyPhrase.programme)),
            .init(title: console.text(RulePhrase.gained), isRight: true),
            .init(title: console.text(PolicyPhrase.persons), isRight: true),
            .init(title: console.text(RulePhrase.lost), isRight: true),
            .init(title: console.text(PolicyPhrase.persons), isRight: true),
            .init(title: console.text(RulePhrase.asked), isRight: true),
        ])
        for row in found["programmes"]?.array ?? [] {
            func number(_ key: String) -> Line { Line(Formats.grouped(row[key]?.integer ?? 0)) }
            table.add([
                Line(row["programme"]?.string ?? "", .strong), number("gained_households"),
                number("gained_persons"), number("lost_households"), number("lost_persons"),
                number("asked_households"),
            ])
            console.item("programme", row.members ?? [])
        }
        console.result(table)
        for decision in found["decisions"]?.array ?? [] {
            let id = String((decision["household"]?.string ?? "").suffix(5))
            let what = decision["programme"]?.string ?? console.text(PolicyPhrase.level)
            let (before, after) = (decision["before"]?.string, decision["after"]?.string)
            console.result("\(id, .strong)  \(what)  \(before ?? "") → \(after ?? "")")
            console.item("decision", decision.members ?? [])
        }
        console.result(
            Line(
                console.text(
                    RulePhrase.wouldDiffer,
                    [
                        "n": Formats.grouped(found["count"]?.integer ?? 0),
                        "households": Formats.grouped(found["households"]?.integer ?? 0),
                    ])))
        console.hint(
            Line(
                console.text(
                    ReportPhrase.reportDigest, ["digest": found["digest"]?.string ?? ""]), .dim))
        console.summarise(
            (found.members ?? []).filter { !["programmes", "decisions"].contains($0.key) })
        return .done
    }
}

struct AdminPolicyPublish: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "publish",
        abstract: "Make the draft what everybody goes by. Devices get it with their next sync.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The draft's digest, or its beginning: what you have tried and compared.")
    var digest: String
    @Option(help: "Why.")
    var reason: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let office = try desk.office()
        let draft = try await office.get("/v1/admin/policy")["draft"]?.string
        guard let draft, digest.utf8.count >= 5, draft.hasPrefix(digest.lowercased()) else {
            throw Problem(.noSuchRules)
        }
        let answer = try await office.post(
            "/v1/admin/policy/\(draft)/publish", .object(["reason": .string(reason)]))
        desk.console.result(
            Line(
                desk.console.text(
                    RulePhrase.publishedNow,
                    ["n": "\(answer["version"]?.integer ?? 0)", "digest": String(draft.prefix(12))]
                )))
        desk.console.hint(Line("hazama admin discover", .dim))
        desk.console.summarise(answer.members ?? [])
        return .done
    }
}

struct AdminDiscover: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "discover",
        abstract:
            "Apply all rules to all households, and write down what is new: alerts and clues.",
        discussion: "Nothing is written twice: run it every night.")

    @OptionGroup var global: GlobalOptions
    @Option(help: "As of this day: 2022-07-01. Left out, today.")
    var asOf: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let day = try asOf.map(desk.typed.day)
        let answer = try await desk.office().post(
            "/v1/admin/discover" + (day.map { "?as_of=\($0)" } ?? ""))
        func number(_ key: String) -> String { Formats.grouped(answer[key]?.integer ?? 0) }
        desk.console.result(
            Line(
                desk.console.text(
                    RulePhrase.discovered,
                    [
                        "alerts": number("alerts"), "clues": number("clues"),
                        "severe": number("more_severe"), "managers": number("escalated"),
                    ])))
        desk.console.summarise(answer.members ?? [])
        return .done
    }
}
