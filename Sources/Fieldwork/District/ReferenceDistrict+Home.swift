public import SyncCore

extension ReferenceDistrict {
    /// The name of a home's household record.
    public func household(_ place: Int) -> RecordID { HomeDraw(self, place).household }

    /// Makes a home's records. The same place gives the same home.
    public func home(_ place: Int) -> Home {
        var draw = HomeDraw(self, place)
        return draw.home()
    }

    /// The circle a home is in.
    public func circle(of place: Int) -> Circle { plan.homes[place].circle }

    /// The level that a home's facts must come out at; `nil` for those who were not assessed. A
    /// home's records don't say it.
    public func level(of place: Int) -> Level? { plan.homes[place].level }

    /// The helped homes that have the address of a silent one, by place.
    public var besideSilent: [Int] { plan.homes.indices.compactMap(plan.helped) }

    /// Where a home is: those who live beside a helped household share its address.
    func address(of place: Int) -> String {
        let home = plan.homes[place]
        let place = plan.helped(beside: place) ?? place
        var generator = SeededGenerator(seed: ~seed ^ UInt64(place + 1) &* 0xa076_1d64_78bd_642f)
        return Address.drawn(in: neighbourhoods[home.area].name, &generator)
    }

    /// The planted homes that the discovery of silent people should find, by name.
    public var silent: [RecordID] {
        plan.homes.indices.filter {
            if case .silent = plan.homes[$0].oddity { true } else { false }
        }.map(household)
    }
}

/// The drawing of one home, in a fixed order: an additional draw changes all that comes after it in
/// this home, and nothing elsewhere.
struct HomeDraw {
    let district: ReferenceDistrict
    let place: Int
    let plan: DistrictPlan.Home
    var generator: SeededGenerator
    let household: RecordID
    let people: [RecordID]
    var changes: [RecordChange] = []
    /// What the survey asked and was told.
    var surveyAnswers: [Answer] = []
    /// What is so with each member, once facts were drawn.
    var conditions: [MemberCondition] = []
    /// How many months ago the departments' sheet was drawn up.
    var monthsOfFeed = 0
    private var milliseconds: UInt64

    var today: CalendarDate { district.today }
    var isAssessed: Bool { plan.level != nil }
    var isSilent: Bool { if case .silent = plan.oddity { true } else { false } }

    init(_ district: ReferenceDistrict, _ place: Int) {
        self.district = district
        self.place = place
        plan = district.plan.homes[place]
        generator = SeededGenerator(
            seed: district.seed ^ UInt64(place + 1) &* 0xd6e8_feb8_6659_fd93)
        // A second for each home, on the day before.
        milliseconds =
            UInt64(max(district.today.ordinal - 1, 0)) * 86_400_000 + UInt64(place) * 1000
        household = .make(milliseconds: milliseconds, using: &generator)
        var people: [RecordID] = []
        for number in plan.members.indices {
            people.append(
                .make(milliseconds: milliseconds + UInt64(number) + 1, using: &generator))
        }
        self.people = people
        milliseconds += UInt64(people.count)
    }

    mutating func record() -> RecordID {
        milliseconds += 1
        return .make(milliseconds: milliseconds, using: &generator)
    }

    mutating func home() -> ReferenceDistrict.Home {
        let names = self.names()
        changes.append(householdDraft(names).creation(household).unchecked)
        for number in people.indices {
            changes.append(
                personDraft(number, names[number]).creation(people[number]).unchecked)
        }
        addFacts()
        addVisits()
        addBenefits()
        addApplications()
        addNeeds()
        addClues()
        if !isAssessed, !isSilent, generator.chance(16) { addDuplicate(names) }
        return ReferenceDistrict.Home(
            household: household, area: area.id,
            changes: changes.sorted { $0.record < $1.record })
    }

    var area: ReferenceDistrict.Area { district.neighbourhoods[plan.area] }
    var worker: PersonID { district.workers[plan.worker].id }

