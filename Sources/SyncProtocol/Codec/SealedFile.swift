internal import Crypto
internal import Foundation

/// A file that only the holder of one key opens: magic, in the open for whom it is, a key that was
/// made for it, and what is packed and sealed. Form: `protocol/bundle.md`.
struct SealedFile {
    /// The first four bytes: "HZ", the version, the kind.
    let magic: [UInt8]
    /// How many bytes after the magic say for whom it is. They are authenticated with the content.
    let addressBytes: Int
    /// What the seal is for; no other kind of file can pass for this one.
    let purpose: String

    private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
    private static let keyBytes = 32

    /// Draws a key of its own, so no two files are alike. Throws `.damaged` for a key of small
    /// order, which seals nothing.
    func seal(
        _ content: [UInt8], for address: [UInt8], _ key: SealingKey
    ) throws(BundleError) -> [UInt8] {
        let head = magic + address
        do {
            let recipient = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: key.bytes)
            var sender = try HPKE.Sender(
                recipientKey: recipient, ciphersuite: Self.suite, info: Data(purpose.utf8))
            let sealed = try sender.seal(
                Data(Zstd.compress(content)), authenticating: Data(head))
            return head + Array(sender.encapsulatedKey) + Array(sealed)
        } catch {
            throw .damaged
        }
    }

    /// Tells for whom a file is, without opening it.
    func address(of bytes: [UInt8]) throws(BundleError) -> ArraySlice<UInt8> {
        guard bytes.starts(with: magic.prefix(2)), bytes.count > 3, bytes[3] == magic[3] else {
            throw .notOurs
        }
        guard bytes[2] == magic[2] else { throw .unknownVersion(bytes[2]) }
        guard bytes.count >= 4 + addressBytes + Self.keyBytes else { throw .damaged }
        return bytes[4..<4 + addressBytes]
    }

    /// Returns what is in a file whose magic was looked at.
    func open(_ bytes: [UInt8], with key: SigningKey) throws(BundleError) -> [UInt8] {
        let head = 4 + addressBytes
        do {
            var recipient = try HPKE.Recipient(
                privateKey: key.opening, ciphersuite: Self.suite, info: Data(purpose.utf8),
                encapsulatedKey: Data(bytes[head..<head + Self.keyBytes]))
            let packed = try recipient.open(
                Data(bytes[(head + Self.keyBytes)...]), authenticating: Data(bytes[..<head]))
            return try Zstd.decompress(Array(packed), maximumBytes: Limits.requestBytesUnpacked)
        } catch {
            throw .damaged
        }
    }
}

/// Why a file is none that can be used. Nothing of it was taken in.
public enum BundleError: Error, Hashable, Sendable {
    /// Another kind of file.
    case notOurs
    case unknownVersion(UInt8)
    /// Made for another hub, or by a device of one.
    case otherHub
    /// Cut short or altered.
    case damaged
    /// Made for another device.
    case otherDevice
    /// Whoever made it can't be shown to be a device of this hub, or to have made it.
    case stranger
    /// The hub's word for the device that made it, or for this one, is missing or holds no longer:
    /// the device may have been revoked.
    case expired
    /// A change set is missing in it, or does not follow the one before.
    case gap
}
