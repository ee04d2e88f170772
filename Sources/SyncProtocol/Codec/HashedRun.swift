public import SyncCore

/// A number of a replica's log whose change set its device can't produce any more. Only its place
/// in the chain is left.
public struct RunGap: Hashable, Sendable {
    public let number: ChangeSetNumber
    /// What stands before it in the chain.
    public let previous: ContentHash
    /// What the change set had, as the chain says: by this a copy that turns up is known.
    public let hash: ContentHash

    public init(_ number: ChangeSetNumber, previous: ContentHash, hash: ContentHash) {
        (self.number, self.previous, self.hash) = (number, previous, hash)
    }
}

/// A run, read: consecutive numbers of one replica, each a change set or a gap.
///
/// Invariant: each change set names the hash of what stands before it, gap or not.
public struct HashedRun: Hashable, Sendable {
    public let replica: ReplicaID
    public let first: ChangeSetNumber
    /// What stands before `first` in the chain.
    public let previous: ContentHash
    /// Rising.
    public let changeSets: [HashedChangeSet]
    /// Rising; none of a number in `changeSets`, and with these all numbers.
    public let gaps: [RunGap]

    /// - Precondition: together at least one, consecutive and chained.
    public init(
        replica: ReplicaID, first: ChangeSetNumber, previous: ContentHash,
        changeSets: [HashedChangeSet], gaps: [RunGap]
    ) {
        precondition(!changeSets.isEmpty || !gaps.isEmpty)
        self.replica = replica
        self.first = first
        self.previous = previous
        self.changeSets = changeSets
        self.gaps = gaps
    }

    /// How many numbers it names.
    public var count: Int { changeSets.count + gaps.count }

    /// The last number that it names.
    public var last: ChangeSetName {
        ChangeSetName(replica, ChangeSetNumber(first.value + UInt64(count) - 1)!)
    }

    /// The hash at its last number, which stands for the chain so far.
    public var head: ContentHash {
        guard let gap = gaps.last, gap.number == last.number else {
            return changeSets[changeSets.count - 1].hash
        }
        return gap.hash
    }

    /// The change set of a number; `nil` for a gap, and outside of the run.
    public func changeSet(_ number: UInt64) -> HashedChangeSet? {
        guard number >= first.value, number - first.value < UInt64(count) else { return nil }
        // Only gaps stand between where it would lie without any and where it does.
        var place = min(Int(number - first.value), changeSets.count - 1)
        while place >= 0, changeSets[place].changeSet.name.number.value > number { place -= 1 }
        guard place >= 0, changeSets[place].changeSet.name.number.value == number else {
            return nil
        }
        return changeSets[place]
    }

    /// What the chain has at a number; `nil` outside of the run.
    public func hash(of number: UInt64) -> ContentHash? {
        changeSet(number)?.hash ?? gaps.first { $0.number.value == number }?.hash
    }

    /// What the chain has before a number of the run.
    public func previous(of number: UInt64) -> ContentHash? {
        number == first.value ? previous : hash(of: number - 1)
    }

    /// The bytes that its signature is made over. The last hash stands for all that is chained to
    /// it; a gap parts the chain, so both of its ends are said.
    public var signedBytes: [UInt8] {
        var bytes = SignedRun.signedBytes(last, head)
        for gap in gaps {
            var writer = ByteWriter()
            writer.varint(gap.number.value)
            writer.raw(gap.previous.bytes)
            writer.raw(gap.hash.bytes)
            bytes += writer.bytes
        }
        return bytes
    }
}
