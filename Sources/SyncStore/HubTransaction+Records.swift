internal import Foundation
internal import GRDB
public import SyncCore
public import SyncProtocol

/// A record as a hub's table holds it.
public struct StoredRecord: Sendable {
    public let record: RecordID
    public let collection: CollectionID
    /// The number of the leaf area it lies in.
    public var area: UInt32
    /// Where it was last changed, or entered its area if that was later.
    public var position: LogPosition
    /// The form of `StateCoding`.
    public let state: [UInt8]
    /// Of the state, as it was when it was written.
    public let digest: StateDigest
    /// Whether area and position are what was written.
    public let isInPlace: Bool

    public init(
        record: RecordID, collection: CollectionID, area: UInt32, position: LogPosition,
        state: [UInt8], digest: StateDigest
    ) {
        self.record = record
        self.collection = collection
        self.area = area
        self.position = position
        self.state = state
        self.digest = digest
        isInPlace = true
    }

    /// A row of a table. What is no area or no position is out of place, and a place it has not.
    init(
        record: RecordID, collection: CollectionID, area: Int64, position: Int64, state: [UInt8],
        digest: StateDigest, place: Int64
    ) {
        self.record = record
        self.collection = collection
        self.area = UInt32(exactly: area) ?? 0
        self.position = UInt64(exactly: position).flatMap { LogPosition($0) } ?? .start
        self.state = state
        self.digest = digest
        isInPlace =
            Int64(self.area) == area && Int64(self.position.value) == position
            && Self.place(record, self.area, self.position) == place
    }

    /// Whether the state is what was written.
    public var isSound: Bool { .of(record, state: state) == digest }

    /// A check of where a record lies. Multiplying by an odd number loses nothing, so that any
    /// other area or position has another.
    static func place(_ record: RecordID, _ area: UInt32, _ position: LogPosition) -> Int64 {
        let odd: UInt64 = 0x9e37_79b9_7f4a_7c15
        var check = (record.high ^ record.low ^ UInt64(area)) &* odd
        check = (check ^ check >> 32 ^ position.value) &* odd
        return Int64(bitPattern: check)
    }

    /// The check of where it lies now.
    var place: Int64 { Self.place(record, area, position) }
}

/// What is known of a record without reading its state.
public struct HeldDigest: Sendable {
    public let record: RecordID
    public let collection: CollectionID
    public let digest: StateDigest
}

extension HubTransaction {
    /// Returns a record; `nil` if it was never created here.
    ///
    /// - Throws: damage where its state is not what was written.
    public func record(_ id: RecordID, in collection: CollectionID) throws -> StoredRecord? {
        guard let stored = try asItIs(id, in: collection) else { return nil }
        return try sound(stored)
    }

    private func asItIs(_ id: RecordID, in collection: CollectionID) throws -> StoredRecord? {
        guard let table = tables[collection] else { return nil }
        let statement = try hot.statement(table.number, table.selectSQL, db)
        statement.bind(id, at: 1)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return StoredRecord(
            record: id, collection: collection, area: statement.int(0),
            position: statement.int(1), state: statement.bytes(2),
            digest: try statement.digest(3), place: statement.int(4))
    }

    /// Whether a record is what was written, and where. One that is not is remembered.
    public func note(_ stored: StoredRecord) throws -> Bool {
        guard !stored.isSound || !stored.isInPlace else { return true }
        damaged.insert(stored.record, stored.collection)
        return false
    }

    /// Puts a record right whose state is what was written and whose place is not. Its area is the
    /// one that fits the check; where none does its position is gone, and it is as if it had just
    /// been changed: whoever has it takes it once more.
    ///
    /// - Returns: its area, if it was out of place and is right now.
    public func putInPlace(
        _ id: RecordID, in collection: CollectionID, areas: [UInt32], now position: LogPosition
    ) throws -> UInt32? {
        guard let name = schema.collection(collection)?.tableName,
            let place = try Int64.fetchOne(
                db, sql: "SELECT place FROM \(name) WHERE id = ?", arguments: [id.bytes.data]),
            var stored = try asItIs(id, in: collection), stored.isSound, !stored.isInPlace
        else { return nil }
        if let right = areas.first(where: { StoredRecord.place(id, $0, stored.position) == place })
        {
            stored.area = right
        } else if areas.contains(stored.area) {
            stored.position = position
        } else {
            return nil
        }
        try move(stored)
        damaged.remove(id)
        return stored.area
    }

