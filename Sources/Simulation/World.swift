internal import Fieldwork
internal import SyncClient
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore
internal import Synchronization

/// A hub, an administrator and some devices in one process, whose every choice comes from one
/// number.
///
/// Real stores, the real client and the real hub; only the line, the clocks and chance are
/// simulated. Invariants: what a device recorded is in its outbox at every step; once the line is
/// good, all hold the same, and it is what the oracle says.
final class World {
    private let folder: String
    private var chance: SeededGenerator
    private var now_ms: Int64 = 1_800_000_000_000
    private let hubClock: SimulatedClock
    private let hubBox: CurrentHub
    private let hubKey: SigningKey
    private let admin: Session
    private var devices: [Device] = []
    private var records: [RecordID] = []
    private var oracle = Oracle()

    private(set) var faults: [String: Int] = [:]
    private(set) var markers: [String: Int] = [:]
    private(set) var checks = 0
    private(set) var trace = ContentHash.none
    private let start_ms: Int64

    /// How much time passed in the world.
    var simulatedDays: Double { Double(now_ms - start_ms) / 86_400_000 }

    struct Device {
        let path: String
        var store: DeviceStore
        let clock: SimulatedClock
        let transport: SimulatedTransport
        var recorded: [ContentHash] = []
    }

    /// What was found wrong.
    struct Violation: Error, CustomStringConvertible {
        let invariant: String
        let detail: String
        var description: String { "\(invariant): \(detail)" }
    }

    // MARK: Making it

    init(seed: UInt64, folder: String) throws {
        self.folder = folder
        chance = SeededGenerator(seed: seed)
        start_ms = now_ms
        hubClock = SimulatedClock(now_ms)
        let clock = hubClock
        hubKey = SigningKey.random(using: &chance)
        let store = try HubStore(path: folder + "/hub.sqlite", schema: .simulated)
        try Hub.create(
            in: store, district: "simulated", key: hubKey, now_ms: now_ms, using: &chance)
        let hub = try Hub(
            store: store, key: hubKey, clock: { clock.reading.wall_ms },
            random: SeededGenerator(seed: chance.next()))
        hubBox = CurrentHub(hub)
        let district = ScopeID(high: 1, low: 0)
        let scope = ScopeID(high: 1, low: 1)
        try hub.addAreas([
            (scope: district, parent: nil, name: "district"),
            (scope: scope, parent: district, name: "street"),
        ])
        let person = try hub.makePerson(
            name: "admin", roles: [.administrator, .conflictAdministrator], password: nil, by: nil)
        admin = try hub.session(
            token: hub.openSession(for: person, life_ms: 1 << 45, idle_ms: 1 << 45))
        for number in 0..<(2 + Int(chance.next() % 3)) { try addDevice(number, [district]) }
        var changes: [[RecordChange]] = []
        for _ in 0..<3 {
            let id = RecordID.make(milliseconds: UInt64(now_ms), using: &chance)
            records.append(id)
            changes.append([plot(id, in: scope)])
        }
        // The hub's own replica numbers its change sets from 1; nobody else can have taken part
        // yet.
        try hub.load(changes, intent: "load")
        for (index, change) in changes.enumerated() {
            oracle.note(
                ChangeSetName(hubReplica, ChangeSetNumber(UInt64(index + 1))!), change)
        }
    }

    private var hubReplica: ReplicaID { hubBox.hub.replica }

    private func plot(_ id: RecordID, in scope: ScopeID) -> RecordChange {
        RecordChange(
            record: id, collection: .plot, creates: true,
            writes: [
                Write(
                    unit: Plot.area,
                    operation: .set(
                        .reference(RecordID(high: scope.high, low: scope.low)), replacing: [])),
                Write(unit: Plot.count, operation: .set(.integer(1), replacing: [])),
            ], shown: nil)!
    }

