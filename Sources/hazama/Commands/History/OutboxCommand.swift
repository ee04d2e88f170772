import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct OutboxCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "outbox",
        abstract: "What was written on this machine, and what has become of it.",
        discussion: "With a number, shows what that change set holds.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A change set's number; left out, those the hub has not merged.")
    var number: UInt64?
    @Flag(help: "Also what the hub has merged.")
    var all = false
    @Option(help: "At most so many.", transform: lineLimit)
    var limit = 100

    func run(at desk: Desk) async throws -> ExitStatus {
        if let number { return try show(number, desk) }
        let entries = try desk.store().outbox(onlyOpen: !all, limit: limit)
        try desk.list(entries)
        if entries.isEmpty { desk.console.hint(all ? .nothingWritten : .outboxEmpty) }
        desk.console.summarise(["count": .integer(Int64(entries.count))])
        return .done
    }

    private func show(_ number: UInt64, _ desk: Desk) throws -> ExitStatus {
        guard let number = ChangeSetNumber(number) else {
            throw desk.fail(
                .usage, .noSuchRecord, .noSuchChangeSet, ["n": "\(number)"], next: .seeOutbox)
        }
        let set = try desk.store().changeSet(number)
        let titles = try desk.titles()
        let writes = WriteLines(values: desk.values(titles), titles: titles)
        if let entry = try desk.store().outboxEntry(number) { try desk.list([entry]) }
        for change in set.changeSet.changes {
            desk.console.result(
                "\(change.record.short(), .strong)  \(titles.title(of: change.record))")
            for line in writes.lines(of: change) {
                desk.console.result("    \(line)", hanging: 6)
            }
        }
        if let reason = set.changeSet.reason { desk.console.result("    “\(reason.string)”") }
        desk.console.item(
            "changeSet",
            [
                "name": .string("\(set.changeSet.name)"), "hash": .string("\(set.hash)"),
                "intent": .string(set.changeSet.intent.string),
                "reason": set.changeSet.reason.map { .string($0.string) } ?? .null,
                "changes": .array(set.changeSet.changes.map(writes.json)),
            ])
        return .done
    }
}

extension Desk {
    /// Lists change sets of this machine with what has become of them.
    func list(_ entries: [OutboxEntry]) throws {
        let titles = try titles()
        var table = Table([
            .init(title: ""), .init(title: "n", isRight: true), .init(title: console.text(.when)),
            .init(title: console.text(.intent), minimum: 6),
            .init(title: console.text(.records), minimum: 12),
            .init(title: console.text(.became), minimum: 10),
        ])
        for entry in entries {
            let named = entry.records.prefix(2).map { titles.title(of: $0.record) }
            let more = entry.records.count > 2 ? " +\(entry.records.count - 2)" : ""
            table.add([
                Line(entry.mark), Line("\(entry.number)", .strong),
                Line(formats.moment(entry.made_ms)),
                Line(Words.intent(entry.intent).text(in: console.language)),
                Line(named.joined(separator: ", ") + more), Line(became(entry)),
            ])
            console.item(
                "changeSet",
                [
                    "number": .integer(Int64(entry.number.value)), "hash": .string("\(entry.hash)"),
                    "intent": .string(entry.intent), "at": .string(Formats.iso(entry.made_ms)),
                    "state": .string(entry.stateWord),
                    "position": entry.position.map { .integer(Int64($0.value)) } ?? .null,
                    "reason": entry.reason.isEmpty ? .null : .string(entry.reason),
                    "anchored": .bool(entry.isAnchored),
                    "records": .array(entry.records.map { .string("\($0.record)") }),
                    "bytes": .integer(Int64(entry.bytes)),
                ])
        }
        console.result(table)
    }

    private func became(_ entry: OutboxEntry) -> String {
        if entry.isLost, !entry.isAtHub { return console.text(GapPhrase.becameLost) }
        if entry.isDiscarded { return console.text(.becameDiscarded) }
        switch entry.state {
        case .unsent: return console.text(.becameUnsent)
        case .received(let disposition):
            let position = entry.position.map { Formats.grouped(Int64($0.value)) } ?? ""
            let phrase: Phrase =
                switch disposition {
                case .applied: entry.isAnchored ? .becameAnchored : .becameApplied
                case .conflicted: .becameConflicted
                case .late: .becameLate
                case .held: .becameHeld
                case .quarantined, .gap: .becameQuarantined
                }
            let text = console.text(phrase, ["position": position])
            guard !entry.reason.isEmpty else { return text }
            let reason = Words.aside(entry.reason).text(in: console.language)
            return "\(text) (\(entry.reason): \(reason))"
        }
    }
}

extension OutboxEntry {
    /// Whether the hub has it, merged or not.
    fileprivate var isAtHub: Bool {
        switch state {
        case .unsent, .received(.gap): false
        case .received: true
        }
    }

    var mark: Mark {
        switch state {
        case _ where isLost && !isAtHub: .quarantined
        case .unsent: .unsent
        case .received(.applied), .received(.late): .durable
        case .received(.conflicted): .conflict
        case .received(.held): .partlySent
        case .received(.quarantined), .received(.gap): .quarantined
        }
    }

    /// The word of the protocol for it.
    fileprivate var stateWord: String {
        switch state {
        case .unsent where isLost: "lost"
        case .unsent: "unsent"
        case .received where isDiscarded: "discarded"
        case .received(let disposition): "\(disposition)"
        }
    }
}
