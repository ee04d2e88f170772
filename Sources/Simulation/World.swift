internal import CSimulatedDisk
internal import Fieldwork
internal import SyncClient
internal import SyncCore
internal import SyncHub
internal import SyncProtocol
internal import SyncStore
internal import Synchronization

/// A hub, its administrators and some devices in one process, that do what a script says.
///
/// Real stores on disks in memory, the real client and the real hub; lines, disks, clocks and
/// chance are simulated. After every decision the invariants are checked; at the end every fault is
/// repaired, and all must agree with the oracle.
final class World {
    let fleet: Fleet
    let hubDisk: SimulatedDisk
    let hubClock: SimulatedClock
    let hub: CurrentHub
    var devices: [Device] = []
    var plots: [Known] = []
    /// By plot, the street it lies in, and the one it was made in.
    var streets: [Int] = []
    private var birthplaces: [Int] = []
    var trees: [Known] = []
    /// Only devices with the newer program make them.
    var nests: [Known] = []
    /// What the hub's program knows.
    var hubSchema = Schema.simulated
    var oracle = Oracle()
    var now_ms = Fleet.start_ms
    /// What each administrator has open: the conflict, its page, and the names on it.
    var pages: [Int: (id: RecordID, detail: ConflictDetail)] = [:]
    /// What the hub has signed for.
    var receipted: Set<ContentHash> = []
    /// What may be gone with its machine.
    var mayBeLost: Set<ContentHash> = []
    /// What the hub had not got when its device was revoked.
    var revokedWork: Set<ContentHash> = []
    /// When first a grant was ended or a plot moved; what was written before may be late.
    var firstMove_ms: Int64?
    /// Whether a grant was given or ended, or a plot moved: a device may not have heard of it yet.
    var hasMovedGrants = false
    /// How often that was.
    var scopeChanges = 0
    /// Whether two machines have, or had, one name.
    var hasForked = false
    /// Whether the hub's database was ever put back.
    var hasRolledBack = false
    var hubImage: HubImage?
    /// Records of the hub's that are not what was written.
    var hubFlips: [RecordID: Flip] = [:]
    /// Whether there ever were any: a device may hold more than the hub could give since.
    var hasFlippedAtHub = false
    /// By replica of the hub, the number up to which its change sets are known.
    var hubNumbers: [ReplicaID: UInt64] = [:]
    private var epoch: EpochID?
    var hubRestarts: UInt64 = 0
    /// By person, the units whose conflict was decided over a side of theirs, and the records that
    /// had one.
    var decisions: [(author: PersonID, records: Set<RecordID>, unit: UnitID)] = []

    /// What was returned or discarded, and whose it was.
    var sifted: [Sifted] = []
    /// What two persons have taken out for good.
    var discarded: Set<ContentHash> = []
    /// What may be, for the hub was asked to.
    var doomed: Set<ContentHash> = []

    private(set) var faults: [String: Int] = [:]
    private(set) var markers: [Marker: Int] = [:]
    var checks = 0
    /// Stands for all that happened, in order.
    private(set) var trace: UInt64 = 14_695_981_039_346_656_037
    private(set) var device_ms: Int64 = 0

    /// A copy of the hub's database, and what the world knew then.
    struct HubImage {
        let disk: SimulatedDisk
        let numbers: [ReplicaID: UInt64]
        let decisions: Int
        let revokedWork: Set<ContentHash>
        /// Of each device, whether it was revoked.
        let revoked: [Bool]
        /// By plot, the street it lay in.
        let streets: [Int]
        let flips: [RecordID: Flip]
        let sifted: Int
        let discarded: Set<ContentHash>
    }

    /// A record by its place in the world.
    struct Known {
        let id: RecordID
        /// The plot it is, or lies with: a place in `streets`.
        let mark: Int
    }

