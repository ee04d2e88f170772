internal import SyncProtocol

/// What the server allows beyond the protocol's own `Limits`: time, connections and work at once.
///
/// Hummingbird leaves all of these open by itself. The values are for a machine of two cores and
/// an office of some hundred devices behind one address.
public struct ServerLimits: Sendable {
    /// How long a connection may stay without a request, a head unfinished, or a body without a
    /// byte.
    public var idle: Duration = .seconds(60)
    /// A body that comes slower than this, after `slowBodyGrace`, is given up.
    public var minimumBodyBytesPerSecond = 200.0
    public var slowBodyGrace: Duration = .seconds(60)
    /// How often an answer that nobody reads is looked at; twice without progress ends the
    /// connection.
    public var stalledAnswerCheck: Duration = .seconds(20)
    /// Open connections, after which the longest idle one is closed for a new one.
    public var connections = 1024
    /// Bytes of one header field, and of all of them with the request line.
    public var headBytes = 16 * 1024
    public var headFields = 64
    /// Calls of the hub that may wait for one of its two threads.
    public var waitingCalls = 128
    /// Devices that may wait for news at once, and how long one request waits: less than a device
    /// lets a line be silent, or a connection rest.
    public var waitingDevices = 768
    public var watch: Duration = .seconds(25)
    /// Bytes of request bodies held at once, over all connections.
    public var bodyBytesAtOnce = 256 << 20
    /// A JSON or form body.
    public var smallBodyBytes = Limits.jsonBytes
    /// Wrong passwords and codes of one address before it must wait, and how many come back a
    /// minute.
    public var failuresPerAddress = 20
    public var failuresForgivenPerMinute = 10
    /// How long a login lasts at most, and how long the console lets one rest.
    public var sessionLife_ms: Int64 = 8 * 3600 * 1000
    public var consoleIdle_ms: Int64 = 15 * 60 * 1000

    public init() {}
}
