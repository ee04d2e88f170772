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
        #expect(
            counts == [1: 308, 2: 810, 3: 635, 5: 15811, 6: 75, 10: 1, 11: 115, 14: 235])
        #expect(digest.value == 6_479_679_282_782_048_125)
        var gathered = Digest()
        for change in district.gatherings.joined() { gathered.feed(change) }
        #expect(gathered.value == 8_702_166_984_113_327_796)
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
            #expect(
                home.changes.contains {
                    $0.record == home.household && $0.collection == .household
                })
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

    @Test("capability 34: 856 events over exactly 2,770 households, each in its street")
    func gatherings() throws {
        let changeSets = district.gatherings
        #expect(changeSets == ReferenceDistrict(asOf: district.today).gatherings)
        #expect(changeSets.count == district.neighbourhoods.count)
        let streets = Dictionary(
            uniqueKeysWithValues: district.plan.homes.indices.map {
                (
                    district.household($0),
                    district.neighbourhoods[district.plan.homes[$0].area].parent
                )
            })
        var counts: [CollectionID: Int] = [:]
        var guests: Set<RecordID> = []
        for (place, changes) in changeSets.enumerated() {
            #expect(zip(changes, changes.dropFirst()).allSatisfy { $0.record < $1.record })
            for change in changes {
                try Schema.fieldwork.validate(change)
                counts[change.collection, default: 0] += 1
                guard change.collection == .companionship || change.collection == .groupActivity
                else { continue }
                let came = change.writes.compactMap { write -> [Value]? in
                    guard write.unit == Companionship.Field.attendance.id,
                        case .change(let added, _) = write.operation
                    else { return nil }
                    return added
                }.joined().compactMap(\.record)
                #expect(!came.isEmpty)
                #expect(
                    came.allSatisfy { streets[$0] == district.neighbourhoods[place].parent })
                guests.formUnion(came)
            }
        }
        #expect(counts[.companionship] == 386 && counts[.groupActivity] == 470)
        #expect(guests.count == 2770)
        #expect(guests.isDisjoint(with: district.silent))
    }

    @Test(
        "capability 16: benefits fit the circle; what was withdrawn says why; the silent have none")
    func benefits() throws {
        var (ended, refused) = (0, 0)
        for place in stride(from: 0, to: district.count, by: 10) {
            let home = district.home(place)
            let spans = home.changes.filter { $0.collection == .benefitSpan }.map(Seen.init)
            let held = Set(spans.filter { $0.text(.to) == nil }.compactMap { $0.text(.programme) })
            let expected: Set<String> =
                switch district.circle(of: place) {
                case .tekun: ["P02"]
                case .dibao: ["P01"]
                case .low: ["P03"]
                case .expenditure: ["P04"]
                case .special: []
                }
            #expect(held.intersection(["P01", "P02", "P03", "P04"]) == expected)
            for span in spans where span.text(.to) != nil {
                ended += 1
                #expect(span.has(.steps))
            }
            refused += home.changes.count { change in
                change.collection == .application
                    && change.writes.contains {
                        $0.operation == .set(.text("rejected"), replacing: [])
                    }
            }
        }
        #expect(ended > 0 && refused > 0)
        for place in district.plan.homes.indices {
            guard case .silent? = district.plan.homes[place].oddity else { continue }
            #expect(
                !district.home(place).changes.contains {
                    $0.collection == .benefitSpan || $0.collection == .application
                })
        }
    }

    /// The units of a span's creation.
    private struct Seen {
        let change: RecordChange
        init(_ change: RecordChange) { self.change = change }

        func has(_ field: BenefitSpan.Field) -> Bool {
            change.writes.contains { $0.unit == field.id }
        }
        func text(_ field: BenefitSpan.Field) -> String? {
            for write in change.writes where write.unit == field.id {
                guard case .set(let value, _) = write.operation else { return nil }
                if case .day(let day) = value { return "\(day)" }
                return value.string
            }
            return nil
        }
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
