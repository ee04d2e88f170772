internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

/// The judging of stored uploads within one transaction: every record they touch is read once,
/// merged in memory, and written once.
///
/// Invariants: a change set that is merged takes the next position; what is not merged leaves no
/// trace in a record; after `flush` the tables, digests and conflicts agree with the states.
final class Judgement {
    let schema: Schema
    let now_ms: Int64
    var memory: HubMemory
    var working: [RecordID: Working] = [:]
    /// Records that were asked for and are not there, until they are created here.
    var absent: [RecordID: CollectionID] = [:]
    /// The numbers merged, per replica, as far as they were asked for.
    private var merged: [ReplicaID: NumberSet] = [:]
    var replicas: [Int64: StoredReplica] = [:]
    private var grants: [PersonID: [Admission.Grant]] = [:]
    /// Change sets that the caller has just decoded, by upload.
    private let decoded: [Int64: [HashedChangeSet]]
    /// Whether anything may be stored and not merged; `nil` until it was asked for.
    var mayHaveUnmerged: Bool?
    /// Records whose creation was merged here: what waited for them may go on.
    var created: [RecordID] = []
    /// Records that came to lie elsewhere.
    var moved: Set<RecordID> = []
    /// What was merged here to lie with which record.
    var homes: [RecordID: Set<RecordID>] = [:]
    /// Where records lie that were asked for, until any is moved.
    var knownAreas: [RecordID: UInt32] = [:]
    /// The areas whose figures changed.
    var touchedAreas: Set<UInt32> = []
    var knownHolders: Holders?
    /// Whether a leave was taken back.
    var leavesHaveGone = false
    private let writersBefore: Int
    /// The collections whose rules look beyond one record.
    let ruled: [CollectionID: [RecordRule]]
    /// The units that two persons change.
    let guarded: [CollectionID: Set<UnitID>]
    /// What devices replaced of those here, and what stands beside it before this ends.
    var replaced: [OpenConflict.Place: [Replaced]] = [:]
    /// The units that go from state to state.
    let stepped: [CollectionID: [UnitID: UnitDeclaration]]
    /// What devices jumped from here, and what stands beside where they went before this ends.
    var jumped: [OpenConflict.Place: Head] = [:]
    /// The change sets of the upload that is being judged; its log can't be looked into yet.
    private(set) var inHand: [HashedChangeSet] = []
    /// What is to be asked again once the records are written.
    var docket = Docket()
    /// Off while a new hub is filled: all its records are asked about once, when all are there.
    var asksOfPairs = true
    /// The conflicts that somebody is deciding: that they end is no news.
    var deciding: Set<RecordID> = []
    /// What `flush` wrote.
    private(set) var written: [RecordID: Written] = [:]
    /// The receipts of the uploads judged here, as they are stored.
    private(set) var receipts: [Int64: [UInt8]] = [:]

    /// A record that was written, as far as it decides whether its writer must be sent it.
    struct Written {
        let collection: CollectionID
        /// Where it had last been changed; the start for a new one.
        var before: LogPosition
        let state: SyncResponse.Echo.State
        /// Whether all that was merged into it came with one run, and nothing else was asked for
        /// it: then who wrote the run, and holds what was before, can work the state out.
        var isEcho: Bool
    }

    /// One record being worked on. An object: it is looked up several times for each change, and
    /// as a value each of those would copy all that is in it.
    final class Working {
        var state: RecordState
        /// Where it lies now, and where according to the table.
        var area: UInt32
        let storedArea: UInt32
        /// The digest of the state in the table; `nil` for a new record.
        let stored: StateDigest?
        var wasDisputed: Bool
        /// Where it was last changed, as the table says; the start for a new record.
        let before: LogPosition
        var position: LogPosition
        var isDirty = false
        /// The units written here that had several heads after it; no other's base can have
        /// changed.
        var contested: Set<UnitID> = []
        /// What the state takes, at most.
        var bytes = 0
        /// What was said in this upload, by the unit spoken of.
        var remarks: [UnitID: [Remark.Act]] = [:]
        /// The units written here; noted only where the collection has rules.
        var written: Set<UnitID> = []
        /// Whether its writer would merge the same from its own change sets.
        var isEcho = true
        /// Whether what it says of its files was written.
        var namesFiles = false

