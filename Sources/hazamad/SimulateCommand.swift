import ArgumentParser
import Foundation
import Simulation
import SyncProtocol

/// Runs simulated fleets against a simulated hub, and says whether anything was lost.
struct SimulateCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "simulate",
        abstract: "Run fleets of simulated devices and look whether anything is lost.",
        discussion: """
            Real stores on disks in memory, the real client and the real hub in this process; lines, disks, clocks \
            and people are simulated, every choice from a seed. A seed that fails, fails again.
            """)

    @Option(help: "How many worlds.")
    var seeds = 20

    @Option(help: "The first world's seed; the others follow it.")
    var seed: UInt64 = 1

    @Option(help: "About how many things happen in each world.")
    var steps = 60

    @Option(help: "How many worlds at once.")
    var jobs = 2

    @Flag(help: "One line of JSON at the end.")
    var json = false

    mutating func validate() throws {
        guard seeds >= 1, steps >= 1, (1...64).contains(jobs) else {
            throw ValidationError("--seeds and --steps are at least 1, --jobs at most 64.")
        }
    }

    func run() async throws {
        let (isQuiet, seeds) = (json, seeds)
        let report = try await Simulation(first: seed, count: seeds, steps: steps).run(
            jobs: jobs
        ) { report in
            guard !isQuiet, report.seeds % 100 == 0 || report.seeds == seeds else { return }
            Terminal.complain(
                "\(report.seeds) of \(seeds) worlds, \(Int(report.deviceDays)) device-days, "
                    + "\(report.failures.count) failed")
        }
        if json {
            Terminal.print(Self.json(report).text)
        } else {
            for failure in report.failures {
                Terminal.print("seed \(failure.seed): \(failure.invariant): \(failure.detail)")
            }
            Terminal.print(
                "\(report.seeds) worlds, \(Int(report.simulatedDays)) days, "
                    + "\(Int(report.deviceDays)) device-days, "
                    + "\(report.faults.values.reduce(0, +)) faults, \(report.checks) checks, "
                    + "\(report.failures.count) failures")
        }
        if !report.failures.isEmpty {
            throw Failure(
                .damaged, "an invariant was broken; run the seed again with --seed N --seeds 1")
        }
    }

    private static func json(_ report: Simulation.Report) -> JSON {
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
            JSONMember("markers", counts(report.markers.map { ($0.key.rawValue, $0.value) })),
            JSONMember(
                "failures",
                .array(
                    report.failures.map {
                        .object([
                            JSONMember("seed", .string("\($0.seed)")),
                            JSONMember("what", .string("\($0.invariant): \($0.detail)")),
                        ])
                    })),
        ])
    }
}
