import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// What honest devices write that looks like a jump and is none, and jumps that look like none.
@Suite("steps that are none at first sight")
struct HonestStepTests {
    private let fixture: HubFixture
    private let job = RecordID(high: 700, low: 1)

    init() throws { fixture = try HubFixture(schema: .everyConflict) }

    private func stage(
        _ stage: String, replacing names: [ChangeSetName], of job: RecordID? = nil
    ) -> RecordChange {
        RecordChange(
            record: job ?? self.job, collection: .job, creates: false,
            writes: [
                Write(unit: Job.stage, operation: .set(.text(Text(stage)), replacing: names))
            ], shown: nil)!
    }

    private var open: [ConflictView] {
        get throws { try fixture.hub.conflicts(state: nil, by: fixture.admin) }
    }

    private func only() throws -> ConflictDetail {
        let open = try open
        try #require(open.count == 1)
        return try fixture.hub.conflict(open[0].id, by: fixture.admin)
    }

    private func decide(
        _ choice: ResolutionRequest.Choice, by session: Session? = nil
    ) throws -> ConflictDetail {
        let found = try only()
        return try fixture.hub.resolve(
            found.view.id,
            ResolutionRequest(version: found.version, choice: choice, reason: "It is so."),
            by: session ?? fixture.admin)
    }

    private func device(_ number: UInt8, _ person: String) throws -> ScriptedDevice {
        var device = try fixture.device(number, person: person)
        try fixture.sync(&device)
        return device
    }

    @Test("who undid a step goes on from where it stands, also from a page older than the undo")
    func olderThanUndo() async throws {
        let device = try FieldDevice(1, person: "Li Na", at: fixture, schema: .everyConflict)
        try await device.sync()
        try device.record([Job.new(job, "bridge")])
        let dropped = try device.edit(job) { try $0.set(Job.stage, to: .text("dropped")) }
            .changeSet.name
        try device.record(device.store.undoDraft(of: dropped.number).changes, intent: "undo")
        try device.record([stage("open", replacing: [dropped])])
        try await device.sync()
        #expect(try open == [])
        #expect(try device.value(Job.stage, of: job) == .text("open"))
    }

    @Test("the same where somebody else has gone on from the undo meanwhile")
    func olderThanCoveredUndo() throws {
        var a = try device(1, "Li Na")
        var b = try device(2, "Wang Fang")
        let first = a.seal([Job.new(job, "bridge")])
        let dropped = a.seal([stage("dropped", replacing: [first])])
        let undone = a.seal([stage("new", replacing: [dropped])], intent: "undo")
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        b.seal([stage("open", replacing: [undone])])
        try fixture.syncAll(&b)
        a.seal([stage("open", replacing: [dropped])])
        try fixture.sync(&a, [a.run(from: 4)])
        #expect(try open == [])
    }

    @Test("what a device lost is a step all the same, whatever came before it")
    func lostStep() throws {
        var device = try device(1, "Li Na")
        let first = device.seal([Job.new(job, "bridge")])
        let second = device.seal([stage("open", replacing: [first])])
        device.seal([stage("done", replacing: [second])])
        try fixture.sync(&device, [device.run(without: second.number)])
        #expect(try open.map(\.kind) == [.loss])
    }

