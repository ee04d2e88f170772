internal import Foundation
internal import GRDB
public import SyncCore
internal import SyncProtocol
internal import Synchronization

extension DeviceStore {
    /// Returns a record as its author sees it, as one with the records that are the same thing;
    /// `nil` if there is none here.
    public func shown(_ record: RecordID) throws(StoreError) -> ShownRecord? {
        try read { db in try self.shownJoined(record, db) }
    }

    func shown(_ record: RecordID, _ db: Database) throws -> ShownRecord? {
        for table in tables {
            guard let held = try held(record, table, db) else { continue }
            return try shown(record, table, held, db)
        }
        return nil
    }

    func shown(
        _ record: RecordID, _ table: DeviceTable, _ held: HeldRecord, _ db: Database
    ) throws -> ShownRecord? {
        let own = try ownChanges(of: record, db)
        let carried = try carriedChanges(of: record, db)
        let confirmed = try held.confirmed(record, table, self, db)
        let overlay = Overlay(over: confirmed, pending: (carried + own).filter(\.isLaid))
        let seen = SeenRecord(collection: table.collection.id, held: held, overlay: overlay)
        memory.withLock { $0.see(record, seen) }
        guard let state = overlay.state else { return nil }
        return ShownRecord(
            state: state, position: held.position,
            area: try held.area.flatMap { try self.territory(db).areas[$0]?.scope },
            laidOver: overlay.laid, carried: overlay.carried,
            unsent: own.filter(\.isUnsent).map(\.number),
            held: own.filter { $0.disposition == .held }.map(\.number),
            quarantined: own.filter { $0.disposition == .quarantined }.map(\.number),
            isStale: try held.state != nil && held.era != era(db), applied_ms: held.applied_ms)
    }

    /// Reads a record's row; `nil` if its table has none.
    func held(_ record: RecordID, _ table: DeviceTable, _ db: Database) throws -> HeldRecord? {
        let row = try HotStatement(table.selectSQL, db)
        row.bind(record, at: 1)
        guard try row.step() else { return nil }
        defer { row.reset() }
        return HeldRecord(
            area: try row.number(1).map { UInt32(clamping: $0) },
            // What is no position is none: then the record is out of place.
            position: try row.number(2).flatMap { UInt64(exactly: $0) }.flatMap { LogPosition($0) },
            era: try row.present(3), own: Int(try row.present(4)),
            conflicts: Int(try row.present(5)), applied_ms: try row.number(6),
            state: row.isNull(8) ? nil : try seal.open(row.bytes(8), keyID: row.present(7)),
            digest: try row.digestOrNil(9))
    }

    func table(_ collection: CollectionID) -> DeviceTable? {
        tables.first { $0.collection.id == collection }
    }

    /// The writers of one life of the hub.
    func writers(_ era: Int64, _ db: Database) throws -> WriterTable {
        if let known = memory.withLock({ $0.writers[era] }) { return known }
        var table = WriterTable()
        try db.each("SELECT number, replica, author FROM sync_writers WHERE era = ?", [era]) {
            row in
            let number = try row.int(0)
            guard (1...1 << 24).contains(number) else {
                throw StoreFault(.damaged, "a writer's number is out of range")
            }
            table.insert(
                Writer(replica: try row.name(1), author: try row.name(2)), number: UInt32(number))
        }
        memory.withLock { $0.writers[era] = table }
        return table
    }

    func replica(_ db: Database) throws -> ReplicaID {
        let replica = try db.first("SELECT replica FROM sync_replica") { row -> ReplicaID in
            try row.name(0)
        }
        guard let replica else { throw StoreFault(.damaged, "the store does not know its name") }
        return replica
    }

    /// All change sets on a record that the hub's state may lack: carried ones, then own ones, each
    /// writer's rising.
    func pendingChanges(of record: RecordID, _ db: Database) throws -> [PendingChange] {
        try carriedChanges(of: record, db) + ownChanges(of: record, db)
    }

