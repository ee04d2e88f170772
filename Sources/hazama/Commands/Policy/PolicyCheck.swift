import ArgumentParser
import Casework
import SyncCore

struct PolicyCheck: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "check",
        abstract: "Answer for households in a file; needs no store and no network.",
        discussion: """
            One household a line: {"id":1,"facts":{"h.size":2},"persons":[{"id":1,"facts":{"p.age":59}}]}
            What is absent or null is not known. Money is in yuan: 1330 or 1330.50.
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Option(help: "The file with the facts; - is what comes in.")
    var facts: String

    /// Enough for the most persons a household may have.
    private static let lineLimit = 4_000_000
    /// How many keys are named that the catalogue does not have.
    private static let namedKeys = 20

    func run(at desk: Desk) async throws -> ExitStatus {
        let rulebook = try desk.rulebook(policy)
        let catalogue = rulebook.catalogue
        let discovery = try desk.discovery(rulebook)
        var lines = try LineReader(facts, limit: Self.lineLimit)
        var (number, answered, bad) = (0, 0, 0)
        var leftOut: Set<String> = []
        while let next = try lines.next() {
            number += 1
            switch next {
            case .tooLong:
                bad += 1
                let size = Formats.bytes(Int64(Self.lineLimit))
                report(number, desk.console.text(.lineTooLong, ["size": size]), desk)
            case .line(let bytes):
                if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x0d || $0 == 0x09 }) { continue }
                do {
                    let line = try FactsLine(bytes, catalogue.facts)
                    for key in line.unknownKeys where leftOut.count < Self.namedKeys {
                        leftOut.insert(key)
                    }
                    answered += 1
                    tell(
                        line, discovery.situation(line.facts), catalogue, desk)
                } catch {
                    bad += 1
                    report(number, "\(error)", desk)
                }
            }
        }
        if !leftOut.isEmpty {
            let keys = leftOut.sorted().joined(separator: ", ")
            desk.console.hint("\(.conflict) \(desk.console.text(.keysLeftOut, ["keys": keys]))")
        }
        desk.console.hint(
            Line(
                desk.console.text(
                    .linesAnswered,
                    ["n": "\(answered)", "day": "\(rulebook.asOf)", "bad": "\(bad)"])))
        desk.console.summarise([
            "households": .integer(Int64(answered)), "refused": .integer(Int64(bad)),
            "leftOut": .array(leftOut.sorted().map { .string($0) }),
            "asOf": .string("\(rulebook.asOf)"), "catalogue": .string("\(catalogue.digest)"),
        ])
        return bad == 0 ? .done : .partly
    }

    private func tell(
        _ line: FactsLine, _ situation: Situation, _ catalogue: Casework.Catalogue, _ desk: Desk
    ) {
        let answer = situation.answer
        guard !desk.console.isJSON else {
            desk.console.item(
                "household",
                answer.json(line, catalogue, further: situation.routingJSON).members ?? [])
            return
        }
        let score = answer.assessment.score
        let range =
            score.lowerBound == score.upperBound
            ? "\(score.lowerBound)" : "\(score.lowerBound)–\(score.upperBound)"
        let level = desk.words(catalogue).level(answer.assessment.level)
        desk.console.result("\(Self.name(line.id), .strong)  \(level)  \(range)")
        for (id, answers) in zip(line.persons, answer.members) {
            func ids(_ truth: Truth) -> String {
                zip(catalogue.programmes, answers).filter { $0.1.truth == truth }.map(\.0.id)
                    .joined(separator: " ")
            }
            let yes = "\(desk.console.text(Phrase.yes)): \(ids(.yes))"
            let unknown = "\(desk.console.text(PolicyPhrase.unknown)): \(ids(.unknown))"
            desk.console.result("  \(Self.name(id))  \(yes)  \(unknown)", hanging: 4)
        }
    }

    private static func name(_ id: JSON) -> String { id.string ?? id.text }

    private func report(_ line: Int, _ text: String, _ desk: Desk) {
        desk.console.report(
            Failure(
                status: .partly, code: DeviceCode.badFacts.rawValue,
                what: desk.console.text(.badLine, ["n": "\(line)", "text": text]),
                next: desk.console.text(.badLineNext)))
    }
}
