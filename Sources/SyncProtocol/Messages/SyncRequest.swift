public import SyncCore

/// What a device says and asks in one sync. Form and meaning: `protocol/messages.md#sync-request`.
public struct SyncRequest: Hashable, Sendable {
    public var replica: ReplicaID
    /// The first four bytes of the epoch the device knows; 0 before its first answer.
    public var epochTag: UInt32
    /// How far the hub's log had come in the last answer that said so. A hub that does not know it
    /// has lost something.
    public var mark: LogMark.Sign
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
    /// The most bytes of pages the device wants, as sent; 0 leaves it to the hub.
    public var maximumDownBytes: UInt64
    /// Whether the hub is only to estimate: it then stores nothing and sends no page.
    public var isDryRun: Bool
    /// Whether the device works out by itself what its own change sets make of its records, and
    /// the hub need only prove that both come to the same.
    public var takesEcho: Bool
    /// Whether the device's credential is to be sent, because it has none or one that is old.
    public var wantsCredential: Bool
    /// Megabytes free where the store lies.
    public var diskFree_MB: UInt64
    /// Change sets on the device that no receipt names, those sent here included.
    public var pending: UInt64
    /// Own numbers whose last receipt said `held`; the hub tells what has become of them. Sent are
    /// at most `Limits.unsettledPerRequest`, the smallest.
    public var unsettled: [ChangeSetNumber]
    /// The whole of `mark`, where the hub asked for it.
    public var proof: SignedMark?
    /// Receipts of earlier epochs for numbers in `runs`: a hub that lost them takes their times.
    public var receipts: [SignedReceipt]
    /// What was taken off this device since the last request that was answered.
    public var purges: [SignedPurge]
    /// Where the device's records differ from the hub's as far as it knows, rising: the hub cuts
    /// these shorter, or sends what lies in them. A request with runs has none.
    public var stretches: [Stretch]
    /// States that the hub asked for because its own are damaged.
    public var copies: [StateCopy]
    public var runs: [SignedRun]

    public init(
        replica: ReplicaID, epochTag: UInt32, mark: LogMark.Sign, grantsVersion: UInt64,
        cursors: [CursorRun], noticeCursor: UInt64, writerCursor: UInt32, digest: StateDigest?,
        clock: ClockReading, maximumDownBytes: UInt64 = 0, isDryRun: Bool = false,
        takesEcho: Bool = false, wantsCredential: Bool = false, diskFree_MB: UInt64,
        pending: UInt64,
        unsettled: [ChangeSetNumber] = [], proof: SignedMark? = nil,
        receipts: [SignedReceipt] = [], purges: [SignedPurge] = [],
        stretches: [Stretch] = [], copies: [StateCopy] = [], runs: [SignedRun] = []
    ) {
        self.replica = replica
        self.epochTag = epochTag
        self.mark = mark
        self.grantsVersion = grantsVersion
        self.cursors = cursors
        self.noticeCursor = noticeCursor
        self.writerCursor = writerCursor
        self.digest = digest
        self.clock = clock
        self.maximumDownBytes = maximumDownBytes
        self.isDryRun = isDryRun
        self.takesEcho = takesEcho
        self.wantsCredential = wantsCredential
        self.diskFree_MB = diskFree_MB
        self.pending = pending
        self.unsettled = unsettled
        self.proof = proof
        self.receipts = receipts
        self.purges = purges
        self.stretches = stretches
        self.copies = copies
        self.runs = runs
    }
}

/// The same cursor for several grants in a row.
public struct CursorRun: Hashable, Sendable {
    public let count: Int
    public let position: LogPosition

    public init(count: Int, position: LogPosition) {
        (self.count, self.position) = (count, position)
    }

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

/// Consecutive change sets of one replica, as their device signed them. Stored and carried as they
/// are.
public struct SignedRun: Hashable, Sendable {
    /// The form of `RunCoding`.
    public let bytes: [UInt8]
    /// Over replica, last number and the hash of the last change set, which stands for all before
    /// it.
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

    /// Encodes and signs what a device has, gaps and all.
    public static func make(_ run: HashedRun, key: SigningKey) -> SignedRun {
        SignedRun(bytes: RunCoding.encode(run), signature: key.sign(run.signedBytes, for: .run))
    }

    /// Whether it was signed with this key: `run` is what its bytes say.
    public func isSigned(as run: HashedRun, by key: VerifyingKey) -> Bool {
        key.isValid(signature, for: run.signedBytes, purpose: .run)
    }

    /// The bytes that the signature of a run without gaps is made over.
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

