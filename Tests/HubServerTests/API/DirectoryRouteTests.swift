import CurlTransport
import Fieldwork
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@testable import HubServer

/// A served hub of the work with an area that everybody reads, and the office's way to it.
struct DirectoryOffice: Sendable {
    static let directory = ScopeID(high: 1, low: 90)
    let served: ServedHub
    let token: String

    static func run(
        _ body: @Sendable (DirectoryOffice) async throws -> Void
    ) async throws {
        let fixture = try HubFixture(schema: .fieldwork)
        try fixture.hub.addAreas(
            [(scope: directory, parent: nil, name: "Directory")], areReference: true)
        try await ServedHub.run(fixture) { served in
            try await body(DirectoryOffice(served: served, token: served.token()))
        }
    }

    func post(_ path: String, _ body: String, by other: String? = nil) async throws -> RawAnswer {
        try await served.exchange(.json("/v1/admin/" + path, body, token: other ?? token))
    }

    func get(_ path: String, by other: String? = nil) async throws -> JSON {
        let answer = try await served.exchange(
            RawRequest(
                "GET", "/v1/admin/" + path, [("Authorization", "Bearer \(other ?? token)")]))
        return answer.json ?? .null
    }

    /// Writes to the directory, and returns the record's id.
    func put(_ kind: String, _ body: String, by other: String? = nil) async throws -> String {
        let answer = try await post("directory/\(kind)", body, by: other)
        return try #require(answer.json?["record"]?.string, "\(answer.text)")
    }

    /// The units of the one record of a kind.
    func only(_ kind: String) async throws -> JSON {
        let records = try await get("directory/\(kind)")["records"]?.array ?? []
        #expect(records.count == 1)
        return records.first?["units"] ?? .null
    }

    /// The token of somebody with a role, and a grant of these areas.
    func token(_ name: String, _ role: Role, in areas: [String]) async throws -> String {
        let hub = served.fixture.hub
        let person = try hub.makePerson(name: name, roles: [role], password: nil, by: nil)
        for area in areas {
            let answer = try await post("grants", #"{"person":"\#(name)","area":"\#(area)"}"#)
            #expect(answer.status == 200)
        }
        return try hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40)
    }

    /// A whole device of an advisor, with a real line to this hub.
    func device(
        _ person: String = "Wei Min", seed: UInt64 = 5
    ) throws -> (store: DeviceStore, client: SyncClient, folder: TemporaryFolder) {
        let fixture = served.fixture
        let folder = try TemporaryFolder()
        var generator = TestGenerator(Seed(seed))
        let store = try DeviceStore.create(
            folder.file("store"), schema: .fieldwork, using: &generator)
        try store.beginEnrolment(url: "https://hub", deviceName: "laptop", authority: [1])
        let replica = try store.identity().replica
        let answer = try fixture.enrol(
            replica, store.signingKey(), person: person, areas: [HubFixture.north])
        let now = ClockReading(wall_ms: fixture.clock.now_ms, monotonic_ms: 1, boot: 1)
        try store.completeEnrolment(
            EnrolmentFacts(
                hub: answer.hub, epoch: answer.epoch, district: answer.district,
                receiptKey: answer.receiptKey, sealingKey: answer.sealingKey,
                person: answer.person, personName: answer.personName, enrolment: .pending),
            now: now)
        try fixture.hub.approve(replica, by: fixture.admin)
        try store.setEnrolment(.approved)
        let transport = CurlTransport(
            hub: try HubAddress("http://127.0.0.1:\(served.port)", allowPlain: true),
            authority: [], timeouts: .patient)
        let clock = fixture.clock
        return (
            store,
            SyncClient(store: store, transport: transport) {
                ClockReading(wall_ms: clock.now_ms, monotonic_ms: 2, boot: 1)
            }, folder
        )
    }
}

