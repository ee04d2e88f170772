import Fieldwork
import SyncCore
import Testing

@Suite("records of the work")
struct RecordTests {
    private let today = CalendarDate("2026-11-20")
    private let home = RecordID(high: 1, low: 1)

    // MARK: drafts and views

    @Test("what a household's draft says is what is seen of the household")
    func household() throws {
        var draft = Household.Draft(area: ScopeID(high: 7, low: 8), headName: "张桂兰")
        draft.head = RecordID(high: 2, low: 2)
        draft.address = "柳荫一村11弄2号301室"
        draft.registration = Registration("稻香里21弄1号101室", source: .departmentFeed)
        draft.phones = ["2", "1", "2"]
        draft.monthlyIncome = MonthlyIncome(
            amount: try Money("1840"), period: today, evidence: "养老金存折")
        draft.memberCount = 2
        draft.members = [Membership(person: RecordID(high: 2, low: 2), relation: .head)]
        draft.language = "上海话"
        draft.warnings = [Warning(.doNotPhone, note: "儿子接电话")]
        draft.riskNote = "敲门要久一些"
        draft.assignedAdvisor = PersonID(high: 3, low: 3)
        let seen = try #require(Household(seen(draft.creation(id: home))))
        #expect(seen.id == home)
        #expect(seen.area == draft.area)
        #expect(seen.headName == draft.headName)
        #expect(seen.head == draft.head)
        #expect(seen.address == draft.address)
        #expect(seen.registration == draft.registration)
        #expect(seen.livesElsewhere == true)
        #expect(seen.phones == ["1", "2"])
        #expect(seen.monthlyIncome == draft.monthlyIncome)
        #expect(seen.monthlyIncome?.period == CalendarDate("2026-11-01"))
        #expect(seen.memberCount == 2)
        #expect(seen.members == draft.members)
        #expect(seen.language == draft.language)
        #expect(seen.warnings == draft.warnings)
        #expect(seen.riskNote == draft.riskNote)
        #expect(seen.assignedAdvisor == draft.assignedAdvisor)
        #expect(seen.disputed == [])
        #expect(seen.voidReason == nil)
        #expect(Household.Field.allCases.allSatisfy { seen.outcome(of: $0) != nil })
    }

