import ArgumentParser
import Dispatch
import Foundation
import Simulation
import SyncCore
import SyncProtocol
import Synchronization

/// Runs simulated fleets against a simulated hub, and says whether anything was lost.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run fleets of simulated devices and look whether anything is lost.",
        discussion: """
            Real stores on disks in memory, the real client and the real hub in this process; lines, disks, clocks \
            and people are simulated, every choice from a seed. A seed that fails, fails again. Ctrl-C ends it after \
            the worlds at hand, with the figures so far.
            """)

    @Option(help: "How many worlds.")
    var seeds = 20

    @Option(help: "The first world's seed; the others follow it.")
    var seed: UInt64 = 1

    @Option(help: "About how many things happen in each world.")
    var steps = 60

    @Option(help: "How many worlds at once.")
    var jobs = 2

    @Option(help: "A file with a script, as a failure prints it, to run instead of seeds.")
    var script: String?

    @Option(help: "A file to append a row about this run to.")
    var ledger: String?

    @Flag(help: "One line of JSON at the end.")
    var json = false

    mutating func validate() throws {
        guard seeds >= 1, steps >= 1, (1...64).contains(jobs) else {
            throw ValidationError("--seeds and --steps are at least 1, --jobs at most 64.")
        }
    }

    /// From so many worlds on, every situation must have been met.
    private static let soak = 2000

    func run() async throws {
        let report: Simulation.Report
        if let script {
            report = try await replay(script)
        } else {
            report = try await simulate()
        }
        var shortest: Script?
        if script == nil, let first = report.failures.first {
            shortest = try await simulation.shortest(for: first)
        }
        let missed = report.seeds >= Self.soak ? report.missed.map(\.rawValue) : []
        if json {
            Terminal.print(Self.json(report, shortest).text)
        } else {
            for failure in report.failures {
                Terminal.print("seed \(failure.seed): \(failure.invariant): \(failure.detail)")
            }
            if let shortest { Terminal.print("the first of them, shortened:\n\(shortest)") }
            Terminal.print(
                "\(report.seeds) worlds, \(Self.figures(report)), \(report.failures.count) failures"
            )
        }
        if let ledger {
            try Ledger(path: ledger).append(
                tool: "simulate --seed \(seed) --seeds \(report.seeds)",
                figures: Self.figures(report),
                failures: report.failures.count + missed.count)
        }
        guard missed.isEmpty else {
            throw Failure(.damaged, "never reached: \(missed.joined(separator: ", "))")
        }
        if !report.failures.isEmpty {
            throw Failure(
                .damaged, "an invariant was broken; run the seed again with --seed N --seeds 1")
        }
    }

    private var simulation: Simulation { Simulation(first: seed, count: seeds, steps: steps) }

    private func simulate() async throws -> Simulation.Report {
        let (isQuiet, seeds) = (json, seeds)
        let isInterrupted = Interruption()
        signal(SIGINT, SIG_IGN)
        let interrupts = DispatchSource.makeSignalSource(signal: SIGINT, queue: .global())
        interrupts.setEventHandler {
            isInterrupted.raise()
            // The second one ends the program.
            signal(SIGINT, SIG_DFL)
        }
        interrupts.resume()
        defer {
            interrupts.cancel()
            signal(SIGINT, SIG_DFL)
        }
        let told = Told()
        // One in ten twice: the same seed must do the same.
        return try await simulation.run(
            jobs: jobs, repeating: 10,
            goesOn: { !isInterrupted.isRaised }
        ) { report in
            // Whoever waits for thousands of worlds can look at the first that failed.
            for failure in report.failures
            where told.isNew(failure.seed) {
                Terminal.complain("\(failure.seed) failed: \(failure.invariant)")
            }
            guard !isQuiet, report.seeds % 100 == 0 || report.seeds == seeds else { return }
            Terminal.complain(
                "\(report.seeds) of \(seeds) worlds, \(Int(report.deviceDays)) device-days, "
                    + "\(report.failures.count) failed")
        }
    }

    private func replay(_ path: String) async throws -> Simulation.Report {
        guard let bytes = FileManager.default.contents(atPath: path),
            let script = Script(String(decoding: bytes, as: UTF8.self))
        else { throw Failure(.usage, "\(path) holds no script") }
        return try await Simulation.run(script)
    }

    private static func figures(_ report: Simulation.Report) -> String {
        "\(Int(report.simulatedDays)) days, \(Int(report.deviceDays)) device-days, "
            + "\(report.faults.values.reduce(0, +)) faults, \(report.checks) checks, "
            + "\(report.markers.count) of \(Marker.allCases.count) situations, "
            + "trace \(trace(report))"
    }

    private static func trace(_ report: Simulation.Report) -> String {
        let digits = String(report.trace, radix: 16)
        return String(repeating: "0", count: 16 - digits.count) + digits
    }

    private static func json(_ report: Simulation.Report, _ shortest: Script?) -> JSON {
        func counts(_ counts: [(String, Int)]) -> JSON {
            .object(
                counts.sorted { $0.0 < $1.0 }.map { JSONMember($0.0, .integer(Int64($0.1))) })
        }
        return .object([
            JSONMember("seeds", .integer(Int64(report.seeds))),
            JSONMember("simulatedDays", .integer(Int64(report.simulatedDays))),
            JSONMember("deviceDays", .integer(Int64(report.deviceDays))),
            JSONMember("faults", counts(report.faults.map { ($0.key, $0.value) })),
            JSONMember("checks", .integer(Int64(report.checks))),
            JSONMember("trace", .string(trace(report))),
            JSONMember("markers", counts(report.markers.map { ($0.key.rawValue, $0.value) })),
            JSONMember(
                "failures",
                .array(
                    report.failures.enumerated().map { place, failure in
                        .object([
                            JSONMember("seed", .string("\(failure.seed)")),
                            JSONMember("what", .string("\(failure.invariant): \(failure.detail)")),
                            JSONMember(
                                "script",
                                place == 0 ? .string("\(shortest.map { "\($0)" } ?? "")") : .null),
                        ])
                    })),
        ])
    }
}

/// What a signal says to those who look.
private final class Interruption: Sendable {
    private let state = Atomic(false)

    func raise() { state.store(true, ordering: .relaxed) }
    var isRaised: Bool { state.load(ordering: .relaxed) }
}

/// The seeds of which somebody has been told.
private final class Told: Sendable {
    private let seeds = Mutex(Set<UInt64>())

    func isNew(_ seed: UInt64) -> Bool { seeds.withLock { $0.insert(seed).inserted } }
}
