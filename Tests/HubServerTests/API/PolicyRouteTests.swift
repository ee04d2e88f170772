import Casework
import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import HubServer

@Suite("Rules and alerts, over HTTP")
struct PolicyRouteTests {
    private static let directory = ScopeID(high: 1, low: 9)
    private static let home = RecordID(high: 100, low: 1)
    private static let han = RecordID(high: 100, low: 2)

    /// A hub with a directory, and in the north Mr Han of 59 with 11.5 years paid.
    private static func fixture() throws -> HubFixture {
        let fixture = try HubFixture(schema: .fieldwork)
        try fixture.hub.addAreas(
            [(scope: directory, parent: nil, name: "Directory")], areReference: true)
        var household = Household.Draft(area: HubFixture.north, headName: "Han")
        household.memberCount = 1
        var person = Person.Draft(household: home, name: "Han")
        person.birth = CalendarDate("1961-06-15")
        person.sex = .male
        var changes = try [household.creation(id: home), person.creation(id: han)]
        let facts: [(String, Fact.Content)] = [
            ("p.pensionYears", .number(11_500)), ("p.pensionType", .word("employee")),
            ("p.employment", .word("employed")), ("h.status", .word("none")),
        ]
        for (place, (key, content)) in facts.enumerated() {
            changes.append(
                try Fact.Draft(
                    household: home, subject: key.hasPrefix("p.") ? han : home, key: key,
                    statement: Fact.Statement(
                        content, effective: try #require(CalendarDate("2021-01-01")),
                        source: .advisor, confidence: .stated)
                ).creation(id: RecordID(high: 101, low: UInt64(place))))
        }
        try fixture.hub.load([changes], intent: "first load")
        return fixture
    }

    /// The hub's address as an administrator uses it.
    private struct Desk: Sendable {
        let served: ServedHub
        let token: String

        init(_ served: ServedHub, _ roles: Set<Role>? = nil) throws {
            (self.served, token) = (served, try served.token(roles))
        }

        func get(_ path: String) async throws -> RawAnswer {
            try await served.exchange(
                RawRequest("GET", "/v1/admin/" + path, [("Authorization", "Bearer \(token)")]))
        }

        func post(_ path: String, _ body: String = "{}") async throws -> RawAnswer {
            try await served.exchange(.json("/v1/admin/" + path, body, token: token))
        }
    }

    /// The shipped catalogue with a higher Dibao line from July 2022.
    private static let raised = Catalogue.shippedText.replacing(
        #""from": "2022-07-01", "to": "2023-06-30", "value": 1420"#,
        with: #""from": "2022-07-01", "to": "2023-06-30", "value": 1500"#)

    @Test("capability 40: a draft is imported, published once it is whole, and what was stays")
    func publish() async throws {
        #expect(Self.raised != Catalogue.shippedText)
        try await ServedHub.run(Self.fixture(), schema: .fieldwork) { served in
            let desk = try Desk(served)
            var device = try served.fixture.device(1, person: "Li Na", areas: [HubFixture.north])
            try served.fixture.syncAll(&device)
            let imported = try await desk.post("policy", Self.raised)
            let digest = try #require(imported.json?["digest"]?.string)
            #expect(imported.json?["households"]?.integer == 5)
            #expect(try await desk.get("policy").json?["draft"]?.string == digest)
            #expect(try await desk.get("policy/draft").text == Self.raised)
            // Nobody goes by it yet.
            let before = try await desk.get("reports/levels?as_of=2022-07-01").json
            #expect(before?["catalogue"]?.string != digest)

            let other = String(repeating: "0", count: digest.utf8.count)
            #expect(
                try await desk.post("policy/\(other)/publish", #"{"reason":"x"}"#).code
                    == .noSuchRules)
            #expect(
                try await desk.post("policy/\(digest)/publish", #"{"reason":" "}"#).code
                    == .reasonRequired)
            let published = try await desk.post(
                "policy/\(digest)/publish", #"{"reason":"1 July"}"#)
            #expect(published.json?["version"]?.integer == 1)
            #expect(
                try await desk.post("policy/\(digest)/publish", #"{"reason":"x"}"#).code
                    == .rulesRefused)

            #expect(try await desk.get("policy/1").text == Self.raised)
            #expect(try await desk.get("policy/0").text == Catalogue.shippedText)
            #expect(try await desk.get("policy/7").code == .noSuchRules)
            let versions = try await desk.get("policy").json?["versions"]?.array
            #expect(versions?.compactMap { $0["version"]?.integer } == [0, 1])

            try served.fixture.syncAll(&device)
            let held = try #require(
                try device.states.keys.sorted().compactMap { try device.state($0) }
                    .compactMap { PublishedRules($0) }.first)
            #expect(held.version == 1 && held.digest.map { "\($0)" } == digest)
            #expect(
                try Zstd.decompress(held.packed, maximumBytes: 1 << 22)
                    == Array(Self.raised.utf8))
            // A day before it was published has the rules of that day.
            let after = try await desk.get("reports/levels").json
            #expect(after?["catalogue"]?.string == digest)
            let earlier = try await desk.get("reports/levels?as_of=2021-11-01").json
            #expect(earlier?["catalogue"]?.string == before?["catalogue"]?.string)
        }
    }

