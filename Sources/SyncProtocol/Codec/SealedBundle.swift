internal import Crypto
internal import Foundation
public import SyncCore

/// Change sets as a file, for a hub that can't be reached: on a stick, or carried by somebody.
///
/// Only the hub can open it, and every run is signed by the device that wrote it, so whoever
/// carries it can neither read nor alter it. It may be handed in any number of times. Form:
/// `protocol/bundle.md`.
public struct SealedBundle: Hashable, Sendable {
    public let replica: ReplicaID
    /// In order of their numbers.
    public let runs: [SignedRun]

    public init(replica: ReplicaID, runs: [SignedRun]) {
        (self.replica, self.runs) = (replica, runs)
    }

    /// Reads what was sealed: unpacked, its seal opened.
    package init(content: [UInt8]) throws(CodecError) {
        var reader = ByteReader(content)
        let replica = try reader.identifier(ReplicaID.self)
        var runs: [SignedRun] = []
        for _ in 0..<(try reader.count(limit: Limits.runsPerRequest)) {
            let run = try reader.counted()
            guard let signature = Signature(bytes: try reader.raw(64)) else {
                throw .truncated(at: reader.index)
            }
            runs.append(SignedRun(bytes: run, signature: signature))
        }
        try reader.finish()
        self.init(replica: replica, runs: runs)
    }

    /// What is packed and sealed.
    package var content: [UInt8] {
        var writer = ByteWriter()
        writer.identifier(replica)
        writer.varint(runs.count)
        for run in runs {
            writer.counted(run.bytes)
            writer.raw(run.signature.bytes)
        }
        return writer.bytes
    }

    private static let magic: [UInt8] = [0x48, 0x5a, 1, 3]
    private static let purpose = "hazama bundle 1\0"
    private static let suite = HPKE.Ciphersuite.Curve25519_SHA256_ChachaPoly
    /// Magic, hub and the key that was made for this bundle.
    private static let headCount = 4 + 16 + 32

    /// Returns the bundle as only `hub` can open it. Draws a key of its own, so no two are alike.
    /// Throws `.damaged` for a key of small order, which seals nothing.
    public func sealed(
        for hub: HubID, key: SealingKey
    ) throws(BundleError) -> [UInt8] {
        let head = Self.magic + hub.bytes
        do {
            let recipient = try Curve25519.KeyAgreement.PublicKey(rawRepresentation: key.bytes)
            var sender = try HPKE.Sender(
                recipientKey: recipient, ciphersuite: Self.suite,
                info: Data(Self.purpose.utf8))
            let sealed = try sender.seal(
                Data(Zstd.compress(content)), authenticating: Data(head))
            return head + Array(sender.encapsulatedKey) + Array(sealed)
        } catch {
            throw .damaged
        }
    }

    /// Tells which hub a bundle is for, without opening it.
    public static func hub(of bytes: [UInt8]) throws(BundleError) -> HubID {
        guard bytes.starts(with: magic.prefix(2)), bytes.count > 3, bytes[3] == magic[3] else {
            throw .notOurs
        }
        guard bytes[2] == magic[2] else { throw .unknownVersion(bytes[2]) }
        guard bytes.count >= headCount, let hub = HubID(bytes: bytes[4..<20]) else {
            throw .damaged
        }
        return hub
    }

    /// Opens a bundle for `hub` with its secret key.
    public static func open(
        _ bytes: [UInt8], hub: HubID, key: SigningKey
    ) throws(BundleError) -> SealedBundle {
        guard try Self.hub(of: bytes) == hub else { throw .otherHub }
        let packed: Data
        do {
            var recipient = try HPKE.Recipient(
                privateKey: key.opening, ciphersuite: suite, info: Data(purpose.utf8),
                encapsulatedKey: Data(bytes[20..<headCount]))
            packed = try recipient.open(
                Data(bytes[headCount...]), authenticating: Data(bytes[..<20]))
        } catch {
            throw .damaged
        }
        do {
            return try SealedBundle(
                content: Zstd.decompress(
                    Array(packed), maximumBytes: Limits.requestBytesUnpacked))
        } catch {
            throw .damaged
        }
    }
}

/// Why a file is no bundle that can be used. Nothing of it was taken in.
public enum BundleError: Error, Hashable, Sendable {
    /// Another kind of file.
    case notOurs
    case unknownVersion(UInt8)
    /// Sealed for another hub.
    case otherHub
    /// Cut short or altered.
    case damaged
}
