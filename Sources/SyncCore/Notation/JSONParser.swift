/// Where a text stops being JSON, and why.
public struct JSONError: Error, Hashable, Sendable {
    /// In bytes from the start; the count of bytes where the text ends too early.
    public let offset: Int
    public let reason: Reason

    public enum Reason: Hashable, Sendable {
        /// The text ends within a value, or holds none.
        case unexpectedEnd
        /// No value, separator or bracket can stand here: comments, trailing commas, `NaN`, UTF-16.
        case unexpectedByte
        /// A whole value, and then more than white space.
        case trailingBytes
        /// UTF-8 needs no mark for the order of its bytes; RFC 8259, section 8.1.
        case byteOrderMark
        /// A sequence cut short, overlong, beyond U+10FFFF, or a surrogate.
        case invalidUTF8
        /// A bare control character within a string; it has to be escaped.
        case controlCharacter
        case invalidEscape
        /// One half of a pair of `\u` escapes.
        case loneSurrogate
        /// Leading zeros, or digits missing.
        case invalidNumber
        /// At the second of two members with one key, escapes resolved. Readers would disagree.
        case duplicateKey
        /// At the bracket that opens one level too many.
        case tooDeep
    }
}

extension JSON {
    /// Returns the one value that `bytes` hold. RFC 8259, and stricter where that leaves a choice.
    ///
    /// `\u0000` is read like any other escape. Takes memory in proportion to the text, and no
    /// more of the stack for a deeper one.
    ///
    /// - Parameter maximumDepth: how many arrays and objects may lie in each other; at most 512,
    ///   because values are compared, written and released recursively.
    public static func parse(
        _ bytes: [UInt8], maximumDepth: Int = 32
    ) throws(JSONError) -> JSON {
        var parser = JSONParser(bytes: bytes, maximumDepth: min(maximumDepth, 512))
        return try parser.document()
    }
}

/// One pass over the text, with the open arrays and objects on a stack of its own.
private struct JSONParser {
    let bytes: [UInt8]
    let maximumDepth: Int
    var position = 0
    /// The arrays and objects around `position`, the innermost last.
    var open: [OpenContainer] = []

    init(bytes: [UInt8], maximumDepth: Int) {
        (self.bytes, self.maximumDepth) = (bytes, maximumDepth)
    }

    mutating func document() throws(JSONError) -> JSON {
        if bytes.starts(with: [0xef, 0xbb, 0xbf]) { throw error(.byteOrderMark) }
        while true {
            skipSpace()
            if let value = try valueOrOpening(), let whole = try close(value) {
                skipSpace()
                guard position == bytes.count else { throw error(.trailingBytes) }
                return whole
            }
        }
    }

    /// Reads a scalar or an empty container, or opens a container and returns `nil`.
    private mutating func valueOrOpening() throws(JSONError) -> JSON? {
        guard let byte = peek else { throw error(.unexpectedEnd) }
        switch byte {
        case UInt8(ascii: "["):
            try enter()
            if skip(UInt8(ascii: "]")) { return .array([]) }
            open.append(OpenContainer(isObject: false))
            return nil
        case UInt8(ascii: "{"):
            try enter()
            if skip(UInt8(ascii: "}")) { return .object([JSONMember]()) }
            open.append(OpenContainer(isObject: true))
            try key()
            return nil
        case UInt8(ascii: "\""): return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return try number()
        case UInt8(ascii: "t"): return try word("true", .bool(true))
        case UInt8(ascii: "f"): return try word("false", .bool(false))
        case UInt8(ascii: "n"): return try word("null", .null)
        default: throw error(.unexpectedByte)
        }
    }

    /// Puts a finished value into what is open, closing as much as ends here.
    ///
    /// Returns the value of the whole text once nothing is open, and `nil` where another follows.
    private mutating func close(_ finished: JSON) throws(JSONError) -> JSON? {
        var value = finished
        while let innermost = open.indices.last {
            skipSpace()
            guard let byte = peek else { throw error(.unexpectedEnd) }
            // In place, and not by pattern: taken out by `case`, the elements would be copied.
            open[innermost].append(value)
            let isObject = open[innermost].isObject
            if byte == UInt8(ascii: ",") {
                position += 1
                skipSpace()
                if isObject { try key() }
                return nil
            }
            guard byte == (isObject ? UInt8(ascii: "}") : UInt8(ascii: "]")) else {
                throw error(.unexpectedByte)
            }
            position += 1
            value = open.removeLast().value
        }
        return value
    }

