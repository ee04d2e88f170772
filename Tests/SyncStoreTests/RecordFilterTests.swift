import SyncCore
import SyncTesting
import Testing

@testable import SyncStore

@Suite("names that no record has")
struct RecordFilterTests {
    private func ids(_ count: Int, _ seed: UInt64) -> [RecordID] {
        var generator = TestGenerator(Seed(seed))
        // Made within a minute, as names of one day are: their first bits are the same.
        return (0..<count).map {
            .make(milliseconds: 1_790_000_000_000 + UInt64($0 % 60_000), using: &generator)
        }
    }

    @Test("a name that is in it is never called new, over several layers")
    func neverForgets() {
        let filter = RecordFilter()
        let held = ids(300_000, 1)
        for id in held { filter.insert(id) }
        filter.complete()
        #expect(held.allSatisfy { filter.mayHold($0) })
        let strangers = ids(20_000, 2).filter { filter.mayHold($0) }.count
        #expect(strangers < 1000)
        // Counted up and with the same half, as those of tests are.
        let counted = (0..<20_000 as Range<UInt64>).map { RecordID(high: 7, low: $0) }
        #expect(counted.filter { filter.mayHold($0) }.count < 1000)
    }

    @Test("until it has every name, each may be there")
    func incomplete() throws {
        let filter = RecordFilter()
        let id = try #require(ids(1, 3).first)
        #expect(filter.mayHold(id))
        filter.complete()
        #expect(!filter.mayHold(id))
        filter.insert(id)
        #expect(filter.mayHold(id))
        filter.reset()
        #expect(filter.mayHold(try #require(ids(1, 4).first)))
    }
}