    /// All own change sets on a record, rising.
    func ownChanges(of record: RecordID, _ db: Database) throws -> [PendingChange] {
        var changes: [PendingChange] = []
        // Nearly every record has none, and then nothing else is asked.
        let own = try HotStatement(
            "SELECT 1 FROM sync_outbox_records WHERE record = ? LIMIT 1", db)
        own.bind(record, at: 1)
        let hasOwn = try own.step()
        own.reset()
        guard hasOwn else { return changes }
        let era = try era(db)
        let row = try HotStatement(
            """
            SELECT r.number, r.is_laid, o.era, o.disposition, o.position, o.shift_ms, o.key, o.bytes,
                o.hash
            FROM sync_outbox_records r JOIN sync_outbox o ON o.number = r.number
            WHERE r.record = ? AND o.is_lost = 0 AND o.is_discarded = 0 ORDER BY r.number
            """, db)
        row.bind(record, at: 1)
        defer { row.reset() }
        while try row.step() {
            let number = try row.changeSetNumber(0)
            let isReceipted = try row.number(2) == era
            let key = try row.present(6)
            // With a bit flipped it could say anything, and do anything.
            let whole = try unlessLost(number) {
                try contents(row.bytes(7), key: key, number, hash: row.bytes(8))
            }
            guard let set = whole else { continue }
            let read = schema.reading(set) ?? set
            guard let change = read.changes.first(where: { $0.record == record }) else {
                throw StoreFault(.damaged, "change set \(number) does not touch its record")
            }
            changes.append(
                PendingChange(
                    number: number, change: change,
                    origin: Origin(
                        name: set.name, author: set.author,
                        time: try row.number(5).map { CorrectedTime(set.time, shift_ms: $0) }
                            ?? .estimate(set.time),
                        position: isReceipted ? try row.logPosition(4) : nil, shown: change.shown),
                    made_ms: set.time.wall_ms, isLaid: try row.present(1) != 0,
                    disposition: isReceipted
                        ? try row.number(3).flatMap(self.disposition) : nil,
                    isUnsent: !isReceipted, isCarried: false))
        }
        return changes
    }

    /// What is noted as having become of a change set. What is no disposition says nothing, and has
    /// the next sync look at what the receipts say.
    func disposition(_ row: Row, _ index: Int) throws -> Disposition? {
        try row.intOrNil(index).flatMap(disposition)
    }

    private func disposition(_ raw: Int64) -> Disposition? {
        if let disposition = UInt8(exactly: raw).flatMap(Disposition.init) { return disposition }
        memory.withLock { $0.hasMetDamage = true }
        return nil
    }

    /// The own numbers that the hub had merged as of the last answer.
    func merged(_ db: Database) throws -> NumberSet {
        try db.first("SELECT merged FROM sync_replica") { row in
            try NumberSetForm.decode(try row.blob(0))
        } ?? NumberSet()
    }

    /// Reads a change set as it lies in the outbox.
    func opened(
        _ bytes: [UInt8], key: Int64, _ number: ChangeSetNumber
    ) throws -> HashedChangeSet {
        HashedChangeSet(hashing: try contents(bytes, key: key, number))
    }

    /// The same without its hash, for who only looks at what it does.
    ///
    /// - Parameter hash: what it must have; `nil` where that is not asked.
    func contents(
        _ bytes: [UInt8], key: Int64, _ number: ChangeSetNumber, hash: [UInt8]? = nil
    ) throws -> ChangeSet {
        let set: ChangeSet?
        do {
            let kept = try seal.open(bytes, keyID: key)
            if let hash {
                set = try ContentHash(bytes: hash).flatMap { hash throws(CodecError) in
                    if let set = try KeptChangeSet.decode(kept, of: hash) { return set }
                    return try besideRotted(kept, hash, number)
                }
            } else {
                set = try KeptChangeSet.decode(kept)
            }
        } catch let error as CodecError {
            throw StoreError.unreadable("change set \(number): \(error)")
        }
        guard let set, set.name.number == number else {
            throw StoreError.unreadable("change set \(number) is another")
        }
        return set
    }

    /// The change set that these bytes hold, where it is the hash kept beside them that has rotted:
    /// it differs in so little that it is no other content's. Whoever meets one has it put right.
    private func besideRotted(
        _ bytes: [UInt8], _ hash: ContentHash, _ number: ChangeSetNumber
    ) throws(CodecError) -> ChangeSet? {
        let read = HashedChangeSet(hashing: try KeptChangeSet.decode(bytes))
        guard read.hash.isNear(hash) else { return nil }
        memory.withLock { $0.lost.append(number) }
        return read.changeSet
    }

    /// Returns what is read of an own change set; `nil` where it can't be read any more, which
    /// keeps nobody from the others.
    @discardableResult
    func unlessLost<Result>(
        _ number: ChangeSetNumber, _ body: () throws -> Result
    ) throws -> Result? {
        do { return try body() } catch StoreError.unreadable {
            memory.withLock { $0.lost.append(number) }
            return nil
        }
    }

    // MARK: What is shown, as columns

