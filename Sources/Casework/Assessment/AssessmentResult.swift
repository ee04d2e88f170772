public import Fieldwork

/// What the facts of a household say about its hardship. A result is a document: it does not
/// change; other facts give another one.
public struct AssessmentResult: Hashable, Sendable {
    /// One for each of the definition's indicators.
    public let indicators: [IndicatorAnswer]
    /// The score in thousandths: from what is certain to what is possible.
    public let score: ClosedRange<Int64>
    /// The level of both ends of the score, or `pending` where they differ.
    public let level: Level
    /// The indicators that are true, by their place, in the order in which they weigh: the heaviest
    /// dimension first, and within it the heaviest indicator.
    public let causes: [Int]
    /// The indicators that are unknown, the heaviest first: what to ask next.
    public let open: [Int]

    public struct IndicatorAnswer: Hashable, Sendable {
        public let truth: Truth
        /// What would have to be known, of the household or of a member; empty unless unknown.
        public let missing: [MissingFact]
    }

    /// Which dimensions have a true indicator, by id, in the definition's order.
    public func dimensions(_ definition: AssessmentDefinition) -> [String] {
        let touched = Set(causes.map { definition.indicators[$0].dimension })
        return definition.dimensions.map(\.id).filter(touched.contains)
    }
}

/// A fact nobody has stated: of a member, by place, or of the household.
public struct MissingFact: Hashable, Comparable, Sendable {
    public let slot: FactSlot
    public let member: Int?

    public init(_ slot: FactSlot, member: Int? = nil) { (self.slot, self.member) = (slot, member) }

    public static func < (left: Self, right: Self) -> Bool {
        (left.slot.index, left.member ?? -1) < (right.slot.index, right.member ?? -1)
    }
}

extension Rulebook {
    /// Scores a household by its facts.
    public func assessment(of facts: HouseholdFacts) -> AssessmentResult {
        let definition = catalogue.assessment
        var answers: [AssessmentResult.IndicatorAnswer] = []
        answers.reserveCapacity(definition.indicators.count)
        var (low, high): (Int64, Int64) = (0, 0)
        for (index, indicator) in definition.indicators.enumerated() {
            let answer = indicatorAnswer(index, indicator, facts)
            if answer.truth == .yes { low += indicator.weight }
            if answer.truth >= .unknown { high += indicator.weight }
            answers.append(answer)
        }
        let (least, most) = (definition.level(of: low), definition.level(of: high))
        var weights: [String: Int64] = [:]
        let yes = answers.indices.filter { answers[$0].truth == .yes }
        for index in yes {
            weights[definition.indicators[index].dimension, default: 0] +=
                definition.indicators[index].weight
        }
        let dimensions = definition.dimensions.map(\.id)
        func place(_ index: Int) -> (Int64, Int, Int64, Int) {
            let indicator = definition.indicators[index]
            return (
                -weights[indicator.dimension, default: 0],
                dimensions.firstIndex(of: indicator.dimension) ?? 0, -indicator.weight, index
            )
        }
        return AssessmentResult(
            indicators: answers, score: low...high, level: least == most ? least : .pending,
            causes: yes.sorted { place($0) < place($1) },
            open: answers.indices.filter { answers[$0].truth == .unknown }.sorted {
                (-definition.indicators[$0].weight, $0) < (-definition.indicators[$1].weight, $1)
            })
    }

    private func indicatorAnswer(
        _ index: Int, _ indicator: AssessmentDefinition.Indicator, _ facts: HouseholdFacts
    ) -> AssessmentResult.IndicatorAnswer {
        guard indicator.isOfAnyMember else {
            let answer = indicators.answer(index, of: facts, at: 0)
            return AssessmentResult.IndicatorAnswer(
                truth: answer.truth, missing: answer.missing.slots.map { MissingFact($0) })
        }
        var missing: [MissingFact] = []
        var truth = Truth.no
        for member in 0..<facts.memberCount {
            let answer = indicators.answer(
                index, of: facts, at: facts.base(ofMember: member))
            if answer.truth == .yes {
                return AssessmentResult.IndicatorAnswer(truth: .yes, missing: [])
            }
            truth = max(truth, answer.truth)
            for slot in answer.missing.slots {
                let isPersonal = catalogue.facts[slot].scope == .person
                missing.append(MissingFact(slot, member: isPersonal ? member : nil))
            }
        }
        return AssessmentResult.IndicatorAnswer(truth: truth, missing: Set(missing).sorted())
    }
}

extension AssessmentDefinition {
    /// The level of a score that is certain.
    public func level(of score: Int64) -> Level {
        levels.first { $0.least <= score }?.level ?? .none
    }
}

// MARK: Between two assessments

/// What became of one indicator, or how far the score moved, between two assessments.
public struct AssessmentChange: Hashable, Sendable {
    /// By place, where the answer is another; with the answer before and after.
    public let indicators: [Indicator]
    /// How much the certain part of the score rose.
    public let certain: Int64
    /// How much the possible part rose.
    public let possible: Int64
    public let levels: (before: Level, after: Level)

    public struct Indicator: Hashable, Sendable {
        public let index: Int
        public let before: Truth
        public let after: Truth
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.indicators == right.indicators && left.certain == right.certain
            && left.possible == right.possible && left.levels == right.levels
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(indicators)
        hasher.combine(certain)
        hasher.combine(possible)
    }
}

extension AssessmentResult {
    /// What changed since an earlier result of the same definition.
    public func change(since earlier: AssessmentResult) -> AssessmentChange {
        precondition(indicators.count == earlier.indicators.count, "of one definition")
        let changed = indicators.indices.compactMap { index in
            let (before, after) = (earlier.indicators[index].truth, indicators[index].truth)
            return before == after
                ? nil : AssessmentChange.Indicator(index: index, before: before, after: after)
        }
        return AssessmentChange(
            indicators: changed, certain: score.lowerBound - earlier.score.lowerBound,
            possible: score.upperBound - earlier.score.upperBound,
            levels: (earlier.level, level))
    }
}
