public import SyncCore

/// What a device says and asks in one sync. Form and meaning: `protocol/messages.md#sync-request`.
public struct SyncRequest: Hashable, Sendable {
    public var replica: ReplicaID
    /// The first four bytes of the epoch the device knows; 0 before its first answer.
    public var epochTag: UInt32
    /// What the last answer gave; 8 zero bytes before the first. Ties answers to their order.
    public var nonce: UInt64
    /// The version of the grants that `cursors` counts by; 0 if none were told yet.
    public var grantsVersion: UInt64
    /// Per grant, in the hub's order, the last position applied, equal neighbours joined.
    public var cursors: [CursorRun]
    /// The last notice held.
    public var noticeCursor: UInt64
    /// The last writer number held without a gap before it.
    public var writerCursor: UInt32
    /// The digest of all confirmed states, sent when the device believes that it lacks nothing.
    public var digest: StateDigest?
    public var clock: ClockReading
    /// The most bytes of pages the device wants, before compression; 0 leaves it to the hub.
    public var maximumDownBytes: UInt64
    /// Whether the hub is only to estimate: it then stores nothing and sends no page.
    public var isDryRun: Bool
    /// Megabytes free where the store lies.
    public var diskFree_MB: UInt64
    /// Change sets on the device that no receipt names, those sent here included.
    public var pending: UInt64
    /// Own numbers whose last receipt said `held`; the hub tells what has become of them.
    public var unsettled: [ChangeSetNumber]
    public var runs: [SignedRun]

    public init(
        replica: ReplicaID, epochTag: UInt32, nonce: UInt64, grantsVersion: UInt64,
        cursors: [CursorRun], noticeCursor: UInt64, writerCursor: UInt32, digest: StateDigest?,
        clock: ClockReading, maximumDownBytes: UInt64 = 0, isDryRun: Bool = false,
        diskFree_MB: UInt64, pending: UInt64, unsettled: [ChangeSetNumber] = [],
        runs: [SignedRun] = []
    ) {
        self.replica = replica
        self.epochTag = epochTag
        self.nonce = nonce
        self.grantsVersion = grantsVersion
        self.cursors = cursors
        self.noticeCursor = noticeCursor
        self.writerCursor = writerCursor
        self.digest = digest
        self.clock = clock
        self.maximumDownBytes = maximumDownBytes
        self.isDryRun = isDryRun
        self.diskFree_MB = diskFree_MB
        self.pending = pending
        self.unsettled = unsettled
        self.runs = runs
    }
}

/// The same cursor for several grants in a row.
public struct CursorRun: Hashable, Sendable {
    public let count: Int
    public let position: LogPosition

    public init(count: Int, position: LogPosition) { (self.count, self.position) = (count, position) }

    /// Joins equal neighbours.
    public static func joining(_ positions: [LogPosition]) -> [CursorRun] {
        var runs: [CursorRun] = []
        for position in positions {
            if let last = runs.last, last.position == position {
                runs[runs.count - 1] = CursorRun(count: last.count + 1, position: position)
            } else {
                runs.append(CursorRun(count: 1, position: position))
            }
        }
        return runs
    }
}

/// Consecutive change sets of one replica, as their device signed them. Stored and carried as they are.
public struct SignedRun: Hashable, Sendable {
    /// The form of `RunCoding`.
    public let bytes: [UInt8]
    /// Over replica, last number and the hash of the last change set, which stands for all before it.
    public let signature: Signature

    public init(bytes: [UInt8], signature: Signature) {
        (self.bytes, self.signature) = (bytes, signature)
    }

    /// Encodes and signs change sets. They must be consecutive and `head` the hash of the last.
    public static func make(
        _ changeSets: [ChangeSet], head: ContentHash, key: SigningKey
    ) -> SignedRun {
        SignedRun(
            bytes: RunCoding.encode(changeSets),
            signature: key.sign(
                signedBytes(changeSets[changeSets.count - 1].name, head), for: .run))
    }

    /// The bytes that the signature of a run is made over.
    public static func signedBytes(_ last: ChangeSetName, _ head: ContentHash) -> [UInt8] {
        var writer = ByteWriter()
        writer.name(last)
        writer.raw(head.bytes)
        return writer.bytes
    }
}

extension SyncRequest {
    /// The media type of requests and answers.
    public static let mediaType = "application/x-hazama"

    private static let magic: [UInt8] = [0x48, 0x5a, 1, 1]

    /// Returns the whole request, signed: it holds the signature of all before it, with the hub and
    /// the epoch in front, which both ends know.
    public func encode(hub: HubID, epoch: EpochID?, key: SigningKey) -> [UInt8] {
        let body = unsigned()
        let signature = key.sign(Self.signedBytes(body, hub: hub, epoch: epoch), for: .request)
        return body + signature.bytes
    }