    /// Whether a record of this name is neither where nor what was written: then it may be another,
    /// whose name was altered.
    public func isStrange(_ id: RecordID, in collection: CollectionID) throws -> Bool {
        guard let stored = try asItIs(id, in: collection) else { return false }
        return !stored.isSound && !stored.isInPlace
    }

    /// Takes a row away whose name nobody ever gave.
    public func drop(_ id: RecordID, in collection: CollectionID) throws {
        guard let name = schema.collection(collection)?.tableName else { return }
        try db.execute(sql: "DELETE FROM \(name) WHERE id = ?", arguments: [id.bytes.data])
        damaged.remove(id)
    }

    /// Looks at the place of every record, without reading states, and remembers those that are out
    /// of it. Returns what each area holds.
    ///
    /// - Complexity: linear in the records.
    public func lookOver() throws -> [UInt32: (digest: StateDigest, records: Int)] {
        var held: [UInt32: (digest: StateDigest, records: Int)] = [:]
        known.reset()
        for declaration in schema.collections {
            let statement = try HotStatement(
                "SELECT id, area, position, digest, place FROM \(declaration.tableName)", db)
            defer { statement.reset() }
            while try statement.step() {
                // A row without a name or a digest counts for none.
                guard let record: RecordID = statement.name(0),
                    let digest = StateDigest(bytes: statement.bytes(3))
                else { continue }
                known.insert(record)
                let row = StoredRecord(
                    record: record, collection: declaration.id, area: statement.int(1),
                    position: statement.int(2), state: [], digest: digest,
                    place: statement.int(4))
                if !row.isInPlace { damaged.insert(record, declaration.id) }
                var sum = held[row.area] ?? (.zero, 0)
                sum.digest += row.digest
                sum.records += 1
                held[row.area] = sum
            }
        }
        known.complete()
        return held
    }

    /// Puts a damaged record right by a copy that somebody holds, if it is what was written.
    ///
    /// - Parameters:
    ///   - sum: the digest of its area.
    ///   - position: its own where the row's is not what was written.
    /// - Returns: what stands there, if it was damaged and is right now.
    public func heal(
        _ copy: StateCopy, writers: WriterTable, now position: LogPosition,
        sum: (UInt32) -> StateDigest?
    ) throws -> StoredRecord? {
        guard let stored = try asItIs(copy.record, in: copy.collection), !stored.isSound,
            // Either state or digest was altered; the area's sum says which the other was.
            .of(copy.record, state: copy.state) == stored.digest || copy.state == stored.state
        else { return nil }
        let digest = StateDigest.of(copy.record, state: copy.state)
        var total = try digests(of: stored.area).reduce(into: StateDigest.zero) { $0 += $1.digest }
        total -= stored.digest
        total += digest
        guard total == sum(stored.area) else { return nil }
        let state = try StateCoding.decode(
            copy.state, record: copy.record, collection: copy.collection, writers: writers)
        let right = StoredRecord(
            record: copy.record, collection: copy.collection, area: stored.area,
            position: stored.isInPlace ? stored.position : position, state: copy.state,
            digest: digest)
        try put(right, schema.upcast(state))
        return right
    }

    /// Forgets that these were damaged.
    public func forgetDamage(of records: [RecordID]) {
        for record in records { damaged.remove(record) }
    }

    private func sound(_ stored: StoredRecord) throws -> StoredRecord {
        guard try note(stored) else {
            throw StoreFault(
                .damaged, "record \(stored.record) is not what was written, or not where")
        }
        return stored
    }

    /// The digests of all records of an area, rising by name.
    public func digests(of area: UInt32) throws -> [HeldDigest] {
        var held: [HeldDigest] = []
        for declaration in schema.collections {
            let statement = try HotStatement(
                "SELECT id, digest FROM \(declaration.tableName) WHERE area = ?", db)
            statement.bind(Int64(area), at: 1)
            defer { statement.reset() }
            while try statement.step() {
                guard let record: RecordID = statement.name(0) else {
                    throw StoreFault(.damaged, "a name is not 16 bytes long")
                }
                held.append(
                    HeldDigest(
                        record: record, collection: declaration.id,
                        digest: try statement.digest(1)))
            }
        }
        return held.sorted { $0.record < $1.record }
    }

