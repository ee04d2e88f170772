public import SyncCore
public import SyncProtocol
internal import SyncStore
internal import Synchronization

// Who may come in: people, their passwords and sessions, enrolment codes, devices.

extension Hub {
    // MARK: People and sessions

    /// What is kept to check a person's password; `nil` for an unknown name or one without a
    /// password.
    public func passwordRecord(ofPersonNamed name: String) throws(Problem) -> (PersonID, String)? {
        try serving { _ in
            try self.store.read { tx in
                try tx.person(named: name).flatMap { person in
                    guard person.isActive else { return nil }
                    return person.password.map { (person.id, $0) }
                }
            }
        }
    }

    /// Makes a person, or gives one of that name these roles as well, and a password if one is
    /// given.
    ///
    /// - Parameter session: who does it; `nil` while the hub is being made.
    public func makePerson(
        name: String, roles: Set<Role>, password: String?, by session: Session?
    ) throws(Problem) -> PersonID {
        if let session { try require(.administrator, session) }
        guard (1...80).contains(name.utf8.count), !name.utf8.contains(where: { $0 < 0x20 }) else {
            throw Problem(.badValue, "A person's name has 1 to 80 bytes and no control characters.")
        }
        let now = clock()
        return try serving { memory in
            let fresh: PersonID = memory.identifier()
            return try self.store.write { tx in
                let known = try tx.person(named: name)
                let all = (known?.roleSet ?? []).union(roles)
                let person = StoredPerson(
                    id: known?.id ?? fresh, name: name,
                    roles: all.sorted().map(\.rawValue).joined(separator: " "),
                    password: password ?? known?.password, isActive: known?.isActive ?? true)
                try tx.put(person)
                try tx.audit(
                    "person.put", "\(person.id)", by: session?.person, at_ms: now)
                return person.id
            }
        }
    }

    /// Keeps another password of a person: an administrator anybody's, everybody their own. Their
    /// sessions end, for whoever knew the old one may hold one.
    public func setPassword(
        _ record: String, ofPersonNamed name: String, by session: Session
    ) throws(Problem) {
        if name != session.name { try require(.administrator, session) }
        let now = clock()
        try serving { _ in
            try self.store.write { tx in
                guard let person = try tx.person(named: name) else { throw Problem(.noSuchPerson) }
                try tx.put(
                    StoredPerson(
                        id: person.id, name: person.name, roles: person.roles, password: record,
                        isActive: person.isActive))
                try tx.deleteSessions(of: person.id)
                try tx.audit("person.password", "\(person.id)", by: session.person, at_ms: now)
            }
        }
    }

    /// How many sessions a person may hold at once: every browser and machine they work at.
    public static let sessionsPerPerson = 32

    /// Opens a session for a person whose password was right. Returns its token, which only the
    /// holder knows.
    public func openSession(
        for person: PersonID, life_ms: Int64, idle_ms: Int64
    ) throws(Problem) -> String {
        let now = clock()
        return try serving { memory in
            let secret = memory.bytes(32)
            try self.store.write { tx in
                try tx.insertSession(
                    hash: Digests.sha256(secret), person: person, now_ms: now, life_ms: life_ms,
                    idle_ms: idle_ms, most: Self.sessionsPerPerson)
                try tx.audit("session.open", "\(person)", by: person, at_ms: now)
            }
            return Base32.encode(secret)
        }
    }

    /// Returns whose session this is; throws `.notLoggedIn` if it is none, or has ended.
    ///
    /// - Parameter isIdle: whether a program asks by itself: that keeps no session from ending.
    public func session(token: String, isIdle: Bool = false) throws(Problem) -> Session {
        guard let secret = Base32.decode(token), secret.count == 32 else {
            throw Problem(.notLoggedIn)
        }
        let now = clock()
        return try serving { _ in
            try self.store.write { tx in
                guard
                    let id = try tx.touchSession(
                        Digests.sha256(secret), now_ms: now, isIdle: isIdle),
                    let person = try tx.person(id), person.isActive
                else { throw Problem(.notLoggedIn) }
                return Session(person: id, name: person.name, roles: person.roleSet)
            }
        }
    }

    /// Ends a session; does nothing if it has ended.
    public func closeSession(token: String) throws(Problem) {
        guard let secret = Base32.decode(token) else { return }
        try serving { _ in
            try self.store.write { tx in try tx.deleteSession(Digests.sha256(secret)) }
        }
    }

