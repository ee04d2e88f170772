import Fieldwork
import SyncCore
import Testing

@testable import Casework

extension RecordChange {
    /// What is seen of the record if nothing else is ever written.
    fileprivate var alone: RecordState {
        var state = RecordState(record: record, collection: collection)
        state.merge(
            self,
            from: Origin(
                name: ChangeSetName(ReplicaID(high: 1, low: 1), .first),
                author: PersonID(high: 0, low: 0), time: CorrectedTime(clamping: 0),
                position: .start, shown: nil), hasMerged: { _ in false })
        return state
    }
}

extension HouseholdEntry {
    /// Of a home as it is drawn.
    init?(_ home: ReferenceDistrict.Home, _ catalogue: Catalogue, _ day: CalendarDate) {
        let states = home.changes.map(\.alone)
        guard let household = states.lazy.compactMap(Household.init).first else { return nil }
        self.init(
            household, persons: states.compactMap(Person.init), facts: states.compactMap(Fact.init),
            visits: states.compactMap(Visit.init), catalogue: catalogue, asOf: day)
    }
}

@Suite("reports on the reference district")
struct DistrictReportTests {
    private static let day = CalendarDate("2021-11-01")!
    /// Every fortieth home: as many as a test has time for. That the whole has its totals follows
    /// from each home having the level and circle that were planned for it.
    private static let places = Array(stride(from: 3, to: 12_300, by: 40))

    private static let district = ReferenceDistrict(asOf: day)
    /// Made once: it takes longer than all that is asked of it.
    private static let made = Result {
        let catalogue = try Catalogue.shipped.get()
        return places.compactMap { HouseholdEntry(district.home($0), catalogue, day) }
    }

    private var district: ReferenceDistrict { Self.district }
    private let discovery: Discovery
    private var rulebook: Rulebook { discovery.rulebook }
    private let entries: [HouseholdEntry]

    init() throws {
        discovery = try Discovery(Rulebook(try Catalogue.shipped.get(), asOf: Self.day))
        entries = try Self.made.get()
    }

    private func report(_ kind: DistrictReport.Kind, _ entries: [HouseholdEntry]) -> DistrictReport
    {
        DistrictReport(kind, of: entries, discovery: discovery) { scope in
            let area = district.areas.first { $0.id == scope }
            let street = district.areas.first { $0.id == area?.parent }
            return (street?.name ?? "", area?.name ?? "")
        }
    }

    @Test("capabilities 25, 27, 28: every home's facts come out at its level, none pending")
    func levels() {
        #expect(entries.count == Self.places.count)
        for (place, entry) in zip(Self.places, entries) {
            let planned = district.level(of: place)
            #expect(entry.wasSurveyed == (planned != nil))
            guard let planned else { continue }
            #expect(rulebook.assessment(of: entry.facts).level.rawValue == "\(planned)")
        }
        let report = report(.levels, entries)
        #expect(report.columns == ["high", "medium", "low", "none", "pending", "assessed"])
        #expect(report.sum[4] == 0)
        #expect(report.sum[5] == Self.places.count { district.level(of: $0) != nil })
        #expect(report.sum[..<4].reduce(0, +) == report.sum[5])
    }

    @Test("capability 6: every home is in the circle it was planned for")
    func circles() {
        for (place, entry) in zip(Self.places, entries) {
            let expected: Circle =
                switch district.circle(of: place) {
                case .tekun, .dibao: .dibao
                case .low: .lowIncome
                case .expenditure: .expenditure
                case .special: .specialDifficulty
                }
            #expect(entry.circle(rulebook) == expected)
        }
        #expect(
            report(.circles, entries).sum.enumerated().reduce(0) {
                $1.offset % 2 == 0 ? $0 + $1.element : $0
            } == entries.count)
    }

    @Test("capability 12: of each neighbourhood, how many were met within a year")
    func coverage() {
        let report = report(.coverage, entries)
        #expect(report.sum[0] == entries.count)
        #expect(report.sum[1] + report.sum[2] == report.sum[0])
        #expect(report.rows.allSatisfy { $0.figures[1] + $0.figures[2] == $0.figures[0] })
    }

    @Test("capability 48: the same records in another order give the same bytes")
    func reproducible() {
        for kind in DistrictReport.Kind.allCases {
            #expect(
                report(kind, entries).json.bytes() == report(kind, entries.reversed()).json.bytes())
        }
    }

    @Test("take-up tells entitled, not known and receiving apart")
    func takeUp() throws {
        let report = report(.takeup, entries)
        #expect(report.rows.map(\.name) == rulebook.catalogue.programmes.map(\.id))
        let dibao = try #require(report.rows.first { $0.name == "P01" })
        #expect(
            dibao.figures[2]
                == entries.filter { $0.status == "dibao" }.reduce(0) { $0 + $1.facts.memberCount })
    }
}
