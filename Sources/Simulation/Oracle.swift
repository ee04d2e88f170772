internal import SyncCore
internal import SyncProtocol

/// What the fleet's states must amount to, worked out from the set of all writes: no order, no
/// merging.
///
/// Shares no code with the merge. A head is a setting that no other setting covers; an element is
/// in while an add of it is named by no removal; a total is the sum; a log has every entry.
struct Oracle {
    /// What somebody recorded.
    struct Entry {
        let hash: ContentHash
        let changes: [RecordChange]
        /// The world's time of it, and the run of the machine in which it was.
        let made_ms: Int64
        let boot: UInt64
        /// Whether it was saved from a draft, so that it may name what had long been replaced.
        let isFromDraft: Bool
        /// In whose name it is, and what for.
        let author: PersonID
        let intent: Text
    }
    /// Under which name an entry counts, and what the hub said of it.
    struct Standing {
        let name: ChangeSetName
        var position: LogPosition?
        var time: CorrectedTime?
        /// How the hub calls what lies on its author's branch of a copied device.
        var branch: Branch?
    }
    struct Branch {
        let trunk: ReplicaID
        /// It and those that it parted from, the last one first.
        let parts: [(id: ReplicaID, first: UInt64)]

        func name(_ name: ChangeSetName) -> ChangeSetName {
            let part = parts.first { name.number.value >= $0.first }
            guard name.replica == trunk, let part else { return name }
            return ChangeSetName(part.id, name.number)
        }
    }
    private struct Key: Hashable {
        let record: RecordID
        let unit: UnitID
    }

    private(set) var entries: [Entry] = []
    private(set) var places: [ContentHash: Int] = [:]
    private var writes: [Key: Written] = [:]
    private var units: [RecordID: [UnitID]] = [:]
    private var creators: [RecordID: Int] = [:]

    /// Takes down what one change set says; once, however often it is told.
    mutating func note(_ entry: Entry) {
        guard places[entry.hash] == nil else { return }
        places[entry.hash] = entries.count
        for change in entry.changes {
            if change.creates { creators[change.record] = entries.count }
            for write in change.writes {
                let key = Key(record: change.record, unit: write.unit)
                if writes[key] == nil { units[change.record, default: []].append(write.unit) }
                writes[key, default: []].append((entries.count, write.operation))
            }
        }
        entries.append(entry)
    }

    /// The records whose creation counts.
    func records(_ standing: [Int: Standing]) -> [RecordID] {
        creators.filter { standing[$0.value] != nil }.keys.sorted()
    }

    /// What is wrong with a state, if exactly the entries in `standing` count; `nil` if it is what
    /// it must be.
    func complaint(about state: RecordState, _ standing: [Int: Standing]) -> String? {
        for unit in units[state.record, default: []] {
            let all = writes(state.record, unit, standing)
            if all.isEmpty {
                if state[unit] != nil { return "unit \(unit.value) was written by nobody" }
                continue
            }
            guard let found = state[unit] else { return "unit \(unit.value) is missing" }
            let settings = settings(all, standing)
            let (is_, must): ([String], [String]) =
                switch found {
                case .register(let register):
                    (
                        register.heads.map { "\($0.origin.name) \($0.value)" }.sorted(),
                        Self.heads(settings).map { "\($0.name) \($0.value)" }.sorted()
                    )
                case .elements(let set):
                    (
                        set.entries.flatMap { entry in
                            entry.adds.map { Self.line($0.name, entry.element) }
                        }.sorted(), Self.elements(all, standing)
                    )
                case .total(let total): (["\(total.amount)"], ["\(Self.total(all))"])
                case .log(let log):
                    (
                        log.entries.map { Self.line($0.origin.name, $0.value) }.sorted(),
                        Self.log(all, standing)
                    )
                }
            // By bytes: as strings, two forms of one letter are equal.
            if !is_.elementsEqual(must, by: { $0.utf8.elementsEqual($1.utf8) }) {
                return "unit \(unit.value) has \(is_), and must have \(must)"
            }
        }
        for unit in state.units where !units[state.record, default: []].contains(unit.id) {
            return "unit \(unit.id.value) was written by nobody"
        }
        return nil
    }

    func collection(of record: RecordID) -> CollectionID? {
        creators[record].flatMap { place in
            entries[place].changes.first { $0.record == record }?.collection
        }
    }

    // MARK: One unit

    typealias Written = [(entry: Int, operation: Write.Operation)]

    /// The writes of a unit that count.
    func writes(_ record: RecordID, _ unit: UnitID, _ standing: [Int: Standing]) -> Written {
        writes[Key(record: record, unit: unit), default: []].filter { standing[$0.entry] != nil }
    }

