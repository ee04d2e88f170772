extension JSON {
    /// The value as text, in UTF-8: the same bytes for equal values, without white space.
    ///
    /// Control characters are escaped, and so are U+2028 and U+2029, which end a line in
    /// JavaScript. A `.decimal` that holds no number is a bug.
    public func bytes() -> [UInt8] {
        var output: [UInt8] = []
        write(to: &output)
        return output
    }

    /// `bytes()` as a string.
    public var text: String { String(decoding: bytes(), as: UTF8.self) }

    private func write(to output: inout [UInt8]) {
        switch self {
        case .null: output += "null".utf8
        case .bool(let value): output += (value ? "true" : "false").utf8
        case .integer(let value): output += String(value).utf8
        case .decimal(let text):
            precondition(Self.isNumber(text), "no JSON number")
            output += text.utf8
        case .string(let text): Self.write(text, to: &output)
        case .array(let elements):
            output.append(UInt8(ascii: "["))
            for (index, element) in elements.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                element.write(to: &output)
            }
            output.append(UInt8(ascii: "]"))
        case .object(let members):
            output.append(UInt8(ascii: "{"))
            for (index, member) in members.enumerated() {
                if index > 0 { output.append(UInt8(ascii: ",")) }
                Self.write(member.key, to: &output)
                output.append(UInt8(ascii: ":"))
                member.value.write(to: &output)
            }
            output.append(UInt8(ascii: "}"))
        }
    }

    private static func write(_ text: String, to output: inout [UInt8]) {
        output.append(UInt8(ascii: "\""))
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": output += #"\""#.utf8
            case "\\": output += #"\\"#.utf8
            case "\n": output += #"\n"#.utf8
            case "\r": output += #"\r"#.utf8
            case "\t": output += #"\t"#.utf8
            case "\u{0}"..<"\u{20}":
                let digits = String(scalar.value, radix: 16)
                output += (digits.utf8.count == 1 ? #"\u000"# : #"\u00"#).utf8
                output += digits.utf8
            case "\u{2028}": output += #"\u2028"#.utf8
            case "\u{2029}": output += #"\u2029"#.utf8
            default: output += scalar.utf8
            }
        }
        output.append(UInt8(ascii: "\""))
    }

    private static func isNumber(_ text: String) -> Bool {
        switch try? parse(Array(text.utf8), maximumDepth: 0) {
        case .integer, .decimal: true
        default: false
        }
    }
}
