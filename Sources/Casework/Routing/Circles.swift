public import SyncCore

/// The four circles 四圈: why a household is on the books.
public enum HelpCircle: Int, Hashable, Comparable, Sendable, CaseIterable {
    /// 低保 and 特困.
    case guaranteed = 1
    case lowIncome = 2
    /// 支出型.
    case expenditure = 3
    /// 特殊困难: without a status, and not without hardship.
    case special = 4

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    /// The circle of a household with this status, as the word of `h.status`.
    ///
    /// - Parameter hardship: whether any indicator is true. Only a certain «no» leads out: what is
    ///   not known keeps a household on the books.
    public init?(status: String?, hardship: Truth) {
        switch status {
        case "tekun", "dibao": self = .guaranteed
        case "low": self = .lowIncome
        case "expenditure": self = .expenditure
        default:
            guard hardship != .no else { return nil }
            self = .special
        }
    }
}

/// A household's time in a circle.
public struct CircleSpan: Hashable, Sendable {
    public let circle: HelpCircle
    public let from: CalendarDate
    /// The day it moved on; `nil` while it is in it.
    public let to: CalendarDate?
    /// Why it came: the status it was given or lost.
    public let cause: Cause

    public enum Cause: Hashable, Sendable {
        case granted(String)
        case lost(String)
        case hardship
    }
}

extension HelpCircle {
    /// What a status change on a day makes of the circles: moves with their days and causes.
    ///
    /// - Parameter statuses: from which day which status held, in any order. Two of one day count
    ///   as the one that comes later in the alphabet, whichever order they are given in.
    public static func history(
        of statuses: [(day: CalendarDate, status: String)], hardship: Truth
    ) -> [CircleSpan] {
        var spans: [CircleSpan] = []
        var (before, since): (String?, CircleSpan?) = (nil, nil)
        let ordered = statuses.sorted { ($0.day, $0.status) < ($1.day, $1.status) }
        for (place, entry) in ordered.enumerated() {
            if place + 1 < ordered.count, ordered[place + 1].day == entry.day { continue }
            defer { before = entry.status }
            let circle = HelpCircle(status: entry.status, hardship: hardship)
            if let open = since {
                if circle == open.circle { continue }
                spans.append(
                    CircleSpan(
                        circle: open.circle, from: open.from, to: entry.day, cause: open.cause))
            }
            since = circle.map { circle in
                let cause: CircleSpan.Cause =
                    circle != .special
                    ? .granted(entry.status)
                    : before.map { $0 == "none" ? .hardship : .lost($0) } ?? .hardship
                return CircleSpan(circle: circle, from: entry.day, to: nil, cause: cause)
            }
        }
        return spans + (since.map { [$0] } ?? [])
    }
}
