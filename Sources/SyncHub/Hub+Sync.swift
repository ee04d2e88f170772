internal import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

extension Hub {
    /// How long a device of an advisor may read without contact: 14 days, in milliseconds.
    static let advisorLease_ms: Int64 = 14 * 24 * 3600 * 1000
    /// The same for everybody else: one day.
    static let lease_ms: Int64 = 24 * 3600 * 1000

    /// Answers one sync: stores what came, judges it, and sends what follows the device's cursors.
    ///
    /// Repeating a request is harmless. What could be attributed is stored before any rule is
    /// asked, in a transaction of its own.
    ///
    /// - Parameter bytes: the request, decompressed.
    /// - Returns: the answer, not compressed.
    public func sync(_ bytes: [UInt8]) throws(Problem) -> [UInt8] {
        let unverified: UnverifiedSyncRequest
        do {
            unverified = try UnverifiedSyncRequest(bytes)
        } catch {
            throw error.problem
        }
        return try serving { memory in
            let (replica, request) = try self.authenticate(unverified, &memory)
            let now = self.clock()
            if try self.mend(&memory) { try self.goOn(&memory) }
            // What the device has and the hub has not changed since, before anything new is merged.
            if memory.territories[replica.person] == nil {
                memory.territories[replica.person] = try self.store.read { [memory] tx in
                    try self.territory(of: replica.person, memory, tx)
                }
            }
            let differs = try self.digestDiffers(request, replica, memory)
            if !request.isDryRun { try self.note(differs, of: replica, now) }
            memory.contacts[replica.id] = HubMemory.Contact(
                synced_ms: now, pending: Int64(clamping: request.pending),
                skew_ms: request.clock.wall_ms.subtractingClamped(now),
                written_ms: memory.contacts[replica.id]?.written_ms ?? 0,
                told: memory.contacts[replica.id]?.told)
            var taken = Taken()
            if !request.isDryRun {
                try self.take(request.purges, from: replica, now, &memory)
                try self.take(request.copies, from: replica, now, &memory)
                taken = try self.take(
                    request.runs, asking: request.unsettled, proving: request.receipts,
                    from: replica, now, request.clock, &memory)
            }
            return try self.answer(
                request, tag: unverified.tag, replica: replica.id, taken,
                digestDiffers: differs ?? false, now, &memory)
        }
    }

    // MARK: What is gone

    /// Keeps a device's words that something is gone, and forgets what they name.
    private func take(
        _ purges: [SignedPurge], from replica: StoredReplica, _ now: Int64,
        _ memory: inout HubMemory
    ) throws {
        guard !purges.isEmpty else { return }
        memory.leaves = try store.write { [memory] tx in
            for signed in purges {
                guard let purge = signed.verified(by: replica.key), purge.hub == memory.hub,
                    purge.replica == replica.id
                else { throw Problem(.badSignature) }
                try tx.keepPurge(signed, of: replica.rid, received_ms: now)
                for number in purge.leaves { try tx.deleteLeave(number, of: replica.rid) }
            }
            return try tx.outstandingLeaves()
        }
    }

    // MARK: What came

    /// What became of the change sets of a request.
    struct Taken {
        /// The receipts of all that was named.
        var receipts: [SignedReceipt] = []
        /// The records that were written for it.
        var written: [RecordID: Judgement.Written] = [:]
        /// Where the log ended before that, if those are all that has changed since.
        var began: LogPosition?
    }

    /// What was judged at one time.
    struct Judged {
        var written: [RecordID: Judgement.Written] = [:]
        /// By upload, as they are stored.
        var receipts: [Int64: [UInt8]] = [:]
        /// Whether records came to lie elsewhere that are not all in `written`.
        var hasMoved = false
    }