    func settings(
        _ record: RecordID, _ unit: UnitID, _ standing: [Int: Standing]
    ) -> [Setting] {
        settings(writes(record, unit, standing), standing)
    }

    struct Setting {
        let name: ChangeSetName
        let author: PersonID
        let value: Value
        let replaced: [ChangeSetName]
        let position: UInt64
        let time: UInt64
        /// A place in `entries`.
        let entry: Int

        func covers(_ other: Setting) -> Bool {
            (replaced.contains(other.name) && other.name != name)
                || (!other.name.replica.isHub && other.name.replica == name.replica
                    && name.number > other.name.number)
        }
    }

    private func settings(
        _ all: Written, _ standing: [Int: Standing]
    ) -> [Setting] {
        all.compactMap { entry, operation in
            guard case .set(let value, let names) = operation else { return nil }
            let it = standing[entry]!
            return Setting(
                name: it.name, author: entries[entry].author, value: value,
                replaced: names.map { it.branch?.name($0) ?? $0 },
                position: it.position?.value ?? .max, time: it.time?.milliseconds ?? .max,
                entry: entry)
        }
    }

    /// Rising by name.
    static func heads(_ all: [Setting]) -> [Setting] {
        all.filter { one in !all.contains { $0.covers(one) } }.sorted { $0.name < $1.name }
    }

    /// The last of those that every head names, through any number of steps.
    static func base(of heads: [Setting], _ all: [Setting]) -> Setting? {
        var common: Set<ChangeSetName>?
        for head in heads {
            var found: Set<ChangeSetName> = []
            var next = head.replaced
            while let name = next.popLast() {
                guard found.insert(name).inserted else { continue }
                next += all.first { $0.name == name }?.replaced ?? []
            }
            common = common?.intersection(found) ?? found
        }
        return all.filter { common?.contains($0.name) ?? false }
            .max { $0.position < $1.position }
    }

    private static func elements(_ all: Written, _ standing: [Int: Standing]) -> [String] {
        present(all, standing).map { line($0.name, $0.value) }.sorted()
    }

    /// Every add that no removal names.
    static func present(
        _ all: Written, _ standing: [Int: Standing]
    ) -> [(name: ChangeSetName, value: Value)] {
        var present: [(name: ChangeSetName, value: Value)] = []
        for (entry, operation) in all {
            guard case .change(let adding, _) = operation else { continue }
            let name = standing[entry]!.name
            for value in adding {
                let isGone = all.contains { other in
                    guard case .change(_, let removing) = other.operation else { return false }
                    let branch = standing[other.entry]!.branch
                    return removing.contains { removal in
                        removal.element == value
                            && removal.adds.contains { (branch?.name($0) ?? $0) == name }
                    }
                }
                if !isGone { present.append((name, value)) }
            }
        }
        return present
    }

    /// The records that people said are one, each in one group, rising; of more than one.
    func groups(_ records: [RecordID], _ standing: [Int: Standing]) -> [[RecordID]] {
        var pairs: [RecordID: Set<RecordID>] = [:]
        let known = Set(records)
        for record in records {
            for (_, value) in Self.present(writes(record, .aliases, standing), standing) {
                guard case .reference(let other) = value, known.contains(other) else { continue }
                pairs[record, default: []].insert(other)
                pairs[other, default: []].insert(record)
            }
        }
        var seen: Set<RecordID> = []
        return records.filter { pairs[$0] != nil }.compactMap { record in
            guard seen.insert(record).inserted else { return nil }
            var group = [record]
            var next = [record]
            while let record = next.popLast() {
                for other in pairs[record, default: []] where seen.insert(other).inserted {
                    group.append(other)
                    next.append(other)
                }
            }
            return group.sorted()
        }
    }

    private static func line(_ name: ChangeSetName, _ value: Value) -> String { "\(name) \(value)" }

    static func total(_ all: Written) -> Int64 {
        all.reduce(0) { sum, write in
            if case .increment(let delta) = write.operation { sum + delta } else { sum }
        }
    }

    private static func log(_ all: Written, _ standing: [Int: Standing]) -> [String] {
        all.flatMap { entry, operation -> [String] in
            guard case .append(let values) = operation else { return [] }
            return values.map { line(standing[entry]!.name, $0) }
        }.sorted()
    }

    /// Whether two values read the same, by the standard library's canonical equivalence and joined
    /// white space.
    static func reads(_ left: Value, as right: Value) -> Bool {
        switch (left, right) {
        case (.text(let left), .text(let right)):
            let words = [left, right].map {
                $0.string.unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
                    .map { String(String.UnicodeScalarView($0)) }
            }
            return words[0] == words[1]
        case (.group(let left), .group(let right)):
            return left.count == right.count
                && zip(left, right).allSatisfy { reads($0, as: $1) }
        default: return left == right
        }
    }
}
