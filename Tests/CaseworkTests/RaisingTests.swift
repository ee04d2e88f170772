import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("Alerts, and the clues that bring them to somebody")
struct RaisingTests {
    private let home = RecordID(high: 1, low: 1)
    private let han = RecordID(high: 2, low: 1)
    private let area = ScopeID(high: 4, low: 4)
    private let me = PersonID(high: 5, low: 1)
    private let today = CalendarDate("2021-03-01")!

    private func facts(_ values: [String: Fact.Content], from day: String = "2021-01-01") throws
        -> [RecordState]
    {
        try values.sorted { $0.key < $1.key }.enumerated().map { place, fact in
            let draft = Fact.Draft(
                household: home, subject: fact.key.hasPrefix("p.") ? han : home, key: fact.key,
                statement: Fact.Statement(
                    fact.value, effective: try #require(CalendarDate(day)), source: .advisor,
                    confidence: .stated))
            return try draft.creation(
                id: RecordID(
                    high: day.utf8.reduce(9) { $0 &* 31 &+ UInt64($1) }, low: UInt64(place))
            ).alone
        }
    }

    /// Mr Han of the article: 59, at work, 11.5 years paid.
    private func story(_ further: [RecordState] = []) throws -> [RecordState] {
        var household = Household.Draft(area: area, headName: "Han")
        household.memberCount = 1
        var person = Person.Draft(household: home, name: "Han")
        person.birth = CalendarDate("1961-06-15")
        person.sex = .male
        return try [household.creation(id: home).alone, person.creation(id: han).alone]
            + facts([
                "p.pensionYears": .number(11_500), "p.pensionType": .word("employee"),
                "p.employment": .word("employed"),
            ]) + further
    }

    private func raising(
        _ states: [RecordState], asOf day: CalendarDate? = nil, ruleChange: CalendarDate? = nil,
        seeksSilent: Bool = false
    ) throws -> Raising {
        let day = day ?? today
        let catalogue = try Catalogue.shipped.get()
        let discovery = try Discovery(Rulebook(catalogue, asOf: day))
        let records = try #require(HouseholdRecords(states))
        let entry = try #require(HouseholdEntry(records, catalogue: catalogue, asOf: day))
        return Raising(
            entry,
            discovery.situation(entry.facts, earlier: entry.earlier, chronicle: entry.chronicle),
            ruleChange: ruleChange, seeksSilent: seeksSilent)
    }

    /// What was raised, as it stands in the store, an end of it included.
    private func written(
        _ alert: Alert.Draft, to end: Alert.Progress? = nil, on day: CalendarDate? = nil
    ) throws -> RecordState {
        var state = try alert.creation.alone
        guard let end, let record = Alert(state) else { return state }
        var edit = record.edit(at: nil, by: ReplicaID(high: 1, low: 1))
        try edit.step(record, Step(to: end, on: day ?? today, by: me, because: "seen to"))
        let name = ChangeSetName(ReplicaID(high: 1, low: 1), ChangeSetNumber(2)!)
        for change in edit.recordChanges {
            state.merge(
                change,
                from: Origin(
                    name: name, author: me, time: CorrectedTime(clamping: 1),
                    position: LogPosition(2), shown: nil)
            ) { $0 != name }
        }
        return state
    }

    @Test("capability 13: Mr Han at 59 with 11.5 years is an alert W01, due by his 60th birthday")
    func pension() throws {
        let found = try raising(story())
        let alert = try #require(found.alerts.first { $0.rule == "W01" })
        #expect(alert.subject == han && alert.household == home && alert.episode == 1)
        #expect(alert.severity == 3)
        #expect(alert.event == CalendarDate("2021-06-15"))
        #expect(alert.due == today.adding(workingDays: 5))
        #expect(alert.id == Alert.id(rule: "W01", subject: han, episode: 1))
    }

    @Test("capability 14: each alert has its clue, in the household's area and with its day")
    func clue() throws {
        let found = try raising(story())
        let alert = try #require(found.alerts.first { $0.rule == "W01" })
        let clue = try #require(found.clues.first { $0.draft.alert == alert.id })
        #expect(clue.id == Clue.id(of: alert.id))
        #expect(clue.draft.area == area && clue.draft.origin == .alert)
        #expect(clue.draft.household == home && clue.draft.due == alert.due)
    }

    @Test("capability 14: a clue that nobody claims in two working days goes to the manager")
    func escalation() throws {
        // A Friday.
        let friday = try #require(CalendarDate("2021-03-05"))
        let draft = Clue.Draft(area: area, origin: .neighbour, foundOn: friday)
        let clue = try #require(Clue(draft.creation(id: RecordID(high: 8, low: 8)).alone))
        #expect(clue.escalatesOn == CalendarDate("2021-03-09"))
        #expect(!clue.isLeft(on: CalendarDate("2021-03-09")!))
        #expect(clue.isLeft(on: CalendarDate("2021-03-10")!))
    }

