import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct ReferCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "refer", abstract: "Hand a need to somebody who can meet it.",
        subcommands: [
            ReferNew.self, ReferConsent.self, RecordList<Referral>.self,
            RecordShow<Referral>.self, RecordStep<Referral>.self, ReferFeedback.self,
        ])
}

extension Referral: Listed {
    static var command: String { "referral" }
    var listedDay: CalendarDate? { due }

    func line(at desk: Desk, _ titles: Titles) -> String {
        [partner.map(titles.title(of:)), desk.spoken(consent?.basis)].compactMap(\.self)
            .filter { !$0.isEmpty }.joined(separator: " · ")
    }
}

/// The consent a referral rests on, or why there is none.
struct ConsentOptions: ParsableArguments {
    @Option(help: "Who agreed: a person's id.")
    var withConsent: String?
    @Option(help: "How it was said: signed, spoken, by a guardian.")
    var how: String?
    @Option(help: "Why nobody could be asked.")
    var withoutConsent: String?

    func read(_ desk: Desk) throws -> ReferralConsent? {
        guard withConsent == nil || withoutConsent == nil else {
            throw Failure(
                status: .usage, code: DeviceCode.badUsage.rawValue,
                safe: desk.console.text(.notRecorded), what: desk.console.text(.consentOrReason))
        }
        if let withoutConsent {
            return .without(because: withoutConsent, on: desk.today)
        }
        return try withConsent.map {
            ReferralConsent(
                by: try desk.resolve($0, as: .person).0, on: desk.today,
                how: try how ?? desk.prompt.text(.askHow, flag: "--how"))
        }
    }
}

struct ReferNew: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Draft a referral of a need to a partner.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The need's id, or the end of it.")
    var need: String
    @Argument(help: "The partner's id, or the end of it.")
    var partner: String
    @OptionGroup var consent: ConsentOptions
    @Option(help: "What the partner is told.")
    var message: String?
    @Option(help: "By when they should answer: 2026-12-01 or +14.")
    var due: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let need = try desk.record(need, Need.self)
        guard let home = need.household else { return .failed }
        let partner = try desk.resolve(partner, as: .partner).0
        var draft = Referral.Draft(
            household: home, need: need.id, partner: partner, from: try desk.author().person)
        draft.consent = try consent.read(desk)
        draft.message = message
        draft.due = try due.map(desk.typed.day)
        try desk.file("referral", [draft.creation(id: desk.newRecord())])
        if draft.consent == nil { desk.console.hint(WorkPhrase.consentMissing) }
        return .done
    }
}

struct ReferConsent: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "consent", abstract: "Record the consent a referral rests on.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The referral's id, or the end of it.")
    var id: String
    @OptionGroup var consent: ConsentOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(id, as: .referral)
        var editing = try desk.edit(record)
        guard let referral = Referral(editing.seen) else { return .failed }
        guard let consent = try consent.read(desk) else {
            throw Failure(
                status: .usage, code: DeviceCode.answerMissing.rawValue,
                what: desk.console.text(.consentMissing),
                next: desk.console.text(.consentMissingNext, ["id": record.short()]))
        }
        try editing.edit.set(Referral.Field.consent, to: consent.value)
        if referral.progress == .draft {
            let step = Step<Referral.Progress>(
                to: .consented, on: desk.today, by: try desk.author().person)
            try editing.edit.set(Referral.Field.progress, to: .word(Referral.Progress.consented))
            try editing.edit.append([step.value], to: Referral.Field.steps)
        }
        try desk.seal("referral", [editing])
        return .done
    }
}

struct ReferFeedback: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "feedback", abstract: "Record what the partner said.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The referral's id, or the end of it.")
    var id: String
    @Argument(help: "What they said.")
    var text: String

    func run(at desk: Desk) async throws -> ExitStatus {
        var editing = try desk.edit(try desk.resolve(id, as: .referral).0)
        try editing.edit.append([.text(text)], to: Referral.Field.feedback)
        try desk.seal("referral", [editing])
        return .done
    }
}
