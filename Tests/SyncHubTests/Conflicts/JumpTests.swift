import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// What goes from state to state, and a device that goes where no step leads: by its store's own
/// doing it could not.
@Suite("a step that the schema does not have")
struct JumpTests {
    private let fixture: HubFixture
    private let job = RecordID(high: 700, low: 1)

    init() throws { fixture = try HubFixture(schema: .everyConflict) }

    private func stage(
        _ stage: String, replacing names: [ChangeSetName], shown: LogPosition? = nil
    ) -> RecordChange {
        RecordChange(
            record: job, collection: .job, creates: false,
            writes: [
                Write(unit: Job.stage, operation: .set(.text(stage), replacing: names))
            ], shown: shown)!
    }

    private var open: [ConflictView] {
        get throws { try fixture.hub.conflicts(state: nil, by: fixture.admin) }
    }

    private func only() throws -> ConflictDetail {
        let open = try open
        try #require(open.count == 1)
        return try fixture.hub.conflict(open[0].id, by: fixture.admin)
    }

    private func expectSides(_ stages: Set<String>, shown: String) throws {
        let found = try only()
        #expect(found.view.kind == .states)
        #expect(Set(found.sides.map(\.value)) == Set(stages.map { .text(Text($0)) }))
        #expect(found.shown == .text(Text(shown)))
    }

    /// A device whose program was changed.
    private func altered() throws -> ScriptedDevice {
        var device = try fixture.device(1, person: "Li Na")
        try fixture.sync(&device)
        return device
    }

