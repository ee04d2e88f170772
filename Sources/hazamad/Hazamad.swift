import ArgumentParser
import Foundation

/// The command for a hub's operator.
@main
struct Hazamad: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "hazamad",
        abstract: "Run a hub: the place where advisors' work meets.",
        discussion: """
            A hub is one folder. First:
              hazamad init --data /srv/hazama --demo
              hazamad serve --data /srv/hazama --listen 0.0.0.0:8443
            Then:
              hazama admin login https://HOST:8443 --ca /srv/hazama/ca.pem --password-file /srv/hazama/first-admin
            """,
        version: "0.1.0",
        subcommands: [
            InitCommand.self, ServeCommand.self, StatusCommand.self, DoctorCommand.self,
            BackupCommand.self, RestoreCommand.self, JournalCommand.self, SimulateCommand.self,
        ])

    static func main() async {
        // A closed pipe is an error to be told, not the end of the process.
        signal(SIGPIPE, SIG_IGN)
        // Everything here is its owner's: the database makes files of its own.
        umask(0o077)
        do {
            var command = try parseAsRoot()
            if var asynchronous = command as? any AsyncParsableCommand {
                try await asynchronous.run()
            } else {
                try command.run()
            }
        } catch let failure as Failure {
            Terminal.complain("hazamad: \(failure.text)")
            Foundation.exit(failure.status.rawValue)
        } catch {
            let text = fullMessage(for: error)
            if exitCode(for: error).isSuccess {
                Terminal.print(text)
            } else {
                Terminal.complain(text)
                Foundation.exit(ExitStatus.usage.rawValue)
            }
        }
    }
}

/// How a command ends. Every number but these is a failure too.
enum ExitStatus: Int32, Sendable {
    case failed = 1
    case usage = 2
    /// Another process owns the folder and does not answer.
    case busy = 8
    /// A check found damage.
    case damaged = 10
}

/// Why a command could not do what it was asked, in words that say what to do next.
struct Failure: Error {
    let status: ExitStatus
    let text: String

    init(_ status: ExitStatus, _ text: String) {
        (self.status, self.text) = (status, text)
    }

    init(_ text: String) { self.init(.failed, text) }
}

/// Standard output for results, standard error for everything else.
enum Terminal {
    static func print(_ text: String) { write(text + "\n", to: 1) }
    static func complain(_ text: String) { write(text + "\n", to: 2) }

    /// Written whole and at once; what can't be written is not worth failing for.
    private static func write(_ text: String, to descriptor: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                Foundation.write(descriptor, $0.baseAddress, $0.count)
            }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return }
            rest = rest.dropFirst(count)
        }
    }
}

struct FolderOption: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: "The hub's folder; otherwise that of HAZAMA_HUB.", completion: .directory)
    var path: String?

    func folder() throws -> HubFolder {
        guard let path = path ?? ProcessInfo.processInfo.environment["HAZAMA_HUB"], !path.isEmpty
        else { throw Failure(.usage, "which hub? Give --data DIR, or set HAZAMA_HUB") }
        return HubFolder(path: path)
    }
}
