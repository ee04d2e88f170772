import Dispatch
import Foundation
import Logging
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting

@testable import HubServer

/// A hub on a port of loopback, as long as a test's body runs.
struct ServedHub: Sendable {
    let fixture: HubFixture
    let port: Int
    let certificates: HubCertificates

    /// The administrator's password, hashed at a low cost that tests can afford.
    static let password = "correct horse"
    static let name = "Sun Wei"

    /// Serves a hub, runs `body`, and ends the server.
    static func run(
        _ fixture: HubFixture? = nil, schema: Schema = .test, isPlain: Bool = true,
        hosts: [String] = ["127.0.0.1"], limits change: (inout ServerLimits) -> Void = { _ in },
        logger: Logger = Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
        _ body: @Sendable (ServedHub) async throws -> Void
    ) async throws {
        let fixture = try fixture ?? HubFixture(schema: schema)
        let certificates = HubCertificates(folder: fixture.folder.path)
        try certificates.create(hosts: hosts, district: "Test", now_ms: Self.now_ms)
        _ = try fixture.hub.makePerson(
            name: name, roles: [], password: PasswordHash.make(password, cost: 6).text, by: nil)
        var limits = ServerLimits()
        // Beside other tests a client may have to wait for its turn. Tests of limits set their own.
        (limits.idle, limits.slowBodyGrace) = (.seconds(600), .seconds(600))
        limits.stalledAnswerCheck = .seconds(300)
        change(&limits)
        let server = HubServer(
            hub: fixture.hub, schema: schema, certificates: certificates,
            configuration: .init(
                isPlain: isPlain, limits: limits, endsOnSignals: false, hasControl: false),
            wall: WallClock(now_ms: { fixture.clock.now_ms }),
            logger: logger)
        let (ports, listening) = AsyncStream<Int>.makeStream()
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                defer { listening.finish() }
                try await server.run { _, port in listening.yield(port) }
            }
            if let port = await ports.first(where: { _ in true }) {
                try await body(
                    ServedHub(fixture: fixture, port: port, certificates: certificates))
                group.cancelAll()
            }
            do { try await group.waitForAll() } catch is CancellationError {}
        }
    }

    /// Certificates are checked by the real clock, and the hub's own is a test's.
    static var now_ms: Int64 { Int64(Date().timeIntervalSince1970 * 1000) }

    func connect() throws -> RawConnection { try RawConnection(port: port) }

    /// One exchange on a connection of its own.
    func exchange(_ request: RawRequest) async throws -> RawAnswer {
        try await connect().exchange(request)
    }

    func token(_ roles: Set<Role>? = nil) throws -> String {
        let person =
            try roles.map {
                try fixture.hub.makePerson(name: "Other", roles: $0, password: nil, by: nil)
            } ?? fixture.admin.person
        return try fixture.hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40)
    }
}

/// A request, written out.
struct RawRequest: Sendable {
    var method = "GET"
    var path: String
    var fields: [(String, String)] = []
    var body: [UInt8]?

    init(
        _ method: String = "GET", _ path: String, _ fields: [(String, String)] = [],
        body: [UInt8]? = nil
    ) {
        (self.method, self.path, self.fields, self.body) = (method, path, fields, body)
    }

    static func json(
        _ path: String, _ json: String, token: String? = nil
    ) -> RawRequest {
        RawRequest(
            "POST", path,
            [("Content-Type", "application/json")]
                + (token.map { [("Authorization", "Bearer \($0)")] } ?? []),
            body: Array(json.utf8))
    }

    func bytes(host: String) -> [UInt8] {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: \(host)\r\n"
        for (name, value) in fields { head += "\(name): \(value)\r\n" }
        if let body,
            !fields.contains(where: {
                $0.0.lowercased() == "content-length" || $0.0 == "Transfer-Encoding"
            })
        {
            head += "Content-Length: \(body.count)\r\n"
        }
        return Array((head + "\r\n").utf8) + (body ?? [])
    }
}

/// An answer, taken apart.
struct RawAnswer: Sendable, CustomStringConvertible {
    let status: Int
    let head: String
    let body: [UInt8]

    var text: String { String(decoding: body, as: UTF8.self) }
    var description: String { head + text }