        /// A new record.
        init(_ state: RecordState, in area: UInt32, position: LogPosition) {
            (self.state, self.area, storedArea) = (state, area, area)
            (stored, wasDisputed, before, self.position) = (nil, false, .start, position)
        }

        /// A record as the table has it.
        init(_ state: RecordState, _ stored: StoredRecord, wasDisputed: Bool) {
            (self.state, self.wasDisputed) = (state, wasDisputed)
            (area, storedArea, self.stored) = (stored.area, stored.area, stored.digest)
            (before, position) = (stored.position, stored.position)
            bytes = stored.state.count
        }
    }

    init(
        _ memory: HubMemory, schema: Schema, now_ms: Int64,
        decoded: [Int64: [HashedChangeSet]] = [:]
    ) {
        self.memory = memory
        self.decoded = decoded
        self.schema = schema
        self.now_ms = now_ms
        writersBefore = memory.writers.writers.count
        ruled = Self.rules(beyondOneRecord: schema)
        guarded = Self.guardedUnits(of: schema)
        stepped = Self.steppedUnits(of: schema)
    }

    /// A total of which other records' totals are parts.
    private struct SharedTotal: Hashable {
        let collection: CollectionID
        let unit: UnitID
    }

    private static func rules(beyondOneRecord schema: Schema) -> [CollectionID: [RecordRule]] {
        var ruled: [CollectionID: [RecordRule]] = [:]
        var shared: Set<SharedTotal> = []
        for collection in schema.collections {
            for case .share(_, let share) in collection.rules {
                shared.insert(SharedTotal(collection: share.collection, unit: share.total))
            }
        }
        for collection in schema.collections {
            let rules = collection.rules.filter { rule in
                switch rule {
                case .unique, .livingHome, .share: true
                // By itself it is a question of its own record.
                case .total(let unit, _, _):
                    shared.contains(SharedTotal(collection: collection.id, unit: unit))
                case .office: false
                }
            }
            if !rules.isEmpty { ruled[collection.id] = rules }
        }
        return ruled
    }

    // MARK: Judging

    /// Judges all of an upload that is new, and closes it with its receipt.
    func judge(_ upload: StoredUpload, _ tx: borrowing HubTransaction) throws {
        var replica = try self.replica(upload.replica, tx)
        let signed: [HashedChangeSet]
        do {
            signed = try decoded[upload.id] ?? RunCoding.decodeRun(upload.run.bytes).changeSets
        } catch {
            // It was read when it was stored; that it can't be now is a fault of the disk or of
            // ours.
            throw StoreFault(.damaged, "upload \(upload.id) of the log can't be read")
        }
        let names = try BranchNames(of: replica, tx)
        let sets = signed.compactMap { set -> HashedChangeSet? in
            guard upload.holds(set.changeSet.name.number.value) else { return nil }
            let read = set.read(by: schema)
            return names?.renamed(read) ?? read
        }
        var entries: [ReceiptEntry] = []
        inHand = sets
        defer { inHand = [] }
        let earlier = said(of: upload)
        for set in sets {
            try passGaps(
                in: upload, before: set.changeSet.name.number.value, replica, &entries, tx)
            let before = earlier[set.changeSet.name.number.value]
            let time =
                before?.entry.time(of: set.changeSet)
                ?? CorrectedTime.at(
                    set.changeSet.time, sent: upload.sent, hub_ms: upload.received_ms)
            // Twice begun and never ended: judging it brings the hub down. A person must look.
            let verdict =
                upload.attempts >= 2
                ? .quarantined(.poison)
                : try decide(
                    set, replica, arrived_ms: before?.received_ms ?? upload.received_ms, tx)
            let entry = try settle(
                set, verdict, time, &replica, upload, isEcho: decoded[upload.id] != nil, tx)
            entries.append(entry)
        }
        try passGaps(in: upload, before: upload.last + 1, replica, &entries, tx)
        replicas[replica.rid] = replica
        try tx.update(replica)
        let receipt = try signedReceipt(upload, replica, entries, tx)
        receipts[upload.id] = receipt
        try tx.finishUpload(
            upload.id, state: .judged, position: entries.compactMap(\.position).first,
            receipt: receipt)
        memory.log.keep(
            LoggedUpload(
                replica: upload.replica, first: upload.first, sets: sets.map(\.changeSet),
                entries: entries,
                received_ms: upload.received_ms, size: sets.reduce(0) { $0 + $1.size } / 2),
            upload.id)
        try releaseWaiting(tx)
    }

