internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol
internal import Synchronization

/// What a hub remembers: one SQLite file, one connection, one writer.
///
/// Invariants: positions rise by one from 1; a change set is in the legal log (`uploads`) exactly
/// once; the table of a collection holds per record its newest state and nothing else; an area's
/// digest is the sum over its records', each kept beside its state: a state that does not fit it is
/// not what was written, and where a record lies has a check of its own. `Hub.doctor` tests them.
public final class HubStore: Sendable {
    /// The version of the tables, `PRAGMA user_version`.
    static let tablesVersion = HubTables.migrations.count
    /// "Hazh" in ASCII; tells our file from any other SQLite database.
    static let applicationID: Int32 = 0x4861_7a68

    public let schema: Schema
    /// The bytes of the records' files.
    public let files: HubFiles
    private let queue: DatabaseQueue
    private let tables: [CollectionID: HubTable]
    /// What was found damaged since the store was opened.
    private let damaged = DamagedRecords()
    private let known = RecordFilter()
    /// The journal, once it is followed, and the last entry that was made for it.
    private let journal = Mutex<(file: JournalFile, last: UInt64)?>(nil)

    /// Opens the store at `path`, making it if it is not there.
    ///
    /// - Parameter maximumPages: SQLite's limit on the size of the file, for tests of a full disk.
    public init(path: String, schema: Schema, maximumPages: Int? = nil) throws(StoreFault) {
        self.schema = schema
        files = HubFiles(beside: path)
        tables = Dictionary(
            uniqueKeysWithValues: schema.collections.enumerated().map { number, declaration in
                (declaration.id, HubTable(declaration, number: number))
            })
        // A backup is no file with a log yet; should the journal of making it one come back when
        // the power goes, it would undo what was written since: hence EXTRA.
        var configuration = Configuration(
            of: "hub",
            """
            PRAGMA secure_delete = ON;
            PRAGMA temp_store = MEMORY;
            PRAGMA synchronous = EXTRA;
            PRAGMA cache_size = -32768;
            PRAGMA mmap_size = 1073741824;
            PRAGMA wal_autocheckpoint = 2000;
            """)
        if let maximumPages {
            configuration.prepareDatabase { db in
                _ = try Int.fetchOne(db, sql: "PRAGMA max_page_count = \(maximumPages)")
            }
        }
        do {
            queue = try DatabaseQueue(
                path: DatabaseAddress.of(path), configuration: configuration)
            try queue.writeWithoutTransaction { db in
                let application = try Int32.fetchOne(db, sql: "PRAGMA application_id") ?? 0
                let version = try Int.fetchOne(db, sql: "PRAGMA user_version") ?? 0
                let isEmpty = try Int.fetchOne(db, sql: "SELECT count(*) FROM sqlite_schema") == 0
                guard isEmpty || application == Self.applicationID else {
                    throw StoreFault(.damaged, "the file is a database of another program")
                }
                guard version <= Self.tablesVersion else {
                    throw StoreFault(.fromTheFuture, "the store was written by a newer hazamad")
                }
                _ = try String.fetchOne(db, sql: "PRAGMA journal_mode = WAL")
                try db.forceLog()
                try db.inTransaction(.immediate) {
                    db.add(function: RowSum.function)
                    // A start on a full disk writes nothing where nothing is new.
                    if isEmpty || version < Self.tablesVersion {
                        for step in HubTables.migrations.dropFirst(isEmpty ? 0 : version) {
                            try db.execute(sql: step)
                        }
                        try db.execute(sql: "PRAGMA application_id = \(Self.applicationID)")
                        try db.execute(sql: "PRAGMA user_version = \(Self.tablesVersion)")
                    }
                    let tx = HubTransaction(db, schema, tables, damaged, known)
                    damaged.mendedRows = try tx.mendRows()
                    if let written = try tx.schemaVersion(), written > schema.version {
                        throw StoreFault(.fromTheFuture, "the store was written by a newer hazamad")
                    }
                    for collection in schema.collections {
                        try HubTables.create(collection, in: db)
                    }
                    return .commit
                }
            }
        } catch {
            throw StoreFault(error)
        }
    }