    func require(_ role: Role, _ session: Session) throws(Problem) {
        guard session.roles.contains(role) else { throw Problem(.notAllowed) }
    }

    // MARK: Areas

    /// Every area, parents before children, with the names from the district down to it.
    public func areas() -> [(scope: ScopeID, parent: ScopeID?, path: [String])] {
        memory.withLock { memory in
            memory.areas.map { area in
                (
                    scope: area.scope,
                    parent: area.parent.flatMap { memory.area($0)?.scope },
                    path: memory.path(area.number)
                )
            }
        }
    }

    // MARK: Enrolment

    /// Makes a one-time code for a device of this person, who is made if there is none of that
    /// name.
    ///
    /// - Returns: the 16 secret bytes, which are kept here only as their hash, and when they end.
    public func makeCode(
        person name: String, areas scopes: [ScopeID], by session: Session
    ) throws(Problem) -> (secret: [UInt8], expires_ms: Int64) {
        try require(.administrator, session)
        let person = try makePerson(name: name, roles: [.advisor], password: nil, by: session)
        let now = clock()
        return try serving { memory in
            var numbers: [UInt32] = []
            for scope in scopes {
                guard let area = memory.area(scope), !area.isReference else {
                    throw Problem(.noSuchArea)
                }
                if !numbers.contains(area.number) { numbers.append(area.number) }
            }
            guard !numbers.isEmpty else { throw Problem(.noSuchArea) }
            let secret = memory.bytes(16)
            let expires = now.addingClamped(Limits.codeLife_ms)
            try self.store.write { tx in
                try tx.insertCode(
                    hash: Digests.sha256(secret), person: person, areas: numbers,
                    expires_ms: expires, by: session.person)
                try tx.audit("code.make", "\(person)", by: session.person, at_ms: now)
            }
            return (secret, expires)
        }
    }

    /// The codes that are still good: for whom, where, and until when. The codes themselves nobody
    /// can show again.
    public func codes(
        by session: Session
    ) throws(Problem) -> [(personName: String, areas: [String], expires_ms: Int64)] {
        try require(.administrator, session)
        let now = clock()
        return try serving { memory in
            try self.store.read { [memory] tx in
                try tx.openCodes(now_ms: now).map { code in
                    (
                        personName: try tx.person(code.person)?.name ?? "",
                        areas: code.areas.map { memory.path($0).joined(separator: " / ") },
                        expires_ms: code.expires_ms
                    )
                }
            }
        }
    }

    /// The bytes that a device signs to enrol.
    public static func enrolmentBytes(
        secret: [UInt8], replica: ReplicaID, key: VerifyingKey, deviceName: String
    ) -> [UInt8] {
        secret + replica.bytes + key.bytes + Array(deviceName.utf8)
    }

    /// Enters a device that shows a good code. It waits for approval; asking again tells how that
    /// stands.
    public func enrol(_ request: EnrolmentRequest) throws(Problem) -> EnrolmentAnswer {
        let signed = Self.enrolmentBytes(
            secret: request.secret, replica: request.replica, key: request.key,
            deviceName: request.deviceName)
        guard !request.replica.isHub, (1...80).contains(request.deviceName.utf8.count),
            !request.deviceName.utf8.contains(where: { $0 < 0x20 })
        else { throw Problem(.malformed) }
        guard request.key.isValid(request.signature, for: signed, purpose: .enrolment) else {
            throw Problem(.badSignature)
        }
        let now = clock()
        return try serving { memory in
            let hash = Digests.sha256(request.secret)
            return try self.store.write { [memory] tx in
                guard let code = try tx.code(hash) else { throw Problem(.badCode) }
                let known = try tx.replica(request.replica)
                if let known, known.key != request.key { throw Problem(.replicaTaken) }
                if let used = code.usedBy {
                    guard used == request.replica else { throw Problem(.badCode) }
                } else {
                    guard known == nil else { throw Problem(.replicaTaken) }
                    guard code.expires_ms > now else { throw Problem(.badCode) }
                    try tx.useCode(hash, by: request.replica)
                    try tx.insertReplica(
                        request.replica, key: request.key, person: code.person,
                        name: request.deviceName, state: DeviceState.pending.rawValue, now_ms: now)
                    if let device = try tx.replica(request.replica) {
                        try tx.journal(.device(JournalEntry.Device(device)))
                    }
                    try tx.audit(
                        "device.enrol", "\(request.replica)", by: code.person, at_ms: now)
                }
                let replica = try tx.replica(request.replica)
                return EnrolmentAnswer(
                    hub: memory.hub, epoch: memory.epoch, district: memory.district,
                    receiptKey: memory.key.verifying, sealingKey: memory.key.sealing,
                    person: code.person, personName: try tx.person(code.person)?.name ?? "",
                    state: replica.flatMap { DeviceState(rawValue: $0.state) } ?? .pending)
            }
        }
    }

