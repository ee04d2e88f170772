internal import Foundation
internal import SyncCore
internal import SyncProtocol

/// What a conflict is about. Whether there is one is found anew from what is stored each time a
/// part of it changes; the same question is the same conflict, however often it opens.
enum Question: Hashable, Sendable {
    /// A unit of a record: its heads, or its total.
    case unit(RecordID, CollectionID, UnitID)
    /// A value that only one record may have, as the hash of what it reads.
    case key(CollectionID, UnitID, [UInt8])
    /// Whether a record lies with one that is void.
    case home(CollectionID, RecordID)
    /// What a change set was computed from.
    case premises(ChangeSetName)
    /// A late change set.
    case late(ChangeSetName)
    /// A change set that is not merged.
    case unmerged(ChangeSetName)
    /// The other past of a device, by the name it has here.
    case branch(ReplicaID)
    /// Whether two records are one; the smaller name first.
    case pair(CollectionID, RecordID, RecordID)
    /// A change set that its device has lost.
    case gap(ChangeSetName)
    /// A total of a record, with the parts that other records take of it.
    case shares(CollectionID, RecordID, UnitID)

    var bytes: [UInt8] {
        var writer = ByteWriter()
        switch self {
        case .unit(let record, let collection, let unit):
            writer.byte(0)
            writer.identifier(record)
            writer.varint(UInt64(collection.value))
            writer.varint(UInt64(unit.value))
        case .key(let collection, let unit, let key):
            writer.byte(1)
            writer.varint(UInt64(collection.value))
            writer.varint(UInt64(unit.value))
            writer.raw(key)
        case .home(let collection, let record):
            writer.byte(2)
            writer.varint(UInt64(collection.value))
            writer.identifier(record)
        case .premises(let name):
            writer.byte(3)
            writer.name(name)
        case .late(let name):
            writer.byte(4)
            writer.name(name)
        case .unmerged(let name):
            writer.byte(5)
            writer.name(name)
        case .branch(let replica):
            writer.byte(6)
            writer.identifier(replica)
        case .pair(let collection, let first, let second):
            writer.byte(7)
            writer.varint(UInt64(collection.value))
            writer.identifier(first)
            writer.identifier(second)
        case .gap(let name):
            writer.byte(8)
            writer.name(name)
        case .shares(let collection, let record, let unit):
            writer.byte(9)
            writer.varint(UInt64(collection.value))
            writer.identifier(record)
            writer.varint(UInt64(unit.value))
        }
        return writer.bytes
    }

    init?(bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do {
            switch try reader.byte() {
            case 0:
                self = .unit(
                    try reader.identifier(), try reader.collectionID(), try reader.unitID())
            case 1:
                self = .key(
                    try reader.collectionID(), try reader.unitID(), try reader.raw(Self.keyBytes))
            case 2: self = .home(try reader.collectionID(), try reader.identifier())
            case 3: self = .premises(try reader.name())
            case 4: self = .late(try reader.name())
            case 5: self = .unmerged(try reader.name())
            case 6: self = .branch(try reader.identifier())
            case 7:
                self = .pair(
                    try reader.collectionID(), try reader.identifier(), try reader.identifier())
            case 8: self = .gap(try reader.name())
            case 9:
                self = .shares(
                    try reader.collectionID(), try reader.identifier(), try reader.unitID())
            default: return nil
            }
            try reader.finish()
        } catch { return nil }
    }

    /// The name of its conflict: 16 bytes of a hash; of record and unit for a unit, so that a
    /// device names it alike.
    var id: RecordID {
        let bytes: [UInt8]
        if case .unit(let record, _, let unit) = self {
            bytes = record.bytes + [UInt8(unit.value >> 8), UInt8(unit.value & 0xff)]
        } else {
            bytes = self.bytes
        }
        return RecordID(bytes: Digests.sha256(bytes).bytes.prefix(16))!
    }

    private static let keyBytes = 16

    /// What a value reads, hashed: values that agree have the same.
    static func key(of value: Value) -> [UInt8] {
        var writer = ByteWriter()
        writer.value(value.reading)
        return Array(Digests.sha256(writer.bytes).bytes.prefix(keyBytes))
    }
}

extension Value {
    /// What it reads, in one spelling: texts in NFC, every run of white space one space and none at
    /// the ends. Values that agree read the same.
    fileprivate var reading: Value {
        switch self {
        case .text(let text):
            .text(
                text.string.precomposedStringWithCanonicalMapping.unicodeScalars
                    .split(whereSeparator: \.properties.isWhitespace)
                    .map { String($0) }.joined(separator: " "))
        case .group(let members): .group(members.map(\.reading))
        default: self
        }
    }
}
