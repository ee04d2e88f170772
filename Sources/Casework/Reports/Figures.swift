import Fieldwork
import SyncCore

/// A report's figures being counted: row by row, in any order.
struct Figures {
    let columns: [String]
    private var counts: [String: [Int]] = [:]
    /// In place of the sum of all rows, for what may be in several of them.
    private var total: [Int]?

    init(_ columns: [String]) { self.columns = columns }

    mutating func count(_ row: String, _ figures: [Int]) {
        guard var known = counts[row] else {
            counts[row] = figures
            return
        }
        for index in figures.indices { known[index] += figures[index] }
        counts[row] = known
    }

    /// Adds to one column of a row.
    mutating func count(_ row: String, _ column: String, _ number: Int = 1) {
        guard let place = columns.firstIndex(of: column) else {
            preconditionFailure("a column that the report does not have")
        }
        var figures = counts[row] ?? columns.map { _ in 0 }
        figures[place] += number
        counts[row] = figures
    }

    /// Sums all rows, with another number where a sum would count something twice.
    mutating func correctSum(_ column: String, _ number: Int) {
        var sum = self.sum
        if let place = columns.firstIndex(of: column) { sum[place] = number }
        total = sum
    }

    var rows: [DistrictReport.Row] {
        counts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { DistrictReport.Row(name: $0.key, figures: $0.value) }
    }

    var sum: [Int] {
        total
            ?? columns.indices.map { column in counts.reduce(0) { $0 + $1.value[column] } }
    }

    init(
        _ kind: DistrictReport.Kind, of account: DistrictAccount, discovery: Discovery,
        places: DistrictPlaces
    ) {
        let entries = account.entries
        self =
            switch kind {
            case .levels: .levels(entries, discovery.rulebook, places)
            case .circles: .circles(entries, discovery.rulebook, places)
            case .takeup: .takeUp(entries, discovery.rulebook)
            case .classes: .classes(entries, discovery, places)
            case .alerts: .alerts(entries, discovery)
            case .coverage: .coverage(entries, discovery.rulebook.asOf, places)
            case .overdue: .overdue(account, discovery, places)
            case .clues: .clues(account, places)
            case .services: .services(account, places)
            case .supply: .supply(account, places)
            case .precision: .precision(entries)
            case .monthly: .monthly(account, discovery.rulebook.asOf, places)
            }
    }
}

// MARK: - How households stand

extension Figures {
    /// As published: the hardest first, what is not decided last.
    private static let levels: [Level] = [.high, .medium, .low, .none, .pending]

    private static func levels(
        _ entries: [HouseholdEntry], _ rulebook: Rulebook, _ places: DistrictPlaces
    ) -> Figures {
        var figures = Figures(levels.map(\.rawValue) + ["assessed"])
        for entry in entries where entry.wasSurveyed {
            let level = rulebook.assessment(of: entry.facts).level
            figures.count(
                places.street(of: entry.area), levels.map { $0 == level ? 1 : 0 } + [1])
        }
        return figures
    }

    private static func circles(
        _ entries: [HouseholdEntry], _ rulebook: Rulebook, _ places: DistrictPlaces
    ) -> Figures {
        var figures = Figures(
            Circle.allCases.flatMap {
                ["circle\($0.number)_households", "circle\($0.number)_persons"]
            })
        for entry in entries {
            let circle = entry.circle(rulebook)
            figures.count(
                places.street(of: entry.area),
                Circle.allCases.flatMap {
                    $0 == circle ? [1, entry.facts.memberCount] : [0, 0]
                })
        }
        return figures
    }

    /// By programme. Who receives it, entitled or not, is read from spans.
    private static func takeUp(_ entries: [HouseholdEntry], _ rulebook: Rulebook) -> Figures {
        var figures = Figures(["yes", "unknown", "receiving", "missed"])
        for entry in entries {
            for (place, programme) in rulebook.catalogue.programmes.enumerated() {
                var counts = [0, 0, 0, 0]
                for member in 0..<entry.facts.memberCount {
                    let truth = rulebook.programme(place, of: entry.facts, member: member).truth
                    let isHeld = entry.chronicle.holds(
                        programme.id, member: member, on: rulebook.asOf)
                    if truth == .yes { counts[0] += 1 }
                    if truth == .unknown { counts[1] += 1 }
                    if isHeld { counts[2] += 1 }
                    if truth == .yes, !isHeld { counts[3] += 1 }
                }
                figures.count(programme.id, counts)
            }
        }
        return figures
    }

    private static func classes(
        _ entries: [HouseholdEntry], _ discovery: Discovery, _ places: DistrictPlaces
    ) -> Figures {
        var figures = Figures(RoutingRow.allCases.map(\.rawValue))
        for entry in entries {
            let rows = Routing(
                discovery.situation(entry.facts, chronicle: entry.chronicle)
            ).rows
            figures.count(
                places.street(of: entry.area),
                RoutingRow.allCases.map { rows.contains($0) ? 1 : 0 })
        }
        return figures
    }

