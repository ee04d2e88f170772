/// How differing heads become one value, or a question for people.
public enum MergePolicy: Hashable, Sendable {
    /// The one received first stands; another is a contestation, for review. For what was signed.
    case immutable
    /// The later corrected time wins. The other is hidden in the history: only where that costs
    /// little.
    case latest
    /// Stays open until people decide; meanwhile `shown` says what is seen.
    case review(shown: Provisional)
    /// A text: what two changed in different sentences is put together when it is shown, and never
    /// written; everything else is for review. Nobody wrote the whole, so only where each sentence
    /// stands for itself.
    case text
    /// A group with its source: the side wins that comes from as high a source as every other, and
    /// holds from as late a day. Where one is higher and the other later, people decide.
    case ranked(Ranking)
    /// The side furthest along wins; people decide where each could follow from the other, or
    /// neither, and where one writer alone went where no step leads.
    case states(StateMachine)
    /// A consent: whatever is not `given` holds at once, and people are asked. The one that was
    /// given may be the later one, so what rests on it waits.
    case withdrawalWins(given: String)
    /// A flag: raised holds at once, and people are asked. An all-clear that did not know of it
    /// clears nothing.
    case raiseWins
    /// Computed from the record's other units: never written, never merged, on no wire.
    case derived(Derivation)
    /// A set; a removal takes away only the adds it names.
    case addWins
    /// The larger value. The smaller writer may be right, so only where too much is the safe side.
    case maximum
    /// The smaller value, where too little or too early is the safe side. `absent` is the largest
    /// here.
    case minimum
    /// Increments add up, each exactly once.
    case sum
    /// Every entry stays, in order of time.
    case append

    /// What is shown while a review is open.
    public enum Provisional: Hashable, Sendable {
        /// What all sides last had in common; nothing, if they had nothing.
        case previous
        /// The side with the latest corrected time.
        case newest
        /// The larger value, where the schema orders values from harmless to protective.
        case mostProtective
    }

    /// How the unit holds its writes; `nil` where there are none.
    public var kind: UnitKind? {
        switch self {
        case .immutable, .latest, .review, .text, .ranked, .states, .withdrawalWins, .raiseWins,
            .maximum, .minimum:
            .register
        case .addWins: .elements
        case .sum: .total
        case .append: .log
        case .derived: nil
        }
    }
}

/// Which members of a group say where it comes from and from when it holds.
public struct Ranking: Hashable, Sendable {
    /// The member with the source: a choice, whose words go from the highest source to the lowest.
    public let source: String
    /// The member with the day from which it holds.
    public let effective: String

    public init(source: String, effective: String) {
        (self.source, self.effective) = (source, effective)
    }
}

/// The states of a thing, and which may follow which.
public struct StateMachine: Hashable, Sendable {
    /// Per state, in the order of the choice, those that may follow it at once.
    public let next: [String: [String]]
    /// The version of the schema since which they are these. What was written under an earlier one
    /// was written by other rules, and is held against none.
    public let since: SchemaVersion

    public init(_ next: [String: [String]], since: SchemaVersion = SchemaVersion(0)) {
        (self.next, self.since) = (next, since)
    }

    /// Whether `to` may be set where `from` was.
    ///
    /// Anything may be where it begins, and the same may be said again. Of a state that is not
    /// listed, from a newer schema, nothing is known, so nothing is held against it. Where a state
    /// was, to state that there is none is no step.
    public func allows(_ to: Value, after from: Value) -> Bool {
        guard !to.agrees(with: from), case .text(let start) = from,
            let steps = next[start.string]
        else { return true }
        guard case .text(let goal) = to else { return to != .absent }
        return steps.contains(goal.string) || next[goal.string] == nil
    }

    /// Whether a legal path leads from one state to another.
    public func reaches(_ goal: String, from start: String) -> Bool {
        var seen: Set<String> = []
        var waiting = next[start] ?? []
        while let state = waiting.popLast() {
            if state == goal { return true }
            if seen.insert(state).inserted { waiting += next[state] ?? [] }
        }
        return false
    }
}

/// What a unit is computed from its record by. Two are the same when their names are.
public struct Derivation: Hashable, Sendable {
    public let name: String
    /// Pure; `nil` where it can't be told.
    public let value: @Sendable (RecordState) -> Value?

    public init(_ name: String, value: @escaping @Sendable (RecordState) -> Value?) {
        (self.name, self.value) = (name, value)
    }

    public static func == (left: Self, right: Self) -> Bool { left.name == right.name }
    public func hash(into hasher: inout Hasher) { hasher.combine(name) }
}
