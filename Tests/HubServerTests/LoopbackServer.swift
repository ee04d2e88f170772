import Foundation
import Synchronization

/// A server on loopback that answers what it is told, byte for byte: for what a real hub would
/// never do.
///
/// Speaks just enough HTTP/1.1 to find the end of a request with a `Content-Length`.
final class LoopbackServer: Sendable {
    struct Received: Hashable, Sendable {
        /// 1, 2, 3 … in order of their beginning.
        var connection: Int
        var head: String
        var body: [UInt8]

        var path: String { head.split(separator: " ").dropFirst().first.map(String.init) ?? "" }
        var byteCount: Int { head.utf8.count + body.count }
    }

    enum Reply: Sendable {
        case bytes([UInt8])
        case bytesThenClose([UInt8])
        /// Says this and then nothing more, until the other end gives up.
        case bytesThenSilence([UInt8])
        case close
    }

    let port: UInt16
    private let listener: Int32
    private let state = Mutex((open: Set<Int32>(), count: 0, isStopped: false))
    private let answer: @Sendable (Received) -> Reply

    /// Listens on a free port until `stop()`.
    init(answer: @escaping @Sendable (Received) -> Reply) throws {
        self.answer = answer
        #if canImport(Glibc)
            listener = socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0)
        #else
            listener = socket(AF_INET, SOCK_STREAM, 0)
        #endif
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7f00_0001).bigEndian
        var length = socklen_t(MemoryLayout<sockaddr_in>.size)
        let (listener, size) = (listener, length)
        let failed = withUnsafeMutablePointer(to: &address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { address in
                bind(listener, address, size) != 0 || listen(listener, 16) != 0
                    || getsockname(listener, address, &length) != 0
            }
        }
        guard listener >= 0, !failed else { throw POSIXError(.EADDRNOTAVAIL) }
        port = UInt16(bigEndian: address.sin_port)
        Thread.detachNewThread { self.acceptAll() }
    }

    /// Closes the port and every connection.
    func stop() {
        state.withLock { state in
            state.isStopped = true
            for connection in state.open { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        shutdown(listener, Int32(SHUT_RDWR))
    }

    private func acceptAll() {
        while true {
            let connection = accept(listener, nil, nil)
            guard connection >= 0 else { break }
            let number: Int? = state.withLock { state in
                guard !state.isStopped else { return nil }
                state.open.insert(connection)
                state.count += 1
                return state.count
            }
            guard let number else {
                close(connection)
                break
            }
            Thread.detachNewThread {
                self.serve(connection, number)
                // Taken out first: a number is given to the next connection once it is closed.
                self.state.withLock { _ = $0.open.remove(connection) }
                close(connection)
            }
        }
        close(listener)
    }

    private func serve(_ connection: Int32, _ number: Int) {
        var buffer: [UInt8] = []
        while let received = read(connection, number, &buffer) {
            switch answer(received) {
            case .bytes(let bytes): guard write(connection, bytes) else { return }
            case .bytesThenClose(let bytes):
                _ = write(connection, bytes)
                return
            case .bytesThenSilence(let bytes):
                _ = write(connection, bytes)
                while more(connection, &buffer) {}
                return
            case .close: return
            }
        }
    }

    /// Reads one request; `nil` at the end of the connection.
    private func read(_ connection: Int32, _ number: Int, _ buffer: inout [UInt8]) -> Received? {
        let end = Array("\r\n\r\n".utf8)
        while true {
            if let range = buffer.firstRange(of: end) {
                let head = String(decoding: buffer[..<range.upperBound], as: UTF8.self)
                let field = head.split(separator: "\r\n").first { $0.hasPrefix("Content-Length: ") }
                let count = field.flatMap { Int($0.dropFirst(16)) } ?? 0
                while buffer.count < range.upperBound + count {
                    guard more(connection, &buffer) else { return nil }
                }
                let body = Array(buffer[range.upperBound..<range.upperBound + count])
                buffer.removeFirst(range.upperBound + count)
                return Received(connection: number, head: head, body: body)
            }
            guard more(connection, &buffer) else { return nil }
        }
    }

    private func more(_ connection: Int32, _ buffer: inout [UInt8]) -> Bool {
        var chunk = [UInt8](repeating: 0, count: 1 << 16)
        let count = recv(connection, &chunk, chunk.count, 0)
        guard count > 0 else { return false }
        buffer += chunk.prefix(count)
        return true
    }

    private func write(_ connection: Int32, _ bytes: [UInt8]) -> Bool {
        var sent = 0
        while sent < bytes.count {
            let count = bytes.withUnsafeBytes { raw in
                send(
                    connection, raw.baseAddress?.advanced(by: sent), raw.count - sent,
                    Int32(MSG_NOSIGNAL))
            }
            guard count > 0 else { return false }
            sent += count
        }
        return true
    }
}
