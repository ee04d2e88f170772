import CurlTransport
import Foundation
import SyncClient
import SyncCore
import SyncHub
import SyncStore

/// The scenarios, each at a hub of its own that begins with the same base.
struct Bench {
    let options: Options
    let workload: Workload
    /// A folder for everything; removed at the end.
    let scratch: String
    private let base: [Operation]
    let template: HubFolder

    init(_ options: Options) throws {
        self.options = options
        workload = Workload(script: options.script, households: options.households)
        scratch = options.scratch + "/hazama-bench-\(getpid())"
        try FileManager.default.createDirectory(
            atPath: scratch, withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o700])
        Self.say("making the base: \(options.households) households and their members")
        base = try workload.base()
        template = try HubFolder.create(at: scratch + "/base", base: base)
    }

    func cleanUp() throws { try FileManager.default.removeItem(atPath: scratch) }

    static func say(_ text: String) {
        FileHandle.standardError.write(Data("bench: \(text)\n".utf8))
    }

    /// A hub with the base, the devices that will talk to it, and what else `prepare` does to it
    /// before it serves.
    private func site(
        _ name: String, devices: Int, prepare: (Hub) throws -> Void = { _ in }
    ) throws -> (HubProcess, [FieldDevice]) {
        let folder = try template.copy(to: "\(scratch)/\(name)")
        let hub = try folder.open()
        try prepare(hub)
        let session = try hub.administration()
        let made = try (0..<devices).map { number in
            try FieldDevice(
                "\(scratch)/\(name)-device-\(number)", number: number, at: hub, in: folder,
                by: session)
        }
        try hub.store.close()
        return (try HubProcess(folder), made)
    }

    // MARK: S1

    /// One device uploads its week. The first one warms the hub up; the middle of the others
    /// counts.
    func upload(single: Bool) async throws -> Sample {
        let (hub, devices) = try site(single ? "s1-single" : "s1", devices: 6)
        defer { hub.stop() }
        var samples: [Sample] = []
        for (number, device) in devices.enumerated() {
            let connection = try device.connection(to: hub.url)
            try await device.pull(over: connection)
            let week = try workload.week(of: number)
            let intents = single ? Intent.single(week) : Intent.visits(week)
            try device.record(intents)
            samples.append(
                try await Sample.measuring(hub) {
                    let summary = try await device.client(over: connection).sync()
                    guard summary.sent == intents.count, summary.unsent == 0,
                        summary.quarantined == 0, summary.held == 0
                    else { throw BenchmarkFault("S1: not everything was taken: \(summary)") }
                    return [summary]
                })
            try device.discard()
        }
        return Sample.median(Array(samples.dropFirst()))
    }

    // MARK: S2

    struct Fleet {
        var sample: Sample
        /// What it cost the hub that each fetched what the others had sent before its upload.
        var fetched = Sample()
        var devices: Int
        var conflicts: Int
        var peak_MB: Double
        var operationsPerCPUSecond: Double { Double(600 * devices) / sample.hub_s }
        /// The same with what the others had sent: in turn that is fetched before the upload, at
        /// once some of it comes with the answer.
        var operationsPerCPUSecondInAll: Double {
            Double(600 * devices) / (sample.hub_s + fetched.hub_s)
        }
    }

    /// Devices that all began with the base have worked a week apart, and upload it, so many at
    /// once.
    ///
    /// Before its upload each fetches what the others sent, measured apart: so that an upload is
    /// measured, and not the download of everybody's week.
    func fleet(atOnce: Int) async throws -> Fleet {
        let (hub, made) = try site("s2-\(atOnce)", devices: options.devices)
        defer { hub.stop() }
        for (number, device) in made.enumerated() {
            try await device.pull(over: device.connection(to: hub.url))
            try device.record(Intent.visits(workload.week(of: number)))
            try device.store.close()
            if (number + 1) % 20 == 0 { Self.say("S2: \(number + 1) devices have their week") }
        }
        try hub.forgetPeak()
        var fleet = Fleet(sample: Sample(), devices: made.count, conflicts: 0, peak_MB: 0)
        for start in stride(from: 0, to: made.count, by: atOnce) {
            let devices = try made[start..<min(start + atOnce, made.count)].map {
                try FieldDevice(reopening: $0)
            }
            let connections = try devices.map { try $0.connection(to: hub.url) }
            let fetched = try await Sample.measuring(hub) {
                for (device, connection) in zip(devices, connections) {
                    try await device.pull(over: connection)
                }
                return []
            }
            fleet.fetched = fleet.fetched + fetched
            let sample = try await Sample.measuring(hub) {
                try await withThrowingTaskGroup(of: SyncSummary.self) { group in
                    for (device, connection) in zip(devices, connections) {
                        group.addTask { try await device.client(over: connection).sync() }
                    }
                    return try await group.reduce(into: []) { $0.append($1) }
                }
            }
            fleet.sample = fleet.sample + sample
            for device in devices {
                let status = try device.store.status()
                guard status.unsent == 0, status.quarantined == 0, status.held == 0 else {
                    throw BenchmarkFault("S2: not everything was taken")
                }
                fleet.conflicts = max(fleet.conflicts, status.conflicts)
                try device.discard()
            }
        }
        fleet.peak_MB = try hub.peakMemory_MB()
        return fleet
    }

    // MARK: S3

    /// A sync with nothing new behind a history of so many changes; each figure is that of one
    /// sync.
    func idle(history: Int) async throws -> (sample: Sample, peak_MB: Double) {
        let count = 200
        let households = base.filter { $0.collection.id == VisitDay.household }.map(\.record)
        let (hub, devices) = try site("s3-\(history)", devices: 1) { hub in
            guard history > 0 else { return }
            var writer = try HistoryWriter(hub, devices: 100, households: households)
            var waiting: [Operation] = []
            var done = 0
            func upload() throws {
                try writer.upload(waiting)
                done += waiting.count
                waiting = []
                Self.say("S3: \(done) changes of the history are in")
            }
            try workload.history(history) { operation in
                waiting.append(operation)
                if waiting.count == 50_000 { try upload() }
            }
            if !waiting.isEmpty { try upload() }
        }
        defer { hub.stop() }
        let connection = try devices[0].connection(to: hub.url)
        let client = devices[0].client(over: connection)
        for _ in 0..<20 { _ = try await client.sync() }
        try hub.forgetPeak()
        var sample = try await Sample.measuring(hub) {
            var summaries: [SyncSummary] = []
            for _ in 0..<count { summaries.append(try await client.sync()) }
            guard summaries.allSatisfy({ $0.received == 0 && $0.digestMatches == true }) else {
                throw BenchmarkFault("S3: there was something new, or the digests differ")
            }
            return summaries
        }
        let peak = try hub.peakMemory_MB()
        try devices[0].discard()
        sample.wall_s /= Double(count)
        sample.hub_s /= Double(count)
        sample.device_s /= Double(count)
        sample.bytesUp /= count
        sample.bytesDown /= count
        sample.roundTrips /= count
        return (sample, peak)
    }

    // MARK: S4

    /// A new device takes everything. The first one warms the hub up; the middle of the others
    /// counts.
    func snapshot() async throws -> (sample: Sample, peak_MB: Double) {
        let (hub, devices) = try site("s4", devices: 4)
        defer { hub.stop() }
        var samples: [Sample] = []
        for device in devices {
            let client = device.client(over: try device.connection(to: hub.url))
            try hub.forgetPeak()
            samples.append(
                try await Sample.measuring(hub) {
                    let summary = try await client.sync()
                    guard summary.received == base.count else {
                        throw BenchmarkFault("S4: \(summary.received) records came")
                    }
                    return [summary]
                })
            try device.discard()
        }
        return (Sample.median(Array(samples.dropFirst())), try hub.peakMemory_MB())
    }

    // MARK: R17

    /// One device has worked for so long that it has 50,000 change sets to send, and sends them in
    /// one sync; and what the hub's memory grew by meanwhile.
    func months() async throws -> (sample: Sample, sent: Int, growth_MB: Double) {
        let (hub, devices) = try site("months", devices: 1)
        defer { hub.stop() }
        let device = devices[0]
        let connection = try device.connection(to: hub.url)
        try await device.pull(over: connection)
        var recorded = 0
        for week in 0..<84 {
            let intents = Intent.single(try workload.week(of: week))
            try device.record(intents)
            recorded += intents.count
            if week % 12 == 11 { Self.say("R17: \(recorded) change sets are recorded") }
        }
        let count = recorded
        try hub.forgetPeak()
        let before = try hub.peakMemory_MB()
        let sample = try await Sample.measuring(hub) {
            let summary = try await device.client(over: connection).sync()
            guard summary.sent == count, summary.unsent == 0, summary.quarantined == 0,
                summary.held == 0, summary.digestMatches != false
            else { throw BenchmarkFault("R17: not everything was taken: \(summary)") }
            return [summary]
        }
        let growth_MB = try hub.peakMemory_MB() - before
        try device.discard()
        return (sample, count, growth_MB)
    }

    // MARK: S5

    struct Concurrency {
        /// The values that both devices show for the field that both wrote.
        var sameField: Set<String> = []
        /// Whether both devices show both writes to different fields, with nothing in dispute.
        var differentFields = false
    }

    /// Two devices edit one record: one field both, and one field each.
    func concurrency() async throws -> Concurrency {
        let (hub, devices) = try site("s5", devices: 2)
        defer { hub.stop() }
        let record = base[0].record
        let declaration = base[0].collection
        guard let address = declaration.unit(named: "address"),
            let phone = declaration.unit(named: "phone"),
            let priority = declaration.unit(named: "priority")
        else { throw BenchmarkFault("the schema has other fields") }
        func operation(_ device: Int, _ unit: UnitDeclaration, _ value: Value) -> Operation {
            Operation(
                collection: declaration, record: record, isInsert: false,
                wall_ms: 1_720_000_000_000, device: device, values: [(unit.id, value)])
        }
        let clients = try devices.map { device in
            device.client(over: try device.connection(to: hub.url))
        }
        for client in clients { _ = try await client.sync() }
        try devices[0].record([
            Intent([operation(0, address, .text("A")), operation(0, phone, .text("1"))])
        ])
        try devices[1].record([
            Intent([operation(1, address, .text("B")), operation(1, priority, .integer(3))])
        ])
        for place in [0, 1, 0] { _ = try await clients[place].sync() }
        var seen: [Set<String>] = []
        var merged = true
        for device in devices {
            guard let state = try device.store.shown(record)?.state,
                case .register(let register)? = state[address.id]
            else { throw BenchmarkFault("S5: the record is gone") }
            seen.append(Set(register.sides.map { "\($0.value)" }))
            merged =
                merged && state[phone.id]?.outcome(under: phone)?.value == .text("1")
                && state[priority.id]?.outcome(under: priority)?.value == .integer(3)
            try device.discard()
        }
        return Concurrency(
            sameField: seen[0] == seen[1] ? seen[0] : [], differentFields: merged)
    }
}

extension Bench {
    // MARK: S6

    /// Ten weeks of one device, each operation a transaction of its own: with capture, and plain.
    func capture() async throws -> (ours: Capture, plain: Capture, operations: [Operation]) {
        let weeks = options.isQuick ? 2 : 10
        let (hub, devices) = try site("s6", devices: 1)
        defer { hub.stop() }
        let connection = try devices[0].connection(to: hub.url)
        try await devices[0].pull(over: connection)
        let operations = try (0..<weeks).flatMap { try workload.week(of: $0) }
        let plain = try Capture.plain(base, operations, path: scratch + "/plain.sqlite")
        var ours = try Capture.recording(operations, on: devices[0])
        let path = devices[0].store.path
        try devices[0].store.close()
        ours.bytes = try FileManager.default.size(path + "/store.sqlite")
        return (ours, plain, operations)
    }
}
