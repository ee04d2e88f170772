import SyncClient
import SyncCore
import SyncExchange
import SyncHub
import SyncProtocol
import SyncTesting
import Synchronization
import Testing

@Suite("waiting for news")
struct WatchTests {
    private let house = RecordID(high: 600, low: 1)

    /// What a waiting device was told.
    private final class Ear: Sendable {
        private let pauses = Mutex<[Duration]>([])
        var heard: [Duration] { pauses.withLock { $0 } }
        func wake(_ pause: Duration) { pauses.withLock { $0.append(pause) } }
    }

    private func watch(
        _ device: FieldDevice, at hub: Hub
    ) async throws -> (ear: Ear, id: UInt64?) {
        let ear = Ear()
        let message = try await device.client.watchRequest()
        return (ear, try hub.watch(message.body) { ear.wake($0) })
    }

    @Test("a waiting device is woken by a change in its areas, and by no other")
    func ownAreasOnly() async throws {
        let fixture = try HubFixture()
        let north = try FieldDevice(
            1, person: "Li Na", at: fixture, areas: [HubFixture.north])
        let south = try FieldDevice(
            2, person: "Wang Fang", at: fixture, areas: [HubFixture.south])
        for device in [north, south] { try await device.sync() }
        let (northEar, northID) = try await watch(north, at: fixture.hub)
        let (southEar, southID) = try await watch(south, at: fixture.hub)
        #expect(northID != nil && southID != nil)

        try north.record([.house(house, in: HubFixture.north)])
        try await north.sync()
        #expect(northEar.heard == [.zero])
        #expect(southEar.heard == [])

        // Once, however much follows.
        try north.edit(house) { try $0.set(House.count, to: .integer(3)) }
        try await north.sync()
        #expect(northEar.heard == [.zero])
        #expect(southEar.heard == [])
    }

    @Test("a device for which something lies ready does not wait")
    func newsNow() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        let other = try FieldDevice(2, person: "Wang Fang", at: fixture)
        #expect(try await watch(device, at: fixture.hub).id == nil)
        for each in [device, other] { try await each.sync() }
        #expect(try await watch(device, at: fixture.hub).id != nil)
        try other.record([.house(house, in: HubFixture.north)])
        try await other.sync()
        #expect(try await watch(device, at: fixture.hub).id == nil)
        try await device.sync()
        #expect(try await watch(device, at: fixture.hub).id != nil)
    }

    @Test("those woken by one change are sent one after the other")
    func spread() async throws {
        let fixture = try HubFixture()
        var devices: [FieldDevice] = []
        for number in 1...4 as ClosedRange<UInt8> {
            let device = try FieldDevice(number, person: "Advisor \(number)", at: fixture)
            try await device.sync()
            devices.append(device)
        }
        var ears: [Ear] = []
        for device in devices.dropFirst() {
            ears.append(try await watch(device, at: fixture.hub).ear)
        }
        try devices[0].record([.house(house, in: HubFixture.north)])
        try await devices[0].sync()
        #expect(
            ears.flatMap(\.heard)
                == [.zero, .milliseconds(20), .milliseconds(40)])
    }

    @Test("who waits no longer is not woken")
    func forgotten() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        let (ear, id) = try await watch(device, at: fixture.hub)
        fixture.hub.forgetWatcher(try #require(id))
        try device.record([.house(house, in: HubFixture.north)])
        try await device.sync()
        #expect(ear.heard == [])
    }

    @Test("who reads a list of conflicts is woken by what happens to one, and by nothing else")
    func conflicts() async throws {
        let fixture = try HubFixture()
        let (hub, admin) = (fixture.hub, fixture.admin)
        let a = try FieldDevice(1, person: "Li Na", at: fixture)
        let b = try FieldDevice(2, person: "Wang Fang", at: fixture)
        try await a.sync()
        try a.record([.house(house, in: HubFixture.north)])
        for device in [a, b] { try await device.sync() }
        func listen(_ conflict: RecordID?) throws -> Ear {
            let ear = Ear()
            let step = try hub.lastStep(of: conflict, by: admin)
            let id = try hub.watch(conflict, since: step, by: admin) { ear.wake($0) }
            #expect(id != nil)
            return ear
        }
        let list = try listen(nil)
        try a.edit(house) { try $0.set(House.count, to: .integer(3)) }
        try await a.sync()
        #expect(list.heard == [])
        try b.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try await b.sync()
        #expect(list.heard == [.zero])

        let conflict = try #require(try hub.conflicts(state: nil, by: admin).first?.id)
        let (page, other) = (try listen(conflict), try listen(RecordID(high: 1, low: 1)))
        _ = try hub.claim(conflict, by: admin)
        #expect(page.heard == [.zero] && other.heard == [])
        let past = try hub.watch(conflict, since: 0, by: admin) { _ in }
        #expect(past == nil)
    }

    @Test("another's request, and one signed by another key, are not kept waiting")
    func strangers() async throws {
        let fixture = try HubFixture()
        let device = try FieldDevice(1, person: "Li Na", at: fixture)
        try await device.sync()
        var body = try await device.client.watchRequest().body
        body[body.count - 1] ^= 1
        #expect(throws: Problem.self) { try fixture.hub.watch(body) { _ in } }
        #expect(throws: Problem.self) { try fixture.hub.watch([1, 2, 3]) { _ in } }
    }
}
