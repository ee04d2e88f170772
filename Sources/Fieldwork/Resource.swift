public import SyncCore

/// What a partner or department can give 资源, 社会資源: money, goods, hours, a skill, knowledge, a
/// place.
public struct Resource: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .resource else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "resource", home: .scope(Field.area.id), Field.self,
        rules: [.total(Field.used.id, atLeast: .number(0), atMost: .unit(Field.capacity.id))])

    public enum Field: UInt16, RecordUnit {
        case area = 16
        /// The partner or department that gives it.
        case provider = 17
        case kind = 18
        case title = 19
        /// In what it is counted: hours, places, parcels.
        case unit = 20
        case needKinds = 21
        case capacity = 22
        /// What the provider gave out itself; measures count their own.
        case used = 23
        /// Where: areas of any level.
        case reach = 24
        /// The last day it is offered.
        case until = 25

        public static let collection = CollectionID.resource

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            case .provider: field("provider", .reference, .immutable, .open)
            // A description.
            case .kind: field("kind", ResourceKind.type, .latest, .open, column: true)
            case .title: field("title", .line, .latest, .open, column: true)
            case .unit: field("unit", .text(maximumBytes: 80), .latest, .open)
            case .needKinds: field("need_kinds", NeedKind.type, .addWins, .open)
            case .capacity:
                // One party's promise.
                field("capacity", .count, .latest, .open)
            case .used:
                // Every use counts; too much is seen and looked into.
                field("used", .count, .sum, .open)
            case .reach: field("reach", .reference, .addWins, .open)
            case .until: field("until", .day, .latest, .open)
            }
        }
    }
}

public enum ResourceKind: String, ChoiceWord {
    case money, goods, hours, skill, knowledge, place

    public var spoken: Wording {
        switch self {
        case .money: Wording("money", "资金", "資金")
        case .goods: Wording("goods", "物资", "物品")
        case .hours: Wording("hours", "时间", "時間")
        case .skill: Wording("skill", "技能", "技能")
        case .knowledge: Wording("knowledge", "知识", "知識")
        case .place: Wording("place", "场所", "場所")
        }
    }
}

extension Resource {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var provider: RecordID? { value(.provider)?.record }
    public var kind: ResourceKind? { word(.kind) }
    public var title: String? { value(.title)?.string }
    public var unit: String? { value(.unit)?.string }
    public var needKinds: [NeedKind] { elements(.needKinds) { $0.word() } }
    public var capacity: Int? { count(.capacity) }
    public var used: Int { count(.used) ?? 0 }
    public var reach: [ScopeID] { elements(.reach) { $0.record?.area } }
    public var until: CalendarDate? { value(.until)?.day }

    /// What is left of it after the measures that use it; negative where too much was promised, and
    /// `nil` where nobody said how much there is.
    public func free(after items: some Sequence<PlanItem>) -> Int? {
        guard let capacity else { return nil }
        return items.filter { $0.measure?.resource == id }.reduce(capacity - used) {
            $0 - ($1.used ?? 0)
        }
    }

    public struct Draft: RecordDraft {
        public var area: ScopeID
        public var provider: RecordID
        public var kind: ResourceKind
        public var title: String
        public var unit: String?
        public var needKinds: [NeedKind] = []
        public var capacity: Int?
        public var reach: [ScopeID] = []
        public var until: CalendarDate?

        public init(area: ScopeID, provider: RecordID, kind: ResourceKind, title: String) {
            (self.area, self.provider) = (area, provider)
            (self.kind, self.title) = (kind, title)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.provider, provider)
            creation.set(.kind, kind)
            creation.set(.title, title)
            creation.set(.unit, unit)
            creation.add(.needKinds, needKinds.map(Value.word))
            creation.set(.capacity, capacity)
            creation.add(.reach, reach.map(Value.area))
            creation.set(.until, until)
        }
    }
}
