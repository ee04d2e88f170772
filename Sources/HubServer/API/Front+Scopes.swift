internal import SyncCore
internal import SyncHub
internal import SyncProtocol

// Who holds what: areas, moves, grants, people, copies that are still out, and the quarantine.

extension Front {
    // MARK: Areas and moves

    func addArea(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let name = try fields.string("name", maximumBytes: 200)
        let parent = try fields.string("in", maximumBytes: 400)
        let scope = try await work.run { () throws(Problem) in
            try hub.addArea(name: name, in: self.scope(parent), by: session)
        }
        return .json(.object(["scope": .string("\(scope)")]))
    }

    /// Moves households, or with `"preview": true` only says what that would do. Given by name, or
    /// as all that lies in an area.
    func move(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let target = try fields.string("to", maximumBytes: 400)
        let isPreview = fields.has("preview") ? try fields.json("preview").bool == true : false
        let reason =
            isPreview ? "" : try fields.string("reason", maximumBytes: Limits.jsonBytes)
        var named: [RecordID] = []
        var source: String?
        if fields.has("from") {
            source = try fields.string("from", maximumBytes: 400)
        } else {
            for text in try fields.strings("households", maximumBytes: 80) {
                guard let id = RecordID(text) else { throw Problem(.noSuchRecord) }
                named.append(id)
            }
        }
        let effect = try await work.run { [named, source] () throws(Problem) in
            let scope = try self.scope(target)
            let households =
                try source.map { source throws(Problem) in
                    try hub.residents(of: self.scope(source), by: session).map(\.record)
                } ?? named
            return isPreview
                ? try hub.previewMove(of: households, to: scope, by: session)
                : try hub.move(households, to: scope, reason: reason, by: session)
        }
        return .json(effect.json)
    }

    // MARK: Grants and people

    func grants(_ session: Session) async throws(Problem) -> Answer {
        let grants = try await work.run { () throws(Problem) in try hub.grants(by: session) }
        return .json(.object(["grants": .array(grants.map(\.json))]))
    }

    func giveGrant(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let person = try fields.string("person", maximumBytes: 200)
        let area = try fields.string("area", maximumBytes: 400)
        let id = try await work.run { () throws(Problem) in
            try hub.giveGrant(person: person, area: self.scope(area), by: session)
        }
        return .json(.object(["id": .string("\(id)")]))
    }

    func endGrant(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        guard let id = GrantID(call.id) else { throw Problem(.noSuchGrant) }
        let reason = try Self.reason(call)
        try await work.run { () throws(Problem) in
            try hub.endGrant(id, reason: reason, by: session)
        }
        return .json(.object([]))
    }

    func people(_ session: Session) async throws(Problem) -> Answer {
        let people = try await work.run { () throws(Problem) in try hub.people(by: session) }
        return .json(.object(["people": .array(people.map(\.json))]))
    }

    func addPerson(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let (name, roles) = (try fields.string("name", maximumBytes: 200), try Self.roles(fields))
        let id = try await work.run { () throws(Problem) in
            try hub.makePerson(name: name, roles: roles, password: nil, by: session)
        }
        return .json(.object(["person": .string("\(id)")]))
    }

    func setRoles(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let (name, roles) = (try fields.string("name", maximumBytes: 200), try Self.roles(fields))
        try await work.run { () throws(Problem) in
            try hub.setRoles(roles, ofPersonNamed: name, by: session)
        }
        return .json(.object([]))
    }

    private static func roles(_ fields: JSONFields) throws(Problem) -> Set<Role> {
        var roles: Set<Role> = []
        for word in try fields.strings("roles", maximumBytes: 80) {
            guard let role = Role(rawValue: word) else {
                throw Problem(.badValue, "There is no role \"\(word)\".")
            }
            roles.insert(role)
        }
        return roles
    }

    /// Makes a password and tells it this once; only its hash is kept.
    func setPassword(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let name = try JSONFields(call.body).string("name", maximumBytes: 200)
        let password = PasswordHash.password()
        let record = try await guessing.run { () throws(Problem) in
            PasswordHash.make(password).text
        }
        try await work.run { () throws(Problem) in
            try hub.setPassword(record, ofPersonNamed: name, by: session)
        }
        return .json(.object(["password": .string(password)]))
    }

    func setActive(
        _ isActive: Bool, _ call: Call, _ session: Session
    ) async throws(Problem) -> Answer {
        let fields = try JSONFields(call.body)
        let name = try fields.string("name", maximumBytes: 200)
        let reason = isActive ? "" : try Self.reason(call)
        try await work.run { () throws(Problem) in
            if isActive {
                try hub.reactivate(personNamed: name, by: session)
            } else {
                try hub.deactivate(personNamed: name, reason: reason, by: session)
            }
        }
        return .json(.object([]))
    }

    // MARK: Copies

    func copies(_ session: Session) async throws(Problem) -> Answer {
        let copies = try await work.run { () throws(Problem) in
            try hub.outstandingCopies(by: session)
        }
        let schema = schema
        return .json(
            .object([
                "devices": .array(
                    copies.sorted { $0.key < $1.key }.map { replica, copies in
                        .object([
                            "replica": .string("\(replica)"),
                            "copies": .array(copies.map { $0.json(schema) }),
                        ])
                    })
            ]))
    }

