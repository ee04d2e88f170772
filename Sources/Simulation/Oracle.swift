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
    }
    /// Under which name an entry counts, and what the hub said of it.
    struct Standing {
        let name: ChangeSetName
        var position: LogPosition?
        var time: CorrectedTime?
    }
    private struct Key: Hashable {
        let record: RecordID
        let unit: UnitID
    }

    private(set) var entries: [Entry] = []
    private(set) var places: [ContentHash: Int] = [:]
    private var writes: [Key: [(entry: Int, operation: Write.Operation)]] = [:]
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
            let all = writes[Key(record: state.record, unit: unit)]!
                .filter { standing[$0.entry] != nil }
            if all.isEmpty {
                if state[unit] != nil { return "unit \(unit.value) was written by nobody" }
                continue
            }
            guard let found = state[unit] else { return "unit \(unit.value) is missing" }
            let settings = Self.settings(all, standing)
            let (is_, must): ([String], [String]) =
                switch found {
                case .register(let register):
                    (
                        register.heads.map { "\($0.origin.name) \($0.value)" }.sorted(),
                        Self.heads(settings).map { "\($0.name) \($0.value)" }.sorted()
                    )
                case .elements(let set):
                    (set.entries.map { "\($0.element)" }.sorted(), Self.elements(all, standing))
                case .total(let total): (["\(total.amount)"], ["\(Self.total(all))"])
                case .log(let log): (log.entries.map { "\($0.value)" }.sorted(), Self.log(all))
                }
            if is_ != must {
                return "unit \(unit.value) has \(is_), and must have \(must)"
            }
        }
        for unit in state.units where !units[state.record, default: []].contains(unit.id) {
            return "unit \(unit.id.value) was written by nobody"
        }
        return nil
    }

    /// What is wrong with what is seen of a state, once the hub has said when everything was.
    func complaint(
        aboutOutcomeOf state: RecordState, _ standing: [Int: Standing], _ schema: Schema
    ) -> String? {
        for unit in units[state.record, default: []] {
            guard let declaration = schema.unit(unit, of: state.collection),
                case .register? = state[unit],
                let outcome = state[unit]?.outcome(under: declaration)
            else { continue }
            let all = writes[Key(record: state.record, unit: unit)]!
                .filter { standing[$0.entry] != nil }
            let settings = Self.settings(all, standing)
            let heads = Self.heads(settings)
            guard let first = heads.first else { continue }
            let agree = heads.allSatisfy { Self.reads($0.value, as: first.value) }
            if agree {
                guard case .settled(let value, _, _) = outcome, Self.reads(value, as: first.value)
                else { return "unit \(unit.value) is settled, and shows \(outcome)" }
                continue
            }
            let expected: Value?
            switch declaration.policy {
            case .latest: expected = heads.max { ($0.time, $0.name) < ($1.time, $1.name) }?.value
            case .maximum: expected = heads.map(\.value).max()
            case .minimum:
                let stated = heads.map(\.value).filter { $0 != .absent }
                expected = stated.min() ?? .absent
            case .review(let shown):
                guard case .disputed(let dispute) = outcome else {
                    return "unit \(unit.value) is disputed, and shows \(outcome)"
                }
                let base = Self.base(of: heads, settings)
                if dispute.base?.origin.name != base?.name {
                    return "unit \(unit.value) has the base "
                        + "\(String(describing: dispute.base?.origin.name)), and must have "
                        + "\(String(describing: base?.name))"
                }
                expected =
                    switch shown {
                    case .previous: base?.value
                    case .newest:
                        heads.max { ($0.time, $0.name) < ($1.time, $1.name) }?.value
                    case .mostProtective: heads.map(\.value).max()
                    }
            default: continue
            }
            if outcome.value != expected {
                return "unit \(unit.value) shows \(String(describing: outcome.value)), "
                    + "and must show \(String(describing: expected))"
            }
        }
        return nil
    }

    /// The units of a record that people must decide.
    func disputed(
        _ record: RecordID, _ standing: [Int: Standing], _ schema: Schema
    ) -> [UnitID] {
        guard let creator = creators[record],
            let collection = entries[creator].changes.first(where: { $0.record == record })?
                .collection
        else { return [] }
        return units[record, default: []].filter { unit in
            guard case .review? = schema.unit(unit, of: collection)?.policy else { return false }
            let heads = Self.heads(
                Self.settings(
                    writes[Key(record: record, unit: unit)]!
                        .filter { standing[$0.entry] != nil }, standing))
            return !heads.allSatisfy { Self.reads($0.value, as: heads[0].value) }
        }
    }

    // MARK: One unit

    private struct Setting {
        let name: ChangeSetName
        let value: Value
        let replaced: [ChangeSetName]
        let position: UInt64
        let time: UInt64
    }

    private static func settings(
        _ all: [(entry: Int, operation: Write.Operation)], _ standing: [Int: Standing]
    ) -> [Setting] {
        all.compactMap { entry, operation in
            guard case .set(let value, let names) = operation else { return nil }
            let it = standing[entry]!
            return Setting(
                name: it.name, value: value, replaced: names,
                position: it.position?.value ?? .max, time: it.time?.milliseconds ?? .max)
        }
    }

    private static func heads(_ all: [Setting]) -> [Setting] {
        all.filter { one in
            !all.contains { other in
                (other.replaced.contains(one.name) && other.name != one.name)
                    || (!one.name.replica.isHub && other.name.replica == one.name.replica
                        && other.name.number > one.name.number)
            }
        }
    }

    /// The last of those that every head names, through any number of steps.
    private static func base(of heads: [Setting], _ all: [Setting]) -> Setting? {
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

    private static func elements(
        _ all: [(entry: Int, operation: Write.Operation)], _ standing: [Int: Standing]
    ) -> [String] {
        // By bytes: as strings, two forms of one letter would count as one.
        var present: Set<[UInt8]> = []
        for (entry, operation) in all {
            guard case .change(let adding, _) = operation else { continue }
            let name = standing[entry]!.name
            for value in adding {
                let isGone = all.contains { other in
                    guard case .change(_, let removing) = other.operation else { return false }
                    return removing.contains { $0.element == value && $0.adds.contains(name) }
                }
                if !isGone { present.insert(Array("\(value)".utf8)) }
            }
        }
        return present.map { String(decoding: $0, as: UTF8.self) }.sorted()
    }

    private static func total(_ all: [(entry: Int, operation: Write.Operation)]) -> Int64 {
        all.reduce(0) { sum, write in
            if case .increment(let delta) = write.operation { sum + delta } else { sum }
        }
    }

    private static func log(_ all: [(entry: Int, operation: Write.Operation)]) -> [String] {
        all.flatMap { write -> [String] in
            guard case .append(let values) = write.operation else { return [] }
            return values.map { "\($0)" }
        }.sorted()
    }

    /// Whether two values read the same, by the standard library's canonical equivalence and joined
    /// white space.
    private static func reads(_ left: Value, as right: Value) -> Bool {
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
