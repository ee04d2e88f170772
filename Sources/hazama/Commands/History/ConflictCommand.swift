import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct ConflictCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "conflict", abstract: "What people have to decide, and what you think of it.",
        subcommands: [
            ConflictList.self, ConflictShow.self, ConflictPropose.self, ConflictComment.self,
        ],
        defaultSubcommand: ConflictList.self)
}

/// A conflict with the name it has at the hub, so that a worker and the office can speak of the
/// same one.
struct NamedConflict {
    let conflict: Conflict
    /// The first 16 bytes of the hash of record and unit, as the hub names it.
    let id: RecordID

    init(_ conflict: Conflict) {
        self.conflict = conflict
        id = Self.id(conflict.record, conflict.unit)
    }

    static func id(_ record: RecordID, _ unit: UnitID) -> RecordID {
        let unit = unit.value
        let bytes = record.bytes + [UInt8(unit >> 8), UInt8(unit & 0xFF)]
        let hash = Digests.sha256(bytes).bytes
        // A hash has 32 bytes, so 16 of them are a name.
        return RecordID(bytes: hash.prefix(16)) ?? record
    }
}

extension SyncResponse.Notice {
    /// When a conflict is due that was given to the person; `nil` where it is theirs no longer.
    var due_ms: Int64? {
        if kind == .assigned, case .integer(let due_ms)? = value { due_ms } else { nil }
    }
}

extension Desk {
    /// When the conflicts are due that were given to whoever works here, by their names at the
    /// hub. What was given on since is not among them.
    func conflictsGiven() throws -> [RecordID: Int64] {
        var due: [RecordID: Int64] = [:]
        for kept in try store().notices().sorted(by: { $0.notice.number < $1.notice.number })
        where kept.notice.kind == .assigned {
            guard let record = kept.notice.record, let unit = kept.notice.unit else { continue }
            due[NamedConflict.id(record, unit)] = kept.notice.due_ms
        }
        return due
    }

    /// The conflict somebody named: by its own id, or by its record's where that has only one.
    func conflict(_ typed: String, unit: String?) throws -> NamedConflict {
        guard let id = ShortID(typed) else {
            throw fail(.usage, .badInput, .badID, ["text": typed], next: .seeConflicts)
        }
        var found = try store().disputes().map(NamedConflict.init).filter {
            id.matches($0.id) || id.matches($0.conflict.record)
        }
        if let unit {
            let wanted = Matching.folded(unit)
            found = found.filter { named in
                let label = Vocabulary.unit(named.conflict.unit, of: named.conflict.collection)
                return Schema.fieldwork.unit(named.conflict.unit, of: named.conflict.collection)?
                    .name
                    == unit
                    || Language.allCases.contains { Matching.folded(label.text(in: $0)) == wanted }
            }
        }
        guard let first = found.first else {
            throw fail(.failed, .noSuchRecord, .noSuchConflict, ["id": typed], next: .seeConflicts)
        }
        guard found.count == 1 else {
            let ids = found.map { $0.id.short() }.joined(separator: ", ")
            throw fail(.usage, .ambiguousID, .severalConflicts, ["id": typed, "ids": ids])
        }
        return first
    }
}

