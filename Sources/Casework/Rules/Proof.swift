/// Why a rule says what it says: the rule once more, with what is known of each part.
///
/// Made only when somebody asks; answers are worked out without it.
public struct Proof: Hashable, Sendable {
    public let truth: Truth
    public let content: Content

    public indirect enum Content: Hashable, Sendable {
        case all([Proof])
        case any([Proof])
        case not(Proof)
        case condition(Compared)
    }

    /// A fact beside what it was compared with, in the parts of its kind.
    public struct Compared: Hashable, Sendable {
        public let fact: FactSlot
        /// `nil` where nobody has stated it.
        public let value: Int64?
        public let comparison: Comparison
        /// One, or the list of `in`.
        public let operands: [Int64]
        /// The standard the operand comes from.
        public let parameter: ParameterSlot?

        /// Whether what is known compares so; false where nothing is known.
        public var holds: Bool { value.map { comparison.holds($0, operands) } ?? false }
    }

    /// The conditions that made the answer what it is, in the order of the rule: for a yes those
    /// that hold where all had to, for a no those that fail; for unknown also what holds so far.
    /// What a decided part did not need is left out.
    public var reasons: [(truth: Truth, Compared)] {
        switch content {
        case .condition(let compared): return [(truth, compared)]
        case .not(let part): return part.reasons.map { (!$0.truth, $0.1) }
        case .all(let parts):
            if truth == .no { return parts.first { $0.truth == .no }?.reasons ?? [] }
            return parts.flatMap(\.reasons)
        case .any(let parts):
            switch truth {
            case .yes: return parts.first { $0.truth == .yes }?.reasons ?? []
            case .unknown: return parts.filter { $0.truth == .unknown }.flatMap(\.reasons)
            case .no: return parts.flatMap(\.reasons)
            }
        }
    }
}

extension Rulebook {
    public func proof(ofProgramme index: Int, _ facts: HouseholdFacts, member: Int) -> Proof {
        proof(of: catalogue.programmes[index].rule, facts, at: facts.base(ofMember: member))
    }

    /// The proof of a document, by its place among those in force.
    public func proof(ofDocument index: Int, _ facts: HouseholdFacts, member: Int) -> Proof {
        let document = catalogue.documents[documentsInForce[index]]
        return proof(of: document.rule, facts, at: facts.base(ofMember: member))
    }

    /// The proof of an indicator for one member, or for the household where it is about that.
    public func proof(
        ofIndicator index: Int, _ facts: HouseholdFacts, member: Int? = nil
    ) -> Proof {
        proof(
            of: catalogue.assessment.indicators[index].rule, facts,
            at: member.map(facts.base(ofMember:)) ?? 0)
    }

    private func proof(of rule: Rule, _ facts: HouseholdFacts, at base: Int) -> Proof {
        switch rule {
        case .all(let rules):
            let parts = rules.map { proof(of: $0, facts, at: base) }
            return Proof(truth: parts.map(\.truth).min() ?? .yes, content: .all(parts))
        case .any(let rules):
            let parts = rules.map { proof(of: $0, facts, at: base) }
            return Proof(truth: parts.map(\.truth).max() ?? .no, content: .any(parts))
        case .not(let rule):
            let part = proof(of: rule, facts, at: base)
            return Proof(truth: !part.truth, content: .not(part))
        case .condition(let condition):
            let stored = facts.values[base + condition.fact.index]
            let value = stored == HouseholdFacts.unknown ? nil : stored
            let operands: [Int64]?
            do {
                operands = try catalogue.values(
                    of: condition.operand, for: condition.fact, on: asOf)
            } catch { operands = nil }
            var parameter: ParameterSlot?
            if case .parameter(let slot, _) = condition.operand { parameter = slot }
            return Proof(
                truth: compared(condition.comparison, value, operands),
                content: .condition(
                    Proof.Compared(
                        fact: condition.fact, value: value, comparison: condition.comparison,
                        operands: operands ?? [], parameter: parameter)))
        }
    }

    /// Unknown where the fact is, or the standard it is compared with.
    private func compared(
        _ comparison: Comparison, _ value: Int64?, _ operands: [Int64]?
    ) -> Truth {
        guard let value, let operands else { return .unknown }
        return Truth(comparison.holds(value, operands))
    }
}

extension Comparison {
    /// Written a second time, and plainly: tests hold the flat form against it.
    func holds(_ value: Int64, _ operands: [Int64]) -> Bool {
        guard self != .oneOf else { return operands.contains(value) }
        guard let operand = operands.first else { return false }
        return switch self {
        case .less: value < operand
        case .atMost: value <= operand
        case .more: value > operand
        case .atLeast: value >= operand
        case .equal: value == operand
        case .notEqual, .oneOf: value != operand
        }
    }
}
