import Dispatch
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import HubServer

@Suite("Limits of a connection")
struct LimitTests {
    @Test("a body that says it is too large is refused before it is sent")
    func declared() async throws {
        try await ServedHub.run { served in
            let connection = try served.connect()
            try await connection.send(
                Array(
                    "POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-hazama\r\nContent-Length: \(Limits.requestBytes + 1)\r\n\r\n"
                        .utf8))
            let answer = try await connection.answer()
            #expect(answer.code == .tooLarge)
            #expect(answer.field("connection") == "close")
        }
    }

    @Test("a body without a length is cut off at the limit, and the connection is closed")
    func streamed() async throws {
        try await ServedHub.run(limits: { $0.smallBodyBytes = 10_000 }) { served in
            let connection = try served.connect()
            try await connection.send(
                Array(
                    "POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
                        .utf8))
            let chunk =
                Array("1000\r\n".utf8) + [UInt8](repeating: 0x20, count: 4096) + Array("\r\n".utf8)
            for _ in 0..<3 { try await connection.send(chunk) }
            let answer = try await connection.answer()
            #expect(answer.code == .tooLarge)
            #expect(answer.field("connection") == "close")
        }
    }

    @Test("a head that is too long or has too many fields is refused with 431")
    func head() async throws {
        try await ServedHub.run { served in
            let heads = [
                "GET /health HTTP/1.1\r\nHost: x\r\nX: \(String(repeating: "a", count: 79_000))\r\n\r\n",
                "GET /health HTTP/1.1\r\nHost: x\r\n"
                    + String(repeating: "a: b\r\n", count: 1001) + "\r\n",
            ]
            for head in heads {
                let connection = try served.connect()
                try? await connection.send(Array(head.utf8))
                let answer = try await connection.answer()
                #expect(answer.status == 431)
                #expect(answer.code == .malformed)
            }
        }
    }

    static let broken = [
        "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\nab",
        "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: 0x10\r\n\r\n",
        "GET /health HTTP/1.1\r\nHost: x\r\nContent-Length: +5\r\n\r\nabcde",
        "POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-hazama\r\nTransfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n",
        "GET /he\u{0}alth HTTP/1.1\r\nHost: x\r\n\r\n",
        "GET /health HTTP/9.9\r\nHost: x\r\n\r\n",
        "nonsense\r\n\r\n", "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
    ]
    @Test(
        "bytes that are no request are answered 400, and the connection is closed",
        arguments: broken)
    func malformed(bytes: String) async throws {
        try await ServedHub.run { served in
            let connection = try served.connect()
            try await connection.send(Array(bytes.utf8))
            let answer = try await connection.answer()
            #expect(answer.status == 400)
            _ = try await connection.untilClosed()
            // And the next honest request is served.
            #expect(try await served.exchange(RawRequest("GET", "/health")).status == 200)
        }
    }

    @Test("an idle connection, a head that stops and a body that stops are closed")
    func idle() async throws {
        try await ServedHub.run(limits: { $0.idle = .milliseconds(300) }) { served in
            for begun in [
                "", "GET /health HTTP/1.1\r\nHo",
                "POST /v1/enrol HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{",
            ] {
                let connection = try served.connect()
                if !begun.isEmpty { try await connection.send(Array(begun.utf8)) }
                let rest = try await connection.untilClosed()
                #expect(!String(decoding: rest, as: UTF8.self).contains(" 200 "))
            }
            let kept = try served.connect()
            #expect(try await kept.exchange(RawRequest("GET", "/health")).status == 200)
            _ = try await kept.untilClosed()
        }
    }

    @Test(
        "a cut body is never taken for a whole one, whether the line goes silent or ends",
        arguments: [true, false], [true, false])
    func cut(isChunked: Bool, ends: Bool) async throws {
        let fixture = try HubFixture()
        try await ServedHub.run(fixture, limits: { $0.idle = .milliseconds(300) }) { served in
            var device = try fixture.device(1, person: "Li Na")
            device.seal([.house(RecordID(high: 7, low: 1), in: HubFixture.north)])
            let body = device.bytes(device.request([device.run()]))
            let length =
                isChunked ? "Transfer-Encoding: chunked" : "Content-Length: \(body.count + 1)"
            let head =
                "POST /v1/sync HTTP/1.1\r\nHost: x\r\nContent-Type: application/x-hazama\r\n\(length)\r\n\r\n"
            let chunk = isChunked ? Array("\(String(body.count, radix: 16))\r\n".utf8) : []
            let connection = try served.connect()
            // All of it, but the end that says so.
            try await connection.send(Array(head.utf8) + chunk + body)
            if ends { connection.finishSending() }
            _ = try await connection.untilClosed()
        }
        // The server has ended, and everything it had begun.
        #expect(try fixture.hub.status().uploads == 0)
    }

    @Test("a client that waits for leave to send its body gets it, or the refusal")
    func leave() async throws {
        try await ServedHub.run { served in
            let connection = try served.connect()
            let head =
                "POST /v1/admin/login HTTP/1.1\r\nHost: x\r\nContent-Length: 2\r\nExpect: 100-continue\r\nContent-Type: "
            try await connection.send(Array("\(head)application/json\r\n\r\n{}".utf8))
            #expect(try await connection.answer().code == .malformed)
            let other = try served.connect()
            try await other.send(Array("\(head)text/plain\r\n\r\n".utf8))
            #expect(try await other.answer().code == .wrongMediaType)
        }
    }

    @Test("when all connections are taken the longest idle one makes room")
    func room() async throws {
        try await ServedHub.run(limits: { $0.connections = 8 }) { served in
            var idle: [RawConnection] = []
            for _ in 0..<12 {
                let connection = try served.connect()
                #expect(try await connection.exchange(RawRequest("GET", "/health")).status == 200)
                idle.append(connection)
            }
            _ = try await idle[0].untilClosed()
            #expect(try await idle[11].exchange(RawRequest("GET", "/health")).status == 200)
        }
    }
}

@Suite("Work")
struct WorkTests {
    @Test("more calls than may wait are told to come back")
    func bounded() async throws {
        let work = Work(threads: 1, limit: 1)
        let gate = DispatchSemaphore(value: 0)
        let (begun, begin) = AsyncStream<Void>.makeStream()
        async let first: Void = work.run { () throws(Problem) in
            begin.yield()
            gate.wait()
        }
        _ = await begun.first { _ in true }
        let refusal = await #expect(throws: Problem.self) {
            try await work.run { () throws(Problem) in }
        }
        gate.signal()
        try await first
        #expect(refusal?.code == .busy)
        #expect(refusal?.retryAfter_s ?? 0 > 0)
        try await work.run { () throws(Problem) in }
        try await work.shutDown()
    }

    @Test("the budget for bodies gives out no more than it has")
    func budget() {
        let budget = BodyBudget(limit: 10)
        #expect(budget.take(6))
        #expect(!budget.take(5))
        #expect(budget.take(4))
        budget.giveBack(10)
        #expect(budget.take(10))
    }
}
