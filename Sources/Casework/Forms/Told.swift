public import Fieldwork
public import SyncCore

extension Rulebook {
    /// What a household is told it may get, as a record: each programme once for the household, or
    /// for each person.
    public func result(
        for household: RecordID, _ gathered: GatheredFacts, hash: Hashing
    ) -> MatchResult.Draft {
        let answer = answer(for: gathered.facts)
        let answers = catalogue.programmes.enumerated().flatMap {
            index, programme -> [ProgrammeAnswer] in
            func said(_ subject: RecordID, _ answers: [RuleAnswer]) -> ProgrammeAnswer {
                let truth = answers.map(\.truth).max() ?? .no
                var missing = FactSet()
                if truth == .unknown { for answer in answers { missing.formUnion(answer.missing) } }
                return ProgrammeAnswer(
                    programme.id, for: subject, truth.threeValued,
                    missing: catalogue.facts.keys(missing))
            }
            if programme.unit == .household {
                return [said(household, answer.members.map { $0[index] })]
            }
            return gathered.members.indices.map {
                said(gathered.members[$0].id, [answer.members[$0][index]])
            }
        }
        return MatchResult.Draft(
            household: household, basis: basis(of: gathered.facts, hash: hash), answers: answers)
    }

    /// What a result stands on, as records have it.
    public func basis(of facts: HouseholdFacts, hash: Hashing) -> Basis {
        let provenance = provenance(of: facts, hash: hash)
        return Basis(
            asOf: provenance.asOf, catalogue: provenance.catalogue.bytes,
            inputs: provenance.facts.bytes)
    }
}

extension Truth {
    /// As records have it.
    public var threeValued: ThreeValued {
        switch self {
        case .yes: .yes
        case .no: .no
        case .unknown: .unknown
        }
    }
}

/// Something a household was told it may get and has not applied for.
public struct Unclaimed: Hashable, Sendable {
    /// The programme's id.
    public let programme: String
    public let subject: RecordID
    /// The day they were first told, as far as they were told so ever since.
    public let since: CalendarDate
    /// The last day to apply in time.
    public let due: CalendarDate
}

extension Catalogue {
    /// Within how many working days of being told somebody must have applied.
    public static let daysToApply = 10

    /// What one household was told is yes, by its last result, and neither applied for nor has.
    /// What a better one of its group takes up is not among it.
    ///
    /// - Parameter results: all that were recorded of it, in any order.
    public func unclaimed(
        _ results: [MatchResult], applications: [Application], benefits: [BenefitSpan],
        on day: CalendarDate
    ) -> [Unclaimed] {
        let dated = results.compactMap { result in
            result.voidReason == nil ? result.basis.map { (day: $0.asOf, result: result) } : nil
        }.sorted { ($0.day, $0.result.id) < ($1.day, $1.result.id) }
        let days = dated.map(\.day)
        let told = dated.map { Set($0.result.answers.filter { $0.answer == .yes }.map(Claim.init)) }
        guard let last = told.last else { return [] }
        let held = Set(
            applications.compactMap { Claim($0.programme, $0.subject) }
                + benefits.filter { $0.isHeld(on: day) ?? true }
                .compactMap { Claim($0.programme, $0.subject) })
        func rank(_ claim: Claim) -> ExclusivePlace? { programme(claim.programme)?.exclusive }
        return last.filter { claim in
            guard !held.contains(claim), programme(claim.programme) != nil else { return false }
            guard let place = rank(claim) else { return true }
            // Applied for, or told, as well.
            return !last.union(held).contains { other in
                other != claim && rank(other).map { $0.group == place.group } ?? false
                    && (held.contains(other) || (rank(other)?.rank ?? 0) < place.rank)
            }
        }.map { claim in
            var first = days.count - 1
            while first > 0, told[first - 1].contains(claim) { first -= 1 }
            return Unclaimed(
                programme: claim.programme, subject: claim.subject, since: days[first],
                due: days[first].adding(workingDays: Self.daysToApply))
        }.sorted { ($0.due, $0.programme, $0.subject) < ($1.due, $1.programme, $1.subject) }
    }

    private struct Claim: Hashable {
        let programme: String
        let subject: RecordID

        init(_ answer: ProgrammeAnswer) {
            (programme, subject) = (answer.programme, answer.subject)
        }

        init?(_ programme: String?, _ subject: RecordID?) {
            guard let programme, let subject else { return nil }
            (self.programme, self.subject) = (programme, subject)
        }
    }
}
