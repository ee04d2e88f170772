internal import SyncCore
internal import SyncProtocol

// What taking a decision back must say, written a second time.

extension Oracle {
    /// What the hub calls it when it says again what a decision had ended.
    static let undo = "undo"

    /// A unit that a decision set, and what it had replaced there.
    struct Ended {
        let record: RecordID
        let unit: UnitID
        let sides: [Setting]
    }

    /// What a decision ended; `nil` where somebody has written over it since.
    func undoing(_ decision: ChangeSetName, _ standing: [Int: Standing]) -> [Ended]? {
        guard let place = standing.first(where: { $0.value.name == decision })?.key else {
            return []
        }
        var ended: [Ended] = []
        for change in entries[place].changes {
            for write in change.writes {
                guard case .set = write.operation else { continue }
                let all = settings(change.record, write.unit, standing)
                guard let own = all.first(where: { $0.name == decision }),
                    Self.heads(all).map(\.name) == [decision]
                else { return nil }
                ended.append(
                    Ended(
                        record: change.record, unit: write.unit,
                        sides: all.filter { own.replaced.contains($0.name) }))
            }
        }
        return ended
    }

    /// What is wrong with what was written to take a decision back; `nil` if nothing is.
    ///
    /// - Parameter count: how many entries there were before.
    func complaint(
        aboutUndoOf decision: ChangeSetName, _ must: [Ended], _ standing: [Int: Standing],
        since count: Int
    ) -> String? {
        for entry in entries[count...] where entry.intent.string != Self.undo {
            return "\(entry.intent) was written"
        }
        for ended in must {
            let heads = Self.heads(settings(ended.record, ended.unit, standing))
            let place = "unit \(ended.unit.value) of \(ended.record)"
            guard heads.allSatisfy({ $0.replaced == [decision] && $0.entry >= count }) else {
                return "\(place) has \(heads.map(\.name))"
            }
            var left = heads
            for side in ended.sides {
                guard heads.contains(where: { Self.reads($0.value, as: side.value) }) else {
                    return "\(place) lacks \(side.value)"
                }
                left.removeAll { Self.reads($0.value, as: side.value) }
            }
            if ended.sides.isEmpty { left.removeAll { $0.value == .absent } }
            guard left.isEmpty else { return "\(place) says \(left.map(\.value)) as well" }
            for head in heads where !ended.sides.isEmpty {
                let isSame = ended.sides.contains {
                    $0.value == head.value && $0.author == head.author
                }
                guard isSame else { return "\(place) says \(head.value) for \(head.author)" }
            }
        }
        return nil
    }
}
