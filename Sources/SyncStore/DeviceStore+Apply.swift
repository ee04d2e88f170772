internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol
internal import Synchronization

extension DeviceStore {
    /// Applies an answer of the hub: grants, writers and receipts first, then each page with its
    /// cursors in one transaction, and at the end what says that all of it is here.
    ///
    /// Where the hub has left out states that this device does not come to by itself, no page is
    /// applied and the hub is to be asked again (`AppliedAnswer.disagrees`).
    ///
    /// Cut off anywhere, the store is whole: what was not applied is asked for again. Applying an
    /// answer again, or an older one, changes nothing.
    ///
    /// - Parameters:
    ///   - receipts: those of the answer, as `verified` returned them.
    ///   - sent, received: this machine's clocks when the request left and when the answer was
    ///     there.
    ///   - digestMatches: whether the hub found the digest to be its own; `nil` where it did not
    ///     compare it.
    /// - Throws: `.badAnswer` for what can't be true; the transaction it was found in leaves
    ///   nothing.
    @discardableResult
    public func apply(
        _ answer: SyncResponse, receipts: [Receipt], sent: ClockReading, received: ClockReading,
        digestMatches: Bool?
    ) throws(StoreError) -> AppliedAnswer {
        var answer = answer
        var echoed: [EchoedRecord] = []
        var applied = AppliedAnswer()
        var changed: Set<ChangeSetNumber> = []
        // Of a copy. In the states its own name may stand for what another machine has written.
        func takeNoRecords(_ db: Database) throws {
            guard try self.identity(db).enrolment == .copied else { return }
            (answer.pages, answer.echo, answer.hasMore) = ([], nil, true)
            answer.merged = try self.merged(db)
        }
        func workOut(_ db: Database) throws {
            guard let echo = answer.echo else { return }
            if let found = try self.workOut(echo, of: answer, receipts, db) {
                echoed = found
                return
            }
            applied.disagrees = true
            answer.pages = []
            answer.hasMore = true
            // What is merged is not here yet, so it stays laid over what is.
            answer.merged = try self.merged(db)
        }
        func head(_ db: Database) throws {
            try takeNoRecords(db)
            changed = try self.applyHead(answer, receipts, received, db)
            applied.left = try self.note(answer.leaves, db)
            applied.receipted = changed
        }
        func page(_ place: Int, _ db: Database) throws {
            // What mends has its own rules.
            let isMending =
                answer.pages[place].grants.isEmpty
                && answer.comparison.contains(where: \.isWhole)
            let moved =
                try !isMending
                && self.apply(
                    answer.pages[place], echoed, answer.merged, received, db)
            applied.cursorsMoved = applied.cursorsMoved || moved
            if !isMending { applied.records += answer.pages[place].records.count }
            echoed = []
        }
        func tail(_ db: Database) throws {
            let mended = try self.mend(answer, received, db)
            applied.mended = mended.fetched + mended.removed
            applied.records += mended.fetched
            applied.notices = try self.applyTail(
                answer, changed, sent, received, digestMatches, db)
        }
        // Several pages share a wait for the disk, but not so many that a kill costs much.
        var place = 0
        repeat {
            var failure: StoreError?
            try write { db in
                if place == 0 {
                    try head(db)
                    // States that may be newer than the first page's end: the pages after it bring
                    // none of them again, and should they not arrive, the hub sends these as well.
                    try workOut(db)
                }
                var bytes = 0
                while place < answer.pages.count, bytes < Self.bytesPerTransaction {
                    do {
                        try db.inSavepoint {
                            try page(place, db)
                            return .commit
                        }
                    } catch let error as StoreError where bytes > 0 {
                        // What came before it is whole and stays.
                        failure = error
                        return
                    }
                    bytes += answer.pages[place].records.reduce(1) { $0 + $1.state.count }
                    place += 1
                }
                if place == answer.pages.count { try tail(db) }
            }
            if let failure { throw failure }
        } while place < answer.pages.count
        return applied
    }

