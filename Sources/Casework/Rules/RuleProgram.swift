/// Rules made flat for one day: conditions over places in a row, standards already filled in.
///
/// A node is followed by all that is in it, so that what is decided is stepped over without a look.
/// Nothing is allocated while a rule is evaluated.
struct RuleProgram: Sendable {
    private var nodes: [Node] = []
    /// Where each rule begins.
    private var starts: [Int32] = []

    private struct Node: Sendable {
        enum Kind: UInt8 { case all, any, within, oneOf }
        let kind: Kind
        /// Whether the condition's answer is turned round. `all` and `any` never are: `not` is
        /// moved to the conditions when a rule is made flat.
        var isNegated = false
        var slot: Int32 = 0
        /// The node after all that is in this one.
        var end: Int32 = 0
        var low: Int64 = 0
        /// From `low` to the greatest; or, for `oneOf`, a bit for each value from 0 to 63.
        var span: UInt64 = 0
    }

    var count: Int { starts.count }

    /// Adds a rule. `value` gives a parameter's value in the parts of the fact it is compared with.
    mutating func append<Failure>(
        _ rule: Rule, value: (FactSlot, Operand) throws(Failure) -> [Int64]
    ) throws(Failure) {
        starts.append(Int32(nodes.count))
        try add(rule, negated: false, value)
    }

    private mutating func add<Failure>(
        _ rule: Rule, negated: Bool, inside group: Node.Kind? = nil,
        _ value: (FactSlot, Operand) throws(Failure) -> [Int64]
    ) throws(Failure) {
        let kind: Node.Kind
        let parts: [Rule]
        switch rule {
        case .not(let part): return try add(part, negated: !negated, inside: group, value)
        case .all(let all): (kind, parts) = (negated ? .any : .all, all)
        case .any(let any): (kind, parts) = (negated ? .all : .any, any)
        case .condition(let condition):
            let values = try value(condition.fact, condition.operand)
            return add(condition.fact, condition.comparison, values, negated)
        }
        // Within a group of its own kind it needs no node: its parts are that one's.
        let start = nodes.count
        if kind != group { nodes.append(Node(kind: kind)) }
        for part in parts { try add(part, negated: negated, inside: kind, value) }
        if kind != group { nodes[start].end = Int32(nodes.count) }
    }

    private mutating func add(
        _ fact: FactSlot, _ comparison: Comparison, _ values: [Int64], _ negated: Bool
    ) {
        // A value is never `HouseholdFacts.unknown`, so the least that counts lies above it.
        let least = HouseholdFacts.unknown + 1
        func within(_ low: Int64, _ high: Int64, negated: Bool) {
            nodes.append(
                Node(
                    kind: .within, isNegated: negated, slot: Int32(fact.index),
                    end: Int32(nodes.count + 1), low: low, span: UInt64(bitPattern: high &- low)))
        }
        switch comparison {
        case .less: within(least, values[0] - 1, negated: negated)
        case .atMost: within(least, values[0], negated: negated)
        case .more: within(least, values[0], negated: !negated)
        case .atLeast: within(least, values[0] - 1, negated: !negated)
        case .equal: within(values[0], values[0], negated: negated)
        case .notEqual: within(values[0], values[0], negated: !negated)
        case .oneOf where values.allSatisfy({ (0..<64).contains($0) }):
            nodes.append(
                Node(
                    kind: .oneOf, isNegated: negated, slot: Int32(fact.index),
                    end: Int32(nodes.count + 1), span: values.reduce(0) { $0 | 1 << UInt64($1) }))
        case .oneOf:
            let start = nodes.count
            nodes.append(Node(kind: negated ? .all : .any))
            for value in values { within(value, value, negated: negated) }
            nodes[start].end = Int32(nodes.count)
        }
    }

    // MARK: Evaluation

    /// What the rule at `index` says of the row that begins at `base`.
    func answer(_ index: Int, of facts: HouseholdFacts, at base: Int) -> RuleAnswer {
        var missing = FactSet()
        let truth = evaluate(Int(starts[index]), facts.values, base, &missing)
        return RuleAnswer(truth, missing: missing)
    }

    /// Adds to `missing` only where the answer is unknown.
    private func evaluate(
        _ index: Int, _ values: [Int64], _ base: Int, _ missing: inout FactSet
    ) -> Truth {
        let node = nodes[index]
        switch node.kind {
        case .within, .oneOf: return condition(node, values, base, &missing)
        case .all: return group(index, node, decisive: .no, values, base, &missing)
        case .any: return group(index, node, decisive: .yes, values, base, &missing)
        }
    }

    @inline(__always)
    private func condition(
        _ node: Node, _ values: [Int64], _ base: Int, _ missing: inout FactSet
    ) -> Truth {
        let value = values[base + Int(node.slot)]
        if value == HouseholdFacts.unknown {
            missing.insert(FactSlot(Int(node.slot)))
            return .unknown
        }
        let holds =
            node.kind == .within
            ? UInt64(bitPattern: value &- node.low) <= node.span
            : UInt64(bitPattern: value) < 64 && node.span >> UInt64(bitPattern: value) & 1 == 1
        return holds != node.isNegated ? .yes : .no
    }

    private func group(
        _ index: Int, _ node: Node, decisive: Truth, _ values: [Int64], _ base: Int,
        _ missing: inout FactSet
    ) -> Truth {
        var own = FactSet()
        var next = index + 1
        while next < Int(node.end) {
            let part = nodes[next]
            let truth =
                switch part.kind {
                case .within, .oneOf: condition(part, values, base, &own)
                case .all: group(next, part, decisive: .no, values, base, &own)
                case .any: group(next, part, decisive: .yes, values, base, &own)
                }
            if truth == decisive { return decisive }
            next = Int(part.end)
        }
        guard own.isEmpty else {
            missing.formUnion(own)
            return .unknown
        }
        return decisive == .no ? .yes : .no
    }
}
