public import SyncCore

/// A tag given to a person or household 打标签. Given on two devices it is one; one that was taken
/// away here and seen again there stays.
public struct Tagging: FieldworkRecord {
    public let state: RecordState

    public init?(_ state: RecordState) {
        guard state.collection == .tagging else { return nil }
        self.state = state
    }

    public static let declaration = CollectionDeclaration(
        "tagging", home: .with(Field.household.id), Field.self, rules: [.livingHome])

    public enum Field: UInt16, RecordUnit {
        case household = 16
        case subject = 17
        /// The tag's code.
        case tag = 18
        /// The first sighting counts.
        case from = 19
        /// Since when it holds no more.
        case to = 20
        /// Who saw it, when and how.
        case sightings = 21

        public static let collection = CollectionID.tagging

        public var declaration: UnitDeclaration {
            switch self {
            // Its name is made of these.
            case .household: home()
            case .subject: field("subject", .reference, .immutable, .open)
            case .tag: field("tag", .code, .immutable, .personal, column: true)
            case .from: field("from", .day, .minimum, .open)
            case .to:
                // The end is the latest judgement.
                field("to", .day, .latest, .open)
            case .sightings:
                // Silent people must not be lost to a removal made apart.
                group("sightings", Sighting.members, .addWins, .special)
            }
        }
    }
}

/// That somebody saw what a tag says.
public struct Sighting: Hashable, Sendable {
    public let by: PersonID?
    public let day: CalendarDate
    public let evidence: Fact.Evidence?
    public let note: String?

    public init(
        on day: CalendarDate, by: PersonID?, _ evidence: Fact.Evidence? = nil, note: String? = nil
    ) {
        (self.by, self.day, self.evidence, self.note) = (by, day, evidence, note)
    }

    static let members = [
        Member("by", .reference), Member("day", .day), Member("evidence", Fact.Evidence.type),
        Member("note", .line),
    ]

    public var value: Value {
        .group([
            Value(by, Value.worker), .day(day), Value(evidence) { .word($0) },
            Value(note) { .text($0) },
        ])
    }

    /// Reads what `value` writes; `nil` for anything else.
    public init?(_ value: Value) {
        guard let members = value.members(Self.members.count), let day = members[1].day else {
            return nil
        }
        self.init(
            on: day, by: members[0].record?.worker, members[2].word(), note: members[3].string)
    }
}

extension Tagging {
    public var household: RecordID? { value(.household)?.record }
    public var subject: RecordID? { value(.subject)?.record }
    public var tag: String? { value(.tag)?.string }
    public var from: CalendarDate? { value(.from)?.day }
    public var to: CalendarDate? { value(.to)?.day }
    public var sightings: [Sighting] { elements(.sightings, Sighting.init) }

    /// Whether it holds on a day. A sighting on or after the day of its end stands against the end.
    public func holds(on day: CalendarDate) -> Bool {
        guard let from, from <= day else { return false }
        guard let to, to <= day else { return true }
        return sightings.contains { $0.day >= to && $0.day <= day }
    }

    /// The tag of a subject: there is one.
    public static func id(subject: RecordID, tag: String) -> RecordID {
        DerivedName(.tagging).with(subject).with(tag).record
    }

    public struct Draft: NamedDraft {
        public var household: RecordID
        public var subject: RecordID
        public var tag: String
        public var from: CalendarDate
        public var sighting: Sighting

        public init(household: RecordID, subject: RecordID, tag: String, sighting: Sighting) {
            (self.household, self.subject, self.tag) = (household, subject, tag)
            (from, self.sighting) = (sighting.day, sighting)
        }

        public var id: RecordID { Tagging.id(subject: subject, tag: tag) }

        public func fill(_ creation: inout Creation<Field>) {
            creation.set(.household, household)
            creation.set(.subject, subject)
            creation.set(.tag, tag)
            creation.set(.from, from)
            creation.add(.sightings, [sighting.value])
        }
    }
}
