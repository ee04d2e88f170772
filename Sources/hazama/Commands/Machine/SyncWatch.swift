import SyncClient
import SyncCore
import SyncExchange
import SyncProtocol
import SyncStore

/// A sync that stays: it waits at the hub for news, with the store closed, so that every other
/// command works meanwhile.
///
/// Ends by a signal, once its limit on bytes is used up, or with a failure that waiting does not
/// mend.
struct SyncWatch {
    let store: DeviceStore
    let client: SyncClient
    let desk: Desk
    private(set) var course: WatchCourse

    init(store: DeviceStore, client: SyncClient, options: SyncOptions, desk: Desk) {
        (self.store, self.client, self.desk) = (store, client, desk)
        course = WatchCourse(options)
    }

    /// - Parameter others: sends what others on this machine have not sent, while this store is
    ///   closed; returns how many bytes that took.
    mutating func run(
        showing: @escaping @Sendable (SyncEvent) -> Void,
        telling: (SyncSummary, _ isFirst: Bool) -> Void,
        others: (SyncOptions) async -> Int
    ) async throws {
        var chance = SystemRandomNumberGenerator()
        var (isFirst, isDown) = (true, false)
        while true {
            let next: WatchCourse.Next
            do {
                let summary = try await client.sync(course.options, events: showing)
                telling(summary, isFirst)
                (isFirst, isDown) = (false, false)
                let planned = course.next(after: summary, chance: chance.next())
                next = planned == .listen ? .sync(after: try await nextNews(others)) : planned
            } catch {
                let failure = desk.failure(for: error)
                guard [.offline, .refusedForNow, .busy].contains(failure.status) else {
                    throw failure
                }
                if !isDown { desk.console.report(failure) }
                isDown = true
                next = course.next(
                    afterFailure: (error as? SyncInterruption)?.summary,
                    retryAfter_s: error.retryAfter_s, chance: chance.next())
            }
            guard case .sync(let pause) = next else { return }
            guard pause > .zero else { continue }
            try store.close()
            try await Task.sleep(for: pause)
            try store.reopen(waits: Desk.waitForStore)
        }
    }

    /// Returns how long to let pass before the next sync, once there is a reason for one: something
    /// at the hub, or a change set that another command has recorded here.
    private mutating func nextNews(
        _ others: (SyncOptions) async -> Int
    ) async throws(SyncFailure) -> Duration {
        while true {
            let message = try await client.watchRequest()
            do throws(StoreError) {
                let waiting = course.waiting(
                    unsent: try store.status().unsent,
                    files: try store.fileErrands().toSend.count)
                if waiting > 0 { return .zero }
                try store.close()
            } catch {
                throw .store(error)
            }
            course.spend(await others(course.options))
            let heard: Result<News, SyncFailure>
            do throws(SyncFailure) {
                heard = .success(try await client.listen(message))
            } catch {
                heard = .failure(error)
            }
            course.spend(message.body.count)
            do throws(StoreError) { try store.reopen(waits: Desk.waitForStore) } catch {
                throw .store(error)
            }
            if case .some(let pause_ms) = try heard.get() { return .milliseconds(pause_ms) }
            // The sync that follows finds nothing left to spend, and ends the watch.
            if course.isSpent { return .zero }
        }
    }
}

extension SyncSummary {
    /// Whether anything moved.
    var hasNews: Bool {
        sent + received + notices + filesSent + filesReceived + delivered > 0 || isRepaired
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
