import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct VisitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "visit", abstract: "Record a visit: start, note, answer, end.",
        discussion: """
            Everything is saved as you type it. A visit that was not ended is still there \
            tomorrow; nothing of it is sent before it ends.
            """,
        subcommands: [
            VisitStart.self, VisitNote.self, VisitAnswer.self, VisitEnd.self, VisitList.self,
            VisitCancel.self,
        ])
}

extension Desk {
    /// The visits that have not ended, by start.
    func openVisits() throws -> [VisitDraft] {
        let store = try store()
        var open: [VisitDraft] = []
        for draft in try store.drafts(prefix: VisitDraft.prefix) {
            guard let visit = VisitDraft(draft.bytes) else { continue }
            if try store.row(visit.visit) != nil {
                // Sealed by a command that was cut short before it could throw the draft away.
                try store.deleteDraft(draft.key)
            } else {
                open.append(visit)
            }
        }
        return open.sorted { $0.started_ms < $1.started_ms }
    }

    /// The visit somebody named, or the only one there is.
    func openVisit(_ typed: String?) throws -> VisitDraft {
        let visits = try openVisits()
        if let typed {
            guard let id = ShortID(typed) else {
                throw fail(.usage, .badInput, .badID, ["text": typed], next: .seeVisits)
            }
            let found = visits.filter { id.matches($0.visit) || id.matches($0.household) }
            guard found.count == 1 else {
                throw fail(.failed, .noSuchRecord, .noSuchVisit, ["id": typed], next: .seeVisits)
            }
            return found[0]
        }
        guard let visit = visits.last else {
            throw fail(.failed, .noSuchRecord, .noOpenVisit, next: .startVisit)
        }
        guard visits.count == 1 else {
            let ids = visits.map { $0.visit.short() }.joined(separator: ", ")
            throw fail(.usage, .ambiguousID, .severalVisits, ["ids": ids])
        }
        return visit
    }

    func keep(_ visit: VisitDraft) throws {
        try store().putDraft(
            visit.key, visit.encode(), about: visit.household, isWork: true, now: clock())
    }
}

struct VisitStart: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "start", abstract: "Start a visit to a household.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Option(help: "What it is for.")
    var purpose: String?
    @Option(help: "home, neighbourhood, station, hospital or elsewhere.")
    var place: String?
    @Option(help: "The day it took place, if it was not today.")
    var day: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try desk.author()
        let (home, _) = try desk.resolve(household, as: .household)
        if let visit = try desk.openVisits().first(where: { $0.household == home }) {
            throw desk.fail(
                .failed, .badUsage, .alreadyStarted,
                ["id": visit.visit.short(), "time": desk.formats.moment(visit.started_ms)],
                next: .seeVisits)
        }
        let visit = VisitDraft(
            visit: desk.newRecord(), household: home,
            day: try day.map(desk.typed.day) ?? desk.today, started_ms: desk.started.wall_ms,
            purpose: purpose, place: try place.map { try desk.typed.word($0, VisitPlace.self) })
        try desk.keep(visit)
        let shown = try desk.shown(home)
        // Before the door: what endangers the visitor or the family is said first.
        if let household = Household(shown.state) {
            for warning in household.warnings {
                let note = warning.note.map { ": " + $0 } ?? ""
                let kind = warning.kind.spoken.text(in: desk.console.language)
                desk.console.result("\("!", .danger) \(kind + note, .danger)")
            }
        }
        try desk.remember(shown)
        let name = try desk.titles().title(of: home)
        desk.console.result(
            "\(visit.visit.short(), .strong)  \(desk.console.text(.visitStarted, ["name": name]))")
        desk.console.hint(.visitNext)
        desk.console.item(
            "visit",
            [
                "record": .string("\(visit.visit)"), "id": .string(visit.visit.short()),
                "household": .string("\(home)"),
            ])
        return .done
    }
}

struct VisitNote: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Add a note to the visit that is under way.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What you found; - reads it from stdin.")
    var text: [String] = []
    @Option(help: "The visit's id, where several are under way.")
    var visit: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        var draft = try desk.openVisit(visit)
        var note = text.joined(separator: " ").trimmed
        if note == "-" { note = try Files.text("-", limit: 20_000).trimmed }
        if note.isEmpty { note = try desk.prompt.text(.askNote, flag: "TEXT") }
        draft.notes.append(note)
        try desk.checkFits(draft)
        try desk.keep(draft)
        desk.console.hint(.noteKept, ["n": "\(draft.notes.count)"])
        return .done
    }
}

