internal import SyncCore
internal import SyncExchange
public import SyncProtocol
internal import SyncStore

extension Hub {
    /// How long a device may read without contact: 14 days, in milliseconds.
    static let lease_ms: Int64 = 14 * 24 * 3600 * 1000

    /// Answers one sync: stores what came, judges it, and sends what follows the device's cursors.
    ///
    /// Repeating a request is harmless. What could be attributed is stored before any rule is asked, in
    /// a transaction of its own.
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
            let replica = try self.authenticate(unverified, memory)
            let request: SyncRequest
            do throws(CodecError) {
                request = try unverified.request
            } catch {
                throw error.problem
            }
            let now = self.clock()
            // What the device has and the hub has not changed since, before anything new is merged.
            if memory.territories[replica.person] == nil {
                memory.territories[replica.person] = try self.store.read { [memory] tx in
                    try self.territory(of: replica.person, memory, tx)
                }
            }
            let differs = try self.digestDiffers(request, replica, memory)
            var receipts: [SignedReceipt] = []
            if !request.isDryRun {
                receipts = try self.take(request, from: replica, now, &memory)
            }
            return try self.answer(
                request, tag: unverified.tag, replica: replica.id, receipts,
                digestDiffers: differs, now, &memory)
        }
    }

    // MARK: Who speaks

    private func authenticate(
        _ unverified: UnverifiedSyncRequest, _ memory: HubMemory
    ) throws -> StoredReplica {
        guard let replica = try store.read({ tx in try tx.replica(unverified.replica) }),
            !replica.id.isHub
        else { throw Problem(.unknownReplica) }
        let epoch: EpochID? =
            unverified.epochTag == 0 ? nil : memory.epochs.last { $0.tag == unverified.epochTag }
        guard unverified.epochTag == 0 || epoch != nil else {
            throw Problem(.wrongEpoch, epoch: memory.epoch)
        }
        guard unverified.isSigned(by: replica.key, hub: memory.hub, epoch: epoch) else {
            throw Problem(.badSignature)
        }
        if let epoch, epoch != memory.epoch { throw Problem(.wrongEpoch, epoch: memory.epoch) }
        if replica.state == DeviceState.pending.rawValue { throw Problem(.awaitingApproval) }
        return replica
    }

    // MARK: What came

    /// Stores every run, then judges what is new. Returns the receipts of all that was named.
    private func take(
        _ request: SyncRequest, from replica: StoredReplica, _ now: Int64,
        _ memory: inout HubMemory
    ) throws -> [SignedReceipt] {
        var named: [(first: UInt64, last: UInt64)] = []
        var branches: [Int64] = []
        var decoded: [Int64: [HashedChangeSet]] = [:]
        for run in request.runs {
            let sets: [HashedChangeSet]
            do {
                sets = try RunCoding.decode(run.bytes)
            } catch {
                throw error.problem
            }
            let last = sets[sets.count - 1]
            // Work carried for another replica comes in a bundle; a sync carries its own.
            guard last.changeSet.name.replica == replica.id,
                replica.key.isValid(
                    run.signature,
                    for: SignedRun.signedBytes(last.changeSet.name, last.hash), purpose: .run)
            else { throw Problem(.badSignature) }
            let stored = try store.write { tx in
                try self.keep(run, sets, replica.id, now, request.clock, memory, tx)
            }
            if case .branch(let upload) = stored {
                // The receipts of the other branch are none of this device's business.
                branches.append(upload)
            } else {
                named.append(
                    (sets[0].changeSet.name.number.value, last.changeSet.name.number.value))
                if case .new(let upload) = stored { decoded[upload] = sets }
            }
        }
        for number in request.unsettled { named.append((number.value, number.value)) }
        if !decoded.isEmpty { try judgeEverything(&memory, decoded: decoded) }
        return try store.read { tx in
            var receipts: [SignedReceipt] = []
            var seen: Set<Int64> = []
            for range in named {
                for upload in try tx.uploads(
                    of: replica.rid, first: range.first, last: range.last)
                where seen.insert(upload.id).inserted {
                    if let receipt = upload.receipt.flatMap({ SignedReceipt(stored: $0) }) {
                        receipts.append(receipt)
                    }
                }
            }
            for branch in branches {
                if let receipt = try tx.upload(branch)?.receipt
                    .flatMap({ SignedReceipt(stored: $0) })
                {
                    receipts.append(receipt)
                }
            }
            return receipts
        }
    }

    private enum Kept {
        case new(Int64)
        case known
        case branch(Int64)
    }

    /// Appends to the legal log what of a run is not there yet. No rule of merging is asked here.
    private func keep(
        _ run: SignedRun, _ sets: [HashedChangeSet], _ id: ReplicaID, _ now: Int64,
        _ sent: ClockReading, _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> Kept {
        guard var replica = try tx.replica(id) else { throw Problem(.unknownReplica) }
        let first = sets[0].changeSet.name.number.value
        let last = sets[sets.count - 1].changeSet.name.number.value
        let head = sets[sets.count - 1].hash
        if first > replica.stored + 1 {
            // A predecessor is missing. Kept as it is, and judged when that has come.
            let waiting = try tx.uploads(of: replica.rid, first: first, last: last)
            if !waiting.contains(where: { $0.head == head }) {
                let upload = try tx.appendUpload(
                    run, replica: replica.rid, first: first, last: last, head: head,
                    received_ms: now, sent: sent, state: .gap)
                try closeUnmerged(
                    upload, sets, id, .held, "HZ-5102", state: .gap, now, memory, tx)
            }
            return .known
        }
        guard try continues(sets, replica, tx) else {
            if let known = try tx.uploads(ofBranch: replica.rid, head: head) {
                return .branch(known)
            }
            let upload = try tx.appendUpload(
                run, replica: replica.rid, first: first, last: last, head: head, received_ms: now,
                sent: sent, state: .branch)
            try closeUnmerged(
                upload, sets, id, .quarantined, Admission.Reason.copied.rawValue, state: .branch,
                now, memory, tx)
            replica.state = DeviceState.copied.rawValue
            try tx.update(replica)
            try tx.audit("fork", "\(id)/\(first)", by: nil, at_ms: now)
            try tx.addNotice(to: replica.person) { number in
                SyncResponse.Notice(
                    number: number, kind: .fork, at_ms: UInt64(max(0, now)), by: nil, record: nil,
                    collection: nil, unit: nil, value: .integer(Int64(first)), yours: nil,
                    reason: Text(Admission.Reason.copied.rawValue)
                ).stored
            }
            return .branch(upload)
        }
        guard last > replica.stored else { return .known }
        let upload = try tx.appendUpload(
            run, replica: replica.rid, first: replica.stored + 1, last: last, head: head,
            received_ms: now, sent: sent, state: .waiting)
        replica.stored = last
        replica.head = head
        try tx.update(replica)
        try admitGaps(&replica, tx)
        return .new(upload)
    }

    /// Whether a run agrees with what is stored, as far as both reach, and goes on from there.
    private func continues(
        _ sets: [HashedChangeSet], _ replica: StoredReplica, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        let first = sets[0].changeSet.name.number.value
        let last = sets[sets.count - 1].changeSet.name.number.value
        if first == replica.stored + 1 { return sets[0].changeSet.previous == replica.head }
        // The hash of the last common number stands for all before it.
        let common = min(last, replica.stored)
        let ours: ContentHash?
        if common == replica.stored {
            ours = replica.head
        } else {
            let upload = try tx.upload(of: replica.rid, holding: common)
            ours = try upload.flatMap { upload in
                try RunCoding.decode(upload.run.bytes).first {
                    $0.changeSet.name.number.value == common
                }?.hash
            }
        }
        return sets[Int(common - first)].hash == ours
    }

    /// Lets uploads follow that came before their predecessor did.
    private func admitGaps(_ replica: inout StoredReplica, _ tx: borrowing HubTransaction) throws {
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            for upload in try tx.unjudgedUploads(.gap)
            where upload.replica == replica.rid && upload.first <= replica.stored + 1 {
                let sets = try RunCoding.decode(upload.run.bytes)
                let isNext = try continues(sets, replica, tx)
                try tx.finishUpload(
                    upload.id, state: isNext ? .waiting : .branch, position: nil,
                    receipt: isNext ? nil : upload.receipt)
                for set in sets {
                    try tx.release(replica: replica.rid, number: set.changeSet.name.number.value)
                }
                guard isNext, upload.last > replica.stored else { continue }
                replica.stored = upload.last
                replica.head = upload.head
                try tx.update(replica)
                hasMoved = true
            }
        }
    }

    /// Closes an upload none of which is merged, with a receipt that says so.
    private func closeUnmerged(
        _ upload: Int64, _ sets: [HashedChangeSet], _ replica: ReplicaID,
        _ disposition: Disposition, _ reason: String, state: StoredUpload.State, _ now: Int64,
        _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws {
        let receipt = SignedReceipt(
            Receipt(
                hub: memory.hub, epoch: memory.epoch, replica: replica,
                first: sets[0].changeSet.name.number, lastHash: sets[sets.count - 1].hash,
                received_ms: UInt64(max(0, now)), anchored: .start,
                entries: sets.map {
                    ReceiptEntry(
                        disposition: disposition, position: nil,
                        time: CorrectedTime.estimate($0.changeSet.time), reason: Text(reason))
                }), key: memory.key)
        try tx.finishUpload(upload, state: state, position: nil, receipt: receipt.stored)
    }

    /// Judges every upload that is stored and not judged, each replica's in the order of its numbers.
    ///
    /// One that can't be judged for a fault of its own stays as it is for `doctor` to show, and the others go
    /// on. Throws only what is wrong with the disk; then nothing of the upload at hand remains.
    ///
    /// - Parameters:
    ///   - areLeftovers: whether an earlier run stored them and ended before it had judged them. Then
    ///     each try is counted beforehand, so that the one that brings the hub down is found.
    ///   - decoded: the contents of those that were decoded to be stored.
    func judgeEverything(
        _ memory: inout HubMemory, areLeftovers: Bool = false,
        decoded: [Int64: [HashedChangeSet]] = [:]
    ) throws {
        let now = clock()
        for upload in try store.read({ tx in try tx.unjudgedUploads(.waiting) }) {
            if areLeftovers { try store.write { tx in try tx.countAttempt(upload.id) } }
            do {
                memory = try store.write { [memory] tx in
                    let judgement = Judgement(
                        memory, schema: self.schema, now_ms: now, decoded: decoded)
                    try judgement.judge(upload, tx)
                    try judgement.flush(tx)
                    return judgement.memory
                }
            } catch let fault as StoreFault where fault.kind != .damaged && fault.kind != .other {
                throw fault
            } catch {
                continue
            }
        }
    }

    // MARK: What goes back

    private func answer(
        _ request: SyncRequest, tag: UInt64, replica id: ReplicaID, _ receipts: [SignedReceipt],
        digestDiffers: Bool, _ now: Int64, _ memory: inout HubMemory
    ) throws -> [UInt8] {
        let nonce = memory.draw()
        let contact = HubMemory.Contact(
            synced_ms: now, pending: Int64(clamping: request.pending),
            skew_ms: request.clock.wall_ms.subtractingClamped(now), nonce: nonce,
            written_ms: memory.contacts[id]?.written_ms ?? 0)
        memory.contacts[id] = contact
        if !request.runs.isEmpty || now - contact.written_ms > 60_000 {
            try writeContact(id, now, &memory)
        }
        let snapshot = memory
        return try store.read { tx in
            guard let replica = try tx.replica(id) else { throw Problem(.unknownReplica) }
            var response = SyncResponse(
                requestTag: tag, nonce: nonce, epoch: snapshot.epoch,
                hub_ms: UInt64(max(0, now)), digestDiffers: digestDiffers,
                lease_ms: UInt64(max(0, now + Self.lease_ms)), merged: replica.merged,
                receipts: receipts)
            for bytes in try tx.notices(of: replica.person, after: request.noticeCursor) {
                if let notice = SyncResponse.Notice(stored: bytes) { response.notices.append(notice) }
            }
            // A revoked device or a copy delivers; it gets receipts and news, and no record.
            guard replica.state == DeviceState.approved.rawValue else {
                return response.encode()
            }
            let territory = try self.territory(of: replica.person, snapshot, tx)
            var cursors = request.cursorList
            if request.grantsVersion != territory.grants.version
                || cursors.count != territory.areas.count
            {
                response.grants = territory.grants
                // The device keeps the cursors of grants it had; which those were only it knows, so
                // this answer brings no page unless it knew none.
                guard request.grantsVersion == 0 else {
                    response.hasMore = true
                    return try finish(response, request, snapshot, tx)
                }
                cursors = Array(repeating: .start, count: territory.areas.count)
            }
            try addPages(to: &response, request, territory, cursors, snapshot, tx)
            return try finish(response, request, snapshot, tx)
        }
    }

    private func finish(
        _ response: SyncResponse, _ request: SyncRequest, _ memory: HubMemory,
        _ tx: borrowing HubTransaction
    ) throws -> [UInt8] {
        var response = response
        var authors: [PersonID] = []
        let known = Int(request.writerCursor)
        if known < memory.writers.writers.count {
            for number in (known + 1)...memory.writers.writers.count {
                guard let writer = memory.writers[UInt32(number)] else { continue }
                response.writers.append(
                    SyncResponse.WriterEntry(number: UInt32(number), writer: writer))
                authors.append(writer.author)
            }
        }
        authors += response.notices.compactMap(\.by)
        for author in Set(authors).sorted() {
            if let person = try tx.person(author) {
                response.people.append(SyncResponse.Person(id: author, name: Text(person.name)))
            }
        }
        return response.encode()
    }

    /// Fills pages in the order of positions until nothing is left or the budget is used.
    private func addPages(
        to response: inout SyncResponse, _ request: SyncRequest, _ territory: Territory,
        _ cursors: [LogPosition], _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws {
        let budget =
            request.maximumDownBytes == 0
            ? Limits.defaultDownBytes
            : min(Int(clamping: request.maximumDownBytes), Limits.defaultDownBytes)
        var spent = 0
        var reached = cursors
        var estimate = (records: UInt64(0), bytes: UInt64(0))
        for cursor in Set(cursors).sorted() where cursor < memory.position {
            let places = cursors.indices.filter { cursors[$0] == cursor }
            let areas = places.reduce(into: Set<UInt32>()) { $0.formUnion(territory.areas[$1]) }
            let changed = areas.sorted().filter { number in
                memory.area(number).map { $0.position > cursor } ?? false
            }
            guard !changed.isEmpty else { continue }
            var from = cursor
            var window: UInt64 = 4096
            while from < memory.position {
                guard spent < budget else {
                    response.hasMore = true
                    break
                }
                let to = LogPosition(min(from.value + window, memory.position.value))!
                var records: [SyncResponse.PageRecord] = []
                var bytes = 0
                try tx.records(of: changed, after: from, through: to) { stored in
                    bytes += stored.state.count + 24
                    records.append(
                        SyncResponse.PageRecord(
                            collection: stored.collection, record: stored.record,
                            area: stored.area, position: stored.position, state: stored.state))
                }
                // Records come by area within a collection; a page wants them by collection only.
                if bytes > Limits.pageBytes, window > 1, to.value > from.value + 1 {
                    window = max(1, window / 4)
                    continue
                }
                if bytes < Limits.pageBytes / 8 { window = min(window * 4, 1 << 40) }
                spent += bytes
                estimate.records += UInt64(records.count)
                estimate.bytes += UInt64(bytes)
                if !records.isEmpty || to == memory.position, !request.isDryRun {
                    records.sort { ($0.collection, $0.position) < ($1.collection, $1.position) }
                    response.pages.append(
                        SyncResponse.Page(grants: places, through: to, records: records))
                }
                from = to
                for place in places { reached[place] = to }
            }
        }
        // Where nothing changed nothing is sent; but cursors that differ are brought together again.
        if !request.isDryRun, !response.hasMore, Set(reached).count > 1 {
            response.pages.append(
                SyncResponse.Page(
                    grants: reached.indices.filter { reached[$0] < memory.position },
                    through: memory.position, records: []))
        }
        if request.isDryRun {
            response.hasMore = false
            response.estimate = SyncResponse.Estimate(
                records: estimate.records, bytes: estimate.bytes)
        }
    }

    /// Whether a device that believes it lacks nothing has other states than the hub.
    private func digestDiffers(
        _ request: SyncRequest, _ replica: StoredReplica, _ memory: HubMemory
    ) throws -> Bool {
        guard let digest = request.digest else { return false }
        let territory =
            try memory.territories[replica.person]
            ?? store.read { tx in try self.territory(of: replica.person, memory, tx) }
        let cursors = request.cursorList
        guard request.grantsVersion == territory.grants.version,
            cursors.count == territory.areas.count
        else { return false }
        var sum = StateDigest.zero
        var seen: Set<UInt32> = []
        for (areas, cursor) in zip(territory.areas, cursors) {
            for number in areas {
                guard let area = memory.area(number) else { continue }
                // Something lies after the cursor: the two are not meant to be equal now.
                if area.position > cursor { return false }
                if seen.insert(number).inserted { sum += area.digest }
            }
        }
        return sum != digest
    }

    private func writeContact(_ id: ReplicaID, _ now: Int64, _ memory: inout HubMemory) throws {
        guard var contact = memory.contacts[id] else { return }
        contact.written_ms = now
        memory.contacts[id] = contact
        try store.write { tx in
            guard var replica = try tx.replica(id) else { return }
            replica.synced_ms = contact.synced_ms
            replica.pending = contact.pending
            replica.skew_ms = contact.skew_ms
            replica.nonce = contact.nonce
            try tx.update(replica)
        }
    }
}