    @Test("what a person's draft says is what is seen of the person")
    func person() throws {
        var draft = Person.Draft(household: home, name: "王秀英")
        draft.identityNumber = try IdentityNumber("11010519491231002X", asOf: #require(today))
        draft.phones = ["3"]
        draft.language = "苏北话"
        draft.contactPreference = "下午"
        draft.strengths = ["会剪纸"]
        draft.consent = [Consent(purpose: "visit", act: .given, how: "口头同意")]
        let seen = try #require(Person(seen(draft.creation(id: RecordID(high: 2, low: 2)))))
        #expect(seen.household == home)
        #expect(seen.name == draft.name)
        #expect(seen.identityNumber == draft.identityNumber)
        #expect(seen.birth == CalendarDate("1949-12-31"))
        #expect(seen.sex == .female)
        #expect(seen.phones == draft.phones)
        #expect(seen.language == draft.language)
        #expect(seen.contactPreference == draft.contactPreference)
        #expect(seen.deceased == nil)
        #expect(seen.strengths == draft.strengths)
        #expect(seen.consentLog == draft.consent)
        #expect(seen.consents == ["visit"])
    }

    @Test("without an identity number, birth and sex are as stated")
    func statedBirth() throws {
        var draft = Person.Draft(household: home)
        draft.birth = CalendarDate("1951-02-03")
        draft.sex = .male
        let seen = try #require(Person(seen(draft.creation(id: home))))
        #expect(seen.birth == draft.birth)
        #expect(seen.sex == .male)
        #expect(seen.outcome(of: .name) == nil)
    }

    @Test("what a visit's draft says is what is seen of the visit")
    func visit() throws {
        var draft = try Visit.Draft(
            household: home, day: #require(today), advisor: PersonID(high: 5, low: 5))
        draft.outcome = .met
        draft.purpose = "了解冬季取暖"
        draft.place = .home
        draft.minutes = 40
        draft.narrative = "身体尚可。"
        draft.answers = [
            Answer(question: "heating", "煤炉"), .unknown("rent"), .refused("savings"),
            Answer(question: "heating", "电暖器"),
        ]
        let seen = try #require(Visit(seen(draft.creation(id: RecordID(high: 4, low: 4)))))
        #expect(seen.household == home)
        #expect(seen.day == draft.day)
        #expect(seen.advisor == draft.advisor)
        #expect(seen.outcome == .met)
        #expect(seen.purpose == draft.purpose)
        #expect(seen.place == .home)
        #expect(seen.minutes == 40)
        #expect(seen.narrative == draft.narrative)
        #expect(seen.answers == draft.answers)
        #expect(
            seen.lastAnswers == [
                Answer(question: "heating", "电暖器"), .unknown("rent"), .refused("savings"),
            ])
        #expect(seen.corrections == [])
    }

    @Test("a follow-up begins scheduled, and its earlier day wins")
    func followUp() throws {
        let day = try #require(today)
        let draft = FollowUp.Draft(household: home, what: "陪同就医", due: day, cadenceDays: 30)
        var history = History(try draft.creation(id: RecordID(high: 6, low: 6)))
        let first = try #require(FollowUp(history.state))
        #expect(first.household == home)
        #expect(first.what == draft.what)
        #expect(first.due == day)
        #expect(first.cadenceDays == 30)
        #expect(first.progress == .scheduled)
        let later = try #require(CalendarDate("2026-12-24"))
        let earlier = try #require(CalendarDate("2026-12-01"))
        try history.write(2) { try $0.set(FollowUp.Field.due, to: .day(later)) }
        try history.write(3, seeing: first.state) {
            try $0.set(FollowUp.Field.due, to: .day(earlier))
        }
        #expect(FollowUp(history.state)?.due == earlier)
    }

    @Test("done here and cancelled there stays on the list until people decide")
    func doneOrCancelled() throws {
        let draft = try FollowUp.Draft(household: home, what: "x", due: #require(today))
        var history = History(try draft.creation(id: home))
        let shown = history.state
        try history.write(2) {
            try $0.set(FollowUp.Field.progress, to: .word(FollowUp.Progress.done))
        }
        try history.write(3, seeing: shown) {
            try $0.set(FollowUp.Field.progress, to: .word(FollowUp.Progress.cancelled))
        }
        history.findBase(of: FollowUp.Field.progress, in: shown)
        let seen = try #require(FollowUp(history.state))
        #expect(seen.disputed == [.progress])
        #expect(seen.progress == .scheduled)
    }

    @Test("a fact says what its draft said, whatever kind of content", arguments: 0..<4)
    func fact(kind: Int) throws {
        let day = try #require(today)
        let content: [Fact.Content] = [.flag(false), .number(-3), .word("dibao"), .day(day)]
        var statement = Fact.Statement(
            content[kind], effective: day, source: .advisor, confidence: .credible)
        statement.department = "CA"
        statement.evidence = .document
        statement.evidenceNote = "存折"
        statement.recordedBy = PersonID(high: 5, low: 5)
        let draft = Fact.Draft(
            household: home, subject: home, key: "h.status", statement: statement)
        let seen = try #require(Fact(seen(draft.creation(id: RecordID(high: 8, low: 8)))))
        #expect(seen.household == home)
        #expect(seen.subject == home)
        #expect(seen.key == "h.status")
        #expect(seen.statement == statement)
        #expect(!seen.isDisputed)
    }

    @Test("an objection stands against an all-clear that did not know of it")
    func objection() throws {
        let day = try #require(today)
        let draft = Fact.Draft(
            household: home, subject: home, key: "h.status",
            statement: Fact.Statement(
                .word("none"), effective: day, source: .resident, confidence: .stated))
        var history = History(try draft.creation(id: home))
        let shown = history.state
        try history.write(2) { try $0.set(Fact.Field.isDisputed, to: .bool(true)) }
        try history.write(3, seeing: shown) {
            try $0.set(Fact.Field.isDisputed, to: .bool(false))
        }
        #expect(Fact(history.state)?.isDisputed == true)
        #expect(Fact(history.state)?.disputed == [.isDisputed])
        try history.write(4) { try $0.resolve(Fact.Field.isDisputed, to: .bool(false)) }
        #expect(Fact(history.state)?.isDisputed == false)
    }

    @Test("a draft that does not fit is refused with the unit and its limit")
    func tooLong() {
        let draft = Household.Draft(
            area: ScopeID(high: 7, low: 8), headName: String(repeating: "张", count: 67))
        #expect(
            throws: SchemaViolation.tooLong(
                Household.Field.headName.id, member: "head_name", maximumBytes: 200)
        ) { try draft.creation(id: home) }
        var many = Household.Draft(area: ScopeID(high: 7, low: 8))
        many.memberCount = 100
        #expect(
            throws: SchemaViolation.outOfRange(
                Household.Field.memberCount.id, member: "member_count")
        ) { try many.creation(id: home) }
    }

