internal import Foundation
internal import GRDB
internal import Glibc
internal import SyncCore
internal import SyncProtocol

extension DeviceStore {
    /// Looks the whole store over and returns what it found, the worst first. Changes nothing but
    /// that indexes of records that are damaged are made anew, and that the next sync looks at the
    /// records too, and fetches those that are damaged.
    ///
    /// - Parameter isQuick: leaves out what reads every page of the file.
    public func doctor(isQuick: Bool = false) throws(StoreError) -> [Finding] {
        var findings: [Finding] = []
        findings += try checkFile(isQuick: isQuick)
        findings += checkPermissions()
        findings += try checkKey()
        findings += checkDisk()
        findings += try checkOutbox()
        findings += try checkStates()
        findings += try checkColumns()
        findings += try checkDigests()
        findings += try checkReceipts()
        if findings.contains(where: { $0.severity == .broken && $0.isMendedBySync }) {
            try suspect()
        }
        findings += try checkAlarm()
        return findings.sorted { $0.severity > $1.severity }
    }

    private func checkFile(isQuick: Bool) throws(StoreError) -> [Finding] {
        func look() throws(StoreError) -> [String] {
            try outside { db in
                try String.fetchAll(
                    db, sql: isQuick ? "PRAGMA quick_check(20)" : "PRAGMA integrity_check(20)")
            }
        }
        let lines = try look()
        if lines == ["ok"] { return [Finding(.fine, "file", "The file is whole.")] }
        if try mendIndexes(lines), try look() == ["ok"] {
            return [Finding(.note, "file", "An index was damaged, and was made anew.")]
        }
        return lines.map { Finding(.broken, "file", "SQLite says: \($0)") }
    }

    /// Makes the indexes of the records' tables anew, if nothing else is damaged.
    ///
    /// Of those only: whether a row holds what was written, its digest says. Of another table the
    /// index may be the one that is right.
    private func mendIndexes(_ lines: [String]) throws(StoreError) -> Bool {
        let names = tables.map(\.collection.name)
        let ends = names.flatMap {
            [" index sqlite_autoindex_\($0)_1", " index sync_home_of_\($0)"]
        }
        guard lines.allSatisfy({ line in ends.contains { line.hasSuffix($0) } }) else {
            return false
        }
        do {
            try outside { db in
                for table in tables { try db.execute(sql: "REINDEX \(table.name)") }
            }
        } catch .fault(let fault) where fault.kind == .damaged || fault.kind == .other {
            // Two rows of one name: it is told as it was found.
            return false
        }
        return true
    }

    private func checkPermissions() -> [Finding] {
        var findings: [Finding] = []
        let files = [
            "store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "key", "lock", "ca.pem",
        ]
        var entry = stat()
        if stat(path, &entry) == 0, entry.st_mode & 0o077 != 0 {
            findings.append(Finding(.warning, "permissions", "The folder is open to others."))
        }
        for name in files {
            guard lstat(path + "/" + name, &entry) == 0 else { continue }
            if entry.st_mode & S_IFMT != S_IFREG {
                findings.append(Finding(.broken, "permissions", "\(name) is no plain file."))
            } else if entry.st_uid != geteuid() {
                findings.append(
                    Finding(.warning, "permissions", "\(name) belongs to somebody else."))
            } else if entry.st_mode & 0o077 != 0 {
                findings.append(Finding(.warning, "permissions", "\(name) is open to others."))
            }
        }
        return findings.isEmpty
            ? [Finding(.fine, "permissions", "Only you can read the store.")] : findings
    }

    /// The key beside the file must be its own: files of two stores may have been put together.
    private func checkKey() throws(StoreError) -> [Finding] {
        let own = try read { db in
            try db.first("SELECT public_key FROM sync_replica") { try $0.blob(0) }
        }
        do {
            guard try signingKey().verifying.bytes == own else {
                return [
                    Finding(
                        .broken, "key",
                        "The key is another store's: files of two stores were put together.")
                ]
            }
        } catch {
            return [Finding(.broken, "key", "The key is gone: this device can't send any more.")]
        }
        return []
    }

    /// Free bytes where the store lies; `nil` where the system does not say.
    public func freeBytes() -> UInt64? { disk.freeBytes(path) }

    private func checkDisk() -> [Finding] {
        guard let free = freeBytes() else {
            return [Finding(.note, "disk", "The system does not say how much room is left.")]
        }
        let megabytes = free >> 20
        return [
            megabytes < 100
                ? Finding(.warning, "disk", "Only \(megabytes) MB are free.")
                : Finding(.fine, "disk", "\(megabytes) MB are free.")
        ]
    }

    private func checkOutbox() throws(StoreError) -> [Finding] {
        var findings: [Finding] = []
        let (count, faults, lost, told) = try read { db in
            let chain = try self.chain(db)
            return (
                chain.hashes.count, chain.faults, try self.lost(db), try self.declaredLost(db)
            )
        }
        if !lost.isEmpty {
            findings = lost.map {
                // Once the hub has been told, what is left to do is the writer's.
                Finding(
                    told.contains($0) ? .warning : .broken, "outbox",
                    "Your other work is safe. Own change set \($0) can't be read any more, and the "
                        + "hub never had it: what it said is lost. Enter it again.")
            }
        } else if faults.isEmpty {
            return [Finding(.fine, "outbox", "\(count) own change sets, the chain is whole.")]
        }
        return findings
            + faults.map { fault in
                guard case .brokenChain(let number) = fault else {
                    return Finding(.broken, "outbox", "A receipt does not fit.")
                }
                return Finding(
                    .broken, "outbox",
                    "Own change set \(number) was altered or is missing. The others are safe, and the "
                        + "next sync goes on without it.")
            }
    }

