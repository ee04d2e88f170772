public import SyncCore

/// What is known of one thing, exact.
public enum FactValue: Hashable, Sendable {
    case count(Int64)
    /// In thousandths.
    case number(Int64)
    /// In fen.
    case money(Int64)
    case flag(Bool)
    case choice(String)

    /// The parts a value may have: enough for ten billion yuan in fen, and small enough that no
    /// rule's arithmetic goes wrong.
    static let range: ClosedRange<Int64> = -1_000_000_000_000...1_000_000_000_000
}

/// Why something written is no value of a fact.
public enum FactValueError: Error, Hashable, Sendable {
    /// Not of the fact's kind: words for a number, a word that is none of its choices.
    case wrongKind
    /// More decimals than the kind has: fen are the least of money, thousandths of a number.
    case fraction
    /// Beyond any household's.
    case outOfRange
}

extension FactDefinition.Kind {
    /// The number that stands for what is written: a money of `1330.5` yuan is 133,050 fen.
    public func parts(_ json: JSON) throws(FactValueError) -> Int64 {
        switch (self, json) {
        case (.flag, .bool(let flag)): return flag ? 1 : 0
        case (.choice(let words), .string(let word)):
            guard let index = words.firstIndex(of: word) else { throw .wrongKind }
            return Int64(index)
        case (.count, _), (.number, _), (.money, _): return try json.exactParts(of: parts)
        default: throw .wrongKind
        }
    }

    /// The number that stands for a value.
    public func parts(_ value: FactValue) throws(FactValueError) -> Int64 {
        let parts: Int64
        switch (self, value) {
        case (.count, .count(let number)), (.number, .number(let number)),
            (.money, .money(let number)):
            parts = number
        case (.flag, .flag(let flag)): parts = flag ? 1 : 0
        case (.choice(let words), .choice(let word)):
            guard let index = words.firstIndex(of: word) else { throw .wrongKind }
            parts = Int64(index)
        default: throw .wrongKind
        }
        guard FactValue.range.contains(parts) else { throw .outOfRange }
        return parts
    }

    /// The value that a number of a row stands for.
    public func value(_ parts: Int64) -> FactValue {
        switch self {
        case .count: .count(parts)
        case .number: .number(parts)
        case .money: .money(parts)
        case .flag: .flag(parts != 0)
        case .choice(let words): .choice(words[Int(parts)])
        }
    }

    /// The value that a person typed: `true`, `false`, a word of its choices, `1330.50`.
    public func parts(typed text: String) throws(FactValueError) -> Int64 {
        switch self {
        case .flag where text == "true" || text == "false": return text == "true" ? 1 : 0
        case .choice: return try parts(.string(text))
        case .flag: throw .wrongKind
        case .count, .number, .money:
            guard let json = try? JSON.parse(Array(text.utf8), maximumDepth: 0) else {
                throw .wrongKind
            }
            return try parts(json)
        }
    }
}

extension JSON {
    /// A number times `scale`, exact; a decimal is read digit by digit and never rounded.
    func exactParts(of scale: Int64) throws(FactValueError) -> Int64 {
        switch self {
        case .integer(let whole):
            let (parts, overflow) = whole.multipliedReportingOverflow(by: scale)
            guard !overflow, FactValue.range.contains(parts) else { throw .outOfRange }
            return parts
        case .decimal(let text): return try exactParts(of: scale, decimal: text)
        default: throw .wrongKind
        }
    }

    private func exactParts(of scale: Int64, decimal text: String) throws(FactValueError) -> Int64 {
        var (parts, left): (Int64, Int64) = (0, scale)
        var (isNegative, isFraction) = (false, false)
        for byte in text.utf8 {
            switch byte {
            case UInt8(ascii: "-"): isNegative = true
            case UInt8(ascii: "."): isFraction = true
            case UInt8(ascii: "0")...UInt8(ascii: "9"):
                let digit = Int64(byte - UInt8(ascii: "0"))
                if isFraction, left == 1 {
                    guard digit == 0 else { throw .fraction }
                } else {
                    if isFraction { left /= 10 }
                    parts = parts * 10 + digit
                    guard FactValue.range.contains(parts) else { throw .outOfRange }
                }
            default: throw .fraction  // An exponent: not written plainly, so perhaps not exact.
            }
        }
        parts *= left
        guard FactValue.range.contains(parts) else { throw .outOfRange }
        return isNegative ? -parts : parts
    }
}
