/// The writes of one intent (a visit, a form, a decision): atomic, immutable, and of one district.
///
/// Its bytes and its hash are made in `SyncProtocol`; the hash covers everything here, payloads
/// only by their own salted hashes, so that one can be erased and the chain still verifies.
public struct ChangeSet: Hashable, Sendable {
    public let name: ChangeSetName
    /// The hash of the replica's previous change set; `ContentHash.none` for its first.
    public let previous: ContentHash
    public let author: PersonID
    /// The authority it was written under.
    public let grant: GrantID
    /// The newest hub position applied when it was sealed. Decides only what is *late*.
    public let trunk: Trunk
    public let time: WriteTime
    /// What the author was doing: `visit`, `registration`, `resolution` …
    public let intent: Text
    /// The form used, if one was.
    public let form: FormVersion?
    /// Why, in the author's words. Required of a resolution.
    public let reason: Text?
    /// The version of the schema it was written under.
    public let schema: SchemaVersion
    /// Units that a decision was computed from, with their heads.
    public let premises: [Premise]
    /// 16 bytes of chance from which each payload's salt is derived.
    public let saltSeed: SaltSeed
    /// Rising by record, each record once, at least one.
    public let changes: [RecordChange]

    /// Makes a change set. `changes` must rise by record, each once, and not be empty, or it is
    /// `nil`.
    public init?(
        name: ChangeSetName, previous: ContentHash, author: PersonID, grant: GrantID,
        trunk: Trunk, time: WriteTime, intent: Text, form: FormVersion? = nil, reason: Text? = nil,
        schema: SchemaVersion, premises: [Premise] = [], saltSeed: SaltSeed,
        changes: [RecordChange]
    ) {
        guard !changes.isEmpty else { return nil }
        for (left, right) in zip(changes, changes.dropFirst()) where left.record >= right.record {
            return nil
        }
        self.name = name
        self.previous = previous
        self.author = author
        self.grant = grant
        self.trunk = trunk
        self.time = time
        self.intent = intent
        self.form = form
        self.reason = reason
        self.schema = schema
        self.premises = premises
        self.saltSeed = saltSeed
        self.changes = changes
    }
}

extension ChangeSet {
    /// The same change set with its changes as another schema reads them.
    func reading(_ changes: [RecordChange]) -> ChangeSet {
        ChangeSet(
            name: name, previous: previous, author: author, grant: grant, trunk: trunk, time: time,
            intent: intent, form: form, reason: reason, schema: schema, premises: premises,
            saltSeed: saltSeed, changes: changes) ?? self
    }

    /// What it says in words about itself. U+0000 is in none of them: no other system could keep
    /// it.
    public var texts: [Text] {
        [intent] + (form.map { [$0.form] } ?? []) + (reason.map { [$0] } ?? [])
    }
}

/// The newest place in a hub's log that a replica had applied.
public struct Trunk: Hashable, Sendable {
    /// `nil` before the first sync.
    public let epoch: EpochID?
    public let position: LogPosition

    public init(epoch: EpochID?, position: LogPosition) {
        (self.epoch, self.position) = (epoch, position)
    }

    /// Nothing applied yet.
    public static let none = Trunk(epoch: nil, position: .start)
}

/// A form in the version that was filled.
public struct FormVersion: Hashable, Sendable {
    public let form: Text
    public let version: UInt32

    public init(form: Text, version: UInt32) { (self.form, self.version) = (form, version) }
}

/// A unit that a decision was computed from, with the heads it had.
public struct Premise: Hashable, Sendable {
    public let record: RecordID
    public let unit: UnitID
    public let heads: [ChangeSetName]

    public init(record: RecordID, unit: UnitID, heads: [ChangeSetName]) {
        (self.record, self.unit, self.heads) = (record, unit, heads)
    }
}

/// The version of a schema, rising by one with each release.
public struct SchemaVersion: Hashable, Comparable, Sendable {
    public let value: UInt32
    public init(_ value: UInt32) { self.value = value }
    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
}

/// 16 bytes of chance; a payload's salt is derived from it, the change set's number and the
/// payload's place.
public struct SaltSeed: Identifier {
    public let high: UInt64
    public let low: UInt64
    public init(high: UInt64, low: UInt64) { (self.high, self.low) = (high, low) }
}
