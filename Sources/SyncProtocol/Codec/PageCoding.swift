internal import SyncCore

/// The records of a page by column, so that what is alike stands together.
///
/// States that one change set made are taken apart and put together again to the same bytes; all
/// others go as they are. Form: `protocol/messages.md#5-page`.
public enum PageCoding {
    /// A reference to a record that stands on the page already, by its place; only here.
    static let placeTag: UInt8 = 9

    /// Returns the groups of a page. `records` are in order of collection.
    public static func encode(_ records: [SyncResponse.PageRecord]) -> [UInt8] {
        var writer = ByteWriter()
        var places: [RecordID: Int] = [:]
        var start = 0
        while start < records.count {
            let collection = records[start].collection
            var end = start
            while end < records.count, records[end].collection == collection { end += 1 }
            encode(records[start..<end], &places, to: &writer)
            start = end
        }
        return writer.bytes
    }

    private static func encode(
        _ records: ArraySlice<SyncResponse.PageRecord>, _ places: inout [RecordID: Int],
        to writer: inout ByteWriter
    ) {
        writer.varint(UInt64(records[records.startIndex].collection.value))
        writer.varint(records.count)
        for record in records {
            writer.identifier(record.record)
            places[record.record] = places[record.record] ?? places.count
        }
        for record in records { writer.varint(UInt64(record.area)) }
        var last: UInt64 = 0
        for record in records {
            writer.delta(record.position.value, after: &last)
        }
        let states = records.map { PlainState($0.state) }
        var shapes: [[UnitID]: Int] = [:]
        var order: [[UnitID]] = []
        var columns: [UnitID: ValueColumn] = [:]
        var shapeOf: [Int] = []
        for (record, state) in zip(records, states) {
            guard let state else {
                shapeOf.append(0)
                continue
            }
            let shape = state.units.map(\.id)
            if shapes[shape] == nil {
                order.append(shape)
                shapes[shape] = order.count
            }
            shapeOf.append(shapes[shape] ?? 0)
            for unit in state.units {
                columns[unit.id, default: ValueColumn()].append(
                    record.state[unit.value], places)
            }
        }
        writer.varint(order.count)
        for shape in order {
            writer.varint(shape.count)
            for unit in shape { writer.varint(UInt64(unit.value)) }
        }
        for shape in shapeOf { writer.varint(shape) }
        let plain = zip(records, states).compactMap { record, state in
            state.map { (record.position.value, $0) }
        }
        for (_, state) in plain { writer.varint(state.writer) }
        last = 0
        for (_, state) in plain { writer.delta(state.number, after: &last) }
        for (position, state) in plain {
            writer.zigzag(Int64(position) - Int64(state.position))
        }
        last = 0
        for (_, state) in plain { writer.delta(state.time, after: &last) }
        for (_, state) in plain { writer.varint(state.shown) }
        for (_, state) in plain { writer.byte(state.isCreated ? 1 : 0) }
        for unit in columns.keys.sorted() { writer.raw(columns[unit]?.writer.bytes ?? []) }
        for (record, shape) in zip(records, shapeOf) where shape == 0 {
            writer.varint(record.state.count)
        }
        for (record, shape) in zip(records, shapeOf) where shape == 0 { writer.raw(record.state) }
    }

    /// The values of one unit, one after the other.
    private struct ValueColumn {
        var writer = ByteWriter()
        private var last: Int64 = 0

        mutating func append(_ value: ArraySlice<UInt8>, _ places: [RecordID: Int]) {
            if value[value.startIndex] == ValueTag.reference,
                let record = RecordID(bytes: value.dropFirst()), let place = places[record]
            {
                writer.byte(placeTag)
                writer.zigzag(Int64(place) - last)
                last = Int64(place)
            } else {
                writer.raw(value)
            }
        }
    }

    /// Reads the groups of a page.
    public static func decode(
        _ bytes: [UInt8]
    ) throws(CodecError) -> [SyncResponse.PageRecord] {
        var reader = ByteReader(bytes)
        return try decode(&reader)
    }

    static func decode(
        _ reader: inout ByteReader
    ) throws(CodecError) -> [SyncResponse.PageRecord] {
        var records: [SyncResponse.PageRecord] = []
        var page: [RecordID] = []
        var known: Set<RecordID> = []
        while !reader.isAtEnd { try group(&reader, &page, &known, &records) }
        return records
    }

