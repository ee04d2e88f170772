import SyncCore
import SyncTesting
import Testing

@Suite("hybrid clock")
struct HybridClockTests {
    /// 1970, 2106 (2^32 s), before 1970, and beyond what 48 bits hold.
    static let walls: [Int64] = [
        0, 1, 1000, 1_700_000_000_000, 1_700_000_000_001, 4_294_967_296_000, -1, .min,
        (1 << 48) - 1,
    ]

    @Test(
        "each moment is later than all before it, whatever the wall clock does", arguments: Seed.all
    )
    func monotone(seed: Seed) {
        var generator = TestGenerator(seed)
        var clock = HybridClock()
        var last = clock.last
        for _ in 0..<300 {
            let moment = clock.tick(wall: generator.pick(Self.walls))
            #expect(moment > last)
            #expect(moment == clock.last)
            last = moment
        }
    }

    @Test("follows a wall clock that runs on, with counter 0")
    func follows() {
        var clock = HybridClock()
        for wall: Int64 in [5, 6, 1000, 4_294_967_296_000] {
            #expect(
                clock.tick(wall: wall) == HybridTimestamp(milliseconds: UInt64(wall), counter: 0))
        }
    }

    @Test("goes on counting where it was when the wall clock is put back")
    func putBack() {
        var clock = HybridClock()
        _ = clock.tick(wall: 2_051_222_400_000)
        for count: UInt16 in 1...3 {
            #expect(
                clock.tick(wall: 0)
                    == HybridTimestamp(milliseconds: 2_051_222_400_000, counter: count))
        }
    }

    @Test("more than 65,536 events in one millisecond borrow from the next")
    func full() {
        var clock = HybridClock(last: HybridTimestamp(milliseconds: 7, counter: 65_533)!)
        let moments = (0..<4).map { _ in clock.tick(wall: 7) }
        #expect(
            moments == [
                HybridTimestamp(milliseconds: 7, counter: 65_534),
                HybridTimestamp(milliseconds: 7, counter: 65_535),
                HybridTimestamp(milliseconds: 8, counter: 0),
                HybridTimestamp(milliseconds: 8, counter: 1),
            ])
    }

    @Test("a wall clock outside 48 bits counts as the nearest moment there is")
    func outside() {
        var clock = HybridClock()
        #expect(clock.tick(wall: .min) == HybridTimestamp(milliseconds: 0, counter: 1))
        #expect(clock.tick(wall: .max) == HybridTimestamp(milliseconds: (1 << 48) - 1, counter: 0))
    }

    @Test("a timestamp has 48 bits of milliseconds, and sorts by them, then by counter")
    func timestamps() {
        #expect(HybridTimestamp(milliseconds: (1 << 48) - 1, counter: 0) != nil)
        #expect(HybridTimestamp(milliseconds: 1 << 48, counter: 0) == nil)
        let sorted = [(1, 0), (1, 1), (2, 0)].compactMap {
            HybridTimestamp(milliseconds: $0, counter: $1)
        }
        #expect(sorted.reversed().sorted() == sorted)
    }
}

@Suite("corrected time")
struct CorrectedTimeTests {
    static func time(
        wall: Int64, monotonic: UInt64, boot: UInt64 = 1, offset: Int64? = nil
    ) -> WriteTime {
        WriteTime(
            timestamp: HybridTimestamp(milliseconds: 0, counter: 0)!, wall_ms: wall,
            monotonic_ms: monotonic, boot: boot, offset_ms: offset, offsetAge_ms: nil)
    }

    @Test(
        "in the same run of the machine only the monotonic clock counts",
        arguments: [Int64.min, -5, 0, 1_000_000, 4_294_967_296_000, .max])
    func sameBoot(wall: Int64) {
        for wallAtSending in [Int64.min, 0, 1_000_000, .max] {
            let corrected = CorrectedTime.at(
                Self.time(wall: wall, monotonic: 400, offset: 123),
                sent: ClockReading(wall_ms: wallAtSending, monotonic_ms: 1000, boot: 1),
                hub_ms: 1_700_000_000_000)
            #expect(corrected.milliseconds == 1_699_999_999_400)
        }
    }

