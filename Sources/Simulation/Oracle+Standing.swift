internal import SyncCore
internal import SyncProtocol

// What the office let stand, read once more from what it said.

extension Oracle {
    /// Whether all that these settings say was there when the office let the sides of a unit stand,
    /// and it has not taken that back.
    func isLetStand(
        _ heads: [Setting], _ record: RecordID, _ unit: UnitID, _ standing: [Int: Standing]
    ) -> Bool {
        var last: (position: UInt64, stands: Bool) = (0, false)
        for (entry, operation) in writes(record, .discussion, standing) {
            let it = standing[entry]!
            guard case .append(let values) = operation, it.name.replica.isHub,
                let position = it.position?.value, position >= last.position
            else { continue }
            for case .group(let said) in values
            where said[0] == .integer(Int64(unit.value)) && said[2] == .text("") {
                if said[1] == .text("standing") { last = (position, true) }
                if said[1] == .text("reopening") { last = (position, false) }
            }
        }
        return last.stands && heads.allSatisfy { $0.position <= last.position }
    }
}
