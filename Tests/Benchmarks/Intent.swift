import SyncCore

/// What one change set of the workload does: a visit with its updates, or a single operation.
struct Intent: Sendable {
    struct Change: Sendable {
        let collection: CollectionDeclaration
        var creates: Bool
        var values: [UnitID: Value]
    }
    let wall_ms: Int64
    /// How many operations of the workload are in it.
    let operations: Int
    let changes: [RecordID: Change]

    /// Folds operations into one: each record once, each of its units once, the last value wins.
    init(_ operations: [Operation]) {
        wall_ms = operations[operations.count - 1].wall_ms
        self.operations = operations.count
        var changes: [RecordID: Change] = [:]
        for operation in operations {
            var change =
                changes[operation.record]
                ?? Change(collection: operation.collection, creates: false, values: [:])
            if operation.isInsert { change.creates = true }
            for (unit, value) in operation.values { change.values[unit] = value }
            changes[operation.record] = change
        }
        self.changes = changes
    }

    /// One per visit: its insert, and the updates up to the next one.
    static func visits(_ operations: [Operation]) -> [Intent] {
        var groups: [[Operation]] = []
        for operation in operations {
            if operation.isInsert || groups.isEmpty { groups.append([]) }
            groups[groups.count - 1].append(operation)
        }
        return groups.map { Intent($0) }
    }

    /// One per operation.
    static func single(_ operations: [Operation]) -> [Intent] { operations.map { Intent([$0]) } }

    /// One per household of the base, with its persons.
    static func households(_ base: [Operation]) -> [Intent] {
        var groups: [[Operation]] = []
        for operation in base {
            if operation.collection.id == VisitDay.household { groups.append([]) }
            groups[groups.count - 1].append(operation)
        }
        return groups.map { Intent($0) }
    }

    /// The writes, with the names that `replaced` gives for a unit.
    func recordChanges(
        _ replaced: (RecordID, UnitID) -> [ChangeSetName]
    ) -> [RecordChange] {
        changes.sorted { $0.key < $1.key }.map { record, change in
            RecordChange(
                record: record, collection: change.collection.id, creates: change.creates,
                writes: change.values.sorted { $0.key < $1.key }.map { unit, value in
                    Write(
                        unit: unit,
                        operation: .set(
                            value, replacing: change.creates ? [] : replaced(record, unit)))
                }, shown: nil)!
        }
    }
}
