public import SyncCore

/// An error on the wire: a stable code, and words for people. See `protocol/errors.md`.
///
/// Codes are never reused. A client that does not know a code goes by the status.
public struct Problem: Error, Hashable, Sendable {
    public let code: Code
    /// What happened and what to do next, in English; a client shows its own words for a code it
    /// knows.
    public let text: String
    /// Seconds after which to try again; `nil` where trying again changes nothing.
    public let retryAfter_s: Int?
    /// The present epoch, where the request named another.
    public let epoch: EpochID?
    /// With `epoch`: the last of the device's change sets that the hub has; `nil` for none.
    public let stored: ChainHead?

    public init(
        _ code: Code, _ text: String? = nil, retryAfter_s: Int? = nil, epoch: EpochID? = nil,
        stored: ChainHead? = nil
    ) {
        self.epoch = epoch
        self.stored = stored
        self.code = code
        self.text = text ?? code.text
        self.retryAfter_s = retryAfter_s
    }

    public enum Code: String, Hashable, Sendable, CaseIterable {
        case malformed = "HZ-1001"
        case unknownVersion = "HZ-1002"
        case wrongMediaType = "HZ-1003"
        case tooLarge = "HZ-1004"
        case notFound = "HZ-1005"
        case wrongMethod = "HZ-1006"
        case badBundle = "HZ-1007"
        case badSignature = "HZ-2001"
        case unknownReplica = "HZ-2002"
        case awaitingApproval = "HZ-2003"
        case revoked = "HZ-2004"
        case wrongEpoch = "HZ-2005"
        case unknownMark = "HZ-2007"
        case badCode = "HZ-2101"
        case replicaTaken = "HZ-2102"
        case notLoggedIn = "HZ-3001"
        case badPassword = "HZ-3002"
        case notAllowed = "HZ-3003"
        case foreignOrigin = "HZ-3004"
        case noSuchConflict = "HZ-4001"
        case staleView = "HZ-4002"
        case reasonRequired = "HZ-4003"
        case alreadyResolved = "HZ-4004"
        case badChoice = "HZ-4005"
        case badValue = "HZ-4006"
        case noProposal = "HZ-4007"
        case notDecided = "HZ-4008"
        case noSuchDevice = "HZ-4101"
        case noSuchPerson = "HZ-4102"
        case noSuchArea = "HZ-4103"
        case noSuchGrant = "HZ-4104"
        case noSuchRecord = "HZ-4105"
        case noSuchChangeSet = "HZ-4201"
        case notAdmissible = "HZ-4202"
        case secondPersonRequired = "HZ-4203"
        case noSuchRules = "HZ-4301"
        case rulesRefused = "HZ-4302"
        case noSuchFile = "HZ-6001"
        case wrongBytes = "HZ-6002"
        case fileQuota = "HZ-6003"
        case tooManyRequests = "HZ-9001"
        case busy = "HZ-9002"
        case storageFull = "HZ-9003"
        case failed = "HZ-9004"
    }
}

/// The last change set of a replica's chain; by its hash it stands for all before it.
public struct ChainHead: Hashable, Sendable {
    public let number: ChangeSetNumber
    public let hash: ContentHash

    public init(number: ChangeSetNumber, hash: ContentHash) {
        (self.number, self.hash) = (number, hash)
    }
}

extension Problem {
    /// As it travels: `{"code":…,"text":…}`, and what belongs to a new epoch.
    public var json: JSON {
        var members = [
            JSONMember("code", .string(code.rawValue)), JSONMember("text", .string(text)),
        ]
        if let epoch { members.append(JSONMember("epoch", .string("\(epoch)"))) }
        if let stored {
            members.append(JSONMember("stored", .number(stored.number.value)))
            members.append(JSONMember("head", .string("\(stored.hash)")))
        }
        return .object(members)
    }
}

extension CodecError {
    /// What a hub answers to bytes that it can't read.
    public var problem: Problem {
        switch self {
        case .unknownVersion: Problem(.unknownVersion)
        case .tooMany: Problem(.tooLarge)
        case .truncated, .trailing, .malformedNumber, .outOfRange, .malformedText, .unknownTag,
            .outOfOrder, .malformedFrame, .notOurs:
            Problem(.malformed)
        }
    }
}

