public import SyncCore

/// One household of a file of facts: `{"id":…,"facts":{"h.…":v},"persons":[{"id":…,"facts":…}]}`.
public struct FactsLine: Sendable {
    /// Whatever the file calls it; given back as it came.
    public let id: JSON
    public let persons: [JSON]
    public let facts: HouseholdFacts
    /// Keys the catalogue does not have: left out, for nothing asks for them. Sorted.
    public let unknownKeys: [String]

    /// How many persons a household may have.
    public static let maximumPersons = 1000

    /// Reads a line. A fact that is absent or null is not known.
    public init(_ bytes: [UInt8], _ dictionary: FactDictionary) throws(FactsLineDefect) {
        let json: JSON
        do {
            json = try JSON.parse(bytes, maximumDepth: 8)
        } catch {
            throw FactsLineDefect(place: "", reason: .notJSON(error))
        }
        guard json.members != nil else {
            throw FactsLineDefect(place: "", reason: .expected("an object"))
        }
        id = try Self.id(json, "id")
        var people: [JSON] = []
        if let found = json["persons"], !found.isNull {
            guard let array = found.array else {
                throw FactsLineDefect(place: "persons", reason: .expected("a list"))
            }
            people = array
        }
        guard people.count <= Self.maximumPersons else {
            throw FactsLineDefect(place: "persons", reason: .tooMany)
        }
        var draft = HouseholdFacts.Draft(members: people.count, of: dictionary)
        var unknown: Set<String> = []
        try Self.read(json, nil, "", &draft, &unknown)
        var ids: [JSON] = []
        for (member, person) in people.enumerated() {
            let place = "persons[\(member)]"
            guard person.members != nil else {
                throw FactsLineDefect(place: place, reason: .expected("an object"))
            }
            ids.append(try Self.id(person, "\(place).id"))
            try Self.read(person, member, "\(place).", &draft, &unknown)
        }
        persons = ids
        facts = draft.facts
        unknownKeys = unknown.sorted()
    }

    private static func id(_ json: JSON, _ place: String) throws(FactsLineDefect) -> JSON {
        switch json["id"] {
        case .string(let text)?: return .string(text)
        case .integer(let number)?: return .integer(number)
        default: throw FactsLineDefect(place: place, reason: .expected("words or a whole number"))
        }
    }

    private static func read(
        _ json: JSON, _ member: Int?, _ place: String, _ draft: inout HouseholdFacts.Draft,
        _ unknown: inout Set<String>
    ) throws(FactsLineDefect) {
        guard let found = json["facts"], !found.isNull else { return }
        guard let facts = found.members else {
            throw FactsLineDefect(place: "\(place)facts", reason: .expected("an object"))
        }
        for fact in facts {
            guard let slot = draft.dictionary.slot(of: fact.key) else {
                unknown.insert(fact.key)
                continue
            }
            let place = "\(place)facts.\(fact.key)"
            let definition = draft.dictionary[slot]
            guard (definition.scope == .person) == (member != nil) else {
                let owner = definition.scope == .person ? "a person" : "the household"
                throw FactsLineDefect(place: place, reason: .expected("a fact of \(owner)"))
            }
            if fact.value.isNull { continue }
            do {
                draft[slot, member] = try definition.kind.parts(fact.value)
            } catch {
                throw FactsLineDefect(place: place, reason: .value(error, definition.kind))
            }
        }
    }
}

/// Why a line of facts can't be answered. Nothing of it is guessed.
public struct FactsLineDefect: Error, Hashable, Sendable, CustomStringConvertible {
    /// Where in the line: `persons[1].facts.p.age`; empty for the line itself.
    public let place: String
    public let reason: Reason

    public enum Reason: Hashable, Sendable {
        case notJSON(JSONError)
        case expected(String)
        case value(FactValueError, FactDefinition.Kind)
        case tooMany
    }

    public var description: String {
        let detail =
            switch reason {
            case .notJSON(let error): "no JSON: \(error.reason) at byte \(error.offset)"
            case .expected(let what): "expected \(what)"
            case .value(.wrongKind, let kind): "no value of this fact, which is \(kind.word)"
            case .value(.fraction, .money): "finer than a fen"
            case .value(.fraction, .number): "finer than a thousandth, or not written plainly"
            case .value(.fraction, _): "not a whole number"
            case .value(.outOfRange, _): "out of range"
            case .tooMany: "too many persons"
            }
        return place.isEmpty ? detail : "\(place): \(detail)"
    }
}
