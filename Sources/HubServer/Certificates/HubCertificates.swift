internal import Crypto
internal import Foundation
internal import NIOSSL
internal import SwiftASN1
public import SyncCore
internal import SyncProtocol
internal import X509

/// The hub's own certificate authority and the server certificate it signs, in the hub's folder.
///
/// | file | holds | mode |
/// |---|---|---|
/// | `ca.pem` | the authority's certificate, whose hash every enrolment code carries | 0644 |
/// | `ca.key` | its key, P-256 | 0600 |
/// | `server.pem` | the certificate shown on the line, made anew by itself before it ends | 0644 |
/// | `server.key` | its key, P-256 | 0600 |
public struct HubCertificates: Sendable {
    /// The hub's folder.
    public let folder: String

    /// The authority lives ten years; devices that pin it enrol anew after that.
    static let authorityLife_s: Int64 = 3652 * 86_400
    static let serverLife_s: Int64 = 180 * 86_400
    /// What may be left of the server certificate before it is made anew.
    static let renewal_s: Int64 = 30 * 86_400

    public init(folder: String) { self.folder = folder }

    /// Makes an authority and a first server certificate for `hosts` (names and addresses).
    public func create(
        hosts: [String], district: String, now_ms: Int64
    ) throws(CertificateFault) {
        try wrapping {
            let key = P256.Signing.PrivateKey()
            // No name of the district: a certificate is seen by whoever is on the line.
            let print = Array(SHA256.hash(data: key.publicKey.rawRepresentation))
            let name = try DistinguishedName {
                CommonName("Hazama hub \(Base32.encode(print).prefix(10))")
            }
            let authority = try Certificate(
                version: .v3, serialNumber: Certificate.SerialNumber(),
                publicKey: .init(key.publicKey), notValidBefore: Self.start,
                notValidAfter: Self.date(now_ms, plus_s: Self.authorityLife_s), issuer: name,
                subject: name,
                extensions: try Certificate.Extensions {
                    Critical(BasicConstraints.isCertificateAuthority(maxPathLength: 0))
                    Critical(KeyUsage(keyCertSign: true, cRLSign: true))
                    SubjectKeyIdentifier(hash: Certificate.PublicKey(key.publicKey))
                },
                issuerPrivateKey: .init(key))
            try write(key.pemRepresentation, to: "ca.key", mode: 0o600)
            try write(try authority.serializeAsPEM().pemString, to: "ca.pem", mode: 0o644)
            try sign(hosts: hosts, now_ms: now_ms)
        }
    }

    /// Makes a new server certificate, for the same hosts, if the present one ends within 30 days.
    ///
    /// Returns whether it did. The one before stays in use on open connections.
    public func renewIfNeeded(now_ms: Int64) throws(CertificateFault) -> Bool {
        try wrapping {
            let present = try certificate("server.pem")
            let end = Int64(present.notValidAfter.timeIntervalSince1970)
            guard end - now_ms / 1000 < Self.renewal_s else { return false }
            try sign(hosts: try Self.hosts(of: present), now_ms: now_ms)
            return true
        }
    }

    /// When the server certificate ends, in milliseconds since 1970.
    public func serverEnd_ms() throws(CertificateFault) -> Int64 {
        try wrapping {
            Int64(try certificate("server.pem").notValidAfter.timeIntervalSince1970) * 1000
        }
    }

    /// The authority's certificate as text.
    public func authorityPEM() throws(CertificateFault) -> String {
        try wrapping { try text("ca.pem", isSecret: false) }
    }

    /// The SHA-256 of the authority's certificate in DER: what an enrolment code carries.
    public func authorityHash() throws(CertificateFault) -> ContentHash {
        try wrapping {
            Digests.sha256(try PEMDocument(pemString: try text("ca.pem", isSecret: false)).derBytes)
        }
    }

    /// What the server shows on the line: TLS 1.2 or later, HTTP/1.1 and nothing else.
    func tlsConfiguration() throws(CertificateFault) -> TLSConfiguration {
        try wrapping {
            let chain = try NIOSSLCertificate.fromPEMBytes(
                Array(try text("server.pem", isSecret: false).utf8))
            let key = try NIOSSLPrivateKey(
                bytes: Array(try text("server.key", isSecret: true).utf8), format: .pem)
            var configuration = TLSConfiguration.makeServerConfiguration(
                certificateChain: chain.map { .certificate($0) }, privateKey: .privateKey(key))
            configuration.minimumTLSVersion = .tlsv12
            configuration.applicationProtocols = ["http/1.1"]
            return configuration
        }
    }

    // MARK: Making

