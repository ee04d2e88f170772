internal import GRDB
internal import SyncCore
internal import SyncProtocol

// What is noted beside own change sets, so that it can be asked for: copies of what receipts, marks
// and the change sets themselves say. See
// `docs/decisions/0085-what-is-noted-is-held-against-its-source.md`.

/// What is noted and is not what it was noted from, with what puts it right.
struct Misnoted {
    /// The own change sets of which something else is noted.
    private(set) var numbers: Set<Int64> = []
    /// Whether something is that is not said of one change set: how far the hub and its backups
    /// have come, and up to where all is settled.
    private(set) var isBeyond = false
    private var corrections: [(sql: String, arguments: StatementArguments)] = []

    /// How many things are to be put right.
    var count: Int { corrections.count }

    mutating func correct(
        _ number: Int64?, _ sql: String, _ arguments: StatementArguments = []
    ) {
        if let number {
            numbers.insert(number)
        } else {
            isBeyond = true
        }
        corrections.append((sql, arguments))
    }

    func putRight(_ db: Database) throws {
        for correction in corrections { try db.run(correction.sql, correction.arguments) }
    }
}

extension DeviceStore {
    /// What one receipt says of one change set, as it is noted in the outbox.
    private struct Said {
        let epoch: EpochID
        let isMerged: Bool
        let disposition: Disposition
        let position: LogPosition?
        /// Disposition, position, shift, when it was received, and why.
        let noted: [DatabaseValue]
    }

    /// What the hub has signed.
    private struct Signed {
        /// By number, in order of arrival.
        var said: [Int64: [Said]] = [:]
        /// How far the receipts of the present epoch say that the backups reach.
        var anchored = LogPosition.start
        var valid = 0
        var invalid = 0
    }

    private static let unsaid: [DatabaseValue] = [
        .null, .null, .null, .null, "".databaseValue,
    ]

    /// Holds everything that is noted beside own change sets against what it was noted from.
    ///
    /// Nothing of it is believed here: a value of another kind than was ever written is told like
    /// any other that is wrong.
    ///
    /// - Complexity: linear in the receipts, whose signatures are verified, and in the outbox.
    func misnoted(_ db: Database) throws -> Misnoted {
        var found = Misnoted()
        let identity = try identity(db)
        guard let key = identity.receiptKey, let hub = identity.hub else { return found }
        let signed = try signed(by: key, of: hub, identity, &found, db)
        // Where none is genuine it is the key that is not: what is noted is all there is.
        guard signed.valid > 0 || signed.invalid == 0 else { return Misnoted() }
        let anchored = try checkAnchored(signed, identity, &found, db)
        try checkRows(signed, anchored, identity.epoch, &found, db)
        try checkSettled(&found, db)
        try checkLaid(&found, db)
        return found
    }

    // MARK: What the hub has signed

    private func signed(
        by key: VerifyingKey, of hub: HubID, _ identity: DeviceIdentity, _ found: inout Misnoted,
        _ db: Database
    ) throws -> Signed {
        var signed = Signed()
        try db.each("SELECT signature, bytes, id, first, last FROM sync_receipts ORDER BY id") {
            row in
            let kept: SignedReceipt
            do { kept = try self.signedReceipt(row, 0) } catch is StoreFault {
                signed.invalid += 1
                return
            }
            guard let receipt = kept.verified(by: key), receipt.hub == hub,
                receipt.replica == identity.replica
            else {
                signed.invalid += 1
                return
            }
            signed.valid += 1
            if receipt.epoch == identity.epoch {
                signed.anchored = max(signed.anchored, receipt.anchored)
            }
            let first = Int64(receipt.first.value)
            let last = Int64(receipt.last.value)
            if row[3] != first.databaseValue || row[4] != last.databaseValue {
                found.correct(
                    first, "UPDATE sync_receipts SET first = ?, last = ? WHERE id = ?",
                    [first, last, row[2] as DatabaseValue])
            }
            for (offset, entry) in receipt.entries.enumerated() {
                let position = entry.disposition.isMerged ? entry.position : nil
                signed.said[first + Int64(offset), default: []].append(
                    Said(
                        epoch: receipt.epoch, isMerged: position != nil,
                        disposition: entry.disposition, position: position,
                        noted: [
                            Int64(entry.disposition.rawValue).databaseValue,
                            position.map { Int64($0.value) }.databaseValue,
                            entry.shift_ms.databaseValue,
                            Int64(receipt.received_ms).databaseValue,
                            entry.reason.string.databaseValue,
                        ]))
            }
        }
        return signed
    }

