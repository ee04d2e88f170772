internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol
internal import Synchronization

// What is read here of others' work before the hub has it. The bundle it came in lies sealed in
// `sync_carried` until the hub has it for good; what is here is for showing, and may go at any
// time.
//
// A change set is laid over a state only while that state can't contain it: from its arrival on
// where the state is none that is newer than what its author saw; once the hub has said where it
// lies, until the state has come so far. A state that comes in between may contain it, so then it
// is not laid: it shows too little rather than twice.

/// What came of a file that another device had made for this one.
public struct TakenBundle: Hashable, Sendable {
    /// Whether it was not here before.
    public let isNew: Bool
    /// Change sets whose writes are shown from now on.
    public internal(set) var shown = 0
    /// Those that are kept, and shown once the hub has said where they lie: what is here of their
    /// records is newer than what their author saw.
    public internal(set) var waiting = 0
    /// Those that only the hub reads.
    public internal(set) var closed = 0
}

extension DeviceStore {
    // MARK: What another device may read

    /// Says which of these own change sets, in order of their numbers, another device may read:
    /// those that touch and name only what lies in areas both work in and stays there, and nothing
    /// that such a closed one has touched, or somebody else's that it does not have.
    public func areOpen(
        _ sets: [HashedChangeSet], by own: Credential, to reader: Credential
    ) throws(StoreError) -> [Bool] {
        try read { db in
            let territory = try self.territory(db)
            var closed: Set<RecordID> = []
            try db.each(
                """
                SELECT r.record FROM sync_carried_records AS r
                JOIN sync_carried_sets AS s ON s.id = r.set_id WHERE s.replica <> ?
                """, [reader.replica.stored]
            ) { closed.insert(try $0.name(0)) }
            return try sets.map { set in
                let touched = set.changeSet.changes.map(\.record)
                let named = set.changeSet.premises.map(\.record)
                let isOpen =
                    try !set.changeSet.changes.contains(where: moves)
                    && (touched + named).allSatisfy { record in
                        guard let place = try self.place(of: record, db),
                            closed.isDisjoint(with: [record, place.home ?? record])
                        else { return false }
                        let path = Set(territory.path(from: place.area))
                        return !path.isDisjoint(with: own.scopes)
                            && !path.isDisjoint(with: reader.scopes)
                    }
                if !isOpen { closed.formUnion(touched) }
                return isOpen
            }
        }
    }

    /// The leaf area a record lies in as far as is known here, and what it lies with.
    private func place(
        of record: RecordID, _ db: Database
    ) throws -> (area: UInt32, home: RecordID?)? {
        for table in tables {
            let found = try db.first(
                "SELECT area, home FROM \(table.name) WHERE id = ?", [record.stored]
            ) { (try $0.intOrNil(0), try $0.nameOrNil(1) as RecordID?) }
            if let (area, home) = found { return area.map { (UInt32(clamping: $0), home) } }
        }
        return nil
    }

    /// Whether a change takes a record to another place. It lies where it did until the hub says
    /// so, and who may read it there is not for a device to judge.
    private func moves(_ change: RecordChange) -> Bool {
        guard !change.creates, let table = table(change.collection) else { return false }
        return change.writes.contains { $0.unit == table.homeUnit }
    }

    // MARK: Taking in

    /// Keeps what another device has made for this one: the bundle to be handed in, and of it what
    /// may be read here. All of it or nothing; repeating it changes nothing.
    ///
    /// - Parameter author: who wrote it, as `SharedBundle.open` has verified.
    public func take(
        _ shared: SharedBundle, by author: Credential, now: ClockReading
    ) throws(StoreError) -> TakenBundle {
        let bundle = Digests.sha256(shared.bundle)
        return try write { db in
            let known = try db.first(
                "SELECT ifnull(era, 0) FROM sync_carried WHERE hash = ?", [bundle.bytes.stored]
            ) { try $0.int(0) }
            var taken = TakenBundle(isNew: known == nil)
            // The hub has it, so nothing of it is read here any more.
            if let known, known > 0, try known == self.era(db) { return taken }
            try self.carry(shared.bundle, now, db)
            try db.run(
                "INSERT INTO sync_people(id, name) VALUES (?, ?) ON CONFLICT(id) DO NOTHING",
                [author.person.stored, author.name.string])
            var closed: Set<RecordID> = []
            for part in shared.parts {
                switch part {
                case .closed(let count, _): taken.closed += count
                case .open(let sets):
                    for set in sets {
                        switch try self.take(set, by: author, in: bundle, &closed, db) {
                        case true?: taken.shown += 1
                        case false?: taken.waiting += 1
                        case nil: taken.closed += 1
                        }
                    }
                }
            }
            return taken
        }
    }

