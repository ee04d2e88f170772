internal import Crypto
public import SyncCore

/// The canonical bytes of a change set, over which its hash is taken. See `protocol/change-set.md`.
///
/// One change set has one canonical form; the wire may carry it in another (`RunCoding`), from
/// which this one is rebuilt and the hash checked.
public enum ChangeSetCoding {
    static let hashContext = Array("hazama change set 1\0".utf8)
    static let saltContext = Array("hazama salt 1\0".utf8)

    /// Returns the hash of a change set: over its envelope and, per record, the hash of salt and
    /// payload.
    ///
    /// - Complexity: linear in the bytes of the change set; two short hashes per record.
    public static func hash(_ changeSet: ChangeSet) -> ContentHash {
        HashedChangeSet(hashing: changeSet).hash
    }

    /// Returns the hash of an envelope with the hashes of its payloads; all that is left after an
    /// erasure.
    public static func hash(_ envelope: [UInt8], _ payloadHashes: [ContentHash]) -> ContentHash {
        var writer = ByteWriter()
        for hash in payloadHashes { writer.raw(hash.bytes) }
        return envelope.withUnsafeBytes { envelope in
            writer.bytes.withUnsafeBytes { hash(envelope, joined: $0) }
        }
    }

    private static func hash(
        _ envelope: UnsafeRawBufferPointer, joined hashes: UnsafeRawBufferPointer
    ) -> ContentHash {
        var start = ByteWriter(capacity: 32)
        start.raw(hashContext)
        start.varint(envelope.count)
        var hash = SHA256()
        start.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        hash.update(bufferPointer: envelope)
        hash.update(bufferPointer: hashes)
        return hash.finalize().withUnsafeBytes { ContentHash(bytes: $0)! }
    }

    /// Returns the hash of a change set and its canonical bytes: the envelope, and behind it the
    /// payloads.
    static func canonical(_ changeSet: ChangeSet) -> (ContentHash, bytes: ByteWriter) {
        var writer = ByteWriter(capacity: 512)
        write(envelopeOf: changeSet, to: &writer)
        var payloads: [Int] = []
        payloads.reserveCapacity(changeSet.changes.count)
        for change in changeSet.changes {
            payloads.append(writer.count)
            write(change, to: &writer)
        }
        let hash = writer.bytes.withUnsafeBytes { self.hash(changeSet, $0, payloads: payloads) }
        return (hash, writer)
    }

    /// Returns the hash of a change set whose canonical bytes are at hand.
    ///
    /// - Parameter payloads: where in them each record's payload begins; the last one's ends them.
    static func hash(
        _ changeSet: ChangeSet, _ bytes: UnsafeRawBufferPointer, payloads: [Int]
    ) -> ContentHash {
        var hashes = ByteWriter(capacity: 32 * payloads.count)
        for index in payloads.indices {
            let end = index + 1 < payloads.count ? payloads[index + 1] : bytes.count
            let payload = UnsafeRawBufferPointer(rebasing: bytes[payloads[index]..<end])
            payloadDigest(changeSet, index, payload).withUnsafeBytes { hashes.raw($0) }
        }
        let envelope = UnsafeRawBufferPointer(rebasing: bytes[..<(payloads.first ?? bytes.count)])
        return hashes.bytes.withUnsafeBytes { hash(envelope, joined: $0) }
    }

    /// Returns per record the hash of its salt and payload.
    public static func payloadHashes(_ changeSet: ChangeSet) -> [ContentHash] {
        changeSet.changes.indices.map { index in
            payload(changeSet.changes[index]).withUnsafeBytes {
                payloadDigest(changeSet, index, $0).withUnsafeBytes { ContentHash(bytes: $0)! }
            }
        }
    }

    private static func payloadDigest(
        _ changeSet: ChangeSet, _ index: Int, _ payload: UnsafeRawBufferPointer
    ) -> SHA256Digest {
        var hash = SHA256()
        saltDigest(changeSet, index).withUnsafeBytes {
            hash.update(bufferPointer: UnsafeRawBufferPointer(rebasing: $0[..<16]))
        }
        hash.update(bufferPointer: payload)
        return hash.finalize()
    }

