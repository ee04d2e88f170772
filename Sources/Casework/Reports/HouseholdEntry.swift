public import Fieldwork
public import SyncCore

/// What reports need of one household on a day, taken from its records: small enough for a whole
/// district to stay in memory.
public struct HouseholdEntry: Sendable {
    public let household: RecordID
    /// The neighbourhood.
    public let area: ScopeID
    /// Where they live; compared with others' and shown to nobody.
    public let address: String?
    /// The advisor in charge.
    public let worker: PersonID?
    public let facts: HouseholdFacts
    /// As they stood three months before; `nil` where others belonged to it then.
    public let earlier: HouseholdFacts?
    /// The members by their place in `facts`.
    public let members: [RecordID]
    /// The day on which the newest fact came in.
    public let newestFact: CalendarDate?
    public internal(set) var chronicle: Chronicle
    /// The status on the books, as a word; `nil` where it is not known.
    public let status: String?
    /// By day.
    public let visits: [VisitLine]
    public let needs: [NeedLine]
    public let alerts: [AlertLine]
    /// All that was ever raised of them, whatever became of it.
    public let everRaised: [Alert]
    /// What somebody has to do by a day, and has not done.
    public let due: [DueLine]
    /// How much of which resource its measures use.
    public let uses: [(resource: RecordID, count: Int)]

    public struct VisitLine: Hashable, Sendable {
        public let day: CalendarDate
        public let advisor: PersonID?
        public let isMet: Bool
        /// Whether a survey was taken: their hardship was asked for, not only what feeds bring.
        public let isSurvey: Bool
    }

    public struct NeedLine: Hashable, Sendable {
        public let kind: NeedKind
        public let found: CalendarDate
        /// Confirmed, and nothing there for it yet.
        public let isOpen: Bool
        /// Open for sixty days and more: a gap may lie there.
        public let isGap: Bool
        public let met: CalendarDate?
    }

    public struct AlertLine: Hashable, Sendable {
        public let rule: String
        public let raised: CalendarDate
        /// `nil` where its state is not known.
        public let progress: Alert.Progress?
    }

    public struct DueLine: Hashable, Sendable {
        public let kind: Kind
        public let day: CalendarDate

        public enum Kind: Hashable, Sendable {
            case followUp, application, alert, referral
            /// They were told what they may get, and have not applied.
            case told
        }
    }

    /// Reads the records that lie with a household as of a day; `nil` where it lies nowhere, or is
    /// void.
    public init?(_ records: HouseholdRecords, catalogue: Catalogue, asOf day: CalendarDate) {
        let household = records.household
        guard let area = household.area, household.voidReason == nil else { return nil }
        self.household = household.id
        self.area = area
        address = household.address
        worker = household.assignedAdvisor
        let gathered = catalogue.gather(
            household, persons: records.persons, facts: records.facts, asOf: day)
        facts = gathered.facts
        members = gathered.members.map(\.id)
        let then = day.adding(months: -3)
        let hasChanged = records.facts.contains {
            $0.statement.map { then < $0.effective && $0.effective <= day } ?? false
        }
        let past =
            hasChanged
            ? catalogue.gather(
                household, persons: records.persons, facts: records.facts, asOf: then) : gathered
        earlier = past.members.map(\.id) == members ? past.facts : nil
        newestFact = records.facts.compactMap(\.state.createdOn).max()
        chronicle = Chronicle(records, members: gathered.members, asOf: day)
        status = facts.word("h.status", catalogue)
        visits = records.visits.compactMap { VisitLine($0, asOf: day) }.sorted { $0.day < $1.day }
        needs = records.needs.compactMap { NeedLine($0, asOf: day) }
        alerts = records.alerts.compactMap { AlertLine($0, asOf: day) }
        everRaised = records.alerts.filter { $0.voidReason == nil }
        due = DueLine.all(of: records, catalogue, asOf: day)
        uses = records.planItems.compactMap { item in
            guard item.voidReason == nil, let resource = item.measure?.resource,
                let used = item.used
            else { return nil }
            return (resource, used)
        }
    }

