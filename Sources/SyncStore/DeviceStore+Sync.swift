internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol
internal import Synchronization

/// What a device's store knows that decides what the next request says.
public struct SyncState: Hashable, Sendable {
    public let replica: ReplicaID
    public let hub: HubID?
    public let epoch: EpochID?
    /// How far the hub's log had come in this epoch; `.none` where it has told nothing yet.
    public let mark: LogMark.Sign
    /// 0 where the hub has told no grants in this epoch; there are no cursors then.
    public let grantsVersion: UInt64
    /// In the hub's order of grants.
    public let cursors: [LogPosition]
    public let noticeCursor: UInt64
    public let writerCursor: UInt32
    /// The digest to have compared: only where the last sync brought everything up to one position.
    public let digest: StateDigest?
    /// Change sets without a receipt of this epoch, and those between them, from the first on.
    /// Without gaps.
    public let offers: [Offer]
    /// How many have no receipt, those beyond `offers` included.
    public let pending: UInt64
    /// Own numbers of which the hub is to tell what has become.
    public let unsettled: [ChangeSetNumber]
    /// Whether the hub's word for this device is missing, or old.
    public let wantsCredential: Bool
    /// What `keepLoad` was told last; 0 for nothing.
    public let load: Int
    public let answerLoad: Int

    public struct Offer: Hashable, Sendable {
        public let number: ChangeSetNumber
        /// What it takes on the wire at most, before compression.
        public let bytes: Int

        public init(number: ChangeSetNumber, bytes: Int) {
            (self.number, self.bytes) = (number, bytes)
        }
    }
}

/// What applying an answer changed.
public struct AppliedAnswer: Hashable, Sendable {
    public var records = 0
    /// Change sets of which a receipt says what none had said before. One that says the same again
    /// is no news: who asked again for its sake would never end.
    public var receipted: Set<ChangeSetNumber> = []
    public var notices = 0
    public var cursorsMoved = false
    /// Records that were not as the hub has them, and now are.
    public var mended = 0
    /// Leaves that were not known.
    public var left = 0
    /// Whether the hub left out states that this device does not come to by itself: it must be
    /// asked for them, and people should know.
    public var disagrees = false

    public init() {}
}

extension DeviceStore {
    /// Returns what the next request has to say.
    ///
    /// - Parameter limit: the most change sets to offer.
    public func syncState(limit: Int) throws(StoreError) -> SyncState {
        try read { db in
            let identity = try self.identity(db)
            let era = try self.era(db)
            let territory = try self.territory(db)
            var offers: [SyncState.Offer] = []
            try db.each(
                """
                SELECT number, size FROM sync_outbox
                WHERE number BETWEEN
                    (SELECT min(number) FROM sync_outbox WHERE \(Self.unstored))
                    AND (SELECT max(number) FROM sync_outbox WHERE \(Self.unstored))
                ORDER BY number LIMIT ?2
                """, [era, max(limit, 0)]
            ) { row in
                offers.append(
                    SyncState.Offer(number: try row.changeSetNumber(0), bytes: Int(try row.int(1))))
            }
            let pending =
                try db.first("SELECT count(*) FROM sync_outbox WHERE \(Self.unsent)", [era]) {
                    try $0.int(0)
                } ?? 0
            let writers = try self.writers(era, db).writers
            let cursors = territory.current.map(\.cursor)
            let state = try db.first(
                """
                SELECT mark, grants_version, notices, merged, is_complete, load, answer_load
                FROM sync_replica
                """
            ) { row in
                let version = UInt64(bitPattern: try row.int(1))
                let merged = try NumberSetForm.decode(try row.blob(3))
                let isComplete = try row.int(4) != 0
                return SyncState(
                    replica: identity.replica, hub: identity.hub, epoch: identity.epoch,
                    mark: try row.blobOrNil(0).flatMap { self.signedMark($0)?.1.sign } ?? .none,
                    grantsVersion: version,
                    cursors: version == 0 ? [] : cursors,
                    noticeCursor: UInt64(clamping: try row.int(2)),
                    writerCursor: UInt32(writers.prefix { $0 != nil }.count),
                    digest: isComplete && version != 0 ? try self.totalDigest(db) : nil,
                    offers: offers,
                    pending: UInt64(clamping: pending),
                    // At the hub a copy's numbers are those of the branch it did not write.
                    unsettled: identity.enrolment == .copied
                        ? [] : try self.unsettled(era, merged, db),
                    wantsCredential: try self.wantsCredential(db), load: Int(try row.int(5)),
                    answerLoad: Int(try row.int(6)))
            }
            guard let state else { throw StoreFault(.damaged, "the store does not know its name") }
            return state
        }
    }

