/// The time of day, handed in: this room reads no clock of its own but the monotonic one.
public struct WallClock: Sendable {
    /// Milliseconds since 1970.
    public let now_ms: @Sendable () -> Int64
    /// Seconds that local time is ahead of UTC at such a moment.
    public let offset_s: @Sendable (Int64) -> Int

    public init(
        now_ms: @escaping @Sendable () -> Int64,
        offset_s: @escaping @Sendable (Int64) -> Int = { _ in 0 }
    ) {
        self.now_ms = now_ms
        self.offset_s = offset_s
    }
}
