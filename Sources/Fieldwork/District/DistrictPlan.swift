import SyncCore

/// What decides every home of the reference district, drawn in the order that `init` says.
///
/// Invariant: the totals of `quotas` hold exactly, and an assessed home's deprivations add up to
/// a score within its level's band.
struct DistrictPlan: Sendable {
    /// What decides one home.
    struct Home: Sendable {
        let circle: ReferenceDistrict.Circle
        var size: Int
        var minors = 0
        /// Place among the neighbourhoods.
        var area = 0
        /// Place among the workers.
        var worker = 0
        /// `nil` for those who were not assessed.
        var level: ReferenceDistrict.Level?
        var deprivations: Deprivations = []
        var members: [Member] = []
        var oddity: Oddity?
    }

    struct Member: Sendable {
        let relation: Relation
        let sex: Sex
        let birth: CalendarDate
        /// The identity number's three digits of order, by which no two numbers are equal.
        var order = 0
        let age: Int
    }

    /// Why a home was planted.
    enum Oddity: Hashable, Sendable {
        /// Entitled, never applied, out of touch: the silent minority. The rule that should see it.
        case silent(Int)
        /// One of a cluster that no programme reaches.
        case gap(Int)
    }

    /// How many households and persons a circle has.
    static let quotas: KeyValuePairs<ReferenceDistrict.Circle, (homes: Int, persons: Int)> = [
        .tekun: (230, 240), .dibao: (2800, 4397), .low: (1150, 2875), .expenditure: (220, 594),
        .special: (7900, 23_894),
    ]
    /// How many households have which level; medium is the rest of the assessed.
    static let levels: KeyValuePairs<ReferenceDistrict.Level, Int> = [
        .high: 763, .none: 340, .low: 877, .medium: 4230,
    ]
    /// How many of the fourth circle were assessed.
    static let assessedOfSpecial = 1810
    static let silent = 50
    static let clusters = 3
    static let clusterSize = 7
    static let workers = 312

    private(set) var homes: [Home] = []
    private(set) var streetOfWorker: [Int] = []

    /// - Parameter neighbourhoods: the place of each one's street.
    init(
        neighbourhoods: [Int], today: CalendarDate, using generator: inout SeededGenerator
    ) {
        drawSizes(&generator)
        drawMinors(&generator)
        drawPlaces(neighbourhoods, &generator)
        drawLevels(&generator)
        drawDeprivations(&generator)
        plantOddities(&generator)
        drawMembers(today, &generator)
        drawWorkers(neighbourhoods)
    }

    // MARK: Sizes, children, places

    private mutating func drawSizes(_ generator: inout SeededGenerator) {
        for (circle, quota) in Self.quotas {
            var sizes = (0..<quota.homes).map { _ in generator.pick(circle.sizes) }
            var sum = sizes.reduce(0, +)
            while sum != quota.persons {
                let place = generator.below(sizes.count)
                let step = sum < quota.persons ? 1 : -1
                guard circle.sizeRange.contains(sizes[place] + step) else { continue }
                sizes[place] += step
                sum += step
            }
            homes += sizes.map { Home(circle: circle, size: $0) }
        }
    }

    private mutating func drawMinors(_ generator: inout SeededGenerator) {
        for place in homes.indices {
            let home = homes[place]
            guard home.size > 1, home.circle != .tekun else { continue }
            homes[place].minors =
                switch home.size {
                case 2: generator.pick([0: 84, 1: 16])
                case 3: generator.pick([0: 50, 1: 45, 2: 5])
                case 4: generator.pick([0: 38, 1: 38, 2: 24])
                default: generator.pick([0: 30, 1: 34, 2: 30, 3: 6])
                }
        }
    }

    private mutating func drawPlaces(
        _ neighbourhoods: [Int], _ generator: inout SeededGenerator
    ) {
        let leaves = ReferenceNames.streets.indices.map { street in
            neighbourhoods.indices.filter { neighbourhoods[$0] == street }
        }
        for place in homes.indices {
            var left = generator.below(1000)
            var street = 0
            while left >= ReferenceNames.streets[street].share {
                left -= ReferenceNames.streets[street].share
                street += 1
            }
            homes[place].area = generator.pick(leaves[street])
        }
    }

    // MARK: Levels and what they come from

