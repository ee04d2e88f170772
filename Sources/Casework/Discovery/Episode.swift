public import SyncCore

/// Which episode a finding belongs to, and whether an alert is raised for it: one for a rule,
/// subject and episode.
public struct Episodes: Hashable, Sendable {
    /// What became of an earlier alert of the same rule and subject.
    public struct Earlier: Hashable, Sendable {
        public let episode: Int
        public let end: End

        public enum End: Hashable, Sendable {
            /// It is being seen to.
            case open
            /// It was set aside or settled on a day.
            case closed(CalendarDate)
        }

        public init(episode: Int, _ end: End) { (self.episode, self.end) = (episode, end) }
    }

    /// For so many days after its end a rule keeps quiet about its subject, unless a new fact comes
    /// in.
    public static let quietDays = 90

    /// Returns the episode to raise an alert for; `nil` where there is one, or it is quiet.
    ///
    /// - Parameter newestFact: the day on which the newest fact about the household came in.
    public static func next(
        after earlier: [Earlier], asOf day: CalendarDate, newestFact: CalendarDate?
    ) -> Int? {
        guard let last = earlier.max(by: { $0.episode < $1.episode }) else { return 1 }
        guard case .closed(let end) = last.end else { return nil }
        let isQuiet = day.days(since: end) < quietDays
        let hasNews = newestFact.map { $0 > end } ?? false
        return isQuiet && !hasNews ? nil : last.episode + 1
    }
}

/// How often a rule was right.
public struct RulePrecision: Hashable, Sendable {
    public let right: Int
    public let outcomes: Int

    /// - Parameter right: alerts that somebody acted on; of `outcomes` that ended.
    public init(right: Int, outcomes: Int) { (self.right, self.outcomes) = (right, outcomes) }

    /// In thousandths; `nil` before there is an outcome.
    public var thousandths: Int? { outcomes == 0 ? nil : right * 1000 / outcomes }

    /// Whether people should look at the rule: wrong four times out of five, after fifty outcomes.
    public var needsReview: Bool { outcomes >= 50 && right * 5 < outcomes }
}
