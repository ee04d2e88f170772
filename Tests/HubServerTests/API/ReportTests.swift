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

    @Test("capability 48: a month that was kept stays; what comes out otherwise later is shown")
    func kept() async throws {
        let fixture = try fixture()
        try fixture.hub.addAreas(
            [(scope: ScopeID(high: 1, low: 9), parent: nil, name: "Directory")],
            areReference: true)
        let area = try #require(district.areas.first { $0.kind == .neighbourhood })
        @Sendable func service(_ day: String, _ number: UInt64) throws {
            let draft = Companionship.Draft(
                area: area.id, kind: .escort, day: try #require(CalendarDate(day)), attendance: [])
            try fixture.hub.load(
                [[draft.creation(id: RecordID(high: 900, low: number))]], intent: "late")
        }
        try await ServedHub.run(fixture, schema: .fieldwork) { served in
            let token = try served.token()
            func keep(_ query: String, _ body: String = "{}") async throws -> RawAnswer {
                try await served.exchange(
                    .json("/v1/admin/reports/monthly/keep\(query)", body, token: token))
            }
            func report() async throws -> JSON? {
                try await served.exchange(
                    RawRequest(
                        "GET", "/v1/admin/reports/monthly?as_of=2021-09-30",
                        [("Authorization", "Bearer \(token)")])
                ).json
            }
            let month = "?as_of=2021-09-30"
            let first = try await keep(month).json
            #expect(first?["written"] == true)
            let digest = try #require(first?["digest"]?.string)
            #expect(try await keep(month).json?["written"] == false)

            // The next month goes on, and changes nothing of this one.
            try service("2021-10-20", 1)
            let later = try await report()
            #expect(later?["digest"]?.string == digest)
            #expect(later?["kept"]?.array?.count == 1)
            #expect(later?["kept"]?.array?.first?["differences"]?.array == [])

            // Somebody enters late what belongs into it.
            try service("2021-09-20", 2)
            let changed = try await report()
            #expect(changed?["digest"]?.string != digest)
            let differences = changed?["kept"]?.array?.first?["differences"]?.array
            #expect(differences?.compactMap { $0["column"]?.string } == ["events", "events"])
            let (was, now) = (differences?.last?["kept"], differences?.last?["now"])
            #expect(was?.integer.map { $0 + 1 } == now?.integer)

            #expect(try await keep(month).code == .reasonRequired)
            let second = try await keep(month, #"{"reason":"entered late"}"#).json
            #expect(second?["written"] == true && second?["kept"]?.array?.count == 2)
            #expect(try await keep(month).json?["written"] == false)

            for early in ["?as_of=2021-09-29", "?as_of=2099-01-31"] {
                #expect(try await keep(early).code == .badValue)
            }
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
            let kept = try await served.exchange(
                .json(
                    "/v1/admin/reports/levels/keep", "{}",
                    token: try served.token([.conflictAdministrator])))
            #expect(kept.status == 403)
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
