import Fieldwork
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Two advisors without a network at work on one household: every record of the work, through real
/// stores and a real hub.
@Suite("two advisors at one household, record by record")
struct WorkSyncTests {
    private let fixture: HubFixture
    private let anna: FieldDevice
    private let bert: FieldDevice
    private let home = RecordID(high: 500, low: 1)
    private let person = RecordID(high: 500, low: 2)
    private let day = CalendarDate(year: 2026, month: 11, day: 20)!

    init() throws {
        fixture = try HubFixture(schema: .fieldwork)
        anna = try FieldDevice(1, person: "Anna", at: fixture, schema: .fieldwork)
        bert = try FieldDevice(2, person: "Bert", at: fixture, schema: .fieldwork)
    }

    private func later(_ days: Int64) -> CalendarDate { day.adding(days: days) ?? day }

    private func me(_ device: FieldDevice) throws -> PersonID {
        try #require(try device.store.identity().person)
    }

    /// Both hold the household and the records given.
    private func begin(_ changes: [RecordChange] = []) async throws {
        try await anna.sync()
        var household = Household.Draft(area: HubFixture.north, headName: "张桂兰")
        household.members = [Membership(person: person, relation: .head)]
        try anna.record(
            [
                household.creation(id: home),
                Person.Draft(household: home, name: "张桂兰").creation(id: person),
            ] + changes)
        try await settle()
    }

