/// An amount of yuan, exact to the fen. Never negative, at most 10 billion yuan.
public struct Money: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// In fen, hundredths of a yuan.
    public let fen: Int64

    /// The fen an amount may have.
    public static let range: ClosedRange<Int64> = 0...1_000_000_000_000

    /// Makes an amount; `nil` outside `range`.
    public init?(fen: Int64) {
        guard Self.range.contains(fen) else { return nil }
        self.fen = fen
    }

    /// Reads `1840` or `1840.50` and nothing else: no sign, no grouping, no unit, two decimals or
    /// none.
    ///
    /// Strict, because `1,840` and `1840.5` mean different things to different people, and a wrong
    /// income is a wrong entitlement.
    public init(_ text: String) throws(MoneyError) {
        guard !text.isEmpty else { throw .empty }
        var fen: Int64 = 0
        var decimals: Int?
        for (place, character) in text.enumerated() {
            if character == ".", decimals == nil, place > 0 {
                decimals = 0
                continue
            }
            guard let digit = character.asciiDigit else { throw .wrongCharacter(at: place + 1) }
            // `007` is a number of something else.
            if place == 1, text.first == "0", decimals == nil { throw .wrongCharacter(at: 1) }
            fen = fen * 10 + digit
            guard fen <= Self.range.upperBound else { throw .tooLarge }
            if let count = decimals { decimals = count + 1 }
        }
        if let decimals, decimals != 2 { throw .wrongDecimals(decimals) }
        guard let money = Money(fen: decimals == nil ? fen * 100 : fen) else { throw .tooLarge }
        self = money
    }

    /// `1840` or `1840.50`: what `init(_:)` reads.
    public var description: String {
        let (yuan, rest) = (fen / 100, fen % 100)
        return rest == 0 ? "\(yuan)" : "\(yuan).\(rest < 10 ? "0" : "")\(rest)"
    }

    public static func < (left: Self, right: Self) -> Bool { left.fen < right.fen }
}

/// What is wrong in an amount as typed.
public enum MoneyError: Error, Hashable, Sendable {
    case empty
    /// The place, from 1, of what does not belong there.
    case wrongCharacter(at: Int)
    /// Neither none nor two.
    case wrongDecimals(Int)
    /// More than 10 billion yuan.
    case tooLarge
}

extension Character {
    /// 0 to 9 for the ASCII digits alone: full-width and other scripts' digits are not meant.
    var asciiDigit: Int64? {
        guard let value = asciiValue, (48...57).contains(value) else { return nil }
        return Int64(value - 48)
    }
}
