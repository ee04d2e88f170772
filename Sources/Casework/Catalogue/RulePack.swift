internal import Fieldwork
public import SyncCore

/// What an office keeps, tests and publishes: a catalogue with households beside it that show what
/// its rules have to say.
public struct RulePack: Sendable {
    public let catalogue: Catalogue
    public let households: [TestHousehold]

    /// Reads a pack; refuses one of which the catalogue or a household does not hold together.
    public init(_ bytes: [UInt8], hash: Hashing) throws(CatalogueRefusal) {
        (catalogue, households) = try Catalogue.read(bytes, hash: hash) { reader, json, catalogue in
            reader.testHouseholds(json, catalogue)
        }
    }
}

/// A household of a pack with the answers its author worked out by hand.
public struct TestHousehold: Sendable {
    public let id: String
    public let asOf: CalendarDate
    public let line: FactsLine
    public let expected: [Expectation]

    public struct Expectation: Hashable, Sendable {
        /// The person's place; `nil` for the household.
        public let member: Int?
        public let question: Question
        /// `yes`, `no`, `unknown`, or the level's word.
        public let word: String
    }

    public enum Question: Hashable, Sendable {
        /// A programme, by its place in the catalogue.
        case programme(Int)
        case level
    }
}

/// Where the rules say something else than a test household's author.
public struct TestFailure: Hashable, Sendable {
    public let household: String
    /// As the pack calls the person; `nil` for the household.
    public let person: String?
    /// The programme's id; `nil` for the level.
    public let programme: String?
    public let expected: String
    public let found: String
    /// The facts that are missing, by key, where the answer is unknown.
    public let missing: [String]
}

extension RulePack {
    /// Asks each household, and returns where the answer is another than expected, in the order of
    /// the pack.
    public func failures() throws(NoStandard) -> [TestFailure] {
        var failures: [TestFailure] = []
        for household in households {
            let rulebook = try Rulebook(catalogue, asOf: household.asOf)
            let answer = rulebook.answer(for: household.line.facts)
            for expected in household.expected {
                let found = answer.word(expected)
                guard found.word != expected.word else { continue }
                var programme: String?
                if case .programme(let place) = expected.question {
                    programme = catalogue.programmes[place].id
                }
                failures.append(
                    TestFailure(
                        household: household.id,
                        person: expected.member.map { household.line.persons[$0].plain },
                        programme: programme, expected: expected.word, found: found.word,
                        missing: catalogue.facts.keys(found.missing)))
            }
        }
        return failures
    }
}

extension HouseholdAnswer {
    fileprivate func word(
        _ expected: TestHousehold.Expectation
    ) -> (word: String, missing: FactSet) {
        switch (expected.question, expected.member) {
        case (.programme(let place), let member?):
            let answer = members[member][place]
            return (answer.truth.word, answer.missing)
        case (.programme(let place), nil): return (household(place).word, FactSet())
        case (.level, _): return (assessment.level.rawValue, FactSet())
        }
    }
}

extension JSON {
    /// A name of a file of facts as people read it.
    public var plain: String { string ?? text }
}

extension CatalogueReader {
    /// Reads the households of a pack; there need not be any for it to be a catalogue.
    fileprivate mutating func testHouseholds(
        _ json: JSON, _ catalogue: Catalogue
    ) -> [TestHousehold] {
        guard json["households"] != nil else { return [] }
        // Rules that do not hold together can't be asked for a day.
        let isWhole = defects.isEmpty
        return list(json, "households", by: "id") {
            reader, element, id, place -> TestHousehold? in
            guard let day = reader.day(element, "asOf", place) else {
                if element["asOf"] == nil { reader.note(place, .missing("asOf")) }
                return nil
            }
            if isWhole {
                do throws(NoStandard) {
                    _ = try Rulebook(catalogue, asOf: day)
                } catch {
                    reader.note("\(place).asOf", .expected("a day from \(error.from) on"))
                }
            }
            let line: FactsLine
            do throws(FactsLineDefect) {
                line = try FactsLine(element.bytes(), catalogue.facts)
            } catch {
                reader.note(place, .expected("a household with facts: \(error)"))
                return nil
            }
            for key in line.unknownKeys { reader.note("\(place).facts", .unknownFact(key)) }
            var expected = reader.answers(element, nil, catalogue, place)
            for (member, person) in (element["persons"]?.array ?? []).enumerated() {
                expected += reader.answers(
                    person, member, catalogue, "\(place).persons[\(member)]")
            }
            if element["level"] != nil {
                let level: Level = reader.word(element, "level", place, or: .none)
                expected.append(
                    TestHousehold.Expectation(
                        member: nil, question: .level, word: level.rawValue))
            }
            if expected.isEmpty { reader.note(place, .expected("an answer to be held against")) }
            return TestHousehold(id: id, asOf: day, line: line, expected: expected)
        }
    }

    private mutating func answers(
        _ json: JSON, _ member: Int?, _ catalogue: Catalogue, _ place: String
    ) -> [TestHousehold.Expectation] {
        guard let found = json["programmes"] else { return [] }
        guard let members = found.members else {
            note("\(place).programmes", .expected("an answer for each programme"))
            return []
        }
        return members.compactMap { answer in
            let inside = "\(place).programmes.\(answer.key)"
            guard let index = catalogue.programmes.firstIndex(where: { $0.id == answer.key })
            else {
                note(inside, .unknownReference(answer.key))
                return nil
            }
            guard let word = answer.value.string, ["yes", "no", "unknown"].contains(word) else {
                note(inside, .expected("yes, no or unknown"))
                return nil
            }
            return TestHousehold.Expectation(
                member: member, question: .programme(index), word: word)
        }
    }
}
