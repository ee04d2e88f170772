/// What changes for a household when other rules or standards apply, its facts held fixed: the
/// twentieth warning rule, and the list of decisions that would come out otherwise.
public struct EligibilityChange: Hashable, Sendable {
    /// The place of the programme in the catalogue, and of the member.
    public let programme: Int
    public let member: Int
    public let before: Truth
    public let after: Truth

    /// Returns what differs between two rulebooks with the same programmes, by programme and
    /// member.
    public static func all(
        of facts: HouseholdFacts, from before: Rulebook, to after: Rulebook
    ) -> [EligibilityChange] {
        var changes: [EligibilityChange] = []
        for programme in before.catalogue.programmes.indices {
            for member in 0..<facts.memberCount {
                let old = before.programme(programme, of: facts, member: member).truth
                let new = after.programme(programme, of: facts, member: member).truth
                if old != new {
                    changes.append(
                        EligibilityChange(
                            programme: programme, member: member, before: old, after: new))
                }
            }
        }
        return changes
    }
}
