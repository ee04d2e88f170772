/// One setting of one unit of one record, or one contribution to it.
public struct Write: Hashable, Sendable {
    public let unit: UnitID
    public let operation: Operation

    public init(unit: UnitID, operation: Operation) {
        (self.unit, self.operation) = (unit, operation)
    }

    /// What a write does. It carries its kind, so that units of an unknown schema still merge.
    public enum Operation: Hashable, Sendable {
        /// Takes the place of the heads it names: those its author was shown.
        case set(Value, replacing: [ChangeSetName])
        /// Adds elements to a set, and takes away the adds it names.
        case change(adding: [Value], removing: [Removal])
        /// Adds to a total; may be negative.
        case increment(Int64)
        /// Adds entries to a log, in order.
        case append([Value])

        public var kind: UnitKind {
            switch self {
            case .set: .register
            case .change: .elements
            case .increment: .total
            case .append: .log
            }
        }
    }

    /// One element taken out of a set: only the adds that were seen go away.
    public struct Removal: Hashable, Sendable {
        public let element: Value
        public let adds: [ChangeSetName]

        public init(element: Value, adds: [ChangeSetName]) {
            (self.element, self.adds) = (element, adds)
        }
    }
}

/// How a unit holds its writes. The schema's merge policy implies it, and each write carries it.
public enum UnitKind: UInt8, Hashable, Sendable, CaseIterable {
    /// Heads: the settings that no other setting covers.
    case register = 0
    /// Elements, each with the names of its adds.
    case elements = 1
    /// A sum with, per replica, what was counted.
    case total = 2
    /// Every entry ever made.
    case log = 3
}

/// What one change set does to one record.
public struct RecordChange: Hashable, Sendable {
    public let record: RecordID
    public let collection: CollectionID
    /// Whether this brings the record into being. A write to a record not yet created is held.
    public let creates: Bool
    /// Rising by unit, each unit once: two writes under one name could not cover each other.
    public let writes: [Write]
    /// The hub position of the state that was on the screen; evidence of what the author saw.
    public let shown: LogPosition?

    /// Makes a change. `writes` must rise by unit, each once, or the result is `nil`.
    public init?(
        record: RecordID, collection: CollectionID, creates: Bool, writes: [Write],
        shown: LogPosition?
    ) {
        for (left, right) in zip(writes, writes.dropFirst()) where left.unit >= right.unit {
            return nil
        }
        guard creates || !writes.isEmpty else { return nil }
        self.record = record
        self.collection = collection
        self.creates = creates
        self.writes = writes
        self.shown = shown
    }
}

extension RecordChange {
    /// What would be seen of a new record if nothing else were ever written: to compare it with
    /// others before it is recorded.
    public var alone: RecordState {
        var state = RecordState(record: record, collection: collection)
        let origin = Origin(
            name: ChangeSetName(ReplicaID(high: 0, low: 0), .first),
            author: PersonID(high: 0, low: 0), time: CorrectedTime(clamping: 0), position: nil,
            shown: nil)
        state.merge(self, from: origin) { _ in false }
        return state
    }
}
