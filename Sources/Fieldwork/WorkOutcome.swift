public import SyncCore

/// What came of help 成效, 成果: a finding of a day, with its evidence. A plan or a measure is closed
/// with one.
public struct WorkOutcome: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .outcome else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "outcome", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
        case household = 16
        case day = 17
        /// Whose finding it is.
        case by = 18
        /// The plan, measure, case or referral it is the outcome of.
        case subject = 19
        case result = 20
        case text = 21
        /// The assessments before and after.
        case change = 22
        /// What proves it.
        case evidence = 23
        case reconnection = 24

        public static let collection = CollectionID.outcome

        public var declaration: UnitDeclaration {
            switch self {
            // A finding of a day does not change.
            case .household: home()
            case .day: field("day", .day, .immutable, .open, column: true)
            case .by: field("by", .reference, .immutable, .open)
            case .subject: field("subject", .reference, .immutable, .open)
            case .result: field("result", Result.type, .immutable, .personal)
            case .text: field("text", .note, .immutable, .special)
            case .change: group("change", Change.members, .immutable, .open)
            case .evidence:
                // More proof may be found.
                field("evidence", .reference, .addWins, .open)
            case .reconnection: field("reconnection", Reconnection.type, .immutable, .personal)
            }
        }
    }

    public enum Result: String, ChoiceWord {
        case solved, better, unchanged, worse

        public var spoken: Wording {
            switch self {
            case .solved: Wording("solved", "已解决", "解決")
            case .better: Wording("better", "有改善", "改善")
            case .unchanged: Wording("unchanged", "无变化", "変化なし")
            case .worse: Wording("worse", "恶化", "悪化")
            }
        }
    }

    /// Into what somebody without help came back.
    public enum Reconnection: String, ChoiceWord {
        case programme, casework

        public var spoken: Wording {
            switch self {
            case .programme: Wording("now on a programme", "已纳入制度", "制度につながった")
            case .casework: Wording("now in casework", "已纳入个案", "個別支援につながった")
            }
        }
    }

    /// The assessments between which it changed.
    public struct Change: Hashable, Sendable {
        public let before: RecordID
        public let after: RecordID

        public init(before: RecordID, after: RecordID) {
            (self.before, self.after) = (before, after)
        }

        static let members = [Member("before", .reference), Member("after", .reference)]

        public var value: Value { .group([.reference(before), .reference(after)]) }

        /// Reads what `value` writes; `nil` for anything else.
        public init?(_ value: Value) {
            guard let members = value.members(Self.members.count),
                let before = members[0].record, let after = members[1].record
            else { return nil }
            self.init(before: before, after: after)
        }
    }
}

extension WorkOutcome {
    public var household: RecordID? { value(.household)?.record }
    public var day: CalendarDate? { value(.day)?.day }
    public var by: PersonID? { value(.by)?.record?.worker }
    public var subject: RecordID? { value(.subject)?.record }
    public var result: Result? { word(.result) }
    public var text: String? { value(.text)?.string }
    public var change: Change? { value(.change).flatMap(Change.init) }
    public var evidence: [RecordID] { elements(.evidence, \.record) }
    public var reconnection: Reconnection? { word(.reconnection) }

    public struct Draft: RecordDraft {
        public var household: RecordID
        public var day: CalendarDate
        public var by: PersonID
        public var subject: RecordID
        public var result: Result
        /// At least one: an outcome nobody can prove closes nothing.
        public var evidence: [RecordID]
        public var text: String?
        public var change: Change?
        public var reconnection: Reconnection?

        /// `nil` without evidence.
        public init?(
            household: RecordID, day: CalendarDate, by: PersonID, of subject: RecordID,
            result: Result, evidence: [RecordID]
        ) {
            guard !evidence.isEmpty else { return nil }
            (self.household, self.day, self.by) = (household, day, by)
            (self.subject, self.result, self.evidence) = (subject, result, evidence)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.day, day)
            creation.set(.by, by)
            creation.set(.subject, subject)
            creation.set(.result, result)
            creation.set(.text, text)
            creation.set(.change, change?.value)
            creation.add(.evidence, evidence.map(Value.reference))
            creation.set(.reconnection, reconnection)
        }
    }
}
