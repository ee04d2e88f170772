public import SyncCore

/// A household's time in one of the four circles 四圈: computed from status and facts; the history is
/// what tells a silent exit.
public struct CircleMembership: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .circleMembership else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "circle_membership", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
        case household = 16
        case circle = 17
        case from = 18
        case to = 19
        /// What led into it, and out of it.
        case causes = 20

        public static let collection = CollectionID.circleMembership

        public var declaration: UnitDeclaration {
            switch self {
            // Its name is made of these.
            case .household: home()
            case .circle: field("circle", Circle.type, .immutable, .personal, column: true)
            case .from: field("from", .day, .immutable, .open)
            case .to:
                // An exit that anybody saw is looked into.
                field("to", .day, .minimum, .open, column: true)
            case .causes: field("causes", .line, .append, .special)
            }
        }
    }
}

/// The four circles, from the innermost.
public enum Circle: String, ChoiceWord {
    /// 低保, with 特困.
    case dibao
    case lowIncome, expenditure, specialDifficulty

    /// 1 to 4.
    public var number: Int { (Self.allCases.firstIndex(of: self) ?? 0) + 1 }

    public var spoken: Wording {
        switch self {
        case .dibao: Wording("1 Dibao and Tekun", "第一圈 低保特困", "第1圏 最低生活保障・特困")
        case .lowIncome: Wording("2 low income", "第二圈 低收入", "第2圏 低所得")
        case .expenditure: Wording("3 expenditure-type", "第三圈 支出型", "第3圏 支出型")
        case .specialDifficulty: Wording("4 special difficulty", "第四圈 特殊困难", "第4圏 特別困難")
        }
    }
}

extension CircleMembership {
    public var household: RecordID? { value(.household)?.record }
    public var circle: Circle? { word(.circle) }
    public var from: CalendarDate? { value(.from)?.day }
    public var to: CalendarDate? { value(.to)?.day }
    public var causes: [String] { entries(.causes).compactMap(\.value.string) }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var circle: Circle
        public var from: CalendarDate
        public var cause: String?

        public init(household: RecordID, circle: Circle, from: CalendarDate) {
            (self.household, self.circle, self.from) = (household, circle, from)
        }

        public var id: RecordID {
            DerivedName(.circleMembership).with(household).with(circle.rawValue).with(from).record
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.circle, circle)
            creation.set(.from, from)
            creation.append(.causes, cause.map { [.text($0)] } ?? [])
        }
    }
}