    func field(_ name: String) -> String? { fields(name).first }

    func fields(_ name: String) -> [String] {
        head.split(separator: "\r\n").dropFirst().compactMap { line in
            let parts = line.split(separator: ":", maxSplits: 1)
            guard parts[0].lowercased() == name.lowercased(), parts.count == 2 else { return nil }
            return String(parts[1].drop { $0 == " " })
        }
    }

    /// The code of a problem.
    var code: Problem.Code? {
        (try? JSON.parse(body))?["code"]?.string.flatMap(Problem.Code.init(rawValue:))
    }

    var json: JSON? { try? JSON.parse(body) }
}

/// A plain connection that sends just what it is told. It shares no code with the server.
final class RawConnection: Sendable {
    struct Closed: Error {}

    private let descriptor: Int32
    private let port: Int
    /// Blocking calls get a thread of their own: the pool's are the server's too.
    private let queue = DispatchQueue(label: "connection")

    init(port: Int) throws {
        descriptor = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        self.port = port
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        let size = socklen_t(MemoryLayout<sockaddr_in>.size)
        let descriptor = descriptor
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, size)
            }
        }
        guard result == 0 else { throw Closed() }
        // A server that hangs fails the test, and does not hang it. Beside other tests, and other
        // work of the machine, it may be a while until an answer's turn comes.
        var patience = timeval(tv_sec: 300, tv_usec: 0)
        for option in [SO_RCVTIMEO, SO_SNDTIMEO] {
            setsockopt(
                descriptor, SOL_SOCKET, option, &patience, socklen_t(MemoryLayout<timeval>.size))
        }
    }

    deinit { close(descriptor) }

    func exchange(_ request: RawRequest) async throws -> RawAnswer {
        try await send(request.bytes(host: "127.0.0.1:\(port)"))
        return try await answer()
    }

    func send(_ bytes: [UInt8]) async throws {
        let descriptor = descriptor
        try await blocking {
            var rest = bytes[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes {
                    Foundation.send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
                }
                guard count > 0 else { throw Closed() }
                rest = rest.dropFirst(count)
            }
        }
    }

    /// Reads one answer with a length. Informational ones are skipped.
    func answer() async throws -> RawAnswer {
        let descriptor = descriptor
        return try await blocking {
            while true {
                var head: [UInt8] = []
                while !head.suffix(4).elementsEqual(Array("\r\n\r\n".utf8)) {
                    head += try Self.read(descriptor, 1)
                }
                let text = String(decoding: head, as: UTF8.self)
                let status = Int(text.split(separator: " ")[1]) ?? 0
                if status < 200 { continue }
                let answer = RawAnswer(status: status, head: text, body: [])
                let count = answer.field("content-length").flatMap { Int($0) } ?? 0
                return RawAnswer(
                    status: status, head: text, body: try Self.read(descriptor, count))
            }
        }
    }

    /// Says that nothing more will be sent.
    func finishSending() { shutdown(descriptor, Int32(SHUT_WR)) }

    /// Waits until the server closes, and returns what it still sent.
    func untilClosed() async throws -> [UInt8] {
        let descriptor = descriptor
        return try await blocking {
            var rest: [UInt8] = []
            var chunk = [UInt8](repeating: 0, count: 4096)
            while true {
                let count = recv(descriptor, &chunk, chunk.count, 0)
                if count == 0 || (count < 0 && errno == ECONNRESET) { return rest }
                guard count > 0 else { throw Closed() }
                rest += chunk.prefix(count)
            }
        }
    }

    private static func read(_ descriptor: Int32, _ count: Int) throws -> [UInt8] {
        var bytes = [UInt8](repeating: 0, count: count)
        var filled = 0
        while filled < count {
            let got = bytes.withUnsafeMutableBytes {
                recv(descriptor, $0.baseAddress! + filled, $0.count - filled, 0)
            }
            guard got > 0 else { throw Closed() }
            filled += got
        }
        return bytes
    }

    private func blocking<Result: Sendable>(
        _ body: @escaping @Sendable () throws -> Result
    ) async throws -> Result {
        try await withCheckedThrowingContinuation { continuation in
            queue.async { continuation.resume(with: Swift.Result { try body() }) }
        }
    }
}
