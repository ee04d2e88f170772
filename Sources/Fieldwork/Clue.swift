public import SyncCore

/// A hint that somebody may need help 线索: from a neighbour, a feed or a rule. It lies in an area,
/// for the household may not be known yet.
public struct Clue: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .clue else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "clue", home: .scope(Field.area.id), Field.self,
        rules: [.office(Field.appointed.id, .ownWord(Appointment.members))])

    public enum Field: UInt16, WorkUnit {
        case area = 16
        case origin = 17
        case foundOn = 18
        /// What was said or seen.
        case text = 19
        /// Whom it is about, once that is known.
        case household = 20
        case subject = 21
        /// The alert it was made of.
        case alert = 22
        case progress = 23
        case steps = 24
        /// Who wants to see to it 认领: the first of them does.
        case claims = 25
        /// Who was told to.
        case appointed = 26
        case due = 27

        public static let collection = CollectionID.clue

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            case .origin: field("origin", Origin.type, .immutable, .open)
            case .foundOn:
                // The earliest starts the clock.
                field("found_on", .day, .minimum, .open, column: true)
            case .text:
                // Both who heard it have their words in it.
                field("text", .note, .text, .special)
            // Whom it is about is easily put right.
            case .household: field("household", .reference, .latest, .open, column: true)
            case .subject: field("subject", .reference, .latest, .open)
            case .alert: field("alert", .reference, .immutable, .open)
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            case .claims:
                // Two claim it: the first has it, and the other sees that.
                group("claims", Beginning.members, .append, .open)
            case .appointed: group("appointed", Appointment.members, .bySource, .open)
            case .due: field("due", .day, .minimum, .open, column: true)
            }
        }
    }

    public enum Origin: String, ChoiceWord {
        case alert, silentRule, neighbour, gridWorker, partner, hotline, department, walkIn
        case advisor

        public var spoken: Wording {
            switch self {
            case .alert: Wording("alert", "预警", "早期警戒")
            case .silentRule: Wording("silent-minority rule", "沉默少数规则", "声なき少数の規則")
            case .neighbour: Wording("neighbour", "邻里", "近隣")
            case .gridWorker: Wording("grid worker", "网格员", "地域の見守り員")
            case .partner: Wording("partner", "社会力量", "協力先")
            case .hotline: Wording("hotline", "热线", "電話相談")
            case .department: Wording("department", "部门", "部署")
            case .walkIn: Wording("walk-in", "来访", "来所")
            case .advisor: Wording("advisor", "救助顾问", "相談員")
            }
        }
    }

    public enum Progress: String, WorkState {
        case found, claimed, contacted, assessed
        /// Three times, and the neighbourhood is asked.
        case unreachable
        /// A soft contact each year stays.
        case refused
        case closed

        public var next: [Progress] {
            switch self {
            case .found: [.claimed, .closed]
            case .claimed: [.contacted, .unreachable, .closed]
            case .contacted: [.assessed, .unreachable, .refused, .closed]
            case .unreachable: [.unreachable, .contacted, .closed]
            case .assessed, .refused: [.closed]
            case .closed: []
            }
        }

        public var needsReason: Bool { self == .closed || self == .refused }

        public var spoken: Wording {
            switch self {
            case .found: Wording("found", "已发现", "発見")
            case .claimed: Wording("claimed", "已认领", "担当決定")
            case .contacted: Wording("contacted", "已联系", "連絡済み")
            case .assessed: Wording("assessed", "已评估", "評価済み")
            case .unreachable: Wording("unreachable", "联系不上", "連絡つかず")
            case .refused: Wording("refused", "拒绝", "拒否")
            case .closed: Wording("closed", "已办结", "終了")
            }
        }
    }
}

extension Clue {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var origin: Origin? { word(.origin) }
    public var foundOn: CalendarDate? { value(.foundOn)?.day }
    public var text: String? { value(.text)?.string }
    public var household: RecordID? { value(.household)?.record }
    public var subject: RecordID? { value(.subject)?.record }
    public var alert: RecordID? { value(.alert)?.record }
    /// All who claimed it, by time.
    public var claims: [Beginning] { entries(.claims).compactMap { Beginning($0.value) } }
    public var appointed: Appointment? { value(.appointed).flatMap(Appointment.init) }
    public var due: CalendarDate? { value(.due)?.day }
    /// Who sees to it: who was told to, else who claimed it first.
    public var owner: PersonID? { appointed?.worker ?? claims.first?.by }
    /// How often nobody could be reached.
    public var failedContacts: Int { steps.count { $0.to == .unreachable } }

    /// The clue made of an alert: there is one.
    public static func id(of alert: RecordID) -> RecordID {
        DerivedName(.clue).with(alert).record
    }

    public struct Draft: RecordDraft {
        public var area: ScopeID
        public var origin: Origin
        public var foundOn: CalendarDate
        public var text: String?
        public var household: RecordID?
        public var subject: RecordID?
        public var alert: RecordID?
        public var due: CalendarDate?

        public init(area: ScopeID, origin: Origin, foundOn: CalendarDate) {
            (self.area, self.origin, self.foundOn) = (area, origin, foundOn)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.origin, origin)
            creation.set(.foundOn, foundOn)
            creation.set(.text, text)
            creation.set(.household, household)
            creation.set(.subject, subject)
            creation.set(.alert, alert)
            creation.set(.due, due)
            creation.begin(Progress.found)
        }
    }
}
