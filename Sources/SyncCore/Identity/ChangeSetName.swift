/// The place of a change set in its replica's log: 1, 2, 3 … without gaps.
public struct ChangeSetNumber: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The largest number on the wire; 2^53 is far beyond any device's life and exact everywhere.
    public static let maximum: UInt64 = 1 << 53

    /// In `1 ... 2^53`.
    public let value: UInt64

    /// Makes a number; `nil` outside `1 ... 2^53`.
    public init?(_ value: UInt64) {
        guard value >= 1, value <= Self.maximum else { return nil }
        self.value = value
    }

    init(unchecked value: UInt64) {
        assert(value >= 1 && value <= Self.maximum)
        self.value = value
    }

    /// The number of a replica's first change set.
    public static let first = ChangeSetNumber(unchecked: 1)

    /// The number after this one. Traps after 2^53 change sets of one replica.
    public var next: ChangeSetNumber {
        precondition(value < Self.maximum, "a replica's numbers are used up")
        return ChangeSetNumber(unchecked: value + 1)
    }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    public var description: String { String(value) }
}

/// The name of a change set, and of every write in it: who wrote, and the how-manieth.
public struct ChangeSetName: Hashable, Comparable, Sendable, CustomStringConvertible {
    public let replica: ReplicaID
    public let number: ChangeSetNumber

    public init(_ replica: ReplicaID, _ number: ChangeSetNumber) {
        (self.replica, self.number) = (replica, number)
    }

    public static func < (left: Self, right: Self) -> Bool {
        (left.replica, left.number) < (right.replica, right.number)
    }

    /// Whether a write with this name covers every earlier one of `other`'s replica by itself:
    /// the same device wrote both, and this one later.
    public func followsOnSameDevice(_ other: ChangeSetName) -> Bool {
        !replica.isHub && replica == other.replica && number > other.number
    }

    /// Whether a write with this name can have seen one with `other`'s: a replica's own must be
    /// earlier.
    ///
    /// A forged name of an own later write would cover it while that one covers this: both would be
    /// gone.
    func canHaveSeen(_ other: ChangeSetName) -> Bool {
        replica != other.replica || other.number < number
    }

    public var description: String { "\(replica)/\(number)" }
}

/// A place in the hub's log within an epoch; 0 is before its first entry.
public struct LogPosition: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// The largest position on the wire.
    public static let maximum: UInt64 = 1 << 53

    /// In `0 ... 2^53`.
    public let value: UInt64

    /// Makes a position; `nil` outside `0 ... 2^53`.
    public init?(_ value: UInt64) {
        guard value <= Self.maximum else { return nil }
        self.value = value
    }

    private init(unchecked value: UInt64) { self.value = value }

    /// Before the first entry.
    public static let start = LogPosition(unchecked: 0)

    /// The position after this one. Traps after 2^53 entries.
    public var next: LogPosition {
        precondition(value < Self.maximum, "a log's positions are used up")
        return LogPosition(unchecked: value + 1)
    }

    public static func < (left: Self, right: Self) -> Bool { left.value < right.value }
    public var description: String { String(value) }
}

/// A SHA-256 digest: of a change set, a payload, a request.
public struct ContentHash: Hashable, Comparable, Sendable, CustomStringConvertible {
    /// 32 bytes.
    public let bytes: [UInt8]

    /// Makes a hash of 32 bytes; `nil` for any other count.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 32 else { return nil }
        self.bytes = Array(bytes)
    }

    /// What a replica's first change set names as its predecessor: 32 zero bytes.
    public static let none = ContentHash(bytes: [UInt8](repeating: 0, count: 32))!

    public static func < (left: Self, right: Self) -> Bool {
        left.bytes.lexicographicallyPrecedes(right.bytes)
    }
    public var description: String { Base32.encode(bytes) }
}

/// The function that hashes; handed in, so that this room needs no library (SHA-256 everywhere).
public typealias Hashing = @Sendable ([UInt8]) -> ContentHash