    /// The leaf area of a record, whatever its collection; `nil` if there is none.
    ///
    /// - Throws: damage where that is not what was written.
    public func area(of id: RecordID) throws -> UInt32? {
        guard let row = try row(of: id) else { return nil }
        guard row.isInPlace else {
            damaged.insert(id, row.collection)
            throw StoreFault(.damaged, "record \(id) is not where it was written")
        }
        return row.area
    }

    /// Whether no record has this name, in any collection. `false` says nothing.
    public func isSurelyNew(_ id: RecordID) -> Bool { !known.mayHold(id) }

    /// A record without its state, whatever its collection; `nil` if there is none of this name.
    ///
    /// One statement looks into all tables. Whoever creates a record asks for one that is in none,
    /// and asking each table by itself would cost several times as much.
    private func row(of id: RecordID) throws -> StoredRecord? {
        let statement = try hot.statement(-1, schema.placesSQL, db)
        statement.bind(id, at: 1)
        guard try statement.step() else { return nil }
        defer { statement.reset() }
        return StoredRecord(
            record: id, collection: CollectionID(UInt16(clamping: statement.int(0))),
            area: statement.int(1), position: statement.int(2), state: [], digest: .zero,
            place: statement.int(3))
    }

    /// The same; `nil` also where it is not what was written.
    public func soundArea(of id: RecordID) throws -> UInt32? {
        do { return try area(of: id) } catch let fault as StoreFault
            where fault.kind == .damaged
        { return nil }
    }

    /// The collection a record is in; `nil` if there is none of this name.
    public func collection(of id: RecordID) throws -> CollectionID? { try row(of: id)?.collection }

    /// Calls `body` with every record of a collection in one area that was changed after a
    /// position.
    public func records(
        of collection: CollectionID, in area: UInt32, after: LogPosition,
        _ body: (StoredRecord) throws -> Void
    ) throws {
        guard let declaration = schema.collection(collection) else { return }
        let statement = try db.cachedStatement(
            sql: """
                SELECT id, position, state, digest, place FROM \(declaration.tableName)
                WHERE area = ? AND position > ?
                """)
        statement.setUncheckedArguments([Int64(area), Int64(after.value)])
        let cursor = try Row.fetchCursor(statement)
        while let row = try cursor.next() {
            try body(
                sound(
                    StoredRecord(
                        record: try identifier(row, 0), collection: collection,
                        area: Int64(area), position: try row.read(1), state: try row.bytes(2),
                        digest: try digest(row, 3), place: try row.read(4))))
        }
    }

    /// Keeps the newest state of a record, with its typed columns as they are shown.
    ///
    /// - Parameter isNew: whether there is no row of it.
    public func put(
        _ stored: StoredRecord, _ state: RecordState, isNew: Bool = false
    ) throws {
        guard let table = tables[stored.collection] else {
            throw StoreFault(.other, "a record of an unknown collection")
        }
        known.insert(stored.record)
        let statement = try hot.statement(table.number + 2, table.putSQL, db)
        statement.bind(stored.record, at: 1)
        statement.bind(Int64(stored.area), at: 2)
        statement.bind(Int64(stored.position.value), at: 3)
        var place: Int32 = 4
        var home: RecordID?
        if let unit = table.home {
            if case .reference(let id)? = state.value(under: unit) { home = id }
            if let home { statement.bind(home, at: place) } else { statement.bindNull(at: place) }
            place += 1
        }
        for unit in table.columns {
            statement.bind(state.value(under: unit), at: place)
            place += 1
        }
        statement.bind(stored.place, at: place)
        statement.bind(stored.digest, at: place + 1)
        statement.bind(stored.state, at: place + 2)
        try statement.run()
        // While that is disputed, it stays with the one it lay with.
        if !isNew, let home, let sql = table.homeSQL {
            let statement = try hot.statement(table.number + 3, sql, db)
            statement.bind(home, at: 1)
            statement.bind(stored.record, at: 2)
            try statement.run()
        }
        if let declaration = schema.collection(stored.collection), !declaration.urgent.isEmpty {
            try noteUrgency(of: stored, declaration.isUrgent(state))
        }
    }

    /// Keeps the list of records that travel before others.
    private func noteUrgency(of stored: StoredRecord, _ isUrgent: Bool) throws {
        guard isUrgent else {
            return try db.cachedStatement(sql: "DELETE FROM urgent WHERE record = ?")
                .execute(arguments: [stored.record.bytes.data])
        }
        try db.cachedStatement(
            sql: """
                INSERT INTO urgent(record, collection, area, position) VALUES (?, ?, ?, ?)
                ON CONFLICT(record) DO UPDATE SET area = excluded.area,
                    position = excluded.position
                """
        ).execute(arguments: [
            stored.record.bytes.data, Int64(stored.collection.value), Int64(stored.area),
            Int64(stored.position.value),
        ])
    }