    /// Returns the 16 bytes that hide a payload behind its hash once they are destroyed with it.
    public static func salt(_ changeSet: ChangeSet, _ index: Int) -> [UInt8] {
        saltDigest(changeSet, index).withUnsafeBytes { Array($0[..<16]) }
    }

    private static func saltDigest(_ changeSet: ChangeSet, _ index: Int) -> SHA256Digest {
        var writer = ByteWriter(capacity: 64)
        writer.raw(saltContext)
        writer.identifier(changeSet.saltSeed)
        writer.fixed64(changeSet.name.number.value)
        writer.varint(index)
        var hash = SHA256()
        writer.bytes.withUnsafeBytes { hash.update(bufferPointer: $0) }
        return hash.finalize()
    }

    /// Returns the bytes of everything but the payloads and their salts.
    public static func envelope(_ changeSet: ChangeSet) -> [UInt8] {
        var writer = ByteWriter(capacity: 256)
        write(envelopeOf: changeSet, to: &writer)
        return writer.bytes
    }

    private static func write(envelopeOf changeSet: ChangeSet, to writer: inout ByteWriter) {
        writer.name(changeSet.name)
        writer.raw(changeSet.previous.bytes)
        writer.identifier(changeSet.author)
        writer.identifier(changeSet.grant)
        writer.optional(changeSet.trunk.epoch) { $0.identifier($1) }
        writer.varint(changeSet.trunk.position.value)
        let time = changeSet.time
        writer.varint(time.timestamp.milliseconds)
        writer.varint(UInt64(time.timestamp.counter))
        writer.zigzag(time.wall_ms)
        writer.varint(time.monotonic_ms)
        writer.varint(time.boot)
        writer.optional(time.offset_ms) { $0.zigzag($1) }
        writer.optional(time.offsetAge_ms) { $0.varint($1) }
        writer.text(changeSet.intent.string)
        writer.optional(changeSet.form) {
            $0.text($1.form.string)
            $0.varint(UInt64($1.version))
        }
        writer.optional(changeSet.reason) { $0.text($1.string) }
        writer.varint(UInt64(changeSet.schema.value))
        writer.varint(changeSet.premises.count)
        for premise in changeSet.premises {
            writer.identifier(premise.record)
            writer.varint(UInt64(premise.unit.value))
            writer.varint(premise.heads.count)
            for head in premise.heads { writer.name(head) }
        }
        writer.varint(changeSet.changes.count)
        for change in changeSet.changes {
            writer.identifier(change.record)
            writer.varint(UInt64(change.collection.value))
            writer.byte(change.creates ? 1 : 0)
            writer.optional(change.shown) { $0.varint($1.value) }
        }
    }

    /// Returns the bytes of the writes to one record.
    public static func payload(_ change: RecordChange) -> [UInt8] {
        var writer = ByteWriter()
        write(change, to: &writer)
        return writer.bytes
    }

    private static func write(_ change: RecordChange, to writer: inout ByteWriter) {
        writer.varint(change.writes.count)
        for write in change.writes {
            writer.varint(UInt64(write.unit.value))
            writer.byte(write.operation.kind.rawValue)
            switch write.operation {
            case .set(let value, let names):
                writer.value(value)
                writer.varint(names.count)
                for name in names { writer.name(name) }
            case .change(let adding, let removing):
                writer.varint(adding.count)
                for value in adding { writer.value(value) }
                writer.varint(removing.count)
                for removal in removing {
                    writer.value(removal.element)
                    writer.varint(removal.adds.count)
                    for add in removal.adds { writer.name(add) }
                }
            case .increment(let delta): writer.zigzag(delta)
            case .append(let values):
                writer.varint(values.count)
                for value in values { writer.value(value) }
            }
        }
    }
}

extension ByteWriter {
    /// Appends 0 for nothing, or 1 and the content.
    package mutating func optional<Content>(
        _ content: Content?, _ write: (inout ByteWriter, Content) -> Void
    ) {
        if let content {
            byte(1)
            write(&self, content)
        } else {
            byte(0)
        }
    }
}

extension ByteReader {
    package mutating func optional<Content>(
        _ read: (inout ByteReader) throws(CodecError) -> Content
    ) throws(CodecError) -> Content? {
        let start = index
        switch try byte() {
        case 0: return nil
        case 1: return try read(&self)
        default: throw .unknownTag(at: start)
        }
    }
}