    // MARK: Devices

    /// Every device, in the order in which they were enrolled.
    public func devices(by session: Session) throws(Problem) -> [DeviceView] {
        try require(.administrator, session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                try tx.replicas().filter { !$0.id.isHub }.map { replica in
                    let contact = memory.contacts[replica.id]
                    // Before the approval: what its code opens.
                    let areas =
                        replica.state == DeviceState.pending.rawValue
                        ? try tx.codeAreas(usedBy: replica.id)
                        : try tx.grants(of: replica.person).filter { $0.ended == nil }
                            .map(\.area)
                    return DeviceView(
                        replica: replica.id, name: replica.name, person: replica.person,
                        personName: try tx.person(replica.person)?.name ?? "",
                        fingerprint: String(
                            Digests.sha256(replica.key.bytes).description.prefix(8)),
                        state: DeviceState(rawValue: replica.state) ?? .revoked,
                        enrolled_ms: replica.enrolled_ms,
                        lastSync_ms: contact?.synced_ms ?? replica.synced_ms,
                        reportedPending: UInt64(max(0, contact?.pending ?? replica.pending)),
                        clockSkew_ms: contact?.skew_ms ?? replica.skew_ms,
                        accepted: replica.stored,
                        areas: areas.map { memory.path($0).joined(separator: " / ") })
                }
            }
        }
    }

    /// Lets a device in: its person is granted the areas that the code named.
    public func approve(_ id: ReplicaID, by session: Session) throws(Problem) {
        try require(.administrator, session)
        try change(id, to: .approved, "device.approve", by: session)
    }

    /// Ends sending to a device, from its next request on. What it still delivers is stored for
    /// people to look at.
    public func revoke(_ id: ReplicaID, by session: Session) throws(Problem) {
        try require(.administrator, session)
        try change(id, to: .revoked, "device.revoke", by: session)
        try giveUpFiles(of: id)
    }

    private func change(
        _ id: ReplicaID, to state: DeviceState, _ act: String, by session: Session
    ) throws(Problem) {
        let now = clock()
        try serving { memory in
            var drawn: [GrantID] = []
            for _ in 0..<Limits.scopesPerDevice { drawn.append(memory.identifier()) }
            memory.leaves = try self.store.write { [memory, drawn] tx in
                guard var replica = try tx.replica(id), !id.isHub else {
                    throw Problem(.noSuchDevice)
                }
                if replica.state == state.rawValue { return memory.leaves }
                if state == .approved {
                    // A copy or a revoked device is enrolled anew, never let in again under its old
                    // name.
                    guard replica.state == DeviceState.pending.rawValue else {
                        throw Problem(.revoked)
                    }
                    let held = Set(
                        try tx.grants(of: replica.person).filter { $0.ended == nil }.map(\.area))
                    for (index, area) in try tx.codeAreas(usedBy: id).enumerated()
                    where !held.contains(area) {
                        try tx.insertGrant(
                            drawn[index], person: replica.person, area: area,
                            began: memory.position)
                    }
                }
                if state == .revoked, replica.synced_ms != nil || memory.contacts[id] != nil {
                    for grant in try tx.grants(of: replica.person) where grant.ended == nil {
                        try tx.addLeave(.grant(grant.id), .revoked, of: replica.rid, at_ms: now)
                    }
                }
                replica.state = state.rawValue
                try tx.update(replica)
                try tx.journal(.device(JournalEntry.Device(replica)))
                try tx.audit(act, "\(id)", by: session.person, at_ms: now)
                return try tx.outstandingLeaves()
            }
            memory.territories = [:]
        }
    }
}
