internal import HTTPTypes
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    // MARK: Who is there

    /// The session of the console's cookie; `nil` if there is none that still lives.
    ///
    /// - Parameter isIdle: whether a script asks, and not a person.
    func consoleSession(_ call: Call, isIdle: Bool = false) async throws(Problem) -> Session? {
        guard let token = call.cookie(FormSeal.cookie), token.utf8.count <= 128 else { return nil }
        do throws(Problem) {
            return try await work.run { () throws(Problem) in
                try hub.session(token: token, isIdle: isIdle)
            }
        } catch {
            guard error.code == .notLoggedIn else { throw error }
            return nil
        }
    }

    /// Refuses a form that did not come from a page of this console, by what the browser says about
    /// it.
    ///
    /// Both fields are set by browsers and can't be set by another site's script. A form without
    /// either did not come from a browser that people use today.
    func refuseForeignOrigin(_ call: Call) throws(Problem) {
        if let site = call.fields[Self.fetchSite], site != "same-origin" {
            throw Problem(.foreignOrigin)
        }
        let origins = call.fields[values: .origin]
        guard origins.count == 1, !call.authority.isEmpty,
            origins[0] == "\(isPlain ? "http" : "https")://\(call.authority)"
        else { throw Problem(.foreignOrigin) }
    }

    private static let fetchSite = HTTPField.Name("Sec-Fetch-Site")!

    /// Reads a form and refuses it if it was not made for this browser's cookie.
    func form(_ call: Call) throws(Problem) -> Form {
        guard let form = Form(call.body) else { throw Problem(.malformed) }
        guard let cookie = call.cookie(FormSeal.cookie), let token = form["form"],
            constantTimeEquals(
                Array(token.utf8), Array(seal.token(for: cookie).utf8))
        else { throw Problem(.foreignOrigin) }
        return form
    }

    // MARK: Pages

    func page(for call: Call, _ session: Session? = nil, cookie: String? = nil) -> Page {
        Page(
            language: Language(call), keepsLanguage: call.query["lang"] != nil, path: call.path,
            query: call.query, now_ms: wall.now_ms(), wall: wall, session: session,
            formToken: seal.token(
                for: cookie ?? call.cookie(FormSeal.cookie) ?? ""))
    }

    func link(_ path: String, _ call: Call) -> String { page(for: call).link(path) }

    /// A page with everything that keeps it to itself.
    func answer(_ html: HTML, status: Int = 200, to call: Call) -> Answer {
        var answer = Answer(
            status: status, contentType: "text/html; charset=utf-8", body: Array(html.source.utf8))
        answer.fields = shielding(call)
        return answer
    }

    private func shielding(_ call: Call) -> [(HTTPField.Name, String)] {
        var fields: [(HTTPField.Name, String)] = [
            (
                .contentSecurityPolicy,
                "default-src 'none'; style-src 'self'; script-src 'self'; connect-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'"
            ),
            (.xContentTypeOptions, "nosniff"),
            // Not `no-referrer`: under that, browsers send the origin of our own forms as `null`,
            // which is just what a foreign page can send.
            (HTTPField.Name("Referrer-Policy")!, "same-origin"),
            (.cacheControl, "no-store"),
            (HTTPField.Name("Cross-Origin-Opener-Policy")!, "same-origin"),
            (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
            (HTTPField.Name("Cross-Origin-Embedder-Policy")!, "require-corp"),
            (HTTPField.Name("Permissions-Policy")!, "camera=(), geolocation=(), microphone=()"),
        ]
        // Browsers apply it to a name whatever the port, so never to the names all programs of a
        // machine share.
        let host = call.authority.split(separator: ":").first.map(String.init) ?? ""
        if !isPlain, host != "localhost", !host.hasPrefix("127."), !call.authority.hasPrefix("[") {
            fields.append((.strictTransportSecurity, "max-age=31536000"))
        }
        return fields
    }

    func style() -> Answer {
        var answer = Answer(contentType: "text/css; charset=utf-8", body: Array(Style.sheet.utf8))
        answer.fields = [
            (.cacheControl, "public, max-age=3600"), (.xContentTypeOptions, "nosniff"),
            (HTTPField.Name("Cross-Origin-Resource-Policy")!, "same-origin"),
        ]
        return answer
    }

    /// A problem as a page.
    func page(_ problem: Problem, _ call: Call) -> Answer {
        let page = page(for: call)
        let text: String =
            switch problem.code {
            case .notFound, .noSuchConflict, .noSuchDevice: page.say(.notFoundText)
            case .notAllowed: page.say(.notAllowedText)
            case .foreignOrigin: page.say(.foreignOriginText)
            case .busy: page.say(.busyText)
            case .failed, .storageFull: page.say(.failedText)
            default: problem.text
            }
        var answer = answer(
            page.html(
                title: page.say(.somethingWrong),
                """
                <h1>\(page.say(.somethingWrong))</h1>
                <div class="note bad" role="alert"><p>\(text)</p></div>
                <p><a href="\(page.link("/console/conflicts"))">\(page.say(.backToQueue))</a></p>
                <p class="hint">\(problem.code.rawValue)</p>
                """), status: problem.code.status, to: call)
        if let seconds = problem.retryAfter_s { answer.fields.append((.retryAfter, "\(seconds)")) }
        return answer
    }

    // MARK: Logging in and out

    /// Sends a reader to the login page, and from there back.
    ///
    /// A form whose login ended meanwhile is not thrown away: the login form carries it on.
    func loginFirst(_ call: Call) -> Answer {
        if call.method == "GET" {
            let page = page(for: call)
            let isStart = call.path == "/console"
            return .seeOther(page.link("/console/login", [("next", isStart ? "" : target(call))]))
        }
        let next = call.path.split(separator: "/").dropLast().joined(separator: "/")
        return loginAnswer(
            call, status: 401, notice: .sessionEnded, next: "/\(next)",
            draft: String(decoding: call.body, as: UTF8.self))
    }

    private func target(_ call: Call) -> String {
        let pairs = call.query.sorted { $0.key < $1.key }
        guard !pairs.isEmpty else { return call.path }
        return call.path + "?"
            + pairs.map { "\(Form.encoded($0.key))=\(Form.encoded($0.value))" }.joined(
                separator: "&")
    }

    /// The login page; whoever is logged in goes on, and keeps the login.
    func loginPage(_ call: Call) async throws(Problem) -> Answer {
        if try await consoleSession(call) != nil {
            return .seeOther(link("/console/conflicts", call))
        }
        return loginAnswer(
            call, status: 200, notice: nil, next: call.query["next"] ?? "", draft: "")
    }

    private func loginAnswer(
        _ call: Call, status: Int, notice: Phrase?, value: String = "", name: String = "",
        next: String, draft: String
    ) -> Answer {
        let stranger = FormSeal.makeStranger()
        let page = page(for: call, cookie: stranger)
        let shown: HTML =
            notice.map {
                "<div class=\"note bad\" role=\"alert\"><p>\(page.say($0, value))</p></div>"
            } ?? ""
        let kept: HTML =
            draft.isEmpty
            ? "" : "<input type=\"hidden\" name=\"draft\" value=\"\(exactly: draft)\">"
        var answer = answer(
            page.html(
                title: page.say(.logIn),
                """
                <div class="login">
                <h1>\(page.say(.logIn))</h1>
                \(shown)
                <form method="post" action="\(page.link("/console/login"))">
                \(page.formFields)<input type="hidden" name="next" value="\(exactly: next)">\(kept)
                <label>\(page.say(.name))<input name="name" value="\(exactly: name)" autocomplete="username" required autofocus maxlength="200"></label>
                <label>\(page.say(.password))<input name="password" type="password" autocomplete="current-password" required maxlength="1024"></label>
                <div><button>\(page.say(.logIn))</button></div>
                </form>
                </div>
                """), status: status, to: call)
        answer.fields.append((.setCookie, Self.cookie(stranger)))
        return answer
    }

    func logIn(_ call: Call) async throws(Problem) -> Answer {
        let form = try form(call)
        let name = form["name"] ?? ""
        let next = form["next"] ?? ""
        let draft = form["draft"] ?? ""
        let opened: (token: String, session: Session)
        do throws(Problem) {
            guard name.utf8.count <= 200, (form["password"] ?? "").utf8.count <= 1024 else {
                throw Problem(.badPassword)
            }
            opened = try await open(
                name: name, password: form["password"] ?? "", from: call.address,
                idle_ms: limits.consoleIdle_ms)
        } catch {
            switch error.code {
            case .badPassword:
                return loginAnswer(
                    call, status: 401, notice: .wrongPassword, name: name, next: next, draft: draft)
            case .tooManyRequests:
                var answer = loginAnswer(
                    call, status: 429, notice: .tooManyTries, value: "\(error.retryAfter_s ?? 60)",
                    name: name, next: next, draft: draft)
                answer.fields.append((.retryAfter, "\(error.retryAfter_s ?? 60)"))
                return answer
            default: throw error
            }
        }
        var answer: Answer
        if !draft.isEmpty, let kept = Form(Array(draft.utf8)), let id = conflictID(inPath: next) {
            var there = call
            there.id = id
            answer = try await conflictPage(
                there, opened.session, draft: Draft(kept), cookie: opened.token)
        } else {
            answer = .seeOther(isOwnPage(next) ? next : link("/console/conflicts", call))
        }
        answer.fields.append((.setCookie, Self.cookie(opened.token)))
        return answer
    }

    func logOut(_ call: Call) async throws(Problem) -> Answer {
        _ = try form(call)
        if let token = call.cookie(FormSeal.cookie) {
            try await work.run { () throws(Problem) in try hub.closeSession(token: token) }
        }
        var answer = Answer.seeOther(link("/console/login", call))
        answer.fields.append(
            (
                .setCookie,
                "\(FormSeal.cookie)=; Path=/; Secure; HttpOnly; SameSite=Strict; Max-Age=0"
            ))
        return answer
    }

    private static func cookie(_ value: String) -> String {
        "\(FormSeal.cookie)=\(value); Path=/; Secure; HttpOnly; SameSite=Strict"
    }

    /// Whether a login may lead here: a page of the console, and no other site's address.
    private func isOwnPage(_ target: String) -> Bool {
        let path = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)[0]
        guard target.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7f }),
            case .found(let route, _) = Route.match(method: "GET", path: String(path))
        else { return false }
        return route.access == .cookie
    }

    private func conflictID(inPath path: String) -> String? {
        guard case .found(let route, let id) = Route.match(method: "GET", path: path),
            route.name == .consoleConflict
        else { return nil }
        return id
    }
}
