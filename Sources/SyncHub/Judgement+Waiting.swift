internal import SyncCore
internal import SyncExchange
internal import SyncProtocol
internal import SyncStore

// What is set aside, and what becomes of it once something it waited for is there.

extension Judgement {
    func setAside(
        _ set: ChangeSet, _ disposition: Disposition, _ reason: String, _ missing: [UInt8]?,
        _ replica: StoredReplica, _ upload: StoredUpload, behind: UInt64? = nil,
        _ tx: borrowing HubTransaction
    ) throws {
        mayHaveUnmerged = true
        var missing = missing
        if let behind { missing = replica.id.bytes + behind.settingBytes }
        try tx.setAside(
            HubTransaction.Unmerged(
                replica: replica.rid, number: set.name.number.value, upload: upload.id,
                disposition: disposition, reason: reason, missing: missing,
                since_ms: upload.received_ms),
            touching: set.changes.map { (record: $0.record, blocks: $0.creates) })
    }

    func notify(_ set: ChangeSet, _ reason: String, _ tx: borrowing HubTransaction) throws {
        let change = set.changes[0]
        try tx.addNotice(to: set.author) { number in
            SyncResponse.Notice(
                number: number, kind: .returned, at_ms: UInt64(max(0, now_ms)), by: nil,
                record: change.record, collection: change.collection, unit: nil,
                value: .integer(Int64(set.name.number.value)), yours: nil, reason: Text(reason)
            ).stored
        }
    }

    /// Merges what waited for something that has arrived, until nothing more moves.
    func releaseWaiting(_ tx: borrowing HubTransaction) throws {
        var hasMoved = true
        while hasMoved {
            hasMoved = false
            guard try hasUnmerged(tx) else { return }
            for waiting in try tx.unmerged() where waiting.disposition == .held {
                // What needs a damaged record keeps nothing else from being judged.
                let verdict = try StoreFault.unlessDamaged {
                    try isReady(waiting, tx) ? decide(on: waiting, tx) : nil
                }
                guard let verdict else { continue }
                try tx.release(replica: waiting.replica, number: waiting.number)
                if try settleAgain(waiting, verdict, tx) { hasMoved = true }
            }
            created = []
        }
    }

    private func isReady(
        _ waiting: HubTransaction.Unmerged, _ tx: borrowing HubTransaction
    ) throws -> Bool {
        guard let missing = waiting.missing else { return true }
        if let record = RecordID(bytes: missing) {
            return try working[record] != nil || tx.area(of: record) != nil
        }
        guard missing.count == 24, let id = ReplicaID(bytes: missing.prefix(16)),
            let number = ChangeSetNumber(missing.suffix(8).reduce(0) { $0 << 8 | UInt64($1) })
        else { return true }
        return try mergedNumbers(id, tx).contains(number)
            || !tx.isUnmerged(replica: waiting.replica, number: number.value)
    }

    /// Merges a change set that had waited, if it may be merged now; returns whether it was. What
    /// waits for something else than it did by now is set aside for that: its author is told, and
    /// nobody looks for it under a reason that is gone.
    ///
    /// - Parameters:
    ///   - admits: whether a person answers for it: then no authority is asked for, and what can't
    ///     be merged stays as it is.
    ///   - sparesDamage: whether what needs a damaged record stays as it is, too.
    func judgeAgain(
        _ waiting: HubTransaction.Unmerged, admits: Bool = false, sparesDamage: Bool = false,
        _ tx: borrowing HubTransaction
    ) throws -> Bool {
        func verdict() throws -> Admission.Verdict? {
            try decide(on: waiting, isAdmitted: admits, tx)
        }
        let found = try sparesDamage ? StoreFault.unlessDamaged(verdict) : verdict()
        guard let found else { return false }
        if let code = found.code, admits || code == waiting.reason { return false }
        try tx.release(replica: waiting.replica, number: waiting.number)
        return try settleAgain(waiting, found, tx)
    }

    private func decide(
        on waiting: HubTransaction.Unmerged, isAdmitted: Bool = false,
        _ tx: borrowing HubTransaction
    ) throws -> Admission.Verdict {
        let (upload, set) = try logged(waiting, tx)
        return try decide(
            set, replica(waiting.replica, tx), arrived_ms: upload.received_ms,
            isAdmitted: isAdmitted, tx)
    }

    private func logged(
        _ waiting: HubTransaction.Unmerged, _ tx: borrowing HubTransaction
    ) throws -> (StoredUpload, HashedChangeSet) {
        guard let upload = try tx.upload(waiting.upload),
            let set = try memory.log.signed(waiting.number, of: upload, tx)
        else { throw StoreFault(.damaged, "what waits can't be read") }
        return (upload, set)
    }

    private func settleAgain(
        _ waiting: HubTransaction.Unmerged, _ verdict: Admission.Verdict,
        _ tx: borrowing HubTransaction
    ) throws -> Bool {
        var replica = try self.replica(waiting.replica, tx)
        let (upload, set) = try logged(waiting, tx)
        guard let number = ChangeSetNumber(waiting.number),
            let stored = upload.receipt.flatMap({ SignedReceipt(stored: $0) }),
            let receipt = stored.verified(by: memory.key.verifying), let old = receipt[number]
        else { throw StoreFault(.damaged, "upload \(upload.id) of the log can't be read") }
        let entry = try settle(
            set, verdict, old.time(of: set.changeSet), &replica, upload, isEcho: false, tx)
        replicas[replica.rid] = replica
        try tx.update(replica)
        var entries = receipt.entries
        entries[Int(waiting.number - upload.first)] = entry
        try tx.finishUpload(
            upload.id, state: .judged, position: entries.compactMap(\.position).min(),
            receipt: try signedReceipt(upload, replica, entries, tx))
        memory.log.forget(upload.id)
        docket.ask(.unmerged(set.changeSet.name))
        return entry.disposition.isMerged
    }
}

extension Admission.Verdict {
    /// The code under which a change set is set aside; `nil` for one that is merged.
    fileprivate var code: String? {
        switch self {
        case .merge: nil
        case .held: Admission.Wait.record.rawValue
        case .behind: Admission.Wait.predecessor.rawValue
        // People look at it as at one out of scope.
        case .hidden: Admission.Reason.outOfScope.rawValue
        case .quarantined(let reason): reason.rawValue
        }
    }
}
