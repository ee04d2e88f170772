internal import Casework
internal import HTTPTypes
internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOHTTP1
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

/// What all requests of a server share, and the way each of them takes: admitted, matched, let in,
/// read, handled, answered. The handlers are in `API/` and `Console/`.
struct Front: Sendable {
    let hub: Hub
    let schema: Schema
    let limits: ServerLimits
    let wall: WallClock
    let logger: Logger
    let certificates: HubCertificates
    let isPlain: Bool

    let connections: Connections
    let budget: BodyBudget
    /// Calls of the hub, which block on its database.
    let work: Work
    let waiting: Waiting
    /// Passwords: 128 MB each, so one at a time.
    let guessing: Work
    let brake: Brake
    let seal = FormSeal()
    let books = DistrictBooks()
    /// The same for rules that are only tried.
    let trialBooks = DistrictBooks()
    let shelf = RuleShelf()

    init(
        hub: Hub, schema: Schema, limits: ServerLimits, wall: WallClock, logger: Logger,
        certificates: HubCertificates, isPlain: Bool
    ) {
        self.hub = hub
        self.schema = schema
        self.limits = limits
        self.wall = wall
        self.logger = logger
        self.certificates = certificates
        self.isPlain = isPlain
        connections = Connections(limit: limits.connections)
        budget = BodyBudget(limit: limits.bodyBytesAtOnce)
        work = Work(threads: 2, limit: limits.waitingCalls)
        waiting = Waiting(limit: limits.waitingDevices)
        guessing = Work(threads: 1, limit: 8)
        brake = Brake(
            failures: limits.failuresPerAddress,
            forgivenPerMinute: limits.failuresForgivenPerMinute)
    }

    func shutDown() async {
        do {
            try await work.shutDown()
            try await guessing.shutDown()
        } catch {
            logger.error("threads not ended", metadata: ["reason": "\(error)"])
        }
    }

    /// Answers one request on a connection.
    ///
    /// Concurrent, as are Hummingbird's writer and body, which are not shared between isolations.
    @concurrent func respond(
        to request: Request, with writer: consuming ResponseWriter, on channel: any Channel
    ) async throws {
        let isAdmitted = connections.begin(channel)
        defer { connections.end(channel) }
        var body = BodyReader(request, limits: limits, budget: budget)
        defer { body.release() }
        var call = Call(request.head, address: channel.remoteAddress?.ipAddress ?? "")
        var answer: Answer
        do {
            guard isAdmitted else { throw Work.busy }
            answer = try await self.answer(&call, reading: &body, writer)
        } catch let problem as Problem {
            answer = call.isForConsole ? page(problem, call) : .problem(problem)
        }
        answer.closes = !isAdmitted || !body.isFinished
        log(call, answer)
        let response = answer.response
        try await writer.write(response: response.head, body: response.body)
        if answer.closes {
            try await body.drain()
            throw ConnectionEnded()
        }
    }

    @concurrent private func answer(
        _ call: inout Call, reading body: inout BodyReader, _ writer: borrowing ResponseWriter
    ) async throws -> Answer {
        // Whoever is not let in learns nothing of what there is: all of /v1/admin answers the same.
        var session: Session?
        if call.isForAdministration {
            session = try await bearer(call)
        }
        switch Route.match(method: call.method, path: call.path) {
        case .none: throw Problem(.notFound)
        case .wrongMethod(let allowed):
            var answer = Answer.problem(Problem(.wrongMethod))
            answer.fields.append((.allow, allowed.joined(separator: ", ")))
            return answer
        case .found(let route, let id):
            call.id = id
            if route.access == .cookie {
                // A page that is open and waits keeps nobody logged in.
                session = try await consoleSession(call, isIdle: route.name == .consoleNews)
            }
            if route.body == .form { try refuseForeignOrigin(call) }
            let isCompressed = try route.body.encoding(of: call.fields) == .zstd
            call.body = try await body.read(upTo: route.body.maximumBytes(limits), writer: writer)
            // After the body: a form whose login has ended is carried through the next login.
            if route.access == .cookie, session == nil { return loginFirst(call) }
            return try await handle(route.name, call, session, isCompressed: isCompressed)
        }
    }

