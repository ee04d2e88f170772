internal import GRDB
public import SyncCore
public import SyncProtocol
internal import Synchronization

// How a device whose digest is not the hub's finds what differs and has it again. Nothing of this
// touches what the device has not sent: that lies in the outbox, and is laid over what comes.

/// What a comparison with the hub has found.
public struct Difference: Hashable, Sendable {
    /// Where the two differ; to be asked for next. At most `Limits.stretchesPerRequest`.
    public var stretches: [Stretch] = []
    /// Records that were not what the hub had sent, and are no longer held.
    public var damaged = 0
    /// Whether the sums were not those of the records.
    public var hadWrongSums = false

    public init() {}
}

extension DeviceStore {
    /// Looks at every record if something here was found damaged since that was last done, or if,
    /// once a day, the sums are not those of the records, for one may be gone, or what is noted of
    /// own change sets is not what the hub has signed. Returns the areas in which something was, to
    /// be compared with the hub's.
    public func scrubIfSuspect(now: ClockReading) throws(StoreError) -> [Stretch] {
        let (isSuspect, isDue) = try read { db in
            let (isSuspect, looked_ms) =
                try db.first("SELECT is_suspect, looked_ms FROM sync_replica") {
                    (try $0.int(0) != 0, try $0.int(1))
                } ?? (false, 0)
            let passed_ms = now.wall_ms.subtractingClamped(looked_ms)
            guard !(0..<Self.looksEvery_ms).contains(passed_ms) else { return (isSuspect, false) }
            let (kept, found) = (try storedDigests(db), try countedDigests(db))
            let differs = Set(kept.keys).union(found.keys).contains {
                kept[$0] ?? CountedDigest() != found[$0] ?? CountedDigest()
            }
            return (try isSuspect || differs || misnoted(db).count > 0, true)
        }
        if isDue {
            try write { db in
                try db.run("UPDATE sync_replica SET looked_ms = ?", [now.wall_ms])
            }
        }
        guard isSuspect else { return [] }
        return try write { db in
            var difference = Difference()
            return try scrub(&difference, now, db).prefix(Limits.stretchesPerRequest)
                .map { Stretch(all: $0) }
        }
    }

    /// How often the records are counted: a day.
    private static let looksEvery_ms: Int64 = 24 * 3_600_000

    /// Works out where this device differs from what an answer tells of the hub's records. What is
    /// here is looked over first, if the answer says that something differs at all.
    ///
    /// To be called once the answer has been applied.
    public func compare(
        _ answer: SyncResponse, now: ClockReading
    ) throws(StoreError) -> Difference {
        var difference = Difference()
        guard !answer.comparison.isEmpty else { return difference }
        try write { db in
            if answer.digestDiffers { _ = try scrub(&difference, now, db) }
            let open = answer.comparison.filter { !$0.isWhole }
            let held = try heldDigests(of: Set(open.map(\.stretch.area)), db)
            for compared in open {
                let own = (held[compared.stretch.area] ?? []).filter {
                    compared.stretch.contains($0.record)
                }
                guard own.count != compared.records || sum(own) != compared.digest else { continue }
                difference.stretches.append(compared.stretch)
                if difference.stretches.count == Limits.stretchesPerRequest { return }
            }
        }
        return difference
    }

    /// The states that the hub asks for, as far as they are here as it sent them; in whichever life
    /// of its log, for it takes none but what it had itself.
    public func copies(of wanted: [SyncResponse.Wanted]) throws(StoreError) -> [StateCopy] {
        try read { db in
            var copies: [StateCopy] = []
            var bytes = 0
            for one in wanted {
                guard let table = table(one.collection),
                    let held = try held(one.record, table, db),
                    let state = held.state, held.digest == .of(one.record, state: state)
                else { continue }
                bytes += state.count
                guard bytes <= Limits.stateBytes, copies.count < Limits.copiesPerRequest else {
                    break
                }
                copies.append(StateCopy(one.record, one.collection, state: state))
            }
            return copies
        }
    }

