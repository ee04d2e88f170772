import SyncCore
import Testing

@testable import Fieldwork

@Suite("reference district")
struct ReferenceDistrictTests {
    private let district: ReferenceDistrict

    init() throws {
        district = ReferenceDistrict(asOf: try #require(CalendarDate("2021-11-01")))
    }

    @Test("the same seed draws the same district, in every version")
    func pinned() {
        var digest = Digest()
        var counts: [UInt16: Int] = [:]
        for area in district.areas { digest.feed(area) }
        // Every fortieth home: what decides a home is drawn for all of them together.
        for place in stride(from: 0, to: district.count, by: 40) {
            for change in district.home(place).changes {
                counts[change.collection.value, default: 0] += 1
                digest.feed(change)
            }
        }
        #expect(counts == [1: 308, 2: 811, 3: 476, 5: 15811])
        #expect(digest.value == 11_749_275_912_207_445_210)
    }

    @Test("another seed, day or standard draws another district, a home at a time or all at once")
    func others() throws {
        let today = try #require(CalendarDate("2021-11-01"))
        let tomorrow = try #require(CalendarDate("2021-11-02"))
        #expect(ReferenceDistrict(asOf: today).home(77) == district.home(77))
        #expect(ReferenceDistrict(seed: 1, asOf: today).home(77) != district.home(77))
        #expect(ReferenceDistrict(asOf: tomorrow).home(77) != district.home(77))
        let standards = ReferenceDistrict.Standards(dibao: 159_500, low: 319_000)
        #expect(
            ReferenceDistrict(asOf: today, standards: standards).home(77) != district.home(77))
    }

    @Test("capability 7: 32,000 persons in 12,300 households, each circle with its exact number")
    func totals() {
        let homes = district.plan.homes
        #expect(homes.count == 12_300)
        #expect(homes.reduce(0) { $0 + $1.size } == 32_000)
        #expect(homes.allSatisfy { $0.members.count == $0.size })
        for (circle, quota) in DistrictPlan.quotas {
            let ours = homes.filter { $0.circle == circle }
            #expect(ours.count == quota.homes)
            #expect(ours.reduce(0) { $0 + $1.size } == quota.persons)
        }
        #expect(homes.count { $0.level != nil } == 6210)
        #expect(homes.allSatisfy { $0.level != nil || $0.circle == .special })
        for (level, count) in DistrictPlan.levels {
            #expect(homes.count { $0.level == level } == count)
        }
        #expect(district.silent.count == 50)
        #expect(homes.count { if case .gap? = $0.oddity { true } else { false } } == 21)
    }

    @Test("capability 2: 312 workers in ten streets, two at least in each")
    func workers() {
        #expect(district.areas.count { $0.kind == .street } == 10)
        #expect(district.areas.count { $0.kind == .neighbourhood } == 50)
        #expect(district.workers.count == 312)
        let byStreet = Dictionary(grouping: district.workers, by: \.street)
        #expect(byStreet.count == 10)
        #expect(byStreet.values.allSatisfy { $0.count >= 2 })
        // Each in the street of the homes they are in charge of.
        for home in district.plan.homes {
            #expect(
                district.workers[home.worker].street == district.neighbourhoods[home.area].parent)
        }
    }

    @Test("identity numbers are valid, nobody's, all distinct")
    func identityNumbers() throws {
        var seen: Set<String> = []
        for home in district.plan.homes {
            for member in home.members {
                let number = try #require(
                    IdentityNumber(synthetic: member.birth, order: member.order))
                #expect(number.revealed.hasPrefix("999999"))
                #expect(number.sex == member.sex && number.birth == member.birth)
                #expect(member.birth <= district.today)
                seen.insert(number.revealed)
            }
        }
        #expect(seen.count == 32_000)
    }

    @Test("every creation fits the schema, each home ready for a change set of its own")
    func valid() throws {
        var records: Set<RecordID> = []
        var count = 0
        for place in stride(from: 0, to: district.count, by: 41) {
            let home = district.home(place)
            #expect(home.household == district.household(place))
            #expect(home.changes[0].record == home.household)
            #expect(
                zip(home.changes, home.changes.dropFirst()).allSatisfy { $0.record < $1.record })
            for change in home.changes {
                try Schema.fieldwork.validate(change)
                records.insert(change.record)
                count += 1
            }
        }
        #expect(records.count == count)
    }

    @Test("three in a hundred persons are there twice, with a slip of the pen")
    func duplicates() {
        let places = Array(stride(from: 0, to: district.count, by: 10))
        let records = places.reduce(0) { sum, place in
            sum + district.home(place).changes.count { $0.collection == .person }
        }
        let persons = places.reduce(0) { $0 + district.plan.homes[$1].size }
        #expect((25...37).contains((records - persons) * 1000 / persons))
    }
}
