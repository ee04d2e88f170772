import CurlTransport
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import HubServer

@Suite("The sync address")
struct SyncAddressTests {
    private func post(
        _ body: [UInt8], type: String? = SyncRequest.mediaType, _ fields: [(String, String)] = []
    ) -> RawRequest {
        RawRequest(
            "POST", "/v1/sync", (type.map { [("Content-Type", $0)] } ?? []) + fields, body: body)
    }

    @Test(
        "a sync with nothing new is one round trip of at most 400 bytes, heads and bodies together")
    func nothingNew() async throws {
        let fixture = try HubFixture()
        try await ServedHub.run(fixture, isPlain: false) { served in
            var device = try fixture.device(1, person: "Li Na")
            device.seal([.house(RecordID(high: 7, low: 1), in: HubFixture.north)])
            try fixture.syncAll(&device)
            let transport = try Self.transport(served)
            var total = 0
            for _ in 0..<2 {
                var request = device.request()
                request.pending = 0
                request.digest = device.digest
                let answer = try await transport.send(
                    TransportRequest(
                        method: .post, path: "/v1/sync", contentType: SyncRequest.mediaType,
                        body: device.bytes(request))
                ) { _ in }
                #expect(answer.status == 200)
                device.apply(try SyncResponse.decode(answer.body))
                total = answer.bytesUp + answer.bytesDown
            }
            #expect(total <= 400, "\(total) bytes")
        }
    }

    @Test("a file is brought in parts and fetched, and what is wrong with a request is told")
    func file() async throws {
        let fixture = try HubFixture()
        try await ServedHub.run(fixture) { served in
            var device = try fixture.device(1, person: "Li Na")
            let house = RecordID(high: 7, low: 1)
            let photograph = (0..<5000).map { UInt8(truncatingIfNeeded: $0 * 7) }
            let file = AttachedFile(
                hash: Digests.sha256(photograph), size: photograph.count, type: Text("image/png"),
                name: Text("letter"))
            device.seal([.house(house, in: HubFixture.north)])
            device.seal([.write(house, .files, .change(adding: [file.value], removing: []))])
            try fixture.syncAll(&device)
            func ask(_ act: FileRequest.Act, at offset: Int) async throws -> RawAnswer {
                let request = FileRequest(
                    replica: device.replica, hash: file.hash, offset: offset, act: act)
                return try await served.exchange(
                    RawRequest(
                        "POST", "/v1/file", [("Content-Type", SyncRequest.mediaType)],
                        body: request.encode(hub: fixture.hub.id, key: device.key)))
            }
            #expect(try await ask(.get(maximumBytes: 10), at: 0).code == .noSuchFile)
            let half = try FileResponse.decode(
                try await ask(.put(Array(photograph[..<2000])), at: 0).body)
            #expect(!half.isWhole && half.offset == 2000)
            let whole = try FileResponse.decode(
                try await ask(.put(Array(photograph[2000...])), at: 2000).body)
            #expect(whole.isWhole)
            let answer = try await ask(.get(maximumBytes: 4000), at: 3000)
            #expect(answer.field("content-type") == SyncRequest.mediaType)
            #expect(try FileResponse.decode(answer.body).bytes == Array(photograph[3000...]))
            let odd = try await served.exchange(
                RawRequest(
                    "POST", "/v1/file", [("Content-Type", SyncRequest.mediaType)], body: [1, 2]))
            #expect(odd.status == 400 && odd.code == .malformed)
            let json = try await served.exchange(
                RawRequest("POST", "/v1/file", [("Content-Type", "application/json")], body: [1]))
            #expect(json.code == .wrongMediaType)
        }
    }

    @Test("a large answer is compressed for who can read it, and the same for who can't")
    func compressed() async throws {
        let fixture = try HubFixture()
        try await ServedHub.run(fixture) { served in
            var device = try fixture.device(1, person: "Li Na")
            // Names of areas: pages are compressed already.
            try fixture.hub.addAreas(
                (1...200).map {
                    (
                        scope: ScopeID(high: 9, low: $0), parent: HubFixture.district,
                        name: "willow street \($0)"
                    )
                })
            device.seal([.house(RecordID(high: 7, low: 1), in: HubFixture.north)])
            try fixture.syncAll(&device)
            let reader = try fixture.device(2, person: "Bo")
            let body = reader.bytes(reader.request())
            let plain = try await served.exchange(post(body))
            let packed = try await served.exchange(post(body, [("Accept-Encoding", "gzip, zstd")]))
            #expect(plain.field("content-encoding") == nil)
            #expect(packed.field("content-encoding") == "zstd")
            #expect(packed.body.count < plain.body.count / 2)
            let unpacked = try Zstd.decompress(packed.body, maximumBytes: 1 << 24)
            #expect(
                try SyncResponse.decode(unpacked).grants == SyncResponse.decode(plain.body).grants)
            let refused = try await served.exchange(post(body, [("Accept-Encoding", "zstd;q=0")]))
            #expect(refused.field("content-encoding") == nil)
            // And the request itself.
            let sent = try await served.exchange(
                post(Zstd.compress(body), [("Content-Encoding", "zstd")]))
            #expect(sent.status == 200)
        }
    }

    @Test(
        "bodies of another kind, another compression or a damaged one are refused, and nothing is read of them"
    )
    func refused() async throws {
        try await ServedHub.run { served in
            let body = [UInt8](repeating: 7, count: 100)
            for type in [
                nil, "application/json", "text/plain", "application/x-hazama; charset=utf-16",
            ] {
                let answer = try await served.exchange(post(body, type: type))
                #expect(answer.code == .wrongMediaType, "\(type ?? "none")")
            }
            for encoding in ["gzip", "br", "deflate", "zstd, zstd", "x"] {
                let answer = try await served.exchange(post(body, [("Content-Encoding", encoding)]))
                #expect(answer.code == .wrongMediaType, "\(encoding)")
            }
            let damaged = try await served.exchange(post(body, [("Content-Encoding", "zstd")]))
            #expect(damaged.code == .malformed)
            #expect(try await served.exchange(post(body)).code == .malformed)
            #expect(try await served.exchange(post([])).code == .malformed)
        }
    }

    @Test("a bomb is refused at its limit")
    func bomb() async throws {
        try await ServedHub.run { served in
            let bomb = Zstd.compress([UInt8](repeating: 0, count: Limits.requestBytesUnpacked + 1))
            #expect(bomb.count < 100_000)
            let answer = try await served.exchange(post(bomb, [("Content-Encoding", "zstd")]))
            #expect(answer.code == .tooLarge)
        }
    }

    @Test("600 requests go over one kept connection")
    func kept() async throws {
        try await ServedHub.run { served in
            let connection = try served.connect()
            for _ in 0..<600 {
                let answer = try await connection.exchange(RawRequest("GET", "/health"))
                #expect(answer.status == 200)
            }
        }
        try await ServedHub.run(isPlain: false) { served in
            let transport = try Self.transport(served)
            for _ in 0..<600 {
                let answer = try await transport.send(
                    TransportRequest(method: .get, path: "/health")
                ) { _ in }
                #expect(answer.status == 200)
            }
        }
    }

    static func transport(_ served: ServedHub) throws -> CurlTransport {
        CurlTransport(
            hub: try HubAddress("https://127.0.0.1:\(served.port)"),
            authority: Array(try served.certificates.authorityPEM().utf8), timeouts: .patient)
    }
}
