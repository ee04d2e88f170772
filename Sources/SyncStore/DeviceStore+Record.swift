internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol
internal import Synchronization

extension DeviceStore {
    /// Records one intent: seals it into the outbox with the next number, and shows it at once.
    ///
    /// When this returns the change set is on the disk, chained to the one before. Everything that
    /// could make the hub refuse it is checked before, so that nothing is sealed in vain.
    ///
    /// - Parameters:
    ///   - now: this machine's clocks. However wrong they are, order and causality don't depend on
    ///     them.
    ///   - generator: draws the seed of the salts, once for all change sets between two syncs.
    /// - Complexity: linear in the bytes of the draft and in own unmerged writes of its records;
    ///   one transaction that waits for the disk.
    @discardableResult
    public func record(
        _ draft: ChangeSetDraft, now: ClockReading,
        using generator: inout some RandomNumberGenerator
    ) throws(StoreError) -> HashedChangeSet {
        let changes = draft.changes.sorted { $0.record < $1.record }
        try check(draft, changes)
        // Drawn outside the transaction, which may not capture it; used only where there is none
        // yet.
        let freshSeed = SaltSeed.random(using: &generator)
        return try write(isRecording: true) { db in
            var author = try self.author(db)
            var touched: [Touched] = []
            for change in changes { touched.append(try self.touched(by: change, db)) }
            // What takes back a step goes against the steps on purpose.
            if draft.intent != "undo" {
                for it in touched { try self.checkSteps(of: it, by: author.replica, db) }
            }
            let areas = try self.areas(of: touched, db)
            let grant = try self.grant(covering: areas, touched, db)
            let last = try self.lastSealed(db)
            let trunk = Trunk(
                epoch: author.epoch, position: try self.territory(db).newest)
            let seed = try self.saltSeed(author.salt, or: freshSeed, db)
            author.salt = seed
            let time = try self.writeTime(now, after: last.clock, author)
            guard
                let set = ChangeSet(
                    name: ChangeSetName(author.replica, last.number?.next ?? .first),
                    previous: last.hash, author: author.person, grant: grant, trunk: trunk,
                    time: time, intent: Text(draft.intent), form: draft.form,
                    reason: draft.reason.map { Text($0) }, schema: schema.version,
                    premises: draft.premises,
                    saltSeed: seed, changes: changes)
            else { throw StoreError.nothingToRecord }
            let (sealed, bytes) = KeptChangeSet.encode(set)
            guard sealed.size <= Limits.changeSetBytes else {
                throw StoreError.tooLarge(
                    part: .changeSetBytes, count: sealed.size, maximum: Limits.changeSetBytes)
            }
            try self.keep(sealed, bytes, db)
            for (touched, area) in zip(touched, areas) { try self.show(touched, area, set, db) }
            let end = LastSealed(
                number: set.name.number, hash: sealed.hash,
                clock: HybridClock(last: time.timestamp))
            memory.withLock { [author] in ($0.author, $0.last) = (author, end) }
            return sealed
        }
    }

    // MARK: Checks

    private func check(
        _ draft: ChangeSetDraft, _ changes: [RecordChange]
    ) throws(StoreError) {
        guard !changes.isEmpty else { throw .nothingToRecord }
        for (left, right) in zip(changes, changes.dropFirst()) where left.record == right.record {
            throw .recordTwice(left.record)
        }
        func check(_ part: StoreError.Part, _ count: Int, _ maximum: Int) throws(StoreError) {
            guard count <= maximum else {
                throw .tooLarge(part: part, count: count, maximum: maximum)
            }
        }
        func check(_ part: StoreError.Part, _ text: String?, _ maximum: Int) throws(StoreError) {
            guard let bytes = text?.utf8 else { return }
            try check(part, bytes.count, maximum)
            guard !bytes.contains(0) else { throw .forbiddenCharacter(part) }
        }
        try check(.changes, changes.count, Limits.changesPerChangeSet)
        try check(.intentBytes, draft.intent, Limits.intentBytes)
        try check(.formBytes, draft.form?.form.string, Limits.formBytes)
        try check(.reasonBytes, draft.reason, Limits.reasonBytes)
        for change in changes {
            do {
                try schema.validate(change)
            } catch {
                throw .invalid(change.record, error)
            }
        }
    }

