import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("Facts gathered from records")
struct GatheredFactsTests {
    static let home = RecordID(high: 1, low: 1)
    static let han = RecordID(high: 2, low: 1)

    private static func origin(_ number: UInt64) -> Origin {
        Origin(
            name: ChangeSetName(ReplicaID(high: 3, low: 3), ChangeSetNumber(number)!),
            author: PersonID(high: 5, low: 1), time: CorrectedTime(clamping: 0),
            position: LogPosition(number), shown: nil)
    }

    private static func state(_ changes: RecordChange...) -> RecordState {
        var state = RecordState(record: changes[0].record, collection: changes[0].collection)
        for (place, change) in changes.enumerated() {
            let origin = origin(UInt64(place + 1))
            state.merge(change, from: origin) { $0 != origin.name }
        }
        return state
    }

    private static func household(
        memberCount: Int? = 1, members: [Membership] = [], income: Int64? = nil
    ) throws -> Household {
        var draft = Household.Draft(area: ScopeID(high: 4, low: 4), headName: "Han")
        (draft.memberCount, draft.members) = (memberCount, members)
        draft.monthlyIncome = income.flatMap(Money.init(fen:)).map { MonthlyIncome(amount: $0) }
        return try #require(Household(state(draft.creation(id: home))))
    }

