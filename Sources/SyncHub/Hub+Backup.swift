public import SyncCore
internal import SyncProtocol
public import SyncStore
internal import Synchronization

// What is in a backup that was restored and looked over: the anchor.

/// A place in a hub's log, as a backup holds it.
public struct LogPlace: Hashable, Sendable {
    /// The last position in it.
    public let position: LogPosition
    /// The number of its last entry, and that entry's hash.
    public let link: UInt64
    public let hash: ContentHash

    public init(position: LogPosition, link: UInt64, hash: ContentHash) {
        (self.position, self.link, self.hash) = (position, link, hash)
    }
}

/// What a store holds, read without changing it: the unjudged stays unjudged.
public struct StoreContents: Sendable {
    public let hub: HubID
    public let epoch: EpochID
    public let place: LogPlace
    /// The position up to which the log was in a verified backup.
    public let anchored: LogPosition
    /// How far it has each replica's change sets.
    public let stored: [ReplicaID: UInt64]
    /// What each device is called.
    public let names: [ReplicaID: String]

    public init(of store: HubStore) throws {
        self = try store.read { tx in
            guard let hub = try tx.setting("hub").flatMap({ HubID(bytes: $0) }),
                let epoch = try tx.epochs().last?.id, let link = try tx.lastLink()
            else { throw StoreFault(.damaged, "the store holds no hub") }
            let replicas = try tx.replicas()
            return StoreContents(
                hub: hub, epoch: epoch,
                place: LogPlace(
                    position: try Self.position("position", tx), link: link.number,
                    hash: link.hash),
                anchored: try Self.position("anchored", tx),
                stored: Dictionary(
                    uniqueKeysWithValues: replicas.map { ($0.id, $0.stored) }),
                names: Dictionary(uniqueKeysWithValues: replicas.map { ($0.id, $0.name) }))
        }
    }

    private static func position(
        _ setting: String, _ tx: borrowing HubTransaction
    ) throws -> LogPosition {
        try tx.setting(setting).flatMap { HubMemory.position($0) } ?? .start
    }

    private init(
        hub: HubID, epoch: EpochID, place: LogPlace, anchored: LogPosition,
        stored: [ReplicaID: UInt64], names: [ReplicaID: String]
    ) {
        self.hub = hub
        self.epoch = epoch
        self.place = place
        self.anchored = anchored
        self.stored = stored
        self.names = names
    }
}

/// What became of telling a hub that a backup was verified.
public enum Anchoring: Hashable, Sendable {
    /// Everything up to here is anchored now.
    case moved(LogPosition)
    /// A later backup was verified before.
    case known(LogPosition)
    /// The backup is of another log than this one.
    case foreign
}

extension Hub {
    /// Writes a consistent copy of the store to a new file. Others wait meanwhile.
    public func copy(to path: String) throws { try store.copy(to: path) }

    /// The position up to which the log is in a verified backup.
    public var anchored: LogPosition { memory.withLock { $0.anchored } }

    /// Moves the anchor to the end of a backup that was restored and found whole. From then on
    /// receipts and marks tell devices that they need no longer keep what is in it.
    public func anchor(_ place: LogPlace) throws -> Anchoring {
        let now = clock()
        return try locked { memory in
            guard place.position <= memory.position,
                let link = try store.read({ tx in try tx.link(place.link) }),
                link.hash == place.hash
            else { return .foreign }
            guard place.position > memory.anchored else { return .known(memory.anchored) }
            memory.anchorLink = try store.write { tx in
                try tx.audit(
                    "backup.verify", "\(place.position)", reason: "entry \(place.link)", by: nil,
                    at_ms: now)
                try tx.link(.anchor, Int64(place.position.value), place.hash)
                let number = try tx.lastLink()?.number ?? 0
                try tx.set("anchored", place.position.value.settingBytes)
                try tx.set("anchorLink", number.settingBytes)
                return number
            }
            memory.anchored = place.position
            return .moved(place.position)
        }
    }
}