    /// Returns how far the hub's backups are known to reach; `nil` where nothing here can tell.
    private func checkAnchored(
        _ signed: Signed, _ identity: DeviceIdentity, _ found: inout Misnoted, _ db: Database
    ) throws -> LogPosition? {
        let row = try db.first("SELECT mark, mark_number, anchored FROM sync_replica") { row in
            (try row.blobOrNil(0), row[1] as DatabaseValue, row[2] as DatabaseValue)
        }
        guard let (kept, number, anchored) = row else { return nil }
        var least = LogPosition.start
        if let kept {
            guard kept.count > 64, let signature = Signature(bytes: kept[..<64]),
                let key = identity.receiptKey,
                let mark = SignedMark(bytes: Array(kept[64...]), signature: signature)
                    .verified(by: key), mark.epoch == identity.epoch
            else {
                // The next answer brings another, and with it how far the backups reach.
                found.correct(nil, "UPDATE sync_replica SET mark = NULL, mark_number = 0")
                return nil
            }
            if number != Int64(mark.number).databaseValue {
                found.correct(
                    nil, "UPDATE sync_replica SET mark_number = ?", [Int64(mark.number)])
            }
            least = mark.anchored
        }
        let most = max(least, signed.anchored)
        if let noted = Int64.fromDatabaseValue(anchored).flatMap({ UInt64(exactly: $0) })
            .flatMap({ LogPosition($0) }), noted >= least, noted <= most
        {
            return noted
        }
        // What a backup holds beyond that, the next answer tells again.
        found.correct(nil, "UPDATE sync_replica SET anchored = ?", [Int64(least.value)])
        return least
    }

    // MARK: The outbox

    private func checkRows(
        _ signed: Signed, _ anchored: LogPosition?, _ epoch: EpochID?, _ found: inout Misnoted,
        _ db: Database
    ) throws {
        let era = try era(db)
        var epochs: [Int64: EpochID] = [:]
        try db.each("SELECT era, id FROM sync_epochs") { epochs[try $0.int(0)] = try $0.name(1) }
        var touched: [Int64: [RecordID: Int64]] = [:]
        try db.each("SELECT number, record, collection FROM sync_outbox_records") { row in
            touched[try row.int(0), default: [:]][try row.name(1)] = try row.int(2)
        }
        try db.each(
            """
            SELECT number, era, disposition, position, shift_ms, received_ms, reason, is_anchored,
                is_settled, is_lost, is_discarded, intent, made_ms, clock_ms, clock_counter, size,
                key, bytes, hash FROM sync_outbox ORDER BY number
            """
        ) { row in
            let number = try row.int(0)
            let said = signed.said[number] ?? []
            let whole = try self.whole(row, number)
            let noted = NotedRow(row)
            let standing = Standing(noted, said, era, epoch, epochs)
            let isAnchored =
                anchored.map { standing.isAnchored(by: $0) } ?? (noted.isAnchored != 0)
            let isLost =
                noted.isLost != 0
                && !(whole != nil && !said.isEmpty && said.allSatisfy { $0.disposition != .gap })
            let isDiscarded =
                noted.isDiscarded != 0 && standing.isOfEra
                && said.contains { $0.disposition == .quarantined }
            let isSettled =
                noted.isSettled != 0 && standing.isRight && standing.isOfEra
                && (standing.isMerged || isLost || isDiscarded)
            let right: [DatabaseValue] =
                standing.noted
                + [isAnchored, isSettled, isLost, isDiscarded].map {
                    ($0 ? 1 : 0).databaseValue
                }
            if right != (1...10).map({ row[$0] as DatabaseValue }) {
                found.correct(
                    number,
                    """
                    UPDATE sync_outbox SET era = ?, disposition = ?, position = ?, shift_ms = ?,
                        received_ms = ?, reason = ?, is_anchored = ?, is_settled = ?, is_lost = ?,
                        is_discarded = ? WHERE number = ?
                    """, StatementArguments(right + [number.databaseValue]))
            }
            guard !isLost, let (set, size) = whole else {
                touched[number] = nil
                return
            }
            try self.check(set, size, row, &found)
            try self.check(set, touched.removeValue(forKey: number) ?? [:], &found, db)
        }
        for number in touched.keys.sorted() {
            found.correct(number, "DELETE FROM sync_outbox_records WHERE number = ?", [number])
        }
    }

