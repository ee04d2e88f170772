import Fieldwork
import SyncCore
import SyncProtocol
import Testing

@testable import hazama

@Suite("The office's side")
struct OfficeTests {
    @Test("a login comes back as it was, with what was seen")
    func login() throws {
        var login = OfficeLogin(
            url: "https://h:1", authority: "-----BEGIN", token: "t", name: "admin",
            expires_ms: 7)
        login.seen[RecordID(high: 1, low: 2)] = "v1"
        #expect(try #require(OfficeLogin(login.encode())) == login)
        #expect(OfficeLogin([]) == nil)
    }

    static let values: [(Value, String)] = [
        (.absent, "null"), (.bool(true), "true"), (.integer(-3), "-3"), (.text("王"), #""王""#),
        (.day(CalendarDate(year: 2026, month: 11, day: 1)!), #"{"day":"2026-11-01"}"#),
        (
            .reference(RecordID(high: 0, low: 1)),
            #"{"reference":"00000000000000000000000004"}"#
        ),
        (.bytes([255]), #"{"bytes":"zw"}"#),
        (.group([.integer(1), .absent, .text("a")]), #"[1,null,"a"]"#),
    ]

    @Test("values are written as the hub writes them, and read back", arguments: values)
    func value(value: Value, json: String) throws {
        #expect(HubValue.json(value).text == json)
        #expect(HubValue.value(try JSON.parse(Array(json.utf8))) == value)
    }

    @Test(
        "what the hub never writes is no value",
        arguments: ["[[1]]", "1.5", #"{"day":"2026-02-30"}"#, #"{"x":"y"}"#, "{}"])
    func noValue(json: String) throws {
        #expect(HubValue.value(try JSON.parse(Array(json.utf8))) == nil)
    }

    @Test("a decided value is typed as its unit wants it")
    func typedValue() throws {
        let typed = Typed(
            console: Screen().console(), today: CalendarDate(year: 2026, month: 11, day: 16)!)
        let income = Household.Field.monthlyIncome.declaration
        #expect(
            try typed.value("2310", of: income)
                == .group([.integer(231_000), .absent, .absent]))
        #expect(
            try typed.value(
                #"{"amount_fen":231000,"period":"2026-10-01","evidence":"slip"}"#, of: income)
                == MonthlyIncome(
                    amount: Money(fen: 231_000)!,
                    period: CalendarDate(year: 2026, month: 10, day: 1), evidence: "slip"
                ).value)
        #expect(try typed.value("3", of: Household.Field.memberCount.declaration) == .integer(3))
        #expect(
            try typed.value("东街 1 号", of: Household.Field.address.declaration) == .text("东街 1 号"))
        #expect(throws: (any Error).self) {
            try typed.value(#"{"amount":1}"#, of: income)
        }
        #expect(throws: (any Error).self) {
            try typed.value("100", of: Household.Field.memberCount.declaration)
        }
        #expect(throws: (any Error).self) {
            try typed.value("abroad", of: Visit.Field.outcome.declaration)
        }
    }

    @Test("of a conflict is told when it is due, what rests on it, its life, and who approved")
    func conflictInWords() throws {
        let hour: Int64 = 3_600_000
        let now = SmallDistrict.morning
        let screen = Screen()
        let desk = Desk(
            screen.console(), environment: ["HAZAMA_HOME": "/nowhere"], started: now,
            clock: { now }
        ) { _ in nil }
        func step(_ act: String, _ name: JSON, _ text: String) -> JSON {
            .object([
                "at_ms": .integer(now.wall_ms - hour), "personName": name, "act": .string(act),
                "text": .string(text),
            ])
        }
        let remark: JSON = .object([
            "authorName": "李娜", "corrected_ms": .integer(now.wall_ms - hour),
            "act": "objection", "isProposal": false, "keep": "", "text": "not so",
        ])
        let dependent: JSON = .object([
            "intent": "visit", "authorName": "王芳", "corrected_ms": .integer(now.wall_ms),
        ])
        let decision: JSON = .object([
            "byName": "孙伟", "approvedByName": "赵敏", "at_ms": .integer(now.wall_ms),
            "act": "keep", "reason": "seen", "value": 4,
        ])
        ConflictJSON.print(
            .object([
                "conflict": .object([
                    "id": .string("\(RecordID(high: 1, low: 2))"), "kind": "value",
                    "collection": "household", "unit": "member_count", "state": "open",
                    "severity": "high", "isHighStakes": true, "needsTwoPersons": true,
                    "timesReopened": 2, "title": "陈勇", "area": "东街",
                    "due_ms": .integer(now.wall_ms - 24 * hour),
                ]),
                "sides": .array([]), "discussion": .array([remark]),
                "dependents": .array([dependent]), "decision": decision,
                "history": .array([
                    step("opened", .null, ""), step("undone", "孙伟", "a slip"),
                ]),
            ]), desk: desk)
        for words in [
            "due: 2026-11-15", "high stakes", "decided by two people", "opened again: 2",
            "rests on it: visit, 王芳", "李娜 objects", "“not so”", "approved by 赵敏",
            "opened  the hub", "decision taken back  孙伟: a slip",
        ] {
            #expect(screen.result.contains(words), "\(words)")
        }
    }

    @Test("sides have letters, both ways")
    func sides() {
        for index in [0, 1, 25, 26, 40] { #expect(Sides.index(Sides.key(index)) == index) }
        #expect(Sides.key(0) == "a")
        #expect(Sides.index("Ｂ") == 1)
        for text in ["", "aa", "0", "-1", "s", "S26x"] {
            #expect(Sides.index(text).map { $0 > 25 } != true)
        }
    }
}