    /// How much of an answer is applied in one transaction; one page at least.
    private static let bytesPerTransaction = 8 << 20

    // MARK: Before the pages

    /// Returns the change sets whose disposition is news.
    private func applyHead(
        _ answer: SyncResponse, _ receipts: [Receipt], _ now: ClockReading, _ db: Database
    ) throws -> Set<ChangeSetNumber> {
        let known = try identity(db).epoch
        if let epoch = answer.epoch {
            if known == nil { try beginEra(epoch, now, db) }
            guard known == nil || known == epoch else {
                throw StoreError.badAnswer(.otherEpoch(epoch))
            }
        }
        let era = try era(db)
        if let mark = answer.mark { try keep(mark, era, db) }
        if let credential = answer.credential { try keep(credential, db) }
        if let grants = answer.grants { try apply(grants, db) }
        for entry in answer.writers {
            try db.run(
                """
                INSERT INTO sync_writers(era, number, replica, author) VALUES (?, ?, ?, ?)
                ON CONFLICT(era, number) DO NOTHING
                """,
                [
                    era, Int64(entry.number), entry.writer.replica.stored,
                    entry.writer.author.stored,
                ])
        }
        if !answer.writers.isEmpty { memory.withLock { $0.writers[era] = nil } }
        for person in answer.people {
            try db.run(
                """
                INSERT INTO sync_people(id, name) VALUES (?, ?)
                ON CONFLICT(id) DO UPDATE SET name = excluded.name
                """, [person.id.stored, person.name.string])
        }
        var changed: Set<ChangeSetNumber> = []
        for (receipt, signed) in zip(receipts, answer.receipts) {
            changed.formUnion(try keep(receipt, signed, era, now, db))
        }
        return changed
    }

    private func apply(_ grants: SyncResponse.Grants, _ db: Database) throws {
        for area in grants.areas {
            // A restored hub may have given the number, or the scope, anew.
            try db.run(
                "DELETE FROM sync_areas WHERE scope = ? AND number <> ?",
                [area.scope.stored, Int64(area.number)])
            try db.run(
                """
                INSERT INTO sync_areas(number, scope, parent, name) VALUES (?, ?, ?, ?)
                ON CONFLICT(number) DO UPDATE SET scope = excluded.scope,
                    parent = excluded.parent, name = excluded.name
                """,
                [
                    Int64(area.number), area.scope.stored, area.parent.map { Int64($0) },
                    area.name.string,
                ])
        }
        try db.run("UPDATE sync_grants SET place = NULL")
        for (place, grant) in grants.grants.enumerated() {
            try db.run(
                """
                INSERT INTO sync_grants(id, place, scope, is_read_only) VALUES (?, ?, ?, ?)
                ON CONFLICT(id) DO UPDATE SET place = excluded.place, scope = excluded.scope,
                    is_read_only = excluded.is_read_only
                """, [grant.id.stored, place, grant.scope.stored, grant.isReadOnly])
        }
        // Should it ever come back, what happened meanwhile was not sent.
        try db.run("UPDATE sync_grants SET cursor = 0, complete = 0 WHERE place IS NULL")
        try db.run(
            "UPDATE sync_replica SET grants_version = ?, is_complete = 0",
            [Int64(bitPattern: grants.version)])
        forgetTerritory()
        try leaveUngranted(db)
    }

    /// Keeps how far the hub's log has come, before anything else of the answer: from then on a hub
    /// that lost what it now sends is found out.
    func keep(_ signed: SignedMark, _ era: Int64, _ db: Database) throws {
        let mark = try LogMark.decode(signed.bytes)
        _ = try anchor(mark.anchored, era, db)
        // One that was overtaken by a later answer proves less.
        try db.run(
            "UPDATE sync_replica SET mark = ?, mark_number = ? WHERE mark_number < ?",
            [
                (signed.signature.bytes + signed.bytes).stored, Int64(mark.number),
                Int64(mark.number),
            ])
    }

