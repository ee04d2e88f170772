public import SyncCore

/// A date at a station 服务场次, with so many places. Who has one follows from the bookings.
public struct StationSession: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .session else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "session", home: .with(Field.station.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
        case station = 16
        case kind = 17
        case day = 18
        /// The hour, as people say it: `14:00`.
        case time = 19
        case capacity = 20

        public static let collection = CollectionID.session

        public var declaration: UnitDeclaration {
            switch self {
            case .station: field("station", .reference, .immutable, .open)
            case .kind: field("kind", SessionKind.type, .latest, .open, column: true)
            case .day: field("day", .day, .latest, .open, column: true)
            case .time: field("time", .text(maximumBytes: 80), .latest, .open)
            case .capacity: field("capacity", .count, .latest, .open)
            }
        }
    }
}

extension StationSession {
    public var station: RecordID? { value(.station)?.record }
    public var kind: SessionKind? { word(.kind) }
    public var day: CalendarDate? { value(.day)?.day }
    public var time: String? { value(.time)?.string }
    public var capacity: Int? { count(.capacity) }

    /// Who has a place and who waits, in the order in which the hub heard of the bookings; what it
    /// has not heard of yet comes last. Never more places than there are: of two who booked the
    /// last one apart, one waits.
    public func seats(_ bookings: [Booking]) -> (seated: [Booking], waiting: [Booking]) {
        let mine = bookings.filter { $0.session == id && $0.progress != .cancelled }
            .sorted { left, right in
                let (one, other) = (left.state.created, right.state.created)
                guard let one, let other, one.name != other.name else { return left.id < right.id }
                return one.wasReceived(before: other)
            }
        let places = min(capacity ?? 0, mine.count)
        return (Array(mine[..<places]), Array(mine[places...]))
    }

    public struct Draft: RecordDraft {
        public var station: RecordID
        public var kind: SessionKind
        public var day: CalendarDate
        public var time: String?
        public var capacity: Int

        public init(station: RecordID, kind: SessionKind, day: CalendarDate, capacity: Int) {
            (self.station, self.kind) = (station, kind)
            (self.day, self.capacity) = (day, capacity)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.station, station)
            creation.set(.kind, kind)
            creation.set(.day, day)
            creation.set(.time, time)
            creation.set(.capacity, capacity)
        }
    }
}