    private func handle(
        _ name: Route.Name, _ call: Call, _ session: Session?, isCompressed: Bool
    ) async throws(Problem) -> Answer {
        switch name {
        case .health: return .json(.object(["status": "ok"]))
        case .authority: return try authority()
        case .enrol: return try await enrol(call)
        case .sync: return try await sync(call, isCompressed: isCompressed)
        case .watch: return try await watch(call, isCompressed: isCompressed)
        case .bundle: return try await bundle(call)
        case .file: return try await file(call)
        case .login: return try await login(call)
        case .consoleStyle: return style()
        case .consoleScript: return liveScript()
        case .consoleLogin: return try await loginPage(call)
        case .consoleLoginForm: return try await logIn(call)
        default: break
        }
        guard let session else { throw Problem(.notLoggedIn) }
        switch name {
        case .logout: return try await logout(call)
        case .deviceCode: return try await deviceCode(call, session)
        case .devices: return try await devices(session)
        case .approve: return try await approve(call, session)
        case .revoke: return try await revoke(call, session)
        case .conflicts: return try await conflicts(call, session)
        case .conflict: return try await conflict(call, session)
        case .claim: return try await claim(call, session)
        case .resolve: return try await resolve(call, session)
        case .assign: return try await assign(call, session)
        case .propose: return try await propose(call, session)
        case .approveDecision: return try await approveDecision(call, session)
        case .comment: return try await comment(call, session)
        case .ask: return try await ask(call, session)
        case .undo: return try await undo(call, session)
        case .bulkPreview: return try await bulkPreview(call, session)
        case .bulkResolve: return try await bulkResolve(call, session)
        case .areas: return try await areas()
        case .addArea: return try await addArea(call, session)
        case .move: return try await move(call, session)
        case .grants: return try await grants(session)
        case .giveGrant: return try await giveGrant(call, session)
        case .endGrant: return try await endGrant(call, session)
        case .people: return try await people(session)
        case .addPerson: return try await addPerson(call, session)
        case .setPassword: return try await setPassword(call, session)
        case .setRoles: return try await setRoles(call, session)
        case .deactivate: return try await setActive(false, call, session)
        case .reactivate: return try await setActive(true, call, session)
        case .copies: return try await copies(session)
        case .quarantine: return try await quarantine(session)
        case .admit: return try await decide(.admit, call, session)
        case .sendBack: return try await decide(.returned, call, session)
        case .discard: return try await decide(.discard, call, session)
        case .status: return try await status(session)
        case .report: return try await report(call, session)
        case .keepReport: return try await keepReport(call, session)
        case .directory: return try await directory(call, session)
        case .putInDirectory: return try await putInDirectory(call, session)
        case .staffing: return try await staffing(session)
        case .importFeed: return try await importFeed(call, session)
        case .directoryPackage: return try await directoryPackage(session)
        case .exportRecords: return try await exportRecords(call, session)
        case .policy: return try await policy(session)
        case .importPolicy: return try await importPolicy(call, session)
        case .policyText: return try await policyText(call, session)
        case .publishPolicy: return try await publishPolicy(call, session)
        case .reevaluate: return try await reevaluate(call, session)
        case .discover: return try await discover(call, session)
        case .consoleHome: return .seeOther(link("/console/conflicts", call))
        case .consoleLogout: return try await logOut(call)
        case .consoleNews: return try await news(call, session)
        case .consoleConflicts: return try await queuePage(call, session)
        case .consoleConflict: return try await conflictPage(call, session)
        case .consoleClaim: return try await claimFromPage(call, session)
        case .consoleDecide: return try await decide(call, session)
        case .consoleAct: return try await actFromPage(call, session)
        case .consoleBulk: return try await bulkPage(call, session)
        case .consoleBulkSave: return try await bulkSave(call, session)
        case .health, .authority, .enrol, .sync, .watch, .bundle, .file, .login, .consoleStyle,
            .consoleScript, .consoleLogin, .consoleLoginForm:
            throw Problem(.notFound)
        }
    }

    private func log(_ call: Call, _ answer: Answer) {
        // The path may name records, and never people; the query is left out all the same.
        logger.log(
            level: answer.status >= 500 ? .error : answer.status >= 400 ? .notice : .debug,
            "request",
            metadata: [
                "method": "\(call.method.prefix(16))", "path": "\(call.path.prefix(120))",
                "status": "\(answer.status)", "from": "\(call.address)",
            ])
    }
}

/// Thrown to Hummingbird so that it closes the connection.
private struct ConnectionEnded: Error {}

extension Call {
    var isForConsole: Bool { path == "/console" || path.hasPrefix("/console/") }

    var isForAdministration: Bool {
        (path == "/v1/admin" || path.hasPrefix("/v1/admin/")) && path != "/v1/admin/login"
    }
}

extension Route.Body {
    enum Encoding: Sendable {
        case identity
        case zstd
    }

    func maximumBytes(_ limits: ServerLimits) -> Int {
        switch self {
        // Some clients send an empty object where nothing is asked for.
        case .none: 1024
        case .sync, .feed: Limits.requestBytes
        case .json, .form: limits.smallBodyBytes
        case .catalogue: Catalogue.maximumBytes
        }
    }

    private var mediaTypes: [String] {
        switch self {
        case .none: []
        case .sync: [SyncRequest.mediaType]
        case .json, .catalogue: ["application/json"]
        case .feed: Feed.Format.allCases.map(\.mediaType)
        case .form: ["application/x-www-form-urlencoded"]
        }
    }

    /// Checks the head's word on what the body is, before it is read.
    func encoding(of fields: HTTPFields) throws(Problem) -> Encoding {
        guard !mediaTypes.isEmpty else { return .identity }
        let types = fields[values: .contentType]
        let pieces = types.first?.split(separator: ";").map { Call.trimmed($0).lowercased() } ?? []
        guard types.count == 1, pieces.first.map(mediaTypes.contains) ?? false,
            pieces.dropFirst().allSatisfy({ $0 == "charset=utf-8" || $0 == "charset=\"utf-8\"" })
        else { throw Problem(.wrongMediaType) }
        let encodings = fields[values: .contentEncoding]
        switch encodings.first?.lowercased() {
        case nil, "identity": return .identity
        case "zstd" where encodings.count == 1 && self == .sync: return .zstd
        default:
            throw Problem(
                .wrongMediaType, "The body is compressed in a way this address does not take.")
        }
    }
}