    /// A machine with a device's store, and its person.
    final class Device {
        let disk: SimulatedDisk
        let clock: SimulatedClock
        let transport: SimulatedTransport
        let person: Int
        /// What its program knows.
        var schema = Schema.simulated
        /// What its person may hold.
        var streets: Set<Int>
        var store: DeviceStore?
        /// What was recorded, in order.
        var recorded: [ContentHash] = []
        /// What may have been recorded when the machine failed.
        var inDoubt: [InDoubt] = []
        var draft: Draft?
        var image: Image?
        var isLost = false
        var isRevoked = false
        /// The place of the first machine it was copied from; `nil` for one that enrolled.
        var origin: Int?
        var isCopied = false
        /// Whether it was enrolled after the copy was made that the hub now lives from.
        var isStranded = false
        /// Whether it was put back from a copy, or another machine has its name: what the hub says
        /// only once, it may not have heard.
        var hasTwin = false
        /// Whether its person works here no longer.
        var hasLeft = false
        var hasSynced = false
        /// Records of which a bit has flipped here.
        var flipped: Set<RecordID> = []
        /// Unsent work of which a bit has flipped here: the hub has it from elsewhere, or not.
        var flippedWork: Set<ContentHash> = []
        /// Whether its disk lost pages that it had said to keep: a copy may lack what is seen.
        var hasLostPages = false

        struct InDoubt {
            let changes: [RecordChange]
            let made_ms: Int64
            let boot: UInt64
            /// What the machine's monotonic clock showed.
            let monotonic_ms: UInt64
            let isFromDraft: Bool
        }
        struct Draft {
            let changes: [RecordChange]
            let syncs: Int
        }
        struct Image {
            let disk: SimulatedDisk
            let recorded: [ContentHash]
            let hasSynced: Bool
            let flipped: Set<RecordID>
            let flippedWork: Set<ContentHash>
            /// What the log may hold although its device was told that it failed: who opens a copy
            /// finds it.
            let inDoubt: [InDoubt]

            init(of device: Device) {
                disk = SimulatedDisk(copying: device.disk)
                (recorded, hasSynced) = (device.recorded, device.hasSynced)
                inDoubt = device.inDoubt
                (flipped, flippedWork) = (device.flipped, device.flippedWork)
            }
        }
        var syncs = 0

        init(
            disk: SimulatedDisk, clock: SimulatedClock, transport: SimulatedTransport, person: Int,
            streets: Set<Int>
        ) {
            self.disk = disk
            self.clock = clock
            self.transport = transport
            self.person = person
            self.streets = streets
        }

        /// Whether it must end up holding what the hub holds.
        var isInService: Bool { !isLost && !isRevoked && !isCopied && !isStranded && !hasLeft }

        /// The store. It is open whenever nothing is being done to it.
        func opened() throws -> DeviceStore {
            guard let store else { throw Violation("the world is sound", "a store is not open") }
            return store
        }
    }

    /// What was found wrong.
    struct Violation: Error, CustomStringConvertible {
        let invariant: String
        let detail: String
        init(_ invariant: String, _ detail: String) {
            (self.invariant, self.detail) = (invariant, detail)
        }
        var description: String { "\(invariant): \(detail)" }
    }

    init(_ fleet: Fleet, devices count: Int) throws {
        self.fleet = fleet
        hubDisk = SimulatedDisk(copying: fleet.hubDisk)
        hubClock = SimulatedClock(now_ms)
        hub = CurrentHub(hubDisk)
        for (place, plot) in Fleet.plots(fleet.number, fleet.streets).enumerated() {
            add(Known(id: plot.id, mark: place), in: plot.street)
        }
        try startHub()
        for member in fleet.members.prefix(count) {
            let device = makeDevice(
                SimulatedDisk(copying: member.disk), person: member.person,
                streets: member.streets)
            device.store = try DeviceStore.open(
                Fleet.folder, schema: .simulated, on: device.disk)
            devices.append(device)
        }
        try learnFromHub()
    }

    /// Takes down a plot that is made.
    func add(_ plot: Known, in street: Int) {
        plots.append(plot)
        streets.append(street)
        birthplaces.append(street)
    }

    func street(of known: Known) -> Int { streets[known.mark] }

    /// Takes back where plots lie to what it was.
    func takeBack(streets then: [Int]) { streets = then + birthplaces.dropFirst(then.count) }

    func makeDevice(_ disk: SimulatedDisk, person: Int, streets: Set<Int>) -> Device {
        let hub = self.hub
        return Device(
            disk: disk, clock: SimulatedClock(now_ms), transport: SimulatedTransport { hub.hub },
            person: person, streets: streets)
    }

    /// Opens the hub on its disk, as a start of `hazamad` does.
    func startHub(isPutBack: Bool = false) throws {
        let clock = hubClock
        hubRestarts += 1
        let store = try HubStore(path: hubDisk.address("hub.sqlite"), schema: hubSchema)
        if try store.read({ tx in try tx.isAnyWaiting() }) { note(.hubStoredNotJudged) }
        hub.replace(
            with: try Hub(
                store: store, key: fleet.hubKey, clock: { clock.reading.wall_ms },
                random: SeededGenerator(seed: hubRestarts.scrambled(with: UInt64(fleet.number))),
                isPutBack: isPutBack))
    }

