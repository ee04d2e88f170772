public import SyncCore

public enum ConflictState: String, Hashable, Sendable, CaseIterable {
    case open
    case assigned
    case proposed
    case resolved
}

/// One line of the conflict queue.
public struct ConflictView: Hashable, Sendable {
    /// 26 characters; the same each time it opens again.
    public let id: RecordID
    public let kind: ConflictKind
    /// What it is listed under; `nil` where it is about a device.
    public let record: RecordID?
    public let collection: CollectionID?
    public let unit: UnitID?
    public let state: ConflictState
    public let severity: Severity
    /// Never decided in bulk.
    public let isHighStakes: Bool
    /// Whether a second person has to approve a decision.
    public let needsTwoPersons: Bool
    public let area: String
    /// What the record is called, from its open columns; empty if it has none.
    public let title: String
    public let opened_ms: Int64
    public let due_ms: Int64
    public let owner: PersonID?
    public let ownerName: String?
    public let authors: [String]
    public let sides: Int
    public let proposals: Int
    public let timesReopened: Int
}

/// Everything an administrator needs to decide one conflict.
public struct ConflictDetail: Hashable, Sendable {
    public let view: ConflictView
    public let base: SideView?
    public let sides: [SideView]
    /// What is called how of all that the sides refer to.
    public let names: [RecordID: String]
    /// What is shown meanwhile; `nil` for nothing.
    public let shown: Value?
    /// Names everything on this page. A decision repeats it, and is refused once it is stale.
    public let version: String
    /// What may be decided here.
    public let acts: Set<ResolutionRequest.Act>
    public let discussion: [RemarkView]
    /// What waits for a second person; `nil` if nothing does.
    public let proposal: Proposal?
    /// What was decided, if it was: the last decision.
    public let decision: Decision?
    /// What speaks for two records being one; `nil` where that is not the question.
    public let likeness: Likeness?
    /// What would change if it were put back; empty where that is not the question.
    public let putsBack: [PutBack]
    /// Who can be asked about it, where there is no side whose author could be: whose device it is.
    public let asks: String?
    /// Decisions that were computed from this unit.
    public let dependents: [Authorship]
    public let history: [Step]

    /// One side, or the base, with who wrote it and when.
    public struct SideView: Hashable, Sendable {
        /// `a`, `b`, `c` … in the order of the sides; `base` for the base.
        public let key: String
        public let record: RecordID
        public let collection: CollectionID
        public let unit: UnitID
        /// What its record is called; empty if it has no name.
        public let title: String
        public let value: Value
        /// All that the record shows, rising by unit, the values of a set or a dispute in order;
        /// empty where the question is about one unit.
        public let units: [ShownUnit]
        public let writes: [Authorship]
    }

    /// What putting late work back does to one unit.
    public struct PutBack: Hashable, Sendable {
        public let record: RecordID
        public let collection: CollectionID
        public let unit: UnitID
        public let title: String
        /// What it says now, and what it would.
        public let before: Value
        public let after: Value
    }

    public struct ShownUnit: Hashable, Sendable {
        public let unit: UnitID
        public let values: [Value]
    }

    public struct Authorship: Hashable, Sendable {
        public let name: ChangeSetName
        public let authorName: String
        public let deviceName: String
        /// What the device's own clock showed, in milliseconds since 1970.
        public let madeAt_ms: Int64
        /// The same on the hub's clock.
        public let corrected_ms: Int64
        public let received_ms: Int64
        public let position: LogPosition
        /// What was on the author's screen: the hub position of the record's state; `nil` if they
        /// made it or saw none.
        public let shown: LogPosition?
        /// The value of this unit in that state; `nil` if it had none or it can't be told.
        public let shownValue: Value?
        public let intent: String
        public let reason: String?
    }

    /// What somebody said of this unit.
    public struct RemarkView: Hashable, Sendable {
        public let authorName: String
        public let corrected_ms: Int64
        public let act: Remark.Act
        /// The key of the side spoken of; empty where none is.
        public let keep: String
        public let text: String

        public var isProposal: Bool { act == .proposal }
    }

    /// A decision that waits for somebody else's approval.
    public struct Proposal: Hashable, Sendable {
        public let by: PersonID
        public let byName: String
        public let at_ms: Int64
        public let request: ResolutionRequest
        /// Whether the sides are still those that the proposer saw.
        public let isFresh: Bool
    }

    public struct Decision: Hashable, Sendable {
        public let byName: String
        /// Who approved it, where two persons had to.
        public let approvedByName: String?
        public let at_ms: Int64
        public let act: ResolutionRequest.Act
        /// What holds since; `nil` where sides were let stand.
        public let value: Value?
        public let reason: String
    }

    /// One step in the life of the conflict.
    public struct Step: Hashable, Sendable {
        public let at_ms: Int64
        /// `nil` where it was the hub by itself.
        public let personName: String?
        public let act: String
        public let text: String
    }
}

/// What an administrator decides.
public struct ResolutionRequest: Hashable, Sendable {
    public enum Choice: Hashable, Sendable {
        /// The side with this key holds.
        case keep(String)
        /// Another value holds; of a total, the sum that is to come out.
        case compose(Value)
        /// All sides stay as they are, and are no conflict any more.
        case stand
        /// The side with this key becomes a record of its own; the other one holds.
        case split(String)
        /// The two records are one, and are shown as one.
        case join
        /// What came late is put back: what it changed is as it was before.
        case putBack
    }

    public enum Act: String, Hashable, Comparable, Sendable, CaseIterable {
        case keep
        case compose
        case stand
        case split
        case join
        case putBack

        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }

    /// The version of the detail that was on the page.
    public let version: String
    public let choice: Choice
    /// Required; 1 … 2,000 bytes.
    public let reason: String

    public init(version: String, choice: Choice, reason: String) {
        (self.version, self.choice, self.reason) = (version, choice, reason)
    }

    public var act: Act {
        switch choice {
        case .keep: .keep
        case .compose: .compose
        case .stand: .stand
        case .split: .split
        case .join: .join
        case .putBack: .putBack
        }
    }
}

/// The conflicts of one unit of one collection that are decided by one rule at once.
public struct BulkRequest: Hashable, Sendable {
    public enum Rule: String, Hashable, Sendable, CaseIterable {
        /// The side with the latest corrected time.
        case newest
        /// The side with the earliest.
        case oldest
        /// What the sides last had in common; where they had nothing, the conflict is left out.
        case previous
        /// All stays as it is, and is no conflict any more.
        case stand
        /// Late work is undone.
        case putBack
        /// The record holds, whoever made it void.
        case valid
        /// What it lies with comes back.
        case bringBack
    }
    public let collection: CollectionID
    public let unit: UnitID
    public let kind: ConflictKind
    public let rule: Rule

    public init(collection: CollectionID, unit: UnitID, kind: ConflictKind, rule: Rule) {
        (self.collection, self.unit, self.kind, self.rule) = (collection, unit, kind, rule)
    }
}

/// Every record that a bulk decision would change.
public struct BulkPreview: Hashable, Sendable {
    public struct Line: Hashable, Sendable {
        public let view: ConflictView
        /// What is shown now, and what would hold; `nil` where no value would.
        public let before: Value?
        public let after: Value?
        /// Of late work, all that would change.
        public let putsBack: [ConflictDetail.PutBack]
    }
    public let lines: [Line]
    /// How many more there are than one change set can hold: they are decided by another.
    public let left: Int
    /// Names all of it; carrying it out repeats this, and is refused once anything has changed.
    public let token: String
}
