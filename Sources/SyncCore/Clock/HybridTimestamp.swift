/// A moment on one replica's hybrid logical clock.
///
/// Orders one replica's change sets and stays near wall time. It says *when*, as testimony; it
/// never decides what a writer knew. Totally ordered by `milliseconds`, then `counter`.
/// Source: Kulkarni et al. 2014, section 3; wire form in `protocol/change-set.md`.
public struct HybridTimestamp: Hashable, Comparable, Sendable {
    /// The largest moment: 2^48 − 1 ms after 1970, in the year 10889.
    public static let maximumMilliseconds: UInt64 = (1 << 48) - 1

    /// Milliseconds since 1970-01-01 UTC, in `0 ..< 2^48`.
    public let milliseconds: UInt64
    /// Events within one millisecond, in `0 ..< 2^16`.
    public let counter: UInt16

    /// Makes a moment; `nil` if `milliseconds` needs more than 48 bits.
    public init?(milliseconds: UInt64, counter: UInt16) {
        guard milliseconds <= Self.maximumMilliseconds else { return nil }
        (self.milliseconds, self.counter) = (milliseconds, counter)
    }

    init(unchecked milliseconds: UInt64, _ counter: UInt16) {
        assert(milliseconds <= Self.maximumMilliseconds)
        (self.milliseconds, self.counter) = (milliseconds, counter)
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.milliseconds, left.counter) < (right.milliseconds, right.counter)
    }
}

/// The hybrid logical clock of one replica.
///
/// Only own events move it: nothing received drags it, so that a device in the year 2035 can't pull
/// others along. After its wall clock is put back it goes on counting from where it was.
public struct HybridClock: Hashable, Sendable {
    /// The moment of the last own event.
    public private(set) var last: HybridTimestamp

    /// Makes a clock that has never ticked.
    public init() { last = HybridTimestamp(unchecked: 0, 0) }

    /// Makes a clock that has last shown `last`.
    public init(last: HybridTimestamp) { self.last = last }

    /// Returns the moment of an own event, later than all before it.
    ///
    /// `wall` is the wall clock in milliseconds since 1970; before 1970 counts as 1970, and beyond
    /// 48 bits as the last moment there is.
    public mutating func tick(wall: Int64) -> HybridTimestamp {
        let now = min(UInt64(max(wall, 0)), HybridTimestamp.maximumMilliseconds)
        if now > last.milliseconds {
            last = HybridTimestamp(unchecked: now, 0)
        } else if last.counter < .max {
            last = HybridTimestamp(unchecked: last.milliseconds, last.counter + 1)
        } else {
            // 65,536 events in one millisecond, or a clock set far back: borrow from the future.
            precondition(last.milliseconds < HybridTimestamp.maximumMilliseconds, "no time is left")
            last = HybridTimestamp(unchecked: last.milliseconds + 1, 0)
        }
        return last
    }
}