    /// Returns the whole request, signed: at its end stands the signature of hub and epoch, which
    /// both ends know, and of the hash of all before it.
    public func encode(hub: HubID, epoch: EpochID?, key: SigningKey) -> [UInt8] {
        let body = unsigned()
        let signed = Self.signedBytes(Digests.sha256(body), hub: hub, epoch: epoch)
        return body + key.sign(signed, for: .request).bytes
    }

    private func unsigned() -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(Self.magic)
        writer.identifier(replica)
        writer.fixed32(epochTag)
        writer.varint(mark.number)
        writer.fixed64(mark.check)
        writer.varint(grantsVersion)
        writer.varint(cursors.count)
        for run in cursors {
            writer.varint(run.count)
            writer.varint(run.position.value)
        }
        writer.varint(noticeCursor)
        writer.varint(UInt64(writerCursor))
        writer.varint(
            (digest == nil ? 0 : 1) | (isDryRun ? 2 : 0) | (proof == nil ? 0 : 4)
                | (receipts.isEmpty ? 0 : 8) | (purges.isEmpty ? 0 : 16) | (takesEcho ? 32 : 0)
                | (stretches.isEmpty ? 0 : 64) | (copies.isEmpty ? 0 : 128)
                | (wantsCredential ? 256 : 0) as UInt64)
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
        let asked = Set(unsettled).sorted().prefix(Limits.unsettledPerRequest)
        writer.varint(asked.count)
        for number in asked { writer.varint(number.value) }
        if let proof {
            writer.counted(proof.bytes)
            writer.raw(proof.signature.bytes)
        }
        if !receipts.isEmpty {
            writer.varint(receipts.count)
            for receipt in receipts {
                writer.counted(receipt.bytes)
                writer.raw(receipt.signature.bytes)
            }
        }
        if !purges.isEmpty {
            writer.varint(purges.count)
            for purge in purges {
                writer.counted(purge.bytes)
                writer.raw(purge.signature.bytes)
            }
        }
        if !stretches.isEmpty {
            writer.varint(stretches.count)
            for stretch in stretches { writer.stretch(stretch) }
        }
        if !copies.isEmpty {
            writer.varint(copies.count)
            for copy in copies {
                writer.identifier(copy.record)
                writer.varint(UInt64(copy.collection.value))
                writer.counted(copy.state)
            }
        }
        writer.varint(runs.count)
        for run in runs {
            writer.counted(run.bytes)
            writer.raw(run.signature.bytes)
        }
        return writer.bytes
    }

    fileprivate static func signedBytes(
        _ body: ContentHash, hub: HubID, epoch: EpochID?
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.identifier(hub)
        writer.identifier(epoch ?? EpochID(high: 0, low: 0))
        writer.raw(body.bytes)
        return writer.bytes
    }
}

/// A request before anybody has looked at its signature: only who says to have sent it is read.
public struct UnverifiedSyncRequest: Sendable {
    /// Who it is said to come from; not to be believed before `isSigned`.
    public let replica: ReplicaID
    public let epochTag: UInt32
    private let body: ArraySlice<UInt8>
    private let bodyHash: ContentHash
    private let signature: Signature
    /// The first eight bytes of the request's SHA-256, which the answer repeats.
    public let tag: UInt64

    /// Reads as much of a request as tells whose key to ask for.
    public init(_ bytes: [UInt8]) throws(CodecError) {
        guard bytes.count >= 4, bytes[0] == 0x48, bytes[1] == 0x5a, bytes[3] == 1 else {
            throw .notOurs
        }
        guard bytes[2] == 1 else { throw .unknownVersion(bytes[2]) }
        guard bytes.count >= 4 + 20 + 64 else { throw .truncated(at: bytes.count) }
        var reader = ByteReader(bytes)
        _ = try reader.raw(4)
        replica = try reader.identifier()
        epochTag = try reader.fixed32()
        body = bytes[..<(bytes.count - 64)]
        signature = Signature(bytes: bytes[(bytes.count - 64)...])!
        let (bodyHash, hash) = Digests.sha256(body, followedBy: signature.bytes)
        self.bodyHash = bodyHash
        tag = SyncResponse.tag(hash)
    }

    /// Whether the request was signed with this key for this hub in this epoch.
    public func isSigned(by key: VerifyingKey, hub: HubID, epoch: EpochID?) -> Bool {
        let signed = SyncRequest.signedBytes(bodyHash, hub: hub, epoch: epoch)
        return key.isValid(signature, for: signed, purpose: .request)
    }

