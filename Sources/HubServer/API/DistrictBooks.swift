internal import Casework
internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import Synchronization

/// What reports are counted from, as of one day, kept up with the hub: an entry for each household,
/// and what lies in areas.
///
/// Invariant: after `account` every entry is what its household's records said at `position`. A
/// change of one household reads and works out only that household again.
final class DistrictBooks: Sendable {
    private let pages = Mutex(BookPages())

    /// Returns the account as of a day, by name.
    func account(
        _ hub: Hub, _ catalogue: Catalogue, asOf day: CalendarDate, by session: Session
    ) throws(Problem) -> DistrictAccount {
        let result: Result<DistrictAccount, Problem> = pages.withLock { pages in
            do throws(Problem) {
                if !pages.isOf(catalogue, day) { pages = BookPages(catalogue, asOf: day) }
                try pages.bringUp { after, body throws(Problem) in
                    try hub.readBooks(
                        after: after, of: BookPages.collections, by: session, body)
                } household: { home throws(Problem) in
                    try hub.records(
                        with: home, in: .household, of: HouseholdRecords.collections, by: session)
                }
                return .success(
                    DistrictAccount(
                        pages.entries.sorted { $0.key < $1.key }.map(\.value),
                        lying: pages.lying.sorted { $0.key < $1.key }.map(\.value)))
            } catch { return .failure(error) }
        }
        return try result.get()
    }
}

/// The entries of one day and catalogue, with how far the hub's log was read for them.
struct BookPages: Sendable {
    static let collections = HouseholdRecords.collections.union(DistrictAccount.Lying.collections)

    private(set) var day: (catalogue: Catalogue, asOf: CalendarDate)?
    private(set) var position = LogPosition.start
    private(set) var entries: [RecordID: HouseholdEntry] = [:]
    private(set) var lying: [RecordID: DistrictAccount.Lying] = [:]

    init() {}
    init(_ catalogue: Catalogue, asOf day: CalendarDate) { self.day = (catalogue, day) }

    func isOf(_ catalogue: Catalogue, _ asOf: CalendarDate) -> Bool {
        day.map { $0.catalogue.digest == catalogue.digest && $0.asOf == asOf } ?? false
    }

    /// Reads what has changed. What throws changes nothing here, so that all of it is read again.
    ///
    /// - Parameters:
    ///   - changed: calls its argument for each area with what changed in it after a position, and
    ///     returns up to where it read.
    ///   - household: all that lies with a household now.
    mutating func bringUp(
        changed: (LogPosition, ([LyingRecord]) throws -> Void) throws(Problem) -> LogPosition,
        household: (RecordID) throws(Problem) -> [RecordState]
    ) throws(Problem) {
        guard let (catalogue, asOf) = day else { return }
        let isFirst = position == .start
        var moved: Set<RecordID> = []
        var (entries, lying) = (entries, lying)
        let through = try changed(position) { records in
            // All that lies with a household lies in its area.
            var homes: [RecordID: [RecordState]] = [:]
            for record in records {
                let state = record.state
                if DistrictAccount.Lying.collections.contains(state.collection) {
                    lying[state.record] = DistrictAccount.Lying(
                        state, in: record.area, asOf: asOf)
                } else {
                    homes[record.home ?? state.record, default: []].append(state)
                }
            }
            if isFirst {
                for (home, states) in homes {
                    entries[home] = Self.entry(states, catalogue, asOf)
                }
            } else {
                moved.formUnion(homes.keys)
            }
        }
        for home in moved {
            entries[home] = Self.entry(try household(home), catalogue, asOf)
        }
        (self.entries, self.lying, position) = (entries, lying, through)
    }

    private static func entry(
        _ states: [RecordState], _ catalogue: Catalogue, _ day: CalendarDate
    ) -> HouseholdEntry? {
        HouseholdRecords(states).flatMap {
            HouseholdEntry($0, catalogue: catalogue, asOf: day)
        }
    }
}
