internal import Crypto
public import SyncCore

/// The one hash of the protocol.
public enum Digests {
    /// Returns the SHA-256 of `bytes`.
    public static func sha256(_ bytes: [UInt8]) -> ContentHash { sha256(bytes[...]) }

    static func sha256(_ bytes: ArraySlice<UInt8>) -> ContentHash {
        ContentHash(bytes: Array(SHA256.hash(data: bytes)))!
    }

    /// The SHA-256 of `bytes`, and that of `bytes` with `rest` behind them, in one go.
    static func sha256(
        _ bytes: ArraySlice<UInt8>, followedBy rest: [UInt8]
    ) -> (ContentHash, whole: ContentHash) {
        var hash = SHA256()
        hash.update(data: bytes)
        let first = hash.finalize()
        hash.update(data: rest)
        return (ContentHash(bytes: Array(first))!, ContentHash(bytes: Array(hash.finalize()))!)
    }
}

/// 128 bits that stand for a set of records: the sum, in two lanes, of a hash of each.
///
/// Adding and taking away one record costs the same however many there are, and the digest of an
/// area is the sum of the digests of its parts. It tells apart what chance or a fault made
/// different; it is no proof against somebody who may choose the records.
public struct StateDigest: Hashable, Sendable, CustomStringConvertible {
    public private(set) var high: UInt64
    public private(set) var low: UInt64

    /// The digest of no record.
    public static let zero = StateDigest(high: 0, low: 0)

    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// The digest of these 16 bytes; `nil` for any other count.
    package init?(bytes: [UInt8]) {
        guard bytes.count == 16 else { return nil }
        self = bytes.withUnsafeBytes { bytes in
            StateDigest(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    /// Returns the digest of one record with this state.
    public static func of(_ record: RecordID, state: [UInt8]) -> StateDigest {
        var hash = SHA256()
        withUnsafeBytes(of: (record.high.bigEndian, record.low.bigEndian)) {
            hash.update(bufferPointer: $0)
        }
        state.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return lanes(of: hash.finalize())
    }

    /// The first 16 bytes of the SHA-256 of `bytes`.
    static func lanes(of bytes: [UInt8]) -> StateDigest { lanes(of: SHA256.hash(data: bytes)) }

    private static func lanes(of hash: SHA256Digest) -> StateDigest {
        hash.withUnsafeBytes { bytes in
            StateDigest(
                high: UInt64(bigEndian: bytes.loadUnaligned(as: UInt64.self)),
                low: UInt64(bigEndian: bytes.loadUnaligned(fromByteOffset: 8, as: UInt64.self)))
        }
    }

    public static func += (left: inout StateDigest, right: StateDigest) {
        left.high &+= right.high
        left.low &+= right.low
    }

    public static func -= (left: inout StateDigest, right: StateDigest) {
        left.high &-= right.high
        left.low &-= right.low
    }

    public var description: String {
        var writer = ByteWriter()
        writer.fixed64(high)
        writer.fixed64(low)
        return Base32.encode(writer.bytes)
    }
}
