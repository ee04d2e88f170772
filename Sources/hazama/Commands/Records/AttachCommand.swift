import ArgumentParser
import Fieldwork
import SyncClient
import SyncCore
import SyncProtocol
import SyncStore

struct AttachCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "attach", abstract: "Put files with a record: a photo, a letter.",
        discussion: """
            What the camera wrote into a photo of place and person is taken out. The file itself \
            travels after the records, in parts; until the office has it, it is shown as awaited.
            """,
        subcommands: [AttachAdd.self, AttachList.self, AttachShow.self, AttachRemove.self])
}

struct AttachAdd: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "add", abstract: "Put a file with a record.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The record's id, or the end of it.")
    var record: String
    @Argument(help: "The file.")
    var file: String
    @Option(help: "What to call it; left out, the file's own name.")
    var name: String?
    @Flag(
        help: "Take a photo or film of which place and person can't be taken out with all it says.")
    var asItIs = false

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try desk.author()
        let (record, _) = try desk.resolve(record)
        let original: [UInt8]
        do throws(FileFault) {
            original = try Files.read(file, limit: Limits.fileBytes)
        } catch {
            guard error.isTooLarge else { throw error }
            throw desk.fail(
                .usage, .badInput, safe: .notRecorded, .fileTooLarge,
                ["size": Formats.bytes(Int64(Limits.fileBytes))])
        }
        guard let stripped = StrippedFile(original), !stripped.bytes.isEmpty else {
            throw desk.fail(.usage, .badInput, safe: .notRecorded, .filePicture)
        }
        guard asItIs || !stripped.mayTellPlace else {
            throw desk.fail(.usage, .badInput, safe: .notRecorded, .fileTellsPlace)
        }
        let name = (name ?? String(file.split(separator: "/").last ?? "")).trimmed
        let hash = try desk.store().keep(file: stripped.bytes, for: record)
        let attachment = AttachedFile(
            hash: hash, size: stripped.bytes.count, type: Text(stripped.type), name: Text(name))
        var editing = try desk.edit(record)
        try editing.edit.change(.files, adding: [attachment.value])
        try desk.seal("attachment", [editing], reason: nil)
        let size = Formats.bytes(Int64(attachment.size))
        desk.console.result(
            .unsent, .fileAdded,
            ["name": name, "size": size, "id": attachment.hash.short])
        if !stripped.isStripped { desk.console.hint(.fileAsItIs, ["type": stripped.type]) }
        desk.console.item(
            "file",
            attachment.members(record, .unsent) + [
                JSONMember("stripped", .bool(stripped.isStripped))
            ])
        return .done
    }
}

struct AttachList: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "list", abstract: "List the files of a record, and where they are.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The record's id, or the end of it.")
    var record: String

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(record)
        let shown = try desk.shown(record)
        var table = Table([
            .init(title: "id"), .init(title: desk.console.text(.fileTitle), minimum: 12),
            .init(title: desk.console.text(.bytesTitle)),
            .init(title: desk.console.text(.state)),
        ])
        for (file, _, standing) in shown.state.files {
            let place = try desk.place(of: file, standing)
            table.add([
                Line(file.hash.short, .strong), Line(file.name.string),
                Line(Formats.bytes(Int64(file.size))),
                "\(place.mark) \(desk.console.text(place.phrase))",
            ])
            desk.console.item("file", file.members(record, place))
        }
        desk.console.result(table)
        if shown.state.files.isEmpty { desk.console.hint(.nothingFound) }
        desk.console.summarise(["count": .integer(Int64(shown.state.files.count))])
        return .done
    }
}

