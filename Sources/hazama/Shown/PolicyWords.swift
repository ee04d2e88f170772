import Casework
import Fieldwork
import SyncCore

/// Facts, rules and proofs in the words of a language.
struct PolicyWords {
    let catalogue: Casework.Catalogue
    let language: Language

    func text(_ name: CatalogueName) -> String { name.text(in: language) }

    func name(_ slot: FactSlot) -> String { text(catalogue.facts[slot].name) }
    func names(_ facts: FactSet) -> String { facts.slots.map(name).joined(separator: " · ") }

    /// A value of a fact as people write it: a choice by what it is called in their language.
    func value(_ parts: Int64, of slot: FactSlot) -> String {
        let definition = catalogue.facts[slot]
        return definition.choice(parts).map(text) ?? value(parts, definition.kind)
    }

    /// A value as it is written whoever reads it: `1,330`, `37.3`, `yes`, the key of a choice.
    func value(_ parts: Int64, _ kind: FactDefinition.Kind) -> String {
        switch kind.value(parts) {
        case .flag(let flag): (flag ? Phrase.yes : .no).text(in: language)
        case .choice(let word): word
        case .count(let number): Formats.grouped(number)
        case .money(let fen): Self.decimal(fen, places: 2)
        case .number(let thousandths): Self.decimal(thousandths, places: 3)
        }
    }

    /// `1,330`, `1,330.50`, `0.4`: money with two decimals or none, numbers with as many as needed.
    static func decimal(_ parts: Int64, places: Int) -> String {
        let scale: Int64 = places == 2 ? 100 : 1000
        let (whole, rest) = parts.magnitude.quotientAndRemainder(dividingBy: UInt64(scale))
        let sign = parts < 0 ? "-" : ""
        guard rest > 0 else { return sign + Formats.grouped(Int64(whole)) }
        let digits = String(rest)
        var decimals = String(repeating: "0", count: places - digits.count) + digits
        while places == 3, decimals.hasSuffix("0") { decimals.removeLast() }
        return "\(sign)\(Formats.grouped(Int64(whole))).\(decimals)"
    }

    func yuan(_ fen: Int64) -> String {
        Phrase.yuan.wording.filled(in: language, ["amount": Self.decimal(fen, places: 2)])
    }

    func level(_ level: Level) -> String {
        catalogue.assessment.levels.first { $0.level == level }.map { text($0.name) }
            ?? PolicyPhrase.pending.text(in: language)
    }

    // MARK: Proofs

    /// `income a head a month 610 < 1,330 · assets a head unknown`: what made the answer so.
    func reasons(_ proof: Proof) -> String {
        proof.reasons.map(reason).joined(separator: " · ")
    }

    private func reason(_ truth: Truth, _ compared: Proof.Compared) -> String {
        let name = name(compared.fact)
        let kind = catalogue.facts[compared.fact].kind
        guard let value = compared.value else {
            return "\(name) \(PolicyPhrase.unknown.text(in: language))"
        }
        let shown = self.value(value, of: compared.fact)
        let operands = compared.operands.map { self.value($0, of: compared.fact) }
            .joined(separator: ", ")
        // What is true of it is said, and not what was asked: 1,900 ≥ 1,330 where < was wanted.
        let holds = compared.holds
        switch compared.comparison {
        case .less: return "\(name) \(shown) \(holds ? "<" : "≥") \(operands)"
        case .atMost: return "\(name) \(shown) \(holds ? "≤" : ">") \(operands)"
        case .more: return "\(name) \(shown) \(holds ? ">" : "≤") \(operands)"
        case .atLeast: return "\(name) \(shown) \(holds ? "≥" : "<") \(operands)"
        case .equal, .notEqual, .oneOf:
            let isSame = holds == (compared.comparison != .notEqual)
            return isSame || kind == .flag
                ? "\(name): \(shown)" : "\(name): \(shown) (≠ \(operands))"
        }
    }

    // MARK: Rules

    /// A rule line by line, set in by its depth.
    ///
    /// - Parameter day: whose values stand beside the standards; `nil` for none.
    func lines(_ rule: Rule, on day: CalendarDate?, depth: Int = 0) -> [(depth: Int, text: String)]
    {
        func group(_ phrase: PolicyPhrase, _ parts: [Rule]) -> [(depth: Int, text: String)] {
            [(depth, phrase.text(in: language))]
                + parts.flatMap { lines($0, on: day, depth: depth + 1) }
        }
        switch rule {
        case .all(let parts): return group(.all, parts)
        case .any(let parts): return group(.any, parts)
        case .not(let part): return group(.not, [part])
        case .condition(let condition): return [(depth, text(condition, on: day))]
        }
    }

    private func text(_ condition: Condition, on day: CalendarDate?) -> String {
        let name = name(condition.fact)
        switch condition.operand {
        case .values(let values):
            let words = values.map { value($0, of: condition.fact) }.joined(separator: ", ")
            return "\(name) \(PolicyPhrase.oneOf.text(in: language)) \(words)"
        case .value(let parts):
            return "\(name) \(condition.comparison.sign) \(value(parts, of: condition.fact))"
        case .parameter(let slot, let times):
            let factor = times == 1000 ? "" : " × \(Self.decimal(times, places: 3))"
            let parameter = catalogue[slot]
            let now = day.flatMap(parameter.value).map {
                " (\(Self.decimal($0.value, places: parameter.isMoney ? 2 : 3)))"
            }
            return
                "\(name) \(condition.comparison.sign) \(text(parameter.name))\(now ?? "")\(factor)"
        }
    }
}

extension Comparison {
    /// As people write it.
    fileprivate var sign: String {
        switch self {
        case .less: "<"
        case .atMost: "≤"
        case .more: ">"
        case .atLeast: "≥"
        case .equal, .oneOf: "="
        case .notEqual: "≠"
        }
    }
}

extension Standing {
    var phrase: PolicyPhrase {
        switch self {
        case .sourced: .sourced
        case .partly: .partly
        case .illustrative: .illustrative
        }
    }
}

extension CatalogueName {
    func text(in language: Language) -> String {
        switch language {
        case .english: english
        case .chinese: chinese
        case .japanese: japanese
        }
    }
}
