/// A condition on facts, as data: no loops, no calls, nothing but what is known.
public indirect enum Rule: Hashable, Sendable {
    case all([Rule])
    case any([Rule])
    case not(Rule)
    case condition(Condition)
}

/// One fact compared with one value.
public struct Condition: Hashable, Sendable {
    public let fact: FactSlot
    public let comparison: Comparison
    public let operand: Operand
}

public enum Comparison: String, Hashable, Sendable, CaseIterable {
    case less = "<"
    case atMost = "<="
    case more = ">"
    case atLeast = ">="
    case equal = "=="
    case notEqual = "!="
    case oneOf = "in"
}

/// What a fact is compared with, in the parts of that fact's kind.
public enum Operand: Hashable, Sendable {
    case value(Int64)
    case values([Int64])
    /// A dated standard, times so many thousandths.
    case parameter(ParameterSlot, times: Int64)
}

/// Where a parameter stands in its catalogue.
public struct ParameterSlot: Hashable, Comparable, Sendable {
    public let index: Int
    init(_ index: Int) { self.index = index }
    public static func < (left: Self, right: Self) -> Bool { left.index < right.index }
}

extension Rule {
    /// Its conditions, from left to right.
    public var conditions: [Condition] {
        switch self {
        case .all(let parts), .any(let parts): parts.flatMap(\.conditions)
        case .not(let part): part.conditions
        case .condition(let condition): [condition]
        }
    }
}
