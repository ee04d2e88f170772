public import SyncCore

/// A household's place at a station's session 预约, 予約. Booked on two devices it is one.
public struct Booking: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .booking else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "booking", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, WorkUnit {
        case household = 16
        case session = 17
        case progress = 18
        case steps = 19

        public static let collection = CollectionID.booking

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .session: field("session", .reference, .immutable, .open, column: true)
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            }
        }
    }

    public enum Progress: String, WorkState {
        case booked, attended, cancelled

        public var next: [Progress] { self == .booked ? [.attended, .cancelled] : [] }

        public var spoken: Wording {
            switch self {
            case .booked: Wording("booked", "已预约", "予約済み")
            case .attended: Wording("attended", "已参加", "参加済み")
            case .cancelled: Wording("cancelled", "已取消", "取消")
            }
        }
    }
}

extension Booking {
    public var household: RecordID? { value(.household)?.record }
    public var session: RecordID? { value(.session)?.record }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var session: RecordID

        public init(household: RecordID, session: RecordID) {
            (self.household, self.session) = (household, session)
        }

        public var id: RecordID {
            DerivedName(.booking).with(session).with(household).record
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.session, session)
            creation.begin(Progress.booked)
        }
    }
}
