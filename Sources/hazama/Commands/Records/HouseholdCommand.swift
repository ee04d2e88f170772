import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct HouseholdCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "household", abstract: "Register, find, show and edit households.",
        subcommands: [
            HouseholdNew.self, HouseholdFind.self, HouseholdShow.self, HouseholdEdit.self,
        ], aliases: ["hh"])
}

/// What may be said of a household, when it is new and later.
struct HouseholdFields: ParsableArguments {
    @Option(help: "The name of the head, as found at the door.")
    var name: String?
    @Option(help: "Where they live.")
    var address: String?
    @Option(help: "Where they are registered.")
    var registeredAddress: String?
    @Option(help: "A telephone number; repeat for more.")
    var phone: [String] = []
    @Option(help: "How many live there.")
    var memberCount: String?
    @Option(help: "What they live on in a month, in yuan: 1840 or 1840.50.")
    var income: String?
    @Option(help: "The month of that income: 2026-10.")
    var incomeMonth: String?
    @Option(help: "What you saw of it: \"payslip\".")
    var incomeEvidence: String?
    @Option(help: "The language they speak.")
    var language: String?
    @Option(help: "A danger: doNotPhone, notAlone, violence, selfHarm, infection, dog, other.")
    var warning: [String] = []
    @Option(help: "What the next visitor should know of the danger.")
    var warningNote: String?
    @Option(help: "A note on risks.")
    var riskNote: String?

    /// What an advisor was told, from no day that is known; a register says it with more weight.
    var registration: Registration? {
        registeredAddress.map { Registration($0, source: .advisor) }
    }

    func monthlyIncome(_ typed: Typed, _ desk: Desk) throws -> MonthlyIncome? {
        guard let income else {
            guard incomeMonth == nil, incomeEvidence == nil else {
                throw desk.fail(.usage, .badUsage, .incomeAlone)
            }
            return nil
        }
        return MonthlyIncome(
            amount: try typed.money(income), period: try incomeMonth.map(typed.month),
            evidence: incomeEvidence)
    }

    func warnings(_ typed: Typed, _ desk: Desk) throws -> [Warning] {
        if warning.isEmpty, warningNote != nil { throw desk.fail(.usage, .badUsage, .noteAlone) }
        return try warning.map { try Warning(typed.word($0, Warning.Kind.self), note: warningNote) }
    }

    func members(_ typed: Typed) throws -> Int? {
        try memberCount.map { Int(try typed.number($0, in: 0...99)) }
    }
}

struct HouseholdNew: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Register a household.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var fields: HouseholdFields
    @Option(
        help: "The neighbourhood it lies in, by name or id; needed only where you hold several.")
    var area: String?
    @OptionGroup var answers: DuplicateOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try desk.author()
        let area = try desk.leafArea(area)
        let name: String
        if let given = fields.name {
            name = given
        } else {
            name = try desk.prompt.text(.askHeadName, flag: "--name")
        }
        var draft = Household.Draft(area: area.scope, headName: name)
        draft.address = fields.address
        if draft.address == nil, desk.console.canAsk {
            draft.address = try desk.prompt.ask(
                .askAddress, flag: "--address", allowsNone: true
            ) { $0 }
        }
        draft.registration = fields.registration
        draft.phones = fields.phone
        draft.monthlyIncome = try fields.monthlyIncome(desk.typed, desk)
        draft.memberCount = try fields.members(desk.typed)
        draft.language = fields.language
        draft.warnings = try fields.warnings(desk.typed, desk)
        draft.riskNote = fields.riskNote
        let id = desk.newRecord()
        let creation = try draft.creation(id: id)
        let check = try desk.lookForDuplicates(of: creation, answers)
        if check.answer == .open, let known = check.candidates.first {
            try desk.printRecord(known.record, isFull: false)
            return .done
        }
        let sealed = try desk.record("registration", [creation])
        try desk.remember(desk.shown(id))
        let text = desk.console.text(.registered, ["name": name, "area": area.name])
        desk.console.result("\(id.short(), .strong)  \(text)")
        desk.console.item(
            "household",
            [
                "record": .string("\(id)"), "id": .string(id.short()),
                "changeSet": .string("\(sealed.changeSet.name)"),
            ])
        return try desk.settle(check, of: id, in: creation.collection)
    }
}

