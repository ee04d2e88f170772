internal import SyncCore
internal import SyncProtocol
internal import SyncStore

/// What a decision writes, record by record.
struct PendingWrites {
    private var records: [RecordID: (collection: CollectionID, creates: Bool, writes: [Write])] =
        [:]

    var isEmpty: Bool { records.isEmpty }

    mutating func set(_ place: OpenConflict.Place, _ value: Value, replacing origins: [Origin]) {
        set(place, value, naming: origins.map(\.name))
    }

    mutating func set(_ place: OpenConflict.Place, _ value: Value, naming names: [ChangeSetName]) {
        add(
            Write(unit: place.unit, operation: .set(value, replacing: Set(names).sorted())),
            at: place)
    }

    /// Sets a unit in every record that has a part in it. Work done unaware of a voiding is a side
    /// of it, but no head of the unit; so what is replaced are the heads.
    mutating func set(
        _ places: [OpenConflict.Place], _ value: Value, _ judgement: Judgement,
        _ tx: borrowing HubTransaction
    ) throws {
        for place in places {
            set(place, value, replacing: try judgement.heads(place, tx).map(\.origin))
        }
    }

    /// Whether another sets or counts what this sets or counts otherwise: both can't be one change
    /// set.
    func contradicts(_ other: PendingWrites) -> Bool {
        records.contains { record, entry in
            guard let theirs = other.records[record] else { return false }
            return entry.creates || theirs.creates
                || entry.writes.contains { write in
                    switch write.operation {
                    case .append, .change: false
                    case .set, .increment:
                        theirs.writes.contains { $0.unit == write.unit && $0 != write }
                    }
                }
        }
    }

    /// Adds what another writes, which must not contradict this.
    mutating func add(_ other: PendingWrites) {
        for (record, entry) in other.records {
            for write in entry.writes {
                let place = OpenConflict.Place(
                    record: record, collection: entry.collection, unit: write.unit)
                let old = records[record]?.writes.first { $0.unit == write.unit }?.operation
                switch (write.operation, old) {
                case (.append(let values), .append(let before)?):
                    add(Write(unit: write.unit, operation: .append(before + values)), at: place)
                case (.change(let adding, let removing), .change(let added, let removed)?):
                    let change = Write.Operation.change(
                        adding: added + adding.filter { !added.contains($0) },
                        removing: removed + removing.filter { !removed.contains($0) })
                    add(Write(unit: write.unit, operation: change), at: place)
                default: add(write, at: place)
                }
            }
            if entry.creates { records[record]?.creates = true }
        }
    }

    /// How many records are written.
    var count: Int { records.count }

    /// Changes a set; nothing where there is nothing to add or to take out.
    mutating func change(
        _ place: OpenConflict.Place, adding: [Value] = [], removing: [Write.Removal] = []
    ) {
        guard !adding.isEmpty || !removing.isEmpty else { return }
        add(
            Write(unit: place.unit, operation: .change(adding: adding, removing: removing)),
            at: place)
    }

    mutating func increment(_ place: OpenConflict.Place, by delta: Int64) {
        add(Write(unit: place.unit, operation: .increment(delta)), at: place)
    }

    /// Adds to the record's discussion.
    mutating func say(_ remark: Remark, at place: OpenConflict.Place) {
        var values = [remark.value]
        if let old = records[place.record]?.writes.first(where: { $0.unit == .discussion }),
            case .append(let before) = old.operation
        {
            values = before + values
        }
        add(
            Write(unit: .discussion, operation: .append(values)),
            at: OpenConflict.Place(
                record: place.record, collection: place.collection, unit: .discussion))
    }

    mutating func create(_ record: RecordID, _ collection: CollectionID, _ writes: [Write]) {
        records[record] = (collection, true, writes)
    }

    private mutating func add(_ write: Write, at place: OpenConflict.Place) {
        var entry = records[place.record] ?? (place.collection, false, [])
        entry.writes.removeAll { $0.unit == write.unit }
        entry.writes.append(write)
        entry.writes.sort { $0.unit < $1.unit }
        records[place.record] = entry
    }

    /// The changes, each on the state that was on the page, or as `shown` says.
    func changes(
        _ judgement: Judgement, shown: [RecordID: LogPosition?] = [:],
        _ tx: borrowing HubTransaction
    ) throws -> [RecordChange] {
        try records.sorted { $0.key < $1.key }.map { record, entry in
            RecordChange(
                record: record, collection: entry.collection, creates: entry.creates,
                writes: entry.writes,
                shown: try shown[record] ?? judgement.position(of: record, entry.collection, tx))!
        }
    }
}