    /// Returns whether a change set is shown from now on; `nil` where it may not be read here.
    private func take(
        _ set: HashedChangeSet, by author: Credential, in bundle: ContentHash,
        _ closed: inout Set<RecordID>, _ db: Database
    ) throws -> Bool? {
        let name = set.changeSet.name
        if let isShown = try isShown(set, in: bundle, db) { return isShown }
        guard let touched = try readable(set.changeSet, by: author, closed, db) else {
            closed.formUnion(set.changeSet.changes.map(\.record))
            return nil
        }
        let areas = try self.areas(of: touched, db)
        let bytes = KeptChangeSet.encode(set.changeSet).bytes
        try db.run(
            """
            INSERT INTO sync_carried_sets(replica, number, hash, bundle, key, bytes)
            VALUES (?, ?, ?, ?, ?, ?)
            """,
            [
                name.replica.stored, Int64(name.number.value), set.hash.bytes.stored,
                bundle.bytes.stored, seal.keyID, seal.seal(bytes).stored,
            ])
        let id = db.lastInsertedRowID
        let epoch = try identity(db).epoch
        let era = try era(db)
        var isShown = true
        for (touched, area) in zip(touched, areas) {
            // A state no newer than what the author saw can't contain what the author then wrote.
            let isOlder =
                touched.held.map { held in
                    held.state == nil
                        || held.era == era && set.changeSet.trunk.epoch == epoch
                            && held.position ?? .start <= touched.change.shown ?? .start
                } ?? true
            isShown = isShown && isOlder
            let record = touched.change.record
            try db.run(
                """
                INSERT INTO sync_carried_records(record, set_id, collection, is_laid)
                VALUES (?, ?, ?, ?)
                """,
                [record.stored, id, Int64(touched.change.collection.value), isOlder ? 1 : 0])
            memory.withLock { $0.carries = true }
            if touched.held == nil {
                try write(
                    touched.table.insert, record, touched.table, area,
                    Overlay(over: nil, pending: pendingChanges(of: record, db)), had: 0,
                    ConfirmedColumns(key: seal.keyID), db)
            } else {
                try show(record, touched.table, db)
            }
        }
        return isShown
    }

    /// Whether a change set that is here already is shown; `nil` where it is not here.
    private func isShown(
        _ set: HashedChangeSet, in bundle: ContentHash, _ db: Database
    ) throws -> Bool? {
        let name = set.changeSet.name
        let known = try db.first(
            "SELECT id, hash FROM sync_carried_sets WHERE replica = ? AND number = ?",
            [name.replica.stored, Int64(name.number.value)]
        ) { (try $0.int(0), try $0.contentHash(1)) }
        guard let (id, hash) = known else { return nil }
        guard hash == set.hash else { throw StoreError.carriedOtherwise(name) }
        try db.run(
            "UPDATE sync_carried_sets SET bundle = ? WHERE id = ?", [bundle.bytes.stored, id])
        return try db.first(
            "SELECT min(is_laid) FROM sync_carried_records WHERE set_id = ?", [id]
        ) { try $0.int(0) != 0 } ?? false
    }

    /// The records of a change set as they are here; `nil` where not all of it lies in areas that
    /// both the author and this device work in, or where this program can't read it.
    private func readable(
        _ set: ChangeSet, by author: Credential, _ closed: Set<RecordID>, _ db: Database
    ) throws -> [Touched]? {
        let territory = try self.territory(db)
        guard set.schema <= schema.version else { return nil }
        var found: [Touched] = []
        for change in set.changes {
            guard !closed.contains(change.record), !moves(change),
                let table = table(change.collection)
            else { return nil }
            do { try schema.validate(change) } catch { return nil }
            let held = try held(change.record, table, db)
            guard held != nil || change.creates else { return nil }
            let confirmed = try held?.confirmed(change.record, table, self, db)
            let overlay = Overlay(
                over: confirmed,
                pending: try pendingChanges(of: change.record, db).filter(\.isLaid))
            guard overlay.state?.accepts(change) ?? true else { return nil }
            let touched = Touched(change: change, table: table, held: held, overlay: overlay)
            let home = try touched.home ?? place(of: change.record, db)?.home
            guard home.map(closed.contains) != true else { return nil }
            found.append(touched)
        }
        let isCommon = try areas(of: found, db).allSatisfy { area in
            guard let area, territory.isWritable(area) else { return false }
            return !Set(territory.path(from: area)).isDisjoint(with: author.scopes)
        }
        return isCommon ? found : nil
    }

    // MARK: What is shown

    /// Whether anything is read here that others wrote and the hub may not have.
    private func carries(_ db: Database) throws -> Bool {
        if let known = memory.withLock({ $0.carries }) { return known }
        let found =
            try db.first("SELECT 1 FROM sync_carried_records LIMIT 1") { _ in true } ?? false
        memory.withLock { $0.carries = found }
        return found
    }

