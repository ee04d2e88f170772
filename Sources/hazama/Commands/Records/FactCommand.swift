import ArgumentParser
import Casework
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct FactCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "fact",
        abstract: "What was stated of a household, by whom, and what somebody objects to.",
        discussion: """
            Facts are stated at the door: hazama visit answer. Nothing of them is ever changed. Who
            does not believe one objects: until somebody has looked, rules take it as not known.
            """,
        subcommands: [
            RecordList<Fact>.self, RecordShow<Fact>.self, FactObject.self, FactLift.self,
        ])
}

extension Fact: Listed {
    static var command: String { "fact" }
    var listedDay: CalendarDate? { statement?.effective }
    var isCurrent: Bool { voidReason == nil }

    func line(at desk: Desk, _ titles: Titles) -> String {
        let words = desk.words(FactKey.catalogue)
        let slot = key.flatMap(words.catalogue.facts.slot(of:))
        var value: String?
        if let slot, let content = statement?.content {
            // What its fact can't have is shown with the whole record.
            do {
                value = words.value(
                    try words.catalogue.facts[slot].kind.parts(content), of: slot)
            } catch { value = nil }
        }
        let whose = subject == household ? nil : subject.map(titles.title(of:))
        return [
            [slot.map(words.name) ?? key, value].compactMap(\.self).joined(separator: " "),
            whose, desk.spoken(statement?.source),
        ].compactMap(\.self).filter { !$0.isEmpty }.joined(separator: " · ")
    }

    func standing(at desk: Desk) -> String {
        isDisputed ? desk.console.text(FactPhrase.objected) : ""
    }
}

extension Desk {
    /// Writes what somebody says of a fact, with why.
    fileprivate func say(_ isDisputed: Bool, of fact: Fact, because: String?) throws {
        _ = try author()
        guard let because = because?.trimmed, !because.isEmpty else {
            throw Failure(
                status: .usage, code: DeviceCode.answerMissing.rawValue,
                safe: console.text(.notRecorded), what: console.text(.reasonMissing),
                next: console.text(.reasonMissingNext))
        }
        var editing = try edit(fact.id)
        try editing.edit.set(Fact.Field.isDisputed, to: .bool(isDisputed))
        try editing.edit.append([.text(because)], to: Fact.Field.objections)
        try seal("objection", [editing], reason: because)
    }
}

struct ObjectionOptions: ParsableArguments {
    @Argument(help: "The fact's id, or the end of it: hazama fact list.")
    var id: String
    @Option(help: "Why: what you have heard or seen.")
    var because: String?
}

struct FactObject: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "object", abstract: "Say that a fact is not to be relied on.",
        discussion: "It stays as it was stated; until somebody lifts that, it is not known.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var objection: ObjectionOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        try desk.say(
            true, of: desk.record(objection.id, Fact.self), because: objection.because)
        desk.console.hint(Line(desk.console.text(FactPhrase.notKnownNow)))
        return .done
    }
}

struct FactLift: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "lift", abstract: "Say that you have looked, and the fact stands.",
        discussion: "Where it does not, state another fact at a visit; the newest counts.")

    @OptionGroup var global: GlobalOptions
    @OptionGroup var objection: ObjectionOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let fact = try desk.record(objection.id, Fact.self)
        guard fact.isDisputed else {
            throw Failure(
                status: .failed, code: DeviceCode.editRefused.rawValue,
                safe: desk.console.text(.notRecorded),
                what: desk.console.text(FactPhrase.notObjected),
                next: desk.console.text(
                    FactPhrase.notObjectedNext, ["id": fact.household?.short() ?? "ID"]))
        }
        try desk.say(false, of: fact, because: objection.because)
        desk.console.hint(Line(desk.console.text(FactPhrase.knownAgain)))
        return .done
    }
}
