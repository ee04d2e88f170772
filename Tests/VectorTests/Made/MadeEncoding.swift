import SyncCore
import SyncProtocol

extension Made {
    /// Numbers, texts, values: `encoding.md`.
    static var encoding: [VectorFile] {
        var files = [
            VectorFile(
                "encoding/varint.json",
                [
                    "about": "Unsigned numbers in their one form.", "form": "varint",
                    "cases": .array(
                        [0, 1, 127, 128, 300, 16383, 16384, 1 << 53, .max].map { (value: UInt64) in
                            .object([
                                "value": value > Int64.max
                                    ? .decimal("\(value)") : .integer(Int64(value)),
                                "bytes": bytes { $0.varint(value) },
                            ])
                        }),
                ]),
            VectorFile(
                "encoding/zigzag.json",
                [
                    "about": "Signed numbers.", "form": "zigzag",
                    "cases": .array(
                        [0, -1, 1, -64, 64, .min, .max].map { (value: Int64) in
                            .object([
                                "value": .integer(value), "bytes": bytes { $0.zigzag(value) },
                            ])
                        }),
                ]),
            VectorFile(
                "encoding/value.json",
                [
                    "about":
                        "One value of every kind, in the order of values; nothing is normalised.",
                    "form": "value",
                    "cases": .array(
                        values.map { value in
                            .object(["value": value.rendering, "bytes": bytes { $0.value(value) }])
                        }),
                ]),
            VectorFile(
                "encoding/numbers.json",
                [
                    "about": "Sets of numbers as ranges.", "form": "numbers",
                    "cases": .array(
                        [[], [1...1], [1...3, 7...7], [2...(1 << 53)]].map {
                            (ranges: [ClosedRange<UInt64>]) in
                            let set = NumberSet(ranges: ranges)!
                            return .object([
                                "value": set.rendering, "bytes": bytes { $0.numbers(set) },
                            ])
                        }),
                ]),
            VectorFile(
                "encoding/base32.json",
                [
                    "about": "Bytes as text.", "form": "base32",
                    "cases": .array(
                        [
                            [], [0], [255], [1, 2, 3, 4, 5], [UInt8](repeating: 0x5a, count: 16),
                            (0..<32).map { UInt8($0 * 8) },
                        ].map { (content: [UInt8]) in
                            .object([
                                "value": .string(Base32.encode(content)), "bytes": .hex(content),
                            ])
                        }),
                ]),
        ]
        for (name, about, form, content, error) in badForms {
            files.append(
                VectorFile(
                    "encoding/invalid/\(name).json",
                    [
                        "about": .string(about), "form": .string(form), "bytes": .hex(content),
                        "error": .string(error),
                    ]))
        }
        for (name, about, text) in badBase32 {
            files.append(
                VectorFile(
                    "encoding/invalid/\(name).json",
                    [
                        "about": .string(about), "form": "base32", "text": .string(text),
                        "error": "base32",
                    ]))
        }
        return files
    }

    static let values: [Value] = [
        .absent, .bool(false), .bool(true), .integer(-1), .integer(0), .integer(300),
        .text(""), .text("e\u{301}"), .text("\u{e9}"), .text("户"), .bytes([]), .bytes([0, 1]),
        .day(CalendarDate("0001-01-01")!), .day(CalendarDate("1970-01-01")!),
        .day(CalendarDate("2026-11-21")!), .reference(Specimen.home), .group([]),
        .group([.absent, .text("x")]), .group([.integer(1), .text("x")]),
    ]

    private static let badForms: [(String, String, String, [UInt8], String)] = [
        ("varint-longer-than-needed", "0 in two bytes.", "varint", [0x80, 0], "malformedNumber"),
        (
            "varint-beyond-64-bits", "The tenth byte holds two bits.", "varint",
            [UInt8](repeating: 0xff, count: 9) + [2], "malformedNumber"
        ),
        (
            "varint-of-eleven-bytes", "It never ends.", "varint",
            [UInt8](repeating: 0x80, count: 10) + [1], "malformedNumber"
        ),
        ("varint-cut-short", "The next byte is missing.", "varint", [0x80], "truncated"),
        ("value-unknown-tag", "There is no kind 9.", "value", [9], "unknownTag"),
        ("value-group-in-group", "Groups don't nest.", "value", [8, 1, 8, 0], "unknownTag"),
        (
            "value-text-overlong-utf8", "A slash in two bytes.", "value", [4, 2, 0xc0, 0xaf],
            "malformedText"
        ),
        (
            "value-text-surrogate", "Half of a pair.", "value", [4, 3, 0xed, 0xa0, 0x80],
            "malformedText"
        ),
        (
            "value-text-cut-character", "The last character has two bytes of three.", "value",
            [4, 2, 0xe6, 0x88], "malformedText"
        ),
        (
            "value-text-longer-than-bytes", "Four bytes are announced, one is there.", "value",
            [4, 4, 0x61], "outOfRange"
        ),
        (
            "value-group-of-2-to-the-40", "Nobody makes room for that.", "value",
            [8, 0x80, 0x80, 0x80, 0x80, 0x80, 0x20], "outOfRange"
        ),
        (
            "value-day-after-9999", "The day after the last one.", "value",
            bytesOf {
                $0.byte(6)
                $0.zigzag(2_932_897)
            }, "outOfRange"
        ),
        (
            "value-reference-cut-short", "Fifteen bytes of a name.", "value",
            [7] + [UInt8](repeating: 1, count: 15), "truncated"
        ),
        ("value-trailing", "A byte follows the value.", "value", [0, 0], "trailing"),
        ("numbers-touch", "1 … 2 and 3 are one range.", "numbers", [2, 1, 1, 3, 0], "outOfOrder"),
        ("numbers-fall", "3 before 1.", "numbers", [2, 3, 0, 1, 0], "outOfOrder"),
        ("numbers-zero", "Numbers begin at 1.", "numbers", [1, 0, 0], "outOfRange"),
        (
            "numbers-beyond-2-to-the-53", "One more than there can be.", "numbers",
            bytesOf {
                $0.byte(1)
                $0.varint(UInt64(1 << 53))
                $0.varint(UInt64(1))
            }, "outOfRange"
        ),
    ]

    private static let badBase32: [(String, String, String)] = [
        ("base32-capital", "Only typed text is forgiven that.", "0W"),
        ("base32-letter-u", "u is not in the alphabet.", "0u"),
        ("base32-spare-bits", "Ten bits are a byte and two zeros; here one is set.", "01"),
        ("base32-spare-character", "One character holds no byte.", "0"),
    ]
}

/// Where the vectors are made. Each part writes one folder.
enum Made {
    static var all: [VectorFile] {
        get throws {
            try encoding + clock + changeSets + runs + states + merges + receipts + requests
                + responses + enrolment + exchange + files + bundles
                + [VectorFile(document: "schema.md", SchemaDocument.text)]
        }
    }

    static func bytesOf(_ write: (inout ByteWriter) -> Void) -> [UInt8] {
        var writer = ByteWriter()
        write(&writer)
        return writer.bytes
    }

    static func bytes(_ write: (inout ByteWriter) -> Void) -> JSON { .hex(bytesOf(write)) }
}
