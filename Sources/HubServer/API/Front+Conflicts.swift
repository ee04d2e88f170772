internal import Logging
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

// The addresses of conflicts: what stands in a request becomes a call of the hub's.

extension Front {
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
        let request = try request(JSONFields(call.body))
        let answer = try await detail(call) { hub, id throws(Problem) in
            try hub.resolve(id, request, by: session)
        }
        logger.info(
            "conflict resolved",
            metadata: ["conflict": "\(call.id)", "person": "\(session.person)"])
        return answer
    }

    func propose(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let request = try request(JSONFields(call.body))
        return try await detail(call) { hub, id throws(Problem) in
            try hub.propose(id, request, by: session)
        }
    }

    private func request(_ fields: JSONFields) throws(Problem) -> ResolutionRequest {
        let choices = ["keep", "value", "split", "stand", "join", "putBack"].filter(fields.has)
        let choice: ResolutionRequest.Choice
        switch choices {
        case ["keep"]: choice = .keep(try fields.string("keep", maximumBytes: 80))
        case ["split"]: choice = .split(try fields.string("split", maximumBytes: 80))
        case ["stand"] where try fields.json("stand") == .bool(true): choice = .stand
        case ["join"] where try fields.json("join") == .bool(true): choice = .join
        case ["putBack"] where try fields.json("putBack") == .bool(true): choice = .putBack
        case ["value"]:
            guard let value = Value(try fields.json("value")) else { throw Problem(.badValue) }
            choice = .compose(value)
        default:
            throw Problem(
                .malformed,
                "Give one of \"keep\", \"value\", \"split\", \"stand\", \"join\", \"putBack\".")
        }
        return ResolutionRequest(
            version: try fields.string("version", maximumBytes: 200), choice: choice,
            reason: try fields.string("reason", maximumBytes: Limits.jsonBytes))
    }

    func approveDecision(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let version = try JSONFields(call.body).string("version", maximumBytes: 200)
        return try await detail(call) { hub, id throws(Problem) in
            try hub.approve(id, version: version, by: session)
        }
    }

    func assign(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let person = try fields.string("person", maximumBytes: 200)
        var due_ms: Int64?
        if fields.has("due_ms") {
            guard let due = try fields.json("due_ms").integer else {
                throw Problem(.malformed, "\"due_ms\" is no number.")
            }
            due_ms = due
        }
        return try await detail(call) { [due_ms] hub, id throws(Problem) in
            try hub.assign(id, to: person, due_ms: due_ms, by: session)
        }
    }

    func comment(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let text = try JSONFields(call.body).string("text", maximumBytes: Limits.jsonBytes)
        return try await detail(call) { hub, id throws(Problem) in
            try hub.comment(id, text, by: session)
        }
    }

    func ask(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let side = fields.has("side") ? try fields.string("side", maximumBytes: 80) : nil
        let text = try fields.string("text", maximumBytes: Limits.jsonBytes)
        return try await detail(call) { hub, id throws(Problem) in
            try hub.ask(id, side: side, text, by: session)
        }
    }

    func undo(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let reason = try JSONFields(call.body).string("reason", maximumBytes: Limits.jsonBytes)
        return try await detail(call) { hub, id throws(Problem) in
            try hub.undo(id, reason: reason, by: session)
        }
    }

    /// Does something to the conflict of a call, and answers with what came of it.
    private func detail(
        _ call: Call,
        _ body: @escaping @Sendable (Hub, RecordID) throws(Problem) -> ConflictDetail
    ) async throws(Problem) -> Answer {
        let id = try Self.conflictID(call)
        let hub = hub
        let detail = try await work.run { () throws(Problem) in try body(hub, id) }
        return .json(detail.json(schema))
    }

    func bulkPreview(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let request = try bulk(JSONFields(call.body))
        let preview = try await work.run { () throws(Problem) in
            try hub.preview(request, by: session)
        }
        return .json(preview.json(schema))
    }

    func bulkResolve(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let request = try bulk(fields)
        let token = try fields.string("token", maximumBytes: 200)
        let reason = try fields.string("reason", maximumBytes: Limits.jsonBytes)
        let preview = try await work.run { () throws(Problem) in
            try hub.resolve(request, token: token, reason: reason, by: session)
        }
        return .json(preview.json(schema))
    }

    private func bulk(_ fields: JSONFields) throws(Problem) -> BulkRequest {
        try bulk(
            collection: fields.string("collection", maximumBytes: 80),
            unit: fields.string("unit", maximumBytes: 80),
            kind: fields.string("kind", maximumBytes: 80),
            rule: fields.string("rule", maximumBytes: 80))
    }

    func bulk(
        collection: String, unit: String, kind: String, rule: String
    ) throws(Problem) -> BulkRequest {
        guard let collection = schema.collection(named: collection),
            let unit = collection.unit(named: unit), let kind = ConflictKind(word: kind),
            let rule = BulkRequest.Rule(rawValue: rule)
        else { throw Problem(.badChoice) }
        return BulkRequest(collection: collection.id, unit: unit.id, kind: kind, rule: rule)
    }

    static func conflictID(_ call: Call) throws(Problem) -> RecordID {
        guard let id = RecordID(call.id) else { throw Problem(.noSuchConflict) }
        return id
    }
}
