import SyncCore
import Testing

@testable import Casework

extension Rulebook {
    static let november2021 = Result {
        try Rulebook(Catalogue.shipped.get(), asOf: CalendarDate("2021-11-01")!)
    }
}

@Suite("Rules")
struct EvaluationTests {
    /// A rule over four numbers `h.a` to `h.d`, and the values of those that are known.
    private static func answer(_ rule: Rule, _ known: [Int64?]) throws -> RuleAnswer {
        var program = RuleProgram()
        program.append(rule) { _, operand in
            guard case .value(let value) = operand else { return [] }
            return [value]
        }
        return program.answer(
            0,
            of: HouseholdFacts(
                values: known.map { $0 ?? HouseholdFacts.unknown }, members: 0, width: 4),
            at: 0)
    }
    private static func positive(_ slot: Int) -> Rule {
        .condition(Condition(fact: FactSlot(slot), comparison: .more, operand: .value(0)))
    }
    private static func set(_ slots: Int...) -> FactSet { FactSet(slots.map(FactSlot.init)) }

    @Test("a part that decides is enough, however much is unknown beside it")
    func decided() throws {
        let any = Rule.any([Self.positive(0), Self.positive(1)])
        let all = Rule.all([Self.positive(0), Self.positive(1)])
        #expect(try Self.answer(any, [nil, 1, 0, 0]) == RuleAnswer(.yes))
        #expect(try Self.answer(all, [nil, 0, 0, 0]) == RuleAnswer(.no))
        #expect(try Self.answer(.not(any), [nil, 1, 0, 0]) == RuleAnswer(.no))
    }

    @Test("only what an undecided part does not know is missing")
    func missing() throws {
        let rule = Rule.any([
            .all([Self.positive(0), Self.positive(1)]), Self.positive(2),
        ])
        #expect(
            try Self.answer(rule, [nil, 0, nil, 0]) == RuleAnswer(.unknown, missing: Self.set(2)))
        #expect(
            try Self.answer(rule, [nil, 1, nil, 0])
                == RuleAnswer(.unknown, missing: Self.set(0, 2)))
        #expect(
            try Self.answer(.not(rule), [nil, 1, 0, 0])
                == RuleAnswer(.unknown, missing: Self.set(0)))
    }

    @Test("every comparison, at its edges", arguments: Comparison.allCases)
    func edges(comparison: Comparison) throws {
        for value in [-2, -1, 0, 1, 2, 62, 63, 64] as [Int64] {
            let expected =
                switch comparison {
                case .less: value < 1
                case .atMost: value <= 1
                case .more: value > 1
                case .atLeast: value >= 1
                case .equal: value == 1
                case .notEqual: value != 1
                case .oneOf: [-1, 1, 64].contains(value)
                }
            for (rule, expected) in [
                (Self.rule(comparison), expected),
                (.not(Self.rule(comparison)), !expected),
            ] {
                var program = RuleProgram()
                program.append(rule) { _, _ in comparison == .oneOf ? [-1, 1, 64] : [1] }
                let facts = HouseholdFacts(values: [value], members: 0, width: 1)
                #expect(program.answer(0, of: facts, at: 0) == RuleAnswer(expected ? .yes : .no))
            }
        }
    }
    private static func rule(_ comparison: Comparison) -> Rule {
        .condition(
            Condition(fact: FactSlot(0), comparison: comparison, operand: .value(0)))
    }

    @Test("an income under the line of the day opens Dibao, a year later it may not")
    func dated() throws {
        let catalogue = try Catalogue.shipped.get()
        var draft = HouseholdFacts.Draft(members: 1, of: catalogue.facts)
        func set(_ key: String, _ value: FactValue) throws {
            try draft.set(#require(catalogue.facts.slot(of: key)), value)
        }
        try set("h.hasLocalHukou", .flag(true))
        try set("h.status", .choice("none"))
        try set("h.incomePerCapita", .money(133_000))
        try set("h.size", .count(1))
        try set("h.financialPerCapita", .money(0))
        try set("h.vehicles", .count(0))
        try set("h.nonResidentialProperty", .flag(false))
        try set("h.homes", .count(1))
        let index = try #require(catalogue.programmes.firstIndex { $0.id == "P01" })
        func truth(on day: String) throws -> Truth {
            try Rulebook(catalogue, asOf: #require(CalendarDate(day)))
                .programme(index, of: draft.facts, member: 0).truth
        }
        #expect(try truth(on: "2021-11-01") == .no)
        #expect(try truth(on: "2022-06-30") == .no)
        #expect(try truth(on: "2022-07-01") == .yes)
        #expect(throws: NoStandard.self) { try truth(on: "2018-01-01") }
    }
}
