internal import SyncCore

/// A programme that somebody may apply for: yes, or a question still open.
public struct Offer: Hashable, Sendable {
    /// By its place in the catalogue.
    public let programme: Int
    /// The member who would apply, by place.
    public let applicant: Int
    /// Whether it is the household's, so that one application does for all.
    public let isForHousehold: Bool
    public let standing: ProgrammeMatch.Standing
    public let amount: AmountAnswer?
    /// The facts its answer hangs on; empty where it is yes.
    public let missing: FactSet
    /// Whether it is applied for unless somebody says otherwise.
    ///
    /// What is proposed is; and a recognition beside what only supplements an income, for it stays
    /// where the supplement is refused. What is taken up by a basic benefit is not.
    public let isFirstChoice: Bool
}

extension Offer {
    /// One that was drafted once, and that the rules have since answered with no.
    public init(lapsed programme: Int, applicant: Int, isForHousehold: Bool) {
        (self.programme, self.applicant) = (programme, applicant)
        self.isForHousehold = isForHousehold
        (standing, amount, missing, isFirstChoice) = (.no, nil, FactSet(), false)
    }
}

extension Rulebook {
    /// What a household may apply for: a household's programme once, a person's for each whom it
    /// may be for, in the order of the catalogue. What is no is not there.
    ///
    /// - Parameter head: the member who applies for the household, where it is true of them too.
    public func offers(_ facts: HouseholdFacts, head: Int?) -> [Offer] {
        let matches = (0..<facts.memberCount).map { match(facts, member: $0) }
        return catalogue.programmes.indices.flatMap { index -> [Offer] in
            let found = matches.indices.filter {
                matches[$0].programmes[index].answer.truth != .no
            }
            guard catalogue.programmes[index].unit == .household else {
                return found.map { offer(index, matches[$0], of: $0) }
            }
            // The best any member says of it; of equal ones the head's.
            let best = found.min {
                let (left, right) = (matches[$0].rank(index), matches[$1].rank(index))
                return left != right ? left < right : $0 == head && $1 != head
            }
            return best.map { [offer(index, matches[$0], of: $0)] } ?? []
        }
    }

    private func offer(_ index: Int, _ match: Match, of member: Int) -> Offer {
        let found = match.programmes[index]
        let programme = catalogue.programmes[index]
        var isFirst = found.standing == .proposed
        if case .superseded(let better) = found.standing {
            isFirst =
                programme.pillar == "gateway"
                && catalogue.programmes[better].pillar == "supplement"
        }
        return Offer(
            programme: index, applicant: member, isForHousehold: programme.unit == .household,
            standing: found.standing, amount: found.amount, missing: found.answer.missing,
            isFirstChoice: isFirst)
    }
}

extension Match {
    fileprivate func rank(_ programme: Int) -> Int {
        switch programmes[programme].standing {
        case .proposed: 0
        case .superseded: 1
        case .open: 2
        case .no: 3
        }
    }
}
