import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct NeedCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "need", abstract: "What households lack, and whether it is met.",
        subcommands: [
            NeedAdd.self, NeedMatch.self, RecordList<Need>.self, RecordShow<Need>.self,
            RecordStep<Need>.self,
        ])
}

extension Need: Listed {
    static var command: String { "need" }
    var listedDay: CalendarDate? { foundOn }

    func line(at desk: Desk, _: Titles) -> String {
        let kind = desk.spoken(kind)
        return severity.map { kind + " " + String(repeating: "!", count: $0) } ?? kind
    }
}

struct NeedAdd: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Record what a household lacks.",
        discussion: "Kinds: " + NeedKind.allCases.map(\.rawValue).joined(separator: ", ") + ".")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's id, or the end of it.")
    var household: String
    @Argument(help: "The kind of need.")
    var kind: String
    @Option(help: "The person who has it, if not all do.")
    var person: String?
    @Option(help: "How urgent, 1 to 3.")
    var severity: String?
    @Option(help: "What was seen or said.")
    var note: String?
    @Flag(help: "You suppose it; the household did not say so.")
    var suggested = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let (home, _) = try desk.resolve(household, as: .household)
        var draft = Need.Draft(
            household: home, kind: try desk.typed.word(kind, NeedKind.self), foundOn: desk.today)
        draft.person = try person.map { try desk.resolve($0, as: .person).0 }
        draft.severity = try severity.map { Int(try desk.typed.number($0, in: 1...3)) }
        draft.note = note
        draft.isConfirmed = !suggested
        try desk.file("need", [draft.creation(id: desk.newRecord())])
        return .done
    }
}
