import Glibc
import SyncCore

/// The one place of the program that reads a clock.
enum Clocks {
    /// Reads the machine's clocks.
    ///
    /// The monotonic one is `CLOCK_BOOTTIME`: it counts on while a laptop sleeps, which it does
    /// between a visit and the sync in the evening. `CLOCK_MONOTONIC` would make the visit hours
    /// too late.
    static func read() -> ClockReading {
        ClockReading(
            wall_ms: milliseconds(CLOCK_REALTIME),
            monotonic_ms: UInt64(max(milliseconds(CLOCK_BOOTTIME), 0)), boot: boot)
    }

    private static func milliseconds(_ clock: clockid_t) -> Int64 {
        var time = timespec()
        clock_gettime(clock, &time)
        return Int64(time.tv_sec) * 1000 + Int64(time.tv_nsec) / 1_000_000
    }

    /// 32 bits of the id Linux draws at each start. Where there is none, chance: then no two
    /// commands seem to share a run of the monotonic clock, and measured offsets are used instead.
    private static let boot: UInt64 = {
        let id = (try? Files.read("/proc/sys/kernel/random/boot_id", limit: 64)) ?? []
        let digits = String(decoding: id.prefix { $0 != UInt8(ascii: "-") }, as: UTF8.self)
        return UInt64(UInt32(digits, radix: 16) ?? UInt32.random(in: 1 ... .max))
    }()
}

/// A moment as the clock on the wall shows it here, by `TZ`.
struct LocalTime: Hashable, Sendable {
    let date: CalendarDate
    /// In `0 ..< 24` and `0 ..< 60`.
    let hour: Int
    let minute: Int

    /// Works out what the wall clock here shows at a moment; `nil` beyond the calendar.
    init?(milliseconds: Int64) {
        var seconds = time_t(
            milliseconds >= 0 ? milliseconds / 1000 : (milliseconds - 999) / 1000)
        var parts = tm()
        guard localtime_r(&seconds, &parts) != nil,
            let date = CalendarDate(
                year: Int(parts.tm_year) + 1900, month: Int(parts.tm_mon) + 1,
                day: Int(parts.tm_mday))
        else { return nil }
        self.init(date: date, hour: Int(parts.tm_hour), minute: Int(parts.tm_min))
    }

    init(date: CalendarDate, hour: Int, minute: Int) {
        (self.date, self.hour, self.minute) = (date, hour, minute)
    }

    /// `HH:MM`.
    var clock: String {
        func padded(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
        return "\(padded(hour)):\(padded(minute))"
    }
}
