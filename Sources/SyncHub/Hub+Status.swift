internal import SyncCore
public import SyncProtocol
internal import SyncStore

// What an operator asks.

/// Something that `doctor` found.
public struct Finding: Hashable, Sendable {
    public enum Severity: String, Hashable, Sendable {
        case note
        case warning
        case damage
    }
    public let severity: Severity
    /// A stable word for scripts.
    public let code: String
    public let text: String

    public init(_ severity: Severity, _ code: String, _ text: String) {
        (self.severity, self.code, self.text) = (severity, code, text)
    }
}

extension Hub {
    /// How the hub stands.
    public func status() throws(Problem) -> HubStatus {
        try serving { memory in
            try self.store.read { [memory] tx in
                let replicas = try tx.replicas()
                let unmerged = try tx.unmerged()
                var total = StateDigest.zero
                for area in memory.areas { total += area.digest }
                return HubStatus(
                    hub: memory.hub, epoch: memory.epoch, district: memory.district,
                    position: memory.position,
                    records: memory.areas.reduce(0) { $0 + $1.records },
                    changeSets: replicas.reduce(0) {
                        $0 + $1.stored - ($1.branch.map { $0.first - 1 } ?? 0)
                    },
                    uploads: try tx.uploadCount(),
                    held: unmerged.filter { $0.disposition == .held }.count,
                    quarantined: unmerged.filter { $0.disposition == .quarantined }.count,
                    openConflicts: try tx.openConflictCount(),
                    devices: replicas.filter { !$0.id.isHub && $0.branch == nil }.count,
                    devicesApart: replicas.filter(\.isApart).count,
                    digest: total,
                    areas: memory.areas.filter { $0.records > 0 }.map {
                        HubStatus.AreaDigest(
                            scope: $0.scope, name: $0.name, digest: $0.digest, records: $0.records)
                    },
                    journal: self.store.journalState.map {
                        HubStatus.Journal(path: $0.path, written: $0.written, last: $0.last)
                    })
            }
        }
    }

    /// Checks everything that can be checked: the file, every digest, every chain, receipt and
    /// state.
    ///
    /// - Complexity: linear in all that is stored.
    public func doctor() throws(Problem) -> [Finding] {
        try serving { memory in
            try self.store.read { [memory] tx in
                var findings = try tx.integrityFindings().map {
                    Finding(.damage, "integrity", $0)
                }
                findings += try self.checkRows(tx)
                findings += try self.checkRecords(memory, tx)
                findings += try self.checkLog(memory, tx)
                try tx.checkLinks { number, text in
                    findings.append(Finding(.damage, "log", "entry \(number): \(text)"))
                }
                findings += try self.checkFiles(tx)
                if let entry = try tx.firstBrokenAuditEntry() {
                    findings.append(
                        Finding(.damage, "audit", "audit entry \(entry) does not fit its chain"))
                }
                for replica in try tx.replicas() where replica.isApart {
                    findings.append(
                        Finding(
                            .warning, "apart",
                            "what \(replica.name) has not sent is safe there, but it held other "
                                + "records than the hub when it was last here: see the audit"))
                }
                findings += self.checkJournal()
                for upload in try tx.unjudgedUploads(.waiting) {
                    findings.append(
                        Finding(
                            .warning, "unjudged",
                            "upload \(upload.id) is stored and waits to be judged"))
                }
                for waiting in try tx.unmerged()
                where self.clock().subtractingClamped(waiting.since_ms) > 7 * 24 * 3_600_000 {
                    findings.append(
                        Finding(
                            .warning, "held",
                            "change set \(waiting.number) of replica row \(waiting.replica) has "
                                + "waited more than 7 days (\(waiting.reason))"))
                }
                return findings
            }
        }
    }

    /// The rows that say who may what, where, and what the hub knows of itself.
    private func checkRows(_ tx: borrowing HubTransaction) throws -> [Finding] {
        try tx.damagedRows().map { row in
            Finding(
                .damage, "row",
                "what devices have sent is safe; row \(row.key) of \(row.table) is not what was "
                    + "written. Restart the hub: it puts right what one bit has changed. If this "
                    + "stays, put back the newest verified backup; devices offer what it lacks")
        }
            + store.damage.mendedRows.map { row in
                Finding(
                    .warning, "healed",
                    "row \(row.key) of \(row.table) was not what was written, and is right again "
                        + "since the hub was started: look at the disk")
            }
    }

    private func checkJournal() -> [Finding] {
        guard let state = store.journalState else { return [] }
        if let fault = store.journalFault() { return [Finding(.damage, "journal", fault)] }
        guard state.written < state.last else { return [] }
        return [
            Finding(
                .warning, "journal",
                "\(state.last - state.written) entries are not in \(state.path) yet")
        ]
    }

