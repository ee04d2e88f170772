import Fieldwork
import SyncCore
import SyncProtocol
import SyncStore

extension Desk {
    /// Who may write here: an enrolled person. Thrown as `notEnrolled` before anything is asked of
    /// them.
    func author() throws -> (replica: ReplicaID, person: PersonID) {
        let identity = try store().identity()
        guard let person = identity.person else { throw StoreError.notEnrolled }
        return (identity.replica, person)
    }

    /// The record somebody typed the id of, or the end of it.
    ///
    /// - Parameter collection: what it has to be; `nil` where any record will do.
    func resolve(_ typed: String, as collection: CollectionID? = nil) throws -> (
        RecordID, CollectionID
    ) {
        guard let id = ShortID(typed) else {
            throw fail(.usage, .badInput, .badID, ["text": typed], next: .findFirst)
        }
        switch try store().resolve(id.text, in: collection) {
        case .one(let record, let found): return (record, found)
        case .none:
            throw fail(.failed, .noSuchRecord, .noSuchRecord, ["id": id.text], next: .findFirst)
        case .several(let rows):
            let length = ShortID.length(telling: rows.map(\.record))
            let ids = rows.map { $0.record.short(length) }.joined(separator: ", ")
            throw fail(.usage, .ambiguousID, .ambiguousID, ["id": id.text, "ids": ids])
        }
    }

    /// A record as it is seen here. It was found a moment ago, so that it is gone is a fault of the
    /// store.
    func shown(_ record: RecordID) throws -> ShownRecord {
        guard let shown = try store().shown(record) else { throw StoreError.unknownRecord(record) }
        return shown
    }

    /// Records one intent, durable when this returns.
    ///
    /// - Parameter premises: what it was computed from, if it was.
    @discardableResult
    func record(
        _ intent: String, _ changes: [RecordChange], reason: String? = nil,
        premises: [Premise] = []
    ) throws -> HashedChangeSet {
        var chance = SystemRandomNumberGenerator()
        return try store().record(
            ChangeSetDraft(
                intent: intent, reason: reason, premises: premises, changes: changes),
            now: clock(), using: &chance)
    }

    /// A name for a new record.
    func newRecord() -> RecordID {
        var chance = SystemRandomNumberGenerator()
        return .make(milliseconds: UInt64(max(started.wall_ms, 0)), using: &chance)
    }

    /// What things are called here: read once, then kept.
    func titles() throws -> Titles {
        let store = try store()
        return Titles(
            store: store, people: try store.people(), me: try store.identity().person,
            areas: Dictionary(
                try store.areas().map { ($0.scope, $0.name) },
                uniquingKeysWith: { first, _ in first }),
            formats: formats, isLapsed: try isLapsed(store))
    }

    /// Values in words, with the names of what they refer to.
    func values(_ titles: Titles) -> ShownValue {
        ShownValue(formats: formats) { titles.name(of: $0) }
    }

    /// The declaration of a record's collection; a newer program's record can be listed but not
    /// shown.
    func declaration(_ collection: CollectionID) throws -> CollectionDeclaration {
        guard let declaration = Schema.fieldwork.collection(collection) else {
            throw fail(.tooOld, .editRefused, .unitOfNewer, next: .upgrade)
        }
        return declaration
    }
}

/// The names of people, areas and records, as lists and values show them.
///
/// Invariant: only used by one command, one thread at a time.
struct Titles: Sendable {
    let store: DeviceStore
    let people: [PersonID: String]
    let me: PersonID?
    let areas: [ScopeID: String]
    let formats: Formats
    /// Whether records are called by their ids alone.
    let isLapsed: Bool

    private var language: Language { formats.language }

    /// A person who works here, by name.
    func person(_ id: PersonID) -> String {
        if let name = people[id] { return name }
        if id == me { return Phrase.you.text(in: language) }
        // What the hub does by itself has no person: the district as it was first loaded.
        return id == PersonID(high: 0, low: 0)
            ? Phrase.hub.text(in: language) : "…" + id.description.suffix(5)
    }

    /// Whatever something refers to: an area, a worker or a record; `nil` for what is not known
    /// here.
    func name(of id: RecordID) -> String? {
        if let area = areas[ScopeID(high: id.high, low: id.low)] { return area }
        let worker = PersonID(high: id.high, low: id.low)
        if people[worker] != nil || worker == me { return person(worker) }
        guard let row = row(id) else { return nil }
        return "\(title(row)) [\(id.short())]"
    }

    /// What a record is called.
    func title(of id: RecordID) -> String { row(id).map(title) ?? "[\(id.short())]" }

    /// What a line's record is called: a name where it has one, else what it is.
    func title(_ row: RecordRow) -> String {
        if isLapsed { return "[\(row.record.short())]" }
        func text(_ unit: UnitID) -> String? {
            if case .text(let text)? = row[unit], !text.string.isEmpty { text.string } else { nil }
        }
        func day(_ unit: UnitID) -> String? {
            if case .day(let day)? = row[unit] { day.description } else { nil }
        }
        /// The first column that says something: a name, a word of a choice, a day.
        func word(_ unit: UnitDeclaration) -> String? {
            switch row[unit.id] {
            case .text(let text)? where !text.string.isEmpty:
                Words.word(text.string, of: unit.members[0].type)?.text(in: language)
                    ?? text.string
            case .day(let day)?: day.description
            default: nil
            }
        }
        let name: String? =
            switch row.collection {
            case .household: text(Household.Field.headName.id) ?? text(Household.Field.address.id)
            case .person: text(Person.Field.name.id)
            case .visit: day(Visit.Field.day.id)
            case .followUp: day(FollowUp.Field.due.id)
            case .fact: text(Fact.Field.key.id)
            case .partner: text(Partner.Field.name.id)
            case .resource: text(Resource.Field.title.id)
            default: Schema.fieldwork.collection(row.collection)?.units.lazy.compactMap(word).first
            }
        let kind = Vocabulary.collection(row.collection).text(in: language)
        switch row.collection {
        case .household, .person, .partner, .station, .resource, .advisor:
            return name ?? "(\(kind))"
        default: return [kind, name].compactMap(\.self).joined(separator: " ")
        }
    }

    /// A record that can't be read is called by its id; whoever shows it meets the same fault and
    /// tells it.
    private func row(_ id: RecordID) -> RecordRow? {
        if isLapsed { return nil }
        do { return try store.row(id) } catch { return nil }
    }
}

extension RecordRow {
    /// The signs in front of a line.
    var marks: Line {
        var line = Line()
        if conflicts > 0 { line = line + Line(.conflict) }
        if hasOwn { line = line + Line(.unsent) }
        if isCarried { line = line + Line(.carried) }
        return line
    }
}
