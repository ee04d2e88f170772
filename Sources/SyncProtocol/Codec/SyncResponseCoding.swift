internal import SyncCore

/// The optional parts of an answer: a tag, a length, the content. Unknown tags are skipped.
private enum Section {
    static let mark: UInt64 = 0
    static let grants: UInt64 = 1
    static let writers: UInt64 = 2
    static let people: UInt64 = 3
    static let receipts: UInt64 = 4
    static let page: UInt64 = 5
    static let notices: UInt64 = 6
    static let estimate: UInt64 = 7
    static let leaves: UInt64 = 9
    static let echo: UInt64 = 10
    static let comparison: UInt64 = 11
    static let wanted: UInt64 = 12
    static let credential: UInt64 = 13
}

extension SyncResponse {
    private static let magic: [UInt8] = [0x48, 0x5a, 1, 2]

    /// Returns the bytes of the answer.
    public func encode() -> [UInt8] {
        var writer = ByteWriter()
        writer.raw(Self.magic)
        writer.fixed64(requestTag)
        writer.varint(hub_ms)
        writer.byte((hasMore ? 1 : 0) | (digestDiffers ? 2 : 0) | (epoch == nil ? 0 : 4))
        if let epoch { writer.identifier(epoch) }
        writer.varint(lease_ms)
        writer.numbers(merged)
        var sections = Sections()
        // First: what a broken line brings without it could be believed of a log that was lost.
        if let mark {
            sections.add(Section.mark) {
                $0.counted(mark.bytes)
                $0.raw(mark.signature.bytes)
            }
        }
        if let grants { sections.add(Section.grants) { $0.grants(grants) } }
        if !writers.isEmpty {
            sections.add(Section.writers) {
                $0.varint(writers.count)
                for entry in writers {
                    $0.varint(UInt64(entry.number))
                    $0.identifier(entry.writer.replica)
                    $0.identifier(entry.writer.author)
                }
            }
        }
        if !people.isEmpty {
            sections.add(Section.people) {
                $0.varint(people.count)
                for person in people {
                    $0.identifier(person.id)
                    $0.text(person.name.string)
                }
            }
        }
        if !receipts.isEmpty {
            sections.add(Section.receipts) {
                $0.varint(receipts.count)
                for receipt in receipts {
                    $0.counted(receipt.bytes)
                    $0.raw(receipt.signature.bytes)
                }
            }
        }
        for page in pages { sections.add(Section.page) { $0.page(page) } }
        if !notices.isEmpty {
            sections.add(Section.notices) {
                $0.varint(notices.count)
                for notice in notices { $0.notice(notice) }
            }
        }
        if let estimate {
            sections.add(Section.estimate) {
                $0.varint(estimate.records)
                $0.varint(estimate.bytes)
            }
        }
        if !leaves.isEmpty {
            sections.add(Section.leaves) {
                $0.varint(leaves.count)
                for leave in leaves { $0.leave(leave) }
            }
        }
        if let echo {
            sections.add(Section.echo) {
                $0.varint(echo.records)
                $0.fixed64(echo.digest.high)
                $0.fixed64(echo.digest.low)
            }
        }
        if !comparison.isEmpty {
            sections.add(Section.comparison) {
                $0.varint(comparison.count)
                for compared in comparison { $0.compared(compared) }
            }
        }
        if !wanted.isEmpty {
            sections.add(Section.wanted) {
                $0.varint(wanted.count)
                for wanted in wanted {
                    $0.identifier(wanted.record)
                    $0.varint(UInt64(wanted.collection.value))
                }
            }
        }
        if let credential {
            sections.add(Section.credential) { $0.credential(credential) }
        }
        // So that who gets only the first of them knows, even where nobody said that the line
        // broke.
        writer.varint(sections.count)
        writer.raw(sections.content.bytes)
        return writer.bytes
    }