    /// Stores every run, then judges what is new.
    ///
    /// - Parameters:
    ///   - unsettled: numbers that came earlier and whose receipts are asked for.
    ///   - sent: the replica's clocks when it sent them.
    func take(
        _ runs: [SignedRun], asking unsettled: [ChangeSetNumber],
        proving receipts: [SignedReceipt], from replica: StoredReplica, _ now: Int64,
        _ sent: ClockReading, _ memory: inout HubMemory
    ) throws -> Taken {
        var named: [(rid: Int64, first: UInt64, last: UInt64)] = []
        var decoded: [Int64: [HashedChangeSet]] = [:]
        // Nothing is stored of a message of which a part is not its author's.
        let checked = try runs.map { run in (run, try contents(of: run, by: replica)) }
        for (run, read) in checked {
            let stored = try store.write { tx in
                try self.keep(run, read, replica.id, now, sent, receipts, memory, tx)
            }
            named.append((stored.rid, read.first.value, read.last.number.value))
            if let upload = stored.upload {
                decoded[upload] = read.changeSets
                if stored.rid == replica.rid { memory.contacts[replica.id]?.written_ms = now }
            }
        }
        for number in unsettled {
            if let last = named.indices.last, named[last].rid == replica.rid,
                named[last].last + 1 == number.value
            {
                named[last].last = number.value
            } else {
                named.append((replica.rid, number.value, number.value))
            }
        }
        // Something may be left that was stored, and could not be judged when it came.
        let waits = try !runs.isEmpty && store.read { tx in try tx.isAnyWaiting() }
        var taken = Taken()
        var judged = Judged()
        if waits {
            let began = memory.position
            judged = try judgeEverything(&memory, decoded: decoded)
            // What a branch wrote bears other names than its device would give it.
            if named.allSatisfy({ $0.rid == replica.rid }) {
                taken.written = judged.written
                if !judged.hasMoved { taken.began = began }
            }
        }
        taken.receipts = try store.read { [memory] tx in
            var receipts: [SignedReceipt] = []
            var seen: Set<Int64> = []
            for range in named {
                for (upload, receipt) in try tx.receipts(
                    of: range.rid, first: range.first, last: range.last)
                where seen.insert(upload).inserted {
                    // What was signed a moment ago, and is stored as it was, needs no proof.
                    let isNew = receipt != nil && judged.receipts[upload] == receipt
                    if let receipt = try self.current(receipt, isNew: isNew, memory) {
                        receipts.append(receipt)
                    }
                }
            }
            return receipts
        }
        return taken
    }

    /// Reads a run, and checks that it is the replica's own.
    private func contents(
        of run: SignedRun, by replica: StoredReplica
    ) throws -> HashedRun {
        let read: HashedRun
        do {
            read = try RunCoding.decodeRun(run.bytes)
        } catch {
            throw error.problem
        }
        guard read.replica == replica.id, run.isSigned(as: read, by: replica.key) else {
            throw Problem(.badSignature)
        }
        return read
    }

    /// Where a run went: to the device's own replica or to a branch of it, and its row if anything
    /// of it was new and can be judged.
    private struct Kept {
        let rid: Int64
        var upload: Int64?
    }

