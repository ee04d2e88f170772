public import Fieldwork
public import SyncCore

/// Who is known, by what feeds name people by: the identity number, or the name, day of birth and
/// address.
public struct PersonIndex: Sendable {
    public struct Entry: Hashable, Sendable {
        public let person: RecordID
        public let household: RecordID
        public let name: String?
        let number: String?
        /// Where the household lives and where it is registered.
        let addresses: [Text]
        /// Records that are the same person.
        let aliases: [RecordID]
    }

    private var ids: [RecordID: Entry] = [:]
    private var numbers: [String: [RecordID]] = [:]
    private var births: [CalendarDate: [RecordID]] = [:]

    public init() {}

    /// Adds those who lie with a household. Void records are nobody's.
    public mutating func insert(_ household: Household, _ persons: [Person]) {
        guard household.voidReason == nil else { return }
        let addresses = [household.address, household.registration?.address]
            .compactMap { $0.map { Text($0) } }
        for person in persons where person.voidReason == nil {
            // A number that people dispute links nobody by itself.
            let number =
                person.isDisputed(.identityNumber) ? nil : person.identityNumber?.revealed
            ids[person.id] = Entry(
                person: person.id, household: household.id, name: person.name, number: number,
                addresses: addresses, aliases: person.state.aliases)
            if let number { numbers[number, default: []].append(person.id) }
            if let birth = person.birth { births[birth, default: []].append(person.id) }
        }
    }

    /// Whom a row is about.
    public enum Link: Hashable, Sendable {
        /// By the identity number, or as a person at the office said.
        case known(Entry)
        /// By name, day of birth and address: to be looked at.
        case likely(Entry)
        /// For people to say; nothing is taken in.
        case open(FeedQuestion, [RecordID])
    }

    public func link(_ row: Feed.Row) -> Link {
        if let id = row.person {
            return ids[id].map(Link.known) ?? .open(.noSuchPerson, [])
        }
        if let number = row.identity?.revealed {
            let found = distinct(numbers[number] ?? [])
            if found.count == 1 { return .known(found[0]) }
            if found.count > 1 { return .open(.several, found.map(\.person)) }
        }
        guard let name = row.name.map({ Text($0) }), let birth = row.birth else {
            return .open(.nobodyKnown, [])
        }
        let namesakes = distinct(births[birth] ?? []).filter {
            $0.name.map { Text($0).agrees(with: name) } ?? false
        }
        if namesakes.isEmpty { return .open(.nobodyKnown, []) }
        if let number = row.identity?.revealed {
            let others = namesakes.filter { $0.number != nil && $0.number != number }
            if !others.isEmpty { return .open(.otherNumber, others.map(\.person)) }
        }
        let neighbours = namesakes.filter { entry in
            row.address.map { typed in
                entry.addresses.contains { $0.agrees(with: Text(typed)) }
            } ?? false
        }
        if neighbours.count == 1 { return .likely(neighbours[0]) }
        return .open(
            neighbours.isEmpty ? .addressDiffers : .several,
            (neighbours.isEmpty ? namesakes : neighbours).map(\.person))
    }

    /// One entry for each person: of records that are the same, the oldest.
    private func distinct(_ found: [RecordID]) -> [Entry] {
        var kept: [Entry] = []
        for id in found.sorted() {
            guard let entry = ids[id] else { continue }
            let isSame = kept.contains {
                $0.aliases.contains(id) || entry.aliases.contains($0.person)
            }
            if !isSame { kept.append(entry) }
        }
        return kept
    }
}

/// Why nobody could be told apart as the one a row is about.
public enum FeedQuestion: String, Hashable, Sendable, CaseIterable {
    /// Nobody of that number, nor of that name and day of birth.
    case nobodyKnown = "nobody-known"
    case several
    /// The name and day of birth are somebody's with another identity number.
    case otherNumber = "other-number"
    /// The name and day of birth fit, the address does not or was not given.
    case addressDiffers = "address-differs"
    /// There is no record of a person of the id given.
    case noSuchPerson = "no-such-person"
}