    /// Runs `body` in one transaction that is durable when this returns, or leaves nothing when it
    /// throws.
    public func write<Result>(
        _ body: (borrowing HubTransaction) throws -> Result
    ) throws -> Result {
        do {
            let draft = journal.withLock { $0.map { JournalDraft(written: $0.file.place.number) } }
            return try queue.writeWithoutTransaction { db in
                let (result, last) = try db.transaction(.writing) {
                    let tx = HubTransaction(db, schema, tables, damaged, known, draft)
                    return (try body(tx), try tx.keepJournal())
                }
                if let last { journal.withLock { $0?.last = last } }
                return result
            }
        } catch let error as DatabaseError {
            throw StoreFault(error)
        }
    }

    /// Runs `body` over one unchanging view of the store.
    public func read<Result>(
        _ body: (borrowing HubTransaction) throws -> Result
    ) throws -> Result {
        do {
            return try queue.writeWithoutTransaction { db in
                try db.transaction(.reading) {
                    try body(HubTransaction(db, schema, tables, damaged, known))
                }
            }
        } catch let error as DatabaseError {
            throw StoreFault(error)
        }
    }

    /// What was found not to be what was written.
    public var damage: DamagedRecords { damaged }

    // MARK: The journal

    /// From now on what people do here is kept for this file, too.
    public func follow(_ file: JournalFile) throws {
        let last = try read { tx in try tx.journalPlace()?.number } ?? 0
        journal.withLock { $0 = (file, last) }
    }

    /// The last entry made for the journal, whether the file has it or not; 0 without a journal.
    public var lastEntry: UInt64 { journal.withLock { $0?.last ?? 0 } }

    /// Writes to the journal's file what it does not have yet. It is on the disk when this returns.
    public func writeJournal() throws {
        guard let (file, last) = journal.withLock({ $0 }), last > file.place.number else { return }
        try file.append(try read { tx in try tx.waitingFrames(after: file.place.number) })
    }

    /// How the journal stands; `nil` where none is kept.
    public var journalState: (path: String, written: UInt64, last: UInt64)? {
        journal.withLock { $0.map { ($0.file.path, $0.file.place.number, $0.last) } }
    }

    /// What is wrong with the journal's file, read again from the disk; `nil` if nothing.
    public func journalFault() -> String? {
        guard let file = journal.withLock({ $0?.file }) else { return nil }
        do {
            let end = try file.frames().last?.place.number ?? 0
            return end == file.place.number
                ? nil : "\(file.path) ends at entry \(end), not \(file.place.number)"
        } catch {
            return "\(error)"
        }
    }

    /// Writes a consistent copy to a new file, without gaps and with nothing in a write-ahead log.
    public func copy(to path: String) throws(StoreFault) {
        do {
            try queue.writeWithoutTransaction { db in
                try db.execute(sql: "VACUUM INTO ?", arguments: [path])
            }
        } catch {
            throw StoreFault(error)
        }
    }

    /// Closes the file after moving everything from the write-ahead log into it. Closing it again
    /// does nothing.
    public func close() throws(StoreFault) {
        journal.withLock { $0 = nil }
        do {
            try queue.writeWithoutTransaction { db in
                if db.sqliteConnection != nil { _ = try db.checkpoint(.truncate) }
            }
            try queue.close()
        } catch {
            throw StoreFault(error)
        }
    }
}

/// A transaction of a hub's store, lent for the length of a closure: no `await` can split it.
public struct HubTransaction: ~Copyable {
    let db: Database
    let schema: Schema
    let tables: [CollectionID: HubTable]

    let damaged: DamagedRecords
    let known: RecordFilter
    let draft: JournalDraft?
    let hot = HotStatements()

    init(
        _ db: Database, _ schema: Schema, _ tables: [CollectionID: HubTable],
        _ damaged: DamagedRecords, _ known: RecordFilter, _ draft: JournalDraft? = nil
    ) {
        (self.db, self.schema, self.tables) = (db, schema, tables)
        (self.damaged, self.known, self.draft) = (damaged, known, draft)
    }
}

