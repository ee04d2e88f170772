import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import HubServer

@Suite("Administration over HTTP")
struct AdministrationTests {
    @Test("a login with the right password opens the administration until it is closed")
    func login() async throws {
        try await ServedHub.run { served in
            let answer = try await served.exchange(
                .json(
                    "/v1/admin/login",
                    #"{"name":"\#(ServedHub.name)","password":"\#(ServedHub.password)"}"#))
            #expect(answer.status == 200)
            #expect(answer.json?["name"]?.string == ServedHub.name)
            #expect(
                answer.json?["roles"]?.array?.compactMap(\.string)
                    == ["administrator", "conflict-administrator"])
            let token = try #require(answer.json?["token"]?.string)
            let bearer = ("Authorization", "Bearer \(token)")
            let devices = RawRequest("GET", "/v1/admin/devices", [bearer])
            #expect(try await served.exchange(devices).status == 200)
            let out = try await served.exchange(RawRequest("POST", "/v1/admin/logout", [bearer]))
            #expect(out.status == 200)
            #expect(try await served.exchange(devices).status == 401)
        }
    }

    @Test("a wrong password and an unknown name are answered alike")
    func wrong() async throws {
        try await ServedHub.run { served in
            let wrong = try await served.exchange(
                .json("/v1/admin/login", #"{"name":"\#(ServedHub.name)","password":"x"}"#))
            let unknown = try await served.exchange(
                .json("/v1/admin/login", #"{"name":"Nobody","password":"x"}"#))
            let empty = try await served.exchange(
                .json("/v1/admin/login", #"{"name":"\#(ServedHub.name)","password":""}"#))
            #expect(wrong.status == 401)
            #expect(wrong.code == .badPassword)
            #expect(wrong.description == unknown.description)
            #expect(wrong.description == empty.description)
        }
    }

    @Test("after too many wrong passwords an address waits, and is told how long")
    func brake() async throws {
        // Nothing is forgiven meanwhile, however slow the machine.
        try await ServedHub.run(
            limits: {
                $0.failuresPerAddress = 2
                $0.failuresForgivenPerMinute = 0
            }
        ) { served in
            func attempt(_ password: String) async throws -> RawAnswer {
                try await served.exchange(
                    .json(
                        "/v1/admin/login",
                        #"{"name":"\#(ServedHub.name)","password":"\#(password)"}"#))
            }
            for _ in 0..<2 { #expect(try await attempt("x").status == 401) }
            let braked = try await attempt(ServedHub.password)
            #expect(braked.code == .tooManyRequests)
            #expect(braked.field("retry-after").flatMap { Int($0) } ?? 0 > 0)
        }
    }

    @Test("a code is made, a device enrols with it, waits, and is let in")
    func enrolment() async throws {
        try await ServedHub.run { served in
            let token = try served.token()
            let made = try await served.exchange(
                .json(
                    "/v1/admin/device/code", #"{"person":"Li Na","areas":["Test / North"]}"#,
                    token: token))
            let text = try #require(made.json?["code"]?.string)
            let code = try #require(EnrolmentCode(text))
            #expect(code.authority == (try served.certificates.authorityHash()))

            let key = SigningKey(seed: [UInt8](repeating: 3, count: 32))!
            let replica = ReplicaID(high: 3, low: 3)
            func enrol(_ secret: [UInt8]) async throws -> RawAnswer {
                let signature = key.sign(
                    Hub.enrolmentBytes(
                        secret: secret, replica: replica, key: key.verifying, deviceName: "laptop"),
                    for: .enrolment)
                return try await served.exchange(
                    .json(
                        "/v1/enrol",
                        JSON.object([
                            "secret": .string(Base32.encode(secret)),
                            "replica": .string("\(replica)"), "key": .string("\(key.verifying)"),
                            "deviceName": "laptop",
                            "signature": .string(Base32.encode(signature.bytes)),
                        ]).text))
            }
            let other = try await enrol([UInt8](repeating: 0, count: 16))
            #expect(other.code == .badCode)
            let entered = try await enrol(code.secret)
            #expect(entered.json?["state"]?.string == "pending")
            #expect(entered.json?["personName"]?.string == "Li Na")

            let bearer = ("Authorization", "Bearer \(token)")
            let devices = try await served.exchange(
                RawRequest("GET", "/v1/admin/devices", [bearer]))
            #expect(
                devices.json?["devices"]?.array?.first?["replica"]?.string == "\(replica)")
            let approved = try await served.exchange(
                RawRequest("POST", "/v1/admin/devices/\(replica)/approve", [bearer]))
            #expect(approved.status == 200)
            #expect(try await enrol(code.secret).json?["state"]?.string == "approved")
            let unknown = try await served.exchange(
                RawRequest(
                    "POST", "/v1/admin/devices/\(ReplicaID(high: 8, low: 8))/revoke", [bearer]))
            #expect(unknown.code == .noSuchDevice)
        }
    }

    @Test("areas are named by id, by path, or by a name that only one has")
    func areas() async throws {
        try await ServedHub.run { served in
            let token = try served.token()
            func code(_ area: String) async throws -> RawAnswer {
                try await served.exchange(
                    .json(
                        "/v1/admin/device/code", #"{"person":"x","areas":["\#(area)"]}"#,
                        token: token))
            }
            for area in ["North", "Test / North", "\(HubFixture.north)"] {
                #expect(try await code(area).status == 200, "\(area)")
            }
            for area in ["", "Nowhere", "Test / Nowhere"] {
                #expect(try await code(area).code == .noSuchArea, "\(area)")
            }
        }
    }

    @Test(
        "a conflict is listed, shown, taken and resolved; a stale and a second decision are refused"
    )
    func conflict() async throws {
        let disagreement = try Disagreement()
        try await ServedHub.run(disagreement.fixture) { served in
            let token = try served.token()
            let bearer = ("Authorization", "Bearer \(token)")
            let list = try await served.exchange(RawRequest("GET", "/v1/admin/conflicts", [bearer]))
            let first = try #require(list.json?["conflicts"]?.array?.first)
            let id = try #require(first["id"]?.string)
            #expect(first["collection"]?.string == "house")
            #expect(first["unit"]?.string == "count")
            let detail = try await served.exchange(
                RawRequest("GET", "/v1/admin/conflicts/\(id)", [bearer]))
            let version = try #require(detail.json?["version"]?.string)
            #expect(detail.json?["sides"]?.array?.compactMap { $0["value"]?.integer } == [4, 5])
            let claimed = try await served.exchange(
                RawRequest("POST", "/v1/admin/conflicts/\(id)/claim", [bearer]))
            #expect(claimed.json?["conflict"]?["ownerName"]?.string == ServedHub.name)
            func resolve(_ body: String) async throws -> RawAnswer {
                try await served.exchange(
                    .json("/v1/admin/conflicts/\(id)/resolve", body, token: token))
            }
            let refused: [(String, Problem.Code)] = [
                (#"{"version":"\#(version)","keep":"a","reason":" "}"#, .reasonRequired),
                (#"{"version":"\#(version)","keep":"z","reason":"why"}"#, .badChoice),
                (#"{"version":"\#(version)","value":"many","reason":"why"}"#, .badValue),
                (#"{"version":"\#(version)","value":[[1]],"reason":"why"}"#, .badValue),
                (#"{"version":"\#(version)","value":1.0,"reason":"why"}"#, .badValue),
                (#"{"version":"\#(version)","keep":"a","value":6,"reason":"why"}"#, .malformed),
                (#"{"version":"\#(version)","reason":"why"}"#, .malformed),
                (#"{"version":"old","keep":"a","reason":"why"}"#, .staleView),
            ]
            for (body, code) in refused {
                #expect(try await resolve(body).code == code, "\(body)")
            }
            let done = try await resolve(
                #"{"version":"\#(version)","value":6,"reason":"counted again"}"#)
            #expect(done.json?["conflict"]?["state"]?.string == "resolved")
            #expect(done.json?["decision"]?["value"]?.integer == 6)
            let second = try await resolve(#"{"version":"\#(version)","keep":"a","reason":"why"}"#)
            #expect(second.code == .alreadyResolved)
            let unknown = try await served.exchange(
                RawRequest("GET", "/v1/admin/conflicts/\(RecordID(high: 5, low: 5))", [bearer]))
            #expect(unknown.code == .noSuchConflict)
        }
    }
}

/// Two devices that counted the same house differently while offline.
struct Disagreement {
    let fixture: HubFixture
    let house = RecordID(high: 77, low: 1)
    let conflict: ConflictView

    /// - Parameter setBy_ms: how far the clock of one of the two was off when it was written.
    init(titled title: String = "a house", setBy_ms: Int64 = 0) throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Bo <script>alert(1)</script>")
        try fixture.sync(&a)
        a.seal([.house(house, in: HubFixture.north, title: title, count: 3)])
        try fixture.syncAll(&a)
        try fixture.sync(&b)
        let seen = try b.heads(house, House.count)
        a.seal([.set(house, House.count, .integer(4), replacing: seen)])
        b.setBy_ms = setBy_ms
        b.seal([.set(house, House.count, .integer(5), replacing: seen)])
        b.setBy_ms = 0
        try fixture.sync(&a, [a.run(from: 2)])
        try fixture.sync(&b, [b.run()])
        self.fixture = fixture
        conflict = try fixture.hub.conflicts(state: nil, by: fixture.admin)[0]
    }
}
