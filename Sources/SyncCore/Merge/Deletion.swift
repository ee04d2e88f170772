// Delete against edit: a record was made void by somebody who had not seen somebody else's work in
// it, who had not heard of that either.

extension RecordState {
    /// The dispute between a settled voiding and work done unaware of it; `nil` if there is none.
    ///
    /// Where the work reached the hub first the record stays meanwhile and the voiding waits; where
    /// the voiding did, the record stays void and the work is kept.
    func deletion(_ value: Value) -> Dispute? {
        guard case .register(let register)? = self[.void] else { return nil }
        let voidings = register.heads.map(\.origin)
        var unseen: [ChangeSetName: Origin] = [:]
        for unit in units where !unit.id.isOfEveryRecord {
            for origin in unit.state.origins
            where voidings.allSatisfy({ !$0.hadSeen(origin) && !origin.hadSeen($0) }) {
                unseen[origin.name] = origin
            }
        }
        guard !unseen.isEmpty else { return nil }
        let work = unseen.values.sorted { $0.name < $1.name }
        let cameFirst = work.contains { work in
            voidings.allSatisfy { work.wasReceived(before: $0) }
        }
        let sides = [
            Side(value: value, origins: voidings), Side(value: .absent, origins: work),
        ].sorted { $0.names[0] < $1.names[0] }
        return Dispute(
            kind: .deletion, base: register.base, sides: sides, shown: cameFirst ? .absent : value)
    }
}

extension Origin {
    /// Whether the writer of this knew of another write to the same record: it was on the screen,
    /// was this device's own earlier work, or is of the same intent.
    fileprivate func hadSeen(_ other: Origin) -> Bool {
        if name == other.name || name.followsOnSameDevice(other.name) { return true }
        guard let shown, let position = other.position else { return false }
        return position <= shown
    }
}

extension UnitID {
    /// Whether it is one of the units that every record has.
    public var isOfEveryRecord: Bool { value < 16 }
}

extension UnitState {
    /// Where what is held came from. Totals don't remember.
    fileprivate var origins: [Origin] {
        switch self {
        case .register(let register): register.heads.map(\.origin)
        case .elements(let elements): elements.entries.flatMap(\.adds)
        case .total: []
        case .log(let log): log.entries.map(\.origin)
        }
    }
}
