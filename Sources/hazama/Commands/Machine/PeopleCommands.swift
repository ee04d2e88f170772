import ArgumentParser
import SyncCore
import SyncProtocol
import SyncStore

// Several people on one machine, and leaving it. Nobody logs out: a store is locked, and what is
// unsent in it is sent by whoever syncs next, under its author's name.

struct LockCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "lock", abstract: "Show nothing until the passphrase is given again.",
        discussion: """
            What is unsent stays, and is sent by whoever syncs next. The files themselves are not \
            encrypted yet: this keeps your cases from others in this program only.
            """)

    @OptionGroup var global: GlobalOptions
    @Option(help: "Read the passphrase from this file; - is stdin. Left out, it is asked for.")
    var passphraseFile: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let homes = try desk.homes()
        let name = try homes.current()
        _ = try desk.store(beforeApproval: true)
        if try homes.passphrase(of: name) == nil {
            var chance = SystemRandomNumberGenerator()
            let chosen = try desk.passphrase(passphraseFile)
            try homes.setPassphrase(PassphraseHash(chosen, using: &chance), of: name)
        }
        try homes.lock(name)
        desk.console.hint(.lockedNow)
        desk.console.summarise(["person": .string(name), "locked": .bool(true)])
        return .done
    }
}

struct UnlockCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "unlock", abstract: "Work on your store again.")

    @OptionGroup var global: GlobalOptions
    @Option(help: "Read the passphrase from this file; - is stdin. Left out, it is asked for.")
    var passphraseFile: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let homes = try desk.homes()
        let name = try homes.current()
        if homes.isLocked(name) {
            guard let hash = try homes.passphrase(of: name),
                hash.fits(try desk.passphrase(passphraseFile))
            else { throw desk.fail(.locked, .locked, .wrongPassphrase) }
            try homes.unlock(name)
        }
        desk.console.result(.unlockedNow)
        let notices = try desk.store(beforeApproval: true).status().unreadNotices
        if notices > 0 { desk.console.result(.inboxWaits, ["n": "\(notices)"]) }
        desk.console.summarise(["person": .string(name), "locked": .bool(false)])
        return .done
    }
}

struct SwitchCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "switch", abstract: "Let another person work on this machine.",
        discussion: """
            Lock your store first. A new person gets a store of their own, and enrolls in it. \
            Without a name it lists who has one here.
            """)

    @OptionGroup var global: GlobalOptions
    @Argument(help: "Who: small letters, digits and hyphens.")
    var name: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let homes = try desk.homes()
        let current = try homes.current()
        guard let name else {
            for name in try homes.names() {
                let mark: Line = name == current ? "\("*", .good)" : " "
                desk.console.result("\(mark) \(name)")
                desk.console.item(
                    "person",
                    [
                        "name": .string(name), "current": .bool(name == current),
                        "locked": .bool(homes.isLocked(name)),
                    ])
            }
            return .done
        }
        guard Homes.isName(name) else {
            throw desk.fail(
                .usage, .badInput, .badWord, ["text": name, "words": "a-z, 0-9, -"])
        }
        guard name == current || !homes.hasStore(current) || homes.isLocked(current) else {
            throw desk.fail(.usage, .locked, .lockFirst)
        }
        try homes.setCurrent(name)
        if !homes.hasStore(name) { desk.console.hint(.notEnrolledNext) }
        desk.console.summarise(["person": .string(name)])
        return .done
    }
}

struct WipeCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "wipe",
        abstract: "Erase this store. Refused while anything in it has not reached the hub.")

    @OptionGroup var global: GlobalOptions
    @Option(help: "The machine's name, as whoami shows it.")
    var confirm: String?

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store(beforeApproval: true)
        let status = try store.status()
        guard status.unsent == 0 else {
            throw desk.fail(.failed, .unsentWork, .wipeRefused, ["n": "\(status.unsent)"])
        }
        let carried = try store.carried().count
        guard carried == 0 else {
            throw Failure(
                status: .failed, code: DeviceCode.unsentWork.rawValue,
                what: desk.console.text(.wipeRefusedCarried, ["n": "\(carried)"]))
        }
        let files = try store.fileErrands().toSend.count
        guard files == 0 else {
            throw desk.fail(.failed, .unsentWork, .wipeRefusedFiles, ["n": "\(files)"])
        }
        let identity = try store.identity()
        guard let confirm, confirm == identity.deviceName else {
            throw desk.fail(.usage, .answerMissing, .wipeConfirm, ["name": identity.deviceName])
        }
        let folder = store.path
        desk.tellsUnsent = false
        try desk.closeStore()
        for file in [
            "store.sqlite", "store.sqlite-wal", "store.sqlite-shm", "key", "ca.pem",
            "admin.json", "passphrase", "locked",
        ] {
            try Files.erase(folder + "/" + file)
        }
        desk.console.hint(.wiped)
        desk.console.summarise(["wiped": .string(folder)])
        return .done
    }
}

extension Desk {
    func homes() throws -> Homes { Homes(root: try root()) }

    /// Reads a passphrase from a file, or asks for it.
    fileprivate func passphrase(_ file: String?) throws -> String {
        guard let file else { return try prompt.secret(.askPassword, flag: "--passphrase-file") }
        return String(decoding: try Files.read(file, limit: 4096), as: UTF8.self).trimmed
    }
}
