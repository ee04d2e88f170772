public import SyncCore

/// A device's request about the bytes of a file: to keep a part of them, or for a part.
///
/// Form and meaning: `protocol/files.md`.
public struct FileRequest: Hashable, Sendable {
    public enum Act: Hashable, Sendable {
        /// Keep these bytes from `offset` on. None of them: say how many are there.
        case put([UInt8])
        /// Send at most so many bytes from `offset` on.
        case get(maximumBytes: Int)
    }
    public let replica: ReplicaID
    public let hash: ContentHash
    public let offset: Int
    public let act: Act

    public init(replica: ReplicaID, hash: ContentHash, offset: Int, act: Act) {
        (self.replica, self.hash, self.offset, self.act) = (replica, hash, offset, act)
    }

    private static let magic: [UInt8] = [0x48, 0x5a, 1, 5]

    /// Returns the request, signed for this hub.
    public func encode(hub: HubID, key: SigningKey) -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(Self.magic)
        writer.identifier(replica)
        writer.raw(hash.bytes)
        writer.varint(offset)
        switch act {
        case .put(let bytes):
            writer.byte(0)
            writer.counted(bytes)
        case .get(let count):
            writer.byte(1)
            writer.varint(count)
        }
        let signature = key.sign(Self.signed(writer.bytes, hub: hub), for: .file)
        return writer.bytes + signature.bytes
    }

    /// A request as it came, its signature not looked at yet.
    public struct Unverified: Sendable {
        /// Not to be believed before `verified(by:hub:)`.
        public let replica: ReplicaID
        /// The first eight bytes of the request's SHA-256, which the answer repeats.
        public let tag: UInt64
        private let bytes: [UInt8]
        private let signature: Signature

        public init(_ bytes: [UInt8]) throws(CodecError) {
            guard bytes.count >= 4, bytes[0] == magic[0], bytes[1] == magic[1],
                bytes[3] == magic[3]
            else { throw .notOurs }
            guard bytes[2] == magic[2] else { throw .unknownVersion(bytes[2]) }
            guard bytes.count >= 20 + 64,
                let signature = Signature(bytes: bytes[(bytes.count - 64)...])
            else { throw .truncated(at: bytes.count) }
            var reader = ByteReader(bytes)
            _ = try reader.raw(4)
            replica = try reader.identifier()
            tag = SyncResponse.tag(ofRequest: bytes)
            self.bytes = Array(bytes[..<(bytes.count - 64)])
            self.signature = signature
        }

        /// What it asks; `nil` if another key signed it, or for another hub.
        public func verified(by key: VerifyingKey, hub: HubID) throws(CodecError) -> FileRequest? {
            guard key.isValid(signature, for: signed(bytes, hub: hub), purpose: .file) else {
                return nil
            }
            return try request()
        }

        /// What whoever sent it asks. Believed only after `verified(by:hub:)`.
        package func request() throws(CodecError) -> FileRequest {
            var reader = ByteReader(bytes)
            _ = try reader.raw(20)
            let hash = try reader.hash()
            let offset = Int(try reader.varint(upTo: UInt64(Limits.fileBytes)))
            let place = reader.index
            let act: Act
            switch try reader.byte() {
            case 0: act = .put(try reader.raw(try reader.count(limit: Limits.filePartBytes)))
            case 1:
                let count = try reader.varint(upTo: UInt64(Limits.filePartBytes))
                act = .get(maximumBytes: Int(count))
            default: throw .unknownTag(at: place)
            }
            try reader.finish()
            return FileRequest(replica: replica, hash: hash, offset: offset, act: act)
        }
    }

    private static func signed(_ bytes: [UInt8], hub: HubID) -> [UInt8] {
        hub.bytes + Digests.sha256(bytes).bytes
    }
}

/// What the hub says to a `FileRequest`.
public struct FileResponse: Hashable, Sendable {
    public let tag: UInt64
    /// Whether the hub has all bytes of the file, checked.
    public let isWhole: Bool
    /// Put: how many bytes the hub has. Get: where `bytes` begin.
    public let offset: Int
    public let bytes: [UInt8]

    public init(tag: UInt64, isWhole: Bool, offset: Int, bytes: [UInt8] = []) {
        (self.tag, self.isWhole, self.offset, self.bytes) = (tag, isWhole, offset, bytes)
    }

    private static let magic: [UInt8] = [0x48, 0x5a, 1, 6]

    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(Self.magic)
        writer.fixed64(tag)
        writer.byte(isWhole ? 1 : 0)
        writer.varint(offset)
        writer.counted(bytes)
        return writer.bytes
    }

    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> FileResponse {
        guard bytes.count >= 4, bytes[0] == magic[0], bytes[1] == magic[1], bytes[3] == magic[3]
        else { throw .notOurs }
        guard bytes[2] == magic[2] else { throw .unknownVersion(bytes[2]) }
        var reader = ByteReader(bytes)
        _ = try reader.raw(4)
        let tag = try reader.fixed64()
        let place = reader.index
        let word = try reader.byte()
        guard word <= 1 else { throw .unknownTag(at: place) }
        let offset = Int(try reader.varint(upTo: UInt64(Limits.fileBytes)))
        let content = try reader.raw(try reader.count(limit: Limits.filePartBytes))
        try reader.finish()
        return FileResponse(tag: tag, isWhole: word == 1, offset: offset, bytes: content)
    }
}
