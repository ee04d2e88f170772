import Casework
import Fieldwork
import Glibc
import SyncCore

/// Measures rules over a district's worth of people: `Benchmarks rules`. One core, no store.
struct RuleBench {
    private let rulebook: Rulebook
    private let district: [HouseholdFacts]
    private let persons: Int
    private let loading_ms: Double

    /// 32,000 persons in 12,300 households, one value in twenty unknown.
    init() throws {
        let start = Self.cpu_ns()
        let catalogue = try Catalogue(Array(Catalogue.shippedText.utf8)) { _ in .none }
        rulebook = try Rulebook(catalogue, asOf: catalogue.asOfDefault)
        loading_ms = Double(Self.cpu_ns() - start) / 1e6
        var chance = Chance()
        var made: [HouseholdFacts] = []
        var count = 0
        for household in 0..<12_300 {
            // So that the last household brings them to 32,000 exactly.
            let members = (household + 1) * 32_000 / 12_300 - count
            count += members
            made.append(chance.household(members: members, catalogue.facts))
        }
        (district, persons) = (made, count)
    }

    static func run() throws {
        let bench = try RuleBench()
        print("| | measured |\n|---|---|")
        bench.line("catalogue read, checked and its rules made flat", bench.loading_ms, "ms")
        bench.programmes()
        bench.answers()
        bench.oneHousehold()
        try bench.everything()
    }

    private func line(_ what: String, _ value: Double, _ unit: String) {
        let hundredths = Int((value * 100).rounded())
        let decimals = hundredths % 100
        print("| \(what) | \(hundredths / 100).\(decimals < 10 ? "0" : "")\(decimals) \(unit) |")
    }

    /// Every programme for every person, with what is missing.
    private func programmes() {
        var best = UInt64.max
        var unknown = 0
        for _ in 0..<5 {
            let start = Self.cpu_ns()
            unknown = 0
            for facts in district {
                for member in 0..<facts.memberCount {
                    for index in rulebook.catalogue.programmes.indices {
                        let answer = rulebook.programme(index, of: facts, member: member)
                        if !answer.missing.isEmpty { unknown += 1 }
                    }
                }
            }
            best = min(best, Self.cpu_ns() - start)
        }
        let count = persons * rulebook.catalogue.programmes.count
        line(
            "programmes of \(persons) persons: millions a second",
            Double(count) * 1e3 / Double(best), "")
        line("the whole, \(count) answers, \(unknown) unknown", Double(best) / 1e6, "ms")
    }

    /// The answers as they are kept: for each household a value with its assessment.
    private func answers() {
        var best = UInt64.max
        var pending = 0
        for _ in 0..<3 {
            let start = Self.cpu_ns()
            pending = 0
            for facts in district {
                let answer = rulebook.answer(for: facts)
                if answer.assessment.level == .pending { pending += 1 }
            }
            best = min(best, Self.cpu_ns() - start)
        }
        line(
            "answers and assessments of all households (\(pending) pending)", Double(best) / 1e6,
            "ms")
    }

    /// All programmes and documents, amounts and the second pass for each member of one household.
    private func oneHousehold() {
        let facts = district.first { $0.memberCount == 3 } ?? district[0]
        let rounds = 500
        let start = Self.cpu_ns()
        var candidates = 0
        for _ in 0..<rounds {
            for member in 0..<facts.memberCount {
                let match = rulebook.match(facts, member: member)
                candidates += match.programmes.count(where: \.isCandidate)
            }
            _ = rulebook.assessment(of: facts)
        }
        let each = Double(Self.cpu_ns() - start) / Double(rounds) / 1e6
        line(
            "a household of \(facts.memberCount) with all documents, matched and assessed", each,
            "ms")
        precondition(candidates >= 0)
    }

    /// What a night does: every household assessed, matched, looked at by all warning rules and by
    /// those for the silent, and routed.
    private func everything() throws {
        let discovery = try Discovery(rulebook)
        var best = UInt64.max
        var (warnings, silent, candidates, rows) = (0, 0, 0, 0)
        for _ in 0..<3 {
            let start = Self.cpu_ns()
            (warnings, silent, candidates, rows) = (0, 0, 0, 0)
            for facts in district {
                let situation = discovery.situation(facts)
                let found = situation.warnings
                warnings += found.count
                if situation.silence != nil { silent += 1 }
                rows += Routing(situation, severities: found.map(\.severity)).rows.count
                for member in 0..<facts.memberCount {
                    candidates += rulebook.match(facts, member: member).programmes
                        .count(where: \.isCandidate)
                }
            }
            best = min(best, Self.cpu_ns() - start)
        }
        line(
            "the district assessed, matched, looked at and routed "
                + "(\(warnings) warnings, \(silent) silent, \(candidates) candidates, \(rows) rows)",
            Double(best) / 1e6, "ms")
        line("highest memory", Self.peak_MB(), "MB")
    }

    private static func peak_MB() -> Double {
        var usage = rusage()
        getrusage(RUSAGE_SELF.rawValue, &usage)
        return Double(usage.ru_maxrss) / 1024
    }

    private static func cpu_ns() -> UInt64 {
        var time = timespec()
        clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time)
        return UInt64(time.tv_sec) * 1_000_000_000 + UInt64(time.tv_nsec)
    }
}

/// A generator of its own, so that every machine measures the same people.
private struct Chance {
    private var state: UInt64 = 20_220_216

    private mutating func number(below bound: Int) -> Int {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return Int((state >> 33) % UInt64(bound))
    }

    mutating func household(members: Int, _ facts: FactDictionary) -> HouseholdFacts {
        var draft = HouseholdFacts.Draft(members: members, of: facts)
        for slot in facts.all {
            switch facts[slot].scope {
            case .household: draft[slot] = value(facts[slot].kind)
            case .person:
                for member in 0..<members { draft[slot, member] = value(facts[slot].kind) }
            }
        }
        return draft.facts
    }

    private mutating func value(_ kind: FactDefinition.Kind) -> Int64? {
        if number(below: 20) == 0 { return nil }
        switch kind {
        case .flag: return Int64(number(below: 2))
        case .choice(let words): return Int64(number(below: words.count))
        case .count: return Int64(number(below: number(below: 3) == 0 ? 90 : 4))
        case .number: return Int64(number(below: 40_000))
        case .money: return Int64(number(below: 6_000_000))
        }
    }
}