    /// Marks what is in a verified backup. Returns how far the newest reaches.
    private func anchor(_ told: LogPosition, _ era: Int64, _ db: Database) throws -> LogPosition {
        let before =
            try db.first("SELECT anchored FROM sync_replica") { try $0.logPosition(0) } ?? .start
        guard told > before else { return before }
        try db.run("UPDATE sync_replica SET anchored = ?", [Int64(told.value)])
        try db.run(
            "UPDATE sync_outbox SET is_anchored = 1 WHERE era = ? AND position <= ?",
            [era, Int64(told.value)])
        try letGoOfAnchored(era, db)
        return told
    }

    func keep(
        _ receipt: Receipt, _ signed: SignedReceipt, _ era: Int64, _ now: ClockReading,
        _ db: Database
    ) throws -> [ChangeSetNumber] {
        try db.run(
            """
            INSERT INTO sync_receipts(first, last, arrived_ms, signature, bytes)
            SELECT ?1, ?2, ?3, ?4, ?5
            WHERE NOT EXISTS (SELECT 1 FROM sync_receipts WHERE first = ?1 AND bytes = ?5)
            """,
            [
                Int64(receipt.first.value), Int64(receipt.last.value), now.wall_ms,
                signed.signature.bytes.stored, signed.bytes.stored,
            ])
        let anchored = try anchor(receipt.anchored, era, db)
        var changed: [ChangeSetNumber] = []
        var number = receipt.first
        for entry in receipt.entries {
            // A receipt that was overtaken by a later one changes nothing.
            try db.run(
                """
                UPDATE sync_outbox SET era = ?1, disposition = ?2, position = ?3, shift_ms = ?4,
                    received_ms = ?5, reason = ?6, is_anchored = ?3 IS NOT NULL AND ?3 <= ?7
                WHERE number = ?8
                    AND NOT (era IS ?1 AND position IS NOT NULL AND ?3 IS NULL)
                    AND NOT (era IS ?1 AND disposition IS ?2 AND position IS ?3
                        AND shift_ms IS ?4 AND reason IS ?6)
                """,
                [
                    era, Int64(entry.disposition.rawValue),
                    entry.disposition.isMerged ? entry.position.map { Int64($0.value) } : nil,
                    entry.shift_ms, Int64(receipt.received_ms),
                    entry.reason.string, Int64(anchored.value), Int64(number.value),
                ])
            if db.changesCount > 0 { changed.append(number) }
            number = number.next
        }
        return changed
    }

    // MARK: A page

    /// Returns whether a cursor moved.
    private func apply(
        _ page: SyncResponse.Page, _ echoed: [EchoedRecord], _ merged: NumberSet,
        _ now: ClockReading, _ db: Database
    ) throws -> Bool {
        let territory = try territory(db)
        let current = territory.current
        var grants: [Territory.Grant] = []
        for place in page.grants {
            guard current.indices.contains(place) else {
                throw StoreError.badAnswer(.unknownGrant(place))
            }
            grants.append(current[place])
        }
        // Until the end has come, the digest is of something between.
        try db.run(
            "UPDATE sync_replica SET merged = ?, is_complete = 0",
            [NumberSetForm.encode(merged).stored])
        var context = PageContext(
            era: try era(db), merged: merged, now: now, territory: territory,
            isFirst: !grants.isEmpty && grants.allSatisfy { $0.complete == .start })
        context.writers = try writers(context.era, db)
        context.left = try left(db)
        if context.isFirst {
            try db.each(
                """
                SELECT record FROM sync_outbox_records UNION SELECT record FROM sync_carried_records
                """
            ) { context.own.insert(try $0.name(0)) }
        }
        var start = 0
        while start < page.records.count {
            let collection = page.records[start].collection
            let end =
                page.records[start...].firstIndex { $0.collection != collection }
                ?? page.records.count
            try apply(page.records[start..<end], of: collection, &context, db)
            start = end
        }
        for record in echoed {
            guard let table = table(record.sent.collection) else { continue }
            try apply(record.sent, record.state, table, &context, db)
        }
        try add(context.digests, db)
        var moved = false
        for grant in grants where page.through > grant.cursor {
            try db.run(
                "UPDATE sync_grants SET cursor = ? WHERE id = ?",
                [Int64(page.through.value), grant.id.stored])
            moved = true
        }
        if moved { forgetTerritory() }
        return moved
    }

