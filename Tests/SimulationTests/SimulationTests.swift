import SyncClient
import SyncStore
import Testing

@testable import Simulation

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
        #expect(first.trace == second.trace)
        let other = try await Simulation(first: 78, count: 6).run(jobs: 2)
        #expect(other.trace != first.trace)
    }

    @Test("what goes to who may not hold it is seen, however it is packed")
    func leak() async throws {
        let world = try World(Fleet.numbered(0), devices: 1)
        defer { world.close() }
        _ = try await world.run(world.devices[0], SyncOptions())
        // The same records, as if they lay where nobody of this fleet may look.
        world.streets = world.streets.map { _ in 9 }
        let again = world.makeDevice(
            SimulatedDisk(copying: world.fleet.members[0].disk), person: 0, streets: [0, 1, 2])
        again.store = try DeviceStore.open(
            Fleet.folder, schema: .simulated, on: again.disk)
        var broken: String?
        do {
            _ = try await world.run(again, SyncOptions())
        } catch let violation as World.Violation {
            broken = violation.invariant
        }
        #expect(broken == "nothing out of scope is sent")
    }

    @Test("a mark is seen in the bytes of a state, and in what is around it")
    func marks() {
        var sight = Sight()
        sight.look(at: Array("\u{0}mark-mark-0007 words mark-0012".utf8))
        #expect(sight.plots == [7, 12])
        sight.look(atAnswer: Array("no answer".utf8))
        #expect(!sight.isWhole)
    }
}
