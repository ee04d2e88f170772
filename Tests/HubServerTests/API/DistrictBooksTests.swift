import Casework
import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol
import Testing

@testable import HubServer

@Suite("The books that reports are counted from")
struct DistrictBooksTests {
    private let home = RecordID(high: 100, low: 1)
    private let area = ScopeID(high: 1, low: 1)

    /// The household as its n-th change left it.
    private func household(
        _ address: String, _ number: UInt64, of home: RecordID = RecordID(high: 100, low: 1)
    ) throws -> RecordState {
        var draft = Household.Draft(area: area, headName: "Zhang")
        draft.address = address
        var state = RecordState(record: home, collection: .household)
        let name = ChangeSetName(ReplicaID(high: 3, low: 3), ChangeSetNumber(number)!)
        let origin = Origin(
            name: name, author: PersonID(high: 5, low: 1), time: CorrectedTime(clamping: 0),
            position: LogPosition(number), shown: nil)
        state.merge(try draft.creation(id: home), from: origin) { $0 != name }
        return state
    }

    @Test("after a change of one household only that one is read and worked out again")
    func oneHousehold() throws {
        let catalogue = try Catalogue(Array(Catalogue.shippedText.utf8)) { Digests.sha256($0) }
        let day = try #require(CalendarDate(year: 2021, month: 11, day: 1))
        var pages = BookPages(catalogue, asOf: day)
        let other = RecordID(high: 100, low: 2)
        var asked: [RecordID] = []
        var news = [
            try household("East Street 1", 1), try household("East Street 3", 1, of: other),
        ]
        func bringUp() throws {
            try pages.bringUp { after, body throws(Problem) in
                do {
                    try body(news.map { LyingRecord(state: $0, area: area, home: nil) })
                } catch { throw Problem(.failed) }
                return LogPosition(after.value + 1) ?? .start
            } household: { home throws(Problem) in
                asked.append(home)
                return news
            }
        }
        try bringUp()
        #expect(asked == [] && pages.entries.count == 2)
        news = [try household("West Street 2", 2)]
        try bringUp()
        #expect(asked == [home])
        #expect(pages.entries[home]?.address == "West Street 2")
        #expect(pages.entries[other]?.address == "East Street 3")
    }

    @Test("a household that could not be read is read again, and does not stay as it was")
    func readAgain() throws {
        let catalogue = try Catalogue(Array(Catalogue.shippedText.utf8)) { Digests.sha256($0) }
        let day = try #require(CalendarDate(year: 2021, month: 11, day: 1))
        var pages = BookPages(catalogue, asOf: day)
        var log = [try household("East Street 1", 1)]
        func bringUp(_ isReadable: Bool = true) throws {
            try pages.bringUp { after, body throws(Problem) in
                let news = log.dropFirst(Int(after.value))
                do {
                    try body(
                        news.map { LyingRecord(state: $0, area: area, home: nil) })
                } catch { throw Problem(.failed) }
                return LogPosition(UInt64(log.count)) ?? .start
            } household: { _ throws(Problem) in
                guard isReadable, let newest = log.last else { throw Problem(.busy) }
                return [newest]
            }
        }
        try bringUp()
        log.append(try household("West Street 2", 2))
        #expect(throws: Problem.self) { try bringUp(false) }
        #expect(pages.entries[home]?.address == "East Street 1")
        try bringUp()
        #expect(pages.entries[home]?.address == "West Street 2")
        #expect(pages.position == LogPosition(2))
    }
}