    /// All carried change sets on a record, each writer's rising.
    func carriedChanges(of record: RecordID, _ db: Database) throws -> [PendingChange] {
        guard try carries(db) else { return [] }
        let era = try era(db)
        var changes: [PendingChange] = []
        try db.each(
            """
            SELECT s.number, s.hash, s.key, s.bytes, r.is_laid, s.era, s.position, s.shift_ms
            FROM sync_carried_records AS r JOIN sync_carried_sets AS s ON s.id = r.set_id
            WHERE r.record = ? ORDER BY s.replica, s.number
            """, [record.stored]
        ) { row in
            let number = try row.changeSetNumber(0)
            let isReceipted = try row.intOrNil(5) == era
            guard let set = self.undamaged(row),
                let change = (self.schema.reading(set) ?? set).changes.first(where: {
                    $0.record == record
                })
            else { throw StoreError.damagedRecord(record) }
            changes.append(
                PendingChange(
                    number: number, change: change,
                    origin: Origin(
                        name: set.name, author: set.author,
                        time: try row.intOrNil(7).map { CorrectedTime(set.time, shift_ms: $0) }
                            ?? .estimate(set.time),
                        position: isReceipted ? try row.logPositionOrNil(6) : nil,
                        shown: change.shown),
                    made_ms: set.time.wall_ms, isLaid: try row.int(4) != 0, disposition: nil,
                    isUnsent: false, isCarried: true))
        }
        return changes
    }

    /// The change set in a row that begins with its number, hash, key and bytes; `nil` where it is
    /// not what came.
    private func undamaged(_ row: Row) -> ChangeSet? {
        do {
            let set = try opened(
                try row.blob(3), key: try row.int(2), try row.changeSetNumber(0))
            return set.hash == (try row.contentHash(1)) ? set.changeSet : nil
        } catch {
            return nil
        }
    }

    /// The records over which carried writes are laid.
    func carriedRecords(_ db: Database) throws -> Set<RecordID> {
        guard try carries(db) else { return [] }
        var records: Set<RecordID> = []
        try db.each("SELECT record FROM sync_carried_records WHERE is_laid = 1") {
            records.insert(try $0.name(0))
        }
        return records
    }

    /// Marks which carried change sets a new state of a record may contain, and returns the others.
    func markCarried(
        on record: RecordID, _ reach: LogPosition, _ db: Database
    ) throws -> [PendingChange] {
        guard try carries(db) else { return [] }
        try db.run(
            """
            UPDATE sync_carried_records SET is_laid = 0 WHERE record = ?1 AND set_id IN
                (SELECT id FROM sync_carried_sets
                    WHERE era IS NOT ?2 OR position IS NULL OR position <= ?3)
            """, [record.stored, try era(db), Int64(reach.value)])
        return try carriedChanges(of: record, db).filter(\.isLaid)
    }

    // MARK: What has arrived

    /// Keeps what the hub says of carried change sets that are read here.
    func note(_ receipts: [Receipt], _ db: Database) throws {
        let era = try era(db)
        for receipt in receipts {
            var named: [(id: Int64, number: ChangeSetNumber, hash: ContentHash)] = []
            try db.each(
                """
                SELECT id, number, hash FROM sync_carried_sets
                WHERE replica = ? AND number BETWEEN ? AND ?
                """,
                [
                    receipt.replica.stored, Int64(receipt.first.value),
                    Int64(receipt.last.value),
                ]
            ) { named.append((try $0.int(0), try $0.changeSetNumber(1), try $0.contentHash(2))) }
            // Of another branch nothing is known: then it is forgotten here.
            let isOther = named.contains {
                $0.number == receipt.last && $0.hash != receipt.lastHash
            }
            for set in named {
                guard let entry = receipt[set.number] else { continue }
                let position = entry.disposition.isMerged && !isOther ? entry.position : nil
                try db.run(
                    """
                    UPDATE sync_carried_sets SET era = ?, position = ?, shift_ms = ? WHERE id = ?
                    """,
                    [
                        era, position.map { Int64($0.value) }, entry.shift_ms, set.id,
                    ])
            }
        }
        try settleCarried(db)
    }

