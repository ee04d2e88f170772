import SyncCore
import Testing

@Suite("calendar dates")
struct CalendarDateTests {
    @Test("the days of years 1 to 9999 are numbered one after the other")
    func everyDay() {
        var ordinal: Int64 = -719_162
        var wrong = 0
        for year in 1...9999 {
            let isLeap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let lengths = [31, isLeap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
            for (month, length) in lengths.enumerated() {
                for day in 1...length {
                    let date = CalendarDate(year: year, month: month + 1, day: day)
                    let expected = ordinal + Int64(day) - 1
                    if date == nil || date?.ordinal != expected
                        || CalendarDate(ordinal: expected) != date
                    {
                        wrong += 1
                    }
                }
                if CalendarDate(year: year, month: month + 1, day: length + 1) != nil { wrong += 1 }
                ordinal += Int64(length)
            }
        }
        #expect(wrong == 0)
        #expect(ordinal == 2_932_897)
    }

    @Test("the day 0 is 1970-01-01, and there is none outside years 1 to 9999")
    func ends() {
        #expect(CalendarDate(ordinal: 0)?.description == "1970-01-01")
        #expect(CalendarDate(ordinal: -719_162)?.description == "0001-01-01")
        #expect(CalendarDate(ordinal: 2_932_896)?.description == "9999-12-31")
        for outside in [-719_163, 2_932_897, .min, .max] as [Int64] {
            #expect(CalendarDate(ordinal: outside) == nil)
        }
    }

    @Test("adding days stays on the calendar or gives nothing")
    func adding() throws {
        let leapDay = try #require(CalendarDate("2024-02-29"))
        #expect(leapDay.adding(days: 366)?.description == "2025-03-01")
        #expect(leapDay.adding(days: -366)?.description == "2023-02-28")
        for days in [.min, .max, 9_999_999] as [Int64] {
            #expect(leapDay.adding(days: days) == nil)
        }
    }

    @Test(
        "text is read and written as YYYY-MM-DD",
        arguments: ["0001-01-01", "2024-02-29", "2000-02-29", "9999-12-31"])
    func roundTrip(text: String) { #expect(CalendarDate(text)?.description == text) }

    @Test(
        "what is no day, or written otherwise, is refused",
        arguments: [
            "", "2024-02-30", "2023-02-29", "1900-02-29", "2024-00-01", "2024-13-01", "2024-01-00",
            "2024-01-32", "2024-04-31", "0000-01-01", "2024-1-01", "2024-01-1", "24-01-01",
            "2024/01/01", "2024-01-01 ", " 2024-01-01", "2024-01-01T00:00", "+024-01-01",
            "-024-01-01", "2024-01-0a", "２０２４-01-01", "2024‐01‐01", "20240-1-01", "12024-01-01",
        ])
    func refused(text: String) { #expect(CalendarDate(text) == nil) }

    @Test("order is the order of days")
    func order() throws {
        let days = try ["2023-12-31", "2024-01-01", "2024-01-02", "2024-02-01"].map {
            try #require(CalendarDate($0))
        }
        #expect(days.reversed().sorted() == days)
        #expect(days.map(\.ordinal).sorted() == days.map(\.ordinal))
    }
}
