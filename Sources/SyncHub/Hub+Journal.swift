internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
public import SyncStore

// What the hub itself writes, kept a second time on other storage: no device could offer it again.

extension Hub {
    /// Goes on with a journal: writes to it what it lacks, and does what it says and the store has
    /// not, for the store was put back since. Revocations first.
    ///
    /// From then on nothing that people do here is answered before the journal has it.
    ///
    /// - Returns: how many entries were done again.
    /// - Throws: where the journal is of another life of this hub, which only people can settle.
    public func follow(_ file: JournalFile) throws -> Int {
        let now = clock()
        return try locked { memory in
            let (known, isGivenUp) = try store.read { tx in
                (try tx.journalPlace(), try tx.isJournalGivenUp())
            }
            let frames = try file.frames()
            let missing: ArraySlice<JournalFile.Frame>
            if let known, Self.has(known, frames, of: memory.hub) {
                missing = frames.dropFirst(Int(known.number))
            } else if frames.isEmpty || known == nil && !isGivenUp {
                // The file is new, or this store is from before there was a journal.
                missing = frames[...]
            } else if let known, try isWaiting(known, after: file.place) {
                missing = []
            } else {
                throw StoreFault(
                    .other,
                    "\(file.path) does not continue this hub's journal: move it aside, or restore")
            }
            let entries = try missing.map { try JournalEntry(bytes: $0.entry) }
            if !entries.isEmpty {
                // Its acts were here once, so this is an older copy, whatever the start showed.
                if !memory.hasBegunEpoch {
                    try beginEpoch(
                        .database, evidence: "the journal goes on to \(file.place.number)", &memory)
                }
                memory = try store.write { [memory] tx in
                    let replay = JournalReplay(
                        Judgement(memory, schema: self.schema, now_ms: now), now)
                    try replay.run(entries, tx)
                    try tx.setJournalPlace(file.place)
                    return replay.judgement.memory
                }
                memory.areas = try store.read { tx in try tx.areas() }
                memory.leaves = try store.read { tx in try tx.outstandingLeaves() }
                memory.territories = [:]
            }
            if frames.isEmpty { try begin(file, isNew: known == nil, now) }
            try store.follow(file)
            try store.writeJournal()
            return entries.count
        }
    }

    /// Ends the keeping of a journal: the operator wants none.
    public func keepNoJournal() throws {
        guard try store.read({ tx in try tx.journalPlace() }) != nil else { return }
        try store.write { tx in try tx.endJournal() }
    }

    private static func has(
        _ place: JournalFile.Place, _ frames: [JournalFile.Frame], of hub: HubID
    ) -> Bool {
        if place.number == 0 { return place == JournalFile.beginning(of: hub) }
        guard place.number <= UInt64(frames.count) else { return false }
        return frames[Int(place.number) - 1].place == place
    }

    /// Whether all that the file lacks waits here to be written to it.
    private func isWaiting(
        _ known: JournalFile.Place, after end: JournalFile.Place
    ) throws -> Bool {
        let waiting = try store.read { tx in try tx.waitingFrames(after: end.number) }
        guard let first = waiting.first, waiting.last?.place == known else { return false }
        return first == JournalFile.Frame(after: end, first.entry)
    }

    /// Writes to an empty file everything that is true now.
    private func begin(_ file: JournalFile, isNew: Bool, _ now: Int64) throws {
        var frames: [JournalFile.Frame] = []
        try store.write { tx in
            try tx.audit(
                "journal.begin", file.path, reason: isNew ? "" : "the file was gone", by: nil,
                at_ms: now)
            for entry in try tx.journalBasis() {
                frames.append(
                    JournalFile.Frame(after: frames.last?.place ?? file.place, entry.bytes))
            }
            try tx.setJournalPlace(frames.last?.place ?? file.place)
        }
        try file.append(frames)
    }
}

/// Does again what a journal says, on a store that was put back.
///
/// Every entry says what is true after an act, so doing one twice changes nothing. Of several on
/// the same thing the last counts, but what was taken away stays so unless it was given back.
struct JournalReplay {
    let judgement: Judgement
    private let now: Int64

    init(_ judgement: Judgement, _ now: Int64) {
        self.judgement = judgement
        self.now = now
    }

