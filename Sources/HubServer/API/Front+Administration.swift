internal import Logging
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    /// The session of a bearer token. No token, an unknown and an ended one are told alike.
    func bearer(_ call: Call) async throws(Problem) -> Session {
        guard let token = call.bearer, token.utf8.count <= 128 else { throw Problem(.notLoggedIn) }
        return try await work.run { () throws(Problem) in try hub.session(token: token) }
    }

    func login(_ call: Call) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let opened = try await open(
            name: try fields.string("name", maximumBytes: 200),
            password: try fields.string("password", maximumBytes: 1024), from: call.address,
            idle_ms: limits.sessionLife_ms)
        return .json(
            .object([
                "token": .string(opened.token), "person": .string("\(opened.session.person)"),
                "name": .string(opened.session.name),
                "roles": .array(opened.session.roles.sorted().map { .string($0.rawValue) }),
                "expires_ms": .integer(wall.now_ms() + limits.sessionLife_ms),
            ]))
    }

    /// Checks a name and a password and opens a session.
    ///
    /// An unknown name and a wrong password are told alike and after the same time.
    func open(
        name: String, password: String, from address: String, idle_ms: Int64
    ) async throws(Problem) -> (token: String, session: Session) {
        if let seconds = brake.wait_s(address) {
            throw Problem(.tooManyRequests, retryAfter_s: seconds)
        }
        let record = try await work.run { () throws(Problem) in
            try hub.passwordRecord(ofPersonNamed: name)
        }
        let hash = record.flatMap { PasswordHash($0.1) } ?? .nobody
        let fits = try await guessing.run { () throws(Problem) in hash.fits(password) }
        guard fits, let person = record?.0 else {
            brake.failed(address)
            logger.notice("login refused", metadata: ["from": "\(address)"])
            throw Problem(.badPassword)
        }
        let life_ms = limits.sessionLife_ms
        let (token, session) = try await work.run { () throws(Problem) in
            let token = try hub.openSession(
                for: person, life_ms: life_ms, idle_ms: idle_ms)
            return (token, try hub.session(token: token))
        }
        logger.info("login", metadata: ["person": "\(person)", "from": "\(address)"])
        return (token, session)
    }

    func logout(_ call: Call) async throws(Problem) -> Answer {
        if let token = call.bearer {
            try await work.run { () throws(Problem) in try hub.closeSession(token: token) }
        }
        return .json(.object([]))
    }

    func deviceCode(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let person = try fields.string("person", maximumBytes: 200)
        let areas = try fields.strings("areas", maximumBytes: 400)
        let authority: ContentHash
        do { authority = try certificates.authorityHash() } catch {
            logger.error("certificate", metadata: ["reason": "\(error)"])
            throw Problem(.failed)
        }
        let (secret, expires_ms) = try await work.run { () throws(Problem) in
            var scopes: [ScopeID] = []
            for area in areas { scopes.append(try self.scope(area)) }
            return try hub.makeCode(person: person, areas: scopes, by: session)
        }
        return .json(
            .object([
                "code": .string(CodeText.make(secret: secret, authority: authority)),
                "expires_ms": .integer(expires_ms),
            ]))
    }

    /// Finds an area by its id, by its names from the district down joined by ` / `, or by its own
    /// name where no other has it.
    func scope(_ text: String) throws(Problem) -> ScopeID {
        if let scope = ScopeID(text) { return scope }
        let areas = hub.areas()
        if let area = areas.first(where: { $0.path.joined(separator: " / ") == text }) {
            return area.scope
        }
        let named = areas.filter { $0.path.last == text }
        guard named.count == 1 else { throw Problem(.noSuchArea) }
        return named[0].scope
    }

    func devices(_ session: Session) async throws(Problem) -> Answer {
        let devices = try await work.run { () throws(Problem) in try hub.devices(by: session) }
        return .json(.object(["devices": .array(devices.map(\.json))]))
    }

    func approve(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let replica = try Self.replica(call)
        try await work.run { () throws(Problem) in try hub.approve(replica, by: session) }
        return .json(.object([]))
    }

    func revoke(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let replica = try Self.replica(call)
        try await work.run { () throws(Problem) in try hub.revoke(replica, by: session) }
        return .json(.object([]))
    }

    private static func replica(_ call: Call) throws(Problem) -> ReplicaID {
        guard let replica = ReplicaID(call.id) else { throw Problem(.noSuchDevice) }
        return replica
    }

    // MARK: Conflicts

    func conflicts(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let state = try Self.state(call.query["state"])
        let views = try await list(state, session)
        return .json(.object(["conflicts": .array(views.map { $0.json(schema) })]))
    }

    /// Which conflicts are asked for.
    enum StateFilter: Hashable, Sendable {
        case unresolved
        case only(ConflictState)
        case all
    }

    static func state(_ word: String?) throws(Problem) -> StateFilter {
        switch word {
        case nil, "", "unresolved": return .unresolved
        case "all": return .all
        case .some(let word):
            guard let state = ConflictState(rawValue: word) else {
                throw Problem(.malformed, "There is no such state of a conflict.")
            }
            return .only(state)
        }
    }

    func list(
        _ filter: StateFilter, _ session: Session
    ) async throws(Problem) -> [ConflictView] {
        try await work.run { () throws(Problem) in
            switch filter {
            case .unresolved: return try hub.conflicts(state: nil, by: session)
            case .only(let state): return try hub.conflicts(state: state, by: session)
            case .all:
                // What waits comes first.
                return try hub.conflicts(state: nil, by: session)
                    + hub.conflicts(state: .resolved, by: session)
            }
        }
    }

    func conflict(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        .json(try await detail(call, session).json(schema))
    }

    func detail(_ call: Call, _ session: Session) async throws(Problem) -> ConflictDetail {
        let id = try Self.conflictID(call)
        return try await work.run { () throws(Problem) in try hub.conflict(id, by: session) }
    }

    func claim(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let id = try Self.conflictID(call)
        let detail = try await work.run { () throws(Problem) in
            try hub.claim(id, by: session)
        }
        return .json(detail.json(schema))
    }

    func resolve(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let id = try Self.conflictID(call)
        let fields = try JSONFields(call.body)
        let choice: ResolutionRequest.Choice
        if fields.has("keep"), !fields.has("value") {
            choice = .keep(try fields.string("keep", maximumBytes: 80))
        } else if fields.has("value"), !fields.has("keep") {
            guard let value = Value(try fields.json("value")) else { throw Problem(.badValue) }
            choice = .compose(value)
        } else {
            throw Problem(.malformed, "Give either \"keep\" or \"value\".")
        }
        let request = ResolutionRequest(
            version: try fields.string("version", maximumBytes: 200), choice: choice,
            reason: try fields.string("reason", maximumBytes: Limits.jsonBytes))
        let detail = try await work.run { () throws(Problem) in
            try hub.resolve(id, request, by: session)
        }
        logger.info(
            "conflict resolved", metadata: ["conflict": "\(id)", "person": "\(session.person)"])
        return .json(detail.json(schema))
    }

    static func conflictID(_ call: Call) throws(Problem) -> RecordID {
        guard let id = RecordID(call.id) else { throw Problem(.noSuchConflict) }
        return id
    }

    // MARK: The hub

    /// Every area, parents before children.
    func areas() async throws(Problem) -> Answer {
        let areas = try await work.run { () throws(Problem) in hub.areas() }
        return .json(
            .object([
                "areas": .array(
                    areas.map { area in
                        .object([
                            "scope": .string("\(area.scope)"),
                            "name": .string(area.path.last ?? ""),
                            "path": .array(area.path.map { .string($0) }),
                            "parent": area.parent.map { .string("\($0)") } ?? .null,
                        ])
                    })
            ]))
    }

    func status(_ session: Session) async throws(Problem) -> Answer {
        let status = try await work.run { () throws(Problem) in try hub.status() }
        return .json(status.json)
    }
}
