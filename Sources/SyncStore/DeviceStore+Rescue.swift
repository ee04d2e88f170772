internal import GRDB
public import SyncCore
public import SyncProtocol

/// What can still be read of a store that can't be opened any more: whose it was, and what it
/// wrote.
public struct RescuedWork: Sendable {
    public let hub: HubID
    /// What is sealed for the hub is sealed with.
    public let sealingKey: SealingKey
    public let replica: ReplicaID
    public let key: SigningKey
    /// By their numbers: those that are what they were when they were recorded, and that are in no
    /// verified backup of the hub. Not all need be there.
    public let changeSets: [HashedChangeSet]
    /// How many others there must have been: their bytes can't be read, or are not what was
    /// written.
    public let lost: Int
}

extension DeviceStore {
    /// Reads what is left of the store in the folder `path`, and changes nothing.
    ///
    /// The outbox is asked row by row, so that what is damaged keeps nothing else from being found.
    /// A change set is taken only if its bytes are those that were recorded: by the hash that
    /// stands beside them, or by that which the next one names.
    ///
    /// - Throws: `.notEnrolled` where nobody is known to send it to; `.unreadable` and `.fault`
    ///   where not even whose store it was can be read.
    public static func rescue(_ path: String) throws(StoreError) -> RescuedWork {
        try rescue(path, on: MachineDisk())
    }

    /// The same on a disk of the caller's.
    package static func rescue(
        _ path: String, on disk: any DeviceDisk
    ) throws(StoreError) -> RescuedWork {
        let file = path + "/store.sqlite"
        guard try disk.check(file) else { throw .noStore(path: path) }
        let lock = try disk.lock(path, makes: false, waits: { _ in false })
        defer { withExtendedLifetime(lock) {} }
        guard let seed = try disk.read(path + "/key", maximumBytes: 32),
            let key = SigningKey(seed: seed)
        else { throw .keyMissing }
        // With a writable schema SQLite goes on past tables of which it can't read how they were
        // made. Nothing is written.
        let configuration = Configuration(
            of: "rescue",
            """
            PRAGMA writable_schema = ON;
            PRAGMA query_only = ON;
            """)
        do {
            let queue = try DatabaseQueue(path: disk.address(file), configuration: configuration)
            return try queue.writeWithoutTransaction { db in try rescued(db, key) }
        } catch {
            throw StoreError(error)
        }
    }

    private static func rescued(_ db: Database, _ key: SigningKey) throws -> RescuedWork {
        let owner = try Row.fetchOne(db, sql: "SELECT replica, hub, sealing_key FROM sync_replica")
        guard let owner, let hub = try owner.blobOrNil(1).flatMap(HubID.init(bytes:)),
            let sealingKey = try owner.blobOrNil(2).flatMap(SealingKey.init(bytes:))
        else { throw StoreError.notEnrolled }
        let replica: ReplicaID = try owner.name(0)
        var readable: [(set: HashedChangeSet, isSound: Bool)] = []
        var (number, last, anchored) = (Int64(0), Int64(0), 0)
        // Where SQLite can't even find the next row, numbers are tried one by one: so far that a
        // page of rows that is gone is stepped over.
        var unread = 0
        while unread < 1000 {
            do {
                let row = try Row.fetchOne(
                    db,
                    sql: """
                        SELECT key, bytes, hash, is_anchored, number FROM sync_outbox
                        WHERE number \(unread == 0 ? ">" : "=") ?
                        ORDER BY number LIMIT 1
                        """, arguments: [unread == 0 ? number : number + 1])
                // A torn page may lead back, or far beyond what was ever written.
                if let row, case let found = try row.int(4), found > number,
                    found - number <= 1000
                {
                    (number, last, unread) = (found, found, 0)
                    if try row.int(3) == 1 {
                        anchored += 1
                    } else if let set = changeSet(row, number, replica) {
                        readable.append(set)
                    }
                    continue
                }
                if row == nil, unread == 0 { break }
            } catch {
                // It lies where SQLite can't read, or is no row of ours any more.
            }
            if unread > 0 { number += 1 }
            unread += 1
        }
        let sound = readable.indices.filter { index in
            let next = index + 1 < readable.count ? readable[index + 1].set.changeSet : nil
            return readable[index].isSound || next?.previous == readable[index].set.hash
        }
        return RescuedWork(
            hub: hub, sealingKey: sealingKey, replica: replica, key: key,
            changeSets: sound.map { readable[$0].set },
            lost: Int(clamping: last) - anchored - sound.count)
    }

    /// A change set that can be read, and whether it has the hash that stands beside it.
    private static func changeSet(
        _ row: Row, _ number: Int64, _ replica: ReplicaID
    ) -> (set: HashedChangeSet, isSound: Bool)? {
        do {
            let bytes = try PayloadSeal.null.open(try row.blob(1), keyID: try row.int(0))
            let set = HashedChangeSet(hashing: try KeptChangeSet.decode(bytes))
            guard set.changeSet.name.replica == replica,
                set.changeSet.name.number.value == UInt64(number)
            else { return nil }
            return (set, try row.blob(2) == set.hash.bytes)
        } catch {
            return nil
        }
    }
}
