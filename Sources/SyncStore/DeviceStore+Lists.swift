internal import Foundation
internal import GRDB
public import SyncCore
internal import SyncProtocol

extension DeviceStore {
    /// Returns the records of a collection for which all of `filters` hold, in order of `unit`,
    /// then of id. Records that are one are one line, if the filters hold for any of them.
    ///
    /// Reads columns only: nothing is decoded. Columns show own pending writes.
    ///
    /// - Parameters:
    ///   - unit: a unit kept as a column; empty ones come last. Left out, the order is that of ids,
    ///     which is that of time.
    ///   - includesVoid: whether voided records are in the list.
    /// - Precondition: units named here are columns of the collection.
    public func list(
        _ collection: CollectionID, where filters: [ColumnFilter] = [], by unit: UnitID? = nil,
        descending: Bool = false, limit: Int = 1000, includesVoid: Bool = false
    ) throws(StoreError) -> [RecordRow] {
        guard let table = table(collection) else { return [] }
        return try read { db in
            var conditions = includesVoid ? [] : ["is_void = 0"]
            var arguments = StatementArguments()
            for filter in filters {
                let (condition, values) = try self.condition(filter, table, db)
                conditions.append(condition)
                arguments += values
            }
            var sql = table.rowsSQL
            if !conditions.isEmpty { sql += " WHERE " + conditions.joined(separator: " AND ") }
            let direction = descending ? "DESC" : "ASC"
            if let unit {
                let column = Self.column(unit, table)
                sql += " ORDER BY \(column) IS NULL, \(column) \(direction), id \(direction)"
            } else {
                sql += " ORDER BY id \(direction)"
            }
            sql += " LIMIT ?"
            // Several lines may become one, so they are cut after that.
            arguments += [try self.hasPairs(db) ? .max : max(limit, 0)]
            var rows = try self.collapsed(self.rows(sql, arguments, table, db), table, db)
            if filters.contains(.disputed) { rows.removeAll { $0.conflicts == 0 } }
            return Array(rows.prefix(max(limit, 0)))
        }
    }

    /// Returns the records of other collections that lie with `home`: a household's persons, visits
    /// and facts.
    public func children(
        of home: RecordID, in collection: CollectionID? = nil, includesVoid: Bool = false
    ) throws(StoreError) -> [RecordRow] {
        try read { db in
            var found: [RecordRow] = []
            let homes = try self.joined(with: home, db)
            for table in tables where collection == nil || table.collection.id == collection {
                guard case .with = table.collection.home else { continue }
                found += try self.collapsed(
                    self.rows(
                        table.rowsSQL + " WHERE \(Self.isHome(homes.count))"
                            + (includesVoid ? "" : " AND is_void = 0") + " ORDER BY id",
                        StatementArguments(homes.map(\.stored)), table, db), table, db)
            }
            return found
        }
    }

    private static func isHome(_ count: Int) -> String {
        "home IN (" + Array(repeating: "?", count: count).joined(separator: ", ") + ")"
    }

    /// Returns one record's line, as one with those that are the same thing; `nil` if there is
    /// none.
    public func row(_ record: RecordID) throws(StoreError) -> RecordRow? {
        try read { db in
            for table in tables {
                let found = try self.collapsed(
                    self.rows(table.rowsSQL + " WHERE id = ?", [record.stored], table, db), table,
                    db)
                if let row = found.first { return row }
            }
            return nil
        }
    }

    /// Returns the records with a text column that holds `text`, however it was typed: composed or
    /// decomposed, upper or lower case. Those that begin with it come first.
    ///
    /// - Complexity: reads every line of the collections looked through.
    public func find(
        _ text: String, in collection: CollectionID? = nil, limit: Int = 50,
        includesVoid: Bool = false
    ) throws(StoreError) -> [RecordRow] {
        let wanted = Self.folded(text)
        guard !wanted.isEmpty else { return [] }
        return try read { db in
            var starting: [RecordRow] = []
            var holding: [RecordRow] = []
            for table in tables where collection == nil || table.collection.id == collection {
                let units = table.columns.filter {
                    if case .text = $0.members[0].type { true } else { false }
                }
                guard !units.isEmpty else { continue }
                let columns = units.map(DeviceTable.column).joined(separator: ", ")
                var hits: [(id: RecordID, isStart: Bool)] = []
                try db.each(
                    "SELECT id, \(columns) FROM \(table.name)"
                        + (includesVoid ? "" : " WHERE is_void = 0") + " ORDER BY id"
                ) { row in
                    var best: Bool?
                    for index in units.indices {
                        guard let held = try row.textOrNil(index + 1) else { continue }
                        switch Self.place(of: wanted, in: held) {
                        case 0?: best = true
                        case .some: best = best ?? false
                        case nil: break
                        }
                    }
                    if let best { hits.append((try row.name(0), best)) }
                }
                let sql = table.rowsSQL + " WHERE id = ?"
                for hit in hits {
                    if hit.isStart ? starting.count >= limit : holding.count >= limit { continue }
                    let rows = try self.collapsed(
                        self.rows(sql, [hit.id.stored], table, db), table, db
                    ).filter { row in !(starting + holding).contains { $0.record == row.record } }
                    if hit.isStart { starting += rows } else { holding += rows }
                }
            }
            return Array((starting + holding).prefix(max(limit, 0)))
        }
    }

