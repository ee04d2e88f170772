import SyncCore

/// What the departments and the visit found of one member.
struct MemberCondition {
    var isLocal = true
    var employment = "child"
    var grade: Int64 = 0
    var kind = "none"
    var isIll = false
    var pension = "employee"
    var insurance = "employee"
    var guardian = "notMinor"
    var works: Bool { employment == "employed" || employment == "flexible" }
    var isStudent: Bool { employment == "student" }
    /// As programmes draw the line: grades 1 and 2, of the mind 3 too.
    var isSevere: Bool {
        1...(kind == "intellectual" || kind == "mental" ? 3 : 2) ~= grade
    }
}

extension HomeDraw {
    /// States facts that make exactly the planned deprivations true.
    mutating func addFacts() {
        conditions = drawnConditions()
        monthsOfFeed = generator.number(in: 1...10)
        let sheet = Sheet(effective: firstOfMonth(before: monthsOfFeed))
        var writer = FactWriter(draw: self, sheet: sheet)
        writer.household(conditions)
        for number in people.indices { writer.person(number, conditions[number]) }
        self = writer.draw
    }

    /// The day from which what the feeds say holds.
    fileprivate struct Sheet {
        let effective: CalendarDate
    }

    private var has: Deprivations { plan.deprivations }

    private mutating func drawnConditions() -> [MemberCondition] {
        var all = plan.members.map { _ in MemberCondition() }
        let adults = plan.members.indices.filter { plan.members[$0].age >= 18 }
        let ofWorkingAge = adults.filter { plan.members[$0].age < 60 }
        var mustWork = has.contains(.employment) ? nil : ofWorkingAge.first ?? adults.first
        for number in plan.members.indices {
            all[number].employment = employment(number, mustWork: mustWork == number)
            if mustWork == number { mustWork = -1 }
            let isOutsider =
                plan.oddity == .silent(SilentKind.notLocal.rawValue)
                ? number == plan.members.count - 1
                : plan.circle == .special && generator.chance(7)
            all[number].isLocal = !(isOutsider && plan.size > 1 && number > 0)
        }
        disable(&all, adults)
        if has.contains(.illness) {
            let number = generator.chance(94) ? generator.pick(adults) : plan.size - 1
            all[number].isIll = true
        }
        cover(&all, adults)
        guardians(&all)
        return all
    }

    private mutating func employment(_ number: Int, mustWork: Bool) -> String {
        let member = plan.members[number]
        if member.age < 6 { return "child" }
        if member.age < 18 { return "student" }
        if mustWork { return generator.chance(84) ? "employed" : "flexible" }
        let retiresAt = member.sex == .male ? 60 : 55
        if member.age >= retiresAt { return generator.chance(88) ? "retired" : "inactive" }
        if member.age < 23, member.relation == .child, generator.chance(60) { return "student" }
        if has.contains(.employment) {
            return generator.chance(56) ? "registeredUnemployed" : "inactive"
        }
        return generator.pick([
            "employed": 50, "flexible": 12, "registeredUnemployed": 20, "inactive": 18,
        ])
    }

    private mutating func disable(_ all: inout [MemberCondition], _ adults: [Int]) {
        if has.contains(.disability) {
            let number = generator.chance(92) ? generator.pick(adults) : plan.size - 1
            all[number].kind = generator.pick([
                "physical": 40, "visual": 12, "hearing": 10, "intellectual": 16, "mental": 14,
                "multiple": 8,
            ])
            let isOfTheMind = ["intellectual", "mental"].contains(all[number].kind)
            all[number].grade = Int64(generator.number(in: 1...(isOfTheMind ? 3 : 2)))
        }
        for number in all.indices where all[number].grade == 0 && generator.chance(3) {
            all[number].kind = generator.pick(["physical": 5, "hearing": 2, "visual": 2])
            all[number].grade = Int64(generator.number(in: 3...4))
        }
    }

    /// Who is insured. Where the household lacks social security, one adult does.
    private mutating func cover(_ all: inout [MemberCondition], _ adults: [Int]) {
        for number in all.indices {
            guard adults.contains(number) else {
                (all[number].pension, all[number].insurance) = ("resident", "resident")
                continue
            }
            if all[number].employment == "student" || generator.chance(26) {
                (all[number].pension, all[number].insurance) = ("resident", "resident")
            }
        }
        if has.contains(.socialSecurity) {
            let number = generator.pick(adults)
            if generator.chance(80) {
                all[number].pension = "none"
            } else {
                all[number].insurance = "none"
            }
        }
    }

