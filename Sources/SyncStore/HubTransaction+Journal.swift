internal import GRDB
internal import SyncCore
internal import SyncProtocol

/// What one transaction has to say to the journal.
final class JournalDraft {
    var entries: [JournalEntry] = []
    /// Up to where the file has everything.
    let written: UInt64

    init(written: UInt64) { self.written = written }
}

extension HubTransaction {
    /// Has the journal say this, where there is one: what is true after this transaction.
    public func journal(_ entry: @autoclosure () throws -> JournalEntry) throws {
        guard let draft else { return }
        draft.entries.append(try entry())
    }

    func journal(grant id: GrantID) throws {
        guard draft != nil, let grant = try grant(id),
            let scope = try areas().first(where: { $0.number == grant.area })?.scope
        else { return }
        try journal(.grant(id, grant.person, scope, ended_ms: grant.ended_ms))
    }

    /// Everything that is true now and that the journal speaks of: what it begins with.
    public func journalBasis() throws -> [JournalEntry] {
        let areas = try areas()
        let scopes = Dictionary(uniqueKeysWithValues: areas.map { ($0.number, $0.scope) })
        var entries: [JournalEntry] = areas.map {
            .area(
                $0.scope, parent: $0.parent.flatMap { scopes[$0] }, name: $0.name,
                isReference: $0.isReference)
        }
        let people = try people()
        entries += people.map { .person($0) }
        for replica in try replicas() where !replica.id.isHub && replica.branch == nil {
            entries.append(.device(JournalEntry.Device(replica)))
        }
        for person in people {
            for grant in try grants(of: person.id) {
                guard let scope = scopes[grant.area] else { continue }
                entries.append(.grant(grant.id, person.id, scope, ended_ms: grant.ended_ms))
            }
        }
        return entries
    }

    /// Where the journal ends as this store knows it, written to the file or not; `nil` where none
    /// was ever kept.
    public func journalPlace() throws -> JournalFile.Place? {
        guard let bytes = try setting("journal") else { return nil }
        guard bytes.count == 40, let hash = ContentHash(bytes: bytes[8...]) else {
            throw StoreFault(.damaged, "the place in the journal can't be read")
        }
        return JournalFile.Place(
            number: bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }, hash: hash)
    }

    /// Says where the journal ends, and forgets what was waiting to be written.
    public func setJournalPlace(_ place: JournalFile.Place) throws {
        try db.execute(sql: "DELETE FROM journal")
        try keepJournalPlace(place)
    }

    /// Keeps no journal any more. What its file says is the past from here on.
    public func endJournal() throws {
        try db.execute(sql: "DELETE FROM journal")
        try db.execute(sql: "DELETE FROM settings WHERE name = 'journal'")
        try set("journalEnded", [1])
    }

    /// Whether there was a journal here that was given up.
    public func isJournalGivenUp() throws -> Bool { try setting("journalEnded") != nil }

    private func keepJournalPlace(_ place: JournalFile.Place) throws {
        let number = (0..<8).map { UInt8(truncatingIfNeeded: place.number >> (56 - 8 * $0)) }
        try set("journal", number + place.hash.bytes)
    }

    /// The entries after a number that wait to be written to the file.
    public func waitingFrames(after number: UInt64) throws -> [JournalFile.Frame] {
        var frames: [JournalFile.Frame] = []
        let rows = try Row.fetchAll(
            db, sql: "SELECT previous, entry FROM journal WHERE number > ? ORDER BY number",
            arguments: [Int64(clamping: number)])
        for row in rows {
            guard let previous = ContentHash(bytes: try row.bytes(0)) else {
                throw StoreFault(.damaged, "an entry for the journal can't be read")
            }
            let before = JournalFile.Place(
                number: number + UInt64(frames.count), hash: previous)
            frames.append(JournalFile.Frame(after: before, try row.bytes(1)))
        }
        return frames
    }

    /// Keeps what the transaction has to say until the file has it.
    func keepJournal() throws -> UInt64? {
        guard let draft, !draft.entries.isEmpty, var place = try journalPlace() else { return nil }
        try db.execute(
            sql: "DELETE FROM journal WHERE number <= ?",
            arguments: [Int64(clamping: draft.written)])
        for entry in draft.entries {
            let frame = JournalFile.Frame(after: place, entry.bytes)
            try db.execute(
                sql: "INSERT INTO journal(number, previous, entry) VALUES (?, ?, ?)",
                arguments: [
                    Int64(frame.place.number), place.hash.bytes.data, frame.entry.data,
                ])
            place = frame.place
        }
        try keepJournalPlace(place)
        return place.number
    }
}
