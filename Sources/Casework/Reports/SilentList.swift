public import SyncCore

/// Everybody the silent-minority rules see in a district, the most to be gained first.
///
/// It names people who asked for nothing, so it goes to nobody but the advisor in charge.
public struct SilentList: Sendable {
    public struct Line: Hashable, Sendable {
        public let household: RecordID
        public let worker: PersonID?
        public let silence: SilentHousehold
    }

    /// By rank; of equals by the household's name.
    public let lines: [Line]

    /// - Parameter entries: of the whole district, for who lives beside whom; in any order.
    public init(of entries: [HouseholdEntry], discovery: Discovery) {
        let helped = Set(
            entries.filter { $0.status.map { $0 != "none" } ?? false }.compactMap(\.address))
        lines = entries.compactMap { entry in
            var chronicle = entry.chronicle
            chronicle.livesBesideHelped = entry.address.map(helped.contains) ?? false
            return discovery.situation(entry.facts, chronicle: chronicle).silence.map {
                Line(household: entry.household, worker: entry.worker, silence: $0)
            }
        }.sorted {
            $0.silence.rank != $1.silence.rank
                ? $0.silence.rank > $1.silence.rank : $0.household < $1.household
        }
    }

    /// How many of the first `count` are among these, in thousandths: how precise the list is,
    /// where it is known whom it should have found.
    public func precision(at count: Int, of known: Set<RecordID>) -> Int {
        let first = lines.prefix(count)
        return first.isEmpty
            ? 0 : first.count { known.contains($0.household) } * 1000 / first.count
    }
}
