public import SyncCore

/// Those who live and keep house together 户, 世帯. It lies in one neighbourhood, and all that is
/// recorded of it lies there too.
///
/// Two records of one household are not merged by a unit: the schema has none for it, since a pair
/// of aliases does that and moves nothing.
public struct Household: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .household else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "household", home: .scope(Field.area.id), Field.self, duplicates: duplicates,
        urgent: [.warnings])

    public enum Field: UInt16, RecordUnit {
        /// The leaf of the area tree it lies in 居委, 町会; a `ScopeID`.
        case area = 16
        /// The name of the head as found at the door 户主; what lists show. Who it is stands in
        /// `head`.
        case headName = 17
        /// The head's person record.
        case head = 18
        /// Where they live 实际居住地址.
        case address = 19
        /// Where they are registered 户籍地址, 住民票, and who says so.
        case registeredAddress = 20
        case phones = 21
        /// What they live on 月收入: amount, period and evidence, which never mix.
        case monthlyIncome = 22
        /// How many eat from one pot 共同生活成员数; may differ from the persons recorded.
        case memberCount = 23
        /// Who belongs to it, how and from when to when 家庭成员.
        case members = 24
        /// What is best spoken at the door.
        case language = 25
        /// What endangers them or a visitor 警示: no phone calls, a dog, violence.
        case warnings = 26
        /// What the next visitor should know 风险提示.
        case riskNote = 27
        /// The worker in charge 责任顾问, 担当; a `PersonID`.
        case assignedAdvisor = 28
        /// Whether they live elsewhere than they are registered 人户分离: a finding, not an error.
        case livesElsewhere = 29

        public static let collection = CollectionID.household

        public var declaration: UnitDeclaration {
            switch self {
            case .area:
                // It says whose devices hold it.
                field("area", .reference, .review(shown: .previous), .open)
            // Easily put right, and a list needs one.
            case .headName:
                field("head_name", .text(maximumBytes: 200), .latest, .personal, column: true)
            case .head: field("head", .reference, .latest, .personal)
            case .address:
                // Whoever goes there must not be sent astray.
                field("address", .line, .review(shown: .previous), .personal, column: true)
            case .registeredAddress:
                // The register knows.
                group("registered_address", Registration.members, .bySource, .personal)
            case .phones:
                // More ways to reach them.
                field("phones", .text(maximumBytes: 40), .addWins, .personal)
            case .monthlyIncome:
                // Wrong income, wrong entitlement.
                group(
                    "monthly_income", MonthlyIncome.members, .review(shown: .previous), .special,
                    stakes: .high)
            case .memberCount:
                // A wrong count costs someone a ration.
                field("member_count", .integer(0...99), .review(shown: .previous), .personal)
            case .members:
                // One seen by either must not vanish.
                group("members", Membership.members, .addWins, .personal, stakes: .high)
            case .language: field("language", .text(maximumBytes: 80), .latest, .personal)
            case .warnings:
                // No all-clear takes away a warning unseen.
                group("warnings", Warning.members, .addWins, .special, stakes: .high)
            case .riskNote:
                // Both notes matter.
                field("risk_note", .note, .text, .special, stakes: .high)
            case .assignedAdvisor:
                // The manager decides.
                field("assigned_advisor", .reference, .review(shown: .previous), .open)
            case .livesElsewhere:
                field("lives_elsewhere", .bool, .derived(Household.comparedAddresses), .personal)
            }
        }
    }
}

extension Household {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var headName: String? { value(.headName)?.string }
    public var head: RecordID? { value(.head)?.record }
    public var address: String? { value(.address)?.string }
    public var registration: Registration? {
        value(.registeredAddress).flatMap(Registration.init)
    }
    /// Whether they live elsewhere than they are registered; `nil` where either is not known.
    public var livesElsewhere: Bool? { value(.livesElsewhere)?.flag }
    public var phones: [String] { elements(.phones, \.string) }
    public var monthlyIncome: MonthlyIncome? { value(.monthlyIncome).flatMap(MonthlyIncome.init) }
    public var memberCount: Int? { value(.memberCount)?.integer.map { Int($0) } }
    /// All that ever belonged, those who left included.
    public var members: [Membership] { elements(.members, Membership.init) }
    public var language: String? { value(.language)?.string }
    public var warnings: [Warning] { elements(.warnings, Warning.init) }
    public var riskNote: String? { value(.riskNote)?.string }
    public var assignedAdvisor: PersonID? { value(.assignedAdvisor)?.record?.worker }

    /// Not told while people still have to decide about either.
    fileprivate static let comparedAddresses = Derivation("lives_elsewhere") { state in
        guard let household = Household(state), !household.isDisputed(.address),
            !household.isDisputed(.registeredAddress), let address = household.address,
            let registered = household.registration?.address
        else { return nil }
        return .bool(!Text(address).agrees(with: Text(registered)))
    }

    /// What is known of a household when it is first recorded. `nil` and empty stay unknown.
    public struct Draft: RecordDraft {
        public var area: ScopeID
        public var headName: String?
        public var head: RecordID?
        public var address: String?
        public var registration: Registration?
        public var phones: [String] = []
        public var monthlyIncome: MonthlyIncome?
        public var memberCount: Int?
        public var members: [Membership] = []
        public var language: String?
        public var warnings: [Warning] = []
        public var riskNote: String?
        public var assignedAdvisor: PersonID?

        public init(area: ScopeID, headName: String? = nil) {
            (self.area, self.headName) = (area, headName)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.headName, headName)
            creation.set(.head, head)
            creation.set(.address, address)
            creation.set(.registeredAddress, registration?.value)
            creation.add(.phones, phones.map(Value.text))
            creation.set(.monthlyIncome, monthlyIncome?.value)
            creation.set(.memberCount, memberCount)
            creation.add(.members, members.map(\.value))
            creation.set(.language, language)
            creation.add(.warnings, warnings.map(\.value))
            creation.set(.riskNote, riskNote)
            creation.set(.assignedAdvisor, assignedAdvisor)
        }
    }
}
