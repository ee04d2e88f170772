import ArgumentParser
import Foundation
import HubServer
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore

struct BackupCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "backup",
        abstract: "Make, verify and list backups, also while the hub serves.",
        discussion: """
            Only a verified backup lets devices forget what is in it: verify every one.
            A backup holds the hub's secret keys. Keep it as private as the hub's folder.
            """,
        subcommands: [Create.self, Verify.self, List.self])

    struct Create: AsyncParsableCommand {
        static let configuration = CommandConfiguration(abstract: "Make a backup.")

        @OptionGroup var data: FolderOption
        @Option(name: .customLong("to"), help: "The folder for backups.", completion: .directory)
        var target: String
        @Flag(help: "Restore it into a scratch folder and check everything.")
        var verify = false
        @Flag(help: "As JSON.")
        var json = false

        func run() async throws {
            let folder = try data.folder()
            let target = HubFolder(path: target).path
            guard access(target, W_OK) == 0 else { throw Failure("can't write into \(target)") }
            // Next to where it goes: there must be room for it there anyway.
            let copy = "\(target)/copy-\(getpid()).sqlite"
            defer { for suffix in ["", "-wal", "-shm"] { unlink(copy + suffix) } }
            let backup: Backup
            do {
                let absolute = URL(filePath: copy).path
                let answer = try await folder.ask(.copy(path: absolute))
                if let text = answer["text"]?.string {
                    throw Failure("the hub could not copy itself: \(text)")
                }
                guard chmod(copy, 0o600) == 0 else { throw Failure("can't make \(copy) private") }
                let store = try HubStore(path: copy, schema: HubFolder.schema)
                let contents = try StoreContents(of: store)
                try store.close()
                backup = try Backup.make(
                    of: contents, database: copy, folder: folder.path, in: target,
                    now_ms: HubFolder.clock.now_ms())
            } catch let failure as Failure {
                throw failure
            } catch {
                throw Failure("no backup was made: \(error)")
            }
            if verify { try await BackupCommand.verify(backup, for: folder) }
            Terminal.print(json ? backup.json.text : backup.path)
        }
    }

    struct Verify: AsyncParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Restore a backup into a scratch folder, check every hash, and anchor it.",
            discussion: "Exit 10 if anything in it is damaged.")

        @OptionGroup var data: FolderOption
        @Argument(help: "The backup's folder.", completion: .directory)
        var backup: String

        func run() async throws {
            let folder = try data.folder()
            let found: Backup
            do { found = try Backup(path: HubFolder(path: backup).path) } catch {
                throw Failure(.damaged, "\(backup) is no backup that can be read: \(error)")
            }
            try await BackupCommand.verify(found, for: folder)
            Terminal.print("whole, anchored through position \(found.place.position)")
        }
    }

    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(abstract: "List the backups of a folder.")

        @Argument(help: "The folder for backups.", completion: .directory)
        var folder: String
        @Flag(help: "As JSON, one a line.")
        var json = false

        func run() throws {
            let backups: [Backup]
            let unreadable: [String]
            do {
                (backups, unreadable) = try Backup.all(in: HubFolder(path: folder).path)
            } catch {
                throw Failure("can't read \(folder): \(error)")
            }
            for backup in backups {
                if json {
                    Terminal.print(backup.json.text)
                } else {
                    let made = Date(timeIntervalSince1970: Double(backup.made_ms) / 1000)
                    Terminal.print(
                        "\(made.ISO8601Format())  position \(backup.place.position)  "
                            + (backup.isVerified ? "verified    " : "NOT VERIFIED")
                            + "  \(LineLog.escaped(backup.path))")
                }
            }
            if backups.isEmpty, !json { Terminal.print("No backup.") }
            guard unreadable.isEmpty else {
                throw Failure(
                    .damaged,
                    "can't be read: " + unreadable.map(LineLog.escaped).joined(separator: ", "))
            }
        }
    }

    /// Restores a backup into a scratch folder and checks everything; then tells the hub.
    static func verify(_ backup: Backup, for folder: HubFolder) async throws {
        let scratch = HubFolder(path: "\(backup.path).scratch-\(getpid())")
        defer { Backup.remove(scratch.path) }
        do {
            try backup.unpack(to: scratch.path)
            let store = try HubStore(path: scratch.file("hub.sqlite"), schema: HubFolder.schema)
            let contents = try StoreContents(of: store)
            try store.close()
            guard contents.place == backup.place, contents.hub == backup.hub,
                contents.stored == backup.stored
            else { throw Failure(.damaged, "the database holds something else than the manifest") }
            let hub = try scratch.openHub()
            let damage = try hub.doctor().filter { $0.severity == .damage }
            try hub.store.close()
            guard damage.isEmpty else {
                throw Failure(
                    .damaged, damage.map { "\($0.code): \($0.text)" }.joined(separator: "\n"))
            }
        } catch let failure as Failure {
            throw failure
        } catch {
            throw Failure(.damaged, "\(backup.path) can't be restored: \(error)")
        }
        let answer = try await folder.ask(.anchor(backup.place))
        if let text = answer["text"]?.string { throw Failure("the hub was not told: \(text)") }
        guard answer["isForeign"] == nil else {
            throw Failure(
                "the backup is whole, but of another log than the hub's in \(folder.path)")
        }
        do { try backup.markVerified() } catch { throw Failure("\(error)") }
    }
}