    struct PageContext {
        let era: Int64
        let merged: NumberSet
        let now: ClockReading
        let territory: Territory
        /// Whether the records are likely not here yet: then they are inserted without looking
        /// first.
        let isFirst: Bool
        var writers = WriterTable()
        /// Records with writes that their states may lack; only where `isFirst` asks for it.
        var own: Set<RecordID> = []
        /// Records that have left and are still here: they count in no digest.
        var left: Set<RecordID> = []
        /// What the page changes in the digests.
        var digests: [UInt32: CountedDigest] = [:]
        /// Whether what is here gives way whatever its position.
        var overrules = false

        mutating func add(_ area: UInt32, _ digest: StateDigest) {
            digests[area, default: CountedDigest()].add(digest)
        }

        func knowsWriter(_ number: UInt64) -> Bool {
            UInt32(exactly: number).flatMap { writers[$0] } != nil
        }

        mutating func remove(_ area: UInt32, _ digest: StateDigest) {
            digests[area, default: CountedDigest()].digest -= digest
            digests[area, default: CountedDigest()].records -= 1
        }
    }

    /// Writes these records whatever is here: the hub was asked what it has.
    func overrule(
        with records: [SyncResponse.PageRecord], merged: NumberSet, _ now: ClockReading,
        _ db: Database
    ) throws {
        var context = PageContext(
            era: try era(db), merged: merged, now: now, territory: try territory(db),
            isFirst: false)
        context.overrules = true
        context.writers = try writers(context.era, db)
        context.left = try left(db)
        for record in records {
            if let table = table(record.collection) {
                try apply(record, nil, table, &context, db)
            } else {
                try keepUnknown(record, &context, db)
            }
        }
        try add(context.digests, db)
    }

    private func apply(
        _ records: ArraySlice<SyncResponse.PageRecord>, of collection: CollectionID,
        _ context: inout PageContext, _ db: Database
    ) throws {
        guard let table = table(collection) else {
            for record in records { try keepUnknown(record, &context, db) }
            return
        }
        guard context.isFirst else {
            for record in records { try apply(record, nil, table, &context, db) }
            return
        }
        let prepared = try db.cachedStatement(sql: table.insert.sql)
        let insertion = try PlainInsertion(table, prepared, db)
        for record in records {
            let digest = StateDigest.of(record.record, state: record.state)
            if let state = PlainState(record.state), context.knowsWriter(state.writer),
                !context.own.contains(record.record),
                try insertion.insert(
                    record, state, digest: digest, sealed: seal.seal(record.state), key: seal.keyID,
                    era: context.era, applied_ms: context.now.wall_ms)
            {
                context.add(record.area, digest)
            } else {
                try apply(record, nil, table, &context, db)
            }
        }
    }

