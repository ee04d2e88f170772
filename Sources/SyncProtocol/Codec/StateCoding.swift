public import SyncCore

/// Who wrote, as states remember it: one replica and one person, under a small number given by the
/// hub.
public struct Writer: Hashable, Sendable {
    public let replica: ReplicaID
    public let author: PersonID

    public init(replica: ReplicaID, author: PersonID) {
        (self.replica, self.author) = (replica, author)
    }
}

/// The writers of a hub in the order of their numbers: 1, 2, 3 …
///
/// The hub gives the numbers and sends them to devices, so that states are the same bytes
/// everywhere.
public struct WriterTable: Hashable, Sendable {
    /// The writer numbered 1 first. Where a device was not told one, `nil`.
    public private(set) var writers: [Writer?] = []
    private var numbers: [Writer: UInt32] = [:]

    public init() {}

    /// Returns the number of a writer, giving the next one to a new writer.
    public mutating func number(of writer: Writer) -> UInt32 {
        if let number = numbers[writer] { return number }
        writers.append(writer)
        let number = UInt32(writers.count)
        numbers[writer] = number
        return number
    }

    /// Returns the number of a known writer.
    public func knownNumber(of writer: Writer) -> UInt32? { numbers[writer] }

    /// Returns the writer with this number.
    public subscript(number: UInt32) -> Writer? {
        number >= 1 && number <= writers.count ? writers[Int(number) - 1] : nil
    }

    /// Enters a writer under the number the hub gave it.
    public mutating func insert(_ writer: Writer, number: UInt32) {
        precondition(number >= 1)
        while writers.count < number { writers.append(nil) }
        writers[Int(number) - 1] = writer
        numbers[writer] = number
    }
}

/// The bytes of a record's state. One state has one form, so that the bytes can be hashed and
/// compared. See `protocol/state.md`.
public enum StateCoding {
    private enum Flag {
        static let kind: UInt8 = 0b0000_0011
        /// A register with one head of the first origin, nothing early and no base: nearly all
        /// there is.
        static let plain: UInt8 = 0b0000_0100
        static let known: UInt8 = 0b0000_0111
    }

    /// Returns the bytes of a state, numbering new writers in `writers`.
    ///
    /// - Precondition: every origin has a position, or is the device's own estimate and never
    ///   leaves it.
    public static func encode(_ state: RecordState, writers: inout WriterTable) -> [UInt8] {
        var origins = OriginTable()
        state.forEachOrigin { origins.collect($0, &writers) }
        origins.seal()
        var writer = ByteWriter(capacity: 64 + 24 * state.units.count)
        origins.write(to: &writer)
        if let created = state.created {
            writer.varint(origins.index(created, writers) + 1)
        } else {
            writer.varint(0)
        }
        writer.varint(state.units.count)
        state.forEachUnit { id, head in
            writer.varint(UInt64(id.value))
            let origin = origins.index(head.origin, writers)
            if origin == 0 {
                writer.byte(UnitKind.register.rawValue | Flag.plain)
            } else {
                writer.byte(UnitKind.register.rawValue)
                writer.varint(1)
                writer.varint(origin)
            }
            writer.value(head.value)
            if origin != 0 {
                // Nothing early, no base.
                writer.byte(0)
                writer.byte(0)
            }
        } other: { id, state in
            writer.varint(UInt64(id.value))
            write(state, origins, writers, to: &writer)
        }
        return writer.bytes
    }

    /// Writes a unit that is more than one head.
    private static func write(
        _ state: UnitState, _ origins: OriginTable, _ writers: WriterTable,
        to writer: inout ByteWriter
    ) {
        switch state {
        case .register(let register):
            writer.byte(UnitKind.register.rawValue)
            writer.varint(register.heads.count)
            for head in register.heads {
                writer.varint(origins.index(head.origin, writers))
                writer.value(head.value)
            }
            writer.varint(register.early.count)
            for name in register.early { writer.name(name) }
            writer.optional(register.base) {
                $0.varint(origins.index($1.origin, writers))
                $0.value($1.value)
            }
        case .elements(let elements):
            writer.byte(UnitKind.elements.rawValue)
            writer.varint(elements.entries.count)
            for entry in elements.entries {
                writer.value(entry.element)
                writer.varint(entry.adds.count)
                for add in entry.adds { writer.varint(origins.index(add, writers)) }
            }
            writer.varint(elements.early.count)
            for removal in elements.early {
                writer.value(removal.element)
                writer.name(removal.add)
            }
        case .total(let total):
            writer.byte(UnitKind.total.rawValue)
            writer.varint(total.parts.count)
            for part in total.parts {
                writer.identifier(part.replica)
                writer.zigzag(part.amount)
                writer.numbers(part.counted)
            }
        case .log(let log):
            writer.byte(UnitKind.log.rawValue)
            writer.varint(log.entries.count)
            for entry in log.entries {
                writer.varint(origins.index(entry.origin, writers))
                writer.varint(entry.index)
                writer.value(entry.value)
            }
        }
    }

