public import SyncCore

/// A catalogue's rules as they stand on one day, ready to be asked.
public struct Rulebook: Sendable {
    public let catalogue: Catalogue
    public let asOf: CalendarDate
    /// The documents in force, by their place in the catalogue.
    public let documentsInForce: [Int]
    let programmes: RuleProgram
    let documents: RuleProgram
    let indicators: RuleProgram
    /// By the programmes' places.
    let amounts: [DayAmount?]

    /// Throws where a standard that a rule needs has no value for the day.
    public init(_ catalogue: Catalogue, asOf day: CalendarDate) throws(NoStandard) {
        self.catalogue = catalogue
        asOf = day
        documentsInForce = catalogue.documents.indices.filter {
            catalogue.documents[$0].isInForce(on: day)
        }
        func program(_ rules: [Rule]) throws(NoStandard) -> RuleProgram {
            var program = RuleProgram()
            for rule in rules {
                try program.append(rule) { fact, operand throws(NoStandard) in
                    try catalogue.values(of: operand, for: fact, on: day)
                }
            }
            return program
        }
        programmes = try program(catalogue.programmes.map(\.rule))
        documents = try program(documentsInForce.map { catalogue.documents[$0].rule })
        indicators = try program(catalogue.assessment.indicators.map(\.rule))
        var amounts: [DayAmount?] = []
        for programme in catalogue.programmes {
            guard let amount = programme.benefit.amount else {
                amounts.append(nil)
                continue
            }
            amounts.append(try catalogue.amount(amount, on: day))
        }
        self.amounts = amounts
    }

    /// What the programme at `index` of the catalogue says of a member.
    public func programme(
        _ index: Int, of facts: HouseholdFacts, member: Int
    ) -> RuleAnswer {
        programmes.answer(index, of: facts, at: facts.base(ofMember: member))
    }

    /// What the document at `index` of `documentsInForce` says of a member.
    public func document(_ index: Int, of facts: HouseholdFacts, member: Int) -> RuleAnswer {
        documents.answer(index, of: facts, at: facts.base(ofMember: member))
    }
}

/// A standard has no value for a day: rules can't be applied as of then.
public struct NoStandard: Error, Hashable, Sendable {
    public let parameter: String
    public let day: CalendarDate
    /// The first day it has a value for.
    public let from: CalendarDate
}

extension Catalogue {
    /// What a condition compares with on a day, in the parts of its fact's kind.
    func values(
        of operand: Operand, for fact: FactSlot, on day: CalendarDate
    ) throws(NoStandard) -> [Int64] {
        switch operand {
        case .value(let value): return [value]
        case .values(let values): return values
        case .parameter(let slot, let times):
            return [try value(of: slot, times: times, as: facts[fact].kind, on: day)]
        }
    }

    func value(
        of slot: ParameterSlot, times: Int64, as kind: FactDefinition.Kind, on day: CalendarDate
    ) throws(NoStandard) -> Int64 {
        let parameter = self[slot]
        guard let dated = parameter.value(on: day),
            let value = scaled(dated.value, times, to: kind)
        else {
            throw NoStandard(
                parameter: parameter.key, day: day, from: parameter.values[0].from)
        }
        return value
    }
}