    private func apply(
        _ sent: SyncResponse.PageRecord, _ known: RecordState?, _ table: DeviceTable,
        _ context: inout PageContext, _ db: Database
    ) throws {
        let state: RecordState
        do {
            state =
                try known
                ?? schema.upcast(
                    StateCoding.decode(
                        sent.state, record: sent.record, collection: sent.collection,
                        writers: context.writers))
        } catch {
            throw StoreError.badAnswer(.unreadableState(sent.record))
        }
        let digest = StateDigest.of(sent.record, state: sent.state)
        let confirmed = ConfirmedColumns(
            position: Int64(sent.position.value), era: context.era,
            applied_ms: context.now.wall_ms, key: seal.keyID, digest: digest,
            sealed: seal.seal(sent.state))
        let held = try held(sent.record, table, db)
        let isOfEra = held?.state != nil && held?.era == context.era
        // An answer that was overtaken by a later one.
        if isOfEra, !context.overrules, let position = held?.position, position > sent.position {
            return
        }
        // Also where its row is gone, with the own work that was all it held and that was lost.
        let hadLeft = context.left.remove(sent.record) != nil
        if hadLeft { try comeBack(sent.record, db) }
        if let held, let old = held.state, let before = held.digest {
            if isOfEra, !hadLeft, let area = held.area { context.remove(area, before) }
            // What is not what the hub sent is no history.
            if before != digest, before == .of(sent.record, state: old) {
                try remember(sent.record, held, old, table, db)
            }
        }
        context.add(sent.area, digest)
        // Also where nothing is held: what was taken off comes back with own work on it.
        let reach = max(sent.position, context.territory.complete(sent.area))
        let own = try mark(
            try ownChanges(of: sent.record, db), of: sent.record, reach, context.merged, db)
        let carried = try markCarried(on: sent.record, reach, db)
        try write(
            held == nil ? table.insert : table.update, sent.record, table, sent.area,
            Overlay(over: state, pending: carried + own), had: held == nil ? 0 : 1, confirmed, db)
    }

    /// Keeps the state that is being replaced, for `log`, `diff` and `show --at`.
    private func remember(
        _ record: RecordID, _ held: HeldRecord, _ state: [UInt8], _ table: DeviceTable,
        _ db: Database
    ) throws {
        try db.run(
            """
            INSERT INTO sync_history(record, collection, position, era, applied_ms, key, state)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            [
                record.stored, Int64(table.collection.id.value),
                Int64(held.position?.value ?? 0), held.era, held.applied_ms ?? 0, seal.keyID,
                seal.seal(state).stored,
            ])
        try db.run(
            """
            DELETE FROM sync_history WHERE record = ?1 AND id <=
                (SELECT id FROM sync_history WHERE record = ?1 ORDER BY id DESC LIMIT 1 OFFSET ?2)
            """, [record.stored, Self.statesKept])
    }

    /// How many earlier states of a record a device keeps: they are personal, and the hub has them
    /// all.
    static let statesKept = 50

    /// Marks which own change sets a record's confirmed state does not contain, and returns those.
    ///
    /// A state contains every change to its record up to its own position, and once all that lay
    /// ready has arrived, up to there. A change set whose position is not known yet is contained if
    /// the hub says that it is merged.
    private func mark(
        _ own: [PendingChange], of record: RecordID, _ reach: LogPosition, _ merged: NumberSet,
        _ db: Database
    ) throws -> [PendingChange] {
        try own.filter { change in
            let isContained =
                change.origin.position.map { $0 <= reach } ?? merged.contains(change.number)
            if change.isLaid == isContained {
                try db.run(
                    "UPDATE sync_outbox_records SET is_laid = ? WHERE record = ? AND number = ?",
                    [isContained ? 0 : 1, record.stored, Int64(change.number.value)])
            }
            return !isContained
        }
    }

    func add(_ deltas: [UInt32: CountedDigest], _ db: Database) throws {
        let known = try storedDigests(db)
        for (area, delta) in deltas {
            var sum = known[area] ?? CountedDigest()
            sum.digest += delta.digest
            sum.records += delta.records
            try db.run(
                """
                INSERT INTO sync_digests(area, high, low, records) VALUES (?, ?, ?, ?)
                ON CONFLICT(area) DO UPDATE SET high = excluded.high, low = excluded.low,
                    records = excluded.records
                """,
                [
                    Int64(area), Int64(bitPattern: sum.digest.high),
                    Int64(bitPattern: sum.digest.low), sum.records,
                ])
        }
    }
}
