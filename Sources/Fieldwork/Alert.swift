public import SyncCore

/// A rule's warning 预警, 早期警戒: about one subject, for one episode. Raised on two devices it is one.
public struct Alert: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .alert else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "alert", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        /// The rule, by its key: `W01`, `S03`.
        case rule = 17
        /// The person or household it is about.
        case subject = 18
        /// 1 for the first time.
        case episode = 19
        case progress = 20
        case steps = 21
        /// 1 to 3.
        case severity = 22
        /// The earliest day it was seen on.
        case raisedOn = 23
        /// The day by which somebody acts.
        case due = 24
        /// The day of what it warns of: a birthday, the end of a benefit.
        case event = 25
        /// The rule's reason, in its words.
        case cause = 26

        public static let collection = CollectionID.alert

        public var declaration: UnitDeclaration {
            switch self {
            // Its name is made of these.
            case .household: home()
            case .rule: field("rule", .code, .immutable, .personal, column: true)
            case .subject: field("subject", .reference, .immutable, .open)
            case .episode: field("episode", .integer(1...10_000), .immutable, .open)
            // Dismissed here and acted on there: people look again.
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            case .severity: field("severity", .integer(1...3), .maximum, .open, column: true)
            // Earlier is safer.
            case .raisedOn: field("raised_on", .day, .minimum, .open)
            case .due: field("due", .day, .minimum, .open, column: true)
            case .event: field("event", .day, .minimum, .open)
            case .cause:
                // The later working out knew more facts.
                field("cause", .note, .latest, .special)
            }
        }
    }

    public enum Progress: String, WorkState {
        case raised, acknowledged, acted, resolved, dismissed

        public var next: [Progress] {
            switch self {
            case .raised: [.acknowledged, .acted, .resolved, .dismissed]
            case .acknowledged: [.acted, .resolved, .dismissed]
            // What somebody acts on is not dismissed by another who did not know.
            case .acted: [.resolved]
            case .resolved, .dismissed: []
            }
        }

        public var needsReason: Bool { self == .dismissed }

        public var spoken: Wording {
            switch self {
            case .raised: Wording("raised", "已预警", "発生")
            case .acknowledged: Wording("acknowledged", "已知悉", "確認済み")
            case .acted: Wording("acted on", "已处置", "対応済み")
            case .resolved: Wording("resolved", "已解除", "解消")
            case .dismissed: Wording("dismissed", "已排除", "却下")
            }
        }
    }
}

extension Alert {
    public var household: RecordID? { value(.household)?.record }
    public var rule: String? { value(.rule)?.string }
    public var subject: RecordID? { value(.subject)?.record }
    public var episode: Int? { count(.episode) }
    public var severity: Int? { count(.severity) }
    public var raisedOn: CalendarDate? { value(.raisedOn)?.day }
    public var due: CalendarDate? { value(.due)?.day }
    public var event: CalendarDate? { value(.event)?.day }
    public var cause: String? { value(.cause)?.string }

    /// Days for which a reasoned dismissal keeps a rule quiet, unless a new fact comes in.
    public static let quietDays = 90

    /// The day before which the rule is quiet about its subject; `nil` if it was not dismissed.
    public var quietUntil: CalendarDate? {
        guard progress == .dismissed, let day = lastStep(to: .dismissed)?.day else { return nil }
        return day.adding(days: Int64(Self.quietDays))
    }

    /// The alert of a rule about a subject in an episode: there is one.
    public static func id(rule: String, subject: RecordID, episode: Int) -> RecordID {
        DerivedName(.alert).with(rule).with(subject).with(episode).record
    }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var rule: String
        public var subject: RecordID
        public var episode: Int
        public var severity: Int
        public var raisedOn: CalendarDate
        public var due: CalendarDate?
        public var event: CalendarDate?
        public var cause: String?

        public init(
            household: RecordID, rule: String, subject: RecordID, episode: Int = 1, severity: Int,
            raisedOn: CalendarDate
        ) {
            (self.household, self.rule, self.subject) = (household, rule, subject)
            (self.episode, self.severity, self.raisedOn) = (episode, severity, raisedOn)
        }

        public var id: RecordID { Alert.id(rule: rule, subject: subject, episode: episode) }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.rule, rule)
            creation.set(.subject, subject)
            creation.set(.episode, episode)
            creation.set(.severity, severity)
            creation.set(.raisedOn, raisedOn)
            creation.set(.due, due)
            creation.set(.event, event)
            creation.set(.cause, cause)
            creation.begin(Progress.raised)
        }
    }
}
