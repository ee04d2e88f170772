import Logging
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Synchronization
import Testing

@testable import HubServer

/// Rows of `docs/proof/bad-inputs.md` that come over a socket and that `LimitTests` does not have.
@Suite("Hostile requests")
struct HostileTests {
    private func head(_ fields: String, _ line: String = "GET /health HTTP/1.1") -> [UInt8] {
        Array("\(line)\r\nHost: x\r\n\(fields)\r\n".utf8)
    }

    // MARK: What ends a connection

    static let torn = [
        "POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        "POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n0x2\r\n{}\r\n0\r\n\r\n",
        "POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n-1\r\n{}\r\n0\r\n\r\n",
        "POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n2\r\n{}XX0\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 99999999999999999999\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: -1\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX: a\u{0}b\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX : a\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nX\u{1}: a\r\n\r\n",
        "GET /hea\u{1b}[2Jlth HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /health\r\n\r\n",
    ]
    @Test(
        "what could be read in two ways is refused, and the connection is closed", arguments: torn)
    func ambiguous(bytes: String) async throws {
        try await ServedHub.run { served in
            let connection = try served.connect()
            try await connection.send(Array(bytes.utf8))
            #expect(try await connection.answer().status == 400)
            _ = try await connection.untilClosed()
            #expect(try await served.exchange(RawRequest("GET", "/health")).status == 200)
        }
    }

    @Test("100,000 small fields are refused long before their end")
    func manyFields() async throws {
        try await ServedHub.run { served in
            let connection = try served.connect()
            let fields = String(repeating: "a: b\r\n", count: 100_000)
            // The hub may have ended the connection before all of it is sent.
            try? await connection.send(head(fields))
            #expect(try await connection.answer().status == 431)
        }
    }

    @Test(
        "what a chunk says beside its length is dropped, however much it is, and nothing is stored")
    func chunkExtension() async throws {
        try await ServedHub.run { served in
            let connection = try served.connect()
            try await connection.send(
                head(
                    "Content-Type: application/json\r\nTransfer-Encoding: chunked\r\n",
                    "POST /v1/enrol HTTP/1.1"))
            // As above.
            try? await connection.send(
                Array("2;".utf8) + [UInt8](repeating: UInt8(ascii: "a"), count: 1 << 20)
                    + Array("\r\n{}\r\n0\r\n\r\n".utf8))
            #expect(try await connection.answer().code == .malformed)
            #expect(try await served.exchange(RawRequest("GET", "/health")).status == 200)
        }
    }