struct RestoreCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "restore",
        abstract: "Put a hub back from a backup. Devices offer again what it lacks, by themselves.",
        discussion: """
            The hub must not be running. What is in the folder now is moved aside, not removed.
            Refused for a backup older than a verified one, since devices may have forgotten what \
            was verified; see --accept-loss.
            """)

    @OptionGroup var data: FolderOption
    @Argument(help: "The backup's folder.", completion: .directory)
    var backup: String
    @Flag(help: "Restore although verified change sets are not in it.")
    var acceptLoss = false
    @Option(
        help: "The hub's journal; left out, that of the folder that is there now.",
        completion: .file())
    var journal: String?

    func run() async throws {
        let folder = try data.folder()
        let backup: Backup
        do { backup = try Backup(path: HubFolder(path: self.backup).path) } catch {
            throw Failure(.damaged, "\(self.backup) is no backup that can be read: \(error)")
        }
        let lock = folder.has("lock") ? try await folder.takeOrWait() : nil
        defer { lock?.release() }
        try weigh(backup, in: folder)
        let draft = folder.path + ".restoring"
        do {
            Backup.remove(draft)
            // Without a start token beside it the database is a strange one: opened, the hub begins
            // a new epoch.
            try backup.unpack(to: draft)
        } catch {
            throw Failure(.damaged, "nothing was changed: \(error)")
        }
        do {
            let restored = HubFolder(path: draft)
            let path = try journal ?? folder.journal()
            if let path { try restored.keepJournal(at: path) }
            // What people did since is done again here, before the folder has its name.
            let hub = try restored.openHub()
            try hub.store.close()
            if path == nil {
                Terminal.complain(
                    "No journal: what people did since the backup is lost. Revocations first.")
            }
        } catch {
            Backup.remove(draft)
            throw Failure("nothing was changed: \((error as? Failure)?.text ?? "\(error)")")
        }
        var aside: String?
        if access(folder.path, F_OK) == 0 {
            let place = "\(folder.path).before-\(HubFolder.clock.now_ms())"
            guard rename(folder.path, place) == 0 else {
                throw Failure(
                    "can't move \(folder.path) aside: \(String(cString: strerror(errno)))")
            }
            aside = place
        }
        guard rename(draft, folder.path) == 0 else {
            throw Failure(
                "can't move \(draft) to \(folder.path): \(String(cString: strerror(errno)))")
        }
        Terminal.print("restored through position \(backup.place.position)")
        if let aside { Terminal.complain("What was there before is in \(aside).") }
    }

    /// Says what the backup lacks, and refuses where devices may not have it any more either.
    private func weigh(_ backup: Backup, in folder: HubFolder) throws {
        var names: [ReplicaID: String] = [:]
        var later: [ReplicaID: UInt64] = [:]
        var anchored = LogPosition.start
        if folder.has("hub.sqlite") {
            // A folder that can't be read any more is a reason to restore, not one not to.
            do {
                let store = try HubStore(
                    path: folder.file("hub.sqlite"), schema: HubFolder.schema)
                let contents = try StoreContents(of: store)
                try store.close()
                if contents.hub == backup.hub {
                    (names, later, anchored) = (contents.names, contents.stored, contents.anchored)
                }
            } catch {
                Terminal.complain("what \(folder.path) had can't be read any more: \(error)")
            }
        }
        let siblings = (backup.path as NSString).deletingLastPathComponent
        do {
            let (others, unreadable) = try Backup.all(in: siblings.isEmpty ? "." : siblings)
            for other in others where other.isVerified && other.hub == backup.hub {
                anchored = max(anchored, other.place.position)
                later.merge(other.stored, uniquingKeysWith: max)
            }
            for path in unreadable {
                Terminal.complain("\(LineLog.escaped(path)) can't be read; it may be a later one")
            }
        } catch {
            Terminal.complain("can't look for later backups in \(siblings): \(error)")
        }
        let lacking = backup.lacks(later)
        for (replica, numbers) in lacking {
            let name = names[replica].map { " (\(LineLog.escaped($0)))" } ?? ""
            Terminal.complain(
                "not in this backup: \(replica)\(name) \(numbers.lowerBound)…\(numbers.upperBound)")
        }
        guard backup.place.position < anchored, !acceptLoss else { return }
        throw Failure(
            """
            Nothing was changed. A later backup, through position \(anchored), was verified, and \
            devices may have forgotten what is in that one and not in this.
            Restore that one; or give --accept-loss.
            """)
    }
}
