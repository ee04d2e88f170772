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
            Real stores, the real client and the real hub in this process; the line, the clocks and restarts \
            are simulated, every choice from a seed. A seed that fails, fails again.
            """)

    @Option(help: "How many worlds, one after the other.")
    var seeds = 20

    @Option(help: "The first world's seed; the others follow it.")
    var seed: UInt64 = 1

    @Option(help: "How many things happen in each world.")
    var steps = 60

    @Flag(help: "One line of JSON at the end.")
    var json = false

    mutating func validate() throws {
        guard seeds >= 1, steps >= 1 else {
            throw ValidationError("--seeds and --steps are at least 1.")
        }
    }

    func run() async throws {
        let report = try await Simulation(first: seed, count: seeds, steps: steps).run(
            folder: { seed in
                let url = FileManager.default.temporaryDirectory.appendingPathComponent(
                    "hazama-world-\(ProcessInfo.processInfo.processIdentifier)-\(seed)")
                try FileManager.default.createDirectory(
                    at: url, withIntermediateDirectories: true)
                return url.path
            }, remove: { try FileManager.default.removeItem(atPath: $0) },
            progress: { report in
                guard !json, report.seeds % 10 == 0 || report.seeds == seeds else { return }
                Terminal.complain(
                    "\(report.seeds) of \(seeds) worlds, \(Int(report.simulatedDays)) days, "
                        + "\(report.failures.count) failed")
            })
        if json {
            Terminal.print(Self.json(report).text)
        } else {
            for failure in report.failures {
                Terminal.print("seed \(failure.seed): \(failure.what)")
            }
            Terminal.print(
                "\(report.seeds) worlds, \(Int(report.simulatedDays)) simulated days, "
                    + "\(report.faults.values.reduce(0, +)) faults, \(report.checks) checks, "
                    + "\(report.failures.count) failures")
        }
        if !report.failures.isEmpty {
            throw Failure(
                .damaged, "an invariant was broken; run the seed again with --seed N --seeds 1")
        }
    }

    private static func json(_ report: Simulation.Report) -> JSON {
        func counts(_ counts: [String: Int]) -> JSON {
            .object(
                counts.sorted { $0.key < $1.key }.map {
                    JSONMember($0.key, .integer(Int64($0.value)))
                })
        }
        return .object([
            JSONMember("seeds", .integer(Int64(report.seeds))),
            JSONMember("simulatedDays", .integer(Int64(report.simulatedDays))),
            JSONMember("faults", counts(report.faults)),
            JSONMember("checks", .integer(Int64(report.checks))),
            JSONMember("markers", counts(report.markers)),
            JSONMember(
                "failures",
                .array(
                    report.failures.map {
                        .object([
                            JSONMember("seed", .string("\($0.seed)")),
                            JSONMember("what", .string($0.what)),
                        ])
                    })),
        ])
    }
}
