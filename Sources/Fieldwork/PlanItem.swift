public import SyncCore

/// One measure of a plan 措施: a benefit, a service or a contact, and what it took.
public struct PlanItem: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .planItem else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "plan_item", home: .with(Field.household.id), Field.self,
        rules: [
            .livingHome,
            .share(
                Field.used.id,
                Share(
                    namedBy: Field.measure.id, member: Measure.resourcePlace, in: .resource,
                    of: Resource.Field.used.id)),
        ])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        case plan = 17
        case measure = 18
        case needs = 19
        case progress = 20
        case steps = 21
        /// The worker who sees to it.
        case owner = 22
        case due = 23
        /// What it cost, in fen.
        case cost = 24
        /// The workers' time.
        case minutes = 25
        /// How much of the resource it used, in the resource's unit.
        case used = 26
        case note = 27

        public static let collection = CollectionID.planItem

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .plan: field("plan", .reference, .immutable, .open)
            case .measure:
                // One coherent value; the last correction counts.
                group("measure", Measure.members, .latest, .special)
            case .needs: field("needs", .reference, .addWins, .open)
            // Done here and cancelled there contradict each other: for people.
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            case .owner: field("owner", .reference, .latest, .open)
            case .due:
                // Earlier is safer.
                field("due", .day, .minimum, .open, column: true)
            // Effort adds up, whoever put it in.
            case .cost: field("cost_fen", .money, .sum, .special)
            case .minutes: field("minutes", .count, .sum, .open)
            case .used: field("used", .count, .sum, .open)
            case .note: field("note", .note, .text, .special)
            }
        }
    }

    public enum Progress: String, WorkState {
        case proposed, agreed, underWay, done
        /// Tried, and it can't be done: with the reason, a gap may lie there.
        case notPossible
        case cancelled

        public var next: [Progress] {
            switch self {
            case .proposed: [.agreed, .notPossible, .cancelled]
            case .agreed: [.underWay, .notPossible, .cancelled]
            case .underWay: [.done, .notPossible, .cancelled]
            case .done, .notPossible, .cancelled: []
            }
        }

        public var needsReason: Bool { self == .notPossible || self == .cancelled }

        public var spoken: Wording {
            switch self {
            case .proposed: Wording("proposed", "已提出", "提案")
            case .agreed: Wording("agreed", "已商定", "合意済み")
            case .underWay: Wording("under way", "进行中", "進行中")
            case .done: Wording("done", "已完成", "完了")
            case .notPossible: Wording("not possible", "无法实施", "実施できず")
            case .cancelled: Wording("cancelled", "已取消", "取消")
            }
        }
    }
}

/// What a measure consists of.
public struct Measure: Hashable, Sendable {
    public var kind: Kind
    public var strategy: Strategy
    public var what: String
    /// The programme, by the catalogue's key: `P01`.
    public var programme: String?
    public var resource: RecordID?
    public var partner: RecordID?
    /// The technique it follows, where one has a name.
    public var technique: RecordID?

    public enum Kind: String, ChoiceWord {
        case benefit, service, contact

        public var spoken: Wording {
            switch self {
            case .benefit: Wording("benefit", "救助待遇", "給付")
            case .service: Wording("service", "服务", "支援サービス")
            case .contact: Wording("contact", "关爱联系", "関わり")
            }
        }
    }

    public init(_ kind: Kind, _ strategy: Strategy, _ what: String) {
        (self.kind, self.strategy, self.what) = (kind, strategy, what)
    }

    static let members = [
        Member("kind", Kind.type), Member("strategy", Strategy.type), Member("what", .line),
        Member("programme", .code), Member("resource", .reference),
        Member("partner", .reference), Member("technique", .reference),
    ]

    /// Where among the members the resource is.
    static let resourcePlace = 4

    public var value: Value {
        .group([
            .word(kind), .word(strategy), .text(what), Value(programme) { .text($0) },
            Value(resource, Value.reference), Value(partner, Value.reference),
            Value(technique, Value.reference),
        ])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let kind: Kind = members[0].word(),
            let strategy: Strategy = members[1].word(), let what = members[2].string
        else { return nil }
        self.init(kind, strategy, what)
        programme = members[3].string
        (resource, partner) = (members[Self.resourcePlace].record, members[5].record)
        technique = members[6].record
    }
}

/// By what kind of help something is solved.
public enum Strategy: String, ChoiceWord {
    case socialSecurity, socialWork
    /// 共创, 共創: with those it is for, and with others.
    case coProduction

    public var spoken: Wording {
        switch self {
        case .socialSecurity: Wording("social security", "社会保障", "社会保障")
        case .socialWork: Wording("social work", "社会工作", "ソーシャルワーク")
        case .coProduction: Wording("co-production", "共同创造", "共創")
        }
    }
}

extension PlanItem {
    public var household: RecordID? { value(.household)?.record }
    public var plan: RecordID? { value(.plan)?.record }
    public var measure: Measure? { value(.measure).flatMap(Measure.init) }
    public var needs: [RecordID] { elements(.needs, \.record) }
    public var owner: PersonID? { value(.owner)?.record?.worker }
    public var due: CalendarDate? { value(.due)?.day }
    /// All that was spent on it; `nil` where nobody said anything.
    public var cost: Money? { money(.cost) }
    public var minutes: Int? { count(.minutes) }
    public var used: Int? { count(.used) }
    public var note: String? { value(.note)?.string }

    public struct Draft: RecordDraft {
        public var household: RecordID
        public var plan: RecordID
        public var measure: Measure
        public var needs: [RecordID] = []
        public var owner: PersonID?
        public var due: CalendarDate?
        public var note: String?

        public init(household: RecordID, plan: RecordID, measure: Measure) {
            (self.household, self.plan, self.measure) = (household, plan, measure)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.plan, plan)
            creation.set(.measure, measure.value)
            creation.add(.needs, needs.map(Value.reference))
            creation.set(.owner, owner)
            creation.set(.due, due)
            creation.set(.note, note)
            creation.begin(Progress.proposed)
        }
    }
}
