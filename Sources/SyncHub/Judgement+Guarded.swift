internal import SyncCore
internal import SyncStore

// Units that two persons change: what a device replaces there is stated again beside what it wrote,
// so that both are sides of a conflict that two persons settle.

extension Judgement {
    /// What a device took the place of.
    struct Replaced {
        let name: ChangeSetName
        let author: PersonID
        let value: Value
        let shown: LogPosition?
    }

    static func guardedUnits(of schema: Schema) -> [CollectionID: Set<UnitID>] {
        var guarded: [CollectionID: Set<UnitID>] = [:]
        for collection in schema.collections {
            for unit in collection.units
            where unit.stakes >= .twoPersons && unit.policy.kind == .register {
                guarded[collection.id, default: []].insert(unit.id)
            }
        }
        return guarded
    }

    /// The registers that a device's change writes and that two persons change, as they are before
    /// it is merged.
    ///
    /// - Complexity: one look into a set for most changes: this is asked of every one.
    func guardedRegisters(
        _ change: RecordChange, by set: ChangeSet, in state: RecordState
    ) -> [UnitID: Register] {
        guard let units = guarded[change.collection], !set.name.replica.isHub else { return [:] }
        var registers: [UnitID: Register] = [:]
        for write in change.writes where units.contains(write.unit) {
            guard case .register(let register)? = state[write.unit] else { continue }
            registers[write.unit] = register
        }
        return registers
    }

    /// Keeps in mind what a change set took the place of in registers that two persons change.
    /// Returns whether anything there says something else now.
    ///
    /// Nobody asks of a slip that its own author corrects, nor of what is entered where there was
    /// nothing; but what the office wrote is never anybody's own.
    func keep(
        _ before: [UnitID: Register], from set: ChangeSet, in state: RecordState
    ) -> Bool {
        var isDisputed = false
        for (unit, old) in before.sorted(by: { $0.key < $1.key }) {
            guard case .register(let register)? = state[unit] else { continue }
            let now = register.heads
            var gone = old.heads.filter { head in
                !now.contains { $0.origin.name == head.origin.name }
                    && (head.origin.name.replica.isHub
                        || head.origin.author != set.author && head.value != .absent)
            }.map {
                Replaced(
                    name: $0.origin.name, author: $0.origin.author, value: $0.value,
                    shown: $0.origin.shown)
            }
            // It was changed before it arrived, by somebody it had been carried to.
            if old.early.contains(set.name), now.contains(where: { $0.origin.author != set.author })
            {
                gone += Self.setting(of: unit, in: state.record, by: set)
            }
            let place = OpenConflict.Place(
                record: state.record, collection: state.collection, unit: unit)
            for one in gone {
                replaced[place, default: []].append(one)
                if !now.contains(where: { $0.value.agrees(with: one.value) }) { isDisputed = true }
            }
        }
        return isDisputed
    }

    private static func setting(
        of unit: UnitID, in record: RecordID, by set: ChangeSet
    ) -> [Replaced] {
        set.changes.filter { $0.record == record }.flatMap { change in
            change.writes.filter { $0.unit == unit }.compactMap { write in
                guard case .set(let value, _) = write.operation, value != .absent else {
                    return nil
                }
                return Replaced(
                    name: set.name, author: set.author, value: value, shown: change.shown)
            }
        }
    }

    /// States again what devices replaced, in its author's name and naming it alone, as undo does:
    /// it and what replaced it stand side by side. Also where somebody else says the same now: they
    /// may correct themselves, and only themselves.
    func stateReplacedAgain(_ tx: borrowing HubTransaction) throws {
        let all = replaced.sorted {
            ($0.key.record, $0.key.unit) < ($1.key.record, $1.key.unit)
        }
        replaced = [:]
        for (place, gone) in all {
            var rest = gone
            while let one = rest.first {
                let same = rest.filter { $0.value.agrees(with: one.value) }
                rest.removeAll { $0.value.agrees(with: one.value) }
                var pending = PendingWrites()
                pending.set(place, one.value, naming: same.map(\.name))
                try write(
                    try pending.changes(self, shown: [place.record: one.shown], tx),
                    intent: "restatement", author: one.author, reason: nil, tx)
            }
        }
    }
}
