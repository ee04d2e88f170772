public import SyncCore

/// What a record's state must be, worked out from the definitions in `docs/architecture.md` and
/// from the *set* of merged change sets alone: no order, nothing remembered, no code of the merge.
///
/// * heads: the settings that no other setting in the set covers;
/// * early: the names replaced by settings in the set whose own change sets are not in it;
/// * elements: the adds that no removal in the set names;
/// * total: each increment once; log: every entry, sorted.
public struct MergeModel {
    private struct Setting {
        let entry: Int
        let head: Head
        /// The entries whose settings of this unit cover this one.
        var coveredBy = EntrySet()
        /// What it replaces, and where that is in the history, if it is.
        let names: [(name: ChangeSetName, entry: Int?)]
    }

    private struct Add {
        let entry: Int
        let element: Value
        let origin: Origin
        var removedBy = EntrySet()
    }

    private struct Removal {
        let entry: Int
        let removal: Elements.EarlyRemoval
        let removed: Int?
    }

    private struct Increment {
        let entry: Int
        let name: ChangeSetName
        let delta: Int64
    }

    /// All writes of one unit, sorted as their state is.
    private struct Unit {
        let id: UnitID
        let kind: UnitKind
        var writers = EntrySet()
        var settings: [Setting] = []
        var adds: [Add] = []
        var removals: [Removal] = []
        var increments: [Increment] = []
        var appended: [(entry: Int, line: Log.Entry)] = []
    }

    private var units: [Unit] = []
    /// The entries that claim to have created the record, by name.
    private let creators: [(entry: Int, origin: Origin)]

    public init(_ history: History) {
        creators = history.entries.enumerated()
            .filter { $0.element.change.creates }
            .map { ($0.offset, $0.element.origin) }
            .sorted { $0.1.name < $1.1.name }
        let ids = Set(history.entries.flatMap { $0.change.writes.map(\.unit) }).sorted()
        for id in ids {
            let writes = history.entries.enumerated().flatMap { place, entry in
                entry.change.writes.filter { $0.unit == id }
                    .map { (place, entry.origin, $0.operation) }
            }
            var unit = Unit(id: id, kind: writes[0].2.kind)
            for (place, origin, operation) in writes {
                unit.writers.insert(place)
                Self.add(operation, at: place, by: origin, to: &unit, of: history)
            }
            Self.relate(&unit)
            units.append(unit)
        }
    }

    private static func add(
        _ operation: Write.Operation, at place: Int, by origin: Origin, to unit: inout Unit,
        of history: History
    ) {
        switch operation {
        case .set(let value, let names):
            unit.settings.append(
                Setting(
                    entry: place, head: Head(origin: origin, value: value),
                    names: names.filter { isPast($0, for: origin.name) }
                        .map { ($0, history.place(of: $0)) }))
        case .change(let adding, let removing):
            for element in Set(adding) {
                unit.adds.append(Add(entry: place, element: element, origin: origin))
            }
            for removal in removing {
                for add in removal.adds where isPast(add, for: origin.name) {
                    unit.removals.append(
                        Removal(
                            entry: place,
                            removal: Elements.EarlyRemoval(element: removal.element, add: add),
                            removed: history.place(of: add)))
                }
            }
        case .increment(let delta):
            unit.increments.append(Increment(entry: place, name: origin.name, delta: delta))
        case .append(let values):
            for (index, value) in values.enumerated() {
                unit.appended.append(
                    (place, Log.Entry(origin: origin, index: index, value: value)))
            }
        }
    }

    /// Whether the writer can have seen it: what a replica names of its own must be earlier.
    private static func isPast(_ name: ChangeSetName, for writer: ChangeSetName) -> Bool {
        name.replica != writer.replica || name.number.value < writer.number.value
    }

