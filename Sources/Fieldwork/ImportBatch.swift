public import SyncCore

/// A file of a department that was read in 导入批次: what was in it, and what became of its rows. Read
/// in twice it is one.
public struct ImportBatch: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .importBatch else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "import_batch", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, RecordUnit {
        case area = 16
        /// By the catalogue: `CA`.
        case department = 17
        case day = 18
        /// The digest of the file.
        case digest = 19
        case rows = 20

        public static let collection = CollectionID.importBatch

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            case .department: field("department", .code, .immutable, .open, column: true)
            case .day: field("day", .day, .minimum, .open, column: true)
            case .digest: field("digest", .bytes(maximumBytes: 32), .immutable, .open)
            case .rows: group("rows", Rows.members, .immutable, .open)
            }
        }
    }

    /// What became of the rows.
    public struct Rows: Hashable, Sendable {
        public let accepted: Int
        public let unchanged: Int
        public let rejected: Int
        /// Left to people: a person not told apart, a value that contradicts the field's.
        public let queued: Int

        public init(accepted: Int, unchanged: Int, rejected: Int, queued: Int) {
            (self.accepted, self.unchanged) = (accepted, unchanged)
            (self.rejected, self.queued) = (rejected, queued)
        }

        static let members = [
            Member("accepted", .count), Member("unchanged", .count), Member("rejected", .count),
            Member("queued", .count),
        ]

        public var value: Value {
            .group([accepted, unchanged, rejected, queued].map { .integer(Int64($0)) })
        }

        /// Reads what `value` writes; `nil` for anything else.
        public init?(_ value: Value) {
            guard let members = value.members(Self.members.count) else { return nil }
            let counts = members.compactMap { $0.integer.map { Int($0) } }
            guard counts.count == Self.members.count else { return nil }
            self.init(
                accepted: counts[0], unchanged: counts[1], rejected: counts[2], queued: counts[3])
        }
    }
}

extension ImportBatch {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var department: String? { value(.department)?.string }
    public var day: CalendarDate? { value(.day)?.day }
    public var digest: [UInt8]? {
        if case .bytes(let bytes)? = value(.digest) { bytes } else { nil }
    }
    public var rows: Rows? { value(.rows).flatMap(Rows.init) }

    public struct Draft: NamedDraft {
        public var area: ScopeID
        public var department: String
        public var day: CalendarDate
        public var digest: [UInt8]
        public var rows: Rows

        public init(
            area: ScopeID, department: String, day: CalendarDate, digest: [UInt8], rows: Rows
        ) {
            (self.area, self.department, self.day) = (area, department, day)
            (self.digest, self.rows) = (digest, rows)
        }

        public var id: RecordID { DerivedName(.importBatch).with(department).with(digest).record }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.department, department)
            creation.set(.day, day)
            creation.set(.digest, Value.bytes(digest))
            creation.set(.rows, rows.value)
        }
    }
}
