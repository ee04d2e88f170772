public import Fieldwork
public import SyncCore

extension Chronicle {
    /// What the records that lie with a household tell of its past, as of a day.
    ///
    /// - Parameter members: in the order in which its facts have them.
    public init(
        _ household: Household, members: [Person], facts: [Fact], visits: [Visit],
        asOf day: CalendarDate
    ) {
        births = members.map(\.birth)
        livesElsewhere = household.livesElsewhere ?? false
        dangers = Set(
            household.warnings.compactMap { warning in
                switch warning.kind {
                case .violence: .violence
                case .selfHarm: .selfHarm
                case .doNotPhone, .notAlone, .infection, .dog, .other: nil
                }
            })
        contacts = visits.compactMap { visit in
            guard visit.voidReason == nil, let on = visit.day, on <= day,
                let kind = visit.outcome?.contact
            else { return nil }
            return Contact(on, kind)
        }.sorted { $0.day < $1.day }
        for fact in facts where fact.voidReason == nil && !fact.isDisputed {
            guard let kind = fact.key.flatMap(Event.Kind.init(rawValue:)),
                case .day(let on)? = fact.statement?.content
            else { continue }
            let member = members.firstIndex { $0.id == fact.subject }
            events.append(Event(kind, on, member: member))
        }
        events.sort { ($0.day, $0.kind.rawValue) < ($1.day, $1.kind.rawValue) }
    }
}

extension ContactOutcome {
    /// What came of going there, as far as being in touch goes; `nil` where nobody was meant to be
    /// met any more.
    fileprivate var contact: Chronicle.Contact.Kind? {
        switch self {
        case .met, .phoneOnly: .met
        case .notHome, .moved, .admitted: .missed
        case .refused: .refused
        case .deceased: nil
        }
    }
}
