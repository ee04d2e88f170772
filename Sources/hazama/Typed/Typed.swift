import Fieldwork
import SyncCore

/// What people type, read as what they mean, or refused with what would be right.
///
/// Digits and signs of full width are taken as their ASCII twins, for whoever types Chinese or
/// Japanese has them under the same keys. Nothing else is guessed.
struct Typed {
    let console: Console
    /// The day it is here.
    let today: CalendarDate

    /// Reads a day: `2026-11-12`, `2026/11/12`, `2026年11月12日`, `today`, `tomorrow`, `+7`.
    func day(_ text: String) throws(Failure) -> CalendarDate {
        let folded = text.trimmed.foldingWidth.lowercased()
        switch folded {
        case "today", "今天", "今日": return today
        case "tomorrow", "明天", "明日":
            if let day = today.adding(days: 1) { return day }
        default: break
        }
        if folded.hasPrefix("+"), let days = Int64(folded.dropFirst()), days >= 0,
            let day = today.adding(days: days)
        {
            return day
        }
        guard let day = Self.calendarDate(folded, parts: 3) else {
            throw bad(.badDay, ["text": text])
        }
        return day
    }

    /// Reads a month, `2026-11`, or a day in it, as its first day.
    func month(_ text: String) throws(Failure) -> CalendarDate {
        let folded = text.trimmed.foldingWidth
        let day = Self.calendarDate(folded, parts: 2) ?? Self.calendarDate(folded, parts: 3)
        guard let day, let first = CalendarDate(year: day.year, month: day.month, day: 1) else {
            throw bad(.badMonth, ["text": text])
        }
        return first
    }

    /// Reads the moment up to which someone wants to look back: a day means its end;
    /// `2026-11-12T09:30` and `09:30` today are moments here. In milliseconds since 1970, by the
    /// wall clock of `zone`.
    func moment(
        _ text: String, milliseconds: (CalendarDate, Int, Int) -> Int64?
    ) throws(Failure) -> Int64 {
        let folded = text.trimmed.foldingWidth
        let parts = folded.split(whereSeparator: { $0 == "T" || $0 == " " }).map(String.init)
        var found: Int64?
        if parts.count == 2, let (hour, minute) = Self.clock(parts[1]) {
            found = milliseconds(try day(parts[0]), hour, minute)
        } else if parts.count == 1, let (hour, minute) = Self.clock(parts[0]) {
            found = milliseconds(today, hour, minute)
        } else if parts.count == 1, let next = try day(parts[0]).adding(days: 1) {
            found = milliseconds(next, 0, 0).map { $0 - 1 }
        }
        guard let found else { throw bad(.badMoment, ["text": text]) }
        return found
    }

    /// Reads an amount of yuan: `1840` or `1840.50`.
    func money(_ text: String) throws(Failure) -> Money {
        do { return try Money(text.trimmed.foldingWidth) } catch {
            throw bad(.badMoney, ["text": text])
        }
    }

    /// Reads a whole number within a range.
    func number(_ text: String, in range: ClosedRange<Int64>) throws(Failure) -> Int64 {
        guard let number = Int64(text.trimmed.foldingWidth), range.contains(number) else {
            throw bad(
                .badNumber,
                ["text": text, "from": "\(range.lowerBound)", "to": "\(range.upperBound)"])
        }
        return number
    }

    /// Reads a count of bytes: `800`, `20k`, `20kB`, `2M`.
    func bytes(_ text: String) throws(Failure) -> UInt64 {
        guard let bytes = quantity(text) else { throw bad(.badBytes, ["text": text]) }
        return bytes
    }

