/// How the records of one collection are recognised as the same thing, registered twice.
///
/// Comes with the schema, so that no store and no hub needs to know what its records are. Pure: the
/// same on the device that registers and at the hub where the record arrives. What is found is a
/// question for people, never an answer.
public struct DuplicateRule: Sendable {
    /// Whether two people must agree that two records are one.
    public let needsSecondPerson: Bool
    /// The score from which people are asked, in `1 ... 100`.
    public let threshold: Int
    /// The records to read with a record to recognise it: a household's members. Only the first
    /// `maximumRelatives` are read.
    public let relatives: @Sendable (RecordState) -> [RecordID]
    /// The records that are recognised by this one: a member's household.
    public let recognisedBy: @Sendable (RecordState) -> [RecordID]
    /// What a record is looked up by; two that share none are never compared. The most telling come
    /// first.
    public let keys: @Sendable (LikenessSubject) -> [LikenessKey]
    /// Compares two records; `nil` where nothing speaks for them being one.
    public let likeness: @Sendable (LikenessSubject, LikenessSubject) -> Likeness?

    /// The most relatives that are read with a record.
    public static let maximumRelatives = 16

    public init(
        needsSecondPerson: Bool, threshold: Int,
        relatives: @escaping @Sendable (RecordState) -> [RecordID],
        recognisedBy: @escaping @Sendable (RecordState) -> [RecordID],
        keys: @escaping @Sendable (LikenessSubject) -> [LikenessKey],
        likeness: @escaping @Sendable (LikenessSubject, LikenessSubject) -> Likeness?
    ) {
        precondition((1...100).contains(threshold))
        self.needsSecondPerson = needsSecondPerson
        self.threshold = threshold
        self.relatives = relatives
        self.recognisedBy = recognisedBy
        self.keys = keys
        self.likeness = likeness
    }
}

/// A record with those it is recognised by.
public struct LikenessSubject: Sendable {
    public let state: RecordState
    public let relatives: [RecordState]

    public init(_ state: RecordState, relatives: [RecordState]) {
        (self.state, self.relatives) = (state, relatives)
    }
}

/// Something two records of the same thing have in common: a number, a name as it sounds with a
/// year. Kept only as a hash under a secret of the store's, for it can be an identity number.
public struct LikenessKey: Hashable, Sendable {
    /// What kind of key it is; keys of two kinds never meet.
    public let kind: UInt8
    public let text: String

    public init(_ kind: UInt8, _ text: String) { (self.kind, self.text) = (kind, text) }
}

/// How much two records are alike, and why.
public struct Likeness: Hashable, Sendable {
    /// In `0 ... 100`.
    public let score: Int
    /// What speaks for it and against it, in the order of a person's interest.
    public let reasons: [LikenessReason]

    public init(score: Int, reasons: [LikenessReason]) {
        (self.score, self.reasons) = (min(max(score, 0), 100), reasons)
    }
}

/// One thing two records have in common, or not.
public struct LikenessReason: Hashable, Sendable {
    /// Lower-case words joined by `-`, the key for catalogues: `same-birth`.
    public let code: String
    /// What was compared, where it may be shown: the two names. Never an identity number.
    public let values: [String]

    public init(_ code: String, _ values: [String] = []) {
        (self.code, self.values) = (code, values)
    }
}
