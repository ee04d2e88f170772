import Fieldwork
import SyncCore
import Testing

@testable import Casework

/// Reports of what was done, counted from records that are written here.
@Suite("reports on the work")
struct WorkReportTests {
    private static let street = ScopeID(high: 1, low: 10)
    private static let other = ScopeID(high: 1, low: 20)
    private static let area = ScopeID(high: 1, low: 11)
    private static let farArea = ScopeID(high: 1, low: 21)
    private let day = CalendarDate("2021-11-01")!
    private let me = PersonID(high: 3, low: 1)
    private let catalogue: Catalogue
    private let places = DistrictPlaces([
        (scope: street, path: ["区", "东街"]), (scope: other, path: ["区", "西街"]),
        (scope: area, path: ["区", "东街", "一居"]), (scope: farArea, path: ["区", "西街", "二居"]),
        (scope: ScopeID(high: 1, low: 1), path: ["区"]),
    ])

    init() throws { catalogue = try Catalogue.shipped.get() }

    private func home(_ number: UInt64) -> RecordID { RecordID(high: 100, low: number) }

    private func state<Draft: RecordDraft>(_ draft: Draft, _ number: UInt64) throws -> RecordState {
        try draft.creation(id: RecordID(high: 200, low: number)).alone
    }

    private func household(_ number: UInt64, in area: ScopeID = area) throws -> RecordState {
        var draft = Household.Draft(area: area, headName: "王某")
        draft.assignedAdvisor = me
        return try draft.creation(id: home(number)).alone
    }

