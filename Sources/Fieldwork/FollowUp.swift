public import SyncCore

/// Something to look after again 跟踪, 見守り: due on a day, and maybe every so often.
public struct FollowUp: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .followUp else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "follow_up", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
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

        public static let collection = CollectionID.followUp

        public var name: String {
            switch self {
            case .household: "household"
            case .what: "what"
            case .due: "due"
            case .cadenceDays: "cadence_days"
            case .progress: "state"
            case .doneOn: "done_on"
            case .visits: "visits"
            case .notes: "notes"
            }
        }

        public var content: UnitContent {
            switch self {
            case .household, .visits: .field(.reference)
            case .what: .field(.text(maximumBytes: 400))
            case .due, .doneOn: .field(.day)
            case .cadenceDays: .field(.integer(1...3660))
            case .progress: .field(Progress.type)
            case .notes: .field(.text(maximumBytes: 4000))
            }
        }

        public var mergePolicy: MergePolicy {
            switch self {
            case .household: .immutable
            case .what: .latest  // The last wording; the other is in the history.
            case .due: .minimum  // Earlier is safer.
            case .cadenceDays: .minimum  // More often is safer.
            case .progress:
                // Done here and cancelled there are two branches: it stays on the list until
                // people decide.
                .states(Progress.machine)
            case .doneOn: .latest  // Twice done is done; either day will do.
            case .visits: .addWins  // Two who looked after it both did.
            case .notes: .append
            }
        }

        public var sensitivity: Sensitivity {
            switch self {
            case .household, .due, .cadenceDays, .progress, .doneOn, .visits: .open
            case .what: .personal
            case .notes: .special
            }
        }

        public var stakes: Stakes {
            switch self {
            case .household, .what, .due, .cadenceDays, .progress, .doneOn, .visits, .notes:
                .ordinary
            }
        }

        public var isColumn: Bool {
            switch self {
            case .due, .progress: true
            case .household, .what, .cadenceDays, .doneOn, .visits, .notes: false
            }
        }
    }

    /// Where it stands. Due and overdue are no states: the day and today's date say them.
    public enum Progress: String, ChoiceWord {
        case scheduled, done, cancelled

        static let machine = StateMachine([
            scheduled.rawValue: [done.rawValue, cancelled.rawValue], done.rawValue: [],
            cancelled.rawValue: [],
        ])
    }
}

extension FollowUp {
    public var household: RecordID? { value(.household)?.record }
    public var what: String? { value(.what)?.string }
    public var due: CalendarDate? { value(.due)?.day }
    public var cadenceDays: Int? { value(.cadenceDays)?.integer.map { Int($0) } }
    public var progress: Progress? { word(.progress) }
    public var doneOn: CalendarDate? { value(.doneOn)?.day }
    public var visits: [RecordID] { elements(.visits, \.record) }
    public var notes: [String] { entries(.notes).compactMap(\.value.string) }

    /// A follow-up to be scheduled.
    public struct Draft: Hashable, Sendable {
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

        /// Returns the change that creates the follow-up. Throws what does not fit the schema.
        public func creation(id: RecordID) throws(SchemaViolation) -> RecordChange {
            try creation(id).checked
        }

        func creation(_ id: RecordID) -> Creation<Field> {
            var creation = Creation<Field>(id)
            creation.set(.household, .reference(household))
            creation.set(.what, .text(what))
            creation.set(.due, .day(due))
            creation.set(.cadenceDays, cadenceDays.map { .integer(Int64($0)) })
            // Written, not implied: it is the base that is shown while «done» and «cancelled» are
            // disputed.
            creation.set(.progress, .word(Progress.scheduled))
            return creation
        }
    }
}
