import SyncTesting
import Testing

@testable import SyncCore

@Suite("outcome of a unit")
struct OutcomeTests {
    static let a = ChangeSetName(ReplicaID(high: 0, low: 1), .first)
    static let b = ChangeSetName(ReplicaID(high: 0, low: 2), .first)
    static let c = ChangeSetName(ReplicaID(high: 0, low: 3), .first)

    static func declared(_ policy: MergePolicy) -> UnitDeclaration {
        UnitDeclaration(UnitID(16), "field", .integer(.min...(.max)), policy, .open)
    }

    /// Heads side by side, as a register that nobody has resolved.
    static func outcome(
        _ heads: [(ChangeSetName, Value, time: Int64)], _ unit: UnitDeclaration,
        base: Head? = nil, positions: [UInt64?] = []
    ) throws -> Outcome? {
        let places = positions + [UInt64?](repeating: nil, count: heads.count - positions.count)
        let register = try #require(
            Register(
                heads: zip(heads, places).map { head, place in
                    Head(origin: .sample(head.0, at: head.time, position: place), value: head.1)
                }, early: [], base: base))
        return UnitState.register(register).outcome(under: unit)
    }

    @Test(
        "one head is settled, whatever the policy",
        arguments: [
            .immutable, .latest, .review(shown: .previous), .review(shown: .newest),
            .review(shown: .mostProtective), .maximum, .minimum,
        ] as [MergePolicy])
    func settled(policy: MergePolicy) throws {
        #expect(
            try Self.outcome([(Self.a, .integer(1), 5)], Self.declared(policy))
                == .settled(.integer(1), by: .sample(Self.a, at: 5), support: []))
    }

    @Test("heads that agree are settled, and the others support the first")
    func support() throws {
        let outcome = try Self.outcome(
            [(Self.a, .text("\u{e9}  b"), 5), (Self.b, .text("e\u{301} b"), 3)],
            Self.declared(.review(shown: .previous)))
        #expect(
            outcome
                == .settled(
                    .text("\u{e9}  b"), by: .sample(Self.a, at: 5),
                    support: [.sample(Self.b, at: 3)]))
    }

    @Test("nothing written has no outcome")
    func nothing() {
        #expect(UnitState.empty(.register).outcome(under: Self.declared(.latest)) == nil)
    }

    @Test("of what is signed the one received first stands, the others are a contestation")
    func immutable() throws {
        let outcome = try Self.outcome(
            [(Self.a, .integer(1), 1), (Self.b, .integer(2), 2), (Self.c, .integer(3), 3)],
            Self.declared(.immutable), positions: [nil, 9, 4])
        guard case .disputed(let dispute) = outcome else {
            Issue.record("not disputed")
            return
        }
        #expect(dispute.kind == .contestation)
        #expect(dispute.shown == .integer(3))
        #expect(dispute.sides.map(\.names) == [[Self.a], [Self.b], [Self.c]])
    }

    @Test("the later corrected time wins, a tie goes by name, and the rest is kept")
    func latest() throws {
        let one = [(Self.a, Value.integer(1), time: Int64(9)), (Self.b, .integer(2), 3)]
        #expect(
            try Self.outcome(one, Self.declared(.latest))
                == .chosen(
                    .integer(1), by: .sample(Self.a, at: 9),
                    over: [Side(value: .integer(2), origins: [.sample(Self.b, at: 3)])]))
        let tie = [(Self.a, Value.integer(1), time: Int64(3)), (Self.b, .integer(2), 3)]
        #expect(try Self.outcome(tie, Self.declared(.latest))?.value == .integer(2))
    }

    @Test("the larger and the smaller value win, and who said the same first is named")
    func extremes() throws {
        let heads: [(ChangeSetName, Value, time: Int64)] = [
            (Self.a, .integer(1), 9), (Self.b, .integer(4), 1), (Self.c, .integer(4), 5),
        ]
        let low = Side(value: .integer(1), origins: [.sample(Self.a, at: 9)])
        let high = Side(
            value: .integer(4), origins: [.sample(Self.b, at: 1), .sample(Self.c, at: 5)])
        #expect(
            try Self.outcome(heads, Self.declared(.maximum))
                == .chosen(.integer(4), by: .sample(Self.b, at: 1), over: [low]))
        #expect(
            try Self.outcome(heads, Self.declared(.minimum))
                == .chosen(.integer(1), by: .sample(Self.a, at: 9), over: [high]))
    }

    @Test(
        "stated to be empty wins neither upward nor downward",
        arguments: [MergePolicy.maximum, .minimum])
    func absentLoses(policy: MergePolicy) throws {
        for heads in [
            [(Self.a, Value.absent, time: Int64(1)), (Self.b, .integer(-4), 1)],
            [(Self.a, .integer(-4), 1), (Self.b, .absent, 1)],
        ] {
            #expect(try Self.outcome(heads, Self.declared(policy))?.value == .integer(-4))
        }
    }

    @Test(
        "while a review is open, it shows what its policy says",
        arguments: [(.previous, 7), (.newest, 1), (.mostProtective, 2)]
            as [(MergePolicy.Provisional, Int64)])
    func review(provisional: MergePolicy.Provisional, shown: Int64) throws {
        let base = Head(origin: .sample(Self.c), value: .integer(7))
        #expect(
            try Self.outcome(
                [(Self.a, .integer(1), 9), (Self.b, .integer(2), 3)],
                Self.declared(.review(shown: provisional)), base: base)
                == .disputed(
                    Dispute(
                        kind: .value, base: base,
                        sides: [
                            Side(value: .integer(1), origins: [.sample(Self.a, at: 9)]),
                            Side(value: .integer(2), origins: [.sample(Self.b, at: 3)]),
                        ], shown: .integer(shown))))
    }

    @Test("without a base, a review that shows the previous value shows nothing")
    func noBase() throws {
        let outcome = try Self.outcome(
            [(Self.a, .integer(1), 9), (Self.b, .integer(2), 3)],
            Self.declared(.review(shown: .previous)))
        #expect(outcome != nil)
        #expect(outcome?.value == nil)
    }

    @Test("a group is disputed as a whole, and voiding as a deletion")
    func kinds() throws {
        let group = UnitDeclaration(
            UnitID(16), "group", [Member("one", .bool), Member("two", .bool)],
            .review(shown: .previous), .open)
        let void = UnitDeclaration(
            .void, "void", .text(maximumBytes: 9), .review(shown: .previous), .open)
        let kinds = try [group, void].map { unit -> Dispute.Kind? in
            let outcome = try Self.outcome(
                [(Self.a, .absent, 1), (Self.b, .text("gone"), 2)], unit)
            if case .disputed(let dispute)? = outcome { return dispute.kind }
            return nil
        }
        #expect(kinds == [.group, .deletion])
    }

    @Test("contributions are shown as what they amount to")
    func contributions() {
        var state = History.nothing
        let change = RecordChange.sample([
            Write(
                unit: UnitID(16),
                operation: .change(adding: [.integer(2), .integer(1)], removing: [])),
            Write(unit: UnitID(17), operation: .increment(-3)),
            Write(unit: UnitID(18), operation: .append([.integer(9), .integer(8)])),
        ])
        state.merge(change, from: .sample(Self.a)) { _ in false }
        let outcomes = zip([16, 17, 18], [MergePolicy.addWins, .sum, .append]).map {
            state[UnitID($0)]?.outcome(under: Self.declared($1))
        }
        #expect(
            outcomes == [
                .elements([.integer(1), .integer(2)]), .total(-3),
                .entries([
                    Log.Entry(origin: .sample(Self.a), index: 0, value: .integer(9)),
                    Log.Entry(origin: .sample(Self.a), index: 1, value: .integer(8)),
                ]),
            ])
        #expect(outcomes.map { $0?.value } == [nil, .integer(-3), nil])
    }
}

