/// Crockford's base 32 in lower case, without padding or check character.
///
/// Source: https://www.crockford.com/base32.html. Reading is strict (no upper case, no
/// look-alikes), so that a name has one spelling; what people type goes through `Base32.forgiving`
/// first.
public enum Base32 {
    private static let alphabet: [UInt8] = Array("0123456789abcdefghjkmnpqrstvwxyz".utf8)

    /// Returns the text of `bytes`, five bits to a character, the last one filled with zeros.
    public static func encode(_ bytes: some Collection<UInt8>) -> String {
        var text: [UInt8] = []
        text.reserveCapacity((bytes.count * 8 + 4) / 5)
        var buffer: UInt32 = 0
        var bits = 0
        for byte in bytes {
            buffer = buffer << 8 | UInt32(byte)
            bits += 8
            while bits >= 5 {
                bits -= 5
                text.append(alphabet[Int(buffer >> UInt32(bits) & 31)])
            }
            buffer &= (1 << UInt32(bits)) - 1
        }
        if bits > 0 { text.append(alphabet[Int(buffer << UInt32(5 - bits) & 31)]) }
        return String(decoding: text, as: UTF8.self)
    }

    /// Returns the bytes of `text`; `nil` for a foreign character, a spare character or spare bits
    /// set.
    public static func decode(_ text: String) -> [UInt8]? {
        var bytes: [UInt8] = []
        var buffer: UInt32 = 0
        var bits = 0
        for character in text.utf8 {
            guard let value = alphabet.firstIndex(of: character) else { return nil }
            buffer = buffer << 5 | UInt32(value)
            bits += 5
            if bits >= 8 {
                bits -= 8
                bytes.append(UInt8(truncatingIfNeeded: buffer >> UInt32(bits)))
                buffer &= (1 << UInt32(bits)) - 1
            }
        }
        guard bits < 5, buffer == 0 else { return nil }
        return bytes
    }

    /// Returns what was probably meant by typed text: lower case, o and i and l as digits, no
    /// hyphens.
    public static func forgiving(_ text: String) -> String {
        String(
            decoding: text.utf8.compactMap { character -> UInt8? in
                switch character {
                case UInt8(ascii: "-"), UInt8(ascii: " "): return nil
                case UInt8(ascii: "A")...UInt8(ascii: "Z"):
                    return forgivingLower(character + 32)
                default: return forgivingLower(character)
                }
            }, as: UTF8.self)
    }

    private static func forgivingLower(_ character: UInt8) -> UInt8 {
        switch character {
        case UInt8(ascii: "o"): UInt8(ascii: "0")
        case UInt8(ascii: "i"), UInt8(ascii: "l"): UInt8(ascii: "1")
        default: character
        }
    }
}
