/// What a member may have, in the order of the catalogue: what is proposed, what is open, what is
/// taken up by something better, and what the proposal would open.
public struct Match: Hashable, Sendable {
    /// Of every programme.
    public let programmes: [ProgrammeMatch]
    /// Of every document in force.
    public let documents: [RuleAnswer]
    /// The programme whose status the second pass supposes; `nil` where nothing new is attained.
    public let supposed: Int?
    /// What is not yes today and would be, were that status granted.
    public let alsoOpens: [Int]
}

public struct ProgrammeMatch: Hashable, Sendable {
    public let answer: RuleAnswer
    public let standing: Standing
    /// `nil` where the catalogue has no amount for it, or it is not for this member.
    public let amount: AmountAnswer?

    public enum Standing: Hashable, Sendable {
        case no
        /// The missing facts are the next questions.
        case open
        case proposed
        /// True as well, and given up for a better one of its group, by place.
        case superseded(by: Int)
    }

    /// Whether it is to be put before the household: proposed, or worth a question.
    public var isCandidate: Bool {
        switch standing {
        case .open, .proposed: true
        case .no, .superseded: false
        }
    }
}

extension Rulebook {
    /// Matches a member with all programmes and the documents in force.
    public func match(_ facts: HouseholdFacts, member: Int) -> Match {
        let answers = answers(facts, member)
        let proposed = proposals(answers)
        let programmes = catalogue.programmes.indices.map { index in
            let standing: ProgrammeMatch.Standing =
                switch answers[index].truth {
                case .no: .no
                case .unknown: .open
                case .yes:
                    if let better = better(than: index, among: proposed) {
                        .superseded(by: better)
                    } else {
                        .proposed
                    }
                }
            return ProgrammeMatch(
                answer: answers[index], standing: standing,
                amount: standing == .no ? nil : amount(of: index, facts, member: member))
        }
        let (supposed, opened) = secondPass(facts, member, answers, proposed)
        return Match(
            programmes: programmes,
            documents: documentsInForce.indices.map { document($0, of: facts, member: member) },
            supposed: supposed, alsoOpens: opened)
    }

    private func answers(_ facts: HouseholdFacts, _ member: Int) -> [RuleAnswer] {
        catalogue.programmes.indices.map { programme($0, of: facts, member: member) }
    }

    /// Of each exclusive group the yes of the least rank; of two with one rank the first.
    private func proposals(_ answers: [RuleAnswer]) -> [String: Int] {
        var best: [String: Int] = [:]
        for (index, answer) in answers.enumerated() where answer.truth == .yes {
            guard let place = catalogue.programmes[index].exclusive else { continue }
            if let other = best[place.group].flatMap({ catalogue.programmes[$0].exclusive }),
                other.rank <= place.rank
            {
                continue
            }
            best[place.group] = index
        }
        return best
    }

    private func better(than index: Int, among proposed: [String: Int]) -> Int? {
        guard let group = catalogue.programmes[index].exclusive?.group,
            let best = proposed[group], best != index
        else { return nil }
        return best
    }

    /// Asks once more as if the best newly attained status were granted.
    private func secondPass(
        _ facts: HouseholdFacts, _ member: Int, _ answers: [RuleAnswer], _ proposed: [String: Int]
    ) -> (supposed: Int?, opened: [Int]) {
        guard let slot = catalogue.facts.slot(of: Catalogue.statusKey) else { return (nil, []) }
        let granting = proposed.values.filter { catalogue.programmes[$0].grants != nil }.min {
            (rank($0), $0) < (rank($1), $1)
        }
        guard let granting, let status = catalogue.programmes[granting].grants else {
            return (nil, [])
        }
        if let held = facts.member(member, slot) {
            // A status as good or better is held already.
            let holding = catalogue.programmes.first { $0.grants == held }
            if let rank = holding?.exclusive?.rank, rank <= self.rank(granting) { return (nil, []) }
        }
        var draft = HouseholdFacts.Draft(facts, of: catalogue.facts)
        draft[slot] = status
        let granted = self.answers(draft.facts, member)
        return (
            granting,
            answers.indices.filter {
                answers[$0].truth != .yes && granted[$0].truth == .yes
                    && catalogue.programmes[$0].grants == nil
            }
        )
    }

    private func rank(_ programme: Int) -> Int {
        catalogue.programmes[programme].exclusive?.rank ?? 0
    }
}
