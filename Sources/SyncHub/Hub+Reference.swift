public import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore
internal import Synchronization

// What the office writes itself: the directory that everybody reads, and what others report.

/// A record as it stands at the hub, for whoever is about to change it.
public struct StandingRecord: Sendable {
    public let state: RecordState
    /// Of the state: what its reader has seen.
    public let position: LogPosition
    /// The leaf area it lies in.
    public let area: ScopeID
}

extension Hub {
    /// The areas that everybody reads and no device writes.
    public var referenceAreas: [ScopeID] {
        memory.withLock { $0.areas.filter(\.isReference).map(\.scope) }
    }

    /// The areas that whoever is logged in holds a grant of, themselves and not what lies beneath.
    public func heldAreas(by session: Session) throws(Problem) -> Set<ScopeID> {
        try serving { memory in
            try self.store.read { [memory] tx in
                Set(
                    try tx.grants(of: session.person).filter { $0.ended == nil }
                        .compactMap { memory.area($0.area)?.scope })
            }
        }
    }

    /// A name for a record made now.
    public func drawRecord() -> RecordID {
        let now = clock()
        return memory.withLock { $0.record(at: now) }
    }

    /// All records of a collection that lie in the areas everybody reads, in the order of their
    /// names.
    public func reference(
        _ collection: CollectionID, by session: Session
    ) throws(Problem) -> [StandingRecord] {
        try requireOffice(session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                var found: [StandingRecord] = []
                for area in memory.areas where area.isReference {
                    try tx.records(of: collection, in: area.number, after: .start) { stored in
                        found.append(try Self.standing(stored, in: area.scope, memory))
                    }
                }
                return found.sorted { $0.state.record < $1.state.record }
            }
        }
    }

    /// A record of a collection; throws `.noSuchRecord` where there is none of that name.
    public func record(
        _ id: RecordID, in collection: CollectionID, by session: Session
    ) throws(Problem) -> StandingRecord {
        try requireOffice(session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                guard let stored = try tx.record(id, in: collection),
                    let area = memory.area(stored.area)
                else { throw Problem(.noSuchRecord) }
                guard area.isReference || session.roles.contains(.administrator) else {
                    throw Problem(.notAllowed)
                }
                return try Self.standing(stored, in: area.scope, memory)
            }
        }
    }

    /// Writes change sets in the name of whoever is logged in, all in one transaction, by the hub's
    /// own replica: logged, judged, receipted and audited like any other.
    ///
    /// Nothing is written unless all of it can be: what does not fit the schema is `.badValue`, a
    /// change of a record that is not there `.noSuchRecord`, and one that would make a record that
    /// is there already `.staleView`, or is left out where `skipsKnown` says so.
    ///
    /// - Parameters:
    ///   - act: what the audit calls it, `directory.put`.
    ///   - onlyReference: refuse what would lie in an ordinary area.
    /// - Returns: how many records were written to.
    @discardableResult
    public func write(
        _ changeSets: [[RecordChange]], intent: String, act: String, reason: String? = nil,
        skipsKnown: Bool = false, onlyReference: Bool = false, by session: Session
    ) throws(Problem) -> Int {
        try requireOffice(session)
        guard onlyReference || session.roles.contains(.administrator) else {
            throw Problem(.notAllowed)
        }
        if let reason { try requireReason(reason) }
        let now = clock()
        return try serving { memory in
            let (count, after) = try self.store.write { [memory] tx in
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                var written: [[RecordChange]] = []
                for changes in changeSets {
                    let due = try changes.filter { change in
                        try self.isDue(change, skipsKnown: skipsKnown, tx)
                    }
                    if !due.isEmpty { written.append(due) }
                }
                guard !written.isEmpty else { return (0, memory) }
                var rest = written[...]
                while !rest.isEmpty {
                    let run = Array(rest.prefix(Self.changeSetsPerWrittenRun))
                    rest = rest.dropFirst(run.count)
                    let name = try judgement.write(
                        run, intent: intent, author: session.person, reason: reason, tx)
                    try tx.audit(
                        act, "\(name)", reason: reason ?? "", by: session.person, at_ms: now)
                }
                try judgement.flush(tx)
                try self.checkMerged(written, onlyReference: onlyReference, judgement.memory, tx)
                return (written.reduce(0) { $0 + $1.count }, judgement.memory)
            }
            memory = after
            return count
        }
    }

    private static let changeSetsPerWrittenRun = 250

    private func isDue(
        _ change: RecordChange, skipsKnown: Bool, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        do { try schema.validate(change) } catch { throw Problem(.badValue) }
        let isKnown = try tx.record(change.record, in: change.collection) != nil
        if change.creates, isKnown {
            if skipsKnown { return false }
            throw Problem(.staleView)
        }
        guard change.creates || isKnown else { throw Problem(.noSuchRecord) }
        return true
    }

    /// Throws where something was set aside and not merged: a person at the hub waits for no other.
    private func checkMerged(
        _ changeSets: [[RecordChange]], onlyReference: Bool, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws {
        guard let replica = try tx.replica(memory.replica) else { throw Problem(.failed) }
        for offset in 0..<UInt64(changeSets.count) {
            guard let number = ChangeSetNumber(replica.stored - offset),
                replica.merged.contains(number)
            else { throw Problem(.badValue) }
        }
        guard onlyReference else { return }
        for change in changeSets.joined() {
            guard let area = try tx.area(of: change.record),
                memory.area(area)?.isReference == true
            else { throw Problem(.notAllowed) }
        }
    }

    private static func standing(
        _ stored: StoredRecord, in area: ScopeID, _ memory: HubMemory
    ) throws -> StandingRecord {
        StandingRecord(
            state: try StateCoding.decode(
                stored.state, record: stored.record, collection: stored.collection,
                writers: memory.writers), position: stored.position, area: area)
    }

    /// Refuses whoever has no part in the office's work.
    private func requireOffice(_ session: Session) throws(Problem) {
        guard session.roles.contains(.administrator) || session.roles.contains(.areaAdministrator)
        else { throw Problem(.notAllowed) }
    }
}
