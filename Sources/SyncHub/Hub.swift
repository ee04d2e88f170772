public import SyncCore
public import SyncProtocol
public import SyncStore
internal import Synchronization

/// A hub, without HTTP: what it stores, judges, merges, tells and lets people decide.
///
/// Every use case of a device, an administrator or an operator is a function here; the API and the
/// console are two skins over it. Invariants: one lock orders everything that takes a position;
/// memory is changed only after the transaction that it mirrors has committed.
public final class Hub: Sendable {
    public let store: HubStore
    public let schema: Schema
    public let id: HubID
    public let district: String
    public let receiptKey: VerifyingKey
    /// Reads the hub's clock: milliseconds since 1970.
    let clock: @Sendable () -> Int64
    let memory: Mutex<HubMemory>
    let watchers = Mutex(Watchers())
    /// Held while a part of a file is written.
    let filing = Mutex(())
    /// Pages of first loads, shared by all who hold the same areas.
    let chunks = Mutex(SnapshotChunks())

    /// Opens the hub that `store` holds, and judges what an earlier run stored and did not judge.
    ///
    /// - Parameters:
    ///   - key: signs receipts and what the hub writes itself.
    ///   - random: draws names and secrets.
    ///   - isPutBack: whether the store is known to be older than what devices have seen; then
    ///     another epoch begins before anything else.
    public init(
        store: HubStore, key: SigningKey, clock: @escaping @Sendable () -> Int64,
        random: any RandomNumberGenerator & Sendable, isPutBack: Bool = false
    ) throws {
        self.store = store
        schema = store.schema
        self.clock = clock
        let loaded = try store.read { tx in
            try HubMemory(tx, key: key, schema: store.schema, random: random)
        }
        id = loaded.hub
        district = loaded.district
        receiptKey = key.verifying
        memory = Mutex(loaded)
        if isPutBack {
            try locked { memory in
                try beginEpoch(.database, evidence: "found at the start", &memory)
            }
        }
        try noteMendedRows()
        _ = try locked { memory in
            _ = try mend(&memory, looks: true)
            try followSchema(&memory)
            return try judgeEverything(&memory, areLeftovers: true)
        }
    }

    /// Makes a new hub in an empty store.
    public static func create(
        in store: HubStore, district: String, key: SigningKey, now_ms: Int64,
        using generator: inout some RandomNumberGenerator
    ) throws {
        let hub = HubID.random(using: &generator)
        let epoch = EpochID.random(using: &generator)
        let replica = ReplicaID.makeHub(using: &generator)
        try store.write { tx in
            guard try tx.setting("hub") == nil else {
                throw StoreFault(.other, "there is a hub in this store already")
            }
            try tx.set("hub", hub.bytes)
            try tx.set("district", Array(district.utf8))
            try tx.set("replica", replica.bytes)
            try tx.beginEpoch(epoch, at: .start, now_ms: now_ms)
            try tx.insertReplica(
                replica, key: key.verifying, person: .hub, name: "hub", state: "hub",
                now_ms: now_ms)
        }
    }

    /// Runs `body` alone.
    ///
    /// What it does to memory stays even where it throws: a transaction may have committed before.
    /// So memory is changed only once the transaction that it mirrors has.
    func locked<Result: Sendable>(
        _ body: (inout HubMemory) throws -> Result
    ) throws -> Result {
        try memory.withLock { memory in
            let before = watchers.withLock { $0.isEmpty } ? nil : Watchers.Sight(memory)
            // What was committed before something was thrown is news as well.
            defer { if let before { wake(from: before, to: Watchers.Sight(memory)) } }
            let entry = store.lastEntry
            let result = try body(&memory)
            if store.lastEntry != entry { try writeJournal() }
            return result
        }
    }

    /// Writes what was done to the journal, before it is answered. Where that fails it stays done
    /// here, and waits for the journal.
    private func writeJournal() throws {
        do { try store.writeJournal() } catch {
            throw Problem(
                .failed, "It is done and stored here, but not in the journal: \(error)",
                retryAfter_s: 60)
        }
    }

    /// The same for use cases: what goes wrong beneath becomes a problem that says what is safe.
    func serving<Result: Sendable>(
        _ body: (inout HubMemory) throws -> Result
    ) throws(Problem) -> Result {
        do {
            return try locked(body)
        } catch let problem as Problem {
            throw problem
        } catch let fault as StoreFault where fault.kind == .full {
            throw Problem(.storageFull, retryAfter_s: 60)
        } catch let fault as StoreFault where fault.kind == .busy {
            throw Problem(.busy, retryAfter_s: 2)
        } catch {
            throw Problem(.failed, retryAfter_s: 30)
        }
    }

    public var epoch: EpochID { memory.withLock { $0.epoch } }

    /// The replica by which the hub itself writes; another one in each epoch.
    public var replica: ReplicaID { memory.withLock { $0.replica } }
}

extension PersonID {
    /// The author of what the hub writes for nobody in particular: the first load, repairs.
    public static let hub = PersonID(high: 0, low: 0)
}

extension GrantID {
    /// The hub's own authority.
    static let hub = GrantID(high: 0, low: 0)
}

