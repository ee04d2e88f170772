internal import Foundation
internal import GRDB
public import SyncCore
internal import SyncProtocol
internal import Synchronization

/// What a device remembers: the hub's confirmed states, and everything it wrote itself.
///
/// Invariants:
/// * A change set recorded here stays in `sync_outbox` for ever, with its number, hash and bytes;
///   the numbers have no gaps and each names its predecessor's hash. Of one that the disk has lost
///   number and hash are left, and it is marked so.
/// * `state` of a record holds exactly the bytes the hub sent last. Own writes it does not contain
///   are marked in `sync_outbox_records`, and laid over it when it is shown: none twice, none left
///   out. So are others' writes that were carried here, in `sync_carried_records`: none twice.
/// * A grant's cursor moves only in the transaction that applied the page for it.
/// * The typed columns, `sync_disputes` and `sync_digests` follow from the rest; `doctor` compares
///   them.
///
/// One folder, one process, one connection: functions block while the disk works, and may be called
/// from any thread. Each is one transaction; one that throws leaves everything as it was.
public final class DeviceStore: Sendable {
    public let schema: Schema
    /// The folder the store lies in.
    public let path: String
    let tables: [DeviceTable]
    let area: KeptStatement
    let seal = PayloadSeal.null
    /// What each recording runs; of the connection, and let go before it.
    private let hot = HotStatements()
    /// The connection and the lock on the folder; both gone while another process may have them.
    /// What is declared first is let go first: the connection before what it lies on.
    private let connection: Mutex<DatabaseQueue?>
    private let lock: Mutex<(any AnyObject & Sendable)?>
    let disk: any DeviceDisk
    /// What is asked for all the time. Touched only within the queue's transactions.
    let memory = Mutex(DeviceMemory())

    /// Opens the store in the folder `path`.
    ///
    /// - Parameter waits: asked after each failed attempt to lock the folder, with their number;
    ///   pauses a little and returns whether to try again. Left out, a store in use is `.inUse` at
    ///   once.
    /// - Throws: `.noStore` where none was made.
    public static func open(
        _ path: String, schema: Schema, waits: (Int) -> Bool = { _ in false }
    ) throws(StoreError) -> DeviceStore {
        try open(path, schema: schema, on: MachineDisk(), waits: waits)
    }

    /// The same on a disk of the caller's.
    package static func open(
        _ path: String, schema: Schema, on disk: any DeviceDisk,
        waits: (Int) -> Bool = { _ in false }
    ) throws(StoreError) -> DeviceStore {
        try DeviceStore(path, schema: schema, on: disk, waits: waits, making: nil)
    }

    /// Makes a store in the folder `path`, with a replica name and a key of its own; opens it where
    /// it is there already, even half-made.
    public static func create(
        _ path: String, schema: Schema, using generator: inout some RandomNumberGenerator,
        waits: (Int) -> Bool = { _ in false }
    ) throws(StoreError) -> DeviceStore {
        try create(path, schema: schema, on: MachineDisk(), using: &generator, waits: waits)
    }

    /// The same on a disk of the caller's.
    package static func create(
        _ path: String, schema: Schema, on disk: any DeviceDisk,
        using generator: inout some RandomNumberGenerator,
        waits: (Int) -> Bool = { _ in false }
    ) throws(StoreError) -> DeviceStore {
        // Drawn before anything is known of the folder; dropped where it has its own.
        let birth = Birth(
            replica: .makeDevice(using: &generator), key: .random(using: &generator))
        return try DeviceStore(path, schema: schema, on: disk, waits: waits, making: birth)
    }

    private struct Birth {
        let replica: ReplicaID
        let key: SigningKey
    }

