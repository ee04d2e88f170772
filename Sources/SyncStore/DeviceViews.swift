public import SyncCore
public import SyncProtocol

/// What is to be recorded as one change set: one intent, made in one go or not at all.
public struct ChangeSetDraft: Hashable, Sendable {
    /// What the author is doing: `visit`, `registration` … At most 40 bytes.
    public var intent: String
    public var form: FormVersion?
    /// Why, in the author's words. At most 2,000 bytes.
    public var reason: String?
    public var premises: [Premise]
    /// Each record at most once, in any order.
    public var changes: [RecordChange]

    public init(
        intent: String, form: FormVersion? = nil, reason: String? = nil, premises: [Premise] = [],
        changes: [RecordChange]
    ) {
        self.intent = intent
        self.form = form
        self.reason = reason
        self.premises = premises
        self.changes = changes
    }
}

/// A record as its author sees it: the hub's confirmed state with the writes laid over that it does
/// not yet contain, own ones and those carried by bundle.
///
/// `state` and `position` are what an `Edit` begins with.
public struct ShownRecord: Hashable, Sendable {
    public let state: RecordState
    /// The hub position of the confirmed state; `nil` where the hub has confirmed nothing yet.
    public let position: LogPosition?
    /// The leaf area it lies in, if it is known here.
    public let area: ScopeID?
    /// Own change sets laid over the confirmed state, rising. Their heads are the device's own word
    /// so far.
    public let laidOver: [ChangeSetNumber]
    /// Change sets of others that came in a bundle and are laid over it as well.
    public let carried: [ChangeSetName]
    /// Those of `laidOver` that no receipt of this epoch names: they are only on this machine.
    public let unsent: [ChangeSetNumber]
    /// Own change sets on this record that wait at the hub for something they name.
    public let held: [ChangeSetNumber]
    /// Own change sets on this record that were set aside. Shown only where there is nothing else
    /// to show.
    public let quarantined: [ChangeSetNumber]
    /// Whether the hub was restored since and has not sent this record again.
    public let isStale: Bool
    /// When the confirmed state arrived, by this machine's clock; `nil` if it has not.
    public let applied_ms: Int64?
    /// The record that was asked for, and then those that are shown as one with it, each by itself:
    /// what an edit is made from. Where there are several, `state` is for showing only.
    public let parts: [Edit.Seen]

    init(
        state: RecordState, position: LogPosition?, area: ScopeID?, laidOver: [ChangeSetNumber],
        carried: [ChangeSetName], unsent: [ChangeSetNumber], held: [ChangeSetNumber],
        quarantined: [ChangeSetNumber], isStale: Bool, applied_ms: Int64?, parts: [Edit.Seen]? = nil
    ) {
        self.state = state
        self.position = position
        self.area = area
        self.laidOver = laidOver
        self.carried = carried
        self.unsent = unsent
        self.held = held
        self.quarantined = quarantined
        self.isStale = isStale
        self.applied_ms = applied_ms
        self.parts = parts ?? [Edit.Seen(state, at: position)]
    }

    public var record: RecordID { state.record }
    public var collection: CollectionID { state.collection }

    /// Whether the write with this name is this device's own, and not yet in the hub's state.
    public func isPending(_ name: ChangeSetName, of replica: ReplicaID) -> Bool {
        name.replica == replica && laidOver.contains(name.number)
    }
}

/// A line of a list: what the columns of a record hold, pending writes included. Nothing is
/// decoded for it.
public struct RecordRow: Hashable, Sendable {
    public let record: RecordID
    public let collection: CollectionID
    public let area: ScopeID?
    /// The record it lies with, or `nil` where it lies in an area by itself.
    public let home: RecordID?
    public let position: LogPosition?
    public let isVoid: Bool
    /// How many units people must decide.
    public let conflicts: Int
    /// Whether own writes are laid over the hub's state.
    public let hasOwn: Bool
    /// Whether writes of others are laid over it that came in a bundle.
    public let isCarried: Bool
    /// By unit, what its column shows. A unit that is unknown, or whose dispute has nothing safe to
    /// show, is missing.
    public let values: [UnitID: Value]

    public subscript(unit: UnitID) -> Value? { values[unit] }
}

