import ArgumentParser
import Fieldwork
import SyncCore
import SyncProtocol

// What everybody reads, as the office keeps it: at the hub, not on this machine.

/// A kind of record of the directory, as the hub's address names it.
protocol DirectoryKind {
    static var kind: String { get }
    static var collection: CollectionID { get }
    /// What a list shows of it, by the names of units; the first names it.
    static var columns: [String] { get }
}

/// The directory as the hub gave it, with the names of areas for their ids.
struct Directory {
    let office: Office
    private let areas: [String: String]

    init(_ desk: Desk) async throws {
        office = try desk.office()
        var areas: [String: String] = [:]
        for area in try await office.get("/v1/admin/areas")["areas"]?.array ?? [] {
            if let scope = area["scope"]?.string { areas[scope] = area["name"]?.string ?? "" }
        }
        self.areas = areas
    }

    func records(_ kind: String, all: Bool = false) async throws -> [JSON] {
        try await office.get("/v1/admin/directory/\(kind)" + (all ? "?all=1" : ""))["records"]?
            .array ?? []
    }

    /// The one record somebody named: by the end of its id, or by what names it.
    func one<Kind: DirectoryKind>(
        _ typed: String, _: Kind.Type, at desk: Desk
    ) async throws -> JSON {
        let all = try await records(Kind.kind, all: true)
        let wanted = Matching.folded(typed)
        let named = all.filter { record in
            ["code", "name", "title", "contact", "wording"].contains { unit in
                guard let value = record["units"]?[unit] else { return false }
                let text = value.string ?? value["name"]?.string ?? value["title"]?.string
                return text.map { Matching.folded($0) == wanted } ?? false
            }
        }
        return named.count == 1 ? named[0] : try desk.one(all, "record", endingWith: typed)
    }

    /// What a unit holds, as people read it.
    func text(_ json: JSON?, _ unit: UnitDeclaration?, at desk: Desk) -> String {
        switch json {
        case .string(let text)?:
            if let area = areas[text] { return area }
            for member in unit?.members ?? [] {
                if let word = Words.word(text, of: member.type) {
                    return word.text(in: desk.console.language)
                }
            }
            return text
        case .integer(let number)?: return Formats.grouped(number)
        case .array(let values)?:
            return values.map { text($0, unit, at: desk) }.joined(separator: ", ")
        case .object(let members)?:
            // Who said so, and since when, is for `show`.
            return members.filter { $0.key != "source" && $0.key != "effective" }
                .map { text($0.value, unit, at: desk) }.filter { !$0.isEmpty }
                .joined(separator: " · ")
        case .bool(let flag)?: return flag ? "✓" : ""
        case .decimal(let text)?: return text
        case .null?, nil: return ""
        }
    }

    /// Sends what is to be written, and says what it is called.
    func put<Kind: DirectoryKind>(
        _ units: Saying, to record: JSON? = nil, because reason: String? = nil,
        void: String? = nil, _: Kind.Type, at desk: Desk
    ) async throws -> ExitStatus {
        var members = [JSONMember("units", .object(units.members))]
        if let id = record?["record"]?.string { members.append(JSONMember("record", .string(id))) }
        if let reason { members.append(JSONMember("reason", .string(reason))) }
        if let void { members.append(JSONMember("void", .string(void))) }
        let answer = try await office.post(
            "/v1/admin/directory/\(Kind.kind)", .object(members))
        let id = answer["record"]?.string ?? ""
        let named = try await records(Kind.kind, all: true).first { $0["record"]?.string == id }
        let declaration = Schema.fieldwork.collection(Kind.collection)
        let line = Kind.columns.map { name in
            text(named?["units"]?[name], declaration?.unit(named: name), at: desk)
        }.filter { !$0.isEmpty }.joined(separator: " · ")
        desk.console.result("\(desk.short(answer["record"]))  \(line)")
        desk.console.hint(Line(desk.console.text(DirectoryPhrase.nextSync)))
        desk.console.summarise(["record": answer["record"] ?? .null])
        return .done
    }
}

/// What is said of a record, unit by unit; what was not typed is not said.
struct Saying {
    private(set) var members: [JSONMember] = []

    mutating func set(_ unit: String, _ text: String?) {
        if let text { members.append(JSONMember(unit, .string(text))) }
    }

    mutating func set(_ unit: String, _ number: Int?) {
        if let number { members.append(JSONMember(unit, .integer(Int64(number)))) }
    }

    /// All elements of a set. None typed leaves it as it is; a single `none` empties it.
    mutating func set(_ unit: String, all elements: [String]) {
        guard !elements.isEmpty else { return }
        let said = elements == ["none"] ? [] : elements
        members.append(JSONMember(unit, .array(said.map { .string($0) })))
    }

    /// Parts of a group.
    mutating func set(_ unit: String, parts: Saying) {
        if !parts.members.isEmpty { members.append(JSONMember(unit, .object(parts.members))) }
    }
}

// MARK: What all kinds have

struct DirectoryList<Kind: DirectoryKind>: DeskCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "list", abstract: "List what the hub has.")
    }

    @OptionGroup var global: GlobalOptions
    @Flag(help: "Also what was withdrawn.")
    var all = false

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        let records = try await directory.records(Kind.kind, all: all)
        let declaration = Schema.fieldwork.collection(Kind.collection)
        let units = Kind.columns.map { declaration?.unit(named: $0) }
        let columns = zip(Kind.columns, units).map { name, unit in
            Table.Column(
                title: unit.flatMap { Words.unit($0.id, of: Kind.collection) }?
                    .text(in: desk.console.language) ?? name, minimum: 8)
        }
        let sorted = records.sorted { one, other in
            func key(_ record: JSON) -> String {
                directory.text(record["units"]?[Kind.columns[0]], units[0], at: desk)
            }
            return (key(one), one["record"]?.string ?? "")
                < (key(other), other["record"]?.string ?? "")
        }
        desk.list(Kind.kind, sorted, [.init(title: "id")] + columns) { record in
            [desk.short(record["record"])]
                + zip(Kind.columns, units).map { name, unit in
                    Line(directory.text(record["units"]?[name], unit, at: desk))
                }
        }
        return .done
    }
}

struct DirectoryShow<Kind: DirectoryKind>: DeskCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(commandName: "show", abstract: "Show one with all that is said of it.")
    }

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its code or name, or the end of its id.")
    var record: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        let record = try await directory.one(record, Kind.self, at: desk)
        desk.console.result("\(desk.short(record["record"]))")
        let declaration = Schema.fieldwork.collection(Kind.collection)
        for member in record["units"]?.members ?? [] {
            guard let unit = declaration?.unit(named: member.key) else { continue }
            let title =
                Words.unit(unit.id, of: Kind.collection)?.text(in: desk.console.language)
                ?? member.key
            desk.console.result(
                "  \(title, .dim)  \(directory.text(member.value, unit, at: desk))")
        }
        desk.console.item(Kind.kind, record.members ?? [])
        desk.console.summarise(["record": record["record"] ?? .null])
        return .done
    }
}

/// Takes a record out of use that should never have been made.
struct DirectoryRemove<Kind: DirectoryKind>: DeskCommand {
    static var configuration: CommandConfiguration {
        CommandConfiguration(
            commandName: "remove",
            abstract: "Take out one that is a mistake. It is kept, and shown with --all.")
    }

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its code or name, or the end of its id.")
    var record: String
    @Option(help: "Why.")
    var reason: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        let record = try await directory.one(record, Kind.self, at: desk)
        return try await directory.put(
            Saying(), to: record, void: reason, Kind.self, at: desk)
    }
}
