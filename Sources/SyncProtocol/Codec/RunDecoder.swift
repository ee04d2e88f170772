public import SyncCore

/// A change set as it came, with what was worked out from its canonical bytes.
public struct HashedChangeSet: Hashable, Sendable {
    public let changeSet: ChangeSet
    public let hash: ContentHash
    /// The canonical bytes, envelope and payloads together. The wire may carry it in far fewer.
    public let size: Int

    /// Hashes a change set.
    public init(hashing changeSet: ChangeSet) {
        self.changeSet = changeSet
        let (hash, bytes) = ChangeSetCoding.canonical(changeSet)
        (self.hash, size) = (hash, bytes.count)
    }

    init(_ changeSet: ChangeSet, hash: ContentHash, size: Int) {
        (self.changeSet, self.hash, self.size) = (changeSet, hash, size)
    }

    /// The same under other names, or as another schema reads it; hash and size stay those of what
    /// was signed.
    package func read(as changeSet: ChangeSet) -> HashedChangeSet {
        HashedChangeSet(changeSet, hash: hash, size: size)
    }
}

extension RunCoding {
    /// Returns the change sets of a run, each hashed, so that the last hash can be held against the
    /// signature.
    ///
    /// A run has one form: what is accepted here is what `encode` would write. Throws `.tooMany`
    /// beyond `Limits.changeSetsPerRun` and `Limits.thingsPerRun`, which bound what a short run can
    /// unfold to.
    ///
    /// - Complexity: linear in the bytes; nothing is allocated before the bytes for it are seen to
    ///   be there.
    ///
    /// Throws `.outOfRange` for a run with gaps: it has less than it names.
    public static func decode(_ bytes: [UInt8]) throws(CodecError) -> [HashedChangeSet] {
        try decode(bytes, maximumThings: Limits.thingsPerRun)
    }

    /// Returns a run that may have gaps.
    public static func decodeRun(_ bytes: [UInt8]) throws(CodecError) -> HashedRun {
        var decoder = try RunDecoder(bytes, Limits.thingsPerRun)
        return try decoder.run()
    }

    /// Returns the change sets of a run without working out their hashes: for who has checked the
    /// run before, and looks at what they do. What they name as their predecessor is nothing to go
    /// by. Gaps are left out.
    public static func decodeUnhashed(_ bytes: [UInt8]) throws(CodecError) -> [ChangeSet] {
        var decoder = try RunDecoder(bytes, Limits.thingsPerRun)
        return try decoder.unhashedChangeSets()
    }

    package static func decode(
        _ bytes: [UInt8], maximumThings: Int
    ) throws(CodecError) -> [HashedChangeSet] {
        var decoder = try RunDecoder(bytes, maximumThings)
        try decoder.refuseGaps()
        return try decoder.run().changeSets
    }
}

private struct RunDecoder {
    private var columns: [ByteReader] = []
    /// The columns of the units, in the order in which the frame lists them.
    private var tags: [ByteReader] = []
    private var content: [ByteReader] = []
    /// Where the columns of a unit stand. Asked once per shape.
    private var places: [UnitKey: Int] = [:]
    private let replica: ReplicaID
    private var number: ChangeSetNumber
    private var previous: ContentHash
    /// Of change sets.
    private let count: Int
    /// Each still without what stands before it.
    private let gaps: [(number: ChangeSetNumber, hash: ContentHash)]
    private var passed: [RunGap] = []

    private var identifiers = ReaderIndex<RecordID>()
    private var replicas = ReaderIndex<ReplicaID>()
    private var shapes = ReaderIndex<Shape>()
    /// Per shape, where the columns of each of its writes stand; `nil` for a unit that is not
    /// listed.
    private var shapePlaces: [[Int?]] = []
    private var boots = ReaderIndex<UInt64>()
    private var offsets = ReaderIndex<Int64>()
    private var schemas = ReaderIndex<UInt32>()
    private var texts = ReaderIndex<Text>()
    /// Records, writes, values and names so far.
    private var things = 0
    private let maximumThings: Int

    private var lastMilliseconds: Int64 = 0
    private var lastMonotonic: Int64 = 0
    private var lastPosition: Int64 = 0
    private var lastShown: Int64 = 0
    private var lastAge: Int64 = 0

