internal import GRDB
internal import GRDBSQLite
internal import SyncCore
internal import SyncProtocol

/// Inserts records of one collection as they come in a first load: states that nobody has touched
/// since they were made, with nothing of this device's own over them.
///
/// A snapshot inserts tens of thousands of these, so their columns are bound from the state's own
/// bytes: no merge is asked, for there is nothing to merge. What it writes is exactly what the
/// general way writes; `DeviceApplyTests` compares the two.
struct PlainInsertion {
    private let database: OpaquePointer
    private let statement: OpaquePointer
    /// Per unit in the order of the schema: the place of its column, counted from 1.
    private let columns: [(unit: UnitDeclaration, place: Int32)]
    private let home: UnitID
    /// Where `position` stands; the units' columns end before it.
    private let held: Int32

    private static let void: Int32 = 4
    private static let homePlace: Int32 = 5

    /// - Parameters:
    ///   - prepared: the table's `insert`, kept prepared by the connection.
    init(_ table: DeviceTable, _ prepared: Statement, _ db: Database) throws {
        guard let connection = db.sqliteConnection else {
            throw StoreFault(.other, "the store is closed")
        }
        database = connection
        statement = prepared.sqliteStatement
        columns = table.columns.enumerated().map {
            ($0.element, Self.homePlace + 1 + Int32($0.offset))
        }
        .sorted { $0.unit.id < $1.unit.id }
        home =
            switch table.collection.home {
            case .scope(let unit), .with(let unit): unit
            }
        held = Self.homePlace + 1 + Int32(table.columns.count)
    }

    /// Inserts one record; `false` where its id is there already.
    func insert(
        _ sent: SyncResponse.PageRecord, _ state: PlainState, digest: StateDigest,
        sealed: [UInt8], key: Int64, era: Int64, applied_ms: Int64
    ) throws -> Bool {
        sqlite3_reset(statement)
        // Every place is bound anew: what is bound stays from one row to the next.
        sqlite3_bind_int64(statement, 1, Int64(sent.area))
        sqlite3_bind_int64(statement, 2, 0)
        sqlite3_bind_int64(statement, 3, 0)
        var isVoid: Int64 = 0
        sqlite3_bind_null(statement, Self.homePlace)
        for column in columns { sqlite3_bind_null(statement, column.place) }
        let inserted = try sent.state.withUnsafeBytes { bytes in
            var next = 0
            for unit in state.units {
                let value = bytes[unit.value]
                if unit.id == .void, value.first == ValueTag.text { isVoid = 1 }
                if unit.id == home { bind(value, at: Self.homePlace) }
                while next < columns.count, columns[next].unit.id < unit.id { next += 1 }
                guard next < columns.count, columns[next].unit.id == unit.id,
                    columns[next].unit.policy.kind == .register,
                    Self.fits(value, columns[next].unit.members[0].type)
                else { continue }
                bind(value, at: columns[next].place)
            }
            sqlite3_bind_int64(statement, Self.void, isVoid)
            sqlite3_bind_int64(statement, held, Int64(sent.position.value))
            sqlite3_bind_int64(statement, held + 1, era)
            sqlite3_bind_int64(statement, held + 2, applied_ms)
            sqlite3_bind_int64(statement, held + 3, key)
            withUnsafeBytes(of: (digest.high.bigEndian, digest.low.bigEndian)) { digest in
                _ = sqlite3_bind_blob(
                    statement, held + 4, digest.baseAddress, 16, transient)
            }
            return try sealed.withUnsafeBytes { sealed in
                sqlite3_bind_blob(
                    statement, held + 5, sealed.baseAddress, Int32(sealed.count), nil)
                var id = (sent.record.high.bigEndian, sent.record.low.bigEndian)
                return try withUnsafeBytes(of: &id) { id in
                    sqlite3_bind_blob(statement, held + 6, id.baseAddress, 16, nil)
                    return try step()
                }
            }
        }
        // Nothing may stay bound to memory that is about to go.
        sqlite3_clear_bindings(statement)
        return inserted
    }

    private func step() throws -> Bool {
        let code = sqlite3_step(statement)
        sqlite3_reset(statement)
        guard code == SQLITE_DONE else {
            throw DatabaseError(
                resultCode: ResultCode(rawValue: sqlite3_extended_errcode(database)),
                message: String(cString: sqlite3_errmsg(database)))
        }
        return sqlite3_changes(database) > 0
    }

    /// Binds a value as `Value.stored` would be: nothing for what no column holds.
    private func bind(_ value: Slice<UnsafeRawBufferPointer>, at place: Int32) {
        var reader = ValueBytes(value)
        switch reader.tag {
        case ValueTag.no: sqlite3_bind_int64(statement, place, 0)
        case ValueTag.yes: sqlite3_bind_int64(statement, place, 1)
        case ValueTag.integer: sqlite3_bind_int64(statement, place, reader.zigzag())
        case ValueTag.text:
            let text = reader.counted()
            if text.isEmpty {
                // A pointer to nothing would be NULL.
                sqlite3_bind_text(statement, place, "", 0, transient)
            } else {
                sqlite3_bind_text(
                    statement, place, text.assumingMemoryBound(to: CChar.self).baseAddress,
                    Int32(text.count), nil)
            }
        case ValueTag.bytes:
            let bytes = reader.counted()
            if bytes.isEmpty {
                sqlite3_bind_zeroblob(statement, place, 0)
            } else {
                sqlite3_bind_blob(statement, place, bytes.baseAddress, Int32(bytes.count), nil)
            }
        case ValueTag.day:
            if let day = CalendarDate(ordinal: reader.zigzag()) {
                sqlite3_bind_text(statement, place, day.description, -1, transient)
            }
        case ValueTag.reference:
            sqlite3_bind_blob(statement, place, reader.rest.baseAddress, 16, nil)
        default: break
        }
    }

    /// Tells SQLite to keep a copy; a macro that Swift does not import.
    private var transient: sqlite3_destructor_type {
        unsafeBitCast(-1, to: sqlite3_destructor_type.self)
    }

    /// The same as `Value.isOf` says of what was read.
    private static func fits(
        _ value: Slice<UnsafeRawBufferPointer>, _ type: ValueType
    ) -> Bool {
        switch (type, value.first) {
        case (.bool, ValueTag.no), (.bool, ValueTag.yes), (.integer, ValueTag.integer),
            (.text, ValueTag.text), (.choice, ValueTag.text), (.bytes, ValueTag.bytes),
            (.day, ValueTag.day), (.reference, ValueTag.reference):
            true
        default: false
        }
    }
}

/// The bytes of one value, which `PlainState` has found to be well formed.
private struct ValueBytes {
    let tag: UInt8
    private(set) var rest: UnsafeRawBufferPointer

    init(_ value: Slice<UnsafeRawBufferPointer>) {
        tag = value[value.startIndex]
        rest = UnsafeRawBufferPointer(rebasing: value.dropFirst())
    }

    mutating func varint() -> UInt64 {
        var value: UInt64 = 0
        var shift: UInt64 = 0
        for (offset, byte) in rest.enumerated() {
            value |= UInt64(byte & 0x7f) << shift
            shift += 7
            if byte < 0x80 {
                rest = UnsafeRawBufferPointer(rebasing: rest.dropFirst(offset + 1))
                break
            }
        }
        return value
    }

    mutating func zigzag() -> Int64 {
        let value = varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    mutating func counted() -> UnsafeRawBufferPointer {
        let count = Int(varint())
        return UnsafeRawBufferPointer(rebasing: rest.prefix(count))
    }
}