    /// Reads `800`, `20k` or `2M`; `nil` for what is none, or nothing.
    func quantity(_ text: String) -> UInt64? {
        var folded = text.trimmed.foldingWidth.lowercased()
        if folded.hasSuffix("b") { folded.removeLast() }
        var factor: UInt64 = 1
        if folded.hasSuffix("k") { factor = 1000 }
        if folded.hasSuffix("m") { factor = 1_000_000 }
        if factor > 1 { folded.removeLast() }
        guard let count = UInt64(folded.trimmed),
            case let (bytes, false) = count.multipliedReportingOverflow(by: factor), bytes > 0
        else { return nil }
        return bytes
    }

    /// Reads one of a closed list of words, by its name in the protocol or in the person's
    /// language.
    func word<Word: ChoiceWord>(_ text: String, _: Word.Type) throws(Failure) -> Word {
        let folded = text.trimmed.foldingWidth
        let found = Word.allCases.first { word in
            word.rawValue.lowercased() == folded.lowercased()
                || Language.allCases.contains { word.spoken.text(in: $0) == folded }
        }
        guard let found else {
            let words = Word.allCases.map(\.rawValue).joined(separator: ", ")
            throw bad(.badWord, ["text": text, "words": words])
        }
        return found
    }

    /// Reads yes and no, in any of the languages; `nil` for all else.
    static func flag(_ text: String) -> Bool? {
        switch Matching.folded(text) {
        case "yes", "true", "是", "有", "はい": true
        case "no", "false", "否", "无", "無", "いいえ": false
        default: nil
        }
    }

    /// Reads an identity number. What is wrong is told without repeating any of it.
    func identityNumber(_ text: String) throws(Failure) -> IdentityNumber {
        do { return try IdentityNumber(text.trimmed.foldingWidth, asOf: today) } catch {
            let what: String =
                switch error {
                case .wrongLength(let count):
                    console.text(.identityLength, ["count": "\(count)"])
                case .wrongCharacter(let place):
                    console.text(.identityCharacter, ["place": "\(place)"])
                case .noSuchDay: console.text(.identityDay)
                case .inFuture: console.text(.identityFuture)
                case .checkDigit: console.text(.identityCheck)
                }
            throw Failure(
                status: .usage, code: DeviceCode.badInput.rawValue, what: what,
                next: console.text(.identityNext))
        }
    }

    func bad(_ phrase: Phrase, _ values: KeyValuePairs<String, String>) -> Failure {
        Failure(
            status: .usage, code: DeviceCode.badInput.rawValue, what: console.text(phrase, values))
    }

    /// Reads `parts` numbers between hyphens, slashes, dots or the Chinese words for year, month
    /// and day.
    private static func calendarDate(_ text: String, parts: Int) -> CalendarDate? {
        let separators: Set<Character> = ["-", "/", ".", "年", "月", "日"]
        let pieces = text.split(whereSeparator: separators.contains)
        let numbers = pieces.compactMap { Int($0) }
        guard pieces.count == parts, numbers.count == parts, pieces[0].count == 4,
            pieces.dropFirst().allSatisfy({ $0.count <= 2 }),
            numbers.allSatisfy({ $0 >= 0 })
        else { return nil }
        return CalendarDate(
            year: numbers[0], month: numbers[1], day: parts == 3 ? numbers[2] : 1)
    }

    private static func clock(_ text: String) -> (Int, Int)? {
        let pieces = text.split(separator: ":", omittingEmptySubsequences: false)
        guard pieces.count == 2, pieces.allSatisfy({ (1...2).contains($0.count) }),
            let hour = Int(pieces[0]), let minute = Int(pieces[1]),
            (0..<24).contains(hour), (0..<60).contains(minute)
        else { return nil }
        return (hour, minute)
    }
}

extension String {
    /// With the full-width forms U+FF01 … U+FF5E and the ideographic space as ASCII.
    var foldingWidth: String {
        var result = ""
        for scalar in unicodeScalars {
            switch scalar.value {
            case 0xFF01...0xFF5E:
                result.unicodeScalars.append(Unicode.Scalar(UInt8(scalar.value - 0xFEE0)))
            case 0x3000: result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