    init(_ bytes: [UInt8], _ maximumThings: Int) throws(CodecError) {
        self.maximumThings = maximumThings
        var reader = ByteReader(bytes)
        replica = try reader.identifier()
        number = try reader.number()
        previous = try reader.hash()
        let start = reader.index
        var count = try reader.count(limit: Limits.changeSetsPerRun)
        var holes: [(offset: Int, hash: ContentHash)] = []
        if count == 0 {
            let gapCount = try reader.count(limit: Limits.changeSetsPerRun)
            guard gapCount >= 1 else { throw .outOfRange(at: start) }
            var offset = 0
            for _ in 0..<gapCount {
                offset += try reader.count(upTo: Limits.changeSetsPerRun)
                holes.append((offset, try reader.hash()))
                offset += 1
            }
            count = try reader.count(limit: Limits.changeSetsPerRun - gapCount)
            guard offset <= gapCount + count else { throw .outOfRange(at: start) }
        }
        let numbers = UInt64(count + holes.count)
        guard number.value <= ChangeSetNumber.maximum - numbers else {
            throw .outOfRange(at: start)
        }
        self.count = count
        gaps = holes.map { [number] in
            (ChangeSetNumber(number.value + UInt64($0.offset))!, $0.hash)
        }
        var lengths: [Int] = []
        for _ in Column.allCases { lengths.append(try reader.count()) }
        var keys: [(UnitKey, Int, Int)] = []
        for _ in 0..<(try reader.count()) {
            let place = reader.index
            let key = UnitKey(
                collection: try reader.collectionID(), unit: try reader.unitID())
            if let last = keys.last, last.0 >= key { throw .outOfOrder(at: place) }
            let tags = try reader.count()
            // A unit that nothing is written to is not listed.
            guard tags > 0 else { throw .outOfOrder(at: place) }
            keys.append((key, tags, try reader.count()))
        }
        for length in lengths { columns.append(try reader.part(length)) }
        for (key, tagCount, contentCount) in keys {
            places[key] = tags.count
            tags.append(try reader.part(tagCount))
            content.append(try reader.part(contentCount))
        }
        try reader.finish()
    }

    private subscript(column: Column) -> ByteReader {
        get { columns[column.rawValue] }
        _modify { yield &columns[column.rawValue] }
    }

    func refuseGaps() throws(CodecError) {
        if !gaps.isEmpty { throw .outOfRange(at: 0) }
    }

    /// Goes on from the gaps that stand here, if there are any.
    private mutating func passGaps() {
        while passed.count < gaps.count, gaps[passed.count].number == number {
            let gap = RunGap(number, previous: previous, hash: gaps[passed.count].hash)
            passed.append(gap)
            previous = gap.hash
            number = number.next
        }
    }

    mutating func run() throws(CodecError) -> HashedRun {
        let (first, before) = (number, previous)
        var result: [HashedChangeSet] = []
        result.reserveCapacity(count)
        for _ in 0..<count {
            passGaps()
            let set = try changeSet()
            let hashed = HashedChangeSet(hashing: set)
            result.append(hashed)
            previous = hashed.hash
            number = number.next
        }
        passGaps()
        try finish()
        return HashedRun(
            replica: replica, first: first, previous: before, changeSets: result, gaps: passed)
    }

    mutating func unhashedChangeSets() throws(CodecError) -> [ChangeSet] {
        var result: [ChangeSet] = []
        result.reserveCapacity(count)
        previous = .none
        for _ in 0..<count {
            passGaps()
            result.append(try changeSet())
            number = number.next
        }
        try finish()
        return result
    }

    private func finish() throws(CodecError) {
        for column in columns { try column.finish() }
        for unit in tags.indices {
            try tags[unit].finish()
            try content[unit].finish()
        }
    }

    private mutating func changeSet() throws(CodecError) -> ChangeSet {
        let author = try identifier(PersonID.self, in: .author)
        let grant = try identifier(GrantID.self, in: .grant)
        let epoch = try identifier(EpochID.self, in: .trunk)
        lastPosition = try Self.sum(lastPosition, self[.trunk].zigzag(), at: self[.trunk].index)
        guard lastPosition >= 0, let position = LogPosition(UInt64(lastPosition)) else {
            throw .outOfRange(at: self[.trunk].index)
        }
        let time = try time()
        let intent = try text(in: .intent, Limits.intentBytes)
        var form: FormVersion?
        if try flag(in: .form) {
            let name = try text(in: .form, Limits.formBytes)
            form = FormVersion(
                form: name, version: UInt32(try self[.form].varint(upTo: UInt64(UInt32.max))))
        }
        let reason = try flag(in: .reason) ? try text(in: .reason, Limits.reasonBytes) : nil
        let schema = try schema()
        var premises: [Premise] = []
        for _ in 0..<(try self[.premises].count()) {
            premises.append(
                Premise(
                    record: try identifier(RecordID.self, in: .premises),
                    unit: try self[.premises].unitID(), heads: try names()))
        }
        let seed = try identifier(SaltSeed.self, in: .seed)
        let place = self[.changeCount].index
        var changes: [RecordChange] = []
        for _ in 0..<(try self[.changeCount].count(upTo: self[.shape].remaining)) {
            changes.append(try change())
        }
        guard
            let set = ChangeSet(
                name: ChangeSetName(replica, number), previous: previous, author: author,
                grant: grant,
                trunk: Trunk(
                    epoch: epoch == EpochID(high: 0, low: 0) ? nil : epoch, position: position),
                time: time, intent: intent, form: form, reason: reason,
                schema: SchemaVersion(schema), premises: premises, saltSeed: seed,
                changes: changes)
        else { throw .outOfOrder(at: place) }
        return set
    }

