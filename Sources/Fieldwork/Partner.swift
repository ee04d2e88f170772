public import SyncCore

/// Somebody outside the office who helps 社会力量, 協力先: a body, a firm, a school, a neighbour.
public struct Partner: Work {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .partner else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "partner", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, WorkUnit {
        case area = 16
        case kind = 17
        case name = 18
        /// Where they help: areas of any level.
        case reach = 19
        case contact = 20
        case progress = 21
        case steps = 22

        public static let collection = CollectionID.partner

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            // Low risk; its owner edits them.
            case .kind: field("kind", PartnerKind.type, .latest, .open, column: true)
            case .name: field("name", .text(maximumBytes: 200), .latest, .open, column: true)
            case .reach: field("reach", .reference, .addWins, .open)
            case .contact: field("contact", .line, .latest, .open)
            // Verification opens what is known of people.
            case .progress: progress(Progress.self)
            case .steps: steps(Progress.self)
            }
        }
    }

    public enum Progress: String, WorkState {
        case offered, verified, active, resting, ended

        public var next: [Progress] {
            switch self {
            case .offered: [.verified, .ended]
            case .verified: [.active, .ended]
            case .active: [.resting, .ended]
            case .resting: [.active, .ended]
            case .ended: []
            }
        }

        public var needsReason: Bool { self == .ended }

        public var spoken: Wording {
            switch self {
            case .offered: Wording("offered", "已报名", "申し出")
            case .verified: Wording("verified", "已核验", "確認済み")
            case .active: Wording("active", "服务中", "活動中")
            case .resting: Wording("resting", "暂停", "休止中")
            case .ended: Wording("ended", "已退出", "終了")
            }
        }
    }
}

/// What a partner is; many of them have nothing to do with welfare.
public enum PartnerKind: String, ChoiceWord {
    case publicBody, socialOrganisation, firm, school, residentGroup, informal, person

    public var spoken: Wording {
        switch self {
        case .publicBody: Wording("public body", "公共机构", "公的機関")
        case .socialOrganisation: Wording("social organisation", "社会组织", "社会福祉団体")
        case .firm: Wording("firm", "企业", "企業")
        case .school: Wording("school", "学校", "学校")
        case .residentGroup: Wording("residents' group", "居民团体", "住民団体")
        case .informal: Wording("informal helper", "非正式帮助者", "インフォーマルな支援者")
        case .person: Wording("person", "个人", "個人")
        }
    }
}

extension Partner {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var kind: PartnerKind? { word(.kind) }
    public var name: String? { value(.name)?.string }
    public var reach: [ScopeID] { elements(.reach) { $0.record?.area } }
    public var contact: String? { value(.contact)?.string }
    /// Whether they may be told of people.
    public var mayBeTold: Bool { progress == .verified || progress == .active }

    public struct Draft: RecordDraft {
        public var area: ScopeID
        public var kind: PartnerKind
        public var name: String
        public var reach: [ScopeID] = []
        public var contact: String?
        /// Where it stands from the first: further than offered only where that is known already.
        public var progress = Progress.offered

        public init(area: ScopeID, kind: PartnerKind, name: String) {
            (self.area, self.kind, self.name) = (area, kind, name)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.kind, kind)
            creation.set(.name, name)
            creation.add(.reach, reach.map(Value.area))
            creation.set(.contact, contact)
            creation.begin(progress)
        }
    }
}