    private func sign(hosts: [String], now_ms: Int64) throws {
        let authority = try certificate("ca.pem")
        let authorityKey = try Certificate.PrivateKey(
            pemEncoded: try text("ca.key", isSecret: true))
        let key = P256.Signing.PrivateKey()
        let life = min(
            Self.date(now_ms, plus_s: Self.serverLife_s), authority.notValidAfter)
        let server = try Certificate(
            version: .v3, serialNumber: Certificate.SerialNumber(),
            publicKey: .init(key.publicKey), notValidBefore: Self.start, notValidAfter: life,
            issuer: authority.subject, subject: try DistinguishedName { CommonName("Hazama hub") },
            extensions: try Certificate.Extensions {
                Critical(BasicConstraints.notCertificateAuthority)
                Critical(KeyUsage(digitalSignature: true))
                try ExtendedKeyUsage([.serverAuth])
                SubjectAlternativeNames(try hosts.map(Self.name))
                AuthorityKeyIdentifier(
                    keyIdentifier: SubjectKeyIdentifier(hash: authority.publicKey).keyIdentifier)
            },
            issuerPrivateKey: authorityKey)
        // The key first: a stop in between leaves a pair that doesn't fit, which the next start
        // makes anew (`repairIfBroken`), and never a certificate without any key.
        try write(key.pemRepresentation, to: "server.key", mode: 0o600)
        try write(try server.serializeAsPEM().pemString, to: "server.pem", mode: 0o644)
    }

    /// Makes the server certificate anew if its key is missing or is another's: a renewal was cut
    /// short.
    public func repairIfBroken(now_ms: Int64) throws(CertificateFault) {
        try wrapping {
            guard try !fits() else { return }
            try sign(hosts: try hosts(), now_ms: now_ms)
        }
    }

    /// Whether the server's key is there and is its certificate's.
    func fits() throws -> Bool {
        guard PrivateFile.isPrivate("\(folder)/server.key") != nil else { return false }
        let key = try Certificate.PrivateKey(pemEncoded: try text("server.key", isSecret: true))
        return key.publicKey == (try certificate("server.pem").publicKey)
    }

    /// The names and addresses that the server certificate is for.
    func hosts() throws -> [String] { try Self.hosts(of: try certificate("server.pem")) }

    /// Long ago on purpose: a device whose clock fell back to 1970 must still reach the hub that
    /// sets it right, and nothing rests on the beginning of a certificate that is pinned anyway.
    private static let start = Date(timeIntervalSince1970: 0)

    private static func date(_ now_ms: Int64, plus_s: Int64) -> Date {
        Date(timeIntervalSince1970: TimeInterval(now_ms / 1000 + plus_s))
    }

    private static func name(_ host: String) throws -> GeneralName {
        if let address = addressBytes(host) {
            return .ipAddress(ASN1OctetString(contentBytes: address[...]))
        }
        let allowed = host.utf8.allSatisfy {
            ($0 >= 0x61 && $0 <= 0x7a) || ($0 >= 0x30 && $0 <= 0x39) || $0 == 0x2d || $0 == 0x2e
                || ($0 >= 0x41 && $0 <= 0x5a) || $0 == 0x2a || $0 == 0x5f
        }
        guard allowed, !host.isEmpty, host.utf8.count <= 253 else {
            throw CertificateFault(reason: "\"\(host)\" is no host name and no address")
        }
        return .dnsName(host)
    }

    /// The 4 or 16 bytes of an address; `nil` if it is none.
    static func addressBytes(_ host: String) -> [UInt8]? {
        var four = in_addr()
        if inet_pton(AF_INET, host, &four) == 1 { return withUnsafeBytes(of: four) { Array($0) } }
        var six = in6_addr()
        if inet_pton(AF_INET6, host, &six) == 1 { return withUnsafeBytes(of: six) { Array($0) } }
        return nil
    }

    private static func hosts(of certificate: Certificate) throws -> [String] {
        guard let names = try certificate.extensions.subjectAlternativeNames else { return [] }
        return names.compactMap { name in
            switch name {
            case .dnsName(let host): host
            case .ipAddress(let octets): addressText(Array(octets.bytes))
            default: nil
            }
        }
    }

    private static func addressText(_ bytes: [UInt8]) -> String? {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = bytes.count == 4 ? AF_INET : AF_INET6
        guard bytes.count == 4 || bytes.count == 16,
            inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil
        else { return nil }
        return String(
            decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }

    // MARK: Files

    private func certificate(_ file: String) throws -> Certificate {
        try Certificate(pemEncoded: try text(file, isSecret: false))
    }

    private func text(_ file: String, isSecret: Bool) throws -> String {
        String(
            decoding: try PrivateFile.read("\(folder)/\(file)", isSecret: isSecret), as: UTF8.self)
    }

    private func write(_ text: String, to file: String, mode: UInt32) throws {
        let ended = text.hasSuffix("\n") ? text : text + "\n"
        try PrivateFile.replace("\(folder)/\(file)", with: Array(ended.utf8), mode: mode)
    }

    private func wrapping<Result>(
        _ body: () throws -> Result
    ) throws(CertificateFault) -> Result {
        do { return try body() } catch let fault as CertificateFault { throw fault } catch {
            throw CertificateFault(reason: "\(error)")
        }
    }
}

/// Why certificates could not be made, read or used.
public struct CertificateFault: Error, Hashable, Sendable, CustomStringConvertible {
    public let reason: String
    public var description: String { reason }
}
