import CurlTransport
import Foundation
import SyncClient
import SyncCore
import SyncProtocol
import Synchronization
import Testing

@Suite("Curl transport")
struct CurlTransportTests {
    typealias Received = LoopbackServer.Received
    typealias Reply = LoopbackServer.Reply

    // MARK: Addresses

    static let addresses: [(String, String)] = [
        ("https://hub.example:8443", "https://hub.example:8443"),
        ("https://hub.example/", "https://hub.example"),
        ("https://10.1.2.3:1", "https://10.1.2.3:1"),
        ("HTTPS://[fd00::1]:8443", "https://[fd00::1]:8443"),
        ("http://127.0.0.1:80", "http://127.0.0.1:80"), ("http://[::1]:8080", "http://[::1]:8080"),
        ("http://localhost:8080", "http://localhost:8080"),
    ]
    @Test("an address is a host and a port", arguments: addresses)
    func address(text: String, description: String) throws {
        #expect(try HubAddress(text, allowPlain: true).description == description)
    }

    static let refusedAddresses: [(String, HubAddressError)] = [
        ("http://hub.example:80", .plain), ("http://127.0.0.1.example", .plain),
        ("http://127.0.0.2", .plain), ("http://[::2]", .plain), ("http://0.0.0.0", .plain),
        ("http://localhost.example", .plain),
        ("https://hub.example/path", .moreThanHostAndPort),
        ("https://hub.example?query", .moreThanHostAndPort),
        ("https://hub.example#fragment", .moreThanHostAndPort),
        ("https://me@hub.example", .moreThanHostAndPort),
        ("https://me:word@hub.example", .moreThanHostAndPort),
        ("http://127.0.0.1@hub.example", .moreThanHostAndPort),
        ("https://[fe80::1%25eth0]:1", .moreThanHostAndPort),
        ("", .malformed), ("hub.example:8443", .malformed), ("//hub.example", .malformed),
        ("ftp://hub.example", .malformed), ("file:///etc/passwd", .malformed),
        ("https://", .malformed), ("https://hub.example:99999", .malformed),
        ("https://hub example", .malformed), ("https://hub.example\r\nX: y", .malformed),
        ("https://hub.example\0", .malformed), ("https://häb.example", .malformed),
    ]
    @Test("anything else is refused", arguments: refusedAddresses)
    func refusedAddress(text: String, reason: HubAddressError) {
        #expect(throws: reason) { try HubAddress(text, allowPlain: true) }
    }

    @Test("plain HTTP is refused on loopback too unless asked for")
    func plain() {
        #expect(throws: HubAddressError.plain) { try HubAddress("http://127.0.0.1:80") }
    }

    // MARK: Requests

