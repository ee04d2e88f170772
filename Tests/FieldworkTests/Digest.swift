import Fieldwork
import SyncCore

/// FNV-1a over everything a district says: short, and the same everywhere.
struct Digest {
    private(set) var value: UInt64 = 0xcbf2_9ce4_8422_2325

    private mutating func feed(byte: UInt8) { value = (value ^ UInt64(byte)) &* 0x100_0000_01b3 }
    private mutating func feed(bytes: some Sequence<UInt8>) {
        for byte in bytes { feed(byte: byte) }
    }
    private mutating func feed(number: UInt64) {
        for shift in stride(from: 56, through: 0, by: -8) {
            feed(byte: UInt8(truncatingIfNeeded: number >> UInt64(shift)))
        }
    }

    mutating func feed(_ area: DemoDistrict.Area) {
        feed(bytes: area.id.bytes)
        feed(bytes: area.parent?.bytes ?? [])
        feed(bytes: area.name.utf8)
    }

    mutating func feed(_ change: RecordChange) {
        feed(bytes: change.record.bytes)
        feed(number: UInt64(change.collection.value))
        for write in change.writes {
            feed(number: UInt64(write.unit.value))
            switch write.operation {
            case .set(let value, _): feed(value)
            case .change(let adding, _): for value in adding { feed(value) }
            case .append(let values): for value in values { feed(value) }
            case .increment(let delta): feed(number: UInt64(bitPattern: delta))
            }
        }
    }

    private mutating func feed(_ value: Value) {
        switch value {
        case .absent: feed(byte: 0)
        case .bool(let flag): feed(bytes: [1, flag ? 1 : 0])
        case .integer(let number):
            feed(byte: 2)
            feed(number: UInt64(bitPattern: number))
        case .text(let text):
            feed(byte: 3)
            feed(number: UInt64(text.string.utf8.count))
            feed(bytes: text.string.utf8)
        case .bytes(let bytes):
            feed(byte: 4)
            feed(bytes: bytes)
        case .day(let day):
            feed(byte: 5)
            feed(number: UInt64(bitPattern: day.ordinal))
        case .reference(let record):
            feed(byte: 6)
            feed(bytes: record.bytes)
        case .group(let values):
            feed(bytes: [7, UInt8(values.count)])
            for value in values { feed(value) }
        }
    }
}
