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

    private static let file = SealedFile(
        magic: [0x48, 0x5a, 1, 3], addressBytes: 16, purpose: "hazama bundle 1\0")

    /// Returns the bundle as only `hub` can open it.
    public func sealed(
        for hub: HubID, key: SealingKey
    ) throws(BundleError) -> [UInt8] {
        try Self.file.seal(content, for: hub.bytes, key)
    }

    /// Tells which hub a bundle is for, without opening it.
    public static func hub(of bytes: [UInt8]) throws(BundleError) -> HubID {
        HubID(bytes: try file.address(of: bytes))!
    }

    /// Opens a bundle for `hub` with its secret key.
    public static func open(
        _ bytes: [UInt8], hub: HubID, key: SigningKey
    ) throws(BundleError) -> SealedBundle {
        guard try Self.hub(of: bytes) == hub else { throw .otherHub }
        let content = try file.open(bytes, with: key)
        do throws(CodecError) { return try SealedBundle(content: content) } catch {
            throw .damaged
        }
    }
}