    private func addDevice(_ number: Int, _ areas: [ScopeID]) throws {
        let path = folder + "/device-\(number)"
        let store = try DeviceStore.create(path, schema: .simulated, using: &chance)
        let hub = hubBox.hub
        let code = try hub.makeCode(person: "advisor \(number)", areas: areas, by: admin)
        let key = try store.signingKey()
        let replica = try store.identity().replica
        try store.beginEnrolment(url: "simulated", deviceName: "device", authority: [])
        let answer = try hub.enrol(
            EnrolmentRequest(
                secret: code.secret, replica: replica, key: key.verifying, deviceName: "device",
                signature: key.sign(
                    Hub.enrolmentBytes(
                        secret: code.secret, replica: replica, key: key.verifying,
                        deviceName: "device"), for: .enrolment)))
        try hub.approve(replica, by: admin)
        let clock = SimulatedClock(now_ms)
        try store.completeEnrolment(
            EnrolmentFacts(
                hub: answer.hub, epoch: answer.epoch, district: answer.district,
                receiptKey: answer.receiptKey, person: answer.person,
                personName: answer.personName, enrolment: .approved), now: clock.reading)
        let box = hubBox
        let transport = SimulatedTransport { box.hub }
        devices.append(
            Device(path: path, store: store, clock: clock, transport: transport))
    }

    // MARK: Living

    /// Lets the world go on for some steps, then repairs every line and looks whether all agree.
    func run(steps: Int) async throws {
        for _ in 0..<steps {
            try await step()
            try checkOutboxes()
        }
        try await settle()
    }

    private func step() async throws {
        pass(Int64(chance.next() % 7_200_000))
        let place = Int(chance.next() % UInt64(devices.count))
        switch chance.next() % 100 {
        case 0..<45: try edit(place)
        case 45..<50: try create(place)
        case 50..<80: try await sync(place, withFaults: true)
        case 80..<86: try reopen(place)
        case 86..<91: try restartHub()
        case 91..<95: jumpClock(place)
        default: try decide()
        }
    }

    private func pass(_ milliseconds: Int64) {
        now_ms += milliseconds
        hubClock.advance(by: milliseconds)
        for device in devices { device.clock.advance(by: milliseconds) }
    }

    private func create(_ place: Int) throws {
        // Before the first sync a device knows no area to put a record in.
        guard let scope = try devices[place].store.digests().last?.scope else { return }
        let id = RecordID.make(milliseconds: UInt64(now_ms), using: &chance)
        try record([plot(id, in: scope)], at: place)
        records.append(id)
        note("created offline")
    }

    private func edit(_ place: Int) throws {
        let store = devices[place].store
        let id = records[Int(chance.next() % UInt64(records.count))]
        guard let shown = try store.shown(id),
            let declaration = Schema.simulated.collection(.plot)
        else { return }
        let state = shown.state
        let replica = try store.identity().replica
        let units = [
            Plot.title, Plot.count, Plot.tags, Plot.minutes, Plot.notes, Plot.due, Plot.count,
        ]
        let unit = declaration.unit(units[Int(chance.next() % UInt64(units.count))])!
        let write: Write
        switch unit.id {
        case Plot.title: write = try state.setting(unit, to: .text(word()), by: replica)
        case Plot.due:
            write = try state.setting(
                unit, to: .integer(Int64(chance.next() % 99)), by: replica)
        case Plot.count:
            // Where several sides are on the screen, a person corrects one of them: its own, if it
            // has one.
            let value = Value.integer(Int64(chance.next() % 9))
            write = try correction(of: unit, in: state, to: value, by: replica)
        case Plot.tags:
            if case .elements(let set)? = state[Plot.tags], let first = set.entries.first,
                chance.next() % 2 == 0
            {
                write = try state.changing(unit, removing: [first.element])
            } else {
                write = try state.changing(unit, adding: [.text(word())])
            }
        case Plot.minutes:
            write = try state.incrementing(unit, by: Int64(chance.next() % 60) + 1)
        default: write = try state.appending([.text(word())], to: unit)
        }
        let change = RecordChange(
            record: id, collection: .plot, creates: false, writes: [write], shown: shown.position)!
        try record([change], at: place)
    }

