/// Bytes to the hub and back. Two implementations: curl on devices, a simulated network in the
/// simulation.
///
/// A transport knows where the hub is and whose certificate to trust; it never follows a redirect
/// and never retries by itself.
public protocol Transport: Sendable {
    /// Sends one request on a kept connection and returns the whole answer, or as much of a
    /// successful one as came before the line broke, where the request takes that.
    ///
    /// Cancelling the calling task ends the transfer soon and throws `.cancelled`; what the hub may
    /// have done by then is unknown, so only repeatable requests are sent this way.
    ///
    /// - Parameter progress: called at most ten times a second, from any thread.
    func send(
        _ request: TransportRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(TransportError) -> TransportResponse
}

/// One request to the hub.
public struct TransportRequest: Hashable, Sendable {
    public enum Method: String, Hashable, Sendable {
        case get = "GET"
        case post = "POST"
    }
    public var method: Method
    /// Begins with `/`.
    public var path: String
    /// `nil` where there is no body.
    public var contentType: String?
    /// As a bearer token; never printed.
    public var token: String?
    public var body: [UInt8]
    /// Whether the body is compressed with zstd.
    public var isCompressed: Bool
    /// The most bytes the answer may have once decompressed; more ends the transfer with
    /// `.tooLarge`.
    public var maximumResponseBytes: Int
    /// Whether the beginning of a successful answer is of use when the line breaks within it.
    public var takesBeginning: Bool

    public init(
        method: Method, path: String, contentType: String? = nil, token: String? = nil,
        body: [UInt8] = [], isCompressed: Bool = false, maximumResponseBytes: Int = 1 << 26,
        takesBeginning: Bool = false
    ) {
        self.method = method
        self.path = path
        self.contentType = contentType
        self.token = token
        self.body = body
        self.isCompressed = isCompressed
        self.maximumResponseBytes = maximumResponseBytes
        self.takesBeginning = takesBeginning
    }
}

/// The answer to a request, whatever its status.
public struct TransportResponse: Hashable, Sendable {
    public var status: Int
    /// Without parameters, in lower case; `nil` if there was none.
    public var contentType: String?
    /// Seconds, where the answer named a number.
    public var retryAfter: Int?
    /// Decompressed.
    public var body: [UInt8]
    /// Why the body ends before its end; `nil` where it is whole. What is there came from the hub
    /// all the same.
    public var brokenOff: TransportError?
    /// Head and body as sent inside TLS.
    public var bytesUp: Int
    /// Head and body as received inside TLS.
    public var bytesDown: Int

    public init(
        status: Int, contentType: String?, retryAfter: Int? = nil, body: [UInt8],
        brokenOff: TransportError? = nil, bytesUp: Int, bytesDown: Int
    ) {
        self.status = status
        self.contentType = contentType
        self.retryAfter = retryAfter
        self.body = body
        self.brokenOff = brokenOff
        self.bytesUp = bytesUp
        self.bytesDown = bytesDown
    }
}

/// How far a transfer has come, in bytes of bodies on the wire.
public struct TransferProgress: Hashable, Sendable {
    public var sent: Int
    /// 0 while unknown.
    public var toSend: Int
    public var received: Int
    /// 0 while unknown.
    public var toReceive: Int

    public init(sent: Int, toSend: Int, received: Int, toReceive: Int) {
        (self.sent, self.toSend, self.received, self.toReceive) = (
            sent, toSend, received, toReceive
        )
    }
}

/// Why there is no answer. In each case the request may or may not have arrived.
public enum TransportError: Error, Hashable, Sendable {
    /// No route, no name, refused, or the line broke; with the library's words.
    case unreachable(String)
    /// The line was too slow for too long.
    case timedOut
    /// The other end's certificate is not the hub's: somebody in between, or another hub.
    case untrusted(String)
    /// The answer was larger than allowed.
    case tooLarge(maximumBytes: Int)
    /// The caller gave up.
    case cancelled
    /// The answer was no HTTP, or its compression was broken.
    case garbled(String)
}