    private mutating func time() throws(CodecError) -> WriteTime {
        let place = self[.milliseconds].index
        let elapsed = try self[.milliseconds].zigzag()
        let milliseconds = try Self.sum(lastMilliseconds, elapsed, at: place)
        let counter = UInt16(try self[.counter].varint(upTo: UInt64(UInt16.max)))
        guard milliseconds >= 0,
            let timestamp = HybridTimestamp(milliseconds: UInt64(milliseconds), counter: counter)
        else { throw .outOfRange(at: place) }
        let wall = try self[.wall].zigzag() &+ milliseconds
        let monotonic = try self[.monotonic].zigzag() &+ lastMonotonic &+ elapsed
        (lastMilliseconds, lastMonotonic) = (milliseconds, monotonic)
        let boot = try boot()
        let offset = try flag(in: .offset) ? try offset() : nil
        var age: UInt64?
        if try flag(in: .offsetAge) {
            lastAge = try self[.offsetAge].zigzag() &+ lastAge &+ elapsed
            age = UInt64(bitPattern: lastAge)
        }
        return WriteTime(
            timestamp: timestamp, wall_ms: wall, monotonic_ms: UInt64(bitPattern: monotonic),
            boot: boot, offset_ms: offset, offsetAge_ms: age)
    }

    private mutating func schema() throws(CodecError) -> UInt32 {
        let start = self[.schema].index
        let place = try self[.schema].count(upTo: schemas.count)
        if place > 0 { return schemas[place] }
        let version = try self[.numbers].varint(upTo: UInt64(UInt32.max))
        return try schemas.add(UInt32(version), at: start)
    }

    private mutating func boot() throws(CodecError) -> UInt64 {
        let start = self[.boot].index
        let place = try self[.boot].count(upTo: boots.count)
        return place > 0 ? boots[place] : try boots.add(try self[.numbers].varint(), at: start)
    }

    private mutating func offset() throws(CodecError) -> Int64 {
        let start = self[.offset].index
        let place = try self[.offset].count(upTo: offsets.count)
        return place > 0 ? offsets[place] : try offsets.add(try self[.numbers].zigzag(), at: start)
    }

    private mutating func countThing(in column: Column) throws(CodecError) {
        things += 1
        guard things <= maximumThings else { throw .tooMany(at: self[column].index) }
    }

    private mutating func change() throws(CodecError) -> RecordChange {
        try countThing(in: .shape)
        let place = self[.shape].index
        let shapeNumber = try shape()
        let shape = shapes[shapeNumber]
        let record = try identifier(RecordID.self, in: .record)
        var shown: LogPosition?
        if try flag(in: .shown) {
            let place = self[.shown].index
            lastShown = try Self.sum(lastShown, self[.shown].zigzag(), at: place)
            guard lastShown >= 0, let position = LogPosition(UInt64(lastShown)) else {
                throw .outOfRange(at: place)
            }
            shown = position
        }
        var writes: [Write] = []
        writes.reserveCapacity(shape.writes.count)
        for index in shape.writes.indices {
            let write = shape.writes[index]
            let unit = shapePlaces[shapeNumber - 1][index]
            writes.append(Write(unit: write.unit, operation: try operation(write.kind, unit)))
        }
        guard
            let change = RecordChange(
                record: record, collection: shape.collection, creates: shape.creates,
                writes: writes, shown: shown)
        else { throw .outOfOrder(at: place) }
        return change
    }

    /// The number of the next shape, from 1.
    private mutating func shape() throws(CodecError) -> Int {
        let start = self[.shape].index
        let place = try self[.shape].count(upTo: shapes.count)
        if place > 0 { return place }
        let collection = try self[.shapes].collectionID()
        let creates = try flag(in: .shapes)
        var writes: [ShapeWrite] = []
        for _ in 0..<(try self[.shapes].count()) {
            let unit = try self[.shapes].unitID()
            let place = self[.shapes].index
            guard let kind = UnitKind(rawValue: try self[.shapes].byte()) else {
                throw .unknownTag(at: place)
            }
            writes.append(ShapeWrite(unit: unit, kind: kind))
        }
        let shape = Shape(collection: collection, creates: creates, writes: writes)
        _ = try shapes.add(shape, at: start)
        shapePlaces.append(
            writes.map { places[UnitKey(collection: collection, unit: $0.unit)] })
        return shapes.count
    }

