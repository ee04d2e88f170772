import ArgumentParser
import Fieldwork
import SyncCore

struct DirectoryTag: DirectoryKind {
    static let kind = "tag"
    static let collection = CollectionID.tagDefinition
    static let columns = ["code", "wording", "level", "owner", "kind", "retired"]
}

struct AdminTag: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tag",
        abstract: "The tag dictionary: the district's, each street's, each neighbourhood's.",
        discussion: """
            Whose entry it is edits it. An administrator keeps the district's; a street's or a
            neighbourhood's is kept by an area-administrator with a grant of exactly that area.
            """,
        subcommands: [
            DirectoryList<DirectoryTag>.self, DirectoryShow<DirectoryTag>.self, AdminTagAdd.self,
            AdminTagEdit.self, AdminTagRetire.self,
        ])
}

struct AdminTagAdd: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Add a tag to an area's dictionary.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its code, for good: T52.")
    var code: String
    @Argument(help: "What it is called.")
    var title: String
    @Option(help: "Whose it is: the district, a street or a neighbourhood, by name or id.")
    var owner: String
    @Option(help: "assistance or identity.")
    var kind = "assistance"
    @OptionGroup var wording: TagWordingOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        var units = Saying()
        units.set("code", code)
        units.set("owner", owner)
        units.set("kind", kind)
        try units.set("wording", parts: wording.saying(title: title, at: desk))
        return try await Directory(desk).put(units, DirectoryTag.self, at: desk)
    }
}

struct AdminTagEdit: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "edit", abstract: "Change what a tag is called, or when it is given.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its code or name, or the end of its id.")
    var tag: String
    @Option(help: "What it is called.")
    var title: String?
    @OptionGroup var wording: TagWordingOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        var units = Saying()
        try units.set("wording", parts: wording.saying(title: title, at: desk))
        return try await directory.put(
            units, to: directory.one(tag, DirectoryTag.self, at: desk), DirectoryTag.self, at: desk)
    }
}

struct TagWordingOptions: ParsableArguments {
    @Option(help: "What it means.")
    var description: String?
    @Option(help: "When it is given, in the form of the catalogue's rules.")
    var rule: String?
    @Option(help: "The day from which that holds; left out, today.")
    var effective: String?

    func saying(title: String?, at desk: Desk) throws -> Saying {
        var parts = Saying()
        parts.set("title", title)
        parts.set("description", description)
        parts.set("rule", rule)
        parts.set("effective", try effective.map { "\(try desk.typed.day($0))" })
        return parts
    }
}

struct AdminTagRetire: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "retire",
        abstract: "Take a tag out of use, for good. Who has it keeps it in the history.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Its code or name, or the end of its id.")
    var tag: String
    @Option(help: "Why.")
    var reason: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let directory = try await Directory(desk)
        var units = Saying()
        units.set("retired", TagDefinition.Retired.retired.rawValue)
        return try await directory.put(
            units, to: directory.one(tag, DirectoryTag.self, at: desk), because: reason,
            DirectoryTag.self,
            at: desk)
    }
}
