import Foundation
import SyncCore
import Testing

@testable import Casework

/// `Vectors` holds households and the answers of `Tests/tables/policy.py`, which was written from
/// the rules' definition alone.
@Suite("Answers of a second evaluator")
struct AnswerVectorTests {
    static func lines(_ name: String) throws -> [String] {
        let folder = URL(filePath: #filePath).deletingLastPathComponent().appending(path: "Vectors")
        let text = try String(contentsOf: folder.appending(path: name), encoding: .utf8)
        return text.split(separator: "\n").map(String.init)
    }

    @Test("are ours, byte for byte", arguments: ["2021-11-01", "2022-07-01"])
    func same(day: String) throws {
        let catalogue = try Catalogue.shipped.get()
        let rulebook = try Rulebook(catalogue, asOf: #require(CalendarDate(day)))
        let households = try Self.lines("households.ndjson")
        let answers = try Self.lines("answers-\(day).ndjson")
        #expect(households.count == 110)
        #expect(answers.count == households.count)
        for (household, expected) in zip(households, answers) {
            let line = try FactsLine(Array(household.utf8), catalogue.facts)
            let json = rulebook.answer(for: line.facts).json(line, catalogue)
            #expect(json.text == expected)
        }
    }
}
