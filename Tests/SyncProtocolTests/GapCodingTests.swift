import SyncCore
import SyncProtocol
import SyncTesting
import Testing

@Suite("runs with gaps")
struct GapCodingTests {
    private func gapped(_ sets: [HashedChangeSet], _ lost: Set<Int>) -> HashedRun {
        HashedRun(
            replica: sets[0].changeSet.name.replica, first: sets[0].changeSet.name.number,
            previous: sets[0].changeSet.previous,
            changeSets: sets.indices.filter { !lost.contains($0) }.map { sets[$0] },
            gaps: sets.indices.filter(lost.contains).map {
                RunGap(
                    sets[$0].changeSet.name.number, previous: sets[$0].changeSet.previous,
                    hash: sets[$0].hash)
            })
    }

    @Test("whatever numbers are gaps, a run is read as it was written", arguments: Seed.all)
    func roundTrip(seed: Seed) throws {
        var samples = MessageSamples(seed)
        let sets = samples.run(of: 6)
        for choice in 0..<64 {
            let lost = Set((0..<6).filter { choice & 1 << $0 != 0 })
            let run = gapped(sets, lost)
            let bytes = RunCoding.encode(run)
            #expect(try RunCoding.decodeRun(bytes) == run)
            #expect(run.last == sets[5].changeSet.name)
            #expect(run.head == sets[5].hash)
            for (place, set) in sets.enumerated() {
                let number = set.changeSet.name.number.value
                #expect(run.hash(of: number) == set.hash)
                #expect(run.previous(of: number) == set.changeSet.previous)
                #expect(run.changeSet(number) == (lost.contains(place) ? nil : set))
            }
            if lost.isEmpty {
                #expect(bytes == RunCoding.encode(sets.map(\.changeSet)))
                #expect(run.signedBytes == SignedRun.signedBytes(run.last, run.head))
            } else {
                #expect(throws: CodecError.outOfRange(at: 0)) { try RunCoding.decode(bytes) }
            }
        }
    }

    @Test("what stands before a gap is signed as well as the gap")
    func signed() {
        var samples = MessageSamples(.first)
        let sets = samples.run(of: 3)
        let run = gapped(sets, [1])
        let other = HashedRun(
            replica: run.replica, first: run.first, previous: run.previous,
            changeSets: run.changeSets,
            gaps: [RunGap(run.gaps[0].number, previous: .none, hash: run.gaps[0].hash)])
        #expect(run.signedBytes != other.signedBytes)
        #expect(run.signedBytes != gapped(sets, []).signedBytes)
    }
}
