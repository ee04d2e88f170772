import SyncCore
import SyncProtocol
import SyncTesting
import Testing

@Suite("messages there and back")
struct RoundTripTests {
    @Test("a run is read as it was written, hashes included", arguments: Seed.all)
    func runs(seed: Seed) throws {
        var samples = MessageSamples(seed)
        for count in 1...4 {
            let sets = samples.run(of: count)
            let bytes = RunCoding.encode(sets.map(\.changeSet))
            #expect(try RunCoding.decode(bytes) == sets)
        }
    }

    @Test("what a device keeps of a change set is read as it was sealed", arguments: Seed.all)
    func kept(seed: Seed) throws {
        var samples = MessageSamples(seed)
        for one in samples.run(of: 8) {
            let (sealed, bytes) = KeptChangeSet.encode(one.changeSet)
            #expect(sealed == one)
            #expect(try KeptChangeSet.decode(bytes) == one.changeSet)
            #expect(throws: CodecError.trailing(at: bytes.count)) {
                try KeptChangeSet.decode(bytes + [0])
            }
        }
    }

    @Test("a state is read as it was written, and has one form", arguments: Seed.all)
    func states(seed: Seed) throws {
        var writers = WriterTable()
        for state in MessageSamples.states(seed) {
            let bytes = StateCoding.encode(state, writers: &writers)
            let read = try StateCoding.decode(
                bytes, record: state.record, collection: state.collection, writers: writers)
            #expect(read == state)
            #expect(StateCoding.encode(read, writers: &writers) == bytes)
        }
    }

    @Test("a request is read as it was signed", arguments: Seed.all)
    func requests(seed: Seed) throws {
        var samples = MessageSamples(seed)
        let key = samples.key()
        let request = samples.request(key)
        let hub = HubID(high: 1, low: 2)
        let epoch = EpochID(high: 3, low: 4)
        let bytes = request.encode(hub: hub, epoch: epoch, key: key)
        let unverified = try UnverifiedSyncRequest(bytes)
        #expect(unverified.replica == request.replica)
        #expect(unverified.epochTag == request.epochTag)
        #expect(unverified.isSigned(by: key.verifying, hub: hub, epoch: epoch))
        #expect(try unverified.request == request)
        #expect(!unverified.isSigned(by: key.verifying, hub: hub, epoch: nil))
        #expect(!unverified.isSigned(by: key.verifying, hub: HubID(high: 1, low: 3), epoch: epoch))
        #expect(!unverified.isSigned(by: samples.key().verifying, hub: hub, epoch: epoch))
    }

    @Test("an answer is read as it was written", arguments: Seed.all)
    func responses(seed: Seed) throws {
        var samples = MessageSamples(seed)
        let response = samples.response(samples.key())
        #expect(try SyncResponse.decode(response.encode()) == response)
    }

    @Test("a receipt is read as it was signed", arguments: Seed.all)
    func receipts(seed: Seed) throws {
        var samples = MessageSamples(seed)
        let key = samples.key()
        let receipt = samples.receipt()
        let signed = SignedReceipt(receipt, key: key)
        #expect(signed.verified(by: key.verifying) == receipt)
        #expect(signed.verified(by: samples.key().verifying) == nil)
        #expect(try Receipt.decode(receipt.encode()) == receipt)
    }

    @Test("a notice is kept as it came", arguments: Seed.all)
    func notices(seed: Seed) {
        var samples = MessageSamples(seed)
        let notice = samples.notice()
        #expect(SyncResponse.Notice(stored: notice.stored) == notice)
        #expect(SyncResponse.Notice(stored: notice.stored + [0]) == nil)
    }

    @Test("what repeats in a run is sent once")
    func dictionaries() throws {
        let one = sets(1)
        let hundred = sets(100)
        let first = RunCoding.encode(one).count
        let all = RunCoding.encode(hundred).count
        // A change set like the one before takes a byte or two in each of its columns.
        #expect(all - first < 99 * 32)
    }

    @Test("texts that only read the same stay apart, in dictionaries too")
    func normalForms() throws {
        let forms = ["caf\u{e9}", "cafe\u{301}"]
        let changeSets = forms.enumerated().map { place, form in
            changeSet(UInt64(place) + 1, intent: form, value: .text(form))
        }
        var chained = changeSets
        chained[1] = rechained(changeSets[1], after: changeSets[0])
        let read = try RunCoding.decode(RunCoding.encode(chained)).map(\.changeSet)
        #expect(read.map { Array($0.intent.string.utf8) } == forms.map { Array($0.utf8) })
        #expect(ChangeSetCoding.hash(changeSets[0]) != ChangeSetCoding.hash(changeSets[1]))
    }

    @Test("a rendering is the same text each time, with every number exact", arguments: Seed.all)
    func renderings(seed: Seed) throws {
        var (left, right) = (MessageSamples(seed), MessageSamples(seed))
        let (first, second) = (left.key(), right.key())
        let request = left.request(first)
        #expect(request.rendering.bytes() == right.request(second).rendering.bytes())
        #expect(try JSON.parse(request.rendering.bytes()) == request.rendering)
        let response = left.response(first)
        #expect(response.rendering.bytes() == right.response(second).rendering.bytes())
        #expect(try JSON.parse(response.rendering.bytes()) == response.rendering)
    }

    private func sets(_ count: Int) -> [ChangeSet] {
        var sets: [ChangeSet] = []
        for number in 1...count {
            let next = changeSet(UInt64(number), intent: "visit", value: .integer(Int64(number)))
            sets.append(sets.last.map { rechained(next, after: $0) } ?? next)
        }
        return sets
    }
}

/// A change set that sets one unit of one record.
func changeSet(
    _ number: UInt64, intent: String = "visit", form: String? = nil, reason: String? = nil,
    value: Value = .absent, previous: ContentHash = .none
) -> ChangeSet {
    ChangeSet(
        name: ChangeSetName(ReplicaID(high: 1, low: 1), ChangeSetNumber(number)!),
        previous: previous, author: PersonID(high: 2, low: 2), grant: GrantID(high: 3, low: 3),
        trunk: .none,
        time: WriteTime(
            timestamp: HybridTimestamp(milliseconds: 1000 + number, counter: 0)!,
            wall_ms: Int64(1000 + number), monotonic_ms: 500 + number, boot: 9, offset_ms: nil,
            offsetAge_ms: nil),
        intent: Text(intent), form: form.map { FormVersion(form: Text($0), version: 1) },
        reason: reason.map { Text($0) }, schema: SchemaVersion(1),
        saltSeed: SaltSeed(high: 4, low: 4),
        changes: [
            RecordChange(
                record: RecordID(high: 5, low: 5), collection: CollectionID(1), creates: false,
                writes: [Write(unit: UnitID(16), operation: .set(value, replacing: []))],
                shown: nil)!
        ])!
}

func rechained(_ set: ChangeSet, after other: ChangeSet) -> ChangeSet {
    ChangeSet(
        name: set.name, previous: ChangeSetCoding.hash(other), author: set.author,
        grant: set.grant, trunk: set.trunk, time: set.time, intent: set.intent, form: set.form,
        reason: set.reason, schema: set.schema, premises: set.premises, saltSeed: set.saltSeed,
        changes: set.changes)!
}
