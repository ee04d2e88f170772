public import Fieldwork
public import SyncCore

/// Which need is met by what there is, and which has to wait and why.
///
/// Places go to the highest level first, then to whoever waits longest; of equal needs to the one
/// with the lesser id. A need gives way to none below it, and takes another place where that lets
/// one more be met. Of the places it could have it gets the nearest.
public struct Allocation: Hashable, Sendable {
    /// One for each need, in the order in which they were served.
    public let answers: [Answer]

    /// A confirmed need.
    public struct Need: Hashable, Sendable {
        public let id: RecordID
        public let kind: NeedKind
        public let level: Level
        public let since: CalendarDate
        /// The area where it is, and those above it, the smallest first.
        public let areas: [ScopeID]

        public init(
            _ id: RecordID, _ kind: NeedKind, level: Level, since: CalendarDate, areas: [ScopeID]
        ) {
            (self.id, self.kind, self.level) = (id, kind, level)
            (self.since, self.areas) = (since, areas)
        }
    }

    /// Something that can be given to so many more.
    public struct Supply: Hashable, Sendable {
        public let id: RecordID
        public let kinds: Set<NeedKind>
        /// `nil` where nobody said how much there is.
        public let free: Int?
        /// The areas it is for, of any size.
        public let reach: Set<ScopeID>

        public init(_ id: RecordID, _ kinds: Set<NeedKind>, free: Int?, reach: Set<ScopeID>) {
            (self.id, self.kinds, self.free, self.reach) = (id, kinds, free, reach)
        }
    }

    public struct Answer: Hashable, Sendable {
        public let need: Need
        public let outcome: Outcome
    }

    public enum Outcome: Hashable, Sendable {
        case matched(RecordID)
        case waiting(Reason)
    }

    /// Why a need has to wait.
    public enum Reason: Hashable, Sendable {
        /// Nothing there is for it.
        case nothing
        /// There is something, and not where they live.
        case outOfReach
        /// Nobody said how much of it there is.
        case notCounted
        /// All of it was given before.
        case usedUp
        /// What is left goes to these needs, which come first.
        case given(to: [Need])
    }

    /// The most pairs of needs and supplies for which the best way of all is looked for. Above it
    /// each need in turn takes the nearest place that is left.
    public static let exactPairs = 40_000

    public init(_ needs: [Need], _ supplies: [Supply]) {
        self.init(needs, supplies, isExact: needs.count * supplies.count <= Self.exactPairs)
    }

    init(_ needs: [Need], _ supplies: [Supply], isExact: Bool) {
        let needs = needs.sorted { $0.comesBefore($1) }
        let supplies = supplies.sorted { $0.id < $1.id }
        var flow = PlaceFlow(
            places: supplies.map { max($0.free ?? 0, 0) },
            distances: needs.map { need in supplies.map { $0.distance(to: need) } })
        for index in needs.indices { flow.place(index, mayMoveOthers: isExact) }
        answers = needs.indices.map { index in
            if let supply = flow.supply[index] {
                return Answer(need: needs[index], outcome: .matched(supplies[supply].id))
            }
            let rivals = needs.indices.filter { other in
                flow.supply[other].map { flow.distances[index][$0] != nil } ?? false
            }
            return Answer(
                need: needs[index],
                outcome: .waiting(
                    Self.reason(needs[index], supplies, rivals.map { needs[$0] })))
        }
    }

    private static func reason(_ need: Need, _ supplies: [Supply], _ rivals: [Need]) -> Reason {
        let fitting = supplies.filter { $0.kinds.contains(need.kind) }
        if fitting.isEmpty { return .nothing }
        let near = fitting.filter { $0.distance(to: need) != nil }
        if near.isEmpty { return .outOfReach }
        if near.allSatisfy({ $0.free == nil }) { return .notCounted }
        return rivals.isEmpty ? .usedUp : .given(to: rivals)
    }
}

extension Allocation.Need {
    fileprivate func comesBefore(_ other: Self) -> Bool {
        (level.place, since, id) < (other.level.place, other.since, other.id)
    }
}

extension Level {
    /// The hardest first; what is not known yet before what is known to be light.
    fileprivate var place: Int {
        switch self {
        case .high: 0
        case .medium: 1
        case .pending: 2
        case .low: 3
        case .none: 4
        }
    }
}

extension Allocation.Supply {
    /// How far it is, in sizes of area; `nil` where it is not for this need.
    fileprivate func distance(to need: Allocation.Need) -> Int? {
        kinds.contains(need.kind) ? need.areas.firstIndex(where: reach.contains) : nil
    }
}

/// The cheapest flow of needs into places: needs are added one by one, each by the shortest way in
/// which those placed before stay placed (Ford and Fulkerson 1962; Edmonds and Karp 1972).
///
/// Invariants: no supply has more needs than places; whoever was placed stays placed.
private struct PlaceFlow {
    let places: [Int]
    /// For each need that to each supply; `nil` where it can't be.
    let distances: [[Int?]]
    /// Of each need.
    private(set) var supply: [Int?]
    private var used: [Int]

    init(places: [Int], distances: [[Int?]]) {
        (self.places, self.distances) = (places, distances)
        supply = [Int?](repeating: nil, count: distances.count)
        used = [Int](repeating: 0, count: places.count)
    }

    mutating func place(_ need: Int, mayMoveOthers: Bool) {
        /// The least cost at which each supply gives a place to somebody on the way, and who takes
        /// it.
        var cost = [Int?](repeating: nil, count: places.count)
        var taker = [Int](repeating: need, count: places.count)
        for index in places.indices { cost[index] = distances[need][index] }
        // At most as many rounds as a shortest way has steps (Bellman 1958).
        var isSettled = !mayMoveOthers
        while !isSettled {
            isSettled = true
            for (other, from) in supply.enumerated() {
                guard let from, let reached = cost[from], let given = distances[other][from] else {
                    continue
                }
                for to in places.indices where to != from {
                    guard let distance = distances[other][to] else { continue }
                    let moved = reached - given + distance
                    if cost[to].map({ moved < $0 }) ?? true {
                        (cost[to], taker[to], isSettled) = (moved, other, false)
                    }
                }
            }
        }
        let free = places.indices.filter { used[$0] < places[$0] && cost[$0] != nil }
        guard var target = free.min(by: { (cost[$0] ?? 0, $0) < (cost[$1] ?? 0, $1) }) else {
            return
        }
        used[target] += 1
        while true {
            let mover = taker[target]
            let before = supply[mover]
            supply[mover] = target
            guard let before else { return }
            target = before
        }
    }
}
