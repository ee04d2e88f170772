internal import Casework
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

extension Front {
    /// A report on the district, counted from records as they stand, with a digest of its content:
    /// whoever counts the same records again comes to the same digest.
    func report(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        guard let kind = DistrictReport.Kind(rawValue: call.id) else {
            throw Problem(.malformed, "There is no such report.")
        }
        let day = try asOf(call.query["as_of"])
        let report = try await work.run { () throws(Problem) in
            guard
                let catalogue = try shelf.versions(hub, by: session).inForce(on: day)?.catalogue
            else { throw Problem(.failed) }
            let discovery = try Self.discovery(Self.rulebook(catalogue, day))
            let account = try books.account(hub, catalogue, asOf: day, by: session)
            return DistrictReport(
                kind, of: account, discovery: discovery,
                places: DistrictPlaces(hub.areas().map { ($0.scope, $0.path) }))
        }
        let json = report.json
        guard case .object(let members) = json else { throw Problem(.failed) }
        let digest = Digests.sha256(json.bytes())
        return .json(.object(members + [JSONMember("digest", .string("\(digest)"))]))
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
