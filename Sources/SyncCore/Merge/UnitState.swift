/// Everything a unit's writes amount to. The truth; what is shown is worked out from it.
public enum UnitState: Hashable, Sendable {
    case register(Register)
    case elements(Elements)
    case total(Total)
    case log(Log)

    /// The state before any write.
    public static func empty(_ kind: UnitKind) -> UnitState {
        switch kind {
        case .register: .register(Register())
        case .elements: .elements(Elements())
        case .total: .total(Total())
        case .log: .log(Log())
        }
    }

    /// Calls `body` with the head of a register that is nothing but one head, where it lies.
    /// Returns whether it is one.
    func visitPlain(_ body: (Head) -> Void) -> Bool {
        guard case .register(let register) = self else { return false }
        return register.visitPlain(body)
    }

    public var kind: UnitKind {
        switch self {
        case .register: .register
        case .elements: .elements
        case .total: .total
        case .log: .log
        }
    }
}

/// The heads of a unit that is set.
///
/// Invariants: `heads` rise by name, none covers another; `early` rises, and holds no head's name.
public struct Register: Hashable, Sendable {
    /// Nearly every register is one head and nothing else, and then no array is made for it.
    /// Equal registers are of one form.
    private enum Form: Hashable, Sendable {
        case plain(Head)
        indirect case general([Head], early: [ChangeSetName], base: Head?)
    }

    private var form: Form

    public init() { form = .general([], early: [], base: nil) }

    /// Makes a register of one head.
    public init(_ head: Head) { form = .plain(head) }

    /// Makes a register from stored parts; `nil` if they break an invariant.
    public init?(heads: [Head], early: [ChangeSetName], base: Head?) {
        for (left, right) in zip(heads, heads.dropFirst())
        where left.origin.name >= right.origin.name { return nil }
        // Rising by name, two heads of one device would be neighbours.
        for (left, right) in zip(heads, heads.dropFirst())
        where right.origin.name.followsOnSameDevice(left.origin.name) { return nil }
        for (left, right) in zip(early, early.dropFirst()) where left >= right { return nil }
        for head in heads where early.contains(head.origin.name) { return nil }
        self.init(shown: heads, early, base: base)
    }

    /// The parts as they are: what is seen of several records as one may break the invariants.
    fileprivate init(shown heads: [Head], _ early: [ChangeSetName], base: Head?) {
        form =
            heads.count == 1 && early.isEmpty && base == nil
            ? .plain(heads[0]) : .general(heads, early: early, base: base)
    }

    public var heads: [Head] {
        switch form {
        case .plain(let head): [head]
        case .general(let heads, _, _): heads
        }
    }

    /// Names that were replaced before they arrived, so that they are covered when they come.
    public var early: [ChangeSetName] {
        if case .general(_, let early, _) = form { early } else { [] }
    }

    /// The latest write that every head covers. Found by the hub in its log, and only while heads
    /// differ.
    public var base: Head? {
        get { if case .general(_, _, let base) = form { base } else { nil } }
        set { self = Register(shown: heads, early, base: newValue) }
    }

    /// The head of a register that is nothing but one head.
    public var plain: Head? { if case .plain(let head) = form { head } else { nil } }

    fileprivate func visitPlain(_ body: (Head) -> Void) -> Bool {
        guard case .plain(let head) = form else { return false }
        body(head)
        return true
    }

    public var hasSeveralHeads: Bool {
        if case .general(let heads, _, _) = form { heads.count > 1 } else { false }
    }

    /// Merges one setting. It removes every head it covers, *even where it is itself covered and
    /// adds nothing*: that is what makes the order of arrival not matter.
    mutating func merge(
        _ value: Value, replacing names: [ChangeSetName], from origin: Origin,
        isOvertaken: Bool, hasMerged: (ChangeSetName) -> Bool
    ) {
        let name = origin.name
        if case .plain(let head) = form, !isOvertaken,
            name.covers(only: head.origin.name, replacing: names, hasMerged: hasMerged)
        {
            form = .plain(Head(origin: origin, value: value))
            return
        }
        var (heads, early, base) = (self.heads, self.early, self.base)
        let earlyIndex = early.firstIndex(of: name)
        if let earlyIndex { early.remove(at: earlyIndex) }
        let isCovered =
            earlyIndex != nil || isOvertaken
            || heads.contains { $0.origin.name.followsOnSameDevice(name) }
        let names = names.filter(name.canHaveSeen)
        for replaced in names where !hasMerged(replaced) {
            if !heads.contains(where: { $0.origin.name == replaced }) {
                let place = early.firstPlace { $0 >= replaced }
                if place == early.count || early[place] != replaced {
                    early.insert(replaced, at: place)
                }
            }
        }
        heads.removeAll {
            name.followsOnSameDevice($0.origin.name) || names.contains($0.origin.name)
        }
        if !isCovered {
            let place = heads.firstIndex { $0.origin.name > name } ?? heads.count
            heads.insert(Head(origin: origin, value: value), at: place)
        }
        if heads.count < 2 { base = nil }
        self = Register(shown: heads, early, base: base)
    }
}

