import SyncCore
import Testing

@testable import Fieldwork

@Suite("The directory of the demo district")
struct DemoDirectoryTests {
    @Test("each street has its station, every resource its giver, and it is the same each time")
    func whole() throws {
        let today = try #require(CalendarDate("2026-11-01"))
        let district = DemoDistrict(seed: 1, households: 0, asOf: today)
        let area = ScopeID(high: 9, low: 9)
        let changes = try DemoDirectory(of: district.areas, asOf: today).changes(in: area)
        for change in changes { try Schema.fieldwork.validate(change) }
        let states = changes.map { change in
            var state = RecordState(record: change.record, collection: change.collection)
            state.merge(
                change,
                from: Origin(
                    name: ChangeSetName(ReplicaID(high: 1, low: 1), .first),
                    author: PersonID(high: 0, low: 0), time: CorrectedTime(clamping: 0),
                    position: nil, shown: nil)
            ) { _ in false }
            return state
        }
        let stations = states.compactMap(Station.init)
        #expect(Set(stations.compactMap(\.street)) == Set(district.streets.map(\.id)))
        let places = Set(stations.map(\.id))
        let sessions = states.compactMap(StationSession.init)
        #expect(sessions.count == 2 * stations.count)
        #expect(sessions.allSatisfy { $0.station.map(places.contains) ?? false })
        let partners = Set(states.compactMap(Partner.init).map(\.id))
        let resources = states.compactMap(Resource.init)
        #expect(resources.count == partners.count)
        #expect(resources.allSatisfy { $0.provider.map(partners.contains) ?? false })
        #expect(try DemoDirectory(of: district.areas, asOf: today).changes(in: area) == changes)
    }
}
