import Foundation
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Synchronization

/// A line to a hub in the same process, that behaves as a test wants for its next requests.
final class HubLine: Transport {
    enum Weather: Sendable {
        case fine
        /// The request does not get there.
        case down
        /// The hub does what it is asked, and its answer is lost.
        case answerLost
        /// Somebody else answers.
        case portal(status: Int, contentType: String?, body: [UInt8])
        /// The answer of the hub, altered on its way.
        case altered(@Sendable ([UInt8]) -> [UInt8])
        /// The caller gives up while waiting.
        case cancelled
        /// The hub works for a while, and something happens before its answer.
        case meanwhile(@Sendable () -> Void)
        /// The same with something that takes its time.
        case waiting(@Sendable () async -> Void)
        /// The line breaks after so many bytes of the answer's body.
        case cut(after: Int)
        /// The line breaks after so many bytes of the request.
        case requestCut(after: Int)
    }

    private let hub: Mutex<Hub>
    private let weather = Mutex<[Weather]>([])
    private let climate = Mutex(Weather.fine)
    private let log = Mutex<[Int]>([])

    init(_ hub: Hub) { self.hub = Mutex(hub) }

    /// What happens to the next requests, in order; then the weather is fine.
    func expect(_ next: Weather...) { weather.withLock { $0 = next } }

    /// What happens to all requests that nothing else was said of.
    func expect(always usual: Weather) { climate.withLock { $0 = usual } }

    /// Another hub at the same address: restarted, or restored.
    func connect(_ other: Hub) { hub.withLock { $0 = other } }

    /// The sizes of the requests so far, decompressed.
    var requests: [Int] { log.withLock { $0 } }

    func send(
        _ request: TransportRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(TransportError) -> TransportResponse {
        let now =
            weather.withLock { $0.isEmpty ? nil : $0.removeFirst() }
            ?? climate.withLock(\.self)
        switch now {
        case .down: throw .unreachable("no route")
        case .cancelled: throw .cancelled
        case .portal(let status, let contentType, let body):
            return TransportResponse(
                status: status, contentType: contentType, body: body, bytesUp: 10, bytesDown: 10)
        case .answerLost:
            _ = answer(to: request)
            throw .timedOut
        case .altered(let alter):
            var response = answer(to: request)
            response.body = alter(response.body)
            return response
        case .meanwhile(let body):
            let response = answer(to: request)
            body()
            return response
        case .waiting(let body):
            await body()
            return answer(to: request)
        case .cut(let count):
            var response = answer(to: request)
            guard count < response.body.count else { return response }
            guard count > 0 else { throw .timedOut }
            response.body.removeSubrange(count...)
            response.bytesDown = count
            response.brokenOff = .timedOut
            return response
        case .requestCut(let count):
            guard count < request.body.count else { return answer(to: request) }
            // A server that acted on half a body would be found out here.
            var part = request
            part.body.removeSubrange(count...)
            _ = answer(to: part)
            throw .unreachable("the line broke")
        case .fine: return answer(to: request)
        }
    }

    private func answer(to request: TransportRequest) -> TransportResponse {
        let hub = hub.withLock { $0 }
        do throws(Problem) {
            let plain: [UInt8]
            do {
                plain =
                    try request.isCompressed
                    ? Zstd.decompress(request.body, maximumBytes: 1 << 26) : request.body
            } catch {
                throw Problem(.malformed)
            }
            log.withLock { $0.append(plain.count) }
            let body =
                switch request.path {
                case "/v1/bundle": try hub.take(bundle: plain).encode()
                case "/v1/file": try hub.file(plain)
                default: try hub.sync(plain)
                }
            return TransportResponse(
                status: 200, contentType: SyncRequest.mediaType, body: body,
                bytesUp: request.body.count, bytesDown: body.count)
        } catch {
            return TransportResponse(
                status: error.code.status, contentType: "application/json",
                body: error.json.bytes(), bytesUp: request.body.count, bytesDown: 50)
        }
    }
}

/// A whole device at a real hub: store, client, and a line between.
final class FieldDevice: Sendable {
    let store: DeviceStore
    let line: HubLine
    let client: SyncClient
    let schema: Schema
    private let folder: TemporaryFolder
    private let clock: TestClock
    private let generator: Mutex<TestGenerator>