    @Test(
        "it is a conflict beside what it took the place of, on every device",
        arguments: [("new", "done"), ("done", "open"), ("done", "dropped")])
    func conflict(from: String, to: String) async throws {
        var device = try altered()
        let honest = try FieldDevice(2, person: "Wang Fang", at: fixture, schema: .everyConflict)
        let first = device.seal([Job.new(job, "bridge", from)])
        try fixture.syncAll(&device)
        device.seal([stage(to, replacing: [first])])
        let answer = try fixture.sync(&device, [device.run(from: 2)])
        let receipt = try #require(answer.receipts.first?.verified(by: fixture.key.verifying))
        #expect(receipt.entries.map(\.disposition) == [.conflicted])
        try expectSides([from, to], shown: from)
        #expect(Set(try only().sides.flatMap(\.writes).map(\.authorName)) == ["Li Na"])
        try await honest.sync()
        #expect(try honest.value(Job.stage, of: job) == .text(Text(from)))
        #expect(try honest.store.disputeCount() == 1)

        let key = try #require(try only().sides.first { $0.value == .text(Text(to)) }).key
        let found = try only()
        _ = try fixture.hub.resolve(
            found.view.id,
            ResolutionRequest(version: found.version, choice: .keep(key), reason: "It is so."),
            by: fixture.admin)
        try await honest.sync()
        #expect(try open == [])
        #expect(try honest.value(Job.stage, of: job) == .text(Text(to)))
        #expect(try honest.store.disputeCount() == 0)
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("what its own device wrote and it does not name is known to it all the same")
    func namingNothing() throws {
        var device = try altered()
        device.seal([Job.new(job, "bridge")])
        device.seal([stage("done", replacing: [])])
        try fixture.syncAll(&device)
        try expectSides(["new", "done"], shown: "new")
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("one after the other in one upload they are one question, about the first")
    func inARow() throws {
        var device = try altered()
        var last = device.seal([Job.new(job, "bridge")])
        for stage in ["done", "dropped", "open"] {
            last = device.seal([self.stage(stage, replacing: [last])])
        }
        try fixture.syncAll(&device)
        try expectSides(["new", "open"], shown: "new")
    }

    @Test("whoever goes back to where it stood asks nobody, in the same upload or later")
    func takenBack() throws {
        var device = try altered()
        let first = device.seal([Job.new(job, "bridge")])
        let second = device.seal([stage("done", replacing: [first])])
        let third = device.seal([stage("new", replacing: [second])])
        try fixture.syncAll(&device)
        #expect(try open == [])
        let fourth = device.seal([stage("done", replacing: [third])])
        try fixture.sync(&device, [device.run(from: 4)])
        try expectSides(["new", "done"], shown: "new")
        device.seal([stage("new", replacing: [fourth])])
        try fixture.sync(&device, [device.run(from: 5)])
        #expect(try open == [])
    }

    @Test("it is held against what its writer named, not against what has come meanwhile")
    func meanwhile() throws {
        var a = try altered()
        var b = try fixture.device(2, person: "Wang Fang")
        let first = a.seal([Job.new(job, "bridge")])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        let opened = a.seal([stage("open", replacing: [first])])
        a.seal([stage("done", replacing: [opened])])
        try fixture.sync(&a, [a.run(from: 2)])
        // From "done" no step leads to "open"; but who wrote this had seen "new".
        b.seal([stage("open", replacing: [first])])
        try fixture.syncAll(&b)
        #expect(try open == [])
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("one that somebody else's legal step overtook is asked about")
    func concurrent() throws {
        var a = try altered()
        var b = try fixture.device(2, person: "Wang Fang")
        let first = a.seal([Job.new(job, "bridge")])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        a.seal([stage("open", replacing: [first])])
        try fixture.sync(&a, [a.run(from: 2)])
        b.seal([stage("done", replacing: [first])])
        try fixture.syncAll(&b)
        try expectSides(["new", "open", "done"], shown: "new")
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("many legal steps made offline arrive together and raise nothing")
    func legal() throws {
        var device = try altered()
        let first = device.seal([Job.new(job, "bridge")])
        let second = device.seal([stage("open", replacing: [first])])
        // The same again is no step.
        let third = device.seal([stage(" open", replacing: [second])])
        device.seal([stage("done", replacing: [third])])
        try fixture.syncAll(&device)
        #expect(try open == [])
        #expect(try fixture.hub.doctor() == [])
    }

    @Test(
        "it is noticed when it arrives before what it was made from",
        arguments: [("new", true), ("done", false)])
    func arrivesFirst(to: String, isJump: Bool) throws {
        var a = try altered()
        var b = try fixture.device(2, person: "Wang Fang")
        let first = a.seal([Job.new(job, "bridge")])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        // Carried from one to the other.
        let opened = a.seal([stage("open", replacing: [first])])
        b.seal([stage(to, replacing: [opened])])
        try fixture.syncAll(&b)
        #expect(try open == [])
        try fixture.sync(&a, [a.run(from: 2)])
        if isJump {
            try expectSides(["open", "new"], shown: "open")
        } else {
            #expect(try open == [])
        }
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("an undo goes back to where its author came from, and nowhere else")
    func undo() async throws {
        let honest = try FieldDevice(2, person: "Wang Fang", at: fixture, schema: .everyConflict)
        try await honest.sync()
        try honest.record([Job.new(job, "bridge")])
        func step(_ stage: String) throws -> ChangeSetNumber {
            try honest.edit(job) { try $0.set(Job.stage, to: .text(Text(stage))) }.changeSet.name
                .number
        }
        func takeBack(_ number: ChangeSetNumber) throws {
            try honest.record(honest.store.undoDraft(of: number).changes, intent: "undo")
        }
        try takeBack(step("open"))
        try await honest.sync()
        #expect(try honest.value(Job.stage, of: job) == .text("new"))
        let number = try step("dropped")
        try await honest.sync()
        try takeBack(number)
        try await honest.sync()
        #expect(try honest.value(Job.stage, of: job) == .text("new"))
        #expect(try open == [])

        var altered = try altered()
        let other = RecordID(high: 700, low: 2)
        let first = altered.seal([Job.new(other, "road", "done")])
        altered.seal(
            [
                RecordChange(
                    record: other, collection: .job, creates: false,
                    writes: [
                        Write(
                            unit: Job.stage, operation: .set(.text("open"), replacing: [first]))
                    ], shown: nil)!
            ], intent: "undo")
        try fixture.syncAll(&altered)
        try expectSides(["done", "open"], shown: "done")
    }

    @Test("a side that is corrected by somebody who has not heard of the decision is no jump")
    func correction() throws {
        var a = try altered()
        var b = try fixture.device(2, person: "Wang Fang")
        let first = a.seal([Job.new(job, "bridge", "open")])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        let done = a.seal([stage("done", replacing: [first])])
        b.seal([stage("dropped", replacing: [first])])
        try fixture.sync(&a, [a.run(from: 2)])
        try fixture.syncAll(&b)
        let found = try only()
        let key = try #require(found.sides.first { $0.value == .text("dropped") }).key
        _ = try fixture.hub.resolve(
            found.view.id,
            ResolutionRequest(version: found.version, choice: .keep(key), reason: "It is so."),
            by: fixture.admin)
        a.seal([stage("open", replacing: [done])])
        try fixture.sync(&a, [a.run(from: 3)])
        #expect(try open == [])
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("what was written before the steps were these is held against none of them")
    func olderSteps() throws {
        let later = SchemaVersion(Schema.test.version.value + 1)
        let schema = Schema(
            version: later,
            collections: Schema.everyConflict.collections.map { old in
                guard old.id == .job else { return old }
                return CollectionDeclaration(
                    id: old.id, name: old.name, home: old.home,
                    units: [
                        old.unit(Job.area)!, old.unit(Job.title)!,
                        UnitDeclaration(
                            Job.stage, "stage", .choice(Job.stages.keys.sorted()),
                            .states(StateMachine(Job.stages, since: later)), .open),
                    ])
            })
        for (version, count) in [(Schema.test.version, 0), (later, 1)] {
            let fixture = try HubFixture(schema: schema)
            var device = try fixture.device(1, person: "Li Na")
            device.schema = version
            try fixture.sync(&device)
            let first = device.seal([Job.new(job, "bridge")])
            device.seal([stage("done", replacing: [first])])
            try fixture.syncAll(&device)
            let open = try fixture.hub.conflicts(state: nil, by: fixture.admin)
            #expect(open.count == count, "\(version)")
        }
    }
}
