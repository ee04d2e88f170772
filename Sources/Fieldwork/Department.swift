public import SyncCore

/// A department of the district 部门: its own staff know best how it is reached.
public struct Department: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .department else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "department", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, RecordUnit {
        case area = 16
        /// By the catalogue: `CA`.
        case code = 17
        case contact = 18

        public static let collection = CollectionID.department

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            case .code: field("code", .code, .immutable, .open, column: true)
            case .contact: group("contact", ContactPoint.members, .bySource, .open)
            }
        }
    }
}

/// How something is reached, by whose word.
public struct ContactPoint: Hashable, Sendable {
    public let name: String
    public let phone: String?
    public let address: String?
    public let source: Fact.Source
    public let effective: CalendarDate

    public init(
        _ name: String, phone: String? = nil, address: String? = nil, by source: Fact.Source,
        effective: CalendarDate
    ) {
        (self.name, self.phone, self.address) = (name, phone, address)
        (self.source, self.effective) = (source, effective)
    }

    static let members = [
        Member("name", .line), Member("phone", .text(maximumBytes: 40)), Member("address", .line),
        Member("source", Fact.Source.type), Member("effective", .day),
    ]

    public var value: Value {
        .group([
            .text(name), Value(phone) { .text($0) }, Value(address) { .text($0) }, .word(source),
            .day(effective),
        ])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let name = members[0].string,
            let effective = members[4].day
        else { return nil }
        self.init(
            name, phone: members[1].string, address: members[2].string,
            by: members[3].word() ?? .resident, effective: effective)
    }
}

extension Department {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var code: String? { value(.code)?.string }
    public var contact: ContactPoint? { value(.contact).flatMap(ContactPoint.init) }

    /// The department with this code: there is one.
    public static func id(code: String) -> RecordID {
        DerivedName(.department).with(code).record
    }

    public struct Draft: NamedDraft {
        public var area: ScopeID
        public var code: String
        public var contact: ContactPoint

        public init(area: ScopeID, code: String, contact: ContactPoint) {
            (self.area, self.code, self.contact) = (area, code, contact)
        }

        public var id: RecordID { Department.id(code: code) }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.code, code)
            creation.set(.contact, contact.value)
        }
    }
}
