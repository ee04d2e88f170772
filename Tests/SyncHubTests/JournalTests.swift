import Foundation
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("the hub's journal")
struct JournalTests {
    let house = RecordID(high: 100, low: 1)

    /// A hub that keeps a journal, with a dispute that waits, and a copy of its store from then.
    private struct Stage {
        let fixture: HubFixture
        let journal: String
        let copy: String
        var device: ScriptedDevice
        var other: ScriptedDevice

        init(_ house: RecordID) throws {
            fixture = try HubFixture()
            journal = fixture.folder.file("elsewhere.journal")
            _ = try fixture.hub.follow(JournalFile(path: journal, hub: fixture.hub.id))
            device = try fixture.device(1, person: "Li Na")
            other = try fixture.device(2, person: "Wang Fang")
            device.seal([.house(house, in: HubFixture.north, count: 3)])
            try fixture.syncAll(&device)
            try fixture.sync(&other)
            let base = device.sealed[0].changeSet.name
            device.seal([.set(house, House.count, .integer(4), replacing: [base])])
            other.seal([.set(house, House.count, .integer(5), replacing: [base])])
            try fixture.sync(&device, [device.run(from: 2)])
            try fixture.sync(&other, [other.run(from: 1)])
            copy = fixture.folder.file("copy.sqlite")
            try fixture.hub.copy(to: copy)
        }

        /// The hub as it comes back from the copy.
        func restored(isNoticed: Bool = true, seed: UInt64 = 9) throws -> Hub {
            try Hub(
                store: HubStore(path: copy, schema: .test), key: fixture.key,
                clock: { [clock = fixture.clock] in clock.now_ms },
                random: TestGenerator(Seed(seed)),
                isPutBack: isNoticed)
        }

        func file() throws -> JournalFile { try JournalFile(path: journal, hub: fixture.hub.id) }
    }

    @Test("what people did since the backup is done again: decisions, revocations, grants, people")
    func replay() throws {
        let stage = try Stage(house)
        let admin = stage.fixture.admin
        let hub = stage.fixture.hub
        let conflict = try #require(hub.conflicts(state: nil, by: admin).first)
        let detail = try hub.conflict(conflict.id, by: admin)
        _ = try hub.resolve(
            conflict.id,
            ResolutionRequest(
                version: detail.version, choice: .compose(.integer(6)), reason: "counted again"),
            by: admin)
        try hub.revoke(stage.other.replica, by: admin)
        let grant = try #require(
            hub.grants(by: admin).first { $0.personName == "Li Na" && $0.ended_ms == nil })
        try hub.endGrant(grant.id, reason: "moved", by: admin)
        let west = try hub.addArea(name: "West", in: HubFixture.district, by: admin)
        _ = try hub.makePerson(name: "Zhao Min", roles: [.advisor], password: "x", by: admin)
        let given = try hub.giveGrant(person: "Zhao Min", area: west, by: admin)
        try hub.deactivate(personNamed: "Wang Fang", reason: "left", by: admin)
        try hub.store.close()

