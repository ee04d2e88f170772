public import SyncCore

/// Why a device's store did not do what was asked. Nothing of it remains: the store is as it was
/// before.
///
/// Carries numbers and names of records, never a value: what a household said must not end in a
/// log.
public enum StoreError: Error, Hashable, Sendable {
    /// The disk, the file or SQLite failed.
    case fault(StoreFault)
    /// Another process, or another part of this one, has the store open.
    case inUse
    /// There is no store in this folder.
    case noStore(path: String)
    /// The folder or a file in it is not safe to use: not ours, open to others, or no plain file.
    case unsafePath(path: String, reason: PathFault)
    /// The file is a database of another program, or was tampered with.
    case notOurs(String)
    /// A newer program wrote this store; nothing was touched.
    case fromTheFuture(version: Int)
    /// The key file is gone or not 32 bytes long. The store can be read, but nothing sent.
    case keyMissing
    /// The device is not enrolled, so there is no author to write for.
    case notEnrolled
    /// The folder belongs to another enrolment already.
    case alreadyEnrolled
    /// No grant covers where this record lies, or it lies nowhere known here.
    case outsideGrants(RecordID)
    /// Some records of one change set lie under grants in force, others under one that has ended:
    /// they are written separately.
    case severalGrants
    /// There is no such record here.
    case unknownRecord(RecordID)
    /// A record that is to be created is there already.
    case recordExists(RecordID)
    /// One record has two changes in one change set.
    case recordTwice(RecordID)
    /// Nothing to record.
    case nothingToRecord
    /// The change does not fit the schema.
    case invalid(RecordID, SchemaViolation)
    /// The unit's writes so far are of another kind than this one.
    case heldOtherwise(RecordID, UnitID)
    /// The schema has no step from where the unit stands to what the change sets.
    case noStep(RecordID, UnitID)
    /// Larger than the protocol allows; told here, so that nothing sealed is ever refused for it.
    case tooLarge(part: Part, count: Int, maximum: Int)
    /// U+0000 in a text of the change set itself: the hub would set it aside.
    case forbiddenCharacter(Part)
    /// The hybrid clock is at the end of its range: the machine's clock stands in the year 10889.
    case clockExhausted
    /// There is no change set with this number in the outbox.
    case unknownChangeSet(ChangeSetNumber)
    /// Another change set of this name is carried here: one of two machines is a copy.
    case carriedOtherwise(ChangeSetName)
    /// A record is not what the hub sent. The next sync fetches it again; nothing else is touched.
    case damagedRecord(RecordID)
    /// Bytes kept here can't be read.
    case unreadable(String)
    /// What the hub sent contradicts what this device knows. Nothing of it was applied.
    case badAnswer(AnswerFault)

    /// What is wrong with a folder or file.
    public enum PathFault: Hashable, Sendable {
        case notADirectory
        case notAFile
        case foreignOwner
        case openToOthers
        case readOnly
        case unreachable(errno: Int32)
    }

    /// What is too large.
    public enum Part: String, Hashable, Sendable {
        case changeSetBytes
        case changes
        case intentBytes
        case formBytes
        case reasonBytes
    }

    /// What is wrong with an answer.
    public enum AnswerFault: Hashable, Sendable {
        /// A receipt is not signed by the key learned at enrolment, or can't be read.
        case badReceiptSignature
        /// A receipt is of another hub, epoch or replica.
        case foreignReceipt
        /// A receipt names a change set this device never made, or with another hash: a copied
        /// device.
        case receiptOfOther(ChangeSetNumber)
        /// A page names a grant that the device does not have.
        case unknownGrant(Int)
        /// A state can't be read.
        case unreadableState(RecordID)
        /// The answer is of another epoch than the one the request was made in.
        case otherEpoch(EpochID)
    }
}

extension StoreError {
    init(_ error: any Error) {
        self = error as? StoreError ?? .fault(StoreFault(error))
    }
}
