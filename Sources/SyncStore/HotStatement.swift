internal import GRDB
internal import GRDBSQLite
internal import SyncCore
internal import SyncProtocol

/// A prepared statement that is bound, stepped and read by hand: for the loops that run once per
/// record of an upload or a page, where making rows and arguments would cost more than SQLite.
///
/// Bound values are copied by SQLite. Columns may be read until the next step. Lent for one
/// transaction, like the connection it belongs to.
struct HotStatement {
    private let database: OpaquePointer
    /// Keeps `handle` alive.
    private let prepared: Statement
    private let handle: OpaquePointer

    init(_ sql: String, _ db: Database) throws {
        try self.init(db.cachedStatement(sql: sql), db)
    }

    private init(_ prepared: Statement, _ db: Database) throws {
        guard let connection = db.sqliteConnection else {
            throw StoreFault(.other, "the store is closed")
        }
        database = connection
        self.prepared = prepared
        handle = prepared.sqliteStatement
        sqlite3_reset(handle)
    }

    // MARK: Binding; places count from 1

    func bind(_ number: Int64, at place: Int32) { sqlite3_bind_int64(handle, place, number) }

    func bind(_ number: Int64?, at place: Int32) {
        if let number { bind(number, at: place) } else { bindNull(at: place) }
    }

    func bindNull(at place: Int32) { sqlite3_bind_null(handle, place) }

    func bind(_ id: some Identifier, at place: Int32) {
        withUnsafeBytes(of: (id.high.bigEndian, id.low.bigEndian)) {
            _ = sqlite3_bind_blob(handle, place, $0.baseAddress, 16, Self.copied)
        }
    }

    func bind(_ digest: StateDigest, at place: Int32) {
        withUnsafeBytes(of: (digest.high.bigEndian, digest.low.bigEndian)) {
            _ = sqlite3_bind_blob(handle, place, $0.baseAddress, 16, Self.copied)
        }
    }

    func bind(_ bytes: [UInt8], at place: Int32) {
        bytes.withUnsafeBytes {
            // A pointer to nothing would be NULL.
            _ =
                $0.isEmpty
                ? sqlite3_bind_zeroblob(handle, place, 0)
                : sqlite3_bind_blob(
                    handle, place, $0.baseAddress, Int32($0.count), Self.copied)
        }
    }

    func bind(_ text: String, at place: Int32) {
        var text = text
        text.withUTF8 { bytes in
            // A pointer to nothing would be NULL.
            guard let start = bytes.baseAddress, !bytes.isEmpty else {
                sqlite3_bind_text(handle, place, "", 0, Self.copied)
                return
            }
            start.withMemoryRebound(to: CChar.self, capacity: bytes.count) {
                _ = sqlite3_bind_text(handle, place, $0, Int32(bytes.count), Self.copied)
            }
        }
    }

    /// As a typed column holds it; NULL for what no column holds.
    func bind(_ value: Value?, at place: Int32) {
        switch value {
        case nil, .absent, .group: bindNull(at: place)
        case .bool(let flag): bind(flag ? 1 : 0, at: place)
        case .integer(let number): bind(number, at: place)
        case .text(let text): bind(text.string, at: place)
        case .bytes(let bytes): bind(bytes, at: place)
        case .day(let date): bind(date.description, at: place)
        case .reference(let record): bind(record, at: place)
        }
    }

    /// Tells SQLite to keep a copy; a macro that Swift does not import.
    private static var copied: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    // MARK: Running