    private func unsigned() -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(Self.magic)
        writer.identifier(replica)
        writer.fixed32(epochTag)
        writer.fixed64(nonce)
        writer.varint(grantsVersion)
        writer.varint(cursors.count)
        for run in cursors {
            writer.varint(run.count)
            writer.varint(run.position.value)
        }
        writer.varint(noticeCursor)
        writer.varint(UInt64(writerCursor))
        writer.byte((digest == nil ? 0 : 1) | (isDryRun ? 2 : 0))
        if let digest {
            writer.fixed64(digest.high)
            writer.fixed64(digest.low)
        }
        writer.zigzag(clock.wall_ms)
        writer.varint(clock.monotonic_ms)
        writer.varint(clock.boot)
        writer.varint(maximumDownBytes)
        writer.varint(diskFree_MB)
        writer.varint(pending)
        writer.varint(unsettled.count)
        for number in unsettled { writer.varint(number.value) }
        writer.varint(runs.count)
        for run in runs {
            writer.counted(run.bytes)
            writer.raw(run.signature.bytes)
        }
        return writer.bytes
    }

    private static func signedBytes(_ body: [UInt8], hub: HubID, epoch: EpochID?) -> [UInt8] {
        var writer = ByteWriter()
        writer.identifier(hub)
        writer.identifier(epoch ?? EpochID(high: 0, low: 0))
        writer.raw(body)
        return writer.bytes
    }
}

/// A request as it was read, before anybody has looked at its signature.
public struct UnverifiedSyncRequest: Sendable {
    public let request: SyncRequest
    private let body: [UInt8]
    private let signature: Signature
    /// The first eight bytes of the request's SHA-256, which the answer repeats.
    public let tag: UInt64

    /// Reads a request. Nothing in it may be believed before `isSigned`.
    public init(_ bytes: [UInt8]) throws(CodecError) {
        guard bytes.count >= 4, bytes[0] == 0x48, bytes[1] == 0x5a, bytes[3] == 1 else {
            throw .notOurs
        }
        guard bytes[2] == 1 else { throw .unknownVersion(bytes[2]) }
        guard bytes.count >= 68 else { throw .truncated(at: bytes.count) }
        body = Array(bytes[..<(bytes.count - 64)])
        signature = Signature(bytes: bytes[(bytes.count - 64)...])!
        tag = SyncResponse.tag(ofRequest: bytes)
        request = try Self.read(body)
    }

    /// Whether the request was signed with this key for this hub in this epoch.
    public func isSigned(by key: VerifyingKey, hub: HubID, epoch: EpochID?) -> Bool {
        var writer = ByteWriter()
        writer.identifier(hub)
        writer.identifier(epoch ?? EpochID(high: 0, low: 0))
        writer.raw(body)
        return key.isValid(signature, for: writer.bytes, purpose: .request)
    }

    private static func read(_ body: [UInt8]) throws(CodecError) -> SyncRequest {
        var reader = ByteReader(body)
        _ = try reader.raw(4)
        let replica = try reader.identifier(ReplicaID.self)
        let epochTag = try reader.fixed32()
        let nonce = try reader.fixed64()
        let grantsVersion = try reader.varint()
        var cursors: [CursorRun] = []
        var scopes = 0
        for _ in 0..<(try reader.count()) {
            let place = reader.index
            let count = try reader.count(upTo: Limits.scopesPerDevice)
            scopes += count
            guard count > 0, scopes <= Limits.scopesPerDevice else {
                throw .outOfRange(at: place)
            }
            cursors.append(CursorRun(count: count, position: try reader.position()))
        }
        let noticeCursor = try reader.varint(upTo: LogPosition.maximum)
        let writerCursor = UInt32(try reader.varint(upTo: UInt64(UInt32.max)))
        let place = reader.index
        let flags = try reader.byte()
        guard flags & ~3 == 0 else { throw .unknownTag(at: place) }
        var digest: StateDigest?
        if flags & 1 != 0 {
            digest = StateDigest(high: try reader.fixed64(), low: try reader.fixed64())
        }
        let wall = try reader.zigzag()
        let monotonic = try reader.varint()
        let clock = ClockReading(wall_ms: wall, monotonic_ms: monotonic, boot: try reader.varint())
        let maximumDownBytes = try reader.varint()
        let diskFree = try reader.varint()
        let pending = try reader.varint()
        var unsettled: [ChangeSetNumber] = []
        for _ in 0..<(try reader.count()) { unsettled.append(try reader.number()) }
        var runs: [SignedRun] = []
        for _ in 0..<(try reader.count()) {
            let bytes = try reader.counted()
            runs.append(SignedRun(bytes: bytes, signature: Signature(bytes: try reader.raw(64))!))
        }
        try reader.finish()
        return SyncRequest(
            replica: replica, epochTag: epochTag, nonce: nonce, grantsVersion: grantsVersion,
            cursors: cursors, noticeCursor: noticeCursor, writerCursor: writerCursor,
            digest: digest, clock: clock, maximumDownBytes: maximumDownBytes,
            isDryRun: flags & 2 != 0, diskFree_MB: diskFree, pending: pending,
            unsettled: unsettled, runs: runs)
    }
}
