import SyncCore

/// Who lives in a planned home: ages and relations that its deprivations allow.
///
/// Where someone works there is somebody of working age; where a child has one parent there is no
/// spouse. No one who is a minor today comes of age within two months, so that the figures of the
/// day hold for a while.
struct Composition {
    private let home: DistrictPlan.Home
    private let today: CalendarDate

    init(_ home: DistrictPlan.Home, _ today: CalendarDate) {
        (self.home, self.today) = (home, today)
    }

    /// Draws the members, the head first.
    func members(_ generator: inout SeededGenerator) -> [DistrictPlan.Member] {
        let adults = home.size - home.minors
        let headAge = self.headAge(&generator)
        let headSex: Sex = generator.chance(home.minors > 0 ? 46 : 55) ? .male : .female
        var members = [member(.head, headSex, headAge, &generator)]
        let isAlone = home.deprivations.contains(.childEnvironment) || home.circle == .tekun
        if headAge >= 60, !home.deprivations.contains(.employment), adults > 1 {
            let age = min(58, max(24, headAge - generator.number(in: 22...34)))
            members.append(member(.child, sex(&generator), age, &generator))
        }
        if members.count < adults, !isAlone, generator.chance(78) {
            let age = max(22, headAge + generator.number(in: -5...4))
            members.append(member(.spouse, headSex == .male ? .female : .male, age, &generator))
        }
        while members.count < adults {
            members.append(other(headAge, &generator))
        }
        for _ in 0..<home.minors {
            let age = generator.below(min(18, max(1, headAge - 19)))
            let relation: Relation = headAge > 58 ? .grandchild : .child
            members.append(member(relation, sex(&generator), age, &generator))
        }
        return members
    }

    private func headAge(_ generator: inout SeededGenerator) -> Int {
        if case .silent(let kind)? = home.oddity, let kind = SilentKind(rawValue: kind),
            let ages = kind.headAges
        {
            return generator.number(in: ages)
        }
        if home.minors > 0 { return generator.number(in: 27...54) }
        if home.circle == .tekun, generator.chance(88) { return generator.number(in: 61...93) }
        let mustWork = !home.deprivations.contains(.employment)
        if mustWork, home.size == 1 || generator.chance(34) { return generator.number(in: 24...59) }
        return mustWork || generator.chance(78)
            ? generator.number(in: 61...93) : generator.number(in: 33...59)
    }

    /// An adult besides head and spouse.
    private func other(_ headAge: Int, _ generator: inout SeededGenerator) -> DistrictPlan.Member {
        if headAge < 60, generator.chance(home.minors > 0 ? 86 : 56) {
            let age = min(97, headAge + generator.number(in: 22...31))
            return member(.parent, sex(&generator), age, &generator)
        }
        if headAge >= 42, generator.chance(76) {
            let age = max(19, headAge - generator.number(in: 22...34))
            return member(.child, sex(&generator), age, &generator)
        }
        let age = max(19, headAge + generator.number(in: -9...9))
        return member(.sibling, sex(&generator), age, &generator)
    }

    private func sex(_ generator: inout SeededGenerator) -> Sex {
        generator.chance(50) ? .male : .female
    }

    private func member(
        _ relation: Relation, _ sex: Sex, _ age: Int, _ generator: inout SeededGenerator
    ) -> DistrictPlan.Member {
        let days = generator.below(age == 17 ? 300 : 360)
        guard
            let birthday = CalendarDate(
                year: today.year - age, month: today.month, day: min(today.day, 28)),
            let birth = birthday.adding(days: -Int64(days))
        else { preconditionFailure("a member born before the calendar") }
        return DistrictPlan.Member(relation: relation, sex: sex, birth: birth, age: age)
    }
}

/// How a planted home keeps out of sight; the number is that of the rule which should see it.
enum SilentKind: Int, CaseIterable, Sendable {
    case manyDeprivations = 2
    case oldAndAlone = 3
    case severelyDisabled = 4
    case seriouslyIll = 5
    case childWithOneParent = 6
    case notLocal = 7
    case registeredElsewhere = 8
    case besideHelped = 9
    case foundByNeighbours = 10
    case refusedOnce = 11

    /// Whether a free home may become one of these.
    func fits(_ home: DistrictPlan.Home) -> Bool {
        switch self {
        case .oldAndAlone: home.size == 1
        case .childWithOneParent: home.minors > 0 && home.size <= 4
        case .notLocal: home.size >= 2 && home.size <= 4
        case .manyDeprivations, .severelyDisabled, .seriouslyIll, .registeredElsewhere,
            .besideHelped, .foundByNeighbours, .refusedOnce:
            home.size <= 3
        }
    }

    /// All of them are poor; what else is so depends.
    func deprivations(_ drawn: Deprivations) -> Deprivations {
        let all = drawn.union(.income)
        return switch self {
        case .manyDeprivations: all.union([.housing, .education, .employment])
        case .oldAndAlone: all.union([.participation, .employment])
        case .severelyDisabled: all.union(.disability)
        case .seriouslyIll: all.union(.illness)
        case .childWithOneParent: all.union(.childEnvironment)
        case .refusedOnce: all.union(.participation)
        case .notLocal, .registeredElsewhere, .besideHelped, .foundByNeighbours: all
        }
    }

    var headAges: ClosedRange<Int>? { self == .oldAndAlone ? 80...93 : nil }
}
