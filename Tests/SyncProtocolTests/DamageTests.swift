import SyncCore
import SyncProtocol
import SyncTesting
import Testing

/// Bytes cut off anywhere, and with any one bit flipped: nothing traps, and nothing passes for what
/// it was.
@Suite("damaged messages")
struct DamageTests {
    private static let seeds = Array(Seed.all.prefix(3))

    @Test(
        "a run that was cut short or has one bit flipped is refused or has another hash",
        arguments: seeds)
    func runs(seed: Seed) throws {
        var samples = MessageSamples(seed)
        let sets = samples.run(of: 2)
        let bytes = RunCoding.encode(sets.map(\.changeSet))
        for count in bytes.indices {
            #expect(throws: CodecError.self) { try RunCoding.decode(Array(bytes[..<count])) }
        }
        // One form: whatever is read of other bytes is another run, and so not what was signed.
        forEachFlip(of: bytes) { flipped in
            guard let read = outcome({ () throws(CodecError) in try RunCoding.decode(flipped) })
            else { return }
            let last = read[read.count - 1]
            #expect(
                last.hash != sets[1].hash || last.changeSet.name != sets[1].changeSet.name)
        }
    }

    @Test(
        "a kept change set that was cut short or has one bit flipped is refused or has another hash",
        arguments: seeds)
    func kept(seed: Seed) throws {
        var samples = MessageSamples(seed)
        for one in samples.run(of: 2) {
            let (sealed, bytes) = KeptChangeSet.encode(one.changeSet)
            for count in bytes.indices {
                #expect(throws: CodecError.self) {
                    try KeptChangeSet.decode(Array(bytes[..<count]))
                }
            }
            forEachFlip(of: bytes) { flipped in
                guard
                    let read = outcome({ () throws(CodecError) in
                        try KeptChangeSet.decode(flipped)
                    })
                else { return }
                #expect(HashedChangeSet(hashing: read).hash != sealed.hash)
            }
        }
    }

    @Test(
        "a state that was cut short or has one bit flipped is refused or another state",
        arguments: seeds)
    func states(seed: Seed) throws {
        var writers = WriterTable()
        for state in MessageSamples.states(seed, count: 2) {
            let bytes = StateCoding.encode(state, writers: &writers)
            func read(_ bytes: [UInt8]) throws(CodecError) -> RecordState {
                try StateCoding.decode(
                    bytes, record: state.record, collection: state.collection, writers: writers)
            }
            for count in bytes.indices {
                #expect(throws: CodecError.self) { try read(Array(bytes[..<count])) }
            }
            forEachFlip(of: bytes) { flipped in
                guard let other = outcome({ () throws(CodecError) in try read(flipped) }) else {
                    return
                }
                #expect(other != state)
                // What is accepted is in its one form.
                #expect(StateCoding.encode(other, writers: &writers) == flipped)
                #expect(
                    StateDigest.of(state.record, state: flipped)
                        != StateDigest.of(state.record, state: bytes))
            }
        }
    }

    // One seed where each bit costs a signature.
    @Test("a request that was cut short or has one bit flipped is not signed")
    func requests() throws {
        var samples = MessageSamples(.first)
        let key = samples.key()
        var request = samples.request(key)
        request.runs = []
        let hub = HubID(high: 1, low: 2)
        let bytes = request.encode(hub: hub, epoch: nil, key: key)
        func isSigned(_ bytes: [UInt8]) -> Bool {
            let read = outcome { () throws(CodecError) in try UnverifiedSyncRequest(bytes) }
            return read?.isSigned(by: key.verifying, hub: hub, epoch: nil) ?? false
        }
        #expect(isSigned(bytes))
        for count in bytes.indices { #expect(!isSigned(Array(bytes[..<count]))) }
        forEachFlip(of: bytes) { #expect(!isSigned($0)) }
        #expect(!isSigned(bytes + [0]))
    }

    @Test("reading a flipped request traps nowhere, whoever signed it", arguments: seeds)
    func unsignedRequests(seed: Seed) throws {
        var samples = MessageSamples(seed)
        let key = samples.key()
        let request = samples.request(key)
        let bytes = request.encode(hub: HubID(high: 1, low: 2), epoch: nil, key: key)
        func read(_ bytes: [UInt8]) throws(CodecError) -> SyncRequest {
            try UnverifiedSyncRequest(bytes).request
        }
        // Without the signature, which says nothing here.
        for count in 0..<(bytes.count - 64) {
            let cut = Array(bytes[..<count]) + bytes.suffix(64)
            #expect(throws: CodecError.self) { try read(cut) }
        }
        forEachFlip(of: Array(bytes.dropLast(64))) { flipped in
            let other = outcome { () throws(CodecError) in try read(flipped + bytes.suffix(64)) }
            #expect(other != request)
        }
    }

    @Test("a receipt that was cut short or has one bit flipped is none")
    func receipts() throws {
        var samples = MessageSamples(.first)
        let key = samples.key()
        let receipt = samples.receipt()
        let signed = SignedReceipt(receipt, key: key)
        for count in signed.bytes.indices {
            let cut = SignedReceipt(
                bytes: Array(signed.bytes[..<count]), signature: signed.signature)
            #expect(cut.verified(by: key.verifying) == nil)
            #expect(throws: CodecError.self) { try Receipt.decode(cut.bytes) }
        }
        forEachFlip(of: signed.bytes) { flipped in
            let other = SignedReceipt(bytes: flipped, signature: signed.signature)
            #expect(other.verified(by: key.verifying) == nil)
            _ = outcome { () throws(CodecError) in try Receipt.decode(flipped) }
        }
        forEachFlip(of: signed.signature.bytes) { flipped in
            let other = SignedReceipt(bytes: signed.bytes, signature: Signature(bytes: flipped)!)
            #expect(other.verified(by: key.verifying) == nil)
        }
    }

    // An answer is not signed: TLS keeps it whole, and its receipts and digests prove themselves.
    @Test(
        "an answer that was cut anywhere is refused; one with a flipped bit is refused or another",
        arguments: seeds)
    func responses(seed: Seed) throws {
        var samples = MessageSamples(seed)
        let response = samples.response(samples.key())
        let bytes = response.encode()
        for count in bytes.indices {
            #expect(throws: CodecError.self) { try SyncResponse.decode(Array(bytes[..<count])) }
        }
        forEachFlip(of: bytes) { flipped in
            let other = outcome { () throws(CodecError) in try SyncResponse.decode(flipped) }
            #expect(other != response)
        }
    }

    @Test("a byte too many is refused", arguments: seeds)
    func trailing(seed: Seed) throws {
        var samples = MessageSamples(seed)
        let run = RunCoding.encode(samples.run(of: 1).map(\.changeSet))
        #expect(throws: CodecError.trailing(at: run.count)) { try RunCoding.decode(run + [0]) }
        let receipt = samples.receipt().encode()
        #expect(throws: CodecError.trailing(at: receipt.count)) {
            try Receipt.decode(receipt + [0])
        }
        let response = samples.response(samples.key()).encode()
        #expect(throws: CodecError.self) { try SyncResponse.decode(response + [0]) }
        var writers = WriterTable()
        let state = MessageSamples.states(seed, count: 1)[0]
        let bytes = StateCoding.encode(state, writers: &writers)
        #expect(throws: CodecError.trailing(at: bytes.count)) {
            try StateCoding.decode(
                bytes + [0], record: state.record, collection: state.collection, writers: writers)
        }
    }

    @Test("any bytes at all are read without a trap", arguments: Seed.all)
    func noise(seed: Seed) {
        var generator = TestGenerator(seed)
        for _ in 0..<200 {
            let count = Int.random(in: 0...120, using: &generator)
            // Small bytes, so that counts are believable and readers get far.
            let bytes = (0..<count).map { _ in
                generator.oneIn(3)
                    ? UInt8.random(in: .min ... .max, using: &generator)
                    : UInt8.random(in: 0...5, using: &generator)
            }
            _ = outcome { () throws(CodecError) in try RunCoding.decode(bytes) }
            _ = outcome { () throws(CodecError) in try Receipt.decode(bytes) }
            _ = outcome { () throws(CodecError) in
                try SyncResponse.decode([0x48, 0x5a, 1, 2] + bytes)
            }
            _ = outcome { () throws(CodecError) in
                try UnverifiedSyncRequest(
                    [0x48, 0x5a, 1, 1] + bytes + [UInt8](repeating: 0, count: 64)
                ).request
            }
            var writers = WriterTable()
            _ = writers.number(
                of: Writer(
                    replica: ReplicaID(high: 1, low: 1), author: PersonID(high: 1, low: 1)))
            _ = outcome { () throws(CodecError) in
                try StateCoding.decode(
                    bytes, record: RecordID(high: 1, low: 1), collection: CollectionID(1),
                    writers: writers)
            }
        }
    }

    /// Calls `body` with `bytes` once for each of their bits, that bit flipped.
    private func forEachFlip(of bytes: [UInt8], _ body: ([UInt8]) -> Void) {
        var flipped = bytes
        for place in bytes.indices {
            for bit in 0..<8 {
                flipped[place] ^= 1 << UInt8(bit)
                body(flipped)
                flipped[place] = bytes[place]
            }
        }
    }

    /// What was read; `nil` if it was refused.
    private func outcome<Result>(_ read: () throws(CodecError) -> Result) -> Result? {
        do { return try read() } catch { return nil }
    }
}
