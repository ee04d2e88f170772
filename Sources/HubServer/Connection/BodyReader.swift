internal import HTTPTypes
internal import HummingbirdCore
internal import NIOCore
internal import SyncProtocol

/// Reads one request's body, within limits of size, of memory for all, and of time.
struct BodyReader {
    private let declared: Int?
    private let hasBody: Bool
    private let expectsContinue: Bool
    private let limits: ServerLimits
    private let budget: BodyBudget
    private var chunks: RequestBody.AsyncIterator
    private var taken = 0
    /// Whether nothing of the request is left on the line.
    private(set) var isFinished: Bool

    init(_ request: Request, limits: ServerLimits, budget: BodyBudget) {
        let lengths = request.headers[values: .contentLength]
        declared = lengths.count == 1 ? Int(lengths[0]) : nil
        hasBody = !lengths.isEmpty && declared != 0 || request.headers.contains(.transferEncoding)
        expectsContinue = request.headers[.expect]?.lowercased() == "100-continue"
        self.limits = limits
        self.budget = budget
        chunks = request.body.makeAsyncIterator()
        isFinished = !hasBody
    }

    /// Returns the whole body; throws a `Problem` if it is too large or too slow, and whatever
    /// the connection throws.
    @concurrent mutating func read(
        upTo maximum: Int, writer: borrowing ResponseWriter
    ) async throws -> [UInt8] {
        guard hasBody else { return [] }
        if let declared, declared > maximum { throw Problem(.tooLarge) }
        if expectsContinue {
            try await writer.writeInformationalHead(HTTPResponse(status: .continue))
        }
        var bytes: [UInt8] = []
        // Room only for what may honestly come: a length costs its sender nothing to claim.
        bytes.reserveCapacity(min(declared ?? 0, 1 << 16))
        let start = ContinuousClock.now
        while let chunk = try await chunks.next() {
            guard bytes.count + chunk.readableBytes <= maximum else { throw Problem(.tooLarge) }
            guard budget.take(chunk.readableBytes) else { throw Work.busy }
            taken += chunk.readableBytes
            bytes.append(contentsOf: chunk.readableBytesView)
            let passed = ContinuousClock.now - start
            if passed > limits.slowBodyGrace,
                Double(bytes.count) < passed / .seconds(1) * limits.minimumBodyBytesPerSecond
            {
                throw Problem(
                    .busy, "The body came too slowly. Nothing was stored; try again.",
                    retryAfter_s: 60)
            }
        }
        isFinished = true
        return bytes
    }

    /// Takes what is still coming for a while and throws it away, so that the answer is not lost
    /// with it: closing with unread bytes resets the connection.
    @concurrent mutating func drain() async throws {
        let start = ContinuousClock.now
        var dropped = 0
        while dropped < 8 << 20, ContinuousClock.now - start < .seconds(2),
            let chunk = try await chunks.next()
        {
            dropped += chunk.readableBytes
        }
    }

    /// Gives the memory back that the body took from the budget.
    func release() { budget.giveBack(taken) }
}
