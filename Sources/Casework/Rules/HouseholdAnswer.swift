/// All that the rules of one day say of one household.
public struct HouseholdAnswer: Hashable, Sendable {
    /// For each member the answer of each programme, by its place in the catalogue.
    ///
    /// A household's programme is answered with each member's own facts beside the household's; it
    /// is the household's where it is any member's.
    public let members: [[RuleAnswer]]
    public let assessment: AssessmentResult
}

extension Rulebook {
    /// The one answer: the same on a device for one household and on a hub for each of a district.
    public func answer(for facts: HouseholdFacts) -> HouseholdAnswer {
        HouseholdAnswer(
            members: (0..<facts.memberCount).map { member in
                catalogue.programmes.indices.map { programme($0, of: facts, member: member) }
            }, assessment: assessment(of: facts))
    }
}

extension HouseholdAnswer {
    /// What a programme says of the household: yes where it says so of a member, no where it says
    /// so of all.
    public func household(_ programme: Int) -> Truth {
        members.map { $0[programme].truth }.max() ?? .no
    }
}

/// An answer that is another than it was: after new facts, or under the rules of another day.
public struct AnswerChange: Hashable, Sendable {
    public let member: Int
    /// By its place in the catalogue.
    public let programme: Int
    public let before: Truth
    public let after: Truth
}

extension HouseholdAnswer {
    /// What changed since an earlier answer about the same members and programmes.
    public func changes(since earlier: HouseholdAnswer) -> [AnswerChange] {
        precondition(members.count == earlier.members.count, "about the same members")
        return zip(earlier.members, members).enumerated().flatMap { member, answers in
            precondition(answers.0.count == answers.1.count, "of the same programmes")
            return zip(answers.0, answers.1).enumerated().compactMap { programme, pair in
                pair.0.truth == pair.1.truth
                    ? nil
                    : AnswerChange(
                        member: member, programme: programme, before: pair.0.truth,
                        after: pair.1.truth)
            }
        }
    }
}
