import ArgumentParser
import Foundation
import HubServer
import SyncCore
import SyncHub
import SyncStore

struct JournalCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "journal",
        abstract: "Say where the hub keeps its journal, or show how it stands.",
        discussion: """
            What people do at the hub (decisions, grants, revocations, enrolments) is on no device. \
            Kept in a journal on another disk, it survives the loss of this one: a restored hub \
            does it again before it answers anybody.
            """)

    @OptionGroup var data: FolderOption
    @Option(
        name: .customLong("at"), help: "Keep it in this file from now on. The hub must not run.",
        completion: .file())
    var path: String?
    @Flag(help: "Keep none. The hub must not run.")
    var none = false

    func run() async throws {
        let folder = try data.folder()
        guard path != nil || none else {
            let state = try await folder.ask(.status)["journal"]
            return Terminal.print(
                state.flatMap(Self.line)
                    ?? "none: what people did here since the last backup is only in this folder")
        }
        guard path == nil || !none else { throw Failure(.usage, "give --at or --none, not both") }
        try folder.check()
        guard let lock = try folder.take() else {
            throw Failure(.busy, "the hub in \(folder.path) is running; stop it first")
        }
        defer { lock.release() }
        try folder.keepJournal(at: path.map { HubFolder(path: $0).path })
        let hub = try folder.openHub()
        let state = try hub.status().json["journal"]
        do { try hub.store.close() } catch { throw Failure("\(error)") }
        Terminal.print(state.flatMap(Self.line) ?? "none")
    }

    /// How a journal stands, in one line.
    static func line(_ journal: JSON) -> String? {
        guard let path = journal["path"]?.string, let written = journal["written"]?.integer,
            let last = journal["last"]?.integer
        else { return nil }
        let behind = last > written ? ", \(last - written) BEHIND" : ""
        return "\(LineLog.escaped(path)), \(written) entries\(behind)"
    }
}
