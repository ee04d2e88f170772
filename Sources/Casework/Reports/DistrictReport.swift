public import Fieldwork
public import SyncCore

/// A figure for each of a few columns, by place, with the sum: counted from records each time,
/// never kept.
public struct DistrictReport: Hashable, Sendable {
    public let kind: Kind
    public let asOf: CalendarDate
    /// The catalogue's digest.
    public let catalogue: ContentHash
    /// What the figures of a row are called, in order.
    public let columns: [String]
    /// In the order of `names`.
    public let rows: [Row]
    public let sum: [Int]
    public let coverage: Completeness

    public enum Kind: String, Hashable, Sendable, CaseIterable {
        /// How many households have which level, by street.
        case levels
        /// How many households and persons are in which circle, by street.
        case circles
        /// How many persons may have a programme, might, and have it.
        case takeup
        /// How many households each row of the routing table applies to, by street.
        case classes
        /// How many households each warning rule gives warning of.
        case alerts
        /// How many households were met within a year, by neighbourhood.
        case coverage
    }

    public struct Row: Hashable, Sendable {
        public let name: String
        public let figures: [Int]
    }

    /// From how many of the advisors there is news.
    public struct Completeness: Hashable, Sendable {
        /// Advisors with a visit within the last ninety days.
        public let reporting: Int
        /// Advisors in charge of a household here.
        public let all: Int

        static let days = 90
    }
}

extension DistrictReport {
    /// Counts.
    ///
    /// - Parameters:
    ///   - entries: of the district or a part of it, in any order.
    ///   - discovery: with the rulebook of the day to count for.
    ///   - place: what a neighbourhood and its street are called.
    public init(
        _ kind: Kind, of entries: [HouseholdEntry], discovery: Discovery,
        place: (ScopeID) -> (street: String, neighbourhood: String)
    ) {
        let rulebook = discovery.rulebook
        self.kind = kind
        asOf = rulebook.asOf
        catalogue = rulebook.catalogue.digest
        var counts: [String: [Int]] = [:]
        func count(_ row: String, _ figures: [Int]) {
            guard var known = counts[row] else {
                counts[row] = figures
                return
            }
            for index in figures.indices { known[index] += figures[index] }
            counts[row] = known
        }
        switch kind {
        case .levels:
            columns = Self.levels.map(\.rawValue) + ["assessed"]
            for entry in entries where entry.wasSurveyed {
                let level = rulebook.assessment(of: entry.facts).level
                count(
                    place(entry.area).street, Self.levels.map { $0 == level ? 1 : 0 } + [1])
            }
        case .circles:
            columns = Circle.allCases.flatMap {
                ["circle\($0.number)_households", "circle\($0.number)_persons"]
            }
            for entry in entries {
                let circle = entry.circle(rulebook)
                count(
                    place(entry.area).street,
                    Circle.allCases.flatMap {
                        $0 == circle ? [1, entry.facts.memberCount] : [0, 0]
                    })
            }
        case .takeup:
            columns = ["yes", "unknown", "receiving"]
            for entry in entries {
                for (row, figures) in entry.takeUp(rulebook) { count(row, figures) }
            }
        case .classes:
            columns = RoutingRow.allCases.map(\.rawValue)
            for entry in entries {
                let rows = Routing(
                    discovery.situation(entry.facts, chronicle: entry.chronicle)
                ).rows
                count(
                    place(entry.area).street,
                    RoutingRow.allCases.map { rows.contains($0) ? 1 : 0 })
            }
        case .alerts:
            columns = ["households", "persons"]
            for entry in entries {
                let warnings = discovery.situation(entry.facts, chronicle: entry.chronicle)
                    .warnings
                for (rule, found) in Dictionary(grouping: warnings, by: \.rule) {
                    count(rule.rawValue, [1, found.count { $0.member != nil }])
                }
            }
        case .coverage:
            columns = ["resident", "met", "due"]
            let since = rulebook.asOf.adding(months: -12)
            for entry in entries {
                let isMet = entry.lastMet.map { $0 > since } ?? false
                let at = place(entry.area)
                count("\(at.street) / \(at.neighbourhood)", [1, isMet ? 1 : 0, isMet ? 0 : 1])
            }
        }
        let rows = counts.sorted { $0.key.utf8.lexicographicallyPrecedes($1.key.utf8) }
            .map { Row(name: $0.key, figures: $0.value) }
        self.rows = rows
        let width = columns.count
        sum = (0..<width).map { column in rows.reduce(0) { $0 + $1.figures[column] } }
        coverage = Completeness(of: entries, asOf: rulebook.asOf)
    }

    /// As published: the hardest first, what is not decided last.
    private static let levels: [Level] = [.high, .medium, .low, .none, .pending]

    /// The report as it is sent, without its digest: columns in order, rows by name.
    public var json: JSON {
        func figures(_ values: [Int]) -> [JSONMember] {
            zip(columns, values).map { JSONMember($0, .integer(Int64($1))) }
        }
        return .object(
            [
                JSONMember("report", .string(kind.rawValue)),
                JSONMember("as_of", .string("\(asOf)")),
                JSONMember("catalogue", .string("\(catalogue)")),
                JSONMember(
                    "rows",
                    .array(
                        rows.map {
                            .object([JSONMember("name", .string($0.name))] + figures($0.figures))
                        })),
                JSONMember("advisors_reporting", .integer(Int64(coverage.reporting))),
                JSONMember("advisors", .integer(Int64(coverage.all))),
            ] + figures(sum))
    }
}

extension DistrictReport.Completeness {
    fileprivate init(of entries: [HouseholdEntry], asOf day: CalendarDate) {
        let since = day.adding(days: -Int64(Self.days)) ?? day
        all = Set(entries.compactMap(\.worker)).count
        reporting =
            Set(
                entries.filter { $0.lastVisited.map { $0 > since } ?? false }.compactMap(\.worker)
            ).count
    }
}

extension HouseholdEntry {
    /// The circle the household is in; `nil` for one that is on no books.
    public func circle(_ rulebook: Rulebook) -> Circle? {
        if let circle = Circle(status: status, hardship: .no) { return circle }
        let indicators = rulebook.assessment(of: facts).indicators
        return Circle(status: status, hardship: indicators.map(\.truth).max() ?? .no)
    }

    /// For each programme how many members may have it, might, and have it by their status.
    fileprivate func takeUp(_ rulebook: Rulebook) -> [(String, [Int])] {
        let held = rulebook.catalogue.facts.slot(of: Catalogue.statusKey).flatMap {
            facts.household($0)
        }
        return rulebook.catalogue.programmes.enumerated().map { place, programme in
            var figures = [0, 0, 0]
            for member in 0..<facts.memberCount {
                switch rulebook.programme(place, of: facts, member: member).truth {
                case .yes: figures[0] += 1
                case .unknown: figures[1] += 1
                case .no: break
                }
            }
            if let grants = programme.grants, grants == held { figures[2] = facts.memberCount }
            return (programme.id, figures)
        }
    }
}
