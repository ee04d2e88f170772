internal import SyncClient

/// What arrives during one transfer. Used on the transport's queue only, by libcurl's callbacks.
final class Incoming {
    private(set) var body: [UInt8] = []
    private(set) var isTooLarge = false
    private(set) var isHeadTooLarge = false
    private var headBytes = 0
    private var lastReport: ContinuousClock.Instant?
    private let maximumBytes: Int
    private let pending: PendingAnswer
    private let progress: @Sendable (TransferProgress) -> Void

    /// More than any head of the hub; a head has no end that its reader could foresee.
    private static let maximumHeadBytes = 32 << 10

    init(
        maximumBytes: Int, pending: PendingAnswer,
        progress: @escaping @Sendable (TransferProgress) -> Void
    ) {
        (self.maximumBytes, self.pending, self.progress) = (maximumBytes, pending, progress)
    }

    /// The object behind a callback's context.
    static func at(_ context: UnsafeMutableRawPointer?) -> Incoming {
        guard let context else { preconditionFailure("libcurl lost a context") }
        return Unmanaged<Incoming>.fromOpaque(context).takeUnretainedValue()
    }

    /// Takes a part of the body; false ends the transfer.
    func take(_ bytes: UnsafeRawBufferPointer) -> Bool {
        guard bytes.count <= maximumBytes - body.count else {
            isTooLarge = true
            return false
        }
        body += bytes
        return true
    }

    /// Counts a line of the head; false ends the transfer.
    func takeHead(_ count: Int) -> Bool {
        headBytes += count
        isHeadTooLarge = headBytes > Self.maximumHeadBytes
        return !isHeadTooLarge
    }

    /// Passes the state on, ten times a second at most, and not to a caller that is gone.
    func report(_ state: TransferProgress) {
        // libcurl asks up to a million times for a large page.
        let now = ContinuousClock.now
        if let lastReport, now - lastReport < .milliseconds(100) { return }
        lastReport = now
        if !pending.isOver { progress(state) }
    }
}