/// What a hub keeps at hand of its store.
struct HubMemory: Sendable {
    let hub: HubID
    let district: String
    let key: SigningKey
    var replica: ReplicaID
    /// The lives of the log, the present one last.
    var epochs: [EpochID]
    /// Where each life but the present one ended.
    var ends: [EpochID: LogPosition]
    var writers: WriterTable
    /// By number, from 1; index 0 is not used.
    var areas: [StoredArea]
    /// Whether the present epoch began since the hub was opened.
    var hasBegunEpoch = false
    /// The last position given.
    var position: LogPosition
    /// The position up to which the log is in a verified backup.
    var anchored: LogPosition
    /// The entry of the log that says so; 0 without any.
    var anchorLink: UInt64
    /// What people may hold, as far as it was asked for since grants or areas last changed.
    var territories: [PersonID: Territory] = [:]
    var random: any RandomNumberGenerator & Sendable
    /// What was read of the legal log lately.
    var log: LegalLog
    /// The records that show as void.
    var voided: Set<RecordID>
    /// The records that an open conflict across records, or a decision's premise, looks at; and
    /// perhaps some that none does any more.
    var watched: Set<RecordID>
    /// How many purge receipts each device owes, by its row; none where it owes none.
    var leaves: [Int64: Int] = [:]
    /// What is known of devices' last contact and not yet written down.
    var contacts: [ReplicaID: Contact] = [:]

    struct Contact: Sendable {
        var synced_ms: Int64
        var pending: Int64
        var skew_ms: Int64
        var written_ms: Int64
        /// Up to where the last answer told what is urgent, and the cursors of a device that has
        /// applied all of it.
        var told: (urgent: LogPosition, cursors: [LogPosition])?

        func fill(_ replica: inout StoredReplica) {
            replica.synced_ms = synced_ms
            replica.pending = pending
            replica.skew_ms = skew_ms
        }
    }

    var epoch: EpochID { epochs[epochs.count - 1] }

    init(
        _ tx: borrowing HubTransaction, key: SigningKey, schema: Schema,
        random: any RandomNumberGenerator & Sendable
    ) throws {
        guard let hub = try tx.setting("hub").flatMap({ HubID(bytes: $0) }),
            let replica = try tx.setting("replica").flatMap({ ReplicaID(bytes: $0) })
        else { throw StoreFault(.damaged, "the store holds no hub") }
        self.hub = hub
        self.replica = replica
        self.key = key
        log = LegalLog(key: key.verifying, schema: schema)
        self.random = random
        district = String(decoding: try tx.setting("district") ?? [], as: UTF8.self)
        let lives = try tx.epochs()
        epochs = lives.map(\.id)
        ends = Dictionary(
            lives.compactMap { life in life.ended.map { (life.id, $0) } },
            uniquingKeysWith: { first, _ in first })
        guard !epochs.isEmpty else { throw StoreFault(.damaged, "the store has no epoch") }
        writers = try tx.writers()
        areas = try tx.areas()
        voided = try tx.voidRecords()
        watched = try tx.watchedRecords()
        for (index, area) in areas.enumerated() where Int(area.number) != index + 1 {
            throw StoreFault(.damaged, "the areas are not numbered 1, 2, 3 …")
        }
        leaves = try tx.outstandingLeaves()
        position = try tx.setting("position").flatMap { HubMemory.position($0) } ?? .start
        anchored = try tx.setting("anchored").flatMap { HubMemory.position($0) } ?? .start
        anchorLink = try tx.setting("anchorLink").flatMap { HubMemory.position($0)?.value } ?? 0
    }

    static func position(_ bytes: [UInt8]) -> LogPosition? {
        LogPosition(bytes.reduce(0) { $0 << 8 | UInt64($1) })
    }

    /// How much of this log a trunk stands for; `nil` where its epoch is not known here.
    ///
    /// What lay after the end of an old epoch is not in this log.
    func known(_ trunk: Trunk) -> LogPosition? {
        if trunk.epoch == epoch { return trunk.position }
        return trunk.epoch.flatMap { ends[$0] }.map { min($0, trunk.position) }
    }

    func area(_ number: UInt32) -> StoredArea? {
        number >= 1 && number <= areas.count ? areas[Int(number) - 1] : nil
    }

    func area(_ scope: ScopeID) -> StoredArea? { areas.first { $0.scope == scope } }

    /// The numbers of an area and of all beneath it.
    func subtree(_ number: UInt32) -> Set<UInt32> {
        var result: Set<UInt32> = [number]
        // Parents come before children.
        for area in areas {
            if let parent = area.parent, result.contains(parent) { result.insert(area.number) }
        }
        return result
    }

    /// The names from the district down to an area.
    func path(_ number: UInt32) -> [String] {
        var names: [String] = []
        var next: UInt32? = number
        while let number = next, let area = area(number) {
            names.insert(area.name, at: 0)
            next = area.parent
        }
        return names
    }

    mutating func draw() -> UInt64 { random.next() }

    mutating func bytes(_ count: Int) -> [UInt8] {
        var bytes: [UInt8] = []
        while bytes.count < count {
            let word = random.next()
            for shift in stride(from: UInt64(0), to: 64, by: 8) where bytes.count < count {
                bytes.append(UInt8(truncatingIfNeeded: word >> shift))
            }
        }
        return bytes
    }

    mutating func identifier<ID: Identifier>() -> ID { ID(high: random.next(), low: random.next()) }
}

extension UInt64 {
    /// Eight bytes, most significant first, as settings are kept.
    var settingBytes: [UInt8] {
        stride(from: UInt64(56), through: 0, by: -8).map { UInt8(truncatingIfNeeded: self >> $0) }
    }
}
