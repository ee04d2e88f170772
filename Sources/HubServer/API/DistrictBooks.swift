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
    private struct Memory: Sendable {
        var asOf: CalendarDate?
        var catalogue: ContentHash?
        var position = LogPosition.start
        var entries: [RecordID: HouseholdEntry] = [:]
    }
    private let memory = Mutex(Memory())

    private static let collections: Set<CollectionID> = [.household, .person, .fact, .visit]

    /// Returns the entries as of a day, by household.
    func entries(
        _ hub: Hub, _ catalogue: Catalogue, asOf day: CalendarDate, by session: Session
    ) throws(Problem) -> [HouseholdEntry] {
        let result: Result<[HouseholdEntry], Problem> = memory.withLock { memory in
            do throws(Problem) {
                if memory.asOf != day || memory.catalogue != catalogue.digest {
                    memory = Memory()
                    (memory.asOf, memory.catalogue) = (day, catalogue.digest)
                }
                try bringUp(&memory, hub, catalogue, day, session)
                return .success(
                    memory.entries.sorted { $0.key < $1.key }.map(\.value))
            } catch { return .failure(error) }
        }
        return try result.get()
    }

    private func bringUp(
        _ memory: inout Memory, _ hub: Hub, _ catalogue: Catalogue, _ day: CalendarDate,
        _ session: Session
    ) throws(Problem) {
        let isFirst = memory.position == .start
        var changed: Set<RecordID> = []
        var entries = memory.entries
        memory.position = try hub.readBooks(
            after: memory.position, of: Self.collections, by: session
        ) { records in
            if !isFirst {
                changed.formUnion(records.map { $0.home ?? $0.state.record })
                return
            }
            // All that lies with a household lies in its area.
            for (home, lying) in Dictionary(
                grouping: records, by: { $0.home ?? $0.state.record })
            {
                entries[home] = Self.entry(lying.map(\.state), catalogue, day)
            }
        }
        for home in changed {
            let records = try hub.records(
                with: home, in: .household, of: Self.collections, by: session)
            entries[home] = Self.entry(records, catalogue, day)
        }
        memory.entries = entries
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
