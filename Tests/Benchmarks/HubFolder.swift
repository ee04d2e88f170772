import CoreFoundation
import Foundation
import HubServer
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore

/// The folder of a hub of the benchmark: its store, its key, and the base it was loaded with.
struct HubFolder: Sendable {
    let path: String

    /// Makes a hub and loads the base: one change set per household, with its persons.
    static func create(at path: String, base: [Operation]) throws -> HubFolder {
        try FileManager.default.createDirectory(
            atPath: path, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        let folder = HubFolder(path: path)
        var generator = SystemRandomNumberGenerator()
        let key = SigningKey.random(using: &generator)
        try Data(key.seed).write(to: URL(fileURLWithPath: path + "/key"))
        let store = try HubStore(path: path + "/hub.sqlite", schema: VisitDay.schema)
        try Hub.create(
            in: store, district: "Benchmark", key: key, now_ms: Clocks.wall_ms(),
            using: &generator)
        try HubCertificates(folder: path).create(
            hosts: ["127.0.0.1"], district: "Benchmark", now_ms: Clocks.wall_ms())
        let hub = try Hub(
            store: store, key: key, clock: Clocks.wall_ms, random: SystemRandomNumberGenerator())
        try hub.addAreas(VisitDay.areas)
        let intents = Intent.households(base)
        for start in stride(from: 0, to: intents.count, by: 2000) {
            try hub.load(
                intents[start..<min(start + 2000, intents.count)].map {
                    $0.recordChanges { _, _ in [] }
                }, intent: "load")
        }
        _ = try hub.makePerson(
            name: Self.administrator, roles: [.administrator, .conflictAdministrator],
            password: nil, by: nil)
        try store.close()
        return folder
    }

    /// Copies the folder as it lies on the disk; nobody may have it open.
    func copy(to other: String) throws -> HubFolder {
        try FileManager.default.copyItem(atPath: path, toPath: other)
        return HubFolder(path: other)
    }

    /// Opens the hub in this process.
    func open() throws -> Hub {
        let seed = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path + "/key")))
        guard let key = SigningKey(seed: seed) else {
            throw BenchmarkFault("\(path)/key is no key")
        }
        return try Hub(
            store: HubStore(path: path + "/hub.sqlite", schema: VisitDay.schema), key: key,
            clock: Clocks.wall_ms, random: SystemRandomNumberGenerator())
    }

    /// The certificate that devices pin, as PEM.
    func authority() throws -> [UInt8] {
        Array(try HubCertificates(folder: path).authorityPEM().utf8)
    }

    static let administrator = "Administrator"
}

extension Hub {
    /// A session of the administrator that `HubFolder.create` made.
    func administration() throws -> Session {
        let person = try makePerson(
            name: HubFolder.administrator, roles: [.administrator], password: nil, by: nil)
        return try session(token: openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40))
    }

    /// Enrols and approves a device for everything there is.
    func admit(
        _ replica: ReplicaID, _ key: SigningKey, person: String, by session: Session
    ) throws -> EnrolmentAnswer {
        let code = try makeCode(person: person, areas: [VisitDay.wholeArea], by: session)
        let answer = try enrol(
            EnrolmentRequest(
                secret: code.secret, replica: replica, key: key.verifying,
                deviceName: "benchmark",
                signature: key.sign(
                    Hub.enrolmentBytes(
                        secret: code.secret, replica: replica, key: key.verifying,
                        deviceName: "benchmark"), for: .enrolment)))
        try approve(replica, by: session)
        return answer
    }
}

/// This machine's clocks.
enum Clocks {
    /// Milliseconds since 1970.
    @Sendable static func wall_ms() -> Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    @Sendable static func reading() -> ClockReading {
        ClockReading(
            wall_ms: wall_ms(), monotonic_ms: nanoseconds(CLOCK_BOOTTIME) / 1_000_000, boot: 1)
    }

    /// Nanoseconds of one of the system's clocks.
    static func nanoseconds(_ clock: clockid_t) -> UInt64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }

    /// Nanoseconds of CPU, user and system, that a process has used, its ended threads included.
    static func cpu(of process: pid_t) throws -> UInt64 {
        var clock = clockid_t()
        guard clock_getcpuclockid(process, &clock) == 0 else {
            throw BenchmarkFault("process \(process) has no clock")
        }
        return nanoseconds(clock)
    }
}
