public import SyncCore

/// A change set as a device keeps it: the canonical bytes, over which its hash was taken, and the
/// seed of its salts. Never sent: on the wire change sets go by column (`RunCoding`).
public enum KeptChangeSet {
    /// Hashes a change set and returns, beside it, the bytes to keep: it is written once for both.
    public static func encode(_ changeSet: ChangeSet) -> (HashedChangeSet, bytes: [UInt8]) {
        var (hash, writer) = ChangeSetCoding.canonical(changeSet)
        let size = writer.count
        writer.identifier(changeSet.saltSeed)
        return (HashedChangeSet(changeSet, hash: hash, size: size), writer.bytes)
    }

    /// Returns the change set that these bytes hold, without working out its hash.
    ///
    /// - Complexity: linear in the bytes; nothing is allocated before the bytes for it are seen to
    ///   be there.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> ChangeSet {
        var payloads: [Int] = []
        return try read(bytes, &payloads)
    }

    /// The same, if these bytes are those of this hash; else `nil`. They are hashed as they lie.
    public static func decode(
        _ bytes: [UInt8], of hash: ContentHash
    ) throws(CodecError) -> ChangeSet? {
        var payloads: [Int] = []
        let set = try read(bytes, &payloads)
        let found = bytes.withUnsafeBytes { bytes in
            let canonical = UnsafeRawBufferPointer(rebasing: bytes.dropLast(seedBytes))
            return ChangeSetCoding.hash(set, canonical, payloads: payloads)
        }
        return found == hash ? set : nil
    }

    /// The seed of the salts, which ends the bytes and is no part of the canonical ones.
    private static let seedBytes = 16

    /// - Parameter payloads: is given where each record's payload begins.
    private static func read(
        _ bytes: [UInt8], _ payloads: inout [Int]
    ) throws(CodecError) -> ChangeSet {
        var reader = ByteReader(bytes)
        let name = try reader.name()
        let previous = try reader.hash()
        let author: PersonID = try reader.identifier()
        let grant: GrantID = try reader.identifier()
        let epoch = try reader.optional { reader throws(CodecError) in
            try reader.identifier(EpochID.self)
        }
        let trunk = Trunk(epoch: epoch, position: try reader.position())
        let time = try reader.writeTime()
        let intent = Text(try reader.text())
        let form = try reader.optional { reader throws(CodecError) in
            FormVersion(
                form: Text(try reader.text()),
                version: UInt32(try reader.varint(upTo: UInt64(UInt32.max))))
        }
        let reason = try reader.optional { reader throws(CodecError) in Text(try reader.text()) }
        let schema = SchemaVersion(UInt32(try reader.varint(upTo: UInt64(UInt32.max))))
        var premises: [Premise] = []
        for _ in 0..<(try reader.count()) {
            premises.append(
                Premise(
                    record: try reader.identifier(), unit: try reader.unitID(),
                    heads: try reader.names()))
        }
        let start = reader.index
        var touched: [Touched] = []
        for _ in 0..<(try reader.count()) { touched.append(try Touched(&reader)) }
        var changes: [RecordChange] = []
        changes.reserveCapacity(touched.count)
        for one in touched {
            let place = reader.index
            payloads.append(place)
            guard
                let change = RecordChange(
                    record: one.record, collection: one.collection, creates: one.creates,
                    writes: try reader.writes(), shown: one.shown)
            else { throw .outOfOrder(at: place) }
            changes.append(change)
        }
        let seed: SaltSeed = try reader.identifier()
        try reader.finish()
        guard
            let set = ChangeSet(
                name: name, previous: previous, author: author, grant: grant, trunk: trunk,
                time: time, intent: intent, form: form, reason: reason, schema: schema,
                premises: premises, saltSeed: seed, changes: changes)
        else { throw .outOfOrder(at: start) }
        return set
    }

    /// What the envelope says of one record.
    private struct Touched {
        let record: RecordID
        let collection: CollectionID
        let creates: Bool
        let shown: LogPosition?

        init(_ reader: inout ByteReader) throws(CodecError) {
            record = try reader.identifier()
            collection = try reader.collectionID()
            let place = reader.index
            switch try reader.byte() {
            case 0: creates = false
            case 1: creates = true
            default: throw .unknownTag(at: place)
            }
            shown = try reader.optional { reader throws(CodecError) in try reader.position() }
        }
    }
}

extension ByteReader {
    fileprivate mutating func writeTime() throws(CodecError) -> WriteTime {
        let start = index
        let milliseconds = try varint()
        let counter = UInt16(try varint(upTo: UInt64(UInt16.max)))
        guard let timestamp = HybridTimestamp(milliseconds: milliseconds, counter: counter) else {
            throw .outOfRange(at: start)
        }
        return WriteTime(
            timestamp: timestamp, wall_ms: try zigzag(), monotonic_ms: try varint(),
            boot: try varint(),
            offset_ms: try optional { reader throws(CodecError) in try reader.zigzag() },
            offsetAge_ms: try optional { reader throws(CodecError) in try reader.varint() })
    }

    fileprivate mutating func names() throws(CodecError) -> [ChangeSetName] {
        var names: [ChangeSetName] = []
        for _ in 0..<(try count()) { names.append(try name()) }
        return names
    }

    fileprivate mutating func values() throws(CodecError) -> [Value] {
        var values: [Value] = []
        for _ in 0..<(try count()) { values.append(try value()) }
        return values
    }

    fileprivate mutating func writes() throws(CodecError) -> [Write] {
        let count = try count()
        var writes: [Write] = []
        writes.reserveCapacity(count)
        for _ in 0..<count {
            writes.append(Write(unit: try unitID(), operation: try operation()))
        }
        return writes
    }

    private mutating func operation() throws(CodecError) -> Write.Operation {
        let start = index
        switch UnitKind(rawValue: try byte()) {
        case .register: return .set(try value(), replacing: try names())
        case .elements:
            let adding = try values()
            var removing: [Write.Removal] = []
            for _ in 0..<(try count()) {
                removing.append(Write.Removal(element: try value(), adds: try names()))
            }
            return .change(adding: adding, removing: removing)
        case .total: return .increment(try zigzag())
        case .log: return .append(try values())
        case nil: throw .unknownTag(at: start)
        }
    }
}
