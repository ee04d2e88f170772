import Casework
import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@testable import hazama

/// Scenarios 8.1 to 8.3 through the commands of a laptop that has no line, then at the hub: the
/// same answers with the same proofs, to the byte.
@Suite("Stories, at the door and on the hub")
struct StoryTests {
    private let spring = CalendarDate(year: 2021, month: 3, day: 1)!
    private let autumn = CalendarDate(year: 2021, month: 11, day: 1)!

    /// What is not out of the ordinary at a door.
    private static let quietHome = """
        h.hasLocalHukou=yes h.vehicles=0 h.nonResidentialProperty=no h.homes=1 h.status=none \
        h.emergency=none h.emergencyDays=0 h.allElderly=no h.headSchoolYears=9
        """
    private static let quietPerson = """
        p.unemployedMonths=0 p.careLevel=0 p.fpSpecial=no p.severeMental=no p.womenCancer=no \
        p.unionMember=no
        """

    private func home(_ laptop: Doorstep, _ name: String) async throws -> RecordID {
        try await laptop.record(
            "household", "household", "new", "--name", name, "--area", "North")
    }

    private func person(
        _ laptop: Doorstep, _ home: RecordID, _ name: String, _ sex: Sex, _ relation: Relation,
        birth: String? = nil
    ) async throws -> RecordID {
        var words = [
            "person", "add", "\(home)", "--name", name, "--sex", sex.rawValue, "--relation",
            relation.rawValue,
        ]
        if let birth { words += ["--birth", birth] }
        let items = try await laptop.type(words).filter { $0["type"] == "person" }
        return try #require(items.first?["record"]?.string.flatMap(RecordID.init))
    }

    private func words(_ lines: [JSON], _ type: String, _ key: String) -> [String] {
        lines.filter { $0["type"] == .string(type) }.compactMap { $0[key]?.string }
    }

    /// What a laptop has recorded of one kind with a household.
    private func records<Record: FieldworkRecord>(
        _ type: Record.Type, of home: RecordID, on laptop: Doorstep
    ) async throws -> [Record] {
        try await laptop.withStore { store in
            try store.children(of: home, in: Record.Field.collection).compactMap {
                try store.shown($0.record).flatMap { Record($0.state) }
            }
        }
    }

    // MARK: 8.1 Han

    private static let hanHome = """
        h.size=1 h.incomeYearPerCapita=20760 h.financialPerCapita=9000 h.areaPerCapita=31.5 \
        h.livingAreaPerCapita=18 h.medicalYear=4800 h.educationYear=0 h.incomeYear=20760 \
        h.minors=0 h.singleParent=no h.employedCount=1 h.disabledCount=1 h.contactsPerWeek=1
        """
    private static let hanHimself = """
        p.hukou=shanghai p.disabilityKind=physical p.disabilityGrade=2 p.employment=employed \
        p.monthlyIncome=2600 p.pensionYears=11.5 p.pensionType=employee \
        p.medicalInsurance=employee p.seriousIllness=yes p.medicalOOPYear=4800 p.eduStage=none \
        p.guardian=notMinor p.livesAlone=yes p.childless=yes
        """

    /// March: 59, and Dibao was withdrawn when he found work.
    private func meetHan(
        _ laptop: Doorstep
    ) async throws -> (home: RecordID, han: RecordID) {
        let home = try await home(laptop, "韩志明")
        let han = try await person(
            laptop, home, "韩志明", .male, .head, birth: "1961-06-15")
        try await laptop.type(
            "benefit", "add", "\(home)", "P01", "--from", "2019-01-01", "--to", "2021-01-31",
            "--because", "found work")
        try await laptop.talk(
            home,
            [
                (nil, Self.quietHome), (nil, Self.hanHome), (han, Self.quietPerson),
                (han, Self.hanHimself),
            ])
        return (home, han)
    }

