/// What a device hands to another that is to make a bundle for it: who it is, by the hub's word,
/// and what to seal with. Form: `protocol/bundle.md#card`.
public struct DeviceCard: Hashable, Sendable {
    public let credential: SignedCredential
    public let sealingKey: SealingKey
    /// By the device, over all before it.
    private let signature: Signature

    private static let magic: [UInt8] = [0x48, 0x5a, 1, 7]

    /// Makes the card of the device with this key.
    public init(_ credential: SignedCredential, key: SigningKey) {
        self.credential = credential
        sealingKey = key.sealing
        signature = key.sign(Self.signed(credential, sealingKey), for: .card)
    }

    private init(_ credential: SignedCredential, _ sealingKey: SealingKey, _ signed: Signature) {
        (self.credential, self.sealingKey, signature) = (credential, sealingKey, signed)
    }

    private static func signed(
        _ credential: SignedCredential, _ sealingKey: SealingKey
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(magic)
        writer.credential(credential)
        writer.raw(sealingKey.bytes)
        return writer.bytes
    }

    /// Returns the card as a file.
    public func encode() -> [UInt8] {
        Self.signed(credential, sealingKey) + signature.bytes
    }

    /// Reads a card. Nothing in it is verified yet.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> DeviceCard {
        guard bytes.count >= 4, bytes[0] == magic[0], bytes[1] == magic[1], bytes[3] == magic[3]
        else { throw .notOurs }
        guard bytes[2] == magic[2] else { throw .unknownVersion(bytes[2]) }
        var reader = ByteReader(bytes[4...])
        let card = DeviceCard(
            try reader.credential(), SealingKey(bytes: try reader.raw(32))!,
            Signature(bytes: try reader.raw(64))!)
        try reader.finish()
        return card
    }

    /// Returns who it is, if the hub of this key says so and the device made the card itself.
    public func verified(by hub: VerifyingKey) -> Credential? {
        guard let credential = credential.verified(by: hub),
            credential.key.isValid(
                signature, for: Self.signed(self.credential, sealingKey), purpose: .card)
        else { return nil }
        return credential
    }
}