    /// Passes the numbers up to one that no change set of the upload has: their device can't
    /// produce them any more. Nothing waits for them, and people are asked.
    private func passGaps(
        in upload: StoredUpload, before number: UInt64, _ replica: StoredReplica,
        _ entries: inout [ReceiptEntry], _ tx: borrowing HubTransaction
    ) throws {
        while upload.first + UInt64(entries.count) < number {
            let value = upload.first + UInt64(entries.count)
            guard let number = ChangeSetNumber(value) else { return }
            entries.append(
                ReceiptEntry(
                    disposition: .gap, position: nil, shift_ms: 0,
                    reason: Text(Admission.Gap.lost.rawValue)))
            let name = ChangeSetName(replica.id, number)
            docket.ask(.gap(name))
            try tx.audit(
                "gap", "\(name)", reason: "lost on its device", by: nil, at_ms: now_ms)
        }
    }

    /// What this hub said of the change sets of an upload in an earlier epoch: when they were made,
    /// and when they had first arrived.
    private func said(
        of upload: StoredUpload
    ) -> [UInt64: (entry: ReceiptEntry, received_ms: Int64)] {
        var said: [UInt64: (entry: ReceiptEntry, received_ms: Int64)] = [:]
        // The newest come first.
        for signed in upload.earlier.reversed() {
            guard let receipt = signed.verified(by: memory.key.verifying) else { continue }
            for number in max(
                receipt.first.value, upload.first)...max(
                    receipt.first.value, upload.first, min(receipt.last.value, upload.last))
            {
                // That it was a gap says nothing of what has turned up since.
                guard let entry = ChangeSetNumber(number).flatMap({ receipt[$0] }),
                    entry.disposition != .gap
                else { continue }
                said[number] = (entry, Int64(receipt.received_ms))
            }
        }
        return said
    }

    /// The receipt of an upload, under the name its device knows. That of a branch tells its device
    /// with every entry that it is a copy.
    func signedReceipt(
        _ upload: StoredUpload, _ replica: StoredReplica, _ entries: [ReceiptEntry],
        _ tx: borrowing HubTransaction
    ) throws -> [UInt8] {
        let names = try BranchNames(of: replica, tx)
        let entries =
            names == nil
            ? entries
            : entries.map {
                ReceiptEntry(
                    disposition: $0.disposition, position: $0.position, shift_ms: $0.shift_ms,
                    reason: Text(Admission.Reason.copied.rawValue))
            }
        let receipt = SignedReceipt(
            Receipt(
                hub: memory.hub, epoch: memory.epoch, replica: names?.trunk ?? replica.id,
                first: ChangeSetNumber(upload.first)!, lastHash: upload.head,
                received_ms: UInt64(max(0, upload.received_ms)), anchored: memory.anchored,
                entries: entries), key: memory.key)
        return receipt.stored
    }

