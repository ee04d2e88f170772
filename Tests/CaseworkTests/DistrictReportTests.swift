import Fieldwork
import SyncCore
import Testing

@testable import Casework

extension RecordChange {
    /// What is seen of the record if nothing else is ever written.
    var alone: RecordState {
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
        guard let records = HouseholdRecords(home.changes.map(\.alone)) else { return nil }
        self.init(records, catalogue: catalogue, asOf: day)
    }
}

extension DistrictAccount {
    /// Of homes of a district as they are drawn, and all that lies in its areas.
    init(
        _ district: ReferenceDistrict, _ places: some Sequence<Int>, _ catalogue: Catalogue,
        _ day: CalendarDate
    ) {
        var lying: [Lying] = []
        var entries: [HouseholdEntry] = []
        for place in places {
            let home = district.home(place)
            HouseholdEntry(home, catalogue, day).map { entries.append($0) }
            lying += home.changes.compactMap {
                Lying($0.alone, in: district.district.id, asOf: day)
            }
        }
        lying += district.gatherings.joined().compactMap {
            Lying($0.alone, in: district.district.id, asOf: day)
        }
        self.init(entries, lying: lying)
    }
}

extension DistrictPlaces {
    init(_ district: ReferenceDistrict) {
        let areas = Dictionary(uniqueKeysWithValues: district.areas.map { ($0.id, $0) })
        func path(_ area: ReferenceDistrict.Area) -> [String] {
            (area.parent.flatMap { areas[$0] }.map(path) ?? []) + [area.name]
        }
        self.init(district.areas.map { (scope: $0.id, path: path($0)) })
    }
}

@Suite("reports on the reference district")
struct DistrictReportTests {
    private static let day = CalendarDate("2021-11-01")!
    private static let district = ReferenceDistrict(asOf: day)
    /// Every fortieth home, and those planted as silent: as many as a test has time for. That the
    /// whole has its totals follows from each home having the level and circle that were planned
    /// for it.
    private static let places: [Int] = {
        let silent = Set(district.silent)
        return (0..<district.count).filter {
            $0 % 40 == 3 || silent.contains(district.household($0))
        }
    }()
    /// Made once: it takes longer than all that is asked of it.
    private static let made = Result {
        let catalogue = try Catalogue.shipped.get()
        return DistrictAccount(district, places, catalogue, day)
    }

    private var district: ReferenceDistrict { Self.district }
    private let discovery: Discovery
    private var rulebook: Rulebook { discovery.rulebook }
    private let account: DistrictAccount
    private var entries: [HouseholdEntry] { account.entries }

    init() throws {
        discovery = try Discovery(Rulebook(try Catalogue.shipped.get(), asOf: Self.day))
        account = try Self.made.get()
    }

    private func report(_ kind: DistrictReport.Kind) -> DistrictReport {
        DistrictReport(
            kind, of: account, discovery: discovery, places: DistrictPlaces(Self.district))
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
        let report = report(.levels)
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
            report(.circles).sum.enumerated().reduce(0) {
                $1.offset % 2 == 0 ? $0 + $1.element : $0
            } == entries.count)
    }

    @Test("capability 12: of each neighbourhood, how many were met within a year")
    func coverage() {
        let report = report(.coverage)
        #expect(report.sum[0] == entries.count)
        #expect(report.sum[1] + report.sum[2] == report.sum[0])
        #expect(report.rows.allSatisfy { $0.figures[1] + $0.figures[2] == $0.figures[0] })
    }

    @Test("a report does not depend on the order in which records are read")
    func order() {
        let turned = DistrictAccount(
            entries.reversed(),
            lying: account.clues.reversed().map(DistrictAccount.Lying.clue)
                + account.offers.reversed().map(DistrictAccount.Lying.offer)
                + account.gatherings.reversed().map(DistrictAccount.Lying.gathering))
        for kind in DistrictReport.Kind.allCases {
            let other = DistrictReport(
                kind, of: turned, discovery: discovery, places: DistrictPlaces(Self.district))
            #expect(other.json.bytes() == report(kind).json.bytes(), "\(kind)")
        }
    }

    @Test("take-up tells entitled, not known and receiving apart, and reads receipt from spans")
    func takeUp() throws {
        let report = report(.takeup)
        #expect(report.columns == ["yes", "unknown", "receiving", "missed"])
        #expect(report.rows.map(\.name) == rulebook.catalogue.programmes.map(\.id))
        let dibao = try #require(report.rows.first { $0.name == "P01" })
        #expect(
            dibao.figures[2]
                == entries.filter { $0.status == "dibao" }.reduce(0) { $0 + $1.facts.memberCount })
        // Some who are entitled to the care subsidy have it, and some were never asked.
        let care = try #require(report.rows.first { $0.name == "P07" })
        #expect(care.figures[2] > 0 && care.figures[3] > 0)
    }

    @Test("capability 34: 386 services and 470 groups, 856 events, 2,770 distinct households")
    func services() {
        let report = report(.services)
        #expect(report.columns == ["services", "groups", "events", "attendances", "households"])
        #expect(report.rows.count == 10)
        #expect(report.sum[0...2] == [386, 470, 856])
        #expect(report.sum[4] == 2770)
        #expect(report.sum[3] > report.sum[4])
    }

    @Test("what happened warns: benefits that ended, applications that failed, neighbours' hints")
    func chronicle() {
        let situations = entries.map {
            discovery.situation($0.facts, chronicle: $0.chronicle)
        }
        func count(_ rule: WarningRule) -> Int {
            situations.count { $0.warnings.contains { $0.rule == rule } }
        }
        #expect(count(.benefitEnded) > 0)
        #expect(count(.applicationFailed) > 0)
        #expect(entries.contains { $0.chronicle.wasReported })
        // Whoever came to a group's meeting was met there.
        #expect(
            entries.contains {
                ($0.lastMet ?? Self.day) < ($0.chronicle.lastMet(by: Self.day) ?? Self.day)
            })
    }

    @Test("what is overdue is counted by street, whatever asked for it")
    func overdue() {
        let report = report(.overdue)
        #expect(
            report.columns == [
                "visits", "follow_ups", "applications", "told", "alerts", "referrals", "clues",
                "tasks",
            ])
        #expect(report.sum[0] > 0 && report.sum[0] < entries.count)
        #expect(report.sum[6] > 0)
    }
}
