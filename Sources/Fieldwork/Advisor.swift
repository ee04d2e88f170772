public import SyncCore

/// An advisor as everybody may know them 救助顾问, 相談員: street, station, roles and training. Their
/// devices and rights stand with the hub.
public struct Advisor: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .advisor else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "advisor", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, RecordUnit {
        case area = 16
        /// A `PersonID`.
        case worker = 17
        case name = 18
        case posting = 19
        /// The neighbourhoods they see to.
        case neighbourhoods = 20
        case roles = 21
        /// Courses finished.
        case training = 22
        case service = 23

        public static let collection = CollectionID.advisor

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            case .worker: field("worker", .reference, .immutable, .open)
            case .name: field("name", .text(maximumBytes: 200), .latest, .open, column: true)
            case .posting: group("posting", Posting.members, .bySource, .open)
            case .neighbourhoods: field("neighbourhoods", .reference, .addWins, .open)
            case .roles: field("roles", Role.type, .addWins, .open)
            case .training:
                // A finished course stays finished.
                field("training", .line, .addWins, .open)
            case .service:
                // Who has left has left.
                field("service", Tenure.type, .states(Tenure.machine), .open, column: true)
            }
        }
    }

    public enum Role: String, ChoiceWord {
        case advisor, stationLead, streetManager, volunteer

        public var spoken: Wording {
            switch self {
            case .advisor: Wording("advisor", "救助顾问", "相談員")
            case .stationLead: Wording("station lead", "站长", "拠点の責任者")
            case .streetManager: Wording("street manager", "街道负责人", "街道の責任者")
            case .volunteer: Wording("volunteer", "志愿者", "ボランティア")
            }
        }
    }

    public enum Tenure: String, WorkState {
        case serving, left

        public var next: [Tenure] { self == .serving ? [.left] : [] }

        public var spoken: Wording {
            switch self {
            case .serving: Wording("serving", "在岗", "在任")
            case .left: Wording("left", "已离岗", "退任")
            }
        }
    }
}

/// Where an advisor serves, by whose word.
public struct Posting: Hashable, Sendable {
    public let street: ScopeID
    public let station: RecordID?
    public let source: Fact.Source
    public let effective: CalendarDate

    public init(
        _ street: ScopeID, station: RecordID? = nil, by source: Fact.Source,
        effective: CalendarDate
    ) {
        (self.street, self.station) = (street, station)
        (self.source, self.effective) = (source, effective)
    }

    static let members = [
        Member("street", .reference), Member("station", .reference),
        Member("source", Fact.Source.type), Member("effective", .day),
    ]

    public var value: Value {
        .group([.area(street), Value(station, Value.reference), .word(source), .day(effective)])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count),
            let street = members[0].record?.area, let effective = members[3].day
        else { return nil }
        self.init(
            street, station: members[1].record, by: members[2].word() ?? .resident,
            effective: effective)
    }
}

extension Advisor {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var worker: PersonID? { value(.worker)?.record?.worker }
    public var name: String? { value(.name)?.string }
    public var posting: Posting? { value(.posting).flatMap(Posting.init) }
    public var neighbourhoods: [ScopeID] { elements(.neighbourhoods) { $0.record?.area } }
    public var roles: [Role] { elements(.roles) { $0.word() } }
    public var training: [String] { elements(.training, \.string) }
    public var isServing: Bool { word(.service) == Tenure.serving }

    /// The least number of advisors a street must have.
    public static let leastPerStreet = 2

    /// The entry of a worker: there is one.
    public static func id(of worker: PersonID) -> RecordID {
        DerivedName(.advisor).with(RecordID(high: worker.high, low: worker.low)).record
    }

    /// How many advisors serve in a street.
    public struct Staffing: Hashable, Sendable {
        public let street: ScopeID
        public let advisors: Int
        public var isEnough: Bool { advisors >= Advisor.leastPerStreet }
    }

    /// Counts those who serve as advisors in each street; who is posted to none of them is not
    /// counted.
    public static func staffing(
        of streets: [ScopeID], by advisors: some Sequence<Advisor>
    ) -> [Staffing] {
        var counts: [ScopeID: Int] = [:]
        for advisor in advisors
        where advisor.voidReason == nil && advisor.isServing && advisor.roles.contains(.advisor) {
            if let street = advisor.posting?.street { counts[street, default: 0] += 1 }
        }
        return streets.map { Staffing(street: $0, advisors: counts[$0] ?? 0) }
    }

    public struct Draft: NamedDraft {
        public var area: ScopeID
        public var worker: PersonID
        public var name: String
        public var posting: Posting
        public var neighbourhoods: [ScopeID] = []
        public var roles: [Role] = [.advisor]
        public var training: [String] = []

        public init(area: ScopeID, worker: PersonID, name: String, posting: Posting) {
            (self.area, self.worker) = (area, worker)
            (self.name, self.posting) = (name, posting)
        }

        public var id: RecordID { Advisor.id(of: worker) }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.worker, worker)
            creation.set(.name, name)
            creation.set(.posting, posting.value)
            creation.add(.neighbourhoods, neighbourhoods.map(Value.area))
            creation.add(.roles, roles.map(Value.word))
            creation.add(.training, training.map(Value.text))
            creation.set(.service, Tenure.serving)
        }
    }
}
