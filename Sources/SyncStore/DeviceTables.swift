internal import GRDB
internal import SyncCore

/// The tables of a device's store. Those of the collections are made from the schema; the others
/// are here.
enum DeviceTables {
    /// `PRAGMA user_version`; the number of migrations below.
    static let version = migrations.count
    /// "Hazd" in ASCII; tells our file from any other SQLite database.
    static let applicationID: Int32 = 0x4861_7a64

    /// Step n brings a store from version n to n + 1. Never edited once released.
    static let migrations: [String] = [
        """
        CREATE TABLE sync_replica(
            one INTEGER PRIMARY KEY CHECK (one = 1), replica BLOB NOT NULL, public_key BLOB NOT NULL,
            device TEXT NOT NULL DEFAULT '', enrolment TEXT NOT NULL DEFAULT 'none', url TEXT,
            hub BLOB, person BLOB, person_name TEXT NOT NULL DEFAULT '',
            district TEXT NOT NULL DEFAULT '', receipt_key BLOB, sealing_key BLOB, schema INTEGER NOT NULL,
            era INTEGER NOT NULL DEFAULT 0, grants_version INTEGER NOT NULL DEFAULT 0, notices INTEGER NOT NULL DEFAULT 0,
            mark_number INTEGER NOT NULL DEFAULT 0, mark BLOB, stored INTEGER NOT NULL DEFAULT 0,
            merged BLOB NOT NULL DEFAULT x'', anchored INTEGER NOT NULL DEFAULT 0,
            settled INTEGER NOT NULL DEFAULT 0, is_complete INTEGER NOT NULL DEFAULT 0,
            credential BLOB,
            is_suspect INTEGER NOT NULL DEFAULT 0, looked_ms INTEGER NOT NULL DEFAULT 0, load INTEGER NOT NULL DEFAULT 0, salt BLOB, offset_ms INTEGER,
            offset_monotonic_ms INTEGER, offset_boot INTEGER, lease_ms INTEGER,
            synced_ms INTEGER, synced_hub_ms INTEGER) STRICT;
        CREATE TABLE sync_epochs(
            era INTEGER PRIMARY KEY, id BLOB NOT NULL, began_ms INTEGER NOT NULL) STRICT;
        CREATE TABLE sync_outbox(
            number INTEGER PRIMARY KEY, hash BLOB NOT NULL, clock_ms INTEGER NOT NULL,
            clock_counter INTEGER NOT NULL, intent TEXT NOT NULL, made_ms INTEGER NOT NULL,
            era INTEGER, disposition INTEGER, position INTEGER, shift_ms INTEGER,
            received_ms INTEGER, reason TEXT NOT NULL DEFAULT '',
            is_anchored INTEGER NOT NULL DEFAULT 0, is_settled INTEGER NOT NULL DEFAULT 0,
            is_lost INTEGER NOT NULL DEFAULT 0, size INTEGER NOT NULL,
            key INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE INDEX sync_outbox_lost ON sync_outbox(number) WHERE is_lost = 1;
        CREATE TABLE sync_outbox_records(
            record BLOB NOT NULL, number INTEGER NOT NULL, collection INTEGER NOT NULL,
            is_laid INTEGER NOT NULL,
            PRIMARY KEY (record, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_writers(
            era INTEGER NOT NULL, number INTEGER NOT NULL, replica BLOB NOT NULL,
            author BLOB NOT NULL, PRIMARY KEY (era, number)) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_people(id BLOB PRIMARY KEY, name TEXT NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_areas(
            number INTEGER PRIMARY KEY, scope BLOB NOT NULL UNIQUE, parent INTEGER,
            name TEXT NOT NULL) STRICT;
        CREATE TABLE sync_digests(
            area INTEGER PRIMARY KEY, high INTEGER NOT NULL, low INTEGER NOT NULL,
            records INTEGER NOT NULL) STRICT;
        CREATE TABLE sync_alarms(
            id INTEGER PRIMARY KEY, found_ms INTEGER NOT NULL, damaged INTEGER NOT NULL DEFAULT 0,
            fetched INTEGER NOT NULL DEFAULT 0, removed INTEGER NOT NULL DEFAULT 0,
            agreed_ms INTEGER) STRICT;
        CREATE TABLE sync_grants(
            id BLOB PRIMARY KEY, place INTEGER, scope BLOB NOT NULL,
            is_read_only INTEGER NOT NULL DEFAULT 0, cursor INTEGER NOT NULL DEFAULT 0,
            complete INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_receipts(
            id INTEGER PRIMARY KEY, first INTEGER NOT NULL, last INTEGER NOT NULL,
            arrived_ms INTEGER NOT NULL, signature BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE INDEX sync_receipts_first ON sync_receipts(first);
        CREATE TABLE sync_notices(
            id INTEGER PRIMARY KEY, hash BLOB NOT NULL UNIQUE, is_read INTEGER NOT NULL DEFAULT 0,
            key INTEGER NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE sync_disputes(
            record BLOB NOT NULL, unit INTEGER NOT NULL, collection INTEGER NOT NULL,
            kind INTEGER NOT NULL, PRIMARY KEY (record, unit)) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_aliases(
            record BLOB NOT NULL, other BLOB NOT NULL,
            PRIMARY KEY (record, other)) STRICT, WITHOUT ROWID;
        CREATE INDEX sync_aliases_other ON sync_aliases(other);
        CREATE TABLE sync_history(
            id INTEGER PRIMARY KEY, record BLOB NOT NULL, collection INTEGER NOT NULL,
            position INTEGER NOT NULL, era INTEGER NOT NULL, applied_ms INTEGER NOT NULL,
            key INTEGER NOT NULL, state BLOB NOT NULL) STRICT;
        CREATE INDEX sync_history_record ON sync_history(record);
        CREATE TABLE sync_drafts(
            name TEXT PRIMARY KEY, saved_ms INTEGER NOT NULL, record BLOB,
            is_work INTEGER NOT NULL DEFAULT 0, key INTEGER NOT NULL,
            bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_carried(
            hash BLOB PRIMARY KEY, arrived_ms INTEGER NOT NULL, refusal TEXT, era INTEGER,
            position INTEGER, bytes BLOB NOT NULL) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_carried_sets(
            id INTEGER PRIMARY KEY, replica BLOB NOT NULL, number INTEGER NOT NULL,
            hash BLOB NOT NULL, bundle BLOB NOT NULL, era INTEGER, position INTEGER,
            shift_ms INTEGER, key INTEGER NOT NULL, bytes BLOB NOT NULL,
            UNIQUE (replica, number)) STRICT;
        CREATE TABLE sync_carried_records(
            record BLOB NOT NULL, set_id INTEGER NOT NULL, collection INTEGER NOT NULL,
            is_laid INTEGER NOT NULL,
            PRIMARY KEY (record, set_id)) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_leaves(
            number INTEGER PRIMARY KEY, reason INTEGER NOT NULL, record BLOB, collection INTEGER,
            grant_id BLOB) STRICT;
        CREATE INDEX sync_leaves_record ON sync_leaves(record) WHERE record IS NOT NULL;
        CREATE TABLE sync_left(
            record BLOB PRIMARY KEY, collection INTEGER NOT NULL, home BLOB,
            is_damaged INTEGER NOT NULL DEFAULT 0) STRICT, WITHOUT ROWID;
        CREATE TABLE sync_purges(
            id INTEGER PRIMARY KEY, signature BLOB NOT NULL, bytes BLOB NOT NULL) STRICT;
        CREATE TABLE sync_files(
            hash BLOB PRIMARY KEY, size INTEGER NOT NULL, is_own INTEGER NOT NULL DEFAULT 0,
            is_sent INTEGER NOT NULL DEFAULT 0, is_wanted INTEGER NOT NULL DEFAULT 0) STRICT;
        CREATE TABLE sync_file_records(
            hash BLOB NOT NULL, record BLOB NOT NULL,
            PRIMARY KEY (hash, record)) STRICT, WITHOUT ROWID;
        CREATE INDEX sync_file_records_record ON sync_file_records(record);
        CREATE TABLE sync_file_parts(
            hash BLOB NOT NULL, start INTEGER NOT NULL, size INTEGER NOT NULL,
            key INTEGER NOT NULL, bytes BLOB NOT NULL, UNIQUE (hash, start)) STRICT;
        CREATE TABLE sync_unknown(
            id BLOB NOT NULL, collection INTEGER NOT NULL, area INTEGER NOT NULL,
            position INTEGER NOT NULL, era INTEGER NOT NULL, applied_ms INTEGER NOT NULL,
            key INTEGER NOT NULL, digest BLOB NOT NULL, state BLOB NOT NULL,
            PRIMARY KEY (collection, id)) STRICT, WITHOUT ROWID;
        """,
        // What an answer may hold on a line that breaks.
        """
        ALTER TABLE sync_replica ADD COLUMN answer_load INTEGER NOT NULL DEFAULT 0;
        """,
        // What the office discarded.
        """
        ALTER TABLE sync_outbox ADD COLUMN is_discarded INTEGER NOT NULL DEFAULT 0;
        """,
    ]
}

