public import Fieldwork
public import SyncCore

/// What the records of one household say on a day, each fact with the record it stands in.
public struct GatheredFacts: Sendable {
    public let facts: HouseholdFacts
    /// The members by their place in `facts`, in the order of their ids.
    public let members: [Person]
    /// Where each stated fact comes from. What was worked out, or stands in a household's or
    /// person's own record, is not in it.
    public let sources: [MissingFact: RecordID]
    /// Facts somebody objects to: not known until a person has looked.
    public let disputed: [MissingFact]
    /// Facts of a lower source that took over from a higher one because they hold from a later
    /// day: for a person to look at.
    public let reviews: [Review]
    /// Keys that this catalogue does not have, or whose newest value it can't take; sorted. The
    /// latter are not known: an older statement is not true again because a newer one can't be
    /// read.
    public let unread: [String]
    /// Facts that nobody has stated and a tag makes likely, with the record of the tag: hints, and
    /// what a match says by them is a clue.
    public internal(set) var likely: [MissingFact: RecordID] = [:]

    /// What a decision by these facts was computed from, to be sealed with it: should another
    /// change any of it without knowing of the decision, people are asked.
    ///
    /// - Parameters:
    ///   - household: the one they were gathered of.
    ///   - facts: the records that they were gathered from.
    public func premises(_ household: Household, _ facts: [Fact]) -> [Premise] {
        let used = Set(sources.values)
        var units: [(state: RecordState, unit: UnitID)] = [
            Household.Field.monthlyIncome, .memberCount,
        ].map { (household.state, $0.id) }
        for person in members {
            for unit in [Person.Field.birth, .sex, .deceased] {
                units.append((person.state, unit.id))
            }
        }
        for fact in facts where used.contains(fact.id) || fact.isDisputed {
            for unit in [Fact.Field.statement, .isDisputed] { units.append((fact.state, unit.id)) }
        }
        return units.map { state, unit in
            var heads: [ChangeSetName] = []
            if case .register(let register)? = state[unit] {
                heads = register.heads.map(\.origin.name)
            }
            return Premise(record: state.record, unit: unit, heads: heads)
        }
    }

    public struct Review: Hashable, Sendable {
        public let fact: MissingFact
        public let current: RecordID
        public let other: RecordID
    }
}

extension Catalogue {
    /// Gathers what is known of a household as of a day.
    ///
    /// Of several statements of one fact that with the latest effective day holds; of one day that
    /// of the highest source; of one source the one recorded last.
    ///
    /// - Parameters:
    ///   - persons: the records that lie with the household. Who its list of members, where it has
    ///     one, has left out on that day, and who had died, is none of its members.
    ///   - facts: the records of facts that lie with it, in any order.
    ///   - taggings: the tags of the household and its members.
    ///   - assumptions: what is to be taken as known whatever is stated, for a what-if.
    public func gather(
        _ household: Household, persons: [Person], facts: [Fact], taggings: [Tagging] = [],
        asOf day: CalendarDate, assuming assumptions: [Assumption] = []
    ) -> GatheredFacts {
        let members = household.members(among: persons, on: day)
        var draft = HouseholdFacts.Draft(members: members.count, of: self.facts)
        let places = Dictionary(
            uniqueKeysWithValues: members.enumerated().map { ($0.element.id, $0.offset) })
        // What people still have to decide is not known.
        if let size = self.facts.slot(of: "h.size"), let count = household.memberCount,
            !household.isDisputed(.memberCount)
        {
            draft[size] = Int64(count)
        }
        var statements: [MissingFact: [Stated]] = [:]
        var unread: Set<String> = []
        if let sex = self.facts.slot(of: "p.sex") {
            for (place, person) in members.enumerated() {
                guard let word = person.sex?.rawValue else { continue }
                do {
                    draft[sex, place] = try self.facts[sex].kind.parts(.choice(word))
                } catch { unread.insert("p.sex") }
            }
        }
        for fact in facts where fact.voidReason == nil {
            guard let key = fact.key, let statement = fact.statement, statement.effective <= day
            else { continue }
            guard let slot = self.facts.slot(of: key) else {
                unread.insert(key)
                continue
            }
            var member: Int?
            if self.facts[slot].scope == .person {
                guard let place = fact.subject.flatMap({ places[$0] }) else { continue }
                member = place
            }
            let parts: Int64?
            do {
                parts = try self.facts[slot].kind.parts(statement.content)
            } catch { parts = nil }
            statements[MissingFact(slot, member: member), default: []].append(
                Stated(
                    record: fact.id,
                    recorded: fact.state.created?.time ?? CorrectedTime(clamping: 0), parts: parts,
                    effective: statement.effective,
                    rank: statement.source.rank, isDisputed: fact.isDisputed))
        }

        var sources: [MissingFact: RecordID] = [:]
        var disputed: [MissingFact] = []
        var reviews: [GatheredFacts.Review] = []
        for (fact, stated) in statements {
            guard let current = stated.max(by: Stated.isLess) else { continue }
            if current.isDisputed {
                disputed.append(fact)
                draft[fact.slot, fact.member] = nil
                continue
            }
            draft[fact.slot, fact.member] = current.parts
            guard current.parts != nil else {
                unread.insert(self.facts[fact.slot].key)
                continue
            }
            sources[fact] = current.record
            let higher = stated.filter {
                $0.rank < current.rank && $0.parts != current.parts && !$0.isDisputed
            }
            if let other = higher.max(by: Stated.isLess) {
                reviews.append(
                    GatheredFacts.Review(
                        fact: fact, current: current.record, other: other.record))
            }
        }

        var likely: [MissingFact: RecordID] = [:]
        for tagging in taggings.sorted(by: { $0.id < $1.id }) where tagging.isGiven(on: day) {
            for meaning in tagging.tag.flatMap(tag)?.means ?? [] {
                let isPersonal = self.facts[meaning.fact].scope == .person
                let member = isPersonal ? tagging.subject.flatMap { places[$0] } : nil
                let fact = MissingFact(meaning.fact, member: member)
                // Whatever was said of it, and be it objected to, is said by somebody.
                guard !isPersonal || member != nil, statements[fact] == nil,
                    draft[meaning.fact, member] == nil
                else { continue }
                draft[meaning.fact, member] = meaning.parts
                likely[fact] = tagging.id
            }
        }

        let assumed = assumptions.filter { $0.applies(to: members.count) }
        let age = self.facts.slot(of: "p.age")
        let births = members.enumerated().map { place, person in
            assumed.contains { $0.fact.slot == age && $0.fact.member == place }
                ? nil : person.birth
        }
        // Before, so that what follows from it follows; and after, for it counts more than that.
        draft.assume(assumed)
        Derivation(self, asOf: day).apply(to: &draft, births: births)
        if let slot = self.facts.slot(of: "h.incomePerCapita"), draft[slot] == nil,
            !disputed.contains(MissingFact(slot))
        {
            draft[slot] = incomePerHead(of: household, draft)
        }
        draft.assume(assumed)
        return GatheredFacts(
            facts: draft.facts, members: members, sources: sources, disputed: disputed.sorted(),
            reviews: reviews.sorted { $0.fact < $1.fact }, unread: unread.sorted(),
            likely: likely)
    }
}

