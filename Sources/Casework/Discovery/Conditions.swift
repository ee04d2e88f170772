import SyncCore

/// What warnings, silence and routing ask of facts, in the form of the catalogue's rules and put to
/// them by the same evaluator: three values, with what is missing.
struct Conditions: Sendable {
    enum Test: Int, CaseIterable, Sendable {
        case nearsPension, isIll, medicalShareHigh, nobodyEmployed, lostWorkLately
        case justAboveDibao, justAboveLow, isHelped, childStandard, cared, isAdult, isMinor
        case isCarer, isDependent, isOldAlone, needsCare, wasStruck, isVeryOldAlone, fewContacts
        case severelyDisabled, oneParentOrNone, isOutsider, isPoor, isAlone
    }

    private let program: RuleProgram

    /// - Throws: where a fact or standard that is asked for is not in the catalogue.
    init(_ rulebook: Rulebook) throws(DiscoveryRefusal) {
        var program = RuleProgram()
        let (catalogue, day) = (rulebook.catalogue, rulebook.asOf)
        for test in Test.allCases {
            let rule = try test.rule(RuleWords(catalogue))
            do {
                try program.append(rule) { fact, operand throws(NoStandard) in
                    try catalogue.values(of: operand, for: fact, on: day)
                }
            } catch { throw .noStandard(error) }
        }
        self.program = program
    }

    func answer(_ test: Test, _ facts: HouseholdFacts, member: Int) -> RuleAnswer {
        program.answer(test.rawValue, of: facts, at: facts.base(ofMember: member))
    }

    /// Of the household's own facts; a person's are unknown here.
    func answer(_ test: Test, _ facts: HouseholdFacts) -> RuleAnswer {
        program.answer(test.rawValue, of: facts, at: 0)
    }
}

/// Why nothing can be discovered with a catalogue.
public enum DiscoveryRefusal: Error, Hashable, Sendable {
    case noStandard(NoStandard)
    case unknownFact(String)
    case unknownWord(String, of: String)
    case unknownParameter(String)
}

/// Conditions written short.
private struct RuleWords {
    private let catalogue: Catalogue

    init(_ catalogue: Catalogue) { self.catalogue = catalogue }

    func number(
        _ key: String, _ comparison: Comparison, _ value: Int64
    ) throws(DiscoveryRefusal) -> Rule {
        .condition(
            Condition(fact: try slot(key), comparison: comparison, operand: .value(value)))
    }

    func among(_ key: String, _ values: Int64...) throws(DiscoveryRefusal) -> Rule {
        .condition(
            Condition(fact: try slot(key), comparison: .oneOf, operand: .values(values)))
    }

    func isTrue(_ key: String) throws(DiscoveryRefusal) -> Rule { try number(key, .equal, 1) }

    func word(_ key: String, _ words: String...) throws(DiscoveryRefusal) -> Rule {
        let slot = try slot(key)
        guard case .choice(let choices) = catalogue.facts[slot].kind else {
            throw .unknownFact(key)
        }
        var values: [Int64] = []
        for word in words {
            guard let place = choices.firstIndex(of: word) else {
                throw .unknownWord(word, of: key)
            }
            values.append(Int64(place))
        }
        return .condition(
            Condition(fact: slot, comparison: .oneOf, operand: .values(values)))
    }

    func line(
        _ key: String, _ comparison: Comparison, _ parameter: String, times: Int64 = 1000
    ) throws(DiscoveryRefusal) -> Rule {
        guard let line = catalogue.parameter(parameter) else {
            throw .unknownParameter(parameter)
        }
        return .condition(
            Condition(
                fact: try slot(key), comparison: comparison,
                operand: .parameter(line, times: times)))
    }

    private func slot(_ key: String) throws(DiscoveryRefusal) -> FactSlot {
        guard let slot = catalogue.facts.slot(of: key) else { throw .unknownFact(key) }
        return slot
    }
}

