internal import SyncCore

/// What the fleet's states must amount to, worked out from the set of all writes: no order, no
/// merging.
///
/// Shares no code with the merge. A head is a setting that no other setting covers; an element is
/// in while an add of it is named by no removal; a total is the sum; a log has every entry.
struct Oracle {
    struct Setting {
        let name: ChangeSetName
        let value: Value
        let replaced: [ChangeSetName]
    }
    struct Key: Hashable {
        let record: RecordID
        let unit: UnitID
    }

    private(set) var changeSets: [ChangeSetName] = []
    private var settings: [Key: [Setting]] = [:]
    private var adds: [Key: [(Value, ChangeSetName)]] = [:]
    private var removed: [Key: [(Value, ChangeSetName)]] = [:]
    private var totals: [Key: Int64] = [:]
    private var entries: [Key: [Value]] = [:]
    private(set) var records: Set<RecordID> = []

    /// Takes down what one change set says.
    mutating func note(_ name: ChangeSetName, _ changes: [RecordChange]) {
        changeSets.append(name)
        for change in changes {
            records.insert(change.record)
            for write in change.writes {
                let key = Key(record: change.record, unit: write.unit)
                switch write.operation {
                case .set(let value, let names):
                    settings[key, default: []].append(
                        Setting(name: name, value: value, replaced: names))
                case .change(let adding, let removing):
                    for value in adding { adds[key, default: []].append((value, name)) }
                    for removal in removing {
                        for add in removal.adds {
                            removed[key, default: []].append((removal.element, add))
                        }
                    }
                case .increment(let delta): totals[key, default: 0] += delta
                case .append(let values): entries[key, default: []] += values
                }
            }
        }
    }

    /// What is wrong with a state; `nil` if it is what it must be.
    func complaint(about state: RecordState) -> String? {
        for unit in [
            Plot.title, Plot.count, Plot.due, Plot.tags, Plot.minutes, Plot.notes,
        ] {
            let key = Key(record: state.record, unit: unit)
            switch state[unit] {
            case nil:
                if settings[key] != nil || adds[key] != nil || totals[key] != nil
                    || entries[key] != nil
                {
                    return "unit \(unit.value) is missing"
                }
            case .register(let register)?:
                let found = register.heads.map { "\($0.origin.name) \($0.value)" }.sorted()
                let expected = heads(key).map { "\($0.name) \($0.value)" }.sorted()
                if found != expected {
                    return "unit \(unit.value) has heads \(found), and must have \(expected)"
                }
            case .elements(let set)?:
                let found = set.entries.map { "\($0.element)" }.sorted()
                let expected = elements(key)
                if found != expected {
                    return "unit \(unit.value) has elements \(found), and must have \(expected)"
                }
            case .total(let total)?:
                if total.amount != totals[key, default: 0] {
                    return "unit \(unit.value) counts \(total.amount), "
                        + "and must count \(totals[key, default: 0])"
                }
            case .log(let log)?:
                let found = log.entries.map { "\($0.value)" }.sorted()
                let expected = entries[key, default: []].map { "\($0)" }.sorted()
                if found != expected {
                    return "unit \(unit.value) has \(found.count) entries, "
                        + "and must have \(expected.count)"
                }
            }
        }
        return nil
    }

    private func heads(_ key: Key) -> [Setting] {
        let all = settings[key, default: []]
        return all.filter { one in
            !all.contains { other in
                other.replaced.contains(one.name)
                    || (!one.name.replica.isHub && other.name.replica == one.name.replica
                        && other.name.number > one.name.number)
            }
        }
    }

    private func elements(_ key: Key) -> [String] {
        let gone = removed[key, default: []]
        var present: Set<String> = []
        for (value, name) in adds[key, default: []]
        where !gone.contains(where: { $0.0 == value && $0.1 == name }) {
            present.insert("\(value)")
        }
        return present.sorted()
    }
}
