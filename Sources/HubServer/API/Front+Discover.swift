internal import Casework
internal import Fieldwork
internal import SyncCore
internal import SyncHub
internal import SyncProtocol

// What the rules see in a district is written down once: alerts, the clues that bring them to
// somebody, and who gets those that nobody claimed.

extension Front {
    /// Of so many households what is new is written in one transaction: devices are answered
    /// between two.
    private static let householdsPerWrite = 100

    /// Applies all rules to all households, and writes what is new.
    func discover(_ call: Call, _ session: Session) async throws(Problem) -> Answer {
        let day = try asOf(call.query["as_of"])
        let seen = try await work.run { () throws(Problem) in
            let versions = try shelf.versions(hub, by: session)
            guard let catalogue = versions.last?.catalogue else { throw Problem(.failed) }
            let discovery = try Self.discovery(Self.rulebook(catalogue, day))
            let changes = try Self.ruleChanges(versions, catalogue, by: day)
            let account = try books.account(hub, catalogue, asOf: day, by: session)
            return Self.raised(account.entries, discovery, changes)
        }
        var counts = (alerts: 0, clues: 0, moreSevere: 0)
        for start in stride(from: 0, to: seen.count, by: Self.householdsPerWrite) {
            let part = seen[start..<min(start + Self.householdsPerWrite, seen.count)]
            try await work.run { () throws(Problem) in
                var sets: [[RecordChange]] = []
                for raising in part { sets.append(try Self.changes(raising, by: hub.replica)) }
                try hub.write(
                    sets, intent: "discover", act: "discover", skipsKnown: true, by: session)
            }
            for raising in part {
                counts.alerts += raising.alerts.count
                counts.clues += raising.clues.count
                counts.moreSevere += raising.moreSevere.count
            }
        }
        let escalated = try await work.run { () throws(Problem) in
            try escalate(on: day, by: session)
        }
        return .json(
            .object([
                "as_of": .string("\(day)"), "alerts": .integer(Int64(counts.alerts)),
                "clues": .integer(Int64(counts.clues)),
                "more_severe": .integer(Int64(counts.moreSevere)),
                "escalated": .integer(Int64(escalated)),
            ]))
    }

    /// What is new in each household, in the order of their names.
    private static func raised(
        _ entries: [HouseholdEntry], _ discovery: Discovery, _ changes: [RuleChange]
    ) -> [Raising] {
        let helped = Set(
            entries.filter { $0.status.map { $0 != "none" } ?? false }.compactMap(\.address))
        return entries.compactMap { entry in
            var chronicle = entry.chronicle
            chronicle.livesBesideHelped = entry.address.map(helped.contains) ?? false
            let situation = discovery.situation(
                entry.facts, earlier: entry.earlier, chronicle: chronicle)
            let change = changes.last { $0.concerns(entry.facts) }
            let raising = Raising(entry, situation, ruleChange: change?.day, seeksSilent: true)
            return raising.isEmpty ? nil : raising
        }
    }

    /// The changes of the rules that are still told of: of standards on their days, and of a
    /// catalogue on the day it was published.
    private static func ruleChanges(
        _ versions: [RuleVersion], _ current: Catalogue, by day: CalendarDate
    ) throws(Problem) -> [RuleChange] {
        guard let first = day.adding(days: -Int64(RuleChange.days)) else { return [] }
        var days = Set(current.changeDays(after: first, through: day))
        for published in versions.compactMap(\.publishedOn) where first < published {
            days.insert(published)
        }
        var changes: [RuleChange] = []
        for changed in days.filter({ $0 <= day }).sorted() {
            guard let eve = changed.adding(days: -1),
                let before = versions.inForce(on: eve)?.catalogue,
                let after = versions.inForce(on: changed)?.catalogue
            else { continue }
            changes.append(
                RuleChange(
                    from: try rulebook(before, eve), to: try rulebook(after, changed),
                    readingFactsOf: current))
        }
        return changes
    }

    private static func changes(
        _ raising: Raising, by replica: ReplicaID
    ) throws(Problem) -> [RecordChange] {
        do {
            var changes = try raising.creations
            for (alert, severity) in raising.moreSevere {
                var edit = alert.edit(at: nil, by: replica)
                try edit.set(Alert.Field.severity, to: .integer(Int64(severity)))
                changes += edit.recordChanges
            }
            return changes.sorted { $0.record < $1.record }
        } catch { throw Problem(.failed) }
    }

    /// Gives what nobody claimed in time to the manager of the street, where there is one.
    private func escalate(on day: CalendarDate, by session: Session) throws(Problem) -> Int {
        let managers = try hub.reference(.advisor, by: session).compactMap { Advisor($0.state) }
            .filter { $0.voidReason == nil && $0.roles.contains(.streetManager) }
        let areas = hub.areas()
        let parents = Dictionary(
            areas.map { ($0.scope, $0.parent) }, uniquingKeysWith: { first, _ in first })
        func manager(of area: ScopeID) -> PersonID? {
            var place: ScopeID? = area
            while let scope = place {
                if let found = managers.first(where: { $0.posting?.street == scope }) {
                    return found.worker
                }
                place = parents[scope] ?? nil
            }
            return nil
        }
        var sets: [[RecordChange]] = []
        for clue in try hub.records(of: .clue, by: session).compactMap(Clue.init)
        where clue.voidReason == nil && clue.isLeft(on: day) {
            guard let area = clue.area, let manager = manager(of: area) else { continue }
            var edit = clue.edit(at: nil, by: hub.replica)
            do {
                try edit.set(
                    Clue.Field.appointed,
                    to: Appointment(manager, by: .streetManager, effective: day).value)
            } catch { throw Problem(.failed) }
            sets.append(edit.recordChanges)
        }
        return try hub.write(sets, intent: "discover", act: "clue.escalate", by: session)
    }
}