    /// A household with what lies with it.
    private func entry(
        _ number: UInt64, in area: ScopeID = area, asOf day: CalendarDate? = nil,
        _ states: [RecordState]
    ) throws -> HouseholdEntry {
        let records = try #require(HouseholdRecords([household(number, in: area)] + states))
        return try #require(
            HouseholdEntry(records, catalogue: catalogue, asOf: day ?? self.day))
    }

    private func report(
        _ kind: DistrictReport.Kind, _ entries: [HouseholdEntry], lying: [RecordState] = [],
        asOf day: CalendarDate? = nil
    ) throws -> DistrictReport {
        let day = day ?? self.day
        return DistrictReport(
            kind,
            of: DistrictAccount(
                entries,
                lying: lying.compactMap { DistrictAccount.Lying($0, in: Self.area, asOf: day) }),
            discovery: try Discovery(Rulebook(catalogue, asOf: day)), places: places)
    }

    private func needs(
        _ count: Int, _ kind: NeedKind, of number: UInt64, found: CalendarDate? = nil
    ) throws -> [RecordState] {
        try (0..<count).map { place in
            var need = Need.Draft(household: home(number), kind: kind, foundOn: found ?? day)
            need.isConfirmed = true
            return try state(need, number * 1000 + UInt64(place))
        }
    }

    private func offer(
        _ places: Int, _ kinds: [NeedKind], reach: [ScopeID], _ number: UInt64
    ) throws -> RecordState {
        var draft = Resource.Draft(
            area: Self.area, provider: home(9), kind: .hours, title: "辅导")
        (draft.capacity, draft.needKinds, draft.reach) = (places, kinds, reach)
        return try state(draft, number)
    }

    // MARK: Supply

    @Test("capability 46: a need with 30 open and 12 places has a shortfall of 18")
    func shortfall() throws {
        let report = try report(
            .supply, [entry(1, needs(30, .tutoring, of: 1))],
            lying: [offer(12, [.tutoring], reach: [Self.street], 1)])
        #expect(report.columns == ["open", "places", "shortfall", "gap"])
        #expect(report.rows == [.init(name: "东街 / tutoring", figures: [30, 12, 18, 0])])
    }

    @Test("a place that two streets could have is counted once, where it is lacking")
    func once() throws {
        let report = try report(
            .supply,
            [
                entry(1, needs(3, .company, of: 1)),
                entry(2, in: Self.farArea, needs(4, .company, of: 2)),
            ],
            lying: [
                offer(5, [.company], reach: [ScopeID(high: 1, low: 1)], 1),
                offer(2, [.company], reach: [Self.farArea], 2),
            ])
        #expect(
            report.rows == [
                .init(name: "东街 / company", figures: [3, 3, 0, 0]),
                .init(name: "西街 / company", figures: [4, 4, 0, 0]),
            ])
        #expect(report.sum == [7, 7, 0, 0])
    }

    @Test("what measures use of a resource is not offered again")
    func used() throws {
        let resource = try offer(12, [.meals], reach: [Self.street], 1)
        var measure = Measure(.service, .socialWork, "助餐")
        measure.resource = resource.record
        let item = PlanItem.Draft(household: home(1), plan: home(8), measure: measure)
        var using = try state(item, 5)
        var edit = try #require(PlanItem(using)).edit(at: nil, by: ReplicaID(high: 1, low: 1))
        try edit.increment(PlanItem.Field.used.id, by: 7)
        using = try merged(using, edit)
        let report = try report(.supply, [entry(1, [using])], lying: [resource])
        #expect(report.rows.map(\.figures) == [[0, 5, 0, 0]])
    }

    @Test("capability 47: a need open for sixty days with no match is a gap candidate")
    func gap() throws {
        let found = try #require(day.adding(days: -60))
        let later = try #require(day.adding(days: -59))
        var matched = Need.Draft(household: home(1), kind: .work, foundOn: found)
        matched.step = Step(to: .matched, on: day, by: me)
        let report = try report(
            .supply,
            [
                entry(
                    1,
                    needs(1, .debt, of: 1, found: found) + needs(1, .meals, of: 2, found: later)
                        + [state(matched, 9)])
            ])
        #expect(
            report.rows == [
                .init(name: "东街 / debt", figures: [1, 0, 1, 1]),
                .init(name: "东街 / meals", figures: [1, 0, 1, 0]),
            ])
    }

    // MARK: What happened

    private func merged(_ state: RecordState, _ edit: Edit) throws -> RecordState {
        var state = state
        let change = try #require(edit.recordChange)
        let name = ChangeSetName(ReplicaID(high: 1, low: 1), .first)
        state.merge(
            change,
            from: Origin(
                name: ChangeSetName(ReplicaID(high: 1, low: 2), .first), author: me,
                time: CorrectedTime(clamping: 1), position: LogPosition.start.next,
                shown: change.shown), hasMerged: { $0 == name })
        return state
    }

    private func alert(_ number: UInt64, to state: Alert.Progress?) throws -> RecordState {
        let draft = Alert.Draft(
            household: home(1), rule: "W05", subject: home(1), episode: Int(number), severity: 1,
            raisedOn: day)
        let raised = try draft.creation.alone
        guard let state, let alert = Alert(raised) else { return raised }
        var edit = alert.edit(at: nil, by: ReplicaID(high: 1, low: 2))
        try edit.step(alert, Step(to: state, on: day, by: me, because: "另有收入"))
        return try merged(raised, edit)
    }

    @Test("a rule that is wrong four times out of five, after fifty outcomes, is to be looked at")
    func precision() throws {
        let alerts =
            try (1...45).map { try alert($0, to: .dismissed) }
            + (46...50).map { try alert($0, to: .acted) } + [alert(51, to: nil)]
        let report = try report(.precision, [entry(1, alerts)])
        #expect(
            report.columns == ["raised", "open", "right", "wrong", "precision", "review"])
        #expect(report.rows == [.init(name: "W05", figures: [51, 1, 5, 45, 100, 1])])
    }

    @Test("capability 31: an application that was due and not sent in is overdue")
    func overdue() throws {
        var late = Application.Draft(household: home(1), subject: home(1), programme: "P03")
        late.due = day.adding(days: -1)
        var sent = late
        (sent.programme, sent.steps) = ("P04", [Step(to: .submitted, on: day, by: me)])
        var inTime = late
        (inTime.programme, inTime.due) = ("P05", day)
        let report = try report(
            .overdue,
            [entry(1, [late.creation.alone, sent.creation.alone, inTime.creation.alone])])
        let place = try #require(report.columns.firstIndex(of: "applications"))
        #expect(report.sum[place] == 1)
    }

    @Test("capability 31: who was told and has not applied in ten working days is overdue")
    func toldLate() throws {
        func result(_ told: CalendarDate?, _ programme: String) throws -> RecordState {
            try MatchResult.Draft(
                household: home(1),
                basis: Basis(asOf: try #require(told), catalogue: [1], inputs: [2]),
                answers: [ProgrammeAnswer(programme, for: home(1), .yes, missing: [])]
            ).creation.alone
        }
        func count(_ states: [RecordState]) throws -> Int {
            let report = try report(.overdue, [entry(1, states)])
            return report.sum[try #require(report.columns.firstIndex(of: "told"))]
        }
        let long = try result(CalendarDate("2021-10-11"), "P10")
        #expect(try count([long]) == 1)
        #expect(try count([result(CalendarDate("2021-10-20"), "P10")]) == 0)
        let applied = Application.Draft(household: home(1), subject: home(1), programme: "P10")
        #expect(try count([long, applied.creation.alone]) == 0)
    }

    @Test("a task whose day has passed is overdue, done or not by the day that is asked for")
    func tasks() throws {
        func task(_ due: Int64, _ state: WorkTask.Progress?, _ number: UInt64) throws -> RecordState
        {
            var draft = WorkTask.Draft(about: home(1), what: "call")
            draft.due = day.adding(days: due)
            var task = try self.state(draft, number)
            if let state {
                var edit = try #require(WorkTask(task)).edit(
                    at: nil, by: ReplicaID(high: 1, low: 1))
                try edit.set(WorkTask.Field.progress, to: .word(state))
                let step = Step<WorkTask.Progress>(to: state, on: day, by: me)
                try edit.append([step.value], to: WorkTask.Field.steps)
                task = try merged(task, edit)
            }
            return task
        }
        let lying = try [task(-1, nil, 1), task(-9, .done, 2), task(0, nil, 3)]
        let now = try report(.overdue, [], lying: lying)
        #expect(now.sum[try #require(now.columns.firstIndex(of: "tasks"))] == 1)
        let yesterday = try #require(day.adding(days: -1))
        let before = try report(.overdue, [], lying: lying, asOf: yesterday)
        #expect(before.sum[try #require(before.columns.firstIndex(of: "tasks"))] == 1)
    }

    @Test("clues that nobody claimed are counted, and those that nobody claimed in time")
    func clues() throws {
        func clue(_ found: String, claimed: Bool, _ number: UInt64) throws -> RecordState {
            var draft = Clue.Draft(
                area: Self.area, origin: .neighbour, foundOn: try #require(CalendarDate(found)))
            draft.due = CalendarDate("2021-10-29")
            let clue = try state(draft, number)
            guard claimed else { return clue }
            var edit = try #require(Clue(clue)).edit(at: nil, by: ReplicaID(high: 1, low: 1))
            try edit.append([Beginning(by: me, on: day).value], to: Clue.Field.claims)
            return try merged(clue, edit)
        }
        // 1 November 2021 is a Monday.
        let lying = try [
            clue("2021-10-20", claimed: false, 1), clue("2021-10-29", claimed: false, 2),
            clue("2021-10-20", claimed: true, 3),
        ]
        let report = try report(.clues, [], lying: lying)
        #expect(report.columns == ["open", "unclaimed", "left", "overdue"])
        #expect(report.rows == [.init(name: "东街", figures: [3, 2, 1, 3])])
        let earlier = try self.report(
            .clues, [], lying: lying, asOf: CalendarDate("2021-10-28"))
        #expect(earlier.rows == [.init(name: "东街", figures: [2, 2, 2, 0])])
    }

    @Test("what was kept of a report is put beside what it comes to now, figure by figure")
    func kept() throws {
        let october = try #require(CalendarDate("2021-10-31"))
        func service(_ day: String, _ number: UInt64) throws -> RecordState {
            try state(
                Companionship.Draft(
                    area: Self.area, kind: .escort, day: try #require(CalendarDate(day)),
                    attendance: [home(1)]), number)
        }
        let told = try report(.monthly, [], lying: [service("2021-10-09", 5)], asOf: october)
        let draft = StatSnapshot.Draft(
            area: Self.area, report: "monthly", asOf: october, inputs: [1],
            outputs: told.json.text)
        let kept = try #require(
            StatSnapshot(draft.creation.alone).flatMap { KeptReport($0) })
        #expect(kept.differences(from: told) == [])
        // Somebody enters later what took place in October.
        let now = try report(
            .monthly, [], lying: [service("2021-10-09", 5), service("2021-10-20", 6)],
            asOf: october)
        #expect(
            kept.differences(from: now) == [
                .init(row: "东街", column: "events", kept: 1, now: 2),
                .init(row: nil, column: "events", kept: 1, now: 2),
            ])
        let broken = StatSnapshot.Draft(
            area: Self.area, report: "monthly", asOf: october, inputs: [1], outputs: "{")
        #expect(StatSnapshot(try broken.creation.alone).flatMap { KeptReport($0) } == nil)
    }

    @Test("capability 48: last month's report comes out the same when this month has gone on")
    func monthly() throws {
        let october = try #require(CalendarDate("2021-10-31"))
        func visit(_ day: String, _ number: UInt64) throws -> RecordState {
            var visit = Visit.Draft(
                household: home(1), day: try #require(CalendarDate(day)), advisor: me)
            visit.outcome = .met
            return try state(visit, number)
        }
        func service(_ day: String, _ number: UInt64) throws -> RecordState {
            try state(
                Companionship.Draft(
                    area: Self.area, kind: .escort, day: try #require(CalendarDate(day)),
                    attendance: [home(1)]), number)
        }
        var request = Application.Draft(household: home(1), subject: home(1), programme: "P01")
        request.steps = [Step(to: .submitted, on: october, by: me)]
        let before = [try visit("2021-10-04", 1), try request.creation.alone]
        let first = try report(
            .monthly, [entry(1, asOf: october, before)], lying: [service("2021-10-09", 5)],
            asOf: october)
        #expect(first.sum[first.columns.firstIndex(of: "visits")!] == 1)
        #expect(first.sum[first.columns.firstIndex(of: "applications")!] == 1)
        #expect(first.sum[first.columns.firstIndex(of: "events")!] == 1)

        request.steps.append(
            Step(to: .rejected, on: day, by: nil, because: "收入高于标准"))
        let span = BenefitSpan.Draft(
            household: home(1), subject: home(1), programme: "P05", from: day)
        let after = [
            try visit("2021-10-04", 1), try request.creation.alone, try visit("2021-11-01", 2),
            try span.creation.alone,
        ]
        let again = try report(
            .monthly, [entry(1, asOf: october, after)],
            lying: [service("2021-10-09", 5), service("2021-11-01", 6)], asOf: october)
        #expect(again.json.bytes() == first.json.bytes())
        let november = try report(.monthly, [entry(1, after)])
        #expect(november.sum[november.columns.firstIndex(of: "refused")!] == 1)
    }

    // MARK: A chronicle from records

    private func situation(
        _ states: [RecordState], lying: [RecordState] = []
    ) throws -> Situation {
        let account = DistrictAccount(
            [try entry(1, states)],
            lying: lying.compactMap { DistrictAccount.Lying($0, in: Self.area, asOf: day) })
        return try Discovery(Rulebook(catalogue, asOf: day)).situation(
            account.entries[0].facts, chronicle: account.entries[0].chronicle)
    }

    private func rules(_ situation: Situation) -> Set<WarningRule> {
        Set(situation.warnings.map(\.rule))
    }

    @Test("capability 16: a benefit's withdrawal warns by itself, with its day")
    func withdrawn() throws {
        let end = try #require(day.adding(days: -20))
        var span = BenefitSpan.Draft(
            household: home(1), subject: home(1), programme: "P01",
            from: try #require(day.adding(days: -900)))
        span.end = Step(to: .ended, on: end, by: nil, because: "就业")
        let found = try situation([span.creation.alone]).warnings
        #expect(found.first { $0.rule == .benefitEnded }?.event == end)
        // As of the day before it ended there was nothing to warn of.
        let records = try #require(
            HouseholdRecords([household(1), span.creation.alone]))
        let before = Chronicle(
            records, members: [], asOf: try #require(end.adding(days: -1)))
        #expect(before.holds("P01", on: try #require(end.adding(days: -1))))
    }

    @Test("an application that failed warns; one that was granted on appeal does not")
    func failed() throws {
        let filed = try #require(day.adding(days: -90))
        var request = Application.Draft(household: home(1), subject: home(1), programme: "P03")
        request.steps = [
            Step(to: .submitted, on: filed, by: me),
            Step(to: .rejected, on: filed, by: nil, because: "资产"),
        ]
        #expect(try rules(situation([request.creation.alone])).contains(.applicationFailed))
        request.steps += [
            Step(to: .appealed, on: filed, by: me), Step(to: .granted, on: day, by: nil),
        ]
        #expect(try !rules(situation([request.creation.alone])).contains(.applicationFailed))
    }

    @Test("a level that rises between two recorded assessments warns")
    func rising() throws {
        func assessment(_ day: String, _ level: Level, _ score: Int) throws -> RecordState {
            let draft = Assessment.Draft(
                household: home(1),
                basis: Basis(
                    asOf: try #require(CalendarDate(day)),
                    catalogue: Array(repeating: 1, count: 32),
                    inputs: Array(repeating: UInt8(score % 256), count: 32)),
                result: Assessment.Result(score: score...score, level: level), indicators: [])
            return try draft.creation.alone
        }
        let (low, high) = (
            try assessment("2021-03-01", .low, 120), try assessment("2021-10-01", .high, 600)
        )
        #expect(try rules(situation([high, low])).contains(.levelRose))
        #expect(try !rules(situation([low])).contains(.levelRose))
    }

    @Test("a neighbour's hint about a household is a sign of silence; a rule's is not")
    func told() throws {
        func clue(_ origin: Clue.Origin) throws -> RecordState {
            var clue = Clue.Draft(area: Self.area, origin: origin, foundOn: day)
            clue.household = home(1)
            return try state(clue, 7)
        }
        #expect(
            try situation([], lying: [clue(.neighbour)]).silence?.rules.contains(.toldByOthers)
                == true)
        #expect(
            try situation([], lying: [clue(.silentRule)]).silence?.rules.contains(.toldByOthers)
                != true)
    }

    @Test("who came to a group's meeting was met there")
    func attended() throws {
        var group = GroupActivity.Draft(area: Self.area, topic: "合唱", day: day)
        group.attendance = [home(1)]
        let account = DistrictAccount(
            [try entry(1, [])],
            lying: [try #require(DistrictAccount.Lying(state(group, 1), in: Self.area, asOf: day))])
        #expect(account.entries[0].chronicle.lastMet(by: day) == day)
        #expect(account.entries[0].lastMet == nil)
    }
}
