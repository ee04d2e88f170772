import ArgumentParser
import SyncCore
import SyncProtocol
import SyncStore

struct LeaseCommand: RecordingCommand {
    static let configuration = CommandConfiguration(
        commandName: "lease",
        abstract: "How long this machine may show records without contact.",
        discussion: """
            Each sync lends what is here for another while. Afterwards the machine still records, \
            and shows nothing until it has synced.
            """)

    @OptionGroup var global: GlobalOptions

    func run(at desk: Desk) async throws -> ExitStatus {
        let store = try desk.store()
        let console = desk.console
        switch try store.readingLease(at: desk.started) {
        case .notLent:
            console.hint(Line(console.text(LeasePhrase.none)))
            console.summarise(["left_ms": .null, "until": .null])
        case .left(let left_ms, _, let end_ms):
            let end = desk.formats.moment(end_ms)
            let time = desk.formats.duration(left_ms)
            console.result(Line(console.text(LeasePhrase.left, ["time": time, "end": end])))
            console.summarise([
                "left_ms": .integer(left_ms), "until": .string(Formats.iso(end_ms)),
            ])
        case .over: throw try desk.leaseOver(store)
        }
        return .done
    }
}