    /// A day in the past, so many days ago.
    func ago(_ days: Int) -> CalendarDate { today.adding(days: -Int64(days)) ?? today }

    func firstOfMonth(before months: Int) -> CalendarDate {
        let count = today.year * 12 + today.month - 1 - months
        return CalendarDate(year: count / 12, month: count % 12 + 1, day: 1) ?? today
    }
}

// MARK: - Household and persons

extension HomeDraw {
    /// Surnames run in families; a spouse has their own.
    private mutating func names() -> [String] {
        let surname = generator.pick(DemoNames.surnames)
        return plan.members.map { member in
            let isKin = member.relation != .spouse && member.relation != .other
            let syllables = DemoNames.syllables(member.sex, isOlder: member.age >= 45)
            var name = isKin ? surname : generator.pick(DemoNames.surnames)
            name += generator.pick(syllables.first)
            if generator.chance(88) { name += generator.pick(syllables.second) }
            return name
        }
    }

    private mutating func householdDraft(_ names: [String]) -> Household.Draft {
        var draft = Household.Draft(area: area.id, headName: names[0])
        draft.head = people[0]
        draft.address = district.address(of: place)
        let livesElsewhere =
            plan.oddity == .silent(SilentKind.registeredElsewhere.rawValue)
            || generator.chance(9)
        draft.registration = Registration(
            livesElsewhere
                ? Address.drawn(
                    in: generator.pick(ReferenceNames.streets).neighbourhoods[0], &generator)
                : district.address(of: place), source: .departmentFeed)
        if generator.chance(80) { draft.phones = [phone()] }
        draft.memberCount = plan.size
        draft.members = plan.members.indices.map {
            Membership(person: people[$0], relation: plan.members[$0].relation)
        }
        draft.assignedAdvisor = worker
        return draft
    }

    /// No country code and no exchange begins with so many zeros: nobody is called by mistake.
    private mutating func phone() -> String {
        "0000" + String(generator.number(in: 1_000_000...9_999_999))
    }

    private mutating func personDraft(_ number: Int, _ name: String) -> Person.Draft {
        let member = plan.members[number]
        var draft = Person.Draft(household: household, name: name)
        draft.identityNumber = IdentityNumber(synthetic: member.birth, order: member.order)
        if member.age > 15, generator.chance(20) { draft.phones = [phone()] }
        return draft
    }

    /// The same person once more, taken down at a counter with a slip of the pen: on top of those
    /// who are counted, and a member of no household.
    private mutating func addDuplicate(_ names: [String]) {
        let number = generator.below(people.count)
        let member = plan.members[number]
        var draft = Person.Draft(household: household, name: names[number])
        switch generator.below(3) {
        case 0:
            // One character of the name, the number unknown.
            let syllables = DemoNames.syllables(member.sex, isOlder: member.age >= 45)
            draft.name = String(names[number].dropLast()) + generator.pick(syllables.second)
            (draft.birth, draft.sex) = (member.birth, member.sex)
        case 1:
            // Day and month of birth the wrong way round, or a day beside.
            draft.birth =
                CalendarDate(
                    year: member.birth.year, month: min(member.birth.day, 12),
                    day: member.birth.month) ?? member.birth.adding(days: 1)
            draft.sex = member.sex
        default:
            // The number is right, the name sounds alike.
            draft.identityNumber = IdentityNumber(synthetic: member.birth, order: member.order)
            draft.name = generator.pick(DemoNames.surnames) + String(names[number].dropFirst())
        }
        changes.append(draft.creation(record()).unchecked)
    }
}

enum Address {
    static func drawn(
        in neighbourhood: String, _ generator: inout SeededGenerator
    ) -> String {
        let lane = generator.number(in: 1...90) * 10 + 1
        let house = generator.number(in: 1...60)
        let room = generator.number(in: 1...18) * 100 + generator.number(in: 1...6)
        return "\(neighbourhood)\(lane)弄\(house)号\(room)室"
    }
}
