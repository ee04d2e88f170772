public import SyncCore

extension ReferenceDistrict {
    /// How many companion services there are, how many groups' meetings, and how many households
    /// came to any of them.
    static let services = 386
    static let groups = 470
    static let participants = 2770

    /// The companion services and groups' meetings of two years, and what partners offer: for each
    /// area a change set's creations, rising by record.
    public var gatherings: [[RecordChange]] {
        var draw = GatheringDraw(self)
        return draw.changeSets()
    }
}

/// The drawing of what took place among homes, in a fixed order, with a generator of its own.
private struct GatheringDraw {
    private let district: ReferenceDistrict
    private var generator: SeededGenerator
    private var milliseconds: UInt64

    init(_ district: ReferenceDistrict) {
        self.district = district
        generator = SeededGenerator(seed: district.seed ^ 0x8bb8_4b93_962e_acc9)
        // On the day before, after the last home.
        milliseconds =
            UInt64(max(district.today.ordinal - 1, 0)) * 86_400_000
            + UInt64(district.count + 1) * 1000
    }

    mutating func changeSets() -> [[RecordChange]] {
        let guests = self.guests()
        let counts = Self.shares(
            of: ReferenceDistrict.services + ReferenceDistrict.groups, by: guests.map(\.count))
        var isFirstOfStreet: Set<ScopeID> = []
        var number = 0
        return district.neighbourhoods.indices.map { place in
            let area = district.neighbourhoods[place]
            var changes: [RecordChange] = []
            for meeting in 0..<counts[place] {
                changes.append(
                    gathering(
                        number, in: area,
                        of: attendance(meeting, of: counts[place], among: guests[place])))
                number += 1
            }
            if let street = area.parent, isFirstOfStreet.insert(street).inserted {
                changes += offers(in: area, for: street)
            }
            return changes
        }
    }

    /// By neighbourhood the homes that came to anything: the harder it is, the likelier.
    private mutating func guests() -> [[Int]] {
        var chosen: Set<Int> = []
        var guests = district.neighbourhoods.map { _ in [Int]() }
        while chosen.count < ReferenceDistrict.participants {
            let place = generator.below(district.count)
            let home = district.plan.homes[place]
            guard home.oddity == nil, generator.chance(home.level.chanceOfComing),
                chosen.insert(place).inserted
            else { continue }
            guests[home.area].append(place)
        }
        return guests
    }

    /// Parts of a whole as others are, with the whole as their sum: each first what it has in full,
    /// then one more by the largest remainder.
    private static func shares(of whole: Int, by parts: [Int]) -> [Int] {
        let sum = max(1, parts.reduce(0, +))
        var shares = parts.map { $0 * whole / sum }
        let order = parts.indices.sorted {
            (parts[$1] * whole % sum, $0) < (parts[$0] * whole % sum, $1)
        }
        for place in order.prefix(whole - shares.reduce(0, +)) { shares[place] += 1 }
        return shares
    }

    /// Everybody comes to one meeting in turn, and to some others by chance.
    private mutating func attendance(
        _ meeting: Int, of count: Int, among guests: [Int]
    ) -> [RecordID] {
        var places = Set(stride(from: meeting, to: guests.count, by: count))
        for _ in 0..<generator.below(7) { places.insert(generator.below(guests.count)) }
        return places.sorted().map { district.household(guests[$0]) }
    }

    private mutating func gathering(
        _ number: Int, in area: ReferenceDistrict.Area, of homes: [RecordID]
    ) -> RecordChange {
        let (services, groups) = (ReferenceDistrict.services, ReferenceDistrict.groups)
        let all = services + groups
        let day =
            district.today.adding(days: -Int64(generator.number(in: 1...729))) ?? district.today
        // Spread evenly, so that the first so many of a district are of both.
        if (number + 1) * services / all > number * services / all {
            var service = Companionship.Draft(
                area: area.id, kind: generator.pick(CompanionKind.allCases), day: day,
                attendance: homes)
            service.minutes = generator.number(in: 4...24) * 10
            return service.creation(record()).unchecked
        }
        let topics = ["育儿互助", "手工", "合唱", "健康操", "读书", "园艺", "防诈骗", "康复交流"]
        var group = GroupActivity.Draft(area: area.id, topic: generator.pick(topics), day: day)
        group.place = "\(area.name)活动室"
        group.attendance = homes
        group.capacity = homes.count + generator.below(10)
        group.minutes = generator.number(in: 6...18) * 10
        return group.creation(record()).unchecked
    }

    /// What one partner of a street has to give there.
    private mutating func offers(
        in area: ReferenceDistrict.Area, for street: ScopeID
    ) -> [RecordChange] {
        let partner = record()
        var draft = Partner.Draft(
            area: area.id, kind: .socialOrganisation, name: "\(area.name)公益服务社")
        draft.reach = [street]
        var changes = [draft.creation(partner).unchecked]
        let offers: KeyValuePairs<NeedKind, (ResourceKind, String, String)> = [
            .company: (.hours, "上门陪伴", "人"), .tutoring: (.hours, "课业辅导", "人"),
            .rehabilitation: (.place, "康复训练", "名额"), .training: (.skill, "技能培训", "名额"),
        ]
        for (need, (kind, title, unit)) in offers {
            var offer = Resource.Draft(area: area.id, provider: partner, kind: kind, title: title)
            offer.unit = unit
            offer.needKinds = [need]
            offer.capacity = generator.number(in: 4...30)
            offer.reach = [street]
            changes.append(offer.creation(record()).unchecked)
        }
        return changes
    }

    private mutating func record() -> RecordID {
        milliseconds += 1
        return .make(milliseconds: milliseconds, using: &generator)
    }
}

extension ReferenceDistrict.Level? {
    /// In percent, of coming once drawn.
    fileprivate var chanceOfComing: Int {
        guard let level = self else { return 8 }
        return switch level {
        case .high: 90
        case .medium: 55
        case .low: 25
        case .none: 8
        }
    }
}
