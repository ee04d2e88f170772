import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import HubServer

/// A browser without scripts: it keeps cookies, fills forms and says where they come from.
private struct Browser {
    let served: ServedHub
    var cookies: [String: String] = [:]
    var origin: String? = "own"
    var fields: [(String, String)] = []

    init(_ served: ServedHub) { self.served = served }

    mutating func get(_ path: String) async throws -> RawAnswer {
        try await exchange(RawRequest("GET", path))
    }

    /// Sends a form, with the token of `page` unless another is given.
    mutating func post(
        _ path: String, _ values: [(String, String)], from page: RawAnswer?
    ) async throws -> RawAnswer {
        let token = page.map { Self.value("form", in: $0.text) } ?? ""
        let body = (page == nil ? values : [("form", token)] + values)
            .map { "\(Form.encoded($0.0))=\(Form.encoded($0.1))" }.joined(separator: "&")
        var request = RawRequest(
            "POST", path, [("Content-Type", "application/x-www-form-urlencoded")],
            body: Array(body.utf8))
        switch origin {
        case "own"?: request.fields.append(("Origin", "http://127.0.0.1:\(served.port)"))
        case let origin?: request.fields.append(("Origin", origin))
        case nil: break
        }
        return try await exchange(request)
    }

    private mutating func exchange(_ request: RawRequest) async throws -> RawAnswer {
        var request = request
        request.fields += fields
        if !cookies.isEmpty {
            let cookie = cookies.map { "\($0.key)=\($0.value)" }.joined(separator: "; ")
            request.fields.append(("Cookie", cookie))
        }
        let answer = try await served.exchange(request)
        for line in answer.fields("set-cookie") {
            let pair = line.split(separator: ";")[0].split(separator: "=", maxSplits: 1)
            cookies[String(pair[0])] = pair.count == 2 ? String(pair[1]) : nil
        }
        return answer
    }

    mutating func logIn(_ password: String = ServedHub.password) async throws -> RawAnswer {
        let page = try await get("/console/login")
        return try await post(
            "/console/login", [("name", ServedHub.name), ("password", password)], from: page)
    }

    /// Where a page waits for news.
    static func address(in html: String) -> String {
        guard let start = html.firstRange(of: "data-address=\"")?.upperBound else { return "" }
        return String(html[start...].prefix { $0 != "\"" }).replacing("&amp;", with: "&")
    }

    /// The value of the first field of this name on a page.
    static func value(_ name: String, in html: String) -> String {
        guard let start = html.firstRange(of: "name=\"\(name)\" value=\"")?.upperBound else {
            return ""
        }
        return String(html[start...].prefix { $0 != "\"" })
    }
}

@Suite("Console")
struct ConsoleTests {
    /// A page without the one script that is the console's own.
    private static func withoutOwnScript(_ text: String) -> String {
        text.replacing("<script src=\"/console/live.js\" defer></script>", with: "")
    }

