import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct DuplicateCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "duplicate",
        abstract: "Households and people that may be registered twice.",
        subcommands: [DuplicateList.self, DuplicateMerge.self, DuplicateDifferent.self],
        defaultSubcommand: DuplicateList.self, aliases: ["dup"])
}

/// What is to be done where a new record looks like one that is here.
struct DuplicateOptions: ParsableArguments {
    enum Answer: String, ExpressibleByArgument, CaseIterable {
        /// It is the same: the one that is here is opened, and nothing is recorded.
        case open
        /// It is another: nobody is asked again.
        case different
        /// The office is asked.
        case unsure
    }

    @Option(
        help: ArgumentHelp(
            "Where it looks already known here: open, different or unsure.",
            discussion: "Without an answer it is recorded, and the command ends with 6."))
    var known: Answer?
}

/// What a new record was found to look like, and what its author says to that.
struct DuplicateCheck {
    let candidates: [LikenessIndex.Candidate]
    let answer: DuplicateOptions.Answer?
}

extension Desk {
    /// Compares a record that is about to be registered with what is here, and asks its author.
    func lookForDuplicates(
        of creation: RecordChange, _ options: DuplicateOptions
    ) throws -> DuplicateCheck {
        let found = try store().duplicates(of: [creation.alone])
        guard !found.isEmpty else { return DuplicateCheck(candidates: [], answer: nil) }
        let titles = try titles()
        console.hint(.duplicate, .maybeKnown)
        for candidate in found.prefix(5) {
            let why = reasons(candidate.likeness)
            console.hint(
                "    \(candidate.record.short())  \(titles.title(of: candidate.record))  \(why)")
            console.item("candidate", json(candidate))
        }
        var answer = options.known
        if answer == nil, console.canAsk {
            answer = try prompt.ask(.askKnown, flag: "--known") { typed throws(Failure) in
                switch Matching.folded(typed) {
                case "y", "yes", "是", "はい": return .open
                case "n", "no", "否", "いいえ": return .different
                case "u": return .unsure
                default:
                    throw fail(
                        .usage, .badInput, .badWord, ["text": typed, "words": "y, n, u"])
                }
            }
        }
        return DuplicateCheck(candidates: found, answer: answer)
    }

    /// Keeps what the author said of a record that was just registered.
    func settle(
        _ check: DuplicateCheck, of record: RecordID, in collection: CollectionID
    ) throws -> ExitStatus {
        guard !check.candidates.isEmpty else { return .done }
        switch check.answer {
        case .different:
            try keepApart(record, check.candidates.map(\.record), reason: nil)
            console.hint(.keptApart)
            return .done
        case .unsure:
            try ask(about: record, check.candidates[0].record, "comment", "")
            console.hint(.askedOffice)
            return .done
        case .open, nil:
            let pair = "\(record.short()) \(check.candidates[0].record.short())"
            console.hint(
                .duplicate, .maybeKnownNext,
                [
                    "same": "hazama duplicate merge \(pair)",
                    "different": "hazama duplicate different \(pair)",
                ])
            return .decisionNeeded
        }
    }

    /// Records that a record is none of others, in each of them.
    func keepApart(_ record: RecordID, _ others: [RecordID], reason: String?) throws {
        var edits = [try edit(record)]
        try edits[0].edit.change(.distinct, adding: others.map { .reference($0) })
        for other in others {
            var editing = try edit(other)
            try editing.edit.change(.distinct, adding: [.reference(record)])
            edits.append(editing)
        }
        try self.record("distinct", edits.flatMap(\.edit.recordChanges), reason: reason)
    }

    /// Tells the office that two records may be one.
    func ask(
        about record: RecordID, _ other: RecordID, _ kind: String, _ text: String
    ) throws {
        var editing = try edit(record)
        let entry = Value.group([
            .integer(Int64(UnitID.aliases.value)), .text(kind), .text("\(other)"), .text(text),
        ])
        try editing.edit.append([entry], to: .discussion)
        try self.record("proposal", editing.edit.recordChanges)
    }

    func reasons(_ likeness: Likeness) -> String {
        likeness.reasons.map {
            Words.likeness($0.code).text(in: console.language)
        }.joined(separator: console.language == .english ? ", " : "、")
    }

    private func json(_ candidate: LikenessIndex.Candidate) -> [JSONMember] {
        [
            JSONMember("record", .string("\(candidate.record)")),
            JSONMember("id", .string(candidate.record.short())),
            JSONMember("score", .integer(Int64(candidate.likeness.score))),
            JSONMember(
                "reasons", .array(candidate.likeness.reasons.map { .string($0.code) })),
        ]
    }
}

struct DuplicateList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what may be registered twice, on this machine.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let pairs = try desk.store().duplicates()
        let titles = try desk.titles()
        let length = ShortID.length(telling: pairs.flatMap { [$0.first, $0.second] })
        var table = Table([
            .init(title: ""), .init(title: "id"), .init(title: "id"),
            .init(title: desk.console.text(.record), minimum: 16),
            .init(title: desk.console.text(.duplicateScore), minimum: 12),
        ])
        for pair in pairs {
            table.add([
                Line(.duplicate), Line(pair.first.short(length), .strong),
                Line(pair.second.short(length), .strong),
                Line("\(titles.title(of: pair.first)) ⇄ \(titles.title(of: pair.second))"),
                Line("\(pair.likeness.score): \(desk.reasons(pair.likeness))"),
            ])
            desk.console.item(
                "duplicate",
                [
                    "first": .string("\(pair.first)"), "second": .string("\(pair.second)"),
                    "score": .integer(Int64(pair.likeness.score)),
                    "reasons": .array(pair.likeness.reasons.map { .string($0.code) }),
                ])
        }
        desk.console.result(table)
        if pairs.isEmpty { desk.console.hint(.noDuplicates) }
        desk.console.summarise(["duplicates": .integer(Int64(pairs.count))])
        return .done
    }
}

/// Two records, by their ids.
struct PairArguments: ParsableArguments {
    @Argument(help: "One record's id, or the end of it.")
    var first: String
    @Argument(help: "The other's.")
    var second: String

    func read(_ desk: Desk) throws -> (RecordID, RecordID) {
        let (first, collection) = try desk.resolve(first)
        let (second, _) = try desk.resolve(second, as: collection)
        return (first, second)
    }
}

struct DuplicateMerge: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "merge", abstract: "Tell the office that two records are the same.",
        discussion: "The office decides. Both ids go on working, before and after.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var pair: PairArguments
    @Option(help: "Why: what you saw.")
    var reason: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try desk.author()
        let (first, second) = try pair.read(desk)
        let text = try reason ?? desk.prompt.text(.askReason, flag: "--reason")
        try desk.ask(about: first, second, "proposal", text)
        desk.console.result(.proposalKept)
        return .done
    }
}

struct DuplicateDifferent: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "different",
        abstract: "Say that two records are not the same; nobody is asked again.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var pair: PairArguments
    @Option(help: "Why, in your words.")
    var reason: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try desk.author()
        let (first, second) = try pair.read(desk)
        try desk.keepApart(first, [second], reason: reason)
        desk.console.result(.keptApart)
        return .done
    }
}
