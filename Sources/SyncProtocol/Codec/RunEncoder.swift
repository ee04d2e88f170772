public import SyncCore

/// Consecutive change sets of one replica in their form on the wire: by column, so that like stands
/// beside like and compresses. See `protocol/run.md`.
public enum RunCoding {
    /// Returns the bytes of a run.
    ///
    /// - Precondition: at least one change set, all of one replica, numbers without a gap, each
    ///   naming its predecessor's hash. The hashes between are not sent: the reader works them out.
    public static func encode(_ changeSets: [ChangeSet]) -> [UInt8] {
        precondition(!changeSets.isEmpty)
        var encoder = RunEncoder()
        for changeSet in changeSets { encoder.append(changeSet) }
        let first = changeSets[0]
        return encoder.finish(
            first: first.name, previous: first.previous, count: changeSets.count, gaps: [])
    }

    /// The same of a run that may have gaps.
    public static func encode(_ run: HashedRun) -> [UInt8] {
        var encoder = RunEncoder()
        var gaps = run.gaps[...]
        var number = run.first
        for set in run.changeSets {
            while gaps.first?.number == number {
                number = number.next
                gaps.removeFirst()
            }
            encoder.pass(to: number)
            encoder.append(set.changeSet)
            number = number.next
        }
        return encoder.finish(
            first: ChangeSetName(run.replica, run.first), previous: run.previous,
            count: run.changeSets.count, gaps: run.gaps)
    }
}

private struct RunEncoder {
    private var columns = [ByteWriter](repeating: ByteWriter(), count: Column.allCases.count)
    private var units: [UnitColumns] = []
    /// Where the columns of a unit stand. Asked once per write.
    private var places: [UnitKey: Int] = [:]

    private var identifiers = WriterIndex<RecordID>()
    private var replicas = WriterIndex<ReplicaID>()
    private var shapes = WriterIndex<Shape>()
    private var boots = WriterIndex<UInt64>()
    private var offsets = WriterIndex<Int64>()
    private var schemas = WriterIndex<UInt32>()
    private var texts = WriterIndex<Text>()

    private var lastMilliseconds: Int64 = 0
    private var lastMonotonic: Int64 = 0
    private var lastPosition: Int64 = 0
    private var lastShown: Int64 = 0
    private var lastAge: Int64 = 0
    private var expected: ChangeSetNumber?

    private subscript(column: Column) -> ByteWriter {
        get { columns[column.rawValue] }
        _modify { yield &columns[column.rawValue] }
    }

    /// Passes over gaps.
    mutating func pass(to number: ChangeSetNumber) { expected = number }

    mutating func append(_ set: ChangeSet) {
        precondition(expected.map { $0 == set.name.number } ?? true, "what is no gap is there")
        expected = set.name.number.next
        identifier(set.author, in: .author)
        identifier(set.grant, in: .grant)
        if let epoch = set.trunk.epoch {
            identifier(epoch, in: .trunk)
        } else {
            identifier(EpochID(high: 0, low: 0), in: .trunk)
        }
        let position = Int64(set.trunk.position.value)
        self[.trunk].zigzag(position - lastPosition)
        lastPosition = position
        time(set.time)
        text(set.intent, in: .intent)
        self[.form].byte(set.form == nil ? 0 : 1)
        if let form = set.form {
            text(form.form, in: .form)
            self[.form].varint(UInt64(form.version))
        }
        self[.reason].byte(set.reason == nil ? 0 : 1)
        if let reason = set.reason { text(reason, in: .reason) }
        let schema = set.schema.value
        if let place = schemas.place(of: schema) {
            self[.schema].varint(place)
        } else {
            self[.schema].varint(0)
            self[.numbers].varint(UInt64(schema))
        }
        self[.premises].varint(set.premises.count)
        for premise in set.premises {
            identifier(premise.record, in: .premises)
            self[.premises].varint(UInt64(premise.unit.value))
            names(premise.heads)
        }
        identifier(set.saltSeed, in: .seed)
        self[.changeCount].varint(set.changes.count)
        for change in set.changes { append(change) }
    }

    private mutating func time(_ time: WriteTime) {
        let milliseconds = Int64(time.timestamp.milliseconds)
        let elapsed = milliseconds - lastMilliseconds
        self[.milliseconds].zigzag(elapsed)
        self[.counter].varint(UInt64(time.timestamp.counter))
        self[.wall].zigzag(time.wall_ms &- milliseconds)
        // On a healthy machine both clocks advance together, and this is nearly 0.
        let monotonic = Int64(bitPattern: time.monotonic_ms)
        self[.monotonic].zigzag(monotonic &- lastMonotonic &- elapsed)
        (lastMilliseconds, lastMonotonic) = (milliseconds, monotonic)
        if let place = boots.place(of: time.boot) {
            self[.boot].varint(place)
        } else {
            self[.boot].varint(0)
            self[.numbers].varint(time.boot)
        }
        self[.offset].byte(time.offset_ms == nil ? 0 : 1)
        if let offset = time.offset_ms {
            if let place = offsets.place(of: offset) {
                self[.offset].varint(place)
            } else {
                self[.offset].varint(0)
                self[.numbers].zigzag(offset)
            }
        }
        self[.offsetAge].byte(time.offsetAge_ms == nil ? 0 : 1)
        if let age = time.offsetAge_ms {
            self[.offsetAge].zigzag(Int64(bitPattern: age) &- lastAge &- elapsed)
            lastAge = Int64(bitPattern: age)
        }
    }

