public import SyncCore

/// Somebody came and asked 来访登记, 受付: a name is enough, and what they said is kept.
public struct Intake: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .intake else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "intake", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, WorkUnit {
        case area = 16
        case day = 17
        /// Who received them.
        case by = 18
        case station = 19
        /// What they call themselves.
        case name = 20
        case phones = 21
        /// What they said they came for.
        case said = 22
        /// The household they turned out to be of.
        case household = 23
        case progress = 24
        case steps = 25

        public static let collection = CollectionID.intake

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            case .day: field("day", .day, .immutable, .open, column: true)
            case .by: field("by", .reference, .immutable, .open)
            case .station: field("station", .reference, .immutable, .open)
            case .name: field("name", .text(maximumBytes: 200), .latest, .personal, column: true)
            case .phones: field("phones", .text(maximumBytes: 40), .addWins, .personal)
            case .said:
                // Nothing said is lost.
                field("said", .note, .append, .special)
            case .household: field("household", .reference, .latest, .open)
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            }
        }
    }

    public enum Progress: String, WorkState {
        case open
        /// It is known which household they are of.
        case linked
        case closed

        public var next: [Progress] {
            switch self {
            case .open: [.linked, .closed]
            case .linked: [.closed]
            case .closed: []
            }
        }

        public var needsReason: Bool { self == .closed }

        public var spoken: Wording {
            switch self {
            case .open: Wording("open", "待办", "受付中")
            case .linked: Wording("household known", "已关联家庭", "世帯を確認")
            case .closed: Wording("closed", "已办结", "終了")
            }
        }
    }
}

extension Intake {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var day: CalendarDate? { value(.day)?.day }
    public var by: PersonID? { value(.by)?.record?.worker }
    public var station: RecordID? { value(.station)?.record }
    public var name: String? { value(.name)?.string }
    public var phones: [String] { elements(.phones, \.string) }
    public var said: [String] { entries(.said).compactMap(\.value.string) }
    public var household: RecordID? { value(.household)?.record }

    public struct Draft: RecordDraft {
        public var area: ScopeID
        public var day: CalendarDate
        public var by: PersonID
        public var name: String
        public var station: RecordID?
        public var phones: [String] = []
        public var said: String?
        public var household: RecordID?

        public init(area: ScopeID, day: CalendarDate, by: PersonID, name: String) {
            (self.area, self.day, self.by, self.name) = (area, day, by, name)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.day, day)
            creation.set(.by, by)
            creation.set(.station, station)
            creation.set(.name, name)
            creation.add(.phones, phones.map(Value.text))
            creation.append(.said, said.map { [.text($0)] } ?? [])
            creation.set(.household, household)
            creation.begin(household == nil ? Progress.open : .linked)
        }
    }
}