extension ChangeSetName {
    /// Whether a setting of this name takes the place of the one head there is, and says nothing
    /// of any other that has not arrived: what nearly every setting does.
    fileprivate func covers(
        only head: ChangeSetName, replacing names: [ChangeSetName],
        hasMerged: (ChangeSetName) -> Bool
    ) -> Bool {
        guard followsOnSameDevice(head) || names.contains(head), canHaveSeen(head) else {
            return false
        }
        return names.allSatisfy { $0 == head || !canHaveSeen($0) || hasMerged($0) }
    }
}

/// The elements of a set, each with the adds that nobody took away.
///
/// Invariants: `entries` rise by element, each with at least one add, rising by name; `early`
/// rises, and holds no add that is there.
public struct Elements: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let element: Value
        public var adds: [Origin]
        public init(element: Value, adds: [Origin]) { (self.element, self.adds) = (element, adds) }
    }
    /// An add that was taken away before it arrived.
    public struct EarlyRemoval: Hashable, Comparable, Sendable {
        public let element: Value
        public let add: ChangeSetName
        public init(element: Value, add: ChangeSetName) {
            (self.element, self.add) = (element, add)
        }
        public static func < (left: Self, right: Self) -> Bool {
            (left.element, left.add) < (right.element, right.add)
        }
    }

    public private(set) var entries: [Entry]
    public private(set) var early: [EarlyRemoval]

    public init() { (entries, early) = ([], []) }

    /// Makes a set from stored parts; `nil` if they break an invariant.
    public init?(entries: [Entry], early: [EarlyRemoval]) {
        for (left, right) in zip(entries, entries.dropFirst())
        where left.element >= right.element { return nil }
        for entry in entries {
            if entry.adds.isEmpty { return nil }
            for (left, right) in zip(entry.adds, entry.adds.dropFirst())
            where left.name >= right.name { return nil }
        }
        for (left, right) in zip(early, early.dropFirst()) where left >= right { return nil }
        for removal in early {
            let place = entries.firstPlace { $0.element >= removal.element }
            guard place < entries.count, entries[place].element == removal.element else { continue }
            if entries[place].adds.contains(where: { $0.name == removal.add }) { return nil }
        }
        (self.entries, self.early) = (entries, early)
    }

    mutating func merge(
        adding: [Value], removing: [Write.Removal], from origin: Origin,
        hasMerged: (ChangeSetName) -> Bool
    ) {
        for removal in removing {
            let place = entries.firstPlace { $0.element >= removal.element }
            let isHeld = place < entries.count && entries[place].element == removal.element
            for add in removal.adds where origin.name.canHaveSeen(add) {
                if isHeld, let held = entries[place].adds.firstIndex(where: { $0.name == add }) {
                    entries[place].adds.remove(at: held)
                } else if !hasMerged(add) {
                    remember(EarlyRemoval(element: removal.element, add: add))
                }
            }
        }
        entries.removeAll { $0.adds.isEmpty }
        // Asked before any is forgotten: an element may be added twice in one write.
        let gone = early.filter { $0.add == origin.name }
        if !gone.isEmpty { early.removeAll(where: gone.contains) }
        for element in adding where !gone.contains(where: { $0.element == element }) {
            insert(element, origin)
        }
    }

    private mutating func insert(_ element: Value, _ origin: Origin) {
        let place = entries.firstPlace { $0.element >= element }
        guard place < entries.count, entries[place].element == element else {
            entries.insert(Entry(element: element, adds: [origin]), at: place)
            return
        }
        let adds = entries[place].adds
        let rank = adds.firstIndex { $0.name >= origin.name } ?? adds.count
        if rank == adds.count || adds[rank].name != origin.name {
            entries[place].adds.insert(origin, at: rank)
        }
    }

    private mutating func remember(_ removal: EarlyRemoval) {
        let place = early.firstPlace { $0 >= removal }
        if place == early.count || early[place] != removal { early.insert(removal, at: place) }
    }
}

