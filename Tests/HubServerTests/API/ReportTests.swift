import Casework
import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import HubServer

@Suite("Reports over HTTP")
struct ReportTests {
    private let day = CalendarDate("2021-11-01")!
    private let district: ReferenceDistrict

    init() { district = ReferenceDistrict(asOf: day) }

    /// A hub with some homes of the district, and all that took place there.
    private func fixture() throws -> HubFixture {
        let fixture = try HubFixture(schema: .fieldwork)
        try fixture.hub.addAreas(district.areas.map { ($0.id, $0.parent, $0.name) })
        try fixture.hub.firstLoad(
            [stride(from: 0, to: district.count, by: 600).map { district.home($0).changes }],
            intent: "first load")
        try fixture.hub.load(
            district.gatherings.filter { !$0.isEmpty }, intent: "first load")
        return fixture
    }

    @Test("capability 34: the hub reports 856 events and 2,770 distinct households, with a digest")
    func services() async throws {
        try await ServedHub.run(fixture(), schema: .fieldwork) { served in
            let token = try served.token()
            func get(_ report: String) async throws -> RawAnswer {
                try await served.exchange(
                    RawRequest(
                        "GET", "/v1/admin/reports/\(report)?as_of=2021-11-01",
                        [("Authorization", "Bearer \(token)")]))
            }
            let first = try await get("services")
            #expect(first.status == 200)
            #expect(first.json?["events"]?.integer == 856)
            #expect(first.json?["households"]?.integer == 2770)
            #expect(first.json?["rows"]?.array?.count == 10)
            let digest = try #require(first.json?["digest"]?.string)
            #expect(try await get("services").json?["digest"]?.string == digest)
            for kind in DistrictReport.Kind.allCases {
                #expect(try await get(kind.rawValue).status == 200, "\(kind)")
            }
            #expect(try await get("everything").status == 400)
        }
    }

    @Test("who is no administrator gets no report")
    func authority() async throws {
        try await ServedHub.run(schema: .fieldwork) { served in
            let answer = try await served.exchange(
                RawRequest(
                    "GET", "/v1/admin/reports/levels",
                    [("Authorization", "Bearer \(try served.token([.conflictAdministrator]))")]))
            #expect(answer.status == 403)
        }
    }

    @Test("books that were kept up say what books read anew say, whatever was written between")
    func keptUp() throws {
        let fixture = try fixture()
        let catalogue = try Catalogue(Array(Catalogue.shippedText.utf8)) { Digests.sha256($0) }
        let discovery = try Discovery(Rulebook(catalogue, asOf: day))
        func reports(_ books: DistrictBooks) throws -> [[UInt8]] {
            let account = try books.account(
                fixture.hub, catalogue, asOf: day, by: fixture.admin)
            return DistrictReport.Kind.allCases.map { kind in
                DistrictReport(
                    kind, of: account, discovery: discovery,
                    places: DistrictPlaces(fixture.hub.areas().map { ($0.scope, $0.path) })
                ).json.bytes()
            }
        }
        let books = DistrictBooks()
        let before = try reports(books)
        let home = district.household(1200)
        let area = try #require(district.areas.first { $0.kind == .neighbourhood })
        var visit = Visit.Draft(household: home, day: day, advisor: district.workers[0].id)
        visit.outcome = .met
        var clue = Clue.Draft(area: area.id, origin: .neighbour, foundOn: day)
        clue.household = home
        var need = Need.Draft(household: home, kind: .debt, foundOn: day)
        need.isConfirmed = true
        try fixture.hub.load(
            [
                [
                    visit.creation(id: RecordID(high: 1, low: 1)),
                    clue.creation(id: RecordID(high: 1, low: 2)),
                    need.creation(id: RecordID(high: 1, low: 3)),
                    Companionship.Draft(
                        area: area.id, kind: .meal, day: day, attendance: [home]
                    ).creation(id: RecordID(high: 1, low: 4)),
                ]
            ], intent: "a day's work")
        let after = try reports(books)
        #expect(after != before)
        #expect(try after == reports(DistrictBooks()))
    }
}
