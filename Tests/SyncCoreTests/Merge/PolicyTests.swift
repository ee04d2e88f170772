import SyncCore
import SyncTesting
import Testing

/// Policies that know what the values mean: one unit each, written by people who knew only the
/// base.
@Suite("policies that know what values mean")
struct PolicyTests {
    static let address = UnitDeclaration(
        UnitID(16), "address",
        [
            Member("text", .text(maximumBytes: 40)),
            Member("source", .choice(["court", "street"])),
            Member("effective", .day),
        ], .ranked(Ranking(source: "source", effective: "effective")), .open)
    static let plan = UnitDeclaration(
        UnitID(16), "plan", .choice(["draft", "sent", "granted", "refused", "held"]),
        .states(
            StateMachine([
                "draft": ["sent"], "sent": ["granted", "refused", "held"], "held": ["sent"],
                "granted": [], "refused": [],
            ])), .open)
    static let consent = UnitDeclaration(
        UnitID(16), "consent", .choice(["given", "withdrawn"]), .withdrawalWins(given: "given"),
        .open)
    static let danger = UnitDeclaration(UnitID(16), "danger", .bool, .raiseWins, .open)
    static let story = UnitDeclaration(
        UnitID(16), "story", .text(maximumBytes: 12), .text, .open)
    static let level = UnitDeclaration(
        UnitID(16), "level", .choice(["none", "some", "all"]), .review(shown: .mostProtective),
        .open)

    static let base = Head(
        origin: .sample(ChangeSetName(ReplicaID(high: 1 << 63, low: 1), .first)), value: .absent)

    /// What is seen where each of these was written by somebody who knew only the base; the same in
    /// whatever order they came.
    static func outcome(
        _ values: [Value], _ unit: UnitDeclaration, base: Value? = nil
    ) throws -> Outcome? {
        let base = base.map { Head(origin: Self.base.origin, value: $0) }
        func outcome(_ values: [Value]) throws -> Outcome? {
            let heads = values.enumerated().map { place, value in
                Head(
                    origin: .sample(
                        ChangeSetName(ReplicaID(high: 0, low: UInt64(place) + 1), .first)),
                    value: value)
            }
            let register = try #require(Register(heads: heads, early: [], base: base))
            return UnitState.register(register).outcome(under: unit)
        }
        let found = try outcome(values)
        #expect(try outcome(values.reversed())?.value == found?.value)
        #expect(try outcome(values.reversed())?.isDisputed == found?.isDisputed)
        return found
    }

    private func registered(_ text: String, _ source: String, _ day: String?) -> Value {
        .group([
            .text(text), .text(source), day.flatMap { CalendarDate($0) }.map(Value.day) ?? .absent,
        ])
    }

    // MARK: ranked

    @Test("for one day the higher source wins, and of one source the later day")
    func ranked() throws {
        let street = registered("here", "street", "2026-05-01")
        let court = registered("there", "court", "2026-05-01")
        let later = registered("yonder", "court", "2026-06-01")
        for (values, winner) in [([street, court], court), ([court, later, street], later)] {
            let outcome = try #require(try Self.outcome(values, Self.address, base: .absent))
            #expect(outcome.value == winner)
            #expect(!outcome.isDisputed)
        }
    }