    private mutating func drawLevels(_ generator: inout SeededGenerator) {
        let special = homes.indices.filter { homes[$0].circle == .special }
        var assessed = homes.indices.filter { homes[$0].circle != .special }
        var chosen: Set<Int> = []
        while chosen.count < Self.assessedOfSpecial {
            let place = generator.pick(special)
            if chosen.insert(place).inserted { assessed.append(place) }
        }
        for (level, count) in Self.levels {
            var left = count
            while left > 0 {
                let place = generator.pick(assessed)
                guard homes[place].level == nil,
                    level == .medium || generator.chance(homes[place].circle.chance(of: level))
                else { continue }
                homes[place].level = level
                left -= 1
            }
        }
    }

    private mutating func drawDeprivations(_ generator: inout SeededGenerator) {
        for place in homes.indices {
            let home = homes[place]
            repeat {
                homes[place].deprivations = Self.deprivations(of: home, &generator)
            } while !(home.level?.band ?? 0...1000).contains(homes[place].deprivations.score)
        }
    }

    private static func deprivations(
        of home: Home, _ generator: inout SeededGenerator
    ) -> Deprivations {
        var drawn: Deprivations = []
        for (indicator, percent) in home.circle.deprivations where generator.chance(percent) {
            drawn.insert(indicator)
        }
        // Size and children are drawn by now.
        if home.minors * 1000 >= home.size * 330 { drawn.insert(.childBurden) }
        if home.minors > 0, generator.chance(home.size == home.minors + 1 ? 70 : 14) {
            drawn.insert(.childEnvironment)
        }
        // Without a status, it is hardship that keeps them on the books.
        if home.circle == .special, drawn.isEmpty { drawn.insert(.education) }
        return drawn
    }

    // MARK: The planted

    private mutating func plantOddities(_ generator: inout SeededGenerator) {
        let free = homes.indices.filter { homes[$0].level == nil }
        var taken: Set<Int> = []
        func draw(_ fits: (Home) -> Bool, _ generator: inout SeededGenerator) -> Int {
            while true {
                let place = generator.pick(free)
                if fits(homes[place]), taken.insert(place).inserted { return place }
            }
        }
        for number in 0..<Self.silent {
            let kind = SilentKind.allCases[number % SilentKind.allCases.count]
            let place = draw(kind.fits, &generator)
            homes[place].oddity = .silent(kind.rawValue)
            homes[place].deprivations = kind.deprivations(homes[place].deprivations)
        }
        for cluster in 0..<Self.clusters {
            for _ in 0..<Self.clusterSize {
                let place = draw({ $0.size >= 2 && (cluster > 0 || $0.minors > 0) }, &generator)
                homes[place].oddity = .gap(cluster)
            }
        }
    }

    /// The helped home that a planted one lives beside.
    func helped(beside place: Int) -> Int? {
        let home = homes[place]
        guard home.oddity == .silent(SilentKind.besideHelped.rawValue) else { return nil }
        return homes.indices.first {
            homes[$0].area == home.area && homes[$0].circle != .special
        }
    }

    // MARK: Who lives there

    private mutating func drawMembers(_ today: CalendarDate, _ generator: inout SeededGenerator) {
        var taken: [CalendarDate: (male: Int, female: Int)] = [:]
        for place in homes.indices {
            var members = Composition(homes[place], today).members(&generator)
            for index in members.indices {
                let member = members[index]
                var next = taken[member.birth] ?? (0, 0)
                if member.sex == .male {
                    members[index].order = next.male * 2 + 1
                    next.male += 1
                } else {
                    members[index].order = next.female * 2
                    next.female += 1
                }
                taken[member.birth] = next
            }
            homes[place].members = members
        }
    }

    private mutating func drawWorkers(_ neighbourhoods: [Int]) {
        // Two at least in every street; the rest by its households.
        let streets = ReferenceNames.streets.indices
        var count = streets.map { _ in 2 }
        let households = streets.map { street in
            homes.count { neighbourhoods[$0.area] == street }
        }
        while count.reduce(0, +) < Self.workers {
            let busiest = streets.max {
                households[$0] * count[$1] < households[$1] * count[$0]
            }
            count[busiest ?? 0] += 1
        }
        streetOfWorker = streets.flatMap { Array(repeating: $0, count: count[$0]) }
        // In turn within a street, neighbourhood by neighbourhood.
        let first = streets.map { street in streetOfWorker.firstIndex(of: street) ?? 0 }
        for street in streets {
            let ours = homes.indices.filter { neighbourhoods[homes[$0].area] == street }
                .sorted { (homes[$0].area, $0) < (homes[$1].area, $1) }
            for (turn, place) in ours.enumerated() {
                homes[place].worker = first[street] + turn * count[street] / ours.count
            }
        }
    }
}

