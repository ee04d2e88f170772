internal import SyncCore

/// Two devices and a hub that work on one record: all histories that can come about while each
/// knows what it knows.
///
/// A device writes to one of the units, naming the heads it knows; now and then it syncs, which
/// brings its writes to the hub and the hub's to it. The hub writes what it knows (decisions).
/// Histories that differ only in which device is called the first are one. Beside `SmallScope`,
/// whose names are any, these are few enough for three writes each.
public struct SmallFleet: Sendable, CustomStringConvertible {
    /// How many change sets each writes.
    public let writes: Int
    public let units: Int

    /// - Parameter writes: at most 3.
    public init(writes: Int, units: Int) { (self.writes, self.units) = (writes, units) }

    public var description: String { "\(writes) writes each, \(units) units" }

    /// Calls `body` with every history, until it returns `false`.
    ///
    /// - Returns: how many there were.
    public func visitHistories(_ body: (History) -> Bool) -> Int {
        var reached: Set<Moment> = [Moment()]
        var waiting = [Moment()]
        var visited: Set<Written> = []
        while let moment = waiting.popLast() {
            let isComplete = (0..<3).allSatisfy { moment.count[$0] == UInt8(writes) }
            if isComplete {
                guard moment.written.isCanonical, visited.insert(moment.written).inserted else {
                    continue
                }
                if body(history(moment.written)) { continue }
                break
            }
            for next in following(moment) where reached.insert(next).inserted {
                waiting.append(next)
            }
        }
        return visited.count
    }

    private static let hub = 2
    private static let replicas = [
        ReplicaID(high: 0, low: 1), ReplicaID(high: 0, low: 2), ReplicaID(high: 1 << 63, low: 3),
    ]

    /// Who wrote what, naming what: per place (replica times 3, and number) the unit from 1, or 0,
    /// and the places named. In vectors, for there are many.
    private struct Written: Hashable {
        var unit = SIMD16<UInt16>()
        var names = SIMD16<UInt16>()

        /// Of two that differ by the devices' names, the one that is visited.
        var isCanonical: Bool {
            for place in 0..<9 {
                let other = place < 3 ? place + 3 : place < 6 ? place - 3 : place
                let set = names[other]
                let mirrored = set >> 3 & 7 | (set & 7) << 3 | set & 0x1c0
                if unit[place] != unit[other] { return unit[place] < unit[other] }
                if names[place] != mirrored { return names[place] < mirrored }
            }
            return true
        }

        func heads(of unit: UInt16, in known: UInt16) -> UInt16 {
            var heads: UInt16 = 0
            var covered: UInt16 = 0
            for place in 0..<9 where known >> UInt16(place) & 1 == 1 && self.unit[place] == unit {
                heads |= 1 << UInt16(place)
                covered |= names[place]
                if place < 6 {
                    // What the same device wrote before.
                    covered |= (1 << UInt16(place) - 1) & (place < 3 ? 0x7 : 0x38)
                }
            }
            return heads & ~covered
        }
    }

    private struct Moment: Hashable {
        var written = Written()
        /// Per replica, the places it knows.
        var known = SIMD4<UInt16>()
        /// How many each has written.
        var count = SIMD4<UInt8>()
    }

    private func following(_ moment: Moment) -> [Moment] {
        var next: [Moment] = []
        for replica in 0...Self.hub {
            if moment.count[replica] < UInt8(writes) {
                let place = replica * 3 + Int(moment.count[replica])
                for unit in 1...UInt16(units) {
                    var after = moment
                    after.written.unit[place] = unit
                    after.written.names[place] = moment.written.heads(
                        of: unit, in: moment.known[replica])
                    after.known[replica] |= 1 << UInt16(place)
                    after.count[replica] += 1
                    next.append(after)
                }
            }
            if replica != Self.hub, moment.known[replica] != moment.known[Self.hub] {
                var after = moment
                after.known[Self.hub] |= moment.known[replica]
                after.known[replica] = after.known[Self.hub]
                next.append(after)
            }
        }
        return next
    }

    private func history(_ written: Written) -> History {
        func name(_ place: Int) -> ChangeSetName {
            ChangeSetName(Self.replicas[place / 3], ChangeSetNumber(UInt64(place % 3) + 1)!)
        }
        return History(
            (0..<9).filter { written.unit[$0] != 0 }.map { place in
                let names = (0..<9).filter { written.names[place] >> UInt16($0) & 1 == 1 }
                return History.Entry(
                    origin: Origin(
                        name: name(place), author: PersonID(high: 0, low: 1),
                        time: CorrectedTime(clamping: Int64(9 - place)), position: nil, shown: nil),
                    change: RecordChange(
                        record: History.record, collection: History.collection, creates: true,
                        writes: [
                            Write(
                                unit: UnitID(UInt16(written.unit[place]) + 15),
                                operation: .set(
                                    .integer(Int64(place)), replacing: names.map(name)))
                        ], shown: nil)!)
            })
    }
}
