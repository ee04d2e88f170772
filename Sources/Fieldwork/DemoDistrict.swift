public import SyncCore

/// A small district that does not exist: a few streets, their neighbourhoods, and households with
/// persons, facts and follow-ups.
///
/// Equal seeds, sizes and days give equal districts, to the last bit and in every version that does
/// not say otherwise. No real person: names are drawn by syllable, identity numbers have area
/// 999999 and are all distinct, and telephone numbers begin with more zeros than any exchange
/// connects.
public struct DemoDistrict: Hashable, Sendable {
    /// A node of the area tree. Households lie in neighbourhoods, the leaves.
    public struct Area: Hashable, Sendable {
        public let id: ScopeID
        /// `nil` for the district.
        public let parent: ScopeID?
        public let kind: Kind
        public let name: String

        public enum Kind: Hashable, Sendable {
            /// 区.
            case district
            /// 街道 or 镇.
            case street
            /// 居委.
            case neighbourhood
        }
    }

    /// A household with all that is recorded of it.
    public struct Home: Hashable, Sendable {
        public let household: RecordID
        /// The neighbourhood.
        public let area: ScopeID
        /// Creations, rising by record: ready to be one change set.
        public let changes: [RecordChange]
    }

    /// Each parent before its children.
    public let areas: [Area]
    public let homes: [Home]

    /// Draws a district. `today` is the day everything is seen from: visits fall due around it. It
    /// lies in 1950 or later, so that every birth is one an identity number can have.
    public init(seed: UInt64, households: Int = 200, asOf today: CalendarDate) {
        precondition(households >= 0 && today.year >= 1950)
        var draw = Draw(seed: seed, today: today)
        areas = draw.areas()
        let neighbourhoods = areas.filter { $0.kind == .neighbourhood }
        var homes: [Home] = []
        for place in 0..<households {
            // In turn, so that every neighbourhood has its share.
            homes.append(draw.home(in: neighbourhoods[place % neighbourhoods.count]))
        }
        self.homes = homes
    }

    public var district: Area { areas[0] }
    public var streets: [Area] { areas.filter { $0.kind == .street } }

    /// The neighbourhoods of a street.
    public func neighbourhoods(of street: ScopeID) -> [Area] {
        areas.filter { $0.parent == street && $0.kind == .neighbourhood }
    }
}

/// The drawing of a district, in a fixed order: an additional draw changes all that comes after it.
private struct Draw {
    private var generator: SeededGenerator
    private let today: CalendarDate
    private var milliseconds: UInt64
    private var identityNumbers: Set<IdentityNumber> = []

    init(seed: UInt64, today: CalendarDate) {
        generator = SeededGenerator(seed: seed)
        self.today = today
        milliseconds = UInt64(max(today.ordinal, 0)) * 86_400_000
    }

    mutating func areas() -> [DemoDistrict.Area] {
        let district = DemoDistrict.Area(
            id: .random(using: &generator), parent: nil, kind: .district,
            name: DemoNames.district)
        var areas = [district]
        for (street, neighbourhoods) in DemoNames.streets {
            let node = DemoDistrict.Area(
                id: .random(using: &generator), parent: district.id, kind: .street, name: street)
            areas.append(node)
            for neighbourhood in neighbourhoods {
                areas.append(
                    DemoDistrict.Area(
                        id: .random(using: &generator), parent: node.id, kind: .neighbourhood,
                        name: neighbourhood))
            }
        }
        return areas
    }

    mutating func home(in area: DemoDistrict.Area) -> DemoDistrict.Home {
        let household = record()
        let people = residents()
        let persons = people.map { ($0, record(), identityNumber(of: $0)) }
        var changes = [
            self.household(area, people: persons.map { ($0.0, $0.1) }).creation(household)
                .unchecked
        ]
        for (resident, id, number) in persons {
            changes.append(
                person(resident, number, in: household).creation(id).unchecked)
        }
        for fact in facts(household, persons.map { ($0.0, $0.1) }) {
            changes.append(fact.creation(record()).unchecked)
        }
        if generator.chance(45) {
            changes.append(followUp(household).creation(record()).unchecked)
        }
        // Names begin with their time, which rises here; so the changes do.
        return DemoDistrict.Home(household: household, area: area.id, changes: changes)
    }

