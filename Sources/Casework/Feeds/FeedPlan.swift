public import Fieldwork
public import SyncCore

/// What is to be written for a department's file: worked out before anything is.
///
/// Every fact is a record of its own, by the department's word. What is there stays: field evidence
/// is never written over, and the same row read again writes nothing.
public struct FeedPlan: Sendable {
    public enum Fate: Hashable, Sendable {
        case accepted
        /// All of it was known.
        case unchanged
        /// Written, and a task asks people to look.
        case review(FeedReview)
        /// Not written: people have to say who it is.
        case open(FeedQuestion, [RecordID])
        /// Not written: it can't be read.
        case rejected(FeedRefusal)
    }

    /// What became of each row, by its line, in order.
    public let fates: [(line: Int, fate: Fate)]
    /// The records to be made.
    public let changes: [RecordChange]
    public let facts: Int
    /// How many persons they are about.
    public let persons: Int

    public var rows: ImportBatch.Rows {
        var (accepted, unchanged, rejected, queued) = (0, 0, 0, 0)
        for (_, fate) in fates {
            switch fate {
            case .accepted: accepted += 1
            case .unchanged: unchanged += 1
            case .rejected: rejected += 1
            case .review, .open: queued += 1
            }
        }
        return ImportBatch.Rows(
            accepted: accepted, unchanged: unchanged, rejected: rejected, queued: queued)
    }

    /// - Parameters:
    ///   - links: whom each row of the feed is about, in the order of its rows.
    ///   - known: the facts recorded of each household that a row is about.
    ///   - department: its code, `CA`.
    ///   - wording: picks the language of the tasks.
    public init(
        _ feed: Feed, links: [PersonIndex.Link], known: [RecordID: [Fact]], department: String,
        catalogue: Catalogue, asOf today: CalendarDate, wording: (Wording) -> String
    ) throws(SchemaViolation) {
        var fates = feed.rejected.map { (line: $0.line, fate: Fate.rejected($0.reason)) }
        var writing = Writing(department, known, catalogue, today)
        for (row, link) in zip(feed.rows, links) {
            fates.append((row.line, try writing.take(row, link, wording)))
        }
        self.fates = fates.sorted { $0.line < $1.line }
        changes = writing.changes
        (facts, persons) = (writing.facts, writing.persons.count)
    }
}

/// Why people are asked to look at what a feed said.
public enum FeedReview: String, Hashable, Sendable, CaseIterable {
    /// Linked by name, day of birth and address alone.
    case linkedByName = "linked-by-name"
    /// The field saw something else, on the same day or later.
    case contradictsField = "contradicts-field"

    /// What the task says: never a value, for tasks are read on lists.
    func wording(
        _ fact: CatalogueName, of person: String, from department: CatalogueName
    ) -> Wording {
        switch self {
        case .linkedByName:
            Wording(
                "\(department.english) reports «\(fact.english)» of \(person), found by name, "
                    + "birth and address alone. Is it the same person? "
                    + "Not relied on until you record what you see.",
                "\(department.chinese)报送\(person)的“\(fact.chinese)”，"
                    + "仅凭姓名、出生日期和地址关联。请核实是否本人，核实并记录前不予采用。",
                "\(department.japanese)から\(person)の「\(fact.japanese)」の報告。"
                    + "氏名・生年月日・住所だけで結び付けました。本人か確かめ、記録するまで使いません。")
        case .contradictsField:
            Wording(
                "\(department.english) reports «\(fact.english)» of \(person) otherwise than "
                    + "was seen in the field. Both are kept; look which holds.",
                "\(department.chinese)报送\(person)的“\(fact.chinese)”与现场记录不一致。"
                    + "两者均已保留，请核实。",
                "\(department.japanese)が報告する\(person)の「\(fact.japanese)」は"
                    + "現場の記録と違います。どちらも残してあります。確かめてください。")
        }
    }
}

/// The records of a plan in the making.
private struct Writing {
    let department: String
    let departmentName: CatalogueName
    let catalogue: Catalogue
    let today: CalendarDate
    /// What is recorded already, by subject and key.
    private let known: [Place: [Fact]]
    private let ids: Set<RecordID>
    /// What this file said, with the line.
    private var said: [Saying: (line: Int, content: Fact.Content)] = [:]
    private(set) var changes: [RecordChange] = []
    private(set) var facts = 0
    private(set) var persons: Set<RecordID> = []

