import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct TodayCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "today", abstract: "What is due, and what to know before the door.")

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Also what is due within a week.")
    var week = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store()
        let last = desk.today.adding(days: week ? 7 : 0) ?? desk.today
        let titles = try desk.titles()
        let language = desk.console.language
        let open = try desk.openVisits()
        let rows = try store.list(
            .followUp, where: [.atMost(FollowUp.Field.due.id, .day(last))],
            by: FollowUp.Field.due.id, limit: .max
        ).filter(\.isScheduled)
        var table = Table([
            .init(title: ""), .init(title: "id"),
            .init(title: desk.label(Visit.Field.household), minimum: 12),
            .init(title: desk.console.text(.why), minimum: 12),
            .init(title: desk.console.text(.flag), minimum: 8),
        ])
        let homes = open.map(\.household) + rows.compactMap(\.home)
        let length = ShortID.length(telling: homes)
        for visit in open {
            let why = Phrase.underWay.wording.filled(
                in: language, ["time": desk.formats.moment(visit.started_ms)])
            let (flag, kinds) = try warnings(visit.household, desk)
            table.add([
                Line(.partlySent), Line(visit.household.short(length), .strong),
                Line(titles.title(of: visit.household)),
                Line("\(desk.console.text(.visit)) \(visit.visit.short()), \(why)"), flag,
            ])
            desk.console.item(
                "visit",
                [
                    "household": .string("\(visit.household)"), "visit": .string("\(visit.visit)"),
                    "open": true, "warnings": .array(kinds.map { .string($0) }),
                ])
        }
        for row in rows.prefix(200) {
            guard let home = row.home else { continue }
            let followUp = try store.shown(row.record).flatMap { FollowUp($0.state) }
            let due = row.day(FollowUp.Field.due.id) ?? desk.today
            let (flag, kinds) = try warnings(home, desk)
            let when =
                due == desk.today
                ? desk.console.text(.dueToday)
                : desk.console.text(due < desk.today ? .dueSince : .dueOn, ["day": "\(due)"])
            table.add([
                try store.row(home)?.marks ?? Line(), Line(home.short(length), .strong),
                Line(titles.title(of: home)), Line("\(followUp?.what ?? ""), \(when)"), flag,
            ])
            desk.console.item(
                "due",
                [
                    "household": .string("\(home)"), "id": .string(home.short(length)),
                    "name": .string(titles.title(of: home)), "followUp": .string("\(row.record)"),
                    "what": followUp?.what.map { .string($0) } ?? .null, "due": .string("\(due)"),
                    "warnings": .array(kinds.map { .string($0) }),
                ])
        }
        desk.console.result(table)
        if rows.isEmpty, open.isEmpty { desk.console.hint(.nothingDue) }
        if rows.count > 200 { desk.console.hint(.listCut, ["n": "200"]) }
        let notices = try store.status().unreadNotices
        if notices > 0 { desk.console.hint(.inboxWaits, ["n": "\(notices)"]) }
        desk.console.summarise([
            "due": .integer(Int64(rows.count)), "open": .integer(Int64(open.count)),
            "notices": .integer(Int64(notices)),
        ])
        return .done
    }

    /// What endangers whoever goes there, in a word each: notes are for `household show`, not for a
    /// list that others may glance at.
    private func warnings(_ home: RecordID, _ desk: Desk) throws -> (Line, [String]) {
        guard let household = try desk.store().shown(home).flatMap({ Household($0.state) }) else {
            return (Line(), [])
        }
        let kinds = household.warnings.map(\.kind)
        guard !kinds.isEmpty else { return (Line(), []) }
        let words = kinds.map { $0.spoken.text(in: desk.console.language) }
        return (
            Line("! " + words.joined(separator: ", "), .danger), kinds.map(\.rawValue)
        )
    }
}
