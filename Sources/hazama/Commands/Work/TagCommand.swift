import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

struct TagCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag", abstract: "Tags of households and persons, and who has which.",
        subcommands: [TagDictionary.self, TagAdd.self, TagEnd.self, TagFind.self])
}

extension TagDefinition: Listed {
    static var command: String { "tag" }
    var listedDay: CalendarDate? { nil }
    func line(at _: Desk, _: Titles) -> String { wording?.title ?? "" }
}

extension Tagging: Listed {
    static var command: String { "tagging" }
    var listedDay: CalendarDate? { from }
    func line(at _: Desk, _: Titles) -> String { tag ?? "" }
}

extension Desk {
    /// The entry of the dictionary somebody typed the code or the name of.
    func tag(_ typed: String) throws -> TagDefinition {
        let wanted = Matching.folded(typed)
        let found = try records(TagDefinition.self).map(\.record).first {
            Matching.folded($0.code ?? "") == wanted
                || Matching.folded($0.wording?.title ?? "") == wanted
        }
        guard let found, !found.isRetired else {
            throw Failure(
                status: .failed, code: DeviceCode.noSuchRecord.rawValue,
                safe: console.text(.notRecorded),
                what: console.text(.noSuchTag, ["tag": typed]), next: console.text(.noSuchTagNext))
        }
        return found
    }
}

struct TagDictionary: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "The dictionary, or the tags of a household.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "A household's id; left out, the dictionary.")
    var household: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let titles = Dictionary(
            try desk.records(TagDefinition.self).compactMap { _, tag in
                tag.code.map { ($0, tag) }
            }, uniquingKeysWith: { first, _ in first })
        var table = Table([
            .init(title: ""), .init(title: desk.label(TagDefinition.Field.code)),
            .init(title: desk.label(TagDefinition.Field.wording), minimum: 10),
            .init(title: desk.label(TagDefinition.Field.level)),
        ])
        var count = 0
        func add(_ code: String, _ marks: Line, _ about: RecordID?) {
            let tag = titles[code]
            count += 1
            table.add([
                marks, Line(code, .strong), Line(tag?.wording?.title ?? ""),
                Line(desk.spoken(tag?.level)),
            ])
            desk.console.item(
                "tag",
                [
                    "code": .string(code), "title": .string(tag?.wording?.title ?? ""),
                    "level": tag?.level.map { .string($0.rawValue) } ?? .null,
                    "subject": about.map { .string("\($0)") } ?? .null,
                ])
        }
        if let household {
            let home = try desk.resolve(household, as: .household).0
            for (row, tagging) in try desk.records(Tagging.self, of: home)
            where tagging.holds(on: desk.today) {
                add(tagging.tag ?? "", row.marks, tagging.subject)
            }
        } else {
            for code in titles.keys.sorted() where titles[code]?.isRetired == false {
                add(code, Line(), nil)
            }
        }
        desk.console.result(table)
        if count == 0 { desk.console.hint(.nothingFound) }
        desk.console.summarise(["count": .integer(Int64(count))])
        return .done
    }
}

struct TagAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Tag a household or person with what you saw.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's or person's id, or the end of it.")
    var subject: String
    @Argument(help: "The tag: its code or name.")
    var tag: String
    @Option(help: "How you know: document, photo, statement, observation, partnerReport.")
    var evidence: String?
    @Option(help: "What you saw.")
    var note: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let me = try desk.author().person
        let (subject, home) = try desk.subject(subject)
        guard let code = try desk.tag(tag).code else { return .failed }
        let sighting = Sighting(
            on: desk.today, by: me,
            try evidence.map { try desk.typed.word($0, Fact.Evidence.self) } ?? .observation,
            note: note)
        let draft = Tagging.Draft(household: home, subject: subject, tag: code, sighting: sighting)
        guard try desk.store().shown(draft.id) != nil else {
            try desk.file("tag", [draft.creation])
            return .done
        }
        var editing = try desk.edit(draft.id)
        try editing.edit.change(Tagging.Field.sightings, adding: [sighting.value])
        if let end = Tagging(editing.seen)?.to, end <= desk.today {
            try editing.edit.set(Tagging.Field.to, to: .absent)
        }
        try desk.seal("tag", [editing])
        return .done
    }
}

struct TagEnd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "end", abstract: "Say since when a tag holds no more.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The household's or person's id, or the end of it.")
    var subject: String
    @Argument(help: "The tag: its code or name.")
    var tag: String
    @Option(help: "Since when, if not today.")
    var on: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let (subject, _) = try desk.subject(subject)
        guard let code = try desk.tag(tag).code else { return .failed }
        var editing = try desk.edit(Tagging.id(subject: subject, tag: code))
        try editing.edit.set(
            Tagging.Field.to, to: .day(try on.map(desk.typed.day) ?? desk.today))
        try desk.seal("tag", [editing])
        return .done
    }
}

extension Desk {
    /// A household or person somebody typed the id of, with the household they lie with.
    func subject(_ typed: String) throws -> (RecordID, RecordID) {
        let (id, collection) = try resolve(typed)
        if collection == .household { return (id, id) }
        guard collection == .person, let home = try store().row(id)?.home else {
            throw fail(.failed, .noSuchRecord, .noSuchRecord, ["id": typed], next: .findFirst)
        }
        return (id, home)
    }
}

struct TagFind: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "find", abstract: "Who has these tags: T30 AND T15 AND NOT T02.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Tags with AND, OR, NOT and brackets.")
    var query: [String]

    func run(at desk: Desk) async throws -> ExitStatus {
        let text = query.joined(separator: " ")
        guard let query = TagQuery(text) else {
            throw Failure(
                status: .usage, code: DeviceCode.badInput.rawValue,
                what: desk.console.text(.badTagQuery, ["text": text]),
                next: desk.console.text(.badTagQueryNext))
        }
        var names: [String: String] = [:]
        for (_, tag) in try desk.records(TagDefinition.self) {
            guard let code = tag.code else { continue }
            for name in [code, tag.wording?.title ?? code] { names[Matching.folded(name)] = code }
        }
        for tag in query.tags where names[Matching.folded(tag)] == nil {
            throw Failure(
                status: .failed, code: DeviceCode.noSuchRecord.rawValue,
                what: desk.console.text(.noSuchTag, ["tag": tag]),
                next: desk.console.text(.noSuchTagNext))
        }
        var tags: [RecordID: Set<String>] = [:]
        for row in try desk.store().list(.household, limit: .max) { tags[row.record] = [] }
        for (row, tagging) in try desk.records(Tagging.self) where tagging.holds(on: desk.today) {
            guard let home = row.home, let tag = tagging.tag else { continue }
            tags[home, default: []].insert(tag)
        }
        let found = tags.filter { _, has in
            query.holds { has.contains(names[Matching.folded($0)] ?? $0) }
        }.keys.sorted()
        let titles = try desk.titles()
        let length = ShortID.length(telling: found)
        for home in found {
            desk.console.result("\(home.short(length), .strong)  \(titles.title(of: home))")
            desk.console.item(
                "household",
                ["record": .string("\(home)"), "id": .string(home.short(length))])
        }
        if found.isEmpty { desk.console.hint(.nothingFound) }
        desk.console.summarise(["count": .integer(Int64(found.count))])
        return .done
    }
}
