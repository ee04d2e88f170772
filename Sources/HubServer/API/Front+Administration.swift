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
