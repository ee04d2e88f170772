internal import SyncCore
internal import SyncProtocol
internal import SyncStore

// The lives of a hub's log: when one ends, and what a device is told of it.

extension Hub {
    /// Why a hub begins another life of its log.
    enum Rupture: String, Sendable {
        /// The database is not the one that was here last.
        case database = "the database was put back"
        /// A device showed what this log never held, signed by this hub.
        case mark = "a device has more than this log"
        /// The operator restored a backup.
        case restored = "a backup was restored"
    }

    /// Begins another epoch: what was given out since this log was copied is lost here, and devices
    /// will offer it again.
    ///
    /// The hub writes by another replica from here on: the lost log may have used the next numbers.
    func beginEpoch(_ rupture: Rupture, evidence: String, _ memory: inout HubMemory) throws {
        let now = clock()
        let epoch: EpochID = memory.identifier()
        var generator = memory.random
        let replica = ReplicaID.makeHub(using: &generator)
        memory.random = generator
        let ended = memory.position
        try store.write { [memory] tx in
            try tx.beginEpoch(epoch, at: ended, now_ms: now)
            try tx.insertReplica(
                replica, key: memory.key.verifying, person: .hub, name: "hub", state: "hub",
                now_ms: now)
            try tx.set("replica", replica.bytes)
            // A session that ended since would live again.
            try tx.deleteSessions()
            try tx.audit(
                "epoch.begin", "\(epoch)", reason: "\(rupture.rawValue): \(evidence)", by: nil,
                at_ms: now)
        }
        memory.ends[memory.epoch] = ended
        memory.epochs.append(epoch)
        memory.hasBegunEpoch = true
        memory.replica = replica
        // Grants keep their names, but nothing a device counted by them holds.
        memory.territories = [:]
    }

    /// Says who asks, and whether this hub still has everything it ever told them.
    ///
    /// Begins another epoch where it has not; the problem thrown then tells the device.
    func authenticate(
        _ unverified: UnverifiedSyncRequest, _ memory: inout HubMemory
    ) throws -> (StoredReplica, SyncRequest) {
        guard let replica = try store.read({ tx in try tx.replica(unverified.replica) }),
            !replica.id.isHub
        else { throw Problem(.unknownReplica) }
        if unverified.epochTag == 0 {
            return try verified(unverified, replica, epoch: nil, memory)
        }
        guard let epoch = memory.epochs.last(where: { $0.tag == unverified.epochTag }) else {
            try receiveStranger(unverified, replica, &memory)
            throw wrongEpoch(replica, memory)
        }
        let (_, request) = try verified(unverified, replica, epoch: epoch, memory)
        guard epoch == memory.epoch else { throw wrongEpoch(replica, memory) }
        if request.mark != .none, try !isKnown(request.mark) {
            guard let mark = request.proof?.verified(by: memory.key.verifying),
                mark.sign == request.mark, mark.hub == memory.hub, mark.epoch == epoch
            else { throw Problem(request.proof == nil ? .unknownMark : .malformed) }
            try beginEpoch(
                .mark, evidence: "entry \(mark.number), shown by \(replica.id)", &memory)
            throw wrongEpoch(replica, memory)
        }
        return (replica, request)
    }

    private func verified(
        _ unverified: UnverifiedSyncRequest, _ replica: StoredReplica, epoch: EpochID?,
        _ memory: HubMemory
    ) throws -> (StoredReplica, SyncRequest) {
        guard unverified.isSigned(by: replica.key, hub: memory.hub, epoch: epoch) else {
            throw Problem(.badSignature)
        }
        if replica.state == DeviceState.pending.rawValue { throw Problem(.awaitingApproval) }
        do throws(CodecError) {
            return (replica, try unverified.request)
        } catch {
            throw error.problem
        }
    }

    /// A request for an epoch of which nothing is known here: either not this hub's, or of a life
    /// that was lost with the log.
    private func receiveStranger(
        _ unverified: UnverifiedSyncRequest, _ replica: StoredReplica, _ memory: inout HubMemory
    ) throws {
        let request: SyncRequest
        do throws(CodecError) {
            request = try unverified.request
        } catch {
            throw error.problem
        }
        guard request.mark != .none else { return }
        guard let proof = request.proof else { throw Problem(.unknownMark) }
        guard let mark = proof.verified(by: memory.key.verifying), mark.hub == memory.hub,
            mark.sign == request.mark, mark.epoch.tag == unverified.epochTag,
            unverified.isSigned(by: replica.key, hub: memory.hub, epoch: mark.epoch)
        else { throw Problem(.badSignature) }
        try beginEpoch(
            .mark, evidence: "epoch \(mark.epoch), shown by \(replica.id)", &memory)
    }

    private func isKnown(_ sign: LogMark.Sign) throws -> Bool {
        try store.read { tx in
            try tx.link(sign.number).map {
                LogMark.Sign(number: $0.number, hash: $0.hash) == sign
            } ?? false
        }
    }

    private func wrongEpoch(_ replica: StoredReplica, _ memory: HubMemory) -> Problem {
        Problem(
            .wrongEpoch, epoch: memory.epoch,
            stored: ChangeSetNumber(replica.stored).map {
                ChainHead(number: $0, hash: replica.head)
            })
    }

    /// How far the log has come, signed.
    func mark(_ memory: HubMemory, _ tx: borrowing HubTransaction) throws -> SignedMark? {
        guard let link = try tx.lastLink() else { return nil }
        return SignedMark(
            LogMark(
                hub: memory.hub, epoch: memory.epoch, number: link.number, hash: link.hash,
                anchored: memory.anchored), key: memory.key)
    }

    /// A stored receipt as the present epoch gives it.
    ///
    /// - Parameter isNew: whether this epoch signed it a moment ago.
    func current(
        _ stored: [UInt8]?, isNew: Bool, _ memory: HubMemory
    ) throws -> SignedReceipt? {
        guard let signed = stored.flatMap({ SignedReceipt(stored: $0) }) else { return nil }
        if isNew { return signed }
        guard let old = signed.verified(by: memory.key.verifying) else {
            throw StoreFault(.damaged, "a receipt in the log is not ours")
        }
        if old.epoch == memory.epoch { return signed }
        return SignedReceipt(
            Receipt(
                hub: old.hub, epoch: memory.epoch, replica: old.replica, first: old.first,
                lastHash: old.lastHash, received_ms: old.received_ms, anchored: memory.anchored,
                entries: old.entries), key: memory.key)
    }
}