    private static func alerts(_ entries: [HouseholdEntry], _ discovery: Discovery) -> Figures {
        var figures = Figures(["households", "persons"])
        for entry in entries {
            let warnings = discovery.situation(entry.facts, chronicle: entry.chronicle).warnings
            for (rule, found) in Dictionary(grouping: warnings, by: \.rule) {
                figures.count(rule.rawValue, [1, found.count { $0.member != nil }])
            }
        }
        return figures
    }

    private static func coverage(
        _ entries: [HouseholdEntry], _ day: CalendarDate, _ places: DistrictPlaces
    ) -> Figures {
        var figures = Figures(["resident", "met", "due"])
        let since = day.adding(months: -12)
        for entry in entries {
            let isMet = entry.lastMet.map { $0 > since } ?? false
            figures.count(
                places.neighbourhood(of: entry.area), [1, isMet ? 1 : 0, isMet ? 0 : 1])
        }
        return figures
    }

    /// What a household's cadence asks for, and everything else with a day that has passed.
    private static func overdue(
        _ account: DistrictAccount, _ discovery: Discovery, _ places: DistrictPlaces
    ) -> Figures {
        var figures = Figures(
            [
                "visits", "follow_ups", "applications", "told", "alerts", "referrals", "clues",
                "tasks",
            ])
        let day = discovery.rulebook.asOf
        for entry in account.entries {
            let situation = discovery.situation(entry.facts, chronicle: entry.chronicle)
            let cadence = Routing(situation).cadenceDays
            let isLate = entry.lastMet.map { day.days(since: $0) > cadence } ?? true
            let kinds: [HouseholdEntry.DueLine.Kind] = [
                .followUp, .application, .told, .alert, .referral,
            ]
            figures.count(
                places.street(of: entry.area),
                [isLate ? 1 : 0] + kinds.map { kind in entry.due.count { $0.kind == kind } }
                    + [0, 0])
        }
        for clue in account.clues where clue.isOverdue {
            figures.count(places.street(of: clue.area), "clues")
        }
        for task in account.tasks where task.isOverdue {
            figures.count(places.street(of: task.area), "tasks")
        }
        return figures
    }

    private static func clues(_ account: DistrictAccount, _ places: DistrictPlaces) -> Figures {
        var figures = Figures(["open", "unclaimed", "left", "overdue"])
        for clue in account.clues where clue.isOpen {
            figures.count(
                places.street(of: clue.area),
                [
                    1, clue.isUnclaimed ? 1 : 0, clue.isLeft ? 1 : 0, clue.isOverdue ? 1 : 0,
                ])
        }
        return figures
    }
}

// MARK: - What was done, and what there is

extension Figures {
    /// Events and distinct households are two different numbers.
    private static func services(
        _ account: DistrictAccount, _ places: DistrictPlaces
    ) -> Figures {
        var figures = Figures(["services", "groups", "events", "attendances", "households"])
        var guests: [String: Set<RecordID>] = [:]
        for gathering in account.gatherings {
            let street = places.street(of: gathering.area)
            let households = Set(gathering.households)
            figures.count(
                street,
                [
                    gathering.isGroup ? 0 : 1, gathering.isGroup ? 1 : 0, 1, households.count, 0,
                ])
            guests[street, default: []].formUnion(households)
        }
        for (street, households) in guests {
            figures.count(street, "households", households.count)
        }
        figures.correctSum("households", distinct(guests))
        return figures
    }

    /// Demand and supply. A place that several streets or kinds could have is counted once: where
    /// it is lacking, in their order, and what is over with the first of them.
    private static func supply(_ account: DistrictAccount, _ places: DistrictPlaces) -> Figures {
        struct Spot: Hashable {
            let street: String
            let kind: NeedKind
            var name: String { "\(street) / \(kind.rawValue)" }
        }
        var (open, gaps): ([Spot: Int], [Spot: Int]) = ([:], [:])
        var (streets, used): ([String: ScopeID], [RecordID: Int]) = ([:], [:])
        for entry in account.entries {
            let street = places.street(of: entry.area)
            streets[street] = entry.area
            for need in entry.needs where need.isOpen {
                open[Spot(street: street, kind: need.kind), default: 0] += 1
                if need.isGap { gaps[Spot(street: street, kind: need.kind), default: 0] += 1 }
            }
            for use in entry.uses { used[use.resource, default: 0] += use.count }
        }
        var given: [Spot: Int] = [:]
        let order = streets.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
        let reached = account.offers.map { offer in
            let streets = order.filter { street in
                offer.reach.contains { places.reaches($0, streetOf: street.value) }
            }.map(\.key)
            let kinds = offer.kinds.sorted { $0.rawValue < $1.rawValue }
            let spots = streets.flatMap { street in
                kinds.map { Spot(street: street, kind: $0) }
            }
            return (offer: offer, spots: spots)
        }
        // Who can help in one place only does so before who can choose.
        for (offer, spots) in reached.sorted(by: {
            ($0.spots.count, $0.offer.resource) < ($1.spots.count, $1.offer.resource)
        }) {
            var left = max(0, offer.places - used[offer.resource, default: 0])
            for spot in spots {
                let lacking = max(0, open[spot, default: 0] - given[spot, default: 0])
                given[spot, default: 0] += min(left, lacking)
                left -= min(left, lacking)
            }
            if let first = spots.first { given[first, default: 0] += left }
        }
        var figures = Figures(["open", "places", "shortfall", "gap"])
        for spot in Set(open.keys).union(given.keys) {
            let (needs, places) = (open[spot, default: 0], given[spot, default: 0])
            if needs == 0, places == 0 { continue }
            figures.count(
                spot.name, [needs, places, max(0, needs - places), gaps[spot, default: 0]])
        }
        return figures
    }