    /// A record that a change set touches, as it was before.
    struct Touched {
        let change: RecordChange
        let table: DeviceTable
        /// `nil` where the change set creates it.
        let held: HeldRecord?
        let overlay: Overlay

        /// Where the change says that its record lies; `nil` if it says nothing of it.
        var home: RecordID? {
            for write in change.writes where write.unit == table.homeUnit {
                if case .set(.reference(let id), _) = write.operation { return id }
            }
            return nil
        }

        /// Whether the change says anything of where its record lies.
        var moves: Bool { change.writes.contains { $0.unit == table.homeUnit } }
    }

    private func touched(by change: RecordChange, _ db: Database) throws -> Touched {
        guard let table = table(change.collection) else {
            throw StoreError.invalid(change.record, .unknownCollection(change.collection))
        }
        guard !change.creates else {
            // Whether it is here already shows when it is written. No name is of two collections:
            // one is drawn by chance, or derived from what it is for.
            return Touched(
                change: change, table: table, held: nil, overlay: Overlay(over: nil, pending: []))
        }
        guard let seen = try seen(change.record, table, db) else {
            throw try absence(of: change.record, db)
        }
        for write in change.writes {
            if let kind = seen.overlay.state?[write.unit]?.kind, kind != write.operation.kind {
                throw StoreError.heldOtherwise(change.record, write.unit)
            }
        }
        return Touched(change: change, table: table, held: seen.held, overlay: seen.overlay)
    }

    /// Refuses a setting that no step leads to from what it replaces.
    private func checkSteps(
        of touched: Touched, by replica: ReplicaID, _ db: Database
    ) throws {
        let record = touched.change.record
        for unit in touched.table.steppedUnits {
            guard let write = touched.change.writes.first(where: { $0.unit == unit.id }),
                case .set(let value, let names) = write.operation,
                case .register(let register)? = touched.overlay.state?[unit.id],
                register.jump(to: value, naming: names, by: replica, under: unit) != nil,
                try !isOneWithAnother(record, in: unit.id, touched.table, db)
            else { continue }
            throw StoreError.noStep(record, unit.id)
        }
    }

    /// Whether a unit is seen of several records as one: then only all of them together say what
    /// its writer came from.
    private func isOneWithAnother(
        _ record: RecordID, in unit: UnitID, _ table: DeviceTable, _ db: Database
    ) throws -> Bool {
        guard try hasPairs(db) else { return false }
        return try joined(with: record, db).contains { other in
            guard other != record, let seen = try shown(other, db) else { return false }
            return seen.collection == table.collection.id && seen.state[unit] != nil
        }
    }

    /// A record as it is: as it was when it was last looked at, or read now.
    private func seen(
        _ record: RecordID, _ table: DeviceTable, _ db: Database
    ) throws -> SeenRecord? {
        if let seen = memory.withLock({ $0.take(record) }), seen.collection == table.collection.id {
            return seen
        }
        guard let held = try held(record, table, db) else { return nil }
        let pending = try pendingChanges(of: record, db).filter(\.isLaid)
        let confirmed = try held.confirmed(record, table, self, db)
        return SeenRecord(
            collection: table.collection.id, held: held,
            overlay: Overlay(over: confirmed, pending: pending))
    }

    /// Where a record lies, in whatever table it is; `nil` if it is not here, or nowhere.
    private func leafArea(of record: RecordID, _ db: Database) throws -> UInt32? {
        let row = try kept(self.area, db)
        row.bind(record, at: 1)
        defer { row.reset() }
        guard try row.step() else { return nil }
        return try row.number(0).map { UInt32(clamping: $0) }
    }

