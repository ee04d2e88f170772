import Fieldwork
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@testable import hazama

@Suite("How long a machine shows what it was lent")
struct LeaseTests {
    static let start = CalendarDate(year: 2026, month: 10, day: 1)!
    static let day_ms: Int64 = 86_400_000

    private func day(_ count: Int64) throws -> CalendarDate {
        try #require(Self.start.adding(days: count))
    }

    private func laptop() async throws -> (Doorstep, RecordID) {
        let hub = try Doorstep.hub(on: Self.start)
        let laptop = try await Doorstep(1, of: "li", at: hub)
        let home = try await laptop.record(
            "household", "household", "new", "--name", "Old Zhao", "--area", "North", "--address",
            "Lane 3",
            "--member-count", "4", "--warning", "dog", "--warning-note", "bites")
        try await laptop.sync()
        return (laptop, home)
    }

    @Test("after fourteen days without contact nothing is shown, and everything is recorded")
    func over() async throws {
        let (laptop, home) = try await laptop()
        laptop.travel(to: try day(13))
        var (status, screen) = try await laptop.run(["household", "find"])
        #expect(status == .done && screen.result.contains("Old Zhao"))
        #expect(screen.talk.contains("Sync within"))

        laptop.travel(to: try day(15))
        for words in [
            ["household", "find"], ["show", "\(home)"], ["today"], ["log", "\(home)"],
            ["match", "\(home)"], ["conflict", "list"], ["inbox"], ["visit", "list"], ["lease"],
            ["duplicate", "list"], ["household", "show", "\(home)"],
        ] {
            (status, screen) = try await laptop.run(words)
            #expect(status == .locked, "\(words): \(screen.result) \(screen.talk)")
            #expect(screen.talk.contains("HZ-7106"), "\(words)")
            #expect(!(screen.result + screen.talk).contains("Zhao"), "\(words)")
        }
        (status, screen) = try await laptop.run(["status"])
        #expect(status == .done && screen.result.contains("has not met the hub"))

        // At the door the danger is said, and nothing else.
        (status, screen) = try await laptop.run(["visit", "start", "\(home)"])
        #expect(status == .done, "\(screen.talk)")
        #expect(screen.result.contains("bites"))
        #expect(!(screen.result + screen.talk).contains("Zhao"))
        try await laptop.type("visit", "note", "All four are well.")
        (status, screen) = try await laptop.run(["visit", "end", "--outcome", "met"])
        #expect(status == .done, "\(screen.talk)")
        #expect(!(screen.result + screen.talk).contains("Zhao"))
        (status, screen) = try await laptop.run([
            "household", "edit", "\(home)", "--member-count", "5",
        ])
        #expect(status == .done, "\(screen.talk)")
        #expect(screen.result.contains("5") && !screen.result.contains("→"))
        (status, screen) = try await laptop.run([
            "household", "new", "--name", "Old Zhao", "--area", "North", "--address", "Lane 3",
            "--known", "open",
        ])
        #expect(!(screen.result + screen.talk).contains("Zhao"))
        (status, screen) = try await laptop.run(["outbox"])
        #expect(status == .done && !(screen.result + screen.talk).contains("Zhao"))

        try await laptop.sync()
        (status, screen) = try await laptop.run(["household", "find"])
        #expect(status == .done && screen.result.contains("Old Zhao"))
        let items = try await laptop.type("visit", "list")
        #expect(items.contains { $0["type"] == .string("visit") })
    }

    @Test("how the clock is set neither shortens nor lengthens it while the machine is on")
    func clocks() async throws {
        let (laptop, _) = try await laptop()
        let now_ms = laptop.fixture.clock.now_ms
        func lease(_ days: Int64, clock: Int64, boot: UInt64 = 3) async throws -> ReadingLease {
            let later_ms = now_ms + days * Self.day_ms
            return try await laptop.withStore { store in
                try store.readingLease(
                    at: ClockReading(
                        wall_ms: now_ms + clock * Self.day_ms,
                        monotonic_ms: boot == 3 ? UInt64(later_ms - 1_500_000_000_000) : 5,
                        boot: boot))
            }
        }
        func isOver(_ days: Int64, clock: Int64, boot: UInt64 = 3) async throws -> Bool {
            try await lease(days, clock: clock, boot: boot) == .over
        }
        #expect(try await !isOver(13, clock: 13))
        #expect(try await isOver(14, clock: 14))
        #expect(try await !isOver(1, clock: 20_000))
        #expect(try await isOver(15, clock: -400))
        // Started anew, only the clock is left.
        #expect(try await !isOver(1, clock: 13, boot: 4))
        #expect(try await isOver(1, clock: 15, boot: 4))
        #expect(try await !isOver(30, clock: -20_000, boot: 4))
        let whole = try await lease(30, clock: -20_000, boot: 4)
        #expect(
            whole
                == .left(
                    14 * Self.day_ms, of: 14 * Self.day_ms, until_ms: now_ms + 14 * Self.day_ms))
        for wall_ms in [Int64.min, .max] {
            _ = try await laptop.withStore { store in
                try store.readingLease(
                    at: ClockReading(wall_ms: wall_ms, monotonic_ms: .max, boot: 9))
            }
        }
    }

    @Test("a machine that the hub took out shows nothing from then on, and delivers what it has")
    func takenOut() async throws {
        let (laptop, home) = try await laptop()
        try await laptop.type("household", "edit", "\(home)", "--phone", "13900001234")
        let replica = try await laptop.withStore { try $0.identity().replica }
        try laptop.fixture.hub.revoke(replica, by: laptop.fixture.admin)
        // It has not heard of it yet.
        #expect(try await laptop.run(["household", "find"]).status == .done)
        try await laptop.sync()
        var (status, screen) = try await laptop.run(["household", "find"])
        #expect(status == .locked)
        #expect(screen.talk.contains("HZ-7106") && screen.talk.contains("revoked"))
        #expect(screen.talk.contains("ask the office") && !screen.talk.contains("clock"))
        (status, screen) = try await laptop.run(["status"])
        #expect(status == .done)
        #expect(!screen.result.contains("has not met") && screen.talk.contains("ask the office"))
        #expect(try await laptop.withStore { try $0.status().unsent } == 0)
    }
}