    /// Calls `body` with the records of an area changed after a position that travel before others.
    public func urgentRecords(
        of area: UInt32, after: LogPosition, _ body: (StoredRecord) throws -> Void
    ) throws {
        let statement = try db.cachedStatement(
            sql: "SELECT record, collection FROM urgent WHERE area = ? AND position > ?")
        statement.setUncheckedArguments([Int64(area), Int64(after.value)])
        let cursor = try Row.fetchCursor(statement)
        while let row = try cursor.next() {
            let collection = CollectionID(UInt16(clamping: try row.int(1)))
            if let stored = try record(identifier(row, 0), in: collection) { try body(stored) }
        }
    }

    /// Whether the typed columns of a record show what its state says.
    public func columnsFit(_ stored: StoredRecord, _ state: RecordState) throws -> Bool {
        guard let table = tables[stored.collection], !table.columns.isEmpty,
            let declaration = schema.collection(stored.collection)
        else { return true }
        let names = table.columns.map(\.columnName).joined(separator: ", ")
        let statement = try db.cachedStatement(
            sql: "SELECT \(names) FROM \(declaration.tableName) WHERE id = ?")
        guard let row = try Row.fetchOne(statement, arguments: [stored.record.bytes.data]) else {
            return false
        }
        return table.columns.enumerated().allSatisfy { place, unit in
            let shown = state[unit.id].flatMap { $0.outcome(under: unit) }?.value?.stored
            return (row[place] as DatabaseValue) == shown?.databaseValue ?? .null
        }
    }

    /// Calls `body` with every record of these areas changed after one position and up to another,
    /// by collection and position.
    ///
    /// One that is not what was written is left out: whoever holds it keeps what is right.
    ///
    /// - Parameter isWanted: asked first; the states of others are not read.
    public func records(
        of areas: [UInt32], after: LogPosition, through: LogPosition,
        where isWanted: (RecordID, LogPosition) -> Bool = { _, _ in true },
        _ body: (StoredRecord) throws -> Void
    ) throws {
        for declaration in schema.collections {
            let statement = try HotStatement(
                """
                SELECT id, position, state, digest, place FROM \(declaration.tableName)
                WHERE area = ? AND position > ? AND position <= ? ORDER BY position
                """, db)
            defer { statement.reset() }
            for area in areas {
                statement.reset()
                statement.bind(Int64(area), at: 1)
                statement.bind(Int64(after.value), at: 2)
                statement.bind(Int64(through.value), at: 3)
                while try statement.step() {
                    guard let record: RecordID = statement.name(0) else {
                        throw StoreFault(.damaged, "a name is not 16 bytes long")
                    }
                    let position = try position(statement.int(1))
                    if isWanted(record, position) {
                        let stored = StoredRecord(
                            record: record, collection: declaration.id, area: Int64(area),
                            position: statement.int(1), state: statement.bytes(2),
                            digest: try statement.digest(3), place: statement.int(4))
                        if try note(stored) { try body(stored) }
                    }
                }
            }
        }
    }

    /// Counts the records that `records` would bring, by an index alone.
    public func recordCount(
        of areas: [UInt32], after: LogPosition, through: LogPosition
    ) throws -> Int {
        var count = 0
        for declaration in schema.collections {
            let statement = try db.cachedStatement(
                sql: """
                    SELECT count(*) FROM \(declaration.tableName)
                    WHERE area = ? AND position > ? AND position <= ?
                    """)
            for area in areas {
                statement.setUncheckedArguments([
                    Int64(area), Int64(after.value), Int64(through.value),
                ])
                count += try Int.fetchOne(statement) ?? 0
            }
        }
        return count
    }

    /// The names of the records of a collection, rising.
    public func names(in collection: CollectionID) throws -> [RecordID] {
        guard let table = schema.collection(collection)?.tableName else { return [] }
        var names: [RecordID] = []
        let cursor = try Row.fetchCursor(db, sql: "SELECT id FROM \(table) ORDER BY id")
        while let row = try cursor.next() { names.append(try identifier(row, 0)) }
        return names
    }