/// The records that were found not to be what was written or where, or to be gone, since the store
/// was opened and until they are healed.
public final class DamagedRecords: Sendable {
    /// Records that the log has and no table, and the areas that don't hold what they should.
    public struct Loss: Sendable {
        public var records: [RecordID: CollectionID] = [:]
        public var areas: Set<UInt32> = []
        /// What devices have brought of them; of use once it makes an area whole.
        public var copies: [RecordID: StateCopy] = [:]

        public init() {}
    }

    private struct Found {
        var records: [RecordID: CollectionID] = [:]
        var loss = Loss()
        var healed: Set<RecordID> = []
        var mendedRows: [DamagedRow] = []
        /// Whether something was found since anybody last asked.
        var isNews = false
    }

    private let found = Mutex(Found())

    func insert(_ record: RecordID, _ collection: CollectionID) {
        found.withLock { found in
            if found.records.updateValue(collection, forKey: record) == nil { found.isNews = true }
        }
    }

    func remove(_ record: RecordID) {
        found.withLock { found in
            found.records[record] = nil
            found.healed.insert(record)
        }
    }

    /// The records that were put right since the store was opened, rising.
    public var healed: [RecordID] { found.withLock { $0.healed.sorted() } }

    /// The rows of the office that were put right when the store was opened.
    public internal(set) var mendedRows: [DamagedRow] {
        get { found.withLock { $0.mendedRows } }
        set { found.withLock { $0.mendedRows = newValue } }
    }

    /// The records that are there and not what was written, rising.
    public var all: [(record: RecordID, collection: CollectionID)] {
        found.withLock { $0.records.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
    }

    /// Whether something was found since this was last asked.
    public func takeNews() -> Bool {
        found.withLock { found in
            defer { found.isNews = false }
            return found.isNews
        }
    }

    /// An area was found not to hold what it should: its records are to be counted.
    public func suspect(_ area: UInt32) {
        found.withLock { found in
            if found.loss.areas.insert(area).inserted { found.isNews = true }
        }
    }

    /// The records that are gone.
    public var loss: Loss {
        get { found.withLock { $0.loss } }
        set { found.withLock { $0.loss = newValue } }
    }
}

extension HubTransaction {
    /// Returns a value kept under a name; `nil` if there is none.
    public func setting(_ name: String) throws -> [UInt8]? {
        let statement = try db.cachedStatement(sql: "SELECT value FROM settings WHERE name = ?")
        return try Row.fetchOne(statement, arguments: [name]).map { try $0.bytes(0) }
    }

    /// The schema by which the store was last read; `nil` in one that is being made.
    public func schemaVersion() throws -> SchemaVersion? {
        try setting("schema").map { SchemaVersion($0.reduce(0) { $0 << 8 | UInt32($1) }) }
    }

    /// Keeps that the store is read by the present schema.
    public func keepSchemaVersion() throws {
        let version = schema.version.value
        try set(
            "schema", [24, 16, 8, 0].map { UInt8(truncatingIfNeeded: version >> $0) })
    }

    /// Keeps a value under a name.
    public func set(_ name: String, _ value: [UInt8]) throws {
        try db.cachedStatement(
            sql: """
                INSERT INTO settings(name, value, sum) VALUES (?1, ?2, row_sum(?1, ?2))
                ON CONFLICT(name) DO UPDATE SET value = excluded.value, sum = excluded.sum
                """
        ).execute(arguments: [name, value.data])
    }
}

enum HubTables {
    /// Step n brings a store from version n to n + 1. Never edited once released.
    static let migrations = [fixed, SummedTable.migration, shares]

    /// What records take of other records' totals.
    private static let shares = """
        CREATE TABLE shares(
            whole BLOB NOT NULL, total INTEGER NOT NULL, part BLOB NOT NULL, unit INTEGER NOT NULL,
            collection INTEGER NOT NULL, amount INTEGER NOT NULL,
            PRIMARY KEY (whole, total, part, unit)) STRICT, WITHOUT ROWID;
        CREATE INDEX shares_of_part ON shares(part, unit);
        """

