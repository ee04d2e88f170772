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
        let confirmed = try held.confirmed(record, table, self, db)
        let overlay = Overlay(
            record, table.collection.id, over: confirmed, own: own.filter(\.isLaid))
        guard let state = overlay.state else { return nil }
        return ShownRecord(
            state: state, position: held.position,
            area: try held.area.flatMap { try self.territory(db).areas[$0]?.scope },
            laidOver: overlay.laid, unsent: own.filter(\.isUnsent).map(\.number),
            held: own.filter { $0.disposition == .held }.map(\.number),
            quarantined: own.filter { $0.disposition == .quarantined }.map(\.number),
            isStale: try held.state != nil && held.era != era(db), applied_ms: held.applied_ms)
    }

    /// Reads a record's row; `nil` if its table has none.
    func held(_ record: RecordID, _ table: DeviceTable, _ db: Database) throws -> HeldRecord? {
        try db.first(table.selectSQL, [record.stored]) { row in
            HeldRecord(
                area: try row.intOrNil(1).map { UInt32(clamping: $0) },
                position: try row.logPositionOrNil(2), era: try row.int(3),
                own: Int(try row.int(4)), conflicts: Int(try row.int(5)),
                applied_ms: try row.intOrNil(6),
                state: try row.blobOrNil(8).map { try self.seal.open($0, keyID: try row.int(7)) })
        }
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

    /// All own change sets on a record, rising.
    func ownChanges(of record: RecordID, _ db: Database) throws -> [OwnChange] {
        let era = try era(db)
        let replica = try replica(db)
        var changes: [OwnChange] = []
        try db.each(
            """
            SELECT r.number, r.is_laid, o.era, o.disposition, o.position, o.time_ms, o.key, o.bytes
            FROM sync_outbox_records r JOIN sync_outbox o ON o.number = r.number
            WHERE r.record = ? ORDER BY r.number
            """, [record.stored]
        ) { row in
            let number = try row.changeSetNumber(0)
            let isReceipted = try row.intOrNil(2) == era
            let set = try self.opened(try row.blob(7), key: try row.int(6), number)
            guard let change = set.changeSet.changes.first(where: { $0.record == record }) else {
                throw StoreFault(.damaged, "change set \(number) does not touch its record")
            }
            let position = isReceipted ? try row.logPositionOrNil(4) : nil
            changes.append(
                OwnChange(
                    number: number, change: change,
                    origin: Origin(
                        name: ChangeSetName(replica, number), author: set.changeSet.author,
                        time: try row.intOrNil(5).map { CorrectedTime(clamping: $0) }
                            ?? .estimate(set.changeSet.time),
                        position: position, shown: change.shown),
                    made_ms: set.changeSet.time.wall_ms, isLaid: try row.int(1) != 0,
                    disposition: isReceipted ? try self.disposition(row, 3) : nil,
                    isUnsent: !isReceipted))
        }
        return changes
    }

    func disposition(_ row: Row, _ index: Int) throws -> Disposition? {
        guard let raw = try row.intOrNil(index) else { return nil }
        guard let disposition = UInt8(exactly: raw).flatMap(Disposition.init) else {
            throw StoreFault(.damaged, "a disposition is none of ours")
        }
        return disposition
    }

    /// Reads a change set as it lies in the outbox.
    func opened(
        _ bytes: [UInt8], key: Int64, _ number: ChangeSetNumber
    ) throws -> HashedChangeSet {
        let sets: [HashedChangeSet]
        do {
            sets = try RunCoding.decode(seal.open(bytes, keyID: key))
        } catch let error as CodecError {
            throw StoreError.unreadable("change set \(number): \(error)")
        }
        guard sets.count == 1, sets[0].changeSet.name.number == number else {
            throw StoreError.unreadable("change set \(number) is another")
        }
        return sets[0]
    }

    // MARK: What is shown, as columns

    /// Works out anew what a record's columns show, without touching its confirmed state.
    func show(_ record: RecordID, _ table: DeviceTable, _ db: Database) throws {
        guard let held = try held(record, table, db) else { return }
        let confirmed = try held.confirmed(record, table, self, db)
        let overlay = Overlay(
            record, table.collection.id, over: confirmed,
            own: try ownChanges(of: record, db).filter(\.isLaid))
        try show(record, table, held.area, overlay, had: held.conflicts, db)
    }

    /// Writes a record's columns as `overlay` shows it.
    func show(
        _ record: RecordID, _ table: DeviceTable, _ area: UInt32?, _ overlay: Overlay, had: Int,
        _ db: Database
    ) throws {
        try db.run(
            table.showSQL,
            try shownArguments(record, table, area, overlay, had: had, db) + [record.stored])
    }

    /// The columns in the order of `DeviceTable.showSQL`; keeps the index of disputes, too.
    func shownArguments(
        _ record: RecordID, _ table: DeviceTable, _ area: UInt32?, _ overlay: Overlay, had: Int,
        _ db: Database
    ) throws -> StatementArguments {
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
            if case .text? = state?.value(.void, in: table.collection) { 1 } else { 0 }
        var arguments: StatementArguments = [
            area.map { Int64($0) }, overlay.laid.count, conflicts.count, isVoid, home?.stored,
        ]
        for unit in table.columns {
            let value = state?.value(unit.id, in: table.collection)
            // A newer program may hold another type; a column never does.
            arguments += [value.flatMap { $0.isOf(unit.members[0].type) ? $0.stored : nil }]
        }
        return arguments
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

    func confirmed(
        _ record: RecordID, _ table: DeviceTable, _ store: DeviceStore, _ db: Database
    ) throws -> RecordState? {
        guard let state else { return nil }
        do {
            return try StateCoding.decode(
                state, record: record, collection: table.collection.id,
                writers: store.writers(era, db))
        } catch let error as CodecError {
            throw StoreError.unreadable("the state of \(record): \(error)")
        }
    }
}

/// What one own change set does to one record.
struct OwnChange {
    let number: ChangeSetNumber
    let change: RecordChange
    let origin: Origin
    let made_ms: Int64
    /// Whether the confirmed state does not contain it.
    let isLaid: Bool
    /// `nil` until a receipt of this epoch names it.
    let disposition: Disposition?
    let isUnsent: Bool
}

/// The hub's state of a record with own writes laid over it: by the same merge as at the hub.
struct Overlay {
    private(set) var state: RecordState?
    /// The change sets laid over, rising.
    private(set) var laid: [ChangeSetNumber] = []

    /// Lays `own` over `confirmed`. `own` rises by number and holds what the state does not
    /// contain.
    init(
        _ record: RecordID, _ collection: CollectionID, over confirmed: RecordState?,
        own: [OwnChange]
    ) {
        state = confirmed
        guard !own.isEmpty else { return }
        // What was set aside is shown only where the person would else see nothing of their own
        // record.
        let shown =
            confirmed == nil ? own : own.filter { $0.disposition != .quarantined }
        guard !shown.isEmpty else { return }
        var merged = confirmed ?? RecordState(record: record, collection: collection)
        // Others' writes that are named were on the screen, so the state holds or covers them.
        var waiting = Set(own.map(\.number))
        for change in shown {
            let replica = change.origin.name.replica
            merged.merge(change.change, from: change.origin) {
                $0.replica != replica || !waiting.contains($0.number)
            }
            waiting.remove(change.number)
            laid.append(change.number)
        }
        state = merged
    }
}

extension RecordState {
    /// What a unit shows; `nil` for unknown, undecided, and what is no single value.
    func value(_ unit: UnitID, in collection: CollectionDeclaration) -> Value? {
        guard let declaration = collection.unit(unit), let state = self[unit],
            state.kind == declaration.policy.kind
        else { return nil }
        return state.outcome(under: declaration)?.value
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
