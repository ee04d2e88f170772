import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct PlanCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "plan", abstract: "One household, one strategy: its plan and its measures.",
        subcommands: [
            PlanNew.self, RecordList<Plan>.self, RecordShow<Plan>.self, PlanAgree.self,
            RecordStep<Plan>.self, PlanItemCommand.self,
        ])
}

struct PlanItemCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "item", abstract: "The measures of a plan.",
        subcommands: [
            PlanItemAdd.self, RecordList<PlanItem>.self, RecordShow<PlanItem>.self,
            RecordStep<PlanItem>.self, PlanItemEffort.self,
        ])
}

extension Plan: Listed {
    static var command: String { "plan" }
    var listedDay: CalendarDate? { reviewDue }

    func line(at desk: Desk, _: Titles) -> String {
        let flag = isToBeReviewed ? desk.console.text(.planBegun) : nil
        return [goal ?? desk.spoken(template), flag].compactMap(\.self).joined(separator: " · ")
    }
}

extension PlanItem: Listed {
    static var command: String { "planItem" }
    var listedDay: CalendarDate? { due }

    func line(at desk: Desk, _: Titles) -> String {
        [desk.spoken(measure?.kind), measure?.programme, measure?.what].compactMap(\.self)
            .filter { !$0.isEmpty }.joined(separator: " · ")
    }
}

extension Desk {
    /// The plan a household has now: the last that is not over.
    func plan(of household: RecordID) throws -> Plan? {
        try records(Plan.self, of: household).map(\.record).filter(\.isOpen)
            .max { ($0.round ?? 0) < ($1.round ?? 0) }
    }

    /// The level of a household, by its last assessment.
    func level(of household: RecordID) throws -> Level? {
        try assessmentsByHousehold().first { $0.0 == household }?.1.level
    }
}

struct PlanNew: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "new", abstract: "Begin the plan of a household.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Option(help: "What shall be better.")
    var goal: String?
    @Option(help: "What kind of plan: prevention, guarantee, development or protection.")
    var template: String?
    @Option(help: "When it is looked at again: 2027-02-01 or +90.")
    var review: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let (home, _) = try desk.resolve(household, as: .household)
        if let plan = try desk.plan(of: home) {
            try desk.tellKnown(plan.id)
            return .done
        }
        var draft = Plan.Draft(
            household: home, after: try desk.records(Plan.self, of: home).map(\.record),
            begun: Beginning(by: try desk.author().person, on: desk.today))
        draft.goal = goal
        draft.template = try template.map { try desk.typed.word($0, PlanTemplate.self) }
        draft.reviewDue = try review.map(desk.typed.day)
        try desk.file("plan", [draft.creation])
        return .done
    }
}

struct PlanAgree: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "agree", abstract: "Record that the household agreed to its plan.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The plan's id, or the end of it.")
    var id: String
    @Option(help: "Who agreed: a person's id.")
    var with: String?
    @Option(help: "How it was said: signed, spoken, by a guardian.")
    var how: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(id, as: .plan)
        let person = try with.map { try desk.resolve($0, as: .person).0 }
        var editing = try desk.edit(record)
        let agreement = Agreement(with: person, on: desk.today, how: how)
        guard let plan = Plan(editing.seen) else { return .failed }
        try editing.edit.set(Plan.Field.agreement, to: agreement.value)
        if plan.progress == .draft {
            let step = Step<Plan.Progress>(
                to: .agreed, on: desk.today, by: try desk.author().person)
            try editing.edit.set(Plan.Field.progress, to: .word(Plan.Progress.agreed))
            try editing.edit.append([step.value], to: Plan.Field.steps)
        }
        try desk.seal("plan", [editing])
        return .done
    }
}

struct PlanItemAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a measure to a household's plan.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Argument(help: "What is done.")
    var what: String
    @Option(help: "benefit, service or contact.")
    var kind: String
    @Option(help: "socialSecurity, socialWork or coProduction.")
    var strategy: String?
    @Option(help: "The programme, for a benefit: P01.")
    var programme: String?
    @Option(help: "The resource it uses: its id.")
    var resource: String?
    @Option(help: "The partner who does it: their id.")
    var partner: String?
    @Option(help: "A need it is for: its id; repeat for more.")
    var need: [String] = []
    @Option(help: "By when: 2026-12-01, tomorrow or +7.")
    var due: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let (home, _) = try desk.resolve(household, as: .household)
        let kind = try desk.typed.word(kind, Measure.Kind.self)
        guard let plan = try desk.plan(of: home) else {
            throw Failure(
                status: .failed, code: DeviceCode.noSuchRecord.rawValue,
                safe: desk.console.text(.notRecorded), what: desk.console.text(.noPlan),
                next: desk.console.text(.noPlanNext, ["id": home.short()]))
        }
        var measure = Measure(
            kind,
            try strategy.map { try desk.typed.word($0, Strategy.self) }
                ?? (kind == .benefit ? .socialSecurity : .socialWork), what)
        measure.programme = programme
        measure.resource = try resource.map { try desk.resolve($0, as: .resource).0 }
        measure.partner = try partner.map { try desk.resolve($0, as: .partner).0 }
        var draft = PlanItem.Draft(household: home, plan: plan.id, measure: measure)
        draft.needs = try need.map { try desk.resolve($0, as: .need).0 }
        draft.owner = try desk.author().person
        draft.due = try due.map(desk.typed.day)
        try desk.file("plan", [draft.creation(id: desk.newRecord())])
        let items = try desk.records(PlanItem.self, of: home).map(\.record)
        if plan.lacksPeople(items, level: try desk.level(of: home)) {
            desk.console.hint(WorkPhrase.onlyBenefits)
        }
        return .done
    }
}

struct PlanItemEffort: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "effort", abstract: "Add what a measure took; what others added stays.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The measure's id, or the end of it.")
    var id: String
    @Option(help: "Your time in minutes.")
    var minutes: String?
    @Option(help: "What it cost, in yuan.")
    var cost: String?
    @Option(help: "How much of its resource was used.")
    var used: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(id, as: .planItem)
        var editing = try desk.edit(record)
        if let minutes {
            try editing.edit.increment(
                PlanItem.Field.minutes.id, by: desk.typed.number(minutes, in: 1...100_000))
        }
        if let cost {
            try editing.edit.increment(PlanItem.Field.cost.id, by: desk.typed.money(cost).fen)
        }
        if let used {
            try editing.edit.increment(
                PlanItem.Field.used.id, by: desk.typed.number(used, in: 1...1_000_000))
        }
        try desk.seal("plan", [editing])
        return .done
    }
}