    private func correction(
        of unit: UnitDeclaration, in state: RecordState, to value: Value, by replica: ReplicaID
    ) throws -> Write {
        do {
            return try state.setting(unit, to: value, by: replica)
        } catch {
            guard case .sideNotChosen = error else { throw error }
            note("corrected another's side")
            return try state.setting(unit, to: value, correcting: 0, by: replica)
        }
    }

    private func word() -> String {
        ["one", "two", "three", "四", "五", "six\u{301}"][Int(chance.next() % 6)]
    }

    private func record(_ changes: [RecordChange], at place: Int) throws {
        let sealed = try devices[place].store.record(
            ChangeSetDraft(intent: "visit", changes: changes),
            now: devices[place].clock.reading, using: &chance)
        devices[place].recorded.append(sealed.hash)
        oracle.note(sealed.changeSet.name, changes)
        trace = Digests.sha256(trace.bytes + sealed.hash.bytes)
    }

    private func sync(_ place: Int, withFaults: Bool) async throws {
        let device = devices[place]
        if withFaults, chance.next() % 2 == 0 {
            let fault = LineFault.allCases[Int(chance.next() % UInt64(LineFault.allCases.count))]
            device.transport.prepare(fault, place: UInt16(truncatingIfNeeded: chance.next()))
            faults[fault.rawValue, default: 0] += 1
        } else {
            device.transport.prepare(nil, place: 0)
        }
        let clock = device.clock
        let client = SyncClient(
            store: device.store, transport: device.transport, clock: { clock.reading })
        do {
            let summary = try await client.sync()
            if summary.conflicts > 0 { note("conflict seen on a device") }
            if summary.quarantined > 0 {
                throw Violation(
                    invariant: "ordinary work is never set aside", detail: device.path)
            }
            if summary.digestMatches == false {
                throw Violation(invariant: "digests agree", detail: device.path)
            }
            if withFaults { note("synced") }
        } catch let interruption {
            guard withFaults else { throw interruption }
            note("sync interrupted")
        }
        trace = Digests.sha256(trace.bytes + (try device.store.totalDigest()).description.utf8)
    }

    private func reopen(_ place: Int) throws {
        try devices[place].store.close()
        devices[place].store = try DeviceStore.open(devices[place].path, schema: .simulated)
        faults["device-restart", default: 0] += 1
    }

    private func restartHub() throws {
        let old = hubBox.hub
        try old.store.close()
        let clock = hubClock
        let hub = try Hub(
            store: HubStore(path: folder + "/hub.sqlite", schema: .simulated), key: hubKey,
            clock: { clock.reading.wall_ms }, random: SeededGenerator(seed: chance.next()))
        hubBox.replace(with: hub)
        faults["hub-restart", default: 0] += 1
    }

    private func jumpClock(_ place: Int) {
        let jumps: [Int64] = [
            -94_608_000_000, -3_600_000, 3_600_000, 94_608_000_000, -now_ms, 2_400_000_000_000,
        ]
        devices[place].clock.jump(by: jumps[Int(chance.next() % UInt64(jumps.count))])
        faults["clock-jump", default: 0] += 1
    }

    private func decide() throws {
        let hub = hubBox.hub
        guard let conflict = try hub.conflicts(state: nil, by: admin).first else { return }
        let detail = try hub.conflict(conflict.id, by: admin)
        let side = detail.sides[Int(chance.next() % UInt64(detail.sides.count))]
        let after = try hub.resolve(
            conflict.id,
            ResolutionRequest(
                version: detail.version, choice: .keep(side.key), reason: "simulated"),
            by: admin)
        guard let name = after.sides.first?.writes.first?.name, after.sides.count == 1 else {
            throw Violation(invariant: "a decision settles", detail: "\(conflict.id)")
        }
        let write = Write(
            unit: conflict.unit,
            operation: .set(side.value, replacing: detail.sides.flatMap(\.writes).map(\.name)))
        oracle.note(
            name,
            [
                RecordChange(
                    record: conflict.record, collection: conflict.collection, creates: false,
                    writes: [write], shown: nil)!
            ])
        note("conflict resolved")
    }