    /// When this device last held other records than the hub.
    private func checkAlarm() throws(StoreError) -> [Finding] {
        guard let alarm = try lastAlarm() else { return [] }
        let counts =
            "\(alarm.damaged) damaged here, \(alarm.fetched) fetched again, "
            + "\(alarm.removed) taken off"
        return [
            alarm.agreed_ms == nil
                ? Finding(
                    .warning, "alarm",
                    "Your own work is safe. This device holds other records than the hub: "
                        + "\(counts). Sync again, and tell your administrator if this stays.")
                : Finding(
                    .note, "alarm",
                    "Your own work is safe. This device once held other records than the hub, and "
                        + "was mended: \(counts).")
        ]
    }

    /// The columns must show what the states and own writes say: worked out anew, and left as they
    /// are.
    private func checkColumns() throws(StoreError) -> [Finding] {
        try outside { db in
            var findings: [Finding] = []
            var count = 0
            try db.inTransaction(.immediate) {
                for table in tables {
                    let sql = "\(table.rowsSQL) ORDER BY id"
                    let before = try Row.fetchAll(db, sql: sql)
                    for row in before {
                        do { try show(try row.name(0), table, db) } catch is StoreError {
                            // It is among the states that can't be read.
                        }
                    }
                    for (old, new) in zip(before, try Row.fetchAll(db, sql: sql)) where old != new {
                        let record: RecordID = try old.name(0)
                        findings.append(
                            Finding(
                                .broken, "columns",
                                "The columns of \(record) are not what it holds: the next sync "
                                    + "mends that."))
                    }
                    count += before.count
                }
                return .rollback
            }
            return findings.isEmpty
                ? [Finding(.fine, "columns", "The columns of \(count) records are right.")]
                : findings
        }
    }

    /// Every state must be what the hub sent, be readable, and be written again as the same bytes.
    private func checkStates() throws(StoreError) -> [Finding] {
        try read { db in
            var findings: [Finding] = []
            var count = 0
            let (present, reach) = (try self.era(db), try self.reach(db))
            for table in tables {
                var writers: [Int64: WriterTable] = [:]
                for row in try Row.fetchAll(
                    db, sql: "SELECT DISTINCT era FROM \(table.name) WHERE state IS NOT NULL")
                {
                    let era = try row.int(0)
                    writers[era] = try self.writers(era, db)
                }
                try db.each(
                    "SELECT id, era, key, state, digest FROM \(table.name) WHERE state IS NOT NULL"
                ) { row in
                    count += 1
                    let id: RecordID = try row.name(0)
                    let bytes = try self.seal.open(try row.blob(3), keyID: try row.int(2))
                    guard StateDigest(bytes: try row.blob(4)) == .of(id, state: bytes) else {
                        findings.append(
                            Finding(
                                .broken, "states",
                                "The state of \(id) is not what the hub sent: the next sync "
                                    + "fetches it again."))
                        return
                    }
                    let era = try row.int(1)
                    var numbers = writers[era] ?? WriterTable()
                    do {
                        let state = try StateCoding.decode(
                            bytes, record: id, collection: table.collection.id, writers: numbers)
                        if era == present,
                            try self.held(id, table, db)?.isInPlace(state, reach: reach) == false
                        {
                            findings.append(
                                Finding(
                                    .broken, "states",
                                    "\(id) is not in its place in the hub's log: the next sync "
                                        + "fetches it again."))
                        }
                        if StateCoding.encode(state, writers: &numbers) != bytes {
                            findings.append(
                                Finding(
                                    .broken, "states", "The state of \(id) is not in its one form.")
                            )
                        }
                    } catch is CodecError {
                        findings.append(
                            Finding(.broken, "states", "The state of \(id) can't be read."))
                    }
                }
            }
            return findings.isEmpty
                ? [Finding(.fine, "states", "\(count) states can be read.")] : findings
        }
    }

    private func checkDigests() throws(StoreError) -> [Finding] {
        let (kept, found) = try read { db in
            (try self.storedDigests(db), try self.recomputedDigests(db))
        }
        let areas = Set(kept.keys).union(found.keys).sorted()
        let wrong = areas.filter { kept[$0] ?? .init() != found[$0] ?? .init() }
        if wrong.isEmpty {
            return [Finding(.fine, "digests", "The digests of \(areas.count) areas are right.")]
        }
        return wrong.map {
            Finding(.broken, "digests", "Area \($0) does not hold what its digest says.")
        }
    }

    private func checkReceipts() throws(StoreError) -> [Finding] {
        guard try identity().receiptKey != nil else {
            return [Finding(.note, "receipts", "The device is not enrolled.")]
        }
        let check = try verifyReceipts()
        // Of the chain it is told with the outbox.
        var findings: [Finding] = []
        var faults = 0
        for fault in check.faults {
            switch fault {
            case .brokenChain: break
            case .badSignature, .foreign, .otherHash: faults += 1
            case .otherNote(let number?):
                findings.append(
                    Finding(
                        .broken, "notes",
                        "Your work is safe. What is noted of own change set \(number) is not what the "
                            + "hub has signed: the next sync puts it right."))
            case .otherNote(nil):
                findings.append(
                    Finding(
                        .broken, "notes",
                        "Your work is safe. How far the hub is noted to have come is not what it has "
                            + "signed: the next sync puts it right."))
            }
        }
        findings.append(
            faults == 0
                ? Finding(.fine, "receipts", "\(check.valid) receipts are genuine.")
                : Finding(.broken, "receipts", "\(faults) receipts are not genuine or not ours."))
        return findings
    }
}
