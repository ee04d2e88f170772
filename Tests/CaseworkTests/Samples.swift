import SyncCore
import Testing

@testable import Casework

extension Catalogue {
    /// The one the programs carry. Its version is of no matter here, so no hash is computed.
    static let shipped = Result { try Catalogue(Array(shippedText.utf8)) { _ in .none } }
}

/// A household of a story, written as a line of a file of facts.
struct Story {
    let line: FactsLine
    let rulebook: Rulebook

    init(_ text: String, asOf day: String) throws {
        let catalogue = try Catalogue.shipped.get()
        line = try FactsLine(Array(text.utf8), catalogue.facts)
        #expect(line.unknownKeys == [])
        rulebook = try Rulebook(catalogue, asOf: #require(CalendarDate(day)))
    }

    init(facts: HouseholdFacts, like story: Story) {
        (line, rulebook) = (story.line, story.rulebook)
        changed = facts
    }

    private var changed: HouseholdFacts?
    var facts: HouseholdFacts { changed ?? line.facts }
    var catalogue: Catalogue { rulebook.catalogue }

    /// The story with other values; `nil` takes what was known away.
    func with(_ values: [String: JSON?], member: Int? = nil) throws -> Story {
        var draft = HouseholdFacts.Draft(facts, of: catalogue.facts)
        for (key, value) in values {
            let slot = try #require(catalogue.facts.slot(of: key))
            draft[slot, member] = try value.map { try catalogue.facts[slot].kind.parts($0) }
        }
        return Story(facts: draft.facts, like: self)
    }

    func match(_ member: Int = 0) -> Match { rulebook.match(facts, member: member) }

    /// The ids of the programmes that stand so.
    func programmes(
        _ member: Int = 0, _ isWanted: (ProgrammeMatch.Standing) -> Bool
    ) -> [String] {
        match(member).programmes.enumerated().filter { isWanted($0.element.standing) }
            .map { catalogue.programmes[$0.offset].id }
    }
    func proposed(_ member: Int = 0) -> [String] { programmes(member) { $0 == .proposed } }
    func open(_ member: Int = 0) -> [String] { programmes(member) { $0 == .open } }
    func superseded(_ member: Int = 0) -> [String] {
        programmes(member) { if case .superseded = $0 { true } else { false } }
    }
    func alsoOpens(_ member: Int = 0) -> [String] {
        match(member).alsoOpens.map { catalogue.programmes[$0].id }
    }
    func missing(_ id: String, _ member: Int = 0) throws -> [String] {
        let index = try #require(catalogue.programmes.firstIndex { $0.id == id })
        return catalogue.facts.keys(match(member).programmes[index].answer.missing)
    }
    func amount(_ id: String, _ member: Int = 0) throws -> AmountAnswer? {
        let index = try #require(catalogue.programmes.firstIndex { $0.id == id })
        return match(member).programmes[index].amount
    }
    var assessment: AssessmentResult { rulebook.assessment(of: facts) }
    func indicators(_ places: [Int]) -> [String] {
        places.map { catalogue.assessment.indicators[$0].id }
    }
}
