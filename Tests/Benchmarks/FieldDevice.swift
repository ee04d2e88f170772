import CurlTransport
import Foundation
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore

/// A device as the programs make one: a store in a folder, a client, libcurl.
struct FieldDevice: Sendable {
    let store: DeviceStore
    let replica: ReplicaID
    private let path: String
    private let authority: [UInt8]

    /// Makes a store and enrols it at a hub that is open in this process and not yet serving.
    init(
        _ path: String, number: Int, at hub: Hub, in folder: HubFolder, by session: Session
    ) throws {
        var generator = SystemRandomNumberGenerator()
        store = try DeviceStore.create(path, schema: VisitDay.schema, using: &generator)
        self.path = path
        replica = try store.identity().replica
        let answer = try hub.admit(
            replica, store.signingKey(), person: "advisor \(number)", by: session)
        authority = try folder.authority()
        try store.beginEnrolment(url: "https://127.0.0.1", deviceName: "d", authority: authority)
        try store.completeEnrolment(
            EnrolmentFacts(
                hub: answer.hub, epoch: answer.epoch, district: answer.district,
                receiptKey: answer.receiptKey, sealingKey: answer.sealingKey,
                person: answer.person, personName: answer.personName, enrolment: .approved),
            now: Clocks.reading())
    }

    /// Opens a device again whose store was closed.
    init(reopening device: FieldDevice) throws {
        store = try DeviceStore.open(device.path, schema: VisitDay.schema)
        (replica, path, authority) = (device.replica, device.path, device.authority)
    }

    /// Closes the store and removes its folder.
    func discard() throws {
        try store.close()
        try FileManager.default.removeItem(atPath: path)
    }

    func connection(to url: String) throws -> CurlTransport {
        CurlTransport(hub: try HubAddress(url), authority: authority)
    }

    func client(over transport: some Transport) -> SyncClient {
        SyncClient(store: store, transport: transport, clock: Clocks.reading)
    }

    /// Records the intents as a person would: each edit names what was on the screen.
    func record(_ intents: [Intent]) throws {
        var generator = SystemRandomNumberGenerator()
        for intent in intents {
            try store.record(try draft(intent), now: reading(intent), using: &generator)
        }
    }

    func draft(_ intent: Intent) throws -> ChangeSetDraft {
        var changes: [RecordChange] = []
        for (record, change) in intent.changes.sorted(by: { $0.key < $1.key }) {
            let shown = change.creates ? nil : try store.shown(record)
            guard change.creates || shown != nil else {
                throw BenchmarkFault("a record that is to be edited is not on the device")
            }
            var edit = Edit(
                of: shown?.state
                    ?? RecordState(record: record, collection: change.collection.id),
                at: shown?.position, by: replica, as: change.collection)
            for (unit, value) in change.values.sorted(by: { $0.key < $1.key }) {
                try edit.correct(unit, to: value)
            }
            guard
                let made = RecordChange(
                    record: record, collection: change.collection.id, creates: change.creates,
                    writes: edit.recordChange?.writes ?? [], shown: edit.seen[0].position)
            else { throw BenchmarkFault("an edit without a write") }
            changes.append(made)
        }
        return ChangeSetDraft(intent: "visit", changes: changes)
    }

    /// The clocks of the day in the field: another run of the machine than the sync's.
    func reading(_ intent: Intent) -> ClockReading {
        ClockReading(
            wall_ms: intent.wall_ms, monotonic_ms: UInt64(intent.wall_ms - 1_700_000_000_000),
            boot: 2)
    }

    /// Fetches what lies ready and sends nothing: so that an upload can be measured by itself.
    func pull(over transport: some Transport) async throws {
        let key = try store.signingKey()
        var hasMore = true
        while hasMore {
            let state = try store.syncState(limit: 0)
            guard let hub = state.hub else { throw BenchmarkFault("a device without a hub") }
            let sent = Clocks.reading()
            let request = SyncRequest(
                replica: replica, epochTag: state.epoch?.tag ?? 0, mark: state.mark,
                grantsVersion: state.grantsVersion, cursors: CursorRun.joining(state.cursors),
                noticeCursor: state.noticeCursor, writerCursor: state.writerCursor, digest: nil,
                clock: sent, diskFree_MB: 1000, pending: state.pending)
            let reply = try await transport.send(
                TransportRequest(
                    method: .post, path: "/v1/sync", contentType: SyncRequest.mediaType,
                    body: request.encode(hub: hub, epoch: state.epoch, key: key),
                    maximumResponseBytes: Limits.responseBytesUnpacked), progress: { _ in })
            guard reply.status == 200 else {
                throw BenchmarkFault("the hub answered with status \(reply.status)")
            }
            let answer = try SyncResponse.decode(reply.body)
            try store.apply(
                answer, receipts: store.verified(answer),
                sent: sent, received: Clocks.reading(), digestMatches: nil)
            hasMore = answer.hasMore
        }
    }
}

extension Edit {
    /// Sets a unit; where it is in dispute and none of the sides is one's own, the first one is
    /// corrected.
    fileprivate mutating func correct(_ unit: UnitID, to value: Value) throws(EditRefusal) {
        var side: Int?
        if case .register(let register)? = shown[unit], register.sides.count > 1 {
            let own = register.sides.firstIndex { side in
                side.names.contains { $0.replica == replica }
            }
            side = own ?? 0
        }
        try set(unit, to: value, correcting: side)
    }
}