    /// Reads an answer. `.notOurs` says that it comes from something else than a hub.
    ///
    /// - Parameter isCut: whether the line broke before its end. Then it holds the sections that
    ///   came whole, and says that there is more: pages stand in their order, so what came is a
    ///   beginning.
    public static func decode(
        _ bytes: [UInt8], isCut: Bool = false
    ) throws(CodecError) -> SyncResponse {
        guard bytes.count >= 4, bytes[0] == 0x48, bytes[1] == 0x5a, bytes[3] == 2 else {
            throw .notOurs
        }
        guard bytes[2] == 1 else { throw .unknownVersion(bytes[2]) }
        var reader = ByteReader(bytes)
        _ = try reader.raw(4)
        let requestTag = try reader.fixed64()
        let hub_ms = try reader.varint(upTo: HybridTimestamp.maximumMilliseconds)
        let flagPlace = reader.index
        let flags = try reader.byte()
        guard flags & ~7 == 0 else { throw .unknownTag(at: flagPlace) }
        let epoch = flags & 4 == 0 ? nil : try reader.identifier(EpochID.self)
        let lease = try reader.varint(upTo: HybridTimestamp.maximumMilliseconds)
        let merged = try reader.numbers()
        let sections = try reader.varint()
        var response = SyncResponse(
            requestTag: requestTag, epoch: epoch, hub_ms: hub_ms,
            hasMore: isCut || flags & 1 != 0, digestDiffers: flags & 2 != 0, lease_ms: lease,
            merged: merged)
        var last: UInt64?
        var count: UInt64 = 0
        while !reader.isAtEnd {
            let place = reader.index
            let tag: UInt64
            var part: ByteReader
            do throws(CodecError) {
                tag = try reader.varint()
                part = try reader.part(try reader.count())
            } catch {
                if isCut { break }
                throw error
            }
            // Only pages may repeat; and what a later version adds has a larger tag.
            if let last, tag < last || tag == last && tag != Section.page {
                throw .outOfOrder(at: place)
            }
            last = tag
            count += 1
            switch tag {
            case Section.grants: response.grants = try part.grants()
            case Section.writers:
                for _ in 0..<(try part.count()) {
                    let place = part.index
                    let number = UInt32(try part.varint(upTo: UInt64(Limits.writers)))
                    guard number >= 1 else { throw .outOfRange(at: place) }
                    if let last = response.writers.last, number != last.number + 1 {
                        throw .outOfOrder(at: place)
                    }
                    response.writers.append(
                        WriterEntry(
                            number: number,
                            writer: Writer(
                                replica: try part.identifier(), author: try part.identifier())))
                }
            case Section.people:
                for _ in 0..<(try part.count()) {
                    response.people.append(
                        Person(id: try part.identifier(), name: Text(try part.text())))
                }
            case Section.receipts:
                for _ in 0..<(try part.count()) {
                    let body = try part.counted()
                    response.receipts.append(
                        SignedReceipt(
                            bytes: body, signature: Signature(bytes: try part.raw(64))!))
                }
            case Section.page: response.pages.append(try part.page())
            case Section.notices:
                for _ in 0..<(try part.count()) { response.notices.append(try part.notice()) }
            case Section.estimate:
                response.estimate = Estimate(
                    records: try part.varint(), bytes: try part.varint())
            case Section.mark:
                let body = try part.counted()
                response.mark = SignedMark(
                    bytes: body, signature: Signature(bytes: try part.raw(64))!)
            case Section.leaves:
                for _ in 0..<(try part.count()) {
                    let place = part.index
                    let leave = try part.leave()
                    if let last = response.leaves.last, last.number >= leave.number {
                        throw .outOfOrder(at: place)
                    }
                    response.leaves.append(leave)
                }
            case Section.echo:
                let place = part.index
                let records = try part.varint(upTo: UInt64(Limits.thingsPerRun))
                guard records >= 1, !response.pages.isEmpty else { throw .outOfRange(at: place) }
                response.echo = Echo(
                    records: Int(records),
                    digest: StateDigest(high: try part.fixed64(), low: try part.fixed64()))
            case Section.comparison:
                for _ in 0..<(try part.count(limit: Limits.stretchesPerAnswer)) {
                    response.comparison.append(try part.compared(after: response.comparison.last))
                }
            case Section.wanted:
                for _ in 0..<(try part.count(limit: Limits.copiesPerRequest)) {
                    response.wanted.append(
                        SyncResponse.Wanted(try part.identifier(), try part.collectionID()))
                }
            case Section.credential:
                response.credential = try part.credential()
            default: continue
            }
            try part.finish()
        }
        // What ends between two sections would else be a whole answer that says less.
        guard count == sections || isCut && count < sections else {
            throw count < sections
                ? .truncated(at: reader.index) : .trailing(at: reader.index)
        }
        return response
    }
}

/// The sections of an answer, one after the other.
private struct Sections {
    private(set) var content = ByteWriter()
    private(set) var count = 0

    mutating func add(_ tag: UInt64, _ write: (inout ByteWriter) -> Void) {
        var section = ByteWriter()
        write(&section)
        content.varint(tag)
        content.counted(section.bytes)
        count += 1
    }
}

extension ByteWriter {

    mutating func grants(_ grants: SyncResponse.Grants) {
        varint(grants.version)
        varint(grants.grants.count)
        for grant in grants.grants {
            identifier(grant.id)
            identifier(grant.scope)
            byte(grant.isReadOnly ? 1 : 0)
        }
        varint(grants.areas.count)
        for area in grants.areas {
            varint(UInt64(area.number))
            identifier(area.scope)
            varint(UInt64(area.parent ?? 0))
            text(area.name.string)
        }
    }

    mutating func leave(_ leave: SyncResponse.Leave) {
        varint(leave.number)
        byte(leave.reason.rawValue)
        switch leave.subject {
        case .record(let record, let collection):
            byte(0)
            identifier(record)
            varint(UInt64(collection.value))
        case .grant(let grant):
            byte(1)
            identifier(grant)
        }
    }

