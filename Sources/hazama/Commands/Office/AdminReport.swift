import ArgumentParser
import SyncCore
import SyncProtocol

struct AdminReport: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "report",
        abstract:
            "Count the district from its records: levels, circles, take-up, services, supply and more.",
        discussion: """
            The hub counts anew each time. The digest is of what was counted: the same records give
            the same digest.

            levels      how many households have which level, by street
            circles     households and persons in each of the four circles, by street
            takeup      per programme who is entitled, not known, receiving, and missing out
            coverage    which neighbourhoods' households were met within a year
            classes     how many households each row of the routing applies to
            alerts      how many households each warning rule sees now
            overdue     what was due and has not been done, by street
            clues       hints that somebody has to see to, and whose they are not
            services    companion services and groups: events and distinct households
            supply      needs with nothing for them, what there is, and the shortfall
            precision   how often each rule's alerts were acted on
            monthly     what happened in the month up to --as-of: its last day for a whole month

            What was given to others is kept with --keep. It stays as it was; counted again, each
            report says where it comes out otherwise than what was kept.
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Which report; the list is above.")
    var kind: Kind
    @Option(help: "As of this day: 2021-11-01. Left out, today.")
    var asOf: String?
    @Flag(help: "Keep these figures, as they were given; a month once it is over.")
    var keep = false
    @Option(help: "Why there are other figures now than were kept before.")
    var because: String?

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case levels, circles, takeup, coverage, classes, alerts, overdue, clues, services, supply
        case precision, monthly
    }

    func run(at desk: Desk) async throws -> ExitStatus {
        let day = try asOf.map { "?as_of=\(try desk.typed.day($0))" } ?? ""
        let path = "/v1/admin/reports/\(kind.rawValue)"
        let report: JSON
        if keep {
            let why = because.map { ["reason": .string($0)] as KeyValuePairs<String, JSON> } ?? [:]
            report = try await desk.office().post(
                path + "/keep" + day, .object(why.map { JSONMember($0.key, $0.value) }))
        } else {
            report = try await desk.office().get(path + day)
        }
        show(report, on: desk.console)
        return Self.differs(report) ? .decisionNeeded : .done
    }

    private func show(_ report: JSON, on console: Console) {
        let rows = report["rows"]?.array ?? []
        // The figures of a row, in the order in which the hub puts them.
        let columns = (rows.first?.members ?? []).map(\.key).filter { $0 != "name" }
        var table = Table(
            [.init(title: "", minimum: 10)]
                + columns.map { .init(title: Self.title($0, console), isRight: true) })
        func line(_ name: Line, _ row: JSON) -> [Line] {
            [name] + columns.map { Line(Formats.grouped(row[$0]?.integer ?? 0)) }
        }
        for row in rows {
            table.add(line(Line(row["name"]?.string ?? ""), row))
            console.item("row", row.members ?? [])
        }
        if !rows.isEmpty {
            table.add(line(Line(console.text(ReportPhrase.sum), .strong), report))
        }
        console.result(table)
        console.hint(
            Line(
                console.text(
                    ReportPhrase.fromAdvisors,
                    [
                        "day": report["as_of"]?.string ?? "",
                        "n": Formats.grouped(report["advisors_reporting"]?.integer ?? 0),
                        "all": Formats.grouped(report["advisors"]?.integer ?? 0),
                    ])))
        console.hint(
            Line(
                console.text(
                    ReportPhrase.reportDigest, ["digest": report["digest"]?.string ?? ""]), .dim))
        showKept(report, on: console)
        console.summarise((report.members ?? []).filter { $0.key != "rows" })
    }

    /// What was kept of this report, and where it comes out otherwise.
    private func showKept(_ report: JSON, on console: Console) {
        let kept = report["kept"]?.array ?? []
        for snapshot in kept {
            let day = ["day": snapshot["on"]?.string ?? ""] as KeyValuePairs
            let differences = snapshot["differences"]?.array ?? []
            guard !differences.isEmpty else {
                console.hint(Line(console.text(ReportPhrase.keptSame, day)))
                continue
            }
            console.hint("\(.conflict) \(console.text(ReportPhrase.keptOther, day))")
            for difference in differences {
                func number(_ key: String) -> String {
                    difference[key]?.integer.map { Formats.grouped($0) } ?? "–"
                }
                let row = difference["row"]?.string ?? console.text(ReportPhrase.sum)
                let column = Self.title(difference["column"]?.string ?? "", console)
                let change = "\(number("kept")) → \(number("now"))"
                console.hint("  \(row)  \(column)  \(change, .strong)")
            }
        }
    }

    private static func differs(_ report: JSON) -> Bool {
        let kept = report["kept"]?.array ?? []
        return !kept.isEmpty && kept.allSatisfy { $0["differences"]?.array?.isEmpty == false }
    }

    /// What a column is called; as the hub calls it where it is a newer hub's.
    private static func title(_ column: String, _ console: Console) -> String {
        if let phrase = phrases[column] { return console.text(phrase) }
        for circle in 1...4 {
            let number = ["n": "\(circle)"] as KeyValuePairs
            if column == "circle\(circle)_households" {
                return console.text(ReportPhrase.circleHouseholds, number)
            }
            if column == "circle\(circle)_persons" {
                return console.text(ReportPhrase.circlePersons, number)
            }
        }
        return column
    }

    private static let phrases: [String: ReportPhrase] = [
        "high": .high, "medium": .medium, "low": .low, "none": .none, "pending": .pending,
        "assessed": .assessed, "yes": .yes, "unknown": .unknown, "receiving": .receiving,
        "missed": .missed, "resident": .resident, "households": .resident,
        "persons": .circlePersons, "met": .met, "due": .due, "visits": .visits,
        "follow_ups": .followUps, "applications": .applications, "alerts": .alerts,
        "referrals": .referrals, "clues": .clues, "services": .services, "groups": .groups,
        "events": .events, "attendances": .attendances, "open": .stillOpen, "places": .places,
        "shortfall": .shortfall, "gap": .gap, "raised": .raised, "right": .right,
        "wrong": .wrong, "precision": .precision, "review": .review, "surveys": .surveys,
        "granted": .granted, "refused": .refused, "begun": .begun, "ended": .ended,
        "needs": .needs, "needs_met": .needsMet, "told": .told, "tasks": .tasks,
        "unclaimed": .unclaimed, "left": .left, "overdue": .pastDue,
    ]
}
