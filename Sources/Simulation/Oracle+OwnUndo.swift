internal import SyncCore

// What taking back one's own work must come to, written a second time.

extension Oracle {
    /// What is wrong with a record after its author took back a change of theirs; `nil` if nothing
    /// is.
    ///
    /// - Parameter name: the change set that took it back.
    func complaint(
        aboutTakingBack change: RecordChange, from old: RecordState, to new: RecordState,
        _ standing: [Int: Standing], by name: ChangeSetName
    ) -> String? {
        if change.creates {
            guard case .register(let void)? = new[.void],
                void.heads.contains(where: { $0.value != .absent })
            else { return "\(change.record) is there" }
            return nil
        }
        for write in change.writes {
            let place = "unit \(write.unit.value) of \(change.record)"
            switch (write.operation, old[write.unit], new[write.unit]) {
            case (.set(_, let names), _, .register(let register)?):
                let replaced = settings(change.record, write.unit, standing).filter {
                    names.contains($0.name)
                }
                guard let head = register.heads.first(where: { $0.origin.name == name }) else {
                    return "\(place) was not set"
                }
                let isBack =
                    names.isEmpty
                    ? head.value == .absent
                    : replaced.isEmpty
                        || replaced.contains { Self.reads($0.value, as: head.value) }
                guard isBack else {
                    return "\(place) says \(head.value), and said \(replaced.map(\.value))"
                }
            case (.increment(let delta), .total(let before)?, .total(let after)?):
                guard after.amount == before.amount - delta else {
                    return "\(place) was \(before.amount), and is \(after.amount)"
                }
            case (.change(_, let removing), _, .elements(let elements)?):
                for removal in removing
                where !elements.entries.contains(where: {
                    Self.reads($0.element, as: removal.element)
                }) {
                    return "\(place) lacks \(removal.element)"
                }
            case (.change(_, let removing), _, nil) where removing.isEmpty: break
            // What was lost counts nowhere.
            case (.increment, nil, nil): break
            default: return "\(place) can't be taken back"
            }
        }
        return nil
    }
}
