// Records that are the same thing, registered twice, are shown as one. Nothing is moved: each keeps
// its writes, and has them alone again once the pair is taken back.

extension RecordState {
    /// The records that this one is said to be the same as. Whether each is there is for the store
    /// to know.
    public var aliases: [RecordID] { references(.aliases) }

    /// The records that people said only look like this one.
    public var distinct: [RecordID] { references(.distinct) }

    private func references(_ unit: UnitID) -> [RecordID] {
        guard case .elements(let elements)? = self[unit] else { return [] }
        return elements.entries.compactMap { entry in
            guard case .reference(let other) = entry.element, other != record else { return nil }
            return other
        }
    }

    /// The records joined with `first` by pairs, through any number of steps, rising.
    ///
    /// Pairs have no direction, so two people who pair a with b and b with a agree: there is
    /// nothing that could go round in a circle.
    ///
    /// - Parameter pairs: the records paired with one, in either direction.
    public static func joined(
        with first: RecordID, by pairs: (RecordID) throws -> [RecordID]
    ) rethrows -> [RecordID] {
        var found: Set<RecordID> = [first]
        var next = [first]
        while let record = next.popLast() {
            for other in try pairs(record) where found.insert(other).inserted { next.append(other) }
        }
        return found.sorted()
    }

    /// What is seen of records that are one: under the smallest name, each unit with the heads,
    /// elements and entries of all.
    ///
    /// Where the records have nothing in common, what counts as seen before is what stood in the
    /// first of them that has the unit. A voided record adds nothing while another is not void:
    /// what was taken back doesn't return through a pair. Each lies where it lies, so the home is
    /// the first one's.
    ///
    /// For showing only: the result can break the invariants of a state that is stored. Edits are
    /// made from the records themselves; see `Edit`.
    ///
    /// - Parameter records: at least one, of one collection, in any order.
    public static func joining(
        _ records: [RecordState], in collection: CollectionDeclaration
    ) -> RecordState {
        let records = records.sorted { $0.record < $1.record }
        guard records.count > 1 else { return records[0] }
        let alive = records.filter { !$0.isVoid(in: collection) }
        let members = alive.isEmpty ? records : alive
        let home =
            switch collection.home {
            case .scope(let unit), .with(let unit): unit
            }
        var units: [Unit] = []
        for id in Set(members.flatMap { $0.units.map(\.id) }).sorted() {
            let states = members.compactMap { $0[id] }
            guard let first = states.first else { continue }
            let state =
                id == home || id == .void
                ? first : states.dropFirst().reduce(first) { $0.joining($1) }
            units.append(Unit(id: id, state: state))
        }
        var joined = RecordState(record: records[0].record, collection: collection.id)
        joined.show(created: members[0].created, units: units)
        return joined
    }

    /// Whether the record shows as void.
    public func isVoid(in collection: CollectionDeclaration) -> Bool {
        guard let unit = collection.unit(.void),
            case .text? = outcome(of: unit)?.value
        else { return false }
        return true
    }
}

extension UnitState {
    /// Both units seen as one. Of two kinds the first stays: a newer program wrote the other.
    fileprivate func joining(_ other: UnitState) -> UnitState {
        switch (self, other) {
        case (.register(let left), .register(let right)):
            var heads = left.heads
            for head in right.heads
            where !heads.contains(where: {
                $0.origin.name == head.origin.name && $0.value.agrees(with: head.value)
            }) {
                heads.append(head)
            }
            // Heads in front of the others stay there, so that the sides keep their letters.
            var before = left.sides.count > 1 ? left.base : left.heads.first
            // What is for people in one of them is for people in both.
            if right.isStatedAgain, !left.isStatedAgain { before = right.base }
            return .register(
                Register(
                    shown: heads.sorted { $0.origin.name < $1.origin.name },
                    base: left.heads.isEmpty ? right.base : before))
        case (.elements(let left), .elements(let right)):
            var entries = left.entries
            for entry in right.entries {
                guard let place = entries.firstIndex(where: { $0.element == entry.element }) else {
                    entries.append(entry)
                    continue
                }
                entries[place].adds += entry.adds.filter { add in
                    !entries[place].adds.contains { $0.name == add.name }
                }
            }
            return .elements(Elements(shown: entries.sorted { $0.element < $1.element }))
        case (.total(let left), .total(let right)):
            return .total(Total(shown: left.parts + right.parts))
        case (.log(let left), .log(let right)):
            let added = right.entries.filter { entry in
                !left.entries.contains { $0.origin == entry.origin && $0.value == entry.value }
            }
            return .log(Log(shown: left.entries + added))
        default: return self
        }
    }
}
