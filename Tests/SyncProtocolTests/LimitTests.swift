import SyncCore
import SyncProtocol
import SyncTesting
import Testing

@Suite("limits of messages")
struct LimitTests {
    @Test("intents, forms and reasons have so many bytes and not one more")
    func texts() throws {
        func decoded(_ set: ChangeSet) throws -> ChangeSet {
            try RunCoding.decode(RunCoding.encode([set]))[0].changeSet
        }
        let long = { String(repeating: "a", count: $0) }
        let good = changeSet(
            1, intent: long(Limits.intentBytes), form: long(Limits.formBytes),
            reason: long(Limits.reasonBytes))
        #expect(try decoded(good) == good)
        for bad in [
            changeSet(1, intent: long(Limits.intentBytes + 1)),
            changeSet(1, form: long(Limits.formBytes + 1)),
            changeSet(1, reason: long(Limits.reasonBytes + 1)),
            // Fourteen characters, forty-two bytes.
            changeSet(1, intent: String(repeating: "访", count: 14)),
        ] {
            #expect(throws: CodecError.self) { try decoded(bad) }
        }
    }

    @Test("a run holds so many change sets and not one more")
    func changeSets() throws {
        var sets: [ChangeSet] = []
        var previous = ContentHash.none
        for number in 1...(Limits.changeSetsPerRun + 1) {
            let set = changeSet(UInt64(number), previous: previous)
            previous = ChangeSetCoding.hash(set)
            sets.append(set)
        }
        #expect(
            try RunCoding.decode(RunCoding.encode(sets.dropLast())).count
                == Limits.changeSetsPerRun)
        #expect(throws: CodecError.tooMany(at: 49)) {
            try RunCoding.decode(RunCoding.encode(sets))
        }
    }

    @Test("a short run does not unfold to more than its limit of things")
    func things() throws {
        // The record, the write, the group and its members; then two names.
        let plain = changeSet(1, value: .group([.absent, .integer(1), .text("x")]))
        let names = [1, 2].map {
            ChangeSetName(ReplicaID(high: 1, low: 1), ChangeSetNumber($0)!)
        }
        let change = RecordChange(
            record: RecordID(high: 1, low: 1), collection: CollectionID(1), creates: false,
            writes: [
                Write(
                    unit: UnitID(16),
                    operation: .set(.group([.absent, .integer(1), .text("x")]), replacing: names))
            ], shown: nil)!
        let set = ChangeSet(
            name: plain.name, previous: .none, author: plain.author, grant: plain.grant,
            trunk: plain.trunk, time: plain.time, intent: plain.intent, schema: plain.schema,
            saltSeed: plain.saltSeed, changes: [change])!
        let bytes = RunCoding.encode([set])
        #expect(try RunCoding.decode(bytes, maximumThings: 8).map(\.changeSet) == [set])
        #expect {
            try RunCoding.decode(bytes, maximumThings: 7)
        } throws: {
            if case .tooMany? = $0 as? CodecError { true } else { false }
        }
    }

    @Test("the size of a change set is that of its canonical bytes, however short the run")
    func size() throws {
        let names = (1...20_000).map {
            ChangeSetName(ReplicaID(high: 1, low: 1), ChangeSetNumber(UInt64($0))!)
        }
        let change = RecordChange(
            record: RecordID(high: 1, low: 1), collection: CollectionID(1), creates: false,
            writes: [Write(unit: UnitID(16), operation: .set(.absent, replacing: names))],
            shown: nil)!
        let plain = changeSet(1)
        let set = ChangeSet(
            name: plain.name, previous: .none, author: plain.author, grant: plain.grant,
            trunk: plain.trunk, time: plain.time, intent: plain.intent, schema: plain.schema,
            saltSeed: plain.saltSeed, changes: [change])!
        let bytes = RunCoding.encode([set])
        #expect(bytes.count < Limits.changeSetBytes)
        #expect(try RunCoding.decode(bytes)[0].size > Limits.changeSetBytes)
    }

    @Test("a receipt names so many change sets and not one more")
    func receipts() throws {
        func receipt(_ count: Int) -> Receipt {
            Receipt(
                hub: HubID(high: 1, low: 1), epoch: EpochID(high: 1, low: 1),
                replica: ReplicaID(high: 1, low: 1), first: .first, lastHash: .none,
                received_ms: 0, anchored: .start,
                entries: (1...count).map {
                    ReceiptEntry(
                        disposition: .applied, position: LogPosition(UInt64($0))!,
                        shift_ms: 1)
                })
        }
        let full = receipt(Limits.changeSetsPerRun)
        // One stretch, whatever the device's clock showed each time.
        #expect(full.encode().count < 116)
        #expect(try Receipt.decode(full.encode()) == full)
        #expect(throws: CodecError.tooMany(at: 83)) {
            try Receipt.decode(receipt(Limits.changeSetsPerRun + 1).encode())
        }
    }

    @Test("a request asks after so many numbers, and leaves the rest for the next")
    func unsettled() throws {
        var request = plain
        request.unsettled = (1...UInt64(Limits.unsettledPerRequest + 5)).reversed().map {
            ChangeSetNumber($0)!
        }
        let read = try UnverifiedSyncRequest(signed(request)).request
        #expect(
            read.unsettled.map(\.value) == Array(1...UInt64(Limits.unsettledPerRequest)))
    }

    @Test("a request holds so many runs and grants and not one more")
    func parts() throws {
        let run = SignedRun.make(
            [changeSet(1)], head: ChangeSetCoding.hash(changeSet(1)), key: key)
        var request = plain
        request.runs = [SignedRun](repeating: run, count: Limits.runsPerRequest)
        request.cursors = (0..<Limits.scopesPerDevice).map {
            CursorRun(count: 1, position: LogPosition(UInt64($0))!)
        }
        #expect(try UnverifiedSyncRequest(signed(request)).request == request)
        var runs = request
        runs.runs.append(run)
        var cursors = request
        cursors.cursors[0] = CursorRun(count: 2, position: .start)
        for bad in [runs, cursors] {
            #expect {
                try UnverifiedSyncRequest(signed(bad)).request
            } throws: {
                if case .tooMany? = $0 as? CodecError { true } else { false }
            }
        }
    }

    @Test("a writer's number costs its reader no more memory than there are writers")
    func writers() throws {
        func response(_ number: UInt32) -> SyncResponse {
            SyncResponse(
                requestTag: 0, epoch: EpochID(high: 1, low: 1), hub_ms: 0, lease_ms: 0,
                merged: NumberSet(),
                writers: [
                    SyncResponse.WriterEntry(
                        number: number,
                        writer: Writer(
                            replica: ReplicaID(high: 1, low: 1),
                            author: PersonID(high: 1, low: 1)))
                ])
        }
        let last = response(UInt32(Limits.writers))
        #expect(try SyncResponse.decode(last.encode()) == last)
        #expect(throws: CodecError.self) {
            try SyncResponse.decode(response(UInt32(Limits.writers) + 1).encode())
        }
    }

    @Test("a state of thousands of origins is written and read in no time squared")
    func largeState() throws {
        var state = RecordState(
            record: RecordID(high: 1, low: 1), collection: CollectionID(1))
        let count = 3000
        // The latest first, so that each goes before all that are there.
        for number in (1...UInt64(count)).reversed() {
            let change = RecordChange(
                record: state.record, collection: state.collection, creates: false,
                writes: [
                    Write(unit: UnitID(20), operation: .append([.integer(Int64(number))]))
                ], shown: nil)!
            state.merge(
                change,
                from: Origin(
                    name: ChangeSetName(
                        ReplicaID(high: 1, low: number % 50), ChangeSetNumber(number)!),
                    author: PersonID(high: 1, low: 1),
                    time: CorrectedTime(clamping: Int64(number)),
                    position: LogPosition(number), shown: nil)
            ) { _ in false }
        }
        var writers = WriterTable()
        let bytes = StateCoding.encode(state, writers: &writers)
        let read = try StateCoding.decode(
            bytes, record: state.record, collection: state.collection, writers: writers)
        #expect(read == state)
    }

    private let key = SigningKey(seed: [UInt8](repeating: 1, count: 32))!

    private let plain = SyncRequest(
        replica: ReplicaID(high: 1, low: 1), epochTag: 0, mark: .none, grantsVersion: 0,
        cursors: [],
        noticeCursor: 0, writerCursor: 0, digest: nil,
        clock: ClockReading(wall_ms: 0, monotonic_ms: 0, boot: 0), diskFree_MB: 0, pending: 0)

    private func signed(_ request: SyncRequest) -> [UInt8] {
        request.encode(hub: HubID(high: 1, low: 1), epoch: nil, key: key)
    }
}
