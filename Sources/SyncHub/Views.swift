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
    /// Enrols and revokes devices, makes people and grants, keeps the directory.
    case administrator
    /// Keeps the tag dictionary of the areas they hold a grant of, and no other.
    case areaAdministrator = "area-administrator"

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
    /// Devices that held other records than the hub when that was last compared.
    public let devicesApart: Int
    public let digest: StateDigest
    public let areas: [AreaDigest]
    /// `nil` where none is kept.
    public let journal: Journal?

    public struct Journal: Hashable, Sendable {
        public let path: String
        /// The last entry that is in the file, and the last one there is.
        public let written: UInt64
        public let last: UInt64
    }

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
        devices: Int, devicesApart: Int, digest: StateDigest, areas: [AreaDigest],
        journal: Journal? = nil
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
        self.devicesApart = devicesApart
        self.digest = digest
        self.areas = areas
        self.journal = journal
    }
}