    @Test("a state of another collection is not read")
    func otherCollection() throws {
        let state = try seen(Household.Draft(area: ScopeID(high: 7, low: 8)).creation(id: home))
        #expect(Household(state) != nil)
        #expect(Person(state) == nil)
        #expect(Visit(state) == nil)
        #expect(FollowUp(state) == nil)
        #expect(Fact(state) == nil)
    }

    // MARK: edits

    @Test("two incomes stay side by side, and neither is shown without a base")
    func twoIncomes() throws {
        var history = History(
            try Household.Draft(area: ScopeID(high: 7, low: 8)).creation(id: home))
        let shown = history.state
        let (mine, theirs) = (try income("1840"), try income("2310"))
        try history.write(2) { try $0.set(Household.Field.monthlyIncome, to: mine.value) }
        try history.write(3, seeing: shown) {
            try $0.set(Household.Field.monthlyIncome, to: theirs.value)
        }
        let seen = try #require(Household(history.state))
        #expect(seen.disputed == [.monthlyIncome])
        #expect(seen.monthlyIncome == nil)
        try history.write(4) { try $0.resolve(Household.Field.monthlyIncome, to: mine.value) }
        #expect(Household(history.state)?.monthlyIncome == mine)
        #expect(Household(history.state)?.disputed == [])
    }

    @Test("a person who leaves gets an end, and whoever joined meanwhile stays")
    func membership() throws {
        let (leaver, joiner) = (RecordID(high: 2, low: 1), RecordID(high: 2, low: 2))
        var draft = Household.Draft(area: ScopeID(high: 7, low: 8))
        draft.members = [Membership(person: leaver, relation: .child)]
        var history = History(try draft.creation(id: home))
        let shown = history.state
        let ended = Membership(person: leaver, relation: .child, to: today)
        let joined = Membership(person: joiner, relation: .grandparent)
        try history.write(2) {
            try $0.change(
                Household.Field.members, adding: [ended.value],
                removing: draft.members.map(\.value))
        }
        try history.write(3, seeing: shown) {
            try $0.change(Household.Field.members, adding: [joined.value])
        }
        #expect(Household(history.state)?.members == [ended, joined])
    }

    @Test("a visit's outcome is set once, when it ends; what is wrong is said in a correction")
    func visitEnds() throws {
        let draft = try Visit.Draft(
            household: home, day: #require(today), advisor: PersonID(high: 5, low: 5))
        var history = History(try draft.creation(id: home))
        try history.write(1, number: 2) {
            try $0.set(Visit.Field.outcome, to: .word(ContactOutcome.met))
        }
        var again = try #require(Visit(history.state)).edit(at: nil, by: History.replica(1))
        #expect(throws: EditRefusal.alreadySet(Visit.Field.outcome.id)) {
            try again.set(Visit.Field.outcome, to: .word(ContactOutcome.moved))
        }
        let correction = Correction(of: .outcome, "只见到邻居")
        try history.write(1, number: 3) {
            try $0.append([correction.value], to: Visit.Field.corrections)
        }
        #expect(Visit(history.state)?.outcome == .met)
        #expect(Visit(history.state)?.corrections == [correction])
    }