    @Test("a later day from a lower source is for people, and so is all that can't be ranked")
    func notRanked() throws {
        let court = registered("there", "court", "2026-05-01")
        for other in [
            registered("here", "street", "2026-06-01"), registered("here", "court", "2026-05-01"),
            registered("here", "oracle", "2026-05-01"), .absent,
        ] {
            let outcome = try #require(
                try Self.outcome([court, other], Self.address, base: street))
            #expect(outcome.isDisputed)
            #expect(outcome.value == street)
        }
    }

    private var street: Value { registered("base", "street", nil) }

    // MARK: states

    @Test(
        "the further state wins along a legal path",
        arguments: [
            (["draft", "sent"], "sent"), (["granted", "draft"], "granted"),
            (["sent", "draft", "refused"], "refused"),
        ])
    func further(words: [String], winner: String) throws {
        let outcome = try #require(try Self.outcome(words.map { .text($0) }, Self.plan))
        #expect(outcome.value == .text(winner))
        #expect(!outcome.isDisputed)
    }

    @Test(
        "branches that part, states that lead to each other and unknown ones are for people",
        arguments: [
            ["granted", "refused"], ["sent", "held"], ["draft", "granted", "refused"],
            ["sent", "archived"],
        ])
    func branches(words: [String]) throws {
        let outcome = try #require(
            try Self.outcome(words.map { .text($0) }, Self.plan, base: .text("draft")))
        #expect(outcome.isDisputed)
        #expect(outcome.value == .text("draft"))
    }

    // MARK: what protects

    @Test("a withdrawal holds at once, and people are asked")
    func withdrawal() throws {
        for other in ["withdrawn", "onlyByLetter"].map({ Value.text($0) }) + [.absent] {
            let outcome = try #require(
                try Self.outcome([.text("given"), other], Self.consent, base: .text("given")))
            #expect(outcome.value == other)
            #expect(outcome.isDisputed)
        }
        let both = try #require(try Self.outcome([.text("withdrawn"), .absent], Self.consent))
        #expect(both.value == .text("withdrawn"))
        #expect(!both.isDisputed)
    }

    @Test("a danger that was raised stays raised against an all-clear that did not know of it")
    func danger() throws {
        let outcome = try #require(
            try Self.outcome([.bool(true), .bool(false)], Self.danger, base: .bool(false)))
        #expect(outcome.value == .bool(true))
        #expect(outcome.isDisputed)
        let none = try #require(try Self.outcome([.bool(false), .absent], Self.danger))
        #expect(none.value == .bool(false))
        #expect(!none.isDisputed)
    }

    @Test("the most protective choice is the one the schema lists last, an unknown one beyond it")
    func protective() throws {
        func shown(_ words: String...) throws -> Value? {
            try Self.outcome(words.map { .text($0) }, Self.level)?.value
        }
        #expect(try shown("none", "all") == .text("all"))
        #expect(try shown("some", "none") == .text("some"))
        #expect(try shown("all", "asked") == .text("asked"))
    }

    // MARK: text

    @Test("two texts are combined when shown, and it is said from what")
    func combined() throws {
        let outcome = try #require(
            try Self.outcome(
                [.text("X. B."), .text("A. Y.")], Self.story, base: .text("A. B.")))
        guard case .combined(let text, let sides, let base) = outcome else {
            Issue.record("not combined")
            return
        }
        #expect(text == Text("X. Y."))
        #expect(sides.map(\.value) == [.text("X. B."), .text("A. Y.")])
        #expect(base.value == .text("A. B."))
    }

    @Test("three texts, no base, one place, an emptied text and too long a whole are for people")
    func notCombined() throws {
        let base = Value.text("A. B.")
        for (values, base) in [
            ([.text("X. B."), .text("A. Y."), .text("A. B. C.")], base),
            ([.text("X. B."), .text("A. Y.")], nil), ([.text("X. B."), .text("Y. B.")], base),
            ([.absent, .text("A. Y.")], base), ([.text("A. B."), .text("X. B.")], .absent),
            ([.text("XXXXX. B."), .text("A. YYYYY.")], base),
        ] as [([Value], Value?)] {
            let outcome = try #require(try Self.outcome(values, Self.story, base: base))
            #expect(outcome.isDisputed)
            #expect(outcome.value == base)
        }
    }

    @Test("a fourth who agrees with one of two makes no third side")
    func agreeing() throws {
        let outcome = try Self.outcome(
            [.text("X. B."), .text("A. Y."), .text("X. B.")], Self.story, base: .text("A. B."))
        #expect(outcome?.value == .text("X. Y."))
    }

    // MARK: derived

    @Test("what is derived is computed, and never written")
    func derived() throws {
        let name = UnitDeclaration(
            UnitID(17), "long", .bool,
            .derived(
                Derivation("long") { state in
                    guard case .text(let text)? = state.outcome(of: Self.story)?.value else {
                        return nil
                    }
                    return .bool(text.string.count > 3)
                }), .open)
        var state = History.nothing
        #expect(state.outcome(of: name) == nil)
        let first = ChangeSetName(ReplicaID(high: 0, low: 1), .first)
        state.merge(
            .sample([Write(unit: UnitID(16), operation: .set(.text("A. B."), replacing: []))]),
            from: .sample(first)
        ) { _ in false }
        #expect(state.outcome(of: name) == .computed(.bool(true)))
        #expect(throws: SchemaViolation.derived(UnitID(17))) {
            try name.validate(.set(.bool(true), replacing: []))
        }
        #expect(throws: EditRefusal.invalid(.derived(UnitID(17)))) {
            try state.setting(name, to: .bool(true), by: first.replica)
        }
    }

    // MARK: edits

    @Test("an edit of what was put together names both sides, and one of a dispute a single side")
    func edits() throws {
        let device = ReplicaID(high: 0, low: 9)
        func names(_ values: [Value]) throws -> [ChangeSetName] {
            let heads = values.enumerated().map { place, value in
                Head(
                    origin: .sample(
                        ChangeSetName(ReplicaID(high: 0, low: UInt64(place) + 1), .first)),
                    value: value)
            }
            let base = Head(origin: Self.base.origin, value: .text("A. B."))
            let register = try #require(Register(heads: heads, early: [], base: base))
            let state = try #require(
                RecordState(
                    record: History.record, collection: History.collection, created: nil,
                    units: [.init(id: UnitID(16), state: .register(register))]))
            let write = try state.setting(Self.story, to: .text("Z."), correcting: 0, by: device)
            guard case .set(_, let names) = write.operation else { return [] }
            #expect(
                !register.isDisputed(names, under: Self.story),
                "what an edit may name, the hub takes")
            return names
        }
        #expect(try names([.text("X. B."), .text("A. Y.")]).count == 2)
        #expect(try names([.text("X. B."), .text("Y. B.")]).count == 1)
    }

    @Test("a unit that can't be merged as it says is a fault of whoever wrote the schema")
    func misfits() async {
        await #expect(processExitsWith: .failure) {
            _ = UnitDeclaration(UnitID(16), "x", .integer(0...1), .text, .open)
        }
        await #expect(processExitsWith: .failure) {
            _ = UnitDeclaration(
                UnitID(16), "x", .choice(["a"]), .withdrawalWins(given: "b"), .open)
        }
        await #expect(processExitsWith: .failure) {
            _ = UnitDeclaration(
                UnitID(16), "x", .choice(["a"]), .states(StateMachine(["a": ["b"]])), .open)
        }
    }
}

extension Outcome {
    var isDisputed: Bool { if case .disputed = self { true } else { false } }
}