    private init(
        _ path: String, schema: Schema, on disk: any DeviceDisk, waits: (Int) -> Bool,
        making birth: Birth?
    ) throws(StoreError) {
        self.schema = schema
        self.path = path
        self.disk = disk
        tables = schema.collections.enumerated().map { DeviceTable($0.element, at: $0.offset) }
        area = .area(in: tables)
        let file = path + "/store.sqlite"
        // Asked before locking too: where no store is, not even a lock is left behind.
        if birth == nil, try !disk.check(file) { throw .noStore(path: path) }
        connection = Mutex(nil)
        lock = Mutex(nil)
        try takeHold(makes: birth != nil, waits)
        let isNew = try prepare(birth)
        if let birth, isNew {
            try disk.write(birth.key.seed, to: keyPath)
            try write { db in
                try db.run(
                    """
                    INSERT INTO sync_replica(one, replica, public_key, schema)
                    VALUES (1, ?, ?, ?)
                    """,
                    [
                        birth.replica.stored, birth.key.verifying.bytes.stored,
                        Int64(schema.version.value),
                    ])
            }
        } else if isNew {
            throw .noStore(path: path)
        }
        try followSchema()
    }

    /// Locks the folder and opens the file in it.
    private func takeHold(makes: Bool, _ waits: (Int) -> Bool) throws(StoreError) {
        let locked = try disk.lock(path, makes: makes, waits: waits)
        let file = path + "/store.sqlite"
        if try !disk.check(file) {
            guard makes else { throw .noStore(path: path) }
            try disk.make(file)
        }
        for suffix in ["-wal", "-shm"] { _ = try disk.check(file + suffix) }
        let configuration = Configuration(
            of: "device",
            """
            PRAGMA cell_size_check = ON;
            PRAGMA secure_delete = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA synchronous = EXTRA;
            PRAGMA cache_size = -16384;
            PRAGMA wal_autocheckpoint = 2000;
            """)
        let queue: DatabaseQueue
        do {
            queue = try DatabaseQueue(path: disk.address(file), configuration: configuration)
        } catch {
            throw StoreError(error)
        }
        connection.withLock { $0 = queue }
        lock.withLock { $0 = locked }
    }

    /// Writes what the log still holds into the file, closes it and frees the folder for others.
    public func close() throws(StoreError) {
        guard let queue = connection.withLock({ $0 }) else { return }
        do {
            try queue.writeWithoutTransaction { db in
                hot.removeAll()
                _ = try db.checkpoint(.truncate)
            }
            try queue.close()
        } catch {
            throw StoreError(error)
        }
        connection.withLock { $0 = nil }
        lock.withLock { $0 = nil }
        memory.withLock { $0 = DeviceMemory() }
    }

    /// Opens a closed store again: what others have written meanwhile is in it.
    ///
    /// - Parameter waits: as in `open`.
    public func reopen(waits: (Int) -> Bool = { _ in false }) throws(StoreError) {
        guard connection.withLock({ $0 == nil }) else { return }
        try takeHold(makes: false, waits)
        guard try !prepare(nil) else { throw .noStore(path: path) }
        // Who had it meanwhile may have been a newer program, which keeps records where this one
        // does not look.
        let written = try outside { db in
            try Int64.fetchOne(db, sql: "SELECT schema FROM sync_replica") ?? 0
        }
        guard written <= Int64(schema.version.value) else {
            try close()
            throw .fromTheFuture(version: Int(written))
        }
    }

    /// The connection, for as long as the store is open.
    private var queue: DatabaseQueue {
        get throws {
            guard let queue = connection.withLock({ $0 }) else {
                throw StoreFault(.busy, "the store is closed")
            }
            return queue
        }
    }

    /// A statement that recordings run, ready to be bound; within a transaction.
    func kept(_ statement: KeptStatement, _ db: Database) throws -> HotStatement {
        try hot.statement(statement.number, statement.sql, db)
    }

    var keyPath: String { path + "/key" }
    var authorityPath: String { path + "/ca.pem" }

    // MARK: Transactions

