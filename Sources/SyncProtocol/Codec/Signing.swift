internal import Crypto
internal import Foundation
internal import SyncCore

/// An Ed25519 signature: 64 bytes. Source: RFC 8032.
public struct Signature: Hashable, Sendable {
    public let bytes: [UInt8]

    /// Makes a signature of 64 bytes; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 64 else { return nil }
        self.bytes = Array(bytes)
    }
}

/// What is signed. Each use has its own words in front, so that no signature can pass for another.
public enum SigningPurpose: String, Sendable {
    case enrolment = "hazama enrol 1\0"
    case run = "hazama run 1\0"
    case request = "hazama sync 1\0"
    case receipt = "hazama receipt 1\0"
    case mark = "hazama mark 1\0"
    case purge = "hazama purge 1\0"
    case file = "hazama file 1\0"
    case credential = "hazama credential 1\0"
    case card = "hazama card 1\0"
    case sharedBundle = "hazama shared 1\0"
}

/// The secret half of an Ed25519 pair. Never printed; made from 32 bytes of chance by whoever may
/// draw them.
public struct SigningKey: Sendable, CustomStringConvertible, CustomReflectable {
    /// The 32 secret bytes, to be kept where only their owner reads.
    public let seed: [UInt8]
    private let key: Curve25519.Signing.PrivateKey

    /// Makes the key of 32 secret bytes; `nil` for any other count.
    public init?(seed: [UInt8]) {
        guard seed.count == 32,
            let key = try? Curve25519.Signing.PrivateKey(rawRepresentation: seed)
        else { return nil }
        self.seed = seed
        self.key = key
    }

    /// Draws a key.
    public static func random(using generator: inout some RandomNumberGenerator) -> SigningKey {
        var seed: [UInt8] = []
        for _ in 0..<32 { seed.append(UInt8.random(in: .min ... .max, using: &generator)) }
        return SigningKey(seed: seed)!
    }

    /// The public half.
    public var verifying: VerifyingKey {
        VerifyingKey(bytes: Array(key.publicKey.rawRepresentation))!
    }

    /// Signs bytes for a purpose. The same bytes may give another valid signature each time.
    public func sign(_ bytes: [UInt8], for purpose: SigningPurpose) -> Signature {
        // Signing fails only for a broken key, and this one was just made from its bytes.
        let signature = try? key.signature(for: Data(purpose.rawValue.utf8) + bytes)
        guard let signature, let result = Signature(bytes: signature) else {
            preconditionFailure("an Ed25519 key could not sign")
        }
        return result
    }

    public var description: String { "SigningKey" }
    public var customMirror: Mirror { Mirror(self, children: [:]) }
}

/// The public half of an Ed25519 pair: 32 bytes.
public struct VerifyingKey: Hashable, Sendable, CustomStringConvertible {
    public let bytes: [UInt8]

    /// Makes a key of 32 bytes; `nil` for any other count, and for a point of small order: there
    /// are signatures that fit every message under it, and nothing could be attributed to its
    /// holder.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        var plain = Array(bytes)
        self.bytes = plain
        plain[31] &= 0x7f  // The sign of x makes no other order.
        if Self.smallOrder.contains(plain) { return nil }
    }

    /// The encodings of y, the two that are not reduced too. Source: Cremers and Jackson 2019,
    /// "Prime, order please!", table 1; the same list is in libsodium.
    private static let smallOrder: Set<[UInt8]> = {
        let order8: [UInt8] = [
            0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef,
            0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38, 0x02, 0x88,
            0x6d, 0x53, 0xfc, 0x05,
        ]
        let otherOrder8: [UInt8] = [
            0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10,
            0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39, 0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77,
            0x92, 0xac, 0x03, 0x7a,
        ]
        let zeros = [UInt8](repeating: 0, count: 31)
        let ones = [UInt8](repeating: 0xff, count: 30) + [0x7f]
        return [
            order8, otherOrder8, [0] + zeros, [1] + zeros, [0xec] + ones, [0xed] + ones,
            [0xee] + ones,
        ]
    }()

    /// Whether `signature` was made over these bytes, for this purpose, by the secret half.
    public func isValid(
        _ signature: Signature, for bytes: [UInt8], purpose: SigningPurpose
    ) -> Bool {
        guard let key = try? Curve25519.Signing.PublicKey(rawRepresentation: self.bytes) else {
            return false
        }
        return key.isValidSignature(signature.bytes, for: Data(purpose.rawValue.utf8) + bytes)
    }

    public var description: String { Base32.encode(bytes) }
}