    /// Does what the verdict says, and returns what the receipt will.
    ///
    /// - Parameter isEcho: whether it came with the request at hand and is judged as it came.
    func settle(
        _ hashed: HashedChangeSet, _ verdict: Admission.Verdict, _ time: CorrectedTime,
        _ replica: inout StoredReplica, _ upload: StoredUpload, isEcho: Bool,
        _ tx: borrowing HubTransaction
    ) throws -> ReceiptEntry {
        let set = hashed.changeSet
        let shift = time.shift_ms(from: set.time)
        switch verdict {
        case .merge(let late):
            let position = memory.position.next
            memory.position = position
            let isDisputed = try merge(hashed, time, position, isEcho: isEcho && !late, tx)
            replica.merged.insert(set.name.number)
            merged[replica.id] = replica.merged
            if late || !set.premises.isEmpty { try ask(of: set, late: late, tx) }
            return ReceiptEntry(
                disposition: late ? .late : isDisputed ? .conflicted : .applied,
                position: position, shift_ms: shift)
        case .held(let missing):
            try setAside(
                set, .held, Admission.Wait.record.rawValue, missing.bytes, replica, upload, tx)
            return ReceiptEntry(
                disposition: .held, position: nil, shift_ms: shift,
                reason: Text(Admission.Wait.record.rawValue))
        case .behind(let number):
            try setAside(
                set, .held, Admission.Wait.predecessor.rawValue, nil, replica, upload,
                behind: number, tx)
            return ReceiptEntry(
                disposition: .held, position: nil, shift_ms: shift,
                reason: Text(Admission.Wait.predecessor.rawValue))
        case .hidden:
            // The author is told what they would be told of a record that is not there.
            try setAside(
                set, .quarantined, Admission.Reason.outOfScope.rawValue, nil, replica, upload, tx)
            try tx.audit(
                "alert.scope", "\(set.name)", reason: "a record this person never held",
                by: set.author, at_ms: now_ms)
            return ReceiptEntry(
                disposition: .held, position: nil, shift_ms: shift,
                reason: Text(Admission.Wait.record.rawValue))
        case .quarantined(let reason):
            try setAside(
                set, .quarantined, reason.rawValue, nil, replica, upload, tx)
            docket.ask(.unmerged(set.name))
            try notify(set, reason.rawValue, tx)
            return ReceiptEntry(
                disposition: .quarantined, position: nil, shift_ms: shift,
                reason: Text(reason.rawValue))
        }
    }

    // MARK: Merging

    /// Merges a change set into its records. Returns whether a unit that it wrote is disputed now.
    private func merge(
        _ hashed: HashedChangeSet, _ time: CorrectedTime, _ position: LogPosition, isEcho: Bool,
        _ tx: borrowing HubTransaction
    ) throws -> Bool {
        let set = hashed.changeSet
        for change in set.changes {
            try change.forEachReplacedName { _ = try mergedNumbers($0.replica, tx) }
        }
        _ = try mergedNumbers(set.name.replica, tx)
        let known = merged
        let overtaken = try memory.log.settings(
            after: set, merged: known[set.name.replica] ?? NumberSet(), tx)
        var isDisputed = false
        for change in set.changes {
            let record: Working
            if let held = try working(change.record, change.collection, tx) {
                record = held
            } else {
                guard case .area(let area?, _) = try home(of: change, in: set, depth: 0, tx) else {
                    throw StoreFault(.other, "a record without a home was to be merged")
                }
                record = Working(
                    RecordState(record: change.record, collection: change.collection), in: area,
                    position: position)
                working[change.record] = record
                created.append(change.record)
            }
            var namesUnmerged = false
            let missed = overtaken[change.record] ?? []
            let settled = guardedRegisters(change, by: set, in: record.state)
            let jumps = try jumps(of: change, in: set, over: record.state, tx)
            let early = replacedEarly(change, by: set, in: record.state)
            record.state.merge(
                change,
                from: Origin(
                    name: set.name, author: set.author, time: time, position: position,
                    shown: change.shown), overtaken: missed
            ) { name in
                let isMerged = known[name.replica]?.contains(name.number) ?? false
                if !isMerged, name != set.name { namesUnmerged = true }
                return isMerged
            }
            // A device takes what it names for merged: it was shown it. And it merges its own in
            // the order in which it wrote them.
            record.isEcho = record.isEcho && isEcho && !namesUnmerged && missed.isEmpty
            if keep(settled, from: set, in: record.state) { isDisputed = true }
            if !jumps.isEmpty || !early.isEmpty,
                try keep(jumps, of: change, in: set, over: early, in: record.state, tx)
            {
                isDisputed = true
            }
            record.position = position
            record.bytes += hashed.size
            record.isDirty = true
            let hasRules = ruled[change.collection] != nil
            for write in change.writes {
                if write.unit == .discussion { record.note(write) }
                if write.unit == .files { record.namesFiles = true }
                if hasRules { record.written.insert(write.unit) }
                guard record.state.hasSeveralHeads(write.unit) else { continue }
                record.contested.insert(write.unit)
                if let declaration = schema.unit(write.unit, of: change.collection),
                    !schema.isSuperseded(write.unit, of: change.collection),
                    case .disputed? = record.state[write.unit]?.outcome(under: declaration)
                {
                    isDisputed = true
                }
            }
            // A voiding and work unaware of it are each one head.
            if record.state.units.first?.id == .void,
                let void = schema.unit(.void, of: change.collection),
                case .disputed? = record.state.outcome(of: void)
            {
                isDisputed = true
            }
        }
        try relocate(set, position, tx)
        return isDisputed
    }

