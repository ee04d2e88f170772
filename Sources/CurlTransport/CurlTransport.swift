internal import Dispatch
public import SyncClient

/// Requests to one hub, over one kept connection.
///
/// * One request at a time, in the order of the calls; callers wait in line without blocking a
///   thread of the pool.
/// * Only the pinned authority is trusted: neither the system's certificates nor those the
///   environment names. The certificate must also name the host.
/// * No redirect, proxy, cookie, `.netrc` or credential is followed or used that was not handed in.
/// * A request goes out once. Only where a kept connection turns out to have been closed before it
///   answered anything does libcurl send the same request again, on a fresh one.
public final class CurlTransport: Transport {
    private let hub: HubAddress
    private let trust: CurlConnection.Trust
    private let timeouts: TransportTimeouts
    private let connection = CurlConnection()
    /// All work on `connection` happens here, for its calls block.
    private let queue = DispatchQueue(label: "hazama.transport")

    /// Makes a transport; nothing is sent yet.
    ///
    /// - Parameter authority: certificates as PEM, one of which has to have signed the hub's. Not
    ///   used with a plain address.
    public convenience init(
        hub: HubAddress, authority: [UInt8], timeouts: TransportTimeouts = TransportTimeouts()
    ) {
        self.init(hub: hub, trust: .authority(pem: authority), timeouts: timeouts)
    }

    private init(hub: HubAddress, trust: CurlConnection.Trust, timeouts: TransportTimeouts) {
        (self.hub, self.trust, self.timeouts) = (hub, trust, timeouts)
    }

    public func send(
        _ request: TransportRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(TransportError) -> TransportResponse {
        let pending = PendingAnswer()
        let answer = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                pending.wait(continuation)
                queue.async { [self] in
                    guard !pending.isOver else { return }
                    pending.end(
                        connection.perform(
                            request, to: hub, trusting: trust, timeouts: timeouts,
                            pending: pending, progress: progress))
                }
            }
        } onCancel: {
            // The caller is let go at once; the thread follows as soon as libcurl lets it, which
            // can take as long as a lookup of the host's name.
            pending.end(.failure(.cancelled))
            connection.wake()
        }
        return try answer.get()
    }

    /// Fetches one document **without checking who sends it**, on a connection of its own.
    ///
    /// Safe for one thing only: the hub's own certificate authority, whose SHA-256 the enrolment
    /// code holds. Whoever is in between can send another document, but not one with this hash, and
    /// learns nothing but the path. Compare the hash before using a byte of the answer. No token
    /// can be sent this way; for everything else there is `send`.
    public static func fetchUntrusted(
        path: String, from hub: HubAddress, maximumBytes: Int = 1 << 16,
        timeouts: TransportTimeouts = TransportTimeouts()
    ) async throws(TransportError) -> TransportResponse {
        try await CurlTransport(hub: hub, trust: .anybody, timeouts: timeouts).send(
            TransportRequest(method: .get, path: path, maximumResponseBytes: maximumBytes),
            progress: { _ in })
    }
}

/// How long a transport waits before it gives up with `.timedOut`. There is no limit for the whole:
/// a large page on a bad line may take its time as long as it moves.
public struct TransportTimeouts: Hashable, Sendable {
    /// Until the connection stands, TLS included.
    public var connect: Duration
    /// Without a single byte in either direction; counted in whole seconds, at least one.
    public var stall: Duration

    public init(connect: Duration = .seconds(10), stall: Duration = .seconds(30)) {
        (self.connect, self.stall) = (connect, stall)
    }
}
