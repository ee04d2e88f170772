public import SyncCore
public import SyncProtocol

/// A device that does what a test tells it to, right or wrong: it seals, signs and remembers the
/// chain, and keeps what the hub answers. It shares no code with the store of a real device.
public struct ScriptedDevice: Sendable {
    public var replica: ReplicaID
    public var key: SigningKey
    public var person: PersonID
    public var hub: HubID
    public var epoch: EpochID?
    public var grant = GrantID(high: 0, low: 1)
    public var sealed: [HashedChangeSet] = []
    public var trunk = Trunk.none
    public var cursors: [LogPosition] = []
    public var grantsVersion: UInt64 = 0
    public var writers = WriterTable()
    public var states: [RecordID: SyncResponse.PageRecord] = [:]
    public var notices: [SyncResponse.Notice] = []
    public var receipts: [SignedReceipt] = []
    public var merged = NumberSet()
    public var mark = LogMark.Sign.none
    public var proof: SignedMark?
    public var wall_ms: Int64
    /// How far somebody has set its clock from `wall_ms`, which its monotonic clock goes on by.
    public var setBy_ms: Int64 = 0
    public var schema: SchemaVersion = Schema.test.version

    public init(
        replica: ReplicaID, key: SigningKey, person: PersonID, hub: HubID, wall_ms: Int64
    ) {
        self.replica = replica
        self.key = key
        self.person = person
        self.hub = hub
        self.wall_ms = wall_ms
    }

    /// The hash that the next change set names.
    public var head: ContentHash { sealed.last?.hash ?? .none }

    /// The number of the next change set.
    public var next: ChangeSetNumber { sealed.last?.changeSet.name.number.next ?? .first }

    /// Seals a change set and returns its name.
    @discardableResult
    public mutating func seal(
        _ changes: [RecordChange], intent: String = "visit", author: PersonID? = nil,
        premises: [Premise] = []
    ) -> ChangeSetName {
        wall_ms += 1000
        let set = ChangeSet(
            name: ChangeSetName(replica, next), previous: head, author: author ?? person,
            grant: grant, trunk: trunk,
            time: WriteTime(
                timestamp: HybridTimestamp(milliseconds: UInt64(wall_ms), counter: 0)!,
                wall_ms: wall_ms + setBy_ms, monotonic_ms: UInt64(wall_ms - 1_000_000), boot: 7,
                offset_ms: nil, offsetAge_ms: nil),
            intent: Text(intent), schema: schema, premises: premises,
            saltSeed: SaltSeed(high: 1, low: UInt64(sealed.count)),
            changes: changes.sorted { $0.record < $1.record })!
        sealed.append(HashedChangeSet(hashing: set))
        return set.name
    }

    /// The change sets from a number on, as one signed run.
    public func run(from first: UInt64 = 1, through last: UInt64? = nil) -> SignedRun {
        let sets = sealed.filter {
            let number = $0.changeSet.name.number.value
            return number >= first && number <= last ?? .max
        }
        return SignedRun.make(sets.map(\.changeSet), head: sets[sets.count - 1].hash, key: key)
    }

    /// A run that says of one number that its change set is lost.
    public func run(without lost: ChangeSetNumber) -> SignedRun {
        let place = Int(lost.value) - 1
        let before = place == 0 ? .none : sealed[place - 1].hash
        return SignedRun.make(
            HashedRun(
                replica: replica, first: .first, previous: .none,
                changeSets: sealed.filter { $0.changeSet.name.number != lost },
                gaps: [RunGap(lost, previous: before, hash: sealed[place].hash)]), key: key)
    }

    /// The request that this device would send, with these runs.
    public func request(_ runs: [SignedRun] = []) -> SyncRequest {
        SyncRequest(
            replica: replica, epochTag: epoch?.tag ?? 0, mark: mark,
            grantsVersion: grantsVersion, cursors: CursorRun.joining(cursors),
            noticeCursor: notices.last?.number ?? 0, writerCursor: UInt32(writers.writers.count),
            digest: nil,
            clock: ClockReading(
                wall_ms: wall_ms + setBy_ms, monotonic_ms: UInt64(wall_ms - 1_000_000), boot: 7),
            diskFree_MB: 1000, pending: UInt64(sealed.count), runs: runs)
    }

    /// The signed bytes of a request.
    public func bytes(_ request: SyncRequest) -> [UInt8] {
        request.encode(hub: hub, epoch: epoch, key: key)
    }

    /// Keeps what an answer brought.
    public mutating func apply(_ response: SyncResponse) {
        epoch = response.epoch ?? epoch
        if let signed = response.mark {
            proof = signed
            do { mark = try LogMark.decode(signed.bytes).sign } catch { mark = .none }
        }
        merged = response.merged
        if let grants = response.grants {
            grantsVersion = grants.version
            cursors = Array(repeating: .start, count: grants.grants.count)
            if let first = grants.grants.first { grant = first.id }
        }
        for entry in response.writers { writers.insert(entry.writer, number: entry.number) }
        for page in response.pages {
            for record in page.records { states[record.record] = record }
            for place in page.grants { cursors[place] = page.through }
        }
        if let position = cursors.min() { trunk = Trunk(epoch: epoch, position: position) }
        notices += response.notices
        receipts += response.receipts
    }

    /// The state of a record as the hub last sent it.
    public func state(_ id: RecordID) throws -> RecordState? {
        try states[id].map {
            try StateCoding.decode(
                $0.state, record: id, collection: $0.collection, writers: writers)
        }
    }

    /// The names of the heads of a unit, as the hub last sent them.
    public func heads(_ id: RecordID, _ unit: UnitID) throws -> [ChangeSetName] {
        guard case .register(let register)? = try state(id)?[unit] else { return [] }
        return register.heads.map(\.origin.name)
    }

    /// The digest of all states held.
    public var digest: StateDigest {
        var digest = StateDigest.zero
        for (id, record) in states { digest += StateDigest.of(id, state: record.state) }
        return digest
    }
}
