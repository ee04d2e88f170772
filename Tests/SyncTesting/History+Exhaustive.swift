public import SyncCore

/// A space of histories small enough to try all of it: two devices and a hub.
public struct SmallScope: Sendable, CustomStringConvertible {
    /// How many change sets each writes: the first device, the second, the hub.
    public let writes: [Int]
    /// What each unit of the record holds: `.register` or `.elements`.
    public let units: [UnitKind]

    public init(writes: [Int], units: [UnitKind]) { (self.writes, self.units) = (writes, units) }

    public var description: String { "\(writes) change sets to \(units)" }

    /// All scopes of `count` change sets, at most three to a replica.
    public static func all(count: Int, units: [UnitKind]) -> [SmallScope] {
        var scopes: [SmallScope] = []
        for first in 0...3 {
            for second in 0...3 {
                let hub = count - first - second
                guard (0...3).contains(hub) else { continue }
                scopes.append(SmallScope(writes: [first, second, hub], units: units))
            }
        }
        return scopes
    }

    /// Calls `body` with every history of this scope, until it returns `false`.
    ///
    /// Each change set writes some of the units, at least one; each write names any of the writes
    /// to its unit that can exist before it: no chain of names and numbers leads back to where it
    /// began. (That a device names its own earlier settings is left out: it covers them anyway.) A
    /// write to elements adds one, takes some adds away, or both. Two change sets claim to create
    /// the record.
    ///
    /// - Returns: how many there were.
    public func visitHistories(_ body: (History) -> Bool) -> Int {
        let slots = Self.slots(writes)
        let options = slots.indices.map { choices(of: $0, among: slots) }
        var chosen = [Choice](repeating: [], count: slots.count)
        var count = 0
        func descend(_ depth: Int) -> Bool {
            guard depth < slots.count else {
                guard isPossible(chosen, slots) else { return true }
                count += 1
                return body(history(chosen, slots))
            }
            for option in options[depth] {
                chosen[depth] = option
                guard descend(depth + 1) else { return false }
            }
            return true
        }
        _ = descend(0)
        return count
    }

    /// Per unit what is written, or `nil`.
    private typealias Choice = [Act?]

    private struct Act {
        let adds: Bool
        /// The slots whose writes are named.
        let names: EntrySet
    }

    private static let replicas = [
        ReplicaID(high: 0, low: 1), ReplicaID(high: 0, low: 2), ReplicaID(high: 1 << 63, low: 3),
    ]

    private static func slots(_ writes: [Int]) -> [ChangeSetName] {
        zip(replicas, writes).flatMap { replica, count in
            (0..<count).map { ChangeSetName(replica, ChangeSetNumber(UInt64($0) + 1)!) }
        }
    }

    private func choices(of slot: Int, among slots: [ChangeSetName]) -> [Choice] {
        let mine = slots[slot]
        let perUnit = units.map { kind -> [Act?] in
            let candidates = slots.indices.filter { other in
                guard slots[other].replica == mine.replica else { return true }
                let coversAnyway = kind == .register && mine.replica.high >> 63 == 0
                return slots[other].number.value < mine.number.value && !coversAnyway
            }
            let acts = (0..<(1 << candidates.count)).flatMap { picked -> [Act] in
                var names = EntrySet()
                for (bit, candidate) in candidates.enumerated() where picked >> bit & 1 == 1 {
                    names.insert(candidate)
                }
                let removes = names.bits != 0
                return kind == .elements && removes
                    ? [Act(adds: true, names: names), Act(adds: false, names: names)]
                    : [Act(adds: true, names: names)]
            }
            return acts + (units.count > 1 ? [nil] : [])
        }
        return perUnit.reduce([[]]) { choices, acts in
            choices.flatMap { choice in acts.map { choice + [$0] } }
        }.filter { $0.contains { $0 != nil } }
    }

    /// Whether every name is of a write to the same unit that adds something there, and nothing
    /// precedes itself.
    private func isPossible(_ chosen: [Choice], _ slots: [ChangeSetName]) -> Bool {
        var before = [UInt64](repeating: 0, count: slots.count)
        for slot in slots.indices {
            if slot > 0, slots[slot - 1].replica == slots[slot].replica {
                before[slot] = 1 << UInt64(slot - 1)
            }
            for (unit, act) in chosen[slot].enumerated() {
                guard let act, act.names.bits != 0 else { continue }
                for other in slots.indices where act.names.contains(other) {
                    guard chosen[other][unit]?.adds == true else { return false }
                }
                before[slot] |= act.names.bits
            }
        }
        var done: UInt64 = 0
        var isGrowing = true
        while isGrowing {
            isGrowing = false
            for slot in slots.indices
            where done >> UInt64(slot) & 1 == 0 && before[slot] & ~done == 0 {
                done |= 1 << UInt64(slot)
                isGrowing = true
            }
        }
        return done == (1 << UInt64(slots.count)) - 1
    }

    private func history(_ chosen: [Choice], _ slots: [ChangeSetName]) -> History {
        History(
            slots.indices.map { slot in
                let writes = chosen[slot].enumerated().compactMap { unit, act -> Write? in
                    guard let act else { return nil }
                    let names = slots.indices.filter(act.names.contains).map { slots[$0] }
                    return Write(
                        unit: UnitID(UInt16(16 + unit)),
                        operation: units[unit] == .register
                            ? .set(.integer(Int64(slot)), replacing: names)
                            : .change(
                                adding: act.adds ? [.bool(true)] : [],
                                removing: names.isEmpty
                                    ? [] : [.init(element: .bool(true), adds: names)]))
                }
                // Times fall while numbers rise: a merge that asks the clock is seen.
                return History.Entry(
                    origin: Origin(
                        name: slots[slot], author: PersonID(high: 0, low: 1),
                        time: CorrectedTime(clamping: Int64(9 - slot % 4)), position: nil,
                        shown: nil),
                    change: RecordChange(
                        record: History.record, collection: History.collection,
                        creates: slot == 0 || slot == slots.count - 1, writes: writes, shown: nil)!
                )
            })
    }
}
