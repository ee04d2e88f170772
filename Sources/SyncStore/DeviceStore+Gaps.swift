internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol
internal import Synchronization

// Own change sets that can't be read any more, because a bit has flipped on the disk or a row is
// gone. See `docs/decisions/0079-what-a-device-has-lost-is-a-gap.md`.

extension DeviceStore {
    /// Returns consecutive own numbers as they are sent: with their contents, and a gap where there
    /// are none any more.
    ///
    /// What is found lost is marked so before anything of it is said: the same is said each time.
    public func run(_ numbers: ClosedRange<ChangeSetNumber>) throws(StoreError) -> HashedRun {
        if let whole = try read({ db in try self.knownRun(numbers, db) }) { return whole }
        return try write { db in
            try self.markLost(numbers, db)
            guard let run = try self.knownRun(numbers, db) else {
                throw StoreError.unknownChangeSet(numbers.lowerBound)
            }
            return run
        }
    }

    /// Returns own numbers that are lost, and that the hub does not have either, rising.
    public func lost() throws(StoreError) -> [ChangeSetNumber] {
        try read { db in try self.lost(db) }
    }

    func lost(_ db: Database) throws -> [ChangeSetNumber] {
        var lost: [ChangeSetNumber] = []
        try db.each(
            """
            SELECT number FROM sync_outbox
            WHERE is_lost = 1 AND is_anchored = 0
                AND NOT (era IS ?1 AND disposition IS NOT NULL AND disposition <> ?2)
            ORDER BY number
            """, [try era(db), Int64(Disposition.gap.rawValue)]
        ) { lost.append(try $0.changeSetNumber(0)) }
        guard !lost.isEmpty else { return [] }
        // A copy of it may have come to the hub by another way.
        let merged = try merged(db)
        return lost.filter { !merged.contains($0) }
    }

    /// Those of them that the hub has been told of: it has given a receipt for the gap.
    func declaredLost(_ db: Database) throws -> Set<ChangeSetNumber> {
        var declared: Set<ChangeSetNumber> = []
        try db.each(
            "SELECT number FROM sync_outbox WHERE is_lost = 1 AND era = ? AND disposition = ?",
            [try era(db), Int64(Disposition.gap.rawValue)]
        ) { declared.insert(try $0.changeSetNumber(0)) }
        return declared
    }

    /// Marks what was met and can't be read, so that nobody meets it again.
    func markMet(_ numbers: [ChangeSetNumber]) throws(StoreError) {
        try write { db in
            for number in numbers { try self.markLost(number...number, db) }
        }
    }

    /// The run where every number is whole, or known to be lost; else `nil`.
    private func knownRun(
        _ numbers: ClosedRange<ChangeSetNumber>, _ db: Database
    ) throws -> HashedRun? {
        var sets: [HashedChangeSet] = []
        var gaps: [RunGap] = []
        var expected = numbers.lowerBound
        var before = try ChangeSetNumber(expected.value - 1).flatMap { try hash(of: $0, db) }
        var first: ContentHash?
        var isWhole = true
        try db.each(
            """
            SELECT number, hash, is_lost, key, bytes FROM sync_outbox
            WHERE number BETWEEN ? AND ? ORDER BY number
            """, [Int64(numbers.lowerBound.value), Int64(numbers.upperBound.value)]
        ) { row in
            guard isWhole, let read = self.row(row), read.number == expected, let hash = read.hash
            else {
                isWhole = false
                return
            }
            let previous = read.set?.changeSet.previous ?? before ?? ContentHash.none
            if read.isLost {
                gaps.append(RunGap(expected, previous: before ?? ContentHash.none, hash: hash))
            } else if let set = read.set, set.hash == hash, first == nil || before == previous {
                sets.append(set)
            } else {
                isWhole = false
            }
            first = first ?? previous
            before = hash
            expected = expected.next
        }
        guard isWhole, expected == numbers.upperBound.next, let first else { return nil }
        return HashedRun(
            replica: try replica(db), first: numbers.lowerBound, previous: first,
            changeSets: sets, gaps: gaps)
    }

    /// A row of the outbox, as far as it can be read.
    private struct OwnRow {
        let number: ChangeSetNumber
        let hash: ContentHash?
        let isLost: Bool
        /// `nil` where it can't be read, or is lost.
        let set: HashedChangeSet?
    }