    mutating func page(_ page: SyncResponse.Page) {
        varint(page.grants.count)
        for place in page.grants { varint(place) }
        varint(page.through.value)
        if let packed = page.packed {
            byte(SyncResponse.Page.packedForm)
            raw(packed)
        } else {
            byte(SyncResponse.Page.plainForm)
            raw(PageCoding.encode(page.records))
        }
    }

    mutating func notice(_ notice: SyncResponse.Notice) {
        varint(notice.number)
        byte(notice.kind.rawValue)
        varint(notice.at_ms)
        optional(notice.by) { $0.identifier($1) }
        optional(notice.record) { $0.identifier($1) }
        optional(notice.collection) { $0.varint(UInt64($1.value)) }
        optional(notice.unit) { $0.varint(UInt64($1.value)) }
        optional(notice.value) { $0.value($1) }
        optional(notice.yours) { $0.value($1) }
        text(notice.reason.string)
    }
}

extension ByteReader {
    mutating func grants() throws(CodecError) -> SyncResponse.Grants {
        let version = try varint()
        var grants: [SyncResponse.Grant] = []
        for _ in 0..<(try count(upTo: Limits.scopesPerDevice)) {
            let id: GrantID = try identifier()
            let scope: ScopeID = try identifier()
            let place = index
            let flag = try byte()
            guard flag <= 1 else { throw .unknownTag(at: place) }
            grants.append(SyncResponse.Grant(id: id, scope: scope, isReadOnly: flag == 1))
        }
        var areas: [SyncResponse.Area] = []
        var numbers: Set<UInt32> = []
        for _ in 0..<(try count()) {
            let place = index
            let number = UInt32(try varint(upTo: UInt64(UInt32.max)))
            let scope = try identifier(ScopeID.self)
            let parent = UInt32(try varint(upTo: UInt64(UInt32.max)))
            guard number >= 1, parent == 0 || numbers.contains(parent),
                numbers.insert(number).inserted
            else { throw .outOfOrder(at: place) }
            areas.append(
                SyncResponse.Area(
                    number: number, scope: scope, parent: parent == 0 ? nil : parent,
                    name: Text(try text())))
        }
        return SyncResponse.Grants(version: version, grants: grants, areas: areas)
    }

    mutating func leave() throws(CodecError) -> SyncResponse.Leave {
        let number = try varint(upTo: LogPosition.maximum)
        let place = index
        guard let reason = SyncResponse.Leave.Reason(rawValue: try byte()) else {
            throw .unknownTag(at: place)
        }
        let subject: SyncResponse.Leave.Subject
        switch try byte() {
        case 0: subject = .record(try identifier(), try collectionID())
        case 1: subject = .grant(try identifier())
        default: throw .unknownTag(at: place + 1)
        }
        return SyncResponse.Leave(number: number, reason: reason, subject: subject)
    }

    mutating func page() throws(CodecError) -> SyncResponse.Page {
        var places: [Int] = []
        for _ in 0..<(try count(upTo: Limits.scopesPerDevice)) {
            places.append(try count(upTo: Limits.scopesPerDevice - 1))
        }
        let through = try position()
        let place = index
        switch try byte() {
        case SyncResponse.Page.plainForm:
            return SyncResponse.Page(
                grants: places, through: through, records: try PageCoding.decode(&self))
        case SyncResponse.Page.packedForm:
            let groups: [UInt8]
            do throws(ZstdError) {
                groups = try Zstd.decompress(rest(), maximumBytes: Limits.responseBytesUnpacked)
            } catch {
                throw .malformedFrame(at: place)
            }
            return SyncResponse.Page(
                grants: places, through: through, records: try PageCoding.decode(groups))
        default: throw .unknownTag(at: place)
        }
    }

    mutating func notice() throws(CodecError) -> SyncResponse.Notice {
        let number = try varint(upTo: LogPosition.maximum)
        let place = index
        guard let kind = SyncResponse.Notice.Kind(rawValue: try byte()) else {
            throw .unknownTag(at: place)
        }
        return SyncResponse.Notice(
            number: number, kind: kind,
            at_ms: try varint(upTo: HybridTimestamp.maximumMilliseconds),
            by: try optionalIdentifier(), record: try optionalIdentifier(),
            collection: try optional { reader throws(CodecError) in try reader.collectionID() },
            unit: try optional { reader throws(CodecError) in try reader.unitID() },
            value: try optional { reader throws(CodecError) in try reader.value() },
            yours: try optional { reader throws(CodecError) in try reader.value() },
            reason: Text(try text()))
    }

    private mutating func optionalIdentifier<ID: Identifier>() throws(CodecError) -> ID? {
        try optional { reader throws(CodecError) in try reader.identifier(ID.self) }
    }
}

extension SyncResponse.Notice {
    /// The notice alone, as a store keeps it.
    package var stored: [UInt8] {
        var writer = ByteWriter()
        writer.notice(self)
        return writer.bytes
    }

    /// Reads a stored notice; `nil` if it is none.
    package init?(stored bytes: [UInt8]) {
        var reader = ByteReader(bytes)
        do {
            self = try reader.notice()
            try reader.finish()
        } catch { return nil }
    }
}
