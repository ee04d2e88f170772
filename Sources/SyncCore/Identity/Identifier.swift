/// A 128-bit name, made without asking anyone. Ordered by its bytes.
///
/// The text form is 26 characters of Crockford's base 32 in lower case: fixed ASCII, so that names
/// are compared as bytes and never by the rules of a language. Reading accepts that form only.
public protocol Identifier: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// Bytes 0…7, most significant first.
    var high: UInt64 { get }
    /// Bytes 8…15, most significant first.
    var low: UInt64 { get }
    /// Makes the name with these 128 bits.
    init(high: UInt64, low: UInt64)
}

extension Identifier {
    public static func < (left: Self, right: Self) -> Bool {
        (left.high, left.low) < (right.high, right.low)
    }

    /// Makes a name of 16 bytes; `nil` for any other count.
    // Inlinable: read for every row of a page, and many times slower where it stays generic.
    @inlinable public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 16 else { return nil }
        var high: UInt64 = 0
        var low: UInt64 = 0
        for (index, byte) in bytes.enumerated() {
            if index < 8 { high = high << 8 | UInt64(byte) } else { low = low << 8 | UInt64(byte) }
        }
        self.init(high: high, low: low)
    }

    /// The 16 bytes, most significant first.
    @inlinable public var bytes: [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(16)
        for shift in stride(from: 56, through: 0, by: -8) {
            result.append(UInt8(truncatingIfNeeded: high >> UInt64(shift)))
        }
        for shift in stride(from: 56, through: 0, by: -8) {
            result.append(UInt8(truncatingIfNeeded: low >> UInt64(shift)))
        }
        return result
    }

    /// Draws a name; all 128 bits are chance.
    public static func random(using generator: inout some RandomNumberGenerator) -> Self {
        Self(high: generator.next(), low: generator.next())
    }

    public var description: String { Base32.encode(bytes) }

    /// Reads the text form; `nil` if it is not exactly that.
    public init?(_ text: String) {
        guard text.utf8.count == 26, let bytes = Base32.decode(text) else { return nil }
        self.init(bytes: bytes)
    }
}

/// One copy that can write: a device, or the hub itself in one epoch.
///
/// The topmost bit tells a hub's replica (1) from a device's (0): a hub writes for many people, so
/// between two writes of its own only names count.
public struct ReplicaID: Identifier {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// Whether this is the replica of a hub.
    public var isHub: Bool { high >> 63 == 1 }

    /// Draws a device's name.
    public static func makeDevice(using generator: inout some RandomNumberGenerator) -> ReplicaID {
        ReplicaID(high: generator.next() & (.max >> 1), low: generator.next())
    }

    /// Draws a hub's name.
    public static func makeHub(using generator: inout some RandomNumberGenerator) -> ReplicaID {
        ReplicaID(high: generator.next() | 1 << 63, low: generator.next())
    }
}

/// A record of any collection: a household, a visit.
///
/// New names begin with their time, so that neighbours in time are neighbours in the file
/// (`docs/decisions/0003-storage-layout.md`). Any 128 bits are legal.
public struct RecordID: Identifier {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// Draws a name in the form of RFC 9562 version 7: 48 bits of milliseconds, then chance.
    public static func make(
        milliseconds: UInt64, using generator: inout some RandomNumberGenerator
    ) -> RecordID {
        let random = generator.next()
        return RecordID(
            high: (milliseconds & 0xffff_ffff_ffff) << 16 | 0x7000 | random >> 52,
            low: generator.next() & (.max >> 2) | 1 << 63)
    }

    /// The end of the text form, where chance is, for lists and for typing.
    public func short(_ characters: Int = 5) -> String { String(description.suffix(characters)) }
}

/// A person who works with the system, and so an author of change sets.
public struct PersonID: Identifier {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}

/// A node of the area tree whose records a grant opens.
public struct ScopeID: Identifier {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}

/// The authority over a scope, for one person, under which a change set was written.
public struct GrantID: Identifier {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}

/// One hub, through all its epochs.
public struct HubID: Identifier {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}

/// One unbroken life of a hub's log. A restore from a backup begins the next.
public struct EpochID: Identifier {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }

    /// The first four bytes, sent where both ends know the whole.
    public var tag: UInt32 { UInt32(truncatingIfNeeded: high >> 32) }
}
