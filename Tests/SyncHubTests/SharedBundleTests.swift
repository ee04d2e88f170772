import Foundation
import GRDB
import SyncClient
import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

/// Two advisors, each with a device, and a hub that is not in reach until they sync.
@Suite("work read by a colleague before the hub has it")
struct SharedBundleTests {
    private let house = RecordID(high: 800, low: 1)
    private let other = RecordID(high: 800, low: 2)
    private let far = RecordID(high: 800, low: 3)

    private struct Scene {
        let fixture: HubFixture
        let author: FieldDevice
        let reader: FieldDevice

        var now: ClockReading {
            ClockReading(wall_ms: fixture.clock.now_ms, monotonic_ms: 5, boot: 9)
        }

        /// What `from` makes for `to`.
        func share(_ from: FieldDevice, _ to: FieldDevice) throws -> SyncClient.SharedFile {
            let card = try SyncClient.card(of: to.store, now: now)
            let read = try DeviceCard.decode(card.encode())
            return try #require(try SyncClient.bundle(of: from.store, for: read, now: now))
        }

        @discardableResult
        func take(_ bytes: [UInt8], _ device: FieldDevice) throws -> TakenBundle {
            try SyncClient.take(shared: bytes, into: device.store, now: now).taken
        }

        func failure(_ bytes: [UInt8], _ device: FieldDevice) -> SyncFailure? {
            do throws(SyncFailure) {
                _ = try SyncClient.take(shared: bytes, into: device.store, now: now)
                return nil
            } catch {
                return error
            }
        }

        /// Once everybody has synced, all hold the same and nothing waits.
        func expectAgreement(_ hub: Hub? = nil, of devices: [FieldDevice]) async throws {
            let hub = hub ?? fixture.hub
            for _ in 0..<2 { for device in devices { try await device.sync() } }
            for device in devices {
                let summary = try await device.sync()
                #expect(summary.digestMatches == true)
                #expect(summary.unsent == 0 && summary.held == 0 && summary.quarantined == 0)
                #expect(try device.store.carried() == [])
                #expect(try device.store.doctor().allSatisfy { $0.severity <= .note })
                #expect(try device.store.verifyReceipts().missing == [])
            }
            #expect(try hub.doctor() == [])
        }
    }

    /// A house in the north that both hold; the author works in both streets, the reader in the
    /// north only.
    private func scene(readerIn areas: [ScopeID] = [HubFixture.north]) async throws -> Scene {
        let fixture = try HubFixture()
        let author = try FieldDevice(1, person: "Li Na", at: fixture)
        let reader = try FieldDevice(2, person: "Wang Fang", at: fixture, areas: areas)
        for device in [author, reader] { try await device.sync() }
        try author.record([.house(house, in: HubFixture.north, count: 3)])
        try author.record([.house(far, in: HubFixture.south, count: 7)])
        for device in [author, reader] { try await device.sync() }
        return Scene(fixture: fixture, author: author, reader: reader)
    }

    private func name(_ device: FieldDevice, _ number: UInt64) throws -> ChangeSetName {
        ChangeSetName(try device.store.identity().replica, ChangeSetNumber(number)!)
    }

    /// Whether a text stands anywhere in the files of a device's store.
    private func holds(_ device: FieldDevice, _ text: String) throws -> Bool {
        let files = try FileManager.default.contentsOfDirectory(atPath: device.store.path)
        return try files.contains { file in
            let path = URL(filePath: device.store.path).appending(path: file)
            return try Data(contentsOf: path).range(of: Data(text.utf8)) != nil
        }
    }

    // MARK: What it is for