    /// An own change set that is what was hashed, and how many bytes it takes; `nil` where it can't
    /// be read any more.
    private func whole(_ row: Row, _ number: Int64) throws -> (set: ChangeSet, size: Int)? {
        guard let number = ChangeSetNumber(UInt64(clamping: number)) else { return nil }
        do {
            let (key, bytes) = (try row.int(16), try row.blob(17))
            return (
                try contents(bytes, key: key, number, hash: try row.blob(18)),
                try seal.open(bytes, keyID: key).count
            )
        } catch StoreError.unreadable {
            return nil
        } catch is StoreFault {
            return nil
        }
    }

    /// The figures of a row of the outbox as far as they are figures at all.
    private struct NotedRow {
        let era: Int64?
        let isBlank: Bool
        let receipt: [DatabaseValue]
        let isAnchored: Int64
        let isSettled: Int64
        let isLost: Int64
        let isDiscarded: Int64

        init(_ row: Row) {
            func figure(_ index: Int) -> Int64 { Int64.fromDatabaseValue(row[index]) ?? 2 }
            let era: DatabaseValue = row[1]
            // What is no era at all is one that never was.
            self.era = era.isNull ? nil : Int64.fromDatabaseValue(era) ?? -1
            receipt = (2...6).map { row[$0] }
            isBlank = era.isNull && receipt == DeviceStore.unsaid
            isAnchored = figure(7)
            isSettled = figure(8)
            isLost = figure(9)
            isDiscarded = figure(10)
        }
    }

    /// What must be noted of a change set, by what the hub has signed.
    ///
    /// A later receipt may say more, and a new life of the hub may say it anew; but what was merged
    /// stays so within one life, and what lay in a verified backup is carried on into the next.
    private struct Standing {
        let isRight: Bool
        let isOfEra: Bool
        let isMerged: Bool
        /// Era, and what a receipt says.
        let noted: [DatabaseValue]
        private let position: LogPosition?
        private let isCarried: Bool

        init(
            _ row: NotedRow, _ said: [Said], _ era: Int64, _ epoch: EpochID?,
            _ epochs: [Int64: EpochID]
        ) {
            let present = said.filter { $0.epoch == epoch }
            let merged = present.filter(\.isMerged)
            let carried =
                row.isAnchored == 1 ? said.filter { $0.isMerged && $0.epoch != epoch } : []
            func matching(_ said: [Said]) -> Said? { said.last { $0.noted == row.receipt } }
            let isRight: Bool
            var match: Said?
            var isCarried = false
            if row.era == era {
                match = matching(merged.isEmpty && carried.isEmpty ? present : merged)
                if let carried = matching(carried) { (match, isCarried) = (carried, true) }
                isRight = match != nil
            } else if !present.isEmpty {
                isRight = false
            } else if let earlier = row.era {
                match = matching(said.filter { $0.epoch == epochs[earlier] })
                isRight = earlier < era && match != nil
            } else {
                match = matching(said)
                // Of a row that was gone and is known to be lost nothing is noted.
                isRight = match != nil || row.isBlank && (said.isEmpty || row.isLost == 1)
            }
            self.isRight = isRight
            self.isCarried = isCarried
            if isRight {
                noted = [row.era.databaseValue] + row.receipt
                (isOfEra, isMerged) = (row.era == era, match?.isMerged ?? false)
                position = match?.position
                return
            }
            let right = merged.last ?? present.last
            // What only an earlier life has said is offered again: that loses nothing.
            noted =
                [(right == nil ? nil : era).databaseValue]
                + ((right ?? said.last)?.noted ?? DeviceStore.unsaid)
            (isOfEra, isMerged) = (right != nil, right?.isMerged ?? false)
            position = right?.position
        }

        func isAnchored(by anchored: LogPosition) -> Bool {
            isOfEra && (isCarried || position.map { $0 <= anchored } ?? false)
        }
    }