    /// Reads the whole request. To be asked for after `isSigned`, so that nobody unknown costs more
    /// than a hash.
    public var request: SyncRequest {
        get throws(CodecError) { try Self.read(body) }
    }

    private static func read(_ body: ArraySlice<UInt8>) throws(CodecError) -> SyncRequest {
        var reader = ByteReader(body)
        _ = try reader.raw(4)
        let replica = try reader.identifier(ReplicaID.self)
        let epochTag = try reader.fixed32()
        let mark = LogMark.Sign(
            number: try reader.varint(upTo: LogPosition.maximum), check: try reader.fixed64())
        let grantsVersion = try reader.varint()
        var cursors: [CursorRun] = []
        var scopes = 0
        for _ in 0..<(try reader.count(limit: Limits.scopesPerDevice)) {
            let place = reader.index
            let count = try reader.count(upTo: Limits.scopesPerDevice)
            scopes += count
            guard count > 0 else { throw .outOfRange(at: place) }
            guard scopes <= Limits.scopesPerDevice else { throw .tooMany(at: place) }
            cursors.append(CursorRun(count: count, position: try reader.position()))
        }
        let noticeCursor = try reader.varint(upTo: LogPosition.maximum)
        let writerCursor = UInt32(try reader.varint(upTo: UInt64(UInt32.max)))
        let flags = try reader.varint(upTo: 511)
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
        for _ in 0..<(try reader.count(limit: Limits.unsettledPerRequest)) {
            let place = reader.index
            let number = try reader.number()
            if let last = unsettled.last, last >= number { throw .outOfOrder(at: place) }
            unsettled.append(number)
        }
        var proof: SignedMark?
        if flags & 4 != 0 {
            let bytes = try reader.counted()
            proof = SignedMark(bytes: bytes, signature: Signature(bytes: try reader.raw(64))!)
        }
        var receipts: [SignedReceipt] = []
        if flags & 8 != 0 {
            let place = reader.index
            let count = try reader.count(limit: Limits.receiptsPerRequest)
            guard count >= 1 else { throw .outOfRange(at: place) }
            for _ in 0..<count {
                let bytes = try reader.counted()
                receipts.append(
                    SignedReceipt(bytes: bytes, signature: Signature(bytes: try reader.raw(64))!))
            }
        }
        var purges: [SignedPurge] = []
        if flags & 16 != 0 {
            let place = reader.index
            let count = try reader.count(limit: Limits.runsPerRequest)
            guard count >= 1 else { throw .outOfRange(at: place) }
            for _ in 0..<count {
                let bytes = try reader.counted()
                purges.append(
                    SignedPurge(bytes: bytes, signature: Signature(bytes: try reader.raw(64))!))
            }
        }
        var stretches: [Stretch] = []
        if flags & 64 != 0 {
            let place = reader.index
            let count = try reader.count(limit: Limits.stretchesPerRequest)
            guard count >= 1 else { throw .outOfRange(at: place) }
            for _ in 0..<count { stretches.append(try reader.stretch(after: stretches.last)) }
        }
        var copies: [StateCopy] = []
        if flags & 128 != 0 {
            let place = reader.index
            let count = try reader.count(limit: Limits.copiesPerRequest)
            guard count >= 1 else { throw .outOfRange(at: place) }
            for _ in 0..<count {
                let (record, collection) = (
                    try reader.identifier(RecordID.self), try reader.collectionID()
                )
                let place = reader.index
                let state = try reader.counted()
                guard state.count <= Limits.stateBytes else { throw .tooMany(at: place) }
                copies.append(StateCopy(record, collection, state: state))
            }
        }
        var runs: [SignedRun] = []
        for _ in 0..<(try reader.count(limit: Limits.runsPerRequest)) {
            let bytes = try reader.counted()
            runs.append(SignedRun(bytes: bytes, signature: Signature(bytes: try reader.raw(64))!))
        }
        try reader.finish()
        return SyncRequest(
            replica: replica, epochTag: epochTag, mark: mark, grantsVersion: grantsVersion,
            cursors: cursors, noticeCursor: noticeCursor, writerCursor: writerCursor,
            digest: digest, clock: clock, maximumDownBytes: maximumDownBytes,
            isDryRun: flags & 2 != 0, takesEcho: flags & 32 != 0,
            wantsCredential: flags & 256 != 0, diskFree_MB: diskFree, pending: pending,
            unsettled: unsettled, proof: proof, receipts: receipts,
            purges: purges, stretches: stretches, copies: copies, runs: runs)
    }
}
