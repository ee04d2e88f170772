public import SyncCore

extension History {
    /// Units of the generated histories: two registers, then one of each other kind.
    public static let units: [(id: UnitID, kind: UnitKind)] = [
        (UnitID(16), .register), (UnitID(17), .register), (UnitID(18), .elements),
        (UnitID(19), .total), (UnitID(20), .log),
    ]

    /// Few, so that writes collide; one letter in two spellings that read the same and are not
    /// equal.
    public static let values: [Value] = [
        .absent, .integer(1), .integer(2), .text("\u{e9}"), .text("e\u{301}"),
    ]

    /// Draws histories, all that follow from one seed.
    public static func samples(_ seed: Seed, count: Int = 20) -> [History] {
        var generator = TestGenerator(seed)
        return (0..<count).map { _ in sample(using: &generator) }
    }

    /// Draws the history of four replicas, one of them a hub, that write one record and hear of
    /// each other's writes now and then. A write names the heads its writer knew, or just some
    /// writes it knew (an edit that began long ago), and now and then one that will never come.
    public static func sample(using generator: inout TestGenerator) -> History {
        let replicas = [
            ReplicaID(high: 0, low: 1), ReplicaID(high: 0, low: 2), ReplicaID(high: 0, low: 3),
            ReplicaID(high: 1 << 63, low: 4),
        ]
        var numbers = [UInt64](repeating: 0, count: replicas.count)
        var known = [EntrySet](repeating: EntrySet(), count: replicas.count)
        var entries: [Entry] = []
        for place in 0..<Int.random(in: 3...10, using: &generator) {
            let writer = Int.random(in: replicas.indices, using: &generator)
            if generator.oneIn(2) {
                let other = Int.random(in: replicas.indices, using: &generator)
                known[writer] = EntrySet(bits: known[writer].bits | known[other].bits)
            }
            // Numbers leave gaps: a replica also writes to other records.
            numbers[writer] += UInt64.random(in: 1...3, using: &generator)
            let past = History(entries)
            let model = MergeModel(past)
            var writes: [Write] = []
            for unit in units where generator.oneIn(2) {
                let seen = past.writers(of: unit.id, in: known[writer])
                let heads = model.heads(of: unit.id, after: known[writer])
                writes.append(
                    Write(
                        unit: unit.id,
                        operation: operation(
                            of: unit.kind, heads: heads, seen: seen, using: &generator)))
            }
            let creates = place == 0 || generator.oneIn(6) || writes.isEmpty
            entries.append(
                Entry(
                    origin: Origin(
                        name: ChangeSetName(replicas[writer], ChangeSetNumber(numbers[writer])!),
                        author: PersonID(high: 0, low: UInt64(writer)),
                        time: CorrectedTime(clamping: .random(in: 1...3, using: &generator)),
                        position: generator.oneIn(2) ? LogPosition(UInt64(place) + 1) : nil,
                        shown: nil),
                    change: RecordChange(
                        record: record, collection: collection, creates: creates,
                        writes: writes, shown: nil)!))
            known[writer].insert(place)
        }
        return History(entries)
    }

    /// The entries of `places` that write `unit`.
    private func writers(of unit: UnitID, in places: EntrySet) -> [Entry] {
        entries.indices.filter(places.contains).map { entries[$0] }
            .filter { $0.change.writes.contains { $0.unit == unit } }
    }

    private static func operation(
        of kind: UnitKind, heads: [ChangeSetName], seen: [Entry],
        using generator: inout TestGenerator
    ) -> Write.Operation {
        let never = ChangeSetName(ReplicaID(high: 0, low: 99), .first)
        switch kind {
        case .register:
            var names = generator.oneIn(2) ? heads : generator.some(of: seen.map(\.origin.name))
            if generator.oneIn(10) { names.append(never) }
            return .set(generator.pick(values), replacing: names)
        case .elements:
            let count = Int.random(in: 0...2, using: &generator)
            let adding = (0..<count).map { _ in generator.pick(values) }
            var removing: [Write.Removal] = []
            for element in values {
                var adds = generator.some(
                    of: seen.filter { $0.adds(element) }.map(\.origin.name))
                if generator.oneIn(20) { adds.append(never) }
                if !adds.isEmpty { removing.append(.init(element: element, adds: adds)) }
            }
            return .change(adding: adding, removing: removing)
        case .total: return .increment(.random(in: -3...3, using: &generator))
        case .log:
            let count = Int.random(in: 1...2, using: &generator)
            return .append((0..<count).map { _ in generator.pick(values) })
        }
    }
}

extension History.Entry {
    fileprivate func adds(_ element: Value) -> Bool {
        change.writes.contains { write in
            if case .change(let adding, _) = write.operation {
                adding.contains(element)
            } else {
                false
            }
        }
    }
}
