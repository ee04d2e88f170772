internal import Foundation
internal import HummingbirdCore
public import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
public import SyncCore
public import SyncHub
internal import UnixSignals

/// The hub on the network: the sync address, the administrators' API and the console, over TLS and
/// HTTP/1.1.
///
/// It translates between HTTP and `Hub`, and holds no rule of the work.
public struct HubServer: Sendable {
    /// Where and how it listens.
    public struct Configuration: Sendable {
        public var host: String
        /// 0 lets the system choose.
        public var port: Int
        /// HTTP without TLS. Only for loopback addresses; `run` refuses it elsewhere.
        public var isPlain: Bool
        public var limits: ServerLimits
        /// Whether SIGTERM and SIGINT end `run` gracefully.
        public var endsOnSignals: Bool
        /// Whether operators may ask by `ControlSocket`, in the certificates' folder.
        public var hasControl: Bool

        public init(
            host: String = "127.0.0.1", port: Int = 0, isPlain: Bool = false,
            limits: ServerLimits = ServerLimits(), endsOnSignals: Bool = true,
            hasControl: Bool = true
        ) {
            self.host = host
            self.port = port
            self.isPlain = isPlain
            self.limits = limits
            self.endsOnSignals = endsOnSignals
            self.hasControl = hasControl
        }
    }

    private let configuration: Configuration
    private let certificates: HubCertificates
    private let front: Front
    private let logger: Logger

    /// - Parameters:
    ///   - schema: names units and collections on the console.
    ///   - wall: the time of day.
    public init(
        hub: Hub, schema: Schema, certificates: HubCertificates, configuration: Configuration,
        wall: WallClock, logger: Logger
    ) {
        self.configuration = configuration
        self.certificates = certificates
        self.logger = logger
        front = Front(
            hub: hub, schema: schema, limits: configuration.limits, wall: wall, logger: logger,
            certificates: certificates, isPlain: configuration.isPlain)
    }

    /// Serves until the task is cancelled or a signal comes. Requests under way are answered first.
    ///
    /// - Parameter onListening: called once with the host and the port it listens on; if it throws,
    ///   the server ends with that error.
    public func run(
        onListening: @escaping @Sendable (_ host: String, _ port: Int) throws -> Void
    ) async throws {
        var tls: TLSContext?
        if configuration.isPlain {
            guard Self.isLoopback(configuration.host) else {
                throw ServerFault(
                    reason:
                        "plain HTTP is for loopback addresses only, not for \(configuration.host)")
            }
        } else {
            try certificates.repairIfBroken(now_ms: front.wall.now_ms())
            if try certificates.renewIfNeeded(now_ms: front.wall.now_ms()) {
                logger.notice("server certificate renewed")
            }
            tls = try TLSContext(certificates.tlsConfiguration())
        }
        let start = StartWatch()
        let server = makeServer(tls) { channel in
            do {
                guard let port = channel.localAddress?.port else {
                    throw ServerFault(reason: "the server has no address")
                }
                try onListening(configuration.host, port)
            } catch {
                start.fail(error)
            }
        }
        var services: [ServiceGroupConfiguration.ServiceConfiguration] = [
            .init(
                service: server, successTerminationBehavior: .gracefullyShutdownGroup,
                serviceName: "http"),
            .init(service: start, serviceName: "start"),
        ]
        if let tls {
            services.append(
                .init(
                    service: Renewal(
                        tls: tls, certificates: certificates, wall: front.wall, logger: logger),
                    serviceName: "renewal"))
        }
        if configuration.hasControl {
            services.append(
                .init(
                    service: ControlListener(
                        folder: certificates.folder, hub: front.hub, work: front.work,
                        logger: logger), serviceName: "control"))
        }
        var group = ServiceGroupConfiguration(
            services: services,
            gracefulShutdownSignals: configuration.endsOnSignals ? [.sigterm, .sigint] : [],
            logger: logger)
        group.maximumGracefulShutdownDuration = .seconds(20)
        let outcome: Result<Void, any Error>
        do { outcome = .success(try await ServiceGroup(configuration: group).run()) } catch {
            outcome = .failure(error)
        }
        await front.shutDown()
        do { try outcome.get() } catch let error as IOError {
            // It names a call of ours; what its operator can change is the address.
            let reason = String(cString: strerror(error.errnoCode))
            throw ServerFault(
                reason: "can't listen on \(configuration.host):\(configuration.port): \(reason)")
        }
    }

    private func makeServer(
        _ tls: TLSContext?, onServerRunning: @escaping @Sendable (any Channel) async -> Void
    ) -> any Service {
        let limits = configuration.limits
        var decoder = HTTP1Channel.Configuration.DecoderConfiguration()
        decoder.maxHeaderFieldSize = limits.headBytes
        decoder.maxHeaderListSize = limits.headBytes
        decoder.maxHeaderFieldCount = limits.headFields
        let front = front
        let http = HTTP1Channel(
            responder: { request, writer, channel in
                try await front.respond(to: request, with: writer, on: channel)
            },
            configuration: .init(
                additionalChannelHandlers: [ParserErrors()], idleTimeout: TimeAmount(limits.idle),
                httpDecoderConfiguration: decoder))
        let channel = HubChannel(
            http: http, tls: tls, connections: front.connections, limits: limits)
        return channel.server(
            configuration: ServerConfiguration(
                address: .hostname(configuration.host, port: configuration.port),
                availableConnectionsDelegate: MaximumAvailableConnections(
                    front.connections.hardLimit, logger: logger)),
            onServerRunning: onServerRunning,
            eventLoopGroup: MultiThreadedEventLoopGroup.singleton, logger: logger)
    }

    private static func isLoopback(_ host: String) -> Bool {
        if host == "localhost" { return true }
        guard let bytes = HubCertificates.addressBytes(host) else { return false }
        return bytes.count == 4
            ? bytes[0] == 127 : bytes == [UInt8](repeating: 0, count: 15) + [1]
    }
}

/// Ends the group with the error of whoever was told the address and could not use it.
private final class StartWatch: Service {
    private let failures: AsyncThrowingStream<Never, any Error>
    private let continuation: AsyncThrowingStream<Never, any Error>.Continuation

    init() { (failures, continuation) = AsyncThrowingStream.makeStream() }

    func fail(_ error: any Error) { continuation.finish(throwing: error) }

    func run() async throws {
        for try await _ in failures.cancelOnGracefulShutdown() {}
    }
}

/// Looks a few times a day whether the server certificate ends soon.
private struct Renewal: Service {
    let tls: TLSContext
    let certificates: HubCertificates
    let wall: WallClock
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            while (try? await Task.sleep(for: .seconds(6 * 3600))) != nil { renew() }
        }
    }

    /// A renewal that fails is tried again at the next look: thirty days are left for it.
    private func renew() {
        do {
            guard try certificates.renewIfNeeded(now_ms: wall.now_ms()) else { return }
            try tls.replace(certificates.tlsConfiguration())
            logger.notice("server certificate renewed")
        } catch {
            logger.error("server certificate not renewed", metadata: ["reason": "\(error)"])
        }
    }
}

/// Why a server does not start.
public struct ServerFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let reason: String
    public var description: String { reason }
}
