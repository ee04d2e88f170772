public import SyncCore

/// A piece of evidence 佐证: a paper or photo by its digest, or what somebody saw or said.
public struct Evidence: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .evidence else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "evidence", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
        case household = 16
        case kind = 17
        /// SHA-256 of the file, where there is one.
        case digest = 18
        case capturedOn = 19
        case by = 20
        case description = 21
        case redaction = 22

        public static let collection = CollectionID.evidence

        public var declaration: UnitDeclaration {
            switch self {
            // It is what its content is.
            case .household: home()
            case .kind: field("kind", Fact.Evidence.type, .immutable, .open)
            case .digest: field("digest", .bytes(maximumBytes: 32), .immutable, .open)
            case .capturedOn: field("captured_on", .day, .immutable, .open, column: true)
            case .by: field("by", .reference, .immutable, .open)
            case .description: field("description", .note, .immutable, .special)
            case .redaction:
                // Once taken out of sight it stays so.
                field("redaction", Redaction.type, .states(Redaction.machine), .open)
            }
        }
    }

    public enum Redaction: String, WorkState {
        case shown, redacted

        public var next: [Redaction] { self == .shown ? [.redacted] : [] }

        public var spoken: Wording {
            switch self {
            case .shown: Wording("shown", "可见", "表示")
            case .redacted: Wording("redacted", "已遮蔽", "墨消し済み")
            }
        }
    }
}

extension Evidence {
    public var household: RecordID? { value(.household)?.record }
    public var kind: Fact.Evidence? { word(.kind) }
    public var digest: [UInt8]? {
        if case .bytes(let digest)? = value(.digest) { digest } else { nil }
    }
    public var capturedOn: CalendarDate? { value(.capturedOn)?.day }
    public var by: PersonID? { value(.by)?.record?.worker }
    /// What was seen or said; `nil` once it is redacted.
    public var description: String? { isRedacted ? nil : value(.description)?.string }
    public var isRedacted: Bool { word(.redaction) == Redaction.redacted }

    public struct Draft: RecordDraft {
        public var household: RecordID
        public var kind: Fact.Evidence
        public var capturedOn: CalendarDate
        public var by: PersonID
        public var digest: [UInt8]?
        public var description: String?

        public init(
            household: RecordID, kind: Fact.Evidence, capturedOn: CalendarDate, by: PersonID
        ) {
            (self.household, self.kind) = (household, kind)
            (self.capturedOn, self.by) = (capturedOn, by)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.kind, kind)
            creation.set(.digest, digest.map(Value.bytes))
            creation.set(.capturedOn, capturedOn)
            creation.set(.by, by)
            creation.set(.description, description)
            creation.set(.redaction, Redaction.shown)
        }
    }
}