struct HouseholdFind: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "find",
        abstract: "List households, or those whose name or address reads like this.")

    @OptionGroup var global: GlobalOptions
    @Argument(
        help: "A name, a part of it, or a part of an address; also the names of their members.")
    var text: [String] = []
    @Option(help: "Only in this area, by name or id.")
    var area: String?
    @Option(help: "At most so many.", transform: lineLimit)
    var limit = 50

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store()
        let wanted = text.joined(separator: " ").trimmed
        // One area is picked out of all that is found, so it is cut only after that.
        let most = area == nil ? limit + 1 : .max
        var rows: [RecordRow]
        if wanted.isEmpty {
            rows = try store.list(.household, by: Household.Field.headName.id, limit: most)
        } else {
            rows = try store.find(wanted, in: .household, limit: most)
            for person in try store.find(wanted, in: .person, limit: most) {
                guard let home = person.home, !rows.contains(where: { $0.record == home }),
                    let row = try store.row(home), row.collection == .household
                else { continue }
                rows.append(row)
            }
        }
        if let area {
            let scopes = try desk.scopes(within: area)
            rows = rows.filter { $0.area.map(scopes.contains) ?? false }
        }
        let isCut = rows.count > limit
        rows = Array(rows.prefix(limit))
        let titles = try desk.titles()
        let length = ShortID.length(telling: rows.map(\.record))
        var table = Table([
            .init(title: ""), .init(title: "id"),
            .init(title: desk.label(Household.Field.headName), minimum: 12),
            .init(title: desk.label(Household.Field.address), minimum: 10),
            .init(title: desk.label(Household.Field.area), minimum: 8),
        ])
        for row in rows {
            let address = row.text(Household.Field.address.id) ?? ""
            let area = row.area.flatMap { titles.areas[$0] } ?? ""
            table.add([
                row.marks, Line(row.record.short(length), .strong), Line(titles.title(row)),
                Line(address), Line(area),
            ])
            desk.console.item(
                "household",
                [
                    "record": .string("\(row.record)"), "id": .string(row.record.short(length)),
                    "name": .string(titles.title(row)), "address": .string(address),
                    "area": .string(area), "conflicts": .integer(Int64(row.conflicts)),
                    "unsent": .bool(row.hasOwn), "carried": .bool(row.isCarried),
                ])
        }
        desk.console.result(table)
        if rows.isEmpty { desk.console.hint(.nothingFound) }
        if isCut { desk.console.hint(.listCut, ["n": "\(limit)"]) }
        desk.console.summarise(["count": .integer(Int64(rows.count)), "cut": .bool(isCut)])
        return .done
    }
}