        let again = try stage.restored()
        #expect(try again.follow(stage.file()) > 0)
        #expect(try again.doctor() == [])
        #expect(try again.conflict(conflict.id, by: admin).view.state == .resolved)
        let states = try again.devices(by: admin).map { ($0.replica, $0.state) }
        #expect(states.first { $0.0 == stage.other.replica }?.1 == .revoked)
        let grants = try again.grants(by: admin)
        #expect(grants.first { $0.id == grant.id }?.ended_ms != nil)
        #expect(
            grants.first { $0.id == given }.map { $0.scope == west && $0.ended_ms == nil } == true)
        let people = try again.people(by: admin)
        #expect(people.first { $0.name == "Wang Fang" }?.isActive == false)
        #expect(people.contains { $0.name == "Zhao Min" })
        // It goes on in the same file, and nothing is done twice.
        try again.reactivate(personNamed: "Wang Fang", by: admin)
        let uploads = try again.status().uploads
        try again.store.close()
        let once = try stage.restored(seed: 10)
        #expect(try once.follow(stage.file()) == 0)
        #expect(try once.status().uploads == uploads)
        #expect(try once.people(by: admin).first { $0.name == "Wang Fang" }?.isActive == true)
    }

    @Test("a journal that goes on shows that the store is an older copy: a new epoch begins")
    func olderCopy() throws {
        let stage = try Stage(house)
        let hub = stage.fixture.hub
        _ = try hub.makePerson(
            name: "Zhao Min", roles: [.advisor], password: nil, by: stage.fixture.admin)
        let epoch = hub.epoch
        try hub.store.close()
        let again = try stage.restored(isNoticed: false)
        #expect(again.epoch == epoch)
        #expect(try again.follow(stage.file()) == 2)
        #expect(again.epoch != epoch)
        #expect(try again.doctor() == [])
    }

    @Test("an act is in the file before it is answered; where that fails, that is the answer")
    func durable() throws {
        let stage = try Stage(house)
        let admin = stage.fixture.admin
        let hub = stage.fixture.hub
        let before = try #require(hub.store.journalState)
        #expect(before.written == before.last)
        _ = try hub.makePerson(name: "Zhao Min", roles: [.advisor], password: nil, by: admin)
        let bytes = try Data(contentsOf: URL(filePath: stage.journal))
        #expect(bytes.range(of: Data("Zhao Min".utf8)) != nil)
        // What devices send makes no entry, and never waits for the journal.
        let count = hub.store.lastEntry
        var device = stage.device
        device.seal([.write(house, House.minutes, .increment(1))])
        try stage.fixture.sync(&device, [device.run(from: 3)])
        #expect(hub.store.lastEntry == count)
        // The file is replaced beneath: the doctor says so.
        try bytes.prefix(bytes.count - 5).write(to: URL(filePath: stage.journal))
        #expect(try hub.doctor().map(\.code) == ["journal"])
    }

    @Test("an entry that was not written to its end is cut off, and written again")
    func torn() throws {
        let stage = try Stage(house)
        let admin = stage.fixture.admin
        let hub = stage.fixture.hub
        _ = try hub.makePerson(name: "Zhao Min", roles: [.advisor], password: nil, by: admin)
        try hub.store.close()
        let whole = try Data(contentsOf: URL(filePath: stage.journal))
        let torn = stage.fixture.folder.file("torn.journal")
        try whole.prefix(whole.count - 5).write(to: URL(filePath: torn))
        try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: torn)
        let again = try stage.fixture.reopened()
        #expect(try again.follow(JournalFile(path: torn, hub: again.id)) == 0)
        #expect(try Data(contentsOf: URL(filePath: torn)) == whole)
        #expect(try again.doctor() == [])
    }

    @Test("a journal that was given up, or is of another life, is not gone on with")
    func givenUp() throws {
        let stage = try Stage(house)
        let hub = stage.fixture.hub
        try hub.store.close()
        let again = try stage.fixture.reopened()
        try again.keepNoJournal()
        _ = try again.makePerson(
            name: "Zhao Min", roles: [.advisor], password: nil, by: stage.fixture.admin)
        #expect(throws: StoreFault.self) { try again.follow(stage.file()) }
        let fresh = stage.fixture.folder.file("fresh.journal")
        #expect(try again.follow(JournalFile(path: fresh, hub: again.id)) == 0)
        let state = try #require(again.store.journalState)
        #expect(state.written == state.last)
        #expect(try again.doctor() == [])
        try again.store.close()
        let old = try stage.restored()
        #expect(throws: StoreFault.self) {
            try old.follow(JournalFile(path: fresh, hub: old.id))
        }
    }

    @Test("one flipped bit anywhere is found, and a journal of another hub is none of ours")
    func damaged() throws {
        let stage = try Stage(house)
        let hub = stage.fixture.hub
        let whole = try Data(contentsOf: URL(filePath: stage.journal))
        var generator = TestGenerator(Seed(4))
        for round in 0..<60 {
            var bytes = whole
            bytes[Int.random(in: 0..<bytes.count, using: &generator)] ^= 1 << (round % 8)
            let path = stage.fixture.folder.file("damaged-\(round)")
            try bytes.write(to: URL(filePath: path))
            try FileManager.default.setAttributes([.posixPermissions: 0o600], ofItemAtPath: path)
            #expect(throws: StoreFault.self, "round \(round)") {
                try JournalFile(path: path, hub: hub.id)
            }
            // Nothing of it is lost by looking.
            #expect(try Data(contentsOf: URL(filePath: path)) == Data(bytes))
        }
        try hub.store.close()
        #expect(throws: StoreFault(.other, "\(stage.journal) is the journal of another hub")) {
            try JournalFile(path: stage.journal, hub: HubID(high: 1, low: 1))
        }
    }
}
