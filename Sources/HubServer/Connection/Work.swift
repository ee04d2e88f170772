internal import NIOCore
internal import NIOPosix
internal import SyncProtocol
internal import Synchronization

/// Blocking work on a few threads, beside the event loops, with a bounded queue.
final class Work: Sendable {
    private let pool: NIOThreadPool
    private let limit: Int
    private let pending = Mutex(0)

    /// - Parameter limit: running and waiting together; more are told to come back.
    init(threads: Int, limit: Int) {
        pool = NIOThreadPool(numberOfThreads: threads)
        self.limit = limit
        pool.start()
    }

    /// Runs `body` on one of the threads, or refuses with `.busy` if too many wait.
    func run<Result: Sendable>(
        _ body: @escaping @Sendable () throws(Problem) -> Result
    ) async throws(Problem) -> Result {
        let admitted = pending.withLock { pending in
            guard pending < limit else { return false }
            pending += 1
            return true
        }
        guard admitted else { throw Self.busy }
        defer { pending.withLock { $0 -= 1 } }
        let outcome: Swift.Result<Result, Problem>
        do {
            outcome = try await pool.runIfActive {
                do throws(Problem) { return .success(try body()) } catch { return .failure(error) }
            }
        } catch {
            // Cancelled or shut down before it began: nothing was done.
            throw Self.busy
        }
        return try outcome.get()
    }

    func shutDown() async throws { try await pool.shutdownGracefully() }

    /// Spread, so that those refused together don't come back together.
    static var busy: Problem { Problem(.busy, retryAfter_s: Int.random(in: 1...5)) }
}

/// Bytes of request bodies in memory, over all connections.
final class BodyBudget: Sendable {
    private let limit: Int
    private let held = Mutex(0)

    init(limit: Int) { self.limit = limit }

    /// Takes bytes from the budget; false if there are not so many left.
    func take(_ bytes: Int) -> Bool {
        held.withLock { held in
            guard held + bytes <= limit else { return false }
            held += bytes
            return true
        }
    }

    func giveBack(_ bytes: Int) { held.withLock { $0 -= bytes } }
}
