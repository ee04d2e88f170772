public import SyncCore

/// What the hub answers in one sync. Form and meaning: `protocol/messages.md#sync-response`.
public struct SyncResponse: Hashable, Sendable {
    /// The first eight bytes of the request's SHA-256: an answer to another request is none.
    public var requestTag: UInt64
    /// The present epoch, where the request named none; `nil` where it named this one.
    public var epoch: EpochID?
    /// The hub's clock, in milliseconds since 1970.
    public var hub_ms: UInt64
    /// Whether more lies ready than the budget allowed.
    public var hasMore: Bool
    /// Whether the device's digest was compared and found other than the hub's.
    public var digestDiffers: Bool
    /// Until when the device may read without contact, in milliseconds since 1970 on the hub's
    /// clock.
    public var lease_ms: UInt64
    /// Own numbers merged as of `pages`: what a device must not lay over its confirmed states
    /// again.
    public var merged: NumberSet
    /// Sent only when the device's version is another.
    public var grants: Grants?
    public var writers: [WriterEntry]
    public var people: [Person]
    public var receipts: [SignedReceipt]
    public var pages: [Page]
    public var notices: [Notice]
    /// How far the hub's log has come; sent with whatever else is, and when the anchor has moved.
    public var mark: SignedMark?
    /// What the device has to take off, rising by number.
    public var leaves: [Leave]
    /// For a dry run: what a real one would send.
    public var estimate: Estimate?
    /// The states that are not on `pages` because the device works them out by itself.
    public var echo: Echo?
    /// What the hub holds of the areas whose digest differs, or of stretches that were asked for.
    public var comparison: [Compared]
    /// What the hub asks for, because its own copy is damaged.
    public var wanted: [Wanted]
    /// The hub's word for this device, to be shown to others.
    public var credential: SignedCredential?

    public init(
        requestTag: UInt64, epoch: EpochID?, hub_ms: UInt64, hasMore: Bool = false,
        digestDiffers: Bool = false, lease_ms: UInt64, merged: NumberSet, grants: Grants? = nil,
        writers: [WriterEntry] = [], people: [Person] = [], receipts: [SignedReceipt] = [],
        pages: [Page] = [], notices: [Notice] = [], mark: SignedMark? = nil,
        estimate: Estimate? = nil, leaves: [Leave] = [], echo: Echo? = nil,
        comparison: [Compared] = [], wanted: [Wanted] = [],
        credential: SignedCredential? = nil
    ) {
        self.requestTag = requestTag
        self.epoch = epoch
        self.hub_ms = hub_ms
        self.hasMore = hasMore
        self.digestDiffers = digestDiffers
        self.lease_ms = lease_ms
        self.merged = merged
        self.grants = grants
        self.writers = writers
        self.people = people
        self.receipts = receipts
        self.pages = pages
        self.notices = notices
        self.mark = mark
        self.leaves = leaves
        self.estimate = estimate
        self.echo = echo
        self.comparison = comparison
        self.wanted = wanted
        self.credential = credential
    }

    /// What a device may hold, and the areas it needs to know for that.
    public struct Grants: Hashable, Sendable {
        /// Another one after every change; never 0.
        public let version: UInt64
        /// In the order by which cursors count.
        public let grants: [Grant]
        /// Every area in or above a granted one, parents before children.
        public let areas: [Area]

        public init(version: UInt64, grants: [Grant], areas: [Area]) {
            (self.version, self.grants, self.areas) = (version, grants, areas)
        }
    }

    public struct Grant: Hashable, Sendable {
        public let id: GrantID
        public let scope: ScopeID
        /// Whether nobody writes there: what everybody is given to read.
        public let isReadOnly: Bool

        public init(id: GrantID, scope: ScopeID, isReadOnly: Bool = false) {
            (self.id, self.scope, self.isReadOnly) = (id, scope, isReadOnly)
        }
    }

    /// A node of the area tree.
    public struct Area: Hashable, Sendable {
        /// What pages call it.
        public let number: UInt32
        public let scope: ScopeID
        /// `nil` for the district itself.
        public let parent: UInt32?
        public let name: Text

        public init(number: UInt32, scope: ScopeID, parent: UInt32?, name: Text) {
            (self.number, self.scope, self.parent, self.name) = (number, scope, parent, name)
        }
    }

    public struct WriterEntry: Hashable, Sendable {
        public let number: UInt32
        public let writer: Writer

        public init(number: UInt32, writer: Writer) {
            (self.number, self.writer) = (number, writer)
        }
    }

    /// A person whose name may be shown.
    public struct Person: Hashable, Sendable {
        public let id: PersonID
        public let name: Text

        public init(id: PersonID, name: Text) { (self.id, self.name) = (id, name) }
    }

