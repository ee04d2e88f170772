public import SyncCore

/// Figures as they were reported 统计快照: from these records, with this result. Worked out again they
/// must be the same.
public struct StatSnapshot: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .statSnapshot else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "stat_snapshot", home: .scope(Field.area.id), Field.self)

    public enum Field: UInt16, RecordUnit {
        case area = 16
        /// Which report: `levels`.
        case report = 17
        case asOf = 18
        /// The digest of what went in.
        case inputs = 19
        /// The figures, as JSON.
        case outputs = 20

        public static let collection = CollectionID.statSnapshot

        public var declaration: UnitDeclaration {
            switch self {
            case .area: place()
            case .report: field("report", .code, .immutable, .open, column: true)
            case .asOf: field("as_of", .day, .immutable, .open, column: true)
            case .inputs: field("inputs", .bytes(maximumBytes: 32), .immutable, .open)
            case .outputs: field("outputs", .text(maximumBytes: 20_000), .immutable, .open)
            }
        }
    }
}

extension StatSnapshot {
    public var area: ScopeID? { value(.area)?.record?.area }
    public var report: String? { value(.report)?.string }
    public var asOf: CalendarDate? { value(.asOf)?.day }
    public var inputs: [UInt8]? {
        if case .bytes(let bytes)? = value(.inputs) { bytes } else { nil }
    }
    public var outputs: String? { value(.outputs)?.string }

    public struct Draft: NamedDraft {
        public var area: ScopeID
        public var report: String
        public var asOf: CalendarDate
        public var inputs: [UInt8]
        public var outputs: String

        public init(
            area: ScopeID, report: String, asOf: CalendarDate, inputs: [UInt8], outputs: String
        ) {
            (self.area, self.report, self.asOf) = (area, report, asOf)
            (self.inputs, self.outputs) = (inputs, outputs)
        }

        public var id: RecordID {
            DerivedName(.statSnapshot).with(report).with(asOf).with(inputs).record
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.area, area)
            creation.set(.report, report)
            creation.set(.asOf, asOf)
            creation.set(.inputs, Value.bytes(inputs))
            creation.set(.outputs, outputs)
        }
    }
}
