import SyncCore
import SyncHub
import SyncProtocol
import SyncStore

/// Devices without a store, which fill a hub with a long history before anything is measured.
///
/// Everything takes the hub's usual way: sealed, chained, signed, stored, judged, merged. Each
/// device has seen all that came before its upload, so that a history of any length leaves one head
/// per unit.
struct HistoryWriter {
    private struct Device {
        let replica: ReplicaID
        let key: SigningKey
        let person: PersonID
        var last: ChangeSetNumber?
        var head = ContentHash.none
    }

    private let hub: Hub
    private var devices: [Device] = []
    /// Who set a unit last; where nobody did, the base.
    private var latest: [Place: ChangeSetName] = [:]
    private let base: [RecordID: ChangeSetName]
    private var position = LogPosition.start
    private var grantsVersion: UInt64 = 0
    private var grant = GrantID(high: 0, low: 0)

    private struct Place: Hashable {
        let record: RecordID
        let unit: UnitID
    }

    /// - Parameter households: the base, in the order in which it was loaded.
    init(_ hub: Hub, devices count: Int, households: [RecordID]) throws {
        self.hub = hub
        guard let load = try hub.store.read({ tx in try tx.replicas() }).first(where: \.id.isHub)
        else { throw BenchmarkFault("the hub has no replica") }
        var base: [RecordID: ChangeSetName] = [:]
        for (index, household) in households.enumerated() {
            base[household] = ChangeSetName(load.id, ChangeSetNumber(UInt64(index + 1))!)
        }
        self.base = base
        let administration = try hub.administration()
        var generator = SystemRandomNumberGenerator()
        for number in 0..<count {
            let replica = ReplicaID.makeDevice(using: &generator)
            let key = SigningKey.random(using: &generator)
            let answer = try hub.admit(
                replica, key, person: "history-\(number)", by: administration)
            devices.append(Device(replica: replica, key: key, person: answer.person))
        }
        for place in devices.indices { try send(nil, from: place) }
    }

    /// Uploads operations, of each device those that are its own.
    mutating func upload(_ operations: [Operation]) throws {
        for place in devices.indices {
            let own = operations.filter { ($0.device ?? 0) % devices.count == place }
            if own.isEmpty { continue }
            var sets: [ChangeSet] = []
            for operation in own { sets.append(try seal(operation, place)) }
            try send(
                SignedRun.make(sets, head: devices[place].head, key: devices[place].key),
                from: place)
        }
    }

    private mutating func seal(_ operation: Operation, _ place: Int) throws -> ChangeSet {
        let device = devices[place]
        let name = ChangeSetName(device.replica, device.last?.next ?? .first)
        let changes = Intent([operation]).recordChanges { record, unit in
            (latest[Place(record: record, unit: unit)] ?? base[record]).map { [$0] } ?? []
        }
        guard
            let timestamp = HybridTimestamp(
                milliseconds: UInt64(operation.wall_ms), counter: 0),
            let set = ChangeSet(
                name: name, previous: device.head, author: device.person, grant: grant,
                trunk: .none,
                time: WriteTime(
                    timestamp: timestamp, wall_ms: operation.wall_ms,
                    monotonic_ms: UInt64(operation.wall_ms), boot: 7, offset_ms: 0,
                    offsetAge_ms: 0),
                intent: Text("history"), schema: VisitDay.schema.version,
                saltSeed: SaltSeed(high: 1, low: 1), changes: changes)
        else { throw BenchmarkFault("a change set of the history is malformed") }
        for (unit, _) in operation.values {
            latest[Place(record: operation.record, unit: unit)] = name
        }
        devices[place].last = name.number
        devices[place].head = ChangeSetCoding.hash(set)
        return set
    }

    private mutating func send(_ run: SignedRun?, from place: Int) throws {
        let device = devices[place]
        let now = Clocks.reading()
        let request = SyncRequest(
            replica: device.replica, epochTag: hub.epoch.tag, mark: .none,
            grantsVersion: grantsVersion,
            cursors: grantsVersion == 0 ? [] : [CursorRun(count: 1, position: position)],
            noticeCursor: 0, writerCursor: 1 << 20, digest: nil, clock: now, maximumDownBytes: 1,
            diskFree_MB: 1, pending: 0, runs: run.map { [$0] } ?? [])
        let answer = try SyncResponse.decode(
            hub.sync(request.encode(hub: hub.id, epoch: hub.epoch, key: device.key)))
        if let grants = answer.grants, let first = grants.grants.first {
            (grantsVersion, grant) = (grants.version, first.id)
        }
        for signed in answer.receipts {
            guard let receipt = signed.verified(by: hub.receiptKey),
                receipt.entries.allSatisfy(\.disposition.isMerged)
            else { throw BenchmarkFault("a part of the history was not merged") }
            position = max(position, receipt.entries.compactMap(\.position).max() ?? .start)
        }
        // Where everything is seen already, no page need be made.
        for page in answer.pages { position = max(position, page.through) }
    }
}