    @Test("a unit of another record is refused, though its number is known here")
    func otherRecordsUnit() throws {
        let state = try seen(Household.Draft(area: ScopeID(high: 7, low: 8)).creation(id: home))
        var edit = try #require(Household(state)).edit(at: nil, by: History.replica(1))
        #expect(throws: EditRefusal.unknownUnit(.person, Person.Field.name.id)) {
            try edit.set(Person.Field.name, to: .text("王"))
        }
        #expect(edit.recordChange == nil)
    }

    @Test("a voided record says why")
    func void() throws {
        var history = History(
            try Household.Draft(area: ScopeID(high: 7, low: 8)).creation(id: home))
        try history.write(2, knowing: 1) { try $0.void(because: "重复登记") }
        #expect(Household(history.state)?.voidReason == "重复登记")
    }

    // MARK: words of a newer program

    @Test("a warning this program can't name is still a warning")
    func newWarning() {
        let warning = Warning(.group([.text("flood"), .absent]))
        #expect(warning == Warning(.other, note: "flood"))
    }

    @Test("an act of consent this program can't name is no consent")
    func newConsent() {
        let consent = Consent(.group([.text("visit"), .text("delegated"), .absent]))
        #expect(consent?.act == .withdrawn)
    }

    @Test("a value of another form is not read")
    func malformed() {
        for value in [Value.absent, .integer(1), .group([]), .group([.absent, .absent])] {
            #expect(MonthlyIncome(value) == nil)
            #expect(Membership(value) == nil)
            #expect(Warning(value) == nil)
            #expect(Consent(value) == nil)
            #expect(Answer(value) == nil)
            #expect(Correction(value) == nil)
            #expect(Fact.Statement(value) == nil)
        }
    }

    // MARK: consent

    @Test("a withdrawal stands until someone who has seen it is told yes again")
    func consent() throws {
        let (yes, no) = (
            Consent(purpose: "visit", act: .given), Consent(purpose: "visit", act: .withdrawn)
        )
        var draft = Person.Draft(household: home)
        draft.consent = [yes]
        var history = History(try draft.creation(id: home))
        #expect(Person(history.state)?.consents == ["visit"])
        // At position 2 one is told no; another, who saw only position 1, is told yes later.
        try history.write(2) { try $0.append([no.value], to: Person.Field.consent) }
        try history.write(3, knowing: 1) { try $0.append([yes.value], to: Person.Field.consent) }
        #expect(Person(history.state)?.consents == [])
        try history.write(4, knowing: 3) { try $0.append([yes.value], to: Person.Field.consent) }
        #expect(Person(history.state)?.consents == ["visit"])
        // One's own withdrawal is known without a hub.
        try history.write(4, number: 2, knowing: nil) {
            try $0.append([no.value], to: Person.Field.consent)
        }
        #expect(Person(history.state)?.consents == [])
        try history.write(4, number: 3, knowing: nil) {
            try $0.append([yes.value], to: Person.Field.consent)
        }
        #expect(Person(history.state)?.consents == ["visit"])
    }

    @Test("without a word there is no consent, and purposes don't answer for each other")
    func purposes() throws {
        var draft = Person.Draft(household: home)
        #expect(Person(try seen(draft.creation(id: home)))?.consents == [])
        draft.consent = [
            Consent(purpose: "visit", act: .given), Consent(purpose: "photo", act: .withdrawn),
        ]
        #expect(Person(try seen(draft.creation(id: home)))?.consents == ["visit"])
    }

    private func income(_ text: String) throws -> MonthlyIncome {
        MonthlyIncome(amount: try Money(text), period: today)
    }

    private func seen(_ change: RecordChange) throws -> RecordState {
        try Schema.fieldwork.validate(change)
        return History(change).state
    }
}