extension Conditions.Test {
    fileprivate func rule(_ words: RuleWords) throws(DiscoveryRefusal) -> Rule {
        switch self {
        case .nearsPension:
            .all([
                .any([
                    .all([
                        try words.word("p.sex", "male"), try words.number("p.age", .atLeast, 55),
                        try words.line("p.age", .less, "pension.ageM"),
                    ]),
                    .all([
                        try words.word("p.sex", "female"), try words.number("p.age", .atLeast, 45),
                        try words.line("p.age", .less, "pension.ageF"),
                    ]),
                ]), .not(try words.word("p.employment", "retired")),
                try words.word("p.pensionType", "employee", "none"),
            ])
        case .isIll: try words.isTrue("p.seriousIllness")
        case .medicalShareHigh:
            .all([
                try words.number("h.medicalShare", .atLeast, 300),
                try words.line("h.medicalShare", .less, "exp.medicalShare"),
            ])
        case .nobodyEmployed: try words.number("h.employedCount", .equal, 0)
        case .lostWorkLately:
            .all([
                try words.word("p.employment", "registeredUnemployed"),
                try words.number("p.unemployedMonths", .atMost, 3),
            ])
        case .justAboveDibao: try justAbove("dibao.month", words)
        case .justAboveLow: try justAbove("low.month", words)
        case .isHelped: .not(try words.word("h.status", "none"))
        case .childStandard: try words.word("h.status", "tekun", "dibao")
        case .cared: try words.word("p.guardian", "orphan", "unattended")
        case .isAdult: try words.number("p.age", .atLeast, 18)
        case .isMinor: try words.number("p.age", .less, 18)
        case .isCarer:
            .all([
                try words.number("p.age", .atLeast, 18), try words.number("p.age", .less, 75),
                .not(try severe(words)),
            ])
        case .isDependent: .any([try words.number("p.age", .less, 18), try severe(words)])
        case .isOldAlone:
            .all([try words.number("p.age", .atLeast, 70), try words.isTrue("p.livesAlone")])
        case .needsCare:
            .any([try words.isTrue("p.livesAlone"), try words.number("p.careLevel", .atLeast, 4)])
        case .wasStruck: try words.word("h.emergency", "fire", "accident", "disaster")
        case .isVeryOldAlone:
            .all([try words.number("p.age", .atLeast, 80), try words.isTrue("p.livesAlone")])
        case .fewContacts: try words.number("h.contactsPerWeek", .atMost, 1)
        case .severelyDisabled: try words.among("p.disabilityGrade", 1, 2)
        case .oneParentOrNone:
            .all([
                try words.number("p.age", .less, 18),
                try words.word("p.guardian", "singleParent", "orphan", "unattended"),
            ])
        case .isOutsider: try words.word("p.hukou", "other")
        case .isPoor: try words.line("h.incomePerCapita", .less, "low.month")
        case .isAlone: try words.isTrue("p.livesAlone")
        }
    }

    /// Within a tenth above a line.
    private func justAbove(_ line: String, _ words: RuleWords) throws(DiscoveryRefusal) -> Rule {
        .all([
            try words.line("h.incomePerCapita", .atLeast, line),
            try words.line("h.incomePerCapita", .atMost, line, times: 1100),
        ])
    }

    private func severe(_ words: RuleWords) throws(DiscoveryRefusal) -> Rule {
        .any([
            try words.among("p.disabilityGrade", 1, 2),
            .all([
                try words.word("p.disabilityKind", "intellectual", "mental"),
                try words.number("p.disabilityGrade", .equal, 3),
            ]),
        ])
    }
}

extension RuleAnswer {
    /// The least of them: one «no» is enough, and what is unknown beside it does not matter.
    static func all(_ answers: RuleAnswer...) -> RuleAnswer { least(answers) }

    /// The greatest of them: one «yes» is enough.
    static func any(_ answers: RuleAnswer...) -> RuleAnswer { greatest(answers) }

    static func least(_ answers: [RuleAnswer]) -> RuleAnswer {
        joined(answers, decisive: .no, otherwise: .yes)
    }

    static func greatest(_ answers: [RuleAnswer]) -> RuleAnswer {
        joined(answers, decisive: .yes, otherwise: .no)
    }

    init(_ flag: Bool) { self.init(Truth(flag)) }

    static prefix func ! (answer: RuleAnswer) -> RuleAnswer {
        RuleAnswer(!answer.truth, missing: answer.missing)
    }

    private static func joined(
        _ answers: [RuleAnswer], decisive: Truth, otherwise: Truth
    ) -> RuleAnswer {
        var missing = FactSet()
        var isOpen = false
        for answer in answers {
            if answer.truth == decisive { return RuleAnswer(decisive) }
            if answer.truth == .unknown {
                isOpen = true
                missing.formUnion(answer.missing)
            }
        }
        return isOpen ? RuleAnswer(.unknown, missing: missing) : RuleAnswer(otherwise)
    }
}
