public import SyncCore

/// Works out the facts that follow from others, as of a day.
///
/// A fact is worked out only where all it follows from is known; otherwise what was stated stays.
/// Quotients are rounded down, so that comparing them with a line by `<` or `>=` gives what the
/// exact quotient would.
public struct Derivation: Sendable {
    private let dictionary: FactDictionary
    private let asOf: CalendarDate
    /// Fen each member may earn without it counting, and from which earning on.
    private let disregard: Int64?
    private let leastWage: Int64?

    public init(_ catalogue: Catalogue, asOf day: CalendarDate) {
        dictionary = catalogue.facts
        asOf = day
        func money(_ key: String) -> Int64? {
            catalogue.parameter(key).flatMap { catalogue[$0].value(on: day)?.value }
        }
        (disregard, leastWage) = (money("work.disregard"), money("wage.min"))
    }

    /// Fills in what follows.
    ///
    /// - Parameter births: of the members, in their order; `nil` for one that is not known.
    public func apply(to draft: inout HouseholdFacts.Draft, births: [CalendarDate?]) {
        precondition(births.count == draft.memberCount, "a birth or nil for each member")
        if let age = dictionary.slot(of: "p.age") {
            for (member, birth) in births.enumerated() {
                guard let birth, let years = birth.fullYears(to: asOf) else { continue }
                draft[age, member] = years
            }
        }
        guard let size = value("h.size", draft), size > 0 else { return }
        // Who is not listed has an age and an income too.
        let isComplete = size == Int64(draft.memberCount)
        if isComplete, let ages = values("p.age", draft) {
            set("h.under16", Int64(ages.count { $0 < 16 }), &draft)
        }
        if isComplete, let incomes = values("p.monthlyIncome", draft), let disregard, let leastWage
        {
            let counted = incomes.map { $0 >= leastWage ? $0 - disregard : $0 }
            set("h.incomePerCapita", counted.reduce(0, +).dividedDown(by: size), &draft)
        }
        if let minors = value("h.minors", draft) {
            set("h.minorShare", (minors * 1000).dividedDown(by: size), &draft)
        }
        guard let medical = value("h.medicalYear", draft), let income = value("h.incomeYear", draft)
        else { return }
        // Of an income below one yuan as of one yuan.
        set("h.medicalShare", (medical * 1000).dividedDown(by: max(income, 100)), &draft)
        if let education = value("h.educationYear", draft) {
            let left = income - medical - education
            set("h.netAfterRigidPerCapita", left.dividedDown(by: 12 * size), &draft)
        }
    }

    private func value(_ key: String, _ draft: HouseholdFacts.Draft) -> Int64? {
        dictionary.slot(of: key).flatMap { draft[$0] }
    }

    /// All members' values; `nil` where one is not known.
    private func values(_ key: String, _ draft: HouseholdFacts.Draft) -> [Int64]? {
        guard let slot = dictionary.slot(of: key) else { return nil }
        let known = (0..<draft.memberCount).compactMap { draft[slot, $0] }
        return known.count == draft.memberCount ? known : nil
    }

    private func set(_ key: String, _ value: Int64, _ draft: inout HouseholdFacts.Draft) {
        guard let slot = dictionary.slot(of: key), dictionary[slot].scope == .household else {
            return
        }
        let range = FactValue.range
        draft[slot] = min(max(value, range.lowerBound), range.upperBound)
    }
}

extension CalendarDate {
    /// Whole years from this day to another; `nil` where that lies before. Who was born on
    /// 29 February is a year older on 1 March of a common year.
    public func fullYears(to day: CalendarDate) -> Int64? {
        guard self <= day else { return nil }
        let isBefore = (day.month, day.day) < (month, self.day)
        return Int64(day.year - year - (isBefore ? 1 : 0))
    }
}

extension Int64 {
    /// The greatest whole number that is not more than the quotient.
    fileprivate func dividedDown(by divisor: Int64) -> Int64 {
        let (quotient, remainder) = quotientAndRemainder(dividingBy: divisor)
        return remainder < 0 ? quotient - 1 : quotient
    }
}
