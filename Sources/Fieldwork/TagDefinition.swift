public import SyncCore

/// One entry of the tag dictionary 标签字典: of the district, a street or a neighbourhood, each of
/// which writes its own.
public struct TagDefinition: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .tagDefinition else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "tag_definition", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, RecordUnit {
        case area = 16
        /// `T07`; what assignments point at.
        case code = 17
        case level = 18
        /// The district, street or neighbourhood whose entry it is.
        case owner = 19
        case wording = 20
        case isRetired = 21
        case kind = 22

        public static let collection = CollectionID.tagDefinition

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            // Assignments point at it.
            case .code: field("code", .code, .immutable, .open, column: true)
            case .level: field("level", TagLevel.type, .immutable, .open, column: true)
            case .owner: field("owner", .reference, .immutable, .open)
            case .kind: field("kind", TagKind.type, .immutable, .open)
            case .wording:
                // Whose tag it is has the word.
                group("wording", TagWording.members, .bySource, .open)
            case .isRetired:
                // One that is gone must not come back through an old device.
                field("retired", Retired.type, .states(Retired.machine), .open)
            }
        }
    }

    public enum Retired: String, WorkState {
        case inUse, retired

        public var next: [Retired] { self == .inUse ? [.retired] : [] }

        public var spoken: Wording {
            switch self {
            case .inUse: Wording("in use", "使用中", "使用中")
            case .retired: Wording("retired", "已停用", "廃止")
            }
        }
    }
}

/// Whose dictionary an entry belongs to, highest first.
public enum TagLevel: String, ChoiceWord {
    case district, street, neighbourhood

    public var spoken: Wording {
        switch self {
        case .district: Wording("district", "区级", "区")
        case .street: Wording("street", "街道级", "街道")
        case .neighbourhood: Wording("neighbourhood", "居委级", "町会")
        }
    }
}

public enum TagKind: String, ChoiceWord {
    /// 救助标签.
    case assistance
    /// 身份标签.
    case identity

    public var spoken: Wording {
        switch self {
        case .assistance: Wording("assistance", "救助", "支援")
        case .identity: Wording("identity", "身份", "属性")
        }
    }
}

/// What a tag is called and when it is given, by whose word.
public struct TagWording: Hashable, Sendable {
    public let title: String
    public let description: String?
    /// When it is given, in the form of the catalogue's rules.
    public let rule: String?
    public let source: TagLevel
    public let effective: CalendarDate

    public init(
        _ title: String, description: String? = nil, rule: String? = nil, by source: TagLevel,
        effective: CalendarDate
    ) {
        (self.title, self.description, self.rule) = (title, description, rule)
        (self.source, self.effective) = (source, effective)
    }

    static let members = [
        Member("title", .line), Member("description", .note), Member("rule", .note),
        Member("source", TagLevel.type), Member("effective", .day),
    ]

    public var value: Value {
        .group([
            .text(title), Value(description) { .text($0) }, Value(rule) { .text($0) },
            .word(source), .day(effective),
        ])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let title = members[0].string,
            let effective = members[4].day
        else { return nil }
        self.init(
            title, description: members[1].string, rule: members[2].string,
            by: members[3].word() ?? .neighbourhood, effective: effective)
    }
}

extension TagDefinition {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var code: String? { value(.code)?.string }
    public var level: TagLevel? { word(.level) }
    public var owner: ScopeID? { value(.owner)?.record?.area }
    public var kind: TagKind? { word(.kind) }
    public var wording: TagWording? { value(.wording).flatMap(TagWording.init) }
    public var isRetired: Bool { word(.isRetired) == Retired.retired }

    /// The entry with this code: there is one.
    public static func id(code: String) -> RecordID {
        DerivedName(.tagDefinition).with(code).record
    }

    public struct Draft: NamedDraft {
        public var area: ScopeID
        public var code: String
        public var level: TagLevel
        public var owner: ScopeID
        public var kind: TagKind
        public var wording: TagWording

        public init(
            area: ScopeID, code: String, level: TagLevel, owner: ScopeID, kind: TagKind,
            wording: TagWording
        ) {
            (self.area, self.code, self.level) = (area, code, level)
            (self.owner, self.kind, self.wording) = (owner, kind, wording)
        }

        public var id: RecordID { TagDefinition.id(code: code) }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.code, code)
            creation.set(.level, level)
            creation.set(.owner, owner)
            creation.set(.kind, kind)
            creation.set(.wording, wording.value)
            creation.set(.isRetired, Retired.inUse)
        }
    }
}
