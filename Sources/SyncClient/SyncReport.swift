public import SyncCore
public import SyncExchange
public import SyncProtocol
public import SyncStore

/// What a sync is to do.
public struct SyncOptions: Hashable, Sendable {
    /// The most bytes to spend on the line, both ways, before compression; `nil` for no limit.
    public var maximumBytes: Int?
    /// Only asks what would be sent and received. Nothing is stored, here or there.
    public var isDryRun: Bool
    /// What travels; `nil` for everything, records first.
    public var only: Lane?

    public enum Lane: String, Hashable, Sendable, CaseIterable {
        case records
        case files
    }

    public init(maximumBytes: Int? = nil, isDryRun: Bool = false, only: Lane? = nil) {
        (self.maximumBytes, self.isDryRun, self.only) = (maximumBytes, isDryRun, only)
    }
}

/// What happens during a sync, for a person who waits.
public enum SyncEvent: Hashable, Sendable {
    /// A request is being sent with so many change sets.
    case sending(changeSets: Int, bytes: Int)
    case transfer(TransferProgress)
    /// The answer is here and is being applied.
    case applying(records: Int)
    /// The hub has these, up to this number; its signature was verified.
    case receipted(through: ChangeSetNumber)
    /// The hub was restored: what it may lack is offered again.
    case newEpoch(EpochID)
    /// What lies here differed from the hub's; everything is fetched again.
    case repairing
    /// So many bytes of a file have gone up, or come down.
    case file(isUp: Bool, done: Int, of: Int)
}

/// How a sync ended. The summary object of `hazama sync --json`.
public struct SyncSummary: Hashable, Sendable {
    public var roundTrips = 0
    /// Head and body of all requests, as sent inside TLS.
    public var bytesUp = 0
    public var bytesDown = 0
    /// All of them, both ways.
    public var bytes: Int { bytesUp + bytesDown }
    /// Change sets that got their receipt.
    public var sent = 0
    /// States of records that came.
    public var received = 0
    /// Units that people must decide, after this sync.
    public var conflicts = 0
    /// The number up to which every own change set has a receipt.
    public var receiptThrough: ChangeSetNumber?
    /// Its place in the hub's log.
    public var receiptPosition: LogPosition?
    public var quarantined = 0
    public var held = 0
    /// Change sets that can't be read any more on this machine, and that the hub never had.
    public var lost = 0
    /// Change sets without a receipt, after this sync.
    public var unsent = 0
    /// Whether device and hub hold the same, after this sync; `nil` where that was not compared.
    public var digestMatches: Bool?
    /// Whether they were found to hold something else meanwhile, and what differed was fetched.
    public var isRepaired = false
    /// News for the person that came.
    public var notices = 0
    /// Bundles of other devices that were handed in.
    public var delivered = 0
    /// Bundles of other devices that wait here, for they did not fit into the limit on bytes.
    public var undelivered = 0
    /// Bundles of other devices that the hub will not take.
    public var refused = 0
    /// Records that were taken off this device, by why it may hold them no longer.
    public var left: [SyncResponse.Leave.Reason: Int] = [:]
    /// How many records that were.
    public var takenOff: Int { left.values.reduce(0, +) }
    /// Files of which the hub has all bytes since this sync.
    public var filesSent = 0
    /// Files that were asked for and are here now.
    public var filesReceived = 0
    /// Files that are only on this machine, after this sync, and their bytes.
    public var filesUnsent = 0
    public var fileBytesUnsent = 0
    /// Files that the hub will not take.
    public var filesRefused = 0
    /// Whether the limit on bytes ended it before everything was exchanged.
    public var isCutShort = false
    /// For a dry run: what a real one would move, before compression.
    public var estimate: Estimate?

    public init() {}

    public struct Estimate: Hashable, Sendable {
        public var changeSets: Int
        public var bytesUp: Int
        public var records: UInt64
        public var bytesDown: UInt64
        /// Files that would follow, and their bytes.
        public var files = 0
        public var fileBytes = 0

        public init(changeSets: Int, bytesUp: Int, records: UInt64, bytesDown: UInt64) {
            self.changeSets = changeSets
            self.bytesUp = bytesUp
            self.records = records
            self.bytesDown = bytesDown
        }
    }
}

/// Why a sync or an enrolment ended before it was done. Nothing recorded is lost in any of these,
/// and what was exchanged before stays.
public enum SyncFailure: Error, Hashable, Sendable {
    /// No answer. Whether the request arrived is unknown; repeating it is harmless.
    case transport(TransportError)
    /// Something answered that does not get us further.
    case stopped(DeviceExchange.Stop)
    /// The store failed, or the answer contradicts it.
    case store(StoreError)
    /// The device is not enrolled.
    case notEnrolled
    /// A file is none that can be used. Nothing of it was taken in.
    case bundle(BundleError)
    /// Another run of this client is not over.
    case alreadyRunning
    /// The enrolment code has a typing error.
    case badCode
    /// The hub at that address has another authority than the code says: another hub, or somebody
    /// between.
    case otherAuthority
    /// The caller gave up. Everything is whole and the next sync goes on from here.
    case cancelled
}

/// A failure with what was done before it.
public struct SyncInterruption: Error, Hashable, Sendable {
    public let failure: SyncFailure
    public let summary: SyncSummary

    public init(_ failure: SyncFailure, _ summary: SyncSummary) {
        (self.failure, self.summary) = (failure, summary)
    }
}
