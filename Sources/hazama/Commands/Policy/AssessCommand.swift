import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct AssessCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "assess", abstract: "Score a household's hardship, and keep what it came to.",
        discussion: """
              hazama assess K3F2A               score it by what is recorded, and keep the result
              hazama assess K3F2A --dry-run     look only
              hazama assess changes K3F2A       what changed since the one before
            """,
        subcommands: [
            AssessHousehold.self, AssessChanges.self, AssessOverride.self, AssessObject.self,
            RecordList<Assessment>.self, RecordShow<Assessment>.self,
            RecordStep<Assessment>.self,
        ], defaultSubcommand: AssessHousehold.self)
}

extension Assessment: Listed {
    static var command: String { "assessment" }
    var listedDay: CalendarDate? { basis?.asOf }
    func line(at desk: Desk, _: Titles) -> String {
        let score = result.map { result in
            result.score.lowerBound == result.score.upperBound
                ? "\(result.score.lowerBound)"
                : "\(result.score.lowerBound) – \(result.score.upperBound)"
        }
        let override = levelOverride.map { desk.console.text(.overridden, ["why": $0.reason]) }
        return [desk.spoken(level), score, override].compactMap(\.self)
            .filter { !$0.isEmpty }.joined(separator: " · ")
    }
}

struct AssessHousehold: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "household", abstract: "Score a household by what is recorded.",
        discussion: """
            The score is a range while facts are missing; it says which to ask for. What may be \
            lacking by it is proposed as needs: a person confirms them, or does not.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Option(
        help: "Take a fact as known: key=value, or key@PERSON=value; an empty value as unknown.")
    var whatIf: [String] = []
    @Flag(help: "Only look: keep nothing. What is supposed is never kept.")
    var dryRun = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let rulebook = try desk.rulebook(policy)
        let gathered = try desk.gather(household, rulebook, assuming: whatIf)
        let definition = rulebook.catalogue.assessment
        let words = desk.words(rulebook.catalogue)
        let answer = rulebook.answer(for: gathered.facts.facts)
        let result = answer.assessment
        desk.printHeading(gathered, rulebook)
        let score =
            result.score.lowerBound == result.score.upperBound
            ? "\(result.score.lowerBound)"
            : "\(result.score.lowerBound) – \(result.score.upperBound)"
        let title = desk.console.text(PolicyPhrase.level)
        desk.console.result(
            "\(title, .dim)  \(words.level(result.level), .strong)  \(score) / 1000")
        var table = Table([
            .init(title: ""), .init(title: desk.console.text(PolicyPhrase.indicator), minimum: 12),
            .init(title: desk.console.text(PolicyPhrase.weight), isRight: true),
            .init(title: "", minimum: 20),
        ])
        let rest = result.indicators.indices.filter { result.indicators[$0].truth == .no }
        for index in result.causes + result.open + rest {
            let indicator = definition.indicators[index]
            let missing = Set(result.indicators[index].missing.map(\.slot)).sorted()
            let truth = result.indicators[index].truth
            table.add([
                Line(words.truth(truth), truth == .no ? .dim : .strong),
                Line(words.text(indicator.name)), Line("\(indicator.weight)"),
                Line(missing.map(words.name).joined(separator: " · "), .attention),
            ])
        }
        desk.console.result(table)
        desk.console.item(
            "assessment",
            [
                "household": .string("\(gathered.household)"),
                "score": .object([
                    "low": .integer(result.score.lowerBound),
                    "high": .integer(result.score.upperBound),
                ]), "level": .string(result.level.rawValue),
                "causes": .array(result.causes.map { .string(definition.indicators[$0].id) }),
                "open": .array(result.open.map { .string(definition.indicators[$0].id) }),
                "dimensions": .array(result.dimensions(definition).map { .string($0) }),
            ])
        if result.level == .pending {
            desk.printQuestions(
                rulebook.questions(gathered.facts.facts, answer), gathered, rulebook.catalogue)
        }
        if !dryRun, whatIf.isEmpty {
            try keep(result, gathered, rulebook, desk)
            // What was so another day is no warning.
            if policy.asOf == nil { try desk.tellDiscovered([gathered.household], rulebook) }
        }
        desk.summarise(rulebook, gathered)
        return .done
    }

    /// Keeps the result, with the needs it proposes; older ones of the household are no longer the
    /// last word.
    private func keep(
        _ result: AssessmentResult, _ seen: HouseholdSeen, _ rulebook: Rulebook, _ desk: Desk
    ) throws {
        let me = try desk.author().person
        let draft = rulebook.record(result, of: seen.household, seen.facts.facts) {
            Digests.sha256($0)
        }
        guard try desk.store().shown(draft.id) == nil else {
            desk.console.hint(HelpPhrase.assessedBefore, ["id": draft.id.short()])
            desk.console.summarise(["record": .string("\(draft.id)"), "stored": false])
            return
        }
        let stored = try desk.assessments(of: seen.household)
        let needs = try desk.records(Need.self, of: seen.household).map(\.record)
        // What is on the list, or was found to be no need, is not proposed again.
        let known = Set(needs.filter { $0.isOpen || $0.progress == .rejected }.compactMap(\.kind))
        let proposed = rulebook.needs(result, in: draft.id, of: seen.household)
            .filter { !known.contains($0.draft.kind) }
        var changes = [try draft.creation]
        for need in proposed { changes.append(try need.draft.creation(id: need.id)) }
        var edits: [Editing] = []
        for old in stored where old.basis.map({ $0.asOf <= rulebook.asOf }) ?? false {
            guard let progress = old.progress, progress.next.contains(.superseded),
                !old.isDisputed(.progress)
            else { continue }
            var editing = try desk.edit(old.id)
            guard let shown = Assessment(editing.seen) else { continue }
            let step = Step<Assessment.Progress>(to: .superseded, on: desk.today, by: me)
            do { try editing.edit.step(shown, step) } catch {
                throw desk.failure(for: error, old.id)
            }
            edits.append(editing)
        }
        try desk.sealQuietly("assessment", edits, creating: changes, premises: seen.premises)
        desk.console.hint(HelpPhrase.assessmentKept, ["id": draft.id.short()])
        for need in proposed {
            let text = desk.console.text(
                .needProposed,
                [
                    "need": need.draft.kind.spoken.text(in: desk.console.language),
                    "id": need.id.short(),
                ])
            desk.console.result("  \(text)", hanging: 4)
            desk.console.item(
                "need",
                [
                    "record": .string("\(need.id)"), "id": .string(need.id.short()),
                    "kind": .string(need.draft.kind.rawValue),
                    "indicator": need.draft.indicator.map { .string($0) } ?? .null,
                ])
        }
        if let before = stored.last, let now = try desk.assessments(of: seen.household).last {
            desk.printChanges(now, since: before, rulebook.catalogue)
        }
        desk.console.summarise(["record": .string("\(draft.id)"), "stored": true])
    }
}

extension Desk {
    /// A household's assessments by the day whose facts they stand on; of one day those that are
    /// superseded come first.
    func assessments(of household: RecordID) throws -> [Assessment] {
        try records(Assessment.self, of: household).map(\.record).sorted { left, right in
            let days = (left.basis?.asOf.ordinal ?? 0, right.basis?.asOf.ordinal ?? 0)
            if days.0 != days.1 { return days.0 < days.1 }
            let areOver = (left.progress == .superseded, right.progress == .superseded)
            if areOver.0 != areOver.1 { return areOver.0 }
            guard let made = left.state.created, let later = right.state.created else {
                return left.id < right.id
            }
            return (made.time, made.name) < (later.time, later.name)
        }
    }

    func printChanges(
        _ now: Assessment, since before: Assessment, _ catalogue: Casework.Catalogue
    ) {
        let words = words(catalogue)
        func day(_ assessment: Assessment) -> String {
            assessment.basis.map { "\($0.asOf)" } ?? ""
        }
        console.result(
            Line(
                console.text(
                    .changedBetween,
                    [
                        "from": day(before), "to": day(now), "before": spoken(before.level),
                        "after": spoken(now.level),
                    ])))
        let changes = now.changes(since: before)
        for change in changes {
            let name =
                catalogue.assessment.indicators.first { $0.id == change.indicator }
                .map { words.text($0.name) } ?? change.indicator
            let (old, new) = (spoken(change.before), spoken(change.after))
            console.result(
                "  \(change.indicator, .dim)  \(name): \(old) → \(new, .strong)", hanging: 4)
            console.item(
                "change",
                [
                    "indicator": .string(change.indicator),
                    "before": change.before.map { .string($0.rawValue) } ?? .null,
                    "after": change.after.map { .string($0.rawValue) } ?? .null,
                ])
        }
        if changes.isEmpty { console.hint(HelpPhrase.nothingChanged) }
    }
}

struct AssessChanges: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "changes", abstract: "What changed between a household's last two assessments."
    )

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let home = try desk.resolve(household, as: .household).0
        let stored = try desk.assessments(of: home)
        guard let now = stored.last, let before = stored.dropLast().last else {
            throw Failure(
                status: .failed, code: DeviceCode.noSuchRecord.rawValue,
                what: desk.console.text(.oneAssessment),
                next: desk.console.text(.oneAssessmentNext, ["id": home.short()]))
        }
        try desk.printChanges(now, since: before, desk.catalogue(policy))
        return .done
    }
}

struct AssessOverride: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "override",
        abstract: "Set a level over the computed one: street managers only.",
        discussion: "The computed level stays beside it, and what you say is kept.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The assessment's id, or the household's: then its last.")
    var id: String
    @Argument(help: "high, medium, low or none.")
    var level: String
    @Option(help: "Why.")
    var because: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let me = try desk.author().person
        let level = try desk.typed.word(level, Level.self)
        let (record, collection) = try desk.resolve(id)
        let target = collection == .household ? try desk.assessments(of: record).last?.id : record
        guard let target, try desk.store().row(target)?.collection == .assessment else {
            throw Failure(
                status: .failed, code: DeviceCode.noSuchRecord.rawValue,
                what: desk.console.text(.oneAssessment),
                next: desk.console.text(.oneAssessmentNext, ["id": record.short()]))
        }
        // By what the register of advisors says of them; whoever is not in it is an advisor.
        let entry = try desk.store().shown(Advisor.id(of: me)).flatMap { Advisor($0.state) }
        let isManager = entry?.isStreetManager(me) ?? false
        let judged: Casework.LevelOverride
        do {
            judged = try Casework.LevelOverride(
                level, reason: because ?? "",
                by: isManager ? .streetManager : .advisor)
        } catch { throw refusal(error, entry?.roles ?? [.advisor], target, desk) }
        var editing = try desk.edit(target)
        try editing.edit.set(
            Assessment.Field.levelOverride,
            to: Fieldwork.LevelOverride(
                judged.level, because: judged.reason, by: me, as: judged.by,
                effective: desk.today
            ).value)
        try desk.seal("override", [editing], reason: judged.reason)
        return .done
    }

    private func refusal(
        _ error: OverrideRefusal, _ roles: [Advisor.Role], _ record: RecordID, _ desk: Desk
    ) -> Failure {
        let console = desk.console
        let (what, next): (String, String)
        switch error {
        case .notAllowed:
            let own = roles.map { $0.spoken.text(in: console.language) }.joined(separator: ", ")
            what = console.text(.overrideNotYours, ["roles": own])
            next = console.text(.overrideNotYoursNext, ["id": record.short()])
        case .noLevel:
            what = console.text(HelpPhrase.overridePending)
            next = console.text(HelpPhrase.overridePendingNext)
        case .noReason:
            what = console.text(WorkPhrase.reasonMissing)
            next = console.text(WorkPhrase.reasonMissingNext)
        }
        return Failure(
            status: .failed, code: DeviceCode.editRefused.rawValue,
            safe: console.text(Phrase.notRecorded), what: what, next: next)
    }
}

struct AssessObject: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "object", abstract: "Say that you see an indicator otherwise than the facts.",
        discussion: "The result stays as it is; your objection stands beside it, for people.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The assessment's id, or the end of it.")
    var id: String
    @Argument(help: "The indicator: I05.")
    var indicator: String
    @Argument(help: "yes, no or unknown.")
    var answer: String
    @Option(help: "Why.")
    var because: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let me = try desk.author().person
        let assessment = try desk.record(id, Assessment.self)
        let key = indicator.uppercased()
        guard assessment.indicators.contains(where: { $0.indicator == key }) else {
            let known = assessment.indicators.map(\.indicator).joined(separator: ", ")
            throw desk.typed.bad(.badWord, ["text": indicator, "words": known])
        }
        guard let because, !because.trimmed.isEmpty else {
            throw Failure(
                status: .usage, code: DeviceCode.answerMissing.rawValue,
                safe: desk.console.text(.notRecorded), what: desk.console.text(.reasonMissing),
                next: desk.console.text(.reasonMissingNext))
        }
        let objection = IndicatorObjection(
            key, try desk.typed.word(answer, ThreeValued.self), because: because, by: me)
        var editing = try desk.edit(assessment.id)
        try editing.edit.change(Assessment.Field.objections, adding: [objection.value])
        try desk.seal("objection", [editing], reason: because)
        return .done
    }
}