    @Test(
        "a colleague's work is shown as carried, and what is written after it names it: no conflict, whoever syncs first",
        arguments: [true, false])
    func causality(authorIsFirst: Bool) async throws {
        let scene = try await scene()
        let (author, reader) = (scene.author, scene.reader)
        try author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try author.record([.house(other, in: HubFixture.north, title: "new", count: 1)])
        let file = try scene.share(author, reader)
        #expect(file.open == 2)

        let taken = try scene.take(file.bytes, reader)
        #expect(taken.isNew && taken.shown == 2 && taken.waiting == 0 && taken.closed == 0)
        #expect(try reader.value(House.count, of: house) == .integer(4))
        let shown = try #require(try reader.store.shown(house))
        #expect(shown.carried == [try name(author, 3)])
        #expect(shown.laidOver == [] && shown.unsent == [])
        #expect(try reader.store.row(other)?.isCarried == true)
        #expect(try reader.store.row(other)?.hasOwn == false)
        #expect(try reader.store.people().values.contains("Li Na"))

        let later = try reader.edit(house) { try $0.set(House.count, to: .integer(5)) }
        guard case .set(_, let named)? = later.changeSet.changes[0].writes.first?.operation else {
            Issue.record("no register was set")
            return
        }
        #expect(named == [try name(author, 3)])
        try reader.edit(other) { try $0.set(House.count, to: .integer(2)) }
        #expect(try reader.value(House.count, of: house) == .integer(5))

        let order = authorIsFirst ? [author, reader] : [reader, author]
        for device in order { try await device.sync() }
        try await scene.expectAgreement(of: [author, reader])
        for device in order {
            #expect(try device.value(House.count, of: house) == .integer(5))
            #expect(try device.value(House.count, of: other) == .integer(2))
            #expect(try device.store.shown(house)?.carried == [])
            #expect(try device.store.status().conflicts == 0)
        }
        #expect(try scene.fixture.hub.status().openConflicts == 0)
        #expect(try scene.fixture.hub.status().changeSets == 6)
    }

