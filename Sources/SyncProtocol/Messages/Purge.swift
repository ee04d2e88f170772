public import SyncCore

/// A device's word that it has taken off what the hub told it to: rows, earlier states and drafts,
/// and that the pages of its file that held them are overwritten.
///
/// Signed by the device and kept by the hub, which lists as outstanding what no such word names.
/// Form and meaning: `protocol/messages.md#purge-receipt`.
public struct Purge: Hashable, Sendable {
    public let hub: HubID
    public let replica: ReplicaID
    /// The device's wall clock, in milliseconds since 1970; testimony.
    public let at_ms: Int64
    /// The numbers of the leaves, rising; 1 to `Limits.leavesPerPurge` of them.
    public let leaves: [UInt64]

    public init(hub: HubID, replica: ReplicaID, at_ms: Int64, leaves: [UInt64]) {
        precondition(
            !leaves.isEmpty && leaves.count <= Limits.leavesPerPurge,
            "a purge receipt names 1 to \(Limits.leavesPerPurge) leaves")
        (self.hub, self.replica, self.at_ms, self.leaves) = (hub, replica, at_ms, leaves)
    }

    /// Returns the bytes that the device signs.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.identifier(hub)
        writer.identifier(replica)
        writer.zigzag(at_ms)
        writer.varint(leaves.count)
        var last: UInt64 = 0
        for leave in leaves {
            writer.varint(leave - last)
            last = leave
        }
        return writer.bytes
    }

    /// Reads what `encode` writes.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> Purge {
        var reader = ByteReader(bytes)
        let hub: HubID = try reader.identifier()
        let replica: ReplicaID = try reader.identifier()
        let at_ms = try reader.zigzag()
        let place = reader.index
        let count = try reader.count(limit: Limits.leavesPerPurge)
        guard count >= 1 else { throw .outOfRange(at: place) }
        var leaves: [UInt64] = []
        var last: UInt64 = 0
        for _ in 0..<count {
            let place = reader.index
            let step = try reader.varint(upTo: LogPosition.maximum - last)
            guard step >= 1 else { throw .outOfOrder(at: place) }
            last += step
            leaves.append(last)
        }
        try reader.finish()
        return Purge(hub: hub, replica: replica, at_ms: at_ms, leaves: leaves)
    }
}

/// A purge receipt as it travels and is kept: bytes, and the signature that makes them proof.
public struct SignedPurge: Hashable, Sendable {
    public let bytes: [UInt8]
    public let signature: Signature

    public init(bytes: [UInt8], signature: Signature) {
        (self.bytes, self.signature) = (bytes, signature)
    }

    /// Signs a purge receipt with the device's key.
    public init(_ purge: Purge, key: SigningKey) {
        bytes = purge.encode()
        signature = key.sign(bytes, for: .purge)
    }

    /// What it says; `nil` if it can't be read or another key signed it.
    public func verified(by key: VerifyingKey) -> Purge? {
        guard key.isValid(signature, for: bytes, purpose: .purge) else { return nil }
        do { return try Purge.decode(bytes) } catch { return nil }
    }
}