    /// Runs `body` in one transaction that is durable when this returns, or leaves nothing when it
    /// throws.
    ///
    /// - Parameter isRecording: whether `body` keeps what is remembered of records and of the
    ///   chain's end as it should be; else that is forgotten.
    func write<Result>(
        isRecording: Bool = false, _ body: (Database) throws -> Result
    ) throws(StoreError) -> Result {
        let result: Result
        do {
            result = try self.queue.writeWithoutTransaction { db in
                do {
                    let result = try db.transaction(.writing) { try body(db) }
                    if !isRecording { memory.withLock { $0.forgetRecords() } }
                    return result
                } catch {
                    // What was remembered may come from the transaction that is gone.
                    memory.withLock { $0 = DeviceMemory() }
                    throw error
                }
            }
        } catch {
            throw suspecting(StoreError(error))
        }
        noteLost()
        return result
    }

    /// Marks own change sets that were just met and can't be read.
    private func noteLost() {
        let lost = memory.withLock { $0.takeLost() }
        guard !lost.isEmpty else { return }
        do { try markMet(lost) } catch {
            // What was asked for is done; whoever meets them next tries again.
        }
    }

    /// Runs `body` over one unchanging view of the store.
    func read<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        let result: Result
        do {
            result = try self.queue.writeWithoutTransaction { db in
                try db.transaction(.reading) { try body(db) }
            }
        } catch {
            throw suspecting(StoreError(error))
        }
        if memory.withLock({ $0.takeDamage() }) {
            do { try suspect() } catch {
                // What was asked for is here; whoever meets the damage next tries again.
            }
        }
        noteLost()
        return result
    }

    /// Returns what is read of one record among several; `nil` where it is damaged, which keeps
    /// nobody from the others. The next sync looks at everything.
    func unlessDamaged<Result>(_ body: () throws -> Result?) throws -> Result? {
        do { return try body() } catch {
            guard case StoreError.damagedRecord = error else { throw error }
            memory.withLock { $0.hasMetDamage = true }
            return nil
        }
    }

    /// Remembers that something was found damaged, for the next sync to look at everything.
    private func suspecting(_ error: StoreError) -> StoreError {
        guard case .damagedRecord = error else { return error }
        do { try suspect() } catch { return error }
        return error
    }

    /// Has the next sync look at everything that is here.
    func suspect() throws(StoreError) {
        try write { db in try db.run("UPDATE sync_replica SET is_suspect = 1") }
    }

    /// Calls `body` outside any transaction, for what SQLite allows only there.
    func outside<Result>(_ body: (Database) throws -> Result) throws(StoreError) -> Result {
        do {
            return try self.queue.writeWithoutTransaction(body)
        } catch {
            throw StoreError(error)
        }
    }

    /// Sets SQLite's limit on the size of the file, in pages: how tests fill the disk.
    package func limit(pages: Int) throws(StoreError) {
        try outside { db in _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(pages)") }
    }

    /// The size of the file, in pages.
    package func pages() throws(StoreError) -> Int {
        try outside { db in try Int.fetchOne(db, sql: "PRAGMA page_count") ?? 0 }
    }

    /// Moves the counter of the last change set's moment: how tests come to the end of time.
    package func setLastClock(counter: UInt16) throws(StoreError) {
        try write { db in
            try db.run(
                """
                UPDATE sync_outbox SET clock_counter = ?
                WHERE number = (SELECT max(number) FROM sync_outbox)
                """, [Int64(counter)])
        }
    }

    /// Falsifies what is believed of the states: how tests see that it is noticed.
    package func alterDigests() throws(StoreError) {
        try write { db in try db.run("UPDATE sync_digests SET low = low + 1") }
    }

    // MARK: Opening

    /// Checks whose file it is and brings it to this program's version; returns whether it is new.
    private func prepare(_ birth: Birth?) throws(StoreError) -> Bool {
        try outside { db in
            let tables = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") ?? 0
            let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
            let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
            guard tables == 0 || application == DeviceTables.applicationID else {
                throw StoreError.notOurs("a database of another program")
            }
            guard version >= 0, version <= DeviceTables.version else {
                throw StoreError.fromTheFuture(version: version)
            }
            // No trigger, view or virtual table is ours; one that is here was put here by somebody
            // else.
            let strangers = try Int.fetchOne(
                db,
                sql: """
                    SELECT count(*) FROM sqlite_schema
                    WHERE type NOT IN ('table', 'index') OR sql LIKE 'CREATE VIRTUAL%'
                    """)
            guard strangers == 0 else {
                throw StoreError.notOurs("it holds triggers, views or virtual tables")
            }
            if tables == 0, birth == nil { return true }
            _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
            try db.forceLog()
            try db.inTransaction(.immediate) {
                for migration in DeviceTables.migrations[version...] {
                    try db.execute(sql: migration)
                }
                if version < DeviceTables.version {
                    try db.execute(sql: "PRAGMA application_id = \(DeviceTables.applicationID)")
                    try db.execute(sql: "PRAGMA user_version = \(DeviceTables.version)")
                }
                return .commit
            }
            return try Int.fetchOne(db, sql: "SELECT count(*) FROM sync_replica") == 0
        }
    }

    /// Makes the tables and columns that the schema wants and the file lacks, and fills them.
    private func followSchema() throws(StoreError) {
        try write { db in
            let written =
                try Int64.fetchOne(db, sql: "SELECT schema FROM sync_replica") ?? 0
            guard written <= Int64(schema.version.value) else {
                throw StoreError.fromTheFuture(version: Int(written))
            }
            var isBehind = written != Int64(schema.version.value)
            for table in tables {
                for sql in table.createSQL { try db.execute(sql: sql) }
                let present = try Set(db.columns(in: table.collection.name).map(\.name))
                for unit in table.columns where !present.contains("u_" + unit.name) {
                    try db.execute(
                        sql: "ALTER TABLE \(table.name) ADD COLUMN \(DeviceTable.column(unit)) ANY")
                    isBehind = true
                }
            }
            guard isBehind else { return }
            try adoptUnknown(db)
            for table in tables { try showAll(table, db) }
            try db.run(
                "UPDATE sync_replica SET schema = ?", [Int64(schema.version.value)])
        }
    }
}