    public struct Estimate: Hashable, Sendable {
        public let records: UInt64
        /// Before compression.
        public let bytes: UInt64

        public init(records: UInt64, bytes: UInt64) {
            (self.records, self.bytes) = (records, bytes)
        }
    }

    /// States of records, complete for some grants up to a position. Applied whole or not at all.
    public struct Page: Hashable, Sendable {
        /// The places, in the hub's order of grants, whose cursors move to `through`.
        public let grants: [Int]
        public let through: LogPosition
        public let records: [PageRecord]
        /// What is sent instead of `records` where the hub has it ready. Never there in an answer
        /// that was read.
        public let packed: [UInt8]?

        public init(grants: [Int], through: LogPosition, records: [PageRecord]) {
            (self.grants, self.through, self.records, packed) = (grants, through, records, nil)
        }

        /// A page of records that `pack` has compressed.
        public init(grants: [Int], through: LogPosition, packed: [UInt8]) {
            (self.grants, self.through, records, self.packed) = (grants, through, [], packed)
        }

        static let plainForm: UInt8 = 0
        static let packedForm: UInt8 = 1

        /// Returns the records of a page compressed, once for all devices they are sent to.
        public static func pack(_ records: [PageRecord], level: Int32 = 3) -> [UInt8] {
            Zstd.compress(PageCoding.encode(records), level: level)
        }
    }

    /// The newest state of a record, in the bytes that are hashed.
    public struct PageRecord: Hashable, Sendable {
        public let collection: CollectionID
        public let record: RecordID
        public let area: UInt32
        public let position: LogPosition
        public let state: [UInt8]

        public init(
            collection: CollectionID, record: RecordID, area: UInt32, position: LogPosition,
            state: [UInt8]
        ) {
            self.collection = collection
            self.record = record
            self.area = area
            self.position = position
            self.state = state
        }
    }

    /// Something a device held and may hold no longer: kept by the hub until the device's signed
    /// word that it is gone.
    public struct Leave: Hashable, Sendable {
        public enum Reason: UInt8, Hashable, Sendable, CaseIterable {
            /// It lies in another area now.
            case reassigned = 0
            // 1 and 3 are not used: no act of a hub takes a record off its devices because a case
            // was closed, or because it was kept long enough.
            /// The grant it was held under has ended, or the device was revoked.
            case revoked = 2
        }
        public enum Subject: Hashable, Sendable {
            case record(RecordID, CollectionID)
            /// All that no grant in force covers.
            case grant(GrantID)
        }
        /// Rises from leave to leave; what a purge receipt names.
        public let number: UInt64
        public let reason: Reason
        public let subject: Subject

        public init(number: UInt64, reason: Reason, subject: Subject) {
            (self.number, self.reason, self.subject) = (number, reason, subject)
        }
    }

    /// News for one person.
    public struct Notice: Hashable, Sendable {
        public enum Kind: UInt8, Hashable, Sendable, CaseIterable {
            /// A conflict in which the person is the author of a side was decided.
            case decision = 0
            /// A change set of the person was set aside.
            case returned = 1
            /// The person's device was found to be a copy of another.
            case fork = 2
            /// The office asks what the person meant by what they wrote.
            case question = 3
            /// A change set of the person will never count: two persons at the office said so.
            case discarded = 4
            /// The person was given a conflict to decide, or has it no longer.
            case assigned = 5
        }
        /// Rises from notice to notice of one person.
        public let number: UInt64
        public let kind: Kind
        public let at_ms: UInt64
        /// Who decided; `nil` where it was the hub.
        public let by: PersonID?
        public let record: RecordID?
        public let collection: CollectionID?
        public let unit: UnitID?
        /// What holds now; of a conflict that was given, when it is due, `nil` for one given on.
        public let value: Value?
        /// What the person had written.
        public let yours: Value?
        /// A reason in words, a code of `protocol/errors.md`, or the word of a conflict's kind.
        public let reason: Text

        public init(
            number: UInt64, kind: Kind, at_ms: UInt64, by: PersonID?, record: RecordID?,
            collection: CollectionID?, unit: UnitID?, value: Value?, yours: Value?, reason: Text
        ) {
            self.number = number
            self.kind = kind
            self.at_ms = at_ms
            self.by = by
            self.record = record
            self.collection = collection
            self.unit = unit
            self.value = value
            self.yours = yours
            self.reason = reason
        }
    }

    /// The first eight bytes of a request's SHA-256.
    public static func tag(ofRequest bytes: [UInt8]) -> UInt64 {
        tag(Digests.sha256(bytes))
    }

    static func tag(_ hash: ContentHash) -> UInt64 {
        hash.bytes[..<8].reduce(0) { $0 << 8 | UInt64($1) }
    }
}
