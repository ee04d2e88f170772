import SyncCore
import Testing

@testable import HubServer

@Suite("What the console says")
struct WordingTests {
    @Test("every phrase has the same places in every language", arguments: Phrase.allCases)
    func places(phrase: Phrase) {
        func places(_ text: String) -> [String] {
            text.matches(of: /%[0-9]/).map { String($0.output) }.sorted()
        }
        let words = phrase.words
        #expect(!words.en.isEmpty && !words.zh.isEmpty && !words.ja.isEmpty)
        #expect(places(words.en) == places(words.zh))
        #expect(places(words.en) == places(words.ja))
    }

    @Test("what is put in is not read as a place again")
    func filled() {
        #expect(Language.english.say(.decidedBy, "%2", "x") == "decided by %2, x")
    }

    @Test("text in a page is escaped, and what can't be seen is shown")
    func escaped() {
        let text = "<a href='x'>&\"\u{0}\u{202e}\u{feff}\u{200d}\n"
        let html: HTML = "<p>\(text)</p>"
        #expect(
            html.source
                == "<p>&lt;a href=&#39;x&#39;&gt;&amp;&quot;⟦U+0000⟧⟦U+202E⟧⟦U+FEFF⟧\u{200d}\n</p>")
        let exact: HTML = "\(exactly: "\u{202e}<")"
        #expect(exact.source == "\u{202e}&lt;")
    }

    @Test(
        "amounts are read as they are shown", arguments: [0, 1, 99, 100, 123_456, -5, -123_456_789])
    func yuan(fen: Int64) { #expect(Yuan.fen(Yuan.text(fen)) == fen) }

    @Test(
        "what is no amount is none",
        arguments: ["", "x", "1.234", "1.", ".5", "+1", "1e3", "99999999999999999999", "1.x"])
    func noYuan(text: String) { #expect(Yuan.fen(text) == nil) }

    @Test("moments are shown in the hub's time, whatever the number")
    func moments() {
        #expect(Moment(0, offset_s: 0).short == "1970-01-01 00:00")
        #expect(Moment(-1, offset_s: 0).full == "1969-12-31 23:59:59 (UTC+00:00)")
        #expect(Moment(1_800_000_000_000, offset_s: 28_800).iso == "2027-01-15T16:00:00+08:00")
        #expect(Moment(0, offset_s: -12_600).full == "1969-12-31 20:30:00 (UTC-03:30)")
        for extreme in [Int64.min, .max] { #expect(!Moment(extreme, offset_s: 0).short.isEmpty) }
    }

    @Test(
        "another value is read member by member, and refused by the name of the one that does not fit"
    )
    func entry() throws {
        let unit = UnitDeclaration(
            UnitID(16), "income",
            [
                Member("amount_fen", .integer(0...1_000_000)), Member("period", .day),
                Member("evidence", .text(maximumBytes: 10)), Member("sure", .bool),
            ], .review(shown: .previous), .special)
        let entry = ValueEntry(unit: unit)
        let day = CalendarDate(year: 2026, month: 1, day: 2)!
        #expect(
            try entry.value(["１２．５０", "2026-01-02", " a\r\nb ", "yes"])
                == .group([.integer(1250), .day(day), .text("a\nb"), .bool(true)]))
        #expect(try entry.value(["", " ", "", ""]) == .absent)
        #expect(try entry.value(["5"]) == .group([.integer(500), .absent, .absent, .absent]))
        let wrong: [([String], String)] = [
            (["x"], "amount_fen"), (["99999"], "amount_fen"), (["1", "2026-02-30"], "period"),
            (["1", "", "12345678901"], "evidence"), (["1", "", "", "maybe"], "sure"),
            (["1", "", "a\u{0}"], "evidence"),
        ]
        for (texts, member) in wrong {
            #expect(throws: ValueEntry.Refusal(member: member)) { try entry.value(texts) }
        }
        let value = try entry.value(["12.5", "2026-01-02", "a", "no"])
        #expect(try entry.value(entry.texts(value)) == value)
    }
}
