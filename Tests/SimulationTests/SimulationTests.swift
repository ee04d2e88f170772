import Simulation
import Testing

@Suite("simulation")
struct SimulationTests {
    @Test(
        "whatever the line, the disks and the clocks do, nothing is lost and all agree in the end")
    func converges() async throws {
        let report = try await Simulation(first: 1, count: 50).run(jobs: 2)
        #expect(report.failures.map { "\($0.seed): \($0.invariant): \($0.detail)" } == [])
        #expect(report.checks > 5000)
        for marker: Marker in [
            .synced, .interrupted, .conflictSeen, .createdOffline, .devicePowerLost,
        ] {
            #expect(report.markers[marker, default: 0] > 0, "never reached: \(marker)")
        }
    }

    @Test("the same seed gives the same trace")
    func reproducible() async throws {
        let first = try await Simulation(first: 77, count: 6).run()
        let second = try await Simulation(first: 77, count: 6).run(jobs: 2)
        #expect(first.traces == second.traces)
        #expect(Set(first.traces.values).count == 6)
    }
}
