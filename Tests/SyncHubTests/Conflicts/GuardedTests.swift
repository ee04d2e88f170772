import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("what two persons change")
struct GuardedTests {
    private func write(_ number: String, by device: FieldDevice, _ pair: Pair) async throws {
        try device.edit(pair.house) { try $0.set(House.number, to: .text(number)) }
        try await device.sync()
    }

    private func sides(_ pair: Pair) throws -> [Value] {
        let open = try pair.hub.conflicts(state: nil, by: pair.admin)
        guard let view = open.first else { return [] }
        return try pair.hub.conflict(view.id, by: pair.admin).sides.map(\.value).sorted()
    }

    @Test("who enters the same number once more has not made it theirs to change")
    func same() async throws {
        let pair = try await Pair()
        try await write("4", by: pair.a, pair)
        try await pair.b.sync()
        try await write("4", by: pair.b, pair)
        #expect(try sides(pair) == [])
        try await write("5", by: pair.b, pair)
        #expect(try sides(pair) == [.text("4"), .text("5")])
    }

    @Test("a number stays its author's while somebody else says the same beside it")
    func beside() async throws {
        let pair = try await Pair()
        let c = try FieldDevice(3, person: "Zhao Lei", at: pair.fixture)
        try await c.sync()
        try await write("4", by: pair.a, pair)
        try await c.sync()
        try await write("4", by: pair.b, pair)
        // It has seen only the first of the two.
        try await write("5", by: c, pair)
        #expect(try sides(pair) == [.text("4"), .text("5")])
        // The second takes theirs back: the first said it, too.
        try await pair.b.sync()
        try await write("5", by: pair.b, pair)
        #expect(try sides(pair) == [.text("4"), .text("5")])
    }

    @Test("who corrects their own number asks nobody")
    func own() async throws {
        let pair = try await Pair()
        try await write("4", by: pair.a, pair)
        try await write("5", by: pair.a, pair)
        #expect(try sides(pair) == [])
    }
}
