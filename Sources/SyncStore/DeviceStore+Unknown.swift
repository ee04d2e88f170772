internal import GRDB
internal import SyncCore
internal import SyncProtocol

// Records of collections that this program does not know yet: a newer schema declares them.

extension DeviceStore {
    /// Keeps a record of a collection this program does not know, byte for byte.
    func keepUnknown(
        _ sent: SyncResponse.PageRecord, _ context: inout PageContext, _ db: Database
    ) throws {
        struct Old {
            let area: UInt32
            let position: LogPosition
            let era: Int64
            let digest: StateDigest
        }
        let old = try db.first(
            """
            SELECT area, position, era, digest FROM sync_unknown
            WHERE collection = ? AND id = ?
            """, [Int64(sent.collection.value), sent.record.stored]
        ) { row in
            Old(
                area: UInt32(clamping: try row.int(0)), position: try row.logPosition(1),
                era: try row.int(2), digest: try row.stateDigest(3))
        }
        if let old, old.era == context.era {
            if !context.overrules, old.position > sent.position { return }
            if context.left.remove(sent.record) != nil {
                try comeBack(sent.record, db)
            } else {
                context.remove(old.area, old.digest)
            }
        }
        let digest = StateDigest.of(sent.record, state: sent.state)
        context.add(sent.area, digest)
        try db.run(
            """
            INSERT INTO sync_unknown(id, collection, area, position, era, applied_ms, key, digest,
                state)
            VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)
            ON CONFLICT(collection, id) DO UPDATE SET area = excluded.area,
                position = excluded.position, era = excluded.era,
                applied_ms = excluded.applied_ms, key = excluded.key, digest = excluded.digest,
                state = excluded.state
            """,
            [
                sent.record.stored, Int64(sent.collection.value), Int64(sent.area),
                Int64(sent.position.value), context.era, context.now.wall_ms, seal.keyID,
                digest.stored, seal.seal(sent.state).stored,
            ])
    }

    /// Moves records whose collection this program has learned into their table.
    func adoptUnknown(_ db: Database) throws {
        for table in tables {
            let collection = Int64(table.collection.id.value)
            try db.run(
                """
                INSERT INTO \(table.name)(id, area, position, era, applied_ms, key, digest, state)
                SELECT id, area, position, era, applied_ms, key, digest, state FROM sync_unknown
                WHERE collection = ?
                """, [collection])
            try db.run("DELETE FROM sync_unknown WHERE collection = ?", [collection])
        }
    }
}