/// A sum, with what was counted of each replica, so that nothing counts twice.
///
/// Invariant: `parts` rise by replica.
public struct Total: Hashable, Sendable {
    public struct Part: Hashable, Sendable {
        public let replica: ReplicaID
        public var amount: Int64
        public var counted: NumberSet
        public init(replica: ReplicaID, amount: Int64, counted: NumberSet) {
            (self.replica, self.amount, self.counted) = (replica, amount, counted)
        }
    }

    public private(set) var parts: [Part]

    public init() { parts = [] }

    /// Makes a total from stored parts; `nil` if they don't rise.
    public init?(parts: [Part]) {
        for (left, right) in zip(parts, parts.dropFirst()) where left.replica >= right.replica {
            return nil
        }
        self.parts = parts
    }

    /// The sum over all replicas. Wraps beyond 64 bits, which the limit on a single increment keeps
    /// out of reach.
    public var amount: Int64 { parts.reduce(0) { $0 &+ $1.amount } }

    mutating func merge(_ delta: Int64, from name: ChangeSetName) {
        let place = parts.firstIndex { $0.replica >= name.replica } ?? parts.count
        if place == parts.count || parts[place].replica != name.replica {
            parts.insert(Part(replica: name.replica, amount: 0, counted: NumberSet()), at: place)
        }
        guard !parts[place].counted.contains(name.number) else { return }
        parts[place].counted.insert(name.number)
        parts[place].amount &+= delta
    }
}

/// Every entry ever appended.
///
/// Invariant: `entries` rise by (corrected time, name, place in the change set), each once.
public struct Log: Hashable, Sendable {
    public struct Entry: Hashable, Sendable {
        public let origin: Origin
        /// The place within its change set, from 0.
        public let index: Int
        public let value: Value
        public init(origin: Origin, index: Int, value: Value) {
            (self.origin, self.index, self.value) = (origin, index, value)
        }
        fileprivate func comes(before other: Entry) -> Bool {
            (origin.time, origin.name, index) < (other.origin.time, other.origin.name, other.index)
        }
    }

    public private(set) var entries: [Entry]

    public init() { entries = [] }

    /// Makes a log from stored entries; `nil` if they don't rise.
    public init?(entries: [Entry]) {
        for (left, right) in zip(entries, entries.dropFirst()) where !left.comes(before: right) {
            return nil
        }
        self.entries = entries
    }

    mutating func merge(_ values: [Value], from origin: Origin) {
        if entries.contains(where: { $0.origin.name == origin.name }) { return }
        let added = values.enumerated().map { Entry(origin: origin, index: $0, value: $1) }
        guard let first = added.first else { return }
        // Nothing of another origin comes between two entries of one.
        entries.insert(contentsOf: added, at: entries.firstPlace { !$0.comes(before: first) })
    }
}

// What is seen of several records as one: shown, never stored, so the invariants above may be
// broken.

extension Register {
    /// Heads of several records: two can be of one device, or of one change set.
    init(shown heads: [Head], base: Head?) { self.init(shown: heads, [], base: base) }
}

extension Elements {
    init(shown entries: [Entry]) { (self.entries, early) = (entries, []) }
}

extension Total {
    /// Parts of several records: a replica can have more than one.
    init(shown parts: [Part]) { self.parts = parts }
}

extension Log {
    init(shown entries: [Entry]) {
        self.entries = entries.sorted { $0.comes(before: $1) }
    }
}

extension Array {
    /// The first place where `isReached` holds, or the count; it must hold for all after one it
    /// holds for.
    ///
    /// - Complexity: logarithmic: what comes from a device may be long, and each of its parts is
    ///   looked up.
    fileprivate func firstPlace(_ isReached: (Element) -> Bool) -> Int {
        var (low, high) = (0, count)
        while low < high {
            let middle = (low + high) / 2
            if isReached(self[middle]) { high = middle } else { low = middle + 1 }
        }
        return low
    }
}
