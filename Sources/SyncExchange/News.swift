internal import SyncCore
internal import SyncProtocol

/// What a hub says to a device that waits.
public enum News: Hashable, Sendable {
    /// Something lies ready; to be fetched after a pause, for others were told as well.
    case some(pause_ms: Int64)
    case none
}

extension DeviceExchange {
    /// Says what a reply to a watch means. A new epoch is news: the sync that follows finds out
    /// which.
    public static func judge(watching reply: Reply) -> Result<News, Stop> {
        guard reply.status == 200 else {
            let stop = stop(reply)
            if case .problem(let problem) = stop,
                [.wrongEpoch, .unknownMark, .badSignature].contains(problem.code)
            {
                return .success(.some(pause_ms: 0))
            }
            return .failure(stop)
        }
        guard reply.contentType == "application/json", let json = json(reply.body),
            case .bool(let hasNews)? = json["news"]
        else { return .failure(.notOurHub(status: reply.status)) }
        guard hasNews else { return .success(.none) }
        guard case .integer(let pause_ms)? = json["pause_ms"] else {
            return .success(.some(pause_ms: 0))
        }
        // A hub spreads devices over seconds; what says more is no reason to fall asleep.
        return .success(.some(pause_ms: min(max(pause_ms, 0), 60_000)))
    }

    /// How long to wait after the n-th failure in a row, from 1: two seconds, doubled each time to
    /// five minutes, or as long as the hub asked for; and by chance up to half as much again, so
    /// that those who were cut off together don't come back together.
    ///
    /// - Parameter chance: any 64 bits.
    public static func pause(
        afterFailure count: Int, retryAfter_s: Int?, chance: UInt64
    ) -> Duration {
        let own = min(2 << UInt64(min(max(count, 1) - 1, 20)), 300)
        let base_ms = UInt64(max(own, min(retryAfter_s ?? 0, 3600))) * 1000
        return .milliseconds(Int64(base_ms + chance % (base_ms / 2 + 1)))
    }
}
