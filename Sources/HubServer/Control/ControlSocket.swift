internal import Foundation
internal import Logging
internal import NIOCore
internal import NIOPosix
internal import ServiceLifecycle
public import SyncCore
public import SyncHub
internal import SyncProtocol

/// The Unix socket in a hub's folder by which its operator asks the process that owns the folder.
///
/// One question a connection: a line of words; the answer is JSON to the end. Only who may write in
/// the folder gets here, so there is no other check.
public struct ControlSocket: Sendable {
    public enum Question: Hashable, Sendable {
        case status
        case doctor
        /// To copy the database to a new file.
        case copy(path: String)
        /// To anchor what a verified backup holds.
        case anchor(LogPlace)

        var line: String {
            switch self {
            case .status: "status"
            case .doctor: "doctor"
            case .copy(let path): "copy \(path)"
            case .anchor(let place): "anchor \(place.position) \(place.link) \(place.hash)"
            }
        }

        init?(line: String) {
            let words = line.split(separator: " ", omittingEmptySubsequences: false)
            switch (words.first, words.count) {
            case ("status", 1): self = .status
            case ("doctor", 1): self = .doctor
            case ("copy", 2...):
                self = .copy(path: words.dropFirst().joined(separator: " "))
            case ("anchor", 4):
                guard let position = UInt64(words[1]).flatMap({ LogPosition($0) }),
                    let link = UInt64(words[2]),
                    let hash = Base32.decode(String(words[3])).flatMap({ ContentHash(bytes: $0) })
                else { return nil }
                self = .anchor(LogPlace(position: position, link: link, hash: hash))
            default: return nil
            }
        }

        /// What a hub answers, be it asked over the socket or opened for it.
        public func answer(of hub: Hub) throws -> JSON {
            switch self {
            case .status: return try hub.status().json
            case .doctor: return Finding.json(try hub.doctor())
            case .copy(let path):
                try hub.copy(to: path)
                return .object(["copied": .string(path)])
            case .anchor(let place):
                return switch try hub.anchor(place) {
                case .moved(let position): .object(["anchored": .integer(Int64(position.value))])
                case .known(let position):
                    .object([
                        "anchored": .integer(Int64(position.value)), "wasBefore": .bool(true),
                    ])
                case .foreign: .object(["isForeign": .bool(true)])
                }
            }
        }
    }

    private let folder: String

    public init(folder: String) { self.folder = folder }

    /// Asks the running server. Throws if there is none, or it does not answer.
    public func ask(_ question: Question) throws(FileFault) -> JSON {
        let path = "\(folder)/control"
        let descriptor = socket(AF_UNIX, Int32(SOCK_STREAM.rawValue), 0)
        guard descriptor >= 0 else { throw FileFault("open", path) }
        defer { close(descriptor) }
        try connect(descriptor, path)
        let line = Array("\(question.line)\n".utf8)
        guard write(descriptor, line, line.count) == line.count else {
            throw FileFault("ask", path)
        }
        var answer: [UInt8] = []
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        while true {
            let count = recv(descriptor, &chunk, chunk.count, 0)
            if count < 0, errno == EINTR { continue }
            guard count >= 0 else { throw FileFault("ask", path) }
            if count == 0 { break }
            answer += chunk.prefix(count)
        }
        do { return try JSON.parse(answer, maximumDepth: Limits.jsonDepth) } catch {
            throw FileFault(operation: "ask", path: path, reason: "the answer can't be read")
        }
    }

    private func connect(_ descriptor: Int32, _ path: String) throws(FileFault) {
        // A socket's path has 108 bytes at most; a longer one is reached through the open folder.
        let holder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard holder >= 0 else { throw FileFault("open", folder) }
        defer { close(holder) }
        var address = sockaddr_un()
        address.sun_family = sa_family_t(AF_UNIX)
        let short = Array("/proc/self/fd/\(holder)/control".utf8)
        withUnsafeMutableBytes(of: &address.sun_path) { $0.copyBytes(from: short) }
        let size = socklen_t(MemoryLayout<sockaddr_un>.size)
        let result = withUnsafePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                Foundation.connect(descriptor, $0, size)
            }
        }
        guard result == 0 else { throw FileFault("ask", path) }
        // A check of a large hub takes its time; a hub that hangs must not hang its operator.
        var patience = timeval(tv_sec: 600, tv_usec: 0)
        setsockopt(
            descriptor, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
    }
}

/// The server's end of a `ControlSocket`.
struct ControlListener: Service {
    let folder: String
    let hub: Hub
    let work: Work
    let logger: Logger

    func run() async throws {
        let holder = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC)
        guard holder >= 0 else { throw FileFault("open", folder) }
        defer { close(holder) }
        let path = "/proc/self/fd/\(holder)/control"
        let server = try await ServerBootstrap(group: MultiThreadedEventLoopGroup.singleton)
            .bind(unixDomainSocketPath: path, cleanupExistingSocketFile: true) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel)
                }
            }
        defer { unlink("\(folder)/control") }
        guard chmod("\(folder)/control", 0o600) == 0 else { throw FileFault("chmod", folder) }
        try await server.executeThenClose { connections in
            // One after the other: an operator is one person.
            for try await connection in connections.cancelOnGracefulShutdown() {
                do {
                    try await connection.executeThenClose { inbound, outbound in
                        try await answer(inbound, outbound)
                    }
                } catch {
                    logger.notice("control", metadata: ["reason": "\(error)"])
                }
            }
        }
    }

    private func answer(
        _ inbound: NIOAsyncChannelInboundStream<ByteBuffer>,
        _ outbound: NIOAsyncChannelOutboundWriter<ByteBuffer>
    ) async throws {
        var line: [UInt8] = []
        for try await chunk in inbound {
            line += Array(chunk.readableBytesView)
            if line.count > 8192 { return }
            guard let end = line.firstIndex(of: UInt8(ascii: "\n")) else { continue }
            let word = String(decoding: line[..<end], as: UTF8.self)
            let answer: JSON
            do throws(Problem) {
                answer = try await reply(to: ControlSocket.Question(line: word))
            } catch {
                answer = .object([
                    "code": .string(error.code.rawValue), "text": .string(error.text),
                ])
            }
            return try await outbound.write(ByteBuffer(bytes: answer.bytes()))
        }
    }

    private func reply(to question: ControlSocket.Question?) async throws(Problem) -> JSON {
        guard let question else { throw Problem(.notFound) }
        return try await work.run { () throws(Problem) in
            do {
                return try question.answer(of: hub)
            } catch let problem as Problem {
                throw problem
            } catch {
                throw Problem(.failed, "\(error)")
            }
        }
    }
}

extension Finding {
    /// `{"findings":[{"severity","code","text"}]}`.
    public static func json(_ findings: [Finding]) -> JSON {
        .object([
            "findings": .array(
                findings.map { finding in
                    .object([
                        "severity": .string(finding.severity.rawValue),
                        "code": .string(finding.code), "text": .string(finding.text),
                    ])
                })
        ])
    }
}
