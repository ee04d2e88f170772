import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

/// A kind of record with a command of its own.
protocol Listed: FieldworkRecord {
    /// The command it has: `need`.
    static var command: String { get }
    /// The day by which lists order it.
    var listedDay: CalendarDate? { get }
    /// The households it is about, where it does not lie with one.
    var households: [RecordID] { get }
    /// Whether somebody may still have to do something; all are listed with `--all`.
    var isCurrent: Bool { get }
    /// What it is, in a line.
    func line(at desk: Desk, _ titles: Titles) -> String
    /// Where it stands, in a word.
    func standing(at desk: Desk) -> String
}

extension Listed {
    var households: [RecordID] { [] }
    var isCurrent: Bool { true }
    func standing(at _: Desk) -> String { "" }
}

extension Listed where Self: Work {
    var isCurrent: Bool { isOpen }

    func standing(at desk: Desk) -> String {
        if isDisputed(.progress) { return desk.console.text(.undecided) }
        return progress?.spoken.text(in: desk.console.language) ?? ""
    }
}

extension Desk {
    /// A word of the schema in the person's language; nothing where there is none.
    func spoken(_ word: (some ChoiceWord)?) -> String {
        word?.spoken.text(in: console.language) ?? ""
    }

    /// All records of a kind, read; with a household, those about it.
    func records<Record: Listed>(
        _: Record.Type, of household: RecordID? = nil
    ) throws -> [(row: RecordRow, record: Record)] {
        let store = try store()
        let isWithHome = if case .with = Record.declaration.home { true } else { false }
        let rows = try store.list(
            Record.Field.collection,
            where: isWithHome ? household.map { [.home($0)] } ?? [] : [], limit: .max)
        return try rows.compactMap { row in
            guard let record = try seen(row.record).flatMap({ Record($0.state) }),
                household == nil || isWithHome
                    || record.households.contains(household ?? row.record)
            else { return nil }
            return (row, record)
        }
    }

    /// One record of a kind, as it is seen here.
    func record<Record: FieldworkRecord>(_ typed: String, _: Record.Type) throws -> Record {
        let (id, _) = try resolve(typed, as: Record.Field.collection)
        guard let record = Record(try shown(id).state) else { throw StoreError.unknownRecord(id) }
        return record
    }

    /// Records new records as one intent, shows what the first is, and keeps it as seen.
    func file(_ intent: String, _ changes: [RecordChange]) throws {
        _ = try author()
        try record(intent, changes)
        guard let first = changes.first else { return }
        try tell(first.record)
    }

    /// Says what a new record is called, and what it is.
    func tell(_ id: RecordID) throws {
        let shown = try shown(id)
        try remember(shown)
        let titles = try titles()
        let title = try store().row(id).map(titles.title(_:)) ?? ""
        console.result("\(id.short(), .strong)  \(title)")
        let kind = Schema.fieldwork.collection(shown.collection)?.name ?? ""
        console.item(
            "record",
            ["record": .string("\(id)"), "id": .string(id.short()), "kind": .string(kind)])
    }

    /// Says that a record of this name was there already, so that nothing had to be written.
    func tellKnown(_ id: RecordID) throws {
        console.hint(WorkPhrase.alreadyThere)
        try tell(id)
    }
}

struct RecordList<Record: Listed>: DeskCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "List them by the day that counts.")
    }

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A household's id; left out, all.")
    var household: String?
    @Flag(help: "Also those that are over.")
    var all = false
    @Option(help: "At most so many.", transform: lineLimit)
    var limit = 100

    func run(at desk: Desk) async throws -> ExitStatus {
        let home = try household.map { try desk.resolve($0, as: .household).0 }
        let found = try desk.records(Record.self, of: home)
            .filter { all || $0.record.isCurrent }
            .sorted { one, other in
                switch (one.record.listedDay, other.record.listedDay) {
                case (let day?, let next?) where day != next: day < next
                case (_?, nil): true
                case (nil, _?): false
                default: one.record.id < other.record.id
                }
            }.prefix(limit)
        let titles = try desk.titles()
        let length = ShortID.length(telling: found.map(\.record.id))
        var table = Table([
            .init(title: ""), .init(title: "id"),
            .init(title: desk.label(Visit.Field.day)),
            .init(title: desk.label(FollowUp.Field.household), minimum: 10),
            .init(title: desk.label(FollowUp.Field.what), minimum: 12),
            .init(title: desk.label(FollowUp.Field.progress)),
        ])
        for (row, record) in found {
            let line = record.line(at: desk, titles)
            let day = record.listedDay.map(\.description) ?? ""
            let home = row.home ?? record.households.first
            table.add([
                row.marks, Line(record.id.short(length), .strong), Line(day),
                Line(home.map(titles.title(of:)) ?? ""), Line(line),
                Line(record.standing(at: desk)),
            ])
            desk.console.item(
                Record.command,
                [
                    "record": .string("\(record.id)"), "id": .string(record.id.short(length)),
                    "household": home.map { .string("\($0)") } ?? .null,
                    "day": record.listedDay.map { .string("\($0)") } ?? .null,
                    "what": .string(line),
                    "state": row.text(Record.stateUnit).map { .string($0) } ?? .null,
                ])
        }
        desk.console.result(table)
        if found.isEmpty { desk.console.hint(.nothingFound) }
        desk.console.summarise(["count": .integer(Int64(found.count))])
        return .done
    }
}

