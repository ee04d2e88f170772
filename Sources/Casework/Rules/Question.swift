internal import Fieldwork

/// A fact worth asking for.
public struct Question: Hashable, Sendable {
    public let fact: MissingFact
    /// How much it would decide: of each answer it is missing for, an equal share with the others
    /// that are missing there. In parts of `Question.whole`.
    public let weight: Int64

    /// What one answer counts: divisible by as many as are ever missing together, and to be
    /// divided without remainder by most.
    public static let whole: Int64 = 5040
}

extension Rulebook {
    /// The next questions for a household, those that would decide most first; of equal ones in
    /// the order of their keys, and of members.
    public func questions(_ facts: HouseholdFacts, _ answer: HouseholdAnswer) -> [Question] {
        var weights: [MissingFact: Int64] = [:]
        for (member, answers) in answer.members.enumerated() {
            for answer in answers where answer.truth == .unknown {
                let share = Question.whole / Int64(answer.missing.count)
                for slot in answer.missing.slots {
                    let isPersonal = catalogue.facts[slot].scope == .person
                    weights[MissingFact(slot, member: isPersonal ? member : nil), default: 0] +=
                        share
                }
            }
        }
        // Indicators whose answer would leave the level as it is need not be asked for it.
        if answer.assessment.level == .pending {
            for index in answer.assessment.open {
                let missing = answer.assessment.indicators[index].missing
                let weight = catalogue.assessment.indicators[index].weight
                for fact in missing {
                    weights[fact, default: 0] +=
                        Question.whole * weight / 1000 / Int64(missing.count)
                }
            }
        }
        return weights.map { Question(fact: $0.key, weight: $0.value) }.sorted {
            $0.weight != $1.weight ? $0.weight > $1.weight : $0.fact < $1.fact
        }
    }
}
