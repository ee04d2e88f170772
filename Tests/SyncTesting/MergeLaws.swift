public import SyncCore

/// A merge of one change set into one record, as `RecordState.merge` is. Handed in, so that the
/// laws can be seen to catch a broken one.
public typealias Merging = (inout RecordState, RecordChange, Origin, Arrived) -> Void

/// What had been merged when a change set came.
public struct Arrived {
    /// The units that a later change set of the same device has set.
    public let overtaken: Set<UnitID>
    public let hasMerged: (ChangeSetName) -> Bool
}

/// What a merge did that it must not: the first thing found.
public struct LawViolation: Error, CustomStringConvertible {
    public let law: String
    public let history: History
    /// What had been merged before, and what came then.
    public let merged: EntrySet
    public let arriving: Int
    public let expected: RecordState
    public let found: RecordState

    public var description: String {
        "\(law)\nin the history\n\(history)\nafter \(merged) came \(arriving)\n"
            + "expected created \(expected.created as Any)\nfound    created "
            + "\(found.created as Any)\n" + difference
    }

    /// The units that are not as expected.
    private var difference: String {
        let ids = Set((expected.units + found.units).map(\.id)).sorted()
        return ids.filter { expected[$0] != found[$0] }.map { id in
            "unit \(id.value):\nexpected \(expected[id] as Any)\nfound    \(found[id] as Any)\n"
        }.joined()
    }
}

extension History {
    /// Checks the merge's laws over every order of arrival at all; `nil` if they hold.
    ///
    /// The laws: after each prefix of each order, the state is the model's of that *set*; and a
    /// change set that comes again changes nothing. Not every order is walked. The state is
    /// compared with the model's at each step from each reachable set, and the model knows sets
    /// only; so each order is such steps one after the other, and equal sets have equal states.
    public func firstViolation(of merge: Merging) -> LawViolation? {
        let model = MergeModel(self)
        // What the model says of each set reached so far.
        var reached: [EntrySet: RecordState] = [EntrySet(): Self.nothing]
        var waiting: [(EntrySet, RecordState)] = [(EntrySet(), Self.nothing)]
        while let (merged, state) = waiting.popLast() {
            func arrived(_ entry: Int) -> Arrived {
                Arrived(overtaken: overtaken(entry, by: merged)) { name in
                    self.place(of: name).map(merged.contains) ?? false
                }
            }
            for again in entries.indices where merged.contains(again) {
                var next = state
                merge(&next, entries[again].change, entries[again].origin, arrived(again))
                if next != state {
                    return LawViolation(
                        law: "what comes again changes nothing", history: self, merged: merged,
                        arriving: again, expected: state, found: next)
                }
            }
            for arriving in entries.indices where !merged.contains(arriving) {
                var next = state
                merge(
                    &next, entries[arriving].change, entries[arriving].origin, arrived(arriving))
                let after = merged.with(arriving)
                let known = reached[after]
                let expected = known ?? model.state(after: after)
                if next != expected {
                    return LawViolation(
                        law: "the state follows from the set", history: self, merged: merged,
                        arriving: arriving, expected: expected, found: next)
                }
                if known == nil {
                    reached[after] = expected
                    waiting.append((after, next))
                }
            }
        }
        return nil
    }
}

/// Checks many histories, and stops at the first violation.
public func firstViolation(
    over histories: some Sequence<History>, of merge: Merging
) -> LawViolation? {
    for history in histories {
        if let violation = history.firstViolation(of: merge) { return violation }
    }
    return nil
}