    /// Takes what an answer brings of whole stretches: records that are here in another form, or
    /// not at all, are written; those that the hub does not have there have left.
    func mend(
        _ answer: SyncResponse, _ now: ClockReading, _ db: Database
    ) throws -> (fetched: Int, removed: Int) {
        let whole = answer.comparison.filter(\.isWhole)
        guard !whole.isEmpty else { return (0, 0) }
        let pages = answer.pages.filter(\.grants.isEmpty)
        let territory = try territory(db)
        // Overtaken by another answer: what is here may be newer.
        guard let through = pages.last?.through,
            territory.current.allSatisfy({ $0.cursor <= through })
        else { return (0, 0) }
        let sent = pages.flatMap(\.records)
        let held = try heldDigests(of: Set(whole.map(\.stretch.area)), db)
        var missing: [SyncResponse.PageRecord] = []
        var strange: [HeldDigest] = []
        for compared in whole {
            let records = sent.filter {
                $0.area == compared.stretch.area && compared.stretch.contains($0.record)
            }
            let digests = records.map { StateDigest.of($0.record, state: $0.state) }
            guard records.count == compared.records,
                digests.reduce(into: .zero, { $0 += $1 }) == compared.digest
            else { continue }
            var own = Dictionary(
                (held[compared.stretch.area] ?? []).filter {
                    compared.stretch.contains($0.record)
                }.map { ($0.record, $0) }, uniquingKeysWith: { first, _ in first })
            for (record, digest) in zip(records, digests)
            where own.removeValue(forKey: record.record)?.digest != digest {
                missing.append(record)
            }
            strange += own.values.sorted { $0.record < $1.record }
        }
        try overrule(with: missing, merged: answer.merged, now, db)
        for record in strange { try leave(record.record, record.collection, db) }
        try db.run(
            """
            UPDATE sync_alarms SET fetched = fetched + ?, removed = removed + ?
            WHERE agreed_ms IS NULL
            """, [missing.count, strange.count])
        return (missing.count, strange.count)
    }

    // MARK: Looking at what is here

    /// Holds every record against its digest, lets go of the states that are not what the hub sent,
    /// and works out the rest anew. Returns the areas that did not hold what was believed.
    private func scrub(
        _ difference: inout Difference, _ now: ClockReading, _ db: Database
    ) throws -> [UInt32] {
        let (era, reach) = (try era(db), try reach(db))
        try forgetDamagedCarried(db)
        // Before what is shown is worked out from it.
        let misnoted = try misnoted(db)
        try misnoted.putRight(db)
        if misnoted.count > 0 { memory.withLock { $0.last = nil } }
        difference.damaged += misnoted.numbers.count + (misnoted.isBeyond ? 1 : 0)
        for table in tables {
            var records: [RecordID] = []
            try db.each("SELECT id FROM \(table.name) WHERE state IS NOT NULL") {
                records.append(try $0.name(0))
            }
            var broken: [RecordID] = []
            for record in records {
                do {
                    guard let held = try held(record, table, db) else { continue }
                    let confirmed = try held.confirmed(record, table, self, db)
                    if held.era == era, !held.isInPlace(confirmed, reach: reach) {
                        broken.append(record)
                    }
                } catch is StoreError {
                    broken.append(record)
                }
            }
            for record in broken {
                try db.run(
                    """
                    UPDATE \(table.name) SET position = NULL, era = 0, applied_ms = NULL,
                        digest = NULL, state = NULL WHERE id = ?
                    """, [record.stored])
                // A row that shows nothing and holds nothing unsent is none.
                try db.run(
                    """
                    DELETE FROM \(table.name) WHERE id = ?1
                        AND NOT EXISTS (SELECT 1 FROM sync_outbox_records WHERE record = ?1)
                        AND NOT EXISTS (SELECT 1 FROM sync_carried_records WHERE record = ?1)
                    """, [record.stored])
                // One that the hub has for this device comes back with what differs. Another goes
                // once what was written here on it has arrived.
                try leave(record, table.collection.id, isDamaged: true, db)
            }
            difference.damaged += broken.count
            try showAll(table, db)
        }
        var unknown: [(RecordID, Int64)] = []
        try db.each("SELECT id, key, state, digest, collection FROM sync_unknown") { row in
            let record: RecordID = try row.name(0)
            if try !isSound(record, row) { unknown.append((record, try row.int(4))) }
        }
        for (record, collection) in unknown {
            try db.run(
                "DELETE FROM sync_unknown WHERE id = ? AND collection = ?",
                [record.stored, collection])
        }
        difference.damaged += unknown.count
        let sums = try countedDigests(db)
        let known = try storedDigests(db)
        let wrong = Set(sums.keys).union(known.keys).sorted().filter {
            known[$0] ?? CountedDigest() != sums[$0] ?? CountedDigest()
        }
        difference.hadWrongSums = !wrong.isEmpty
        try db.run("DELETE FROM sync_digests")
        try add(sums, db)
        try db.run("UPDATE sync_replica SET is_suspect = 0")
        guard difference.damaged > 0 || !wrong.isEmpty else { return [] }
        try note(false, now, db)
        try db.run(
            "UPDATE sync_alarms SET damaged = damaged + ? WHERE agreed_ms IS NULL",
            [difference.damaged])
        let territory = try territory(db)
        return wrong.filter(territory.isGranted)
    }

