/// What a writer's clocks showed when a change set was sealed: testimony, kept as it was given.
public struct WriteTime: Hashable, Sendable {
    /// The replica's hybrid clock.
    public let timestamp: HybridTimestamp
    /// The wall clock, in milliseconds since 1970-01-01 UTC; may be wrong by years.
    public let wall_ms: Int64
    /// Milliseconds since the machine started, not counting on through a restart.
    public let monotonic_ms: UInt64
    /// Chance drawn at each start of the machine or read from it; tells one run of the monotonic
    /// clock from another.
    public let boot: UInt64
    /// What the last sync measured: hub time minus this machine's wall time. `nil` before the
    /// first.
    public let offset_ms: Int64?
    /// How long before sealing it was measured, by the monotonic clock. `nil` if unknown.
    public let offsetAge_ms: UInt64?

    public init(
        timestamp: HybridTimestamp, wall_ms: Int64, monotonic_ms: UInt64, boot: UInt64,
        offset_ms: Int64?, offsetAge_ms: UInt64?
    ) {
        self.timestamp = timestamp
        self.wall_ms = wall_ms
        self.monotonic_ms = monotonic_ms
        self.boot = boot
        self.offset_ms = offset_ms
        self.offsetAge_ms = offsetAge_ms
    }
}

/// A reading of a machine's clocks, handed to whoever may not read them.
public struct ClockReading: Hashable, Sendable {
    /// Milliseconds since 1970-01-01 UTC.
    public let wall_ms: Int64
    /// Milliseconds since the machine started.
    public let monotonic_ms: UInt64
    /// Which run of the monotonic clock this is.
    public let boot: UInt64

    public init(wall_ms: Int64, monotonic_ms: UInt64, boot: UInt64) {
        (self.wall_ms, self.monotonic_ms, self.boot) = (wall_ms, monotonic_ms, boot)
    }
}

/// When a change set was made, on the hub's clock, fixed once at first admission.
///
/// `.latest` units are decided by it, nothing else is.
public struct CorrectedTime: Hashable, Comparable, Sendable {
    /// Milliseconds since 1970-01-01 UTC, in `0 ..< 2^48`.
    public let milliseconds: UInt64

    /// Makes a moment; values outside `0 ..< 2^48` are moved to the nearest end.
    public init(clamping milliseconds: Int64) {
        self.milliseconds = min(
            UInt64(max(milliseconds, 0)), HybridTimestamp.maximumMilliseconds)
    }

    public static func < (left: Self, right: Self) -> Bool {
        left.milliseconds < right.milliseconds
    }

    /// Works out when `time` was, given the same device's clocks `sent` at the moment of `hub_ms`.
    ///
    /// In the same run of the machine the monotonic clock tells how long ago it was, whatever the
    /// wall clock did in between. Otherwise the offset measured nearest to the write is added to
    /// its wall clock, and without any the offset of this very exchange. Never later than `hub_ms`.
    public static func at(
        _ time: WriteTime, sent: ClockReading, hub_ms: Int64
    ) -> CorrectedTime {
        let estimate: Int64
        if time.boot == sent.boot, time.monotonic_ms <= sent.monotonic_ms {
            let ago = Int64(clamping: sent.monotonic_ms - time.monotonic_ms)
            estimate = hub_ms.subtractingClamped(ago)
        } else if let offset = time.offset_ms {
            estimate = time.wall_ms.addingClamped(offset)
        } else {
            estimate = time.wall_ms.addingClamped(hub_ms.subtractingClamped(sent.wall_ms))
        }
        return CorrectedTime(clamping: min(estimate, hub_ms))
    }

    /// The moment that lies so far after what the wall clock showed, as a receipt tells it.
    public init(_ time: WriteTime, shift_ms: Int64) {
        self.init(clamping: time.wall_ms &+ shift_ms)
    }

    /// How far it lies after what the wall clock showed. Wraps, so that it is exact for any clock.
    public func shift_ms(from time: WriteTime) -> Int64 { Int64(milliseconds) &- time.wall_ms }

    /// Works out the same on the device, before the hub has: with the last measured offset, or
    /// none.
    public static func estimate(_ time: WriteTime) -> CorrectedTime {
        CorrectedTime(clamping: time.wall_ms.addingClamped(time.offset_ms ?? 0))
    }
}

extension Int64 {
    /// The sum, or the nearest end where it would overflow.
    package func addingClamped(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other > 0 ? .max : .min) : sum
    }

    /// The difference, or the nearest end where it would overflow.
    package func subtractingClamped(_ other: Int64) -> Int64 {
        let (difference, overflow) = subtractingReportingOverflow(other)
        return overflow ? (other > 0 ? .min : .max) : difference
    }
}
