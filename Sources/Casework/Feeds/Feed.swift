public import Fieldwork
public import SyncCore

/// A department's file 部门数据: a person in each row, and what the department knows of them.
///
/// The columns are `identity_number`, `name`, `birth`, `address`, `effective` and `person`, of
/// which a row has what is known, and one for each fact, named by the catalogue's key:
/// `p.disabilityGrade`. An empty field says nothing. What `admin import` itself adds to the rows it
/// left (`line`, `reason`, `candidates`) is passed over, so that a corrected file goes in again as
/// it is.
public struct Feed: Sendable {
    public struct Row: Sendable {
        /// The line on which it begins, from 1.
        public let line: Int
        public let identity: IdentityNumber?
        public let name: String?
        public let birth: CalendarDate?
        public let address: String?
        /// The record that a person at the office said it is about.
        public let person: RecordID?
        public let effective: CalendarDate
        public let facts: [Stated]
    }

    /// A fact as a row states it.
    public struct Stated: Hashable, Sendable {
        public let slot: FactSlot
        public let content: Fact.Content
    }

    public enum Format: String, Sendable, CaseIterable {
        case csv, ndjson

        public var mediaType: String {
            switch self {
            case .csv: "text/csv"
            case .ndjson: "application/x-ndjson"
            }
        }
    }

    /// The rows that can be read, in order.
    public let rows: [Row]
    /// The others, each with what is wrong first.
    public let rejected: [(line: Int, reason: FeedRefusal)]
    public var count: Int { rows.count + rejected.count }

    public static let maximumRows = 200_000

    static let known = [
        "identity_number", "name", "birth", "address", "person", "effective",
    ]
    static let passedOver = ["line", "reason", "candidates"]

    /// Reads a file.
    ///
    /// - Parameters:
    ///   - effective: the day from which rows hold that name none.
    ///   - today: later births are refused.
    public init(
        _ bytes: [UInt8], _ format: Format, of facts: FactDictionary, effective: CalendarDate?,
        asOf today: CalendarDate
    ) throws(FeedDefect) {
        let cells =
            switch format {
            case .csv: try Self.cells(csv: bytes, facts)
            case .ndjson: try Self.cells(ndjson: bytes, facts)
            }
        guard cells.count <= Self.maximumRows else {
            throw FeedDefect(1, .tooManyRows(Self.maximumRows))
        }
        var rows: [Row] = []
        var rejected: [(line: Int, reason: FeedRefusal)] = []
        for (line, cells) in cells {
            do throws(FeedRefusal) {
                let cells = try cells.get()
                rows.append(
                    try Row(line, cells, of: facts, effective: effective, asOf: today))
            } catch { rejected.append((line, error)) }
        }
        (self.rows, self.rejected) = (rows, rejected)
    }

    // MARK: Cells

    typealias Cells = [String: JSON]

    private static func cells(
        csv bytes: [UInt8], _ facts: FactDictionary
    ) throws(FeedDefect) -> [(Int, Result<Cells, FeedRefusal>)] {
        let text = try CSVText(bytes)
        for column in text.columns where !isKnown(column, facts) {
            throw FeedDefect(1, .unknownColumn(column))
        }
        guard text.columns.contains(where: { ["identity_number", "name", "person"].contains($0) }),
            text.columns.contains(where: { facts.slot(of: $0) != nil })
        else { throw FeedDefect(1, .missingColumns) }
        return text.records.map { record in
            var cells: Cells = [:]
            for (column, field) in zip(text.columns, record.fields) {
                let field = field.trimmed
                if !field.isEmpty { cells[column] = .string(field) }
            }
            return (record.line, .success(cells))
        }
    }

    private static func cells(
        ndjson bytes: [UInt8], _ facts: FactDictionary
    ) throws(FeedDefect) -> [(Int, Result<Cells, FeedRefusal>)] {
        try TextEncoding.check(bytes)
        var found: [(Int, Result<Cells, FeedRefusal>)] = []
        let rest = bytes.starts(with: TextEncoding.mark) ? bytes[3...] : bytes[...]
        let lines = rest.split(separator: UInt8(ascii: "\n"), omittingEmptySubsequences: false)
        for (place, line) in lines.enumerated() {
            let blank = line.allSatisfy { $0 == UInt8(ascii: " ") || $0 == 0x0d || $0 == 0x09 }
            if blank { continue }
            found.append((place + 1, Self.cells(of: Array(line), facts)))
        }
        if found.isEmpty { throw FeedDefect(1, .empty) }
        return found
    }

