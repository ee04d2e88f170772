internal import Foundation
public import SyncCore
public import SyncHub
public import SyncProtocol
internal import SyncStore
internal import Synchronization

/// A clock that a test sets. Milliseconds since 1970.
public final class TestClock: Sendable {
    private let moment: Mutex<Int64>
    public init(_ now_ms: Int64 = 1_800_000_000_000) { moment = Mutex(now_ms) }
    public var now_ms: Int64 { moment.withLock { $0 } }
    public func advance(by milliseconds: Int64) { moment.withLock { $0 += milliseconds } }
}

/// A folder that is there as long as the test.
public final class TemporaryFolder: Sendable {
    public let path: String
    public init() throws {
        var template = Array(
            FileManager.default.temporaryDirectory.appendingPathComponent("hazama-test-XXXXXX")
                .path.utf8CString)
        guard mkdtemp(&template) != nil else { throw CocoaError(.fileWriteUnknown) }
        path = String(decoding: template.dropLast().map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
    deinit { try? FileManager.default.removeItem(atPath: path) }
    public func file(_ name: String) -> String { path + "/" + name }
}

/// A hub over a real store in a temporary folder, with three areas and an administrator.
///
/// Areas: a district, and in it a north and a south street.
public final class HubFixture: Sendable {
    public static let district = ScopeID(high: 1, low: 0)
    public static let north = ScopeID(high: 1, low: 1)
    public static let south = ScopeID(high: 1, low: 2)

    public let folder: TemporaryFolder
    public let clock: TestClock
    public let key: SigningKey
    public let hub: Hub
    public let admin: Session
    /// How often the hub was opened: each run of it draws other names.
    private let runs = Mutex<UInt64>(1)

    /// - Parameter number: each makes another hub.
    public init(
        schema: Schema = .test, clock: TestClock = TestClock(), number: UInt8 = 1
    ) throws {
        self.clock = clock
        key = SigningKey(seed: [UInt8](repeating: 8 + number, count: 32))!
        folder = try TemporaryFolder()
        let store = try HubStore(path: folder.file("hub.sqlite"), schema: schema)
        var generator = TestGenerator(Seed(UInt64(number)))
        try Hub.create(
            in: store, district: "Test", key: key, now_ms: clock.now_ms, using: &generator)
        hub = try Self.open(store, key, clock, run: 1)
        try hub.addAreas([
            (scope: Self.district, parent: nil, name: "Test"),
            (scope: Self.north, parent: Self.district, name: "North"),
            (scope: Self.south, parent: Self.district, name: "South"),
        ])
        let person = try hub.makePerson(
            name: "Sun Wei", roles: [.administrator, .conflictAdministrator], password: nil,
            by: nil)
        admin = try hub.session(
            token: hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40))
    }

    private static func open(
        _ store: HubStore, _ key: SigningKey, _ clock: TestClock, run: UInt64,
        isPutBack: Bool = false
    ) throws -> Hub {
        try Hub(
            store: store, key: key, clock: { clock.now_ms }, random: TestGenerator(Seed(1 + run)),
            isPutBack: isPutBack)
    }

    private func nextRun() -> UInt64 {
        runs.withLock { runs in
            runs += 1
            return runs
        }
    }

    /// A second hub object over the same file, as after a restart. The first must not be used any
    /// more.
    ///
    /// - Parameter spare: how many pages the file may grow by, for a full disk.
    public func reopened(
        _ previous: Hub? = nil, schema: Schema = .test, spare: Int? = nil
    ) throws -> Hub {
        try (previous ?? hub).store.close()
        let path = folder.file("hub.sqlite")
        let size = try FileManager.default.attributesOfItem(atPath: path)[.size] as? Int ?? 0
        let store = try HubStore(
            path: path, schema: schema, maximumPages: spare.map { size / 4096 + $0 })
        return try Self.open(store, key, clock, run: nextRun())
    }

    /// Stops a hub, copies its file, and starts it again. Returns the copy and the hub.
    public func copied(_ hub: Hub) throws -> (copy: String, hub: Hub) {
        try hub.store.close()
        let run = nextRun()
        let copy = folder.file("copy-\(run)")
        try FileManager.default.copyItem(atPath: folder.file("hub.sqlite"), toPath: copy)
        let store = try HubStore(path: folder.file("hub.sqlite"), schema: hub.schema)
        return (copy, try Self.open(store, key, clock, run: run))
    }

    /// Stops a hub, puts a copy in the place of its file, and starts it again.
    ///
    /// - Parameter isNoticed: whether the start shows that it is not the file that was here last.
    public func putBack(_ copy: String, insteadOf hub: Hub, isNoticed: Bool = false) throws -> Hub {
        try hub.store.close()
        for suffix in ["", "-wal", "-shm"] {
            try? FileManager.default.removeItem(atPath: folder.file("hub.sqlite") + suffix)
        }
        try FileManager.default.copyItem(atPath: copy, toPath: folder.file("hub.sqlite"))
        let store = try HubStore(path: folder.file("hub.sqlite"), schema: hub.schema)
        return try Self.open(store, key, clock, run: nextRun(), isPutBack: isNoticed)
    }

    /// Enrols and approves a device.
    public func device(
        _ number: UInt8, person: String, areas: [ScopeID] = [HubFixture.district]
    ) throws -> ScriptedDevice {
        let replica = ReplicaID(high: UInt64(number), low: UInt64(number))
        let key = SigningKey(seed: [UInt8](repeating: number, count: 32))!
        let answer = try enrol(replica, key, person: person, areas: areas)
        try hub.approve(replica, by: admin)
        return ScriptedDevice(
            replica: replica, key: key, person: answer.person, hub: hub.id,
            wall_ms: clock.now_ms)
    }

    /// Enrols a device, which waits for approval.
    public func enrol(
        _ replica: ReplicaID, _ key: SigningKey, person: String, areas: [ScopeID]
    ) throws -> EnrolmentAnswer {
        let code = try hub.makeCode(person: person, areas: areas, by: admin)
        return try hub.enrol(
            EnrolmentRequest(
                secret: code.secret, replica: replica, key: key.verifying, deviceName: "laptop",
                signature: key.sign(
                    Hub.enrolmentBytes(
                        secret: code.secret, replica: replica, key: key.verifying,
                        deviceName: "laptop"), for: .enrolment)))
    }

    /// Sends a device's request with these runs, applies the answer, and returns it.
    @discardableResult
    public func sync(
        _ device: inout ScriptedDevice, _ runs: [SignedRun] = [], through hub: Hub? = nil
    ) throws -> SyncResponse {
        clock.advance(by: 1000)
        device.wall_ms += 1000
        let hub = hub ?? self.hub
        let response = try SyncResponse.decode(hub.sync(device.bytes(device.request(runs))))
        device.apply(response)
        return response
    }

    /// Sends everything the device has sealed.
    @discardableResult
    public func syncAll(_ device: inout ScriptedDevice) throws -> SyncResponse {
        try sync(&device, device.sealed.isEmpty ? [] : [device.run()])
    }
}
