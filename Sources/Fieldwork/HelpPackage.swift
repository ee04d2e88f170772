public import SyncCore

/// Everything a household applies for at once 社会救助一件事: one number, one set of answers. Drawn up on
/// two devices it is one.
public struct HelpPackage: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .package else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "package", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
        case household = 16
        case round = 17
        case madeOn = 18
        /// Each advisor may add one.
        case applications = 19
        /// Papers that are there 材料, by the catalogue's keys.
        case papers = 20

        public static let collection = CollectionID.package

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .round: field("round", .integer(1...10_000), .immutable, .open)
            case .madeOn: field("made_on", .day, .minimum, .open, column: true)
            case .applications: field("applications", .reference, .addWins, .open)
            case .papers: field("papers", .code, .addWins, .personal)
            }
        }
    }
}

extension HelpPackage {
    public var household: RecordID? { value(.household)?.record }
    public var round: Int? { count(.round) }
    public var madeOn: CalendarDate? { value(.madeOn)?.day }
    public var applications: [RecordID] { elements(.applications, \.record) }
    public var papers: [String] { elements(.papers, \.string) }

    /// The package of a household in a round: there is one.
    public static func id(household: RecordID, round: Int) -> RecordID {
        DerivedName(.package).with(household).with(round).record
    }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var round: Int
        public var madeOn: CalendarDate
        public var applications: [RecordID] = []
        public var papers: [String] = []

        public init(household: RecordID, round: Int, madeOn: CalendarDate) {
            (self.household, self.round, self.madeOn) = (household, round, madeOn)
        }

        public var id: RecordID { HelpPackage.id(household: household, round: round) }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.round, round)
            creation.set(.madeOn, madeOn)
            creation.add(.applications, applications.map(Value.reference))
            creation.add(.papers, papers.map(Value.text))
        }
    }
}
