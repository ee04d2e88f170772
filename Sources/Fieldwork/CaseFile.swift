public import SyncCore

/// A household under case management 个案管理, with one lead at a time.
public struct CaseFile: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .caseFile else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "case_file", home: .with(Field.household.id), Field.self,
        rules: [.livingHome, .office(Field.manager.id, .ownWord(Appointment.members))])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        case openedOn = 17
        case manager = 18
        case progress = 19
        case steps = 20
        case purpose = 21
        case notes = 22
        case reviewDue = 23

        public static let collection = CollectionID.caseFile

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .openedOn: field("opened_on", .day, .immutable, .open, column: true)
            case .manager:
                // One lead at a time.
                group("manager", Appointment.members, .bySource, .open)
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            case .purpose: field("purpose", .line, .latest, .personal)
            case .notes: field("notes", .note, .append, .special)
            case .reviewDue: field("review_due", .day, .minimum, .open, column: true)
            }
        }
    }

    public enum Progress: String, WorkState {
        case open, inService, review, closed

        public var next: [Progress] {
            switch self {
            case .open: [.inService, .closed]
            case .inService: [.review]
            case .review: [.inService, .closed]
            case .closed: []
            }
        }

        public var needsReason: Bool { self == .closed }

        public var spoken: Wording {
            switch self {
            case .open: Wording("open", "已立案", "開始")
            case .inService: Wording("in service", "服务中", "支援中")
            case .review: Wording("review", "评估中", "見直し中")
            case .closed: Wording("closed", "已结案", "終結")
            }
        }
    }

    public func missing(for step: Step<Progress>) -> StepRefusal.Requirement? {
        step.to == .closed && progress == .review && step.evidence == nil ? .outcome : nil
    }
}

extension CaseFile {
    public var household: RecordID? { value(.household)?.record }
    public var openedOn: CalendarDate? { value(.openedOn)?.day }
    public var manager: Appointment? { value(.manager).flatMap(Appointment.init) }
    public var purpose: String? { value(.purpose)?.string }
    public var notes: [String] { entries(.notes).compactMap(\.value.string) }
    public var reviewDue: CalendarDate? { value(.reviewDue)?.day }

    public struct Draft: RecordDraft {
        public var household: RecordID
        public var openedOn: CalendarDate
        public var manager: Appointment?
        public var purpose: String?
        public var reviewDue: CalendarDate?

        public init(household: RecordID, openedOn: CalendarDate) {
            (self.household, self.openedOn) = (household, openedOn)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.openedOn, openedOn)
            creation.set(.manager, manager?.value)
            creation.set(.purpose, purpose)
            creation.set(.reviewDue, reviewDue)
            creation.begin(Progress.open)
        }
    }
}