    @Test("a second look writes nothing, on the same day or a later one")
    func quiet() throws {
        let found = try raising(story())
        let alerts = try found.alerts.map { try written($0) }
        #expect(!alerts.isEmpty)
        #expect(try raising(story(alerts)).isEmpty)
        #expect(try raising(story(alerts), asOf: CalendarDate("2021-03-20")).isEmpty)
    }

    @Test("what was dismissed keeps quiet for ninety days, and then is another episode")
    func dismissed() throws {
        let found = try raising(story())
        let alerts = try found.alerts.map { try written($0, to: .dismissed) }
        #expect(try raising(story(alerts), asOf: today.adding(days: 40)).alerts == [])
        let again = try raising(story(alerts), asOf: today.adding(days: 95))
        #expect(again.alerts.first { $0.rule == "W01" }?.episode == 2)
    }

    @Test("an open alert that has become more severe is raised, and one that has not is left")
    func severity() throws {
        let found = try raising(story())
        var milder = try #require(found.alerts.first { $0.rule == "W01" })
        milder.severity = 2
        let states =
            try [written(milder)]
            + found.alerts.filter { $0.rule != "W01" }
            .map { try written($0) }
        let again = try raising(story(states))
        #expect(again.alerts == [] && again.clues.isEmpty)
        #expect(again.moreSevere.map(\.severity) == [3])
        #expect(again.moreSevere.first?.alert.id == milder.id)
    }

    @Test("capability 16: a benefit withdrawn on employment is history, and a warning W06 of it")
    func benefitEnded() throws {
        let end = try #require(CalendarDate("2020-12-31"))
        var span = BenefitSpan.Draft(
            household: home, subject: home, programme: "P01",
            from: try #require(CalendarDate("2015-01-01")))
        span.end = Step(to: .ended, on: end, by: me, because: "at work")
        let record = try #require(BenefitSpan(span.creation.alone))
        #expect(record.to == end && record.lastStep(to: .ended)?.reason == "at work")
        let alert = try #require(
            try raising(story([record.state])).alerts.first { $0.rule == "W06" })
        #expect(alert.event == end && alert.subject == home)
    }

    @Test("capability 33: whoever loses their work becomes missing, and W04 is raised")
    func lostWork() throws {
        let working = try facts(
            [
                "h.employedCount": .number(1), "h.status": .word("none"),
                "h.hasLocalHukou": .flag(true), "h.incomePerCapita": .number(260_000),
                "h.financialPerCapita": .number(900_000), "h.vehicles": .number(0),
                "h.nonResidentialProperty": .flag(false), "h.homes": .number(1),
                "h.areaPerCapita": .number(31_500),
            ], from: "2020-10-01")
        let lost = try facts(
            [
                "h.employedCount": .number(0), "h.incomePerCapita": .number(0),
                "p.employment": .word("unemployed"),
            ], from: "2021-02-15")
        #expect(try !raising(story(working)).alerts.contains { $0.rule == "W04" })
        let after = try raising(story(working + lost))
        let alert = try #require(after.alerts.first { $0.rule == "W04" })
        #expect(alert.severity == 3 && alert.due == today.adding(workingDays: 3))
    }

    @Test("a change of the rules is told of once, whoever settled it and when")
    func ruleChange() throws {
        let day = try #require(CalendarDate("2021-02-20"))
        let alert = try #require(
            try raising(story(), ruleChange: day).alerts.first { $0.rule == "W20" })
        #expect(alert.event == day && alert.due == day.adding(workingDays: 20))
        let settled = try written(alert, to: .resolved)
        let later = today.adding(days: 100)
        #expect(
            try !raising(story([settled]), asOf: later, ruleChange: day).alerts
                .contains { $0.rule == "W20" })
        #expect(
            try raising(story([settled]), asOf: later, ruleChange: later).alerts
                .first { $0.rule == "W20" }?.episode == 2)
    }

    @Test(
        "of the silent there is one clue, whatever number of rules sees them, and only at the hub")
    func silent() throws {
        let facts = try facts(["h.status": .word("none"), "h.contactsPerWeek": .number(0)])
        let found = try raising(story(facts), seeksSilent: true)
        let silent = found.alerts.filter { $0.rule.hasPrefix("S") }
        #expect(silent.contains { $0.rule == "S01" })
        #expect(found.clues.count { $0.draft.origin == .silentRule } == 1)
        #expect(try !raising(story(facts)).alerts.contains { $0.rule.hasPrefix("S") })
        let known = try found.alerts.map { try written($0) }
        #expect(try raising(story(facts + known), seeksSilent: true).isEmpty)
    }
}
