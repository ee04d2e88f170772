public import SyncCore

/// Who is to do something, and by whose word: of two appointments made apart the higher role's
/// stands.
public struct Appointment: Hashable, Sendable {
    public let worker: PersonID
    public let source: Fact.Source
    /// The day from which it holds.
    public let effective: CalendarDate

    public init(_ worker: PersonID, by source: Fact.Source, effective: CalendarDate) {
        (self.worker, self.source, self.effective) = (worker, source, effective)
    }

    static let members = [
        Member("worker", .reference),
        Member("source", Fact.Source.type),
        Member("effective", .day),
    ]

    public var value: Value {
        .group([.worker(worker), .word(source), .day(effective)])
    }

    /// Reads what `value` writes; `nil` for anything else. A source this program does not know is
    /// read as the lowest.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count),
            let worker = members[0].record?.worker, let effective = members[2].day
        else { return nil }
        self.init(worker, by: members[1].word() ?? .resident, effective: effective)
    }
}

extension MergePolicy {
    /// For a group that says who says so, and from when on: both members are part of it.
    static let bySource = MergePolicy.ranked(Ranking(source: "source", effective: "effective"))
}