    private func checkRecords(
        _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> [Finding] {
        var findings: [Finding] = []
        var digests: [UInt32: StateDigest] = [:]
        var counts: [UInt32: Int] = [:]
        try tx.allRecords { stored in
            digests[stored.area, default: .zero] += stored.digest
            counts[stored.area, default: 0] += 1
            guard try tx.note(stored) else {
                findings.append(
                    Finding(
                        .damage, "state",
                        stored.isSound
                            ? "record \(stored.record) lies elsewhere than was written; the next "
                                + "sync puts it right"
                            : "record \(stored.record) is not what was written; the next device "
                                + "that holds it brings it back"))
                return
            }
            var writers = memory.writers
            do {
                let state = try StateCoding.decode(
                    stored.state, record: stored.record, collection: stored.collection,
                    writers: memory.writers)
                if StateCoding.encode(state, writers: &writers) != stored.state {
                    findings.append(
                        Finding(.damage, "state", "record \(stored.record) has another form"))
                }
                if try !tx.columnsFit(stored, state) {
                    findings.append(
                        Finding(
                            .damage, "columns",
                            "the columns of record \(stored.record) are not those of its state"))
                }
            } catch {
                findings.append(
                    Finding(.damage, "state", "record \(stored.record) can't be read"))
            }
        }
        for area in memory.areas
        where digests[area.number, default: .zero] != area.digest
            || counts[area.number, default: 0] != area.records
        {
            findings.append(Finding(.damage, "digest", "area \(area.scope) has another digest"))
        }
        for record in store.damage.loss.records.keys.sorted() {
            findings.append(
                Finding(
                    .damage, "lost",
                    "record \(record) is in the log and in no table; the next device that holds it "
                        + "brings it back. If none does, its change sets are still here"))
        }
        for record in store.damage.healed {
            findings.append(
                Finding(
                    .warning, "healed",
                    "record \(record) was not what was written, and is right again since the hub "
                        + "was started: look at the disk"))
        }
        return findings
    }

    private func checkLog(
        _ memory: HubMemory, _ tx: borrowing HubTransaction
    ) throws -> [Finding] {
        var findings: [Finding] = []
        var heads: [Int64: (next: UInt64, head: ContentHash)] = [:]
        var merged: [Int64: NumberSet] = [:]
        var pairs: Set<Writer> = []
        let fillings = try tx.fillings()
        try tx.allUploads { upload in
            guard upload.state == .judged || upload.state == .waiting else { return }
            let expected = heads[upload.replica] ?? (1, .none)
            do {
                let run = try upload.run
                let read = try RunCoding.decodeRun(run.bytes)
                let isFilling = fillings.contains(upload.id)
                let owner = try tx.replica(rid: upload.replica)
                let branch = heads[upload.replica] == nil ? owner?.branch : nil
                // What a branch shares lies with the replica it parted from.
                let isInChain =
                    isFilling
                    ? read.changeSet(upload.last) != nil
                    : upload.first == branch?.first ?? expected.next
                        && (branch != nil || read.previous(of: upload.first) == expected.head)
                guard isInChain, read.hash(of: upload.last) == upload.head else {
                    findings.append(
                        Finding(.damage, "chain", "upload \(upload.id) does not fit its chain"))
                    return
                }
                if !isFilling { heads[upload.replica] = (upload.last + 1, upload.head) }
                for set in read.changeSets {
                    guard let owner else { continue }
                    pairs.insert(Writer(replica: owner.id, author: set.changeSet.author))
                }
                if let signed = upload.receipt.flatMap({ SignedReceipt(stored: $0) }) {
                    guard let receipt = signed.verified(by: memory.key.verifying) else {
                        findings.append(
                            Finding(
                                .damage, "receipt", "the receipt of upload \(upload.id) is not ours"
                            ))
                        return
                    }
                    for (offset, entry) in receipt.entries.enumerated()
                    where entry.disposition.isMerged {
                        if let number = ChangeSetNumber(receipt.first.value + UInt64(offset)) {
                            merged[upload.replica, default: NumberSet()].insert(number)
                        }
                    }
                }
                if let owner {
                    let key = owner.id.isHub ? memory.key.verifying : owner.key
                    if !run.isSigned(as: read, by: key) {
                        findings.append(
                            Finding(.damage, "signature", "upload \(upload.id) is not signed"))
                    }
                }
            } catch is CodecError {
                findings.append(
                    Finding(.damage, "upload", "upload \(upload.id) can't be read"))
            }
        }
        for replica in try tx.replicas() {
            let shared = replica.branch?.first ?? 1
            let found = heads[replica.rid]
            var numbers = merged[replica.rid] ?? NumberSet()
            // What a branch shares was merged under the other name.
            for range in replica.merged.ranges where range.lowerBound < shared {
                for number in range.lowerBound...min(range.upperBound, shared - 1) {
                    if let number = ChangeSetNumber(number) { numbers.insert(number) }
                }
            }
            // One of which nothing has come has no head; a branch is entered with what begins it.
            if replica.stored != (found?.next ?? shared) - 1
                || replica.head != found?.head ?? .none || replica.merged != numbers
                || replica.id.isHub && replica.key.bytes != memory.key.verifying.bytes
            {
                findings.append(
                    Finding(
                        .damage, "replica",
                        "the row of replica \(replica.id) is not what the log says"))
            }
        }
        for (place, writer) in memory.writers.writers.enumerated() {
            if let writer, !pairs.contains(writer) {
                findings.append(
                    Finding(.damage, "writer", "writer \(place + 1) never wrote anything"))
            }
        }
        return findings
    }
}
