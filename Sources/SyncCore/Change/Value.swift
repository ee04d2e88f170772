/// What a unit can hold.
public enum Value: Hashable, Sendable {
    /// Stated to be empty. Not the same as never stated: a unit without a write has no value at
    /// all.
    case absent
    case bool(Bool)
    case integer(Int64)
    case text(Text)
    case bytes([UInt8])
    case day(CalendarDate)
    case reference(RecordID)
    /// The members of a field group, in the order in which the schema declares them. Groups don't
    /// nest.
    case group([Value])

    /// Makes a text value.
    public static func text(_ string: String) -> Value { .text(Text(string)) }

    /// Whether two values say the same: equal bytes, or equal once text is normalised canonically
    /// and its white space joined. What was typed on two keyboards is no conflict.
    public func agrees(with other: Value) -> Bool {
        switch (self, other) {
        case (.text(let left), .text(let right)): left.agrees(with: right)
        case (.group(let left), .group(let right)):
            left.count == right.count && zip(left, right).allSatisfy { $0.agrees(with: $1) }
        default: self == other
        }
    }
}

/// Text that is equal when its bytes are. Swift's own equality would merge NFC and NFD unasked.
public struct Text: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let string: String

    public init(_ string: String) { self.string = string }

    public static func == (left: Text, right: Text) -> Bool {
        left.string.utf8.elementsEqual(right.string.utf8)
    }

    public func hash(into hasher: inout Hasher) {
        for byte in string.utf8 { hasher.combine(byte) }
        hasher.combine(0xff as UInt8)
    }

    public static func < (left: Text, right: Text) -> Bool {
        left.string.utf8.lexicographicallyPrecedes(right.string.utf8)
    }

    /// Whether both read the same: canonically equivalent, runs of white space counting as one.
    public func agrees(with other: Text) -> Bool {
        if self == other { return true }
        // Swift's `==` on strings is canonical equivalence: just what is wanted here, and only
        // here.
        return joined == other.joined
    }

    private var joined: String {
        // By scalars: as a character, a space with a combining mark on it is white space, mark and
        // all.
        string.unicodeScalars.split(whereSeparator: \.properties.isWhitespace)
            .map { String($0) }.joined(separator: " ")
    }

    public var description: String { string }

    /// Whether U+0000 is in it. By a span, for walking the UTF-8 of a string byte by byte costs ten
    /// times as much, and each text that a hub takes is asked.
    public var holdsNull: Bool {
        let bytes = string.utf8Span.span
        var least = UInt8.max
        for place in bytes.indices { least = min(least, bytes[place]) }
        return least == 0
    }
}

extension Value: Comparable {
    /// A total order that means nothing beyond being the same everywhere: by kind, then by content.
    public static func < (left: Value, right: Value) -> Bool {
        switch (left, right) {
        case (.bool(let left), .bool(let right)): !left && right
        case (.integer(let left), .integer(let right)): left < right
        case (.text(let left), .text(let right)): left < right
        case (.bytes(let left), .bytes(let right)): left.lexicographicallyPrecedes(right)
        case (.day(let left), .day(let right)): left < right
        case (.reference(let left), .reference(let right)): left < right
        case (.group(let left), .group(let right)): left.lexicographicallyPrecedes(right)
        default: left.rank < right.rank
        }
    }

    private var rank: Int {
        switch self {
        case .absent: 0
        case .bool: 1
        case .integer: 2
        case .text: 3
        case .bytes: 4
        case .day: 5
        case .reference: 6
        case .group: 7
        }
    }
}
