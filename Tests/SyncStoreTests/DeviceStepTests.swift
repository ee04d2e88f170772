import SyncCore
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("steps recorded on a device")
struct DeviceStepTests {
    private let job = RecordID.test(1)

    private func device(_ hub: inout PaperHub) throws -> TestDevice {
        let device = try TestDevice(schema: .everyConflict)
        try device.enrol(hub)
        try device.apply(hub.answer(to: device.replica, tells: true))
        return device
    }

    private func change(
        _ stage: Value, of job: RecordID, replacing names: [ChangeSetName]
    ) -> RecordChange {
        RecordChange(
            record: job, collection: .job, creates: false,
            writes: [Write(unit: Job.stage, operation: .set(stage, replacing: names))],
            shown: nil)!
    }

    private func heads(_ device: TestDevice, _ job: RecordID) throws -> [ChangeSetName] {
        guard case .register(let register)? = try device.store.shown(job)?.state[Job.stage] else {
            return []
        }
        return register.heads.map(\.origin.name)
    }

    @discardableResult
    private func step(
        _ device: TestDevice, _ stage: Value, of job: RecordID, intent: String = "visit"
    ) throws -> HashedChangeSet {
        try device.record(
            [change(stage, of: job, replacing: heads(device, job))], intent: intent)
    }

    @Test("one that the schema does not have is refused, and nothing of it is written")
    func refused() throws {
        var hub = PaperHub()
        let device = try device(&hub)
        try device.record([Job.new(job, "bridge")])
        for stage: Value in [.text("done"), .absent] {
            #expect(throws: StoreError.noStep(job, Job.stage)) {
                try step(device, stage, of: job)
            }
        }
        #expect(try device.store.outbox().count == 1)
        #expect(try step(device, .text("open"), of: job).changeSet.name.number.value == 2)
        #expect(try step(device, .text("done"), of: job).changeSet.name.number.value == 3)
    }

    @Test("one record's refuses the whole change set")
    func wholeSet() throws {
        var hub = PaperHub()
        let device = try device(&hub)
        let other = RecordID.test(2)
        try device.record([Job.new(job, "bridge"), Job.new(other, "road")])
        let names = try heads(device, job)
        #expect(throws: StoreError.noStep(other, Job.stage)) {
            try device.record([
                change(.text("open"), of: job, replacing: names),
                change(.text("done"), of: other, replacing: names),
            ])
        }
        #expect(try heads(device, job) == names)
    }

    @Test("any state may be the first, and the same may be said again")
    func first() throws {
        var hub = PaperHub()
        let device = try device(&hub)
        for (place, stage) in ["new", "open", "done", "dropped"].enumerated() {
            let job = RecordID.test(UInt64(place) + 1)
            try device.record([Job.new(job, "bridge", stage)])
            try step(device, .text(Text(stage)), of: job)
        }
        #expect(try device.store.outbox().count == 8)
    }

    @Test("an undo goes back over a step")
    func undo() throws {
        var hub = PaperHub()
        let device = try device(&hub)
        try device.record([Job.new(job, "bridge")])
        let number = try step(device, .text("dropped"), of: job).changeSet.name.number
        try device.record(device.store.undoDraft(of: number).changes, intent: "undo")
        let unit = try #require(Schema.everyConflict.unit(Job.stage, of: .job))
        #expect(try device.store.shown(job)?.state.value(under: unit) == .text("new"))
    }

    @Test("from an older page it may not leave what this device wrote since")
    func olderPage() throws {
        var hub = PaperHub()
        let device = try device(&hub)
        try device.record([Job.new(job, "bridge")])
        let page = try heads(device, job)
        try step(device, .text("dropped"), of: job)
        #expect(throws: StoreError.noStep(job, Job.stage)) {
            try device.record([change(.text("open"), of: job, replacing: page)])
        }
    }

    @Test("while people have to decide a side can be corrected to anything")
    func disputed() throws {
        var hub = PaperHub()
        let device = try device(&hub)
        hub.write([Job.new(job, "bridge", "open")])
        try device.sync(&hub)
        let page = try heads(device, job)
        hub.write([change(.text("dropped"), of: job, replacing: page)])
        let done = try step(device, .text("done"), of: job).changeSet.name
        try device.sync(&hub)
        #expect(try device.store.disputeCount() == 1)
        try device.record([change(.text("open"), of: job, replacing: [done])])
        #expect(try device.store.outbox().count == 2)
    }
}
