public import SyncCore

/// One household, one strategy 一户一策: what is to become better, and by when it is looked at again.
/// What is done for it are its items.
///
/// Its name follows from household and round, so that two plans begun apart are one: their items
/// are all kept, and who began it is disputed, which is the flag for people to look.
public struct Plan: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .plan else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "plan", home: .with(Field.household.id), Field.self,
        rules: [
            .livingHome, .office(Field.classOverride.id, .streetManager(ClassOverride.members)),
        ])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        /// 1 for the household's first plan.
        case round = 17
        case beginning = 18
        case progress = 19
        case steps = 20
        /// 目标: what shall be better.
        case goal = 21
        case template = 22
        /// The class a manager put it in, other than the routing did.
        case classOverride = 23
        case reviewDue = 24
        /// The assessment it follows from.
        case assessment = 25
        case agreement = 26

        public static let collection = CollectionID.plan

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .round: field("round", .integer(1...10_000), .immutable, .open)
            case .beginning:
                // Two who began it apart: people look at the two halves.
                group("beginning", Beginning.members, .review(shown: .newest), .open)
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            case .goal:
                // The agreed wording grows from both.
                field("goal", .note, .text, .special)
            case .template: field("template", PlanTemplate.type, .latest, .personal)
            case .classOverride:
                // The manager decides.
                group("class_override", ClassOverride.members, .bySource, .special)
            case .reviewDue:
                // The earlier review is safer.
                field("review_due", .day, .minimum, .open, column: true)
            case .assessment: field("assessment", .reference, .latest, .open)
            case .agreement:
                // The latest talk about it; the others are in the history.
                group("agreement", Agreement.members, .latest, .personal)
            }
        }
    }

    public enum Progress: String, WorkState {
        case draft
        /// With the household.
        case agreed
        case active, review, closed, transferred

        public var next: [Progress] {
            switch self {
            case .draft: [.agreed]
            case .agreed: [.active]
            case .active: [.review]
            case .review: [.active, .closed, .transferred]
            case .closed, .transferred: []
            }
        }

        public var needsReason: Bool { self == .transferred }

        public var spoken: Wording {
            switch self {
            case .draft: Wording("draft", "草案", "案")
            case .agreed: Wording("agreed", "已商定", "合意済み")
            case .active: Wording("active", "实施中", "実施中")
            case .review: Wording("review", "评估中", "見直し中")
            case .closed: Wording("closed", "已结案", "終結")
            case .transferred: Wording("transferred", "已转移", "引き継ぎ")
            }
        }
    }

    /// Agreed with somebody, closed with what came of it.
    public func missing(for step: Step<Progress>) -> StepRefusal.Requirement? {
        switch step.to {
        case .agreed where agreement == nil: .agreement
        case .closed where step.evidence == nil: .outcome
        default: nil
        }
    }
}

/// What kind of help a situation asks for.
public enum PlanTemplate: String, ChoiceWord {
    case prevention, guarantee, development
    /// Violence, abandonment, danger to life: always by people.
    case protection

    public var spoken: Wording {
        switch self {
        case .prevention: Wording("general prevention", "普遍预防", "予防")
        case .guarantee: Wording("bottom-line guarantee", "兜底保障", "最低保障")
        case .development: Wording("supportive development", "支持发展", "自立の支援")
        case .protection: Wording("emergency protection", "应急保护", "緊急保護")
        }
    }
}

/// Why a household is helped: by cause, not by level.
public enum ServiceClass: String, ChoiceWord {
    /// Human at once.
    case protection
    /// Never helped though entitled.
    case missing
    /// Helped, and still in difficulty.
    case insufficient
    case earlyWarning
    case none

    public var spoken: Wording {
        switch self {
        case .protection: Wording("protection", "应急保护", "緊急保護")
        case .missing: Wording("missing", "救助缺失", "支援なし")
        case .insufficient: Wording("insufficient", "救助不充分", "支援不足")
        case .earlyWarning: Wording("early warning", "预警对象", "早期警戒")
        case .none: Wording("none", "无", "なし")
        }
    }
}

