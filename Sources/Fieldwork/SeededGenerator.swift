/// Chance from a number: the same seed gives the same draws on every machine and in every version.
///
/// For synthetic records and tests only, never for names or keys. Source: Steele, Lea and Flood
/// 2014, SplitMix64; constants as in Vigna's `splitmix64.c`.
public struct SeededGenerator: RandomNumberGenerator, Hashable, Sendable {
    private var state: UInt64

    public init(seed: UInt64) { state = seed }

    public mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ mixed >> 30) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ mixed >> 27) &* 0x94d0_49bb_1331_11eb
        return mixed ^ mixed >> 31
    }
}

extension SeededGenerator {
    // The library's own draws may change their algorithm; these may not, or the district changes.

    /// Draws a number in `0 ..< bound`. Its bias is below `bound` in 2^64.
    mutating func below(_ bound: Int) -> Int {
        Int(next().multipliedFullWidth(by: UInt64(bound)).high)
    }

    /// Draws a number in the range.
    mutating func number(in range: ClosedRange<Int>) -> Int {
        range.lowerBound + below(range.upperBound - range.lowerBound + 1)
    }

    /// Draws one of `items`, which are at least one.
    mutating func pick<Item>(_ items: [Item]) -> Item { items[below(items.count)] }

    /// Draws one of `items` as often as its weight says.
    mutating func pick<Item>(_ items: KeyValuePairs<Item, Int>) -> Item {
        var left = below(items.reduce(0) { $0 + $1.value })
        for (item, weight) in items {
            if left < weight { return item }
            left -= weight
        }
        preconditionFailure("a draw beyond the sum of the weights")
    }

    /// Draws yes in `percent` of 100 draws.
    mutating func chance(_ percent: Int) -> Bool { below(100) < percent }
}