    func running() throws -> Hub {
        guard let hub = hub.hub else { throw Violation("the world is sound", "no hub runs") }
        return hub
    }

    // MARK: Notes

    func note(_ marker: Marker) { markers[marker, default: 0] += 1 }
    func note(_ fault: Fault) { faults[fault.rawValue, default: 0] += 1 }

    /// Mixes a number into the trace.
    func trace(_ number: UInt64) {
        trace = (trace ^ number) &* 0x100_0000_01b3
        trace ^= trace >> 29
    }

    func trace(_ hash: ContentHash) {
        trace(hash.bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) })
    }

    // MARK: Living

    /// Lets everything of the script happen, then repairs every fault and looks whether all agree.
    func run(_ script: Script) async throws {
        for decision in script.decisions {
            pass(decision.wait_ms)
            try await perform(decision)
        }
        try await settle()
    }

    func pass(_ milliseconds: Int64) {
        now_ms += milliseconds
        hubClock.advance(by: milliseconds)
        for device in devices {
            device.clock.advance(by: milliseconds)
            if !device.isLost { device_ms += milliseconds }
        }
        if milliseconds > 30 * 86_400_000 { note(.monthsOffline) }
    }

    private func perform(_ decision: Decision) async throws {
        let device = devices[decision.actor % devices.count]
        if !decision.act.isOfHub, device.isLost { return }
        do {
            try arm(decision, device)
            try await act(decision, device)
        } catch let violation as Violation {
            throw violation
        } catch {
            // Nothing fails by itself.
            guard
                device.disk.hasFailed || hubDisk.hasFailed || device.disk.isDead || hubDisk.isDead
                    || isOfFlip(error)
            else {
                throw Violation(
                    "nothing fails without a fault", "\(decision.act.rawValue): \(error)")
            }
        }
        try recover(decision, device)
        try check(device)
        trace(device.disk.trace)
        trace(hubDisk.trace)
        trace(decision.roll)
    }

    // MARK: Machines that fail

    private func arm(_ decision: Decision, _ device: Device) throws {
        guard let fault = decision.fault else { return }
        // Small numbers of calls are met more often than large ones: to record something takes two,
        // a sync some ten.
        let call = 1 + decision.luck % (decision.luck % 7 == 0 ? 60 : 5)
        let kind: simulated_fault
        switch fault {
        case .devicePower, .hubPower: kind = simulated_fault_power
        case .deviceKill, .hubKill: kind = simulated_fault_kill
        case .deviceWrite, .hubWrite: kind = simulated_fault_write_error
        case .deviceFull, .hubFull: kind = simulated_fault_full
        case .deviceSync, .hubSync: kind = simulated_fault_sync_lost
        case .deviceRead, .hubRead: kind = simulated_fault_read_error
        case .deviceFlip: return try flip(on: device, decision.luck)
        case .hubFlip: return try flipAtHub(decision.luck)
        default: return
        }
        let disk = fault.place == .device ? device.disk : hubDisk
        disk.arm(
            kind, at: kind == simulated_fault_sync_lost ? 1 + call % 3 : call,
            seed: decision.luck)
    }

    /// Starts again what stands still, and takes back a fault that did not happen or is over.
    private func recover(_ decision: Decision, _ device: Device) throws {
        if let fault = decision.fault {
            let disk = fault.place == .device ? device.disk : hubDisk
            if fault.place == .line ? !device.transport.isPrepared : disk.hasFailed {
                note(fault)
                switch fault {
                case .deviceFull, .hubFull: note(.diskFull)
                case .deviceSync, .hubSync:
                    note(.syncLost)
                    if fault == .deviceSync { device.hasLostPages = true }
                case .deviceWrite, .hubWrite, .deviceRead, .hubRead: note(.diskError)
                case .repeatRequest: note(.repeated)
                case .dropAnswer: note(.answerLost)
                default: break
                }
            }
            device.transport.prepare(nil, luck: 0)
        }
        let lostPower = decision.fault == .devicePower || decision.fault == .hubPower
        if device.disk.isDead {
            note(lostPower ? .devicePowerLost : .deviceKilled)
            device.store = nil
            try restart(device.disk, decision.luck, lostPower)
            if lostPower {
                device.clock.boot()
                note(.rebooted)
            }
            device.store = try DeviceStore.open(
                Fleet.folder, schema: device.schema, on: device.disk)
            try adoptDoubtful(device)
            try checkOutbox(device)
        } else {
            device.disk.disarm()
            if device.store == nil {
                device.store = try DeviceStore.open(
                    Fleet.folder, schema: device.schema, on: device.disk)
            }
            try adoptDoubtful(device)
        }
        if hubDisk.isDead {
            note(lostPower ? .hubPowerLost : .hubKilled)
            hub.replace(with: nil)
            try restart(hubDisk, decision.luck, lostPower)
            try startHub()
            if !hasRolledBack { try checkReceipted() }
        } else {
            hubDisk.disarm()
            if hub.hub == nil { try startHub() }
        }
        try learnFromHub()
        try learnHealed()
        if decision.act.movesScopes { try learnGrants() }
        if decision.act == .revoke { try learnRevoked() }
    }

    private func restart(_ disk: SimulatedDisk, _ seed: UInt64, _ lostPower: Bool) throws {
        guard !disk.isInUse else {
            throw Violation("the world is sound", "a file is open on a machine that stands still")
        }
        disk.restart(seed: seed, lostPower: lostPower)
        disk.disarm()
    }

    /// Looks whether what was being recorded when a machine failed is there.
    func adoptDoubtful(_ device: Device) throws {
        guard !device.inDoubt.isEmpty else { return }
        let next = UInt64(device.recorded.count + 1)
        guard let number = ChangeSetNumber(next) else { return }
        guard try device.opened().outboxEntry(number) != nil else {
            note(.recordRolledBack)
            // It may still come back with the log, should the power go now.
            return
        }
        let found = try device.opened().changeSet(number)
        // The same may have been tried twice.
        guard
            let doubt = device.inDoubt.first(where: {
                $0.changes == found.changeSet.changes
                    && $0.monotonic_ms == found.changeSet.time.monotonic_ms
            })
        else { throw Violation("only what was recorded is in the outbox", "\(number)") }
        device.inDoubt = []
        note(.recordInDoubt)
        adopt(found, doubt, device)
    }

    func adopt(_ sealed: HashedChangeSet, _ doubt: Device.InDoubt, _ device: Device) {
        device.recorded.append(sealed.hash)
        oracle.note(
            Oracle.Entry(
                hash: sealed.hash, changes: doubt.changes, made_ms: doubt.made_ms,
                boot: doubt.boot, isFromDraft: doubt.isFromDraft,
                author: sealed.changeSet.author, intent: sealed.changeSet.intent))
        trace(sealed.hash)
    }

    /// Takes down what the hub wrote itself since the last look.
    func learnFromHub() throws {
        let hub = try running()
        if let epoch, epoch != hub.epoch { note(.epochBegun) }
        epoch = hub.epoch
        let known = hubNumbers
        let (found, numbers) = try hub.store.read { tx in
            var found: [HashedChangeSet] = []
            var numbers = known
            for replica in try tx.replicas() where replica.id.isHub {
                let last = known[replica.id] ?? 0
                guard replica.stored > last else { continue }
                for upload in try tx.uploads(of: replica.rid, first: last + 1, last: replica.stored)
                {
                    found += try RunCoding.decode(upload.run.bytes).filter {
                        $0.changeSet.name.number.value > last
                    }
                }
                numbers[replica.id] = replica.stored
            }
            return (found, numbers)
        }
        hubNumbers = numbers
        for set in found {
            noteMoves(set.changeSet.changes)
            if set.changeSet.intent.string == Oracle.restatement {
                // Every program here refuses a step that is none.
                let units = set.changeSet.changes.flatMap { $0.writes.map(\.unit) }
                guard units.allSatisfy({ $0 == Plot.deed }) else {
                    throw Violation(
                        "who goes step by step is asked nothing", "\(set.changeSet.name)")
                }
                note(.restated)
            }
            oracle.note(
                Oracle.Entry(
                    hash: set.hash, changes: set.changeSet.changes, made_ms: now_ms, boot: 0,
                    isFromDraft: false, author: set.changeSet.author,
                    intent: set.changeSet.intent))
        }
    }

    /// Closes every store.
    func close() {
        for device in devices { device.store = nil }
        hub.replace(with: nil)
    }
}
