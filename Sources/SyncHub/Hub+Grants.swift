public import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

// Authority over areas: giving and ending it. Either takes a position of its own, so that a
// writer's trunk tells whether the writer had heard of it.

/// A grant as an administrator sees it.
public struct GrantView: Hashable, Sendable {
    public let id: GrantID
    public let person: PersonID
    public let personName: String
    public let scope: ScopeID
    /// From the district down.
    public let area: [String]
    /// `nil` while it holds.
    public let ended_ms: Int64?
}

/// A person as an administrator sees them.
public struct PersonView: Hashable, Sendable {
    public let id: PersonID
    public let name: String
    public let roles: Set<Role>
    public let isActive: Bool
    public let areas: [String]
    public let devices: Int
}

extension Hub {
    /// Every grant, a person's together, ended ones too.
    public func grants(by session: Session) throws(Problem) -> [GrantView] {
        try require(.administrator, session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                try tx.people().flatMap { person in
                    try tx.grants(of: person.id).map { grant in
                        GrantView(
                            id: grant.id, person: person.id, personName: person.name,
                            scope: memory.area(grant.area)?.scope ?? ScopeID(high: 0, low: 0),
                            area: memory.path(grant.area), ended_ms: grant.ended_ms)
                    }
                }
            }
        }
    }

    /// Gives a person authority over an area and all beneath it. Returns the grant; the one that
    /// holds already, if there is one.
    ///
    /// What was set aside because that authority was missing is judged again.
    public func giveGrant(
        person name: String, area scope: ScopeID, by session: Session
    ) throws(Problem) -> GrantID {
        try require(.administrator, session)
        let now = clock()
        return try serving { memory in
            guard let area = memory.area(scope), !area.isReference else {
                throw Problem(.noSuchArea)
            }
            let id: GrantID = memory.identifier()
            let (given, after) = try self.store.write { [memory] tx in
                guard let person = try tx.person(named: name), person.isActive else {
                    throw Problem(.noSuchPerson)
                }
                let held = try tx.grants(of: person.id).first {
                    $0.area == area.number && $0.ended == nil
                }
                if let held { return (held.id, memory) }
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                let position = judgement.takePosition()
                try tx.insertGrant(id, person: person.id, area: area.number, began: position)
                try tx.audit(
                    "grant.give", "\(id) \(person.id) \(scope)", by: session.person, at_ms: now)
                try judgement.takeBackLeaves(of: person.id, in: area.number, tx)
                try judgement.tellOfMissedMoves(person.id, in: area.number, tx)
                try judgement.reconsider([.outOfScope, .tooLate], tx)
                try judgement.flush(tx)
                return (id, judgement.memory)
            }
            memory = after
            memory.territories = [:]
            return given
        }
    }

    /// Ends a grant. Devices take off what no other grant covers, once their work has arrived.
    public func endGrant(
        _ id: GrantID, reason: String, by session: Session
    ) throws(Problem) {
        try require(.administrator, session)
        try requireReason(reason)
        let now = clock()
        try serving { memory in
            memory = try self.store.write { [memory] tx in
                guard let grant = try tx.grant(id) else { throw Problem(.noSuchGrant) }
                if grant.ended != nil { return memory }
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                try judgement.end([grant], tx)
                try tx.audit(
                    "grant.end", "\(id) \(grant.person)", reason: reason, by: session.person,
                    at_ms: now)
                try judgement.flush(tx)
                return judgement.memory
            }
            memory.territories = [:]
        }
    }

    // MARK: People

    /// Everybody, by name.
    public func people(by session: Session) throws(Problem) -> [PersonView] {
        try require(.administrator, session)
        return try serving { memory in
            try self.store.read { [memory] tx in
                let replicas = try tx.replicas()
                return try tx.people().map { person in
                    PersonView(
                        id: person.id, name: person.name, roles: person.roleSet,
                        isActive: person.isActive,
                        areas: try tx.grants(of: person.id).filter { $0.ended == nil }.map {
                            memory.path($0.area).joined(separator: " / ")
                        },
                        devices: replicas.filter {
                            $0.person == person.id && $0.state == DeviceState.approved.rawValue
                        }.count)
                }
            }
        }
    }

    /// Sets a person's roles to exactly these. Nobody takes the last administrator's role away.
    public func setRoles(
        _ roles: Set<Role>, ofPersonNamed name: String, by session: Session
    ) throws(Problem) {
        try require(.administrator, session)
        let now = clock()
        try serving { _ in
            try self.store.write { tx in
                guard let person = try tx.person(named: name) else { throw Problem(.noSuchPerson) }
                let others = try tx.people().contains {
                    $0.id != person.id && $0.isActive && $0.roleSet.contains(.administrator)
                }
                guard roles.contains(.administrator) || others else {
                    throw Problem(.badValue, "The hub would be left without an administrator.")
                }
                let words = roles.sorted().map(\.rawValue).joined(separator: " ")
                try tx.put(
                    StoredPerson(
                        id: person.id, name: person.name, roles: words, password: person.password,
                        isActive: person.isActive))
                try tx.audit(
                    "person.roles", "\(person.id)", reason: words, by: session.person, at_ms: now)
            }
        }
    }

    /// Takes all authority from a person: grants end, sessions end, devices may only deliver. What
    /// was written before is judged by the authority of then.
    public func deactivate(
        personNamed name: String, reason: String, by session: Session
    ) throws(Problem) {
        try require(.administrator, session)
        try requireReason(reason)
        let now = clock()
        try serving { memory in
            memory = try self.store.write { [memory] tx in
                guard let person = try tx.person(named: name) else { throw Problem(.noSuchPerson) }
                guard person.id != session.person else {
                    throw Problem(.badValue, "Nobody deactivates themselves.")
                }
                guard person.isActive else { return memory }
                let judgement = Judgement(memory, schema: self.schema, now_ms: now)
                try judgement.end(tx.grants(of: person.id).filter { $0.ended == nil }, tx)
                try tx.deleteSessions(of: person.id)
                try tx.put(
                    StoredPerson(
                        id: person.id, name: person.name, roles: person.roles,
                        password: person.password, isActive: false))
                try tx.audit(
                    "person.deactivate", "\(person.id)", reason: reason, by: session.person,
                    at_ms: now)
                try judgement.flush(tx)
                return judgement.memory
            }
            memory.territories = [:]
        }
    }

    /// Lets a deactivated person in again. Grants are given anew.
    public func reactivate(
        personNamed name: String, by session: Session
    ) throws(Problem) {
        try require(.administrator, session)
        let now = clock()
        try serving { memory in
            try self.store.write { tx in
                guard let person = try tx.person(named: name) else { throw Problem(.noSuchPerson) }
                guard !person.isActive else { return }
                try tx.put(
                    StoredPerson(
                        id: person.id, name: person.name, roles: person.roles,
                        password: person.password, isActive: true))
                try tx.audit(
                    "person.reactivate", "\(person.id)", by: session.person, at_ms: now)
            }
            memory.territories = [:]
        }
    }

    // MARK: Copies that are still out

    /// What devices were told to take off and have not said to be gone, by device.
    public func outstandingCopies(
        by session: Session
    ) throws(Problem) -> [ReplicaID: [StoredCopy]] {
        try require(.administrator, session)
        return try serving { _ in
            try self.store.read { tx in
                var found: [ReplicaID: [StoredCopy]] = [:]
                for rid in try tx.outstandingLeaves().keys {
                    guard let replica = try tx.replica(rid: rid) else { continue }
                    found[replica.id] = try tx.leaves(of: rid, limit: 10_000).map {
                        StoredCopy(leave: $0.leave, since_ms: $0.at_ms)
                    }
                }
                return found
            }
        }
    }
}

