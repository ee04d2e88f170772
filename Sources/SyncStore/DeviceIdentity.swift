public import SyncCore
public import SyncProtocol

/// Who this device is, and for whom it writes.
public struct DeviceIdentity: Hashable, Sendable {
    /// Drawn when the store was made; never changes.
    public let replica: ReplicaID
    /// What people call the machine; empty before enrolment.
    public let deviceName: String
    public let enrolment: Enrolment
    /// The hub's address as it was given at enrolment.
    public let url: String?
    public let hub: HubID?
    /// What the hub said of the present life of its log; `nil` before it was heard of.
    public let epoch: EpochID?
    public let district: String
    public let person: PersonID?
    public let personName: String
    /// What receipts are verified with. Learned once, at enrolment.
    public let receiptKey: VerifyingKey?
    /// What is sealed for the hub is sealed with. Learned with it.
    public let sealingKey: SealingKey?

    public enum Enrolment: String, Hashable, Sendable, CaseIterable {
        case none
        /// Waits for an administrator's approval.
        case pending
        case approved
        /// The hub sends nothing any more. The outbox may still be delivered.
        case revoked
        /// The hub found a copy of this device: it enrols anew.
        case copied
    }
}

/// What a hub answered to an enrolment.
public struct EnrolmentFacts: Hashable, Sendable {
    public let hub: HubID
    public let epoch: EpochID
    public let district: String
    public let receiptKey: VerifyingKey
    public let sealingKey: SealingKey
    public let person: PersonID
    public let personName: String
    public let enrolment: DeviceIdentity.Enrolment

    public init(
        hub: HubID, epoch: EpochID, district: String, receiptKey: VerifyingKey,
        sealingKey: SealingKey, person: PersonID, personName: String,
        enrolment: DeviceIdentity.Enrolment
    ) {
        self.hub = hub
        self.epoch = epoch
        self.district = district
        self.receiptKey = receiptKey
        self.sealingKey = sealingKey
        self.person = person
        self.personName = personName
        self.enrolment = enrolment
    }
}
