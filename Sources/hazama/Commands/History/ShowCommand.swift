import ArgumentParser
import Fieldwork
import Glibc
import SyncCore
import SyncProtocol
import SyncStore

/// The moment somebody looks back to.
struct MomentOption {
    /// What the wall clock here stood for then, by `TZ`.
    static func milliseconds(_ date: CalendarDate, _ hour: Int, _ minute: Int) -> Int64? {
        var parts = tm()
        parts.tm_year = Int32(date.year - 1900)
        parts.tm_mon = Int32(date.month - 1)
        parts.tm_mday = Int32(date.day)
        parts.tm_hour = Int32(hour)
        parts.tm_min = Int32(minute)
        parts.tm_isdst = -1
        let seconds = mktime(&parts)
        return seconds == -1 ? nil : Int64(seconds) * 1000
    }
}

extension Desk {
    /// The state a record was shown in at a moment; `nil` if it was not here then.
    func state(of record: RecordID, at text: String) throws -> HistoryEntry? {
        let moment = try typed.moment(text, milliseconds: MomentOption.milliseconds)
        return try store().history(record).last { $0.from_ms <= moment }
    }
}

struct ShowCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show any record, now or as it was seen here at a time.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The record's id, or the end of it.")
    var id: String
    @Option(help: "As it was seen here then: 2026-11-12, 2026-11-12T09:30 or 09:30.")
    var at: String?
    @Flag(help: "Say who wrote what, and when.")
    var full = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, collection) = try desk.resolve(id)
        guard let at else {
            try desk.printRecord(record, isFull: full || global.verbose)
            return .done
        }
        guard let entry = try desk.state(of: record, at: at) else {
            throw desk.fail(
                .failed, .noSuchRecord, .notHereThen, ["id": record.short(), "time": at],
                next: .seeLog)
        }
        let titles = try desk.titles()
        let sheet = RecordSheet(
            entry.state, as: try desk.declaration(collection), values: desk.values(titles),
            titles: titles, unsent: [])
        let seen = desk.console.text(.asSeen, ["time": desk.formats.moment(entry.from_ms)])
        let title = titles.title(of: record)
        desk.console.result("\(record.short(), .strong)  \(title, .strong)  \(seen, .dim)")
        sheet.print(to: desk.console, isFull: full || global.verbose)
        desk.console.item(
            "record", sheet.json + [JSONMember("from", .string(Formats.iso(entry.from_ms)))])
        return .done
    }
}

struct LogCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "log",
        abstract: "The history of a record, or of what was written on this machine.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A record's id; left out, everything written here.")
    var id: String?
    @Option(help: "At most so many.", transform: lineLimit)
    var limit = 50

    func run(at desk: Desk) async throws -> ExitStatus {
        guard let id else {
            let entries = try desk.store().outbox(onlyOpen: false, limit: limit)
            try desk.list(entries)
            if entries.isEmpty { desk.console.hint(.nothingWritten) }
            desk.console.summarise(["count": .integer(Int64(entries.count))])
            return .done
        }
        let (record, collection) = try desk.resolve(id)
        let declaration = try desk.declaration(collection)
        let titles = try desk.titles()
        let writes = WriteLines(values: desk.values(titles), titles: titles)
        let history = try desk.store().history(record)
        desk.console.result("\(record.short(), .strong)  \(titles.title(of: record), .strong)")
        var before: RecordState?
        var printed: [() -> Void] = []
        for entry in history {
            let changed = writes.differences(from: before, to: entry.state, as: declaration)
            let old = before
            before = entry.state
            if changed.isEmpty, old != nil { continue }
            printed.append { print(entry, changed, desk) }
        }
        for print in printed.reversed().prefix(limit) { print() }
        desk.console.hint(.logIsLocal)
        desk.console.summarise(["count": .integer(Int64(min(printed.count, limit)))])
        return .done
    }

    private func print(
        _ entry: HistoryEntry,
        _ changed: [(unit: UnitDeclaration, before: UnitSheet, after: UnitSheet)], _ desk: Desk
    ) {
        let collection = entry.state.collection
        let from =
            entry.own.map { desk.console.text(.writtenHere, ["n": "\($0)"]) }
            ?? entry.position.map {
                desk.console.text(.fromHub, ["position": Formats.grouped(Int64($0.value))])
            } ?? ""
        desk.console.result(
            "\(desk.formats.moment(entry.from_ms), .strong)  \(from, .dim)")
        for change in changed {
            let label = Vocabulary.unit(change.unit.id, of: collection).text(
                in: desk.console.language)
            let (before, after) = (change.before.short, change.after)
            desk.console.result(
                "  \(label, .dim): \(before) → \(after.short, .strong) \(after.testimony, .dim)")
        }
        desk.console.item(
            "entry",
            [
                "from": .string(Formats.iso(entry.from_ms)),
                "own": entry.own.map { .integer(Int64($0.value)) } ?? .null,
                "position": entry.position.map { .integer(Int64($0.value)) } ?? .null,
                "changes": .array(
                    changed.map {
                        .object([
                            "unit": .string($0.unit.name), "before": $0.before.json,
                            "after": $0.after.json,
                        ])
                    }),
            ])
    }
}

