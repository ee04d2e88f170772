import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("One set of answers for all forms")
struct FormSheetTests {
    private static let home = RecordID(high: 1, low: 1)
    private static let xu = RecordID(high: 2, low: 1)
    private static let wife = RecordID(high: 2, low: 2)
    private static let package = RecordID(high: 3, low: 1)
    private static let day = CalendarDate(year: 2021, month: 11, day: 1)!

    private static func state(_ change: RecordChange) -> RecordState {
        let origin = Origin(
            name: ChangeSetName(ReplicaID(high: 3, low: 3), ChangeSetNumber(1)!),
            author: PersonID(high: 5, low: 1), time: CorrectedTime(clamping: 0),
            position: LogPosition(1), shown: nil)
        var state = RecordState(record: change.record, collection: change.collection)
        state.merge(change, from: origin) { $0 != origin.name }
        return state
    }

    /// The household of the story, with the records a device has of it.
    private struct Family {
        let story: Story
        let household: Household
        let gathered: GatheredFacts

        init(consents: [Consent] = []) throws {
            story = try Story(StoryTests.xu, asOf: "2021-11-01")
            var draft = Household.Draft(area: ScopeID(high: 4, low: 4), headName: "许")
            draft.head = xu
            draft.address = "天山路 1 号"
            draft.members = [
                Membership(person: xu, relation: .head),
                Membership(person: wife, relation: .spouse),
            ]
            household = try #require(Household(state(draft.creation(id: home))))
            var persons: [Person] = []
            for (id, name, sex) in [(xu, "许", Sex.male), (wife, "妻", .female)] {
                var draft = Person.Draft(household: home, name: name)
                draft.sex = sex
                if id == xu { draft.consent = consents }
                persons.append(try #require(Person(state(draft.creation(id: id)))))
            }
            gathered = GatheredFacts(
                facts: story.facts, members: persons, sources: [:], disputed: [], reviews: [],
                unread: [])
        }

        func offers() -> [Offer] {
            story.rulebook.offers(
                gathered.facts, head: household.applicant(among: gathered.members))
        }

        func sheet(
            _ offers: [Offer], given: [FormAnswer] = [], papers: Set<String> = [],
            agent: String? = nil
        ) -> FormSheet {
            FormSheet(
                story.rulebook, household, gathered, offers: offers, given: given, papers: papers,
                agent: agent)
        }
    }

    private static func given(
        _ key: String, _ text: String, of subject: RecordID, isWeighty: Bool = false
    ) throws -> FormAnswer {
        let draft = FormAnswer.Draft(
            household: home, package: package, subject: subject, key: key, text,
            isWeighty: isWeighty)
        return try #require(FormAnswer(state(draft.creation)))
    }

    @Test("22: Xu's household applies for seven programmes at once, each for whom it is")
    func seven() throws {
        let family = try Family()
        let sheet = family.sheet(family.offers().filter(\.isFirstChoice))
        let catalogue = family.story.catalogue
        let forms = sheet.forms.map { form in
            "\(catalogue.programmes[form.offer.programme].id) \(form.applicant.name ?? "")"
        }
        #expect(
            forms == ["P03 许", "P04 许", "P06 妻", "P07 妻", "P11 许", "P18 妻", "P22 许"])
        #expect(sheet.forms.prefix(2).allSatisfy { $0.subject == Self.home })
        #expect(sheet.forms[2].subject == Self.wife)
    }

