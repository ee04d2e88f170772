internal import SyncCore

// What must be seen where writes differ: `protocol/merging.md`, written a second time.

extension Oracle {
    /// What people see of a unit whose heads differ.
    struct Verdict {
        let isDisputed: Bool
        let shown: Value?

        static func chosen(_ value: Value?) -> Verdict { Verdict(isDisputed: false, shown: value) }
        static func disputed(_ value: Value?) -> Verdict { Verdict(isDisputed: true, shown: value) }
    }

    /// What is wrong with what is seen of a state, once the hub has said when everything was.
    func complaint(
        aboutOutcomeOf state: RecordState, _ standing: [Int: Standing], _ schema: Schema
    ) -> String? {
        guard let collection = schema.collection(state.collection) else {
            return "its collection was never declared"
        }
        for unit in collection.units {
            if case .derived = unit.policy {
                let must = busyness(state.record, standing)
                guard case .computed(must)? = state.outcome(of: unit) else {
                    return "unit \(unit.id.value) is computed, and must be \(must)"
                }
                continue
            }
            let settings = settings(state.record, unit.id, standing)
            let heads = Self.heads(settings)
            guard let first = heads.first, let outcome = state.outcome(of: unit) else { continue }
            if Self.sides(heads).count == 1 {
                if unit.id == .void, case .disputed(let dispute) = outcome,
                    dispute.kind == .deletion, hasUnseenWork(state.record, heads, standing)
                {
                    continue
                }
                guard case .settled(let value, _, _) = outcome, Self.reads(value, as: first.value)
                else { return "unit \(unit.id.value) is settled, and shows \(outcome)" }
                continue
            }
            guard Self.isTold(heads, settings) else { continue }
            let base = Self.base(of: heads, settings)
            guard let verdict = Self.verdict(heads, base, unit) else { continue }
            var isDisputed = false
            if case .disputed(let dispute) = outcome {
                isDisputed = true
                if dispute.base?.origin.name != base?.name {
                    return "unit \(unit.id.value) has the base "
                        + "\(String(describing: dispute.base?.origin.name)), and must have "
                        + "\(String(describing: base?.name))"
                }
            }
            guard isDisputed == verdict.isDisputed, outcome.value == verdict.shown else {
                return "unit \(unit.id.value) shows \(outcome), and must show \(verdict)"
            }
        }
        return nil
    }

    /// Whether all that heads go on from is here. What goes on from work that was set aside has a
    /// base that only the hub's log knows.
    private static func isTold(_ heads: [Setting], _ all: [Setting]) -> Bool {
        let known = Set(all.map(\.name))
        return heads.allSatisfy { $0.replaced.allSatisfy(known.contains) }
    }

    /// The units of a record of which this does not know what people must decide.
    func untold(
        _ record: RecordID, _ standing: [Int: Standing], _ schema: Schema
    ) -> [UnitID] {
        guard let collection = collection(of: record).flatMap(schema.collection) else { return [] }
        return collection.units.map(\.id).filter { unit in
            let settings = settings(record, unit, standing)
            return !Self.isTold(Self.heads(settings), settings)
        }
    }

    /// The units of a record that people must decide.
    func disputed(
        _ record: RecordID, _ standing: [Int: Standing], _ schema: Schema
    ) -> [UnitID] {
        guard let collection = collection(of: record).flatMap(schema.collection) else { return [] }
        return collection.units.filter { unit in
            let settings = settings(record, unit.id, standing)
            let heads = Self.heads(settings)
            guard Self.sides(heads).count > 1 else { return false }
            if case .immutable = unit.policy, isLetStand(heads, record, unit.id, standing) {
                return false
            }
            return Self.verdict(heads, Self.base(of: heads, settings), unit)?.isDisputed ?? false
        }.map(\.id)
    }

    /// The units in review that people must decide of records that are one; `nil` where one of them
    /// was ever voided, for then what they show as one is another matter.
    func disputed(
        _ group: [RecordID], _ standing: [Int: Standing], _ schema: Schema
    ) -> [UnitID]? {
        guard let collection = collection(of: group[0]).flatMap(schema.collection),
            group.allSatisfy({ writes($0, .void, standing).isEmpty })
        else { return nil }
        return collection.units.filter { unit in
            guard case .review = unit.policy else { return false }
            let heads = group.flatMap { Self.heads(settings($0, unit.id, standing)) }
            return Self.sides(heads).count > 1
        }.map(\.id)
    }