    func run(_ entries: [JournalEntry], _ tx: borrowing HubTransaction) throws {
        var people: [PersonID: StoredPerson] = [:]
        var devices: [ReplicaID: JournalEntry.Device] = [:]
        var grants: [GrantID: (person: PersonID, scope: ScopeID, ended_ms: Int64?)] = [:]
        for entry in entries {
            switch entry {
            case .person(let person): people[person.id] = person
            case .device(let device): devices[device.id] = device
            case .grant(let id, let person, let scope, let ended_ms):
                grants[id] = (person, scope, ended_ms)
            case .area, .run, .act: break
            }
        }
        // What was taken away comes first: nothing is given out before.
        var ended: [StoredGrant] = []
        for (id, grant) in grants.sorted(by: { $0.key < $1.key }) where grant.ended_ms != nil {
            if let held = try tx.grant(id), held.ended == nil { ended.append(held) }
        }
        try judgement.end(ended, tx)
        let isTaken = { (device: JournalEntry.Device) in
            device.state == DeviceState.revoked.rawValue
        }
        for device in devices.values.sorted(by: { $0.id < $1.id }) where isTaken(device) {
            try put(device, tx)
        }
        for person in people.values.sorted(by: { $0.id < $1.id }) where !person.isActive {
            try tx.deleteSessions(of: person.id)
            try tx.put(person)
        }
        for entry in entries {
            guard case .area(let scope, let parent, let name, let isReference) = entry else {
                continue
            }
            try put(scope, parent, name, isReference, tx)
        }
        for person in people.values.sorted(by: { $0.id < $1.id }) where person.isActive {
            try tx.put(person)
        }
        for device in devices.values.sorted(by: { $0.id < $1.id }) where !isTaken(device) {
            try put(device, tx)
        }
        for (id, grant) in grants.sorted(by: { $0.key < $1.key }) {
            guard try tx.grant(id) == nil, let area = judgement.memory.area(grant.scope) else {
                continue
            }
            try tx.insertGrant(
                id, person: grant.person, area: area.number, began: judgement.takePosition())
            if grant.ended_ms != nil, let given = try tx.grant(id) {
                try judgement.end([given], tx)
            }
        }
        for entry in entries {
            switch entry {
            case .run(let run, let replica, let received_ms):
                try take(run, by: replica, received_ms, tx)
            case .act(let act, let subject, let reason, let person, let at_ms):
                try tx.audit(act, subject, reason: reason, by: person, at_ms: at_ms)
            case .area, .person, .device, .grant: break
            }
        }
        try tx.audit(
            "journal.replay", "\(entries.count)", reason: "the store was put back", by: nil,
            at_ms: now)
        try judgement.reconsider([.outOfScope, .tooLate], tx)
        try judgement.flush(tx)
    }

    private func put(
        _ scope: ScopeID, _ parent: ScopeID?, _ name: String, _ isReference: Bool,
        _ tx: borrowing HubTransaction
    ) throws {
        guard judgement.memory.area(scope) == nil else { return }
        let area = StoredArea(
            number: UInt32(judgement.memory.areas.count + 1), scope: scope,
            parent: parent.flatMap { judgement.memory.area($0)?.number }, name: name,
            digest: .zero, records: 0, position: .start, isReference: isReference)
        try tx.put(area)
        judgement.memory.areas.append(area)
    }

    /// A device is entered, approved or revoked; never let in again.
    private func put(
        _ device: JournalEntry.Device, _ tx: borrowing HubTransaction
    ) throws {
        guard var known = try tx.replica(device.id) else {
            return try tx.insertReplica(
                device.id, key: device.key, person: device.person, name: device.name,
                state: device.state, now_ms: device.enrolled_ms)
        }
        let order = [DeviceState.pending, .approved, .revoked].map(\.rawValue)
        guard let old = order.firstIndex(of: known.state),
            let new = order.firstIndex(of: device.state), new > old
        else { return }
        if device.state == DeviceState.revoked.rawValue, known.synced_ms != nil {
            for grant in try tx.grants(of: known.person) where grant.ended == nil {
                try tx.addLeave(.grant(grant.id), .revoked, of: known.rid, at_ms: now)
            }
        }
        known.state = device.state
        try tx.update(known)
    }

    /// Appends what a replica of the hub's own wrote, and judges it, as anybody's.
    private func take(
        _ run: SignedRun, by id: ReplicaID, _ received_ms: Int64, _ tx: borrowing HubTransaction
    ) throws {
        let sets = try RunCoding.decode(run.bytes)
        let key = judgement.memory.key.verifying
        let last = sets[sets.count - 1]
        guard id.isHub, last.changeSet.name.replica == id,
            key.isValid(
                run.signature, for: SignedRun.signedBytes(last.changeSet.name, last.hash),
                purpose: .run)
        else { throw StoreFault(.damaged, "the journal holds a run that this hub did not sign") }
        if try tx.replica(id) == nil {
            try tx.insertReplica(
                id, key: key, person: .hub, name: "hub", state: "hub", now_ms: received_ms)
        }
        guard var replica = try tx.replica(id), last.changeSet.name.number.value > replica.stored
        else { return }
        guard sets[0].changeSet.name.number.value == replica.stored + 1,
            sets[0].changeSet.previous == replica.head
        else { throw StoreFault(.damaged, "the journal lacks a run of this hub's") }
        let first = replica.stored + 1
        replica.stored = last.changeSet.name.number.value
        replica.head = last.hash
        let upload = try tx.appendUpload(
            run, replica: replica.rid, first: first, last: replica.stored, head: replica.head,
            received_ms: received_ms,
            sent: ClockReading(wall_ms: received_ms, monotonic_ms: 0, boot: 0), state: .waiting)
        try tx.update(replica)
        guard let stored = try tx.upload(upload) else {
            throw StoreFault(.other, "an upload was lost in its own transaction")
        }
        judgement.forget(replica.rid)
        try judgement.judge(stored, tx)
    }
}
