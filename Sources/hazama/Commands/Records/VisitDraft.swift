import Fieldwork
import SyncCore
import SyncProtocol

/// A visit that has not ended: kept in the store's drafts after each command, sealed when it ends.
///
/// It has its record's name from the start, so that it can be spoken of, and carries nothing of the
/// household but its name: what a visit changes there is an edit of its own.
struct VisitDraft: Hashable, Sendable {
    let visit: RecordID
    let household: RecordID
    let day: CalendarDate
    let started_ms: Int64
    var purpose: String?
    var place: VisitPlace?
    var notes: [String] = []
    var answers: [Answer] = []
    var facts: [StatedFact] = []

    /// A fact that follows from an answer.
    struct StatedFact: Hashable, Sendable {
        let subject: RecordID
        let key: String
        /// As the schema's group holds it.
        let statement: Fact.Statement
    }

    init(
        visit: RecordID, household: RecordID, day: CalendarDate, started_ms: Int64,
        purpose: String?, place: VisitPlace?
    ) {
        (self.visit, self.household, self.day) = (visit, household, day)
        (self.started_ms, self.purpose, self.place) = (started_ms, purpose, place)
    }

    static let prefix = "visit/"
    var key: String { Self.prefix + visit.description }

    /// What was found, as one text.
    var narrative: String? { notes.isEmpty ? nil : notes.joined(separator: "\n") }

    func encode() -> [UInt8] {
        func optional(_ text: String?) -> JSON { text.map { .string($0) } ?? .null }
        return JSON.object([
            "v": 1, "visit": .string("\(visit)"), "household": .string("\(household)"),
            "day": .string("\(day)"), "started_ms": .integer(started_ms),
            "purpose": optional(purpose), "place": optional(place?.rawValue),
            "notes": .array(notes.map { .string($0) }),
            "answers": .array(
                answers.map {
                    .object([
                        "question": .string($0.question), "standing": .string($0.standing.rawValue),
                        "text": optional($0.text),
                    ])
                }),
            "facts": .array(
                facts.map {
                    .object([
                        "subject": .string("\($0.subject)"), "key": .string($0.key),
                        "content": Self.json($0.statement.content),
                        "effective": .string("\($0.statement.effective)"),
                        "source": .string($0.statement.source.rawValue),
                        "evidence": optional($0.statement.evidence?.rawValue),
                        "evidenceNote": optional($0.statement.evidenceNote),
                        "confidence": .string($0.statement.confidence.rawValue),
                    ])
                }),
        ]).bytes()
    }

    /// Reads a draft; `nil` for one of another program's. It stays where it is.
    init?(_ bytes: [UInt8]) {
        let json: JSON
        do { json = try JSON.parse(bytes) } catch { return nil }
        guard json["v"]?.integer == 1, let visit = json["visit"]?.string.flatMap(RecordID.init),
            let household = json["household"]?.string.flatMap(RecordID.init),
            let day = json["day"]?.string.flatMap(CalendarDate.init),
            let started = json["started_ms"]?.integer, let notes = json["notes"]?.array,
            let answers = json["answers"]?.array, let facts = json["facts"]?.array
        else { return nil }
        self.init(
            visit: visit, household: household, day: day, started_ms: started,
            purpose: json["purpose"]?.string,
            place: json["place"]?.string.flatMap(VisitPlace.init(rawValue:)))
        self.notes = notes.compactMap(\.string)
        self.answers = answers.compactMap(Self.answer)
        self.facts = facts.compactMap(Self.fact)
        guard self.notes.count == notes.count, self.answers.count == answers.count,
            self.facts.count == facts.count
        else { return nil }
    }

    private static func answer(_ json: JSON) -> Answer? {
        guard let question = json["question"]?.string,
            let standing = json["standing"]?.string.flatMap(Answer.Standing.init(rawValue:))
        else { return nil }
        return switch standing {
        case .answered: json["text"]?.string.map { Answer(question: question, $0) }
        case .unknown: .unknown(question)
        case .refused: .refused(question)
        }
    }

    private static func fact(_ json: JSON) -> StatedFact? {
        guard let subject = json["subject"]?.string.flatMap(RecordID.init),
            let key = json["key"]?.string, let content = json["content"].flatMap(Self.content),
            let effective = json["effective"]?.string.flatMap(CalendarDate.init),
            let source = json["source"]?.string.flatMap(Fact.Source.init(rawValue:)),
            let confidence = json["confidence"]?.string.flatMap(Fact.Confidence.init(rawValue:))
        else { return nil }
        var statement = Fact.Statement(
            content, effective: effective, source: source, confidence: confidence)
        statement.evidence = json["evidence"]?.string.flatMap(Fact.Evidence.init(rawValue:))
        statement.evidenceNote = json["evidenceNote"]?.string
        return StatedFact(subject: subject, key: key, statement: statement)
    }

    private static func json(_ content: Fact.Content) -> JSON {
        switch content {
        case .flag(let flag): .bool(flag)
        case .number(let number): .integer(number)
        case .word(let word): .string(word)
        case .day(let day): .object(["day": .string("\(day)")])
        }
    }

    private static func content(_ json: JSON) -> Fact.Content? {
        if let flag = json.bool { return .flag(flag) }
        if let number = json.integer { return .number(number) }
        if let word = json.string { return .word(word) }
        return json["day"]?.string.flatMap(CalendarDate.init).map(Fact.Content.day)
    }
}
