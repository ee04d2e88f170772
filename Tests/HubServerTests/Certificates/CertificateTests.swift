import CurlTransport
import Foundation
import Logging
import SyncClient
import SyncCore
import SyncTesting
import Testing

@testable import HubServer

@Suite("Certificates")
struct CertificateTests {
    private func get(_ transport: CurlTransport) async throws(TransportError) -> TransportResponse {
        try await transport.send(TransportRequest(method: .get, path: "/health")) { _ in }
    }

    @Test("a device reaches the hub whose authority it pinned, by name and by address")
    func pinned() async throws {
        try await ServedHub.run(isPlain: false, hosts: ["localhost", "127.0.0.1"]) { served in
            for host in ["localhost", "127.0.0.1"] {
                let transport = CurlTransport(
                    hub: try HubAddress("https://\(host):\(served.port)"),
                    authority: Array(try served.certificates.authorityPEM().utf8),
                    timeouts: .patient)
                #expect(try await get(transport).status == 200)
            }
        }
    }

    @Test("another authority is refused, and a name that is not in the certificate")
    func refused() async throws {
        let folder = try TemporaryFolder()
        let other = HubCertificates(folder: folder.path)
        try other.create(hosts: ["127.0.0.1"], district: "Test", now_ms: ServedHub.now_ms)
        try await ServedHub.run(isPlain: false, hosts: ["hub.example"]) { served in
            let own = Array(try served.certificates.authorityPEM().utf8)
            for authority in [Array(try other.authorityPEM().utf8), own] {
                let transport = CurlTransport(
                    hub: try HubAddress("https://127.0.0.1:\(served.port)"), authority: authority,
                    timeouts: .patient)
                let error = await #expect(throws: TransportError.self) { try await get(transport) }
                guard case .untrusted? = error else {
                    Issue.record("\(String(describing: error))")
                    return
                }
            }
        }
    }

    @Test("who speaks nothing newer than TLS 1.1 is refused", arguments: [UInt8(0), 1, 2])
    func old(minor: UInt8) async throws {
        try await ServedHub.run(isPlain: false) { served in
            // A greeting with four common suites and no extension. Source: RFC 4346, section 7.4.1.
            let hello: [UInt8] =
                [3, minor] + [UInt8](repeating: 7, count: 32)
                + [0, 0, 8, 0xc0, 0x0a, 0xc0, 0x14, 0, 0x35, 0, 0x2f, 1, 0]
            let handshake = [1, 0, 0, UInt8(hello.count)] + hello
            let connection = try served.connect()
            try await connection.send([22, 3, 1, 0, UInt8(handshake.count)] + handshake)
            let answer = try await connection.untilClosed()
            // An alert, and no greeting.
            #expect(answer.first == 21 && answer.count < 10)
        }
    }

    @Test("keys can be read by their owner only, and one that others can read is not used")
    func modes() throws {
        let folder = try TemporaryFolder()
        let certificates = HubCertificates(folder: folder.path)
        try certificates.create(hosts: ["127.0.0.1"], district: "x", now_ms: ServedHub.now_ms)
        for name in ["ca.key", "server.key"] {
            #expect(PrivateFile.isPrivate(folder.file(name)) == true)
        }
        #expect(PrivateFile.isPrivate(folder.file("ca.pem")) == false)
        #expect(throws: Never.self) { try certificates.tlsConfiguration() }
        try FileManager.default.setAttributes(
            [.posixPermissions: 0o644], ofItemAtPath: folder.file("server.key"))
        #expect(throws: CertificateFault.self) { try certificates.tlsConfiguration() }
    }

    @Test("the server certificate is made anew in its last thirty days, for the same hosts")
    func renewal() throws {
        let folder = try TemporaryFolder()
        let certificates = HubCertificates(folder: folder.path)
        let start = ServedHub.now_ms
        try certificates.create(
            hosts: ["hub.example", "10.1.2.3", "fd00::1"], district: "x", now_ms: start)
        let authority = try certificates.authorityHash()
        let end = try certificates.serverEnd_ms()
        #expect(try !certificates.renewIfNeeded(now_ms: end - 31 * 86_400_000))
        #expect(try certificates.serverEnd_ms() == end)
        #expect(try certificates.renewIfNeeded(now_ms: end - 29 * 86_400_000))
        #expect(try certificates.serverEnd_ms() > end)
        #expect(try certificates.hosts() == ["hub.example", "10.1.2.3", "fd00::1"])
        #expect(try certificates.authorityHash() == authority)
        #expect(throws: Never.self) { try certificates.tlsConfiguration() }
    }

    @Test("a renewal that was cut between its two files is made good")
    func repaired() throws {
        let folder = try TemporaryFolder()
        let certificates = HubCertificates(folder: folder.path)
        try certificates.create(hosts: ["127.0.0.1"], district: "x", now_ms: ServedHub.now_ms)
        let whole = try certificates.fits()
        #expect(whole)
        let key = try PrivateFile.read(folder.file("ca.key"))
        try PrivateFile.replace(folder.file("server.key"), with: key)
        #expect(try !certificates.fits())
        try certificates.repairIfBroken(now_ms: ServedHub.now_ms)
        #expect(try certificates.fits())
        try FileManager.default.removeItem(atPath: folder.file("server.key"))
        try certificates.repairIfBroken(now_ms: ServedHub.now_ms)
        #expect(try certificates.fits())
    }

    @Test(
        "what is no host is in no certificate",
        arguments: ["", "a b", "a\nb", "häb.example", "a/b"])
    func hosts(host: String) throws {
        let folder = try TemporaryFolder()
        #expect(throws: CertificateFault.self) {
            try HubCertificates(folder: folder.path).create(
                hosts: [host], district: "x", now_ms: ServedHub.now_ms)
        }
    }

    @Test("plain HTTP is refused anywhere but on loopback")
    func plain() async throws {
        let fixture = try HubFixture()
        for host in ["0.0.0.0", "10.0.0.1", "hub.example", "::"] {
            let server = HubServer(
                hub: fixture.hub, schema: .test,
                certificates: HubCertificates(folder: fixture.folder.path),
                configuration: .init(host: host, isPlain: true, endsOnSignals: false),
                wall: WallClock(now_ms: { 0 }), logger: .init(label: "test"))
            await #expect(throws: ServerFault.self) { try await server.run { _, _ in } }
        }
    }
}
