internal import Fieldwork
internal import SyncClient
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import Synchronization

/// A line between one device and the hub, in memory. Does to the next request what it was told to,
/// and keeps what a line could keep: delayed requests, and the last answer.
final class SimulatedTransport: Transport {
    /// What somebody does while the answer is under way.
    struct Meanwhile: @unchecked Sendable {  // `send` calls it, on the thread of the world
        let act: () -> Void
    }
    private struct State {
        var fault: Fault?
        var luck: UInt64 = 0
        var meanwhile: Meanwhile?
        var lastAnswer: TransportResponse?
        var delayed: [[UInt8]] = []
        /// In the sync that is under way.
        var requests = 0
        /// What was told since the last look.
        var seen = Sight()
    }
    /// More than any sync in so small a world has to ask.
    private static let mostRequests = 1000

    private let state = Mutex(State())
    private let hub: @Sendable () -> Hub?

    /// - Parameter hub: the hub that runs, if one does.
    init(hub: @escaping @Sendable () -> Hub?) { self.hub = hub }

    /// What shall happen to the next request; later ones pass.
    func prepare(_ fault: Fault?, luck: UInt64, meanwhile: Meanwhile? = nil) {
        state.withLock { ($0.fault, $0.luck, $0.meanwhile) = (fault, luck, meanwhile) }
    }

    /// A sync begins.
    func begin() { state.withLock { $0.requests = 0 } }

    /// Whether the sync would have gone on asking for ever.
    var hasRunAway: Bool { state.withLock { $0.requests > Self.mostRequests } }

    /// Whether what was prepared has not happened.
    var isPrepared: Bool { state.withLock { $0.fault != nil } }

    /// What was sent to this device since this was last asked.
    func takeSeen() -> Sight {
        state.withLock { state in
            defer { state.seen = Sight() }
            return state.seen
        }
    }

    /// Takes a request that was delayed; `nil` if there is none.
    func takeDelayed(_ roll: UInt64) -> [UInt8]? {
        state.withLock { state in
            guard !state.delayed.isEmpty else { return nil }
            return state.delayed.remove(at: Int(roll % UInt64(state.delayed.count)))
        }
    }

    func send(
        _ request: TransportRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(TransportError) -> TransportResponse {
        let state = self.state.withLock { state in
            defer { (state.fault, state.meanwhile) = (nil, nil) }
            state.requests += 1
            return state
        }
        guard !hasRunAway else { throw .unreachable("it goes on for ever") }
        var chance = SeededGenerator(seed: state.luck)
        switch state.fault {
        case .dropRequest?: throw .unreachable("the request was lost")
        case .delayRequest?:
            self.state.withLock { $0.delayed.append(request.body) }
            throw .timedOut
        case .portal?:
            return Self.answer(
                200, "text/html", Array("<html>Log in to the village's network</html>".utf8))
        case .busy?:
            return Self.problem(Problem(.busy, retryAfter_s: 2))
        case .staleAnswer?:
            if let last = state.lastAnswer { return last }
        case .garbage?:
            let count = Int(chance.next() % 200)
            return Self.answer(
                200, SyncRequest.mediaType,
                (0..<count).map { _ in UInt8(truncatingIfNeeded: chance.next()) })
        default: break
        }
        var answer = try deliver(request)
        if state.fault == .repeatRequest { answer = try deliver(request) }
        self.state.withLock { $0.lastAnswer = answer }
        if state.fault == .dropAnswer { throw .unreachable("the answer was lost") }
        if state.fault == .cutAnswer {
            let place = Int(chance.next() % UInt64(answer.body.count + 1))
            answer.body.removeSubrange(place...)
            if request.takesBeginning, chance.next() % 2 == 0 {
                answer.brokenOff = .unreachable("the line broke")
            }
        }
        state.meanwhile?.act()
        return answer
    }

    /// Hands bytes to the hub, as they are.
    func deliver(late body: [UInt8]) throws(TransportError) {
        var request = TransportRequest(method: .post, path: "/v1/sync", body: body)
        request.isCompressed = body.starts(with: [0x28, 0xb5, 0x2f, 0xfd])
        _ = try deliver(request)
    }

    private func deliver(_ request: TransportRequest) throws(TransportError) -> TransportResponse {
        var body = request.body
        if request.isCompressed {
            do {
                body = try Zstd.decompress(body, maximumBytes: Limits.requestBytesUnpacked)
            } catch { throw .garbled("the request's compression is broken") }
        }
        guard let hub = hub() else { throw .unreachable("the hub stands still") }
        let isBundle = request.path == "/v1/bundle"
        let result: Result<[UInt8], Problem>
        do {
            result = .success(
                try isBundle ? hub.take(bundle: body).encode() : hub.sync(body))
        } catch { result = .failure(error) }
        // A hub that stopped has closed the line, whatever it was about to say.
        guard self.hub() != nil else { throw .unreachable("the hub stopped") }
        switch result {
        case .success(let answer):
            state.withLock {
                if isBundle { $0.seen.look(at: answer) } else { $0.seen.look(atAnswer: answer) }
            }
            return Self.answer(200, SyncRequest.mediaType, answer)
        case .failure(let problem):
            state.withLock { $0.seen.look(at: problem.json.bytes()) }
            return Self.problem(problem)
        }
    }

    private static func answer(
        _ status: Int, _ type: String, _ body: [UInt8], retryAfter: Int? = nil
    ) -> TransportResponse {
        TransportResponse(
            status: status, contentType: type, retryAfter: retryAfter, body: body,
            bytesUp: 100, bytesDown: body.count)
    }

    private static func problem(_ problem: Problem) -> TransportResponse {
        answer(
            problem.code.status, "application/json", problem.json.bytes(),
            retryAfter: problem.retryAfter_s)
    }
}