extension DirectoryOffice {
    /// Plans one of a resource for a new household, on a device that knows of no other plan.
    func plan(_ resource: RecordID, _ number: UInt64, on store: DeviceStore) throws {
        let home = RecordID(high: 100, low: number)
        let item = RecordID(high: 200, low: number)
        var measure = Measure(.service, .socialWork, "a bed for the night")
        measure.resource = resource
        var generator = TestGenerator(Seed(number))
        let now = ClockReading(wall_ms: served.fixture.clock.now_ms, monotonic_ms: 3, boot: 1)
        _ = try store.record(
            ChangeSetDraft(
                intent: "plan",
                changes: [
                    Household.Draft(area: HubFixture.north, headName: "Zhang").creation(id: home),
                    PlanItem.Draft(household: home, plan: home, measure: measure)
                        .creation(id: item),
                ]), now: now, using: &generator)
        let shown = try #require(try store.shown(item))
        var edit = Edit(
            of: shown.state, at: shown.position, by: try store.identity().replica,
            as: PlanItem.declaration)
        try edit.increment(PlanItem.Field.used.id, by: 1)
        _ = try store.record(
            ChangeSetDraft(intent: "plan", changes: [try #require(edit.recordChange)]), now: now,
            using: &generator)
    }
}

@Suite("The directory over HTTP")
struct DirectoryRouteTests {
    @Test(
        "capability 41: a partner adds 20 hours of tutoring, and devices have it at the next sync")
    func partner() async throws {
        try await DirectoryOffice.run { office in
            let (store, client, folder) = try office.device()
            _ = try await client.sync()
            #expect(try store.list(.resource, limit: .max).isEmpty)

            let partner = try await office.put(
                "partner",
                #"{"units":{"name":"Reading Room","kind":"residentGroup","reach":["North"]}}"#)
            let resource = try await office.put(
                "resource",
                #"""
                {"units":{"provider":"\#(partner)","title":"Tutoring","kind":"hours",
                "unit":"hours","capacity":20,"need_kinds":["tutoring"]}}
                """#)
            _ = try await client.sync()
            let id = try #require(RecordID(resource))
            let seen = try #require(try store.shown(id).flatMap { Resource($0.state) })
            #expect(seen.capacity == 20)
            #expect(seen.needKinds == [.tutoring])
            #expect(seen.provider == RecordID(partner))
            // By whose hand it was written stands with it.
            #expect(
                seen.state.created?.author == office.served.fixture.admin.person)

            _ = try await office.put(
                "resource", #"{"record":"\#(resource)","units":{"capacity":15,"used":4}}"#)
            _ = try await client.sync()
            let after = try #require(try store.shown(id).flatMap { Resource($0.state) })
            #expect(after.capacity == 15)
            #expect(after.used == 4)
            try store.close()
            _ = folder
        }
    }

    @Test("two advisors who plan the last bed apart: the office is asked, and both are named")
    func lastBed() async throws {
        try await DirectoryOffice.run { office in
            let partner = try await office.put(
                "partner",
                #"{"units":{"name":"Night Shelter","kind":"residentGroup","reach":["North"]}}"#)
            let resource = try await office.put(
                "resource",
                #"""
                {"units":{"provider":"\#(partner)","title":"Beds","kind":"place",
                "unit":"beds","capacity":1}}
                """#)
            let bed = try #require(RecordID(resource))
            let devices = [try office.device(), try office.device("Li Na", seed: 6)]
            for device in devices { _ = try await device.client.sync() }
            for (number, device) in devices.enumerated() {
                try office.plan(bed, UInt64(number) + 1, on: device.store)
            }
            let (hub, admin) = (office.served.fixture.hub, office.served.fixture.admin)
            _ = try await devices[0].client.sync()
            #expect(try hub.conflicts(state: nil, by: admin) == [])
            _ = try await devices[1].client.sync()

            let open = try hub.conflicts(state: nil, by: admin)
            #expect(open.map(\.kind) == [.capacity])
            #expect(open.map(\.title) == ["Beds"])
            let detail = try hub.conflict(try #require(open.first).id, by: admin)
            #expect(detail.shown == .integer(2))
            let writes = detail.sides.flatMap(\.writes)
            #expect(Set(writes.map(\.authorName)) == ["Wei Min", "Li Na"])
            let listed = try await office.get("conflicts")["conflicts"]?.array ?? []
            #expect(listed.compactMap { $0["kind"]?.string } == ["capacity"])

            _ = try await office.put(
                "resource", #"{"record":"\#(resource)","units":{"capacity":2}}"#)
            #expect(try hub.conflicts(state: nil, by: admin) == [])
            for device in devices { try device.store.close() }
        }
    }

    @Test("a partner is verified before active, and ends with a reason; no step is left out")
    func steps() async throws {
        try await DirectoryOffice.run { office in
            let partner = try await office.put(
                "partner", #"{"units":{"name":"Firm","kind":"firm"}}"#)
            #expect(try await office.only("partner")["state"]?.string == "offered")
            func step(_ state: String, _ reason: String? = nil) async throws -> RawAnswer {
                let why = reason.map { #","reason":"\#($0)""# } ?? ""
                return try await office.post(
                    "directory/partner",
                    #"{"record":"\#(partner)","units":{"state":"\#(state)"}\#(why)}"#)
            }
            #expect(try await step("active").code == .badValue)
            #expect(try await step("verified", "licence seen").status == 200)
            #expect(try await step("active").status == 200)
            #expect(try await step("ended").code == .badValue)
            #expect(try await step("ended", "moved away").status == 200)
            let units = try await office.only("partner")
            #expect(units["state"]?.string == "ended")
            #expect(
                units["steps"]?.array?.compactMap { $0["to"]?.string }
                    == ["verified", "active", "ended"])
        }
    }

    @Test("capability 8: who keeps a neighbourhood's dictionary can't edit the district's tags")
    func tags() async throws {
        try await DirectoryOffice.run { office in
            _ = try await office.post("areas", #"{"name":"Lane","in":"North"}"#)
            let neighbour = try await office.token("Lin", .areaAdministrator, in: ["Lane"])
            let tag = try await office.put(
                "tag",
                #"""
                {"units":{"code":"T99","owner":"Test","kind":"assistance",
                "wording":{"title":"独居"}}}
                """#)
            let own = try await office.put(
                "tag",
                #"{"units":{"code":"L1","owner":"Lane","kind":"identity","wording":{"title":"a"}}}"#,
                by: neighbour)
            let refused = [
                #"{"record":"\#(tag)","units":{"wording":{"title":"x"}}}"#,
                #"{"record":"\#(tag)","units":{"retired":"retired"}}"#,
                #"{"units":{"code":"T98","owner":"Test","kind":"identity","wording":{"title":"x"}}}"#,
                #"{"units":{"code":"S1","owner":"North","kind":"identity","wording":{"title":"x"}}}"#,
            ]
            for body in refused {
                let answer = try await office.post("directory/tag", body, by: neighbour)
                #expect(answer.code == .notAllowed, "\(body)")
            }
            // Nor does the district write a neighbourhood's.
            let above = #"{"record":"\#(own)","units":{"wording":{"title":"y"}}}"#
            #expect(try await office.post("directory/tag", above).code == .notAllowed)
            // And whoever keeps tags keeps nothing else.
            let partner = #"{"units":{"name":"x","kind":"firm"}}"#
            #expect(
                try await office.post("directory/partner", partner, by: neighbour).code
                    == .notAllowed)
            _ = try await office.put(
                "tag", #"{"record":"\#(own)","units":{"wording":{"title":"新"}}}"#, by: neighbour)
            let listed = try await office.get("directory/tag", by: neighbour)["records"]?.array
            let levels = (listed ?? []).map { record in
                [record["units"]?["code"]?.string, record["units"]?["level"]?.string]
            }
            #expect(Set(levels) == [["T99", "district"], ["L1", "neighbourhood"]])
        }
    }

    @Test("a tag's code is given once, and a retired tag stays so")
    func tagLife() async throws {
        try await DirectoryOffice.run { office in
            let body =
                #"{"units":{"code":"T1","owner":"Test","kind":"identity","wording":{"title":"a"}}}"#
            let tag = try await office.put("tag", body)
            #expect(try await office.post("directory/tag", body).code == .badValue)
            _ = try await office.put(
                "tag", #"{"record":"\#(tag)","units":{"wording":{"description":"long"}}}"#)
            #expect(
                try await office.only("tag")["wording"]
                    == .object([
                        "title": "a", "description": "long", "rule": .null, "source": "district",
                        "effective": "2027-01-15",
                    ]))
            _ = try await office.put("tag", #"{"record":"\#(tag)","units":{"retired":"retired"}}"#)
            #expect(try await office.only("tag")["retired"]?.string == "retired")
            let again = #"{"record":"\#(tag)","units":{"retired":"inUse"}}"#
            #expect(try await office.post("directory/tag", again).code == .badValue)
            let code = #"{"record":"\#(tag)","units":{"code":"T2"}}"#
            #expect(try await office.post("directory/tag", code).code == .badValue)
        }
    }

    @Test("capability 2: a street with one advisor fails, with two it does not")
    func staffing() async throws {
        try await DirectoryOffice.run { office in
            for (name, street) in [("A", "North"), ("B", "North"), ("C", "South")] {
                _ = try office.served.fixture.hub.makePerson(
                    name: name, roles: [.advisor], password: nil, by: nil)
                _ = try await office.put(
                    "advisor",
                    #"""
                    {"units":{"worker":"\#(name)","name":"\#(name)","roles":["advisor"],
                    "posting":{"street":"\#(street)"}}}
                    """#)
            }
            func failing() async throws -> [String] {
                (try await office.get("staffing")["streets"]?.array ?? [])
                    .filter { $0["isEnough"]?.bool == false }.compactMap { $0["name"]?.string }
            }
            #expect(try await failing() == ["South"])
            let listed = try await office.get("directory/advisor")["records"]?.array ?? []
            let gone = try #require(
                listed.first { $0["units"]?["name"]?.string == "A" }?["record"]?.string)
            _ = try await office.put(
                "advisor", #"{"record":"\#(gone)","units":{"service":"left"}}"#)
            #expect(try await failing() == ["North", "South"])
        }
    }

    @Test("capability 23: stations have sessions, and sets are what was said last")
    func stations() async throws {
        try await DirectoryOffice.run { office in
            let station = try await office.put(
                "station",
                #"""
                {"units":{"name":"新泾","street":"North","services":["help","training"],
                "contact":{"name":"新泾","phone":"021"}}}
                """#)
            _ = try await office.put(
                "session",
                #"""
                {"units":{"station":"\#(station)","kind":"skills","day":"2027-02-01",
                "capacity":12,"time":"14:00"}}
                """#)
            #expect(try await office.only("session")["capacity"]?.integer == 12)
            _ = try await office.put(
                "station",
                #"{"record":"\#(station)","units":{"services":["help","counselling"]}}"#)
            let units = try await office.only("station")
            #expect(
                Set((units["services"]?.array ?? []).compactMap(\.string))
                    == ["help", "counselling"])
            #expect(units["contact"]?["source"]?.string == "decision")
            _ = try await office.put(
                "station", #"{"record":"\#(station)","void":"twice","units":{}}"#)
            #expect(try await office.get("directory/station")["records"]?.array == [])
            #expect(try await office.get("directory/station?all=1")["records"]?.array?.count == 1)
        }
    }

    static let bad: [(kind: String, body: String, code: Problem.Code)] = [
        ("partner", #"{"units":{"kind":"firm"}}"#, .badValue),
        ("partner", #"{"units":{"name":"x","kind":"king"}}"#, .badValue),
        ("partner", #"{"units":{"name":"x","kind":"firm","state":"active"}}"#, .badValue),
        ("partner", #"{"units":{"name":"x","kind":"firm","reach":["Nowhere"]}}"#, .noSuchArea),
        ("partner", #"{"units":{"name":"x","kind":"firm","reach":["Directory"]}}"#, .noSuchArea),
        ("partner", #"{"units":{"name":"x","kind":"firm","area":"North"}}"#, .badValue),
        ("partner", #"{"units":{"name":"x","kind":"firm","colour":"red"}}"#, .badValue),
        ("partner", #"{"units":[]}"#, .malformed),
        ("resource", #"{"units":{"title":"x","kind":"hours","provider":"y"}}"#, .badValue),
        ("session", #"{"units":{"kind":"skills","day":"2027-02-31"}}"#, .badValue),
        (
            "tag",
            #"{"units":{"code":"T","owner":"Test","kind":"identity","wording":{"source":"street"}}}"#,
            .badValue
        ),
        (
            "advisor",
            #"{"units":{"worker":"Nobody","name":"x","posting":{"street":"North"}}}"#,
            .noSuchPerson
        ),
        ("household", #"{"units":{}}"#, .notFound),
        (
            "partner", #"{"record":"\#(RecordID(high: 4, low: 4))","units":{"name":"x"}}"#,
            .noSuchRecord
        ),
    ]

    @Test("what does not fit is refused, and nothing of it is written", arguments: bad)
    func refused(kind: String, body: String, code: Problem.Code) async throws {
        try await DirectoryOffice.run { office in
            let position = office.served.fixture.hub.position
            let answer = try await office.post("directory/\(kind)", body)
            #expect(answer.code == code, "\(answer.text)")
            #expect(office.served.fixture.hub.position == position)
        }
    }
}