    /// Enrols and approves a device, or leaves it waiting.
    init(
        _ number: UInt8, person: String, at fixture: HubFixture,
        areas: [ScopeID] = [HubFixture.district], isApproved: Bool = true, schema: Schema = .test
    ) throws {
        self.schema = schema
        folder = try TemporaryFolder()
        clock = fixture.clock
        var generator = TestGenerator(Seed(UInt64(number)))
        store = try DeviceStore.create(
            folder.file("store"), schema: schema, using: &generator)
        self.generator = Mutex(generator)
        try store.beginEnrolment(url: "https://hub", deviceName: "laptop", authority: [1])
        let replica = try store.identity().replica
        let answer = try fixture.enrol(
            replica, store.signingKey(), person: person, areas: areas)
        try store.completeEnrolment(
            EnrolmentFacts(
                hub: answer.hub, epoch: answer.epoch, district: answer.district,
                receiptKey: answer.receiptKey, sealingKey: answer.sealingKey,
                person: answer.person, personName: answer.personName, enrolment: .pending),
            now: Self.reading(clock))
        if isApproved {
            try fixture.hub.approve(replica, by: fixture.admin)
            try store.setEnrolment(.approved)
        }
        line = HubLine(fixture.hub)
        client = SyncClient(
            store: store, transport: line, clock: { [clock] in Self.reading(clock) })
    }

    /// A client of this device that lets go of the store at once when it waits for the line.
    func hastyClient() -> SyncClient {
        SyncClient(
            store: store, transport: line, clock: { [clock] in Self.reading(clock) },
            patience: .limited(pause: {}, waits: { _ in false }))
    }

    /// The same device once more, from a copy of its folder.
    init(copyOf original: FieldDevice, at fixture: HubFixture) throws {
        schema = original.schema
        folder = try TemporaryFolder()
        clock = fixture.clock
        try FileManager.default.copyItem(
            atPath: original.store.path, toPath: folder.file("store"))
        generator = Mutex(TestGenerator(Seed(77)))
        store = try DeviceStore.open(folder.file("store"), schema: schema)
        line = HubLine(fixture.hub)
        client = SyncClient(
            store: store, transport: line, clock: { [clock] in Self.reading(clock) })
    }

    /// The same device, its program updated.
    init(updating original: FieldDevice, to schema: Schema, at fixture: HubFixture) throws {
        self.schema = schema
        folder = original.folder
        clock = fixture.clock
        generator = Mutex(TestGenerator(Seed(78)))
        try original.store.close()
        store = try DeviceStore.open(folder.file("store"), schema: schema)
        line = HubLine(fixture.hub)
        client = SyncClient(
            store: store, transport: line, clock: { [clock] in Self.reading(clock) })
    }

    private static func reading(_ clock: TestClock) -> ClockReading {
        ClockReading(
            wall_ms: clock.now_ms, monotonic_ms: UInt64(clock.now_ms - 1_700_000_000_000), boot: 3)
    }

    @discardableResult
    func record(
        _ changes: [RecordChange], intent: String = "visit", premises: [Premise] = []
    ) throws -> HashedChangeSet {
        clock.advance(by: 1000)
        return try generator.withLock { generator throws(StoreError) in
            try store.record(
                ChangeSetDraft(intent: intent, premises: premises, changes: changes),
                now: Self.reading(clock),
                using: &generator)
        }
    }

    @discardableResult
    func edit(
        _ id: RecordID, on premises: [Premise] = [], _ body: (inout Edit) throws -> Void
    ) throws -> HashedChangeSet {
        let shown = try store.shown(id)!
        var edit = Edit(
            of: shown.parts, by: try store.identity().replica,
            as: schema.collection(shown.collection)!)
        try body(&edit)
        return try record(edit.recordChanges, premises: premises)
    }

    @discardableResult
    func sync(
        _ options: SyncOptions = SyncOptions(),
        events: @escaping @Sendable (SyncEvent) -> Void = { _ in }
    ) async throws -> SyncSummary {
        clock.advance(by: 1000)
        return try await client.sync(options, events: events)
    }

    /// How a sync ends that does not get to its end.
    func failure(_ options: SyncOptions = SyncOptions()) async -> SyncFailure? {
        do {
            _ = try await client.sync(options)
            return nil
        } catch {
            return error.failure
        }
    }

    func value(_ unit: UnitID, of id: RecordID) throws -> Value? {
        try store.shown(id)?.state[unit]?
            .outcome(under: schema.unit(unit, of: store.shown(id)!.collection)!)?.value
    }
}