    /// Remembers how much one request may carry, and its answer, for a line that breaks with more.
    public func keepLoad(_ bytes: Int, answer: Int) throws(StoreError) {
        try write { db in
            try db.run("UPDATE sync_replica SET load = ?, answer_load = ?", [bytes, answer])
        }
    }

    /// Rows of the outbox that may not be settled. Those before are left unread: there may be many.
    static let open = "number > (SELECT settled FROM sync_replica)"
    /// Rows of the outbox that no receipt of the era in the first argument names.
    static let unsent = open + " AND era IS NOT ?1"
    /// Those among them that the hub has not said to hold all the same.
    private static let unstored = unsent + " AND number > (SELECT stored FROM sync_replica)"

    /// Held ones, those that wait for a newer hub, those that the hub has merged although its last
    /// receipt said otherwise, and those that it has from an earlier epoch.
    private func unsettled(
        _ era: Int64, _ merged: NumberSet, _ db: Database
    ) throws -> [ChangeSetNumber] {
        var numbers: [ChangeSetNumber] = []
        try db.each(
            """
            SELECT number, disposition, era IS ?1, reason FROM sync_outbox
            WHERE \(Self.open) AND is_settled = 0 AND ((era = ?1 AND position IS NULL)
                OR (era IS NOT ?1 AND number <= (SELECT stored FROM sync_replica)))
            ORDER BY number LIMIT 10000
            """, [era]
        ) { row in
            let number = try row.changeSetNumber(0)
            let isOfEra = try row.int(2) != 0
            let waits = try disposition(row, 1) == .held || row.text(3) == "HZ-5006"
            if !isOfEra || waits || merged.contains(number) { numbers.append(number) }
        }
        return numbers
    }

    // MARK: The hub's lives

    /// Begins a new life of the hub: cursors and numbers of writers mean nothing any more, and
    /// everything not anchored is offered again, but for what the hub says to have. Does nothing
    /// where the epoch is the present one.
    ///
    /// Records stay readable as they were until the hub sends them again; own writes, drafts and
    /// history are not touched.
    ///
    /// - Parameter stored: how far the hub has this device's chain. Believed only where it is the
    ///   chain that lies here.
    public func adopt(
        _ epoch: EpochID, stored: ChainHead? = nil, now: ClockReading
    ) throws(StoreError) {
        try write { db in
            guard try self.identity(db).epoch != epoch else { return }
            try self.beginEra(epoch, now, db)
            guard let stored, try self.hash(of: stored.number, db) == stored.hash else { return }
            try db.run("UPDATE sync_replica SET stored = ?", [Int64(stored.number.value)])
            // A copy older than the backup that was verified: what is here all the same is offered,
            // and what follows it does not wait for it at the hub for ever.
            try db.run(
                """
                UPDATE sync_outbox SET era = NULL, is_anchored = 0
                WHERE number > ? AND is_anchored = 1
                """, [Int64(stored.number.value)])
        }
    }

    /// The whole mark that `SyncState` shows a sign of; `nil` where this epoch has told none yet.
    public func mark() throws(StoreError) -> SignedMark? {
        try read { db in
            try db.first("SELECT mark FROM sync_replica") {
                try $0.blobOrNil(0).flatMap { self.signedMark($0)?.0 }
            } ?? nil
        }
    }