    private mutating func operation(
        _ kind: UnitKind, _ unit: Int?
    ) throws(CodecError) -> Write.Operation {
        try countThing(in: .shape)
        guard let unit else { throw .truncated(at: self[.shape].index) }
        switch kind {
        case .register:
            let value = try value(unit)
            return .set(value, replacing: try names())
        case .elements:
            let adding = try values(unit)
            var removing: [Write.Removal] = []
            for _ in 0..<(try tags[unit].count()) {
                let element = try value(unit)
                removing.append(Write.Removal(element: element, adds: try names()))
            }
            return .change(adding: adding, removing: removing)
        case .total: return .increment(try tags[unit].zigzag())
        case .log: return .append(try values(unit))
        }
    }

    private mutating func values(_ unit: Int) throws(CodecError) -> [Value] {
        var values: [Value] = []
        for _ in 0..<(try tags[unit].count()) { values.append(try value(unit)) }
        return values
    }

    private mutating func value(_ unit: Int) throws(CodecError) -> Value {
        try countThing(in: .shape)
        let start = tags[unit].index
        let tag = try tags[unit].byte()
        guard tag == ValueTag.group else { return try scalar(tag, unit, at: start) }
        var members: [Value] = []
        for _ in 0..<(try tags[unit].count()) {
            try countThing(in: .shape)
            let place = tags[unit].index
            let tag = try tags[unit].byte()
            // Groups don't nest, so reading needs no stack of its own.
            guard tag != ValueTag.group else { throw .unknownTag(at: place) }
            members.append(try scalar(tag, unit, at: place))
        }
        return .group(members)
    }

    private mutating func scalar(
        _ tag: UInt8, _ unit: Int, at start: Int
    ) throws(CodecError) -> Value {
        switch tag {
        case ValueTag.text:
            let length = try tags[unit].count(upTo: content[unit].remaining)
            return .text(Text(try content[unit].text(length)))
        case ValueTag.bytes:
            let length = try tags[unit].count(upTo: content[unit].remaining)
            return .bytes(try content[unit].raw(length))
        case ValueTag.reference:
            let place = try tags[unit].count(upTo: identifiers.count)
            return .reference(try identifier(at: place, noticed: start))
        default:
            tags[unit].index = start
            return try tags[unit].value()
        }
    }

    private mutating func names() throws(CodecError) -> [ChangeSetName] {
        var names: [ChangeSetName] = []
        for _ in 0..<(try self[.nameCount].count(upTo: self[.nameReplica].remaining)) {
            try countThing(in: .nameReplica)
            let replica = try namedReplica()
            names.append(ChangeSetName(replica, try self[.nameNumber].number()))
        }
        return names
    }

    private mutating func identifier<ID: Identifier>(
        _: ID.Type, in column: Column
    ) throws(CodecError) -> ID {
        let start = self[column].index
        let place = try self[column].count(upTo: identifiers.count)
        let plain = try identifier(at: place, noticed: start)
        return ID(high: plain.high, low: plain.low)
    }

    private mutating func identifier(
        at place: Int, noticed start: Int
    ) throws(CodecError) -> RecordID {
        if place > 0 { return identifiers[place] }
        let id = try self[.identifiers].identifier(RecordID.self)
        return try identifiers.add(id, at: start)
    }

    private mutating func namedReplica() throws(CodecError) -> ReplicaID {
        let start = self[.nameReplica].index
        let place = try self[.nameReplica].count(upTo: replicas.count)
        if place > 0 { return replicas[place] }
        let id = try self[.identifiers].identifier(ReplicaID.self)
        return try replicas.add(id, at: start)
    }

    private mutating func text(in column: Column, _ maximum: Int) throws(CodecError) -> Text {
        let start = self[column].index
        let place = try self[column].count(upTo: texts.count)
        let text =
            place > 0 ? texts[place] : try texts.add(Text(try self[.texts].text()), at: start)
        guard text.string.utf8.count <= maximum else { throw .outOfRange(at: self[column].index) }
        return text
    }

    private mutating func flag(in column: Column) throws(CodecError) -> Bool {
        let place = self[column].index
        switch try self[column].byte() {
        case 0: return false
        case 1: return true
        default: throw .unknownTag(at: place)
        }
    }

    private static func sum(
        _ left: Int64, _ right: Int64, at place: Int
    ) throws(CodecError) -> Int64 {
        let (sum, overflow) = left.addingReportingOverflow(right)
        if overflow { throw .outOfRange(at: place) }
        return sum
    }
}

extension ByteReader {
    package mutating func collectionID() throws(CodecError) -> CollectionID {
        CollectionID(UInt16(try varint(upTo: UInt64(UInt16.max))))
    }

    package mutating func unitID() throws(CodecError) -> UnitID {
        UnitID(UInt16(try varint(upTo: UInt64(UInt16.max))))
    }
}
