import Foundation
import SyncClient

/// What one measured step cost.
struct Sample: Sendable {
    var wall_s = 0.0
    /// CPU of the hub's process.
    var hub_s = 0.0
    /// CPU of the devices' process.
    var device_s = 0.0
    var bytesUp = 0
    var bytesDown = 0
    var roundTrips = 0

    /// Measures `body` at this hub; it returns what its syncs said.
    static func measuring(
        _ hub: HubProcess, _ body: () async throws -> [SyncSummary]
    ) async throws -> Sample {
        let own = getpid()
        let (cpu, device) = (try hub.cpu_s(), try Clocks.cpu(of: own))
        let wall = Clocks.nanoseconds(CLOCK_MONOTONIC)
        let summaries = try await body()
        var sample = Sample()
        sample.wall_s = Double(Clocks.nanoseconds(CLOCK_MONOTONIC) - wall) / 1e9
        sample.hub_s = try hub.cpu_s() - cpu
        sample.device_s = Double(try Clocks.cpu(of: own) - device) / 1e9
        for summary in summaries {
            sample.bytesUp += summary.bytesUp
            sample.bytesDown += summary.bytesDown
            sample.roundTrips += summary.roundTrips
        }
        return sample
    }

    /// The sum of steps that were measured apart.
    static func + (left: Sample, right: Sample) -> Sample {
        Sample(
            wall_s: left.wall_s + right.wall_s, hub_s: left.hub_s + right.hub_s,
            device_s: left.device_s + right.device_s, bytesUp: left.bytesUp + right.bytesUp,
            bytesDown: left.bytesDown + right.bytesDown,
            roundTrips: left.roundTrips + right.roundTrips)
    }

    /// The middle of each figure by itself.
    static func median(_ samples: [Sample]) -> Sample {
        func middle<Figure: Comparable>(_ figure: (Sample) -> Figure) -> Figure {
            samples.map(figure).sorted()[samples.count / 2]
        }
        return Sample(
            wall_s: middle(\.wall_s), hub_s: middle(\.hub_s), device_s: middle(\.device_s),
            bytesUp: middle(\.bytesUp), bytesDown: middle(\.bytesDown),
            roundTrips: middle(\.roundTrips))
    }
}