    @Test(
        "38: only what is yes or unknown is offered; what a better one takes up is no first choice")
    func offered() throws {
        let family = try Family()
        for offer in family.offers() {
            let truth = family.story.match(offer.applicant).programmes[offer.programme].answer.truth
            #expect(truth != .no)
        }
        let han = try StoryTests.hanAtSixty()
        let offers = han.rulebook.offers(han.facts, head: 0)
        func ids(_ offers: [Offer]) -> [String] {
            offers.map { han.catalogue.programmes[$0.programme].id }
        }
        #expect(Array(ids(offers).prefix(4)) == ["P01", "P02", "P03", "P04"])
        #expect(
            ids(offers.filter(\.isFirstChoice)) == [
                "P02", "P07", "P08", "P11", "P14", "P18", "P22",
            ])
    }

    @Test("36: all 22 forms have 330 places, and 30 fields that are each asked once")
    func once() throws {
        let han = try Story(StoryTests.han, asOf: "2021-11-01")
        let family = try Family()
        let alone = GatheredFacts(
            facts: han.facts, members: [family.gathered.members[0]], sources: [:], disputed: [],
            reviews: [], unread: [])
        let offers = han.catalogue.programmes.indices.map { index in
            Offer(
                programme: index, applicant: 0,
                isForHousehold: han.catalogue.programmes[index].unit == .household,
                standing: .proposed, amount: nil, missing: FactSet(), isFirstChoice: true)
        }
        let sheet = FormSheet(
            han.rulebook, family.household, alone, offers: offers, given: [], papers: [])
        #expect(sheet.forms.count == 22)
        #expect(sheet.placeCount == 330)
        #expect(sheet.entries.count == 30)
        #expect(sheet.entries.reduce(0) { $0 + $1.places } == 330)
        #expect(Set(sheet.open.map(\.field)).count == sheet.open.count)

        var answers: [FormAnswer] = []
        for entry in sheet.open {
            let field = sheet.field(entry)
            answers.append(try Self.given(field.key, "答 \(field.key)", of: entry.subject))
        }
        let filled = FormSheet(
            han.rulebook,
            try Family(consents: [Consent(purpose: "meansCheck", act: .given)])
                .household,
            GatheredFacts(
                facts: han.facts,
                members: [
                    try Family(consents: [Consent(purpose: "meansCheck", act: .given)])
                        .gathered.members[0]
                ], sources: [:], disputed: [], reviews: [], unread: []),
            offers: offers, given: answers, papers: Set(han.catalogue.papers.map(\.key)))
        #expect(filled.open == [])
        #expect(filled.forms.allSatisfy(filled.isComplete))
        // Every place of every form has the one answer of its field.
        for form in filled.forms {
            let lines = filled.text(form).split(separator: "\n")
            #expect(
                lines.count
                    == han.catalogue.programmes[form.offer.programme].formFields.count)
        }
    }

    @Test(
        "what records and facts say is filled in with its source, and a given answer stands above")
    func sources() throws {
        let family = try Family()
        let offers = family.offers().filter(\.isFirstChoice)
        func answer(_ key: String, _ subject: RecordID, _ sheet: FormSheet) -> FormSheet.Answer? {
            sheet.entries.first {
                sheet.field($0).key == key && $0.subject == subject
            }?.answer
        }
        let sheet = family.sheet(offers)
        #expect(answer("name", Self.wife, sheet) == .recorded("妻"))
        #expect(answer("relation", Self.wife, sheet) == .recorded("配偶"))
        #expect(answer("address", Self.home, sheet) == .recorded("天山路 1 号"))
        #expect(answer("bank", Self.xu, sheet) == nil)
        guard case .stated(let text, let facts)? = answer("income", Self.home, sheet) else {
            Issue.record("income is a fact")
            return
        }
        #expect(text.hasSuffix("1900 元"))
        #expect(facts.map(\.parts) == [190_000])

        let bank = try Self.given("bank", "工行\t01\n", of: Self.xu, isWeighty: true)
        let income = try Self.given("income", "两人共 3800 元", of: Self.home, isWeighty: true)
        let told = family.sheet(offers, given: [bank, income])
        #expect(answer("bank", Self.xu, told) == .given("工行 01 "))
        #expect(answer("bank", Self.wife, told) == nil)
        #expect(answer("income", Self.home, told) == .given("两人共 3800 元"))
        #expect(told.open.count == sheet.open.count - 1)
    }

    @Test(
        "a consent to a check of means is not typed: it stands in its giver's record, or is missing"
    )
    func consent() throws {
        func isOpen(_ consents: [Consent]) throws -> Bool {
            let family = try Family(consents: consents)
            let typed = try Self.given("consent", "同意", of: Self.home)
            let sheet = family.sheet(
                family.offers().filter(\.isFirstChoice), given: [typed])
            return sheet.open.contains { sheet.field($0).key == FormSheet.consentKey }
        }
        let yes = Consent(purpose: FormSheet.meansCheck, act: .given)
        #expect(try isOpen([]))
        #expect(try isOpen([Consent(purpose: "visit", act: .given)]))
        #expect(try !isOpen([yes]))
    }

    @Test("papers are asked for once, and a form is complete with its own")
    func papers() throws {
        let family = try Family()
        let offers = family.offers().filter(\.isFirstChoice)
        let sheet = family.sheet(offers, papers: ["idCard", "hukouBook"])
        #expect(Set(sheet.papers).count == sheet.papers.count)
        #expect(sheet.papers.starts(with: ["idCard", "hukouBook"]))
        #expect(!sheet.missingPapers.contains("idCard"))
        let p18 = try #require(sheet.forms.first { $0.subject == Self.wife })
        #expect(sheet.missingPapers(p18) == ["disabilityCard"])
        #expect(!sheet.isComplete(p18))
    }

    private static func told(_ day: String, _ yes: [String], number: UInt8) throws -> MatchResult {
        let basis = Basis(
            asOf: try #require(CalendarDate(day)), catalogue: [1], inputs: [number])
        let draft = MatchResult.Draft(
            household: home, basis: basis,
            answers: yes.map { ProgrammeAnswer($0, for: $0 == "P07" ? wife : home, .yes) }
                + [ProgrammeAnswer("P08", for: xu, .unknown, missing: ["p.age"])])
        return try #require(MatchResult(state(draft.creation)))
    }

    @Test("31: who was told and has not applied within ten working days is overdue")
    func overdue() throws {
        let catalogue = try Catalogue.shipped.get()
        let results = [
            try Self.told("2021-11-15", ["P04", "P03", "P07"], number: 3),
            try Self.told("2021-11-01", ["P03", "P07"], number: 1),
            try Self.told("2021-11-08", ["P03"], number: 2),
        ]
        func unclaimed(_ applications: [Application] = []) -> [Unclaimed] {
            catalogue.unclaimed(results, applications: applications, benefits: [], on: Self.day)
        }
        // P03 is taken up by P04 since the 15th, and P07 was told anew then.
        #expect(unclaimed().map(\.programme) == ["P04", "P07"])
        #expect(unclaimed().map(\.since.description) == ["2021-11-15", "2021-11-15"])
        // Ten working days: over two weekends.
        #expect(unclaimed().map(\.due.description) == ["2021-11-29", "2021-11-29"])
        let draft = Application.Draft(household: Self.home, subject: Self.wife, programme: "P07")
        let application = try #require(Application(Self.state(draft.creation)))
        #expect(unclaimed([application]).map(\.programme) == ["P04"])
        let span = BenefitSpan.Draft(
            household: Self.home, subject: Self.home, programme: "P03", from: Self.day)
        let benefit = try #require(BenefitSpan(Self.state(span.creation)))
        #expect(
            catalogue.unclaimed(
                results, applications: [], benefits: [benefit], on: Self.day
            ).map(\.programme) == ["P07"])
    }

    @Test("a result is kept with each programme once for the household, or for each person")
    func result() throws {
        let family = try Family()
        let draft = family.story.rulebook.result(for: Self.home, family.gathered) { _ in .none }
        #expect(
            draft.answers.count == family.story.catalogue.programmes.count
                + family.story.catalogue.programmes.count { $0.unit == .person })
        let p04 = draft.answers.filter { $0.programme == "P04" }
        #expect(p04 == [ProgrammeAnswer("P04", for: Self.home, .yes)])
        #expect(draft.basis.asOf == Self.day)
        _ = try draft.creation
    }

    @Test("29: an indicator that is true proposes the need it stands for, the heaviest first")
    func proposed() throws {
        let story = try Story(StoryTests.xu, asOf: "2021-11-01").with(["h.headSchoolYears": 5])
        let assessment = RecordID(high: 7, low: 7)
        let needs = story.rulebook.needs(story.assessment, in: assessment, of: Self.home)
        #expect(
            needs.map(\.draft.kind)
                == [.medicalCost, .rehabilitation, .work, .training, .company])
        let education = try #require(needs.first { $0.draft.indicator == "I05" })
        #expect(!education.draft.isConfirmed)
        #expect(
            education.id
                == Need.proposed(by: assessment, indicator: "I05", kind: .training))
        let stored = story.rulebook.record(story.assessment, of: Self.home, story.facts) { _ in
            .none
        }
        #expect(stored.result == .init(score: 530...530, level: .high))
        #expect(stored.indicators.map(\.answer).count { $0 == .yes } == 5)
    }

    @Test("35: two assessments six months apart show the change per indicator")
    func changes() throws {
        func stored(_ story: Story) throws -> Assessment {
            let draft = story.rulebook.record(
                story.assessment, of: Self.home, story.facts
            ) { _ in .none }
            return try #require(Assessment(Self.state(draft.creation)))
        }
        let before = try stored(Story(StoryTests.han, asOf: "2021-03-01"))
        let after = try stored(StoryTests.hanAtSixty())
        #expect(
            after.changes(since: before) == [
                IndicatorChange(indicator: "I01", before: .no, after: .yes),
                IndicatorChange(indicator: "I06", before: .no, after: .yes),
            ])
        #expect(after.changes(since: after) == [])
    }
}
