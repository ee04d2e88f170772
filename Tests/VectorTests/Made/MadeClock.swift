import SyncCore
import SyncProtocol

extension Made {
    /// Hybrid clocks and corrected times: `merging.md`, "Clock".
    static var clock: [VectorFile] {
        [
            VectorFile(
                "clock/ticks.json",
                [
                    "about":
                        "A clock that never ticked, at these wall clocks one after the other.",
                    "ticks": .array(ticks()),
                ]),
            VectorFile(
                "clock/corrected.json",
                [
                    "about":
                        "When a change set was made by the hub's clock; and the device's estimate.",
                    "cases": .array(corrected()),
                ]),
        ]
    }

    private static func ticks() -> [JSON] {
        var clock = HybridClock()
        let walls: [Int64] = [
            -5, 0, 1_000, 1_000, 999, 1_001, .max, 5, .min,
        ]
        return walls.map { wall in
            let moment = clock.tick(wall: wall)
            return .object([
                "wall_ms": .integer(wall), "milliseconds": .integer(Int64(moment.milliseconds)),
                "counter": .integer(Int64(moment.counter)),
            ])
        }
    }

    private static func corrected() -> [JSON] {
        func time(
            wall: Int64, monotonic: UInt64, boot: UInt64, offset: Int64?
        ) -> WriteTime {
            WriteTime(
                timestamp: HybridTimestamp(milliseconds: 0, counter: 0)!, wall_ms: wall,
                monotonic_ms: monotonic, boot: boot, offset_ms: offset, offsetAge_ms: nil)
        }
        let sent = ClockReading(wall_ms: 5_000, monotonic_ms: 900, boot: 1)
        let cases: [(String, WriteTime, ClockReading, Int64)] = [
            (
                "the same boot: the monotonic clock tells",
                time(wall: 0, monotonic: 400, boot: 1, offset: 7), sent, 100_000
            ),
            (
                "another boot, an offset was known",
                time(wall: 4_000, monotonic: 400, boot: 2, offset: 90_000), sent, 100_000
            ),
            (
                "another boot, no offset: that of this exchange",
                time(wall: 4_000, monotonic: 400, boot: 2, offset: nil), sent, 100_000
            ),
            (
                "a monotonic clock that runs ahead of the request's is not believed",
                time(wall: 4_000, monotonic: 901, boot: 1, offset: 90_000), sent, 100_000
            ),
            (
                "never later than the hub's clock",
                time(wall: 50_000, monotonic: 0, boot: 2, offset: 90_000), sent, 100_000
            ),
            (
                "a clock in 1960", time(wall: -300_000_000_000, monotonic: 0, boot: 2, offset: 0),
                sent, 100_000
            ),
            (
                "sums stop at the ends of 64 bits",
                time(wall: .min, monotonic: 0, boot: 2, offset: .min),
                ClockReading(wall_ms: .max, monotonic_ms: 0, boot: 3), 1_795_251_600_000
            ),
            (
                "and at the other end", time(wall: .max, monotonic: 0, boot: 2, offset: nil),
                ClockReading(wall_ms: .min, monotonic_ms: .max, boot: 2), .max
            ),
        ]
        return cases.map { about, time, sent, hub in
            .object([
                "about": .string(about), "time": time.rendering,
                "sent": .object([
                    "wall_ms": .integer(sent.wall_ms),
                    "monotonic_ms": sent.monotonic_ms == .max
                        ? .decimal("\(UInt64.max)") : .integer(Int64(sent.monotonic_ms)),
                    "boot": .integer(Int64(sent.boot)),
                ]), "hub_ms": .integer(hub),
                "corrected_ms": .integer(
                    Int64(CorrectedTime.at(time, sent: sent, hub_ms: hub).milliseconds)),
                "estimate_ms": .integer(Int64(CorrectedTime.estimate(time).milliseconds)),
            ])
        }
    }
}
