import SyncCore
import SyncHub
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("sync")
struct SyncTests {
    let house = RecordID(high: 100, low: 1)

    @Test("3: what one device sends another receives, with equal digests on all sides")
    func converges() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        a.seal([.house(house, in: HubFixture.north, title: "Zhang Guilan", count: 3)])
        let sent = try fixture.syncAll(&a)
        let received = try fixture.syncAll(&b)

        #expect(sent.receipts.count == 1)
        let receipt = try #require(sent.receipts[0].verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.disposition) == [.applied])
        #expect(receipt.lastHash == a.head)
        #expect(received.pages.flatMap(\.records).map(\.record) == [house])
        #expect(a.digest == b.digest)
        #expect(try fixture.hub.status().digest == a.digest)
        #expect(a.merged.contains(.first))
    }

    @Test("different units merge, the same unit becomes a conflict that both sides can see")
    func conflict() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        a.seal([.house(house, in: HubFixture.north, count: 3)])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        let base = try a.heads(house, House.count)

        a.seal([.set(house, House.count, .integer(4), replacing: base)])
        b.seal([
            .set(house, House.count, .integer(5), replacing: base)
        ])
        b.seal([.write(house, House.notes, .append([.text("a note")]))])
        try fixture.syncAll(&a)
        let answer = try fixture.syncAll(&b)
        try fixture.syncAll(&a)

        let receipt = try #require(answer.receipts[0].verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.disposition) == [.conflicted, .applied])
        let conflict = try #require(try a.state(house)?.conflicts(under: .test).first)
        #expect(conflict.dispute.sides.map(\.value) == [.integer(4), .integer(5)])
        #expect(conflict.dispute.base?.value == .integer(3))
        #expect(conflict.dispute.shown == .integer(3))
        #expect(a.digest == b.digest)
        #expect(try fixture.hub.conflicts(state: nil, by: fixture.admin).count == 1)
    }

    @Test("sending the same run again, in any cut, changes nothing and brings the same receipt")
    func repeated() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north)])
        a.seal([.write(house, House.minutes, .increment(10))])
        let first = try fixture.sync(&a, [a.run()])
        let before = try fixture.hub.status()
        #expect(try fixture.sync(&a, [a.run()]).receipts == first.receipts)
        #expect(try fixture.sync(&a, [a.run(from: 1, through: 1)]).receipts == first.receipts)
        #expect(try fixture.sync(&a, [a.run(from: 2)]).receipts == first.receipts)
        #expect(try fixture.hub.status() == before)

        a.seal([.write(house, House.minutes, .increment(5))])
        try fixture.sync(&a, [a.run()])
        try fixture.sync(&a, [a.run(from: 2)])
        #expect(
            try a.state(house)?[House.minutes].map { $0.outcome(under: unit(House.minutes)) }
                == .some(.total(15)))
    }

    @Test("a number whose predecessor is missing is held, and merged when that comes")
    func gap() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north)])
        a.seal([.write(house, House.notes, .append([.text("second")]))])
        a.seal([.write(house, House.notes, .append([.text("third")]))])
        let early = try fixture.sync(&a, [a.run(from: 3)])
        #expect(
            try #require(early.receipts.first?.verified(by: fixture.hub.receiptKey)).entries
                .map(\.disposition) == [.held])
        #expect(try fixture.hub.status().records == 0)
        try fixture.sync(&a, [a.run(from: 1, through: 2)])
        #expect(a.merged == NumberSet(ranges: [1...3]))
        let log = try a.state(house)?[House.notes]?.outcome(under: unit(House.notes))
        guard case .entries(let entries)? = log else {
            Issue.record("no notes")
            return
        }
        #expect(entries.map(\.value) == [.text("second"), .text("third")])
    }

    @Test("what came within the grace and waited beyond it for its predecessor is taken late")
    func gapWithinTheGrace() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north)])
        try fixture.syncAll(&a)
        a.seal([.write(house, House.minutes, .increment(1))])
        a.seal([.write(house, House.minutes, .increment(10))])
        let grant = try #require(try fixture.hub.grants(by: fixture.admin).first)
        try fixture.hub.endGrant(grant.id, reason: "moved on", by: fixture.admin)
        try fixture.sync(&a, [a.run(from: 3)])
        fixture.clock.advance(by: 31 * 24 * 3_600_000)
        try fixture.sync(&a, [a.run(from: 2, through: 2)])
        #expect(a.merged == NumberSet(ranges: [1...1, 3...3]))
        let waiting = try fixture.hub.quarantine(by: fixture.admin)
        #expect(waiting.map(\.reason) == ["HZ-5004"])
    }

    @Test(
        "what was held for its predecessor and comes again with it is merged once",
        arguments: [UInt64(3), 2, 4])
    func gapRepeated(through last: UInt64) throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north)])
        for minutes in [Int64(1), 10, 100] {
            a.seal([.write(house, House.minutes, .increment(minutes))])
        }
        try fixture.sync(&a, [a.run(from: 2, through: 3)])
        let answer = try fixture.sync(&a, [a.run(from: 1, through: last)])
        let entries = answer.receipts.compactMap { $0.verified(by: fixture.hub.receiptKey) }
            .flatMap(\.entries)
        #expect(entries.allSatisfy { $0.disposition == .applied })
        try fixture.sync(&a, [a.run()])
        #expect(a.merged == NumberSet(ranges: [1...4]))
        #expect(a.notices == [])
        #expect(
            try a.state(house)?[House.minutes]?.outcome(under: unit(House.minutes)) == .total(111))
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("a write to a record that has not arrived is held, and released by its creation")
    func missingRecord() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        a.seal([.house(house, in: HubFixture.north, count: 3)])
        // Known to b by bundle, say, before the hub has it.
        b.seal([.set(house, House.count, .integer(4), replacing: [a.sealed[0].changeSet.name])])
        b.seal([.house(RecordID(high: 100, low: 2), in: HubFixture.south)])
        let held = try fixture.syncAll(&b)
        let receipt = try #require(held.receipts[0].verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.disposition) == [.held, .applied])
        #expect(receipt.entries[0].reason == Text("HZ-5101"))

        try fixture.syncAll(&a)
        var request = b.request()
        request.unsettled = [.first]
        let later = try SyncResponse.decode(fixture.hub.sync(b.bytes(request)))
        b.apply(later)
        let after = try #require(later.receipts.first?.verified(by: fixture.hub.receiptKey))
        #expect(after.entries.map(\.disposition) == [.applied, .applied])
        #expect(try b.heads(house, House.count) == [b.sealed[0].changeSet.name])
        #expect(try fixture.hub.status().held == 0)
    }

    @Test(
        """
        the same number with other content: both are kept, the later branch as a replica of its \
        own, nobody else is touched
        """
    )
    func fork() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var other = try fixture.device(2, person: "Wang Fang")
        a.seal([.house(house, in: HubFixture.north, count: 3)])
        try fixture.syncAll(&a)
        var copy = a
        a.seal([.write(house, House.minutes, .increment(1))])
        copy.seal([.write(house, House.minutes, .increment(2))])
        copy.seal([.set(house, House.count, .integer(4), replacing: [a.sealed[0].changeSet.name])])
        // Names its own branch's write, and covers it.
        copy.seal([
            .set(house, House.count, .integer(5), replacing: [copy.sealed[2].changeSet.name])
        ])
        try fixture.sync(&a, [a.run(from: 2)])
        let answer = try fixture.sync(&copy, [copy.run(from: 2, through: 3)])
        let receipt = try #require(answer.receipts[0].verified(by: fixture.hub.receiptKey))
        #expect(receipt.replica == copy.replica)
        #expect(receipt.lastHash == copy.sealed[2].hash)
        #expect(receipt.entries.map(\.disposition) == [.applied, .applied])
        #expect(receipt.entries.map(\.reason) == [Text("HZ-5010"), Text("HZ-5010")])
        #expect(answer.notices.map(\.kind) == [.fork])
        // Told again, it is not stored again; and the branch goes on.
        let uploads = try fixture.hub.status().uploads
        #expect(
            try fixture.sync(&copy, [copy.run(from: 2, through: 3)]).receipts == answer.receipts)
        #expect(try fixture.hub.status().uploads == uploads)
        try fixture.sync(&copy, [copy.run(from: 4)])
        // The first goes on as if nothing had been.
        a.seal([.write(house, House.minutes, .increment(10))])
        try fixture.sync(&a, [a.run(from: 3)])
        #expect(a.merged == NumberSet(ranges: [1...3]))
        #expect(
            try fixture.hub.devices(by: fixture.admin).map(\.state) == [
                .approved, .approved, .copied,
            ])
        try fixture.sync(&other)
        let state = try #require(try other.state(house))
        guard case .total(let total)? = state[House.minutes] else {
            Issue.record("no minutes")
            return
        }
        #expect(total.parts.reduce(0) { $0 + $1.amount } == 13)
        let heads = try other.heads(house, House.count)
        #expect(heads.map(\.number.value) == [4])
        #expect(heads.first?.replica != a.replica)
        #expect(try fixture.hub.status().changeSets == 6)
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("a copy of a copy is a branch of the branch, whichever of them comes first")
    func nestedFork() throws {
        for isLastFirst in [false, true] {
            let fixture = try HubFixture()
            var a = try fixture.device(1, person: "Li Na")
            var other = try fixture.device(2, person: "Wang Fang")
            a.seal([.house(house, in: HubFixture.north, count: 3)])
            try fixture.syncAll(&a)
            var copy = a
            a.seal([.write(house, House.minutes, .increment(1))])
            copy.seal([
                .set(house, House.count, .integer(4), replacing: [a.sealed[0].changeSet.name])
            ])
            var last = copy
            copy.seal([.write(house, House.minutes, .increment(10))])
            // Names what it shares with the other copy, and then what is its own.
            for count in [Int64(5), 6] {
                last.seal([
                    .set(
                        house, House.count, .integer(count),
                        replacing: [last.sealed[last.sealed.count - 1].changeSet.name])
                ])
            }
            try fixture.sync(&a, [a.run(from: 2)])
            let first = isLastFirst ? last : copy
            let second = isLastFirst ? copy : last
            for var copy in [first, second] {
                let answer = try fixture.sync(&copy, [copy.run(from: 2)])
                let receipt = try #require(
                    answer.receipts.last?.verified(by: fixture.hub.receiptKey))
                #expect(receipt.replica == a.replica)
                #expect(receipt.lastHash == copy.sealed[copy.sealed.count - 1].hash)
                #expect(receipt.entries.allSatisfy { $0.disposition == .applied })
            }
            // Told again, nothing is stored again; and each goes on.
            let uploads = try fixture.hub.status().uploads
            try fixture.sync(&copy, [copy.run(from: 2)])
            try fixture.sync(&last, [last.run(from: 2)])
            #expect(try fixture.hub.status().uploads == uploads)
            copy.seal([.write(house, House.minutes, .increment(100))])
            try fixture.sync(&copy, [copy.run(from: 4)])
            try fixture.sync(&other)
            let state = try #require(try other.state(house))
            guard case .total(let total)? = state[House.minutes] else {
                Issue.record("no minutes")
                return
            }
            #expect(total.amount == 111)
            let unit = try #require(Schema.test.unit(House.count, of: .house))
            #expect(state.outcome(of: unit)?.value == .integer(6))
            #expect(try fixture.hub.status().changeSets == 7)
            #expect(try fixture.hub.devices(by: fixture.admin).map(\.state).count == 4)
            #expect(try fixture.hub.doctor() == [])
        }
    }

    @Test("what is put with a household that has not arrived lies with it once that has")
    func homeComesLater() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang", areas: [HubFixture.south])
        let far = RecordID(high: 100, low: 2)
        let call = RecordID(high: 101, low: 1)
        a.seal([.house(house, in: HubFixture.north), .call(call, on: house, story: "moves")])
        try fixture.syncAll(&a)
        // Known to a by a bundle, say, before the hub has it.
        a.seal([
            RecordChange(
                record: call, collection: .call, creates: false,
                writes: [
                    Write(
                        unit: Call.house,
                        operation: .set(
                            .reference(far), replacing: try a.heads(call, Call.house)))
                ], shown: nil)!
        ])
        try fixture.syncAll(&a)
        b.seal([.house(far, in: HubFixture.south)])
        try fixture.syncAll(&b)
        #expect(b.states.keys.sorted() == [far, call])
        #expect(b.states[call]?.area == b.states[far]?.area)
        #expect(try fixture.hub.doctor() == [])
    }

    @Test("what has no authority is set aside, and what follows it goes on")
    func outOfScope() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na", areas: [HubFixture.north])
        a.seal([.house(house, in: HubFixture.south)])
        a.seal([.house(RecordID(high: 100, low: 2), in: HubFixture.north)])
        a.seal([.write(house, House.minutes, .increment(1))])
        let answer = try fixture.syncAll(&a)
        let receipt = try #require(answer.receipts[0].verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.disposition) == [.quarantined, .applied, .held])
        #expect(receipt.entries[0].reason == Text("HZ-5003"))
        #expect(answer.notices.map(\.kind) == [.returned])
        #expect(a.states.keys.sorted() == [RecordID(high: 100, low: 2)])
    }

    @Test("what was held is covered, once it comes, by what its device wrote since")
    func releasedLate() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang")
        let far = RecordID(high: 100, low: 2)
        a.seal([.house(house, in: HubFixture.north)])
        a.seal([
            .set(house, House.count, .integer(1)),
            .call(RecordID(high: 101, low: 1), on: far, story: "waits for its house"),
        ])
        let later = a.seal([.set(house, House.count, .integer(2))])
        let receipt = try #require(
            fixture.syncAll(&a).receipts[0].verified(by: fixture.hub.receiptKey))
        #expect(receipt.entries.map(\.disposition) == [.applied, .held, .applied])
        let replacing = b.seal([.set(house, House.count, .integer(3), replacing: [later])])
        b.seal([.house(far, in: HubFixture.south)])
        try fixture.syncAll(&b)
        try fixture.sync(&a)
        #expect(a.merged == NumberSet(ranges: [1...3]))
        #expect(try a.heads(house, House.count) == [replacing])
    }

    @Test("a record takes so much and no more, and what follows goes on")
    func fullRecord() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north)])
        let text = String(repeating: "n", count: 4000)
        for _ in 1...5 {
            a.seal([.write(house, House.notes, .append([Value](repeating: .text(text), count: 55)))]
            )
        }
        a.seal([.house(RecordID(high: 100, low: 2), in: HubFixture.north)])
        let receipt = try #require(
            fixture.syncAll(&a).receipts[0].verified(by: fixture.hub.receiptKey))
        #expect(
            receipt.entries.map(\.reason.string) == ["", "", "", "", "", "HZ-5013", ""])
    }

    @Test("a device receives only what its grants cover")
    func scopes() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        var b = try fixture.device(2, person: "Wang Fang", areas: [HubFixture.south])
        let far = RecordID(high: 100, low: 2)
        a.seal([.house(house, in: HubFixture.north), .house(far, in: HubFixture.south)])
        a.seal([.call(RecordID(high: 101, low: 1), on: house, story: "north")])
        try fixture.syncAll(&a)
        try fixture.syncAll(&b)
        #expect(b.states.keys.sorted() == [far])
        #expect(b.cursors == [a.trunk.position])
    }

    @Test("a snapshot in small pages is complete, and goes on where it was cut")
    func pages() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        for number in 1...300 {
            a.seal([
                .house(
                    RecordID(high: 100, low: UInt64(number)), in: HubFixture.north,
                    title: String(repeating: "x", count: 150))
            ])
        }
        try fixture.syncAll(&a)
        var b = try fixture.device(2, person: "Wang Fang")
        var rounds = 0
        while true {
            var request = b.request()
            request.maximumDownBytes = 10_000
            let response = try SyncResponse.decode(fixture.hub.sync(b.bytes(request)))
            b.apply(response)
            rounds += 1
            if !response.hasMore { break }
            if rounds > 50 { break }
        }
        #expect(b.states.count == 300)
        #expect(b.digest == a.digest)
    }

    @Test("a digest that differs is noticed, and one that agrees is not")
    func digest() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north)])
        try fixture.syncAll(&a)
        try fixture.sync(&a)
        var request = a.request()
        request.digest = a.digest
        #expect(try !SyncResponse.decode(fixture.hub.sync(a.bytes(request))).digestDiffers)
        request.digest = .zero
        #expect(try SyncResponse.decode(fixture.hub.sync(a.bytes(request))).digestDiffers)
    }

    @Test("a hub that is opened again goes on, and finds nothing wrong")
    func reopened() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(house, in: HubFixture.north, count: 1)])
        try fixture.syncAll(&a)
        let status = try fixture.hub.status()
        let hub = try fixture.reopened()
        #expect(try hub.status() == status)
        #expect(try hub.doctor() == [])
        a.seal([.write(house, House.minutes, .increment(1))])
        try fixture.sync(&a, [a.run(from: 2)], through: hub)
        #expect(a.merged == NumberSet(ranges: [1...2]))
    }

    private func unit(_ id: UnitID) -> UnitDeclaration { Schema.test.unit(id, of: .house)! }
}

