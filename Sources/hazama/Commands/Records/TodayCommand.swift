import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct TodayCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "today", abstract: "Who to visit and why, and what to know before the door.")

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Also what is due within a week.")
    var week = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store()
        try lookForWarnings(desk)
        let last = desk.today.adding(days: week ? 7 : 0) ?? desk.today
        let titles = try desk.titles()
        let open = try desk.openVisits()
        let due = try desk.due(until: last)
        var table = Table([
            .init(title: ""), .init(title: "id"),
            .init(title: desk.label(Visit.Field.household), minimum: 12),
            .init(title: desk.console.text(.why), minimum: 12),
            .init(title: desk.console.text(.flag), minimum: 8),
        ])
        let length = ShortID.length(telling: open.map(\.household) + due.map(\.home))
        for visit in open {
            let why = desk.console.text(
                .underWay, ["time": desk.formats.moment(visit.started_ms)])
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
        for reason in due.prefix(200) {
            let (flag, kinds) = try warnings(reason.home, desk)
            let when =
                reason.day == desk.today
                ? desk.console.text(.dueToday)
                : desk.console.text(
                    reason.day < desk.today ? .dueSince : .dueOn, ["day": "\(reason.day)"])
            table.add([
                try store.row(reason.home)?.marks ?? Line(),
                Line(reason.home.short(length), .strong),
                Line(titles.title(of: reason.home)), Line("\(reason.what), \(when)"), flag,
            ])
            desk.console.item(
                "due",
                [
                    "household": .string("\(reason.home)"),
                    "id": .string(reason.home.short(length)),
                    "name": .string(titles.title(of: reason.home)),
                    reason.kind: .string("\(reason.record)"), "what": .string(reason.what),
                    "due": .string("\(reason.day)"),
                    "warnings": .array(kinds.map { .string($0) }),
                ])
        }
        desk.console.result(table)
        try tellConflicts(titles, desk)
        if due.isEmpty, open.isEmpty { desk.console.hint(.nothingDue) }
        if due.count > 200 { desk.console.hint(.listCut, ["n": "200"]) }
        let notices = try store.status().unreadNotices
        if notices > 0 { desk.console.hint(.inboxWaits, ["n": "\(notices)"]) }
        desk.console.summarise([
            "due": .integer(Int64(due.count)), "open": .integer(Int64(open.count)),
            "notices": .integer(Int64(notices)),
        ])
        return .done
    }

    /// Says which conflicts that are open here were given to whoever works here, and by when.
    private func tellConflicts(_ titles: Titles, _ desk: Desk) throws {
        let given = try desk.conflictsGiven()
        guard !given.isEmpty else { return }
        for named in try desk.store().disputes().map(NamedConflict.init) {
            guard let due_ms = given[named.id] else { continue }
            let conflict = named.conflict
            let words = desk.console.text(
                ConflictPhrase.yoursToDecide,
                [
                    "due": desk.formats.moment(due_ms),
                    "record": titles.title(of: conflict.record),
                    "unit": Vocabulary.unit(conflict.unit, of: conflict.collection).text(
                        in: desk.console.language),
                ])
            desk.console.result(
                "\(Mark.conflict) \(named.id.short(), .strong)  \(words)", hanging: 2)
            desk.console.item(
                "conflict",
                [
                    "conflict": .string("\(named.id)"), "record": .string("\(conflict.record)"),
                    "due": .string(Formats.iso(due_ms)),
                ])
        }
    }

    /// Applies the warning rules to everybody here, as the hub does at night.
    private func lookForWarnings(_ desk: Desk) throws {
        let rulebook: Rulebook
        do {
            rulebook = try desk.rulebook(desk.rulesInUse(), on: desk.today)
        } catch let failure as Failure {
            // Whom to visit does not hang on that.
            desk.console.hint(Line(failure.what, .attention))
            return
        }
        let homes = try desk.store().list(.household, limit: .max).map(\.record)
        try desk.tellDiscovered(homes, rulebook)
    }

    /// What endangers whoever goes there, in a word each: notes are for `household show`, not for a
    /// list that others may glance at.
    private func warnings(_ home: RecordID, _ desk: Desk) throws -> (Line, [String]) {
        guard let household = try desk.seen(home).flatMap({ Household($0.state) }) else {
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

/// Why somebody is on the list: what is due, since when, and with what it stands.
struct DueReason {
    let day: CalendarDate
    let home: RecordID
    /// What kind of record says so: `followUp`.
    let kind: String
    let record: RecordID
    let what: String
}

extension Desk {
    /// Everything due until a day, the longest overdue first: follow-ups, tasks, clues, alerts,
    /// measures, reviews of plans, and households not visited for longer than their level asks.
    func due(until last: CalendarDate) throws -> [DueReason] {
        let me = try store().identity().person
        var found: [DueReason] = []
        func add<Record: FieldworkRecord>(
            _ type: Record.Type, _ kind: String, by unit: Record.Field,
            _ read: (Record) throws -> String?
        ) throws {
            let rows = try store().list(
                Record.Field.collection, where: [.atMost(unit.id, .day(last))], by: unit.id,
                limit: .max)
            for row in rows {
                guard let day = row.day(unit.id),
                    let record = try seen(row.record).flatMap({ Record($0.state) }),
                    let what = try read(record)
                else { continue }
                found.append(
                    DueReason(
                        day: day, home: row.home ?? (record as? Clue)?.household ?? record.id,
                        kind: kind, record: record.id, what: what))
            }
        }
        try add(FollowUp.self, "followUp", by: .due) { $0.isOpen ? $0.what ?? "" : nil }
        try add(WorkTask.self, "task", by: .due) { task in
            guard task.isOpen, task.owner == nil || task.owner?.worker == me else { return nil }
            return named(.whyTask, task.what)
        }
        try add(Clue.self, "clue", by: .due) { clue in
            guard clue.isOpen, clue.owner == nil || clue.owner == me,
                !clue.isLeft(on: today), try !hasOpenTask(clue.id)
            else { return nil }
            return named(.whyClue, try what(of: clue))
        }
        // Whatever its day: it is for whoever is here, or goes to the street manager.
        try add(Clue.self, "clue", by: .foundOn) { clue in
            guard clue.isLeft(on: today), let day = clue.foundOn else { return nil }
            let unclaimed = console.text(RulePhrase.unclaimed, ["day": "\(day)"])
            return "\(named(.whyClue, try what(of: clue))), \(unclaimed)"
        }
        try add(Alert.self, "alert", by: .due) { alert in
            // One line for one thing: its clue is on the list, or somebody's already.
            guard alert.isOpen, try store().row(Clue.id(of: alert.id)) == nil else { return nil }
            return [alert.about(in: console.language), alert.cause].compactMap(\.self)
                .joined(separator: ": ")
        }
        try add(Plan.self, "plan", by: .reviewDue) { $0.isOpen ? console.text(.whyReview) : nil }
        try add(PlanItem.self, "planItem", by: .due) { item in
            guard item.isOpen, item.owner == nil || item.owner == me else { return nil }
            return named(.whyMeasure, item.measure?.what)
        }
        try add(Application.self, "application", by: .due) { application in
            guard let progress = application.progress,
                [.draft, .ready, .signed].contains(progress)
            else { return nil }
            return console.text(
                .whyApplication,
                ["id": application.programme ?? "", "state": spoken(progress)])
        }
        found += try unclaimed(until: last)
        found += try longUnvisited(until: last)
        return found.sorted { ($0.day, $0.home, $0.record) < ($1.day, $1.home, $1.record) }
    }

    /// What a clue is about: in its finder's words, or those of the rule it comes from.
    func what(of clue: Clue) throws -> String? {
        if let text = clue.text { return text }
        guard let alert = clue.alert else { return nil }
        return try seen(alert).flatMap { Alert($0.state) }?.about(in: console.language)
    }

    private func hasOpenTask(_ clue: RecordID) throws -> Bool {
        try store().children(of: clue, in: .task).contains { row in
            try seen(row.record).flatMap { WorkTask($0.state) }?.isOpen ?? false
        }
    }

    private func named(_ kind: WorkPhrase, _ what: String?) -> String {
        [console.text(kind), what].compactMap(\.self).joined(separator: ": ")
    }

    /// The households that were told what they may get and have not applied for it in time.
    private func unclaimed(until last: CalendarDate) throws -> [DueReason] {
        var told: [RecordID: [MatchResult]] = [:]
        for row in try store().list(.matchResult, limit: .max) {
            guard let home = row.home,
                let result = try seen(row.record).flatMap({ MatchResult($0.state) })
            else { continue }
            told[home, default: []].append(result)
        }
        let rules = try rulesInUse()
        return try told.sorted { $0.key < $1.key }.compactMap { home, results -> DueReason? in
            // Without all that was applied for, nothing can be said of this household.
            let overdue =
                try unlessDamaged {
                    rules.unclaimed(
                        results,
                        applications: try records(Application.self, in: .application, of: home),
                        benefits: try records(BenefitSpan.self, in: .benefitSpan, of: home),
                        on: today)
                }?.filter { $0.due <= last } ?? []
            guard let first = overdue.first, let newest = results.map(\.id).max() else {
                return nil
            }
            var list: [String] = []
            for one in overdue where !list.contains(one.programme) { list.append(one.programme) }
            return DueReason(
                day: first.due, home: home, kind: "match", record: newest,
                what: console.text(
                    .whyUnclaimed,
                    ["day": "\(first.since)", "list": list.joined(separator: ", ")]))
        }
    }

    /// The households last visited longer ago than their level asks. One that was never visited is
    /// due since its assessment.
    private func longUnvisited(until last: CalendarDate) throws -> [DueReason] {
        let assessments = try assessmentsByHousehold()
        return try assessments.compactMap { home, assessment -> DueReason? in
            guard let days = assessment.level?.cadenceDays, let asOf = assessment.basis?.asOf
            else { return nil }
            let visits = try store().children(of: home, in: .visit)
            let seen = visits.compactMap { $0.day(Visit.Field.day.id) }.max() ?? asOf
            guard let day = seen.adding(days: Int64(days)), day <= last else { return nil }
            return DueReason(
                day: day, home: home, kind: "assessment", record: assessment.id,
                what: console.text(.whyCadence, ["n": "\(today.ordinal - seen.ordinal)"]))
        }
    }

    /// The last assessment that counts, by household.
    func assessmentsByHousehold() throws -> [(RecordID, Assessment)] {
        var latest: [RecordID: Assessment] = [:]
        var unreadable: Set<RecordID> = []
        for row in try store().list(.assessment, limit: .max) {
            guard let home = row.home else { continue }
            guard let shown = try seen(row.record) else {
                unreadable.insert(home)
                continue
            }
            guard let assessment = Assessment(shown.state), assessment.progress != .superseded,
                let asOf = assessment.basis?.asOf
            else { continue }
            if let other = latest[home]?.basis?.asOf, other > asOf { continue }
            latest[home] = assessment
        }
        // An earlier one does not count in the place of one that can't be read.
        return latest.filter { !unreadable.contains($0.key) }.sorted { $0.key < $1.key }
    }
}