    /// Whether there is a row, or one more.
    func step() throws -> Bool {
        switch sqlite3_step(handle) {
        case SQLITE_ROW: return true
        case SQLITE_DONE: return false
        default:
            let error = DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database)),
                message: String(cString: sqlite3_errmsg(database)))
            sqlite3_reset(handle)
            throw error
        }
    }

    /// Runs a statement that gives no rows.
    func run() throws {
        _ = try step()
        reset()
    }

    /// How many rows the last statement changed.
    var changes: Int { Int(sqlite3_changes(database)) }

    /// Ends the reading. A statement left in the middle would keep its snapshot open.
    func reset() { sqlite3_reset(handle) }

    // MARK: Reading; places count from 0

    func int(_ place: Int32) -> Int64 { sqlite3_column_int64(handle, place) }

    /// The number in a column, or `nil` for NULL. Another kind of value is damage.
    func number(_ place: Int32) throws -> Int64? {
        switch sqlite3_column_type(handle, place) {
        case SQLITE_INTEGER: return sqlite3_column_int64(handle, place)
        case SQLITE_NULL: return nil
        default: throw StoreFault(.damaged, "a number is none")
        }
    }

    /// The number in a column that always holds one.
    func present(_ place: Int32) throws -> Int64 {
        guard let number = try number(place) else {
            throw StoreFault(.damaged, "a number is missing")
        }
        return number
    }

    func changeSetNumber(_ place: Int32) throws -> ChangeSetNumber {
        guard let number = ChangeSetNumber(UInt64(clamping: try present(place))) else {
            throw StoreFault(.damaged, "a number is out of range")
        }
        return number
    }

    /// The position in a column, or `nil` for NULL.
    func logPosition(_ place: Int32) throws -> LogPosition? {
        guard let number = try number(place) else { return nil }
        guard let position = LogPosition(UInt64(clamping: number)) else {
            throw StoreFault(.damaged, "a position is out of range")
        }
        return position
    }

    func isNull(_ place: Int32) -> Bool {
        sqlite3_column_type(handle, place) == SQLITE_NULL
    }

    func bytes(_ place: Int32) -> [UInt8] {
        let count = Int(sqlite3_column_bytes(handle, place))
        guard count > 0, let start = sqlite3_column_blob(handle, place) else { return [] }
        return Array(UnsafeRawBufferPointer(start: start, count: count))
    }

    /// The name in a column, or `nil` for NULL.
    func nameOrNil<ID: Identifier>(_ place: Int32) throws -> ID? {
        if isNull(place) { return nil }
        guard let name: ID = name(place) else {
            throw StoreFault(.damaged, "a name is not 16 bytes long")
        }
        return name
    }

    /// The digest in a column; `nil` where it holds none.
    func digestOrNil(_ place: Int32) throws -> StateDigest? {
        if isNull(place) { return nil }
        return try digest(place)
    }

    func digest(_ place: Int32) throws -> StateDigest {
        guard let digest = StateDigest(bytes: bytes(place)) else {
            throw StoreFault(.damaged, "a digest is not 16 bytes long")
        }
        return digest
    }

    /// The 16 bytes of a name; `nil` for anything else.
    func name<ID: Identifier>(_ place: Int32) -> ID? {
        guard sqlite3_column_bytes(handle, place) == 16,
            let start = sqlite3_column_blob(handle, place)
        else { return nil }
        return ID(
            high: UInt64(bigEndian: start.loadUnaligned(as: UInt64.self)),
            low: UInt64(bigEndian: start.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
    }
}

/// The statements that run once per record: each is looked up by its text once, and then by number.
///
/// Of one transaction, or of one connection, and then used only within its queue and let go before
/// it is closed.
final class HotStatements: @unchecked Sendable {  // Only one queue uses it.
    private var known: [Int: HotStatement] = [:]

    /// - Parameter number: tells this statement from all others here.
    func statement(
        _ number: Int, _ sql: @autoclosure () -> String, _ db: Database
    ) throws -> HotStatement {
        if let statement = known[number] {
            statement.reset()
            return statement
        }
        let statement = try HotStatement(sql(), db)
        known[number] = statement
        return statement
    }

    func removeAll() { known = [:] }
}

extension Database {
    /// How a transaction begins.
    enum Beginning: String {
        case reading = "BEGIN DEFERRED"
        case writing = "BEGIN IMMEDIATE"
    }

    /// Runs `body` in one transaction, which is undone where it throws. GRDB's own compiles
    /// beginning and end anew each time.
    func transaction<Result>(_ beginning: Beginning, _ body: () throws -> Result) throws -> Result {
        try HotStatement(beginning.rawValue, self).run()
        do {
            let result = try body()
            try HotStatement("COMMIT", self).run()
            return result
        } catch let first {
            // Some faults have undone it already. What went wrong first says more.
            if isInsideTransaction {
                do { try HotStatement("ROLLBACK", self).run() } catch { throw first }
            }
            throw first
        }
    }
}
