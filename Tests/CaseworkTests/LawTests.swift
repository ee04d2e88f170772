import SyncCore
import Testing

@testable import Casework

/// Random households, many values unknown, all values from near the lines of the rules.
struct RandomHouseholds {
    let dictionary: FactDictionary
    private var state: UInt64

    init(_ dictionary: FactDictionary, seed: UInt64) {
        (self.dictionary, state) = (dictionary, seed)
    }

    /// Knuth's constants of a linear generator; the low bits are thrown away.
    mutating func number(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func next(members: Int, unknownPercent: Int) -> HouseholdFacts.Draft {
        var draft = HouseholdFacts.Draft(members: members, of: dictionary)
        for slot in dictionary.all {
            let isPersonal = dictionary[slot].scope == .person
            for member in isPersonal ? Array(0..<members).map(Optional.some) : [nil] {
                if number(below: 100) < unknownPercent { continue }
                draft[slot, member] = value(dictionary[slot].kind)
            }
        }
        return draft
    }

    private mutating func value(_ kind: FactDefinition.Kind) -> Int64 {
        switch kind {
        case .flag: Int64(number(below: 2))
        case .choice(let words): Int64(number(below: words.count))
        case .count: [0, 1, 2, 3, 5, 8, 15, 16, 17, 18, 45, 59, 60, 65, 80][number(below: 15)]
        case .number: [0, 329, 330, 399, 400, 7000, 15_000, 37_300][number(below: 8)]
        case .money: [0, 123_999, 133_000, 270_000, 1_200_000, 3_000_001][number(below: 6)]
        }
    }
}

@Suite("Laws of rules")
struct LawTests {
    @Test("the flat form answers and misses as the proof does", arguments: [1, 2, 3])
    func flat(seed: UInt64) throws {
        let rulebook = try Rulebook.november2021.get()
        var chance = RandomHouseholds(rulebook.catalogue.facts, seed: seed)
        for round in 0..<60 {
            let facts = chance.next(members: 2, unknownPercent: round % 60).facts
            for index in rulebook.catalogue.programmes.indices {
                let proof = rulebook.proof(ofProgramme: index, facts, member: 1)
                #expect(
                    rulebook.programme(index, of: facts, member: 1)
                        == RuleAnswer(proof.truth, missing: proof.missing))
            }
            for index in rulebook.documentsInForce.indices {
                let proof = rulebook.proof(ofDocument: index, facts, member: 0)
                #expect(
                    rulebook.document(index, of: facts, member: 0)
                        == RuleAnswer(proof.truth, missing: proof.missing))
            }
        }
    }

    @Test("what is learned turns no yes into no and no no into yes", arguments: [4, 5, 6])
    func monotone(seed: UInt64) throws {
        let rulebook = try Rulebook.november2021.get()
        let dictionary = rulebook.catalogue.facts
        var chance = RandomHouseholds(dictionary, seed: seed)
        for _ in 0..<25 {
            let whole = chance.next(members: 2, unknownPercent: 0)
            var part = whole
            var hidden: [MissingFact] = []
            for slot in dictionary.all where chance.number(below: 2) == 0 {
                let isPersonal = dictionary[slot].scope == .person
                let fact = MissingFact(slot, member: isPersonal ? chance.number(below: 2) : nil)
                hidden.append(fact)
                part[slot, fact.member] = nil
            }
            var before = rulebook.answer(for: part.facts)
            // One by one, in an order of their own.
            while !hidden.isEmpty {
                let fact = hidden.remove(at: chance.number(below: hidden.count))
                part[fact.slot, fact.member] = whole[fact.slot, fact.member]
                let after = rulebook.answer(for: part.facts)
                #expect(after.changes(since: before).allSatisfy { $0.before == .unknown })
                #expect(
                    before.assessment.score.lowerBound <= after.assessment.score.lowerBound
                        && after.assessment.score.upperBound <= before.assessment.score.upperBound)
                before = after
            }
            #expect(before.members.joined().allSatisfy { $0.truth != .unknown })
        }
    }

    @Test("an unknown answer names facts, and it takes all others as they come")
    func missing() throws {
        let rulebook = try Rulebook.november2021.get()
        var chance = RandomHouseholds(rulebook.catalogue.facts, seed: 7)
        for _ in 0..<40 {
            let draft = chance.next(members: 1, unknownPercent: 40)
            let answers = rulebook.answer(for: draft.facts).members[0]
            #expect(answers.allSatisfy { ($0.truth == .unknown) == !$0.missing.isEmpty })
            for (index, answer) in answers.enumerated() where answer.truth == .unknown {
                // Whatever else becomes known, it stays unknown while these are not.
                var filled = chance.next(members: 1, unknownPercent: 0)
                for slot in rulebook.catalogue.facts.all {
                    let member = rulebook.catalogue.facts[slot].scope == .person ? 0 : nil
                    if let known = draft[slot, member] { filled[slot, member] = known }
                    if answer.missing.contains(slot) { filled[slot, member] = nil }
                }
                #expect(rulebook.programme(index, of: filled.facts, member: 0) == answer)
            }
        }
    }

    @Test("from one July to the next the lines rise, and nobody loses by that alone")
    func newStandards() throws {
        let before = try Rulebook.november2021.get()
        let after = try Rulebook(before.catalogue, asOf: #require(CalendarDate("2022-07-01")))
        var chance = RandomHouseholds(before.catalogue.facts, seed: 8)
        var gained: Set<String> = []
        for _ in 0..<1000 {
            let facts = chance.next(members: 1, unknownPercent: 3).facts
            for change in after.answer(for: facts).changes(since: before.answer(for: facts)) {
                #expect(change.after > change.before)
                gained.insert(before.catalogue.programmes[change.programme].id)
            }
        }
        #expect(gained.isSuperset(of: ["P03", "P15"]))
    }
}

extension Proof {
    /// Read from the definition: leaves without a value reached through unknown parts alone.
    fileprivate var missing: FactSet {
        guard truth == .unknown else { return FactSet() }
        switch content {
        case .condition(let compared): return FactSet([compared.fact])
        case .not(let part): return part.missing
        case .all(let parts), .any(let parts):
            return parts.reduce(into: FactSet()) { $0.formUnion($1.missing) }
        }
    }
}
