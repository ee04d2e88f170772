internal import GRDB
internal import SyncCore
internal import SyncProtocol

// What follows the pages of an answer: notices, cursors and clocks, and own work that is in the
// states by now.

extension DeviceStore {
    /// Returns how many notices are new.
    func applyTail(
        _ answer: SyncResponse, _ changed: Set<ChangeSetNumber>, _ sent: ClockReading,
        _ received: ClockReading, _ digestMatches: Bool?, _ db: Database
    ) throws -> Int {
        var notices = 0
        for notice in answer.notices {
            if try keep(notice, db) { notices += 1 }
            if notice.kind == .discarded { try discard(notice, db) }
            try db.run(
                "UPDATE sync_replica SET notices = max(notices, ?)",
                [Int64(clamping: notice.number)])
        }
        if !answer.hasMore {
            try db.run("UPDATE sync_grants SET complete = cursor WHERE place IS NOT NULL")
            forgetTerritory()
        }
        let cursors = Set(try territory(db).current.map(\.cursor))
        let isComplete = !answer.hasMore && cursors.count <= 1
        // The hub read its clock between sending and receiving; the middle errs by half the time at
        // most.
        let wayBack =
            received.boot == sent.boot && received.monotonic_ms >= sent.monotonic_ms
            ? Int64(clamping: (received.monotonic_ms - sent.monotonic_ms) / 2) : 0
        let offset = Int64(clamping: answer.hub_ms)
            .subtractingClamped(received.wall_ms.subtractingClamped(wayBack))
        try db.run(
            """
            UPDATE sync_replica SET merged = ?, lease_ms = ?, synced_ms = ?,
                synced_hub_ms = ?, offset_ms = ?, offset_monotonic_ms = ?, offset_boot = ?,
                salt = NULL, is_complete = ?
            """,
            [
                NumberSetForm.encode(answer.merged).stored,
                Int64(clamping: answer.lease_ms), received.wall_ms, Int64(clamping: answer.hub_ms),
                offset, Int64(bitPattern: received.monotonic_ms), Int64(bitPattern: received.boot),
                isComplete,
            ])
        if let digestMatches { try note(digestMatches, received, db) }
        // Of what is merged and not here yet nothing is taken off what is shown: with more to come,
        // the states that contain it may be among that.
        let alone = try settle(changed, answer.hasMore ? NumberSet() : answer.merged, db)
        try settleCarried(db)
        if digestMatches == true, isComplete { try leave(merged: alone, db) }
        return notices
    }

    /// Takes own writes off the records that now contain them, and shows what receipts have
    /// changed. Returns the records with own work that is merged, and without a state.
    @discardableResult
    func settle(
        _ changed: Set<ChangeSetNumber>, _ merged: NumberSet, _ db: Database
    ) throws -> [RecordID: CollectionID] {
        struct Open {
            let number: ChangeSetNumber
            let isMerged: Bool
            let position: LogPosition?
            let changes: [RecordChange]
        }
        let era = try era(db)
        let territory = try territory(db)
        var open: [Open] = []
        try db.each(
            """
            SELECT number, era, disposition, position, key, bytes FROM sync_outbox
            WHERE \(Self.open) AND is_settled = 0 AND is_lost = 0 AND is_discarded = 0
            ORDER BY number
            """
        ) { row in
            let number = try row.changeSetNumber(0)
            let isOfEra = try row.intOrNil(1) == era
            let key = try row.int(4)
            guard
                let set = try self.unlessLost(
                    number, { try self.contents(try row.blob(5), key: key, number) })
            else { return }
            open.append(
                Open(
                    number: number,
                    isMerged: try isOfEra && self.disposition(row, 2)?.isMerged == true,
                    position: isOfEra ? try row.logPositionOrNil(3) : nil,
                    changes: set.changes))
        }
        var stale: [RecordID: DeviceTable] = [:]
        var alone: [RecordID: CollectionID] = [:]
        for one in open {
            var isSettled = one.isMerged
            for change in one.changes {
                guard let table = table(change.collection),
                    let held = try held(change.record, table, db)
                else { continue }
                if held.state != nil, held.era == era {
                    let reach = max(held.position ?? .start, territory.complete(held.area))
                    if one.position.map({ $0 <= reach }) ?? merged.contains(one.number) {
                        try db.run(
                            """
                            UPDATE sync_outbox_records SET is_laid = 0
                            WHERE record = ? AND number = ? AND is_laid = 1
                            """, [change.record.stored, Int64(one.number.value)])
                        if db.changesCount > 0 { stale[change.record] = table }
                    } else {
                        isSettled = false
                    }
                } else {
                    isSettled = false
                    if held.state == nil, one.isMerged { alone[change.record] = change.collection }
                }
                if changed.contains(one.number) { stale[change.record] = table }
            }
            if isSettled {
                try db.run(
                    "UPDATE sync_outbox SET is_settled = 1 WHERE number = ?",
                    [Int64(one.number.value)])
            }
        }
        for (record, table) in stale { try show(record, table, db) }
        // Of what is lost or discarded nothing is shown that a state could come to contain.
        try db.run(
            """
            UPDATE sync_outbox SET is_settled = 1
            WHERE \(Self.open) AND (is_lost = 1 OR is_discarded = 1) AND era = ?
                AND disposition IS NOT NULL
            """, [era])
        try db.run(
            """
            UPDATE sync_replica SET settled = ifnull(
                (SELECT min(number) - 1 FROM sync_outbox
                    WHERE number > sync_replica.settled AND is_settled = 0),
                (SELECT ifnull(max(number), 0) FROM sync_outbox))
            """)
        return alone
    }
}
