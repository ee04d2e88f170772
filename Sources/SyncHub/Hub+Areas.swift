public import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

// Where households lie, and whose devices hold them: moving, and what a move will do.

/// What a move does, or would do: to how many records, on which devices.
public struct MoveEffect: Hashable, Sendable {
    public struct Device: Hashable, Sendable {
        public let replica: ReplicaID
        public let name: String
        public let personName: String
        public let lastSync_ms: Int64?
        /// What the device said at its last contact that it had unsent.
        public let reportedPending: UInt64
        /// Records that it has to take off.
        public let leaves: Int
        /// Records that come to it.
        public let enters: Int
        /// Records that it keeps, and is told the new area of.
        public let stays: Int
        /// Of states that will travel to it, before compression.
        public let bytes: Int
    }
    public let households: Int
    /// The households and all that lies with them.
    public let records: Int
    /// Only devices that notice anything, in the order in which they were enrolled.
    public let devices: [Device]
}

extension Hub {
    /// Adds an area beneath another. Returns its scope.
    public func addArea(
        name: String, in parent: ScopeID, by session: Session
    ) throws(Problem) -> ScopeID {
        try require(.administrator, session)
        guard (1...80).contains(name.utf8.count), !name.utf8.contains(where: { $0 < 0x20 }) else {
            throw Problem(.badValue, "An area's name has 1 to 80 bytes and no control characters.")
        }
        let now = clock()
        return try serving { memory in
            guard let above = memory.area(parent), !above.isReference else {
                throw Problem(.noSuchArea)
            }
            guard !memory.areas.contains(where: { $0.parent == above.number && $0.name == name })
            else { throw Problem(.badValue, "There is an area of that name here.") }
            let area = StoredArea(
                number: UInt32(memory.areas.count + 1), scope: memory.identifier(),
                parent: above.number, name: name, digest: .zero, records: 0, position: .start)
            try self.store.write { tx in
                try tx.put(area)
                try tx.journal(
                    .area(area.scope, parent: parent, name: name, isReference: false))
                try tx.audit(
                    "area.add", "\(area.scope)", reason: name, by: session.person, at_ms: now)
            }
            memory.areas.append(area)
            memory.territories = [:]
            return area.scope
        }
    }

    /// The households, or whatever lies by itself, in an area: what a boundary takes with it.
    public func residents(
        of scope: ScopeID, by session: Session
    ) throws(Problem) -> [(record: RecordID, title: String)] {
        try require(.administrator, session)
        return try serving { memory in
            guard let area = memory.area(scope) else { throw Problem(.noSuchArea) }
            return try self.store.read { tx in
                try tx.residents(of: area.number).map { id, collection in
                    (record: id, title: try tx.title(of: id, in: collection))
                }
            }
        }
    }

    /// What moving these households would do now. Nothing is changed.
    public func previewMove(
        of households: [RecordID], to scope: ScopeID, by session: Session
    ) throws(Problem) -> MoveEffect {
        try require(.administrator, session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                try self.effect(of: households, to: scope, memory, tx).effect
            }
        }
    }

    /// Lays households, and all that lies with them, into another area: by ordinary change sets of
    /// the hub's. Returns what that does, which is what the preview says.
    ///
    /// Their old devices take them off once what they wrote has arrived; the new ones get them with
    /// the next sync. Nothing else travels.
    public func move(
        _ households: [RecordID], to scope: ScopeID, reason: String, by session: Session
    ) throws(Problem) -> MoveEffect {
        try require(.administrator, session)
        try requireReason(reason)
        let now = clock()
        return try serving { memory in
            let (effect, after) = try self.store.write { [memory] tx in
                let found = try self.effect(of: households, to: scope, memory, tx)
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                var changes: [RecordChange] = []
                for (id, collection) in found.moving {
                    guard let declaration = self.schema.collection(collection),
                        let state = try judgement.state(id, collection, tx),
                        case .register(let register)? = state[declaration.home.unit]
                    else { throw Problem(.noSuchRecord) }
                    changes.append(
                        RecordChange(
                            record: id, collection: collection, creates: false,
                            writes: [
                                Write(
                                    unit: declaration.home.unit,
                                    operation: .set(
                                        .reference(RecordID(high: scope.high, low: scope.low)),
                                        replacing: register.heads.map(\.origin.name)))
                            ], shown: try judgement.position(of: id, collection, tx))!)
                }
                var rest = changes[...]
                while !rest.isEmpty {
                    let part = Array(rest.prefix(Self.movesPerChangeSet))
                    rest = rest.dropFirst(part.count)
                    let name = try judgement.write(
                        part, intent: "move", author: session.person, reason: reason, tx)
                    try tx.audit(
                        "household.move", "\(name) \(scope)", reason: reason, by: session.person,
                        at_ms: now)
                }
                try judgement.reconsider([.outOfScope, .tooLate], tx)
                try judgement.flush(tx)
                return (found.effect, judgement.memory)
            }
            memory = after
            return effect
        }
    }

    /// Some 120 bytes each, so that the largest change set is far away.
    private static let movesPerChangeSet = 1000

    func requireReason(_ reason: String) throws(Problem) {
        guard !reason.allSatisfy(\.isWhitespace), reason.utf8.count <= Limits.reasonBytes,
            !reason.utf8.contains(0)
        else { throw Problem(.reasonRequired) }
    }

    private func effect(
        of households: [RecordID], to scope: ScopeID, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws -> (effect: MoveEffect, moving: [(RecordID, CollectionID)]) {
        guard let area = memory.area(scope), !area.isReference else { throw Problem(.noSuchArea) }
        let holders = try Holders(memory, tx)
        var records = 0
        var counts: [Int64: (leaves: Int, enters: Int, stays: Int, bytes: Int)] = [:]
        func count(_ id: RecordID, _ collection: CollectionID, _ depth: Int) throws {
            guard depth <= self.schema.collections.count,
                let stored = try tx.record(id, in: collection), stored.area != area.number
            else { return }
            records += 1
            for device in holders.devices {
                let had = device.areas.contains(stored.area)
                let has = device.areas.contains(area.number)
                guard had || has else { continue }
                var line = counts[device.rid] ?? (0, 0, 0, 0)
                if has {
                    if had { line.stays += 1 } else { line.enters += 1 }
                    line.bytes += stored.state.count
                } else {
                    line.leaves += 1
                }
                counts[device.rid] = line
            }
            for (follower, its) in try tx.followers(of: id) {
                try count(follower, its, depth + 1)
            }
        }
        var moving: [(RecordID, CollectionID)] = []
        for id in Set(households).sorted() {
            let collection = try self.schema.collections.first { declaration in
                guard case .scope = declaration.home else { return false }
                return try tx.record(id, in: declaration.id) != nil
            }
            guard let collection else { throw Problem(.noSuchRecord) }
            guard try tx.area(of: id) != area.number else { continue }
            moving.append((id, collection.id))
            try count(id, collection.id, 0)
        }
        var devices: [MoveEffect.Device] = []
        for replica in try tx.replicas() {
            guard let line = counts[replica.rid] else { continue }
            let contact = memory.contacts[replica.id]
            devices.append(
                MoveEffect.Device(
                    replica: replica.id, name: replica.name,
                    personName: try tx.person(replica.person)?.name ?? "",
                    lastSync_ms: contact?.synced_ms ?? replica.synced_ms,
                    reportedPending: UInt64(max(0, contact?.pending ?? replica.pending)),
                    leaves: line.leaves, enters: line.enters, stays: line.stays,
                    bytes: line.bytes))
        }
        return (
            MoveEffect(households: moving.count, records: records, devices: devices), moving
        )
    }
}