    private struct Place: Hashable {
        let subject: RecordID
        let key: String
    }
    private struct Saying: Hashable {
        let place: Place
        let effective: CalendarDate
    }

    init(
        _ department: String, _ known: [RecordID: [Fact]], _ catalogue: Catalogue,
        _ today: CalendarDate
    ) {
        self.department = department
        departmentName =
            catalogue.departments.first { $0.id == department }?.name
            ?? CatalogueName(chinese: department)
        (self.catalogue, self.today) = (catalogue, today)
        var places: [Place: [Fact]] = [:]
        for fact in known.values.joined() {
            guard let subject = fact.subject, let key = fact.key else { continue }
            places[Place(subject: subject, key: key), default: []].append(fact)
        }
        self.known = places
        ids = Set(known.values.joined().map(\.id))
    }

    mutating func take(
        _ row: Feed.Row, _ link: PersonIndex.Link, _ wording: (Wording) -> String
    ) throws(SchemaViolation) -> FeedPlan.Fate {
        let (entry, isLikely): (PersonIndex.Entry, Bool)
        switch link {
        case .known(let found): (entry, isLikely) = (found, false)
        case .likely(let found): (entry, isLikely) = (found, true)
        case .open(let question, let candidates): return .open(question, candidates)
        }
        func place(_ stated: Feed.Stated) -> Place {
            let definition = catalogue.facts[stated.slot]
            return Place(
                subject: definition.scope == .person ? entry.person : entry.household,
                key: definition.key)
        }
        for stated in row.facts {
            let place = place(stated)
            if let before = said[Saying(place: place, effective: row.effective)],
                before.content != stated.content
            {
                return .rejected(.twice(line: before.line, place.key))
            }
        }
        var fate = FeedPlan.Fate.unchanged
        for stated in row.facts {
            let place = place(stated)
            let saying = Saying(place: place, effective: row.effective)
            let isFirst = said[saying] == nil
            if isFirst { said[saying] = (row.line, stated.content) }
            var statement = Fact.Statement(
                stated.content, effective: row.effective, source: .departmentFeed,
                confidence: isLikely ? .credible : .proven)
            statement.department = department
            statement.evidence = .feed
            let id = Fact.id(of: place.subject, place.key, reported: statement)
            guard isFirst, !ids.contains(id) else { continue }
            var fact = Fact.Draft(
                household: entry.household, subject: place.subject, key: place.key,
                statement: statement)
            fact.isDisputed = isLikely
            changes.append(try fact.creation(id: id))
            facts += 1
            persons.insert(entry.person)
            let review: FeedReview? =
                isLikely
                ? .linkedByName : isContradicted(statement, place) ? .contradictsField : nil
            guard let review else {
                if case .unchanged = fate { fate = .accepted }
                continue
            }
            fate = .review(review)
            let words = review.wording(
                catalogue.facts[stated.slot].name, of: entry.name ?? "?", from: departmentName)
            var task = WorkTask.Draft(about: entry.household, what: wording(words).within(400))
            task.due = today.adding(days: Self.reviewDays)
            changes.append(try task.creation(id: WorkTask.id(toReview: id)))
        }
        return fate
    }

    /// Days until somebody should have looked.
    private static let reviewDays: Int64 = 14

    /// Whether somebody in the field saw otherwise, on that day or later.
    private func isContradicted(_ statement: Fact.Statement, _ place: Place) -> Bool {
        (known[place] ?? []).contains { fact in
            guard fact.voidReason == nil, let other = fact.statement else { return false }
            let isField = other.source != .decision && other.source != .departmentFeed
            return isField && other.effective >= statement.effective
                && other.content != statement.content
        }
    }
}

extension String {
    /// As much of it as fits into so many bytes, by whole characters.
    fileprivate func within(_ bytes: Int) -> String {
        var text = self
        while text.utf8.count > bytes { text.removeLast() }
        return text
    }
}
