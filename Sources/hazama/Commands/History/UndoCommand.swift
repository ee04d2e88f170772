import ArgumentParser
import SyncCore
import SyncProtocol
import SyncStore

struct UndoCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "undo", abstract: "Take back what you wrote last, or a change set you name.",
        discussion: """
            Nothing is erased: what was written is taken back by writing the opposite, and both \
            stay in the history.
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The change set's number, as the outbox shows it; left out, the last.")
    var number: UInt64?

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store()
        let entry: OutboxEntry?
        if let number {
            guard let number = ChangeSetNumber(number) else {
                throw desk.fail(
                    .usage, .noSuchRecord, .noSuchChangeSet, ["n": "\(number)"], next: .seeOutbox)
            }
            entry = try store.outboxEntry(number)
            if entry == nil { throw StoreError.unknownChangeSet(number) }
        } else {
            entry = try store.outbox(onlyOpen: false, limit: 1).first
        }
        guard let entry else { throw desk.fail(.failed, .noSuchRecord, .nothingWritten) }
        let draft = try store.undoDraft(of: entry.number)
        let sealed = try desk.record(draft.intent, draft.changes, reason: draft.reason)
        try desk.remember(undone: sealed.changeSet)
        let titles = try desk.titles()
        let writes = WriteLines(values: desk.values(titles), titles: titles)
        for change in sealed.changeSet.changes {
            desk.console.result(
                "\(change.record.short(), .strong)  \(titles.title(of: change.record))")
            for line in writes.lines(of: change) { desk.console.result("    \(line)") }
        }
        let wasSent = entry.state != .unsent
        desk.console.result(
            wasSent ? .undoneSent : .undoneUnsent,
            ["n": "\(entry.number)", "new": "\(sealed.changeSet.name.number)"])
        desk.console.item(
            "undo",
            [
                "undone": .integer(Int64(entry.number.value)), "wasSent": .bool(wasSent),
                "changeSet": .string("\(sealed.changeSet.name)"),
            ])
        return .done
    }
}