    /// Takes carried change sets off the records that contain them now, and forgets those that are
    /// laid over none any more: the hub has them.
    func settleCarried(_ db: Database) throws {
        guard try carries(db) else { return }
        struct Line {
            let set: Int64
            let record: RecordID
            let collection: CollectionID
            let isLaid: Bool
            let position: LogPosition?
        }
        let era = try era(db)
        let territory = try territory(db)
        var lines: [Line] = []
        try db.each(
            """
            SELECT s.id, r.record, r.collection, r.is_laid, s.position
            FROM sync_carried_sets AS s JOIN sync_carried_records AS r ON r.set_id = s.id
            WHERE s.era = ? ORDER BY s.id, r.record
            """, [era]
        ) { row in
            lines.append(
                Line(
                    set: try row.int(0), record: try row.name(1),
                    collection: CollectionID(UInt16(clamping: try row.int(2))),
                    isLaid: try row.int(3) != 0, position: try row.logPositionOrNil(4)))
        }
        var stale: [RecordID: DeviceTable] = [:]
        for line in lines {
            guard let table = table(line.collection) else { continue }
            let held = try held(line.record, table, db)
            let shows = held.flatMap { $0.state != nil && $0.era == era ? $0.position : nil }
            let reach = max(shows ?? .start, territory.complete(held?.area))
            let isLaid = held != nil && line.position.map { $0 > reach } ?? false
            guard isLaid != line.isLaid else { continue }
            try db.run(
                "UPDATE sync_carried_records SET is_laid = ? WHERE record = ? AND set_id = ?",
                [isLaid ? 1 : 0, line.record.stored, line.set])
            stale[line.record] = table
        }
        try forgetCarried(
            """
            era = ? AND NOT EXISTS (
                SELECT 1 FROM sync_carried_records WHERE set_id = sync_carried_sets.id AND is_laid)
            """, [era], db)
        for (record, table) in stale.sorted(by: { $0.key < $1.key }) {
            try showOrForget(record, table, db)
        }
    }

    /// Forgets what is read here of a bundle. The bundle itself stays.
    func dropCarried(in bundle: ContentHash, _ db: Database) throws {
        try dropCarried("bundle = ?", [bundle.bytes.stored], db)
    }

    /// Forgets what is read here that touches a record.
    func dropCarried(on record: RecordID, _ db: Database) throws {
        guard try carries(db) else { return }
        try dropCarried(
            "id IN (SELECT set_id FROM sync_carried_records WHERE record = ?)", [record.stored], db)
    }

    /// Forgets what is read here and is not what came; all records are to be shown anew. The bundle
    /// is whole, and brings it to the hub.
    func forgetDamagedCarried(_ db: Database) throws {
        guard try carries(db) else { return }
        var damaged: [String] = []
        try db.each("SELECT number, hash, key, bytes, id FROM sync_carried_sets ORDER BY id") {
            row in
            if self.undamaged(row) == nil { damaged.append("\(try row.int(4))") }
        }
        guard !damaged.isEmpty else { return }
        let condition = "id IN (\(damaged.joined(separator: ", ")))"
        let touched = try touched(by: condition, [], db)
        try forgetCarried(condition, [], db)
        for (record, table) in touched { try forgetIfBare(record, table, db) }
    }

    private func dropCarried(
        _ condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws {
        let touched = try touched(by: condition, arguments, db)
        try forgetCarried(condition, arguments, db)
        for (record, table) in touched { try showOrForget(record, table, db) }
    }

    private func touched(
        by condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws -> [(RecordID, DeviceTable)] {
        var touched: [(RecordID, DeviceTable)] = []
        try db.each(
            """
            SELECT DISTINCT record, collection FROM sync_carried_records WHERE set_id IN
                (SELECT id FROM sync_carried_sets WHERE \(condition)) ORDER BY record
            """, arguments
        ) { row in
            let collection = CollectionID(UInt16(clamping: try row.int(1)))
            if let table = self.table(collection) { touched.append((try row.name(0), table)) }
        }
        return touched
    }

    private func forgetCarried(
        _ condition: String, _ arguments: StatementArguments, _ db: Database
    ) throws {
        try db.run("DELETE FROM sync_carried_sets WHERE \(condition)", arguments)
        try db.run(
            """
            DELETE FROM sync_carried_records
            WHERE set_id NOT IN (SELECT id FROM sync_carried_sets)
            """)
        memory.withLock { $0.carries = nil }
    }

    /// Shows a record without what was laid over it; one of which nothing else is here goes.
    private func showOrForget(
        _ record: RecordID, _ table: DeviceTable, _ db: Database
    ) throws {
        if try !forgetIfBare(record, table, db) { try show(record, table, db) }
    }

    /// Forgets a record of which nothing is here any more, and returns whether it was one.
    @discardableResult
    private func forgetIfBare(
        _ record: RecordID, _ table: DeviceTable, _ db: Database
    ) throws -> Bool {
        try db.run(
            """
            DELETE FROM \(table.name) WHERE id = ?1 AND state IS NULL
                AND NOT EXISTS (SELECT 1 FROM sync_outbox_records WHERE record = ?1)
                AND NOT EXISTS (
                    SELECT 1 FROM sync_carried_records WHERE record = ?1 AND is_laid)
            """, [record.stored])
        guard db.changesCount > 0 else { return false }
        try db.run("DELETE FROM sync_disputes WHERE record = ?", [record.stored])
        try db.run("DELETE FROM sync_aliases WHERE record = ?", [record.stored])
        return true
    }
}
