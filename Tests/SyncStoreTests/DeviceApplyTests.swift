import SyncCore
import SyncProtocol
import SyncStore
import SyncTesting
import Testing

@Suite("applying on a device")
struct DeviceApplyTests {
    let house = RecordID.test(1)

    @Test("what the hub has merged is shown once, and no longer marked as own")
    func nothingTwice() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north, count: 3)])
        try device.record([.write(house, House.minutes, .increment(10))])
        try device.edit(house) { try $0.change(House.phones, adding: [.text("1"), .text("2")]) }
        try device.edit(house) { try $0.append([.text("a"), .text("b")], to: House.notes) }
        let before = try #require(try device.store.shown(house))
        try device.sync(&hub)
        let after = try #require(try device.store.shown(house))

        #expect(before.laidOver.map(\.value) == [1, 2, 3, 4])
        #expect(after.laidOver == [])
        #expect(after.state == hub.records[house]?.state)
        #expect(try device.value(House.minutes, of: house) == .integer(10))
        #expect(try device.store.list(.house).first?.hasOwn == false)
        #expect(try device.store.status().unsent == 0)
        #expect(try device.store.totalDigest() == hub.digest)
        #expect(try device.store.doctor().allSatisfy { $0.severity == .fine })
    }

    @Test("an own write stays laid over what others wrote, until the hub has it")
    func overlay() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, count: 3)])
        let device = try TestDevice.enrolled(&hub)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        hub.write([.set(house, House.title, .text("theirs"))])
        try device.apply(
            hub.answer(to: device.replica, after: device.store.grants()[0].cursor))

        #expect(try device.value(House.count, of: house) == .integer(4))
        #expect(try device.value(House.title, of: house) == .text("theirs"))
        let shown = try #require(try device.store.shown(house))
        #expect(shown.laidOver == [.first])
        #expect(shown.position == hub.position)
    }

    @Test("a first load shows what the general way would have shown")
    func firstLoad() throws {
        var hub = PaperHub()
        for number in 1...40 as ClosedRange<UInt64> {
            let id = RecordID.test(number)
            let scope = number.isMultiple(of: 3) ? HubFixture.south : HubFixture.north
            hub.write([
                .house(
                    id, in: scope, title: number.isMultiple(of: 4) ? "" : "王 \(number)",
                    count: number.isMultiple(of: 2) ? Int64(number) : nil),
                .call(.test(1000 + number), on: id, story: "s"),
            ])
            switch number % 8 {
            case 1: hub.write([.set(id, House.due, .day(CalendarDate("2026-10-05")!))])
            case 2: hub.write([.set(id, .void, .text("twice"))])
            case 3: hub.write([.set(id, House.level, .absent)])
            case 4: hub.write([.write(id, House.minutes, .increment(3))])
            default: break
            }
        }
        let first = try TestDevice.enrolled(&hub, .first)
        let general = try TestDevice(.first)
        try general.enrol(hub)
        // Told first that all there is has come, it looks for each record.
        var empty = hub.answer(to: try general.replica, tells: true)
        let pages = empty.pages
        empty.pages = [SyncResponse.Page(grants: [0], through: LogPosition(1)!, records: [])]
        try general.apply(empty)
        var rest = hub.answer(to: try general.replica)
        rest.pages = pages
        try general.apply(rest)

        #expect(
            try first.store.list(.house, includesVoid: true)
                == general.store.list(.house, includesVoid: true))
        #expect(try first.store.list(.call) == general.store.list(.call))
        #expect(try first.store.list(.house).count == 35)
        #expect(try first.store.totalDigest() == hub.digest)
        #expect(try first.store.doctor().allSatisfy { $0.severity == .fine })
    }

    @Test("a receipt before its page keeps the own write shown, and the page then takes it off")
    func receiptFirst() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        try device.record([.write(house, House.minutes, .increment(10))])
        let receipt = hub.take(try device.store.run(.first...ChangeSetNumber(2)!).changeSets)
        var answer = try hub.answer(to: device.replica, receipts: [receipt], hasMore: true)
        let pages = answer.pages
        answer.pages = []
        try device.apply(answer)
        #expect(try device.store.status().unsent == 0)
        #expect(try device.value(House.minutes, of: house) == .integer(10))
        #expect(try device.store.shown(house)?.laidOver.count == 2)

        answer.pages = pages
        answer.hasMore = false
        try device.apply(answer)
        #expect(try device.value(House.minutes, of: house) == .integer(10))
        #expect(try device.store.shown(house)?.laidOver == [])
    }

    @Test("merged own work on a record that never comes is taken off once the digests agree")
    func leftUnsaid() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        let other = RecordID.test(2)
        try device.record([.house(house, in: HubFixture.north)])
        try device.record([.house(other, in: HubFixture.north)])
        try device.record([.write(other, House.minutes, .increment(10))])
        let sets = try device.store.run(.first...ChangeSetNumber(3)!).changeSets
        let receipts = [hub.take(Array(sets[..<2])), hub.take([sets[2]], .quarantined)]
        // Both lie elsewhere by now.
        hub.records = [:]
        let answer = try hub.answer(to: device.replica, receipts: receipts)

        try device.apply(answer, digestMatches: nil)
        try device.store.purge(now: device.clock)
        #expect(try device.store.shown(house) != nil, "nobody compared")
        try device.apply(answer, digestMatches: false)
        try device.store.purge(now: device.clock)
        #expect(try device.store.shown(house) != nil, "it may come once the difference is found")
        var early = answer
        early.hasMore = true
        try device.apply(early, digestMatches: true)
        try device.store.purge(now: device.clock)
        #expect(try device.store.shown(house) != nil, "it may come with what is on its way")

        try device.apply(answer, digestMatches: true)
        let gone = try device.store.purge(now: device.clock)
        #expect(gone == [.reassigned: 1])
        #expect(try device.store.shown(house) == nil)
        #expect(try device.store.shown(other) != nil, "a person has yet to look at what it shows")
        #expect(try device.store.changeSet(.first).changeSet.changes[0].record == house)
    }

    @Test("of a page that can't be read nothing is applied, and its cursor stays")
    func pageIsWhole() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        hub.write([.house(.test(1), in: HubFixture.north)])
        hub.write([.house(.test(2), in: HubFixture.north)])
        var answer = try hub.answer(to: device.replica)
        let good = answer.pages[0]
        let bad = good.records[1]
        answer.pages = [
            SyncResponse.Page(
                grants: [0], through: good.through,
                records: [
                    good.records[0],
                    SyncResponse.PageRecord(
                        collection: bad.collection, record: bad.record, area: bad.area,
                        position: bad.position, state: bad.state.dropLast()),
                ])
        ]
        #expect(throws: StoreError.badAnswer(.unreadableState(bad.record))) {
            try device.apply(answer)
        }
        #expect(try device.store.list(.house).isEmpty)
        #expect(try device.store.grants()[0].cursor == .start)
        #expect(try device.store.digests().isEmpty)

        answer.pages = [good]
        try device.apply(answer)
        #expect(try device.store.list(.house).count == 2)
        #expect(try device.store.grants()[0].cursor == hub.position)
    }

    @Test("of two pages the first stays when the second fails, with its own cursor")
    func pageByPage() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        hub.write([.house(.test(1), in: HubFixture.north)])
        let through = hub.position
        hub.write([.house(.test(2), in: HubFixture.north)])
        var answer = try hub.answer(to: device.replica)
        let records = answer.pages[0].records
        answer.pages = [
            SyncResponse.Page(grants: [0], through: through, records: [records[0]]),
            SyncResponse.Page(grants: [7], through: hub.position, records: [records[1]]),
        ]
        #expect(throws: StoreError.badAnswer(.unknownGrant(7))) { try device.apply(answer) }
        #expect(try device.store.list(.house).map(\.record) == [.test(1)])
        #expect(try device.store.grants()[0].cursor == through)
        #expect(try device.store.syncState(limit: 1).digest == nil)
    }

    @Test("an answer applied twice, and an older one after a newer, change nothing")
    func repeated() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, count: 3)])
        let device = try TestDevice.enrolled(&hub)
        let older = try hub.answer(to: device.replica)
        try device.edit(house) { try $0.set(House.title, to: .text("mine")) }
        hub.write([.set(house, House.level, .integer(5))])
        let receipt = hub.take(try device.store.run(.first...(.first)).changeSets)
        let newer = try hub.answer(to: device.replica, receipts: [receipt])
        try device.apply(newer)
        let digest = try device.store.totalDigest()
        let shown = try device.store.shown(house)
        try device.apply(newer)
        try device.apply(older)
        #expect(try device.store.totalDigest() == digest)
        #expect(digest == hub.digest)
        #expect(try device.store.shown(house)?.state == shown?.state)
        #expect(try device.store.grants()[0].cursor == hub.position)
        #expect(try device.store.receipts().count == 1)
    }

    @Test("differing sides are a conflict on the device, and the list of conflicts follows")
    func conflicts() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, count: 3)])
        let device = try TestDevice.enrolled(&hub)
        let base = ChangeSetName(hub.other, .first)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        #expect(try device.store.disputes().isEmpty)
        hub.write([.set(house, House.count, .integer(5), replacing: [base])])
        try device.sync(&hub)

        let conflict = try #require(try device.store.disputes().first)
        #expect(Set(conflict.dispute.sides.map(\.value)) == [.integer(4), .integer(5)])
        #expect(conflict.dispute.base?.value == .integer(3))
        #expect(try device.store.disputeCount() == 1)
        let row = try #require(try device.store.list(.house, where: [.disputed]).first)
        #expect(row[House.count] == .integer(3))
        #expect(row.conflicts == 1)

        let names = conflict.dispute.sides.flatMap(\.names)
        hub.write([.set(house, House.count, .integer(4), replacing: names)])
        try device.sync(&hub)
        #expect(try device.store.disputeCount() == 0)
        #expect(try device.store.list(.house).first?[House.count] == .integer(4))
    }

    @Test("what was set aside is no longer laid over, is listed with its reason, and can come back")
    func quarantined() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, count: 3)])
        let device = try TestDevice.enrolled(&hub)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let sets = try device.store.run(.first...(.first)).changeSets
        let receipt = hub.take(sets, .quarantined, reason: "HZ-5003")
        try device.apply(
            hub.answer(
                to: device.replica, after: device.store.grants()[0].cursor, receipts: [receipt]))
        #expect(try device.value(House.count, of: house) == .integer(3))
        #expect(try device.store.list(.house).first?[House.count] == .integer(3))
        #expect(try device.store.shown(house)?.quarantined == [.first])
        let returned = try #require(try device.store.returned().first)
        #expect(returned.reason == "HZ-5003")
        #expect(returned.state == .received(.quarantined))
        #expect(try device.store.status().quarantined == 1)

        let admitted = hub.take(sets)
        try device.apply(
            hub.answer(
                to: device.replica, after: device.store.grants()[0].cursor, receipts: [admitted]))
        #expect(try device.value(House.count, of: house) == .integer(4))
        #expect(try device.store.returned().isEmpty)
    }

    @Test("a record that only a set-aside change set knows stays readable")
    func quarantinedCreation() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north, count: 3)])
        let receipt = hub.take(
            try device.store.run(.first...(.first)).changeSets, .quarantined, reason: "HZ-5003")
        try device.apply(hub.answer(to: device.replica, receipts: [receipt]))
        #expect(try device.value(House.count, of: house) == .integer(3))
    }

    @Test("what the office discarded is shown no more, counts nowhere, and stays as it was signed")
    func discarded() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, count: 3)])
        let device = try TestDevice.enrolled(&hub)
        let created = RecordID(high: 70, low: 1)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        try device.record([.house(created, in: HubFixture.north, count: 8)])
        try device.record([.write(house, House.minutes, .increment(10))])
        let minutes = try #require(ChangeSetNumber(3))
        #expect(try device.store.undoDraft(of: minutes).changes.count == 1)
        let sets = try device.store.run(.first...minutes).changeSets
        let receipt = hub.take(sets, .quarantined, reason: "HZ-5003")
        try device.apply(
            hub.answer(
                to: device.replica, after: device.store.grants()[0].cursor, receipts: [receipt]))
        #expect(try device.value(House.count, of: created) == .integer(8))
        try device.edit(house) { try $0.set(House.title, to: .text("kept")) }

        func notice(_ number: UInt64, of set: Int64) -> SyncResponse.Notice {
            SyncResponse.Notice(
                number: number, kind: .discarded, at_ms: 5, by: hub.person, record: house,
                collection: .house, unit: nil, value: .integer(set), yours: nil,
                reason: Text("not hers"))
        }
        // The fourth was never set aside, the others never written: that takes nothing away.
        let numbers: [Int64] = [1, 2, 3, 4, 99, -1, .max]
        let notices = numbers.enumerated().map { notice(UInt64($0.offset + 1), of: $0.element) }
        try device.apply(hub.answer(to: device.replica, notices: notices))
        #expect(try device.value(House.count, of: house) == .integer(3))
        #expect(try device.value(House.title, of: house) == .text("kept"))
        #expect(try device.store.shown(created) == nil)
        #expect(try device.store.list(.house).map(\.record) == [house])
        #expect(try device.store.returned().isEmpty)
        #expect(try device.store.status().quarantined == 0)
        #expect(try device.store.status().unsent == 1)
        let entries = try device.store.outbox()
        #expect(entries.map(\.isDiscarded) == [false, true, true, true])
        #expect(entries.map(\.hash).suffix(3) == sets.map(\.hash).reversed())
        // It counts nowhere; taken back it would count less than nothing.
        #expect(throws: UndoRefusal.nothingLeft) { try device.store.undoDraft(of: minutes) }
        #expect(try device.store.outbox(onlyOpen: true).map(\.isDiscarded) == [false])
        #expect(try device.store.syncState(limit: 10).unsettled.isEmpty)
        #expect(try device.store.doctor().filter { $0.severity > .note } == [])
    }

    @Test("a held change set stays laid over, and the hub is asked what became of it")
    func held() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, count: 3)])
        let device = try TestDevice.enrolled(&hub)
        try device.edit(house) { try $0.set(House.count, to: .integer(4)) }
        let sets = try device.store.run(.first...(.first)).changeSets
        let receipt = hub.take(sets, .held, reason: "HZ-5101")
        try device.apply(hub.answer(to: device.replica, receipts: [receipt]))
        #expect(try device.value(House.count, of: house) == .integer(4))
        #expect(try device.store.syncState(limit: 10).unsettled == [.first])
        #expect(try device.store.syncState(limit: 10).offers.isEmpty)
        #expect(try device.store.status().held == 1)

        let released = hub.take(sets)
        try device.apply(hub.answer(to: device.replica, receipts: [released]))
        #expect(try device.store.syncState(limit: 10).unsettled.isEmpty)
        #expect(try device.value(House.count, of: house) == .integer(4))
        #expect(try device.store.shown(house)?.laidOver == [])
    }

    @Test("notices are kept once, numbered or not, and read ones stay read")
    func notices() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        func notice(_ number: UInt64) -> SyncResponse.Notice {
            SyncResponse.Notice(
                number: number, kind: .decision, at_ms: 5, by: hub.person, record: house,
                collection: .house, unit: House.income,
                value: .group([.integer(1), .text("a")]), yours: .absent, reason: Text("because"))
        }
        #expect(
            try device.apply(hub.answer(to: device.replica, notices: [notice(3)])).notices == 1)
        #expect(
            try device.apply(hub.answer(to: device.replica, notices: [notice(9)])).notices == 0)
        let kept = try #require(try device.store.notices().first)
        #expect(kept.notice == notice(3))
        #expect(try device.store.syncState(limit: 1).noticeCursor == 9)
        #expect(try device.store.status().unreadNotices == 1)
        try device.store.markRead([kept.id])
        #expect(try device.store.notices(onlyUnread: true).isEmpty)
    }

    @Test("with a record go the news of it, and what was said of this device's own work stays")
    func newsOfWhatLeft() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north)])
        let device = try TestDevice.enrolled(&hub)
        let kinds: [SyncResponse.Notice.Kind] = [.decision, .returned, .question, .discarded]
        let notices = zip(UInt64(1)..., kinds).map { number, kind in
            SyncResponse.Notice(
                number: number, kind: kind, at_ms: 5, by: hub.person, record: house,
                collection: .house, unit: House.count, value: .integer(1), yours: nil,
                reason: Text("because"))
        }
        hub.records = [:]
        var answer = try hub.answer(to: device.replica, notices: notices)
        answer.leaves = [
            SyncResponse.Leave(number: 1, reason: .reassigned, subject: .record(house, .house))
        ]
        try device.apply(answer)
        try device.store.purge(now: device.clock)
        #expect(try device.store.shown(house) == nil)
        #expect(try device.store.notices().map(\.notice.kind) == [.discarded, .returned])
    }

    @Test("the history of a record is what was shown here, with own writes at the end")
    func history() throws {
        var hub = PaperHub()
        hub.write([.house(house, in: HubFixture.north, count: 3)])
        let device = try TestDevice.enrolled(&hub)
        hub.write([.set(house, House.title, .text("second"))])
        try device.sync(&hub)
        try device.edit(house) { try $0.set(House.title, to: .text("mine")) }
        let entries = try device.store.history(house)
        #expect(entries.map(\.position?.value) == [1, 2, nil])
        #expect(entries.map(\.own) == [nil, nil, .first])
        let unit = try #require(Schema.test.unit(House.title, of: .house))
        #expect(
            entries.map { $0.state[House.title]?.outcome(under: unit)?.value } == [
                .text("a house"), .text("second"), .text("mine"),
            ])
    }

    @Test(
        "records of a collection that this program does not know are kept, and found by one that does"
    )
    func unknownCollection() throws {
        var hub = PaperHub()
        let older = Schema(
            version: SchemaVersion(2), collections: [Schema.test.collections[0]])
        let device = try TestDevice(schema: older)
        try device.enrol(hub)
        hub.write([.house(house, in: HubFixture.north)])
        hub.write([.call(.test(2), on: house, story: "a talk")])
        try device.apply(hub.answer(to: device.replica, tells: true))
        #expect(try device.store.totalDigest() == hub.digest)
        #expect(try device.store.shown(.test(2)) == nil)
        #expect(
            try device.store.recomputeDigests().values.reduce(into: .zero) { $0 += $1 }
                == hub.digest)

        try device.store.close()
        device.store = try DeviceStore.open(device.path, schema: .test)
        #expect(try device.store.children(of: house).map(\.record) == [.test(2)])
        #expect(try device.store.totalDigest() == hub.digest)
        #expect(try device.store.doctor().allSatisfy { $0.severity == .fine })
    }
}

