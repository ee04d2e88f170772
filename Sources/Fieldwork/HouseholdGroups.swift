public import SyncCore

/// What a household lives on in a month, and how one knows.
public struct MonthlyIncome: Hashable, Sendable {
    public let amount: Money
    /// The month it was, as its first day; `nil` if it was not said.
    public let period: CalendarDate?
    /// What was seen: «pension book seen, photo a-77».
    public let evidence: String?

    /// Makes an income. Any day of the month will do as `period`.
    public init(amount: Money, period: CalendarDate? = nil, evidence: String? = nil) {
        self.amount = amount
        self.period = period.flatMap { CalendarDate(year: $0.year, month: $0.month, day: 1) }
        self.evidence = evidence
    }

    static let members = [
        Member("amount_fen", .integer(Money.range)),
        Member("period", .day),
        Member("evidence", .text(maximumBytes: 400)),
    ]

    public var value: Value {
        .group([
            .integer(amount.fen), Value(period, Value.day), Value(evidence) { .text($0) },
        ])
    }

    /// Reads what `value` writes; `nil` for anything else, and where the amount was stated to be
    /// unknown.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count),
            let amount = members[0].integer.flatMap(Money.init(fen:))
        else { return nil }
        self.init(amount: amount, period: members[1].day, evidence: members[2].string)
    }
}

/// Where a household is registered 户籍地址, 住民票, by whose word and from when on.
public struct Registration: Hashable, Sendable {
    public let address: String
    public let source: Fact.Source
    /// The day from which it holds; `nil` if it was not said.
    public let effective: CalendarDate?

    public init(_ address: String, source: Fact.Source, effective: CalendarDate? = nil) {
        (self.address, self.source, self.effective) = (address, source, effective)
    }

    static let members = [
        Member("address", .text(maximumBytes: 400)),
        Member("source", Fact.Source.type),
        Member("effective", .day),
    ]

    public var value: Value {
        .group([.text(address), .word(source), Value(effective, Value.day)])
    }

    /// Reads what `value` writes; `nil` for anything else. A source this program does not know is
    /// read as the lowest.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let address = members[0].string
        else { return nil }
        self.init(address, source: members[1].word() ?? .resident, effective: members[2].day)
    }
}

/// One person's time in a household. Someone who leaves gets an end: the element with it takes the
/// place of the one without.
public struct Membership: Hashable, Sendable {
    public let person: RecordID
    /// To the head of the household.
    public let relation: Relation?
    public let from: CalendarDate?
    public let to: CalendarDate?

    public init(
        person: RecordID, relation: Relation?, from: CalendarDate? = nil, to: CalendarDate? = nil
    ) {
        (self.person, self.relation, self.from, self.to) = (person, relation, from, to)
    }

    static let members = [
        Member("person", .reference),
        Member("relation", Relation.type),
        Member("from", .day),
        Member("to", .day),
    ]

    public var value: Value {
        .group([
            .reference(person), Value(relation) { .word($0) }, Value(from, Value.day),
            Value(to, Value.day),
        ])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let person = members[0].record else {
            return nil
        }
        self.init(
            person: person, relation: members[1].word(), from: members[2].day, to: members[3].day)
    }
}

/// What someone is to the head of the household 与户主关系, 続柄.
public enum Relation: String, ChoiceWord {
    case head = "self"
    case spouse, child, parent, sibling, grandparent, grandchild, otherLegal, other
}

/// What endangers the household or a visitor.
public struct Warning: Hashable, Sendable {
    public let kind: Kind
    /// In plain words, for the next visitor.
    public let note: String?

    public enum Kind: String, ChoiceWord {
        /// Calls are overheard or answered by someone else.
        case doNotPhone
        /// Nobody goes there alone.
        case notAlone
        /// Violence in the home 家庭暴力, DV. Never said aloud at the door.
        case violence
        case selfHarm
        case infection
        case dog
        case other
    }

    public init(_ kind: Kind, note: String? = nil) { (self.kind, self.note) = (kind, note) }

    static let members = [
        Member("kind", Kind.type),
        Member("note", .text(maximumBytes: 400)),
    ]

    public var value: Value { .group([.word(kind), Value(note) { .text($0) }]) }

    /// Reads what `value` writes. A kind this program does not know is read as `other`: a warning
    /// it can't name must still be seen.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let word = members[0].string else {
            return nil
        }
        let kind = Kind(rawValue: word)
        self.init(kind ?? .other, note: members[1].string ?? (kind == nil ? word : nil))
    }
}
