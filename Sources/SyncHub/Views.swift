public import SyncCore
public import SyncProtocol

/// A person who is logged in, and what they may do. Made by `Hub.session`, asked by every use case.
public struct Session: Hashable, Sendable {
    public let person: PersonID
    public let name: String
    public let roles: Set<Role>

    public init(person: PersonID, name: String, roles: Set<Role>) {
        (self.person, self.name, self.roles) = (person, name, roles)
    }
}

/// What a person may do at the hub. Nothing is allowed that no role allows.
public enum Role: String, Hashable, Comparable, Sendable, CaseIterable {
    /// Writes from a device, within granted scopes.
    case advisor
    /// Decides conflicts.
    case conflictAdministrator = "conflict-administrator"
    /// Enrols and revokes devices, makes people and grants.
    case administrator

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }
}

/// What a device sends to be enrolled. The signature is over `enrolmentBytes`, by the new key.
public struct EnrolmentRequest: Hashable, Sendable {
    /// The 16 secret bytes of the one-time code.
    public let secret: [UInt8]
    public let replica: ReplicaID
    public let key: VerifyingKey
    /// What people call the machine; 1 … 80 bytes.
    public let deviceName: String
    public let signature: Signature

    public init(
        secret: [UInt8], replica: ReplicaID, key: VerifyingKey, deviceName: String,
        signature: Signature
    ) {
        self.secret = secret
        self.replica = replica
        self.key = key
        self.deviceName = deviceName
        self.signature = signature
    }
}

/// What the hub answers: who the device writes for, the key that signs receipts, and the one
/// to seal for the hub with.
public struct EnrolmentAnswer: Hashable, Sendable {
    public let hub: HubID
    public let epoch: EpochID
    public let district: String
    public let receiptKey: VerifyingKey
    public let sealingKey: SealingKey
    public let person: PersonID
    public let personName: String
    public let state: DeviceState

    public init(
        hub: HubID, epoch: EpochID, district: String, receiptKey: VerifyingKey,
        sealingKey: SealingKey, person: PersonID, personName: String, state: DeviceState
    ) {
        self.hub = hub
        self.epoch = epoch
        self.district = district
        self.receiptKey = receiptKey
        self.sealingKey = sealingKey
        self.person = person
        self.personName = personName
        self.state = state
    }
}

public enum DeviceState: String, Hashable, Sendable, CaseIterable {
    /// Enrolled, not approved yet: nothing is sent to it and nothing taken from it.
    case pending
    case approved
    /// Nothing is sent to it. Its outbox is still taken.
    case revoked
    /// Found to be a copy: as revoked, and told to enrol anew.
    case copied
}

/// A device as an administrator sees it.
public struct DeviceView: Hashable, Sendable {
    public let replica: ReplicaID
    public let name: String
    public let person: PersonID
    public let personName: String
    /// The first 8 characters of the key's SHA-256, to compare with what the device shows.
    public let fingerprint: String
    public let state: DeviceState
    public let enrolled_ms: Int64
    /// `nil` before the first sync.
    public let lastSync_ms: Int64?
    /// What the device said it had that no receipt named.
    public let reportedPending: UInt64
    /// The device's clock minus the hub's at the last sync, in milliseconds.
    public let clockSkew_ms: Int64
    public let accepted: UInt64
    public let areas: [String]

    public init(
        replica: ReplicaID, name: String, person: PersonID, personName: String, fingerprint: String,
        state: DeviceState, enrolled_ms: Int64, lastSync_ms: Int64?, reportedPending: UInt64,
        clockSkew_ms: Int64, accepted: UInt64, areas: [String]
    ) {
        self.replica = replica
        self.name = name
        self.person = person
        self.personName = personName
        self.fingerprint = fingerprint
        self.state = state
        self.enrolled_ms = enrolled_ms
        self.lastSync_ms = lastSync_ms
        self.reportedPending = reportedPending
        self.clockSkew_ms = clockSkew_ms
        self.accepted = accepted
        self.areas = areas
    }
}

public enum ConflictState: String, Hashable, Sendable, CaseIterable {
    case open
    case assigned
    case proposed
    case resolved
}

/// One line of the conflict queue.
public struct ConflictView: Hashable, Sendable {
    /// 26 characters; stable for one unit of one record, through reopening.
    public let id: RecordID
    public let record: RecordID
    public let collection: CollectionID
    public let unit: UnitID
    public let kind: Dispute.Kind
    public let state: ConflictState
    public let isHighStakes: Bool
    public let area: String
    /// What the record is called, from its open columns; empty if it has none.
    public let title: String
    public let opened_ms: Int64
    public let owner: PersonID?
    public let ownerName: String?
    public let authors: [String]
    public let sides: Int
    public let proposals: Int
    public let timesReopened: Int

    public init(
        id: RecordID, record: RecordID, collection: CollectionID, unit: UnitID, kind: Dispute.Kind,
        state: ConflictState, isHighStakes: Bool, area: String, title: String, opened_ms: Int64,
        owner: PersonID?, ownerName: String?, authors: [String], sides: Int, proposals: Int,
        timesReopened: Int
    ) {
        self.id = id
        self.record = record
        self.collection = collection
        self.unit = unit
        self.kind = kind
        self.state = state
        self.isHighStakes = isHighStakes
        self.area = area
        self.title = title
        self.opened_ms = opened_ms
        self.owner = owner
        self.ownerName = ownerName
        self.authors = authors
        self.sides = sides
        self.proposals = proposals
        self.timesReopened = timesReopened
    }
}

