public import SyncCore
public import SyncProtocol

/// Messages drawn from a seed: from small pools, so that names, texts and shapes repeat, with the
/// ends of every range and damaged-looking text among them.
public struct MessageSamples: Sendable {
    private var generator: TestGenerator

    public init(_ seed: Seed) { generator = TestGenerator(seed) }

    // MARK: Parts

    private static let texts = [
        "", "a", "visit", "\u{e9}", "e\u{301}", "户主", "\u{0}", "\u{1F468}\u{200D}\u{1F469}",
        "\u{20000}", String(repeating: "很", count: 13),
    ]

    private mutating func text() -> Text { Text(generator.pick(Self.texts)) }

    /// The ends of 64 bits, small numbers, and any.
    private mutating func number() -> Int64 {
        generator.pick([.min, .max, -1, 0, 1, 64, Int64(bitPattern: generator.next())])
    }

    private mutating func unsigned() -> UInt64 {
        generator.pick([0, 1, 127, 128, .max, generator.next()])
    }

    private mutating func id<ID: Identifier>() -> ID {
        generator.oneIn(3) ? .random(using: &generator) : ID(high: 0, low: unsigned() & 7 | 1)
    }

    private mutating func position() -> LogPosition {
        LogPosition(generator.pick([0, 1, 300, LogPosition.maximum, unsigned() >> 12]))!
    }

    private mutating func moment() -> UInt64 {
        generator.pick([0, 1, HybridTimestamp.maximumMilliseconds, generator.next() >> 16])
    }

    private mutating func name() -> ChangeSetName {
        ChangeSetName(
            id(), ChangeSetNumber(generator.pick([1, 2, 3, ChangeSetNumber.maximum]))!)
    }

    private mutating func names() -> [ChangeSetName] { some { $0.name() } }

    private mutating func some<Thing>(
        _ most: Int = 3, _ draw: (inout Self) -> Thing
    ) -> [Thing] {
        (0..<Int.random(in: 0...most, using: &generator)).map { _ in draw(&self) }
    }

    public mutating func value() -> Value {
        generator.oneIn(5) ? .group(some { $0.scalar() }) : scalar()
    }

    private mutating func scalar() -> Value {
        switch Int.random(in: 0..<7, using: &generator) {
        case 0: .absent
        case 1: .bool(generator.oneIn(2))
        case 2: .integer(number())
        case 3: .text(text())
        case 4: .bytes(some { UInt8(truncatingIfNeeded: $0.unsigned()) })
        case 5:
            .day(
                CalendarDate(
                    ordinal: generator.pick([-719_162, 2_932_896, 0, 20_778]))!)
        default: .reference(id())
        }
    }

    // MARK: Change sets

    private mutating func operation() -> Write.Operation {
        switch Int.random(in: 0..<5, using: &generator) {
        case 0: .increment(number())
        case 1:
            .change(
                adding: some { $0.value() },
                removing: some { Write.Removal(element: $0.value(), adds: $0.names()) })
        case 2: .append(some { $0.value() })
        default: .set(value(), replacing: names())
        }
    }

    /// A unit has the kind that its number says.
    private mutating func write(_ unit: UInt16) -> Write {
        while true {
            let operation = operation()
            if UInt16(operation.kind.rawValue) == unit % 4 {
                return Write(unit: UnitID(unit), operation: operation)
            }
        }
    }

    public mutating func change(_ record: RecordID) -> RecordChange {
        let units = Set(some(4) { $0.generator.pick([0, 1, 16, 17, 18, 19, .max]) as UInt16 })
        let writes = units.sorted().map { write($0) }
        return RecordChange(
            record: record, collection: CollectionID(generator.pick([1, 2, .max])),
            creates: writes.isEmpty || generator.oneIn(3), writes: writes,
            shown: generator.oneIn(2) ? position() : nil)!
    }

    public mutating func time() -> WriteTime {
        WriteTime(
            timestamp: HybridTimestamp(
                milliseconds: moment(), counter: UInt16(truncatingIfNeeded: unsigned()))!,
            wall_ms: number(), monotonic_ms: unsigned(), boot: unsigned(),
            offset_ms: generator.oneIn(2) ? number() : nil,
            offsetAge_ms: generator.oneIn(2) ? unsigned() : nil)
    }