    private mutating func enter() throws(JSONError) {
        guard open.count < maximumDepth else { throw error(.tooDeep) }
        position += 1
        skipSpace()
    }

    /// Reads the next key of the innermost object, and its colon.
    private mutating func key() throws(JSONError) {
        guard let byte = peek else { throw error(.unexpectedEnd) }
        guard byte == UInt8(ascii: "\"") else { throw error(.unexpectedByte) }
        let start = position
        let key = try string()
        guard open[open.count - 1].begin(key) else {
            throw JSONError(offset: start, reason: .duplicateKey)
        }
        skipSpace()
        guard let byte = peek else { throw error(.unexpectedEnd) }
        guard byte == UInt8(ascii: ":") else { throw error(.unexpectedByte) }
        position += 1
    }

    // MARK: Scalars

    private mutating func word(_ text: String, _ value: JSON) throws(JSONError) -> JSON {
        for expected in text.utf8 {
            guard let byte = peek else { throw error(.unexpectedEnd) }
            guard byte == expected else { throw error(.unexpectedByte) }
            position += 1
        }
        return value
    }

    private mutating func number() throws(JSONError) -> JSON {
        let start = position
        let isNegative = skip(UInt8(ascii: "-"))
        if skip(UInt8(ascii: "0")) {
            if isDigit { throw error(.invalidNumber) }
        } else {
            try digits()
        }
        var isPlain = true
        if skip(UInt8(ascii: ".")) {
            isPlain = false
            try digits()
        }
        if skip(UInt8(ascii: "e")) || skip(UInt8(ascii: "E")) {
            isPlain = false
            if !skip(UInt8(ascii: "+")) { _ = skip(UInt8(ascii: "-")) }
            try digits()
        }
        let text = String(decoding: bytes[start..<position], as: UTF8.self)
        // Minus zero is no Int64: as 0 it would not be written as it was read.
        if isPlain, let value = Int64(text), !(isNegative && value == 0) { return .integer(value) }
        return .decimal(text)
    }

    private mutating func digits() throws(JSONError) {
        guard peek != nil else { throw error(.unexpectedEnd) }
        guard isDigit else { throw error(.invalidNumber) }
        while isDigit { position += 1 }
    }

    /// Reads a string from its opening to its closing quote.
    private mutating func string() throws(JSONError) -> String {
        position += 1
        var start = position
        var unescaped: [UInt8] = []
        while true {
            guard let byte = peek else { throw error(.unexpectedEnd) }
            switch byte {
            case UInt8(ascii: "\""):
                let end = position
                position += 1
                if unescaped.isEmpty { return String(decoding: bytes[start..<end], as: UTF8.self) }
                unescaped += bytes[start..<end]
                return String(decoding: unescaped, as: UTF8.self)
            case UInt8(ascii: "\\"):
                unescaped += bytes[start..<position]
                unescaped += try escape().utf8
                start = position
            case 0..<0x20: throw error(.controlCharacter)
            case 0x20..<0x80: position += 1
            default:
                guard let length = sequenceLength() else { throw error(.invalidUTF8) }
                position += length
            }
        }
    }

