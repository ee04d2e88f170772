import Fieldwork
import SyncCore
import Testing

@testable import Casework

@Suite("Comma-separated values")
struct CSVTextTests {
    static let good: [(String, [[String]])] = [
        ("a,b\r\n1,2\r\n", [["1", "2"]]), ("a,b\n1,2", [["1", "2"]]),
        ("\u{FEFF}a,b\n1,2\n", [["1", "2"]]),
        ("a,b\n\"1\",\"x \"\"y\"\", z\"\n", [["1", "x \"y\", z"]]),
        ("a,b\n\"two\r\nlines\",2\n3,4\n", [["two\r\nlines", "2"], ["3", "4"]]),
        ("a,b\n,\n", [["", ""]]), ("a\n\n", [[""]]), ("a,b\n", []), ("a\n张\n", [["张"]]),
        ("a\n'=1+1\n'x\n", [["=1+1"], ["'x"]]),
    ]

    @Test("what the standard allows is read, and nothing is lost", arguments: good)
    func read(text: String, rows: [[String]]) throws {
        #expect(try CSVText(Array(text.utf8)).records.map(\.fields) == rows)
    }

    static let bad: [(String, Int, FeedDefect.Reason)] = [
        ("", 1, .empty), ("a,b\n1\n", 2, .fieldCount(1, expected: 2)),
        ("a,b\n1,2,3\n", 2, .fieldCount(3, expected: 2)), ("a\nx\"y\n", 2, .quoteInField),
        ("a\n1\n\"open\n2\n", 3, .openQuote), ("a\n\"1\"2\n", 2, .afterQuote),
        ("a\n1\r2\n", 2, .loneReturn), ("a,a\n", 1, .columnTwice("a")),
        ("a,\n", 1, .unnamedColumn(2)), ("a,b\n\n", 2, .fieldCount(1, expected: 2)),
        ("a\n1\0\n", 2, .zero), ("PK\u{3}\u{4}", 1, .workbook),
    ]

    @Test("a defect is told with its line", arguments: bad)
    func defect(text: String, line: Int, reason: FeedDefect.Reason) throws {
        #expect(throws: FeedDefect(line, reason)) { try CSVText(Array(text.utf8)) }
    }

    static let encodings: [([UInt8], Int, FeedDefect.Reason)] = [
        // 姓名 and 张 by GB 18030.
        ([0xd0, 0xd5, 0xc3, 0xfb, 0x0a, 0xd5, 0xc5, 0x0a], 1, .gb18030),
        ([0x61, 0x0a, 0xd5, 0xc5, 0x0a], 2, .gb18030),
        ([0xff, 0xfe, 0x61, 0x00], 1, .utf16), ([0x61, 0x0a, 0xff, 0x0a], 2, .notUTF8),
    ]

    @Test("another encoding is refused by its name, never guessed at", arguments: encodings)
    func encoding(bytes: [UInt8], line: Int, reason: FeedDefect.Reason) {
        #expect(throws: FeedDefect(line, reason)) { try CSVText(bytes) }
    }

    @Test("what is written is read as it was, and no cell begins as a formula")
    func written() throws {
        let fields = ["=1+1", "+86", "-5", "@x", "\tx", "a\"b", "a,b", "a\nb", "", "'x", "张"]
        let names = fields.indices.map { "c\($0)" }
        let text = CSVText.line(names) + CSVText.line(fields)
        #expect(try CSVText(Array(text.utf8)).records.map(\.fields) == [fields])
        for cell in ["=1+1", "+86", "-5", "@x", "\tx"] {
            #expect(CSVText.line([cell]) == "'\(cell)\r\n")
        }
    }
}

@Suite("Departments' feeds")
struct FeedTests {
    static let today = CalendarDate("2026-11-20")!
    static let number = "11010519491231002X"
    static let home = RecordID(high: 1, low: 1)
    static let zhang = RecordID(high: 2, low: 1)

    static func feed(_ text: String, _ format: Feed.Format = .csv) throws -> Feed {
        try Feed(
            Array(text.utf8), format, of: Catalogue.shipped.get().facts,
            effective: CalendarDate("2026-11-01"), asOf: today)
    }

    private static func state(_ change: RecordChange, at position: UInt64 = 1) -> RecordState {
        var state = RecordState(record: change.record, collection: change.collection)
        state.merge(
            change,
            from: Origin(
                name: ChangeSetName(ReplicaID(high: 3, low: 3), ChangeSetNumber(position)!),
                author: PersonID(high: 5, low: 1), time: CorrectedTime(clamping: 0),
                position: LogPosition(position), shown: nil)
        ) { _ in false }
        return state
    }