    @Test("8.1 Han at 59: five programmes, no Dibao, a warning of his 60th birthday, missing help")
    func hanInSpring() async throws {
        let laptop = try await Doorstep(1, of: "Li Na", at: Doorstep.hub(on: spring))
        let (home, han) = try await meetHan(laptop)
        let matched = try await laptop.type("match", "\(home)", "--explain")
        let assessed = try await laptop.type("assess", "\(home)")
        let verdict = try await laptop.agreed(on: home, asOf: spring)

        #expect(try verdict.proposed(han) == ["P03", "P07", "P14", "P18", "P22"])
        #expect(try verdict.open(han) == [])
        #expect(try verdict.superseded(han) == [])
        // 2,600 − 870 = 1,730, which is over 1,240.
        #expect(
            try verdict.reasons("P01", han) == ["h.incomePerCapita 173000 < 124000 no"])
        #expect(verdict.score == 330...330)
        #expect(verdict.level == .medium)
        #expect(verdict.causes == ["I03", "I04", "I08"])
        #expect(verdict.routing.classes == [.missing, .earlyWarning])
        #expect(verdict.routing.primary == .missing)
        #expect(verdict.routing.rows == [.entitled, .alert])
        let warning = try #require(verdict.warning(.fewPensionYears))
        #expect(warning.severity == 3)
        #expect(warning.event == CalendarDate(year: 2021, month: 6, day: 15))
        #expect(verdict.warning(.benefitEnded) != nil)

        // What the commands said at the door is what the hub says.
        let said = try #require(matched.first { $0["type"] == "match" }?.members)
        let hub = try #require(JSON.parse(verdict.bytes)["members"]?.array?.first?.members)
        #expect(hub.allSatisfy { said.contains($0) })
        let summary = try #require(matched.last)
        #expect(summary["facts"]?.string == "\(verdict.provenance.facts)")
        #expect(summary["catalogue"]?.string == "\(verdict.provenance.catalogue)")
        let assessment = try #require(assessed.first { $0["type"] == "assessment" })
        #expect(assessment["score"]?["low"] == 330 && assessment["level"] == "medium")

