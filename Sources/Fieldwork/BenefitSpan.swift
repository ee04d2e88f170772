public import SyncCore

/// One time on a programme 待遇期间: from when to when, how much, by whose decision and why it ended.
public struct BenefitSpan: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .benefitSpan else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "benefit_span", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        /// Who has it: a person, or the household.
        case subject = 17
        /// By the catalogue's key: `P01`.
        case programme = 18
        case from = 19
        case to = 20
        case progress = 21
        case steps = 22
        /// The decisions about it, each from a day on.
        case decisions = 23
        case application = 24

        public static let collection = CollectionID.benefitSpan

        public var declaration: UnitDeclaration {
            switch self {
            // Its name is made of these.
            case .household: home()
            case .subject: field("subject", .reference, .immutable, .open)
            case .programme: field("programme", .code, .immutable, .personal, column: true)
            case .from: field("from", .day, .immutable, .open, column: true)
            case .to:
                // An early end is the safe reading, and it is alerted.
                field("to", .day, .minimum, .open, column: true, stakes: .high)
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            case .decisions:
                // No decision is ever forgotten.
                group("decisions", Decision.members, .append, .special)
            case .application: field("application", .reference, .latest, .open)
            }
        }
    }

    public enum Progress: String, WorkState {
        case proposed, active, suspended, ended

        public var next: [Progress] {
            switch self {
            case .proposed: [.active, .ended]
            case .active: [.suspended, .ended]
            case .suspended: [.active, .ended]
            case .ended: []
            }
        }

        public var needsReason: Bool { self == .suspended || self == .ended }

        public var spoken: Wording {
            switch self {
            case .proposed: Wording("proposed", "拟享受", "予定")
            case .active: Wording("active", "享受中", "受給中")
            case .suspended: Wording("suspended", "已停发", "停止中")
            case .ended: Wording("ended", "已退出", "終了")
            }
        }
    }
}

extension BenefitSpan {
    public var household: RecordID? { value(.household)?.record }
    public var subject: RecordID? { value(.subject)?.record }
    public var programme: String? { value(.programme)?.string }
    public var from: CalendarDate? { value(.from)?.day }
    public var to: CalendarDate? { value(.to)?.day }
    /// All decisions about it, by time.
    public var decisions: [Decision] { entries(.decisions).compactMap { Decision($0.value) } }
    public var application: RecordID? { value(.application)?.record }
    /// The decision in force on a day.
    public func decision(on day: CalendarDate) -> Decision? {
        decisions.filter { $0.effective <= day }.max { $0.effective < $1.effective }
    }

    /// Whether it is had on a day; `nil` where its state is not known.
    public func isHeld(on day: CalendarDate) -> Bool? {
        guard let from, let progress else { return nil }
        if from > day || to.map({ $0 < day }) ?? false { return false }
        return progress == .active || progress == .ended && to != nil
    }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var subject: RecordID
        public var programme: String
        public var from: CalendarDate
        public var to: CalendarDate?
        /// Whether it is had already, and not only foreseen.
        public var isActive = true
        public var decisions: [Decision] = []
        public var application: RecordID?
        /// How it ended, where it is over.
        public var end: Step<Progress>?

        public init(
            household: RecordID, subject: RecordID, programme: String, from: CalendarDate
        ) {
            (self.household, self.subject) = (household, subject)
            (self.programme, self.from) = (programme, from)
        }

        public var id: RecordID {
            DerivedName(.benefitSpan).with(subject).with(programme).with(from).record
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.subject, subject)
            creation.set(.programme, programme)
            creation.set(.from, from)
            creation.set(.to, to ?? end?.day)
            creation.append(.decisions, decisions.map(\.value))
            creation.set(.application, application)
            creation.begin(end?.to ?? (isActive ? Progress.active : .proposed))
            creation.append(.steps, end.map { [$0.value] } ?? [])
        }
    }
}
