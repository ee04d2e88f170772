/// What somebody said of a unit of a record, as an entry of its discussion.
///
/// Words of a newer version are kept in the record and are `nil` here.
public struct Remark: Hashable, Sendable {
    public let unit: UnitID
    public let act: Act
    /// A change set's name, a person, or nothing; the act says which.
    public let keep: Text
    public let text: Text

    public enum Act: String, Hashable, Sendable, CaseIterable {
        case comment
        /// Names a change set of the side to keep.
        case proposal
        /// The office asks the author of a side, named by a change set of it.
        case question
        /// An author of a side agrees with what was decided.
        case acceptance
        /// An author of a side does not: the conflict opens again.
        case objection
        /// The office decided with two persons: names the one who proposed it.
        case approval
        /// The office lets stand what is in conflict. Only a hub may say so. Names what was let
        /// stand: a total, or a change set.
        case standing
        /// The office takes that back, and names the same.
        case reopening

        /// Whether only a hub may say so.
        var isTheHubs: Bool {
            switch self {
            case .comment, .proposal, .acceptance, .objection: false
            case .question, .approval, .standing, .reopening: true
            }
        }
    }

    public init(of unit: UnitID, _ act: Act, keep: String = "", text: String) {
        (self.unit, self.act, self.keep, self.text) = (unit, act, Text(keep), Text(text))
    }

    /// Reads an entry; `nil` if it is of another form, or not its writer's to say.
    public init?(_ entry: Log.Entry) {
        self.init(entry.value)
        if act.isTheHubs, !entry.origin.name.replica.isHub { return nil }
    }

    /// Reads the group of unit, act, keep and text.
    public init?(_ value: Value) {
        guard case .group(let members) = value, members.count == 4,
            case .integer(let number) = members[0], let number = UInt16(exactly: number),
            case .text(let word) = members[1], let act = Act(rawValue: word.string),
            case .text(let keep) = members[2], case .text(let text) = members[3]
        else { return nil }
        (unit, self.act, self.keep, self.text) = (UnitID(number), act, keep, text)
    }

    public var value: Value {
        .group([
            .integer(Int64(unit.value)), .text(act.rawValue), .text(keep), .text(text),
        ])
    }
}

extension RecordState {
    /// What was said of a unit of this record, in order of time.
    public func remarks(of unit: UnitID) -> [(remark: Remark, origin: Origin)] {
        guard case .log(let log)? = self[.discussion] else { return [] }
        return log.entries.compactMap { entry in
            guard let remark = Remark(entry), remark.unit == unit else { return nil }
            return (remark, entry.origin)
        }
    }

    /// Where the office last let stand what sides say of a unit; `nil` if it did not, or took that
    /// back.
    ///
    /// It holds for what has a place in the hub's log before it: whatever comes later was not on
    /// the page of whoever decided.
    public func standing(of unit: UnitID) -> LogPosition? {
        lastStanding(of: unit) { $0.string.isEmpty }?.position
    }

    /// Which amount of a unit the office last let stand.
    public func standingAmount(of unit: UnitID) -> Int64? {
        lastStanding(of: unit) { Int64($0.string) != nil }.flatMap { Int64($0.keep.string) }
    }

    /// Where the office let a change set stand that wrote this unit.
    public func standing(of unit: UnitID, for name: ChangeSetName) -> LogPosition? {
        lastStanding(of: unit) { $0.string == "\(name)" }?.position
    }

    /// Of one unit several things can be asked. What was named tells which of them was let stand,
    /// and only what names the same takes it back.
    private func lastStanding(
        of unit: UnitID, naming isMeant: (Text) -> Bool
    ) -> (keep: Text, position: LogPosition)? {
        var last: (remark: Remark, position: LogPosition)?
        for (remark, origin) in remarks(of: unit) {
            guard remark.act == .standing || remark.act == .reopening, isMeant(remark.keep),
                let position = origin.position, position >= last?.position ?? .start
            else { continue }
            last = (remark, position)
        }
        guard let last, last.remark.act == .standing else { return nil }
        return (last.remark.keep, last.position)
    }
}
