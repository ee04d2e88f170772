internal import SyncCore

extension CatalogueReader {
    /// How deep a rule or an amount may go.
    private static let maximumDepth = 24
    /// How many conditions a rule may have.
    private static let maximumConditions = 500

    /// Reads a rule; one that is wrong is noted and stands as a rule that holds of nobody.
    mutating func rule(_ json: JSON, _ key: String, _ place: String) -> Rule {
        guard let found = json[key] else {
            note(place, .missing(key))
            return .any([])
        }
        let rule = rule(found, "\(place).\(key)", depth: 0) ?? .any([])
        if rule.conditions.count > Self.maximumConditions {
            note("\(place).\(key)", .tooMany("conditions"))
        }
        return rule
    }

    private mutating func rule(_ json: JSON, _ place: String, depth: Int) -> Rule? {
        guard depth < Self.maximumDepth else {
            note(place, .tooMany("levels"))
            return nil
        }
        guard let members = json.members else {
            note(place, .expected("a rule"))
            return nil
        }
        if json["fact"] != nil { return condition(json, place) }
        guard members.count == 1, let member = members.first else {
            note(place, .expected("one of all, any, not, or a fact with op and value"))
            return nil
        }
        let inside = "\(place).\(member.key)"
        switch member.key {
        case "not": return rule(member.value, inside, depth: depth + 1).map { .not($0) }
        case "all", "any":
            guard let elements = member.value.array, !elements.isEmpty else {
                note(inside, .expected("a list of rules"))
                return nil
            }
            var parts: [Rule] = []
            for (index, element) in elements.enumerated() {
                if let part = rule(element, "\(inside)[\(index)]", depth: depth + 1) {
                    parts.append(part)
                }
            }
            return member.key == "all" ? .all(parts) : .any(parts)
        default:
            note(inside, .expected("one of all, any, not, or a fact with op and value"))
            return nil
        }
    }

    private mutating func condition(_ json: JSON, _ place: String) -> Rule? {
        for member in json.members ?? [] where !["fact", "op", "value"].contains(member.key) {
            note("\(place).\(member.key)", .expected("fact, op and value alone"))
        }
        let key = string(json, "fact", place)
        guard let slot = facts.slot(of: key) else {
            if !key.isEmpty { note("\(place).fact", .unknownFact(key)) }
            return nil
        }
        let comparison: Comparison = word(json, "op", place, or: .equal)
        let kind = facts[slot].kind
        switch comparison {
        case .less, .atMost, .more, .atLeast:
            if !kind.isOrdered {
                note("\(place).op", .typeMismatch("\(key) is \(kind.word) and has no order"))
            }
        case .equal, .notEqual, .oneOf: break
        }
        guard let value = json["value"] else {
            note(place, .missing("value"))
            return nil
        }
        guard let operand = operand(value, comparison, kind, "\(place).value") else { return nil }
        return .condition(Condition(fact: slot, comparison: comparison, operand: operand))
    }

    private mutating func operand(
        _ json: JSON, _ comparison: Comparison, _ kind: FactDefinition.Kind, _ place: String
    ) -> Operand? {
        if comparison == .oneOf {
            guard let elements = json.array, !elements.isEmpty else {
                note(place, .typeMismatch("in needs a list"))
                return nil
            }
            var values: [Int64] = []
            for (index, element) in elements.enumerated() {
                values.append(
                    parts("\(place)[\(index)]") { () throws(FactValueError) in
                        try kind.parts(element)
                    })
            }
            return .values(values)
        }
        guard json.members != nil else {
            return .value(parts(place) { () throws(FactValueError) in try kind.parts(json) })
        }
        guard let (slot, times) = parameter(json, place) else { return nil }
        let parameter = parameters[slot.index]
        guard kind.isOrdered, parameter.isMoney == (kind == .money) else {
            note(place, .typeMismatch("\(parameter.key) is of \(parameter.unit), not \(kind.word)"))
            return nil
        }
        // For every day with a value: a rule that stops being exact next July is wrong today.
        for value in parameter.values where scaled(value.value, times, to: kind) == nil {
            note(place, .fraction)
        }
        return .parameter(slot, times: times)
    }