    private static func cells(
        of line: [UInt8], _ facts: FactDictionary
    ) -> Result<Cells, FeedRefusal> {
        let json: JSON
        do { json = try JSON.parse(line, maximumDepth: 4) } catch { return .failure(.notJSON) }
        guard let members = json.members else { return .failure(.notJSON) }
        var cells: Cells = [:]
        for member in members where !member.value.isNull {
            guard isKnown(member.key, facts) else { return .failure(.unknownMember(member.key)) }
            if case .string(let text) = member.value, text.trimmed.isEmpty { continue }
            cells[member.key] = member.value
        }
        return .success(cells)
    }

    private static func isKnown(_ column: String, _ facts: FactDictionary) -> Bool {
        known.contains(column) || passedOver.contains(column) || facts.slot(of: column) != nil
    }
}

extension Feed.Row {
    fileprivate init(
        _ line: Int, _ cells: Feed.Cells, of facts: FactDictionary, effective: CalendarDate?,
        asOf today: CalendarDate
    ) throws(FeedRefusal) {
        func text(_ column: String, atMost limit: Int) throws(FeedRefusal) -> String? {
            guard let json = cells[column] else { return nil }
            guard let text = json.string?.trimmed, text.utf8.count <= limit else {
                throw .value(column)
            }
            return text
        }
        func day(_ column: String) throws(FeedRefusal) -> CalendarDate? {
            guard let text = try text(column, atMost: 40) else { return nil }
            guard let day = CalendarDate(text) else { throw .value(column) }
            return day
        }
        self.line = line
        if let number = try text("identity_number", atMost: 80) {
            do throws(IdentityNumberError) {
                identity = try IdentityNumber(number, asOf: today)
            } catch { throw .identity(error) }
        } else {
            identity = nil
        }
        name = try text("name", atMost: 200)
        let birth = try day("birth")
        if let birth, let said = identity?.birth, said != birth { throw .birthDiffers }
        if let birth, birth > today { throw .value("birth") }
        self.birth = identity?.birth ?? birth
        address = try text("address", atMost: 400)
        if let typed = try text("person", atMost: 80) {
            guard let id = RecordID(typed) else { throw .value("person") }
            person = id
        } else {
            person = nil
        }
        guard identity != nil || person != nil || (name != nil && self.birth != nil) else {
            throw .nobody
        }
        guard let from = try day("effective") ?? effective else { throw .noDay }
        self.effective = from
        var stated: [Feed.Stated] = []
        for slot in facts.all {
            let definition = facts[slot]
            guard let json = cells[definition.key] else { continue }
            stated.append(
                Feed.Stated(slot: slot, content: try definition.content(of: json)))
        }
        guard !stated.isEmpty else { throw .noFact }
        self.facts = stated
    }
}

extension FactDefinition {
    /// What a field of a feed says of this fact: as a person types it, or as JSON has it.
    fileprivate func content(of json: JSON) throws(FeedRefusal) -> Fact.Content {
        let parts: Int64
        do throws(FactValueError) {
            if case .string(let text) = json {
                parts = try self.parts(typed: text)
            } else {
                parts = try kind.parts(json)
            }
        } catch { throw .value(key) }
        return switch kind.value(parts) {
        case .flag(let flag): .flag(flag)
        case .choice(let word): .word(word)
        case .count(let number), .number(let number), .money(let number): .number(number)
        }
    }
}

/// Why a row is not taken in. Carries nothing of what the row says of anybody.
public enum FeedRefusal: Error, Hashable, Sendable {
    case notJSON
    case unknownMember(String)
    case identity(IdentityNumberError)
    /// The day of birth is not the identity number's.
    case birthDiffers
    /// No number, no record named, and not both a name and a day of birth.
    case nobody
    /// A column's value can't be read, or is none its fact may have.
    case value(String)
    /// No day from which it holds.
    case noDay
    /// Nothing is said.
    case noFact
    /// Another row says otherwise of the same person from the same day.
    case twice(line: Int, String)

    /// A stable word for programs, and the column or line it is about.
    public var word: String {
        switch self {
        case .notJSON: "not-json"
        case .unknownMember: "unknown-member"
        case .identity(.wrongLength): "identity-length"
        case .identity(.wrongCharacter): "identity-character"
        case .identity(.noSuchDay): "identity-day"
        case .identity(.inFuture): "identity-future"
        case .identity(.checkDigit): "identity-check"
        case .birthDiffers: "birth-differs"
        case .nobody: "nobody-named"
        case .value: "value"
        case .noDay: "no-day"
        case .noFact: "no-fact"
        case .twice: "said-twice"
        }
    }

    public var about: String? {
        switch self {
        case .unknownMember(let name), .value(let name): name
        case .twice(let line, let key): "\(key) (\(line))"
        default: nil
        }
    }
}

extension String {
    /// Without white space at either end.
    var trimmed: String {
        let scalars = unicodeScalars
        guard let first = scalars.firstIndex(where: { !$0.properties.isWhitespace }),
            let last = scalars.lastIndex(where: { !$0.properties.isWhitespace })
        else { return "" }
        return String(scalars[first...last])
    }
}
