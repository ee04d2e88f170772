/// A day on the Gregorian calendar, in a place and without a zone: when a visit happened.
public struct CalendarDate: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// In `1 ... 9999`.
    public let year: Int
    /// In `1 ... 12`.
    public let month: Int
    /// In `1 ... 31`, as the month allows.
    public let day: Int

    /// Makes a day; `nil` if the calendar has no such day in years 1 to 9999.
    public init?(year: Int, month: Int, day: Int) {
        guard (1...9999).contains(year), (1...12).contains(month),
            day >= 1, day <= Self.days(inMonth: month, of: year)
        else { return nil }
        (self.year, self.month, self.day) = (year, month, day)
    }

    /// Reads `YYYY-MM-DD` and nothing else.
    public init?(_ text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count == 10, bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-") else {
            return nil
        }
        func number(_ range: Range<Int>) -> Int? {
            var value = 0
            for byte in bytes[range] {
                guard (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte) else { return nil }
                value = value * 10 + Int(byte - UInt8(ascii: "0"))
            }
            return value
        }
        guard let year = number(0..<4), let month = number(5..<7), let day = number(8..<10) else {
            return nil
        }
        self.init(year: year, month: month, day: day)
    }

    /// Makes the day that is `ordinal` days after 1970-01-01; `nil` outside years 1 to 9999.
    ///
    /// Source: Hinnant, "chrono-compatible low-level date algorithms", civil_from_days.
    public init?(ordinal: Int64) {
        guard (-719_162...2_932_896).contains(ordinal) else { return nil }
        let shifted = Int(ordinal) + 719_468
        let era = shifted / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        self.init(
            year: yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month: month,
            day: dayOfYear - (153 * monthFromMarch + 2) / 5 + 1)
    }

    /// Days since 1970-01-01, in `-719162 ... 2932896`.
    public var ordinal: Int64 {
        let shiftedYear = month <= 2 ? year - 1 : year
        let era = (shiftedYear >= 0 ? shiftedYear : shiftedYear - 399) / 400
        let yearOfEra = shiftedYear - era * 400
        let dayOfYear = (153 * (month > 2 ? month - 3 : month + 9) + 2) / 5 + day - 1
        let dayOfEra = yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear
        return Int64(era * 146_097 + dayOfEra - 719_468)
    }

    /// The day `days` later; `nil` outside years 1 to 9999.
    public func adding(days: Int64) -> CalendarDate? {
        let (sum, overflow) = ordinal.addingReportingOverflow(days)
        return overflow ? nil : CalendarDate(ordinal: sum)
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.year, left.month, left.day) < (right.year, right.month, right.day)
    }

    /// `YYYY-MM-DD`.
    public var description: String {
        // By digits and in one array, for each day that is stored is a column.
        func digit(_ number: Int) -> UInt8 { UInt8(ascii: "0") + UInt8(number % 10) }
        let hyphen = UInt8(ascii: "-")
        return String(
            decoding: [
                digit(year / 1000), digit(year / 100), digit(year / 10), digit(year), hyphen,
                digit(month / 10), digit(month), hyphen, digit(day / 10), digit(day),
            ], as: UTF8.self)
    }

    private static func days(inMonth month: Int, of year: Int) -> Int {
        switch month {
        case 2: year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) ? 29 : 28
        case 4, 6, 9, 11: 30
        default: 31
        }
    }
}
