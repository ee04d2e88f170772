/// Many worlds, one after the other, each from its own number.
public struct Simulation: Sendable {
    /// What the runs amounted to.
    public struct Report: Sendable {
        public var seeds = 0
        public var simulatedDays = 0.0
        /// Injected faults by kind.
        public var faults: [String: Int] = [:]
        public var checks = 0
        /// Situations that were reached.
        public var markers: [String: Int] = [:]
        public var failures: [Failure] = []
        /// A hash over everything that was recorded and shown, in order: the same for the same
        /// seeds.
        public var trace: [String] = []
    }

    /// A seed that broke an invariant.
    public struct Failure: Sendable {
        public let seed: UInt64
        public let what: String
    }

    public let first: UInt64
    public let count: Int
    public let steps: Int

    /// - Parameters:
    ///   - first: the first seed; the others follow it.
    ///   - steps: how many things happen in each world before the lines are repaired.
    public init(first: UInt64, count: Int, steps: Int = 60) {
        (self.first, self.count, self.steps) = (first, count, steps)
    }

    /// Runs every seed, each in an empty folder that `folder` makes and `remove` takes away again.
    public func run(
        folder: (UInt64) throws -> String, remove: (String) throws -> Void,
        progress: (Report) -> Void = { _ in }
    ) async throws -> Report {
        var report = Report()
        for seed in first..<(first &+ UInt64(count)) {
            let path = try folder(seed)
            let world = try World(seed: seed, folder: path)
            do {
                try await world.run(steps: steps)
            } catch {
                report.failures.append(Failure(seed: seed, what: "\(error)"))
            }
            report.seeds += 1
            report.simulatedDays += world.simulatedDays
            report.checks += world.checks
            report.faults.merge(world.faults) { $0 + $1 }
            report.markers.merge(world.markers) { $0 + $1 }
            report.trace.append("\(world.trace)")
            try world.close()
            try remove(path)
            progress(report)
        }
        return report
    }
}
