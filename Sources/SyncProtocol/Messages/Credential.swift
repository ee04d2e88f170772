public import SyncCore

/// The hub's word who a device is, and which areas its person works in: what another device
/// believes where no hub can be asked.
///
/// Holds as long as the device's lease: who was revoked has none that is younger. Form and meaning:
/// `protocol/bundle.md#credential`.
public struct Credential: Hashable, Sendable {
    public let hub: HubID
    public let replica: ReplicaID
    /// What the device signs with.
    public let key: VerifyingKey
    public let person: PersonID
    public let name: Text
    /// When it was given and until when it holds, on the hub's clock, in milliseconds since 1970.
    public let issued_ms: UInt64
    public let until_ms: UInt64
    /// The areas the person reads and writes in, each with all beneath it; rising.
    public let scopes: [ScopeID]

    public init(
        hub: HubID, replica: ReplicaID, key: VerifyingKey, person: PersonID, name: Text,
        issued_ms: UInt64, until_ms: UInt64, scopes: [ScopeID]
    ) {
        self.hub = hub
        self.replica = replica
        self.key = key
        self.person = person
        self.name = name
        self.issued_ms = issued_ms
        self.until_ms = until_ms
        self.scopes = Set(scopes).sorted()
    }

    /// Returns the bytes that are signed.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.identifier(hub)
        writer.identifier(replica)
        writer.raw(key.bytes)
        writer.identifier(person)
        writer.text(name.string)
        writer.varint(issued_ms)
        writer.varint(until_ms)
        writer.varint(scopes.count)
        for scope in scopes { writer.identifier(scope) }
        return writer.bytes
    }

    /// Reads a credential.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> Credential {
        var reader = ByteReader(bytes)
        let hub = try reader.identifier(HubID.self)
        let replica = try reader.identifier(ReplicaID.self)
        let place = reader.index
        guard let key = VerifyingKey(bytes: try reader.raw(32)) else {
            throw .outOfRange(at: place)
        }
        let person = try reader.identifier(PersonID.self)
        let name = Text(try reader.text())
        let issued = try reader.varint(upTo: HybridTimestamp.maximumMilliseconds)
        let until = try reader.varint(upTo: HybridTimestamp.maximumMilliseconds)
        var scopes: [ScopeID] = []
        for _ in 0..<(try reader.count(limit: Limits.scopesPerDevice)) {
            let place = reader.index
            let scope = try reader.identifier(ScopeID.self)
            if let last = scopes.last, last >= scope { throw .outOfOrder(at: place) }
            scopes.append(scope)
        }
        try reader.finish()
        return Credential(
            hub: hub, replica: replica, key: key, person: person, name: name, issued_ms: issued,
            until_ms: until, scopes: scopes)
    }
}

/// A credential with the hub's signature over its bytes, kept as it came.
public struct SignedCredential: Hashable, Sendable {
    public let bytes: [UInt8]
    public let signature: Signature

    public init(bytes: [UInt8], signature: Signature) {
        (self.bytes, self.signature) = (bytes, signature)
    }

    /// Signs a credential.
    public init(_ credential: Credential, key: SigningKey) {
        bytes = credential.encode()
        signature = key.sign(bytes, for: .credential)
    }

    /// Returns what it says, if the hub of this key said it; `nil` if it did not, or it can't be
    /// read.
    public func verified(by key: VerifyingKey) -> Credential? {
        guard key.isValid(signature, for: bytes, purpose: .credential) else { return nil }
        do { return try Credential.decode(bytes) } catch { return nil }
    }
}

extension ByteWriter {
    mutating func credential(_ credential: SignedCredential) {
        counted(credential.bytes)
        raw(credential.signature.bytes)
    }
}

extension ByteReader {
    mutating func credential() throws(CodecError) -> SignedCredential {
        SignedCredential(bytes: try counted(), signature: Signature(bytes: try raw(64))!)
    }
}
