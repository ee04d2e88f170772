import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("the list of silent households")
struct SilentListTests {
    /// Seeds on which nothing was ever tried out.
    static let seeds: [UInt64] = [7, 11, 13]

    /// Half a minute for each seed where the tests are built for speed, minutes where they are not:
    /// so it runs where somebody asks for it.
    @Test(
        "capability 11: of 50 planted homes at least 45 are within the first 500 of the list",
        .enabled(if: CommandLine.arguments.contains { $0.contains("SilentListTests") }),
        arguments: seeds)
    func planted(seed: UInt64) throws {
        let (list, planted) = try Self.list(seed, everyOther: 1)
        #expect(list.lines.prefix(500).count { planted.contains($0.household) } >= 45)
        // Flagging everyone is no discovery.
        #expect(list.precision(at: 100, of: planted) >= 250)
        #expect(list.precision(at: 500, of: planted) >= 90)
    }

    @Test(
        "capability 11, a tenth of the district: 45 of the 50 stand before nearly all others",
        arguments: seeds)
    func sample(seed: UInt64) throws {
        let (list, planted) = try Self.list(seed, everyOther: 10)
        // 500 of the whole are the 50 and a tenth of 450 others.
        #expect(list.lines.prefix(95).count { planted.contains($0.household) } >= 45)
    }

    /// The list of all planted homes, and of the others each so many.
    private static func list(
        _ seed: UInt64, everyOther step: Int
    ) throws -> (SilentList, planted: Set<RecordID>) {
        let day = try #require(CalendarDate("2021-11-01"))
        let catalogue = try Catalogue.shipped.get()
        let district = ReferenceDistrict(seed: seed, asOf: day)
        let planted = Set(district.silent)
        // Who has a status is never silent; of them only those are needed beside whom others live.
        let beside = Set(district.besideSilent)
        let places = (0..<district.count).filter {
            beside.contains($0)
                || district.circle(of: $0) == .special
                    && ($0 % step == 0 || planted.contains(district.household($0)))
        }
        let account = DistrictAccount(district, places, catalogue, day)
        #expect(account.entries.count == places.count)
        let discovery = try Discovery(Rulebook(catalogue, asOf: day))
        return (SilentList(of: account.entries, discovery: discovery), planted)
    }
}
