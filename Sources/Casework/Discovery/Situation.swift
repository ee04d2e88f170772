public import Fieldwork
public import SyncCore

/// A household on a day: what is known of it, what rules say to that, and what happened with it.
public struct Situation: Sendable {
    public let rulebook: Rulebook
    public let facts: HouseholdFacts
    /// As the facts stood some months earlier, for what has changed; `nil` where nobody knew them.
    public let earlier: HouseholdFacts?
    public let chronicle: Chronicle
    public let answer: HouseholdAnswer
    let conditions: Conditions

    public var asOf: CalendarDate { rulebook.asOf }
    public var level: Level { answer.assessment.level }

    /// In how many dimensions an indicator is true.
    var dimensions: Int {
        answer.assessment.dimensions(rulebook.catalogue.assessment).count
    }

    /// The programmes of the group of which only one is granted: what one lives on.
    static let basicGroup = "basic"

    init(
        _ facts: HouseholdFacts, answer: HouseholdAnswer, earlier: HouseholdFacts?,
        chronicle: Chronicle, rulebook: Rulebook, conditions: Conditions
    ) {
        (self.rulebook, self.facts, self.earlier) = (rulebook, facts, earlier)
        (self.answer, self.chronicle, self.conditions) = (answer, chronicle, conditions)
    }

    var members: Range<Int> { 0..<facts.memberCount }

    func asks(_ test: Conditions.Test, _ member: Int) -> RuleAnswer {
        conditions.answer(test, facts, member: member)
    }

    func asks(_ test: Conditions.Test) -> RuleAnswer { conditions.answer(test, facts) }

    /// What the catalogue says to a programme, by its place, for any member.
    func programme(_ place: Int) -> RuleAnswer { .greatest(answer.members.map { $0[place] }) }

    /// What the catalogue says to any of the basic programmes.
    var anyBasic: RuleAnswer {
        .greatest(
            rulebook.catalogue.programmes.indices
                .filter { rulebook.catalogue.programmes[$0].exclusive?.group == Self.basicGroup }
                .map(programme))
    }

    func value(_ key: String, _ member: Int? = nil) -> Int64? {
        guard let slot = rulebook.catalogue.facts.slot(of: key) else { return nil }
        return member.map { facts.member($0, slot) } ?? facts.household(slot)
    }

    func earlierValue(_ key: String) -> Int64? {
        guard let slot = rulebook.catalogue.facts.slot(of: key) else { return nil }
        return earlier?.household(slot)
    }

    /// An answer that is unknown for want of these facts.
    func unknown(_ keys: String...) -> RuleAnswer {
        RuleAnswer(
            .unknown, missing: FactSet(keys.compactMap(rulebook.catalogue.facts.slot(of:))))
    }

    /// A standard of the day in the parts of a fact's kind.
    func standard(_ key: String, as kind: FactDefinition.Kind) -> Int64? {
        guard let slot = rulebook.catalogue.parameter(key) else { return nil }
        do {
            return try rulebook.catalogue.value(of: slot, times: 1000, as: kind, on: asOf)
        } catch { return nil }  // The rulebook holds every standard that a rule needs.
    }
}
