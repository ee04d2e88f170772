public import SyncCore

/// How far the question is whether two records are one.
public enum DuplicateState: String, Hashable, Sendable, CaseIterable {
    case open
    /// One person says that they are one; a second one has to agree.
    case proposed
    /// They are one, until that is taken back.
    case merged
    /// They are not one; nobody is asked again.
    case distinct
}

/// Two records that may be one, as an administrator sees them in a list.
public struct DuplicateView: Hashable, Sendable {
    public let id: RecordID
    public let collection: CollectionID
    public let state: DuplicateState
    /// In `0 ... 100`.
    public let score: Int
    public let reasons: [LikenessReason]
    public let found_ms: Int64
    /// Whether two people must agree.
    public let needsSecondPerson: Bool
    public let proposer: PersonID?
    public let proposerName: String?
    /// The smaller name first: under it both would be shown.
    public let sides: [Side]

    public struct Side: Hashable, Sendable {
        public let record: RecordID
        public let title: String
        /// From the district down.
        public let area: String
        /// What the record shows, by unit; the values of a set or a dispute in order.
        public let units: [UnitID: [Value]]
    }
}
