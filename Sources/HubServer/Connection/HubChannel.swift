internal import HummingbirdCore
internal import Logging
internal import NIOCore
internal import NIOSSL
internal import Synchronization

/// An accepted connection: TLS outside, the guard next, Hummingbird's HTTP/1.1 inside.
struct HubChannel: ServerChildChannel {
    typealias Value = HTTP1Channel.Value

    let http: HTTP1Channel
    /// `nil` for plain HTTP.
    let tls: TLSContext?
    let connections: Connections
    let limits: ServerLimits

    func setup(channel: any Channel, logger: Logger) -> EventLoopFuture<Value> {
        channel.eventLoop.makeCompletedFuture {
            let pipeline = channel.pipeline.syncOperations
            if let tls { try pipeline.addHandler(NIOSSLServerHandler(context: tls.current)) }
            try pipeline.addHandler(
                ConnectionGuard(connections: connections, stallCheck: limits.stalledAnswerCheck))
        }.flatMap { http.setup(channel: channel, logger: logger) }
    }

    func handle(value: Value, logger: Logger) async {
        await http.handle(value: value, logger: logger)
    }
}

/// What new connections are encrypted with. Replaced when the certificate was renewed; open
/// connections keep what they began with.
final class TLSContext: Sendable {
    private let held: Mutex<NIOSSLContext>

    init(_ configuration: TLSConfiguration) throws {
        held = Mutex(try NIOSSLContext(configuration: configuration))
    }

    var current: NIOSSLContext { held.withLock { $0 } }

    func replace(_ configuration: TLSConfiguration) throws {
        let context = try NIOSSLContext(configuration: configuration)
        held.withLock { $0 = context }
    }
}
