internal import GRDB
public import SyncCore
internal import SyncProtocol

extension DeviceStore {
    /// Returns the change set that takes back what an own change set did, as far as that can be
    /// done honestly.
    ///
    /// Nothing is erased, sent or not: what is returned is recorded like any other intent. It is
    /// all or nothing: one unit that can't go back refuses the whole, with the reason.
    ///
    /// | written | taken back by |
    /// |---|---|
    /// | creation | voiding the record |
    /// | set | the value of the head it replaced; *stated to be empty* where it replaced none |
    /// | elements | removing own adds, adding again what was removed |
    /// | increment | the opposite increment, where it counts |
    /// | entries, immutable units | nothing; a correction says what is wrong |
    public func undoDraft(
        of number: ChangeSetNumber
    ) throws(UndoRefusal) -> ChangeSetDraft {
        let result: Result<ChangeSetDraft, UndoRefusal>
        do {
            result = try read { db in
                // A refusal goes around the transaction, which knows the store's own errors only.
                do {
                    return .success(try self.undoDraft(of: number, db))
                } catch let refusal as UndoRefusal {
                    return .failure(refusal)
                }
            }
        } catch {
            throw .store(error)
        }
        return try result.get()
    }

    private func undoDraft(of number: ChangeSetNumber, _ db: Database) throws -> ChangeSetDraft {
        let set = try changeSet(number, db).changeSet
        var changes: [RecordChange] = []
        for change in set.changes {
            if let undone = try undo(change, of: set.name, db) { changes.append(undone) }
        }
        guard !changes.isEmpty else { throw UndoRefusal.nothingLeft }
        return ChangeSetDraft(intent: "undo", changes: changes)
    }

    private func undo(
        _ change: RecordChange, of name: ChangeSetName, _ db: Database
    ) throws -> RecordChange? {
        guard let table = table(change.collection), let shown = try shown(change.record, db) else {
            throw try absence(of: change.record, db)
        }
        var edit = Edit(
            of: shown.state, at: shown.position, by: name.replica, as: table.collection)
        do {
            if change.creates {
                if case .text? = shown.state.value(.void, in: table.collection) { return nil }
                try edit.void(because: "undo of \(name.number)")
                return edit.recordChange
            }
            for write in change.writes {
                guard let unit = table.collection.unit(write.unit) else {
                    throw UndoRefusal.unknownValue(change.record, write.unit)
                }
                try undo(write, unit, of: name, shown.state, table, &edit, db)
            }
        } catch let refusal as EditRefusal {
            throw UndoRefusal.refused(change.record, refusal)
        }
        return edit.recordChange
    }

    private func undo(
        _ write: Write, _ unit: UnitDeclaration, of name: ChangeSetName, _ shown: RecordState,
        _ table: DeviceTable, _ edit: inout Edit, _ db: Database
    ) throws {
        let record = shown.record
        switch (write.operation, shown[unit.id]) {
        case (.append, _): throw UndoRefusal.appended(record, unit.id)
        case (.increment(let delta), let total):
            // What counts nowhere, for the office discarded it or it was lost, is back already.
            guard case .total(let total)? = total,
                total.parts.contains(where: {
                    $0.replica == name.replica && $0.counted.contains(name.number)
                })
            else { return }
            try edit.increment(unit.id, by: 0 - delta)
        case (.change(let adding, let removing), .elements(let elements)?):
            // Only elements that nobody else has added, too: theirs stay.
            let mine = adding.filter { element in
                elements.entries.contains {
                    $0.element == element && $0.adds.allSatisfy { $0.name == name }
                }
            }
            let gone = removing.map(\.element).filter { element in
                !elements.entries.contains { $0.element.agrees(with: element) }
            }
            if !mine.isEmpty || !gone.isEmpty {
                try edit.change(unit.id, adding: gone, removing: mine)
            }
        case (.set(_, let replaced), .register(let register)?):
            if unit.policy == .immutable { throw UndoRefusal.immutable(record, unit.id) }
            guard register.heads.contains(where: { $0.origin.name == name }) else {
                throw UndoRefusal.movedOn(record, unit.id)
            }
            var values: [Value] = []
            for head in replaced {
                let value = try self.value(of: head, in: unit.id, of: record, table, db)
                if !values.contains(where: { $0.agrees(with: value) }) { values.append(value) }
            }
            guard values.count <= 1 else { throw UndoRefusal.severalValues(record, unit.id) }
            try edit.set(unit.id, to: values.first ?? .absent)
        default: throw UndoRefusal.movedOn(record, unit.id)
        }
    }

    /// What a write set a unit to: from the change set itself if it is here, else from the states
    /// that were here.
    private func value(
        of name: ChangeSetName, in unit: UnitID, of record: RecordID, _ table: DeviceTable,
        _ db: Database
    ) throws -> Value {
        let written = try pendingChanges(of: record, db).first { $0.origin.name == name }
        for write in written?.change.writes ?? [] where write.unit == unit {
            if case .set(let value, _) = write.operation { return value }
        }
        for state in try statesHere(record, table, db).reversed() {
            guard case .register(let register)? = state[unit] else { continue }
            let heads = register.heads + (register.base.map { [$0] } ?? [])
            if let head = heads.first(where: { $0.origin.name == name }) { return head.value }
        }
        throw UndoRefusal.unknownValue(record, unit)
    }
}