@Suite("what a crash leaves")
struct LeftoverTests {
    @Test("what was stored and not judged is judged at the next start, and counted as tried")
    func leftover() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        let house = RecordID(high: 100, low: 1)
        a.seal([.house(house, in: HubFixture.north)])
        let run = a.run()
        // As if the hub had ended after the bytes were durable and before any rule was asked.
        try fixture.hub.store.write { tx in
            var replica = try #require(try tx.replica(a.replica))
            _ = try tx.appendUpload(
                run, replica: replica.rid, first: 1, last: 1, head: a.head,
                received_ms: fixture.clock.now_ms, sent: a.request().clock, state: .waiting)
            replica.stored = 1
            replica.head = a.head
            try tx.update(replica)
        }
        let hub = try fixture.reopened()
        #expect(try hub.status().records == 1)
        let answer = try fixture.sync(&a, [run], through: hub)
        let receipt = try #require(answer.receipts.first?.verified(by: hub.receiptKey))
        #expect(receipt.entries.map(\.disposition) == [.applied])
        #expect(try hub.status().uploads == 1)
    }

    @Test("what brought the hub down three times is set aside as poison, and what follows goes on")
    func poison() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(1, person: "Li Na")
        a.seal([.house(RecordID(high: 100, low: 1), in: HubFixture.north)])
        try fixture.hub.store.write { tx in
            var replica = try #require(try tx.replica(a.replica))
            let upload = try tx.appendUpload(
                a.run(), replica: replica.rid, first: 1, last: 1, head: a.head,
                received_ms: fixture.clock.now_ms, sent: a.request().clock, state: .waiting)
            for _ in 0..<2 { try tx.countAttempt(upload) }
            replica.stored = 1
            replica.head = a.head
            try tx.update(replica)
        }
        let hub = try fixture.reopened()
        a.seal([.house(RecordID(high: 100, low: 2), in: HubFixture.north)])
        let answer = try fixture.sync(&a, [a.run()], through: hub)
        let reasons = answer.receipts.compactMap { $0.verified(by: hub.receiptKey) }
            .flatMap(\.entries).map(\.reason)
        #expect(reasons == [Text("HZ-5012"), Text("")])
    }
}

@Suite("cursors")
struct CursorTests {
    @Test("cursors of several grants come together again when only one of them had news")
    func together() throws {
        let fixture = try HubFixture()
        var a = try fixture.device(
            1, person: "Li Na", areas: [HubFixture.north, HubFixture.south])
        try fixture.sync(&a)
        a.seal([.house(RecordID(high: 100, low: 1), in: HubFixture.north)])
        try fixture.syncAll(&a)
        #expect(a.cursors.count == 2)
        #expect(Set(a.cursors) == [try fixture.hub.status().position])
    }
}
