import Simulation
import SyncTesting
import Testing

@Suite("simulation")
struct SimulationTests {
    private func run(_ first: UInt64, _ count: Int) async throws -> Simulation.Report {
        try await Simulation(first: first, count: count).run(
            folder: { _ in try SimulationFolder.make() }, remove: SimulationFolder.remove)
    }

    @Test("whatever the line, the clocks and restarts do, nothing is lost and all agree in the end")
    func converges() async throws {
        let report = try await run(1, 12)
        #expect(report.failures.map { "\($0.seed): \($0.what)" } == [])
        #expect(report.checks > 1000)
        for marker in [
            "synced", "sync interrupted", "conflict resolved", "conflict seen on a device",
            "created offline",
        ] {
            #expect(report.markers[marker, default: 0] > 0, "never reached: \(marker)")
        }
        for fault in ["drop-answer", "repeat-request", "hub-restart", "clock-jump"] {
            #expect(report.faults[fault, default: 0] > 0, "never injected: \(fault)")
        }
    }

    @Test("the same seed gives the same trace")
    func reproducible() async throws {
        let first = try await run(77, 2)
        let second = try await run(77, 2)
        #expect(first.trace == second.trace)
        #expect(Set(first.trace).count == 2)
    }
}
