/// Reads facts that were gathered with one catalogue as another has them: by key, and choices by
/// their word. What the other does not have, or has of another kind, is not known there.
struct FactTranslation: Sendable {
    private let target: FactDictionary
    /// For each slot of the target, where to look and how its choices are numbered there.
    private let sources: [(slot: FactSlot, from: FactSlot, choices: [Int64?]?)]
    private let isSame: Bool

    init(from source: FactDictionary, to target: FactDictionary) {
        self.target = target
        isSame = source == target
        sources = target.all.compactMap { slot in
            let definition = target[slot]
            guard let from = source.slot(of: definition.key),
                source[from].scope == definition.scope
            else { return nil }
            switch (source[from].kind, definition.kind) {
            case (.choice(let old), .choice(let new)):
                return (slot, from, old.map { new.firstIndex(of: $0).map(Int64.init) })
            case (let old, let new): return old == new ? (slot, from, nil) : nil
            }
        }
    }

    func callAsFunction(_ facts: HouseholdFacts) -> HouseholdFacts {
        if isSame { return facts }
        var draft = HouseholdFacts.Draft(members: facts.memberCount, of: target)
        for (slot, from, choices) in sources {
            func value(_ parts: Int64?) -> Int64? {
                guard let parts, let choices else { return parts }
                return choices[Int(parts)]
            }
            if target[slot].scope == .household {
                draft[slot] = value(facts.household(from))
            } else {
                for member in 0..<facts.memberCount {
                    draft[slot, member] = value(facts.member(member, from))
                }
            }
        }
        return draft.facts
    }
}
