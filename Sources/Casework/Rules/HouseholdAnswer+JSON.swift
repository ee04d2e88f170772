internal import Fieldwork
public import SyncCore

extension HouseholdAnswer {
    /// The answer as a file of answers has it, beside the names its household came with.
    ///
    /// - Parameter further: what others have to say of the household, put behind the level.
    public func json(
        _ line: FactsLine, _ catalogue: Catalogue, further: [JSONMember] = []
    ) -> JSON {
        let persons = zip(line.persons, members).map { id, answers in
            let programmes = zip(catalogue.programmes, answers).map { programme, answer in
                JSONMember(programme.id, answer.json(catalogue.facts))
            }
            return JSON.object(["id": id, "programmes": .object(programmes)])
        }
        let score: JSON = .object([
            "low": .integer(assessment.score.lowerBound),
            "high": .integer(assessment.score.upperBound),
        ])
        return .object(
            [
                JSONMember("id", line.id), JSONMember("persons", .array(persons)),
                JSONMember("score", score),
                JSONMember("level", .string(assessment.level.rawValue)),
            ] + further)
    }
}

extension RuleAnswer {
    /// `{"answer":"yes|no|unknown","missing":[…]}`, with the keys sorted.
    public func json(_ dictionary: FactDictionary) -> JSON {
        .object([
            "answer": .string(truth.word),
            "missing": .array(dictionary.keys(missing).map { .string($0) }),
        ])
    }
}

extension Truth {
    public var word: String {
        switch self {
        case .no: "no"
        case .unknown: "unknown"
        case .yes: "yes"
        }
    }
}