/// What a store keeps in memory: read from its tables when first asked for, dropped when they
/// change.
struct DeviceMemory: Sendable {
    /// By era.
    var writers: [Int64: WriterTable] = [:]
    var territory: Territory? { didSet { writable = [:] } }
    /// By area, the grants that allow to write there, as `territory` says.
    var writable: [UInt32: [Territory.Grant]] = [:]
    /// Records that have left and are still here.
    var left: Set<RecordID>?
    /// Whether anything is read here that the hub may not have yet.
    var carries: Bool?
    /// Who writes here, and the end of the chain.
    var author: DeviceStore.Author?
    var last: DeviceStore.LastSealed?
    /// What was looked at since anything but a recording was written: whoever changes a record has
    /// mostly just read it.
    private var seen: [RecordID: SeenRecord] = [:]
    /// Whether a damaged record was passed over, and the next sync does not know yet.
    var hasMetDamage = false
    /// Own change sets that could not be read, and are not marked so yet.
    var lost: [ChangeSetNumber] = []

    mutating func takeLost() -> [ChangeSetNumber] {
        defer { lost = [] }
        return lost
    }

    /// Remembers a record as it was read; only a few, for whoever lists a thousand changes none.
    mutating func see(_ record: RecordID, _ seen: SeenRecord) {
        if self.seen.count >= 32 { self.seen = [:] }
        self.seen[record] = seen
    }

    /// Returns a record that was looked at, and forgets it.
    mutating func take(_ record: RecordID) -> SeenRecord? { seen.removeValue(forKey: record) }

    /// Forgets all that a change of any record may make untrue.
    mutating func forgetRecords() {
        (author, last, seen) = (nil, nil, [:])
    }

    mutating func takeDamage() -> Bool {
        defer { hasMetDamage = false }
        return hasMetDamage
    }
}