    /// A mark that can't be read is none, until the next answer brings one; the next sync looks at
    /// everything.
    private func signedMark(_ stored: [UInt8]) -> (SignedMark, LogMark)? {
        guard stored.count > 64, let signature = Signature(bytes: stored[..<64]) else {
            memory.withLock { $0.hasMetDamage = true }
            return nil
        }
        let signed = SignedMark(bytes: Array(stored[64...]), signature: signature)
        do { return (signed, try LogMark.decode(signed.bytes)) } catch {
            memory.withLock { $0.hasMetDamage = true }
            return nil
        }
    }

    /// Returns the newest receipt of an earlier epoch for each of these numbers that has one: what
    /// a hub that lost them needs to know when they were made.
    public func earlierReceipts(
        _ numbers: ClosedRange<ChangeSetNumber>
    ) throws(StoreError) -> [SignedReceipt] {
        try read { db in
            let hasEarlier = try db.first(
                """
                SELECT 1 FROM sync_outbox WHERE number BETWEEN ? AND ? AND received_ms IS NOT NULL
                LIMIT 1
                """,
                [Int64(numbers.lowerBound.value), Int64(numbers.upperBound.value)]
            ) { _ in true }
            guard hasEarlier != nil else { return [] }
            var open = Set(numbers.lowerBound.value...numbers.upperBound.value)
            var receipts: [SignedReceipt] = []
            try db.each(
                """
                SELECT first, last, signature, bytes FROM sync_receipts
                WHERE first <= ? AND last >= ? ORDER BY id DESC
                """,
                [Int64(numbers.upperBound.value), Int64(numbers.lowerBound.value)]
            ) { row in
                guard receipts.count < Limits.receiptsPerRequest else { return }
                let first = max(try row.changeSetNumber(0), numbers.lowerBound)
                let last = min(try row.changeSetNumber(1), numbers.upperBound)
                let before = open.count
                open.subtract(first.value...last.value)
                guard open.count < before else { return }
                receipts.append(try self.signedReceipt(row, 2))
            }
            return receipts
        }
    }

    /// The hash of an own change set; `nil` where there is none of that number.
    func hash(of number: ChangeSetNumber, _ db: Database) throws -> ContentHash? {
        try db.first(
            "SELECT hash FROM sync_outbox WHERE number = ?", [Int64(number.value)]
        ) { try $0.contentHash(0) }
    }

    func beginEra(_ epoch: EpochID, _ now: ClockReading, _ db: Database) throws {
        let old = try era(db)
        let new = old + 1
        try db.run(
            "INSERT INTO sync_epochs(era, id, began_ms) VALUES (?, ?, ?)",
            [new, epoch.stored, now.wall_ms])
        try db.run("UPDATE sync_grants SET cursor = 0, complete = 0")
        try db.run("UPDATE sync_outbox SET is_settled = 0, is_discarded = 0")
        try db.run("DELETE FROM sync_digests")
        // Their numbers are given anew: what was signed for here would take another record's leave
        // off the hub's list. Those that still hold, the hub tells again.
        try db.run("DELETE FROM sync_leaves")
        try db.run("DELETE FROM sync_purges")
        memory.withLock { $0 = DeviceMemory() }
        // What the records of this epoch say of their files is true of this epoch.
        try db.run("UPDATE sync_files SET is_sent = 0")
        // A backup that was verified holds them, at the same positions.
        try db.run("UPDATE sync_outbox SET era = ? WHERE era = ? AND is_anchored = 1", [new, old])
        try db.run(
            """
            UPDATE sync_replica SET era = ?, grants_version = 0, notices = 0, merged = x'',
                mark = NULL, mark_number = 0, stored = 0, anchored = 0, settled = 0, is_complete = 0
            """, [new])
    }
}