struct HouseholdShow: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show a household with its members, visits and follow-ups.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var id: String
    @Flag(help: "Say who wrote what, and when.")
    var full = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(id, as: .household)
        try desk.printRecord(record, isFull: full || global.verbose)
        let titles = try desk.titles()
        let values = desk.values(titles)
        for row in try desk.store().children(of: record) {
            guard let declaration = Schema.fieldwork.collection(row.collection),
                let shown = try desk.seen(row.record)
            else { continue }
            let line = Self.line(shown, declaration, values, titles)
            let mark = row.marks.isEmpty ? " " : row.marks
            let kind = Vocabulary.collection(row.collection).text(in: desk.console.language)
            desk.console.result(
                "\(mark) \(row.record.short(), .strong)  \(kind, .dim)  \(line)", hanging: 9)
            let sheet = RecordSheet(
                shown.state, as: declaration, values: values, titles: titles, unsent: [])
            desk.console.item("record", sheet.json)
        }
        return .done
    }

    /// What belongs to a household, on one line.
    private static func line(
        _ shown: ShownRecord, _ declaration: CollectionDeclaration, _ values: ShownValue,
        _ titles: Titles
    ) -> String {
        let units: [UnitID] =
            switch shown.collection {
            case .person:
                [Person.Field.name, .sex, .birth, .identityNumber].map(\.id)
            case .visit: [Visit.Field.day, .outcome, .advisor, .purpose].map(\.id)
            case .followUp: [FollowUp.Field.due, .progress, .what].map(\.id)
            case .fact: [Fact.Field.key, .statement].map(\.id)
            // Of the rest, what lists show.
            default: declaration.units.filter(\.isColumn).map(\.id)
            }
        return units.compactMap { id -> String? in
            guard let unit = declaration.unit(id) else { return nil }
            let sheet = UnitSheet(values: values, titles: titles, unit: unit, of: shown)
            return sheet.outcome == nil ? nil : sheet.short
        }.joined(separator: " · ")
    }
}

struct HouseholdEdit: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change what is recorded of a household.",
        discussion: """
            Names as seen what you were last shown of the household: what came in since is never \
            covered, and you are told of it.
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var id: String
    @OptionGroup var fields: HouseholdFields
    @Option(help: "Take a telephone number off; repeat for more.")
    var removePhone: [String] = []
    @Option(help: "Take a danger off, by its kind; repeat for more.")
    var removeWarning: [String] = []
    @OptionGroup var correction: CorrectionOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(id, as: .household)
        var editing = try desk.edit(record)
        let typed = desk.typed
        let side = try correction.index(desk)
        func set(_ field: Household.Field, _ value: Value?) throws {
            if let value { try editing.edit.set(field, to: value, correcting: side) }
        }
        try set(.headName, fields.name.map { .text($0) })
        try set(.address, fields.address.map { .text($0) })
        try set(.registeredAddress, fields.registration?.value)
        try set(.memberCount, fields.members(typed).map { .integer(Int64($0)) })
        try set(.monthlyIncome, fields.monthlyIncome(typed, desk)?.value)
        try set(.language, fields.language.map { .text($0) })
        try set(.riskNote, fields.riskNote.map { .text($0) })
        if !fields.phone.isEmpty || !removePhone.isEmpty {
            try editing.edit.change(
                Household.Field.phones, adding: fields.phone.map { .text($0) },
                removing: removePhone.map { .text($0) })
        }
        let warnings = try fields.warnings(typed, desk).map(\.value)
        if !warnings.isEmpty || !removeWarning.isEmpty {
            try editing.edit.change(
                Household.Field.warnings, adding: warnings,
                removing: kinds(toRemoveFrom: editing.seen, typed))
        }
        try desk.seal("correction", [editing], reason: correction.reason)
        return .done
    }

    /// All shown warnings of the kinds to be taken off, whatever their notes.
    private func kinds(toRemoveFrom state: RecordState, _ typed: Typed) throws -> [Value] {
        let kinds = try removeWarning.map { try typed.word($0, Warning.Kind.self) }
        guard case .elements(let elements)? = state[Household.Field.warnings.id] else {
            return kinds.map { Warning($0).value }
        }
        return kinds.flatMap { kind -> [Value] in
            let found = elements.entries.map(\.element).filter { Warning($0)?.kind == kind }
            // None of that kind: named all the same, so that the edit says so.
            return found.isEmpty ? [Warning(kind).value] : found
        }
    }
}

/// Which side of a conflict an edit corrects, and why.
struct CorrectionOptions: ParsableArguments {
    @Option(help: "Where people have to decide: the side you correct, a, b …")
    var side: String?
    @Option(help: "Why, in your words.")
    var reason: String?

    func index(_ desk: Desk) throws -> Int? {
        guard let side else { return nil }
        guard let index = Sides.index(side) else { throw desk.fail(.usage, .badInput, .noSuchSide) }
        return index
    }
}