    @Test("a step from what a colleague carried here is none from what this device wrote before")
    func carried() throws {
        var a = try device(1, "Li Na")
        var b = try device(2, "Wang Fang")
        let first = a.seal([Job.new(job, "bridge")])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        let opened = b.seal([stage("open", replacing: [first])])
        a.seal([stage("done", replacing: [opened])])
        try fixture.sync(&a, [a.run(from: 2)])
        #expect(try open == [])
        try fixture.syncAll(&b)
        #expect(try open == [])
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("who corrected a side is not held against it when that arrives late")
    func correctedEarly() throws {
        var a = try device(1, "Li Na")
        var b = try device(2, "Wang Fang")
        var c = try device(3, "Zhao Lei")
        let first = a.seal([Job.new(job, "bridge", "open")])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        try fixture.syncAll(&c)
        let done = a.seal([stage("done", replacing: [first])])
        b.seal([stage("dropped", replacing: [first])])
        // Both were carried here: it was a conflict, of which one side is corrected.
        c.seal([stage("open", replacing: [done])])
        try fixture.syncAll(&c)
        try fixture.syncAll(&b)
        try fixture.sync(&a, [a.run(from: 2)])
        #expect(try open == [])
    }

    @Test("a name that its device has not given yet hides no jump")
    func ownLaterName() throws {
        var a = try device(1, "Li Na")
        var b = try device(2, "Wang Fang")
        let first = a.seal([Job.new(job, "bridge")])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        let later = ChangeSetName(b.replica, ChangeSetNumber(999)!)
        b.seal([stage("done", replacing: [first, later].sorted())])
        try fixture.syncAll(&b)
        #expect(Set(try only().sides.map(\.value)) == [.text("new"), .text("done")])
    }

    @Test(
        "a decision on it that is taken back asks again",
        arguments: ["new", "done"], [1, 2])
    func decisionTakenBack(kept: String, times: Int) throws {
        var device = try device(1, "Li Na")
        let first = device.seal([Job.new(job, "bridge")])
        try fixture.syncAll(&device)
        device.seal([stage("done", replacing: [first])])
        try fixture.sync(&device, [device.run(from: 2)])
        for _ in 1...times {
            let key = try #require(
                try only().sides.first { $0.value == .text(Text(kept)) }
            ).key
            let decided = try decide(.keep(key))
            #expect(try open == [])
            _ = try fixture.hub.undo(decided.view.id, reason: "Too soon.", by: fixture.admin)
            let found = try only()
            #expect(Set(found.sides.map(\.value)) == [.text("new"), .text("done")])
            #expect(found.shown == .text("new"))
            #expect(Set(found.sides.flatMap(\.writes).map(\.authorName)) == ["Li Na"])
        }
        #expect(try fixture.hub.doctor() == [])
        try fixture.sync(&device)
        guard case .register(let register)? = try device.state(job)?[Job.stage],
            let unit = Schema.everyConflict.unit(Job.stage, of: .job),
            case .disputed? = UnitState.register(register).outcome(under: unit)
        else {
            Issue.record("its own device shows no conflict")
            return
        }
    }

    @Test("who says again what the office did not choose, as if unaware of it, asks again")
    func overruled() throws {
        var device = try device(1, "Li Na")
        let first = device.seal([Job.new(job, "bridge")])
        let jumped = device.seal([stage("done", replacing: [first])])
        try fixture.syncAll(&device)
        let key = try #require(try only().sides.first { $0.value == .text("new") }).key
        _ = try decide(.keep(key))
        device.seal([stage("done", replacing: [jumped])])
        try fixture.sync(&device, [device.run(from: 3)])
        let found = try only()
        #expect(Set(found.sides.map(\.value)) == [.text("new"), .text("done")])
        #expect(found.shown == .text("new"))
        _ = try decide(.keep(key))
        #expect(try open == [])
        #expect(try fixture.hub.doctor() == [])
    }

    @Test(
        "who goes on unaware of a decision asks nobody, whoever decided",
        arguments: ["Sun Wei", "Li Na"])
    func decidedByItsAuthor(author: String) throws {
        var a = try device(1, author)
        var b = try device(2, "Wang Fang")
        var c = try device(3, "Zhao Lei")
        let first = a.seal([Job.new(job, "bridge")])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        try fixture.syncAll(&c)
        let opened = a.seal([stage("open", replacing: [first])])
        a.seal([stage("done", replacing: [opened])])
        try fixture.sync(&a, [a.run(from: 2)])
        b.seal([stage("dropped", replacing: [first])])
        try fixture.syncAll(&b)
        _ = try decide(.compose(.text("new")))
        c.seal([stage("open", replacing: [first])])
        try fixture.syncAll(&c)
        #expect(try open == [])
        #expect(try fixture.hub.doctor() == [])
    }
}
