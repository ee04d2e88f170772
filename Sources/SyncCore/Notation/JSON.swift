/// A JSON value, exactly as it was written: the order of members and every digit are kept.
///
/// Two values are equal when their texts would be the same. Strings are compared by their bytes,
/// for Swift's own equality takes NFC and NFD for one, and would merge two keys.
public enum JSON: Sendable {
    case null
    case bool(Bool)
    case integer(Int64)
    /// The source text of a number that is no `Int64` written plainly: `1.0`, `1e400`, `-0`, 2^63.
    ///
    /// Never rounded, for it is never read; whoever needs its value decides how.
    case decimal(String)
    case string(String)
    case array([JSON])
    /// In order of appearance; no two members have the same key.
    case object([JSONMember])
}

/// One key of an object, with its value.
public struct JSONMember: Hashable, Sendable {
    public var key: String
    public var value: JSON

    public init(_ key: String, _ value: JSON) {
        (self.key, self.value) = (key, value)
    }

    public static func == (left: Self, right: Self) -> Bool {
        left.key.utf8.elementsEqual(right.key.utf8) && left.value == right.value
    }

    public func hash(into hasher: inout Hasher) {
        hasher.combine(utf8: key)
        hasher.combine(value)
    }
}

extension JSON: Hashable {
    public static func == (left: JSON, right: JSON) -> Bool {
        switch (left, right) {
        case (.null, .null): true
        case (.bool(let left), .bool(let right)): left == right
        case (.integer(let left), .integer(let right)): left == right
        case (.decimal(let left), .decimal(let right)), (.string(let left), .string(let right)):
            left.utf8.elementsEqual(right.utf8)
        case (.array(let left), .array(let right)): left == right
        case (.object(let left), .object(let right)): left == right
        default: false
        }
    }

    public func hash(into hasher: inout Hasher) {
        switch self {
        case .null: hasher.combine(0)
        case .bool(let value): hasher.combine(value)
        case .integer(let value): hasher.combine(value)
        case .decimal(let text), .string(let text): hasher.combine(utf8: text)
        case .array(let elements): hasher.combine(elements)
        case .object(let members): hasher.combine(members)
        }
    }
}

extension Hasher {
    fileprivate mutating func combine(utf8 text: String) {
        for byte in text.utf8 { combine(byte) }
        combine(0xff as UInt8)
    }
}

// MARK: Looking inside

extension JSON {
    /// The value at `key`, compared as bytes; `nil` where there is none or this is no object.
    public subscript(key: String) -> JSON? {
        guard case .object(let members) = self else { return nil }
        return members.first { $0.key.utf8.elementsEqual(key.utf8) }?.value
    }

    public var isNull: Bool { self == .null }

    public var bool: Bool? {
        guard case .bool(let value) = self else { return nil }
        return value
    }

    /// `nil` for `1.0` and `1e2` too: a whole number is written as one.
    public var integer: Int64? {
        guard case .integer(let value) = self else { return nil }
        return value
    }

    public var string: String? {
        guard case .string(let value) = self else { return nil }
        return value
    }

    public var array: [JSON]? {
        guard case .array(let elements) = self else { return nil }
        return elements
    }

    public var members: [JSONMember]? {
        guard case .object(let members) = self else { return nil }
        return members
    }
}

// MARK: Building

extension JSON: ExpressibleByStringLiteral, ExpressibleByIntegerLiteral,
    ExpressibleByBooleanLiteral, ExpressibleByArrayLiteral
{
    public init(stringLiteral value: String) { self = .string(value) }
    public init(integerLiteral value: Int64) { self = .integer(value) }
    public init(booleanLiteral value: Bool) { self = .bool(value) }
    public init(arrayLiteral elements: JSON...) { self = .array(elements) }

    /// Makes an object with its members in the order given. The same key twice is a bug.
    public static func object(_ pairs: KeyValuePairs<String, JSON>) -> JSON {
        let members = pairs.map { JSONMember($0.key, $0.value) }
        precondition(
            Set(members.map { Array($0.key.utf8) }).count == members.count, "a key given twice")
        return .object(members)
    }
}
