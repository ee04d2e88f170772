import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("Needs and what there is for them")
struct AllocationTests {
    private static let street = ScopeID(high: 4, low: 1)
    private static let home = ScopeID(high: 4, low: 2)
    private static let elsewhere = ScopeID(high: 4, low: 3)
    private static let day = CalendarDate(year: 2026, month: 11, day: 20)!

    private static func id(_ number: UInt64) -> RecordID { RecordID(high: 9, low: number) }

    private static func need(
        _ number: UInt64, _ level: Level = .medium, _ kind: NeedKind = .tutoring,
        waiting days: Int64 = 0
    ) throws -> Allocation.Need {
        Allocation.Need(
            id(number), kind, level: level, since: try #require(day.adding(days: -days)),
            areas: [home, street])
    }

    private static func supply(
        _ number: UInt64, _ kinds: Set<NeedKind> = [.tutoring], free: Int? = 1,
        reach: Set<ScopeID> = [street]
    ) -> Allocation.Supply {
        Allocation.Supply(id(number), kinds, free: free, reach: reach)
    }

    private static func places(_ allocation: Allocation) -> [RecordID: RecordID] {
        Dictionary(
            uniqueKeysWithValues: allocation.answers.compactMap { answer in
                guard case .matched(let supply) = answer.outcome else { return nil }
                return (answer.need.id, supply)
            })
    }

    @Test(
        "43: of two needs and one place the higher level gets it, the other waits and is told why")
    func levels() throws {
        let needs = [try Self.need(1, .medium, waiting: 30), try Self.need(2, .high)]
        for exact in [true, false] {
            let allocation = Allocation(needs, [Self.supply(50)], isExact: exact)
            #expect(
                allocation.answers == [
                    .init(need: needs[1], outcome: .matched(Self.id(50))),
                    .init(need: needs[0], outcome: .waiting(.given(to: [needs[1]]))),
                ])
        }
    }

    @Test("of one level whoever waits longer comes first, and of equal ones the lesser id")
    func ties() throws {
        let needs = [
            try Self.need(3, waiting: 5), try Self.need(2, waiting: 5),
            try Self.need(1, waiting: 2), try Self.need(4, waiting: 9),
        ]
        let answers = Allocation(needs, [Self.supply(50, free: 2)]).answers
        #expect(answers.map(\.need.id) == [4, 2, 3, 1].map(Self.id))
        #expect(
            answers.map(\.outcome).prefix(2) == [.matched(Self.id(50)), .matched(Self.id(50))])
    }

    @Test(
        "a need moves to another place where that lets one more be met, and only when it is exact")
    func moves() throws {
        let flexible = try Self.need(1, .high)
        let bound = try Self.need(2, .medium, .company)
        let supplies = [
            Self.supply(50, [.tutoring, .company], reach: [Self.home]), Self.supply(51),
        ]
        #expect(
            Self.places(Allocation([flexible, bound], supplies))
                == [flexible.id: Self.id(51), bound.id: Self.id(50)])
        #expect(
            Self.places(Allocation([flexible, bound], supplies, isExact: false))
                == [flexible.id: Self.id(50)])
    }

    @Test("each need that has to wait is told why")
    func reasons() throws {
        func reason(_ supplies: [Allocation.Supply]) throws -> Allocation.Outcome? {
            Allocation([try Self.need(1)], supplies).answers.first?.outcome
        }
        #expect(try reason([]) == .waiting(.nothing))
        #expect(try reason([Self.supply(50, [.work])]) == .waiting(.nothing))
        #expect(
            try reason([Self.supply(50, reach: [Self.elsewhere])]) == .waiting(.outOfReach))
        #expect(try reason([Self.supply(50, free: nil)]) == .waiting(.notCounted))
        #expect(try reason([Self.supply(50, free: 0)]) == .waiting(.usedUp))
        #expect(try reason([Self.supply(50, free: -3)]) == .waiting(.usedUp))
    }

    /// All needs that can be placed at once, those that come first above all: by trying every way.
    private static func best(
        _ needs: [Allocation.Need], _ supplies: [Allocation.Supply]
    ) -> (placed: [Bool], distance: Int) {
        var found: (placed: [Bool], distance: Int) = ([], 0)
        func isBetter(_ placed: [Bool], _ distance: Int) -> Bool {
            for (left, right) in zip(placed, found.placed) where left != right { return left }
            return found.placed.isEmpty || distance < found.distance
        }
        func go(_ index: Int, _ left: [Int], _ placed: [Bool], _ distance: Int) {
            guard index < needs.count else {
                if isBetter(placed, distance) { found = (placed, distance) }
                return
            }
            for (place, supply) in supplies.enumerated()
            where left[place] > 0 && supply.kinds.contains(needs[index].kind) {
                guard let step = needs[index].areas.firstIndex(where: supply.reach.contains)
                else { continue }
                var rest = left
                rest[place] -= 1
                go(index + 1, rest, placed + [true], distance + step)
            }
            go(index + 1, left, placed + [false], distance)
        }
        go(0, supplies.map { $0.free ?? 0 }, [], 0)
        return found
    }

    @Test("no other way meets more of the first, or is nearer", arguments: 0..<200 as Range<UInt64>)
    func optimum(seed: UInt64) throws {
        var state = seed &* 0x9E37_79B9_7F4A_7C15 | 1
        func draw(_ count: UInt64) -> UInt64 {
            state ^= state << 13
            state ^= state >> 7
            state ^= state << 17
            return state % count
        }
        let kinds: [NeedKind] = [.tutoring, .company, .work]
        let levels: [Level] = [.high, .medium, .low]
        let needs = try (1...4).map { number in
            try Self.need(
                number, levels[Int(draw(3))], kinds[Int(draw(3))], waiting: Int64(draw(3)))
        }
        let supplies = (50...52).map { number in
            Self.supply(
                number, Set(kinds.filter { _ in draw(2) == 0 }), free: Int(draw(3)),
                reach: [draw(2) == 0 ? Self.home : Self.street])
        }
        let allocation = Allocation(needs, supplies)
        let served = allocation.answers.map(\.need)
        let expected = Self.best(served, supplies)
        var distance = 0
        var placed: [Bool] = []
        for answer in allocation.answers {
            guard case .matched(let id) = answer.outcome else {
                placed.append(false)
                continue
            }
            placed.append(true)
            let supply = try #require(supplies.first { $0.id == id })
            #expect(supply.kinds.contains(answer.need.kind))
            distance += try #require(
                answer.need.areas.firstIndex(where: supply.reach.contains))
        }
        #expect(placed == expected.placed)
        #expect(distance == expected.distance)
        for supply in supplies {
            let uses = Self.places(allocation).values.count { $0 == supply.id }
            #expect(uses <= supply.free ?? 0)
        }
    }
}