    private mutating func record() -> RecordID {
        milliseconds += 1
        return .make(milliseconds: milliseconds, using: &generator)
    }
}

// MARK: - Who lives there

private struct Resident {
    let name: String
    let surname: String
    let sex: Sex
    let age: Int
    let birth: CalendarDate
    let relation: Relation
}

extension Draw {
    /// The head first.
    fileprivate mutating func residents() -> [Resident] {
        let size = generator.pick([1: 30, 2: 34, 3: 20, 4: 11, 5: 5])
        let age =
            switch size {
            case 1: generator.number(in: 45...92)
            case 2: generator.number(in: 30...88)
            default: generator.number(in: 28...62)
            }
        let head = resident(.head, age: age, sex: generator.chance(58) ? .male : .female)
        var all = [head]
        if size > 1, generator.chance(75) {
            let age = max(22, head.age + generator.number(in: -5...4))
            all.append(resident(.spouse, age: age, sex: head.sex == .male ? .female : .male))
        }
        let father = all.first { $0.sex == .male } ?? head
        let mother = all.first { $0.sex == .female } ?? head
        if size > 3, generator.chance(50) {
            all.append(parent(of: head))
        }
        while all.count < size {
            if head.age >= 70, generator.chance(50) {
                all.append(resident(.sibling, age: head.age - generator.number(in: 1...8)))
            } else {
                let age = max(1, min(mother.age, head.age) - generator.number(in: 21...36))
                all.append(resident(.child, age: age, surname: father.surname))
            }
        }
        return all
    }

    private mutating func parent(of head: Resident) -> Resident {
        let age = head.age + generator.number(in: 21...30)
        let isFather = generator.chance(35)
        return resident(
            .parent, age: age, sex: isFather ? .male : .female,
            surname: isFather ? head.surname : nil)
    }

    private mutating func resident(
        _ relation: Relation, age: Int, sex drawn: Sex? = nil, surname given: String? = nil
    ) -> Resident {
        let sex = drawn ?? (generator.chance(50) ? .male : .female)
        let surname = given ?? generator.pick(DemoNames.surnames)
        let syllables = DemoNames.syllables(sex, isOlder: age >= 45)
        var name = surname + generator.pick(syllables.first)
        if generator.chance(88) { name += generator.pick(syllables.second) }
        let month = generator.number(in: 1...12)
        let day = generator.number(in: 1...28)  // Every month has these.
        guard let birth = CalendarDate(year: today.year - age, month: month, day: day) else {
            preconditionFailure("a resident born before the calendar")
        }
        return Resident(
            name: name, surname: surname, sex: sex, age: age, birth: birth, relation: relation)
    }

    fileprivate mutating func identityNumber(of resident: Resident) -> IdentityNumber? {
        guard generator.chance(94) else { return nil }
        while true {
            let order = generator.below(500) * 2 + (resident.sex == .male ? 1 : 0)
            let number = IdentityNumber(synthetic: resident.birth, order: order)
            guard let number else { preconditionFailure("a birth no identity number has") }
            if identityNumbers.insert(number).inserted { return number }
        }
    }
}

// MARK: - What is recorded

extension Draw {
    fileprivate mutating func household(
        _ area: DemoDistrict.Area, people: [(Resident, RecordID)]
    ) -> Household.Draft {
        let head = people[0]
        var draft = Household.Draft(area: area.id, headName: head.0.name)
        draft.head = head.1
        draft.address = address(in: area.name)
        if generator.chance(20) {
            draft.registration = Registration(
                address(in: generator.pick(DemoNames.streets).1[0]), source: .departmentFeed)
        }
        if generator.chance(85) { draft.phones.append(phone()) }
        if generator.chance(15) { draft.phones.append(phone()) }
        if generator.chance(70) { draft.monthlyIncome = income(of: people.count) }
        draft.memberCount = people.count
        draft.members = people.map { Membership(person: $0.1, relation: $0.0.relation) }
        if generator.chance(60) { draft.language = generator.pick(DemoNames.languages) }
        if generator.chance(6) {
            draft.warnings = [Warning(generator.pick([.dog: 5, .doNotPhone: 3, .notAlone: 2]))]
        }
        if generator.chance(12) { draft.riskNote = generator.pick(DemoNames.riskNotes) }
        return draft
    }

