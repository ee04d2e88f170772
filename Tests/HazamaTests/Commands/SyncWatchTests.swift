import ArgumentParser
import Fieldwork
import SyncClient
import SyncCore
import SyncExchange
import SyncProtocol
import SyncStore
import SyncTesting
import Synchronization
import Testing

@testable import hazama

@Suite("a sync that stays")
struct SyncWatchTests {
    private let day = CalendarDate(year: 2026, month: 11, day: 16)!

    private func summary(
        bytes: Int = 0, sent: Int = 0, unsent: Int = 0, filesSent: Int = 0, filesUnsent: Int = 0
    ) -> SyncSummary {
        var summary = SyncSummary()
        (summary.bytesUp, summary.sent, summary.unsent) = (bytes, sent, unsent)
        (summary.filesSent, summary.filesUnsent) = (filesSent, filesUnsent)
        return summary
    }

    @Test("it waits for news where nothing is left, and goes on at once where more was recorded")
    func ordinary() {
        var course = WatchCourse(SyncOptions())
        #expect(course.next(after: summary(sent: 2), chance: 0) == .listen)
        #expect(course.next(after: summary(sent: 2, unsent: 1), chance: 0) == .sync(after: .zero))
        #expect(course.next(after: summary(sent: 1), chance: 0) == .listen)
    }

    @Test("what does not go is tried again after ever longer pauses, not without one")
    func stuck() {
        var course = WatchCourse(SyncOptions())
        let pauses = (1...3).map { _ in course.next(after: summary(unsent: 1), chance: 0) }
        #expect(
            pauses == [2, 4, 8].map { WatchCourse.Next.sync(after: .seconds($0)) })
        #expect(course.next(after: summary(sent: 1, unsent: 1), chance: 0) == .sync(after: .zero))
        #expect(
            course.next(after: summary(unsent: 1), chance: 0) == .sync(after: .seconds(2)))
    }

    @Test("a watch of files does not run for records that it may not send")
    func onlyFiles() {
        var course = WatchCourse(SyncOptions(only: .files))
        #expect(course.next(after: summary(unsent: 3), chance: 0) == .listen)
        #expect(course.waiting(unsent: 3, files: 0) == 0)
        #expect(
            course.next(after: summary(filesUnsent: 1), chance: 0) == .sync(after: .seconds(2)))
        #expect(course.options.only == .files)
    }

    @Test("all syncs of a watch share one limit on bytes, and it ends when that is used up")
    func budget() {
        var course = WatchCourse(SyncOptions(maximumBytes: 1000))
        #expect(
            course.next(after: summary(bytes: 300, unsent: 1), chance: 0)
                == .sync(after: .seconds(2)))
        #expect(course.options.maximumBytes == 700)
        #expect(
            course.next(afterFailure: summary(bytes: 300), retryAfter_s: 9, chance: 0)
                == .sync(after: .seconds(9)))
        course.spend(300)
        #expect(course.options.maximumBytes == 100)
        #expect(course.next(after: summary(bytes: 200, unsent: 1), chance: 0) == .end)
    }

    /// Two who share a laptop, each with something that was not sent.
    private func shared() async throws -> (Doorstep, Doorstep) {
        let fixture = try Doorstep.hub(on: day)
        let own = try await Doorstep(1, of: "Wang Fang", at: fixture)
        let other = try await Doorstep(2, of: "Li Na", at: fixture, beside: own, called: "li-na")
        for (person, name) in [(own, "周梅"), (other, "陈勇")] {
            _ = try await person.record(
                "household", "household", "new", "--name", name, "--area", "North")
        }
        return (own, other)
    }

    private func unsent(_ person: Doorstep) async throws -> Int {
        try await person.withStore { try $0.status().unsent }
    }

    @Test("a watch sends what others on this machine have not sent, before it waits")
    func others() async throws {
        let (own, other) = try await shared()
        let (desk, screen) = own.desk()
        let line = ListeningLine(inner: InnerLine(hub: own.fixture.hub))
        let work = OthersWork(beside: Homes.first, desk) { _, _ in line }
        try await own.withStore { store in
            let client = SyncClient(store: store, transport: line, clock: desk.clock)
            var watch = SyncWatch(
                store: store, client: client, options: SyncOptions(), desk: desk)
            // It ends only because the hub says in the middle of it that the device is none of its.
            await #expect(throws: Failure.self) {
                try await watch.run(
                    showing: { _ in }, telling: { _, _ in }, others: work.deliver)
            }
            try store.reopen()
        }
        #expect(try await unsent(own) == 0)
        #expect(try await unsent(other) == 0)
        #expect(screen.talk.contains("li-na"))
    }

    @Test("what others have not sent goes within what is left of the limit, and in its lane")
    func othersBudget() async throws {
        let (own, other) = try await shared()
        let (desk, _) = own.desk()
        let work = OthersWork(beside: Homes.first, desk) { _, _ in
            InnerLine(hub: own.fixture.hub)
        }
        #expect(await work.deliver(SyncOptions(maximumBytes: 0)) == 0)
        #expect(await work.deliver(SyncOptions(only: .files)) == 0)
        // There is room for a request, and not for the work.
        _ = await work.deliver(SyncOptions(maximumBytes: 301))
        #expect(try await unsent(other) == 1)
        #expect(await work.deliver(SyncOptions(maximumBytes: 100_000)) > 0)
        #expect(try await unsent(other) == 0)
    }

    @Test("a dry run of files tells only of files, and no sync that was not made")
    func dryRun() async throws {
        let own = try await Doorstep(1, of: "Wang Fang", at: try Doorstep.hub(on: day))
        let (desk, screen) = own.desk()
        var sync = try #require(
            try Hazama.parseAsRoot(["sync", "--dry-run", "--only", "files"]) as? SyncCommand)
        var summary = SyncSummary()
        summary.estimate = SyncSummary.Estimate(
            changeSets: 0, bytesUp: 0, records: 0, bytesDown: 0)
        summary.estimate?.files = 2
        summary.estimate?.fileBytes = 2000
        _ = sync.tell(summary, nil, desk)
        #expect(screen.result == "Would send 2 files (2 kB).\n")
        sync.only = nil
        _ = sync.tell(summary, nil, desk)
        #expect(screen.result.contains("Then 2 files"))
    }
}

/// A line to a hub that says of a device that waits there that it is none of its.
private struct ListeningLine: Transport {
    let inner: InnerLine

    func send(
        _ request: TransportRequest, progress: @escaping @Sendable (TransferProgress) -> Void
    ) async throws(TransportError) -> TransportResponse {
        guard request.path == "/v1/watch" else {
            return try await inner.send(request, progress: progress)
        }
        let problem = Problem(.revoked)
        return TransportResponse(
            status: problem.code.status, contentType: "application/json",
            body: problem.json.bytes(), bytesUp: request.body.count, bytesDown: 50)
    }
}