extension Plan {
    public var household: RecordID? { value(.household)?.record }
    public var round: Int? { count(.round) }
    public var beginning: Beginning? { value(.beginning).flatMap(Beginning.init) }
    public var goal: String? { value(.goal)?.string }
    public var template: PlanTemplate? { word(.template) }
    public var classOverride: ClassOverride? { value(.classOverride).flatMap(ClassOverride.init) }
    public var reviewDue: CalendarDate? { value(.reviewDue)?.day }
    public var assessment: RecordID? { value(.assessment)?.record }
    public var agreement: Agreement? { value(.agreement).flatMap(Agreement.init) }
    /// Whether two began it apart and nobody has looked at it since.
    public var isToBeReviewed: Bool { isDisputed(.beginning) }

    /// Whether the level is high and nothing but benefits is planned: nobody would come.
    public func lacksPeople(_ items: [PlanItem], level: Level?) -> Bool {
        let kinds = items.filter { $0.plan == id && $0.progress != .cancelled }
            .compactMap(\.measure?.kind)
        return level == .high && !kinds.isEmpty && kinds.allSatisfy { $0 == .benefit }
    }

    /// The plan of a household in a round: there is one.
    public static func id(household: RecordID, round: Int) -> RecordID {
        DerivedName(.plan).with(household).with(round).record
    }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var round: Int
        public var beginning: Beginning
        public var goal: String?
        public var template: PlanTemplate?
        public var reviewDue: CalendarDate?
        public var assessment: RecordID?

        /// A plan after those the household had.
        public init(household: RecordID, after plans: [Plan], begun: Beginning) {
            self.household = household
            round = (plans.compactMap(\.round).max() ?? 0) + 1
            beginning = begun
        }

        public var id: RecordID { Plan.id(household: household, round: round) }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.round, round)
            creation.set(.beginning, beginning.value)
            creation.set(.goal, goal)
            creation.set(.template, template)
            creation.set(.reviewDue, reviewDue)
            creation.set(.assessment, assessment)
            creation.begin(Progress.draft)
        }
    }
}

/// Who began something, and when.
public struct Beginning: Hashable, Sendable {
    public let by: PersonID
    public let day: CalendarDate

    public init(by: PersonID, on day: CalendarDate) { (self.by, self.day) = (by, day) }

    static let members = [Member("by", .reference), Member("day", .day)]

    public var value: Value { .group([.worker(by), .day(day)]) }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count),
            let by = members[0].record?.worker, let day = members[1].day
        else { return nil }
        self.init(by: by, on: day)
    }
}

/// What was agreed with the household: with whom, when and how.
public struct Agreement: Hashable, Sendable {
    public let person: RecordID?
    public let day: CalendarDate
    /// How it was said: signed, spoken, by a guardian.
    public let how: String

    public init(with person: RecordID?, on day: CalendarDate, how: String) {
        (self.person, self.day, self.how) = (person, day, how)
    }

    static let members = [
        Member("person", .reference), Member("day", .day), Member("how", .line),
    ]

    public var value: Value {
        .group([Value(person, Value.reference), .day(day), .text(how)])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let day = members[1].day,
            let how = members[2].string
        else { return nil }
        self.init(with: members[0].record, on: day, how: how)
    }
}

/// The class in which somebody put a household, other than the routing did, and why.
public struct ClassOverride: Hashable, Sendable {
    public let to: ServiceClass
    public let reason: String
    public let source: Fact.Source
    public let effective: CalendarDate

    public init(
        to: ServiceClass, because reason: String, by source: Fact.Source, effective: CalendarDate
    ) {
        (self.to, self.reason) = (to, reason)
        (self.source, self.effective) = (source, effective)
    }

    static let members = [
        Member("class", ServiceClass.type), Member("reason", .line),
        Member("source", Fact.Source.type), Member("effective", .day),
    ]

    public var value: Value {
        .group([.word(to), .text(reason), .word(source), .day(effective)])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count),
            let to: ServiceClass = members[0].word(), let reason = members[1].string,
            let effective = members[3].day
        else { return nil }
        self.init(
            to: to, because: reason, by: members[2].word() ?? .resident, effective: effective)
    }
}
