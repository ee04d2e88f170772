internal import NIOCore
internal import NIOHTTP1
internal import SyncCore
internal import SyncProtocol

/// Sees a connection's bytes inside TLS: counts it as open, ends it when nobody reads its answers,
/// and speaks for it when a head could not be parsed.
///
/// Used on its channel's event loop only.
final class ConnectionGuard: ChannelDuplexHandler {
    typealias InboundIn = ByteBuffer
    typealias InboundOut = ByteBuffer
    typealias OutboundIn = ByteBuffer
    typealias OutboundOut = ByteBuffer

    private let connections: Connections
    private let stallCheck: TimeAmount
    private var stallTask: RepeatedTask?
    private var waitingBytes = 0
    private var hasRefused = false

    init(connections: Connections, stallCheck: Duration) {
        self.connections = connections
        self.stallCheck = TimeAmount(stallCheck)
    }

    func handlerAdded(context: ChannelHandlerContext) {
        connections.opened(context.channel)
        let held = NIOLoopBound((guard: self, context: context), eventLoop: context.eventLoop)
        stallTask = context.eventLoop.scheduleRepeatedTask(
            initialDelay: stallCheck, delay: stallCheck
        ) { _ in
            held.value.guard.closeIfStalled(held.value.context)
        }
    }

    func handlerRemoved(context: ChannelHandlerContext) {
        stallTask?.cancel()
        stallTask = nil
        connections.closed(context.channel)
    }

    func channelInactive(context: ChannelHandlerContext) {
        stallTask?.cancel()
        stallTask = nil
        context.fireChannelInactive()
    }

    /// Closes a connection that had bytes to send at the last look and has as many or more now.
    private func closeIfStalled(_ context: ChannelHandlerContext) {
        let waiting =
            (try? context.channel.syncOptions?.getOption(.bufferedWritableBytes)) ?? 0
        if waiting > 0, waitingBytes > 0, waiting >= waitingBytes {
            context.close(promise: nil)
        }
        waitingBytes = waiting
    }

    func write(context: ChannelHandlerContext, data: NIOAny, promise: EventLoopPromise<Void>?) {
        // After a refusal nothing else may follow on the line.
        if hasRefused {
            promise?.fail(ChannelError.outputClosed)
        } else {
            context.write(data, promise: promise)
        }
    }

    func triggerUserOutboundEvent(
        context: ChannelHandlerContext, event: Any, promise: EventLoopPromise<Void>?
    ) {
        guard let refusal = event as? HeadRefusal else {
            return context.triggerUserOutboundEvent(event, promise: promise)
        }
        promise?.succeed()
        guard !hasRefused else { return }
        hasRefused = true
        context.writeAndFlush(wrapOutboundOut(ByteBuffer(bytes: refusal.bytes)), promise: nil)
        context.close(promise: nil)
    }
}

/// An answer to bytes that never became a request.
struct HeadRefusal: Sendable {
    let bytes: [UInt8]

    init(_ error: HTTPParserError) {
        switch error {
        case .headerOverflow:
            // No code of its own: the status says it, and no client of ours can cause it.
            self.init(
                "431 Request Header Fields Too Large",
                Problem(.malformed, "The head of the request is too large."))
        default: self.init("400 Bad Request", Problem(.malformed))
        }
    }

    private init(_ status: String, _ problem: Problem) {
        let body = problem.json.bytes()
        bytes =
            Array(
                """
                HTTP/1.1 \(status)\r
                content-type: application/json\r
                content-length: \(body.count)\r
                connection: close\r
                \r

                """.utf8) + body
    }
}

/// Sits behind the HTTP decoder and hands its errors to the `ConnectionGuard` in front of it.
///
/// The error goes on to Hummingbird, which ends the request with it; its own answer is dropped by
/// the guard.
final class ParserErrors: ChannelInboundHandler, RemovableChannelHandler {
    typealias InboundIn = NIOAny

    func errorCaught(context: ChannelHandlerContext, error: any Error) {
        if let error = error as? HTTPParserError, error != .invalidEOFState {
            context.triggerUserOutboundEvent(HeadRefusal(error), promise: nil)
        }
        context.fireErrorCaught(error)
    }
}