@Suite("outcome laws")
struct OutcomeLawTests {
    static let policies: [MergePolicy] = [
        .immutable, .latest, .review(shown: .previous), .review(shown: .newest),
        .review(shown: .mostProtective), .maximum, .minimum,
    ]

    @Test("sides are all heads, joined where they agree, and rise by name", arguments: Seed.all)
    func sides(seed: Seed) {
        for register in Self.registers(seed) {
            expectSides(register.sides, of: register)
        }
    }

    @Test("the law of sides notices heads that are not joined")
    func notJoined() throws {
        let register = try #require(
            Self.registers(.first).first { $0.sides.count < $0.heads.count })
        withKnownIssue {
            let apart = register.heads.map { Side(value: $0.value, origins: [$0.origin]) }
            expectSides(apart, of: register)
        }
    }

    @Test("the law of sides notices sides out of order")
    func outOfOrder() throws {
        let register = try #require(Self.registers(.first).first { $0.sides.count > 1 })
        withKnownIssue { expectSides(register.sides.reversed(), of: register) }
    }

    @Test("every order of arrival shows the same, under every policy", arguments: Seed.all)
    func anyOrder(seed: Seed) {
        var generator = TestGenerator(seed)
        for history in History.samples(seed, count: 10) {
            let orders = (0..<4).map { _ in history.entries.indices.shuffled(using: &generator) }
            for policy in Self.policies {
                let shown = orders.map { order in
                    history.state(mergedIn: order)[UnitID(16)]?
                        .outcome(under: OutcomeTests.declared(policy))
                }
                #expect(shown.allSatisfy { $0 == shown[0] })
            }
        }
    }

    @Test("what is chosen is a head that no other head beats", arguments: Seed.all)
    func chosen(seed: Seed) {
        for register in Self.registers(seed) where register.sides.count > 1 {
            let state = UnitState.register(register)
            func shown(_ policy: MergePolicy) -> Value? {
                state.outcome(under: OutcomeTests.declared(policy))?.value
            }
            let byTime = register.heads.sorted {
                ($0.origin.time, $0.origin.name) < ($1.origin.time, $1.origin.name)
            }
            let stated = register.heads.map(\.value).filter { $0 != .absent }.sorted()
            #expect(shown(.latest) == byTime.last?.value)
            #expect(shown(.review(shown: .newest)) == byTime.last?.value)
            #expect(shown(.maximum) == stated.last)
            #expect(shown(.minimum) == stated.first)
        }
    }

    /// Registers that come about, and some more heads side by side than usual.
    static func registers(_ seed: Seed) -> [Register] {
        var generator = TestGenerator(seed)
        let drawn = (0..<40).map { _ in
            let heads = (1...4).filter { _ in !generator.oneIn(4) }.map { replica in
                Head(
                    origin: .sample(
                        ChangeSetName(ReplicaID(high: 0, low: replica), .first),
                        at: .random(in: 1...3, using: &generator)),
                    value: generator.pick(History.values))
            }
            return Register(heads: heads, early: [], base: nil)!
        }
        let merged = History.samples(seed, count: 10).compactMap { history -> Register? in
            let state = history.state(mergedIn: Array(history.entries.indices))
            if case .register(let register)? = state[UnitID(16)] { return register }
            return nil
        }
        return drawn + merged
    }

    private func expectSides(
        _ sides: [Side], of register: Register, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        let heads = register.heads
        #expect(
            sides.flatMap(\.origins).sorted { $0.name < $1.name } == heads.map(\.origin),
            sourceLocation: sourceLocation)
        for side in sides {
            #expect(side.names == side.names.sorted(), sourceLocation: sourceLocation)
            let agreeing = heads.filter { $0.value.agrees(with: side.value) }
            #expect(side.origins == agreeing.map(\.origin), sourceLocation: sourceLocation)
            #expect(side.value == agreeing.first?.value, sourceLocation: sourceLocation)
        }
        let firsts = sides.compactMap(\.names.first)
        #expect(firsts == firsts.sorted(), sourceLocation: sourceLocation)
    }
}
