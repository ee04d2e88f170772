internal import Crypto
internal import Foundation
internal import SyncCore

/// The public half of a hub's X25519 pair: whoever has it can seal what only that hub opens.
public struct SealingKey: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// Makes a key of 32 bytes; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    public var description: String { Base32.encode(bytes) }
}

extension SigningKey {
    /// The public half of `opening`.
    public var sealing: SealingKey {
        SealingKey(bytes: Array(opening.publicKey.rawRepresentation))!
    }

    /// What opens what was sealed for the holder of this key. Derived, so that a hub keeps one
    /// secret and a backup of it opens all that was ever sealed.
    var opening: Curve25519.KeyAgreement.PrivateKey {
        let secret = HKDF<SHA256>.deriveKey(
            inputKeyMaterial: SymmetricKey(data: seed), info: Data("hazama seal 1\0".utf8),
            outputByteCount: 32)
        // Any 32 bytes are a key of this kind.
        guard
            let key = try? secret.withUnsafeBytes({
                try Curve25519.KeyAgreement.PrivateKey(rawRepresentation: $0)
            })
        else { preconditionFailure("32 bytes are no X25519 key") }
        return key
    }
}
