import SyncCore
import SyncTesting
import Testing

@Suite("values and text")
struct ValueTests {
    static let composed = Text("caf\u{e9}")
    static let decomposed = Text("cafe\u{301}")

    @Test("two spellings of one word are two texts that agree")
    func normalisation() {
        #expect(Self.composed != Self.decomposed)
        #expect(Set([Self.composed, Self.decomposed]).count == 2)
        #expect(Self.composed.agrees(with: Self.decomposed))
        #expect(Value.text(Self.composed) != .text(Self.decomposed))
        #expect(Value.text(Self.composed).agrees(with: .text(Self.decomposed)))
    }

    @Test("a compatibility ideograph agrees with the one it stands for")
    func ideographs() {
        #expect(Text("\u{f9e1}").agrees(with: Text("\u{674e}")))
        #expect(Text("\u{f9e1}") != Text("\u{674e}"))
    }

    @Test(
        "white space counts as one space between words and as none around them",
        arguments: [
            ("a b", "a  b"), ("a b", " a b "), ("a b", "a\tb"), ("a b", "a\r\nb"),
            ("a b", "a\u{3000}b"), ("a b", "a\u{a0}b"), ("", " \n"), ("a b", "a\u{2028}b"),
            ("李 明", "李\u{3000}明"),
        ])
    func whiteSpace(left: String, right: String) {
        #expect(Text(left).agrees(with: Text(right)))
        #expect(Text(left) != Text(right))
    }

    @Test(
        "nothing else agrees: no case, no width, no look-alike, no missing mark",
        arguments: [
            ("a b", "ab"), ("a", "A"), ("a", "\u{ff41}"), ("a", "\u{430}"), ("1", "\u{ff11}"),
            ("e", "\u{e9}"), ("a b", "a \u{301}b"), ("a b", "a\u{200b}b"), ("ﬁ", "fi"), ("a", ""),
            ("a b", "a \u{301} b"), ("李", "季"),
        ])
    func disagrees(left: String, right: String) { #expect(!Text(left).agrees(with: Text(right))) }

    @Test("agreeing is an equivalence over texts made to collide", arguments: Seed.all)
    func equivalence(seed: Seed) {
        var generator = TestGenerator(seed)
        let pieces = ["e", "\u{301}", "\u{e9}", " ", "\u{3000}", "\n", "\r", "\u{328}", "\u{2000}"]
        let texts = (0..<40).map { _ in
            Text((0..<3).map { _ in generator.pick(pieces) }.joined())
        }
        for left in texts {
            #expect(left.agrees(with: left))
            for right in texts where left.agrees(with: right) {
                #expect(right.agrees(with: left))
                #expect(texts.allSatisfy { left.agrees(with: $0) == right.agrees(with: $0) })
            }
        }
    }

    @Test("groups agree member by member, and never across their lengths")
    func groups() {
        let left = Value.group([.text(Self.composed), .integer(1)])
        #expect(left.agrees(with: .group([.text(Self.decomposed), .integer(1)])))
        #expect(!left.agrees(with: .group([.text(Self.decomposed), .integer(2)])))
        #expect(!left.agrees(with: .group([.text(Self.composed)])))
    }

    @Test("kinds never agree with each other: empty is not absent, 0 is not false")
    func kinds() {
        let values: [Value] = [
            .absent, .bool(false), .integer(0), .text(""), .bytes([]), .group([]),
            .reference(RecordID(high: 0, low: 0)), .day(CalendarDate(ordinal: 0)!),
        ]
        for (place, value) in values.enumerated() {
            #expect(values.indices.filter { values[$0].agrees(with: value) } == [place])
        }
    }

    @Test("order is total, and agrees with equality")
    func order() {
        let values: [Value] = [
            .absent, .bool(false), .bool(true), .integer(.min), .integer(0), .integer(.max),
            .text(""), .text("a"), .text(Self.decomposed), .text(Self.composed), .text("\u{ff41}"),
            .bytes([]), .bytes([0]), .bytes([1]), .day(CalendarDate(ordinal: -1)!),
            .day(CalendarDate(ordinal: 0)!), .reference(RecordID(high: 0, low: 1)),
            .reference(RecordID(high: 1, low: 0)), .group([]), .group([.absent]),
            .group([.absent, .absent]), .group([.bool(false)]),
        ]
        for (left, leftValue) in values.enumerated() {
            for (right, rightValue) in values.enumerated() {
                #expect((leftValue < rightValue) == (left < right))
                #expect((leftValue == rightValue) == (left == right))
            }
        }
    }
}

@Suite("change sets")
struct ChangeSetTests {
    @Test("writes of a change rise by unit, each once")
    func writesRise() {
        let writes = [16, 17].map { Write(unit: UnitID($0), operation: .increment(1)) }
        #expect(Self.change(writes) != nil)
        #expect(Self.change(writes.reversed()) == nil)
        #expect(Self.change([writes[0], writes[0]]) == nil)
    }

    @Test("a change creates or writes")
    func doesSomething() {
        #expect(Self.change([], creates: true) != nil)
        #expect(Self.change([], creates: false) == nil)
    }

    @Test("changes of a change set rise by record, each once, at least one")
    func changesRise() throws {
        let changes = try [1, 2].map {
            try #require(Self.change([], creates: true, record: RecordID(high: 0, low: $0)))
        }
        #expect(Self.changeSet(changes)?.changes == changes)
        #expect(Self.changeSet(changes.reversed()) == nil)
        #expect(Self.changeSet([changes[0], changes[0]]) == nil)
        #expect(Self.changeSet([]) == nil)
    }

    @Test("each operation tells its kind")
    func kinds() {
        let operations: [Write.Operation] = [
            .set(.absent, replacing: []), .change(adding: [], removing: []), .increment(0),
            .append([]),
        ]
        #expect(operations.map(\.kind) == UnitKind.allCases)
    }

    private static func change(
        _ writes: [Write], creates: Bool = false, record: RecordID = RecordID(high: 0, low: 1)
    ) -> RecordChange? {
        RecordChange(
            record: record, collection: CollectionID(1), creates: creates, writes: writes,
            shown: nil)
    }

    private static func changeSet(_ changes: [RecordChange]) -> ChangeSet? {
        ChangeSet(
            name: ChangeSetName(ReplicaID(high: 0, low: 1), .first), previous: .none,
            author: PersonID(high: 0, low: 1), grant: GrantID(high: 0, low: 1), trunk: .none,
            time: CorrectedTimeTests.time(wall: 0, monotonic: 0), intent: Text("visit"),
            schema: SchemaVersion(1), saltSeed: SaltSeed(high: 0, low: 1), changes: changes)
    }
}