struct DiffCommand: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "diff",
        abstract: "What is not sent yet, or what changed in a record between two times.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A record's id; left out, everything that is only on this machine.")
    var id: String?
    @Option(
        help: "From then: 2026-11-12, 2026-11-12T09:30 or 09:30. Left out, before the last change.")
    var from: String?
    @Option(help: "Until then; left out, now.")
    var to: String?
    @Flag(help: "End with 1 if there is a difference.")
    var exitCode = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let count = try id.map { try differences(of: $0, desk) } ?? unsent(desk)
        if count == 0 { desk.console.hint(.noDifference) }
        desk.console.summarise(["count": .integer(Int64(count))])
        return exitCode && count > 0 ? .failed : .done
    }

    private func unsent(_ desk: Desk) throws -> Int {
        let titles = try desk.titles()
        let writes = WriteLines(values: desk.values(titles), titles: titles)
        let entries = try desk.store().outbox(onlyOpen: true, limit: 1000).filter {
            $0.state == .unsent && !$0.isLost
        }
        for entry in entries.reversed() {
            let set = try desk.store().changeSet(entry.number).changeSet
            let made = desk.formats.moment(entry.made_ms)
            let intent = Words.intent(entry.intent).text(in: desk.console.language)
            desk.console.result(
                "\(Mark.unsent) \("\(entry.number)", .strong)  \(made)  \(intent)")
            for change in set.changes {
                desk.console.result(
                    "  \(change.record.short(), .strong)  \(titles.title(of: change.record))")
                for line in writes.lines(of: change) {
                    desk.console.result("    \(line)", hanging: 6)
                }
            }
            desk.console.item(
                "changeSet",
                [
                    "number": .integer(Int64(entry.number.value)),
                    "changes": .array(set.changes.map(writes.json)),
                ])
        }
        return entries.count
    }

    private func differences(of id: String, _ desk: Desk) throws -> Int {
        let (record, collection) = try desk.resolve(id)
        let declaration = try desk.declaration(collection)
        let titles = try desk.titles()
        let writes = WriteLines(values: desk.values(titles), titles: titles)
        let history = try desk.store().history(record)
        let last = try to.map { try desk.state(of: record, at: $0) } ?? history.last
        guard let last else {
            throw desk.fail(
                .failed, .noSuchRecord, .notHereThen, ["id": record.short(), "time": to ?? ""],
                next: .seeLog)
        }
        var first = try from.map { try desk.state(of: record, at: $0)?.state } ?? nil
        if from == nil {
            first =
                history.dropLast().last {
                    !writes.differences(from: $0.state, to: last.state, as: declaration).isEmpty
                }?.state
        }
        let changed = writes.differences(from: first, to: last.state, as: declaration)
        for change in changed {
            let label = Vocabulary.unit(change.unit.id, of: collection).text(
                in: desk.console.language)
            desk.console.result("\(label, .strong)")
            desk.console.result("  − \(change.before.short) \(change.before.testimony, .dim)")
            desk.console.result("  + \(change.after.short) \(change.after.testimony, .dim)")
            desk.console.item(
                "difference",
                [
                    "unit": .string(change.unit.name), "before": change.before.json,
                    "after": change.after.json,
                ])
        }
        return changed.count
    }
}