    private mutating func guardians(_ all: inout [MemberCondition]) {
        for number in all.indices where plan.members[number].age < 18 {
            all[number].guardian = "parents"
        }
        guard has.contains(.childEnvironment) else { return }
        let guardian = generator.pick(["singleParent": 86, "unattended": 8, "orphan": 6])
        for number in all.indices where plan.members[number].age < 18 {
            all[number].guardian = guardian
        }
    }
}

/// The writing of a home's facts, and what is left out or contradicted on the way.
private struct FactWriter {
    var draw: HomeDraw
    let sheet: HomeDraw.Sheet
    /// What the head earns a month, if nobody else does: it comes to the income a head, as far as
    /// work counts.
    private var earned: Int64 = 0
    /// The indicator whose evidence is missing where the level holds without it.
    private var hidden: Deprivations = []

    init(draw: HomeDraw, sheet: HomeDraw.Sheet) {
        (self.draw, self.sheet) = (draw, sheet)
        if draw.isAssessed { hide() }
    }

    private var has: Deprivations { draw.plan.deprivations }

    /// Hides what one indicator rests on, if both ends of the interval give the same level.
    private mutating func hide() {
        let candidate = draw.generator.pick(
            [
                .education: 1, .participation: 1, .housing: 1, .employment: 1,
            ] as KeyValuePairs<Deprivations, Int>)
        guard draw.generator.chance(22), let band = draw.plan.level?.band,
            band.contains(has.subtracting(candidate).score),
            band.contains(has.union(candidate).score)
        else { return }
        hidden = candidate
    }

    // MARK: The household

    mutating func household(_ all: [MemberCondition]) {
        state("h.hasLocalHukou", .flag(all.contains(where: \.isLocal)))
        state("h.status", .word(draw.plan.circle.status), isDecision: true)
        income()
        assets()
        housing()
        state("h.minors", .number(Int64(draw.plan.minors)))
        state("h.singleParent", .flag(all.contains { $0.guardian == "singleParent" }))
        if !hidden.contains(.employment) {
            state("h.employedCount", .number(Int64(all.count(where: \.works))), from: "HR")
        }
        state("h.disabledCount", .number(Int64(all.count { $0.grade > 0 })), from: "DP")
        emergency()
        guard draw.isAssessed || draw.isSilent || draw.generator.chance(20) else { return }
        ask(
            "h.headSchoolYears", has.contains(.education) ? 0...8 : 9...16,
            isHidden: hidden.contains(.education))
        ask(
            "h.contactsPerWeek", has.contains(.participation) ? 0...1 : 2...12,
            isHidden: hidden.contains(.participation))
    }

    /// What a visit asks.
    private mutating func ask(_ key: String, _ range: ClosedRange<Int>, isHidden: Bool) {
        if isHidden {
            draw.surveyAnswers.append(.unknown(key))
            return
        }
        let number = draw.generator.number(in: range)
        draw.surveyAnswers.append(Answer(question: key, "\(number)"))
        observe(key, .number(Int64(number)))
    }

    private mutating func income() {
        let (dibao, low) = (draw.district.standards.dibao, draw.district.standards.low)
        let isPoor = has.contains(.income)
        let month: Int64
        if isPoor {
            // The silent have next to nothing: that is why it matters.
            month =
                draw.isSilent
                ? yuan(in: 0...(dibao / 200)) : yuan(in: 300...(dibao / 100 - 1))
        } else {
            let top =
                switch draw.plan.circle {
                case .tekun, .dibao: dibao + dibao / 3
                case .low: low - 1
                case .expenditure: low * 2
                case .special: draw.generator.chance(32) ? low - 1 : low * 3
                }
            month = yuan(in: (dibao + 99) / 100...top / 100)
        }
        let size = Int64(draw.plan.size)
        let (wage, free) = (draw.district.standards.wage, draw.district.standards.disregard)
        earned = month * size < wage ? month * size : month * size + free
        state("h.incomePerCapita", .number(month))
        state("h.incomeYearPerCapita", .number(month * 12))
        state("h.incomeYear", .number(month * 12 * size))
        let share: ClosedRange<Int> =
            switch (draw.plan.circle, has.contains(.illness)) {
            case (.expenditure, _): 40...90
            case (_, true): 8...62
            case (.special, false): 0...24
            default: 1...22
            }
        let medical = month * 12 * size * Int64(draw.generator.number(in: share)) / 100
        state("h.medicalYear", .number(medical / 100 * 100), from: "MI")
        let learners = draw.plan.members.count { (6...22).contains($0.age) }
        let education = learners == 0 ? 0 : yuan(in: 0...9000) * Int64(learners)
        state("h.educationYear", .number(education), from: "ED")
    }