    /// Syncs until nobody has news, and checks that all three hold the same.
    private func settle() async throws {
        for device in [anna, bert, anna, bert] { try await device.sync() }
        let digest = try fixture.hub.status().digest
        for device in [anna, bert] { #expect(try device.store.totalDigest() == digest) }
    }

    private func seen<Record: FieldworkRecord>(
        _ id: RecordID, _: Record.Type, on device: FieldDevice
    ) throws -> Record {
        try #require(try device.store.shown(id).flatMap { Record($0.state) })
    }

    /// Checks what both see of a record.
    private func both<Record: FieldworkRecord>(
        _ id: RecordID, _ type: Record.Type, _ check: (Record) throws -> Void
    ) throws {
        for device in [anna, bert] { try check(seen(id, type, on: device)) }
    }

    private func step<Record: Work>(
        _ device: FieldDevice, _ id: RecordID, _ type: Record.Type, to states: Record.Progress...,
        because reason: String? = nil
    ) throws {
        for state in states {
            let record = try seen(id, type, on: device)
            try device.edit(id) {
                try $0.step(
                    record, Step(to: state, on: day, by: me(device), because: reason))
            }
        }
    }

    /// Enters both in the register: Anna as an advisor, Bert as a street manager.
    private func enterInRegister() throws {
        let reference = ScopeID(high: 1, low: 9)
        try fixture.hub.addAreas(
            [(scope: reference, parent: nil, name: "Directory")], areReference: true)
        var entries: [RecordChange] = []
        for (device, role) in [(anna, Advisor.Role.advisor), (bert, .streetManager)] {
            var draft = Advisor.Draft(
                area: reference, worker: try me(device), name: "\(role)",
                posting: Posting(HubFixture.north, by: .decision, effective: day))
            draft.roles = [role]
            entries.append(try draft.creation)
        }
        try fixture.hub.load([entries], intent: "register")
    }

    /// What waits at the hub, by its reason.
    private func setAside() throws -> [String] {
        try fixture.hub.quarantine(by: fixture.admin).map(\.reason)
    }

    private func disputes() throws -> [String] {
        let found = try anna.store.disputes().map { conflict in
            let collection = Schema.fieldwork.collection(conflict.collection)
            return "\(collection?.name ?? "").\(collection?.unit(conflict.unit)?.name ?? "")"
        }
        #expect(try bert.store.disputes().count == found.count)
        return found
    }

    // MARK: needs and plans

    @Test("44: needs of two advisors offline are both kept, and the more urgent severity holds")
    func needs() async throws {
        let shared = RecordID(high: 600, low: 9)
        var draft = Need.Draft(household: home, kind: .company, foundOn: day)
        draft.isConfirmed = true
        draft.note = "独居。话少。"
        try await begin([draft.creation(id: shared)])
        for (place, device) in [anna, bert].enumerated() {
            try device.record([
                Need.Draft(household: home, kind: .tutoring, foundOn: day)
                    .creation(id: RecordID(high: 600, low: UInt64(place)))
            ])
            try device.edit(shared) {
                try $0.set(Need.Field.severity, to: .integer(Int64(place + 2)))
                try $0.set(Need.Field.foundOn, to: .day(later(-Int64(place))))
            }
        }
        try await settle()
        #expect(try anna.store.children(of: home, in: .need).count == 3)
        try both(shared, Need.self) {
            #expect($0.severity == 3)
            #expect($0.foundOn == later(-1))
        }
        #expect(try disputes() == [])
    }

    @Test("44: a need met here and given up there counts as met, and both steps are kept")
    func needMet() async throws {
        let id = RecordID(high: 600, low: 1)
        var draft = Need.Draft(household: home, kind: .meals, foundOn: day)
        draft.isConfirmed = true
        try await begin([draft.creation(id: id)])
        try step(anna, id, Need.self, to: .beingMet, .met)
        try step(bert, id, Need.self, to: .unmet, because: "no place left")
        try await settle()
        try both(id, Need.self) {
            #expect($0.progress == .met)
            #expect(Set($0.steps.map(\.to)) == [.beingMet, .met, .unmet])
        }
    }

    @Test("29: a need proposed from one assessment on two devices is one need")
    func proposed() async throws {
        try await begin()
        let assessment = RecordID(high: 601, low: 1)
        let id = Need.proposed(by: assessment, indicator: "I05", kind: .schoolingCost)
        for device in [anna, bert] {
            var draft = Need.Draft(household: home, kind: .schoolingCost, foundOn: day)
            draft.indicator = "I05"
            try device.record([draft.creation(id: id)])
        }
        try await settle()
        #expect(try bert.store.children(of: home, in: .need).count == 1)
        #expect(try disputes() == [])
    }

    @Test("45: two active plans made offline become one, both item sets kept, review flag")
    func twoPlans() async throws {
        try await begin()
        var id: RecordID?
        for (place, device) in [anna, bert].enumerated() {
            var draft = try Plan.Draft(
                household: home, after: [], begun: Beginning(by: me(device), on: day))
            draft.reviewDue = later(Int64(90 + place))
            id = draft.id
            try device.record([draft.creation])
            let agreement = Agreement(with: person, on: day, how: "spoken")
            try device.edit(draft.id) {
                try $0.set(Plan.Field.agreement, to: agreement.value)
            }
            try step(device, draft.id, Plan.self, to: .agreed, .active)
            let measure = Measure(.service, .socialWork, "measure \(place)")
            try device.record([
                PlanItem.Draft(household: home, plan: draft.id, measure: measure)
                    .creation(id: RecordID(high: 602, low: UInt64(place)))
            ])
        }
        try await settle()
        let plan = try #require(id)
        #expect(try anna.store.children(of: home, in: .plan).map(\.record) == [plan])
        #expect(try anna.store.children(of: home, in: .planItem).count == 2)
        try both(plan, Plan.self) {
            #expect($0.progress == .active)
            #expect($0.reviewDue == later(90))
            #expect($0.isToBeReviewed)
        }
        #expect(try disputes() == ["plan.beginning"])
    }

    @Test("45: a measure done here and cancelled there is for people; the effort of both counts")
    func item() async throws {
        let plan = Plan.Draft(
            household: home, after: [], begun: Beginning(by: PersonID(high: 1, low: 1), on: day))
        let id = RecordID(high: 602, low: 5)
        let draft = PlanItem.Draft(
            household: home, plan: plan.id, measure: Measure(.service, .socialWork, "辅导"))
        try await begin([plan.creation, draft.creation(id: id)])
        try step(anna, id, PlanItem.self, to: .agreed, .underWay)
        try await settle()
        try step(anna, id, PlanItem.self, to: .done)
        try step(bert, id, PlanItem.self, to: .cancelled, because: "moved away")
        for (place, device) in [anna, bert].enumerated() {
            try device.edit(id) {
                try $0.increment(PlanItem.Field.minutes.id, by: 30)
                try $0.increment(PlanItem.Field.cost.id, by: 500)
                try $0.set(PlanItem.Field.due, to: .day(later(Int64(10 - place))))
            }
        }
        try await settle()
        try both(id, PlanItem.self) {
            #expect($0.progress == .underWay)
            #expect($0.minutes == 60)
            #expect($0.cost == Money(fen: 1000))
            #expect($0.due == later(9))
        }
        #expect(try disputes() == ["plan_item.state"])
    }

    // MARK: referrals, cases, tasks

    @Test("32: a partner's two answers contradict each other, and both are kept")
    func referral() async throws {
        let id = RecordID(high: 603, low: 1)
        var draft = Referral.Draft(
            household: home, need: RecordID(high: 600, low: 1), partner: RecordID(high: 9, low: 9),
            from: PersonID(high: 1, low: 1))
        draft.consent = ReferralConsent(by: person, on: day, how: "spoken")
        try await begin([draft.creation(id: id)])
        try step(anna, id, Referral.self, to: .sent)
        try await settle()
        try step(anna, id, Referral.self, to: .accepted)
        try step(bert, id, Referral.self, to: .declined, because: "no place")
        for device in [anna, bert] {
            try device.edit(id) { try $0.append([.text("said")], to: Referral.Field.feedback) }
        }
        try await settle()
        try both(id, Referral.self) {
            #expect($0.progress == .sent)
            #expect($0.feedback.count == 2)
            #expect($0.isOpen)
        }
        #expect(try disputes() == ["referral.state"])
    }

    @Test("32: of two leads appointed apart the street manager's holds; the notes of both stay")
    func lead() async throws {
        let id = RecordID(high: 603, low: 2)
        try enterInRegister()
        try await begin([CaseFile.Draft(household: home, openedOn: day).creation(id: id)])
        let by: [Fact.Source] = [.advisor, .streetManager]
        for (place, device) in [anna, bert].enumerated() {
            let appointed = Appointment(
                PersonID(high: 7, low: UInt64(place)), by: by[place], effective: day)
            try device.edit(id) {
                try $0.set(CaseFile.Field.manager, to: appointed.value)
                try $0.append([.text("note \(place)")], to: CaseFile.Field.notes)
            }
        }
        try await settle()
        try both(id, CaseFile.self) {
            #expect($0.manager?.worker == PersonID(high: 7, low: 1))
            #expect($0.notes.count == 2)
        }
        #expect(try disputes() == [])
    }

    @Test("14: of two due days of a task the earlier holds; done here and cancelled there is asked")
    func task() async throws {
        let id = RecordID(high: 603, low: 3)
        try await begin([WorkTask.Draft(about: home, what: "call").creation(id: id)])
        for (place, device) in [anna, bert].enumerated() {
            try device.edit(id) {
                try $0.set(WorkTask.Field.due, to: .day(later(Int64(5 - place))))
            }
        }
        try step(anna, id, WorkTask.self, to: .done)
        try step(bert, id, WorkTask.self, to: .cancelled, because: "called already")
        try await settle()
        try both(id, WorkTask.self) {
            #expect($0.due == later(4))
            #expect($0.isOpen)
        }
        #expect(try disputes() == ["task.state"])
    }

    @Test("15: of one outcome all evidence is kept, and what was redacted stays so")
    func evidence() async throws {
        let id = RecordID(high: 604, low: 1)
        let proof = RecordID(high: 604, low: 2)
        var seen = Evidence.Draft(
            household: home, kind: .observation, capturedOn: day, by: PersonID(high: 1, low: 1))
        seen.description = "门修好了"
        let outcome = try #require(
            WorkOutcome.Draft(
                household: home, day: day, by: PersonID(high: 1, low: 1), of: home,
                result: .solved, evidence: [proof]))
        try await begin([outcome.creation(id: id), seen.creation(id: proof)])
        for (place, device) in [anna, bert].enumerated() {
            let more = RecordID(high: 605, low: UInt64(place))
            try device.edit(id) {
                try $0.change(WorkOutcome.Field.evidence, adding: [.reference(more)])
            }
        }
        try anna.edit(proof) {
            try $0.set(Evidence.Field.redaction, to: .word(Evidence.Redaction.redacted))
        }
        try bert.edit(proof) {
            try $0.set(Evidence.Field.redaction, to: .word(Evidence.Redaction.shown))
        }
        try await settle()
        try both(id, WorkOutcome.self) { #expect($0.evidence.count == 3) }
        try both(proof, Evidence.self) {
            #expect($0.isRedacted)
            #expect($0.description == nil)
        }
    }

    // MARK: alerts and clues

    @Test("13: an alert raised on two devices is one, with the graver severity and the earlier day")
    func alert() async throws {
        try await begin()
        var id: RecordID?
        for (place, device) in [anna, bert].enumerated() {
            var draft = Alert.Draft(
                household: home, rule: "W01", subject: person, severity: place + 2,
                raisedOn: later(-Int64(place)))
            draft.due = later(Int64(5 - place))
            draft.cause = "cause \(place)"
            id = draft.id
            try device.record([draft.creation])
        }
        try await settle()
        let alert = try #require(id)
        #expect(try anna.store.children(of: home, in: .alert).map(\.record) == [alert])
        try both(alert, Alert.self) {
            #expect($0.severity == 3)
            #expect($0.due == later(4))
            #expect($0.raisedOn == later(-1))
        }
        #expect(try disputes() == [])
        try step(anna, alert, Alert.self, to: .acted)
        try step(bert, alert, Alert.self, to: .dismissed, because: "retired already")
        try await settle()
        // Towards looking again: nobody's dismissal ends what another acts on.
        try both(alert, Alert.self) { #expect($0.isOpen) }
        #expect(try disputes() == ["alert.state"])
    }

    @Test("14: of two who claim a clue apart the first has it, and the second can see that")
    func clue() async throws {
        let id = RecordID(high: 606, low: 1)
        var draft = Clue.Draft(area: HubFixture.north, origin: .neighbour, foundOn: day)
        draft.text = "灯几天没亮。"
        try enterInRegister()
        try await begin([draft.creation(id: id)])
        for device in [anna, bert] {
            try step(device, id, Clue.self, to: .claimed)
            let claim = Beginning(by: try me(device), on: day)
            try device.edit(id) { try $0.append([claim.value], to: Clue.Field.claims) }
        }
        try await settle()
        let first = try me(anna)
        try both(id, Clue.self) {
            #expect($0.progress == .claimed)
            #expect($0.owner == first)
            #expect($0.claims.count == 2)
        }
        let appointed = Appointment(try me(bert), by: .streetManager, effective: day)
        try bert.edit(id) { try $0.set(Clue.Field.appointed, to: appointed.value) }
        try await settle()
        try both(id, Clue.self) { #expect($0.owner == appointed.worker) }
    }

    @Test("24: what somebody who came said to two workers is all kept")
    func intake() async throws {
        let id = RecordID(high: 606, low: 2)
        let draft = Intake.Draft(
            area: HubFixture.north, day: day, by: PersonID(high: 1, low: 1), name: "老王")
        try await begin([draft.creation(id: id)])
        for (place, device) in [anna, bert].enumerated() {
            try device.edit(id) {
                try $0.append([.text("said \(place)")], to: Intake.Field.said)
                try $0.change(Intake.Field.phones, adding: [.text("\(place)")])
            }
        }
        try step(anna, id, Intake.self, to: .linked)
        try step(bert, id, Intake.self, to: .closed, because: "asked the way")
        try await settle()
        try both(id, Intake.self) {
            #expect($0.said.count == 2)
            #expect($0.phones == ["0", "1"])
            #expect($0.progress == .closed)
        }
    }

    // MARK: applications

    @Test("37: the same draft from two devices is one application, sent by both it is sent once")
    func application() async throws {
        try await begin()
        let draft = Application.Draft(household: home, subject: person, programme: "P01")
        for device in [anna, bert] {
            try device.record([draft.creation])
            try step(device, draft.id, Application.self, to: .ready)
        }
        try await settle()
        #expect(try anna.store.children(of: home, in: .application).count == 1)
        try both(draft.id, Application.self) { #expect($0.progress == .ready) }
        for device in [anna, bert] {
            let signature = Signature(of: person, on: day, how: "by hand")
            try device.edit(draft.id) {
                try $0.set(Application.Field.signature, to: signature.value)
                try $0.set(Application.Field.form, to: .text("name\t张桂兰\n"))
            }
            try step(device, draft.id, Application.self, to: .signed, .submitted)
        }
        try await settle()
        try both(draft.id, Application.self) {
            #expect($0.progress == .submitted)
            #expect($0.steps.count { $0.to == .submitted } == 2)
        }
        #expect(try disputes() == [])
    }

    @Test("22: seven applications signed offline are submitted after the sync, by two, once")
    func seven() async throws {
        try await begin()
        let package = HelpPackage.Draft(household: home, round: 1, madeOn: day)
        let drafts = ["P03", "P04", "P06", "P07", "P11", "P18", "P22"].map { programme in
            Application.Draft(household: home, subject: person, programme: programme)
        }
        // Drawn up by both, apart; signed by one, who is still offline.
        for device in [anna, bert] {
            var package = package
            package.applications = drafts.map(\.id)
            try device.record([package.creation] + drafts.map { try $0.creation })
        }
        for draft in drafts {
            let application = try seen(draft.id, Application.self, on: anna)
            let signer = try me(anna)
            try anna.edit(draft.id) {
                try $0.sign(
                    application, form: "name\t张桂兰\n",
                    Signature(of: person, on: day, how: "on paper"), authority: nil, by: signer)
            }
        }
        try await settle()
        for device in [anna, bert] {
            for draft in drafts {
                let application = try seen(draft.id, Application.self, on: device)
                #expect(application.progress == .signed)
                #expect(application.steps.map(\.to) == [.ready, .signed])
                try step(device, draft.id, Application.self, to: .submitted)
            }
        }
        try await settle()
        #expect(try anna.store.children(of: home, in: .application).count == 7)
        try both(package.id, HelpPackage.self) { #expect($0.applications.count == 7) }
        for draft in drafts {
            try both(draft.id, Application.self) { #expect($0.progress == .submitted) }
        }
        #expect(try disputes() == [])
    }

    @Test("36: a form answered by two: other fields meet nowhere, differing money is for people")
    func answers() async throws {
        try await begin()
        let package = HelpPackage.Draft(household: home, round: 1, madeOn: day)
        func answer(_ key: String, _ text: String, weighty: Bool = false) -> FormAnswer.Draft {
            FormAnswer.Draft(
                household: home, package: package.id, subject: person, key: key, text,
                isWeighty: weighty)
        }
        for (place, device) in [anna, bert].enumerated() {
            var package = package
            let application = RecordID(high: 607, low: UInt64(place))
            package.applications = [application]
            package.papers = ["paper\(place)"]
            try device.record([
                package.creation, answer("field\(place)", "x").creation,
                answer("phone", "\(place)").creation,
                answer("income", "\(place)00", weighty: true).creation,
            ])
        }
        try await settle()
        try both(package.id, HelpPackage.self) {
            #expect($0.applications.count == 2)
            #expect($0.papers == ["paper0", "paper1"])
        }
        #expect(try anna.store.children(of: home, in: .formAnswer).count == 4)
        try both(answer("phone", "").id, FormAnswer.self) { #expect($0.text == "1") }
        try both(answer("income", "").id, FormAnswer.self) {
            #expect($0.text == nil)
            #expect($0.isWeighty)
        }
        #expect(try disputes() == ["form_answer.weighty_answer"])
    }

    @Test("16: a benefit that ended twice ended at the earlier day, and all decisions are kept")
    func benefit() async throws {
        let draft = BenefitSpan.Draft(
            household: home, subject: home, programme: "P01", from: day)
        try await begin([draft.creation])
        for (place, device) in [anna, bert].enumerated() {
            try step(device, draft.id, BenefitSpan.self, to: .ended, because: "work")
            let decision = Decision(
                isGranted: false, number: "\(place)", by: .departmentFeed, effective: day)
            try device.edit(draft.id) {
                try $0.set(BenefitSpan.Field.to, to: .day(later(Int64(20 - place))))
                try $0.append([decision.value], to: BenefitSpan.Field.decisions)
            }
        }
        try await settle()
        try both(draft.id, BenefitSpan.self) {
            #expect($0.to == later(19))
            #expect($0.decisions.count == 2)
            #expect($0.progress == .ended)
        }
    }

    // MARK: assessment and what is computed

    @Test("25: an assessment from the same facts is one record; the manager's level holds")
    func assessment() async throws {
        try enterInRegister()
        try await begin()
        let draft = assessmentDraft
        for device in [anna, bert] { try device.record([draft.creation]) }
        let level = LevelOverride(
            .medium, because: "seen", by: try me(bert), as: .streetManager, effective: day)
        try bert.edit(draft.id) {
            try $0.set(Assessment.Field.levelOverride, to: level.value)
        }
        for (place, device) in [anna, bert].enumerated() {
            let objection = IndicatorObjection(
                "I0\(place)", .no, because: "seen", by: try me(device))
            try device.edit(draft.id) {
                try $0.change(Assessment.Field.objections, adding: [objection.value])
            }
        }
        try await settle()
        #expect(try anna.store.children(of: home, in: .assessment).count == 1)
        try both(draft.id, Assessment.self) {
            #expect($0.result == draft.result)
            #expect($0.indicators.count == 1)
            #expect($0.level == .medium)
            #expect($0.objections.count == 2)
        }
        #expect(try disputes() == [])
        #expect(try setAside() == [])
    }

    private var assessmentDraft: Assessment.Draft { assessmentDraft(2) }

    private func assessmentDraft(_ inputs: UInt8) -> Assessment.Draft {
        Assessment.Draft(
            household: home, basis: Basis(asOf: day, catalogue: [1], inputs: [inputs]),
            result: .init(score: 600...600, level: .high),
            indicators: [IndicatorAnswer("I01", .yes, weight: 150)])
    }

    @Test(
        "25: a level that somebody sets without the office for it is set aside, however it is put")
    func forgedLevel() async throws {
        try enterInRegister()
        // As an advisor, as a manager, in a manager's name, and higher still.
        let claims: [(source: Fact.Source, by: PersonID)] = [
            (.advisor, try me(anna)), (.streetManager, try me(anna)),
            (.streetManager, try me(bert)), (.decision, try me(anna)),
        ]
        let drafts = claims.indices.map { assessmentDraft(UInt8($0)) }
        try await begin(try drafts.map { try $0.creation })
        for (draft, claim) in zip(drafts, claims) {
            let level = LevelOverride(
                .low, because: "seen", by: claim.by, as: claim.source, effective: day)
            try anna.edit(draft.id) {
                try $0.set(Assessment.Field.levelOverride, to: level.value)
            }
        }
        // The manager's own, of which nothing says why.
        let bare = assessmentDraft(9)
        try bert.record([bare.creation])
        let mute = LevelOverride(
            .low, because: " ", by: try me(bert), as: .streetManager, effective: day)
        try bert.edit(bare.id) { try $0.set(Assessment.Field.levelOverride, to: mute.value) }
        try await settle()
        #expect(try setAside() == [String](repeating: "HZ-5014", count: 5))
        for draft in drafts {
            #expect(try seen(draft.id, Assessment.self, on: bert).level == .high)
        }
        #expect(try anna.store.returned().count == 4)

        // A person at the office may answer for it.
        let first = try #require(
            try fixture.hub.quarantine(by: fixture.admin).first { $0.author == claims[0].by })
        try fixture.hub.admit(first.name, reason: "I know her", by: fixture.admin)
        try await settle()
        #expect(try drafts.contains { try seen($0.id, Assessment.self, on: bert).level == .low })
    }

    @Test("25: who writes themselves into the register is no manager by that")
    func forgedRegister() async throws {
        let draft = assessmentDraft
        try await begin([draft.creation])
        var entry = Advisor.Draft(
            area: HubFixture.north, worker: try me(anna), name: "Anna",
            posting: Posting(HubFixture.north, by: .decision, effective: day))
        entry.roles = [.streetManager]
        try anna.record([entry.creation])
        try await settle()
        let level = LevelOverride(
            .low, because: "seen", by: try me(anna), as: .streetManager, effective: day)
        try anna.edit(draft.id) { try $0.set(Assessment.Field.levelOverride, to: level.value) }
        try await settle()
        #expect(try setAside() == ["HZ-5014"])
        #expect(try seen(draft.id, Assessment.self, on: bert).level == .high)
    }

    @Test("32: nobody appoints by a higher word than their own")
    func forgedWord() async throws {
        try enterInRegister()
        let ids = (0..<4).map { RecordID(high: 613, low: UInt64($0)) }
        let words: [Fact.Source] = [.decision, .departmentFeed, .streetManager, .advisor]
        try await begin(
            try ids.map { try CaseFile.Draft(household: home, openedOn: day).creation(id: $0) })
        for (id, word) in zip(ids, words) {
            let appointed = Appointment(try me(anna), by: word, effective: day)
            try anna.edit(id) { try $0.set(CaseFile.Field.manager, to: appointed.value) }
        }
        try await settle()
        #expect(try setAside() == ["HZ-5014", "HZ-5014", "HZ-5014"])
        #expect(
            try ids.map { try seen($0, CaseFile.self, on: bert).manager?.source }
                == [nil, nil, nil, .advisor])
    }

    @Test("6: a circle entered on two devices is one, and the earlier exit holds")
    func circle() async throws {
        try await begin()
        let draft = CircleMembership.Draft(household: home, circle: .dibao, from: day)
        let match = MatchResult.Draft(
            household: home, basis: Basis(asOf: day, catalogue: [1], inputs: [2]),
            answers: [ProgrammeAnswer("P01", for: home, .unknown, missing: ["h.size"])])
        for (place, device) in [anna, bert].enumerated() {
            try device.record([draft.creation, match.creation])
            try device.edit(draft.id) {
                try $0.set(CircleMembership.Field.to, to: .day(later(Int64(9 - place))))
            }
        }
        try await settle()
        try both(draft.id, CircleMembership.self) { #expect($0.to == later(8)) }
        try both(match.id, MatchResult.self) { #expect($0.answers == match.answers) }
        #expect(try disputes() == [])
    }

    @Test("8: a tag taken away here and seen again there stays")
    func tagging() async throws {
        let draft = Tagging.Draft(
            household: home, subject: person, tag: "T30", sighting: Sighting(on: day, by: nil))
        try await begin([draft.creation])
        try anna.edit(draft.id) { try $0.set(Tagging.Field.to, to: .day(later(1))) }
        let again = Sighting(on: later(2), by: try me(bert), .observation)
        try bert.edit(draft.id) {
            try $0.change(Tagging.Field.sightings, adding: [again.value])
        }
        try await settle()
        try both(draft.id, Tagging.self) {
            #expect($0.to == later(1))
            #expect($0.holds(on: later(2)))
            #expect(!$0.holds(on: later(-1)))
        }
    }

    // MARK: visits and events

    @Test("18: what a visit was for is united; of two cadences the more frequent holds")
    func visit() async throws {
        let id = RecordID(high: 608, low: 1)
        let follow = RecordID(high: 608, low: 2)
        try await begin([
            Visit.Draft(household: home, day: day, advisor: PersonID(high: 1, low: 1))
                .creation(id: id),
            FollowUp.Draft(household: home, what: "看望", due: day, cadenceDays: 90)
                .creation(id: follow),
        ])
        for (place, device) in [anna, bert].enumerated() {
            let served = RecordID(high: 609, low: UInt64(place))
            try device.edit(id) {
                try $0.change(Visit.Field.serves, adding: [.reference(served)])
            }
            let change = ClassChange(to: place == 0 ? .missing : .earlyWarning, on: day)
            try device.edit(follow) {
                try $0.set(FollowUp.Field.cadenceDays, to: .integer(place == 0 ? 30 : 7))
                try $0.append([change.value], to: FollowUp.Field.classes)
            }
        }
        try await settle()
        try both(id, Visit.self) { #expect($0.serves.count == 2) }
        try both(follow, FollowUp.self) {
            #expect($0.cadenceDays == 7)
            #expect($0.classes.count == 2)
        }
    }

    @Test("34: lists from two doors are united: each household once")
    func attendance() async throws {
        let service = RecordID(high: 610, low: 1)
        let group = RecordID(high: 610, low: 2)
        try await begin([
            Companionship.Draft(area: HubFixture.north, kind: .outing, day: day, attendance: [])
                .creation(id: service),
            GroupActivity.Draft(area: HubFixture.north, topic: "剪纸", day: day)
                .creation(id: group),
        ])
        for (place, device) in [anna, bert].enumerated() {
            let came: [Value] = [
                .reference(home), .reference(RecordID(high: 611, low: UInt64(place))),
            ]
            try device.edit(service) {
                try $0.change(Companionship.Field.attendance, adding: came)
            }
            try device.edit(group) {
                try $0.change(GroupActivity.Field.attendance, adding: came)
            }
        }
        try await settle()
        try both(service, Companionship.self) { #expect($0.attendance.count == 3) }
        try both(group, GroupActivity.self) { #expect($0.attendance.count == 3) }
    }

    // MARK: what everybody reads

    @Test("23: booking a full session is a place on the waiting list, never a double booking")
    func booking() async throws {
        let reference = ScopeID(high: 1, low: 9)
        try fixture.hub.addAreas(
            [(scope: reference, parent: nil, name: "Directory")], areReference: true)
        let station = RecordID(high: 612, low: 1)
        let session = RecordID(high: 612, low: 2)
        try fixture.hub.load(
            [
                [
                    Station.Draft(area: reference, street: HubFixture.north, name: "虹桥站")
                        .creation(id: station),
                    StationSession.Draft(
                        station: station, kind: .counselling, day: day, capacity: 1
                    ).creation(id: session),
                ]
            ], intent: "directory")
        let other = RecordID(high: 500, low: 3)
        try await begin([
            Household.Draft(area: HubFixture.north, headName: "陈勇").creation(id: other)
        ])
        try bert.record([Booking.Draft(household: other, session: session).creation])
        try anna.record([Booking.Draft(household: home, session: session).creation])
        try bert.record([Booking.Draft(household: home, session: session).creation])
        try await bert.sync()
        try await settle()
        for device in [anna, bert] {
            let bookings = try device.store.list(.booking, limit: .max).compactMap {
                try device.store.shown($0.record).flatMap { Booking($0.state) }
            }
            let seats = try seen(session, StationSession.self, on: device).seats(bookings)
            #expect(seats.seated.map(\.household) == [other])
            #expect(seats.waiting.map(\.household) == [home])
        }
    }

    @Test("8: what lies in the directory is read by all, and no device writes it")
    func directory() async throws {
        let reference = ScopeID(high: 1, low: 9)
        try fixture.hub.addAreas(
            [(scope: reference, parent: nil, name: "Directory")], areReference: true)
        let tag = TagDefinition.Draft(
            area: reference, code: "T30", level: .street, owner: HubFixture.north,
            kind: .identity, wording: TagWording("独居人员", by: .street, effective: day))
        try fixture.hub.load([[tag.creation]], intent: "directory")
        try await begin()
        try both(tag.id, TagDefinition.self) {
            #expect($0.wording == tag.wording)
            #expect($0.level == .street)
            #expect(!$0.isRetired)
        }
        #expect(throws: StoreError.self) {
            try anna.edit(tag.id) {
                try $0.set(TagDefinition.Field.isRetired, to: .word(TagDefinition.Retired.retired))
            }
        }
    }
}
