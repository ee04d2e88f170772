internal import Fieldwork
internal import SyncCore

/// A kind of record that everybody reads and only the office writes.
enum DirectoryKind: String, CaseIterable, Sendable {
    case tag, department, advisor, partner, resource, station, session
    /// Departments' files that were taken in: written by that alone.
    case batch

    var collection: CollectionID {
        switch self {
        case .tag: .tagDefinition
        case .department: .department
        case .advisor: .advisor
        case .partner: .partner
        case .resource: .resource
        case .station: .station
        case .session: .session
        case .batch: .importBatch
        }
    }

    /// The units without which there is no such record, by name.
    var needed: [String] {
        switch self {
        case .tag: ["code", "owner", "kind", "wording"]
        case .department: ["code", "contact"]
        case .advisor: ["worker", "name", "posting"]
        case .partner: ["kind", "name"]
        case .resource: ["provider", "kind", "title"]
        case .station: ["street", "name"]
        case .session: ["station", "kind", "day", "capacity"]
        case .batch: []
        }
    }

    /// Where it stands when it is made: the unit's name and the word.
    var beginning: (unit: String, word: String)? {
        switch self {
        case .tag: ("retired", TagDefinition.Retired.inUse.rawValue)
        case .advisor: ("service", Advisor.Tenure.serving.rawValue)
        case .partner: ("state", Partner.Progress.offered.rawValue)
        case .department, .resource, .station, .session, .batch: nil
        }
    }

    /// What the office sets itself and nobody states.
    static let implied: Set<String> = ["area", "level", "steps"]

    /// The units and members that name a node of the area tree.
    static let areas: Set<String> = ["owner", "street", "reach", "neighbourhoods"]
}