    /// Reads a row of number, hash, whether it is lost, key and bytes; `nil` where not even the
    /// number is one.
    private func row(_ row: Row) -> OwnRow? {
        func whole<Result>(_ body: () throws -> Result) -> Result? {
            do { return try body() } catch { return nil }
        }
        guard let number = whole({ try row.changeSetNumber(0) }) else { return nil }
        let isLost = whole { try row.int(2) != 0 } ?? false
        return OwnRow(
            number: number, hash: whole { try row.contentHash(1) }, isLost: isLost,
            set: isLost
                ? nil : whole { try self.opened(try row.blob(4), key: try row.int(3), number) })
    }

    /// Marks which of these are lost, and mends the hashes kept beside those that are not.
    ///
    /// What a change set's hash has to be, the next one says, which was chained to it; for the last
    /// one, and before a lost one, it is the hash kept beside it.
    private func markLost(
        _ numbers: ClosedRange<ChangeSetNumber>, _ db: Database
    ) throws {
        // What was only read wrongly, once, is read from the disk again.
        try db.execute(sql: "PRAGMA shrink_memory")
        var rows: [ChangeSetNumber: OwnRow] = [:]
        try db.each(
            """
            SELECT number, hash, is_lost, key, bytes FROM sync_outbox
            WHERE number BETWEEN ? AND ? ORDER BY number
            """, [Int64(numbers.lowerBound.value), Int64(numbers.upperBound.next.value)]
        ) { row in
            if let read = self.row(row) { rows[read.number] = read }
        }
        var named = rows[numbers.upperBound.next].flatMap { next in
            next.set.flatMap { $0.hash == next.hash ? $0.changeSet.previous : nil }
        }
        for value in (numbers.lowerBound.value...numbers.upperBound.value).reversed() {
            guard let number = ChangeSetNumber(value) else { continue }
            let row = rows[number]
            guard let hash = named ?? row?.hash else { throw StoreError.unknownChangeSet(number) }
            // Which of the two has rotted, only how much they differ tells where none is named.
            let isWhole = row?.set.map { $0.hash == hash || named == nil && $0.hash.isNear(hash) }
            named = nil
            if let set = row?.set, isWhole == true {
                named = set.changeSet.previous
                if row?.hash != set.hash {
                    try db.run(
                        "UPDATE sync_outbox SET hash = ? WHERE number = ?",
                        [set.hash.bytes.stored, Int64(value)])
                }
            } else if row?.isLost != true || row?.hash != hash {
                try markLost(number, hash, db)
            }
        }
    }

    private func markLost(
        _ number: ChangeSetNumber, _ hash: ContentHash, _ db: Database
    ) throws {
        try db.run(
            """
            INSERT INTO sync_outbox(number, hash, clock_ms, clock_counter, intent, made_ms, size,
                key, bytes, is_lost)
            VALUES (?1, ?2, 0, 0, '', 0, 0, ?3, x'', 1)
            ON CONFLICT(number) DO UPDATE SET hash = excluded.hash, is_lost = 1
            """, [Int64(number.value), hash.bytes.stored, seal.keyID])
        // What it did is not known any more, so nothing of it is shown.
        try db.run(
            "UPDATE sync_outbox_records SET is_laid = 0 WHERE number = ?", [Int64(number.value)])
        try showWithout(Int64(number.value), db)
    }

    /// Shows the records of an own change set as they are without it. One of which the hub has
    /// nothing, and nothing else was written here, is there no more.
    func showWithout(_ number: Int64, _ db: Database) throws {
        var touched: [(RecordID, CollectionID)] = []
        try db.each(
            "SELECT record, collection FROM sync_outbox_records WHERE number = ?", [number]
        ) { touched.append((try $0.name(0), CollectionID(UInt16(clamping: try $0.int(1))))) }
        for (record, collection) in touched {
            guard let table = table(collection), let held = try held(record, table, db) else {
                continue
            }
            if held.state == nil,
                try pendingChanges(of: record, db).filter(\.isLaid).isEmpty
            {
                try db.run("DELETE FROM \(table.name) WHERE id = ?", [record.stored])
                try db.run("DELETE FROM sync_disputes WHERE record = ?", [record.stored])
            } else {
                try show(record, table, db)
            }
        }
    }
}

extension ContentHash {
    /// Whether it differs in so little that it is the same with some bits flipped: another content
    /// has an altogether other hash.
    func isNear(_ other: ContentHash) -> Bool {
        zip(bytes, other.bytes).count { $0 != $1 } <= 2
    }
}