        // The alerts went along, so that the hub has nothing to add to them.
        let alerts = try await records(Alert.self, of: home, on: laptop)
        #expect(Set(alerts.compactMap(\.rule)).isSuperset(of: ["W01", "W06"]))
        let raised = alerts.first { $0.rule == "W01" }
        #expect(raised?.severity == 3 && raised?.subject == han)
        let entry = try laptop.hubVerdict(on: home, asOf: spring).entry
        let discovery = try Discovery(verdict.rulebook)
        let situation = discovery.situation(
            entry.facts, earlier: entry.earlier, chronicle: entry.chronicle)
        #expect(Raising(entry, situation, seeksSilent: false).isEmpty)
    }

    @Test("8.1 Han at 60: of four only Tekun is proposed; without an obligor's word it is asked")
    func hanInAutumn() async throws {
        let laptop = try await Doorstep(1, of: "Li Na", at: Doorstep.hub(on: spring))
        let (home, han) = try await meetHan(laptop)
        try await laptop.sync()
        laptop.travel(to: autumn)
        try await laptop.sync()
        try await laptop.talk(
            home,
            [
                (nil, "h.incomeYearPerCapita=0 h.incomeYear=0 h.employedCount=0"),
                (han, "p.employment=inactive p.monthlyIncome=0"),
            ])

        // Nobody has asked for relatives yet.
        let unknown = try await laptop.agreed(on: home, asOf: autumn)
        #expect(try unknown.open(han) == ["P02"])
        #expect(try unknown.missing("P02", han) == ["p.noObligor"])
        #expect(try unknown.proposed(han).first == "P01")
        #expect(try unknown.superseded(han) == ["P03", "P04"])
        let question = try #require(unknown.questions.first)
        #expect(unknown.questions.count == 1)
        #expect(
            unknown.rulebook.catalogue.facts[question.fact.slot].key == "p.noObligor")
        let asked = try await laptop.type("match", "\(home)")
        #expect(words(asked, "question", "fact") == ["p.noObligor"])
        #expect(words(asked, "question", "person") == ["\(han)"])

        try await laptop.talk(home, [(han, "p.noObligor=yes")])
        let known = try await laptop.agreed(on: home, asOf: autumn)
        #expect(
            try known.proposed(han) == ["P02", "P07", "P08", "P11", "P14", "P18", "P22"])
        #expect(try known.superseded(han) == ["P01", "P03", "P04"])
        #expect(try known.amount("P02", han) == .fen(173_000))
        #expect(try known.alsoOpens(han) == ["P10", "P17"])
        #expect(known.score == 600...600)
        #expect(known.level == .high)
        #expect(known.questions == [])
        // Of the spring all is as it was.
        let spring = try laptop.hubVerdict(on: home, asOf: spring)
        #expect(spring.level == .medium && spring.score == 330...330)
    }

    // MARK: 8.2 Guo

    private static let guoHome = """
        h.size=2 h.incomePerCapita=950 h.incomeYearPerCapita=11400 h.financialPerCapita=4000 \
        h.areaPerCapita=22 h.livingAreaPerCapita=12 h.medicalYear=800 h.educationYear=3000 \
        h.incomeYear=22800 h.minors=1 h.singleParent=yes h.employedCount=1 h.disabledCount=0 \
        h.contactsPerWeek=4
        """
    private static let guoHimself = """
        p.hukou=shanghai p.disabilityKind=none p.disabilityGrade=0 p.employment=student \
        p.monthlyIncome=0 p.pensionYears=0 p.pensionType=none p.medicalInsurance=resident \
        p.seriousIllness=no p.medicalOOPYear=0 p.eduStage=junior p.guardian=singleParent \
        p.noObligor=no p.livesAlone=no p.childless=yes
        """
    private static let guoMother = """
        p.hukou=other p.disabilityKind=none p.disabilityGrade=0 p.employment=flexible \
        p.monthlyIncome=1900 p.pensionYears=3 p.pensionType=employee p.medicalInsurance=none \
        p.seriousIllness=no p.medicalOOPYear=0 p.eduStage=none p.guardian=notMinor \
        p.noObligor=no p.livesAlone=no p.childless=no
        """

    private struct Guos {
        let home: RecordID
        let boy: RecordID
        let mother: RecordID
    }

    private func meetGuos(_ laptop: Doorstep) async throws -> Guos {
        let home = try await home(laptop, "周梅")
        // She would rather not say how old she is.
        let mother = try await person(laptop, home, "周梅", .female, .head)
        let boy = try await person(
            laptop, home, "小郭", .male, .child, birth: "2006-04-02")
        try await laptop.talk(
            home,
            [
                (nil, Self.quietHome), (nil, Self.guoHome),
                (boy, Self.quietPerson), (boy, Self.guoHimself),
                (mother, Self.quietPerson), (mother, Self.guoMother),
            ])
        return Guos(home: home, boy: boy, mother: mother)
    }

    @Test("8.2 Guo: Dibao for mother and child of 1,160, school and company for him; 390 medium")
    func guo() async throws {
        let laptop = try await Doorstep(1, of: "Li Na", at: Doorstep.hub(on: autumn))
        let guos = try await meetGuos(laptop)

        // Without her age nobody knows for how many children there is more.
        let unknown = try await laptop.agreed(on: guos.home, asOf: autumn)
        #expect(try unknown.proposed(guos.boy).first == "P01")
        let under16 = try #require(
            unknown.rulebook.catalogue.facts.slot(of: "h.under16"))
        #expect(
            try unknown.amount("P01", guos.boy) == .unknown(missing: FactSet([under16])))

        try await laptop.type("person", "edit", "\(guos.mother)", "--birth", "1980-02-11")
        let known = try await laptop.agreed(on: guos.home, asOf: autumn)
        #expect(try known.proposed(guos.boy) == ["P01", "P10", "P15", "P21"])
        #expect(try known.superseded(guos.boy) == ["P03", "P04"])
        #expect(try known.alsoOpens(guos.boy) == ["P09"])
        // 1,330 for the mother and 1,730 for the child, less twice 950.
        #expect(try known.amount("P01", guos.boy) == .fen(116_000))
        #expect(known.score == 390...390)
        #expect(known.level == .medium)
        #expect(known.causes == ["I01", "I09", "I10", "I07"])

        let assessed = try await laptop.type("assess", "\(guos.home)")
        #expect(
            words(assessed, "need", "kind")
                == ["basicLiving", "schoolingCost", "guardianship", "socialInsurance"])
    }

    @Test("8.2 Guo's plan: X ends tutoring while Y adds counselling; done or cancelled is asked")
    func guoRace() async throws {
        let hub = try Doorstep.hub(on: autumn)
        let laptop = try await Doorstep(1, of: "Li Na", at: hub)
        let other = try await Doorstep(2, of: "Wang Fang", at: hub)
        let guos = try await meetGuos(laptop)
        for kind in ["basicLiving", "schoolingCost", "mentalCare", "company"] {
            try await laptop.type("need", "add", "\(guos.home)", kind, "--severity", "2")
        }
        let plan = try await laptop.record(
            "record", "plan", "new", "\(guos.home)", "--goal", "finishes school", "--review",
            "2022-05-01", "--template", "development")
        func measure(_ laptop: Doorstep, _ what: String, _ kind: String) async throws -> RecordID {
            try await laptop.record(
                "record", "plan", "item", "add", "\(guos.home)", what, "--kind", kind)
        }
        _ = try await measure(laptop, "Dibao", "benefit")
        let tutoring = try await measure(laptop, "tutoring", "service")
        _ = try await measure(laptop, "group", "contact")
        try await laptop.type(
            "plan", "agree", "\(plan)", "--with", "\(guos.mother)", "--how", "spoken")
        try await laptop.type("plan", "step", "\(plan)", "active")
        for state in ["agreed", "underWay"] {
            try await laptop.type("plan", "item", "step", "\(tutoring)", state)
        }
        try await laptop.sync()
        try await other.sync()

        try await laptop.type("plan", "item", "step", "\(tutoring)", "done")
        let counselling = try await measure(other, "counselling", "service")
        try await other.type(
            "plan", "item", "step", "\(tutoring)", "cancelled", "--because", "he has no time")
        for device in [laptop, other, laptop] { try await device.sync() }

        for device in [laptop, other] {
            let items = try await records(PlanItem.self, of: guos.home, on: device)
            #expect(
                Set(items.compactMap { $0.measure?.what })
                    == ["Dibao", "tutoring", "group", "counselling"])
            let ended = try #require(items.first { $0.id == tutoring })
            #expect(ended.isDisputed(.progress))
            #expect(Set(ended.steps.map(\.to)).isSuperset(of: [.done, .cancelled]))
            #expect(items.first { $0.id == counselling }?.isDisputed(.progress) == false)
            let plans = try await records(Plan.self, of: guos.home, on: device)
            #expect(plans.map(\.id) == [plan])
            #expect(plans[0].progress == .active)
            #expect(plans[0].reviewDue == CalendarDate(year: 2022, month: 5, day: 1))
            let needs = try await records(Need.self, of: guos.home, on: device)
            #expect(
                Set(needs.compactMap(\.kind))
                    == [.basicLiving, .schoolingCost, .mentalCare, .company])
            let asked = try await device.type("conflict", "list")
            #expect(words(asked, "conflict", "unit") == ["state"])
            #expect(words(asked, "conflict", "record") == ["\(tutoring)"])
        }
        try await laptop.agreed(on: guos.home, asOf: autumn)
    }

    // MARK: 8.3 Xu

    private static let xuHome = """
        h.size=2 h.incomePerCapita=1900 h.incomeYearPerCapita=22800 h.areaPerCapita=25 \
        h.livingAreaPerCapita=14 h.medicalYear=42000 h.educationYear=0 h.incomeYear=45600 \
        h.minors=0 h.singleParent=no h.employedCount=0 h.disabledCount=1 h.contactsPerWeek=1
        """
    private static let xuHimself = """
        p.hukou=shanghai p.disabilityKind=none p.disabilityGrade=0 p.employment=inactive \
        p.pensionYears=24 p.pensionType=employee p.medicalInsurance=employee \
        p.seriousIllness=yes p.medicalOOPYear=39000 p.eduStage=none p.guardian=notMinor \
        p.noObligor=no p.livesAlone=no p.childless=yes
        """
    private static let xuWife = """
        p.hukou=shanghai p.disabilityKind=multiple p.disabilityGrade=2 p.employment=inactive \
        p.monthlyIncome=800 p.pensionYears=16 p.pensionType=resident p.medicalInsurance=resident \
        p.seriousIllness=no p.medicalOOPYear=3000 p.eduStage=none p.guardian=notMinor \
        p.noObligor=no p.livesAlone=no p.childless=yes
        """

    private struct Xus {
        let home: RecordID
        let xu: RecordID
        let wife: RecordID
    }

    private func meetXus(_ laptop: Doorstep) async throws -> Xus {
        let home = try await home(laptop, "许建国")
        let xu = try await person(laptop, home, "许建国", .male, .head, birth: "1963-05-01")
        let wife = try await person(
            laptop, home, "林小妹", .female, .spouse, birth: "1964-08-20")
        try await laptop.talk(
            home,
            [
                (nil, Self.quietHome), (nil, Self.xuHome), (xu, Self.quietPerson),
                (xu, Self.xuHimself), (wife, Self.quietPerson), (wife, Self.xuWife),
            ])
        return Xus(home: home, xu: xu, wife: wife)
    }

    @Test("8.3 Xu: unknown until the assets are checked; then spending makes them poor; 450 medium")
    func xu() async throws {
        let laptop = try await Doorstep(1, of: "Li Na", at: Doorstep.hub(on: autumn))
        let xus = try await meetXus(laptop)

        let unknown = try await laptop.agreed(on: xus.home, asOf: autumn)
        for person in [xus.xu, xus.wife] {
            #expect(try unknown.open(person).contains("P04"))
            #expect(try unknown.missing("P04", person) == ["h.financialPerCapita"])
            // Dibao is no whatever the assets are, so it asks for nothing.
            #expect(try unknown.missing("P01", person) == [])
        }

        try await laptop.talk(xus.home, [(nil, "h.financialPerCapita=12000")])
        let known = try await laptop.agreed(on: xus.home, asOf: autumn)
        #expect(try known.proposed(xus.xu) == ["P04", "P11", "P22"])
        #expect(try known.proposed(xus.wife) == ["P04", "P06", "P07", "P18"])
        for person in [xus.xu, xus.wife] {
            #expect(try known.superseded(person) == ["P03"])
            #expect(
                try known.reasons("P01", person) == ["h.incomePerCapita 190000 < 133000 no"])
        }
        #expect(try known.alsoOpens(xus.xu) == ["P10"])
        #expect(try known.alsoOpens(xus.wife) == ["P10", "P11"])
        let facts = known.rulebook.catalogue.facts
        let net = try #require(facts.slot(of: "h.netAfterRigidPerCapita"))
        let share = try #require(facts.slot(of: "h.medicalShare"))
        #expect(known.entry.facts.household(net) == 15_000)
        #expect(known.entry.facts.household(share) == 921)
        #expect(known.score == 450...450)
        #expect(known.level == .medium)
        #expect(known.causes == ["I03", "I04", "I06", "I08"])

        try await laptop.talk(xus.home, [(nil, "h.headSchoolYears=5")])
        let unschooled = try await laptop.agreed(on: xus.home, asOf: autumn)
        #expect(unschooled.score == 530...530)
        #expect(unschooled.level == .high)
    }

    @Test("8.3 Xu's package: seven programmes, one set of answers, signed offline, submitted once")
    func xuPackage() async throws {
        let hub = try Doorstep.hub(on: autumn)
        let laptop = try await Doorstep(1, of: "Li Na", at: hub)
        let other = try await Doorstep(2, of: "Wang Fang", at: hub)
        let xus = try await meetXus(laptop)
        try await laptop.talk(xus.home, [(nil, "h.financialPerCapita=12000")])
        // What the authority was seen at.
        try await laptop.type("visit", "start", "\(xus.home)", "--place", "home")
        let made = try await laptop.type("package", "new", "\(xus.home)")
        #expect(
            words(made, "form", "programme").sorted()
                == ["P03", "P04", "P06", "P07", "P11", "P18", "P22"])
        // What no record says is asked once, whichever forms want it.
        for field in made where field["type"] == "field" && field["answer"]?.isNull ?? true {
            guard let key = field["key"]?.string, !["consent", "agent"].contains(key),
                let subject = field["subject"]?.string
            else { continue }
            let whose = subject == "\(xus.home)" ? [] : ["--about", subject]
            try await laptop.type(["package", "answer", "\(xus.home)", key, "答"] + whose)
        }
        try await laptop.type(
            ["package", "papers", "\(xus.home)"] + words(made, "paper", "key"))
        try await laptop.type(
            "person", "edit", "\(xus.xu)", "--consent", "meansCheck", "--consent-how", "spoken")
        let signed = try await laptop.type(
            "package", "sign", "\(xus.home)", "--how", "on paper", "--agent", "--authority",
            "委托书", "--from", "\(xus.xu)")
        #expect(signed.count { $0["type"] == "signed" } == 7)
        try await laptop.type("visit", "end", "--outcome", "met", "--minutes", "60")
        let early = try await laptop.run(["package", "submit", "\(xus.home)"])
        #expect(early.status == .offline)

        try await laptop.sync()
        try await other.sync()
        // Both send it, apart.
        for device in [laptop, other] {
            try await device.type("package", "submit", "\(xus.home)")
        }
        for device in [laptop, other, laptop] { try await device.sync() }
        for device in [laptop, other] {
            let sent = try await records(Application.self, of: xus.home, on: device)
            #expect(sent.count == 7)
            #expect(sent.allSatisfy { $0.progress == .submitted })
            #expect(sent.allSatisfy { $0.authority?.given == xus.xu })
            #expect(try await records(HelpPackage.self, of: xus.home, on: device).count == 1)
        }
        let digest = try hub.hub.status().digest
        #expect(try await laptop.withStore { try $0.totalDigest() } == digest)
        #expect(try await other.withStore { try $0.totalDigest() } == digest)
    }

    @Test("what an assessment stands on, changed by another meanwhile, is asked about")
    func stalePremise() async throws {
        let fixture = try Doorstep.hub(on: autumn)
        let laptop = try await Doorstep(1, of: "Li Na", at: fixture)
        let other = try await Doorstep(2, of: "Wang Bo", at: fixture)
        let home = RecordID(high: 300, low: 1)
        var draft = Household.Draft(area: HubFixture.north, headName: "周梅")
        draft.memberCount = 2
        try await laptop.record([draft.creation(id: home)])
        try await laptop.sync()
        try await other.sync()
        try await laptop.type("assess", "\(home)")
        try await other.type("household", "edit", "\(home)", "--income", "900")
        try await other.sync()
        try await laptop.sync()
        func open() throws -> [ConflictKind] {
            try fixture.hub.conflicts(state: nil, by: fixture.admin).map(\.kind)
        }
        #expect(try open() == [.premise])
        // Assessed anew, with what is known now, it is answered.
        laptop.travel(to: try #require(autumn.adding(days: 1)))
        try await laptop.type("assess", "\(home)")
        try await laptop.sync()
        #expect(try open() == [])
    }

    // MARK: Whatever order

    @Test(
        "in whatever order facts are stated, by whom, and when they sync: the same is made of them",
        arguments: [11, 12, 13] as [UInt64])
    func order(seed: UInt64) async throws {
        var chance = TestGenerator(Seed(seed))
        let fixture = try Doorstep.hub(on: autumn)
        var laptops: [Doorstep] = []
        for number in 1...3 as ClosedRange<UInt64> {
            laptops.append(try await Doorstep(number, of: "Advisor \(number)", at: fixture))
        }
        let home = RecordID(high: 300, low: 1)
        let people = [RecordID(high: 300, low: 2), RecordID(high: 300, low: 3)]
        var mother = Person.Draft(household: home, name: "周梅")
        (mother.birth, mother.sex) = (CalendarDate(year: 1980, month: 2, day: 11), .female)
        var boy = Person.Draft(household: home, name: "小郭")
        (boy.birth, boy.sex) = (CalendarDate(year: 2006, month: 4, day: 2), .male)
        let family = try [
            Household.Draft(area: HubFixture.north, headName: "周梅").creation(id: home),
            mother.creation(id: people[0]), boy.creation(id: people[1]),
        ]
        try await laptops[0].record(family)
        for laptop in laptops { try await laptop.sync() }

        // Each fact as it is now, and what somebody said of it a month before.
        var facts: [RecordChange] = []
        let told = [
            (home, Self.quietHome + " " + Self.guoHome),
            (people[0], Self.quietPerson + " " + Self.guoMother),
            (people[1], Self.quietPerson + " " + Self.guoHimself),
        ]
        let dictionary = FactKey.catalogue.facts
        for (subject, list) in told {
            for fact in list.split(separator: " ") {
                let parts = fact.split(separator: "=").map(String.init)
                let slot = try #require(dictionary.slot(of: parts[0]))
                let definition = dictionary[slot]
                let typed = ["yes": "true", "no": "false"][parts[1]] ?? parts[1]
                let value = try definition.parts(typed: typed)
                let older = definition.kind == .flag ? 1 - value : max(0, value - 1)
                for (days, value) in [(-30, older), (0, value)] as [(Int64, Int64)] {
                    let content: Fact.Content =
                        switch definition.kind {
                        case .flag: .flag(value == 1)
                        case .choice(let words): .word(words[Int(value)])
                        case .count, .number, .money: .number(value)
                        }
                    facts.append(
                        try Fact.Draft(
                            household: home, subject: subject, key: parts[0],
                            statement: Fact.Statement(
                                content, effective: try #require(autumn.adding(days: days)),
                                source: .advisor, confidence: .stated)
                        ).creation(id: RecordID(high: 301, low: UInt64(facts.count))))
                }
            }
        }
        let plain = try Verdict((family + facts).map(\.alone), asOf: autumn)
        facts.shuffle(using: &chance)
        while !facts.isEmpty {
            let count = min(facts.count, Int.random(in: 5...25, using: &chance))
            let laptop = laptops[Int.random(in: 0..<3, using: &chance)]
            try await laptop.record(Array(facts.prefix(count)))
            facts.removeFirst(count)
            if Bool.random(using: &chance) {
                try await laptops[Int.random(in: 0..<3, using: &chance)].sync()
            }
        }
        laptops.shuffle(using: &chance)
        for laptop in laptops + laptops { try await laptop.sync() }

        let hub = try laptops[0].hubVerdict(on: home, asOf: autumn)
        for laptop in laptops {
            #expect(try await laptop.verdict(on: home, asOf: autumn).bytes == hub.bytes)
        }
        // The same for every order: what the story says.
        #expect(hub.score == 390...390)
        #expect(try hub.proposed(people[1]) == ["P01", "P10", "P15", "P21"])
        #expect(try hub.amount("P01", people[1]) == .fen(116_000))
        #expect(hub.bytes == plain.bytes)
    }

    // MARK: A district

    @Test(
        "of a generated district a laptop makes what the hub makes of it, home by home and counted")
    func district() async throws {
        let district = ReferenceDistrict(asOf: autumn)
        let fixture = try Doorstep.hub(on: autumn)
        try fixture.hub.addAreas(district.areas.map { ($0.id, $0.parent, $0.name) })
        let homes = stride(from: 0, to: district.count, by: 180).map { district.home($0) }
        try fixture.hub.firstLoad([homes.map(\.changes)], intent: "first load")
        let laptop = try await Doorstep(
            1, of: "Li Na", at: fixture, areas: [district.district.id])
        let catalogue = try Casework.Catalogue(
            Array(Casework.Catalogue.shippedText.utf8)
        ) { Digests.sha256($0) }
        let discovery = try Discovery(Rulebook(catalogue, asOf: autumn))
        let places = DistrictPlaces(fixture.hub.areas().map { ($0.scope, $0.path) })

        let ids = homes.compactMap { $0.changes.first { $0.collection == .household }?.record }
        #expect(ids.count == 69)
        var entries: (laptop: [HouseholdEntry], hub: [HouseholdEntry]) = ([], [])
        for id in ids {
            let (here, there) = (
                try await laptop.verdict(on: id, asOf: autumn),
                try laptop.hubVerdict(on: id, asOf: autumn)
            )
            #expect(here == there)
            #expect(here.bytes == there.bytes)
            entries.laptop.append(here.entry)
            entries.hub.append(there.entry)
        }
        for kind in DistrictReport.Kind.allCases {
            let reports = [entries.laptop, Array(entries.hub.reversed())].map {
                DistrictReport(
                    kind, of: DistrictAccount($0), discovery: discovery, places: places
                ).json.bytes()
            }
            #expect(reports[0] == reports[1], "\(kind)")
        }
        let lists = [entries.laptop, entries.hub].map {
            SilentList(of: $0, discovery: discovery).lines
        }
        #expect(lists[0] == lists[1])
    }
}
