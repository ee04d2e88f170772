public import SyncCore

/// A change of the rules, and whom it makes eligible or takes that from.
public struct RuleChange: Sendable {
    /// The day from which the new rules hold.
    public let day: CalendarDate
    private let comparison: RuleComparison

    /// For so many days after it a change is looked for: somebody who was not known of before is
    /// found by other rules.
    public static let days = 90

    /// - Parameters:
    ///   - before: the rules as they were on the last day before.
    ///   - after: the rules of `day`.
    ///   - catalogue: with which the facts were gathered that it will be asked with.
    public init(from before: Rulebook, to after: Rulebook, readingFactsOf catalogue: Catalogue) {
        day = after.asOf
        comparison = RuleComparison(from: before, to: after, readingFactsOf: catalogue)
    }

    /// Whether somebody of the household may have something that they could not have before, or
    /// the other way round, though nothing is known of them that was not known then.
    public func concerns(_ facts: HouseholdFacts) -> Bool {
        let (earlier, later) = comparison.answers(facts)
        return comparison.programmes.indices.contains { place in
            let change = comparison.change(place, earlier, later)
            return change.gained > 0 || change.lost > 0
        }
    }
}

extension Catalogue {
    /// The days of a span on which a standard gets another value, in order.
    public func changeDays(after first: CalendarDate, through last: CalendarDate) -> [CalendarDate]
    {
        let days = parameters.flatMap { $0.values.dropFirst().map(\.from) }
        return Set(days).filter { first < $0 && $0 <= last }.sorted()
    }
}
