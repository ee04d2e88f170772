internal import SyncClient
internal import Synchronization

/// A caller that waits. It is answered exactly once, by the end of its transfer or by its
/// cancellation, whichever comes first.
final class PendingAnswer: Sendable {
    typealias Answer = Result<TransportResponse, TransportError>

    private enum State {
        case begun
        case waiting(CheckedContinuation<Answer, Never>)
        /// With the answer, if nobody waited for it yet.
        case over(Answer?)
    }
    private let state = Mutex(State.begun)

    /// Whether the caller has its answer, so that there is nothing left to do.
    var isOver: Bool {
        state.withLock { state in
            if case .over = state { true } else { false }
        }
    }

    /// Lets the caller wait; once only.
    func wait(_ continuation: CheckedContinuation<Answer, Never>) {
        let early: Answer? = state.withLock { state in
            if case .over(let answer) = state { return answer }
            state = .waiting(continuation)
            return nil
        }
        // A task can be cancelled before it waits.
        if let early { continuation.resume(returning: early) }
    }

    /// Answers the caller unless it has been answered.
    func end(_ answer: Answer) {
        let waiting: CheckedContinuation<Answer, Never>? = state.withLock { state in
            switch state {
            case .begun:
                state = .over(answer)
                return nil
            case .waiting(let continuation):
                state = .over(nil)
                return continuation
            case .over: return nil
            }
        }
        waiting?.resume(returning: answer)
    }
}