    /// The tables that do not depend on the schema.
    static let fixed = """
        CREATE TABLE settings(name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE epochs(
            id BLOB PRIMARY KEY, began_ms INTEGER NOT NULL, ended_at INTEGER) STRICT, WITHOUT ROWID;
        CREATE TABLE links(
            number INTEGER PRIMARY KEY, kind INTEGER NOT NULL, subject INTEGER NOT NULL,
            content BLOB NOT NULL, hash BLOB NOT NULL) STRICT;
        CREATE TABLE journal(
            number INTEGER PRIMARY KEY, previous BLOB NOT NULL, entry BLOB NOT NULL) STRICT;
        CREATE TABLE areas(
            number INTEGER PRIMARY KEY, scope BLOB NOT NULL UNIQUE, parent INTEGER, name TEXT NOT NULL,
            digest_high INTEGER NOT NULL DEFAULT 0, digest_low INTEGER NOT NULL DEFAULT 0,
            records INTEGER NOT NULL DEFAULT 0, position INTEGER NOT NULL DEFAULT 0,
            is_reference INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE urgent(
            record BLOB PRIMARY KEY, collection INTEGER NOT NULL, area INTEGER NOT NULL,
            position INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX urgent_stream ON urgent(area, position);
        CREATE TABLE people(
            id BLOB PRIMARY KEY, name TEXT NOT NULL UNIQUE, roles TEXT NOT NULL,
            password TEXT, is_active INTEGER NOT NULL DEFAULT 1) STRICT, WITHOUT ROWID;
        CREATE TABLE grants(
            id BLOB PRIMARY KEY, person BLOB NOT NULL, area INTEGER NOT NULL,
            began_at INTEGER NOT NULL, ended_at INTEGER, ended_ms INTEGER) STRICT;
        CREATE INDEX grants_of_person ON grants(person, area);
        CREATE TABLE codes(
            hash BLOB PRIMARY KEY, person BLOB NOT NULL, areas TEXT NOT NULL,
            expires_ms INTEGER NOT NULL, made_by BLOB NOT NULL, used_by BLOB) STRICT, WITHOUT ROWID;
        CREATE TABLE sessions(
            hash BLOB PRIMARY KEY, person BLOB NOT NULL, began_ms INTEGER NOT NULL,
            seen_ms INTEGER NOT NULL, ends_ms INTEGER NOT NULL,
            idle_ms INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE replicas(
            rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, key BLOB NOT NULL,
            person BLOB NOT NULL, name TEXT NOT NULL, state TEXT NOT NULL,
            enrolled_ms INTEGER NOT NULL, synced_ms INTEGER, pending INTEGER NOT NULL DEFAULT 0,
            skew_ms INTEGER NOT NULL DEFAULT 0,
            stored INTEGER NOT NULL DEFAULT 0, head BLOB NOT NULL,
            merged BLOB NOT NULL, branch_of INTEGER, branch_from INTEGER,
            is_apart INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE writers(
            number INTEGER PRIMARY KEY, replica BLOB NOT NULL, author BLOB NOT NULL) STRICT;
        CREATE TABLE uploads(
            id INTEGER PRIMARY KEY, replica INTEGER NOT NULL, first INTEGER NOT NULL,
            last INTEGER NOT NULL, head BLOB NOT NULL, received_ms INTEGER NOT NULL,
            wall_ms INTEGER NOT NULL, monotonic_ms INTEGER NOT NULL, boot INTEGER NOT NULL,
            state INTEGER NOT NULL, attempts INTEGER NOT NULL DEFAULT 0, position INTEGER,
            receipt BLOB, earlier BLOB, signature BLOB NOT NULL) STRICT;
        CREATE INDEX uploads_of_replica ON uploads(replica, last);
        CREATE INDEX uploads_waiting ON uploads(state) WHERE state <> 1;
        CREATE TABLE runs(upload INTEGER PRIMARY KEY, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE gaps(
            replica INTEGER NOT NULL, number INTEGER NOT NULL, hash BLOB NOT NULL,
            upload INTEGER, PRIMARY KEY (replica, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE unmerged(
            replica INTEGER NOT NULL, number INTEGER NOT NULL, upload INTEGER NOT NULL,
            disposition INTEGER NOT NULL, reason TEXT NOT NULL, missing BLOB,
            since_ms INTEGER NOT NULL, PRIMARY KEY (replica, number)) STRICT, WITHOUT ROWID;
        CREATE INDEX unmerged_missing ON unmerged(missing) WHERE missing IS NOT NULL;
        CREATE TABLE unmerged_records(
            record BLOB NOT NULL, replica INTEGER NOT NULL, number INTEGER NOT NULL,
            blocks INTEGER NOT NULL,
            PRIMARY KEY (record, replica, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE stages(
            replica INTEGER NOT NULL, number INTEGER NOT NULL, word TEXT NOT NULL,
            person BLOB NOT NULL, note TEXT NOT NULL,
            PRIMARY KEY (replica, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE moves(
            record BLOB NOT NULL, position INTEGER NOT NULL, area INTEGER NOT NULL,
            at_ms INTEGER NOT NULL, PRIMARY KEY (record, position)) STRICT, WITHOUT ROWID;
        CREATE TABLE leaves(
            number INTEGER PRIMARY KEY AUTOINCREMENT, replica INTEGER NOT NULL,
            reason INTEGER NOT NULL, record BLOB, collection INTEGER, grant_id BLOB,
            at_ms INTEGER NOT NULL) STRICT;
        CREATE INDEX leaves_of_replica ON leaves(replica, number);
        CREATE INDEX leaves_of_record ON leaves(record) WHERE record IS NOT NULL;
        CREATE TABLE purges(
            id INTEGER PRIMARY KEY, replica INTEGER NOT NULL, received_ms INTEGER NOT NULL,
            signature BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE INDEX purges_of_replica ON purges(replica);
        CREATE TABLE conflicts(
            id BLOB PRIMARY KEY, question BLOB NOT NULL, kind INTEGER NOT NULL,
            severity INTEGER NOT NULL, record BLOB, collection INTEGER, unit INTEGER,
            area INTEGER NOT NULL, state TEXT NOT NULL, opened_ms INTEGER NOT NULL,
            due_ms INTEGER NOT NULL, owner BLOB, proposals INTEGER NOT NULL DEFAULT 0,
            reopened INTEGER NOT NULL DEFAULT 0, proposal BLOB,
            decision BLOB, decided_by BLOB, decided_number INTEGER) STRICT, WITHOUT ROWID;
        CREATE INDEX conflicts_by_state ON conflicts(state, opened_ms);
        CREATE INDEX conflicts_of_record ON conflicts(record) WHERE record IS NOT NULL;
        CREATE INDEX conflicts_by_decision ON conflicts(decided_by, decided_number)
            WHERE decided_by IS NOT NULL;
        CREATE TABLE conflict_steps(
            id INTEGER PRIMARY KEY, conflict BLOB NOT NULL, at_ms INTEGER NOT NULL, person BLOB,
            act TEXT NOT NULL, text TEXT NOT NULL) STRICT;
        CREATE INDEX conflict_steps_of ON conflict_steps(conflict);
        CREATE TABLE conflict_records(
            record BLOB NOT NULL, conflict BLOB NOT NULL,
            PRIMARY KEY (record, conflict)) STRICT, WITHOUT ROWID;
        CREATE INDEX conflict_records_of ON conflict_records(conflict);
        CREATE TABLE premises(
            record BLOB NOT NULL, replica BLOB NOT NULL, number INTEGER NOT NULL,
            PRIMARY KEY (record, replica, number)) STRICT, WITHOUT ROWID;
        CREATE INDEX premises_of ON premises(replica, number);
        CREATE TABLE claims(
            collection INTEGER NOT NULL, unit INTEGER NOT NULL, key BLOB NOT NULL,
            record BLOB NOT NULL,
            PRIMARY KEY (collection, unit, key, record)) STRICT, WITHOUT ROWID;
        CREATE INDEX claims_of ON claims(record, unit);
        CREATE TABLE voided(record BLOB PRIMARY KEY) STRICT, WITHOUT ROWID;
        CREATE TABLE files(
            hash BLOB NOT NULL, record BLOB NOT NULL, replica INTEGER NOT NULL,
            collection INTEGER NOT NULL, size INTEGER NOT NULL, state INTEGER NOT NULL DEFAULT 0,
            PRIMARY KEY (hash, record, replica)) STRICT, WITHOUT ROWID;
        CREATE INDEX files_of_record ON files(record);
        CREATE INDEX files_of_replica ON files(replica, state);
        CREATE TABLE likeness(
            key INTEGER NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (key, record)) STRICT, WITHOUT ROWID;
        CREATE INDEX likeness_of_record ON likeness(record);
        CREATE TABLE aliases(
            record BLOB NOT NULL, other BLOB NOT NULL,
            PRIMARY KEY (record, other)) STRICT, WITHOUT ROWID;
        CREATE INDEX aliases_of_other ON aliases(other);
        CREATE TABLE duplicates(
            id BLOB PRIMARY KEY, first BLOB NOT NULL, second BLOB NOT NULL,
            collection INTEGER NOT NULL, state TEXT NOT NULL, score INTEGER NOT NULL,
            reasons BLOB NOT NULL, found_ms INTEGER NOT NULL, is_asked INTEGER NOT NULL,
            proposer BLOB, decided INTEGER NOT NULL) STRICT, WITHOUT ROWID;
        CREATE INDEX duplicates_by_state ON duplicates(state, score);
        CREATE INDEX duplicates_of_first ON duplicates(first);
        CREATE INDEX duplicates_of_second ON duplicates(second);
        CREATE TABLE notices(
            person BLOB NOT NULL, number INTEGER NOT NULL, bytes BLOB NOT NULL,
            PRIMARY KEY (person, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE audit(
            number INTEGER PRIMARY KEY, at_ms INTEGER NOT NULL, person BLOB, act TEXT NOT NULL,
            subject TEXT NOT NULL, reason TEXT NOT NULL, hash BLOB NOT NULL) STRICT;
        """