/// A condition on a column of a list.
public enum ColumnFilter: Hashable, Sendable {
    case equals(UnitID, Value)
    /// At most this value; unknown ones are left out.
    case atMost(UnitID, Value)
    /// At least this value; unknown ones are left out.
    case atLeast(UnitID, Value)
    /// Nothing is known, or it was stated to be empty.
    case isEmpty(UnitID)
    /// Lies with this record.
    case home(RecordID)
    /// Lies in this area or below it.
    case area(ScopeID)
    case disputed
    /// Own writes are laid over the hub's state.
    case hasOwn
}

/// What a typed short name stands for.
public enum Resolved: Hashable, Sendable {
    case none
    case one(RecordID, CollectionID)
    /// Several records end so; a longer name is needed.
    case several([RecordRow])
}

/// What has become of a change set in the outbox.
public enum OutboxState: Hashable, Sendable {
    /// Only on this machine: no receipt of the hub's present epoch names it.
    case unsent
    /// The hub has it.
    case received(Disposition)
}

/// A change set of this device, without its contents.
public struct OutboxEntry: Hashable, Sendable {
    public let number: ChangeSetNumber
    public let hash: ContentHash
    public let intent: String
    /// When it was recorded, by this machine's wall clock.
    public let made_ms: Int64
    public let state: OutboxState
    /// Its place in the hub's log, once it is merged.
    public let position: LogPosition?
    /// When it was made, on the hub's clock, once the hub has said so.
    public let corrected: CorrectedTime?
    /// When the hub received it, on the hub's clock.
    public let received_ms: UInt64?
    /// Why it is held or quarantined: a stable code.
    public let reason: String
    /// Whether it is in a verified backup of the hub.
    public let isAnchored: Bool
    public let records: [OutboxRecord]
    /// Whether it can't be read any more on this machine; then `records` is empty.
    public let isLost: Bool
    /// Whether the office decided that it never counts.
    public let isDiscarded: Bool
    /// Its bytes as they lie here.
    public let bytes: Int
}

/// A record that a change set touches.
public struct OutboxRecord: Hashable, Sendable {
    public let record: RecordID
    public let collection: CollectionID

    public init(record: RecordID, collection: CollectionID) {
        (self.record, self.collection) = (record, collection)
    }
}

/// A receipt as it lies here.
public struct KeptReceipt: Hashable, Sendable {
    public let signed: SignedReceipt
    public let receipt: Receipt
    /// When it came, by this machine's clock.
    public let arrived_ms: Int64
}

/// What verifying the receipts found.
public struct ReceiptCheck: Hashable, Sendable {
    /// Receipts whose signature, hub, replica and hashes are right.
    public let valid: Int
    /// What is wrong, with the first number of the receipt.
    public let faults: [Fault]
    /// The number up to which every change set has a valid receipt of some epoch.
    public let through: ChangeSetNumber?
    /// Own change sets without any valid receipt.
    public let missing: [ChangeSetNumber]

    public enum Fault: Hashable, Sendable {
        case badSignature(row: Int64)
        case foreign(ChangeSetNumber)
        case otherHash(ChangeSetNumber)
        case brokenChain(ChangeSetNumber)
        /// What is noted of this change set is not what was signed; `nil` where it is how far the
        /// hub has come. The next sync puts it right.
        case otherNote(ChangeSetNumber?)
    }
}

/// News for the person of this device.
public struct KeptNotice: Hashable, Sendable {
    /// Names it on this device only.
    public let id: Int64
    public let notice: SyncResponse.Notice
    public let isRead: Bool
}

/// One of the states a record had on this device.
public struct HistoryEntry: Hashable, Sendable {
    /// The hub position of the state; `nil` for own writes laid over it.
    public let position: LogPosition?
    /// From when on it was shown here, by this machine's clock.
    public let from_ms: Int64
    public let state: RecordState
    /// The own change set that made it, where it is not the hub's.
    public let own: ChangeSetNumber?
}

/// The digest of one leaf area.
public struct AreaDigest: Hashable, Sendable {
    public let number: UInt32
    public let scope: ScopeID?
    public let name: String
    public let digest: StateDigest
    public let records: Int
}