extension Catalogue {
    /// What the household's own record says they live on, a head: less than any statement of the
    /// fact counts, and more than to ask again at the door. `nil` where it is disputed, or nobody
    /// knows how many live on it.
    fileprivate func incomePerHead(
        of household: Household, _ draft: HouseholdFacts.Draft
    ) -> Int64? {
        guard !household.isDisputed(.monthlyIncome), let income = household.monthlyIncome,
            let size = facts.slot(of: "h.size").flatMap({ draft[$0] }), size > 0
        else { return nil }
        return income.amount.fen / size
    }
}

/// A fact taken as known for a what-if; `nil` parts take it as not known.
public struct Assumption: Hashable, Sendable {
    public let fact: MissingFact
    public let parts: Int64?

    public init(_ fact: MissingFact, parts: Int64?) { (self.fact, self.parts) = (fact, parts) }

    fileprivate func applies(to members: Int) -> Bool { fact.member.map { $0 < members } ?? true }
}

extension HouseholdFacts.Draft {
    fileprivate mutating func assume(_ assumptions: [Assumption]) {
        for assumption in assumptions {
            self[assumption.fact.slot, assumption.fact.member] = assumption.parts
        }
    }
}

/// One statement of a fact.
private struct Stated {
    let record: RecordID
    /// When it was written down.
    let recorded: CorrectedTime
    /// `nil` where its content is none that its fact can have.
    let parts: Int64?
    let effective: CalendarDate
    /// Of its source, the highest 0.
    let rank: Int
    let isDisputed: Bool

    /// Whether the right one holds rather than the left.
    static func isLess(_ left: Stated, _ right: Stated) -> Bool {
        if left.effective != right.effective { return left.effective < right.effective }
        if left.rank != right.rank { return left.rank > right.rank }
        if left.recorded != right.recorded { return left.recorded < right.recorded }
        return left.record < right.record
    }
}

extension Fact.Source {
    /// The highest is 0.
    fileprivate var rank: Int { Self.allCases.firstIndex(of: self) ?? Self.allCases.count }
}

extension FactDefinition.Kind {
    /// The number that stands for what a record of a fact holds.
    public func parts(_ content: Fact.Content) throws(FactValueError) -> Int64 {
        switch (self, content) {
        case (.flag, .flag(let flag)): return try parts(FactValue.flag(flag))
        case (.choice, .word(let word)): return try parts(FactValue.choice(word))
        case (.count, .number(let number)): return try parts(FactValue.count(number))
        case (.number, .number(let number)): return try parts(FactValue.number(number))
        case (.money, .number(let number)): return try parts(FactValue.money(number))
        default: throw .wrongKind
        }
    }
}

extension Tagging {
    fileprivate func isGiven(on day: CalendarDate) -> Bool {
        voidReason == nil && from.map { $0 <= day } ?? false && to.map { day <= $0 } ?? true
    }
}

extension Household {
    /// Who of these belonged to it on a day, in the order of ids.
    fileprivate func members(among persons: [Person], on day: CalendarDate) -> [Person] {
        let listed = members
        return persons.filter { person in
            if person.voidReason != nil { return false }
            if let death = person.deceased, death < day { return false }
            let spans = listed.filter { $0.person == person.id }
            if spans.isEmpty { return listed.isEmpty }
            return spans.contains {
                $0.from.map { $0 <= day } ?? true && $0.to.map { day <= $0 } ?? true
            }
        }.sorted { $0.id < $1.id }
    }
}
