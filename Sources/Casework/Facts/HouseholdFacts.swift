/// What is known of one household and its members, ready for rules.
///
/// A value is a whole number, as its fact's kind has it; what is not known has none, and is never
/// taken for zero or for no.
public struct HouseholdFacts: Hashable, Sendable {
    /// The household's row, with nothing of any person, then one row for each member. A member's
    /// row repeats the household's facts, so that a rule looks in one place.
    let values: [Int64]
    let width: Int
    public let memberCount: Int

    /// Stands for what is not known.
    static let unknown = Int64.min

    /// Where in `values` a member's row begins.
    func base(ofMember member: Int) -> Int { (member + 1) * width }

    public func household(_ slot: FactSlot) -> Int64? { value(at: slot.index) }

    /// A person's fact, or the household's, as the member at this place has it.
    public func member(_ member: Int, _ slot: FactSlot) -> Int64? {
        value(at: base(ofMember: member) + slot.index)
    }

    private func value(at index: Int) -> Int64? {
        let value = values[index]
        return value == Self.unknown ? nil : value
    }

    /// - Parameter width: how many facts there are; a catalogue that is refused may have none.
    init(values: [Int64], members: Int, width: Int) {
        precondition(values.count == (members + 1) * width, "rows of one width")
        (self.values, self.width) = (values, width)
        memberCount = members
    }
}

extension HouseholdFacts {
    /// Facts being gathered, in any order.
    public struct Draft: Sendable {
        public let dictionary: FactDictionary
        public let memberCount: Int
        private var values: [Int64]

        /// Nothing is known yet.
        public init(members: Int, of dictionary: FactDictionary) {
            (self.dictionary, memberCount) = (dictionary, members)
            values = [Int64](
                repeating: HouseholdFacts.unknown, count: (members + 1) * dictionary.count)
        }

        public init(_ facts: HouseholdFacts, of dictionary: FactDictionary) {
            precondition(facts.width == dictionary.count, "facts of another catalogue")
            (self.dictionary, memberCount, values) = (dictionary, facts.memberCount, facts.values)
        }

        public var facts: HouseholdFacts {
            HouseholdFacts(values: values, members: memberCount, width: dictionary.count)
        }

        /// `nil` is not known. A household's fact has no member, a person's has one: anything
        /// else is a bug.
        public subscript(slot: FactSlot, member: Int? = nil) -> Int64? {
            get {
                let value = values[index(slot, member)]
                return value == HouseholdFacts.unknown ? nil : value
            }
            set {
                let value = newValue ?? HouseholdFacts.unknown
                let first = index(slot, member)
                values[first] = value
                guard member == nil else { return }
                for other in 0..<memberCount { values[index(slot, other)] = value }
            }
        }

        public mutating func set(
            _ slot: FactSlot, _ value: FactValue?, member: Int? = nil
        ) throws(FactValueError) {
            guard let value else {
                self[slot, member] = nil
                return
            }
            self[slot, member] = try dictionary[slot].kind.parts(value)
        }

        private func index(_ slot: FactSlot, _ member: Int?) -> Int {
            precondition(
                member != nil || dictionary[slot].scope == .household, "a person's fact")
            return ((member ?? -1) + 1) * dictionary.count + slot.index
        }
    }
}