@Suite("receipts and epochs on a device")
struct DeviceEpochTests {
    let house = RecordID.test(1)

    @Test("genuine receipts verify, and one flipped bit anywhere in one does not")
    func receipts() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        try device.record([.write(house, House.minutes, .increment(1))])
        let sets = try device.store.run(.first...ChangeSetNumber(2)!).changeSets
        let receipt = hub.take(sets)
        for index in receipt.bytes.indices {
            var bytes = receipt.bytes
            bytes[index] ^= 1
            let forged = SignedReceipt(bytes: bytes, signature: receipt.signature)
            #expect(throws: StoreError.badAnswer(.badReceiptSignature)) {
                try device.store.verified(
                    hub.answer(to: device.replica, receipts: [forged]))
            }
        }
        try device.apply(hub.answer(to: device.replica, receipts: [receipt]))
        let check = try device.store.verifyReceipts()
        #expect(check.valid == 1)
        #expect(check.faults == [])
        #expect(check.through?.value == 2)
        #expect(check.missing == [])
    }

    @Test("a receipt of another hub, epoch or device, or for another content, is no receipt")
    func foreignReceipts() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        let set = try device.record([.house(house, in: HubFixture.north)])
        let entry = ReceiptEntry(
            disposition: .applied, position: LogPosition(1)!, shift_ms: 1)
        func refusal(
            hub other: HubID? = nil, epoch: EpochID? = nil, replica: ReplicaID? = nil,
            first: ChangeSetNumber = .first, hash: ContentHash? = nil
        ) throws -> StoreError? {
            let receipt = SignedReceipt(
                Receipt(
                    hub: other ?? hub.id, epoch: epoch ?? hub.epoch,
                    replica: try replica ?? device.replica, first: first,
                    lastHash: hash ?? set.hash, received_ms: 1, anchored: .start,
                    entries: [entry]), key: hub.key)
            let answer = hub.answer(to: try device.replica, receipts: [receipt])
            do throws(StoreError) {
                _ = try device.store.verified(answer)
                return nil
            } catch {
                return error
            }
        }
        #expect(try refusal() == nil)
        #expect(try refusal(hub: HubID(high: 1, low: 1)) == .badAnswer(.foreignReceipt))
        #expect(try refusal(epoch: EpochID(high: 1, low: 1)) == .badAnswer(.foreignReceipt))
        #expect(try refusal(replica: hub.other) == .badAnswer(.foreignReceipt))
        #expect(try refusal(hash: ContentHash.none) == .badAnswer(.receiptOfOther(.first)))
        let beyond = ChangeSetNumber(2)!
        #expect(try refusal(first: beyond) == .badAnswer(.receiptOfOther(beyond)))
    }

    @Test(
        "in a new epoch everything not anchored is offered again, and nothing shown is lost or doubled"
    )
    func newEpoch() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north, count: 3)])
        hub.anchored = LogPosition(1)!
        try device.sync(&hub)
        let backup = hub
        try device.record([.write(house, House.minutes, .increment(10))])
        try device.sync(&hub)
        try device.record([.write(house, House.minutes, .increment(5))])
        #expect(try device.store.syncState(limit: 10).offers.map(\.number.value) == [3])

        hub = backup
        hub.epoch = EpochID(high: 9 << 32, low: 2)
        let wrong = try hub.answer(to: device.replica, tells: true)
        #expect(throws: StoreError.badAnswer(.otherEpoch(hub.epoch))) { try device.apply(wrong) }
        try device.store.adopt(hub.epoch, now: device.clock)

        let state = try device.store.syncState(limit: 10)
        #expect(state.offers.map(\.number.value) == [2, 3])
        #expect(state.cursors.isEmpty)
        #expect(state.grantsVersion == 0)
        #expect(state.writerCursor == 0)
        #expect(state.digest == nil)
        #expect(try device.value(House.minutes, of: house) == .integer(15))
        #expect(try device.store.shown(house)?.isStale == true)
        try device.reopen()
        try device.sync(&hub)
        #expect(try device.value(House.minutes, of: house) == .integer(15))
        #expect(try device.store.shown(house)?.isStale == false)
        #expect(try device.store.shown(house)?.laidOver == [])
        #expect(try device.store.totalDigest() == hub.digest)
        #expect(try device.store.verifyReceipts().faults == [])
        #expect(try device.store.doctor().allSatisfy { $0.severity == .fine })
    }

    @Test("a page of a new epoch that lacks own writes lays them over again")
    func newEpochPageFirst() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        hub.anchored = LogPosition(1)!
        try device.sync(&hub)
        let backup = hub
        try device.record([.write(house, House.minutes, .increment(10))])
        try device.sync(&hub)
        #expect(try device.store.shown(house)?.laidOver == [])

        hub = backup
        hub.epoch = EpochID(high: 9 << 32, low: 2)
        try device.store.adopt(hub.epoch, now: device.clock)
        try device.apply(hub.answer(to: device.replica, tells: true))
        #expect(try device.value(House.minutes, of: house) == .integer(10))
        #expect(try device.store.shown(house)?.laidOver.map(\.value) == [2])
    }

    @Test("a grant that ended still names the authority, and is mixed with none in force")
    func endedGrant() throws {
        var hub = PaperHub()
        let north = SyncResponse.Grant(id: GrantID(high: 4, low: 2), scope: HubFixture.north)
        let south = SyncResponse.Grant(id: GrantID(high: 4, low: 3), scope: HubFixture.south)
        let device = try TestDevice()
        try device.enrol(hub)
        func tell(_ grants: [SyncResponse.Grant], version: UInt64) throws {
            var answer = try hub.answer(to: device.replica)
            answer.grants = SyncResponse.Grants(
                version: version, grants: grants, areas: hub.grants.areas)
            answer.pages = []
            try device.apply(answer)
        }
        try tell([north], version: 5)
        try device.record([.house(house, in: HubFixture.north)])
        #expect(throws: StoreError.outsideGrants(.test(2))) {
            try device.record([.house(.test(2), in: HubFixture.south)])
        }
        try tell([north, south], version: 6)
        let both = try device.record([
            .write(house, House.minutes, .increment(1)), .house(.test(2), in: HubFixture.south),
        ])
        #expect(both.changeSet.grant == north.id)

        try tell([south], version: 7)
        let late = try device.edit(house) { try $0.set(House.title, to: .text("late")) }
        #expect(late.changeSet.grant == north.id)
        #expect(throws: StoreError.severalGrants) {
            try device.record([
                .write(house, House.minutes, .increment(1)),
                .write(.test(2), House.minutes, .increment(1)),
            ])
        }
        #expect(try device.store.grants().map(\.hasEnded) == [false, true])
        #expect(try device.store.syncState(limit: 9).cursors == [.start])
    }

    @Test("a grant keeps its cursor by its name, and what is no longer granted does not count")
    func cursorsByName() throws {
        var hub = PaperHub()
        let device = try TestDevice.enrolled(&hub)
        try device.record([.house(house, in: HubFixture.north)])
        try device.sync(&hub)
        var answer = try hub.answer(to: device.replica, after: hub.position)
        let new = SyncResponse.Grant(id: GrantID(high: 4, low: 3), scope: HubFixture.south)
        answer.grants = SyncResponse.Grants(
            version: 5, grants: [new] + hub.grants.grants, areas: hub.grants.areas)
        answer.pages = []
        try device.apply(answer)
        #expect(try device.store.syncState(limit: 9).cursors == [.start, hub.position])
        #expect(try device.store.totalDigest() == hub.digest)
        answer.grants = SyncResponse.Grants(version: 6, grants: [new], areas: hub.grants.areas)
        try device.apply(answer)
        #expect(try device.store.totalDigest() == .zero)
        #expect(try device.store.list(.house).count == 1)
    }
}