    // MARK: Writing back

    /// Writes every touched record once, with its digest, and opens, reopens and closes conflicts.
    func flush(_ tx: borrowing HubTransaction) throws {
        try stateReplacedAgain(tx)
        try stateJumpedFromAgain(tx)
        var areas = touchedAreas
        written.reserveCapacity(working.count)
        for id in working.keys.sorted() {
            guard let record = working[id], record.isDirty else { continue }
            areas.insert(record.area)
            try findBases(record, tx)
            let state = record.state
            let bytes = StateCoding.encode(state, writers: &memory.writers)
            let digest = StateDigest.of(id, state: bytes)
            let index = Int(record.area) - 1
            if let stored = record.stored {
                let before = Int(record.storedArea) - 1
                memory.areas[before].digest -= stored
                memory.areas[before].records -= 1
            }
            memory.areas[index].records += 1
            memory.areas[index].digest += digest
            memory.areas[index].position = max(memory.areas[index].position, record.position)
            try tx.put(
                StoredRecord(
                    record: id, collection: state.collection, area: record.area,
                    position: record.position, state: bytes, digest: digest), state,
                isNew: record.stored == nil)
            try ask(about: record, tx)
            // A base comes from the log, which only the hub has.
            written[id] = Written(
                collection: state.collection, before: record.before,
                state: SyncResponse.Echo.State(
                    record: id, area: record.area, position: record.position, digest: digest),
                isEcho: record.isEcho && record.contested.isEmpty && !moved.contains(id))
            if record.namesFiles { try noteFiles(of: record.state, tx) }
        }
        for area in areas.sorted() {
            try tx.put(memory.areas[Int(area) - 1])
        }
        if asksOfPairs { try askOfPairs(tx) }
        try answerDocket(tx)
        if leavesHaveGone { memory.leaves = try tx.outstandingLeaves() }
        try tx.keepWriters(memory.writers, from: writersBefore + 1)
        try tx.set("position", memory.position.value.settingBytes)
        working = [:]
        absent = [:]
        homes = [:]
        knownAreas = [:]
        touchedAreas = []
    }

    // MARK: What was before

    /// Finds, for every unit written here that has several heads, the latest write that all of them
    /// cover.
    private func findBases(_ record: Working, _ tx: borrowing HubTransaction) throws {
        for unit in record.contested.sorted() where record.state.hasSeveralHeads(unit) {
            guard case .register(let register)? = record.state[unit] else { continue }
            let base = try memory.log.base(of: register.heads, record.state.record, unit, tx)
            record.state.setBase(base, of: unit)
        }
    }