    private mutating func append(_ change: RecordChange) {
        let shape = Shape(
            collection: change.collection, creates: change.creates,
            writes: change.writes.map { ShapeWrite(unit: $0.unit, kind: $0.operation.kind) })
        if let place = shapes.place(of: shape) {
            self[.shape].varint(place)
        } else {
            self[.shape].varint(0)
            self[.shapes].varint(UInt64(shape.collection.value))
            self[.shapes].byte(shape.creates ? 1 : 0)
            self[.shapes].varint(shape.writes.count)
            for write in shape.writes {
                self[.shapes].varint(UInt64(write.unit.value))
                self[.shapes].byte(write.kind.rawValue)
            }
        }
        identifier(change.record, in: .record)
        if let shown = change.shown {
            self[.shown].byte(1)
            self[.shown].zigzag(Int64(shown.value) - lastShown)
            lastShown = Int64(shown.value)
        } else {
            self[.shown].byte(0)
        }
        for write in change.writes {
            let key = UnitKey(collection: change.collection, unit: write.unit)
            let unit = places[key] ?? units.count
            if unit == units.count {
                places[key] = unit
                units.append(UnitColumns())
            }
            append(write.operation, unit)
        }
    }

    private mutating func append(_ operation: Write.Operation, _ unit: Int) {
        switch operation {
        case .set(let value, let names):
            append(value, unit)
            self.names(names)
        case .change(let adding, let removing):
            units[unit].tags.varint(adding.count)
            for value in adding { append(value, unit) }
            units[unit].tags.varint(removing.count)
            for removal in removing {
                append(removal.element, unit)
                names(removal.adds)
            }
        case .increment(let delta): units[unit].tags.zigzag(delta)
        case .append(let values):
            units[unit].tags.varint(values.count)
            for value in values { append(value, unit) }
        }
    }

    private mutating func append(_ value: Value, _ unit: Int) {
        switch value {
        case .text(let text):
            units[unit].tags.byte(ValueTag.text)
            units[unit].tags.varint(text.string.utf8.count)
            units[unit].content.raw(text.string.utf8)
        case .bytes(let bytes):
            units[unit].tags.byte(ValueTag.bytes)
            units[unit].tags.varint(bytes.count)
            units[unit].content.raw(bytes)
        case .reference(let record):
            units[unit].tags.byte(ValueTag.reference)
            if let place = identifiers.place(of: record) {
                units[unit].tags.varint(place)
            } else {
                units[unit].tags.varint(0)
                self[.identifiers].identifier(record)
            }
        case .group(let members):
            units[unit].tags.byte(ValueTag.group)
            units[unit].tags.varint(members.count)
            for member in members { append(member, unit) }
        case .absent, .bool, .integer, .day:
            units[unit].tags.value(value)
        }
    }

    private mutating func names(_ names: [ChangeSetName]) {
        self[.nameCount].varint(names.count)
        for name in names {
            if let place = replicas.place(of: name.replica) {
                self[.nameReplica].varint(place)
            } else {
                self[.nameReplica].varint(0)
                self[.identifiers].identifier(name.replica)
            }
            self[.nameNumber].varint(name.number.value)
        }
    }

    /// All 128-bit names share one numbering, whatever they name.
    private mutating func identifier(_ id: some Identifier, in column: Column) {
        let plain = RecordID(high: id.high, low: id.low)
        if let place = identifiers.place(of: plain) {
            self[column].varint(place)
        } else {
            self[column].varint(0)
            self[.identifiers].identifier(plain)
        }
    }

    private mutating func text(_ text: Text, in column: Column) {
        if let place = texts.place(of: text) {
            self[column].varint(place)
        } else {
            self[column].varint(0)
            self[.texts].text(text.string)
        }
    }

    func finish(
        first: ChangeSetName, previous: ContentHash, count: Int, gaps: [RunGap]
    ) -> [UInt8] {
        var writer = ByteWriter()
        writer.identifier(first.replica)
        writer.varint(first.number.value)
        writer.raw(previous.bytes)
        if !gaps.isEmpty {
            // A run without gaps does not pay for them.
            writer.varint(0 as UInt64)
            writer.varint(gaps.count)
            var expected = first.number.value
            for gap in gaps {
                writer.varint(gap.number.value - expected)
                writer.raw(gap.hash.bytes)
                expected = gap.number.value + 1
            }
        }
        writer.varint(count)
        for column in columns { writer.varint(column.count) }
        let keys = places.keys.sorted()
        writer.varint(keys.count)
        for key in keys {
            let unit = units[places[key]!]
            writer.varint(UInt64(key.collection.value))
            writer.varint(UInt64(key.unit.value))
            writer.varint(unit.tags.count)
            writer.varint(unit.content.count)
        }
        for column in columns { writer.raw(column.bytes) }
        for key in keys {
            let unit = units[places[key]!]
            writer.raw(unit.tags.bytes)
            writer.raw(unit.content.bytes)
        }
        return writer.bytes
    }
}
