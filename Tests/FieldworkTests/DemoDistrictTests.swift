import Fieldwork
import SyncCore
import Testing

@Suite("demo district")
struct DemoDistrictTests {
    static let today = CalendarDate(year: 2026, month: 11, day: 20)
    private let district: DemoDistrict

    init() throws {
        district = try DemoDistrict(seed: 20_220_216, asOf: #require(Self.today))
    }

    private var changes: [RecordChange] { district.homes.flatMap(\.changes) }

    private var people: [Person] { changes.compactMap { Person($0.alone) } }

    @Test("the same seed draws the same district, in every version")
    func pinned() {
        var digest = Digest()
        for area in district.areas { digest.feed(area) }
        for change in changes { digest.feed(change) }
        let counts = Dictionary(grouping: changes, by: \.collection.value).mapValues(\.count)
        #expect(counts == [1: 200, 2: 440, 4: 89, 5: 296])
        #expect(digest.value == 16_794_729_901_334_208_655)
    }

    @Test("another seed or day draws another district")
    func others() throws {
        let today = try #require(Self.today)
        let again = DemoDistrict(seed: 20_220_216, asOf: today)
        #expect(again == district)
        #expect(DemoDistrict(seed: 1, asOf: today) != district)
        let tomorrow = try #require(today.adding(days: 1))
        #expect(DemoDistrict(seed: 20_220_216, asOf: tomorrow) != district)
    }

    @Test("a larger district begins with the smaller one")
    func sizes() throws {
        let today = try #require(Self.today)
        let small = DemoDistrict(seed: 20_220_216, households: 5, asOf: today)
        #expect(small.homes == Array(district.homes.prefix(5)))
        #expect(DemoDistrict(seed: 1, households: 0, asOf: today).homes.isEmpty)
    }

    @Test("every creation fits the schema", arguments: [1, 2, 20_220_216] as [UInt64])
    func valid(seed: UInt64) throws {
        let drawn = DemoDistrict(seed: seed, households: 300, asOf: try #require(Self.today))
        for change in drawn.homes.flatMap(\.changes) {
            #expect(change.creates)
            try Schema.fieldwork.validate(change)
        }
    }

    @Test("a home's changes are ready for a change set: rising, each record once, all of one area")
    func ready() throws {
        var all: Set<RecordID> = []
        for home in district.homes {
            #expect(
                zip(home.changes, home.changes.dropFirst()).allSatisfy { $0.record < $1.record })
            let household = try #require(Household(home.changes[0].alone))
            #expect(household.id == home.household)
            #expect(household.area == home.area)
            for change in home.changes.dropFirst() {
                #expect(change.alone.home == home.household)
            }
            all.formUnion(home.changes.map(\.record))
        }
        #expect(all.count == changes.count)
    }

    @Test("areas are a tree of a district, streets and neighbourhoods, and every leaf is lived in")
    func areas() {
        #expect(district.areas.filter { $0.parent == nil } == [district.district])
        #expect(district.streets.count == 3)
        #expect(district.streets.allSatisfy { $0.parent == district.district.id })
        let leaves = district.streets.flatMap { district.neighbourhoods(of: $0.id) }
        #expect(leaves.count == 12)
        #expect(district.areas.count == 16)
        #expect(Set(district.areas.map(\.id)).count == 16)
        #expect(Set(district.homes.map(\.area)) == Set(leaves.map(\.id)))
    }

    @Test("identity numbers are valid, nobody's, distinct, and fit who bears them")
    func identityNumbers() throws {
        let today = try #require(Self.today)
        let numbers = people.compactMap(\.identityNumber)
        #expect(numbers.count > people.count * 8 / 10)
        #expect(Set(numbers).count == numbers.count)
        for number in numbers {
            #expect(number.revealed.hasPrefix("999999"))
            #expect(try IdentityNumber(number.revealed, asOf: today) == number)
        }
        #expect(people.allSatisfy { $0.birth.map { $0 < today } ?? false && $0.sex != nil })
    }

    @Test("a number that is drawn twice is drawn again")
    func drawnTwice() throws {
        // With this seed and size two persons of one birthday would get the same number.
        let large = DemoDistrict(seed: 7, households: 1000, asOf: try #require(Self.today))
        let numbers = large.homes.flatMap(\.changes).filter { $0.collection == .person }
            .flatMap(\.writes).filter { $0.unit == Person.Field.identityNumber.id }
            .map(\.operation)
        #expect(numbers.count > 1500)
        #expect(Set(numbers).count == numbers.count)
    }

    @Test("the head a household names is its first member, by the same name")
    func heads() throws {
        let byID = Dictionary(uniqueKeysWithValues: people.map { ($0.id, $0) })
        for home in district.homes {
            let household = try #require(Household(home.changes[0].alone))
            let head = try #require(household.head.flatMap { byID[$0] })
            #expect(household.headName == head.name)
            #expect(household.memberCount == household.members.count)
            #expect(household.members.filter { $0.relation == .head }.map(\.person) == [head.id])
            #expect(household.members.allSatisfy { byID[$0.person]?.household == household.id })
        }
    }

    @Test("telephone numbers are connected nowhere")
    func phones() {
        let phones =
            people.flatMap(\.phones)
            + changes.compactMap { Household($0.alone) }.flatMap(\.phones)
        #expect(!phones.isEmpty)
        #expect(phones.allSatisfy { $0.hasPrefix("0000") })
    }
}

@Suite("seeded generator")
struct SeededGeneratorTests {
    @Test("draws the published sequence")
    func sequence() {
        // The values printed by Vigna's splitmix64.c for seed 1234567.
        var generator = SeededGenerator(seed: 1_234_567)
        #expect(
            (0..<5).map { _ in generator.next() } == [
                6_457_827_717_110_365_317, 3_203_168_211_198_807_973,
                9_817_491_932_198_370_423, 4_593_380_528_125_082_431,
                16_408_922_859_458_223_821,
            ])
    }
}

extension RecordChange {
    /// What is seen of the record if nothing else is ever written.
    fileprivate var alone: RecordState {
        var state = RecordState(record: record, collection: collection)
        let name = ChangeSetName(ReplicaID(high: 1, low: 1), .first)
        state.merge(
            self,
            from: Origin(
                name: name, author: PersonID(high: 0, low: 0),
                time: CorrectedTime(clamping: 0), position: .start, shown: nil),
            hasMerged: { _ in false })
        return state
    }
}

extension RecordState {
    /// The household this record of another collection lies with.
    fileprivate var home: RecordID? {
        Person(self)?.household ?? Fact(self)?.household ?? FollowUp(self)?.household
    }
}