    // MARK: Where it lies, and under whose authority

    /// The leaf area of each record; those created here lie where their home does, perhaps in this
    /// very change set.
    func areas(of touched: [Touched], _ db: Database) throws -> [UInt32?] {
        let territory = try self.territory(db)
        func area(_ place: Int, depth: Int) throws -> UInt32? {
            let it = touched[place]
            if let held = it.held { return held.area }
            switch it.table.collection.home {
            case .scope:
                return it.home.flatMap {
                    territory.numbers[ScopeID(high: $0.high, low: $0.low)]
                }
            case .with:
                guard let id = it.home else { return nil }
                let sibling = touched.firstIndex { $0.change.record == id }
                if let sibling, depth < touched.count { return try area(sibling, depth: depth + 1) }
                return try leafArea(of: id, db)
            }
        }
        return try touched.indices.map { try area($0, depth: 0) }
    }

    /// The narrowest grant in force that covers all records, or the first of several that do
    /// together. One that has ended is named only where those in force don't reach.
    private func grant(
        covering areas: [UInt32?], _ touched: [Touched], _ db: Database
    ) throws -> GrantID {
        var covering: [[Territory.Grant]] = []
        for (area, touched) in zip(areas, touched) {
            let grants = try area.map { try writable($0, db) } ?? []
            guard !grants.isEmpty else { throw StoreError.outsideGrants(touched.change.record) }
            covering.append(grants)
        }
        let common = covering[0].filter { grant in
            covering.allSatisfy { $0.contains { $0.id == grant.id } }
        }
        if let grant = common.first(where: { $0.place != nil }) { return grant.id }
        if covering.allSatisfy({ $0[0].place != nil }) { return covering[0][0].id }
        guard let grant = common.first else { throw StoreError.severalGrants }
        return grant.id
    }

    // MARK: The seal

    struct Author: Sendable {
        let replica: ReplicaID
        let person: PersonID
        let epoch: EpochID?
        var salt: SaltSeed?
        let offset_ms: Int64?
        let offsetMonotonic_ms: UInt64?
        let offsetBoot: UInt64?
    }

    private func author(_ db: Database) throws -> Author {
        if let known = memory.withLock({ $0.author }) { return known }
        let row = try HotStatement(
            """
            SELECT replica, person, e.id, salt, offset_ms, offset_monotonic_ms, offset_boot
            FROM sync_replica r LEFT JOIN sync_epochs e ON e.era = r.era
            """, db)
        defer { row.reset() }
        guard try row.step(), let person: PersonID = try row.nameOrNil(1) else {
            throw StoreError.notEnrolled
        }
        guard let replica: ReplicaID = try row.nameOrNil(0) else {
            throw StoreFault(.damaged, "a name is missing")
        }
        return Author(
            replica: replica, person: person, epoch: try row.nameOrNil(2),
            salt: try row.nameOrNil(3), offset_ms: try row.number(4),
            offsetMonotonic_ms: try row.number(5).map { UInt64(bitPattern: $0) },
            offsetBoot: try row.number(6).map { UInt64(bitPattern: $0) })
    }

    struct LastSealed: Sendable {
        let number: ChangeSetNumber?
        let hash: ContentHash
        let clock: HybridClock
    }