    public var wasSurveyed: Bool { visits.contains(where: \.isSurvey) }
    /// The last day somebody met them.
    public var lastMet: CalendarDate? { visits.last(where: \.isMet)?.day }
    /// The last day their advisor recorded a visit, whatever came of it.
    public var lastVisited: CalendarDate? { visits.last?.day }
}

extension HouseholdEntry.VisitLine {
    fileprivate init?(_ visit: Visit, asOf today: CalendarDate) {
        guard visit.voidReason == nil, let day = visit.day, day <= today else { return nil }
        self.day = day
        advisor = visit.advisor
        isMet = visit.outcome == .met
        isSurvey = !visit.answers.isEmpty
    }
}

extension HouseholdEntry.NeedLine {
    fileprivate init?(_ need: Need, asOf today: CalendarDate) {
        guard need.voidReason == nil, let kind = need.kind, let found = need.foundOn,
            found <= today
        else { return nil }
        self.kind = kind
        self.found = found
        switch need.progress(by: today) {
        case .confirmed, .unmet, .gapCandidate: isOpen = true
        // It has moved on since: before that it was open, or only suggested.
        case nil: isOpen = true
        case .suggested, .matched, .beingMet, .met, .rejected: isOpen = false
        }
        isGap =
            isOpen
            && (need.progress(by: today) == .gapCandidate
                || today.days(since: found) >= Need.daysToGap)
        met = need.steps.last { $0.to == .met && $0.day <= today }?.day
    }
}

extension HouseholdEntry.AlertLine {
    fileprivate init?(_ alert: Alert, asOf today: CalendarDate) {
        guard alert.voidReason == nil, let rule = alert.rule, let raised = alert.raisedOn,
            raised <= today
        else { return nil }
        (self.rule, self.raised) = (rule, raised)
        progress = alert.steps.isEmpty ? alert.progress : alert.progress(by: today) ?? .raised
    }
}

extension HouseholdEntry.DueLine {
    fileprivate static func all(
        of records: HouseholdRecords, _ catalogue: Catalogue, asOf today: CalendarDate
    ) -> [Self] {
        func line<Record: Work>(
            _ record: Record, _ kind: Kind, _ due: CalendarDate?, waiting: Set<Record.Progress>
        ) -> Self? {
            guard let due, due < today, record.voidReason == nil,
                record.progress(by: today).map(waiting.contains) ?? true
            else { return nil }
            return Self(kind: kind, day: due)
        }
        return records.followUps.compactMap {
            line($0, .followUp, $0.due, waiting: [.scheduled])
        }
            + records.applications.compactMap {
                line($0, .application, $0.due, waiting: [.draft, .ready, .signed, .morePapers])
            }
            + records.alerts.compactMap {
                line($0, .alert, $0.due, waiting: [.raised, .acknowledged])
            }
            + records.referrals.compactMap {
                line($0, .referral, $0.due, waiting: [.draft, .consented, .sent])
            } + told(records, catalogue, asOf: today)
    }

    /// Of all that a household was told, and has not applied for in time, one line.
    private static func told(
        _ records: HouseholdRecords, _ catalogue: Catalogue, asOf today: CalendarDate
    ) -> [Self] {
        let results = records.matchResults.filter { $0.basis.map { $0.asOf <= today } ?? false }
        if results.isEmpty { return [] }
        let known = records.applications.filter { $0.state.createdOn.map { $0 <= today } ?? true }
        return catalogue.unclaimed(
            results, applications: known, benefits: records.spans, on: today
        ).filter { $0.due < today }.prefix(1).map { Self(kind: .told, day: $0.due) }
    }
}

extension RecordState {
    /// The day on which it came to be.
    fileprivate var createdOn: CalendarDate? {
        created.flatMap { CalendarDate(ordinal: Int64($0.time.milliseconds / 86_400_000)) }
    }
}

extension HouseholdFacts {
    /// The word of a household's fact that is a choice; `nil` where it is not known.
    func word(_ key: String, _ catalogue: Catalogue) -> String? {
        guard let slot = catalogue.facts.slot(of: key), let parts = household(slot),
            case .choice(let words) = catalogue.facts[slot].kind
        else { return nil }
        return words[Int(parts)]
    }
}
