internal import SyncClient
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import Synchronization

/// What a line may do to one request. It can't change bytes: TLS would not deliver them.
enum LineFault: String, CaseIterable, Sendable {
    case dropRequest = "drop-request"
    case dropAnswer = "drop-answer"
    case repeatRequest = "repeat-request"
    case cutAnswer = "cut-answer"
    case portal = "captive-portal"
}

/// A line between one device and the hub, in memory. Does to the next request what it was told to.
final class SimulatedTransport: Transport {
    private struct State {
        var fault: LineFault?
        /// Where in an answer a cut is, as a fraction of 65,536.
        var place: UInt16 = 0
    }
    private let state = Mutex(State())
    private let hub: @Sendable () -> Hub

    init(hub: @escaping @Sendable () -> Hub) { self.hub = hub }

    /// What shall happen to the next request; later ones pass.
    func prepare(_ fault: LineFault?, place: UInt16) {
        state.withLock { $0 = State(fault: fault, place: place) }
    }

    func send(
        _ request: TransportRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(TransportError) -> TransportResponse {
        let state = self.state.withLock { state in
            defer { state.fault = nil }
            return state
        }
        if state.fault == .dropRequest { throw .unreachable("the request was lost") }
        if state.fault == .portal {
            return TransportResponse(
                status: 200, contentType: "text/html",
                body: Array("<html>Log in to the village's network</html>".utf8),
                bytesUp: request.body.count, bytesDown: 44)
        }
        var answer = try deliver(request)
        if state.fault == .repeatRequest { answer = try deliver(request) }
        if state.fault == .dropAnswer { throw .unreachable("the answer was lost") }
        let place = answer.body.count * Int(state.place) / 65_536
        if state.fault == .cutAnswer { answer.body.removeSubrange(place...) }
        return answer
    }

    private func deliver(_ request: TransportRequest) throws(TransportError) -> TransportResponse {
        var body = request.body
        if request.isCompressed {
            do {
                body = try Zstd.decompress(body, maximumBytes: Limits.requestBytesUnpacked)
            } catch { throw .garbled("the request's compression is broken") }
        }
        do {
            let answer = try hub().sync(body)
            return TransportResponse(
                status: 200, contentType: SyncRequest.mediaType, body: answer,
                bytesUp: request.body.count, bytesDown: answer.count)
        } catch {
            var members: [(String, JSON)] = [
                ("code", .string(error.code.rawValue)), ("text", .string(error.text)),
            ]
            if let epoch = error.epoch { members.append(("epoch", .string("\(epoch)"))) }
            let text =
                "{"
                + members.map { "\"\($0.0)\":\($0.1.text)" }.joined(separator: ",") + "}"
            return TransportResponse(
                status: error.code.status, contentType: "application/json",
                retryAfter: error.retryAfter_s, body: Array(text.utf8),
                bytesUp: request.body.count, bytesDown: text.utf8.count)
        }
    }
}