struct VisitAnswer: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "answer", abstract: "Record what was answered to a question.",
        discussion: """
            An answer to a key of the catalogue, or with --fact, also becomes a fact of the \
            household or a person, with its source:
              hazama visit answer h.vehicles 0
              hazama visit answer "Do you pay rent?" yes --fact h.paysRent --evidence document
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The question, or its key in the form.")
    var question: String
    @Argument(help: "What was said.")
    var answer: String?
    @Flag(help: "They don't know.")
    var unknown = false
    @Flag(help: "They would rather not say.")
    var refused = false
    @Option(help: "Also state a fact with this key: h.status, p.disabilityGrade.")
    var fact: String?
    @Option(help: "Whom the fact is about: a person. Left out, the household or its one member.")
    var about: String?
    @Option(help: "The day from which the fact holds; left out, the visit's.")
    var from: String?
    @Option(help: "Who knows it: resident, advisor, departmentFeed, decision …")
    var source = "resident"
    @Option(help: "What was seen: document, photo, statement, observation …")
    var evidence: String?
    @Option(help: "What was seen, in words.")
    var evidenceNote: String?
    @Option(help: "proven, credible, stated or inferred.")
    var confidence: String?
    @Option(help: "The visit's id, where several are under way.")
    var visit: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        var draft = try desk.openVisit(visit)
        guard [answer != nil, unknown, refused].filter(\.self).count <= 1 else {
            throw desk.fail(.usage, .badUsage, .oneAnswer)
        }
        let given: Answer
        if unknown {
            given = .unknown(question)
        } else if refused {
            given = .refused(question)
        } else if let answer {
            given = Answer(question: question, answer)
        } else {
            given = Answer(
                question: question, try desk.prompt.text(.askAnswer, flag: "ANSWER"))
        }
        draft.answers.append(given)
        // A question that is a key of the catalogue is asked for the rules to use the answer.
        if let key = try fact ?? desk.definition(ofFact: question)?.key {
            if let text = given.text {
                draft.facts.append(try stated(key, text, draft, desk))
                desk.console.hint(HelpPhrase.factStated, ["key": key, "text": text])
            } else if fact != nil {
                throw desk.fail(.usage, .badUsage, .factNeedsAnswer)
            }
        }
        try desk.checkFits(draft)
        try desk.keep(draft)
        desk.console.hint(.answerKept, ["n": "\(draft.answers.count)"])
        return .done
    }

    /// Whom a fact is about: what no rule could find would be no fact.
    private func subject(
        _ key: String, _ draft: VisitDraft, _ desk: Desk
    ) throws -> RecordID {
        if let about { return try desk.resolve(about, as: .person).0 }
        guard try desk.definition(ofFact: key)?.scope == .person else { return draft.household }
        let persons = try desk.store().children(of: draft.household, in: .person)
        guard persons.count == 1 else {
            let titles = try desk.titles()
            let list = persons.map { "\($0.record.short()) \(titles.title($0))" }
            throw Failure(
                status: .usage, code: DeviceCode.badInput.rawValue,
                safe: desk.console.text(.notRecorded),
                what: desk.console.text(.whoseFact, ["key": key]),
                next: desk.console.text(
                    .whoseFactNext, ["list": list.joined(separator: ", ")]))
        }
        return persons[0].record
    }

    private func stated(
        _ key: String, _ text: String, _ draft: VisitDraft, _ desk: Desk
    ) throws -> VisitDraft.StatedFact {
        let typed = desk.typed
        let evidence = try self.evidence.map { try typed.word($0, Fact.Evidence.self) }
        let known: Fact.Confidence =
            switch evidence {
            case .document?, .feed?: .proven
            case .photo?, .observation?, .partnerReport?: .credible
            case .statement?, nil: .stated
            }
        var statement = Fact.Statement(
            try content(text, key, desk), effective: try from.map(typed.day) ?? draft.day,
            source: try typed.word(source, Fact.Source.self),
            confidence: try confidence.map { try typed.word($0, Fact.Confidence.self) } ?? known)
        statement.evidence = evidence
        statement.evidenceNote = evidenceNote
        return VisitDraft.StatedFact(
            subject: try subject(key, draft, desk), key: key, statement: statement)
    }

    /// What rules ask for has to be of the kind they compare, or they could never use it. Of other
    /// keys yes and no, whole numbers and days are what they look like; all else is a word.
    private func content(_ text: String, _ key: String, _ desk: Desk) throws -> Fact.Content {
        guard let definition = try desk.definition(ofFact: key) else {
            if let flag = Typed.flag(text) { return .flag(flag) }
            let plain = text.trimmed.foldingWidth
            if let number = Int64(plain) { return .number(number) }
            return CalendarDate(plain).map { .day($0) } ?? .word(text)
        }
        let parts = try desk.parts(typed: text, definition)
        return switch definition.kind {
        case .flag: .flag(parts != 0)
        case .choice(let words): .word(words[Int(parts)])
        case .money, .count, .number: .number(parts)
        }
    }
}

extension Desk {
    /// Refuses what the visit could not be sealed with, while it can still be put otherwise.
    func checkFits(_ draft: VisitDraft) throws {
        let author = try author()
        _ = try creations(of: draft, author: author.person, outcome: nil, minutes: nil)
    }

    /// The visit and its facts, as they are sealed.
    func creations(
        of draft: VisitDraft, author: PersonID, outcome: ContactOutcome?, minutes: Int?
    ) throws -> [RecordChange] {
        var visit = Visit.Draft(household: draft.household, day: draft.day, advisor: author)
        visit.outcome = outcome
        visit.purpose = draft.purpose
        visit.place = draft.place
        visit.minutes = minutes
        visit.narrative = draft.narrative
        visit.answers = draft.answers
        var changes = [try visit.creation(id: draft.visit)]
        for fact in draft.facts {
            var statement = fact.statement
            statement.recordedBy = author
            changes.append(
                try Fact.Draft(
                    household: draft.household, subject: fact.subject, key: fact.key,
                    statement: statement
                ).creation(id: newRecord()))
        }
        return changes
    }
}

struct VisitEnd: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "end",
        abstract: "End a visit: it is sealed and will be sent with the next sync.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The visit's id, where several are under way.")
    var visit: String?
    @Option(help: "met, notHome, refused, moved, admitted, deceased or phoneOnly.")
    var outcome: String?
    @Option(help: "How many minutes it took; left out, since it started.")
    var minutes: String?
    @Option(help: "home, neighbourhood, station, hospital or elsewhere.")
    var place: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        var draft = try desk.openVisit(visit)
        let author = try desk.author()
        let typed = desk.typed
        if let place { draft.place = try typed.word(place, VisitPlace.self) }
        let outcome: ContactOutcome
        if let given = self.outcome {
            outcome = try typed.word(given, ContactOutcome.self)
        } else {
            let words = ContactOutcome.allCases.map {
                "\($0.rawValue) (\($0.spoken.text(in: desk.console.language)))"
            }
            desk.console.hint(Line("    " + words.joined(separator: ", ")))
            outcome =
                try desk.prompt.ask(.askOutcome, flag: "--outcome") { text throws(Failure) in
                    try typed.word(text, ContactOutcome.self)
                } ?? .met
        }
        var length = try minutes.map { Int(try typed.number($0, in: 0...1440)) }
        if length == nil {
            // A visit that was forgotten until the evening did not take until then.
            let elapsed = desk.started.wall_ms.subtractingClamped(draft.started_ms) / 60_000
            if draft.day == desk.today, (0...480).contains(elapsed) { length = Int(elapsed) }
        }
        let changes = try desk.creations(
            of: draft, author: author.person, outcome: outcome, minutes: length)
        let sealed = try desk.record("visit", changes)
        // Only now: a draft that is there twice is harmless, one that is gone is not.
        try desk.store().deleteDraft(draft.key)
        let took = length.map { " · " + desk.formats.duration(Int64($0) * 60_000) } ?? ""
        let ended = desk.console.text(
            .visitEnded,
            [
                "name": try desk.titles().title(of: draft.household),
                "outcome": outcome.spoken.text(in: desk.console.language),
            ])
        desk.console.result("\(draft.visit.short(), .strong)  \(ended)\(took)")
        desk.console.item(
            "visit",
            [
                "record": .string("\(draft.visit)"), "id": .string(draft.visit.short()),
                "household": .string("\(draft.household)"),
                "changeSet": .string("\(sealed.changeSet.name)"),
                "outcome": .string(outcome.rawValue),
                "minutes": length.map { .integer(Int64($0)) } ?? .null,
                "answers": .integer(Int64(draft.answers.count)),
                "facts": .integer(Int64(draft.facts.count)),
            ])
        return .done
    }
}

struct VisitCancel: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "cancel", abstract: "Throw away a visit that was started by mistake.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The visit's id.")
    var visit: String
    @Option(help: "The visit's id again: what was noted is gone after this.")
    var confirm: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let draft = try desk.openVisit(visit)
        let isMeant: (String) -> Bool = { typed in
            ShortID(typed).map { $0.matches(draft.visit) || $0.matches(draft.household) } ?? false
        }
        if let confirm {
            guard isMeant(confirm) else { throw desk.fail(.usage, .badInput, .notConfirmed) }
        } else {
            let typed = try desk.prompt.text(.askConfirm, flag: "--confirm")
            guard isMeant(typed) else { throw desk.fail(.usage, .badInput, .notConfirmed) }
        }
        try desk.store().deleteDraft(draft.key)
        desk.console.hint(.visitCancelled)
        return .done
    }
}

struct VisitList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list",
        abstract: "List visits: those under way, then those of a household or the last.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A household's id; left out, all.")
    var household: String?
    @Option(help: "At most so many that have ended.", transform: lineLimit)
    var limit = 20

    func run(at desk: Desk) async throws -> ExitStatus {
        let home = try household.map { try desk.resolve($0, as: .household).0 }
        let open = try desk.openVisits().filter { home == nil || $0.household == home }
        let titles = try desk.titles()
        var filters: [ColumnFilter] = []
        if let home { filters.append(.home(home)) }
        let rows = try desk.store().list(
            .visit, where: filters, by: Visit.Field.day.id, descending: true, limit: limit)
        let length = ShortID.length(telling: rows.map(\.record) + open.map(\.visit))
        let language = desk.console.language
        var table = Table([
            .init(title: ""), .init(title: "id"), .init(title: desk.label(Visit.Field.day)),
            .init(title: desk.label(Visit.Field.household), minimum: 12),
            .init(title: desk.label(Visit.Field.outcome), minimum: 10),
        ])
        for visit in open {
            table.add([
                Line(.partlySent), Line(visit.visit.short(length), .strong),
                Line(visit.day.description),
                Line(titles.title(of: visit.household)),
                Line(
                    Phrase.underWay.wording.filled(
                        in: language, ["time": desk.formats.moment(visit.started_ms)])),
            ])
            desk.console.item(
                "visit",
                [
                    "record": .string("\(visit.visit)"), "id": .string(visit.visit.short(length)),
                    "household": .string("\(visit.household)"), "day": .string("\(visit.day)"),
                    "open": true,
                ])
        }
        for row in rows {
            let visit = try desk.seen(row.record).flatMap { Visit($0.state) }
            let day = row.day(Visit.Field.day.id).map(\.description) ?? ""
            table.add([
                row.marks, Line(row.record.short(length), .strong), Line(day),
                Line(row.home.map(titles.title(of:)) ?? ""),
                Line(visit?.outcome?.spoken.text(in: language) ?? ""),
            ])
            desk.console.item(
                "visit",
                [
                    "record": .string("\(row.record)"), "id": .string(row.record.short(length)),
                    "household": row.home.map { .string("\($0)") } ?? .null, "day": .string(day),
                    "outcome": visit?.outcome.map { .string($0.rawValue) } ?? .null, "open": false,
                    "unsent": .bool(row.hasOwn), "carried": .bool(row.isCarried),
                ])
        }
        desk.console.result(table)
        if rows.isEmpty, open.isEmpty { desk.console.hint(.nothingFound) }
        desk.console.summarise([
            "open": .integer(Int64(open.count)), "count": .integer(Int64(rows.count)),
        ])
        return .done
    }
}
