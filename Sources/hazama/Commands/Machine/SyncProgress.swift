import Glibc
import SyncClient
import SyncCore
import Synchronization

/// What a sync is at, for whoever waits: one line that is written over on a terminal, a few plain
/// lines elsewhere, nothing in JSON and when quiet.
final class SyncProgress: Sendable {
    private let look: Look
    private let isShown: Bool
    private let moves: Bool
    /// The columns of the line that stands there now. Events come from any thread; the lock orders
    /// them.
    private let drawn = Mutex(0)
    /// When all was sent, in milliseconds, and the other end had said nothing yet.
    private let sentAt = Mutex<UInt64?>(nil)

    init(_ console: Console) {
        look = console.talkLook
        isShown = !console.isJSON && !console.isQuiet
        moves = look.width != nil && !look.isPlain
    }

    func show(_ event: SyncEvent) {
        guard isShown else { return }
        switch event {
        case .sending(let count, let bytes):
            // Gone again if the hub is not reached: then the first word is what is safe.
            say(.sending, ["n": "\(count)", "size": Formats.bytes(Int64(bytes))], stays: false)
        case .transfer(let transfer):
            guard moves else { return }
            let (sent, received) = (Int64(transfer.sent), Int64(transfer.received))
            if received == 0, transfer.toSend > 0, transfer.sent >= transfer.toSend {
                let seconds = secondsSinceSent()
                if seconds > 0 {
                    let values = ["up": Formats.bytes(sent), "n": "\(seconds)"] as KeyValuePairs
                    return say(.hubWorks, values, stays: false)
                }
            }
            say(
                .transferring,
                ["up": Formats.bytes(sent), "down": Formats.bytes(received)], stays: false)
        case .applying(let records):
            if records > 0 { say(.receiving, ["n": "\(records)"], stays: true) }
        case .file(let isUp, let done, let size):
            guard moves else { return }
            say(
                isUp ? .fileGoes : .fileComes,
                [
                    "done": Formats.bytes(Int64(done)), "size": Formats.bytes(Int64(size)),
                ], stays: false)
        case .newEpoch: say(.newEpoch, [:], stays: true)
        case .repairing: say(.repairing, [:], stays: true)
        case .receipted: break
        }
    }

    private func secondsSinceSent() -> UInt64 {
        let now = Clocks.read().monotonic_ms
        return sentAt.withLock { moment in
            let first = moment ?? now
            moment = first
            return (now - first) / 1000
        }
    }

    /// Takes away the line that stands there.
    func clear() {
        drawn.withLock { columns in
            if columns > 0 { write("\r" + String(repeating: " ", count: columns) + "\r") }
            columns = 0
        }
    }

    private func say(
        _ phrase: Phrase, _ values: KeyValuePairs<String, String>, stays: Bool
    ) {
        let text = Line(phrase.wording.filled(in: look.language, values))
        guard moves else {
            if stays { write(text.rendered(in: look) + "\n") }
            return
        }
        drawn.withLock { columns in
            let line = text.rendered(in: look, limit: look.width.map { $0 - 1 })
            let rest = String(repeating: " ", count: max(0, columns - line.columns))
            write("\r" + line + rest)
            columns = line.columns
            if stays {
                write("\n")
                columns = 0
            }
        }
    }

    private func write(_ text: String) { ThisProcess.write(Array(text.utf8), to: STDERR_FILENO) }
}