/// Something a device was told to take off, and has not said to be gone.
public struct StoredCopy: Hashable, Sendable {
    public let leave: SyncResponse.Leave
    public let since_ms: Int64
}

extension StoredPerson {
    var roleSet: Set<Role> {
        Set(roles.split(separator: " ").compactMap { Role(rawValue: String($0)) })
    }
}

extension Judgement {
    /// Takes the next position for an act that is no change set.
    func takePosition() -> LogPosition {
        memory.position = memory.position.next
        return memory.position
    }

    /// Ends grants, and tells the devices that held anything by them.
    func end(_ grants: [StoredGrant], _ tx: borrowing HubTransaction) throws {
        guard !grants.isEmpty else { return }
        let before = try Holders(memory, tx)
        let position = takePosition()
        for grant in grants {
            try tx.endGrant(grant.id, at: position, now_ms: now_ms)
            for device in before.devices where device.person == grant.person {
                try tx.addLeave(.grant(grant.id), .revoked, of: device.rid, at_ms: now_ms)
                memory.leaves[device.rid, default: 0] += 1
            }
        }
        try tellOfMoves(before, tx)
    }

    /// Names the records that lie where a device may look no longer, and came there from where it
    /// still may. It may not have heard of the move: then it believes them where they were.
    private func tellOfMoves(_ before: Holders, _ tx: borrowing HubTransaction) throws {
        for (device, now) in zip(before.devices, try Holders(memory, tx).devices) {
            try tell(
                device, tx.records(in: device.areas.subtracting(now.areas), thatLeft: now.areas),
                tx)
        }
    }

    /// Names the records that have left what a person was to give back, and may hold again now, to
    /// their devices that have not said that it is gone: such a device may hear of both at once,
    /// and so keep what it held, and believe the records where they were.
    func tellOfMissedMoves(
        _ person: PersonID, in area: UInt32, _ tx: borrowing HubTransaction
    ) throws {
        let given = memory.subtree(area)
        let all = Set(memory.areas.map(\.number))
        for device in try Holders(memory, tx).devices where device.person == person {
            var kept: Set<UInt32> = []
            for leave in try tx.leaves(of: device.rid, limit: .max).map(\.leave) {
                guard case .grant(let id) = leave.subject, let grant = try tx.grant(id) else {
                    continue
                }
                kept.formUnion(memory.subtree(grant.area).intersection(given))
            }
            try tell(
                device, tx.records(in: all.subtracting(device.areas), thatLeft: kept), tx)
        }
    }

    private func tell(
        _ device: Holders.Device, _ gone: [(RecordID, CollectionID)],
        _ tx: borrowing HubTransaction
    ) throws {
        for (record, collection) in gone {
            try tx.addLeave(
                .record(record, collection), .reassigned, of: device.rid, at_ms: now_ms)
            memory.leaves[device.rid, default: 0] += 1
        }
    }

    /// Takes back what the devices of a person were told to take off and may hold again.
    func takeBackLeaves(
        of person: PersonID, in area: UInt32, _ tx: borrowing HubTransaction
    ) throws {
        let areas = memory.subtree(area)
        for device in try Holders(memory, tx).devices where device.person == person {
            for leave in try tx.leaves(of: device.rid, limit: .max).map(\.leave) {
                guard case .record(let record, _) = leave.subject,
                    let lies = try tx.area(of: record), areas.contains(lies)
                else { continue }
                try tx.deleteLeave(leave.number, of: device.rid)
                leavesHaveGone = true
            }
        }
    }
}
