import Fieldwork
import SyncCore
import Testing

/// What capabilities of the work ask of single records; two devices are in the hub's tests.
@Suite("the work's records")
struct WorkTests {
    private let home = RecordID(high: 1, low: 1)
    private let person = RecordID(high: 2, low: 1)
    private let me = PersonID(high: 3, low: 1)
    private let day = CalendarDate("2026-11-20")!

    private func state(_ change: RecordChange) throws -> RecordState {
        try Schema.fieldwork.validate(change)
        return History(change).state
    }

    private func record<Draft: RecordDraft, Record: FieldworkRecord>(
        _ draft: Draft, _: Record.Type
    ) throws -> Record where Record.Field == Draft.Field {
        try #require(Record(state(draft.creation(id: RecordID(high: 9, low: 9)))))
    }

    /// Has a record's edit make a step, and gives why not.
    private func refusal<Record: Work>(
        _ record: Record, to state: Record.Progress, because reason: String? = nil,
        evidence: RecordID? = nil
    ) -> StepRefusal? {
        var edit = record.edit(at: nil, by: History.replica(1))
        let step = Step(to: state, on: day, by: me, because: reason, evidence: evidence)
        do {
            try edit.step(record, step)
            return nil
        } catch {
            return error
        }
    }

    // MARK: states

    private func expectSound<State: WorkState>(_: State.Type) {
        let first = State.allCases[State.allCases.startIndex]
        var seen: Set<State> = [first]
        var waiting = [first]
        while let state = waiting.popLast() {
            for next in state.next where seen.insert(next).inserted { waiting.append(next) }
        }
        #expect(seen == Set(State.allCases), "\(State.self): a state nobody comes to")
        let steps = StateMachine(
            Dictionary(
                uniqueKeysWithValues: State.allCases.map {
                    ($0.rawValue, $0.next.map(\.rawValue))
                }))
        for state in State.allCases {
            for far in state.atOnce {
                #expect(steps.reaches(far.rawValue, from: state.rawValue))
                #expect(!state.next.contains(far))
            }
        }
    }

