internal import Fieldwork
internal import SyncClient
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore
internal import Synchronization

/// A hub with three administrators and eight enrolled devices, made once and copied for each world:
/// making it takes longer than what happens in it.
final class Fleet: Sendable {
    /// How many different ones there are.
    static let count = 6
    static let devices = 8
    static let start_ms: Int64 = 1_800_000_000_000
    static let folder = "device"

    struct Member: Sendable {
        let disk: SimulatedDisk
        let person: Int
        /// Which of the streets it may hold.
        let streets: Set<Int>
    }

    let number: Int
    let hubDisk: SimulatedDisk
    let hubKey: SigningKey
    let streets: [ScopeID]
    let members: [Member]
    let administrators: [Session]

    private static let made = Mutex<[Int: Fleet]>([:])

    /// The fleet with this number, made if it was not before.
    static func numbered(_ number: Int) throws -> Fleet {
        try made.withLock { made in
            if let fleet = made[number] { return fleet }
            let fleet = try Fleet(number)
            made[number] = fleet
            return fleet
        }
    }

    private init(_ number: Int) throws {
        self.number = number
        var chance = SeededGenerator(seed: UInt64(number).scrambled(with: 77))
        hubDisk = SimulatedDisk()
        hubKey = SigningKey.random(using: &chance)
        let store = try HubStore(path: hubDisk.address("hub.sqlite"), schema: .simulated)
        try Hub.create(
            in: store, district: "simulated", key: hubKey, now_ms: Self.start_ms, using: &chance)
        let hub = try Hub(
            store: store, key: hubKey, clock: { Self.start_ms },
            random: SeededGenerator(seed: chance.next()))
        let district = ScopeID(high: 1, low: 0)
        let streets = (1...3).map { ScopeID(high: 1, low: UInt64($0)) }
        self.streets = streets
        try hub.addAreas([(scope: district, parent: nil, name: "district")])
        try hub.addAreas(
            streets.enumerated().map {
                (scope: $1, parent: district, name: "street \($0)")
            })
        administrators = try (0..<3).map { place in
            let person = try hub.makePerson(
                name: "administrator \(place)",
                roles: [.administrator, .conflictAdministrator], password: nil, by: nil)
            return try hub.session(
                token: hub.openSession(for: person, life_ms: 1 << 45, idle_ms: 1 << 45))
        }
        var members: [Member] = []
        for place in 0..<Self.devices {
            // Some people have two devices; some hold the district, some a street or two.
            let person = place % 6
            let held: [ScopeID] =
                switch (person + number) % 4 {
                case 0, 1: [district]
                case 2: [streets[person % 3]]
                default: [streets[person % 3], streets[(person + 1) % 3]]
                }
            let numbers = streets.indices.filter {
                held == [district] || held.contains(streets[$0])
            }
            let disk = SimulatedDisk()
            let device = try DeviceStore.create(
                Self.folder, schema: .simulated, on: disk, using: &chance)
            try Self.enrol(
                device, person: "advisor \(person)", held, at: hub, by: administrators[0],
                now: SimulatedClock(Self.start_ms).reading)
            try device.close()
            members.append(Member(disk: disk, person: person, streets: Set(numbers)))
        }
        self.members = members
        try hub.load(
            Self.plots(number, streets).map { [$0.change] }, intent: "load")
        try store.close()
    }

    /// Lets a device in, as its person and an administrator would do.
    static func enrol(
        _ device: DeviceStore, person: String, _ areas: [ScopeID], at hub: Hub,
        by administrator: Session, now: ClockReading
    ) throws {
        let code = try hub.makeCode(person: person, areas: areas, by: administrator)
        let key = try device.signingKey()
        let replica = try device.identity().replica
        try device.beginEnrolment(url: "simulated", deviceName: "device", authority: [])
        let answer = try hub.enrol(
            EnrolmentRequest(
                secret: code.secret, replica: replica, key: key.verifying, deviceName: "device",
                signature: key.sign(
                    Hub.enrolmentBytes(
                        secret: code.secret, replica: replica, key: key.verifying,
                        deviceName: "device"), for: .enrolment)))
        try hub.approve(replica, by: administrator)
        try device.completeEnrolment(
            EnrolmentFacts(
                hub: answer.hub, epoch: answer.epoch, district: answer.district,
                receiptKey: answer.receiptKey, sealingKey: answer.sealingKey,
                person: answer.person, personName: answer.personName, enrolment: .approved),
            now: now)
    }

    struct Loaded {
        let id: RecordID
        let street: Int
        let change: RecordChange
    }

    /// The plots the hub begins with.
    static func plots(_ number: Int, _ streets: [ScopeID]) -> [Loaded] {
        var chance = SeededGenerator(seed: UInt64(number).scrambled(with: 78))
        return (0..<9).map { place in
            let id = RecordID.make(milliseconds: UInt64(start_ms), using: &chance)
            return Loaded(
                id: id, street: place % 3,
                change: plot(id, in: streets[place % 3], mark: place, count: 1))
        }
    }

    /// The creation of a plot, which carries its mark wherever it goes.
    static func plot(
        _ id: RecordID, in scope: ScopeID, mark: Int, count: Int64
    ) -> RecordChange {
        RecordChange(
            record: id, collection: .plot, creates: true,
            writes: [
                Write(
                    unit: Plot.area,
                    operation: .set(
                        .reference(RecordID(high: scope.high, low: scope.low)), replacing: [])),
                Write(unit: Plot.count, operation: .set(.integer(count), replacing: [])),
                Write(unit: Plot.notes, operation: .append([.text(text(mark, "made"))])),
                Write(
                    unit: Plot.story,
                    operation: .set(.text("ash\nbirch\ncedar\nelder\nfir"), replacing: [])),
                Write(unit: Plot.stage, operation: .set(.text("new"), replacing: [])),
                Write(unit: Plot.consent, operation: .set(.text("given"), replacing: [])),
            ], shown: nil)!
    }

    /// A text that tells which plot it belongs to.
    static func text(_ mark: Int, _ words: String) -> String {
        let digits = String(mark)
        return Sight.mark + String(repeating: "0", count: 4 - digits.count) + digits
            + " " + words
    }
}

/// The hub that runs just now, if one does.
final class CurrentHub: Sendable {
    private let current = Mutex<Hub?>(nil)
    private let disk: SimulatedDisk
    init(_ disk: SimulatedDisk) { self.disk = disk }
    /// `nil` while it, or its machine, stands still.
    var hub: Hub? { disk.isDead ? nil : current.withLock { $0 } }
    func replace(with hub: Hub?) { current.withLock { $0 = hub } }
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

    /// The machine is started again: its monotonic clock begins anew.
    func boot() {
        state.withLock {
            $0 = ClockReading(wall_ms: $0.wall_ms, monotonic_ms: 1000, boot: $0.boot + 1)
        }
    }
}