    @Test(
        "a request has the fewest fields, and all of its bytes are counted",
        arguments: [0, 1, 65_535, 65_536, 300_000])
    func requestBytes(count: Int) async throws {
        try await withServer { received in
            .bytes(Self.ok(Array(received.head.utf8), "X-Body: \(received.body.count)\r\n"))
        } perform: { transport, authority in
            let response = try await transport.send(
                TransportRequest(
                    method: .post, path: "/v1/sync?a=b", contentType: "application/x-hazama",
                    token: "secret", body: [UInt8](repeating: 7, count: count), isCompressed: true))
            let head =
                "POST /v1/sync?a=b HTTP/1.1\r\nHost: \(authority)\r\nAccept-Encoding: zstd\r\n"
                + "Content-Type: application/x-hazama\r\nContent-Encoding: zstd\r\n"
                + "Authorization: Bearer secret\r\nContent-Length: \(count)\r\n\r\n"
            let body = Array(head.utf8)
            #expect(
                response
                    == TransportResponse(
                        status: 200, contentType: nil, body: body, bytesUp: body.count + count,
                        bytesDown: Self.ok(body, "X-Body: \(count)\r\n").count))
        }
    }

    @Test("a request without a body or a token has three lines")
    func get() async throws {
        try await withServer {
            .bytes(Self.ok(Array($0.head.utf8)))
        } perform: { transport, authority in
            let response = try await transport.send(TransportRequest(method: .get, path: "/v1/ca"))
            let head = "GET /v1/ca HTTP/1.1\r\nHost: \(authority)\r\nAccept-Encoding: zstd\r\n\r\n"
            #expect(String(decoding: response.body, as: UTF8.self) == head)
            #expect(response.bytesUp == head.utf8.count)
        }
    }

    @Test("a body arrives as it was given, also when nothing is left of its type")
    func body() async throws {
        let body = (0..<200_000).map { UInt8(truncatingIfNeeded: $0 &* 31) }
        try await withServer {
            .bytes(Self.ok($0.body))
        } perform: { transport, _ in
            let response = try await transport.send(
                TransportRequest(method: .post, path: "/", body: body))
            #expect(response.body == body)
        }
    }

    @Test(
        "what could end a line of the head is not sent",
        arguments: [
            TransportRequest(method: .get, path: "/", token: "a\r\nX: y"),
            TransportRequest(method: .get, path: "/", token: "a\0"),
            TransportRequest(method: .post, path: "/", contentType: "text/plain\nX: y"),
            TransportRequest(method: .get, path: "/a b"),
            TransportRequest(method: .get, path: "/a\r\n"),
            TransportRequest(method: .get, path: "@elsewhere.example/"),
            TransportRequest(method: .get, path: ""),
        ])
    func injection(request: TransportRequest) async throws {
        let requests = Mutex(0)
        try await withServer { _ in
            requests.withLock { $0 += 1 }
            return .bytes(Self.ok([]))
        } perform: { transport, _ in
            await #expect(
                throws: TransportError.unreachable(
                    "the request has a character that HTTP does not allow")
            ) { try await transport.send(request) }
        }
        #expect(requests.withLock { $0 } == 0)
    }

    // MARK: Answers

    @Test("an answer of any status is an answer, and no redirect is followed")
    func statuses() async throws {
        try await withServer { received in
            let reply =
                "HTTP/1.1 \(received.path.dropFirst()) Word\r\nContent-Length: 2\r\n"
                + "Location: /elsewhere\r\nWWW-Authenticate: Basic\r\nRetry-After: 17\r\n"
                + "Content-Type: Application/JSON; charset=utf-8\r\nSet-Cookie: a=b\r\n\r\n{}"
            return .bytes(Array(reply.utf8))
        } perform: { transport, _ in
            for status in [200, 302, 307, 400, 401, 407, 429, 503] {
                let response = try await transport.send(
                    TransportRequest(method: .get, path: "/\(status)"))
                #expect(response.status == status)
                #expect(response.contentType == "application/json")
                #expect(response.retryAfter == 17)
                #expect(response.body == Array("{}".utf8))
                // No cookie came back with the second request.
                #expect(response.bytesUp < 100)
            }
        }
    }

    @Test(
        "a Retry-After that is a date is not a number",
        arguments: ["Fri, 21 Nov 2026 19:00:00 GMT", "-1", ""])
    func retryAfter(text: String) async throws {
        try await withServer { _ in
            .bytes(Self.ok([], "Retry-After: \(text)\r\n"))
        } perform: { transport, _ in
            let response = try await transport.send(TransportRequest(method: .get, path: "/"))
            #expect(response.retryAfter == nil)
        }
    }

    @Test("a compressed answer is decompressed, and held to the limit before and after")
    func compressed() async throws {
        let body = [UInt8](repeating: 7, count: 100_000)
        let frame = Zstd.compress(body)
        let reply = Self.ok(frame, "Content-Encoding: zstd\r\n")
        try await withServer { _ in
            .bytes(reply)
        } perform: { transport, _ in
            let response = try await transport.send(
                TransportRequest(method: .get, path: "/", maximumResponseBytes: body.count))
            #expect(response.body == body)
            #expect(response.bytesDown == reply.count)
            for maximum in [body.count - 1, frame.count - 1, 0] {
                await #expect(throws: TransportError.tooLarge(maximumBytes: maximum)) {
                    try await transport.send(
                        TransportRequest(method: .get, path: "/", maximumResponseBytes: maximum))
                }
            }
        }
    }

    @Test("an answer that never ends is cut off at the limit")
    func endless() async throws {
        let head = Array("HTTP/1.1 200 OK\r\n\r\n".utf8)
        try await withServer { _ in
            .bytesThenSilence(head + [UInt8](repeating: 7, count: 5000))
        } perform: { transport, _ in
            await #expect(throws: TransportError.tooLarge(maximumBytes: 4999)) {
                try await transport.send(
                    TransportRequest(method: .get, path: "/", maximumResponseBytes: 4999))
            }
        }
    }

    static let garbled: [(String, [UInt8], String)] = {
        let frame = Zstd.compress(Array("household household household".utf8))
        let encoded = "Content-Encoding: zstd\r\n"
        let lines = String(repeating: "X-Y: \(String(repeating: "z", count: 1000))\r\n", count: 40)
        return [
            (
                "cut frame", ok(Array(frame.dropLast()), encoded),
                "the answer is not one whole zstd frame"
            ),
            ("two frames", ok(frame + frame, encoded), "the answer is not one whole zstd frame"),
            ("no frame", ok([], encoded), "the answer is not one whole zstd frame"),
            ("foreign", ok(frame, "Content-Encoding: gzip\r\n"), "unasked-for compression: gzip"),
            ("head", ok([], lines), "the head of the answer never ends"),
            (
                "no HTTP", Array("220 mail.example ESMTP\r\n".utf8),
                "Received HTTP/0.9 when not allowed"
            ),
        ]
    }()
    @Test("what is no answer is garbled", arguments: garbled)
    func garbledAnswer(name: String, reply: [UInt8], words: String) async throws {
        try await withServer { _ in
            .bytesThenClose(reply)
        } perform: { transport, _ in
            await #expect(throws: TransportError.garbled(words)) {
                try await transport.send(TransportRequest(method: .get, path: "/"))
            }
        }
    }

    @Test("an answer that is cut short is no answer")
    func cutShort() async throws {
        let reply = Self.ok(Array("whole".utf8)).dropLast()
        try await withServer { _ in
            .bytesThenClose(Array(reply))
        } perform: { transport, _ in
            await #expect(
                throws: TransportError.unreachable("transfer closed with 1 bytes remaining to read")
            ) { try await transport.send(TransportRequest(method: .get, path: "/")) }
        }
    }

    @Test("of an answer that is cut short, who wants it gets what came, and why it ends")
    func beginning() async throws {
        let reply = Self.ok(Array("whole".utf8)).dropLast()
        try await withServer { _ in
            .bytesThenClose(Array(reply))
        } perform: { transport, _ in
            let answer = try await transport.send(
                TransportRequest(method: .get, path: "/", takesBeginning: true))
            #expect(answer.body == Array("whol".utf8))
            #expect(
                answer.brokenOff
                    == .unreachable("transfer closed with 1 bytes remaining to read"))
        }
    }

    // MARK: Connections

    @Test("requests share a connection, in turn, and each gets its own answer")
    func keepAlive() async throws {
        try await withServer { received in
            .bytes(Self.ok(Array("\(received.connection) \(received.path)".utf8)))
        } perform: { transport, _ in
            // More than 200: where another version of HTTP once ended.
            let bodies = try await withThrowingTaskGroup(of: (Int, [UInt8]).self) { group in
                for number in 0..<250 {
                    group.addTask {
                        let request = TransportRequest(method: .get, path: "/\(number)")
                        return (number, try await transport.send(request).body)
                    }
                }
                return try await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
            }
            let expected = (0..<250).map { ($0, Array("1 /\($0)".utf8)) }
            #expect(bodies == Dictionary(uniqueKeysWithValues: expected))
        }
    }

    @Test("a kept connection that the hub has closed is replaced without anybody noticing")
    func staleConnection() async throws {
        try await withServer { received in
            let reply = Self.ok(Array("\(received.connection)".utf8))
            return received.path == "/last" ? .bytesThenClose(reply) : .bytes(reply)
        } perform: { transport, _ in
            var connections: [Int] = []
            for path in ["/", "/last", "/", "/"] {
                let response = try await transport.send(TransportRequest(method: .post, path: path))
                connections.append(
                    try #require(Int(String(decoding: response.body, as: UTF8.self))))
            }
            // On a busy machine a kept connection may be gone earlier; never is a closed one used.
            #expect(connections == connections.sorted())
            #expect(connections[2] > connections[1])
        }
    }

    @Test("a hub that hangs up without a word is unreachable, and is asked once")
    func hangsUp() async throws {
        let requests = Mutex(0)
        try await withServer { _ in
            requests.withLock { $0 += 1 }
            return .close
        } perform: { transport, _ in
            await #expect(throws: TransportError.unreachable("Empty reply from server")) {
                try await transport.send(TransportRequest(method: .post, path: "/"))
            }
        }
        #expect(requests.withLock { $0 } == 1)
    }

    @Test("a port that nobody listens on is unreachable")
    func refused() async throws {
        let server = try LoopbackServer { _ in .close }
        server.stop()
        let hub = try HubAddress("http://127.0.0.1:\(server.port)", allowPlain: true)
        let transport = CurlTransport(hub: hub, authority: [], timeouts: .patient)
        do throws(TransportError) {
            _ = try await transport.send(TransportRequest(method: .get, path: "/"))
            Issue.record("somebody answered on a closed port")
        } catch {
            guard case .unreachable(let words) = error else {
                Issue.record("\(error)")
                return
            }
            #expect(words.contains("127.0.0.1 port \(server.port)"))
        }
    }

    @Test("proxies of the environment are not asked")
    func proxies() async {
        await #expect(processExitsWith: .success) {
            for name in ["http_proxy", "https_proxy", "all_proxy", "ALL_PROXY", "HTTPS_PROXY"] {
                setenv(name, "http://127.0.0.1:1", 1)
            }
            try await CurlTransportTests.withServer { _ in
                .bytes(CurlTransportTests.ok([]))
            } perform: { transport, _ in
                _ = try await transport.send(TransportRequest(method: .get, path: "/"))
            }
        }
    }

    @Test("a hub that never finishes the handshake times out")
    func silentHandshake() async throws {
        let server = try LoopbackServer { _ in .close }
        defer { server.stop() }
        let transport = CurlTransport(
            hub: try HubAddress("https://127.0.0.1:\(server.port)"), authority: Self.certificate,
            timeouts: TransportTimeouts(connect: .milliseconds(50)))
        await #expect(throws: TransportError.timedOut) {
            try await transport.send(TransportRequest(method: .get, path: "/"))
        }
    }

    @Test("a hub that falls silent times out")
    func silence() async throws {
        try await withServer(timeouts: TransportTimeouts(stall: .milliseconds(1))) { _ in
            .bytesThenSilence(Array("HTTP/1.1 200 OK\r\n".utf8))
        } perform: { transport, _ in
            await #expect(throws: TransportError.timedOut) {
                try await transport.send(TransportRequest(method: .get, path: "/"))
            }
        }
    }

    @Test(
        "without a readable authority nobody is trusted",
        arguments: ["", "-", "-----BEGIN CERTIFICATE-----\n"])
    func noAuthority(pem: String) async throws {
        let server = try LoopbackServer { _ in .close }
        defer { server.stop() }
        let transport = CurlTransport(
            hub: try HubAddress("https://127.0.0.1:\(server.port)"), authority: Array(pem.utf8))
        await #expect(throws: TransportError.untrusted("error importing CA certificate blob")) {
            try await transport.send(TransportRequest(method: .get, path: "/"))
        }
    }

    // MARK: Giving up

    @Test("a cancelled caller is let go, and the transport goes on")
    func cancelled() async throws {
        let (arrivals, arrived) = AsyncStream.makeStream(of: String.self)
        try await withServer { received in
            arrived.yield(received.path)
            return received.path == "/hang" ? .bytesThenSilence([]) : .bytes(Self.ok([]))
        } perform: { transport, _ in
            let hanging = Task {
                try await transport.send(TransportRequest(method: .get, path: "/hang"))
            }
            for await _ in arrivals { break }
            // In line behind it, and gone before its turn.
            let waiting = Task {
                try await transport.send(TransportRequest(method: .get, path: "/wait"))
            }
            waiting.cancel()
            await #expect(throws: TransportError.cancelled) { try await waiting.value }
            hanging.cancel()
            await #expect(throws: TransportError.cancelled) { try await hanging.value }
            let response = try await transport.send(TransportRequest(method: .get, path: "/next"))
            #expect(response.status == 200)
            for await path in arrivals {
                #expect(path == "/next")
                break
            }
        }
    }

    @Test("a task cancelled beforehand sends nothing")
    func cancelledBefore() async throws {
        let paths = Mutex<[String]>([])
        try await withServer { received in
            paths.withLock { $0.append(received.path) }
            return .bytes(Self.ok([]))
        } perform: { transport, _ in
            // Now there is a connection on which it could be sent at once.
            _ = try await transport.send(TransportRequest(method: .get, path: "/first"))
            let task = Task {
                withUnsafeCurrentTask { $0?.cancel() }
                return try await transport.send(TransportRequest(method: .get, path: "/never"))
            }
            await #expect(throws: TransportError.cancelled) { try await task.value }
            _ = try await transport.send(TransportRequest(method: .get, path: "/last"))
        }
        #expect(paths.withLock { $0 } == ["/first", "/last"])
    }

    @Test("progress is told, and never goes back")
    func progress() async throws {
        let seen = Mutex<[TransferProgress]>([])
        try await withServer {
            .bytes(Self.ok($0.body))
        } perform: { transport, _ in
            _ = try await transport.send(
                TransportRequest(
                    method: .post, path: "/", body: [UInt8](repeating: 7, count: 1 << 22)),
                progress: { state in seen.withLock { $0.append(state) } })
        }
        let states = seen.withLock { $0 }
        #expect(!states.isEmpty)
        #expect(states.map(\.sent) == states.map(\.sent).sorted())
        #expect(states.map(\.received) == states.map(\.received).sorted())
        #expect(states.allSatisfy { $0.sent <= 1 << 22 && $0.received <= 1 << 22 })
    }

    // MARK: Support

    /// Gives a transport to a server that lives as long as `perform`.
    private static func withServer(
        timeouts: TransportTimeouts = .patient,
        answer: @escaping @Sendable (Received) -> Reply,
        perform: (CurlTransport, _ authority: String) async throws -> Void
    ) async throws {
        let server = try LoopbackServer(answer: answer)
        defer { server.stop() }
        let hub = try HubAddress("http://127.0.0.1:\(server.port)", allowPlain: true)
        try await perform(
            CurlTransport(hub: hub, authority: [], timeouts: timeouts), "127.0.0.1:\(server.port)")
    }

    private func withServer(
        timeouts: TransportTimeouts = .patient,
        answer: @escaping @Sendable (Received) -> Reply,
        perform: (CurlTransport, _ authority: String) async throws -> Void
    ) async throws {
        try await Self.withServer(timeouts: timeouts, answer: answer, perform: perform)
    }

    private static func ok(_ body: [UInt8], _ fields: String = "") -> [UInt8] {
        Array("HTTP/1.1 200 OK\r\n\(fields)Content-Length: \(body.count)\r\n\r\n".utf8) + body
    }

    /// Any certificate will do: only that it can be read matters here.
    private static let certificate = Array(
        """
        -----BEGIN CERTIFICATE-----
        MIIBdzCCAR2gAwIBAgIUZlxcAiWZ15F0PiTJUv8wITrAqScwCgYIKoZIzj0EAwIw
        ETEPMA0GA1UEAwwGSHViIENBMB4XDTI2MTEyMTIwMDU0MFoXDTI2MTIyMTIwMDU0
        MFowETEPMA0GA1UEAwwGSHViIENBMFkwEwYHKoZIzj0CAQYIKoZIzj0DAQcDQgAE
        mcYlzxCQtbdKYHwBirIEnk3NjG8KFVr95Y2GjtUFgGIpAto8zpMlCd+4hMWrvVdV
        e7Mm/2GSABN7j6JrAQf6eaNTMFEwHQYDVR0OBBYEFBkzRc4Jhg7wGGXLsld21HRh
        j945MB8GA1UdIwQYMBaAFBkzRc4Jhg7wGGXLsld21HRhj945MA8GA1UdEwEB/wQF
        MAMBAf8wCgYIKoZIzj0EAwIDSAAwRQIhAP+tJOJJ74Nl7Si+OxOd5vMgo38rZ23Z
        iaOo01lcBU9OAiBrZ4bodFerYkUS9Opws79phzf/CuYSbnRjW6i0J/gyGg==
        -----END CERTIFICATE-----

        """.utf8)
}

extension CurlTransport {
    fileprivate func send(_ request: TransportRequest) async throws(TransportError)
        -> TransportResponse
    {
        try await send(request, progress: { _ in })
    }
}

extension TransportTimeouts {
    /// For tests in which nothing is to time out, however busy the machine is.
    static let patient = TransportTimeouts(connect: .seconds(1200), stall: .seconds(1200))
}
