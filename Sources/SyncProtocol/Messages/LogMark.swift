public import SyncCore

/// The hub's word how far its log had come when it answered.
///
/// Every entry of the hub's log is hashed together with the one before it, so one hash stands for
/// everything up to there: a hub whose log has another one at this number, or none, has lost what
/// it once had. Form and meaning: `protocol/messages.md#mark`.
public struct LogMark: Hashable, Sendable {
    public let hub: HubID
    public let epoch: EpochID
    /// The number of the log's last entry, from 1.
    public let number: UInt64
    /// Its hash.
    public let hash: ContentHash
    /// The position up to which the log was in a verified backup.
    public let anchored: LogPosition

    public init(
        hub: HubID, epoch: EpochID, number: UInt64, hash: ContentHash, anchored: LogPosition
    ) {
        self.hub = hub
        self.epoch = epoch
        self.number = number
        self.hash = hash
        self.anchored = anchored
    }

    /// As much of a mark as a request has room for: a hub that has the entry knows it by this.
    public struct Sign: Hashable, Sendable {
        public let number: UInt64
        /// The first eight bytes of the hash.
        public let check: UInt64

        public init(number: UInt64, check: UInt64) { (self.number, self.check) = (number, check) }

        /// Before the first answer.
        public static let none = Sign(number: 0, check: 0)

        /// The sign of an entry.
        public init(number: UInt64, hash: ContentHash) {
            self.init(
                number: number, check: hash.bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) })
        }
    }

    public var sign: Sign { Sign(number: number, hash: hash) }

    /// Returns the bytes that are signed.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.identifier(hub)
        writer.identifier(epoch)
        writer.varint(number)
        writer.raw(hash.bytes)
        writer.varint(anchored.value)
        return writer.bytes
    }

    /// Reads a mark.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> LogMark {
        var reader = ByteReader(bytes)
        let mark = LogMark(
            hub: try reader.identifier(), epoch: try reader.identifier(),
            number: try reader.varint(upTo: LogPosition.maximum), hash: try reader.hash(),
            anchored: try reader.position())
        try reader.finish()
        return mark
    }
}

/// A mark with the hub's signature over its bytes, kept as it came.
public struct SignedMark: Hashable, Sendable {
    public let bytes: [UInt8]
    public let signature: Signature

    public init(bytes: [UInt8], signature: Signature) {
        (self.bytes, self.signature) = (bytes, signature)
    }

    /// Signs a mark.
    public init(_ mark: LogMark, key: SigningKey) {
        bytes = mark.encode()
        signature = key.sign(bytes, for: .mark)
    }

    /// Returns what it says, if the hub of this key said it; `nil` if it did not, or it can't be
    /// read.
    public func verified(by key: VerifyingKey) -> LogMark? {
        guard key.isValid(signature, for: bytes, purpose: .mark) else { return nil }
        do { return try LogMark.decode(bytes) } catch { return nil }
    }
}
