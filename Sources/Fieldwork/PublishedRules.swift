public import SyncCore

/// A catalogue of rules as the office published it 已发布的目录: its text, packed, in the directory that
/// everybody reads. Immutable: other rules are another version, and old ones stay.
public struct PublishedRules: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .publishedRules else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "published_rules", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, RecordUnit {
        case area = 16
        /// 1 for the first; the highest holds.
        case version = 17
        /// The day from which it is what everybody goes by.
        case publishedOn = 18
        /// The SHA-256 of the text: the name by which results refer to it.
        case digest = 19
        /// The text as one zstd frame, in pieces.
        case pieces = 20

        public static let collection = CollectionID.publishedRules

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            case .version:
                field("version", .integer(1...1_000_000), .immutable, .open, column: true)
            case .publishedOn: field("published_on", .day, .immutable, .open, column: true)
            case .digest: field("digest", .bytes(maximumBytes: 32), .immutable, .open)
            case .pieces:
                group(
                    "pieces",
                    [
                        Member("part", .integer(0...1000)),
                        Member("bytes", .bytes(maximumBytes: PublishedRules.pieceBytes)),
                    ], .append, .open)
            }
        }
    }

    /// The bytes of one piece.
    public static let pieceBytes = 32_768
    /// All pieces together: what one change set carries beside the rest.
    public static let maximumBytes = 6 * pieceBytes
}

extension PublishedRules {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var version: Int? { count(.version) }
    public var publishedOn: CalendarDate? { value(.publishedOn)?.day }
    public var digest: ContentHash? {
        if case .bytes(let bytes)? = value(.digest) { ContentHash(bytes: bytes) } else { nil }
    }
    /// Who published it.
    public var author: PersonID? { state.created?.author }
    /// The packed text. What was appended later is no part of it.
    public var packed: [UInt8] {
        guard let created = state.created else { return [] }
        return entries(.pieces).filter { $0.origin.name == created.name }
            .compactMap { entry -> (part: Int64, bytes: [UInt8])? in
                guard let members = entry.value.members(2), let part = members[0].integer,
                    case .bytes(let bytes) = members[1]
                else { return nil }
                return (part, bytes)
            }.sorted { $0.part < $1.part }.flatMap(\.bytes)
    }

    /// Whether this one holds rather than another: two of one version, published apart, have one
    /// order everywhere.
    public func isNewer(than other: PublishedRules) -> Bool {
        (version ?? 0, id) > (other.version ?? 0, other.id)
    }

    public struct Draft: NamedDraft {
        public var area: ScopeID
        public var version: Int
        public var publishedOn: CalendarDate
        public var digest: ContentHash
        public var packed: [UInt8]

        public init(
            area: ScopeID, version: Int, publishedOn: CalendarDate, digest: ContentHash,
            packed: [UInt8]
        ) {
            (self.area, self.version, self.publishedOn) = (area, version, publishedOn)
            (self.digest, self.packed) = (digest, packed)
        }

        public var id: RecordID {
            DerivedName(.publishedRules).with(version).with(digest.bytes).record
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.version, version)
            creation.set(.publishedOn, publishedOn)
            creation.set(.digest, Value.bytes(digest.bytes))
            let size = PublishedRules.pieceBytes
            creation.append(
                .pieces,
                stride(from: 0, to: packed.count, by: size).enumerated().map { place, start in
                    let piece = Array(packed[start..<min(start + size, packed.count)])
                    return .group([.integer(Int64(place)), .bytes(piece)])
                })
        }
    }
}
