import CurlTransport
import Fieldwork
import SyncClient
import SyncStore

/// What others who work on this machine have not sent: sent from their own stores and under their
/// own names. Nothing of it is shown; what fails is tried with the next sync.
struct OthersWork {
    let desk: Desk
    /// Whose store is being synced already.
    let own: String
    /// Opens a line to the hub of a store.
    let line: (DeviceStore, _ url: String) throws -> any Transport

    init(
        beside own: String, _ desk: Desk,
        line: @escaping (DeviceStore, _ url: String) throws -> any Transport
    ) {
        (self.own, self.desk, self.line) = (own, desk, line)
    }

    /// Sends it within the limit on bytes of all of them together; returns how many that took.
    func deliver(_ options: SyncOptions) async -> Int {
        var spent = 0
        do {
            let homes = try desk.homes()
            for name in try homes.names() where name != own {
                let left = options.maximumBytes.map { $0 - spent }
                if let left, left <= 0 { return spent }
                // What keeps one back keeps nobody else back.
                do {
                    let part = SyncOptions(maximumBytes: left, only: options.only)
                    if let summary = try await deliver(homes.folder(of: name), part) {
                        spent += summary.bytes
                        desk.console.hint(
                            .deliveredFor, ["n": "\(summary.sent)", "name": name])
                    }
                } catch {
                    spent += (error as? SyncInterruption)?.summary.bytes ?? 0
                    desk.console.detail(Line(desk.failure(for: error).what))
                }
            }
        } catch {
            desk.console.detail(Line(desk.failure(for: error).what))
        }
        return spent
    }

    /// Sends what is unsent in the store of a folder; `nil` where there was nothing to send.
    private func deliver(
        _ folder: String, _ options: SyncOptions
    ) async throws -> SyncSummary? {
        let store = try DeviceStore.open(
            folder, schema: .fieldwork, waits: Desk.waitForStore)
        let outcome: Result<SyncSummary?, any Error>
        do {
            if try isBehind(store, options.only), let url = try store.identity().url {
                let client = SyncClient(
                    store: store, transport: try line(store, url), clock: desk.clock,
                    patience: .shared)
                outcome = .success(try await client.sync(options))
            } else {
                outcome = .success(nil)
            }
        } catch {
            outcome = .failure(error)
        }
        try store.close()
        return try outcome.get()
    }

    private func isBehind(_ store: DeviceStore, _ only: SyncOptions.Lane?) throws -> Bool {
        if only != .files, try store.status().unsent > 0 || !store.carried().isEmpty {
            return true
        }
        return try only != .records && !store.fileErrands().toSend.isEmpty
    }
}

extension Patience {
    /// Lets go of the store where the line takes its time: its owner may want to record something.
    static let shared = Patience.limited(
        pause: { try await Task.sleep(for: .milliseconds(500)) }, waits: Desk.waitForStore)
}
