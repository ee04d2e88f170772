public import SyncCore
public import SyncProtocol
internal import SyncStore
internal import Synchronization

/// A record's state with where it lies.
public struct LyingRecord: Sendable {
    public let state: RecordState
    /// The leaf area.
    public let area: ScopeID
    /// The record it lies with; `nil` for one that lies by itself.
    public let home: RecordID?

    public init(state: RecordState, area: ScopeID, home: RecordID?) {
        (self.state, self.area, self.home) = (state, area, home)
    }
}

extension Hub {
    /// The last position given.
    public var position: LogPosition { memory.withLock { $0.position } }

    /// Calls `body` for each leaf area with all of its records that changed after a position, by
    /// collection. An area of which nothing changed is left out.
    ///
    /// One area is in memory at a time, and devices are answered between two of them. Only for
    /// whoever may read all there is.
    ///
    /// - Returns: the position up to which the records were read: for the next call.
    public func readBooks(
        after: LogPosition, of collections: Set<CollectionID>, by session: Session,
        _ body: ([LyingRecord]) throws -> Void
    ) throws(Problem) -> LogPosition {
        try require(.administrator, session)
        let (areas, through) = memory.withLock { ($0.areas, $0.position) }
        for area in areas where area.number > 0 && area.position > after {
            let records = try lying(in: area, after: after, through: through, collections)
            if records.isEmpty { continue }
            do { try body(records) } catch { throw Problem(.failed) }
        }
        return through
    }

    /// All records of these collections that lie with a record, itself first.
    public func records(
        with home: RecordID, in own: CollectionID, of collections: Set<CollectionID>,
        by session: Session
    ) throws(Problem) -> [RecordState] {
        try require(.administrator, session)
        return try serving { memory in
            try self.store.read { tx in
                var found: [RecordState] = []
                let all = [(home, own)] + (try tx.followers(of: home))
                for (id, collection) in all where collections.contains(collection) {
                    guard let stored = try tx.record(id, in: collection) else { continue }
                    found.append(
                        try StateCoding.decode(
                            stored.state, record: id, collection: collection,
                            writers: memory.writers))
                }
                return found
            }
        }
    }

    /// All records of a collection in a leaf area, for whoever takes them out of the hub: the audit
    /// says who did.
    public func takeOut(
        _ collection: CollectionID, of scope: ScopeID, by session: Session
    ) throws(Problem) -> [LyingRecord] {
        try require(.administrator, session)
        let now = clock()
        let area = try serving { memory in
            guard let area = memory.area(scope) else { throw Problem(.noSuchArea) }
            try self.store.write { tx in
                try tx.audit(
                    "records.export", "\(scope)",
                    reason: self.schema.collection(collection)?.name ?? "", by: session.person,
                    at_ms: now)
            }
            return area
        }
        return try lying(in: area, after: .start, through: position, [collection])
    }

    /// All records of a collection, in the order of their names.
    public func records(
        of collection: CollectionID, by session: Session
    ) throws(Problem) -> [RecordState] {
        try require(.administrator, session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                var found: [RecordState] = []
                for area in memory.areas {
                    try tx.records(of: collection, in: area.number, after: .start) { stored in
                        found.append(
                            try StateCoding.decode(
                                stored.state, record: stored.record, collection: collection,
                                writers: memory.writers))
                    }
                }
                return found.sorted { $0.record < $1.record }
            }
        }
    }

    private func lying(
        in area: StoredArea, after: LogPosition, through: LogPosition,
        _ collections: Set<CollectionID>
    ) throws(Problem) -> [LyingRecord] {
        try serving { memory in
            try self.store.read { tx in
                var found: [LyingRecord] = []
                try tx.records(of: [area.number], after: after, through: through) { stored in
                    guard collections.contains(stored.collection),
                        let declaration = self.schema.collection(stored.collection)
                    else { return }
                    let state = try StateCoding.decode(
                        stored.state, record: stored.record, collection: stored.collection,
                        writers: memory.writers)
                    found.append(
                        LyingRecord(
                            state: state, area: area.scope, home: state.home(declaration)))
                }
                return found
            }
        }
    }
}

extension RecordState {
    /// The record this one refers to as its home.
    fileprivate func home(_ declaration: CollectionDeclaration) -> RecordID? {
        guard case .with(let id) = declaration.home, let unit = declaration.unit(id),
            case .reference(let home)? = outcome(of: unit)?.value
        else { return nil }
        return home
    }
}
