import SyncCore
import SyncProtocol

extension Made {
    /// Codes and what a device signs to be let in: `messages.md`, "Enrolment".
    static var enrolment: [VectorFile] {
        let secret = [UInt8](repeating: 0x5e, count: 16)
        let authority = ContentHash(bytes: (0..<32).map { UInt8($0) })!
        let code = codeText([1] + secret + authority.bytes)
        let name = "笔记本 1"
        let key = Specimen.aliceKey
        let signed = secret + Specimen.alice.bytes + key.verifying.bytes + Array(name.utf8)
        let body = JSON.object([
            "v": 1, "secret": .string(Base32.encode(secret)),
            "replica": .string("\(Specimen.alice)"), "key": .string("\(key.verifying)"),
            "deviceName": .string(name),
            "signature": .string(
                Base32.encode(key.sign(signed, for: .enrolment).bytes)),
        ])
        var files = [
            VectorFile(
                "enrolment/code.json",
                [
                    "about": "A code as it is printed, and as people type it.",
                    "secret": .hex(secret), "authority": .hex(authority.bytes),
                    "code": .string(code),
                    "typed": .array([
                        .string(code.lowercased()),
                        .string(code.split(separator: "-").joined(separator: " ")),
                        .string(String(code.map { $0 == "0" ? "O" : $0 == "1" ? "l" : $0 })),
                    ]),
                ]),
            VectorFile(
                "enrolment/request.json",
                [
                    "about": "The body of POST /v1/enrol, of a device with a key from this seed.",
                    "seed": .hex(key.seed), "key": .hex(key.verifying.bytes), "body": body,
                ]),
        ]
        let bad: [(String, String, String)] = [
            ("code-empty", "Nothing was typed.", ""),
            (
                "code-one-character-wrong", "The check does not fit.",
                (code.hasPrefix("04") ? "05" : "04") + code.dropFirst(2)
            ),
            ("code-cut-short", "The last group is missing.", String(code.dropLast(3))),
            (
                "code-of-version-2", "A version to come, with a right check.",
                codeText([2] + secret + authority.bytes)
            ),
            ("code-with-u", "u is not in the alphabet.", "U" + code.dropFirst()),
        ]
        for (name, about, typed) in bad {
            files.append(
                VectorFile(
                    "enrolment/invalid/\(name).json",
                    ["about": .string(about), "typed": .string(typed), "error": "code"]))
        }
        for (name, about, bytes) in smallOrderKeys {
            files.append(
                VectorFile(
                    "enrolment/invalid/\(name).json",
                    ["about": .string(about), "key": .hex(bytes), "error": "key"]))
        }
        return files
    }

    /// Content, two bytes of its hash, in groups of five.
    private static func codeText(_ content: [UInt8]) -> String {
        let text = Base32.encode(content + Digests.sha256(content).bytes.prefix(2)).uppercased()
        var groups: [Substring] = []
        var rest = text[...]
        while !rest.isEmpty {
            groups.append(rest.prefix(5))
            rest = rest.dropFirst(5)
        }
        return groups.joined(separator: "-")
    }

    private static let smallOrderKeys: [(String, String, [UInt8])] = [
        ("key-zero", "A point of order 4.", [UInt8](repeating: 0, count: 32)),
        ("key-one", "The neutral point.", [1] + [UInt8](repeating: 0, count: 31)),
        (
            "key-of-order-8", "With the sign of x set.",
            [
                0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2,
                0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6, 0x33, 0x39, 0xb1, 0x38,
                0x02, 0x88, 0x6d, 0x53, 0xfc, 0x85,
            ]
        ),
        (
            "key-not-reduced", "The neutral point again, as p + 1.",
            [0xee] + [UInt8](repeating: 0xff, count: 30) + [0x7f]
        ),
    ]
}