    private static func person(
        _ id: RecordID = han, birth: String? = "1961-06-15"
    ) throws -> Person {
        var draft = Person.Draft(household: home, name: "Han")
        draft.birth = try birth.map { try #require(CalendarDate($0)) }
        draft.sex = .male
        return try #require(Person(state(draft.creation(id: id))))
    }

    private static func fact(
        _ number: UInt64, _ key: String, _ content: Fact.Content, from day: String,
        by source: Fact.Source = .advisor, of subject: RecordID = home, isDisputed: Bool = false
    ) throws -> Fact {
        let id = RecordID(high: 9, low: number)
        let draft = Fact.Draft(
            household: home, subject: subject, key: key,
            statement: Fact.Statement(
                content, effective: try #require(CalendarDate(day)), source: source,
                confidence: .stated))
        let creation = try draft.creation(id: id)
        guard isDisputed else { return try #require(Fact(state(creation))) }
        let objection = try #require(
            RecordChange(
                record: id, collection: .fact, creates: false,
                writes: [
                    Write(
                        unit: Fact.Field.isDisputed.id,
                        operation: .set(.bool(true), replacing: []))
                ], shown: nil))
        return try #require(Fact(state(creation, objection)))
    }

    private static func gather(
        _ facts: [Fact], asOf day: String = "2021-03-01", household: Household? = nil,
        persons: [Person]? = nil, assuming: [(String, Int?, Int64?)] = []
    ) throws -> GatheredFacts {
        let catalogue = try Catalogue.shipped.get()
        return catalogue.gather(
            try household ?? self.household(), persons: try persons ?? [person()], facts: facts,
            asOf: try #require(CalendarDate(day)),
            assuming: try assuming.map { key, member, parts in
                Assumption(
                    MissingFact(try #require(catalogue.facts.slot(of: key)), member: member),
                    parts: parts)
            })
    }

    private static func value(
        _ key: String, _ gathered: GatheredFacts, member: Int? = nil
    ) throws -> Int64? {
        let slot = try #require(try Catalogue.shipped.get().facts.slot(of: key))
        return member.map { gathered.facts.member($0, slot) } ?? gathered.facts.household(slot)
    }

    @Test("the latest effective day holds, and what holds only later does not count yet")
    func effective() throws {
        let facts = [
            try Self.fact(1, "h.vehicles", .number(1), from: "2020-01-01"),
            try Self.fact(2, "h.vehicles", .number(0), from: "2021-02-01"),
            try Self.fact(3, "h.vehicles", .number(2), from: "2021-06-01"),
        ]
        #expect(try Self.value("h.vehicles", Self.gather(facts)) == 0)
        #expect(try Self.value("h.vehicles", Self.gather(facts, asOf: "2020-06-01")) == 1)
        #expect(try Self.value("h.vehicles", Self.gather(facts, asOf: "2019-06-01")) == nil)
    }

    @Test("what the household's record says they live on is their income a head, below any fact")
    func recordedIncome() throws {
        let key = "h.incomePerCapita"
        let home = try Self.household(memberCount: 3, income: 100_000)
        #expect(try Self.value(key, Self.gather([], household: home)) == 33_333)
        let stated = try Self.fact(1, key, .number(90_000), from: "2021-01-01", by: .resident)
        #expect(try Self.value(key, Self.gather([stated], household: home)) == 90_000)
        let disputed = try Self.fact(
            1, key, .number(90_000), from: "2021-01-01", isDisputed: true)
        #expect(try Self.value(key, Self.gather([disputed], household: home)) == nil)
        #expect(
            try Self.value(
                key, Self.gather([], household: home, assuming: [(key, nil, nil)])) == nil)
        let uncounted = try Self.household(memberCount: nil, income: 100_000)
        #expect(try Self.value(key, Self.gather([], household: uncounted)) == nil)
        #expect(try Self.value(key, Self.gather([])) == nil)
    }

    @Test("of one day the highest source holds, whatever order they come in")
    func sources() throws {
        let facts = [
            try Self.fact(3, "h.status", .word("none"), from: "2021-01-01", by: .resident),
            try Self.fact(1, "h.status", .word("dibao"), from: "2021-01-01", by: .departmentFeed),
            try Self.fact(2, "h.status", .word("low"), from: "2021-01-01", by: .advisor),
        ]
        for order in [[0, 1, 2], [2, 1, 0], [1, 0, 2], [2, 0, 1]] {
            let gathered = try Self.gather(order.map { facts[$0] })
            #expect(try Self.value("h.status", gathered) == 2)
            #expect(gathered.reviews == [])
        }
    }

    @Test("a newer word of a lower source holds, and is put before a person")
    func review() throws {
        let gathered = try Self.gather([
            try Self.fact(1, "h.status", .word("dibao"), from: "2020-01-01", by: .departmentFeed),
            try Self.fact(2, "h.status", .word("none"), from: "2021-01-01", by: .advisor),
        ])
        #expect(try Self.value("h.status", gathered) == 0)
        #expect(gathered.reviews.map(\.current) == [RecordID(high: 9, low: 2)])
        #expect(gathered.reviews.map(\.other) == [RecordID(high: 9, low: 1)])
    }

    @Test("an objection makes a fact unknown, and not an older one true")
    func dispute() throws {
        let gathered = try Self.gather([
            try Self.fact(1, "h.homes", .number(1), from: "2020-01-01"),
            try Self.fact(2, "h.homes", .number(3), from: "2021-01-01", isDisputed: true),
        ])
        #expect(try Self.value("h.homes", gathered) == nil)
        #expect(gathered.disputed.count == 1)
    }

    @Test("keys no catalogue has, and values of another kind, are told and not guessed at")
    func unread() throws {
        let gathered = try Self.gather([
            try Self.fact(1, "h.paysRent", .flag(true), from: "2020-01-01"),
            try Self.fact(2, "h.homes", .word("many"), from: "2020-01-01"),
        ])
        #expect(gathered.unread == ["h.homes", "h.paysRent"])
        #expect(try Self.value("h.homes", gathered) == nil)
    }

    @Test(
        "capability 10: a tag makes a programme a candidate, with the facts named that are missing")
    func tags() throws {
        let day = try #require(CalendarDate("2021-01-01"))
        let draft = Tagging.Draft(
            household: Self.home, subject: Self.han, tag: "T16",
            sighting: Sighting(on: day, by: PersonID(high: 5, low: 1)))
        let tagging = try #require(Tagging(Self.state(draft.creation)))
        let catalogue = try Catalogue.shipped.get()
        func gather(_ facts: [Fact], _ day: String = "2021-03-01") throws -> GatheredFacts {
            catalogue.gather(
                try Self.household(), persons: [try Self.person()], facts: facts,
                taggings: [tagging], asOf: try #require(CalendarDate(day)))
        }
        let gathered = try gather([
            try Self.fact(1, "h.status", .word("none"), from: "2021-01-01")
        ])
        #expect(try Self.value("p.seriousIllness", gathered, member: 0) == 1)
        #expect(gathered.likely.values.sorted() == [tagging.id])
        #expect(gathered.sources.count == 1)
        let rulebook = try Rulebook(catalogue, asOf: try #require(CalendarDate("2021-03-01")))
        let place = try #require(catalogue.programmes.firstIndex { $0.id == "P11" })
        let found = rulebook.match(gathered.facts, member: 0).programmes[place]
        #expect(found.standing == .open && found.isCandidate)
        #expect(
            catalogue.facts.keys(found.answer.missing)
                == ["h.medicalShare", "p.medicalInsurance", "p.medicalOOPYear"])
        // What somebody has stated counts, and so does that somebody objects to it.
        for isDisputed in [false, true] {
            let stated = try gather([
                try Self.fact(
                    1, "p.seriousIllness", .flag(false), from: "2020-01-01", of: Self.han,
                    isDisputed: isDisputed)
            ])
            #expect(stated.likely.isEmpty)
        }
        #expect(try gather([], "2020-12-31").likely.isEmpty)
    }

    @Test("a newest word that can't be read makes a fact unknown, and not an older one true")
    func unreadable() throws {
        let gathered = try Self.gather([
            try Self.fact(1, "h.homes", .number(1), from: "2020-01-01"),
            try Self.fact(2, "h.homes", .word("many"), from: "2021-01-01"),
            try Self.fact(3, "h.vehicles", .word("none"), from: "2020-01-01"),
            try Self.fact(4, "h.vehicles", .number(0), from: "2021-01-01"),
        ])
        #expect(try Self.value("h.homes", gathered) == nil)
        #expect(gathered.unread == ["h.homes"])
        #expect(try Self.value("h.vehicles", gathered) == 0)
    }

    @Test("a sex that a catalogue has no word for is told, and not guessed at")
    func unreadableSex() throws {
        // No rule can ask for a word that is not there.
        let text = Catalogue.shippedText
            .replacing(#""values": ["male", "female"]"#, with: #""values": ["m", "f"]"#)
            .replacing(#""op": "==", "value": "male""#, with: #""op": "==", "value": "m""#)
            .replacing(#""op": "==", "value": "female""#, with: #""op": "==", "value": "f""#)
        let catalogue = try Catalogue(Array(text.utf8)) { _ in .none }
        let gathered = catalogue.gather(
            try Self.household(), persons: [try Self.person()], facts: [],
            asOf: try #require(CalendarDate("2021-03-01")))
        #expect(gathered.unread == ["p.sex"])
    }

    @Test("age follows from birth on the day; the income of a head from what its members earn")
    func derived() throws {
        let facts = [
            try Self.fact(1, "p.monthlyIncome", .number(260_000), from: "2020-01-01", of: Self.han),
            try Self.fact(2, "h.incomeYear", .number(2_076_000), from: "2020-01-01"),
            try Self.fact(3, "h.medicalYear", .number(480_000), from: "2020-01-01"),
        ]
        let gathered = try Self.gather(facts)
        #expect(try Self.value("p.age", gathered, member: 0) == 59)
        #expect(try Self.value("p.sex", gathered, member: 0) == 0)
        #expect(try Self.value("h.size", gathered) == 1)
        // 2,600 less the 870 that a working member may keep.
        #expect(try Self.value("h.incomePerCapita", gathered) == 173_000)
        #expect(try Self.value("h.medicalShare", gathered) == 231)
        #expect(try Self.value("h.under16", gathered) == 0)
        // Nobody said what schooling costs.
        #expect(try Self.value("h.netAfterRigidPerCapita", gathered) == nil)
        let later = try Self.gather(facts, asOf: "2021-06-15")
        #expect(try Self.value("p.age", later, member: 0) == 60)
    }

    @Test("no income of a head while a member is missing from the list")
    func incomplete() throws {
        let gathered = try Self.gather(
            [
                try Self.fact(
                    1, "p.monthlyIncome", .number(100_000), from: "2020-01-01", of: Self.han)
            ], household: Self.household(memberCount: 2))
        #expect(try Self.value("h.incomePerCapita", gathered) == nil)
        #expect(try Self.value("h.under16", gathered) == nil)
    }

    @Test("who had left, or was not yet there, is no member on that day")
    func members() throws {
        let wife = RecordID(high: 2, low: 2)
        let household = try Self.household(
            memberCount: nil,
            members: [
                Membership(person: Self.han, relation: nil),
                Membership(
                    person: wife, relation: .spouse, from: CalendarDate("2020-01-01"),
                    to: CalendarDate("2021-01-31")),
            ])
        let persons = [try Self.person(wife), try Self.person()]
        func members(_ day: String) throws -> [RecordID] {
            try Self.gather([], asOf: day, household: household, persons: persons).members.map(\.id)
        }
        #expect(try members("2019-12-31") == [Self.han])
        #expect(try members("2021-01-31") == [Self.han, wife])
        #expect(try members("2021-02-01") == [Self.han])
    }

    @Test("what is supposed counts, and what follows from it follows")
    func assumed() throws {
        let facts = [
            try Self.fact(1, "p.monthlyIncome", .number(260_000), from: "2020-01-01", of: Self.han)
        ]
        let poorer = try Self.gather(facts, assuming: [("p.monthlyIncome", 0, 0)])
        #expect(try Self.value("h.incomePerCapita", poorer) == 0)
        let older = try Self.gather(facts, assuming: [("p.age", 0, 12)])
        #expect(try Self.value("p.age", older, member: 0) == 12)
        #expect(try Self.value("h.under16", older) == 1)
        let unknown = try Self.gather(facts, assuming: [("h.incomePerCapita", nil, nil)])
        #expect(try Self.value("h.incomePerCapita", unknown) == nil)
    }

    @Test("equal facts have one digest, whatever records they stand in; others have another")
    func provenance() throws {
        let rulebook = try Rulebook.november2021.get()
        func bytes(_ facts: [Fact]) throws -> [UInt8] {
            try Self.gather(facts).facts.canonicalBytes(rulebook.catalogue.facts)
        }
        let one = try Self.fact(1, "h.vehicles", .number(1), from: "2020-01-01")
        let same = try Self.fact(7, "h.vehicles", .number(1), from: "2021-01-01", by: .resident)
        let other = try Self.fact(1, "h.vehicles", .number(0), from: "2020-01-01")
        #expect(try bytes([one]) == bytes([same]))
        #expect(try bytes([one]) == bytes([same, one]))
        #expect(try bytes([one]) != bytes([other]))
        let provenance = rulebook.provenance(of: try Self.gather([one]).facts) { bytes in
            ContentHash(bytes: Array((bytes + [UInt8](repeating: 0, count: 32)).prefix(32)))!
        }
        #expect(provenance.asOf == rulebook.asOf)
        #expect(provenance.facts.bytes.starts(with: "members 1\n".utf8))
    }
}

@Suite("A level set by a person")
struct LevelOverrideTests {
    @Test("a street manager may differ from the facts, and has to say why")
    func allowed() throws {
        let level = try LevelOverride(.high, reason: "violence, seen", by: .streetManager)
        #expect(level.level == .high)
        #expect(throws: OverrideRefusal.noReason) {
            try LevelOverride(.high, reason: " \n", by: .streetManager)
        }
        #expect(throws: OverrideRefusal.noLevel) {
            try LevelOverride(.pending, reason: "later", by: .streetManager)
        }
    }

    @Test(
        "an advisor's, volunteer's or resident's word changes facts and not the level",
        arguments: [Fact.Source.advisor, .stationVolunteer, .resident])
    func refused(source: Fact.Source) throws {
        #expect(throws: OverrideRefusal.notAllowed(source)) {
            try LevelOverride(.high, reason: "they need it", by: source)
        }
    }
}