/// A statement that a connection keeps by number: finding it by its text would hash that each time.
struct KeptStatement: Sendable {
    let sql: String
    /// Tells it from all others of the store.
    let number: Int

    init(_ sql: String, _ number: Int) { (self.sql, self.number) = (sql, number) }

    static let outbox = KeptStatement(
        """
        INSERT INTO sync_outbox(number, hash, clock_ms, clock_counter, intent, made_ms, size,
            key, bytes)
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
        """, 0)
    static let outboxRecords = KeptStatement(
        """
        INSERT INTO sync_outbox_records(record, number, collection, is_laid)
        VALUES (?, ?, ?, 1)
        """, 1)
    static let anyPair = KeptStatement("SELECT 1 FROM sync_aliases LIMIT 1", 2)

    /// Where a record lies, in whatever table it is.
    static func area(in tables: [DeviceTable]) -> KeptStatement {
        KeptStatement(
            tables.map { "SELECT area FROM \($0.name) WHERE id = ?1" }
                .joined(separator: " UNION ALL "), 3)
    }

    /// How many come before those of the tables.
    static let count = 4
}

/// The table of one collection, with the statements that its rows are read and written by.
///
/// Every row has an id; `state` is the hub's confirmed one, NULL while it has none, and `digest` is
/// its digest as it was when it came. `era` tells which life of the hub `position` and the writers'
/// numbers in `state` belong to; 0 without a state. The unit columns, `area`, `home`, `is_void` and
/// `conflicts` show the state with own writes laid over it. `own` counts the change sets laid over.
struct DeviceTable: Sendable {
    let collection: CollectionDeclaration
    let name: String
    /// What says where a record lies.
    let homeUnit: UnitID
    /// The units that go from state to state.
    let steppedUnits: [UnitDeclaration]
    /// The units kept as columns, in order.
    let columns: [UnitDeclaration]
    let createSQL: [String]
    let selectSQL: String
    let rowsSQL: String
    let insert: KeptStatement
    let update: KeptStatement
    /// Writes what is shown, and leaves the confirmed state alone.
    let show: KeptStatement
    /// Writes where a record lies, and only where that is news: else each write would touch the
    /// index of it. `nil` where there is none, and the others write it.
    let home: KeptStatement?