struct AttachShow: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "show", abstract: "Write a file out; one that is not here comes with a sync.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The record's id, or the end of it.")
    var record: String
    @Argument(help: "The file's id, or its beginning.")
    var file: String
    @Option(help: "Where to write it. Left out, only what is known of it is shown.")
    var out: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let (record, _) = try desk.resolve(record)
        let (file, standing) = try desk.file(self.file, of: try desk.shown(record))
        let place = try desk.place(of: file, standing)
        desk.console.result(
            "\(file.name.string, .strong)  \(file.type.string)  \(Formats.bytes(Int64(file.size)))")
        desk.console.result("\(place.mark) \(desk.console.text(place.phrase))")
        desk.console.item("file", file.members(record, place))
        guard try desk.store().file(file.hash)?.isWhole ?? false else {
            guard standing == .here else { return .partly }
            try desk.store().want(file, of: record)
            desk.console.hint(.fileWanted)
            return .partly
        }
        guard let out else { return .done }
        let bytes = try desk.store().bytes(ofFile: file.hash)
        guard Digests.sha256(bytes) == file.hash else {
            throw desk.fail(
                .integrity, .storeDamaged, .storeDamaged, ["text": file.hash.short],
                next: .runDoctor)
        }
        try Files.writeSecret(bytes, to: out)
        desk.console.result(.fileWritten, ["name": out])
        return .done
    }
}

struct AttachRemove: DeskCommand {
    static let configuration = CommandConfiguration(
        commandName: "rm",
        abstract: "Take a file off a record. Its history keeps that it was there.")

    @OptionGroup var global: GlobalOptions
    @Argument(help: "The record's id, or the end of it.")
    var record: String
    @Argument(help: "The file's id, or its beginning.")
    var file: String
    @Option(help: "Why.")
    var reason: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        _ = try desk.author()
        let (record, _) = try desk.resolve(record)
        var editing = try desk.edit(record)
        let (file, _) = try desk.file(self.file, of: try desk.shown(record))
        try editing.edit.change(.files, removing: [file.value])
        try desk.seal("attachment", [editing], reason: reason)
        return .done
    }
}

/// Where the bytes of a file are, as far as this machine knows.
enum FilePlace: String {
    /// Only here: the office has not got it.
    case unsent
    /// At the office, and here.
    case here
    /// At the office.
    case office
    /// On the machine of whoever added it, until that syncs.
    case awaited
    case lost

    var mark: Line {
        switch self {
        case .unsent: Line(.unsent)
        case .here, .office: Line(.durable)
        case .awaited: Line(.partlySent)
        case .lost: "\("!", .danger)"
        }
    }

    var phrase: Phrase {
        switch self {
        case .unsent: .fileUnsent
        case .here: .fileHere
        case .office: .fileAtOffice
        case .awaited: .fileAwaited
        case .lost: .fileLost
        }
    }
}

extension ContentHash {
    /// Enough of it to tell the files of a record apart.
    var short: String { String("\(self)".prefix(8)).uppercased() }
}

extension AttachedFile {
    func members(_ record: RecordID, _ place: FilePlace) -> [JSONMember] {
        [
            JSONMember("record", .string("\(record)")), JSONMember("hash", .string("\(hash)")),
            JSONMember("id", .string(hash.short)), JSONMember("name", .string(name.string)),
            JSONMember("type", .string(type.string)), JSONMember("size", .integer(Int64(size))),
            JSONMember("place", .string(place.rawValue)),
        ]
    }
}

extension Desk {
    /// Where a record's file is.
    func place(of file: AttachedFile, _ standing: AttachedFile.Standing?) throws -> FilePlace {
        let held = try store().file(file.hash)
        let isHere = held?.isWhole ?? false
        // The office may have lost what its records say it has, and is asked at the next sync.
        if isHere, let held, held.isOwn, !held.isSent { return .unsent }
        switch standing {
        case .here: return isHere ? .here : .office
        case _ where isHere && held?.isOwn ?? false: return held?.isSent ?? false ? .here : .unsent
        case .lost: return .lost
        case nil: return .awaited
        }
    }

    /// The file of a record somebody typed the id of, or its beginning.
    func file(
        _ typed: String, of shown: ShownRecord
    ) throws -> (AttachedFile, AttachedFile.Standing?) {
        let beginning = typed.trimmed.foldingWidth.lowercased()
        let files = shown.state.files.filter {
            !beginning.isEmpty && "\($0.file.hash)".hasPrefix(beginning)
        }
        switch files.count {
        case 1: return (files[0].file, files[0].standing)
        case 0: throw fail(.failed, .noSuchRecord, .noSuchFile, ["id": typed])
        default:
            let ids = files.map { "\($0.file.hash)" }.joined(separator: ", ")
            throw fail(.usage, .ambiguousID, .ambiguousID, ["id": typed, "ids": ids])
        }
    }
}
