public import SyncCore

/// What an answer stands on: kept with each stored result, so that it can be worked out again and
/// compared.
public struct Provenance: Hashable, Sendable {
    /// The catalogue's digest.
    public let catalogue: ContentHash
    public let asOf: CalendarDate
    /// The digest of the facts that were known.
    public let facts: ContentHash
}

extension Rulebook {
    /// - Parameter hash: SHA-256.
    public func provenance(of facts: HouseholdFacts, hash: Hashing) -> Provenance {
        Provenance(
            catalogue: catalogue.digest, asOf: asOf,
            facts: hash(facts.canonicalBytes(catalogue.facts)))
    }
}

extension HouseholdFacts {
    /// The known facts as text, one a line, in the order of members and keys: `-` or the member's
    /// place, the key, the value in parts. Equal facts have equal bytes on every machine.
    func canonicalBytes(_ dictionary: FactDictionary) -> [UInt8] {
        var text = "members \(memberCount)\n"
        for slot in dictionary.all where dictionary[slot].scope == .household {
            if let value = household(slot) { text += "- \(dictionary[slot].key) \(value)\n" }
        }
        for member in 0..<memberCount {
            for slot in dictionary.all where dictionary[slot].scope == .person {
                if let value = self.member(member, slot) {
                    text += "\(member) \(dictionary[slot].key) \(value)\n"
                }
            }
        }
        return Array(text.utf8)
    }
}