    @Test("an answer that nobody reads ends the connection")
    func slowReader() async throws {
        try await ServedHub.run(limits: { $0.stalledAnswerCheck = .milliseconds(50) }) { served in
            let connection = try served.connect()
            let many = [[UInt8]](repeating: head(""), count: 2000).flatMap { $0 }
            await #expect(throws: RawConnection.Closed.self) {
                // Until the server has no room left to answer, stops reading, and hangs up.
                while true { try await connection.send(many) }
            }
            #expect(try await served.exchange(RawRequest("GET", "/health")).status == 200)
        }
    }

    @Test("a body that trickles is given up, and told to come back")
    func trickle() async throws {
        try await ServedHub.run(limits: {
            $0.slowBodyGrace = .zero
            $0.minimumBodyBytesPerSecond = 1e12
        }) { served in
            let connection = try served.connect()
            try await connection.send(
                head(
                    "Content-Type: application/json\r\nContent-Length: 100\r\n",
                    "POST /v1/enrol HTTP/1.1") + [0x7b])
            let answer = try await connection.answer()
            #expect(answer.code == .busy)
            #expect(answer.field("retry-after") != nil)
            #expect(answer.field("connection") == "close")
        }
    }

    @Test("who asks for leave to send a body and then sends none is closed")
    func silentAfterLeave() async throws {
        try await ServedHub.run(limits: { $0.idle = .milliseconds(200) }) { served in
            let connection = try served.connect()
            try await connection.send(
                head(
                    "Content-Type: application/json\r\nContent-Length: 2\r\nExpect: 100-continue\r\n",
                    "POST /v1/enrol HTTP/1.1"))
            let rest = String(decoding: try await connection.untilClosed(), as: UTF8.self)
            #expect(!rest.contains(" 200 "))
        }
    }

    @Test(
        "no field changes what is asked: no range, no condition, no upgrade, no other method",
        arguments: [
            "Range: bytes=0-1\r\n", "Range: lines=x\r\n", "If-Match: \"x\"\r\n",
            "If-None-Match: *\r\n",
            "If-Modified-Since: yesterday\r\n", "Upgrade: h2c\r\nConnection: Upgrade\r\n",
            "Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Key: x\r\n",
            "X-HTTP-Method-Override: DELETE\r\n", "X-Forwarded-For: 127.0.0.1\r\n",
            "X-Original-URL: /v1/admin/devices\r\n", "Forwarded: for=127.0.0.1\r\n",
            "TE: trailers\r\n",
        ])
    func ignored(fields: String) async throws {
        try await ServedHub.run { served in
            let connection = try served.connect()
            try await connection.send(head(fields))
            let answer = try await connection.answer()
            #expect(answer.status == 200)
            #expect(answer.text == #"{"status":"ok"}"#)
        }
    }

    @Test("a tunnel is opened for nobody", arguments: ["CONNECT", "TRACE"])
    func tunnel(method: String) async throws {
        try await ServedHub.run { served in
            for target in ["127.0.0.1:1", "/health", "*", "http://evil.example/"] {
                let answer = try await served.exchange(RawRequest(method, target))
                #expect([400, 404, 405].contains(answer.status), "\(target)")
            }
        }
    }

    // MARK: Who it is

    @Test("a login counts once and as it is: two, folded, or of another kind are none")
    func bearer() async throws {
        try await ServedHub.run { served in
            let token = try served.token()
            let other = try served.token([.advisor])
            func status(_ fields: String) async throws -> Int {
                let connection = try served.connect()
                try await connection.send(head(fields, "GET /v1/admin/devices HTTP/1.1"))
                return try await connection.answer().status
            }
            #expect(try await status("authorization: bearer \(token)\r\n") == 200)
            for fields in [
                "Authorization: Bearer \(token)\r\nAuthorization: Bearer \(token)\r\n",
                "Authorization: Bearer \(token)\r\nAuthorization: Bearer \(other)\r\n",
                "Authorization: Bearer \(token), Bearer \(other)\r\n",
                "Authorization: Bearer \(token)x\r\n",
                "Authorization: Bearer \(token.dropLast())\r\n",
                "Authorization: Token \(token)\r\n", "Authorization: \(token)\r\n",
                "X-Authorization: Bearer \(token)\r\n", "Authorization-: Bearer \(token)\r\n",
            ] {
                #expect(try await status(fields) == 401, "\(fields)")
            }
            #expect(
                [400, 401].contains(try await status("Authorization: Bearer\r\n \(token)\r\n")))
        }
    }

    @Test("who loses a role or is deactivated can do nothing more with a login that is open")
    func demoted() async throws {
        try await ServedHub.run { served in
            let hub = served.fixture.hub
            let person = try hub.makePerson(
                name: "Lin", roles: [.administrator], password: nil, by: nil)
            let token = try hub.openSession(for: person, life_ms: 1 << 40, idle_ms: 1 << 40)
            let devices = RawRequest(
                "GET", "/v1/admin/devices", [("Authorization", "Bearer \(token)")])
            #expect(try await served.exchange(devices).status == 200)
            try hub.setRoles([.advisor], ofPersonNamed: "Lin", by: served.fixture.admin)
            #expect(try await served.exchange(devices).status == 403)
            try hub.deactivate(
                personNamed: "Lin", reason: "left", by: served.fixture.admin)
            #expect(try await served.exchange(devices).status == 401)
        }
    }

    // MARK: The same, many times at once

    @Test("one upload sent twenty times at once has one effect, and one receipt")
    func parallel() async throws {
        let fixture = try HubFixture()
        try await ServedHub.run(fixture) { served in
            var device = try fixture.device(1, person: "Li Na")
            device.seal([.house(RecordID(high: 7, low: 1), in: HubFixture.north)])
            let request = RawRequest(
                "POST", "/v1/sync", [("Content-Type", SyncRequest.mediaType)],
                body: device.bytes(device.request([device.run()])))
            let receipts = try await withThrowingTaskGroup(of: [SignedReceipt].self) { group in
                for _ in 0..<20 {
                    group.addTask {
                        try SyncResponse.decode(try await served.exchange(request).body).receipts
                    }
                }
                return try await group.reduce(into: Set<[SignedReceipt]>()) { $0.insert($1) }
            }
            #expect(receipts.count == 1)
            #expect(receipts.first?.count == 1)
            let status = try fixture.hub.status()
            #expect(status.changeSets == 1 && status.uploads == 1 && status.records == 1)
        }
    }

    private static func enrolment(_ secret: [UInt8], _ number: UInt8, name: String) -> RawRequest {
        let key = SigningKey(seed: [UInt8](repeating: number, count: 32))!
        let replica = ReplicaID(high: 3, low: UInt64(number))
        let signature = key.sign(
            Hub.enrolmentBytes(
                secret: secret, replica: replica, key: key.verifying, deviceName: name),
            for: .enrolment)
        return .json(
            "/v1/enrol",
            JSON.object([
                "secret": .string(Base32.encode(secret)), "replica": .string("\(replica)"),
                "key": .string("\(key.verifying)"), "deviceName": .string(name),
                "signature": .string(Base32.encode(signature.bytes)),
            ]).text)
    }

    @Test("of ten devices that show one code at once exactly one is let in, the others are told")
    func race() async throws {
        try await ServedHub.run { served in
            let code = try served.fixture.hub.makeCode(
                person: "Li Na", areas: [HubFixture.north], by: served.fixture.admin)
            let answers = try await withThrowingTaskGroup(of: RawAnswer.self) { group in
                for number in UInt8(1)...10 {
                    group.addTask {
                        try await served.exchange(
                            Self.enrolment(code.secret, number, name: "laptop"))
                    }
                }
                return try await group.reduce(into: []) { $0.append($1) }
            }
            #expect(answers.filter { $0.status == 200 }.count == 1)
            #expect(answers.filter { $0.code == .badCode }.count == 9)
            #expect(try served.fixture.hub.devices(by: served.fixture.admin).count == 1)
        }
    }

    @Test("who guesses codes waits after a few, also with a right one; a bundle is no way round")
    func guessing() async throws {
        // Nothing is forgiven meanwhile, however slow the machine.
        try await ServedHub.run(
            limits: {
                $0.failuresPerAddress = 3
                $0.failuresForgivenPerMinute = 0
            }
        ) { served in
            for number in UInt8(1)...3 {
                let wrong = Self.enrolment(
                    [UInt8](repeating: number, count: 16), number, name: "laptop")
                #expect(try await served.exchange(wrong).code == .badCode)
            }
            let code = try served.fixture.hub.makeCode(
                person: "Li Na", areas: [HubFixture.north], by: served.fixture.admin)
            let right = try await served.exchange(
                Self.enrolment(code.secret, 9, name: "laptop"))
            #expect(right.code == .tooManyRequests)
            #expect(right.field("retry-after") != nil)
            let bundle = try await served.exchange(
                RawRequest(
                    "POST", "/v1/bundle", [("Content-Type", SyncRequest.mediaType)], body: [1, 2]))
            #expect(bundle.code == .tooManyRequests)
        }
    }

    // MARK: What is left behind

    @Test("a line of the log is one line, and has nothing of a query, a name or a secret")
    func log() async throws {
        let lines = Lines()
        let logger = Logger(label: "test") { _ in lines }
        try await ServedHub.run(logger: logger) { served in
            let secret = "forged\\nline%0aand%1b[2J"
            for request in [
                RawRequest("GET", "/health?q=\(secret)", [("User-Agent", "a\u{9b}31m\tb")]),
                RawRequest("GET", "/\(secret)%0d%0aINFO"),
                RawRequest("BREW\u{7f}", "/health"),
                .json("/v1/admin/login", #"{"name":"Sun\nWei canary","password":"canary"}"#),
                Self.enrolment([UInt8](repeating: 1, count: 16), 1, name: "a\nb\u{1b}[2J"),
            ] {
                let answer = try await served.exchange(request)
                #expect(answer.status < 500)
            }
        }
        #expect(lines.all.count > 3)
        for line in lines.all {
            #expect(!line.utf8.contains { $0 < 0x20 || $0 == 0x7f }, "\(line)")
            #expect(!line.contains("canary") && !line.contains("?q"), "\(line)")
        }
    }
}

/// Keeps what is logged, each with all its metadata.
private final class Lines: LogHandler {
    private let lines = Mutex<[String]>([])

    var all: [String] { lines.withLock { $0 } }
    var logLevel: Logger.Level {
        get { .trace }
        set {}
    }
    var metadata: Logger.Metadata {
        get { [:] }
        set {}
    }
    subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { nil }
        set {}
    }

    func log(event: LogEvent) {
        let rest = (event.metadata ?? [:]).sorted { $0.key < $1.key }.map {
            "\($0.key)=\($0.value)"
        }
        lines.withLock { $0.append((["\(event.message)"] + rest).joined(separator: " ")) }
    }
}
