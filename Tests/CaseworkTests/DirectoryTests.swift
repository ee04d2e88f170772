import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("The directory of the shipped catalogue")
struct DirectoryTests {
    @Test("8: 51 tags at three levels, 29 of them the district's for assistance; 11 departments")
    func directory() throws {
        let area = ScopeID(high: 1, low: 9)
        let day = try #require(CalendarDate("2026-11-01"))
        let changes = try Catalogue.shipped.get().directory(
            in: area, of: ScopeID(high: 1, low: 1), from: day)
        let states = changes.map { change in
            var state = RecordState(record: change.record, collection: change.collection)
            state.merge(
                change,
                from: Origin(
                    name: ChangeSetName(ReplicaID(high: 1, low: 1), .first),
                    author: PersonID(high: 0, low: 0), time: CorrectedTime(clamping: 1),
                    position: nil, shown: nil)
            ) { _ in false }
            return state
        }
        let tags = states.compactMap(TagDefinition.init)
        #expect(tags.count == 51)
        #expect(tags.count { $0.level == .district && $0.kind == .assistance } == 29)
        #expect(Set(tags.compactMap(\.level)) == Set(TagLevel.allCases))
        #expect(tags.allSatisfy { $0.area == area && !$0.isRetired && $0.wording != nil })
        #expect(states.compactMap(Department.init).count == 11)
        #expect(Set(changes.map(\.record)).count == changes.count)
    }
}
