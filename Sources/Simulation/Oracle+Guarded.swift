internal import SyncCore

// What two persons change: what one person may put in its place, written a second time.

extension Oracle {
    /// What the hub calls it when it states again what somebody replaced.
    static let restatement = "restatement"

    /// What is wrong with the writes of a unit that two persons change; `nil` if nothing is.
    ///
    /// What a person wrote is a side until the office decides, or until that person writes anew;
    /// who says the same beside it does not end it.
    func complaint(
        aboutGuarded unit: UnitID, of record: RecordID, _ standing: [Int: Standing]
    ) -> String? {
        let all = settings(record, unit, standing)
        for one in all {
            let isHubs = one.name.replica.isHub
            if isHubs, entries[one.entry].intent.string == Self.restatement {
                let named = all.filter { one.replaced.contains($0.name) }
                guard named.allSatisfy({ Self.reads($0.value, as: one.value) }) else {
                    return "\(one.name) states \(one.value) again, which nobody had said"
                }
            }
            // Who takes out what is no value takes nothing from anybody; an office's word is one.
            guard isHubs || one.value != .absent else { continue }
            let over = all.filter { $0.covers(one) }
            let isOwn = over.contains {
                !isHubs && entries[$0.entry].author == entries[one.entry].author
            }
            guard over.isEmpty || isOwn || over.contains(where: \.name.replica.isHub) else {
                let lines = all.map { "\($0.name) \($0.value) for \($0.replaced)" }
                return "\(one.value), set by \(one.name), went by one person's word: \(lines)"
            }
        }
        return nil
    }
}