    /// Consecutive change sets, each chained to the one before.
    public mutating func run(of count: Int) -> [HashedChangeSet] {
        var sets: [HashedChangeSet] = []
        let replica: ReplicaID = id()
        var number = ChangeSetNumber(generator.pick([1, 2, ChangeSetNumber.maximum - 100]))!
        var previous = generator.oneIn(2) ? ContentHash.none : hash()
        for _ in 0..<count {
            let records = Set([id() as RecordID] + some { $0.id() })
            let set = ChangeSet(
                name: ChangeSetName(replica, number), previous: previous, author: id(),
                grant: id(),
                trunk: Trunk(epoch: generator.oneIn(3) ? nil : id(), position: position()),
                time: time(), intent: text(),
                form: generator.oneIn(2)
                    ? FormVersion(form: text(), version: UInt32(truncatingIfNeeded: unsigned()))
                    : nil, reason: generator.oneIn(2) ? text() : nil,
                schema: SchemaVersion(UInt32(truncatingIfNeeded: unsigned())),
                premises: some {
                    Premise(
                        record: $0.id(), unit: UnitID(UInt16(truncatingIfNeeded: $0.unsigned())),
                        heads: $0.names())
                }, saltSeed: id(), changes: records.sorted().map { change($0) })!
            sets.append(HashedChangeSet(hashing: set))
            previous = sets[sets.count - 1].hash
            number = number.next
        }
        return sets
    }

    public mutating func hash() -> ContentHash {
        var bytes: [UInt8] = []
        for _ in 0..<32 { bytes.append(UInt8.random(in: .min ... .max, using: &generator)) }
        return ContentHash(bytes: bytes)!
    }

    public mutating func key() -> SigningKey { .random(using: &generator) }

    public mutating func signedRun(_ key: SigningKey) -> SignedRun {
        let sets = run(of: Int.random(in: 1...3, using: &generator))
        return SignedRun.make(sets.map(\.changeSet), head: sets[sets.count - 1].hash, key: key)
    }

    // MARK: Messages

    public mutating func request(_ key: SigningKey) -> SyncRequest {
        SyncRequest(
            replica: id(), epochTag: UInt32(truncatingIfNeeded: unsigned()),
            mark: LogMark.Sign(number: position().value, check: unsigned()),
            grantsVersion: unsigned(), cursors: CursorRun.joining(some { $0.position() }),
            noticeCursor: position().value, writerCursor: UInt32(truncatingIfNeeded: unsigned()),
            digest: generator.oneIn(2) ? StateDigest(high: unsigned(), low: unsigned()) : nil,
            clock: ClockReading(wall_ms: number(), monotonic_ms: unsigned(), boot: unsigned()),
            maximumDownBytes: unsigned(), isDryRun: generator.oneIn(2),
            takesEcho: generator.oneIn(2), wantsCredential: generator.oneIn(2),
            diskFree_MB: unsigned(),
            pending: unsigned(), unsettled: Set(names().map(\.number)).sorted(),
            proof: generator.oneIn(2) ? SignedMark(mark(), key: key) : nil,
            receipts: some(2) { SignedReceipt($0.receipt(), key: key) },
            purges: some(2) { SignedPurge($0.purge(), key: key) }, stretches: stretches(),
            copies: some(2) { StateCopy($0.id(), CollectionID(2), state: [1, 2, 3]) },
            runs: some(2) { $0.signedRun(key) })
    }

    public mutating func mark() -> LogMark {
        LogMark(
            hub: id(), epoch: id(), number: position().value, hash: hash(), anchored: position())
    }

    public mutating func receipt() -> Receipt {
        let count = Int.random(in: 1...12, using: &generator)
        var entries: [ReceiptEntry] = []
        var last: UInt64 = 5
        for _ in 0..<count {
            if generator.oneIn(3) { last = position().value >> 1 }
            last += 1
            let isMerged = !generator.oneIn(3)
            entries.append(
                ReceiptEntry(
                    disposition: generator.pick(Disposition.allCases),
                    position: isMerged ? LogPosition(last)! : nil,
                    shift_ms: generator.pick([1000, -1, .min, .max, Int64(clamping: moment())]),
                    reason: generator.oneIn(3) ? text() : Text("")))
        }
        return Receipt(
            hub: id(), epoch: id(), replica: id(),
            first: ChangeSetNumber(generator.pick([1, 7, ChangeSetNumber.maximum - 12]))!,
            lastHash: hash(), received_ms: moment(), anchored: position(), entries: entries)
    }

    public mutating func notice() -> SyncResponse.Notice {
        SyncResponse.Notice(
            number: position().value, kind: generator.pick(SyncResponse.Notice.Kind.allCases),
            at_ms: moment(), by: generator.oneIn(2) ? id() : nil,
            record: generator.oneIn(2) ? id() : nil,
            collection: generator.oneIn(2) ? CollectionID(.max) : nil,
            unit: generator.oneIn(2) ? UnitID(0) : nil, value: generator.oneIn(2) ? value() : nil,
            yours: generator.oneIn(2) ? .absent : nil, reason: text())
    }