struct ConflictList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List what people have to decide.")

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let conflicts = try desk.store().disputes().map(NamedConflict.init)
        let titles = try desk.titles()
        let values = desk.values(titles)
        let length = ShortID.length(telling: conflicts.map(\.id))
        let due = try desk.conflictsGiven()
        var table = Table([
            .init(title: ""), .init(title: "id"),
            .init(title: desk.console.text(.record), minimum: 10),
            .init(title: desk.console.text(.unit), minimum: 8),
            .init(title: desk.console.text(.sides), minimum: 12),
            .init(title: desk.console.text(ConflictPhrase.due)),
        ])
        for named in conflicts {
            let conflict = named.conflict
            let label = Vocabulary.unit(conflict.unit, of: conflict.collection)
            guard let unit = Schema.fieldwork.unit(conflict.unit, of: conflict.collection) else {
                continue
            }
            var sides = conflict.dispute.sides.map {
                values.text($0.value, unit, of: conflict.collection)
            }
            // A total beyond its bounds has none; it is itself what is disputed.
            if sides.isEmpty {
                sides = [values.text(conflict.dispute.shown, unit, of: conflict.collection)]
            }
            table.add([
                Line(.conflict), Line(named.id.short(length), .strong),
                Line("\(titles.title(of: conflict.record)) [\(conflict.record.short())]"),
                Line(label.text(in: desk.console.language)),
                Line(sides.joined(separator: " ⇄ ")),
                due[named.id].map {
                    Line(desk.formats.moment($0), $0 < desk.formats.now_ms ? .attention : .plain)
                } ?? Line(),
            ])
            desk.console.item(
                "conflict",
                [
                    "conflict": .string("\(named.id)"), "id": .string(named.id.short(length)),
                    "record": .string("\(conflict.record)"), "unit": .string(unit.name),
                    "sides": .array(
                        conflict.dispute.sides.map {
                            values.json($0.value, unit, of: conflict.collection)
                        }),
                    "due": due[named.id].map { .string(Formats.iso($0)) } ?? .null,
                ])
        }
        desk.console.result(table)
        if conflicts.isEmpty { desk.console.hint(.noConflicts) }
        desk.console.summarise(["conflicts": .integer(Int64(conflicts.count))])
        return .done
    }
}

struct ConflictShow: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Show what a conflict is between, and what was said of it.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or its record's.")
    var id: String
    @Option(help: "The unit, where a record has several conflicts: monthly_income.")
    var unit: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let named = try desk.conflict(id, unit: unit)
        let conflict = named.conflict
        let shown = try desk.shown(conflict.record)
        let declaration = try desk.declaration(conflict.collection)
        guard let unit = declaration.unit(conflict.unit) else { return .failed }
        let titles = try desk.titles()
        let values = desk.values(titles)
        let sheet = UnitSheet(values: values, titles: titles, unit: unit, of: shown)
        let label = Vocabulary.unit(unit.id, of: conflict.collection).text(
            in: desk.console.language)
        let title = titles.title(of: conflict.record)
        let heading: Line = "\(Mark.conflict) \(named.id.short(), .strong)  \(title, .strong)"
        desk.console.result("\(heading) [\(conflict.record.short())]  \(label)")
        let kind = conflict.dispute.kind.word
        let isHighStakes = unit.stakes >= .high
        let stakes = isHighStakes ? "  " + desk.console.text(ConflictPhrase.highStakes) : ""
        let kindName = Words.conflict(kind).text(in: desk.console.language)
        desk.console.result("  \(kindName, .strong)\(stakes, .attention)")
        let explanation = Words.explanation(kind).text(in: desk.console.language)
        desk.console.result("  \(explanation, .dim)", hanging: 2)
        let due = try desk.conflictsGiven()[named.id]
        if let due {
            let words = desk.console.text(
                ConflictPhrase.yoursToDecide,
                ["due": desk.formats.moment(due), "record": title, "unit": label])
            desk.console.result("  \(words, .attention)")
        }
        if let base = conflict.dispute.base {
            let before = desk.console.text(.base)
            desk.console.result(
                "  \(before, .dim): \(sheet.text(base.value)) \(sheet.by([base.origin]), .dim)")
        }
        for line in sheet.lines() { desk.console.result("  \(line)") }
        let remarks = remarks(shown.state, conflict, titles)
        for remark in remarks {
            let kept = remark.side.map { " → " + Sides.key($0) } ?? ""
            let at = desk.formats.moment(remark.at_ms)
            desk.console.result("  \(at, .dim) \(remark.author)\(kept): “\(remark.text)”")
        }
        desk.console.hint(.conflictNext, ["id": named.id.short()])
        desk.console.summarise([
            "conflict": .string("\(named.id)"), "record": .string("\(conflict.record)"),
            "unit": .string(unit.name), "kind": .string(kind),
            "isHighStakes": .bool(isHighStakes), "state": sheet.json,
            "due": due.map { .string(Formats.iso($0)) } ?? .null,
            "remarks": .array(
                remarks.map {
                    .object([
                        "author": .string($0.author), "at": .string(Formats.iso($0.at_ms)),
                        "keep": $0.side.map { .string(Sides.key($0)) } ?? .null,
                        "text": .string($0.text),
                    ])
                }),
        ])
        try desk.remember(shown)
        return .done
    }

    private struct Said {
        let author: String
        let at_ms: Int64
        let side: Int?
        let text: String
    }

    private func remarks(
        _ state: RecordState, _ conflict: Conflict, _ titles: Titles
    ) -> [Said] {
        state.remarks(of: conflict.unit).map { remark, origin in
            Said(
                author: titles.person(origin.author), at_ms: Int64(origin.time.milliseconds),
                side: conflict.dispute.sides.firstIndex { side in
                    side.names.contains { "\($0)" == remark.keep.string }
                }, text: remark.text.string)
        }
    }
}