extension Problem.Code {
    /// The HTTP status that goes with the code.
    public var status: Int {
        switch self {
        case .malformed, .unknownVersion, .badBundle, .reasonRequired, .badChoice, .badValue: 400
        case .badSignature, .unknownReplica, .notLoggedIn, .badPassword: 401
        case .awaitingApproval, .revoked, .badCode, .notAllowed, .foreignOrigin: 403
        case .notFound, .noSuchConflict, .noSuchDevice, .noSuchPerson, .noSuchArea, .noSuchGrant,
            .noSuchRecord, .noSuchChangeSet, .noSuchRules, .noSuchFile:
            404
        case .wrongMethod: 405
        case .wrongEpoch, .unknownMark, .replicaTaken, .staleView, .alreadyResolved,
            .noProposal, .notDecided, .notAdmissible, .secondPersonRequired, .rulesRefused,
            .wrongBytes:
            409
        case .tooLarge, .fileQuota: 413
        case .wrongMediaType: 415
        case .tooManyRequests: 429
        case .failed: 500
        case .busy: 503
        case .storageFull: 507
        }
    }

    /// The English words, which say what to do next.
    public var text: String {
        switch self {
        case .malformed: "The request can't be read. Nothing was stored; send it again."
        case .unknownVersion: "This hub does not speak that version. Upgrade the older end."
        case .wrongMediaType: "The body is of a kind this address does not take."
        case .tooLarge: "The request is too large. Send fewer change sets at a time."
        case .notFound: "There is nothing at this address."
        case .wrongMethod: "This address does not take that method."
        case .badBundle: "The file is no bundle for this hub, or damaged. Nothing was taken in."
        case .badSignature:
            "The signature does not fit. Nothing was stored; "
                + "if it stays so, tell the administrator."
        case .unknownReplica: "No such device is enrolled here. Enrol it with a new code."
        case .awaitingApproval: "The device waits for an administrator's approval. Try again later."
        case .revoked: "The device was revoked. What it sent is kept; nothing is sent to it."
        case .wrongEpoch: "The hub was restored. The device offers its work again by itself."
        case .unknownMark:
            "The device knows of work that this hub does not. It sends the proof by itself."
        case .badCode: "The code is wrong, used or too old. Ask for a new one."
        case .replicaTaken: "That device name is taken by another key. Enrol anew."
        case .notLoggedIn: "Log in first."
        case .badPassword: "Name or password is wrong."
        case .notAllowed: "You have no authority for this."
        case .foreignOrigin: "The request came from another site and was not carried out."
        case .noSuchConflict: "There is no such conflict."
        case .staleView: "The conflict has changed since you looked. Look again and decide."
        case .reasonRequired: "A reason is required."
        case .alreadyResolved: "The conflict is already resolved."
        case .badChoice: "That is none of the conflict's sides."
        case .badValue: "The value does not fit the field."
        case .noProposal: "Nothing is proposed here that could be approved."
        case .notDecided: "There is no decision here that could be taken back."
        case .noSuchDevice: "There is no such device."
        case .noSuchPerson: "There is no such person."
        case .noSuchArea: "There is no such area."
        case .noSuchGrant: "There is no such grant."
        case .noSuchRecord: "There is no such record."
        case .noSuchChangeSet: "There is nothing of that name in quarantine."
        case .notAdmissible:
            "It can't be admitted as it is. Return it to its author, who can enter it again."
        case .secondPersonRequired: "Another person has to agree. You have said so already."
        case .noSuchRules: "There is no catalogue of that name. Look at what there is."
        case .rulesRefused: "The catalogue was not taken. Everybody goes by the one before."
        case .noSuchFile: "No record that you may read names such a file, or it is not here yet."
        case .wrongBytes:
            "The bytes are not those that the record names. They were dropped; send the file anew."
        case .fileQuota: "This device has brought as many files as it may. Nothing of it was kept."
        case .tooManyRequests: "Too many requests. Wait a little."
        case .busy: "The hub is busy. Nothing is lost; try again."
        case .storageFull: "The hub's disk is full. Nothing is lost; its operator must make room."
        case .failed: "The hub failed. Nothing is lost; try again, and tell its operator."
        }
    }
}