    @Test("the schema has the steps people take one by one, and those of one act, and no others")
    func machine() throws {
        let unit = try #require(
            Schema.fieldwork.unit(Application.Field.progress.id, of: .application))
        guard case .states(let machine) = unit.policy else {
            Issue.record("an application goes from state to state")
            return
        }
        for from in Application.Progress.allCases {
            for to in Application.Progress.allCases {
                let isSigning = from == .draft && to == .signed
                #expect(
                    machine.allows(.word(to), after: .word(from))
                        == (from == to || from.next.contains(to) || isSigning), "\(from) \(to)")
            }
        }
    }

    @Test("every state can be reached from the first, and there is an end")
    func sound() {
        expectSound(Alert.Progress.self)
        expectSound(Application.Progress.self)
        expectSound(Assessment.Progress.self)
        expectSound(BenefitSpan.Progress.self)
        expectSound(Booking.Progress.self)
        expectSound(CaseFile.Progress.self)
        expectSound(Clue.Progress.self)
        expectSound(FollowUp.Progress.self)
        expectSound(Intake.Progress.self)
        expectSound(Need.Progress.self)
        expectSound(Partner.Progress.self)
        expectSound(Plan.Progress.self)
        expectSound(PlanItem.Progress.self)
        expectSound(Referral.Progress.self)
        expectSound(WorkTask.Progress.self)
    }

    @Test("a step that leads nowhere is refused with the steps there are")
    func noWay() throws {
        let need = try record(
            Need.Draft(household: home, kind: .tutoring, foundOn: day), Need.self)
        #expect(
            refusal(need, to: .met)
                == .noWay(from: "suggested", to: "met", instead: ["confirmed", "rejected"]))
        #expect(refusal(need, to: .confirmed) == nil)
    }

    @Test("14: a clue is not closed without a reason, nor an alert dismissed")
    func reasons() throws {
        let clue = try record(
            Clue.Draft(area: ScopeID(high: 1, low: 2), origin: .neighbour, foundOn: day),
            Clue.self)
        #expect(refusal(clue, to: .closed) == .reasonMissing(to: "closed"))
        #expect(refusal(clue, to: .closed, because: "moved away") == nil)
        let alert = try record(
            Alert.Draft(
                household: home, rule: "W01", subject: person, severity: 2, raisedOn: day),
            Alert.self)
        #expect(refusal(alert, to: .dismissed) == .reasonMissing(to: "dismissed"))
        #expect(refusal(alert, to: .dismissed, because: "retired already") == nil)
    }

    @Test("15: a plan is closed only with an outcome, and an outcome only with evidence")
    func outcome() throws {
        let begun = Beginning(by: me, on: day)
        let draft = Plan.Draft(household: home, after: [], begun: begun)
        var history = History(try draft.creation)
        let agreement = Agreement(with: person, on: day, how: "spoken")
        try history.write(1, number: 2) { try $0.set(Plan.Field.agreement, to: agreement.value) }
        for (number, state) in [Plan.Progress.agreed, .active, .review].enumerated() {
            try history.write(1, number: UInt64(number + 3)) { edit in
                let plan = try #require(Plan(edit.shown))
                try edit.step(plan, Step(to: state, on: day, by: me))
            }
        }
        let plan = try #require(Plan(history.state))
        #expect(plan.steps.map(\.to) == [.agreed, .active, .review])
        #expect(refusal(plan, to: .closed) == .missing(.outcome))
        #expect(refusal(plan, to: .closed, evidence: RecordID(high: 7, low: 7)) == nil)
        #expect(
            WorkOutcome.Draft(
                household: home, day: day, by: me, of: plan.id, result: .solved, evidence: [])
                == nil)
    }

    @Test("45: a plan is agreed with the household before it begins")
    func agreement() throws {
        let draft = Plan.Draft(household: home, after: [], begun: Beginning(by: me, on: day))
        let plan = try #require(Plan(state(draft.creation)))
        #expect(refusal(plan, to: .agreed) == .missing(.agreement))
        #expect(
            refusal(plan, to: .active)
                == .noWay(
                    from: "draft", to: "active", instead: ["agreed"]))
    }

    @Test("32: no referral without a recorded consent, or the reason why there is none")
    func consent() throws {
        var draft = Referral.Draft(
            household: home, need: RecordID(high: 4, low: 1), partner: RecordID(high: 5, low: 1),
            from: me)
        let without = try record(draft, Referral.self)
        #expect(refusal(without, to: .consented) == .missing(.consent))
        #expect(
            refusal(without, to: .sent)
                == .noWay(from: "draft", to: "sent", instead: ["consented", "withdrawn"]))
        draft.consent = ReferralConsent(by: person, on: day, how: "signed")
        let with = try record(draft, Referral.self)
        #expect(with.progress == .consented)
        #expect(refusal(with, to: .sent) == nil)
        draft.consent = .without(because: "danger to a child", on: day)
        #expect(try refusal(record(draft, Referral.self), to: .sent) == nil)
    }

    @Test("39: an agent's application without authority is refused; with it, it is kept")
    func authority() throws {
        let draft = Application.Draft(household: home, subject: person, programme: "P01")
        var history = History(try draft.creation)
        try history.write(1, number: 2) { edit in
            try edit.step(#require(Application(edit.shown)), Step(to: .ready, on: day, by: me))
            try edit.set(
                Application.Field.signature,
                to: Signature(of: person, agent: me, on: day, how: "on paper").value)
            try edit.set(Application.Field.form, to: .text("name\t王秀英\n"))
        }
        let unsigned = try #require(Application(history.state))
        #expect(refusal(unsigned, to: .signed) == .missing(.authority))
        let visit = RecordID(high: 6, low: 6)
        let authority = Authority(to: me, by: person, on: day, how: "signed", evidence: visit)
        try history.write(1, number: 3) {
            try $0.set(Application.Field.authority, to: authority.value)
        }
        let application = try #require(Application(history.state))
        #expect(application.authority == authority)
        #expect(refusal(application, to: .signed) == nil)
    }

    @Test("31: an advisor cannot grant; a department's decision can")
    func granting() throws {
        let draft = Application.Draft(household: home, subject: person, programme: "P01")
        var history = History(try draft.creation)
        let path: [Application.Progress] = [.ready, .signed, .submitted, .accepted]
        try history.write(1, number: 2) { edit in
            let signature = Signature(of: person, on: day, how: "by hand")
            try edit.set(Application.Field.signature, to: signature.value)
            try edit.set(Application.Field.form, to: .text(""))
        }
        for (number, state) in path.enumerated() {
            try history.write(1, number: UInt64(number + 3)) { edit in
                try edit.step(#require(Application(edit.shown)), Step(to: state, on: day, by: me))
            }
        }
        func decide(_ source: Fact.Source, _ number: UInt64) throws -> Application {
            let decision = Decision(isGranted: true, by: source, effective: day)
            try history.write(1, number: number) {
                try $0.set(Application.Field.decision, to: decision.value)
            }
            return try #require(Application(history.state))
        }
        #expect(try refusal(decide(.advisor, 10), to: .granted) == .missing(.decision))
        #expect(try refusal(decide(.departmentFeed, 11), to: .granted) == nil)
    }

    // MARK: what follows from a record

    @Test("1: a plan of benefits alone at a high level lacks people")
    func people() throws {
        let draft = Plan.Draft(household: home, after: [], begun: Beginning(by: me, on: day))
        let plan = try #require(Plan(state(draft.creation)))
        func item(_ kind: Measure.Kind) throws -> PlanItem {
            try record(
                PlanItem.Draft(
                    household: home, plan: plan.id, measure: Measure(kind, .socialWork, "x")),
                PlanItem.self)
        }
        #expect(try plan.lacksPeople([item(.benefit)], level: .high))
        #expect(try !plan.lacksPeople([item(.benefit)], level: .medium))
        #expect(try !plan.lacksPeople([item(.benefit), item(.contact)], level: .high))
        #expect(!plan.lacksPeople([], level: .high))
    }

    @Test("9: a question about tags finds exactly those for whom it holds")
    func tags() throws {
        func holds(_ text: String, _ tags: Set<String>) throws -> Bool {
            try #require(TagQuery(text)).holds(tags.contains)
        }
        let text = "独居 AND 大病 NOT 低保"
        #expect(try holds(text, ["独居", "大病"]))
        #expect(try !holds(text, ["独居", "大病", "低保"]))
        #expect(try !holds(text, ["独居"]))
        #expect(try holds("a or b and not (c or d)", ["a", "c"]))
        #expect(try !holds("(a or b) and not (c or d)", ["a", "c"]))
        #expect(try #require(TagQuery("a AND (b OR a)")).tags == ["a", "b"])
        for text in ["", "AND", "a AND", "a b", "(a", "a)", "NOT", "a OR OR b"] {
            #expect(TagQuery(text) == nil, "\(text)")
        }
    }

    @Test("47: a confirmed need open for sixty days with nothing to meet it is a gap candidate")
    func gap() throws {
        var draft = Need.Draft(household: home, kind: .tutoring, foundOn: day)
        draft.isConfirmed = true
        let need = try record(draft, Need.self)
        #expect(try !need.isGapCandidate(on: #require(day.adding(days: 59))))
        #expect(try need.isGapCandidate(on: #require(day.adding(days: 60))))
    }

    @Test("13: a dismissed alert is quiet for ninety days")
    func quiet() throws {
        let draft = Alert.Draft(
            household: home, rule: "W01", subject: person, severity: 2, raisedOn: day)
        var history = History(try draft.creation)
        #expect(Alert(history.state)?.quietUntil == nil)
        try history.write(1, number: 2) { edit in
            try edit.step(
                #require(Alert(edit.shown)),
                Step(to: .dismissed, on: day, by: me, because: "retired already"))
        }
        #expect(Alert(history.state)?.quietUntil == day.adding(days: 90))
        #expect(Alert(history.state)?.isOpen == false)
    }

    @Test("16: a benefit keeps its time, its decisions and why it ended")
    func benefit() throws {
        var draft = BenefitSpan.Draft(
            household: home, subject: home, programme: "P01", from: day)
        draft.end = try Step(
            to: .ended, on: #require(day.adding(days: 30)), by: me, because: "found work")
        let span = try #require(BenefitSpan(state(draft.creation)))
        #expect(span.to == day.adding(days: 30))
        #expect(span.lastStep(to: .ended)?.reason == "found work")
        #expect(span.isHeld(on: day) == true)
        #expect(try span.isHeld(on: #require(day.adding(days: 31))) == false)
    }

    @Test("28: what is appended to an assessment later is no part of its result")
    func result() throws {
        let basis = Basis(asOf: day, catalogue: [1], inputs: [2])
        let draft = Assessment.Draft(
            household: home, basis: basis,
            result: .init(score: 600...600, level: .high),
            indicators: [IndicatorAnswer("I01", .yes, weight: 150)])
        var history = History(try draft.creation)
        try history.write(2) {
            try $0.append(
                [IndicatorAnswer("I02", .yes, weight: 80).value],
                to: Assessment.Field.indicators)
        }
        let assessment = try #require(Assessment(history.state))
        #expect(assessment.indicators.map(\.indicator) == ["I01"])
        #expect(assessment.level == .high)
        #expect(assessment.basis == basis)
    }

    @Test("41: what measures used of a resource is taken off what there is")
    func resource() throws {
        var draft = Resource.Draft(
            area: ScopeID(high: 1, low: 1), provider: person, kind: .hours, title: "辅导")
        draft.capacity = 20
        let resource = try record(draft, Resource.self)
        #expect(resource.free(after: []) == 20)
        var measure = Measure(.service, .coProduction, "辅导")
        measure.resource = resource.id
        let item = PlanItem.Draft(household: home, plan: home, measure: measure)
        var history = History(try item.creation(id: RecordID(high: 8, low: 8)))
        for device in [2, 3] as [UInt64] {
            try history.write(device) { try $0.increment(PlanItem.Field.used.id, by: 12) }
        }
        let used = try #require(PlanItem(history.state))
        #expect(used.used == 24)
        #expect(resource.free(after: [used]) == -4)
        // The hub counts by the same rule.
        var wholes: [RecordID?] = []
        for case .share(PlanItem.Field.used.id, let share) in PlanItem.declaration.rules {
            #expect(share.collection == .resource && share.total == Resource.Field.used.id)
            wholes.append(share.record(named: used.state, in: PlanItem.declaration))
        }
        #expect(wholes == [resource.id])
        #expect(
            Resource.declaration.bound(of: Resource.Field.used.id) == Resource.Field.capacity.id)
    }

    // MARK: names

    @Test("what there can be one of has one name, wherever it is made, and another for another")
    func names() {
        var names: Set<RecordID> = []
        for subject in [home, person] {
            for round in 1...3 {
                names.insert(Plan.id(household: subject, round: round))
                names.insert(HelpPackage.id(household: subject, round: round))
                for code in ["P01", "P02"] {
                    names.insert(
                        Application.id(subject: subject, programme: code, round: round))
                    names.insert(Alert.id(rule: code, subject: subject, episode: round))
                }
            }
        }
        #expect(names.count == 2 * 3 * 6)
        #expect(names.allSatisfy { $0.high >> 12 & 0xf == 8 && $0.low >> 62 == 2 })
        #expect(
            Alert.id(rule: "W01", subject: home, episode: 1).description
                == Alert.id(rule: "W01", subject: home, episode: 1).description)
    }

    @Test("every choice of the schema is read as people say it")
    func words() {
        for unit in Schema.fieldwork.collections.flatMap(\.units) {
            for case .choice(let words) in unit.members.map(\.type) {
                for word in words { #expect(Words.word(word, of: .choice(words)) != nil) }
            }
        }
    }
}
