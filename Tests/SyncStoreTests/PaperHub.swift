import SyncCore
import SyncProtocol
import SyncTesting

/// A hub of a few dictionaries: it merges what it is handed, signs receipts and makes answers. It
/// judges nothing unless a test tells it to.
struct PaperHub {
    struct Kept {
        var state: RecordState
        var area: UInt32
        var position: LogPosition
    }

    static let start_ms: Int64 = 1_800_000_000_000

    let id = HubID(high: 5, low: 5)
    let key = SigningKey(seed: [UInt8](repeating: 7, count: 32))!
    let person = PersonID(high: 8, low: 1)
    let other = ReplicaID(high: 3, low: 3)
    var epoch = EpochID(high: 6 << 32, low: 1)
    var writers = WriterTable()
    var records: [RecordID: Kept] = [:]
    var merged: [ReplicaID: NumberSet] = [:]
    var position = LogPosition.start
    var anchored = LogPosition.start
    private var otherNumber = ChangeSetNumber.first

    init() {}

    /// One grant, of the whole district.
    var grants: SyncResponse.Grants {
        SyncResponse.Grants(
            version: 4,
            grants: [
                SyncResponse.Grant(id: GrantID(high: 4, low: 1), scope: HubFixture.district)
            ],
            areas: [
                SyncResponse.Area(
                    number: 1, scope: HubFixture.district, parent: nil, name: Text("Test")),
                SyncResponse.Area(
                    number: 2, scope: HubFixture.north, parent: 1, name: Text("North")),
                SyncResponse.Area(
                    number: 3, scope: HubFixture.south, parent: 1, name: Text("South")),
            ])
    }

    // MARK: What comes

    /// Merges change sets, and returns the receipt for them.
    mutating func take(
        _ sets: [HashedChangeSet], _ disposition: Disposition = .applied, reason: String = ""
    ) -> SignedReceipt {
        var entries: [ReceiptEntry] = []
        for set in sets {
            let name = set.changeSet.name
            let time = CorrectedTime.estimate(set.changeSet.time)
            if disposition.isMerged, merged[name.replica]?.contains(name.number) != true {
                merge(set.changeSet, time)
            }
            entries.append(
                ReceiptEntry(
                    disposition: disposition, position: disposition.isMerged ? position : nil,
                    shift_ms: time.shift_ms(from: set.changeSet.time), reason: Text(reason)))
        }
        return receipt(sets, entries)
    }

    func receipt(_ sets: [HashedChangeSet], _ entries: [ReceiptEntry]) -> SignedReceipt {
        SignedReceipt(
            Receipt(
                hub: id, epoch: epoch, replica: sets[0].changeSet.name.replica,
                first: sets[0].changeSet.name.number, lastHash: sets[sets.count - 1].hash,
                received_ms: UInt64(Self.start_ms), anchored: anchored, entries: entries),
            key: key)
    }

    /// Merges what another device writes.
    mutating func write(_ changes: [RecordChange]) {
        let set = ChangeSet(
            name: ChangeSetName(other, otherNumber), previous: .none,
            author: PersonID(high: 8, low: 2), grant: GrantID(high: 4, low: 1), trunk: .none,
            time: WriteTime(
                timestamp: HybridTimestamp(milliseconds: UInt64(Self.start_ms), counter: 0)!,
                wall_ms: Self.start_ms + Int64(otherNumber.value), monotonic_ms: 0, boot: 1,
                offset_ms: 0, offsetAge_ms: nil),
            intent: Text("visit"), schema: Schema.test.version,
            saltSeed: SaltSeed(high: 1, low: 1), changes: changes)!
        otherNumber = otherNumber.next
        merge(set, CorrectedTime.estimate(set.time))
    }

    private mutating func merge(_ set: ChangeSet, _ time: CorrectedTime) {
        position = position.next
        let known = merged
        for change in set.changes {
            var kept =
                records[change.record]
                ?? Kept(
                    state: RecordState(record: change.record, collection: change.collection),
                    area: area(of: change), position: position)
            kept.state.merge(
                change,
                from: Origin(
                    name: set.name, author: set.author, time: time, position: position,
                    shown: change.shown)
            ) { known[$0.replica]?.contains($0.number) == true }
            for write in change.writes {
                if case .set(_, let names) = write.operation {
                    replaced[set.name, default: []] += names
                }
            }
            findBases(&kept.state, set)
            kept.position = position
            records[change.record] = kept
        }
        merged[set.name.replica, default: NumberSet()].insert(set.name.number)
    }

    /// The latest write that every head of a unit names.
    private mutating func findBases(_ state: inout RecordState, _ set: ChangeSet) {
        for unit in state.units {
            guard case .register(let register) = unit.state else { continue }
            let key = UnitName(record: state.record, unit: unit.id)
            for head in register.heads where !(settings[key] ?? []).contains(where: { $0 == head })
            {
                settings[key, default: []].append(head)
            }
            guard register.heads.count > 1 else { continue }
            let base = settings[key]?.last { base in
                register.heads.allSatisfy {
                    replaced[$0.origin.name, default: []].contains(base.origin.name)
                }
            }
            state.setBase(base, of: unit.id)
        }
    }

    private struct UnitName: Hashable {
        let record: RecordID
        let unit: UnitID
    }
    /// Every head there ever was, in order.
    private var settings: [UnitName: [Head]] = [:]
    private var replaced: [ChangeSetName: [ChangeSetName]] = [:]

    private func area(of change: RecordChange) -> UInt32 {
        for write in change.writes where write.unit == House.area {
            guard case .set(.reference(let id), _) = write.operation else { continue }
            if change.collection == .call { return records[id]?.area ?? 2 }
            return id.low == HubFixture.south.low ? 3 : 2
        }
        return 2
    }

    // MARK: What goes

    /// The bytes of a record's state, and the writers they need.
    mutating func bytes(_ id: RecordID) -> [UInt8] {
        StateCoding.encode(records[id]!.state, writers: &writers)
    }

    /// Everything after a position, as one page, with all writers.
    mutating func answer(
        to replica: ReplicaID, after cursor: LogPosition = .start, tells: Bool = false,
        receipts: [SignedReceipt] = [], notices: [SyncResponse.Notice] = [], hasMore: Bool = false
    ) -> SyncResponse {
        let news = records.filter { $0.value.position > cursor }.keys.sorted()
        let page = SyncResponse.Page(
            grants: [0], through: position,
            records: news.map { id in
                SyncResponse.PageRecord(
                    collection: records[id]!.state.collection, record: id, area: records[id]!.area,
                    position: records[id]!.position, state: bytes(id))
            }.sorted { ($0.collection, $0.position) < ($1.collection, $1.position) })
        return SyncResponse(
            requestTag: 1, epoch: epoch, hub_ms: UInt64(Self.start_ms),
            hasMore: hasMore, lease_ms: UInt64(Self.start_ms) + 1000,
            merged: merged[replica] ?? NumberSet(), grants: tells ? grants : nil,
            writers: writers.writers.enumerated().compactMap { index, writer in
                writer.map { SyncResponse.WriterEntry(number: UInt32(index) + 1, writer: $0) }
            }, receipts: receipts, pages: [page], notices: notices)
    }

    var digest: StateDigest {
        var copy = self
        var digest = StateDigest.zero
        for id in records.keys { digest += .of(id, state: copy.bytes(id)) }
        return digest
    }
}