    @Test("what does not hold together, or fails its own test households, is not published")
    func refused() async throws {
        try await ServedHub.run(Self.fixture(), schema: .fieldwork) { served in
            let desk = try Desk(served)
            let broken = Catalogue.shippedText.replacing(
                #""op": "<", "value": {"param": "dibao.month"}"#,
                with: #""op": "<", "value": {"param": "dibao.moth"}"#)
            let answer = try await desk.post("policy", broken)
            #expect(answer.code == .rulesRefused)
            #expect(answer.text.contains("dibao.moth"))
            #expect(try await desk.get("policy").json?["draft"]?.isNull == true)

            let failing = Catalogue.shippedText.replacing(
                #""from": "2020-07-01", "to": "2021-06-30", "value": 1240"#,
                with: #""from": "2020-07-01", "to": "2021-06-30", "value": 1840"#)
            let digest = try await desk.post("policy", failing).json?["digest"]?.string ?? ""
            let refused = try await desk.post("policy/\(digest)/publish", #"{"reason":"x"}"#)
            #expect(refused.code == .rulesRefused)
            #expect(refused.text.contains("han-59"))

            let bare = Catalogue.shippedText.replacing(
                #""households": ["#, with: #""others": ["#)
            let untested = try await desk.post("policy", bare).json?["digest"]?.string ?? ""
            #expect(
                try await desk.post("policy/\(untested)/publish", #"{"reason":"x"}"#).code
                    == .rulesRefused)
            #expect(try await desk.get("policy").json?["versions"]?.array?.count == 1)
            let clerk = try Desk(served, [.conflictAdministrator])
            #expect(try await clerk.post("policy", Self.raised).code == .notAllowed)
            #expect(
                try await clerk.post("policy/\(digest)/publish", #"{"reason":"x"}"#).code
                    == .notAllowed)
            #expect(try await clerk.post("discover").code == .notAllowed)
        }
    }

    @Test("decisions that would differ are counted with a digest, the same twice")
    func reevaluate() async throws {
        try await ServedHub.run(Self.fixture(), schema: .fieldwork) { served in
            let desk = try Desk(served)
            // Standards end where the catalogue ends; a programme less is a decision the less.
            let fewer = Catalogue.shippedText.replacing(
                #""fact": "p.pensionYears", "op": "<", "value": {"param": "pension.minYears"}"#,
                with: #""fact": "p.pensionYears", "op": "<", "value": 5"#)
            #expect(fewer != Catalogue.shippedText)
            _ = try await desk.post("policy", fewer)
            let path = "policy/draft/reevaluation?as_of=2021-03-01"
            let found = try await desk.get(path)
            #expect(found.status == 200, "\(found.text)")
            #expect(found.json?["households"]?.integer == 1)
            let decision = try #require(
                found.json?["decisions"]?.array?.first { $0["programme"]?.string == "P14" })
            #expect(decision["household"]?.string == "\(Self.home)")
            #expect(decision["after"]?.string == "no")
            #expect(try await desk.get(path).text == found.text)
            let same = try await desk.get("policy/0/reevaluation?as_of=2021-03-01").json
            #expect(same?["count"]?.integer == 0)
            #expect(try await desk.get("policy/9/reevaluation").code == .noSuchRules)
        }
    }

    @Test(
        "capabilities 13 and 14: what the rules see is written once, and what nobody claims goes up"
    )
    func discover() async throws {
        try await ServedHub.run(Self.fixture(), schema: .fieldwork) { served in
            let desk = try Desk(served)
            let hub = served.fixture.hub
            let admin = served.fixture.admin
            let first = try await desk.post("discover?as_of=2021-03-01").json
            #expect(first?["alerts"]?.integer ?? 0 > 0)
            let id = Alert.id(rule: "W01", subject: Self.han, episode: 1)
            let alert = try #require(
                try hub.records(of: .alert, by: admin).compactMap(Alert.init)
                    .first { $0.id == id })
            #expect(alert.severity == 3 && alert.progress == .raised)
            let clue = try #require(
                try hub.records(of: .clue, by: admin).compactMap(Clue.init)
                    .first { $0.id == Clue.id(of: id) })
            #expect(clue.household == Self.home && clue.area == HubFixture.north)

            let position = hub.position
            let again = try await desk.post("discover?as_of=2021-03-02").json
            for key in ["alerts", "clues", "more_severe", "escalated"] {
                #expect(again?[key]?.integer == 0, "\(key)")
            }
            #expect(hub.position == position)

            let report = try await desk.get("reports/precision?as_of=2021-03-02").json
            let row = report?["rows"]?.array?.first { $0["name"]?.string == "W01" }
            #expect(row?["raised"]?.integer == 1 && row?["open"]?.integer == 1)

            // Friday comes, and nobody has claimed it.
            let day = try #require(CalendarDate("2021-01-01"))
            let manager = PersonID(high: 7, low: 7)
            var draft = Advisor.Draft(
                area: Self.directory, worker: manager, name: "Wang",
                posting: Posting(HubFixture.north, by: .decision, effective: day))
            draft.roles = [.streetManager]
            try hub.load([[try draft.creation]], intent: "x")
            let up = try await desk.post("discover?as_of=2021-03-05").json
            #expect(up?["escalated"]?.integer == first?["clues"]?.integer)
            let given = try hub.records(of: .clue, by: admin).compactMap(Clue.init)
            #expect(given.allSatisfy { $0.owner == manager })
            let settled = hub.position
            _ = try await desk.post("discover?as_of=2021-03-05")
            #expect(hub.position == settled)
        }
    }
}
