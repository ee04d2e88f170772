internal import Casework
internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import Synchronization

/// What reports are counted from: an entry for each household, as of one day, kept up with the hub.
///
/// Invariant: after `entries` every entry is what its household's records said at `position`. A
/// change of one household reads and works out only that household again.
final class DistrictBooks: Sendable {
    private let pages = Mutex(BookPages())

    /// Returns the entries as of a day, by household.
    func entries(
        _ hub: Hub, _ catalogue: Catalogue, asOf day: CalendarDate, by session: Session
    ) throws(Problem) -> [HouseholdEntry] {
        let result: Result<[HouseholdEntry], Problem> = pages.withLock { pages in
            do throws(Problem) {
                if !pages.isOf(catalogue, day) { pages = BookPages(catalogue, asOf: day) }
                try pages.bringUp { after, body throws(Problem) in
                    try hub.readBooks(
                        after: after, of: BookPages.collections, by: session, body)
                } household: { home throws(Problem) in
                    try hub.records(
                        with: home, in: .household, of: BookPages.collections, by: session)
                }
                return .success(pages.entries.sorted { $0.key < $1.key }.map(\.value))
            } catch { return .failure(error) }
        }
        return try result.get()
    }
}

/// The entries of one day and catalogue, with how far the hub's log was read for them.
struct BookPages: Sendable {
    static let collections: Set<CollectionID> = [.household, .person, .fact, .visit]

    private(set) var day: (catalogue: Catalogue, asOf: CalendarDate)?
    private(set) var position = LogPosition.start
    private(set) var entries: [RecordID: HouseholdEntry] = [:]

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
        var homes: Set<RecordID> = []
        var entries = entries
        let through = try changed(position) { records in
            if !isFirst {
                homes.formUnion(records.map { $0.home ?? $0.state.record })
                return
            }
            // All that lies with a household lies in its area.
            for (home, lying) in Dictionary(
                grouping: records, by: { $0.home ?? $0.state.record })
            {
                entries[home] = Self.entry(lying.map(\.state), catalogue, asOf)
            }
        }
        for home in homes {
            entries[home] = Self.entry(try household(home), catalogue, asOf)
        }
        (self.entries, position) = (entries, through)
    }

    private static func entry(
        _ states: [RecordState], _ catalogue: Catalogue, _ day: CalendarDate
    ) -> HouseholdEntry? {
        guard let household = states.lazy.compactMap(Household.init).first else { return nil }
        return HouseholdEntry(
            household, persons: states.compactMap(Person.init), facts: states.compactMap(Fact.init),
            visits: states.compactMap(Visit.init), catalogue: catalogue, asOf: day)
    }
}
