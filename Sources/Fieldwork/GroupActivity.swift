public import SyncCore

/// A group's meeting 小组活动: planned, held, with those who came.
public struct GroupActivity: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .groupActivity else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "group_activity", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, RecordUnit {
        case area = 16
        case topic = 17
        case day = 18
        case place = 19
        case capacity = 20
        /// The households.
        case attendance = 21
        case minutes = 22

        public static let collection = CollectionID.groupActivity

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            // The organiser edits them.
            case .topic: field("topic", .line, .latest, .personal, column: true)
            case .day: field("day", .day, .latest, .open, column: true)
            case .place: field("place", .line, .latest, .open)
            case .capacity: field("capacity", .count, .latest, .open)
            case .attendance:
                // Lists from two doors are united.
                field("attendance", .reference, .addWins, .open)
            case .minutes: field("minutes", .integer(0...1440), .latest, .open)
            }
        }
    }
}

extension GroupActivity {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var topic: String? { value(.topic)?.string }
    public var day: CalendarDate? { value(.day)?.day }
    public var place: String? { value(.place)?.string }
    public var capacity: Int? { count(.capacity) }
    public var attendance: [RecordID] { elements(.attendance, \.record) }
    public var minutes: Int? { count(.minutes) }

    public struct Draft: RecordDraft {
        public var area: ScopeID
        public var topic: String
        public var day: CalendarDate
        public var place: String?
        public var capacity: Int?
        public var attendance: [RecordID] = []
        public var minutes: Int?

        public init(area: ScopeID, topic: String, day: CalendarDate) {
            (self.area, self.topic, self.day) = (area, topic, day)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.topic, topic)
            creation.set(.day, day)
            creation.set(.place, place)
            creation.set(.capacity, capacity)
            creation.add(.attendance, attendance.map(Value.reference))
            creation.set(.minutes, minutes)
        }
    }
}
