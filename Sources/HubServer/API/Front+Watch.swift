internal import ServiceLifecycle
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import Synchronization

extension Front {
    /// Answers when something lies ready for a device, or when it has waited long enough.
    func watch(_ call: Call, isCompressed: Bool) async throws(Problem) -> Answer {
        let body = call.body
        return try await listen { hub, wake throws(Problem) in
            let request = isCompressed ? try Self.unpacked(body) : body
            return try hub.watch(request, wake: wake)
        }
    }

    typealias Wake = @Sendable (_ pause: Duration) -> Void

    /// Answers when the hub wakes who listens, or when that has waited long enough. Whoever waits
    /// costs a connection and a few hundred bytes, and no thread.
    func listen(
        _ body: @escaping @Sendable (Hub, @escaping Wake) throws(Problem) -> UInt64?
    ) async throws(Problem) -> Answer {
        guard waiting.begin() else { throw Work.busy }
        defer { waiting.end() }
        let hub = hub
        let (news, listening) = AsyncStream<Duration>.makeStream()
        let watcher = try await work.run { () throws(Problem) in
            try body(hub) { pause in
                listening.yield(pause)
                listening.finish()
            }
        }
        guard let watcher else { return Self.heard(.zero) }
        defer { hub.forgetWatcher(watcher) }
        return Self.heard(await first(of: news, listening))
    }

    private func first(
        of news: AsyncStream<Duration>, _ listening: AsyncStream<Duration>.Continuation
    ) async -> Duration? {
        let limit = limits.watch
        return await withGracefulShutdownHandler {
            await withTaskGroup(of: Duration?.self) { group in
                group.addTask { await news.first { _ in true } }
                group.addTask {
                    // Ended early, it has waited long enough as well.
                    do { try await Task.sleep(for: limit) } catch {}
                    return nil
                }
                let heard = await group.next() ?? nil
                group.cancelAll()
                return heard
            }
        } onGracefulShutdown: {
            listening.finish()
        }
    }

    private static func heard(_ pause: Duration?) -> Answer {
        guard let pause else { return .json(.object(["news": false])) }
        let (seconds, fraction) = pause.components
        let pause_ms = seconds * 1000 + fraction / 1_000_000_000_000_000
        return .json(.object(["news": true, "pause_ms": .integer(pause_ms)]))
    }
}

/// How many requests wait for news, over all connections.
final class Waiting: Sendable {
    private let limit: Int
    private let count = Mutex(0)

    init(limit: Int) { self.limit = limit }

    func begin() -> Bool {
        count.withLock { count in
            guard count < limit else { return false }
            count += 1
            return true
        }
    }

    func end() { count.withLock { $0 -= 1 } }
}
