public import SyncCore

/// The reference district: 12,300 households with 32,000 persons in ten streets, whose levels of
/// hardship come out at the published figures when they are scored from their facts.
///
/// Equal seeds, days and standards give equal districts, to the last bit. What decides a home (its
/// circle, size, level and deprivations) is drawn once for all, so that totals are exact; a home's
/// records are made when asked for, each home from a seed of its own, so that no more than one need
/// be in memory. No real person: names are drawn by syllable, identity numbers have area 999999
/// and are all distinct, telephone numbers are connected nowhere.
public struct ReferenceDistrict: Sendable {
    public typealias Area = DemoDistrict.Area
    public typealias Home = DemoDistrict.Home

    /// The amounts of the day, in fen a month: what decides whether an income is a deprivation.
    public struct Standards: Hashable, Sendable {
        /// 低保标准.
        public let dibao: Int64
        /// 低收入标准.
        public let low: Int64

        /// 最低工资: who earns as much has the disregard taken off.
        public let wage: Int64
        /// 就业豁免.
        public let disregard: Int64

        public init(
            dibao: Int64, low: Int64, wage: Int64 = 259_000, disregard: Int64 = 87_000
        ) {
            (self.dibao, self.low, self.wage, self.disregard) = (dibao, low, wage, disregard)
        }

        /// Those of 2021-07-01 to 2022-06-30: 1,330 and 2,660 yuan.
        public static let year2021 = Standards(dibao: 133_000, low: 266_000)
    }

    /// 四圈: why a household is on the books.
    public enum Circle: Int, CaseIterable, Hashable, Sendable {
        /// 特困, counted with the first circle.
        case tekun
        case dibao, low, expenditure
        /// 特殊困难: without a status of its own.
        case special
    }

    /// How hard it is for a household, by the quota that the published figures set.
    public enum Level: Int, CaseIterable, Hashable, Sendable {
        case high, medium, low, none
    }

    /// Who goes to see them 救助顾问. They are named by number: nobody real is meant.
    public struct Worker: Hashable, Sendable {
        public let id: PersonID
        public let name: String
        public let street: ScopeID
    }

    public let seed: UInt64
    public let today: CalendarDate
    public let standards: Standards
    /// Each parent before its children.
    public let areas: [Area]
    public let workers: [Worker]
    let plan: DistrictPlan

    /// Draws what decides every home. Takes a fraction of a second.
    public init(
        seed: UInt64 = 20_220_216, asOf today: CalendarDate, standards: Standards = .year2021
    ) {
        precondition(today.year >= 1950, "births must be ones an identity number can have")
        (self.seed, self.today, self.standards) = (seed, today, standards)
        var generator = SeededGenerator(seed: seed)
        areas = Self.areas(using: &generator)
        let neighbourhoods = areas.filter { $0.kind == .neighbourhood }
        let streets = areas.filter { $0.kind == .street }
        plan = DistrictPlan(
            neighbourhoods: neighbourhoods.map { leaf in
                streets.firstIndex { $0.id == leaf.parent } ?? 0
            }, today: today, using: &generator)
        workers = plan.streetOfWorker.enumerated().map { number, street in
            Worker(
                id: .random(using: &generator), name: "顾问\(String(1001 + number).dropFirst())",
                street: streets[street].id)
        }
        self.neighbourhoods = neighbourhoods
    }

    let neighbourhoods: [Area]

    public var district: Area { areas[0] }

    /// How many homes there are: 12,300.
    public var count: Int { plan.homes.count }

    private static func areas(using generator: inout SeededGenerator) -> [Area] {
        let district = Area(
            id: .random(using: &generator), parent: nil, kind: .district,
            name: ReferenceNames.district)
        var areas = [district]
        for street in ReferenceNames.streets {
            let node = Area(
                id: .random(using: &generator), parent: district.id, kind: .street,
                name: street.name)
            areas.append(node)
            for neighbourhood in street.neighbourhoods {
                areas.append(
                    Area(
                        id: .random(using: &generator), parent: node.id, kind: .neighbourhood,
                        name: neighbourhood))
            }
        }
        return areas
    }
}
