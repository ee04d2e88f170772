import SyncCore
import SyncProtocol
import SyncStore
import SyncTesting

/// A device's store in a temporary folder, enrolled at a paper hub.
final class TestDevice {
    let folder: TemporaryFolder
    var store: DeviceStore
    var generator: TestGenerator
    var clock = ClockReading(wall_ms: PaperHub.start_ms, monotonic_ms: 1_000_000, boot: 7)

    var path: String { folder.file("store") }

    init(_ seed: Seed = .first, schema: Schema = .test) throws {
        folder = try TemporaryFolder()
        generator = TestGenerator(seed)
        store = try DeviceStore.create(
            folder.file("store"), schema: schema, using: &generator)
    }

    /// Enrolled, and told its grants.
    static func enrolled(_ hub: inout PaperHub, _ seed: Seed = .first) throws -> TestDevice {
        let device = try TestDevice(seed)
        try device.enrol(hub)
        try device.apply(hub.answer(to: device.replica, tells: true))
        return device
    }

    func enrol(_ hub: PaperHub) throws {
        try store.beginEnrolment(url: "https://hub", deviceName: "laptop", authority: [1])
        try store.completeEnrolment(
            EnrolmentFacts(
                hub: hub.id, epoch: hub.epoch, district: "Test", receiptKey: hub.key.verifying,
                sealingKey: hub.key.sealing, person: hub.person, personName: "Li Na",
                enrolment: .approved), now: clock)
    }

    var replica: ReplicaID {
        get throws { try store.identity().replica }
    }

    @discardableResult
    func record(_ changes: [RecordChange], intent: String = "visit") throws -> HashedChangeSet {
        clock = ClockReading(
            wall_ms: clock.wall_ms + 1000, monotonic_ms: clock.monotonic_ms + 1000,
            boot: clock.boot)
        return try store.record(
            ChangeSetDraft(intent: intent, changes: changes), now: clock, using: &generator)
    }

    /// Edits a record as it is shown now.
    @discardableResult
    func edit(
        _ id: RecordID, _ body: (inout Edit) throws -> Void
    ) throws -> HashedChangeSet {
        let shown = try store.shown(id)!
        var edit = Edit(
            of: shown.state, at: shown.position, by: try replica,
            as: Schema.test.collection(shown.collection)!)
        try body(&edit)
        return try record([edit.recordChange!])
    }

    @discardableResult
    func apply(_ answer: SyncResponse, digestMatches: Bool? = nil) throws -> AppliedAnswer {
        try store.apply(
            answer, receipts: store.verified(answer), sent: clock,
            received: clock, digestMatches: digestMatches)
    }

    /// Hands everything without a receipt to the hub and applies what comes back.
    @discardableResult
    func sync(_ hub: inout PaperHub) throws -> AppliedAnswer {
        let state = try store.syncState(limit: 10_000)
        var receipts: [SignedReceipt] = []
        if let first = state.offers.first?.number, let last = state.offers.last?.number {
            receipts = [hub.take(try store.run(first...last).changeSets)]
        }
        return try apply(
            hub.answer(
                to: replica, after: state.cursors.first ?? .start,
                tells: state.grantsVersion == 0, receipts: receipts))
    }

    func reopen() throws {
        try store.close()
        store = try DeviceStore.open(path, schema: store.schema)
    }

    /// What a unit shows.
    func value(_ unit: UnitID, of id: RecordID) throws -> Value? {
        let state = try store.shown(id)?.state
        return state?[unit]?.outcome(under: Schema.test.unit(unit, of: .house)!)?.value
    }
}

extension RecordID {
    /// A name for a test, with its number at the end.
    static func test(_ number: UInt64) -> RecordID { RecordID(high: 100, low: number << 8) }
}