    private func note(_ marker: String) { markers[marker, default: 0] += 1 }

    // MARK: Checking

    private func checkOutboxes() throws {
        for device in devices {
            let held = try device.store.outbox(limit: 1_000_000).reversed().map(\.hash)
            checks += 1
            guard held == device.recorded else {
                throw Violation(
                    invariant: "what was recorded is in the outbox",
                    detail: "\(device.path): \(held.count) of \(device.recorded.count)")
            }
        }
    }

    private func settle() async throws {
        for _ in 0..<4 {
            for place in devices.indices { try await sync(place, withFaults: false) }
        }
        try checkOutboxes()
        let hub = hubBox.hub
        let status = try hub.status()
        for device in devices {
            checks += 1
            let digest = try device.store.totalDigest()
            guard digest == status.digest else {
                throw Violation(
                    invariant: "all hold the same once the line is good",
                    detail: "\(device.path) \(digest), hub \(status.digest)")
            }
            guard try device.store.status().unsent == 0 else {
                throw Violation(invariant: "every queue drains", detail: device.path)
            }
            let receipts = try device.store.verifyReceipts()
            guard receipts.faults.isEmpty, receipts.missing.isEmpty else {
                throw Violation(invariant: "receipts verify", detail: "\(device.path) \(receipts)")
            }
            for record in oracle.records.sorted() {
                checks += 1
                guard let shown = try device.store.shown(record) else {
                    throw Violation(
                        invariant: "nothing is lost", detail: "\(record) at \(device.path)")
                }
                if let complaint = oracle.complaint(about: shown.state) {
                    throw Violation(
                        invariant: "states are what the writes amount to",
                        detail: "\(record) at \(device.path): \(complaint)")
                }
            }
        }
        checks += 1
        let findings = try hub.doctor()
        guard findings.isEmpty else {
            throw Violation(invariant: "the hub is sound", detail: "\(findings[0].text)")
        }
        guard status.changeSets == UInt64(oracle.changeSets.count) else {
            throw Violation(
                invariant: "each change set is in the log exactly once",
                detail: "\(status.changeSets) of \(oracle.changeSets.count)")
        }
    }

    /// Closes every store.
    func close() throws {
        for device in devices { try device.store.close() }
        try hubBox.hub.store.close()
    }
}

/// The hub that runs just now; a restart puts another in its place.
final class CurrentHub: Sendable {
    private let current: Mutex<Hub>
    init(_ hub: Hub) { current = Mutex(hub) }
    var hub: Hub { current.withLock { $0 } }
    func replace(with hub: Hub) { current.withLock { $0 = hub } }
}

/// A machine's clocks, set by the simulation.
final class SimulatedClock: Sendable {
    private let state: Mutex<ClockReading>

    init(_ now_ms: Int64) {
        state = Mutex(ClockReading(wall_ms: now_ms, monotonic_ms: 1_000_000, boot: 1))
    }

    var reading: ClockReading { state.withLock { $0 } }

    /// Time passes.
    func advance(by milliseconds: Int64) {
        state.withLock {
            $0 = ClockReading(
                wall_ms: $0.wall_ms + milliseconds,
                monotonic_ms: $0.monotonic_ms + UInt64(milliseconds), boot: $0.boot)
        }
    }

    /// Somebody sets the wall clock; the monotonic clock knows nothing of it.
    func jump(by milliseconds: Int64) {
        state.withLock {
            $0 = ClockReading(
                wall_ms: $0.wall_ms + milliseconds, monotonic_ms: $0.monotonic_ms, boot: $0.boot)
        }
    }
}
