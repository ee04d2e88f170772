public import SyncCore

/// What became of a change set at the hub.
public enum Disposition: UInt8, Hashable, Sendable, CaseIterable {
    /// Merged; where it touched what others wrote too, a rule decided.
    case applied = 0
    /// Merged; a unit of it differs from what others wrote and waits for people.
    case conflicted = 1
    /// Merged, under a grant that had already ended.
    case late = 2
    /// Stored; waits for what it names, and is released by itself.
    case held = 3
    /// Stored; waits for a person.
    case quarantined = 4
    /// Passed: its device can't produce it any more. Merged should a copy of it turn up.
    case gap = 5

    /// Whether its writes are part of the hub's states.
    public var isMerged: Bool {
        switch self {
        case .applied, .conflicted, .late: true
        case .held, .quarantined, .gap: false
        }
    }
}

/// What a receipt says of one change set.
public struct ReceiptEntry: Hashable, Sendable {
    public let disposition: Disposition
    /// Its place in the log; `nil` until it is merged.
    public let position: LogPosition?
    /// How much later than its own wall clock said it was made, on the hub's clock. A clock that is
    /// wrong is wrong by the same for a whole week, so that a week of these is one number.
    public let shift_ms: Int64
    /// Why it is held, quarantined or passed, as a stable code of `protocol/errors.md`; empty
    /// otherwise.
    public let reason: Text

    public init(
        disposition: Disposition, position: LogPosition?, shift_ms: Int64, reason: Text = Text("")
    ) {
        self.disposition = disposition
        self.position = position
        self.shift_ms = shift_ms
        self.reason = reason
    }

    /// When the change set it speaks of was made, on the hub's clock.
    public func time(of set: ChangeSet) -> CorrectedTime {
        CorrectedTime(set.time, shift_ms: shift_ms)
    }
}

/// The hub's signed word that it has stored change sets, and what became of them.
///
/// Through the hash chain, the hash of the last stands for every one from the first on.
/// Form and meaning: `protocol/messages.md#receipt`.
public struct Receipt: Hashable, Sendable {
    public let hub: HubID
    public let epoch: EpochID
    public let replica: ReplicaID
    public let first: ChangeSetNumber
    public let lastHash: ContentHash
    /// When they arrived, on the hub's clock, in milliseconds since 1970.
    public let received_ms: UInt64
    /// The position up to which the hub's log was in a verified backup.
    public let anchored: LogPosition
    /// One for each number from `first` on; at least one.
    public let entries: [ReceiptEntry]

    public init(
        hub: HubID, epoch: EpochID, replica: ReplicaID, first: ChangeSetNumber,
        lastHash: ContentHash, received_ms: UInt64, anchored: LogPosition, entries: [ReceiptEntry]
    ) {
        precondition(!entries.isEmpty)
        self.hub = hub
        self.epoch = epoch
        self.replica = replica
        self.first = first
        self.lastHash = lastHash
        self.received_ms = received_ms
        self.anchored = anchored
        self.entries = entries
    }

    /// The number of the last change set it names.
    public var last: ChangeSetNumber {
        ChangeSetNumber(first.value + UInt64(entries.count) - 1)!
    }

    /// What it says of one number; `nil` outside `first ... last`.
    public subscript(number: ChangeSetNumber) -> ReceiptEntry? {
        guard number >= first, number <= last else { return nil }
        return entries[Int(number.value - first.value)]
    }

    /// Returns the bytes of the receipt, which are what is signed.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.identifier(hub)
        writer.identifier(epoch)
        writer.identifier(replica)
        writer.varint(first.value)
        writer.raw(lastHash.bytes)
        writer.varint(received_ms)
        writer.varint(anchored.value)
        writer.varint(entries.count)
        // Neighbours that are alike: most uploads are one or two stretches of them.
        var index = 0
        var position: Int64 = 0
        var shift: Int64 = 0
        while index < entries.count {
            let entry = entries[index]
            let step = Self.step(entry, after: position)
            var count = 0
            var reached = position
            while index + count < entries.count {
                let next = entries[index + count]
                guard next.disposition == entry.disposition, next.reason == entry.reason,
                    (next.position == nil) == (entry.position == nil),
                    Self.step(next, after: reached) == step, next.shift_ms == entry.shift_ms
                else { break }
                reached += step
                count += 1
            }
            writer.varint(count)
            writer.byte(entry.disposition.rawValue | (entry.position == nil ? 0 : 0x80))
            writer.zigzag(step)
            writer.zigzag(entry.shift_ms &- shift)
            writer.text(entry.reason.string)
            (position, shift) = (reached, entry.shift_ms)
            index += count
        }
        return writer.bytes
    }

    private static func step(_ entry: ReceiptEntry, after position: Int64) -> Int64 {
        entry.position.map { Int64($0.value) - position } ?? 0
    }

    /// Reads a receipt.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> Receipt {
        var reader = ByteReader(bytes)
        let hub = try reader.identifier(HubID.self)
        let epoch = try reader.identifier(EpochID.self)
        let replica = try reader.identifier(ReplicaID.self)
        let first = try reader.number()
        let lastHash = try reader.hash()
        let received = try reader.varint(upTo: HybridTimestamp.maximumMilliseconds)
        let anchored = try reader.position()
        let place = reader.index
        let count = try reader.count(upTo: Int(ChangeSetNumber.maximum))
        guard count <= Limits.changeSetsPerRun else { throw .tooMany(at: place) }
        guard count >= 1, first.value <= ChangeSetNumber.maximum - UInt64(count) else {
            throw .outOfRange(at: place)
        }
        var entries: [ReceiptEntry] = []
        var position: Int64 = 0
        var shift: Int64 = 0
        while entries.count < count {
            let place = reader.index
            let length = try reader.count(upTo: count - entries.count)
            let flags = try reader.byte()
            guard length >= 1, let disposition = Disposition(rawValue: flags & 0x7f) else {
                throw .unknownTag(at: place)
            }
            let step = try reader.zigzag()
            guard step == 0 || flags & 0x80 != 0 else { throw .outOfRange(at: place) }
            shift &+= try reader.zigzag()
            let reason = Text(try reader.text())
            for _ in 0..<length {
                let (reached, tooFar) = position.addingReportingOverflow(step)
                guard !tooFar, reached >= 0, let found = LogPosition(UInt64(reached)) else {
                    throw .outOfRange(at: place)
                }
                position = reached
                entries.append(
                    ReceiptEntry(
                        disposition: disposition, position: flags & 0x80 == 0 ? nil : found,
                        shift_ms: shift, reason: reason))
            }
        }
        try reader.finish()
        return Receipt(
            hub: hub, epoch: epoch, replica: replica, first: first, lastHash: lastHash,
            received_ms: received, anchored: anchored, entries: entries)
    }
}

/// A receipt with the hub's signature over its bytes, kept as it came.
public struct SignedReceipt: Hashable, Sendable {
    public let bytes: [UInt8]
    public let signature: Signature

    public init(bytes: [UInt8], signature: Signature) {
        (self.bytes, self.signature) = (bytes, signature)
    }

    /// Signs a receipt.
    public init(_ receipt: Receipt, key: SigningKey) {
        bytes = receipt.encode()
        signature = key.sign(bytes, for: .receipt)
    }

    /// Returns what it says, if the hub of this key said it; `nil` if it did not, or it can't be
    /// read.
    public func verified(by key: VerifyingKey) -> Receipt? {
        guard key.isValid(signature, for: bytes, purpose: .receipt) else { return nil }
        do { return try Receipt.decode(bytes) } catch { return nil }
    }
}