extension Dispute.Kind {
    /// The word by which the hub and the office know it.
    fileprivate var word: String {
        switch self {
        case .value: "value"
        case .group: "group"
        case .contestation: "contestation"
        case .deletion: "deletion"
        case .capacity: "capacity"
        case .states: "states"
        }
    }
}

struct ConflictPropose: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "propose", abstract: "Tell the office which side you would keep, and why.",
        discussion:
            "Without --keep it is a comment. The office decides; both values stay until then.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or its record's.")
    var id: String
    @Option(help: "The side to keep: mine, or its letter.")
    var keep: String?
    @Option(help: "Why: what you saw.")
    var reason: String?
    @Option(help: "The unit, where a record has several conflicts: monthly_income.")
    var unit: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        try desk.remark(on: id, unit: unit, keep: keep, reason: reason)
    }
}

extension Desk {
    /// Adds to what is said of a conflict: which side to keep, or words alone.
    fileprivate func remark(
        on id: String, unit: String?, keep: String?, reason: String?
    ) throws -> ExitStatus {
        let desk = self
        let author = try desk.author()
        let named = try desk.conflict(id, unit: unit)
        let sides = named.conflict.dispute.sides
        var kept: Side?
        if let keep {
            if ["mine", "我的", "自分"].contains(Matching.folded(keep)) {
                kept = sides.first { side in side.origins.contains { $0.author == author.person } }
            } else if let index = Sides.index(keep), sides.indices.contains(index) {
                kept = sides[index]
            }
            guard kept != nil else { throw desk.fail(.usage, .badInput, .noSuchSide) }
        }
        let text: String
        if let reason {
            text = reason
        } else {
            text = try desk.prompt.text(.askReason, flag: "--reason")
        }
        let shown = try desk.shown(named.conflict.record)
        let declaration = try desk.declaration(named.conflict.collection)
        var edit = Edit(
            of: shown.state, at: shown.position, by: author.replica, as: declaration)
        let remark = Remark(
            of: named.conflict.unit, kept == nil ? .comment : .proposal,
            keep: kept.map { "\($0.origins[0].name)" } ?? "", text: text)
        try edit.append([remark.value], to: .discussion)
        guard let change = edit.recordChange else { throw StoreError.nothingToRecord }
        let sealed = try desk.record("proposal", [change])
        desk.console.result(kept == nil ? .commentKept : .proposalKept)
        desk.console.item(
            "proposal",
            [
                "conflict": .string("\(named.id)"), "record": .string("\(named.conflict.record)"),
                "changeSet": .string("\(sealed.changeSet.name)"),
            ])
        return .done
    }
}

struct ConflictComment: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "comment", abstract: "Say something about a conflict to everybody.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The conflict's id, or its record's.")
    var id: String
    @Argument(help: "Your words.")
    var text: String
    @Option(help: "The unit, where a record has several conflicts: monthly_income.")
    var unit: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        try desk.remark(on: id, unit: unit, keep: nil, reason: text)
    }
}