/// An area this device knows of.
public struct KnownArea: Hashable, Sendable {
    public let number: UInt32
    public let scope: ScopeID
    public let parent: ScopeID?
    public let name: String
    /// Whether it has no area below it: records lie in leaves only.
    public let isLeaf: Bool
    /// Whether a grant covers it.
    public let isGranted: Bool
    /// Whether one does that allows to write.
    public let isWritable: Bool
}

/// A grant this device holds or held.
public struct KnownGrant: Hashable, Sendable {
    public let id: GrantID
    public let scope: ScopeID
    public let cursor: LogPosition
    /// Whether the hub no longer names it.
    public let hasEnded: Bool
}

/// The figures of `status`. Read offline, from the store alone.
public struct StoreStatus: Hashable, Sendable {
    /// Change sets that are only on this machine, and their bytes.
    public let unsent: Int
    public let unsentBytes: Int
    /// When the oldest of them was recorded, by this machine's wall clock.
    public let oldestUnsent_ms: Int64?
    public let held: Int
    public let quarantined: Int
    /// Change sets that can't be read any more on this machine, and that the hub never had.
    public let lost: Int
    /// Units that people must decide.
    public let conflicts: Int
    public let unreadNotices: Int
    public let records: Int
    /// The number up to which every change set has a receipt, and its position and time of
    /// reception.
    public let receiptThrough: ChangeSetNumber?
    public let receiptPosition: LogPosition?
    public let receiptTime_ms: UInt64?
    /// When the last sync ended, by this machine's wall clock, and by the hub's.
    public let lastSync_ms: Int64?
    public let lastSyncHub_ms: UInt64?
    /// Whether it brought all there was.
    public let isComplete: Bool
    /// Since when this device is known to hold other records than the hub; `nil` where it is not.
    public let alarm_ms: Int64?
    /// Until when the device may read without contact, on the hub's clock.
    public let lease_ms: UInt64?
    /// Hub time minus this machine's wall time, as last measured.
    public let offset_ms: Int64?
    public let lastNumber: ChangeSetNumber?
}

/// A time when this device did not hold what the hub holds.
public struct DigestAlarm: Hashable, Sendable {
    /// By this machine's wall clock.
    public let found_ms: Int64
    /// Records that were not what the hub had sent.
    public let damaged: Int
    /// Records that were fetched again.
    public let fetched: Int
    /// Records that the hub does not lend to this device.
    public let removed: Int
    /// When both held the same again; `nil` while they don't.
    public let agreed_ms: Int64?
}

/// A half-filled form, kept as its command left it.
public struct KeptDraft: Hashable, Sendable {
    public let key: String
    public let saved_ms: Int64
    public let bytes: [UInt8]
}

/// Something `doctor` has to say.
public struct Finding: Hashable, Sendable {
    public enum Severity: Int, Hashable, Comparable, Sendable {
        case fine = 0
        case note = 1
        case warning = 2
        case broken = 3
        public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
    }
    public let severity: Severity
    /// Stable, lower-case words joined by `-`: what was looked at.
    public let check: String
    /// Whether the next sync mends it by itself.
    public var isMendedBySync: Bool {
        ["states", "columns", "digests", "notes"].contains(check)
    }
    /// For people; holds no personal value.
    public let text: String

    public init(_ severity: Severity, _ check: String, _ text: String) {
        (self.severity, self.check, self.text) = (severity, check, text)
    }
}

/// Why a change set can't be undone. An undo is a new change set that compensates; nothing is
/// erased.
public enum UndoRefusal: Error, Hashable, Sendable {
    case store(StoreError)
    /// Entries and comments stay; what is wrong in them is said in another.
    case appended(RecordID, UnitID)
    /// What was signed stands.
    case immutable(RecordID, UnitID)
    /// It decided between several values; there is no single one to go back to.
    case severalValues(RecordID, UnitID)
    /// What it replaced is not known on this device any more.
    case unknownValue(RecordID, UnitID)
    /// The unit was written again since, so going back would undo another's work.
    case movedOn(RecordID, UnitID)
    /// Nothing of it is left to take back.
    case nothingLeft
    /// The edit that would compensate is refused.
    case refused(RecordID, EditRefusal)
}
