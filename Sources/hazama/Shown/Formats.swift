import Fieldwork
import SyncCore

/// Numbers, times and amounts as people read them.
struct Formats: Sendable {
    let language: Language
    /// What the wall clock here shows now, and the moment itself.
    let now_ms: Int64
    let today: CalendarDate

    /// `1,840`.
    static func grouped(_ number: Int64) -> String {
        let digits = Array(String(number.magnitude))
        var result = number < 0 ? "-" : ""
        for (place, digit) in digits.enumerated() {
            if place > 0, (digits.count - place) % 3 == 0 { result += "," }
            result.append(digit)
        }
        return result
    }

    /// `1,840 yuan` or `1,840.50 yuan`.
    func money(_ money: Money) -> String {
        let fen = money.fen % 100
        let yuan = Self.grouped(money.fen / 100) + (fen == 0 ? "" : ".\(fen < 10 ? "0" : "")\(fen)")
        return Phrase.yuan.wording.filled(in: language, ["amount": yuan])
    }

    /// `880 B`, `22 kB`, `2.1 MB`: powers of 1000.
    static func bytes(_ count: Int64) -> String {
        if count < 1000 { return "\(count) B" }
        let units = ["kB", "MB", "GB", "TB"]
        var tenths = count / 100
        var unit = 0
        while tenths >= 10_000, unit < units.count - 1 {
            tenths /= 1000
            unit += 1
        }
        return tenths < 100 && tenths % 10 != 0
            ? "\(tenths / 10).\(tenths % 10) \(units[unit])" : "\(tenths / 10) \(units[unit])"
    }

    /// `07:41` today, else the day before it.
    func moment(_ milliseconds: Int64) -> String {
        guard let local = LocalTime(milliseconds: milliseconds) else { return "\(milliseconds)" }
        return local.date == today
            ? Phrase.todayAt.wording.filled(in: language, ["time": local.clock])
            : "\(local.date) \(local.clock)"
    }

    /// How long ago: `3 h 20 min`, `2 d 18 h`. A moment to come is `0 min`.
    func age(since milliseconds: Int64) -> String {
        duration(now_ms.subtractingClamped(milliseconds))
    }

    /// `25 min`, `3 h 20 min`, `2 d 18 h`.
    func duration(_ milliseconds: Int64) -> String {
        let minutes = max(milliseconds, 0) / 60_000
        let parts: [(Int64, Phrase)] =
            switch minutes {
            case ..<60: [(minutes, .minutes)]
            case ..<1440: [(minutes / 60, .hours), (minutes % 60, .minutes)]
            default: [(minutes / 1440, .days), (minutes % 1440 / 60, .hours)]
            }
        return parts.enumerated().filter { $0.offset == 0 || $0.element.0 > 0 }.map {
            $0.element.1.wording.filled(in: language, ["n": "\($0.element.0)"])
        }.joined(separator: " ")
    }

    /// The same for what may take less than a minute: `40 s`.
    func seconds(_ seconds: Int64) -> String {
        guard seconds < 60 else { return duration(seconds * 1000 + 59_999) }
        return Phrase.seconds.wording.filled(in: language, ["n": "\(max(seconds, 1))"])
    }

    /// ISO 8601 in UTC, for JSON.
    static func iso(_ milliseconds: Int64) -> String {
        let day = milliseconds / 86_400_000 - (milliseconds % 86_400_000 < 0 ? 1 : 0)
        guard abs(day) < 100_000_000 else { return "\(milliseconds)" }
        let rest = milliseconds - day * 86_400_000
        guard let date = CalendarDate(ordinal: day) else { return "\(milliseconds)" }
        func padded(_ number: Int64, _ width: Int = 2) -> String {
            let digits = String(number)
            return String(repeating: "0", count: width - digits.count) + digits
        }
        let clock = [rest / 3_600_000, rest / 60_000 % 60, rest / 1000 % 60]
            .map { padded($0) }.joined(separator: ":")
        return "\(date)T\(clock).\(padded(rest % 1000, 3))Z"
    }
}
