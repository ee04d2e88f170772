internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol
internal import Synchronization

extension DeviceStore {
    /// Returns what this device wrote, newest first.
    ///
    /// - Parameter onlyOpen: leaves out what the hub has merged.
    public func outbox(
        onlyOpen: Bool = false, limit: Int = 1000
    ) throws(StoreError) -> [OutboxEntry] {
        try read { db in
            let era = try self.era(db)
            let merged = try self.merged(db)
            var entries: [OutboxEntry] = []
            try db.each(
                Self.outboxSQL
                    + (onlyOpen
                        ? """
                         WHERE \(Self.open) AND (era IS NOT ?1 OR position IS NULL)
                            AND is_discarded = 0
                        """ : "")
                    + " ORDER BY number DESC LIMIT ?2", [era, max(limit, 0)]
            ) { row in entries.append(try self.outboxEntry(row, era, merged)) }
            return entries
        }
    }

    /// Returns one entry of the outbox; `nil` if this device has not written so many.
    public func outboxEntry(_ number: ChangeSetNumber) throws(StoreError) -> OutboxEntry? {
        try read { db in
            let era = try self.era(db)
            let merged = try self.merged(db)
            return try db.first(
                Self.outboxSQL + " WHERE number = ?", [Int64(number.value)]
            ) { try self.outboxEntry($0, era, merged) }
        }
    }

    /// Returns a change set of this device with its contents.
    public func changeSet(_ number: ChangeSetNumber) throws(StoreError) -> HashedChangeSet {
        try read { db in try self.changeSet(number, db) }
    }

    func changeSet(_ number: ChangeSetNumber, _ db: Database) throws -> HashedChangeSet {
        let set = try db.first(
            "SELECT key, bytes, hash FROM sync_outbox WHERE number = ?", [Int64(number.value)]
        ) { row in
            let set = try self.opened(try row.blob(1), key: try row.int(0), number)
            // Bytes that have rotted may read as another change set; where it is the hash beside
            // them that has, the two differ in little.
            guard let kept = ContentHash(bytes: try row.blob(2)),
                set.hash == kept || set.hash.isNear(kept)
            else { throw StoreError.unreadable("change set \(number) is another") }
            return set
        }
        guard let set else { throw StoreError.unknownChangeSet(number) }
        return set
    }

    /// Returns what was set aside: change sets that wait for a person at the hub, with the reason.
    public func returned() throws(StoreError) -> [OutboxEntry] {
        try read { db in
            let era = try self.era(db)
            let merged = try self.merged(db)
            var entries: [OutboxEntry] = []
            try db.each(
                Self.outboxSQL
                    + """
                     WHERE \(Self.open) AND era = ? AND disposition = ? AND is_discarded = 0
                    ORDER BY number
                    """,
                [era, Int64(Disposition.quarantined.rawValue)]
            ) { row in entries.append(try self.outboxEntry(row, era, merged)) }
            return entries
        }
    }

    /// The number of the last change set; 0 where there is none.
    public func lastNumber() throws(StoreError) -> UInt64 {
        try read { db in
            UInt64(
                clamping: try db.first("SELECT ifnull(max(number), 0) FROM sync_outbox") {
                    try $0.int(0)
                } ?? 0)
        }
    }

    private static let outboxSQL = """
        SELECT number, hash, intent, made_ms, era, disposition, position, shift_ms, received_ms,
            reason, is_anchored, size, key, bytes, is_lost, is_discarded FROM sync_outbox
        """

    private func outboxEntry(
        _ row: Row, _ era: Int64, _ merged: NumberSet
    ) throws -> OutboxEntry {
        let number = try row.changeSetNumber(0)
        let isOfEra = try row.intOrNil(4) == era
        var disposition = isOfEra ? try self.disposition(row, 5) : nil
        // A copy has turned up since, of which no receipt tells this device.
        let isFound = disposition == .gap && merged.contains(number)
        if isFound { disposition = .applied }
        let key = try row.int(12)
        let set =
            try row.int(14) != 0
            ? nil
            : try unlessLost(number) {
                try contents(try row.blob(13), key: key, number, hash: try row.blob(1))
            }
        var hash = try row.contentHash(1)
        if set != nil, memory.withLock({ $0.lost.contains(number) }) {
            hash = try opened(try row.blob(13), key: key, number).hash
        }
        return OutboxEntry(
            number: number, hash: hash,
            // What its hash stands for, before what was written beside it.
            intent: try set?.intent.string ?? row.text(2),
            made_ms: try set?.time.wall_ms ?? row.int(3),
            state: disposition.map(OutboxState.received) ?? .unsent,
            position: isOfEra ? try row.logPositionOrNil(6) : nil,
            corrected: try row.intOrNil(7).flatMap { shift in
                set.map { CorrectedTime($0.time, shift_ms: shift) }
            },
            received_ms: try row.intOrNil(8).map { UInt64(clamping: $0) },
            reason: isFound ? "" : try row.text(9), isAnchored: try row.int(10) != 0,
            records: (set?.changes ?? []).map {
                OutboxRecord(record: $0.record, collection: $0.collection)
            }, isLost: set == nil,
            isDiscarded: try row.int(15) != 0, bytes: Int(try row.int(11)))
    }

    // MARK: Receipts

    /// Returns the receipts, newest first.
    public func receipts(limit: Int = 1000) throws(StoreError) -> [KeptReceipt] {
        try read { db in
            var kept: [KeptReceipt] = []
            try db.each(
                "SELECT arrived_ms, signature, bytes FROM sync_receipts ORDER BY id DESC LIMIT ?",
                [max(limit, 0)]
            ) { row in
                let signed = try self.signedReceipt(row, 1)
                do {
                    kept.append(
                        KeptReceipt(
                            signed: signed, receipt: try Receipt.decode(signed.bytes),
                            arrived_ms: try row.int(0)))
                } catch let error as CodecError {
                    throw StoreError.unreadable("a receipt: \(error)")
                }
            }
            return kept
        }
    }

