import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol
import SyncTesting
import Testing

@testable import hazama

@Suite("a conflict given to whoever works here")
struct GivenConflictTests {
    @Test("its day is told by the inbox, the list, its page and today, until it is given on")
    func due() async throws {
        let hub = try Doorstep.hub(on: CalendarDate(year: 2026, month: 11, day: 16)!)
        let (laptop, other) = (
            try await Doorstep(1, of: "Li Na", at: hub),
            try await Doorstep(2, of: "Wang Fang", at: hub)
        )
        let home = RecordID(high: 500, low: 1)
        let draft = Household.Draft(area: HubFixture.north, headName: "何建荣")
        try hub.hub.load([[draft.creation(id: home)]], intent: "registration")
        try await laptop.sync()
        try await other.sync()
        try await laptop.type("household", "edit", "\(home)", "--member-count", "3")
        try await other.type("household", "edit", "\(home)", "--member-count", "5")
        for one in [laptop, other, laptop] { try await one.sync() }
        let conflict = try #require(try hub.hub.conflicts(state: nil, by: hub.admin).first)
        try hub.hub.setRoles(
            [.advisor, .conflictAdministrator], ofPersonNamed: "Li Na", by: hub.admin)
        let due_ms = CalendarDate(year: 2026, month: 12, day: 1)!.ordinal * 86_400_000
        _ = try hub.hub.assign(conflict.id, to: "Li Na", due_ms: due_ms, by: hub.admin)
        try await laptop.sync()

        func told() async throws -> [JSON?] {
            var told: [JSON?] = []
            for (kind, words) in [
                ("notice", ["inbox"]), ("conflict", ["conflict"]),
                ("summary", ["conflict", "show", "\(conflict.id)"]), ("conflict", ["today"]),
            ] {
                let items = try await laptop.type(words).filter { $0["type"] == .string(kind) }
                told.append(items.first?["due"])
            }
            return told
        }
        let day: JSON? = .string(Formats.iso(due_ms))
        #expect(try await told() == [day, day, day, day])

        _ = try hub.hub.assign(conflict.id, to: "Sun Wei", due_ms: nil, by: hub.admin)
        try await laptop.sync()
        #expect(try await told() == [nil, .null, .null, nil])
    }
}
