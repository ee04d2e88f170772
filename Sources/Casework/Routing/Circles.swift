public import Fieldwork
public import SyncCore

extension Circle {
    /// The circle of a household with this status, as the word of `h.status`.
    ///
    /// - Parameter hardship: whether any indicator is true. Only a certain «no» leads out: what is
    ///   not known keeps a household on the books.
    public init?(status: String?, hardship: Truth) {
        switch status {
        case "tekun", "dibao": self = .dibao
        case "low": self = .lowIncome
        case "expenditure": self = .expenditure
        default:
            guard hardship != .no else { return nil }
            self = .specialDifficulty
        }
    }
}

/// A household's time in a circle.
public struct CircleSpan: Hashable, Sendable {
    public let circle: Circle
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

extension Circle {
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
            let circle = Circle(status: entry.status, hardship: hardship)
            if let open = since {
                if circle == open.circle { continue }
                spans.append(
                    CircleSpan(
                        circle: open.circle, from: open.from, to: entry.day, cause: open.cause))
            }
            since = circle.map { circle in
                let cause: CircleSpan.Cause =
                    circle != .specialDifficulty
                    ? .granted(entry.status)
                    : before.map { $0 == "none" ? .hardship : .lost($0) } ?? .hardship
                return CircleSpan(circle: circle, from: entry.day, to: nil, cause: cause)
            }
        }
        return spans + (since.map { [$0] } ?? [])
    }
}