    /// The end of this device's chain: read from the outbox, unless nothing else was written since
    /// this store wrote there.
    func lastSealed(_ db: Database) throws -> LastSealed {
        if let known = memory.withLock({ $0.last }) { return known }
        let row = try HotStatement(
            """
            SELECT number, hash, clock_ms, clock_counter, key, bytes, is_lost FROM sync_outbox
            ORDER BY number DESC LIMIT 1
            """, db)
        defer { row.reset() }
        guard try row.step() else {
            return LastSealed(number: nil, hash: .none, clock: HybridClock())
        }
        guard
            let timestamp = HybridTimestamp(
                milliseconds: UInt64(clamping: try row.present(2)),
                counter: UInt16(clamping: try row.present(3)))
        else { throw StoreFault(.damaged, "the clock is out of range") }
        guard var hash = ContentHash(bytes: row.bytes(1)) else {
            throw StoreFault(.damaged, "a hash is not 32 bytes long")
        }
        let number = try row.changeSetNumber(0)
        let key = try row.present(4)
        // The next one is chained to what was written, even if the hash beside that has rotted.
        if try row.present(6) == 0,
            let set = try unlessLost(number, { try opened(row.bytes(5), key: key, number) }),
            set.hash.isNear(hash)
        {
            hash = set.hash
        }
        return LastSealed(number: number, hash: hash, clock: HybridClock(last: timestamp))
    }

    private func writeTime(
        _ now: ClockReading, after clock: HybridClock, _ author: Author
    ) throws -> WriteTime {
        let end = HybridTimestamp.maximumMilliseconds
        guard clock.last.milliseconds < end || clock.last.counter < .max else {
            throw StoreError.clockExhausted
        }
        var clock = clock
        let timestamp = clock.tick(wall: now.wall_ms)
        var age: UInt64?
        if let measured = author.offsetMonotonic_ms, author.offsetBoot == now.boot,
            measured <= now.monotonic_ms
        {
            age = now.monotonic_ms - measured
        }
        return WriteTime(
            timestamp: timestamp, wall_ms: now.wall_ms, monotonic_ms: now.monotonic_ms,
            boot: now.boot, offset_ms: author.offset_ms, offsetAge_ms: age)
    }

    private func saltSeed(
        _ known: SaltSeed?, or fresh: SaltSeed, _ db: Database
    ) throws -> SaltSeed {
        if let known { return known }
        try db.run("UPDATE sync_replica SET salt = ?", [fresh.stored])
        return fresh
    }

    private func keep(_ sealed: HashedChangeSet, _ bytes: [UInt8], _ db: Database) throws {
        let set = sealed.changeSet
        let outbox = try kept(.outbox, db)
        outbox.bind(Int64(set.name.number.value), at: 1)
        outbox.bind(sealed.hash.bytes, at: 2)
        outbox.bind(Int64(set.time.timestamp.milliseconds), at: 3)
        outbox.bind(Int64(set.time.timestamp.counter), at: 4)
        outbox.bind(set.intent.string, at: 5)
        outbox.bind(set.time.wall_ms, at: 6)
        outbox.bind(Int64(bytes.count), at: 7)
        outbox.bind(seal.keyID, at: 8)
        outbox.bind(seal.seal(bytes), at: 9)
        try outbox.run()
        let records = try kept(.outboxRecords, db)
        for change in set.changes {
            records.bind(change.record, at: 1)
            records.bind(Int64(set.name.number.value), at: 2)
            records.bind(Int64(change.collection.value), at: 3)
            try records.run()
        }
    }

    private func show(
        _ touched: Touched, _ area: UInt32?, _ set: ChangeSet, _ db: Database
    ) throws {
        let record = touched.change.record
        let latest = PendingChange(
            number: set.name.number, change: touched.change,
            origin: Origin(
                name: set.name, author: set.author, time: .estimate(set.time), position: nil,
                shown: touched.change.shown),
            made_ms: set.time.wall_ms, isLaid: true, disposition: nil, isUnsent: true,
            isCarried: false)
        var overlay = touched.overlay
        overlay.lay(latest)
        guard let held = touched.held else {
            let isNew = try write(
                touched.table.insert, record, touched.table, area, overlay, had: 0,
                ConfirmedColumns(key: seal.keyID), db)
            guard isNew else { throw StoreError.recordExists(record) }
            return
        }
        try show(
            record, touched.table, held.area ?? area, overlay, had: held.conflicts,
            moves: touched.moves, db)
    }
}
