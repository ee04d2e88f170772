import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import HubServer

@Suite("Who holds what, over HTTP")
struct ScopeRouteTests {
    let house = RecordID(high: 100, low: 1)

    @Test(
        "a move is previewed and done, a grant given and ended, and copies that are out are listed")
    func moves() async throws {
        try await ServedHub.run { served in
            let token = try served.token()
            func post(_ path: String, _ body: String) async throws -> RawAnswer {
                try await served.exchange(.json("/v1/admin/" + path, body, token: token))
            }
            func get(_ path: String) async throws -> JSON {
                let answer = try await served.exchange(
                    RawRequest(
                        "GET", "/v1/admin/" + path, [("Authorization", "Bearer \(token)")]))
                return answer.json ?? .null
            }
            var a = try served.fixture.device(1, person: "Li Na", areas: [HubFixture.north])
            try served.fixture.sync(&a)
            a.seal([.house(house, in: HubFixture.north, title: "Zhang")])
            try served.fixture.syncAll(&a)
            let preview = try await post(
                "moves", #"{"households":["\#(house)"],"to":"South","preview":true}"#)
            #expect(preview.status == 200)
            #expect(preview.json?["devices"]?.array?.first?["leaves"]?.integer == 1)
            let unsaid = try await post("moves", #"{"from":"North","to":"South","reason":" "}"#)
            #expect(unsaid.code == .reasonRequired)
            let moved = try await post("moves", #"{"from":"North","to":"South","reason":"x"}"#)
            #expect(moved.body == preview.body)
            #expect(
                try await get("copies")["devices"]?.array?.first?["copies"]?.array?.count == 1)
            let strange = try await post(
                "moves",
                #"{"households":["\#(RecordID(high: 9, low: 9))"],"to":"South","reason":"x"}"#)
            #expect(strange.code == .noSuchRecord)

            let added = try await post("areas", #"{"name":"East","in":"Test"}"#)
            #expect(added.json?["scope"]?.string.flatMap(ScopeID.init) != nil)
            #expect(try await post("areas", #"{"name":"East","in":"Test"}"#).code == .badValue)
            let given = try await post("grants", #"{"person":"Li Na","area":"East"}"#)
            let id = try #require(given.json?["id"]?.string)
            #expect(try await post("grants/\(id)/end", #"{"reason":"x"}"#).status == 200)
            #expect(
                try await post("grants/\(GrantID(high: 1, low: 1))/end", #"{"reason":"x"}"#).code
                    == .noSuchGrant)
            let ended = try await get("grants")["grants"]?.array?.first { $0["id"]?.string == id }
            #expect(ended?["ended_ms"]?.integer != nil)
        }
    }

    @Test("people get roles and lose them, and somebody always is administrator")
    func people() async throws {
        try await ServedHub.run { served in
            let token = try served.token()
            func post(_ path: String, _ body: String) async throws -> RawAnswer {
                try await served.exchange(.json("/v1/admin/people/" + path, body, token: token))
            }
            _ = try served.fixture.device(1, person: "Li Na", areas: [HubFixture.north])
            #expect(
                try await post("roles", #"{"name":"Li Na","roles":["conflict-administrator"]}"#)
                    .status == 200)
            #expect(
                try await post("roles", #"{"name":"Li Na","roles":["king"]}"#).code == .badValue)
            #expect(
                try await post("roles", #"{"name":"Nobody","roles":[]}"#).code == .noSuchPerson)
            #expect(
                try await post("deactivate", #"{"name":"Li Na","reason":"left"}"#).status == 200)
            let answer = try await served.exchange(
                RawRequest("GET", "/v1/admin/people", [("Authorization", "Bearer \(token)")]))
            let person = answer.json?["people"]?.array?.first { $0["name"]?.string == "Li Na" }
            #expect(person?["isActive"]?.bool == false)
            #expect(person?["areas"]?.array == [])
            #expect(try await post("reactivate", #"{"name":"Li Na"}"#).status == 200)
        }
    }

    @Test("a second administrator is made, and keeps a password that nobody else knows")
    func password() async throws {
        try await ServedHub.run { served in
            func post(_ path: String, _ body: String, _ by: String) async throws -> RawAnswer {
                try await served.exchange(.json("/v1/admin/" + path, body, token: by))
            }
            func logIn(_ password: String) async throws -> RawAnswer {
                try await served.exchange(
                    .json(
                        "/v1/admin/login", #"{"name":"Zhou Min","password":"\#(password)"}"#))
            }
            let admin = try served.token()
            let roles = #"{"name":"Zhou Min","roles":["conflict-administrator"]}"#
            #expect(try await post("people", roles, admin).status == 200)
            #expect(try await logIn("").code == .badPassword)
            let mine = #"{"name":"Zhou Min"}"#
            let given = try await post("people/password", mine, admin)
            let first = try #require(given.json?["password"]?.string)
            let token = try #require(try await logIn(first).json?["token"]?.string)
            // Her own again, and nobody else's.
            #expect(
                try await post("people/password", #"{"name":"admin"}"#, token).code == .notAllowed)
            let again = try await post("people/password", mine, token)
            let second = try #require(again.json?["password"]?.string)
            #expect(try await logIn(first).code == .badPassword)
            #expect(try await logIn(second).status == 200)
            // The login with the old password has ended.
            #expect(try await post("people/password", mine, token).code == .notLoggedIn)
        }
    }

    @Test("what is in quarantine is listed, admitted, returned, and discarded by two")
    func quarantine() async throws {
        try await ServedHub.run { served in
            let token = try served.token()
            let second = try served.token([.conflictAdministrator])
            func post(_ path: String, _ by: String) async throws -> RawAnswer {
                try await served.exchange(
                    .json("/v1/admin/quarantine/" + path, #"{"reason":"x"}"#, token: by))
            }
            var a = try served.fixture.device(1, person: "Li Na", areas: [HubFixture.north])
            try served.fixture.sync(&a)
            try served.fixture.hub.revoke(a.replica, by: served.fixture.admin)
            for number in 1...3 as ClosedRange<UInt64> {
                a.seal([.house(RecordID(high: 100, low: number), in: HubFixture.north)])
            }
            a.seal([.house(RecordID(high: 100, low: 4), in: ScopeID(high: 7, low: 7))])
            try served.fixture.syncAll(&a)
            let listed = try await served.exchange(
                RawRequest(
                    "GET", "/v1/admin/quarantine", [("Authorization", "Bearer \(token)")]))
            let ids = (listed.json?["changeSets"]?.array ?? []).compactMap { $0["id"]?.string }
            #expect(ids.count == 4)
            #expect(try await post("\(ids[0])/admit", token).status == 200)
            #expect(try await post("\(ids[0])/admit", token).code == .noSuchChangeSet)
            #expect(try await post("nothing/admit", token).code == .noSuchChangeSet)
            #expect(try await post("\(ids[3])/admit", token).code == .notAdmissible)
            #expect(try await post("\(ids[1])/return", token).status == 200)
            #expect(try await post("\(ids[1])/discard", token).json?["done"]?.bool == false)
            #expect(try await post("\(ids[1])/discard", token).code == .secondPersonRequired)
            #expect(try await post("\(ids[1])/discard", second).json?["done"]?.bool == true)
        }
    }
}
