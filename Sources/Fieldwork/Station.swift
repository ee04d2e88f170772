public import SyncCore

/// A service station 服务站, 支援拠点: a place to ask for help.
public struct Station: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .station else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "station", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, RecordUnit {
        case area = 16
        case street = 17
        case name = 18
        case contact = 19
        /// What is done there.
        case services = 20

        public static let collection = CollectionID.station

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            case .street: field("street", .reference, .latest, .open)
            case .name: field("name", .text(maximumBytes: 200), .latest, .open, column: true)
            case .contact: group("contact", ContactPoint.members, .bySource, .open)
            case .services:
                // Several teams add theirs.
                field("services", SessionKind.type, .addWins, .open)
            }
        }
    }
}

/// What is done at a station.
public enum SessionKind: String, ChoiceWord {
    case help, training, caseAnalysis, counselling, skills

    public var spoken: Wording {
        switch self {
        case .help: Wording("help", "救助服务", "相談")
        case .training: Wording("training", "培训", "研修")
        case .caseAnalysis: Wording("case analysis", "个案研讨", "事例検討")
        case .counselling: Wording("counselling", "心理疏导", "こころの相談")
        case .skills: Wording("skills", "技能提升", "技能講習")
        }
    }
}

extension Station {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var street: ScopeID? { value(.street)?.record?.area }
    public var name: String? { value(.name)?.string }
    public var contact: ContactPoint? { value(.contact).flatMap(ContactPoint.init) }
    public var services: [SessionKind] { elements(.services) { $0.word() } }

    public struct Draft: RecordDraft {
        public var area: ScopeID
        public var street: ScopeID
        public var name: String
        public var contact: ContactPoint?
        public var services: [SessionKind] = []

        public init(area: ScopeID, street: ScopeID, name: String) {
            (self.area, self.street, self.name) = (area, street, name)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.street, street)
            creation.set(.name, name)
            creation.set(.contact, contact?.value)
            creation.add(.services, services.map(Value.word))
        }
    }
}
