public import SyncCore

/// A companion service 陪伴服务, 寄り添い支援: an event that took place, with those who took part.
public struct Companionship: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .companionship else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "companionship", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, RecordUnit {
        case area = 16
        case kind = 17
        case day = 18
        /// The worker, partner or resident who gave it.
        case provider = 19
        case minutes = 20
        /// The households.
        case attendance = 21
        case note = 22

        public static let collection = CollectionID.companionship

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            // It took place.
            case .kind: field("kind", CompanionKind.type, .immutable, .open, column: true)
            case .day: field("day", .day, .immutable, .open, column: true)
            case .provider: field("provider", .reference, .immutable, .open)
            case .minutes: field("minutes", .integer(0...1440), .immutable, .open)
            case .attendance:
                // Lists from two doors are united.
                field("attendance", .reference, .addWins, .open)
            case .note: field("note", .note, .text, .special)
            }
        }
    }
}

/// What somebody was accompanied in.
public enum CompanionKind: String, ChoiceWord {
    case escort, homeHelp, tutoring, counselling, mediation, paperwork, healthTalk, outing, meal
    case cleaning

    public var spoken: Wording {
        switch self {
        case .escort: Wording("escort to hospital", "陪同就医", "通院の付き添い")
        case .homeHelp: Wording("home help", "居家帮扶", "家事の手伝い")
        case .tutoring: Wording("tutoring", "课业辅导", "学習支援")
        case .counselling: Wording("counselling", "心理疏导", "相談")
        case .mediation: Wording("mediation", "调解", "調停")
        case .paperwork: Wording("paperwork", "协助办事", "手続きの手伝い")
        case .healthTalk: Wording("health talk", "健康讲座", "健康講座")
        case .outing: Wording("outing", "外出活动", "外出")
        case .meal: Wording("meal", "助餐", "食事")
        case .cleaning: Wording("cleaning", "保洁", "清掃")
        }
    }
}

extension Companionship {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var kind: CompanionKind? { word(.kind) }
    public var day: CalendarDate? { value(.day)?.day }
    public var provider: RecordID? { value(.provider)?.record }
    public var minutes: Int? { count(.minutes) }
    public var attendance: [RecordID] { elements(.attendance, \.record) }
    public var note: String? { value(.note)?.string }

    public struct Draft: RecordDraft {
        public var area: ScopeID
        public var kind: CompanionKind
        public var day: CalendarDate
        public var attendance: [RecordID]
        public var provider: RecordID?
        public var minutes: Int?
        public var note: String?

        public init(
            area: ScopeID, kind: CompanionKind, day: CalendarDate, attendance: [RecordID]
        ) {
            (self.area, self.kind, self.day) = (area, kind, day)
            self.attendance = attendance
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.kind, kind)
            creation.set(.day, day)
            creation.set(.provider, provider)
            creation.set(.minutes, minutes)
            creation.add(.attendance, attendance.map(Value.reference))
            creation.set(.note, note)
        }
    }
}
