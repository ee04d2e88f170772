internal import SyncCore

/// Every limit of the protocol, as in `protocol/limits.md`, which says why each is what it is.
public enum Limits {
    /// The canonical bytes of a change set, envelope and payloads together.
    public static let changeSetBytes = 256 * 1024
    /// The state of one record. What a change set adds is counted by its canonical bytes.
    public static let stateBytes = 1 << 20
    /// Records in one change set.
    public static let changesPerChangeSet = 2000
    /// Change sets in one run.
    public static let changeSetsPerRun = 10_000
    /// Records, writes, values and names in one run: by its dictionaries a short run can name many.
    public static let thingsPerRun = 1 << 22
    /// Runs in one request.
    public static let runsPerRequest = 16
    /// Numbers that a device asks after in one request.
    public static let unsettledPerRequest = 10_000
    /// Receipts of earlier epochs shown in one request.
    public static let receiptsPerRequest = 1000
    /// Stretches that a device asks for in one request.
    public static let stretchesPerRequest = 256
    /// Into how many parts the hub cuts a stretch that is too long to be sent.
    public static let stretchParts = 16
    /// Records of a stretch that is sent and not cut.
    public static let stretchRecords = 32
    /// Stretches that one answer tells of.
    public static let stretchesPerAnswer = stretchesPerRequest * stretchParts
    /// Records of which the hub asks a device for its copy, and copies in a request.
    public static let copiesPerRequest = 64
    /// Leaves that one purge receipt names.
    public static let leavesPerPurge = 10_000
    /// The bytes of one file.
    public static let fileBytes = Int(AttachedFile.maximumBytes)
    /// The bytes of a file in one request or answer.
    public static let filePartBytes = 1 << 20
    /// All files that one device has brought.
    public static let fileBytesPerDevice = 16 << 30
    public static let intentBytes = 40
    public static let formBytes = 80
    public static let reasonBytes = 2000
    /// A request to the hub, as sent.
    public static let requestBytes = 16 << 20
    /// A request to the hub once decompressed.
    public static let requestBytesUnpacked = 64 << 20
    /// An answer of the hub once decompressed, as far as a device reads one.
    public static let responseBytesUnpacked = 256 << 20
    /// A page of states, before compression. A page is longer only where one change set needs it.
    public static let pageBytes = 256 << 10
    /// A page as it is sent. Longer only where one change set needs it.
    public static let pageBytesSent = 64 << 10
    /// What the hub sends in one answer unless the device asks for less, as sent.
    public static let defaultDownBytes = 8 << 20
    /// Scopes that one device may hold.
    public static let scopesPerDevice = 256
    /// Writers of one hub: replicas, each with its authors.
    public static let writers = 1 << 20
    /// A JSON request to the hub.
    public static let jsonBytes = 256 * 1024
    /// How deep JSON may nest.
    public static let jsonDepth = 16
    /// How far an enrolment code reaches, in milliseconds: 15 minutes.
    public static let codeLife_ms: Int64 = 15 * 60 * 1000
}
