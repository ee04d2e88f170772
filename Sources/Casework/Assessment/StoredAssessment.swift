public import Fieldwork
public import SyncCore

extension Rulebook {
    /// An assessment as a record: what it came to, indicator by indicator, and what it stands on.
    public func record(
        _ result: AssessmentResult, of household: RecordID, _ facts: HouseholdFacts, hash: Hashing
    ) -> Assessment.Draft {
        let indicators = zip(catalogue.assessment.indicators, result.indicators).map {
            indicator, answer in
            let missing = catalogue.facts.keys(FactSet(answer.missing.map(\.slot)))
            return IndicatorAnswer(
                indicator.id, answer.truth.threeValued, weight: Int(indicator.weight),
                ground: missing.isEmpty ? nil : missing.joined(separator: " "))
        }
        return Assessment.Draft(
            household: household, basis: basis(of: facts, hash: hash),
            result: Assessment.Result(
                score: Int(result.score.lowerBound)...Int(result.score.upperBound),
                level: result.level),
            indicators: indicators)
    }

    /// What a household may lack by an assessment: one for each indicator that is true, what weighs
    /// most first. A person confirms it, or does not.
    public func needs(
        _ result: AssessmentResult, in assessment: RecordID, of household: RecordID
    ) -> [(id: RecordID, draft: Need.Draft)] {
        result.causes.compactMap { index in
            let indicator = catalogue.assessment.indicators[index]
            guard let kind = indicator.need else { return nil }
            var draft = Need.Draft(household: household, kind: kind, foundOn: asOf)
            draft.indicator = indicator.id
            return (
                Need.proposed(by: assessment, indicator: indicator.id, kind: kind), draft
            )
        }
    }
}

/// An indicator that another assessment answers otherwise; `nil` where one does not have it.
public struct IndicatorChange: Hashable, Sendable {
    public let indicator: String
    public let before: ThreeValued?
    public let after: ThreeValued?
}

extension Assessment {
    /// What is answered otherwise than in an earlier assessment, by key, in this one's order.
    public func changes(since earlier: Assessment) -> [IndicatorChange] {
        let (old, new) = (earlier.indicators, indicators)
        let keys =
            new.map(\.indicator)
            + old.map(\.indicator).filter { key in
                !new.contains { $0.indicator == key }
            }
        return keys.compactMap { key in
            let before = old.first { $0.indicator == key }?.answer
            let after = new.first { $0.indicator == key }?.answer
            return before == after
                ? nil : IndicatorChange(indicator: key, before: before, after: after)
        }
    }
}
