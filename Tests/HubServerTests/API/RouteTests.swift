import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import HubServer

@Suite("Routes")
struct RouteTests {
    private static func path(_ route: Route) -> String {
        route.path.split(separator: "/", omittingEmptySubsequences: false)
            .map { $0 == "{id}" ? "\(RecordID(high: 1, low: 2))" : String($0) }
            .joined(separator: "/")
    }

    private static func request(
        _ route: Route, _ fields: [(String, String)] = []
    ) -> RawRequest {
        let type =
            switch route.body {
            case .none: ""
            case .sync: SyncRequest.mediaType
            case .json, .catalogue: "application/json"
            case .feed: "text/csv"
            case .form: "application/x-www-form-urlencoded"
            }
        return RawRequest(
            route.method, path(route),
            (type.isEmpty ? [] : [("Content-Type", type)]) + fields,
            body: route.method == "POST" ? Array("{}".utf8) : nil)
    }

    @Test(
        "whoever is not logged in gets one answer from all of the administration, what there is and what not"
    )
    func unauthorised() async throws {
        try await ServedHub.run { served in
            let unknown = try await served.exchange(RawRequest("GET", "/v1/admin/nothing"))
            #expect(unknown.status == 401)
            #expect(unknown.code == .notLoggedIn)
            let credentials: [[(String, String)]] = [
                [], [("Authorization", "Bearer ")], [("Authorization", "Bearer x")],
                [("Authorization", "Bearer " + String(repeating: "0", count: 52))],
                [("Authorization", "Basic YTpi")],
                [("Cookie", "__Host-hazama=" + String(repeating: "0", count: 52))],
            ]
            for route in Route.all where route.access == .bearer {
                for fields in credentials {
                    let answer = try await served.exchange(Self.request(route, fields))
                    #expect(answer.status == 401, "\(route.path)")
                    #expect(answer.body == unknown.body, "\(route.path)")
                }
            }
            for path in ["/v1/admin", "/v1/admin/", "/v1/admin/conflicts/../devices"] {
                let answer = try await served.exchange(RawRequest("DELETE", path))
                #expect(answer.body == unknown.body, "\(path)")
            }
        }
    }

    @Test("whoever is not logged in is sent from every page of the console to its login")
    func console() async throws {
        try await ServedHub.run { served in
            for route in Route.all where route.access == .cookie {
                let origin = ("Origin", "http://127.0.0.1:\(served.port)")
                let answer = try await served.exchange(Self.request(route, [origin]))
                if route.method == "GET" {
                    #expect(answer.status == 303, "\(route.path)")
                    #expect(answer.field("location")?.hasPrefix("/console/login") == true)
                    #expect(answer.body.isEmpty)
                } else {
                    #expect(answer.status == 401, "\(route.path)")
                    #expect(answer.text.contains("name=\"password\""))
                }
            }
        }
    }

    @Test("a login without a role is refused everything that needs one")
    func roles() async throws {
        try await ServedHub.run { served in
            let token = try served.token([.advisor])
            for path in ["/v1/admin/devices", "/v1/admin/conflicts"] {
                let answer = try await served.exchange(
                    RawRequest("GET", path, [("Authorization", "Bearer \(token)")]))
                #expect(answer.code == .notAllowed, "\(path)")
            }
            let code = try await served.exchange(
                .json("/v1/admin/device/code", #"{"person":"x","areas":["North"]}"#, token: token))
            #expect(code.code == .notAllowed)
        }
    }

    @Test("the login of the console is none of the API, and the other way round")
    func kinds() async throws {
        try await ServedHub.run { served in
            let token = try served.token()
            let cookie = try await served.exchange(
                RawRequest("GET", "/v1/admin/devices", [("Cookie", "__Host-hazama=\(token)")]))
            #expect(cookie.status == 401)
            let bearer = try await served.exchange(
                RawRequest("GET", "/console/conflicts", [("Authorization", "Bearer \(token)")]))
            #expect(bearer.status == 303)
        }
    }

    @Test("what is not there is not found, however it is spelled")
    func unknown() async throws {
        try await ServedHub.run { served in
            for path in [
                "/", "/v1", "/v1/sync/", "//v1/sync", "/V1/sync", "/v1/%73ync", "/v1/ca/..",
                "/v1/ca;x",
                "/health/", "/health%00", "/v1/sync%2f", "*", "/favicon.ico", "/metrics", "/debug",
            ] {
                let answer = try await served.exchange(RawRequest("GET", path))
                #expect(answer.status == 404 || answer.status == 400, "\(path)")
            }
            let page = try await served.exchange(RawRequest("GET", "/console/nothing"))
            #expect(page.status == 404)
            #expect(page.field("content-type") == "text/html; charset=utf-8")
        }
    }

    @Test("another method than a route's is told, with those it takes")
    func methods() async throws {
        try await ServedHub.run { served in
            for route in Route.all where route.access == .anyone {
                for method in ["PUT", "DELETE", "TRACE", "PATCH", "OPTIONS", "BREW"] {
                    let answer = try await served.exchange(RawRequest(method, Self.path(route)))
                    #expect(answer.status == 405 || answer.status == 400, "\(method) \(route.path)")
                    if answer.status == 405 {
                        #expect(answer.field("allow")?.contains(route.method) == true)
                    }
                }
            }
            let get = try await served.exchange(
                RawRequest("GET", "/v1/sync", [("X-HTTP-Method-Override", "POST")]))
            #expect(get.code == .wrongMethod)
        }
    }

    @Test("the public addresses answer, and say no more than they must")
    func open() async throws {
        try await ServedHub.run { served in
            let health = try await served.exchange(RawRequest("GET", "/health"))
            #expect(health.status == 200)
            #expect(health.text == #"{"status":"ok"}"#)
            #expect(health.field("server") == nil)
            #expect(health.field("date") == nil)
            let authority = try await served.exchange(RawRequest("GET", "/v1/ca"))
            #expect(authority.text == (try served.certificates.authorityPEM()))
        }
    }
}
