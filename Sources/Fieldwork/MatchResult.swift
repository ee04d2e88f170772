public import SyncCore

/// What a household was told it may get 匹配结果: as of a day, by a catalogue, from the facts there
/// were.
///
/// A document: when the rules change, those that would now differ can be found.
public struct MatchResult: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .matchResult else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "match_result", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
        case household = 16
        case basis = 17
        case answers = 18

        public static let collection = CollectionID.matchResult

        public var declaration: UnitDeclaration {
            switch self {
            case .household: home()
            case .basis: group("basis", Basis.members, .immutable, .open)
            case .answers:
                // Written with the rest; what is appended later is no part of the result.
                group("answers", ProgrammeAnswer.members, .append, .special)
            }
        }
    }
}

/// What the rules say of one programme.
public struct ProgrammeAnswer: Hashable, Sendable {
    /// By the catalogue's key: `P01`.
    public let programme: String
    /// The person or household.
    public let subject: RecordID
    public let answer: ThreeValued
    /// The facts it hangs on, by key, in order.
    public let missing: [String]

    public init(
        _ programme: String, for subject: RecordID, _ answer: ThreeValued, missing: [String] = []
    ) {
        (self.programme, self.subject) = (programme, subject)
        (self.answer, self.missing) = (answer, missing)
    }

    static let members = [
        Member("programme", .code), Member("subject", .reference),
        Member("answer", ThreeValued.type), Member("missing", .note),
    ]

    public var value: Value {
        .group([
            .text(programme), .reference(subject), .word(answer),
            missing.isEmpty ? .absent : .text(missing.joined(separator: " ")),
        ])
    }

    /// Reads what `value` writes; `nil` for anything else. An answer this program does not know is
    /// read as unknown.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let programme = members[0].string,
            let subject = members[1].record
        else { return nil }
        self.init(
            programme, for: subject, members[2].word() ?? .unknown,
            missing: members[3].string?.split(separator: " ").map(String.init) ?? [])
    }
}

extension MatchResult {
    public var household: RecordID? { value(.household)?.record }
    public var basis: Basis? { value(.basis).flatMap(Basis.init) }
    public var answers: [ProgrammeAnswer] {
        guard let created = state.created else { return [] }
        return entries(.answers).filter { $0.origin.name == created.name }
            .compactMap { ProgrammeAnswer($0.value) }
    }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var basis: Basis
        public var answers: [ProgrammeAnswer]

        public init(household: RecordID, basis: Basis, answers: [ProgrammeAnswer]) {
            (self.household, self.basis, self.answers) = (household, basis, answers)
        }

        public var id: RecordID {
            DerivedName(.matchResult).with(household).with(basis.asOf).with(basis.catalogue)
                .with(basis.inputs).record
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.basis, basis.value)
            creation.append(.answers, answers.map(\.value))
        }
    }
}
