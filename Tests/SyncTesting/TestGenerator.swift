/// A number from which everything random in a test follows. Printed with the test, so that a
/// failing one can become a named test.
public struct Seed: Hashable, Sendable, CustomStringConvertible {
    public let value: UInt64

    public init(_ value: UInt64) { self.value = value }

    /// For a canary: one seed is enough to see a planted fault.
    public static let first = Seed(1)

    /// What every run of the tests tries.
    public static let all: [Seed] = (1...24).map(Seed.init)

    public var description: String { "seed \(value)" }
}

/// Chance that is the same on every machine: SplitMix64.
///
/// Source: Steele, Lea and Flood 2014, "Fast splittable pseudorandom number generators", figure 17.
public struct TestGenerator: RandomNumberGenerator, Sendable {
    private var state: UInt64

    public init(_ seed: Seed) { state = seed.value }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }

    /// Whether something happens that happens once in `count` times.
    public mutating func oneIn(_ count: Int) -> Bool {
        Int.random(in: 0..<count, using: &self) == 0
    }

    /// One of `choices`, which must not be empty.
    public mutating func pick<Choice>(_ choices: [Choice]) -> Choice {
        choices[Int.random(in: 0..<choices.count, using: &self)]
    }

    /// Some of `choices`, each with an even chance, in their order.
    public mutating func some<Choice>(of choices: [Choice]) -> [Choice] {
        choices.filter { _ in oneIn(2) }
    }
}
