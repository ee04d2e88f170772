import SyncCore

/// The name of the one record of its kind about something: an alert of a rule, a subject and an
/// episode; an application to a programme in a round.
///
/// The 128-bit FNV-1a hash of what it is about, each part after its length, in the form of RFC 9562
/// version 8, so that it is never the name of a record somebody drew. No secret and no proof:
/// whoever may write at all could choose any name.
struct DerivedName {
    private var hash: UInt128 = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d

    init(_ collection: CollectionID) { absorb(collection.value.bytes) }

    func with(_ record: RecordID) -> DerivedName { with(record.bytes) }
    func with(_ text: String) -> DerivedName { with(Array(text.utf8)) }
    func with(_ number: Int) -> DerivedName { with(UInt64(bitPattern: Int64(number)).bytes) }
    func with(_ day: CalendarDate) -> DerivedName { with(day.description) }
    func with(_ bytes: [UInt8]) -> DerivedName {
        var next = self
        next.absorb(UInt64(bytes.count).bytes)
        next.absorb(bytes)
        return next
    }

    var record: RecordID {
        let high = UInt64(truncatingIfNeeded: hash >> 64)
        let low = UInt64(truncatingIfNeeded: hash)
        return RecordID(high: high & ~0xf000 | 0x8000, low: low & (.max >> 2) | 1 << 63)
    }

    private mutating func absorb(_ bytes: [UInt8]) {
        for byte in bytes {
            hash = (hash ^ UInt128(byte)) &* 0x0000_0000_0100_0000_0000_0000_0000_013b
        }
    }
}

extension FixedWidthInteger where Self: UnsignedInteger {
    /// Most significant first.
    fileprivate var bytes: [UInt8] {
        stride(from: Self.bitWidth - 8, through: 0, by: -8).map {
            UInt8(truncatingIfNeeded: self >> Self($0))
        }
    }
}
