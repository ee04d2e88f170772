internal import Foundation
package import SyncCore

/// Why bytes are not what they should be. The place is the offset at which it was noticed.
public enum CodecError: Error, Hashable, Sendable {
    /// The bytes end within something.
    case truncated(at: Int)
    /// Bytes are left over after the end.
    case trailing(at: Int)
    /// A number is longer than it need be, or than 64 bits.
    case malformedNumber(at: Int)
    /// A number, name or count lies outside its range.
    case outOfRange(at: Int)
    /// More things than `Limits` allow in one message.
    case tooMany(at: Int)
    /// A text is not UTF-8.
    case malformedText(at: Int)
    /// A tag, kind or index that means nothing here.
    case unknownTag(at: Int)
    /// Things that must rise do not, a thing that must be once is there twice, or a longer form
    /// stands where there is a shorter one.
    case outOfOrder(at: Int)
    /// What should be a zstd frame is none, or holds more than it may.
    case malformedFrame(at: Int)
    /// Not one of our messages at all: the first bytes are others.
    case notOurs
    /// One of our messages, of a version we don't speak.
    case unknownVersion(UInt8)
}

/// Bytes being read, strictly: every count is checked against what is left before anything is
/// allocated.
package struct ByteReader {
    private let bytes: ArraySlice<UInt8>
    /// The offset of the next byte, from the start of the whole message.
    package var index: Int
    private let end: Int

    package init(_ bytes: [UInt8]) { self.init(bytes[...]) }

    package init(_ bytes: ArraySlice<UInt8>) {
        (self.bytes, index, end) = (bytes, bytes.startIndex, bytes.endIndex)
    }

    package var remaining: Int { end - index }
    package var isAtEnd: Bool { index == end }

    package func finish() throws(CodecError) {
        if index != end { throw .trailing(at: index) }
    }

    @inline(__always)
    package mutating func byte() throws(CodecError) -> UInt8 {
        guard index < end else { throw .truncated(at: index) }
        let value = bytes[index]
        index += 1
        return value
    }

    package mutating func raw(_ count: Int) throws(CodecError) -> [UInt8] {
        guard count >= 0, count <= remaining else { throw .truncated(at: index) }
        defer { index += count }
        return Array(bytes[index..<index + count])
    }

    /// A reader of the next `count` bytes, which are skipped here.
    package mutating func part(_ count: Int) throws(CodecError) -> ByteReader {
        guard count >= 0, count <= remaining else { throw .truncated(at: index) }
        defer { index += count }
        return ByteReader(bytes[index..<index + count])
    }

    /// The bytes from `start` to here.
    package func bytes(since start: Int) -> [UInt8] { Array(bytes[start..<index]) }

    /// The same without a copy.
    package func slice(since start: Int) -> ArraySlice<UInt8> { bytes[start..<index] }

    /// Passes over all that is left and returns it.
    package mutating func rest() -> [UInt8] {
        defer { index = end }
        return Array(bytes[index..<end])
    }

    @inline(__always)
    package mutating func varint() throws(CodecError) -> UInt64 {
        let start = index
        var value: UInt64 = 0
        var shift: UInt64 = 0
        while true {
            let byte = try byte()
            let bits = UInt64(byte & 0x7f)
            if shift == 63, bits > 1 { throw .malformedNumber(at: start) }
            value |= bits << shift
            if byte < 0x80 {
                // A last byte of zero would be a longer form of a shorter number.
                if byte == 0, shift > 0 { throw .malformedNumber(at: start) }
                return value
            }
            shift += 7
            if shift > 63 { throw .malformedNumber(at: start) }
        }
    }

    @inline(__always)
    package mutating func varint(upTo maximum: UInt64) throws(CodecError) -> UInt64 {
        let start = index
        let value = try varint()
        guard value <= maximum else { throw .outOfRange(at: start) }
        return value
    }

    /// A count of things of which each takes at least one byte of what is left here.
    package mutating func count() throws(CodecError) -> Int {
        Int(try varint(upTo: UInt64(remaining)))
    }

    /// A count of things that take no byte of their own here, at most `maximum`.
    package mutating func count(upTo maximum: Int) throws(CodecError) -> Int {
        Int(try varint(upTo: UInt64(maximum)))
    }

    /// A count of things of which a message may hold only so many, each taking at least one byte of
    /// what is left here.
    package mutating func count(limit: Int) throws(CodecError) -> Int {
        let start = index
        let count = try count()
        guard count <= limit else { throw .tooMany(at: start) }
        return count
    }

    @inline(__always)
    package mutating func zigzag() throws(CodecError) -> Int64 {
        let value = try varint()
        return Int64(bitPattern: value >> 1) ^ -Int64(bitPattern: value & 1)
    }

    package mutating func identifier<ID: Identifier>(_: ID.Type = ID.self) throws(CodecError) -> ID
    {
        ID(high: try fixed64(), low: try fixed64())
    }

    package mutating func fixed64() throws(CodecError) -> UInt64 {
        guard remaining >= 8 else { throw .truncated(at: index) }
        var value: UInt64 = 0
        for offset in 0..<8 { value = value << 8 | UInt64(bytes[index + offset]) }
        index += 8
        return value
    }

    package mutating func fixed32() throws(CodecError) -> UInt32 {
        guard remaining >= 4 else { throw .truncated(at: index) }
        var value: UInt32 = 0
        for offset in 0..<4 { value = value << 8 | UInt32(bytes[index + offset]) }
        index += 4
        return value
    }

    package mutating func counted() throws(CodecError) -> [UInt8] { try raw(try count()) }

    package mutating func text() throws(CodecError) -> String { try text(try count()) }

    package mutating func text(_ count: Int) throws(CodecError) -> String {
        guard count >= 0, count <= remaining else { throw .truncated(at: index) }
        let start = index
        let text = bytes[start..<start + count].withUnsafeBufferPointer { source in
            // Decoding mends what is no UTF-8, and then other bytes come out. `String(validating:)`
            // looks up types anew for each text, which takes as long as the text.
            var text = String(decoding: source, as: UTF8.self)
            let isSame = text.withUTF8 { found in
                found.count == count
                    && (count == 0 || memcmp(found.baseAddress!, source.baseAddress!, count) == 0)
            }
            return isSame ? text : nil
        }
        guard let text else { throw .malformedText(at: start) }
        index += count
        return text
    }

    package mutating func hash() throws(CodecError) -> ContentHash {
        let start = index
        guard let hash = ContentHash(bytes: try raw(32)) else { throw .truncated(at: start) }
        return hash
    }

    package mutating func number() throws(CodecError) -> ChangeSetNumber {
        let start = index
        guard let number = ChangeSetNumber(try varint()) else { throw .outOfRange(at: start) }
        return number
    }

    package mutating func position() throws(CodecError) -> LogPosition {
        let start = index
        guard let position = LogPosition(try varint()) else { throw .outOfRange(at: start) }
        return position
    }

    package mutating func name() throws(CodecError) -> ChangeSetName {
        ChangeSetName(try identifier(ReplicaID.self), try number())
    }

    /// Rising numbers as ranges: how many, then per range its first and how many follow it.
    package mutating func numbers() throws(CodecError) -> NumberSet {
        let start = index
        var ranges: [ClosedRange<UInt64>] = []
        for _ in 0..<(try count()) {
            let lower = try number()
            let length = try varint(upTo: ChangeSetNumber.maximum - lower.value)
            ranges.append(lower.value...lower.value + length)
        }
        guard let numbers = NumberSet(ranges: ranges) else { throw .outOfOrder(at: start) }
        return numbers
    }
}
