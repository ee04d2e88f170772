import SyncCore
import Testing

@Suite("steps of a state machine")
struct StateMachineTests {
    private static let machine = StateMachine([
        "new": ["open"], "open": ["done", "new"], "done": [],
    ])
    private let unit = UnitDeclaration(
        UnitID(16), "stage", .choice(["new", "open", "done"]), .states(machine), .open)

    @Test("one state may be set where another was if a step leads there at once")
    func steps() {
        var allowed: [String] = []
        for from in ["new", "open", "done"] {
            for to in ["new", "open", "done"]
            where Self.machine.allows(.text(Text(to)), after: .text(Text(from))) {
                allowed.append("\(from) \(to)")
            }
        }
        #expect(
            allowed == ["new new", "new open", "open new", "open open", "open done", "done done"])
    }

    @Test("anything may be where it begins, and nothing is known of words that are not listed")
    func unknown() {
        for to in ["new", "open", "done"] {
            #expect(Self.machine.allows(.text(Text(to)), after: .absent))
            #expect(Self.machine.allows(.text(Text(to)), after: .text("shelved")))
        }
        #expect(Self.machine.allows(.text("shelved"), after: .text("done")))
        #expect(Self.machine.allows(.text(" done"), after: .text("done")))
        #expect(!Self.machine.allows(.absent, after: .text("done")))
    }

    private func head(
        _ replica: ReplicaID, _ number: UInt64, _ stage: String, author: UInt64,
        shown: UInt64? = nil
    ) -> Head {
        Head(
            origin: Origin(
                name: ChangeSetName(replica, ChangeSetNumber(number)!),
                author: PersonID(high: 0, low: author), time: CorrectedTime(clamping: 0),
                position: nil, shown: shown.flatMap { LogPosition($0) }),
            value: .text(Text(stage)))
    }

    private func head(_ replica: UInt64, _ number: UInt64, _ stage: String) -> Head {
        head(ReplicaID(high: 0, low: replica), number, stage, author: replica)
    }

    @Test("the hub states again what it says on the page and in the name of who said it before")
    func statedAgain() throws {
        let hub = ReplicaID(high: 1 << 63, low: 1)
        let base = head(ReplicaID(high: 0, low: 1), 1, "new", author: 1, shown: 4)
        let gone = head(ReplicaID(high: 0, low: 2), 1, "done", author: 2)
        func isStatedAgain(_ other: Head) throws -> Bool {
            let heads = [gone, other].sorted { $0.origin.name < $1.origin.name }
            return try #require(Register(heads: heads, early: [], base: base)).isStatedAgain
        }
        #expect(try isStatedAgain(head(hub, 1, "new", author: 1, shown: 4)))
        // What the office decides stands on a later page, whoever decides.
        #expect(try !isStatedAgain(head(hub, 1, "new", author: 1, shown: 9)))
        #expect(try !isStatedAgain(head(hub, 1, "new", author: 3, shown: 4)))
        #expect(try !isStatedAgain(head(hub, 1, "open", author: 1, shown: 4)))
        let device = ReplicaID(high: 0, low: 3)
        #expect(try !isStatedAgain(head(device, 1, "new", author: 1, shown: 4)))
    }

    @Test("of several heads it is held against the one that was shown, and of a dispute none")
    func heads() {
        let (early, late) = (head(1, 1, "new"), head(2, 1, "done"))
        #expect(unit.jump(to: .text("open"), from: [late, early]) == late)
        #expect(unit.jump(to: .text("done"), from: [late, early]) == nil)
        #expect(unit.jump(to: .text("done"), from: []) == nil)
        let apart = [head(1, 1, "new"), head(2, 1, "open")]
        #expect(unit.jump(to: .text("done"), from: apart) == nil)
    }

    @Test("a register holds a write against what it names and what its own device wrote")
    func register() throws {
        let (own, other) = (head(1, 2, "done"), head(2, 1, "new"))
        let replica = own.origin.name.replica
        let register = try #require(Register(heads: [own, other], early: [], base: nil))
        func jump(_ stage: String, _ names: [Head], by replica: ReplicaID) -> Head? {
            register.jump(
                to: .text(Text(stage)), naming: names.map(\.origin.name), by: replica, under: unit)
        }
        #expect(jump("open", [other], by: replica) == own)
        #expect(jump("open", [other], by: ReplicaID(high: 0, low: 9)) == nil)
        #expect(jump("open", [], by: ReplicaID(high: 0, low: 9)) == nil)
        #expect(jump("open", [own], by: ReplicaID(high: 0, low: 9)) == own)
        // What it wrote since was set aside, and is no head.
        #expect(jump("open", [head(1, 3, "open")], by: replica) == nil)
        #expect(jump("open", [head(1, 1, "open")], by: replica) == own)
    }
}