    private mutating func assets() {
        let isHelped = draw.plan.circle != .special
        let isModest = isHelped || draw.isSilent || draw.generator.chance(90)
        let money = isModest ? yuan(in: 500...28_000) : yuan(in: 30_000...180_000)
        state("h.financialPerCapita", .number(money))
        let hasCar = !isModest && draw.generator.chance(60)
        state("h.vehicles", .number(hasCar ? 1 : 0))
        let hasShop = !isModest && draw.generator.chance(10)
        state("h.nonResidentialProperty", .flag(hasShop))
    }

    private mutating func housing() {
        let isCrowded = has.contains(.housing)
        let homeless = isCrowded && draw.generator.chance(18)
        let second = !isCrowded && draw.plan.circle == .special && draw.generator.chance(7)
        state("h.homes", .number(homeless ? 0 : second ? 2 : 1), from: "HO")
        // Thousandths of a square metre.
        let area = draw.generator.number(in: isCrowded ? 30...70 : 71...260) * 100
        if second { state("h.areaPerCapita", .number(Int64(area * 3 / 2)), from: "HO") }
        if hidden.contains(.housing) { return }
        state("h.livingAreaPerCapita", .number(Int64(area)), from: "HO")
    }

    private mutating func emergency() {
        let isStruck = draw.generator.chance(2)
        let kind = draw.generator.pick([
            "fire": 1, "accident": 4, "illness": 4, "disaster": 1, "other": 2,
        ])
        state("h.emergency", .word(isStruck ? kind : "none"))
        if isStruck {
            state("h.emergencyDays", .number(Int64(draw.generator.number(in: 3...340))))
        }
    }

    // MARK: A person

    mutating func person(_ number: Int, _ condition: MemberCondition) {
        let member = draw.plan.members[number]
        let who = draw.people[number]
        func flag(_ percent: Int) -> Fact.Content { .flag(draw.generator.chance(percent)) }
        state("p.hukou", .word(condition.isLocal ? "shanghai" : "other"), of: who)
        state("p.disabilityGrade", .number(condition.grade), of: who, from: "DP")
        if condition.grade > 0 {
            state("p.disabilityKind", .word(condition.kind), of: who, from: "DP")
        }
        work(number, condition)
        state("p.medicalInsurance", .word(condition.insurance), of: who, from: "MI")
        state("p.seriousIllness", .flag(condition.isIll), of: who, from: "MI")
        let paid =
            condition.isIll
            ? yuan(in: 6000...48_000) : draw.generator.chance(90) ? yuan(in: 60...4200) : 0
        state("p.medicalOOPYear", .number(paid), of: who, from: "MI")
        state("p.eduStage", .word(stage(member, condition)), of: who, from: "ED")
        state("p.guardian", .word(condition.guardian), of: who)
        state("p.fpSpecial", flag(1), of: who, from: "HE")
        state("p.severeMental", .flag(condition.kind == "mental"), of: who, from: "HE")
        if member.sex == .female { state("p.womenCancer", flag(1), of: who, from: "WF") }
        if member.age >= 60 || draw.plan.size == 1 {
            state("p.livesAlone", .flag(draw.plan.size == 1), of: who)
        }
        if member.age >= 60 {
            let level =
                draw.generator.chance(74) ? 0 : draw.generator.number(in: 1...6)
            state("p.careLevel", .number(Int64(level)), of: who, from: "HE")
        }
        let isAlone = draw.plan.circle == .tekun && draw.generator.chance(80)
        if member.age >= 60 || member.age < 16 || condition.grade > 0 {
            state("p.noObligor", .flag(isAlone), of: who)
        }
        if isAlone || (1...3).contains(condition.grade) {
            state("p.monthlyIncome", .number(number == 0 ? earned : 0), of: who, from: "HR")
        }
    }

