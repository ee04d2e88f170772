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
            services    companion services and groups: events and distinct households
            supply      needs with nothing for them, what there is, and the shortfall
            precision   how often each rule's alerts were acted on
            monthly     what happened in the month up to --as-of: its last day for a whole month
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Which report; the list is above.")
    var kind: Kind
    @Option(help: "As of this day: 2021-11-01. Left out, today.")
    var asOf: String?

    enum Kind: String, ExpressibleByArgument, CaseIterable {
        case levels, circles, takeup, coverage, classes, alerts, overdue, services, supply
        case precision, monthly
    }

    func run(at desk: Desk) async throws -> ExitStatus {
        var path = "/v1/admin/reports/\(kind.rawValue)"
        if let asOf { path += "?as_of=\(try desk.typed.day(asOf))" }
        let report = try await desk.office().get(path)
        let rows = report["rows"]?.array ?? []
        // The figures of a row, in the order in which the hub puts them.
        let columns = (rows.first?.members ?? []).map(\.key).filter { $0 != "name" }
        let console = desk.console
        var table = Table(
            [.init(title: "", minimum: 10)]
                + columns.map { .init(title: Self.title($0, desk), isRight: true) })
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
        console.summarise((report.members ?? []).filter { $0.key != "rows" })
        return .done
    }

    /// What a column is called; as the hub calls it where it is a newer hub's.
    private static func title(_ column: String, _ desk: Desk) -> String {
        if let phrase = phrases[column] { return desk.console.text(phrase) }
        for circle in 1...4 {
            let number = ["n": "\(circle)"] as KeyValuePairs
            if column == "circle\(circle)_households" {
                return desk.console.text(ReportPhrase.circleHouseholds, number)
            }
            if column == "circle\(circle)_persons" {
                return desk.console.text(ReportPhrase.circlePersons, number)
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
        "needs": .needs, "needs_met": .needsMet,
    ]
}
