package import SyncCore

/// The bytes of a state that one change set made, and nobody has touched since: one origin, and of
/// each unit one value by it. Nearly all there is in a district, and all that needs no merge to be
/// shown.
///
/// What is read here is exactly what `StateCoding.decode` accepts and finds to be such a state.
/// Source: `protocol/state.md#bytes`.
package struct PlainState {
    package struct Unit {
        package let id: UnitID
        /// Where its value stands in the state's bytes, tag and content.
        package let value: Range<Int>
    }

    package let writer: UInt64
    package let number: UInt64
    /// 0 for none.
    package let position: UInt64
    package let time: UInt64
    /// 1 + the position that was shown, 0 for none.
    package let shown: UInt64
    package let isCreated: Bool
    /// Rising.
    package let units: [Unit]

    /// Reads a state; `nil` where it is another kind of state, or none at all.
    package init?(_ bytes: [UInt8]) {
        do {
            var reader = ByteReader(bytes)
            guard try reader.byte() == 1 else { return nil }
            writer = try reader.varint()
            number = try reader.number().value
            position = try reader.position().value
            time = try reader.varint(upTo: HybridTimestamp.maximumMilliseconds)
            shown = try reader.varint(upTo: LogPosition.maximum + 1)
            let created = try reader.byte()
            guard created <= 1 else { return nil }
            isCreated = created == 1
            var units: [Unit] = []
            let count = try reader.count()
            guard count > 0 || isCreated else { return nil }
            units.reserveCapacity(count)
            for _ in 0..<count {
                let id = try reader.unitID()
                guard try reader.byte() == Self.flags else { return nil }
                if let last = units.last, last.id >= id { return nil }
                let start = reader.index
                try reader.skipValue()
                units.append(Unit(id: id, value: start..<reader.index))
            }
            try reader.finish()
            self.units = units
        } catch {
            return nil
        }
    }

    /// A plain register; see `protocol/state.md#bytes`.
    package static let flags: UInt8 = 0b100

    /// Writes what precedes the units.
    package static func writeHead(
        writer: UInt64, number: UInt64, position: UInt64, time: UInt64, shown: UInt64,
        isCreated: Bool, units: Int, to bytes: inout ByteWriter
    ) {
        bytes.byte(1)
        bytes.varint(writer)
        bytes.varint(number)
        bytes.varint(position)
        bytes.varint(time)
        bytes.varint(shown)
        bytes.byte(isCreated ? 1 : 0)
        bytes.varint(units)
    }
}

extension ByteReader {
    /// Passes over a value, as strictly as `value` reads one.
    package mutating func skipValue() throws(CodecError) {
        let start = index
        let tag = try byte()
        guard tag == ValueTag.group else { return try skipScalar(tag, at: start) }
        for _ in 0..<(try count()) {
            let place = index
            let tag = try byte()
            guard tag != ValueTag.group else { throw .unknownTag(at: place) }
            try skipScalar(tag, at: place)
        }
    }

    private mutating func skipScalar(_ tag: UInt8, at start: Int) throws(CodecError) {
        switch tag {
        case ValueTag.absent, ValueTag.no, ValueTag.yes: break
        case ValueTag.integer: _ = try zigzag()
        case ValueTag.text: try skipText(try count())
        case ValueTag.bytes: try skip(try count())
        case ValueTag.day:
            guard CalendarDate(ordinal: try zigzag()) != nil else { throw .outOfRange(at: start) }
        case ValueTag.reference: try skip(16)
        default: throw .unknownTag(at: start)
        }
    }

    private mutating func skipText(_ count: Int) throws(CodecError) {
        let start = index
        var isASCII = true
        for _ in 0..<count where try byte() >= 0x80 { isASCII = false }
        guard !isASCII else { return }
        index = start
        _ = try text(count)
    }

    private mutating func skip(_ count: Int) throws(CodecError) {
        guard count <= remaining else { throw .truncated(at: index) }
        index += count
    }
}
