public import SyncCore

extension Office {
    /// Whoever sets this is a street manager, says so, and says why: a level or a class over the
    /// computed one. To take it back needs the same office.
    static func streetManager(_ members: [Member]) -> Office {
        register("street manager") { isManager, value in
            guard isManager, value != .absent else { return isManager }
            let reason = value.member("reason", of: members)?.string ?? ""
            return value.source(members) == .streetManager
                && reason.contains { !$0.isWhitespace }
                && value.member("level", of: members) != .word(Level.pending)
        }
    }

    /// By whose word something holds decides which of two does, so nobody uses a higher word than
    /// their own: an advisor's, or that of somebody below; a street manager's who is one. What a
    /// department or a court says comes in through the office.
    static func ownWord(_ members: [Member]) -> Office {
        register("own word") { isManager, value in
            switch value.source(members) {
            case .decision, .departmentFeed: false
            case .streetManager: isManager
            case .advisor, .stationVolunteer, .resident, nil: true
            }
        }
    }

    private static func register(
        _ name: String, allows: @escaping @Sendable (_ isManager: Bool, Value) -> Bool
    ) -> Office {
        Office(name, by: .advisor, entry: { Advisor.id(of: $0) }) { person, entry, value in
            allows(entry.flatMap { Advisor($0) }?.isStreetManager(person) ?? false, value)
        }
    }
}

extension Advisor {
    /// Whether this entry says of somebody that they are a street manager now.
    public func isStreetManager(_ person: PersonID) -> Bool {
        worker == person && voidReason == nil && isServing && roles.contains(.streetManager)
    }
}

extension Value {
    /// By its place, and not as one reads the whole: a group that can't be read is ranked all the
    /// same.
    fileprivate func member(_ name: String, of members: [Member]) -> Value? {
        guard case .group(let values) = self, values.count == members.count else { return nil }
        return members.firstIndex { $0.name == name }.map { values[$0] }
    }

    fileprivate func source(_ members: [Member]) -> Fact.Source? {
        member("source", of: members)?.word()
    }
}
