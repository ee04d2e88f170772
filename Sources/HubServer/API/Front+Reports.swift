internal import Casework
internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    /// A report on the district, counted from records as they stand, with a digest of its content:
    /// whoever counts the same records again comes to the same digest. Beside it, what was kept of
    /// the same report of that day, and where that comes out otherwise now.
    func report(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let (kind, day) = try reportAsked(call)
        return try await work.run { () throws(Problem) in
            let report = try count(kind, asOf: day, session)
            return .json(try told(report, kept: kept(kind, day, session)))
        }
    }

    /// Keeps a report as it comes out now: the figures that were given, for whoever asks later. One
    /// that was kept stays, and the same figures are not kept twice; others only with a reason.
    func keepReport(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let (kind, day) = try reportAsked(call)
        let fields = try JSONFields(call.body)
        let reason =
            fields.has("reason")
            ? try fields.string("reason", maximumBytes: Limits.reasonBytes) : nil
        let today = try asOf(nil)
        guard day <= today else {
            throw Problem(.badValue, "What has not happened yet can't be kept.")
        }
        // A month that goes on comes out otherwise tomorrow.
        if kind == .monthly, day.adding(days: 1)?.day != 1 || day == today {
            throw Problem(.badValue, "A month is kept once it is over, as of its last day.")
        }
        return try await work.run { () throws(Problem) in
            let (report, inputs) = try countUndisturbed(kind, asOf: day, session)
            let standing = try kept(kind, day, session)
            let isNew = standing.allSatisfy { !$0.differences(from: report).isEmpty }
            if isNew {
                if !standing.isEmpty, reason == nil {
                    throw Problem(
                        .reasonRequired,
                        "Other figures were kept for \(day). They stay; say why there are others.")
                }
                let draft = StatSnapshot.Draft(
                    area: try referenceArea(), report: kind.rawValue, asOf: day,
                    inputs: inputs, outputs: report.json.text)
                do {
                    try hub.write(
                        [[try draft.creation]], intent: "report", act: "report.keep",
                        reason: reason, skipsKnown: true, onlyReference: true, by: session)
                } catch let problem as Problem { throw problem } catch {
                    throw Problem(.badValue, "The report is too long to be kept.")
                }
            }
            return .json(
                .object(
                    (try told(report, kept: kept(kind, day, session)).members ?? [])
                        + [JSONMember("written", .bool(isNew))]))
        }
    }

    private func reportAsked(
        _ call: Call
    ) throws(Problem) -> (DistrictReport.Kind, CalendarDate) {
        guard let kind = DistrictReport.Kind(rawValue: call.id) else {
            throw Problem(.malformed, "There is no such report.")
        }
        return (kind, try asOf(call.query["as_of"]))
    }

    private func count(
        _ kind: DistrictReport.Kind, asOf day: CalendarDate, _ session: Session
    ) throws(Problem) -> DistrictReport {
        guard let catalogue = try shelf.versions(hub, by: session).inForce(on: day)?.catalogue
        else { throw Problem(.failed) }
        let discovery = try Self.discovery(Self.rulebook(catalogue, day))
        let account = try books.account(hub, catalogue, asOf: day, by: session)
        return DistrictReport(
            kind, of: account, discovery: discovery,
            places: DistrictPlaces(hub.areas().map { ($0.scope, $0.path) }))
    }

    /// The report with the digest of the records it was counted from, between which nothing was
    /// written.
    private func countUndisturbed(
        _ kind: DistrictReport.Kind, asOf day: CalendarDate, _ session: Session
    ) throws(Problem) -> (DistrictReport, inputs: [UInt8]) {
        for _ in 0..<20 {
            let before = hub.position
            let digest = try hub.status().digest
            let report = try count(kind, asOf: day, session)
            if hub.position == before {
                return (report, Digests.sha256(Array("\(report.catalogue) \(digest)".utf8)).bytes)
            }
        }
        throw Problem(.busy)
    }

    private func kept(
        _ kind: DistrictReport.Kind, _ day: CalendarDate, _ session: Session
    ) throws(Problem) -> [KeptReport] {
        try hub.reference(.statSnapshot, by: session).compactMap { StatSnapshot($0.state) }
            .filter { $0.report == kind.rawValue && $0.asOf == day }.compactMap(KeptReport.init)
    }

    private func told(
        _ report: DistrictReport, kept: [KeptReport]
    ) throws(Problem) -> JSON {
        let json = report.json
        guard case .object(let members) = json else { throw Problem(.failed) }
        let digest = Digests.sha256(json.bytes())
        return .object(
            members + [
                JSONMember("digest", .string("\(digest)")),
                JSONMember("kept", .array(kept.map { $0.json(beside: report) })),
            ])
    }

    /// The day reports are made for: today where none is given.
    func asOf(_ text: String?) throws(Problem) -> CalendarDate {
        if let text {
            guard let day = CalendarDate(text) else {
                throw Problem(.malformed, "A day is written as 2026-03-04.")
            }
            return day
        }
        guard let today = CalendarDate(ordinal: wall.now_ms() / 86_400_000) else {
            throw Problem(.failed)
        }
        return today
    }
}

extension KeptReport {
    fileprivate func json(beside report: DistrictReport) -> JSON {
        .object([
            "record": .string("\(record)"), "on": keptOn.map { .string("\($0)") } ?? .null,
            "differences": .array(
                differences(from: report).map { difference in
                    .object([
                        "row": difference.row.map { .string($0) } ?? .null,
                        "column": .string(difference.column),
                        "kept": difference.kept.map { .integer($0) } ?? .null,
                        "now": difference.now.map { .integer($0) } ?? .null,
                    ])
                }),
        ])
    }
}