    /// Works out anew what a record's columns show, without touching its confirmed state. Those of
    /// a damaged one stay as they are: what heals it shows it anew. The next sync looks at
    /// everything.
    func show(_ record: RecordID, _ table: DeviceTable, _ db: Database) throws {
        guard let held = try held(record, table, db) else { return }
        let confirmed: RecordState?
        do { confirmed = try held.confirmed(record, table, self, db) } catch {
            guard case StoreError.damagedRecord = error else { throw error }
            return try db.run("UPDATE sync_replica SET is_suspect = 1")
        }
        let overlay = Overlay(
            over: confirmed, pending: try pendingChanges(of: record, db).filter(\.isLaid))
        try show(record, table, held.area, overlay, had: held.conflicts, db)
    }

    /// Writes a record's columns as `overlay` shows it.
    func show(
        _ record: RecordID, _ table: DeviceTable, _ area: UInt32?, _ overlay: Overlay, had: Int,
        moves: Bool = true, _ db: Database
    ) throws {
        try write(table.show, record, table, area, overlay, had: had, moves: moves, nil, db)
    }

    /// What a row says of a record's confirmed state; nothing but the key where there is none.
    struct ConfirmedColumns {
        var position: Int64?
        var era: Int64 = 0
        var applied_ms: Int64?
        let key: Int64
        var digest: StateDigest?
        var sealed: [UInt8]?
    }

    /// Runs one of a table's statements: the columns as `overlay` shows them in the order of
    /// `DeviceTable.show`, the confirmed ones where the statement has them, the record. Keeps the
    /// index of disputes, too.
    ///
    /// - Parameter moves: whether it may lie elsewhere now than its row says.
    /// - Returns: whether a row was written.
    @discardableResult
    func write(
        _ kept: KeptStatement, _ record: RecordID, _ table: DeviceTable, _ area: UInt32?,
        _ overlay: Overlay, had: Int, moves: Bool = true, _ confirmed: ConfirmedColumns?,
        _ db: Database
    ) throws -> Bool {
        let state = overlay.state
        let conflicts = state?.conflicts(under: schema) ?? []
        if had > 0 || !conflicts.isEmpty {
            try index(conflicts, of: record, table.collection.id, db)
        }
        if let state { try indexPairs(of: record, state, db) }
        let home =
            switch table.collection.home {
            case .scope(let unit), .with(let unit): state?.value(unit, in: table.collection)
            }
        let isVoid =
            if case .text? = state?.value(.void, in: table.collection) {
                Int64(1)
            } else {
                Int64(0)
            }
        let statement = try self.kept(kept, db)
        statement.bind(area.map { Int64($0) }, at: 1)
        statement.bind(Int64(overlay.laid.count), at: 2)
        statement.bind(Int64(conflicts.count), at: 3)
        statement.bind(isVoid, at: 4)
        var place: Int32 = 5
        let apart = kept.number == table.insert.number ? nil : table.home
        if apart == nil {
            statement.bind(home, at: place)
            place += 1
        }
        for unit in table.columns {
            let value = state?.value(unit.id, in: table.collection)
            // A newer program may hold another type; a column never does.
            statement.bind(
                value.flatMap { $0.isOf(unit.members[0].type) ? $0 : nil }, at: place)
            place += 1
        }
        if let confirmed {
            statement.bind(confirmed.position, at: place)
            statement.bind(confirmed.era, at: place + 1)
            statement.bind(confirmed.applied_ms, at: place + 2)
            statement.bind(confirmed.key, at: place + 3)
            if let digest = confirmed.digest, let sealed = confirmed.sealed {
                statement.bind(digest, at: place + 4)
                statement.bind(sealed, at: place + 5)
            } else {
                statement.bindNull(at: place + 4)
                statement.bindNull(at: place + 5)
            }
            place += 6
        }
        statement.bind(record, at: place)
        try statement.run()
        let isWritten = statement.changes > 0
        if let apart, moves {
            let statement = try self.kept(apart, db)
            statement.bind(home, at: 1)
            statement.bind(record, at: 2)
            try statement.run()
        }
        return isWritten
    }

    private func index(
        _ conflicts: [Conflict], of record: RecordID, _ collection: CollectionID, _ db: Database
    ) throws {
        try db.run("DELETE FROM sync_disputes WHERE record = ?", [record.stored])
        for conflict in conflicts {
            try db.run(
                "INSERT INTO sync_disputes(record, unit, collection, kind) VALUES (?, ?, ?, ?)",
                [
                    record.stored, Int64(conflict.unit.value), Int64(collection.value),
                    Int64(conflict.dispute.kind.rawValue),
                ])
        }
    }

