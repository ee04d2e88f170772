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
    /// By name.
    public let rows: [Row]
    /// Of all rows; what is counted once, however many rows it is in, only once.
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
        /// What was due and has not been done, by street.
        case overdue
        /// Hints that somebody has to see to: whose they are not, and since too long, by street.
        case clues
        /// Companion services and groups' meetings, and how many households came, by street.
        case services
        /// Needs with nothing for them, and what there is to give, by street and kind.
        case supply
        /// How often each rule's alerts were acted on.
        case precision
        /// What happened in the month up to the day, by street.
        case monthly
    }

    public struct Row: Hashable, Sendable {
        public let name: String
        public let figures: [Int]
    }

    /// From how many of the advisors there is news.
    public struct Completeness: Hashable, Sendable {
        /// Advisors with a visit within the last ninety days; of a month's report, within it.
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
    ///   - account: of the district or a part of it.
    ///   - discovery: with the rulebook of the day to count for.
    public init(
        _ kind: Kind, of account: DistrictAccount, discovery: Discovery, places: DistrictPlaces
    ) {
        let day = discovery.rulebook.asOf
        self.kind = kind
        asOf = day
        catalogue = discovery.rulebook.catalogue.digest
        let figures = Figures(kind, of: account, discovery: discovery, places: places)
        columns = figures.columns
        rows = figures.rows
        sum = figures.sum
        coverage = Completeness(
            of: account.entries,
            from: kind == .monthly
                ? day.firstOfMonth : day.adding(days: Int64(1 - Completeness.days)))
    }

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
    fileprivate init(of entries: [HouseholdEntry], from first: CalendarDate?) {
        all = Set(entries.compactMap(\.worker)).count
        reporting =
            Set(
                entries.filter { entry in
                    guard let last = entry.lastVisited else { return false }
                    return first.map { $0 <= last } ?? true
                }.compactMap(\.worker)
            ).count
    }
}

extension CalendarDate {
    /// The first day of the month it lies in.
    var firstOfMonth: CalendarDate { adding(days: Int64(1 - day)) ?? self }
}

extension HouseholdEntry {
    /// The circle the household is in; `nil` for one that is on no books.
    public func circle(_ rulebook: Rulebook) -> Circle? {
        if let circle = Circle(status: status, hardship: .no) { return circle }
        let indicators = rulebook.assessment(of: facts).indicators
        return Circle(status: status, hardship: indicators.map(\.truth).max() ?? .no)
    }
}