extension FieldworkRecord {
    /// The unit with its state, where its kind has one.
    fileprivate static var stateUnit: UnitID { declaration.unit(named: "state")?.id ?? .void }
}

struct RecordShow<Record: Listed>: DeskCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "show", abstract: "Show one with all that is known.")
    }

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its id, or the end of it.")
    var id: String
    @Flag(help: "Say who wrote what, and when.")
    var full = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(id, as: Record.Field.collection)
        try desk.printRecord(record, isFull: full || global.verbose)
        return .done
    }
}

/// What a step may say of itself.
struct StepOptions: ParsableArguments {
    @Option(help: "Why.")
    var because: String?
    @Option(help: "What proves it: the id of an outcome or a piece of evidence.")
    var evidence: String?
    @Option(help: "The day, if it was not today.")
    var on: String?
}

struct RecordStep<Record: Listed & Work>: DeskCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "step", abstract: "Say where it stands now.",
            discussion: "States: "
                + Record.Progress.allCases.map(\.rawValue).joined(separator: ", ") + ".")
    }

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its id, or the end of it.")
    var id: String
    @Argument(help: "The state it comes to.")
    var state: String
    @OptionGroup var options: StepOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(id, as: Record.Field.collection)
        let state = try desk.typed.word(state, Record.Progress.self)
        var editing = try desk.edit(record)
        try desk.step(&editing, Record.self, to: state, options)
        try desk.seal(Record.command, [editing], reason: options.because)
        return .done
    }
}

extension Desk {
    /// Makes a step of what is edited, told by its refusal where it can't be made.
    func step<Record: Work>(
        _ editing: inout Editing, _: Record.Type, to state: Record.Progress,
        _ options: StepOptions = StepOptions.none
    ) throws {
        guard let record = Record(editing.seen) else { return }
        let step = Step(
            to: state, on: try options.on.map(typed.day) ?? today, by: try author().person,
            because: options.because, evidence: try options.evidence.map { try resolve($0).0 })
        do { try editing.edit.step(record, step) } catch { throw failure(for: error, record.id) }
    }

    func failure(for refusal: StepRefusal, _ record: RecordID) -> Failure {
        let id = record.short()
        func fail(
            _ what: WorkPhrase, _ next: WorkPhrase,
            _ values: KeyValuePairs<String, String> = [:]
        ) -> Failure {
            let language = console.language
            return Failure(
                status: .failed, code: DeviceCode.editRefused.rawValue,
                safe: console.text(.notRecorded), what: what.wording.filled(in: language, values),
                next: next.wording.filled(in: language, values))
        }
        switch refusal {
        case .edit(let refusal): return self.failure(for: refusal)
        case .undecided: return fail(.stepUndecided, .stepUndecidedNext, ["id": id])
        case .reasonMissing: return fail(.reasonMissing, .reasonMissingNext)
        case .noWay(let from, _, let instead):
            return fail(
                instead.isEmpty ? .stepAtEnd : .stepNoWay,
                instead.isEmpty ? .stepAtEndNext : .stepNoWayNext,
                ["from": from, "instead": instead.joined(separator: ", "), "id": id])
        case .missing(let requirement):
            let (what, next) = requirement.told
            return fail(what, next, ["id": id])
        }
    }
}

extension StepOptions {
    /// Nothing said.
    static var none: StepOptions {
        var options = StepOptions()
        (options.because, options.evidence, options.on) = (nil, nil, nil)
        return options
    }
}

extension StepRefusal.Requirement {
    /// What is missing, and what to do about it.
    var told: (WorkPhrase, WorkPhrase) {
        switch self {
        case .outcome: (.outcomeMissing, .outcomeMissingNext)
        case .consent: (.consentMissing, .consentMissingNext)
        case .authority: (.authorityMissing, .authorityMissingNext)
        case .signature: (.signatureMissing, .signatureMissingNext)
        case .agreement: (.agreementMissing, .agreementMissingNext)
        case .decision: (.decisionMissing, .decisionMissingNext)
        }
    }
}