    private mutating func escape() throws(JSONError) -> Unicode.Scalar {
        let start = position
        position += 1
        guard let byte = peek else { throw error(.unexpectedEnd) }
        position += 1
        switch byte {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): return Unicode.Scalar(byte)
        case UInt8(ascii: "b"): return "\u{8}"
        case UInt8(ascii: "f"): return "\u{c}"
        case UInt8(ascii: "n"): return "\n"
        case UInt8(ascii: "r"): return "\r"
        case UInt8(ascii: "t"): return "\t"
        case UInt8(ascii: "u"): break
        default: throw JSONError(offset: start, reason: .invalidEscape)
        }
        let unit = try fourHexDigits(start)
        if let scalar = Unicode.Scalar(unit) { return scalar }
        // A surrogate: only a high one with a low one right behind it is a character.
        guard unit < 0xdc00, skip(UInt8(ascii: "\\")), skip(UInt8(ascii: "u")) else {
            if position == bytes.count { throw error(.unexpectedEnd) }
            throw JSONError(offset: start, reason: .loneSurrogate)
        }
        let low = try fourHexDigits(start)
        guard (0xdc00..<0xe000).contains(low),
            let scalar = Unicode.Scalar(0x10000 + (unit - 0xd800) << 10 + (low - 0xdc00))
        else { throw JSONError(offset: start, reason: .loneSurrogate) }
        return scalar
    }

    private mutating func fourHexDigits(_ start: Int) throws(JSONError) -> UInt32 {
        var value: UInt32 = 0
        for _ in 0..<4 {
            guard let byte = peek else { throw error(.unexpectedEnd) }
            let digit: UInt8
            switch byte {
            case UInt8(ascii: "0")...UInt8(ascii: "9"): digit = byte - UInt8(ascii: "0")
            case UInt8(ascii: "a")...UInt8(ascii: "f"): digit = byte - UInt8(ascii: "a") + 10
            case UInt8(ascii: "A")...UInt8(ascii: "F"): digit = byte - UInt8(ascii: "A") + 10
            default: throw JSONError(offset: start, reason: .invalidEscape)
            }
            value = value << 4 | UInt32(digit)
            position += 1
        }
        return value
    }

    /// The length of the well-formed sequence of two to four bytes at `position`.
    ///
    /// Source: The Unicode Standard, table 3-7. Only the second byte has ranges of its own: they
    /// shut out overlong forms, surrogates, and what lies above U+10FFFF.
    private func sequenceLength() -> Int? {
        let length: Int
        var second: ClosedRange<UInt8> = 0x80...0xbf
        switch bytes[position] {
        case 0xc2...0xdf: length = 2
        case 0xe0: (length, second) = (3, 0xa0...0xbf)
        case 0xed: (length, second) = (3, 0x80...0x9f)
        case 0xe1...0xef: length = 3
        case 0xf0: (length, second) = (4, 0x90...0xbf)
        case 0xf1...0xf3: length = 4
        case 0xf4: (length, second) = (4, 0x80...0x8f)
        default: return nil
        }
        guard position + length <= bytes.count, second.contains(bytes[position + 1]) else {
            return nil
        }
        for byte in bytes[(position + 2)..<(position + length)] where byte & 0xc0 != 0x80 {
            return nil
        }
        return length
    }

    // MARK: Bytes

    private var peek: UInt8? { position < bytes.count ? bytes[position] : nil }

    private var isDigit: Bool {
        guard let byte = peek else { return false }
        return (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
    }

    /// Steps over `byte` if it stands here.
    private mutating func skip(_ byte: UInt8) -> Bool {
        guard peek == byte else { return false }
        position += 1
        return true
    }

    private mutating func skipSpace() {
        while let byte = peek, byte == 0x20 || byte == 0x0a || byte == 0x0d || byte == 0x09 {
            position += 1
        }
    }

    private func error(_ reason: JSONError.Reason) -> JSONError {
        JSONError(offset: position, reason: reason)
    }
}

/// An array or object before its closing bracket.
private struct OpenContainer {
    let isObject: Bool
    private var elements: [JSON] = []
    private var members: [JSONMember] = []
    /// The key that waits for its value.
    private var key = ""
    /// Filled only once there are many members, so that a hostile object costs no time squared and
    /// a usual one no second copy of its keys.
    private var keys: Set<[UInt8]> = []
    private static let many = 16

    init(isObject: Bool) { self.isObject = isObject }

    var value: JSON { isObject ? .object(members) : .array(elements) }

    /// Takes the next key of an object; false if it is there already.
    mutating func begin(_ key: String) -> Bool {
        self.key = key
        guard members.count >= Self.many else {
            return !members.contains { $0.key.utf8.elementsEqual(key.utf8) }
        }
        if keys.isEmpty { keys = Set(members.map { Array($0.key.utf8) }) }
        return keys.insert(Array(key.utf8)).inserted
    }

    mutating func append(_ value: JSON) {
        if isObject {
            members.append(JSONMember(key, value))
        } else {
            elements.append(value)
        }
    }
}
