import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol

struct MatchCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "What a household may get, what to ask next, and why.",
        discussion: """
            Answers yes, no or unknown by what is recorded here; what nobody has stated counts for
            nothing. A what-if changes nothing that is recorded:
              hazama match K3F2A --what-if h.status=dibao --what-if p.monthlyIncome@7Q2XM=0
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Flag(help: "Say why, for each answer.")
    var explain = false
    @Option(
        help: "Take a fact as known: key=value, or key@PERSON=value; an empty value as unknown.")
    var whatIf: [String] = []

    func run(at desk: Desk) async throws -> ExitStatus {
        let rulebook = try desk.rulebook(policy)
        let gathered = try desk.gather(household, rulebook, assuming: whatIf)
        let catalogue = rulebook.catalogue
        desk.printHeading(gathered, rulebook)
        for (place, person) in gathered.facts.members.enumerated() {
            let match = rulebook.match(gathered.facts.facts, member: place)
            let sheet = MatchSheet(
                match: match, rulebook: rulebook, facts: gathered.facts.facts, member: place,
                words: desk.words(catalogue))
            desk.console.result(
                "\(person.id.short(), .strong)  \(gathered.titles.title(of: person.id), .strong)")
            sheet.print(to: desk.console, explaining: explain)
            desk.console.item(
                "match",
                [
                    JSONMember("household", .string("\(gathered.household)")),
                    JSONMember("person", .string("\(person.id)")),
                    JSONMember("name", .string(gathered.titles.title(of: person.id))),
                ] + sheet.members(explaining: explain))
        }
        let answer = rulebook.answer(for: gathered.facts.facts)
        desk.printQuestions(rulebook.questions(gathered.facts.facts, answer), gathered, catalogue)
        desk.summarise(rulebook, gathered)
        return .done
    }
}

struct AssessCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "assess", abstract: "Score a household's hardship by what is recorded.",
        discussion: "The score is a range while facts are missing; it says which to ask for.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Option(
        help: "Take a fact as known: key=value, or key@PERSON=value; an empty value as unknown.")
    var whatIf: [String] = []

    func run(at desk: Desk) async throws -> ExitStatus {
        let rulebook = try desk.rulebook(policy)
        let gathered = try desk.gather(household, rulebook, assuming: whatIf)
        let definition = rulebook.catalogue.assessment
        let words = desk.words(rulebook.catalogue)
        let answer = rulebook.answer(for: gathered.facts.facts)
        let result = answer.assessment
        desk.printHeading(gathered, rulebook)
        let score =
            result.score.lowerBound == result.score.upperBound
            ? "\(result.score.lowerBound)"
            : "\(result.score.lowerBound) – \(result.score.upperBound)"
        let title = desk.console.text(PolicyPhrase.level)
        desk.console.result(
            "\(title, .dim)  \(words.level(result.level), .strong)  \(score) / 1000")
        var table = Table([
            .init(title: ""), .init(title: desk.console.text(PolicyPhrase.indicator), minimum: 12),
            .init(title: desk.console.text(PolicyPhrase.weight), isRight: true),
            .init(title: "", minimum: 20),
        ])
        let rest = result.indicators.indices.filter { result.indicators[$0].truth == .no }
        for index in result.causes + result.open + rest {
            let indicator = definition.indicators[index]
            let missing = Set(result.indicators[index].missing.map(\.slot)).sorted()
            let truth = result.indicators[index].truth
            table.add([
                Line(words.truth(truth), truth == .no ? .dim : .strong),
                Line(words.text(indicator.name)), Line("\(indicator.weight)"),
                Line(missing.map(words.name).joined(separator: " · "), .attention),
            ])
        }
        desk.console.result(table)
        desk.console.item(
            "assessment",
            [
                "household": .string("\(gathered.household)"),
                "score": .object([
                    "low": .integer(result.score.lowerBound),
                    "high": .integer(result.score.upperBound),
                ]), "level": .string(result.level.rawValue),
                "causes": .array(result.causes.map { .string(definition.indicators[$0].id) }),
                "open": .array(result.open.map { .string(definition.indicators[$0].id) }),
                "dimensions": .array(result.dimensions(definition).map { .string($0) }),
            ])
        if result.level == .pending {
            desk.printQuestions(
                rulebook.questions(gathered.facts.facts, answer), gathered, rulebook.catalogue)
        }
        desk.summarise(rulebook, gathered)
        return .done
    }
}