    @Test(
        "a login leads to the page asked for, with a new cookie that scripts and other sites don't get"
    )
    func login() async throws {
        let disagreement = try Disagreement()
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            let asked = try await browser.get("/console/conflicts?state=open&lang=ja")
            let next = try #require(asked.field("location"))
            #expect(next.hasPrefix("/console/login?next="))
            let page = try await browser.get(next)
            let stranger = browser.cookies["__Host-hazama"]
            let answer = try await browser.post(
                "/console/login",
                [
                    ("name", ServedHub.name), ("password", ServedHub.password),
                    ("next", "/console/conflicts?lang=ja&state=open"),
                ], from: page)
            #expect(answer.status == 303)
            #expect(answer.field("location") == "/console/conflicts?lang=ja&state=open")
            let cookie = try #require(answer.field("set-cookie"))
            for word in ["Secure", "HttpOnly", "SameSite=Strict", "Path=/"] {
                #expect(cookie.contains(word))
            }
            #expect(!cookie.contains("Domain"))
            #expect(browser.cookies["__Host-hazama"] != stranger)
            let list = try await browser.get("/console/conflicts?lang=ja&state=open")
            #expect(list.status == 200)
            #expect(list.text.contains("lang=\"ja\""))
            #expect(list.text.contains("競合の一覧"))
        }
    }

    @Test("a wrong password and an unknown name look alike, and a login leads to no other site")
    func wrong() async throws {
        try await ServedHub.run { served in
            var browser = Browser(served)
            let wrong = try await browser.logIn("x")
            #expect(wrong.status == 401)
            #expect(wrong.text.contains("Name or password is wrong."))
            for next in [
                "https://evil.example/", "//evil.example/console", "/console/conflicts\r\nX: y",
                "/v1/ca", "javascript:alert(1)", "/console/login", "\\\\evil.example",
            ] {
                var browser = Browser(served)
                let page = try await browser.get("/console/login")
                let answer = try await browser.post(
                    "/console/login",
                    [
                        ("name", ServedHub.name), ("password", ServedHub.password),
                        ("next", next),
                    ], from: page)
                #expect(answer.field("location") == "/console/conflicts", "\(next)")
            }
        }
    }

    @Test("every page keeps itself to itself")
    func headers() async throws {
        let disagreement = try Disagreement()
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            var answers = [try await browser.get("/console/login")]
            _ = try await browser.logIn()
            #expect(try await browser.get("/console/login").status == 303)
            for path in [
                "/console/conflicts", "/console/conflicts/\(disagreement.conflict.id)",
                "/console/nothing",
            ] {
                answers.append(try await browser.get(path))
            }
            for answer in answers {
                let policy = answer.field("content-security-policy") ?? ""
                for part in [
                    "default-src 'none'", "style-src 'self'", "script-src 'self'",
                    "connect-src 'self'", "form-action 'self'", "frame-ancestors 'none'",
                    "base-uri 'none'",
                ] {
                    #expect(policy.contains(part), "\(answer.head)")
                }
                #expect(!policy.contains("unsafe"))
                #expect(answer.field("cache-control") == "no-store")
                #expect(answer.field("x-content-type-options") == "nosniff")
                #expect(answer.field("cross-origin-opener-policy") == "same-origin")
                #expect(!Self.withoutOwnScript(answer.text).contains("<script"))
                #expect(!answer.text.contains(" style="))
            }
        }
    }

    @Test(
        "a side whose clock stood at an end of all time is shown", arguments: [Int64.min, 1 << 62])
    func strangeClock(setBy_ms: Int64) async throws {
        let disagreement = try Disagreement(setBy_ms: setBy_ms)
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let page = try await browser.get("/console/conflicts/\(disagreement.conflict.id)")
            #expect(page.status == 200)
        }
    }

    @Test("a form from another site, without an origin or with another page's token does nothing")
    func foreign() async throws {
        let disagreement = try Disagreement()
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let path = "/console/conflicts/\(disagreement.conflict.id)"
            let page = try await browser.get(path)
            for origin in [nil, "null", "https://evil.example", "http://127.0.0.1:1"] {
                var foreign = browser
                foreign.origin = origin
                let answer = try await foreign.post("\(path)/claim", [], from: page)
                #expect(answer.status == 403, "\(origin ?? "none")")
            }
            for site in ["cross-site", "same-site", "none"] {
                var foreign = browser
                foreign.fields = [("Sec-Fetch-Site", site)]
                let answer = try await foreign.post("\(path)/claim", [], from: page)
                #expect(answer.status == 403, "\(site)")
            }
            #expect(try await browser.post("\(path)/claim", [], from: nil).status == 403)
            let strange = try await browser.post(
                "\(path)/claim", [("form", String(repeating: "0", count: 32))], from: nil)
            #expect(strange.status == 403)
            let state = try served.fixture.hub.conflict(
                disagreement.conflict.id, by: served.fixture.admin
            ).view.state
            #expect(state == .open)
            #expect(try await browser.post("\(path)/claim", [], from: page).status == 303)
        }
    }

    @Test("stored text is inert on every page")
    func inert() async throws {
        let disagreement = try Disagreement(
            titled: "<img src=x onerror=alert(1)> \u{1b}]52;c\u{7} \u{202e}abc \"'&{{7*7}}")
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            for path in [
                "/console/conflicts", "/console/conflicts/\(disagreement.conflict.id)",
                "/console/bulk?field=house.count.value&rule=newest",
            ] {
                let text = try await browser.get(path).text
                #expect(!text.contains("<img"))
                #expect(!Self.withoutOwnScript(text).contains("<script"))
                #expect(text.contains("&lt;img src=x onerror=alert(1)&gt;"))
                #expect(text.contains("&lt;script&gt;"))
                #expect(!text.unicodeScalars.contains("\u{1b}"))
                #expect(!text.unicodeScalars.contains("\u{202e}"))
                #expect(text.contains("U+202E"))
                #expect(text.contains("{{7*7}}"))
            }
        }
    }

    @Test("a conflict is read, decided in two steps, and then told as decided")
    func decide() async throws {
        let disagreement = try Disagreement()
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let path = "/console/conflicts/\(disagreement.conflict.id)"
            let page = try await browser.get(path)
            for seen in ["Li Na", "laptop", "Side A", "Side B", "Common base", ">2027-01-15 0"] {
                #expect(page.text.contains(seen), "\(seen)")
            }
            let version = Browser.value("version", in: page.text)
            func values(_ choice: String, _ reason: String, _ step: String) -> [(String, String)] {
                [
                    ("choice", choice), ("v0", "7"), ("reason", reason), ("version", version),
                    ("step", step),
                ]
            }
            let refused: [(String, String, String)] = [
                ("", "why", "Choose a side"), ("keep:z", "why", "Choose a side"),
                ("keep:a", " \r\n", "Give a reason"),
                ("keep:a", String(repeating: "x", count: 2001), "too long"),
            ]
            for (choice, reason, words) in refused {
                let answer = try await browser.post(
                    "\(path)/decide", values(choice, reason, "save"), from: page)
                #expect(answer.status == 400)
                #expect(answer.text.contains(words), "\(words)")
            }
            var wrong = values("other", "why", "check")
            wrong[1] = ("v0", "1000")
            let unfit = try await browser.post("\(path)/decide", wrong, from: page)
            #expect(unfit.status == 400)
            #expect(unfit.text.contains("value=\"1000\""))

            let check = try await browser.post(
                "\(path)/decide", values("other", "counted <again>", "check"), from: page)
            #expect(check.status == 200)
            #expect(check.text.contains("Is this right?"))
            #expect(check.text.contains("counted &lt;again&gt;"))
            #expect(try served.fixture.hub.status().openConflicts == 1)
            let edit = try await browser.post(
                "\(path)/decide", values("other", "counted again", "edit"), from: check)
            #expect(edit.text.contains("counted again</textarea>"))
            let saved = try await browser.post(
                "\(path)/decide", values("other", "counted again", "save"), from: check)
            #expect(saved.status == 303)
            let done = try await browser.get(saved.field("location") ?? "")
            #expect(done.text.contains("The decision is saved."))
            #expect(done.text.contains("counted again"))
            let detail = try served.fixture.hub.conflict(
                disagreement.conflict.id, by: served.fixture.admin)
            #expect(detail.decision?.value == .integer(7))

            let late = try await browser.post(
                "\(path)/decide", values("keep:a", "my own words", "save"), from: page)
            #expect(late.status == 409)
            #expect(late.text.contains("has resolved this already"))
            #expect(late.text.contains("my own words"))
        }
    }

    @Test("a decision on a page that is out of date is not taken, and its draft is kept")
    func stale() async throws {
        let disagreement = try Disagreement()
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let path = "/console/conflicts/\(disagreement.conflict.id)"
            let page = try await browser.get(path)
            for step in ["check", "save"] {
                let answer = try await browser.post(
                    "\(path)/decide",
                    [
                        ("choice", "keep:b"), ("reason", "what I thought"), ("version", "older"),
                        ("step", step),
                    ], from: page)
                #expect(answer.status == 409)
                #expect(answer.text.contains("has changed since you looked"))
                #expect(answer.text.contains("what I thought</textarea>"))
                #expect(answer.text.contains("value=\"keep:b\" required checked"))
                #expect(Browser.value("version", in: answer.text) != "older")
            }
        }
    }

    @Test("a conflict is given to a colleague of a list, which names only those who may decide")
    func given() async throws {
        let disagreement = try Disagreement()
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let path = "/console/conflicts/\(disagreement.conflict.id)"
            let page = try await browser.get(path)
            let names = page.text.split(separator: "<option value=\"").map {
                String($0.prefix { $0 != "\"" })
            }
            #expect(names.contains(ServedHub.name))
            #expect(!names.contains("Li Na"))
            let stranger = try await browser.post(
                "\(path)/act", [("act", "assign"), ("text", "Li Na")], from: page)
            #expect(stranger.text.contains("Nobody of that name may decide conflicts."))
            func assign(_ day: String) async throws -> Int {
                try await browser.post(
                    "\(path)/act", [("act", "assign"), ("text", ServedHub.name), ("due", day)],
                    from: page
                ).status
            }
            #expect(try await assign("2031-02-03") == 303)
            let now = try await browser.get(path).text
            #expect(now.contains("You have taken this."))
            #expect(now.contains("value=\"2031-02-03\""))
            #expect(now.contains("2031-02-03 23:59"))
            // Nothing said leaves the day as it is; what is no day changes nothing.
            #expect(try await assign("") == 303)
            #expect(try await assign("2031-02-30") == 400)
            #expect(try await assign("soon") == 400)
            #expect(try await browser.get(path).text.contains("value=\"2031-02-03\""))
        }
    }

    @Test("a draft whose login ended comes back after the next login, and is not carried out by it")
    func ended() async throws {
        let disagreement = try Disagreement()
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let path = "/console/conflicts/\(disagreement.conflict.id)"
            let page = try await browser.get(path)
            served.fixture.clock.advance(by: 16 * 60 * 1000)
            let ended = try await browser.post(
                "\(path)/decide",
                [
                    ("choice", "keep:b"), ("reason", "long thought about"),
                    ("version", Browser.value("version", in: page.text)), ("step", "save"),
                ], from: page)
            #expect(ended.status == 401)
            #expect(ended.text.contains("Your login has ended"))
            let draft = Browser.value("draft", in: ended.text).replacing("&amp;", with: "&")
            let back = try await browser.post(
                "/console/login",
                [
                    ("name", ServedHub.name), ("password", ServedHub.password), ("next", path),
                    ("draft", draft),
                ], from: ended)
            #expect(back.status == 200)
            #expect(back.text.contains("long thought about</textarea>"))
            #expect(try served.fixture.hub.status().openConflicts == 1)
            // The page's form belongs to the new login.
            let claim = try await browser.post("\(path)/claim", [], from: back)
            #expect(claim.status == 303)
        }
    }

    @Test("a login ends when it is closed, and after eight hours however busy")
    func ends() async throws {
        try await ServedHub.run { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let page = try await browser.get("/console/conflicts")
            let out = try await browser.post("/console/logout", [], from: page)
            #expect(out.status == 303)
            #expect(try await browser.get("/console/conflicts").status == 303)
            _ = try await browser.logIn()
            for _ in 0..<48 {
                #expect(try await browser.get("/console/conflicts").status == 200)
                served.fixture.clock.advance(by: 10 * 60 * 1000)
            }
            served.fixture.clock.advance(by: 1000)
            #expect(try await browser.get("/console/conflicts").status == 303)
        }
    }

    @Test("every kind of conflict has its page: what it is, when it is due, and how it is settled")
    func everyKind() async throws {
        let scene = try EveryConflict()
        try await ServedHub.run(scene.fixture, schema: .everyConflict) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let queue = try await browser.get("/console/conflicts?state=unresolved").text
            for kind in ConflictKind.allCases {
                let view = try #require(try scene.open(kind).first, "\(kind)")
                let path = "/console/conflicts/\(view.id)"
                #expect(queue.contains(path), "\(kind)")
                let words = Words.explanation(kind.word)
                for (language, text) in [
                    ("en", words.english), ("zh", words.chinese), ("ja", words.japanese),
                ] {
                    let page = try await browser.get(path + "?lang=\(language)").text
                    #expect(page.contains("\(text)".replacing("'", with: "&#39;")), "\(kind)")
                    #expect(page.contains("name=\"due\" value=\"20"), "\(kind)")
                    #expect(page.contains("id=\"decide\""), "\(kind)")
                    #expect(page.contains("name=\"choice\""), "\(kind)")
                }
                let page = try await browser.get(path + "?lang=en").text
                let asks = page.contains("<option value=\"device\">Ask ")
                #expect(asks == [.fork, .loss].contains(kind), "\(kind)")
                let aside = page.contains("id=\"aside\"")
                #expect(aside == [.schema, .failure].contains(kind), "\(kind)")
            }
        }
    }

    @Test("many of a kind are chosen, shown and decided; what is decided one by one says why")
    func bulkOfKinds() async throws {
        let scene = try EveryConflict(copies: 2)
        try await ServedHub.run(scene.fixture, schema: .everyConflict) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let start = try await browser.get("/console/bulk?lang=en").text
            for kind in ConflictKind.allCases {
                if let words = Words.oneByOne(kind.word) {
                    #expect(start.contains(words.english), "\(kind)")
                }
            }
            #expect(start.contains("value=\"job.aliases.duplicate\""))
            // The rules offered were those of another field: nothing is shown to be saved.
            let other = try await browser.get(
                "/console/bulk?lang=en&field=house.count.late&rule=newest")
            #expect(other.status == 200 && !other.text.contains("name=\"token\""))
            #expect(other.text.contains("value=\"putBack\""))
            let path = "/console/bulk?lang=en&field=house.count.late&rule=putBack"
            let page = try await browser.get(path)
            #expect(page.text.contains("count: 4 → 3"))
            let saved = try await browser.post(
                path,
                [("token", Browser.value("token", in: page.text)), ("reason", "moved on")],
                from: page)
            #expect(saved.status == 303)
            #expect(try scene.open(.late) == [])
        }
    }

    @Test("a page hears of what happens by one request that stays open, whoever does it")
    func news() async throws {
        let disagreement = try Disagreement()
        let id = disagreement.conflict.id
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            #expect(try await browser.get("/console/live.js").text.contains("\"news\""))
            for path in ["/console/conflicts?state=open", "/console/conflicts/\(id)"] {
                let page = try await browser.get(path)
                #expect(page.text.contains("<script src=\"/console/live.js\" defer></script>"))
                let address = Browser.address(in: page.text)
                #expect(address.hasPrefix("/console/news?since="))
                let waiting = browser
                let heard = try await withThrowingTaskGroup(of: RawAnswer.self) { group in
                    group.addTask {
                        var waiting = waiting
                        return try await waiting.get(address)
                    }
                    _ = try served.fixture.hub.claim(id, by: served.fixture.admin)
                    return try await group.next()
                }
                #expect(heard?.json?["news"] == true)
                #expect(heard?.field("cache-control") == "no-store")
                // And what was made since has heard of it.
                let again = Browser.address(in: try await browser.get(path).text)
                #expect(!again.isEmpty && again != address)
            }
            #expect(try await browser.get("/console/news?since=x").status == 400)
            #expect(try await browser.get("/console/news?since=0&conflict=x").status == 404)
        }
    }

    @Test("a page that waits keeps nobody logged in")
    func restingWatch() async throws {
        try await ServedHub.run(limits: { $0.watch = .milliseconds(20) }) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            let address = Browser.address(in: try await browser.get("/console/conflicts").text)
            for minutes in [0, 8] as [Int64] {
                served.fixture.clock.advance(by: minutes * 60 * 1000)
                #expect(try await browser.get(address).json?["news"] == false)
            }
            served.fixture.clock.advance(by: 8 * 60 * 1000)
            #expect(try await browser.get(address).status == 303)
        }
    }

    @Test("the list is narrowed by its address")
    func narrowed() async throws {
        let disagreement = try Disagreement()
        try await ServedHub.run(disagreement.fixture) { served in
            var browser = Browser(served)
            _ = try await browser.logIn()
            func contains(_ query: String) async throws -> Bool {
                try await browser.get("/console/conflicts?\(query)").text.contains("a house")
            }
            let area = Form.encoded(disagreement.conflict.area)
            for query in [
                "", "state=open", "state=all", "stakes=ordinary", "area=\(area)", "page=9",
            ] {
                #expect(try await contains(query), "\(query)")
            }
            for query in ["state=resolved", "stakes=high", "area=x"] {
                #expect(try await !contains(query), "\(query)")
            }
            #expect(try await browser.get("/console/conflicts?state=nonsense").status == 400)
        }
    }

    @Test("what was set aside is told in words, and taken up on its page or discarded by two")
    func setAside() async throws {
        try await ServedHub.run { served in
            let hub = served.fixture.hub
            var a = try served.fixture.device(1, person: "Li Na", areas: [HubFixture.north])
            try served.fixture.sync(&a)
            try hub.revoke(a.replica, by: served.fixture.admin)
            for low in 1...2 as ClosedRange<UInt64> {
                a.seal([.house(RecordID(high: 100, low: low), in: HubFixture.north)])
            }
            try served.fixture.syncAll(&a)
            var browser = Browser(served)
            _ = try await browser.logIn()
            let open = try hub.conflicts(state: nil, by: served.fixture.admin)
            #expect(open.map(\.kind) == [.failure, .failure])
            let paths = open.map { "/console/conflicts/\($0.id)" }
            let page = try await browser.get(paths[0])
            for words in ["the device had been revoked", "HZ-5011", "Take it up"] {
                #expect(page.text.contains(words), "\(words)")
            }
            func settle(_ act: String, _ text: String, at path: String) async throws -> RawAnswer {
                try await browser.post("\(path)/act", [("act", act), ("text", text)], from: page)
            }
            #expect(try await settle("admit", " ", at: paths[0]).text.contains("Give a reason."))
            #expect(try await settle("admit", "seen", at: paths[0]).status == 303)
            #expect(try hub.quarantine(by: served.fixture.admin).count == 1)
            for _ in 1...2 {
                let first = try await settle("discard", "typed twice", at: paths[1])
                #expect(first.text.contains("ask a colleague"))
            }
            let name = try #require(try hub.quarantine(by: served.fixture.admin).first).name
            let second = try hub.session(token: served.token([.conflictAdministrator]))
            #expect(try hub.discard(name, reason: "typed twice", by: second))
            #expect(try await settle("admit", "seen", at: paths[1]).status == 409)
            #expect(try hub.conflicts(state: nil, by: served.fixture.admin).isEmpty)
        }
    }
}
