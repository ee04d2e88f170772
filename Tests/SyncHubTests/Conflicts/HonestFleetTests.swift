import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Devices that only take steps from what they were shown, from old pages too, that take back what
/// they wrote and hand their work to each other: whatever the hub hears first.
@Suite("steps of an honest fleet")
struct HonestFleetTests {
    private static let next = [
        "new": ["open", "void"], "open": ["half", "held"], "half": ["open", "done"],
        "held": ["done"], "done": [], "void": [],
    ]
    private static let schema = Schema(
        version: Schema.everyConflict.version,
        collections: Schema.everyConflict.collections.map { old in
            guard old.id == .job else { return old }
            return CollectionDeclaration(
                id: old.id, name: old.name, home: old.home,
                units: [
                    old.unit(Job.area)!, old.unit(Job.title)!,
                    UnitDeclaration(
                        Job.stage, "stage", .choice(next.keys.sorted()),
                        .states(StateMachine(next)), .open),
                ])
        })
    private static let unit = schema.unit(Job.stage, of: .job)!

    private final class Fleet {
        let fixture: HubFixture
        let devices: [FieldDevice]
        let job = RecordID(high: 700, low: 1)
        var pages: [RecordState?]
        var chance: TestGenerator
        var decided: [RecordID] = []

        init(_ seed: Seed) async throws {
            let fixture = try HubFixture(schema: HonestFleetTests.schema)
            self.fixture = fixture
            devices = try ["Li Na", "Wang Fang", "Sun Wei"].enumerated().map {
                try FieldDevice(
                    UInt8($0 + 1), person: $1, at: fixture, schema: HonestFleetTests.schema)
            }
            pages = [nil, nil, nil]
            chance = TestGenerator(seed)
            for device in devices { try await device.sync() }
            try devices[0].record([Job.new(job, "bridge")])
            for device in devices { try await device.sync() }
        }

        private func pick<Element>(_ all: [Element]) -> Element {
            all[Int.random(in: 0..<all.count, using: &chance)]
        }

        func act(decides: Bool) async throws {
            let place = Int.random(in: 0..<3, using: &chance)
            let device = devices[place]
            switch Int.random(in: 0..<12, using: &chance) {
            case 0...4: try step(place)
            case 5:
                pages[place] = try device.store.shown(job)?.state
            case 6:
                guard let last = try device.store.outbox(onlyOpen: false, limit: 1).first,
                    let draft = try? device.store.undoDraft(of: last.number),
                    !draft.changes.contains(where: { $0.writes.contains { $0.unit == .void } })
                else { return }
                try device.record(draft.changes, intent: "undo")
            case 7, 8: try await device.sync()
            case 9:
                let other = devices[(place + 1) % 3]
                let now = ClockReading(
                    wall_ms: fixture.clock.now_ms, monotonic_ms: 5, boot: 9)
                let card = try SyncClient.card(of: other.store, now: now)
                guard
                    let file = try SyncClient.bundle(
                        of: device.store, for: DeviceCard.decode(card.encode()), now: now)
                else { return }
                _ = try? SyncClient.take(shared: file.bytes, into: other.store, now: now)
            case 10 where decides:
                guard let open = try fixture.hub.conflicts(state: nil, by: fixture.admin).first
                else { return }
                let found = try fixture.hub.conflict(open.id, by: fixture.admin)
                let choice: ResolutionRequest.Choice =
                    Bool.random(using: &chance)
                    ? .keep(pick(found.sides).key)
                    : .compose(.text(Text(pick(HonestFleetTests.next.keys.sorted()))))
                _ = try fixture.hub.resolve(
                    open.id,
                    ResolutionRequest(version: found.version, choice: choice, reason: "so"),
                    by: fixture.admin)
                decided.append(open.id)
            case 11 where decides:
                if let last = decided.popLast() {
                    _ = try? fixture.hub.undo(last, reason: "no", by: fixture.admin)
                }
            default: break
            }
        }

        private func step(_ place: Int) throws {
            let device = devices[place]
            guard let now = try device.store.shown(job)?.state else { return }
            let page = pages[place] ?? now
            guard case .register(let register)? = page[Job.stage],
                let outcome = page[Job.stage]?.outcome(under: HonestFleetTests.unit)
            else { return }
            var edit = Edit(
                of: page, at: nil, by: try device.store.identity().replica,
                as: HonestFleetTests.schema.collection(.job)!)
            if case .disputed = outcome {
                let value = pick(HonestFleetTests.next.keys.sorted())
                let side = Int.random(in: 0..<register.sides.count, using: &chance)
                do {
                    try edit.set(Job.stage, to: .text(Text(value)), correcting: side)
                } catch { return }
            } else {
                guard case .text(let from)? = outcome.value,
                    let steps = HonestFleetTests.next[from.string], !steps.isEmpty
                else { return }
                try edit.set(Job.stage, to: .text(Text(pick(steps))))
            }
            let sealed: HashedChangeSet
            do { sealed = try device.record(edit.recordChanges) } catch StoreError.noStep {
                return
            }
            var seen = page
            let set = sealed.changeSet
            seen.merge(
                set.changes[0],
                from: Origin(
                    name: set.name, author: set.author, time: .estimate(set.time), position: nil,
                    shown: nil)
            ) { $0 != set.name }
            if pages[place] != nil { pages[place] = seen }
        }

        var isStatedAgain: Bool {
            get throws {
                try devices.contains { device in
                    guard
                        case .register(let register)? = try device.store.shown(job)?.state[
                            Job.stage]
                    else { return false }
                    return register.isStatedAgain
                }
            }
        }
    }

    /// Besides some others those in which an old page, or a conflict that devices had ended, was
    /// once taken for a jump.
    private static let seeds: [Seed] = [1, 2, 3, 4, 5, 7, 86, 116].map { Seed($0) }

    @Test("nobody is asked of a jump, and all agree", arguments: seeds)
    func honest(seed: Seed) async throws {
        let fleet = try await Fleet(seed)
        for place in 0..<80 {
            try await fleet.act(decides: false)
            try #require(try !fleet.isStatedAgain, "after act \(place)")
        }
        try await agree(fleet)
        #expect(try !fleet.isStatedAgain)
    }

    @Test("with decisions, and those taken back, all agree", arguments: Seed.all.prefix(6))
    func decided(seed: Seed) async throws {
        let fleet = try await Fleet(seed)
        for _ in 0..<80 { try await fleet.act(decides: true) }
        try await agree(fleet)
    }

    private func agree(_ fleet: Fleet) async throws {
        for _ in 0..<3 { for device in fleet.devices { try await device.sync() } }
        var outcomes: [Outcome?] = []
        for device in fleet.devices {
            let summary = try await device.sync()
            #expect(summary.digestMatches == true)
            #expect(summary.unsent == 0 && summary.held == 0)
            outcomes.append(
                try device.store.shown(fleet.job)?.state[Job.stage]?.outcome(under: Self.unit))
        }
        #expect(Set(outcomes).count == 1)
        let isDisputed = if case .disputed?? = outcomes.first { true } else { false }
        let open = try fleet.fixture.hub.conflicts(state: nil, by: fleet.fixture.admin)
        #expect(open.filter { $0.kind == .states }.count == (isDisputed ? 1 : 0))
        #expect(try fleet.fixture.hub.doctor() == [])
    }
}
