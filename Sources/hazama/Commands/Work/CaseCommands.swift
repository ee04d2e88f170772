import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct CaseCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "case", abstract: "Case management: one lead for a household.",
        subcommands: [
            CaseOpen.self, RecordList<CaseFile>.self, RecordShow<CaseFile>.self, CaseNote.self,
            RecordStep<CaseFile>.self,
        ])
}

struct BenefitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "benefit", abstract: "What households have had, from when to when and why.",
        subcommands: [
            BenefitAdd.self, RecordList<BenefitSpan>.self, RecordShow<BenefitSpan>.self,
            BenefitEnd.self, RecordStep<BenefitSpan>.self,
        ])
}

extension CaseFile: Listed {
    static var command: String { "case" }
    var listedDay: CalendarDate? { reviewDue ?? openedOn }
    func line(at _: Desk, _ titles: Titles) -> String {
        [purpose, manager.map { titles.person($0.worker) }].compactMap(\.self)
            .joined(separator: " · ")
    }
}

extension BenefitSpan: Listed {
    static var command: String { "benefit" }
    var listedDay: CalendarDate? { from }
    func line(at desk: Desk, _: Titles) -> String {
        let why = steps.last { $0.to == .ended }?.reason
        return [
            programme, decisions.last?.amount.map(desk.formats.money), to.map { "– \($0)" }, why,
        ].compactMap(\.self).joined(separator: " · ")
    }
}

struct CaseOpen: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "open", abstract: "Take a household into case management; you lead it.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Option(help: "What for.")
    var purpose: String?
    @Option(help: "When it is looked at again: 2027-02-01 or +90.")
    var review: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        var draft = CaseFile.Draft(
            household: try desk.resolve(household, as: .household).0, openedOn: desk.today)
        draft.manager = Appointment(
            try desk.author().person, by: .advisor, effective: desk.today)
        draft.purpose = purpose
        draft.reviewDue = try review.map(desk.typed.day)
        try desk.file("case", [draft.creation(id: desk.newRecord())])
        return .done
    }
}

struct CaseNote: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "note", abstract: "Add to a case's notes; nothing in them is ever lost.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The case's id, or the end of it.")
    var id: String
    @Argument(help: "What to note.")
    var text: String

    func run(at desk: Desk) async throws -> ExitStatus {
        var editing = try desk.edit(try desk.resolve(id, as: .caseFile).0)
        try editing.edit.append([.text(text)], to: CaseFile.Field.notes)
        try desk.seal("case", [editing])
        return .done
    }
}

struct BenefitAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Record a benefit a household or person has, or had.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Argument(help: "The programme: P01.")
    var programme: String
    @Option(help: "From when on.")
    var from: String
    @Option(help: "The person who has it, if not the household.")
    var person: String?
    @Option(help: "The last day, if it is over.")
    var to: String?
    @Option(help: "Why it ended.")
    var because: String?
    @Option(help: "How much, in yuan.")
    var amount: String?
    @Option(help: "The number of the decision's paper.")
    var decision: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let home = try desk.resolve(household, as: .household).0
        let from = try desk.typed.day(from)
        var draft = BenefitSpan.Draft(
            household: home,
            subject: try person.map { try desk.resolve($0, as: .person).0 } ?? home,
            programme: programme, from: from)
        if try desk.store().shown(draft.id) != nil {
            try desk.tellKnown(draft.id)
            return .done
        }
        if amount != nil || decision != nil {
            // What a household shows of a decision is theirs; the department's own word comes with
            // its data, and stands above it.
            draft.decisions = [
                Decision(
                    isGranted: true, amount: try amount.map(desk.typed.money), number: decision,
                    by: .advisor, effective: from)
            ]
        }
        let last = try to.map(desk.typed.day)
        if let day = last {
            guard let because, !because.isEmpty else {
                throw Failure(
                    status: .usage, code: DeviceCode.answerMissing.rawValue,
                    safe: desk.console.text(.notRecorded),
                    what: desk.console.text(.reasonMissing),
                    next: desk.console.text(.reasonMissingNext))
            }
            draft.end = Step(
                to: .ended, on: day, by: try desk.author().person, because: because)
        }
        try desk.file("benefit", [draft.creation])
        return .done
    }
}

struct BenefitEnd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "Record that a benefit ended, when and why.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The benefit's id, or the end of it.")
    var id: String
    @OptionGroup var options: StepOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        var editing = try desk.edit(try desk.resolve(id, as: .benefitSpan).0)
        try desk.step(&editing, BenefitSpan.self, to: .ended, options)
        let day = try options.on.map(desk.typed.day) ?? desk.today
        try editing.edit.set(BenefitSpan.Field.to, to: .day(day))
        try desk.seal("benefit", [editing], reason: options.because)
        return .done
    }
}

/// Records what came of help, with what proves it.
struct OutcomeCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "outcome", abstract: "Record what came of help, with its evidence.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "What it is the outcome of: a plan, measure, case or referral.")
    var subject: String
    @Argument(help: "solved, better, unchanged or worse.")
    var result: String
    @Option(help: "What you saw of it.")
    var saw: String?
    @Option(help: "A piece of evidence: its id; repeat for more.")
    var evidence: [String] = []
    @Option(help: "What changed, in your words.")
    var text: String?
    @Option(help: "They are back on something: programme or casework.")
    var reconnected: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let me = try desk.author().person
        let subject = try desk.resolve(subject).0
        let row = try desk.store().row(subject)
        guard let home = row?.home ?? row?.record else { return .failed }
        var proof = try evidence.map { try desk.resolve($0, as: .evidence).0 }
        var changes: [RecordChange] = []
        if let saw {
            var seen = Evidence.Draft(
                household: home, kind: .observation, capturedOn: desk.today, by: me)
            seen.description = saw
            let id = desk.newRecord()
            proof.append(id)
            changes.append(try seen.creation(id: id))
        }
        let draft = WorkOutcome.Draft(
            household: home, day: desk.today, by: me, of: subject,
            result: try desk.typed.word(result, WorkOutcome.Result.self), evidence: proof)
        guard var draft else {
            throw Failure(
                status: .usage, code: DeviceCode.answerMissing.rawValue,
                safe: desk.console.text(.notRecorded), what: desk.console.text(.noEvidence),
                next: desk.console.text(.noEvidenceNext))
        }
        draft.text = text
        draft.reconnection = try reconnected.map {
            try desk.typed.word($0, WorkOutcome.Reconnection.self)
        }
        try desk.file("outcome", [draft.creation(id: desk.newRecord())] + changes)
        return .done
    }
}
