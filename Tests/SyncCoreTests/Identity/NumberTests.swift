import SyncCore
import SyncTesting
import Testing

@Suite("change set numbers, names and log positions")
struct NumberTests {
    @Test("a number is in 1 ... 2^53")
    func numberRange() {
        #expect(ChangeSetNumber(0) == nil)
        #expect(ChangeSetNumber(1) == .first)
        #expect(ChangeSetNumber(1 << 53)?.value == 1 << 53)
        #expect(ChangeSetNumber((1 << 53) + 1) == nil)
        #expect(ChangeSetNumber(.max) == nil)
        #expect(ChangeSetNumber.first.next.value == 2)
    }

    @Test("a position is in 0 ... 2^53")
    func positionRange() {
        #expect(LogPosition(0) == .start)
        #expect(LogPosition(1 << 53)?.value == 1 << 53)
        #expect(LogPosition((1 << 53) + 1) == nil)
        #expect(LogPosition(.max) == nil)
        #expect(LogPosition.start.next.value == 1)
    }

    @Test("after the last number there is none")
    func numbersUsedUp() async {
        await #expect(processExitsWith: .failure) {
            _ = ChangeSetNumber(ChangeSetNumber.maximum)?.next
        }
    }

    @Test("after the last position there is none")
    func positionsUsedUp() async {
        await #expect(processExitsWith: .failure) { _ = LogPosition(LogPosition.maximum)?.next }
    }

    @Test("a device's later change set follows its earlier ones; a hub's never do by themselves")
    func follows() {
        let device = ReplicaID(high: 0, low: 1)
        let hub = ReplicaID(high: 1 << 63, low: 1)
        let names = [device, hub].flatMap { replica in
            [ChangeSetName(replica, .first), ChangeSetName(replica, .first.next)]
        }
        for later in names {
            let followed = names.filter { later.followsOnSameDevice($0) }
            #expect(followed == (later == names[1] ? [names[0]] : []))
        }
    }

    @Test("names sort by replica, then number")
    func order() {
        let low = ReplicaID(high: 0, low: 1)
        let high = ReplicaID(high: 0, low: 2)
        let sorted = [
            ChangeSetName(low, .first), ChangeSetName(low, .first.next),
            ChangeSetName(high, .first),
        ]
        #expect(sorted.reversed().sorted() == sorted)
        #expect(sorted[1].description == "00000000000000000000000004/2")
    }
}

@Suite("number sets")
struct NumberSetTests {
    @Test("agrees with a plain set", arguments: Seed.all)
    func model(seed: Seed) {
        var generator = TestGenerator(seed)
        var numbers = NumberSet()
        var model: Set<UInt64> = []
        for _ in 0..<60 {
            let value = UInt64.random(in: 1...24, using: &generator)
            numbers.insert(ChangeSetNumber(value)!)
            model.insert(value)
            #expect(numbers.checkInvariants())
            #expect(Set(numbers.ranges.flatMap(Array.init)) == model)
            #expect(
                (1...26).allSatisfy { numbers.contains(ChangeSetNumber($0)!) == model.contains($0) }
            )
            #expect(numbers.last == model.max())
        }
    }

    @Test("equal sets are equal, in whatever order they were filled")
    func order() {
        // All 720 orders of six numbers, with a gap at 4.
        func permutations(_ rest: [UInt64]) -> [[UInt64]] {
            rest.isEmpty
                ? [[]]
                : rest.flatMap { head in
                    permutations(rest.filter { $0 != head }).map { [head] + $0 }
                }
        }
        for order in permutations([1, 2, 3, 5, 6, 7]) {
            var numbers = NumberSet()
            for value in order { numbers.insert(ChangeSetNumber(value)!) }
            #expect(numbers.ranges == [1...3, 5...7])
        }
    }

    @Test("holds the largest number there is")
    func largest() {
        var numbers = NumberSet()
        numbers.insert(ChangeSetNumber(1 << 53)!)
        numbers.insert(ChangeSetNumber((1 << 53) - 1)!)
        #expect(numbers.ranges == [(1 << 53) - 1...1 << 53])
    }

    @Test("an empty set has nothing")
    func empty() {
        #expect(NumberSet().isEmpty)
        #expect(NumberSet().last == 0)
        #expect(!NumberSet().contains(.first))
    }

    @Test(
        "ranges that overlap, touch, fall or hold what is no number are refused",
        arguments: [
            [1...2, 2...3], [1...2, 3...4], [5...6, 1...2], [0...1], [1...(1 << 53) + 1],
            [1...1, 3...(.max)], [1...(.max), 3...4],
        ] as [[ClosedRange<UInt64>]])
    func refused(ranges: [ClosedRange<UInt64>]) { #expect(NumberSet(ranges: ranges) == nil) }

    @Test("ranges that rise with gaps between are accepted")
    func accepted() {
        #expect(NumberSet(ranges: [1...1, 3...9, 11...(1 << 53)])?.last == 1 << 53)
    }
}
