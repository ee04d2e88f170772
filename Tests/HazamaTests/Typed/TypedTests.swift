import Fieldwork
import SyncCore
import Testing

@testable import hazama

@Suite("What people type")
struct TypedTests {
    let typed = Typed(
        console: Screen().console(), today: CalendarDate(year: 2026, month: 11, day: 16)!)

    static let days: [(String, String)] = [
        ("2026-11-12", "2026-11-12"), ("2026/1/2", "2026-01-02"), ("2026年11月2日", "2026-11-02"),
        ("２０２６－１１－１２", "2026-11-12"), ("today", "2026-11-16"), ("明天", "2026-11-17"),
        ("明日", "2026-11-17"), ("+20", "2026-12-06"), (" 2024-02-29 ", "2024-02-29"),
    ]

    @Test("days are read as people write them", arguments: days)
    func day(text: String, day: String) throws {
        #expect(try typed.day(text).description == day)
    }

    @Test(
        "what is no day is refused",
        arguments: [
            "", "2026", "26-11-12", "2026-02-30", "2026-13-01", "12.11.2026", "2026-11-123", "+x",
            "2026-1-1-1", "-1", "2026--11", "+99999999999999999999", "+9999999",
        ])
    func badDay(text: String) {
        #expect(throws: Failure.self) { try typed.day(text) }
    }

    @Test(
        "a sync is reckoned by the line: its bits, its delay, and what TLS takes",
        arguments: [("2g", 7), ("３Ｇ", 2), ("4G", 1), ("50k", 6), ("1M", 1), ("1", 60_004)])
    func link(text: String, seconds: Int64) throws {
        #expect(try Link(text, typed).seconds(up: 2000, down: 500) == seconds)
    }

    @Test("whatever a hub says it would send, the time is a number")
    func endlessLink() throws {
        #expect(try Link("1", typed).seconds(up: .max, down: .max) > 1 << 50)
    }

    @Test("what is no line is refused", arguments: ["", "0", "5g", "-1", "fast"])
    func badLink(text: String) {
        #expect(throws: Failure.self) { try Link(text, typed) }
    }

    @Test("months are their first day")
    func month() throws {
        #expect(try typed.month("2026-10").description == "2026-10-01")
        #expect(try typed.month("2026年10月").description == "2026-10-01")
        #expect(try typed.month("2026-10-31").description == "2026-10-01")
        #expect(throws: Failure.self) { try typed.month("10") }
    }

    @Test("a day to look back to means its end; a clock time means today")
    func moment() throws {
        let utc = { (date: CalendarDate, hour: Int, minute: Int) -> Int64? in
            (date.ordinal * 1440 + Int64(hour * 60 + minute)) * 60_000
        }
        let noon = try typed.moment("2026-11-12T12:00", milliseconds: utc)
        #expect(try typed.moment("2026-11-12 12:00", milliseconds: utc) == noon)
        #expect(try typed.moment("2026-11-12", milliseconds: utc) == noon + 12 * 3_600_000 - 1)
        #expect(
            try typed.moment("9:30", milliseconds: utc) == noon + (4 * 24 - 3) * 3_600_000
                + 1_800_000)
        #expect(throws: Failure.self) { try typed.moment("2026-11-12T25:00", milliseconds: utc) }
    }

    @Test("money is exact or refused")
    func money() throws {
        #expect(try typed.money("1840").fen == 184_000)
        #expect(try typed.money("１８４０．５０").fen == 184_050)
        for text in ["1,840", "1840.5", "-1", "", "十"] {
            #expect(throws: Failure.self) { try typed.money(text) }
        }
    }

    @Test("sizes are counted in thousands")
    func bytes() throws {
        #expect(try typed.bytes("800") == 800)
        #expect(try typed.bytes("20k") == 20_000)
        #expect(try typed.bytes("20 kB") == 20_000)
        #expect(try typed.bytes("2M") == 2_000_000)
        for text in ["0", "", "k", "-1", "1.5M", "99999999999999999999M", "9999999999999999999k"] {
            #expect(throws: Failure.self) { try typed.bytes(text) }
        }
    }

    @Test("words are read in any of the languages")
    func words() throws {
        #expect(try typed.word("notHome", ContactOutcome.self) == .notHome)
        #expect(try typed.word("nothome", ContactOutcome.self) == .notHome)
        #expect(try typed.word("不在家", ContactOutcome.self) == .notHome)
        #expect(throws: Failure.self) { try typed.word("away", ContactOutcome.self) }
    }

    @Test("a wrong identity number is refused without being repeated")
    func identityNumber() throws {
        #expect(try typed.identityNumber(" 11010519491231002x ").masked.hasSuffix("002X"))
        do {
            _ = try typed.identityNumber("110105194912310021")
            Issue.record("accepted")
        } catch {
            #expect(error.status == .usage)
            #expect(!error.what.contains("1949"))
        }
    }

    @Test("short ids are the end of a name, slips of typing forgiven")
    func shortIDs() throws {
        let id = RecordID(high: 1, low: 0x8000_0000_0000_1234)
        let short = try #require(ShortID(id.short().uppercased()))
        #expect(short.matches(id))
        #expect(ShortID(id.description)?.matches(id) == true)
        #expect(!short.matches(RecordID(high: 1, low: 0x8000_0000_0000_1235)))
        #expect(ShortID("OIL00")?.text == "01100")
        for text in ["", "abcd", "abcde!", "ab cd", String(repeating: "a", count: 27), "王王王王王"] {
            #expect(ShortID(text) == nil)
        }
    }

    @Test("lists show as many characters as tell their ids apart")
    func lengths() {
        let near = [RecordID(high: 1, low: 1), RecordID(high: 2, low: 1)]
        #expect(ShortID.length(telling: [near[0], RecordID(high: 1, low: 2)]) == 5)
        let length = ShortID.length(telling: near)
        #expect(length > 5)
        #expect(near[0].short(length) != near[1].short(length))
        #expect(ShortID.length(telling: [near[0], near[0]]) == 5)
        #expect(ShortID.length(telling: [RecordID]()) == 5)
    }
}