    static func person(
        _ id: RecordID = zhang, _ name: String = "张桂兰", number: String? = number,
        birth: String? = nil, in home: RecordID = home
    ) throws -> Person {
        var draft = Person.Draft(household: home, name: name)
        draft.identityNumber = try number.map { try #require(IdentityNumber(recorded: $0)) }
        draft.birth = try birth.map { try #require(CalendarDate($0)) }
        return try #require(Person(state(draft.creation(id: id))))
    }

    static func household(_ id: RecordID = home, at address: String = "东街 1 号") throws -> Household
    {
        var draft = Household.Draft(area: ScopeID(high: 4, low: 4), headName: "张")
        draft.address = address
        return try #require(Household(state(draft.creation(id: id))))
    }

    static func index(_ persons: Person...) throws -> PersonIndex {
        var index = PersonIndex()
        index.insert(try household(), persons)
        return index
    }

    static func plan(
        _ feed: Feed, _ index: PersonIndex, known: [Fact] = [], by department: String = "DP"
    ) throws -> FeedPlan {
        try FeedPlan(
            feed, links: feed.rows.map(index.link), known: [home: known], department: department,
            catalogue: Catalogue.shipped.get(), asOf: today
        ) { $0.english }
    }

    static func facts(_ plan: FeedPlan) -> [Fact] {
        plan.changes.compactMap { Fact(state($0)) }
    }

    // MARK: Rows

    static let rows: [(String, String)] = [
        ("110105194912310021,张,,2026-11-01,1", "identity-check"),
        ("11010519491231002,张,,2026-11-01,1", "identity-length"),
        ("1101051949123100X2,张,,2026-11-01,1", "identity-character"),
        ("11010519491331002X,张,,2026-11-01,1", "identity-day"),
        ("110105204912310026,张,,2026-11-01,1", "identity-future"),
        ("11010519491231002X,张,1949-12-30,2026-11-01,1", "birth-differs"),
        (",张,,2026-11-01,1", "nobody-named"), (",张,1949-13-31,2026-11-01,1", "value"),
        ("11010519491231002X,张,,2026-02-30,1", "value"),
        ("11010519491231002X,张,,2026-11-01,one", "value"),
        ("11010519491231002X,张,,2026-11-01,", "no-fact"),
    ]

    @Test("a row that can't be read is rejected with its reason, the others go on", arguments: rows)
    func rejected(row: String, word: String) throws {
        let text =
            "identity_number,name,birth,effective,p.disabilityGrade\n"
            + row + "\n\(Self.number),张,,,2\n"
        let feed = try Self.feed(text)
        #expect(feed.rejected.map(\.reason.word) == [word])
        #expect(feed.rejected.first?.line == 2)
        #expect(feed.rows.map(\.line) == [3])
        #expect(feed.rows.first?.effective == CalendarDate("2026-11-01"))
    }

    @Test("lines of JSON say the same as columns do")
    func json() throws {
        let text = """
            {"identity_number":"\(Self.number)","p.disabilityGrade":2,"p.seriousIllness":true}

            {"identity_number":"\(Self.number)","p.monthlyIncome":1330.5,"name":null}
            {"colour":"red"}
            [1]
            """
        let feed = try Self.feed(text, .ndjson)
        #expect(
            feed.rows.map { $0.facts.map(\.content) }
                == [[.number(2), .flag(true)], [.number(133_050)]])
        #expect(feed.rejected.map(\.line) == [4, 5])
        #expect(feed.rejected.map(\.reason.word) == ["unknown-member", "not-json"])
    }

    @Test("a column nobody knows is refused before any row is read")
    func columns() throws {
        #expect(throws: FeedDefect(1, .unknownColumn("p.colour"))) {
            try Self.feed("identity_number,p.colour\n")
        }
        #expect(throws: FeedDefect(1, .missingColumns)) { try Self.feed("identity_number\n") }
        #expect(throws: FeedDefect(1, .missingColumns)) {
            try Self.feed("address,p.disabilityGrade\n")
        }
    }

    // MARK: Who it is

    @Test("the identity number links by itself, whatever the name")
    func byNumber() throws {
        let plan = try Self.plan(
            Self.feed("identity_number,name,p.disabilityGrade\n\(Self.number),章,2\n"),
            Self.index(Self.person()))
        #expect(plan.fates.map(\.fate) == [.accepted])
        let fact = try #require(Self.facts(plan).first)
        #expect(fact.subject == Self.zhang)
        #expect(fact.statement?.source == .departmentFeed)
        #expect(fact.statement?.department == "DP")
        #expect(!fact.isDisputed)
    }

    @Test("name, birth and address link too, not to be relied on until a person has looked")
    func byName() throws {
        let plan = try Self.plan(
            Self.feed("name,birth,address,p.disabilityGrade\n张桂兰,1949-12-31,东街  1 号,2\n"),
            Self.index(Self.person()))
        #expect(plan.fates.map(\.fate) == [.review(.linkedByName)])
        #expect(Self.facts(plan).map(\.isDisputed) == [true])
        let task = plan.changes.lazy.compactMap { WorkTask(Self.state($0)) }.first
        #expect(task?.about == Self.home)
        #expect(task?.what?.contains("张桂兰") == true)
        #expect(task?.due == CalendarDate("2026-12-04"))
    }

    static let open: [(String, FeedQuestion, Int)] = [
        ("张桂兰,1949-12-31,西街 9 号", .addressDiffers, 1), ("张桂兰,1949-12-31,", .addressDiffers, 1),
        ("李,1949-12-31,东街 1 号", .nobodyKnown, 0), ("张桂兰,1950-12-31,东街 1 号", .nobodyKnown, 0),
    ]

    @Test("less than that links nobody: people say who it is", arguments: open)
    func notLinked(row: String, question: FeedQuestion, candidates: Int) throws {
        let plan = try Self.plan(
            Self.feed("name,birth,address,p.disabilityGrade\n\(row),2\n"),
            Self.index(Self.person()))
        guard case .open(question, let found)? = plan.fates.first?.fate else {
            Issue.record("\(plan.fates)")
            return
        }
        #expect(found.count == candidates)
        #expect(plan.changes.isEmpty)
        // Somebody has looked.
        let said = try Self.plan(
            Self.feed("person,name,p.disabilityGrade,reason\n\(Self.zhang),x,2,why\n"),
            Self.index(Self.person()))
        #expect(said.fates.map(\.fate) == [.accepted])
    }

    @Test("somebody of that name with another number, and two of one number, are for people")
    func doubtful() throws {
        let index = try Self.index(Self.person(number: "110105194912310038"))
        let plan = try Self.plan(
            Self.feed(
                "identity_number,name,address,p.disabilityGrade\n\(Self.number),张桂兰,东街 1 号,2\n"),
            index)
        #expect(plan.fates.map(\.fate) == [.open(.otherNumber, [Self.zhang])])
        let twin = RecordID(high: 2, low: 9)
        let two = try Self.plan(
            Self.feed("identity_number,p.disabilityGrade\n\(Self.number),2\n"),
            Self.index(Self.person(), Self.person(twin)))
        #expect(two.fates.map(\.fate) == [.open(.several, [Self.zhang, twin])])
    }

    // MARK: What it says

    @Test("read again it changes nothing; corrected it is another fact beside the first")
    func again() throws {
        let text = "identity_number,p.disabilityGrade\n\(Self.number),2\n"
        let first = try Self.plan(Self.feed(text), Self.index(Self.person()))
        let second = try Self.plan(
            Self.feed(text), Self.index(Self.person()), known: Self.facts(first))
        #expect(second.fates.map(\.fate) == [.unchanged])
        #expect(second.changes.isEmpty)
        let corrected = try Self.plan(
            Self.feed("identity_number,p.disabilityGrade\n\(Self.number),3\n"),
            Self.index(Self.person()), known: Self.facts(first))
        #expect(corrected.fates.map(\.fate) == [.accepted])
        #expect(corrected.changes.map(\.record) != first.changes.map(\.record))
    }

    @Test("the same row twice is one fact; two that differ are not believed both")
    func twice() throws {
        let plan = try Self.plan(
            Self.feed(
                """
                identity_number,p.disabilityGrade,effective
                \(Self.number),2,2026-10-01
                \(Self.number),2,2026-10-01
                \(Self.number),3,2026-10-01
                \(Self.number),3,2026-10-02

                """), Self.index(Self.person()))
        #expect(
            plan.fates.map(\.fate) == [
                .accepted, .unchanged, .rejected(.twice(line: 2, "p.disabilityGrade")), .accepted,
            ])
        #expect(plan.facts == 2)
        #expect(plan.persons == 1)
        #expect(
            plan.rows
                == ImportBatch.Rows(accepted: 2, unchanged: 1, rejected: 1, queued: 0))
    }

    static let field: [(String, Fact.Source, Int64, Bool)] = [
        ("2026-11-01", .advisor, 3, true), ("2026-11-05", .advisor, 3, true),
        ("2026-10-31", .advisor, 3, false), ("2026-11-05", .advisor, 2, false),
        ("2026-11-05", .decision, 3, false),
    ]

    @Test(
        "what the field saw that day or later is not written over: both stay, and people look",
        arguments: field)
    func contradiction(
        day: String, source: Fact.Source, grade: Int64, isReviewed: Bool
    ) throws {
        let seen = Fact.Draft(
            household: Self.home, subject: Self.zhang, key: "p.disabilityGrade",
            statement: Fact.Statement(
                .number(grade), effective: try #require(CalendarDate(day)), source: source,
                confidence: .stated))
        let known = try #require(
            Fact(Self.state(seen.creation(id: RecordID(high: 9, low: 9)))))
        let plan = try Self.plan(
            Self.feed("identity_number,p.disabilityGrade\n\(Self.number),2\n"),
            Self.index(Self.person()), known: [known])
        #expect(plan.fates.map(\.fate) == [isReviewed ? .review(.contradictsField) : .accepted])
        #expect(Self.facts(plan).count == 1)
        #expect(plan.changes.allSatisfy { $0.creates })
    }

    @Test("a fact of the household lies with the household")
    func household() throws {
        let plan = try Self.plan(
            Self.feed("identity_number,h.status\n\(Self.number),dibao\n"),
            Self.index(Self.person()))
        #expect(Self.facts(plan).map(\.subject) == [Self.home])
        #expect(Self.facts(plan).first?.statement?.content == .word("dibao"))
    }
}