    /// Appends to the legal log what of a run is not there yet. No rule of merging is asked here.
    private func keep(
        _ run: SignedRun, _ read: HashedRun, _ id: ReplicaID, _ now: Int64,
        _ sent: ClockReading, _ receipts: [SignedReceipt], _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws -> Kept {
        let earlier = self.earlier(receipts, of: id, read, memory)
        guard var trunk = try tx.replica(id) else { throw Problem(.unknownReplica) }
        // Written down with what came, if that is new.
        memory.contacts[id]?.fill(&trunk)
        try fillGaps(from: run, read, of: trunk, now, sent, earlier, memory, tx)
        let first = read.first.value
        let last = read.last.number.value
        let head = read.head
        guard var replica = try self.replica(continuedBy: read, trunk, now, memory, tx)
        else {
            // A predecessor is missing. Kept as it is, and judged when that has come.
            let waiting = try tx.uploads(of: trunk.rid, first: first, last: last)
            if !waiting.contains(where: { $0.head == head }) {
                let upload = try tx.appendUpload(
                    run, replica: trunk.rid, first: first, last: last, head: head,
                    received_ms: now, sent: sent, earlier: earlier, state: .gap)
                try closeUnmerged(
                    upload, read, .held, Admission.Wait.predecessor.rawValue, state: .gap, now,
                    memory, tx)
            }
            return Kept(rid: trunk.rid)
        }
        guard last > replica.stored else { return Kept(rid: replica.rid) }
        for gap in read.gaps where gap.number.value > replica.stored {
            try tx.putGap(gap.number.value, gap.hash, of: replica.rid)
        }
        let upload = try tx.appendUpload(
            run, replica: replica.rid, first: replica.stored + 1, last: last, head: head,
            received_ms: now, sent: sent, earlier: earlier, state: .waiting)
        replica.stored = last
        replica.head = head
        try tx.update(replica)
        if replica.branch == nil { try admitGaps(&replica, memory, tx) }
        return Kept(rid: replica.rid, upload: upload)
    }

    /// Stores what a device had lost and this run has: its own, or that of a branch of it. The hash
    /// says that it is that very change set, whatever else the run holds.
    private func fillGaps(
        from run: SignedRun, _ read: HashedRun, of trunk: StoredReplica, _ received_ms: Int64,
        _ sent: ClockReading, _ earlier: [SignedReceipt], _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws {
        for replica in try [trunk] + tx.branches(of: trunk.rid) {
            for gap in try tx.gaps(
                of: replica.rid, first: read.first.value, last: read.last.number.value)
            where read.changeSet(gap.number)?.hash == gap.hash {
                let upload = try tx.appendUpload(
                    run, replica: replica.rid, first: gap.number, last: gap.number, head: gap.hash,
                    received_ms: received_ms, sent: sent, earlier: earlier, state: .waiting)
                try tx.fill(gap.number, of: replica.rid, with: upload)
                guard let number = ChangeSetNumber(gap.number) else { continue }
                try Judgement(memory, schema: schema, now_ms: clock())
                    .answer(.gap(ChangeSetName(replica.id, number)), tx)
            }
        }
    }

    /// The chain that a run belongs to: that of its replica, of a branch of it, or of a branch that
    /// begins with it. `nil` where the chain has not come so far yet.
    private func replica(
        continuedBy read: HashedRun, _ trunk: StoredReplica, _ now: Int64,
        _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> StoredReplica? {
        let first = read.first.value
        let last = read.last.number.value
        if first <= trunk.stored + 1, try continues(read, trunk, tx) { return trunk }
        for branch in try tx.branches(of: trunk.rid)
        where first <= branch.stored + 1 && last >= (branch.branch?.first ?? 0) {
            if try continues(read, branch, tx) { return branch }
        }
        return try newBranch(read, trunk, now, memory, tx)
    }

    /// Enters the branch that begins in this run; `nil` where it begins before it.
    private func newBranch(
        _ read: HashedRun, _ trunk: StoredReplica, _ now: Int64, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws -> StoredReplica? {
        // From the chain with which it has most in common: a copy of a copy shares more with that.
        var parent = trunk
        var parting: Parting?
        for chain in try [trunk] + tx.branches(of: trunk.rid) {
            guard let found = try self.parting(read, from: chain, tx) else { continue }
            if let number = parting?.number, found.number <= number { continue }
            (parent, parting) = (chain, found)
        }
        guard let parting else { return nil }
        let number = parting.number
        let id = ReplicaID.branch(parting.hash)
        try tx.insertBranch(
            id, of: parent, after: parting.shared, state: DeviceState.copied.rawValue, now_ms: now)
        try tx.audit(
            "fork", "\(trunk.id)/\(number)", reason: "known as \(id)", by: nil, at_ms: now)
        try tx.addNotice(to: trunk.person) { place in
            SyncResponse.Notice(
                number: place, kind: .fork, at_ms: UInt64(max(0, now)), by: nil, record: nil,
                collection: nil, unit: nil, value: .integer(Int64(number.value)), yours: nil,
                reason: Text(Admission.Reason.copied.rawValue)
            ).stored
        }
        try Judgement(memory, schema: schema, now_ms: now).answer(.branch(id), tx)
        return try tx.replica(id)
    }

    /// Where a run parts from a chain.
    private struct Parting {
        /// What both have last.
        let shared: ChainHead?
        /// What only the run has first.
        let number: ChangeSetNumber
        let hash: ContentHash
    }

    /// `nil` where the run does not begin in the chain, or does not part from it.
    private func parting(
        _ read: HashedRun, from chain: StoredReplica, _ tx: borrowing HubTransaction
    ) throws -> Parting? {
        var shared: ChainHead?
        if let number = ChangeSetNumber(read.first.value - 1) {
            guard let hash = try hash(of: number.value, chain, tx), hash == read.previous else {
                return nil
            }
            shared = ChainHead(number: number, hash: hash)
        } else if read.previous != .none {
            return nil
        }
        for value in read.first.value...read.last.number.value {
            guard let number = ChangeSetNumber(value), let own = read.hash(of: value) else {
                continue
            }
            guard try hash(of: value, chain, tx) == own else {
                return Parting(shared: shared, number: number, hash: own)
            }
            shared = ChainHead(number: number, hash: own)
        }
        return nil
    }

    /// The hash of a change set in the chain of a replica; `nil` where there is none.
    private func hash(
        of number: UInt64, _ replica: StoredReplica, _ tx: borrowing HubTransaction
    ) throws -> ContentHash? {
        if number == replica.stored { return replica.head }
        if let branch = replica.branch, number < branch.first {
            guard branch.trunk < replica.rid, let trunk = try tx.replica(rid: branch.trunk) else {
                return nil
            }
            return try hash(of: number, trunk, tx)
        }
        guard let upload = try tx.upload(of: replica.rid, holding: number) else { return nil }
        if number == upload.last { return upload.head }
        return try RunCoding.decodeRun(upload.run.bytes).hash(of: number)
    }

    /// The receipts of earlier epochs for these change sets that this hub really gave.
    private func earlier(
        _ receipts: [SignedReceipt], of replica: ReplicaID, _ read: HashedRun,
        _ memory: HubMemory
    ) -> [SignedReceipt] {
        let (first, last) = (read.first, read.last.number)
        return receipts.filter { signed in
            guard let receipt = signed.verified(by: memory.key.verifying),
                receipt.hub == memory.hub, receipt.replica == replica,
                receipt.first <= last, receipt.last >= first
            else { return false }
            // Where its last change set is here, it must be that one.
            guard receipt.last >= first, receipt.last <= last else { return true }
            return read.hash(of: receipt.last.value) == receipt.lastHash
        }
    }

    /// Whether a run agrees with what is stored, as far as both reach, and goes on from there.
    private func continues(
        _ read: HashedRun, _ replica: StoredReplica, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        let first = read.first.value
        if first == replica.stored + 1 { return read.previous == replica.head }
        // The hash of the last common number stands for all before it.
        let common = min(read.last.number.value, replica.stored)
        return try read.hash(of: common) == hash(of: common, replica, tx)
    }

    /// Lets uploads follow that came before their predecessor did, as far as they are still new.
    private func admitGaps(
        _ replica: inout StoredReplica, _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws {
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            for upload in try tx.unjudgedUploads(.gap)
            where upload.replica == replica.rid && upload.first <= replica.stored + 1 {
                let read = try RunCoding.decodeRun(upload.run.bytes)
                try fillGaps(
                    from: upload.run, read, of: replica, upload.received_ms, upload.sent,
                    upload.earlier, memory, tx)
                guard try continues(read, replica, tx) else {
                    try tx.finishUpload(
                        upload.id, state: .branch, position: nil, receipt: upload.receipt)
                    continue
                }
                if upload.first == replica.stored + 1 {
                    try tx.finishUpload(upload.id, state: .waiting, position: nil, receipt: nil)
                } else {
                    // What came meanwhile holds its beginning, or all of it: a number is new once.
                    try tx.deleteUpload(upload.id)
                    guard upload.last > replica.stored else { continue }
                    _ = try tx.appendUpload(
                        upload.run, replica: replica.rid, first: replica.stored + 1,
                        last: upload.last, head: upload.head, received_ms: upload.received_ms,
                        sent: upload.sent, earlier: upload.earlier, state: .waiting)
                }
                for gap in read.gaps where gap.number.value > replica.stored {
                    try tx.putGap(gap.number.value, gap.hash, of: replica.rid)
                }
                replica.stored = upload.last
                replica.head = upload.head
                try tx.update(replica)
                hasMoved = true
            }
        }
    }

    /// Closes an upload none of which is merged, with a receipt that says so.
    private func closeUnmerged(
        _ upload: Int64, _ read: HashedRun, _ disposition: Disposition, _ reason: String,
        state: StoredUpload.State, _ now: Int64,
        _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws {
        let receipt = SignedReceipt(
            Receipt(
                hub: memory.hub, epoch: memory.epoch, replica: read.replica,
                first: read.first, lastHash: read.head,
                received_ms: UInt64(max(0, now)), anchored: memory.anchored,
                entries: (read.first.value...read.last.number.value).map { number in
                    let time = read.changeSet(number)?.changeSet.time
                    return ReceiptEntry(
                        disposition: disposition, position: nil,
                        shift_ms: time.map { CorrectedTime.estimate($0).shift_ms(from: $0) } ?? 0,
                        reason: Text(reason))
                }), key: memory.key)
        try tx.finishUpload(upload, state: state, position: nil, receipt: receipt.stored)
    }

    /// Judges every upload that is stored and not judged, each replica's in the order of its
    /// numbers.
    ///
    /// One that can't be judged for a fault of its own stays as it is for `doctor` to show, and the
    /// others go on. Throws only what is wrong with the disk; then nothing of the upload at hand
    /// remains.
    ///
    /// - Parameters:
    ///   - areLeftovers: whether an earlier run stored them and ended before it had judged them.
    ///     Then each try is counted beforehand, so that the one that brings the hub down is found.
    ///   - decoded: the contents of those that were decoded to be stored.
    /// - Returns: the records that were written, each as it is now.
    @discardableResult
    func judgeEverything(
        _ memory: inout HubMemory, areLeftovers: Bool = false,
        decoded: [Int64: [HashedChangeSet]] = [:]
    ) throws -> Judged {
        let now = clock()
        var judged = Judged()
        for upload in try store.read({ tx in try tx.unjudgedUploads(.waiting) }) {
            if areLeftovers { try store.write { tx in try tx.countAttempt(upload.id) } }
            do {
                let done = try store.write { [memory] tx in
                    let judgement = Judgement(
                        memory, schema: self.schema, now_ms: now, decoded: decoded)
                    try judgement.judge(upload, tx)
                    try judgement.flush(tx)
                    return judgement
                }
                memory = done.memory
                judged.receipts.merge(done.receipts) { _, new in new }
                judged.hasMoved = judged.hasMoved || !done.moved.isEmpty
                judged.written.merge(done.written) { old, new in
                    var both = new
                    both.before = old.before
                    both.isEcho = old.isEcho && new.isEcho
                    return both
                }
            } catch let fault as StoreFault where fault.kind != .damaged && fault.kind != .other {
                throw fault
            } catch let fault as StoreFault where fault.kind == .damaged {
                // It has not brought the hub down: it waits for a record that a device can heal.
                if areLeftovers { try store.write { tx in try tx.forgetAttempts(upload.id) } }
            } catch {
                continue
            }
        }
        return judged
    }
}