    /// Reads `{"param": …, "times": …}`; times is in thousandths.
    private mutating func parameter(_ json: JSON, _ place: String) -> (ParameterSlot, Int64)? {
        for member in json.members ?? [] where !["param", "times"].contains(member.key) {
            note("\(place).\(member.key)", .expected("param and times alone"))
        }
        let key = string(json, "param", place)
        guard let slot = slot(ofParameter: key) else {
            if !key.isEmpty { note("\(place).param", .unknownParameter(key)) }
            return nil
        }
        guard let factor = json["times"] else { return (slot, 1000) }
        let times = parts("\(place).times") { () throws(FactValueError) in
            try factor.exactParts(of: 1000)
        }
        if !(1...1_000_000).contains(times) { note("\(place).times", .outOfRange) }
        return (slot, times)
    }

    /// Reads an amount of money, where there is one.
    mutating func amount(_ json: JSON, _ key: String, _ place: String) -> Amount? {
        guard let found = json[key], !found.isNull else { return nil }
        guard let (amount, isMoney) = amount(found, "\(place).\(key)", depth: 0) else { return nil }
        if !isMoney { note("\(place).\(key)", .typeMismatch("the amount is not money")) }
        return amount
    }

    private mutating func amount(
        _ json: JSON, _ place: String, depth: Int
    ) -> (Amount, isMoney: Bool)? {
        guard depth < Self.maximumDepth else {
            note(place, .tooMany("levels"))
            return nil
        }
        if json["param"] != nil {
            guard let (slot, times) = parameter(json, place) else { return nil }
            let kind: FactDefinition.Kind = parameters[slot.index].isMoney ? .money : .number
            for value in parameters[slot.index].values
            where scaled(value.value, times, to: kind) == nil {
                note(place, .fraction)
            }
            return (.parameter(slot, times: times), kind == .money)
        }
        if json["fact"] != nil {
            let key = string(json, "fact", place)
            guard let slot = facts.slot(of: key) else {
                if !key.isEmpty { note("\(place).fact", .unknownFact(key)) }
                return nil
            }
            guard facts[slot].kind.isOrdered else {
                note(place, .typeMismatch("\(key) is no number"))
                return nil
            }
            return (.fact(slot), facts[slot].kind == .money)
        }
        if json["op"]?.string == "max0", let inner = json["of"] {
            return amount(inner, "\(place).of", depth: depth + 1).map {
                (.atLeastZero($0.0), $0.isMoney)
            }
        }
        guard let member = json.members?.first, json.members?.count == 1,
            let elements = member.value.array, !elements.isEmpty,
            ["add", "sub", "mul"].contains(member.key)
        else {
            note(place, .expected("one of param, fact, add, sub, mul, max0"))
            return nil
        }
        var parts: [Amount] = []
        var moneys = 0
        for (index, element) in elements.enumerated() {
            guard
                let (part, isMoney) = amount(
                    element, "\(place).\(member.key)[\(index)]", depth: depth + 1)
            else { return nil }
            parts.append(part)
            if isMoney { moneys += 1 }
        }
        if member.key == "mul" {
            if moneys > 1 { note("\(place).mul", .typeMismatch("money times money")) }
            return (.multiply(parts), moneys == 1)
        }
        if moneys != 0, moneys != parts.count {
            note("\(place).\(member.key)", .typeMismatch("money and numbers in one sum"))
        }
        return (member.key == "add" ? .add(parts) : .subtract(parts), moneys > 0)
    }
}

/// A standard's value times so many thousandths, in the parts of a kind of fact; `nil` where that
/// is no whole number of them.
func scaled(_ value: Int64, _ times: Int64, to kind: FactDefinition.Kind) -> Int64? {
    let (product, overflow) = value.multipliedReportingOverflow(by: times)
    guard !overflow else { return nil }
    // Thousandths of a number that counts, and the thousandths of the factor itself.
    let parts: Int64 = kind == .count ? 1_000_000 : 1000
    return product % parts == 0 ? product / parts : nil
}
