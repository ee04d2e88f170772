/// What a rule says of a household or person: Kleene's three values, in this order.
///
/// `all` is the least of its parts and `any` the greatest, so that one part that decides is enough
/// however much is not known.
public enum Truth: Int8, Hashable, Comparable, Sendable, CaseIterable {
    case no = 0
    case unknown = 1
    case yes = 2

    public init(_ flag: Bool) { self = flag ? .yes : .no }

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public static prefix func ! (truth: Self) -> Self {
        switch truth {
        case .no: .yes
        case .unknown: .unknown
        case .yes: .no
        }
    }
}

/// An answer with the facts that would have to be known for it to be another than `unknown`.
///
/// They are the facts without a value that are reached only through parts whose own value is
/// unknown: what a decided part does not know no longer matters.
public struct RuleAnswer: Hashable, Sendable {
    public var truth: Truth
    /// Empty unless `truth` is `unknown`.
    public var missing: FactSet

    public init(_ truth: Truth, missing: FactSet = FactSet()) {
        (self.truth, self.missing) = (truth, missing)
    }
}
