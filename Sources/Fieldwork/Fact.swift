public import SyncCore

/// What someone stated about a person or household, on a day, with its source 事实, 事実.
///
/// Evidence is never overwritten: a fact is stated once, and what has become of it since is another
/// fact of the same subject and key. What of several holds is worked out by effective day and
/// source.
public struct Fact: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .fact else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "fact", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
        case household = 16
        /// The person or household it is about.
        case subject = 17
        /// What it says, by the catalogue's key: `h.status`, `p.disabilityGrade`.
        case key = 18
        case statement = 19
        /// Someone objects 异议: not to be relied on until a person has looked.
        case isDisputed = 20
        /// Who objects and why, and what came of it.
        case objections = 21

        public static let collection = CollectionID.fact

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .subject: field("subject", .reference, .immutable, .open)
            case .key: field("key", .code, .immutable, .open, column: true)
            case .statement:
                group("statement", Statement.members, .immutable, .special, stakes: .high)
            case .isDisputed:
                // No all-clear hides an objection unseen.
                field("dispute", .bool, .raiseWins, .open)
            case .objections: field("objections", .note, .append, .special)
            }
        }
    }

    /// Who knows it, highest first. The order is for facts of the same effective day.
    public enum Source: String, ChoiceWord {
        /// A court's or the civil affairs office's decision.
        case decision
        case departmentFeed
        case streetManager
        case advisor
        case stationVolunteer
        case resident
    }

    public enum Evidence: String, ChoiceWord {
        case feed, document, photo, statement, observation, partnerReport
    }

    public enum Confidence: String, ChoiceWord {
        case proven, credible, stated, inferred
    }

    /// What a fact says.
    public enum Content: Hashable, Sendable {
        case flag(Bool)
        /// A count, or an amount in the smallest part of its key's unit: fen, thousandths.
        case number(Int64)
        case word(String)
        case day(CalendarDate)
    }

    /// A fact's content with all it stands on; signed as one.
    public struct Statement: Hashable, Sendable {
        public var content: Content
        /// The day from which it holds.
        public var effective: CalendarDate
        public var source: Source
        /// The department's code, for a feed or a decision.
        public var department: String?
        public var evidence: Evidence?
        /// What was seen, in words.
        public var evidenceNote: String?
        public var confidence: Confidence
        /// Whose observation it is; `nil` for a feed. Who typed it in stands with the write.
        public var recordedBy: PersonID?

        public init(
            _ content: Content, effective: CalendarDate, source: Source, confidence: Confidence
        ) {
            (self.content, self.effective) = (content, effective)
            (self.source, self.confidence) = (source, confidence)
        }
    }
}

extension Fact.Statement {
    static let members = [
        Member("flag", .bool),
        Member("number", .integer(Int64.min...Int64.max)),
        Member("word", .text(maximumBytes: 400)),
        Member("day", .day),
        Member("effective", .day),
        Member("source", Fact.Source.type),
        Member("department", .text(maximumBytes: 40)),
        Member("evidence", Fact.Evidence.type),
        Member("evidence_note", .text(maximumBytes: 400)),
        Member("confidence", Fact.Confidence.type),
        Member("recorded_by", .reference),
    ]

    public var value: Value {
        var content: [Value] = [.absent, .absent, .absent, .absent]
        switch self.content {
        case .flag(let flag): content[0] = .bool(flag)
        case .number(let number): content[1] = .integer(number)
        case .word(let word): content[2] = .text(word)
        case .day(let day): content[3] = .day(day)
        }
        return .group(
            content + [
                .day(effective), .word(source), Value(department) { .text($0) },
                Value(evidence) { .word($0) }, Value(evidenceNote) { .text($0) },
                .word(confidence), Value(recordedBy, Value.worker),
            ])
    }

    /// Reads what `value` writes. `nil` for anything else, and for a source or confidence this
    /// program does not know: a fact that can't be weighed is not to be relied on.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count),
            let content = Fact.Content(members[0...3]), let effective = members[4].day,
            let source: Fact.Source = members[5].word(),
            let confidence: Fact.Confidence = members[9].word()
        else { return nil }
        self.init(content, effective: effective, source: source, confidence: confidence)
        department = members[6].string
        evidence = members[7].word()
        evidenceNote = members[8].string
        recordedBy = members[10].record?.worker
    }
}

extension Fact.Content {
    /// Reads four members, exactly one of which says something.
    fileprivate init?(_ members: ArraySlice<Value>) {
        let stated = members.filter { $0 != .absent }
        guard stated.count == 1 else { return nil }
        switch stated[0] {
        case .bool(let flag): self = .flag(flag)
        case .integer(let number): self = .number(number)
        case .text(let text): self = .word(text.string)
        case .day(let day): self = .day(day)
        case .absent, .bytes, .reference, .group: return nil
        }
    }
}

extension Fact {
    public var household: RecordID? { value(.household)?.record }
    public var subject: RecordID? { value(.subject)?.record }
    public var key: String? { value(.key)?.string }
    public var statement: Statement? { value(.statement).flatMap(Statement.init) }
    /// Whether someone objects. Not a conflict of writes, which `isDisputed(_:)` tells.
    public var isDisputed: Bool { value(.isDisputed)?.flag ?? false }
    public var objections: [String] { entries(.objections).compactMap(\.value.string) }

    /// The fact of a department's report: read in again it is the same one.
    public static func id(
        of subject: RecordID, _ key: String, reported statement: Statement
    ) -> RecordID {
        let name = DerivedName(.fact).with(subject).with(key).with(statement.department ?? "")
            .with(statement.effective)
        return switch statement.content {
        case .flag(let flag): name.with(1).with(flag ? 1 : 0).record
        case .number(let number): name.with(2).with(Int(number)).record
        case .word(let word): name.with(3).with(word).record
        case .day(let day): name.with(4).with(day).record
        }
    }

    /// A fact to be stated.
    public struct Draft: RecordDraft {
        public var household: RecordID
        public var subject: RecordID
        public var key: String
        public var statement: Statement
        /// Not to be relied on from the first: somebody has to look who it is about.
        public var isDisputed = false

        public init(
            household: RecordID, subject: RecordID, key: String, statement: Statement
        ) {
            (self.household, self.subject) = (household, subject)
            (self.key, self.statement) = (key, statement)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.subject, subject)
            creation.set(.key, key)
            creation.set(.statement, statement.value)
            if isDisputed { creation.set(.isDisputed, .bool(true)) }
        }
    }
}