    @Test(
        "the hub takes carried work once, with its author's signature, though their machine is lost"
    )
    func lost() async throws {
        let scene = try await scene()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try scene.take(scene.share(scene.author, scene.reader).bytes, scene.reader)
        for _ in 0..<2 { try await scene.reader.sync() }
        #expect(try scene.fixture.hub.status().changeSets == 3)
        let third = try FieldDevice(3, person: "Zhao Min", at: scene.fixture)
        try await third.sync()
        let head = try #require(
            try third.store.shown(house)?.state.register(House.count)?.heads.first)
        #expect(head.origin.name == (try name(scene.author, 3)))
        #expect(head.origin.author == (try scene.author.store.identity().person))
        // It is the hub's now, and no longer shown as carried.
        #expect(try scene.reader.store.shown(house)?.carried == [])
        #expect(try scene.reader.value(House.count, of: house) == .integer(4))
        try await scene.expectAgreement(of: [scene.reader, third])
    }

    @Test("the author's next sync brings the receipts of what a colleague has handed in")
    func receipts() async throws {
        let scene = try await scene()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try scene.take(scene.share(scene.author, scene.reader).bytes, scene.reader)
        try await scene.reader.sync()
        #expect(try scene.author.store.status().unsent == 1)
        let summary = try await scene.author.sync()
        #expect(summary.unsent == 0)
        #expect(try scene.author.store.verifyReceipts().missing == [])
        #expect(try scene.fixture.hub.status().changeSets == 3)
    }

    @Test("what depends on a colleague's work goes up after it, in one sync, and is never held")
    func order() async throws {
        let scene = try await scene()
        try scene.author.record([.house(other, in: HubFixture.north)])
        try scene.take(scene.share(scene.author, scene.reader).bytes, scene.reader)
        let visit = RecordID(high: 801, low: 1)
        try scene.reader.record([.call(visit, on: other, story: "they were at home")])
        let summary = try await scene.reader.sync()
        #expect(summary.delivered == 1 && summary.sent == 1 && summary.held == 0)
        #expect(try scene.fixture.hub.status().held == 0)
        #expect(try scene.reader.store.shown(visit)?.laidOver == [])
    }

    // MARK: What may not be read

    @Test("what lies outside the common areas, or touches what such a change touched, stays sealed")
    func canary() async throws {
        let scene = try await scene()
        let (author, reader) = (scene.author, scene.reader)
        func say(_ words: String, on records: RecordID...) throws {
            var changes: [RecordChange] = []
            for record in records {
                let shown = try #require(try author.store.shown(record))
                var edit = Edit(
                    of: shown.parts, by: try author.store.identity().replica,
                    as: author.schema.collection(.house)!)
                try edit.append([.text(Text(words))], to: House.notes)
                changes += edit.recordChanges
            }
            try author.record(changes)
        }
        try say("open-canary-1", on: house)
        try say("closed-canary-2", on: far)
        try say("closed-canary-3", on: house, far)
        try say("closed-canary-4", on: house)
        let file = try scene.share(author, reader)
        #expect(file.open == 1)
        let taken = try scene.take(file.bytes, reader)
        #expect(taken.shown == 1 && taken.closed == 3)
        #expect(try holds(reader, "open-canary-1"))
        for number in 2...4 {
            #expect(try !holds(reader, "closed-canary-\(number)"))
            #expect(file.bytes.range(of: "closed-canary-\(number)") == nil)
        }
        #expect(file.bytes.range(of: "open-canary-1") == nil)
        try await reader.sync()
        #expect(try scene.fixture.hub.status().changeSets == 6)
        #expect(try !holds(reader, "closed-canary-2"))
        #expect(try reader.store.shown(far) == nil)
        try await scene.expectAgreement(of: [author, reader])
    }

    @Test("what a device opens to a reader beyond the common areas is not kept there either")
    func tooOpen() async throws {
        let scene = try await scene()
        let (author, reader) = (scene.author, scene.reader)
        try author.edit(far) { try $0.set(House.title, to: .text(Text("closed-canary-5"))) }
        try author.record([.house(other, in: HubFixture.south, title: "closed-canary-5")])
        let made = try forged(scene) { sets in [.open(sets)] }
        let taken = try scene.take(made, reader)
        #expect(taken.shown == 0 && taken.closed == 2)
        #expect(try !holds(reader, "closed-canary-5"))
        #expect(try reader.store.shown(far) == nil && reader.store.shown(other) == nil)
    }

    @Test("what rests on a third person's carried work is open only to that person")
    func third() async throws {
        let scene = try await scene()
        let third = try FieldDevice(3, person: "Zhao Min", at: scene.fixture)
        try await third.sync()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try scene.take(scene.share(scene.author, scene.reader).bytes, scene.reader)
        try scene.reader.edit(house) { try $0.set(House.count, to: .integer(5)) }
        #expect(try scene.share(scene.reader, third).open == 0)
        let back = try scene.share(scene.reader, scene.author)
        #expect(back.open == 1)
        try scene.take(back.bytes, scene.author)
        #expect(try scene.author.value(House.count, of: house) == .integer(5))
        try scene.take(scene.share(scene.reader, third).bytes, third)
        #expect(try third.value(House.count, of: house) == .integer(3))
        try await third.sync()
        try await scene.expectAgreement(of: [scene.author, scene.reader, third])
        #expect(try third.value(House.count, of: house) == .integer(5))
    }

    @Test("a record that is being moved, and what lies with it, is open to nobody")
    func moved() async throws {
        let scene = try await scene()
        let (author, reader) = (scene.author, scene.reader)
        let visit = RecordID(high: 801, low: 1)
        try author.edit(house) {
            try $0.set(
                House.area,
                to: .reference(
                    RecordID(high: HubFixture.south.high, low: HubFixture.south.low)))
        }
        try author.edit(house) { try $0.append([.text(Text("closed-canary-6"))], to: House.notes) }
        try author.record([.call(visit, on: house, story: "closed-canary-7")])
        #expect(try scene.share(author, reader).open == 0)
        let taken = try scene.take(forged(scene) { [.open($0)] }, reader)
        #expect(taken.shown == 0 && taken.closed == 3)
        for number in 6...7 { #expect(try !holds(reader, "closed-canary-\(number)")) }
    }

    @Test("what lies outside the writer's own areas is open to nobody")
    func beyondOwn() async throws {
        let scene = try await scene()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let sets = try scene.author.store.run(ChangeSetNumber(3)!...ChangeSetNumber(3)!).changeSets
        func credential(_ areas: ScopeID...) throws -> Credential {
            Credential(
                hub: HubID(high: 1, low: 1), replica: try scene.author.store.identity().replica,
                key: try scene.author.store.signingKey().verifying,
                person: PersonID(high: 1, low: 1), name: Text("Li Na"), issued_ms: 0, until_ms: 1,
                scopes: areas)
        }
        for (own, reader, isOpen) in try [
            (credential(HubFixture.south), credential(HubFixture.district), false),
            (credential(HubFixture.district), credential(HubFixture.south), false),
            (credential(HubFixture.north), credential(HubFixture.district), true),
            (credential(HubFixture.district), credential(HubFixture.north), true),
            (credential(HubFixture.north), credential(), false),
        ] {
            let areOpen = try scene.author.store.areOpen(sets, by: own, to: reader)
            #expect(areOpen == [isOpen])
        }
    }

    // MARK: What is refused

    @Test("a file cut short or altered at any byte is refused, and nothing of it is written")
    func damaged() async throws {
        let scene = try await scene()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let bytes = try scene.share(scene.author, scene.reader).bytes
        for length in bytes.indices {
            #expect(scene.failure(Array(bytes[..<length]), scene.reader) != nil)
        }
        for place in bytes.indices {
            var altered = bytes
            altered[place] ^= 0x10
            #expect(scene.failure(altered, scene.reader) != nil)
        }
        #expect(scene.failure(bytes + [0], scene.reader) == .bundle(.damaged))
        #expect(try scene.reader.store.carried() == [])
        #expect(try scene.reader.value(House.count, of: house) == .integer(3))
        #expect(scene.failure(bytes, scene.reader) == nil)
    }

    /// What the author's device could make if its program were another: cut as `parts` says.
    private func forged(
        _ scene: Scene, key: SigningKey? = nil, credential: SignedCredential? = nil,
        previous: ContentHash? = nil, _ parts: ([HashedChangeSet]) -> [SharedBundle.Part]
    ) throws -> [UInt8] {
        let store = scene.author.store
        let made = try #require(try SyncClient.bundle(of: store))
        let sets = try store.run(made.numbers).changeSets
        let card = try SyncClient.card(of: scene.reader.store, now: scene.now)
        let reader = try Credential.decode(card.credential.bytes)
        let own = try #require(try store.credential())
        return try SharedBundle(
            credential: credential ?? own, bundle: made.bytes,
            first: sets[0].changeSet.name.number,
            previous: previous ?? sets[0].changeSet.previous, parts: parts(sets)
        ).sealed(for: reader, card.sealingKey, key: key ?? store.signingKey())
    }

    @Test("a file with a gap, out of order or of another chain is refused whole")
    func gap() async throws {
        let scene = try await scene()
        for count in 4...6 {
            try scene.author.edit(house) { try $0.set(House.count, to: .integer(Int64(count))) }
        }
        let bad: [[UInt8]] = try [
            forged(scene) { [.open([$0[0]]), .open([$0[2]])] },
            forged(scene) { [.closed(1, head: $0[2].hash), .open([$0[1]])] },
            forged(scene) { [.open([$0[1]])] },
            forged(scene, previous: ContentHash.none) { [.open($0)] },
            forged(scene) { _ in [] },
        ]
        for bytes in bad { #expect(scene.failure(bytes, scene.reader) == .bundle(.gap)) }
        #expect(try scene.reader.store.carried() == [])
        let good = try forged(scene) {
            [.open([$0[0]]), .closed(1, head: $0[1].hash), .open([$0[2]])]
        }
        #expect(scene.failure(good, scene.reader) == nil)
    }

    @Test("a file for another device or hub, or of whoever this hub does not vouch for, is refused")
    func strangers() async throws {
        let scene = try await scene()
        let (author, reader) = (scene.author, scene.reader)
        try author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let file = try scene.share(author, reader)
        let third = try FieldDevice(3, person: "Zhao Min", at: scene.fixture)
        try await third.sync()
        #expect(scene.failure(file.bytes, third) == .bundle(.otherDevice))
        // Signed by another than the credential names; and a credential that its holder made.
        let theirs = try third.store.signingKey()
        let foreign = try forged(scene, key: theirs) { [.open($0)] }
        #expect(scene.failure(foreign, reader) == .bundle(.stranger))
        let own = try Credential.decode(#require(try author.store.credential()).bytes)
        let homemade = try forged(
            scene, credential: SignedCredential(own, key: author.store.signingKey())
        ) { [.open($0)] }
        #expect(scene.failure(homemade, reader) == .bundle(.stranger))
        // A card is only its own device's, and only the hub's word counts in it.
        var card = try SyncClient.card(of: reader.store, now: scene.now).encode()
        card[card.count - 70] ^= 1
        let altered = try DeviceCard.decode(card)
        #expect(throws: SyncFailure.bundle(.stranger)) {
            try SyncClient.bundle(of: author.store, for: altered, now: scene.now)
        }
        for length in card.indices {
            #expect(throws: CodecError.self) { try DeviceCard.decode(Array(card[..<length])) }
        }
        // Another hub's device has another hub's word.
        let elsewhere = try HubFixture(number: 2)
        let visitor = try FieldDevice(4, person: "Qian Li", at: elsewhere)
        try await visitor.sync()
        #expect(throws: SyncFailure.bundle(.stranger)) {
            try SyncClient.bundle(
                of: author.store, for: SyncClient.card(of: visitor.store, now: scene.now),
                now: scene.now)
        }
        #expect(scene.failure(file.bytes, visitor) == .bundle(.otherHub))
        #expect(try reader.store.carried() == [])
    }

    @Test("the hub's word for a device runs out with its lease, and a revoked one gets no other")
    func runOut() async throws {
        let scene = try await scene()
        let (author, reader, clock) = (scene.author, scene.reader, scene.fixture.clock)
        try author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let file = try scene.share(author, reader)
        let card = try SyncClient.card(of: reader.store, now: scene.now)
        clock.advance(by: 15 * 24 * 3600 * 1000)
        #expect(scene.failure(file.bytes, reader) == .bundle(.expired))
        #expect(throws: SyncFailure.bundle(.expired)) {
            try SyncClient.bundle(of: author.store, for: card, now: scene.now)
        }
        #expect(throws: SyncFailure.bundle(.expired)) {
            try SyncClient.card(of: reader.store, now: scene.now)
        }
        #expect(try reader.store.carried() == [])
        // One sync shows that it is old, the next asks; a revoked device is given none.
        try scene.fixture.hub.revoke(
            try author.store.identity().replica, by: scene.fixture.admin)
        for device in [author, reader, author, reader] { try await device.sync() }
        _ = try SyncClient.card(of: reader.store, now: scene.now)
        #expect(throws: SyncFailure.bundle(.expired)) {
            try SyncClient.card(of: author.store, now: scene.now)
        }
    }

    @Test("a reader whose own word has run out takes in nothing, though the writer's holds")
    func ownRunOut() async throws {
        let scene = try await scene()
        let (author, reader, clock) = (scene.author, scene.reader, scene.fixture.clock)
        clock.advance(by: 10 * 24 * 3600 * 1000)
        for _ in 0..<2 { try await author.sync() }
        try author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let file = try scene.share(author, reader)
        clock.advance(by: 5 * 24 * 3600 * 1000)
        #expect(scene.failure(file.bytes, reader) == .bundle(.expired))
        for _ in 0..<2 { try await reader.sync() }
        #expect(scene.failure(file.bytes, reader) == nil)
    }

    @Test("of two branches of a copied laptop one is read; the other is refused, and does no harm")
    func copied() async throws {
        let scene = try await scene()
        let (author, reader) = (scene.author, scene.reader)
        try author.store.close()
        let copy = try FieldDevice(copyOf: author, at: scene.fixture)
        try author.store.reopen()
        try author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try copy.edit(house) { try $0.set(House.count, to: .integer(9)) }
        try scene.take(scene.share(author, reader).bytes, reader)
        let other = try scene.share(copy, reader).bytes
        let name = try name(author, 3)
        #expect(scene.failure(other, reader) == .store(.carriedOtherwise(name)))
        #expect(try reader.value(House.count, of: house) == .integer(4))
        #expect(try reader.store.carried().count == 1)
        try reader.edit(house) { try $0.set(House.count, to: .integer(5)) }
        try await reader.sync()
        // The first is the hub's now. What comes of the other is judged there, and both branches
        // are kept.
        try scene.take(other, reader)
        for _ in 0..<2 { try await reader.sync() }
        let third = try FieldDevice(3, person: "Zhao Min", at: scene.fixture)
        try await third.sync()
        #expect(
            try reader.value(House.count, of: house) == third.value(House.count, of: house))
        #expect(try reader.store.list(.house).allSatisfy { !$0.isCarried })
        #expect(try reader.store.doctor().allSatisfy { $0.severity <= .note })
        #expect(try scene.fixture.hub.doctor() == [])
    }

    @Test(
        "a credential comes with the grants, is asked for when half over, and costs an idle sync nothing"
    )
    func credential() async throws {
        let scene = try await scene()
        let (reader, clock) = (scene.reader, scene.fixture.clock)
        func issued() throws -> UInt64 {
            try Credential.decode(#require(try reader.store.credential()).bytes).issued_ms
        }
        let first = try issued()
        let before = try await reader.sync()
        #expect(before.bytesDown < 120)
        clock.advance(by: 6 * 24 * 3600 * 1000)
        for _ in 0..<2 { try await reader.sync() }
        #expect(try issued() == first)
        clock.advance(by: 2 * 24 * 3600 * 1000)
        for _ in 0..<2 { try await reader.sync() }
        #expect(try issued() > first)
        _ = try scene.fixture.hub.giveGrant(
            person: "Wang Fang", area: HubFixture.south, by: scene.fixture.admin)
        try await reader.sync()
        let scopes = try Credential.decode(#require(try reader.store.credential()).bytes).scopes
        #expect(scopes == [HubFixture.north, HubFixture.south])
    }

    @Test("what a revoked device had given is taken in and set aside, and shown no longer")
    func revoked() async throws {
        let scene = try await scene()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try scene.author.record([.house(other, in: HubFixture.north)])
        try scene.take(scene.share(scene.author, scene.reader).bytes, scene.reader)
        try scene.fixture.hub.revoke(
            try scene.author.store.identity().replica, by: scene.fixture.admin)
        let summary = try await scene.reader.sync()
        #expect(summary.delivered == 1)
        #expect(try scene.fixture.hub.status().quarantined == 2)
        #expect(try scene.reader.value(House.count, of: house) == .integer(3))
        #expect(try scene.reader.store.shown(other) == nil)
        #expect(try await scene.reader.sync().digestMatches == true)
        #expect(try scene.reader.store.doctor().allSatisfy { $0.severity <= .note })
    }

    // MARK: Again, late, and in between

    @Test("a file taken in twice changes nothing; nor does one of which the hub has all")
    func twice() async throws {
        let scene = try await scene()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let first = try scene.share(scene.author, scene.reader).bytes
        try scene.take(first, scene.reader)
        let again = try scene.take(first, scene.reader)
        #expect(!again.isNew && again.shown == 1)
        // The next file holds the same and more.
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(5)) }
        let second = try scene.share(scene.author, scene.reader).bytes
        #expect(try scene.take(second, scene.reader).shown == 2)
        #expect(try scene.reader.value(House.count, of: house) == .integer(5))
        try await scene.reader.sync()
        try await scene.reader.sync()
        for file in [first, second] {
            #expect(try scene.take(file, scene.reader).isNew == false)
            #expect(try scene.reader.store.carried() == [])
        }
        try await scene.expectAgreement(of: [scene.author, scene.reader])
        #expect(try scene.fixture.hub.status().changeSets == 4)
    }

    @Test("an old file does not bring back what has been overwritten since")
    func stale() async throws {
        let scene = try await scene()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let old = try scene.share(scene.author, scene.reader).bytes
        try await scene.author.sync()
        try await scene.reader.sync()
        try scene.reader.edit(house) { try $0.set(House.count, to: .integer(6)) }
        try await scene.reader.sync()
        let taken = try scene.take(old, scene.reader)
        #expect(taken.shown == 0 && taken.waiting == 1)
        #expect(try scene.reader.value(House.count, of: house) == .integer(6))
        try await scene.expectAgreement(of: [scene.author, scene.reader])
        #expect(try scene.reader.value(House.count, of: house) == .integer(6))
        #expect(try scene.reader.store.status().conflicts == 0)
    }

    @Test(
        "a bundle that does not get through holds up nothing, and what comes meanwhile is shown once"
    )
    func heldUp() async throws {
        let scene = try await scene()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try scene.author.edit(house) { try $0.append([.text(Text("once"))], to: House.notes) }
        try scene.take(scene.share(scene.author, scene.reader).bytes, scene.reader)
        try await scene.author.sync()
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(9)) }
        try await scene.author.sync()
        try scene.reader.record([.house(other, in: HubFixture.north)])
        scene.reader.line.expect(.down, .fine, .down)
        #expect(await scene.reader.failure() == .transport(.unreachable("no route")))
        #expect(try scene.reader.store.status().unsent == 0)
        #expect(try scene.reader.store.carried().count == 1)
        // The hub's state holds the first two writes already, and one that replaced the first.
        #expect(try scene.reader.value(House.count, of: house) == .integer(9))
        #expect(try scene.reader.store.status().conflicts == 0)
        try await scene.expectAgreement(of: [scene.author, scene.reader])
        #expect(try scene.reader.value(House.count, of: house) == .integer(9))
    }

    @Test(
        "L6: what is carried outlasts the end of a grant; what was read of it goes with the records"
    )
    func leave() async throws {
        let scene = try await scene()
        let (author, reader) = (scene.author, scene.reader)
        try author.edit(house) {
            try $0.append([.text(Text("canary-of-the-north"))], to: House.notes)
        }
        try author.record([.house(other, in: HubFixture.north, title: "canary-of-a-house")])
        try scene.take(scene.share(author, reader).bytes, reader)
        #expect(try holds(reader, "canary-of-the-north") && holds(reader, "canary-of-a-house"))
        let grants = try scene.fixture.hub.grants(by: scene.fixture.admin)
        let grant = try #require(grants.first { $0.personName == "Wang Fang" })
        try scene.fixture.hub.endGrant(grant.id, reason: "moved", by: scene.fixture.admin)
        reader.line.expect(.down, .fine, .fine, .down)
        _ = await reader.failure()
        for text in ["canary-of-the-north", "canary-of-a-house"] {
            #expect(try !holds(reader, text))
        }
        #expect(try reader.store.shown(house) == nil && reader.store.shown(other) == nil)
        #expect(try reader.store.carried().count == 1)
        #expect(try await reader.sync().delivered == 1)
        #expect(try scene.fixture.hub.status().changeSets == 4)
        #expect(try reader.store.doctor().allSatisfy { $0.severity <= .note })
    }

    @Test(
        "a bit flipped in what is read of a bundle is found, and let go of; the bundle is handed in"
    )
    func flipped() async throws {
        let scene = try await scene()
        let reader = scene.reader
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try scene.author.record([.house(other, in: HubFixture.north)])
        try scene.take(scene.share(scene.author, reader).bytes, reader)
        try reader.store.close()
        let queue = try DatabaseQueue(path: reader.store.path + "/store.sqlite")
        try await queue.write { db in
            for id in try Int64.fetchAll(db, sql: "SELECT id FROM sync_carried_sets") {
                let kept = try Data.fetchOne(
                    db, sql: "SELECT bytes FROM sync_carried_sets WHERE id = ?", arguments: [id])
                var bytes = try #require(kept)
                bytes[bytes.endIndex - 2] ^= 1
                try db.execute(
                    sql: "UPDATE sync_carried_sets SET bytes = ? WHERE id = ?",
                    arguments: [bytes, id])
            }
        }
        try queue.close()
        try reader.store.reopen()
        #expect(throws: StoreError.damagedRecord(house)) { try reader.store.shown(house) }
        reader.line.expect(.down, .fine, .down)
        _ = await reader.failure()
        #expect(try reader.value(House.count, of: house) == .integer(3))
        #expect(try reader.store.shown(other) == nil)
        #expect(try reader.store.carried().count == 1)
        #expect(try await reader.sync().delivered == 1)
        try await scene.expectAgreement(of: [reader, scene.author])
        #expect(try reader.value(House.count, of: house) == .integer(4))
    }

    @Test("what a hub lost that was put back comes again from whoever read it, and agrees")
    func putBack() async throws {
        let scene = try await scene()
        let (copy, running) = try scene.fixture.copied(scene.fixture.hub)
        for device in [scene.author, scene.reader] { device.line.connect(running) }
        try scene.author.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try scene.take(scene.share(scene.author, scene.reader).bytes, scene.reader)
        try scene.reader.edit(house) { try $0.set(House.count, to: .integer(5)) }
        try await scene.reader.sync()
        let restored = try scene.fixture.putBack(copy, insteadOf: running)
        for device in [scene.author, scene.reader] { device.line.connect(restored) }
        try await scene.reader.sync()
        #expect(try restored.status().changeSets == 4)
        #expect(try scene.reader.value(House.count, of: house) == .integer(5))
        try await scene.expectAgreement(restored, of: [scene.reader, scene.author])
        #expect(try scene.author.value(House.count, of: house) == .integer(5))
        #expect(try restored.status().openConflicts == 0)
    }

    @Test(
        "three devices that hand each other files and sync in any order come to the same",
        arguments: Seed.all)
    func anyOrder(seed: Seed) async throws {
        let fixture = try HubFixture()
        var chance = TestGenerator(seed)
        let devices = try [
            FieldDevice(1, person: "Li Na", at: fixture),
            FieldDevice(2, person: "Wang Fang", at: fixture, areas: [HubFixture.north]),
            FieldDevice(3, person: "Zhao Min", at: fixture, areas: [HubFixture.north]),
        ]
        let scene = Scene(fixture: fixture, author: devices[0], reader: devices[1])
        for device in devices { try await device.sync() }
        try devices[0].record([.house(house, in: HubFixture.north, count: 3)])
        try devices[0].record([.house(far, in: HubFixture.south, count: 3)])
        for device in devices { try await device.sync() }
        var files: [(bytes: [UInt8], to: Int)] = []
        var written = 2
        for step in 0..<40 {
            let place = Int.random(in: 0..<3, using: &chance)
            let device = devices[place]
            switch Int.random(in: 0..<7, using: &chance) {
            case 0, 1:
                let id = chance.oneIn(4) ? far : house
                guard try device.store.shown(id) != nil else { continue }
                try device.edit(id) { edit in
                    if chance.oneIn(2) {
                        try edit.append([.text(Text("\(step)"))], to: House.notes)
                    } else {
                        try edit.set(House.title, to: .text(Text("title \(step)")))
                    }
                }
                written += 1
            case 2:
                let id = RecordID(high: 900, low: UInt64(step))
                try device.record([.house(id, in: HubFixture.north)])
                written += 1
            case 3, 4:
                let to = (place + Int.random(in: 1...2, using: &chance)) % 3
                let card = try SyncClient.card(of: devices[to].store, now: scene.now)
                if let made = try SyncClient.bundle(of: device.store, for: card, now: scene.now) {
                    files.append((made.bytes, to))
                }
            case 5:
                guard !files.isEmpty else { continue }
                // Any of them, however old, and perhaps again.
                let file = files[Int.random(in: 0..<files.count, using: &chance)]
                try scene.take(file.bytes, devices[file.to])
                #expect(try devices[file.to].store.doctor().allSatisfy { $0.severity <= .note })
            default: try await device.sync()
            }
        }
        try await scene.expectAgreement(of: devices)
        #expect(try fixture.hub.status().changeSets == written)
        for device in devices {
            #expect(try device.store.list(.house).allSatisfy { !$0.isCarried && !$0.hasOwn })
        }
        let north = try devices.map { try $0.store.digests().first { $0.name == "North" }?.digest }
        #expect(Set(north).count == 1)
    }
}

extension [UInt8] {
    /// Where a text stands in these bytes.
    fileprivate func range(of text: String) -> Range<Data.Index>? {
        Data(self).range(of: Data(text.utf8))
    }
}

extension RecordState {
    fileprivate func register(_ unit: UnitID) -> Register? {
        if case .register(let register)? = self[unit] { register } else { nil }
    }
}
