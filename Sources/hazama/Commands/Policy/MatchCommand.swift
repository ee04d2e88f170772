import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct MatchCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "match",
        abstract: "What a household may get, what to ask next, and why.",
        discussion: """
            Answers yes, no or unknown by what is recorded here; what nobody has stated counts for
            nothing. A what-if changes nothing that is recorded:
              hazama match K3F2A --what-if h.status=dibao --what-if p.monthlyIncome@7Q2XM=0
            What you tell them is kept with --save: the days to apply count from it.
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
    @Flag(help: "Keep it as what they were told today.")
    var save = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let rulebook = try desk.rulebook(policy)
        if save, !whatIf.isEmpty || rulebook.asOf != desk.today {
            throw Failure(
                status: .usage, code: DeviceCode.badUsage.rawValue,
                safe: desk.console.text(.notRecorded),
                what: desk.console.text(whatIf.isEmpty ? .notTodays : .supposedNotKept))
        }
        // What is kept stands on what was stated.
        let gathered = try desk.gather(
            household, rulebook, assuming: whatIf, takesHints: !save)
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
        if save { try keep(gathered, rulebook, desk) }
        return .done
    }

    private func keep(_ seen: HouseholdSeen, _ rulebook: Rulebook, _ desk: Desk) throws {
        let draft = rulebook.result(for: seen.household, seen.facts) { Digests.sha256($0) }
        if try desk.store().shown(draft.id) == nil {
            try desk.sealQuietly(
                "match", [], creating: [draft.creation], premises: seen.premises)
        }
        let due = desk.today.adding(workingDays: Casework.Catalogue.daysToApply)
        desk.console.hint(HelpPhrase.matchKept, ["day": "\(due)"])
        desk.console.summarise([
            "record": .string("\(draft.id)"), "due": .string("\(due)"),
        ])
    }
}