/// The ten indicators 困境指标, each true or not.
struct Deprivations: OptionSet, Hashable, Sendable {
    let rawValue: UInt16

    static let income = Deprivations(rawValue: 1 << 0)
    static let housing = Deprivations(rawValue: 1 << 1)
    static let illness = Deprivations(rawValue: 1 << 2)
    static let disability = Deprivations(rawValue: 1 << 3)
    static let education = Deprivations(rawValue: 1 << 4)
    static let employment = Deprivations(rawValue: 1 << 5)
    static let socialSecurity = Deprivations(rawValue: 1 << 6)
    static let participation = Deprivations(rawValue: 1 << 7)
    static let childBurden = Deprivations(rawValue: 1 << 8)
    static let childEnvironment = Deprivations(rawValue: 1 << 9)

    /// In thousandths. They are the fixture's own: where the catalogue's differ one day, the
    /// district is what it was, and is scored otherwise.
    private static let weights = [150, 80, 140, 120, 80, 120, 90, 70, 90, 60]

    var score: Int {
        Self.weights.indices.reduce(0) { sum, place in
            rawValue & 1 << UInt16(place) == 0 ? sum : sum + Self.weights[place]
        }
    }
}

extension ReferenceDistrict.Level {
    var band: ClosedRange<Int> {
        switch self {
        case .high: 500...1000
        case .medium: 250...499
        case .low: 100...249
        case .none: 0...99
        }
    }
}

extension ReferenceDistrict.Circle {
    fileprivate var sizeRange: ClosedRange<Int> { self == .tekun ? 1...2 : 1...6 }

    fileprivate var sizes: KeyValuePairs<Int, Int> {
        switch self {
        case .tekun: [1: 22, 2: 1]
        case .dibao: [1: 58, 2: 29, 3: 11, 4: 2]
        case .low: [1: 18, 2: 35, 3: 31, 4: 12, 5: 4]
        case .expenditure: [1: 12, 2: 32, 3: 36, 4: 15, 5: 5]
        case .special: [1: 12, 2: 26, 3: 28, 4: 20, 5: 10, 6: 4]
        }
    }

    /// In percent, of being taken when drawn for a level.
    fileprivate func chance(of level: ReferenceDistrict.Level) -> Int {
        switch (self, level) {
        case (_, .medium): 100
        case (.tekun, .high): 60
        case (.dibao, .high): 30
        case (.low, .high), (.expenditure, .high): 12
        case (.special, .high): 10
        case (.tekun, _): 1
        case (.dibao, _): 12
        case (.low, _), (.expenditure, _): 40
        case (.special, _): 60
        }
    }

    /// In percent, of the eight that size and children leave open.
    fileprivate var deprivations: KeyValuePairs<Deprivations, Int> {
        switch self {
        case .tekun:
            [
                .income: 82, .housing: 16, .illness: 40, .disability: 48, .education: 66,
                .employment: 97, .socialSecurity: 12, .participation: 62,
            ]
        case .dibao:
            [
                .income: 92, .housing: 18, .illness: 42, .disability: 42, .education: 40,
                .employment: 66, .socialSecurity: 22, .participation: 36,
            ]
        case .low:
            [
                .income: 7, .housing: 18, .illness: 40, .disability: 36, .education: 34,
                .employment: 44, .socialSecurity: 26, .participation: 28,
            ]
        case .expenditure:
            [
                .income: 12, .housing: 12, .illness: 84, .disability: 30, .education: 30,
                .employment: 42, .socialSecurity: 18, .participation: 26,
            ]
        case .special:
            [
                .income: 18, .housing: 15, .illness: 14, .disability: 11, .education: 28,
                .employment: 26, .socialSecurity: 14, .participation: 16,
            ]
        }
    }
}
