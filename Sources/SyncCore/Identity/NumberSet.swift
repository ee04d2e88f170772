/// A set of change-set numbers, kept as ranges in order.
///
/// Invariants: ranges don't touch or overlap, and rise. Cost of insertion is linear in the number
/// of ranges, which is 1 unless something is missing.
public struct NumberSet: Hashable, Sendable {
    /// The ranges, rising, none touching the next.
    public private(set) var ranges: [ClosedRange<UInt64>] = []

    public init() {}

    /// Makes a set of rising ranges that don't touch; `nil` if they do, or hold what is no number.
    public init?(ranges: [ClosedRange<UInt64>]) {
        for range in ranges
        where range.lowerBound < 1 || range.upperBound > ChangeSetNumber.maximum { return nil }
        for (left, right) in zip(ranges, ranges.dropFirst())
        where left.upperBound + 1 >= right.lowerBound { return nil }
        self.ranges = ranges
    }

    public var isEmpty: Bool { ranges.isEmpty }

    /// The largest number in the set; 0 if it is empty.
    public var last: UInt64 { ranges.last?.upperBound ?? 0 }

    public func contains(_ number: ChangeSetNumber) -> Bool {
        ranges.contains { $0.contains(number.value) }
    }

    /// Adds a number; does nothing where it is there.
    public mutating func insert(_ number: ChangeSetNumber) {
        let value = number.value
        var index = ranges.count
        while index > 0, ranges[index - 1].lowerBound > value { index -= 1 }
        // Range `index - 1` begins at or before `value`.
        if index > 0, ranges[index - 1].upperBound >= value { return }
        let joinsLeft = index > 0 && ranges[index - 1].upperBound + 1 == value
        let joinsRight = index < ranges.count && ranges[index].lowerBound == value + 1
        switch (joinsLeft, joinsRight) {
        case (true, true):
            ranges[index - 1] = ranges[index - 1].lowerBound...ranges[index].upperBound
            ranges.remove(at: index)
        case (true, false): ranges[index - 1] = ranges[index - 1].lowerBound...value
        case (false, true): ranges[index] = value...ranges[index].upperBound
        case (false, false): ranges.insert(value...value, at: index)
        }
    }

    /// Checks the invariants; for tests.
    package func checkInvariants() -> Bool { NumberSet(ranges: ranges) != nil }
}