    private func isSound(_ record: RecordID, _ row: Row) throws -> Bool {
        guard let digest = StateDigest(bytes: try row.blob(3)) else { return false }
        return try .of(record, state: seal.open(try row.blob(2), keyID: try row.int(1))) == digest
    }

    private struct HeldDigest {
        let record: RecordID
        let collection: CollectionID
        let digest: StateDigest
    }

    /// What counts in the digests of these areas, or of all.
    private func heldDigests(
        of areas: Set<UInt32>?, _ db: Database
    ) throws -> [UInt32: [HeldDigest]] {
        if areas?.isEmpty == true { return [:] }
        let era = try era(db)
        let left = try left(db)
        var held: [UInt32: [HeldDigest]] = [:]
        func add(_ row: Row, _ collection: CollectionID) throws {
            let area = UInt32(clamping: try row.int(1))
            let record: RecordID = try row.name(0)
            guard areas?.contains(area) ?? true, !left.contains(record) else { return }
            held[area, default: []].append(
                HeldDigest(
                    record: record, collection: collection, digest: try row.stateDigest(2)))
        }
        for table in tables {
            try db.each(
                """
                SELECT id, area, digest FROM \(table.name)
                WHERE state IS NOT NULL AND area IS NOT NULL AND era = ?
                """, [era]
            ) { try add($0, table.collection.id) }
        }
        try db.each("SELECT id, area, digest, collection FROM sync_unknown WHERE era = ?", [era]) {
            try add($0, CollectionID(UInt16(clamping: try $0.int(3))))
        }
        return held
    }

    /// What the records of each area amount to, by the digests they came with.
    private func countedDigests(_ db: Database) throws -> [UInt32: CountedDigest] {
        try heldDigests(of: nil, db).mapValues {
            CountedDigest(digest: sum($0), records: Int64($0.count))
        }
    }

    /// Up to where the hub's log has come with what is here; `nil` while something is missing.
    func reach(_ db: Database) throws -> LogPosition? {
        let isComplete = try db.first("SELECT is_complete FROM sync_replica") { try $0.int(0) != 0 }
        return isComplete == true ? try territory(db).current.map(\.cursor).max() : nil
    }

    private func sum(_ held: [HeldDigest]) -> StateDigest {
        held.reduce(into: .zero) { $0 += $1.digest }
    }

    // MARK: The alarm

    /// Keeps that the hub was found to hold other records, until it is found to hold the same.
    func note(_ digestMatches: Bool, _ now: ClockReading, _ db: Database) throws {
        if digestMatches {
            try db.run(
                "UPDATE sync_alarms SET agreed_ms = ? WHERE agreed_ms IS NULL", [now.wall_ms])
        } else {
            try db.run(
                """
                INSERT INTO sync_alarms(found_ms) SELECT ?
                WHERE NOT EXISTS (SELECT 1 FROM sync_alarms WHERE agreed_ms IS NULL)
                """, [now.wall_ms])
        }
    }

    /// Why a record that somebody had before them is not here: while the hub is found to hold
    /// others it may have been damaged, and comes back.
    func absence(of record: RecordID, _ db: Database) throws -> StoreError {
        let isAlarmed = try db.first("SELECT 1 FROM sync_alarms WHERE agreed_ms IS NULL") { _ in
            true
        }
        return isAlarmed == true ? .damagedRecord(record) : .unknownRecord(record)
    }

    /// Returns the last time that records here were not as the hub had them; `nil` for never.
    public func lastAlarm() throws(StoreError) -> DigestAlarm? {
        try read { db in
            try db.first(
                """
                SELECT found_ms, damaged, fetched, removed, agreed_ms FROM sync_alarms
                ORDER BY id DESC LIMIT 1
                """
            ) { row in
                DigestAlarm(
                    found_ms: try row.int(0), damaged: Int(try row.int(1)),
                    fetched: Int(try row.int(2)), removed: Int(try row.int(3)),
                    agreed_ms: try row.intOrNil(4))
            }
        }
    }
}
