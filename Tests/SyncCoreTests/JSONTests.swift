import Testing

@testable import SyncCore

@Suite("JSON")
struct JSONTests {
    static func parse(_ text: String, maximumDepth: Int = 32) throws(JSONError) -> JSON {
        try JSON.parse(Array(text.utf8), maximumDepth: maximumDepth)
    }

    /// Every kind of value, both kinds of escapes, and characters of one to four bytes.
    static let sample = Array(
        #"""
        { "name" : "住户 é\u00e9 \ud83d\ude00 😀", "n":[0,-1,9223372036854775807,1.50,-2e-3],
        "flags":{"t":true,"f":false,"z":null},"empty":[[],{},""],"esc":"\"\\\/\b\f\n\r\t" }
        """#.utf8)

    // MARK: What is read

    @Test("a document is read in order, to the digit")
    func wholeDocument() throws {
        let expected: JSON = .object([
            "name": "住户 éé 😀 😀",
            "n": [0, -1, 9_223_372_036_854_775_807, .decimal("1.50"), .decimal("-2e-3")],
            "flags": .object(["t": true, "f": false, "z": .null]),
            "empty": [[], .object([:]), ""],
            "esc": "\"\\/\u{8}\u{c}\n\r\t",
        ])
        #expect(try JSON.parse(Self.sample) == expected)
    }

    static let numbers: [(String, JSON)] = [
        ("0", 0), ("-1", -1),
        ("9223372036854775807", .integer(.max)),
        ("-9223372036854775808", .integer(.min)),
        ("9223372036854775808", .decimal("9223372036854775808")),
        ("-9223372036854775809", .decimal("-9223372036854775809")),
        ("9007199254740993", 9_007_199_254_740_993),
        ("1e400", .decimal("1e400")), ("1e-400", .decimal("1e-400")),
        ("1.0", .decimal("1.0")), ("1E+2", .decimal("1E+2")),
        ("-0", .decimal("-0")), ("-0.0", .decimal("-0.0")),
    ]
    @Test("numbers are exact, and written as they were read", arguments: numbers)
    func number(text: String, expected: JSON) throws {
        let value = try Self.parse(text)
        #expect(value == expected)
        #expect(value.text == text)
    }

    @Test(
        "only a whole number written as one is an integer",
        arguments: ["1.0", "1e2", "-0", "\"1\""])
    func noInteger(text: String) throws {
        #expect(try Self.parse(text).integer == nil)
    }

    static let strings: [(String, String)] = [
        (#""\u0000""#, "\0"), (#""\u00E9\u00e9""#, "éé"), (#""\uD834\uDD1E""#, "\u{1d11e}"),
        (#""\uffff""#, "\u{ffff}"), ("\"\u{7f}\u{2028}\"", "\u{7f}\u{2028}"),
        ("\"👨‍👩‍👧‍👦𠮷བོདئۇيغۇرᠮᠣᠩ\u{202e}\"", "👨‍👩‍👧‍👦𠮷བོདئۇيغۇرᠮᠣᠩ\u{202e}"),
        ("\"e\u{301}\"", "e\u{301}"),
    ]
    @Test("strings keep their bytes", arguments: strings)
    func string(text: String, expected: String) throws {
        let string = try #require(try Self.parse(text).string)
        #expect(Array(string.utf8) == Array(expected.utf8))
    }

    @Test("10,000 combining marks are kept")
    func combiningMarks() throws {
        let text = "a" + String(repeating: "\u{334}", count: 10_000)
        #expect(try JSON.parse(JSON.string(text).bytes()) == .string(text))
    }

    @Test("keys that differ by normalisation only are two keys")
    func normalisation() throws {
        let value = try Self.parse("{\"\u{e9}\":1,\"e\u{301}\":2}")
        #expect(value["\u{e9}"] == 1)
        #expect(value["e\u{301}"] == 2)
        #expect(JSON.string("\u{e9}") != JSON.string("e\u{301}"))
        #expect(JSONMember("\u{e9}", 1) != JSONMember("e\u{301}", 1))
    }

    @Test("the first byte decides what a value answers to")
    func accessors() throws {
        let value = try JSON.parse(Self.sample)
        #expect(value["flags"]?["t"]?.bool == true)
        #expect(value["flags"]?["z"]?.isNull == true)
        #expect(value["n"]?.array?.first?.integer == 0)
        #expect(value["empty"]?.array?.last?.string == "")
        #expect(value.members?.map(\.key) == ["name", "n", "flags", "empty", "esc"])
        #expect(value["absent"] == nil)
        #expect(value["n"]?["x"] == nil)
        #expect(value.string == nil)
        #expect(value.array == nil)
        #expect(value.bool == nil)
        #expect(value["n"]?.members == nil)
        #expect(!value.isNull)
    }

    // MARK: What is refused

    static let refused: [(String, Int, JSONError.Reason)] = [
        // Duplicate keys, also by escapes, also among many.
        (#"{"a":1,"a":2}"#, 7, .duplicateKey),
        (#"{"roles":1,"ro\u006ces":2}"#, 11, .duplicateKey),
        ("{" + (0..<40).map { "\"k\($0)\":0," }.joined() + "\"k7\":0}", 311, .duplicateKey),
        ("{" + (0..<40).map { "\"k\($0)\":0," }.joined() + "\"k39\":0}", 311, .duplicateKey),
        // Leniency of other readers.
        ("[1,]", 3, .unexpectedByte), (#"{"a":1,}"#, 7, .unexpectedByte),
        ("[,1]", 1, .unexpectedByte),
        ("/* */1", 0, .unexpectedByte), ("1//", 1, .trailingBytes), ("[1 2]", 3, .unexpectedByte),
        ("NaN", 0, .unexpectedByte), ("Infinity", 0, .unexpectedByte),
        ("-Infinity", 1, .invalidNumber),
        ("nul", 3, .unexpectedEnd), ("nulL", 3, .unexpectedByte), ("True", 0, .unexpectedByte),
        ("01", 1, .invalidNumber), ("-01", 2, .invalidNumber), ("+1", 0, .unexpectedByte),
        (".5", 0, .unexpectedByte), ("1.", 2, .unexpectedEnd), ("[1.]", 3, .invalidNumber),
        ("[1e]", 3, .invalidNumber), ("[1e+]", 4, .invalidNumber), ("0x1", 1, .trailingBytes),
        ("1 2", 2, .trailingBytes), ("{}}", 2, .trailingBytes), ("1\0", 1, .trailingBytes),
        ("'a'", 0, .unexpectedByte), ("{a:1}", 1, .unexpectedByte),
        (#"{"a" 1}"#, 5, .unexpectedByte),
        (#"{"a":}"#, 5, .unexpectedByte), ("[1}", 2, .unexpectedByte),
        (#"{"a":1]"#, 6, .unexpectedByte),
        ("]", 0, .unexpectedByte), ("", 0, .unexpectedEnd), (" \n", 2, .unexpectedEnd),
        ("\u{a0}1", 0, .unexpectedByte), ("\u{b}1", 0, .unexpectedByte),
        // Strings.
        ("\"a\nb\"", 2, .controlCharacter), ("\"\0\"", 1, .controlCharacter),
        ("\"\u{1f}\"", 1, .controlCharacter),
        (#""\x""#, 1, .invalidEscape), (#""\u12g4""#, 1, .invalidEscape),
        (#""\u+123""#, 1, .invalidEscape),
        (#""\ud800""#, 1, .loneSurrogate), (#""\udc00\ud800""#, 1, .loneSurrogate),
        (#""\ud800\u0041""#, 1, .loneSurrogate), (#""\ud800\n""#, 1, .loneSurrogate),
        (#""\ud800\"#, 8, .unexpectedEnd),
        (#"["\ud83d\ud83d\ude00"]"#, 2, .loneSurrogate),
    ]
    @Test("what RFC 8259 does not allow is refused where it stands", arguments: refused)
    func refusal(text: String, offset: Int, reason: JSONError.Reason) {
        #expect(throws: JSONError(offset: offset, reason: reason)) { try Self.parse(text) }
    }

    static let invalidUTF8: [[UInt8]] = [
        [0x80], [0xbf], [0xc0, 0xaf], [0xc1, 0xbf], [0xc2], [0xc2, 0x41], [0xe0, 0x80, 0x80],
        [0xe0, 0x9f, 0xbf], [0xe4, 0xbd], [0xe4, 0xbd, 0x41], [0xed, 0xa0, 0x80],
        [0xed, 0xbf, 0xbf], [0xf0, 0x8f, 0xbf, 0xbf], [0xf0, 0x9f, 0x98], [0xf4, 0x90, 0x80, 0x80],
        [0xf5, 0x80, 0x80, 0x80], [0xf8, 0x88, 0x80, 0x80, 0x80], [0xfe], [0xff],
    ]
    @Test("invalid UTF-8 is refused, in keys, in values and at the end", arguments: invalidUTF8)
    func badSequence(sequence: [UInt8]) {
        let quote = UInt8(ascii: "\"")
        let texts: [[UInt8]] = [
            [quote, UInt8(ascii: "a")] + sequence + [quote],
            [UInt8(ascii: "{"), quote] + sequence + [quote] + Array(":1}".utf8),
            [UInt8(ascii: " "), quote] + sequence,
        ]
        for text in texts {
            #expect(throws: JSONError(offset: 2, reason: .invalidUTF8)) { try JSON.parse(text) }
        }
    }

    @Test("every code point is read as UTF-8 and as an escape")
    func everyScalar() throws {
        for value in UInt32(0)...0x10ffff {
            guard let scalar = Unicode.Scalar(value), value < 0x3000 || value % 97 == 0 else {
                continue
            }
            let string = JSON.string(String(scalar))
            #expect(try JSON.parse(string.bytes()) == string)
            let escaped = String(scalar).utf16.map { unit in
                let digits = String(unit, radix: 16)
                return "\\u" + String(repeating: "0", count: 4 - digits.count) + digits
            }
            #expect(try Self.parse("\"" + escaped.joined() + "\"") == string)
        }
    }

    @Test("a byte order mark and other encodings are refused")
    func encodings() {
        #expect(throws: JSONError(offset: 0, reason: .byteOrderMark)) {
            try Self.parse("\u{feff}{}")
        }
        let foreign: [[UInt8]] = [
            [0xff, 0xfe, 0x7b, 0, 0x7d, 0], [0xfe, 0xff, 0, 0x7b, 0, 0x7d], [0, 0x7b, 0, 0x7d],
        ]
        for bytes in foreign {
            #expect(throws: JSONError(offset: 0, reason: .unexpectedByte)) {
                try JSON.parse(bytes)
            }
        }
        #expect(throws: JSONError(offset: 1, reason: .unexpectedByte)) {
            try JSON.parse([0x7b, 0, 0x7d, 0])
        }
    }

    // MARK: Limits

    @Test("depth ends where it is told to")
    func depth() throws {
        func nested(_ depth: Int) -> String {
            String(repeating: "[", count: depth) + String(repeating: "]", count: depth)
        }
        #expect(throws: Never.self) { try Self.parse(nested(32)) }
        #expect(throws: JSONError(offset: 32, reason: .tooDeep)) { try Self.parse(nested(33)) }
        #expect(throws: JSONError(offset: 4, reason: .tooDeep)) {
            try Self.parse(#"{"":{}}"#, maximumDepth: 1)
        }
        #expect(throws: JSONError(offset: 0, reason: .tooDeep)) {
            try Self.parse("[]", maximumDepth: 0)
        }
        #expect(try Self.parse("1", maximumDepth: 0) == 1)
        #expect(throws: JSONError(offset: 512, reason: .tooDeep)) {
            try Self.parse(nested(1_000_000), maximumDepth: .max)
        }
    }

    @Test("a million empty arrays and 100,000 members are read in no time squared")
    func wide() throws {
        let arrays = "[" + String(repeating: "[],", count: 1_000_000) + "[]]"
        #expect(try Self.parse(arrays).array?.count == 1_000_001)
        let members = "{" + (0..<100_000).map { "\"\($0)\":0" }.joined(separator: ",") + "}"
        #expect(try Self.parse(members).members?.count == 100_000)
    }

    @Test("a document cut anywhere is refused, and only for that")
    func truncated() {
        for count in 0..<Self.sample.count {
            do throws(JSONError) {
                _ = try JSON.parse(Array(Self.sample.prefix(count)))
                Issue.record("cut at \(count) and still a document")
            } catch {
                // A character cut in two is not valid UTF-8; all else ends too early.
                #expect(error.reason == .unexpectedEnd || error.reason == .invalidUTF8)
                #expect(error.offset <= count)
            }
        }
    }

    @Test("a flipped bit gives an error in the text, or another document that can be written")
    func flipped() {
        var read = 0
        for bit in 0..<Self.sample.count * 8 {
            var bytes = Self.sample
            bytes[bit / 8] ^= 1 << UInt8(bit % 8)
            do throws(JSONError) {
                let value = try JSON.parse(bytes)
                #expect(try JSON.parse(value.bytes()) == value)
                read += 1
            } catch {
                #expect(error.offset <= bytes.count)
            }
        }
        #expect(read > 100)
    }

    // MARK: Writing

    static let written: [(JSON, String)] = [
        (.null, "null"), (true, "true"), (false, "false"), (-7, "-7"), ("", #""""#), ([], "[]"),
        (.object([:]), "{}"), (.object(["b": 1, "a": [2, .null]]), #"{"b":1,"a":[2,null]}"#),
        ("\"\\/\u{0}\u{8}\u{c}\u{1f}\n\r\t", #""\"\\/\u0000\u0008\u000c\u001f\n\r\t""#),
        ("\u{2028}\u{2029}\u{7f}é住😀e\u{301}", "\"\\u2028\\u2029\u{7f}é住😀e\u{301}\""),
        (.object(["\n\u{2028}": 1]), #"{"\n\u2028":1}"#),
        (.decimal("1e400"), "1e400"),
    ]
    @Test("texts are compact and escape what must be", arguments: written)
    func write(value: JSON, text: String) {
        #expect(Array(value.text.utf8) == Array(text.utf8))
    }

    @Test("what was written is read back the same", arguments: 0..<200 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = Numbers(state: seed)
        let value = JSON.sample(depth: 6, using: &generator)
        let bytes = value.bytes()
        let again = try JSON.parse(bytes)
        #expect(again == value)
        #expect(again.hashValue == value.hashValue)
        #expect(again.bytes() == bytes)
    }

    @Test("generated values are not all alike")
    func samplesDiffer() {
        let values = (0..<200 as Range<UInt64>).map { seed in
            var generator = Numbers(state: seed)
            return JSON.sample(depth: 6, using: &generator)
        }
        #expect(Set(values).count > 100)
        #expect(values.contains { ($0.members?.count ?? 0) > 20 })
    }

    @Test("an object made with a key twice is a bug")
    func builtTwice() async {
        await #expect(processExitsWith: .failure) { _ = JSON.object(["a": 1, "a": 2]) }
    }

    @Test("a decimal that is no number is a bug when written")
    func noNumber() async {
        await #expect(processExitsWith: .failure) { _ = JSON.decimal("01").bytes() }
    }
}

/// SplitMix64: Steele, Lea and Flood 2014.
private struct Numbers: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9e37_79b9_7f4a_7c15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xbf58_476d_1ce4_e5b9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94d0_49bb_1331_11eb
        return mixed ^ (mixed >> 31)
    }
}

extension JSON {
    fileprivate static func sample(depth: Int, using generator: inout Numbers) -> JSON {
        switch Int.random(in: 0..<(depth > 0 ? 9 : 5), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2:
            return .integer(
                Int64(bitPattern: generator.next()) >> Int64.random(in: 0..<64, using: &generator))
        case 3:
            let numbers = ["-0", "0.10", "1e400", "-1E-7", "18446744073709551616"]
            return .decimal(numbers.randomElement(using: &generator) ?? "-0")
        case 4: return .string(text(using: &generator))
        case 5, 6:
            return .array(
                (0..<Int.random(in: 0..<6, using: &generator)).map { _ in
                    sample(depth: depth - 1, using: &generator)
                })
        default:
            let count = Int.random(in: 0..<(depth == 6 ? 30 : 5), using: &generator)
            return .object(
                (0..<count).map { index in
                    // Numbered, for keys must differ.
                    JSONMember(
                        text(using: &generator) + String(index),
                        sample(depth: depth - 1, using: &generator))
                })
        }
    }

    private static func text(using generator: inout Numbers) -> String {
        let pieces = [
            "a", "\"", "\\", "\0", "\n", "\u{1f}", "é", "e\u{301}", "\u{2028}", "住", "😀", "/",
        ]
        return (0..<Int.random(in: 0..<8, using: &generator)).map { _ in
            pieces.randomElement(using: &generator) ?? ""
        }.joined()
    }
}
