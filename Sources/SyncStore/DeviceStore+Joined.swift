internal import GRDB
public import SyncCore
internal import SyncProtocol

// Records that are one are shown as one. Nothing of it is stored but the pairs, which follow from
// the states; what is shown is worked out when somebody looks.

extension DeviceStore {
    /// Keeps the index of pairs as a record's state says it.
    func indexPairs(of record: RecordID, _ state: RecordState, _ db: Database) throws {
        // A hub that was put back may have lost that they are one.
        guard try state[.aliases] != nil || hasPairs(db) else { return }
        try db.run("DELETE FROM sync_aliases WHERE record = ?", [record.stored])
        for other in state.aliases {
            try db.run(
                "INSERT INTO sync_aliases(record, other) VALUES (?, ?)",
                [record.stored, other.stored])
        }
    }

    /// The records held here that are one with `record`, itself among them, rising.
    func joined(with record: RecordID, _ db: Database) throws -> [RecordID] {
        try RecordState.joined(with: record) { record in
            var others: [RecordID] = []
            try db.each(
                """
                SELECT other FROM sync_aliases WHERE record = ?1
                UNION SELECT record FROM sync_aliases WHERE other = ?1
                """, [record.stored]
            ) { others.append(try $0.name(0)) }
            // What nobody here may see has no name here, and joins nothing.
            return try others.filter { other in try tables.contains { try isHeld(other, $0, db) } }
        }
    }

    private func isHeld(_ record: RecordID, _ table: DeviceTable, _ db: Database) throws -> Bool {
        try db.first("SELECT 1 FROM \(table.name) WHERE id = ?", [record.stored]) { _ in true }
            ?? false
    }

    /// Whether any records here are one: most stores need no second look.
    func hasPairs(_ db: Database) throws -> Bool {
        let any = try kept(.anyPair, db)
        defer { any.reset() }
        return try any.step()
    }

    /// A record with all that are one with it, as their reader sees them.
    func shownJoined(_ record: RecordID, _ db: Database) throws -> ShownRecord? {
        guard let own = try shown(record, db) else { return nil }
        let others = try joined(with: record, db).filter { $0 != record }
        guard !others.isEmpty, let collection = schema.collection(own.collection) else {
            return own
        }
        let parts = try [own] + others.compactMap { try shown($0, db) }
        return own.joining(parts.filter { $0.collection == own.collection }, in: collection)
    }

    /// Lines of records that are one become one line, at the place of the first of them. Where one
    /// of them is damaged, each keeps its own.
    ///
    /// - Complexity: constant where no records are one; else it reads those that are.
    func collapsed(
        _ rows: [RecordRow], _ table: DeviceTable, _ db: Database
    ) throws -> [RecordRow] {
        guard !rows.isEmpty, try hasPairs(db) else { return rows }
        var seen: Set<RecordID> = []
        var lines: [RecordRow] = []
        for row in rows {
            guard let joined = try unlessDamaged({ try joinedRow(row, table, db) }) else {
                lines.append(row)
                continue
            }
            if seen.insert(joined.record).inserted { lines.append(joined) }
        }
        return lines
    }

    private func joinedRow(
        _ row: RecordRow, _ table: DeviceTable, _ db: Database
    ) throws -> RecordRow? {
        guard try joined(with: row.record, db).count > 1,
            let shown = try shownJoined(row.record, db)
        else { return nil }
        var values: [UnitID: Value] = [:]
        for unit in table.columns {
            guard let value = shown.state.value(unit.id, in: table.collection),
                value.isOf(unit.members[0].type)
            else { continue }
            values[unit.id] = value
        }
        return RecordRow(
            record: shown.record, collection: row.collection, area: row.area, home: row.home,
            position: row.position, isVoid: shown.state.isVoid(in: table.collection),
            conflicts: shown.state.conflicts(under: schema).count,
            hasOwn: !shown.laidOver.isEmpty, isCarried: !shown.carried.isEmpty, values: values)
    }

    // MARK: Records that may be one

