internal import SyncCore

/// A moment in local time, by the offset that was in force then.
struct Moment: Sendable {
    /// `2026-11-21`.
    let day: String
    private let seconds: Int
    private let offset_s: Int

    /// Any 64 bits are a moment; those beyond the calendar are shown as its ends.
    init(_ time_ms: Int64, offset_s: Int) {
        let clamped = min(max(time_ms, -62_135_000_000_000), 253_402_000_000_000)
        let local = clamped / 1000 - (clamped % 1000 < 0 ? 1 : 0) + Int64(offset_s)
        var ordinal = local / 86_400
        if local % 86_400 < 0 { ordinal -= 1 }
        seconds = Int(local - ordinal * 86_400)
        day = CalendarDate(ordinal: ordinal)?.description ?? "-"
        self.offset_s = offset_s
    }

    /// `2026-11-21 14:05`.
    var short: String { "\(day) \(clock(withSeconds: false))" }

    /// `2026-11-21 14:05:09 (UTC+08:00)`.
    var full: String { "\(day) \(clock(withSeconds: true)) (UTC\(offset))" }

    /// RFC 3339.
    var iso: String { "\(day)T\(clock(withSeconds: true))\(offset)" }

    private func clock(withSeconds: Bool) -> String {
        let text = "\(two(seconds / 3600)):\(two(seconds / 60 % 60))"
        return withSeconds ? "\(text):\(two(seconds % 60))" : text
    }

    private var offset: String {
        let size = abs(offset_s)
        return "\(offset_s < 0 ? "-" : "+")\(two(size / 3600)):\(two(size / 60 % 60))"
    }

    private func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
