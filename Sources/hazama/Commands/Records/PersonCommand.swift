import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct PersonCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "person", abstract: "Add and edit the people of a household.",
        subcommands: [PersonAdd.self, PersonEdit.self])
}

/// What may be said of a person, when they are new and later.
struct PersonFields: ParsableArguments {
    @Option(help: "The name, as in their papers.")
    var name: String?
    @Option(help: "The day of birth, where no identity number says it.")
    var birth: String?
    @Option(help: "male or female.")
    var sex: String?
    @Option(help: "A telephone number; repeat for more.")
    var phone: [String] = []
    @Option(help: "The language they speak.")
    var language: String?
    @Option(help: "How they want to be reached.")
    var contact: String?
    @Option(help: "What they can and like to do; repeat for more.")
    var strength: [String] = []
    @Flag(help: "Ask for the identity number; what is typed is not shown.")
    var identityNumber = false
    @Option(
        help: "Read the identity number from this file; - is stdin. Never give it as an argument.")
    var identityNumberFile: String?

    func number(_ desk: Desk) throws -> IdentityNumber? {
        if let path = identityNumberFile {
            let bytes = try Files.read(path, limit: 4096)
            return try desk.typed.identityNumber(String(decoding: bytes, as: UTF8.self))
        }
        guard identityNumber else { return nil }
        return try desk.prompt.ask(
            .askIdentityNumber, flag: "--identity-number-file", isSecret: true,
            read: desk.typed.identityNumber)
    }
}

struct PersonAdd: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a person to a household.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @OptionGroup var fields: PersonFields
    @Option(help: "To the head of the household: self, spouse, child, parent, sibling …")
    var relation: String?
    @Option(help: "Since when they have lived there.")
    var from: String?
    @OptionGroup var answers: DuplicateOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try desk.author()
        let (home, _) = try desk.resolve(household, as: .household)
        let typed = desk.typed
        let name: String
        if let given = fields.name {
            name = given
        } else {
            name = try desk.prompt.text(.askPersonName, flag: "--name")
        }
        var draft = Person.Draft(household: home, name: name)
        draft.identityNumber = try fields.number(desk)
        draft.birth = try fields.birth.map(typed.day)
        draft.sex = try fields.sex.map { try typed.word($0, Sex.self) }
        draft.phones = fields.phone
        draft.language = fields.language
        draft.contactPreference = fields.contact
        draft.strengths = fields.strength
        let relation = try self.relation.map { try typed.word($0, Relation.self) }
        let id = desk.newRecord()
        let creation = try draft.creation(id: id)
        let check = try desk.lookForDuplicates(of: creation, answers)
        if check.answer == .open, let known = check.candidates.first {
            try desk.printRecord(known.record, isFull: false)
            return .done
        }
        var editing = try desk.edit(home)
        let membership = Membership(person: id, relation: relation, from: try from.map(typed.day))
        try editing.edit.change(Household.Field.members, adding: [membership.value])
        try desk.seal("registration", [editing], creating: [creation])
        try desk.remember(desk.shown(id))
        desk.console.result(
            "\(id.short(), .strong)  \(desk.console.text(.personAdded, ["name": name]))")
        if let number = draft.identityNumber {
            desk.console.result(
                "    \(desk.label(Person.Field.identityNumber), .dim)  \(number.masked)")
        }
        desk.console.item(
            "person",
            [
                "record": .string("\(id)"), "id": .string(id.short()),
                "household": .string("\(home)"),
            ])
        return try desk.settle(check, of: id, in: creation.collection)
    }
}

struct PersonEdit: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change what is recorded of a person.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The person's id, or the end of it.")
    var id: String
    @OptionGroup var fields: PersonFields
    @Option(help: "Take a telephone number off; repeat for more.")
    var removePhone: [String] = []
    @Option(help: "The day of death.")
    var deceased: String?
    @Option(help: "What they agree to: visit, shareWithPartner …")
    var consent: [String] = []
    @Option(help: "What they agree to no longer.")
    var withdrawConsent: [String] = []
    @Option(help: "Whether partners may be told: given or withdrawn.")
    var sharing: String?
    @Option(help: "How it was said: signed, spoken, by a guardian.")
    var consentHow: String?
    @OptionGroup var correction: CorrectionOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(id, as: .person)
        var editing = try desk.edit(record)
        let typed = desk.typed
        let side = try correction.index(desk)
        func set(_ field: Person.Field, _ value: Value?) throws {
            if let value { try editing.edit.set(field, to: value, correcting: side) }
        }
        try set(.name, fields.name.map { .text($0) })
        try set(.identityNumber, fields.number(desk).map { .text($0.revealed) })
        try set(.birth, fields.birth.map { .day(try typed.day($0)) })
        try set(.sex, fields.sex.map { .text(try typed.word($0, Sex.self).rawValue) })
        try set(.language, fields.language.map { .text($0) })
        try set(.contactPreference, fields.contact.map { .text($0) })
        try set(.deceased, deceased.map { .day(try typed.day($0)) })
        try set(.sharing, sharing.map { .word(try typed.word($0, Consent.Act.self)) })
        if !fields.phone.isEmpty || !removePhone.isEmpty {
            try editing.edit.change(
                Person.Field.phones, adding: fields.phone.map { .text($0) },
                removing: removePhone.map { .text($0) })
        }
        if !fields.strength.isEmpty {
            try editing.edit.change(
                Person.Field.strengths, adding: fields.strength.map { .text($0) })
        }
        let consents =
            consent.map { Consent(purpose: $0, act: .given, how: consentHow) }
            + withdrawConsent.map { Consent(purpose: $0, act: .withdrawn, how: consentHow) }
        if !consents.isEmpty {
            try editing.edit.append(consents.map(\.value), to: Person.Field.consent)
        }
        try desk.seal("correction", [editing], reason: correction.reason)
        return .done
    }
}