    private mutating func address(in neighbourhood: String) -> String {
        let lane = generator.number(in: 1...40) * 10 + 1
        let house = generator.number(in: 1...38)
        let room = generator.number(in: 1...6) * 100 + generator.number(in: 1...4)
        return "\(neighbourhood)\(lane)弄\(house)号\(room)室"
    }

    /// No country code and no exchange begins with so many zeros: nobody is called by mistake.
    private mutating func phone() -> String {
        "0000" + String(generator.number(in: 1_000_000...9_999_999))
    }

    private mutating func income(of people: Int) -> MonthlyIncome? {
        let yuan = generator.number(in: 60...420) * 10 * people
        let month = today.month == 1 ? 12 : today.month - 1
        return Money(fen: Int64(yuan) * 100).map {
            MonthlyIncome(
                amount: $0,
                period: CalendarDate(
                    year: today.month == 1 ? today.year - 1 : today.year, month: month, day: 1),
                evidence: generator.pick(DemoNames.incomeEvidence))
        }
    }

    fileprivate mutating func person(
        _ resident: Resident, _ number: IdentityNumber?, in household: RecordID
    ) -> Person.Draft {
        var draft = Person.Draft(household: household, name: resident.name)
        draft.identityNumber = number
        if number == nil { (draft.birth, draft.sex) = (resident.birth, resident.sex) }
        if resident.age > 15, generator.chance(25) { draft.phones = [phone()] }
        if generator.chance(18) { draft.strengths = [generator.pick(DemoNames.strengths)] }
        if generator.chance(80) {
            draft.consent = [Consent(purpose: "visit", act: .given, how: "口头同意")]
        }
        return draft
    }

    fileprivate mutating func facts(
        _ household: RecordID, _ people: [(Resident, RecordID)]
    ) -> [Fact.Draft] {
        var facts: [Fact.Draft] = []
        func add(_ key: String, of subject: RecordID, _ statement: Fact.Statement) {
            facts.append(
                Fact.Draft(
                    household: household, subject: subject, key: key, statement: statement))
        }
        if generator.chance(55) {
            let status = generator.pick([
                "none": 55, "low": 18, "dibao": 20, "expenditure": 5, "tekun": 2,
            ])
            add("h.status", of: household, feed(.word(status), "CA"))
        }
        if people.count == 1, people[0].0.age >= 60 {
            add("p.livesAlone", of: people[0].1, observation(.flag(true)))
        }
        for (resident, id) in people {
            if resident.age > 17, resident.age < 60, generator.chance(30) {
                let work = generator.pick([
                    "employed": 50, "flexible": 20, "registeredUnemployed": 15, "inactive": 15,
                ])
                add("p.employment", of: id, feed(.word(work), "HR"))
            }
            if generator.chance(11) {
                let grade = Int64(generator.number(in: 1...4))
                add("p.disabilityGrade", of: id, feed(.number(grade), "DP"))
            }
            if generator.chance(resident.age > 60 ? 14 : 5) {
                add("p.seriousIllness", of: id, feed(.flag(true), "MI"))
            }
        }
        return facts
    }

    private mutating func feed(_ content: Fact.Content, _ department: String) -> Fact.Statement {
        var statement = Fact.Statement(
            content, effective: firstOfMonth(before: generator.number(in: 1...11)),
            source: .departmentFeed, confidence: .proven)
        statement.department = department
        statement.evidence = .feed
        return statement
    }

    private mutating func observation(_ content: Fact.Content) -> Fact.Statement {
        let day = today.adding(days: -Int64(generator.number(in: 5...300))) ?? today
        var statement = Fact.Statement(
            content, effective: day, source: .advisor, confidence: .credible)
        statement.evidence = .observation
        return statement
    }

    private func firstOfMonth(before months: Int) -> CalendarDate {
        let count = today.year * 12 + today.month - 1 - months
        return CalendarDate(year: count / 12, month: count % 12 + 1, day: 1) ?? today
    }

    fileprivate mutating func followUp(_ household: RecordID) -> FollowUp.Draft {
        let due = today.adding(days: Int64(generator.number(in: -7...45))) ?? today
        return FollowUp.Draft(
            household: household, what: generator.pick(DemoNames.followUps), due: due,
            cadenceDays: generator.chance(60) ? generator.pick([30: 2, 90: 5, 180: 3]) : nil)
    }
}