    // MARK: Quarantine

    func quarantine(_ session: Session) async throws(Problem) -> Answer {
        let views = try await work.run { () throws(Problem) in try hub.quarantine(by: session) }
        return .json(.object(["changeSets": .array(views.map { $0.json(schema) })]))
    }

    enum Decision: Sendable {
        case admit
        case returned
        case discard
    }

    func decide(
        _ decision: Decision, _ call: Call, _ session: Session
    ) async throws(Problem) -> Answer {
        let isDone = try await decide(
            try Self.changeSet(call.id), decision, try Self.reason(call), session)
        return .json(.object(["done": .bool(isDone)]))
    }

    /// Returns whether it is done, or waits for a second person.
    func decide(
        _ name: ChangeSetName, _ decision: Decision, _ reason: String, _ session: Session
    ) async throws(Problem) -> Bool {
        try await work.run { () throws(Problem) in
            switch decision {
            case .admit: try hub.admit(name, reason: reason, by: session)
            case .returned: try hub.returnToAuthor(name, question: reason, by: session)
            case .discard: return try hub.discard(name, reason: reason, by: session)
            }
            return true
        }
    }

    /// A change set in a path: the replica and the number, joined by a dot.
    static func changeSet(_ text: String) throws(Problem) -> ChangeSetName {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 2, let replica = ReplicaID(String(parts[0])),
            let number = UInt64(parts[1]).flatMap({ ChangeSetNumber($0) })
        else { throw Problem(.noSuchChangeSet) }
        return ChangeSetName(replica, number)
    }

    private static func reason(_ call: Call) throws(Problem) -> String {
        try JSONFields(call.body).string("reason", maximumBytes: Limits.jsonBytes)
    }
}

extension MoveEffect {
    fileprivate var json: JSON {
        .object([
            "households": .integer(Int64(households)), "records": .integer(Int64(records)),
            "devices": .array(
                devices.map { device in
                    .object([
                        "replica": .string("\(device.replica)"), "name": .string(device.name),
                        "personName": .string(device.personName),
                        "lastSync_ms": device.lastSync_ms.map { .integer($0) } ?? .null,
                        "reportedPending": .integer(Int64(clamping: device.reportedPending)),
                        "leaves": .integer(Int64(device.leaves)),
                        "enters": .integer(Int64(device.enters)),
                        "stays": .integer(Int64(device.stays)),
                        "bytes": .integer(Int64(device.bytes)),
                    ])
                }),
        ])
    }
}

extension GrantView {
    fileprivate var json: JSON {
        .object([
            "id": .string("\(id)"), "person": .string("\(person)"),
            "personName": .string(personName), "scope": .string("\(scope)"),
            "area": .string(area.joined(separator: " / ")),
            "ended_ms": ended_ms.map { .integer($0) } ?? .null,
        ])
    }
}

extension PersonView {
    fileprivate var json: JSON {
        .object([
            "id": .string("\(id)"), "name": .string(name),
            "roles": .array(roles.sorted().map { .string($0.rawValue) }),
            "isActive": .bool(isActive), "areas": .array(areas.map { .string($0) }),
            "devices": .integer(Int64(devices)),
        ])
    }
}

extension StoredCopy {
    fileprivate func json(_ schema: Schema) -> JSON {
        let reason =
            switch leave.reason {
            case .reassigned: "reassigned"
            case .revoked: "revoked"
            }
        var members = [
            JSONMember("number", .integer(Int64(clamping: leave.number))),
            JSONMember("reason", .string(reason)), JSONMember("since_ms", .integer(since_ms)),
        ]
        switch leave.subject {
        case .record(let record, let collection):
            members.append(JSONMember("record", .string("\(record)")))
            members.append(JSONMember("collection", .string(schema.name(of: collection))))
        case .grant(let grant): members.append(JSONMember("grant", .string("\(grant)")))
        }
        return .object(members)
    }
}

extension QuarantineView {
    fileprivate func json(_ schema: Schema) -> JSON {
        .object([
            "id": .string("\(name.replica).\(name.number.value)"),
            "author": .string("\(author)"), "authorName": .string(authorName),
            "deviceName": .string(deviceName), "intent": .string(intent),
            "reason": .string(reason), "arrived_ms": .integer(arrived_ms),
            "written_ms": .integer(written_ms), "stage": .string(stage.rawValue),
            "by": by.map { .string("\($0)") } ?? .null, "note": .string(note),
            "records": .array(
                records.map { record in
                    .object([
                        "record": .string("\(record.record)"),
                        "collection": .string(schema.name(of: record.collection)),
                        "title": .string(record.title),
                        "area": .string(record.area.joined(separator: " / ")),
                        "creates": .bool(record.creates),
                        "units": .array(
                            record.units.map {
                                .string(schema.name(of: $0, in: record.collection))
                            }),
                    ])
                }),
        ])
    }
}
