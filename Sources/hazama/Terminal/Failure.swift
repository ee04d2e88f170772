/// Why a command did not do what it was asked, in the order in which a person needs it.
struct Failure: Error, Sendable {
    let status: ExitStatus
    /// A code of `protocol/errors.md`, the same in every language.
    let code: String
    /// What is safe; left out only where nothing of anybody's could have been touched.
    var safe: String?
    let what: String
    /// What to do next.
    var next: String?
}

/// The codes of what only a device can meet. They never travel.
enum DeviceCode: String, CaseIterable, Sendable {
    /// The words of a command don't fit together.
    case badUsage = "HZ-7001"
    /// An answer is missing, and nobody could be asked.
    case answerMissing = "HZ-7002"
    /// Something typed can't be read: a date, an amount, a number.
    case badInput = "HZ-7003"
    /// No record, draft or conflict has that id.
    case noSuchRecord = "HZ-7004"
    /// Several have that short id.
    case ambiguousID = "HZ-7005"
    /// An edit that its unit does not allow.
    case editRefused = "HZ-7006"
    /// A file can't be read or written.
    case badFile = "HZ-7007"
    /// No step of the work leads from where it stands to what was to be recorded.
    case noStep = "HZ-7008"
    /// This machine is not enrolled.
    case notEnrolled = "HZ-7101"
    /// It is already.
    case alreadyEnrolled = "HZ-7102"
    /// Nobody is logged in as an administrator.
    case noAdministrator = "HZ-7103"
    /// The store is locked.
    case locked = "HZ-7104"
    /// There is work here that the hub does not have.
    case unsentWork = "HZ-7105"
    /// The time for reading without contact is over, or the hub took this machine out.
    case leaseOver = "HZ-7106"
    /// The hub can't be reached.
    case offline = "HZ-7201"
    /// Something answered that is not the hub.
    case notTheHub = "HZ-7202"
    /// The store is open in another process.
    case storeBusy = "HZ-7301"
    /// The disk is full.
    case diskFull = "HZ-7302"
    /// The store can't be written.
    case storeReadOnly = "HZ-7303"
    /// The store is damaged.
    case storeDamaged = "HZ-7304"
    /// The store was made by a newer program.
    case storeNewer = "HZ-7305"
    /// The store failed in a way of its own.
    case storeFailed = "HZ-7306"
    /// A line of a file of facts can't be read.
    case badFacts = "HZ-7501"
    /// A rule's standard has no value for the day asked for.
    case noStandard = "HZ-7502"
    /// No programme, document or fact of that name is in the catalogue.
    case noSuchPolicy = "HZ-7503"
    /// A catalogue does not hold together.
    case badCatalogue = "HZ-7504"
    /// A department's file can't be read at all.
    case badFeed = "HZ-7601"
    /// A file made for another machine.
    case fileForOther = "HZ-7701"
    /// A file or card of somebody who can't be shown to be of this hub.
    case fileOfStranger = "HZ-7702"
    /// The hub's word for a machine is missing, or holds no longer.
    case wordRunOut = "HZ-7703"
    /// A file in which a change is missing or does not follow.
    case fileWithGap = "HZ-7704"
    /// A receipt does not fit what it is for.
    case receiptWrong = "HZ-7401"
}