    /// Holds what is noted of a change set so that it need not be read against what it says.
    private func check(
        _ set: ChangeSet, _ size: Int, _ row: Row, _ found: inout Misnoted
    ) throws {
        let right: [DatabaseValue] = [
            set.intent.string.databaseValue, set.time.wall_ms.databaseValue,
            Int64(set.time.timestamp.milliseconds).databaseValue,
            Int64(set.time.timestamp.counter).databaseValue, Int64(size).databaseValue,
        ]
        guard right != (11...15).map({ row[$0] as DatabaseValue }) else { return }
        let number = Int64(set.name.number.value)
        found.correct(
            number,
            """
            UPDATE sync_outbox SET intent = ?, made_ms = ?, clock_ms = ?, clock_counter = ?,
                size = ? WHERE number = ?
            """, StatementArguments(right + [number.databaseValue]))
    }

    /// Holds the records that a change set is laid over against those it touches.
    private func check(
        _ set: ChangeSet, _ noted: [RecordID: Int64], _ found: inout Misnoted, _ db: Database
    ) throws {
        let number = Int64(set.name.number.value)
        let right = Dictionary(
            set.changes.map { ($0.record, Int64($0.collection.value)) },
            uniquingKeysWith: { first, _ in first })
        guard right != noted else { return }
        for record in noted.keys.sorted() where right[record] == nil {
            found.correct(
                number, "DELETE FROM sync_outbox_records WHERE number = ? AND record = ?",
                [number, record.stored])
        }
        for (record, collection) in right.sorted(by: { $0.key < $1.key })
        where noted[record] != collection {
            found.correct(
                number,
                """
                INSERT INTO sync_outbox_records(record, number, collection, is_laid)
                VALUES (?, ?, ?, 1)
                ON CONFLICT(record, number) DO UPDATE SET collection = excluded.collection
                """, [record.stored, number, collection])
        }
        // The next answer takes off what the states here contain.
        found.correct(number, "UPDATE sync_outbox SET is_settled = 0 WHERE number = ?", [number])
    }

    /// Up to where all is settled may be less than is true, never more: what lies before is not
    /// looked at any more.
    private func checkSettled(_ found: inout Misnoted, _ db: Database) throws {
        let last =
            try db.first(
                """
                SELECT ifnull((SELECT min(number) - 1 FROM sync_outbox WHERE is_settled <> 1),
                    (SELECT ifnull(max(number), 0) FROM sync_outbox))
                """
            ) { try $0.int(0) } ?? 0
        let end = found.numbers.min().map { min($0 - 1, last) } ?? last
        let noted = try db.first("SELECT settled FROM sync_replica") { $0[0] as DatabaseValue }
        guard let noted, Int64.fromDatabaseValue(noted).map({ $0 < 0 || $0 > end }) ?? true else {
            return
        }
        found.correct(nil, "UPDATE sync_replica SET settled = ?", [max(end, 0)])
    }

    /// A change set is laid over a record while its confirmed state does not contain it: neither
    /// twice, nor left out before anybody has it.
    private func checkLaid(_ found: inout Misnoted, _ db: Database) throws {
        let era = try era(db)
        let merged = try merged(db)
        let known = found.numbers
        for table in tables {
            var wrong: [(record: RecordID, number: Int64, isLaid: Bool)] = []
            try db.each(
                """
                SELECT r.record, r.number, r.is_laid FROM sync_outbox_records r
                    JOIN sync_outbox o ON o.number = r.number JOIN \(table.name) t ON t.id = r.record
                WHERE t.state IS NOT NULL AND t.era = ?1 AND (
                    r.is_laid <> 0 AND o.era = ?1 AND o.position <= t.position
                    OR r.is_laid <> 1 AND o.era IS NULL AND o.is_lost = 0 AND o.is_discarded = 0)
                """, [era]
            ) { row in
                let number = try row.int(1)
                let isLaid = Int64.fromDatabaseValue(row[2]) != 0
                guard !known.contains(number) else { return }
                if !isLaid, let number = ChangeSetNumber(UInt64(clamping: number)),
                    merged.contains(number)
                {
                    return
                }
                wrong.append((try row.name(0), number, !isLaid))
            }
            for one in wrong {
                found.correct(
                    one.number,
                    "UPDATE sync_outbox_records SET is_laid = ? WHERE record = ? AND number = ?",
                    [one.isLaid ? 1 : 0, one.record.stored, one.number])
            }
        }
    }
}