    @Test("after a restart the offset measured before the write counts")
    func measuredOffset() {
        let corrected = CorrectedTime.at(
            Self.time(wall: 1_000_000, monotonic: 400, offset: 5000),
            sent: ClockReading(wall_ms: 77, monotonic_ms: 1000, boot: 2), hub_ms: 2_000_000)
        #expect(corrected.milliseconds == 1_005_000)
    }

    @Test("after a restart, never having measured, the offset of this exchange counts")
    func exchangeOffset() {
        let corrected = CorrectedTime.at(
            Self.time(wall: 1_000_000, monotonic: 400),
            sent: ClockReading(wall_ms: 1_500_000, monotonic_ms: 1000, boot: 2), hub_ms: 2_000_000)
        #expect(corrected.milliseconds == 1_500_000)
    }

    @Test("a monotonic clock that claims to have gone back is not believed")
    func monotonicBack() {
        let corrected = CorrectedTime.at(
            Self.time(wall: 1_000_000, monotonic: 400, offset: 1),
            sent: ClockReading(wall_ms: 0, monotonic_ms: 399, boot: 1), hub_ms: 2_000_000)
        #expect(corrected.milliseconds == 1_000_001)
    }

    @Test("is never after the hub's time, and nothing traps, whatever the clocks say")
    func ends() {
        let signed: [Int64] = [.min, .min + 1, -1, 0, 1, 1 << 48, .max - 1, .max]
        let unsigned: [UInt64] = [0, 1, 1 << 63, .max]
        var wrong = 0
        for wall in signed {
            for offset in [nil] + signed.map(Optional.init) {
                let estimate = CorrectedTime.estimate(
                    Self.time(wall: wall, monotonic: 0, offset: offset))
                if estimate.milliseconds >= 1 << 48 { wrong += 1 }
                for monotonic in unsigned {
                    for sent in unsigned {
                        for boot: UInt64 in [1, 2] {
                            for hub: Int64 in [0, 1_700_000_000_000, .max] {
                                let corrected = CorrectedTime.at(
                                    Self.time(wall: wall, monotonic: monotonic, offset: offset),
                                    sent: ClockReading(
                                        wall_ms: .max - wall.magnitudeClamped, monotonic_ms: sent,
                                        boot: boot),
                                    hub_ms: hub)
                                if corrected.milliseconds > UInt64(hub) { wrong += 1 }
                            }
                        }
                    }
                }
            }
        }
        #expect(wrong == 0)
    }

    @Test("what a receipt adds to a clock gives the moment again, however wrong the clock is")
    func shifts() {
        for wall: Int64 in [.min, -1, 0, 1_700_000_000_000, .max] {
            for moment: Int64 in [0, 1, 1_700_000_000_000, (1 << 48) - 1] {
                let time = Self.time(wall: wall, monotonic: 0)
                let corrected = CorrectedTime(clamping: moment)
                #expect(
                    CorrectedTime(time, shift_ms: corrected.shift_ms(from: time)) == corrected)
            }
        }
    }

    @Test("clamps to 48 bits")
    func clamps() {
        #expect(CorrectedTime(clamping: .min).milliseconds == 0)
        #expect(CorrectedTime(clamping: -1).milliseconds == 0)
        #expect(CorrectedTime(clamping: .max).milliseconds == (1 << 48) - 1)
    }

    @Test("sums and differences stop at the ends")
    func clampedSums() {
        #expect(Int64.max.addingClamped(1) == .max)
        #expect(Int64.min.addingClamped(-1) == .min)
        #expect(Int64.max.subtractingClamped(-1) == .max)
        #expect(Int64.min.subtractingClamped(1) == .min)
        #expect(Int64(0).subtractingClamped(.min) == .max)
        #expect(Int64(3).addingClamped(4) == 7 && Int64(3).subtractingClamped(4) == -1)
    }
}

extension Int64 {
    fileprivate var magnitudeClamped: Int64 { Int64(clamping: magnitude) }
}