    private static func group(
        _ reader: inout ByteReader, _ page: inout [RecordID], _ known: inout Set<RecordID>,
        _ records: inout [SyncResponse.PageRecord]
    ) throws(CodecError) {
        let collection = try reader.collectionID()
        let start = reader.index
        let count = try reader.count()
        guard count >= 1 else { throw .outOfRange(at: start) }
        var ids: [RecordID] = []
        for _ in 0..<count {
            let id = try reader.identifier(RecordID.self)
            ids.append(id)
            if known.insert(id).inserted { page.append(id) }
        }
        var areas: [UInt32] = []
        for _ in 0..<count { areas.append(UInt32(try reader.varint(upTo: UInt64(UInt32.max)))) }
        var positions: [LogPosition] = []
        var last: UInt64 = 0
        for _ in 0..<count {
            let place = reader.index
            guard let position = LogPosition(try reader.delta(after: &last)) else {
                throw .outOfRange(at: place)
            }
            positions.append(position)
        }
        var shapes: [[UnitID]] = []
        for _ in 0..<(try reader.count()) {
            var shape: [UnitID] = []
            for _ in 0..<(try reader.count()) {
                let place = reader.index
                let unit = try reader.unitID()
                if let last = shape.last, last >= unit { throw .outOfOrder(at: place) }
                shape.append(unit)
            }
            shapes.append(shape)
        }
        var shapeOf: [Int] = []
        for _ in 0..<count { shapeOf.append(try reader.count(upTo: shapes.count)) }
        let plain = shapeOf.indices.filter { shapeOf[$0] > 0 }
        var states = try heads(&reader, plain, positions, shapes, shapeOf)
        try addUnits(&reader, plain, shapes, shapeOf, page, &states)
        var others: [Int] = []
        for _ in 0..<(count - plain.count) { others.append(try reader.count()) }
        var nextPlain = 0
        var nextOther = 0
        for place in 0..<count {
            let state: [UInt8]
            if shapeOf[place] > 0 {
                state = states[nextPlain].bytes
                nextPlain += 1
            } else {
                state = try reader.raw(others[nextOther])
                nextOther += 1
            }
            records.append(
                SyncResponse.PageRecord(
                    collection: collection, record: ids[place], area: areas[place],
                    position: positions[place], state: state))
        }
    }

    private static func heads(
        _ reader: inout ByteReader, _ plain: [Int], _ positions: [LogPosition],
        _ shapes: [[UnitID]], _ shapeOf: [Int]
    ) throws(CodecError) -> [ByteWriter] {
        var writers: [UInt64] = []
        for _ in plain { writers.append(try reader.varint()) }
        var numbers: [UInt64] = []
        var last: UInt64 = 0
        for _ in plain { numbers.append(try reader.delta(after: &last)) }
        var origins: [UInt64] = []
        for place in plain {
            let start = reader.index
            let behind = try reader.zigzag()
            let (origin, overflow) = Int64(positions[place].value)
                .subtractingReportingOverflow(behind)
            guard !overflow, origin >= 0 else { throw .outOfRange(at: start) }
            origins.append(UInt64(origin))
        }
        var times: [UInt64] = []
        last = 0
        for _ in plain { times.append(try reader.delta(after: &last)) }
        var shown: [UInt64] = []
        for _ in plain { shown.append(try reader.varint()) }
        var states: [ByteWriter] = []
        for (index, place) in plain.enumerated() {
            let start = reader.index
            let created = try reader.byte()
            guard created <= 1 else { throw .unknownTag(at: start) }
            var state = ByteWriter(capacity: 256)
            PlainState.writeHead(
                writer: writers[index], number: numbers[index], position: origins[index],
                time: times[index], shown: shown[index], isCreated: created == 1,
                units: shapes[shapeOf[place] - 1].count, to: &state)
            states.append(state)
        }
        return states
    }

    /// Each unit's column, rising; so each state gets its units in their order.
    private static func addUnits(
        _ reader: inout ByteReader, _ plain: [Int], _ shapes: [[UnitID]], _ shapeOf: [Int],
        _ page: [RecordID], _ states: inout [ByteWriter]
    ) throws(CodecError) {
        for unit in Set(shapes.joined()).sorted() {
            let has = shapes.map { $0.contains(unit) }
            var last: Int64 = 0
            for (index, place) in plain.enumerated() where has[shapeOf[place] - 1] {
                states[index].varint(UInt64(unit.value))
                states[index].byte(PlainState.flags)
                let start = reader.index
                if try reader.byte() == placeTag {
                    let (place, overflow) = last.addingReportingOverflow(try reader.zigzag())
                    guard !overflow, page.indices.contains(Int(place)) else {
                        throw .outOfRange(at: start)
                    }
                    last = place
                    states[index].byte(ValueTag.reference)
                    states[index].identifier(page[Int(place)])
                } else {
                    reader.index = start
                    try reader.skipValue()
                    states[index].raw(reader.slice(since: start))
                }
            }
        }
    }
}

extension ByteWriter {
    /// Appends the difference to the number before.
    fileprivate mutating func delta(_ value: UInt64, after last: inout UInt64) {
        zigzag(Int64(bitPattern: value &- last))
        last = value
    }
}

extension ByteReader {
    fileprivate mutating func delta(after last: inout UInt64) throws(CodecError) -> UInt64 {
        last = last &+ UInt64(bitPattern: try zigzag())
        return last
    }
}