    /// Works out who covers and removes whom, and sorts.
    private static func relate(_ unit: inout Unit) {
        for covered in unit.settings.indices {
            for coverer in unit.settings {
                let mine = unit.settings[covered].head.origin.name
                let other = coverer.head.origin.name
                let isNamed = coverer.names.contains { $0.name == mine }
                let isEarlierOfTheDevice =
                    other.replica == mine.replica && other.replica.high >> 63 == 0
                    && other.number.value > mine.number.value
                if isNamed || isEarlierOfTheDevice {
                    unit.settings[covered].coveredBy.insert(coverer.entry)
                }
            }
        }
        unit.settings.sort { $0.head.origin.name < $1.head.origin.name }
        for place in unit.adds.indices {
            for removal in unit.removals
            where removal.removed == unit.adds[place].entry
                && removal.removal.element == unit.adds[place].element
            {
                unit.adds[place].removedBy.insert(removal.entry)
            }
        }
        unit.adds.sort { ($0.element, $0.origin.name) < ($1.element, $1.origin.name) }
        unit.removals.sort { $0.removal < $1.removal }
        unit.increments.sort { $0.name < $1.name }
        unit.appended.sort {
            ($0.line.origin.time, $0.line.origin.name, $0.line.index)
                < ($1.line.origin.time, $1.line.origin.name, $1.line.index)
        }
    }

    /// What the record's state must be once `merged` has been merged, in whatever order.
    public func state(after merged: EntrySet) -> RecordState {
        RecordState(
            record: History.record, collection: History.collection,
            created: creators.first { merged.contains($0.entry) }?.origin,
            units: units.filter { $0.writers.intersects(merged) }.map {
                RecordState.Unit(id: $0.id, state: Self.state(of: $0, after: merged))
            })!
    }

    /// The names of the settings of `unit` that nothing in `merged` covers.
    public func heads(of unit: UnitID, after merged: EntrySet) -> [ChangeSetName] {
        units.filter { $0.id == unit }.flatMap(\.settings)
            .filter { merged.contains($0.entry) && !$0.coveredBy.intersects(merged) }
            .map(\.head.origin.name)
    }

    private static func state(of unit: Unit, after merged: EntrySet) -> UnitState {
        switch unit.kind {
        case .register: .register(register(of: unit, after: merged))
        case .elements: .elements(elements(of: unit, after: merged))
        case .total: .total(total(of: unit, after: merged))
        case .log:
            .log(Log(entries: unit.appended.filter { merged.contains($0.entry) }.map(\.line))!)
        }
    }

    private static func register(of unit: Unit, after merged: EntrySet) -> Register {
        var heads: [Head] = []
        var early: Set<ChangeSetName> = []
        for setting in unit.settings where merged.contains(setting.entry) {
            if !setting.coveredBy.intersects(merged) { heads.append(setting.head) }
            for (name, entry) in setting.names {
                if let entry, merged.contains(entry) { continue }
                early.insert(name)
            }
        }
        return Register(heads: heads, early: early.isEmpty ? [] : early.sorted(), base: nil)!
    }

    private static func elements(of unit: Unit, after merged: EntrySet) -> Elements {
        var entries: [Elements.Entry] = []
        for add in unit.adds
        where merged.contains(add.entry) && !add.removedBy.intersects(merged) {
            if entries.last?.element == add.element {
                entries[entries.count - 1].adds.append(add.origin)
            } else {
                entries.append(Elements.Entry(element: add.element, adds: [add.origin]))
            }
        }
        var early: [Elements.EarlyRemoval] = []
        for removal in unit.removals where merged.contains(removal.entry) {
            if let removed = removal.removed, merged.contains(removed) { continue }
            if early.last != removal.removal { early.append(removal.removal) }
        }
        return Elements(entries: entries, early: early)!
    }

    private static func total(of unit: Unit, after merged: EntrySet) -> Total {
        var parts: [Total.Part] = []
        for increment in unit.increments where merged.contains(increment.entry) {
            let number = increment.name.number.value
            var ranges: [ClosedRange<UInt64>] = []
            var amount = increment.delta
            if let last = parts.last, last.replica == increment.name.replica {
                ranges = last.counted.ranges
                amount += last.amount
                parts.removeLast()
            }
            if let last = ranges.last, last.upperBound + 1 == number {
                ranges[ranges.count - 1] = last.lowerBound...number
            } else {
                ranges.append(number...number)
            }
            parts.append(
                Total.Part(
                    replica: increment.name.replica, amount: amount,
                    counted: NumberSet(ranges: ranges)!))
        }
        return Total(parts: parts)!
    }
}
