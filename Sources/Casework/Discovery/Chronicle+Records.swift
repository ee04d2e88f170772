public import Fieldwork
public import SyncCore

extension Chronicle {
    /// What the records that lie with a household tell of its past, as of a day.
    ///
    /// - Parameter members: in the order in which its facts have them.
    public init(_ records: HouseholdRecords, members: [Person], asOf day: CalendarDate) {
        births = members.map(\.birth)
        let household = records.household
        livesElsewhere = household.livesElsewhere ?? false
        dangers = Set(
            household.warnings.compactMap { warning in
                switch warning.kind {
                case .violence: .violence
                case .selfHarm: .selfHarm
                case .doNotPhone, .notAlone, .infection, .dog, .other: nil
                }
            })
        contacts = records.visits.compactMap { visit in
            guard visit.voidReason == nil, let on = visit.day, on <= day,
                let kind = visit.outcome?.contact
            else { return nil }
            return Contact(on, kind)
        }.sorted { $0.day < $1.day }
        events = records.facts.compactMap { fact in
            guard let kind = fact.key.flatMap(Event.Kind.init(rawValue:)),
                fact.voidReason == nil, !fact.isDisputed,
                case .day(let on)? = fact.statement?.content
            else { return nil }
            return Event(kind, on, member: members.firstIndex { $0.id == fact.subject })
        }.sorted { ($0.day, $0.kind.rawValue) < ($1.day, $1.kind.rawValue) }
        spans = records.spans.compactMap { Span($0, members, asOf: day) }.sorted {
            ($0.from, $0.programme, $0.member ?? -1) < ($1.from, $1.programme, $1.member ?? -1)
        }
        requests = records.applications.compactMap { Request($0, asOf: day) }.sorted {
            ($0.filed, $0.programme) < ($1.filed, $1.programme)
        }
        scores = records.assessments.compactMap { assessment in
            guard assessment.voidReason == nil, let on = assessment.basis?.asOf, on <= day,
                let level = assessment.level
            else { return nil }
            return Score(on, level)
        }.sorted { ($0.day, $0.level.rank) < ($1.day, $1.level.rank) }
        unmetSince =
            records.needs.compactMap { need in
                let progress = need.progress(by: day)
                guard need.voidReason == nil, progress == .unmet || progress == .gapCandidate,
                    let found = need.foundOn, found <= day
                else { return nil }
                return found
            }.min()
        wasTurnedAway = records.referrals.contains {
            $0.voidReason == nil && $0.progress(by: day) == .declined
        }
    }

    /// Adds what is known of a household by records that lie in its area: the days on which it came
    /// to a service or a group's meeting, and who told of it.
    mutating func add(attended days: [CalendarDate], wasReported: Bool) {
        self.wasReported = wasReported
        if days.isEmpty { return }
        contacts = (contacts + days.map { Contact($0) }).sorted { $0.day < $1.day }
    }
}

extension Work {
    /// Where it stood at the end of a day, by its steps; `nil` where it had only begun, or that is
    /// not known.
    func progress(by day: CalendarDate) -> Progress? {
        let steps = steps
        guard let last = steps.last(where: { $0.day <= day }) else {
            return steps.isEmpty ? progress : nil
        }
        // What people decided about it stands over its steps.
        return last == steps.last ? progress : last.to
    }
}

extension Chronicle.Span {
    /// `nil` for what was never had by the day, and for somebody who is no member now.
    fileprivate init?(_ span: BenefitSpan, _ members: [Person], asOf day: CalendarDate) {
        guard span.voidReason == nil, let programme = span.programme, let subject = span.subject,
            let from = span.from, from <= day
        else { return nil }
        var member: Int?
        if subject != span.household {
            guard let place = members.firstIndex(where: { $0.id == subject }) else { return nil }
            member = place
        }
        var end = span.to
        switch span.progress(by: day) {
        case .proposed: return nil
        case .suspended, .ended:
            let stop = span.steps.last { $0.to == .suspended || $0.to == .ended }?.day
            end = [end, stop].compactMap(\.self).min()
        case .active, nil: break
        }
        self.init(programme: programme, member: member, from: from, to: end)
    }
}

extension Chronicle.Request {
    /// `nil` for one that was not sent in by the day.
    fileprivate init?(_ application: Application, asOf day: CalendarDate) {
        let steps = application.steps.filter { $0.day <= day }
        guard application.voidReason == nil, let programme = application.programme,
            let filed = steps.first(where: { $0.to == .submitted })?.day, let last = steps.last
        else { return nil }
        let hasFailed = last.to == .rejected || last.to == .withdrawn
        self.init(
            programme: programme, filed: filed, failed: hasFailed ? last.day : nil,
            granted: steps.first { $0.to == .granted }?.day)
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