    /// Whether somebody wrote on a record without having seen that it was voided, and unseen by who
    /// voided it. What they wrote may have been replaced since.
    func hasUnseenWork(
        _ record: RecordID, _ voidings: [Setting], _ standing: [Int: Standing]
    ) -> Bool {
        let voided = Set(voidings.map(\.name))
        let times = standing.filter { voided.contains($0.value.name) }
        return standing.contains { place, work in
            guard !voided.contains(work.name),
                let change = entries[place].changes.first(where: { $0.record == record })
            else { return false }
            return times.allSatisfy { entry, voiding in
                let shown = entries[entry].changes.first { $0.record == record }?.shown
                return !Self.knew(work, shown, voiding) && !Self.knew(voiding, change.shown, work)
            }
        }
    }

    /// Whether the author of `later`, to whom `shown` was shown, had `earlier` before them.
    private static func knew(
        _ earlier: Standing, _ shown: LogPosition?, _ later: Standing
    ) -> Bool {
        let (one, other) = (earlier.name, later.name)
        if one.replica == other.replica, !one.replica.isHub { return one.number < other.number }
        guard let shown, let position = earlier.position else { return false }
        return position <= shown
    }

    /// What the simulated schema derives: whether much was done.
    private func busyness(_ record: RecordID, _ standing: [Int: Standing]) -> Value {
        .bool(Self.total(writes(record, Plot.minutes, standing)) > Plot.busyMinutes)
    }

    /// Differing values, each with the first of its heads by name.
    private static func sides(_ heads: [Setting]) -> [Setting] {
        var sides: [Setting] = []
        for head in heads where !sides.contains(where: { reads($0.value, as: head.value) }) {
            sides.append(head)
        }
        return sides
    }

    /// Returns `nil` for what is no setting.
    private static func verdict(
        _ heads: [Setting], _ base: Setting?, _ unit: UnitDeclaration
    ) -> Verdict? {
        let values = heads.map(\.value)
        let latest = heads.max { ($0.time, $0.name) < ($1.time, $1.name) }?.value
        switch unit.policy {
        case .immutable:
            return .disputed(heads.min { ($0.position, $0.name) < ($1.position, $1.name) }?.value)
        case .latest: return .chosen(latest)
        case .review(.previous): return .disputed(base?.value)
        case .review(.newest): return .disputed(latest)
        case .review(.mostProtective): return .disputed(greatest(values, unit))
        case .text:
            let texts = sides(heads).map(\.value)
            guard texts.count == 2, case .text(let left) = texts[0],
                case .text(let right) = texts[1],
                case .text(let base)? = base?.value,
                let text = woven(left.string, right.string, base.string),
                case .text(let maximum) = unit.members[0].type, text.utf8.count <= maximum
            else { return .disputed(base?.value) }
            return .chosen(.text(text))
        case .ranked:
            return winner(heads) { Plot.isAbove($0, $1) } ?? .disputed(base?.value)
        case .states(let machine):
            // Somebody jumped from the base, and the hub said it once more.
            if let base,
                heads.contains(where: {
                    $0.name.replica.isHub && $0.author == base.author
                        && reads($0.value, as: base.value)
                })
            {
                return .disputed(base.value)
            }
            return winner(heads) { isFurther($0, $1, machine) } ?? .disputed(base?.value)
        case .withdrawalWins(let given):
            let protective = values.filter { $0 != .text(given) }
            let shown = greatest(protective, unit)
            return protective.count == values.count ? .chosen(shown) : .disputed(shown)
        case .raiseWins:
            return values.contains(.bool(true)) ? .disputed(.bool(true)) : .chosen(values.max())
        case .maximum: return .chosen(greatest(values, unit))
        case .minimum: return .chosen(values.filter { $0 != .absent }.min() ?? .absent)
        case .addWins, .sum, .append, .derived: return nil
        }
    }

