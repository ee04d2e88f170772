public import SyncCore

/// Something to look after again 跟踪, 見守り: due on a day, and maybe every so often.
public struct FollowUp: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .followUp else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "follow_up", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        /// 事项.
        case what = 17
        case due = 18
        /// Days between two looks; `nil` is once.
        case cadenceDays = 19
        case progress = 20
        /// The day it was done.
        case doneOn = 21
        /// The visits at which it was looked after.
        case visits = 22
        /// What came of it, and what is left.
        case notes = 23
        case steps = 24
        /// 类别变化: how the household was classed meanwhile.
        case classes = 25

        public static let collection = CollectionID.followUp

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .what:
                // The last wording; the other is in the history.
                field("what", .line, .latest, .personal)
            // Earlier is safer, and more often.
            case .due: field("due", .day, .minimum, .open, column: true)
            case .cadenceDays: field("cadence_days", .integer(1...3660), .minimum, .open)
            case .progress:
                // Done here and cancelled there are two branches: it stays on the list until
                // people decide.
                progress(FollowUp.Progress.self)
            case .doneOn:
                // Twice done is done; either day will do.
                field("done_on", .day, .latest, .open)
            case .visits:
                // Two who looked after it both did.
                field("visits", .reference, .addWins, .open)
            case .notes: field("notes", .note, .append, .special)
            case .steps: steps(FollowUp.Progress.self)
            case .classes:
                // How the household was classed, and since when: no class is forgotten.
                group("classes", ClassChange.members, .append, .special)
            }
        }
    }

    /// Where it stands. Due and overdue are no states: the day and today's date say them.
    public enum Progress: String, WorkState {
        case scheduled, done, cancelled

        public var next: [Progress] {
            switch self {
            case .scheduled: [.done, .cancelled]
            case .done, .cancelled: []
            }
        }
    }
}

/// One change of the class a household is helped in.
public struct ClassChange: Hashable, Sendable {
    public let to: ServiceClass
    public let day: CalendarDate
    /// The rows of the routing, or what else led to it.
    public let cause: String?

    public init(to: ServiceClass, on day: CalendarDate, cause: String? = nil) {
        (self.to, self.day, self.cause) = (to, day, cause)
    }

    static let members = [
        Member("class", ServiceClass.type), Member("day", .day), Member("cause", .line),
    ]

    public var value: Value { .group([.word(to), .day(day), Value(cause) { .text($0) }]) }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count),
            let to: ServiceClass = members[0].word(), let day = members[1].day
        else { return nil }
        self.init(to: to, on: day, cause: members[2].string)
    }
}

extension FollowUp {
    public var household: RecordID? { value(.household)?.record }
    public var what: String? { value(.what)?.string }
    public var due: CalendarDate? { value(.due)?.day }
    public var cadenceDays: Int? { value(.cadenceDays)?.integer.map { Int($0) } }
    public var doneOn: CalendarDate? { value(.doneOn)?.day }
    public var visits: [RecordID] { elements(.visits, \.record) }
    public var notes: [String] { entries(.notes).compactMap(\.value.string) }
    /// How the household was classed meanwhile, by time.
    public var classes: [ClassChange] { entries(.classes).compactMap { ClassChange($0.value) } }

    /// A follow-up to be scheduled.
    public struct Draft: RecordDraft {
        public var household: RecordID
        public var what: String
        public var due: CalendarDate
        public var cadenceDays: Int?

        public init(
            household: RecordID, what: String, due: CalendarDate, cadenceDays: Int? = nil
        ) {
            (self.household, self.what, self.due) = (household, what, due)
            self.cadenceDays = cadenceDays
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.what, what)
            creation.set(.due, due)
            creation.set(.cadenceDays, cadenceDays)
            creation.begin(Progress.scheduled)
        }
    }
}
