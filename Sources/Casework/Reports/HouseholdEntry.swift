public import Fieldwork
public import SyncCore

/// What reports need of one household on a day, taken from its records: small enough for a whole
/// district to stay in memory.
public struct HouseholdEntry: Sendable {
    public let household: RecordID
    /// The neighbourhood.
    public let area: ScopeID
    /// Where they live; compared with others' and shown to nobody.
    public let address: String?
    /// The advisor in charge.
    public let worker: PersonID?
    public let facts: HouseholdFacts
    public let chronicle: Chronicle
    /// The status on the books, as a word; `nil` where it is not known.
    public let status: String?
    /// Whether a survey was taken: their hardship was asked for, not only what feeds bring.
    public let wasSurveyed: Bool
    /// The last day somebody met them.
    public let lastMet: CalendarDate?
    /// The last day their advisor recorded a visit, whatever came of it.
    public let lastVisited: CalendarDate?

    /// Reads the records that lie with a household as of a day; `nil` where it lies nowhere, or is
    /// void.
    public init?(
        _ household: Household, persons: [Person], facts: [Fact], visits: [Visit],
        catalogue: Catalogue, asOf day: CalendarDate
    ) {
        guard let area = household.area, household.voidReason == nil else { return nil }
        self.household = household.id
        self.area = area
        address = household.address
        worker = household.assignedAdvisor
        let gathered = catalogue.gather(household, persons: persons, facts: facts, asOf: day)
        self.facts = gathered.facts
        chronicle = Chronicle(
            household, members: gathered.members, facts: facts, visits: visits, asOf: day)
        status = self.facts.word("h.status", catalogue)
        let past = visits.filter { $0.voidReason == nil && $0.day.map { $0 <= day } ?? false }
        wasSurveyed = past.contains { !$0.answers.isEmpty }
        lastMet = past.filter { $0.outcome == .met }.compactMap(\.day).max()
        lastVisited = past.compactMap(\.day).max()
    }
}

extension HouseholdFacts {
    /// The word of a household's fact that is a choice; `nil` where it is not known.
    func word(_ key: String, _ catalogue: Catalogue) -> String? {
        guard let slot = catalogue.facts.slot(of: key), let parts = household(slot),
            case .choice(let words) = catalogue.facts[slot].kind
        else { return nil }
        return words[Int(parts)]
    }
}
