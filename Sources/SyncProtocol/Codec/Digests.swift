internal import Crypto
public import SyncCore

/// The one hash of the protocol.
public enum Digests {
    /// Returns the SHA-256 of `bytes`.
    public static func sha256(_ bytes: [UInt8]) -> ContentHash { sha256(bytes[...]) }

    static func sha256(_ bytes: ArraySlice<UInt8>) -> ContentHash {
        ContentHash(bytes: Array(SHA256.hash(data: bytes)))!
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

    /// Returns the digest of one record with this state.
    public static func of(_ record: RecordID, state: [UInt8]) -> StateDigest {
        var writer = ByteWriter()
        writer.identifier(record)
        writer.raw(state)
        let hash = Digests.sha256(writer.bytes).bytes
        func lane(_ range: Range<Int>) -> UInt64 {
            hash[range].reduce(0) { $0 << 8 | UInt64($1) }
        }
        return StateDigest(high: lane(0..<8), low: lane(8..<16))
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
