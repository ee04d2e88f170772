import SyncCore
import SyncProtocol
import SyncTesting
import Testing

@Suite("pages by column")
struct PageTests {
    /// Simple states and others, some of which refer to records of the same page.
    static func records(_ seed: Seed) -> [SyncResponse.PageRecord] {
        var writers = WriterTable()
        var records: [SyncResponse.PageRecord] = []
        for number in 0..<40 as Range<UInt64> {
            let id = RecordID(high: 7, low: number)
            let origin = Origin(
                name: ChangeSetName(
                    ReplicaID(high: 1, low: number % 3), ChangeSetNumber(number + 1)!),
                author: PersonID(high: 2, low: 2),
                time: CorrectedTime(clamping: Int64(1_700_000_000_000 + number * 977)),
                position: LogPosition(number / 4 + 1),
                shown: number.isMultiple(of: 5) ? LogPosition(number) : nil)
            var state = RecordState(record: id, collection: .house)
            var writes = [
                Write(
                    unit: House.area,
                    operation: .set(.reference(RecordID(high: 7, low: number / 2)), replacing: []))
            ]
            if number.isMultiple(of: 2) {
                writes.append(
                    Write(
                        unit: House.income,
                        operation: .set(
                            .group([.integer(Int64(number)), .text("王秀英")]), replacing: [])))
            }
            let change = RecordChange(
                record: id, collection: .house, creates: !number.isMultiple(of: 7),
                writes: writes, shown: nil)!
            state.merge(change, from: origin) { _ in true }
            records.append(
                SyncResponse.PageRecord(
                    collection: .house, record: id, area: UInt32(number % 3),
                    position: LogPosition(number / 4 + 2)!,
                    state: StateCoding.encode(state, writers: &writers)))
        }
        for state in MessageSamples.states(seed) {
            records.append(
                SyncResponse.PageRecord(
                    collection: .call, record: state.record, area: 1,
                    position: LogPosition(99)!,
                    state: StateCoding.encode(state, writers: &writers)))
        }
        return records
    }

    @Test("records are read as they were written, to the byte", arguments: Seed.all)
    func roundTrip(seed: Seed) throws {
        let records = Self.records(seed)
        #expect(try PageCoding.decode(PageCoding.encode(records)) == records)
    }

    @Test("a page made once and compressed says the same as one made anew", arguments: Seed.all)
    func packed(seed: Seed) throws {
        let records = Self.records(seed)
        func answer(_ page: SyncResponse.Page) -> SyncResponse {
            SyncResponse(
                requestTag: 1, epoch: EpochID(high: 3, low: 4), hub_ms: 5, lease_ms: 6,
                merged: NumberSet(), pages: [page])
        }
        let through = LogPosition(100)!
        let plain = answer(SyncResponse.Page(grants: [0], through: through, records: records))
        let packed = answer(
            SyncResponse.Page(
                grants: [0], through: through, packed: SyncResponse.Page.pack(records)))
        #expect(try SyncResponse.decode(packed.encode()) == plain)
        #expect(try SyncResponse.decode(plain.encode()) == plain)
    }

    @Test("a page cut short or with a changed byte is refused or says something else")
    func damage() throws {
        let records = Self.records(.first)
        let bytes = PageCoding.encode(records)
        for length in 1..<bytes.count {
            guard let read = try? PageCoding.decode(Array(bytes[..<length])) else { continue }
            #expect(read.count < records.count)
        }
        for place in bytes.indices {
            var altered = bytes
            altered[place] ^= 0x11
            guard let read = try? PageCoding.decode(altered) else { continue }
            #expect(read != records)
        }
    }
}