    /// Works out the columns of every record of a collection.
    func showAll(_ table: DeviceTable, _ db: Database) throws {
        var records: [RecordID] = []
        try db.each("SELECT id FROM \(table.name)") { records.append(try $0.name(0)) }
        for record in records { try show(record, table, db) }
    }
}

/// A record as it was read: its row, and what is shown of it.
struct SeenRecord: Sendable {
    let collection: CollectionID
    let held: HeldRecord
    let overlay: Overlay
}

/// A record's row, as far as it is not shown.
struct HeldRecord {
    let area: UInt32?
    let position: LogPosition?
    let era: Int64
    let own: Int
    let conflicts: Int
    let applied_ms: Int64?
    /// The hub's bytes; `nil` while it has confirmed nothing.
    let state: [UInt8]?
    /// Of those bytes, as they came.
    let digest: StateDigest?

    /// The hub's state.
    ///
    /// - Throws: `.damagedRecord` where it is not what the hub sent.
    func confirmed(
        _ record: RecordID, _ table: DeviceTable, _ store: DeviceStore, _ db: Database
    ) throws -> RecordState? {
        guard let state else { return nil }
        guard .of(record, state: state) == digest else { throw StoreError.damagedRecord(record) }
        do {
            return store.schema.upcast(
                try StateCoding.decode(
                    state, record: record, collection: table.collection.id,
                    writers: store.writers(era, db)))
        } catch let error as CodecError {
            throw StoreError.unreadable("the state of \(record): \(error)")
        }
    }
}

extension HeldRecord {
    /// Whether a record of the present epoch can lie where its row says: not before anything that
    /// is in it, and once all has arrived not beyond that. Any other position that is wrong does no
    /// harm: whatever comes next lies beyond it.
    func isInPlace(_ confirmed: RecordState?, reach: LogPosition?) -> Bool {
        guard let confirmed else { return true }
        guard let position, confirmed.lastPosition <= position else { return false }
        return reach.map { position <= $0 } ?? true
    }
}

/// What one change set that the hub's state may lack does to one record.
struct PendingChange {
    let number: ChangeSetNumber
    let change: RecordChange
    let origin: Origin
    let made_ms: Int64
    /// Whether the confirmed state does not contain it.
    let isLaid: Bool
    /// `nil` until a receipt of this epoch names it.
    let disposition: Disposition?
    let isUnsent: Bool
    /// Whether another device wrote it, and it came here in a bundle.
    let isCarried: Bool
}

/// The hub's state of a record with writes laid over it that it lacks: by the same merge as at the
/// hub.
struct Overlay {
    private(set) var state: RecordState?
    /// Own change sets laid over, rising.
    private(set) var laid: [ChangeSetNumber] = []
    /// Those of others.
    private(set) var carried: [ChangeSetName] = []
    /// Change sets that neither the state nor what is laid over it contains.
    private var waiting: Set<ChangeSetName> = []

    /// Lays `pending` over `confirmed`. It holds what the state does not contain, each writer's
    /// rising by number.
    init(over confirmed: RecordState?, pending: [PendingChange]) {
        state = confirmed
        guard !pending.isEmpty else { return }
        // What was set aside is shown only where the person would else see nothing of their own
        // record.
        let shown =
            confirmed == nil ? pending : pending.filter { $0.disposition != .quarantined }
        waiting = Set(pending.map(\.origin.name))
        for change in shown { lay(change) }
    }

    /// Lays one more over it, which comes after all that its writer has laid.
    mutating func lay(_ change: PendingChange) {
        var merged =
            state
            ?? RecordState(record: change.change.record, collection: change.change.collection)
        state = nil  // So that the arrays inside are not copied.
        waiting.insert(change.origin.name)
        // Others' writes that are named were on the screen, so the state holds or covers them.
        merged.merge(change.change, from: change.origin) { [waiting] in !waiting.contains($0) }
        waiting.remove(change.origin.name)
        if change.isCarried {
            carried.append(change.origin.name)
        } else {
            laid.append(change.number)
        }
        state = merged
    }
}

extension RecordState {
    /// What a unit shows; `nil` for unknown, undecided, and what is no single value.
    func value(_ unit: UnitID, in collection: CollectionDeclaration) -> Value? {
        collection.unit(unit).flatMap { outcome(of: $0) }?.value
    }
}

extension Value {
    func isOf(_ type: ValueType) -> Bool {
        switch (type, self) {
        case (.bool, .bool), (.integer, .integer), (.text, .text), (.choice, .text),
            (.bytes, .bytes), (.day, .day), (.reference, .reference):
            true
        default: false
        }
    }
}