    /// Calls `body` with every record of the store, be it what was written or not.
    public func allRecords(_ body: (StoredRecord) throws -> Void) throws {
        for declaration in schema.collections {
            let cursor = try Row.fetchCursor(
                db,
                sql: "SELECT id, position, state, area, digest, place FROM "
                    + declaration.tableName)
            while let row = try cursor.next() {
                try body(
                    StoredRecord(
                        record: try identifier(row, 0), collection: declaration.id,
                        area: try row.read(3), position: try row.read(1), state: try row.bytes(2),
                        digest: try digest(row, 4), place: try row.read(5)))
            }
        }
    }

    /// The typed columns of a record by name, as text for a title; empty where they hold nothing.
    public func title(of id: RecordID, in collection: CollectionID) throws -> String {
        guard let declaration = schema.collection(collection) else { return "" }
        let columns = declaration.units.filter {
            if case .text = $0.members[0].type { $0.isColumn } else { false }
        }
        guard let column = columns.first else { return "" }
        let statement = try db.cachedStatement(
            sql: "SELECT \(column.columnName) FROM \(declaration.tableName) WHERE id = ?")
        return try String.fetchOne(statement, arguments: [id.bytes.data]) ?? ""
    }

    private func digest(_ row: Row, _ index: Int) throws -> StateDigest {
        guard let digest = StateDigest(bytes: try row.bytes(index)) else {
            throw StoreFault(.damaged, "a digest is not 16 bytes long")
        }
        return digest
    }

    func position(_ value: Int64) throws -> LogPosition {
        guard value >= 0, let position = LogPosition(UInt64(value)) else {
            throw StoreFault(.damaged, "a position is out of range")
        }
        return position
    }

    func identifier<ID: Identifier>(_ row: Row, _ index: Int) throws -> ID {
        // A page of records reads tens of thousands of these, so no array is made on the way.
        let lanes: (UInt64, UInt64)? = try row.withUnsafeData(atIndex: index) { data in
            data?.withUnsafeBytes { bytes in
                bytes.count == 16
                    ? (
                        UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                        UInt64(
                            bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self))
                    ) : nil
            }
        }
        guard let lanes else { throw StoreFault(.damaged, "a name is not 16 bytes long") }
        return ID(high: lanes.0, low: lanes.1)
    }
}

/// The statements for one collection's table, put together once. An object, for it is found by each
/// read and write of a record, and to copy it would count a reference for each text.
final class HubTable: Sendable {
    /// The number of its first hot statement.
    let number: Int
    /// The units kept as columns, in order.
    let columns: [UnitDeclaration]
    let selectSQL: String
    let putSQL: String
    let moveSQL: String
    /// The unit that says with which record these lie, and how to find them by it.
    let home: UnitDeclaration?
    let followersSQL: String?
    /// Writes where a record lies only where that is news: else each write would touch its index.
    let homeSQL: String?

    init(_ declaration: CollectionDeclaration, number: Int) {
        self.number = number * 4
        columns = declaration.units.filter(\.isColumn)
        let table = declaration.tableName
        let names = columns.map(\.columnName)
        if case .with(let unit) = declaration.home {
            home = declaration.unit(unit)
            followersSQL = "SELECT id FROM \(table) WHERE home = ? ORDER BY id"
            homeSQL = "UPDATE \(table) SET home = ?1 WHERE id = ?2 AND home IS NOT ?1"
        } else {
            home = nil
            followersSQL = nil
            homeSQL = nil
        }
        moveSQL = "UPDATE \(table) SET area = ?, position = ?, place = ? WHERE id = ?"
        let own = (home == nil ? [] : ["home"]) + names
        selectSQL = "SELECT area, position, state, digest, place FROM \(table) WHERE id = ?"
        putSQL = """
            INSERT INTO \(table)(id, area, position, \(own.map { $0 + ", " }.joined())place,
                digest, state)
            VALUES (?, ?, ?, \(String(repeating: "?, ", count: own.count))?, ?, ?)
            ON CONFLICT(id) DO UPDATE SET area = excluded.area, position = excluded.position,
                \(names.map { "\($0) = excluded.\($0), " }.joined())place = excluded.place,
                digest = excluded.digest, state = excluded.state
            """
    }
}

extension Schema {
    /// Finds the row of a record in whichever table it is.
    fileprivate var placesSQL: String {
        collections.map {
            "SELECT \($0.id.value), area, position, place FROM \($0.tableName) WHERE id = ?1"
        }.joined(separator: " UNION ALL ")
    }
}
