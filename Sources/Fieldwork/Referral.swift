public import SyncCore

/// A need handed to a specialist organisation 转介, 引き継ぎ, with the consent it rests on.
public struct Referral: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .referral else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "referral", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        case need = 17
        case partner = 18
        /// The worker who hands it over.
        case from = 19
        case consent = 20
        /// What the partner is told.
        case message = 21
        case progress = 22
        case steps = 23
        case feedback = 24
        case due = 25

        public static let collection = CollectionID.referral

        public var declaration: UnitDeclaration {
            switch self {
            // The partner acted on it.
            case .household: home()
            case .need: field("need", .reference, .immutable, .open)
            case .partner: field("partner", .reference, .immutable, .open)
            case .from: field("from", .reference, .immutable, .open)
            case .consent:
                group("consent", ReferralConsent.members, .immutable, .personal, stakes: .high)
            case .message: field("message", .note, .immutable, .special)
            // Accepted and declined at once: the partner's two answers contradict each other.
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            case .feedback:
                // What another party stated.
                field("feedback", .note, .append, .special)
            case .due: field("due", .day, .minimum, .open, column: true)
            }
        }
    }

    public enum Progress: String, WorkState {
        case draft, consented, sent, accepted, inService, closed, declined
        /// Declined, and another was found.
        case rematched
        case withdrawn

        public var next: [Progress] {
            switch self {
            case .draft: [.consented, .withdrawn]
            case .consented: [.sent, .withdrawn]
            case .sent: [.accepted, .declined, .withdrawn]
            case .accepted: [.inService, .closed, .withdrawn]
            case .inService: [.closed, .withdrawn]
            case .declined: [.rematched]
            case .closed, .rematched, .withdrawn: []
            }
        }

        public var needsReason: Bool { self == .declined || self == .withdrawn || self == .closed }

        public var spoken: Wording {
            switch self {
            case .draft: Wording("draft", "草稿", "下書き")
            case .consented: Wording("consented", "已获同意", "同意済み")
            case .sent: Wording("sent", "已转出", "送付済み")
            case .accepted: Wording("accepted", "已接收", "受け入れ")
            case .inService: Wording("in service", "服务中", "支援中")
            case .closed: Wording("closed", "已办结", "終了")
            case .declined: Wording("declined", "已谢绝", "辞退")
            case .rematched: Wording("matched again", "已重新匹配", "再調整済み")
            case .withdrawn: Wording("withdrawn", "已撤回", "取り下げ")
            }
        }
    }

    public func missing(for step: Step<Progress>) -> StepRefusal.Requirement? {
        switch step.to {
        case .consented, .sent: consent == nil ? .consent : nil
        default: nil
        }
    }
}

/// What a referral rests on: a consent, or the reason why nobody could be asked.
public struct ReferralConsent: Hashable, Sendable {
    public let basis: Basis
    /// Who agreed.
    public let person: RecordID?
    public let day: CalendarDate
    /// How it was said; or, without a consent, why there is none.
    public let how: String

    public enum Basis: String, ChoiceWord {
        case given
        /// Danger to somebody: only what the partner must know is told.
        case without

        public var spoken: Wording {
            switch self {
            case .given: Wording("with consent", "已征得同意", "同意あり")
            case .without: Wording("without consent", "未征得同意", "同意なし")
            }
        }
    }

    /// Somebody agreed.
    public init(by person: RecordID, on day: CalendarDate, how: String) {
        self.init(.given, person, day, how)
    }

    /// Nobody could be asked, for this reason.
    public static func without(because reason: String, on day: CalendarDate) -> ReferralConsent {
        ReferralConsent(.without, nil, day, reason)
    }

    private init(_ basis: Basis, _ person: RecordID?, _ day: CalendarDate, _ how: String) {
        (self.basis, self.person, self.day, self.how) = (basis, person, day, how)
    }

    static let members = [
        Member("basis", Basis.type), Member("person", .reference), Member("day", .day),
        Member("how", .line),
    ]

    public var value: Value {
        .group([.word(basis), Value(person, Value.reference), .day(day), .text(how)])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let basis: Basis = members[0].word(),
            let day = members[2].day, let how = members[3].string,
            basis == .without || members[1].record != nil
        else { return nil }
        self.init(basis, members[1].record, day, how)
    }
}

extension Referral {
    public var household: RecordID? { value(.household)?.record }
    public var need: RecordID? { value(.need)?.record }
    public var partner: RecordID? { value(.partner)?.record }
    public var from: PersonID? { value(.from)?.record?.worker }
    public var consent: ReferralConsent? { value(.consent).flatMap(ReferralConsent.init) }
    public var message: String? { value(.message)?.string }
    public var feedback: [String] { entries(.feedback).compactMap(\.value.string) }
    public var due: CalendarDate? { value(.due)?.day }

    public struct Draft: RecordDraft {
        public var household: RecordID
        public var need: RecordID
        public var partner: RecordID
        public var from: PersonID
        public var consent: ReferralConsent?
        public var message: String?
        public var due: CalendarDate?

        public init(household: RecordID, need: RecordID, partner: RecordID, from: PersonID) {
            (self.household, self.need) = (household, need)
            (self.partner, self.from) = (partner, from)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.need, need)
            creation.set(.partner, partner)
            creation.set(.from, from)
            creation.set(.consent, consent?.value)
            creation.set(.message, message)
            creation.set(.due, due)
            creation.begin(consent == nil ? Progress.draft : .consented)
        }
    }
}