    /// Of alerts as they were recorded. A rule that is wrong four times out of five, after fifty
    /// outcomes, is to be looked at.
    private static func precision(_ entries: [HouseholdEntry]) -> Figures {
        var figures = Figures(["raised", "open", "right", "wrong", "precision", "review"])
        var outcomes: [String: (right: Int, wrong: Int)] = [:]
        for alert in entries.lazy.flatMap(\.alerts) {
            var (right, wrong) = (0, 0)
            switch alert.progress {
            case .acted, .resolved: right = 1
            case .dismissed: wrong = 1
            case .raised, .acknowledged, nil: break
            }
            figures.count(alert.rule, [1, 1 - right - wrong, right, wrong, 0, 0])
            let known = outcomes[alert.rule] ?? (0, 0)
            outcomes[alert.rule] = (known.right + right, known.wrong + wrong)
        }
        var all = (right: 0, wrong: 0)
        for (rule, outcome) in outcomes {
            let precision = RulePrecision(
                right: outcome.right, outcomes: outcome.right + outcome.wrong)
            figures.count(rule, "precision", precision.thousandths ?? 0)
            figures.count(rule, "review", precision.needsReview ? 1 : 0)
            all = (all.right + outcome.right, all.wrong + outcome.wrong)
        }
        let precision = RulePrecision(right: all.right, outcomes: all.right + all.wrong)
        figures.correctSum("precision", precision.thousandths ?? 0)
        return figures
    }

    /// Only what carries a day of the month is counted, so that it comes out the same when it is
    /// counted again later.
    private static func monthly(
        _ account: DistrictAccount, _ day: CalendarDate, _ places: DistrictPlaces
    ) -> Figures {
        let month = day.firstOfMonth...day
        func isIn(_ day: CalendarDate?) -> Int { day.map(month.contains) ?? false ? 1 : 0 }
        var figures = Figures([
            "visits", "met", "surveys", "applications", "granted", "refused", "begun", "ended",
            "needs", "needs_met", "alerts", "clues", "events", "households",
        ])
        for entry in account.entries {
            let visits = entry.visits.filter { month.contains($0.day) }
            let (requests, spans) = (entry.chronicle.requests, entry.chronicle.spans)
            figures.count(
                places.street(of: entry.area),
                [
                    visits.count, visits.count(where: \.isMet), visits.count(where: \.isSurvey),
                    requests.reduce(0) { $0 + isIn($1.filed) },
                    requests.reduce(0) { $0 + isIn($1.granted) },
                    requests.reduce(0) { $0 + isIn($1.failed) },
                    spans.reduce(0) { $0 + isIn($1.from) }, spans.reduce(0) { $0 + isIn($1.to) },
                    entry.needs.reduce(0) { $0 + isIn($1.found) },
                    entry.needs.reduce(0) { $0 + isIn($1.met) },
                    entry.alerts.reduce(0) { $0 + isIn($1.raised) }, 0, 0, 0,
                ])
        }
        for clue in account.clues where month.contains(clue.found) {
            figures.count(places.street(of: clue.area), "clues")
        }
        var guests: [String: Set<RecordID>] = [:]
        for gathering in account.gatherings where month.contains(gathering.day) {
            let street = places.street(of: gathering.area)
            figures.count(street, "events")
            guests[street, default: []].formUnion(gathering.households)
        }
        for (street, households) in guests {
            figures.count(street, "households", households.count)
        }
        figures.correctSum("households", distinct(guests))
        return figures
    }

    private static func distinct(_ guests: [String: Set<RecordID>]) -> Int {
        guests.values.reduce(into: Set<RecordID>()) { $0.formUnion($1) }.count
    }
}