    /// Returns the records here that a new one may be the same as, the most alike first.
    ///
    /// - Parameters:
    ///   - new: the states of the records about to be recorded; the first is asked about, the
    ///     others are those it is recognised by.
    /// - Complexity: reads every record of the collection and those it is recognised by.
    public func duplicates(
        of new: [RecordState]
    ) throws(StoreError) -> [LikenessIndex.Candidate] {
        guard let first = new.first, let rule = schema.collection(first.collection)?.duplicates
        else { return [] }
        return try read { db in
            var index = LikenessIndex(rule)
            for subject in try self.subjects(rule, first.collection, db)
            where subject.state.record != first.record { index.insert(subject) }
            return index.candidates(of: try self.subject(first, rule, known: new, db))
        }
    }

    /// Returns the records here that may be one, each pair once, the most alike first.
    public func duplicates() throws(StoreError) -> [LikelyPair] {
        try read { db in
            var pairs: [LikelyPair] = []
            for table in tables {
                guard let rule = table.collection.duplicates else { continue }
                var index = LikenessIndex(rule)
                var voided: Set<RecordID> = []
                for subject in try self.subjects(rule, table.collection.id, db) {
                    let isVoid = subject.state.isVoid(in: table.collection)
                    if isVoid { voided.insert(subject.state.record) }
                    for candidate in index.candidates(of: subject)
                    where !isVoid || !voided.contains(candidate.record) {
                        let ids = [candidate.record, subject.state.record].sorted()
                        pairs.append(
                            LikelyPair(
                                first: ids[0], second: ids[1], collection: table.collection.id,
                                likeness: candidate.likeness))
                    }
                    index.insert(subject)
                }
            }
            return pairs.sorted {
                ($1.likeness.score, $0.first, $0.second) < ($0.likeness.score, $1.first, $1.second)
            }
        }
    }

    /// Returns how two records here resemble each other; `nil` where nothing speaks for it.
    public func likeness(
        of first: RecordID, and second: RecordID
    ) throws(StoreError) -> Likeness? {
        try read { db in
            guard let left = try self.shown(first, db), let right = try self.shown(second, db),
                left.collection == right.collection,
                let rule = self.schema.collection(left.collection)?.duplicates
            else { return nil }
            return rule.likeness(
                try self.subject(left.state, rule, db), try self.subject(right.state, rule, db))
        }
    }

    private func subjects(
        _ rule: DuplicateRule, _ collection: CollectionID, _ db: Database
    ) throws -> [LikenessSubject] {
        guard let table = table(collection) else { return [] }
        var records: [RecordID] = []
        try db.each("SELECT id FROM \(table.name) ORDER BY id") {
            records.append(try $0.name(0))
        }
        return try records.compactMap { record in
            try unlessDamaged { try shown(record, db) }.map { try subject($0.state, rule, db) }
        }
    }

    private func subject(
        _ state: RecordState, _ rule: DuplicateRule, known: [RecordState] = [], _ db: Database
    ) throws -> LikenessSubject {
        var relatives: [RecordState] = []
        for relative in rule.relatives(state).prefix(DuplicateRule.maximumRelatives) {
            if let state = try known.first(where: { $0.record == relative })
                ?? unlessDamaged({ try shown(relative, db)?.state })
            {
                relatives.append(state)
            }
        }
        return LikenessSubject(state, relatives: relatives)
    }
}

/// Two records that may be one.
public struct LikelyPair: Hashable, Sendable {
    /// The smaller name.
    public let first: RecordID
    public let second: RecordID
    public let collection: CollectionID
    public let likeness: Likeness

    public init(
        first: RecordID, second: RecordID, collection: CollectionID, likeness: Likeness
    ) {
        (self.first, self.second) = (first, second)
        (self.collection, self.likeness) = (collection, likeness)
    }
}

extension ShownRecord {
    /// What is seen of several records as one; `self` is the one that was asked for.
    func joining(_ parts: [ShownRecord], in collection: CollectionDeclaration) -> ShownRecord {
        func all(_ numbers: KeyPath<ShownRecord, [ChangeSetNumber]>) -> [ChangeSetNumber] {
            Array(Set(parts.flatMap { $0[keyPath: numbers] })).sorted()
        }
        return ShownRecord(
            state: .joining(parts.map(\.state), in: collection), position: position, area: area,
            laidOver: all(\.laidOver), carried: Array(Set(parts.flatMap(\.carried))).sorted(),
            unsent: all(\.unsent), held: all(\.held),
            quarantined: all(\.quarantined), isStale: parts.contains { $0.isStale },
            applied_ms: applied_ms,
            parts: parts.map { Edit.Seen($0.state, at: $0.position) })
    }
}