    /// The table of a collection: typed columns to list by, and the state last, which is the truth.
    static func create(_ collection: CollectionDeclaration, in db: Database) throws {
        let columns = collection.units.filter(\.isColumn).map { "\($0.columnName) ANY, " }
        let follows = if case .with = collection.home { true } else { false }
        try db.execute(
            sql: """
                CREATE TABLE IF NOT EXISTS \(collection.tableName)(
                    rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, area INTEGER NOT NULL,
                    position INTEGER NOT NULL, \(follows ? "home BLOB, " : "")
                    \(columns.joined()) place INTEGER NOT NULL, digest BLOB NOT NULL,
                    state BLOB NOT NULL) STRICT;
                CREATE INDEX IF NOT EXISTS \(collection.tableName + "_stream")
                    ON \(collection.tableName)(area, position);
                """)
        let present = try Set(db.columns(in: collection.tableName).map(\.name))
        for unit in collection.units
        where unit.isColumn && !present.contains(unit.plainColumnName) {
            try db.execute(
                sql: "ALTER TABLE \(collection.tableName) ADD COLUMN \(unit.columnName) ANY")
        }
        guard follows else { return }
        try db.execute(
            sql: """
                CREATE INDEX IF NOT EXISTS \(collection.tableName + "_home")
                    ON \(collection.tableName)(home);
                """)
    }
}

extension CollectionDeclaration {
    /// Names of collections are lower-case ASCII words, so this needs no quoting.
    var tableName: String { "c_" + name }
}

extension UnitDeclaration {
    /// The name of its typed column; apart from the table's own, for a unit may be called `state`.
    var columnName: String { plainColumnName.quoted }
    fileprivate var plainColumnName: String { "u_" + name }
}

extension String {
    /// As an SQL name.
    var quoted: String { "\"" + replacing("\"", with: "\"\"") + "\"" }
}

extension Row {
    /// The bytes of a column that holds a blob; empty for NULL.
    func bytes(_ index: Int) throws -> [UInt8] {
        try withUnsafeData(atIndex: index) { $0.map { Array($0) } ?? [] }
    }

    /// The bytes of a column; `nil` for NULL.
    func optionalBytes(_ index: Int) throws -> [UInt8]? {
        try withUnsafeData(atIndex: index) { $0.map { Array($0) } }
    }

    /// A number that is never negative.
    func count(_ index: Int) throws -> UInt64 { try small(index) }

    /// A number of a column that must fit a narrower type.
    func small<Number: FixedWidthInteger>(_ index: Int) throws -> Number {
        guard let number = Number(exactly: try int(index)) else {
            throw StoreFault(.damaged, "a number in a row is out of its range")
        }
        return number
    }
}

extension [UInt8] {
    var data: Data { Data(self) }
}
