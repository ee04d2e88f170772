import ArgumentParser
import HubServer
import SyncCore
import SyncHub
import SyncProtocol

struct StatusCommand: AsyncParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "status", abstract: "Show what the hub holds and what waits.")

    @OptionGroup var data: FolderOption
    @Flag(help: "As JSON.")
    var json = false

    func run() async throws {
        let folder = try data.folder()
        let status = try await folder.ask(.status)
        if let text = status["text"]?.string { throw Failure("the hub can't tell: \(text)") }
        if json { return Terminal.print(status.text) }
        func number(_ key: String) -> String { "\(status[key]?.integer ?? 0)" }
        func text(_ key: String) -> String { LineLog.escaped(status[key]?.string ?? "-") }
        Terminal.print(
            """
            district     \(text("district"))
            hub          \(text("hub"))
            epoch        \(text("epoch"))
            position     \(number("position"))
            records      \(number("records"))
            change sets  \(number("changeSets")) in \(number("uploads")) uploads
            devices      \(number("devices")), \(number("devicesApart")) with other records than the hub
            conflicts    \(number("openConflicts")) not resolved
            held         \(number("held"))
            quarantined  \(number("quarantined"))
            digest       \(text("digest"))
            journal      \(status["journal"].flatMap(JournalCommand.line) ?? "none")
            """)
        for area in status["areas"]?.array ?? [] {
            Terminal.print(
                "  \(area["digest"]?.string ?? "-")  \(area["records"]?.integer ?? 0) records  "
                    + LineLog.escaped(area["name"]?.string ?? ""))
        }
    }
}
