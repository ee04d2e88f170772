public import Fieldwork
public import SyncCore

/// What happened with a household, as far as it is recorded, beside the facts that hold.
///
/// Records are no facts: a benefit that nobody recorded was not granted, as far as anybody here
/// knows. What a chronicle does not say is therefore «no», while a missing fact stays unknown.
public struct Chronicle: Hashable, Sendable {
    /// A benefit's time 享受期间.
    public struct Span: Hashable, Sendable {
        /// The programme's id.
        public let programme: String
        /// The member's place; `nil` for the household.
        public let member: Int?
        public let from: CalendarDate
        /// The last day; `nil` while it goes on.
        public let to: CalendarDate?

        public init(
            programme: String, member: Int? = nil, from: CalendarDate, to: CalendarDate? = nil
        ) {
            (self.programme, self.member, self.from, self.to) = (programme, member, from, to)
        }

        public func isRunning(on day: CalendarDate) -> Bool {
            from <= day && to.map { day <= $0 } ?? true
        }
    }

    /// An application and what came of it.
    public struct Request: Hashable, Sendable {
        public let programme: String
        public let filed: CalendarDate
        /// The day it was refused or withdrawn; `nil` where it was neither.
        public let failed: CalendarDate?
        public let granted: CalendarDate?

        public init(
            programme: String, filed: CalendarDate, failed: CalendarDate? = nil,
            granted: CalendarDate? = nil
        ) {
            (self.programme, self.filed) = (programme, filed)
            (self.failed, self.granted) = (failed, granted)
        }
    }

    /// Somebody went there, called, or met them at an event.
    public struct Contact: Hashable, Sendable {
        public let day: CalendarDate
        public let kind: Kind

        public enum Kind: Hashable, Sendable { case met, missed, refused }

        public init(_ day: CalendarDate, _ kind: Kind = .met) {
            (self.day, self.kind) = (day, kind)
        }
    }

    /// Something that befell them on a day, or will.
    public struct Event: Hashable, Sendable {
        public let kind: Kind
        public let day: CalendarDate
        public let member: Int?

        /// The raw value is the key of the fact that states its day.
        public enum Kind: String, Hashable, Sendable, CaseIterable {
            case cardExpires = "p.disabilityCardUntil"
            case contributionsStopped = "p.contributionsStopped"
            case widowed = "p.widowed"
            case divorced = "p.divorced"
            case discharged = "p.discharged"
            case admitted = "p.admitted"
            case died = "p.died"
            case absentFromSchool = "p.absentFromSchool"
            case changedSchool = "p.changedSchool"
            case arrears = "h.arrearsSince"
        }

        public init(_ kind: Kind, _ day: CalendarDate, member: Int? = nil) {
            (self.kind, self.day, self.member) = (kind, day, member)
        }
    }

    /// A level that an assessment came to.
    public struct Score: Hashable, Sendable {
        public let day: CalendarDate
        public let level: Level

        public init(_ day: CalendarDate, _ level: Level) {
            (self.day, self.level) = (day, level)
        }
    }

    /// What nobody leaves to a rule: it goes to a person at once.
    public enum Danger: Hashable, Sendable, CaseIterable { case violence, selfHarm, abandonment }

    public var spans: [Span] = []
    public var requests: [Request] = []
    public var contacts: [Contact] = []
    public var events: [Event] = []
    public var scores: [Score] = []
    public var dangers: Set<Danger> = []
    /// The members' days of birth, by place; `nil` where one is not known, or too short.
    public var births: [CalendarDate?] = []
    /// Since when anybody here has known of them.
    public var knownSince: CalendarDate?
    /// Whether they live elsewhere than they are registered 人户分离.
    public var livesElsewhere = false
    /// Whether others at their address are helped while they are not.
    public var livesBesideHelped = false
    /// Whether neighbours, the grid or a partner told of them.
    public var wasReported = false
    /// Confirmed needs for which there is nothing, and the earliest day of one.
    public var unmetSince: CalendarDate?
    /// Whether a partner or department turned them away.
    public var wasTurnedAway = false

    public init() {}

    public func holds(_ programme: String, member: Int? = nil, on day: CalendarDate) -> Bool {
        spans.contains {
            $0.programme == programme && $0.isRunning(on: day)
                && ($0.member == nil || member == nil || $0.member == member)
        }
    }

    public func holdsAnything(on day: CalendarDate) -> Bool {
        spans.contains { $0.isRunning(on: day) }
    }

    /// The last day they were met.
    public func lastMet(by day: CalendarDate) -> CalendarDate? {
        contacts.filter { $0.kind == .met && $0.day <= day }.map(\.day).max()
    }

    func birth(of member: Int) -> CalendarDate? {
        births.indices.contains(member) ? births[member] : nil
    }

    func events(_ kind: Event.Kind, from first: CalendarDate, to last: CalendarDate) -> [Event] {
        events.filter { $0.kind == kind && first <= $0.day && $0.day <= last }
    }
}

extension CalendarDate {
    /// The day so many months later, or the last of that month where it has no such day.
    func adding(months: Int) -> CalendarDate {
        let count = year * 12 + month - 1 + months
        for day in [day, 30, 29, 28] where day <= self.day {
            if let date = CalendarDate(year: count / 12, month: count % 12 + 1, day: day) {
                return date
            }
        }
        return self
    }

    func days(since earlier: CalendarDate) -> Int { Int(ordinal - earlier.ordinal) }

    /// The day after so many working days: Saturdays and Sundays are none.
    public func adding(workingDays count: Int) -> CalendarDate {
        var (day, left) = (self, count)
        while left > 0, let next = day.adding(days: 1) {
            day = next
            // 1970-01-01 was a Thursday.
            let weekday = (next.ordinal % 7 + 7 + 3) % 7
            if weekday < 5 { left -= 1 }
        }
        return day
    }
}
