internal import SyncCore

/// Why people are asked. Numbers are kept in the store, words in the API; neither is used again for
/// another.
public enum ConflictKind: UInt8, Hashable, Sendable, CaseIterable {
    /// Two values of one field.
    case value = 0
    /// Two values of a group of fields that never mix.
    case group = 1
    /// Something signed is contradicted.
    case contestation = 2
    /// A record was made void over work that was not seen, or brought back while others did
    /// otherwise.
    case deletion = 3
    /// A total went beyond what it may be.
    case capacity = 4
    /// Two moves of a state machine parted.
    case states = 5
    /// Two records claim what only one can have.
    case key = 6
    /// A record lies with one that is void.
    case reference = 7
    /// What a decision was computed from was changed by somebody who did not know of it.
    case premise = 8
    /// Work under an authority that had ended touched what was changed since.
    case late = 9
    /// A device was copied or put back: its name has two pasts.
    case fork = 10
    /// A change set does not fit the schema, and can't be made to.
    case schema = 11
    /// A change set could not be taken up for another reason.
    case failure = 12
    /// Two records may be one, registered twice.
    case duplicate = 13
    /// A device has lost a change set that the hub never had.
    case loss = 14

    /// The word for it in the API and in addresses.
    public var word: String {
        switch self {
        case .value: "value"
        case .group: "group"
        case .contestation: "contestation"
        case .deletion: "deletion"
        case .capacity: "capacity"
        case .states: "states"
        case .key: "key"
        case .reference: "reference"
        case .premise: "premise"
        case .late: "late"
        case .fork: "fork"
        case .schema: "schema"
        case .failure: "failure"
        case .duplicate: "duplicate"
        case .loss: "loss"
        }
    }

    public init?(word: String) {
        guard let kind = Self.allCases.first(where: { $0.word == word }) else { return nil }
        self = kind
    }

    init(_ kind: Dispute.Kind) {
        self =
            switch kind {
            case .value: .value
            case .group: .group
            case .contestation: .contestation
            case .deletion: .deletion
            case .capacity: .capacity
            case .states: .states
            }
    }
}

/// How much harm waiting does. Decides what comes first, and when it is due.
public enum Severity: UInt8, Hashable, Comparable, Sendable, CaseIterable {
    case normal = 0
    case high = 1

    public static func < (left: Self, right: Self) -> Bool { left.rawValue < right.rawValue }

    public var word: String {
        switch self {
        case .normal: "normal"
        case .high: "high"
        }
    }

    init(_ kind: ConflictKind, _ stakes: Stakes) {
        self =
            switch kind {
            // Somebody's work is not in any record, or a device works on in vain.
            case .fork, .schema, .failure, .loss: .high
            case .late, .premise, .capacity, .states, .key, .reference:
                stakes >= .high ? .high : .normal
            case .value, .group, .contestation, .deletion: stakes >= .high ? .high : .normal
            // Both are there, and served, until somebody has time.
            case .duplicate: .normal
            }
    }

    /// How long one may stay open: 3 or 14 days, in milliseconds.
    var term_ms: Int64 {
        let days: Int64 =
            switch self {
            case .high: 3
            case .normal: 14
            }
        return days * 24 * 3_600_000
    }
}
