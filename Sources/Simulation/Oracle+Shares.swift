internal import SyncCore

// What trees take of the water of plots, worked out from all writes.

extension Oracle {
    /// More taken than there is.
    struct Overuse: Equatable {
        let taken: Int64
        /// What the office let stand, if it did: as much may be taken.
        let stood: Int64?
        var isAsked: Bool { stood.map { taken > $0 } ?? true }
    }

    /// By plot, whether more is taken of its water than there is. A tree that was made void takes
    /// none; plots that were ever voided are another matter, and are left out, and so are those of
    /// a tree of which people have to decide whether it is there.
    func overuse(
        _ records: [RecordID], _ standing: [Int: Standing]
    ) -> (found: [RecordID: Overuse], unsure: Set<RecordID>) {
        var parts: [RecordID: Int64] = [:]
        var unsure: Set<RecordID> = []
        for record in records where collection(of: record) == .tree {
            let taken = Self.total(writes(record, Tree.drink, standing))
            guard taken != 0,
                case .reference(let plot)? = latest(record, Tree.source, standing)
            else { continue }
            let voidings = Self.heads(settings(record, .void, standing))
            if voidings.contains(where: { $0.value != .absent }) {
                if voidings.contains(where: { $0.value == .absent })
                    || hasUnseenWork(record, voidings, standing)
                {
                    unsure.insert(plot)
                }
                continue
            }
            parts[plot, default: 0] += taken
        }
        var found: [RecordID: Overuse] = [:]
        for (plot, taken) in parts where writes(plot, .void, standing).isEmpty {
            let sum = taken + Self.total(writes(plot, Plot.water, standing))
            guard collection(of: plot) == .plot,
                case .integer(let most)? = latest(plot, Plot.wells, standing), sum > most
            else { continue }
            found[plot] = Overuse(taken: sum, stood: stood(plot, standing))
        }
        return (found, unsure)
    }

    /// What is shown of a register whose latest write counts.
    private func latest(
        _ record: RecordID, _ unit: UnitID, _ standing: [Int: Standing]
    ) -> Value? {
        Self.heads(settings(record, unit, standing))
            .max { ($0.time, $0.name) < ($1.time, $1.name) }?.value
    }

    /// What the office let stand last, unless it took that back.
    private func stood(_ plot: RecordID, _ standing: [Int: Standing]) -> Int64? {
        var last: (position: LogPosition, amount: Int64?)?
        for (entry, operation) in writes(plot, .discussion, standing) {
            guard case .append(let values) = operation, let it = standing[entry],
                it.name.replica.isHub, let position = it.position
            else { continue }
            for case .group(let words) in values
            where words[0] == .integer(Int64(Plot.wells.value)) {
                guard case .text(let act) = words[1], case .text(let keep) = words[2],
                    ["standing", "reopening"].contains(act.string),
                    // What names a change set lets that stand.
                    Int64(keep.string) != nil,
                    last.map({ $0.position < position }) ?? true
                else { continue }
                last = (position, act.string == "standing" ? Int64(keep.string) : nil)
            }
        }
        return last?.amount
    }
}
