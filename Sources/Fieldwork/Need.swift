public import SyncCore

/// What a household lacks 需求, ニーズ: found, confirmed with them, and met or not.
public struct Need: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .need else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "need", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        case kind = 17
        /// The person who has it; left open where the whole household does.
        case person = 18
        /// 1 to 3.
        case severity = 19
        case progress = 20
        case steps = 21
        /// The earliest day anybody saw it: it starts the clock of sixty days.
        case foundOn = 22
        /// The indicator it was proposed from: `I05`.
        case indicator = 23
        case note = 24

        public static let collection = CollectionID.need

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            // Another kind, person or cause is another need.
            case .kind: field("kind", NeedKind.type, .immutable, .personal, column: true)
            case .person: field("person", .reference, .immutable, .open)
            case .indicator: field("indicator", .code, .immutable, .personal)
            case .severity:
                // Never lose an urgency.
                field("severity", .integer(1...3), .maximum, .open, column: true)
            // A need once met needs a new one to reopen.
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            case .foundOn: field("found_on", .day, .minimum, .open, column: true)
            case .note:
                // Two observers.
                field("note", .note, .text, .special)
            }
        }
    }

    public enum Progress: String, WorkState {
        case suggested, confirmed, matched, beingMet, met
        /// No help was found, with the reason.
        case unmet
        /// Nothing there is fits it: a gap 夹缝.
        case gapCandidate
        /// The household does not have it, or does not want it met.
        case rejected

        public var next: [Progress] {
            switch self {
            case .suggested: [.confirmed, .rejected]
            case .confirmed: [.matched, .beingMet, .met, .unmet, .rejected]
            case .matched: [.beingMet, .met, .unmet, .confirmed]
            case .beingMet: [.met, .unmet]
            case .unmet: [.matched, .met, .gapCandidate]
            case .gapCandidate: [.matched, .met]
            case .met, .rejected: []
            }
        }

        public var needsReason: Bool { self == .unmet || self == .rejected }

        public var spoken: Wording {
            switch self {
            case .suggested: Wording("suggested", "建议", "候補")
            case .confirmed: Wording("confirmed", "已确认", "確認済み")
            case .matched: Wording("matched", "已匹配", "支援先あり")
            case .beingMet: Wording("being met", "满足中", "対応中")
            case .met: Wording("met", "已满足", "充足")
            case .unmet: Wording("unmet", "未满足", "未充足")
            case .gapCandidate: Wording("gap candidate", "夹缝待核", "狭間の候補")
            case .rejected: Wording("not a need", "不成立", "該当せず")
            }
        }
    }
}

/// What can be lacking. The list is open: a word of a newer schema stays as it is.
public enum NeedKind: String, ChoiceWord {
    case basicLiving, medicalCost, medicalCare, nursingCare, rehabilitation, mentalCare
    case schoolingCost, tutoring, work, training, socialInsurance, housing, homeSafety, meals
    case company, guardianship, legalPapers, debt, placeToBelong, languageCulture

    public var spoken: Wording {
        switch self {
        case .basicLiving: Wording("basic living", "基本生活", "基本的な生活")
        case .medicalCost: Wording("medical cost", "医疗费用", "医療費")
        case .medicalCare: Wording("medical care", "就医", "医療")
        case .nursingCare: Wording("nursing care", "照护", "介護")
        case .rehabilitation: Wording("rehabilitation or device", "康复辅具", "リハビリ・補装具")
        case .mentalCare: Wording("mental care", "心理支持", "こころのケア")
        case .schoolingCost: Wording("schooling cost", "就学费用", "就学費")
        case .tutoring: Wording("tutoring", "课业辅导", "学習支援")
        case .work: Wording("work", "就业", "仕事")
        case .training: Wording("training", "技能培训", "職業訓練")
        case .socialInsurance: Wording("social insurance", "社会保险", "社会保険")
        case .housing: Wording("housing", "住房", "住まい")
        case .homeSafety: Wording("home safety", "居家安全", "住まいの安全")
        case .meals: Wording("meals", "助餐", "食事")
        case .company: Wording("company", "陪伴", "話し相手")
        case .guardianship: Wording("guardianship", "监护", "後見")
        case .legalPapers: Wording("legal matters or papers", "法律与证件", "法律・書類")
        case .debt: Wording("debt", "债务", "債務")
        case .placeToBelong: Wording("a place to belong", "场域归属", "居場所")
        case .languageCulture: Wording("language or culture", "语言文化", "言語・文化")
        }
    }
}

extension Need {
    public var household: RecordID? { value(.household)?.record }
    public var kind: NeedKind? { word(.kind) }
    public var person: RecordID? { value(.person)?.record }
    public var severity: Int? { count(.severity) }
    public var foundOn: CalendarDate? { value(.foundOn)?.day }
    public var indicator: String? { value(.indicator)?.string }
    public var note: String? { value(.note)?.string }

    /// After so many days with nothing to meet it, it may be a gap.
    public static let daysToGap = 60

    /// Whether it stayed open so long that it may be a gap.
    public func isGapCandidate(on day: CalendarDate) -> Bool {
        if progress == .gapCandidate { return true }
        guard progress == .confirmed || progress == .unmet, let foundOn else { return false }
        return day.ordinal - foundOn.ordinal >= Int64(Self.daysToGap)
    }

    public struct Draft: RecordDraft {
        public var household: RecordID
        public var kind: NeedKind
        public var foundOn: CalendarDate
        public var person: RecordID?
        public var severity: Int?
        public var indicator: String?
        public var note: String?
        /// Whether the household said so; else it is a suggestion.
        public var isConfirmed = false
        /// How it went on after that.
        public var step: Step<Progress>?

        public init(household: RecordID, kind: NeedKind, foundOn: CalendarDate) {
            (self.household, self.kind, self.foundOn) = (household, kind, foundOn)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.kind, kind)
            creation.set(.person, person)
            creation.set(.severity, severity)
            creation.set(.foundOn, foundOn)
            creation.set(.indicator, indicator)
            creation.set(.note, note)
            creation.begin(step?.to ?? (isConfirmed ? Progress.confirmed : .suggested))
            creation.append(.steps, step.map { [$0.value] } ?? [])
        }
    }

    /// The name of the need that an assessment's indicator proposes: proposed on two devices it is
    /// one. What people find themselves has a name of its own, and is kept beside it.
    public static func proposed(
        by assessment: RecordID, indicator: String, kind: NeedKind
    ) -> RecordID {
        DerivedName(.need).with(assessment).with(indicator).with(kind.rawValue).record
    }
}
