import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct CardCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "card",
        abstract: "A card for the household: what they may get, what to bring, where, by when.",
        discussion: """
            For the table in their kitchen: one page, large letters, and nothing on it that is not \
            theirs to read. Print it from a browser:
              hazama card K3F2A --lang zh-Hans --html card.html
            """)

    @OptionGroup var global: GlobalOptions
    @OptionGroup var policy: PolicyOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Option(help: "Write it to this file, as a page that prints on one sheet of A4.")
    var html: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let rulebook = try desk.rulebook(policy)
        let seen = try desk.gather(household, rulebook, assuming: [])
        guard let home = Household(try desk.shown(seen.household).state) else { return .failed }
        let card = try HelpCard(home, seen, rulebook, desk)
        if let html {
            try Files.writeSecret(Array(CardPage(card).source.utf8), to: html)
            desk.console.hint(HelpPhrase.cardWritten, ["file": html])
        } else {
            for line in card.lines { desk.console.result(line, hanging: 4) }
        }
        for item in card.items {
            desk.console.item(
                "card",
                [
                    "programme": .string(item.programme), "name": .string(item.name),
                    "who": item.who.map { .string($0) } ?? .null,
                    "amount": item.amount.map { .string($0) } ?? .null,
                    "after": item.after.map { .string($0) } ?? .null,
                ])
        }
        desk.console.summarise([
            "items": .integer(Int64(card.items.count)),
            "bring": .array(card.papers.map { .string($0) }),
            "by": .string("\(card.by)"),
            "file": html.map { .string($0) } ?? .null,
        ])
        return .done
    }
}
