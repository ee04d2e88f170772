import Crypto
import Foundation
import SyncCore
import SyncTesting
import Testing

@testable import SyncProtocol

@Suite("bundles")
struct BundleTests {
    private let hub = HubID(high: 1, low: 2)

    private func sample(_ seed: Seed) -> (bundle: SealedBundle, key: SigningKey) {
        var samples = MessageSamples(seed)
        let author = samples.key()
        let sets = samples.run(of: 3)
        let run = SignedRun.make(sets.map(\.changeSet), head: sets[2].hash, key: author)
        return (
            SealedBundle(replica: sets[0].changeSet.name.replica, runs: [run]), samples.key()
        )
    }

    @Test("only the hub it is for opens a bundle, and finds what was put in", arguments: Seed.all)
    func sealed(seed: Seed) throws {
        let (bundle, key) = sample(seed)
        let bytes = try bundle.sealed(for: hub, key: key.sealing)
        #expect(try SealedBundle.hub(of: bytes) == hub)
        #expect(try SealedBundle.open(bytes, hub: hub, key: key) == bundle)
        #expect(throws: BundleError.otherHub) {
            try SealedBundle.open(bytes, hub: HubID(high: 1, low: 3), key: key)
        }
        var samples = MessageSamples(Seed(4711))
        #expect(throws: BundleError.damaged) {
            try SealedBundle.open(bytes, hub: hub, key: samples.key())
        }
        // Nothing of what is in it shows.
        let inside = bundle.runs[0].signature.bytes
        #expect(!bytes.indices.contains { bytes[$0...].starts(with: inside) })
    }

    @Test("a bundle cut short or altered anywhere is refused whole")
    func damage() throws {
        let (bundle, key) = sample(.first)
        let bytes = try bundle.sealed(for: hub, key: key.sealing)
        for length in bytes.indices {
            #expect(throws: BundleError.self) {
                try SealedBundle.open(Array(bytes[..<length]), hub: hub, key: key)
            }
        }
        for place in bytes.indices {
            var altered = bytes
            altered[place] ^= 0x20
            #expect(throws: BundleError.self) {
                try SealedBundle.open(altered, hub: hub, key: key)
            }
        }
        #expect(throws: BundleError.notOurs) { try SealedBundle.hub(of: Array("<html>".utf8)) }
        #expect(throws: BundleError.unknownVersion(2)) {
            try SealedBundle.hub(of: [0x48, 0x5a, 2, 3] + bytes[4...])
        }
    }

    @Test("receipts come back from their file as they were")
    func receipts() throws {
        var samples = MessageSamples(.first)
        let key = samples.key()
        let file = ReceiptFile(
            mark: SignedMark(samples.mark(), key: key),
            receipts: (0..<3).map { _ in SignedReceipt(samples.receipt(), key: key) })
        let bytes = file.encode()
        #expect(try ReceiptFile.decode(bytes) == file)
        for length in bytes.indices {
            #expect(throws: CodecError.self) { try ReceiptFile.decode(Array(bytes[..<length])) }
        }
    }
}
