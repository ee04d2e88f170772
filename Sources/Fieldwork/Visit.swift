public import SyncCore

/// A visit 走访, 訪問: it took place, so what it was does not change. What was wrong in it is said in
/// `corrections`.
///
/// What was asked and answered stays with the visit, as it was said. What follows from it for
/// a person or household becomes a `Fact`, which has a source, evidence and a day of its own.
public struct Visit: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .visit else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "visit", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    /// An immutable unit is written once, when it becomes known: the outcome when the visit ends.
    public enum Field: UInt16, RecordUnit {
        case household = 16
        case day = 17
        /// Who went; a `PersonID`.
        case advisor = 18
        /// 走访结果.
        case outcome = 19
        /// 事由, in the worker's words.
        case purpose = 20
        case place = 21
        /// How long it took, in minutes.
        case minutes = 22
        /// What was found 走访记录.
        case narrative = 23
        /// What was asked and answered, in order.
        case answers = 24
        /// What is wrong in the rest 更正.
        case corrections = 25
        /// What it was for: alerts, clues, tasks, follow-ups, plan items.
        case serves = 26

        public static let collection = CollectionID.visit

        public var declaration: UnitDeclaration {
            switch self {
            // It happened; a second account is a contestation, not an edit.
            case .household: home()
            case .day: field("day", .day, .immutable, .open, column: true)
            case .advisor: field("advisor", .reference, .immutable, .open)
            case .outcome: field("outcome", ContactOutcome.type, .immutable, .personal)
            case .purpose: field("purpose", .line, .immutable, .personal)
            case .place: field("place", VisitPlace.type, .immutable, .personal)
            case .minutes:
                // Only the visitor knows, and corrects themself.
                field("minutes", .integer(0...1440), .latest, .open)
            case .narrative:
                // Two who went write each their part of it.
                field("narrative", .text(maximumBytes: 20_000), .text, .special)
            case .answers:
                // An answer was given, even where another followed.
                group("answers", Answer.members, .append, .special)
            case .corrections: group("corrections", Correction.members, .append, .special)
            case .serves:
                // Whoever went for one thing more adds it.
                field("serves", .reference, .addWins, .open)
            }
        }
    }
}

/// What came of going there.
public enum ContactOutcome: String, ChoiceWord {
    case met, notHome, refused, moved
    /// In hospital or in a home.
    case admitted
    case deceased, phoneOnly
}

public enum VisitPlace: String, ChoiceWord {
    case home, neighbourhood, station, hospital, elsewhere
}

/// One question and what was said to it.
public struct Answer: Hashable, Sendable {
    /// The question's key in its form.
    public let question: String
    public let standing: Standing
    /// As it was said; `nil` unless answered.
    public let text: String?

    public enum Standing: String, ChoiceWord {
        case answered
        /// They don't know.
        case unknown
        /// They would rather not say.
        case refused
    }

    public init(question: String, _ text: String) {
        (self.question, standing, self.text) = (question, .answered, text)
    }

    /// Makes a question left open.
    public static func unknown(_ question: String) -> Answer {
        Answer(question: question, standing: .unknown, text: nil)
    }

    /// Makes a question that was refused.
    public static func refused(_ question: String) -> Answer {
        Answer(question: question, standing: .refused, text: nil)
    }

    private init(question: String, standing: Standing, text: String?) {
        (self.question, self.standing, self.text) = (question, standing, text)
    }

    static let members = [
        Member("question", .text(maximumBytes: 120)),
        Member("standing", Standing.type),
        Member("text", .text(maximumBytes: 4000)),
    ]

    public var value: Value {
        .group([.text(question), .word(standing), Value(text) { .text($0) }])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let question = members[0].string,
            let standing: Standing = members[1].word()
        else { return nil }
        self.init(question: question, standing: standing, text: members[2].string)
    }
}

/// What is wrong in a visit's record, and what is right.
public struct Correction: Hashable, Sendable {
    /// What is corrected.
    public let field: Visit.Field?
    public let text: String

    public init(of field: Visit.Field?, _ text: String) { (self.field, self.text) = (field, text) }

    static let members = [
        Member("unit", .integer(0...Int64(UInt16.max))),
        Member("text", .text(maximumBytes: 4000)),
    ]

    public var value: Value {
        .group([Value(field) { .integer(Int64($0.rawValue)) }, .text(text)])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let text = members[1].string else {
            return nil
        }
        let field = members[0].integer.flatMap { UInt16(exactly: $0) }
        self.init(of: field.flatMap(Visit.Field.init(rawValue:)), text)
    }
}

extension Visit {
    public var household: RecordID? { value(.household)?.record }
    public var day: CalendarDate? { value(.day)?.day }
    public var advisor: PersonID? { value(.advisor)?.record?.worker }
    public var outcome: ContactOutcome? { word(.outcome) }
    public var purpose: String? { value(.purpose)?.string }
    public var place: VisitPlace? { word(.place) }
    public var minutes: Int? { value(.minutes)?.integer.map { Int($0) } }
    public var narrative: String? { value(.narrative)?.string }
    /// All answers by time, those that were given anew included.
    public var answers: [Answer] { entries(.answers).compactMap { Answer($0.value) } }
    public var corrections: [Correction] {
        entries(.corrections).compactMap { Correction($0.value) }
    }

    public var serves: [RecordID] { elements(.serves, \.record) }

    /// The last answer to each question, in the order in which they were first asked.
    public var lastAnswers: [Answer] {
        var last: [Answer] = []
        for answer in answers {
            if let place = last.firstIndex(where: { $0.question == answer.question }) {
                last[place] = answer
            } else {
                last.append(answer)
            }
        }
        return last
    }

    /// What is known of a visit when it begins, or afterwards. `nil` and empty stay unknown.
    public struct Draft: RecordDraft {
        public var household: RecordID
        public var day: CalendarDate
        public var advisor: PersonID
        public var outcome: ContactOutcome?
        public var purpose: String?
        public var place: VisitPlace?
        public var minutes: Int?
        public var narrative: String?
        public var answers: [Answer] = []
        public var serves: [RecordID] = []

        public init(household: RecordID, day: CalendarDate, advisor: PersonID) {
            (self.household, self.day, self.advisor) = (household, day, advisor)
        }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.day, day)
            creation.set(.advisor, advisor)
            creation.set(.outcome, outcome)
            creation.set(.purpose, purpose)
            creation.set(.place, place)
            creation.set(.minutes, minutes)
            creation.set(.narrative, narrative)
            creation.append(.answers, answers.map(\.value))
            creation.add(.serves, serves.map(Value.reference))
        }
    }
}
