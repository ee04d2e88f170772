package import SyncCore

/// One byte that says what a value is; its content follows. See `protocol/encoding.md#value`.
package enum ValueTag {
    package static let absent: UInt8 = 0
    package static let no: UInt8 = 1
    package static let yes: UInt8 = 2
    package static let integer: UInt8 = 3
    package static let text: UInt8 = 4
    package static let bytes: UInt8 = 5
    package static let day: UInt8 = 6
    package static let reference: UInt8 = 7
    package static let group: UInt8 = 8
}

extension ByteWriter {
    package mutating func value(_ value: Value) {
        switch value {
        case .absent: byte(ValueTag.absent)
        case .bool(let flag): byte(flag ? ValueTag.yes : ValueTag.no)
        case .integer(let number):
            byte(ValueTag.integer)
            zigzag(number)
        case .text(let content):
            byte(ValueTag.text)
            text(content.string)
        case .bytes(let content):
            byte(ValueTag.bytes)
            counted(content)
        case .day(let date):
            byte(ValueTag.day)
            zigzag(date.ordinal)
        case .reference(let record):
            byte(ValueTag.reference)
            identifier(record)
        case .group(let values):
            byte(ValueTag.group)
            varint(values.count)
            for value in values { self.value(value) }
        }
    }
}

extension ByteReader {
    package mutating func value() throws(CodecError) -> Value {
        let start = index
        if try byte() == ValueTag.group {
            var members: [Value] = []
            for _ in 0..<(try count()) {
                let place = index
                let tag = try byte()
                // Groups don't nest, so reading needs no stack of its own.
                guard tag != ValueTag.group else { throw .unknownTag(at: place) }
                members.append(try scalar(tag, at: place))
            }
            return .group(members)
        }
        index = start
        return try scalar(try byte(), at: start)
    }

    private mutating func scalar(_ tag: UInt8, at start: Int) throws(CodecError) -> Value {
        switch tag {
        case ValueTag.absent: return .absent
        case ValueTag.no: return .bool(false)
        case ValueTag.yes: return .bool(true)
        case ValueTag.integer: return .integer(try zigzag())
        case ValueTag.text: return .text(try text())
        case ValueTag.bytes: return .bytes(try counted())
        case ValueTag.day:
            guard let date = CalendarDate(ordinal: try zigzag()) else {
                throw .outOfRange(at: start)
            }
            return .day(date)
        case ValueTag.reference: return .reference(try identifier())
        default: throw .unknownTag(at: start)
        }
    }
}
