import Fieldwork
import SyncCore
import SyncProtocol
import Testing

@testable import hazama

@Suite("Formats")
struct FormatTests {
    static let now: Int64 = 1_794_814_860_000  // 2026-11-16T07:41Z
    let english = Formats(
        language: .english, now_ms: now, today: CalendarDate(year: 2026, month: 11, day: 16)!)
    let chinese = Formats(
        language: .chinese, now_ms: now, today: CalendarDate(year: 2026, month: 11, day: 16)!)

    @Test("numbers are grouped by thousands")
    func grouped() {
        #expect(
            [0, 7, 999, 1840, -88_213, 1_000_000].map { Formats.grouped($0) }
                == ["0", "7", "999", "1,840", "-88,213", "1,000,000"])
        #expect(Formats.grouped(.min) == "-9,223,372,036,854,775,808")
    }

    @Test("money carries its unit and shows fen only where there are any")
    func money() throws {
        #expect(english.money(Money(fen: 184_000)!) == "1,840 yuan")
        #expect(chinese.money(Money(fen: 184_005)!) == "1,840.05 元")
    }

    @Test("sizes have two or three digits")
    func bytes() {
        #expect(
            [0, 999, 1000, 2100, 22_000, 412_300, 2_100_000, 5_000_000_000].map {
                Formats.bytes($0)
            }
                == ["0 B", "999 B", "1 kB", "2.1 kB", "22 kB", "412 kB", "2.1 MB", "5 GB"])
    }

    @Test("durations have their two largest parts")
    func durations() {
        #expect(english.duration(-5) == "0 min")
        #expect(english.duration(59 * 60_000) == "59 min")
        #expect(english.duration(200 * 60_000) == "3 h 20 min")
        #expect(english.duration(180 * 60_000) == "3 h")
        #expect(english.duration(66 * 3_600_000) == "2 d 18 h")
        #expect(chinese.duration(200 * 60_000) == "3 小时 20 分钟")
    }

    @Test("JSON has moments in UTC, to the millisecond")
    func iso() {
        #expect(Formats.iso(Self.now) == "2026-11-16T07:41:00.000Z")
        #expect(Formats.iso(0) == "1970-01-01T00:00:00.000Z")
        // A clock that stood at an end of all time is no reason to end.
        for strange in [Int64.min, .max] { #expect(Formats.iso(strange) == "\(strange)") }
        #expect(Formats.iso(-1) == "1969-12-31T23:59:59.999Z")
        #expect(Formats.iso(4_291_660_800_007) == "2105-12-31T00:00:00.007Z")
    }

    @Test("an income is shown with what it stands on, and in JSON by its members")
    func income() {
        let shown = ShownValue(formats: english) { _ in nil }
        let unit = Household.Field.monthlyIncome.declaration
        let income = MonthlyIncome(
            amount: Money(fen: 231_000)!, period: CalendarDate(year: 2026, month: 10, day: 1),
            evidence: "payslip")
        #expect(
            shown.text(income.value, unit, of: .household)
                == "2,310 yuan · month 2026-10 · evidence payslip")
        #expect(
            shown.json(income.value, unit, of: .household).text
                == #"{"amount_fen":231000,"period":"2026-10-01","evidence":"payslip"}"#)
    }

    @Test("words of a choice are spoken, foreign ones kept")
    func words() {
        let shown = ShownValue(formats: chinese) { _ in nil }
        let unit = Visit.Field.outcome.declaration
        #expect(shown.text(.text("notHome"), unit, of: .visit) == "不在家")
        #expect(shown.text(.text("abroad"), unit, of: .visit) == "abroad")
        #expect(shown.text(nil, unit, of: .visit) == "（未知）")
        #expect(shown.text(.absent, unit, of: .visit) == "（无）")
    }

    @Test("an identity number is masked in words and in JSON, even a wrong one")
    func masked() {
        let shown = ShownValue(formats: english) { _ in nil }
        let unit = Person.Field.identityNumber.declaration
        let number = Value.text("11010519491231002X")
        #expect(shown.text(number, unit, of: .person) == "**************002X")
        #expect(shown.json(number, unit, of: .person) == "**************002X")
        #expect(shown.text(.text("123"), unit, of: .person) == "***")
    }

    @Test("a reference shows what it refers to, or its short id")
    func references() {
        let shown = ShownValue(formats: english) { $0.low == 1 ? "王秀英" : nil }
        let unit = Household.Field.head.declaration
        #expect(shown.text(.reference(RecordID(high: 0, low: 1)), unit, of: .household) == "王秀英")
        let other = RecordID(high: 0, low: 2)
        #expect(shown.text(.reference(other), unit, of: .household) == other.short())
    }
}
