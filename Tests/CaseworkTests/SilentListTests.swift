import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("the list of silent households")
struct SilentListTests {
    /// Seeds on which nothing was ever tried out.
    @Test(
        "capability 11: of 50 planted homes at least 45 are within the first 500 of the list",
        arguments: [7, 11, 13] as [UInt64])
    func planted(seed: UInt64) throws {
        let day = try #require(CalendarDate("2021-11-01"))
        let catalogue = try Catalogue.shipped.get()
        let district = ReferenceDistrict(seed: seed, asOf: day)
        // Who has a status is never silent; of them only those are needed beside whom others live.
        let beside = Set(district.besideSilent)
        let places = (0..<district.count).filter {
            district.circle(of: $0) == .special || beside.contains($0)
        }
        let entries = places.compactMap { HouseholdEntry(district.home($0), catalogue, day) }
        #expect(entries.count == places.count)
        let list = SilentList(
            of: entries, discovery: try Discovery(Rulebook(catalogue, asOf: day)))
        let planted = Set(district.silent)
        #expect(list.lines.prefix(500).count { planted.contains($0.household) } >= 45)
        // Flagging everyone is no discovery.
        #expect(list.precision(at: 100, of: planted) >= 250)
        #expect(list.precision(at: 500, of: planted) >= 90)
    }
}
