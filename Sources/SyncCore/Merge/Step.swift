extension UnitDeclaration {
    /// The head that a setting to `value` jumps from: of those that its writer had before them, the
    /// one that was shown, where the schema has no step from there. `nil` where it is a step, where
    /// there was nothing before, and where people had not decided what there was.
    ///
    /// - Parameter heads: what the writer knew of the unit, in any order.
    public func jump(to value: Value, from heads: [Head]) -> Head? {
        guard case .states(let machine) = policy else { return nil }
        let register = Register(
            shown: heads.sorted { $0.origin.name < $1.origin.name }, base: nil)
        switch register.outcome(under: self) {
        case .settled(let shown, let origin, _)?, .chosen(let shown, let origin, _)?:
            guard !machine.allows(value, after: shown) else { return nil }
            return heads.first { $0.origin == origin && $0.value.agrees(with: shown) }
        default: return nil
        }
    }
}

extension Register {
    /// The head that a device's setting to `value` jumps from, as far as this register tells: what
    /// it names, and what the device itself wrote, if that is later than all it names of its own. A
    /// name that is no head here is not judged, nor is anything while people have to decide.
    public func jump(
        to value: Value, naming names: [ChangeSetName], by replica: ReplicaID,
        under unit: UnitDeclaration
    ) -> Head? {
        if case .disputed? = outcome(under: unit) { return nil }
        let named = heads.filter { names.contains($0.origin.name) }
        if let head = unit.jump(to: value, from: named) { return head }
        // A device knows what it wrote, whatever page it writes from. What it wrote last may be set
        // aside, and no head.
        let last = names.filter { $0.replica == replica }.max()
        let own = heads.filter {
            let name = $0.origin.name
            return name.replica == replica && last.map { $0 < name } ?? true
        }
        return unit.jump(to: value, from: own)
    }
}
