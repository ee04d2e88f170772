public import SyncCore

/// A citizen's identity number 公民身份号码, valid by form, day and check digit.
///
/// Six digits of area, eight of the day of birth, three of order (the last odd for men), one check
/// character. The area is no test: codes are withdrawn over time. Printing, interpolating, dumping
/// and debugging show the last four characters and no more; only `revealed` has the number. Source:
/// GB 11643-1999; check character by ISO 7064, MOD 11-2.
public struct IdentityNumber: Hashable, Sendable {
    /// The 18 characters, `X` in upper case. To store and to compare; never for a log or a message.
    public let revealed: String
    public let birth: CalendarDate
    public let sex: Sex

    /// Reads a number; `x` is read as `X`. A day after `today` is refused.
    public init(_ text: String, asOf today: CalendarDate) throws(IdentityNumberError) {
        guard text.count == Self.length else { throw .wrongLength(text.count) }
        var digits: [Int64] = []
        var isX = false
        for (place, character) in text.enumerated() {
            if let digit = character.asciiDigit {
                digits.append(digit)
            } else if place == Self.length - 1, character == "X" || character == "x" {
                isX = true
            } else {
                throw .wrongCharacter(at: place + 1)
            }
        }
        func number(_ places: Range<Int>) -> Int {
            places.reduce(0) { $0 * 10 + Int(digits[$1]) }
        }
        let birth = CalendarDate(
            year: number(6..<10), month: number(10..<12), day: number(12..<14))
        guard let birth, birth.year >= Self.firstYear else { throw .noSuchDay }
        guard birth <= today else { throw .inFuture }
        let check = Self.checkCharacter(of: digits.prefix(Self.length - 1))
        guard check == (isX ? "X" : Character("\(digits[Self.length - 1])")) else {
            throw .checkDigit
        }
        revealed = isX ? String(text.dropLast()) + "X" : text
        self.birth = birth
        sex = digits[16] % 2 == 1 ? .male : .female
    }

    /// Reads a number that was checked when it was recorded; `nil` if it is none by form.
    public init?(recorded text: String) {
        guard let end = CalendarDate(year: 9999, month: 12, day: 31) else { return nil }
        do { try self.init(text, asOf: end) } catch { return nil }
    }

    /// Makes a number no real person has: area 999999. `order` is in `0 ... 999`; odd for men.
    init?(synthetic birth: CalendarDate, order: Int) {
        guard (0...999).contains(order), birth.year >= Self.firstYear else { return nil }
        let day = String(birth.year * 10_000 + birth.month * 100 + birth.day)
        let body = "999999" + day + String(String(order + 1000).dropFirst())
        let check = Self.checkCharacter(of: body.compactMap(\.asciiDigit)[...])
        self.init(recorded: body + String(check))
    }

    private static let length = 18
    /// Nobody registered was born earlier; `0194` for `1949` is a slip of typing.
    private static let firstYear = 1800

    private static func checkCharacter(of digits: ArraySlice<Int64>) -> Character {
        let weights: [Int64] = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
        let sum = zip(digits, weights).reduce(0) { $0 + $1.0 * $1.1 }
        return Array("10X98765432")[Int(sum % 11)]
    }
}

/// What is wrong in an identity number as typed. Never carries the number or a part of it.
public enum IdentityNumberError: Error, Hashable, Sendable {
    /// Not 18 characters but so many.
    case wrongLength(Int)
    /// The place, from 1, of what is neither a digit nor an `X` at the end.
    case wrongCharacter(at: Int)
    /// Digits 7 to 14 are no day since 1800.
    case noSuchDay
    /// Digits 7 to 14 are a day to come.
    case inFuture
    /// All else is well formed, so one of the digits is mistyped.
    case checkDigit
}

extension IdentityNumber: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    /// The last four characters, the rest as asterisks.
    public var masked: String { String(repeating: "*", count: 14) + revealed.suffix(4) }

    /// The area and the last four characters; for roles cleared for it.
    public var maskedForClearedRoles: String {
        revealed.prefix(6) + String(repeating: "*", count: 8) + revealed.suffix(4)
    }

    public var description: String { masked }
    public var debugDescription: String { masked }
    public var customMirror: Mirror { Mirror(self, children: ["masked": masked]) }
}
