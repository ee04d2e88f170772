public import Fieldwork
public import SyncCore

/// What reports count: an entry for each household, and what lies in its areas beside them.
public struct DistrictAccount: Sendable {
    public let entries: [HouseholdEntry]
    public let gatherings: [Gathering]
    public let offers: [Offer]
    public let clues: [ClueLine]
    public let tasks: [TaskLine]

    /// A companion service or a group's meeting that took place.
    public struct Gathering: Hashable, Sendable {
        public let area: ScopeID
        public let day: CalendarDate
        public let isGroup: Bool
        public let households: [RecordID]
    }

    /// What a partner or department has to give.
    public struct Offer: Hashable, Sendable {
        public let resource: RecordID
        public let area: ScopeID
        public let kinds: [NeedKind]
        /// What its provider has left; measures count their own use.
        public let places: Int
        public let reach: [ScopeID]
    }

    /// A hint about somebody.
    public struct ClueLine: Hashable, Sendable {
        public let area: ScopeID
        public let household: RecordID?
        public let found: CalendarDate
        /// Whether people told of them, and no feed or rule.
        public let isTold: Bool
        /// Nobody has seen to it, though it was due.
        public let isOverdue: Bool
        /// Somebody has to do something yet.
        public let isOpen: Bool
        /// Open, and nobody's.
        public let isUnclaimed: Bool
        /// Unclaimed for longer than it may be: with the street manager.
        public let isLeft: Bool
    }

    /// Something that somebody is to do, whatever it is about.
    public struct TaskLine: Hashable, Sendable {
        public let area: ScopeID
        /// Its day has passed.
        public let isOverdue: Bool
    }

    /// A record that lies in an area, as far as reports need it.
    public enum Lying: Hashable, Sendable {
        case gathering(Gathering)
        case offer(Offer)
        case clue(ClueLine)
        case task(TaskLine)

        public static let collections: Set<CollectionID> = [
            .companionship, .groupActivity, .resource, .clue, .task,
        ]

        /// Reads a record as of a day; `nil` for what is void, had not begun by then, or says too
        /// little.
        ///
        /// - Parameter area: where it lies, which not every record says itself.
        public init?(_ state: RecordState, in area: ScopeID, asOf today: CalendarDate) {
            let lying: Lying?
            switch state.collection {
            case .companionship:
                lying = Companionship(state).flatMap { Gathering($0, asOf: today) }
                    .map(Lying.gathering)
            case .groupActivity:
                lying = GroupActivity(state).flatMap { Gathering($0, asOf: today) }
                    .map(Lying.gathering)
            case .resource:
                lying = Resource(state).flatMap { Offer($0, asOf: today) }.map(Lying.offer)
            case .clue:
                lying = Clue(state).flatMap { ClueLine($0, asOf: today) }.map(Lying.clue)
            case .task:
                lying = WorkTask(state).flatMap { TaskLine($0, in: area, asOf: today) }
                    .map(Lying.task)
            default: lying = nil
            }
            guard let lying else { return nil }
            self = lying
        }
    }

    /// - Parameters:
    ///   - entries: of the district or a part of it, in any order.
    ///   - lying: what lies in its areas, in any order.
    public init(_ entries: [HouseholdEntry], lying: some Sequence<Lying> = []) {
        var (gatherings, offers): ([Gathering], [Offer]) = ([], [])
        var (clues, tasks): ([ClueLine], [TaskLine]) = ([], [])
        for record in lying {
            switch record {
            case .gathering(let gathering): gatherings.append(gathering)
            case .offer(let offer): offers.append(offer)
            case .clue(let clue): clues.append(clue)
            case .task(let task): tasks.append(task)
            }
        }
        (self.gatherings, self.offers) = (gatherings, offers)
        (self.clues, self.tasks) = (clues, tasks)
        var attended: [RecordID: [CalendarDate]] = [:]
        for gathering in gatherings {
            for household in gathering.households {
                attended[household, default: []].append(gathering.day)
            }
        }
        let told = Set(clues.filter(\.isTold).compactMap(\.household))
        self.entries = entries.map { entry in
            let days = attended[entry.household] ?? []
            let isTold = told.contains(entry.household)
            guard !days.isEmpty || isTold else { return entry }
            var entry = entry
            entry.chronicle.add(attended: days, wasReported: isTold)
            return entry
        }
    }
}

extension DistrictAccount.Gathering {
    fileprivate init?(_ service: Companionship, asOf today: CalendarDate) {
        guard service.voidReason == nil, let area = service.area, let day = service.day,
            day <= today
        else { return nil }
        (self.area, self.day, isGroup) = (area, day, false)
        households = service.attendance
    }

    fileprivate init?(_ group: GroupActivity, asOf today: CalendarDate) {
        guard group.voidReason == nil, let area = group.area, let day = group.day, day <= today
        else { return nil }
        (self.area, self.day, isGroup) = (area, day, true)
        households = group.attendance
    }
}

extension DistrictAccount.Offer {
    fileprivate init?(_ offer: Resource, asOf today: CalendarDate) {
        guard offer.voidReason == nil, let area = offer.area, let capacity = offer.capacity,
            offer.until.map({ today <= $0 }) ?? true
        else { return nil }
        resource = offer.id
        self.area = area
        kinds = offer.needKinds
        places = capacity - offer.used
        reach = offer.reach.isEmpty ? [area] : offer.reach
    }
}

extension DistrictAccount.ClueLine {
    fileprivate init?(_ clue: Clue, asOf today: CalendarDate) {
        guard clue.voidReason == nil, let area = clue.area, let found = clue.foundOn,
            found <= today
        else { return nil }
        (self.area, self.found, household) = (area, found, clue.household)
        switch clue.origin {
        case .neighbour, .gridWorker, .partner: isTold = true
        case .alert, .silentRule, .hotline, .department, .walkIn, .advisor, nil: isTold = false
        }
        let progress = clue.progress(by: today)
        let isWaiting = progress == .found || progress == .claimed || progress == nil
        isOverdue = isWaiting && clue.due.map { $0 < today } ?? false
        isOpen = progress != .closed
        let isAppointed = clue.appointed.map { $0.effective <= today } ?? false
        isUnclaimed = isOpen && !isAppointed && !clue.claims.contains { $0.day <= today }
        isLeft = isUnclaimed && found.adding(workingDays: Clue.unclaimedDays) < today
    }
}

extension DistrictAccount.TaskLine {
    fileprivate init?(_ task: WorkTask, in area: ScopeID, asOf today: CalendarDate) {
        guard task.voidReason == nil, let due = task.due, task.progress(by: today) ?? .open == .open
        else { return nil }
        self.area = area
        isOverdue = due < today
    }
}
