import SyncClient
import SyncCore
import SyncExchange
import SyncProtocol
import SyncStore

/// A sync that stays: it waits at the hub for news, with the store closed, so that every other
/// command works meanwhile.
///
/// Ends by a signal, or with a failure that waiting does not mend.
struct SyncWatch {
    let store: DeviceStore
    let client: SyncClient
    let options: SyncOptions
    let desk: Desk

    func run(
        showing: @escaping @Sendable (SyncEvent) -> Void,
        telling: (SyncSummary, _ isFirst: Bool) -> Void
    ) async throws -> Never {
        var chance = SystemRandomNumberGenerator()
        var failures = 0
        var isFirst = true
        while true {
            let pause: Duration
            do {
                telling(try await client.sync(options, events: showing), isFirst)
                isFirst = false
                failures = 0
                pause = try await nextNews()
            } catch {
                let failure = desk.failure(for: error)
                guard [.offline, .refusedForNow, .busy].contains(failure.status) else {
                    throw failure
                }
                failures += 1
                if failures == 1 { desk.console.report(failure) }
                pause = DeviceExchange.pause(
                    afterFailure: failures, retryAfter_s: error.retryAfter_s,
                    chance: chance.next())
            }
            try store.close()
            try await Task.sleep(for: pause)
            try store.reopen(waits: Desk.waitForStore)
        }
    }

    /// Returns how long to let pass before the next sync, once there is a reason for one: something
    /// at the hub, or a change set that another command has recorded here.
    private func nextNews() async throws(SyncFailure) -> Duration {
        while true {
            let message = try await client.watchRequest()
            do throws(StoreError) {
                if try store.status().unsent > 0 { return .zero }
                try store.close()
            } catch {
                throw .store(error)
            }
            let heard: Result<News, SyncFailure>
            do throws(SyncFailure) {
                heard = .success(try await client.listen(message))
            } catch {
                heard = .failure(error)
            }
            do throws(StoreError) { try store.reopen(waits: Desk.waitForStore) } catch {
                throw .store(error)
            }
            if case .some(let pause_ms) = try heard.get() { return .milliseconds(pause_ms) }
        }
    }
}

extension SyncSummary {
    /// Whether anything moved.
    var hasNews: Bool {
        sent + received + notices + filesSent + filesReceived > 0 || isRepaired
            || digestMatches == false
    }
}

extension Error {
    /// How long the hub asked to be left alone.
    fileprivate var retryAfter_s: Int? {
        let failure = (self as? SyncInterruption)?.failure ?? self as? SyncFailure
        return switch failure {
        case .stopped(.problem(let problem)): problem.retryAfter_s
        case .stopped(.unknownProblem(_, _, _, let seconds)): seconds
        default: nil
        }
    }
}
