public import SyncCore
internal import SyncExchange
internal import SyncProtocol
public import SyncStore

/// The one-time code that lets a device in. It carries the hash of the hub's authority, so that no
/// one between can pass for the hub.
public struct EnrolmentCode: Hashable, Sendable, CustomStringConvertible {
    /// 16 bytes of chance, known to the hub by their hash only.
    public let secret: [UInt8]
    /// The SHA-256 of the authority's DER.
    public let authority: ContentHash

    /// Reads a typed code; `nil` where it is not whole or has a typing error.
    public init?(_ typed: String) {
        guard let bytes = Base32.decode(Base32.forgiving(typed)), bytes.count == 51,
            bytes[0] == 1, Digests.sha256(Array(bytes[..<49])).bytes.prefix(2) == bytes[49...],
            let authority = ContentHash(bytes: bytes[17..<49])
        else { return nil }
        secret = Array(bytes[1..<17])
        self.authority = authority
    }

    /// Never the secret: a code must not end in a log.
    public var description: String { "EnrolmentCode" }
}

extension SyncClient {
    /// Enrols a device: verifies the hub's authority against the code, shows the hub the device's
    /// key, and keeps who it is to write for. Repeating it, with the same code and store, is
    /// harmless.
    ///
    /// - Parameters:
    ///   - fetch: sends one request without trusting anybody, for the authority's certificate.
    ///   - connect: makes a transport that trusts this authority, as PEM, and nobody else.
    /// - Returns: who the device is now; most often `.pending` until an administrator approves it.
    public static func enrol(
        _ store: DeviceStore, url: String, code typed: String, deviceName: String,
        clock: @Sendable () -> ClockReading,
        fetch: (TransportRequest) async throws(TransportError) -> TransportResponse,
        connect: ([UInt8]) throws(TransportError) -> any Transport
    ) async throws(SyncFailure) -> DeviceIdentity {
        guard let code = EnrolmentCode(typed) else { throw .badCode }
        let identity = try inStore { () throws(StoreError) in try store.identity() }
        let key = try inStore { () throws(StoreError) in try store.signingKey() }
        guard identity.hub == nil || identity.enrolment == .pending else {
            throw .store(.alreadyEnrolled)
        }
        let found = try await onLine { () async throws(TransportError) in
            try await fetch(
                TransportRequest(method: .get, path: "/v1/ca", maximumResponseBytes: 1 << 16))
        }
        guard found.status == 200, let der = PEM.certificate(found.body) else {
            throw .stopped(.notOurHub(status: found.status))
        }
        guard Digests.sha256(der) == code.authority else { throw .otherAuthority }
        if identity.hub == nil {
            try inStore { () throws(StoreError) in
                try store.beginEnrolment(
                    url: url, deviceName: deviceName, authority: found.body)
            }
        }
        let request = Self.request(code, identity.replica, key, deviceName)
        let reply = try await onLine { () async throws(TransportError) in
            try await connect(found.body).send(request) { _ in }
        }
        let facts = try Self.facts(reply)
        return try inStore { () throws(StoreError) in
            try store.completeEnrolment(facts, now: clock())
            return try store.identity()
        }
    }

    private static func request(
        _ code: EnrolmentCode, _ replica: ReplicaID, _ key: SigningKey, _ deviceName: String
    ) -> TransportRequest {
        let signature = key.sign(
            code.secret + replica.bytes + key.verifying.bytes + Array(deviceName.utf8),
            for: .enrolment)
        let body: JSON = .object([
            "v": 1, "secret": .string(Base32.encode(code.secret)),
            "replica": .string("\(replica)"), "key": .string("\(key.verifying)"),
            "deviceName": .string(deviceName),
            "signature": .string(Base32.encode(signature.bytes)),
        ])
        return TransportRequest(
            method: .post, path: "/v1/enrol", contentType: "application/json",
            body: body.bytes(), maximumResponseBytes: Limits.jsonBytes)
    }

    private static func facts(_ reply: TransportResponse) throws(SyncFailure) -> EnrolmentFacts {
        guard reply.contentType == "application/json", let json = JSON(answer: reply.body) else {
            throw .stopped(.notOurHub(status: reply.status))
        }
        guard reply.status == 200 || reply.status == 201 else {
            let text = json["text"]?.string ?? ""
            let code = json["code"]?.string ?? ""
            if let known = Problem.Code(rawValue: code) {
                throw .stopped(.problem(Problem(known, text, retryAfter_s: reply.retryAfter)))
            }
            throw .stopped(
                .unknownProblem(
                    code: String(code.prefix(20)), status: reply.status, text: text,
                    retryAfter_s: reply.retryAfter))
        }
        guard let hub = json["hub"]?.string.flatMap({ HubID($0) }),
            let epoch = json["epoch"]?.string.flatMap({ EpochID($0) }),
            let receiptKey = json["receiptKey"]?.string.flatMap(Base32.decode)
                .flatMap({ VerifyingKey(bytes: $0) }),
            let sealingKey = json["sealingKey"]?.string.flatMap(Base32.decode)
                .flatMap({ SealingKey(bytes: $0) }),
            let person = json["person"]?.string.flatMap({ PersonID($0) }),
            let enrolment = json["state"]?.string
                .flatMap({ DeviceIdentity.Enrolment(rawValue: $0) })
        else { throw .stopped(.notOurHub(status: reply.status)) }
        return EnrolmentFacts(
            hub: hub, epoch: epoch, district: json["district"]?.string ?? "",
            receiptKey: receiptKey, sealingKey: sealingKey, person: person,
            personName: json["personName"]?.string ?? "", enrolment: enrolment)
    }
}

extension JSON {
    fileprivate init?(answer: [UInt8]) {
        do {
            self = try JSON.parse(answer, maximumDepth: Limits.jsonDepth)
        } catch {
            return nil
        }
    }
}

/// The text form of a certificate. Source: RFC 7468.
enum PEM {
    /// Returns the DER of the first certificate in `text`; `nil` if there is none.
    static func certificate(_ text: [UInt8]) -> [UInt8]? {
        guard let string = String(validating: text, as: UTF8.self) else { return nil }
        var content: [UInt8] = []
        var isInside = false
        for line in string.split(whereSeparator: \.isNewline) {
            switch line {
            case "-----BEGIN CERTIFICATE-----": isInside = true
            case "-----END CERTIFICATE-----": return isInside ? decode(content) : nil
            default: if isInside { content += line.utf8 }
            }
        }
        return nil
    }

    /// Base 64 with padding, strictly. Source: RFC 4648, section 4.
    private static func decode(_ text: [UInt8]) -> [UInt8]? {
        guard text.count.isMultiple(of: 4), !text.isEmpty else { return nil }
        let padding = text.suffix(2).count { $0 == UInt8(ascii: "=") }
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for character in text.dropLast(padding) {
            guard let value = value(character) else { return nil }
            buffer = buffer << 6 | value
            bits += 6
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
                buffer &= (1 << UInt32(bits)) - 1
            }
        }
        return buffer == 0 ? bytes : nil
    }

    private static func value(_ character: UInt8) -> UInt32? {
        switch character {
        case UInt8(ascii: "A")...UInt8(ascii: "Z"): UInt32(character - UInt8(ascii: "A"))
        case UInt8(ascii: "a")...UInt8(ascii: "z"): UInt32(character - UInt8(ascii: "a")) + 26
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(character - UInt8(ascii: "0")) + 52
        case UInt8(ascii: "+"): 62
        case UInt8(ascii: "/"): 63
        default: nil
        }
    }
}