    public mutating func response(_ key: SigningKey) -> SyncResponse {
        let writers = some { ($0.id() as ReplicaID, $0.id() as PersonID) }
        let first = generator.pick([1, 2, UInt32(Limits.writers - 3)])
        let pages = some(2) { $0.page() }
        return SyncResponse(
            requestTag: unsigned(), epoch: generator.oneIn(2) ? id() : nil, hub_ms: moment(),
            hasMore: generator.oneIn(2), digestDiffers: generator.oneIn(2), lease_ms: moment(),
            merged: generator.pick([
                NumberSet(), NumberSet(ranges: [1...1])!,
                NumberSet(ranges: [1...3, 5...ChangeSetNumber.maximum])!,
            ]), grants: generator.oneIn(2) ? grants() : nil,
            writers: writers.enumerated().map {
                SyncResponse.WriterEntry(
                    number: first + UInt32($0.offset),
                    writer: Writer(replica: $0.element.0, author: $0.element.1))
            }, people: some { SyncResponse.Person(id: $0.id(), name: $0.text()) },
            receipts: some(1) { SignedReceipt($0.receipt(), key: key) },
            pages: pages, notices: some(2) { $0.notice() },
            mark: generator.oneIn(2) ? SignedMark(mark(), key: key) : nil,
            estimate: generator.oneIn(3)
                ? SyncResponse.Estimate(records: unsigned(), bytes: unsigned()) : nil,
            leaves: rising().map { number in
                SyncResponse.Leave(
                    number: number, reason: generator.pick(SyncResponse.Leave.Reason.allCases),
                    subject: generator.oneIn(2)
                        ? .record(id(), CollectionID(2)) : .grant(id()))
            },
            echo: pages.isEmpty
                ? nil
                : SyncResponse.Echo(
                    records: generator.pick([1, 363, Limits.thingsPerRun]),
                    digest: StateDigest(high: unsigned(), low: unsigned())),
            comparison: stretches().map {
                SyncResponse.Compared(
                    $0, records: generator.pick([0, 1, 4096]),
                    digest: StateDigest(high: unsigned(), low: unsigned()),
                    isWhole: generator.oneIn(2))
            }, wanted: some { SyncResponse.Wanted($0.id(), CollectionID(2)) },
            credential: generator.oneIn(2) ? SignedCredential(credential(), key: key) : nil)
    }

    public mutating func credential() -> Credential {
        Credential(
            hub: id(), replica: id(), key: key().verifying, person: id(), name: text(),
            issued_ms: moment(), until_ms: moment(), scopes: some { $0.id() })
    }

    private mutating func stretches() -> [Stretch] {
        var stretches: [Stretch] = []
        for area in Set(some { $0.generator.pick([UInt32(1), 7, .max]) }).sorted() {
            let names = [id(), id(), id()].sorted() as [RecordID]
            guard generator.oneIn(2), names[0] < names[1], names[1] < names[2] else {
                stretches.append(Stretch(all: area))
                continue
            }
            stretches.append(Stretch(area: area, from: names[0], to: names[1]))
            stretches.append(
                Stretch(area: area, from: names[1], to: generator.oneIn(2) ? names[2] : nil))
        }
        return stretches
    }

    public mutating func purge() -> Purge {
        Purge(hub: id(), replica: id(), at_ms: number(), leaves: rising() + [LogPosition.maximum])
    }

    private mutating func rising() -> [UInt64] {
        Set(some { UInt64($0.unsigned() >> 12) }).sorted()
    }

    private mutating func grants() -> SyncResponse.Grants {
        SyncResponse.Grants(
            version: unsigned(),
            grants: some {
                SyncResponse.Grant(
                    id: $0.id(), scope: $0.id(), isReadOnly: $0.generator.oneIn(2))
            },
            areas: [
                SyncResponse.Area(number: 1, scope: id(), parent: nil, name: text()),
                SyncResponse.Area(number: .max, scope: id(), parent: 1, name: text()),
            ])
    }

    private mutating func page() -> SyncResponse.Page {
        SyncResponse.Page(
            grants: some { Int($0.unsigned() & 0xff) }, through: position(),
            records: some(4) {
                SyncResponse.PageRecord(
                    collection: CollectionID($0.generator.pick([1, 2])), record: $0.id(),
                    area: UInt32(truncatingIfNeeded: $0.unsigned()), position: $0.position(),
                    state: $0.some { UInt8(truncatingIfNeeded: $0.unsigned()) })
            }.sorted { $0.collection < $1.collection })
    }

    // MARK: States

    /// States as they come of merging histories, with the writers they are written with.
    public static func states(_ seed: Seed, count: Int = 6) -> [RecordState] {
        History.samples(seed, count: count).map { history in
            var state = RecordState(record: History.record, collection: History.collection)
            var merged: Set<ChangeSetName> = []
            for entry in history.entries {
                state.merge(entry.change, from: entry.origin) { merged.contains($0) }
                merged.insert(entry.origin.name)
            }
            for unit in state.units {
                guard case .register(let register) = unit.state, register.heads.count > 1 else {
                    continue
                }
                state.setBase(register.heads.first, of: unit.id)
            }
            return state
        }
    }
}
