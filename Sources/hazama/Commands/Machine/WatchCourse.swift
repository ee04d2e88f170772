import SyncClient
import SyncExchange

/// What a sync that stays does next, by how the last one ended. Sees no store, line or clock.
///
/// Invariants: no two syncs without something sent, heard or waited for between them; what all of
/// them spend together stays within the limit, but for the last exchange.
struct WatchCourse {
    enum Next: Hashable {
        /// Wait at the hub for news.
        case listen
        /// Sync again after a while.
        case sync(after: Duration)
        /// The limit on bytes is used up.
        case end
    }

    private let only: SyncOptions.Lane?
    /// The bytes that may still be spent; `nil` for no limit.
    private(set) var left: Int?
    /// Syncs in a row that failed, or left as much behind as they had found.
    private(set) var setbacks = 0

    init(_ options: SyncOptions) {
        (only, left) = (options.only, options.maximumBytes)
    }

    /// What the next sync is to do.
    var options: SyncOptions { SyncOptions(maximumBytes: left, only: only) }

    var isSpent: Bool { left.map { $0 <= 0 } ?? false }

    /// Is told what was spent on the line.
    mutating func spend(_ bytes: Int) { left = left.map { max(0, $0 - bytes) } }

    /// Says what to do after a sync that came to its end.
    ///
    /// - Parameter chance: any 64 bits.
    mutating func next(after summary: SyncSummary, chance: UInt64) -> Next {
        spend(summary.bytes)
        guard !isSpent else { return .end }
        // Files are recorded together with a change set; by themselves they are news in their own
        // lane only.
        let (waiting, sent) =
            only == .files
            ? (summary.filesUnsent, summary.filesSent) : (summary.unsent, summary.sent)
        if waiting == 0 || sent > 0 { setbacks = 0 }
        if waiting == 0 { return .listen }
        if sent > 0 { return .sync(after: .zero) }
        return .sync(after: pause(retryAfter_s: nil, chance))
    }

    /// Says what to do after a sync that failed in a way that waiting mends.
    mutating func next(
        afterFailure summary: SyncSummary?, retryAfter_s: Int?, chance: UInt64
    ) -> Next {
        spend(summary?.bytes ?? 0)
        return isSpent ? .end : .sync(after: pause(retryAfter_s: retryAfter_s, chance))
    }

    private mutating func pause(retryAfter_s: Int?, _ chance: UInt64) -> Duration {
        setbacks += 1
        return DeviceExchange.pause(
            afterFailure: setbacks, retryAfter_s: retryAfter_s, chance: chance)
    }

    /// How much lies in a store that the last sync did not know of, where it left nothing behind.
    func waiting(unsent: Int, files: Int) -> Int { only == .files ? files : unsent }
}