    /// - Parameter place: among the tables of its store.
    init(_ declaration: CollectionDeclaration, at place: Int) {
        precondition(
            !declaration.name.hasPrefix("sync_") && !declaration.name.hasPrefix("sqlite_"),
            "a collection may not be called \(declaration.name)")
        collection = declaration
        homeUnit =
            switch declaration.home {
            case .scope(let unit), .with(let unit): unit
            }
        steppedUnits = declaration.units.filter { unit in
            if case .states = unit.policy { true } else { false }
        }
        let table = Self.quoted(declaration.name)
        let number = KeptStatement.count + place * 4
        name = table
        columns = declaration.units.filter(\.isColumn)
        let names = columns.map(Self.column)
        var create = [
            """
            CREATE TABLE IF NOT EXISTS \(table)(
                rid INTEGER PRIMARY KEY, id BLOB NOT NULL UNIQUE, area INTEGER, position INTEGER,
                era INTEGER NOT NULL DEFAULT 0, own INTEGER NOT NULL DEFAULT 0,
                conflicts INTEGER NOT NULL DEFAULT 0, is_void INTEGER NOT NULL DEFAULT 0,
                home BLOB, applied_ms INTEGER, \(names.map { $0 + " ANY, " }.joined())
                key INTEGER NOT NULL DEFAULT 0, digest BLOB, state BLOB) STRICT
            """
        ]
        if case .with = declaration.home {
            let index = Self.quoted("sync_home_of_" + declaration.name)
            create.append("CREATE INDEX IF NOT EXISTS \(index) ON \(table)(home)")
            home = KeptStatement(
                "UPDATE \(table) SET home = ?1 WHERE id = ?2 AND home IS NOT ?1", number + 3)
        } else {
            home = nil
        }
        createSQL = create
        selectSQL = """
            SELECT rid, area, position, era, own, conflicts, applied_ms, key, state, digest
            FROM \(table) WHERE id = ?
            """
        rowsSQL = """
            SELECT id, area, home, position, is_void, conflicts, \
            own\(names.map { ", " + $0 }.joined()) FROM \(table)
            """
        let shown = ["area", "own", "conflicts", "is_void", "home"] + names
        let held = ["position", "era", "applied_ms", "key", "digest", "state"]
        let all = shown + held
        insert = KeptStatement(
            """
            INSERT INTO \(table)(\(all.joined(separator: ", ")), id)
            VALUES (\(all.map { _ in "?" }.joined(separator: ", ")), ?) ON CONFLICT(id) DO NOTHING
            """, number)
        let isApart = home != nil
        func update(_ names: [String], _ number: Int) -> KeptStatement {
            let set = names.filter { $0 != "home" || !isApart }.map { $0 + " = ?" }
            return KeptStatement(
                "UPDATE \(table) SET \(set.joined(separator: ", ")) WHERE id = ?", number)
        }
        self.update = update(all, number + 1)
        show = update(shown, number + 2)
    }

    static func column(_ unit: UnitDeclaration) -> String { quoted("u_" + unit.name) }

    static func quoted(_ name: String) -> String {
        "\""
            + name.split(separator: "\"", omittingEmptySubsequences: false)
            .joined(separator: "\"\"") + "\""
    }
}