    /// Returns the state that these bytes are the form of: what is accepted here is what `encode`
    /// would write for it.
    public static func decode(
        _ bytes: [UInt8], record: RecordID, collection: CollectionID, writers: WriterTable
    ) throws(CodecError) -> RecordState {
        var reader = ByteReader(bytes)
        let origins = try readOrigins(&reader, writers)
        var isUsed = [Bool](repeating: false, count: origins.count)
        func origin(_ index: UInt64, at place: Int) throws(CodecError) -> Origin {
            guard index < origins.count else { throw .unknownTag(at: place) }
            isUsed[Int(index)] = true
            return origins[Int(index)]
        }
        func origin() throws(CodecError) -> Origin {
            let place = reader.index
            return try origin(try reader.varint(), at: place)
        }
        let createdPlace = reader.index
        let createdIndex = try reader.varint()
        let created = createdIndex == 0 ? nil : try origin(createdIndex - 1, at: createdPlace)
        var units: [RecordState.Unit] = []
        let count = try reader.count()
        // Each takes two bytes at least, and far more once it is decoded.
        units.reserveCapacity(min(count, 64))
        for _ in 0..<count {
            let place = reader.index
            let id = try reader.unitID()
            let flags = try reader.byte()
            guard flags & ~Flag.known == 0, let kind = UnitKind(rawValue: flags & Flag.kind),
                kind == .register || flags & Flag.plain == 0
            else { throw .unknownTag(at: place) }
            let state: UnitState?
            switch kind {
            case .register where flags & Flag.plain != 0:
                let head = Head(origin: try origin(0, at: place), value: try reader.value())
                state = .register(Register(head))
            case .register:
                let headsPlace = reader.index
                var heads: [Head] = []
                for _ in 0..<(try reader.count()) {
                    heads.append(Head(origin: try origin(), value: try reader.value()))
                }
                var early: [ChangeSetName] = []
                for _ in 0..<(try reader.count()) { early.append(try reader.name()) }
                var base: Head?
                let flagPlace = reader.index
                switch try reader.byte() {
                case 0: break
                case 1: base = Head(origin: try origin(), value: try reader.value())
                default: throw .unknownTag(at: flagPlace)
                }
                // A base is kept while heads differ; and what has a plain form is written in it.
                guard base == nil || heads.count > 1 else { throw .outOfOrder(at: flagPlace) }
                if heads.count == 1, early.isEmpty, heads[0].origin == origins[0] {
                    throw .outOfOrder(at: headsPlace)
                }
                state = Register(heads: heads, early: early, base: base).map(UnitState.register)
            case .elements:
                var entries: [Elements.Entry] = []
                for _ in 0..<(try reader.count()) {
                    let element = try reader.value()
                    var adds: [Origin] = []
                    for _ in 0..<(try reader.count()) { adds.append(try origin()) }
                    entries.append(Elements.Entry(element: element, adds: adds))
                }
                var early: [Elements.EarlyRemoval] = []
                for _ in 0..<(try reader.count()) {
                    let element = try reader.value()
                    early.append(Elements.EarlyRemoval(element: element, add: try reader.name()))
                }
                state = Elements(entries: entries, early: early).map(UnitState.elements)
            case .total:
                var parts: [Total.Part] = []
                for _ in 0..<(try reader.count()) {
                    parts.append(
                        Total.Part(
                            replica: try reader.identifier(), amount: try reader.zigzag(),
                            counted: try reader.numbers()))
                }
                state = Total(parts: parts).map(UnitState.total)
            case .log:
                var entries: [Log.Entry] = []
                for _ in 0..<(try reader.count()) {
                    let origin = try origin()
                    let index = Int(try reader.varint(upTo: UInt64(UInt32.max)))
                    entries.append(
                        Log.Entry(origin: origin, index: index, value: try reader.value()))
                }
                state = Log(entries: entries).map(UnitState.log)
            }
            guard let state else { throw .outOfOrder(at: place) }
            units.append(RecordState.Unit(id: id, state: state))
        }
        try reader.finish()
        guard isUsed.allSatisfy(\.self),
            let state = RecordState(
                record: record, collection: collection, created: created, units: units)
        else { throw .outOfOrder(at: 0) }
        return state
    }

