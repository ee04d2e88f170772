import SyncCore

/// Looks at households on a day: made once for all of them.
public struct Discovery: Sendable {
    public let rulebook: Rulebook
    private let conditions: Conditions

    public init(_ rulebook: Rulebook) throws(DiscoveryRefusal) {
        self.rulebook = rulebook
        conditions = try Conditions(rulebook)
    }

    /// A household as warnings, silence and routing look at it.
    ///
    /// - Parameters:
    ///   - facts: as they stand on the rulebook's day.
    ///   - answer: what the rulebook says to them, if that was asked already.
    ///   - earlier: as they stood some months before, with the members in the same places.
    public func situation(
        _ facts: HouseholdFacts, answer: HouseholdAnswer? = nil, earlier: HouseholdFacts? = nil,
        chronicle: Chronicle = Chronicle()
    ) -> Situation {
        Situation(
            facts, answer: answer ?? rulebook.answer(for: facts), earlier: earlier,
            chronicle: chronicle, rulebook: rulebook, conditions: conditions)
    }
}
