internal import Fieldwork
public import SyncCore

/// Which decisions would be others under other rules: of each household what every programme says,
/// and its level, with the facts held as they are.
public struct Reevaluation: Sendable {
    /// One decision that would differ.
    public struct Decision: Hashable, Sendable {
        public let household: RecordID
        /// The programme's id; `nil` for the level.
        public let programme: String?
        /// `yes`, `no`, `unknown`, or the level's word.
        public let before: String
        public let after: String
        /// Of how many persons; all of them for the level.
        public let persons: Int
    }

    /// How many of a programme's decisions would differ.
    public struct Count: Hashable, Sendable {
        public let programme: String
        public internal(set) var gainedHouseholds = 0
        public internal(set) var gainedPersons = 0
        public internal(set) var lostHouseholds = 0
        public internal(set) var lostPersons = 0
        /// Would be asked for facts that nobody needed before.
        public internal(set) var askedHouseholds = 0
    }

    public let before: (catalogue: ContentHash, asOf: CalendarDate)
    public let after: (catalogue: ContentHash, asOf: CalendarDate)
    /// By household, then in the order of the catalogue, the level last.
    public let decisions: [Decision]
    /// In the order of the catalogue; programmes of which nothing differs are left out.
    public let counts: [Count]
    public let households: Int

    /// - Parameter entries: gathered with the catalogue of `after`, in any order.
    public init(from old: Rulebook, to new: Rulebook, of entries: [HouseholdEntry]) {
        let comparison = RuleComparison(from: old, to: new, readingFactsOf: new.catalogue)
        var decisions: [Decision] = []
        var counts = comparison.programmes.map(Count.init)
        var households = 0
        for entry in entries.sorted(by: { $0.household < $1.household }) {
            let (earlier, later) = comparison.answers(entry.facts)
            let count = decisions.count
            for (place, programme) in comparison.programmes.enumerated() {
                let change = comparison.change(place, earlier, later)
                counts[place].add(change)
                guard let (was, now) = change.household else { continue }
                decisions.append(
                    Decision(
                        household: entry.household, programme: programme, before: was.word,
                        after: now.word, persons: change.persons))
            }
            let (level, newLevel) = (earlier.assessment.level, later.assessment.level)
            if level != newLevel {
                decisions.append(
                    Decision(
                        household: entry.household, programme: nil, before: level.rawValue,
                        after: newLevel.rawValue, persons: entry.facts.memberCount))
            }
            if decisions.count > count { households += 1 }
        }
        before = (old.catalogue.digest, old.asOf)
        after = (new.catalogue.digest, new.asOf)
        self.decisions = decisions
        self.counts = counts.filter { $0 != Count(programme: $0.programme) }
        self.households = households
    }

    /// As it is sent, without its digest.
    public var json: JSON {
        .object([
            "before": .string("\(before.catalogue)"), "from": .string("\(before.asOf)"),
            "after": .string("\(after.catalogue)"), "as_of": .string("\(after.asOf)"),
            "households": .integer(Int64(households)),
            "decisions": .array(decisions.map(\.json)),
            "programmes": .array(counts.map(\.json)),
        ])
    }
}

extension Reevaluation.Count {
    init(programme: String) { self.programme = programme }

    fileprivate mutating func add(_ change: RuleComparison.Change) {
        gainedPersons += change.gained
        lostPersons += change.lost
        guard let (was, now) = change.household else { return }
        switch (was, now) {
        case (_, .yes): gainedHouseholds += 1
        case (.yes, _): lostHouseholds += 1
        case (_, .unknown): askedHouseholds += 1
        case (_, .no): break
        }
    }

    fileprivate var json: JSON {
        .object([
            "programme": .string(programme),
            "gained_households": .integer(Int64(gainedHouseholds)),
            "gained_persons": .integer(Int64(gainedPersons)),
            "lost_households": .integer(Int64(lostHouseholds)),
            "lost_persons": .integer(Int64(lostPersons)),
            "asked_households": .integer(Int64(askedHouseholds)),
        ])
    }
}

extension Reevaluation.Decision {
    fileprivate var json: JSON {
        .object([
            "household": .string("\(household)"),
            "programme": programme.map { .string($0) } ?? .null, "before": .string(before),
            "after": .string(after), "persons": .integer(Int64(persons)),
        ])
    }
}

/// Two rulebooks side by side, asked with the same facts.
struct RuleComparison: Sendable {
    private let old: Rulebook
    private let new: Rulebook
    private let toOld: FactTranslation
    private let toNew: FactTranslation
    /// Of both, the new ones first and in their order.
    let programmes: [String]
    private let places: [(old: Int?, new: Int?)]

    /// What a programme says of one household before and after.
    struct Change {
        /// `nil` where it says the same of the household and of each member.
        let household: (Truth, Truth)?
        let persons: Int
        let gained: Int
        let lost: Int
    }

    init(from old: Rulebook, to new: Rulebook, readingFactsOf catalogue: Catalogue) {
        (self.old, self.new) = (old, new)
        toOld = FactTranslation(from: catalogue.facts, to: old.catalogue.facts)
        toNew = FactTranslation(from: catalogue.facts, to: new.catalogue.facts)
        let known = Set(new.catalogue.programmes.map(\.id))
        programmes =
            new.catalogue.programmes.map(\.id)
            + old.catalogue.programmes.map(\.id).filter { !known.contains($0) }
        places = programmes.map { id in
            (
                old.catalogue.programmes.firstIndex { $0.id == id },
                new.catalogue.programmes.firstIndex { $0.id == id }
            )
        }
    }

    func answers(_ facts: HouseholdFacts) -> (old: HouseholdAnswer, new: HouseholdAnswer) {
        (old.answer(for: toOld(facts)), new.answer(for: toNew(facts)))
    }

    /// A programme that there is not says no.
    func change(_ place: Int, _ earlier: HouseholdAnswer, _ later: HouseholdAnswer) -> Change {
        var (was, now) = (Truth.no, Truth.no)
        var (persons, gained, lost) = (0, 0, 0)
        for member in later.members.indices {
            let before = places[place].old.map { earlier.members[member][$0].truth } ?? .no
            let after = places[place].new.map { later.members[member][$0].truth } ?? .no
            (was, now) = (max(was, before), max(now, after))
            guard before != after else { continue }
            persons += 1
            if after == .yes { gained += 1 }
            if before == .yes { lost += 1 }
        }
        return Change(
            household: persons > 0 ? (was, now) : nil, persons: persons, gained: gained,
            lost: lost)
    }
}