    func signedReceipt(_ row: Row, _ index: Int) throws -> SignedReceipt {
        guard let signature = Signature(bytes: try row.blob(index)) else {
            throw StoreFault(.damaged, "a signature is not 64 bytes long")
        }
        return SignedReceipt(bytes: try row.blob(index + 1), signature: signature)
    }

    /// Verifies every receipt with the key learned at enrolment, and the outbox's chain of hashes
    /// and what is noted in it against them.
    ///
    /// Works on bytes alone: whoever altered the store can't make this pass without the hub's
    /// secret key.
    public func verifyReceipts() throws(StoreError) -> ReceiptCheck {
        try read { db in
            let identity = try self.identity(db)
            guard let key = identity.receiptKey, let hub = identity.hub else {
                throw StoreError.notEnrolled
            }
            let chain = try self.chain(db)
            var faults = chain.faults
            var valid = 0
            var covered: Set<ChangeSetNumber> = []
            try db.each("SELECT id, signature, bytes FROM sync_receipts ORDER BY id") { row in
                guard let receipt = try self.signedReceipt(row, 1).verified(by: key) else {
                    faults.append(.badSignature(row: try row.int(0)))
                    return
                }
                guard receipt.hub == hub, receipt.replica == identity.replica else {
                    faults.append(.foreign(receipt.first))
                    return
                }
                guard chain.hashes[receipt.last] == receipt.lastHash else {
                    faults.append(.otherHash(receipt.first))
                    return
                }
                valid += 1
                for value in receipt.first.value...receipt.last.value {
                    if let number = ChangeSetNumber(value) { covered.insert(number) }
                }
            }
            let misnoted = try self.misnoted(db)
            faults += misnoted.numbers.sorted().compactMap {
                ChangeSetNumber(UInt64(clamping: $0)).map { .otherNote($0) }
            }
            if misnoted.isBeyond { faults.append(.otherNote(nil)) }
            let numbers = chain.hashes.keys.sorted()
            let missing = numbers.filter { !covered.contains($0) }
            let through = numbers.prefix { covered.contains($0) }.last
            return ReceiptCheck(valid: valid, faults: faults, through: through, missing: missing)
        }
    }

    /// The hash of each own change set, worked out from its bytes, and where the chain is broken.
    func chain(
        _ db: Database
    ) throws -> (hashes: [ChangeSetNumber: ContentHash], faults: [ReceiptCheck.Fault]) {
        var hashes: [ChangeSetNumber: ContentHash] = [:]
        var faults: [ReceiptCheck.Fault] = []
        var expected = ChangeSetNumber.first
        var previous = ContentHash.none
        try db.each(
            "SELECT number, hash, key, bytes, is_lost FROM sync_outbox ORDER BY number"
        ) { row in
            let number = try row.changeSetNumber(0)
            let kept = try row.contentHash(1)
            if try row.int(4) != 0, number == expected {
                // Known to be lost; the chain goes on from its hash.
                hashes[number] = kept
                (expected, previous) = (number.next, kept)
                return
            }
            var isWhole = number == expected
            do {
                let set = try self.opened(try row.blob(3), key: try row.int(2), number)
                isWhole = isWhole && set.hash == kept && set.changeSet.previous == previous
                hashes[number] = set.hash
            } catch StoreError.unreadable {
                isWhole = false
            }
            if !isWhole { faults.append(.brokenChain(number)) }
            expected = number.next
            previous = kept
        }
        return (hashes, faults)
    }

    /// Verifies the receipts of an answer: the hub's signature, that they are for this device and
    /// of the present epoch, and that they name what this device really wrote. Its mark as well.
    public func verified(_ answer: SyncResponse) throws(StoreError) -> [Receipt] {
        try read { db in
            let epoch = try answer.epoch ?? self.identity(db).epoch
            if let mark = answer.mark { try self.verify(mark, epoch: epoch, db) }
            if let credential = answer.credential { try self.verify(credential, db) }
            return try self.verified(answer.receipts, epoch: epoch, db)
        }
    }

    /// Verifies that a mark is the hub's, and of this epoch.
    func verify(_ signed: SignedMark, epoch: EpochID?, _ db: Database) throws {
        let identity = try self.identity(db)
        guard let key = identity.receiptKey, let hub = identity.hub else {
            throw StoreError.notEnrolled
        }
        guard let mark = signed.verified(by: key) else {
            throw StoreError.badAnswer(.badReceiptSignature)
        }
        guard mark.hub == hub, mark.epoch == epoch else {
            throw StoreError.badAnswer(.foreignReceipt)
        }
    }

    /// The same for receipts by themselves, which have to be of the present epoch.
    func verified(
        _ receipts: [SignedReceipt], epoch: EpochID?, _ db: Database
    ) throws -> [Receipt] {
        let identity = try self.identity(db)
        guard let key = identity.receiptKey, let hub = identity.hub else {
            throw StoreError.notEnrolled
        }
        return try receipts.map { signed in
            guard let receipt = signed.verified(by: key) else {
                throw StoreError.badAnswer(.badReceiptSignature)
            }
            guard receipt.hub == hub, receipt.replica == identity.replica,
                receipt.epoch == epoch
            else { throw StoreError.badAnswer(.foreignReceipt) }
            guard try self.hash(of: receipt.last, db) == receipt.lastHash else {
                throw StoreError.badAnswer(.receiptOfOther(receipt.last))
            }
            return receipt
        }
    }
}