    // MARK: What is at hand

    func working(
        _ id: RecordID, _ collection: CollectionID, _ tx: borrowing HubTransaction
    ) throws -> Working? {
        if let record = working[id] { return record }
        guard absent[id] != collection else { return nil }
        guard let stored = try tx.record(id, in: collection) else {
            absent[id] = collection
            return nil
        }
        let state = schema.upcast(
            try StateCoding.decode(
                stored.state, record: id, collection: collection, writers: memory.writers))
        let record = Working(
            state, stored, wasDisputed: !state.conflicts(under: schema).isEmpty)
        working[id] = record
        return record
    }

    /// Asked of the store once: what is set aside here is known, and what is released leaves only
    /// the chance that nothing is left.
    func hasUnmerged(_ tx: borrowing HubTransaction) throws -> Bool {
        if let known = mayHaveUnmerged { return known }
        let found = try tx.hasUnmerged()
        mayHaveUnmerged = found
        return found
    }

    /// The state of a record as it stands in this judgement.
    func state(
        _ id: RecordID, _ collection: CollectionID, _ tx: borrowing HubTransaction
    ) throws -> RecordState? { try working(id, collection, tx)?.state }

    /// Where a record was last changed.
    func position(
        of id: RecordID, _ collection: CollectionID, _ tx: borrowing HubTransaction
    ) throws -> LogPosition? { try working(id, collection, tx)?.position }

    func mergedNumbers(
        _ replica: ReplicaID, _ tx: borrowing HubTransaction
    ) throws -> NumberSet {
        if let numbers = merged[replica] { return numbers }
        let numbers = try tx.mergedNumbers(of: replica)
        merged[replica] = numbers
        return numbers
    }

    /// Whether a change set of a replica that was asked for is merged.
    func isMerged(_ name: ChangeSetName) -> Bool {
        merged[name.replica]?.contains(name.number) ?? false
    }

    func replica(_ rid: Int64, _ tx: borrowing HubTransaction) throws -> StoredReplica {
        if let replica = replicas[rid] { return replica }
        guard let replica = try tx.replica(rid: rid) else {
            throw StoreFault(.damaged, "an upload belongs to no replica")
        }
        replicas[rid] = replica
        merged[replica.id] = replica.merged
        return replica
    }

    /// Forgets what was known of a replica that was changed beside this judgement.
    func forget(_ rid: Int64) {
        if let replica = replicas.removeValue(forKey: rid) { merged[replica.id] = nil }
    }

    func grants(
        of person: PersonID, _ tx: borrowing HubTransaction
    ) throws -> [Admission.Grant] {
        if let known = grants[person] { return known }
        let found = try tx.grants(of: person).map {
            Admission.Grant(
                id: $0.id, areas: memory.subtree($0.area), ended: $0.ended, ended_ms: $0.ended_ms)
        }
        grants[person] = found
        return found
    }
}

extension Judgement.Working {
    /// Notes what was said, and of which units.
    fileprivate func note(_ write: Write) {
        guard case .append(let values) = write.operation else { return }
        for remark in values.compactMap({ Remark($0) }) {
            remarks[remark.unit, default: []].append(remark.act)
        }
    }
}

extension RecordChange {
    /// Calls `body` with every name that a write of this change replaces or takes away.
    func forEachReplacedName(_ body: (ChangeSetName) throws -> Void) rethrows {
        for write in writes {
            switch write.operation {
            case .set(_, let names): for name in names { try body(name) }
            case .change(_, let removing):
                for removal in removing { for add in removal.adds { try body(add) } }
            case .increment, .append: break
            }
        }
    }
}

extension SignedReceipt {
    /// Signature, then bytes: as the log keeps it.
    var stored: [UInt8] { signature.bytes + bytes }

    init?(stored: [UInt8]) {
        guard stored.count > 64, let signature = Signature(bytes: stored[..<64]) else { return nil }
        self.init(bytes: Array(stored[64...]), signature: signature)
    }
}
