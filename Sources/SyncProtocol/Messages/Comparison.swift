public import SyncCore

/// A stretch of the records of one area, by their names. Where two digests differ, stretches are
/// made shorter until what differs is found; see `protocol/messages.md#11-comparison`.
public struct Stretch: Hashable, Sendable {
    public let area: UInt32
    /// The first name in it.
    public let from: RecordID
    /// The first name beyond it; `nil` where it goes to the end.
    public let to: RecordID?

    public init(area: UInt32, from: RecordID, to: RecordID?) {
        (self.area, self.from, self.to) = (area, from, to)
    }

    /// All records of an area.
    public init(all area: UInt32) {
        self.init(area: area, from: RecordID(high: 0, low: 0), to: nil)
    }

    public func contains(_ record: RecordID) -> Bool {
        record >= from && to.map { record < $0 } ?? true
    }

    /// Whether all of it lies before another one begins.
    func ends(before next: Stretch) -> Bool {
        area < next.area || area == next.area && to.map { $0 <= next.from } ?? false
    }
}

extension SyncResponse {
    /// What the hub holds of a stretch.
    public struct Compared: Hashable, Sendable {
        public let stretch: Stretch
        public let records: Int
        public let digest: StateDigest
        /// Whether all its records are on the pages of this answer that name no grant.
        public let isWhole: Bool

        public init(_ stretch: Stretch, records: Int, digest: StateDigest, isWhole: Bool) {
            (self.stretch, self.records) = (stretch, records)
            (self.digest, self.isWhole) = (digest, isWhole)
        }
    }
}

/// The state of a record as the hub sent it, given back to a hub that has lost it.
public struct StateCopy: Hashable, Sendable {
    public let record: RecordID
    public let collection: CollectionID
    public let state: [UInt8]

    public init(_ record: RecordID, _ collection: CollectionID, state: [UInt8]) {
        (self.record, self.collection, self.state) = (record, collection, state)
    }
}

extension SyncResponse {
    /// A record of which the hub's own copy is damaged.
    public struct Wanted: Hashable, Sendable {
        public let record: RecordID
        public let collection: CollectionID

        public init(_ record: RecordID, _ collection: CollectionID) {
            (self.record, self.collection) = (record, collection)
        }
    }
}

extension Stretch {
    /// What is said of each of these, cut into parts as equal in number as can be.
    ///
    /// - Parameter records: those in the stretch, rising by name.
    public func parts(
        of records: some RandomAccessCollection<(record: RecordID, digest: StateDigest)>,
        count: Int
    ) -> [SyncResponse.Compared] {
        let size = max(1, (records.count + count - 1) / count)
        var parts: [SyncResponse.Compared] = []
        var rest = records[...]
        var start = from
        while !rest.isEmpty {
            let part = rest.prefix(size)
            rest = rest.dropFirst(size)
            let end = rest.first?.record ?? to
            parts.append(
                SyncResponse.Compared(
                    Stretch(area: area, from: start, to: end), records: part.count,
                    digest: part.reduce(into: .zero) { $0 += $1.digest }, isWhole: false))
            start = end ?? start
        }
        return parts
    }
}

extension ByteWriter {
    mutating func stretch(_ stretch: Stretch) {
        varint(UInt64(stretch.area))
        identifier(stretch.from)
        identifier(stretch.to ?? RecordID(high: 0, low: 0))
    }

    mutating func compared(_ compared: SyncResponse.Compared) {
        stretch(compared.stretch)
        varint(compared.records)
        fixed64(compared.digest.high)
        fixed64(compared.digest.low)
        byte(compared.isWhole ? 1 : 0)
    }
}

extension ByteReader {
    /// Reads a stretch that begins where the last one has ended, or later.
    mutating func stretch(after last: Stretch?) throws(CodecError) -> Stretch {
        let place = index
        let area = UInt32(try varint(upTo: UInt64(UInt32.max)))
        let from: RecordID = try identifier()
        let to: RecordID = try identifier()
        let isOpen = to == RecordID(high: 0, low: 0)
        guard area >= 1, isOpen || from < to else { throw .outOfRange(at: place) }
        let stretch = Stretch(area: area, from: from, to: isOpen ? nil : to)
        if let last, !last.ends(before: stretch) { throw .outOfOrder(at: place) }
        return stretch
    }

    mutating func compared(
        after last: SyncResponse.Compared?
    ) throws(CodecError) -> SyncResponse.Compared {
        let stretch = try stretch(after: last?.stretch)
        let records = Int(try varint(upTo: LogPosition.maximum))
        let digest = StateDigest(high: try fixed64(), low: try fixed64())
        let place = index
        let flag = try byte()
        guard flag <= 1 else { throw .unknownTag(at: place) }
        return SyncResponse.Compared(
            stretch, records: records, digest: digest, isWhole: flag == 1)
    }
}

extension StateCopy {
    var rendering: JSON {
        .object([
            "record": .text(record), "collection": .number(UInt64(collection.value)),
            "state": .bytes(state),
        ])
    }
}

extension SyncResponse.Wanted {
    var rendering: JSON {
        .object(["record": .text(record), "collection": .number(UInt64(collection.value))])
    }
}

extension Stretch {
    var rendering: JSON {
        .object([
            "area": .number(UInt64(area)), "from": .text(from), "to": .optional(to) { .text($0) },
        ])
    }
}

extension SyncResponse.Compared {
    var rendering: JSON {
        .object([
            "stretch": stretch.rendering, "records": .number(records), "digest": .text(digest),
            "isWhole": .bool(isWhole),
        ])
    }
}