    /// The side that beats every other; `nil` where there is none.
    private static func winner(
        _ heads: [Setting], _ beats: (Value, Value) -> Bool
    ) -> Verdict? {
        let sides = sides(heads)
        let best = sides.first { one in
            sides.allSatisfy { $0.name == one.name || beats(one.value, $0.value) }
        }
        return best.map { .chosen($0.value) }
    }

    /// The largest, words in the order in which the schema lists them.
    private static func greatest(_ values: [Value], _ unit: UnitDeclaration) -> Value? {
        guard case .choice(let words) = unit.members[0].type else { return values.max() }
        return values.max { left, right in
            guard case .text(let one) = left, case .text(let other) = right,
                let place = words.firstIndex(of: one.string),
                let otherPlace = words.firstIndex(of: other.string)
            else { return left < right }
            return place < otherPlace
        }
    }

    /// Whether legal steps lead to one state from another, and none back.
    private static func isFurther(
        _ one: Value, _ other: Value, _ machine: StateMachine
    ) -> Bool {
        guard case .text(let goal) = one, case .text(let start) = other else { return false }
        func follow(_ start: String) -> Set<String> {
            var found: Set<String> = []
            var size = -1
            while found.count != size {
                size = found.count
                for state in found.union([start]) { found.formUnion(machine.next[state] ?? []) }
            }
            return found
        }
        return follow(start.string).contains(goal.string)
            && !follow(goal.string).contains(start.string)
    }

    // MARK: Texts

    /// What stands in a text in the place of some pieces of the base.
    private struct Patch: Equatable {
        let from: Int
        var to: Int
        var put: [String] = []

        func overlaps(_ other: Patch) -> Bool {
            let isEmpty = from == to || other.from == other.to
            return from < other.to && other.from < to
                || isEmpty && (to == other.from || other.to == from)
        }
    }

    /// Both texts put together; `nil` where people decide. Texts here are lines of words, so that a
    /// piece is a line or the end of one.
    private static func woven(_ left: String, _ right: String, _ base: String) -> String? {
        let pieces = pieces(base)
        let (mine, theirs) = (
            patches(pieces, Self.pieces(left)), patches(pieces, Self.pieces(right))
        )
        for patch in mine {
            if theirs.contains(where: { $0 != patch && $0.overlaps(patch) }) { return nil }
        }
        var result = pieces
        let all = mine + theirs.filter { !mine.contains($0) }
        for patch in all.sorted(by: { $0.from > $1.from }) {
            result.replaceSubrange(patch.from..<patch.to, with: patch.put)
        }
        return result.joined()
    }

    private static func pieces(_ text: String) -> [String] {
        text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
            .reduce(into: []) { pieces, line in
                if !pieces.isEmpty { pieces.append("\n") }
                pieces.append(line)
            }.filter { !$0.isEmpty }
    }

    private static func patches(_ base: [String], _ text: [String]) -> [Patch] {
        let start = zip(base, text).prefix { $0.0 == $0.1 }.count
        let rest = (base.dropFirst(start), text.dropFirst(start))
        let end = zip(rest.0.reversed(), rest.1.reversed()).prefix { $0.0 == $0.1 }.count
        let (old, new) = (Array(rest.0.dropLast(end)), Array(rest.1.dropLast(end)))
        var common = Array(
            repeating: Array(repeating: 0, count: new.count + 1), count: old.count + 1)
        for i in old.indices.reversed() {
            for j in new.indices.reversed() {
                common[i][j] =
                    old[i] == new[j]
                    ? common[i + 1][j + 1] + 1 : max(common[i + 1][j], common[i][j + 1])
            }
        }
        var (i, j) = (0, 0)
        var patches: [Patch] = []
        var isOpen = false
        while i < old.count || j < new.count {
            if i < old.count, j < new.count, old[i] == new[j] {
                (i, j, isOpen) = (i + 1, j + 1, false)
                continue
            }
            if !isOpen { patches.append(Patch(from: start + i, to: start + i)) }
            isOpen = true
            if j == new.count || i < old.count && common[i + 1][j] >= common[i][j + 1] {
                i += 1
                patches[patches.count - 1].to = start + i
            } else {
                patches[patches.count - 1].put.append(new[j])
                j += 1
            }
        }
        return patches
    }
}