    private static func readOrigins(
        _ reader: inout ByteReader, _ writers: WriterTable
    ) throws(CodecError) -> [Origin] {
        var origins: [Origin] = []
        var last: (UInt64, UInt64) = (0, 0)
        for _ in 0..<(try reader.count()) {
            let place = reader.index
            let number = try reader.varint(upTo: UInt64(UInt32.max))
            guard let writer = writers[UInt32(number)] else { throw .unknownTag(at: place) }
            let changeSet = try reader.number()
            guard last < (number, changeSet.value) else { throw .outOfOrder(at: place) }
            last = (number, changeSet.value)
            let position = try reader.position()
            let time = try reader.varint(upTo: HybridTimestamp.maximumMilliseconds)
            let shown = try reader.varint(upTo: LogPosition.maximum + 1)
            origins.append(
                Origin(
                    name: ChangeSetName(writer.replica, changeSet), author: writer.author,
                    time: CorrectedTime(clamping: Int64(time)),
                    position: position == .start ? nil : position,
                    shown: shown == 0 ? nil : LogPosition(shown - 1)))
        }
        return origins
    }
}

/// The origins of one state, each once, rising by writer and number.
private struct OriginTable {
    private var keys: [(writer: UInt32, origin: Origin)] = []

    mutating func collect(_ origin: Origin, _ writers: inout WriterTable) {
        // Most states have one or two origins, and units written together come one after the other.
        if let last = keys.last, last.origin.isBySame(origin) { return }
        let writer = Writer(replica: origin.name.replica, author: origin.author)
        keys.append((writers.number(of: writer), origin))
    }

    mutating func seal() {
        keys.sort { ($0.writer, $0.origin.name.number) < ($1.writer, $1.origin.name.number) }
        var kept = 0
        for key in keys {
            if kept > 0, keys[kept - 1].writer == key.writer,
                keys[kept - 1].origin.name == key.origin.name
            {
                continue
            }
            keys[kept] = key
            kept += 1
        }
        keys.removeLast(keys.count - kept)
    }

    /// - Complexity: logarithmic, for a log may have thousands of origins.
    func index(_ origin: Origin, _ writers: WriterTable) -> Int {
        if keys.count == 1 { return 0 }
        // Looked at sooner than a writer's number is looked up.
        if keys.count <= 8, let place = keys.firstIndex(where: { $0.origin.isBySame(origin) }) {
            return place
        }
        let writer = Writer(replica: origin.name.replica, author: origin.author)
        let wanted = (writers.knownNumber(of: writer)!, origin.name.number)
        var (low, high) = (0, keys.count - 1)
        while low < high {
            let middle = (low + high) / 2
            if (keys[middle].writer, keys[middle].origin.name.number) < wanted {
                low = middle + 1
            } else {
                high = middle
            }
        }
        return low
    }

    func write(to writer: inout ByteWriter) {
        writer.varint(keys.count)
        for key in keys {
            writer.varint(UInt64(key.writer))
            writer.varint(key.origin.name.number.value)
            writer.varint(key.origin.position?.value ?? 0)
            writer.varint(key.origin.time.milliseconds)
            writer.varint(key.origin.shown.map { $0.value + 1 } ?? 0)
        }
    }
}

extension Origin {
    /// Whether both are of one change set and one author, and so of one line of the table.
    fileprivate func isBySame(_ other: Origin) -> Bool {
        name.number == other.name.number && name.replica == other.name.replica
            && author == other.author
    }
}

extension RecordState {
    /// The last place in the hub's log that anything in it has: the record lies there or beyond.
    public var lastPosition: LogPosition {
        var last = LogPosition.start
        forEachOrigin { last = max(last, $0.position ?? .start) }
        return last
    }

    fileprivate func forEachOrigin(_ body: (Origin) -> Void) {
        if let created { body(created) }
        forEachUnit { _, head in
            body(head.origin)
        } other: { _, state in
            switch state {
            case .register(let register):
                for head in register.heads { body(head.origin) }
                if let base = register.base { body(base.origin) }
            case .elements(let elements):
                for entry in elements.entries { for add in entry.adds { body(add) } }
            case .total: break
            case .log(let log):
                for entry in log.entries { body(entry.origin) }
            }
        }
    }
}
