internal import SyncCore

/// A piece of HTML that can't hold unescaped text: what is written in the source is markup, what is
/// interpolated is escaped, and only `HTML` goes in as it is.
///
/// Control characters and those that turn the direction of writing are shown as what they are, so
/// that no stored name changes what an administrator sees beside it.
struct HTML: Sendable, ExpressibleByStringInterpolation {
    private(set) var source: String

    init(stringLiteral source: String) { self.source = source }
    init(stringInterpolation: Interpolation) { source = stringInterpolation.source }
    private init(source: String) { self.source = source }

    static let empty: HTML = ""

    struct Interpolation: StringInterpolationProtocol {
        fileprivate var source = ""

        init(literalCapacity: Int, interpolationCount: Int) {
            source.reserveCapacity(literalCapacity + 16 * interpolationCount)
        }

        mutating func appendLiteral(_ literal: String) { source += literal }
        mutating func appendInterpolation(_ html: HTML) { source += html.source }
        mutating func appendInterpolation(_ html: HTML?) { source += html?.source ?? "" }
        mutating func appendInterpolation(_ parts: [HTML]) {
            for part in parts { source += part.source }
        }
        /// Text to be read.
        mutating func appendInterpolation(_ text: String) {
            HTML.escape(text, makingVisible: true, into: &source)
        }
        mutating func appendInterpolation(_ number: some BinaryInteger) { source += "\(number)" }
        mutating func appendInterpolation(_ name: some Identifier) { source += "\(name)" }
        /// Text to be edited or sent back: exact, whatever characters it has.
        mutating func appendInterpolation(exactly text: String) {
            HTML.escape(text, makingVisible: false, into: &source)
        }
        /// Text that somebody entered, kept apart from the direction of what stands around it.
        mutating func appendInterpolation(stored text: String) {
            source += "<bdi>"
            HTML.escape(text, makingVisible: true, into: &source)
            source += "</bdi>"
        }
    }

    static func += (left: inout HTML, right: HTML) { left.source += right.source }

    static func joined(_ parts: [HTML], by separator: HTML) -> HTML {
        HTML(source: parts.map(\.source).joined(separator: separator.source))
    }

    /// Names that people entered, after each other.
    static func list(_ names: [String]) -> HTML {
        joined(names.map { "<span class=\"name\">\(stored: $0)</span>" }, by: ", ")
    }

    private static func escape(_ text: String, makingVisible: Bool, into result: inout String) {
        for scalar in text.unicodeScalars {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\"": result += "&quot;"
            case "'": result += "&#39;"
            case _ where makingVisible && isHidden(scalar):
                // In brackets that no ordinary text has, by number: it can't be mistaken for a
                // letter.
                result += "\u{27e6}U+\(hex(scalar))\u{27e7}"
            default: result.unicodeScalars.append(scalar)
            }
        }
    }

    private static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0x09, 0x0a, 0x0d: false
        case 0x00...0x1f, 0x7f...0x9f, 0x061c, 0x200b, 0x200e, 0x200f, 0x2028...0x202e,
            0x2060...0x206f, 0xfeff, 0xfff9...0xfffb, 0xe0000...0xe007f:
            true
        default: false
        }
    }

    private static func hex(_ scalar: Unicode.Scalar) -> String {
        let digits = String(scalar.value, radix: 16, uppercase: true)
        return String(repeating: "0", count: max(0, 4 - digits.utf8.count)) + digits
    }
}
