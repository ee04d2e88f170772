internal import Synchronization

/// Many worlds, each from its own number.
public struct Simulation: Sendable {
    /// What the runs amounted to.
    public struct Report: Sendable {
        public var seeds = 0
        /// Days of the worlds.
        public var simulatedDays = 0.0
        /// The same, counted for every device that was there.
        public var deviceDays = 0.0
        /// Injected faults by kind.
        public var faults: [String: Int] = [:]
        public var checks = 0
        /// Situations that were reached.
        public var markers: [Marker: Int] = [:]
        public var failures: [Failure] = []
        /// By seed, what stands for everything that happened, in order: the same for the same seed.
        public var traces: [UInt64: UInt64] = [:]

        /// Stands for all that happened in all worlds, whatever ran at once: whoever runs the same
        /// seeds again, in another process or on another machine, gets the same.
        public var trace: UInt64 {
            var hash: UInt64 = 0xcbf2_9ce4_8422_2325
            for (seed, trace) in traces.sorted(by: { $0.key < $1.key }) {
                for word in [seed, trace] {
                    hash = (hash ^ word) &* 0x0000_0100_0000_01b3
                    hash ^= hash >> 32
                }
            }
            return hash
        }

        /// Situations that were never reached.
        public var missed: [Marker] { Marker.allCases.filter { markers[$0] == nil } }

        mutating func add(_ other: Report) {
            seeds += other.seeds
            simulatedDays += other.simulatedDays
            deviceDays += other.deviceDays
            faults.merge(other.faults, uniquingKeysWith: +)
            checks += other.checks
            markers.merge(other.markers, uniquingKeysWith: +)
            failures += other.failures
            failures.sort { $0.seed < $1.seed }
            traces.merge(other.traces) { first, _ in first }
        }
    }

    /// A world that broke an invariant.
    public struct Failure: Sendable {
        public let seed: UInt64
        public let invariant: String
        public let detail: String
    }

    public let first: UInt64
    public let count: Int
    public let steps: Int

    /// - Parameters:
    ///   - first: the first seed; the others follow it.
    ///   - steps: about how many things happen in each world before everything is repaired.
    public init(first: UInt64, count: Int, steps: Int = 60) {
        (self.first, self.count, self.steps) = (first, count, steps)
    }

    /// What several runs at once have in common.
    private final class Ledger: Sendable {
        private let state = Mutex((next: 0, report: Report()))

        func takePlace() -> Int {
            state.withLock { state in
                defer { state.next += 1 }
                return state.next
            }
        }

        func add(_ report: Report) -> Report {
            state.withLock { state in
                state.report.add(report)
                return state.report
            }
        }

        var report: Report { state.withLock { $0.report } }
    }

    /// Runs every seed, `jobs` at once.
    ///
    /// - Parameters:
    ///   - repeated: one of so many seeds is run twice, and must do the same; `nil` for none.
    ///   - stopsAtFailure: whether the first broken invariant ends the run.
    ///   - goesOn: asked before each world. What has begun is run to its end: the report is that of
    ///     as many seeds, from the first on.
    public func run(
        jobs: Int = 1, repeating repeated: Int? = nil, stopsAtFailure: Bool = false,
        goesOn: @escaping @Sendable () -> Bool = { true },
        progress: @escaping @Sendable (Report) -> Void = { _ in }
    ) async throws -> Report {
        let ledger = Ledger()
        try await withThrowingTaskGroup(of: Void.self) { group in
            for _ in 0..<max(1, jobs) {
                group.addTask {
                    while true {
                        guard goesOn() else { return }
                        let place = ledger.takePlace()
                        guard place < count else { return }
                        let seed = first &+ UInt64(place)
                        var report = try await Self.run(
                            Script(seed: seed, steps: steps), seed: seed)
                        if let share = repeated, place % share == 0 {
                            let again = try await Self.run(
                                Script(seed: seed, steps: steps), seed: seed)
                            if again.traces != report.traces {
                                report.failures.append(
                                    Failure(
                                        seed: seed, invariant: "the same seed gives the same trace",
                                        detail: "two runs differ"))
                            }
                        }
                        let sum = ledger.add(report)
                        progress(sum)
                        if stopsAtFailure, !sum.failures.isEmpty { return }
                    }
                }
            }
            try await group.waitForAll()
        }
        return ledger.report
    }

    /// Returns the shortest script found that breaks the same invariant as `failure` did.
    public func shortest(for failure: Failure) async throws -> Script {
        try await Script(seed: failure.seed, steps: steps).shrunk { script in
            try await Self.run(script).failures.first?.invariant == failure.invariant
        }
    }

    /// Runs one script.
    public static func run(_ script: Script, seed: UInt64 = 0) async throws -> Report {
        let world = try World(Fleet.numbered(script.fleet), devices: script.devices)
        var report = Report()
        do {
            try await world.run(script)
        } catch let violation as World.Violation {
            report.failures = [
                Failure(seed: seed, invariant: violation.invariant, detail: violation.detail)
            ]
        } catch {
            report.failures = [
                Failure(seed: seed, invariant: "nothing fails without a fault", detail: "\(error)")
            ]
        }
        let day = 86_400_000.0
        report.seeds = 1
        report.simulatedDays = Double(world.now_ms - Fleet.start_ms) / day
        report.deviceDays = Double(world.device_ms) / day
        report.checks = world.checks
        report.faults = world.faults
        report.markers = world.markers
        report.traces = [seed: world.trace]
        world.close()
        return report
    }
}
