public import SyncCore

/// Something a worker is to do 任务: it lies with what it is about, a household, an intake or a clue.
public struct WorkTask: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .task else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "task", home: .with(Field.about.id), Field.self,
        rules: [.livingHome, .office(Field.owner.id, .ownWord(Appointment.members))])

    public enum Field: UInt16, WorkUnit {
        case about = 16
        case what = 17
        case owner = 18
        case due = 19
        case progress = 20
        case steps = 21

        public static let collection = CollectionID.task

        public var declaration: UnitDeclaration {
            switch self {
            case .about: field("about", .reference, .immutable, .open)
            case .what: field("what", .line, .latest, .personal)
            case .owner: group("owner", Appointment.members, .bySource, .open)
            case .due:
                // Earlier is safer.
                field("due", .day, .minimum, .open, column: true)
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            }
        }
    }

    public enum Progress: String, WorkState {
        case open, done, cancelled

        public var next: [Progress] { self == .open ? [.done, .cancelled] : [] }

        public var needsReason: Bool { self == .cancelled }

        public var spoken: Wording {
            switch self {
            case .open: Wording("open", "待办", "未完了")
            case .done: Wording("done", "已完成", "完了")
            case .cancelled: Wording("cancelled", "已取消", "取消")
            }
        }
    }
}

extension WorkTask {
    /// What it is about, and lies with.
    public var about: RecordID? { value(.about)?.record }
    public var what: String? { value(.what)?.string }
    public var owner: Appointment? { value(.owner).flatMap(Appointment.init) }
    public var due: CalendarDate? { value(.due)?.day }

    /// The task to look at what a department reported: there is one.
    public static func id(toReview fact: RecordID) -> RecordID {
        DerivedName(.task).with(fact).record
    }

    public struct Draft: RecordDraft {
        public var about: RecordID
        public var what: String
        public var owner: Appointment?
        public var due: CalendarDate?

        public init(about: RecordID, what: String) { (self.about, self.what) = (about, what) }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.about, about)
            creation.set(.what, what)
            creation.set(.owner, owner?.value)
            creation.set(.due, due)
            creation.begin(Progress.open)
        }
    }
}
