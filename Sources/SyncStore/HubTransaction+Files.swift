internal import Foundation
internal import GRDB
public import SyncCore

/// That a device named a file in a record, and what became of the bytes it has to bring.
public struct FileUse: Hashable, Sendable {
    public let hash: ContentHash
    public let record: RecordID
    public let collection: CollectionID
    public let size: Int
    public let state: State

    public enum State: Int64, Hashable, Sendable {
        case awaited = 0
        /// This device has brought all of them: that it names the file is no way to see what
        /// somebody else brought.
        case here = 1
        /// The device was given up before it had.
        case lost = 2
    }
}

extension HubTransaction {
    /// Keeps which files a record names, and by whom.
    ///
    /// - Parameter uses: per file, the replicas that added it.
    public func setFiles(
        _ uses: [(hash: ContentHash, size: Int, replicas: [Int64])], of record: RecordID,
        in collection: CollectionID
    ) throws {
        for use in uses {
            for replica in use.replicas {
                try db.cachedStatement(
                    sql: """
                        INSERT INTO files(hash, record, replica, collection, size)
                        VALUES (?, ?, ?, ?, ?) ON CONFLICT DO NOTHING
                        """
                ).execute(arguments: [
                    use.hash.bytes.data, record.bytes.data, replica, Int64(collection.value),
                    use.size,
                ])
            }
        }
        let named = Set(uses.map(\.hash))
        for use in try files("record = ?", [record.bytes.data]) where !named.contains(use.hash) {
            try db.cachedStatement(sql: "DELETE FROM files WHERE hash = ? AND record = ?")
                .execute(arguments: [use.hash.bytes.data, record.bytes.data])
        }
    }

    /// Where a file is named by a device of this row.
    public func files(_ hash: ContentHash, by replica: Int64) throws -> [FileUse] {
        try files("hash = ? AND replica = ?", [hash.bytes.data, replica])
    }

    /// Where a file is named, by whomever.
    public func files(_ hash: ContentHash) throws -> [FileUse] {
        try files("hash = ?", [hash.bytes.data])
    }

    /// What a device has still to bring.
    public func awaitedFiles(of replica: Int64) throws -> [FileUse] {
        try files("replica = ? AND state = 0", [replica])
    }

    /// The files that should be here.
    public func arrivedFiles() throws -> [FileUse] { try files("state = 1", []) }

    public func setState(
        _ state: FileUse.State, of hash: ContentHash, by replica: Int64
    ) throws {
        try db.cachedStatement(
            sql: "UPDATE files SET state = ? WHERE hash = ? AND replica = ?"
        ).execute(arguments: [state.rawValue, hash.bytes.data, replica])
    }

    /// The bytes of all files that a device has brought.
    public func bytesBrought(by replica: Int64) throws -> Int {
        let statement = try db.cachedStatement(
            sql: """
                SELECT ifnull(sum(size), 0) FROM
                    (SELECT DISTINCT hash, size FROM files WHERE replica = ? AND state = 1)
                """)
        return try Int.fetchOne(statement, arguments: [replica]) ?? 0
    }

    private func files(
        _ condition: String, _ arguments: StatementArguments
    ) throws -> [FileUse] {
        let statement = try db.cachedStatement(
            sql: """
                SELECT hash, record, collection, size, state FROM files WHERE \(condition)
                ORDER BY hash, record, replica
                """)
        return try Row.fetchAll(statement, arguments: arguments).map { row in
            guard let hash = ContentHash(bytes: try row.bytes(0)),
                let state = FileUse.State(rawValue: try row.read(4))
            else { throw StoreFault(.damaged, "a file's row can't be read") }
            return FileUse(
                hash: hash, record: try identifier(row, 1),
                collection: CollectionID(UInt16(clamping: try row.int(2))), size: try row.read(3),
                state: state)
        }
    }
}