/// Everything an administrator needs to decide one conflict.
public struct ConflictDetail: Hashable, Sendable {
    public let view: ConflictView
    public let base: SideView?
    public let sides: [SideView]
    /// What is shown meanwhile; `nil` for nothing.
    public let shown: Value?
    /// Names all heads of the sides on this page. A decision repeats it, and is refused once it is
    /// stale.
    public let version: String
    public let discussion: [Remark]
    /// What was decided, if it was: the last decision.
    public let decision: Decision?

    public init(
        view: ConflictView, base: SideView?, sides: [SideView], shown: Value?, version: String,
        discussion: [Remark], decision: Decision?
    ) {
        self.view = view
        self.base = base
        self.sides = sides
        self.shown = shown
        self.version = version
        self.discussion = discussion
        self.decision = decision
    }

    /// One side, or the base, with who wrote it and when.
    public struct SideView: Hashable, Sendable {
        /// `a`, `b`, `c` … in the order of the sides; `base` for the base.
        public let key: String
        public let value: Value
        public let writes: [Authorship]

        public init(key: String, value: Value, writes: [Authorship]) {
            (self.key, self.value, self.writes) = (key, value, writes)
        }
    }

    public struct Authorship: Hashable, Sendable {
        public let name: ChangeSetName
        public let authorName: String
        public let deviceName: String
        /// What the device's own clock showed, in milliseconds since 1970.
        public let madeAt_ms: Int64
        /// The same on the hub's clock.
        public let corrected_ms: Int64
        public let received_ms: Int64
        public let position: LogPosition
        /// What was on the author's screen: the hub position of the record's state; `nil` if they
        /// made it or saw none.
        public let shown: LogPosition?
        /// The value of this unit in that state; `nil` if it had none or it can't be told.
        public let shownValue: Value?
        public let intent: String
        public let reason: String?

        public init(
            name: ChangeSetName, authorName: String, deviceName: String, madeAt_ms: Int64,
            corrected_ms: Int64, received_ms: Int64, position: LogPosition, shown: LogPosition?,
            shownValue: Value?, intent: String, reason: String?
        ) {
            self.name = name
            self.authorName = authorName
            self.deviceName = deviceName
            self.madeAt_ms = madeAt_ms
            self.corrected_ms = corrected_ms
            self.received_ms = received_ms
            self.position = position
            self.shown = shown
            self.shownValue = shownValue
            self.intent = intent
            self.reason = reason
        }
    }

    /// A comment or a proposal from the record's discussion that concerns this unit.
    public struct Remark: Hashable, Sendable {
        public let authorName: String
        public let corrected_ms: Int64
        public let isProposal: Bool
        /// The key of the side proposed, `mine` having been worked out; empty for a comment.
        public let keep: String
        public let text: String

        public init(
            authorName: String, corrected_ms: Int64, isProposal: Bool, keep: String, text: String
        ) {
            self.authorName = authorName
            self.corrected_ms = corrected_ms
            self.isProposal = isProposal
            self.keep = keep
            self.text = text
        }
    }

    public struct Decision: Hashable, Sendable {
        public let byName: String
        public let at_ms: Int64
        public let value: Value
        public let reason: String

        public init(byName: String, at_ms: Int64, value: Value, reason: String) {
            (self.byName, self.at_ms, self.value, self.reason) = (byName, at_ms, value, reason)
        }
    }
}

/// What an administrator decides.
public struct ResolutionRequest: Hashable, Sendable {
    public enum Choice: Hashable, Sendable {
        /// The side with this key.
        case keep(String)
        /// Another value.
        case compose(Value)
    }
    /// The version of the detail that was on the page.
    public let version: String
    public let choice: Choice
    /// Required; 1 … 2,000 bytes.
    public let reason: String

    public init(version: String, choice: Choice, reason: String) {
        (self.version, self.choice, self.reason) = (version, choice, reason)
    }
}

/// What an operator sees of a hub.
public struct HubStatus: Hashable, Sendable {
    public let hub: HubID
    public let epoch: EpochID
    public let district: String
    public let position: LogPosition
    public let records: Int
    public let changeSets: UInt64
    public let uploads: Int
    public let held: Int
    public let quarantined: Int
    public let openConflicts: Int
    public let devices: Int
    public let digest: StateDigest
    public let areas: [AreaDigest]

    public struct AreaDigest: Hashable, Sendable {
        public let scope: ScopeID
        public let name: String
        public let digest: StateDigest
        public let records: Int

        public init(scope: ScopeID, name: String, digest: StateDigest, records: Int) {
            (self.scope, self.name, self.digest, self.records) = (scope, name, digest, records)
        }
    }

    public init(
        hub: HubID, epoch: EpochID, district: String, position: LogPosition, records: Int,
        changeSets: UInt64, uploads: Int, held: Int, quarantined: Int, openConflicts: Int,
        devices: Int, digest: StateDigest, areas: [AreaDigest]
    ) {
        self.hub = hub
        self.epoch = epoch
        self.district = district
        self.position = position
        self.records = records
        self.changeSets = changeSets
        self.uploads = uploads
        self.held = held
        self.quarantined = quarantined
        self.openConflicts = openConflicts
        self.devices = devices
        self.digest = digest
        self.areas = areas
    }
}