    /// Finds what a typed name stands for: a whole id, or the end of one.
    ///
    /// - Complexity: looks at every id of the collections, in an index.
    public func resolve(
        _ typed: String, in collection: CollectionID? = nil
    ) throws(StoreError) -> Resolved {
        let ending = Base32.forgiving(typed)
        guard !ending.isEmpty, ending.utf8.count <= 26 else { return .none }
        return try read { db in
            var found: [RecordRow] = []
            for table in tables where collection == nil || table.collection.id == collection {
                var ids: [RecordID] = []
                if let id = RecordID(ending) {
                    ids = [id]
                } else {
                    // The last characters fix the last bytes; the rest is compared as text.
                    let whole = max(0, (ending.utf8.count * 5 - 2) / 8)
                    var padded = String(repeating: "0", count: 26 - ending.utf8.count) + ending
                    guard let last = Base32.decode(padded) else { return .none }
                    padded = ""
                    try db.each(
                        "SELECT id FROM \(table.name) WHERE substr(id, ?) = ?",
                        whole == 0
                            ? [17, Data()] : [16 - whole + 1, Data(last.suffix(whole))]
                    ) { row in
                        let id: RecordID = try row.name(0)
                        if id.description.hasSuffix(ending) { ids.append(id) }
                    }
                }
                for id in ids {
                    found += try self.rows(
                        table.rowsSQL + " WHERE id = ?", [id.stored], table, db)
                }
            }
            switch found.count {
            case 0: return .none
            case 1: return .one(found[0].record, found[0].collection)
            default: return .several(found)
            }
        }
    }

    // MARK: Reading rows

    private func rows(
        _ sql: String, _ arguments: StatementArguments, _ table: DeviceTable, _ db: Database
    ) throws -> [RecordRow] {
        let territory = try self.territory(db)
        let carried = try carriedRecords(db)
        var rows: [RecordRow] = []
        let liesWith =
            if case .with = table.collection.home { true } else { false }
        try db.each(sql, arguments) { row in
            var values: [UnitID: Value] = [:]
            for (index, unit) in table.columns.enumerated() {
                values[unit.id] = try row.value(index + 7, as: unit.members[0].type)
            }
            let record: RecordID = try row.name(0)
            rows.append(
                RecordRow(
                    record: record, collection: table.collection.id,
                    area: try row.intOrNil(1).flatMap {
                        territory.areas[UInt32(clamping: $0)]?.scope
                    },
                    home: liesWith ? try row.nameOrNil(2) : nil,
                    position: try row.logPositionOrNil(3), isVoid: try row.int(4) != 0,
                    conflicts: Int(try row.int(5)), hasOwn: try row.int(6) > 0,
                    isCarried: carried.contains(record), values: values))
        }
        return rows
    }

    private func condition(
        _ filter: ColumnFilter, _ table: DeviceTable, _ db: Database
    ) throws -> (String, StatementArguments) {
        switch filter {
        case .equals(let unit, let value):
            return ("\(Self.column(unit, table)) = ?", [value.stored])
        case .atMost(let unit, let value):
            return ("\(Self.column(unit, table)) <= ?", [value.stored])
        case .atLeast(let unit, let value):
            return ("\(Self.column(unit, table)) >= ?", [value.stored])
        case .isEmpty(let unit): return ("\(Self.column(unit, table)) IS NULL", [])
        case .home(let record):
            let homes = try joined(with: record, db)
            return (Self.isHome(homes.count), StatementArguments(homes.map(\.stored)))
        case .area(let scope):
            let territory = try self.territory(db)
            let numbers = territory.areas.keys.filter {
                territory.path(from: $0).contains(scope)
            }
            // Numbers of our own, so they may stand in the statement.
            return ("area IN (\(numbers.sorted().map(String.init).joined(separator: ", ")))", [])
        case .disputed:
            // Records that are one can disagree although each of them is settled.
            return (
                """
                (conflicts > 0 OR id IN (
                    SELECT record FROM sync_aliases UNION SELECT other FROM sync_aliases))
                """, []
            )
        case .hasOwn: return ("own > 0", [])
        }
    }

    private static func column(_ unit: UnitID, _ table: DeviceTable) -> String {
        guard let declaration = table.columns.first(where: { $0.id == unit }) else {
            preconditionFailure("unit \(unit.value) of \(table.name) is no column")
        }
        return DeviceTable.column(declaration)
    }

    // MARK: Text as it reads

    /// The bytes of a text as it reads: composed, in lower case, runs of white space as one.
    static func folded(_ text: String) -> [UInt8] {
        let joined = text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
        return Array(joined.lowercased().precomposedStringWithCanonicalMapping.utf8)
    }

    private static func place(of wanted: [UInt8], in text: String) -> Int? {
        let held = folded(text)
        guard held.count >= wanted.count else { return nil }
        return (0...held.count - wanted.count).first { start in
            held[start] == wanted[0]
                && held[start..<start + wanted.count].elementsEqual(wanted)
        }
    }
}
