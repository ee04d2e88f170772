import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Of one unit several things can be asked, and each is let stand by itself.
@Suite("what is let stand of a unit")
struct StandingTests {
    /// A writes a unit because of what stood in `count`, and B changes that meanwhile.
    private func decideApart(
        _ pair: Pair, _ unit: UnitID, _ value: Value, _ meanwhile: (inout Edit) throws -> Void
    ) async throws {
        let shown = try #require(try pair.a.store.shown(pair.house))
        guard case .register(let count)? = shown.state[House.count] else { return }
        try pair.a.edit(
            pair.house,
            on: [
                Premise(
                    record: pair.house, unit: House.count, heads: count.heads.map(\.origin.name))
            ]
        ) { try $0.set(unit, to: value) }
        try pair.b.edit(pair.house) {
            try $0.set(House.count, to: .integer(9))
            try meanwhile(&$0)
        }
        try await pair.syncBoth()
    }

    private func letStand(_ kind: ConflictKind, _ pair: Pair) throws -> RecordID {
        let view = try #require(try pair.open.first { $0.kind == kind })
        let detail = try pair.hub.conflict(view.id, by: pair.admin)
        _ = try pair.hub.resolve(
            view.id,
            ResolutionRequest(version: detail.version, choice: .stand, reason: "why"),
            by: pair.admin)
        return view.id
    }

    @Test("a decision that stands on an old fact is let stand, and what is contested stays open")
    func contested() async throws {
        let pair = try await Pair()
        try await decideApart(pair, House.seal, .text("one")) {
            try $0.set(House.seal, to: .text("two"))
        }
        #expect(try Set(pair.open.map(\.kind)) == [.contestation, .premise])
        _ = try letStand(.premise, pair)
        #expect(try pair.open.map(\.kind) == [.contestation])
        try await pair.syncBoth()
        for device in [pair.a, pair.b] {
            #expect(try device.store.disputes().map(\.unit) == [House.seal])
        }
    }

    @Test("what was contested and is let stand stays so when the decision is, and is taken back")
    func decidedAfterwards() async throws {
        let pair = try await Pair()
        try await decideApart(pair, House.seal, .text("one")) {
            try $0.set(House.seal, to: .text("two"))
        }
        _ = try letStand(.contestation, pair)
        #expect(try pair.open.map(\.kind) == [.premise])
        let decision = try letStand(.premise, pair)
        #expect(try pair.open == [])
        _ = try pair.hub.undo(decision, reason: "too soon", by: pair.admin)
        #expect(try pair.open.map(\.kind) == [.premise])
        try await pair.syncBoth()
        for device in [pair.a, pair.b] { #expect(try device.store.disputeCount() == 0) }
    }
}
