package import SyncCore

/// Bytes being written: varints, strings, names. The forms are those of `protocol/encoding.md`.
package struct ByteWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// - Parameter capacity: the bytes that are likely to come.
    package init(capacity: Int) { bytes.reserveCapacity(capacity) }

    package var count: Int { bytes.count }

    /// Begins anew in the same room.
    package mutating func removeAll() { bytes.removeAll(keepingCapacity: true) }

    @inline(__always)
    package mutating func byte(_ value: UInt8) { bytes.append(value) }

    package mutating func raw(_ value: some Sequence<UInt8>) { bytes.append(contentsOf: value) }

    /// Appends an unsigned LEB128, as short as it can be.
    @inline(__always)
    package mutating func varint(_ value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(truncatingIfNeeded: rest))
    }

    @inline(__always)
    package mutating func varint(_ value: Int) { varint(UInt64(value)) }

    /// Appends a signed number: 0, −1, 1, −2 … as 0, 1, 2, 3 …
    @inline(__always)
    package mutating func zigzag(_ value: Int64) {
        varint(UInt64(bitPattern: value << 1 ^ value >> 63))
    }

    package mutating func identifier(_ value: some Identifier) {
        fixed64(value.high)
        fixed64(value.low)
    }

    /// Appends eight bytes, most significant first.
    package mutating func fixed64(_ value: UInt64) {
        withUnsafeBytes(of: value.bigEndian) { bytes.append(contentsOf: $0) }
    }

    /// Appends four bytes, most significant first.
    package mutating func fixed32(_ value: UInt32) {
        for shift in stride(from: UInt32(24), through: 0, by: -8) {
            bytes.append(UInt8(truncatingIfNeeded: value >> shift))
        }
    }

    /// Appends a count of bytes and the bytes.
    package mutating func counted(_ value: [UInt8]) {
        varint(value.count)
        bytes.append(contentsOf: value)
    }

    /// Appends a count of bytes and the UTF-8.
    package mutating func text(_ value: String) {
        var value = value
        value.withUTF8 {
            varint($0.count)
            bytes.append(contentsOf: $0)
        }
    }

    package mutating func name(_ value: ChangeSetName) {
        identifier(value.replica)
        varint(value.number.value)
    }

    /// Appends rising numbers as ranges: how many, then per range its first and how many follow it.
    package mutating func numbers(_ value: NumberSet) {
        varint(value.ranges.count)
        for range in value.ranges {
            varint(range.lowerBound)
            varint(range.upperBound - range.lowerBound)
        }
    }
}