    private mutating func work(_ number: Int, _ condition: MemberCondition) {
        let member = draw.plan.members[number]
        let who = draw.people[number]
        state("p.employment", .word(condition.employment), of: who, from: "HR")
        guard member.age >= 18 else { return }
        state("p.pensionType", .word(condition.pension), of: who, from: "HR")
        if condition.employment == "registeredUnemployed" {
            let months = Int64(draw.generator.number(in: 1...48))
            state("p.unemployedMonths", .number(months), of: who, from: "HR")
        }
        if condition.works || condition.employment == "registeredUnemployed" {
            let isMember = draw.generator.chance(30)
            state("p.unionMember", .flag(isMember), of: who, from: "TU")
        }
        let isNearPension = member.age >= (member.sex == .male ? 55 : 45)
        if isNearPension, condition.pension != "resident", condition.employment != "retired" {
            // Thousandths of a year.
            let halves = draw.generator.number(in: condition.pension == "none" ? 0...10 : 8...70)
            state("p.pensionYears", .number(Int64(halves * 500)), of: who, from: "HR")
        }
    }

    private mutating func stage(_ member: DistrictPlan.Member, _ condition: MemberCondition)
        -> String
    {
        switch member.age {
        case ..<3: "none"
        case ..<6: "preschool"
        case ..<12: "primary"
        case ..<15: "junior"
        case ..<18: draw.generator.chance(70) ? "senior" : "vocational"
        default: condition.employment == "student" ? "college" : "none"
        }
    }

    // MARK: Statements

    /// An amount in fen, whole yuan.
    private mutating func yuan(in range: ClosedRange<Int64>) -> Int64 {
        Int64(draw.generator.number(in: Int(range.lowerBound)...Int(range.upperBound))) * 100
    }

    /// What a level comes from is never left out by chance.
    private static let decisive: Set<String> = [
        "h.incomePerCapita", "h.livingAreaPerCapita", "h.homes", "h.headSchoolYears",
        "h.employedCount", "h.contactsPerWeek", "h.minors", "p.seriousIllness",
        "p.disabilityGrade", "p.disabilityKind", "p.medicalInsurance", "p.pensionType",
        "p.guardian",
    ]

    private mutating func state(
        _ key: String, _ content: Fact.Content, of subject: RecordID? = nil,
        from department: String = "CA", isDecision: Bool = false
    ) {
        let mayBeUnknown =
            !draw.isSilent && key != "h.status"
            && !(draw.isAssessed && Self.decisive.contains(key))
        if draw.generator.chance(5), mayBeUnknown { return }
        var statement = Fact.Statement(
            content, effective: sheet.effective,
            source: isDecision ? .decision : .departmentFeed, confidence: .proven)
        statement.department = department
        statement.evidence = .feed
        write(key, statement, of: subject)
        if draw.generator.chance(2), !isDecision { contradict(key, content, of: subject) }
    }

    /// What the visit found.
    private mutating func observe(_ key: String, _ content: Fact.Content) {
        var statement = Fact.Statement(
            content, effective: sheet.effective, source: .advisor, confidence: .credible)
        statement.evidence = .statement
        statement.recordedBy = draw.worker
        write(key, statement, of: nil)
    }

    /// What the residents said of the same day, which is something else.
    private mutating func contradict(
        _ key: String, _ content: Fact.Content, of subject: RecordID?
    ) {
        let other: Fact.Content
        switch content {
        case .flag(let flag): other = .flag(!flag)
        case .number(let number): other = .number(number + number / 5 + 1)
        case .word, .day: return
        }
        var statement = Fact.Statement(
            other, effective: sheet.effective, source: .resident, confidence: .stated)
        statement.evidence = .statement
        write(key, statement, of: subject)
    }

    private mutating func write(
        _ key: String, _ statement: Fact.Statement, of subject: RecordID?
    ) {
        let fact = Fact.Draft(
            household: draw.household, subject: subject ?? draw.household, key: key,
            statement: statement)
        draw.changes.append(fact.creation(draw.record()).unchecked)
    }
}

extension ReferenceDistrict.Circle {
    /// As the fact `h.status` has it.
    var status: String {
        switch self {
        case .tekun: "tekun"
        case .dibao: "dibao"
        case .low: "low"
        case .expenditure: "expenditure"
        case .special: "none"
        }
    }
}
